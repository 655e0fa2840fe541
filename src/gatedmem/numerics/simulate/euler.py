"""Explicit Euler in the neurons and the gains themselves: the papers' own protocol, for fidelity.

``p ← p + h p(F - ⟨p,F⟩)/τ_p`` with ``F = f - T log p`` keeps Σp = 1 only as long as it starts there exactly: a
rounding error grows by the factor 1 - h⟨p,F⟩/τ_p a step (statement AG27 of the ledger), and gains may turn negative,
which ends the run. Dividing by the sum after every step removes the first of the two.
"""

from __future__ import annotations

import numpy as np

from gatedmem.numerics.simulate.compiled import compiled, like, times_log
from gatedmem.numerics.simulate.exponential import CONVERGENCE, EVALUATIONS, FAILED, SETTLING, STEPS
from gatedmem.numerics.simulate.fields import (
    DEGREE,
    DRIVE,
    LEAK,
    LINEAR,
    SCORE,
    SLOPE,
    SQUARED,
    activities,
    padded_lead,
    ungated_weights,
)
from gatedmem.numerics.simulate.vectors import gather, spread, wide


@compiled
def euler_step(kind, table, count, numbers, rate, step, renormalise, y, activity, weights, drive):  # type: ignore[no-untyped-def]
    """Advance neurons and gains by one step of length ``step``, both from the old state; ``rate`` is 1/τ_x."""
    wide()
    rows = table.shape[0]
    zero = like(step, 0.0)
    activities(numbers[SLOPE], y, activity)
    gather(table, activity, weights)
    factor = numbers[DRIVE]
    if kind in (SQUARED, LINEAR):
        lead, real = np.uintp(activity.size), np.uintp(count)
        speed, leak = step * numbers[SCORE], step * numbers[LEAK]
        mean = zero
        for k in range(real):
            overlap = weights[k]
            score = overlap * overlap if kind == SQUARED else overlap
            mean += speed * (y[lead + k] * score) - leak * times_log(y[lead + k])
        total = zero
        for k in range(real):
            overlap = weights[k]
            score = overlap * overlap if kind == SQUARED else overlap
            old = y[lead + k]
            weights[k] = old * overlap if kind == SQUARED else old
            new = old + (speed * (old * score) - leak * times_log(old) - old * mean)
            total += new
            y[lead + k] = new
        if renormalise:
            for k in range(real):
                y[lead + k] /= total
    else:
        factor = factor / ungated_weights(kind, weights, numbers[DEGREE], count)
    spread(table, weights, drive)
    for i in range(rows):
        y[i] += step * (factor * drive[i] - rate * y[i])


@compiled
def euler_all(  # type: ignore[no-untyped-def]
    kind, tables, which, count, numbers, rates, states, stops, step, renormalise, paths, counts, marks
):
    """Take ``stops[-1]`` steps of every trajectory, or until it fails; record after ``stops[j]`` of them."""
    size, rows, columns = states.shape[1], tables.shape[1], tables.shape[2]
    y = np.empty(size, tables.dtype)
    signs = np.empty(rows, np.bool_)
    lead = padded_lead(rows)
    activity, weights = np.empty(lead, tables.dtype), np.zeros(columns, tables.dtype)
    drive = np.empty(rows, tables.dtype)
    length = like(tables[0, 0, 0], step)
    for b in range(states.shape[0]):
        y[:] = states[b]
        for i in range(rows):
            signs[i] = y[i] > 0.0
        done = 0
        marks[b, CONVERGENCE] = np.nan  # not looked for
        for j in range(stops.size):
            while done < stops[j]:
                euler_step(
                    kind,
                    tables[which[b]],
                    count,
                    numbers[b],
                    like(length, rates[b]),
                    length,
                    renormalise,
                    y,
                    activity,
                    weights,
                    drive,
                )
                done += 1
                for i in range(rows):
                    if (y[i] > 0.0) != signs[i]:
                        signs[i] = y[i] > 0.0
                        marks[b, SETTLING] = done * step
            for i in range(size):
                paths[b, j, i] = y[i]
        for i in range(min(np.uintp(size), lead + np.uintp(count))):
            if not np.isfinite(y[i]):
                counts[b, FAILED] = 1
        counts[b, STEPS] = counts[b, EVALUATIONS] = done
