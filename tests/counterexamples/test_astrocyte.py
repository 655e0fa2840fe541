"""Astrocyte-gated memory: what fails when a hypothesis is dropped, in exact or ball arithmetic.

``docs/drops.toml`` names these tests. A comparison of two balls is true only if it holds for all their points.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy as sp

from gatedmem.numerics import astrocyte
from gatedmem.numerics.enclosures import ball, log_cosh, softmax, tanh, vector, x_log_x
from gatedmem.numerics.instances import AstrocyteInstance

HALF = Fraction(1, 2)


def gain_velocity(p, f, temperature):
    """τ_p dp/dt of the s-replicator, in balls."""
    F = [ball(score) - ball(temperature) * ball(w).log() for w, score in zip(p, f, strict=True)]
    mean = sum(ball(w) * score for w, score in zip(p, F, strict=True))
    return [ball(w) * (score - mean) for w, score in zip(p, F, strict=True)]


def one_neuron(x, gain, sigma):
    """τ_x dx/dt for a single neuron and a single pattern, in balls."""
    return -ball(x) + ball(gain) * tanh(ball(sigma) * ball(x))


def scores(patterns, activation):
    """Exactly, when the activation is exact."""
    n = len(activation)
    overlaps = [sum(a * b for a, b in zip(row, activation, strict=True)) for row in patterns]
    return [overlap * overlap / (2 * n) for overlap in overlaps]


def recurrent(patterns, p, activation):
    """W(p)φ."""
    n, k = len(activation), len(patterns)
    overlaps = [sum(a * b for a, b in zip(row, activation, strict=True)) for row in patterns]
    return [
        sum(w * m * row[i] for w, m, row in zip(p, overlaps, patterns, strict=True)) * Fraction(k, n)
        for i in range(n)
    ]


def test_off_the_simplex_the_sum_of_the_gains_runs_away():
    """AG1, AG10: one pattern, f = 0, T = 1: at p ≥ 2 the gain grows faster than 0.69 p."""
    for gain in (2, 4, 1000, 10**6):
        (velocity,) = gain_velocity([gain], [0], 1)
        assert velocity > ball(gain) * 0.69


def test_a_gain_of_zero_stays_zero_whatever_its_score():
    """AG2, AG3, AG12: on a face the velocity vanishes exactly, for the pattern with the largest score too."""
    memory = AstrocyteInstance(np.array([[1.0] * 4, [1.0, -1.0] * 2, [1.0, 1.0, -1.0, -1.0]]))
    velocity = astrocyte.gain_velocity(memory, np.ones(4), np.array([0.0, 0.25, 0.75]))
    assert astrocyte.scores(memory, np.ones(4)).argmax() == 0
    assert velocity[0] == 0.0
    assert velocity[1] != 0.0


def test_the_lower_bound_on_the_gains_can_be_below_every_double():
    """AG2: N = 200 and T = 0.1 give exp(-1000)/K."""
    assert ball(-1000).exp() < 5e-324


def test_off_the_simplex_the_neurons_leave_their_bound():
    """AG3: one pattern with gain 2: at x = 3/2 the neuron still grows, where the bound falls."""
    assert one_neuron(Fraction(3, 2), 2, 2) > 0.4


def test_the_bound_on_the_neurons_is_nearly_reached():
    """AG3: one pattern on one neuron has an equilibrium beyond 0.99."""
    assert one_neuron(Fraction(99, 100), 1, 3) > 0 > one_neuron(1, 1, 3)


def test_at_a_gain_of_zero_the_energy_has_no_slope():
    """AG5: the difference quotient of T p log p at zero lies below every bound."""
    for digits in (10, 100, 1000):
        step = Fraction(1, 10**digits)
        assert x_log_x(ball(step)) / ball(step) < -2 * digits


def test_at_the_best_gains_the_gradient_is_not_zero():
    """AG5: two gains of one half, f = 0, T = 1: the gradient is a multiple of (1, 1) that is not zero."""
    assert ball(HALF).log() + 1 > 0.3


def tangent(z, p, sign=-1):
    """z ∓ p (1ᵀz)."""
    total = sum(z)
    return [a + sign * b * total for a, b in zip(z, p, strict=True)]


def test_off_the_simplex_the_tangent_map_is_no_projection():
    """AG6: at p = (1, 1) applying it twice gives the vector back."""
    once = tangent([1, 0], [1, 1])
    assert once == [0, -1]
    assert tangent(once, [1, 1]) == [1, 0]


def test_with_the_printed_sign_the_result_is_not_tangent():
    """AG6: eq. 17 as printed doubles the sum."""
    p = [Fraction(1, 4), Fraction(3, 4)]
    assert sum(tangent([1, 0], p)) == 0
    assert sum(tangent([1, 0], p, sign=1)) == 2


def test_the_tangent_projection_is_not_orthogonal_in_the_usual_sense():
    """AG6: its matrix is not symmetric."""
    p = [Fraction(1, 4), Fraction(3, 4)]
    assert tangent([1, 0], p)[1] != tangent([0, 1], p)[0]


def test_off_the_simplex_the_model_is_not_the_natural_gradient():
    """AG7: p = (1, 1), f = 0, T = 1: the model stands still, -Π G⁻¹ ∂L/∂p does not."""
    p, k, log_p = [1, 1], 2, 0
    slope = [k * (log_p + 1)] * 2
    assert [-v for v in tangent([w * g for w, g in zip(p, slope, strict=True)], p)] == [2, 2]
    assert sum(w * log_p for w in p) == 0


def test_with_the_euclidean_metric_the_gradient_is_another_flow():
    """AG7: one neuron at x = 1: the gradient has the factor φ'(1), which is well below one."""
    model = one_neuron(1, 1, 1)
    gradient = (1 - tanh(ball(1)) ** 2) * -model
    assert gradient + model < -0.1


