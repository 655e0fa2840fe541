"""Numbers for formulas: random instances that obey a derivation's hypotheses, and plain evaluation at them.

The normal form of ``indexed`` decides; this module is its independent check. It evaluates the expressions as they
are written, sum by sum, in 60-digit arithmetic, at small sizes, with derivatives as difference quotients. A step
that the normal form proves has to hold here too, and a step that it refutes gets its witness here.

>>> from gatedmem.theory.indexed import Index, size, total, vector
>>> n = size("n"); i = Index("i", n); p = vector("p", n, positive=True)
>>> sample = Sample(seed=1)
>>> bool(sample.value(total(p[i], i)) > 0)
True
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import mpmath
import sympy as sp
from sympy import Expr, IndexedBase, KroneckerDelta

from gatedmem.theory.language import (
    FUNCTIONS,
    PLACE,
    FlowDerivative,
    Index,
    Partial,
    Permuted,
    Relation,
    free_indices,
    is_size,
)

__all__ = ["NoSample", "Sample", "draw"]

_BUILT_IN = ("log", "tanh", "cosh", "sinh", "Abs", "sign")
_DIGITS = 60
_STEP = mpmath.mpf(10) ** -18
TOLERANCE = mpmath.mpf(10) ** -15


class NoSample(Exception):
    """No instance of the hypotheses was found, or a formula has a part that cannot be evaluated."""


def _stand_in(name: str) -> Callable[[Any], Any]:
    """A concrete function for an abstract one: log cosh, tanh, sech² and its derivative, by its place.

    The place is counted from the slope: the member of its chain of derivatives that is declared positive or
    non-negative.
    """

    def next_down(known: str) -> str | None:
        slope = FUNCTIONS[known].derivative if known in FUNCTIONS else None
        return slope.func.__name__ if isinstance(slope, sp.Function) and slope.args == (PLACE,) else None

    chain: list[str] = [name]
    while (below := next_down(chain[-1])) is not None and below not in chain:
        chain.append(below)
    for above in FUNCTIONS:
        if next_down(above) == name:
            chain = [above, *chain]
            break
    stand_ins: dict[int, Callable[[Any], Any]] = {
        -2: lambda a: mpmath.log(mpmath.cosh(a)),
        -1: mpmath.tanh,
        0: lambda a: mpmath.sech(a) ** 2,
        1: lambda a: -2 * mpmath.sech(a) ** 2 * mpmath.tanh(a),
    }
    for position, member in enumerate(chain):
        if member in FUNCTIONS and FUNCTIONS[member].sign in ("+", "0+") and member not in _BUILT_IN:
            place = chain.index(name) - position
            if place in stand_ins:
                return stand_ins[place]
    raise NoSample(f"{name} has no numerical stand-in")


@dataclass
class Sample:
    """One random instance. Sizes, entries and scalars are drawn when first asked for, each from its own seed.

    With ``exact`` every number is a fraction, and what has no exact value (exponentials, derivatives) is refused.
    """

    seed: int = 0
    exact: bool = False
    definitions: Mapping[str, tuple[tuple[Index, ...], Expr]] = field(default_factory=dict)
    symmetric: frozenset[str] = frozenset()
    scalars: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, dict[tuple[int, ...], Any]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    permutations: dict[str, list[int]] = field(default_factory=dict)
    _known: dict[Any, Any] = field(default_factory=dict)  # values of what is defined; void after any change

    # -- drawing -----------------------------------------------------------------------------------------------

    def _random(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}|{name}")

    def _number(self, numerator: int, denominator: int = 1) -> Any:
        return Fraction(numerator, denominator) if self.exact else mpmath.mpf(numerator) / denominator

    def _draw(self, name: str, thing: Any) -> Any:
        rng = self._random(name)
        if thing.is_integer:
            return self._number(rng.randint(0, 4))
        magnitude = self._number(rng.randint(10, 160), 97)
        if thing.is_nonnegative or thing.is_positive:
            return magnitude
        return magnitude if rng.random() < 0.5 else -magnitude

    def extent(self, length: Expr) -> int:
        """Value of a size."""
        if isinstance(length, sp.Integer):
            return int(length)
        if length.name not in self.sizes:
            self.sizes[length.name] = self._random(f"size {length.name}").randint(2, 3)
        return self.sizes[length.name]

    def entry(self, base: IndexedBase, indices: tuple[int, ...]) -> Any:
        """Value of one entry of a primitive array."""
        name = str(base.label)
        if name in self.symmetric:
            indices = tuple(sorted(indices))
        for index, length in zip(indices, base.shape, strict=True):
            if not 1 <= index <= self.extent(length):
                raise NoSample(f"{name} has no entry {indices}")
        array = self.arrays.setdefault(name, {})
        if indices not in array:
            array[indices] = self._draw(f"{name}{indices}", base.label)
        return array[indices]

    def place(self, index: Any, names: Mapping[Index, int]) -> int:
        """Value of an index."""
        if isinstance(index, sp.Integer):
            return int(index)
        if isinstance(index, Permuted):
            inner = index.args[1]
            count = self.extent(index.extent)
            order = self.permutations.setdefault(str(index.args[0]), [])
            if not order:
                order.extend(range(1, count + 1))
                self._random(str(index.args[0])).shuffle(order)
            return order[self.place(inner, names) - 1]
        if index in names:
            return names[index]
        if index.name not in self.places:
            room = range(1, self.extent(index.extent) + 1)
            # Two indices may coincide and hide a difference; so every second instance keeps them apart.
            apart = [place for place in room if place not in self.places.values()] if self.seed // 1000 % 2 else []
            self.places[index.name] = self._random(f"index {index.name}").choice(apart or room)
        return self.places[index.name]

    def forget(self) -> None:
        """Drop the stored values of defined quantities; to be called after values were set by hand."""
        self._known.clear()

    # -- evaluation --------------------------------------------------------------------------------------------

    def value(self, expression: Any, names: Mapping[Index, int] | None = None) -> Any:
        """Value of an expression; ``names`` gives the indices that are bound outside."""
        with mpmath.workdps(_DIGITS):
            return self._value(sp.sympify(expression), names or {})

    def _value(self, e: Any, names: Mapping[Index, int]) -> Any:
        if isinstance(e, sp.Rational):
            return self._number(int(e.p), int(e.q))
        if isinstance(e, sp.Symbol):
            return self._scalar(e)
        if isinstance(e, sp.Indexed):
            return self._indexed(e, names)
        if isinstance(e, sp.Add):
            return sum((self._value(part, names) for part in e.args), self._number(0))
        if isinstance(e, sp.Mul):
            return prod((self._value(part, names) for part in e.args), start=self._number(1))
        if isinstance(e, sp.Pow):
            return self._power(self._value(e.args[0], names), self._value(e.args[1], names))
        if self.exact and (e is sp.S.Exp1 or isinstance(e, (sp.exp, sp.Function, Partial, FlowDerivative))):
            if not isinstance(e, KroneckerDelta):
                raise NoSample("no exact value")
        elif e is sp.S.Exp1:
            return mpmath.e
        if isinstance(e, sp.Sum):
            return self._sum(e, names)
        if isinstance(e, KroneckerDelta):
            return self._number(int(self.place(e.args[0], names) == self.place(e.args[1], names)))
        if isinstance(e, Partial):
            return self._partial(e, names)
        if isinstance(e, FlowDerivative):
            return self._flow(e, names)
        if isinstance(e, (sp.exp, sp.Function)):
            return self._function(e, names)
        raise NoSample(f"cannot evaluate {type(e).__name__}")

    def _power(self, base: Any, exponent: Any) -> Any:
        if base == 0 and exponent < 0:
            raise NoSample("division by zero")
        if base < 0 and exponent != int(exponent):
            raise NoSample("root of a negative number")
        if self.exact and exponent != int(exponent):
            raise NoSample("a root has no exact value")
        return base ** (int(exponent) if exponent == int(exponent) else exponent)

    def _scalar(self, e: sp.Symbol) -> Any:
        if isinstance(e, Index):
            raise NoSample("an index used as a number")
        if is_size(e):
            return self._number(self.extent(e))
        if e.name in self.definitions:
            if e.name not in self._known:
                self._known[e.name] = self._value(self.definitions[e.name][1], {})
            return self._known[e.name]
        if e.name not in self.scalars:
            self.scalars[e.name] = self._draw(e.name, e)
        return self.scalars[e.name]

    def _indexed(self, e: Any, names: Mapping[Index, int]) -> Any:
        places = tuple(self.place(k, names) for k in e.indices)
        name = str(e.base.label)
        if name in self.definitions:
            parameters, right = self.definitions[name]
            if (name, places) not in self._known:
                self._known[name, places] = self._value(right, dict(zip(parameters, places, strict=True)))
            return self._known[name, places]
        return self.entry(e.base, places)

    def _sum(self, e: Any, names: Mapping[Index, int]) -> Any:
        indices = [limit[0] for limit in e.limits]
        ranges = [range(1, self.extent(index.extent) + 1) for index in indices]
        return sum(
            (  # The first limit is the innermost: where a name occurs twice, it wins.
                self._value(e.function, {**names, **dict(zip(reversed(indices), reversed(places), strict=True))})
                for places in product(*ranges)
            ),
            self._number(0),
        )

    def _function(self, e: Any, names: Mapping[Index, int]) -> Any:
        name = e.func.__name__
        arguments = [self._value(part, names) for part in e.args]
        if name == "log":
            if arguments[0] <= 0:
                raise NoSample("logarithm of a number that is not positive")
            return mpmath.log(arguments[0])
        if name in ("exp", "tanh", "cosh", "sinh", "sign"):
            return getattr(mpmath, name)(*arguments)
        if name == "Abs":
            return abs(arguments[0])
        return _stand_in(name)(*arguments)

    def _moved(self, changes: Iterable[tuple[Any, tuple[int, ...], Any]]) -> Sample:
        twin = Sample(
            self.seed, self.exact, self.definitions, self.symmetric, dict(self.scalars),
            {name: dict(array) for name, array in self.arrays.items()},
            self.sizes, self.places, self.permutations,
        )  # fmt: skip
        for thing, places, amount in changes:
            if isinstance(thing, sp.Symbol):
                twin.scalars[thing.name] = self._scalar(thing) + amount
            else:
                twin.arrays.setdefault(str(thing.label), {})[places] = self.entry(thing, places) + amount
        return twin

    def _slope(self, e: Any, names: Mapping[Index, int], changes: Sequence[tuple[Any, tuple[int, ...], Any]]) -> Any:
        ahead = self._moved([(t, k, _STEP * a) for t, k, a in changes])._value(e, names)
        behind = self._moved([(t, k, -_STEP * a) for t, k, a in changes])._value(e, names)
        return (ahead - behind) / (2 * _STEP)

    def _partial(self, e: Partial, names: Mapping[Index, int]) -> Any:
        inner, variable = e.args
        if isinstance(variable, sp.Symbol):
            return self._slope(inner, names, [(variable, (), 1)])
        places = tuple(self.place(k, names) for k in variable.indices)
        return self._slope(inner, names, [(variable.base, places, 1)])

    def _flow(self, e: FlowDerivative, names: Mapping[Index, int]) -> Any:
        inner, *pairs = e.args
        changes: list[tuple[Any, tuple[int, ...], Any]] = []
        for moving, rate in pairs:
            if isinstance(moving, sp.Symbol):
                changes.append((moving, (), self._value(rate, {})))
                continue
            ranges = [range(1, self.extent(length) + 1) for length in moving.base.shape]
            for places in product(*ranges):
                speed = self._value(rate, dict(zip(moving.indices, places, strict=True)))
                changes.append((moving.base, places, speed))
        return self._slope(inner, names, changes)

    # -- hypotheses --------------------------------------------------------------------------------------------

    def holds(self, relation: Relation) -> bool:
        """True if a relation holds here for all values of its free indices that are not fixed."""
        running = sorted((k for k in free_indices(relation.difference) if not k.fixed), key=str)
        ranges = [range(1, self.extent(k.extent) + 1) for k in running]
        for places in product(*ranges):
            names = dict(zip(running, places, strict=True))
            left, right = self.value(relation.left, names), self.value(relation.right, names)
            room = TOLERANCE * (1 + abs(left) + abs(right))
            verdicts = {
                "=": abs(left - right) <= room, "≤": left <= right + room, "≥": left + room >= right,
                "<": left < right, ">": left > right, "≠": abs(left - right) > room,
            }  # fmt: skip
            if not verdicts[relation.op]:
                return False
        return True

    def impose(self, relation: Relation) -> None:
        """Change the instance so that an equality holds, where its shape shows how."""
        left, right = relation.left, relation.right
        self._known.clear()
        if isinstance(left, sp.Symbol) and not is_size(left):
            self.scalars[left.name] = self._allowed(left, self.value(right))
        elif isinstance(left, sp.Indexed) and str(left.base.label) not in self.definitions:
            # Where the right side holds the left one, as for a fixed point, iterate and hope.
            for _ in range(60 if right.has(left.base) else 1):
                self._impose_entries(left, right)
                if self.holds(relation):
                    break
                if any(abs(value) > 1e6 for value in self.arrays[str(left.base.label)].values()):
                    raise NoSample("the iteration to a fixed point diverges")
        elif isinstance(left, sp.Sum) and len(left.limits) == 1:
            self._impose_contraction(left, right)

    @staticmethod
    def _allowed(thing: Any, value: Any) -> Any:
        """The value, if it has the sign that the thing was declared to have."""
        if (thing.is_positive and value <= 0) or (thing.is_nonnegative and value < 0):
            raise NoSample(f"{thing} would have the wrong sign")
        return value

    def _impose_entries(self, left: Any, right: Expr) -> None:
        running = [k for k in left.indices if isinstance(k, Index) and not k.fixed]
        ranges = [range(1, self.extent(k.extent) + 1) for k in running]
        entries = {}
        for places in product(*ranges):
            names = dict(zip(running, places, strict=True))
            places_of = tuple(self.place(k, names) for k in left.indices)
            entries[places_of] = self._allowed(left.base.label, self.value(right, names))
        self.arrays.setdefault(str(left.base.label), {}).update(entries)
        self._known.clear()

    def _impose_contraction(self, left: Any, right: Expr) -> None:
        self._scale_or_invert(left, right)
        self._known.clear()

    def _scale_or_invert(self, left: Any, right: Expr) -> None:
        factors = sp.Mul.make_args(left.function)
        bases = [part.base for part in factors if isinstance(part, sp.Indexed)]
        if len(bases) != len(factors):
            return
        if not free_indices(right) and all(len(base.shape) == 1 for base in bases):
            base = bases[0]
            with mpmath.workdps(_DIGITS):
                now = self._value(left, {})
                if now == 0:
                    raise NoSample("a sum that cannot be scaled")
                factor = self._value(right, {}) / now
                self._allowed(base.label, factor)
                for k in range(1, self.extent(base.shape[0]) + 1):
                    self.arrays[str(base.label)][(k,)] = self.entry(base, (k,)) * factor
        elif len(bases) == 2 and all(len(base.shape) == 2 for base in bases):
            self._impose_inverse(bases[0], bases[1])

    def _impose_inverse(self, first: IndexedBase, second: IndexedBase) -> None:
        if self.exact:
            raise NoSample("inverse matrices are drawn in floating point only")
        count = self.extent(first.shape[0])
        with mpmath.workdps(_DIGITS):
            table = mpmath.matrix(count)
            for row, column in product(range(count), repeat=2):
                table[row, column] = self.value(first[row + 1, column + 1])
            if first == second:
                orthogonal, _ = mpmath.qr(table)
                solution = orthogonal
            else:
                solution = table**-1
            for row, column in product(range(count), repeat=2):
                self.arrays.setdefault(str(second.label), {})[(row + 1, column + 1)] = solution[row, column]


def draw(
    definitions: Iterable[Relation],
    hypotheses: Sequence[Relation],
    symmetric: Iterable[str],
    seed: int = 0,
    tries: int = 10,
    exact: bool = False,
    prepare: Callable[[Sample], None] | None = None,
) -> Sample:
    """A random instance in which all hypotheses hold; ``NoSample`` where none is found.

    ``prepare`` may set values before anything is drawn, for hypotheses that chance does not meet.
    """
    table: dict[str, tuple[tuple[Index, ...], Expr]] = {}
    for relation in definitions:
        left = relation.left
        name = str(left.base.label) if isinstance(left, sp.Indexed) else left.name
        table[name] = (tuple(left.indices) if isinstance(left, sp.Indexed) else (), relation.right)
    reason = "the hypotheses are too special to hit by chance"
    for attempt in range(tries):
        sample = Sample(seed * 1000 + attempt, exact, table, frozenset(symmetric))
        try:
            if prepare is not None:
                prepare(sample)
                sample.forget()
            for relation in hypotheses:
                if relation.op == "=" and not sample.holds(relation):
                    sample.impose(relation)
            if all(sample.holds(relation) for relation in hypotheses):
                return sample
        except (NoSample, ZeroDivisionError, OverflowError) as why:
            reason = str(why)
    raise NoSample(reason)
