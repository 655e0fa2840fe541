"""The neuron-astrocyte memory in arrays: fields, energy, the defects of asymmetry, and the eliminated dense memory.

L. Kozachkov, J.-J. Slotine, D. Krotov, PNAS 122 (2025) e2417788122, arXiv 2311.08135. States are batched over leading
axes: x of shape (..., N), s and p of shape (..., N, N). The N⁴ tensor T is never formed: it is a sum of outer
products of N × N matrices, applied through inner products.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from gatedmem.numerics.hopfield import log_cosh
from gatedmem.numerics.instances import Array
from gatedmem.numerics.softmax import Values


@dataclass(frozen=True)
class Activation:
    """A derivative of a convex function: the potential, the activation and its slope, entry by entry."""

    potential: Callable[[Values], Values]
    value: Callable[[Values], Values]
    slope: Callable[[Values], Values]


def tanh_activation(sigma: float) -> Activation:
    """Return tanh(σz), with potential (1/σ) log cosh(σz).

    >>> float(tanh_activation(2.0).slope(np.array(0.0)))
    2.0
    """
    return Activation(
        lambda z: log_cosh(sigma * z) / sigma,
        lambda z: np.asarray(np.tanh(sigma * z)),
        lambda z: np.asarray(sigma * (1.0 - np.tanh(sigma * z) ** 2)),
    )


IDENTITY = Activation(
    lambda z: np.asarray(z * z / 2.0), lambda z: np.asarray(z), lambda z: np.ones_like(z, dtype=np.float64)
)


class Tensor(NamedTuple):
    """T_ijkl = Σ_r left[r]_ij right[r]_kl, the two factors of shape (R, N, N)."""

    left: Array
    right: Array

    def apply(self, values: Values) -> Values:
        """Return ``Σ_kl T_ijkl v_kl``, shape (..., N, N).

        >>> Tensor(np.ones((1, 2, 2)), np.eye(2)[None]).apply(np.array([[1.0, 5.0], [5.0, 2.0]]))
        array([[3., 3.],
               [3., 3.]])
        """
        weights = np.einsum("...kl,rkl->...r", values, self.right)
        return np.asarray(np.einsum("...r,rij->...ij", weights, self.left))

    def turned(self) -> Tensor:
        """The tensor T_klij."""
        return Tensor(self.right, self.left)


class PatternTensor(NamedTuple):
    """T_ijkl = c Σ_μ ξ_μi ξ_μj ξ_μk ξ_μl for patterns of shape (K, N): the quartic dense memory."""

    patterns: Array
    scale: float

    def apply(self, values: Values) -> Values:
        """Return ``Σ_kl T_ijkl v_kl = c Σ_μ ξ_μξ_μᵀ ⟨ξ_μ, vξ_μ⟩``, shape (..., N, N).

        >>> PatternTensor(np.array([[1.0, -1.0]]), 0.5).apply(np.eye(2))
        array([[ 1., -1.],
               [-1.,  1.]])
        """
        weights = np.einsum("mi,...ij,mj->...m", self.patterns, values, self.patterns, optimize=True)
        return np.asarray(self.scale * np.einsum("...m,mi,mj->...ij", weights, self.patterns, self.patterns))

    def turned(self) -> PatternTensor:
        """The tensor T_klij, which is the same."""
        return self


@dataclass(frozen=True, eq=False)
class NeuronAstrocyteInstance:
    """A neuron-astrocyte memory.

    Attributes:
        tensor: how astrocyte processes drive each other.
        b: shape (N,), bias of the neurons.
        c: shape (N, N), bias of the synapses.
        d: shape (N, N), bias of the processes.
        gamma: the leaks (γ_n, γ_s, γ_p), each ≥ 0.
        tau: the time constants (τ_n, τ_s, τ_p), each > 0.
        phi, g, psi: activations of neurons, synapses and processes.

    Raises:
        ValueError: the shapes of the biases do not fit each other.
    """

    tensor: Tensor | PatternTensor
    b: Array
    c: Array
    d: Array
    gamma: tuple[float, float, float] = (1.0, 1.0, 1.0)
    tau: tuple[float, float, float] = (1.0, 1.0, 1.0)
    phi: Activation = field(default_factory=lambda: tanh_activation(1.0))
    g: Activation = field(default_factory=lambda: tanh_activation(1.0))
    psi: Activation = field(default_factory=lambda: tanh_activation(1.0))

    def __post_init__(self) -> None:
        n = len(self.b)
        for name in ("c", "d"):
            if getattr(self, name).shape != (n, n):
                raise ValueError(f"{name}: needs shape {(n, n)}, has shape {getattr(self, name).shape}")


class State(NamedTuple):
    """Neurons x (..., N), synapses s and processes p (..., N, N); also used for velocities."""

    x: Values
    s: Values
    p: Values


def velocity(instance: NeuronAstrocyteInstance, state: State) -> State:
    """Return the three velocities.

    ``τ_nẋ = -γ_n x + g(s)φ(x) + b``, ``τ_sṡ = -γ_s s + φφᵀ + ψ(p) + c``, ``τ_pṗ = -γ_p p + Tψ(p) + g(s) + d``.

    >>> nothing = np.zeros((1, 1))
    >>> instance = NeuronAstrocyteInstance(PatternTensor(np.ones((1, 1)), 1.0), np.ones(1), nothing, nothing)
    >>> float(velocity(instance, State(np.zeros(1), nothing, nothing)).x[0])
    1.0
    """
    phi, g, psi = instance.phi.value(state.x), instance.g.value(state.s), instance.psi.value(state.p)
    into_x = np.einsum("...ij,...j->...i", g, phi)
    x = (into_x + instance.b - instance.gamma[0] * state.x) / instance.tau[0]
    s = (phi[..., :, None] * phi[..., None, :] + psi + instance.c - instance.gamma[1] * state.s) / instance.tau[1]
    p = (instance.tensor.apply(psi) + g + instance.d - instance.gamma[2] * state.p) / instance.tau[2]
    return State(np.asarray(x), np.asarray(s), np.asarray(p))


def energy(instance: NeuronAstrocyteInstance, state: State) -> Values:
    """Return the energy of the three layers (arXiv 2311.08135), shape (...).

    >>> nothing = np.zeros((2, 2))
    >>> instance = NeuronAstrocyteInstance(PatternTensor(np.ones((1, 2)), 1.0), np.zeros(2), nothing, nothing)
    >>> float(energy(instance, State(np.zeros(2), nothing, nothing)))
    0.0
    """
    phi, g, psi = instance.phi.value(state.x), instance.g.value(state.s), instance.psi.value(state.p)
    neurons = (instance.gamma[0] * (state.x * phi - instance.phi.potential(state.x)) - instance.b * phi).sum(axis=-1)
    synapses = instance.gamma[1] * (state.s * g - instance.g.potential(state.s)) - instance.c * g
    processes = instance.gamma[2] * (state.p * psi - instance.psi.potential(state.p)) - instance.d * psi
    meeting = g * (phi[..., :, None] * phi[..., None, :] + psi)
    recurrent = psi * instance.tensor.apply(psi)
    return np.asarray(
        neurons + 0.5 * (synapses + processes - meeting).sum(axis=(-2, -1)) - 0.25 * recurrent.sum(axis=(-2, -1))
    )


def dissipation(instance: NeuronAstrocyteInstance, state: State) -> Values:
    """Return ``τ_nΣφ'ẋ² + ½τ_sΣg'ṡ² + ½τ_pΣψ'ṗ²``, shape (...)."""
    moved = velocity(instance, state)
    x = (instance.phi.slope(state.x) * moved.x**2).sum(axis=-1)
    s = (instance.g.slope(state.s) * moved.s**2).sum(axis=(-2, -1))
    p = (instance.psi.slope(state.p) * moved.p**2).sum(axis=(-2, -1))
    return np.asarray(instance.tau[0] * x + 0.5 * instance.tau[1] * s + 0.5 * instance.tau[2] * p)


