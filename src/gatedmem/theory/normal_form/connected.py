"""Which factors of a summand hang together through the dummies they carry."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gatedmem.theory.forms import (
    EXP,
    UNIT,
    Atom,
    Idx,
    Monomial,
    collect_terms,
    form_indices,
    scaled,
    walk_indices,
)

Factor = tuple[Atom, Fraction]


def split(factor: Factor, dummies: Sequence[Idx]) -> list[Factor]:
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


def components(
    factors: Sequence[Factor], dummies: Sequence[Idx]
) -> tuple[list[tuple[set[Idx], list[Factor]]], list[Factor]]:
    """The connected parts of a summand, each with its dummies, and the factors that carry no dummy.

    A dummy that no factor carries is a part without factors.
    """
    loose: list[Factor] = []
    groups: list[tuple[set[Idx], list[Factor]]] = [({d}, []) for d in dummies]
    for piece in (piece for factor in factors for piece in split(factor, dummies)):
        used = set(walk_indices(piece[0])) & set(dummies)
        if not used:
            loose.append(piece)
            continue
        touched = [g for g in groups if g[0] & used]
        merged: tuple[set[Idx], list[Factor]] = (set(), [piece])
        for group in touched:
            merged[0].update(group[0])
            merged[1].extend(group[1])
        groups = [g for g in groups if not g[0] & used] + [merged]
    return groups, loose
