"""Runs of a memory: what comes back, and how a batch is carried out, in chunks and on several threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate import exponential, fields, observables
from gatedmem.numerics.simulate.batches import PRECISIONS, Batch, padded_states, padded_tables

# States and tables of a chunk stay below this many numbers: about what a core's own cache holds.
CHUNK_NUMBERS = 1 << 18


@dataclass(frozen=True, eq=False)
class Run:
    """What a batch of trajectories did. ``...`` stands for the batch's leading axes, M for the times.

    Attributes:
        times: shape (M,), when states were observed, from the start to the end.
        x: shape (..., N), the neurons at the end.
        gains: shape (..., K), weights over the stored patterns at the end: the gains p of a gated memory, the
            softmax of attention, the share of each pattern in the drive elsewhere.
        observables: each of shape (..., M). Always ``energy`` and ``perplexity``; with a target ``soft_error``
            (of activities), ``sign_error`` and ``folded_error`` (= min(e, N - e) of the sign error).
        convergence_time: shape (...,), the time after which the equilibrium equations hold within ``rest`` until
            the end of the run; infinite where they do not at the end. With steps, when the last one moved no neuron
            by more than the tolerance; with Euler not looked for, and not a number.
        settling_time: shape (...,), when a neuron last changed its sign.
        evaluations: shape (...,), right-hand sides evaluated (passes over the patterns, for steps and Euler).
        steps, rejected: shape (...,), steps taken and steps thrown away.
        failed: shape (...,), whether the run broke off; its states from then on are not numbers.
        path_x, path_gains: shapes (..., M, N) and (..., M, K), where the path was asked for.
    """

    times: Array
    x: Array
    gains: Array
    observables: dict[str, Array]
    convergence_time: Array
    settling_time: Array
    evaluations: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    rejected: npt.NDArray[np.int64]
    failed: npt.NDArray[np.bool_]
    path_x: Array | None = None
    path_gains: Array | None = None

    @property
    def signs(self) -> Array:
        """The answer: signs of the neurons, shape (..., N)."""
        return np.asarray(np.sign(self.x))

    def final(self, name: str) -> Array:
        """An observable at the end, shape (...)."""
        return np.asarray(self.observables[name][..., -1])


@dataclass(frozen=True, eq=False)
class Request:
    """How a batch is to be run and what is to be recorded.

    Attributes:
        times: shape (M,), increasing, M ≥ 2; the run starts at the first.
        target: shape (B, N) or None.
        energy: see :func:`gatedmem.numerics.simulate.observables.energy`; shape (B, 3).
        advance: solves some trajectories: ``advance(tables, which, states, chosen)`` returns paths (b, M, size),
            counts (b, 4) and marks (b, 2).
        precision: "double" or "single".
        path: whether to keep the path.
        threads: how many threads share the work.
        observe: whether to compute the observables.
        lifted: whether the columns hold logarithms of gains (up to a constant) or the gains themselves.
    """

    times: Array
    target: Array | None
    energy: Array
    advance: Callable[..., tuple[Any, Any, Any]]
    precision: str
    path: bool
    threads: int
    observe: bool = True
    lifted: bool = True


def check_options(precision: str, tolerance: float, threads: int, max_steps: int) -> None:
    """Refuse options that no run can honour.

    Raises:
        ValueError: the message names the option and the rule.

    >>> check_options("single", 1e-9, 1, 1)
    Traceback (most recent call last):
        ...
    ValueError: tolerance: must be at least 1e-06 in single precision, is 1e-09
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision: must be 'double' or 'single', is {precision!r}")
    least = 1e-13 if precision == "double" else 1e-6
    if not tolerance >= least:
        raise ValueError(f"tolerance: must be at least {least:g} in {precision} precision, is {tolerance}")
    for field, value in (("threads", threads), ("max_steps", max_steps)):
        if value < 1:
            raise ValueError(f"{field}: must be at least 1, is {value}")


def observation_times(times: npt.ArrayLike | None, t_end: float) -> Array:
    """Return the times of observation: 0 and ``t_end``, or those given.

    Raises:
        ValueError: ``t_end`` is not positive, or the times are fewer than two, not increasing or not finite.

    >>> observation_times(None, 10.0)
    array([ 0., 10.])
    """
    chosen = np.array([0.0, t_end]) if times is None else np.asarray(times, dtype=np.float64)
    fine = chosen.ndim == 1 and len(chosen) >= 2 and np.isfinite(chosen).all() and (np.diff(chosen) > 0.0).all()
    if not fine:
        field, rule = (
            ("t_end", "must be greater than 0") if times is None else ("times", "must increase, two or more")
        )
        raise ValueError(f"{field}: {rule}")
    return chosen


