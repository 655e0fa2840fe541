"""Steering factual recall by examples that are right or wrong (arXiv 2605.10970, capital-of)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from gatedmem.numerics.language.bridge import Array, Scores, accuracy, context_vector
from gatedmem.numerics.language.reading import Reader


@dataclass(frozen=True)
class Recall:
    """Last-layer states of n queries, shape (n, d): alone, and after examples of every kind; the right tokens.

    ``after`` holds "right" (every country with its capital), "exchanged" (with another country's) and "unrelated"
    (with a word that is no place).
    """

    zero: Array
    after: dict[str, Array]
    targets: Array


UNRELATED = ("purple", "seven", "butter", "quickly", "pencil", "Tuesday", "gravity", "whisper", "onion", "velvet")


def query(country: str) -> str:
    """What is asked.

    >>> query("Peru")
    'The capital of Peru is'
    """
    return f"The capital of {country} is"


def read_capitals(
    reader: Reader,
    pairs: Sequence[tuple[str, str]],
    *,
    queries: int,
    examples: int,
    seed: int,
    tick: Callable[[], None] = lambda: None,
) -> Recall:
    """Draw countries to ask for and others to show, the latter with their own or with each other's capitals.

    Raises:
        ValueError: there are too few countries.
    """
    if queries + examples > len(pairs):
        raise ValueError(f"capitals: needs {queries + examples} countries, has {len(pairs)}")
    order = np.random.default_rng(seed).permutation(len(pairs))
    asked = [pairs[index] for index in order[:queries]]
    shown = [pairs[index] for index in order[queries : queries + examples]]
    countries, own = zip(*shown, strict=True)
    answers = {
        "right": own,
        "exchanged": own[1:] + own[:1],
        "unrelated": tuple(UNRELATED[place % len(UNRELATED)] for place in range(examples)),
    }
    prompts = [query(country) for country, _ in asked]

    def last_states(answers: Sequence[str]) -> Array:
        text = "".join(f"{query(country)} {answer}.\n" for country, answer in zip(countries, answers, strict=False))
        return np.asarray(reader.states(prompts, reader.prefix(text), tick)[:, -1])

    targets = np.array([reader.first_token(f" {capital}") for _, capital in asked])
    return Recall(last_states(()), {kind: last_states(given) for kind, given in answers.items()}, targets)


@dataclass(frozen=True)
class Course:
    """At every λ: accuracy over the full vocabulary and mean log-probability of the right token, shape (gains,)."""

    gains: Array
    accuracy: Array
    log_probability: Array


def steer(memories: Array, recall: Recall, kind: str, gains: Sequence[float], epsilon: float) -> Course:
    """Add λ times the context vector of one kind of examples.

    It is drawn from one half of the queries and applied to the other, so that no query steers itself.
    """
    half = len(recall.targets) // 2
    context = context_vector(recall.zero[:half], recall.after[kind][:half])
    scores, targets = Scores.of(memories, recall.zero[half:], context, epsilon), recall.targets[half:]
    rows = np.arange(len(targets))
    added = [scores.at(gain) for gain in gains]
    hits = [accuracy(score, targets) for score in added]
    told = [float(np.mean(score[rows, targets] - logsumexp(score, axis=-1))) for score in added]
    return Course(np.array(gains), np.array(hits), np.array(told))
