"""The checker's integer matrices and Newton's test, entry by entry; every limit on either side of it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gatedmem.proofs.checker import matrices, newton
from gatedmem.proofs.checker.intervals import BITS, ONE, Interval
from gatedmem.proofs.checker.reading import Malformed, Rejected


@pytest.mark.parametrize(
    ("bits", "words"), [((127, 128), (2, 3)), ((128, 127), (3, 2)), ((1, 64), (1, 2)), ((64, 63), (2, 1))]
)
def test_the_effort_of_a_product_is_bounded_where_the_limit_says(
    bits: tuple[int, int], words: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps of n³ times the 64-bit words of both operands."""
    one, other = (1 << (length - 1) for length in bits)
    left, right = [[one, 0, 1], [1, 1, 1]], [[other, 0, 0, 0], [0] * 4, [1] * 4]
    effort = 2 * 3 * 4 * words[0] * words[1]
    monkeypatch.setattr(matrices, "LARGEST_EFFORT", effort)
    assert matrices.product(left, right) == [[1 + one * other, 1, 1, 1], [1 + other, 1, 1, 1]]
    monkeypatch.setattr(matrices, "LARGEST_EFFORT", effort - 1)
    with pytest.raises(Rejected, match="too long"):
        matrices.product(left, right)


def test_lengths_in_bits() -> None:
    assert [matrices.length(table) for table in ([[0]], [[1]], [[-8], [7]], [[7, -7]], [[], [255]])] == [
        1,
        1,
        4,
        3,
        8,
    ]


def test_a_triangle_times_a_table() -> None:
    assert matrices.product([[2], [0, 3]], [[1, -1], [0, 5]]) == [[2, -2], [0, 15]]
    assert matrices.transpose([[1, 2, 3], [4, 5, 6]]) == [[1, 4], [2, 5], [3, 6]]
    assert matrices.identity(3) == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    "factor",
    [None, "1", [], [[1]], [[1], [0, 1], [0, 0, 1]], [[1, 0], [0, 1]], [[1], [1]], [[1], (0, 1)], [[1], [0, True]]],
)
def test_a_congruence_is_a_triangle_of_integers(factor: object) -> None:
    with pytest.raises(Malformed, match=r"^R: (must be a triangle of 2 rows|row [12] must hold [12] integers)$"):
        matrices.definite([[2, 1], [1, 2]], factor, "R")


def test_the_malformed_row_is_named() -> None:
    with pytest.raises(Malformed, match="row 2 must hold 2 integers"):
        matrices.definite([[2, 1], [1, 2]], [[1], [0, "1"]], "R")


def test_definite_needs_each_row_strictly_dominant_and_positive() -> None:
    unit = [[1], [0, 1]]
    for accepted in ([[2, 1], [1, 2]], [[2, -1], [-1, 2]], [[1, 0], [0, 1]]):
        matrices.definite(accepted, unit, "R")
    for refused in ([[2, 2], [2, 2]], [[5, 2], [2, 2]], [[2, 2], [2, 5]], [[-5, 1], [1, 5]], [[5, 1], [1, -5]]):
        with pytest.raises(Rejected, match="R: the congruence is not diagonally dominant"):
            matrices.definite(refused, unit, "R")
    # R M Rᵀ and not R M R or Rᵀ M R: with M = [[1, 3], [3, 10]] this R gives the identity.
    matrices.definite([[1, 3], [3, 10]], [[1], [-3, 1]], "R")
    with pytest.raises(Rejected):
        matrices.definite([[10, 3], [3, 1]], [[1], [-3, 1]], "R")


def test_shortening_takes_the_last_bits_and_a_unit_for_each_entry_of_a_row() -> None:
    assert matrices.FORM_BITS == 80
    kept = [[(1 << 80) - 1, 5], [5, 7]]
    assert matrices.shortened(kept) == kept, "80 bits are kept"
    cut = [[(1 << 81) - 1, 5], [5, 7]]
    assert matrices.shortened(cut) == [[(1 << 80) - 1 - 2, 2], [2, 3 - 2]]
    three = [[1 << 82, -1, 0], [-1, 8, 0], [0, 0, 0]]
    assert matrices.shortened(three) == [[(1 << 79) - 3, -1, 0], [-1, 1 - 3, 0], [0, 0, -3]]


def test_what_a_direction_shows() -> None:
    indefinite, semidefinite = [[1, 2], [2, 1]], [[1, 1], [1, 1]]
    matrices.not_definite(indefinite, [1, -1], "v")
    matrices.not_definite(indefinite, [1, -1], "v", strictly=True)
    matrices.not_definite(semidefinite, [1, -1], "v")
    for matrix, vector, strictly, words in (
        (indefinite, [1, 1], False, "v: vᵀMv is not at most 0"),
        (indefinite, [0, 0], False, "v: vᵀMv is not at most 0"),
        (indefinite, [0, 0], True, "v: vᵀMv is not below 0"),
        (semidefinite, [1, -1], True, "v: vᵀMv is not below 0"),
        (semidefinite, [1, 1], True, "v: vᵀMv is not below 0"),
    ):
        with pytest.raises(Rejected, match=words):
            matrices.not_definite(matrix, vector, "v", strictly=strictly)
    for malformed in ([1], [1, -1, 0], [1, "-1"], [1, True], None):
        with pytest.raises(Malformed, match="v: must be a list of 2 integers"):
            matrices.not_definite(indefinite, malformed, "v")


