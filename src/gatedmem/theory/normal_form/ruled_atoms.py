"""Symbols, indexed quantities and Kronecker deltas: the atoms that a rule may replace."""

from __future__ import annotations

from gatedmem.theory.forms import DELTA, INDEXED, ONE, SYMBOL, ZERO, Form, Idx, atom_form
from gatedmem.theory.normal_form.context import Context, Scope
from gatedmem.theory.normal_form.names import extent_of
from gatedmem.theory.normal_form.undecidable import Undecidable


def scalar(context: Context, name: str) -> Form:
    """A symbol, or what it is defined or supposed to be."""
    rule = context.rules.find((SYMBOL, name))
    if rule is not None:
        return context.read(rule.right, Scope())
    return atom_form((SYMBOL, name))


def entry(context: Context, name: str, indices: tuple[Idx, ...]) -> Form:
    """An entry of an array, or what a rule for the array or for this place says that it is."""
    if name in context.names.symmetric:
        indices = tuple(sorted(indices))
    rule = context.rules.find((INDEXED, name))
    if rule is not None:
        return context.read(rule.right, Scope(dict(zip(rule.parameters, indices, strict=True))))
    rule = context.rules.find((INDEXED, name, *indices))
    if rule is not None:
        return context.read(rule.right, Scope())
    return atom_form((INDEXED, name, indices))


def kronecker(context: Context, a: Idx, b: Idx) -> Form:
    """The Kronecker delta of two indices; δ of permuted indices is δ of what is permuted."""
    if a[0] == 4 and b[0] == 4 and a[1] == b[1]:
        return kronecker(context, a[2], b[2])
    if a == b:
        return ONE
    if a[0] == 3 and b[0] == 3:
        return ZERO
    rule = context.rules.find((DELTA, *sorted((a, b))))
    if rule is not None:
        return context.read(rule.right, Scope())
    have, need = extent_of(a), extent_of(b)
    if have is not None and need is not None and have != need:
        raise Undecidable("Kronecker delta of indices with different ranges")
    return atom_form((DELTA, *sorted((a, b))))