def in_chunks(work: Callable[[slice], dict[str, Any]], size: int, length: int, threads: int) -> dict[str, Any]:
    """Call ``work`` on slices of 0..size, at most ``length`` long, on several threads; join its arrays in order.

    A chunk's arrays are copied and let go at once, so that the next finds their memory, still in the cache.
    """
    length = max(1, min(length, -(-size // (4 * threads)) if threads > 1 else size))
    chunks = [slice(start, min(start + length, size)) for start in range(0, size, length)]
    if len(chunks) == 1:
        return work(chunks[0])
    whole: dict[str, Any] = {}
    first = Lock()

    def fill(chunk: slice) -> None:
        found = work(chunk)
        with first:
            for name in found.keys() - whole.keys():
                whole[name] = np.empty((size, *found[name].shape[1:]), found[name].dtype)
        for name, part in found.items():
            whole[name][chunk] = part

    if threads == 1:
        for chunk in chunks:
            fill(chunk)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, chunks))
    return whole


def carry_out(batch: Batch, request: Request) -> Run:
    """Run a batch, chunk by chunk, and gather what was recorded.

    Chunks only bound the memory and feed the threads: a trajectory's numbers do not depend on its neighbours.
    """
    (_, k, n), times = batch.patterns.shape, len(request.times)
    gated = batch.columns.shape[1] > 0
    own = len(batch.patterns) == batch.size  # then a set's table is made where it is used, and fresh in the cache
    shared = None if own else padded_tables(batch.patterns, request.precision)
    length = CHUNK_NUMBERS // (times * (n + 2 * k) + n * k)

    def work(chosen: slice) -> dict[str, Array]:
        states = padded_states(batch, chosen, request.precision, fields.PINNED)
        if shared is None:
            tables, which = padded_tables(batch.patterns[chosen], request.precision), np.arange(len(states))
        else:
            tables, which = shared, batch.which[chosen]
        paths, counts, marks = request.advance(tables, which, states, chosen)
        x = paths[:, :, :n].astype(np.float64)
        # A copy of a set for every trajectory: only where something reads it.
        needed = request.observe or not gated
        patterns = batch.patterns[batch.which[chosen]] if needed else batch.patterns[:0]
        constants = request.energy[chosen]
        with np.errstate(invalid="ignore", over="ignore"):
            if not gated:
                p = observables.readout(batch.kind, patterns, constants, x)
            elif request.lifted:
                p = observables.gains(paths, batch.lead, k)
            else:
                p = paths[:, :, batch.lead : batch.lead + k].astype(np.float64)
            found = {}
            if request.observe:
                found["energy"] = observables.energy(batch.kind, patterns, constants, x, p)
                found["perplexity"] = observables.perplexity(p)
        if request.target is not None and request.observe:
            target = request.target[chosen]
            slope = constants[:, 0, None, None]
            found["soft_error"] = observables.soft_error(np.where(slope > 0.0, np.tanh(slope * x), x), target)
            found["sign_error"] = observables.sign_error(x, target)
            found["folded_error"] = observables.folded(found["sign_error"], n)
        found |= {" counts": counts, " marks": marks, " x": x[:, -1], " p": p[:, -1]}
        return found | ({" path x": x, " path p": p} if request.path else {})

    whole = in_chunks(work, batch.size, length, request.threads)
    whole = {name: value.reshape(*batch.shape, *value.shape[1:]) for name, value in whole.items()}
    counts, marks = whole[" counts"].astype(np.int64), whole[" marks"]
    return Run(
        request.times,
        whole[" x"],
        whole[" p"],
        {name: value for name, value in whole.items() if not name.startswith(" ")},
        marks[..., exponential.CONVERGENCE],
        marks[..., exponential.SETTLING],
        counts[..., exponential.EVALUATIONS],
        counts[..., exponential.STEPS],
        counts[..., exponential.REJECTED],
        counts[..., exponential.FAILED] > 0,
        whole.get(" path x"),
        whole.get(" path p"),
    )
