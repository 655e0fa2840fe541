"""The flow to a tolerance: an embedded exponential Runge-Kutta pair with its own step for every trajectory.

The scheme is Krogstad's ETD4RK (J. Comput. Phys. 203 (2005) 72): the constant leaks are solved exactly, the rest is
sampled at four stages, so that neither τ = 1e-3 nor T = 1e3 limits the step by stability.

The error is estimated twice, each time from a field that is known anyway, and the two are added. One exchanges the
last stage for the field at the new state, where the next step starts. It is blind wherever the field depends on time
alone (gains that settle while the neurons are saturated: the stages are then exact, the quadrature over the step is
not), so the other compares the field at the middle of the step with the parabola through the beginnings of the last
step, of this one and of the next: a third difference.

Everything that happens to a trajectory is computed from that trajectory alone, in a fixed order: the answer is the
same to the last bit whatever else is in the batch.
"""

from __future__ import annotations

import math

import numpy as np

from gatedmem.numerics.simulate.compiled import compiled, exp, like
from gatedmem.numerics.simulate.fields import CEILING, CONTEXT, LEAK, LINEAR, PINNED, SQUARED, TAU, field, padded_lead
from gatedmem.numerics.simulate.vectors import largest, wide

COEFFICIENTS = 9
WORK_ROWS = 13
# Columns of the counts that come back for every trajectory.
STEPS, REJECTED, EVALUATIONS, FAILED = range(4)
# Columns of the times that come back for every trajectory.
CONVERGENCE, SETTLING = range(2)


@compiled
def phi_functions(z):  # type: ignore[no-untyped-def]
    """``e^z`` and ``φ_1, φ_2, φ_3`` at z ≤ 1: φ_1 = (e^z - 1)/z and so on, without cancellation."""
    if abs(z) < 1.0:
        third = 1.0 / 355687428096000.0
        third = third * z + 1.0 / 20922789888000.0
        third = third * z + 1.0 / 1307674368000.0
        third = third * z + 1.0 / 87178291200.0
        third = third * z + 1.0 / 6227020800.0
        third = third * z + 1.0 / 479001600.0
        third = third * z + 1.0 / 39916800.0
        third = third * z + 1.0 / 3628800.0
        third = third * z + 1.0 / 362880.0
        third = third * z + 1.0 / 40320.0
        third = third * z + 1.0 / 5040.0
        third = third * z + 1.0 / 720.0
        third = third * z + 1.0 / 120.0
        third = third * z + 1.0 / 24.0
        third = third * z + 1.0 / 6.0
        second = 0.5 + z * third
        first = 1.0 + z * second
        return 1.0 + z * first, first, second, third
    whole = math.exp(z)
    first = (whole - 1.0) / z
    second = (first - 1.0) / z
    return whole, first, second, (second - 0.5) / z


@compiled
def set_coefficients(rates, step, table):  # type: ignore[no-untyped-def]
    """Fill a row of ``table`` for each rate: e^{z/2}, e^z, a21, a31, a41, a43, b1, b2, b4 with z = -rate·step."""
    for j in range(rates.size):
        half, half_first, half_second, half_third = phi_functions(-0.5 * rates[j] * step)
        # From z/2 to z: sums of like signs for z < 0, so nothing cancels.
        first = 0.5 * (half + 1.0) * half_first
        second = 0.25 * (half_first * half_first + 2.0 * half_second)
        third = 0.125 * (half_first * half_second + half_second + 2.0 * half_third)
        table[j, 0] = half
        table[j, 1] = half * half
        table[j, 2] = step * 0.5 * half_first
        table[j, 3] = step * half_second
        table[j, 4] = step * (first - 2.0 * second)
        table[j, 5] = step * 2.0 * second
        table[j, 6] = step * (first - 3.0 * second + 4.0 * third)
        table[j, 7] = step * (2.0 * second - 4.0 * third)
        table[j, 8] = step * (4.0 * third - second)


@compiled
def blend(y, out, keep, a, field_a, b, field_b, start, stop):  # type: ignore[no-untyped-def]
    """``out = keep·y + a·field_a + b·field_b`` on one segment."""
    wide()
    for i in range(start, stop):
        out[i] = keep * y[i] + a * field_a[i] + b * field_b[i]


