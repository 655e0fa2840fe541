"""Attempts to break the statement on the free context (CG5): eqs. 1-4 with W₁ = Zᵀ diverge, and the repair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gatedmem.numerics import four_layers as model
from gatedmem.numerics.four_layers import FourLayers
from gatedmem.numerics.instances import Array, draw_context
from gatedmem.numerics.integrate import solve
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, combine, outcome, row, said

REPAIR = 1.0
"""CG5: the repair for α < 1 is k² < α + c(1-α)/μ_max(G), for α > 1 k² < α - c(α-1)/μ_min."""

_INTEGRATION = 1e-7


def cg5(request: Request) -> Search:
    """CG5: W₁ = Zᵀ, unit norms, λ > 0: unbounded energy, the growth of solutions, and which W₁ = kZᵀ mends it."""
    rng = np.random.default_rng([request.seed, 5])
    followed = [0, 0]

    def energies(system: FourLayers, tally: Tally) -> None:
        n, alpha, beta, gain = _numbers(system)
        gram, where = system.memories @ system.memories.T, said(_describe(system))
        competing = gram - np.diag(np.diag(gram))
        tilde = np.eye(n) + alpha * competing - system.projection @ system.projection.T
        tally.trials += 1
        size, roundings = 1.0 + (1.0 + alpha) * n, 4.0 * n + system.memories.shape[1] + 40.0
        tally.equal(
            "Ã = (1-α)(I - G)",
            tilde,
            (1.0 - alpha) * (np.eye(n) - gram),
            scale=size,
            roundings=roundings,
            where=where,
        )
        # With c = W₁ᵀs and q = Zp at rest only s and p are left. Far out along the lowest mode, and along a gate.
        ways = [np.linalg.eigh(tilde)[1][:, 0], np.eye(n)[0]]
        lowest = np.inf
        for length in (1e2, 1e4):
            for way in (*ways, -ways[0]):
                s, r = length * way, 60.0 / beta * np.eye(n)[int(way.argmax())]
                p = np.exp(beta * (r - r.max()))
                p /= p.sum()
                state = np.concatenate([s @ system.projection, s, r, p @ system.memories])
                lowest = min(lowest, float(model.energy(system, state)))
        # Trace Ã = 0: either a mode pays -length²·|η|/2, or Ã = 0 and the gate that is retrieved pays -λ·length.
        deepest = 1e4 * gain
        tally.at_most(
            "the energy is below -λ·10⁴ somewhere",
            lowest,
            -deepest + 1.0,
            scale=1e8 * size + 1e4 * gain,
            roundings=roundings,
            where=where,
            tight=False,
        )

    def growth(system: FourLayers, tally: Tally) -> None:
        """The rates: of the linear part by its spectrum, of the whole system by following it."""
        n, alpha, _, gain = _numbers(system)
        tau_c, tau_s, _, _ = system.taus
        gram, where = system.memories @ system.memories.T, _describe(system)
        mu, modes = np.linalg.eigh(gram)
        eta = 1.0 - alpha * (1.0 - mu)
        middle, product = tau_c * eta + tau_s, (1.0 - alpha) * (1.0 - mu)
        roots = (-middle + np.sqrt(middle**2 - 4.0 * tau_c * tau_s * product)) / (2.0 * tau_c * tau_s)
        rate = float(roots.max())
        scaled = np.block(
            [
                [-np.eye(system.sizes[0]) / tau_c, system.projection.T / np.sqrt(tau_c * tau_s)],
                [
                    system.projection / np.sqrt(tau_c * tau_s),
                    -(np.eye(n) + alpha * (gram - np.diag(np.diag(gram)))) / tau_s,
                ],
            ]
        )
        tally.trials += 1
        speed = float(np.abs(scaled).sum(axis=1).max())
        tally.equal(
            "the largest root of τ_cτ_sρ² + (τ_cη+τ_s)ρ + (1-α)(1-μ) is the growth rate",
            float(np.linalg.eigvalsh(scaled)[-1]),
            rate,
            # A root near 0 is the square root of a rounding away from its neighbour at worst.
            scale=speed + float(middle.max()) / (tau_c * tau_s),
            roundings=20.0 * n + 100.0,
            where=said(where),
        )
        start = rng.standard_normal((2, sum(system.sizes))).round(3)
        linear = float(np.abs(product).max()) < 1e-12

        def flow(y: Values) -> Values:
            return model.velocity(system, y)

        if linear:
            followed[1] += len(start)
            times = np.array([0.0, 1.0, 10.0, 100.0])
            path = solve(flow, start, times, tolerance=1e-10)
            c, s, _, _ = system.split(path)
            carried = (tau_s * s + tau_c * c @ system.projection.T).sum(axis=-1)
            size = 1.0 + np.abs(path).max(axis=(1, 2))[:, None] * n * (tau_s + tau_c)

            def at_time(at: tuple[int, ...]) -> str:
                return f"{where} start={row(start[at[1]], 6)} t={times[at[0]]:g}"

            tally.equal(
                "⟨1, τ_s s + τ_c W₁c⟩ grows by exactly λt",
                carried - carried[0],
                gain * times[:, None] * np.ones(len(start)),
                scale=size,
                roundings=_INTEGRATION / UNIT,
                where=at_time,
            )
            length = np.sqrt(tau_c * (c * c).sum(axis=-1) + tau_s * (s * s).sum(axis=-1))
            tally.at_most(
                "and the state no faster",
                length,
                length[0] + gain * times[:, None] / np.sqrt(tau_s),
                scale=size,
                roundings=_INTEGRATION / UNIT,
                where=at_time,
                tight=False,
            )
            return
        # Followed over a growth of e^20: slow rates and stiff problems are left to the spectrum.
        if rate * 20.0 < speed or n > 6:
            return
        times = np.array([0.0, 12.0, 20.0]) / rate
        path = solve(flow, start, times, tolerance=1e-8)
        top = np.abs(roots - rate) < 1e-9 * (1.0 + rate)
        along = np.linalg.norm(system.split(path)[1] @ modes[:, top], axis=-1)
        # In a mode y(t) = Ce^{ρt} + (bounded forcing): what is not C is at most a few λ/ρ... at the first time.
        allowed = 50.0 * (1.0 + gain) * (1.0 + speed / rate) / along[1] + _INTEGRATION
        tally.trials += len(start)
        generic = allowed < 0.1
        followed[0] += int(generic.sum())
        tally.equal(
            "solutions grow at that rate",
            np.where(generic, np.log(np.maximum(along[2], 1e-300) / np.maximum(along[1], 1e-300)), 8.0),
            8.0,
            scale=np.maximum(allowed, _INTEGRATION),
            roundings=1.0 / UNIT,
            where=lambda at: f"{where} start={row(start[at[0]], 6)}",
        )

    def repair(system: FourLayers, tally: Tally) -> None:
        n, alpha, beta, gain = _numbers(system)
        gram = system.memories @ system.memories.T
        mu = np.linalg.eigvalsh(gram)
        definite = mu[0] > 1e-6
        if alpha < 1.0:
            limit = alpha + REPAIR * (1.0 - alpha) / mu[-1]
        elif not definite:
            return
        else:
            limit = alpha - REPAIR * (alpha - 1.0) / mu[0]
        if limit <= 1e-6:
            return
        tally.trials += 2
        # α > 1 amplifies the rounding of μ_min by 1/μ_min².
        step = 1e-6 * (1.0 + (alpha / mu[0] if alpha >= 1.0 else 0.0))
        for side in (-1.0, 1.0):
            square = limit * (1.0 + side * min(step, 0.5))
            mended = replace(system, projection=np.sqrt(square) * system.memories)
            tilde = np.eye(n) + alpha * (gram - np.eye(n)) - mended.projection @ mended.projection.T
            lowest = float(np.linalg.eigvalsh(tilde)[0])
            tally.at_most(
                f"Ã {'≻ 0' if side < 0 else 'is not positive'} at k² = {square:.10g}",
                0.0,
                -side * lowest,
                scale=(1.0 + alpha + square) * n,
                roundings=0.0,
                where=said(_describe(mended)),
                tight=False,
            )
        # Well inside, the energy has a floor: -λ²/(2η) from the gates, -1/2 from the query, -log N/β.
        mended = replace(system, projection=np.sqrt(0.9 * limit) * system.memories)
        tilde = np.eye(n) + alpha * (gram - np.eye(n)) - mended.projection @ mended.projection.T
        floor = -(gain**2 / (2.0 * float(np.linalg.eigvalsh(tilde)[0])) + 0.5 + np.log(n) / beta)
        p = np.concatenate([np.eye(n)[:6], np.full((1, n), 1.0 / n)])
        s = gain * np.linalg.solve(tilde, p.T).T
        r = np.log(np.maximum(p, 1e-30)) / beta
        best = np.concatenate([s @ mended.projection, s, r, p @ system.memories], axis=-1)
        far = best + 10.0 ** rng.uniform(-2.0, 4.0, (len(p), 1)) * rng.standard_normal(best.shape)
        states = np.concatenate([best, far])
        tally.at_most(
            "mended, the energy is bounded below",
            floor,
            model.energy(mended, states),
            scale=1.0 + abs(floor) + (1.0 + alpha + limit) * n * (states**2).sum(axis=-1),
            roundings=10.0 * n + 60.0,
            where=lambda at: f"{_describe(mended)} state={row(states[at[0]], 12)}",
            tight=False,
        )

    user = request.context
    if user is not None:
        unit = np.allclose(np.linalg.norm(user.memories, axis=1), 1.0, atol=1e-12)
        if not unit or user.gain == 0.0:
            return outcome(Tally(), notes=["needs unit norms and λ > 0: nothing to test"])
        systems = [FourLayers(user.memories, user.memories, user.alpha, user.beta, user.gain)]
    else:
        systems = list(_drawn(request))
    searches = [attack(part, systems, None, seed=0, examples=0) for part in (energies, growth, repair)]
    note = f"followed {followed[0]} exponential and {followed[1]} linear escapes"
    return combine(*searches, outcome(Tally(), notes=[note]))


def _drawn(request: Request) -> Iterator[FourLayers]:
    rng = np.random.default_rng([request.seed, 50])
    for n, d in ((1, 1), (2, 1), (2, 2), (3, 3), (5, 2), (6, 6), (4, 8), (12, 5), (40, 10)):
        for alpha in (0.0, 0.3, 0.9, 1.0, 1.4, 3.0):
            base = draw_context(rng, n, d, alpha=alpha, beta=1.0, gain=float(rng.choice([0.1, 1.0, 4.0])))
            taus = rng.choice([0.5, 1.0, 2.0], 4).tolist()
            beta = float(10.0 ** rng.uniform(-0.5, 1.0))
            yield _system(base.memories, alpha, beta, base.gain, taus)
    # Orthonormal, nearly so, and copies.
    for table in (
        np.eye(3),
        np.array([[1.0, 0.0], [0.28, 0.96]]),
        np.array([[1.0], [1.0]]),
        np.array([[1.0], [-1.0]]),
    ):
        for alpha in (0.0, 0.5, 1.0, 2.0):
            yield _system(table, alpha, 2.0, 0.5, [1.0, 0.5, 1.0, 2.0])


def _system(memories: Array, alpha: float, beta: float, gain: float, taus: list[float]) -> FourLayers:
    return FourLayers(memories, memories, alpha, beta, gain, (taus[0], taus[1], taus[2], taus[3]))


def _numbers(system: FourLayers) -> tuple[int, float, float, float]:
    return len(system.memories), system.alpha, system.beta, system.gain


def _describe(system: FourLayers) -> str:
    n, d = system.memories.shape
    table = "|".join(row(memory) for memory in system.memories) if n * d <= 9 else f"N={n} d={d}"
    return f"ζ={table} α={system.alpha:.6g} β={system.beta:.6g} λ={system.gain:.6g} τ={system.taus}"
