"""The parts of the claim ``fold``: Moore and Spence's system in doubles next to the checker's; rules on edges."""

from __future__ import annotations

import copy
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from forging import Certificate
from test_fold_claim import INSTANCES

from gatedmem.proofs.certify import folds as certify_folds
from gatedmem.proofs.certify.builder import Builder
from gatedmem.proofs.certify.context import ExactContext, Numbers, certify
from gatedmem.proofs.checker import context, folds, newton
from gatedmem.proofs.checker.certificate import CLAIMS
from gatedmem.proofs.checker.intervals import Interval
from gatedmem.proofs.checker.reading import Rejected, rational

TINY = Fraction(1, 2**60)
Float = npt.NDArray[np.float64]


def written(value: Float) -> list[str]:
    return [str(Fraction(float(entry))) for entry in value]


def drawn(n: int, seed: int) -> tuple[context.Memory, dict[str, Any]]:
    """A memory, and the same numbers in doubles."""
    rng = np.random.default_rng(seed)
    memories, query, given = rng.standard_normal((n, 3)), rng.standard_normal(3), rng.standard_normal(3)
    memory = context.read(
        {
            **{"memories": [written(row) for row in memories], "query": written(query), "context": written(given)},
            **{"alpha": "1/4", "beta": "3/2", "gain": "5/4", "tau_s": "1", "tau_r": "1"},
        }
    )
    gram = memories @ memories.T
    off = gram - np.diag(np.diag(gram))
    return memory, {"off": off, "beta": 1.5, "gain": 1.25, "evidence": memories @ query, "drive": memories @ given}


def force(plain: dict[str, Any], r: Float, alpha: float) -> Float:
    """F(r, α) = A(α)(r - b) - λu - λ² softmax(βr)."""
    p = np.exp(plain["beta"] * r)
    inside = r - plain["evidence"]
    answer: Float = (
        inside + alpha * plain["off"] @ inside - plain["gain"] * plain["drive"] - plain["gain"] ** 2 * p / p.sum()
    )
    return answer


def stiffness(plain: dict[str, Any], r: Float, alpha: float) -> Float:
    """J = A(α) - βλ²(diag p - ppᵀ)."""
    p = np.exp(plain["beta"] * r)
    p /= p.sum()
    strength = plain["beta"] * plain["gain"] ** 2
    answer: Float = np.eye(len(r)) + alpha * plain["off"] - strength * (np.diag(p) - np.outer(p, p))
    return answer


def middle(box: list[Interval]) -> Float:
    return np.array([float((entry.lower() + entry.upper()) / 2) for entry in box])


def table(rows: list[list[Interval]]) -> Float:
    return np.array([middle(row) for row in rows])


def points(values: Float) -> list[Interval]:
    return [Interval.of(Fraction(float(entry))) for entry in values]


@pytest.mark.parametrize("n", [2, 4])
def test_the_system_and_its_derivative_are_those_of_moore_and_spence(n: int) -> None:
    """Against the formulas in doubles; the derivative against central differences of them."""
    memory, plain = drawn(n, n)
    rng = np.random.default_rng(n + 10)
    r, phi, alpha, index = rng.standard_normal(n), rng.standard_normal(n), 0.3, n - 1

    def system(y: Float) -> Float:
        state, null, at = y[:n], y[n : 2 * n], float(y[-1])
        return np.concatenate([force(plain, state, at), stiffness(plain, state, at) @ null, [null[index] - 1]])

    y = np.concatenate([r, phi, [alpha]])
    box = folds.enclose(memory, points(r), points(phi), Interval.of(Fraction(alpha)))
    assert np.allclose(middle(folds.values(box, index)), system(y), atol=1e-12)
    step = 1e-6
    differences = np.array([(system(y + step * e) - system(y - step * e)) / (2 * step) for e in np.eye(2 * n + 1)]).T
    assert np.allclose(table(folds.derivative(box, index)), differences, atol=1e-7)
    p = np.exp(1.5 * r) / np.exp(1.5 * r).sum()
    for part, true in (
        (box.gains, p),
        (box.centred, phi - p @ phi),
        (box.push, plain["off"] @ (r - plain["evidence"])),
        (box.tilt, plain["off"] @ phi),
        (box.null, phi),
    ):
        assert np.allclose(middle(part), true, atol=1e-12)
    assert np.allclose(table(box.stiffness), stiffness(plain, r, alpha), atol=1e-12)


