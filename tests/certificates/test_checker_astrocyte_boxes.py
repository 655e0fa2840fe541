"""The checker's enclosures over boxes of states of an astrocyte-gated memory, against 200-bit evaluations inside."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from astrocyte_oracle import TINY, Truth, drawn
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import ball, working_precision
from gatedmem.numerics.exact import identity
from gatedmem.proofs.checker import astrocyte as checker
from gatedmem.proofs.checker import astrocyte_equilibria, newton
from gatedmem.proofs.checker.intervals import Interval
from gatedmem.proofs.checker.reading import Rejected


def test_enclosures_contain_what_they_should() -> None:
    """Boxes of states against 200-bit evaluations inside them: overlaps, gains, h, S and φ'."""
    rng = random.Random(3)
    with working_precision(200):
        for trial in range(25):
            n, k = rng.randint(1, 4), rng.randint(1, 4)
            instance = drawn(n, k, trial, sigma=2.0 ** rng.randint(-3, 5), temperature=2.0 ** rng.randint(-6, 4))
            memory, truth = checker.read(instance.written()), Truth(instance.written())
            width = Fraction(2.0 ** rng.randint(-60, -2))
            middle = [Fraction(rng.gauss(0, 1)) for _ in range(n)]
            box = memory.enclose(astrocyte_equilibria.cube(middle, width))
            response, slopes = astrocyte_equilibria.response(memory, box), astrocyte_equilibria.slopes(memory, box)
            for _ in range(4):
                x = [ball(c + width * Fraction(rng.choice([-1, 1, rng.uniform(-1, 1)]))) for c in middle]
                m, p, drive = truth.evaluate(x)
                for boxed, exact in ((box.overlaps, m), (box.gains, p), (box.image, drive)):
                    assert all(holds(a, b) for a, b in zip(boxed, exact, strict=True))
                slope = [ball(truth.sigma) * (1 - (ball(truth.sigma) * e).tanh() ** 2) for e in x]
                assert all(holds(a, b) for a, b in zip(slopes, slope, strict=True))
                derivative = truth.derivative(x)  # I - SΦ', to about 30 digits
                for i in range(n):
                    for j in range(n):
                        entry = ((i == j) - derivative[i, j]) / slope[j]
                        off = arb(10) ** -25 / slope[j]
                        assert holds(response[i][j], entry.mid(), off), (trial, i, j)


def test_the_bound_on_the_contraction_holds_over_the_whole_box() -> None:
    """‖I - Y·D(x - h)‖ at points of boxes so wide that it varies much over them."""
    rng = random.Random(4)
    varied = 0
    with working_precision(200):
        for trial in range(12):
            n = rng.randint(1, 3)
            instance = drawn(n, 3, trial, sigma=2.0 ** rng.randint(-1, 2), temperature=1.0)
            memory, truth = checker.read(instance.written()), Truth(instance.written())
            width, middle = Fraction(2.0 ** rng.randint(-8, -1)), [Fraction(rng.gauss(0, 0.7)) for _ in range(n)]
            rows = [[rng.randint(-(2**12), 2**12) for _ in range(n)] for _ in range(n)]
            bound = ball(
                newton.contraction(
                    astrocyte_equilibria.derivative(memory, memory.enclose(astrocyte_equilibria.cube(middle, width))),
                    rows,
                    12,
                )
            )
            norms = []
            for _ in range(6):
                x = [ball(c + width * rng.choice([-1, 0, 1])) for c in middle]
                off = identity(n) - arb_mat(rows) / 2**12 * truth.derivative(x)
                norms.append(max(sum((abs(e) for e in row), arb(0)) for row in off.tolist()))
            assert all(norm <= bound + arb(10) ** -20 for norm in norms), trial
            varied += bool(max(norms) - min(norms) > bound / 20)
    assert varied > 3


def holds(enclosure: Interval, exact: arb, slack: arb | None = None) -> bool:
    room = TINY if slack is None else slack
    return bool(ball(enclosure.lower()) <= exact + room and exact - room <= ball(enclosure.upper()))


def test_a_doubtful_inertia_is_not_counted() -> None:
    unit = [[2**20, 0], [0, 2**20]]

    def table(off: Fraction, doubt: Fraction) -> list[list[Interval]]:
        wide = Interval.of(off - doubt, off + doubt)
        return [[Interval.of(1), wide], [wide, Interval.of(-1)]]

    assert astrocyte_equilibria.negative_directions(table(Fraction(0), Fraction(9, 10)), unit) == 1
    for off, doubt in ((Fraction(0), Fraction(1)), (Fraction(9, 10), Fraction(1, 5)), (Fraction(1), Fraction(0))):
        with pytest.raises(Rejected, match="not diagonally dominant"):
            astrocyte_equilibria.negative_directions(table(off, doubt), unit)
    with pytest.raises(Rejected, match="not diagonally dominant"):
        astrocyte_equilibria.negative_directions(table(Fraction(0), Fraction(0)), [[1, 0], [0, 0]])
