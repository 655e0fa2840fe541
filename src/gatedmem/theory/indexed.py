"""Sums over symbolic ranges, and a normal form that decides when two of them are the same.

The formulas of this package are polynomials in indexed quantities, exponentials, logarithms and a few functions
of one variable, summed over ranges 1..n whose length n is a symbol. This module gives them a language on top of
sympy (``Index``, ``vector``, ``matrix``, ``total``, ``delta``, ``Partial``, ``FlowDerivative``) and a normal
form (``Normaliser``) such that equal normal forms mean equal expressions for **every** n.

The normal form: an expression is a linear combination, with rational coefficients, of monomials; a monomial is a
product of powers of atoms; an atom is a symbol, an indexed quantity, a function value, an exponential (at most
one in a monomial), a Kronecker delta, or a *connected sum*, a sum over dummies that all hang together through
the factors of its summand. So (Σ p_i)² is the square of one atom while Σ p_i² is another atom; a product of sums
needs no common dummy; Σ_i e^{r_i + c} gives up its constant factor e^c. Dummies are renamed canonically, closed
sums are never entered without fresh names, so that nothing can be captured.

The converse (equal expressions have equal normal forms) is not promised: the engine is sound, not complete.
Denominators must be known to be non-zero and arguments of logarithms positive; otherwise ``Undecidable``.

>>> n = size("n")
>>> i, j = Index("i", n), Index("j", n)
>>> p, v = vector("p", n), vector("v", n)
>>> normal = Normaliser()
>>> square = total(p[i], i) ** 2
>>> normal.same(square, total(p[i] * p[j], i, j))
True
>>> normal.same(square, total(p[i] ** 2, i))
False
>>> normal.same(Partial(total(p[i] ** 2, i), p[j]), 2 * p[j])
True
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy import Expr, IndexedBase, KroneckerDelta, Rational, Symbol

from gatedmem.theory.forms import (
    BASE,
    DELTA,
    EXP,
    FUNCTION,
    INDEXED,
    ONE,
    SUM,
    SYMBOL,
    UNIT,
    ZERO,
    Atom,
    Form,
    Idx,
    Monomial,
    atom_form,
    collect_terms,
    form_indices,
    mentions,
    number_form,
    renamed_index,
    scaled,
    sum_level,
    sum_of,
    walk_indices,
)
from gatedmem.theory.language import (
    FUNCTIONS,
    PLACE,
    FlowDerivative,
    Index,
    Partial,
    Permuted,
    Relation,
    abstract_function,
    delta,
    eq,
    free_indices,
    fresh_index,
    ge,
    gt,
    integers,
    is_size,
    le,
    lt,
    matrix,
    nonnegative,
    positive,
    put,
    real,
    running_indices,
    size,
    total,
    vector,
)
from gatedmem.theory.signs import NEGATED, PLUS, TIMES, stronger

__all__ = [
    "FlowDerivative",
    "Index",
    "Normaliser",
    "Partial",
    "Permuted",
    "Relation",
    "Undecidable",
    "abstract_function",
    "delta",
    "eq",
    "free_indices",
    "fresh_index",
    "ge",
    "gt",
    "integers",
    "is_size",
    "le",
    "lt",
    "matrix",
    "nonnegative",
    "positive",
    "put",
    "real",
    "size",
    "total",
    "vector",
]


class Undecidable(Exception):
    """The normal form cannot be computed: a division or a logarithm whose argument may vanish, a bad range."""


@dataclass(frozen=True)
class _Rule:
    """A rewriting rule. ``everywhere``: an identity in all variables (a definition), so valid under derivatives."""

    key: tuple[Any, ...]
    parameters: tuple[Index, ...]
    right: Expr
    everywhere: bool
    # for contractions: Σ_dummy Π factors, factors as (base name, indices), dummy the last parameter
    factors: tuple[tuple[str, tuple[Index, ...]], ...] = ()
    dummy: Index | None = None


@dataclass
class _Scope:
    """What symbols and indices mean while an expression is normalised."""

    indices: Mapping[Index, Idx] = field(default_factory=dict)
    forms: Mapping[Symbol, Form] = field(default_factory=dict)


class Normaliser:
    """Normal forms of expressions, under declared symmetries, definitions and hypotheses.

    ``define`` and ``suppose`` add rewriting rules; ``know`` records that expressions are ≥ 0, > 0 or ≠ 0.
    Hypotheses added by ``suppose`` (such as Σp = 1) are not used inside derivatives, where they would be wrong.
    """

    def __init__(self) -> None:
        self._names: dict[str, Any] = {}
        self._symmetric: set[str] = set()
        self._rules: list[_Rule] = []
        self._facts: dict[Form, str] = {}
        self._counter = itertools.count()
        self._inside_derivative = 0
        self._cache: dict[Expr, Form] = {}
        self._sign_of_form: dict[Form, str] = {}

    # -- declarations ------------------------------------------------------------------------------------------

    def symmetric(self, base: IndexedBase) -> None:
        """Declare base[i, j] = base[j, i]."""
        if len(base.shape) != 2 or base.shape[0] != base.shape[1]:
            raise ValueError(f"{base} is not square")
        name = str(base.label)
        self._register(name, base)
        if self._rule_for((INDEXED, name)) is not None:
            i, j = Index("_row", base.shape[0]), Index("_column", base.shape[0])
            if not self.same(base[i, j], base[j, i]):
                raise ValueError(f"the definition of {base} is not symmetric")
            return
        self._symmetric.add(name)
        self._cache.clear()

    def define(self, left: Expr, right: Expr) -> None:
        """Rewrite ``left`` (a symbol, or an indexed quantity with plain indices) as ``right`` everywhere."""
        self._add_rule(left, right, everywhere=True)

    def suppose(self, left: Expr, right: Expr) -> bool:
        """Use the hypothesis left = right as a rewriting rule; False where its shape gives none.

        Shapes that give one: a symbol, an indexed quantity with distinct plain indices, or a sum over one dummy
        of a product of distinct indexed quantities that all carry the dummy (Σ_i p_i, Σ_k A_ik B_kj, Σ_k G_ik).
        """
        try:
            self._add_rule(left, right, everywhere=False)
        except ValueError:
            return False
        return True

    def know(self, expression: Expr, sign: str) -> None:
        """Record that an expression is "+" (> 0), "0+" (≥ 0) or "≠" (non-zero) for all values of its indices."""
        if sign not in ("+", "0+", "≠"):
            raise ValueError(f"unknown sign {sign}")
        form = self.form(expression)
        monic, factor = self._monic(form)
        self._facts[monic] = stronger(self._facts.get(monic, "?"), sign if factor > 0 else NEGATED[sign])

    def copy(self) -> Normaliser:
        """An independent normaliser with the same declarations."""
        twin = Normaliser()
        twin._names = dict(self._names)
        twin._symmetric = set(self._symmetric)
        twin._rules = list(self._rules)
        twin._facts = dict(self._facts)
        twin._sign_of_form = dict(self._sign_of_form)
        return twin

    def has_met(self, name: str) -> bool:
        """True if a symbol or an array of this name has occurred."""
        return name in self._names

    def symmetric_bases(self) -> list[IndexedBase]:
        """The matrices declared symmetric."""
        return [self._names[name] for name in sorted(self._symmetric)]

    # -- questions ---------------------------------------------------------------------------------------------

    def form(self, expression: Any) -> Form:
        """The normal form of an expression (an opaque, hashable object; equal forms mean equal expressions)."""
        expression = sp.sympify(expression)
        if self._inside_derivative == 0 and expression in self._cache:
            return self._cache[expression]
        result = self._of(expression, _Scope())
        if self._inside_derivative == 0:
            self._cache[expression] = result
        return result

    def is_zero(self, expression: Any) -> bool:
        """True if the expression is zero for all sizes and all values that the hypotheses allow."""
        return not self._cleared(self.form(expression))

    def same(self, left: Any, right: Any) -> bool:
        """True if both sides are equal for all sizes and all values that the hypotheses allow."""
        return self.is_zero(sp.sympify(left) - sp.sympify(right))

    def residual(self, expression: Any) -> Expr:
        """The expression in normal form, denominators cleared, as a sympy expression again."""
        return self.expression(self._cleared(self.form(expression)))

    def sign(self, expression: Any) -> str:
        """Sign that the structure of an expression shows: "0", "+", "0+", "-", "0-", "≠" or "?".

        Squares, exponentials, products and sums of parts of known sign, and recorded facts; the expression is
        read as it is written, so write a slack as the sum of squares that it is.
        """
        return self._sign(sp.sympify(expression))

    # -- signs -------------------------------------------------------------------------------------------------

    def _sign(self, e: Expr) -> str:
        found = self._sign_by_structure(e)
        if found in ("?", "0+", "0-", "≠") and self._facts and not isinstance(e, (sp.Number, Index)):
            try:
                form = self.form(e)
            except Undecidable:
                return found
            found = stronger(found, self._sign_from_facts(form))
        return found

    def _sign_from_facts(self, form: Form) -> str:
        if not form:
            return "0"
        monic, factor = self._monic(form)
        known = self._facts.get(monic, "?")
        return known if factor > 0 else NEGATED[known]

    def _sign_by_structure(self, e: Expr) -> str:
        if isinstance(e, sp.Rational):
            return "0" if e == 0 else ("+" if e > 0 else "-")
        if isinstance(e, (Symbol, sp.Indexed, IndexedBase)):
            assumed = e.base if isinstance(e, sp.Indexed) else e
            declared = self._declared_sign(assumed)
            if declared != "?":
                return declared
            name = str(assumed.label) if isinstance(assumed, IndexedBase) else assumed.name
            kind = INDEXED if isinstance(e, sp.Indexed) else SYMBOL
            rule = self._rule_for((kind, name))
            return "?" if rule is None else self._sign(rule.right)
        if isinstance(e, KroneckerDelta):
            return "0+"
        if isinstance(e, sp.exp):
            return "+"
        if isinstance(e, sp.Pow):
            return self._sign_of_power(e)
        if isinstance(e, sp.Mul):
            sign = "+"
            for part in e.args:
                sign = TIMES[sign, self._sign(part)]
            return sign
        if isinstance(e, sp.Add):
            if len(e.args) == 2 and e.args[0] == 1 and isinstance(1 - e, KroneckerDelta):
                return "0+"
            sign = "0"
            for part in e.args:
                sign = PLUS[sign, self._sign(part)]
            if sign == "?":
                sign = self._sign_of_sizes(e)
            return sign
        if isinstance(e, sp.Sum):
            sign = self._sign(e.function)
            return "?" if sign == "≠" else sign
        if isinstance(e, sp.Function):
            info = FUNCTIONS.get(e.func.__name__)
            if info is not None:
                return info.sign
        return "?"

    @staticmethod
    def _declared_sign(thing: Any) -> str:
        label = thing.label if isinstance(thing, IndexedBase) else thing
        if label.is_positive:
            return "+"
        if label.is_nonnegative:
            return "0+"
        if label.is_negative:
            return "-"
        return "≠" if label.is_nonzero else "?"

    def _sign_of_power(self, e: Expr) -> str:
        base, exponent = e.args
        sign = self._sign(base)
        if sign == "+":
            return "+"
        if isinstance(exponent, sp.Integer):
            if exponent % 2 == 0:
                return "+" if sign in ("-", "≠") else ("0+" if exponent > 0 else "?")
            return sign if exponent > 0 or sign in ("-", "≠") else "?"
        if exponent.is_positive and sign == "0+":
            return "0+"
        return "?"

    @staticmethod
    def _sign_of_sizes(e: Expr) -> str:
        """Sign of expressions in sizes and scalars alone, such as n - 1, from sympy's assumptions."""
        if e.has(sp.Indexed, sp.Sum, sp.Function, Partial, FlowDerivative):
            return "?"
        if e.is_positive:
            return "+"
        if e.is_nonnegative:
            return "0+"
        if e.is_negative:
            return "-"
        return "?"

    def _form_sign(self, form: Form) -> str:
        """Sign of a normal form: all its terms have it, or it was met in a form that showed it, or a fact."""
        sign = "0"
        for monomial, coefficient in form:
            part = "+" if coefficient > 0 else "-"
            for atom, exponent in monomial:
                part = TIMES[part, self._power_sign(atom, exponent)]
            sign = PLUS[sign, part]
        if form:
            sign = stronger(sign, self._sign_from_facts(form))
            monic, factor = self._monic(form)
            seen = self._sign_of_form.get(monic, "?")
            sign = stronger(sign, seen if factor > 0 else NEGATED[seen])
        return sign

    def _power_sign(self, atom: Atom, exponent: Fraction) -> str:
        sign = self._atom_sign(atom)
        if sign == "+":
            return "+"
        if exponent.denominator == 1 and exponent % 2 == 0:
            return "+" if sign in ("-", "≠") else ("0+" if exponent > 0 else "?")
        if exponent.denominator == 1:
            return sign if exponent > 0 or sign in ("-", "≠") else "?"
        return "0+" if exponent > 0 and sign == "0+" else "?"

    def _atom_sign(self, atom: Atom) -> str:
        kind = atom[0]
        if kind in (SYMBOL, INDEXED):
            sign = self._declared_sign(self._names[atom[1]])
            return stronger(sign, self._sign_from_facts(atom_form(atom))) if self._facts else sign
        if kind == FUNCTION:
            sign = FUNCTIONS[atom[1]].sign
            return stronger(sign, self._sign_from_facts(atom_form(atom))) if self._facts else sign
        if kind == EXP:
            return "+"
        if kind == DELTA:
            return "0+"
        if kind == BASE:
            return self._form_sign(atom[1])
        sign = "+"
        for inner, exponent in atom[3]:
            sign = TIMES[sign, self._power_sign(inner, exponent)]
        sign = "?" if sign == "≠" else sign
        return stronger(sign, self._sign_from_facts(atom_form(atom))) if self._facts else sign

    @staticmethod
    def _monic(form: Form) -> tuple[Form, Fraction]:
        if not form:
            return form, UNIT
        lead = form[0][1]
        return scaled(form, 1 / lead), lead

    # -- rules -------------------------------------------------------------------------------------------------

    def _add_rule(self, left: Expr, right: Expr, *, everywhere: bool) -> None:
        left, right = sp.sympify(left), sp.sympify(right)
        # Register the names, so that a clash of names shows here.
        self._register_all(left)
        self._register_all(right)
        if not everywhere and isinstance(left, sp.Indexed) and str(left.base.label) in self._symmetric:
            raise ValueError("a hypothesis about all entries of a symmetric matrix: use a combination")
        if isinstance(left, Index) or (isinstance(left, Symbol) and left.is_integer):
            raise ValueError(f"{left} is an index or a size")
        if isinstance(left, Symbol):
            rule = _Rule((SYMBOL, left.name), (), right, everywhere)
            self._refuse_circular(left, right)
        elif isinstance(left, KroneckerDelta) and all(getattr(k, "fixed", False) for k in left.args):
            places = sorted(self._index(k, _Scope()) for k in left.args)
            rule = _Rule((DELTA, *places), (), right, everywhere)
        elif isinstance(left, sp.Indexed) and all(getattr(k, "fixed", False) for k in left.indices):
            places = [self._index(k, _Scope()) for k in left.indices]
            rule = _Rule((INDEXED, str(left.base.label), *places), (), right, everywhere)
            self._refuse_circular(left.base, right)
        elif isinstance(left, sp.Indexed):
            parameters = self._plain(left.indices)
            rule = _Rule((INDEXED, str(left.base.label)), parameters, right, everywhere)
            self._refuse_circular(left.base, right)
            if running_indices(right) - set(parameters):
                raise ValueError("the right side has indices that the left side lacks")
        elif isinstance(left, sp.Sum) and len(left.limits) == 1:
            rule = self._contraction(left, right, everywhere)
        else:
            raise ValueError(f"{left} gives no rewriting rule")
        if any(rule.key == other.key for other in self._rules):
            raise ValueError(f"there is a rule for {left} already")
        self._rules.append(rule)
        self._cache.clear()

    def _refuse_circular(self, left: Any, right: Expr) -> None:
        """No rule may lead back to its own left side, directly or through the other rules."""
        to_visit, seen = [right], set()
        while to_visit:
            expression = to_visit.pop()
            if left in sp.preorder_traversal(expression):
                raise ValueError(f"the rule for {left} would go round in circles")
            names = {str(s) for s in expression.free_symbols}
            for rule in self._rules:
                if rule.key[0] in (SYMBOL, INDEXED) and rule.key[1] in names and rule.key not in seen:
                    seen.add(rule.key)
                    to_visit.append(rule.right)

    @staticmethod
    def _plain(indices: Iterable[Any]) -> tuple[Index, ...]:
        plain = tuple(indices)
        if not all(isinstance(k, Index) and not k.fixed for k in plain) or len(set(plain)) != len(plain):
            raise ValueError("a rule needs distinct plain indices on its left side")
        return plain

    def _contraction(self, left: Expr, right: Expr, everywhere: bool) -> _Rule:
        (dummy, low, high) = left.limits[0]
        if low != 1 or high != dummy.extent:
            raise ValueError("sums run over whole ranges")
        factors: list[tuple[str, tuple[Index, ...]]] = []
        parameters: list[Index] = []
        for factor in sp.Mul.make_args(left.function):
            if not isinstance(factor, sp.Indexed) or list(factor.indices).count(dummy) != 1:
                raise ValueError("a contraction needs factors that carry the dummy once each")
            indices = self._plain(factor.indices)
            factors.append((str(factor.base.label), indices))
            parameters += [k for k in indices if k != dummy]
        if len(set(parameters)) != len(parameters) or running_indices(right) - set(parameters):
            raise ValueError("a contraction needs distinct outer indices, the same on both sides")
        slots = tuple(sorted((name, indices.index(dummy)) for name, indices in factors))
        key = (SUM, slots)
        return _Rule(key, tuple(parameters), right, everywhere, tuple(factors), dummy)

    def _active(self) -> Iterator[_Rule]:
        for rule in self._rules:
            if rule.everywhere or self._inside_derivative == 0:
                yield rule

    def _rule_for(self, key: tuple[Any, ...]) -> _Rule | None:
        return next((rule for rule in self._active() if rule.key == key), None)

    # -- from sympy to forms -----------------------------------------------------------------------------------

    def _register(self, name: str, thing: Any) -> None:
        known = self._names.setdefault(name, thing)
        if known != thing or getattr(known, "shape", None) != getattr(thing, "shape", None):
            raise ValueError(f"the name {name} stands for two different things")

    def _register_all(self, expression: Any) -> None:
        for part in sp.preorder_traversal(expression):
            if isinstance(part, sp.Indexed):
                self._register(str(part.base.label), part.base)

    def _index(self, index: Any, scope: _Scope) -> Idx:
        if isinstance(index, Index):
            if index in scope.indices:
                return scope.indices[index]
            self._register(f"index {index.name}", index)
            return (0, index.name, self._extent(index.extent))
        if isinstance(index, sp.Integer) and index > 0:
            return (3, int(index))
        if isinstance(index, Permuted):
            inner = self._index(index.args[1], scope)
            if inner[0] == 3:
                raise Undecidable("permutation of a number")
            self._register(f"permutation {index.args[0]}", inner[-1])
            return (4, str(index.args[0]), inner, inner[-1])
        raise Undecidable(f"{index} is not an index")

    def _extent(self, extent: Expr) -> str:
        name = str(extent)
        if isinstance(extent, Symbol):
            self._register(name, extent)
        elif not (isinstance(extent, sp.Integer) and extent > 0):
            raise Undecidable(f"{extent} is not the length of a range")
        return name

    def _size_form(self, extent: str) -> Form:
        return number_form(int(extent)) if extent.isdigit() else atom_form((SYMBOL, extent))

    @staticmethod
    def _extent_of(index: Idx) -> str | None:
        return None if index[0] == 3 else str(index[-1])

    def _of(self, e: Expr, scope: _Scope) -> Form:
        if isinstance(e, sp.Rational):
            return number_form(Fraction(int(e.p), int(e.q)))
        if isinstance(e, Index):
            raise Undecidable(f"index {e} used as a number")
        if isinstance(e, Symbol):
            return self._of_symbol(e, scope)
        if isinstance(e, sp.Indexed):
            return self._of_indexed(e, scope)
        if isinstance(e, sp.Add):
            return sum_of(*(self._of(part, scope) for part in e.args))
        if isinstance(e, sp.Mul):
            result = ONE
            for part in e.args:
                result = self._times(result, self._of(part, scope))
            return result
        if isinstance(e, sp.exp):
            return self._exp(self._of(e.args[0], scope))
        if e is sp.S.Exp1:
            return self._exp(ONE)
        if isinstance(e, sp.Pow):
            return self._of_power(e, scope)
        if isinstance(e, sp.Sum):
            return self._of_sum(e, scope)
        if isinstance(e, KroneckerDelta):
            return self._delta(self._index(e.args[0], scope), self._index(e.args[1], scope))
        if isinstance(e, Partial):
            return self._of_partial(e, scope)
        if isinstance(e, FlowDerivative):
            return self._of_flow(e, scope)
        if isinstance(e, sp.Function):
            name = e.func.__name__
            if name not in FUNCTIONS:
                raise Undecidable(f"unknown function {name}")
            if name == "log":
                return self._of_log(e.args[0], scope)
            return self._function(name, tuple(self._of(part, scope) for part in e.args))
        raise Undecidable(f"no normal form for {type(e).__name__}: {e}")

    def _of_log(self, argument: Expr, scope: _Scope) -> Form:
        """Logarithm; a product that is written as positive factors splits before it is multiplied out."""
        factors = sp.Mul.make_args(argument)
        if len(factors) > 1 and not scope.forms and all(self._sign(part) == "+" for part in factors):
            return sum_of(*(self._of_log(part, scope) for part in factors))
        if isinstance(argument, sp.Pow) and not isinstance(argument, sp.exp) and not scope.forms:
            base, exponent = argument.args
            if isinstance(exponent, sp.Rational) and self._sign(base) == "+":
                return scaled(self._of_log(base, scope), Fraction(int(exponent.p), int(exponent.q)))
        form = self._of(argument, scope)
        if not scope.forms and self._sign(argument) == "+":
            self._note_sign(form, "+")
        return self._function("log", (form,))

    def _of_symbol(self, e: Symbol, scope: _Scope) -> Form:
        if e in scope.forms:
            return scope.forms[e]
        self._register(e.name, e)
        rule = self._rule_for((SYMBOL, e.name))
        if rule is not None:
            return self._of(rule.right, _Scope())
        return atom_form((SYMBOL, e.name))

    def _of_indexed(self, e: Any, scope: _Scope) -> Form:
        name = str(e.base.label)
        self._register(name, e.base)
        if len(e.indices) != len(e.base.shape):
            raise Undecidable(f"{e} has the wrong number of indices")
        indices = tuple(self._index(k, scope) for k in e.indices)
        for index, extent in zip(indices, e.base.shape, strict=True):
            have = self._extent_of(index)
            if have is None and str(extent).isdigit() and index[1] > int(extent):
                raise Undecidable(f"{e} lies outside the range of {name}")
            if have is not None and have != str(extent):
                raise Undecidable(f"an index of {e} runs to {have} where {name} has length {extent}")
        return self._indexed(name, indices)

    def _indexed(self, name: str, indices: tuple[Idx, ...]) -> Form:
        if name in self._symmetric:
            indices = tuple(sorted(indices))
        rule = self._rule_for((INDEXED, name))
        if rule is not None:
            scope = _Scope(dict(zip(rule.parameters, indices, strict=True)))
            return self._of(rule.right, scope)
        rule = self._rule_for((INDEXED, name, *indices))
        if rule is not None:
            return self._of(rule.right, _Scope())
        return atom_form((INDEXED, name, indices))

    def _of_power(self, e: Expr, scope: _Scope) -> Form:
        base, exponent = e.args
        if isinstance(exponent, sp.Rational):
            power = Fraction(int(exponent.p), int(exponent.q))
            form = self._of(base, scope)
            if power < 0 or power.denominator != 1:
                sign = self._sign(base) if not scope.forms else "?"
                if sign in ("+", "-", "≠"):
                    self._note_sign(form, sign)
            return self._power(form, power)
        if base is sp.S.Exp1:
            return self._exp(self._of(exponent, scope))
        return self._exp(self._times(self._of(exponent, scope), self._function("log", (self._of(base, scope),))))

    def _note_sign(self, form: Form, sign: str) -> None:
        """Remember a sign that the written shape of an expression shows and its normal form may hide."""
        if not form:
            raise Undecidable("division by zero")
        monic, factor = self._monic(form)
        self._sign_of_form[monic] = stronger(
            self._sign_of_form.get(monic, "?"), sign if factor > 0 else NEGATED[sign]
        )

    def _of_sum(self, e: Any, scope: _Scope) -> Form:
        opened: dict[Index, Idx] = dict(scope.indices)
        dummies = []
        # The last limit of a sympy sum is the outermost; ranges never depend on other dummies here.
        for index, low, high in e.limits:
            if not isinstance(index, Index) or index.fixed or low != 1 or high != index.extent:
                raise Undecidable("sums run over the whole range of an Index")
        for index, _, _ in reversed(e.limits):
            opened[index] = (1, next(self._counter), self._extent(index.extent))
            dummies.append(opened[index])
        inner = self._of(e.function, _Scope(opened, scope.forms))
        return self._close_form(inner, dummies)

    # -- products, powers, functions ---------------------------------------------------------------------------

    def _times(self, left: Form, right: Form) -> Form:
        if left == ONE:
            return right
        if right == ONE:
            return left
        return sum_of(*(self._scaled_product(a, b) for a in left for b in right))

    def _scaled_product(self, a: tuple[Monomial, Fraction], b: tuple[Monomial, Fraction]) -> Form:
        return scaled(self._product([*a[0], *b[0]]), a[1] * b[1])

    def _product(self, factors: Iterable[tuple[Atom, Fraction]]) -> Form:
        """Product of powers of atoms, as a form."""
        powers: dict[Atom, Fraction] = {}
        exponent_form: Form = ZERO
        for atom, exponent in factors:
            if atom[0] == EXP:
                exponent_form = sum_of(exponent_form, scaled(atom[1], exponent))
            else:
                powers[atom] = powers.get(atom, Fraction(0)) + exponent
        multipliers: list[Form] = []
        plain: dict[Atom, Fraction] = {}
        for atom, exponent in powers.items():
            if exponent == 0:
                continue
            if atom[0] == DELTA:
                plain[atom] = UNIT
            elif atom[:2] == (FUNCTION, "tanh") and exponent >= 2 and exponent.denominator == 1:
                # tanh² = 1 - cosh⁻²: with sinh = tanh cosh, all relations among the three are used up.
                multipliers.append(self._whole_power(self._tanh_squared(atom), int(exponent) // 2))
                if exponent % 2:
                    plain[atom] = UNIT
            elif atom[0] == BASE and exponent > 0 and exponent.denominator == 1:
                multipliers.append(self._whole_power(atom[1], int(exponent)))
            else:
                plain[atom] = exponent
        if exponent_form:
            plain[(EXP, exponent_form)] = UNIT
        result = self._contract_free(plain)
        for multiplier in multipliers:
            result = self._times(result, multiplier)
        return result

    @staticmethod
    def _tanh_squared(atom: Atom) -> Form:
        return sum_of(ONE, scaled(atom_form((FUNCTION, "cosh", atom[2]), Fraction(-2)), -1))

    def _contract_free(self, plain: dict[Atom, Fraction]) -> Form:
        """δ_ab f(b) = δ_ab f(a): the delta's second index gives way to its first in all other factors."""
        for atom in sorted(plain):
            if atom[0] != DELTA:
                continue
            keep, drop = atom[1], atom[2]
            others = [(a, x) for a, x in plain.items() if a != atom]
            if any(mentions(a, drop) for a, _ in others):
                result = atom_form(atom)
                rest = ONE
                for a, x in others:
                    rest = self._times(rest, self._rename_power(a, x, {drop: keep}))
                return self._times(result, rest)
        return ((tuple(sorted(plain.items())), UNIT),)

    def _whole_power(self, form: Form, power: int) -> Form:
        result = ONE
        for _ in range(power):
            result = self._times(result, form)
        return result

    def _power(self, form: Form, power: Fraction) -> Form:
        if power.denominator == 1 and power >= 0:
            return self._whole_power(form, int(power))
        cases = self._cases(form, lambda part: self._power(part, power))
        if cases is not None:
            return cases
        if not form:
            if power > 0:
                return ZERO
            raise Undecidable("division by zero")
        if len(form) == 1:
            return self._monomial_power(form[0], power)
        sign = self._form_sign(form)
        if power.denominator == 1:
            if sign not in ("+", "-", "≠"):
                raise Undecidable(f"division by {self.expression(form)}, which may vanish")
        elif sign not in ("+", "0+"):
            raise Undecidable(f"root of {self.expression(form)}, which may be negative")
        common, rest = self._content(form)
        monic, factor = self._monic(rest)
        if sign in ("+", "0+", "-") and (factor < 0) != (sign == "-"):
            # Let the base be positive where its sign is known: logarithms and roots split only then.
            monic, factor = scaled(monic, -1), -factor
        base = atom_form((BASE, monic), power)
        return self._times(self._monomial_power((common, factor), power), base)

    def _content(self, form: Form) -> tuple[Monomial, Form]:
        """Common monomial factor of the terms (positive atoms and exponents only), and the rest."""
        shared: dict[Atom, Fraction] = {}
        first = dict(form[0][0])
        for atom in first:
            if atom[0] in (EXP, DELTA) or self._atom_sign(atom) != "+":
                continue
            lowest = min(dict(m).get(atom, Fraction(0)) for m, _ in form)
            if lowest > 0:
                shared[atom] = lowest
        for atom in {a for m, _ in form for a, x in m if x < 0 and a[0] not in (EXP, DELTA)}:
            if self._atom_sign(atom) == "+":
                shared[atom] = min(dict(m).get(atom, Fraction(0)) for m, _ in form)
        # Exponentials: factor out the one of the first term, so that e^a + e^b and 1 + e^{b-a} agree.
        lead = next((a for a in first if a[0] == EXP), None)
        if lead is not None:
            shared[lead] = UNIT
        if not shared:
            return (), form
        inverse = [(a, -x) for a, x in shared.items()]
        rest = sum_of(*(scaled(self._product([*m, *inverse]), c) for m, c in form))
        return tuple(sorted(shared.items())), rest

    def _monomial_power(self, term: tuple[Monomial, Fraction], power: Fraction) -> Form:
        monomial, coefficient = term
        result = self._rational_power(coefficient, power)
        factors: list[tuple[Atom, Fraction]] = []
        for atom, exponent in monomial:
            sign = self._atom_sign(atom)
            if power < 0 and sign not in ("+", "-", "≠"):
                raise Undecidable(f"division by {self.expression(atom_form(atom))}, which may vanish")
            if power.denominator != 1 and sign not in ("+", "0+"):
                raise Undecidable(f"root of {self.expression(atom_form(atom))}, which may be negative")
            factors.append((atom, exponent * power))
        return self._times(result, self._product(factors))

    def _rational_power(self, value: Fraction, power: Fraction) -> Form:
        if power.denominator == 1:
            return number_form(value ** int(power))
        if value < 0:
            raise Undecidable("root of a negative number")
        result = sp.Rational(value.numerator, value.denominator) ** sp.Rational(power.numerator, power.denominator)
        form = ONE
        for factor in sp.Mul.make_args(result):
            if isinstance(factor, sp.Rational):
                form = scaled(form, Fraction(int(factor.p), int(factor.q)))
            else:
                base, exponent = factor.as_base_exp()
                inner = number_form(Fraction(int(base.p), int(base.q)))
                form = self._times(form, atom_form((BASE, inner), Fraction(int(exponent.p), int(exponent.q))))
        return form

    def _cases(self, form: Form, function: Callable[[Form], Form]) -> Form | None:
        """F(a + δb) = F(a) + δ (F(a + b) - F(a)) for a Kronecker delta among the factors of the terms, else None."""
        found = next((a for m, _ in form for a, _ in m if a[0] == DELTA), None)
        if found is None:
            return None
        without = collect_terms((m, c) for m, c in form if all(a != found for a, _ in m))
        present = collect_terms((tuple((a, x) for a, x in m if a != found), c) for m, c in form)
        equal = function(self._rename_form(present, {found[2]: found[1]}))
        differ = function(without)
        return sum_of(differ, self._times(atom_form(found), sum_of(equal, scaled(differ, -1))))

    def _exp(self, form: Form) -> Form:
        """e^form; rational multiples of logarithms come down as powers."""
        cases = self._cases(form, self._exp)
        if cases is not None:
            return cases
        powers: Form = ONE
        rest = []
        for monomial, coefficient in form:
            if len(monomial) == 1 and monomial[0][0][:2] == (FUNCTION, "log") and monomial[0][1] == 1:
                powers = self._times(powers, self._power(monomial[0][0][2][0], coefficient))
            else:
                rest.append((monomial, coefficient))
        if not rest:
            return powers
        return self._times(powers, atom_form((EXP, collect_terms(rest))))

    def _function(self, name: str, arguments: tuple[Form, ...]) -> Form:
        if len(arguments) == 1:
            cases = self._cases(arguments[0], lambda form: self._function(name, (form,)))
            if cases is not None:
                return cases
        if name == "log":
            return self._log(arguments[0])
        if name in ("tanh", "sinh") and not arguments[0]:
            return ZERO
        if name == "cosh" and not arguments[0]:
            return ONE
        if name == "sinh":
            return self._times(self._function("tanh", arguments), self._function("cosh", arguments))
        even = name in ("cosh", "Abs")
        if (even or FUNCTIONS[name].odd) and len(arguments) == 1 and arguments[0]:
            _, lead = self._monic(arguments[0])
            if lead < 0:
                flipped = atom_form((FUNCTION, name, (scaled(arguments[0], -1),)))
                return flipped if even else scaled(flipped, -1)
        return atom_form((FUNCTION, name, arguments))

    def _log(self, form: Form) -> Form:
        sign = self._form_sign(form)
        if sign != "+":
            raise Undecidable(f"logarithm of {self.expression(form)}, which is not known to be positive")
        if len(form) == 1:
            return self._log_monomial(form[0])
        common, rest = self._content(form)
        monic, factor = self._monic(rest)
        if factor < 0:
            monic, factor = scaled(rest, 1 / abs(factor)), abs(factor)
        result = self._log_monomial((common, factor))
        if len(monic) == 1:
            return sum_of(result, self._log_monomial(monic[0]))
        return sum_of(result, atom_form((FUNCTION, "log", (monic,))))

    def _log_monomial(self, term: tuple[Monomial, Fraction]) -> Form:
        monomial, coefficient = term
        parts: list[Form] = []
        if coefficient < 0:
            return self._opaque_log(((monomial, coefficient),))
        for number, count in sp.factorrat(Rational(coefficient.numerator, coefficient.denominator)).items():
            if number != 1:
                parts.append(scaled(atom_form((FUNCTION, "log", (number_form(int(number)),))), int(count)))
        for atom, exponent in monomial:
            if atom[0] == EXP:
                parts.append(scaled(atom[1], exponent))
            elif self._atom_sign(atom) != "+":
                return self._opaque_log(((monomial, coefficient),))
            elif atom[0] == BASE:
                parts.append(scaled(self._log(atom[1]), exponent))
            else:
                parts.append(scaled(atom_form((FUNCTION, "log", (atom_form(atom),))), exponent))
        return sum_of(*parts)

    @staticmethod
    def _opaque_log(form: Form) -> Form:
        """Logarithm of something positive whose factors are not known to be positive each."""
        return atom_form((FUNCTION, "log", (form,)))

    def _delta(self, a: Idx, b: Idx) -> Form:
        if a[0] == 4 and b[0] == 4 and a[1] == b[1]:
            return self._delta(a[2], b[2])
        if a == b:
            return ONE
        if a[0] == 3 and b[0] == 3:
            return ZERO
        rule = self._rule_for((DELTA, *sorted((a, b))))
        if rule is not None:
            return self._of(rule.right, _Scope())
        have, need = self._extent_of(a), self._extent_of(b)
        if have is not None and need is not None and have != need:
            raise Undecidable("Kronecker delta of indices with different ranges")
        return atom_form((DELTA, *sorted((a, b))))

    # -- closing sums ------------------------------------------------------------------------------------------

    def _close_form(self, form: Form, dummies: Sequence[Idx]) -> Form:
        return sum_of(*(scaled(self._close(list(m), list(dummies)), c) for m, c in form))

    def _close(self, factors: list[tuple[Atom, Fraction]], dummies: list[Idx]) -> Form:
        """Σ over open dummies of a product of powers of atoms."""
        contracted = self._contract(factors, dummies)
        if contracted is not None:
            return contracted
        reindexed = self._reindex(factors, dummies)
        if reindexed is not None:
            return reindexed
        coefficient, factors, dummies = self._flatten(factors, dummies)
        if coefficient != 1:
            return scaled(self._close(factors, dummies), coefficient)
        ruled = self._apply_contraction_rules(factors, dummies)
        if ruled is not None:
            return ruled
        result = ONE
        loose: list[tuple[Atom, Fraction]] = []
        pieces = [piece for factor in factors for piece in self._split(factor, dummies)]
        groups: list[tuple[set[Idx], list[tuple[Atom, Fraction]]]] = [({d}, []) for d in dummies]
        for piece in pieces:
            used = set(walk_indices(piece[0])) & set(dummies)
            if not used:
                loose.append(piece)
                continue
            touched = [g for g in groups if g[0] & used]
            merged: tuple[set[Idx], list[tuple[Atom, Fraction]]] = (set(), [piece])
            for group in touched:
                merged[0].update(group[0])
                merged[1].extend(group[1])
            groups = [g for g in groups if not g[0] & used] + [merged]
        for members, pieces_in in groups:
            if not pieces_in:
                (only,) = members
                result = self._times(result, self._size_form(str(only[-1])))
            else:
                result = self._times(result, self._component(pieces_in, sorted(members)))
        return self._times(result, self._product(loose))

    def _contract(self, factors: list[tuple[Atom, Fraction]], dummies: list[Idx]) -> Form | None:
        """Σ_d δ_{dj} f(d) = f(j), j in range: for one delta that carries an open dummy; None if there is none."""
        for position, (atom, _) in enumerate(factors):
            if atom[0] != DELTA:
                continue
            for dummy, other in ((atom[1], atom[2]), (atom[2], atom[1])):
                if dummy not in dummies:
                    continue
                if other[0] == 3 and not (other[1] == 1 or self._fits(other[1], str(dummy[-1]))):
                    raise Undecidable(f"index {other[1]} may lie outside the range 1..{dummy[-1]}")
                rest = factors[:position] + factors[position + 1 :]
                form = ONE
                for a, x in rest:
                    form = self._times(form, self._rename_power(a, x, {dummy: other}))
                left = [d for d in dummies if d != dummy]
                return self._close_form(form, left) if left else form
        return None

    def _reindex(self, factors: list[tuple[Atom, Fraction]], dummies: list[Idx]) -> Form | None:
        """Σ_d F(π(d)) = Σ_d F(d), where the dummy d occurs as π(d) only, for one permutation π."""
        for dummy in dummies:
            met = [k for atom, _ in factors for k in walk_indices(atom)]
            outer = {k for k in met if k[0] == 4 and k[2] == dummy}
            if len(outer) == 1 and met.count(dummy) == met.count(next(iter(outer))):
                form = ONE
                for atom, exponent in factors:
                    form = self._times(form, self._rename_power(atom, exponent, {next(iter(outer)): dummy}))
                return self._close_form(form, dummies)
        return None

    @staticmethod
    def _fits(value: int, extent: str) -> bool:
        return extent.isdigit() and value <= int(extent)

    def _flatten(
        self, factors: list[tuple[Atom, Fraction]], dummies: list[Idx]
    ) -> tuple[Fraction, list[tuple[Atom, Fraction]], list[Idx]]:
        """Open the sums that hang on an open dummy: Σ_i a_i Σ_j W_ij b_j becomes one sum over i and j."""
        coefficient = UNIT
        flat: list[tuple[Atom, Fraction]] = []
        todo = list(factors)
        dummies = list(dummies)
        while todo:
            atom, exponent = todo.pop()
            whole = exponent.denominator == 1 and exponent > 0
            if atom[0] == SUM and whole and any(mentions(atom, d) for d in dummies):
                for _ in range(int(exponent)):
                    sign, inner, fresh = self._open(atom)
                    coefficient *= sign
                    dummies += fresh
                    todo += inner
            else:
                flat.append((atom, exponent))
        return coefficient, flat, dummies

    def _open(self, atom: Atom) -> tuple[Fraction, list[tuple[Atom, Fraction]], list[Idx]]:
        """Coefficient and factors of the summand of a closed sum, with fresh open dummies.

        Other names can change which term of a denominator leads, or the sign in the argument of an odd function:
        hence the coefficient.
        """
        _, level, extents, monomial = atom
        fresh: list[Idx] = [(1, next(self._counter), extent) for extent in extents]
        names = {(2, level, k, extent): fresh[k] for k, extent in enumerate(extents)}
        ((renamed, coefficient),) = self._rename_monomial(monomial, names)
        return coefficient, list(renamed), fresh

    @staticmethod
    def _split(factor: tuple[Atom, Fraction], dummies: list[Idx]) -> list[tuple[Atom, Fraction]]:
        """e^{a_i + b_j + c} falls into e^{a_i} e^{b_j} e^c with respect to the open dummies i and j."""
        atom, exponent = factor
        if atom[0] != EXP:
            return [factor]
        groups: list[tuple[set[Idx], list[tuple[Monomial, Fraction]]]] = []
        for term in atom[1]:
            used = set(form_indices((term,))) & set(dummies)
            merged: tuple[set[Idx], list[tuple[Monomial, Fraction]]] = (set(used), [term])
            kept = []
            for group in groups:
                if group[0] & used or (not used and not group[0]):
                    merged[0].update(group[0])
                    merged[1].extend(group[1])
                else:
                    kept.append(group)
            groups = [*kept, merged]
        return [((EXP, scaled(collect_terms(terms), exponent)), UNIT) for _, terms in groups]

    def _apply_contraction_rules(self, factors: list[tuple[Atom, Fraction]], dummies: list[Idx]) -> Form | None:
        rules = [rule for rule in self._active() if rule.key[0] == SUM]
        for rule in rules:
            for dummy in dummies:
                carrying = [f for f in factors if mentions(f[0], dummy)]
                pieces = [p for f in carrying for p in self._split(f, dummies) if mentions(p[0], dummy)]
                if pieces != carrying:
                    continue
                matched = self._match(rule, carrying, dummy)
                if matched is None:
                    continue
                rest = [f for f in factors if f not in carrying]
                form = self._times(self._product(rest), self._of(rule.right, _Scope(matched)))
                left = [d for d in dummies if d != dummy]
                return self._close_form(form, left) if left else form
        return None

    def _match(self, rule: _Rule, carrying: list[tuple[Atom, Fraction]], dummy: Idx) -> dict[Index, Idx] | None:
        """Values of the rule's outer indices where the factors carrying a dummy are exactly the rule's."""
        if any(atom[0] != INDEXED or exponent.denominator != 1 or exponent < 0 for atom, exponent in carrying):
            return None
        actual = [atom for atom, exponent in carrying for _ in range(int(exponent))]
        if len(actual) != len(rule.factors):
            return None
        for order in itertools.permutations(actual):
            values = self._match_in_order(rule, order, dummy)
            if values is not None:
                return values
        return None

    def _match_in_order(self, rule: _Rule, atoms: Sequence[Atom], dummy: Idx) -> dict[Index, Idx] | None:
        values: dict[Index, Idx] = {}
        for (name, pattern), atom in zip(rule.factors, atoms, strict=True):
            indices = atom[2]
            if atom[1] != name or indices.count(dummy) != 1:
                return None
            if indices.index(dummy) != pattern.index(rule.dummy):
                if name not in self._symmetric:
                    return None
                indices = indices[::-1]
            values.update((k, v) for k, v in zip(pattern, indices, strict=True) if k != rule.dummy)
        return values

    def _component(self, factors: list[tuple[Atom, Fraction]], dummies: list[Idx]) -> Form:
        """A connected sum with its dummies renamed canonically."""
        form = self._product(factors)
        assert len(form) == 1, "a product of atoms without free sums is one monomial"
        monomial, coefficient = form[0]
        level = 1 + max((sum_level(atom) for atom, _ in monomial), default=0)
        best: tuple[Any, Any] | None = None
        for order in self._orders(monomial, dummies):
            names = {dummy: (2, level, k, dummy[-1]) for k, dummy in enumerate(order)}
            candidate = self._rename_monomial(monomial, names)
            assert len(candidate) == 1
            key = (tuple(str(d[-1]) for d in order), candidate[0][0])
            if best is not None and key == best[0] and candidate[0][1] != best[1]:
                return ZERO  # antisymmetric under a renaming: the sum is its own negative
            if best is None or key < best[0]:
                best = (key, candidate[0][1])
        assert best is not None
        (extents, body), factor = best
        return scaled(atom_form((SUM, level, extents, body)), coefficient * factor)

    def _orders(self, monomial: Monomial, dummies: list[Idx]) -> Iterator[tuple[Idx, ...]]:
        """Orders of the dummies worth trying: by an invariant signature, all permutations inside equal ones."""
        if len(dummies) == 1:
            yield tuple(dummies)
            return
        signatures: dict[Idx, Any] = {}
        for dummy in dummies:
            seen = []
            for atom, exponent in monomial:
                if mentions(atom, dummy):
                    marks: dict[Idx, Idx] = dict.fromkeys(dummies, (2, -1, 0, ""))
                    marks[dummy] = (2, -2, 0, "")
                    seen.append((self._mark(atom, marks), exponent))
            signatures[dummy] = (str(dummy[-1]), tuple(sorted(seen)))
        classes = [list(group) for _, group in itertools.groupby(sorted(dummies, key=signatures.__getitem__),
                                                                key=signatures.__getitem__)]  # fmt: skip
        count = 1
        for group in classes:
            for k in range(2, len(group) + 1):
                count *= k
        if count > 5040:
            raise Undecidable("a sum with too many interchangeable dummies")
        for choice in itertools.product(*(itertools.permutations(group) for group in classes)):
            yield tuple(itertools.chain.from_iterable(choice))

    def _mark(self, thing: Any, marks: Mapping[Idx, Idx]) -> str:
        """Raw replacement of indices for signatures; the result is compared, never used as an atom."""
        if isinstance(thing, tuple):
            if thing in marks:
                return str(marks[thing])
            return f"({','.join(sorted(self._mark(part, marks) for part in thing))})"
        # Signs depend on the names under odd functions.
        return str(abs(thing)) if isinstance(thing, Fraction) else str(thing)

    # -- renaming indices --------------------------------------------------------------------------------------

    def _rename_form(self, form: Form, names: Mapping[Idx, Idx]) -> Form:
        return sum_of(*(scaled(self._rename_monomial(m, names), c) for m, c in form))

    def _rename_monomial(self, monomial: Monomial, names: Mapping[Idx, Idx]) -> Form:
        result = ONE
        for atom, exponent in monomial:
            result = self._times(result, self._rename_power(atom, exponent, names))
        return result

    def _power_of_atom(self, form: Form, exponent: Fraction) -> Form:
        """A power of a renamed atom; an atom that stayed one keeps the exponent it was allowed before."""
        if len(form) == 1 and form[0][1] == 1 and len(form[0][0]) == 1 and form[0][0][0][1] == 1:
            return atom_form(form[0][0][0][0], exponent)
        return self._power(form, exponent)

    def _rename_power(self, atom: Atom, exponent: Fraction, names: Mapping[Idx, Idx]) -> Form:
        if not any(index in names for index in walk_indices(atom)):
            return atom_form(atom, exponent)
        kind = atom[0]
        if kind == INDEXED:
            indices = tuple(renamed_index(k, names) for k in atom[2])
            return self._power_of_atom(self._indexed(atom[1], indices), exponent)
        if kind == DELTA:
            return self._delta(renamed_index(atom[1], names), renamed_index(atom[2], names))
        if kind == FUNCTION:
            renamed = tuple(self._rename_form(argument, names) for argument in atom[2])
            return self._power(self._function(atom[1], renamed), exponent)
        if kind == EXP:
            return self._exp(scaled(self._rename_form(atom[1], names), exponent))
        if kind == BASE:
            old = self._form_sign(atom[1])
            renamed_base = self._rename_form(atom[1], names)
            if old in ("+", "-", "≠", "0+") and renamed_base:
                self._note_sign(renamed_base, old)
            return self._power(renamed_base, exponent)
        coefficient, factors, fresh = self._open(atom)
        form = number_form(coefficient)
        for inner, inner_exponent in factors:
            form = self._times(form, self._rename_power(inner, inner_exponent, names))
        return self._power(self._close_form(form, fresh), exponent)

    # -- derivatives -------------------------------------------------------------------------------------------

    def _of_partial(self, e: Partial, scope: _Scope) -> Form:
        inner, variable = e.args
        target = self._target(variable, scope)

        def rate(atom: Atom) -> Form:
            if atom[0] != target[0] or atom[1] != target[1]:
                return ZERO
            if atom[0] == SYMBOL:
                return ONE
            result = ONE
            for have, want in zip(atom[2], target[2], strict=True):
                result = self._times(result, self._delta(have, want))
            return result

        return self._differentiated(inner, scope, rate)

    def _target(self, variable: Any, scope: _Scope) -> Atom:
        if isinstance(variable, Symbol) and not variable.is_integer:
            key: tuple[Any, ...] = (SYMBOL, variable.name)
            target: Atom = key
        elif isinstance(variable, sp.Indexed):
            name = str(variable.base.label)
            if name in self._symmetric:
                raise Undecidable("derivative with respect to an entry of a symmetric matrix")
            key = (INDEXED, name)
            target = (INDEXED, name, tuple(self._index(k, scope) for k in variable.indices))
        else:
            raise Undecidable(f"cannot differentiate with respect to {variable}")
        if any(rule.key == key and rule.everywhere for rule in self._rules):
            raise Undecidable(f"{variable} is defined in terms of other quantities")
        return target

    def _of_flow(self, e: FlowDerivative, scope: _Scope) -> Form:
        inner, *pairs = e.args
        rates: dict[tuple[int, str], tuple[tuple[Index, ...], Expr]] = {}
        for moving, speed in pairs:
            target = self._target(moving, _Scope())
            parameters = self._plain(moving.indices) if isinstance(moving, sp.Indexed) else ()
            if running_indices(speed) - set(parameters):
                raise Undecidable("a rate has indices that its quantity lacks")
            rates[target[0], target[1]] = (parameters, speed)

        def rate(atom: Atom) -> Form:
            if atom[0] not in (SYMBOL, INDEXED) or (atom[0], atom[1]) not in rates:
                return ZERO
            parameters, speed = rates[atom[0], atom[1]]
            indices = atom[2] if atom[0] == INDEXED else ()
            return self._of(speed, _Scope(dict(zip(parameters, indices, strict=True))))

        return self._differentiated(inner, scope, rate)

    def _differentiated(self, inner: Expr, scope: _Scope, rate: Callable[[Atom], Form]) -> Form:
        # Hypotheses hold on a subset only, so they are put aside while differentiating and used afterwards.
        self._inside_derivative += 1
        try:
            derivative = self._derivative(self._of(inner, scope), rate)
        finally:
            self._inside_derivative -= 1
        return derivative if self._inside_derivative else self._again(derivative)

    def _derivative(self, form: Form, rate: Callable[[Atom], Form]) -> Form:
        return sum_of(*(scaled(self._monomial_derivative(m, rate), c) for m, c in form))

    def _monomial_derivative(self, monomial: Monomial, rate: Callable[[Atom], Form]) -> Form:
        parts = []
        for position, (atom, exponent) in enumerate(monomial):
            inner = self._atom_derivative(atom, rate)
            if inner:
                if exponent.denominator != 1 and self._atom_sign(atom) != "+":
                    raise Undecidable("derivative of a root of something that may vanish")
                rest = [*monomial[:position], (atom, exponent - 1), *monomial[position + 1 :]]
                parts.append(scaled(self._times(self._product(rest), inner), exponent))
        return sum_of(*parts)

    def _atom_derivative(self, atom: Atom, rate: Callable[[Atom], Form]) -> Form:
        kind = atom[0]
        if kind in (SYMBOL, INDEXED):
            return rate(atom)
        if kind == FUNCTION:
            inner = self._derivative(atom[2][0], rate)
            if not inner:
                return ZERO
            slope = FUNCTIONS[atom[1]].derivative
            if slope is None:
                raise Undecidable(f"derivative of {atom[1]}")
            if atom[1] == "log":
                return self._times(self._power(atom[2][0], Fraction(-1)), inner)
            return self._times(self._of(slope, _Scope({}, {PLACE: atom[2][0]})), inner)
        if kind == EXP:
            return self._times(atom_form(atom), self._derivative(atom[1], rate))
        if kind == BASE:
            return self._derivative(atom[1], rate)
        if kind == DELTA:
            return ZERO
        coefficient, factors, fresh = self._open(atom)
        form = scaled(self._product(factors), coefficient)
        return self._close_form(self._derivative(form, rate), fresh)

    def _again(self, form: Form) -> Form:
        """Normalise a form once more, now with every rule in force."""
        return sum_of(*(scaled(self._again_monomial(m), c) for m, c in form))

    def _again_monomial(self, monomial: Monomial) -> Form:
        result = ONE
        for atom, exponent in monomial:
            result = self._times(result, self._power(self._again_atom(atom), exponent))
        return result

    def _again_atom(self, atom: Atom) -> Form:
        kind = atom[0]
        if kind == SYMBOL:
            rule = self._rule_for(atom)
            return atom_form(atom) if rule is None else self._of(rule.right, _Scope())
        if kind == INDEXED:
            return self._indexed(atom[1], atom[2])
        if kind == FUNCTION:
            return self._function(atom[1], tuple(self._again(a) for a in atom[2]))
        if kind == EXP:
            return self._exp(self._again(atom[1]))
        if kind == DELTA:
            return atom_form(atom)
        if kind == BASE:
            sign = self._form_sign(atom[1])
            inner = self._again(atom[1])
            if sign in ("+", "-", "≠", "0+") and inner:
                self._note_sign(inner, sign)
            return inner
        coefficient, factors, fresh = self._open(atom)
        form = number_form(coefficient)
        for inner_atom, exponent in factors:
            form = self._times(form, self._power(self._again_atom(inner_atom), exponent))
        return self._close_form(form, fresh)

    # -- zero --------------------------------------------------------------------------------------------------

    def _cleared(self, form: Form) -> Form:
        """The form times its denominators (known to be non-zero), so that fractions compare."""
        for _ in range(20):
            if not form:
                return form
            lowest: dict[Atom, Fraction] = {}
            for monomial, _ in form:
                for atom, exponent in monomial:
                    if atom[0] == BASE:
                        lowest[atom] = min(lowest.get(atom, Fraction(0)), exponent)
            below = {atom: exponent for atom, exponent in lowest.items() if exponent < 0}
            if not below:
                return form
            atom, exponent = min(below.items())
            form = sum_of(*(scaled(self._product([*m, (atom, -exponent)]), c) for m, c in form))
        raise Undecidable("denominators nested too deeply")

    # -- back to sympy -----------------------------------------------------------------------------------------

    def expression(self, form: Form) -> Expr:
        """A sympy expression with this normal form (for witnesses and messages)."""
        names: dict[Idx, Index] = {}
        return self._to_sympy(form, names)

    def _to_sympy(self, form: Form, names: dict[Idx, Index]) -> Expr:
        terms = []
        for monomial, coefficient in form:
            term = Rational(coefficient.numerator, coefficient.denominator)
            for atom, exponent in monomial:
                term *= self._atom_to_sympy(atom, names) ** Rational(exponent.numerator, exponent.denominator)
            terms.append(term)
        return sp.Add(*terms)

    def _idx_to_sympy(self, index: Idx, names: dict[Idx, Index]) -> Expr:
        if index[0] == 3:
            return sp.Integer(index[1])
        if index in names:
            return names[index]
        extent = str(index[-1])
        length = sp.Integer(int(extent)) if extent.isdigit() else self._names[extent]
        name = index[1] if index[0] == 0 else f"k_{index[0]}_{'_'.join(str(part) for part in index[1:-1])}"
        return Index(name, length)

    def _atom_to_sympy(self, atom: Atom, names: dict[Idx, Index]) -> Expr:
        kind = atom[0]
        if kind == SYMBOL:
            return self._names[atom[1]]
        if kind == INDEXED:
            return self._names[atom[1]][tuple(self._idx_to_sympy(k, names) for k in atom[2])]
        if kind == FUNCTION:
            arguments = [self._to_sympy(a, names) for a in atom[2]]
            if hasattr(sp, atom[1]):
                return getattr(sp, atom[1])(*arguments)
            return sp.Function(atom[1], real=True)(*arguments)
        if kind == EXP:
            return sp.exp(self._to_sympy(atom[1], names))
        if kind == DELTA:
            return KroneckerDelta(self._idx_to_sympy(atom[1], names), self._idx_to_sympy(atom[2], names))
        if kind == BASE:
            return self._to_sympy(atom[1], names)
        _, level, extents, monomial = atom
        inner = dict(names)
        indices = []
        for k, extent in enumerate(extents):
            length = sp.Integer(int(extent)) if extent.isdigit() else self._names[extent]
            letter = "ijklmabcdefgh"[k] if k < 13 else f"i_{k}"
            index = Index(letter if level == 1 else f"{letter}_{level}", length)
            taken = {v.name for v in inner.values()} | {str(i[1]) for i in walk_indices(atom) if i[0] == 0}
            while index.name in taken:
                index = Index(index.name + "'", length)
            inner[(2, level, k, extent)] = index
            indices.append(index)
        return total(self._to_sympy(((monomial, UNIT),), inner), *indices)
