"""No statement is empty: in Rocq an example meets all hypotheses of a file's theorems at once, in Python an instance.

A certificate or a search that looked at no instance fails its layer, so every statement with one of the two has its
instances; the groundwork, which has neither, gets them here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from gatedmem.numerics import astrocyte, context
from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance
from gatedmem.proofs.evidence import Layer
from gatedmem.proofs.ledger import load
from gatedmem.proofs.rocq_project import _EXAMPLE, sources, without_comments

NOTHING_ASSUMED = {"SM3"}  # an identity for all numbers
RNG = np.random.default_rng(0)
MEMORY = AstrocyteInstance(RNG.choice([-1.0, 1.0], (3, 6)), sigma=1.5, temperature=0.5, tau_x=1.0, tau_p=0.5)
Z = RNG.standard_normal((4, 6))
CONTEXT = ContextInstance(
    Z / np.linalg.norm(Z, axis=1, keepdims=True), alpha=0.2, beta=1.0, gain=0.8,
    drive=RNG.standard_normal(4), evidence=RNG.standard_normal(4),
)  # fmt: skip


def simplex_point(n: int) -> np.ndarray:
    return RNG.dirichlet(np.ones(n))


def gw1() -> None:
    """The retrieval map on the simplex: closed, mapped into itself, contracted; and Banach's error holds along it."""
    kappa = context.contraction_factor(CONTEXT)
    assert 0 <= kappa < 1
    for _ in range(50):
        x, y = simplex_point(4), simplex_point(4)
        image = context.retrieval_map(CONTEXT, x)
        assert image.min() >= 0
        assert abs(image.sum() - 1) < 1e-14
        apart = np.linalg.norm(image - context.retrieval_map(CONTEXT, y))
        assert apart <= kappa * np.linalg.norm(x - y) * (1 + 1e-12)
    orbit = [simplex_point(4)]
    while len(orbit) < 200:
        orbit.append(context.retrieval_map(CONTEXT, orbit[-1]))
    for k, point in enumerate(orbit[:20]):
        bound = kappa**k / (1 - kappa) * np.linalg.norm(orbit[1] - orbit[0])
        assert np.linalg.norm(point - orbit[-1]) <= bound + 1e-14


def gw2() -> None:
    """y = e^{t/2 + sin t}, y' = (½ + cos t)y ≤ (1 + cos t)y: below e^{t + sin t}, as the differential form says."""
    t = np.linspace(0.0, 5.0, 501)
    y = np.exp(t / 2 + np.sin(t))
    assert np.all(np.gradient(y, t)[1:-1] <= ((1 + np.cos(t)) * y)[1:-1])
    assert np.all(y <= np.exp(t + np.sin(t)))


def gw3() -> None:
    """The gated memory in the box |x_i| ≤ K with gains on the simplex: the velocity never points outwards."""
    k, n = MEMORY.patterns.shape
    for _ in range(200):
        x, p = RNG.uniform(-k, k, n), simplex_point(k)
        wall = RNG.integers(n)
        x[wall] = k * RNG.choice([-1.0, 1.0])
        assert np.sign(x[wall]) * astrocyte.neuron_velocity(MEMORY, x, p)[wall] <= 0
        p[RNG.integers(k)] = 0.0
        p /= p.sum()
        velocity = astrocyte.gain_velocity(MEMORY, x, p)
        assert abs(velocity.sum()) < 1e-12
        assert np.all(velocity[p == 0] >= 0)


def gw4() -> None:
    """The energy along a solution of the gated memory: it falls at the rate of its dissipation, which tends to 0."""
    x, p = RNG.standard_normal(6), simplex_point(3)
    rates, h = [], 0.01
    for _ in range(6000):
        rates.append(float(astrocyte.dissipation(MEMORY, x, p)))
        step = np.concatenate([astrocyte.neuron_velocity(MEMORY, x, p), astrocyte.gain_velocity(MEMORY, x, p)])
        slope_x, slope_p = astrocyte.energy_gradient(MEMORY, x, p)
        assert abs(slope_x @ step[:6] + slope_p @ step[6:] + rates[-1]) < 1e-9 * (1 + rates[-1])
        x, p = x + h * step[:6], p + h * step[6:]
        assert np.abs(x).max() <= 3 + 1e-9
    assert min(rates) >= 0
    assert max(rates[-100:]) < 1e-12 < max(rates)


def gw5() -> None:
    """A gate matrix: symmetric, with the bounds and the modal solution of a linear equation."""
    gates = context.gate_matrix(CONTEXT)
    assert np.array_equal(gates, gates.T)
    eta, modes = np.linalg.eigh(gates)
    assert np.allclose(modes.T @ modes, np.eye(4))
    for v in RNG.standard_normal((50, 4)):
        form = v @ gates @ v / (v @ v)
        assert eta[0] - 1e-12 <= form <= eta[-1] + 1e-12
    c, tau, t, h = RNG.standard_normal(4), 0.7, 0.3, 1e-5
    solution = [modes @ ((modes.T @ c) * -np.expm1(-eta * s / tau) / eta) for s in (t - h, t, t + h)]
    assert np.allclose(tau * (solution[2] - solution[0]) / (2 * h), c - gates @ solution[1], atol=1e-8)


def gw6() -> None:
    """All signs of length 10, counted."""
    w = RNG.standard_normal(10)
    sums = np.array([abs(np.dot(w, signs)) for signs in itertools.product((-1.0, 1.0), repeat=10)])
    for a in (0.0, 1.0, 3.0, 6.0, np.abs(w).sum()):
        assert (sums >= a).sum() <= 2 * 2**10 * np.exp(-(a**2) / (2 * w @ w))


GROUNDWORK: dict[str, Callable[[], None]] = {"GW1": gw1, "GW2": gw2, "GW3": gw3, "GW4": gw4, "GW5": gw5, "GW6": gw6}


@pytest.mark.parametrize("statement", load().values(), ids=lambda statement: statement.id)
def test_something_meets_all_hypotheses(statement) -> None:
    if Layer.FORMAL in statement.evidence and statement.id not in NOTHING_ASSUMED:
        text = without_comments(sources()[f"statements/{statement.evidence[Layer.FORMAL]}"])
        assert _EXAMPLE.findall(text), "the formal statement has no witness"
    assert {Layer.CERTIFICATE, Layer.SIMULATION} & set(statement.evidence) or statement.id in GROUNDWORK


@pytest.mark.parametrize("name", GROUNDWORK)
def test_an_instance_of_the_groundwork_meets_its_hypotheses(name: str) -> None:
    GROUNDWORK[name]()
