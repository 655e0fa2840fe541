"""An instance of a conclusion of another derivation, and a conclusion of a branch taken home."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    Relation,
    eq,
    free_indices,
    fresh_index,
    is_size,
    put,
)
from gatedmem.theory.language import running_indices
from gatedmem.theory.steps.checks import prove, respect_assumptions
from gatedmem.theory.steps.conclusions import Conclusion, Equivalence, Implication
from gatedmem.theory.steps.ground import Ground
from gatedmem.theory.steps.refusals import FalseStep
from gatedmem.theory.steps.sameness import same_conclusion


def instance_of(
    ground: Ground,
    lemma: Ground,
    values: Mapping[Any, Any],
    which: int | str,
    text: str,
    shown: Conclusion | None,
) -> Conclusion:
    """A conclusion of the lemma with quantities replaced, every hypothesis it rests on re-proved for the values."""
    sizes = {k: v for k, v in values.items() if is_size(k)}
    others = {put(k, sizes): v for k, v in values.items() if k not in sizes}
    unfold = {r.left: r.right for r in lemma.definitions if not _shared(ground, r, lemma, values)}
    defined = {r.left.base if isinstance(r.left, sp.Indexed) else r.left for r in lemma.definitions}
    for key, value in values.items():
        if (key.base if isinstance(key, sp.Indexed) else key) in defined:
            raise FalseStep(ground, text, key, value, "a defined quantity of the lemma cannot be replaced")
        respect_assumptions(ground, key, sp.sympify(value), text)

    position = lemma.position(which)
    _keep_variables(ground, lemma.conclusions[position], others, text)
    mentioned = set().union(*(running_indices(value) - free_indices(key) for key, value in others.items()))
    replaced = {key for key in others if isinstance(key, Index) and not key.fixed}

    def instance(expression: Any) -> Any:
        for _ in unfold:
            expression = put(expression, unfold)
        return put(put(expression, sizes), others)

    def whole(relation: Relation) -> Relation:
        """The instance of a relation about all places: its own indices are neither replaced nor captured."""
        for _ in unfold:
            relation = put(relation, unfold)
        relation = put(relation, sizes)
        own = running_indices(relation.left) | running_indices(relation.right)
        fresh = {k: fresh_index(k, mentioned | own | replaced) for k in own & (mentioned | replaced)}
        return put(put(relation, fresh), others)  # type: ignore[no-any-return]

    for base in lemma.normal.symmetric_bases():
        i, j = Index("_row", base.shape[0]), Index("_column", base.shape[0])
        prove(ground, instance(eq(base[i, j], base[j, i])), f"symmetry in {lemma.id}")

    for hypothesis in [*lemma.hypotheses[: lemma.hypotheses_before[position]], *lemma.opaque]:
        prove(ground, whole(hypothesis), f"hypothesis of {lemma.id}")
    conclusion = lemma.conclusions[position]
    # "For all i" may be read at one i in a relation, but not in a premise.
    found = conclusion.map(instance) if isinstance(conclusion, Relation) else _each(conclusion, whole)
    if shown is None:
        return found
    if not same_conclusion(ground.normal, found, shown):
        raise FalseStep(ground, text, found, shown, "this is not what the lemma gives")
    return shown


def _each(conclusion: Conclusion, change: Callable[[Relation], Relation]) -> Conclusion:
    """The conclusion with each of its relations changed as a whole."""
    if isinstance(conclusion, Relation):
        return change(conclusion)
    if isinstance(conclusion, Equivalence):
        return Equivalence(change(conclusion.left), change(conclusion.right), conclusion.one_way)
    inner = _each(conclusion.conclusion, change)
    assert not isinstance(inner, Implication)
    return Implication(tuple(map(change, conclusion.hypotheses)), inner)


def _keep_variables(ground: Ground, conclusion: Conclusion, values: Mapping[Any, Any], text: str) -> None:
    """No value may depend on the variable of a derivative: what stood still under it would move."""
    mentioned = set().union(*(sp.sympify(value).free_symbols for value in values.values()))

    def look(relation: Relation) -> Relation:
        for held in relation.difference.atoms(Partial, FlowDerivative):
            pairs = held.args[1:] if isinstance(held, Partial) else [pair[0] for pair in held.args[1:]]
            if mentioned & {moving.base.label if isinstance(moving, sp.Indexed) else moving for moving in pairs}:
                raise FalseStep(ground, text, held, values, "a value depends on the variable of a derivative")
        return relation

    _each(conclusion, look)


def _shared(ground: Ground, definition: Relation, lemma: Ground, values: Mapping[Any, Any]) -> bool:
    """True if the derivation has the same definition and the replaced quantities do not enter it."""
    if definition not in ground.definitions:
        return False
    replaced = {key.base.label if isinstance(key, sp.Indexed) else key for key in values}
    right = definition.right
    for _ in lemma.definitions:
        right = put(right, {r.left: r.right for r in lemma.definitions})
    return not replaced & right.free_symbols


def taken_home(ground: Ground, branch: Ground, which: int | str, text: str) -> tuple[Conclusion, list[Relation]]:
    """A conclusion of a branch as an implication from the hypotheses that the branch added; and these."""
    if branch.steps is not ground.steps:
        raise FalseStep(ground, text, branch.id, ground.id, "not a branch of this derivation")
    conclusion = branch.conclusions[branch.position(which)]
    # By membership, not by position: either side may have assumed more since they parted.
    added = [h for h in branch.hypotheses if h not in ground.hypotheses]
    if isinstance(conclusion, Implication):
        raise FalseStep(ground, text, conclusion, added, "an implication cannot be discharged")
    granted = {h: symbol for h, symbol in branch.granted.items() if h in added}
    added = [h for h in added if h not in granted]
    here = [*ground.definitions, *ground.opaque]
    defined = [r for r in (*branch.definitions, *branch.opaque) if r not in here]
    names = {str(r.left.base.label if isinstance(r.left, sp.Indexed) else r.left) for r in defined}
    # A definition of the parent may be in terms of the point that a theorem supplied in the branch.
    names |= branch.abbreviating({symbol.name for symbol in granted.values()})
    stated = [conclusion] if isinstance(conclusion, Relation) else [conclusion.left, conclusion.right]
    for relation in (*added, *stated):
        if names & {symbol.name for side in (relation.left, relation.right) for symbol in side.free_symbols}:
            raise FalseStep(ground, text, relation, sorted(names), "mentions a definition of the branch")
    if set(branch.normal.symmetric_bases()) - set(ground.normal.symmetric_bases()):
        raise FalseStep(ground, text, conclusion, added, "the branch assumed a symmetry")
    return (Implication(tuple(added), conclusion) if added else conclusion), added