@compiled
def residual(kind, lead, count, numbers, rates, starts, y, moved, weights):  # type: ignore[no-untyped-def]
    """How far ``y`` is from rest: the largest defect of the equilibrium equations.

    For neurons ``|field/rate - y|`` over max(1, ‖y‖∞); for gains ``|p_μ(F_μ - ⟨p,F⟩)|``. For the context-gated memory
    the largest velocity.
    """
    wide()
    worst, size = like(y[0], 0.0), like(y[0], 1.0)
    if kind == CONTEXT:
        for j in range(rates.size):
            for i in range(starts[j], min(starts[j + 1], lead + count)):
                gap = abs(moved[i] - like(y[0], rates[j]) * y[i])
                worst = gap if gap > worst else worst
        return worst
    rate = like(y[0], 1.0 / rates[0])
    for i in range(lead):
        gap = abs(moved[i] * rate - y[i])
        worst = gap if gap > worst else worst
        size = abs(y[i]) if abs(y[i]) > size else size
    worst /= size
    if kind in (SQUARED, LINEAR):
        leak, tau, columns = numbers[LEAK], numbers[TAU], np.uintp(weights.size)
        total, mean = like(y[0], 0.0), like(y[0], 0.0)
        # The leading gain is at zero (see ``centre``), padded ones weigh nothing.
        for k in range(columns):
            share = exp(y[lead + k])
            weights[k] = share
            total += share
            mean += share * (moved[lead + k] - leak * y[lead + k])
        mean /= total
        for k in range(columns):
            weights[k] *= abs(moved[lead + k] - leak * y[lead + k] - mean)
        gap = largest(weights, np.uintp(0)) * tau / total
        worst = gap if gap > worst else worst
    return worst


@compiled
def centre(y, moved, lead, count, top, best, shift):  # type: ignore[no-untyped-def]
    """Move the leading lifted gain, and its field, to zero; return its index and the new shift of the scores.

    ``top`` is its value now, ``best`` where it was last time.
    """
    wide()
    size = np.uintp(y.size)
    if not (y[best] >= top):
        best = lead
        while best + np.uintp(1) < lead + count and y[best] < top:
            best += np.uintp(1)
    ahead = moved[best]
    for k in range(lead, size):
        y[k] -= top
        moved[k] -= ahead
    for k in range(lead + count, size):
        y[k] = like(top, PINNED)
    return best, shift + ahead


@compiled
def scaled_error(y, new, past, f1, f3, f4, f5, back, trial, rates, starts, coefficients, lead, count):  # type: ignore[no-untyped-def]
    """The estimated error of a step over a tolerance of 1.

    Rows: the root mean square, relative to the root mean square of 1 and the state. Columns: the root of the sum of
    squares, each relative to one plus the distance from the leader.
    """
    wide()
    zero, one = like(y[0], 0.0), like(y[0], 1.0)
    # Weights of the parabola at the middle; without a last step there is none, and f3 stands against f1 and f5.
    r = back / trial
    w0 = like(one, -0.25 / (r * (r + 1.0)) if back > 0.0 else 0.0)
    w1 = like(one, (1.0 + 2.0 * r) / (4.0 * r) if back > 0.0 else 0.5)
    w5 = like(one, (1.0 + 2.0 * r) / (4.0 * (1.0 + r)) if back > 0.0 else 0.5)
    in_rows, in_columns, extent = zero, zero, zero
    floor = like(one, 1e-15)  # so that no square is subnormal
    for j in range(rates.size):
        c2, c4 = like(one, coefficients[j, 7]), like(one, coefficients[j, 8])
        start, stop = starts[j], starts[j + 1]
        if start < lead:
            for i in range(start, stop):
                bend = f3[i] - (w0 * past[i] + w1 * f1[i] + w5 * f5[i])
                gap = abs(c4 * (f5[i] - f4[i])) + abs(c2 * bend) + floor
                in_rows += gap * gap
                extent += new[i] * new[i]
        else:
            # Padded columns move by nothing but rounding, and are a long way from the leader.
            for i in range(start, stop):
                bend = f3[i] - (w0 * past[i] + w1 * f1[i] + w5 * f5[i])
                gap = (abs(c4 * (f5[i] - f4[i])) + abs(c2 * bend)) / (one + abs(new[i])) + floor
                in_columns += gap * gap
    return max(math.sqrt(in_rows / (like(one, count) + extent)), math.sqrt(in_columns))


