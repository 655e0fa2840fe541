"""Derivations about context-gated retrieval: they conclude what the ledger says, and errors break them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy as sp

from gatedmem.theory.context import definitions, energy
from gatedmem.theory.context.contraction import cg11, kappa, q, q_other, x, y
from gatedmem.theory.context.definitions import i, lam
from gatedmem.theory.context.energy import cg1, cg2
from gatedmem.theory.context.fixed_points import cg10
from gatedmem.theory.context.gates import cg3, cg4, cg8
from gatedmem.theory.context.reduced import cg14
from gatedmem.theory.context.separation import cg6
from gatedmem.theory.context.steering import cg16, cg19
from gatedmem.theory.context.threshold import cg12, cg13
from gatedmem.theory.derivation import Derivation, FalseStep, Implication, StepError
from gatedmem.theory.indexed import Index, Relation, eq, total


@pytest.mark.parametrize("derive", [cg1, cg2, cg3, cg4, cg6, cg8, cg10, cg11, cg12, cg13, cg14, cg16, cg19])
def test_derivations_build_and_render(derive: Callable[[], Derivation]) -> None:
    d = derive()
    assert d.id == derive.__name__.upper()
    assert d.conclusions
    assert all(step.method for step in d.steps if step.kind in ("link", "relation", "claim", "fact"))
    page = d.to_markdown()
    assert page.splitlines().count("$$") % 2 == 0
    assert not any(word in page for word in ("Sum(", "KroneckerDelta", "Partial(", "IndexedBase"))
    assert not re.search(r"(?<!\\)lambda", page)


def test_cg10_goes_both_ways() -> None:
    d = cg10()
    there = d.conclusions[d.position("equilibrium gives fixed point")]
    assert isinstance(there, Implication)
    assert len(there.hypotheses) == 3
    back = d.conclusions[d.position("fixed point gives gate equilibrium")]
    assert isinstance(back, Implication)
    assert back.conclusion.right == 0
    assert there.conclusion in back.hypotheses


def test_cg10_fails_with_a_misprinted_current(monkeypatch: pytest.MonkeyPatch) -> None:
    # The competition current is printed once with a factor two (misprint 1 of the model).
    def doubled(s: Callable[[Index], sp.Expr], p: Callable[[Index], sp.Expr], index: Index) -> sp.Expr:
        right = definitions.gate_current(s, p, index)
        return right - definitions.alpha * total(
            definitions.competition(index, definitions.m) * s(definitions.m), definitions.m
        )

    monkeypatch.setattr("gatedmem.theory.context.fixed_points.gate_current", doubled)
    with pytest.raises(FalseStep, match="CG10"):
        cg10()


def test_cg10_fails_with_a_missing_feedback_power(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "feedback", lambda p, index: total(definitions.B[index, definitions.k] * p(definitions.k), definitions.k) * lam)  # fmt: skip # noqa: E501
    with pytest.raises(StepError, match=r"CG10.*the sides differ"):
        cg10()


@pytest.mark.parametrize("wrong", [Fraction(1, 4), Fraction(49, 100), Fraction(51, 100), Fraction(1)])
def test_cg11_fails_with_any_other_constant(wrong: Fraction) -> None:
    with pytest.raises(FalseStep, match=r"CG11.*at an instance"):
        cg11(wrong)


def test_cg11_fails_with_a_wrong_map(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(p: Callable[[Index], sp.Expr], index: Index) -> sp.Expr:
        return definitions.retrieval_map(lambda other: 2 * p(other), index)

    monkeypatch.setattr("gatedmem.theory.context.contraction.retrieval_map", wrong)
    with pytest.raises(FalseStep, match="CG11"):
        cg11()


def test_cg11_states_contraction_uniqueness_and_rate() -> None:
    d = cg11()
    lipschitz = d.conclusions[d.position("Lipschitz")]
    assert lipschitz.left == total((q[i] - q_other[i]) ** 2, i)
    assert lipschitz.right == kappa**2 * total((x[i] - y[i]) ** 2, i)
    unique = d.conclusions[d.position("unique")]
    assert isinstance(unique, Implication)
    assert unique.conclusion == eq(x[i] - y[i], 0)
    assert {"rate", "induction step", "geometric sum", "error", "Jacobian"} <= set(d.labels)
    assert "completeness" in d.cited


def _twice(path: str, name: str) -> tuple[str, Callable[..., sp.Expr]]:
    module = importlib.import_module(f"gatedmem.theory.context.{path}")
    original = getattr(module, name)
    return f"gatedmem.theory.context.{path}.{name}", lambda *arguments: 2 * original(*arguments)


@pytest.mark.parametrize(
    ("derive", "path", "name"),
    [
        (cg1, "energy", "competition"),  # the factor two of the misprint, on one side
        (cg1, "energy", "retrieval_current"),
        (cg2, "energy", "gate_current"),
        (cg2, "energy", "softmax_covariance"),
        (cg2, "energy", "layers"),
        (cg3, "gates", "gate_entry"),
        (cg4, "gates", "competition"),
        (cg4, "gates", "norm2"),
        (cg8, "gates", "norm2"),
        (cg12, "threshold", "spread"),
        (cg12, "threshold", "curvature"),
        (cg12, "threshold", "deviation"),
        (cg14, "reduced", "reduced_energy"),
        (cg14, "reduced", "retrieval_state"),
        (cg16, "steering", "softmax"),
        (cg19, "steering", "inner"),
    ],
)
def test_a_factor_two_in_a_formula_is_refused(
    derive: Callable[[], Derivation], path: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, wrong = _twice(path, name)
    if (path, name) == ("energy", "competition"):
        # Doubling W₂ everywhere changes no identity; doubling it in the current alone does.
        target = "gatedmem.theory.context.energy.gate_current"
        right = energy.gate_current

        def wrong() -> sp.Expr:
            return right() - energy.alpha * total(energy.competition(i, energy.j) * energy.s[energy.j], energy.j)

    monkeypatch.setattr(target, wrong)
    with pytest.raises(StepError):
        derive()


def test_cg12_fails_beyond_its_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Derivation.assume

    def weaker(self: Derivation, relation: Relation, why: str = "", **options: bool) -> Relation:
        if why.startswith(r"$\beta\lambda^2 M \le 1"):
            relation = Relation(relation.left, relation.op, sp.Rational(11, 10))
        return original(self, relation, why, **options)

    monkeypatch.setattr(Derivation, "assume", weaker)
    with pytest.raises(StepError, match="CG12"):
        cg12()


@pytest.mark.parametrize(
    ("derive", "labels"),
    [
        (cg1, {"context", "gates", "competition", "retrieval", "query", "chain"}),
        (cg2, {"dissipation", "falls"}),
        (cg3, {"critical", "critical, unit norms", "N above d", "only the identity", "no competition"}),
        (cg4, {"bounded", "parabola", "slope", "constant", "compatible", "completed", "example"}),
        (cg6, {"bound", "equality", "theorem", "equality in the theorem", "gap", "grows", "stalls"}),
        (cg8, {"equilibrium", "decay", "rate"}),
        (cg12, {"curvature", "unique", "negative", "projected", "contraction"}),
        (cg13, {"threshold", "equation", "odd", "slope", "positive end"}),
        (cg14, {"fixed point", "fixed point is critical", "minimum", "attained", "Hessian"}),
        (cg16, {"first", "second"}),
        (cg19, {"slope", "log-odds", "does not fall", "constant only", "stays"}),
    ],
)
def test_every_part_of_the_statement_is_concluded(derive: Callable[[], Derivation], labels: set[str]) -> None:
    d = derive()
    assert all(d.position(label) >= 0 for label in labels)
