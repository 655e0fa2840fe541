"""Rigorous real arithmetic in balls: what a certificate computes with (python-flint, Arb).

A ball is a midpoint with a radius; every operation returns a ball that contains all values the exact
operation can take. Nothing here knows the models: conversions that never round behind one's back, the
functions the models need in forms that stay tight and finite, verified root boxes, and spectra.

Precision is Arb's working precision in bits, set for a block or a function by :func:`working_precision`.
It is global to the thread, so a generator must not yield from inside such a block.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from flint import acb, acb_mat, arb, arb_mat, ctx, fmpq, fmpz

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


def tanh(value: Ball) -> Ball:
    """Hyperbolic tangent."""
    return value.tanh()


def log_cosh(value: Ball) -> Ball:
    """Log cosh x in the form that no large x can overflow: |x| + log(1 + e^{-2|x|}) - log 2.

    >>> with working_precision(100):
    ...     bool(abs(log_cosh(ball(1000)) - (1000 - arb(2).log())) < 1e-25)
    True
    """
    size = abs(value)
    return size + (-2 * size).exp().log1p() - arb(2).log()


def log_sum_exp(values: Vector) -> Ball:
    """Log Σ e^{v_i}, shifted by the largest midpoint.

    >>> log_sum_exp(vector([0, 0])).overlaps(arb(2).log())
    True
    """
    shift = _largest_midpoint(values)
    return shift + sum(((value - shift).exp() for value in values), arb(0)).log()


def softmax(values: Vector) -> Vector:
    """e^{v_i} / Σ_j e^{v_j}, each entry as 1/(1 + (Σ_{j≠i} e^{v_j})/e^{v_i}).

    Each input occurs once in numerator and once in denominator of that form, monotonically, so the
    enclosure is the exact range over the box up to rounding.

    >>> [bool(entry.contains(fmpq(1, 3))) for entry in softmax(vector([5, 5, 5]))]
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

    >>> x_log_x(ball(0)), x_log_x(ball(1))
    (0, 0)
    """
    if value.is_zero():
        return arb(0)
    if not value > 0:
        raise ValueError(f"p log p needs p = 0 or a positive ball, got {value}")
    return value * value.log()


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


def _largest_midpoint(values: Vector) -> Ball:
    shift = values[0].mid()
    for value in values[1:]:
        if value.mid() > shift:
            shift = value.mid()
    return shift


@dataclass(frozen=True)
class System:
    """A map R^n → R^n on balls: its value on a box and its Jacobian on a box."""

    value: Callable[[Vector], Vector]
    jacobian: Callable[[Vector], arb_mat]


@dataclass(frozen=True)
class RootBox:
    """What one Krawczyk test said about a box.

    Attributes:
        outcome: "unique": exactly one root in ``region``, and it lies in ``enclosure``; "none": no root in
            ``region``; "undecided": neither was shown.
        region: the box that was tested.
        enclosure: the tightened box when "unique", else the image of the operator.
    """

    outcome: Literal["unique", "none", "undecided"]
    region: Vector
    enclosure: Vector


def krawczyk(system: System, centre: Vector, radius: Sequence[Number], tighten: int = 8) -> RootBox:
    """Test a box for a root with Krawczyk's operator K = c - Y F(c) + (I - Y F'(X))(X - c).

    K inside the interior of X proves that X holds exactly one root; K disjoint from X proves that it
    holds none (R. Krawczyk 1969; R. E. Moore, SIAM J. Numer. Anal. 14 (1977) 611).

    Args:
        system: the map, evaluated in balls.
        centre: shape (n,), the centre of the box (its midpoints are used).
        radius: shape (n,), half-widths of the box, all positive.
        tighten: how often at most the operator is applied again to the smaller box, to sharpen the
            enclosure; it stops at half of the working precision, or when that no longer helps.

    >>> circle = System(
    ...     lambda v: [square(v[0]) + square(v[1]) - 2, v[0] - v[1]],
    ...     lambda v: arb_mat([[2 * v[0], 2 * v[1]], [1, -1]]),
    ... )
    >>> krawczyk(circle, vector([1.0001, 0.9999]), [0.01, 0.01]).outcome
    'unique'
    >>> krawczyk(circle, vector([2.0, 2.0]), [0.1, 0.1]).outcome
    'none'
    """
    centre = midpoints(centre)
    region = box(centre, radius)
    image = _krawczyk_image(system, centre, region)
    if image is None:
        return RootBox("undecided", region, region)
    if any(not x.overlaps(k) for x, k in zip(region, image, strict=True)):
        return RootBox("none", region, image)
    if not all(x.contains_interior(k) for x, k in zip(region, image, strict=True)):
        return RootBox("undecided", region, image)
    enclosure = image
    for _ in range(tighten):
        if largest_radius(enclosure) < 2.0 ** (-ctx.prec // 2):
            break
        again = _krawczyk_image(system, midpoints(enclosure), enclosure)
        if again is None or largest_radius(again) > 0.5 * largest_radius(enclosure):
            break
        enclosure = [old.intersection(new) for old, new in zip(enclosure, again, strict=True)]
    return RootBox("unique", region, enclosure)


def _krawczyk_image(system: System, centre: Vector, region: Vector) -> Vector | None:
    slope = system.jacobian(region)
    preconditioner = _approximate_inverse(slope)
    if preconditioner is None:
        return None
    step = product(preconditioner, system.value(centre))
    identity = arb_mat(len(centre), len(centre), 1)
    offset = [x - c for x, c in zip(region, centre, strict=True)]
    spread = product(identity - preconditioner * slope, offset)
    image = [c - s + d for c, s, d in zip(centre, step, spread, strict=True)]
    return image if all(entry.is_finite() for entry in image) else None


def _approximate_inverse(slope: arb_mat) -> arb_mat | None:
    """The inverse of the midpoints, its own error dropped: any matrix is a sound preconditioner."""
    try:
        identity = arb_mat(slope.nrows(), slope.nrows(), 1)
        return slope.mid().solve(identity, algorithm="approx").mid()
    except ZeroDivisionError:
        return None


def polish(system: System, start: Vector, steps: int = 60) -> Vector:
    """Improve an approximate root to working precision by Newton steps on midpoints. A proposal, not a proof.

    The Jacobian is kept while steps shrink well, and taken anew when they do not.

    >>> root = polish(System(lambda v: [v[0] * v[0] - 2], lambda v: arb_mat([[2 * v[0]]])), vector([1.5]))
    >>> bool(abs(root[0] * root[0] - 2) < 1e-14)
    True
    """
    point, inverse = midpoints(start), None
    previous = math.inf
    for _ in range(steps):
        if inverse is None:
            inverse = _approximate_inverse(system.jacobian(point))
            if inverse is None:
                return point
        step = product(inverse, system.value(point))
        if not all(entry.is_finite() for entry in step):
            return point
        size = max(abs(entry.mid()) for entry in step)
        scale = 1 + max(abs(entry) for entry in point)
        point = midpoints([x - s for x, s in zip(point, step, strict=True)])
        if size < scale * arb(2) ** (8 - ctx.prec):
            break
        ratio = float(size) / previous if previous < math.inf else 0.0
        if ratio > 1e-3:
            inverse = None
        previous = float(size)
        if previous < 1e-280:  # below the doubles the ratio says nothing, and the root is found
            break
    return point


def roots_in_box(system: System, region: Vector, max_boxes: int = 20000) -> tuple[list[RootBox], list[Vector]]:
    """Find every root in a box by bisection and Krawczyk's test.

    Returns:
        The unique-root boxes (finds of one root merged) and the boxes left undecided; with none of
        the latter the list of roots is complete. Roots on the boundary of ``region`` may be counted in boxes
        that reach beyond it.

    >>> cubic = System(
    ...     lambda v: [v[0] * (v[0] * v[0] - 1)], lambda v: arb_mat([[3 * square(v[0]) - 1]])
    ... )
    >>> found, rest = roots_in_box(cubic, [arb(0.1, 2)])
    >>> len(found), rest
    (3, [])
    """
    waiting, found, undecided = [region], list[RootBox](), list[Vector]()
    for _ in range(max_boxes):
        if not waiting:
            break
        current = waiting.pop()
        if any(not value.overlaps(arb(0)) for value in system.value(current)):
            continue
        radii = [1.05 * entry.rad() for entry in current]  # overlap neighbours, so that no root sits on a cut
        tested = krawczyk(system, current, radii)
        if tested.outcome == "none":
            continue
        if tested.outcome == "unique":
            if any(_same_root(tested, other) for other in found):
                continue
            if any(_meet(tested.enclosure, other.enclosure) for other in found):
                undecided.append(current)  # one root found twice, or two very close ones
            else:
                found.append(tested)
            continue
        widths = [float(entry.rad()) for entry in current]
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] < 1e-9:
            undecided.append(current)
            continue
        middle = current[widest].mid()
        for end in (current[widest].lower(), current[widest].upper()):
            part = list(current)
            part[widest] = interval(end, middle)
            waiting.append(part)
    return found, undecided + waiting


def _same_root(one: RootBox, other: RootBox) -> bool:
    """Whether two finds are one root: the enclosure of one lies inside the uniqueness region of the other."""
    return all(x.contains(k) for x, k in zip(one.region, other.enclosure, strict=True)) or all(
        x.contains(k) for x, k in zip(other.region, one.enclosure, strict=True)
    )


def _meet(one: Vector, other: Vector) -> bool:
    return all(a.overlaps(b) for a, b in zip(one, other, strict=True))


def isolated_spectrum(values: arb_mat) -> list[acb] | None:
    """Enclose every eigenvalue of a square matrix in a ball of its own; None if that failed."""
    if values.nrows() == 1:
        return [acb(values[0, 0])]
    try:
        return list(acb_mat(values).eig())
    except ValueError:
        return None


def real_spectrum(values: arb_mat) -> list[Ball] | None:
    """Prove that a real matrix has only real eigenvalues, and enclose them in increasing order.

    Its spectrum is closed under conjugation. If each eigenvalue has an enclosure of its own, and the
    conjugate of each enclosure meets no other one, then each eigenvalue is its own conjugate. None: not
    shown.

    >>> [bool(root.contains(exact)) for root, exact in zip(real_spectrum(matrix([[2, 1], [1, 2]])), (1, 3))]
    [True, True]
    >>> real_spectrum(matrix([[0, 1], [-1, 0]])) is None
    True
    """
    spectrum = isolated_spectrum(values)
    if spectrum is None:
        return None
    for index, one in enumerate(spectrum):
        mirror = acb(one.real, -one.imag)
        if not one.imag.contains(0) or any(
            mirror.overlaps(other) for position, other in enumerate(spectrum) if position != index
        ):
            return None
    return sorted((one.real for one in spectrum), key=lambda root: float(root.mid()))


def cholesky_proves_positive(symmetric: arb_mat) -> bool:
    """Whether ball Cholesky goes through: then every symmetric matrix in the enclosure is positive definite.

    Only the lower triangle is read.

    >>> cholesky_proves_positive(matrix([[2, 1], [1, 2]])), cholesky_proves_positive(matrix([[1, 2], [2, 1]]))
    (True, False)
    """
    size = symmetric.nrows()
    rows = symmetric.tolist()
    factor: list[Vector] = []
    for i in range(size):
        row: Vector = []
        for j in range(i):
            row.append((rows[i][j] - dot(row, factor[j][:j])) / factor[j][j])
        pivot = rows[i][i] - sum((square(entry) for entry in row), arb(0))
        if not pivot > 0:
            return False
        row.append(pivot.sqrt())
        factor.append(row)
    return True
