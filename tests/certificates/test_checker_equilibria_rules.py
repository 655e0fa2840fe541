"""Each rule on an equilibrium of the astrocyte-gated memory, and on the region that leads to it, on its edge."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest
from astrocyte_oracle import INSTANCES
from edges import TINY, at, claim, patterned, refused, shown
from flint import arb
from forging import Certificate, find

from gatedmem.numerics.enclosures import ball, working_precision
from gatedmem.proofs.certify.astrocyte import certify
from gatedmem.proofs.checker import astrocyte, astrocyte_equilibria, astrocyte_region
from gatedmem.proofs.checker.astrocyte import Enclosure, Memory, Point
from gatedmem.proofs.checker.intervals import Interval
from gatedmem.proofs.checker.matrices import MATRIX_BITS
from gatedmem.proofs.checker.reading import Rejected, rational


@pytest.fixture(scope="module")
def certificates() -> dict[str, Certificate]:
    return {name: certify(INSTANCES[name]) for name in ("retrieves", "saddle", "one pattern")}


def established(certificate: Certificate) -> Memory:
    given = astrocyte.read(certificate["instance"])
    made = find(certificate, "equilibrium")
    claim("equilibrium", given, "proved", made["numbers"], made["witness"])
    return given


def test_an_equilibrium_on_its_edges(certificates: dict[str, Certificate]) -> None:
    base = certificates["saddle"]
    made = find(base, "equilibrium")

    def outcome(witness: dict[str, Any] | None = None, **numbers: Any) -> str:
        given = astrocyte.read(base["instance"])
        try:
            said = claim("equilibrium", given, "proved", made["numbers"] | numbers, made["witness"] | (witness or {}))
        except Rejected as refusal:
            assert given.point is None
            return str(refusal)
        point = given.point
        assert point is not None
        state = [rational(word, "") for word in made["numbers"]["state"]]
        assert (point.state, point.radius) == (state, rational(str((made["numbers"] | numbers)["radius"]), ""))
        assert [(x.lower(), x.upper()) for x in point.box.x] == [
            (x.lower(), x.upper()) for x in astrocyte_equilibria.cube(state, point.radius)
        ]
        assert point.reach == rational(str((made["numbers"] | numbers)["reach"]), "")
        return said

    radius = made["numbers"]["radius"]
    assert outcome().startswith("an interior equilibrium, enclosed within")
    assert outcome(reach=radius).startswith("an interior equilibrium")
    reach = rational(radius, "")
    assert outcome(reach=reach * (1 - TINY)) == "radius: must not exceed the reach"
    assert outcome(reach=Fraction(5)) == "reach: Newton's map is not shown to contract that far"
    n = 2
    zeros = [[0] * n] * n
    assert outcome({"rows": zeros}) == "reach: Newton's map is not shown to contract that far", (
        "the norm is exactly 1"
    )
    assert outcome({"rows": [[1, 0]]}) == "rows: must be 2 rows"
    assert outcome({"rows": [[1, 0]] * 3}) == "rows: must be 2 rows"
    assert outcome({"rows": None}) == "rows: must be 2 rows"
    assert outcome({"rows": [[1, 0], [1]]}) == "rows: row 2: must be a list of 2 integers"
    assert outcome({"bits": 513}) == "bits: must be an integer from 0 to 512"
    assert outcome({"bits": -1}) == "bits: must be an integer from 0 to 512"
    assert outcome(radius="0") == "radius: must be greater than 0"
    assert outcome(reach="0") == "reach: must be greater than 0"
    # The least radius, by the same step and rate.
    given = astrocyte.read(base["instance"])
    state = [rational(word, "") for word in made["numbers"]["state"]]
    box = given.enclose(astrocyte_equilibria.cube(state, Fraction(1, 2**20)))
    rows, bits = made["witness"]["rows"], made["witness"]["bits"]
    rate = astrocyte_equilibria.contraction(astrocyte_equilibria.derivative(given, box), rows, bits)
    least = astrocyte_equilibria.newton_step(astrocyte_equilibria.residual(given, state), rows, bits) / (1 - rate)
    if least:
        assert outcome(reach=Fraction(1, 2**20), radius=least) == "radius: smaller than what can be shown"
        assert outcome(reach=Fraction(1, 2**20), radius=least * (1 + TINY)).startswith("an interior equilibrium")


def tables(*rows: list[tuple[Any, Any]]) -> list[list[Interval]]:
    return [[Interval.of(Fraction(low), Fraction(high)) for low, high in row] for row in rows]


def test_counting_negative_directions() -> None:
    """|R M Rᵀ|_ii above the other sizes of its row and what the half-widths may add, |R|·H·|R|ᵀ."""
    unit = [[1, 0], [0, 1]]
    count = astrocyte_equilibria.negative_directions
    assert count(tables([(1, 1), (0, 0)], [(0, 0), (1, 1)]), unit) == 0
    assert count(tables([(-1, -1), (0, 0)], [(0, 0), (1, 1)]), unit) == 1
    assert count(tables([(-1, -1), (0, 0)], [(0, 0), (-1, -1)]), unit) == 2
    half = Fraction(1, 2)
    slightly = Fraction(1, 2**90)
    # Rows with sums of both signs: M = [[0, ½], [½, 0]] becomes diag(-1, 1), and half-widths count eight times.
    turned = [[1, -1], [1, 1]]
    for width, fits in ((Fraction(1, 8) - slightly, True), (Fraction(1, 8), False)):
        wide = tables(
            [(-width, width), (half - width, half + width)], [(half - width, half + width), (-width, width)]
        )
        if fits:
            assert count(wide, turned) == 1
        else:
            refused(lambda wide=wide: count(wide, turned), "not diagonally dominant")
    # The half-width of one entry of the diagonal alone, with a factor of 3: doubts 9·h against 9.
    for width, fits in ((1 - slightly, True), (Fraction(1), False)):
        one = tables([(1 - width, 1 + width), (0, 0)], [(0, 0), (1, 1)])
        if fits:
            assert count(one, [[3, 0], [0, 1]]) == 0
        else:
            refused(lambda one=one: count(one, [[3, 0], [0, 1]]), "not diagonally dominant")
    refused(lambda: count(tables([(1, 1), (1, 1)], [(1, 1), (2, 2)]), unit), "not diagonally dominant")
    refused(lambda: count(tables([(-1, -1), (1, 1)], [(1, 1), (-2, -2)]), unit), "not diagonally dominant")
    assert MATRIX_BITS > 90


def test_stability_is_what_was_counted(certificates: dict[str, Certificate]) -> None:
    for name, negative in (("retrieves", 0), ("saddle", None)):
        given, made = established(certificates[name]), find(certificates[name], "equilibrium_stable")
        true = made["numbers"]["unstable"]
        assert negative is None or true == negative
        said = claim("equilibrium_stable", given, made["verdict"], made["numbers"], made["witness"])
        assert ("linearly stable" in said) == (true == 0)
        other = "refuted" if made["verdict"] == "proved" else "proved"
        refused(
            lambda g=given, m=made, o=other: claim("equilibrium_stable", g, o, m["numbers"], m["witness"]),
            "verdict does not go with",
        )
        refused(
            lambda g=given, m=made, t=true: claim(
                "equilibrium_stable", g, m["verdict"], {"unstable": t + 1}, m["witness"]
            ),
            "unstable is not the number of negative directions",
        )
        for wrong in (-1, given.size + 1):
            refused(
                lambda g=given, m=made, w=wrong: claim(
                    "equilibrium_stable", g, m["verdict"], {"unstable": w}, m["witness"]
                ),
                f"unstable: must be an integer from 0 to {given.size}",
            )
        refused(
            lambda c=certificates[name], m=made: claim(
                "equilibrium_stable", astrocyte.read(c["instance"]), m["verdict"], m["numbers"], m["witness"]
            ),
            "no equilibrium was established before",
        )


@pytest.mark.parametrize(
    ("diagonal", "words"),
    [((1, 1), "linearly stable"), ((-1, 1), "unstable, in 1 direction"), ((-1, -1), "unstable, in 2 directions")],
)
def test_how_many_directions(diagonal: tuple[int, int], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = patterned()
    given.point = Point([Fraction(0)] * 2, TINY, TINY, given.enclose(at(0, 0)))
    hessian = [at(diagonal[0], 0), at(0, diagonal[1])]
    monkeypatch.setattr(astrocyte_equilibria, "reduced_hessian", lambda *_: hessian)
    unstable = sum(entry < 0 for entry in diagonal)
    verdict = "refuted" if unstable else "proved"
    said = claim("equilibrium_stable", given, verdict, {"unstable": unstable}, {"rows": [[1, 0], [0, 1]]})
    assert said == f"the equilibrium is {words}"


def with_point(
    box: Enclosure, state: tuple[int, ...] = (1, 1), reach: Fraction = TINY, rows: list[str] | None = None
) -> Memory:
    given = patterned(rows)
    given.point = Point([Fraction(x) for x in state], TINY, reach, box)
    return given


def test_retrieval_at_an_equilibrium_on_its_edges() -> None:
    """K = N = 2: p from 3/4, |m| from 3/2 give the amplitude 3/4; the signs of x give 1/2."""
    box = shown([("3/2", 2), ("-1/4", "1/4")], [("3/4", "7/8"), ("1/8", "1/4")], [("1/2", 1), ("5/8", 1)])

    def retrieved(way: str, given: Memory | None = None, **numbers: Any) -> str:
        plain = {"pattern": 0, "sign": 1, "gain": Fraction(3, 4), "amplitude": TINY}
        return claim("retrieval_at_equilibrium", given or with_point(box), "proved", plain | numbers, {"way": way})

    said = "at the equilibrium the signs are those of the pattern in row 1, p ≥ 3/4 there and every |x_i| ≥ 3/4"
    assert retrieved("gain", amplitude=Fraction(3, 4)) == said
    refused(lambda: retrieved("gain", amplitude=Fraction(3, 4) + TINY), "amplitude is larger")
    refused(lambda: retrieved("gain", gain=Fraction(3, 4) + TINY), "gain is larger than what can be shown")
    refused(lambda: retrieved("signs", gain=Fraction(3, 4) + TINY), "gain is larger than what can be shown")
    refused(lambda: retrieved("gain", gain=Fraction(1, 2)), "gain is not above 1/2")
    retrieved("gain", gain=Fraction(1, 2) + TINY)
    refused(lambda: retrieved("gain", sign=-1), "not the sign of the overlap")
    retrieved("signs", gain=Fraction(0), amplitude=Fraction(1, 2))
    refused(lambda: retrieved("signs", amplitude=Fraction(1, 2) + TINY), "amplitude is larger")
    refused(lambda: retrieved("signs", sign=-1), "amplitude is larger")
    refused(lambda: retrieved("signs", pattern=1, gain=Fraction(0)), "amplitude is larger")
    refused(lambda: retrieved("signs", gain=-TINY), "gain: must be at least 0")
    refused(lambda: retrieved("else"), "way: must be one of gain, signs")
    refused(lambda: retrieved("signs", patterned()), "no equilibrium was established before")
    negative = shown([(-2, "-3/2"), (0, 0)], [("3/4", 1), (0, "1/4")], [(-1, "-1/2"), (-1, "-5/8")])
    assert "the negative of the pattern in row 1" in retrieved(
        "gain", with_point(negative), sign=-1, amplitude=Fraction(3, 4)
    )
    refused(lambda: retrieved("gain", with_point(negative)), "not the sign of the overlap")


def test_no_pattern_at_an_equilibrium() -> None:
    name = "retrieval_at_equilibrium"
    rows = ["+++", "+--"]
    mixture = shown([], [], [(1, 2), (1, 2), (-2, -1)])
    assert "no stored pattern" in claim(name, with_point(mixture, (1, 1, -1), rows=rows), "refuted", {})
    like_one = shown([], [], [(1, 2), (1, 2), (1, 2)])
    refused(lambda: claim(name, with_point(like_one, (1, 1, 1), rows=rows), "refuted", {}), "row 1")
    # A state within the reach of 0, which is an equilibrium too, is 0.
    near = shown([], [], [(-1, 1)] * 3)
    for state, reach, zero in (
        ((1, -1, 0), Fraction(1), True),
        ((1, -1, 0), 1 - TINY, False),
        ((0, 0, 2), Fraction(1), False),
    ):
        given = with_point(near, state, reach, rows)
        if zero:
            assert "x = 0, which has no signs" in claim(name, given, "refuted", {})
        else:
            refused(lambda given=given: claim(name, given, "refuted", {}), "row 1")
    refused(lambda: claim(name, patterned(), "refuted", {}), "no equilibrium was established before")
    refused(
        lambda: claim(name, with_point(near, (0, 0, 0), rows=rows), "refuted", {}, {"way": "gain"}), "unknown field"
    )


def test_the_field_on_the_edge_of_a_region() -> None:
    """(2q - 1)K·t and c·t², with t = tanh(σa), q = 1/(1 + (K-1)e^{-g}) and c = (N² - max⟨ξ_μ, ξ_ν⟩²)/(2N)."""
    rows = ["++++", "+++-", "++--", "----"]
    amplitude, gap = Fraction(2, 3), Fraction(5, 4)
    with working_precision(600):
        t = (ball(Fraction(3, 2)) * ball(amplitude)).tanh()
        for index, nearest in ((0, 4), (1, 2), (2, 2)):
            push, lead = astrocyte_region.drift(patterned(rows, sigma="3/2"), index, amplitude, gap)
            q = 1 / (1 + 3 * (-ball(gap)).exp())
            for shown_, true in ((push, (2 * q - 1) * 4 * t), (lead, arb(16 - nearest**2) / 8 * t * t)):
                assert ball(shown_) <= true + arb(2) ** -600
                assert true - ball(shown_) < 1e-50
        push, lead = astrocyte_region.drift(patterned(["+++"], sigma="3/2"), 0, amplitude, None)
        assert abs(ball(push) - t) < 1e-50
        assert abs(ball(lead) - ball(Fraction(3, 2)) * t * t) < 1e-50


def test_the_common_part_of_two_boxes() -> None:
    one = [Interval(0, 4), Interval(2, 6)]
    met = astrocyte_region._common(one, [Interval(3, 9), Interval(0, 2)])
    assert [(x.low, x.high) for x in met] == [(3, 4), (2, 2)]
    for other in (
        [Interval(5, 9), Interval(0, 9)],
        [Interval(0, 9), Interval(0, 1)],
        [Interval(5, 6), Interval(7, 8)],
    ):
        refused(lambda other=other: astrocyte_region._common(one, other), "no equilibrium in the region")


def test_a_region_needs_an_equilibrium_and_the_words_of_its_numbers(certificates: dict[str, Certificate]) -> None:
    for name, other in (("retrieves", "infinite"), ("one pattern", "1")):
        made = copy.deepcopy(find(certificates[name], "attracting_region"))
        given = established(certificates[name])
        said = claim("attracting_region", given, "proved", made["numbers"])
        assert ("log(p_μ/p_ν)" in said) == (name == "retrieves")
        refused(
            lambda g=given, m=made, o=other: claim("attracting_region", g, "proved", {**m["numbers"], "gap": o}),
            "numbers: gap: must be",
        )
        refused(
            lambda n=name, m=made: claim(
                "attracting_region", astrocyte.read(certificates[n]["instance"]), "proved", m["numbers"]
            ),
            "no equilibrium was established before",
        )
        refused(
            lambda g=given, m=made: claim("attracting_region", g, "proved", m["numbers"], {"way": ""}),
            "unknown field",
        )
        refused(
            lambda g=given, m=made: claim("attracting_region", g, "proved", {**m["numbers"], "amplitude": "99"}),
            "a neuron may leave",
        )


def test_the_region_of_one_pattern_leads_to_its_equilibrium_on_the_edge() -> None:
    """K = N = 1, σ = 2: the field points inwards at a as long as a < tanh 2a, up to the equilibrium itself."""
    given = patterned(["+"], sigma="2")
    state = [Fraction(0.957504024080)]  # x = tanh 2x
    given.point = Point(state, Fraction(1, 2**20), Fraction(1, 2**10), given.enclose(at(*state)))
    numbers = {"pattern": 0, "sign": 1, "amplitude": Fraction(1, 100), "gap": "infinite"}
    assert "ends at the equilibrium" in claim("attracting_region", given, "proved", numbers)
    claim("attracting_region", given, "proved", {**numbers, "amplitude": Fraction(957, 1000)})
    refused(
        lambda: claim("attracting_region", given, "proved", {**numbers, "amplitude": Fraction(958, 1000)}),
        "may leave the region",
    )
    refused(
        lambda: claim("attracting_region", given, "proved", {**numbers, "sign": -1}),
        "another equilibrium in the region is not excluded",
    )
    given.point.reach = Fraction(1, 2**100)
    refused(
        lambda: claim("attracting_region", given, "proved", numbers),
        "another equilibrium in the region is not excluded",
    )


def test_sweeps_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert astrocyte_region.MOST_SWEEPS == 60
    given = patterned(["+"], sigma="2")
    state = [Fraction(0.957504024080)]
    given.point = Point(state, Fraction(1, 2**20), Fraction(1, 2**10), given.enclose(at(*state)))

    def led(sweeps: int) -> bool:
        monkeypatch.setattr(astrocyte_region, "MOST_SWEEPS", sweeps)
        try:
            astrocyte_region._only_equilibrium(given, [1], 0, Fraction(1, 100), None)
        except Rejected:
            return False
        return True

    assert [led(sweeps) for sweeps in (0, 1, 5, 20)] == [False, False, False, True]
