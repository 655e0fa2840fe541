"""Softmax and simplex: what fails when a hypothesis is dropped, in exact or ball arithmetic.

``docs/drops.toml`` names these tests. A comparison of two balls is true only if it holds for all their points.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy as sp

from gatedmem.numerics import softmax as fast
from gatedmem.numerics.enclosures import ball, norm, softmax, vector, x_log_x

SMALL = 0.01


def free_energy(p, f, temperature):
    """-⟨p, f⟩ + T⟨p, log p⟩ + T log Z, in balls."""
    t = ball(temperature)
    log_z = sum((ball(score) / t).exp() for score in f).log()
    return sum(t * x_log_x(ball(w)) - ball(w) * ball(score) for w, score in zip(p, f, strict=True)) + t * log_z


def covariance_form(p, v):
    """vᵀ(diag p - ppᵀ)v, exactly."""
    mean = sum(w * x for w, x in zip(p, v, strict=True))
    return sum(w * x * x for w, x in zip(p, v, strict=True)) - mean**2


def weights(scores, temperature=1):
    return softmax([ball(score) / ball(temperature) for score in scores])


def test_the_printed_softmax_overflows_where_the_stable_one_does_not():
    """SM1: scores (1000, 0) in double precision."""
    r = np.array([1000.0, 0.0])
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(np.exp(r) / np.exp(r).sum())[0]
    assert fast.softmax(r)[0] == 1.0


def test_at_negative_temperature_the_softmax_is_the_worst_choice():
    """SM2: T = -1, two equal scores, p = (1, 0): the difference is -log 2."""
    assert free_energy([1, 0], [0, 0], -1) < -0.69
    assert free_energy([1, 0], [0, 0], 1) > 0.69


def test_off_the_simplex_the_softmax_is_not_the_maximiser():
    """SM2: p = (0.3, 0.3) does better than the softmax."""
    assert free_energy([Fraction(3, 10), Fraction(3, 10)], [0, 0], 1) < -SMALL
    assert free_energy([Fraction(3, 10), Fraction(7, 10)], [0, 0], 1) > 0


def test_at_zero_temperature_there_are_many_maximisers():
    """SM2: with T = 0 every law on the largest scores is as good as any other."""
    for p in ([1, 0, 0], [0, 1, 0], [Fraction(1, 2), Fraction(1, 2), 0]):
        assert sum(w * score for w, score in zip(p, [2, 2, 1], strict=True)) == 2


def test_the_jacobian_of_the_softmax_forgets_a_common_shift():
    """SM3: its rows add to zero, so scores cannot be read back from weights."""
    p = [Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)]
    assert all(sum(p[i] * (i == j) - p[i] * p[j] for j in range(3)) == 0 for i in range(3))


def test_off_the_simplex_the_covariance_leaves_its_bounds():
    """SM4: above one half at (0.6, 0.6), negative at (1, 1)."""
    assert covariance_form([Fraction(3, 5), Fraction(3, 5)], [1, -1]) == Fraction(3, 5) * 2
    assert covariance_form([1, 1], [1, 1]) == -2


def test_in_other_norms_the_constant_of_the_covariance_is_another():
    """SM4: from the largest entry to the sum of the entries it is 1, not one half."""
    p, v = [Fraction(1, 2), Fraction(1, 2)], [1, -1]
    image = [w * (x - sum(a * b for a, b in zip(p, v, strict=True))) for w, x in zip(p, v, strict=True)]
    assert sum(map(abs, image)) == 1 == max(map(abs, v))


def test_a_negative_inverse_temperature_bounds_nothing():
    """SM5: with β < 0 the right side is negative."""
    moved = norm([a - b for a, b in zip(weights([0, 0], -1), weights([1, 0], -1), strict=True)])
    assert moved > SMALL
    assert ball(-1) / 2 * norm(vector([Fraction(1, 2), Fraction(-1, 2)])) < 0


def test_far_scores_can_have_nearly_equal_weights():
    """SM5: no bound the other way; the scores (0, 40) and (0, 80)."""
    moved = norm([a - b for a, b in zip(weights([0, 40]), weights([0, 80]), strict=True)])
    assert moved < 1e-15
    assert norm(vector([20, -20])) > 28


def test_a_negative_inverse_temperature_turns_log_sum_exp_into_a_minimum():
    """SM6: β = -1 and two zeros give -log 2, below the largest entry."""
    assert -(ball(0).exp() + ball(0).exp()).log() < -0.69


def test_log_sum_exp_is_flat_along_a_common_shift():
    """SM6: convex, not strictly."""
    c = sp.Symbol("c", real=True)
    moved = sp.log(2 * sp.exp(c))
    assert sp.simplify(sp.expand_log(moved, force=True) - c - sp.log(2)) == 0


def test_at_negative_temperature_a_gap_does_not_force_a_weight():
    """SM7: scores (2, 1, 0), gap 1, T = -1."""
    assert weights([2, 1, 0], -1)[0] < 1 / (1 + 2 * ball(1).exp())
    assert weights([2, 1, 0], 1)[0] >= 1 / (1 + 2 * ball(-1).exp())


def test_one_leading_competitor_presses_the_weight_down():
    """SM7: the gap is asked of every competitor; one that leads by 3 is enough."""
    weight = weights([1, 4, 0, 0])[0]
    assert weight < ball(-3).exp()
    assert weight < 1 / (1 + 3 * ball(-1).exp())


def test_a_gap_is_not_enough_among_many():
    """SM7: a million competitors and a gap of five temperatures leave a weight below 2e-4."""
    assert 1 / (1 + (10**6 - 1) * ball(-5).exp()) < 2e-4


def test_a_score_that_moves_with_the_temperature_has_another_limit():
    """SM8: scores (0, -T): the weights are the same at every T, though entry 1 alone is largest."""
    for exponent in (1, 10, 1000):
        temperature = Fraction(1, 10**exponent)
        assert weights([0, -temperature], temperature)[1] > 0.26


def test_the_zero_temperature_limit_is_not_uniform_in_the_scores():
    """SM8: at T = 0.001 a gap of one millionth leaves half of the mass off the maximum."""
    assert weights([0, Fraction(-1, 10**6)], Fraction(1, 1000))[1] > 0.49


def entropy(p):
    return -sum(x_log_x(ball(w)) for w in p)


def test_off_the_simplex_more_than_n_entries_count():
    """SM9: three weights of 0.37."""
    assert entropy([Fraction(37, 100)] * 3).exp() > 3


def test_with_more_mass_off_the_set_the_bound_fails():
    """SM9: n = 3, one entry in S, ε = 0.9: the right side is below log 3, which the uniform law reaches."""
    eps = Fraction(9, 10)
    assert Fraction(2, 3) <= eps
    assert entropy([eps, 1 - eps]) + ball(eps) * ball(2).log() < entropy([Fraction(1, 3)] * 3)


def test_little_mass_off_a_set_does_not_spread_over_it():
    """SM9: no bound from below; one entry may carry everything."""
    assert entropy([1, 0, 0]) == 0
