"""The definitions that the certificates write in balls, against the arrays of the simulator, at rational points.

``test_definitions_agree`` ties the arrays to the symbols, ``tests/proofs/test_ground_instances`` ties them to Rocq;
with this file each formula of the two models has four views that agree.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flint import arb

from gatedmem.numerics import astrocyte, context
from gatedmem.numerics import enclosures as balls
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.enclosures import Ball, Vector
from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance
from gatedmem.numerics.jets import Jet
from gatedmem.numerics.reduced import reduced_energy
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.context.flows import clamped_energy
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval, gate_matrix
from gatedmem.proofs.certificates.context.reduced import ReducedEnergy

ROUNDING = 1e-13  # relative; a few hundred roundings of the arrays, and the balls' own radii are far below


def agree(enclosed: Jet | Vector | Ball, value: np.ndarray | float) -> None:
    entries = enclosed.value if isinstance(enclosed, Jet) else enclosed if isinstance(enclosed, list) else [enclosed]
    expected = np.atleast_1d(np.asarray(value, dtype=float)).ravel()
    assert len(entries) == len(expected)
    scale = 1.0 + float(np.abs(expected).max(initial=0.0))
    for entry, number in zip(entries, expected, strict=True):
        assert abs(entry - arb(float(number))) < ROUNDING * scale


def sixteenths(rng: np.random.Generator, low: float, high: float, *shape: int) -> np.ndarray:
    return rng.integers(int(16 * low), int(16 * high) + 1, shape) / 16.0


def memory(n: int, k: int) -> tuple[AstrocyteInstance, np.ndarray, np.ndarray]:
    rng = np.random.default_rng([n, k])
    patterns = rng.choice([-1.0, 1.0], (k, n))
    sigma, temperature, tau_x, tau_p = sixteenths(rng, 0.25, 3.0, 4)
    weights = rng.integers(1, 9, k).astype(float)
    weights[0] += 64.0 - weights.sum()  # gains with denominator 64, so that they sum to one as doubles
    return AstrocyteInstance(patterns, sigma, temperature, tau_x, tau_p), sixteenths(rng, -2, 2, n), weights / 64.0


@pytest.mark.parametrize(("n", "k"), [(1, 1), (3, 1), (1, 3), (3, 2), (2, 4), (7, 5)])
def test_astrocyte_definitions(n: int, k: int) -> None:
    instance, x, p = memory(n, k)
    exact, at, gains = GatedMemory(instance), constant(x.tolist()), constant(p.tolist())
    agree(exact.activation(at), astrocyte.activation(instance, x))
    agree(exact.activation_slopes(at.value), astrocyte.slope(instance, x))
    agree(exact.overlaps(exact.activation(at)), astrocyte.overlaps(instance, x))
    agree(exact.scores(at), astrocyte.scores(instance, x))
    agree(exact.input(at, gains), astrocyte.recurrent_input(instance, x, p))
    agree(exact.neuron_velocity(at, gains), astrocyte.neuron_velocity(instance, x, p))
    agree(exact.gain_velocity(at, gains), astrocyte.gain_velocity(instance, x, p))
    u = np.linspace(-1.0, 1.0, k)
    agree(exact.lifted_velocity(at, constant(u.tolist())), astrocyte.lifted_velocity(instance, x, u)[1])
    agree(exact.routing(at), astrocyte.retrieval_gains(instance, x))
    agree(exact.potential(at), astrocyte.neuron_energy(instance, x))
    agree(exact.energy(at, gains), astrocyte.energy(instance, x, p))


@pytest.mark.parametrize(("n", "d"), [(1, 1), (3, 1), (1, 3), (3, 2), (2, 4), (6, 3)])
def test_context_definitions(n: int, d: int) -> None:
    rng = np.random.default_rng([n, d])
    instance = ContextInstance(
        sixteenths(rng, -1, 1, n, d), alpha=0.125, beta=1.5, gain=0.75, drive=sixteenths(rng, -1, 1, n),
        evidence=sixteenths(rng, -1, 1, n),
    )  # fmt: skip
    p = rng.integers(1, 9, n).astype(float)
    p[0] += 64.0 - p.sum()
    p /= 64.0
    exact = ClampedMemory(instance)
    table = np.array([[float(entry) for entry in row] for row in gate_matrix(instance).tolist()])
    np.testing.assert_array_equal(table, context.gate_matrix(instance))
    retrieval = Retrieval(exact)
    agree(retrieval(constant(p.tolist())), context.retrieval_map(instance, p))
    s, r = sixteenths(rng, -2, 2, n), sixteenths(rng, -2, 2, n)
    agree(clamped_energy(exact, balls.vector(s), balls.vector(r)), context.energy(instance, s, r))
    agree(ReducedEnergy(exact)(constant(p.tolist())), reduced_energy(instance, p))
    agree(exact.drive, context.drive(instance))
    agree(exact.evidence, context.evidence(instance))
    assert exact.eta is not None
    low, high = exact.eta
    assert float(low) - ROUNDING <= context.smallest_gate_eigenvalue(instance) <= float(high) + ROUNDING


@pytest.mark.parametrize("n", [1, 2, 5])
def test_softmax_definitions(n: int) -> None:
    scores = sixteenths(np.random.default_rng(n), -3, 3, n)
    at = balls.vector(scores)
    agree(balls.softmax(at), soft.softmax(scores))
    agree(balls.log_sum_exp(at), float(soft.log_sum_exp(scores)))
    weights = soft.softmax(scores)
    agree(-sum((balls.x_log_x(entry) for entry in balls.softmax(at)), arb(0)), float(soft.entropy(weights)))


def test_another_definition_is_noticed() -> None:
    instance, x, p = memory(3, 2)
    for wrong in (replace(instance, sigma=instance.sigma + 2.0**-30), replace(instance, temperature=0.3)):
        with pytest.raises(AssertionError):
            agree(
                GatedMemory(wrong).energy(constant(x.tolist()), constant(p.tolist())),
                astrocyte.energy(instance, x, p),
            )
