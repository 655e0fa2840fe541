"""Attempt to break convergence (AG10): every solution from the interior comes to rest, at one equilibrium.

No finite run refutes a limit. What it can show is motion that dissipates more energy than there is, or a state that
has not come to rest after a trillion leak times; either counts as a counterexample here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, AstrocyteInstance, draw_astrocyte
from gatedmem.numerics.integrate import fastest_rate, solve
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    Start,
    written_out_input,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.search import UNIT, ClaimBrokenError, Tally, attack, combine, outcome

AT_REST = 1e-6
"""A state counts as at rest when x = W(p)φ(x), relative to K, and p = softmax(f/T) hold to this accuracy."""

# Between two looks, the second ten times as late, a state at rest moves by no more than this.
_STILL = 1e-5
# LSODA at times takes steps far too short, or gives up; another tolerance gets it past that.
_TOLERANCES = (1e-8, 1e-10, 1e-9)
# How far x may be off at the end, for the allowance of the gains.
_BLUR = 1e-7
# The last look, in leak times: where an equilibrium is degenerate, x goes like t^{-1/2}.
_LAST = 1e12
# Evaluations of the field between two looks, before another tolerance is tried.
_BUDGET = 10_000


class _OutOfBudgetError(Exception):
    """A run took too many evaluations; says nothing about the claim."""


def ag10(request: Request) -> Search:
    """AG10: from the interior ẋ → 0 and ṗ → 0, and the state settles on one equilibrium."""
    slowest: list[tuple[float, str]] = []
    undecided: list[str] = []

    def check(start: Start, tally: Tally) -> None:
        for index in range(len(start.x0)):
            tally.trials += 1
            try:
                settled = _to_rest(start, index, tally)
            except _OutOfBudgetError:
                undecided.append(start.where((index,)))
                continue
            slowest.append((settled, start.where((index,))))

    search = attack(check, _starts(request), None, seed=0, examples=0)
    notes = []
    if slowest:
        time, where = max(slowest)
        notes.append(f"the slowest was at rest after {time:g} leak times: {where}")
    if undecided:
        notes.append(f"{len(undecided)} runs were given up before they came to rest, the first {undecided[0]}")
    return combine(search, outcome(Tally(), notes=notes))


def _to_rest(start: Start, index: int, tally: Tally) -> float:
    """Follow one solution until it rests; return when, in units of the slower leak time.

    Raises:
        ClaimBrokenError: it dissipates more than there is, or is not at rest at the end.
        _OutOfBudgetError: neither, but the run is too long.
    """

    def where(_: tuple[int, ...]) -> str:
        return start.where((index,))

    instance = start.instance
    n, k, T = instance.n_neurons, instance.n_patterns, instance.temperature
    x, p = start.x0[index], start.p0[index]
    # AG9: the energy is never below -KN/2 - KT log K, and the dissipation is what it loses.
    available = float(model.energy(instance, x, p)) + k * n / 2.0 + k * T * np.log(k)
    size = abs(available) + k * n + k * T * (1.0 + float(np.abs(np.log(p)).max())) + n / instance.sigma
    evaluations, dissipated = 0, 0.0
    # A Jacobian costs N + K evaluations: not for large memories, which an explicit method follows for a while.
    stiff = n + k <= 200
    budget = int(np.clip(2e9 // instance.patterns.size, 1500, _BUDGET))

    def slope(x: Array) -> Array:
        return np.asarray(instance.sigma / np.cosh(np.minimum(instance.sigma * np.abs(x), 300.0)) ** 2)

    def velocity(state: Array) -> Array:
        nonlocal evaluations, dissipated
        evaluations, dissipated = evaluations + 1, float(state[-1])
        if evaluations > budget:
            raise _OutOfBudgetError
        x_rate, u_rate = model.lifted_velocity(instance, state[:n], state[n : n + k])
        gains = soft.softmax(state[n : n + k])
        growth = u_rate - gains @ u_rate
        lost = instance.tau_x * (slope(state[:n]) @ x_rate**2) + k * instance.tau_p * (gains @ growth**2)
        return np.concatenate([x_rate, u_rate, [lost]])

    def affordable(lost: float, accuracy: float) -> None:
        tally.at_most(
            "∫(τ_xΣφ'ẋ² + Kτ_pΣṗ²/p)dt ≤ L(0) - inf L",
            lost,
            available,
            scale=size,
            roundings=accuracy / UNIT,
            where=where,
            tight=False,
        )

    unit = max(instance.tau_x, instance.tau_p / T)
    state = np.concatenate([x, np.log(p), [0.0]])
    begin, seen = 0.0, (x, p)
    for end in 10.0 ** np.arange(1.0, np.log10(_LAST) + 0.5):
        for tolerance in _TOLERANCES:
            evaluations = 0
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    # A short first leg: LSODA starts with explicit steps and no idea of how short they must be.
                    times = np.array([0.0, 0.1 / fastest_rate(instance), unit * (end - begin)])
                    state = solve(velocity, state, times, tolerance=tolerance, stiff=stiff)[-1]
                break
            except (_OutOfBudgetError, ArithmeticError, UserWarning):
                # A trial step may overshoot a little.
                affordable(dissipated, 1e-2)
        else:
            raise _OutOfBudgetError
        affordable(float(state[-1]), 1e-6)
        x, p = state[:n], soft.softmax(state[n : n + k])
        f = written_out_scores(instance, x[None])[0]
        x_left = float(np.abs(written_out_input(instance, x[None], p[None])[0] - x).max()) / k
        # Where T is tiny the gains magnify what the integrator leaves open in x.
        blur = 1.0 + _BLUR * float(slope(x).sum()) / (T * AT_REST)
        p_left = float(np.abs(p - soft.softmax(f / T)).max()) / blur
        moved = max(float(np.abs(x - seen[0]).max()) / k, float(np.abs(p - seen[1]).max()) / blur)
        begin, seen = float(end), (x, p)
        if max(x_left, p_left) <= AT_REST and moved <= _STILL:
            tally.equal(
                "x = W(p)φ(x) and p = softmax(f/T) at the end",
                np.array([x_left, p_left]),
                0.0,
                scale=1.0,
                roundings=AT_REST / UNIT,
                where=where,
            )
            return begin
    raise ClaimBrokenError(
        f"{where(())}: ẋ → 0 and ṗ → 0 fails, after {_LAST:g} leak times |x - W(p)φ| = {k * x_left:.2g} and "
        f"|p - softmax(f/T)| = {p_left * blur:.2g}"
    )


def _starts(request: Request) -> Iterator[Start]:
    """Interior starts over sizes and corners, small ones first; or on the user's memory."""
    rng = np.random.default_rng([request.seed, 10])
    given = request.astrocyte
    if given is not None:
        yield _from_everywhere(given, rng, 4 if given.patterns.size <= 3000 else 1)
        return
    two = np.array([[1.0, 1.0], [1.0, -1.0]])
    copies = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [-1.0, -1.0, -1.0], [1.0, -1.0, 1.0]])
    # At σλ_max = 1 the silent state is degenerate, for N = K = 1 and above and below the critical T = 1.5 for `two`.
    corners = [
        AstrocyteInstance(np.ones((1, 1)), sigma=1.0),
        AstrocyteInstance(two, sigma=1.0, temperature=2.0),
        AstrocyteInstance(two, sigma=1.0, temperature=1.0),
        AstrocyteInstance(two, sigma=30.0, temperature=1e-3),
        AstrocyteInstance(copies, sigma=2.0, temperature=0.05),
        AstrocyteInstance(copies, sigma=0.2, temperature=50.0),
        AstrocyteInstance(copies, sigma=2.0, temperature=0.2, tau_p=1e4),
        AstrocyteInstance(copies, sigma=2.0, temperature=0.2, tau_x=1e4),
    ]
    for instance in corners:
        yield _from_everywhere(instance, rng, 3)
        n, k = instance.n_neurons, instance.n_patterns
        # On the symmetry between the patterns, where saddles attract; and at the silent state with other gains.
        x0 = np.zeros((2, n))
        x0[0, 0] = 0.5
        p0 = np.stack([np.full(k, 1.0 / k), rng.dirichlet(np.ones(k))])
        yield Start(instance, x0, p0, 1.0)
    for n, k in ((3, 2), (2, 5), (6, 4), (10, 10), (12, 3), (8, 20)):
        for _ in range(2):
            instance = draw_astrocyte(
                rng,
                n,
                k,
                sigma=float(10.0 ** rng.uniform(-1.3, 1.3)),
                temperature=float(n * 10.0 ** rng.uniform(-3.0, 1.0)),
                tau_x=float(10.0 ** rng.uniform(-2.0, 2.0)),
                tau_p=float(10.0 ** rng.uniform(-2.0, 2.0)),
            )
            yield _from_everywhere(instance, rng, 3)


def _from_everywhere(instance: AstrocyteInstance, rng: np.random.Generator, batch: int) -> Start:
    """Starts from noise of all sizes, a cue, and gains from uniform to almost on a face."""
    n, k = instance.n_neurons, instance.n_patterns
    x0 = rng.standard_normal((batch, n)) * 10.0 ** rng.uniform(-2.0, 2.0, (batch, 1))
    x0[0] = model.corrupted(instance.patterns[0], n // 4, rng)
    p0 = rng.standard_gamma(10.0 ** rng.uniform(-0.5, 1.0, (batch, 1)), (batch, k)) + 1e-12
    p0[0] = 1.0
    return Start(instance, x0, p0 / p0.sum(axis=1, keepdims=True), 1.0)
