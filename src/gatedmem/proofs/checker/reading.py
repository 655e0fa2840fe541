"""Reading a certificate: JSON with limits on everything, and numbers that are exact or refused.

Nothing in a file is believed before it is checked, and nothing in it is ever executed. A file is refused
(:class:`Malformed`) in one line that names the field and the rule it breaks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any, NoReturn

# Limits; each bounds the time and memory that a hostile file can take.
LARGEST_FILE = 16 * 2**20  # bytes
MOST_CONTAINERS = 50_000  # lists and objects in one file
DEEPEST = 8  # lists and objects inside each other
MOST_DIGITS = 1300  # of one integer; the doubles need 633 between them
LARGEST_POWER = 4400  # k in "m/2^k"
LONGEST_TEXT = 500  # characters of a reason
LARGEST_SIDE = 600  # rows or columns of a table

_RATIONAL = re.compile(r"(-?[0-9]{1,1300})(?:/(2\^)?([0-9]{1,1300}))?", re.ASCII)


class Rejected(Exception):
    """The certificate is not accepted: a claim in it is not proved by its witness."""


class Malformed(Rejected):
    """The certificate is not accepted: it breaks a rule of the format."""


def load(data: bytes) -> dict[str, Any]:
    """Parse a certificate's bytes into plain dictionaries, lists, strings and integers.

    Raises:
        Malformed: too large, too deep, not UTF-8, not JSON, a number that is not an integer, or a repeated key.

    >>> load(b'{"format": "x", "claims": [1, -2]}')
    {'format': 'x', 'claims': [1, -2]}
    >>> load(b'{"alpha": 0.1}')
    Traceback (most recent call last):
    ...
    gatedmem.proofs.checker.reading.Malformed: 0.1 is not exact: numbers are integers, or strings such as "1/10"
    """
    if len(data) > LARGEST_FILE:
        raise Malformed(f"the file is larger than {LARGEST_FILE} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("the file is not UTF-8") from None
    if text.count("[") + text.count("{") > MOST_CONTAINERS:
        raise Malformed(f"the file holds more than {MOST_CONTAINERS} lists and objects")
    try:
        value = json.loads(
            text,
            parse_int=_bounded_integer,
            parse_float=_not_exact,
            parse_constant=_not_exact,
            object_pairs_hook=_without_repeats,
        )
    except RecursionError:
        raise Malformed(f"lists and objects are nested deeper than {DEEPEST}") from None
    except ValueError as error:
        raise Malformed(f"not valid JSON ({error})"[:200]) from None
    if not isinstance(value, dict):
        raise Malformed("a certificate is a JSON object")
    layer: list[Any] = [value]
    for _ in range(DEEPEST):
        layer = [inner for outer in layer for inner in _contents(outer)]
    if layer:
        raise Malformed(f"lists and objects are nested deeper than {DEEPEST}")
    return value


def fields(value: object, where: str, names: Collection[str]) -> dict[str, Any]:
    """Require an object with exactly these keys.

    >>> fields({"a": 1}, "witness", ["a"])
    {'a': 1}
    """
    if not isinstance(value, dict):
        raise Malformed(f"{where}: must be an object")
    missing = sorted(set(names) - set(value))
    extra = sorted(set(value) - set(names))
    if missing:
        raise Malformed(f"{where}: lacks {missing[0]!r}")
    if extra:
        raise Malformed(f"{where}: has an unknown field {extra[0][:40]!r}")
    return value


def choice(value: object, where: str, allowed: Iterable[str]) -> str:
    """Require one of the given strings."""
    allowed = list(allowed)
    if not isinstance(value, str) or value not in allowed:
        raise Malformed(f"{where}: must be one of {', '.join(allowed)}")
    return value


def text(value: object, where: str) -> str:
    """Require one line of printable text of bounded length."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise Malformed(f"{where}: must be a line of at most {LONGEST_TEXT} printable characters")
    return value


def rational(value: object, where: str) -> Fraction:
    """Require an exact number: a string ``"m"``, ``"m/n"`` or ``"m/2^k"``.

    >>> [rational(word, "x") for word in ("-3", "1/10", "3/2^2")]
    [Fraction(-3, 1), Fraction(1, 10), Fraction(3, 4)]
    """
    match = _RATIONAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Malformed(f'{where}: must be an exact number, a string such as "-3", "1/10" or "3/2^52"')
    numerator, power, below = match.groups()
    denominator = int(below or 1)
    if power:
        if denominator > LARGEST_POWER:
            raise Malformed(f"{where}: its power of 2 is beyond {LARGEST_POWER}")
        denominator = 2**denominator
    if denominator == 0:
        raise Malformed(f"{where}: has denominator 0")
    return Fraction(int(numerator), denominator)


def positive(value: object, where: str) -> Fraction:
    """Require an exact number greater than 0."""
    number = rational(value, where)
    if number <= 0:
        raise Malformed(f"{where}: must be greater than 0")
    return number


def not_negative(value: object, where: str) -> Fraction:
    """Require an exact number that is at least 0."""
    number = rational(value, where)
    if number < 0:
        raise Malformed(f"{where}: must be at least 0")
    return number


def integer(value: object, where: str, low: int, high: int) -> int:
    """Require a JSON integer between two bounds, both allowed."""
    if type(value) is not int or not low <= value <= high:
        raise Malformed(f"{where}: must be an integer from {low} to {high}")
    return value


def integers(value: object, where: str, length: int) -> list[int]:
    """Require a list of JSON integers of this length."""
    if not isinstance(value, list) or len(value) != length or any(type(entry) is not int for entry in value):
        raise Malformed(f"{where}: must be a list of {length} integers")
    return value


def rationals(value: object, where: str, length: int) -> list[Fraction]:
    """Require a list of exact numbers of this length."""
    if not isinstance(value, list) or len(value) != length:
        raise Malformed(f"{where}: must be a list of {length} exact numbers")
    return [rational(entry, where) for entry in value]


def rows(value: object, where: str) -> list[list[Any]]:
    """Require a table: lists of one length, neither side empty nor longer than ``LARGEST_SIDE``."""
    if not isinstance(value, list) or not 1 <= len(value) <= LARGEST_SIDE:
        raise Malformed(f"{where}: must be a list of 1 to {LARGEST_SIDE} rows")
    if any(not isinstance(row, list) for row in value):
        raise Malformed(f"{where}: every row must be a list")
    if not 1 <= len(value[0]) <= LARGEST_SIDE or any(len(row) != len(value[0]) for row in value):
        raise Malformed(f"{where}: every row must have the same length, from 1 to {LARGEST_SIDE}")
    return value


def write(value: Fraction) -> str:
    """The string that :func:`rational` reads as this number; powers of 2 below are written as such.

    >>> write(Fraction(0.1)), write(Fraction(1, 10)), write(Fraction(-2))
    ('3602879701896397/2^55', '1/10', '-2')
    """
    denominator = value.denominator
    if denominator == 1:
        return str(value.numerator)
    if denominator & (denominator - 1) == 0:
        return f"{value.numerator}/2^{denominator.bit_length() - 1}"
    return f"{value.numerator}/{denominator}"


def _contents(value: object) -> list[Any]:
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [entry for entry in inner if isinstance(entry, (dict, list))]


def _bounded_integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Malformed(f"an integer has more than {MOST_DIGITS} digits")
    return int(digits)


def _not_exact(digits: str) -> NoReturn:
    raise Malformed(f'{digits[:40]} is not exact: numbers are integers, or strings such as "1/10"')


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Malformed("an object has the same key twice")
    return value
