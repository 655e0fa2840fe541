"""Long sweeps as units of work that are done once, wherever and however often they are started.

A unit is a function of this package and its arguments. Its result lies in a file of its own, named by a hash of the
function's sources, the arguments and the versions of the libraries, written under a temporary name and renamed. A run
that is killed loses at most the units it was busy with, and the next run takes up the rest. The same units give the
same files whether they run in this process, in several, or on a Dask cluster.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import io
import json
import time
import uuid
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.proofs.cache import environment, imported_sources, source_text
from gatedmem.proofs.workers import interruptible, processes

Result = dict[str, np.ndarray]

# A file that is being written is complete within seconds; what is older was left by a run that was killed.
_ABANDONED_AFTER = 3600.0
_PART = ".part"
_DIGEST_SIZE = hashlib.sha256().digest_size
# Seconds to wait for a scheduler.
_PATIENCE = 20


class ClusterError(RuntimeError):
    """The Dask cluster cannot do the work; the message says why in one line."""


@dataclass(frozen=True)
class Unit:
    """A piece of work.

    Attributes:
        name: tells a person what it is; the start of its file's name.
        function: ``module:name`` of a function of this package that returns a dictionary of arrays.
        arguments: its keyword arguments, as plain JSON-able data.
    """

    name: str
    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def key(self) -> str:
        """The name of its file, without suffix: it changes with sources, arguments and libraries."""
        digest = hashlib.sha256(_sources(self.function.partition(":")[0]).encode())
        digest.update(environment().encode())
        digest.update(json.dumps([self.function, self.arguments], sort_keys=True).encode())
        return f"{self.name}-{digest.hexdigest()[:16]}"

    def run(self) -> Result:
        """Do the work."""
        module, _, name = self.function.partition(":")
        result: Result = getattr(importlib.import_module(module), name)(**self.arguments)
        return result


@functools.cache
def _sources(module: str) -> str:
    digest = hashlib.sha256()
    for name in sorted(imported_sources(module)):
        digest.update(name.encode())
        digest.update(source_text(name).encode())
    return digest.hexdigest()


class Store:
    """The results of units in one folder: a file each, an ``.npz`` archive followed by its SHA-256 digest.

    Two runs may share the folder: a file is complete or absent, and both would write the same.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        clear_abandoned(folder)

    def file(self, unit: Unit) -> Path:
        """Where the unit's result lies, or would."""
        return self.folder / f"{unit.key()}.npz"

    def get(self, unit: Unit) -> Result | None:
        """The unit's result, or None; a damaged file counts as absent."""
        try:
            data = self.file(unit).read_bytes()
        except OSError:
            return None
        archive, digest = data[:-_DIGEST_SIZE], data[-_DIGEST_SIZE:]
        # The archive's own checksums do not cover its table of contents.
        if hashlib.sha256(archive).digest() != digest:
            return None
        try:
            with np.load(io.BytesIO(archive), allow_pickle=False) as file:
                return dict(file)
        except (ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError):
            return None  # whole, but nothing that ``put`` wrote; pickled objects end here, unread

    def put(self, unit: Unit, result: Result) -> None:
        """Keep the unit's result."""
        archive = io.BytesIO()
        np.savez_compressed(archive, **result)  # type: ignore[arg-type]
        data = archive.getvalue()
        self.folder.mkdir(parents=True, exist_ok=True)  # another run may have cleared it away
        with replacing(self.file(unit)) as part:
            part.write_bytes(data + hashlib.sha256(data).digest())

    def forget(self, units: Sequence[Unit]) -> None:
        """Remove the units' results."""
        for unit in units:
            self.file(unit).unlink(missing_ok=True)


def clear_abandoned(folder: Path) -> None:
    """Remove what killed runs left half-written in a folder."""
    for part in folder.glob(f".*{_PART}"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > _ABANDONED_AFTER:
                part.unlink()


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A name of its own in the file's folder, moved to the file once the block has written it.

    Readers see the old file or the new one, and of several writers the last one wins. If the block fails nothing
    is left.
    """
    part = file.with_name(f".{file.name}.{uuid.uuid4().hex}{_PART}")
    try:
        yield part
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def run_units(
    units: Sequence[Unit],
    store: Store,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    tick: Callable[[Unit], None] = lambda unit: None,
) -> list[Result]:
    """The results of all units in their order, from the store where they lie there.

    Args:
        units: what to do; names may repeat, units equal in everything are done once.
        store: where results are and go.
        jobs: processes on this machine.
        scheduler: address of a Dask scheduler; its workers then do the work and this process keeps the results.
        tick: called for every unit done, found or new.

    Raises:
        ClusterError: the cluster cannot be reached, has other sources, or loses its workers.
    """
    todo = {unit.key(): unit for unit in units}
    times = Counter(unit.key() for unit in units)

    def count(unit: Unit) -> None:
        for _ in range(times[unit.key()]):
            tick(unit)

    for key, unit in list(todo.items()):
        if store.get(unit) is not None:
            del todo[key]
            count(unit)
    done = _on_cluster(todo.values(), scheduler) if scheduler else _on_this_machine(todo.values(), jobs)
    for unit, result in done:
        store.put(unit, result)
        count(unit)
    return [_read(unit, store) for unit in units]


def _read(unit: Unit, store: Store) -> Result:
    result = store.get(unit)
    if result is None:  # removed since, by another run that started afresh
        result = unit.run()
        store.put(unit, result)
    return result


def _do(unit: Unit) -> tuple[Unit, Result]:
    return unit, unit.run()


def _on_this_machine(units: Collection[Unit], jobs: int) -> Iterator[tuple[Unit, Result]]:
    if jobs == 1 or len(units) < 2:
        for unit in units:
            yield unit, interruptible(unit.run)
        return
    with processes(min(jobs, len(units))) as pool:
        for done in as_completed([pool.submit(_do, unit) for unit in units]):
            yield done.result()


def _on_cluster(units: Collection[Unit], scheduler: str) -> Iterator[tuple[Unit, Result]]:
    if not units:
        return
    try:
        from distributed import Client, KilledWorker
        from distributed import as_completed as answered
    except ModuleNotFoundError:
        raise ClusterError("--scheduler: needs the distributed package: pip install 'gatedmem[cluster]'") from None
    try:
        client = Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ClusterError(f"{scheduler}: --scheduler: no Dask scheduler answers there ({reason})") from None
    with client:
        # A unit whose worker dies is sent to another one; the key makes sure that it counts once.
        waiting = answered([client.submit(_do_there, unit, unit.key(), key=unit.key()) for unit in units])
        for future in waiting:
            try:
                yield future.result()
            except KilledWorker as error:
                raise ClusterError(f"--scheduler: {error.task}: every worker that took it died") from None
            future.release()  # the result is kept here, and the cluster need not keep it


def _do_there(unit: Unit, key: str) -> tuple[Unit, Result]:
    """Do a unit on a worker, if it would do the same there as here."""
    if unit.key() != key:
        raise ClusterError(f"--scheduler: {unit.name}: the workers have other sources or libraries than this process")
    return unit, unit.run()
