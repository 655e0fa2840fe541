"""Newton's map y - Y·G(y) contracts a cube: the test for one zero of G, and only one, with Y = rows/2^bits.

With e = ‖I - Y·DG‖_∞ < 1 over a cube about c and |Y·G(c)| < (1 - e)·radius the map sends the cube of that radius into
itself and has no second fixed point in the larger one. Y has an inverse, since Y·DG has, so that a fixed point of the
map is a zero of G.
"""

from __future__ import annotations

from fractions import Fraction

from gatedmem.proofs.checker.intervals import ONE, Interval
from gatedmem.proofs.checker.matrices import MATRIX_BITS, Matrix, Rows, product, rounded


def contraction(table: Rows, rows: Matrix, bits: int) -> Fraction:
    """A number at least ‖I - Y·DG‖_∞, Y = rows/2^bits, DG enclosed in a table."""
    middles, halves = rounded(table)
    unit = 1 << (bits + MATRIX_BITS)
    doubts = [sum(row) for row in halves]
    worst = 0
    for i, row in enumerate(product(rows, middles)):
        off = sum(abs(entry - (unit if i == j else 0)) for j, entry in enumerate(row))
        worst = max(worst, off + sum(abs(y) * doubt for y, doubt in zip(rows[i], doubts, strict=True)))
    return Fraction(worst, unit)


def newton_step(off: list[Interval], rows: Matrix, bits: int) -> Fraction:
    """A number at least the largest |Y·G(c)|_i, Y = rows/2^bits."""
    largest = 0
    for row in rows:
        low = sum(y * (value.low if y > 0 else value.high) for y, value in zip(row, off, strict=True))
        high = sum(y * (value.high if y > 0 else value.low) for y, value in zip(row, off, strict=True))
        largest = max(largest, abs(low), abs(high))
    return Fraction(largest, ONE << bits)
