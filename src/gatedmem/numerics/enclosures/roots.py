"""Roots of maps on balls: boxes that hold exactly one or none, proved with Krawczyk's operator."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from flint import arb, arb_mat, ctx

from gatedmem.numerics.enclosures.balls import Number, Vector, box, interval, largest_radius, midpoints, product


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

    >>> from gatedmem.numerics.enclosures import square, vector
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

    >>> from gatedmem.numerics.enclosures import vector
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

    >>> from gatedmem.numerics.enclosures import square
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