def test_off_the_simplex_the_energy_can_rise():
    """AG8, AG26: one pattern at p = 2, x = 0, T = τ_p = 1: ∂L/∂p times dp/dt."""
    (velocity,) = gain_velocity([2], [0], 1)
    rise = (ball(2).log() + 1) * velocity
    assert rise > 2
    # With the linear score the neuron moves too: at τ_x = 100 and σ = 1 it takes away φ'(0)(0 - 2)²/τ_x only.
    assert rise - ball(4) / 100 > 2


def test_off_the_simplex_the_energy_leaves_its_range():
    """AG9: one neuron at zero, one gain of 2, T = 1."""
    assert x_log_x(ball(2)) > ball(2).log()


def test_a_sublevel_set_of_the_energy_is_unbounded():
    """AG9: one neuron, one pattern: L < 0.2 at x = 10, 100 and 1000."""
    for x in (10, 100, 1000):
        activation = tanh(ball(x))
        assert -(activation**2) / 2 + ball(x) * activation - log_cosh(ball(x)) < 0.2


def test_off_the_simplex_equal_fitness_is_an_equilibrium():
    """AG11: p = (1, 1) with equal scores stands still and is no softmax."""
    assert all(velocity == 0 for velocity in gain_velocity([1, 1], [0, 0], 1))


def test_every_face_has_an_equilibrium():
    """AG11: at x = 0 the uniform law on any set of patterns stands still: 2^K - 1 equilibria."""
    for size in (1, 2, 3):
        p = [sp.Rational(1, size)] * size
        F = [-sp.log(w) for w in p]
        assert all(
            sp.simplify(w * (a - sum(x * y for x, y in zip(p, F, strict=True)))) == 0
            for w, a in zip(p, F, strict=True)
        )


def test_a_gain_that_is_not_small_need_not_grow():
    """AG12: the uniform gains at x = 0 stand still, and 1/K lies above the threshold."""
    fitness = [-sp.log(sp.Rational(1, 4))] * 4
    assert all(score - sum(fitness) / 4 == 0 for score in fitness)
    assert sp.exp(-2) / 4 < sp.Rational(1, 4)


def test_away_from_an_equilibrium_the_neurons_are_no_mixture():
    """AG13: one neuron, one pattern, x = 2."""
    assert tanh(ball(2)) < 1


def test_other_starts_break_the_bounds_of_slow_and_hot_gains_at_once():
    """AG14, AG15, AG16: at t = 0 the bounds on the gains are 0, N/(2T) and N/(2T); other gains lie outside."""
    n, temperature = 2, 100
    assert abs((2 * ball(Fraction(1, 4))).log()) > 0.6
    assert Fraction(n, 2 * temperature) < 0.6
    # AG16 at x = 0, T = 1: f = 0, and u = (0, 20) is half its spread away from the nearest multiple of 1.
    assert Fraction(20 - 0, 2) > Fraction(n, 2)


def test_off_the_simplex_a_sign_moves_faster():
    """AG17: one pattern with gain 4, σ = 4: |dx/dt| exceeds |x(0)| + K."""
    assert one_neuron(HALF, 4, 4) > 1.5


