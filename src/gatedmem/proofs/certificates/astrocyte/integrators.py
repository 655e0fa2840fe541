"""AG25, AG29: alternating steps never raise the energy, simultaneous ones can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, Vector, ball, midpoints, softmax, square, vector
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.jets import Jet
from gatedmem.proofs.certificates.astrocyte import draws, flow
from gatedmem.proofs.certificates.astrocyte.equilibria import enclose_routed, settle
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]
States = Sequence[tuple[Float, Sequence[Fraction]]]

# Factors in the steps and rates as claimed; a test that puts other numbers here must see them refuted.
NEURON_STEP = Fraction(1)  # the neurons move to, or towards, (this)·W(p)φ(x)
GAIN_STEP = Fraction(1)  # the gains move to, or towards, softmax((this)·f/T)
GAIN_DESCENT = Fraction(1)  # AG29: dL/dθ = -(this)·KT(1-θ)wᵀ(diag p - ppᵀ)w
NEURON_DESCENT = Fraction(1)  # AG29: dQ/ds = -(this)·(1-s)Σφ'(c-x)²

ROUNDS = 4
# AG29: steps in units of the time constants, from a small fraction of them to the limit.
STEPS = (Fraction(1, 100), Fraction(1), Fraction(30))
# AG29: a step after which the simultaneous version is near its limit on the instance of AG25.
LONG = Fraction(10**5)

# x and u after one step from x and u.
GainStep = Callable[[GatedMemory, Vector, Vector], Vector]
NeuronStep = Callable[[GatedMemory, Vector, Vector], Vector]


def ag25(request: Request) -> Iterator[Certified]:
    """Energy before and after each half of the alternation; where it settles; both halves at once on one instance."""
    rng = np.random.default_rng([request.seed, 125])
    for instance in draws.instances(request, 125):
        model, states = GatedMemory(instance), _starts(rng, instance)
        yield certify(f"{instance.name}, alternation", _alternation, model, states)
    if request.astrocyte is None:
        yield certify("two orthogonal patterns, both steps at once", _simultaneous, _routed, _driven)


def ag29(request: Request) -> Iterator[Certified]:
    """Energy before and after each half of the integrator, for short and long steps; its rate within each half."""
    rng = np.random.default_rng([request.seed, 129])
    for instance in draws.instances(request, 129):
        model, states = GatedMemory(instance), _starts(rng, instance)
        for step in STEPS:
            halves = _relaxing(step * Fraction(min(instance.tau_x, instance.tau_p / instance.temperature)))
            name = f"{instance.name}, step {step} of the faster time constant"
            yield certify(name, _integrator, model, states, *halves)
        yield certify(f"{instance.name}, every step", _every_step, model, states)
        yield certify(f"{instance.name}, limit of long steps", _long_steps, model, states)
    if request.astrocyte is None:
        yield certify("two orthogonal patterns, both steps at once", _simultaneous, *_relaxing(LONG))


def _starts(rng: np.random.Generator, instance: AstrocyteInstance) -> States:
    n, k = instance.n_neurons, instance.n_patterns
    return [
        (draws.cue(rng, instance), draws.normalised([1] * k)),
        (rng.standard_normal(n) / instance.sigma, draws.gains(rng, k)),
        (2.0 * instance.n_patterns * rng.standard_normal(n), draws.gains(rng, k, 4.0)),
    ]


def _routed(model: GatedMemory, x: Vector, u: Vector) -> Vector:
    """f/T: the lifted gains after the alternation's step."""
    return [ball(GAIN_STEP) * score / model.temperature for score in model.scores(constant(x)).value]


def _driven(model: GatedMemory, x: Vector, u: Vector) -> Vector:
    """W(p)φ(x)."""
    return [ball(NEURON_STEP) * entry for entry in model.input(constant(x), constant(softmax(u))).value]


