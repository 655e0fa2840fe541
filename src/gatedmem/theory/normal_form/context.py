"""All that a normal form depends on: names, rules, signs; and the two ways back to the top of the computation."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from sympy import Expr, Symbol

from gatedmem.theory.forms import Atom, Form, Idx
from gatedmem.theory.language import Index
from gatedmem.theory.normal_form.known_signs import KnownSigns
from gatedmem.theory.normal_form.names import Names
from gatedmem.theory.normal_form.rules import Rules


@dataclass
class Scope:
    """What symbols and indices mean while an expression is normalised."""

    indices: Mapping[Index, Idx] = field(default_factory=dict)
    forms: Mapping[Symbol, Form] = field(default_factory=dict)


class Context(ABC):
    """What was declared, and what has been computed under these declarations.

    The functions of this package take it as their first argument. A rule's right side is a sympy expression, to be
    read where the rule applies, and an atom whose indices change has to be built anew by the rules for its kind: two
    steps from the bottom of the computation to its top, hence the two abstract methods.
    """

    def __init__(self) -> None:
        self.names = Names()
        self.rules = Rules()
        self.signs = KnownSigns(self.names)
        self._forms: dict[Expr, Form] = {}
        self._dummies = itertools.count()

    @abstractmethod
    def read(self, expression: Expr, scope: Scope) -> Form:
        """The normal form of an expression (``reading.read``)."""

    @abstractmethod
    def rebuilt(self, atom: Atom, exponent: Fraction, indices: Mapping[Idx, Idx]) -> Form:
        """A power of an atom with its indices renamed (``rebuilding.rebuilt``)."""

    def take_over(self, other: Context) -> None:
        """Hold the same declarations as ``other``, from here on independently."""
        self.names.take_over(other.names)
        self.rules.take_over(other.rules)
        self.signs.take_over(other.signs)

    def form(self, expression: Expr) -> Form:
        """The normal form of an expression, kept while the rules stay as they are."""
        if self.rules.complete and expression in self._forms:
            return self._forms[expression]
        result = self.read(expression, Scope())
        if self.rules.complete:
            self._forms[expression] = result
        return result

    def forget_forms(self) -> None:
        """To be called when a declaration changes what normal forms are."""
        self._forms.clear()

    def open_dummy(self, extent: str) -> Idx:
        """A new name for a dummy whose sum is being built."""
        return (1, next(self._dummies), extent)
