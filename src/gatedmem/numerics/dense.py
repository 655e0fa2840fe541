"""Dense associative memories in arrays: E(s) = -Σ_μ F(⟨ξ_μ, s⟩) and its updates, for any F.

D. Krotov, J. J. Hopfield, NeurIPS 2016 (F(z) = z^n/n); M. Demircigil et al., J. Stat. Phys. 168 (2017) 288
(F = exp). Patterns have shape (K, N), states s in {-1, 1}^N shape (..., N).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatedmem.numerics.instances import Array


@dataclass(frozen=True)
class Interaction:
    """F and its derivative, each applied entry by entry."""

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def power(degree: int) -> Interaction:
    """Return ``F(z) = z^n/n``, convex for even n; capacity of order N^{n-1}.

    >>> power(4).value(np.array([2.0]))
    array([4.])
    """
    if degree < 1:
        raise ValueError(f"degree: must be at least 1, is {degree}")
    return Interaction(f"z^{degree}/{degree}", lambda z: z**degree / degree, lambda z: z ** (degree - 1))


EXPONENTIAL = Interaction("exp", np.exp, np.exp)
"""F = exp, with exponential capacity; overlaps beyond 700 overflow."""


def energy(patterns: Array, s: Array, interaction: Interaction) -> Array:
    """Return ``E(s) = -Σ_μ F(⟨ξ_μ, s⟩)``, shape (...).

    >>> float(energy(np.ones((1, 2)), np.ones(2), power(2)))
    -2.0
    """
    return np.asarray(-interaction.value(s @ patterns.T).sum(axis=-1))


def energy_difference_update(patterns: Array, s: Array, neuron: int, interaction: Interaction) -> Array:
    """Return the states after one neuron took the value with the lower energy (its own at a tie), shape (..., N).

    >>> energy_difference_update(np.ones((1, 2)), np.array([1.0, -1.0]), 1, power(2))
    array([1., 1.])
    """
    overlaps = s @ patterns.T
    flipped = overlaps - 2.0 * s[..., neuron : neuron + 1] * patterns[:, neuron]
    gain = (interaction.value(flipped) - interaction.value(overlaps)).sum(axis=-1)
    moved = np.array(s, dtype=np.float64)
    moved[..., neuron] *= np.where(gain > 0.0, -1.0, 1.0)
    return moved


def field(patterns: Array, s: Array, interaction: Interaction) -> Array:
    """Return ``h = Σ_μ ξ_μ F'(⟨ξ_μ, s⟩)``, shape (..., N).

    >>> field(np.ones((1, 2)), np.ones(2), power(4))
    array([8., 8.])
    """
    return np.asarray(interaction.slope(s @ patterns.T) @ patterns)


def field_update(
    patterns: Array, s: Array, interaction: Interaction, chosen: npt.NDArray[np.bool_] | None = None
) -> Array:
    """Return the states after ``s_i ← sign(h_i)`` for all chosen neurons at once, shape (..., N).

    Neurons with h_i = 0 stay. ``chosen``: booleans that broadcast against ``s``; all neurons if None.

    >>> field_update(np.ones((1, 3)), np.array([1.0, 1.0, -1.0]), power(4))
    array([1., 1., 1.])
    """
    h = field(patterns, s, interaction)
    moved = np.where(h == 0.0, s, np.sign(h))
    return np.asarray(moved if chosen is None else np.where(chosen, moved, s))
