"""From a user's arrays to the padded tables of the compiled code, with NumPy's rules of broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate.compiled import compiled
from gatedmem.numerics.simulate.fields import NUMBERS
from gatedmem.numerics.simulate.vectors import wide

Indices = npt.NDArray[np.intp]
PRECISIONS = {"double": np.float64, "single": np.float32}


@dataclass(frozen=True, eq=False)
class Batch:
    """Trajectories to be solved, one a row, in the form that the compiled code reads.

    Attributes:
        shape: the leading axes of the user's batch; their product is B.
        kind: which memory, a constant of :mod:`gatedmem.numerics.simulate.fields`.
        patterns: shape (P, K, N), the stored sets.
        which: shape (B,), the set of each trajectory.
        numbers: shape (B, NUMBERS), constants of each trajectory.
        rates: shape (B, S), leak of each segment of the state.
        rows: shape (B, N), initial rows of the state.
        columns: shape (B, K) or (B, 0), initial columns of the state.
    """

    shape: tuple[int, ...]
    kind: int
    patterns: Array
    which: Indices
    numbers: Array
    rates: Array
    rows: Array
    columns: Array

    @property
    def size(self) -> int:
        """B, the number of trajectories."""
        return len(self.which)

    @property
    def lead(self) -> int:
        """Where the columns begin in a state: N, padded to a multiple of 16."""
        return padded(self.patterns.shape[2], 16)


def padded(length: int, unit: int) -> int:
    """Return the least multiple of ``unit`` that is at least ``length``.

    >>> padded(17, 16), padded(0, 16)
    (32, 0)
    """
    return -(-length // unit) * unit


def aligned_zeros(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return zeros that begin at a multiple of 64 bytes: a vector that straddles two cache lines is loaded twice.

    >>> aligned_zeros((3, 2), np.float32).ctypes.data % 64
    0
    """
    kind = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    room = np.zeros(size + 64, np.uint8)
    begin = -room.ctypes.data % 64
    return room[begin : begin + size].view(kind).reshape(shape)


def stored_sets(patterns: npt.ArrayLike, field: str = "patterns", *, signs: bool = True) -> Array:
    """Return patterns as an array of shape (..., K, N), checked.

    Raises:
        ValueError: fewer than two axes, an empty one, an entry that is not finite (or not ±1 where ``signs``).

    >>> stored_sets([[1, -1], [1, 2]])
    Traceback (most recent call last):
        ...
    ValueError: patterns: every entry must be -1 or +1
    """
    array = np.asarray(patterns, dtype=np.float64)
    if array.ndim < 2 or not array.size:
        raise ValueError(f"{field}: needs shape (..., K, N), none of them 0; has shape {array.shape}")
    if count_faults(array.reshape(-1), signs):
        raise ValueError(f"{field}: every entry must be {'-1 or +1' if signs else 'finite'}")
    return array


@compiled
def count_faults(values, signs):  # type: ignore[no-untyped-def]
    """How many entries are not ±1 (or not finite): one pass, where NumPy needs three."""
    wide()
    faults = 0
    for i in range(np.uintp(values.size)):
        size = abs(values[i])
        faults += not (size == 1.0 if signs else size < np.inf)
    return faults


