"""Reading tables of numbers from a user's files: .npy, .npz, .csv and .json, nothing executed.

Whatever is wrong with a file is said in one line that names the file, the field and the rule it breaks.
"""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.numerics.instances import Array

READERS = (".npy", ".npz", ".csv", ".json")

# Fields of which a file may hold a single one as a plain vector; it is read as a table of one row.
SINGLE = ("query", "cue", "context")

# Digits and decimal exponent that a number may have to be read exactly; the doubles need fewer of either.
MOST_DIGITS, LARGEST_EXPONENT = 400, 400

LARGEST_UNPACKED = 2**30  # bytes of an array in an .npz archive


class InputError(Exception):
    """A file or an option cannot be used; the message names it, the field and the rule it breaks."""


def read_table(path: Path, field: str) -> Array:
    """Read a table with one row per stored item.

    Args:
        path: a ``.npy`` file; a ``.npz`` file with an array called ``field`` or with a single array; a ``.csv``
            file of numbers without a header; or a ``.json`` list of lists. For the fields of ``SINGLE`` an array of
            one dimension or a JSON list of numbers is one row.
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


def read_exact(path: Path, field: str, *, decimal: bool = False) -> list[list[Fraction]]:
    """Read a table as the exact numbers it holds.

    Args:
        path: as for :func:`read_table`.
        field: what the table stands for.
        decimal: take ``0.1`` in a CSV or JSON file as 1/10. Otherwise it is the double nearest to it, as it is for a
            program that reads the file into an array.

    Returns:
        The rows, all of the same length, none empty.

    Raises:
        InputError: as for :func:`read_table`, or a decimal number is too long.
    """
    if not decimal or path.suffix.lower() not in (".csv", ".json"):
        return [[Fraction(float(entry)) for entry in row] for row in read_table(path, field)]
    read_table(path, field)  # every rule on the file's form, in the words used for all tables
    rows = _csv_rows(path, field, _decimal) if path.suffix.lower() == ".csv" else _json_rows(path, field, _decimal)
    return [list(row) for row in rows]


def read_exact_vector(path: Path, field: str, *, decimal: bool = False) -> list[Fraction]:
    """Read a vector as the exact numbers it holds: a table of one row or of one column.

    Raises:
        InputError: as for :func:`read_exact`, or the table has several rows and several columns.
    """
    rows = read_exact(path, field, decimal=decimal)
    if len(rows) > 1 and len(rows[0]) > 1:
        raise InputError(f"{path}: {field}: must be one row or one column, is {len(rows)} by {len(rows[0])}")
    return [entry for row in rows for entry in row]


def exact_number(text: str, *, decimal: bool = False) -> Fraction:
    """A number from the command line: the decimal it is written as, or the double nearest to it.

    Raises:
        ValueError: not a finite number, or too long.

    >>> exact_number("0.1", decimal=True), exact_number("0.5")
    (Fraction(1, 10), Fraction(1, 2))
    """
    try:
        return _decimal(text) if decimal else Fraction(float(text))
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is not a finite number of moderate length") from None


def _decimal(text: str) -> Fraction:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a decimal number") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is not finite")
    digits, exponent = value.as_tuple()[1:]
    if len(digits) > MOST_DIGITS or abs(int(exponent)) > LARGEST_EXPONENT:
        raise ValueError(f"{text!r} has too many digits")
    return Fraction(value)


def _csv_rows(path: Path, field: str, number: Callable[[str], Any] = float) -> list[list[Any]]:
    rows = []
    with path.open(newline="", encoding="utf-8-sig") as stream:
        try:
            for line, row in enumerate(csv.reader(stream), start=1):
                if not any(cell.strip() for cell in row):
                    continue
                try:
                    rows.append([number(cell) for cell in row])
                except ValueError:
                    bad = next(cell for cell in row if not _is_number(cell, number))
                    message = f"{path}: {field}: line {line} holds {bad[:40]!r}, which is not a number"
                    raise InputError(message) from None
        except csv.Error as error:
            raise InputError(f"{path}: {field}: is not a CSV table ({error})") from None
    return rows


def _json_rows(path: Path, field: str, number: Callable[[str], Any] | None = None) -> list[list[Any]]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"), parse_float=number, parse_int=number)
    except (ValueError, RecursionError):
        raise InputError(f"{path}: {field}: is not valid JSON") from None
    if field in SINGLE and isinstance(value, list) and value and not any(isinstance(entry, list) for entry in value):
        value = [value]
    numeric = isinstance(value, list) and all(
        isinstance(row, list) and all(type(cell) in (int, float, Fraction) for cell in row) for row in value
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
        with warnings.catch_warnings(), path.open("rb") as stream:  # np.load would leave a damaged file open
            warnings.simplefilter("ignore")  # about headers that NumPy can mend
            loaded = np.load(stream, allow_pickle=False)
            if isinstance(loaded, np.lib.npyio.NpzFile):
                with loaded:
                    loaded = loaded[_chosen(loaded, path, field)]
    except (InputError, OSError):
        raise
    except Exception as error:  # NumPy, zipfile and the decompressors have many ways to say that a file is damaged
        # np.load takes whatever has no NumPy or zip signature for a pickle.
        if "pickle" in str(error).lower() and path.read_bytes()[:1] in (b"\x93", b"\x80"):
            raise InputError(f"{path}: {field}: is pickled; save it as a plain array of numbers") from None
        raise InputError(f"{path}: {field}: is not a NumPy file ({_line(error)})") from None
    if loaded.dtype.kind not in "biuf":
        raise InputError(f"{path}: {field}: must hold real numbers, holds {_line(loaded.dtype)}")
    return np.asarray(loaded, dtype=np.float64)


def _chosen(archive: Any, path: Path, field: str) -> str:
    """The name of the array to read from an archive."""
    names: list[str] = archive.files
    if field in names:
        chosen = field
    elif len(names) == 1:
        chosen = names[0]
    else:
        held = ", ".join(names[:8]) or "nothing"
        raise InputError(f"{path}: {field}: needs an array called {field!r}; it holds {_line(held)}")
    # A small archive can unpack to more than the memory holds.
    if any(
        member.file_size > LARGEST_UNPACKED
        for member in archive.zip.infolist()
        if member.filename in (chosen, f"{chosen}.npy")
    ):
        raise InputError(f"{path}: {field}: is larger than {LARGEST_UNPACKED} bytes when unpacked; save it as .npy")
    return chosen


def _line(message: object) -> str:
    """The message as one line of moderate length, without control characters that a file put there."""
    return "".join(letter if letter.isprintable() else " " for letter in str(message)[:300])


def _checked(array: Array, path: Path, field: str) -> Array:
    if array.size == 0:
        raise InputError(f"{path}: {field}: is empty (shape {array.shape})")
    if array.ndim == 1 and field in SINGLE:
        array = array[np.newaxis, :]
    if array.ndim != 2:
        raise InputError(f"{path}: {field}: needs two dimensions, one row per stored item; has shape {array.shape}")
    if not np.isfinite(array).all():
        row, column = (int(index) for index in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{path}: {field}: row {row + 1}, column {column + 1} is {array[row, column]}, not finite")
    return array


def _is_number(cell: str, number: Callable[[str], Any]) -> bool:
    try:
        number(cell)
    except ValueError:
        return False
    return True
