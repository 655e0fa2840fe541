"""Attempt to break the capacity at finite size (AG32): failure rates over random patterns against the bound.

Thousands of memories are drawn and put through one alternation at once, with the formulas written out; a share of
them goes through the simulator as well, which must give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb, exp, log, tanh

import numpy as np
from scipy.stats import beta

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import describe
from gatedmem.proofs.falsifiers.search import ClaimBrokenError, Tally, attack, combine, outcome, row, said

RATE = 0.5
"""AG32: the bound falls like exp(-RATE · (N-2n)²/N)."""

DOUBT = 1e-6
"""A true bound is called broken with at most this probability, at each condition."""

# How many signs are drawn for a condition, at most, and how many at once.
_SIGNS = 12_000_000
_AT_ONCE = 1_000_000
# How many memories of a condition also go through the simulator.
_SIMULATED = 40


@dataclass(frozen=True)
class Condition:
    """One law of memories and cues: N, K, flips n, slope σ and temperature T."""

    n_neurons: int
    n_patterns: int
    flips: int
    sigma: float
    temperature: float

    @property
    def bound(self) -> float:
        """2(K-1)^{1+T/t²} exp(-(N-2n)²/(2N)) with t = tanhσ; 0 for one pattern."""
        return capacity_bound(self)

    def __str__(self) -> str:
        return f"N={self.n_neurons} K={self.n_patterns} n={self.flips} σ={self.sigma:g} T={self.temperature:g}"


def capacity_bound(condition: Condition) -> float:
    """AG32's bound on the probability that one alternation, gains first, does not return the pattern.

    >>> round(capacity_bound(Condition(64, 100, 6, 2.0, 0.1)), 9)
    2.17e-07
    """
    n, k = condition.n_neurons, condition.n_patterns
    if k == 1:
        return 0.0
    power = 1.0 + condition.temperature / tanh(condition.sigma) ** 2
    exponent = log(2.0) + power * log(k - 1.0) - RATE * (n - 2 * condition.flips) ** 2 / n
    return exp(min(exponent, 700.0))


def lower_limit(failures: int, trials: int) -> float:
    """Exact (Clopper-Pearson) lower confidence limit of a probability, wrong with probability at most DOUBT.

    >>> lower_limit(0, 1000), round(lower_limit(500, 1000), 3)
    (0.0, 0.425)
    """
    return float(beta.ppf(DOUBT, failures, trials - failures + 1)) if failures else 0.0


def ag32(request: Request) -> Search:
    """AG32: one alternation, gains first, fails with probability ≤ 2(K-1)^{1+T/t²}exp(-(N-2n)²/(2N))."""
    rng = np.random.default_rng([request.seed, 32])
    closest: list[tuple[float, str]] = []
    wrong_first: list[str] = []

    def measured(condition: Condition, tally: Tally) -> None:
        failures = trials = 0
        for patterns, cues in _draws(condition, rng):
            after = _gains_first(patterns, _cue_overlaps(patterns, cues, condition), condition)
            failed = (np.sign(after) != patterns[:, 0]).any(axis=1)
            if not trials:
                _simulated(condition, patterns, cues, after, tally)
            failures += int(failed.sum())
            trials += len(failed)
        tally.trials += trials
        bound = condition.bound
        if bound >= 1.0:
            return
        low = lower_limit(failures, trials)
        if low > bound:
            raise ClaimBrokenError(
                f"{condition}: P(failure) ≤ 2(K-1)^(1+T/t²)exp(-(N-2n)²/(2N)) fails, {failures} of {trials} failed, "
                f"a rate of at least {low:.4g} against the bound {bound:.4g}"
            )
        if failures:
            tally.near((bound - failures / trials) / bound)
            closest.append((failures / trials / bound, str(condition)))

    def worst_flips(condition: Condition, tally: Tally) -> None:
        """All choices of n flips: that one of them fails has at most C(N,n) times the probability."""
        n, flips = condition.n_neurons, condition.flips
        masks = np.ones((comb(n, flips), n))
        for index, chosen in enumerate(combinations(range(n), flips)):
            masks[index, list(chosen)] = -1.0
        trials = 4000
        failed = np.zeros(trials, dtype=bool)
        patterns = rng.choice([-1.0, 1.0], size=(trials, condition.n_patterns, n))
        for mask in masks:
            after = _gains_first(patterns, _cue_overlaps(patterns, patterns[:, 0] * mask, condition), condition)
            failed |= (np.sign(after) != patterns[:, 0]).any(axis=1)
        tally.trials += trials * len(masks)
        bound = len(masks) * condition.bound
        low = lower_limit(int(failed.sum()), trials)
        if low > bound:
            raise ClaimBrokenError(
                f"{condition}: P(some flips fail) ≤ C(N,n) · bound fails, "
                f"a rate of at least {low:.4g} against {bound:.4g}"
            )

    def neurons_first(condition: Condition, tally: Tally) -> None:
        """From uniform gains the Hopfield step fails where the bound for the other order is tiny: so it must here."""
        failures = trials = later = 0
        for patterns, cues in _draws(condition, rng, signs=2_000_000):
            overlap = _cue_overlaps(patterns, cues, condition)
            hopfield = np.matmul(overlap[:, None, :], patterns)[:, 0, :] / condition.n_neurons
            failures += int((np.sign(hopfield) != patterns[:, 0]).any(axis=1).sum())
            phi = np.tanh(condition.sigma * hopfield)
            after = _gains_first(patterns, np.matmul(patterns, phi[:, :, None])[:, :, 0], condition)
            later += int((np.sign(after) != patterns[:, 0]).any(axis=1).sum())
            trials += len(after)
        tally.trials += trials
        wrong_first.append(
            f"neurons first, {condition}: {failures} of {trials} fail, {later} still after another alternation; "
            f"the bound with gains first is {condition.bound:.2g}"
        )
        low = lower_limit(failures, trials)
        if not low > max(0.3, condition.bound):
            raise ClaimBrokenError(
                f"{condition}: a high failure rate with neurons first fails to show, {failures} of {trials}"
            )

    given = request.astrocyte
    searches = (
        attack(measured, list(_conditions(given)), None, seed=0, examples=0),
        attack(worst_flips, _WORST if given is None else (), None, seed=0, examples=0),
        attack(neurons_first, _CROWDED if given is None else (), None, seed=0, examples=0),
    )
    notes = list(wrong_first)
    if closest:
        share, where = max(closest)
        notes.append(f"the failure rate came to {share:.3f} of the bound, at {where}")
    return combine(*searches, outcome(Tally(), notes=notes))


_WORST = (Condition(12, 2, 1, 2.0, 0.1), Condition(16, 3, 1, 3.0, 0.3), Condition(20, 2, 2, 1.0, 0.1))
# Crowded memories: with flips (which the self-coupling K/N of W_H holds in place), and without any.
_CROWDED = (Condition(100, 1000, 10, 3.0, 0.5), Condition(60, 60, 0, 2.0, 0.1))


def _conditions(given: AstrocyteInstance | None) -> Iterator[Condition]:
    """Conditions whose bound says something (< 1), small ones first; for the user's size, slope and temperature."""
    if given is not None:
        n, k = given.n_neurons, given.n_patterns
        for flips in sorted({0, n // 10, n // 5, (n - 1) // 2}):
            yield Condition(n, k, flips, given.sigma, given.temperature)
        return
    # Where two patterns compete the bound is sharpest: take for each N the most flips that leave it below one.
    for n in range(5, 41):
        flips = max((f for f in range(n // 2) if Condition(n, 2, f, 3.0, 0.01).bound < 1.0), default=0)
        if flips and n % (1 if n < 15 else 7) == 0:
            yield Condition(n, 2, flips, 3.0, 0.01)
    for sigma, temperature in ((3.0, 0.01), (1.0, 0.1), (0.3, 0.02), (2.0, 1.0)):
        for n, k in ((12, 3), (20, 5), (30, 10), (40, 100), (64, 30)):
            for flips in reversed(range(n // 2)):
                if Condition(n, k, flips, sigma, temperature).bound < 1.0:
                    yield Condition(n, k, flips, sigma, temperature)
                    break
    yield Condition(20, 1, 9, 1.0, 1.0)
    yield Condition(30, 100, 2, 2.0, 0.01)


def _draws(condition: Condition, rng: np.random.Generator, signs: int = _SIGNS) -> Iterator[tuple[Values, Values]]:
    """Patterns (B, K, N), independent and uniform, and cues (B, N): pattern 0 with n flips."""
    n, k, flips = condition.n_neurons, condition.n_patterns, condition.flips
    left = int(np.clip(signs // (n * k), 4, 20_000))
    while left > 0:
        batch = min(left, max(1, _AT_ONCE // (n * k)))
        left -= batch
        bits = np.unpackbits(np.frombuffer(rng.bytes((batch * k * n + 7) // 8), dtype=np.uint8))
        patterns = (2.0 * bits[: batch * k * n] - 1.0).reshape(batch, k, n)
        # The n smallest of N uniform numbers: flips that do not look at the patterns.
        chosen = rng.random((batch, n)).argsort(axis=1) < flips
        yield patterns, np.where(chosen, -patterns[:, 0], patterns[:, 0])


def _cue_overlaps(patterns: Values, cues: Values, condition: Condition) -> Values:
    """m = tanhσ · Σ_i ξ_i c_i for cues of ±1, shape (B, K); the sum is exact, so that ties stay ties."""
    return np.asarray(tanh(condition.sigma) * np.matmul(patterns, cues[:, :, None])[:, :, 0])


def _gains_first(patterns: Values, overlap: Values, condition: Condition) -> Values:
    """W(softmax(f/T))φ for patterns (B, K, N), from the overlaps (B, K)."""
    n, k = condition.n_neurons, condition.n_patterns
    p = soft.softmax(overlap**2 / (2.0 * n * condition.temperature))
    return np.asarray((k / n) * np.matmul((p * overlap)[:, None, :], patterns)[:, 0, :])


def _simulated(condition: Condition, patterns: Values, cues: Values, after: Values, tally: Tally) -> None:
    """The simulator's alternation on some of the same memories gives the same neurons."""
    for one, cue, expected in list(zip(patterns, cues, after, strict=True))[:_SIMULATED]:
        instance = AstrocyteInstance(one, condition.sigma, condition.temperature, name=f"drawn {condition}")
        p = model.retrieval_gains(instance, cue)
        top = condition.n_neurons / (2.0 * condition.temperature)
        tally.equal(
            "one alternation, gains first, is W(softmax(f/T))φ",
            model.recurrent_input(instance, cue, p),
            expected,
            scale=condition.n_patterns * (1.0 + top),
            roundings=10.0 * (condition.n_neurons + condition.n_patterns) + 100.0,
            where=said(f"{describe(instance)} cue={row(cue)}"),
        )
