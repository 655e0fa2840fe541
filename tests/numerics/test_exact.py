"""Exact decisions, each with the witness that proves it."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from flint import fmpq_mat, fmpz_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from gatedmem.numerics.exact import (
    Definiteness,
    dominant,
    floats,
    fraction,
    gram,
    identity,
    positive_definite,
    positive_semidefinite,
    quadratic,
    rational,
    rational_matrix,
    rayleigh,
    smallest_eigenvalue,
)


@st.composite
def symmetric(draw: st.DrawFn) -> fmpq_mat:
    size = draw(st.integers(1, 4))
    entries = draw(st.lists(st.fractions(-3, 3, max_denominator=5), min_size=size * size, max_size=size * size))
    table = [[Fraction(0)] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            table[i][j] = table[j][i] = entries[i * size + j] + (2 if i == j else 0)
    return rational_matrix(table)


def minors(values: fmpq_mat, leading: bool) -> list[Fraction]:
    """Leading or all principal minors."""
    size, table = values.nrows(), values.tolist()
    chosen = [tuple(range(k)) for k in range(1, size + 1)]
    if not leading:
        chosen = [subset for k in range(1, size + 1) for subset in combinations(range(size), k)]
    return [fraction(fmpq_mat([[table[i][j] for j in subset] for i in subset]).det()) for subset in chosen]


@settings(max_examples=150)
@given(symmetric())
def test_definiteness_agrees_with_the_minors(values: fmpq_mat) -> None:
    truth = min(minors(values, leading=True)) > 0
    answer = positive_definite(values)
    assert answer.positive in (truth, None)
    check_witness(values, answer)


def check_witness(values: fmpq_mat, answer: Definiteness) -> None:
    if answer.positive:
        assert answer.congruence is not None
        integers, denominator = values.numer_denom()
        assert denominator > 0
        assert dominant(answer.congruence * integers * answer.congruence.transpose())
    elif answer.positive is False:
        assert answer.direction is not None
        assert any(answer.direction)
        assert quadratic(values, answer.direction) <= 0


@settings(max_examples=150)
@given(symmetric())
def test_semidefiniteness_is_always_decided_rightly(values: fmpq_mat) -> None:
    answer = positive_semidefinite(values)
    assert answer.positive == (min(minors(values, leading=False)) >= 0)
    if answer.positive is False:
        assert answer.direction is not None
        assert quadratic(values, answer.direction) < 0


@settings(max_examples=40)
@given(st.lists(st.integers(-3, 3), min_size=6, max_size=6))
def test_products_with_a_transpose_are_semidefinite(entries: list[int]) -> None:
    factor = rational_matrix([entries[:2], entries[2:4], entries[4:]])
    assert positive_semidefinite(factor * factor.transpose()).positive  # rank at most 2 of 3


@pytest.mark.parametrize("size", [1, 2, 20, 80])
def test_gram_matrices_of_drawn_memories(size: int) -> None:
    rows = np.random.default_rng(size).standard_normal((size, size + 5))
    answer = positive_definite(gram(rows))
    assert answer.positive is True
    check_witness(gram(rows), answer)


def test_an_indefinite_matrix_by_a_hair_is_never_called_positive() -> None:
    tiny = Fraction(1, 2**60)
    hair = rational_matrix([[1, 1], [1, 1 - tiny]])
    assert positive_definite(hair).positive is not True
    assert positive_semidefinite(hair).positive is False
    singular = rational_matrix([[1, 1], [1, 1]])
    assert positive_definite(singular).positive is not True
    assert positive_semidefinite(singular).positive is True


def test_a_wide_range_of_scales_is_decided_or_left_open_but_never_wrong() -> None:
    for power in range(0, 300, 25):
        scaled = rational_matrix([[Fraction(10) ** power, 1], [1, Fraction(2, 10**power)]])
        assert positive_definite(scaled).positive is not False
        below = rational_matrix([[Fraction(10) ** power, 1], [1, Fraction(1, 2 * 10**power)]])
        assert positive_definite(below).positive is not True


def test_an_asymmetric_matrix_is_refused() -> None:
    with pytest.raises(ValueError, match="symmetric"):
        positive_definite(rational_matrix([[1, 2], [0, 1]]))


def test_dominance_is_strict() -> None:
    assert not dominant(fmpz_mat([[2, 2], [2, 3]]))
    assert not dominant(fmpz_mat([[-3, 1], [1, 3]]))
    assert dominant(fmpz_mat([[3, -2], [-2, 3]]))


def test_gram_is_exact() -> None:
    rows = np.array([[0.1, 0.2], [0.3, 0.7]])
    entry = gram(rows)[0, 1]
    assert fraction(entry) == Fraction(0.1) * Fraction(0.3) + Fraction(0.2) * Fraction(0.7)


@pytest.mark.parametrize("size", [1, 2, 5, 30])
def test_the_least_eigenvalue_is_bracketed(size: int) -> None:
    rng = np.random.default_rng(size)
    half = rng.standard_normal((size, size))
    values = rational_matrix(half + half.T)
    bounds = smallest_eigenvalue(values)
    assert bounds is not None
    low, high = bounds
    assert low <= high
    assert float(high - low) < 1e-7
    shifted = values - rational(low) * identity(size)
    if size > 1:
        assert positive_definite(shifted).positive is True
    assert (
        low - Fraction(1, 10**9)
        <= Fraction(float(np.linalg.eigvalsh(floats(values))[0]))
        <= high + Fraction(1, 10**9)
    )


def test_a_rayleigh_quotient_is_exact() -> None:
    assert rayleigh(rational_matrix([[2, 1], [1, 3]]), [1, 2]) == Fraction(18, 5)
