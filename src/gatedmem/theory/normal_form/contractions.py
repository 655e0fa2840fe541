"""Sums that a rule replaces: Σ_i p_i = 1, Σ_k A_ik B_kj = δ_ij."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from gatedmem.theory.forms import INDEXED, SUM, Atom, Form, Idx, mentions
from gatedmem.theory.language import Index
from gatedmem.theory.normal_form.connected import Factor, split
from gatedmem.theory.normal_form.context import Context, Scope
from gatedmem.theory.normal_form.products import product, times
from gatedmem.theory.normal_form.rules import Rule


def contracted(context: Context, factors: list[Factor], dummies: list[Idx]) -> tuple[Form, list[Idx]] | None:
    """A summand after one rule for a sum over one of the dummies, and the dummies left; None if no rule applies."""
    rules = [rule for rule in context.rules.active() if rule.key[0] == SUM]
    for rule in rules:
        for dummy in dummies:
            carrying = [f for f in factors if mentions(f[0], dummy)]
            pieces = [p for f in carrying for p in split(f, dummies) if mentions(p[0], dummy)]
            if pieces != carrying:
                continue
            matched = _match(context, rule, carrying, dummy)
            if matched is None:
                continue
            rest = [f for f in factors if f not in carrying]
            form = times(context, product(context, rest), context.read(rule.right, Scope(matched)))
            return form, [d for d in dummies if d != dummy]
    return None


def _match(context: Context, rule: Rule, carrying: list[Factor], dummy: Idx) -> dict[Index, Idx] | None:
    """Values of the rule's outer indices where the factors carrying a dummy are exactly the rule's."""
    if any(atom[0] != INDEXED or exponent.denominator != 1 or exponent < 0 for atom, exponent in carrying):
        return None
    actual = [atom for atom, exponent in carrying for _ in range(int(exponent))]
    if len(actual) != len(rule.factors):
        return None
    for order in itertools.permutations(actual):
        values = _match_in_order(context, rule, order, dummy)
        if values is not None:
            return values
    return None


def _match_in_order(context: Context, rule: Rule, atoms: Sequence[Atom], dummy: Idx) -> dict[Index, Idx] | None:
    values: dict[Index, Idx] = {}
    for (name, pattern), atom in zip(rule.factors, atoms, strict=True):
        indices = atom[2]
        if atom[1] != name or indices.count(dummy) != 1:
            return None
        if indices.index(dummy) != pattern.index(rule.dummy):
            if name not in context.names.symmetric:
                return None
            indices = indices[::-1]
        values.update((k, v) for k, v in zip(pattern, indices, strict=True) if k != rule.dummy)
    return values
