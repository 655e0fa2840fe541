"""Tubes about a branch of equilibria as the competition α grows: where it goes, proved in balls.

The unknown is x = (r, α) in R^{N+1}, the equation F(x) = A(α)(r - b) - λu - λ² softmax(βr) = 0. A tube has a
centre c, a direction t and a length w: it looks for solutions x = c + tσ + y with ⟨t, y⟩ = 0 and |σ| ≤ w/2.
Krawczyk's test, with σ as a ball, proves that there is exactly one for each σ and that the bordered matrix
[[J, ∂F/∂α], [tᵀ]] is regular all along, so that the solutions form one smooth curve. On it, by Cramer's rule, the
derivative α' along the curve vanishes exactly where J = ∂F/∂r is singular.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flint import arb, arb_mat, arb_series, ctx

from gatedmem.numerics.enclosures import (
    Ball,
    Number,
    System,
    Vector,
    ball,
    cholesky_proves_positive,
    dot,
    krawczyk,
    midpoints,
    norm,
    polish,
    product,
    softmax,
    vector,
    working_precision,
)
from gatedmem.numerics.exact import gram
from gatedmem.numerics.instances import ContextInstance

# Bits, first length and shortest length of the tubes; how far they overlap; and the most of them.
BITS = 64
FIRST, SHORTEST = 0.01, 1e-7
ADVANCE = 0.45
MOST_TUBES = 400


class Branch:
    """The equation of one instance, without its α; made anew for each working precision."""

    def __init__(self, instance: ContextInstance, feedback: Number = 1) -> None:
        assert instance.drive is not None
        assert instance.evidence is not None
        table = gram(instance.memories).tolist()
        self.n = instance.n_memories
        self.competition = arb_mat(
            [[arb(0) if i == j else arb(entry) for j, entry in enumerate(row)] for i, row in enumerate(table)]
        )
        self.beta, self.gain = ball(instance.beta), ball(instance.gain)
        self.drive, self.evidence = vector(instance.drive), vector(instance.evidence)
        # ``feedback`` is 1; a test that puts another number there must see the criterion refuted.
        self.strength = ball(feedback) * self.beta * self.gain * self.gain

    def weights(self, state: Vector) -> Vector:
        """p = softmax(βr)."""
        return softmax([self.beta * entry for entry in state])

    def offset(self, state: Vector) -> Vector:
        """The state r - b, on which the gate matrix acts."""
        return [r - b for r, b in zip(state, self.evidence, strict=True)]

    def residual(self, x: Vector) -> Vector:
        """F(r, α)."""
        inside = self.offset(x[:-1])
        square = self.gain * self.gain
        return [
            r + x[-1] * w - self.gain * u - square * p
            for r, w, u, p in zip(
                inside, product(self.competition, inside), self.drive, self.weights(x[:-1]), strict=True
            )
        ]

    def push(self, state: Vector) -> Vector:
        """∂F/∂α = W₂(r - b)."""
        return product(self.competition, self.offset(state))

    def stiffness(self, state: Vector, alpha: Ball) -> arb_mat:
        """J = A(α) - βλ²(diag p - ppᵀ), the matrix of the criterion."""
        p, n = self.weights(state), self.n
        covariance = arb_mat(n, n, [(a if i == j else 0) - a * b for i, a in enumerate(p) for j, b in enumerate(p)])
        return arb_mat(n, n, 1) + self.competition * alpha - covariance * self.strength

    def bordered(self, x: Vector, border: Vector) -> arb_mat:
        """[[J, ∂F/∂α], [border]]."""
        rows = self.stiffness(x[:-1], x[-1]).tolist()
        return arb_mat([[*row, entry] for row, entry in zip(rows, self.push(x[:-1]), strict=True)] + [list(border)])

    def bend(self, state: Vector, velocity: Vector) -> Vector:
        """λ² d²/dt² softmax(β(r + tv)) at t = 0, from the power series in t."""
        before = ctx.cap
        ctx.cap = 3
        try:
            series = [arb_series([self.beta * r, self.beta * v]) for r, v in zip(state, velocity, strict=True)]
            weights = [(entry - series[0]).exp() for entry in series]
            total = sum(weights[1:], weights[0])
            return [2 * self.gain * self.gain * (weight / total)[2] for weight in weights]
        finally:
            ctx.cap = before


@dataclass(frozen=True)
class Tube:
    """A proved piece of the branch.

    Attributes:
        centre, direction, length: the tube; σ runs over ±length/2.
        region: the box of y in which the solution is unique for each σ.
        slopes: enclosure of dα/dσ over the tube, up to a positive factor.
        bends: enclosure of d²α/dσ² over the tube, up to the same factor; None if not needed.
        end: enclosure of x at σ = length/2.
        end_slope: enclosure of dα/dσ at the end, up to the same factor.
    """

    centre: Vector
    direction: Vector
    length: float
    region: Vector
    slopes: Ball
    bends: Ball | None
    end: Vector
    end_slope: Ball

    def holds(self, x: Vector) -> bool:
        """Whether a solution, given by an enclosure, is the one that the tube has at its σ."""
        offset = [a - c for a, c in zip(x, self.centre, strict=True)]
        sigma = dot(self.direction, offset) / dot(self.direction, self.direction)
        across = [a - t * sigma for a, t in zip(offset, self.direction, strict=True)]
        half = ball(self.length) / 2
        return bool(abs(sigma) <= half) and all(r.contains(a) for r, a in zip(self.region, across, strict=True))


def start(branch: Branch) -> Vector | None:
    """Enclose the state at α = 0 that the sweeps reach from r = 0, and prove it stable (J ≻ 0); None if not shown."""
    zero = arb(0)
    state = [zero] * branch.n
    for _ in range(2000):
        moved = [
            b + branch.gain * u + branch.gain * branch.gain * p
            for b, u, p in zip(branch.evidence, branch.drive, branch.weights(midpoints(state)), strict=True)
        ]
        change = max(abs(float((a - c).mid())) for a, c in zip(moved, state, strict=True))
        state = midpoints(moved)
        if change < 1e-12:
            break
    equations = System(lambda r: branch.residual([*r, zero]), lambda r: branch.stiffness(r, zero))
    centre = polish(equations, state)
    tested = krawczyk(equations, centre, [1e-9] * branch.n)
    if tested.outcome != "unique" or not cholesky_proves_positive(branch.stiffness(tested.enclosure, zero)):
        return None
    return [*tested.enclosure, zero]


def follow(instance: ContextInstance) -> Iterator[Tube]:
    """Tubes from the stable state at α = 0 on, each proved to continue the one before.

    In each, dα/dσ > 0 or d²α/dσ² < 0 is proved. They end with the first whose end has dα/dσ < 0, or, without that,
    where no tube could be proved any more.
    """
    with working_precision(BITS):
        branch = Branch(instance)
        x = start(branch)
        forward = [arb(0)] * branch.n + [arb(1)]
    if x is None:
        return
    length = FIRST
    for _ in range(MOST_TUBES):
        tube = None
        while tube is None and length > SHORTEST:
            with working_precision(BITS):
                tube = _tube(branch, midpoints(x), forward, length)
                if tube is not None and not tube.holds(x):
                    tube = None
            length *= 1.0 if tube is not None else 0.6
        if tube is None:
            return
        yield tube
        x, forward = tube.end, tube.direction
        if not tube.end_slope > 0:
            return
        length *= 1.4


def _tube(branch: Branch, x: Vector, forward: Vector, length: float) -> Tube | None:
    n = branch.n
    last = [arb(0)] * n + [arb(1)]
    try:
        along = _direction(branch.bordered(x, forward), last)
        guess = [a + t * ball(ADVANCE * length) for a, t in zip(x, along, strict=True)]
        plane = System(
            lambda z: [*branch.residual(z), dot(along, [a - g for a, g in zip(z, guess, strict=True)])],
            lambda z: branch.bordered(z, along),
        )
        centre = polish(plane, guess, steps=6)
        t = _direction(branch.bordered(centre, along), last)
        frame = _Frame(branch, centre, t)
    except ZeroDivisionError:
        return None
    speed = dot(t, t)
    column = [row[n] * speed for row in frame.inverse.tolist()]
    sigma = arb(0, 1) * ball(length) / 2

    def place(y: Vector, at: Ball = sigma) -> Vector:
        return [c + v * at + e for c, v, e in zip(centre, t, y, strict=True)]

    def matrix(y: Vector, at: Ball = sigma) -> arb_mat:
        return frame(place(y, at))

    def throughout(y: Vector) -> Vector:
        # F(c + tσ + y) = F(c + y) + σ ∂_tF somewhere between: the first order cancels before it can spread.
        here = [*branch.residual([c + e for c, e in zip(centre, y, strict=True)]), dot(t, y)]
        slopes = product(matrix(y), t)
        return [a + sigma * (g - h) for a, g, h in zip(product(frame.inverse, here), slopes, column, strict=True)]

    def at_the_end(y: Vector) -> Vector:
        return product(frame.inverse, [*branch.residual(place(y, half)), dot(t, y)])

    half = ball(length) / 2
    origin = [arb(0)] * (n + 1)
    sizes = [abs(entry).upper() for entry in throughout(origin)]
    largest = max(sizes, key=float)
    radius = [2 * size + largest / 2 + ball(1e-12) for size in sizes]
    tested = krawczyk(System(throughout, matrix), origin, radius, tighten=0)
    if tested.outcome != "unique":
        return None
    ending = krawczyk(System(at_the_end, lambda y: matrix(y, half)), origin, radius, tighten=3)
    if ending.outcome != "unique":
        return None
    whole, final = place(tested.enclosure), place(ending.enclosure, half)
    try:
        velocity = _solved(matrix(tested.enclosure), column)
        at_end = _solved(matrix(ending.enclosure, half), column)
        bends = None
        if not velocity[-1] > 0:
            drag = [2 * velocity[-1] * entry for entry in product(branch.competition, velocity[:-1])]
            curve = branch.bend(whole[:-1], velocity[:-1])
            right = [*(c - d for c, d in zip(curve, drag, strict=True)), arb(0)]
            bends = _solved(matrix(tested.enclosure), product(frame.inverse, right))[-1]
            if not bends < 0:
                return None
    except ZeroDivisionError:
        return None
    return Tube(centre, t, length, tested.region, velocity[-1], bends, final, at_end[-1])


class _Frame:
    """Y·[[J, ∂F/∂α], [tᵀ]] on boxes near a centre, with Y a fixed approximate inverse.

    α - α_c and r - r_c enter as one number each, not entry by entry: far tighter than a product of boxes.
    """

    def __init__(self, branch: Branch, centre: Vector, border: Vector) -> None:
        n = branch.n
        self.branch, self.centre = branch, centre
        self.inverse = branch.bordered(centre, border).mid().solve(arb_mat(n + 1, n + 1, 1), algorithm="approx").mid()
        left = arb_mat([row[:n] for row in self.inverse.tolist()])
        self.left, self.spread = left, left * branch.competition
        table = (arb_mat(n, n, 1) + branch.competition * centre[-1]).tolist()
        gates = [[*row, entry] for row, entry in zip(table, branch.push(centre[:-1]), strict=True)]
        self.fixed = (self.inverse * arb_mat([*gates, border])).tolist()
        self.rows = list(zip(left.tolist(), self.spread.tolist(), strict=True))

    def __call__(self, x: Vector) -> arb_mat:
        """The matrix on a box, shape (N+1, N+1), near the identity."""
        n = self.branch.n
        more = x[-1] - self.centre[-1]
        moved = product(self.spread, [a - c for a, c in zip(x[:-1], self.centre[:-1], strict=True)])
        p = self.branch.weights(x[:-1])
        pull = [self.branch.strength * weight for weight in p]
        out = []
        for constant, (row, slope), average, extra in zip(
            self.fixed, self.rows, product(self.left, p), moved, strict=True
        ):
            entries = [
                c + more * s - f * (entry - average)
                for c, s, f, entry in zip(constant[:n], slope, pull, row, strict=True)
            ]
            out.append([*entries, constant[n] + extra])
        return arb_mat(out)


def _direction(matrix: arb_mat, right: Vector) -> Vector:
    direction = midpoints(_solved(matrix.mid(), right))
    size = norm(direction).mid()
    return midpoints([entry / size for entry in direction])


def _solved(matrix: arb_mat, right: Vector) -> Vector:
    return list(matrix.solve(arb_mat(len(right), 1, right)).entries())
