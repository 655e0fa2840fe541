"""What is declared to a normaliser: rules, contractions, symmetries and known signs, and where they end."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import exp, log, sqrt, tanh

from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Normaliser,
    Partial,
    Undecidable,
    abstract_function,
    delta,
    eq,
    integers,
    matrix,
    positive,
    real,
    size,
    total,
    vector,
)

n, K = size("n"), size("K")
i, j, k, l, m = (Index(letter, n) for letter in "ijklm")  # noqa: E741
mu, nu = Index("mu", K), Index("nu", K)
a, b = Index("a", n, fixed=True), Index("b", n, fixed=True)
p = vector("p", n, positive=True)
v, w = vector("v", n), vector("w", n)
g = vector("g", 3)
W, X = matrix("W", n, n), matrix("X", K, n)
t, s = positive("t s")
x, y, z = real("x y z")
steps = integers("m")
plain = abstract_function("test_plain", latex="f")


# Rules


def test_a_rule_for_a_symbol_is_used_everywhere_but_under_derivatives() -> None:
    normal = Normaliser()
    assert normal.suppose(x, y**2)
    assert normal.same(tanh(x) * x, y**2 * tanh(y**2))
    assert normal.same(Partial(x**2, x), 2 * y**2)
    assert normal.same(Partial(x**2, y), 0)
    assert normal.same(FlowDerivative(x * y, (x, t), (y, s)), t * y + s * y**2)
    assert not normal.suppose(x, y)
    assert not normal.suppose(y, x + 1)
    for left in (n, i, steps, 2 * y, y + z, v[1] + 1, exp(y), v[i] * w[i], total(v[i], i, j)):
        assert not normal.suppose(left, sp.Integer(3)), left


def test_a_rule_for_an_array_needs_plain_indices_and_no_others_on_its_right() -> None:
    normal = Normaliser()
    for left, right in (
        (W[i, i], v[i]),
        (W[i, a], v[i]),
        (v[i], w[j]),
        (v[i], v[j] + 1),
        (total(v[i] * w[j], i), v[j] * w[k]),
        (total(W[i, j] * W[i, j], i), v[j]),
        (total(2 * v[i], i), t),
        (total(v[i] * w[j], i), w[j]),
        (total(v[i] + w[i], i), t),
        (sp.Sum(v[i], (i, 1, n - 1)), t),
        (sp.Sum(v[i], (i, 2, n)), t),
    ):
        assert not normal.suppose(left, right), (left, right)
    assert normal.suppose(v[i], t * w[i])
    assert normal.same(total(v[k], k), t * total(w[j], j))
    assert not normal.same(v[i], t * w[j])


def test_a_contraction_is_used_on_exactly_its_factors() -> None:
    Q = matrix("Q", K, n)
    normal = Normaliser()
    assert normal.suppose(total(Q[mu, i] * Q[mu, j], mu), delta(i, j))
    assert normal.same(total(Q[mu, i] * Q[mu, j] * v[i] * w[j], mu, i, j), total(v[i] * w[i], i))
    assert normal.same(total(Q[nu, i] ** 2, nu), 1)
    assert normal.same(total(sp.exp(v[i] + w[j]) * Q[mu, i] * Q[mu, j], i, j, mu), total(sp.exp(v[i] + w[i]), i))
    assert normal.same(total(total(Q[mu, i] * v[i], i) ** 2, mu), total(v[i] ** 2, i))
    u = vector("u", K)
    for left, right in (
        (total(Q[mu, i] * Q[nu, i], i), delta(mu, nu)),
        (total(Q[mu, i] * Q[mu, j] * u[mu], mu), delta(i, j)),
        (total(Q[mu, i] ** 3, mu), total(Q[mu, i], mu)),
        (total(Q[mu, i] ** 4, mu), sp.Integer(1)),
        (total(Q[mu, i], mu) ** 2, sp.Integer(1)),
        (total(Q[mu, i] * X[mu, j], mu), delta(i, j)),
        (Q[mu, i] * Q[mu, j], delta(i, j)),
    ):
        assert not normal.same(left, right), (left, right)


def test_a_contraction_knows_which_index_is_summed() -> None:
    Q, R = matrix("Q", n, n), matrix("R", n, n)
    normal = Normaliser()
    assert normal.suppose(total(Q[i, k] * R[k, j], k), delta(i, j))
    for wrong in (Q[k, i] * R[k, j], Q[i, k] * R[j, k], Q[k, i] * R[j, k], Q[i, k] * Q[k, j], R[i, k] * R[k, j]):
        assert not normal.same(total(wrong, k), delta(i, j)), wrong
    assert normal.same(total(v[j] * R[l, j] * Q[m, l], l, j), v[m])
    row = Normaliser()
    assert row.suppose(total(Q[i, k], k), sp.Integer(1))
    assert row.same(total(Q[i, k] * v[i], i, k), total(v[i], i))
    assert not row.same(total(Q[i, k] * v[k], i, k), total(v[i], i))
    assert not row.same(total(Q[k, i], k), 1)
    row.symmetric(Q)
    assert row.same(total(Q[k, i], k), 1)


def test_rules_at_fixed_places() -> None:
    normal = Normaliser()
    assert normal.suppose(W[a, b], t)
    assert normal.suppose(delta(a, b), sp.Integer(0))
    assert normal.same(W[a, b] ** 2, t**2)
    assert normal.same(total(delta(i, a) * delta(j, b) * W[i, j], i, j), t)
    assert normal.same(total(delta(i, a) * delta(i, b) * v[i], i), 0)
    for other in (W[b, a], W[a, a], W[i, b], W[a, 1]):
        assert not normal.same(other, t)
    for pair in (delta(a, i), delta(i, j), delta(a, 1)):
        assert not normal.is_zero(pair)
    assert not normal.suppose(W[a, b], s)


def test_a_declared_symmetry_of_a_definition_is_checked() -> None:
    normal = Normaliser()
    normal.define(W[i, j], v[i] * v[j])
    normal.symmetric(W)
    other = Normaliser()
    other.define(W[i, j], v[i] * w[j])
    with pytest.raises(ValueError, match="not symmetric"):
        other.symmetric(W)
    for base in (X, v, matrix("C", 2, 3)):
        with pytest.raises(ValueError, match="not square"):
            Normaliser().symmetric(base)
    declared = Normaliser()
    declared.symmetric(W)
    assert not declared.suppose(W[i, j], v[i] * v[j])
    with pytest.raises(Undecidable, match="symmetric"):
        declared.form(Partial(total(W[i, j] * v[i] * v[j], i, j), W[k, l]))


def test_copies_do_not_share_what_is_declared_later() -> None:
    normal = Normaliser()
    normal.know(x, "+")
    normal.suppose(y, t)
    normal.symmetric(W)
    twin = normal.copy()
    assert twin.sign(x) == "+"
    assert twin.same(y, t)
    assert twin.same(W[i, j], W[j, i])
    assert [str(base) for base in twin.symmetric_bases()] == ["W"]
    twin.know(z, "+")
    twin.suppose(v[i], w[i])
    twin.symmetric(matrix("V", n, n))
    assert normal.sign(z) == "?"
    assert not normal.same(v[i], w[i])
    assert [str(base) for base in normal.symmetric_bases()] == ["W"]
    with pytest.raises(Undecidable):
        normal.form(log(z))


def test_declarations_made_later_count_for_expressions_met_before() -> None:
    normal = Normaliser()
    assert not normal.same(total(p[i] * v[j], i), v[j])
    assert not normal.same(W[i, j], W[j, i])
    normal.suppose(total(p[i], i), sp.Integer(1))
    normal.symmetric(W)
    assert normal.same(total(p[i] * v[j], i), v[j])
    assert normal.same(W[i, j], W[j, i])


def test_names_met_are_known() -> None:
    normal = Normaliser()
    assert not normal.has_met("v")
    normal.form(total(v[i], i) * x)
    assert normal.has_met("v")
    assert normal.has_met("x")
    assert normal.has_met("n")
    assert not normal.has_met("w")


def test_equalities_print_as_they_are() -> None:
    normal = Normaliser()
    assert sp.expand(normal.residual(x**2 / 2 - y / 3 + 1)) == x**2 / 2 - y / 3 + 1
    double = total(v[j] * W[j, k], j, k)
    assert normal.residual(double) in (total(v[i] * W[i, j], i, j), total(v[j] * W[j, i], i, j))
    for shown in (g[2] * v[1], W[i, j] * x, delta(i, j) * sqrt(t), tanh(v[i]) * exp(-x), plain(x) / (t + s)):
        assert normal.expression(normal.form(shown)) == shown
    assert normal.same(normal.residual(1 / (1 + t) - 1 / (1 + s)), s - t)
    assert normal.residual(eq(x, y).difference) == x - y


def test_a_contraction_takes_whole_powers_only() -> None:
    normal = Normaliser()
    assert normal.suppose(total(p[i], i), 1)
    assert not normal.same(total(p[i] ** sp.Rational(3, 2), i), 1)
    assert not normal.same(total(1 / p[i], i), 1)


def test_odd_powers_have_the_sign_of_their_base() -> None:
    normal = Normaliser()
    normal.know(x, "≠")
    normal.know(-y, "+")
    assert normal.sign(1 / x**3) == "≠"
    assert normal.same(x**3 / x**2, x)
    assert normal.form(log(-(y**3)))  # -y³ is positive, so that its logarithm exists
