"""Enclosures of solutions against closed forms."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, arb_series, ctx

from gatedmem.numerics.enclosures import ball, largest_radius, vector, working_precision
from gatedmem.numerics.validated import IntegrationError, validated_solution


def test_the_oscillator_is_enclosed_at_every_step() -> None:
    with working_precision(128):
        moments = validated_solution(lambda y: [y[1], -y[0]], vector([0, 1]), Fraction(6), 30)
        assert len(moments) == 31
        for time, state in moments:
            exact = [ball(time).sin(), ball(time).cos()]
            assert all(entry.overlaps(value) for entry, value in zip(state, exact, strict=True))
        assert largest_radius(moments[-1][1]) < 1e-20


def test_a_logistic_curve_from_an_uncertain_start() -> None:
    with working_precision(128):
        moments = validated_solution(lambda y: [y[0] * (1 - y[0])], [arb(0.1, 1e-6)], Fraction(3), 10)
        for start in (ball(0.1) - ball(1e-6), ball(0.1), ball(0.1) + ball(1e-6)):
            exact = 1 / (1 + (1 / start - 1) * ball(-3).exp())
            assert moments[-1][1][0].overlaps(exact)


def test_functions_of_series_may_be_used() -> None:
    def slope(y: list[arb_series]) -> list[arb_series]:
        return [(-y[0]).exp()]  # y = log(1 + t)

    with working_precision(128):
        moments = validated_solution(slope, vector([0]), Fraction(1), 8)
        assert moments[-1][1][0].overlaps(arb(2).log())
        assert largest_radius(moments[-1][1]) < 1e-12


def test_a_low_order_is_wider_but_still_right() -> None:
    with working_precision(128):
        rough = validated_solution(lambda y: [-y[0]], vector([1]), Fraction(1), 8, order=3)[-1][1][0]
        fine = validated_solution(lambda y: [-y[0]], vector([1]), Fraction(1), 8, order=12)[-1][1][0]
        assert rough.overlaps(ball(-1).exp())
        assert fine.overlaps(ball(-1).exp())
        assert fine.rad() < rough.rad() / 1000


def test_a_solution_that_blows_up_is_not_enclosed_past_its_end() -> None:
    with working_precision(128), pytest.raises(IntegrationError):
        validated_solution(lambda y: [y[0] * y[0]], vector([1]), Fraction(3, 2), 12)


def test_settings_are_restored() -> None:
    before = ctx.cap
    with pytest.raises(IntegrationError):
        validated_solution(lambda y: [y[0] * y[0]], vector([10]), Fraction(3), 2)
    assert ctx.cap == before
