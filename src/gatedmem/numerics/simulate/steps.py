"""Runs without a tolerance: energy-stable exponential steps, and their limit, the step-free alternation.

Gains first, then neurons: ``u ← e^{-hT/τ_p}u + (1 - e^{-hT/τ_p})f(x)/T``, then
``x ← e^{-h/τ_x}x + (1 - e^{-h/τ_x})W(p)φ(x)``.
No step raises the energy, whatever h > 0 (statement AG29 of the ledger; AG25 for h infinite). Memories without gains
take the second half, a damped concave-convex step: it does not raise their energy where F is convex.
"""

from __future__ import annotations

import numpy as np

from gatedmem.numerics.simulate.compiled import compiled, exp, like
from gatedmem.numerics.simulate.exponential import CONVERGENCE, EVALUATIONS, SETTLING, STEPS
from gatedmem.numerics.simulate.fields import (
    DEGREE,
    DRIVE,
    LINEAR,
    SCORE,
    SLOPE,
    SQUARED,
    TAU,
    activities,
    padded_lead,
    ungated_weights,
)
from gatedmem.numerics.simulate.vectors import gather, largest, spread, wide


@compiled
def one_step(kind, table, count, numbers, heat, keeps, y, activity, weights, drive):  # type: ignore[no-untyped-def]
    """Advance ``y`` by one step, in place; return the largest change of a neuron over max(1, ‖x‖∞).

    ``keeps`` are e^{-z} and 1 - e^{-z}, for z = h/τ_x and then for z = hT/τ_p; ``heat`` is T.
    """
    wide()
    rows, columns = table.shape
    lead, real = np.uintp(activity.size), np.uintp(count)
    keep_x, move_x, keep_u, move_u = keeps[0], keeps[1], keeps[2], keeps[3]
    zero, one = like(keep_x, 0.0), like(keep_x, 1.0)
    activities(numbers[SLOPE], y, activity)
    gather(table, activity, weights)
    if kind in (SQUARED, LINEAR):
        fresh = move_u / heat * numbers[SCORE] * numbers[TAU]
        for k in range(real):
            overlap = weights[k]
            y[lead + k] = keep_u * y[lead + k] + fresh * (overlap * overlap if kind == SQUARED else overlap)
        top, total = largest(y, lead), zero
        for k in range(real):
            y[lead + k] -= top
        for k in range(np.uintp(columns)):
            share = exp(y[lead + k])
            weights[k] = share * weights[k] if kind == SQUARED else share
            total += share
        factor = numbers[DRIVE] / total
    else:
        factor = numbers[DRIVE] / ungated_weights(kind, weights, numbers[DEGREE], count)
    spread(table, weights, drive)
    change, size = zero, one
    for i in range(rows):
        moved = keep_x * y[i] + move_x * factor * drive[i]
        change = abs(moved - y[i]) if abs(moved - y[i]) > change else change
        size = abs(moved) if abs(moved) > size else size
        y[i] = moved
    return change / size


@compiled
def step_all(  # type: ignore[no-untyped-def]
    kind, tables, which, count, numbers, heats, keeps, states, stops, length, tolerance, paths, counts, marks
):
    """Take ``stops[-1]`` steps of every trajectory; record after ``stops[j]`` of them.

    ``keeps`` has shape (B, 4); ``length`` is the time of a step. A trajectory whose step changes no neuron by more
    than ``tolerance`` has settled, and stays; with a tolerance of 0 all steps are taken.
    """
    size, columns = states.shape[1], tables.shape[2]
    rows = tables.shape[1]
    y = np.empty(size, tables.dtype)
    signs = np.empty(rows, np.bool_)
    lead = padded_lead(rows)
    activity, weights = np.empty(lead, tables.dtype), np.empty(columns, tables.dtype)
    drive = np.empty(rows, tables.dtype)
    for b in range(states.shape[0]):
        y[:] = states[b]
        for i in range(rows):
            signs[i] = y[i] > 0.0
        done = 0
        settled = False
        marks[b, CONVERGENCE] = np.inf
        for j in range(stops.size):
            while done < stops[j] and not settled:
                change = one_step(
                    kind,
                    tables[which[b]],
                    count,
                    numbers[b],
                    heats[b],
                    keeps[b],
                    y,
                    activity,
                    weights,
                    drive,
                )
                done += 1
                settled = change <= tolerance
                if settled:
                    marks[b, CONVERGENCE] = done * length
                for i in range(rows):
                    if (y[i] > 0.0) != signs[i]:
                        signs[i] = y[i] > 0.0
                        marks[b, SETTLING] = done * length
            for i in range(size):
                paths[b, j, i] = y[i]
        counts[b, STEPS] = counts[b, EVALUATIONS] = done
