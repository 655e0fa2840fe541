"""Balls, vectors and matrices of them: conversions that never round behind one's back, products, ranges, printing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, ctx, fmpq, fmpz

Ball: TypeAlias = arb
Vector: TypeAlias = list[arb]
Exact: TypeAlias = int | float | Fraction | fmpq | fmpz
Number: TypeAlias = Exact | arb


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits inside the block or the decorated function, then restore the former bits.

    >>> with working_precision(200):
    ...     third = ball(1) / 3
    >>> bool(third.rad() < 1e-59)
    True
    """
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def ball(value: Number) -> Ball:
    """Enclose one number: a double is taken as the exact dyadic number it is, a fraction is enclosed.

    Raises:
        ValueError: the value is infinite or not a number.

    >>> ball(Fraction(1, 3)).contains(fmpq(1, 3)), ball(0.1) == ball(Fraction(0.1))
    (True, True)
    """
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            raise ValueError(f"a ball needs a finite number, got {value}")
        return arb(float(value))
    if isinstance(value, np.integer):
        return arb(int(value))
    return arb(value)


def vector(values: Sequence[Number] | npt.NDArray[np.float64]) -> Vector:
    """Enclose each entry of a one-dimensional sequence."""
    return [ball(value) for value in values]


def matrix(rows: Sequence[Sequence[Number]] | npt.NDArray[np.float64]) -> arb_mat:
    """Enclose each entry of a table, given by rows."""
    return arb_mat([[ball(value) for value in row] for row in rows])


def product(left: arb_mat, right: Vector) -> Vector:
    """Matrix times vector.

    >>> [float(entry) for entry in product(matrix([[1, 2], [3, 4]]), vector([1, 1]))]
    [3.0, 7.0]
    """
    return list((left * arb_mat(len(right), 1, right)).entries())


def dot(left: Vector, right: Vector) -> Ball:
    """Inner product of two vectors of the same length."""
    return sum((a * b for a, b in zip(left, right, strict=True)), arb(0))


def norm(values: Vector) -> Ball:
    """Euclidean norm.

    >>> norm(vector([3, 4])).contains(5), norm([arb(0, 1e-9)]).contains(0)
    (True, True)
    """
    total = sum((square(value) for value in values), arb(0))
    if not total.is_finite():
        return arb("nan")
    low = total.lower()
    # A ball about a small number may reach below 0, where the root has no enclosure; a sum of squares does not.
    return (low if low > 0 else arb(0)).sqrt().union(total.upper().sqrt())


def interval(low: Number, high: Number) -> Ball:
    """The smallest ball that contains both numbers."""
    return ball(low).union(ball(high))


def box(centre: Sequence[Number], radius: Sequence[Number]) -> Vector:
    """The box of half-widths ``radius`` about ``centre``."""
    return [ball(c) + arb(0, ball(r).abs_upper()) for c, r in zip(centre, radius, strict=True)]


def midpoints(values: Sequence[Ball]) -> Vector:
    """The exact centres of the balls."""
    return [value.mid() for value in values]


def largest_radius(values: Sequence[Ball]) -> float:
    """The largest radius, as a double rounded up; infinity if a ball is not finite.

    >>> largest_radius([ball(1), ball(Fraction(1, 3))]) < 1e-15
    True
    """
    if not all(value.is_finite() for value in values):
        return math.inf
    return max((math.nextafter(float(value.rad()), math.inf) for value in values), default=0.0)


def square(value: Ball) -> Ball:
    """The range of x² over the ball: tight, and never below 0 by more than rounding.

    ``x * x`` forgets that both factors are one number, and ``arb(0, 1) ** 2`` is not a number.

    >>> square(arb(0, 1)).contains(1), bool(square(arb(0, 1)) >= -1e-3), bool(square(arb(3, 1)) < 17)
    (True, True, True)
    """
    if not value.is_finite():
        return arb("nan")
    low, high = value.abs_lower(), value.abs_upper()
    return (low * low).union(high * high)


def show(value: Ball | Fraction | int, digits: int = 12) -> str:
    """Write a number with its enclosure: ``"0.333333333333 ± 3.34e-13"``; exact numbers stand alone.

    >>> with working_precision(100):
    ...     show(ball(Fraction(1, 3))), show(Fraction(3, 7)), show(ball(2))
    ('0.333333333333 ± 3.34e-13', '3/7', '2.00000000000')
    """
    if isinstance(value, (Fraction, int)):
        return str(value)
    text = str(value.str(digits))
    if not text.startswith("["):
        return text
    middle, _, radius = text[1:-1].partition("+/- ")
    return f"{middle.strip() or '0'} ± {radius}"
