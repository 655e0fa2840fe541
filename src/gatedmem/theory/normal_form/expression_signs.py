"""Signs of expressions as they are written, from their structure and from recorded facts."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, IndexedBase, KroneckerDelta, Symbol

from gatedmem.theory.forms import INDEXED, SYMBOL
from gatedmem.theory.language import FUNCTIONS, FlowDerivative, Index, Partial
from gatedmem.theory.normal_form.context import Context
from gatedmem.theory.normal_form.known_signs import declared_sign
from gatedmem.theory.normal_form.undecidable import Undecidable
from gatedmem.theory.signs import PLUS, TIMES, stronger


def sign_of(context: Context, e: Expr) -> str:
    """Sign that the structure of an expression shows, or a fact about its normal form."""
    found = _by_structure(context, e)
    if found in ("?", "0+", "0-", "≠") and context.signs.has_facts and not isinstance(e, (sp.Number, Index)):
        try:
            form = context.form(e)
        except Undecidable:
            return found
        found = stronger(found, context.signs.by_facts(form))
    return found


def _by_structure(context: Context, e: Expr) -> str:
    if isinstance(e, sp.Rational):
        return "0" if e == 0 else ("+" if e > 0 else "-")
    if isinstance(e, (Symbol, sp.Indexed, IndexedBase)):
        return _of_quantity(context, e)
    if isinstance(e, KroneckerDelta):
        return "0+"
    if isinstance(e, sp.exp):
        return "+"
    if isinstance(e, sp.Pow):
        return _of_power(context, e)
    if isinstance(e, sp.Mul):
        sign = "+"
        for part in e.args:
            sign = TIMES[sign, sign_of(context, part)]
        return sign
    if isinstance(e, sp.Add):
        if len(e.args) == 2 and e.args[0] == 1 and isinstance(1 - e, KroneckerDelta):
            return "0+"
        sign = "0"
        for part in e.args:
            sign = PLUS[sign, sign_of(context, part)]
        return _of_sizes(e) if sign == "?" else sign
    if isinstance(e, sp.Sum):
        sign = sign_of(context, e.function)
        return "?" if sign == "≠" else sign
    if isinstance(e, sp.Function):
        info = FUNCTIONS.get(e.func.__name__)
        if info is not None:
            return info.sign
    return "?"


def _of_quantity(context: Context, e: Expr) -> str:
    """Sign of a symbol or an indexed quantity: as declared, else that of what it is defined to be."""
    assumed = e.base if isinstance(e, sp.Indexed) else e
    declared = declared_sign(assumed)
    if declared != "?":
        return declared
    name = str(assumed.label) if isinstance(assumed, IndexedBase) else assumed.name
    rule = context.rules.find((INDEXED if isinstance(e, sp.Indexed) else SYMBOL, name))
    return "?" if rule is None else sign_of(context, rule.right)


def _of_power(context: Context, e: Expr) -> str:
    base, exponent = e.args
    sign = sign_of(context, base)
    if sign == "+":
        return "+"
    if isinstance(exponent, sp.Integer):
        if exponent % 2 == 0:
            return "+" if sign in ("-", "≠") else ("0+" if exponent > 0 else "?")
        return sign if exponent > 0 or sign in ("-", "≠") else "?"
    if exponent.is_positive and sign == "0+":
        return "0+"
    return "?"


def _of_sizes(e: Expr) -> str:
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
