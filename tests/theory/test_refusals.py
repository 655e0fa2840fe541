"""What the engine refutes, and what it can only leave open."""

from __future__ import annotations

import pytest
import sympy as sp

from gatedmem.proofs.checkers.derivation import check
from gatedmem.proofs.evidence import Status
from gatedmem.theory.derivation import Combination, Derivation, FalseStep, UndecidedStep
from gatedmem.theory.indexed import Index, Normaliser, eq, le, positive, real, size, total, vector

n = size("n")
i = Index("i", n)
v = vector("v", n)
x, y = real("x y")
t = positive("t")


def without_instances() -> Derivation:
    """A derivation whose hypothesis no drawn instance meets."""
    d = Derivation("TEST", "special")
    d.assume(eq(total(sp.exp(v[i]) * v[i] ** 3, i), sp.Rational(1, 7)), "special", rewrite=False)
    d.assume(eq(total(sp.exp(-v[i]) * v[i] ** 5, i), sp.Rational(1, 11)), "special too", rewrite=False)
    return d


def test_without_an_instance_only_what_is_never_zero_is_refuted() -> None:
    d = without_instances()
    assert not list(d.values(x))
    d.start(x + t)
    with pytest.raises(FalseStep, match="never zero"):
        d.equal(x, "t dropped")
    with pytest.raises(UndecidedStep, match="no instance to tell"):
        d.equal(y + t, "another letter")


def test_what_has_no_normal_form_leaves_the_statement_undecided() -> None:
    def build() -> Derivation:
        d = Derivation("TEST", "divides by what may vanish")
        d.define(real("q"), x / y)
        d.assume(le(1 / y, 1), "may divide by zero")
        return d

    evidence = check(build)
    assert evidence.status is Status.UNDECIDED
    assert "may vanish" in evidence.detail


def test_a_granted_equality_is_no_hypothesis_of_a_branch_of_a_branch() -> None:
    d = Derivation("TEST", "two branches deep")
    outer = d.branch()
    relation = outer.mean_value(x**2, x, 0, y, real("tau"), "squares")
    inner = outer.branch()
    assert len(inner._samples()) == len(outer._samples()) == 2
    inner.start(y**2)
    inner.equal(2 * real("tau") * y, "mean value", using=[Combination(sp.Integer(1), relation)])


def test_a_difference_that_shows_as_zero_is_looked_at_in_numbers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    d = Derivation("TEST", "zero by its sign")
    d.claim(eq(x * 0, 0), "nothing")
    monkeypatch.setattr(Normaliser, "sign", lambda self, expression: "0")
    with pytest.raises(UndecidedStep, match="at an instance"):
        d.claim(eq(x, y), "the normaliser lies")
