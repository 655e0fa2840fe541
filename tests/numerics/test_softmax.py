"""Softmax and its companions against their definitions, at the edges of floating point."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gatedmem.numerics import softmax as soft

RNG = np.random.default_rng(0)


def test_softmax_is_its_definition() -> None:
    scores = RNG.standard_normal((5, 4))
    weights = [[math.exp(2.0 * r) for r in row] for row in scores]
    expected = np.array([[w / sum(row) for w in row] for row in weights])
    np.testing.assert_allclose(soft.softmax(scores, 2.0), expected, rtol=1e-14)
    np.testing.assert_allclose(soft.log_softmax(scores, 2.0), np.log(expected), rtol=1e-13)


def test_extreme_scores_neither_overflow_nor_vanish() -> None:
    scores = np.array([1e8, 1e8 - 1.0, -1e8])
    np.testing.assert_allclose(soft.softmax(scores), [1 / (1 + math.exp(-1)), 1 / (1 + math.e), 0.0], rtol=1e-14)
    assert soft.log_softmax(scores)[2] == pytest.approx(-2e8, rel=1e-8)
    assert soft.log_sum_exp(scores) == pytest.approx(1e8 + math.log(1 + math.exp(-1)), rel=1e-15)


def test_minus_infinity_keeps_a_face() -> None:
    np.testing.assert_array_equal(soft.softmax(np.array([0.0, -np.inf, 0.0])), [0.5, 0.0, 0.5])


def test_beta_broadcasts() -> None:
    scores, beta = RNG.standard_normal((3, 4)), np.array([[0.5], [1.0], [2.0]])
    for row in range(3):
        single = float(beta[row, 0])
        np.testing.assert_allclose(soft.softmax(scores, beta)[row], soft.softmax(scores[row], single), rtol=1e-15)
        np.testing.assert_allclose(soft.log_sum_exp(scores, beta)[row], soft.log_sum_exp(scores[row], single))


def test_log_sum_exp_differentiates_to_the_softmax() -> None:
    scores = RNG.standard_normal(6)
    stepped = soft.log_sum_exp(scores + 1e-20j * np.eye(6), 3.0).imag / 1e-20
    np.testing.assert_allclose(stepped, soft.softmax(scores, 3.0), rtol=1e-13)


def test_covariance_is_that_of_a_one_hot_variable() -> None:
    p = soft.softmax(RNG.standard_normal(5))
    expected = sum(p[k] * np.outer(np.eye(5)[k] - p, np.eye(5)[k] - p) for k in range(5))
    np.testing.assert_allclose(soft.covariance(p), expected, atol=1e-16)
    assert soft.covariance(np.tile(p, (2, 3, 1))).shape == (2, 3, 5, 5)


def test_entropy_between_vertex_and_centre() -> None:
    assert soft.entropy(np.array([0.0, 1.0, 0.0])) == 0.0
    assert soft.entropy(np.full(8, 0.125)) == pytest.approx(math.log(8), rel=1e-15)
    np.testing.assert_allclose(soft.effective_number(np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])), [2.0, 1.0])


def test_relative_entropy_is_zero_at_home_and_infinite_off_the_support() -> None:
    p = soft.softmax(RNG.standard_normal(5))
    assert soft.relative_entropy(p, np.log(p)) == pytest.approx(0.0, abs=1e-16)
    assert soft.relative_entropy(np.array([0.5, 0.5]), np.array([0.0, -np.inf])) == np.inf
