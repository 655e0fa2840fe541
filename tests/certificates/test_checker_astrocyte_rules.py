"""Each rule on an astrocyte-gated memory and one step from the cue on its edge; the enclosures at single states."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from astrocyte_oracle import Truth, drawn
from edges import TINY, at, claim, patterned, refused, shown
from flint import arb

from gatedmem.numerics.enclosures import ball, working_precision
from gatedmem.proofs.checker import astrocyte, astrocyte_equilibria
from gatedmem.proofs.checker.astrocyte import Enclosure, Memory, Point
from gatedmem.proofs.checker.intervals import Interval

SHARP = Fraction(1, 2**170)


def down(value: arb) -> Fraction:
    """The number rounded down to 2^-150, to within one unit."""
    return Fraction(int((value * 2**150).mid().floor().unique_fmpz()), 2**150)


def close(enclosure: Interval, true: arb) -> bool:
    low, high = enclosure.lower(), enclosure.upper()
    tiny = arb(2) ** -600
    return high - low < SHARP and bool(ball(low) - tiny <= true) and bool(true <= ball(high) + tiny)


def test_an_instance_is_read_within_its_limits() -> None:
    given = patterned(["+-+", "--+"], cue=["1", "1/2", "-3"], sigma="2", temperature="3", tau_x="4", tau_p="5")
    assert given.patterns == [[1, -1, 1], [-1, -1, 1]]
    assert given.columns == [[1, -1], [-1, -1], [1, 1]]
    assert (given.count, given.size, given.cue) == (2, 3, [1, Fraction(1, 2), -3])
    assert (given.sigma, given.temperature, given.tau_x, given.tau_p) == (2, 3, 4, 5)
    assert (given.uniform_unstable, given.point) == (False, None)
    assert given.load.contains(Fraction(2, 3))
    assert given.load.high - given.load.low <= 1
    assert str(given) == "2 patterns of 3 neurons, σ = 2, T = 3"
    assert patterned(["+"] * 4096).count == 4096
    assert patterned(["+" * 600]).size == 600
    assert astrocyte.MOST_SIGNS == 400_000
    assert patterned(["+" * 500] * 800).count == 800
    for wrong, message in (
        ([], "must be a list of 1 to 4096 patterns"),
        (["+"] * 4097, "must be a list of 1 to 4096 patterns"),
        ("+-", "must be a list of 1 to 4096 patterns"),
        (["+", ""], 'every pattern must be a string of "+" and "-"'),
        (["+", 1], 'every pattern must be a string of "+" and "-"'),
        (["+", "0"], 'every pattern must be a string of "+" and "-"'),
        (["+-", "+"], "must have the same length, from 1 to 600"),
        (["+", "+-"], "must have the same length, from 1 to 600"),
        (["+" * 601], "must have the same length, from 1 to 600"),
        (["+" * 500] * 801, "must have at most 400000 entries in all"),
    ):
        plain = {"cue": ["0"], "sigma": "1", "temperature": "1", "tau_x": "1", "tau_p": "1"}
        refused(
            lambda wrong=wrong, plain=plain: astrocyte.read({"patterns": wrong, **plain}),
            f"instance: patterns: {message}",
        )
    for name in ("sigma", "temperature", "tau_x", "tau_p"):
        refused(lambda name=name: patterned(**{name: 0}), f"instance: {name}: must be greater than 0")
    refused(lambda: patterned(cue=["1"]), "instance: cue: must be a list of 2 exact numbers")


def test_sums_with_signs() -> None:
    [both, other] = astrocyte.signed_sums([[1, 1], [1, -1]], [Interval(2, 3), Interval(5, 9)])
    assert (both.low, both.high, other.low, other.high) == (7, 12, -7, -2)
    [alone] = astrocyte.signed_sums([[-1]], [Interval(-3, 4)])
    assert (alone.low, alone.high) == (-4, 3)


def test_the_enclosure_of_a_single_state_is_sharp() -> None:
    """m, p, h, φ', D(x - h) and with them S, to 50 digits."""
    rng = random.Random(1)
    with working_precision(800):
        for trial in range(6):
            n, k = rng.randint(1, 4), rng.randint(1, 4)
            instance = drawn(n, k, trial, sigma=1.25, temperature=0.75)
            given, truth = astrocyte.read(instance.written()), Truth(instance.written())
            state = [Fraction(rng.gauss(0, 1)) for _ in range(n)]
            box = given.enclose(at(*state))
            x = [ball(entry) for entry in state]
            m, p, image = truth.evaluate(x)
            for part, true in ((box.overlaps, m), (box.gains, p), (box.image, image), (box.x, x)):
                assert all(close(a, b) for a, b in zip(part, true, strict=True))
            sigma = ball(given.sigma)
            assert all(close(a, (sigma * b).tanh()) for a, b in zip(box.activities, x, strict=True))
            slopes = [sigma * (1 - (sigma * entry).tanh() ** 2) for entry in x]
            assert all(close(a, b) for a, b in zip(astrocyte_equilibria.slopes(given, box), slopes, strict=True))
            for off, entry, drive in zip(astrocyte_equilibria.residual(given, state), x, image, strict=True):
                assert close(off, entry - drive)
            v = [sum((p[a] * m[a] * truth.rows[a][i] for a in range(k)), arb(0)) for i in range(n)]
            width = n * ball(given.temperature)
            weights = [p[a] * (1 + m[a] ** 2 / width) for a in range(k)]
            signs = [[[row[i] * row[j] for row in truth.rows] for j in range(n)] for i in range(n)]
            sums = [
                [sum((w * sign for w, sign in zip(weights, pair, strict=True)), arb(0)) for pair in row]
                for row in signs
            ]
            s = [[arb(k) / n * (sums[i][j] - v[i] * v[j] / width) for j in range(n)] for i in range(n)]
            response, derivative = (
                astrocyte_equilibria.response(given, box),
                astrocyte_equilibria.derivative(given, box),
            )
            hessian = astrocyte_equilibria.reduced_hessian(given, box)
            for i in range(n):
                for j in range(n):
                    assert close(response[i][j], s[i][j])
                    assert close(derivative[i][j], (i == j) - s[i][j] * slopes[j])
                    true = (i == j) - (slopes[i] * slopes[j]).sqrt() * s[i][j]
                    low, high = hessian[i][j].lower(), hessian[i][j].upper()
                    assert ball(low) <= true <= ball(high)
                    assert high - low < Fraction(1, 2**80), (
                        "a square root of a sharp slope may lose half of the digits"
                    )


