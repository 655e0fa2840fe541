"""Instances on which the certificates of the context-gated memory are tried."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from gatedmem.numerics.instances import ContextInstance, digit_patterns, draw_context
from gatedmem.proofs.evidence import Request

# (N, d, α, β, unit norms)
DRAWN = (
    (1, 1, 0.3, 2.0, True),
    (2, 3, 0.5, 1.0, True),
    (3, 2, 0.4, 3.0, False),
    (5, 8, 1.0, 2.0, True),
    (10, 4, 0.7, 5.0, True),
    (30, 10, 0.1, 3.5, True),
    (50, 60, 0.3, 1.0, False),
)


def instances(request: Request, statement: int, contractions: tuple[float, ...]) -> list[ContextInstance]:
    """The user's instance alone, or drawn ones, λ set so that βλ²/(2η_min) is near each of ``contractions``."""
    if request.context is not None:
        return [request.context]
    rng = np.random.default_rng([request.seed, statement])
    drawn = []
    for index, (n, d, alpha, beta, unit) in enumerate(DRAWN):
        instance = draw_context(rng, n, d, alpha=alpha, beta=beta, gain=1.0, unit_norm=unit)
        drawn.append(at_contraction(instance, contractions[index % len(contractions)]))
    digits = digit_patterns()
    if digits is not None:
        memories = digits / 8.0
        query = memories[3] + 0.1 * rng.standard_normal(64)
        instance = ContextInstance(
            memories, 0.2, 3.5, 1.0, rng.standard_normal(10), memories @ query, "digits N=10 d=64"
        )
        drawn.append(at_contraction(instance, contractions[-1]))
    return drawn


def at_contraction(instance: ContextInstance, kappa: float) -> ContextInstance:
    """The instance with λ = sqrt(2 η_min κ/β), and α halved until the gate matrix is safely positive definite."""
    overlaps = instance.memories @ instance.memories.T
    np.fill_diagonal(overlaps, 0.0)
    alpha = instance.alpha
    while True:
        eta = float(np.linalg.eigvalsh(np.eye(instance.n_memories) + alpha * overlaps)[0])
        if eta > 0.05:
            break
        alpha /= 2.0
    gain = float(np.sqrt(2.0 * eta * kappa / instance.beta))
    name = f"{instance.name.split(' α=')[0]} α={alpha:g} β={instance.beta:g} λ={gain:.4g}"
    return replace(instance, alpha=alpha, gain=gain, name=name)


def symmetric_pair(overlap: float, alpha: float, strength: float) -> ContextInstance:
    """Two memories of norm about 1 with G₁₂ = ``overlap``, no drive, no evidence, λ = 1, and β = ``strength``."""
    memories = np.array([[1.0, 0.0], [overlap, 1.0]])
    return ContextInstance(
        memories, alpha, strength, 1.0, name=f"pair G₁₂={overlap:g} α={alpha:g} β={strength:g} λ=1"
    )


def gains(rng: np.random.Generator, size: int, spread: float = 1.0) -> tuple[Fraction, ...]:
    """A rational point inside the simplex; the log of its ratios has this spread."""
    counts = [1 + int(2**30 * weight) for weight in np.exp(spread * rng.standard_normal(size))]
    return tuple(Fraction(count, sum(counts)) for count in counts)
