"""The language of the formulas: indices, arrays, sums over whole ranges, held derivatives, relations.

A thin layer over sympy. Sums run over the whole range of an ``Index``; arrays know the lengths of their ranges;
derivatives are held, not evaluated. ``indexed`` decides when two such expressions are equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, IndexedBase, KroneckerDelta, Symbol


class Index(Symbol):  # type: ignore[misc]
    """An index that runs over 1..``extent``; the extent is a symbol made by ``size`` or a positive integer.

    A *fixed* index is one particular, arbitrary place (the memory μ to be retrieved): it is never summed over,
    never a parameter of a rule, and hypotheses about it say nothing about other places.

    >>> n = size("n")
    >>> Index("i", n).extent
    n
    >>> Index("i", n) == Index("i", n), Index("i", n) == Index("i", size("K"))
    (True, False)
    """

    __slots__ = ("extent", "fixed")
    extent: Expr
    fixed: bool

    def __new__(cls, name: str, extent: Expr | int, fixed: bool = False) -> Index:  # noqa: D102
        made: Index = Symbol.__xnew__(cls, name, integer=True, positive=True)
        made.extent = sp.sympify(extent)
        made.fixed = fixed
        return made

    def _hashable_content(self) -> tuple[Any, ...]:
        content: tuple[Any, ...] = super()._hashable_content()
        return (*content, self.extent, self.fixed)

    def __getnewargs_ex__(self) -> tuple[tuple[str, Expr, bool], dict[str, Any]]:
        return (self.name, self.extent, self.fixed), {}


def size(name: str) -> Symbol:
    """Length of a range: a symbol that stands for any integer from 1 on."""
    return Symbol(name, integer=True, positive=True)


def real(names: str) -> Any:
    """Real scalar symbols, like ``sympy.symbols``."""
    return sp.symbols(names, real=True)


def positive(names: str) -> Any:
    """Positive scalar symbols, like ``sympy.symbols``."""
    return sp.symbols(names, positive=True)


def nonnegative(names: str) -> Any:
    """Non-negative scalar symbols, like ``sympy.symbols``."""
    return sp.symbols(names, nonnegative=True)


def integers(names: str) -> Any:
    """Non-negative integers that are not lengths of ranges (exponents, step numbers)."""
    return sp.symbols(names, integer=True, nonnegative=True)


def vector(name: str, n: Expr | int, **assumptions: bool) -> IndexedBase:
    """Vector of length n: ``p = vector("p", n, positive=True)``, then ``p[i]``. Real unless told otherwise."""
    return IndexedBase(name, shape=(sp.sympify(n),), **(assumptions or {"real": True}))


def matrix(name: str, rows: Expr | int, columns: Expr | int, **assumptions: bool) -> IndexedBase:
    """Matrix with the given numbers of rows and columns: ``A[i, j]``. Real unless told otherwise.

    Symmetry is declared to the normaliser (``Normaliser.symmetric``), not here.
    """
    shape = (sp.sympify(rows), sp.sympify(columns))
    return IndexedBase(name, shape=shape, **(assumptions or {"real": True}))


def total(summand: Any, *indices: Index) -> Expr:
    """Σ of ``summand`` over the whole range of each index.

    >>> n = size("n"); i = Index("i", n); p = vector("p", n)
    >>> total(p[i], i)
    Sum(p[i], (i, 1, n))
    """
    result = sp.sympify(summand)
    for index in reversed(indices):
        if index.fixed:
            raise ValueError(f"{index} is fixed and cannot be summed over")
        result = sp.Sum(result, (index, 1, index.extent))
    return result


def delta(i: Expr, j: Expr) -> Expr:
    """Kronecker delta of two indices."""
    return KroneckerDelta(i, j)


class Permuted(Expr):  # type: ignore[misc]
    """π(i): the place to which a permutation π of the range of i takes the index i.

    ``p[Permuted(pi, i)]`` with a symbol ``pi`` that names the permutation. A sum over i of something that holds
    i only as π(i) is the sum without π.

    >>> from gatedmem.theory.indexed import Normaliser
    >>> n = size("n"); i = Index("i", n); p = vector("p", n); pi = Symbol("pi")
    >>> Normaliser().same(total(p[Permuted(pi, i)] ** 2, i), total(p[i] ** 2, i))
    True
    >>> Normaliser().same(total(p[i] * p[Permuted(pi, i)], i), total(p[i] ** 2, i))
    False
    """

    is_commutative = True
    is_integer = True
    is_positive = True

    def __new__(cls, permutation: Symbol, index: Expr) -> Permuted:  # noqa: D102
        return Expr.__new__(cls, permutation, index)  # type: ignore[no-any-return]

    @property
    def extent(self) -> Expr:
        """Length of the range."""
        return self.args[1].extent


class Partial(Expr):  # type: ignore[misc]
    """∂(expression)/∂(variable), the variable a scalar symbol or an indexed quantity with free indices.

    It is held, not evaluated: the normaliser differentiates when it meets one.
    """

    is_commutative = True

    def __new__(cls, expression: Expr, variable: Expr) -> Partial:  # noqa: D102
        return Expr.__new__(cls, sp.sympify(expression), variable)  # type: ignore[no-any-return]


class FlowDerivative(Expr):  # type: ignore[misc]
    """Time derivative of an expression along a flow: Σ over the moving quantities of ∂expression · rate.

    ``FlowDerivative(L, (x[i], xdot_i), (p[mu], pdot_mu), …)``: each pair is a quantity that moves (a scalar
    symbol, or an indexed one with plain free indices) and its rate, an expression in the same indices.
    Everything else stands still.
    """

    is_commutative = True

    def __new__(cls, expression: Expr, *rates: Any) -> FlowDerivative:  # noqa: D102
        pairs = [sp.Tuple(*pair) for pair in rates]
        return Expr.__new__(cls, sp.sympify(expression), *pairs)  # type: ignore[no-any-return]


PLACE = Symbol("·", real=True)


@dataclass(frozen=True)
class FunctionInfo:
    """What is known of a function of one variable besides its name."""

    latex: str
    derivative: Expr | None  # in terms of PLACE
    sign: str  # "+", "0+" or "?"
    argument: str  # "+" where the argument has to be positive, else "?"
    odd: bool = False


FUNCTIONS: dict[str, FunctionInfo] = {
    "log": FunctionInfo(r"\log", 1 / PLACE, "?", "+"),
    "tanh": FunctionInfo(r"\tanh", 1 - sp.Function("tanh")(PLACE) ** 2, "?", "?", odd=True),
    "cosh": FunctionInfo(r"\cosh", sp.Function("sinh")(PLACE), "+", "?"),
    "sinh": FunctionInfo(r"\sinh", sp.Function("cosh")(PLACE), "?", "?", odd=True),
    "Abs": FunctionInfo(r"\operatorname{abs}", None, "0+", "?"),
    "sign": FunctionInfo(r"\operatorname{sign}", None, "?", "?", odd=True),
}


def abstract_function(
    name: str,
    *,
    latex: str,
    derivative: Callable[[Expr], Expr] | None = None,
    sign: str = "?",
    odd: bool = False,
) -> Callable[[Expr], Expr]:
    """A function of one real variable known only by its name, its derivative and its sign.

    ``derivative`` maps an argument to the derivative there (``lambda t: phi_prime(t)``), None where it is never
    differentiated; ``sign`` is "+" for positive everywhere, "0+" for non-negative, "?" for neither.

    >>> from gatedmem.theory.indexed import Normaliser
    >>> prime = abstract_function("doc_phi'", latex=r"\\varphi'", sign="+")
    >>> phi = abstract_function("doc_phi", latex=r"\\varphi", derivative=prime)
    >>> n = size("n"); i, j = Index("i", n), Index("j", n); x = vector("x", n)
    >>> Normaliser().same(Partial(total(phi(x[i]), i), x[j]), prime(x[j]))
    True
    """
    made = sp.Function(name, real=True)
    info = FunctionInfo(latex, None if derivative is None else derivative(PLACE), sign, "?", odd)
    known = FUNCTIONS.get(name)
    if known is not None and known != info:
        raise ValueError(f"function {name} is already declared differently")
    FUNCTIONS[name] = info
    return made  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Relation:
    """``left op right`` with op one of = ≤ ≥ < > ≠; free indices are universally quantified."""

    left: Expr
    op: str
    right: Expr

    @property
    def difference(self) -> Expr:
        """left - right."""
        return self.left - self.right

    @property
    def larger_minus_smaller(self) -> Expr:
        """The quantity that an inequality says is ≥ 0 (or > 0)."""
        if self.op in ("≤", "<"):
            return self.right - self.left
        if self.op in ("≥", ">"):
            return self.left - self.right
        raise ValueError(f"not an inequality: {self.op}")

    def map(self, change: Callable[[Expr], Expr]) -> Relation:
        """The relation with both sides changed."""
        return Relation(change(self.left), self.op, change(self.right))


def _relation(op: str) -> Callable[[Any, Any], Relation]:
    def build(left: Any, right: Any) -> Relation:
        return Relation(sp.sympify(left), op, sp.sympify(right))

    build.__doc__ = f"The relation left {op} right."
    return build


eq, le, ge, lt, gt = (_relation(op) for op in "=≤≥<>")


def free_indices(expression: Any) -> set[Index]:
    """Indices of an expression that no sum binds.

    >>> n = size("n"); i, j = Index("i", n), Index("j", n); p = vector("p", n)
    >>> free_indices(p[j] * total(p[i], i))
    {j}
    """
    if isinstance(expression, Index):
        return {expression}
    if isinstance(expression, sp.Sum):
        found = free_indices(expression.function)
        for index, *_ in expression.limits:
            found.discard(index)
        return found
    if isinstance(expression, FlowDerivative):
        found = free_indices(expression.args[0])
        for pair in expression.args[1:]:
            found |= free_indices(pair[1]) - free_indices(pair[0])
        return found
    result: set[Index] = set()
    for part in getattr(expression, "args", ()):
        result |= free_indices(part)
    return result


def running_indices(expression: Any) -> set[Index]:
    """Free indices that are not fixed."""
    return {index for index in free_indices(expression) if not index.fixed}


def fresh_index(index: Index, taken: Iterable[Index]) -> Index:
    """An index with the same range whose name is not among those taken."""
    names = {other.name for other in taken}
    for number in itertools.count(1):
        name = f"{index.name}_{number}"
        if name not in names:
            return Index(name, index.extent)
    raise AssertionError  # pragma: no cover


def put(expression: Any, values: Mapping[Any, Any]) -> Any:
    """Substitute without capture: scalars, indices, or whole vectors.

    A key ``p[i]`` with plain indices stands for the vector: p[k] becomes the value with i replaced by k,
    wherever it occurs. A key that is a symbol or an index is replaced as such. Dummies of sums are renamed where
    a value mentions their name. Works on expressions and on relations.

    >>> n = size("n"); i, j = Index("i", n), Index("j", n); p, v = vector("p", n), vector("v", n)
    >>> t = real("t")
    >>> put(total(t * p[i], i), {t: p[i]})
    Sum(p[i]*p[i_1], (i_1, 1, n))
    >>> put(total(p[i], i), {p[j]: v[j] ** 2})
    Sum(v[i]**2, (i, 1, n))
    """
    if isinstance(expression, Relation):
        return expression.map(lambda side: put(side, values))
    scalars: dict[Any, Expr] = {}
    vectors: dict[Any, tuple[tuple[Index, ...], Expr]] = {}
    sizes = {k: sp.sympify(v) for k, v in values.items() if is_size(k)}
    if sizes:
        if len(sizes) < len(values):
            raise ValueError("substitute sizes on their own")
        return _resize(sp.sympify(expression), sizes)
    for key, value in values.items():
        if isinstance(key, sp.Indexed):
            plain = all(isinstance(k, Index) and not k.fixed for k in key.indices)
            if not plain or len(set(key.indices)) != len(key.indices):
                raise ValueError(f"{key} does not stand for a whole array: use distinct plain indices")
            vectors[key.base] = (tuple(key.indices), sp.sympify(value))
        elif isinstance(key, Symbol):
            scalars[key] = sp.sympify(value)
        else:
            raise ValueError(f"{key} is neither a symbol nor an indexed quantity")
    mentioned: set[Index] = set()
    for value in scalars.values():
        mentioned |= free_indices(value)
    for parameters, value in vectors.values():
        mentioned |= free_indices(value) - set(parameters)
    return _put(sp.sympify(expression), scalars, vectors, mentioned)


def is_size(key: Any) -> bool:
    """True for the symbols that ``size`` makes."""
    whole = isinstance(key, Symbol) and not isinstance(key, Index) and key.is_integer
    return bool(whole and key.is_positive)


def _resize(expression: Any, sizes: Mapping[Any, Expr]) -> Any:
    """Replace the lengths of ranges, in the indices and in the shapes of arrays too."""
    if isinstance(expression, Index):
        return Index(expression.name, sizes.get(expression.extent, expression.extent), expression.fixed)
    if isinstance(expression, IndexedBase):
        return IndexedBase(expression.label, shape=tuple(sizes.get(k, k) for k in expression.shape))
    if expression in sizes:
        return sizes[expression]
    if not getattr(expression, "args", ()):
        return expression
    return expression.func(*[_resize(part, sizes) for part in expression.args])


def _put(
    expression: Expr,
    scalars: Mapping[Any, Expr],
    vectors: Mapping[Any, tuple[tuple[Index, ...], Expr]],
    mentioned: set[Index],
) -> Expr:
    if expression in scalars:
        return scalars[expression]
    if isinstance(expression, sp.Indexed):
        indices = [_put(k, scalars, vectors, mentioned) for k in expression.indices]
        if expression.base in vectors:
            parameters, value = vectors[expression.base]
            for parameter, index in zip(parameters, indices, strict=True):
                if isinstance(index, Index) and index.extent != parameter.extent:
                    raise ValueError(f"index {index} does not run over the range of {parameter}")
            stand_ins = [fresh_index(k, free_indices(value) | mentioned) for k in parameters]
            value = _put(value, dict(zip(parameters, stand_ins, strict=True)), {}, set(stand_ins))
            return _put(value, dict(zip(stand_ins, indices, strict=True)), {}, _indices_in(indices))
        return expression.base[tuple(indices)]
    if isinstance(expression, sp.Sum):
        body = expression.function
        limits = []
        inner = dict(scalars)
        for index, low, high in expression.limits:
            inner.pop(index, None)
            name_clash = {other.name for other in mentioned}
            if index.name in name_clash:
                new = fresh_index(index, mentioned | free_indices(body))
                body = _put(body, {index: new}, {}, {new})
                index = new
            limits.append((index, low, high))
        body = _put(body, inner, vectors, mentioned)
        return sp.Sum(body, *limits)
    if isinstance(expression, FlowDerivative):
        raise ValueError("substitution into a derivative along a flow: normalise it first")
    if isinstance(expression, Partial):
        variable = expression.args[1]
        if variable in scalars or (isinstance(variable, sp.Indexed) and variable.base in vectors):
            raise ValueError("substitution for the variable of differentiation")
        new_variable = _put(variable, scalars, vectors, mentioned)
        return Partial(_put(expression.args[0], scalars, vectors, mentioned), new_variable)
    if not expression.args or isinstance(expression, IndexedBase):
        return expression
    return expression.func(*[_put(part, scalars, vectors, mentioned) for part in expression.args])


def _indices_in(expressions: Iterable[Any]) -> set[Index]:
    found: set[Index] = set()
    for expression in expressions:
        found |= free_indices(expression)
    return found
