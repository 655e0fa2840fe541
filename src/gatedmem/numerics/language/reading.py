"""Read a task with a language model: the residual stream at the end of every query, with and without examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.numerics.language import transformers_model
from gatedmem.numerics.language.gguf_file import load_llama
from gatedmem.numerics.language.llama import Floats
from gatedmem.numerics.language.model import LanguageModel
from gatedmem.numerics.language.texts import Task
from gatedmem.numerics.language.tokens import load_tokenizer
from gatedmem.numerics.language.transformers_model import TransformersModel


@dataclass(frozen=True)
class Reader:
    """A model with its tokenizer: text in, residual stream out. ``begins`` holds the tokens that open every text."""

    model: LanguageModel
    tokenizer: Any
    begins: Sequence[int] = ()

    def tokens(self, text: str) -> list[int]:
        """The ids of the text's tokens, without those that open a text."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def first_token(self, word: str) -> int:
        """The id of the word's first token: what stands for a label among the memories."""
        return self.tokens(word)[0]

    def prefix(self, text: str) -> Any:
        """Read the text once, to be continued many times; no text gives no prefix."""
        return self.model.read([*self.begins, *self.tokens(text)])[1] if text else None

    def states(self, texts: Sequence[str], prefix: Any, tick: Callable[[], None]) -> Floats:
        """The stream at the end of every text read after ``prefix``, shape (texts, layers + 1, width)."""
        rows = []
        for text in texts:
            ids = self.tokens(text) if prefix is not None else [*self.begins, *self.tokens(text)]
            rows.append(self.model.read(ids, prefix)[0])
            tick()
        return np.stack(rows)


def open_reader(name: str) -> Reader:
    """A GGUF file (by its suffix), else a folder or hub id for ``transformers``.

    Raises:
        MissingExtra: a package that reads it is absent.
        ValueError: it cannot be read, or is not a Llama model.
    """
    if name.endswith(".gguf"):
        return Reader(load_llama(Path(name)), *load_tokenizer(Path(name)))
    return Reader(TransformersModel(name), *transformers_model.load_tokenizer(name))


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
