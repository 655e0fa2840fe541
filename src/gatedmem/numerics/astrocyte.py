"""The astrocyte-gated memory in arrays: field, energy, gradients, projections, observables.

Equation numbers are those of arXiv 2604.25481. States are batched over leading axes: ``x`` has shape (..., N), gains
``p`` and their lifted coordinates ``u`` (with p = softmax(u)) have shape (..., K). The weight matrix W(p) is never
formed: it is applied through the overlaps. All functions but the observables accept complex states for the complex
step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, AstrocyteInstance

Values = npt.NDArray[Any]


def activation(instance: AstrocyteInstance, x: Values) -> Values:
    """Return ``φ(x) = tanh(σx)``, same shape as ``x``.

    >>> activation(AstrocyteInstance(np.ones((1, 2)), sigma=2.0), np.array([0.0, 50.0]))
    array([0., 1.])
    """
    return np.asarray(np.tanh(instance.sigma * x))


def slope(instance: AstrocyteInstance, x: Values) -> Values:
    """Return ``φ'(x) = σ sech²(σx)``, to full relative accuracy also where it is tiny.

    >>> slope(AstrocyteInstance(np.ones((1, 1)), sigma=2.0), np.array([0.0]))
    array([2.])
    """
    decay = np.exp(-2.0 * _rectified(instance.sigma * x))
    return np.asarray(4.0 * instance.sigma * decay / (1.0 + decay) ** 2)


def potential(instance: AstrocyteInstance, x: Values) -> Values:
    """Return ``Λ(x) = (1/σ) log cosh(σx)``, whose derivative is φ, in its stable form.

    >>> potential(AstrocyteInstance(np.ones((1, 1))), np.array([0.0, 1000.0])).round(6)
    array([  0.      , 999.306853])
    """
    size = _rectified(instance.sigma * x)
    # Near 0 the terms of the first form cancel; the second is exact to relative accuracy.
    near = np.real(size) < 1.0
    far_form = size + np.log1p(np.exp(-2.0 * size)) - np.log(2.0)
    near_form = np.log1p(2.0 * np.sinh(0.5 * np.where(near, size, 0.0)) ** 2)
    return np.asarray(np.where(near, near_form, far_form) / instance.sigma)


def overlaps(instance: AstrocyteInstance, x: Values) -> Values:
    """Return ``m_μ = ⟨ξ_μ, φ(x)⟩``, shape (..., K)."""
    return np.asarray(activation(instance, x) @ instance.patterns.swapaxes(-1, -2))


def scores(instance: AstrocyteInstance, x: Values) -> Values:
    """Return ``f_μ = m_μ²/(2N)``, shape (..., K), in [0, N/2] (eq. 8).

    >>> scores(AstrocyteInstance(np.ones((1, 4)), sigma=9.0), np.full(4, 9.0))
    array([2.])
    """
    return np.asarray(overlaps(instance, x) ** 2 / (2.0 * instance.n_neurons))


def recurrent_input(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``W(p)φ(x) = (K/N) Σ_μ p_μ m_μ ξ_μ``, shape (..., N) (eq. 5).

    >>> model = AstrocyteInstance(np.array([[1.0, -1.0]]), sigma=9.0)
    >>> recurrent_input(model, np.array([9.0, -9.0]), np.ones(1))
    array([ 1., -1.])
    """
    factor = instance.n_patterns / instance.n_neurons
    return np.asarray(factor * ((p * overlaps(instance, x)) @ instance.patterns))


def neuron_velocity(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``dx/dt = (-x + W(p)φ(x))/τ_x``, shape (..., N) (eq. 4)."""
    return np.asarray((recurrent_input(instance, x, p) - x) / instance.tau_x)


def gain_velocity(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``dp_μ/dt = p_μ(F_μ - ⟨p,F⟩)/τ_p`` with ``F = f - T log p``, shape (..., K) (eqs. 6, 7).

    Faces are allowed: p log p is taken as 0 at p = 0, where the velocity vanishes. ``p`` is used as it comes
    and not normalised.

    >>> model = AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]))
    >>> gain_velocity(model, np.zeros(2), np.array([0.5, 0.5]))
    array([0., 0.])
    """
    weighted = p * scores(instance, x) - instance.temperature * xlogy(p, p)
    return np.asarray((weighted - p * weighted.sum(axis=-1, keepdims=True)) / instance.tau_p)


def lifted_velocity(instance: AstrocyteInstance, x: Values, u: Values) -> tuple[Values, Values]:
    """Return (dx/dt, du/dt) in lifted coordinates: ``τ_p du/dt = f(x) - Tu``, p = softmax(u).

    Its projection onto the gains is exactly the replicator, with a constant leak in every variable; nothing
    can leave the simplex or underflow a logarithm.

    >>> model = AstrocyteInstance(np.ones((1, 3)), temperature=2.0)
    >>> lifted_velocity(model, np.zeros(3), np.ones(1))
    (array([0., 0., 0.]), array([-2.]))
    """
    return (
        neuron_velocity(instance, x, soft.softmax(u)),
        np.asarray((scores(instance, x) - instance.temperature * u) / instance.tau_p),
    )


def energy(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``L = -K⟨p,f⟩ + KT⟨p, log p⟩ + Σ[xφ(x) - Λ(x)]``, shape (...) (eq. 9, expanded).

    >>> model = AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]))
    >>> round(float(energy(model, np.zeros(2), np.full(2, 0.5))), 6)  # -2 log 2
    -1.386294
    """
    gains = (instance.temperature * xlogy(p, p) - p * scores(instance, x)).sum(axis=-1)
    return np.asarray(instance.n_patterns * gains + neuron_energy(instance, x))


def energy_divergence_form(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``KT·KL(p ‖ π(x)) - KT log Z(x) + Σ[xφ - Λ]`` with π = softmax(f/T), shape (...) (eq. 9)."""
    scaled = scores(instance, x) / instance.temperature
    divergence = soft.relative_entropy(p, soft.log_softmax(scaled)) - soft.log_sum_exp(scaled)
    return np.asarray(instance.n_patterns * instance.temperature * divergence + neuron_energy(instance, x))


