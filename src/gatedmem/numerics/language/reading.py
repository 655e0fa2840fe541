"""Read a task with a language model: the residual stream at the end of every query, with and without examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.numerics.language.gguf_file import load_llama
from gatedmem.numerics.language.llama import Floats, Llama, Prefix
from gatedmem.numerics.language.texts import Task
from gatedmem.numerics.language.tokens import load_tokenizer


@dataclass(frozen=True)
class Reader:
    """A model with its tokenizer: text in, residual stream out."""

    model: Llama
    tokenizer: Any

    @classmethod
    def from_gguf(cls, path: Path) -> Reader:
        """Load model and tokenizer from a GGUF file."""
        return cls(load_llama(path), load_tokenizer(path))

    def tokens(self, text: str) -> list[int]:
        """The ids of the text's tokens."""
        ids: list[int] = self.tokenizer.encode(text).ids
        return ids

    def first_token(self, word: str) -> int:
        """The id of the word's first token: what stands for a label among the memories."""
        return self.tokens(word)[0]

    def prefix(self, text: str) -> Prefix | None:
        """Read the text once, to be continued many times; no text gives no prefix."""
        return self.model.read(self.tokens(text))[1] if text else None

    def states(self, texts: Sequence[str], prefix: Prefix | None, tick: Callable[[], None]) -> Floats:
        """The stream at the end of every text read after ``prefix``, shape (texts, layers + 1, width)."""
        rows = []
        for text in texts:
            rows.append(self.model.read(self.tokens(text), prefix)[0])
            tick()
        return np.stack(rows)


@dataclass(frozen=True)
class Reading:
    """One task read at one draw of queries and examples.

    ``zero`` (n, layers + 1, d) without examples, ``shots[k]`` after k examples of each label, ``labels`` (n,) the
    right ones, ``label_ids`` (labels,) the tokens that name them.
    """

    zero: Floats
    shots: dict[int, Floats]
    labels: np.ndarray
    label_ids: np.ndarray

    def halves(self) -> tuple[np.ndarray, np.ndarray]:
        """Indices of the development queries, on which choices are made, and of the test queries."""
        order = np.arange(len(self.labels))
        return order[: len(order) // 2], order[len(order) // 2 :]


def read_task(
    reader: Reader,
    task: Task,
    *,
    queries: int,
    shots: Sequence[int],
    seed: int,
    tick: Callable[[], None] = lambda: None,
) -> Reading:
    """Draw queries and examples (never the same text) and read them.

    Args:
        reader: model and tokenizer.
        task: texts and labels.
        queries: how many queries, balanced over the labels.
        shots: numbers of examples *per label*.
        seed: fixes the draw.
        tick: called after every text read.

    Raises:
        ValueError: the task has too few texts, or two label words begin with the same token.
    """
    label_ids = np.array([reader.first_token(word) for word in task.words])
    if len(set(label_ids.tolist())) < len(label_ids):
        raise ValueError(f"{task.name}: label: two label words begin with the same token")
    asked, shown = task.split(queries, max(shots, default=0), np.random.default_rng(seed))
    prompts = [asked.prompt(index) for index in range(queries)]
    zero = reader.states(prompts, None, tick)
    after = {
        shot: reader.states(prompts, reader.prefix(shown.demonstrations(shot * len(task.words))), tick)
        for shot in shots
    }
    return Reading(zero, after, np.array(asked.labels), label_ids)