def _relaxing(step: Fraction) -> tuple[GainStep, NeuronStep]:
    """The two halves of the exponential integrator, with step h."""

    def gains(model: GatedMemory, x: Vector, u: Vector) -> Vector:
        kept = flow.decay(model.temperature / model.tau_p, step)
        return [kept * a + (1 - kept) * b for a, b in zip(u, _routed(model, x, u), strict=True)]

    def neurons(model: GatedMemory, x: Vector, u: Vector) -> Vector:
        kept = flow.decay(1 / model.tau_x, step)
        return [kept * a + (1 - kept) * b for a, b in zip(x, _driven(model, x, u), strict=True)]

    return gains, neurons


def _energy(model: GatedMemory, x: Vector, u: Vector) -> Ball:
    return model.energy(constant(x), constant(softmax(u))).value[0]


def _moves(before: Vector, after: Vector) -> bool:
    return any(not a.overlaps(b) for a, b in zip(before, after, strict=True))


def _never_rises(
    findings: Findings, model: GatedMemory, states: States, gain_step: GainStep, neuron_step: NeuronStep
) -> Vector | None:
    """A few rounds, each from an exact state; then one from an enclosed equilibrium, where nothing may move.

    Returns that equilibrium: the one that the alternation reaches from the first state, if it could be enclosed.
    """
    gains, neurons, strict = [], [], []
    for start, p in states:
        x, u = vector(start), [ball(entry).log().mid() for entry in p]
        for round_ in range(ROUNDS):
            first = _energy(model, x, u)
            new_u = gain_step(model, x, u)
            second = _energy(model, x, new_u)
            new_x = neuron_step(model, x, new_u)
            third = _energy(model, new_x, new_u)
            gains.append(first - second)
            neurons.append(second - third)
            if not round_ and _moves(softmax(u), softmax(new_u)) and _moves(x, new_x):
                strict.append(first - third)
            x, u = midpoints(new_x), midpoints(new_u)
    findings.note("energy lost in the first round", gains[0] + neurons[0])
    findings.not_negative("the gains' step never raises L", gains)
    findings.not_negative("the neurons' step never raises L", neurons)
    findings.positive("L falls where both move", strict)
    root = enclose_routed(model, settle(model, states[0][0]))
    if root.outcome != "unique":
        findings.note("equilibrium", f"none enclosed: {root.outcome}")
        return None
    x = root.enclosure
    u = [score / model.temperature for score in model.scores(constant(x)).value]
    new_u = gain_step(model, x, u)
    findings.not_negative(
        "nor from an enclosed equilibrium, the gains", [_energy(model, x, u) - _energy(model, x, new_u)], 1e-30
    )
    new_x = neuron_step(model, x, u)
    findings.not_negative(
        "nor from an enclosed equilibrium, the neurons", [_energy(model, x, u) - _energy(model, new_x, u)], 1e-30
    )
    return x


def _alternation(findings: Findings, model: GatedMemory, states: States) -> None:
    """No step raises L; where the alternation settles there is an equilibrium, and no iterate has less energy."""
    x = _never_rises(findings, model, states, _routed, _driven)
    if x is None:
        return
    u = [score / model.temperature for score in model.scores(constant(x)).value]
    p = constant(softmax(u))
    still = model.neuron_velocity(constant(x), p).value + model.gain_velocity(constant(x), p).value
    findings.zero("the field vanishes where it settles", still, 1e-30)
    least = _energy(model, x, u)
    findings.note("energy there", least)
    energies = []
    y = vector(states[0][0])
    for _ in range(ROUNDS):
        v = _routed(model, y, y)
        energies.append(_energy(model, y, v) - least)
        y = midpoints(_driven(model, y, v))
    findings.not_negative("every iterate has at least that energy", energies, 1e-20)


def _integrator(
    findings: Findings, model: GatedMemory, states: States, gain_step: GainStep, neuron_step: NeuronStep
) -> None:
    _never_rises(findings, model, states, gain_step, neuron_step)


