"""Enclosures contain, over extreme ranges and at few bits: held against evaluation at many bits inside the ball.

The functions are the wrappers of ``enclosures`` and those of the library that certificates call as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import reduce

import numpy as np
import pytest
from flint import arb, arb_mat, arb_series, ctx, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gatedmem.numerics.enclosures import (
    System,
    ball,
    box,
    dot,
    interval,
    krawczyk,
    largest_radius,
    log_cosh,
    log_sum_exp,
    matrix,
    midpoints,
    norm,
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
from gatedmem.numerics.jets import Jet
from gatedmem.numerics.validated import validated_solution

Function = Callable[[arb], arb]

middles = st.one_of(st.sampled_from([0.0, 1.0, -1.0, math.pi]), st.floats(-60, 60), st.floats(-1e300, 1e300))
radii = st.one_of(st.just(0.0), st.floats(1e-30, 3.0), st.floats(0, 1e300))
places = st.one_of(st.sampled_from([-1.0, 0.0, 1.0]), st.floats(-1, 1))
few_bits = st.sampled_from([2, 10, 30, 53, 200])
MANY_BITS = 600


def point_of(middle: float, radius: float, place: float) -> arb:
    """A point of the ball, enclosed at the present precision."""
    return ball(Fraction(middle) + Fraction(place) * Fraction(radius))


def where(condition: Callable[[arb], bool], function: Function) -> Function:
    """The function on balls that satisfy the condition as a whole, else not a number."""
    return lambda v: function(v) if condition(v) else arb("nan")


# name: (what is used, its definition by other functions)
SINGLE: dict[str, tuple[Function, Function]] = {
    "square": (square, lambda v: v * v),
    "tanh": (tanh, lambda v: 1 - 2 / ((2 * v).exp() + 1)),
    "log_cosh": (log_cosh, lambda v: abs(v) + ((-2 * abs(v)).exp() / 2 + arb(1) / 2).log()),
    "norm": (lambda v: norm([v]), abs),
    "x_log_x": (where(lambda v: v > 0, x_log_x), lambda v: v * v.log()),
    "sech": (arb.sech, lambda v: 2 / (v.exp() + (-v).exp())),
    "log1p": (where(lambda v: v > -1, arb.log1p), lambda v: (1 + v).log()),
    "atanh": (where(lambda v: abs(v) < 1, arb.atanh), lambda v: ((1 + v) / (1 - v)).log() / 2),
    "1F1(1; 2; v)": (where(lambda v: abs(v) < 1e4, lambda v: v.hypgeom_1f1(1, 2)), lambda v: (v.exp() - 1) / v),
    "1F1(1; 3; v)": (
        where(lambda v: abs(v) < 1e4, lambda v: v.hypgeom_1f1(1, 3) / 2),
        lambda v: (v.exp() - 1 - v) / (v * v),
    ),
    "reciprocal": (lambda v: 1 / v, lambda v: v / (v * v)),
    "absolute bounds": (lambda v: interval(v.abs_lower(), v.abs_upper()), abs),
    "tanh on jets": (lambda v: Jet([v]).tanh().value[0], lambda v: 1 - 2 / ((2 * v).exp() + 1)),
    "slope of tanh on jets": (
        lambda v: Jet.variable([v]).tanh().tangent[0][0],
        lambda v: 4 / (2 + (2 * v).exp() + (-2 * v).exp()),
    ),
}


def contains(function: Function, reference: Function, middle: float, radius: float, place: float, bits: int) -> bool:
    """Whether the enclosure over the ball holds the value at a point of it; one that is not finite says nothing."""
    with working_precision(bits):
        enclosure = function(arb(middle, radius))
    with working_precision(MANY_BITS):
        return not enclosure.is_finite() or bool(enclosure.overlaps(reference(point_of(middle, radius, place))))


@pytest.mark.parametrize("name", SINGLE)
@settings(max_examples=300)
@given(middle=middles, radius=radii, place=places, bits=few_bits)
def test_functions_of_one_ball(name: str, middle: float, radius: float, place: float, bits: int) -> None:
    assert contains(*SINGLE[name], middle, radius, place, bits)


UNSOUND: dict[str, tuple[Function, Function]] = {
    "the middle only": (lambda v: tanh(v.mid()), tanh),
    "a radius forgotten": (lambda v: v * v.mid(), lambda v: v * v),
    "the ends of what is not monotone": (lambda v: square(v.lower()).union(square(v.upper())), lambda v: v * v),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_function_would_be_noticed(name: str) -> None:
    tried = [
        contains(*UNSOUND[name], middle, radius, place, 53)
        for middle in (0.0, 0.25, 3.0)
        for radius in (0.5, 1.0)
        for place in (-1.0, 0.0, 0.25, 1.0)
    ]
    assert not all(tried)


def test_the_functions_stay_finite_where_certificates_need_them() -> None:
    """Containment alone would be satisfied by an enclosure of everything."""
    for name, (function, _) in SINGLE.items():
        with working_precision(100):
            enclosure = function(arb(0.5, 1e-3))
            assert enclosure.rad() < 0.02, name


@settings(max_examples=300)
@given(
    entries=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 50), places), min_size=1, max_size=5), bits=few_bits
)
def test_functions_of_many_balls(entries: list[tuple[float, float, float]], bits: int) -> None:
    with working_precision(bits):
        balls = [arb(middle, radius) for middle, radius, _ in entries]
        table = matrix([[1, -2], [Fraction(1, 3), 4]] if len(entries) == 2 else np.eye(len(entries)))
        enclosures = [
            *softmax(balls),
            log_sum_exp(balls),
            norm(balls),
            dot(balls, balls),
            *product(table, balls),
            *box([middle for middle, _, _ in entries], [radius for _, radius, _ in entries]),
            reduce(arb.max, balls),
            reduce(arb.min, balls),
        ]
        assert all(ball_.contains(middle) for ball_, middle in zip(balls, midpoints(balls), strict=True))
        assert all(arb(largest_radius(balls)) >= entry.rad() for entry in balls)
    with working_precision(MANY_BITS):
        points = [point_of(*entry) for entry in entries]
        top = reduce(arb.max, points)
        weights = [(point - top).exp() for point in points]
        total = sum(weights, arb(0))
        squares = sum((point * point for point in points), arb(0))
        rotated = [points[0] - 2 * points[1], points[0] / 3 + 4 * points[1]] if len(entries) == 2 else points
        exact = [weight / total for weight in weights]
        exact += [top + total.log(), squares.sqrt(), squares, *rotated, *points, top, reduce(arb.min, points)]
        pairs = list(zip(enclosures, exact, strict=True))
        assert all(a.overlaps(b) for a, b in pairs if a.is_finite())


@given(low=middles, high=middles, share=st.floats(0, 1), bits=few_bits)
def test_an_interval_holds_what_lies_between(low: float, high: float, share: float, bits: int) -> None:
    with working_precision(bits):
        whole = interval(low, high)
    between = Fraction(low) + Fraction(share) * (Fraction(high) - Fraction(low))
    assert whole.contains(fmpq(between.numerator, between.denominator))


@given(middle=middles, radius=radii, place=places, digits=st.integers(1, 20), bits=few_bits)
def test_what_is_shown_is_an_enclosure(middle: float, radius: float, place: float, digits: int, bits: int) -> None:
    with working_precision(bits):
        text = show(arb(middle, radius), digits)
    centre, _, spread = text.partition(" ± ")
    assume("inf" not in text)
    point = Fraction(middle) + Fraction(place) * Fraction(radius)
    assert abs(point - Fraction(centre)) <= (Fraction(spread) if spread else 0)


@pytest.mark.parametrize("bits", [2, 30, 53])
def test_conversions_never_round_behind_ones_back(bits: int) -> None:
    for exact in (0.1, 2**60 + 1, -(3**50), 1e-320, np.float64(0.1), np.float32(0.1), np.int64(2**62 + 1)):
        with working_precision(bits):
            converted = ball(exact)
        value = Fraction(float(exact)) if isinstance(exact, (float, np.floating)) else Fraction(int(exact))
        assert converted.is_exact()
        with working_precision(1200):
            assert converted.contains(fmpq(value.numerator, value.denominator))
    with working_precision(bits):
        tenth, double = ball(Fraction(1, 10)), ball(0.1)
    with working_precision(1200):
        assert tenth.overlaps(arb(1) / 10)
        assert not double.overlaps(arb(1) / 10)  # the double is another number


def test_the_librarys_power_is_not_relied_upon() -> None:
    """Whatever the library's power says of a ball about 0 (it has said nan), the wrapper is the exact range."""
    for radius in (1.0, 1e-300, 1e300):
        found = square(arb(0, radius))
        assert found.is_finite()
        assert found.contains(fmpq(0))
        assert found.contains(ball(Fraction(radius) ** 2))
        assert found.upper() < 1.001 * radius * ball(radius)