def test_the_sign_of_a_pattern_does_not_matter_either():
    """AG19: flipping one pattern changes neither scores nor W; the list of symmetries is not complete."""
    patterns, flipped = [[1, 1, 1], [1, -1, 1]], [[-1, -1, -1], [1, -1, 1]]
    activation, p = [HALF, Fraction(1, 3), Fraction(-1, 5)], [Fraction(1, 4), Fraction(3, 4)]
    assert scores(patterns, activation) == scores(flipped, activation)
    assert recurrent(patterns, p, activation) == recurrent(flipped, p, activation)


def test_along_another_curve_the_overlaps_move_otherwise():
    """AG20: a neuron held at x = 1 has a resting overlap, where the right side is not zero."""
    activation = tanh(ball(1))
    assert (1 - activation**2) * (activation - 1) < -0.05


def test_equal_overlaps_can_move_differently():
    """AG20: activations (1/2, 1/2) and (4/5, 1/5) have the overlap 1 with (1, 1), and it moves at other speeds."""

    def speed(activation):
        """τ_x dm/dt for one pattern on two neurons, σ = 1."""
        x = [((1 + ball(a)) / (1 - ball(a))).log() / 2 for a in activation]
        slopes = [1 - ball(a) ** 2 for a in activation]
        return sum(s * (ball(sum(activation)) / 2 - y) for s, y in zip(slopes, x, strict=True))

    even, uneven = [HALF, HALF], [Fraction(4, 5), Fraction(1, 5)]
    assert sum(even) == sum(uneven) == 1
    assert abs(speed(even) - speed(uneven)) > 0.05


def retrieved(s):
    """Two orthogonal patterns on two neurons, x = s ξ_1, σ = 0.9, T = 0.01, gains at their softmax: τ_x ds/dt."""
    activation = tanh(9 * ball(s) / 10)
    p = softmax([100 * activation**2, ball(0)])
    return 2 * p[0] * activation - ball(s)


def test_a_stable_quiescent_state_need_not_attract_everything():
    """AG21, AG22: σ λ_max(W_H) = 0.9 but σK = 1.8: another equilibrium lies between s = 1 and s = 2."""
    gram = [[sum(row[i] * row[j] for row in ([1, 1], [1, -1])) for j in range(2)] for i in range(2)]
    assert gram == [[2, 0], [0, 2]]  # W_H is the identity
    assert retrieved(1) > 0.4
    assert retrieved(2) < -0.1


def test_off_the_simplex_weak_activation_does_not_contract():
    """AG22: one pattern, σ = 3/4, gain 2: a small x grows."""
    assert one_neuron(Fraction(1, 10), 2, Fraction(3, 4)) > 0.04


def test_at_the_edge_of_weak_activation_there_is_no_rate():
    """AG22: σ = K = N = 1: the relative speed at x = 0.001 is below one millionth."""
    speed = one_neuron(Fraction(1, 1000), 1, 1)
    assert abs(speed) * 1000 < 1e-6
    assert speed < 0


def test_away_from_an_equilibrium_the_hessian_says_something_else():
    """AG23: one neuron, one pattern, σ = 1, x = 2: the Jacobian is negative and so is the second derivative of L."""
    activation = tanh(ball(2))
    slope = 1 - activation**2
    assert -1 + slope < 0
    assert slope * (1 - slope - 2 * activation * (2 - activation)) < 0


def test_the_jacobian_is_symmetric_in_one_form_at_every_interior_state():
    """AG23: three patterns, two neurons, a state that is no equilibrium; the form is τ_x φ' on x, K τ_p/p on p."""
    patterns, sigma, temperature = [[1, 1], [1, -1], [-1, 1]], 2, sp.Rational(1, 3)
    x1, x2, p1, p2 = state = sp.symbols("x1 x2 p1 p2")
    p = [p1, p2, 1 - p1 - p2]
    activation = [sp.tanh(sigma * x1), sp.tanh(sigma * x2)]
    pull = [sum(a * b for a, b in zip(row, activation, strict=True)) for row in patterns]
    F = [m**2 / 4 - temperature * sp.log(w) for m, w in zip(pull, p, strict=True)]
    mean = sum(w * score for w, score in zip(p, F, strict=True))
    field = [
        -x + sp.Rational(3, 2) * sum(w * m * row[i] for w, m, row in zip(p, pull, patterns, strict=True))
        for i, x in enumerate((x1, x2))
    ]
    field += [w * (score - mean) for w, score in zip(p[:2], F[:2], strict=True)]
    jacobian = sp.Matrix(field).jacobian(state)
    slopes = [sp.diff(activation[i], x) for i, x in enumerate((x1, x2))]
    gains = 3 * sp.Matrix([[1 / p[0] + 1 / p[2], 1 / p[2]], [1 / p[2], 1 / p[1] + 1 / p[2]]])
    here = {x1: sp.Rational(1, 3), x2: sp.Rational(-3, 4), p1: sp.Rational(1, 5), p2: sp.Rational(1, 2)}
    form = (sp.diag(*slopes, gains) * jacobian).subs(here).evalf(60)
    assert max(abs(entry) for entry in form - form.T) < sp.Float("1e-50", 60)
    assert max(abs(entry) for entry in sp.Matrix(field).subs(here).evalf()) > sp.Rational(1, 10)