@compiled
def first_step(y, moved, rates, starts, stop, lead):  # type: ignore[no-untyped-def]
    """A step over which nothing moves by more than a few percent; the controller corrects a bad guess."""
    speed, scale = 1e-300, 1.0
    for i in range(lead):
        scale = max(scale, abs(y[i]))
    for j in range(rates.size):
        for i in range(starts[j], min(starts[j + 1], stop)):
            moving = abs(moved[i] - rates[j] * y[i])
            speed = max(speed, moving / scale if i < lead else moving)
    return 0.05 / speed


@compiled
def settling(y, new, rows, before, now, last):  # type: ignore[no-untyped-def]
    """When a neuron last changed its sign, after a step from ``before`` to ``now``; ``last`` is what it was."""
    wide()
    changed = 0
    for i in range(np.uintp(rows)):
        changed += (new[i] > 0) != (y[i] > 0)
    if changed:
        for i in range(rows):
            if (new[i] > 0) != (y[i] > 0):
                last = max(last, before + (now - before) * (abs(y[i]) / (abs(y[i]) + abs(new[i]))))
    return last


@compiled
def convergence(far, near, rest, before, now, last):  # type: ignore[no-untyped-def]
    """When the residual fell below ``rest`` for good, given what it was before a step and is after it."""
    if near > rest:
        return np.inf
    if far > rest:
        # Between two states the residual falls nearly exponentially.
        return before + (now - before) * (math.log(far / rest) / math.log(far / max(near, like(near, 1e-30))))
    return last