def defect(instance: NeuronAstrocyteInstance, state: State) -> Values:
    """Return what asymmetry adds to dE/dt, shape (...): dE/dt = defect - dissipation at every state.

    ``½Σφ'ẋ_i(g_ij - g_ji)φ_j + ¼Σψ'ṗ_ij(T_ijkl - T_klij)ψ_kl``, zero on symmetric states with T_ijkl = T_klij.
    """
    moved = velocity(instance, state)
    phi, g, psi = instance.phi.value(state.x), instance.g.value(state.s), instance.psi.value(state.p)
    skew = g - np.swapaxes(g, -1, -2)
    by_synapses = (instance.phi.slope(state.x) * moved.x * np.einsum("...ij,...j->...i", skew, phi)).sum(axis=-1)
    turned = instance.tensor.apply(psi) - instance.tensor.turned().apply(psi)
    by_tensor = (instance.psi.slope(state.p) * moved.p * turned).sum(axis=(-2, -1))
    return np.asarray(0.5 * by_synapses + 0.25 * by_tensor)


def pack(state: State) -> Values:
    """Return the state as one vector, shape (..., N + 2N²)."""
    lead = state.x.shape[:-1]
    return np.concatenate([state.x, state.s.reshape(*lead, -1), state.p.reshape(*lead, -1)], axis=-1)


