"""Derivations of CG5, CG9, CG17 and CG20: they conclude what the ledger says, and no step accepts a wrong formula."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from gatedmem.theory.context import (
    critical_component,
    drive_content,
    energy,
    free_growth,
    free_repair,
    free_system,
    supercritical,
    uniform_state,
    winner,
)
from gatedmem.theory.context.definitions import N, alpha, beta, gram, i, j, lam
from gatedmem.theory.context.drive_content import cg20
from gatedmem.theory.context.free_context import cg5
from gatedmem.theory.context.supercritical import cg9
from gatedmem.theory.context.uniform_state import cg17
from gatedmem.theory.derivation import Derivation, Equivalence, Implication, StepError
from gatedmem.theory.indexed import Index, Relation, delta, eq
from gatedmem.theory.sampling import Sample
from gatedmem.theory.softmax.definitions import softmax

CONTEXT = "gatedmem.theory.context"
LABELS = {
    cg5: {
        "eliminated", "lower", "attained", "gates", "own setting", "diagonal", "ray", "below every level",
        "pair", "block, gates", "block, context", "characteristic, gates", "characteristic, context", "roots",
        "positive root", "trace", "no eigenvalue above one", "no eigenvalue below one", "mode", "at least",
        "at most", "carried", "vanishes at one", "vanishes for orthonormal memories", "only then",
        "exactly linear", "no faster", "eigenvalue of Ã", "below one", "below one, no overlap",
        "below one, all", "at one", "at one, no overlap", "above one", "above one, no overlap",
        "above one, all", "definite", "floor", "along an eigenvector", "zero",
    },
    cg9: {
        "modal equation", "constant", "modal solution", "critical", "stable", "zero mode", "unit norms",
        "remainder", "lead", "winner", "several, steady", "several, growing", "several, lead",
        "several, winner", "runner-up", "necessary", "no winner",
    },
    cg17: {
        "gates at rest", "retrieval at rest", "invariant", "gates by gates", "gates by retrieval",
        "retrieval by gates", "retrieval by retrieval", "no feedback on 1", "uniform gates",
        "uniform exponents", "characteristic, x", "characteristic, y", "solution", "real roots", "factors",
        "stable iff", "beyond", "unstable", "fast gates", "smallest", "critical",
    },
    cg20: {
        "kernel", "kernel exists", "lowest", "critical eigenspace", "negative", "orthogonal", "same component",
        "never enters",
    },
}  # fmt: skip


def _changed(relation: Relation) -> Relation:
    """A different equality, or a stronger inequality."""
    right = {"=": 2 * relation.right + 1, "≤": relation.right - 1, "<": relation.right - 1}
    return Relation(relation.left, relation.op, right.get(relation.op, relation.right + 1))


@functools.cache
def audited(derive: Callable[[], Derivation]) -> tuple[Derivation, int]:
    """A derivation, before each step of which the same step with a wrong right side was tried and refused.

    Its hypotheses have to hold at some instance wherever a step is checked, so that nothing is vacuous.
    """
    refused = 0
    samples = Derivation._samples

    def found(self: Derivation) -> list[Sample]:
        instances = samples(self)
        assert instances, f"{self.id}: no instance of {self.hypotheses}"
        return instances

    def guarded(patch: pytest.MonkeyPatch, name: str, change: Callable[[Any], Any]) -> None:
        original = getattr(Derivation, name)

        def step(self: Derivation, first: Any, *arguments: Any, **options: Any) -> Any:
            nonlocal refused
            with pytest.raises(StepError):
                original(self, change(first), *arguments, **options)
            refused += 1
            return original(self, first, *arguments, **options)

        patch.setattr(Derivation, name, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Derivation, "_samples", found)
        for name in ("equal", "at_most", "at_least"):
            guarded(patch, name, lambda e: 2 * sp.sympify(e) + 1)
        for name in ("claim", "iff"):
            guarded(patch, name, _changed)
        return derive(), refused


@pytest.mark.parametrize("derive", list(LABELS))
def test_each_part_is_concluded_and_no_step_accepts_another_right_side(derive: Callable[[], Derivation]) -> None:
    d, refused = audited(derive)
    assert refused >= 12
    assert d.id == derive.__name__.upper()
    assert all(d.position(label) >= 0 for label in LABELS[derive])
    # Every step was checked at numerical instances of its hypotheses too.
    assert len(d.numerical_checks) >= 40
    page = d.to_markdown()
    assert page.splitlines().count("$$") % 2 == 0
    assert not any(word in page for word in ("Sum(", "KroneckerDelta", "Partial(", "IndexedBase"))
    assert not re.search(r"(?<!\\)lambda", page)


def _conclusion(d: Derivation, label: str) -> Any:
    found = d.conclusions[d.position(label)]
    return found.conclusion if isinstance(found, Implication) else found


def test_cg5_states_the_matrix_the_polynomial_and_the_range_of_k() -> None:
    d, _ = audited(cg5)
    assert _conclusion(d, "own setting").right == (1 - alpha) * (delta(i, j) - gram(i, j))
    amplitude = _conclusion(d, "characteristic, gates").left
    rho, mu, tau_c, tau_s = free_growth.rho, free_growth.mu, free_growth.tau_c, free_growth.tau_s
    stated = tau_c * tau_s * rho**2 + (tau_c * (1 - alpha * (1 - mu)) + tau_s) * rho + (1 - alpha) * (1 - mu)
    assert sp.expand(amplitude - stated * free_growth.x) == 0
    assert _conclusion(d, "exactly linear").right == lam
    for label in ("below one", "above one"):
        equivalence = _conclusion(d, label)
        assert isinstance(equivalence, Equivalence)
        assert not equivalence.one_way
        assert equivalence.right.op == "<"
        assert equivalence.right.right == alpha + (1 - alpha) / mu
    assert _conclusion(d, "at one").right == Relation(free_repair.scale**2, "<", sp.Integer(1))
    # The ray needs no hypothesis on α or on the overlaps.
    assert isinstance(d.conclusions[d.position("ray")], Relation)


def test_cg9_states_the_time_and_a_necessary_one() -> None:
    d, _ = audited(cg9)
    result = d.conclusions[d.position("winner")]
    assert isinstance(result, Implication)
    kappa, gap, radius = winner.kappa, winner.gap, winner.radius
    time = supercritical.tau / supercritical.gamma
    time *= sp.log(kappa / (beta * gap)) + sp.log(1 + sp.sqrt(2) * beta * radius / kappa)
    assert any(
        h.op == "≥" and h.left == supercritical.t and sp.simplify(h.right - time) == 0 for h in result.hypotheses
    )
    assert result.conclusion == Relation(winner.weight(supercritical.s[i], winner.star), "≥", 1 - winner.error)
    assert _conclusion(d, "necessary") == Relation(supercritical.t, "≥", supercritical.necessary_time())
    assert "SM7" in d.lemmas


def test_cg17_needs_no_fast_gates() -> None:
    d, _ = audited(cg17)
    result = d.conclusions[d.position("stable iff")]
    assert isinstance(result, Implication)
    assert [str(h.left) for h in result.hypotheses][-1] == str(uniform_state.trace)
    assert result.conclusion.left == Relation(uniform_state.eta - beta * lam**2 / N, ">", sp.Integer(0))
    assert result.conclusion.right == Relation(uniform_state.upper, "<", sp.Integer(0))
    critical = _conclusion(d, "critical")
    assert critical.right == Relation(alpha, "<", (1 - beta * lam**2 / N) / (1 - uniform_state.lowest))
    assert not critical.one_way


def test_cg20_identifies_the_critical_eigenspace() -> None:
    d, _ = audited(cg20)
    found = _conclusion(d, "critical eigenspace")
    assert isinstance(found, Equivalence)
    assert not found.one_way
    assert found.right.right == 0
    assert _conclusion(d, "same component").right == critical_component.xi(i)


def growth() -> Derivation:
    """The escape of solutions in CG5 on its own."""
    o = Derivation("CG5", "growth")
    o.prepare = free_system.free_instance
    o.define(free_repair.p[i], softmax(beta * energy.r[i], i))
    free_growth.growth(o, o.assume(eq(gram(i, i), 1), rewrite=False))
    return o


def repair() -> Derivation:
    """The last part of CG5 on its own."""
    o = Derivation("CG5", "repair")
    o.define(free_repair.p[i], softmax(beta * energy.r[i], i))
    free_repair.repair(o, o.assume(eq(gram(i, i), 1), rewrite=False))
    return o


def one_rate() -> Derivation:
    """The explicit time of CG9 on its own."""
    o = Derivation("CG9", "one rate")
    supercritical.one_rate(o)
    return o


def several_rates() -> Derivation:
    """The case of several unstable modes on its own."""
    o = Derivation("CG9", "several rates")
    supercritical.several_rates(o)
    return o


def necessary() -> Derivation:
    """The necessary time of CG9 on its own."""
    o = Derivation("CG9", "necessary")
    supercritical.necessary(o)
    return o


@pytest.mark.parametrize(
    "derive", [growth, repair, one_rate, several_rates, necessary, winner.entries_apart, winner.lead_is_sufficient]
)
def test_the_parts_stand_alone(derive: Callable[[], Derivation]) -> None:
    assert derive().conclusions


def _with_all_memories(relation: Relation) -> Relation:
    """κ with N in place of N - 1."""
    return eq(relation.left * N / (N - 1), relation.right)


def _share(row: Index) -> sp.Expr:
    """The drive's part of a critical mode's growth."""
    return critical_component.drive_on(row) / supercritical.gamma


WRONG: list[tuple[Callable[[], Derivation], str, Callable[[Any], Any]]] = [
    # CG5: the energy left, the eigenvalue of Ã, the polynomial, the flow, the bound on k.
    (cg5, "free_context.remainder", lambda right: lambda p: 2 * right(p)),
    (cg5, "free_context.tilde", lambda right: lambda a, b, k=free_repair.scale: right(a, b, 2 * k)),
    (growth, "free_growth.polynomial", lambda right: lambda rho, mu: right(-rho, mu)),
    (growth, "free_growth.polynomial", lambda right: lambda rho, mu: right(rho, -mu)),
    (growth, "free_growth.eta_of", lambda right: lambda mu: right(2 - mu)),
    (growth, "free_growth.discriminant", lambda right: right + 1),
    (growth, "free_growth.moves", lambda right: (right[0], (right[1][0], 2 * right[1][1]))),
    (repair, "free_repair.stiffness", lambda right: lambda mu: right(2 * mu)),
    (repair, "free_repair.largest_square", lambda right: lambda mu: right(mu) + sp.Rational(1, 100)),
    (repair, "free_repair.largest_square", lambda right: lambda mu: alpha - (1 - alpha) / mu),
    # CG9: the constant √2, κ, the flow, the times.
    (winner.entries_apart, "winner.DIAMETER", lambda right: sp.Integer(1)),
    (one_rate, "supercritical.DIAMETER", lambda right: sp.Rational(14, 10)),
    (winner.lead_is_sufficient, "winner.kappa_is_log", lambda right: lambda: _with_all_memories(right())),
    (cg9, "gate_modes.flow", lambda right: lambda: -right()),
    (one_rate, "critical_component.start_on", lambda right: lambda x: right(x) - 2 * _share(x)),
    (one_rate, "supercritical.clear_time", lambda right: lambda: right() - sp.Rational(1, 100)),
    (one_rate, "supercritical.clear_time", lambda right: lambda: supercritical.gamma * right()),
    (necessary, "supercritical.necessary_time", lambda right: lambda: right() + sp.Rational(1, 100)),
    # CG17: the strength of the feedback, the flow, the discriminant.
    (cg17, "uniform_state.feedback", lambda right: right / 2),
    (cg17, "uniform_state.feedback", lambda right: right * N),
    (cg17, "uniform_state.own", lambda right: 2 - right),
    (cg17, "uniform_state.gates", lambda right: lambda index: 2 * right(index)),
    (cg17, "uniform_state.retrieval", lambda right: lambda index: -right(index)),
    (cg17, "uniform_state.trace", lambda right: right + uniform_state.tau_r),
    # CG20: the projection, what is added, the flow.
    (cg20, "drive_content.added", lambda right: lambda index: right(index) + drive_content.content[index]),
    (cg20, "drive_content.gate_flow", lambda right: lambda s, u: 2 * right(s, u)),
    (cg20, "drive_content.gate_entry", lambda right: lambda row, column: 2 * right(row, column)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("derive", "path", "wrong"), WRONG, ids=[f"{d.__name__}-{p}-{n}" for n, (d, p, _) in enumerate(WRONG)]
)
def test_a_wrong_formula_is_refused(
    derive: Callable[[], Derivation], path: str, wrong: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name = path.split(".")
    here = __import__(f"{CONTEXT}.{module}", fromlist=[name])
    monkeypatch.setattr(here, name, wrong(getattr(here, name)))
    with pytest.raises(StepError):
        derive()


@pytest.mark.parametrize(
    ("derive", "why", "weaker"),
    [
        (cg5, "unit norms", lambda r: Relation(r.left, "=", sp.Integer(2))),
        (one_rate, "$R^2$", lambda r: Relation(2 * r.left, r.op, r.right)),
        (several_rates, r"$\gamma > \gamma_2$", lambda r: Relation(r.right, r.op, r.left)),
        (necessary, "the runner-up", lambda r: Relation(r.left, "≤", r.right)),
        (cg17, r"$\alpha \ge 0$", lambda r: Relation(r.left, "≤", r.right)),
        (cg17, r"$e \perp \mathbf 1$", lambda r: Relation(r.left, "=", sp.Integer(1))),
        (cg20, r"above criticality", lambda r: Relation(r.left, r.op, sp.Integer(0))),
    ],
)  # fmt: skip
def test_without_a_hypothesis_the_conclusion_is_refused(
    derive: Callable[[], Derivation],
    why: str,
    weaker: Callable[[Relation], Relation],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = Derivation.assume
    changed = 0

    def assume(self: Derivation, relation: Relation, text: str = "", **options: bool) -> Relation:
        nonlocal changed
        if text.startswith(why):
            changed += 1
            relation = weaker(relation)
        return original(self, relation, text, **options)

    monkeypatch.setattr(Derivation, "assume", assume)
    with pytest.raises(StepError):
        derive()
    assert changed
