"""The normal form, rule by rule: what each rewriting gives, what it must not give, and where it has to refuse."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Expr, Symbol, cosh, exp, log, sinh, sqrt, tanh

from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Normaliser,
    Partial,
    Permuted,
    Undecidable,
    abstract_function,
    delta,
    integers,
    matrix,
    nonnegative,
    positive,
    real,
    size,
    total,
    vector,
)

n, K = size("n"), size("K")
i, j, k, l, m = (Index(letter, n) for letter in "ijklm")  # noqa: E741
mu, nu = Index("mu", K), Index("nu", K)
one, two = Index("one", 3), Index("two", 3)
p = vector("p", n, positive=True)
v, w = vector("v", n), vector("w", n)
g = vector("g", 3)
W, X = matrix("W", n, n), matrix("X", K, n)
t, s = positive("t s")
c = nonnegative("c")
x, y, z = real("x y z")
steps = integers("m")
pi, rho = Symbol("pi"), Symbol("rho")
Abs, sign = sp.Function("Abs"), sp.Function("sign")
odd = abstract_function("test_odd", latex="o", odd=True)
plain = abstract_function("test_plain", latex="f")


def at(order: Symbol, index: Index) -> Permuted:
    return Permuted(order, index)


TRUE = [
    # logarithms
    (log(8 * t) - log(t), 3 * log(sp.Integer(2))),
    (log(t / (1 + s)), log(t) - log(1 + s)),
    (log((1 + s) ** 2 / (1 + t)), 2 * log(1 + s) - log(1 + t)),
    (log(6 + 3 * t), log(sp.Integer(3)) + log(2 + t)),
    (log(sqrt(t) * s**3), log(t) / 2 + 3 * log(s)),
    (log(t * exp(x) / s), x + log(t) - log(s)),
    (log(t**2 + t * s), log(t) + log(t + s)),
    (log(sp.Rational(4, 9)), 2 * log(sp.Integer(2)) - 2 * log(sp.Integer(3))),
    (exp(log(1 + t) / 2) ** 2, 1 + t),
    (exp(-log(t) * 3 + 2 * x), exp(x) ** 2 / t**3),
    (t**x * t**y, t ** (x + y)),
    # roots
    (sqrt(c) * sqrt(c), c),
    (sqrt(8 * t), 2 * sqrt(sp.Integer(2)) * sqrt(t)),
    (sqrt(t + s) * sqrt(t + s), t + s),
    (sqrt(4 * t + 4 * s), 2 * sqrt(t + s)),
    (1 / sqrt(sp.Integer(2)), sqrt(sp.Integer(2)) / 2),
    (sqrt(x**2 * t + x**2 * s) ** 2, x**2 * (t + s)),
    (sqrt((x - y) ** 2 + 1) ** 2, x**2 - 2 * x * y + y**2 + 1),
    (sp.cbrt(t * s), sp.cbrt(t) * sp.cbrt(s)),
    (1 / (1 + sqrt(c)) * (1 + sqrt(c)), sp.Integer(1)),
    # denominators
    (1 / ((x - y) ** 2 + 1), 1 / (x**2 - 2 * x * y + y**2 + 1)),
    (1 / (-t - s), -1 / (t + s)),
    (exp(x) / (exp(x) + exp(y)), 1 / (1 + exp(y - x))),
    (t / (t**2 + t * s), 1 / (t + s)),
    (1 / (1 + 1 / t), t / (1 + t)),
    (1 / (1 + 1 / (1 + t)), (1 + t) / (2 + t)),
    (1 / (2 * t + 2 * s), sp.Rational(1, 2) / (t + s)),
    (1 / (1 / t + 1 / s), t * s / (t + s)),
    (total(v[i] / (p[i] + t), i), total(v[i] / (t + p[i]), i)),
    (total(v[i] / total(p[j] + t, j), i), total(v[i], i) / (total(p[i], i) + n * t)),
    (1 / total(exp(x + v[i]), i), exp(-x) / total(exp(v[i]), i)),
    # the same inside a function, where no common denominator helps
    (tanh(1 / (1 + 1 / t)), tanh(t / (1 + t))),
    (tanh(exp(x) / (exp(x) + exp(y))), tanh(1 / (1 + exp(y - x)))),
    (tanh(sqrt((x - y) ** 2 + 1)), tanh(sqrt(1 + (y - x) ** 2))),
    # a sign that only the normal form shows
    (log(Partial(x * t / (1 + s), x)), log(t) - log(1 + s)),
    (1 / (1 + Partial(x * sqrt(c), x)), 1 / (1 + sqrt(c))),
    # functions
    (tanh(x) ** 2, 1 - 1 / cosh(x) ** 2),
    (tanh(x) ** 3, tanh(x) - tanh(x) / cosh(x) ** 2),
    (sinh(x) ** 2, cosh(x) ** 2 - 1),
    (sinh(x) / cosh(x), tanh(x)),
    (sinh(y - x), -sinh(x - y)),
    (cosh(y - x), cosh(x - y)),
    (Abs(y - x), Abs(x - y)),
    (sign(y - x), -sign(x - y)),
    (odd(y - 2 * x), -odd(2 * x - y)),
    (tanh(x - x + 0 * y), sp.Integer(0)),
    (cosh(total(v[i], i) - total(v[j], j)), sp.Integer(1)),
    (sinh(total(v[i], i) - total(v[j], j)), sp.Integer(0)),
    (tanh(total(v[i], i) - total(v[j], j)), sp.Integer(0)),
    (exp(total(v[i], i) - total(v[j], j)), sp.Integer(1)),
    (total(odd(W[i, j] - W[j, i]), i, j), sp.Integer(0)),
    # Kronecker deltas
    (delta(i, j) * W[i, j], delta(i, j) * W[i, i]),
    (delta(i, j) * delta(j, k), delta(i, k) * delta(i, j)),
    (exp(delta(i, j) * x), 1 + delta(i, j) * (exp(x) - 1)),
    (1 / (1 + delta(i, j)), 1 - delta(i, j) / 2),
    (log(1 + delta(i, j) * t), delta(i, j) * log(1 + t)),
    (cosh(delta(i, j) * x), 1 + delta(i, j) * (cosh(x) - 1)),
    (total(delta(i, 1) * v[i], i), v[1]),
    (total(delta(one, 3) * g[one], one), g[3]),
    (total(delta(one, 1) * delta(one, 2) * g[one], one), sp.Integer(0)),
    (total(delta(one, two), one, two), sp.Integer(3)),
    (total(delta(i, j) * v[i], i, j), total(v[i], i)),
    (total(total(delta(i, j) * W[i, k], i) * v[j], j, k), total(W[i, k] * v[i], i, k)),
    # sums
    (total(sp.Integer(2), i), 2 * n),
    (total(sp.Integer(1), i, j), n**2),
    (total(t, one), 3 * t),
    (total(v[i] * w[j], i, j), total(v[i], i) * total(w[i], i)),
    (total(exp(v[i] + w[j] + x), i, j), exp(x) * total(exp(v[i]), i) * total(exp(w[i]), i)),
    (total(exp(-2 * v[i] + 3 * x), i), exp(3 * x) * total(exp(-2 * v[i]), i)),
    (total(W[i, j] * W[j, k] * W[k, i], i, j, k), total(W[k, i] * W[i, j] * W[j, k], k, j, i)),
    (total(v[i] * total(W[i, j] * w[j], j), i), total(W[i, j] * v[i] * w[j], i, j)),
    (total(total(W[i, j], j) ** 2, i), total(W[i, j] * W[i, k], i, j, k)),
    (total(total(W[i, j], j) ** 3, i), total(W[i, j] * W[i, k] * W[i, l], i, j, k, l)),
    (total(X[mu, i] * X[mu, j] * v[i] * v[j], mu, i, j), total(total(X[nu, k] * v[k], k) ** 2, nu)),
    (total(exp(total(W[i, j] * v[j], j)), i), total(exp(total(W[l, k] * v[k], k)), l)),
    (total(v[i] - v[j], i, j), sp.Integer(0)),
    (total(total(exp(W[i, j]), j) / total(exp(W[i, k]), k), i), n),
    (total(sqrt(total(exp(W[i, j]), j)) ** 2, i), total(exp(W[i, j]), i, j)),
    (total((v[i] - v[j]) * (w[i] - w[j]), i, j), 2 * n * total(v[i] * w[i], i) - 2 * total(v[i], i) * total(w[i], i)),
    # permutations
    (delta(at(pi, i), at(pi, j)), delta(i, j)),
    (total(delta(i, j) * v[at(pi, i)], i), v[at(pi, j)]),
    (total(delta(i, j) * W[at(pi, i), at(rho, i)], i), W[at(pi, j), at(rho, j)]),
    (total(delta(at(pi, i), j) * v[at(pi, i)], i, j), total(v[i], i)),
    (total(exp(v[at(pi, i)]) * w[at(pi, i)], i), total(exp(v[i]) * w[i], i)),
    (total(W[at(pi, i), at(pi, j)] * v[at(pi, j)], i, j), total(W[i, j] * v[j], i, j)),
    (total(v[at(pi, at(rho, i))], i), total(v[i], i)),
    # derivatives
    (Partial(sqrt(t + s), t), 1 / (2 * sqrt(t + s))),
    (Partial(t**3 / (1 + t), t), 3 * t**2 / (1 + t) - t**3 / (1 + t) ** 2),
    (Partial(exp(x**2), x), 2 * x * exp(x**2)),
    (Partial(sinh(x) * cosh(2 * x), x), cosh(x) * cosh(2 * x) + 2 * sinh(x) * sinh(2 * x)),
    (Partial(tanh(x * y), x), y / cosh(x * y) ** 2),
    (Partial(W[i, j], W[k, l]), delta(i, k) * delta(j, l)),
    (Partial(total(W[i, j] ** 2, i, j), W[k, l]), 2 * W[k, l]),
    (Partial(total(W[i, i], i), W[k, l]), delta(k, l)),
    (Partial(log(total(exp(x * v[i]), i)), x), total(v[i] * exp(x * v[i]), i) / total(exp(x * v[i]), i)),
    (Partial(1 / (1 + x**2) ** 2, x), -4 * x / (1 + x**2) ** 3),
    (FlowDerivative(x * y, (x, y), (y, -x)), y**2 - x**2),
    (FlowDerivative(log(cosh(v[i])), (v[j], w[j])), w[i] * tanh(v[i])),
    (FlowDerivative(W[i, j] * x, (W[k, l], v[k] * w[l])), v[i] * w[j] * x),
]  # fmt: skip

FALSE = [
    (log(2 * t), log(t)),
    (log(sp.Integer(2)), log(sp.Integer(3))),
    (log(sp.Integer(4)), log(sp.Integer(2))),
    (log(6 + 3 * t), log(2 + t)),
    (log(t / (1 + s)), log(t) + log(1 + s)),
    (log(t * exp(x)), log(t) - x),
    (log(t**3), 2 * log(t)),
    (sqrt(sp.Integer(2)), sqrt(sp.Integer(3))),
    (sqrt(t + s), sqrt(t) + sqrt(s)),
    (sqrt(4 * t), 4 * sqrt(t)),
    (1 / (-t - s), 1 / (t + s)),
    (1 / (2 * t + 2 * s), 2 / (t + s)),
    (1 / (t + s), 1 / t + 1 / s),
    (exp(x) / (exp(x) + exp(y)), 1 / (1 + exp(x - y))),
    (tanh(x) ** 2, 1 + 1 / cosh(x) ** 2),
    (tanh(x) ** 2, 1 - tanh(x)),
    (tanh(x) ** 3, tanh(x)),
    (tanh(x) ** 5, tanh(x) ** 3),
    (sinh(y - x), sinh(x - y)),
    (cosh(x), -cosh(-x)),
    (Abs(x), x),
    (sign(-x), sign(x)),
    (odd(y - x), odd(x - y)),
    (plain(-x), plain(x)),
    (plain(-x), -plain(x)),
    (Abs(x - y), Abs(x + y)),
    (exp(delta(i, j) * x), exp(x)),
    (1 / (1 + delta(i, j)), 1 + delta(i, j)),
    (delta(i, j) * W[i, j], W[i, j]),
    (delta(i, j), delta(i, k)),
    (delta(i, j) * delta(j, k), delta(i, k)),
    (total(delta(i, 1) * v[i], i), v[2]),
    (total(delta(one, 3) * g[one], one), g[2]),
    (g[1], g[2]),
    (total(t, one), 2 * t),
    (total(g[one], one), 3 * g[one]),
    (total(v[i] * w[i], i), total(v[i] * w[j], i, j)),
    (total(exp(v[i] + w[i]), i), total(exp(v[i]), i) * total(exp(w[i]), i)),
    (total(total(W[i, j], j) ** 2, i), total(W[i, j], i, j) ** 2),
    (total(total(W[i, j], j) ** 3, i), total(W[i, j] * W[i, k] * W[k, l], i, j, k, l)),
    (total(W[i, j] * W[k, l], i, j, k, l), total(W[i, j] * W[i, l], i, j, l)),
    (total(W[i, j] * W[j, i], i, j), total(W[i, j] ** 2, i, j)),
    (total(W[i, j] * v[i], i, j), total(W[i, j] * v[j], i, j)),
    (total(X[mu, i], mu, i), total(X[mu, i], mu)),
    (total(v[i] / total(exp(W[i, j]), j), i), total(v[i], i)),
    (total(v[i] / total(exp(W[i, j]), j), i), total(v[i], i) / total(exp(W[i, j]), i, j)),
    (total(sqrt(total(exp(W[i, j]), j)), i), total(exp(W[i, j]), i, j)),
    (total(v[i] * sqrt(total(exp(W[i, j]), j)), i), total(v[i], i)),
    (total((v[i] + v[j]) * (w[i] + w[j]), i, j), sp.Integer(0)),
    (delta(at(pi, i), at(rho, i)), sp.Integer(1)),
    (delta(at(pi, i), at(rho, j)), delta(i, j)),
    (delta(at(pi, i), i), sp.Integer(1)),
    (v[at(pi, i)], v[at(rho, i)]),
    (v[at(pi, i)], v[at(pi, j)]),
    (total(delta(i, j) * v[at(pi, i)], i), v[j]),
    (total(delta(i, j) * v[at(pi, i)], i), v[at(rho, j)]),
    (total(W[at(pi, i), i], i), total(W[i, i], i)),
    (total(v[at(pi, i)] * w[at(rho, i)], i), total(v[i] * w[i], i)),
    (total(v[at(pi, i)] * w[i], i), total(v[at(rho, i)] * w[i], i)),
    (Partial(sqrt(t + s), t), 1 / sqrt(t + s)),
    (Partial(1 / (1 + x**2) ** 2, x), 4 * x / (1 + x**2) ** 3),
    (Partial(W[i, j], W[k, l]), delta(i, k)),
    (Partial(W[i, j], W[k, l]), delta(i, l) * delta(j, k)),
    (Partial(tanh(x * y), x), 1 / cosh(x * y) ** 2),
    (FlowDerivative(x * y, (x, y), (y, -x)), y**2 + x**2),
    (FlowDerivative(W[i, j], (W[k, l], v[k] * w[l])), v[j] * w[i]),
    (FlowDerivative(x * y, (x, y)), y**2 + x * y),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_a_rule_gives_what_it_should_and_no_multiple_of_it(left: Expr, right: Expr) -> None:
    normal = Normaliser()
    assert normal.same(left, right)
    assert not normal.same(left, right + sp.Rational(1, 7))
    if not normal.is_zero(right):
        assert not normal.same(left, 2 * right)
        assert not normal.same(left, -right)


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_no_rule_gives_what_is_false(left: Expr, right: Expr) -> None:
    normal = Normaliser()
    assert not normal.same(left, right)
    assert not normal.same(right, left)


@pytest.mark.parametrize(
    "expression",
    [
        v[0], v[-1], g[4], v[i + 1], matrix("Q", 2, 3)[3, 1], matrix("Q", 2, 3)[1, 4],
        matrix("Q", 2, 3)[one, 1], v[one], g[i], X[i, mu], X[mu, mu], delta(one, i), delta(i, mu),
        v[at(pi, sp.Integer(1))], total(delta(i, 2) * v[i], i), total(delta(one, 4) * g[one], one),
        Index("i", n + 1) * 0 + total(t, Index("u", n + 1)), total(t, Index("u", 0)), total(t, Index("u", -1)),
        sp.Sum(v[i], (i, 2, n)), sp.Sum(v[i], (i, 1, K)), sp.Sum(v[i], (i, 1, n + 1)),
        sp.Sum(x**steps, (steps, 1, n)), sp.Function("unheard_of")(x), sp.pi * x, sp.I * x, sp.Float(0.5) * x,
        sp.Max(x, y), 1 / c, c ** sp.Rational(-1, 2), sqrt(x * y), sqrt(-t), sqrt(x**3), 1 / (x**2 - y**2),
        1 / (c + x**2), 1 / (t - 1), 1 / (1 + x), 1 / sinh(x), 1 / tanh(x), 1 / Abs(x), 1 / plain(x),
        1 / (exp(x) - 1), 1 / log(t), 1 / delta(i, j), 1 / (1 - delta(i, j)), 1 / total(p[i] - p[j], j),
        1 / total(v[i] ** 2, i), log(-t), log(c), log(x**2), log(t - s), log(cosh(x) - 1), log(tanh(x)),
        log(sp.Integer(-2)), log(total(v[i], i)), log(1 - delta(i, j)), log(sinh(x) ** 2),
        sp.Integer(-8) ** sp.Rational(1, 3), (-t) ** sp.Rational(1, 3), (t - s) ** x, x**y, c**y,
        sqrt(total(v[i], i)), Partial(Abs(x), x), Partial(sign(x), x), Partial(sqrt(c), c),
        Partial(c ** sp.Rational(3, 2), c), Partial(plain(x), x), Partial(x**2, steps), Partial(x**2, n),
        Partial(x, x + y), Partial(v[i], i), FlowDerivative(v[i], (v[i], w[j])), FlowDerivative(x, (x, v[i])),
        FlowDerivative(sqrt(c), (c, t)),
    ],
)  # fmt: skip
def test_what_has_no_sure_value_is_refused(expression: Expr) -> None:
    with pytest.raises(Undecidable):
        Normaliser().form(expression)


def test_an_index_outside_its_range_is_named_with_the_range() -> None:
    with pytest.raises(Undecidable, match=r"index 2 may lie outside the range 1\.\.n"):
        Normaliser().form(total(delta(i, 2) * v[i], i))
