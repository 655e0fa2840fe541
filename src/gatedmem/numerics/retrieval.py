"""Recall without a step size: the alternation whose energy never rises and whose first step can be guaranteed.

Statements of the ledger: AG25 (the energy never rises, limits are equilibria), AG31 (when one alternation returns a
stored pattern exactly), AG32 (how often it does for random patterns). The flow itself is in ``integrate``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import astrocyte
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, AstrocyteInstance


@dataclass(frozen=True, eq=False)
class Retrieval:
    """What a memory returned for each cue; the leading axes are those of the cues.

    Attributes:
        pattern: shape (...,), index μ of the stored pattern with the largest gain.
        signs: shape (..., N), the answer: signs of the neurons, in {-1, 0, +1}.
        state: shape (..., N), the neurons x.
        gains: shape (..., K), the gains p on the simplex.
        energy: shape (..., steps + 1), L after each alternation, first that of the cue with its softmax gains;
            constant once a cue has settled.
        steps: shape (...,), alternations made until the state settled.
        settled: shape (...,), whether the last alternation moved x by no more than the tolerance.
        guaranteed: shape (...,), whether the cue meets the condition of AG31: the best score leads all others by
            more than T log(K - 1) and its overlap is not zero. Then the very first alternation has the signs of
            that pattern or of its opposite. In floating point; a certificate decides it rigorously.
    """

    pattern: npt.NDArray[np.intp]
    signs: Array
    state: Array
    gains: Array
    energy: Array
    steps: npt.NDArray[np.intp]
    settled: npt.NDArray[np.bool_]
    guaranteed: npt.NDArray[np.bool_]


def retrieve(
    patterns: npt.ArrayLike,
    cue: npt.ArrayLike,
    *,
    sigma: float = 1.0,
    temperature: float = 0.01,
    max_steps: int = 100,
    tolerance: float = 1e-12,
) -> Retrieval:
    """Recall stored patterns from cues by ``p ← softmax(f(x)/T)``, then ``x ← W(p)φ(x)``, gains first.

    There is no step size to choose: each alternation minimises the energy over the gains and then takes a
    concave-convex step in the neurons, so the energy never rises (AG25; arXiv 2604.25481, eqs. 4-9).

    The score is squared, so a memory cannot tell a pattern from its opposite: a cue nearer to -ξ returns -ξ.

    Args:
        patterns: shape (K, N), entries -1 or +1; row μ is the pattern ξ_μ.
        cue: shape (..., N), finite; the initial state of the neurons, one row per cue.
        sigma: slope σ > 0 of the activation tanh(σx).
        temperature: T > 0 of the gains.
        max_steps: most alternations, at least 1.
        tolerance: a cue has settled when an alternation moves no neuron by more than this times max(1, |x|).

    Returns:
        The outcome for every cue.

    Raises:
        ValueError: an argument has the wrong shape or is out of range; the message names it and the rule.

    >>> rng = np.random.default_rng(0)
    >>> patterns = rng.choice([-1.0, 1.0], size=(20, 100))
    >>> cue = patterns[7].copy()
    >>> cue[:25] *= -1
    >>> found = retrieve(patterns, cue)
    >>> int(found.pattern), bool(found.guaranteed), bool((found.signs == patterns[7]).all())
    (7, True, True)
    """
    instance = AstrocyteInstance(np.asarray(patterns, dtype=np.float64), sigma, temperature)
    start = np.asarray(cue, dtype=np.float64)
    if start.ndim == 0 or start.shape[-1] != instance.n_neurons:
        raise ValueError(f"cue: its last axis must have N = {instance.n_neurons} entries, has shape {start.shape}")
    if not np.isfinite(start).all():
        raise ValueError("cue: every entry must be finite")
    if max_steps < 1:
        raise ValueError(f"max_steps: must be at least 1, is {max_steps}")
    if not tolerance >= 0:
        raise ValueError(f"tolerance: must be at least 0, is {tolerance}")

    shape = start.shape[:-1]
    x = start.reshape(-1, instance.n_neurons).copy()
    guaranteed = _one_step_condition(instance, x)
    gains = _gains(instance, x)
    steps = np.zeros(len(x), dtype=np.intp)
    moving = np.ones(len(x), dtype=bool)
    energies = [astrocyte.energy(instance, x, gains)]
    for _ in range(max_steps):
        moved = astrocyte.recurrent_input(instance, x[moving], gains[moving])
        change = np.abs(moved - x[moving]).max(axis=-1)
        still = change > tolerance * np.maximum(1.0, np.abs(moved).max(axis=-1))
        x[moving] = moved
        gains[moving] = _gains(instance, moved)
        steps[moving] += 1
        energies.append(np.where(moving, astrocyte.energy(instance, x, gains), energies[-1]))
        moving[moving] = still
        if not moving.any():
            break
    return Retrieval(
        pattern=gains.argmax(axis=-1).reshape(shape),
        signs=np.sign(x).reshape(start.shape),
        state=x.reshape(start.shape),
        gains=gains.reshape(*shape, -1),
        energy=np.stack(energies, axis=-1).reshape(*shape, -1),
        steps=steps.reshape(shape),
        settled=~moving.reshape(shape),
        guaranteed=guaranteed.reshape(shape),
    )


def _gains(instance: AstrocyteInstance, x: Array) -> Array:
    return soft.softmax(astrocyte.scores(instance, x) / instance.temperature)


def _one_step_condition(instance: AstrocyteInstance, x: Array) -> npt.NDArray[np.bool_]:
    """The condition of AG31 at each row of x."""
    overlaps = astrocyte.overlaps(instance, x)
    if instance.n_patterns == 1:
        return np.asarray(overlaps[:, 0] != 0.0)
    scores = np.sort(astrocyte.scores(instance, x), axis=-1)
    gap = scores[:, -1] - scores[:, -2]
    return np.asarray(gap > instance.temperature * np.log(instance.n_patterns - 1))