def neuron_energy(instance: AstrocyteInstance, x: Values) -> Values:
    """Return ``Σ_i [x_iφ(x_i) - Λ(x_i)]``, shape (...), between 0 and N log 2/σ."""
    return np.asarray((x * activation(instance, x) - potential(instance, x)).sum(axis=-1))


def energy_gradient(instance: AstrocyteInstance, x: Values, p: Values) -> tuple[Values, Values]:
    """Return ``(∂L/∂x, ∂L/∂p) = (φ'(x)[x - W(p)φ(x)], K[T log p + T - f])``, for p > 0 (eqs. 26, 27)."""
    over_x = slope(instance, x) * (x - recurrent_input(instance, x, p))
    over_p = instance.n_patterns * (instance.temperature * (np.log(p) + 1.0) - scores(instance, x))
    return np.asarray(over_x), np.asarray(over_p)


def dissipation(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``-dL/dt = τ_x Σ φ'ẋ² + Kτ_p Σ ṗ²/p ≥ 0`` along the model's flow, shape (...).

    On a face the sum runs over the support of p.
    """
    x_velocity = neuron_velocity(instance, x, p)
    p_velocity = gain_velocity(instance, x, p)
    safe = np.where(p == 0.0, 1.0, p)
    neurons = instance.tau_x * (slope(instance, x) * x_velocity**2).sum(axis=-1)
    gains = instance.n_patterns * instance.tau_p * (p_velocity * (p_velocity / safe)).sum(axis=-1)
    return np.asarray(neurons + gains)


def tangent_projection(p: Values, z: Values) -> Values:
    """Return ``Πz = z - p(1ᵀz)``: orthogonal for the Fisher metric diag(1/p) onto the tangent of the simplex.

    >>> tangent_projection(np.array([0.25, 0.75]), np.array([1.0, 1.0]))
    array([ 0.5, -0.5])
    """
    return np.asarray(z - p * z.sum(axis=-1, keepdims=True))


def retrieval_gains(instance: AstrocyteInstance, x: Values) -> Values:
    """Return ``softmax(f(x)/T)``, shape (..., K): the gains at rest for frozen neurons (eq. 11)."""
    return soft.softmax(scores(instance, x), 1.0 / instance.temperature)


def exponential_gain_step(instance: AstrocyteInstance, x: Values, u: Values, h: float) -> Values:
    """Return ``e^{-hT/τ_p}u + (1-e^{-hT/τ_p})f(x)/T``: the lifted gains after time h with the neurons frozen.

    With h = inf this is f/T, whose softmax is :func:`retrieval_gains`.
    """
    kept = np.exp(-h * instance.temperature / instance.tau_p)
    return np.asarray((kept * u if kept else 0.0) + (1.0 - kept) * scores(instance, x) / instance.temperature)


def exponential_neuron_step(instance: AstrocyteInstance, x: Values, p: Values, h: float) -> Values:
    """Return ``e^{-h/τ_x}x + (1-e^{-h/τ_x})W(p)φ(x)``: the neurons after time h with their input frozen.

    >>> model = AstrocyteInstance(np.array([[1.0, -1.0]]), sigma=9.0)
    >>> exponential_neuron_step(model, np.array([5.0, -5.0]), np.ones(1), np.inf)
    array([ 1., -1.])
    """
    kept = np.exp(-h / instance.tau_x)
    return np.asarray(kept * x + (1.0 - kept) * recurrent_input(instance, x, p))


def corrupted(pattern: Array, flips: int, rng: np.random.Generator) -> Array:
    """Return ``pattern`` (shape (N,), entries ±1) with ``flips`` entries, drawn without replacement, flipped.

    >>> int((corrupted(np.ones(9), 3, np.random.default_rng(0)) < 0).sum())
    3

    Raises:
        ValueError: ``flips`` is not between 0 and N.
    """
    if not 0 <= flips <= len(pattern):
        raise ValueError(f"flips: must lie between 0 and N = {len(pattern)}, is {flips}")
    cue = np.array(pattern, dtype=np.float64)
    cue[rng.choice(len(pattern), size=flips, replace=False)] *= -1.0
    return cue


def soft_hamming_error(instance: AstrocyteInstance, x: Array, pattern: Array) -> Array:
    """Return ``½ Σ_i |ξ_i - φ(x_i)|``, shape (...), the soft error to ``pattern`` (shape (N,)) (eq. 13)."""
    return np.asarray(0.5 * np.abs(pattern - activation(instance, x)).sum(axis=-1))


def hamming_error(x: Array, pattern: Array) -> Array:
    """Return ``½ Σ_i |ξ_i - sign(x_i)|``, shape (...); a zero neuron counts one half (eq. 15).

    >>> float(hamming_error(np.array([0.3, -2.0, 0.0]), np.ones(3)))
    1.5
    """
    return np.asarray(0.5 * np.abs(pattern - np.sign(x)).sum(axis=-1))


def _rectified(z: Values) -> Values:
    """|z| for real z; for complex z the branch of ±z with non-negative real part."""
    return np.asarray(np.where(np.real(z) < 0.0, -z, z))
