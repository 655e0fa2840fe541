"""Attempts to break the statements on the silent state (AG21, AG22) and on spectra at equilibria (AG23)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.linalg

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.numerics.integrate import astrocyte_solution
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    LOCAL,
    MOST_STEPS,
    Start,
    States,
    describe,
    draw_p,
    draw_x,
    starts,
)
from gatedmem.proofs.falsifiers.astrocyte.equilibria import newton_rest
from gatedmem.proofs.falsifiers.search import STEP, UNIT, Tally, attack, combine, outcome, said


def ag21(request: Request) -> Search:
    """AG21: (0, 1/K) is an equilibrium with linearisation (-I+σW_H)/τ_x ⊕ (-T/τ_p)I, stable iff σλ_max(W_H) < 1."""

    def check(instance: AstrocyteInstance, tally: Tally) -> None:
        n, k = instance.n_neurons, instance.n_patterns
        tally.trials += 1
        x, p = np.zeros(n), np.full(k, 1.0 / k)
        where = said(describe(instance))
        tally.equal(
            "ẋ = 0 at (0, 1/K)", model.neuron_velocity(instance, x, p), 0.0, scale=1.0, roundings=0, where=where
        )
        rate = np.log(k) * instance.temperature / instance.tau_p
        tally.equal(
            "ṗ = 0 at (0, 1/K)",
            model.gain_velocity(instance, x, p),
            0.0,
            scale=rate + 1e-300,
            roundings=2 * k + 40,
            where=where,
        )
        hebb = instance.patterns.T @ instance.patterns / n
        jacobian, _ = _jacobian(instance, x, p)
        expected = np.zeros_like(jacobian)
        expected[:n, :n] = (instance.sigma * hebb - np.eye(n)) / instance.tau_x
        expected[n:, n:] = -instance.temperature / instance.tau_p * np.eye(k - 1)
        scale = np.full_like(jacobian, 0.0)
        scale[:n, :n] = (instance.sigma * k / n + np.eye(n)) / instance.tau_x
        scale[n:, n:] = (1.0 + np.log(k)) * instance.temperature / instance.tau_p
        scale[:n, n:] = scale[n:, :n] = 1e-200
        tally.equal(
            "linearisation at (0, 1/K)", jacobian, expected, scale=scale, roundings=6.0 * (n + k) + 60, where=where
        )
        top = float(np.linalg.eigvalsh(hebb)[-1])
        tally.at_most("λ_max(W_H) ≥ 1", 1.0, top, scale=top, roundings=10.0 * n + 20, where=where)

    def near_the_edge(instance: AstrocyteInstance, tally: Tally) -> None:
        """Trajectories from near the silent state, at σλ_max = 0.9 and 1.1: back, or away."""
        n, k = instance.n_neurons, instance.n_patterns
        values, vectors = np.linalg.eigh(instance.patterns.T @ instance.patterns / n)
        for ratio in (0.9, 1.1):
            tuned = replace(instance, sigma=float(ratio / values[-1]), tau_x=1.0, tau_p=1.0, temperature=float(n))
            tally.trials += 1
            x0 = 1e-6 * vectors[:, -1] / tuned.sigma
            path = astrocyte_solution(tuned, x0, np.full(k, 1.0 / k), np.array([0.0, 20.0]), tolerance=1e-15)
            growth = float(np.linalg.norm(path.x[-1]) / np.linalg.norm(x0))
            # At this size the cubic terms are twelve orders of magnitude below.
            tally.equal(
                "growth near (0, 1/K) is e^{(σλ_max-1)t/τ_x}",
                np.log(growth),
                20.0 * (ratio - 1.0),
                scale=1.0,
                roundings=1e-4 / UNIT,
                where=said(describe(tuned)),
            )

    def at_criticality(instance: AstrocyteInstance, tally: Tally) -> None:
        """σλ_max = 1: the sign of the quartic term of E_eff over the critical eigenspace flips at T_c."""
        n, k = instance.n_neurons, instance.n_patterns
        values, vectors = np.linalg.eigh(instance.patterns.T @ instance.patterns / n)
        top = vectors[:, values > values[-1] * (1.0 - 1e-9)]
        if top.shape[1] > 2:
            return
        angles = np.linspace(0.0, np.pi, 721)[:, None] if top.shape[1] == 2 else np.zeros((1, 1))
        z = np.cos(angles) * top[:, 0] + (np.sin(angles) * top[:, 1] if top.shape[1] == 2 else 0.0)
        m = z @ instance.patterns.T
        spread = (m**4).sum(axis=1) - (m**2).sum(axis=1) ** 2 / k
        critical = float((3.0 * spread / (2.0 * n**2 * values[-1] * (z**4).sum(axis=1))).max())
        if critical < 1e-3:  # every T > 0 is above
            return
        for ratio, sign in ((0.97, -1.0), (1.03, 1.0)):
            tally.trials += 1
            tuned = replace(instance, sigma=float(1.0 / values[-1]), temperature=ratio * critical)
            scaled = 0.03 * z / tuned.sigma / np.abs(z).max()
            rest = _effective_energy(tuned, np.zeros((1, n)))
            curve = (_effective_energy(tuned, scaled) - rest) / 0.03**4
            size = k * tuned.temperature * (1.0 + np.log(k)) + n / tuned.sigma
            tally.at_most(
                f"E_eff {'rises' if sign > 0 else 'falls somewhere'} over V at {ratio:g} T_c",
                0.0,
                sign * float(curve.min()),
                scale=size / 0.03**4,
                roundings=0.0,
                where=said(f"{describe(tuned)} T_c={critical:.17g}"),
                tight=False,
            )

    rng = np.random.default_rng([request.seed, 21])
    shapes = [(1, 1), (2, 1), (1, 3), (2, 2), (5, 3), (8, 8), (12, 4), (20, 30), (40, 10)]
    instances = list(_instances(request, rng, shapes * 3))
    small = [instance for instance in instances if instance.patterns.size <= 400]
    orthogonal = [AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]))] if request.astrocyte is None else []
    return combine(
        attack(check, instances, None, seed=0, examples=0),
        attack(near_the_edge, small[:9], None, seed=0, examples=0),
        attack(at_criticality, orthogonal + small, None, seed=0, examples=0),
    )


def ag22(request: Request) -> Search:
    """AG22: σK < 1 leaves only (0, 1/K) in the interior and ‖x(t)‖ ≤ e^{-(1-σK)t/τ_x}‖x(0)‖."""
    rng = np.random.default_rng([request.seed, 22])

    def cold(start: Start) -> Start:
        k = start.instance.n_patterns
        ratio = float(rng.choice([0.2, 0.8, 0.99]))
        return Start(replace(start.instance, sigma=ratio / k), start.x0, start.p0, start.horizon)

    def path(start: Start, tally: Tally) -> None:
        instance = start.instance
        tally.trials += len(start.x0)
        times = np.linspace(0.0, 5.0 * instance.tau_x, 10)
        solution = astrocyte_solution(instance, start.x0, start.p0, times, tolerance=LOCAL)
        rate = (1.0 - instance.sigma * instance.n_patterns) / instance.tau_x
        size = np.linalg.norm(solution.x, axis=-1)
        bound = np.exp(-rate * times)[:, None] * size[0]
        tally.at_most(
            "‖x(t)‖ ≤ e^{-(1-σK)t/τ_x}‖x(0)‖",
            size[1:],
            bound[1:],
            scale=1.0 + size[0],
            roundings=MOST_STEPS * LOCAL / UNIT,
            where=start.where,
        )

    def only_rest(start: Start, tally: Tally) -> None:
        """Newton's method from everywhere in the interior comes back to the silent state or fails."""
        instance, k = start.instance, start.instance.n_patterns
        support = np.ones(k, dtype=bool)
        for x, p in zip(start.x0, start.p0, strict=True):
            rest = newton_rest(instance, x, p, support)
            if rest is None:
                continue
            tally.trials += 1
            x_rest, p_rest, left = rest
            states = States(instance, x_rest[None], p_rest[None])
            # ‖x - W(p)φ(x)‖ ≥ (1-σK)‖x‖ and |log p - log π| ≤ 2 left/T.
            gap = 1.0 - instance.sigma * k
            allowed = left * np.sqrt(instance.n_neurons) / gap + 1e-13
            tally.at_most(
                "x = 0 at rest",
                float(np.linalg.norm(x_rest)),
                allowed,
                scale=1.0,
                roundings=0,
                where=states.where,
                tight=False,
            )
            spread = 4.0 * left / instance.temperature + instance.n_neurons * allowed / instance.temperature
            tally.at_most(
                "p = 1/K at rest",
                float(np.abs(k * p_rest - 1.0).max()),
                spread + 1e-12,
                scale=1.0,
                roundings=0,
                where=states.where,
                tight=False,
            )

    def ray(sigma: float, tally: Tally) -> None:
        """One pattern, x small and along it: the rate is met."""
        if request.astrocyte is None:
            instance = AstrocyteInstance(np.ones((1, 3)), sigma)
            path(Start(instance, np.full((1, 3), 1e-5), np.ones((1, 1)), 5.0), tally)

    begins = [cold(start) for start in starts(request, 8, batch=4)]
    far = [
        Start(s.instance, 10.0 * draw_x(rng, s.instance, 4), draw_p(rng, s.instance.n_patterns, 4) + 1e-6, 1.0)
        for s in begins
        if s.instance.patterns.size <= 3000
    ]
    interior = [replace(s, p0=s.p0 / s.p0.sum(axis=1, keepdims=True)) for s in far]
    return combine(
        attack(path, begins, None, seed=0, examples=0),
        attack(only_rest, begins[:4] + interior, None, seed=0, examples=0),
        attack(ray, (0.3, 0.9), None, seed=0, examples=0),
    )


