"""Definitions and hypotheses as rewriting rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, KroneckerDelta, Symbol

from gatedmem.theory.forms import DELTA, INDEXED, SUM, SYMBOL
from gatedmem.theory.language import Index, running_indices
from gatedmem.theory.normal_form.names import Names


@dataclass(frozen=True)
class Rule:
    """A rewriting rule. ``everywhere``: an identity in all variables (a definition), so valid under derivatives."""

    key: tuple[Any, ...]
    parameters: tuple[Index, ...]
    right: Expr
    everywhere: bool
    # for contractions: Σ_dummy Π factors, factors as (base name, indices), dummy the last parameter
    factors: tuple[tuple[str, tuple[Index, ...]], ...] = ()
    dummy: Index | None = None


class Rules:
    """The rules declared so far, and whether hypotheses are in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._put_aside = 0

    def take_over(self, other: Rules) -> None:
        """Hold the rules that ``other`` holds."""
        self._rules = list(other._rules)

    @property
    def complete(self) -> bool:
        """True where hypotheses are in force, False inside a derivative."""
        return self._put_aside == 0

    @contextmanager
    def definitions_only(self) -> Iterator[None]:
        """Put hypotheses aside: they hold on a subset only, so no derivative may use them."""
        self._put_aside += 1
        try:
            yield
        finally:
            self._put_aside -= 1

    def active(self) -> Iterator[Rule]:
        """The rules in force."""
        for rule in self._rules:
            if rule.everywhere or self._put_aside == 0:
                yield rule

    def find(self, key: tuple[Any, ...]) -> Rule | None:
        """The rule in force for a key."""
        return next((rule for rule in self.active() if rule.key == key), None)

    def defines(self, key: tuple[Any, ...]) -> bool:
        """True if a definition has this key."""
        return any(rule.key[:2] == key and rule.everywhere for rule in self._rules)

    def add(self, left: Expr, right: Expr, names: Names, *, everywhere: bool) -> None:
        """Rewrite ``left`` as ``right``; ValueError where the shape of ``left`` gives no rule."""
        left, right = sp.sympify(left), sp.sympify(right)
        # Register the names, so that a clash of names shows here.
        names.register_arrays(left)
        names.register_arrays(right)
        if not everywhere and isinstance(left, sp.Indexed) and str(left.base.label) in names.symmetric:
            raise ValueError("a hypothesis about all entries of a symmetric matrix: use a combination")
        if isinstance(left, Index) or (isinstance(left, Symbol) and left.is_integer):
            raise ValueError(f"{left} is an index or a size")
        if isinstance(left, Symbol):
            rule = Rule((SYMBOL, left.name), (), right, everywhere)
            self._refuse_circular(left, right)
        elif isinstance(left, KroneckerDelta) and all(getattr(k, "fixed", False) for k in left.args):
            places = sorted(names.index(k, {}) for k in left.args)
            rule = Rule((DELTA, *places), (), right, everywhere)
        elif isinstance(left, sp.Indexed) and all(getattr(k, "fixed", False) for k in left.indices):
            places = [names.index(k, {}) for k in left.indices]
            rule = Rule((INDEXED, str(left.base.label), *places), (), right, everywhere)
            self._refuse_circular(left.base, right)
        elif isinstance(left, sp.Indexed):
            parameters = plain(left.indices)
            rule = Rule((INDEXED, str(left.base.label)), parameters, right, everywhere)
            self._refuse_circular(left.base, right)
            if running_indices(right) - set(parameters):
                raise ValueError("the right side has indices that the left side lacks")
        elif isinstance(left, sp.Sum) and len(left.limits) == 1:
            rule = _contraction(left, right, everywhere)
        else:
            raise ValueError(f"{left} gives no rewriting rule")
        if any(rule.key == other.key for other in self._rules):
            raise ValueError(f"there is a rule for {left} already")
        self._rules.append(rule)

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


def plain(indices: Iterable[Any]) -> tuple[Index, ...]:
    """The indices, if they can be the parameters of a rule: distinct, and none of them fixed."""
    found = tuple(indices)
    if not all(isinstance(k, Index) and not k.fixed for k in found) or len(set(found)) != len(found):
        raise ValueError("a rule needs distinct plain indices on its left side")
    return found


def _contraction(left: Expr, right: Expr, everywhere: bool) -> Rule:
    (dummy, low, high) = left.limits[0]
    if low != 1 or high != dummy.extent:
        raise ValueError("sums run over whole ranges")
    factors: list[tuple[str, tuple[Index, ...]]] = []
    parameters: list[Index] = []
    for factor in sp.Mul.make_args(left.function):
        if not isinstance(factor, sp.Indexed) or list(factor.indices).count(dummy) != 1:
            raise ValueError("a contraction needs factors that carry the dummy once each")
        indices = plain(factor.indices)
        factors.append((str(factor.base.label), indices))
        parameters += [k for k in indices if k != dummy]
    if len(set(parameters)) != len(parameters) or running_indices(right) - set(parameters):
        raise ValueError("a contraction needs distinct outer indices, the same on both sides")
    slots = tuple(sorted((name, indices.index(dummy)) for name, indices in factors))
    return Rule((SUM, slots), tuple(parameters), right, everywhere, tuple(factors), dummy)
