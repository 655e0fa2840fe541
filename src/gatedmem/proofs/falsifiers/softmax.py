"""Attempts to break the statements about the simplex and the softmax (ledger ids SM*)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy.special import xlogy

from gatedmem.numerics import softmax as soft
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, climb, combine, outcome, row

Values = npt.NDArray[Any]

COVARIANCE_BOUND = 0.5
"""SM4: the largest value of vᵀ(diag p - ppᵀ)v over the simplex and unit vectors v."""

LIPSCHITZ = 0.5
"""SM5: the supremum of ‖softmax(r) - softmax(r')‖/‖P(r - r')‖."""

_SIZES = (1, 2, 3, 5, 12, 60, 300)
_BATCH = 60
# So small that the square of the step never shows, so large that no derivative underflows.
_STEP = 1e-20


@dataclass(frozen=True)
class _Case:
    """A batch of score vectors (B, n), of simplex points (B, n) and of directions (B, n), with one scale."""

    scores: Values
    temperature: float
    points: Values
    vectors: Values

    def where(self, at: tuple[int, ...]) -> str:
        return f"T={self.temperature:g} r={row(self.scores[at[0]])}"

    def where_point(self, at: tuple[int, ...]) -> str:
        return f"{self.where(at)} p={row(self.points[at[0]])}"

    def where_vector(self, at: tuple[int, ...]) -> str:
        return f"p={row(self.points[at[0]])} v={row(self.vectors[at[0]])}"

    @property
    def size(self) -> int:
        return int(self.scores.shape[1])


def sm1(request: Request) -> Search:
    """SM1: softmax_β is positive, normalised, unchanged by shifts, and commutes with permutations."""

    def check(case: _Case, tally: Tally) -> None:
        n, beta, r = case.size, 1.0 / case.temperature, case.scores
        tally.trials += len(r)
        weights, logs = soft.softmax(r, beta), soft.log_softmax(r, beta)
        reach = 1.0 + 2.0 * beta * np.abs(r).max(axis=1, keepdims=True)
        roundings = n + 2 * CALL + 6
        # Positive: the logarithm is finite (weights below 1e-308 underflow to 0 in floating point).
        tally.at_most(
            "log p finite",
            np.where(np.isfinite(logs), 0.0, 1.0),
            0.0,
            scale=1.0,
            roundings=0,
            where=case.where,
            tight=False,
        )
        tally.equal(
            "p = exp(log p)", weights, np.exp(logs), scale=np.exp(logs) * reach, roundings=roundings, where=case.where
        )
        tally.equal("Σp = 1", weights.sum(axis=1), 1.0, scale=1.0, roundings=roundings, where=case.where)
        tally.equal(
            "log p_i/p_1 = β(r_i - r_1)",
            logs - logs[:, :1],
            beta * (r - r[:, :1]),
            scale=reach + np.log(n),
            roundings=roundings,
            where=case.where,
        )
        shift = case.vectors[:, :1]
        tally.equal(
            "softmax(r + c) = softmax(r)",
            soft.log_softmax(r + shift, beta),
            logs,
            scale=reach + beta * np.abs(shift) + np.log(n),
            roundings=roundings,
            where=lambda at: f"{case.where(at)} c={shift[at[0], 0]!r}",
        )
        order = np.argsort(case.vectors, axis=1, kind="stable")
        permuted = soft.log_softmax(np.take_along_axis(r, order, axis=1), beta)
        tally.equal(
            "softmax commutes with permutations",
            permuted,
            np.take_along_axis(logs, order, axis=1),
            scale=reach + np.log(n),
            roundings=roundings,
            where=lambda at: f"{case.where(at)} order={order[at[0]].tolist()}",
        )

    return attack(check, _drawn(request.seed), _corners(), seed=request.seed, examples=120)


def sm2(request: Request) -> Search:
    """SM2: the Gibbs gap is T·KL to the softmax, at least 0, and 0 only there; T log Z is the best value."""

    def check(case: _Case, tally: Tally) -> None:
        n, T, f, p = case.size, case.temperature, case.scores, case.points
        tally.trials += len(f)
        gap, scale = _gibbs_gap(f, T, p)
        divergence = T * soft.relative_entropy(p, soft.log_softmax(f, 1.0 / T))
        roundings = 2 * n + 3 * CALL + 8
        tally.equal(
            "-⟨p,f⟩ + T⟨p,log p⟩ + T log Z = T KL",
            gap,
            divergence,
            scale=scale,
            roundings=roundings,
            where=case.where_point,
        )
        # Pinsker's inequality turns "zero only at the softmax" into a number.
        best = soft.softmax(f, 1.0 / T)
        distance = np.abs(p - best).sum(axis=1)
        tally.at_most(
            "(T/2)‖p - softmax‖₁² ≤ gap",
            0.5 * T * distance**2,
            gap,
            scale=scale,
            roundings=roundings,
            where=case.where_point,
            tight=False,
        )
        at_best, scale = _gibbs_gap(f, T, best)
        tally.equal("gap(softmax) = 0", at_best, 0.0, scale=scale, roundings=roundings, where=case.where)

    rng = np.random.default_rng(request.seed)
    tally = Tally()
    search = attack(check, _drawn(request.seed), _corners(), seed=request.seed, examples=120, tally=tally)

    def beat_the_optimum(case: _Case, tally: Tally) -> None:
        """Maximise ⟨p,f⟩ + T·H(p) blindly, over p = z²/Σz² (no softmax involved)."""
        T, f = case.temperature, case.scores
        _, reached = climb(lambda z: -_gibbs_gap(f, T, _squares(z))[0], case.vectors, rng, rounds=400)
        tally.trials += 400 * len(f)
        scale = np.abs(f).max(axis=1) + T * (1.0 + np.log(case.size))
        tally.at_most(
            "⟨p,f⟩ + T H(p) ≤ T log Z",
            reached,
            0.0,
            scale=scale,
            roundings=2 * case.size + 3 * CALL,
            where=case.where,
        )

    climbs = (_draw(rng, n, 20) for n in (2, 3, 6))
    return combine(search, attack(beat_the_optimum, climbs, None, seed=request.seed, examples=0))


def sm3(request: Request) -> Search:
    """SM3: the derivative of softmax_β is β(p_iδ_ij - p_ip_j), against the complex step."""

    def check(case: _Case, tally: Tally) -> None:
        n, beta, r = case.size, 1.0 / case.temperature, case.scores[:12]
        tally.trials += len(r)
        stepped = r[:, None, :] + 1j * _STEP * np.eye(n)
        # Row j holds the derivative in r_j; the matrix is to come out symmetric anyway.
        numerical = np.swapaxes(soft.softmax(stepped, beta).imag / _STEP, 1, 2)
        p = soft.softmax(r, beta)
        formula = beta * soft.covariance(p)
        # The added constant is where the step times a derivative underflows.
        scale = beta * (p[:, :, None] * np.eye(n) + p[:, :, None] * p[:, None, :]) + 1e-240
        tally.equal(
            "∂p_i/∂r_j = β(p_iδ_ij - p_ip_j)",
            numerical,
            formula,
            scale=scale,
            roundings=2 * n + 4 * CALL + 8,
            where=lambda at: f"{case.where(at)} i={at[1] + 1} j={at[2] + 1}",
        )

    drawn = (case for case in _drawn(request.seed) if case.size <= 60)
    return attack(check, drawn, _corners(), seed=request.seed, examples=120)


def sm4(request: Request) -> Search:
    """SM4: 0 ≤ vᵀ(diag p - ppᵀ)v ≤ ½‖v‖² on the simplex, with ½ attained at p = (½,½,0,…), v ∝ (1,-1,0,…)."""

    def check(case: _Case, tally: Tally) -> None:
        n, p, v = case.size, case.points, case.vectors
        tally.trials += len(p)
        norm = (v**2).sum(axis=1)
        value = _quadratic_form(p, v)
        roundings = 3 * n + 8
        tally.at_most("0 ≤ vᵀCv", 0.0, value, scale=norm, roundings=roundings, where=case.where_vector, tight=False)
        tally.at_most(
            "vᵀCv ≤ ½‖v‖²", value, COVARIANCE_BOUND * norm, scale=norm, roundings=roundings, where=case.where_vector
        )
        if n <= 60:  # the worst direction of each p as well
            spectrum, directions = np.linalg.eigh(soft.covariance(p))
            tally.at_most(
                "λ_max(C) ≤ ½",
                spectrum[:, -1],
                COVARIANCE_BOUND,
                scale=1.0,
                roundings=10 * n + 8,
                where=lambda at: f"p={row(p[at[0]])} v={row(directions[at[0], :, -1])}",
            )

    def attained(n: int, tally: Tally) -> None:
        p, v = np.zeros(n), np.zeros(n)
        p[:2], v[:2] = 0.5, (1.0, -1.0)
        tally.trials += 1
        value = float(_quadratic_form(p, v))
        tally.equal(
            "½‖v‖² attained",
            value,
            COVARIANCE_BOUND * 2.0,
            scale=2.0,
            roundings=8,
            where=lambda at: f"p={row(p)} v={row(v)}",
        )
        tally.near((COVARIANCE_BOUND * 2.0 - value) / 2.0)

    rng = np.random.default_rng(request.seed)

    def climb_to_the_bound(n: int, tally: Tally) -> None:
        """Maximise vᵀCv/‖v‖² over (p, v) together."""

        def ratio(z: Values) -> Values:
            v = z[:, n:]
            return np.asarray(_quadratic_form(_squares(z[:, :n]), v) / (v**2).sum(axis=1))

        best, reached = climb(ratio, rng.standard_normal((20, 2 * n)), rng, rounds=300)
        tally.trials += 300 * 20
        tally.at_most(
            "vᵀCv ≤ ½‖v‖²",
            reached,
            COVARIANCE_BOUND,
            scale=1.0,
            roundings=3 * n + 8,
            where=lambda at: f"p={row(_squares(best[at[0], :n]))} v={row(best[at[0], n:])}",
        )

    closest = attack(climb_to_the_bound, (2, 3, 8), None, seed=request.seed, examples=0)
    return combine(
        attack(check, _drawn(request.seed), _corners(), seed=request.seed, examples=150),
        closest,
        attack(attained, (2, 3, 7, 40), None, seed=request.seed, examples=0),
        outcome(Tally(), notes=[f"a blind search for the bound came within {closest.margin or 0.0:.1e} of it"]),
    )


def sm7(request: Request) -> Search:
    """SM7: gaps of at least g give softmax(f/T)_μ ≥ 1/(1+(n-1)e^{-g/T}), with equality iff all gaps equal g."""

    def check(case: _Case, tally: Tally) -> None:
        n, T, f = case.size, case.temperature, case.scores
        tally.trials += len(f)
        log_p = soft.log_softmax(f, 1.0 / T)[:, 0]
        gaps = f[:, :1] - f[:, 1:]
        smallest = gaps.min(axis=1) if n > 1 else np.zeros(len(f))
        log_bound = -np.logaddexp(0.0, np.log(n - 1.0) - smallest / T) if n > 1 else np.zeros(len(f))
        scale = 1.0 + np.log(n) + 4.0 * np.abs(f).max(axis=1) / T
        roundings = n + 4 * CALL + 8
        tally.at_most(
            "p_μ ≥ 1/(1+(n-1)e^{-g/T})", log_bound, log_p, scale=scale, roundings=roundings, where=case.where
        )
        # log(a/b) ≥ (a-b)/a: the excess is at least this, and this is 0 only when every gap is the smallest.
        spread = -np.expm1(-(gaps - smallest[:, None]) / T).sum(axis=1)
        weight = np.exp(-np.logaddexp(smallest / T, np.log(max(n - 1.0, 1.0))))
        excess = log_p - log_bound
        tally.at_most(
            "equality only for equal gaps",
            spread * weight,
            excess,
            scale=scale,
            roundings=roundings,
            where=case.where,
            tight=False,
        )
        tally.equal(
            "equality for equal gaps",
            np.where(spread == 0.0, excess, 0.0),
            0.0,
            scale=scale,
            roundings=roundings,
            where=case.where,
        )

    def drawn() -> Iterator[_Case]:
        for case in _drawn(request.seed):
            yield case
            # Equal gaps, and gaps equal but for one, by differences that are exact in floating point.
            tied = np.round(case.scores[:, :2] * 16.0) / 16.0
            scores = np.repeat(tied[:, -1:], case.size, axis=1)
            scores[:, 0] = tied[:, 0]
            yield _Case(scores, case.temperature, case.points, case.vectors)
            scores = scores.copy()
            scores[:, -1] -= 2.0**-10
            yield _Case(scores, case.temperature, case.points, case.vectors)

    return attack(check, drawn(), _corners(), seed=request.seed, examples=150)


def sm5(request: Request) -> Search:
    """SM5: ‖softmax_β(r) - softmax_β(r')‖ ≤ (β/2)‖P(r - r')‖; β/2 is approached and, for n ≥ 2, not attained."""

    def compare(tally: Tally, r: Values, other: Values, beta: float, where: Any) -> Values:
        n = r.shape[1]
        apart = np.linalg.norm((r - other) - (r - other).mean(axis=1, keepdims=True), axis=1)
        moved = np.linalg.norm(soft.softmax(r, beta) - soft.softmax(other, beta), axis=1)
        bound = LIPSCHITZ * beta * apart
        # A weight is off by its exponent's rounding; so is the projected difference.
        reach = 1.0 + 2.0 * beta * np.maximum(np.abs(r).max(axis=1), np.abs(other).max(axis=1))
        roundings = n + 2.0 * CALL + 10.0
        tally.at_most(
            "‖softmax(r) - softmax(r')‖ ≤ (β/2)‖P(r - r')‖",
            moved,
            bound,
            scale=2.0 * np.sqrt(n) * reach,
            roundings=roundings,
            where=where,
            tight=False,
        )
        visible = (apart * beta > 0.1) & (apart * beta < 1e3) & (reach < 1e6)
        # tanh(z)/z < 1 - z²/4 for 0 < z < 1: at such a distance the inequality is visibly strict.
        tally.at_most(
            "β/2 is not attained",
            np.where(visible, moved, 0.0),
            np.where(visible, bound * (1.0 - 1e-6), 0.0),
            scale=1.0,
            roundings=0,
            where=where,
            tight=False,
        )
        return np.asarray(moved / np.maximum(bound, 1e-300))

    def check(case: _Case, tally: Tally) -> None:
        r, beta = case.scores, 1.0 / case.temperature
        tally.trials += 2 * len(r)
        steps = case.vectors * np.minimum(1.0, 1.0 / np.abs(case.vectors).max(axis=1, keepdims=True)) / beta
        for other in (r + steps, np.roll(r, 1, axis=0)):
            compare(
                tally, r, other, beta, lambda at, other=other: f"β={beta:g} r={row(r[at[0]])} r'={row(other[at[0]])}"
            )

    rng = np.random.default_rng([request.seed, 5])

    def climbed(n: int, tally: Tally) -> None:
        """Climb towards the constant over pairs at least a tenth apart, where the rounding is small."""

        def ratio(z: Values) -> Values:
            a, b = z[:, :n], z[:, n:]
            apart = np.linalg.norm((a - b) - (a - b).mean(axis=1, keepdims=True), axis=1)
            moved = np.linalg.norm(soft.softmax(a) - soft.softmax(b), axis=1)
            return np.asarray(np.where(apart > 0.1, moved / np.maximum(apart, 0.1), 0.0))

        best, value = climb(ratio, rng.standard_normal((20, 2 * n)), rng, rounds=400)
        tally.trials += 20 * 400
        tally.at_most(
            "‖softmax(r) - softmax(r')‖ ≤ (β/2)‖P(r - r')‖",
            value,
            LIPSCHITZ,
            scale=LIPSCHITZ,
            roundings=400,
            where=lambda at: f"r={row(best[at[0], :n])} r'={row(best[at[0], n:])}",
        )
        # At n ≥ 3 the other scores must sink to -∞ before the constant shows.
        a = np.full(n, -60.0)
        a[:2] = 0.0
        b = a.copy()
        b[:2] = 1e-4, -1e-4
        reached = float(np.linalg.norm(soft.softmax(a) - soft.softmax(b)) / np.linalg.norm(a - b))
        tally.near(1.0 - reached / LIPSCHITZ)
        tally.at_most(
            "β/2 is approached",
            LIPSCHITZ * (1.0 - 1e-8),
            reached,
            scale=LIPSCHITZ,
            roundings=1e5,
            where=lambda at: f"r={row(a)} r'={row(b)}",
            tight=False,
        )

    return combine(
        attack(check, _drawn(request.seed), _corners(), seed=request.seed, examples=120),
        attack(climbed, (2, 3, 5), None, seed=request.seed, examples=0),
    )


def sm6(request: Request) -> Search:
    """SM6: log-sum-exp is convex with gradient the softmax; max r ≤ (1/β)log Σe^{βr} ≤ max r + (log n)/β."""

    def check(case: _Case, tally: Tally) -> None:
        n, r, T = case.size, case.scores, case.temperature
        beta = 1.0 / T
        tally.trials += len(r)
        value, top = soft.log_sum_exp(r, beta), r.max(axis=1)
        scale = np.abs(top) + T * (1.0 + np.log(n))
        roundings = n + 2 * CALL + 6
        tally.at_most("max r ≤ (1/β)log Σe^{βr}", top, value, scale=scale, roundings=roundings, where=case.where)
        tally.at_most(
            "(1/β)log Σe^{βr} ≤ max r + (log n)/β",
            value,
            top + T * np.log(n),
            scale=scale,
            roundings=roundings,
            where=case.where,
        )
        stepped = soft.log_sum_exp((r[:12, None, :] + 1j * _STEP * T * np.eye(n))[:, : min(n, 60)], beta).imag
        p = soft.softmax(r[:12], beta)[:, : min(n, 60)]
        tally.equal(
            "∂/∂r_i (1/β)log Σe^{βr} = softmax_i",
            stepped / (_STEP * T),
            p,
            scale=p + 1e-240,
            roundings=2 * n + 4 * CALL + 8,
            where=case.where,
        )
        # Convexity along the segment to another point, and its first-order form.
        other = np.roll(r, 1, axis=0)
        there = soft.log_sum_exp(other, beta)
        scale = 4.0 * (np.abs(r).max() + T * (1.0 + np.log(n)))
        for t in (0.1, 0.5):
            tally.at_most(
                "log-sum-exp is convex",
                soft.log_sum_exp((1.0 - t) * r + t * other, beta),
                (1.0 - t) * value + t * there,
                scale=scale,
                roundings=roundings,
                where=lambda at: f"{case.where(at)} r'={row(other[at[0]])}",
                tight=False,
            )
        tangent = value + (soft.softmax(r, beta) * (other - r)).sum(axis=1)
        reach = scale * (1.0 + beta * np.abs(r).max())
        tally.at_most(
            "log-sum-exp lies above its tangents",
            tangent,
            there,
            scale=reach,
            roundings=2 * roundings,
            where=lambda at: f"{case.where(at)} r'={row(other[at[0]])}",
            tight=False,
        )

    return attack(check, _drawn(request.seed), _corners(), seed=request.seed, examples=120)


def sm8(request: Request) -> Search:
    """SM8: the mass off M = argmax f is at most ((n-#M)/#M)e^{-g/T}, and the limit T → 0 is uniform on M."""

    def check(case: _Case, tally: Tally) -> None:
        n = case.size
        f = np.round(case.scores * 16.0) / 16.0  # gaps and ties exact
        if n > 2:
            f[: len(f) // 2, n // 2] = f[: len(f) // 2].max(axis=1)
        best = f == f.max(axis=1, keepdims=True)
        count = best.sum(axis=1)
        gap = np.where(best, 0.0, f.max(axis=1, keepdims=True) - f)
        smallest = np.where(gap > 0.0, gap, np.inf).min(axis=1)
        finite = np.where(np.isfinite(smallest), smallest, 1.0)
        for fraction in (10.0, 1.0, 0.3, 0.05, 0.004):
            tally.trials += len(f)
            T = fraction * finite[:, None]
            p = soft.softmax(f, 1.0 / T)
            off = np.where(best, 0.0, p).sum(axis=1)
            bound = (n - count) / count * np.exp(-smallest / T[:, 0])
            roundings = (n + 2 * CALL + 8) * (1.0 + 1.0 / fraction)

            def where(at: tuple[int, ...], T: Values = T, f: Values = f) -> str:
                return f"T={float(T[at[0], 0]):g} f={row(f[at[0]])}"

            # Relative to the bound itself: the claim is the same however small both are.
            tally.at_most(
                "mass off argmax ≤ ((n-#M)/#M)e^{-g/T}",
                off,
                bound,
                scale=bound + 1e-300,
                roundings=roundings,
                where=where,
                tight=bool((bound > 0.0).all()),
            )
            limit = best / count[:, None]
            missing = np.abs(p - limit).max(axis=1)
            tally.at_most(
                "softmax → uniform on argmax",
                missing,
                bound,
                scale=1.0,
                roundings=n + 2 * CALL + 8,
                where=where,
                tight=False,
            )

    return attack(check, _drawn(request.seed), _corners(), seed=request.seed, examples=120)


def sm9(request: Request) -> Search:
    """SM9: 1 ≤ N_eff ≤ n, and mass ≤ ε off S bounds log N_eff by h(ε) + (1-ε)log #S + ε log(n-#S)."""
    rng = np.random.default_rng([request.seed, 9])

    def bound(epsilon: Values, inside: int, n: int) -> Values:
        mixing = -xlogy(epsilon, epsilon) - xlogy(1.0 - epsilon, 1.0 - epsilon)
        return np.asarray(mixing + (1.0 - epsilon) * np.log(inside) + epsilon * np.log(n - inside))

    def check(case: _Case, tally: Tally) -> None:
        n, p = case.size, case.points
        tally.trials += len(p)
        effective, roundings = soft.effective_number(p), n + 2 * CALL + 8
        scale = 1.0 + np.log(n)
        tally.at_most("1 ≤ N_eff", 1.0, effective, scale=scale, roundings=roundings, where=case.where_point)
        tally.at_most("N_eff ≤ n", effective, n, scale=n * scale, roundings=roundings, where=case.where_point)
        for inside in {1, n // 2, n - 1} - {0, n}:
            spread = _uniform_parts(p, inside)
            for weights in (p, -np.sort(-p, axis=1), spread):
                mass = weights[:, inside:].sum(axis=1)
                log_effective = soft.entropy(weights)

                def where(at: tuple[int, ...], weights: Values = weights, inside: int = inside) -> str:
                    return f"#S={inside} p={row(weights[at[0]])}"

                exact = bound(np.clip(mass, 0.0, 1.0), inside, n)
                # h is steep at 0 and 1: a rounding of the mass moves it by log of itself.
                tally.at_most(
                    "log N_eff ≤ h(ε) + (1-ε)log #S + ε log(n-#S), mass = ε",
                    log_effective,
                    exact,
                    scale=40.0 * scale,
                    roundings=roundings,
                    where=where,
                )
                ceiling = 1.0 - inside / n
                epsilon = mass + rng.random(len(p)) * np.maximum(ceiling - mass, 0.0)
                allowed = np.where(mass <= ceiling, bound(np.clip(epsilon, 0.0, 1.0), inside, n), np.log(n))
                tally.at_most(
                    "log N_eff ≤ h(ε) + (1-ε)log #S + ε log(n-#S), mass ≤ ε ≤ 1 - #S/n",
                    log_effective,
                    allowed,
                    scale=40.0 * scale,
                    roundings=roundings,
                    where=where,
                    tight=False,
                )

    return attack(check, _drawn(request.seed), _corners(), seed=request.seed, examples=100)


def _uniform_parts(p: Values, inside: int) -> Values:
    """The same mass on the first ``inside`` entries and on the rest, uniform on both."""
    spread = np.empty_like(p)
    spread[:, :inside] = p[:, :inside].mean(axis=1, keepdims=True)
    spread[:, inside:] = p[:, inside:].mean(axis=1, keepdims=True)
    return spread


def _quadratic_form(p: Values, v: Values) -> Values:
    return np.asarray(np.einsum("...i,...ij,...j->...", v, soft.covariance(p), v, optimize=False))


def _gibbs_gap(f: Values, T: float, p: Values) -> tuple[Values, Values]:
    """Return -⟨p,f⟩ - T·H(p) + T log Σ e^{f/T} and the sum of the sizes of its terms, shapes (B,)."""
    peak = np.abs(f).max(axis=1)
    gap = -(p * f).sum(axis=1) - T * soft.entropy(p) + soft.log_sum_exp(f, 1.0 / T)
    return gap, 3.0 * peak + T * (2.0 * soft.entropy(p) + np.log(p.shape[1]) + 1.0)


def _squares(z: Values) -> Values:
    squares = z**2
    return np.asarray(squares / squares.sum(axis=-1, keepdims=True))


def _draw(rng: np.random.Generator, n: int, batch: int) -> _Case:
    """Scores of one magnitude, some rounded so that they tie; points from near-uniform to near-vertex, faces too."""
    scores = 10.0 ** rng.uniform(-2.0, 2.0) * rng.standard_normal((batch, n))
    scores[: batch // 4] = np.round(scores[: batch // 4])
    weights = rng.standard_gamma(10.0 ** rng.uniform(-1.0, 1.0, (batch, 1)), (batch, n)) + 1e-300
    weights *= rng.random((batch, n)) > rng.choice([0.0, 0.5], (batch, 1))
    weights[:, 0] += weights.sum(axis=1) == 0.0
    vectors = rng.standard_normal((batch, n)) * 10.0 ** rng.uniform(-3.0, 3.0, (batch, 1))
    temperature = float(10.0 ** rng.uniform(-2.0, 2.0))
    return _Case(scores, temperature, weights / weights.sum(axis=1, keepdims=True), vectors)


def _drawn(seed: int) -> Iterator[_Case]:
    rng = np.random.default_rng(seed)
    for n in _SIZES:
        for _ in range(8):
            yield _draw(rng, n, _BATCH)


@st.composite
def _corners(draw: st.DrawFn) -> _Case:
    n = draw(st.integers(1, 4))

    def vector(*entries: float) -> Values:
        return np.array([draw(st.lists(st.sampled_from(entries), min_size=n, max_size=n))])

    scores = vector(0.0, 1.0, -1.0, 0.5, 3.0, -40.0, 1e-9, 1e5)
    temperature = draw(st.sampled_from([1.0, 2.0, 0.5, 1e-6, 1e6]))
    weights = vector(1.0, 0.0, 2.0, 5.0, 1e-3, 1e-12, 1e-200)
    weights[:, 0] += weights.sum() == 0.0
    vectors = vector(1.0, -1.0, 0.5, 2.0, 1e-5, 1e5)
    return _Case(scores, temperature, weights / weights.sum(), vectors)
