"""Signs of normal forms: from structure, from recorded facts, from what an expression showed as it was written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sympy import IndexedBase

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
    atom_form,
    scaled,
)
from gatedmem.theory.language import FUNCTIONS
from gatedmem.theory.normal_form.names import Names
from gatedmem.theory.normal_form.undecidable import Undecidable
from gatedmem.theory.signs import NEGATED, PLUS, TIMES, stronger


def monic(form: Form) -> tuple[Form, Fraction]:
    """The form divided by its first coefficient, and that coefficient."""
    if not form:
        return form, UNIT
    lead = form[0][1]
    return scaled(form, 1 / lead), lead


def declared_sign(thing: Any) -> str:
    """The sign that a symbol or an array was declared with."""
    label = thing.label if isinstance(thing, IndexedBase) else thing
    if label.is_positive:
        return "+"
    if label.is_nonnegative:
        return "0+"
    if label.is_negative:
        return "-"
    return "≠" if label.is_nonzero else "?"


class KnownSigns:
    """What is known of the signs of normal forms. Facts are kept for monic forms."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._facts: dict[Form, str] = {}
        self._shown: dict[Form, str] = {}

    def take_over(self, other: KnownSigns) -> None:
        """Know what ``other`` knows."""
        self._facts = dict(other._facts)
        self._shown = dict(other._shown)

    @property
    def has_facts(self) -> bool:
        """True if a fact has been recorded."""
        return bool(self._facts)

    def record(self, form: Form, sign: str) -> None:
        """Record a fact."""
        _strengthen(self._facts, form, sign)

    def note(self, form: Form, sign: str) -> None:
        """Remember a sign that the written shape of an expression shows and its normal form may hide."""
        if not form:
            raise Undecidable("division by zero")
        _strengthen(self._shown, form, sign)

    @contextlib.contextmanager
    def for_now(self) -> Iterator[None]:
        """Forget at the end what is noted inside."""
        before = dict(self._shown)
        try:
            yield
        finally:
            self._shown = before

    def by_facts(self, form: Form) -> str:
        """Sign of a form from the recorded facts alone."""
        if not form:
            return "0"
        return _looked_up(self._facts, form)

    def of_form(self, form: Form) -> str:
        """Sign of a normal form: all its terms have it, or it was met in a form that showed it, or a fact."""
        sign = "0"
        for monomial, coefficient in form:
            part = "+" if coefficient > 0 else "-"
            for atom, exponent in monomial:
                part = TIMES[part, self.of_power(atom, exponent)]
            sign = PLUS[sign, part]
        if form:
            sign = stronger(sign, self.by_facts(form))
            sign = stronger(sign, _looked_up(self._shown, form))
        return sign

    def of_power(self, atom: Atom, exponent: Fraction) -> str:
        """Sign of a power of an atom."""
        sign = self.of_atom(atom)
        if sign == "+":
            return "+"
        if exponent.denominator == 1 and exponent % 2 == 0:
            return "+" if sign in ("-", "≠") else ("0+" if exponent > 0 else "?")
        if exponent.denominator == 1:
            return sign if exponent > 0 or sign in ("-", "≠") else "?"
        return "0+" if exponent > 0 and sign == "0+" else "?"

    def of_atom(self, atom: Atom) -> str:
        """Sign of an atom."""
        kind = atom[0]
        if kind in (SYMBOL, INDEXED):
            return self._with_facts(declared_sign(self._names.things[atom[1]]), atom)
        if kind == FUNCTION:
            return self._with_facts(FUNCTIONS[atom[1]].sign, atom)
        if kind == EXP:
            return "+"
        if kind == DELTA:
            return "0+"
        if kind == BASE:
            return self.of_form(atom[1])
        sign = "+"
        for inner, exponent in atom[3]:
            sign = TIMES[sign, self.of_power(inner, exponent)]
        return self._with_facts("?" if sign == "≠" else sign, atom)

    def _with_facts(self, sign: str, atom: Atom) -> str:
        return stronger(sign, self.by_facts(atom_form(atom))) if self._facts else sign


def _strengthen(known: dict[Form, str], form: Form, sign: str) -> None:
    key, factor = monic(form)
    known[key] = stronger(known.get(key, "?"), sign if factor > 0 else NEGATED[sign])


def _looked_up(known: dict[Form, str], form: Form) -> str:
    key, factor = monic(form)
    found = known.get(key, "?")
    return found if factor > 0 else NEGATED[found]
