"""AG14, AG15: distance from the classical network for slow and for hot gains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import reduce

import numpy as np
import numpy.typing as npt
from flint import arb, arb_series

from gatedmem.numerics.enclosures import Ball, Vector, ball, dot, interval, norm, vector
from gatedmem.numerics.exact import gram, rational, smallest_eigenvalue
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.jets import Jet
from gatedmem.numerics.validated import IntegrationError
from gatedmem.proofs.certificates.astrocyte import draws, flow
from gatedmem.proofs.certificates.astrocyte.equilibria import locate
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]
States = Sequence[tuple[Float, Sequence[Fraction]]]

# Constants; a test that puts other numbers here must see them refuted.
RATIO_FACTOR = Fraction(1, 2)  # AG14, AG15: |log(Kp_μ)| ≤ (this)·N/T·(1 - e^{-Tt/τ_p})
# AG14, AG15: ‖x - x_H‖ ≤ (this)·KN^{3/2}/(τ_xτ_p) and so on: the best factor possible.
NEURON_FACTOR = Fraction(1, 8)

# How near to its bound a quantity must come for the bound to count as the best possible.
APPROACH = Fraction(4, 100)

SLOW = ((2, 3, 1.0, 0.5, 1.0, 10.0), (4, 3, 1.5, 0.2, 1.0, 100.0), (3, 4, 2.0, 0.05, 0.5, 20.0), (1, 2, 1, 1, 1, 1))
HOT = ((2, 3, 1.0, 20.0, 1.0, 1.0), (4, 3, 1.5, 5.0, 1.0, 10.0), (3, 4, 2.0, 50.0, 0.5, 2.0), (1, 2, 1, 1, 1, 1))

# A bound on ‖x - y‖ at one time.
Bound = Callable[[GatedMemory, Fraction], Ball]


def ag14(request: Request) -> Iterator[Certified]:
    """Slow gains: the inequalities of the comparison in drawn states; both bounds along enclosed solutions."""
    rng = np.random.default_rng([request.seed, 114])
    for instance in draws.instances(request, 114):
        states = states_of(rng, instance)
        yield certify(f"{instance.name}, every state", _comparison, GatedMemory(instance), states)
    for instance in flow.instances(request, 114, SLOW):
        start = draws.cue(rng, instance)
        yield certify(f"{instance.name}, solution", _beside_hopfield, instance, start, slow_bound, 2.0)
    if request.astrocyte is None:
        many = np.ones((200, 2))
        many[1:, 1] = -1.0
        steep = GatedMemory(AstrocyteInstance(many, 1.0, name="one pattern against 199 copies of another"))
        yield certify(f"{steep.instance.name}, first slope", _first_slope, steep)
        yield certify("orthogonal pair, slow gains", _attained, orthogonal_pair(1.0, 1.0), slow_bound, 0.01)


def ag15(request: Request) -> Iterator[Certified]:
    """Hot gains: the same with T in place of τ_p/t; routing in every state; enclosed equilibria."""
    rng = np.random.default_rng([request.seed, 115])
    for instance in draws.instances(request, 115):
        states = states_of(rng, instance)
        yield certify(f"{instance.name}, every state", _comparison, GatedMemory(instance), states)
        yield certify(f"{instance.name}, equilibria", _even_gains, instance, request.seed, states)
    for instance in flow.instances(request, 115, HOT):
        start = draws.cue(rng, instance)
        yield certify(f"{instance.name}, solution", _beside_hopfield, instance, start, hot_bound, 2.0)
    if request.astrocyte is None:
        many = np.ones((200, 2))
        many[1:, 1] = -1.0
        hot = GatedMemory(AstrocyteInstance(many, 1.0, 200.0, name="one pattern against 199 copies of another"))
        yield certify(f"{hot.instance.name}, routing", _routing_attained, hot)
        yield certify("orthogonal pair, hot gains", _attained, orthogonal_pair(20.0, 2.0**-8), hot_bound, 0.01)


def states_of(rng: np.random.Generator, instance: AstrocyteInstance) -> States:
    """Small and large neurons, gains near uniform and far from it, and a saturated cue."""
    n, k = instance.n_neurons, instance.n_patterns
    return [
        (rng.standard_normal(n), draws.gains(rng, k)),
        (0.1 * rng.standard_normal(n), draws.gains(rng, k, 0.01)),
        (5.0 * draws.cue(rng, instance) / instance.sigma, draws.gains(rng, k, 4.0)),
    ]


def orthogonal_pair(temperature: float, tau_p: float) -> AstrocyteInstance:
    """Two orthogonal patterns with σλ_max(W_H) = 1, so that a = 0."""
    return AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]), 1.0, temperature, 1.0, tau_p)


def _ratio_bound(model: GatedMemory, time: Fraction) -> Ball:
    """The bound on every |log(Kp_μ)|."""
    fading = flow.decay(model.temperature / model.tau_p, time)
    return ball(RATIO_FACTOR * model.n) / model.temperature * (1 - fading)


def hebbian_rate(model: GatedMemory) -> Ball:
    """a = (σλ_max(W_H) - 1)/τ_x, the eigenvalue between rational bounds."""
    rows = model.rows if model.k <= model.n else model.rows.T
    bounds = smallest_eigenvalue(rational(Fraction(-1, model.n)) * gram(rows))
    if bounds is None:
        return arb("nan")
    return (model.sigma * interval(-bounds[1], -bounds[0]) - 1) / model.tau_x


def slow_bound(model: GatedMemory, time: Fraction) -> Ball:
    """KN^{3/2}/(8τ_xτ_p)·(e^{at} - 1 - at)/a², the fraction written as t²/2·₁F₁(1; 3; at)."""
    t = ball(time)
    size = ball(NEURON_FACTOR * model.total * model.n) * arb(model.n).sqrt() / (model.tau_x * model.tau_p)
    return size * t * t * (hebbian_rate(model) * t).hypgeom_1f1(1, 3) / 2


def hot_bound(model: GatedMemory, time: Fraction) -> Ball:
    """KN^{3/2}/(8Tτ_x)·(e^{at} - 1)/a, the fraction written as t·₁F₁(1; 2; at)."""
    t = ball(time)
    size = ball(NEURON_FACTOR * model.total * model.n) * arb(model.n).sqrt() / (model.tau_x * model.temperature)
    return size * t * (hebbian_rate(model) * t).hypgeom_1f1(1, 2)


def largest(values: Vector) -> Ball:
    """The largest of the numbers in these balls."""
    return reduce(arb.max, values)


def spread(values: Vector) -> Ball:
    """The largest difference of two entries."""
    return largest(values) + largest([-value for value in values])


def _comparison(findings: Findings, model: GatedMemory, states: States) -> None:
    """What the proof uses, in drawn states: spread of gains, difference of drives, one-sided Lipschitz constant."""
    rate = hebbian_rate(model)
    findings.note("a", rate)
    uniform = constant([Fraction(1, model.total)] * model.k)
    logs_slack, sums_slack, drive_slack, pair_slack = [], [], [], []
    size = ball(2 * NEURON_FACTOR * model.total) * arb(model.n).sqrt()
    for x, p in states:
        logs = [(model.total * ball(entry)).log() for entry in p]
        width = spread(logs)
        logs_slack += [width - abs(entry) for entry in logs]
        sums_slack.append(width / 2 - sum((abs(ball(entry - Fraction(1, model.total))) for entry in p), arb(0)))
        at_x = constant(vector(x))
        change = model.input(at_x, constant(p)) - model.input(at_x, uniform)
        drive_slack.append(size * width - norm(change.value))
    velocities = [(vector(x), model.neuron_velocity(constant(vector(x)), uniform).value) for x, _ in states]
    for index, (near, speed) in enumerate(velocities):
        for far, other in velocities[:index]:
            gap = [a - b for a, b in zip(near, far, strict=True)]
            growth = dot(gap, [a - b for a, b in zip(speed, other, strict=True)])
            pair_slack.append(rate * dot(gap, gap) - growth)
    findings.not_negative("|log(Kp_μ)| ≤ osc(log p)", logs_slack)
    findings.not_negative("Σ|p_μ - 1/K| ≤ ½ osc(log p)", sums_slack)
    findings.not_negative(f"‖(W(p) - W_H)φ‖ ≤ {2 * NEURON_FACTOR}·K√N osc(log p)", drive_slack)
    findings.positive("⟨x - y, v(x) - v(y)⟩ ≤ a‖x - y‖² for the classical network", pair_slack)
    _bounds_solve(findings)


def _bounds_solve(findings: Findings) -> None:
    """t²/2·₁F₁(1; 3; at) is (e^{at} - 1 - at)/a² and solves ḃ = ab + t; t·₁F₁(1; 2; at) solves ḃ = ab + 1."""
    residues = []
    for a in (ball(Fraction(1, 3)), ball(-2)):
        for start in (ball(Fraction(1, 7)), ball(3)):
            t = arb_series([start, 1], prec=2)
            slow, hot = ((a * t).exp() - 1 - a * t) / (a * a), ((a * t).exp() - 1) / a
            residues += [slow[1] - a * slow[0] - start, hot[1] - a * hot[0] - 1]
            residues.append(slow[0] - start * start * (a * start).hypgeom_1f1(1, 3) / 2)
            residues.append(hot[0] - start * (a * start).hypgeom_1f1(1, 2))
    findings.zero("both bounds solve their comparison equations", residues)


def follow(
    findings: Findings, model: GatedMemory, x: Float, reference: flow.Gains, span: float
) -> list[flow.Beside] | None:
    """The solution from x and uniform gains beside its reference, or None with the reason put into the findings."""
    instance = model.instance
    load = instance.sigma * model.total * (1 if reference is flow.frozen else 1 + model.n / instance.temperature)
    try:
        moments = flow.beside(model, x, reference, (1 + load) / instance.tau_x, span)
    except IntegrationError as error:
        findings.does_not_apply(f"solution not enclosed: {error}")
        return None
    findings.note("time reached", ball(moments[-1].time))
    return moments


def apart(moment: flow.Beside) -> Ball:
    """The distance of the neurons from those of the reference."""
    return norm([a - b for a, b in zip(moment.x, moment.y, strict=True)])


def _beside_hopfield(findings: Findings, instance: AstrocyteInstance, x: Float, bound: Bound, span: float) -> None:
    model = GatedMemory(instance)
    moments = follow(findings, model, x, flow.frozen, span)
    if moments is None:
        return
    ratios, simple, neurons = [], [], []
    for moment in moments[1:]:
        limit = _ratio_bound(model, moment.time)
        ratios += [limit - abs((model.total * gain).log()) for gain in moment.p]
        simple.append(ball(RATIO_FACTOR * model.n * moment.time) / model.tau_p - limit)
        neurons.append(bound(model, moment.time) - apart(moment))
    findings.note("‖x - x_H‖", apart(moments[-1]))
    findings.note("its bound", bound(model, moments[-1].time))
    findings.positive("|log(Kp_μ)| ≤ N/(2T)·(1 - e^{-Tt/τ_p})", ratios)
    findings.positive("which is at most Nt/(2τ_p)", simple)
    findings.positive(f"‖x - x_H‖ within the bound with the factor {NEURON_FACTOR}", neurons)


def _attained(findings: Findings, instance: AstrocyteInstance, bound: Bound, span: float) -> None:
    """A saturated state along one of two orthogonal patterns: no smaller factor holds."""
    model = GatedMemory(instance)
    moments = follow(findings, model, 40.0 * instance.patterns[0], flow.frozen, span)
    if moments is None:
        return
    last = moments[-1]
    share = apart(last) / bound(model, last.time)
    findings.note("share of the bound", share)
    findings.positive("‖x - x_H‖ within the bound", [1 - share])
    findings.positive("as near to it as t is short and t/τ_p long", [share - ball(1 - APPROACH)])


def _first_slope(findings: Findings, model: GatedMemory) -> None:
    """d/dt log(Kp_μ) at t = 0, for a state along the pattern that stands alone."""
    uniform = [ball(Fraction(1, model.k))] * model.k
    x = constant([40.0 * entry for entry in model.rows[0]])
    slope = Jet.along(uniform, model.gain_velocity(x, constant(uniform)).value).log().tangent[0][0]
    share = slope / (ball(RATIO_FACTOR * model.n) / model.tau_p)
    findings.note("share of the bound", share)
    findings.positive("d/dt log(Kp_μ) below N/(2τ_p)", [1 - share])
    findings.positive("as near to it as K is large", [share - ball(1 - APPROACH)])


def _routing_attained(findings: Findings, model: GatedMemory) -> None:
    p = model.routing(constant([40.0 * entry for entry in model.rows[0]])).value
    share = (model.total * p[0]).log() * model.temperature / ball(RATIO_FACTOR * model.n)
    findings.note("share of the bound", share)
    findings.positive("log(Kp_μ) below N/(2T)", [1 - share])
    findings.positive("as near to it as K and T are large", [share - ball(1 - APPROACH)])


def _even_gains(findings: Findings, instance: AstrocyteInstance, seed: int, states: States) -> None:
    """|log(Kp_μ)| ≤ N/(2T) at the softmax of drawn states, and so at every interior equilibrium: some enclosed."""
    model = GatedMemory(instance)
    limit = ball(RATIO_FACTOR * model.n) / model.temperature
    routed = [model.routing(constant(vector(x))).value for x, _ in states]
    findings.positive(
        "|log(Kπ_μ)| < N/(2T)", [limit - abs((model.total * gain).log()) for law in routed for gain in law]
    )
    roots = locate(model, seed)
    found = [model.routing(constant(root.enclosure)).value for root in roots]
    findings.note("equilibria enclosed", len(found))
    findings.positive(
        "|log(Kp_μ)| ≤ N/(2T) at equilibria", [limit - abs((model.total * gain).log()) for p in found for gain in p]
    )
