"""First derivatives in balls by forward differentiation.

A :class:`Jet` is a vector of values together with its derivatives along m directions. Functions written
on jets give an enclosure of their value and of their exact Jacobian at once, from the definition alone:
no derivative formula is typed anywhere but here, where each elementary function carries its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb, arb_mat

from gatedmem.numerics.enclosures import Number, System, Vector, ball, log_cosh


class Jet:
    """A vector in R^n (or a scalar, n = 1, which broadcasts) with its derivatives along m directions.

    Attributes:
        value: shape (n,).
        tangent: shape (n, m), row i holds the derivatives of entry i.

    >>> x = Jet.variable([ball(3)])
    >>> float((x * x).tangent[0][0])
    6.0
    """

    __slots__ = ("tangent", "value")

    def __init__(self, value: Vector, tangent: list[Vector] | None = None) -> None:
        self.value = value
        self.tangent = tangent if tangent is not None else [[] for _ in value]

    @classmethod
    def variable(cls, value: Vector) -> Jet:
        """The coordinates themselves: derivative the identity, m = n."""
        size = len(value)
        return cls(value, [[arb(int(i == j)) for j in range(size)] for i in range(size)])

    @classmethod
    def along(cls, value: Vector, velocity: Vector) -> Jet:
        """A point that moves with the given velocity: m = 1, the derivative is the one in time."""
        return cls(value, [[speed] for speed in velocity])

    @property
    def size(self) -> int:
        """The number n of entries."""
        return len(self.value)

    def __getitem__(self, keys: Sequence[int]) -> Jet:
        return Jet([self.value[key] for key in keys], [self.tangent[key] for key in keys])

    def __add__(self, other: Jet | int) -> Jet:
        if isinstance(other, int):
            return self.shifted(other)
        left, right = _broadcast(self, other)
        return Jet(
            [a + b for a, b in zip(left.value, right.value, strict=True)],
            [_combine(arb(1), a, arb(1), b) for a, b in zip(left.tangent, right.tangent, strict=True)],
        )

    def __mul__(self, other: Jet | int) -> Jet:
        if isinstance(other, int):
            return self.scaled(other)
        left, right = _broadcast(self, other)
        return Jet(
            [a * b for a, b in zip(left.value, right.value, strict=True)],
            [
                _combine(b, da, a, db)
                for a, da, b, db in zip(left.value, left.tangent, right.value, right.tangent, strict=True)
            ],
        )

    def __neg__(self) -> Jet:
        return self.scaled(-1)

    def __sub__(self, other: Jet | int) -> Jet:
        return self + (-other)

    def __truediv__(self, other: Jet) -> Jet:
        return self * other.map(lambda v: 1 / v, lambda v: -1 / (v * v))

    def scaled(self, factor: Number) -> Jet:
        """A constant times this vector."""
        by = ball(factor)
        return Jet([entry * by for entry in self.value], [[d * by for d in row] for row in self.tangent])

    def shifted(self, offset: Number) -> Jet:
        """A constant added to every entry."""
        by = ball(offset)
        return Jet([entry + by for entry in self.value], self.tangent)

    def map(self, function: Callable[[arb], arb], derivative: Callable[[arb], arb]) -> Jet:
        """Apply a function of one variable to every entry."""
        rows = []
        for entry, row in zip(self.value, self.tangent, strict=True):
            slope = derivative(entry) if row else arb(0)
            rows.append([slope * d for d in row])
        return Jet([function(entry) for entry in self.value], rows)

    def tanh(self) -> Jet:
        """Entrywise hyperbolic tangent."""
        return self.map(lambda v: v.tanh(), lambda v: v.sech() * v.sech())

    def exp(self) -> Jet:
        """Entrywise exponential."""
        return self.map(lambda v: v.exp(), lambda v: v.exp())

    def log(self) -> Jet:
        """Entrywise natural logarithm."""
        return self.map(lambda v: v.log(), lambda v: 1 / v)

    def log_cosh(self) -> Jet:
        """Entrywise log cosh, in the form that does not overflow."""
        return self.map(log_cosh, lambda v: v.tanh())

    def sum(self) -> Jet:
        """The sum of the entries, as a scalar jet."""
        directions = len(self.tangent[0])
        total = [sum((row[j] for row in self.tangent), arb(0)) for j in range(directions)]
        return Jet([sum(self.value, arb(0))], [total])

    def apply(self, matrix: arb_mat) -> Jet:
        """A constant matrix times this vector."""
        value = (matrix * arb_mat(self.size, 1, self.value)).entries()
        if not self.tangent[0]:
            return Jet(list(value))
        return Jet(list(value), (matrix * arb_mat(self.tangent)).tolist())

    def softmax(self) -> Jet:
        """e^{v} / Σ e^{v}, shifted by a constant so that nothing overflows."""
        weights = self.shifted(-_shift(self.value)).exp()
        return weights / weights.sum()

    def log_sum_exp(self) -> Jet:
        """Log Σ e^{v}, as a scalar jet."""
        shift = _shift(self.value)
        return self.shifted(-shift).exp().sum().log().shifted(shift)


def join(first: Jet, second: Jet) -> Jet:
    """Stack two jets into one vector; a constant gets derivative 0."""
    directions = max(len(first.tangent[0]), len(second.tangent[0]))
    rows = [row or [arb(0)] * directions for row in first.tangent + second.tangent]
    return Jet(first.value + second.value, rows)


def system(function: Callable[[Jet], Jet]) -> System:
    """Turn a map written on jets into one that :func:`gatedmem.numerics.enclosures.roots.krawczyk` can test.

    >>> from gatedmem.numerics.enclosures import krawczyk
    >>> fixed = system(lambda x: (x * -1).exp() - x)
    >>> krawczyk(fixed, [ball(0.567)], [0.01]).outcome
    'unique'
    """

    def jacobian(point: Vector) -> arb_mat:
        return arb_mat(function(Jet.variable(point)).tangent)

    return System(lambda point: function(Jet(point)).value, jacobian)


def _shift(values: Vector) -> arb:
    shift = values[0].mid()
    for value in values[1:]:
        if value.mid() > shift:
            shift = value.mid()
    return shift


def _combine(a: arb, left: Vector, b: arb, right: Vector) -> Vector:
    """a·left + b·right, where an absent tangent (a constant) counts as zero."""
    if not left:
        return [b * d for d in right]
    if not right:
        return [a * d for d in left]
    return [a * x + b * y for x, y in zip(left, right, strict=True)]


def _broadcast(left: Jet, right: Jet) -> tuple[Jet, Jet]:
    if left.size == right.size:
        return left, right
    if left.size == 1:
        return Jet(left.value * right.size, left.tangent * right.size), right
    return left, Jet(right.value * left.size, right.tangent * left.size)
