"""Context-gated retrieval: what fails when a hypothesis is dropped, in exact or ball arithmetic.

``docs/drops.toml`` names these tests. A comparison of two balls is true only if it holds for all their points.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from gatedmem.numerics.enclosures import ball, norm, softmax, tanh, vector

HALF = Fraction(1, 2)
OPPOSITE = [[Fraction(1), Fraction(-1)], [Fraction(-1), Fraction(1)]]  # the Gram matrix of ζ² = -ζ¹, of norm one


def gates(gram, alpha):
    """A(α) = I + α(G - diag G)."""
    return [[Fraction(i == j) + (i != j) * alpha * g for j, g in enumerate(row)] for i, row in enumerate(gram)]


def apply(rows, v):
    return [sum(a * b for a, b in zip(row, v, strict=True)) for row in rows]


def form(rows, v):
    return sum(a * b for a, b in zip(v, apply(rows, v), strict=True))


def minus(one, other):
    return [[a - b for a, b in zip(x, y, strict=True)] for x, y in zip(one, other, strict=True)]


def scaled(factor, rows):
    return [[factor * entry for entry in row] for row in rows]


def slope_of_two(kappa, drive=0):
    """Two orthogonal memories: d = p₁ - p₂ is a fixed point where this vanishes, κ = βλ²/2, drive = βh/2."""
    return lambda d: tanh(ball(kappa) * ball(d) + ball(drive)) - ball(d)


def test_with_the_current_printed_once_the_energy_rises():
    """CG1, CG2: W₁ = 0, λ = 0, α = 3/4 and ζ² = -ζ¹; with -2αW₂s in place of -αW₂s."""
    s, w = [1, 1], minus(OPPOSITE, [[1, 0], [0, 1]])
    pull = [Fraction(3, 4) * entry for entry in apply(w, s)]
    gradient = [a + b for a, b in zip(s, pull, strict=True)]
    printed = [-a - 2 * b for a, b in zip(s, pull, strict=True)]
    right = [-a - b for a, b in zip(s, pull, strict=True)]
    assert sum(a * b for a, b in zip(gradient, printed, strict=True)) == Fraction(1, 4)
    assert sum(a * b for a, b in zip(gradient, right, strict=True)) < 0


def test_the_formula_of_unit_norms_fails_for_others():
    """CG3: memories 2 and -1 on a line: G is singular, so the formula says 1; A(α) is singular at α = 1/2."""
    gram = [[4, -2], [-2, 1]]
    assert gram[0][0] * gram[1][1] - gram[0][1] ** 2 == 0  # μ_min = 0
    assert form(gates(gram, HALF), [1, 1]) == 0
    assert form(gates(gram, Fraction(3, 5)), [1, 1]) < 0


def test_a_free_context_takes_the_floor_away():
    """CG4, CG5: α = 1/2 and ζ² = -ζ¹: A is definite; with W₁ = Zᵀ and the context free the form falls without end."""
    a = gates(OPPOSITE, HALF)
    assert form(a, [1, 1]) > 0
    assert form(a, [1, -1]) > 0
    free = minus(a, OPPOSITE)
    assert free == scaled(1 - HALF, minus([[1, 0], [0, 1]], OPPOSITE))
    assert [form(free, [k, -k]) for k in (1, 10, 100)] == [-1, -100, -10000]


def test_a_weaker_context_keeps_the_floor():
    """CG5: with W₁ = Zᵀ/2 in place of Zᵀ the form of the same memories is positive definite."""
    repaired = minus(gates(OPPOSITE, HALF), scaled(Fraction(1, 4), OPPOSITE))
    assert form(repaired, [1, 1]) > 0
    assert repaired[0][0] * repaired[1][1] - repaired[0][1] ** 2 > 0


def test_at_the_self_consistent_gates_the_gap_can_fall():
    """CG6: two orthonormal memories, δu = 0.7, λ = 1, total gap D = -1: the gates' gap is positive and dD/dλ < 0."""
    half = tanh(ball(-HALF))
    assert ball(Fraction(7, 10)) + half > 0.2
    assert (ball(Fraction(7, 10)) + 2 * half) / (1 - (1 - half**2) / 2) < -0.3


def test_above_criticality_gates_run_away():
    """CG8, CG4, CG14, CG15: ζ² = -ζ¹ and α = 2: along (1, 1) the form is -k², and -As points outwards."""
    a = gates(OPPOSITE, Fraction(2))
    assert [form(a, [k, k]) for k in (1, 10, 100)] == [-2, -200, -20000]
    assert apply(a, [1, 1]) == [-1, -1]


def test_near_criticality_the_rate_vanishes():
    """CG8: the slowest rate of ζ² = -ζ¹ is 1 - α."""
    for alpha in (HALF, Fraction(99, 100), Fraction(999, 1000)):
        assert apply(gates(OPPOSITE, alpha), [1, 1]) == [1 - alpha] * 2