def test_of_whole_numbers_nothing_is_rounded() -> None:
    """G = [[1, 2], [2, 5]], no drive, λ = 0: everything but the gains is exact, zeros included."""
    memory = context.read({**drawn_instance(), "memories": [["1", "0"], ["2", "1"]], "gain": "0"})
    state, null = [Interval.of(3), Interval.of(-1)], [Interval.of(1), Interval.of(4)]
    box = folds.enclose(memory, state, null, Interval.of(2))

    def exact(part: list[Interval]) -> list[Fraction]:
        assert all(entry.low == entry.high for entry in part)
        return [entry.lower() for entry in part]

    assert exact(box.push) == [-2, 6]
    assert exact(box.tilt) == [8, 2]
    assert exact(box.residual) == [3 - 4, -1 + 12]
    assert exact(box.image) == [1 + 16, 4 + 4]
    assert exact(folds.values(box, 1)) == [-1, 11, 17, 8, 3]
    assert [exact(row) for row in folds.derivative(box, 1)] == [
        [1, 4, 0, 0, -2],
        [4, 1, 0, 0, 6],
        [0, 0, 1, 4, 8],
        [0, 0, 4, 1, 2],
        [0, 0, 0, 1, 0],
    ]
    assert folds.semidefinite_but_for(box) == [[2 << 96, 8 << 96], [8 << 96, 17 << 96]]


def test_over_a_box_everything_stays_inside() -> None:
    n = 3
    memory, plain = drawn(n, 5)
    rng = np.random.default_rng(7)
    r, phi, alpha, width = rng.standard_normal(n), rng.standard_normal(n), 0.3, 0.05

    def around(values: Float) -> list[Interval]:
        return [Interval.of(Fraction(float(entry - width)), Fraction(float(entry + width))) for entry in values]

    box = folds.enclose(memory, around(r), around(phi), around(np.array([alpha]))[0])
    values, rows = folds.values(box, 0), folds.derivative(box, 0)
    varied = np.zeros(2 * n + 1)
    for _ in range(40):
        y = np.concatenate([r, phi, [alpha]]) + width * rng.choice([-1.0, 0.0, 1.0], 2 * n + 1)
        state, null, at = y[:n], y[n : 2 * n], float(y[-1])
        true = np.concatenate([force(plain, state, at), stiffness(plain, state, at) @ null, [null[0] - 1]])
        for entry, value in zip(values, true, strict=True):
            assert float(entry.lower()) - 1e-12 <= value <= float(entry.upper()) + 1e-12
        exact = folds.derivative(folds.enclose(memory, points(state), points(null), Interval.of(Fraction(at))), 0)
        for row, sharp in zip(rows, exact, strict=True):
            for wide, entry in zip(row, sharp, strict=True):
                assert wide.lower() - TINY <= entry.lower()
                assert entry.upper() <= wide.upper() + TINY
        varied = np.maximum(varied, np.abs(true - middle(values)))
    widths = np.array([float(entry.upper() - entry.lower()) for entry in values])
    assert (varied > widths / 8).all(), "and the enclosures are not so wide that this says nothing"


def test_what_lies_below_the_lifted_stiffness() -> None:
    """J + φφᵀ less the largest sum of half-widths of a row, on the diagonal, in units of 2^-96."""
    unit = Fraction(1, 2**96)
    one = Interval.of(1)
    some: Any = SimpleNamespace(
        null=[Interval.of(2), Interval.of(-3)],
        stiffness=[[one, Interval.of(Fraction(1, 2), 1)], [Interval.of(Fraction(1, 2), 1), Interval.of(-1, 0)]],
    )
    below = folds.semidefinite_but_for(some)
    doubt = Fraction(1, 4) + Fraction(1, 2)
    expected = [[5 - doubt, Fraction(3, 4) - 6], [Fraction(3, 4) - 6, Fraction(-1, 2) + 9 - doubt]]
    assert [[entry * unit for entry in row] for row in below] == expected
    # φᵢ² is never negative, while the product of an interval with itself may be.
    wide: Any = SimpleNamespace(null=[Interval.of(-1, 2)], stiffness=[[Interval.of(0)]])
    assert folds.semidefinite_but_for(wide)[0][0] * unit == 0


def test_no_singular_state_where_A_less_half_of_P_is_definite() -> None:
    memory, plain = drawn(3, 1)
    for alpha in (Fraction(0), Fraction(2, 7)):
        found = np.array([[float(entry) for entry in row] for row in folds.never_singular(memory, alpha)])
        a = np.eye(3) + float(alpha) * plain["off"]
        true = a - 1.5 * 1.25**2 / 2 * (np.eye(3) - np.full((3, 3), 1 / 3))
        scale = found[0, 0] / true[0, 0]
        assert scale > 0
        assert np.allclose(found / scale, true, atol=1e-12)


