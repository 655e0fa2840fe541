"""Reading tables of numbers from a user's files: .npy, .npz, .csv and .json, nothing executed.

Whatever is wrong with a file is said in one line that names the file, the field and the rule it breaks.
"""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import numpy as np

from gatedmem.numerics.instances import Array

READERS = (".npy", ".npz", ".csv", ".json")


class InputError(Exception):
    """A file or an option cannot be used; the message names it, the field and the rule it breaks."""


def read_table(path: Path, field: str) -> Array:
    """Read a table with one row per stored item.

    Args:
        path: a ``.npy`` file; a ``.npz`` file with an array called ``field`` or with a single array; a ``.csv``
            file of numbers without a header; or a ``.json`` list of lists.
        field: what the table stands for, for instance ``"patterns"``.

    Returns:
        Array of shape (rows, columns), finite, neither side empty.

    Raises:
        InputError: the file is missing, pickled, damaged, of another type, empty, ragged, not two-dimensional,
            not numeric, or holds NaN or infinities.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise InputError(f"{path}: {field}: must end in one of {', '.join(READERS)}")
    try:
        if suffix == ".csv":
            array = _from_rows(_csv_rows(path, field), path, field)
        elif suffix == ".json":
            array = _from_rows(_json_rows(path, field), path, field)
        else:
            array = _from_numpy(path, field)
    except FileNotFoundError:
        raise InputError(f"{path}: {field}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not text in UTF-8"
        raise InputError(f"{path}: {field}: cannot be read ({reason})") from None
    return _checked(array, path, field)


def _csv_rows(path: Path, field: str) -> list[list[float]]:
    rows = []
    with path.open(newline="", encoding="utf-8-sig") as stream:
        try:
            for number, row in enumerate(csv.reader(stream), start=1):
                if not any(cell.strip() for cell in row):
                    continue
                try:
                    rows.append([float(cell) for cell in row])
                except ValueError:
                    bad = next(cell for cell in row if not _is_number(cell))
                    message = f"{path}: {field}: line {number} holds {bad[:40]!r}, which is not a number"
                    raise InputError(message) from None
        except csv.Error as error:
            raise InputError(f"{path}: {field}: is not a CSV table ({error})") from None
    return rows


def _json_rows(path: Path, field: str) -> list[list[float]]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise InputError(f"{path}: {field}: is not valid JSON") from None
    numeric = isinstance(value, list) and all(
        isinstance(row, list) and all(type(cell) in (int, float) for cell in row) for row in value
    )
    if not numeric:
        raise InputError(f"{path}: {field}: must be a list of lists of numbers")
    return value  # type: ignore[no-any-return]


def _from_rows(rows: list[list[float]], path: Path, field: str) -> Array:
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        raise InputError(f"{path}: {field}: rows differ in length ({min(lengths)} to {max(lengths)})")
    try:
        return np.array(rows, dtype=np.float64).reshape(len(rows), lengths.pop() if lengths else 0)
    except OverflowError:
        raise InputError(f"{path}: {field}: holds a number too large for double precision") from None


def _from_numpy(path: Path, field: str) -> Array:
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.lib.npyio.NpzFile):
            with loaded:
                names = loaded.files
                if field in names:
                    chosen = field
                elif len(names) == 1:
                    chosen = names[0]
                else:
                    held = ", ".join(names[:8]) or "nothing"
                    raise InputError(f"{path}: {field}: needs an array called {field!r}; it holds {held}")
                loaded = loaded[chosen]
    except (ValueError, EOFError, zipfile.BadZipFile, MemoryError, SyntaxError) as error:
        # np.load takes whatever has no NumPy or zip signature for a pickle.
        if "pickle" in str(error).lower() and path.read_bytes()[:1] in (b"\x93", b"\x80"):
            raise InputError(f"{path}: {field}: is pickled; save it as a plain array of numbers") from None
        raise InputError(f"{path}: {field}: is not a NumPy file ({error})".replace("\n", " ")) from None
    if loaded.dtype.kind not in "biuf":
        raise InputError(f"{path}: {field}: must hold real numbers, holds {loaded.dtype}")
    return np.asarray(loaded, dtype=np.float64)


def _checked(array: Array, path: Path, field: str) -> Array:
    if array.size == 0:
        raise InputError(f"{path}: {field}: is empty (shape {array.shape})")
    if array.ndim != 2:
        raise InputError(f"{path}: {field}: needs two dimensions, one row per stored item; has shape {array.shape}")
    if not np.isfinite(array).all():
        row, column = (int(index) for index in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{path}: {field}: row {row + 1}, column {column + 1} is {array[row, column]}, not finite")
    return array


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
