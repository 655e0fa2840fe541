"""How numbers and tables of an instance are written in Rocq, and the series that bounds exp from below there."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

# Bits of bounds, and terms of the series of exp for small arguments.
BOUND_BITS = 40
EXPONENTIAL_TERMS = 40


class NothingToRestate(Exception):
    """No claim of the certificate has a formal counterpart here."""


def horner(y: Fraction, terms: int) -> Fraction:
    """1 + y/1·(1 + y/2·(…)), so many terms of the series of exp: at most e^y for y ≥ 0.

    >>> horner(Fraction(1), 2)
    Fraction(5, 2)
    """
    value = Fraction(1)
    for k in range(terms, 0, -1):
        value = 1 + y / k * value
    return value


def floor(value: Fraction, bits: int = BOUND_BITS) -> Fraction:
    """The largest multiple of 2^-bits that is at most the number."""
    return Fraction((value.numerator << bits) // value.denominator, 1 << bits)


def shorter(value: Fraction) -> Fraction:
    """A positive number rounded down to 24 binary digits."""
    return floor(value, 24 + max(0, value.denominator.bit_length() - value.numerator.bit_length()))


def integer(value: int) -> str:
    """An integer.

    >>> integer(-3), ratio(Fraction(1, 2)), rows([[1], []])
    ('(-3)%Z', 'IZR 1%Z / IZR 2%Z', '[:: [:: 1%Z];\\n [::]]')
    """
    return f"{value}%Z" if value >= 0 else f"({value})%Z"


def pair(value: Fraction) -> str:
    """Numerator and denominator, as two arguments."""
    return f"{integer(value.numerator)} {integer(value.denominator)}"


def row(values: Sequence[int]) -> str:
    """A list of integers."""
    return "[:: " + "; ".join(map(integer, values)) + "]" if values else "[::]"


def rows(table: Sequence[Sequence[int]]) -> str:
    """A list of lists of integers."""
    return "[:: " + ";\n ".join(map(row, table)) + "]"


def ratio(value: Fraction) -> str:
    """A rational number as a real one."""
    return f"IZR {integer(value.numerator)} / IZR {integer(value.denominator)}"