@compiled
def integrate(  # type: ignore[no-untyped-def]
    kind, table, count, numbers, bias, rates, starts, y, times, tolerance, max_steps, rest, path, counts, marks, work
):
    """Solve one trajectory from ``y`` at ``times[0]``, in place; write the state at every time into ``path``."""
    wide()
    rows, columns = table.shape
    size, lead, real = y.size, padded_lead(rows), np.uintp(count)
    f1, f2, f3, f4, f5 = work[0][:size], work[1][:size], work[2][:size], work[3][:size], work[4][:size]
    u2, u3, u4, new = work[5][:size], work[6][:size], work[7][:size], work[8][:size]
    activity, weights, past = work[9][:lead], work[10][:columns], work[11][:size]
    coefficients = np.empty((rates.size, COEFFICIENTS))
    gated = kind in (SQUARED, LINEAR)
    zero, one = like(y[0], 0.0), like(y[0], 1.0)
    shift, best = zero, lead
    for i in range(np.uintp(rows), lead):
        # The field never writes these.
        f1[i] = f2[i] = f3[i] = f4[i] = f5[i] = past[i] = zero
    top, ceiling = zero, like(one, CEILING)
    if gated:
        top = largest(y, lead)
        for k in range(lead, lead + real):
            y[k] -= top
        top = zero
    field(kind, table, count, numbers, bias, shift, y, f1, activity, weights)
    evaluations = 1
    if gated:
        best, shift = centre(y, f1, lead, real, top, best, shift)
    now = times[0]
    step = min(first_step(y, f1, rates, starts, lead + real, lead), times[times.size - 1] - now)
    used = -1.0
    far = residual(kind, lead, real, numbers, rates, starts, y, f1, weights) if rest > 0.0 else zero
    marks[CONVERGENCE] = np.inf if far > rest else now
    marks[SETTLING] = now
    for i in range(size):
        path[0, i] = y[i]
    accepted = rejected = 0
    back = 0.0  # length of the last step
    failed = False
    for target in range(1, times.size):
        end = times[target]
        while now < end and not failed:
            if accepted + rejected >= max_steps:
                failed = True
                break
            remaining = end - now
            last = step >= remaining
            # Two equal steps rather than a long one and a stump.
            trial = remaining if last else (0.5 * remaining if 2.0 * step > remaining else step)
            if trial != used:
                set_coefficients(rates, trial, coefficients)
                used = trial
            for j in range(rates.size):
                a, b = starts[j], starts[j + 1]
                blend(y, u2, like(one, coefficients[j, 0]), like(one, coefficients[j, 2]), f1, zero, f1, a, b)
            field(kind, table, count, numbers, bias, shift, u2, f2, activity, weights)
            for j in range(rates.size):
                a, b = starts[j], starts[j + 1]
                half, second = like(one, coefficients[j, 2]), like(one, coefficients[j, 3])
                blend(y, u3, like(one, coefficients[j, 0]), half - second, f1, second, f2, a, b)
            field(kind, table, count, numbers, bias, shift, u3, f3, activity, weights)
            for j in range(rates.size):
                a, b = starts[j], starts[j + 1]
                third, fourth = like(one, coefficients[j, 4]), like(one, coefficients[j, 5])
                blend(y, u4, like(one, coefficients[j, 1]), third, f1, fourth, f3, a, b)
            field(kind, table, count, numbers, bias, shift, u4, f4, activity, weights)
            for j in range(rates.size):
                keep, c1 = like(one, coefficients[j, 1]), like(one, coefficients[j, 6])
                c2, c4 = like(one, coefficients[j, 7]), like(one, coefficients[j, 8])
                for i in range(starts[j], starts[j + 1]):
                    new[i] = keep * y[i] + c1 * f1[i] + c2 * (f2[i] + f3[i]) + c4 * f4[i]
            field(kind, table, count, numbers, bias, shift, new, f5, activity, weights)
            evaluations += 4
            error = scaled_error(y, new, past, f1, f3, f4, f5, back, trial, rates, starts, coefficients, lead, rows)
            ratio = error / tolerance
            if gated:
                top = largest(new, lead)
            if not (ratio <= 1.0 and top <= ceiling):
                rejected += 1
                step = trial * (min(0.5, max(0.2, 0.9 / math.sqrt(math.sqrt(ratio)))) if ratio < 1e30 else 0.1)
                # Not a number at any step, or a step that no longer moves the clock.
                failed = now + step == now
                continue
            accepted += 1
            grown = trial * min(4.0, 0.9 / math.sqrt(math.sqrt(max(ratio, 1e-12))))
            # A step cut short at an output time says nothing against the longer one.
            step = max(step, grown) if trial < step else grown
            before = now
            now = end if last else now + trial
            marks[SETTLING] = settling(y, new, rows, before, now, marks[SETTLING])
            y, new = new, y
            past, f1, f5 = f1, f5, past
            back = trial
            if gated:
                best, moved_shift = centre(y, f1, lead, real, top, best, shift)
                for k in range(lead, np.uintp(size)):
                    past[k] -= moved_shift - shift
                shift = moved_shift
            if rest > 0.0:
                near = residual(kind, lead, real, numbers, rates, starts, y, f1, weights)
                marks[CONVERGENCE] = convergence(far, near, rest, before, now, marks[CONVERGENCE])
                far = near
        for i in range(size):
            path[target, i] = y[i] if not failed else np.nan
    counts[STEPS], counts[REJECTED], counts[EVALUATIONS] = accepted, rejected, evaluations
    counts[FAILED] = failed


@compiled
def integrate_all(  # type: ignore[no-untyped-def]
    kind,
    tables,
    which,
    count,
    numbers,
    bias,
    rates,
    starts,
    states,
    times,
    tolerance,
    max_steps,
    rest,
    paths,
    counts,
    marks,
    work,
):
    """Solve every trajectory of a batch, one after the other.

    ``which`` names the table of each; ``work`` has shape (WORK_ROWS, size of a state + columns of a table), aligned.
    """
    y = work[12][: states.shape[1]]
    for b in range(states.shape[0]):
        y[:] = states[b]
        integrate(
            kind,
            tables[which[b]],
            count,
            numbers[b],
            bias[b % bias.shape[0]],
            rates[b],
            starts,
            y,
            times,
            tolerance,
            max_steps,
            rest,
            paths[b],
            counts[b],
            marks[b],
            work,
        )