def _every_step(findings: Findings, model: GatedMemory, states: States) -> None:
    """The rate of L within each half, at drawn fractions of the way: what covers every h at once."""
    gain_rates, neuron_rates, tangents, signs = [], [], [], []
    for start, p in states:
        x, u = vector(start), [ball(entry).log() for entry in p]
        way = [a - b for a, b in zip(_routed(model, x, u), u, strict=True)]
        for share in (Fraction(0), Fraction(1, 3), Fraction(9, 10)):
            at = [a + ball(share) * b for a, b in zip(u, way, strict=True)]
            moving = Jet.along(at, way).softmax()
            slope = model.energy(constant(x), moving).tangent[0][0]
            q = softmax(at)
            mean = sum((a * w for a, w in zip(q, way, strict=True)), arb(0))
            variance = sum((a * square(w - mean) for a, w in zip(q, way, strict=True)), arb(0))
            claimed = ball(GAIN_DESCENT * (1 - share) * model.total) * model.temperature * variance
            gain_rates.append(slope + claimed)

            drive = _driven(model, x, u)
            gap = [c - a for c, a in zip(drive, x, strict=True)]
            moved = Jet.along([a + ball(share) * d for a, d in zip(x, gap, strict=True)], gap)
            majorant = model.potential(moved) - (constant(drive) * model.activation(moved)).sum()
            slopes = model.activation_slopes(moved.value)
            steep = sum((s * square(d) for s, d in zip(slopes, gap, strict=True)), arb(0))
            neuron_rates.append(majorant.tangent[0][0] + ball(NEURON_DESCENT * (1 - share)) * steep)
            signs += [variance, steep]

            # L falls by what its majorant falls and by K⟨p, f⟩ of the difference of the activities besides.
            gains = constant(softmax(u))
            z, new_z = model.activation(constant(x)), model.activation(moved)
            rest = model.potential(constant(x)) - (constant(drive) * z).sum()
            between = (gains * model.scores_of_activity(new_z - z)).sum().scaled(model.total)
            change = model.energy(Jet(moved.value), gains).value[0] - model.energy(constant(x), gains).value[0]
            tangents.append(change - (majorant.value[0] - rest.value[0]) + between.value[0])
    findings.zero("dL/dθ = -KT(1-θ)wᵀ(diag p - ppᵀ)w along the gains' step", gain_rates)
    findings.zero("dQ/ds = -(1-s)Σφ'(c-x)² along the neurons' step", neuron_rates)
    findings.zero("L changes by Q's change less ½(z'-z)ᵀW(p)(z'-z)", tangents)
    findings.not_negative("none of these has the wrong sign", signs)


def _long_steps(findings: Findings, model: GatedMemory, states: States) -> None:
    """As h grows the integrator becomes the alternation."""
    step = 2000 * Fraction(max(model.instance.tau_x, model.instance.tau_p / model.instance.temperature))
    gains, neurons = _relaxing(step)
    off = []
    for start, p in states:
        x, u = vector(start), [ball(entry).log() for entry in p]
        off += [a - b for a, b in zip(gains(model, x, u), _routed(model, x, u), strict=True)]
        off += [a - b for a, b in zip(neurons(model, x, u), _driven(model, x, u), strict=True)]
    findings.positive("within 10^-60 of the alternation", [ball(Fraction(1, 10**60)) - abs(entry) for entry in off])


def _simultaneous(findings: Findings, gain_step: GainStep, neuron_step: NeuronStep) -> None:
    """Both halves from the old state raise L on AG25's instance; one after the other they lower it."""
    patterns = np.array([[1.0, 1.0], [1.0, -1.0]])
    model = GatedMemory(AstrocyteInstance(patterns, 2.0, float(Fraction(1, 1000))))
    x = [ball(z).atanh() / model.sigma for z in (Fraction(9, 10), Fraction(1, 100))]
    u = [ball(q).log() for q in (Fraction(1, 1000), Fraction(999, 1000))]
    before = _energy(model, x, u)
    new_u = gain_step(model, x, u)
    after = _energy(model, neuron_step(model, x, u), new_u)
    findings.note("L before", before)
    findings.note("L after both at once", after)
    findings.positive("both at once raise L", [after - before])
    findings.positive(
        "one after the other they lower it", [before - _energy(model, neuron_step(model, x, new_u), new_u)]
    )
