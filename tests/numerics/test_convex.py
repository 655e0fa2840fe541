"""The solver's proposals, and the two bounds that judge them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from gatedmem.numerics.convex import (
    entropy_lower_bound,
    entropy_program,
    entropy_upper_bound,
    simplex_point,
)
from gatedmem.numerics.enclosures import ball, log_sum_exp, vector, working_precision


@pytest.mark.parametrize(("size", "temperature"), [(1, 1.0), (4, 0.1), (30, 2.0)])
def test_the_bounds_meet_at_the_optimal_value(size: int, temperature: float) -> None:
    scores = np.random.default_rng(size).standard_normal(size)
    proposal = entropy_program(scores, temperature)
    with working_precision(200):
        f, t = vector(scores), ball(temperature)
        value = t * log_sum_exp([score / t for score in f])
        low = entropy_lower_bound(f, t, proposal.point)
        high = entropy_upper_bound(f, t, proposal.multiplier)
        assert not low > value
        assert not high < value
        assert high - low < 1e-6
        assert abs(proposal.multiplier + t - value) < 1e-5  # the sign convention of the dual variable


@pytest.mark.parametrize("multiplier", [-5.0, -0.3, 0.0, 3.0])
def test_every_multiplier_bounds_every_point(multiplier: float) -> None:
    scores, temperature = vector([0.3, -0.2, 1.0]), ball(0.5)
    high = entropy_upper_bound(scores, temperature, multiplier)
    for weights in ([1, 1, 1], [0, 0, 1], [1, 2, 7]):
        assert entropy_lower_bound(scores, temperature, simplex_point(np.array(weights, dtype=float))) < high


def test_repaired_points_lie_exactly_on_the_simplex() -> None:
    point = simplex_point(np.array([0.1, 0.2, 0.7, -1e-9]))
    assert sum(point) == 1
    assert min(point) == 0


def test_points_off_the_simplex_are_refused() -> None:
    with pytest.raises(ValueError, match="simplex"):
        entropy_lower_bound(vector([1, 2]), ball(1), [Fraction(1, 2), Fraction(1, 3)])
    with pytest.raises(ValueError, match="simplex"):
        entropy_lower_bound(vector([1, 2]), ball(1), [Fraction(3, 2), Fraction(-1, 2)])
