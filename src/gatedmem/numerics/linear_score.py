"""The linear-score variant of the astrocyte-gated memory: f = Ξᵀφ(x) and τ_x dx/dt = -x + Ξp (arXiv 2604.25481).

The paper names this variant without analysing it; its fast-gain limit is the attention readout. Shapes are those of
:mod:`gatedmem.numerics.astrocyte`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from gatedmem.numerics import astrocyte
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance

Values = npt.NDArray[Any]


def neuron_velocity(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``dx/dt = (-x + Ξp)/τ_x``, shape (..., N).

    >>> neuron_velocity(AstrocyteInstance(np.array([[1.0, -1.0]])), np.zeros(2), np.ones(1))
    array([ 1., -1.])
    """
    return np.asarray((p @ instance.patterns - x) / instance.tau_x)


def gain_velocity(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``dp_μ/dt = p_μ(F_μ - ⟨p,F⟩)/τ_p`` with ``F = Ξᵀφ(x) - T log p``, shape (..., K)."""
    weighted = p * astrocyte.overlaps(instance, x) - instance.temperature * xlogy(p, p)
    return np.asarray((weighted - p * weighted.sum(axis=-1, keepdims=True)) / instance.tau_p)


def energy(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """Return ``-⟨p,Ξᵀφ⟩ + T⟨p,log p⟩ + Σ[xφ - Λ]``, shape (...), a Lyapunov function of the variant."""
    gains = (instance.temperature * xlogy(p, p) - p * astrocyte.overlaps(instance, x)).sum(axis=-1)
    return np.asarray(gains + astrocyte.neuron_energy(instance, x))


def readout(instance: AstrocyteInstance, x: Values) -> Values:
    """Return ``Ξ softmax(Ξᵀφ(x)/T)``, shape (..., N): attention over the stored patterns with query φ(x).

    >>> model = AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]), sigma=9.0, temperature=0.01)
    >>> readout(model, np.array([1.0, 1.0])).round(6)
    array([1., 1.])
    """
    return np.asarray(soft.softmax(astrocyte.overlaps(instance, x), 1.0 / instance.temperature) @ instance.patterns)
