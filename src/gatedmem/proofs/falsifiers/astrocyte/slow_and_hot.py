"""Attempts to break the limits in which the gains stay uniform: slow gains (AG14) and high temperature (AG15).

Bounds on the way to the limit are tested on pairs of trajectories, one of the model and one of the classical network
that is its limit, the latter written out here. Instances made to come close to a bound stand beside the drawn ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics.instances import Array, AstrocyteInstance
from gatedmem.numerics.integrate import STIFF_STEPS, AstrocyteSolution, astrocyte_solution, fastest_rate, solve
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    LOCAL,
    Start,
    States,
    starts,
)
from gatedmem.proofs.falsifiers.astrocyte.equilibria import newton_rest
from gatedmem.proofs.falsifiers.astrocyte.margins import DRIFT, below
from gatedmem.proofs.falsifiers.search import Tally, attack, climb, combine, outcome

GAINS = 0.5
"""AG14, AG15: |log(Kp)| ≤ GAINS · N/T."""

NEURONS = 0.25
"""AG14, AG15: the constant in front of K N^{3/2} in the distance from the classical solution."""


def ag14(request: Request) -> Search:
    """AG14: |log(Kp)| ≤ (N/2T)(1-e^{-Tt/τ_p}) ≤ Nt/(2τ_p), ‖x-x_H‖ ≤ (KN^{3/2}/4τ_xτ_p)(e^{at}-1-at)/a²."""

    def odds(instance: AstrocyteInstance, times: Array) -> list[tuple[str, Array]]:
        n, T = instance.n_neurons, instance.temperature
        sharp = GAINS * n / T * -np.expm1(-T * times / instance.tau_p)
        plain = GAINS * n * times / instance.tau_p
        return [("|log(Kp_μ)| ≤ (N/2T)(1-e^{-Tt/τ_p})", sharp), ("|log(Kp_μ)| ≤ Nt/(2τ_p)", plain)]

    def distance(instance: AstrocyteInstance, times: Array) -> tuple[str, Array]:
        n, k = instance.n_neurons, instance.n_patterns
        level = NEURONS * k * n**1.5 / (instance.tau_x * instance.tau_p)
        bound = level * times**2 * phi_2(_divergence(instance) * times)
        return "‖x-x_H‖ ≤ (KN^{3/2}/4τ_xτ_p)(e^{at}-1-at)/a²", bound

    def slower(instance: AstrocyteInstance) -> Iterator[AstrocyteInstance]:
        yield instance
        yield replace(instance, tau_p=100.0 * instance.tau_p)

    extreme = [
        _outnumbered(400, temperature=1.0, tau_p=1.0),
        _outnumbered(400, temperature=0.05, tau_p=1e3),
        _halves(temperature=0.01, tau_p=1.0),
        _halves(temperature=0.01, tau_p=1.0, size=16),
    ]
    return _near_classical(request, odds, distance, slower, extreme)


def ag15(request: Request) -> Search:
    """AG15: |log(Kp)| ≤ N/(2T), along solutions and at rest, and ‖x-x_H‖ ≤ (KN^{3/2}/4Tτ_x)(e^{at}-1)/a."""

    def level(instance: AstrocyteInstance) -> float:
        return GAINS * instance.n_neurons / instance.temperature

    def odds(instance: AstrocyteInstance, times: Array) -> list[tuple[str, Array]]:
        return [("|log(Kp_μ)| ≤ N/(2T)", np.full_like(times, level(instance)))]

    def distance(instance: AstrocyteInstance, times: Array) -> tuple[str, Array]:
        n, k = instance.n_neurons, instance.n_patterns
        factor = NEURONS * k * n**1.5 / (instance.temperature * instance.tau_x)
        return "‖x-x_H‖ ≤ (KN^{3/2}/4Tτ_x)(e^{at}-1)/a", factor * times * phi_1(_divergence(instance) * times)

    def hotter(instance: AstrocyteInstance) -> Iterator[AstrocyteInstance]:
        yield instance
        yield replace(instance, temperature=100.0 * instance.temperature)

    def at_rest(start: Start, tally: Tally) -> None:
        """Interior equilibria, found with the field alone."""
        instance, k = start.instance, start.instance.n_patterns
        for x, p in zip(start.x0, start.p0, strict=True):
            rest = newton_rest(instance, x, p, np.ones(k, dtype=bool))
            if rest is None:
                continue
            tally.trials += 1
            below(
                tally,
                "|log(Kp_μ)| ≤ N/(2T) at rest",
                np.abs(np.log(k * rest[1]))[None],
                np.full((1, k), level(instance)),
                1e-12 + 4.0 * rest[2] / instance.temperature,
                States(instance, rest[0][None], rest[1][None]).where,
            )

    extreme = [
        _outnumbered(400, temperature=2.0, tau_p=1e-3),
        _halves(temperature=100.0, tau_p=0.1),
        _halves(temperature=100.0, tau_p=0.1, size=16),
    ]
    small = [start for start in starts(request, 6, batch=6) if start.instance.patterns.size <= 3000]
    if request.astrocyte is None:
        # The minority pattern at overlap 0, the others at full overlap.
        instance = _outnumbered(60, temperature=0.5, tau_p=1.0)
        p = model.retrieval_gains(instance, np.array([[1.0, 1.0]]))
        small.append(Start(instance, model.recurrent_input(instance, np.array([[1.0, 1.0]]), p), p, 1.0))
    return combine(
        _near_classical(request, odds, distance, hotter, extreme),
        attack(at_rest, small, None, seed=0, examples=0),
    )


def _near_classical(
    request: Request,
    odds: Callable[[AstrocyteInstance, Array], list[tuple[str, Array]]],
    distance: Callable[[AstrocyteInstance, Array], tuple[str, Array]],
    variants: Callable[[AstrocyteInstance], Iterator[AstrocyteInstance]],
    extreme: list[AstrocyteInstance],
) -> Search:
    """Compare pairs with the bounds; then climb over initial states towards the bound on the neurons."""
    rng = np.random.default_rng([request.seed, 14])
    closest: list[float] = []

    def pair(start: Start, tally: Tally) -> None:
        for instance in variants(start.instance):
            tally.trials += len(start.x0)
            times = _times(instance)
            path, gap = _pair(instance, start.x0, times)
            k = instance.n_patterns
            where = Start(instance, start.x0, np.full((len(start.x0), k), 1.0 / k), float(times[-1])).where
            logs = path.u - path.u.max(axis=-1, keepdims=True)
            logs = np.abs(np.log(k) + logs - np.log(np.exp(logs).sum(axis=-1, keepdims=True)))
            for claim, bound in odds(instance, times):
                error = DRIFT * (1.0 + float(logs.max()))
                below(tally, claim, logs[1:], np.broadcast_to(bound[1:, None, None], logs[1:].shape), error, where)
            claim, bound = distance(instance, times)
            grown = np.exp(np.maximum(_divergence(instance) * times[1:], 0.0))[:, None]
            error = DRIFT * grown * (1.0 + np.sqrt(instance.n_neurons) * k)
            bound = np.broadcast_to(bound[1:, None], gap[1:].shape)
            closest.append(below(tally, claim, gap[1:], bound, error, where))

    def climbed(start: Start, tally: Tally) -> None:
        instance = start.instance
        times = _times(instance)[:6]
        _, bound = distance(instance, times)

        def ratio(x0: Values) -> Values:
            gap = _pair(instance, x0, times, tolerance=1e-9)[1]
            return np.asarray((gap[2:] / bound[2:, None]).max(axis=0))

        best, _ = climb(ratio, start.x0, rng, rounds=25)
        tally.trials += 25 * len(best)
        pair(replace(start, x0=best), tally)

    begins = list(starts(request, 10 if request.astrocyte is None else 4, batch=3))
    if request.astrocyte is None:
        for instance in extreme:
            n, k = instance.n_neurons, instance.n_patterns
            begins.append(Start(instance, np.full((1, n), 20.0), np.full((1, k), 1.0 / k), 1.0))
    uphill = [start for start in begins[::3] if start.instance.patterns.size <= 200]
    searches = (
        attack(pair, begins, None, seed=0, examples=0),
        attack(climbed, uphill, None, seed=0, examples=0),
    )
    note = [f"‖x-x_H‖ came to {max(closest):.4f} of its bound"] if closest else []
    return combine(*searches, outcome(Tally(), notes=note))


def _pair(
    instance: AstrocyteInstance, x0: Array, times: Array, tolerance: float = LOCAL
) -> tuple[AstrocyteSolution, Array]:
    """The model's solution from (x0, 1/K), and its distance ‖x-x_H‖ from the classical one, shape (M, B)."""
    k = instance.n_patterns
    path = astrocyte_solution(instance, x0, np.full((len(x0), k), 1.0 / k), times, tolerance=tolerance)
    patterns, n = instance.patterns, instance.n_neurons

    def classical(x: Array) -> Array:
        return np.asarray((np.tanh(instance.sigma * x) @ patterns.T @ patterns / n - x) / instance.tau_x)

    stiff = float(times[-1]) / instance.tau_x > STIFF_STEPS
    x_classical = solve(classical, x0, times, tolerance=tolerance, stiff=stiff)
    return path, np.asarray(np.linalg.norm(path.x - x_classical, axis=-1))


