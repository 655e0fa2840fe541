"""The normal form: true identities are found, false ones never are, and it means what the expression means."""

from __future__ import annotations

import random

import pytest
import sympy as sp
from sympy import Expr, Symbol, cosh, exp, log, tanh

from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Normaliser,
    Partial,
    Permuted,
    Undecidable,
    abstract_function,
    delta,
    eq,
    free_indices,
    integers,
    matrix,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.sampling import TOLERANCE, NoSample, Sample, draw

n, K = size("n"), size("K")
i, j, k, l = (Index(letter, n) for letter in "ijkl")  # noqa: E741
mu, nu = Index("mu", K), Index("nu", K)
a, b = Index("a", n, fixed=True), Index("b", n, fixed=True)
p = vector("p", n, positive=True)
v, w = vector("v", n), vector("w", n)
q = vector("q", K)
W, X = matrix("W", n, n), matrix("X", K, n)
t, s = positive("t s")
x, y = real("x y")
steps = integers("m")
slope = abstract_function("test_slope", latex=r"\varphi'", sign="+")
act = abstract_function("test_act", latex=r"\varphi", derivative=slope, odd=True)
lag = abstract_function("test_lag", latex=r"\Lambda", derivative=act)
Z = total(exp(v[i]), i)

TRUE = [
    (total(p[i], i) ** 2, total(p[i] * p[j], i, j)),
    (total(p[i] * v[i], i), total(p[k] * v[k], k)),
    (total(t * p[i] + 1, i), t * total(p[i], i) + n),
    (total(p[i], i) * p[i], total(p[j] * p[i], j)),
    (total(delta(i, j) * v[j], j), v[i]),
    (total(delta(i, j) * delta(j, k) * v[j], j), delta(i, k) * v[i]),
    (total(delta(i, j), i, j), n),
    (delta(i, j) * v[i] * w[j], delta(i, j) * v[j] * w[i]),
    (delta(i, j) ** 3, delta(i, j)),
    (total(W[i, j] * v[i] * v[j], i, j), total(W[j, i] * v[j] * v[i], i, j)),
    (total(exp(v[i] + x), i), exp(x) * Z),
    (exp(v[i]) / Z, exp(v[i] + x) / total(exp(v[i] + x), i)),
    (log(total(exp(v[i] + x), i)), x + log(Z)),
    (log(p[i] ** 2 * t / 8), 2 * log(p[i]) + log(t) - 3 * log(sp.Integer(2))),
    (exp(2 * log(p[i]) + v[i]), p[i] ** 2 * exp(v[i])),
    (t ** (steps + 1), t * t**steps),
    (1 / (1 + Z) + Z / (1 + Z), sp.Integer(1)),
    (1 / (2 + 2 * t) - 1 / (2 + 2 * t + 2 * s), s / (2 * (1 + t) * (1 + t + s))),
    (sp.sqrt(p[i]) * sp.sqrt(p[i]), p[i]),
    (total(v[i] - total(v[j], j) / n, i), sp.Integer(0)),
    (total(tanh(v[i] - v[j]), i, j), sp.Integer(0)),
    (total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2,
     total(p[i], i) * total(p[i] * v[i] ** 2, i) - total(p[i] * v[i], i) ** 2),
    (total(v[Permuted(Symbol("pi"), i)] * w[Permuted(Symbol("pi"), i)], i), total(v[i] * w[i], i)),
    (total(exp((1 - 2 * delta(i, a)) * v[i]), i), Z + exp(-v[a]) - exp(v[a])),
    (tanh((1 - 2 * delta(i, a)) * x), (1 - 2 * delta(i, a)) * tanh(x)),
    (Partial(Z, v[j]), exp(v[j])),
    (Partial(log(Z), v[j]), exp(v[j]) / Z),
    (Partial(total(W[i, j] * v[i] * v[j], i, j), v[k]), total((W[k, j] + W[j, k]) * v[j], j)),
    (Partial(p[i] * log(p[i]), p[j]), delta(i, j) * (1 + log(p[i]))),
    (Partial(Partial(log(Z), v[j]), v[k]), delta(j, k) * exp(v[j]) / Z - exp(v[j] + v[k]) / Z**2),
    (Partial(total(v[i] * act(v[i]) - lag(v[i]), i), v[j]), v[j] * slope(v[j])),
    (Partial(total(act(total(W[i, j] * v[j], j)), i), v[k]),
     total(slope(total(W[i, j] * v[j], j)) * W[i, k], i)),
    (FlowDerivative(total(v[i] ** 2, i), (v[i], -v[i])), -2 * total(v[i] ** 2, i)),
    (FlowDerivative(total(X[mu, i] * v[i] * q[mu], mu, i), (v[i], w[i]), (q[mu], x)),
     total(X[mu, i] * w[i] * q[mu], mu, i) + x * total(X[mu, i] * v[i], mu, i)),
    (Partial(log(cosh(t * x)) / t, x), tanh(t * x)),
]  # fmt: skip

