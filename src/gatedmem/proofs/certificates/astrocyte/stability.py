"""AG21, AG22, AG23: the uniform equilibrium, uniqueness below σK = 1, stability by the Hessian of the energy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq_mat

from gatedmem.numerics.enclosures import (
    Vector,
    ball,
    dot,
    interval,
    matrix,
    norm,
    real_spectrum,
    roots_in_box,
    show,
    square,
    vector,
)
from gatedmem.numerics.exact import (
    identity,
    positive_definite,
    positive_semidefinite,
    quadratic,
    rational,
    rational_matrix,
    rayleigh,
    smallest_eigenvalue,
)
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.numerics.jets import Jet, join, system
from gatedmem.numerics.validated import IntegrationError
from gatedmem.proofs.certificates.astrocyte import draws, flow, frozen_gains
from gatedmem.proofs.certificates.astrocyte.equilibria import enclose_routed, proposals
from gatedmem.proofs.certificates.astrocyte.lift import LARGEST_SPECTRUM, jacobian, without_multiple_rate
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statements; a test that puts other numbers here must see them refuted.
CRITICAL_SLOPE = Fraction(1)  # AG21: stable iff σλ_max(W_H) < this
LEAST_LOAD = Fraction(1)  # AG21: λ_max(W_H) ≥ this
CRITICAL_LOAD = Fraction(1)  # AG22: one interior equilibrium if σK < this, and for K = 1 only then
HESSIAN_FACTOR = Fraction(1)  # AG23: MJ = -(this)·DᵀHD


def ag21(request: Request) -> Iterator[Certified]:
    """(0, 1/K) rests; its linearisation by differentiation; its type by exact bounds on λ_max(W_H) ≥ 1."""
    for instance in draws.instances(request, 121):
        yield certify(instance.name, _uniform_equilibrium, instance)
    if request.astrocyte is None:
        rng = np.random.default_rng([request.seed, 121, 1])
        for share in (0.999, 1.001):
            instance = draw_astrocyte(rng, 10, 6, temperature=0.5)
            largest = float(np.linalg.eigvalsh(instance.patterns.T @ instance.patterns)[-1]) / 10
            near = replace(instance, sigma=share / largest, name=f"drawn N=10 K=6 σλ_max={share:g}")
            yield certify(near.name, _uniform_equilibrium, near)
        orthogonal = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0]])
        yield certify("orthogonal patterns N=4 K=2", _least_load_attained, orthogonal)


def ag22(request: Request) -> Iterator[Certified]:
    """‖W(p)‖ ≤ K exactly; the neurons contract; one equilibrium by complete search where that is feasible."""
    rng = np.random.default_rng([request.seed, 122])
    for instance in draws.instances(request, 122):
        if request.astrocyte is None:
            share = float(rng.choice([0.5, 0.9, 0.99]))
            sigma = share / instance.n_patterns
            size = f"N={instance.n_neurons} K={instance.n_patterns}"
            instance = replace(instance, sigma=sigma, name=f"drawn {size} σK={share:g} T={instance.temperature:g}")
        gains = [draws.gains(rng, instance.n_patterns, spread) for spread in (0.5, 5.0)]
        states = [scale * rng.standard_normal(instance.n_neurons) for scale in (0.1, 3.0)]
        yield certify(instance.name, _contracting, instance, gains, states, request.seed)
        if request.astrocyte is None:
            yield from frozen_gains.contraction(instance, _weights(GatedMemory(instance), gains[1]), CRITICAL_LOAD)
    if request.astrocyte is None:
        for sigma in (1 - 2.0**-8, 1 + 2.0**-8):
            single = AstrocyteInstance(np.ones((1, 1)), sigma, name=f"sharpness N=K=1 σ={sigma:g}")
            yield certify(single.name, _load_sharp, single)


def ag23(request: Request) -> Iterator[Certified]:
    """MJ = -DᵀHD at enclosed equilibria; the negative index of H on the tangent against the unstable eigenvalues."""
    for instance in draws.instances(request, 123):
        model = GatedMemory(instance)
        for label, start in proposals(model, request.seed):
            yield certify(f"{instance.name}, equilibrium {label}", _index, model, start)


def hebbian(patterns: Float) -> fmpq_mat:
    """W_H = (1/N) Σ ξ_μξ_μᵀ, exactly."""
    rows = rational_matrix(patterns)
    return rational(Fraction(1, patterns.shape[1])) * (rows.transpose() * rows)


def _uniform_equilibrium(findings: Findings, instance: AstrocyteInstance) -> None:
    model = GatedMemory(instance)
    n, k = model.n, model.k
    origin, level = [arb(0)] * n, [arb(0)] * k
    uniform = constant([Fraction(1, k)] * k)
    at_rest = model.neuron_velocity(constant(origin), uniform).value
    at_rest += model.gain_velocity(constant(origin), uniform).value
    findings.zero("(0, 1/K) rests", at_rest)

    weights = hebbian(instance.patterns)
    slope = Fraction(instance.sigma) / CRITICAL_SLOPE
    table = (rational(slope) * weights - identity(n)).tolist()
    claimed = arb_mat(n + k, n + k)
    for i in range(n):
        for j in range(n):
            claimed[i, j] = arb(table[i][j]) / model.tau_x
    for i in range(k):
        claimed[n + i, n + i] = -model.temperature / model.tau_p
    difference = jacobian(model, origin, level) - claimed
    findings.zero("linearisation (-I+σW_H)/τ_x ⊕ -(T/τ_p)I", difference.entries())

    pattern = [int(entry) for entry in instance.patterns[0]]
    load = rayleigh(weights, pattern)
    findings.holds(f"λ_max(W_H) ≥ {LEAST_LOAD}", load >= LEAST_LOAD, f"ξ_1ᵀW_Hξ_1/N = {load}")
    bounds = smallest_eigenvalue(-1 * weights)
    if bounds is None:
        findings.holds("λ_max(W_H) bracketed", None)
        return
    low, high = -bounds[1], -bounds[0]
    findings.note("λ_max(W_H)", interval(low, high))
    findings.note("σλ_max", interval(slope * low, slope * high))
    if slope * high < 1:
        stable = positive_definite(identity(n) - rational(slope) * weights).positive
        findings.holds("σλ_max < 1: the linearisation is negative definite", stable)
    elif slope * low > 1:
        direction = np.linalg.eigh(instance.patterns.T @ instance.patterns)[1][:, -1]
        rounded = [Fraction(float(entry)) for entry in direction]
        growth = quadratic(rational(slope) * weights - identity(n), rounded)
        findings.holds("σλ_max > 1: a direction grows", growth > 0 or None)
    else:
        findings.does_not_apply(f"σλ_max = {show(interval(slope * low, slope * high), 8)}: not separated from 1")


def _least_load_attained(findings: Findings, patterns: Float) -> None:
    weights = hebbian(patterns)
    bounded = positive_semidefinite(rational(LEAST_LOAD) * identity(patterns.shape[1]) - weights).positive
    findings.holds(f"λ_max(W_H) = {LEAST_LOAD} for orthogonal patterns", bounded)
    load = rayleigh(weights, [int(entry) for entry in patterns[0]])
    findings.holds("attained at a pattern", load == LEAST_LOAD, str(load))


def _weights(model: GatedMemory, gains: Sequence[Fraction]) -> fmpq_mat:
    """W(p) = (K/N) Σ p_μ ξ_μξ_μᵀ, exactly."""
    rows = rational_matrix(model.rows)
    scaled = fmpq_mat([[rational(p) * entry for entry in row] for p, row in zip(gains, rows.tolist(), strict=True)])
    return rational(Fraction(model.total, model.n)) * (rows.transpose() * scaled)


def _contracting(
    findings: Findings,
    instance: AstrocyteInstance,
    gains: Sequence[Sequence[Fraction]],
    states: Sequence[Float],
    seed: int,
) -> None:
    model = GatedMemory(instance)
    load = Fraction(instance.sigma) * model.total
    findings.note("σK", load if load.denominator < 1000 else ball(load))
    if load > CRITICAL_LOAD:
        findings.does_not_apply(f"σK = {float(load):g} > {CRITICAL_LOAD}: AG22 does not apply")
        return
    rate = CRITICAL_LOAD - load
    for index, p in enumerate(gains):
        answer = positive_semidefinite(rational(model.total) * identity(model.n) - _weights(model, p))
        findings.holds(f"‖W(p)‖ ≤ K at drawn p {index}", answer.positive)
    alone = [Fraction(int(mu == 0)) for mu in range(model.k)]
    reached = rayleigh(_weights(model, alone), [int(entry) for entry in model.rows[0]])
    findings.holds("K is attained at a vertex", reached == model.total, str(reached))
    slacks = []
    for x in states:
        for p in gains:
            speeds = model.neuron_velocity(constant(vector(x)), constant(p)).value
            squared = sum((square(entry) for entry in vector(x)), arb(0))
            slacks.append(-model.tau_x * dot(vector(x), speeds) - ball(rate) * squared)
    findings.positive("τ_x⟨x,ẋ⟩ < -(1-σK)‖x‖² off the origin", slacks)
    if model.n <= 2 and load < CRITICAL_LOAD:  # at equality the root is triple, and no search can count it
        found, rest = _all_equilibria(model)
        findings.holds(
            "complete search: one equilibrium",
            False if len(found) > 1 else (len(found) == 1 and not rest) or None,
            f"{len(found)} found, {len(rest)} boxes open",
        )
    if model.n + model.k <= flow.LARGEST:
        _contracting_in_time(findings, model, states[0], seed)


def _contracting_in_time(findings: Findings, model: GatedMemory, x: Float, seed: int) -> None:
    u = np.random.default_rng([seed, 22]).standard_normal(model.k)
    try:
        moments = flow.solution(model, x, u)
    except IntegrationError as error:
        findings.note("solution", f"not enclosed: {error}")
        return
    rate = ball(CRITICAL_LOAD - Fraction(model.instance.sigma) * model.total)
    start = norm(moments[0].x)
    findings.positive(
        "‖x(t)‖ ≤ e^{-(1-σK)t/τ_x}‖x(0)‖",
        [flow.decay(rate / model.tau_x, moment.time) * start - norm(moment.x) for moment in moments[1:]],
    )


def _all_equilibria(model: GatedMemory) -> tuple[list[object], list[Vector]]:
    """Every interior equilibrium: all x with x = W(softmax(f/T))φ(x), which forces |x_i| < K."""
    reduced = system(lambda x: x - model.input(x, model.routing(x)))
    found, rest = roots_in_box(reduced, [interval(-model.total, model.total)] * model.n)
    return list(found), rest


def _load_sharp(findings: Findings, instance: AstrocyteInstance) -> None:
    load = Fraction(instance.sigma) * instance.n_patterns
    expected = 1 if load < CRITICAL_LOAD else 3
    found, rest = _all_equilibria(GatedMemory(instance))
    findings.holds(
        f"{expected} equilibri{'um' if expected == 1 else 'a'}",
        None if rest else len(found) == expected,
        f"{len(found)} found, {len(rest)} boxes open",
    )


def gradient(model: GatedMemory, state: Jet) -> Jet:
    """(∂_xL, ∂_pL) [26, 27] at positive gains, the gains free."""
    x, p = state[range(model.n)], state[range(model.n, model.n + model.k)]
    # φ' = σ sech²(σx) in a form that keeps its relative accuracy where it is tiny.
    slopes = x.scaled(model.sigma).map(lambda v: v.sech() * v.sech(), lambda v: -2 * v.tanh() * v.sech() * v.sech())
    slopes = slopes.scaled(model.sigma)
    neurons = slopes * (x - model.input(x, p))
    gains = (p.log().scaled(model.temperature).shifted(model.temperature) - model.scores(x)).scaled(model.total)
    return join(neurons, gains)


def _expanded_energy(model: GatedMemory, state: Jet) -> Jet:
    """L in its expanded form, whose gradient off Σp = 1 is [27]."""
    x, p = state[range(model.n)], state[range(model.n, model.n + model.k)]
    entropic = (p * p.log()).sum().scaled(model.total * model.temperature)
    return entropic - (p * model.scores(x)).sum().scaled(model.total) + model.potential(x)


def signature(symmetric: arb_mat) -> tuple[int, int] | None:
    """The numbers of positive and negative directions, by LDLᵀ in balls (Sylvester); None if a pivot may be 0.

    A pivot may vanish by an accident of the coordinates: then once more after a generic change of them. Pivots
    that are all nonzero show that this change was invertible.

    >>> signature(arb_mat([[1, 2], [2, 1]]))
    (1, 1)
    >>> signature(arb_mat([[0, 1], [1, 0]]))
    (1, 1)
    >>> signature(arb_mat([[1, 1], [1, 1]])) is None
    True
    """
    counts = _pivots(symmetric)
    if counts is None:
        size = symmetric.nrows()
        change = matrix(np.eye(size) + 0.2 * np.random.default_rng(0).standard_normal((size, size)))
        counts = _pivots(change.transpose() * symmetric * change)
    return counts


def _pivots(symmetric: arb_mat) -> tuple[int, int] | None:
    """The numbers of positive and negative pivots, or None."""
    size = symmetric.nrows()
    rows = symmetric.tolist()
    counts = [0, 0]
    for i in range(size):
        pivot = rows[i][i]
        if pivot > 0:
            counts[0] += 1
        elif pivot < 0:
            counts[1] += 1
        else:
            return None
        for j in range(i + 1, size):
            ratio = rows[j][i] / pivot
            rows[j] = [a - ratio * b for a, b in zip(rows[j], rows[i], strict=True)]
    return counts[0], counts[1]


def _index(findings: Findings, model: GatedMemory, start: Float) -> None:
    root = enclose_routed(model, start)
    if root.outcome != "unique":
        findings.holds("equilibrium enclosed", None, root.outcome)
        return
    x = root.enclosure
    u = [score / model.temperature for score in model.scores(constant(x)).value]
    p = model.routing(constant(x)).value
    n, k = model.n, model.k

    first = gradient(model, Jet.variable(x + p))
    slope = _expanded_energy(model, Jet.variable(x + p)).tangent[0]
    findings.zero("gradient of L as given", [a - b for a, b in zip(first.value, slope, strict=True)], 1e-30)
    hessian = arb_mat(first.tangent)
    covariance = [[(p[i] if i == j else 0) - p[i] * p[j] for j in range(k)] for i in range(k)]
    slopes = model.activation_slopes(x)
    metric, change = arb_mat(n + k, n + k), arb_mat(n + k, n + k)
    for i in range(n):
        metric[i, i], change[i, i] = model.tau_x * slopes[i], arb(1)
    for i in range(k):
        for j in range(k):
            metric[n + i, n + j] = model.total * model.tau_p * covariance[i][j]
            change[n + i, n + j] = covariance[i][j]
    derivative = jacobian(model, x, u)
    pulled = change.transpose() * hessian * change * ball(HESSIAN_FACTOR)
    findings.zero("MJ = -DᵀHD, D the map from u to p", (metric * derivative + pulled).entries(), 1e-30)
    findings.positive("M is positive on the quotient", slopes + p)

    # On the tangent space: x free, and e_μ - e_ν for the gains, ν the largest: T/p_ν then spoils no other entry.
    largest = max(range(k), key=lambda mu: float(p[mu].mid()))
    basis = arb_mat(n + k, n + k - 1)
    for i in range(n):
        basis[i, i] = arb(1)
    for column, mu in enumerate(mu for mu in range(k) if mu != largest):
        basis[n + largest, n + column], basis[n + mu, n + column] = arb(-1), arb(1)
    signs = signature(basis.transpose() * hessian * basis)
    if signs is None:
        findings.holds("the Hessian on the tangent is non-degenerate", None)
        return
    findings.note("negative index of the Hessian", signs[1])
    findings.note("stable", "yes" if signs[1] == 0 else "no")
    reduced, shift = without_multiple_rate(model, derivative)
    spectrum = real_spectrum(reduced) if reduced.nrows() <= LARGEST_SPECTRUM else None
    if spectrum is None:
        findings.note("spectrum", "eigenvalues not enclosed one by one: too many, or multiple")
        return
    values = [value - shift for value in spectrum]
    if any(value.contains(0) for value in values):
        findings.holds("unstable eigenvalues counted", None)
        return
    unstable = sum(bool(value > 0) for value in values)
    findings.holds("as many unstable eigenvalues as negative directions", unstable == signs[1], f"{unstable}")
    table = np.array([[float(entry.mid()) for entry in row] for row in derivative.tolist()])
    approximate = np.linalg.eigvals(table)
    distances = [float(np.abs(approximate - float(value.mid())).min()) for value in values]
    near = max(distances) < 1e-6 * (1 + float(np.abs(approximate).max()))
    findings.holds("near the spectrum in doubles", True if near else None, f"within {max(distances):.1g}")
