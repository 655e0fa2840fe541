"""What is recorded along a run: energy, errors of the answer, perplexity of the gains.

Every function takes states of a chunk of trajectories at several times: ``x`` of shape (B, M, N), weights of shape
(B, M, K), a stored set per trajectory of shape (B, K, N).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import astrocyte, linear_score, modern
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, AstrocyteInstance
from gatedmem.numerics.simulate import fields
from gatedmem.numerics.simulate.compiled import compiled, exp
from gatedmem.numerics.simulate.vectors import largest, wide


@dataclass(frozen=True, eq=False)
class AstrocyteChunk:
    """Stands in for an :class:`AstrocyteInstance` whose fields differ between the trajectories of a chunk.

    Patterns (B, K, N); σ and T of shape (B, 1, 1). The functions of :mod:`gatedmem.numerics.astrocyte` broadcast.
    """

    patterns: Array
    sigma: Array
    temperature: Array

    @property
    def n_neurons(self) -> int:
        """N."""
        return int(self.patterns.shape[-1])

    @property
    def n_patterns(self) -> int:
        """K."""
        return int(self.patterns.shape[-2])


def energy(kind: int, patterns: Array, constants: Array, x: Array, p: Array) -> Array:
    """Return the memory's energy, shape (B, M).

    Args:
        kind: a constant of :mod:`gatedmem.numerics.simulate.fields` (not CONTEXT).
        patterns: shape (B, K, N).
        constants: shape (B, 3): σ, then T (SQUARED, LINEAR), β (ATTENTION) or the degree n of F (POWER) or its
            shift (EXPONENTIAL), then the scale of F.
        x: shape (B, M, N).
        p: shape (B, M, K), gains; not read by memories without any.
    """
    sigma, second, scale = (column[:, None, None] for column in constants.T)
    chunk = cast(AstrocyteInstance, AstrocyteChunk(patterns, sigma, second))
    if kind == fields.SQUARED:
        return np.asarray(astrocyte.energy(chunk, x, p))
    if kind == fields.LINEAR:
        return np.asarray(linear_score.energy(chunk, x, p))
    if kind == fields.ATTENTION:
        return np.asarray(modern.energy(patterns, x, second))
    overlaps = astrocyte.overlaps(chunk, x)
    if kind == fields.POWER:
        interaction: Array = overlaps ** (second + 1.0) / (second + 1.0)
    else:
        interaction = np.exp(overlaps + second)
    return np.asarray(astrocyte.neuron_energy(chunk, x) - (scale * interaction).sum(axis=-1))


def soft_error(activity: Array, target: Array) -> Array:
    """Return ``½ Σ_i |ξ_i - φ_i|``, shape (B, M), for targets of shape (B, N) (arXiv 2604.25481, eq. 13)."""
    return np.asarray(0.5 * np.abs(target[:, None] - activity).sum(axis=-1))


def sign_error(x: Array, target: Array) -> Array:
    """Return ``½ Σ_i |ξ_i - sign(x_i)|``, shape (B, M); a zero counts one half (arXiv 2604.25481, eq. 15)."""
    return np.asarray(0.5 * np.abs(target[:, None] - np.sign(x)).sum(axis=-1))


def folded(errors: Array, n: int) -> Array:
    """Return ``min(e, N - e)``: a squared score cannot tell ξ from -ξ.

    >>> folded(np.array([1.0, 9.0]), 10)
    array([1., 1.])
    """
    return np.minimum(errors, n - errors)


def perplexity(p: Array) -> Array:
    """Return ``exp(-Σ p log p)``, shape (B, M) (arXiv 2604.25481, eq. 14)."""
    return np.asarray(soft.effective_number(p))


def readout(kind: int, patterns: Array, constants: Array, x: Array) -> Array:
    """Return what a memory without gains attends to: weights over the stored patterns, shape (B, M, K).

    The softmax of ATTENTION; elsewhere each pattern's share of the drive, ``|F'(m_μ)| / Σ|F'(m_ν)|``.
    """
    sigma, second, _ = (column[:, None, None] for column in constants.T)
    if kind == fields.ATTENTION:
        return soft.softmax(x @ patterns.swapaxes(-1, -2), second)
    overlaps = np.tanh(sigma * x) @ patterns.swapaxes(-1, -2)
    if kind == fields.EXPONENTIAL:
        return soft.softmax(overlaps)
    sizes = np.abs(overlaps) ** second
    total = sizes.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(total > 0.0, sizes / np.where(total > 0.0, total, 1.0), 1.0 / sizes.shape[-1]))


def gains(paths: npt.NDArray[np.floating], lead: int, count: int) -> Array:
    """Return the gains ``softmax(u)``, shape (B, M, K), of states (B, M, size) whose columns begin at ``lead``."""
    found = np.empty((*paths.shape[:2], count))
    gains_of(paths, np.uintp(lead), found)
    return found


@compiled
def gains_of(paths, lead, gains):  # type: ignore[no-untyped-def]
    """The same, into ``gains``; padded columns are far below the largest."""
    wide()
    for b in range(gains.shape[0]):
        for j in range(gains.shape[1]):
            y, p = paths[b, j], gains[b, j]
            top, total = largest(y, lead), 0.0
            for k in range(np.uintp(p.size)):
                p[k] = exp(y[lead + k] - top)
                total += p[k]
            part = 1.0 / total
            for k in range(np.uintp(p.size)):
                p[k] *= part
