"""The derivations of the baselines: what they conclude, and that wrong variants are refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from sympy import Rational

from gatedmem.theory.baselines import dense, frame, hopfield, modern, neuron_astrocyte
from gatedmem.theory.derivation import Derivation, Implication, StepError
from gatedmem.theory.indexed import Relation

DERIVATIONS: dict[str, Callable[[], Derivation]] = {
    "BL1": hopfield.bl1,
    "BL2": modern.bl2,
    "BL3": dense.bl3,
    "BL4": neuron_astrocyte.bl4,
    "BL5": frame.bl5,
}


@pytest.fixture(scope="module")
def built() -> dict[str, Derivation]:
    return {name: derive() for name, derive in DERIVATIONS.items()}


def relation(d: Derivation, label: str) -> Relation:
    found = d.conclusions[d.position(label)]
    found = found.conclusion if isinstance(found, Implication) else found
    assert isinstance(found, Relation)
    return found


@pytest.mark.parametrize("name", DERIVATIONS)
def test_builds_and_renders(built: dict[str, Derivation], name: str) -> None:
    d = built[name]
    assert d.id == name
    assert all(step.method for step in d.steps if step.kind in ("link", "relation", "claim", "fact"))
    page = d.to_markdown()
    assert page.splitlines().count("$$") % 2 == 0
    assert not any(word in page for word in ("Sum(", "KroneckerDelta", "Partial(", "IndexedBase", "_slope", "act("))


def test_hopfield_states_both_networks(built: dict[str, Derivation]) -> None:
    d = built["BL1"]
    assert relation(d, "graded rate").right.could_extract_minus_sign()
    for label in ("graded descent", "binary descent"):
        assert (relation(d, label).op, relation(d, label).right) == ("≤", 0)


def test_modern_states_the_bound_with_its_constant(built: dict[str, Derivation]) -> None:
    step = relation(built["BL2"], "one step")
    gap = sp.Symbol("Delta", real=True)
    bound = 2 * modern.radius * (modern.N - 1) * sp.exp(-modern.beta * gap)
    assert (step.left, step.op) == (modern.distance, "≤")
    assert sp.simplify(step.right - bound) == 0
    assert relation(built["BL2"], "descent").op == "≤"


def test_dense_needs_convexity_for_the_field_only(built: dict[str, Derivation]) -> None:
    d = built["BL3"]
    for before in (1, -1):
        for now in (1, -1):
            found = d.conclusions[d.position(f"from {before} to {now}")]
            assert isinstance(found, Implication)
            assert len(found.hypotheses) == 1
    assert relation(d, "field update").op == "≤"


def test_neuron_astrocyte_shows_each_symmetry_to_be_needed(built: dict[str, Derivation]) -> None:
    d = built["BL4"]
    assert relation(d, "descent").op == "≤"
    assert set(neuron_astrocyte.CASES) == {
        "synapses at the start",
        "processes at the start",
        "c",
        "d",
        "tensor ij-ji",
    }
    for name in neuron_astrocyte.CASES:
        assert (relation(d, name).op, relation(d, name).right) == (">", 0)
    assert relation(d, "tensor ij-kl").right == Rational(1, 2)


def test_the_counterexamples_break_nothing_else() -> None:
    i, j = neuron_astrocyte.i, neuron_astrocyte.j
    k, l = neuron_astrocyte.k, neuron_astrocyte.l  # noqa: E741
    normal = Derivation("X", "symmetry").normal
    for name, case in neuron_astrocyte.CASES.items():
        point, _ = neuron_astrocyte.exhibit(case)
        assert normal.same(point.c[i, j], point.c[j, i]) == (name != "c")
        assert normal.same(point.d[i, j], point.d[j, i]) == (name != "d")
        assert normal.same(point.T[i, j, k, l], point.T[k, l, i, j])
        assert normal.same(point.T[i, j, k, l], point.T[j, i, k, l]) == (name != "tensor ij-ji")
        assert normal.same(point.p[i, j], point.p[j, i]) == (name == "synapses at the start")


def test_the_balance_holds_for_the_activations_of_the_counterexamples() -> None:
    d = neuron_astrocyte.balance(neuron_astrocyte.LINEAR)
    assert relation(d, "balance").op == "="


def test_the_frame_has_five_instances(built: dict[str, Derivation]) -> None:
    labels = set(built["BL5"].labels)
    for name in ("classical energy", "modern energy", "context energy", "neuron-astrocyte energy"):
        assert name in labels
    assert any("frame's energy is L" in label for label in labels)


def _times(function: Callable[..., Any], factor: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: factor * function(*args, **kwargs)


def _not_symmetric(self: Derivation, base: Any, why: str = "") -> None:
    """Declare nothing."""


def _doubled_interaction(z: Any, g: Any, psi: Any) -> Any:
    extra = neuron_astrocyte.total(neuron_astrocyte.b[neuron_astrocyte.i] * z[neuron_astrocyte.i], neuron_astrocyte.i)
    return INTERACTION(z, g, psi) - extra


INTERACTION = neuron_astrocyte.interaction

WRONG: list[tuple[Callable[[], Any], Any, str, Any]] = [
    (hopfield.bl1, Derivation, "symmetric", _not_symmetric),
    (hopfield.bl1, hopfield, "energy", _times(hopfield.energy, 2)),
    (hopfield.bl1, hopfield, "velocity", _times(hopfield.velocity, -1)),
    (modern.bl2, modern, "update", _times(modern.update, 2)),
    (modern.bl2, modern, "kl", _times(modern.kl, 2)),
    (modern.bl2, modern, "energy", _times(modern.energy, 2)),
    (modern.bl2, modern, "scores", _times(modern.scores, Rational(1, 2))),
    (dense.bl3, dense, "field", _times(dense.field, 2)),
    (dense.bl3, dense, "energy", _times(dense.energy, -1)),
    (neuron_astrocyte.balance, neuron_astrocyte, "layers", _times(neuron_astrocyte.layers, 2)),
    (neuron_astrocyte.balance, neuron_astrocyte, "interaction", _doubled_interaction),
    (neuron_astrocyte.balance, neuron_astrocyte, "velocity_p", _times(neuron_astrocyte.velocity_p, 2)),
    (frame.bl5, hopfield, "energy", _times(hopfield.energy, 2)),
    (frame.bl5, hopfield, "velocity", _times(hopfield.velocity, 2)),
    (frame.bl5, modern, "energy", _times(modern.energy, 2)),
    (frame.bl5, modern, "update", _times(modern.update, 2)),
    (frame.bl5, frame.layers, "query_current", _times(frame.layers.query_current, 2)),
    (frame.bl5, frame.layers, "layers", _times(frame.layers.layers, 2)),
    (frame.bl5, neuron_astrocyte, "velocity_s", _times(neuron_astrocyte.velocity_s, 2)),
    (frame.bl5, neuron_astrocyte, "layers", _times(neuron_astrocyte.layers, 2)),
    (frame.bl5, frame.lift, "gate_Lagrangian", _times(frame.lift.gate_Lagrangian, 2)),
]


@pytest.mark.parametrize(("derive", "owner", "name", "wrong"), WRONG)
def test_wrong_variants_are_refused(
    monkeypatch: pytest.MonkeyPatch, derive: Callable[[], Any], owner: Any, name: str, wrong: Any
) -> None:
    monkeypatch.setattr(owner, name, wrong)
    with pytest.raises(StepError):
        derive()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("synapses at the start", neuron_astrocyte.Case(Fraction(0), Fraction(0))),
        ("processes at the start", neuron_astrocyte.Case(Fraction(1, 64), Fraction(5, 32))),
        ("c", neuron_astrocyte.Case(Fraction(9, 128), Fraction(39, 128), into_s=1)),
    ],
)
def test_a_state_where_the_energy_falls_is_no_counterexample(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: neuron_astrocyte.Case
) -> None:
    monkeypatch.setattr(neuron_astrocyte, "CASES", {**neuron_astrocyte.CASES, name: wrong})
    with pytest.raises(StepError):
        neuron_astrocyte.counterexamples(Derivation("BL4", "counterexamples"))


def test_a_weak_activity_gives_no_counterexample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neuron_astrocyte, "HEIGHT", 5)
    with pytest.raises(StepError):
        neuron_astrocyte.counterexamples(Derivation("BL4", "counterexamples"))


def test_the_elimination_refuses_a_wrong_quartic(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = neuron_astrocyte._stored()
    monkeypatch.setattr(neuron_astrocyte, "_stored", lambda: _times(stored, 2))
    with pytest.raises(StepError):
        neuron_astrocyte.elimination(Derivation("BL4", "elimination"))


def test_the_saddle_needs_a_symmetric_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Derivation, "symmetric", lambda self, base, why="": None)
    with pytest.raises(StepError):
        neuron_astrocyte.saddle(Derivation("BL4", "saddle"))
