"""AG16: fast gains, least energy over the gains, and the error of slaving them to the neurons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.convex import entropy_upper_bound
from gatedmem.numerics.enclosures import Ball, Vector, ball, dot, norm, softmax, vector, x_log_x
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.jets import Jet
from gatedmem.proofs.certificates.astrocyte import draws, flow
from gatedmem.proofs.certificates.astrocyte.limits import (
    APPROACH,
    States,
    apart,
    follow,
    largest,
    orthogonal_pair,
    spread,
    states_of,
)
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants; a test that puts other numbers here must see them refuted.
SLAVING_FACTOR = Fraction(1, 2)  # ‖(W(p) - W(π))φ‖ ≤ (this)·K√N‖u - f/T‖
INITIAL_FACTOR = Fraction(1, 2)  # ‖u - f/T‖ ≤ (this)·N/T at the start
SPEED_FACTOR = Fraction(1)  # |ḟ| ≤ (this)·Nσ(max(|x_0|, K) + K)/τ_x
ENTROPY_FACTOR = Fraction(1)  # E_eff = -(this)·KT log Σe^{f/T} + ...

# How far the least energy over all gains may lie below the value at the softmax for want of bits.
DUAL_GAP = 1e-9

FAST = ((2, 3, 1.0, 0.5, 1.0, 0.05), (3, 2, 1.5, 1.0, 1.0, 0.1), (4, 3, 1.0, 0.4, 2.0, 0.02), (1, 2, 1, 1, 1, 1))


def ag16(request: Request) -> Iterator[Certified]:
    """Fast gains: least energy over all gains and its gradient flow; slaving error along enclosed solutions."""
    rng = np.random.default_rng([request.seed, 116])
    for instance in draws.instances(request, 116):
        states, start = states_of(rng, instance), draws.cue(rng, instance)
        yield certify(f"{instance.name}, least energy", _least_energy, GatedMemory(instance), states)
        yield certify(f"{instance.name}, every state", _slaving, GatedMemory(instance), start, states)
    for instance in flow.instances(request, 116, FAST):
        start = draws.cue(rng, instance)
        yield certify(f"{instance.name}, solution", _beside_slaved, instance, start)
    if request.astrocyte is None:
        fast = orthogonal_pair(0.5, 0.05)
        yield certify("orthogonal pair, faster and faster", _faster, fast, np.array([0.9, 0.3]))
        yield certify("orthogonal pair, first difference", _first_difference, GatedMemory(orthogonal_pair(1.0, 1.0)))
        steep = AstrocyteInstance(np.ones((1, 4)), 100.0, name="one pattern N=4 σ=100")
        yield certify(f"{steep.name}, speed of the score", _speed_far_from_zero, GatedMemory(steep))


def effective_energy(model: GatedMemory, x: Jet) -> Jet:
    """E_eff(x) = -KT log Σe^{f/T} + Σ_i [x_iφ(x_i) - Λ(x_i)]."""
    log_z = model.scores(x).scaled(1 / model.temperature).log_sum_exp()
    return model.potential(x) - log_z.scaled(ball(ENTROPY_FACTOR * model.total) * model.temperature)


def _least_energy(findings: Findings, model: GatedMemory, states: States) -> None:
    """min over p of L by the dual function, which bounds it below for every p at once; E_eff and its gradient."""
    t, factor = model.temperature, model.total * model.temperature
    gaps, above, at_law, below, flows = [], [], [], [], []
    for x, p in states:
        at_x = constant(vector(x))
        scores, potential = model.scores(at_x).value, model.potential(at_x).value[0]
        law = softmax([score / t for score in scores])
        effective = effective_energy(model, at_x).value[0]

        def energy(gains: Vector, scores: Vector = scores, potential: Ball = potential) -> Ball:
            entropic = sum((x_log_x(gain) for gain in gains), arb(0))
            return factor * entropic - model.total * dot(gains, scores) + potential

        gains = [ball(entry) for entry in p]
        divergence = sum((a * (a.log() - q.log()) for a, q in zip(gains, law, strict=True)), arb(0))
        gap = energy(gains) - effective
        gaps.append(gap - factor * divergence)
        if any(not a.overlaps(q) for a, q in zip(gains, law, strict=True)):
            above.append(gap)
        at_law.append(energy(law) - effective)
        level = float((t * (model.scores(at_x).scaled(1 / t).log_sum_exp().value[0] - 1)).mid())
        below.append(potential - model.total * entropy_upper_bound(scores, t, level) - effective)
        slope = effective_energy(model, Jet.variable(at_x.value)).tangent[0]
        slopes = model.activation_slopes(at_x.value)
        speeds = model.neuron_velocity(at_x, constant(law)).value
        flows += [d + s * model.tau_x * v for d, s, v in zip(slope, slopes, speeds, strict=True)]
    findings.zero("L - E_eff = KT·KL(p‖softmax(f/T))", gaps)
    findings.positive("L > E_eff away from the softmax", above)
    findings.zero("L = E_eff at the softmax", at_law)
    findings.positive("no gains at all come below E_eff, by duality", [gap + DUAL_GAP for gap in below])
    findings.zero("H⁻¹∇E_eff is minus τ_x times the slaved velocity", flows)


def _speed_limit(model: GatedMemory, x: Float) -> Ball:
    """S: the bound on |ḟ| from a start x."""
    far = max(Fraction(float(np.abs(x).max())), Fraction(model.total))
    return ball(SPEED_FACTOR * model.n) * model.sigma * ball(far + model.total) / model.tau_x


def _off_routing(model: GatedMemory, u: Vector, scores: Vector) -> Ball:
    """‖u - f/T‖_∞."""
    return largest([abs(a - f / model.temperature) for a, f in zip(u, scores, strict=True)])


def _off_routing_bound(model: GatedMemory, x: Float, time: Fraction) -> Ball:
    fading = flow.decay(model.temperature / model.tau_p, time)
    late = _speed_limit(model, x) * model.tau_p / (model.temperature * model.temperature) * (1 - fading)
    return fading * ball(INITIAL_FACTOR * model.n) / model.temperature + late


def _slaved_rate(model: GatedMemory) -> Ball:
    """L = (σK(1 + N/T) - 1)/τ_x."""
    return (model.sigma * model.total * (1 + model.n / model.temperature) - 1) / model.tau_x


def _slaving_bound(model: GatedMemory, x: Float, time: Fraction) -> Ball:
    t = ball(time)
    size = ball(SLAVING_FACTOR * model.total) * arb(model.n).sqrt() * model.tau_p
    size = size / (model.tau_x * model.temperature * model.temperature)
    return size * (abs(_slaved_rate(model)) * t).exp() * (ball(INITIAL_FACTOR * model.n) + _speed_limit(model, x) * t)


def _slaving(findings: Findings, model: GatedMemory, start: Float, states: States) -> None:
    """What the proof uses, in drawn states: speed of the scores, difference of drives, Lipschitz constant."""
    limit = _speed_limit(model, start)
    speeds, sums, drives, slaved, pairs = [], [], [], list[tuple[Vector, Vector]](), []
    far = max(float(np.abs(start).max()), float(model.total))
    for x, p in states:
        at_x, gains = constant(vector(np.clip(x, -far, far))), constant(p)
        moving = Jet.along(at_x.value, model.neuron_velocity(at_x, gains).value)
        speeds += [limit - abs(row[0]) for row in model.scores(moving).tangent]
        scores, law = model.scores(at_x).value, model.routing(at_x)
        # u is log p up to a constant; with the best one ‖u - f/T‖ is half the spread.
        off = spread([p.log() - f / model.temperature for p, f in zip(gains.value, scores, strict=True)]) / 2
        sums.append(off - sum((abs(a - b) for a, b in zip(gains.value, law.value, strict=True)), arb(0)))
        change = model.input(at_x, gains) - model.input(at_x, law)
        drives.append(ball(SLAVING_FACTOR * model.total) * arb(model.n).sqrt() * off - norm(change.value))
        slaved.append((at_x.value, model.neuron_velocity(at_x, law).value))
    for index, (near, speed) in enumerate(slaved):
        for away, other in slaved[:index]:
            gap = [a - b for a, b in zip(near, away, strict=True)]
            growth = dot(gap, [a - b for a, b in zip(speed, other, strict=True)])
            pairs.append(_slaved_rate(model) * dot(gap, gap) - growth)
    findings.positive("|ḟ| ≤ S", speeds)
    findings.not_negative("Σ|p_μ - π_μ| ≤ ‖u - f/T‖", sums)
    findings.not_negative(f"‖(W(p) - W(π))φ‖ ≤ {SLAVING_FACTOR}·K√N‖u - f/T‖", drives)
    findings.positive("⟨x - y, v(x) - v(y)⟩ ≤ L‖x - y‖² for the slaved system", pairs)


def _beside_slaved(findings: Findings, instance: AstrocyteInstance, x: Float) -> None:
    model = GatedMemory(instance)
    moments = follow(findings, model, x, flow.slaved, 2.0)
    if moments is None:
        return
    gains, neurons = [], []
    for moment in moments[1:]:
        off = _off_routing(model, moment.u, model.scores(constant(moment.x)).value)
        gains.append(_off_routing_bound(model, x, moment.time) - off)
        neurons.append(_slaving_bound(model, x, moment.time) - apart(moment))
    first = _off_routing(model, moments[0].u, model.scores(constant(moments[0].x)).value)
    gains.append(_off_routing_bound(model, x, Fraction(0)) - first)
    findings.note("‖x - y‖", apart(moments[-1]))
    findings.positive("‖u - f/T‖ within the bound", gains)
    findings.positive("‖x - y‖ within the bound", neurons)


def _faster(findings: Findings, instance: AstrocyteInstance, x: Float) -> None:
    """The distance from the slaved solution at one time, for smaller and smaller τ_p."""
    distances = []
    for share in (1.0, 0.5, 0.25):
        model = GatedMemory(replace(instance, tau_p=instance.tau_p * share))
        moments = follow(findings, model, x, flow.slaved, 4 * instance.tau_p / instance.temperature)
        if moments is None:
            return
        distances.append((moments[-1].time, apart(moments[-1])))
    findings.holds("the same time is reached", len({time for time, _ in distances}) == 1 or None)
    sizes = [size for _, size in distances]
    findings.note("‖x - y‖ at τ_p/4", sizes[-1])
    findings.positive(
        "halving τ_p shrinks ‖x - y‖ by a quarter at least",
        [3 * a / 4 - b for a, b in pairwise(sizes)],
    )


def _first_difference(findings: Findings, model: GatedMemory) -> None:
    """At a saturated state and uniform gains: how near the two inequalities of the slaving error come to equality."""
    x = constant([40.0 * entry for entry in model.rows[0]])
    scores = model.scores(x).value
    share = _off_routing(model, [arb(0)] * model.k, scores) * model.temperature / ball(INITIAL_FACTOR * model.n)
    findings.positive("‖u - f/T‖ at the start below N/(2T)", [1 - share])
    findings.positive("as near to it as the state is saturated", [share - ball(1 - APPROACH)])
    # Gains a little off uniform to either side of equal scores: the drive moves by as much as is allowed.
    small = ball(Fraction(1, 1000))
    u = [small, -small]
    change = model.input(x, constant(softmax(u))) - model.input(x, constant(softmax([-small, small])))
    share = norm(change.value) / (ball(SLAVING_FACTOR * model.total) * arb(model.n).sqrt() * 2 * small)
    findings.positive("the difference of drives within its bound", [1 - share])
    findings.positive("as near to it as the gains are", [share - ball(1 - APPROACH)])


def _speed_far_from_zero(findings: Findings, model: GatedMemory) -> None:
    """Half of the neurons saturated, the others at 0: |ḟ| is a sixteenth of S, so that S is right but not sharp."""
    x = np.array([1.0, 1.0, 0.0, 0.0])
    at_x = constant(vector(x))
    moving = Jet.along(at_x.value, model.neuron_velocity(at_x, constant([Fraction(1)])).value)
    share = abs(model.scores(moving).tangent[0][0]) / _speed_limit(model, x)
    findings.note("share of S", share)
    findings.positive("|ḟ| ≤ S", [1 - share])
