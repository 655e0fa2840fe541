"""AG28: the lifted system (x, u), p = softmax(u): self-adjoint Jacobian, real spectrum, a modular memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import (
    Ball,
    Vector,
    ball,
    dot,
    isolated_spectrum,
    real_spectrum,
    show,
    softmax,
    vector,
)
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.jets import Jet, join
from gatedmem.proofs.certificates.astrocyte import draws
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# The metric is τ_x diag φ' ⊕ (this)·Kτ_p (diag p - ppᵀ).
GAIN_METRIC_FACTOR = 1

# Spectra are enclosed up to this many unknowns: the work grows with the cube.
LARGEST_SPECTRUM = 48


def ag28(request: Request) -> Iterator[Certified]:
    """The Jacobian of the lifted field by differentiation, against the metric; spectrum; projection; energy."""
    rng = np.random.default_rng([request.seed, 128])
    for instance in draws.instances(request, 128):
        n, k = instance.n_neurons, instance.n_patterns
        for name, x, u in (
            ("small state", 0.3 * rng.standard_normal(n), rng.standard_normal(k)),
            ("large state", 2.0 * rng.standard_normal(n), 3.0 * rng.standard_normal(k)),
        ):
            yield certify(f"{instance.name}, {name}", _lifted, instance, x, u)


def jacobian(model: GatedMemory, x: Vector, u: Vector) -> arb_mat:
    """The Jacobian of (ẋ, u̇) in (x, u), by differentiating the field."""
    state = Jet.variable(x + u)
    at_x, at_u = state[range(model.n)], state[range(model.n, model.n + model.k)]
    field = join(model.neuron_velocity(at_x, at_u.softmax()), model.lifted_velocity(at_x, at_u))
    return arb_mat(field.tangent)


def _lifted(findings: Findings, instance: AstrocyteInstance, x: Float, u: Float) -> None:
    model = GatedMemory(instance)
    at_x, at_u = vector(x), vector(u)
    p = softmax(at_u)
    slopes = model.activation_slopes(at_x)
    derivative = jacobian(model, at_x, at_u)

    metric = arb_mat(model.n + model.k, model.n + model.k)
    for i, slope in enumerate(slopes):
        metric[i, i] = model.tau_x * slope
    weight = GAIN_METRIC_FACTOR * model.total * model.tau_p
    for i in range(model.k):
        for j in range(model.k):
            metric[model.n + i, model.n + j] = weight * ((p[i] if i == j else 0) - p[i] * p[j])
    skew = metric * derivative - (metric * derivative).transpose()
    findings.zero("MJ = (MJ)ᵀ", skew.entries())
    findings.positive("M is positive off its kernel span(0,1)", slopes + p)
    shift = [arb(0)] * model.n + [arb(1)] * model.k
    column = arb_mat(len(shift), 1, shift)
    rate = model.temperature / model.tau_p
    findings.zero("M(0,1) = 0", (metric * column).entries())
    findings.zero("J(0,1) = -(T/τ_p)(0,1)", (derivative * column + column * rate).entries())
    _spectrum(findings, model, derivative)
    _modular(findings, model, at_x, at_u, p)


def without_multiple_rate(model: GatedMemory, derivative: arb_mat) -> tuple[arb_mat, Ball]:
    """A matrix with the eigenvalues of J, shifted up by the second answer, less the multiple one -T/τ_p.

    The gain block of J is exactly -cI, c = T/τ_p. With J = [[A, B], [C, -cI]], det(s - J) is (s + c)^(K-N) times
    det of (s + c)²I - (s + c)(A + cI) - BC: for K > N + 1 the multiple eigenvalue -c is split off that way, and
    the 2N others, plus c, are those of a companion matrix. For fewer patterns J is returned as it is.
    """
    n, k = model.n, model.k
    if k <= n + 1:
        return derivative, arb(0)
    rate = model.temperature / model.tau_p
    rows = derivative.tolist()
    a = arb_mat([row[:n] for row in rows[:n]]) + arb_mat(n, n, 1) * rate
    bc = arb_mat([row[n:] for row in rows[:n]]) * arb_mat([row[:n] for row in rows[n:]])
    companion = arb_mat(2 * n, 2 * n)
    for i in range(n):
        companion[n + i, i] = arb(1)
        for j in range(n):
            companion[i, j], companion[i, n + j] = a[i, j], bc[i, j]
    return companion, rate


def _spectrum(findings: Findings, model: GatedMemory, derivative: arb_mat) -> None:
    """Enclose each eigenvalue alone and show it real, where they are simple and not too many."""
    reduced, shift = without_multiple_rate(model, derivative)
    rate = model.temperature / model.tau_p
    if reduced.nrows() > LARGEST_SPECTRUM:
        findings.note("spectrum", "real by self-adjointness in M; too large to enclose each eigenvalue")
        return
    spectrum = isolated_spectrum(reduced)
    if spectrum is None:
        findings.note("spectrum", "real by self-adjointness in M; eigenvalues not isolated")
        return
    complex_ones = [value for value in spectrum if not value.imag.contains(0)]
    if complex_ones:
        findings.holds("spectrum real", False, f"eigenvalue {complex_ones[0]}")
        return
    real = real_spectrum(reduced)
    findings.holds("spectrum real, each eigenvalue enclosed alone", real is not None or None)
    if real is not None:
        ends = [value - shift for value in (real[0], real[-1])]
        findings.note("least eigenvalue", ends[0])
        findings.note("largest eigenvalue", ends[1])
        if shift.is_zero():
            among = any((value + rate).contains(0) for value in real)
            findings.holds("-T/τ_p among them", among, show(-rate))


def _modular(findings: Findings, model: GatedMemory, x: Vector, u: Vector, p: Vector) -> None:
    """The lift projects onto the replicator, and is a modular memory with Lagrangians ΣΛ(x_i) and KT log Σe^{y/T}."""
    at_x = constant(x)
    u_dot = model.lifted_velocity(at_x, constant(u)).value
    projected = Jet.along(u, u_dot).softmax()
    replicator = model.gain_velocity(at_x, constant(p)).value
    findings.zero(
        "p = softmax(u) moves by the s-replicator",
        [row[0] - v for row, v in zip(projected.tangent, replicator, strict=True)],
    )

    t, factor = model.temperature, model.total * model.temperature
    y = [t * entry for entry in u]
    lagrangian = Jet.variable(y).scaled(1 / t).log_sum_exp().scaled(factor)
    activation = [model.total * q for q in p]
    findings.zero(
        "the gain Lagrangian has activation Kp",
        [a - b for a, b in zip(lagrangian.tangent[0], activation, strict=True)],
    )
    z = Jet.variable(model.activation(at_x).value)
    interaction = -(model.scores_of_activity(z) * constant(activation)).sum()
    drive = model.input(at_x, constant(p)).value
    findings.zero(
        "the interaction -⟨Kp,f⟩ drives the neurons by W(p)φ",
        [-a - b for a, b in zip(interaction.tangent[0], drive, strict=True)],
    )
    frame = model.potential(at_x).value[0] + dot(y, activation) - lagrangian.value[0] + interaction.value[0]
    findings.zero("the frame's energy is L", [frame - model.energy(at_x, constant(p)).value[0]])
    y_dot = [t * v for v in u_dot]
    scores = model.scores(at_x).value
    findings.zero(
        "τ_y ẏ = f - y with τ_y = τ_p/T",
        [model.tau_p / t * v - f + ball(w) for v, f, w in zip(y_dot, scores, y, strict=True)],
    )