FALSE = [
    (total(p[i], i) ** 2, total(p[i] ** 2, i)),
    (total(p[i] * v[i], i), total(p[i], i) * total(v[i], i)),
    (total(p[i] * v[j], i), total(p[i] * v[i], i)),
    (total(p[i] + 1, i), total(p[i], i) + 1),
    (total(t, i), t),
    (total(delta(i, j) * v[j], j), v[j]),
    (total(delta(i, j), i, j), n**2),
    (delta(i, j) * v[i], v[i]),
    (total(W[i, j] * v[i] * w[j], i, j), total(W[j, i] * v[i] * w[j], i, j)),
    (total(W[i, j] * W[j, k], j), total(W[i, j] * W[k, j], j)),
    (total(W[i, j] * W[j, k] * W[k, i], i, j, k), total(W[i, j] * W[j, k] * W[i, k], i, j, k)),
    (total(exp(v[i] + x), i), exp(n * x) * Z),
    (exp(v[i]) / Z, exp(v[i]) / total(exp(2 * v[i]), i)),
    (log(Z), total(v[i], i)),
    (log(t + s), log(t) + log(s)),
    (exp(v[i] + v[j]), exp(v[i]) + exp(v[j])),
    (t ** (steps + 1), t**steps + t),
    (1 / (1 + t), 1 + 1 / t),
    (total(v[i] - total(v[j], j), i), sp.Integer(0)),
    (total(tanh(v[i] + v[j]), i, j), sp.Integer(0)),
    (total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j), total(p[i] * v[i] ** 2, i) - total(p[i] * v[i], i) ** 2),
    (total(v[Permuted(Symbol("pi"), i)] * w[i], i), total(v[i] * w[i], i)),
    (v[Permuted(Symbol("pi"), i)], v[i]),
    (total(exp((1 - 2 * delta(i, a)) * v[i]), i), Z),
    (delta(a, b), sp.Integer(0)),
    (v[a], v[b]),
    (Partial(Z, v[j]), Z),
    (Partial(log(Z), v[j]), 1 / Z),
    (Partial(total(W[i, j] * v[i] * v[j], i, j), v[k]), 2 * total(W[k, j] * v[j], j)),
    (Partial(p[i] * log(p[i]), p[j]), 1 + log(p[i])),
    (Partial(Partial(log(Z), v[j]), v[k]), delta(j, k) * exp(v[j]) / Z),
    (Partial(total(v[i] * act(v[i]) - lag(v[i]), i), v[j]), act(v[j])),
    (Partial(v[i] * total(v[i], i), v[j]), delta(i, j) * total(v[i], i)),
    (FlowDerivative(total(v[i] ** 2, i), (v[i], -v[i])), -total(v[i] ** 2, i)),
    (act(v[i] + v[j]), act(v[i]) + act(v[j])),
    (act(-x), act(x)),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_true_identities_are_found(left: Expr, right: Expr) -> None:
    assert Normaliser().same(left, right)


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_false_identities_are_not(left: Expr, right: Expr) -> None:
    assert not Normaliser().same(left, right)


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_a_changed_constant_or_sign_breaks_an_identity(left: Expr, right: Expr) -> None:
    normal = Normaliser()
    if normal.form(right):
        assert not normal.same(left, 2 * right)
        assert not normal.same(left, -right)
    assert not normal.same(left, right + 1)
    assert not normal.same(left, right + v[i] - v[j])


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_true_identities_hold_in_numbers(left: Expr, right: Expr) -> None:
    for seed in range(3):
        sample = Sample(seed)
        assert abs(sample.value(left) - sample.value(right)) < TOLERANCE


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_false_identities_fail_in_numbers(left: Expr, right: Expr) -> None:
    # Otherwise the list above would prove nothing. Not every instance tells (n = 2, equal places), some does.
    gaps = [abs(Sample(seed).value(left) - Sample(seed).value(right)) for seed in range(12)]
    assert max(gaps) > 1000 * TOLERANCE


