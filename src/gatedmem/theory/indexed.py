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

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy import Expr, IndexedBase

from gatedmem.theory.forms import INDEXED, Atom, Form, Idx
from gatedmem.theory.language import (
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
    size,
    total,
    vector,
)
from gatedmem.theory.normal_form.context import Context, Scope
from gatedmem.theory.normal_form.expression_signs import sign_of
from gatedmem.theory.normal_form.powers import cleared
from gatedmem.theory.normal_form.reading import read
from gatedmem.theory.normal_form.rebuilding import rebuilt
from gatedmem.theory.normal_form.undecidable import Undecidable
from gatedmem.theory.normal_form.writing import written

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


class _Context(Context):
    """Closes the two loops of the computation."""

    def read(self, expression: Expr, scope: Scope) -> Form:
        return read(self, expression, scope)

    def rebuilt(self, atom: Atom, exponent: Fraction, indices: Mapping[Idx, Idx]) -> Form:
        return rebuilt(self, atom, exponent, indices)


class Normaliser:
    """Normal forms of expressions, under declared symmetries, definitions and hypotheses.

    ``define`` and ``suppose`` add rewriting rules; ``know`` records that expressions are ≥ 0, > 0 or ≠ 0.
    Hypotheses added by ``suppose`` (such as Σp = 1) are not used inside derivatives, where they would be wrong.
    """

    def __init__(self) -> None:
        self._context = _Context()

    # -- declarations ------------------------------------------------------------------------------------------

    def symmetric(self, base: IndexedBase) -> None:
        """Declare base[i, j] = base[j, i]."""
        if len(base.shape) != 2 or base.shape[0] != base.shape[1]:
            raise ValueError(f"{base} is not square")
        name = str(base.label)
        self._context.names.register(name, base)
        if self._context.rules.find((INDEXED, name)) is not None:
            i, j = Index("_row", base.shape[0]), Index("_column", base.shape[0])
            if not self.same(base[i, j], base[j, i]):
                raise ValueError(f"the definition of {base} is not symmetric")
            return
        self._context.names.symmetric.add(name)
        self._context.forget_forms()

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

    def _add_rule(self, left: Expr, right: Expr, *, everywhere: bool) -> None:
        self._context.rules.add(left, right, self._context.names, everywhere=everywhere)
        self._context.forget_forms()

    def know(self, expression: Expr, sign: str) -> None:
        """Record that an expression is "+" (> 0), "0+" (≥ 0) or "≠" (non-zero) for all values of its indices."""
        if sign not in ("+", "0+", "≠"):
            raise ValueError(f"unknown sign {sign}")
        self._context.signs.record(self.form(expression), sign)

    def copy(self) -> Normaliser:
        """An independent normaliser with the same declarations."""
        twin = Normaliser()
        twin._context.take_over(self._context)
        return twin

    def has_met(self, name: str) -> bool:
        """True if a symbol or an array of this name has occurred."""
        return name in self._context.names.things

    def symmetric_bases(self) -> list[IndexedBase]:
        """The matrices declared symmetric."""
        return self._context.names.symmetric_bases()

    # -- questions ---------------------------------------------------------------------------------------------

    def form(self, expression: Any) -> Form:
        """The normal form of an expression (an opaque, hashable object; equal forms mean equal expressions)."""
        return self._context.form(sp.sympify(expression))

    def is_zero(self, expression: Any) -> bool:
        """True if the expression is zero for all sizes and all values that the hypotheses allow."""
        return not cleared(self._context, self.form(expression))

    def same(self, left: Any, right: Any) -> bool:
        """True if both sides are equal for all sizes and all values that the hypotheses allow."""
        return self.is_zero(sp.sympify(left) - sp.sympify(right))

    def residual(self, expression: Any) -> Expr:
        """The expression in normal form, denominators cleared, as a sympy expression again."""
        return self.expression(cleared(self._context, self.form(expression)))

    def sign(self, expression: Any) -> str:
        """Sign that the structure of an expression shows: "0", "+", "0+", "-", "0-", "≠" or "?".

        Squares, exponentials, products and sums of parts of known sign, and recorded facts; the expression is
        read as it is written, so write a slack as the sum of squares that it is.
        """
        return sign_of(self._context, sp.sympify(expression))

    def sign_of_form(self, expression: Any) -> str:
        """Sign that the terms of the normal form show, denominators cleared: whatever its dummies are called."""
        context = self._context
        return context.signs.of_form(cleared(context, self.form(expression)))

    def expression(self, form: Form) -> Expr:
        """A sympy expression with this normal form (for witnesses and messages)."""
        return written(form, self._context.names)