def ag23(request: Request) -> Search:
    """AG23: at interior equilibria the spectrum is real, with as many unstable directions as Hess L has negative."""
    seen: set[int] = set()

    def check(start: Start, tally: Tally) -> None:
        instance, k = start.instance, start.instance.n_patterns
        n, support = instance.n_neurons, np.ones(k, dtype=bool)
        flow = astrocyte_solution(instance, start.x0, start.p0, np.array([0.0, start.horizon]), tolerance=1e-8)
        begins = list(zip(flow.x[-1], flow.p[-1], strict=True))
        if instance.patterns.size <= 3000:
            begins += list(zip(start.x0, start.p0, strict=True))
        begins.append((np.zeros(n), np.full(k, 1.0 / k)))
        for x, p in begins:
            rest = newton_rest(instance, x, p, support)
            if rest is None or rest[1].min() < 1e-6:
                continue
            states = States(instance, rest[0][None], rest[1][None])
            jacobian, tangent = _jacobian(instance, rest[0], rest[1])
            hessian = _hessian(instance, rest[0], rest[1], tangent)
            # The metric on R^N × T in the same coordinates; J = -M⁻¹ Hess at rest.
            metric = scipy.linalg.block_diag(
                np.diag(instance.tau_x * model.slope(instance, rest[0])),
                k * instance.tau_p * tangent.T @ (tangent / rest[1][:, None]),
            )
            root = np.sqrt(np.diag(metric))
            balanced = jacobian * root[:, None] / root[None, :]
            values, vectors = np.linalg.eig(balanced)
            condition = float(np.linalg.cond(vectors))
            size = float(np.linalg.norm(balanced)) + 1.0 / instance.tau_x  # the terms of J, even where they cancel
            blur = condition * size * 20.0 * (n + k) * UNIT + rest[2] * size * 100.0
            if condition > 1e8:
                continue
            tally.trials += 1
            tally.equal(
                "the spectrum at rest is real",
                values.imag,
                0.0,
                scale=size,
                roundings=blur / size / UNIT,
                where=said(states.where(())),
            )
            scaled = hessian / root[:, None] / root[None, :]
            norm = float(np.linalg.norm(scaled)) + size
            # Rounding of the entries, and what Newton's method left of the force, which the exact rest has none of.
            exact = 20.0 * (n + k) + rest[2] * 100.0 / UNIT
            for claim, left, right in (
                ("Hess L is symmetric", scaled, scaled.T),
                ("M J = -Hess L at rest", metric @ jacobian / root[:, None] / root[None, :], -scaled),
            ):
                tally.equal(claim, left, right, scale=norm, roundings=exact, where=said(states.where(())))
            curvature = np.linalg.eigvalsh((scaled + scaled.T) / 2.0)
            hidden = float(np.linalg.norm(scaled)) * 20.0 * (n + k) * UNIT + rest[2] * 100.0 * (1.0 + size)
            if np.abs(values.real).min() < 100.0 * blur or np.abs(curvature).min() < 100.0 * hidden:
                continue  # too close to a bifurcation to count
            unstable, negative = int((values.real > 0.0).sum()), int((curvature < 0.0).sum())
            seen.add(unstable)
            tally.equal(
                "unstable directions = negative directions of Hess L",
                unstable,
                negative,
                scale=1.0,
                roundings=0,
                where=states.where,
            )

    search = attack(check, starts(request, 10, batch=6), None, seed=0, examples=0)
    note = f"equilibria with {', '.join(map(str, sorted(seen)))} unstable directions were found" if seen else ""
    return combine(search, outcome(Tally(), notes=[note] if note else []))


