"""The engine of the falsifiers: comparisons, shrinking, joining, climbing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from gatedmem.proofs.evidence import Search
from gatedmem.proofs.falsifiers.search import UNIT, ClaimBrokenError, Tally, attack, climb, combine, row, said


def test_equal_accepts_what_rounding_explains() -> None:
    tally = Tally()
    tally.equal("sum", 0.1 + 0.2, 0.3, scale=0.3, roundings=4, where=said("here"))
    assert tally.residual is not None
    assert tally.tolerance == 4 * UNIT
    assert 0.0 < tally.residual <= tally.tolerance


@pytest.mark.parametrize("value", [1.0 + 1e-12, np.nan, np.inf])
def test_equal_rejects_the_rest(value: float) -> None:
    with pytest.raises(ClaimBrokenError, match=r"here: x = 1 fails"):
        Tally().equal("x = 1", value, 1.0, scale=1.0, roundings=4, where=said("here"))


def test_equal_names_the_worst_entry() -> None:
    values = np.array([[1.0, 1.0], [1.1, 1.5]])
    with pytest.raises(ClaimBrokenError, match=r"at \(1, 1\)"):
        Tally().equal("x = 1", values, 1.0, scale=1.0, roundings=4, where=lambda at: f"at {at}")


def test_equal_prefers_nan_to_any_number() -> None:
    with pytest.raises(ClaimBrokenError, match=r"at \(0,\)"):
        Tally().equal("x = 1", np.array([np.nan, 9.0]), 1.0, scale=1.0, roundings=4, where=lambda at: f"at {at}")


@pytest.mark.parametrize("value", [1.0 + 1e-9, np.nan])
def test_at_most_rejects(value: float) -> None:
    with pytest.raises(ClaimBrokenError):
        Tally().at_most("x ≤ 1", value, 1.0, scale=1.0, roundings=4, where=said("here"))


def test_at_most_records_the_margin() -> None:
    tally = Tally()
    for value in (0.25, 0.75, 0.5):
        tally.at_most("x ≤ 1", value, 1.0, scale=2.0, roundings=0, where=said("here"))
    assert tally.margin == 0.125


def test_zero_scale_allows_only_equality() -> None:
    tally = Tally()
    tally.equal("0 = 0", 0.0, 0.0, scale=0.0, roundings=1, where=said("here"))
    with pytest.raises(ClaimBrokenError):
        tally.equal("1 = 0", 1e-200, 0.0, scale=0.0, roundings=1, where=said("here"))


def test_residual_of_the_tightest_comparison_is_kept() -> None:
    tally = Tally()
    tally.equal("loose", 1.0, 1.0 + 2.0**-40, scale=1.0, roundings=2.0**20, where=said(""))
    tally.equal("tight", 1.0, 1.0 + 2.0**-52, scale=1.0, roundings=2, where=said(""))
    assert (tally.residual, tally.tolerance) == (2.0**-52, 2.0**-52)


def _sum_below(limit: float) -> object:
    def check(case: list[int], tally: Tally) -> None:
        tally.trials += 1
        tally.at_most("Σ ≤ limit", float(sum(case)), limit, scale=1.0, roundings=0, where=said(f"case {case}"))

    return check


def test_attack_shrinks_what_it_breaks() -> None:
    strategy = st.lists(st.integers(0, 50), max_size=6)
    search = attack(_sum_below(30.0), [[40, 40]], strategy, seed=3, examples=200)  # type: ignore[arg-type]
    assert search.counterexample == "case [31]: Σ ≤ limit fails, 31 against the bound 30"


def test_attack_keeps_the_drawn_counterexample_if_the_corners_hold() -> None:
    strategy = st.lists(st.integers(0, 1), max_size=2)
    search = attack(_sum_below(30.0), [[40, 40]], strategy, seed=3, examples=20)  # type: ignore[arg-type]
    assert search.counterexample is not None
    assert search.counterexample.startswith("case [40, 40]")


def test_attack_bounds_the_shrinking() -> None:
    """A claim broken everywhere, in a large space: the search ends, with some counterexample."""
    calls = 0

    def check(case: list[float], tally: Tally) -> None:
        nonlocal calls
        calls += 1
        tally.at_most("x ≤ 0", 1.0 + sum(case), 0.0, scale=1.0, roundings=0, where=said(f"case {len(case)}"))

    strategy = st.lists(st.floats(0.0, 1e300), min_size=50, max_size=60)
    search = attack(check, [], strategy, seed=0, examples=50)
    assert search.counterexample is not None
    assert calls < 1000


def test_attack_lets_errors_of_the_program_through() -> None:
    def check(case: int, tally: Tally) -> None:
        raise ZeroDivisionError("a bug, not a counterexample")

    with pytest.raises(ZeroDivisionError):
        attack(check, [], st.integers(), seed=0, examples=5)


def test_combine_keeps_the_extremes() -> None:
    joined = combine(
        Search(2, counterexample="long one", residual=1e-16, tolerance=1e-15, notes=("a",)),
        Search(3, counterexample="short", margin=0.5, residual=9e-10, tolerance=1e-9, notes=("b",)),
        Search(4, margin=0.25),
    )
    assert joined == Search(9, "short", 0.25, 9e-10, 1e-9, ("a", "b"))


def test_climb_reaches_the_top() -> None:
    rng = np.random.default_rng(0)
    best, value = climb(lambda z: -((z - 3.0) ** 2).sum(axis=1), np.zeros((4, 3)), rng, rounds=400)
    assert (value > -1e-6).all()
    assert np.abs(best - 3.0).max() < 1e-3


def test_row_cuts_long_vectors() -> None:
    assert row(np.arange(9.0), limit=2) == "[0, 1, …]"


def test_attack_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    attack(_sum_below(30.0), [], st.lists(st.integers(0, 4), max_size=3), seed=0, examples=20)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_counterexample_that_does_not_repeat_is_kept() -> None:
    calls: list[int] = []

    def check(case: int, tally: Tally) -> None:
        calls.append(case)
        tally.trials += 1
        tally.at_most("n ≤ 10", case if len(calls) == 3 else 0, 10, scale=10, roundings=0, where=said(f"n={case}"))

    search = attack(check, [], st.integers(50, 99), seed=0, examples=100)
    assert search.counterexample is not None
    assert search.counterexample.startswith(f"n={calls[2]}: n ≤ 10 fails")
