"""The right-hand sides, compiled: every memory of the package in one form, without W(p) and without the N⁴ tensor.

A trajectory's state ``y = (rows, columns)`` obeys ``dy/dt = -rate·y + field(y)``, with a constant rate each.
``table`` has one row for every component of the rows and one column for every stored pattern, both padded
(rows to a multiple of 4, columns to 64 bytes) with zeros: two passes over it, one that gathers overlaps and one that
spreads weights, are all that a memory does.

============  ====================  =============================  =============================================
memory        rows; columns         weight of a column             source
============  ====================  =============================  =============================================
SQUARED       x; u                  p_μ m_μ                        arXiv 2604.25481, eqs. 4-8, lifted
LINEAR        x; u                  p_μ                            the same, linear score
POWER         x                     m_μ^degree                     1: J. J. Hopfield, PNAS 81 (1984) 3088;
                                                                   3: arXiv 2311.08135, astrocyte eliminated
EXPONENTIAL   x                     exp(m_μ + shift)               J. Stat. Phys. 168 (2017) 288
ATTENTION     x                     softmax(βm)_μ, φ the identity  arXiv 2008.02217
CONTEXT       modes of (c, s), q;   softmax(βr)_μ                  arXiv 2605.10970, eqs. 1-4
              r
============  ====================  =============================  =============================================

In a state the rows are padded to a multiple of 16 with zeros, so that loops over them are whole vectors too; the
length of ``activity`` says where the columns begin. Indices into a state are unsigned: for signed ones numba allows
for negative values, and LLVM then gives up on vectors.

``numbers`` holds a trajectory's constants, in the order of the names below. ``bias`` is for CONTEXT alone: constant
inputs of rows and columns, then for each row the factor of what it adds to the columns, and of what it takes from
them.
"""

from __future__ import annotations

import numpy as np

from gatedmem.numerics.simulate.compiled import compiled, exp, like, tanh
from gatedmem.numerics.simulate.vectors import gather, largest, spread, wide

SQUARED, LINEAR, POWER, EXPONENTIAL, ATTENTION, CONTEXT = range(6)

# Where each constant lies in ``numbers``.
SLOPE = 0  # σ; 0 stands for the identity
DRIVE = 1  # factor of the spread weights
SCORE = 2  # factor of the score in the columns' field
LEAK = 3  # rate of the columns
DEGREE = 4  # exponent of POWER; shift of EXPONENTIAL; β of ATTENTION and CONTEXT
TAU = 4  # time constant of the gains, in SQUARED and LINEAR
NUMBERS = 5

CEILING = 60.0  # no step may lift a gain's logarithm so far above the leader's
PINNED = -1e20  # the lifted gain of a padded column: its weight is 0 at every stage, whatever happens


@compiled
def field(kind, table, count, numbers, bias, shift, y, out, activity, weights):  # type: ignore[no-untyped-def]
    """Write the field of state ``y`` into ``out``.

    ``shift`` is taken off the score of every column: the gains do not notice, the leading columns stay near zero,
    where numbers are dense, and exponentials need no further care as long as none rises beyond CEILING.
    ``activity`` (rows) and ``weights`` (columns) are workspace.
    """
    wide()
    columns, lead, real = np.uintp(table.shape[1]), np.uintp(activity.size), np.uintp(count)
    slope, drive, score, leak = numbers[SLOPE], numbers[DRIVE], numbers[SCORE], numbers[LEAK]
    if kind == CONTEXT:
        for i in range(lead):
            activity[i] = y[i] * bias[lead + columns + i]
    else:
        activities(slope, y, activity)
    gather(table, activity, weights)
    factor = drive
    if kind in (SQUARED, LINEAR):
        total = like(slope, 0.0)
        if kind == SQUARED:
            for k in range(columns):
                overlap = weights[k]
                share = exp(y[lead + k])
                out[lead + k] = score * overlap * overlap - shift
                weights[k] = share * overlap
                total += share
        else:
            for k in range(columns):
                share = exp(y[lead + k])
                out[lead + k] = score * weights[k] - shift
                weights[k] = share
                total += share
        factor = drive / total
        for k in range(real, columns):
            out[lead + k] = leak * like(slope, PINNED)
    elif kind != CONTEXT:
        factor = drive / ungated_weights(kind, weights, numbers[DEGREE], count)
    else:
        for k in range(columns):
            out[lead + k] = score * weights[k] + bias[lead + k]
            weights[k] = y[lead + k]
        factor = drive / normalised_exponentials(weights, numbers[DEGREE], count)
    spread(table, weights, out)
    if kind == CONTEXT:
        for i in range(lead):
            out[i] = out[i] * (factor * bias[lead + lead + columns + i]) + bias[i]
    else:
        for i in range(lead):
            out[i] *= factor


@compiled
def padded_lead(rows):  # type: ignore[no-untyped-def]
    """Where the columns begin in a state, from the rows of a table."""
    return np.uintp((rows + 15) // 16 * 16)


@compiled
def activities(slope, y, activity):  # type: ignore[no-untyped-def]
    """``tanh(slope·y)``, or y where the slope is 0, for as many entries as ``activity`` has."""
    wide()
    if slope > like(slope, 0.0):
        for i in range(activity.size):
            activity[i] = tanh(slope * y[i])
    else:
        for i in range(activity.size):
            activity[i] = y[i]


@compiled
def ungated_weights(kind, weights, degree, count):  # type: ignore[no-untyped-def]
    """Turn overlaps into the weights of a memory without gains; return what they are to be divided by."""
    one = like(degree, 1.0)
    if kind == ATTENTION:
        return normalised_exponentials(weights, degree, count)
    if kind == EXPONENTIAL:
        for k in range(weights.size):
            weights[k] = exp(weights[k] + degree)
    elif degree == like(degree, 3.0):
        for k in range(weights.size):
            weights[k] = weights[k] * weights[k] * weights[k]
    elif degree != one:
        for k in range(weights.size):
            overlap, power = weights[k], one
            for _ in range(int(degree)):
                power *= overlap
            weights[k] = power
    return one


@compiled
def normalised_exponentials(values, beta, count):  # type: ignore[no-untyped-def]
    """Replace values by ``exp(β(value - largest))``, those beyond ``count`` by 0, and return their sum."""
    wide()
    for k in range(np.uintp(count), np.uintp(values.size)):
        values[k] = like(beta, PINNED)
    top, total = largest(values, np.uintp(0)), like(beta, 0.0)
    for k in range(values.size):
        share = exp(beta * (values[k] - top))
        values[k] = share
        total += share
    return total
