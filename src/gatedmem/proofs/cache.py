"""Results kept under a hash of everything they depend on.

For a layer of a statement that is: the sources of the module it points to and of every module of this package
that it imports, directly or not; the checker; the versions of Python and of all libraries; the ledger's record;
and the request. Only verified results are kept: what failed is worth running again.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
import platform
import secrets
from collections.abc import Iterable
from dataclasses import asdict, fields, is_dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.proofs.evidence import Evidence, Status
from gatedmem.proofs.ledger import Statement, module_file

LIBRARIES = (
    "sympy",
    "numpy",
    "scipy",
    "cvxpy",
    "clarabel",
    "scs",
    "python-flint",
    "hypothesis",
    "scikit-learn",
    "numba",
)


def default_folder() -> Path:
    """The cache folder: ``$GATEDMEM_CACHE``, else ``gatedmem`` in the user's cache folder."""
    chosen = os.environ.get("GATEDMEM_CACHE")
    if chosen:
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "gatedmem"


class Cache:
    """Verified evidence in one JSON file each.

    Args:
        folder: where the files lie.
        fresh: forget what is there; what is found from now on is kept all the same.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.folder = folder / "evidence"
        self.fresh = fresh

    def get(self, key: str) -> Evidence | None:
        """The evidence under a key, or None; a damaged file counts as absent."""
        if self.fresh:
            return None
        try:
            record = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
            found = Evidence(Status(record["status"]), record["detail"], record["seconds"], record["data"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        whole = (
            found.status is Status.VERIFIED
            and isinstance(found.detail, str)
            and isinstance(found.seconds, (int, float))
            and isinstance(found.data, dict)
        )
        return found if whole else None

    def put(self, key: str, evidence: Evidence) -> None:
        """Keep verified evidence; a cache that cannot be written is no error."""
        if evidence.status is not Status.VERIFIED:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.folder / f"{key}.json", json.dumps(asdict(evidence)))
        except OSError:
            return


def write_atomically(file: Path, text: str | bytes) -> None:
    """Write a text, or bytes, under a temporary name in the same folder, then rename it into place."""
    # Not tempfile.mkstemp, whose files nobody else may read.
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as stream:
            stream.write(text.encode() if isinstance(text, str) else text)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def key(statement: Statement, modules: Iterable[str], *others: object) -> str:
    """The hash under which the evidence of one layer is kept.

    Args:
        statement: the ledger's record.
        modules: the modules that produce and judge the evidence.
        others: whatever else it depends on: text, numbers, dataclasses, arrays.
    """
    digest = hashlib.sha256()
    for module in sorted(set().union(*map(imported_sources, modules))):
        digest.update(module.encode())
        digest.update(source_text(module).encode())
    digest.update(environment().encode())
    digest.update(repr(statement).encode())
    for other in others:
        _add(digest, other)
    return digest.hexdigest()


@functools.cache
def environment() -> str:
    """Versions of Python and of the libraries that evidence is computed with."""
    versions = []
    for library in LIBRARIES:
        try:
            versions.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{library} absent")
    return f"python {platform.python_version()} {platform.machine()}; " + "; ".join(versions)


@functools.cache
def imported_sources(module: str) -> frozenset[str]:
    """The module and every module of this package that it imports, directly or not.

    >>> "gatedmem.numerics.instances" in imported_sources("gatedmem.proofs.evidence")
    True
    """
    found: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name in found or module_file(name) is None:
            continue
        found.add(name)
        todo.extend(_imports(name))
        # Importing a module runs the __init__ of each package above it.
        todo.extend(name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1))
    return frozenset(found)


def _imports(module: str) -> Iterable[str]:
    todo: list[ast.AST] = [ast.parse(source_text(module))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            todo.extend(node.orelse)
            continue  # the rest is never run
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        todo.extend(ast.iter_child_nodes(node))


@functools.cache
def source_text(module: str) -> str:
    """The source of a module of this package; empty for any other."""
    file = module_file(module)
    return "" if file is None else file.read_text(encoding="utf-8")


def _add(digest: Any, value: Any) -> None:
    """Feed a nested record of plain values and arrays to a hash."""
    if is_dataclass(value) and not isinstance(value, type):
        _add(digest, {field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, dict):
        for name in sorted(value):
            digest.update(name.encode())
            _add(digest, value[name])
    elif isinstance(value, np.ndarray):
        digest.update(repr((value.shape, value.dtype.str)).encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    else:
        digest.update(repr(value).encode())
