"""The ways to run a memory, and the options that all memories share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate import euler, exponential, fields, steps
from gatedmem.numerics.simulate.batches import (
    PRECISIONS,
    Batch,
    aligned_zeros,
    common_shape,
    numbers,
    padded,
    vectors,
)
from gatedmem.numerics.simulate.runs import Request, Run, carry_out, check_options, observation_times

WAYS = ("flow", "stable", "alternation", "euler")
Advance = Callable[[Any, Any, Any, slice], tuple[Any, Any, Any]]


class Options(TypedDict, total=False):
    """Options of every memory.

    Attributes:
        target: shape (..., N), entries ±1, the pattern that errors are measured to.
        t_end: end of the run, which starts at 0 (default 10); the number of alternations for "alternation".
        times: shape (M,), when to observe, the start first; overrides ``t_end``.
        path: keep states at every time.
        way: "flow" (default) solves the equations to ``tolerance``. "stable" takes energy-stable exponential steps of
            length ``step``. "alternation" is their limit without a step, ``times`` counting alternations. "euler"
            takes explicit Euler steps of length ``step``, in the gains themselves, as the papers do. With a step
            all times must be its multiples.
        step: length of a step (default 0.1 for "stable", 0.001 for "euler").
        renormalise: divide the gains by their sum after every Euler step.
        tolerance: for "flow" the local tolerance of a step (default 1e-6): relative for neurons (to max(1, ‖x‖∞)),
            absolute and relative for the logarithms of the gains. For "stable" and "alternation" the change that
            ends a run (default 0: none does).
        rest: residual of the equilibrium equations that counts as convergence of the flow (default 1e-3).
        max_steps: steps after which a trajectory is given up (default a million).
        precision: "double", or "single", the fast path (tolerances of 1e-6 and above).
        threads: how many threads share the trajectories; the answer does not depend on it.
        observe: compute the observables (default), or leave them out where states are all that is wanted.
    """

    target: npt.ArrayLike | None
    t_end: float
    times: npt.ArrayLike | None
    path: bool
    way: str
    step: float | None
    renormalise: bool
    tolerance: float | None
    rest: float
    max_steps: int
    precision: str
    threads: int
    observe: bool


def run(batch: Batch, constants: Array, options: Options) -> Run:
    """Check the options, and run the batch; ``constants`` as in :func:`observables.energy`.

    Raises:
        ValueError: an option is out of range; the message names it and the rule.
    """
    way, precision = options.get("way", "flow"), options.get("precision", "double")
    threads, max_steps = options.get("threads", 1), options.get("max_steps", 1_000_000)
    if way not in WAYS:
        raise ValueError(f"way: must be one of {', '.join(WAYS)}, is {way!r}")
    tolerance = options.get("tolerance")
    if tolerance is None:
        tolerance = 1e-6 if way == "flow" else 0.0
    check_options(precision, tolerance if way == "flow" else 1.0, threads, max_steps)
    if not tolerance >= 0.0:
        raise ValueError(f"tolerance: must be at least 0, is {tolerance}")
    times = observation_times(options.get("times"), options.get("t_end", 10.0))
    if way == "flow":
        rest = float(numbers(options.get("rest", 1e-3), "rest", strict=False))
        advance = _flow(batch, times, tolerance, rest, max_steps, precision)
    else:
        length = options.get("step")
        if way == "alternation":
            if length is not None:
                raise ValueError("step: an alternation has none")
            length = 1.0
        length = float(numbers({"stable": 0.1, "euler": 0.001}[way] if length is None else length, "step"))
        stops = _whole_steps(times, length)
        if way == "euler":
            advance = _euler(batch, stops, length, options.get("renormalise", False), precision)
        else:
            advance = _steps(batch, constants, stops, length, way == "alternation", tolerance, precision)
    return carry_out(
        batch,
        Request(
            times,
            _target(batch, options.get("target")),
            constants,
            advance,
            precision,
            options.get("path", False),
            threads,
            options.get("observe", True),
            lifted=way != "euler" or batch.columns.shape[1] == 0,
        ),
    )


def _target(batch: Batch, target: npt.ArrayLike | None) -> Array | None:
    if target is None:
        return None
    n = batch.patterns.shape[2]
    chosen = vectors(target, n, "target")
    if common_shape(batch=batch.shape, target=chosen.shape[:-1]) != batch.shape:
        raise ValueError(f"target: leading axes {chosen.shape[:-1]} exceed those of the batch {batch.shape}")
    return np.broadcast_to(chosen, (*batch.shape, n)).reshape(batch.size, n)


def _whole_steps(times: Array, length: float) -> npt.NDArray[np.int64]:
    exact = (times - times[0]) / length
    stops = np.rint(exact)
    if not np.allclose(exact, stops, rtol=1e-9, atol=1e-6):
        raise ValueError(f"times: must be whole numbers of steps of {length:g} from the first")
    return np.asarray(stops, dtype=np.int64)


def _space(batch: Batch, states: Any, times: int) -> tuple[Any, Any, Any]:
    """Room for paths, counts and marks."""
    size = len(states)
    paths = np.empty((size, times, states.shape[1]), states.dtype)
    return paths, np.zeros((size, 4), np.int64), np.zeros((size, 2))


def _flow(batch: Batch, times: Array, tolerance: float, rest: float, max_steps: int, precision: str) -> Advance:
    width = padded(batch.columns.shape[1], 16)
    starts = np.array([0, batch.lead, batch.lead + width][: batch.rates.shape[1] + 1], np.uintp)
    dtype = PRECISIONS[precision]

    def advance(tables: Any, which: Any, states: Any, chosen: slice) -> tuple[Any, Any, Any]:
        paths, counts, marks = _space(batch, states, len(times))
        exponential.integrate_all(
            batch.kind,
            tables,
            which,
            batch.patterns.shape[1],
            batch.numbers[chosen].astype(dtype),
            np.zeros((1, 1), dtype),
            batch.rates[chosen],
            starts,
            states,
            times,
            tolerance,
            max_steps,
            rest,
            paths,
            counts,
            marks,
            aligned_zeros((exponential.WORK_ROWS, states.shape[1] + tables.shape[2]), dtype),
        )
        return paths, counts, marks

    return advance


def _steps(
    batch: Batch, constants: Array, stops: Any, length: float, limit: bool, tolerance: float, precision: str
) -> Advance:
    dtype = PRECISIONS[precision]
    z = batch.rates[:, [0, -1]] * (np.inf if limit else length)
    keeps = np.stack([np.exp(-z[:, 0]), -np.expm1(-z[:, 0]), np.exp(-z[:, 1]), -np.expm1(-z[:, 1])], axis=1)

    def advance(tables: Any, which: Any, states: Any, chosen: slice) -> tuple[Any, Any, Any]:
        paths, counts, marks = _space(batch, states, len(stops))
        # The kernel's drive is a rate: 1/τ_x is taken out of it.
        table = batch.numbers[chosen].copy()
        table[:, fields.DRIVE] /= batch.rates[chosen, 0]
        steps.step_all(
            batch.kind,
            tables,
            which,
            batch.patterns.shape[1],
            table.astype(dtype),
            constants[chosen, 1].astype(dtype),
            keeps[chosen].astype(dtype),
            states,
            stops,
            length,
            tolerance,
            paths,
            counts,
            marks,
        )
        return paths, counts, marks

    return advance


def _euler(batch: Batch, stops: Any, length: float, renormalise: bool, precision: str) -> Advance:
    dtype = PRECISIONS[precision]
    gains = soft.softmax(batch.columns) if batch.columns.shape[1] else batch.columns

    def advance(tables: Any, which: Any, states: Any, chosen: slice) -> tuple[Any, Any, Any]:
        paths, counts, marks = _space(batch, states, len(stops))
        part = gains[chosen]
        states[:, batch.lead :] = 0.0
        states[:, batch.lead : batch.lead + part.shape[1]] = part
        euler.euler_all(
            batch.kind,
            tables,
            which,
            batch.patterns.shape[1],
            batch.numbers[chosen].astype(dtype),
            batch.rates[chosen, 0],
            states,
            stops,
            length,
            renormalise,
            paths,
            counts,
            marks,
        )
        return paths, counts, marks

    return advance
