"""The search for all fixed points, part by part: held against its definition, on the edge of what it accepts."""

from __future__ import annotations

import copy
import random
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from context_oracle import INSTANCES
from flint import arb, fmpz_mat
from forging import Certificate, find

from gatedmem.numerics.enclosures import ball, working_precision
from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.certify.context import ExactContext, certify
from gatedmem.proofs.checker import context, counting
from gatedmem.proofs.checker.certificate import check
from gatedmem.proofs.checker.counting import RetrievalMap, determinant, linear_range, on_simplex, search, single
from gatedmem.proofs.checker.intervals import ONE, Interval
from gatedmem.proofs.checker.reading import Malformed, Rejected

Box = list[Interval]


def box_of(*pairs: tuple[Fraction | float, Fraction | float]) -> Box:
    return [Interval.of(Fraction(low), Fraction(high)) for low, high in pairs]


def point_of(*values: Fraction | float) -> Box:
    return [Interval.of(Fraction(value)) for value in values]


def ends(box: Box | None) -> list[tuple[Fraction, Fraction]] | None:
    return None if box is None else [(p.lower(), p.upper()) for p in box]


def memory_with(inverse: list[list[int]], bits: int, error: Fraction) -> context.Memory:
    """Memories with a query and a context, and whatever inverse was established before."""
    n = len(inverse)
    memories = [[Fraction(7 * i + 3 * j + 1, 10 + i * j) for j in range(2)] for i in range(n)]
    exact = ExactContext(
        memories,
        *map(Fraction, ("1/10", "3/2", "2/3")),
        query=[Fraction(1, 4), Fraction(-1, 3)],
        context=[Fraction(1, 5)] * 2,
    )
    memory = context.read(exact.written())
    memory.inverse = context.Inverse(inverse, bits, error)
    return memory


def retrieved(memory: context.Memory, b: list[list[Fraction]], p: list[Fraction]) -> list[arb]:
    """Φ(p) = softmax(β(b + λBu + λ²Bp)) for this B."""
    inside = [u + memory.gain * x for u, x in zip(memory.drive, p, strict=True)]
    scores = [
        ball(memory.beta * (e + memory.gain * sum(x * y for x, y in zip(row, inside, strict=True))))
        for e, row in zip(memory.evidence, b, strict=True)
    ]
    weights = [score.exp() for score in scores]
    return [weight / sum(weights, arb(0)) for weight in weights]


def holds(enclosure: Interval, value: arb) -> bool:
    return bool(ball(enclosure.lower()) <= value) and bool(value <= ball(enclosure.upper()))


def on_the_simplex(rng: random.Random, n: int) -> list[Fraction]:
    weights = [Fraction(rng.randint(0, 9)) for _ in range(n - 1)] + [Fraction(rng.randint(1, 9))]
    return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_retrieval_map_over_boxes(n: int) -> None:
    """Φ and D(p - Φ) over boxes about points of the simplex, for every B as far off as the error allows."""
    rng = random.Random(n)
    rows = [[0] * n for _ in range(n)]
    for i, j in product(range(n), range(n)):
        rows[i][j] = rows[j][i] = rng.randint(-12, 12) + 30 * (i == j)
    error = Fraction(1, 64)
    memory = memory_with(rows, 4, error)
    retrieval = RetrievalMap(memory)
    sharp = RetrievalMap(memory_with(rows, 4, Fraction(0)))
    with working_precision(300):
        for trial in range(12):
            p = on_the_simplex(rng, n)
            width = Fraction(trial, 40)
            box = [Interval.of(x - width * Fraction(rng.randint(0, 3), 3), x + width) for x in p]
            for sign in (-1, 0, 1):
                b = [[Fraction(rows[i][j], 16) + sign * error * (i == j) for j in range(n)] for i in range(n)]
                true = retrieved(memory, b, p)
                over, image, slope = retrieval.over(box), retrieval(box), retrieval.slope(box)
                strength = memory.beta * memory.gain**2
                for i in range(n):
                    assert holds(over[i], true[i]), (trial, sign)
                    assert holds(image[i], true[i]), (trial, sign)
                    for k in range(n):
                        covered = [true[i] * (int(i == j) - true[j]) for j in range(n)]
                        entry = sum((c * ball(strength * b[j][k]) for j, c in enumerate(covered)), arb(0))
                        assert holds(slope[i][k], int(i == k) - entry), (trial, sign, i, k)
            at = [Interval.of(x) for x in p]
            flat = [entry for row in sharp.slope(at) for entry in row]
            for entry in (*sharp(at), *sharp.over(at), *flat):
                assert entry.upper() - entry.lower() < Fraction(1, 2**180)


