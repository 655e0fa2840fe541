"""A misprint as a record: the printed relation, the right one, and one argument that proves only the right one.

``Misprint.derive`` feeds the same argument with both relations. With the right one it has to go through; with the
printed one the engine has to refuse a step, with a witness; and the distance between the two has to be shown to be
non-zero. Where one of these fails, the derivation fails, so a record whose two forms are exchanged, or equal, cannot
be built. The relations that a reader sees are the ones that were put to this test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sympy import sympify

from gatedmem.theory.derivation import Derivation, FalseStep, Implication, Step, StepError
from gatedmem.theory.indexed import Relation
from gatedmem.theory.printing import latex
from gatedmem.theory.rendering import USUAL

__all__ = ["Argument", "Misprint", "differ", "unequal"]

# Tries to show a relation in a derivation that is still empty; raises a StepError where it does not hold.
Argument = Callable[[Derivation, Relation], None]


@dataclass(frozen=True)
class Misprint:
    """A misprint or a gap of a paper.

    ``number`` is its place in the list of the paper's misprints (a letter where one entry stands for several
    formulas), ``paper`` an arXiv number, ``place`` where in the paper, ``summary`` what is wrong, in words with
    inline formulas. ``printed`` and ``right`` are the two forms in the notation of this package; where the paper
    makes its claim in words (``in_words``), ``printed`` is a formula that the claim needs. ``ledger`` names the
    statements that carry the right form. ``argue`` tries to show a relation; ``gap`` goes on from the proof of the
    right form and shows that the printed one is not the same: its last conclusion is a strict inequality or a "≠",
    perhaps under hypotheses.
    """

    paper: str
    number: str
    title: str
    place: str
    summary: str
    printed: Relation
    right: Relation
    ledger: tuple[str, ...]
    argue: Argument
    gap: Callable[[Derivation], None]
    in_words: bool = False

    @property
    def name(self) -> str:
        """What its derivation is called in messages."""
        return f"{self.paper} misprint {self.number}"

    @property
    def printed_tex(self) -> str:
        """The printed form as LaTeX."""
        return latex(self.printed)

    @property
    def right_tex(self) -> str:
        """The right form as LaTeX."""
        return latex(self.right)

    def derive(self) -> Derivation:
        """Show the right form, have the printed one refused by the same argument, and show that they differ.

        Raises:
            FalseStep: the right form is refuted, the printed one is not, or the two are not shown to differ.
            UndecidedStep: a step cannot be decided.
        """
        derivation = Derivation(self.name, self.title)
        self.argue(derivation, self.right)
        if not any(_states(derivation, conclusion, self.right) for conclusion in derivation.conclusions):
            raise FalseStep(derivation, "the right form", self.right.left, self.right.right, "is not concluded")
        refused = self._refusal(derivation)
        found = re.search(r"which is (\S+) at an instance", refused.witness)
        said = f"at an instance its sides differ by {found.group(1)}" if found else "it has the wrong sign"
        source = "said" if self.in_words else "printed"
        text = f"**As {source}.** With ${self.printed_tex}$ the same argument fails at “{refused.rule}”: {said}."
        derivation.steps.append(Step("text", text, method=USUAL))
        known = len(derivation.conclusions)
        self.gap(derivation)
        added = derivation.conclusions[known:]
        if not added or not _parts_ways(added[-1]):
            raise FalseStep(
                derivation, "the difference", self.printed, self.right, "the two forms are not shown to differ"
            )
        return derivation

    def _refusal(self, derivation: Derivation) -> FalseStep:
        """What the engine answers to the printed form."""
        attempt = Derivation(self.name, "as printed")
        try:
            self.argue(attempt, self.printed)
        except FalseStep as error:
            if "no instance" not in error.witness:
                return error
            said = f"is refused without an instance: {error.witness}"
        except StepError as error:
            said = f"is not refuted: {error.witness}"
        else:
            said = "goes through"
        raise FalseStep(derivation, "the printed form", self.printed.left, self.printed.right, said)


def unequal(left: object, right: object) -> Relation:
    """Return the relation left ≠ right.

    >>> unequal(1, 0).op
    '≠'
    """
    return Relation(sympify(left), "≠", sympify(right))


def differ(derivation: Derivation, left: object, right: object, rule: str, *unless: tuple[Relation, str]) -> None:
    """Conclude left ≠ right, under the hypotheses ``unless``, each with its reason."""
    branch = derivation.branch()
    for relation, why in unless:
        branch.assume(relation, why, rewrite=False)
    branch.claim(unequal(left, right), rule, label="differ")
    derivation.discharge(branch, "differ", "the two forms differ")


def _states(derivation: Derivation, conclusion: object, relation: Relation) -> bool:
    return (
        isinstance(conclusion, Relation)
        and conclusion.op == relation.op
        and derivation.normal.same(conclusion.left, relation.left)
        and derivation.normal.same(conclusion.right, relation.right)
    )


def _parts_ways(conclusion: object) -> bool:
    if isinstance(conclusion, Implication):
        conclusion = conclusion.conclusion
    return isinstance(conclusion, Relation) and conclusion.op in "≠<>"
