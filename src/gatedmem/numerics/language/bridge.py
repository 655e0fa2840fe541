"""Context-gated retrieval read off in a language model (arXiv 2605.10970, the part on transformers).

Memories are the rows of the unembedding with the final norm's gain folded in, Z of shape (V, d). A state h of the
residual stream asks with the query q = h/rms(h), so that ``Z q`` are the model's own logits when h is the last
layer's state. The context vector c̄ is the mean change that examples make in h; the additive score is
``r = (Z h + λ Z c̄)/rms(h)`` (eq. 7), which is the paper's up to a factor per query: β = 1, gates P = I, α = 0, no
feedback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp, softmax, xlogy

Array = np.ndarray[Any, np.dtype[Any]]


def root_mean_square(states: Array, epsilon: float) -> Array:
    """What the final norm divides by, over the last axis (kept)."""
    return np.asarray(np.sqrt(np.mean(np.square(states, dtype=np.float64), axis=-1, keepdims=True) + epsilon))


def context_vector(zero: Array, after: Array) -> Array:
    """c̄: the mean over queries of what the examples change, (n, …, d) → (…, d)."""
    return np.asarray(np.mean(after - zero, axis=0))


@dataclass(frozen=True)
class Spread:
    """How far a decoded distribution spreads, for every state.

    ``effective`` N_eff = exp H(p), ``off_mass`` ε the probability off the label set, ``bound`` the largest N_eff
    that ε allows (SM9).
    """

    effective: Array
    off_mass: Array
    bound: Array


def decoded_spread(memories: Array, states: Array, label_ids: Array, epsilon: float) -> Spread:
    """N_eff of softmax(Z q) for states of shape (…, d); the bound of SM9 with S the label set."""
    flat = states.reshape(-1, states.shape[-1])
    effective, off = np.empty(len(flat)), np.empty(len(flat))
    queries = (flat / root_mean_square(flat, epsilon)).astype(memories.dtype)
    for start in range(0, len(flat), 32):
        here = slice(start, start + 32)
        p = softmax((queries[here] @ memories.T).astype(np.float64), axis=-1)
        effective[here] = np.exp(-np.sum(xlogy(p, p), axis=-1))
        # Summed over the rest, not 1 - mass: the difference would lose all digits near 0.
        p[:, label_ids] = 0.0
        off[here] = p.sum(axis=-1)
    bound = effective_bound(off, len(label_ids), len(memories))
    return Spread(*(values.reshape(states.shape[:-1]) for values in (effective, off, bound)))


def effective_bound(off_mass: Array, kept: int, total: int) -> Array:
    """SM9: exp of ``h(ε) + (1-ε) log #S + ε log(n-#S)``, which holds for mass *equal* to ε off a set of size #S.

    >>> effective_bound(np.array([0.0, 1.0]), 2, 10).round(6)
    array([2., 8.])
    """
    kept_mass = 1.0 - off_mass
    entropy = -xlogy(off_mass, off_mass) - xlogy(kept_mass, kept_mass)
    return np.asarray(np.exp(entropy + kept_mass * np.log(kept) + off_mass * np.log(total - kept)))


@dataclass(frozen=True)
class Scores:
    """What the additive score is made of, for n queries: ``evidence`` b and ``gate`` g, shape (n, M).

    The score at coupling λ is ``b + λg``. M is the number of memories looked at: the whole vocabulary or the labels.
    """

    evidence: Array
    gate: Array

    @classmethod
    def of(cls, memories: Array, states: Array, context: Array, epsilon: float) -> Scores:
        """From states (n, d) and one context vector (d,)."""
        scale = root_mean_square(states, epsilon)
        evidence = (states / scale).astype(memories.dtype) @ memories.T
        gate = (memories @ context.astype(memories.dtype)) / scale.astype(memories.dtype)
        return cls(np.asarray(evidence), np.asarray(gate))

    def at(self, gain: float) -> Array:
        """``b + λg``, shape (n, M)."""
        return np.asarray(self.evidence + self.gate.dtype.type(gain) * self.gate)

    def restricted(self, ids: Array) -> Scores:
        """The same for some of the memories only, in double precision."""
        return Scores(self.evidence[:, ids].astype(np.float64), self.gate[:, ids].astype(np.float64))


def accuracy(scores: Array, targets: Array) -> float:
    """Share of rows whose largest score stands at the target."""
    return float(np.mean(np.argmax(scores, axis=-1) == targets))


def label_accuracy(states: Array, memories: Array, label_ids: Array, labels: Array) -> Array:
    """Per layer: how often the unembedding puts the right label word above the others; (n, L, d) → (L,)."""
    logits = states @ memories[label_ids].T
    return np.asarray(np.mean(np.argmax(logits, axis=-1) == labels[:, None], axis=0))


def separability(states: Array, labels: Array, train: Array, test: Array, penalty: float = 1.0) -> Array:
    """Per layer: test accuracy of a ridge classifier of the (standardised) states, (n, L, d) → (L,).

    The penalty acts on standardised coordinates scaled by the width; the dual form keeps the system n × n.
    """
    classes = np.eye(labels.max() + 1)[labels]
    found = []
    for layer in range(states.shape[1]):
        rows = states[:, layer].astype(np.float64)
        mean, spread = rows[train].mean(axis=0), rows[train].std(axis=0) + 1e-12
        rows = (rows - mean) / spread / np.sqrt(rows.shape[1])
        centre = classes[train].mean(axis=0)
        kernel = rows[train] @ rows[train].T + penalty / len(train) * np.eye(len(train))
        weights = np.linalg.solve(kernel, classes[train] - centre)
        found.append(accuracy(rows[test] @ rows[train].T @ weights + centre, labels[test]))
    return np.array(found)


@dataclass(frozen=True)
class Recovery:
    """Accuracies on the test half, with λ chosen on the development half; every entry (label-only, full vocabulary).

    ``zero``: no examples; ``shown``: with examples; ``added``: additive score; ``chosen``: the λ of each;
    ``curves``: test accuracy over ``gains``, shape (gains, 2).
    """

    zero: tuple[float, float]
    shown: tuple[float, float]
    added: tuple[float, float]
    chosen: tuple[float, float]
    gains: Array
    curves: Array


def additive_recovery(
    memories: Array,
    zero: Array,
    after: Array,
    context: Array,
    labels: Array,
    label_ids: Array,
    halves: tuple[Array, Array],
    gains: Sequence[float],
    epsilon: float,
) -> Recovery:
    """How much of the in-context accuracy the additive score recovers. States: the last layer's, (n, d)."""
    development, test = halves
    whole = Scores.of(memories, zero, context, epsilon)
    views = ((whole.restricted(label_ids), labels), (whole, label_ids[labels]))
    shown = Scores.of(memories, after, np.zeros_like(context), epsilon)
    seen = ((shown.restricted(label_ids), labels), (shown, label_ids[labels]))
    curves, chosen, added = [], [], []
    for scores, targets in views:
        tuned = [accuracy(scores.at(gain)[development], targets[development]) for gain in gains]
        curve = [accuracy(scores.at(gain)[test], targets[test]) for gain in gains]
        best = int(np.argmax(tuned))
        curves.append(curve)
        chosen.append(float(gains[best]))
        added.append(curve[best])
    return Recovery(
        zero=_pair(accuracy(scores.evidence[test], targets[test]) for scores, targets in views),
        shown=_pair(accuracy(scores.evidence[test], targets[test]) for scores, targets in seen),
        added=_pair(added),
        chosen=_pair(chosen),
        gains=np.array(gains),
        curves=np.array(curves).T,
    )


