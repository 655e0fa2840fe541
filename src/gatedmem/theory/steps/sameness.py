"""When two relations or conclusions say the same, up to equality of normal forms."""

from __future__ import annotations

from gatedmem.theory.indexed import Normaliser, Relation
from gatedmem.theory.steps.checks import NONZERO
from gatedmem.theory.steps.conclusions import Conclusion, Equivalence
from gatedmem.theory.steps.ground import Ground

_FLIPPED = {"=": "=", "≤": "≥", "≥": "≤", "<": ">", ">": "<", "≠": "≠"}
# What an operator shows besides itself.
_WEAKER = {("=", "≤"), ("=", "≥"), ("<", "≤"), (">", "≥"), ("<", "≠"), (">", "≠")}


def same_relation(normal: Normaliser, a: Relation, b: Relation) -> bool:
    """True if the relations have the same difference, up to its sign where that does not matter."""
    if a.op == _FLIPPED[b.op] and a.op != b.op:
        b = Relation(b.right, a.op, b.left)
    if a.op != b.op:
        return False
    if a.op in ("=", "≠"):
        return normal.is_zero(a.difference - b.difference) or normal.is_zero(a.difference + b.difference)
    return normal.is_zero(a.difference - b.difference)


def same_conclusion(normal: Normaliser, a: Conclusion, b: Conclusion) -> bool:
    """True if both are the same relation, or equivalences of the same relations."""
    if isinstance(a, Relation) and isinstance(b, Relation):
        return same_relation(normal, a, b)
    if isinstance(a, Equivalence) and isinstance(b, Equivalence) and a.one_way == b.one_way:
        return same_relation(normal, a.left, b.left) and same_relation(normal, a.right, b.right)
    return False


def shows(normal: Normaliser, found: Relation, wanted: Relation) -> bool:
    """True if what was found is what is wanted, side by side in either order, or stronger."""
    for candidate in (found, Relation(found.right, _FLIPPED[found.op], found.left)):
        fits = wanted.op == candidate.op or (candidate.op, wanted.op) in _WEAKER
        if fits and normal.same(candidate.left, wanted.left) and normal.same(candidate.right, wanted.right):
            return True
    return False


def is_known(ground: Ground, relation: Relation) -> bool:
    """True if the relation is among the known equalities, or its sign shows."""
    if relation.op == "=":
        return any(same_relation(ground.normal, known, relation) for known in ground.equalities())
    if relation.op == "≠":
        return ground.normal.sign(relation.difference) in NONZERO
    sign = ground.normal.sign(relation.larger_minus_smaller)
    return sign == "+" or (relation.op in "≤≥" and sign in ("0+", "0"))
