"""Put wrong variants before the layers, side by side, and remember what each layer said."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import queue
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gatedmem.drill import formal_trial
from gatedmem.drill.variants import Posing, Variant, edited, load
from gatedmem.proofs import cache as caching
from gatedmem.proofs.evidence import Layer
from gatedmem.proofs.ledger import Statement
from gatedmem.proofs.rocq_project import RocqProject, ToolMissing
from gatedmem.proofs.verify import CHECKERS
from gatedmem.proofs.workers import ONE_THREAD

LIMIT_S = 240  # for one trial of a Python layer; the slowest check takes a fifth of it
NO_ANSWER = f"no answer within {LIMIT_S} s"


class Outcome(StrEnum):
    """What became of a trial.

    ``REFUTED``, ``FAILED``, ``UNDECIDED`` and ``UNPROVED`` are catches, the first two of them by an argument against
    the variant, the others because the evidence for it is wanting. ``ACCEPTED`` is a variant that got through,
    ``BROKE`` one that is not well formed. A ``CONTROL`` is the true statement, run in the same way and accepted.
    """

    REFUTED = "refuted"
    FAILED = "failed"
    UNDECIDED = "undecided"
    UNPROVED = "unproved"
    ACCEPTED = "accepted"
    BROKE = "broke"
    CONTROL = "control"


CAUGHT = (Outcome.REFUTED, Outcome.FAILED, Outcome.UNDECIDED, Outcome.UNPROVED)


@dataclass(frozen=True)
class Trial:
    """A wrong variant (or, with ``variant`` None, the true statement) to be put before one layer."""

    statement: Statement
    layer: Layer
    variant: Variant | None

    @property
    def posing(self) -> Posing:
        """The edits; none for the true statement."""
        return Posing() if self.variant is None else self.variant.posed[self.layer]


@dataclass(frozen=True)
class Result:
    """What a layer said to a trial."""

    statement: str
    layer: Layer
    variant: str
    outcome: Outcome
    detail: str
    seconds: float

    @property
    def label(self) -> str:
        """Statement, variant and layer."""
        return f"{self.statement} {self.variant or 'as it stands'} {self.layer}"


def trials(statements: Sequence[Statement], layers: Sequence[Layer], *, sample: int | None, seed: int) -> list[Trial]:
    """The trials to run: every wrong variant and one control for each Python layer of each statement.

    Args:
        statements: records of the ledger.
        layers: the layers wanted.
        sample: how many of all trials to draw, None for all.
        seed: fixes the draw.
    """
    found = []
    for statement in statements:
        variants = load(statement)
        for layer in (layer for layer in statement.evidence if layer in layers):
            found += [Trial(statement, layer, variant) for variant in variants if not variant.posed[layer].cannot]
            if layer is not Layer.FORMAL and variants:
                found.append(Trial(statement, layer, None))
    if sample is None or sample >= len(found):
        return found
    return random.Random(seed).sample(found, sample)


def run(
    wanted: Sequence[Trial],
    *,
    folder: Path,
    jobs: int,
    seed: int = 0,
    fresh: bool = False,
    say: Callable[[str], None] = lambda line: None,
    tick: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Run the trials and return what came of each, in their order.

    Args:
        wanted: the trials.
        folder: the cache folder; answers are kept there under a hash of all they depend on.
        jobs: processes to run side by side.
        seed: of the draws of the C and S layers.
        fresh: ignore answers that are kept.
        say: called with a line of progress.
        tick: called as each answer comes in.

    Raises:
        ToolMissing: a formal trial is wanted and Rocq is not there.
    """
    store = _Store(folder / "drill", fresh=fresh)
    formal = [trial for trial in wanted if trial.layer is Layer.FORMAL]
    files = {f"statements/{trial.statement.evidence[Layer.FORMAL]}" for trial in formal}
    files |= {name.replace(".", "/") for trial in formal for name in trial.posing.needs}
    project = _project(files, folder / "rocq", jobs, say) if files else None
    with _Servers(jobs) as servers, concurrent.futures.ThreadPoolExecutor(jobs) as pool:

        def answer(trial: Trial, key: str) -> Result:
            result = store.get(key)
            if result is None:
                result = _formal(trial, project) if trial.layer is Layer.FORMAL else servers.put(trial, seed)
                store.put(key, result)
            tick(result)
            return result

        keys = [_key(trial, project, seed) for trial in wanted]  # Python 3.11 cannot parse in several threads
        return list(pool.map(answer, wanted, keys))