def _pair(values: Any) -> tuple[float, float]:
    first, second = values
    return float(first), float(second)


@dataclass(frozen=True)
class LogOdds:
    """CG19 on the model's own numbers: worst departure of the log-odds from a line in λ, relative to their size;
    queries whose label has the largest g, and how many of them ever lost probability as λ grew."""

    departure: float
    largest_gate: int
    lost: int


def log_odds_check(scores: Scores, targets: Array, gains: Sequence[float]) -> LogOdds:
    """Compare probabilities, made by a softmax at each λ, with what CG19 says of them."""
    rows = np.arange(len(targets))
    log_p = np.stack([score - logsumexp(score, axis=-1, keepdims=True) for score in map(scores.at, gains)])
    odds = log_p[:, rows, targets][:, :, None] - log_p
    slope = scores.gate[rows, targets][:, None] - scores.gate
    start = scores.evidence[rows, targets][:, None] - scores.evidence
    line = start[None] + np.asarray(gains)[:, None, None] * slope[None]
    departure = float(np.max(np.abs(odds - line) / (1.0 + np.abs(line))))
    highest = scores.gate[rows, targets] >= scores.gate.max(axis=-1)
    steps = np.diff(log_p[:, rows, targets][:, highest], axis=0)
    lost = int(np.sum(np.any(steps < -1e-9, axis=0)))
    return LogOdds(departure, int(highest.sum()), lost)


def probability_margin(scores: Scores, targets: Array, gains: Sequence[float]) -> float:
    """CG6: the smallest difference in log-odds between a measured probability and the bound from the paper's gap.

    Negative would be a violation. ``Δ = Δ_raw + λΔ_gate`` with β = 1, ``P ≥ 1/(1+(M-1)e^{-Δ})``.
    """
    rows = np.arange(len(targets))

    def gap(values: Array) -> Array:
        others = values.copy()
        others[rows, targets] = -np.inf
        return np.asarray(values[rows, targets] - others.max(axis=-1))

    smallest = np.inf
    scores = Scores(scores.evidence.astype(np.float64), scores.gate.astype(np.float64))
    for gain in gains:
        score = scores.at(gain)
        others = score.copy()
        others[rows, targets] = -np.inf
        odds = score[rows, targets] - logsumexp(others, axis=-1)
        allowed = gap(scores.evidence) + gain * gap(scores.gate) - np.log(score.shape[-1] - 1)
        smallest = min(smallest, float(np.min(odds - allowed)))
    return smallest
