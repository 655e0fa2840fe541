"""The derivations of the astrocyte-gated memory: what they conclude, and that wrong variants are refused."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sympy import Expr, Indexed, Integer, Rational, Symbol, cosh, diff, exp, log, tanh

from gatedmem.theory.astrocyte import (
    bounds,
    energy,
    equilibria,
    euler,
    geometry,
    lift,
    limits,
    linear_score,
    linearisation,
    model,
    overlaps,
    replicator,
    retrieval,
    symmetries,
    uniform,
)
from gatedmem.theory.derivation import Derivation, Equivalence, FalseStep, StepError
from gatedmem.theory.indexed import FlowDerivative, Normaliser, Partial, Relation, delta

K, N, T, mu, nu, p, x = model.K, model.N, model.T, model.mu, model.nu, model.p, model.x

DERIVATIONS: dict[str, Callable[[], Derivation]] = {
    "AG1": replicator.ag1,
    "AG4": energy.ag4,
    "AG5": energy.ag5,
    "AG6": geometry.ag6,
    "AG7": geometry.ag7,
    "AG8": energy.ag8,
    "AG11": equilibria.ag11,
    "AG28": lift.ag28,
    "AG2": bounds.ag2,
    "AG9": bounds.ag9,
    "AG13": equilibria.ag13,
    "AG15": limits.ag15,
    "AG16": limits.ag16,
    "AG18": limits.ag18,
    "AG19": symmetries.ag19,
    "AG20": overlaps.ag20,
    "AG21": uniform.ag21,
    "AG23": linearisation.ag23,
    "AG25": retrieval.ag25,
    "AG26": linear_score.ag26,
    "AG27": euler.ag27,
    "AG29": retrieval.ag29,
    "AG30": limits.ag30,
    "AG31": retrieval.ag31,
}


@pytest.mark.parametrize("name", DERIVATIONS)
def test_builds_under_its_id_and_renders(name: str) -> None:
    d = DERIVATIONS[name]()
    assert d.id == name
    assert d.conclusions
    assert json.loads(json.dumps(d.to_json()))["id"] == name
    assert d.to_markdown().startswith(f"## {name}")


# What each derivation has to say, in expressions written here a second time -----------------------------------


def says(d: Derivation, left: Expr, op: str, right: Expr) -> bool:
    """Some conclusion of the derivation is this relation, both sides compared by normal form."""
    return any(
        isinstance(c, Relation) and c.op == op and d.normal.same(c.left, left) and d.normal.same(c.right, right)
        for c in d.conclusions
    )


def total_mass() -> Expr:
    return model.over_patterns(lambda mu: p[mu])


def test_ag1_exact_rate_of_the_total() -> None:
    d = replicator.ag1()
    rate = model.over_patterns(lambda mu: model.replicator(mu, model.f))
    mean = model.over_patterns(lambda mu: p[mu] * (model.f[mu] - T * log(p[mu])))
    assert says(d, rate, "=", mean * (1 - total_mass()) / model.tau_p)
    assert not says(d, rate, "=", mean * (1 - total_mass()))


def test_ag4_difference_off_the_simplex() -> None:
    d = Derivation("AG4", "off the simplex")
    off = K * T * log(model.partition(model.scores())) * (total_mass() - 1)
    d.start(model.energy_kl() - model.energy())
    d.equal(off, "the difference")
    with pytest.raises(FalseStep):
        d.equal(0, "only on the simplex")


def test_ag5_differentials() -> None:
    d = energy.ag5()
    k = model.k
    neuron = model.phi_prime(x[k]) * (x[k] - model.drive(k))
    assert says(d, Partial(model.energy(), x[k]), "=", neuron)
    assert says(d, Partial(model.energy(), p[nu]), "=", K * (T * log(p[nu]) + T - model.score(nu)))


def test_ag8_rate_and_sign() -> None:
    d = energy.ag8()
    rate = FlowDerivative(model.energy(), (x[model.i], model.velocity_x(model.i)), (p[mu], model.velocity_p(mu)))
    speed_x, speed_p = model.Family(model.velocity_x), model.Family(model.velocity_p)
    lost = model.neuron_dissipation(x, speed_x) + model.gain_dissipation(p, speed_p)
    assert says(d, rate, "=", -lost)
    assert says(d, rate, "≤", Integer(0))


def test_ag11_interior_and_face() -> None:
    d = equilibria.ag11()
    assert all(isinstance(c, Equivalence) and not c.one_way for c in d.conclusions)
    interior, face = d.conclusions[1], d.conclusions[2]
    assert isinstance(interior, Equivalence)
    assert isinstance(face, Equivalence)
    assert d.normal.same(interior.right.difference, p[mu] - model.gate_target(mu, model.scores()))
    on_face = equilibria.q[equilibria.a] - model.gate_target(equilibria.a, equilibria.g)
    assert d.normal.same(face.right.difference, on_face)


def test_declared_derivatives_are_those_of_the_values() -> None:
    """The opaque functions of the sums carry the derivatives that tanh and log cosh have."""
    a = Symbol("a", real=True)
    chain = [
        (model.Lagrangian, model.Lagrangian_value, model.phi, model.phi_value),
        (model.phi, model.phi_value, model.phi_prime, model.phi_prime_value),
        (model.phi_prime, model.phi_prime_value, model.phi_second, model.phi_second_value),
    ]
    for function, value, slope, slope_value in chain:
        assert Normaliser().same(Partial(function(a), a), slope(a))
        for place in (Rational(-7, 5), Rational(1, 3), Rational(2)):
            values = {a: place, model.sigma: Rational(13, 10)}
            assert abs((diff(value(a), a) - slope_value(a)).subs(values).evalf(30)) < 1e-25


# Wrong variants -----------------------------------------------------------------------------------------------


def wrong_projection(mu: Any, z: model.Vector, p: model.Vector = model.p) -> Expr:
    return z[mu] + p[mu] * model.over_patterns(lambda nu: z[nu], mu)


def without_mean(mu: Any, f: model.Vector, p: model.Vector = model.p) -> Expr:
    return p[mu] * model.fitness(mu, f, p) / model.tau_p


RIGHT_MULTIPLIER, RIGHT_GAIN_ENERGY, RIGHT_WEIGHT = model.multiplier, model.gain_energy, model.weight
WRONG: list[tuple[str, Any, str, Callable[..., Expr]]] = [
    ("AG1", replicator, "replicator", without_mean),
    ("AG1", replicator, "fitness", lambda mu, f, p=p: f[mu] - 2 * T * log(p[mu])),
    ("AG4", model, "partition", lambda f: model.over_patterns(lambda mu: exp(2 * f[mu] / T))),
    ("AG4", model, "gain_energy", lambda f, p=p: -model.over_patterns(lambda mu: p[mu] * f[mu])),
    ("AG5", energy, "phi_prime_value", lambda a: 1 / cosh(model.sigma * a) ** 2),
    ("AG5", energy, "Lagrangian_value", lambda a: log(cosh(model.sigma * a))),
    ("AG5", energy, "phi_value", tanh),
    (
        "AG5",
        model,
        "weight",
        lambda i, j, p=p: model.over_patterns(lambda mu: p[mu] * model.xi[mu, i] * model.xi[mu, j]) / N,
    ),
    ("AG5", model, "score", lambda mu, x=x: model.overlap(mu, x) ** 2 / N),
    ("AG6", geometry, "multiplier", lambda z, p=p: -RIGHT_MULTIPLIER(z, p)),
    ("AG6", geometry, "projection", wrong_projection),
    ("AG6", geometry, "metric_p", lambda mu, nu, p=p: delta(mu, nu) / p[mu] ** 2),
    ("AG7", geometry, "projection", wrong_projection),
    ("AG7", geometry, "inverse_metric_x", lambda i, j, x=x: delta(i, j)),
    ("AG7", model, "gain_energy", lambda f, p=p: RIGHT_GAIN_ENERGY(f, p) / K),
    ("AG8", energy, "neuron_dissipation", lambda x, xdot: model.neuron_dissipation(x, xdot) / 2),
    ("AG8", energy, "neuron_dissipation", lambda x, xdot: model.neuron_dissipation(x, xdot) * Rational(101, 100)),
    ("AG8", energy, "gain_dissipation", lambda p, pdot: model.gain_dissipation(p, pdot) / K),
    ("AG8", energy, "gain_dissipation", lambda p, pdot: model.gain_dissipation(p, pdot) / 2),
    ("AG11", model, "gate_target", lambda mu, f: model.gate(mu, model.Family(lambda nu: 2 * f[nu] / T))),
    ("AG11", equilibria, "drive", lambda i, W=None: 2 * model.drive(i, W=W)),
    ("AG28", model, "velocity_u", lambda mu, f, u=model.u: (f[mu] - model.u[mu]) / model.tau_p),
    ("AG28", lift, "gate_Lagrangian", lambda y: T * log(model.partition(y))),
    ("AG28", lift, "energy", lambda f: model.energy(f=f) / K),
    ("AG28", lift, "gate_covariance", lambda mu, nu, p=p: p[mu] * delta(mu, nu)),
    ("AG2", bounds, "score", lambda mu, x=x: model.overlap(mu, x) ** 2 / N),
    ("AG2", model, "fitness", lambda mu, f, p=p: f[mu] - 2 * T * log(p[mu])),
    ("AG9", model, "gain_energy", lambda f, p=p: 2 * RIGHT_GAIN_ENERGY(f, p)),
    (
        "AG13",
        model,
        "weight",
        lambda i, j, p=p: model.over_patterns(lambda mu: p[mu] * model.xi[mu, i] * model.xi[mu, j]),
    ),
    ("AG15", limits, "bound", N / (4 * T)),
    ("AG16", model, "gate_target", lambda mu, f: model.gate(mu, model.Family(lambda nu: 2 * f[nu] / T))),
    ("AG18", limits, "gate_target", lambda mu, f: model.gate(mu, f)),
    ("AG19", model, "score", model.overlap),
    ("AG20", model, "weight", lambda i, j, p=p: RIGHT_WEIGHT(i, j, p) / K),
    ("AG21", uniform, "weight", lambda i, j, p=p: RIGHT_WEIGHT(i, j, p) / K),
    ("AG21", uniform, "phi_prime_value", lambda a: 1 / cosh(model.sigma * a) ** 2),
    ("AG23", model, "gain_energy", lambda f, p=p: RIGHT_GAIN_ENERGY(f, p) / K),
    ("AG25", retrieval, "drive", lambda i, p=p: 2 * model.drive(i, p=p)),
    ("AG26", linear_score, "gain_dissipation", lambda p, pdot: 2 * model.gain_dissipation(p, pdot)),
    ("AG27", replicator, "replicator", lambda mu, f: 2 * model.replicator(mu, f)),
    ("AG29", retrieval, "score", lambda mu: 2 * model.score(mu)),
    ("AG30", limits, "abs_gap", lambda flipped: 1 - (1 - flipped) * limits.h),
    ("AG31", model, "weight", lambda i, j, p=p: RIGHT_WEIGHT(i, j, p) / K),
]


@pytest.mark.parametrize(("name", "module", "function", "wrong"), WRONG)
def test_a_wrong_definition_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, module: Any, function: str, wrong: Callable[..., Expr]
) -> None:
    monkeypatch.setattr(module, function, wrong)
    with pytest.raises(FalseStep if name == "AG8" else StepError):
        DERIVATIONS[name]()


# The definitions against plain arithmetic ---------------------------------------------------------------------


def number(expression: Expr, values: dict[str, Any]) -> float:
    """Evaluate a definition at given numbers: expand the sums, put arrays for the vectors."""
    sizes = {N: values["N"], K: values["K"]}
    expanded = expression.subs(sizes).doit()
    indexed = {e: values[str(e.base.label)][tuple(int(k) - 1 for k in e.indices)] for e in expanded.atoms(Indexed)}
    functions = {"phi": model.phi_value, "phi_prime": model.phi_prime_value, "Lagrangian": model.Lagrangian_value}
    for function, value in functions.items():
        expanded = expanded.replace(
            lambda e, name=function: e.is_Function and e.func.__name__ == name,
            lambda e, value=value: value(e.args[0]),
        )
    scalars = {s: values[s.name] for s in (model.sigma, T, model.tau_x, model.tau_p)}
    return float(expanded.subs(indexed).subs(scalars).evalf(30))


def test_definitions_against_arrays() -> None:
    rng = np.random.default_rng(7)
    n_neurons, n_patterns, sigma, temperature, tau_x, tau_p = 3, 2, 1.3, 0.7, 0.9, 1.7
    patterns = rng.choice([-1.0, 1.0], size=(n_patterns, n_neurons))
    state, gains = rng.standard_normal(n_neurons), rng.dirichlet(np.ones(n_patterns))
    values = {
        "N": n_neurons, "K": n_patterns, "sigma": sigma, "T": temperature, "tau_x": tau_x, "tau_p": tau_p,
        "x": state, "p": gains, "xi": patterns,
    }  # fmt: skip
    rate = np.tanh(sigma * state)
    scores = (patterns @ rate) ** 2 / (2 * n_neurons)
    weights = n_patterns / n_neurons * patterns.T @ np.diag(gains) @ patterns
    fitness = scores - temperature * np.log(gains)
    neurons = np.sum(state * rate - np.log(np.cosh(sigma * state)) / sigma)
    expected = -n_patterns * gains @ scores + n_patterns * temperature * gains @ np.log(gains) + neurons
    assert number(model.energy(), values) == pytest.approx(expected, rel=1e-12)
    assert number(model.energy_kl(), values) == pytest.approx(expected, rel=1e-12)
    for place in range(n_neurons):
        velocity = (-state + weights @ rate)[place] / tau_x
        assert number(model.velocity_x(Integer(place + 1)), values) == pytest.approx(velocity, rel=1e-12)
    for place in range(n_patterns):
        velocity = (gains * (fitness - gains @ fitness))[place] / tau_p
        assert number(model.velocity_p(mu).subs(mu, place + 1), values) == pytest.approx(velocity, rel=1e-12)
