"""Runs of the context-gated memory (arXiv 2605.10970): clamped, with free context, free query, or gates alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate import exponential
from gatedmem.numerics.simulate.batches import common_shape, numbers, stored_sets, vectors
from gatedmem.numerics.simulate.context_layout import ContextBatch, gate_matrices, linear_modes
from gatedmem.numerics.simulate.runs import check_options, observation_times


@dataclass(frozen=True, eq=False)
class ContextRun:
    """What a batch of context-gated memories did. ``...`` stands for the batch's leading axes, M for the times.

    Attributes:
        times: shape (M,).
        s, r, p: shape (..., N), gates, retrieval neurons and probabilities softmax(βr) at the end; with gates alone
            r is s.
        c, q: shapes (..., d_c) and (..., d), context and query at the end, or None where clamped.
        observables: each of shape (..., M): ``energy``, ``perplexity`` (effective number of memories), ``peak``
            (largest probability).
        convergence_time: shape (...,), the time after which no velocity exceeds ``rest`` until the end; infinite
            where one does at the end.
        evaluations: shape (...,), right-hand sides.
        failed: shape (...,), whether the run broke off.
        path: s, r (..., M, N), where asked for, and c, q where free.
    """

    times: Array
    s: Array
    r: Array
    p: Array
    c: Array | None
    q: Array | None
    observables: dict[str, Array]
    convergence_time: Array
    evaluations: npt.NDArray[np.int64]
    failed: npt.NDArray[np.bool_]
    path: dict[str, Array] | None = None

    @property
    def answer(self) -> npt.NDArray[np.intp]:
        """Index of the most probable memory, shape (...)."""
        return np.asarray(self.p.argmax(axis=-1))

    def final(self, name: str) -> Array:
        """An observable at the end, shape (...)."""
        return np.asarray(self.observables[name][..., -1])


def simulate_context(
    memories: npt.ArrayLike,
    *,
    query: npt.ArrayLike | None = None,
    evidence: npt.ArrayLike | None = None,
    context: npt.ArrayLike | None = None,
    drive: npt.ArrayLike | None = None,
    projection: npt.ArrayLike | None = None,
    free: tuple[str, ...] = (),
    alpha: npt.ArrayLike = 0.0,
    beta: npt.ArrayLike = 1.0,
    gain: npt.ArrayLike = 1.0,
    taus: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
    s: npt.ArrayLike | None = None,
    r: npt.ArrayLike | None = None,
    t_end: float = 50.0,
    times: npt.ArrayLike | None = None,
    path: bool = False,
    tolerance: float = 1e-6,
    rest: float = 1e-6,
    max_steps: int = 1_000_000,
    precision: str = "double",
    threads: int = 1,
) -> ContextRun:
    """Run the context-gated memory from given gates and retrieval neurons.

    Args:
        memories: shape (..., N, d); row μ is the memory ζ^μ.
        query: shape (..., d): the clamped query, or the free one's start. Its evidence is b = Zᵀq.
        evidence: shape (..., N): b itself, with the query clamped.
        context: shape (..., d_c): the clamped context, or the free one's start. Its drive is u = W₁c.
        drive: shape (..., N): u itself, with the context clamped.
        projection: W₁, shape (N, d_c); the memories if None (W₁ = Zᵀ in the paper's notation).
        free: which of "context" and "query" evolve. A free context makes most systems unbounded (statement CG5).
        alpha: competition α ≥ 0, an array that broadcasts over the batch; so are the next two.
        beta: inverse temperature β > 0.
        gain: coupling λ ≥ 0.
        taus: time constants (τ_c, τ_s, τ_r, τ_q).
        s, r: shape (..., N), where the run starts; zero if None. Beyond the uniqueness threshold the answer
            depends on it.
        t_end, times, path, tolerance, max_steps, precision, threads: as for the other memories.
        rest: velocity that counts as convergence.

    Raises:
        ValueError: an argument has the wrong shape or is out of range; the message names it and the rule.

    >>> run = simulate_context(np.eye(3), query=[0.0, 0.4, 0.5], drive=[0.0, 1.0, 0.0], beta=4.0)
    >>> int(run.answer), bool(run.p[1] > 0.9)
    (1, True)
    """
    check_options(precision, tolerance, threads, max_steps)
    observed = observation_times(times, t_end)
    stored = stored_sets(memories, "memories", signs=False)
    count, dimension = stored.shape[-2:]
    unknown = sorted(set(free) - {"context", "query"})
    if unknown:
        raise ValueError(f"free: must name 'context' or 'query', names {unknown[0]!r}")
    with_context, with_query = "context" in free, "query" in free
    _exclusive(query, evidence, "query", "evidence", with_query)
    _exclusive(context, drive, "context", "drive", with_context)
    project = stored if projection is None else vectors(projection, np.shape(projection)[-1], "projection")
    if project.shape[-2] != count:
        raise ValueError(f"projection: needs one row per memory ({count}), has shape {project.shape}")
    tau_c, tau_s, tau_r, tau_q = (float(numbers(tau, "taus")) for tau in taus)
    competition, sharpness = numbers(alpha, "alpha", strict=False), numbers(beta, "beta")
    coupling = numbers(gain, "gain", strict=False)

    start_q = np.zeros(dimension) if query is None else vectors(query, dimension, "query")
    start_c = np.zeros(project.shape[-1]) if context is None else vectors(context, project.shape[-1], "context")
    clamped_b = (start_q[..., None, :] @ stored.swapaxes(-1, -2))[..., 0, :] * (not with_query)
    clamped_u = (start_c[..., None, :] @ project.swapaxes(-1, -2))[..., 0, :] * (not with_context)
    if evidence is not None:
        clamped_b = vectors(evidence, count, "evidence")
    if drive is not None:
        clamped_u = vectors(drive, count, "drive")
    start_s = np.zeros(count) if s is None else vectors(s, count, "s")
    start_r = np.zeros(count) if r is None else vectors(r, count, "r")

    per_row = {"b": clamped_b, "u": clamped_u, "s": start_s, "r": start_r, "c": start_c, "q": start_q}
    scalars = {"alpha": competition, "beta": sharpness, "gain": coupling}
    shape = common_shape(
        memories=stored.shape[:-2],
        projection=project.shape[:-2],
        **{name: value.shape[:-1] for name, value in per_row.items()},
        **{name: value.shape for name, value in scalars.items()},
    )
    size = int(np.prod(shape, dtype=np.int64))
    rows = {name: np.broadcast_to(v, (*shape, v.shape[-1])).reshape(size, -1) for name, v in per_row.items()}
    flat = {name: np.broadcast_to(value, shape).reshape(size) for name, value in scalars.items()}

    # One eigenbasis for each memory set, projection and α that occur together.
    lead = np.broadcast_shapes(stored.shape[:-2], project.shape[:-2])
    sets = np.broadcast_to(stored, (*lead, count, dimension)).reshape(-1, count, dimension)
    projections = np.broadcast_to(project, (*lead, *project.shape[-2:])).reshape(-1, *project.shape[-2:])
    of_set = np.broadcast_to(np.arange(len(sets)).reshape(lead), shape).reshape(size)
    pairs, which = np.unique(np.stack([of_set, flat["alpha"]]), axis=1, return_inverse=True)
    chosen_sets = pairs[0].astype(np.intp)
    modes = linear_modes(sets[chosen_sets], projections[chosen_sets], pairs[1], tau_c, tau_s, with_context)
    system = ContextBatch(sets, of_set, projections, modes, which.reshape(-1), rows, flat, (tau_r, tau_q))
    found = system.run(observed, with_context, with_query, path, tolerance, rest, max_steps, precision, threads)
    whole = {name: value.reshape(*shape, *value.shape[1:]) for name, value in found.items()}
    counts = whole["counts"]
    return ContextRun(
        observed,
        whole["s"][..., -1, :],
        whole["r"][..., -1, :],
        whole["p"],
        whole["c"][..., -1, :] if with_context else None,
        whole["q"][..., -1, :] if with_query else None,
        {name: whole[name] for name in ("energy", "perplexity", "peak")},
        whole["marks"][..., exponential.CONVERGENCE],
        counts[..., exponential.EVALUATIONS].astype(np.int64),
        counts[..., exponential.FAILED] > 0,
        {name: whole[name] for name in ("s", "r", "c", "q") if name in whole} if path else None,
    )


def simulate_gates(
    memories: npt.ArrayLike,
    drive: npt.ArrayLike,
    *,
    alpha: npt.ArrayLike = 0.0,
    beta: npt.ArrayLike = 1.0,
    s: npt.ArrayLike | None = None,
    tau_s: float = 1.0,
    times: npt.ArrayLike = (0.0, 10.0),
) -> tuple[Array, Array]:
    """Solve the gates alone, ``τ_s ṡ = u - A(α)s``, in closed form, and return gates and p = softmax(βs).

    Args:
        memories: shape (..., N, d).
        drive: shape (..., N), the input u.
        alpha, beta: arrays that broadcast over the batch.
        s: shape (..., N), gates at time 0; zero if None.
        tau_s: time constant.
        times: shape (M,), any times ≥ 0.

    Returns:
        Both of shape (..., M, N). Where A(α) is not positive definite the gates grow without bound; far beyond the
        range of double precision they are infinite and p is not a number.

    >>> s, p = simulate_gates(np.eye(2), [1.0, 0.0], times=[0.0, 50.0])
    >>> s[-1].round(6)
    array([1., 0.])
    """
    stored = stored_sets(memories, "memories", signs=False)
    count = stored.shape[-2]
    push = vectors(drive, count, "drive")
    start = np.zeros(count) if s is None else vectors(s, count, "s")
    competition, sharpness = numbers(alpha, "alpha", strict=False), numbers(beta, "beta")
    slow = numbers(tau_s, "tau_s")
    moments = numbers(times, "times", strict=False).reshape(-1)
    eigenvalues, vectors_ = np.linalg.eigh(gate_matrices(stored, competition))
    u, a = ((v[..., None, :] @ vectors_)[..., 0, :] for v in (push, start))
    z = -eigenvalues[..., None, :] * (moments / slow)[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        safe = np.where(z == 0.0, 1.0, z)
        first = np.where(z == 0.0, 1.0, np.expm1(safe) / safe)
        amplitudes = np.exp(z) * a[..., None, :] + (moments / slow)[:, None] * first * u[..., None, :]
        gates = amplitudes @ vectors_.swapaxes(-1, -2)
        return gates, soft.softmax(gates, sharpness[..., None, None])


def _exclusive(first: object, second: object, name: str, other: str, free: bool) -> None:
    if first is not None and second is not None:
        raise ValueError(f"{other}: is what {name} determines; give one of the two")
    if free and second is not None:
        raise ValueError(f"{other}: has no meaning with a free {name}; give {name}, where it starts")
