"""Groundwork and baselines: what fails when a hypothesis is dropped, in exact or ball arithmetic.

``docs/drops.toml`` names these tests. A comparison of two balls is true only if it holds for all their points.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import sympy as sp

from gatedmem.numerics.enclosures import ball

T = sp.Symbol("t", nonnegative=True)


def test_a_set_that_is_not_closed_can_lose_its_fixed_point():
    """GW1: x ↦ x/2 maps (0, 1] into itself; its only fixed point is 0."""
    x = sp.Symbol("x")
    assert sp.solve(sp.Eq(x / 2, x)) == [0]


def test_distances_that_do_not_shrink_are_not_enough():
    """GW1: x ↦ x + 1 keeps all distances and moves every point."""
    x = sp.Symbol("x")
    assert sp.solve(sp.Eq(x + 1, x)) == []


def test_a_slow_contraction_takes_long():
    """GW1: κ = 0.999 leaves more than a third of the distance after a thousand steps."""
    assert Fraction(999, 1000) ** 1000 > Fraction(1, 3)


def test_a_jump_beats_the_bound():
    """GW2: y = 0 up to 1/2 and 1 after it has dy/dt = 0 wherever it has one; a = b = 0 would bound it by 0."""
    y = sp.Piecewise((0, sp.Rational(1, 2) >= T), (1, True))
    assert y.subs(T, 1) > y.subs(T, 0)
    assert sp.diff(y, T).subs(T, sp.Rational(1, 4)) == sp.diff(y, T).subs(T, sp.Rational(3, 4)) == 0


def test_the_integral_form_needs_a_rate_that_is_not_negative():
    """GW2: a = -1, c = 0 and y = -1 + 9t/8 on [0, 1]: y ≤ -∫y throughout, and y(1) = 1/8 > 0."""
    y = -1 + sp.Rational(9, 8) * T
    slack = sp.Poly(sp.expand(-sp.integrate(y, (T, 0, T)) - y), T)
    # A concave parabola that is not negative at both ends is not negative between them.
    assert slack.LC() < 0
    assert slack.eval(0) >= 0
    assert slack.eval(1) >= 0
    assert y.subs(T, 1) == sp.Rational(1, 8)


def test_a_field_that_is_not_lipschitz_has_two_solutions():
    """GW3: dy/dt = √y (1 - y) on [0, 1] from zero: y = 0 and y = tanh²(t/2)."""
    y = sp.tanh(T / 2) ** 2
    assert sp.simplify(sp.diff(y, T) - sp.tanh(T / 2) * (1 - y)) == 0
    assert y.subs(T, 0) == 0
    assert y.subs(T, 1) > 0


def test_a_solution_that_leaves_can_cease():
    """GW3: dy/dt = y² from 1 is 1/(1 - t)."""
    y = 1 / (1 - T)
    assert sp.simplify(sp.diff(y, T) - y**2) == 0
    assert sp.limit(y, T, 1, "-") == sp.oo


def test_an_unbounded_solution_approaches_nothing():
    """GW4: y = log(1 + t) solves dy/dt = e^{-y}; V = e^{-y} falls, and no y is an equilibrium."""
    y = sp.log(1 + T)
    assert sp.simplify(sp.diff(y, T) - sp.exp(-y)) == 0
    assert sp.limit(y, T, sp.oo) == sp.oo
    assert sp.exp(-sp.Symbol("y", real=True)).is_positive


def test_a_dissipation_of_both_signs_need_not_vanish():
    """GW4: on the unit circle V = y₁ has dV/dt = -y₂, and y₂ = sin t returns to 1 for ever."""
    y = sp.Matrix([sp.cos(T), sp.sin(T)])
    assert sp.diff(y, T) == sp.Matrix([-y[1], y[0]])
    turns = sp.Symbol("k", integer=True)
    assert sp.sin(sp.pi / 2 + 2 * sp.pi * turns) == 1


def test_a_rotation_has_no_real_eigenvalue_and_a_shear_breaks_the_rayleigh_bound():
    """GW5: matrices that are not symmetric."""
    assert not any(value.is_real for value in sp.Matrix([[0, -1], [1, 0]]).eigenvals())
    shear, v = sp.Matrix([[0, 1], [0, 0]]), sp.Matrix([1, 1])
    assert set(shear.eigenvals()) == {0}
    assert (v.T * shear * v)[0] == 1


def test_a_negative_threshold_is_met_by_every_choice_of_signs():
    """GW6: N = 1, w = 1, a = -3: two choices, where the bound says less than 0.1."""
    assert sum(abs(sign) >= -3 for sign in (-1, 1)) == 2
    assert 4 * ball(Fraction(-9, 2)).exp() < 0.1


def test_the_count_can_be_zero_where_the_bound_is_not():
    """GW6: N = 4, equal weights, a = 5."""
    assert not any(abs(sum(signs)) >= 5 for signs in product((-1, 1), repeat=4))
    assert 32 * ball(Fraction(-25, 8)).exp() > 1


def binary_energy(w, s):
    return -Fraction(1, 2) * sum(w[i][j] * s[i] * s[j] for i in range(len(s)) for j in range(len(s)))


def updated(w, s, i):
    field = sum(w[i][j] * s[j] for j in range(len(s)))
    return [*s[:i], s[i] if field == 0 else (1 if field > 0 else -1), *s[i + 1 :]]


def test_weights_that_are_not_symmetric_raise_the_energy():
    """BL1: w₁₂ = 1, w₂₁ = -3; the first neuron of (-1, 1) is updated."""
    w, s = [[0, 1], [-3, 0]], [-1, 1]
    assert updated(w, s, 0) == [1, 1]
    assert binary_energy(w, updated(w, s, 0)) > binary_energy(w, s)


def test_a_negative_weight_to_itself_raises_the_energy():
    """BL1: w₁₁ = -3, w₁₂ = w₂₁ = 1; the first neuron of (1, 1) is updated."""
    w, s = [[-3, 1], [1, 0]], [1, 1]
    assert updated(w, s, 0) == [-1, 1]
    assert binary_energy(w, updated(w, s, 0)) > binary_energy(w, s)


def test_a_concave_dense_memory_can_climb():
    """BL3: F(m) = -m², one pattern of three ones, s = (1, 1, -1): the field update takes E from 1 to 9."""
    s = [1, 1, -1]
    field = -2 * sum(s)
    after = [1 if field > 0 else -1] * 3
    assert (sum(s) ** 2, sum(after) ** 2) == (1, 9)


def tripartite_rate(x, s, p, b, c, d, interaction):
    """BL4: dE/dt for two neurons with identities as activations, τ = 1, γ_n = 1, γ_s = γ_p = 3, exactly."""
    both = list(product(range(2), repeat=2))
    X, S, P = (sp.symbols(f"{name}0:{size}") for name, size in (("x", 2), ("s", 4), ("p", 4)))
    at = {entry: place for place, entry in enumerate(both)}
    half = sp.Rational(1, 2)
    energy = sum(y**2 for y in X) / 2 - sum(u * y for u, y in zip(b, X, strict=True))
    for layer, bias in ((S, c), (P, d)):
        energy += half * (3 * half * sum(y**2 for y in layer) - sum(u * y for u, y in zip(bias, layer, strict=True)))
    energy -= half * sum(S[at[i, j]] * (X[i] * X[j] + P[at[i, j]]) for i, j in both)
    energy -= half**2 * sum(value * P[at[ij]] * P[at[kl]] for (ij, kl), value in interaction.items())
    velocity = [-X[i] + sum(S[at[i, j]] * X[j] for j in range(2)) + b[i] for i in range(2)]
    velocity += [-3 * S[n] + X[i] * X[j] + P[n] + c[n] for n, (i, j) in enumerate(both)]
    velocity += [
        -3 * P[n] + sum(value * P[at[kl]] for (left, kl), value in interaction.items() if left == ij) + S[n] + d[n]
        for n, ij in enumerate(both)
    ]
    state = dict(zip((*X, *S, *P), (*x, *s, *p), strict=True))
    return sum(sp.diff(energy, y) * v for y, v in zip((*X, *S, *P), velocity, strict=True)).subs(state)


def test_an_interaction_that_is_not_symmetric_raises_the_energy():
    """BL4: T₁₁₂₂ = 4 and nothing else; the rate is 1/2. With T₂₂₁₁ = 4 as well it is not positive."""
    one_way = {((0, 0), (1, 1)): 4}
    rest = ([0, 0], [0, 0, 0, 0], [0, 0, 0, 1], [0, 0], [0, 0, 0, -1], [-3, 0, 0, 3])
    assert tripartite_rate(*rest, one_way) == sp.Rational(1, 2)
    assert tripartite_rate(*rest, {**one_way, ((1, 1), (0, 0)): 4}) <= 0


def test_synapses_that_are_not_symmetric_raise_the_energy():
    """BL4: near an equilibrium with x = (10, 0), s₁₂ ≠ s₂₁ by ε = 1/100; mended by their mean the energy falls."""
    eps = sp.Rational(1, 100)
    biases = [10, 0], [-100, 0, 0, 2], [0, 0, 0, 2]
    x, p = [10, 2 * eps / 30], [0, eps / 12, eps / 12, 1]
    assert tripartite_rate(x, [0, 3 * eps / 4, -eps / 4, 1], p, *biases, {}) > 3 * eps**2
    assert tripartite_rate(x, [0, eps / 4, eps / 4, 1], p, *biases, {}) <= 0


def test_a_concave_lagrangian_turns_the_descent_round():
    """BL4, BL5: one neuron with activation -x, leak 1 and bias 1: dE/dt is (1 - x)², in τ = 1."""
    x = sp.Symbol("x", real=True)
    energy = (x * -x - (-(x**2) / 2)) - 1 * -x
    assert sp.expand(sp.diff(energy, x) * (1 - x) - (1 - x) ** 2) == 0