def test_over_a_wide_box_slopes_stay_positive_and_roots_hold_both_ends() -> None:
    given = patterned(["+"], sigma=2)
    box = Enclosure([], [Interval.of(Fraction(-1, 2), Fraction(3, 4))], [], [], [])
    [slope] = astrocyte_equilibria.slopes(given, box)
    assert (slope.lower(), slope.upper()) == (2 * (1 - Fraction(9, 16)), 2)
    [beyond] = astrocyte_equilibria.slopes(given, Enclosure([], [Interval.of(-2, 2)], [], [], []))
    assert (beyond.lower(), beyond.upper()) == (0, 2)
    [none] = astrocyte_equilibria.slopes(given, Enclosure([], [Interval.of(2, 3)], [], [], []))
    assert (none.lower(), none.upper()) == (0, 0)
    wide = given.enclose([Interval.of(-1, 2)])
    [[hessian]], [[response]] = (
        astrocyte_equilibria.reduced_hessian(given, wide),
        astrocyte_equilibria.response(given, wide),
    )
    for end in (response.lower(), response.upper()):
        assert hessian.contains(1 - 2 * end), "the largest slope is that at 0"


def test_the_matrix_of_the_uniform_state() -> None:
    """N·I - (σ/level)ΞΞᵀ, times a positive number."""
    given = patterned(["+++", "+-+"], sigma="3/2")
    gram = [[2, 0, 2], [0, 2, 0], [2, 0, 2]]
    exact = [[3 * (i == j) - Fraction(3, 2) / 5 * gram[i][j] for j in range(3)] for i in range(3)]
    shown = given.uniform_matrix(Fraction(5))
    ratio = shown[0][0] / exact[0][0]
    assert ratio > 0
    assert shown == [[ratio * entry for entry in row] for row in exact]


