"""The baselines in arrays against their definitions, with every sum written out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from gatedmem.numerics import dense, hopfield, modern
from gatedmem.numerics import neuron_astrocyte as tripartite

RNG = np.random.default_rng(7)
N = 3


def test_hopfield_field_and_energy_are_their_definitions() -> None:
    w = RNG.standard_normal((N, N))
    instance = hopfield.HopfieldInstance(w, sigma=1.4, tau=0.6)
    for x in RNG.standard_normal((5, N)):
        phi = np.tanh(1.4 * x)
        speed = [(-x[i] + sum(w[i, j] * phi[j] for j in range(N))) / 0.6 for i in range(N)]
        np.testing.assert_allclose(hopfield.velocity(instance, x), speed, rtol=1e-13)
        form = sum(w[i, j] * phi[i] * phi[j] for i, j in product(range(N), repeat=2))
        expected = -0.5 * form + sum(x * phi - np.log(np.cosh(1.4 * x)) / 1.4)
        np.testing.assert_allclose(hopfield.energy(instance, x), expected, rtol=1e-12)


def test_log_cosh_is_accurate_and_does_not_overflow() -> None:
    z = np.array([0.0, 1e-9, 0.3, -2.0, 30.0])
    np.testing.assert_allclose(hopfield.log_cosh(z), np.log1p(2.0 * np.sinh(z / 2.0) ** 2), rtol=1e-14)
    assert hopfield.log_cosh(np.array(-1e6)) == pytest.approx(1e6 - np.log(2.0))
    slope = hopfield.log_cosh(z + 1e-20j).imag / 1e-20
    np.testing.assert_allclose(slope, np.tanh(z), rtol=1e-13, atol=1e-30)


def test_binary_updates_move_one_neuron_and_stop_at_a_stored_pattern() -> None:
    pattern = np.array([[1.0, -1.0, 1.0, 1.0, -1.0]])
    w = hopfield.hebbian(pattern, zero_diagonal=True)
    assert not np.diag(w).any()
    s = np.concatenate([pattern, pattern])
    s[1, 0] *= -1.0
    for neuron in range(5):
        s = hopfield.asynchronous_update(w, s, neuron)
    np.testing.assert_array_equal(s, np.concatenate([pattern, pattern]))
    assert hopfield.binary_energy(w, pattern[0]) == pytest.approx(-2.0)


def test_a_zero_field_leaves_the_neuron() -> None:
    s = np.array([[1.0, -1.0], [-1.0, 1.0]])
    np.testing.assert_array_equal(hopfield.asynchronous_update(np.zeros((2, 2)), s, 0), s)


@pytest.mark.parametrize("field", ["sigma", "tau"])
def test_hopfield_refuses_bad_parameters(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        hopfield.HopfieldInstance(np.eye(2), **{field: 0.0})
    with pytest.raises(ValueError, match="weights"):
        hopfield.HopfieldInstance(np.full((2, 2), np.nan))


def test_modern_update_is_attention_and_the_gradient_step_of_its_energy() -> None:
    z, xi, beta = RNG.standard_normal((4, N)), RNG.standard_normal((6, N)), 1.7
    for state, new in zip(xi, modern.update(z, xi, beta), strict=True):
        weights = np.exp(beta * z @ state)
        np.testing.assert_allclose(new, (weights / weights.sum()) @ z, rtol=1e-13)
        gradient = modern.energy(z, state + 1e-20j * np.eye(N), beta).imag / 1e-20
        np.testing.assert_allclose(new, state - gradient, atol=1e-13)
    heads = modern.attention(xi, z, z)
    np.testing.assert_allclose(heads, modern.update(z, xi, 1.0 / np.sqrt(N)), rtol=1e-13)


def test_modern_separation_and_bound() -> None:
    z, state = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0]]), np.array([3.0, 0.5])
    assert modern.separation(z, state, 0) == pytest.approx(2.0)
    assert modern.error_bound(z, state, 0.5, 0) == pytest.approx(2.0 * 2.0 * 2.0 * np.exp(-1.0))
    assert modern.separation(z[:1], state, 0) == np.inf
    assert modern.error_bound(z[:1], state, 0.5, 0) == 0.0
    assert np.isfinite(modern.error_bound(z, state, 1e6, 1))


@pytest.mark.parametrize("interaction", [dense.power(2), dense.power(3), dense.power(4), dense.EXPONENTIAL])
def test_dense_updates_are_their_definitions(interaction: dense.Interaction) -> None:
    patterns, states = RNG.standard_normal((4, N)), RNG.choice([-1.0, 1.0], size=(8, N))
    slope = interaction.value(np.array([0.7 + 1e-20j])).imag / 1e-20
    np.testing.assert_allclose(slope, interaction.slope(np.array([0.7])), rtol=1e-13)
    for s in states:
        energies = {}
        for sign in (1.0, -1.0):
            t = s.copy()
            t[1] = sign
            energies[sign] = -sum(interaction.value(np.array(xi @ t)) for xi in patterns)
        best = min(energies, key=lambda sign: energies[sign])
        assert dense.energy_difference_update(patterns, s, 1, interaction)[1] == best
        assert dense.energy(patterns, s, interaction) == pytest.approx(energies[s[1]])
        h = sum(xi * interaction.slope(np.array(xi @ s)) for xi in patterns)
        np.testing.assert_allclose(dense.field(patterns, s, interaction), h, rtol=1e-12)
        np.testing.assert_array_equal(dense.field_update(patterns, s, interaction), np.sign(h))
        chosen = np.array([True, False, False])
        moved = dense.field_update(patterns, s, interaction, chosen)
        np.testing.assert_array_equal(moved, np.where(chosen, np.sign(h), s))


def test_power_needs_a_degree() -> None:
    with pytest.raises(ValueError, match="degree"):
        dense.power(0)


def _full(tensor: tripartite.Tensor) -> np.ndarray:
    return sum(np.multiply.outer(left, right) for left, right in zip(tensor.left, tensor.right, strict=True))


def test_neuron_astrocyte_is_its_definition() -> None:
    tensor = tripartite.Tensor(RNG.standard_normal((2, N, N)), RNG.standard_normal((2, N, N)))
    t = _full(tensor)
    b, c, d = RNG.standard_normal(N), RNG.standard_normal((N, N)), RNG.standard_normal((N, N))
    instance = tripartite.NeuronAstrocyteInstance(
        tensor, b, c, d, (1.2, 0.7, 0.4), (0.5, 2.0, 3.0), tripartite.tanh_activation(0.8)
    )
    x, s, p = RNG.standard_normal(N), RNG.standard_normal((N, N)), RNG.standard_normal((N, N))
    moved = tripartite.velocity(instance, tripartite.State(x, s, p))
    phi, g, psi = np.tanh(0.8 * x), np.tanh(s), np.tanh(p)
    energy = 1.2 * sum(x * phi - np.log(np.cosh(0.8 * x)) / 0.8) - b @ phi
    for i in range(N):
        into = sum(g[i, j] * phi[j] for j in range(N))
        assert moved.x[i] == pytest.approx((-1.2 * x[i] + into + b[i]) / 0.5)
    for i, j in product(range(N), repeat=2):
        into = phi[i] * phi[j] + psi[i, j] + c[i, j]
        assert moved.s[i, j] == pytest.approx((-0.7 * s[i, j] + into) / 2.0)
        into = sum(t[i, j, k, m] * psi[k, m] for k, m in product(range(N), repeat=2)) + g[i, j] + d[i, j]
        assert moved.p[i, j] == pytest.approx((-0.4 * p[i, j] + into) / 3.0)
        energy += 0.5 * (0.7 * (s[i, j] * g[i, j] - np.log(np.cosh(s[i, j]))) - c[i, j] * g[i, j])
        energy += 0.5 * (0.4 * (p[i, j] * psi[i, j] - np.log(np.cosh(p[i, j]))) - d[i, j] * psi[i, j])
        energy -= 0.5 * g[i, j] * (phi[i] * phi[j] + psi[i, j])
    energy -= 0.25 * np.einsum("ij,ijkl,kl->", psi, t, psi)
    assert tripartite.energy(instance, tripartite.State(x, s, p)) == pytest.approx(energy)


def test_batches_agree_with_single_states() -> None:
    tensor = tripartite.PatternTensor(RNG.choice([-1.0, 1.0], size=(2, N)), 0.3)
    instance = tripartite.NeuronAstrocyteInstance(tensor, np.zeros(N), np.zeros((N, N)), np.zeros((N, N)))
    states = tripartite.State(*(RNG.standard_normal((4, *shape)) for shape in ((N,), (N, N), (N, N))))
    one = tripartite.State(*(part[2] for part in states))
    for many, single in zip(tripartite.velocity(instance, states), tripartite.velocity(instance, one), strict=True):
        np.testing.assert_allclose(many[2], single, rtol=1e-13)
    np.testing.assert_allclose(tripartite.energy(instance, states)[2], tripartite.energy(instance, one))
    np.testing.assert_array_equal(tripartite.unpack(tripartite.pack(states), N).p, states.p)


def test_the_pattern_tensor_is_its_low_rank_form() -> None:
    xi = RNG.choice([-1.0, 1.0], size=(3, N))
    outer = xi[:, :, None] * xi[:, None, :]
    values = RNG.standard_normal((2, N, N))
    expected = tripartite.Tensor(0.7 * outer, outer).apply(values)
    np.testing.assert_allclose(tripartite.PatternTensor(xi, 0.7).apply(values), expected, rtol=1e-12)


def test_the_fast_block_is_the_jacobian() -> None:
    tensor = tripartite.Tensor(RNG.standard_normal((2, 2, 2)), RNG.standard_normal((2, 2, 2)))
    instance = tripartite.NeuronAstrocyteInstance(
        tensor, np.zeros(2), np.zeros((2, 2)), np.zeros((2, 2)), (1.0, 0.5, 0.2), (1.0, 2.0, 3.0)
    )
    state = tripartite.State(*(RNG.standard_normal(shape) for shape in ((2,), (2, 2), (2, 2))))
    packed = tripartite.pack(state)
    stepped = packed + 1e-20j * np.eye(10)
    columns = tripartite.pack(tripartite.velocity(instance, tripartite.unpack(stepped, 2))).imag / 1e-20
    np.testing.assert_allclose(tripartite.fast_block(instance, state), columns.T[2:, 2:], atol=1e-14)


def test_biases_have_to_fit() -> None:
    tensor = tripartite.PatternTensor(np.ones((1, 2)), 1.0)
    with pytest.raises(ValueError, match="d: needs shape"):
        tripartite.NeuronAstrocyteInstance(tensor, np.zeros(2), np.zeros((2, 2)), np.zeros((3, 3)))
