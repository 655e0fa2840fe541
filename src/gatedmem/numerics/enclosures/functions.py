"""The functions that the models need, on balls, in forms that stay tight and finite."""

from __future__ import annotations

from flint import arb

from gatedmem.numerics.enclosures.balls import Ball, Vector


def tanh(value: Ball) -> Ball:
    """Hyperbolic tangent."""
    return value.tanh()


def log_cosh(value: Ball) -> Ball:
    """Log cosh x in the form that no large x can overflow: |x| + log(1 + e^{-2|x|}) - log 2.

    >>> from gatedmem.numerics.enclosures import working_precision
    >>> with working_precision(100):
    ...     bool(abs(log_cosh(arb(1000)) - (1000 - arb(2).log())) < 1e-25)
    True
    """
    size = abs(value)
    return size + (-2 * size).exp().log1p() - arb(2).log()


def log_sum_exp(values: Vector) -> Ball:
    """Log Σ e^{v_i}, shifted by the largest midpoint.

    >>> log_sum_exp([arb(0), arb(0)]).overlaps(arb(2).log())
    True
    """
    shift = _largest_midpoint(values)
    return shift + sum(((value - shift).exp() for value in values), arb(0)).log()


def softmax(values: Vector) -> Vector:
    """e^{v_i} / Σ_j e^{v_j}, each entry as 1/(1 + (Σ_{j≠i} e^{v_j})/e^{v_i}).

    Each input occurs once in numerator and once in denominator of that form, monotonically, so the
    enclosure is the exact range over the box up to rounding.

    >>> from flint import fmpq
    >>> [bool(entry.contains(fmpq(1, 3))) for entry in softmax([arb(5)] * 3)]
    [True, True, True]
    """
    shift = _largest_midpoint(values)
    weights = [(value - shift).exp() for value in values]
    before, after = [arb(0)], [arb(0)]
    for weight in weights[:-1]:
        before.append(before[-1] + weight)
    for weight in reversed(weights[1:]):
        after.append(after[-1] + weight)
    after.reverse()
    return [1 / (1 + (b + a) / w) for b, w, a in zip(before, weights, after, strict=True)]


def x_log_x(value: Ball) -> Ball:
    """P log p for p ≥ 0, with the value 0 at 0; p is either exactly 0 or a positive ball.

    Raises:
        ValueError: the ball holds 0 without being 0, where log p has no enclosure.

    >>> x_log_x(arb(0)), x_log_x(arb(1))
    (0, 0)
    """
    if value.is_zero():
        return arb(0)
    if not value > 0:
        raise ValueError(f"p log p needs p = 0 or a positive ball, got {value}")
    return value * value.log()


def _largest_midpoint(values: Vector) -> Ball:
    shift = values[0].mid()
    for value in values[1:]:
        if value.mid() > shift:
            shift = value.mid()
    return shift