def extreme_values(slopes: Box, box: Box) -> tuple[Fraction, Fraction]:
    """Over the p of the box that add up to 1, at whose corners all entries but one are at an end of their range."""
    values = []
    for free in range(len(box)):
        others = [j for j in range(len(box)) if j != free]
        for corner in product(*([box[j].lower(), box[j].upper()] for j in others)):
            rest = 1 - sum(corner)
            if box[free].contains(rest):
                p = dict(zip(others, corner, strict=True)) | {free: rest}
                for pick in product(*([a.lower(), a.upper()] for a in slopes)):
                    values.append(sum((a * p[j] for j, a in enumerate(pick)), Fraction(0)))
    return min(values), max(values)


def test_a_linear_form_has_the_range_that_the_corners_of_the_box_on_the_simplex_give() -> None:
    rng, seen = random.Random(2), 0
    for _ in range(150):
        n = rng.choice([1, 2, 2, 3, 3, 3])
        p = on_the_simplex(rng, n)
        box = [
            Interval.of(
                max(Fraction(0), x - Fraction(rng.randint(0, 4), 9)),
                min(Fraction(1), x + Fraction(rng.randint(0, 4), 9)),
            )
            for x in p
        ]
        thin = on_simplex(box)
        assert thin is not None
        middles = [Fraction(rng.randint(-9, 9), 2) for _ in range(n)]
        doubt = Fraction(rng.randint(0, 2), 4) / (1 + seen % 2 * 10**6)
        slopes = [Interval.of(m - doubt, m + doubt) for m in middles]
        found = linear_range(slopes, box)
        low, high = extreme_values(slopes, thin)
        # Where slopes are sure the range is exact but for rounding, which may not cut it; else it may be wider.
        tiny = Fraction(40, ONE)
        assert found.lower() <= low + tiny
        assert high - tiny <= found.upper()
        if not doubt:
            seen += 1
            assert abs(found.lower() - low) <= tiny
            assert abs(found.upper() - high) <= tiny
    assert seen > 20


def test_what_is_left_over_goes_where_it_counts_most() -> None:
    slopes = point_of(1, 3, -2)
    assert ends([linear_range(slopes, box_of((0, 1), (0, 1), (0, 1)))]) == [(-2, 3)]
    assert ends([linear_range(slopes, box_of((0, 1), (0, 0.25), (0, 0.5)))]) == [(-0.5, 1.5)]
    assert ends([linear_range(slopes, box_of((0.25, 1), (0.25, 1), (0, 1)))]) == [(0, 2.5)]
    # The order goes by the upper ends for the largest value, and by the lower ends for the least.
    wide = box_of((0, 4), (1, 2))
    assert ends([linear_range(wide, box_of((0, 1), (0, 0.5)))]) == [(0, 4)]
    assert ends([linear_range(wide, box_of((0, 0.5), (0, 1)))]) == [(0.5, 3)]
    assert ends([linear_range(point_of(2), box_of((0.5, 1)))]) == [(2, 2)]


def test_a_box_is_cut_down_to_what_can_add_up_to_1() -> None:
    assert ends(on_simplex(box_of((0, 1), (0.25, 1)))) == [(0, 0.75), (0.25, 1)]
    assert ends(on_simplex(box_of((0, 0.5), (0, 0.125), (0.25, 1)))) == [(0, 0.5), (0, 0.125), (0.375, 1)]
    assert ends(on_simplex(box_of((0, 0.5), (0, 0.5)))) == [(0.5, 0.5), (0.5, 0.5)]
    assert ends(on_simplex(box_of((0.5, 1), (0.5, 1)))) == [(0.5, 0.5), (0.5, 0.5)]
    assert on_simplex(box_of((0, 0.5), (0, 0.25))) is None
    assert on_simplex(box_of((0.5, 1), (0.75, 1))) is None


