"""AG8: the rate of change of the energy along solutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, Vector, ball, square
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.jets import Jet
from gatedmem.proofs.certificates.astrocyte import draws
from gatedmem.proofs.certificates.astrocyte.equilibria import locate
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# dL/dt = -(first)·τ_x Σφ'ẋ² - (second)·Kτ_p Σṗ²/p. A test that puts other numbers here must see AG8 refuted.
DISSIPATION = (Fraction(1), Fraction(1))


def ag8(request: Request) -> Iterator[Certified]:
    """DL/dt by differentiating L along the field, against the claimed dissipation; its sign; zero at equilibria."""
    rng = np.random.default_rng([request.seed, 108])
    for instance in draws.instances(request, 108):
        n, k = instance.n_neurons, instance.n_patterns
        everything, support = list(range(k)), draws.face(rng, k)
        states = [
            ("interior", rng.standard_normal(n), draws.gains(rng, k), everything),
            ("large x, spread gains", 3.0 * rng.standard_normal(n), draws.gains(rng, k, 6.0), everything),
            ("cue, uniform gains", draws.cue(rng, instance), draws.normalised([1] * k), everything),
            ("on a face", rng.standard_normal(n), draws.gains(rng, len(support)), support),
        ]
        for name, x, p, gains in states:
            yield certify(
                f"{instance.name}, {name}",
                _moving,
                GatedMemory(instance, gains),
                x,
                p,
            )
        yield certify(f"{instance.name}, equilibria", _resting, instance, request.seed)


def rates(model: GatedMemory, x: Vector, p: Vector) -> tuple[Ball, Ball, Vector]:
    """DL/dt along the field, the claimed dissipation, and the velocity (ẋ, ṗ) at a state with positive gains."""
    at_x, at_p = constant(x), constant(p)
    x_dot = model.neuron_velocity(at_x, at_p).value
    p_dot = model.gain_velocity(at_x, at_p).value
    energy = model.energy(Jet.along(x, x_dot), Jet.along(p, p_dot))
    slopes = model.activation_slopes(x)
    neurons = model.tau_x * sum((s * square(v) for s, v in zip(slopes, x_dot, strict=True)), arb(0))
    gains = model.total * model.tau_p * sum((square(v) / q for v, q in zip(p_dot, p, strict=True)), arb(0))
    claimed = ball(DISSIPATION[0]) * neurons + ball(DISSIPATION[1]) * gains
    return energy.tangent[0][0], claimed, x_dot + p_dot


def _moving(findings: Findings, model: GatedMemory, x: Float, p: Sequence[Fraction]) -> None:
    state, gains = [ball(float(entry)) for entry in x], [ball(entry) for entry in p]
    rate, claimed, velocity = rates(model, state, gains)
    findings.note("dL/dt", rate)
    findings.zero("dL/dt = -τ_xΣφ'ẋ² - Kτ_pΣṗ²/p", [rate + claimed])
    findings.positive("φ' > 0", model.activation_slopes(state))
    findings.nonzero("the point moves", velocity)
    findings.positive("dL/dt < 0", [-rate])


def _resting(findings: Findings, instance: AstrocyteInstance, seed: int) -> None:
    """At the trivial equilibrium (0, 1/K), exactly, and at one enclosed in a box, dL/dt is 0."""
    model = GatedMemory(instance)
    uniform = [ball(Fraction(1, model.k))] * model.k
    rate, claimed, velocity = rates(model, [arb(0)] * model.n, uniform)
    findings.zero("(0, 1/K) rests", velocity)
    findings.zero("dL/dt = 0 at (0, 1/K)", [rate, claimed])
    for root in locate(model, seed)[1:2]:
        x = root.enclosure
        p = model.routing(constant(x)).value
        rate, claimed, velocity = rates(model, x, p)
        findings.zero("an enclosed equilibrium rests", velocity, 1e-30)
        findings.zero("dL/dt = 0 at the enclosed equilibrium", [rate, claimed], 1e-30)
