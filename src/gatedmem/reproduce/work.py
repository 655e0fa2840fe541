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
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.proofs.cache import environment, imported_sources, source_text

Result = dict[str, np.ndarray]


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
    """The results of units, one ``.npz`` file each, in one folder.

    Two runs may share the folder: a file is complete or absent, and both would write the same.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, unit: Unit) -> Result | None:
        """The unit's result, or None; a damaged file counts as absent."""
        try:
            with np.load(self.folder / f"{unit.key()}.npz", allow_pickle=False) as file:
                return dict(file)
        except (OSError, ValueError, EOFError, KeyError):
            return None

    def put(self, unit: Unit, result: Result) -> None:
        """Keep the unit's result."""
        write_arrays(self.folder / f"{unit.key()}.npz", result)


def write_arrays(file: Path, arrays: Result) -> None:
    """Write an ``.npz`` file under a temporary name in the same folder, then rename it into place."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
    """
    todo: dict[str, Unit] = {}
    for unit in units:
        if unit.key() not in todo and store.get(unit) is None:
            todo[unit.key()] = unit
        elif unit.key() not in todo:
            tick(unit)
    done = _on_cluster(todo.values(), scheduler) if scheduler else _on_this_machine(todo.values(), jobs)
    for unit, result in done:
        store.put(unit, result)
        tick(unit)
    found = [store.get(unit) for unit in units]
    return [result for result in found if result is not None]


def _do(unit: Unit) -> tuple[Unit, Result]:
    return unit, unit.run()


def _on_this_machine(units: Any, jobs: int) -> Iterator[tuple[Unit, Result]]:
    if jobs == 1 or len(units) < 2:
        yield from map(_do, units)
        return
    from joblib import Parallel, delayed

    # One thread for each process: two that share a core are slower than one.
    parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", inner_max_num_threads=1, backend="loky")
    yield from parallel(delayed(_do)(unit) for unit in units)


def _on_cluster(units: Any, scheduler: str) -> Iterator[tuple[Unit, Result]]:
    from distributed import Client, as_completed

    with Client(scheduler) as client:
        # A unit whose worker dies is sent to another one; the key makes sure that it counts once.
        futures = [client.submit(_do, unit, key=unit.key(), retries=2) for unit in units]
        for future in as_completed(futures):
            yield future.result()