def test_bounds_on_gains_neurons_and_the_energy_on_their_edges() -> None:
    """N = 2, K = 3, T = 4: N/(2T) = 1/4."""
    given = patterned(["++", "+-", "--"], temperature=4, cue=["2", "-7/2"], sigma="5")
    with working_precision(600):
        logs = {count: down(arb(count).log()) for count in (2, 3)}
    floor = Fraction(1, 4) + logs[3] + TINY
    assert claim("gain_floor", given, "proved", {"log_ratio": Fraction(1, 4), "log_floor": floor}).startswith(
        "|log(p_μ/p_ν)| ≤ 1/4"
    )
    refused(
        lambda: claim("gain_floor", given, "proved", {"log_ratio": Fraction(1, 4) - TINY, "log_floor": floor}),
        "smaller than",
    )
    refused(
        lambda: claim("gain_floor", given, "proved", {"log_ratio": Fraction(1, 4), "log_floor": floor - 2 * TINY}),
        "smaller than",
    )
    exact = Fraction(1, 4) + astrocyte.log_of(3).upper()
    claim("gain_floor", given, "proved", {"log_ratio": Fraction(1, 4), "log_floor": exact})
    assert claim("neuron_bound", given, "proved", {"at_most": Fraction(7, 2)}) == "every |x_i| ≤ 7/2 at all times"
    refused(lambda: claim("neuron_bound", given, "proved", {"at_most": Fraction(7, 2) - TINY}), "smaller than")
    quiet = patterned(["++", "+-", "--"], cue=["2", "-1"])
    claim("neuron_bound", quiet, "proved", {"at_most": Fraction(3)})
    refused(lambda: claim("neuron_bound", quiet, "proved", {"at_most": 3 - TINY}), "smaller than")
    low, high = -3 - 12 * logs[3], 2 * logs[2] / 5
    narrow = "numbers: narrower than what can be shown"
    assert "in every state" in claim("energy_bounds", given, "proved", {"low": low - TINY, "high": high + TINY})
    refused(lambda: claim("energy_bounds", given, "proved", {"low": low + TINY, "high": high + TINY}), narrow)
    refused(lambda: claim("energy_bounds", given, "proved", {"low": low - TINY, "high": high - TINY}), narrow)
    least, most = astrocyte.energy_ends(given)
    claim("energy_bounds", given, "proved", {"low": least, "high": most})


def uniform(level: Fraction, verdict: str, low: Any, high: Any, **witness: Any) -> tuple[Memory, str]:
    """Two orthogonal patterns of two neurons: ΞΞᵀ = 2·I, so that σλ_max(W_H) = σ."""
    given = patterned(sigma=level)
    proof: dict[str, Any] = {"congruence": [[1], [0, 1]], "direction": [1, 0]}
    return given, claim(
        "uniform_state_stable", given, verdict, {"low": Fraction(low), "high": Fraction(high)}, proof | witness
    )


def test_the_uniform_state_on_its_edges() -> None:
    one = Fraction(1)
    given, said = uniform(one - TINY, "proved", one - TINY, 1)
    assert said.endswith("is linearly stable")
    assert not given.uniform_unstable
    refused(lambda: uniform(one, "proved", 1, 1), "not diagonally dominant")
    refused(lambda: uniform(one - TINY, "proved", one, 2), "not at most 0")
    refused(lambda: uniform(one - TINY, "proved", one / 2, 1 + TINY), "high must be at most 1")
    refused(lambda: uniform(one - TINY, "proved", one / 2, 2), "high must be at most 1")
    given, said = uniform(one, "refuted", 1, 1 + TINY)
    assert said.endswith("is not linearly stable")
    assert not given.uniform_unstable, "at the edge itself nothing leaves"
    given, said = uniform(1 + TINY, "refuted", 1 + TINY, 2)
    assert said.endswith("is unstable")
    assert given.uniform_unstable
    refused(lambda: uniform(1 + TINY, "refuted", 1 - TINY, 2), "low must be at least 1")
    refused(lambda: uniform(one / 2, "proved", 0, 1), "low: must be greater than 0")
    # Not σλ_max of something smaller: with patterns that agree it is twice as much.
    same = patterned(["++", "++"], sigma="1/2")
    numbers = {"low": Fraction(1), "high": Fraction(1)}
    proof = {"congruence": [[1], [1, 1]], "direction": [1, 1]}
    refused(lambda: claim("uniform_state_stable", same, "proved", numbers, proof), "not diagonally dominant")