def test_without_a_majority_the_state_may_have_no_signs():
    """AG24: the quiescent state has largest gain 1/K; for K = 1 that is a majority, but the overlap is zero."""
    for patterns in ([[1, 1]], [[1, 1], [1, -1]], [[1, 1], [1, -1], [-1, 1]]):
        p = [Fraction(1, len(patterns))] * len(patterns)
        assert recurrent(patterns, p, [0, 0]) == [0, 0]
        assert (max(p) > HALF) == (len(patterns) == 1)


def test_with_larger_scores_the_safe_step_is_not_safe():
    """AG27: N = K = 2, T = 1, f = (0, 100): the step that suffices for f < N/2 makes a gain negative."""
    step = 1 / (1 + ball(2).log())
    assert ball(HALF) + step * gain_velocity([HALF, HALF], [0, 100], 1)[0] < -10


def test_a_cue_of_another_size_has_another_limit():
    """AG30: from x(0) = 0 the soft error stays N/2; the formula for n = 0, N = 4 and σ = 1 gives less than 1/2."""
    assert HALF * sum(abs(entry - Fraction(0)) for entry in [1, -1, 1, 1]) == 2
    assert 2 * (1 - tanh(ball(1))) < 0.5


def test_one_step_needs_a_gap_and_an_overlap():
    """AG31: a tie of two patterns gives (tanh σ, 0); a single pattern with overlap 0 gives x = 0."""
    patterns, activation = [[1, 1], [1, -1]], [Fraction(3, 4), Fraction(0)]
    tied = scores(patterns, activation)
    assert tied[0] == tied[1] > 0
    assert recurrent(patterns, [HALF, HALF], activation) == [Fraction(3, 4), 0]
    assert recurrent([[1, 1]], [1], [HALF, -HALF]) == [0, 0]


def test_half_of_the_entries_flipped_leave_no_overlap():
    """AG32: N = 6 with three flips; the other pattern has the larger score."""
    pattern, cue, other = [1] * 6, [-1, -1, -1, 1, 1, 1], [-1, -1, -1, -1, 1, 1]
    f = scores([pattern, other], cue)
    assert f[0] == 0 < f[1]


def test_a_pattern_that_knows_the_flips_wins():
    """AG32: the second pattern is the cue; N = 100, ten flips, K = 2, T = t² = 1, where the bound promises 1e-13."""
    pattern, cue = [1] * 100, [-1] * 10 + [1] * 90
    p = softmax(vector(scores([pattern, cue], cue)))
    overlaps = [sum(a * b for a, b in zip(row, cue, strict=True)) for row in (pattern, cue)]
    flipped = p[0] * overlaps[0] * pattern[0] + p[1] * overlaps[1] * cue[0]
    assert flipped < 0  # a flipped entry stays flipped
    assert 2 * (-ball(Fraction(80**2, 200))).exp() < 1e-13


CUE = [-1, 1, 1, 1, 1, 1, 1, 1]
CROWD = [
    [1, 1, 1, 1, 1, 1, 1, 1],
    [-1, -1, 1, -1, -1, 1, -1, -1],
    [-1, 1, -1, 1, -1, 1, 1, 1],
    [-1, -1, 1, 1, -1, -1, -1, -1],
    [-1, -1, 1, -1, 1, -1, -1, -1],
]


def test_neurons_first_is_a_hopfield_step_that_turns_a_right_neuron():
    """AG32: five patterns, eight neurons, one flip; gains first the gap suffices at T = 1/2 and tanh σ near 1."""
    step = recurrent(CROWD, [Fraction(1, 5)] * 5, CUE)
    assert CUE[2] == CROWD[0][2] == 1
    assert step[2] < 0
    best, *others = scores(CROWD, list(map(Fraction, CUE)))
    assert best - max(others) == Fraction(36 - 16, 16)
    assert ball(best - max(others)) * ball(Fraction(9, 10)) > ball(4).log() / 2