def vectors(values: npt.ArrayLike, length: int, field: str) -> Array:
    """Return values as an array of shape (..., length), finite.

    Raises:
        ValueError: the last axis has another length, or an entry is not finite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim < 1 or array.shape[-1] != length:
        raise ValueError(f"{field}: needs {length} numbers per row, has shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{field}: every entry must be finite")
    return array


def numbers(values: npt.ArrayLike, field: str, *, least: float = 0.0, strict: bool = True) -> Array:
    """Return a parameter as an array of any shape, finite and above ``least`` (at least it, unless ``strict``).

    Raises:
        ValueError: an entry is out of range.

    >>> numbers([0.1, -1.0], "tau_p")
    Traceback (most recent call last):
        ...
    ValueError: tau_p: must be finite and greater than 0, is -1.0
    """
    array = np.asarray(values, dtype=np.float64)
    fine = np.isfinite(array) & ((array > least) if strict else (array >= least))
    if not fine.all():
        bad = array[~fine].ravel()[0] if array.ndim else float(array)
        rule = "greater than" if strict else "at least"
        raise ValueError(f"{field}: must be finite and {rule} {least:g}, is {bad}")
    return array


def common_shape(**shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that all leading axes broadcast to.

    Raises:
        ValueError: they do not; the message names all of them.

    >>> common_shape(patterns=(5, 1), cue=(3,))
    (5, 3)
    """
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"{next(iter(shapes))}: leading axes do not broadcast together: {listed}") from None


def make_batch(
    kind: int,
    patterns: Array,
    cue: Array,
    columns: Array | None,
    constants: dict[int, Array],
    rates: list[Array],
) -> Batch:
    """Lay trajectories out one a row.

    Args:
        kind: which memory.
        patterns: shape (*L₁, K, N).
        cue: shape (*L₂, N), initial rows.
        columns: shape (*L₃, K), initial columns, or None where the memory has none.
        constants: entries of ``numbers``, each an array of any shape.
        rates: leak of each segment, arrays of any shape.

    All leading axes and parameters broadcast together; patterns are never copied along an axis they lack.
    """
    shape = common_shape(
        patterns=patterns.shape[:-2],
        cue=cue.shape[:-1],
        gains=() if columns is None else columns.shape[:-1],
        **{f"parameter {i}": value.shape for i, value in enumerate([*constants.values(), *rates])},
    )
    size = int(np.prod(shape, dtype=np.int64))
    sets = patterns.reshape(-1, *patterns.shape[-2:])
    which = np.broadcast_to(np.arange(len(sets)).reshape(patterns.shape[:-2]), shape).reshape(-1)
    table = np.zeros((size, NUMBERS))
    for index, value in constants.items():
        table[:, index] = np.broadcast_to(value, shape).reshape(-1)
    leaks = np.stack([np.broadcast_to(rate, shape).reshape(-1) for rate in rates], axis=1)
    rows = np.broadcast_to(cue, (*shape, cue.shape[-1])).reshape(size, -1)
    if columns is None:
        lifted = np.zeros((size, 0))
    else:
        lifted = np.broadcast_to(columns, (*shape, columns.shape[-1])).reshape(size, -1)
    return Batch(shape, kind, sets, which, table, leaks, rows, lifted)


def padded_tables(sets: Array, precision: str) -> npt.NDArray[np.floating]:
    """Return stored sets, shape (P, K, N), as tables of shape (P, rows, columns), zero beyond N and K."""
    count, k, n = sets.shape
    tables = aligned_zeros((count, padded(n, 4), padded(k, 16)), PRECISIONS[precision])
    transpose_into(np.ascontiguousarray(sets), tables)
    return tables


@compiled
def transpose_into(patterns, tables):  # type: ignore[no-untyped-def]
    """``tables_pik = patterns_pki``, converted; several times faster than NumPy's strided copy."""
    count, k, n = patterns.shape
    for p in range(count):
        # Read in order, write in steps: a store that misses the cache waits for nothing, a load does.
        for m in range(np.uintp(k)):
            for i in range(np.uintp(n)):
                tables[p, i, m] = patterns[p, m, i]


def padded_states(batch: Batch, chosen: slice, precision: str, pad: float) -> npt.NDArray[np.floating]:
    """Return initial states of the chosen trajectories, shape (b, size); columns padded with ``pad``."""
    width, part = batch.columns.shape[1], batch.rows[chosen]
    states = np.zeros((len(part), batch.lead + padded(width, 16)), PRECISIONS[precision])
    states[:, : part.shape[1]] = part
    states[:, batch.lead :] = pad
    states[:, batch.lead : batch.lead + width] = batch.columns[chosen]
    return states