def test_decay_on_its_edges() -> None:
    """σK ≤ 1: K = 2, σ = 1/4, τ_x = 3 give the rate 1/6."""
    name, sixth = "everything_decays", Fraction(1, 6)
    assert "falls" not in claim(name, patterned(sigma="1/4", tau_x=3), "proved", {"rate": Fraction(0)})
    assert "e^(-1/6 t)" in claim(name, patterned(sigma="1/4", tau_x=3), "proved", {"rate": sixth})
    refused(lambda: claim(name, patterned(sigma="1/4", tau_x=3), "proved", {"rate": sixth + TINY}), "rate is larger")
    assert (
        claim(name, patterned(sigma="1/2"), "proved", {"rate": Fraction(0)})
        == "σK ≤ 1: x = 0, p = 1/K is the only interior equilibrium"
    )
    refused(
        lambda: claim(name, patterned(sigma=Fraction(1, 2) + TINY), "proved", {"rate": Fraction(0)}), "rate is larger"
    )
    refused(lambda: claim(name, patterned(sigma="1/4"), "proved", {"rate": -TINY}), "rate: must be at least 0")
    given = patterned()
    refused(lambda: claim(name, given, "refuted", {}), "no other equilibrium, and no instability")
    given.uniform_unstable = True
    assert "which is unstable" in claim(name, given, "refuted", {})
    refused(lambda: claim(name, given, "refuted", {"rate": Fraction(0)}), "numbers: has an unknown field")


@pytest.mark.parametrize(
    ("ends", "other"), [((0, 1), False), ((-1, 0), False), ((-1, 1), False), ((1, 2), True), ((-2, -1), True)]
)
def test_an_equilibrium_other_than_0_refutes_decay(ends: tuple[int, int], other: bool) -> None:
    for position in range(2):
        x = [Interval(0, 0), Interval(0, 0)]
        x[position] = Interval(*ends)
        given = patterned()
        given.point = Point([Fraction(0)] * 2, TINY, TINY, Enclosure(x, [], [], [], []))
        if other:
            assert "x ≠ 0" in claim("everything_decays", given, "refuted", {})
        else:
            refused(lambda given=given: claim("everything_decays", given, "refuted", {}), "no other equilibrium")


def test_signs_where_they_are_sure() -> None:
    values = [Interval(1, 2), Interval(0, 1), Interval(-1, 1), Interval(-1, 0), Interval(-2, -1)]
    assert astrocyte.signs_of(values) == [1, 0, 0, 0, -1]


def test_no_pattern_has_signs_that_agree_and_disagree_with_each() -> None:
    given = patterned(["+++", "+--"])
    plus, minus, doubt = Interval(1, 2), Interval(-2, -1), Interval(-1, 1)
    astrocyte.no_pattern(given, [plus, plus, minus])
    astrocyte.no_pattern(given, [minus, plus, minus])
    for values, row in (
        ([plus, plus, plus], 1),
        ([minus, minus, minus], 1),
        ([minus, plus, plus], 2),
        ([plus, minus, doubt], 2),
    ):
        refused(lambda v=values: astrocyte.no_pattern(given, v), f"those of the pattern in row {row}")
    refused(lambda: astrocyte.no_pattern(given, [plus, doubt, doubt]), "row 1")
    refused(lambda: astrocyte.no_pattern(given, [doubt] * 3), "row 1")


