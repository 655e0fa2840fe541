"""Validated integration: a ball around the true solution of a differential equation at each step.

Taylor's method with a proved remainder. On each step a box is found that the solution cannot leave (Picard), and the
Taylor coefficient of the first omitted order, taken over that box, bounds the remainder. Made for a few unknowns over
a few time constants: the radius grows with the largest growth rate of the field, contraction or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction

from flint import arb, arb_series, ctx

from gatedmem.numerics.enclosures import Vector, ball

Field = Callable[[list[arb_series]], list[arb_series]]


class IntegrationError(ArithmeticError):
    """No box was found that the solution stays in: the step is too long or the enclosure too wide."""


@contextmanager
def _series_length(length: int) -> Iterator[None]:
    before = ctx.cap
    ctx.cap = length
    try:
        yield
    finally:
        ctx.cap = before


def validated_solution(
    field: Field, start: Vector, duration: Fraction, steps: int, order: int = 16
) -> list[tuple[Fraction, Vector]]:
    """Enclose the solution of ẏ = v(y) at equally spaced times.

    Args:
        field: v, written on power series in time, so that it may use + - * / and the series' own functions.
        start: shape (n,), enclosure of y(0).
        duration: end of the time interval.
        steps: number of steps.
        order: number of Taylor coefficients kept.

    Returns:
        The times, from 0 on, and the enclosure of y at each.

    Raises:
        IntegrationError: a step could not be validated.

    >>> decay = validated_solution(lambda y: [-y[0]], [ball(1)], Fraction(1), 4)
    >>> decay[-1][0], bool(decay[-1][1][0].overlaps(ball(-1).exp())), bool(decay[-1][1][0].rad() < 1e-12)
    (Fraction(1, 1), True, True)
    """
    step = duration / steps
    times, state = [(Fraction(0), start)], start
    for index in range(1, steps + 1):
        state = _step(field, state, ball(step), order)
        times.append((index * step, state))
    return times


def _step(field: Field, state: Vector, step: arb, order: int) -> Vector:
    around = _trap(field, state, step)
    with _series_length(order + 1):
        polynomial = _coefficients(field, state, order - 1)
        remainder = [row[order] for row in _coefficients(field, around, order)]
    moved = []
    for row, last in zip(polynomial, remainder, strict=True):
        value = last
        for coefficient in reversed(row):
            value = value * step + coefficient
        moved.append(value)
    return moved


def _trap(field: Field, state: Vector, step: arb) -> Vector:
    """A box with y + [0, h]·v(box) inside it: the solution exists on the step and stays there (Picard)."""
    whole = arb(0).union(step)
    box = state
    with _series_length(1):
        for attempt in range(30):
            speeds = [series[0] for series in field([arb_series([entry]) for entry in box])]
            image = [entry + whole * speed for entry, speed in zip(state, speeds, strict=True)]
            if not all(entry.is_finite() for entry in image):
                break
            if attempt and all(outer.contains_interior(inner) for outer, inner in zip(box, image, strict=True)):
                return image
            box = [entry + arb(0, 1) * (entry.rad() / 4 + arb(2) ** -40) for entry in image]
    raise IntegrationError("no box was found that the solution stays in")


def _coefficients(field: Field, state: Vector, order: int) -> list[Vector]:
    """Taylor coefficients 0 … order of the solution through ``state``."""
    rows = [[entry] for entry in state]
    for degree in range(order):
        velocity = field([arb_series(row, prec=degree + 1) for row in rows])
        for row, series in zip(rows, velocity, strict=True):
            row.append(series[degree] / (degree + 1))
    return rows
