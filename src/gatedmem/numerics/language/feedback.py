"""The full theory, feedback included, on the memories of a real unembedding: the rows of the label words.

arXiv 2605.10970 drops the feedback term in its bridge to transformers; here it is put back, with the Gram matrix of
the label words, to see what dropping it costs (CG21) and where the labels lie relative to uniqueness (CG11, CG12).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatedmem.numerics import context
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.language.bridge import Array, Scores
from gatedmem.numerics.softmax import softmax


@dataclass(frozen=True)
class Cost:
    """Dropping feedback at one λ: the largest ``‖p* - p‖`` over queries, and CG21's bound ``βλ²/(2η_min)``."""

    gain: float
    contraction: float
    largest: float
    bound: float


def dropping_feedback(memories: Array, scores: Scores, gains: Sequence[float]) -> list[Cost]:
    """What dropping feedback changes in the label probabilities at α = 0, β = 1.

    Args:
        memories: the label words' rows, shape (labels, d).
        scores: evidence and gate of every query for these memories.
        gains: couplings λ; beyond contraction (λ² ≥ 2) the fixed point reached from p = softmax(b + λu) is reported.
    """
    costs = []
    for gain in gains:
        largest = 0.0
        for evidence, gate in zip(scores.evidence, scores.gate, strict=True):
            model = ContextInstance(memories, alpha=0.0, beta=1.0, gain=gain, drive=gate, evidence=evidence)
            dropped = softmax(evidence + gain * gate)
            kept = context.iterate(model, dropped, steps=2000, tolerance=1e-13).end
            largest = max(largest, float(np.linalg.norm(kept - dropped)))
        factor = context.contraction_factor(ContextInstance(memories, alpha=0.0, beta=1.0, gain=gain))
        costs.append(Cost(gain, factor, largest, factor))
    return costs


@dataclass(frozen=True)
class Regime:
    """Where (α, λ) lies: η_min, CG11's number βλ²/(2η_min) and CG12's exact one; each must be below 1 (at most 1)."""

    alpha: float
    gain: float
    smallest: float
    contraction: float
    exact: float


def regimes(memories: Array, shares: Sequence[float], gains: Sequence[float]) -> tuple[float, list[Regime]]:
    """α_crit of the label words, and the regime at every share of it and every λ (β = 1)."""
    critical = context.critical_alpha(ContextInstance(memories, alpha=0.0))
    rows = []
    for share in shares:
        for gain in gains:
            model = ContextInstance(memories, alpha=share * critical, beta=1.0, gain=gain)
            rows.append(
                Regime(
                    alpha=share * critical,
                    gain=gain,
                    smallest=context.smallest_gate_eigenvalue(model),
                    contraction=context.contraction_factor(model),
                    exact=context.uniqueness_threshold(model),
                )
            )
    return critical, rows
