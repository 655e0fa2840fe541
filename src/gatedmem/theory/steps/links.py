"""The links of the open chain: the next expression or relation, written down, and what the chain shows in the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Expr

from gatedmem.theory.indexed import Relation
from gatedmem.theory.printing import latex
from gatedmem.theory.rendering import USUAL
from gatedmem.theory.steps.chains import Chain, RelationChain
from gatedmem.theory.steps.checks import defined, prove_order
from gatedmem.theory.steps.conclusions import Combination, Conclusion, Equivalence, conclusion_latex
from gatedmem.theory.steps.ground import Ground
from gatedmem.theory.steps.record import Step, slack_latex
from gatedmem.theory.steps.refusals import FalseStep, UndecidedStep
from gatedmem.theory.steps.sameness import same_relation, shows


def open_chain(ground: Ground, rule: str) -> Chain:
    """The chain of expressions that is being written."""
    if ground.chain is None:
        raise UndecidedStep(ground, rule, None, None, "no chain is open")
    return ground.chain


def open_relations(ground: Ground, rule: str) -> RelationChain:
    """The chain of relations that is being written."""
    if ground.relations is None:
        raise UndecidedStep(ground, rule, None, None, "no chain of relations is open")
    return ground.relations


def link(ground: Ground, op: str, expression: Expr, rule: str, slack: str = "") -> Expr:
    """Write the next expression of the chain, which was checked."""
    chain = open_chain(ground, rule)
    if not chain.extend(op, expression):
        raise FalseStep(ground, rule, chain.last, expression, "the chain changes direction")
    ground.steps.append(Step("link", latex(expression), rule, USUAL, op, slack))
    return expression


def bound(ground: Ground, op: str, expression: Expr, rule: str, slack: Any, using: Iterable[Combination]) -> Expr:
    """Check that the next expression bounds the last one, and write it."""
    chain = open_chain(ground, rule)
    prove_order(ground, Relation(chain.last, op, expression), rule, slack, using)
    return link(ground, op, expression, rule, slack_latex(slack))


def next_relation(ground: Ground, relation: Relation, rule: str, arrow: str) -> Relation:
    """Write the next relation of the chain, which was checked."""
    chain = open_relations(ground, rule)
    defined(ground, rule, relation.left, relation.right)
    chain.extend(relation, arrow)
    ground.steps.append(Step("relation", latex(relation), rule, USUAL, arrow))
    return relation


def conclude(ground: Ground, wanted: Conclusion | None, text: str) -> Conclusion:
    """What the open chain shows: all of it, or what is wanted if the chain shows that."""
    if ground.relations is not None and (wanted is None or isinstance(wanted, Equivalence)):
        return _conclude_relations(ground, wanted, text)
    found = open_chain(ground, text or "conclusion").shows
    if wanted is None:
        wanted = found
    if not isinstance(wanted, Relation) or not shows(ground.normal, found, wanted):
        raise FalseStep(ground, text or "conclusion", found, wanted, "the chain does not show this")
    return record(ground, wanted, text)


def _conclude_relations(ground: Ground, wanted: Equivalence | None, text: str) -> Conclusion:
    found = open_relations(ground, text or "conclusion").shows
    if wanted is None:
        wanted = found
    elif not (
        same_relation(ground.normal, found.left, wanted.left)
        and same_relation(ground.normal, found.right, wanted.right)
        and (wanted.one_way or not found.one_way)
    ):
        raise FalseStep(ground, text or "conclusion", found, wanted, "the chain does not show this")
    ground.relations = None
    return record(ground, wanted, text)


def record(ground: Ground, conclusion: Conclusion, text: str) -> Conclusion:
    """Keep a conclusion and write it down."""
    ground.keep(conclusion, text)
    ground.steps.append(Step("conclusion", conclusion_latex(conclusion), text))
    return conclusion
