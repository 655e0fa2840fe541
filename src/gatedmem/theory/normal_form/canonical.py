"""Canonical names for the dummies of a connected sum."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from gatedmem.theory.forms import SUM, ZERO, Form, Idx, Monomial, atom_form, mentions, scaled, sum_level
from gatedmem.theory.normal_form.connected import Factor
from gatedmem.theory.normal_form.context import Context
from gatedmem.theory.normal_form.products import product, renamed_product
from gatedmem.theory.normal_form.undecidable import Undecidable


def connected_sum(context: Context, factors: list[Factor], dummies: list[Idx]) -> Form:
    """Σ over the dummies of connected factors, as one atom: the least of its forms under all names tried."""
    form = product(context, factors)
    assert len(form) == 1, "a product of atoms without free sums is one monomial"
    monomial, coefficient = form[0]
    level = 1 + max((sum_level(atom) for atom, _ in monomial), default=0)
    best: tuple[Any, Any] | None = None
    for order in _orders(monomial, dummies):
        names = {dummy: (2, level, k, dummy[-1]) for k, dummy in enumerate(order)}
        candidate = renamed_product(context, monomial, names)
        assert len(candidate) == 1
        key = (tuple(str(d[-1]) for d in order), candidate[0][0])
        if best is not None and key == best[0] and candidate[0][1] != best[1]:
            return ZERO  # antisymmetric under a renaming: the sum is its own negative
        if best is None or key < best[0]:
            best = (key, candidate[0][1])
    assert best is not None
    (extents, body), factor = best
    return scaled(atom_form((SUM, level, extents, body)), coefficient * factor)


def _orders(monomial: Monomial, dummies: list[Idx]) -> Iterator[tuple[Idx, ...]]:
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
                seen.append((_marked(atom, marks), exponent))
        signatures[dummy] = (str(dummy[-1]), tuple(sorted(seen)))
    by_signature = sorted(dummies, key=signatures.__getitem__)
    classes = [list(group) for _, group in itertools.groupby(by_signature, key=signatures.__getitem__)]
    count = 1
    for group in classes:
        for k in range(2, len(group) + 1):
            count *= k
    if count > 5040:
        raise Undecidable("a sum with too many interchangeable dummies")
    for choice in itertools.product(*(itertools.permutations(group) for group in classes)):
        yield tuple(itertools.chain.from_iterable(choice))


def _marked(thing: Any, marks: Mapping[Idx, Idx]) -> str:
    """Raw replacement of indices for signatures; the result is compared, never used as an atom."""
    if isinstance(thing, tuple):
        if thing in marks:
            return str(marks[thing])
        return f"({','.join(sorted(_marked(part, marks) for part in thing))})"
    # Signs depend on the names under odd functions.
    return str(abs(thing)) if isinstance(thing, Fraction) else str(thing)
