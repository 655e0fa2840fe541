"""The ball wrappers must contain: every claim is held against evaluation at 200 bits at sampled points."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_mat, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from gatedmem.numerics.enclosures import (
    System,
    ball,
    box,
    cholesky_proves_positive,
    dot,
    interval,
    isolated_spectrum,
    krawczyk,
    largest_radius,
    log_cosh,
    log_sum_exp,
    matrix,
    norm,
    polish,
    product,
    real_spectrum,
    roots_in_box,
    show,
    softmax,
    square,
    tanh,
    vector,
    working_precision,
    x_log_x,
)

middles = st.floats(-50, 50)
radii = st.one_of(st.just(0.0), st.floats(1e-20, 3.0))
places = st.floats(-1, 1)


def at(middle: float, radius: float, place: float) -> Fraction:
    """A point of the ball, exactly."""
    return Fraction(middle) + Fraction(place) * Fraction(radius)


SINGLE: dict[str, tuple[Callable[[arb], arb], Callable[[arb], arb]]] = {
    "square": (square, lambda v: v * v),
    "tanh": (tanh, lambda v: v.sinh() / v.cosh()),
    "log_cosh": (log_cosh, lambda v: v.cosh().log()),
    "norm": (lambda v: norm([v]), abs),
}


@pytest.mark.parametrize("name", SINGLE)
@given(middle=middles, radius=radii, place=places, bits=st.sampled_from([30, 53, 200]))
def test_functions_of_one_ball_contain(name: str, middle: float, radius: float, place: float, bits: int) -> None:
    function, reference = SINGLE[name]
    with working_precision(bits):
        enclosure = function(arb(middle, radius))
    with working_precision(400):
        assert enclosure.overlaps(reference(ball(at(middle, radius, place))))


@settings(max_examples=60)
@given(
    entries=st.lists(st.tuples(middles, radii, places), min_size=1, max_size=6),
    bits=st.sampled_from([40, 53, 200]),
)
def test_functions_of_many_balls_contain(entries: list[tuple[float, float, float]], bits: int) -> None:
    with working_precision(bits):
        balls = [arb(middle, radius) for middle, radius, _ in entries]
        enclosures = [*softmax(balls), log_sum_exp(balls), norm(balls), dot(balls, balls)]
    with working_precision(400):
        points = [ball(at(*entry)) for entry in entries]
        weights = [point.exp() for point in points]
        total = sum(weights, arb(0))
        exact = [weight / total for weight in weights]
        squares = sum((point * point for point in points), arb(0))
        exact += [total.log(), squares.sqrt(), squares]
        assert all(a.overlaps(b) for a, b in zip(enclosures, exact, strict=True))


def test_softmax_is_the_exact_range_of_a_box() -> None:
    with working_precision(100):
        first = softmax([arb(0, 1), arb(0.5, 1), arb(-1, 1)])[0]
        lowest, highest = softmax(vector([-1, 1.5, 0]))[0], softmax(vector([1, -0.5, -2]))[0]
        assert first.contains(lowest)
        assert first.contains(highest)
        assert first.rad() < 1.001 * (highest - lowest) / 2


def test_large_inputs_stay_finite() -> None:
    with working_precision(100):
        assert softmax(vector([1e6, 0]))[1] > 0
        assert abs(log_cosh(ball(-1e6)) - (10**6 - arb(2).log())) < 1e-20
        assert log_sum_exp(vector([1e6, 1e6])).overlaps(10**6 + arb(2).log())


def test_square_of_a_ball_around_zero() -> None:
    # python-flint's own power has returned nan here, and x·x reaches below zero.
    assert square(arb(0, 1)).is_finite()
    assert not square(arb(0, 1)).contains(-0.01)
    assert square(arb(0, 1)).contains(1)
    assert norm([arb(0, 1), arb(0, 1)]).is_finite()


def test_conversions_are_exact_for_doubles_and_enclose_fractions() -> None:
    assert ball(0.1) == arb(fmpq(*(0.1).as_integer_ratio()))
    assert not ball(0.1).contains(fmpq(1, 10))
    assert ball(Fraction(1, 10)).contains(fmpq(1, 10))
    assert ball(np.float64(0.1)) == ball(0.1)
    assert ball(np.int64(3)) == 3
    assert matrix(np.array([[0.1]]))[0, 0].is_exact()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        ball(value)


def test_precision_is_restored_after_an_error() -> None:
    before = ctx.prec
    with pytest.raises(RuntimeError), working_precision(300):
        raise RuntimeError
    assert ctx.prec == before


def test_precision_decorates_a_function() -> None:
    @working_precision(300)
    def third() -> arb:
        return arb(1) / 3

    before = ctx.prec
    assert third().rad() < 1e-80
    assert ctx.prec == before


def test_intervals_and_boxes_reach_their_ends() -> None:
    with working_precision(30):
        assert interval(0.1, Fraction(1, 3)).contains(0.1)
        assert interval(0.1, Fraction(1, 3)).contains(fmpq(1, 3))
        assert box([0.1], [0.7])[0].contains(fmpq(*(0.1).as_integer_ratio()) + fmpq(*(0.7).as_integer_ratio()))


def test_largest_radius_rounds_up_and_knows_nan() -> None:
    third = ball(Fraction(1, 3))
    assert arb(largest_radius([third])) >= third.rad()
    assert largest_radius([third, arb("nan")]) == math.inf
    assert largest_radius([]) == 0.0


def test_x_log_x_refuses_what_it_cannot_enclose() -> None:
    assert x_log_x(arb(0)).is_zero()
    with pytest.raises(ValueError, match="positive ball"):
        x_log_x(arb(0, 1e-9))
    with pytest.raises(ValueError, match="positive ball"):
        x_log_x(arb(-1))


def test_show_carries_an_enclosure() -> None:
    text = show(ball(Fraction(1, 3)), 5)
    middle, _, radius = text.partition(" ± ")
    assert abs(Fraction(middle) - Fraction(1, 3)) <= Fraction(radius)


circle = System(
    lambda v: [square(v[0]) + square(v[1]) - 2, v[0] - v[1]],
    lambda v: arb_mat([[2 * v[0], 2 * v[1]], [1, -1]]),
)


def test_krawczyk_encloses_a_root_and_tightens_it() -> None:
    with working_precision(200):
        found = krawczyk(circle, vector([1.001, 0.999]), [0.1, 0.1])
        assert found.outcome == "unique"
        assert all(entry.contains(1) for entry in found.enclosure)
        assert largest_radius(found.enclosure) < 2.0**-100  # half of the working precision


def test_krawczyk_says_none_where_there_is_none() -> None:
    assert krawczyk(circle, vector([3.0, 3.0]), [0.1, 0.1]).outcome == "none"


@pytest.mark.parametrize("start", [0.0, 1e-8])
def test_krawczyk_is_undecided_at_a_double_root(start: float) -> None:
    double = System(lambda v: [square(v[0])], lambda v: arb_mat([[2 * v[0]]]))
    assert krawczyk(double, vector([start]), [1e-4]).outcome == "undecided"


def test_krawczyk_is_undecided_when_two_roots_share_the_box() -> None:
    assert krawczyk(circle, vector([0.0, 0.0]), [1.5, 1.5]).outcome == "undecided"


def test_krawczyk_is_undecided_on_values_that_are_not_numbers() -> None:
    broken = System(lambda v: [arb("nan")], lambda v: arb_mat([[arb(1)]]))
    assert krawczyk(broken, vector([0.0]), [1.0]).outcome == "undecided"


def test_polish_reaches_working_precision() -> None:
    with working_precision(256):
        root = polish(circle, vector([1.3, 0.9]))
        assert all(abs(entry - 1) < 1e-70 for entry in root)


def test_all_roots_of_a_planar_system_are_found() -> None:
    def cubic(x: arb) -> arb:
        return x * (square(x) - 1)

    pair = System(
        lambda v: [cubic(v[0]), cubic(v[1])],
        lambda v: arb_mat([[3 * square(v[0]) - 1, 0], [0, 3 * square(v[1]) - 1]]),
    )
    found, rest = roots_in_box(pair, [arb(0.05, 2), arb(-0.1, 2)])
    assert rest == []
    places = sorted(tuple(round(float(entry.mid())) for entry in root.enclosure) for root in found)
    assert places == [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]


def test_a_double_root_is_left_undecided_by_the_search() -> None:
    double = System(lambda v: [square(v[0])], lambda v: arb_mat([[2 * v[0]]]))
    found, rest = roots_in_box(double, [arb(0.1, 1)])
    assert found == []
    assert any(part[0].contains(0) for part in rest)


def test_real_spectrum_encloses_known_eigenvalues() -> None:
    rng = np.random.default_rng(0)
    shape = matrix(rng.standard_normal((4, 4)))
    with working_precision(200):
        diagonal = arb_mat(4, 4)
        for i, value in enumerate((-2, 0, 1, 5)):
            diagonal[i, i] = value
        found = real_spectrum(shape * diagonal * shape.inv())
        assert found is not None
        assert [bool(root.contains(value)) for root, value in zip(found, (-2, 0, 1, 5), strict=True)] == [True] * 4


def test_complex_or_multiple_eigenvalues_are_not_called_real() -> None:
    assert real_spectrum(matrix([[0, 1], [-1, 0]])) is None
    assert real_spectrum(matrix([[1, 0], [0, 1]])) is None
    assert isolated_spectrum(matrix([[1, 1], [0, 1]])) is None
    spectrum = isolated_spectrum(matrix([[0, 1], [-1, 0]]))
    assert spectrum is not None
    assert all(not value.imag.contains(0) for value in spectrum)


@given(st.lists(st.integers(-4, 4), min_size=6, max_size=6))
def test_ball_cholesky_never_passes_an_indefinite_matrix(entries: list[int]) -> None:
    a, b, c, d, e, f = entries
    passed = cholesky_proves_positive(matrix([[a, b, c], [b, d, e], [c, e, f]]))
    minors = (a, a * d - b * b, a * (d * f - e * e) - b * (b * f - e * c) + c * (b * e - d * c))
    assert passed == (min(minors) > 0)


def test_ball_cholesky_speaks_for_the_whole_enclosure() -> None:
    assert not cholesky_proves_positive(arb_mat([[arb(1, 0.1), 0.95], [0.95, arb(1, 0.1)]]))
    assert cholesky_proves_positive(arb_mat([[arb(1, 0.01), 0.95], [0.95, arb(1, 0.01)]]))


def test_product_is_matrix_times_vector() -> None:
    assert [float(entry) for entry in product(matrix([[1, 2, 3], [0, 1, 0]]), vector([1, 10, 100]))] == [321.0, 10.0]
