"""The fast formulas against the definitions of the theory, at random rational points, to thirty digits.

A formula is defined once, in ``gatedmem.theory``. Here its symbolic definition, at concrete sizes, is evaluated at
rational points and compared with the arrays of ``gatedmem.numerics``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from gatedmem.numerics import astrocyte, context
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance
from gatedmem.theory.astrocyte import model
from gatedmem.theory.context import definitions as clamped
from gatedmem.theory.indexed import Index, put
from gatedmem.theory.indexed import size as symbol_of_size
from gatedmem.theory.indexed import vector as symbol_of_vector
from gatedmem.theory.softmax import definitions as simplex

SIZES = [(1, 1), (3, 1), (1, 3), (3, 2), (2, 4)]


class Point:
    """Random rational values for the scalars and arrays of one model, and the evaluation of expressions there."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.values: dict[str, Any] = {}
        self.sizes: dict[sp.Symbol, int] = {}

    def rational(self, low: float, high: float) -> Fraction:
        return Fraction(int(self.rng.integers(int(low * 64), int(high * 64) + 1)), 64)

    def array(self, name: str, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
        entries = [self.rational(low, high) for _ in range(int(np.prod(shape)))]
        self.values[name] = np.array(entries, dtype=object).reshape(shape)
        return self.values[name].astype(float)

    def weights(self, name: str, n: int) -> np.ndarray:
        parts = [self.rational(0.1, 2.0) for _ in range(n)]
        self.values[name] = np.array([part / sum(parts) for part in parts], dtype=object)
        return self.values[name].astype(float)

    def scalar(self, name: str, low: float, high: float) -> float:
        self.values[name] = self.rational(low, high)
        return float(self.values[name])

    def evaluate(self, expression: Any) -> float:
        concrete = put(sp.sympify(expression), self.sizes).doit()
        for opaque, value in (
            (model.phi_prime, model.phi_prime_value),
            (model.phi, model.phi_value),
            (model.Lagrangian, model.Lagrangian_value),
        ):
            concrete = concrete.replace(opaque, value)
        places = {}
        for entry in concrete.atoms(sp.Indexed):
            at = tuple(int(index) - 1 for index in entry.indices)
            places[entry] = sp.Rational(self.values[str(entry.base)][at])
        concrete = concrete.xreplace(places)
        scalars = {symbol: sp.Rational(self.values[symbol.name]) for symbol in concrete.free_symbols}
        return float(sp.N(concrete.subs(scalars), 30))

    def entries(self, formula: Callable[[Index], Any], index: Index, n: int) -> list[float]:
        expression = formula(index)
        return [self.evaluate(put(expression, {index: sp.Integer(place)})) for place in range(1, n + 1)]


def _astrocyte(n: int, k: int) -> tuple[Point, AstrocyteInstance, np.ndarray, np.ndarray]:
    point = Point(100 * n + k)
    point.sizes = {model.N: n, model.K: k}
    signs = point.rng.choice([-1, 1], (k, n))
    point.values["xi"] = np.array([[Fraction(int(s)) for s in row] for row in signs], dtype=object)
    parameters = [point.scalar(name, 0.25, 3.0) for name in ("sigma", "T", "tau_x", "tau_p")]
    instance = AstrocyteInstance(signs.astype(float), *parameters)
    return point, instance, point.array("x", (n,), -2.0, 2.0), point.weights("p", k)


@pytest.mark.parametrize(("n", "k"), SIZES)
def test_astrocyte_definitions(n: int, k: int) -> None:
    point, instance, x, p = _astrocyte(n, k)
    close = {"rtol": 1e-12, "atol": 1e-13}
    np.testing.assert_allclose(
        astrocyte.activation(instance, x), point.entries(lambda i: model.phi_value(model.x[i]), model.i, n), **close
    )
    np.testing.assert_allclose(
        astrocyte.slope(instance, x), point.entries(lambda i: model.phi_prime_value(model.x[i]), model.i, n), **close
    )
    np.testing.assert_allclose(
        astrocyte.potential(instance, x),
        point.entries(lambda i: model.Lagrangian_value(model.x[i]), model.i, n),
        **close,
    )
    np.testing.assert_allclose(astrocyte.overlaps(instance, x), point.entries(model.overlap, model.mu, k), **close)
    np.testing.assert_allclose(astrocyte.scores(instance, x), point.entries(model.score, model.mu, k), **close)
    np.testing.assert_allclose(
        astrocyte.recurrent_input(instance, x, p), point.entries(model.drive, model.i, n), **close
    )
    np.testing.assert_allclose(
        astrocyte.neuron_velocity(instance, x, p), point.entries(model.velocity_x, model.i, n), **close
    )
    np.testing.assert_allclose(
        astrocyte.gain_velocity(instance, x, p), point.entries(model.velocity_p, model.mu, k), **close
    )
    np.testing.assert_allclose(astrocyte.neuron_energy(instance, x), point.evaluate(model.neuron_energy()), **close)
    np.testing.assert_allclose(astrocyte.energy(instance, x, p), point.evaluate(model.energy()), **close)
    np.testing.assert_allclose(
        astrocyte.energy_divergence_form(instance, x, p), point.evaluate(model.energy_kl()), **close
    )
    velocity_x, velocity_p = model.Family(model.velocity_x), model.Family(model.velocity_p)
    lost = model.neuron_dissipation(model.x, velocity_x) + model.gain_dissipation(model.p, velocity_p)
    np.testing.assert_allclose(astrocyte.dissipation(instance, x, p), point.evaluate(lost), **close)


@pytest.mark.parametrize(("n", "k"), SIZES)
def test_lift_and_projection_definitions(n: int, k: int) -> None:
    point, instance, x, p = _astrocyte(n, k)
    u, z = point.array("u", (k,), -1.0, 1.0), point.array("z", (k,), -1.0, 1.0)
    symbolic_z = symbol_of_vector("z", model.K)
    np.testing.assert_allclose(
        astrocyte.tangent_projection(p, z),
        point.entries(lambda mu: model.projection(mu, symbolic_z), model.mu, k),
        atol=1e-14,
    )
    np.testing.assert_allclose(soft.softmax(u), point.entries(model.gate, model.mu, k), rtol=1e-13)
    rate = point.entries(lambda mu: model.velocity_u(mu, model.scores()), model.mu, k)
    np.testing.assert_allclose(astrocyte.lifted_velocity(instance, x, u)[1], rate, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("n", "d"), [(1, 1), (2, 3), (3, 1), (4, 2)])
def test_context_definitions(n: int, d: int) -> None:
    point = Point(100 * n + d + 7)
    point.sizes = {clamped.N: n, clamped.d: d}
    memories = point.array("zeta", (d, n), -0.5, 0.5).T  # in the theory memories are columns
    alpha, beta, gain = (point.scalar(name, 0.1, 0.9) for name in ("alpha", "beta", "lambda_"))
    drive, evidence = (point.array(name, (n,), -1.0, 1.0) for name in "ub")
    s, r = (point.array(name, (n,), -1.0, 1.0) for name in "sr")
    p = point.weights("p", n)
    instance = ContextInstance(memories, alpha, beta, gain, drive, evidence)
    symbolic_s, symbolic_r, symbolic_p = (symbol_of_vector(name, clamped.N) for name in "srp")

    entry = clamped.gate_entry(clamped.i, clamped.j)
    places = [sp.Integer(place) for place in range(1, n + 1)]
    matrix = [
        [point.evaluate(put(entry, {clamped.i: row, clamped.j: column})) for column in places] for row in places
    ]
    np.testing.assert_allclose(context.gate_matrix(instance), matrix, atol=1e-14)

    exact = sp.Matrix(n, n, lambda i, j: _gate_entry(point, alpha_name="alpha", i=i, j=j))
    point.values["B"] = np.array(exact.inv().tolist(), dtype=object)
    i = Index("i", clamped.N)
    fixed_map = clamped.retrieval_map(lambda index: symbolic_p[index], i)
    expected = point.entries(lambda _: fixed_map, i, n)
    np.testing.assert_allclose(context.retrieval_map(instance, p), expected, rtol=1e-12)
    state = clamped.retrieval_state(lambda index: symbolic_p[index], i)
    expected = point.entries(lambda _: state, i, n)
    np.testing.assert_allclose(context.steady_retrieval(instance, p), expected, rtol=1e-12, atol=1e-13)

    active = lambda index: simplex.softmax(clamped.beta * symbolic_r[index], index)  # noqa: E731
    gate = clamped.gate_current(lambda index: symbolic_s[index], active, i)
    expected = point.entries(lambda _: gate, i, n)
    np.testing.assert_allclose(context.gate_velocity(instance, s, r), expected, rtol=1e-12, atol=1e-13)
    current = clamped.retrieval_current(lambda index: symbolic_s[index], lambda index: symbolic_r[index], i)
    expected = point.entries(lambda _: current, i, n)
    np.testing.assert_allclose(context.retrieval_velocity(instance, s, r), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_softmax_definitions(n: int) -> None:
    point = Point(n)
    extent = symbol_of_size("n")
    point.sizes = {extent: n}
    scores, v = point.array("r", (n,), -2.0, 2.0), point.array("v", (n,), -1.0, 1.0)
    p, q = point.weights("p", n), point.weights("q", n)
    i, j = Index("i", extent), Index("j", extent)
    r_, p_, q_, v_ = (symbol_of_vector(name, extent) for name in "rpqv")
    expected = point.entries(lambda index: simplex.softmax(r_[index], index), i, n)
    np.testing.assert_allclose(soft.softmax(scores), expected, rtol=1e-13)
    np.testing.assert_allclose(soft.log_sum_exp(scores), point.evaluate(simplex.log_partition(r_[i], i)), rtol=1e-13)
    np.testing.assert_allclose(soft.entropy(p), point.evaluate(simplex.entropy(p_[i], i)), rtol=1e-13, atol=1e-15)
    divergence = point.evaluate(simplex.kl(p_[i], q_[i], i))
    np.testing.assert_allclose(soft.relative_entropy(p, np.log(q)), divergence, rtol=1e-12, atol=1e-14)
    quadratic = point.evaluate(simplex.quadratic(p_[i], v_[i], i))
    np.testing.assert_allclose(v @ soft.covariance(p) @ v, quadratic, rtol=1e-12, atol=1e-15)
    entry = simplex.softmax_covariance(p_[i], i, j)
    matrix = [
        [point.evaluate(put(entry, {i: sp.Integer(a), j: sp.Integer(c)})) for c in range(1, n + 1)]
        for a in range(1, n + 1)
    ]
    np.testing.assert_allclose(soft.covariance(p), matrix, atol=1e-15)


def _gate_entry(point: Point, *, alpha_name: str, i: int, j: int) -> sp.Rational:
    """I + α(G - diag G) in exact rationals, for the exact inverse that stands in for the theory's B."""
    if i == j:
        return sp.Integer(1)
    columns = point.values["zeta"]
    overlap = sum(columns[a, i] * columns[a, j] for a in range(len(columns)))
    return sp.Rational(point.values[alpha_name] * overlap)
