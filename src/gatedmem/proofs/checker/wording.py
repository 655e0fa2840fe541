"""Numbers as they stand in the sentence that a claim comes to, and the type of a table of claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from fractions import Fraction

# name → (ledger id, verdicts it may have, function)
Claims = Mapping[str, tuple[str, tuple[str, ...], Callable[..., str]]]


def short(value: Fraction) -> str:
    """A number for a sentence: exact when that is short, else about fifteen digits."""
    return _decimal(value, "ROUND_HALF_EVEN")


def at_least(value: Fraction) -> str:
    """A lower bound for a sentence, rounded down.

    >>> at_least(Fraction(2000, 3001)), at_least(Fraction(10**30 - 1, 10**30)), at_least(Fraction(1, 2))
    ('0.666444518493835', '0.999999999999999', '1/2')
    """
    return _decimal(value, "ROUND_FLOOR")


def at_most(value: Fraction) -> str:
    """An upper bound for a sentence, rounded up.

    >>> at_most(Fraction(2000, 3001)), at_most(Fraction(1, 10**500))
    ('0.666444518493836', '1e-500')
    """
    return _decimal(value, "ROUND_CEILING")


def _decimal(value: Fraction, rounding: str) -> str:
    exact = str(value)
    if len(exact) <= 8:
        return exact
    digits = Context(prec=15, rounding=rounding)
    # The division rounds once, as asked for; both parts of the fraction enter it exactly.
    return f"{digits.divide(Decimal(value.numerator), Decimal(value.denominator)).normalize(digits):g}"
