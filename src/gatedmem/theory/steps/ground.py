"""What is given and known so far in a derivation, and numerical instances of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Expr

from gatedmem.theory.indexed import Normaliser, Relation
from gatedmem.theory.sampling import NoSample, Sample, draw
from gatedmem.theory.steps.chains import Chain, RelationChain
from gatedmem.theory.steps.conclusions import Conclusion
from gatedmem.theory.steps.record import Step

__all__ = ["Ground"]


@dataclass
class Ground:
    """The state of a derivation: what it was told, what it has shown, and the lines for its reader.

    ``opaque`` holds definitions that are not unfolded; ``granted`` the hypotheses that a theorem supplied, each
    with the new symbol that it is about; ``hypotheses_before`` says, for each conclusion, how many hypotheses had
    been made before it; ``chain`` or ``relations`` is the chain being written.
    """

    id: str
    title: str
    normal: Normaliser = field(default_factory=Normaliser)
    steps: list[Step] = field(default_factory=list)
    conclusions: list[Conclusion] = field(default_factory=list)
    hypotheses: list[Relation] = field(default_factory=list)
    definitions: list[Relation] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    hypotheses_before: list[int] = field(default_factory=list)
    opaque: list[Relation] = field(default_factory=list)
    numerical_checks: list[int] = field(default_factory=list)
    prepare: Callable[[Sample], None] | None = None
    _drawn: tuple[tuple[int, ...], list[Sample]] | None = None
    granted: dict[Relation, Any] = field(default_factory=dict)
    chain: Chain | None = None
    relations: RelationChain | None = None

    def position(self, which: int | str) -> int:
        """Position of a conclusion, from its label or from a position that may count from the end."""
        if isinstance(which, str):
            if self.labels.get(which, -1) < 0:
                raise KeyError(f"{self.id} has no single conclusion called {which!r}")
            return self.labels[which]
        return range(len(self.conclusions))[which]

    def equalities(self) -> list[Relation]:
        """The equalities known so far."""
        known = [c for c in self.conclusions if isinstance(c, Relation) and c.op == "="]
        return [*known, *(h for h in self.hypotheses if h.op == "="), *self.definitions, *self.opaque]

    def abbreviating(self, names: set[str]) -> set[str]:
        """These names, and those of all that is defined in their terms, directly or not."""
        found = set(names)
        definitions = [*self.definitions, *self.opaque]
        for _ in definitions:
            found |= {
                str(relation.left.base.label) if isinstance(relation.left, sp.Indexed) else str(relation.left)
                for relation in definitions
                if found & {symbol.name for symbol in relation.right.free_symbols}
            }
        return found

    def keep(self, conclusion: Conclusion, label: str) -> None:
        """Add a conclusion to what is known."""
        self._know_sign(conclusion)
        if label:
            # A text used twice names nothing.
            self.labels[label] = -1 if label in self.labels else len(self.conclusions)
        self.conclusions.append(conclusion)
        self.hypotheses_before.append(len(self.hypotheses))

    def _know_sign(self, conclusion: Conclusion) -> None:
        if isinstance(conclusion, Relation) and conclusion.op in "≤≥<>":
            gap = conclusion.larger_minus_smaller
            if self.normal.form(gap):
                self.normal.know(gap, "0+" if conclusion.op in "≤≥" else "+")
        if isinstance(conclusion, Relation) and conclusion.op == "≠":
            self.normal.know(conclusion.difference, "≠")

    def _samples(self) -> list[Sample]:
        """A few instances of the hypotheses so far, kept until there are more."""
        key = (len(self.definitions), len(self.hypotheses), len(self.opaque))
        if self._drawn is None or self._drawn[0] != key:
            found: list[Sample] = []
            names = [str(base.label) for base in self.normal.symmetric_bases()]
            for seed in range(2):
                try:
                    relations = [*self.opaque, *(h for h in self.hypotheses if h not in self.granted)]
                    found.append(draw(self.definitions, relations, names, seed, prepare=self.prepare))
                except NoSample:
                    break
            self._drawn = (key, found)
        return self._drawn[1]

    def values(self, expression: Expr) -> Iterator[tuple[Sample, Any]]:
        """The values of an expression at these instances, where it has one."""
        for sample in self._samples():
            try:
                value = sample.value(expression)
            except (NoSample, ZeroDivisionError, OverflowError):
                continue
            self.numerical_checks.append(sample.seed)
            yield sample, value
