"""Attempts to break the statements on the transition: the winner (CG9), what it ignores (CG20), feedback (CG17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, ContextInstance, draw_context
from gatedmem.numerics.integrate import context_solution
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import describe, flow, gates_of
from gatedmem.proofs.falsifiers.search import STEP, UNIT, Tally, attack, outcome, row, said

FEEDBACK = 1.0
"""CG17: the constant c in cλ²β/N < η_min^⊥."""

SPREAD = float(np.sqrt(2.0))
"""CG9: the constant c in ln(1 + cβR/κ): two entries of a vector of norm R differ by at most √2 R."""

# Longest run, in units of the growth time: e^γt stays far from overflow and every mode is resolved.
_LONGEST = 60.0
_INTEGRATION = 1e-8


def cg17(request: Request) -> Search:
    """CG17: with G1 = μ_G 1 the uniform state is linearly stable iff λ²β/N < η_min^⊥, or α < α_crit(1 - λ²β/N)."""
    rng = np.random.default_rng([request.seed, 17])

    def check(instance: ContextInstance, tally: Tally) -> None:
        n, beta, gain, alpha = instance.n_memories, instance.beta, instance.gain, instance.alpha
        gram = instance.memories @ instance.memories.T
        mean_free = _mean_free(n)
        mu = np.linalg.eigvalsh(mean_free.T @ gram @ mean_free)
        strength = FEEDBACK * gain**2 * beta / n
        tau_s, tau_r = (float(tau) for tau in 10.0 ** rng.uniform(-2.0, 1.0, 2))
        where = said(f"{describe(instance)} τ_s={tau_s:.6g} τ_r={tau_r:.6g}")
        tally.trials += 1
        # The flow at the uniform equilibrium, differentiated by the complex step.
        uniform = np.full(n, 1.0 / n)
        rest = np.concatenate([model.steady_gates(instance, uniform), model.steady_retrieval(instance, uniform)])
        size = (1.0 + float(np.abs(rest).max())) * (1.0 + alpha * n) * (1.0 + gates_of(instance).amplification)
        tally.equal(
            "the uniform state rests", flow(instance, rest), 0.0, scale=size, roundings=8.0 * n + 40.0, where=where
        )
        jacobian = flow(instance, rest + 1j * STEP * np.eye(2 * n)).imag.T / STEP
        jacobian[:n] /= tau_s
        jacobian[n:] /= tau_r
        # Both 1 and its complement are invariant; scaled so that the block on the complement is symmetric.
        ratio = float(np.sqrt(max(gain * beta / n, 1e-300) / tau_s * tau_r / gain)) if gain > 0.0 else 1.0
        frame = np.block([[mean_free, np.zeros_like(mean_free)], [np.zeros_like(mean_free), mean_free / ratio]])
        back = np.block([[mean_free, np.zeros_like(mean_free)], [np.zeros_like(mean_free), mean_free * ratio]])
        block = back.T @ jacobian @ frame
        along = np.array([np.concatenate([np.full(n, n**-0.5), np.zeros(n)]), np.zeros(2 * n)])
        along[1, n:] = n**-0.5
        grown = float(np.linalg.eigvals(along @ jacobian @ along.T).real.max())
        if n > 1:
            grown = max(grown, float(np.linalg.eigvals(block).real.max()))
        # (τ_sρ + η)(τ_rρ + 1) = λ²β/N over the complement; -1/τ_r and -η_1/τ_s on 1.
        eta = 1.0 - alpha * (1.0 - mu)
        middle, product = tau_s + tau_r * eta, eta - strength
        roots = (-middle + np.sqrt((tau_s - tau_r * eta) ** 2 + 4.0 * tau_s * tau_r * strength)) / (
            2.0 * tau_s * tau_r
        )
        mean_overlap = float(gram.sum()) / n
        expected = max([*roots.tolist(), -1.0 / tau_r, -(1.0 - alpha * (1.0 - mean_overlap)) / tau_s])
        rate = (1.0 + alpha * n) / tau_s + 1.0 / tau_r + float(np.sqrt(strength / (tau_s * tau_r)))
        blur = 20.0 * n + 60.0
        tally.equal(
            "the largest exponent solves (τ_sρ + η)(τ_rρ + 1) = λ²β/N",
            grown,
            expected,
            scale=rate,
            roundings=blur,
            where=where,
        )
        lowest = float(product.min(initial=np.inf))
        if n == 1 or abs(lowest) < 1e-7 * (1.0 + alpha * n + strength):
            return
        stable = grown < 0.0
        tally.equal(
            f"stable iff λ²β/N < η_min^⊥ (difference {lowest:.3g})",
            float(stable),
            float(lowest > 0.0),
            scale=1.0,
            roundings=1.0,
            where=where,
        )
        if mu[0] < 1.0 - 1e-9:
            critical = (1.0 - strength) / (1.0 - mu[0])
            tally.equal(
                f"stable iff α < α_crit(1 - λ²β/N) = {critical:.8g}",
                float(stable),
                float(alpha < critical),
                scale=1.0,
                roundings=1.0,
                where=where,
            )

    if request.context is None:
        return attack(check, _balanced(rng), None, seed=0, examples=0)
    user = request.context
    gram = user.memories @ user.memories.T
    sums, size = gram.sum(axis=1), float(np.abs(gram).sum(axis=1).max())
    unit = np.allclose(np.diag(gram), 1.0, atol=1e-12) and float(np.ptp(sums)) <= 1e-10 * size
    level = float(sums.mean())
    if not unit or user.alpha * (1.0 - level) >= 1.0 or not gates_of(user).invertible:
        return outcome(Tally(), notes=["needs unit norms, G1 = μ_G 1 and α(1 - μ_G) < 1: nothing to test"])
    n = user.n_memories
    return attack(check, [replace(user, drive=np.ones(n), evidence=np.ones(n))], None, seed=0, examples=0)


def cg9(request: Request) -> Search:
    """CG9: above criticality the modal solution, the winner, and explicit times after and before it is clear."""
    tested = [0, 0, 0]

    def check(run: Run, tally: Tally) -> None:
        instance, tau = run.instance, run.tau
        modes = Modes(run)
        if modes.gap <= 1e-3 * modes.size or modes.blurred:
            return
        n, beta, gamma = instance.n_memories, instance.beta, modes.gamma
        kappa = float(np.log((1.0 - run.delta) * (n - 1.0) / run.delta))
        steady = not modes.several
        if steady and kappa > 0.0:
            # The statement: all other modes are stable.
            enough = np.log(kappa / (beta * modes.gap)) + np.log1p(SPREAD * beta * modes.rest / kappa)
            clear = tau / gamma * float(enough)
        elif kappa > 0.0:
            # Several unstable modes: the next grows like e^{γ₂t}; the gap is Δ_ξe^{γt} - √2(R + R_u e^{γ₂t}) or more.
            both = SPREAD * (modes.rest + modes.rivals) + kappa / beta
            clear = tau / (gamma - modes.second) * float(np.log(both / modes.gap))
        else:
            clear = 0.0
        clear = max(clear, 0.0)
        if gamma * clear / tau > _LONGEST:
            return
        tally.trials += 1
        times = np.array(
            [0.0, *sorted({0.25 * clear, clear, 1.3 * clear + 0.1 * tau / gamma, clear + 3.0 * tau / gamma})]
        )
        times = times[np.concatenate([[True], np.diff(times) > 0.0])]
        path = context_solution(instance, run.start, np.zeros(n), times, tau_s=tau, tau_r=tau)
        grown = np.exp(-np.multiply.outer(times / tau, modes.eigenvalues))
        amplitudes = modes.start * grown + modes.drive * (1.0 - grown) / modes.eigenvalues
        size = (np.abs(path.s).max(axis=-1) + modes.size)[:, None]

        def where(at: tuple[int, ...]) -> str:
            return f"{describe(instance)} τ_s={tau:.6g} s(0)={row(run.start)} δ={run.delta:.3g} t={times[at[0]]:.8g}"

        tally.equal(
            "s(t) is the modal solution",
            path.s,
            amplitudes @ modes.vectors.T,
            scale=size * n,
            roundings=_INTEGRATION / UNIT,
            where=where,
        )
        if kappa <= 0.0:
            return
        # From the clear time on: the simulated state, whose error the gap allows for.
        log_p = soft.log_softmax(path.s, beta)[:, modes.winner]
        late = times >= clear
        tested[1 if modes.several else 0] += 1
        allowed = _INTEGRATION * n * beta * size[:, 0]
        tally.at_most(
            "p_{i*}(t) ≥ 1 - δ from the explicit time on",
            np.where(late, np.log1p(-run.delta), -np.inf),
            np.where(late, log_p + allowed, 0.0),
            scale=1.0,
            roundings=1.0,
            where=where,
            tight=False,
        )
        tally.near(float(log_p[late][0] - np.log1p(-run.delta)) / -float(np.log1p(-run.delta)))
        # Necessary: a runner-up is within Δ_ξe^{γt} + √2R, and p_{i*} ≥ 1 - δ asks for a lead of ln((1-δ)/δ)/β.
        need = float(np.log((1.0 - run.delta) / run.delta)) / beta - SPREAD * modes.rest
        if steady and need > 0.0:
            first = tau / gamma * float(np.log(need / modes.gap))
            if first > 0.0:
                before = np.array([0.0, 0.5 * first, first * (1.0 - 1e-6)])
                early = context_solution(instance, run.start, np.zeros(n), before, tau_s=tau, tau_r=tau)
                tested[2] += 1
                tally.at_most(
                    "p_{i*}(t) < 1 - δ before the necessary time",
                    soft.log_softmax(early.s, beta)[:, modes.winner],
                    np.log1p(-run.delta) + _INTEGRATION * n * beta * (np.abs(early.s).max() + modes.size),
                    scale=1.0,
                    roundings=1.0,
                    where=lambda at: (
                        f"{describe(instance)} τ_s={tau:.6g} s(0)={row(run.start)} t={before[at[0]]:.8g}"
                    ),
                    tight=False,
                )

    if request.context is not None and gates_of(request.context).eigenvalues[0] >= -1e-9:
        return outcome(Tally(), notes=["A(α) has no negative eigenvalue: nothing to test"])
    searched = attack(check, _runs(request, 9), None, seed=0, examples=0)
    note = f"times tested: {tested[0]} with one unstable level, {tested[1]} with several, {tested[2]} necessary times"
    if searched.trials == 0:
        note = "no run with a unique winner and well-separated modes: nothing to test"
    return replace(searched, notes=(note,))


def cg20(request: Request) -> Search:
    """CG20: for N > d and unit norms the critical eigenspace is ker G, and drives in range(G) never move i*."""
    changed = 0

    def check(run: Run, tally: Tally) -> None:
        nonlocal changed
        instance, tau = run.instance, run.tau
        n, modes = instance.n_memories, Modes(run)
        where = said(f"{describe(instance)} s(0)={row(run.start)}")
        critical = modes.vectors[:, modes.critical]
        rank = int(np.linalg.matrix_rank(instance.memories, tol=1e-9 * np.sqrt(n)))
        tally.trials += 1
        tally.equal(
            "dim of the critical eigenspace = N - rank",
            critical.shape[1],
            n - rank,
            scale=1,
            roundings=1,
            where=where,
        )
        tally.equal(
            "η_min = 1 - α",
            modes.eigenvalues[0],
            1.0 - instance.alpha,
            scale=1.0 + instance.alpha * n,
            roundings=10.0 * n + 20.0,
            where=where,
        )
        # Eigenvectors are good to a rounding of A over the distance to the next eigenvalue.
        blur = (n + 20.0) * n * (1.0 + instance.alpha) / (modes.distance * instance.alpha)
        tally.equal("Z e = 0 on it", instance.memories.T @ critical, 0.0, scale=1.0, roundings=blur, where=where)
        if modes.gap <= 1e-3 * modes.size or modes.blurred:
            return
        rng = np.random.default_rng([request.seed, n])
        gram = instance.memories @ instance.memories.T
        for strength in (1.0, 10.0):
            shift = strength * gram @ rng.standard_normal(n)
            other = replace(instance, drive=model.drive(instance) + shift)
            run_other = replace(run, instance=other)
            modes_other = Modes(run_other)
            # Long enough for e^{γt}Δ_ξ to outgrow whatever else there is, in either run.
            lead = max(np.log(30.0 * SPREAD * (m.rest + m.rivals) / m.gap + 30.0) for m in (modes, modes_other))
            horizon = tau * float(lead) / (modes.gamma - max(modes.second, 0.0))
            if modes.gamma * horizon / tau > _LONGEST:
                continue
            times = np.array([0.0, 0.01 * horizon, horizon])
            tally.trials += 1
            winners = []
            for each in (instance, other):
                path = context_solution(each, run.start, np.zeros(n), times, tau_s=tau, tau_r=tau, tolerance=1e-9)
                winners.append(int(path.s[-1].argmax()))
                changed += int(path.s[1].argmax() != path.s[-1].argmax())
            tally.equal(
                "adding a vector of range(G) leaves i* in place",
                np.array(winners, dtype=np.float64),
                float(modes.winner),
                scale=1.0,
                roundings=1.0,
                where=said(f"{where(())} added drive {row(shift)}"),
            )

    user = request.context
    if user is not None:
        n, d = user.memories.shape
        unit = bool(np.allclose(np.linalg.norm(user.memories, axis=1), 1.0, atol=1e-12))
        if not unit or n <= d or user.alpha <= 1.0 + 1e-9:
            return outcome(Tally(), notes=["needs unit norms, N > d and α > 1: nothing to test"])
    searched = attack(check, _runs(request, 20, overcomplete=True), None, seed=0, examples=0)
    return replace(searched, notes=(f"at a hundredth of the time another memory led in {changed} runs",))


@dataclass(frozen=True)
class Run:
    """Gates alone: an instance with λ = 0, a start s(0), a time constant and the error δ allowed to the winner."""

    instance: ContextInstance
    start: Array
    tau: float
    delta: float


class Modes:
    """The modal decomposition of a run above criticality and the quantities of CG9.

    ``rest`` is R: what the constant parts of all modes and the stable modes can amount to; ``rivals`` is the norm
    of the growing parts of the unstable modes beside the critical ones, ``second`` their largest growth rate.
    """

    def __init__(self, run: Run) -> None:
        instance = run.instance
        self.eigenvalues, self.vectors = np.linalg.eigh(gates_of(instance).matrix)
        self.start, self.drive = run.start @ self.vectors, model.drive(instance) @ self.vectors
        top = float(np.abs(self.eigenvalues).max())
        self.critical = self.eigenvalues - self.eigenvalues[0] < 1e-9 * top
        unstable = (self.eigenvalues < 0.0) & ~self.critical
        stable = ~self.critical & ~unstable
        self.gamma = -float(self.eigenvalues[0])
        others = self.eigenvalues[~self.critical]
        self.distance = float(others[0] - self.eigenvalues[0]) if others.size else 1.0
        # An eigenvalue near 0 neither decays nor grows at a rate; one near the critical one takes forever to lose.
        self.blurred = bool((np.abs(self.eigenvalues) < 1e-3).any()) or self.distance < 1e-2 * self.gamma
        growing = np.where(
            self.eigenvalues < 0.0, self.start - self.drive / np.minimum(self.eigenvalues, -1e-300), 0.0
        )
        xi = self.vectors[:, self.critical] @ growing[self.critical]
        order = np.argsort(-xi)
        self.winner = int(order[0])
        self.gap = float(xi[order[0]] - xi[order[1]]) if len(xi) > 1 else 0.0
        limit = np.abs(self.drive / np.where(self.eigenvalues == 0.0, 1e-300, self.eigenvalues))
        constant = np.where(stable, np.maximum(np.abs(self.start), limit), limit)
        self.rest, self.rivals = float(np.linalg.norm(constant)), float(np.linalg.norm(growing[unstable]))
        self.several = bool(unstable.any())
        self.second = -float(self.eigenvalues[unstable][0]) if self.several else 0.0
        self.size = 1.0 + float(np.linalg.norm(run.start) + np.linalg.norm(self.drive))


def _runs(request: Request, salt: int, *, overcomplete: bool = False) -> Iterator[Run]:
    rng = np.random.default_rng([request.seed, salt])
    sizes = (
        ((2, 1), (3, 2), (5, 3), (8, 3), (20, 5))
        if overcomplete
        else ((2, 2), (3, 3), (4, 6), (3, 2), (5, 4), (8, 3))
    )
    for n, d in sizes if request.context is None else [(0, 0)] * 2:
        for trial in range((6 if overcomplete else 12) if request.context is None else 5):
            if request.context is None:
                memories = draw_context(
                    rng, n, d, alpha=0.0, beta=1.0, gain=0.0, unit_norm=overcomplete or trial % 2 == 0
                )
                if trial == 5 and overcomplete:
                    memories = replace(memories, memories=memories.memories[[0, *range(n - 1)]])  # a copy
                critical = model.critical_alpha(memories)
                alpha = min(critical, 50.0) * float(rng.choice([1.05, 1.3, 2.0, 3.0]))
                base = replace(memories, alpha=alpha, beta=float(10.0 ** rng.uniform(-1.0, 1.0)))
            else:
                base = replace(request.context, gain=0.0)
            n = base.n_memories
            if n == 1 or gates_of(base).eigenvalues[0] >= -1e-9:
                continue
            start = 10.0 ** rng.uniform(-2.0, 0.0) * rng.standard_normal(n)
            yield Run(
                base, start.round(3), float(10.0 ** rng.uniform(-1.0, 1.0)), float(rng.choice([0.2, 0.01, 1e-6]))
            )


def _balanced(rng: np.random.Generator) -> Iterator[ContextInstance]:
    """Unit-norm memories with G1 = μ_G 1: roots of circulant Gram matrices, frames on a circle, pairs, copies."""
    for n in (1, 2, 3, 4, 7, 12, 30):
        for trial in range(24):
            if trial % 4 == 0 and n > 1:
                angles = 2.0 * np.pi * np.arange(n) / n
                memories = np.stack([np.cos(angles), np.sin(angles)], axis=1)
            else:
                spectrum = rng.standard_gamma(0.7, n)
                spectrum = spectrum + spectrum[-np.arange(n) % n]
                spectrum *= n / spectrum.sum()
                row_of = np.fft.ifft(np.sqrt(spectrum)).real
                memories = np.array([np.roll(row_of, shift) for shift in range(n)])
            gram = memories @ memories.T
            level = float(gram.sum()) / n
            frame = _mean_free(n)
            low = float(np.linalg.eigvalsh(frame.T @ gram @ frame)[0]) if n > 1 else 1.0
            ceiling = min(3.0, 0.95 / (1.0 - level) if level < 1.0 else 3.0)
            alpha = ceiling * float(rng.uniform(0.0, 1.0))
            eta = 1.0 - alpha * (1.0 - low)
            beta = float(10.0 ** rng.uniform(-1.0, 1.0))
            # On both sides of the threshold, near it and far from it, and without feedback.
            factor = float(rng.choice([0.0, 0.5, 0.9999, 1.0001, 2.0]))
            gain = float(np.sqrt(max(factor * eta, 0.0) * n / beta))
            matrix = np.eye(n) + alpha * (gram - np.eye(n))
            if np.abs(np.linalg.eigvalsh(matrix)).min() < 1e-3:
                continue
            level_u, level_b = rng.standard_normal(2)
            yield ContextInstance(
                memories, alpha, beta, gain, np.full(n, level_u), np.full(n, level_b), f"balanced N={n}"
            )


def _mean_free(n: int) -> Array:
    """An orthonormal basis of 1^⊥ in columns, shape (n, n-1)."""
    return np.linalg.qr(np.column_stack([np.ones(n), np.eye(n)[:, 1:]]))[0][:, 1:]