def test_below_criticality_nobody_wins():
    """CG9: α = 0 and no drive: the gates go to zero and the softmax to the uniform law."""
    assert gates(OPPOSITE, Fraction(0)) == [[1, 0], [0, 1]]
    assert softmax(vector([0, 0]))[0] < 0.51


def test_a_critical_direction_without_a_largest_entry_has_no_winner():
    """CG9: ζ² = -ζ¹, α = 2: the unstable direction is (1, 1), and the difference of the gates decays."""
    a = gates(OPPOSITE, Fraction(2))
    assert apply(a, [1, 1]) == [-1, -1]
    assert apply(a, [1, -1]) == [3, -3]


def test_with_the_query_free_equilibria_are_other_fixed_points():
    """CG10: two orthonormal memories, λ = 0, β = 4: r = p, where Φ would only allow the uniform law."""
    slope = slope_of_two(Fraction(2))
    assert slope(Fraction(8, 10)) > 0 > slope(Fraction(99, 100))


def test_singular_gates_may_have_no_equilibrium():
    """CG10: α = 1 and ζ² = -ζ¹: the rows of A add to zero, those of u + λp to one for u = 0, λ = 1."""
    a = gates(OPPOSITE, Fraction(1))
    assert [sum(column) for column in zip(*a, strict=True)] == [0, 0]
    assert sum([Fraction(1, 3), Fraction(2, 3)]) == 1


def test_indefinite_gates_make_the_iteration_alternate():
    """CG11: ζ² = ζ¹, α = 2, βλ² = 8: κ < 0 < 1, and p₁ - p₂ jumps between [0.9, 1] and [-1, -0.9] for ever."""
    a = gates([[1, 1], [1, 1]], Fraction(2))
    assert apply(a, [1, -1]) == [-1, 1]
    low, high = -tanh(4 * ball(1)), -tanh(ball(Fraction(36, 10)))
    assert low > -1
    assert high < -0.9


@pytest.mark.parametrize("start", [Fraction(8, 10), Fraction(-8, 10)])
def test_beyond_the_contraction_bound_there_are_three_fixed_points(start):
    """CG11, CG13, CG15: two orthogonal memories with κ = 1.5: one on either side of the uniform law."""
    slope = slope_of_two(Fraction(3, 2))
    assert slope(start) * start.numerator > 0
    assert slope(start / abs(start)) * start.numerator < 0
    assert slope(0) == 0


def test_four_memories_with_indefinite_gates_pass_the_test_of_pairs_and_have_three_fixed_points():
    """CG12, CG14: no pair shows what the direction (1, 1, -1, -1) does when B is not definite."""
    v = [1, 1, -1, -1]
    b = [[Fraction(v[i] * v[j]) - 4 * (Fraction(i == j) - Fraction(1 + v[i] * v[j], 4)) + Fraction(1, 17)
          for j in range(4)] for i in range(4)]  # fmt: skip
    pairs = {b[i][i] + b[j][j] - 2 * b[i][j] for i in range(4) for j in range(4) if i != j}
    assert max(pairs) == 0  # so βλ² times it is at most 1, whatever β and λ
    assert apply(b, v) == [4 * entry for entry in v]
    assert form(b, [1, -1, 0, 0]) < 0
    # A = B⁻¹ has ones on its diagonal: eigenvalues 1/4 on v, 17/4 on 1, -1/4 on the two directions left.
    assert Fraction(1, 4) * (Fraction(1, 4) + Fraction(17, 4) - 2 * Fraction(1, 4)) == 1
    assert apply(b, [1, 1, 1, 1]) == [Fraction(4, 17)] * 4
    # p = (1 + d v)/4 is a fixed point for d = tanh(βλ² d); here βλ² = 3.
    slope = slope_of_two(Fraction(3))
    assert slope(Fraction(9, 10)) > 0 > slope(1)
    assert slope(0) == 0


def test_a_strong_drive_leaves_one_fixed_point():
    """CG12, CG13: κ = 1.5 and a drive of βh = 10 on two memories: the map contracts."""
    far = tanh(ball(5) - ball(Fraction(3, 2)))
    assert 3 * (1 - far**2) / 2 < 0.01


def test_three_memories_can_have_more_than_three_fixed_points():
    """CG13: A = I, no drive, βλ² = 6: beside the uniform law one near each memory."""

    def residual(a):
        return ball(a) * (1 + 2 * (3 * (1 - 3 * ball(a))).exp()) - 1

    assert residual(Fraction(99, 100)) < 0 < residual(Fraction(999, 1000))


def test_unequal_row_sums_move_the_uniform_state():
    """CG17: three unit memories, two of them with overlap 1/2: A1 is not a multiple of 1."""
    a = gates([[1, HALF, 0], [HALF, 1, 0], [0, 0, 1]], HALF)
    assert apply(a, [1, 1, 1]) == [Fraction(5, 4), Fraction(5, 4), 1]


