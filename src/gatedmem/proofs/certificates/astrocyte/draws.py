"""Instances and states on which the certificates of the astrocyte-gated memory are tried."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gatedmem.numerics.instances import AstrocyteInstance, digit_patterns, draw_astrocyte
from gatedmem.proofs.evidence import Request

Float = npt.NDArray[np.float64]

# (N, K, σ, T, τ_x, τ_p)
DRAWN = (
    (1, 1, 2.0, 1.0, 1.0, 1.0),
    (1, 3, 2.0, 0.5, 1.0, 0.1),
    (3, 1, 1.5, 0.2, 0.5, 2.0),
    (4, 2, 2.0, 0.1, 1.0, 1.0),
    (6, 4, 1.0, 1.0, 0.01, 1.0),
    (5, 9, 3.0, 0.05, 1.0, 10.0),
    (12, 6, 1.0, 0.3, 1.0, 0.001),
    (20, 30, 4.0, 0.5, 2.0, 1.0),
)


def instances(request: Request, statement: int) -> list[AstrocyteInstance]:
    """The user's instance alone, or drawn ones over a range of sizes and ten handwritten digits."""
    if request.astrocyte is not None:
        return [request.astrocyte]
    rng = np.random.default_rng([request.seed, statement])
    drawn = [
        draw_astrocyte(rng, n, k, sigma=sigma, temperature=temperature, tau_x=tau_x, tau_p=tau_p)
        for n, k, sigma, temperature, tau_x, tau_p in DRAWN
    ]
    digits = digit_patterns()
    if digits is not None:
        drawn.append(AstrocyteInstance(digits, 1.0, 0.5, name="digits N=64 K=10 σ=1 T=0.5 τx=1 τp=1"))
    return drawn


def cue(rng: np.random.Generator, instance: AstrocyteInstance) -> Float:
    """A stored pattern with a tenth of its entries flipped."""
    state: Float = instance.patterns[rng.integers(instance.n_patterns)].copy()
    flipped = rng.choice(instance.n_neurons, instance.n_neurons // 10, replace=False)
    state[flipped] *= -1.0
    return state


def gains(rng: np.random.Generator, size: int, spread: float = 1.0) -> tuple[Fraction, ...]:
    """Positive rational gains that sum to 1 exactly; the log of their ratios has this spread."""
    counts = [1 + int(2**30 * weight) for weight in np.exp(spread * rng.standard_normal(size))]
    return normalised(counts)


def normalised(counts: Sequence[int]) -> tuple[Fraction, ...]:
    """Counts over their sum."""
    return tuple(Fraction(count, sum(counts)) for count in counts)


def face(rng: np.random.Generator, size: int) -> list[int]:
    """A proper face of the simplex by its support: at least one gain, and not all when there are two or more."""
    count = int(rng.integers(1, max(size, 2)))
    return sorted(int(index) for index in rng.choice(size, count, replace=False))
