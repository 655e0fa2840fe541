"""What the derivations assume and conclude, stated here once more: a changed hypothesis is a changed theorem."""

from __future__ import annotations

import sympy as sp

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Index, Relation, free_indices, le, size, total, vector
from gatedmem.theory.sampling import draw
from gatedmem.theory.softmax.covariance import covariance_contracts
from gatedmem.theory.softmax.effective import sm9
from gatedmem.theory.softmax.log_sum_exp import sm6

n = size("n")
i, j = Index("i", n), Index("j", n)
p, v = vector("p", n, nonnegative=True), vector("v", n)


def instance_of(d: Derivation, seed: int) -> bool:
    """Whether numbers are found that meet every hypothesis: without them no step is checked in numbers."""
    sample = draw(d.definitions, d.hypotheses, [], seed, prepare=d.prepare)
    return all(sample.holds(hypothesis) for hypothesis in d.hypotheses)


def test_the_largest_entry_is_at_one_place() -> None:
    # At a running index, the hypothesis would say that all entries are equal.
    d = sm6()
    (hypothesis,) = d.hypotheses
    (place,) = free_indices(hypothesis.left)
    assert place.fixed
    assert hypothesis == Relation(vector("e", n, nonnegative=True)[place], "=", sp.Integer(0))


def test_the_covariance_shrinks_by_a_half() -> None:
    d = covariance_contracts()
    image = p[i] * v[i] - p[i] * total(p[j] * v[j], j)
    wanted = le(total(image**2, i), total(v[i] ** 2, i) / 4)
    assert d.conclusions[d.position("norm")] == wanted
    assert len(d.hypotheses) == 1


def test_a_set_with_more_than_its_share_is_found() -> None:
    d = sm9()
    assert len(d.numerical_checks) > 20
    assert all(instance_of(d, seed) for seed in range(3))