# A system of one or two polynomials with known simple roots.
def polynomial(roots: list[int]) -> System:
    """(v - r_1)(v - r_2)… scaled so that the roots are r_i/4."""

    def function(v: Jet) -> Jet:
        return reduce(lambda a, b: a * b, [v.scaled(4).shifted(-root) for root in roots])

    return System(
        lambda point: function(Jet(point)).value, lambda point: arb_mat(function(Jet.variable(point)).tangent)
    )


@settings(max_examples=300)
@given(
    roots=st.lists(st.integers(-12, 12), min_size=1, max_size=4, unique=True),
    centre=st.floats(-3.5, 3.5),
    radius=st.floats(1e-3, 2.0),
)
def test_a_krawczyk_test_is_never_wrong(roots: list[int], centre: float, radius: float) -> None:
    tested = krawczyk(polynomial(roots), [ball(centre)], [radius])
    inside = [root for root in roots if abs(Fraction(root, 4) - Fraction(centre)) <= Fraction(radius)]
    if tested.outcome == "unique":
        (root,) = inside
        assert tested.enclosure[0].contains(fmpq(root, 4))
    elif tested.outcome == "none":
        assert inside == []


@settings(max_examples=30)
@given(roots=st.lists(st.integers(-12, 12), min_size=1, max_size=4, unique=True))
def test_a_search_finds_every_root_once(roots: list[int]) -> None:
    found, rest = roots_in_box(polynomial(roots), [arb(0.1, 4)])
    assert rest == []
    assert sorted(round(4 * float(root.enclosure[0].mid())) for root in found) == sorted(roots)