class Made:
    """A map of the square to itself in the place of Φ."""

    size = 2

    def __init__(self, image: Any) -> None:
        self.image, self.calls = image, 0

    def __call__(self, box: Box) -> Box:
        self.calls += 1
        answer: Box = self.image(box)
        return answer


def searched(image: Any, alone: list[Box]) -> tuple[int, int]:
    made: Any = Made(image)
    return search(made, alone), made.calls


WHOLE = box_of((0, 1), (0, 1))
LEFT, RIGHT = box_of((0, 0.5), (0.5, 1)), box_of((0.5, 1), (0, 0.5))


def test_the_search_leaves_no_piece_out() -> None:
    """Every point is fixed: all of the simplex has to lie in the boxes that are known."""
    assert searched(lambda box: box, [WHOLE]) == (1, 1)
    assert searched(lambda box: box, [LEFT, RIGHT]) == (3, 3)
    for known in ([LEFT], [RIGHT], [], [LEFT, box_of((0.75, 1), (0, 0.25))], [box_of((0.25, 1), (0, 0.75))]):
        with pytest.raises(Rejected, match=r"not over after 2000 boxes|cannot cut a box any more"):
            searched(lambda box: box, known)


@pytest.mark.parametrize("off", [(0, 1), (1, 0), (2, 0), (3, 0)])
def test_a_box_lies_in_another_only_with_all_four_ends(off: tuple[int, int]) -> None:
    side = Fraction(1, 2**50)
    sides: list[list[Fraction]] = [[Fraction(0), Fraction(1)], [Fraction(0), Fraction(1)]]
    sides[off[0] // 2][off[0] % 2] += side if off[0] % 2 == 0 else -side
    with pytest.raises(Rejected):
        searched(lambda box: box, [box_of(*(tuple(pair) for pair in sides))])


def test_a_box_without_a_point_of_its_image_is_empty() -> None:
    """The image of each half lies in the other half but for a bit of the edge, whose image is elsewhere."""
    far = box_of((0, 0.25), (0.75, 1))
    assert searched(lambda box: box_of((2, 3), (0, 1)), []) == (1, 1)
    assert searched(lambda box: box_of((0, 1), (2, 3)), []) == (1, 1)
    assert (
        searched(lambda box: WHOLE if box[0].high == ONE and not box[0].low else box_of((2, 3), (2, 3)), [far])[0]
        == 3
    )


def test_a_point_that_is_not_listed_is_found() -> None:
    half = point_of(0.5, 0.5)
    assert searched(lambda box: half, [half])[0] == 1
    with pytest.raises(Rejected, match="cannot cut a box any more"):
        searched(lambda box: half, [])
    # A box of exactly the least width is cut, a narrower one is not.
    for width, calls in ((Fraction(1, 2**40), 3), (Fraction(1, 2**40) - Fraction(1, 2**180), None)):
        image = box_of((Fraction(1, 2), Fraction(1, 2) + width), (Fraction(1, 2) - width, Fraction(1, 2)))
        middle = image[0].lower() + width / 2
        known = [
            box_of((Fraction(1, 2), middle), (0, 1)),
            box_of((middle, 1), (0, 1)),
        ]
        if calls:
            assert searched(lambda box, image=image: image, known)[0] == calls
        else:
            with pytest.raises(Rejected, match="cannot cut a box any more"):
                searched(lambda box, image=image: image, known)


def test_a_box_is_cut_down_at_most_six_times_and_while_that_helps() -> None:
    def shrunk(by: Fraction) -> Any:
        def image(box: Box) -> Box:
            keep = (box[0].upper() - box[0].lower()) * by
            return box_of((box[0].lower(), box[0].lower() + keep), (1 - box[0].lower() - keep, 1 - box[0].lower()))

        return image

    # Of the first box what is left after six cuts to the half is cut in two; the known boxes hold both parts.
    sixth = Fraction(1, 2**6)
    known = [box_of((0, sixth / 2), (0, 1)), box_of((sixth / 2, 1), (0, 1))]
    assert searched(shrunk(Fraction(1, 2)), known) == (3, 8)
    assert searched(shrunk(Fraction(7, 8)), [box_of((0, Fraction(7, 8) ** 6), (0, 1))]) == (1, 6)
    middle = Fraction(15, 32)
    known = [box_of((0, middle), (0, 1)), box_of((middle, 1), (0, 1))]
    assert searched(shrunk(Fraction(15, 16)), known) == (3, 3)


def test_the_search_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (counting.LARGEST, counting.MOST_POINTS, counting.MOST_BOXES, counting.NARROWEST) == (5, 31, 2000, 40)
    monkeypatch.setattr(counting, "MOST_BOXES", 3)
    assert searched(lambda box: box, [LEFT, RIGHT])[0] == 3
    monkeypatch.setattr(counting, "MOST_BOXES", 2)
    with pytest.raises(Rejected, match="not over after 2 boxes"):
        searched(lambda box: box, [LEFT, RIGHT])


def test_the_widest_side_is_cut_in_the_middle() -> None:
    """The first side is narrow, though it lies highest: no other cut would be over so soon."""

    class Three(Made):
        size = 3

    narrow = box_of((0.5, 0.625), (0, 0.5), (0, 0.5))
    made: Any = Three(lambda box: [p.meet(q) or p for p, q in zip(box, narrow, strict=True)])
    assert search(made, [box_of((0, 1), (0, 0.25), (0, 1)), box_of((0, 1), (0.25, 1), (0, 1))]) == 3


class Linear:
    """p - Φ(p) = D(p - p₀), D enclosed, in the place of the retrieval map."""

    size = 2

    def __init__(self, slope: list[Box], zero: list[Fraction]) -> None:
        self.table, self.zero = slope, zero
        self.regions: list[Any] = []

    def slope(self, box: Box) -> list[Box]:
        self.regions.append(ends(box))
        return self.table

    def over(self, box: Box) -> Box:
        middles = [[(entry.lower() + entry.upper()) / 2 for entry in row] for row in self.table]
        off = [p.lower() - z for p, z in zip(box, self.zero, strict=True)]
        return [
            Interval.of(p.lower() - sum((a * x for a, x in zip(row, off, strict=True)), Fraction(0)))
            for p, row in zip(box, middles, strict=True)
        ]


HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def boxed(slope: list[Box], zero: list[Fraction], radius: Fraction, bits: int, rows: list[list[int]]) -> Any:
    made: Any = Linear(slope, zero)
    region, enclosure = single(made, [HALF, HALF], radius, bits, rows)
    assert made.regions == [ends(region)]
    return ends(region), ends(enclosure)


def test_a_single_fixed_point_of_a_linear_map() -> None:
    unit = [point_of(1, 0), point_of(0, 1)]
    zero = [HALF + Fraction(1, 16), HALF - Fraction(1, 32)]
    region = [(QUARTER, 3 * QUARTER)] * 2
    enclosure = [(HALF - Fraction(1, 16), HALF + Fraction(1, 16))] * 2
    assert boxed(unit, zero, QUARTER, 0, [[1, 0], [0, 1]]) == (region, enclosure)
    assert boxed(unit, zero, QUARTER, 3, [[8, 0], [0, 8]]) == (region, enclosure)
    # With ‖I - Y·D‖ = ½ the enclosure is twice as wide: in the second row alone, and off the diagonal.
    for rows, step in (
        ([[2, 0], [0, 1]], Fraction(1, 16)),
        ([[2, 1], [0, 2]], Fraction(3, 64)),
        ([[2, 0], [-1, 2]], Fraction(1, 16)),
    ):
        shown = boxed(unit, zero, QUARTER, 1, rows)
        assert shown == (region, [(HALF - 2 * step, HALF + 2 * step)] * 2), rows
    # The width of the derivative counts as well.
    wide = [box_of((0.75, 1.25), (-0.25, 0.25)), point_of(0, 1)]
    assert boxed(wide, zero, QUARTER, 0, [[1, 0], [0, 1]]) == (
        region,
        [(HALF - Fraction(1, 8), HALF + Fraction(1, 8))] * 2,
    )


def test_a_single_fixed_point_is_not_shown_on_the_edge() -> None:
    unit, still = [point_of(1, 0), point_of(0, 1)], [HALF, HALF]
    for slope, zero, radius, rows in (
        (unit, still, QUARTER, [[0, 0], [0, 1]]),  # excess 1
        (unit, still, QUARTER, [[0, 0], [0, 0]]),
        (unit, still, QUARTER, [[1, 0], [0, 3]]),  # excess 2
        (unit, [HALF + QUARTER, HALF], QUARTER, [[1, 0], [0, 1]]),  # step = radius
        (unit, [HALF, HALF - QUARTER], QUARTER, [[1, 0], [0, 1]]),
        ([box_of((0, 2), (0, 0)), point_of(0, 1)], still, QUARTER, [[1, 0], [0, 1]]),
        ([point_of(1, 0), box_of((-1, 1), (1, 1))], still, QUARTER, [[1, 0], [0, 1]]),
    ):
        with pytest.raises(Rejected, match="not shown to hold exactly one"):
            boxed(slope, zero, radius, 0, rows)
    near = Fraction(1, 2**20)
    boxed(unit, [HALF + QUARTER - near, HALF], QUARTER, 0, [[1, 0], [0, 1]])
    half = [box_of((0.5, 1.5), (0, 0)), point_of(0, 1)]  # excess ½
    boxed(half, [HALF + QUARTER / 2 - near, HALF], QUARTER, 0, [[1, 0], [0, 1]])
    with pytest.raises(Rejected, match="not shown to hold exactly one"):
        boxed(half, [HALF + QUARTER / 2, HALF], QUARTER, 0, [[1, 0], [0, 1]])


def test_determinants() -> None:
    rng = random.Random(1)
    assert determinant([]) == 1
    for n in (1, 2, 3, 4, 5, 5):
        rows = [[rng.randint(-9, 9) * rng.randint(0, 1) for _ in range(n)] for _ in range(n)]
        assert determinant(rows) == int(fmpz_mat(rows).det())
        rows = [[rng.randint(-(2**60), 2**60) for _ in range(n)] for _ in range(n)]
        assert determinant(rows) == int(fmpz_mat(rows).det())


@pytest.fixture(scope="module")
def several() -> Certificate:
    made = certify(INSTANCES["several fixed points"])
    made["claims"] = [find(made, name) for name in ("smallest_eigenvalue", "inverse", "all_fixed_points")]
    return made


def refusal(certificate: Certificate) -> str:
    with pytest.raises(Rejected) as refused:
        check(dump(certificate).encode())
    return f"{type(refused.value).__name__}: {refused.value}".replace("all_fixed_points: ", "")


def test_the_points_and_their_proofs_come_in_pairs_and_not_in_crowds(several: Certificate) -> None:
    assert check(dump(several).encode()).claims[-1].statement == "exactly 3 fixed points"

    def changed(**parts: Any) -> str:
        copied = copy.deepcopy(several)
        for part, points in parts.items():
            find(copied, "all_fixed_points")[part]["points"] = points
        return refusal(copied)

    claim = find(several, "all_fixed_points")
    given, proofs = claim["numbers"]["points"], claim["witness"]["points"]
    for wrong in ([], [given[0]] * 32, None, {"0": given[0]}):
        assert changed(numbers=wrong) == "Malformed: points: must be a list of 1 to 31"
    for wrong in ([], proofs[:2], [*proofs, proofs[0]], None, {"0": 1, "1": 1, "2": 1}):
        assert changed(witness=wrong) == "Malformed: witness: must hold one proof for each point"
    assert "not shown to differ" in changed(numbers=[given[0]] * 31, witness=[proofs[0]] * 31)


@pytest.mark.parametrize(
    ("part", "field", "value", "message"),
    [
        ("witness", "rows", [[1, 0]], "Malformed: rows: must be 2 rows"),
        ("witness", "rows", [[1, 0]] * 3, "Malformed: rows: must be 2 rows"),
        ("witness", "rows", [[1, 0, 0]] * 2, "Malformed: rows: must be a list of 2 integers"),
        ("witness", "bits", 257, "Malformed: bits: must be an integer from 0 to 256"),
        ("witness", "bits", -1, "Malformed: bits: must be an integer from 0 to 256"),
        ("witness", "radius", "0", "Malformed: radius: must be greater than 0"),
        ("witness", "centre", ["1/2"], "Malformed: centre: must be a list of 2 exact numbers"),
        ("numbers", "degree", 0, "Rejected: degree: has the wrong sign"),
        ("numbers", "degree", 2, "Malformed: degree: must be an integer from -1 to 1"),
        ("numbers", "degree", -2, "Malformed: degree: must be an integer from -1 to 1"),
        ("numbers", "gains", [["0", "1"]], "Malformed: gains: must be 2 pairs"),
        ("numbers", "gains", [["0", "1"]] * 3, "Malformed: gains: must be 2 pairs"),
        ("numbers", "gains", [["0", "1", "1"]] * 2, "Malformed: gains: must be a list of 2 exact numbers"),
    ],
)
def test_each_part_of_a_point_is_read_with_its_rule(
    part: str, field: str, value: object, message: str, several: Certificate
) -> None:
    changed = copy.deepcopy(several)
    find(changed, "all_fixed_points")[part]["points"][0][field] = value
    assert refusal(changed) == message


def test_the_gains_of_a_point_hold_its_enclosure_to_the_end() -> None:
    enclosure = box_of((0.25, 0.5), (0.5, 0.75))
    for exact in ([["1/4", "1/2"], ["1/2", "3/4"]], [["0", "1"], ["0", "1"]]):
        counting._check_gains(exact, enclosure)
    for narrow in (
        [["1/3", "1/2"], ["1/2", "3/4"]],
        [["1/4", "2/5"], ["1/2", "3/4"]],
        [["1/4", "1/2"], ["3/5", "3/4"]],
        [["1/4", "1/2"], ["1/2", "2/3"]],
        [["1/2", "1/4"], ["3/4", "1/2"]],
    ):
        with pytest.raises(Rejected, match="gains: narrower than what can be shown"):
            counting._check_gains(narrow, enclosure)
    with pytest.raises(Malformed, match="gains: must be 2 pairs"):
        counting._check_gains([["0", "1"]], enclosure)


def uniform(n: int, bits: int = 0) -> tuple[context.Memory, Certificate, Certificate]:
    """Orthonormal memories without a drive: all gains are equal at the only fixed point. The claim that says so."""
    orthonormal = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    memory = context.read(ExactContext(orthonormal, Fraction(0), Fraction(1), Fraction(1, 2)).written())
    unit = [[int(i == j) for j in range(n)] for i in range(n)]
    memory.inverse = context.Inverse(unit, 0, Fraction(1, 2**90))
    rows = [[entry << bits for entry in row] for row in unit]
    proof = {"centre": [f"1/{n}"] * n, "radius": "1/100", "bits": bits, "rows": rows}
    gains = [[f"{10**9 - 1}/{n * 10**9}", f"{10**9 + 1}/{n * 10**9}"]] * n
    return memory, {"points": [{"gains": gains, "degree": 1}]}, {"points": [proof]}


@pytest.mark.parametrize(("n", "bits"), [(2, 0), (5, 0), (5, 256)])
def test_one_point_alone_is_counted_and_differs_from_no_other(n: int, bits: int) -> None:
    claimed = counting.CLAIMS["all_fixed_points"][2]
    memory, numbers, witness = uniform(n, bits)
    assert claimed(memory, "proved", numbers, witness) == "exactly 1 fixed point"
    assert (memory.counted, memory.apart) == (1, False)
    memory.apart = True
    claimed(memory, "proved", numbers, witness)
    assert memory.apart, "what was told apart before stays so"


def test_several_points_are_counted_and_differ(several: Certificate) -> None:
    memory = context.read(several["instance"])
    for claim in several["claims"]:
        table = counting.CLAIMS if claim["claim"] == "all_fixed_points" else context.CLAIMS
        table[claim["claim"]][2](memory, claim["verdict"], claim["numbers"], claim["witness"])
    assert (memory.counted, memory.apart) == (3, True)


@pytest.mark.parametrize("n", [1, 6])
def test_only_a_handful_of_memories_is_searched(n: int) -> None:
    memory = memory_with([[16 * (i == j) for j in range(n)] for i in range(n)], 4, Fraction(1, 2**40))
    with pytest.raises(Rejected, match="only for 2 to 5 memories"):
        counting.CLAIMS["all_fixed_points"][2](memory, "proved", {}, {})
