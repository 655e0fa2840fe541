"""CG15: clamped retrieval comes to rest: rates from a linear matrix inequality, solutions enclosed to their end."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import cvxpy as cp
import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import (
    Ball,
    Vector,
    ball,
    cholesky_proves_positive,
    dot,
    interval,
    norm,
    product,
    show,
    softmax,
    square,
    vector,
)
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.jets import Jet, join
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.contraction import enclose_fixed_point, settle
from gatedmem.proofs.certificates.context.flows import clamped_energy, clamped_field, enclosed_solution
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.context.spectra import lyapunov, shifted, stable
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# κ = (this)·βλ²/η_min, and (η_min-ρτ_s)(1-ρτ_r) = (this)·βλ². A test with another number must see CG15 refuted.
COUPLING = Fraction(1, 2)
# What the proofs below rest on: softmax_β has the Lipschitz constant (this)·β.
LIPSCHITZ = Fraction(1, 2)

PACES = ((Fraction(1), Fraction(1)), (Fraction(1, 8), Fraction(1)), (Fraction(3), Fraction(1, 2)))
# Part of the rate that rounding may cost, and how closely it is met where it is attained.
ROUNDING, ATTAINED = Fraction(1, 2**12), Fraction(1, 2**20)
LARGEST_FOLLOWED = 3
BASINS = (0.5, 0.35, 0.25, 0.18, 0.12, 0.06, 0.03, 0.01)
# How long solutions are followed, in units of the slower time constant: the second if the first was too short.
HORIZONS = (8, 14)

# (N, d, α, β, βλ²/(2η_min)) of the solutions that are followed; the last ones lie beyond uniqueness.
FOLLOWED = ((1, 1, 0.5, 1.0, 0.5), (2, 3, 0.5, 1.0, 0.6), (3, 4, 0.3, 1.0, 1.1), (2, 2, 0.25, 2.0, 3.0))


def cg15(request: Request) -> Iterator[Certified]:
    """The 2×2 inequality feasible iff κ < 1; the rates; where they are attained; solutions from start to rest."""
    rng = np.random.default_rng([request.seed, 215])
    for instance in _instances(request):
        yield certify(instance.name, _inequality, ClampedMemory(instance))
    if request.context is not None:
        if request.context.n_memories <= LARGEST_FOLLOWED:
            start = rng.integers(-16, 17, 2 * request.context.n_memories) / 16.0
            memory = ClampedMemory(request.context)
            yield certify(f"{request.context.name}, followed", _settles, memory, PACES[0], start)
        return
    for overlap, alpha in ((0.0, 0.0), (0.5, 1.0)):
        for kappa in (0.25, 0.875):
            pair = draws.symmetric_pair(overlap, alpha, 2 * (1 - alpha * overlap) * kappa)
            yield certify(f"rate attained, {pair.name}", _attained, ClampedMemory(pair))
    # The same for every seed: how long a solution takes to settle differs too much between draws.
    rng = np.random.default_rng([0, 215])
    for index, (n, d, alpha, beta, kappa) in enumerate(FOLLOWED):
        base = ContextInstance(
            rng.standard_normal((n, d)).round(3) / np.sqrt(d),
            alpha,
            beta,
            1.0,
            rng.integers(-8, 9, n) / 8.0,
            rng.integers(-8, 9, n) / 8.0,
        )
        instance = draws.at_contraction(replace(base, name=f"followed N={n} d={d}"), kappa)
        start = rng.integers(-16, 17, 2 * n) / 16.0
        pace = (Fraction(3, 2), Fraction(1)) if index == 1 else PACES[0]
        yield certify(instance.name, _settles, ClampedMemory(instance), pace, start)


def _instances(request: Request) -> Iterator[ContextInstance]:
    if request.context is not None:
        yield request.context
        return
    for instance in draws.instances(request, 215, (0.5,)):
        for kappa in (0.5, 1 - 2.0**-8, 1 + 2.0**-8, 2.0):
            changed = draws.at_contraction(instance, kappa)
            yield replace(changed, name=f"{changed.name} κ≈{kappa:g}")


def _inequality(findings: Findings, memory: ClampedMemory) -> None:
    """V = w_sτ_s‖δs‖² + w_rτ_r‖δr‖² with ½V̇ ≤ -ρV: a 2×2 matrix inequality in (w_s, w_r), decided exactly."""
    if memory.eta is None or memory.eta[0] <= 0:
        findings.does_not_apply("A(α) ≻ 0 was not proved: CG15 does not apply")
        return
    low, high = memory.eta
    beta, gain = Fraction(memory.instance.beta), Fraction(memory.instance.gain)
    strength = beta * gain**2
    findings.note("κ", interval(COUPLING * strength / high, COUPLING * strength / low))
    if COUPLING * strength < low:
        for tau_s, tau_r in (*PACES, (low, Fraction(1))):
            _rated(findings, low, beta, gain, tau_s, tau_r)
    elif COUPLING * strength >= high:
        # For Y = [[y, 1], [1, z]] ⪰ 0 the trace of Y·M(w) is ≤ 0 for all weights: no M(w) is positive definite.
        y, z = LIPSCHITZ * gain * beta / high, gain
        findings.holds(
            "κ ≥ 1: no weights make V fall, by an exact dual matrix",
            y > 0 and y * z >= 1,
            f"det {float(y * z - 1):.3g}",
        )
    else:
        findings.does_not_apply("κ is not separated from 1")


def _rated(
    findings: Findings, eta: Fraction, beta: Fraction, gain: Fraction, tau_s: Fraction, tau_r: Fraction
) -> None:
    strength = beta * gain**2
    label = f"τ_s = {float(tau_s):.3g}, τ_r = {float(tau_r):.3g}"
    # The stated V, as a form in (λ‖δs‖, ‖δr‖)/…: ½V̇ + ½·rate·V ≤ 0.
    claimed, actual = COUPLING * strength / eta, LIPSCHITZ * strength / eta
    rate = (1 - claimed) * min(eta / tau_s, 1 / tau_r)
    first, last, cross = 1 - rate * tau_s / (2 * eta), 1 - rate * tau_r / 2, (1 + actual) / 2
    findings.holds(
        f"V̇ ≤ -(1-κ)min(η_min/τ_s, 1/τ_r)V, {label}",
        first >= 0 and last >= 0 and first * last >= cross**2,
        f"rate {float(rate):.6g}",
    )
    rho = Fraction(float(_root(eta, COUPLING * strength, tau_s, tau_r).mid())) * (1 - ROUNDING)
    room = (eta - rho * tau_s) * (1 - rho * tau_r) - LIPSCHITZ * strength
    weights = _weights(float(eta - rho * tau_s), float(1 - rho * tau_r), float(LIPSCHITZ * gain * beta), float(gain))
    outcome: bool | None = False if room < 0 else None
    if weights is not None:
        off = (weights[0] * LIPSCHITZ * gain * beta + weights[1] * gain) / 2
        form = (weights[0] * (eta - rho * tau_s), weights[1] * (1 - rho * tau_r))
        if form[0] > 0 and form[1] > 0 and form[0] * form[1] > off**2:
            outcome = True
    findings.holds(f"weights for the sharper rate, {label}", outcome, f"rate {float(rho):.8g}")


def _root(eta: Fraction, strength: Fraction, tau_s: Fraction, tau_r: Fraction) -> Ball:
    """The smaller root of (η - ρτ_s)(1 - ρτ_r) = strength, in the form that does not cancel."""
    middle = ball(eta * tau_r + tau_s)
    apart = square(ball(eta * tau_r - tau_s)) + ball(4 * tau_s * tau_r * strength)
    return 2 * ball(eta - strength) / (middle + apart.sqrt())


def _weights(first: float, last: float, pull: float, push: float) -> tuple[Fraction, Fraction] | None:
    """Propose w > 0 with [[w_s·first, -m], [-m, w_r·last]] ≻ 0, m = (w_s·pull + w_r·push)/2, by cvxpy.

    The unknowns are scaled so that the two diagonal entries are of one size.
    """
    if not (first > 0 and last > 0):
        return None
    if pull == 0 or push == 0:
        return Fraction(1), Fraction(1)
    ratio = pull / push
    weights, room = cp.Variable(2), cp.Variable()
    off = -(weights[0] + weights[1]) * (push * pull / (first * last)) ** 0.5 / 2
    form = cp.bmat([[weights[0], off], [off, weights[1]]])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problem = cp.Problem(
                cp.Maximize(room), [form - room * np.eye(2) >> 0, cp.sum(weights) == 2, weights >= 1e-3]
            )
            problem.solve(solver=cp.CLARABEL)
    except cp.SolverError:
        return None
    if weights.value is None:
        return None
    return Fraction(float(weights.value[0])), Fraction(float(weights.value[1] * ratio))


def velocity(memory: ClampedMemory, tau_s: Fraction, tau_r: Fraction, s: Jet, r: Jet) -> Jet:
    """(ṡ, ṙ) with its derivative."""
    pull = r.scaled(memory.beta).softmax().scaled(memory.gain) + Jet(memory.drive)
    gates = (pull - s.apply(arb_mat(memory.gates))).scaled(1 / ball(tau_s))
    return join(gates, (s.scaled(memory.gain) + Jet(memory.evidence) - r).scaled(1 / ball(tau_r)))


def jacobian(memory: ClampedMemory, tau_s: Fraction, tau_r: Fraction, s: Vector, r: Vector) -> arb_mat:
    """The derivative of the clamped flow, enclosed over a box of states."""
    n = memory.n
    state = Jet.variable([*s, *r])
    return arb_mat(velocity(memory, tau_s, tau_r, state[range(n)], state[range(n, 2 * n)]).tangent)


def _attained(findings: Findings, memory: ClampedMemory) -> None:
    """At the equilibrium of a symmetric pair the slowest exponent of the flow is -ρ itself."""
    table = memory.gates
    eta = 1 - abs(Fraction(int(table[0, 1].p), int(table[0, 1].q)))
    half = [ball(Fraction(1, 2))] * 2
    s = product(memory.inverse(), [memory.gain * entry for entry in half])
    r = [memory.gain * entry for entry in s]
    strength = COUPLING * Fraction(memory.instance.beta) * Fraction(memory.instance.gain) ** 2
    for tau_s, tau_r in PACES:
        rho = _root(eta, strength, tau_s, tau_r)
        still = velocity(memory, tau_s, tau_r, Jet(s), Jet(r)).value
        findings.zero("the uniform state rests", still, 1e-50)
        slope = jacobian(memory, tau_s, tau_r, s, r)
        near = rho.mid() * ball(ATTAINED)
        label = f"τ_s = {float(tau_s):.3g}, τ_r = {float(tau_r):.3g}"
        findings.holds(f"no exponent above -ρ, {label}", stable(shifted(slope, -rho.mid() + near)), show(rho, 8))
        below = stable(shifted(slope, -rho.mid() - near))
        findings.holds(f"one at -ρ, {label}", None if below is None else not below)


def _settles(findings: Findings, memory: ClampedMemory, pace: tuple[Fraction, Fraction], start: Float) -> None:
    """A solution enclosed until it is caught in the basin of an equilibrium, which is proved to attract."""
    if memory.eta is None or memory.eta[0] <= 0:
        findings.does_not_apply("A(α) ≻ 0 was not proved: CG15 does not apply")
        return
    for horizon in HORIZONS:
        path = enclosed_solution(clamped_field(memory, *pace), vector(start), horizon * max(pace), 1e-4)
        if path is None:
            findings.holds("a solution was enclosed", None)
            return
        states = [(time, state[: memory.n], state[memory.n :]) for time, state in path]
        rest = _rest_near(memory, states[-1][2])
        caught = _caught(memory, pace, rest, states[-1][1:]) if rest is not None else None
        if caught:
            break
    findings.holds("an equilibrium enclosed near the end, the end in its basin", caught)
    if rest is None or not caught:
        return
    early = [states[len(states) * k // 24] for k in range(9)]
    energies = [clamped_energy(memory, s, r) for _, s, r in early]
    findings.positive("the energy falls", [a - b for a, b in pairwise(energies)])
    most = norm(states[0][1]).max((norm(memory.drive) + memory.gain) / ball(memory.eta[0]))
    findings.not_negative("‖s(t)‖ ≤ max(‖s(0)‖, (‖u‖+λ)/η_min)", [most - norm(s) for _, s, _ in states], 1e-9)
    _decays(findings, memory, pace, states, *rest)


def _rest_near(memory: ClampedMemory, r: Vector) -> tuple[Vector, Vector] | None:
    """The equilibrium (s, r) that the iteration reaches from here, enclosed."""
    retrieval = Retrieval(memory)
    guess = [float(entry.mid()) for entry in softmax([memory.beta * entry for entry in r])]
    found = enclose_fixed_point(retrieval, settle(retrieval, np.array(guess)))
    if found.outcome != "unique":
        return None
    pull = [u + memory.gain * p for u, p in zip(memory.drive, found.enclosure, strict=True)]
    s = product(retrieval.inverse, pull)
    return s, [b + memory.gain * entry for b, entry in zip(memory.evidence, s, strict=True)]


def _caught(
    memory: ClampedMemory, pace: tuple[Fraction, Fraction], rest: tuple[Vector, Vector], end: tuple[Vector, Vector]
) -> bool | None:
    """Whether δᵀPδ falls throughout a sublevel set that holds the end: JᵀP + PJ ≺ 0 on a box around it."""
    n = memory.n
    away = [a - b for a, b in zip([*end[0], *end[1]], [*rest[0], *rest[1]], strict=True)]
    metric = lyapunov(jacobian(memory, *pace, *rest))
    if metric is None or not cholesky_proves_positive(metric):
        return None
    value = dot(away, product(metric, away))
    inverse = metric.inv()
    for radius in BASINS:
        # Only r enters J; its entries stay within √(value·(P⁻¹)_ii) of the equilibrium.
        if not all(value * inverse[n + i, n + i] < radius**2 for i in range(n)):
            return None
        slope = _spread(memory, pace, [entry + arb(0, radius) for entry in rest[1]])
        falling = (slope.transpose() * metric + metric * slope) * (arb(-1) / 2)
        if cholesky_proves_positive(falling + falling.transpose()):
            return True
    return None


def _spread(memory: ClampedMemory, pace: tuple[Fraction, Fraction], r: Vector) -> arb_mat:
    """The derivative of the flow over a box of r, tighter than by differentiating forward.

    Each of p_i(1-p_i) and p_ip_j is enclosed from tight weights: only they vary.
    """
    n = memory.n
    p = softmax([memory.beta * entry for entry in r])
    table = jacobian(memory, *pace, [arb(0)] * n, [entry.mid() for entry in r]).tolist()
    factor = memory.gain * memory.beta / ball(pace[0])
    for i in range(n):
        for j in range(n):
            moved = arb(1) / 4 - square(p[i] - arb(1) / 2) if i == j else -p[i] * p[j]
            table[i][n + j] = factor * moved
    return arb_mat(table)


def _decays(
    findings: Findings,
    memory: ClampedMemory,
    pace: tuple[Fraction, Fraction],
    states: list[tuple[Fraction, Vector, Vector]],
    rest_s: Vector,
    rest_r: Vector,
) -> None:
    """Under κ < 1: V(t) ≤ e^{-rate t}V(0), and the weighted distance by the sharper rate."""
    assert memory.eta is not None
    eta, (tau_s, tau_r) = memory.eta[0], pace
    strength = COUPLING * Fraction(memory.instance.beta) * Fraction(memory.instance.gain) ** 2
    if strength >= eta:
        return
    rate = ball((1 - strength / eta) * min(eta / tau_s, 1 / tau_r))
    rho = _root(eta, strength, tau_s, tau_r)
    weights = (memory.gain / ball(tau_r), ball(eta / tau_s) - rho)
    values, lengths, times = [], [], []
    for time, s, r in states[:: max(1, len(states) // 12)]:
        size_s = norm([a - b for a, b in zip(s, rest_s, strict=True)])
        size_r = norm([a - b for a, b in zip(r, rest_r, strict=True)])
        values.append(memory.gain * memory.gain * ball(tau_s / eta) * square(size_s) + ball(tau_r) * square(size_r))
        lengths.append(weights[0] * size_s + weights[1] * size_r)
        times.append(ball(time))
    fall = [values[0] - (rate * t).exp() * v for t, v in zip(times, values, strict=True)]
    findings.positive("V(t) < e^{-(1-κ)min(η_min/τ_s, 1/τ_r)t}V(0)", fall[1:])
    steep = [lengths[0] - (rho * t).exp() * v for t, v in zip(times, lengths, strict=True)]
    findings.not_negative("the weighted distance falls like e^{-ρt}", steep[1:], 1e-9)
