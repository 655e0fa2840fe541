"""Gather the evidence: run the checkers over the ledger, side by side, and remember what they found."""

from __future__ import annotations

import concurrent.futures
import importlib
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from gatedmem.proofs import cache as caching
from gatedmem.proofs.checkers import formal
from gatedmem.proofs.evidence import Evidence, Layer, Request, Status
from gatedmem.proofs.ledger import Statement
from gatedmem.proofs.rocq_project import AuditError, RocqProject, ToolMissing
from gatedmem.proofs.workers import processes

CHECKERS = {
    Layer.DERIVATION: "gatedmem.proofs.checkers.derivation",
    Layer.CERTIFICATE: "gatedmem.proofs.checkers.certificate",
    Layer.SIMULATION: "gatedmem.proofs.checkers.simulation",
}

WORKER_MEMORY = 6 * 2**30  # bytes; the largest procedure needs a tenth of it

Results = dict[str, dict[Layer, Evidence]]
Task = tuple[Statement, Layer, str]  # statement, layer, "module:function"


def verify(
    statements: Sequence[Statement],
    layers: Iterable[Layer] = tuple(Layer),
    request: Request | None = None,
    *,
    folder: Path | None = None,
    fresh: bool = False,
    jobs: int = 1,
    say: Callable[[str], None] = lambda line: None,
    tick: Callable[[str, Layer, Evidence], None] = lambda name, layer, evidence: None,
) -> Results:
    """Gather the evidence of the given statements.

    Args:
        statements: records of the ledger.
        layers: the kinds of evidence wanted.
        request: what the C and S procedures are to use; drawn instances with seed 0 if None.
        folder: the cache folder; the user's own if None.
        fresh: ignore the cache, compile everything anew, and have the second kernel run accept the proofs too.
        jobs: how many processes may work at once.
        say: called with a line of progress.
        tick: called as each piece of evidence comes in.

    Returns:
        For each id, the evidence of each wanted layer that the statement shows; ``missing`` where a required
        layer has no pointer yet.
    """
    layers = tuple(layers)
    request = request or Request()
    folder = folder or caching.default_folder()
    cache = caching.Cache(folder, fresh=fresh)
    results: Results = {statement.id: {} for statement in statements}
    computed: list[Task] = []
    for statement in statements:
        for layer in statement.shown_layers():
            if layer not in layers:
                continue
            pointer = statement.evidence.get(layer)
            if pointer is None:
                results[statement.id][layer] = Evidence(Status.MISSING, "required, not written yet")
            elif layer is not Layer.FORMAL:
                key = _key(statement, layer, pointer, request)
                known = cache.get(key)
                if known is not None:
                    results[statement.id][layer] = known
                    tick(statement.id, layer, replace(known, seconds=0.0))
                else:
                    computed.append((statement, layer, pointer))
    proofs = [statement for statement in statements if Layer.FORMAL in layers and Layer.FORMAL in statement.evidence]

    with ExitStack() as last:
        side = concurrent.futures.ThreadPoolExecutor(max_workers=1)
        last.callback(side.shutdown, wait=False)  # who interrupts does not want to wait for the prover
        rocq = _rocq_folder(folder, last, fresh=fresh) if proofs else folder

        def proved() -> dict[str, Evidence]:
            return _formal(proofs, cache, rocq, jobs, say) if proofs else {}

        waiting = side.submit(proved)
        for statement, layer, evidence in _compute(computed, request, jobs):
            results[statement.id][layer] = evidence
            cache.put(_key(statement, layer, statement.evidence[layer], request), evidence)
            tick(statement.id, layer, evidence)
        for name, evidence in waiting.result().items():
            results[name][Layer.FORMAL] = evidence
            tick(name, Layer.FORMAL, evidence)
    return {name: {layer: found[layer] for layer in Layer if layer in found} for name, found in results.items()}


def run_one(layer: Layer, pointer: str, request: Request) -> Evidence:
    """Run the checker of one layer on what a pointer names; any error is a failure with its text."""
    started = time.perf_counter()
    try:
        module, _, function = pointer.partition(":")
        subject = getattr(importlib.import_module(module), function)
        check = importlib.import_module(CHECKERS[layer]).check
        evidence: Evidence = check(subject) if layer is Layer.DERIVATION else check(subject, request)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        evidence = Evidence(Status.FAILED, f"{type(error).__name__} at {place}: {error}".replace("\n", " "))
    return replace(evidence, seconds=round(time.perf_counter() - started, 3))


def to_json(statements: Sequence[Statement], results: Results) -> list[dict[str, Any]]:
    """The answer of ``verify --json``."""
    return [
        {
            "id": statement.id,
            "title": statement.title,
            "kind": statement.kind,
            "uses": list(statement.uses),
            "required": [str(layer) for layer in statement.layers],
            "evidence": {
                str(layer): {
                    "status": str(evidence.status),
                    "detail": evidence.detail,
                    "seconds": evidence.seconds,
                }
                for layer, evidence in results[statement.id].items()
            },
        }
        for statement in statements
    ]