def test_a_quadratic_form() -> None:
    assert matrices.quadratic([[1, 2, 3], [2, 5, 7], [3, 7, 11]], [2, 0, -3]) == 4 - 36 + 99
    assert matrices.quadratic([[1, 2], [2, 5]], [-1, 1]) == 1 - 4 + 5


def test_one_common_denominator_up_to_its_limit() -> None:
    assert matrices.cleared([[Fraction(1, 4), Fraction(-5, 6)], [Fraction(0), Fraction(2)]]) == (
        [[3, -10], [0, 24]],
        12,
    )
    most = 1 << 9999  # of 10000 bits
    assert matrices.cleared([[Fraction(1, most)]]) == ([[1]], most)
    with pytest.raises(Rejected, match="no common denominator"):
        matrices.cleared([[Fraction(1, 2 * most)]])
    with pytest.raises(Rejected, match="no common denominator"):
        matrices.cleared([[Fraction(1, most)], [Fraction(1, 3)]])


def test_a_combination_is_a_positive_multiple_of_the_sum() -> None:
    terms = [(Fraction(1, 2), [[2, 1], [1, 3]]), (Fraction(-1, 3), [[1, 0], [0, 6]]), (Fraction(5), [[0, 1], [1, 0]])]
    assert matrices.combined(terms) == [[6 - 2, 3 + 30], [3 + 30, 9 - 12]]


def test_a_table_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    table = [[7, 0, 0], [0, -15, 0]]
    size = 2 * 3 * (4 + 5)  # entries, and bits of the longest product
    monkeypatch.setattr(matrices, "LARGEST_TABLE", size)
    matrices.affordable(table, 31)
    assert matrices.combined([(Fraction(31), table)]) == [[217, 0, 0], [0, -465, 0]]
    monkeypatch.setattr(matrices, "LARGEST_TABLE", size - 1)
    with pytest.raises(Rejected, match="too long"):
        matrices.affordable(table, 31)
    with pytest.raises(Rejected, match="too long"):
        matrices.combined([(Fraction(1), [[1, 1, 1], [1, 1, 1]]), (Fraction(31), table)])


def test_the_limits_themselves() -> None:
    limits = (matrices.LARGEST_EFFORT, matrices.LARGEST_TABLE, matrices.MATRIX_BITS)
    assert limits == (150_000_000, 2**30, 96)


def test_middles_and_half_widths_hold_the_entry_and_no_more_than_a_unit_besides() -> None:
    unit = 1 << (BITS - 96)
    entries = [
        (0, 0),
        (-unit, unit),
        (1, 1),
        (-1, 1),
        (3 * unit, 8 * unit),
        (-8 * unit - 1, -3 * unit + 1),
        (0, unit),
    ]
    middles, halves = matrices.rounded([[Interval(*pair) for pair in entries]])
    assert middles == [[0, 0, 0, 0, 5, -6, 0]]
    assert halves == [[0, 1, 1, 1, 3, 4, 1]]
    for (low, high), middle, half in zip(entries, middles[0], halves[0], strict=True):
        assert (middle - half) * unit <= low <= high <= (middle + half) * unit


def table(*rows: list[tuple[Fraction | int, Fraction | int]]) -> list[list[Interval]]:
    return [[Interval.of(*pair) for pair in row] for row in rows]


def test_the_bound_of_newtons_contraction() -> None:
    """‖I - Y·D‖_∞: the largest sum of sizes over a row, every entry of D at its worst."""
    sharp = table([(1, 1), (Fraction(1, 4), Fraction(1, 4))], [(0, 0), (Fraction(3, 4), Fraction(3, 4))])
    assert newton.contraction(sharp, [[1, 0], [0, 1]], 0) == Fraction(1, 4)
    # Y = [[1, -1/2], [0, 5/4]]: Y·D = [[1, -1/8], [0, 15/16]].
    assert newton.contraction(sharp, [[4, -2], [0, 5]], 2) == Fraction(1, 8)
    # Twice as much at the second row: Y·D = [[1, 1/4], [0, 3/2]].
    assert newton.contraction(sharp, [[1, 0], [0, 2]], 0) == Fraction(1, 2)
    wide = table([(0, 2), (0, 0)], [(Fraction(-1, 2), Fraction(1, 2)), (1, 1)])
    # Doubts of rows 1 and ½; Y = [[½, 0], [-1, 1]]: Y·middles = [[½, 0], [-1, 1]].
    assert newton.contraction(wide, [[1, 0], [-2, 2]], 1) == max(
        Fraction(1, 2) + Fraction(1, 2), 1 + 1 + Fraction(1, 2)
    )
    assert newton.contraction(table([(1, 1)]), [[1]], 0) == 0


def test_the_bound_of_newtons_step() -> None:
    """|Y·G|_∞ with every entry of G at its worst, for weights of both signs."""
    off = [Interval.of(-1, 2), Interval.of(Fraction(1, 2), 3)]
    assert newton.newton_step(off, [[1, 0], [0, 1]], 0) == 3
    assert newton.newton_step(off, [[1, -1]], 0) == 4  # from -1 - 3
    assert newton.newton_step(off, [[-1, 1]], 0) == 4  # to 1 + 3
    assert newton.newton_step(off, [[1, 1], [-2, 0]], 1) == Fraction(5, 2)
    assert newton.newton_step([Interval.of(-2, 1)], [[1]], 3) == Fraction(1, 4)
    assert newton.newton_step([Interval(1, 1)], [[0]], 0) == 0
    assert newton.newton_step([Interval(0, 1)], [[3]], 0) == Fraction(3, ONE)
