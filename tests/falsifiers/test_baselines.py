"""The falsifiers of the baselines find nothing in what is true, and break what is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from judging import broken

from gatedmem.numerics import astrocyte, context, dense, hopfield, modern
from gatedmem.numerics import neuron_astrocyte as tripartite
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers import baselines
from gatedmem.proofs.falsifiers.baselines import broken_symmetry, cases, frame, layers
from gatedmem.proofs.falsifiers.baselines import dense as dense_search
from gatedmem.proofs.falsifiers.baselines import modern as modern_search
from gatedmem.proofs.falsifiers.baselines import neuron_astrocyte as balance

FALSIFIERS: dict[str, Callable[[Request], Search]] = {
    name.upper(): getattr(baselines, name) for name in ("bl1", "bl2", "bl3", "bl4", "bl5")
}


@pytest.mark.parametrize("seed", [0, 1, 11])
@pytest.mark.parametrize("name", FALSIFIERS)
def test_finds_nothing(name: str, seed: int) -> None:
    search = FALSIFIERS[name](Request(seed=seed))
    assert search.counterexample is None
    assert search.trials > 300


def _times(function: Callable[..., Any], factor: float) -> Callable[..., Any]:
    return lambda *args, **kwargs: factor * function(*args, **kwargs)


ASYNCHRONOUS, DIFFERENCE, FIELD, UPDATE, ENERGY = (
    hopfield.asynchronous_update,
    dense.energy_difference_update,
    dense.field_update,
    modern.update,
    tripartite.energy,
)


def _doubled_neurons(instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State) -> Any:
    louder = replace(instance, gamma=(2.0 * instance.gamma[0], *instance.gamma[1:]))
    return ENERGY(louder, state)


def _symmetric_cases() -> tuple[tuple[str, tuple[float, ...]], ...]:
    return (("p(0)", (0.0, 0.0, 0.0, 0.0, 0.0)),)


WRONG: list[tuple[str, Any, str, Any]] = [
    ("BL1", hopfield, "energy", _times(hopfield.energy, 1.001)),
    ("BL1", hopfield, "velocity", _times(hopfield.velocity, 1.001)),
    ("BL1", hopfield, "binary_energy", _times(hopfield.binary_energy, 2.0)),
    ("BL1", hopfield, "asynchronous_update", lambda w, s, i: ASYNCHRONOUS(-w, s, i)),
    ("BL2", modern_search, "ERROR", 1.99),
    ("BL2", modern, "energy", lambda z, x, beta: modern.soft.log_sum_exp(x @ z.T, beta)),
    ("BL2", modern, "update", lambda z, x, beta: UPDATE(z, x, 1.001 * beta)),
    ("BL2", modern, "attention", lambda q, k, v: modern.soft.softmax(q @ k.T, 1.0 / k.shape[-1]) @ v),
    ("BL3", dense, "energy", _times(dense.energy, 0.999)),
    ("BL3", dense, "energy_difference_update", lambda xi, s, i, f: -DIFFERENCE(xi, s, i, f)),
    ("BL3", dense, "field_update", lambda xi, s, f, chosen=None: FIELD(-xi[:, ::-1], s, f, chosen)),
    ("BL3", dense_search, "_CONVEX", (dense.power(2), dense.power(4), dense.power(3))),
    ("BL4", balance, "DEFECT", 0.999),
    ("BL4", tripartite, "energy", _doubled_neurons),
    ("BL4", tripartite, "dissipation", _times(tripartite.dissipation, 1.001)),
    ("BL4", tripartite, "defect", _times(tripartite.defect, 1.001)),
    ("BL4", tripartite, "reduced_energy", _times(tripartite.reduced_energy, 1.001)),
    ("BL4", tripartite, "reduced_velocity", _times(tripartite.reduced_velocity, 1.001)),
    ("BL4", balance, "BROKEN", _symmetric_cases()),
    (
        "BL4",
        tripartite,
        "fast_block",
        lambda i, s: tripartite.np.diag(tripartite.np.arange(1.0, 2 * i.b.size**2 + 1)),
    ),
    ("BL5", hopfield, "energy", _times(hopfield.energy, 1.001)),
    ("BL5", modern, "energy", _times(modern.energy, 1.001)),
    ("BL5", context, "energy", _times(context.energy, 1.001)),
    ("BL5", astrocyte, "energy", _times(astrocyte.energy, 1.001)),
    ("BL5", tripartite, "energy", _times(tripartite.energy, 1.001)),
    ("BL5", frame, "tanh_layer", lambda sigma: layers.Layer("odd", lambda y: (y**3).sum(-1), lambda y: y)),
]


@pytest.mark.parametrize(("name", "module", "attribute", "wrong"), WRONG)
def test_breaks_a_wrong_constant(
    monkeypatch: pytest.MonkeyPatch, name: str, module: Any, attribute: str, wrong: Any
) -> None:
    broken(monkeypatch, FALSIFIERS[name], module, attribute, wrong, 600)


def test_a_concave_interaction_breaks_the_field_update() -> None:
    assert dense_search.concave_example() > 0.0


@pytest.mark.parametrize("name", [case[0] for case in broken_symmetry.BROKEN])
def test_each_broken_symmetry_is_the_only_one(name: str) -> None:
    instance, state = broken_symmetry.broken(dict(broken_symmetry.BROKEN)[name])
    tensor = cases.full_tensor(instance.tensor)
    held = {
        "s(0)": np.array_equal(state.s, state.s.T),
        "c": np.array_equal(instance.c, instance.c.T),
        "d": np.array_equal(instance.d, instance.d.T),
        "T_ijkl = T_jikl": np.array_equal(tensor, tensor.transpose(1, 0, 2, 3)),
        "T_ijkl = T_klij": np.array_equal(tensor, tensor.transpose(2, 3, 0, 1)),
    }
    start = broken_symmetry.history(instance, state, name)[1]
    held["s(0)"] = np.array_equal(start.s, start.s.T)
    held["p(0)"] = np.array_equal(start.p, start.p.T)
    assert [key for key, symmetric in held.items() if not symmetric] == [name]
