"""CG5: with the context free and W₁ = Zᵀ the energy has no floor and solutions diverge; which W₁ = kZᵀ mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import (
    Ball,
    Vector,
    ball,
    cholesky_proves_positive,
    dot,
    matrix,
    norm,
    product,
    softmax,
    square,
    vector,
)
from gatedmem.numerics.exact import rational_matrix
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.certificates.context.boundedness import null_space
from gatedmem.proofs.certificates.context.flows import FreeMemory, enclosed_solution
from gatedmem.proofs.certificates.context.spectra import (
    doubles,
    largest_eigenvalue,
    quadratic_form,
    shifted,
    smallest_eigenvalue,
)
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]
Taus = tuple[Fraction, Fraction, Fraction, Fraction]

# Constants of the statement; a test that puts other numbers here must see them refuted.
PRODUCT = Fraction(1)  # the rate solves τ_cτ_sρ² + (τ_cη_μ+τ_s)ρ + (this)(1-α)(1-μ) = 0
LINEAR = Fraction(1)  # where Ã = 0, ⟨1, τ_s s + τ_c W₁c⟩ grows by (this)·λt
REPAIR = Fraction(1)  # α < 1: k² < α + (this)(1-α)/μ_max; α > 1: k² < α - (this)(α-1)/μ_min

TAUS: tuple[Taus, ...] = (
    (Fraction(1), Fraction(1), Fraction(1), Fraction(1)),
    (Fraction(1, 2), Fraction(2), Fraction(1), Fraction(1, 2)),
)
NORM_SLACK = 1e-9
LENGTHS = (0, 20, 100)
DEPTH = 10**6
# Relative accuracy of the rates, and how far beside the limit of the repair the two sides are shown.
RATE_TOLERANCE, MARGIN = 1e-8, Fraction(1, 2**16)


def cg5(request: Request) -> Iterator[Certified]:
    """The ray, the rate and the repair for drawn memories of unit norm; escapes enclosed in time for two of them."""
    rng = np.random.default_rng([request.seed, 205])
    user = request.context
    if user is not None:
        if user.gain == 0 or not np.allclose(np.linalg.norm(user.memories, axis=1), 1.0, rtol=0, atol=NORM_SLACK):
            yield certify(user.name, Findings.does_not_apply, "CG5 needs memories of unit norm and λ > 0")
            return
        yield certify(user.name, _free, user, TAUS[0])
        return
    for index, instance in enumerate(_drawn(rng)):
        yield certify(instance.name, _free, instance, TAUS[index % 2])
    for index, (label, memories, alpha) in enumerate(PAIRS):
        gain = 1.0 if alpha == 1.0 or label == "orthonormal" else 2.0**-6
        instance = ContextInstance(np.array(memories), alpha, 1.0, gain, name=f"escape of {label} α={alpha:g}")
        start = rng.integers(-16, 17, 4 + 2 * len(memories[0])) / 16.0
        yield certify(instance.name, _escapes, instance, TAUS[index % 2], start)


PAIRS = (
    ("copies", ((1.0,), (1.0,)), 0.0),
    ("opposite memories", ((1.0,), (-1.0,)), 2.0),
    ("overlap 1/√5", ((1.0, 0.0), (1.0, 2.0)), 0.25),
    ("copies", ((1.0,), (1.0,)), 1.0),
    ("orthonormal", ((1.0, 0.0), (0.0, 1.0)), 0.5),
)


@dataclass(frozen=True)
class _System:
    """A memory with its Gram matrix and where it is critical: μ* decides the growth for this α."""

    memory: FreeMemory
    overlaps: arb_mat
    n: int
    vanishing: bool

    @classmethod
    def of(cls, instance: ContextInstance, taus: Taus) -> _System:
        memory = FreeMemory.unit(instance, taus)
        overlaps, n = memory.overlaps, instance.n_memories
        off = [overlaps[i, j] for i in range(n) for j in range(i)]
        return cls(memory, overlaps, n, instance.alpha == 1.0 or all(entry.is_zero() for entry in off))

    @property
    def critical(self) -> Ball:
        """μ_max for α < 1, μ_min for α > 1: there (1-α)(1-μ) is least."""
        return largest_eigenvalue(self.overlaps) if self.memory.alpha < 1 else smallest_eigenvalue(self.overlaps)

    def rate(self, mu: Ball) -> Ball:
        """The larger root of τ_cτ_sρ² + (τ_cη_μ+τ_s)ρ + (1-α)(1-μ) = 0."""
        tau_c, tau_s = ball(self.memory.taus[0]), ball(self.memory.taus[1])
        alpha = self.memory.alpha
        middle = tau_c * (1 - alpha * (1 - mu)) + tau_s
        last = ball(PRODUCT) * (1 - alpha) * (1 - mu)
        return ((square(middle) - 4 * tau_c * tau_s * last).sqrt() - middle) / (2 * tau_c * tau_s)


def _free(findings: Findings, instance: ContextInstance, taus: Taus) -> None:
    system = _System.of(instance, taus)
    _no_floor(findings, system)
    if not system.vanishing:
        _growth(findings, system)
    _repaired(findings, system, instance)


def _no_floor(findings: Findings, system: _System) -> None:
    """Ã = (1-α)(I - G), and a ray along which the energy falls for ever, from the energy itself."""
    memory, n = system.memory, system.n
    effective = memory.effective
    wanted = shifted(system.overlaps, 1) * (memory.alpha - 1)
    findings.zero("Ã = (1-α)(I - G)", (effective - wanted).entries())
    direction = [arb(int(i == 0)) for i in range(n)]
    if not system.vanishing:
        # vᵀÃv = -2(1-α)·(±G_ij) for v = e_i ± e_j: one of the signs makes it negative.
        i, j = max(((i, j) for i in range(n) for j in range(i)), key=lambda at: abs(float(system.overlaps[at].mid())))
        sign = 1 if (system.overlaps[i, j] > 0) == bool(memory.alpha < 1) else -1
        direction[0] = arb(0)
        direction[i], direction[j] = arb(1), arb(sign)
    curvature = quadratic_form(effective, direction)
    if system.vanishing:
        findings.zero("Ã = 0", effective.entries())
        curvature = arb(0)
    else:
        findings.positive("a direction in which vᵀÃv < 0", [-curvature])
    r = [arb(0)] * n
    p = softmax(r)
    slope = -memory.gain * dot(direction, p)
    if slope > 0:
        direction, slope = [-entry for entry in direction], -slope
    columns = memory.rows.transpose()
    q = product(columns, p)

    def energy(t: int) -> Ball:
        s = [t * entry for entry in direction]
        return memory.energy(product(columns, s), s, r, q)

    start = energy(0)
    values = [(2**power, energy(2**power)) for power in LENGTHS]
    findings.zero(
        "E along the ray", [(e - start - curvature * t * t / 2 - slope * t) / (t * t) for t, e in values], 1e-50
    )
    findings.positive(f"below -{DEPTH:.0e} in the end", [-DEPTH - values[-1][1]])


def _growth(findings: Findings, system: _System) -> None:
    """The largest root of the quadratic is the largest eigenvalue of the linear part of (c, s), and positive."""
    memory = system.memory
    mu = system.critical
    rho = system.rate(mu)
    findings.note("growth rate", rho)
    tau_c, tau_s = ball(memory.taus[0]), ball(memory.taus[1])
    coupling = (memory.rows * (1 / (tau_c * tau_s).sqrt())).tolist()
    turned = (memory.rows.transpose() * (1 / (tau_c * tau_s).sqrt())).tolist()
    d, gates = memory.rows.ncols(), (memory.gates * (-1 / tau_s)).tolist()
    # In the coordinates √τ_c c, √τ_s s the linear part is symmetric.
    linear = arb_mat(
        [[*(-1 / tau_c if i == j else arb(0) for j in range(d)), *turned[i]] for i in range(d)]
        + [[*coupling[i], *gates[i]] for i in range(system.n)]
    )
    findings.positive("the linear part grows", [rho])
    findings.zero("at the largest root of the quadratic", [largest_eigenvalue(linear) - rho], RATE_TOLERANCE)


def _repaired(findings: Findings, system: _System, instance: ContextInstance) -> None:
    """Ã ≻ 0 just inside the stated range of k, and not just outside."""
    alpha = Fraction(instance.alpha)
    kernel = null_space(rational_matrix(instance.memories).transpose()) if alpha >= 1 else []
    if kernel:
        # The memories divided by their norms have the same dependence, with weights in proportion.
        sizes = [norm(row) for row in matrix(instance.memories).tolist()]
        down = [entry * size for entry, size in zip(vector(kernel[0]), sizes, strict=True)]
        unit = dot(down, down)
        field = product(system.memory.rows.transpose(), down)
        findings.zero("G is singular", [dot(field, field) / unit])
        slopes = [
            -quadratic_form(system.memory.gates - system.overlaps * ball(square_of_k), down) / unit
            for square_of_k in (0, Fraction(1, 4), 1, 4)
        ]
        findings.not_negative("so that no k mends α ≥ 1", slopes)
        return
    if alpha < 1:
        limit = ball(alpha) + ball(REPAIR) * (1 - ball(alpha)) / largest_eigenvalue(system.overlaps)
    elif alpha == 1:
        limit = ball(REPAIR)
    else:
        limit = ball(alpha) - ball(REPAIR) * (ball(alpha) - 1) / smallest_eigenvalue(system.overlaps)
    findings.note("largest k²", limit)
    if limit <= 0:
        findings.holds("no k mends this α: not even A ≻ 0", smallest_eigenvalue(system.memory.gates) <= 0 or None)
        return
    gates = system.memory.gates
    inside, outside = (gates - system.overlaps * (limit.mid() * ball(1 + sign * MARGIN)) for sign in (-1, 1))
    least = smallest_eigenvalue(inside)
    findings.positive("Ã ≻ 0 for k² just inside", [least])
    findings.positive("Ã is not positive for k² just outside", [-smallest_eigenvalue(outside)])
    if least > 0:
        _mended(findings, system, (limit.mid() * ball(1 - MARGIN)).sqrt(), ball(float(least.lower()) / 2))


def _mended(findings: Findings, system: _System, strength: Ball, eta: Ball) -> None:
    """With Ã ⪰ ηI: E ≥ -λ²/(2η) - ½ - log N/β, at states along the weakest directions and at random ones."""
    memory, n = system.memory, system.n
    mended = FreeMemory(memory.rows, memory.alpha, memory.beta, memory.gain, strength, memory.taus)
    findings.holds("Ã ⪰ ηI", cholesky_proves_positive(shifted(mended.effective, eta)) or None)
    floor = -memory.gain * memory.gain / (2 * eta) - ball(Fraction(1, 2)) - arb(n).log() / memory.beta
    values, vectors = np.linalg.eigh(doubles(mended.effective))
    columns = memory.rows.transpose()
    slacks = []
    for size in (1.0, float(memory.gain.mid()) / float(values[0]), 1e3):
        for mode, favoured in ((0, 0), (0, n - 1), (n - 1, 0)):
            s = vector(size * vectors[:, mode])
            r = [arb(30 * int(i == favoured)) for i in range(n)]
            p = softmax([memory.beta * entry for entry in r])
            c = [strength * entry for entry in product(columns, s)]
            slacks.append(mended.energy(c, s, r, product(columns, p)) - floor)
    findings.positive("then the energy has a floor", slacks)


def _escapes(findings: Findings, instance: ContextInstance, taus: Taus, start: Float) -> None:
    """A solution of all four equations enclosed in time: e^{ρt} from a start far out in the mode, or λt."""
    system = _System.of(instance, taus)
    memory, n, d = system.memory, system.n, instance.memories.shape[1]
    tau_c, tau_s = ball(taus[0]), ball(taus[1])
    own = vector(start)

    def parts(state: Vector) -> tuple[Vector, Vector]:
        """s and W₁c."""
        return state[d : d + n], product(memory.rows, state[:d])

    if system.vanishing:
        path = enclosed_solution(memory.field, own, Fraction(2))
        if path is None:
            findings.holds("a solution was enclosed", None)
            return
        carried = [
            sum((tau_s * a + tau_c * b for a, b in zip(*parts(state), strict=True)), arb(0)) for _, state in path
        ]
        findings.zero(
            "⟨1, τ_s s + τ_c W₁c⟩ grows by exactly λt",
            [
                value - carried[0] - ball(LINEAR * time) * memory.gain
                for value, (time, _) in zip(carried, path, strict=True)
            ],
            1e-6,
        )
        return
    # For two memories of unit norm G has the eigenvectors (1, ±1)/√2.
    symmetric = (system.overlaps[0, 1] > 0) == bool(memory.alpha < 1)
    mode = [ball(1), ball(1 if symmetric else -1)]
    mu = 1 + mode[1] * system.overlaps[0, 1]
    rho = system.rate(mu)
    findings.note("growth rate", rho)
    weight = 1 + tau_c * rho

    def along(state: Vector) -> Ball:
        s, field = parts(state)
        return weight * tau_s * dot(mode, s) + tau_c * dot(mode, field)

    # y = (1+τ_cρ)τ_s⟨e, s⟩ + τ_c⟨e, W₁c⟩ obeys ẏ = ρy + (1+τ_cρ)λ⟨e, p⟩ with |⟨e, p⟩| ≤ 1.
    own[d], own[d + 1] = own[d] + 8 * mode[0], own[d + 1] + 8 * mode[1]
    first = along(own)
    reach = weight * memory.gain / rho
    findings.positive("the start lies beyond what λp can turn back", [abs(first) - reach])
    path = enclosed_solution(memory.field, own, Fraction(3))
    if path is None:
        findings.holds("a solution was enclosed", None)
        return
    slacks = []
    for time, state in path[1:]:
        fading = (-rho * ball(time)).exp()
        slacks.append(reach * (1 - fading) - abs(fading * along(state) - first))
    findings.not_negative("|e^{-ρt}y(t) - y(0)| ≤ (1+τ_cρ)λ(1-e^{-ρt})/ρ", slacks, 1e-9)
    grown = norm(path[-1][1]) / norm(own)
    findings.note("the state has grown by", grown)


def unit_memories(rng: np.random.Generator, n: int, d: int) -> Float:
    """Memories with norm 1 exactly: integer vectors of squared length 256, divided by 16; d ≥ 5."""
    rows: list[Float] = []
    while len(rows) < n:
        row = rng.integers(-5, 6, d)
        rest = 256 - int((row[4:] ** 2).sum())
        if rest < 0:
            continue
        tail = _four_squares(rest)
        rows.append(np.concatenate([rng.permutation(tail) * rng.choice([-1, 1], 4), row[4:]]) / 16.0)
    return np.array(rows)


def _four_squares(total: int) -> list[int]:
    """Four integers whose squares sum to ``total`` (Lagrange): there always are some."""
    for a in range(int(total**0.5), -1, -1):
        for b in range(int((total - a * a) ** 0.5), -1, -1):
            for c in range(int((total - a * a - b * b) ** 0.5), -1, -1):
                last = round((total - a * a - b * b - c * c) ** 0.5)
                if a * a + b * b + c * c + last * last == total:
                    return [a, b, c, last]
    raise AssertionError("every natural number is a sum of four squares")


def _drawn(rng: np.random.Generator) -> Iterator[ContextInstance]:
    tables = [
        ("copies", np.ones((2, 1))),
        ("opposite pair", np.array([[1.0], [-1.0]])),
        ("orthonormal N=3", np.eye(3)),
        *((f"drawn N={n} d={d}", unit_memories(rng, n, d)) for n, d in ((2, 6), (3, 8), (8, 5), (10, 16), (24, 8))),
    ]
    for label, memories in tables:
        for alpha in (0.0, 0.625, 1.0, 1.125):
            gain, beta = float(rng.choice([0.125, 1.0, 3.0])), float(rng.choice([0.5, 2.0]))
            yield ContextInstance(memories, alpha, beta, gain, name=f"{label} α={alpha:g} λ={gain:g}")