def test_the_amplitude_that_gains_and_signs_give() -> None:
    """(2p - 1)K|m|/N with p and |m| at their least: K = 3, N = 2."""
    given = patterned(["++", "+-", "--"])
    box = shown([("1/2", 2), (-3, "-3/4"), (-1, 1)], [("3/4", 1), ("5/8", "3/4"), ("3/4", 1)])
    assert astrocyte.amplitude_by_gain(given, box, 0) == Fraction(1, 2) * 3 * Fraction(1, 2) / 2
    assert astrocyte.amplitude_by_gain(given, box, 1) == Fraction(1, 4) * 3 * Fraction(3, 4) / 2
    assert astrocyte.amplitude_by_gain(given, box, 2) == 0
    values = [Interval.of(Fraction(1, 4), 1), Interval.of(-2, Fraction(-1, 2))]
    assert astrocyte.amplitude_by_signs(given, values, 1, 1) == Fraction(1, 4)
    assert astrocyte.amplitude_by_signs(given, values, 1, -1) == -2
    assert astrocyte.amplitude_by_signs(given, values, 0, 1) == -2
    assert astrocyte.amplitude_by_signs(given, values, 0, -1) == -1


def test_pattern_sign_and_amplitude() -> None:
    given = patterned()
    numbers = {"pattern": 1, "sign": -1, "amplitude": "1/3"}
    assert astrocyte.named(given, numbers) == (1, -1, Fraction(1, 3))
    assert astrocyte.named(given, {**numbers, "pattern": 0, "sign": 1}) == (0, 1, Fraction(1, 3))
    for changes, message in (
        ({"pattern": 2}, "numbers: pattern: must be an integer from 0 to 1"),
        ({"pattern": -1}, "numbers: pattern: must be an integer from 0 to 1"),
        ({"sign": 0}, "numbers: sign: must be 1 or -1"),
        ({"sign": 2}, "numbers: sign: must be an integer from -1 to 1"),
        ({"sign": -2}, "numbers: sign: must be an integer from -1 to 1"),
        ({"amplitude": "0"}, "numbers: amplitude: must be greater than 0"),
    ):
        refused(lambda changes=changes: astrocyte.named(given, {**numbers, **changes}), message)
    assert astrocyte.pattern_in_words(0, 1) == "the pattern in row 1"
    assert astrocyte.pattern_in_words(2, -1) == "the negative of the pattern in row 3"


def test_gaps_of_scores() -> None:
    """(m_μ² - m_ν²)/(2N), the former at its least and the latter at its largest; T log(K - 1)."""
    given = patterned(["++", "+-", "--"], temperature="3/2")
    box = shown([(2, 3), (-1, "1/2"), ("-3/2", 0)], [])
    assert astrocyte.score_gap(given, box, 0) == (4 - Fraction(9, 4)) / 4
    assert astrocyte.score_gap(given, box, 1) == (0 - 9) / Fraction(4)
    assert astrocyte.score_gap(patterned(["++"]), shown([(2, 3)], []), 0) is None
    with working_precision(600):
        true = ball(Fraction(3, 2)) * arb(2).log()
        needed = ball(astrocyte.needed_gap(given))
        assert true <= needed
        assert needed - true < 1e-50
    assert astrocyte.needed_gap(patterned()) == 0
    four = patterned(["++", "+-", "--", "-+"])
    assert astrocyte.needed_gap(four) == astrocyte.log_of(3).upper()


def one_step(given: Memory, way: str, **numbers: Any) -> str:
    plain = {"pattern": 0, "sign": 1, "gap": Fraction(0), "amplitude": TINY}
    return claim("retrieval_in_one_step", given, "proved", plain | numbers, {"way": way})