def test_the_common_direction_can_be_the_unstable_one():
    """CG17: ζ² = -ζ¹, α = 2: α(1 - μ_G) = 2; the other direction is stable, with η = 3 > λ²β/N."""
    a = gates(OPPOSITE, Fraction(2))
    assert apply(a, [1, 1]) == [-1, -1]
    assert apply(a, [1, -1]) == [3, -3]


def total_scores(b, inverse, beta, lam, kappa):
    """b + λ²Bp at the one fixed point p of Φ for u = 0, enclosed: ‖p - p*‖ ≤ ‖Φ(p) - p‖/(1 - κ) for any p."""
    rows = [vector(row) for row in inverse]

    def scores(p):
        return [ball(x) + ball(lam) ** 2 * y for x, y in zip(b, apply(rows, p), strict=True)]

    def image(p):
        return softmax([ball(beta) * x for x in scores(p)])

    p = vector([Fraction(1, 3)] * 3)
    for _ in range(40):
        p = [entry.mid() for entry in image(p)]
    error = norm([x - y for x, y in zip(image(p), p, strict=True)]) / (1 - ball(kappa))
    return scores([(x - error).union(x + error) for x in p])


def test_at_the_self_consistent_gates_more_coupling_turns_an_answer_wrong():
    """CG19, CG22: G₁₂ = 0.8, ζ³ orthogonal, α = 1/2, β = 0.1, b = (0.1, 0.05, 0), no drive."""
    beta, b = Fraction(1, 10), [Fraction(1, 10), Fraction(1, 20), Fraction(0)]
    a = gates([[1, Fraction(4, 5), 0], [Fraction(4, 5), 1, 0], [0, 0, 1]], HALF)
    det = 1 - Fraction(4, 10) ** 2
    inverse = [[1 / det, -Fraction(4, 10) / det, 0], [-Fraction(4, 10) / det, 1 / det, 0], [0, 0, 1]]
    assert [apply(a, [row[j] for row in inverse]) for j in range(3)] == [[i == j for i in range(3)] for j in range(3)]
    kappa = beta * 2**2 / (2 * Fraction(6, 10))  # at λ = 2; the smallest eigenvalue is 1 - α G₁₂
    assert kappa == Fraction(1, 3)
    weak, strong = total_scores(b, inverse, beta, 1, kappa), total_scores(b, inverse, beta, 2, kappa)
    assert weak[0] > weak[1]
    assert weak[0] > weak[2]
    assert strong[2] > strong[0]


def test_a_pattern_with_less_than_the_mean_drive_loses_weight():
    """CG19: at equal scores the pattern with the smaller g has dP/dλ < 0."""
    g, p = [Fraction(0), Fraction(1)], [HALF, HALF]
    assert p[0] * (g[0] - sum(a * b for a, b in zip(p, g, strict=True))) < 0


def test_with_few_memories_the_content_of_the_drive_decides():
    """CG20: N = d = 2, G₁₂ = 1/2, α = 3: (1, -1) is unstable and lies in the range of G; the drive picks its sign."""
    gram = [[1, HALF], [HALF, 1]]
    assert apply(gates(gram, Fraction(3)), [1, -1]) == [-HALF, HALF]
    assert apply(gram, [2, -2]) == [1, -1]


def test_indefinite_gates_leave_no_error_bound():
    """CG21: ζ² = ζ¹, α = 2 (η_min = -1), β = λ = 1, b = (1, 0): the bound is negative, the error is not."""
    assert apply(gates([[1, 1], [1, 1]], Fraction(2)), [1, -1]) == [-1, 1]

    def residual(d):  # p₁ - p₂ = d = tanh((b₁ - b₂ - d)/2)
        return tanh((1 - ball(d)) / 2) - ball(d)

    assert residual(Fraction(3, 10)) > 0 > residual(Fraction(4, 10))
    assert tanh(ball(HALF)) > 0.45


def test_without_noise_on_the_context_more_coupling_always_helps():
    """CG22: σ_c = 0: signal to noise (1 + λ)²/(σ_q² + λ²σ_c²) rises with λ; with σ_c = σ_q = 1 it is best at 1."""

    def ratio(gain, context_noise):
        return Fraction((1 + gain) ** 2, 1 + gain**2 * context_noise)

    assert [ratio(gain, 0) for gain in (1, 2, 4)] == [4, 9, 25]
    assert ratio(1, 1) > max(ratio(0, 1), ratio(2, 1), ratio(4, 1))


def test_right_after_a_jump_of_the_gates_the_weights_lag():
    """CG23: N = 2, r(0) = 0, total scores with gap 10, β = 1: the weight is 1/2, the bound of CG6 above 0.9999."""
    assert softmax(vector([0, 0]))[0] < 0.51
    assert 1 / (1 + ball(-10).exp()) > 0.9999
