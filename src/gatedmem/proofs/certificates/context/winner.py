"""CG9: the gates alone above criticality: the modal solution, the winner and the times from which it is clear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import acb, acb_mat, arb, arb_mat

from gatedmem.numerics.enclosures import Ball, Vector, ball, matrix, norm, product, real_spectrum, vector
from gatedmem.numerics.exact import gram, rational_matrix
from gatedmem.numerics.instances import ContextInstance, draw_context
from gatedmem.proofs.certificates.context.boundedness import null_space
from gatedmem.proofs.certificates.context.covers import positive_throughout
from gatedmem.proofs.certificates.context.free_context import unit_memories
from gatedmem.proofs.certificates.context.gates import gate_drive
from gatedmem.proofs.certificates.context.model import ClampedMemory
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statement; tests that put other numbers here must see them refuted.
SPREAD_SQUARED = Fraction(2)  # two entries of a vector of norm R differ by at most √(this)·R
GROWTH = Fraction(1)  # γ = -(this)·η_min

ERRORS = (Fraction(1, 5), Fraction(1, 100), Fraction(1, 10**6))
# Modes whose rates are closer than this cannot be told apart within a meaningful time.
APART = 1e-6
LARGEST = 32


@dataclass(frozen=True)
class Mode:
    """One eigenspace of A: its eigenvalue, and the parts of s(0) and of u in it, shape (N,) each."""

    eta: Ball
    start: Vector
    drive: Vector

    def at(self, time: Ball) -> Vector:
        """Its part of s(t), τ_s the unit of time: e^{-ηt}a(0) + (1 - e^{-ηt})c/η."""
        grown = (-self.eta * time).exp()
        filled = (1 - grown) / self.eta
        return [grown * a + filled * c for a, c in zip(self.start, self.drive, strict=True)]

    def speed(self, time: Ball) -> Vector:
        """Its part of τ_s ṡ(t)."""
        grown = (-self.eta * time).exp()
        return [grown * (c - self.eta * a) for a, c in zip(self.start, self.drive, strict=True)]


def cg9(request: Request) -> Iterator[Certified]:
    """The modal solution and the winner from the explicit time on; sharp for two memories; where there is none."""
    rng = np.random.default_rng([request.seed, 209])
    for index, (instance, start) in enumerate(_runs(request, rng)):
        yield certify(instance.name, _winner, ClampedMemory(instance), start, ERRORS[index % 3])
    if request.context is None:
        for beta in (0.5, 4.0):
            for error in ERRORS[1:]:
                pair = ContextInstance(np.array([[1.0, 0.0], [0.75, 1.0]]), 2.0, beta, 0.0)
                name = f"two memories β={beta:g} δ={error}"
                yield certify(f"{name}: the time is attained", _attained, pair, error, 1)
                yield certify(f"{name}: the necessary time is attained", _attained, pair, error, -1)
        opposite = ContextInstance(
            np.array([[1.0], [-1.0]]), 2.0, 2.0, 0.0, np.array([0.5, -0.25]), name="opposite pair: no winner"
        )
        yield certify(opposite.name, _no_winner, ClampedMemory(opposite), rng.integers(1, 9, 2) / 8.0)


def modes_of(memory: ClampedMemory, start: Float) -> list[Mode] | None:
    """The modes in increasing order of η, or None if the spectrum could not be separated.

    Norms of exactly 1 and dependent memories make the critical eigenspace ker G, known exactly; the others are then
    those of the small matrix ZZᵀ.
    """
    instance, n = memory.instance, memory.n
    initial = vector(start)
    overlaps = gram(instance.memories)
    kernel = null_space(rational_matrix(instance.memories).transpose())
    if kernel and instance.alpha > 1 and all(overlaps[i, i] == 1 for i in range(n)):
        rows = matrix(instance.memories)
        found = _projections(rows.transpose() * rows)
        if found is None:
            return None
        alpha, rest = ball(instance.alpha), [initial, memory.drive]
        modes = []
        for mu, inner in found:
            if mu.contains(0):
                return None
            projector = rows * inner * rows.transpose() * (1 / mu)
            parts = [product(projector, entry) for entry in (initial, memory.drive)]
            rest = [[a - b for a, b in zip(x, y, strict=True)] for x, y in zip(rest, parts, strict=True)]
            modes.append(Mode(1 - alpha * (1 - mu), parts[0], parts[1]))
        return sorted([*modes, Mode(1 - alpha, rest[0], rest[1])], key=lambda mode: float(mode.eta.mid()))
    projections = _projections(arb_mat(memory.gates))
    if projections is None:
        return None
    return [Mode(eta, product(p, initial), product(p, memory.drive)) for eta, p in projections]


def _projections(symmetric: arb_mat) -> list[tuple[Ball, arb_mat]] | None:
    """The eigenvalues, isolated and in increasing order, with the projections on their eigenvectors."""
    n = symmetric.nrows()
    if n == 1:
        return [(symmetric[0, 0], arb_mat([[1]]))]
    # Symmetric and isolated: every eigenvalue and every projection is real.
    if real_spectrum(symmetric) is None:
        return None
    values, left, right = acb_mat(symmetric).eig(left=True, right=True)
    out = []
    for k, value in enumerate(values):
        columns: list[acb] = [right[i, k] for i in range(n)]
        rows: list[acb] = [left[k, j] for j in range(n)]
        out.append((value.real, arb_mat([[(a * b).real for b in rows] for a in columns])))
    return sorted(out, key=lambda pair: float(pair[0].mid()))


def _state(modes: Sequence[Mode], time: Ball) -> Vector:
    return [sum(parts, arb(0)) for parts in zip(*(mode.at(time) for mode in modes), strict=True)]


class Race:
    """What CG9 speaks of: γ, ξ, the winner, Δ_ξ, R, and M and γ₂ where several modes are unstable."""

    def __init__(self, modes: Sequence[Mode]) -> None:
        self.modes = modes
        first = modes[0]
        self.gamma = -ball(GROWTH) * first.eta
        self.xi = [a + c / self.gamma for a, c in zip(first.start, first.drive, strict=True)]
        order = sorted(range(len(self.xi)), key=lambda i: -float(self.xi[i].mid()))
        self.winner = order[0]
        self.leads = [self.xi[order[0]] - self.xi[j] for j in order[1:]]
        self.unstable = [mode for mode in modes[1:] if mode.eta < 0]
        size = norm(first.drive) / self.gamma
        total = size * size
        for mode in modes[1:]:
            begun, driven = norm(mode.start), norm(mode.drive) / mode.eta
            most = driven if mode.eta < 0 else begun.max(driven)
            total = total + most * most
        self.rest = total.sqrt()
        growing = [a + c / -m.eta for m in self.unstable for a, c in zip(m.start, m.drive, strict=True)]
        self.rivals = norm(growing) if growing else arb(0)
        self.second = -self.unstable[0].eta if self.unstable else arb(0)

    @property
    def lead(self) -> Ball:
        """Δ_ξ."""
        least = self.leads[0]
        for lead in self.leads[1:]:
            least = least.min(lead)
        return least

    def gaps(self, time: Ball) -> list[Ball]:
        """s_{i*}(t) - s_j(t) for the other j, mode by mode."""
        parts = [mode.at(time) for mode in self.modes]
        others = [j for j in range(len(self.xi)) if j != self.winner]
        return [sum((part[self.winner] - part[j] for part in parts), arb(0)) for j in others]

    def odds(self, beta: Ball, time: Ball) -> Ball:
        """The odds against the winner, Σ e^{-β gap}."""
        return sum(((-beta * gap).exp() for gap in self.gaps(time)), arb(0))

    def clear(self, beta: Ball, error: Fraction) -> Ball:
        """The time from which p_{i*} ≥ 1 - δ is claimed."""
        level = ball((1 - error) * len(self.leads) / error).log()  # κ
        spread = ball(SPREAD_SQUARED).sqrt()
        if not self.unstable:
            return ((level / (beta * self.lead)).log() + (spread * beta * self.rest / level).log1p()) / self.gamma
        both = level / beta + spread * (self.rest + self.rivals)
        return (both / self.lead).log() / (self.gamma - self.second)

    def latest(self, beta: Ball, time: Ball) -> Ball:
        """A bound on the odds at all later times: what grows is kept, what stays bounded is taken at its worst."""
        total = arb(0)
        others = [j for j in range(len(self.xi)) if j != self.winner]
        for j in others:
            lead = self.xi[self.winner] - self.xi[j]
            worst = abs(self.modes[0].drive[self.winner] - self.modes[0].drive[j]) / self.gamma
            for mode in self.modes[1:]:
                begun, driven = mode.start[self.winner] - mode.start[j], mode.drive[self.winner] - mode.drive[j]
                if mode.eta > 0:
                    worst = worst + abs(begun).max(abs(driven / mode.eta))
                else:
                    worst = worst + abs(driven / mode.eta)
                    lead = lead - ((-mode.eta - self.gamma) * time).exp() * abs(begun - driven / mode.eta)
            if not lead > 0:
                return arb("inf")
            total = total + (-beta * ((self.gamma * time).exp() * lead - worst)).exp()
        return total


def _winner(findings: Findings, memory: ClampedMemory, start: Float, error: Fraction) -> None:
    if memory.n == 1 or memory.eta is None or memory.eta[1] >= 0:
        findings.does_not_apply("A(α) has no eigenvalue proved negative: CG9 does not apply")
        return
    if memory.n > LARGEST:
        findings.does_not_apply(f"the modes are enclosed for at most {LARGEST} memories")
        return
    modes = modes_of(memory, start)
    if modes is None or any(mode.eta.contains(0) for mode in modes):
        findings.holds("the spectrum of A is separated", None)
        return
    race = Race(modes)
    findings.note("γ", race.gamma)
    if race.unstable and not race.gamma - race.second > APART * race.gamma:
        findings.does_not_apply("another mode grows at practically the same rate: CG9 gives no meaningful time")
        return
    if not all(lead > 0 for lead in race.leads):
        findings.does_not_apply("the argmax of ξ is not unique here")
        return
    findings.note("Δ_ξ", race.lead)
    findings.zero(
        "s(0) is the sum of the modes",
        [a - b for a, b in zip(_state(modes, arb(0)), vector(start), strict=True)],
        1e-40,
    )
    clear = race.clear(memory.beta, error).max(arb(0))
    clear = clear.upper()  # any later time is claimed as well
    findings.note("clear from t/τ_s =", clear)
    off = []
    for time in (arb(0), clear / 2, clear):
        s = _state(modes, time)
        speed = [sum(parts, arb(0)) for parts in zip(*(mode.speed(time) for mode in modes), strict=True)]
        off += [(a - b) / (1 + norm(s)) for a, b in zip(gate_drive(memory, s), speed, strict=True)]
    findings.zero("and obeys τ_s ṡ = u - As", off, 1e-40)
    allowed = ball(error / (1 - error))
    slow = race.gamma - race.second
    later = clear + 4 / slow
    findings.not_negative("p_{i*} ≥ 1-δ at the explicit time", [allowed - race.odds(memory.beta, clear)], 1e-40)
    findings.holds(
        "and on the whole interval after it",
        *positive_throughout(lambda time: allowed - race.odds(memory.beta, time), clear, later.mid()),
    )
    findings.positive("and for ever after that", [allowed - race.latest(memory.beta, later.mid())])
    _too_early(findings, race, memory.beta, error)


def _needed(race: Race, beta: Ball, error: Fraction) -> Ball:
    """(1/β)ln((1-δ)/δ) - √2R: what e^{γt}Δ_ξ must reach."""
    return ball((1 - error) / error).log() / beta - ball(SPREAD_SQUARED).sqrt() * race.rest


def _too_early(findings: Findings, race: Race, beta: Ball, error: Fraction) -> None:
    need = _needed(race, beta, error)
    if race.unstable or not need > race.lead:
        return
    first = (need / race.lead).log() / race.gamma
    findings.note("not before t/τ_s =", first)
    allowed = ball(error / (1 - error))
    before = (first * ball(1 - Fraction(1, 2**20))).lower()
    findings.holds(
        "p_{i*} < 1-δ before the necessary time",
        *positive_throughout(lambda time: race.odds(beta, time) - allowed, arb(0), before),
    )


def _attained(findings: Findings, pair: ContextInstance, error: Fraction, sign: int) -> None:
    """Two memories, s(0) and u along the critical mode (1, -1): gap = e^{γt}Δ_ξ ∓ √2R exactly."""
    push = np.array([1.0, -1.0]) / 2**8 * sign
    memory = ClampedMemory(replace(pair, drive=push))
    modes = modes_of(memory, np.array([1.0, -1.0]) / 16)
    if modes is None:
        findings.holds("the spectrum of A is separated", None)
        return
    race, beta = Race(modes), memory.beta
    time = race.clear(beta, error) if sign > 0 else (_needed(race, beta, error) / race.lead).log() / race.gamma
    findings.note("t/τ_s", time)
    findings.positive("a time after the start", [time])
    allowed = ball(error / (1 - error))
    findings.zero("p_{i*} = 1-δ exactly then", [race.odds(beta, time) / allowed - 1], 1e-40)
    findings.positive("less before", [race.odds(beta, time * ball(Fraction(99, 100))) - allowed])
    findings.positive("more after", [allowed - race.odds(beta, time * ball(Fraction(101, 100)))])


def _no_winner(findings: Findings, memory: ClampedMemory, start: Float) -> None:
    """The critical eigenspace is span(1): ξ is constant, and no gap ever opens."""
    modes = modes_of(memory, start)
    if modes is None:
        findings.holds("the spectrum of A is separated", None)
        return
    race = Race(modes)
    findings.positive("a mode grows", [race.gamma])
    findings.zero("ξ has equal entries", [race.xi[0] - race.xi[1]])
    other = modes[1]
    most = abs(other.start[0] - other.start[1]).max(abs(other.drive[0] - other.drive[1]) / other.eta)
    slacks = []
    for time in (0, 1, 5, 50):
        s = _state(modes, arb(time))
        slacks.append(most - abs(s[0] - s[1]))
    findings.not_negative("the gap stays as small as it was or is driven to be", slacks, 1e-40)
    findings.positive("while the gates run away", [norm(_state(modes, arb(50))) - 10**6])


def _runs(request: Request, rng: np.random.Generator) -> Iterator[tuple[ContextInstance, Float]]:
    if request.context is not None:
        user = request.context
        for trial in range(2 if user.n_memories <= 12 else 1):
            start = rng.integers(-64, 65, user.n_memories) / 256.0
            yield replace(user, gain=0.0, name=user.name + (", another start" if trial else "")), start
        return
    for n, d, unit in ((2, 2, False), (3, 3, False), (4, 6, False), (5, 4, False), (6, 5, True), (9, 6, True)):
        found = 0
        while found < 3:
            base = draw_context(
                rng, n, d, alpha=0.0, beta=float(rng.choice([0.25, 1.0, 4.0])), gain=0.0, unit_norm=False
            )
            if unit:
                base = replace(base, memories=unit_memories(rng, n, d))
            overlaps = base.memories @ base.memories.T
            np.fill_diagonal(overlaps, 0.0)
            values, vectors = np.linalg.eigh(overlaps)
            alpha = float(rng.choice([1.125, 1.5, 2.5])) * (1.0 if unit else -1.0 / values[0])
            start = rng.integers(-64, 65, n) / 256.0
            etas = 1.0 + alpha * values
            critical = etas - etas[0] < 1e-9
            # Skipped: rates that nearly vanish or nearly tie, and two entries of ξ that nearly do.
            others = etas[~critical]
            assert base.drive is not None
            along = (start - base.drive / etas[0]) @ vectors[:, critical]
            xi = np.sort(vectors[:, critical] @ along)
            if np.abs(etas).min() < 0.02 or others[0] - etas[0] < -0.1 * etas[0] or xi[-1] - xi[-2] < 0.02:
                continue
            found += 1
            name = f"{'unit norms' if unit else 'drawn'} N={n} d={d} α={alpha:.4g} β={base.beta:g} run {found}"
            yield replace(base, alpha=alpha, name=name), start
