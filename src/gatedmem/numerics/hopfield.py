"""Classical Hopfield networks in arrays: graded field and energy, binary energy and asynchronous updates.

J. J. Hopfield, PNAS 79 (1982) 2554 (binary) and 81 (1984) 3088 (graded). States are batched over leading axes; the
graded functions accept complex states for the complex step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatedmem.numerics.instances import Array
from gatedmem.numerics.softmax import Values


@dataclass(frozen=True, eq=False)
class HopfieldInstance:
    """A Hopfield network.

    Attributes:
        weights: shape (N, N), finite; the energy statements ask for a symmetric one, which is not enforced.
        sigma: slope σ > 0 of the activation tanh(σx) of the graded network.
        tau: time constant τ > 0 of the graded network.

    Raises:
        ValueError: an attribute is outside its range; the message names it and the rule.

    >>> HopfieldInstance(np.ones((2, 3)))
    Traceback (most recent call last):
        ...
    ValueError: weights: needs a square table, has shape (2, 3)
    """

    weights: Array
    sigma: float = 1.0
    tau: float = 1.0

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, dtype=np.float64)
        if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not weights.size:
            raise ValueError(f"weights: needs a square table, has shape {weights.shape}")
        if not np.isfinite(weights).all():
            raise ValueError("weights: every entry must be finite")
        object.__setattr__(self, "weights", weights)
        for field in ("sigma", "tau"):
            value = getattr(self, field)
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{field}: must be finite and greater than 0, is {value}")


def hebbian(patterns: Array, *, zero_diagonal: bool = False) -> Array:
    """Return ``W_H = ΞΞᵀ/N``, shape (N, N), for patterns of shape (K, N) in rows.

    >>> hebbian(np.array([[1.0, -1.0]]), zero_diagonal=True)
    array([[ 0. , -0.5],
           [-0.5,  0. ]])
    """
    weights = patterns.T @ patterns / patterns.shape[1]
    return np.asarray(weights - np.diag(np.diag(weights)) if zero_diagonal else weights)


def log_cosh(z: Values) -> Values:
    """Return log cosh z without overflow, same shape; complex z near the real axis too.

    >>> log_cosh(np.array([0.0, -1000.0])).round(6)
    array([  0.      , 999.306853])
    """
    size = np.where(np.real(z) < 0.0, -z, z)
    # Near 0 the terms of the first form cancel; the second is exact to relative accuracy.
    near = np.real(size) < 1.0
    far_form = size + np.log1p(np.exp(-2.0 * size)) - np.log(2.0)
    near_form = np.log1p(2.0 * np.sinh(0.5 * np.where(near, size, 0.0)) ** 2)
    return np.asarray(np.where(near, near_form, far_form))


def activation(instance: HopfieldInstance, x: Values) -> Values:
    """Return ``φ(x) = tanh(σx)``, same shape as ``x``."""
    return np.asarray(np.tanh(instance.sigma * x))


def velocity(instance: HopfieldInstance, x: Values) -> Values:
    """Return ``dx/dt = (-x + Wφ(x))/τ``, shape (..., N).

    >>> velocity(HopfieldInstance(np.eye(2), tau=2.0), np.array([0.0, 0.0]))
    array([0., 0.])
    """
    return np.asarray((activation(instance, x) @ instance.weights.T - x) / instance.tau)


def energy(instance: HopfieldInstance, x: Values) -> Values:
    """Return ``E = -½φᵀWφ + Σ[xφ - Λ]`` with ``Λ(x) = (1/σ) log cosh(σx)``, shape (...).

    >>> float(energy(HopfieldInstance(np.eye(2)), np.zeros(2)))
    0.0
    """
    phi = activation(instance, x)
    recurrent = (phi * (phi @ instance.weights.T)).sum(axis=-1)
    legendre = (x * phi - log_cosh(instance.sigma * x) / instance.sigma).sum(axis=-1)
    return np.asarray(legendre - 0.5 * recurrent)


def dissipation(instance: HopfieldInstance, x: Values) -> Values:
    """Return ``τ Σ φ'(x)ẋ²``, which is -dE/dt along the flow when W is symmetric, shape (...)."""
    slope = instance.sigma * (1.0 - activation(instance, x) ** 2)
    return np.asarray(instance.tau * (slope * velocity(instance, x) ** 2).sum(axis=-1))


def binary_energy(weights: Array, s: Array) -> Array:
    """Return ``-½ sᵀWs`` for states s of shape (..., N), shape (...).

    >>> float(binary_energy(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([1.0, 1.0])))
    -1.0
    """
    return np.asarray(-0.5 * (s * (s @ weights.T)).sum(axis=-1))


def asynchronous_update(weights: Array, s: Array, neuron: int) -> Array:
    """Return the states after ``s_i ← sign((Ws)_i)`` for one neuron, unchanged where the field is 0; shape (..., N).

    >>> asynchronous_update(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([1.0, -1.0]), 0)
    array([-1., -1.])
    """
    field = s @ weights[neuron]
    moved = np.array(s, dtype=np.float64)
    moved[..., neuron] = np.where(field == 0.0, s[..., neuron], np.sign(field))
    return moved
