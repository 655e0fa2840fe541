"""The engine of the falsifiers: a large random search, a search of the corners with shrinking, a tally of both.

A falsifier states a claim as comparisons inside a function ``check(case, tally)``. :func:`attack` runs it on
drawn cases, then hands it to Hypothesis, which reaches for the corners and shrinks what it breaks.

Identities are compared at the accuracy of floating point: an error is measured against the sum of the
absolute values of the terms that were added up (the scale of standard forward error analysis), and allowed as
many unit roundoffs as there are roundings on the longest path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import hypothesis
import numpy as np
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.strategies import SearchStrategy

from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Search

UNIT = 2.0**-53
"""Unit roundoff of double precision."""

# A library exp, log or tanh is good to a few units in the last place; each call counts for so many roundings.
CALL = 8

# The complex step of derivatives: its square never shows, and no derivative underflows.
STEP = 1e-20

# Examples Hypothesis may still try once it has a counterexample: enough to shrink, and bounded.
_SHRINK_CALLS = 300

Case = TypeVar("Case")


class ClaimBrokenError(Exception):
    """A claim broken at one case; the text is the counterexample in one line."""


class _Enough(BaseException):
    """Ends the shrinking of a counterexample; not an error, so that Hypothesis lets it through."""


class Tally:
    """What a search has seen so far.

    Attributes:
        trials: number of states or instances compared.
        residual, tolerance: error and allowance of the identity that came closest to its allowance.
        margin: smallest relative distance to a bound.
    """

    def __init__(self) -> None:
        self.trials = 0
        self.residual: float | None = None
        self.tolerance: float | None = None
        self.margin: float | None = None

    def equal(
        self,
        claim: str,
        left: Values | float,
        right: Values | float,
        *,
        scale: Values | float,
        roundings: float,
        where: Callable[[tuple[int, ...]], str],
    ) -> None:
        """Require ``|left - right| ≤ roundings · UNIT · scale`` in every entry; NaN counts as broken.

        Args:
            claim: what is claimed, in a few symbols.
            left: one side, any shape.
            right: the other, computed independently.
            scale: sum of the absolute values of the terms behind both sides (broadcasts).
            roundings: number of roundings on the longest path from the inputs.
            where: describes the case at an index of ``left``.

        Raises:
            ClaimBrokenError: an entry differs by more.
        """
        left, right, scale = np.broadcast_arrays(left, right, scale)
        error = np.abs(left - right) / np.maximum(scale, np.finfo(np.float64).tiny / UNIT)
        self._worst_residual(error, roundings * UNIT)
        broken = ~(error <= roundings * UNIT)
        if broken.any():
            at = _worst(np.where(broken, np.where(np.isnan(error), np.inf, error), -1.0))
            raise ClaimBrokenError(
                f"{where(at)}: {claim} fails, {_number(left[at])} against {_number(right[at])} "
                f"(relative error {error[at]:.1e}, {roundings * UNIT:.1e} allowed)"
            )

    def at_most(
        self,
        claim: str,
        value: Values | float,
        bound: Values | float,
        *,
        scale: Values | float,
        roundings: float,
        where: Callable[[tuple[int, ...]], str],
        tight: bool = True,
    ) -> None:
        """Require ``value ≤ bound``, up to ``roundings`` roundings of ``scale``, in every entry.

        With ``tight`` the relative distance ``(bound - value)/scale`` enters the margin of the search.

        Raises:
            ClaimBrokenError: an entry exceeds its bound, or is NaN.
        """
        value, bound, scale = np.broadcast_arrays(value, bound, scale)
        slack = (bound - value) / np.maximum(scale, np.finfo(np.float64).tiny / UNIT)
        if tight and slack.size:
            self.near(float(np.min(slack)))
        broken = ~(slack >= -roundings * UNIT)
        if broken.any():
            at = _worst(np.where(broken, np.where(np.isnan(slack), np.inf, -slack), -np.inf))
            raise ClaimBrokenError(
                f"{where(at)}: {claim} fails, {_number(value[at])} against the bound {_number(bound[at])}"
            )

    def near(self, distance: float) -> None:
        """Record a relative distance to a bound; one within rounding below it counts as 0."""
        distance = max(distance, 0.0)
        self.margin = distance if self.margin is None else min(self.margin, distance)

    def _worst_residual(self, error: Values, allowed: float) -> None:
        if not error.size:
            return
        worst = float(np.max(error))
        if self.residual is None or self.tolerance is None or worst * self.tolerance > self.residual * allowed:
            self.residual, self.tolerance = worst, allowed


def attack(
    check: Callable[[Case, Tally], None],
    drawn: Iterable[Case],
    corners: SearchStrategy[Case] | None,
    *,
    seed: int,
    examples: int,
    notes: Iterable[str] = (),
    tally: Tally | None = None,
) -> Search:
    """Search for a violation of ``check``: first on the drawn cases, then with Hypothesis over the corners.

    Args:
        check: compares through the tally, adds to ``tally.trials``, raises :class:`ClaimBrokenError`.
        drawn: random cases, large ones included; the search among them stops at the first violation.
        corners: strategy for small and degenerate cases, or None for no such search.
        seed: fixes what Hypothesis draws.
        examples: how many examples Hypothesis may try.
        notes: lines for the report.
        tally: one that has already counted other searches; a fresh one if None.

    Returns:
        the outcome; its counterexample is the one Hypothesis shrank, where there is one.

    >>> from hypothesis import strategies as st
    >>> def below_ten(case, tally):
    ...     tally.trials += 1
    ...     tally.at_most("n ≤ 10", case, 10, scale=10, roundings=0, where=lambda at: f"n={case}")
    >>> attack(below_ten, [50], st.integers(0, 99), seed=0, examples=100).counterexample
    'n=11: n ≤ 10 fails, 11 against the bound 10'
    """
    tally = Tally() if tally is None else tally
    found: str | None = None
    for case in drawn:
        try:
            check(case, tally)
        except ClaimBrokenError as violation:
            found = str(violation)
            break
    if corners is not None:
        # Hypothesis' own draws are no part of the margin: they may move with its version.
        found = _corner(check, corners, Tally(), tally, seed, examples) or found
    return outcome(tally, found, notes)


def outcome(tally: Tally, counterexample: str | None = None, notes: Iterable[str] = ()) -> Search:
    """Return what a tally saw as a :class:`Search`."""
    return Search(
        trials=tally.trials,
        counterexample=counterexample,
        margin=tally.margin,
        residual=tally.residual,
        tolerance=tally.tolerance,
        notes=tuple(notes),
    )


def combine(*searches: Search) -> Search:
    """Join the searches of the parts of one statement.

    Trials add up; the shortest counterexample, the smallest margin and the residual closest to its tolerance
    stand for the whole.

    >>> combine(Search(3, margin=0.2), Search(4, margin=0.1, residual=1e-16, tolerance=1e-15)).margin
    0.1
    """
    broken = [search.counterexample for search in searches if search.counterexample is not None]
    margins = [search.margin for search in searches if search.margin is not None]
    measured = [
        (search.residual, search.tolerance)
        for search in searches
        if search.residual is not None and search.tolerance is not None
    ]
    residual, tolerance = max(measured, key=lambda pair: pair[0] / (pair[1] or 1.0), default=(None, None))
    return Search(
        trials=sum(search.trials for search in searches),
        counterexample=min(broken, key=len) if broken else None,
        margin=min(margins) if margins else None,
        residual=residual,
        tolerance=tolerance,
        notes=tuple(note for search in searches for note in search.notes),
    )


def climb(
    objective: Callable[[Values], Values],
    start: Values,
    rng: np.random.Generator,
    *,
    rounds: int,
    width: float = 1.0,
) -> tuple[Values, Values]:
    """Maximise ``objective`` from every row of ``start`` by adaptive random steps.

    Args:
        objective: maps points of shape (B, n) to values of shape (B,).
        start: shape (B, n).
        rng: source of the steps.
        rounds: number of steps of every row.
        width: first standard deviation of a step; grows on success and shrinks on failure.

    Returns:
        the best points, shape (B, n), and their values, shape (B,).

    >>> best, value = climb(lambda z: -np.abs(z - 2.0).sum(axis=1), np.zeros((1, 2)),
    ...                     np.random.default_rng(0), rounds=300)
    >>> bool(value[0] > -1e-3)
    True
    """
    best = np.array(start, dtype=np.float64)
    value = objective(best)
    widths = np.full((len(best), 1), width)
    for _ in range(rounds):
        trial = best + widths * rng.standard_normal(best.shape)
        reached = objective(trial)
        better = reached > value
        best = np.where(better[:, None], trial, best)
        value = np.where(better, reached, value)
        widths = widths * np.where(better[:, None], 1.6, 0.85)
    return best, value


def said(text: str) -> Callable[[tuple[int, ...]], str]:
    """Return a description that is the same at every index."""
    return lambda at: text


def row(values: Values, limit: int = 8) -> str:
    """Return a short text for a vector, enough digits to reproduce a small case.

    >>> row(np.array([1.0, -0.5, 1 / 3]))
    '[1, -0.5, 0.33333333333333331]'
    """
    shown = [_number(value) for value in values[:limit]]
    return "[" + ", ".join(shown) + (", …]" if len(values) > limit else "]")


def _corner(
    check: Callable[[Case, Tally], None],
    corners: SearchStrategy[Case],
    scratch: Tally,
    tally: Tally,
    seed: int,
    examples: int,
) -> str | None:
    found: list[str] = []
    calls_left = _SHRINK_CALLS

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=max(examples, 1),
        database=None,
        deadline=None,
        verbosity=hypothesis.Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
    )
    @hypothesis.given(corners)
    def probe(case: Case) -> None:
        nonlocal calls_left
        if found:
            calls_left -= 1
            if calls_left < 0:
                raise _Enough
        try:
            check(case, scratch)
        except ClaimBrokenError as violation:
            found.append(str(violation))
            raise

    try:
        # Hypothesis caches on disk, in the current directory unless told otherwise.
        with TemporaryDirectory() as folder:
            set_hypothesis_home_dir(folder)
            probe()
    except ClaimBrokenError as violation:
        return str(violation)
    except (_Enough, hypothesis.errors.Flaky):  # a check that draws for itself need not break twice at one case
        return min(found, key=len)
    finally:
        set_hypothesis_home_dir(None)
        tally.trials += scratch.trials
        if scratch.residual is not None and scratch.tolerance is not None:
            tally._worst_residual(np.array([scratch.residual]), scratch.tolerance)
    return None


def _worst(badness: Values) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(badness)), badness.shape))


def _number(value: Any) -> str:
    value = complex(value)
    return f"{value.real:.17g}" if value.imag == 0.0 else f"{value:.17g}"