# Random expressions: whatever the normaliser makes of them must have the same value.


def _grow(rng: random.Random, depth: int, scope: list[Index]) -> Expr:
    leaves = [
        lambda: v[rng.choice(scope)],
        lambda: p[rng.choice(scope)],
        lambda: W[rng.choice(scope), rng.choice(scope)],
        lambda: delta(rng.choice(scope), rng.choice(scope)),
        lambda: sp.Rational(rng.randint(-3, 3), rng.randint(1, 3)),
        lambda: rng.choice([x, t, n]),
    ]
    if depth == 0:
        return rng.choice(leaves)()
    grow = lambda: _grow(rng, depth - 1, scope)  # noqa: E731
    kind = rng.randrange(10)
    if kind < 2:
        return grow() + grow()
    if kind < 5:
        return grow() * grow()
    if kind < 8:
        index = rng.choice([i, j, k])
        inner = _grow(rng, depth - 1, [*scope, index])
        return total(inner, index)
    if kind == 8:
        return rng.choice([tanh, exp, act])(grow() / 4)
    return grow() / (1 + total(exp(v[rng.choice([i, j])] * rng.choice([1, x]) + rng.choice([0, v[j]])), i))


@pytest.mark.parametrize("seed", range(60))
def test_normal_forms_keep_the_value(seed: int) -> None:
    rng = random.Random(seed)
    expression = _grow(rng, 4, [i, l])
    normal = Normaliser()
    form = normal.form(expression)
    again = normal.expression(form)
    for draw_seed in range(2):
        sample = Sample(draw_seed)
        scale = 1 + abs(sample.value(expression))
        assert abs(sample.value(expression) - sample.value(again)) < TOLERANCE * scale
    assert normal.form(again) == form


@pytest.mark.parametrize("seed", range(40))
def test_normal_forms_of_derivatives_keep_the_value(seed: int) -> None:
    rng = random.Random(1000 + seed)
    derivative = Partial(_grow(rng, 3, [i, l]), v[rng.choice([i, k])])
    normal = Normaliser()
    again = normal.expression(normal.form(derivative))
    sample = Sample(seed)
    size_of = 1 + abs(sample.value(derivative))
    assert abs(sample.value(derivative) - sample.value(again)) < TOLERANCE * size_of


@pytest.mark.parametrize("seed", range(20))
def test_renaming_dummies_changes_nothing(seed: int) -> None:
    rng = random.Random(2000 + seed)
    expression = _grow(rng, 4, [l])
    fresh = {i: Index("u_1", n), j: Index("u_2", n), k: Index("u_3", n)}

    def rename(e: Expr) -> Expr:
        if isinstance(e, sp.Sum):
            ((index, low, high),) = e.limits[-1:]
            rest = sp.Sum(e.function, *e.limits[:-1]) if len(e.limits) > 1 else e.function
            return sp.Sum(rename(put(rest, {index: fresh[index]})), (fresh[index], low, high))
        return e.func(*[rename(part) for part in e.args]) if e.args and not isinstance(e, sp.Indexed) else e

    assert Normaliser().same(expression, rename(expression))


# Hypotheses