def _project(files: Iterable[str], folder: Path, jobs: int, say: Callable[[str], None]) -> RocqProject:
    project = RocqProject(folder, jobs, say)
    broken = [name for name, error in project.compile(files).items() if error]
    if broken:
        raise ToolMissing(f"{broken[0]}.v does not compile: run `gatedmem verify` first")
    return project


def _formal(trial: Trial, project: RocqProject | None) -> Result:
    assert project is not None
    assert trial.variant is not None
    outcome, detail = formal_trial.put(project, trial.statement.evidence[Layer.FORMAL], trial.posing)
    return Result(trial.statement.id, trial.layer, trial.variant.name, Outcome(outcome), detail, 0.0)


def _key(trial: Trial, project: RocqProject | None, seed: int) -> str:
    pointer = trial.statement.evidence[trial.layer]
    if trial.layer is Layer.FORMAL:
        assert project is not None
        return caching.key(
            trial.statement, [formal_trial.__name__], project.keys[f"statements/{pointer}"], trial.posing
        )
    modules = [pointer.partition(":")[0], CHECKERS[trial.layer], "gatedmem.drill.python_trial"]
    modules += [edit.module for edit in trial.posing.edits]
    return caching.key(trial.statement, modules, pointer, trial.posing, seed)


class _Servers:
    """Processes that run the trials of the Python layers; see :mod:`gatedmem.drill.python_trial`."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.free: queue.Queue[subprocess.Popen[str] | None] = queue.Queue()
        self.started: list[subprocess.Popen[str]] = []

    def __enter__(self) -> _Servers:
        for _ in range(self.number):
            self.free.put(None)  # started when first needed
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.started:
            server.kill()
            server.communicate()

    def put(self, trial: Trial, seed: int) -> Result:
        """Have a free process run a trial."""
        edits = trial.posing.edits
        texts = {
            module: edited(caching.source_text(module), tuple(edit for edit in edits if edit.module == module))
            for module in {edit.module for edit in edits}
        }
        pointer = trial.statement.evidence[trial.layer]
        asked = {"layer": str(trial.layer), "pointer": pointer, "texts": texts, "seed": seed, "limit": LIMIT_S}
        server = self.free.get()
        try:
            server = server or self._start()
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write(json.dumps(asked) + "\n")
            server.stdin.flush()
            answer = json.loads(server.stdout.readline())
        finally:
            self.free.put(server)
        name = trial.variant.name if trial.variant else ""
        return Result(
            trial.statement.id, trial.layer, name, _outcome(trial, answer), answer["detail"], answer["seconds"]
        )

    def _start(self) -> subprocess.Popen[str]:
        server = subprocess.Popen(
            [sys.executable, "-m", "gatedmem.drill.python_trial"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )
        self.started.append(server)
        return server


def _outcome(trial: Trial, answer: dict[str, Any]) -> Outcome:
    if trial.variant is None:
        return Outcome.CONTROL if answer["status"] == "verified" else Outcome.BROKE
    if answer["broke"]:
        return Outcome.BROKE
    return {"verified": Outcome.ACCEPTED, "undecided": Outcome.UNDECIDED}.get(answer["status"], Outcome.FAILED)


class _Store:
    """Answers kept in one JSON file each."""

    def __init__(self, folder: Path, *, fresh: bool) -> None:
        self.folder = folder
        self.fresh = fresh

    def get(self, key: str) -> Result | None:
        if self.fresh:
            return None
        try:
            record = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
            return Result(**{**record, "layer": Layer(record["layer"]), "outcome": Outcome(record["outcome"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, result: Result) -> None:
        if result.outcome is Outcome.BROKE or result.detail == NO_ANSWER:
            return  # worth asking again
        with contextlib.suppress(OSError):  # a cache that cannot be written is no error
            self.folder.mkdir(parents=True, exist_ok=True)
            caching.write_atomically(self.folder / f"{key}.json", json.dumps(asdict(result)))


def misfits(results: Sequence[Result], statements: Sequence[Statement]) -> Iterator[str]:
    """What must not stay as it is, one line each.

    A survivor without an explanation, an explained survivor that was caught, a variant that is not well formed, a
    true statement that was not accepted.
    """
    explained = {
        (variant.statement, variant.name, layer): posing.survives
        for statement in statements
        for variant in load(statement)
        for layer, posing in variant.posed.items()
    }
    for result in results:
        reason = explained.get((result.statement, result.variant, result.layer), "")
        if result.outcome is Outcome.BROKE:
            yield f"{result.label}: broke: {result.detail}"
        elif result.outcome is Outcome.ACCEPTED and not reason:
            yield f"{result.label}: accepted, and nothing explains why: {result.detail}"
        elif result.outcome in CAUGHT and reason:
            yield f"{result.label}: caught, though it was said to survive because {reason}"