def _jacobian(instance: AstrocyteInstance, x: Values, p: Values) -> tuple[Values, Values]:
    """Jacobian of the (x, p) field on R^N × T by the complex step, and the orthonormal basis of T, shape (K, K-1)."""
    n, k = instance.n_neurons, instance.n_patterns
    tangent = scipy.linalg.null_space(np.ones((1, k))) if k > 1 else np.zeros((1, 0))
    x_steps = np.concatenate([np.eye(n), np.zeros((k - 1, n))])
    p_steps = np.concatenate([np.zeros((n, k)), tangent.T])
    # Relative to the gains, so that the step stays far below them.
    h = STEP * float(p.min())
    x_moved, p_moved = x + 1j * h * x_steps, p + 1j * h * p_steps
    columns = np.concatenate(
        [
            model.neuron_velocity(instance, x_moved, p_moved).imag / h,
            (model.gain_velocity(instance, x_moved, p_moved).imag / h) @ tangent,
        ],
        axis=1,
    )
    return columns.T, tangent


def _hessian(instance: AstrocyteInstance, x: Values, p: Values, tangent: Values) -> Values:
    """Hessian of L on R^N × T, by the complex step of its gradient."""
    n, k = instance.n_neurons, instance.n_patterns
    x_steps = np.concatenate([np.eye(n), np.zeros((k - 1, n))])
    p_steps = np.concatenate([np.zeros((n, k)), tangent.T])
    h = STEP * float(p.min())
    x_moved, p_moved = x + 1j * h * x_steps, p + 1j * h * p_steps
    over_x, over_p = model.energy_gradient(instance, x_moved, p_moved)
    return np.asarray(np.concatenate([over_x.imag, over_p.imag @ tangent], axis=1).T / h)


def _effective_energy(instance: AstrocyteInstance, x: Values) -> Values:
    """E_eff(x) = -KT log Σe^{f/T} + Σ[xφ - Λ], shape (B,)."""
    strength = instance.n_patterns * instance.temperature
    return np.asarray(
        model.neuron_energy(instance, x)
        - strength * soft.log_sum_exp(model.scores(instance, x) / instance.temperature)
    )


def _instances(
    request: Request, rng: np.random.Generator, shapes: list[tuple[int, int]]
) -> Iterator[AstrocyteInstance]:
    if request.astrocyte is not None:
        yield request.astrocyte
        return
    for n, k in shapes:
        sigma, temperature, tau_x, tau_p = (float(10.0 ** rng.uniform(-1.5, 1.5)) for _ in range(4))
        yield draw_astrocyte(rng, n, k, sigma=sigma, temperature=temperature, tau_x=tau_x, tau_p=tau_p)
