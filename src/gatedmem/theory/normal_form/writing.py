"""A normal form as a sympy expression again, for witnesses and messages."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, KroneckerDelta, Rational, Symbol

from gatedmem.theory.forms import (
    BASE,
    DELTA,
    EXP,
    FUNCTION,
    INDEXED,
    SYMBOL,
    UNIT,
    Atom,
    Form,
    Idx,
    walk_indices,
)
from gatedmem.theory.language import Index, Permuted, total
from gatedmem.theory.normal_form.names import Names


def written(form: Form, names: Names) -> Expr:
    """A sympy expression with this normal form."""
    return _form(form, names, {})


def _form(form: Form, names: Names, dummies: dict[Idx, Index]) -> Expr:
    terms = []
    for monomial, coefficient in form:
        term = Rational(coefficient.numerator, coefficient.denominator)
        for atom, exponent in monomial:
            term *= _atom(atom, names, dummies) ** Rational(exponent.numerator, exponent.denominator)
        terms.append(term)
    return sp.Add(*terms)


def _index(index: Idx, names: Names, dummies: dict[Idx, Index]) -> Expr:
    if index[0] == 3:
        return sp.Integer(index[1])
    if index in dummies:
        return dummies[index]
    if index[0] == 0:
        known: Index = names.things[f"index {index[1]}"]
        return known
    if index[0] == 4:
        return Permuted(Symbol(index[1]), _index(index[2], names, dummies))
    return Index(f"k_{index[0]}_{'_'.join(str(part) for part in index[1:-1])}", names.length(str(index[-1])))


def _atom(atom: Atom, names: Names, dummies: dict[Idx, Index]) -> Expr:
    kind = atom[0]
    if kind == SYMBOL:
        return names.things[atom[1]]
    if kind == INDEXED:
        return names.things[atom[1]][tuple(_index(k, names, dummies) for k in atom[2])]
    if kind == FUNCTION:
        arguments = [_form(a, names, dummies) for a in atom[2]]
        if hasattr(sp, atom[1]):
            return getattr(sp, atom[1])(*arguments)
        return sp.Function(atom[1], real=True)(*arguments)
    if kind == EXP:
        return sp.exp(_form(atom[1], names, dummies))
    if kind == DELTA:
        return KroneckerDelta(_index(atom[1], names, dummies), _index(atom[2], names, dummies))
    if kind == BASE:
        return _form(atom[1], names, dummies)
    _, level, extents, monomial = atom
    inner = dict(dummies)
    indices = []
    for k, extent in enumerate(extents):
        length = names.length(extent)
        letter = "ijklmabcdefgh"[k] if k < 13 else f"i_{k}"
        index = Index(letter if level == 1 else f"{letter}_{level}", length)
        taken = {v.name for v in inner.values()} | {str(i[1]) for i in walk_indices(atom) if i[0] == 0}
        while index.name in taken:
            index = Index(index.name + "'", length)
        inner[(2, level, k, extent)] = index
        indices.append(index)
    return total(_form(((monomial, UNIT),), names, inner), *indices)