def exit_code(results: Results, *, complete: bool = False) -> int:
    """0 all held; 1 something failed or is undecided (or, if ``complete``, missing); 3 a tool is missing."""
    seen = {evidence.status for found in results.values() for evidence in found.values()}
    if seen & {Status.FAILED, Status.UNDECIDED} or (complete and Status.MISSING in seen):
        return 1
    return 3 if Status.UNAVAILABLE in seen else 0


def _key(statement: Statement, layer: Layer, pointer: str, request: Request) -> str:
    modules = (pointer.partition(":")[0], CHECKERS[layer])
    return caching.key(
        statement, modules, pointer, None if layer is Layer.DERIVATION else _relevant(request, statement)
    )


def _relevant(request: Request, statement: Statement) -> Request:
    """The request without the memories of the models that the statement does not speak of."""
    return replace(
        request,
        astrocyte=request.astrocyte if statement.model == "AG" else None,
        context=request.context if statement.model == "CG" else None,
    )


def _compute(
    tasks: Sequence[Task], request: Request, jobs: int, *, alone: bool = False
) -> Iterable[tuple[Statement, Layer, Evidence]]:
    """Run the given checkers in worker processes and hand over each answer as it comes.

    When a worker dies it takes down the pool, and which task killed it is not known: those left without an answer
    are then run one by one, each in a process of its own.
    """
    if not tasks:
        return
    orphans: list[Task] = []
    with ExitStack() as last:
        try:
            pool = last.enter_context(processes(min(jobs, len(tasks)), _limit_memory))
        except OSError:  # no processes to be had here: one after the other, in this one
            for statement, layer, pointer in tasks:
                yield statement, layer, run_one(layer, pointer, _relevant(request, statement))
            return
        running = {
            pool.submit(run_one, layer, pointer, _relevant(request, statement)): (statement, layer, pointer)
            for statement, layer, pointer in tasks
        }
        for done in concurrent.futures.as_completed(running):
            statement, layer, pointer = running[done]
            try:
                yield statement, layer, done.result()
            except BrokenProcessPool:
                orphans.append((statement, layer, pointer))
    for task in orphans:
        if alone:
            statement, layer, _ = task
            yield statement, layer, Evidence(Status.FAILED, "its process died (out of memory, or killed)")
        else:
            yield from _compute([task], request, 1, alone=True)


def _limit_memory() -> None:
    """Let a runaway procedure fail with MemoryError instead of taking the machine with it."""
    try:
        import resource
    except ImportError:  # not a POSIX system
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = WORKER_MEMORY if hard == resource.RLIM_INFINITY else min(WORKER_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _rocq_folder(cache: Path, last: ExitStack, *, fresh: bool) -> Path:
    """Where Rocq works: in the cache, or for this run only, if all is to be made anew or the cache is read-only."""
    folder = cache / "rocq"
    if not fresh:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    # An interrupted prover may still be writing.
    temporary = tempfile.TemporaryDirectory(prefix="gatedmem-rocq-", ignore_cleanup_errors=True)
    return Path(last.enter_context(temporary))


def _formal(
    statements: Sequence[Statement],
    cache: caching.Cache,
    folder: Path,
    jobs: int,
    say: Callable[[str], None],
) -> dict[str, Evidence]:
    """The F layer of the given statements, from the cache where nothing changed."""
    pointers = {statement.id: statement.evidence[Layer.FORMAL] for statement in statements}
    started = time.perf_counter()
    try:
        project = RocqProject(folder, jobs, say)
        keys = {
            statement.id: caching.key(
                statement, [formal.__name__], project.keys[f"statements/{pointers[statement.id]}"]
            )
            for statement in statements
        }
        known = {name: evidence for name in pointers if (evidence := cache.get(keys[name])) is not None}
        todo = {name: pointer for name, pointer in pointers.items() if name not in known}
        found = formal.check(project, todo, second_kernel=cache.fresh) if todo else {}
        if cache.fresh:
            with suppress(OSError):  # a cache that cannot be written is no error
                project.keep(cache.folder.parent / "rocq")
    except ToolMissing as error:
        return formal.unavailable(list(pointers), str(error))
    except (AuditError, OSError) as error:
        return {name: Evidence(Status.FAILED, f"the formal layer broke: {error}") for name in pointers}
    share = round((time.perf_counter() - started) / max(len(todo), 1), 3)
    for name, evidence in found.items():
        known[name] = replace(evidence, seconds=share)
        cache.put(keys[name], known[name])
    return known
