"""Each rule of the context-gated memory's claims on its edge, for two memories with matrices in closed form.

Unit vectors with ⟨ζ¹, ζ²⟩ = 3/5 at α = 1: A = [[1, 3/5], [3/5, 1]], η_min = 2/5 along (1, -1), α_crit = 5/3 and
B = [[25, -15], [-15, 25]]/16. With -3/5 the same along (1, 1), which P does not see.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import edges
import pytest
from edges import TINY, refused

from gatedmem.proofs.checker import context, matrices
from gatedmem.proofs.checker.context import Inverse, Memory
from gatedmem.proofs.checker.intervals import square_root
from gatedmem.proofs.checker.reading import Malformed

NEAR = [["1", "0"], ["3/5", "4/5"]]
FAR = [["1", "0"], ["-3/5", "4/5"]]
ALONG = [1, -1]


def memory(memories: list[list[str]] | None = None, **numbers: Any) -> Memory:
    plain = {"alpha": "1", "beta": "2/5", "gain": "1", "tau_s": "1", "tau_r": "1", "query": None, "context": None}
    changes = {
        name: value if value is None or isinstance(value, list) else str(value) for name, value in numbers.items()
    }
    return context.read({"memories": memories or NEAR, **plain, **changes})


def claim(name: str, given: Memory, verdict: str, numbers: dict[str, Any], witness: dict[str, Any]) -> str:
    return edges.claim(
        name, given, verdict, {key: n if isinstance(n, str) else Fraction(n) for key, n in numbers.items()}, witness
    )


def factor(a: Fraction | int, b: Fraction | int) -> list[list[int]]:
    """R for M = [[a, b], [b, ·]]: RMRᵀ is diagonal, with a and a·det M times positive numbers."""
    a, b = Fraction(a), Fraction(b)
    scale = lcm(a.denominator, b.denominator)
    return [[1], [int(-b * scale), int(a * scale)]]


def test_an_instance_is_read_as_it_stands() -> None:
    given = memory(
        [["1/2", "1/3"], ["-1", "2"], ["0", "1/5"]],
        **{
            "alpha": "3/7",
            "beta": "2",
            "gain": "1/2",
            "tau_s": "3",
            "tau_r": "5",
            "query": ["1", "3"],
            "context": ["-2", "1/4"],
        },
    )
    gram = [[Fraction(entry, given.gram_below) for entry in row] for row in given.gram]
    third = Fraction(1, 3)
    assert gram[0] == [Fraction(1, 4) + third**2, Fraction(-1, 2) + 2 * third, Fraction(1, 15)]
    assert [gram[1][1], gram[1][2], gram[2][2]] == [5, Fraction(2, 5), Fraction(1, 25)]
    assert [Fraction(entry, given.gates_below) for entry in given.gates[0]] == [
        1,
        *(Fraction(3, 7) * g for g in gram[0][1:]),
    ]
    assert given.evidence == [Fraction(3, 2), 5, Fraction(3, 5)], "with the query"
    assert given.drive == [Fraction(-11, 12), Fraction(5, 2), Fraction(1, 20)], "with the context"
    assert (given.alpha, given.beta, given.gain) == (Fraction(3, 7), 2, Fraction(1, 2))
    assert (given.tau_s, given.tau_r, given.size) == (3, 5, 3)
    assert given.sigma == Fraction(1, 4)
    assert (given.largest_square, given.floor, given.floor_at(Fraction(1, 10))) == (
        5,
        1 - Fraction(15, 7),
        Fraction(1, 2),
    )
    assert str(given) == "3 memories in dimension 2, α = 3/7, β = 2, λ = 1/2"
    assert (memory().drive, memory().evidence) == ([0, 0], [0, 0])


@pytest.mark.parametrize("name", ["alpha", "beta", "gain", "tau_s", "tau_r"])
def test_which_constants_may_be_0(name: str) -> None:
    if name in ("alpha", "gain"):
        assert getattr(memory(**{name: 0}), name) == 0
        refused(lambda: memory(**{name: -TINY}), f"instance: {name}: must be at least 0")
    else:
        refused(lambda: memory(**{name: 0}), f"instance: {name}: must be greater than 0")


def test_bad_instances_name_the_field() -> None:
    refused(lambda: memory([["1", 2]]), "instance: memories: must be an exact number")
    refused(lambda: memory([["1"], ["1", "2"]]), "instance: memories: every row")
    refused(lambda: memory(query=["1"]), "instance: query: must be a list of 2 exact numbers")
    refused(lambda: memory(context=["1", "2", "3"]), "instance: context: must be a list of 2 exact numbers")


def test_a_multiple_of_the_gram_matrix_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given = memory()
    bits = 2 * 2 * (matrices.length(given.gram) + 3)
    monkeypatch.setattr(matrices, "LARGEST_TABLE", bits)
    given.gate_matrix(Fraction(7, 1000))
    monkeypatch.setattr(matrices, "LARGEST_TABLE", bits - 1)
    refused(lambda: given.gate_matrix(Fraction(7, 1000)), "too long")


def test_what_was_not_established_is_not_used() -> None:
    refused(lambda: memory().shown_eta(), "no positive lower bound on η_min was established before")
    refused(lambda: memory().shown_inverse(), "no inverse of A was established before")


def test_the_gate_matrix_at_the_critical_competition_and_next_to_it() -> None:
    name, edge = "gate_matrix_definite", Fraction(5, 3)
    proof = {"congruence": factor(1, edge * Fraction(3, 5))}
    refused(lambda: claim(name, memory(alpha=edge), "proved", {}, proof), "not diagonally dominant")
    assert "is not positive definite" in claim(name, memory(alpha=edge), "refuted", {}, {"direction": ALONG})
    below = edge - TINY
    assert "is positive definite" in claim(
        name, memory(alpha=below), "proved", {}, {"congruence": factor(1, below * 3 / 5)}
    )
    refused(lambda: claim(name, memory(alpha=below), "refuted", {}, {"direction": ALONG}), "not at most 0")
    # Of the diagonal alone only α < 1 can be seen.
    claim(name, memory(alpha=1 - TINY), "proved", {}, {"congruence": []})
    refused(lambda: claim(name, memory(alpha=1), "proved", {}, {"congruence": []}), "congruence: needed")
    for wrong in (None, {}, "", 0, False):
        refused(
            lambda wrong=wrong: claim(name, memory(alpha="1/2"), "proved", {}, {"congruence": wrong}), "triangle of 2"
        )


def test_the_smallest_eigenvalue_between_its_bounds() -> None:
    name, eta = "smallest_eigenvalue", Fraction(2, 5)

    def between(low: Fraction | int, high: Fraction | int, given: Memory | None = None, **witness: Any) -> str:
        proof = {"congruence": factor(1 - Fraction(low), Fraction(3, 5)), "direction": ALONG}
        return claim(name, given or memory(), "proved", {"low": low, "high": high}, proof | witness)

    given = memory()
    assert between(eta - TINY, eta, given).endswith("≤ η_min ≤ 2/5")
    assert given.eta == eta - TINY
    for low in (Fraction(0), Fraction(-1)):
        given = memory()
        between(low, eta, given)
        assert given.eta is None, "only a positive bound is of use"
    refused(lambda: between(eta, eta), "not diagonally dominant")
    refused(lambda: between(eta - TINY, eta - TINY), "vᵀMv is not at most 0")
    refused(lambda: between(eta + TINY, eta), "low is above high")
    half = memory(alpha="1/2")
    between(Fraction(1, 2) - TINY, Fraction(7, 10), half, congruence=[])
    refused(lambda: between(Fraction(1, 2), Fraction(7, 10), half, congruence=[]), "congruence: needed")


def test_bounds_may_be_equal() -> None:
    assert context._ordered({"low": "1/2", "high": "1/2"}) == (Fraction(1, 2), Fraction(1, 2))
    assert context._ordered({"low": "-1", "high": "0"}) == (-1, 0)
    refused(lambda: context._ordered({"low": "1", "high": "0"}), "numbers: low is above high")


def test_the_critical_competition_between_its_bounds() -> None:
    name, edge = "critical_competition", Fraction(5, 3)

    def between(low: Any, high: Any, *, given: Memory | None = None, empty: bool = False) -> str:
        proof: dict[str, Any] = {"congruence": [] if empty else factor(1, Fraction(3, 5) * low), "direction": ALONG}
        return claim(name, given or memory(), "proved", {"low": low, "high": high}, proof)

    assert "≤ α_crit ≤ 5/3" in between(edge - TINY, edge)
    between(Fraction(0), edge)
    between(1 - TINY, edge, empty=True)
    refused(lambda: between(Fraction(1), edge, empty=True), "congruence: needed")
    refused(lambda: between(edge, edge), "not diagonally dominant")
    refused(lambda: between(edge - TINY, edge - TINY), "not at most 0")
    refused(lambda: between(-TINY, edge), "low must be at least 0")
    unlimited = {"low": "infinite", "high": "infinite"}
    orthogonal = memory([["1", "0"], ["0", "2"]])
    assert "infinite" in claim(name, orthogonal, "proved", unlimited, {})
    refused(lambda: claim(name, memory(), "proved", unlimited, {}), "the memories are not orthogonal")
    almost = memory([["1", "0", "0"], ["0", "1", "0"], ["0", "1/9", "1"]])
    refused(lambda: claim(name, almost, "proved", unlimited, {}), "the memories are not orthogonal")
    refused(lambda: claim(name, orthogonal, "proved", unlimited, {"congruence": []}), "unknown field")
    for half in ({"low": "0", "high": "infinite"}, {"low": "infinite", "high": "1"}):
        refused(lambda half=half: claim(name, orthogonal, "proved", half, {}), "must be an exact number")


def level(name: str, verdict: str, low: Any, high: Any, **changes: Any) -> str:
    """σ/5·… : at β = 2/5 and λ = 1, σ = 1/5 and κ = σ/η = 1/2."""
    given = changes.pop("given", None) or memory(beta=changes.pop("beta", "2/5"))
    low, high = Fraction(low), Fraction(high)
    scale = given.sigma / high if high else Fraction(0)
    shift = scale * (1 if name == "contraction" else Fraction(1, 2))
    off = Fraction(given.gates[0][1], given.gates_below) + (0 if name == "contraction" else shift)
    proof = {"congruence": factor(1 - shift, off), "direction": ALONG if low > 0 else []}
    return claim(name, given, verdict, {"low": low, "high": high}, proof | changes)


@pytest.mark.parametrize("name", ["contraction", "projected_contraction"])
def test_the_contraction_between_its_bounds(name: str) -> None:
    """(1, -1) adds up to 0, so that P changes nothing: both numbers are 1/2."""
    half = Fraction(1, 2)
    assert level(name, "proved", half, half + TINY).endswith(": below 1")
    refused(lambda: level(name, "proved", half, half), "not diagonally dominant")
    refused(lambda: level(name, "proved", half + TINY, 1 - TINY), "not at most 0")
    refused(lambda: level(name, "proved", half, 1), "high must be below 1")
    refused(lambda: level(name, "proved", half, 2), "high must be below 1")
    refused(lambda: level(name, "proved", -TINY, 1 - TINY), "low must be at least 0")
    level(name, "proved", 0, 1 - TINY)
    for direction in (ALONG, None, [0, 0], {}):
        refused(lambda d=direction: level(name, "proved", 0, 1 - TINY, direction=d), "direction: must be empty")
    refused(lambda: level(name, "proved", half, 1 - TINY, direction=[]), "direction: must be a list of 2 integers")
    # β = 4/5: exactly at 1.
    assert level(name, "refuted", 1, 1 + TINY, beta="4/5").endswith(": at least 1")
    refused(lambda: level(name, "refuted", 1 - TINY, 1 + TINY, beta="4/5"), "low must be at least 1")
    refused(lambda: level(name, "refuted", 0, 1 + TINY, beta="4/5"), "low must be at least 1")


def test_a_level_of_0_takes_no_feedback_or_nothing_to_project() -> None:
    for name in ("contraction", "projected_contraction"):
        still = memory(gain=0, alpha="1/2")
        assert "between 0 and 0: below 1" in level(name, "proved", 0, 0, given=still)
        refused(lambda name=name: level(name, "proved", 0, 0), "high must be above 0")
    alone = memory([["1/2"]], alpha="1/2", beta=9)
    numbers, proof = {"low": 0, "high": 0}, {"congruence": [[1]], "direction": []}
    assert "below 1" in claim("projected_contraction", alone, "proved", numbers, proof)
    refused(lambda: claim("contraction", alone, "proved", numbers, proof), "high must be above 0")


def test_the_projection_hides_what_is_along_the_uniform_direction() -> None:
    """With ⟨ζ¹, ζ²⟩ = -3/5 the eigenvalue 2/5 belongs to (1, 1): σλ_max(PBP) = σ·5/8 = 1/8, and κ stays 1/2."""
    eighth = Fraction(1, 8)
    assert "below 1" in level("projected_contraction", "proved", eighth, eighth + TINY, given=memory(FAR))
    refused(
        lambda: level("projected_contraction", "proved", eighth, eighth, given=memory(FAR)), "not diagonally dominant"
    )
    refused(
        lambda: level("projected_contraction", "proved", eighth + TINY, Fraction(1, 2), given=memory(FAR)),
        "at most 0",
    )
    refused(lambda: level("contraction", "proved", 0, Fraction(1, 2), given=memory(FAR)), "not diagonally dominant")
    assert context.centring(3) == [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]


@pytest.mark.parametrize("name", ["contraction", "projected_contraction"])
def test_the_diagonal_shows_a_level_only_so_far(name: str) -> None:
    """At α = 1/2 the diagonal leaves 1/2: so σ/high must be below that."""
    given = memory(alpha="1/2")
    high = 2 * given.sigma
    level(name, "proved", 0, high + TINY, given=given, congruence=[])
    refused(lambda: level(name, "proved", 0, high, given=given, congruence=[]), "congruence: needed")


EXACT_INVERSE = [[25], [-15, 25]]  # over 2^4


def with_eta(**changes: Any) -> Memory:
    given = memory(**changes)
    given.eta = Fraction(2, 5)
    return given


def test_the_error_of_an_inverse_is_its_residual_over_the_smallest_eigenvalue() -> None:
    claim("inverse", given := with_eta(), "proved", {"error": TINY**9}, {"bits": 4, "rows": EXACT_INVERSE})
    assert given.inverse == Inverse([[25, -15], [-15, 25]], 4, TINY**9)
    off = [[26], [-15, 25]]  # I - AX = -[[1/16, 0], [3/80, 0]]
    least = square_root(Fraction(1, 16) ** 2 + Fraction(3, 80) ** 2) / Fraction(2, 5)
    assert least > Fraction(1, 16), "and that is how far off it is"
    claim("inverse", with_eta(), "proved", {"error": least}, {"bits": 4, "rows": off})
    given = with_eta()
    refused(
        lambda: claim("inverse", given, "proved", {"error": least - TINY**3}, {"bits": 4, "rows": off}),
        "error is smaller",
    )
    assert given.inverse is None
    refused(
        lambda: claim("inverse", memory(), "proved", {"error": 1}, {"bits": 4, "rows": off}), "η_min was established"
    )
    for numbers, witness, message in (
        ({"error": 0}, {"bits": 4, "rows": EXACT_INVERSE}, "error: must be greater than 0"),
        ({"error": 1}, {"bits": 513, "rows": EXACT_INVERSE}, "bits: must be an integer from 0 to 512"),
        ({"error": 1}, {"bits": -1, "rows": EXACT_INVERSE}, "bits: must be an integer from 0 to 512"),
        ({"error": 1}, {"bits": 4, "rows": [[25]]}, "rows: must be a triangle of 2 rows"),
        ({"error": 1}, {"bits": 4, "rows": [*EXACT_INVERSE, [0, 0, 1]]}, "rows: must be a triangle of 2 rows"),
        ({"error": 1}, {"bits": 4, "rows": None}, "rows: must be a triangle of 2 rows"),
        ({"error": 1}, {"bits": 4, "rows": [[25], [-15]]}, "rows: row 2: must be a list of 2 integers"),
        ({"error": 1}, {"bits": 4, "rows": [[25, 1], [-15, 25]]}, "rows: row 1: must be a list of 1 integers"),
    ):
        refused(lambda n=numbers, w=witness: claim("inverse", with_eta(), "proved", n, w), message)
    claim("inverse", with_eta(), "proved", {"error": 9}, {"bits": 0, "rows": [[2], [-1, 2]]})
    claim("inverse", with_eta(), "proved", {"error": 9}, {"bits": 512, "rows": [[1 << 512], [0, 1 << 512]]})


def test_the_residual_of_an_inverse() -> None:
    """‖I - AX‖_F; where A was shortened by s bits, and N‖X‖_F·2^s on top for what they held."""
    given = memory()
    product = [[Fraction(1, 4), Fraction(3, 8)], [Fraction(5, 4), Fraction(1, 2)]]  # X, over 2^3
    rows = [[int(8 * entry) for entry in row] for row in product]
    a = [[1, Fraction(3, 5)], [Fraction(3, 5), 1]]
    off = [[int(i == j) - sum(product[i][k] * a[k][j] for k in range(2)) for j in range(2)] for i in range(2)]
    assert context.residual_of_inverse(given, rows, 3) == square_root(sum(e * e for row in off for e in row))
    three = memory([["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]])
    shift = 7
    three.gates_below = 1 << 110
    top = 1 << (matrices.MATRIX_BITS + shift - 1)
    three.gates = [[top + 127 if i == j else 127 for j in range(3)] for i in range(3)]
    rows = [[3, 1, 0], [1, 2, -1], [0, -1, 5]]
    seen = [[Fraction(top * rows[i][j] * -1, 1 << 112) + (i == j) for j in range(3)] for i in range(3)]
    lost = 9 * sum(e * e for row in rows for e in row) * Fraction(2) ** (2 * (shift - 112))
    expected = square_root(sum((e * e for row in seen for e in row), Fraction(0))) + square_root(lost)
    assert context.residual_of_inverse(three, rows, 2) == expected
    # With one bit less there is nothing to shorten.
    three.gates = [[top >> shift if i == j else 1 for j in range(3)] for i in range(3)]
    assert matrices.length(three.gates) == 96
    seen = [
        [
            sum((Fraction(-three.gates[k][j] * rows[i][k], 1 << 112) for k in range(3)), Fraction(i == j))
            for j in range(3)
        ]
        for i in range(3)
    ]
    assert context.residual_of_inverse(three, rows, 2) == square_root(
        sum((e * e for row in seen for e in row), Fraction(0))
    )


def test_uniqueness_for_every_drive_between_its_bounds() -> None:
    """B₁₁ + B₂₂ - 2B₁₂ = 5, off by at most twice the error."""
    name, error = "uniqueness_for_every_drive", Fraction(1, 100)

    def between(verdict: str, low: Any, high: Any, **changes: Any) -> Memory:
        given = memory(**changes)
        given.inverse = Inverse([[25, -15], [-15, 25]], 4, error)
        claim(name, given, verdict, {"low": low, "high": high}, {})
        return given

    tenth = Fraction(1, 10)  # σ/2
    low, high = tenth * (5 - 2 * error), tenth * (5 + 2 * error)
    assert between("proved", low, high).every_drive
    refused(lambda: between("proved", low + TINY, high), "narrower than what can be shown")
    refused(lambda: between("proved", low, high - TINY), "narrower than what can be shown")
    assert between("proved", 0, 1).every_drive
    refused(lambda: between("proved", 0, 1 + TINY), "high must be at most 1")
    above = Fraction(4) / (5 - 2 * error)  # this β makes the lower bound 1
    refused(lambda: between("refuted", 1, 9, beta=above), "low must be above 1")
    assert not between("refuted", 1 + TINY, 9, beta=above * (1 + TINY)).every_drive
    refused(lambda: claim(name, memory(), "proved", {"low": 0, "high": 1}, {}), "no inverse of A")
    alone = memory([["1"]])
    alone.inverse = Inverse([[16]], 4, error)
    assert "from 0 to 0: the fixed point is unique" in claim(name, alone, "proved", {"low": 0, "high": 0}, {})
    three = memory([["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]])
    three.inverse = Inverse([[4, 0, 1], [0, 4, -3], [1, -3, 5]], 2, TINY)
    widest = Fraction(4 + 5 + 6, 4)
    bounds = {"low": tenth * (widest - 2 * TINY), "high": tenth * (widest + 2 * TINY)}
    assert "unique for every drive" in claim(name, three, "proved", bounds, {})


SHORT = [["1/2", "0"], ["3/10", "2/5"]]  # the same directions, of length 1/2: G = [[1/4, 3/20], [3/20, 1/4]]


def test_the_free_energy_and_the_largest_weight_of_the_context() -> None:
    """A - cG = [[1 - c/4, (1 - c)·3/20], …] for α = 1: singular at c = 4 - (3/5)(c - 1), c = 23/8, along (1, 1)."""
    given, edge = memory(SHORT), Fraction(23, 8)
    off = Fraction(3, 20)
    proof = {"congruence": factor(Fraction(3, 4), 0)}
    assert "bounded below" in claim("free_context_bounded", given, "proved", {}, proof)
    refused(lambda: claim("free_context_bounded", given, "refuted", {}, {"direction": [1, 1]}), "not at most 0")
    long = memory([["2", "0"], ["0", "2"]])
    refused(
        lambda: claim("free_context_bounded", long, "proved", {}, {"congruence": factor(-3, 0)}),
        "not diagonally dominant",
    )
    refused(lambda: claim("free_context_bounded", given, "proved", {}, {"congruence": []}), "triangle of 2")
    assert "unbounded below" in claim("free_context_bounded", long, "refuted", {}, {"direction": [1, 0]})

    def between(low: Fraction | int, high: Fraction | int) -> str:
        witness = {"congruence": factor(1 - Fraction(low) / 4, (1 - Fraction(low)) * off), "direction": [1, 1]}
        return claim("largest_context_weight", given, "proved", {"low": low, "high": high}, witness)

    assert between(edge - TINY, edge).endswith("to 23/8")
    between(0, edge)
    refused(lambda: between(edge, edge), "not diagonally dominant")
    refused(lambda: between(0, edge - TINY), "not at most 0")
    refused(lambda: between(-1, edge), "low must be at least 0")


def test_malformed_parts_are_refused() -> None:
    for name, numbers in (("gate_matrix_definite", {"low": "0"}), ("free_context_bounded", {"low": "0"})):
        with pytest.raises(Malformed, match="numbers: has an unknown field"):
            claim(name, memory(), "proved", numbers, {"congruence": []})
    for name in ("gate_matrix_definite", "free_context_bounded"):
        with pytest.raises(Malformed, match="witness: lacks 'direction'"):
            claim(name, memory(), "refuted", {}, {"congruence": []})