def test_retrieval_in_one_step_on_its_edges() -> None:
    """Where the cue is ξ₁ the overlaps are N tanh σ and ⟨ξ₁, ξ_ν⟩ tanh σ."""
    rows = ["++++", "+++-", "++--"]
    given = patterned(rows, cue=["1"] * 4, temperature="1/8", sigma="2")
    truth = Truth(
        {"patterns": rows, "cue": ["1"] * 4, "sigma": "2", "temperature": "1/8", "tau_x": "1", "tau_p": "1"}
    )
    with working_precision(600):
        x = [arb(1)] * 4
        m, p, image = truth.evaluate(x)
        gap = down((m[0] ** 2 - m[1] ** 2) / 8)
        by_gain = down((2 * p[0] - 1) * 3 * m[0] / 4)
        by_signs = min(down(entry) for entry in image)
        needed = down(arb(2).log() / 8)
    assert by_gain < by_signs
    less = Fraction(1, 2**140)
    assert "exceeds T log(K-1)" in one_step(given, "gap", gap=gap - less, amplitude=by_gain - less)
    refused(lambda: one_step(given, "gap", gap=gap + less), "gap is larger than what can be shown")
    refused(lambda: one_step(given, "signs", gap=gap + less), "gap is larger than what can be shown")
    refused(lambda: one_step(given, "gap", gap=gap - less, amplitude=by_gain + less), "amplitude is larger")
    one_step(given, "gap", gap=needed + less)
    refused(lambda: one_step(given, "gap", gap=needed - less), "gap is not above T log(K-1)")
    refused(lambda: one_step(given, "gap", gap=gap - less, sign=-1), "not the sign of the overlap")
    said = one_step(given, "signs", gap=Fraction(-5), amplitude=by_signs - less)
    assert said == "one step from the cue, gains first, gives the signs of the pattern in row 1"
    refused(lambda: one_step(given, "signs", gap=Fraction(-5), amplitude=by_signs + less), "amplitude is larger")
    refused(lambda: one_step(given, "signs", gap=Fraction(-5), sign=-1), "amplitude is larger")
    refused(lambda: one_step(given, "signs", pattern=1, gap=Fraction(-50)), "amplitude is larger")
    refused(lambda: one_step(given, "else"), "way: must be one of gap, signs")
    refused(lambda: one_step(given, "gap", gap="infinite"), "gap: must be an exact number")
    # With two patterns no gap is needed but a positive one.
    pair = patterned(cue=["1", "1"])
    refused(lambda: one_step(pair, "gap"), "gap is not above T log(K-1)")
    one_step(pair, "gap", gap=TINY)
    negative = patterned(cue=["-1", "-1"])
    assert "the negative of the pattern in row 1" in one_step(negative, "gap", gap=TINY, sign=-1)
    refused(lambda: one_step(negative, "gap", gap=TINY), "not the sign of the overlap")


def test_a_single_pattern_has_no_gap() -> None:
    alone = patterned(["+-"], cue=["1", "-1"])
    for way in ("gap", "signs"):
        said = one_step(alone, way, gap="infinite")
        assert said == "one step from the cue, gains first, gives the signs of the pattern in row 1"
        refused(lambda way=way: one_step(alone, way, gap=Fraction(1)), "gap: must be one of infinite")
    refused(lambda: one_step(alone, "gap", gap="infinite", sign=-1), "not the sign of the overlap")


def test_no_retrieval_in_one_step() -> None:
    name = "retrieval_in_one_step"
    refused(lambda: claim(name, patterned(cue=["1", "1"]), "refuted", {}), "those of the pattern in row 1")
    assert "no stored pattern" in claim(name, patterned(cue=["0", "0"]), "refuted", {})
    refused(lambda: claim(name, patterned(cue=["0", "1"]), "refuted", {}), "may be those of the pattern in row 1")
    refused(lambda: claim(name, patterned(cue=["0", "0"]), "refuted", {}, {"way": "signs"}), "unknown field")
    votes = patterned(["-+++", "+-++", "++-+"], cue=["1"] * 4)
    assert "no stored pattern" in claim(name, votes, "refuted", {})
    refused(lambda: claim(name, patterned(["-+++", "+-++", "++-+", "----"], cue=["1"] * 4), "refuted", {}), "row 4")