@pytest.mark.parametrize(
    ("push", "third", "vanish"),
    [((1, 2), (1, 2), False), ((1, 2), (-2, -1), True), ((-2, -1), (1, 2), True), ((-2, -1), (-2, -1), False)],
)
def test_on_which_side_of_the_fold_the_equilibria_are(
    push: tuple[int, int], third: tuple[int, int], vanish: bool
) -> None:
    """α - α* ≈ β²λ²·third/(2·push)·t²."""
    memory, _ = drawn(2, 0)
    half = Interval.of(Fraction(1, 2))
    # Of one entry of φ and one of φ - p·φ that counts: push = 1·push, third = 8·½·(c/2)³ = third for c³ = 2·third.
    some: Any = SimpleNamespace(
        null=[Interval.of(1), Interval.of(0)],
        push=[Interval.of(*push), Interval.of(9)],
        gains=[half, half],
        centred=[Interval.of(*third), Interval.of(0)],
    )
    assert folds.bends_back(some, memory) is vanish


@pytest.mark.parametrize("part", ["push", "third"])
@pytest.mark.parametrize("zero", [(0, 0), (0, 1), (-1, 0), (-1, 1)])
def test_a_coefficient_that_may_be_0_makes_no_fold(part: str, zero: tuple[int, int]) -> None:
    memory, _ = drawn(2, 0)
    ends = {"push": (1, 2), "third": (1, 2)} | {part: zero}
    some: Any = SimpleNamespace(
        null=[Interval.of(1)],
        push=[Interval.of(*ends["push"])],
        gains=[Interval.of(1)],
        centred=[Interval.of(*ends["third"])],
    )
    with pytest.raises(Rejected, match="a coefficient may vanish"):
        folds.bends_back(some, memory)
    still = context.read({**drawn_instance(), "gain": "0"})
    plain: Any = SimpleNamespace(
        null=[Interval.of(1)], push=[Interval.of(1)], gains=[Interval.of(1)], centred=[Interval.of(1)]
    )
    assert folds.bends_back(plain, memory) is False
    with pytest.raises(Rejected, match="a coefficient may vanish"):
        folds.bends_back(plain, still)


def drawn_instance() -> dict[str, Any]:
    constants = {"alpha": "0", "beta": "1", "gain": "1", "tau_s": "1", "tau_r": "1", "query": None, "context": None}
    return {"memories": [["1", "0"], ["0", "1"]], **constants}


@pytest.fixture(scope="module")
def made() -> tuple[context.Memory, Certificate]:
    """The fold of the driven cluster of five, whose certificate shows a range without folds."""
    builder = Builder("context", INSTANCES["driven"].written())
    certify_folds.claim_fold(builder, Numbers.of(builder.memory))
    [claim] = builder.certificate()["claims"]
    return builder.memory, claim


def outcome(made: tuple[context.Memory, Certificate], change: Callable[[Certificate], None]) -> str:
    memory, claim = made[0], copy.deepcopy(made[1])
    change(claim)
    try:
        said: str = CLAIMS["context"]["fold"][2](memory, "proved", claim["numbers"], claim["witness"])
    except Rejected as refusal:
        return str(refusal)
    return said


def test_bounds_on_their_edges(made: tuple[context.Memory, Certificate]) -> None:
    """competition ± radius may be the bounds themselves; nearest_from may be low or the given α, and not outside."""
    witness, alpha = made[1]["witness"], made[0].alpha
    least = rational(witness["competition"], "") - rational(witness["radius"], "")
    most = rational(witness["competition"], "") + rational(witness["radius"], "")

    def numbers(**changes: Fraction) -> Callable[[Certificate], None]:
        return lambda claim: claim["numbers"].update({name: str(value) for name, value in changes.items()})

    shown = outcome(made, lambda claim: None)
    assert "there is one fixed point only, and no fold before" in shown
    assert outcome(made, numbers(low=least, high=most)).startswith("there is a fold")
    assert outcome(made, numbers(low=least + TINY**4)) == "numbers: the bounds are narrower than what can be shown"
    assert outcome(made, numbers(high=most - TINY**4)) == "numbers: the bounds are narrower than what can be shown"
    outside = "numbers: nearest_from must be from the given α to low"
    assert outcome(made, numbers(nearest_from=alpha - TINY)) == outside
    assert outcome(made, numbers(low=least, nearest_from=least + TINY)) == outside
    assert outcome(made, numbers(low=least, nearest_from=least)) == "free: the congruence is not diagonally dominant"

    def at_the_given(claim: Certificate) -> None:
        numbers(nearest_from=alpha)(claim)
        claim["witness"]["free"] = []

    assert "that it is the first above the given α is not claimed" in outcome(made, at_the_given)
    assert outcome(made, numbers(nearest_from=alpha)) == "free: must hold 0 congruences"
    nothing = [[0] * (i + 1) for i in range(made[0].size)]
    for end in range(2):
        wrong = outcome(made, lambda claim, end=end: claim["witness"]["free"].__setitem__(end, nothing))
        assert wrong == "free: the congruence is not diagonally dominant"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("index", 5, "index: must be an integer from 0 to 4"),
        ("index", -1, "index: must be an integer from 0 to 4"),
        ("bits", 257, "bits: must be an integer from 0 to 256"),
        ("bits", -1, "bits: must be an integer from 0 to 256"),
        ("radius", "0", "radius: must be greater than 0"),
        ("state", ["0"] * 4, "state: must be a list of 5 exact numbers"),
        ("null", ["0"] * 6, "null: must be a list of 5 exact numbers"),
        ("rows", [[0] * 11] * 10, "rows: must be 11 rows"),
        ("rows", [[0] * 11] * 12, "rows: must be 11 rows"),
        ("rows", [[0] * 10] * 11, "rows: must be a list of 11 integers"),
        ("rows", [[0] * 11] * 11, "the box was not shown to hold a singular equilibrium"),
        ("congruence", [[1]], "congruence: must be a triangle of 5 rows"),
    ],
)
def test_each_part_is_read_with_its_rule(
    field: str, value: object, message: str, made: tuple[context.Memory, Certificate]
) -> None:
    assert outcome(made, lambda claim: claim["witness"].update({field: value})) == message