def _divergence(instance: AstrocyteInstance) -> float:
    """a = (σλ_max(W_H) - 1)/τ_x."""
    patterns, n = instance.patterns, instance.n_neurons
    gram = patterns @ patterns.T if instance.n_patterns < n else patterns.T @ patterns
    return float((instance.sigma * np.linalg.eigvalsh(gram / n)[-1] - 1.0) / instance.tau_x)


def _times(instance: AstrocyteInstance) -> Array:
    """Times from early, where the bounds are sharpest, to late, where they still say something.

    No later than an explicit method goes quickly.
    """
    unit = 1.0 / max(abs(_divergence(instance)), 1.0 / instance.tau_x)
    return np.concatenate([[0.0], min(unit, 200.0 / fastest_rate(instance)) * np.geomspace(0.01, 5.0, 10)])


def phi_1(y: Values) -> Values:
    """(e^y - 1)/y."""
    safe = np.where(np.abs(y) < 1e-8, 1.0, y)
    return np.where(np.abs(y) < 1e-8, 1.0 + y / 2.0, np.expm1(safe) / safe)


def phi_2(y: Values) -> Values:
    """(e^y - 1 - y)/y²."""
    safe = np.where(np.abs(y) < 1e-3, 1.0, y)
    near = 0.5 + y / 6.0 + y**2 / 24.0 + y**3 / 120.0
    return np.where(np.abs(y) < 1e-3, near, (np.expm1(safe) - safe) / safe**2)


def _outnumbered(copies: int, *, temperature: float, tau_p: float) -> AstrocyteInstance:
    """One pattern at overlap 0 against many at full overlap: its gain goes down as fast as a gain can."""
    patterns = np.array([[1.0, -1.0]] + [[1.0, 1.0]] * copies)
    name = f"{copies} copies of one pattern and one orthogonal to it N=2"
    return AstrocyteInstance(patterns, 40.0, temperature, 1.0, tau_p, name)


def _halves(*, temperature: float, tau_p: float, size: int = 2) -> AstrocyteInstance:
    """As many patterns at overlap 0 as at full overlap: gains carry the most weight across."""
    patterns = np.stack([np.where(np.arange(size) % 2, -1.0, 1.0), np.ones(size)])
    return AstrocyteInstance(patterns, 1.0, temperature, 1.0, tau_p, f"two orthogonal patterns N={size}")
