"""The falsifiers of the context-gated flow, its energies and transitions: silent on the truth, loud on an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from judging import CONTEXTS, broken, finds_nothing, finds_nothing_in_a_context

from gatedmem.numerics import context as gates
from gatedmem.numerics import four_layers as layers
from gatedmem.numerics import reduced as energies
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context import (
    boundedness,
    convergence,
    four_layers,
    free_context,
    readout,
    reduced,
    response,
    transition,
)

FALSIFIERS: dict[str, Callable[[Request], Search]] = {
    "CG1": four_layers.cg1,
    "CG2": four_layers.cg2,
    "CG4": boundedness.cg4,
    "CG5": free_context.cg5,
    "CG7": readout.cg7,
    "CG9": transition.cg9,
    "CG13": reduced.cg13,
    "CG14": reduced.cg14,
    "CG15": convergence.cg15,
    "CG16": response.cg16,
    "CG17": transition.cg17,
    "CG20": transition.cg20,
    "CG23": readout.cg23,
}


@pytest.mark.parametrize("name", FALSIFIERS)
def test_finds_nothing_against_the_true_statement(name: str) -> None:
    finds_nothing(FALSIFIERS[name](Request(seed=0)), 50)


@pytest.mark.parametrize("name", ["CG4", "CG7", "CG14", "CG23"])
def test_sharp_bounds_are_approached(name: str) -> None:
    margin = FALSIFIERS[name](Request(seed=0)).margin
    assert margin is not None
    assert margin < 1e-6


@pytest.mark.parametrize("name", ["CG9", "CG15"])
def test_rates_and_times_are_nearly_met(name: str) -> None:
    margin = FALSIFIERS[name](Request(seed=0)).margin
    assert margin is not None
    assert margin < 0.01


CURRENTS, DISSIPATION, INTERACTION = layers.currents, layers.dissipation, layers.interaction_energy
VELOCITY, MATRIX, REDUCED, ENERGY = gates.gate_velocity, gates.gate_matrix, energies.reduced_energy, gates.energy


def _competition_twice(system: layers.FourLayers, state: Any) -> Any:
    """The misprint of the paper: -2αW₂s."""
    gram = system.memories @ system.memories.T
    result, first, n = CURRENTS(system, state), system.sizes[0], system.sizes[1]
    s = state[..., first : first + n]
    result[..., first : first + n] -= system.alpha * (s @ (gram - np.diag(np.diag(gram))))
    return result


def _competition_twice_clamped(instance: ContextInstance, s: Any, r: Any) -> Any:
    return VELOCITY(instance, s, r) - s @ (MATRIX(instance) - np.eye(instance.n_memories))


def _competition_reversed(instance: ContextInstance, s: Any, r: Any) -> Any:
    return VELOCITY(instance, s, r) + 2.0 * s @ (MATRIX(instance) - np.eye(instance.n_memories))


def _halved_square(instance: ContextInstance, p: Any) -> Any:
    return REDUCED(instance, p) + 0.25 * instance.gain**2 * (p * gates.apply_gate_inverse(instance, p)).sum(axis=-1)


WRONG: list[tuple[str, Any, str, Any]] = [
    ("CG1", layers, "currents", _competition_twice),
    ("CG1", layers, "interaction_energy", lambda *parts: 1.001 * INTERACTION(*parts)),
    ("CG2", layers, "currents", _competition_twice),
    ("CG2", layers, "dissipation", lambda system, state: 0.99 * DISSIPATION(system, state)),
    ("CG4", boundedness, "BALANCE", 1.0),
    ("CG4", gates, "energy", lambda i, s, r: ENERGY(i, s, r) - (s * s).sum(axis=-1)),
    ("CG5", free_context, "REPAIR", 1.01),
    ("CG5", free_context, "REPAIR", 0.99),
    ("CG5", layers, "currents", _competition_twice),
    ("CG7", readout, "READOUT", 1.99),
    ("CG9", transition, "SPREAD", 0.1),
    ("CG9", gates, "gate_velocity", _competition_twice_clamped),
    ("CG13", reduced, "PITCHFORK", 0.499),
    ("CG13", reduced, "PITCHFORK", 0.501),
    ("CG14", reduced, "CONVEXITY", 0.24),
    ("CG14", reduced, "CONVEXITY", 0.27),
    ("CG14", energies, "reduced_energy", _halved_square),
    ("CG15", convergence, "COUPLING", 0.48),
    ("CG15", gates, "gate_velocity", _competition_reversed),
    ("CG16", response, "SECOND", 1.0),
    ("CG17", transition, "FEEDBACK", 0.99),
    ("CG20", gates, "gate_velocity", _competition_reversed),
    ("CG23", readout, "LAG", 1.1),
]


@pytest.mark.parametrize(("name", "module", "attribute", "wrong"), WRONG)
def test_breaks_a_wrong_constant(
    monkeypatch: pytest.MonkeyPatch, name: str, module: Any, attribute: str, wrong: Any
) -> None:
    broken(monkeypatch, FALSIFIERS[name], module, attribute, wrong, 700)


@pytest.mark.parametrize("name", FALSIFIERS)
@pytest.mark.parametrize(("n", "d", "alpha", "gain"), CONTEXTS)
def test_any_context_of_the_user(n: int, d: int, alpha: float, gain: float, name: str) -> None:
    finds_nothing_in_a_context(FALSIFIERS[name], n, d, alpha, gain)