def test_newtons_step_must_stay_within_what_the_contraction_leaves(made: tuple[context.Memory, Certificate]) -> None:
    """A centre moved off by 2^-40: the radius may be a little more than the step, and not just the step."""
    memory, claim = made
    witness = claim["witness"]
    state, null = ([rational(x, "") for x in witness[name]] for name in ("state", "null"))
    state[0] += Fraction(1, 2**40)
    competition = rational(witness["competition"], "")
    centre = folds.enclose(
        memory, *([Interval.of(x) for x in part] for part in (state, null)), Interval.of(competition)
    )
    step = newton.newton_step(folds.values(centre, witness["index"]), witness["rows"], witness["bits"])
    assert 0 < step < Fraction(1, 2**30)
    for factor, shown in ((Fraction(1, 2), False), (Fraction(1), False), (1 + Fraction(1, 2**9), True)):
        radius = factor * step

        def moved(claim: Certificate, radius: Fraction = radius) -> None:
            claim["witness"].update(state=[str(x) for x in state], radius=str(radius))
            claim["numbers"].update(low=str(competition - radius), high=str(competition + radius))

        said = outcome(made, moved)
        assert said.startswith("there is a fold" if shown else "the box was not shown to hold a singular"), factor


def test_each_entry_of_φ_can_be_the_one_that_is_1(made: tuple[context.Memory, Certificate]) -> None:
    """For index 0 and for the last, with a preconditioner made for it: φ scaled so that this entry is 1."""
    memory, claim = made
    start = [
        float(rational(x, ""))
        for x in (*claim["witness"]["state"], *claim["witness"]["null"], claim["witness"]["competition"])
    ]
    n, sides = memory.size, set()
    for index in (0, n - 1):
        y = np.array(start)
        y[n : 2 * n] /= y[n + index]
        rows, centre = certify_folds._sharpened(memory, y, index)

        def turned(claim: Certificate, index: int = index, rows: Any = rows, centre: Any = centre) -> None:
            claim["witness"].update(
                state=[str(x) for x in centre[:n]],
                null=[str(x) for x in centre[n : 2 * n]],
                competition=str(centre[-1]),
                index=index,
                rows=rows,
                bits=certify_folds.PRECONDITIONER_BITS,
                radius=str(TINY),
            )
            claim["numbers"].update(low=str(centre[-1] - TINY), high=str(centre[-1] + TINY))

        said = outcome(made, turned)
        sides.add("merge and vanish as α grows" in said)
        assert said.startswith(("there is a fold", "congruence: the congruence")), said
    assert True in sides


def test_up_to_sixty_memories() -> None:
    assert folds.LARGEST == 60
    wrong = "only for at most 60 memories"
    for size in (60, 61):
        rows = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
        memory = context.read(ExactContext(rows, Fraction(0), Fraction(1), Fraction(1, 2)).written())
        with pytest.raises(Rejected) as refusal:
            CLAIMS["context"]["fold"][2](memory, "proved", {}, {})
        assert (str(refusal.value) == wrong) is (size == 61)


def test_a_certificate_says_where_its_free_range_ends() -> None:
    """The sentence names the competition up to which there is no fold, rounded down."""
    claim = next(claim for claim in certify(INSTANCES["driven"])["claims"] if claim["claim"] == "fold")
    assert "up to α = " in claim["reason"]
