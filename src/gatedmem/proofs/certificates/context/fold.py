"""CG18: the state that the competition leads away from the uniform one is lost at a fold, enclosed here.

Three proofs in balls. The branch of equilibria from α = 0 is followed in tubes to its first singularity. The
singularity is enclosed as the root of the system of Moore and Spence (SIAM J. Numer. Anal. 17 (1980) 567), F = 0,
Jφ = 0, ⟨ℓ, φ⟩ = 1, and the two numbers that make it a fold are proved not to vanish. Just below it a second stable
state is enclosed: the hysteresis. Circulant frames show the other kind of loss, that of CG17.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import (
    Ball,
    RootBox,
    System,
    Vector,
    ball,
    cholesky_proves_positive,
    dot,
    krawczyk,
    polish,
    product,
    square,
    vector,
)
from gatedmem.numerics.exact import fraction, positive_definite, positive_semidefinite, rational_matrix
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.jets import Jet, join, system
from gatedmem.proofs.certificates.context.branch import Branch, Tube, follow
from gatedmem.proofs.certificates.context.model import gate_matrix
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statement; a test that puts other numbers here must see them refuted.
FEEDBACK = Fraction(1)  # criterion: J = A - (this)·βλ²(diag p - ppᵀ) is singular
UNIFORM = Fraction(1)  # CG17 on circulant frames: lost where η_min on 1^⊥ is (this)·βλ²/N

# Protocol D.3 of arXiv 2605.10970.
SIZE, DIMENSION, BETA = 50, 10, 5.0
GAINS = (0.5, 1.0, 1.5, 2.0, 2.5)
RADII = (1e-6, 1e-9, 1e-12)
# Identities at the enclosed fold: its box is tightened to about 1e-38 at least.
IDENTITY = 1e-30
# How far below the fold two stable states are enclosed, and how far from CG17's threshold the signs are shown.
BELOW, ASIDE = Fraction(1, 50), Fraction(1, 10**6)


def cg18(request: Request) -> Iterator[Certified]:
    """The first singularity of the branch from α = 0 enclosed, and proved to be a fold; hysteresis; circulants."""
    if request.context is not None:
        yield certify(request.context.name, _fold, request.context, list(follow(request.context)), protocol=False)
        return
    memories = cluster(np.random.default_rng([request.seed, 218]), SIZE, DIMENSION)
    drive = np.full(SIZE, 1.0 / SIZE)
    yield certify("cluster N=50 d=10 λ=0", _gates_alone, ContextInstance(memories, 1.0, BETA, 0.0, drive))
    for gain in GAINS:
        name = f"cluster N={SIZE} d={DIMENSION} β={BETA:g} λ={gain:g}"
        instance = ContextInstance(memories, 0.0, BETA, gain, drive, name=name)
        yield certify(name, _fold, instance, list(follow(instance)), protocol=True)
    for high, gain in ((0.75, 0.5), (0.5, 0.75)):
        name = f"circulant frame N=4 height {high:g} β={BETA:g} λ={gain:g}"
        yield certify(name, _circulant, ContextInstance(_four(high), 0.0, BETA, gain, np.full(4, 0.25), name=name))


def cluster(rng: np.random.Generator, size: int, dimension: int) -> Float:
    """Draw one tight cluster of unit vectors, protocol D.2: normalised g + 0.3·noise with ‖g‖ = 2; shape (N, d)."""
    centroid = rng.standard_normal(dimension)
    centroid *= 2.0 / np.linalg.norm(centroid)
    memories = centroid + 0.3 * rng.standard_normal((size, dimension))
    return np.asarray(memories / np.linalg.norm(memories, axis=1, keepdims=True))


def moore_spence(branch: Branch, border: Vector) -> System:
    """F = 0, Jφ = 0, ⟨ℓ, φ⟩ = 1 in the unknown (r, φ, α) of R^{2N+1}; derivatives by jets."""
    n = branch.n
    constant, scale = Jet(branch.drive).scaled(branch.gain), Jet(border)

    def equations(x: Jet) -> Jet:
        state, null, alpha = x[range(n)], x[range(n, 2 * n)], x[[2 * n]]
        p = state.scaled(branch.beta).softmax()
        inside = state - Jet(branch.evidence)
        rest = inside + inside.apply(branch.competition) * alpha - constant
        centred = null - (p * null).sum()
        stiff = null + null.apply(branch.competition) * alpha - (p * centred).scaled(branch.strength)
        return join(join(rest - p.scaled(branch.gain * branch.gain), stiff), (null * scale).sum() - 1)

    return system(equations)


def enclose_fold(branch: Branch, tube: Tube) -> RootBox:
    """Test a box about the fold that a tube ends at."""
    x = tube.centre
    table = np.array([[float(entry.mid()) for entry in row] for row in branch.stiffness(x[:-1], x[-1]).tolist()])
    null = np.linalg.eigh((table + table.T) / 2)[1][:, 0]
    border = vector(null)
    equations = moore_spence(branch, border)
    centre = polish(equations, [*x[:-1], *border, x[-1]])
    for radius in RADII:
        tested = krawczyk(equations, centre, [radius] * len(centre))
        if tested.outcome == "unique":
            break
    return tested


def _fold(findings: Findings, instance: ContextInstance, tubes: list[Tube], *, protocol: bool) -> None:
    if not tubes or not tubes[-1].end_slope < 0:
        reached = f"followed to α = {float(tubes[-1].end[-1].mid()):.6g}" if tubes else "no stable state at α = 0"
        findings.does_not_apply(f"no fold of the branch from α = 0 was found: {reached}")
        return
    findings.holds("from α = 0 to the fold the branch is one curve with J ≻ 0", True, f"{len(tubes)} tubes")

    branch = Branch(instance, FEEDBACK)
    n = branch.n
    root = enclose_fold(branch, tubes[-1])
    findings.holds("Moore-Spence system: one root in a box", root.outcome == "unique" or None, root.outcome)
    if root.outcome != "unique":
        return
    state, null, alpha = root.enclosure[:n], root.enclosure[n : 2 * n], root.enclosure[2 * n]
    findings.note("α at the fold", alpha)
    findings.holds("it lies on the followed branch", tubes[-1].holds([*state, alpha]) or None)

    stiffness = branch.stiffness(state, alpha)
    slope = system(lambda r: _residual(branch, r, alpha)).jacobian(state)
    findings.zero("J is the derivative of F", (stiffness - slope).entries(), IDENTITY)
    findings.holds(
        "λ_min(J) = 0 is simple and all else positive",
        cholesky_proves_positive(stiffness + arb_mat([[a * b for b in null] for a in null])) or None,
    )
    p = branch.weights(state)
    push = dot(null, branch.push(state))
    bend = dot(null, branch.bend(state, null))
    mean = dot(p, null)
    third = sum((w * square(v - mean) * (v - mean) for w, v in zip(p, null, strict=True)), arb(0))
    findings.nonzero("⟨φ, W₂(r - b)⟩ ≠ 0", [push])
    findings.nonzero("⟨φ, ∂²F[φ, φ]⟩ ≠ 0", [bend])
    findings.zero(
        "its size is β²λ² times the third cumulant of φ", [bend - branch.strength * branch.beta * third], IDENTITY
    )
    findings.note("largest p at the fold", max(p, key=lambda weight: float(weight.mid())))
    if protocol:
        uniform = 1 - branch.strength / n
        findings.note("α of CG17's formula", uniform)
        findings.positive("CG17's formula overshoots", [uniform - alpha])
        findings.positive("the state lost is not uniform", [max(p, key=float) * n - ball(Fraction(11, 10))])
        _bistable(findings, instance, state, null, alpha)


def _residual(branch: Branch, state: Jet, alpha: Ball) -> Jet:
    inside = state - Jet(branch.evidence)
    feedback = state.scaled(branch.beta).softmax().scaled(branch.gain * branch.gain)
    return inside + inside.apply(branch.competition * alpha) - Jet(branch.drive).scaled(branch.gain) - feedback


def _bistable(findings: Findings, instance: ContextInstance, state: Vector, null: Vector, alpha: Ball) -> None:
    """Just below the fold: two stable states, the one that the branch carries and one at a single memory."""
    branch = Branch(instance)
    below = (alpha * (1 - ball(BELOW))).mid()
    winner = max(range(branch.n), key=lambda i: abs(float(null[i].mid())))
    alone = [ball(int(i == winner)) for i in range(branch.n)]
    found = []
    for start in (state, product(_inverse(branch, below), alone)):
        equations = System(lambda r: branch.residual([*r, below]), lambda r: branch.stiffness(r, below))
        centre = polish(equations, _settled(branch, start, below))
        tested = krawczyk(equations, centre, [1e-9] * branch.n)
        stable = tested.outcome == "unique" and cholesky_proves_positive(branch.stiffness(tested.enclosure, below))
        if stable:
            found.append(branch.weights(tested.enclosure))
    peaks = [max(p, key=lambda weight: float(weight.mid())) for p in found]
    findings.holds("hysteresis: two stable states 2 % below the fold", len(found) == 2 or None, f"{len(found)} found")
    if len(found) == 2:
        apart = [ball(Fraction(1, 5)) - peaks[0], peaks[1] - ball(Fraction(1, 2))]
        findings.positive("one spread out, one at a single memory", apart)


def _inverse(branch: Branch, alpha: Ball) -> arb_mat:
    return (arb_mat(branch.n, branch.n, 1) + branch.competition * alpha).inv()


def _settled(branch: Branch, start: Vector, alpha: Ball) -> Vector:
    """A proposal: sweeps r ← b + A⁻¹(λu + λ² softmax(βr)) in doubles until nothing moves."""
    inverse = np.array([[float(entry.mid()) for entry in row] for row in _inverse(branch, alpha).tolist()])
    u, b = (np.array([float(entry.mid()) for entry in v]) for v in (branch.drive, branch.evidence))
    beta, gain = float(branch.beta.mid()), float(branch.gain.mid())
    state = np.array([float(entry.mid()) for entry in start])
    for _ in range(20000):
        weights = np.exp(beta * (state - state.max()))
        moved = b + inverse @ (gain * u + gain**2 * weights / weights.sum())
        change, state = float(np.abs(moved - state).max()), moved
        if change < 1e-13:
            break
    return vector(state)


def _gates_alone(findings: Findings, instance: ContextInstance) -> None:
    """λ = 0: no feedback, J = A(α), and the criterion is α_crit alone."""
    gates = {side: gate_matrix(replace(instance, alpha=1.0 + side * 2.0**-30)) for side in (-1, 1)}
    before, after = positive_definite(gates[-1]).positive, positive_semidefinite(gates[1]).positive
    findings.holds("J = A ≻ 0 for α < 1", before)
    findings.holds("and not for α > 1 = α_crit", None if after is None else not after)


def _four(high: float) -> Float:
    """Four vectors of height ``high`` on a cone, a quarter turn apart: their Gram matrix is circulant."""
    turns = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    return np.column_stack([turns, np.full(4, high)])


def _circulant(findings: Findings, instance: ContextInstance) -> None:
    """On a circulant frame the uniform state solves F = 0 for every α, and is lost where CG17 says, not at a fold."""
    gates = gate_matrix(replace(instance, alpha=1.0))
    n = instance.n_memories
    overlaps = [fraction(entry) for entry in gates.tolist()[0]]
    sums = {sum((fraction(entry) for entry in row), Fraction(0)) for row in gates.tolist()}
    findings.holds("G1 = μ_G 1", len(sums) == 1)
    # Eigenvalues of W₂ on 1^⊥ of a real circulant of size 4: -w₂ (twice) and w₂ - 2w₁.
    lowest = min(-overlaps[2], overlaps[2] - 2 * overlaps[1])
    strength = Fraction(instance.beta) * Fraction(instance.gain) ** 2
    threshold = (1 - UNIFORM * strength / n) / -lowest
    findings.note("α of CG17", threshold)
    for side, expected in ((-1, True), (1, False)):
        alpha = threshold * (1 + side * ASIDE)
        table = [
            [(1 - strength / n if i == j else alpha * fraction(gates[i, j])) + strength / n**2 for j in range(n)]
            for i in range(n)
        ]
        shown = positive_semidefinite(rational_matrix(table)).positive
        findings.holds(f"J {'≻' if expected else '⋡'} 0 {'before' if expected else 'after'} it", shown == expected)
    # W₂r is a multiple of 1 for uniform r, and the null vectors are in 1^⊥: the pushing term of a fold is 0.
    push = {sum((fraction(gates[i, j]) for j in range(n)), Fraction(0)) - 1 for i in range(n)}
    findings.holds("∂F/∂α is uniform, so ⟨φ, ∂F/∂α⟩ = 0: not a fold", len(push) == 1)
