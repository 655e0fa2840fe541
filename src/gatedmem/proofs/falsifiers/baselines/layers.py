"""The modular frame of BL5 on arrays: layers with their Lagrangians, and a frame of them with its flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gatedmem.numerics import hopfield
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.falsifiers.search import STEP


@dataclass(frozen=True)
class Layer:
    """A Lagrangian and its gradient, on states of shape (..., n); smooth ones accept complex states."""

    name: str
    lagrangian: Callable[[Values], Values]
    activation: Callable[[Values], Values]
    smooth: bool = True


@dataclass(frozen=True)
class Frame:
    """Layers with sizes and time constants, and an interaction energy of all activations with its gradient."""

    layers: tuple[Layer, ...]
    sizes: tuple[int, ...]
    taus: Array
    interaction: Callable[[Values], Values]

    def split(self, y: Values) -> list[Values]:
        """The states of the layers."""
        return [np.asarray(part) for part in np.split(y, np.cumsum(self.sizes)[:-1], axis=-1)]

    def activations(self, y: Values) -> Values:
        """ŷ of all layers, joined."""
        parts = [layer.activation(part) for layer, part in zip(self.layers, self.split(y), strict=True)]
        return np.concatenate(parts, axis=-1)

    def energy(self, y: Values) -> Values:
        """Σ [⟨y, ŷ⟩ - 𝓛(y)] + E_h(ŷ)."""
        own = [layer.lagrangian(part) for layer, part in zip(self.layers, self.split(y), strict=True)]
        hat = self.activations(y)
        return np.asarray((y * hat).sum(axis=-1) - sum(own) + self.interaction(hat))

    def velocity(self, y: Values) -> Values:
        """(-y - ∂E_h/∂ŷ)/τ, the gradient of the interaction by the complex step."""
        hat = self.activations(y)
        stepped = hat[..., None, :] + 1j * STEP * np.eye(hat.shape[-1])
        return np.asarray((-y - self.interaction(stepped).imag / STEP) / self.taus)


IDENTITY_LAYER = Layer("½|y|²", lambda y: np.asarray((y * y).sum(axis=-1) / 2.0), lambda y: np.asarray(y))
RELU_LAYER = Layer(
    "½relu²", lambda y: np.asarray((np.maximum(y, 0.0) ** 2).sum(axis=-1) / 2.0),
    lambda y: np.asarray(np.maximum(y, 0.0)), smooth=False,
)  # fmt: skip
HUBER_LAYER = Layer(
    "Huber", lambda y: np.asarray(np.where(np.abs(y) < 1.0, y * y / 2.0, np.abs(y) - 0.5).sum(axis=-1)),
    lambda y: np.asarray(np.clip(y, -1.0, 1.0)), smooth=False,
)  # fmt: skip


def tanh_layer(sigma: float) -> Layer:
    """Σ (1/σ) log cosh(σy)."""
    return Layer(
        "log cosh",
        lambda y: np.asarray((hopfield.log_cosh(sigma * y) / sigma).sum(axis=-1)),
        lambda y: np.asarray(np.tanh(sigma * y)),
    )


def softmax_layer(beta: float, weight: float = 1.0) -> Layer:
    """(w/β) log Σ e^{βy}, with activation w softmax(βy)."""
    return Layer(
        "log-sum-exp",
        lambda y: np.asarray(weight * soft.log_sum_exp(y, beta)),
        lambda y: np.asarray(weight * soft.softmax(y, beta)),
    )
