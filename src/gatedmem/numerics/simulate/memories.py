"""One function for each memory: arrays in, a :class:`~gatedmem.numerics.simulate.runs.Run` out.

Patterns have shape (..., K, N) and cues (..., N): one stored set for all trials, or one each. Leading axes of
patterns, cues, targets, initial gains and every parameter broadcast together by NumPy's rules, so that a sweep over
τ_p, 50 sets and 11 cues is ``tau_p`` of shape (S, 1, 1), ``patterns`` (50, 1, K, N) and ``cue`` (50, 11, N).
"""

from __future__ import annotations

from typing import Unpack

import numpy as np
import numpy.typing as npt

from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate import fields
from gatedmem.numerics.simulate.batches import Batch, make_batch, numbers, stored_sets, vectors
from gatedmem.numerics.simulate.runs import Run
from gatedmem.numerics.simulate.ways import Options, run


def simulate_astrocyte(
    patterns: npt.ArrayLike,
    cue: npt.ArrayLike,
    *,
    sigma: npt.ArrayLike = 1.0,
    temperature: npt.ArrayLike = 0.01,
    tau_x: npt.ArrayLike = 1.0,
    tau_p: npt.ArrayLike = 1.0,
    score: str = "squared",
    gains: npt.ArrayLike | None = None,
    **options: Unpack[Options],
) -> Run:
    """Run the astrocyte-gated memory (arXiv 2604.25481, eqs. 4-8) from cues.

    Args:
        patterns: shape (..., K, N), entries ±1; row μ is the pattern ξ_μ.
        cue: shape (..., N), the neurons at the start.
        sigma: slope σ > 0 of tanh(σx), an array that broadcasts over the batch; so are the other parameters.
        temperature: T > 0 of the gains.
        tau_x: time constant of the neurons, > 0.
        tau_p: time constant of the gains, > 0.
        score: "squared" for f = m²/(2N) and the drive W(p)φ; "linear" for f = m and the drive Ξp.
        gains: shape (..., K), positive with sum 1, the gains at the start; 1/K each if None.
        options: how to run and what to record: :class:`~gatedmem.numerics.simulate.ways.Options`.

    Raises:
        ValueError: an argument has the wrong shape or is out of range; the message names it and the rule.

    >>> rng = np.random.default_rng(0)
    >>> patterns = rng.choice([-1.0, 1.0], size=(20, 60))
    >>> cues = np.repeat(patterns[:1], 3, axis=0)
    >>> cues[1, :9] *= -1
    >>> cues[2, :18] *= -1
    >>> run = simulate_astrocyte(patterns, cues, target=patterns[0], tau_p=0.1)
    >>> run.final("sign_error")
    array([0., 0., 0.])
    """
    if score not in ("squared", "linear"):
        raise ValueError(f"score: must be 'squared' or 'linear', is {score!r}")
    stored = stored_sets(patterns)
    k, n = stored.shape[-2:]
    slope, heat = numbers(sigma, "sigma"), numbers(temperature, "temperature")
    slow_x, slow_p = numbers(tau_x, "tau_x"), numbers(tau_p, "tau_p")
    start = vectors(cue, n, "cue")
    if gains is None:
        lifted = np.zeros(k)
    else:
        shares = vectors(gains, k, "gains")
        if not ((shares > 0.0).all() and np.allclose(shares.sum(axis=-1), 1.0, rtol=0.0, atol=1e-9)):
            raise ValueError("gains: must be positive and sum to 1")
        lifted = np.log(shares)
    squared = score == "squared"
    batch = make_batch(
        fields.SQUARED if squared else fields.LINEAR,
        stored,
        start,
        lifted,
        {
            fields.SLOPE: slope,
            fields.DRIVE: (k / n if squared else 1.0) / slow_x,
            fields.SCORE: (0.5 / n if squared else 1.0) / slow_p,
            fields.LEAK: heat / slow_p,
            fields.TAU: slow_p,
        },
        [1.0 / slow_x, heat / slow_p],
    )
    constants = _columns(batch, slope, heat, np.ones(()))
    return run(batch, constants, options)


def simulate_hopfield(
    patterns: npt.ArrayLike,
    cue: npt.ArrayLike,
    *,
    sigma: npt.ArrayLike = 1.0,
    tau: npt.ArrayLike = 1.0,
    **options: Unpack[Options],
) -> Run:
    """Run the classical Hopfield network ``τẋ = -x + Wφ(x)`` with Hebbian W = ΞΞᵀ/N, which is never formed.

    Shapes and options are those of :func:`simulate_astrocyte`. J. J. Hopfield, PNAS 81 (1984) 3088.

    >>> run = simulate_hopfield([[1, 1, -1, -1]], [1, 1, -1, 1], sigma=4.0, target=[1, 1, -1, -1])
    >>> run.signs, float(run.final("sign_error"))
    (array([ 1.,  1., -1., -1.]), 0.0)
    """
    stored = stored_sets(patterns)
    return _power(stored, cue, 2, np.asarray(1.0 / stored.shape[-1]), sigma, tau, options)