@settings(max_examples=40)
@given(
    values=st.lists(st.integers(-9, 9), min_size=2, max_size=4, unique=True),
    shape=st.lists(st.integers(-3, 3), min_size=16, max_size=16),
)
def test_a_real_spectrum_holds_the_eigenvalues(values: list[int], shape: list[int]) -> None:
    n = len(values)
    change = arb_mat([[shape[4 * i + j] + (7 if i == j else 0) for j in range(n)] for i in range(n)])
    diagonal = arb_mat([[values[i] if i == j else 0 for j in range(n)] for i in range(n)])
    with working_precision(200):
        assume(not change.det().contains(0))
        found = real_spectrum(change * diagonal * change.inv())
    assert found is not None
    assert all(root.contains(value) for root, value in zip(found, sorted(values), strict=True))


@settings(max_examples=200)
@given(
    start=st.floats(-3, 3),
    slope=st.floats(-2, 2),
    radius=st.floats(0, 0.1),
    place=places,
    bits=st.sampled_from([30, 53, 200]),
)
def test_functions_of_series(start: float, slope: float, radius: float, place: float, bits: int) -> None:
    """The coefficients that enclosed solutions are built from, over a ball of expansion points."""

    def functions(at: arb) -> list[arb]:
        t = arb_series([at, slope], prec=5)
        rows = [t.exp(), 1 / (t * t + 1), 1 - 2 / ((2 * t).exp() + 1), t.exp() / (t.exp() + 2), t * t - t / 3]
        return [row[k] for row in rows for k in range(5)]

    before = ctx.cap
    ctx.cap = 5
    try:
        with working_precision(bits):
            wide = functions(arb(start, radius))
        with working_precision(MANY_BITS):
            thin = functions(point_of(start, radius, place))
    finally:
        ctx.cap = before
    assert all(a.overlaps(b) for a, b in zip(wide, thin, strict=True) if a.is_finite())


@settings(max_examples=15, deadline=None)
@given(start=st.floats(0.01, 0.99), radius=st.floats(0, 1e-3), place=places, steps=st.integers(4, 12))
def test_a_validated_solution_holds_every_solution_from_the_ball(
    start: float, radius: float, place: float, steps: int
) -> None:
    with working_precision(100):
        moments = validated_solution(lambda y: [y[0] * (1 - y[0])], [arb(start, radius)], Fraction(2), steps)
        begin = point_of(start, radius, place)
        for time, state in moments:
            assert state[0].overlaps(1 / (1 + (1 / begin - 1) * ball(-time).exp()))


def test_vectors_and_matrices_convert_entry_by_entry() -> None:
    with working_precision(30):
        assert all(entry.is_exact() for entry in vector([0.1, 2**40 + 1]))
        assert matrix([[Fraction(1, 3)]])[0, 0].contains(fmpq(1, 3))
