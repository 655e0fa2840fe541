"""The checker's intervals, end by end: an operation returns the range, rounded outwards to the unit, no wider."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from math import ceil, floor

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from gatedmem.numerics.enclosures import working_precision
from gatedmem.proofs.checker import intervals
from gatedmem.proofs.checker.intervals import BITS, ONE, Interval
from gatedmem.proofs.checker.reading import Rejected

UNIT = Fraction(1, ONE)
END = st.one_of(st.integers(-3, 3), st.integers(-3 * ONE, 3 * ONE))


@st.composite
def drawn(draw: st.DrawFn) -> Interval:
    return Interval(*sorted((draw(END), draw(END))))


def ends(interval: Interval) -> tuple[int, int]:
    return interval.low, interval.high


def outwards(low: Fraction, high: Fraction) -> tuple[int, int]:
    """The smallest interval about these, in units."""
    return floor(low * ONE), ceil(high * ONE)


def ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def test_the_units_are_those_that_the_files_of_the_prover_rely_on() -> None:
    assert (BITS, ONE) == (192, 2**192)


@settings(max_examples=150, deadline=None)
@given(drawn(), drawn())
def test_every_operation_returns_the_range_rounded_outwards_and_no_more(x: Interval, y: Interval) -> None:
    corners = [a * b for a, b in product((x.lower(), x.upper()), (y.lower(), y.upper()))]
    assert ends(x * y) == outwards(min(corners), max(corners))
    assert ends(x + y) == (x.low + y.low, x.high + y.high)
    assert ends(x - y) == (x.low - y.high, x.high - y.low)
    assert ends(-x) == (-x.high, -x.low)
    squares = [x.lower() ** 2, x.upper() ** 2]
    least = Fraction(0) if x.contains(0) else min(squares)
    assert ends(x.square()) == outwards(least, max(squares))
    assert x.magnitude() == max(abs(x.lower()), abs(x.upper()))
    if y.low > 0 or y.high < 0:
        quotients = [a / b for a, b in product((x.lower(), x.upper()), (y.lower(), y.upper()))]
        assert ends(x / y) == outwards(min(quotients), max(quotients))
    else:
        with pytest.raises(Rejected, match="holds 0"):
            x / y


@pytest.mark.parametrize("divisor", [(0, 1), (-1, 0), (0, 0), (-1, 1)])
def test_no_division_by_what_holds_0(divisor: tuple[int, int]) -> None:
    with pytest.raises(Rejected, match="holds 0"):
        Interval(1, 1) / Interval(*divisor)
    assert ends(Interval(1, 1) / Interval(1, 1)) == (ONE, ONE)
    assert ends(Interval(1, 1) / Interval(-1, -1)) == (-ONE, -ONE)


@settings(max_examples=60, deadline=None)
@given(st.fractions(-9, 9), st.fractions(0, 5))
def test_an_interval_about_rational_numbers_is_the_smallest_one(low: Fraction, width: Fraction) -> None:
    assert ends(Interval.of(low, low + width)) == outwards(low, low + width)
    assert ends(Interval.of(low)) == outwards(low, low)
    assert intervals.floor_scaled(low) == floor(low * ONE)
    if width:
        with pytest.raises(Rejected, match="wrong way round"):
            Interval.of(low + width, low)


def test_what_lies_inside() -> None:
    one = Interval(2, 5)
    assert [one.contains(end * UNIT) for end in (1, 2, 3, 5, 6)] == [False, True, True, True, False]
    strict = [Interval(*pair).inside(one) for pair in ((3, 4), (2, 4), (3, 5), (1, 4), (3, 6))]
    assert strict == [True, False, False, False, False]
    assert one.inside(Interval(1, 6))
    met = [one.meet(Interval(*pair)) for pair in ((0, 1), (0, 2), (3, 4), (5, 9), (6, 9), (1, 9))]
    assert [part and ends(part) for part in met] == [None, (2, 2), (3, 4), (5, 5), None, (2, 5)]


def test_sums_and_products_of_lists() -> None:
    two = [Interval(ONE, 2 * ONE), Interval(-ONE, 3 * ONE)]
    assert ends(intervals.total(two)) == (0, 5 * ONE)
    assert ends(intervals.total([])) == (0, 0)
    assert ends(intervals.dot(two, [Interval(2 * ONE, 2 * ONE), Interval(ONE, ONE)])) == (ONE, 7 * ONE)
    with pytest.raises(ValueError, match="zip"):
        intervals.dot(two, two[:1])


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.fractions(0, 50), st.integers(0, 40).map(lambda n: Fraction(n * n))))
def test_a_square_root_is_the_least_number_of_the_grid_that_is_not_below_it(value: Fraction) -> None:
    root = intervals.square_root(value)
    assert root**2 >= value
    assert root == 0 or (root - UNIT) ** 2 < value
    assert root * ONE == int(root * ONE)


def test_a_square_root_of_less_than_a_unit() -> None:
    assert [intervals.square_root(n * UNIT**2) for n in (0, 1, 2, 4, 5)] == [0, UNIT, 2 * UNIT, 2 * UNIT, 3 * UNIT]


EXPONENTS = [
    *(
        Fraction(sign * n, d)
        for sign in (1, -1)
        for n, d in ((1, 1), (1, 3), (7, 64), (1, 64), (133, 1), (41, 10**40))
    ),
    *(Fraction(sign * n, 2**BITS) for sign in (1, -1) for n in (1, 2**60, 2**185, 2**186, 2**187)),
    *(Fraction(0), Fraction(-4096), Fraction(4096), Fraction(4095, 4)),
]


@pytest.mark.parametrize("x", EXPONENTS, ids=str)
def test_exp_is_right_to_a_unit_or_two(x: Fraction) -> None:
    """Of numbers on the grid, so that nothing but the function itself is rounded."""
    at = Interval.of(intervals.floor_scaled(x) * UNIT)
    with working_precision(14_000):
        true = ball(at.lower()).exp() * ball(Fraction(ONE))
        low, high = ends(at.exp())
        assert low <= true
        assert true <= high
        # The bits in hand are lost one by one: by the squarings, and by the size of the number itself.
        assert high - low <= 1 + max(arb(1), abs(true) * arb(2) ** (16 - BITS))


def test_exp_of_an_interval_takes_both_ends() -> None:
    one, two = Interval.of(1).exp(), Interval.of(2).exp()
    assert ends(Interval.of(1, 2).exp()) == (one.low, two.high)
    assert ends(Interval.of(0).exp()) in [(ONE, ONE + 1), (ONE, ONE)]


def test_an_exponential_out_of_range_is_refused_above_and_next_to_0_below() -> None:
    with pytest.raises(Rejected, match="more than 4096"):
        Interval(0, 4096 * ONE + 1).exp()
    assert ends(Interval(-4096 * ONE - 1, -4096 * ONE - 1).exp()) == (0, 1)
    assert Interval.of(4096).exp().low > 2**5000
    with working_precision(14_000):
        assert ball(Interval.of(4096).exp().lower()) <= arb(4096).exp() <= ball(Interval.of(4096).exp().upper())


LOGARITHMS = [Fraction(n, d) for n in (1, 2, 3, 5, 2**70 - 1, 10**30) for d in (1, 2, 3, 7, 2**100)]


@pytest.mark.parametrize("y", [*LOGARITHMS, UNIT, 2 * UNIT, 3 * UNIT, 1 - UNIT, 1 + UNIT, 2 - UNIT], ids=str)
def test_log_is_right_to_a_unit(y: Fraction) -> None:
    at = Interval.of(intervals.floor_scaled(y) * UNIT)
    with working_precision(600):
        true = ball(at.lower()).log() * ball(Fraction(ONE))
        low, high = ends(at.log())
        assert low <= true
        assert true <= high
        assert high - low <= 2


def test_log_of_an_interval_takes_both_ends_and_needs_it_above_0() -> None:
    assert ends(Interval.of(2, 3).log()) == (Interval.of(2).log().low, Interval.of(3).log().high)
    assert Interval(1, 1).log().high < 0
    for low in (0, -1):
        with pytest.raises(Rejected, match="not above 0"):
            Interval(low, ONE).log()


@pytest.mark.parametrize("x", [*EXPONENTS[:-2], Fraction(-90), Fraction(60)], ids=str)
def test_tanh_is_right_to_a_few_units(x: Fraction) -> None:
    at = Interval.of(intervals.floor_scaled(x) * UNIT)
    with working_precision(14_000):
        true = ball(at.lower()).tanh() * ball(Fraction(ONE))
        low, high = ends(at.tanh())
        assert low <= true
        assert true <= high
        assert high - low <= 4
        assert -ONE <= low <= high <= ONE


def test_tanh_of_an_interval_takes_both_ends() -> None:
    assert ends(Interval.of(-1, 2).tanh()) == (Interval.of(-1).tanh().low, Interval.of(2).tanh().high)
    assert ends(Interval(0, 0).tanh()) in [(-1, 1), (0, 1), (-1, 0), (0, 0)]


@settings(max_examples=60, deadline=None)
@given(st.integers(-(2**250), 2**250), st.integers(-(2**250), 2**250))
def test_a_product_rounded_up(a: int, b: int) -> None:
    assert intervals._times_up(a, b) == ceil(Fraction(a * b, 1 << BITS + 40))


def test_softmax_of_a_single_score_and_of_far_ones() -> None:
    assert ends(intervals.softmax([Interval.of(-3, 5)])[0]) == (ONE, ONE)
    first, second = intervals.softmax([Interval.of(0), Interval.of(-5000)])
    assert first.low in (ONE - 1, ONE - 2)
    assert first.high == ONE
    assert (second.low, second.high) in [(0, 1), (0, 2)]
    # Where the first may be far below the second, its least gain is 0, and the other's largest 1.
    first, second = intervals.softmax([Interval.of(-5000, 0), Interval.of(0)])
    assert (first.low, second.high) == (0, ONE)
    assert 2 * first.high - ONE in (0, 1, 2)
    assert ONE - 2 * second.low in (0, 1, 2)


@pytest.fixture
def no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """exp and log without the bits in hand, which hide by how much each step was rounded, and to which side."""
    for name, value in (("_GUARD", 0), ("_WORK", BITS), ("_UNIT", ONE)):
        monkeypatch.setattr(intervals, name, value)


@pytest.mark.usefixtures("no_guard")
def test_every_step_of_exp_and_log_is_rounded_outwards() -> None:
    rng = random.Random(4)
    with working_precision(600):
        for _ in range(150):
            x = rng.randint(-ONE, ONE) * rng.choice([1, 1, 3, 40]) // rng.choice([1, 1, 2**9, 2**90])
            low, high = intervals._exp(x)
            true = ball(Fraction(x, ONE)).exp() * ball(Fraction(ONE))
            assert low <= true
            assert true <= high
            y = rng.randint(1, ONE << rng.choice([0, 1, 9, 60])) >> rng.choice([0, 1, 7, 80]) or 1
            low, high = intervals._log(y)
            true = ball(Fraction(y, ONE)).log() * ball(Fraction(ONE))
            assert low <= true
            assert true <= high
            above = rng.randint(0, 2 ** rng.choice([3, 90, 200]))
            below = max(above, 1) << rng.choice([0, 1, 3, 63, 100])
            low, high = intervals._log_near_one(below + above, below)
            true = (1 + ball(Fraction(above, below))).log() * ball(Fraction(ONE))
            assert low <= true
            assert true <= high


def test_the_power_of_2_counts_with_the_right_end_of_log_2(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = 1 << 40
    monkeypatch.setattr(intervals, "_log_near_one", lambda *_: (unit, 3 * unit))
    assert intervals._log(4 * ONE) == (1 + 2 * 1, 3 + 2 * 3)
    assert intervals._log(ONE) == (1, 3)
    assert intervals._log(ONE // 4) == (1 - 2 * 3, 3 - 2 * 1)


def test_softmax_is_the_range_rounded_outwards() -> None:
    rng = random.Random(6)
    with working_precision(600):
        for _ in range(40):
            scores = [
                Interval(*sorted(rng.randint(-9 * ONE, 9 * ONE) for _ in range(2))) for _ in range(rng.randint(2, 4))
            ]
            for i, gain in enumerate(intervals.softmax(scores)):
                for side, end in ((1, gain.high), (-1, gain.low)):
                    corner = [(score.high if (j == i) == (side > 0) else score.low) for j, score in enumerate(scores)]
                    weights = [(ball(Fraction(r - corner[i], ONE))).exp() for r in corner]
                    true = ball(Fraction(ONE)) / sum(weights, arb(0))
                    assert side * (end - true) >= 0
                    assert side * (end - true) < 2**30, "the tops of other scores cost a few bits"