def test_hypotheses_are_needed() -> None:
    variance = total(p[i] * (v[i] - total(p[j] * v[j], j)) ** 2, i)
    moments = total(p[i] * v[i] ** 2, i) - total(p[i] * v[i], i) ** 2
    normal = Normaliser()
    assert not normal.same(variance, moments)
    assert normal.suppose(total(p[i], i), sp.Integer(1))
    assert normal.same(variance, moments)


def test_hypotheses_are_not_used_under_derivatives() -> None:
    normal = Normaliser()
    normal.suppose(total(p[i], i), sp.Integer(1))
    assert normal.same(Partial(total(p[i], i), p[j]), 1)
    assert normal.same(Partial(total(p[i], i) ** 2, p[j]), 2)


def test_inverse_matrices_contract_in_the_middle_of_a_sum() -> None:
    A, B = matrix("A", n, n), matrix("B", n, n)
    normal = Normaliser()
    normal.suppose(total(A[i, k] * B[k, j], k), delta(i, j))
    assert normal.same(total(v[i] * A[i, k] * B[k, j] * w[j], i, k, j), total(v[i] * w[i], i))
    # The other order needs symmetry (or its own hypothesis).
    assert not normal.same(total(v[i] * B[i, k] * A[k, j] * w[j], i, k, j), total(v[i] * w[i], i))
    normal.symmetric(A)
    normal.symmetric(B)
    assert normal.same(total(v[i] * B[i, k] * A[k, j] * w[j], i, k, j), total(v[i] * w[i], i))
    # The dummy must not occur elsewhere.
    assert not normal.same(total(A[i, k] * B[k, j] * v[k], k), delta(i, j) * v[i])


def test_a_fixed_index_is_one_place_only() -> None:
    normal = Normaliser()
    normal.suppose(v[a], sp.Integer(0))
    assert normal.same(v[a] * 3, 0)
    assert not normal.same(v[i], 0)
    assert not normal.same(total(v[i] ** 2, i), 0)
    assert normal.same(total(delta(i, a) * v[i], i), 0)
    with pytest.raises(ValueError, match="fixed"):
        total(v[a], a)
    with pytest.raises((ValueError, Undecidable)):
        Normaliser().form(sp.Sum(v[a], (a, 1, n)))


def test_symmetry_is_used_only_where_declared() -> None:
    normal = Normaliser()
    assert not normal.same(W[i, j], W[j, i])
    normal.symmetric(W)
    assert normal.same(W[i, j], W[j, i])


def test_definitions_unfold_under_derivatives() -> None:
    normal = Normaliser()
    f = vector("f", n)
    normal.define(f[i], v[i] ** 2)
    assert normal.same(Partial(total(f[i], i), v[j]), 2 * v[j])
    with pytest.raises(Undecidable, match="defined"):
        normal.form(Partial(v[i], f[j]))


def test_circular_rules_are_refused() -> None:
    normal = Normaliser()
    f, g = vector("f", n), vector("g", n)
    assert not normal.suppose(f[i], f[i] + 1)
    normal.define(f[i], g[i] + 1)
    with pytest.raises(ValueError, match="circles"):
        normal.define(g[i], f[i] ** 2)


def test_one_name_cannot_mean_two_things() -> None:
    normal = Normaliser()
    normal.form(p[i])
    with pytest.raises(ValueError, match="two different things"):
        normal.form(vector("p", n)[i])
    with pytest.raises(ValueError, match="two different things"):
        normal.form(vector("p", K, positive=True)[mu])


def test_ranges_have_to_fit() -> None:
    with pytest.raises(Undecidable, match="length"):
        Normaliser().form(v[mu])
    with pytest.raises(Undecidable, match="ranges"):
        Normaliser().form(delta(i, mu))
    with pytest.raises(Undecidable, match="whole range"):
        Normaliser().form(sp.Sum(v[i], (i, 1, n - 1)))
    with pytest.raises(Undecidable, match="index"):
        Normaliser().form(v[i] * i)
    with pytest.raises(Undecidable, match="outside"):
        Normaliser().form(vector("g", 2)[3])
    with pytest.raises(Undecidable, match="outside"):
        Normaliser().form(total(delta(i, 3) * v[i], i))


