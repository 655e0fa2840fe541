"""An instance of a conclusion of another derivation, and a conclusion of a branch taken home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from gatedmem.theory.indexed import Index, Relation, eq, is_size, put
from gatedmem.theory.steps.checks import prove, respect_assumptions
from gatedmem.theory.steps.conclusions import Conclusion, Implication
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

    def instance(expression: Any) -> Any:
        for _ in unfold:
            expression = put(expression, unfold) if unfold else expression
        return put(put(expression, sizes), others)

    for base in lemma.normal.symmetric_bases():
        i, j = Index("_row", base.shape[0]), Index("_column", base.shape[0])
        prove(ground, instance(eq(base[i, j], base[j, i])), f"symmetry in {lemma.id}")

    position = lemma.position(which)
    for hypothesis in [*lemma.hypotheses[: lemma.hypotheses_before[position]], *lemma.opaque]:
        prove(ground, instance(hypothesis), f"hypothesis of {lemma.id}")
    found: Conclusion = lemma.conclusions[position].map(instance)
    if shown is None:
        return found
    if not same_conclusion(ground.normal, found, shown):
        raise FalseStep(ground, text, found, shown, "this is not what the lemma gives")
    return shown


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
    added = branch.hypotheses[len(ground.hypotheses) :]
    if isinstance(conclusion, Implication):
        raise FalseStep(ground, text, conclusion, added, "an implication cannot be discharged")
    granted = {h: symbol for h, symbol in branch.granted.items() if h in added}
    added = [h for h in added if h not in granted]
    defined = [*branch.definitions[len(ground.definitions) :], *branch.opaque[len(ground.opaque) :]]
    names = {r.left.base.label if isinstance(r.left, sp.Indexed) else r.left for r in defined}
    names |= set(granted.values())
    stated = [conclusion] if isinstance(conclusion, Relation) else [conclusion.left, conclusion.right]
    for relation in (*added, *stated):
        if names & (relation.left.free_symbols | relation.right.free_symbols):
            raise FalseStep(ground, text, relation, sorted(map(str, names)), "mentions a definition of the branch")
    if set(branch.normal.symmetric_bases()) - set(ground.normal.symmetric_bases()):
        raise FalseStep(ground, text, conclusion, added, "the branch assumed a symmetry")
    return (Implication(tuple(added), conclusion) if added else conclusion), added
