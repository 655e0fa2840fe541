"""AG2, AG3, AG9: a-priori bounds on gains, neurons and energy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, Vector, ball, interval, log_sum_exp, product, square, vector
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.jets import Jet
from gatedmem.numerics.validated import IntegrationError
from gatedmem.proofs.certificates.astrocyte import draws, flow
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Suprema that the statements rest on; a test that puts other numbers here must see them refuted.
SCORE_CEILING = Fraction(1, 2)  # AG2: f_μ < (this)·N
DRIVE_CEILING = Fraction(1)  # AG3: |(W(p)φ)_i| < (this)·K
ENERGY_FLOOR = Fraction(1, 2)  # AG9: L > -(this)·KN - KT log K
ENERGY_CEILING = Fraction(1)  # AG9: L < (this)·N log 2/σ

# How near a supremum a saturated state must come for it to count as the supremum.
APPROACH = Fraction(1, 10**6)
# AG9: boxes spent on the least energy at the boundary of the cube, and the accuracy asked for.
BOXES, ACCURACY = 4000, 0.02


def ag2(request: Request) -> Iterator[Certified]:
    """The log-ratio of two gains: its law of motion, the bound for every state, and along enclosed solutions."""
    rng = np.random.default_rng([request.seed, 102])
    for instance in draws.instances(request, 102):
        n, k = instance.n_neurons, instance.n_patterns
        states = [
            (rng.standard_normal(n), draws.gains(rng, k)),
            (2.0 * draws.cue(rng, instance), draws.gains(rng, k, 5.0)),
        ]
        yield certify(f"{instance.name}, every state", _ratios, GatedMemory(instance), states)
    for instance in flow.instances(request, 102):
        start, u = draws.cue(rng, instance), 2.0 * rng.standard_normal(instance.n_patterns)
        model = GatedMemory(instance)
        yield certify(f"{instance.name}, solution from uniform gains", _ratios_in_time, model, start, 0.0 * u)
        yield certify(f"{instance.name}, solution from drawn gains", _ratios_in_time, model, start, u)


def ag3(request: Request) -> Iterator[Certified]:
    """The neurons: the drive is below K in every state, and the bound along enclosed solutions."""
    rng = np.random.default_rng([request.seed, 103])
    for instance in draws.instances(request, 103):
        n, k = instance.n_neurons, instance.n_patterns
        states = [
            (rng.standard_normal(n), draws.gains(rng, k)),
            (2.0 * k * rng.standard_normal(n), draws.gains(rng, k, 5.0)),
        ]
        yield certify(f"{instance.name}, every state", _drives, GatedMemory(instance), states)
    for instance in flow.instances(request, 103):
        model = GatedMemory(instance)
        for name, x in (
            ("cue", draws.cue(rng, instance)),
            ("far out", 3.0 * model.total * rng.standard_normal(instance.n_neurons)),
        ):
            u = rng.standard_normal(instance.n_patterns)
            yield certify(f"{instance.name}, solution from {name}", _neurons_in_time, model, x, u)


def ag9(request: Request) -> Iterator[Certified]:
    """Energy bounds at drawn and saturated states, both approached; bounded and unbounded sublevel sets."""
    rng = np.random.default_rng([request.seed, 109])
    for instance in draws.instances(request, 109):
        n, k = instance.n_neurons, instance.n_patterns
        states = [
            (scale * rng.standard_normal(n) / instance.sigma, draws.gains(rng, k, spread))
            for scale in (0.1, 1.0, 30.0)
            for spread in (0.1, 8.0)
        ]
        states.append((30.0 * draws.cue(rng, instance) / instance.sigma, draws.normalised([1] * k)))
        yield certify(f"{instance.name}, bounds", _energy_bounds, GatedMemory(instance), states)
        if n <= 3:
            yield certify(f"{instance.name}, sublevel sets", _sublevel_sets, GatedMemory(instance))
    if request.astrocyte is None:
        steep = AstrocyteInstance(np.ones((1, 4)), 2.0**20, 1.0, name="one pattern N=4 σ=2^20")
        yield certify(f"{steep.name}, floor approached", _floor_approached, GatedMemory(steep))
        flat = AstrocyteInstance(np.ones((1, 4)), 0.5, 1.0, name="one pattern N=4 σ=0.5")
        yield certify(f"{flat.name}, ceiling approached", _ceiling_approached, GatedMemory(flat))
        pair = AstrocyteInstance(
            np.array([[1.0, 1.0], [1.0, -1.0]]), 1.5, 0.5, name="orthogonal pair N=2 σ=1.5 T=0.5"
        )
        yield certify(f"{pair.name}, sublevel sets", _sublevel_sets, GatedMemory(pair))


def _saturated(model: GatedMemory, pattern: int) -> Jet:
    """A state far along one pattern: tanh within e^{-80} of ±1."""
    return constant([40.0 * entry / model.instance.sigma for entry in model.rows[pattern]])


def _ratios(findings: Findings, model: GatedMemory, states: Sequence[tuple[Float, Sequence[Fraction]]]) -> None:
    n, t, tau = model.n, model.temperature, model.tau_p
    # |φ| < 1, so |m_μ| < Σ_i|ξ_μ^i| in every state: exact integers.
    ceiling = max(Fraction(int(np.abs(row).sum()) ** 2, 2 * n) for row in model.rows)
    findings.holds(f"f < {SCORE_CEILING}N in every state", ceiling <= SCORE_CEILING * n, f"sup f = {ceiling}")
    near = model.scores(_saturated(model, 0)).value[0]
    findings.positive("and no smaller bound holds", [near - ball((SCORE_CEILING - APPROACH) * n)])
    laws, slopes = [], []
    for x, p in states:
        at_x, gains = constant(vector(x)), [ball(entry) for entry in p]
        scores = model.scores(at_x).value
        speeds = model.gain_velocity(at_x, constant(gains)).value
        logs = Jet.along(gains, speeds).log()
        for mu in range(model.k):
            for nu in {0, model.k - 1} - {mu}:
                ratio = logs.value[mu] - logs.value[nu]
                speed = tau * (logs.tangent[mu][0] - logs.tangent[nu][0])
                laws.append(speed - (scores[mu] - scores[nu] - t * ratio))
                outward = speed if ratio > 0 else -speed
                slopes.append(ball(SCORE_CEILING * n) - outward - t * abs(ratio))
    findings.zero("τ_p d/dt log(p_μ/p_ν) = f_μ - f_ν - T log(p_μ/p_ν)", laws)
    findings.not_negative("τ_p d|y|/dt ≤ N/2 - T|y|", slopes)
    # The bound is the solution of τ_p ḃ = N/2 - T b: differentiated in t at a few times and starts.
    residues = []
    for time, start in ((Fraction(1, 3), 0), (Fraction(2), 5), (Fraction(0), 1)):
        bound = _ratio_bound(model, Jet.variable([ball(time)]), ball(start))
        residues.append(tau * bound.tangent[0][0] - (ball(SCORE_CEILING * n) - t * bound.value[0]))
        residues += [bound.value[0] - start] if time == 0 else []
    findings.zero("the bound solves τ_p ḃ = N/2 - T b from |y(0)|", residues)
    # With every |log(p_ν/p_μ)| ≤ Y = N/(2T), p_μ = 1/Σ_ν(p_ν/p_μ) ≥ 1/(1 + (K-1)e^Y).
    least = (-ball(SCORE_CEILING * n) / t).exp()
    findings.not_negative(
        "|log(p_μ/p_ν)| ≤ N/(2T) for all ν gives p_μ ≥ e^{-N/(2T)}/K",
        [least / (least + model.total - 1) - least / model.total],
    )


def _ratio_bound(model: GatedMemory, time: Jet, start: Ball) -> Jet:
    """e^{-Tt/τ_p}|y(0)| + (N/2T)(1 - e^{-Tt/τ_p})."""
    fading = time.scaled(-model.temperature / model.tau_p).exp()
    return fading.scaled(start) + (-fading + 1).scaled(ball(SCORE_CEILING * model.n) / model.temperature)


def _ratios_in_time(findings: Findings, model: GatedMemory, x: Float, u: Float) -> None:
    try:
        moments = flow.solution(model, x, u)
    except IntegrationError as error:
        findings.does_not_apply(f"solution not enclosed: {error}")
        return
    slacks, floors = [], []
    for moment in moments[1:]:
        for mu in range(model.k):
            for nu in range(mu):
                start = abs(moments[0].u[mu] - moments[0].u[nu])
                bound = _ratio_bound(model, constant([ball(moment.time)]), start).value[0]
                slacks.append(bound - abs(moment.u[mu] - moment.u[nu]))
        if not u.any():
            floor = (-ball(SCORE_CEILING * model.n) / model.temperature).exp() / model.total
            floors += [gain - floor for gain in moment.p]
    findings.note("time reached", ball(moments[-1].time))
    findings.positive("|y(t)| within the bound", slacks)
    if floors:
        findings.positive("p_μ(t) ≥ e^{-N/(2T)}/K", floors)


def _drives(findings: Findings, model: GatedMemory, states: Sequence[tuple[Float, Sequence[Fraction]]]) -> None:
    # |W(p)φ|_i ≤ (K/N) Σ p_μ |m_μ| < (K/N) max_μ Σ_i |ξ_μ^i| in every state: exact integers.
    ceiling = max(Fraction(model.total * int(np.abs(row).sum()), model.n) for row in model.rows)
    findings.holds(
        f"|W(p)φ|_i < {DRIVE_CEILING}K in every state", ceiling <= DRIVE_CEILING * model.total, f"sup {ceiling}"
    )
    alone = constant([Fraction(int(mu == 0)) for mu in range(model.k)])
    near = abs(model.input(_saturated(model, 0), alone).value[0])
    findings.positive("and no smaller bound holds", [near - ball((DRIVE_CEILING - APPROACH) * model.total)])
    slopes = []
    for x, p in states:
        at_x = constant(vector(x))
        speeds = model.neuron_velocity(at_x, constant(p)).value
        for entry, speed in zip(at_x.value, speeds, strict=True):
            outward = speed if entry > 0 else -speed
            slopes.append(ball(DRIVE_CEILING * model.total) - abs(entry) - model.tau_x * outward)
    findings.positive("τ_x d|x_i|/dt < K - |x_i|", slopes)


def _neurons_in_time(findings: Findings, model: GatedMemory, x: Float, u: Float) -> None:
    try:
        moments = flow.solution(model, x, u)
    except IntegrationError as error:
        findings.does_not_apply(f"solution not enclosed: {error}")
        return
    slacks = []
    for moment in moments[1:]:
        fading = flow.decay(1 / model.tau_x, moment.time)
        for entry, start in zip(moment.x, moments[0].x, strict=True):
            bound = fading * abs(start) + ball(DRIVE_CEILING * model.total) * (1 - fading)
            slacks.append(bound - abs(entry))
    findings.note("time reached", ball(moments[-1].time))
    findings.positive("|x_i(t)| within the bound", slacks)


def _energy_ends(model: GatedMemory) -> tuple[Ball, Ball]:
    low = -ball(ENERGY_FLOOR * model.total * model.n) - model.total * model.temperature * arb(model.total).log()
    return low, ball(ENERGY_CEILING * model.n) * arb(2).log() / model.sigma


def _energy_bounds(
    findings: Findings, model: GatedMemory, states: Sequence[tuple[Float, Sequence[Fraction]]]
) -> None:
    low, high = _energy_ends(model)
    energies = [model.energy(constant(vector(x)), constant(p)).value[0] for x, p in states]
    findings.note("floor", low)
    findings.note("ceiling", high)
    findings.positive("L above the floor", [energy - low for energy in energies])
    findings.positive("L below the ceiling", [high - energy for energy in energies])


def _floor_approached(findings: Findings, model: GatedMemory) -> None:
    energy = model.energy(_saturated(model, 0), constant([Fraction(1)])).value[0]
    low, _ = _energy_ends(model)
    findings.positive("L above the floor", [energy - low])
    findings.positive("as near to it as σ is large", [ball(APPROACH * model.n) - (energy - low)])


def _ceiling_approached(findings: Findings, model: GatedMemory) -> None:
    """Along a direction orthogonal to every pattern the scores vanish and the potential saturates."""
    direction = [40.0 * (-1) ** index / model.instance.sigma for index in range(model.n)]
    energy = model.energy(constant(direction), constant([Fraction(1)])).value[0]
    _, high = _energy_ends(model)
    findings.positive("L below the ceiling", [high - energy])
    findings.positive("as near to it as x is far", [ball(APPROACH * model.n) - (high - energy)])


def extended_energy(model: GatedMemory, z: Vector) -> Ball:
    """min over p of L at the activities z ∈ [-1, 1]^N: -KT log Σe^{f/T} + ΣΛ*(z_i), continued to the boundary."""
    scaled = [square(m) / (2 * model.n * model.temperature) for m in product(model.patterns, z)]
    routed = -model.total * model.temperature * log_sum_exp(scaled)
    return routed + sum((_conjugate(model, entry) for entry in z), arb(0))


def _conjugate(model: GatedMemory, z: Ball) -> Ball:
    """Λ*(z) = xφ(x) - Λ(x) at z = φ(x): [(1+z)log(1+z) + (1-z)log(1-z)]/(2σ), even and increasing in |z|."""

    def at(size: Ball) -> Ball:
        low = 1 - size
        inner = low * low.log() if low > 0 else arb(0)
        return ((1 + size) * (1 + size).log() + inner) / (2 * model.sigma)

    one = arb(1)
    lower, upper = z.abs_lower(), z.abs_upper()
    return at(lower if lower < 1 else one).union(at(upper if upper < 1 else one))


def _least(model: GatedMemory, regions: list[Vector], enough: Ball | None = None) -> tuple[Ball, Ball, Vector]:
    """Bracket the least extended energy over boxes by branch and bound: lower bound, upper bound, best point.

    With ``enough`` it stops as soon as every box is above that value.
    """
    best_point = [entry.mid() for entry in regions[0]]
    best = extended_energy(model, best_point).upper()
    waiting = [(extended_energy(model, region).lower(), region) for region in regions]
    for _ in range(BOXES):
        waiting.sort(key=lambda item: float(item[0]), reverse=True)
        low, region = waiting[-1]
        if best - low < ACCURACY or (enough is not None and low > enough):
            break
        waiting.pop()
        widest = max(range(len(region)), key=lambda index: float(region[index].rad()))
        middle = region[widest].mid()
        for end in (region[widest].lower(), region[widest].upper()):
            part = [*region[:widest], interval(end, middle), *region[widest + 1 :]]
            point = [entry.mid() for entry in part]
            value = extended_energy(model, point).upper()
            if value < best:
                best, best_point = value, point
            waiting.append((extended_energy(model, part).lower(), part))
    least = waiting[0][0]
    for bound, _ in waiting:
        if bound < least:
            least = bound
    return least, best, best_point


def _sublevel_sets(findings: Findings, model: GatedMemory) -> None:
    """Sublevel sets of L are bounded in x for levels below the least energy at the cube's boundary, and only then."""
    # The energy is even in z, so that the faces z_i = 1 suffice.
    whole = interval(-1, 1)
    faces = [[arb(1) if j == i else whole for j in range(model.n)] for i in range(model.n)]
    low, high, point = _least(model, faces)
    findings.note("least energy at the boundary", low.union(high))
    findings.holds("bracketed", True if high - low < 2 * ACCURACY else None, f"within {float(high - low):.2g}")

    below = low - 5 * ACCURACY
    for power in (4, 6, 8, 10, 12, 14, 16, 20, 24):
        depth = interval(1 - Fraction(1, 2**power), 1)
        shells = [[depth if j == i else whole for j in range(model.n)] for i in range(model.n)]
        shell, _, _ = _least(model, shells, enough=below)
        if shell > below:
            reach = (1 - arb(2) ** -power).atanh() / model.sigma
            findings.holds("a level below it keeps x bounded", True, f"|x_i| < {float(reach.upper()):.4g}")
            break
    else:
        findings.holds("a level below it keeps x bounded", None, "no shell was thin enough")

    above = high + 5 * ACCURACY
    ray = [entry if abs(entry) < 1 else interval(entry * (1 - arb(2) ** -20), entry) for entry in point]
    escaping = any(abs(entry) >= 1 for entry in point)
    findings.holds("the least point lies on the boundary", escaping)
    findings.positive("a level above it holds a whole ray to infinity", [above - extended_energy(model, ray)])
    # The same along the ray in x, with L itself and its best gains.
    far = []
    for distance in (20, 40, 80):
        x = [entry.atanh() / model.sigma if abs(entry) < 1 else distance * entry / model.sigma for entry in point]
        at_x = constant(x)
        far.append(above - model.energy(at_x, model.routing(at_x)).value[0])
    findings.positive("and L stays below it there", far)