def simulate_neuron_astrocyte(
    patterns: npt.ArrayLike,
    cue: npt.ArrayLike,
    *,
    scale: npt.ArrayLike | None = None,
    sigma: npt.ArrayLike = 1.0,
    tau: npt.ArrayLike = 1.0,
    **options: Unpack[Options],
) -> Run:
    """Run the neuron-astrocyte memory with astrocyte and synapses eliminated: ``τẋ = -x + c Σ_μ ξ_μ m_μ³``.

    ``scale`` is c, 1/N³ if None (the papers leave it open). The N⁴ tensor is never formed. Shapes and options are
    those of :func:`simulate_hopfield`. arXiv 2311.08135; the elimination is statement BL4 of the ledger.

    >>> run = simulate_neuron_astrocyte([[1, 1, -1, -1]], [1, 1, -1, -1], sigma=4.0)
    >>> run.signs
    array([ 1.,  1., -1., -1.])
    """
    stored = stored_sets(patterns)
    c = np.asarray(1.0 / stored.shape[-1] ** 3) if scale is None else numbers(scale, "scale")
    return _power(stored, cue, 4, c, sigma, tau, options)


def simulate_dense(
    patterns: npt.ArrayLike,
    cue: npt.ArrayLike,
    *,
    interaction: int | str = "exp",
    scale: npt.ArrayLike | None = None,
    sigma: npt.ArrayLike = 1.0,
    tau: npt.ArrayLike = 1.0,
    **options: Unpack[Options],
) -> Run:
    """Run a dense associative memory with graded neurons: ``τẋ = -x + c Σ_μ ξ_μ F'(m_μ)``, m = Ξᵀφ(x).

    ``interaction`` is n for F(z) = z^n/n or "exp" for F = exp. ``scale`` is c, if None the one that gives a stored
    pattern alone a drive of 1: N^{1-n}, or e^{-N}. Shapes and options are those of :func:`simulate_hopfield`.
    Krotov and Hopfield, NeurIPS 2016; J. Stat. Phys. 168 (2017) 288.

    >>> run = simulate_dense([[1, 1, 1, -1, -1, -1]], [1, 1, 1, -1, -1, 1], interaction=4, sigma=9.0)
    >>> run.signs
    array([ 1.,  1.,  1., -1., -1., -1.])
    """
    stored = stored_sets(patterns)
    n = stored.shape[-1]
    if interaction != "exp":
        if isinstance(interaction, str) or interaction < 2:
            raise ValueError(f"interaction: must be 'exp' or a degree of at least 2, is {interaction!r}")
        c = np.asarray(float(n) ** (1 - interaction)) if scale is None else numbers(scale, "scale")
        return _power(stored, cue, interaction, c, sigma, tau, options)
    slope, slow = numbers(sigma, "sigma"), numbers(tau, "tau")
    shift = np.asarray(-float(n)) if scale is None else np.log(numbers(scale, "scale"))
    batch = make_batch(
        fields.EXPONENTIAL,
        stored,
        vectors(cue, n, "cue"),
        None,
        {fields.SLOPE: slope, fields.DRIVE: 1.0 / slow, fields.DEGREE: shift},
        [1.0 / slow],
    )
    return run(batch, _columns(batch, slope, shift, np.ones(())), options)


def simulate_modern(
    memories: npt.ArrayLike,
    cue: npt.ArrayLike,
    *,
    beta: npt.ArrayLike = 1.0,
    tau: npt.ArrayLike = 1.0,
    **options: Unpack[Options],
) -> Run:
    """Run the modern Hopfield network in continuous time: ``τξ̇ = -ξ + Z softmax(βZᵀξ)``.

    Memories have shape (..., N, d) and any real entries, cues (..., d); options as in :func:`simulate_hopfield`.
    One Euler step of length τ is the update of arXiv 2008.02217, that is, softmax attention.

    >>> run = simulate_modern([[2.0, 0.0], [0.0, 1.0]], [1.0, 0.2], beta=8.0)
    >>> run.x.round(3)
    array([2., 0.])
    """
    stored = stored_sets(memories, "memories", signs=False)
    sharp, slow = numbers(beta, "beta"), numbers(tau, "tau")
    batch = make_batch(
        fields.ATTENTION,
        stored,
        vectors(cue, stored.shape[-1], "cue"),
        None,
        {fields.SLOPE: np.zeros(()), fields.DRIVE: 1.0 / slow, fields.DEGREE: sharp},
        [1.0 / slow],
    )
    return run(batch, _columns(batch, np.zeros(()), sharp, np.ones(())), options)


def _power(
    stored: Array,
    cue: npt.ArrayLike,
    degree: int,
    scale: Array,
    sigma: npt.ArrayLike,
    tau: npt.ArrayLike,
    options: Options,
) -> Run:
    """A graded memory with F(z) = z^degree/degree."""
    slope, slow = numbers(sigma, "sigma"), numbers(tau, "tau")
    exponent = np.asarray(degree - 1.0)
    batch = make_batch(
        fields.POWER,
        stored,
        vectors(cue, stored.shape[-1], "cue"),
        None,
        {fields.SLOPE: slope, fields.DRIVE: scale / slow, fields.DEGREE: exponent},
        [1.0 / slow],
    )
    return run(batch, _columns(batch, slope, exponent, scale), options)


def _columns(batch: Batch, *values: Array) -> Array:
    """Parameters as columns, one row a trajectory."""
    return np.stack([np.broadcast_to(value, batch.shape).reshape(-1) for value in values], axis=1)