def unpack(packed: Values, n: int) -> State:
    """Return the state behind :func:`pack`, for n neurons.

    >>> unpack(np.arange(10.0), 2).p
    array([[6., 7.],
           [8., 9.]])
    """
    lead = packed.shape[:-1]
    s, p = packed[..., n : n + n * n], packed[..., n + n * n :]
    return State(packed[..., :n], s.reshape(*lead, n, n), p.reshape(*lead, n, n))


def fast_block(instance: NeuronAstrocyteInstance, state: State) -> Array:
    """Return the Jacobian of (ds/dt, dp/dt) in (s, p) at one state, the neurons frozen: shape (2N², 2N²).

    Forms N⁴ entries: for small N only.
    """
    n = len(instance.b)
    slopes_g, slopes_psi = instance.g.slope(state.s).reshape(-1), instance.psi.slope(state.p).reshape(-1)
    units = np.eye(n * n).reshape(n * n, n, n)
    tensor = instance.tensor.apply(units).reshape(n * n, n * n).T
    one = np.eye(n * n)
    top = np.concatenate([-instance.gamma[1] * one, np.diag(slopes_psi)], axis=1) / instance.tau[1]
    bottom = np.concatenate([np.diag(slopes_g), tensor * slopes_psi - instance.gamma[2] * one], axis=1)
    return np.asarray(np.concatenate([top, bottom / instance.tau[2]]))


def reduced_velocity(patterns: Array, scale: float, phi: Activation, x: Values, tau: float = 1.0) -> Values:
    """Return ``dx/dt = (-x + c Σ_μ ξ_μ m_μ³)/τ_n`` of the eliminated system, shape (..., N).

    >>> reduced_velocity(np.ones((1, 2)), 0.5, IDENTITY, np.ones(2))
    array([3., 3.])
    """
    overlaps = phi.value(x) @ patterns.T
    return np.asarray((scale * (overlaps**3 @ patterns) - x) / tau)


def reduced_energy(patterns: Array, scale: float, phi: Activation, x: Values) -> Values:
    """Return ``E_eff = Σ[xφ - Λ] - (c/4) Σ_μ m_μ⁴``, shape (...).

    >>> float(reduced_energy(np.ones((1, 2)), 1.0, IDENTITY, np.ones(2)))
    -3.0
    """
    values = phi.value(x)
    return np.asarray(
        (x * values - phi.potential(x)).sum(axis=-1) - 0.25 * scale * ((values @ patterns.T) ** 4).sum(axis=-1)
    )