@pytest.mark.parametrize(
    "expression",
    [
        sp.sqrt(sp.Integer(-2) * t),
        sp.sqrt(-t - s),
        1 / x,
        x / (x + y),
        log(x),
        log(x + t),
        1 / (t - s),
        sp.sqrt(x),
        1 / total(v[i], i),
        log(v[i] ** 2),
        x**t,
    ],
)
def test_what_may_be_undefined_is_refused(expression: Expr) -> None:
    with pytest.raises(Undecidable):
        Normaliser().form(expression)


def test_division_by_zero_is_refused() -> None:
    normal = Normaliser()
    with pytest.raises(Undecidable):
        normal.form(1 / (total(v[i], i) - total(v[j], j)))
    normal.suppose(x, sp.Integer(0))
    with pytest.raises(Undecidable):
        normal.form(1 / x)


# Signs


@pytest.mark.parametrize(
    ("expression", "sign"),
    [
        (total(p[i], i), "+"),
        (total(p[i] * (v[i] - w[i]) ** 2, i), "0+"),
        (x**2 + 1, "+"),
        (-total(exp(v[i]), i), "-"),
        (1 - delta(i, j), "0+"),
        (n - 1, "0+"),
        (n, "+"),
        (exp(x) - 1, "?"),
        (x * y, "?"),
        (total(v[i], i), "?"),
        (p[i] - p[j], "?"),
        (x**2 - y**2, "?"),
        (x**3, "?"),
        (-(x**2), "0-"),
        (cosh(x), "+"),
        (n - 2, "?"),
        (total(v[i] ** 2, i) - 1, "?"),
    ],
)
def test_signs(expression: Expr, sign: str) -> None:
    assert Normaliser().sign(expression) == sign


def test_known_signs_are_used_up_to_positive_factors() -> None:
    normal = Normaliser()
    normal.know(x - y, "0+")
    assert normal.sign(y - x) == "0-"
    assert normal.sign(3 * x - 3 * y) == "0+"
    assert normal.sign(t * (x - y)) == "0+"
    assert normal.sign(x - 2 * y) == "?"
    normal.know(y - x, "0+")
    assert normal.sign(x - y) == "0"


# Substitution


def test_put_does_not_capture() -> None:
    inner = total(t * p[i], i)
    assert Normaliser().same(put(inner, {t: v[i]}), v[i] * total(p[j], j))
    assert not Normaliser().same(put(inner, {t: v[i]}), total(v[j] * p[j], j))
    moved = put(total(W[i, j] * v[j], j), {i: j})
    assert free_indices(moved) == {j}
    assert Normaliser().same(moved, total(W[j, k] * v[k], k))
    whole = put(total(v[i] * w[i], i), {v[i]: total(W[i, j] * w[j], j)})
    assert Normaliser().same(whole, total(W[i, j] * w[i] * w[j], i, j))
    swapped = put(W[i, j], {W[i, j]: W[j, i]})
    assert swapped == W[j, i]


def test_put_changes_sizes_everywhere() -> None:
    moved = put(total(v[i] ** 2, i) / n, {n: K})
    u = vector("v", K)
    assert moved == total(u[Index("i", K)] ** 2, Index("i", K)) / K
    with pytest.raises(ValueError, match="own"):
        put(v[i], {n: K, t: x})


# Instances


def test_instances_obey_the_hypotheses() -> None:
    A, B = matrix("A", n, n), matrix("B", n, n)
    hypotheses = [eq(total(p[i], i), 1), eq(total(A[i, k] * B[k, j], k), delta(i, j))]
    sample = draw([], hypotheses, ["A"], seed=4)
    assert all(sample.holds(h) for h in hypotheses)
    assert not sample.holds(eq(total(p[i] ** 2, i), 1))


def test_impossible_hypotheses_have_no_instance() -> None:
    with pytest.raises(NoSample):
        draw([], [eq(total(p[i], i), -1)], [])


def test_exact_instances_use_fractions_only() -> None:
    sample = Sample(3, exact=True)
    assert sample.value(total(p[i], i) ** 2 - total(p[i] * p[j], i, j)) == 0
    with pytest.raises(NoSample):
        sample.value(exp(x))
