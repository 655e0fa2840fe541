"""Numerical instances for the derivation of CG9: modes of a supercritical gate matrix, a lead that is clear."""

from __future__ import annotations

from typing import Any

import mpmath

from gatedmem.theory.context.definitions import N, gate_entry, i, j
from gatedmem.theory.indexed import vector
from gatedmem.theory.sampling import Sample

__all__ = ["clear_lead", "flat_mode", "mode_instance", "several_lead"]


def mode_instance(sample: Sample) -> None:
    """Random memories, α beyond criticality, and the lowest eigenvector of the gate matrix with its eigenvalue."""
    _mode(sample, mpmath.mpf(23) / 7)


def flat_mode(sample: Sample) -> None:
    """Random memories at exactly their critical α: the lowest eigenvalue is zero."""
    _mode(sample, mpmath.mpf(1))
    with mpmath.workdps(60):
        _mode(sample, 1 / (1 - sample.scalars["eta"]))


def _mode(sample: Sample, competition: Any) -> None:
    sample.scalars["alpha"] = competition
    count = sample.extent(N)
    places = range(1, count + 1)
    with mpmath.workdps(60):
        rows = [[sample.value(gate_entry(i, j), {i: row, j: column}) for column in places] for row in places]
        values, vectors = mpmath.eigsy(mpmath.matrix(rows))
        sample.arrays["A"] = {(row, column): rows[row - 1][column - 1] for row in places for column in places}
        sample.arrays["v"] = {(place,): vectors[place - 1, 0] for place in places}
        sample.scalars["eta"] = values[0]
        sample.scalars["gamma"] = -values[0]
        sample.scalars["mu_"] = 1 - (1 - values[0]) / sample.scalars["alpha"]


def clear_lead(sample: Sample) -> None:
    """Three memories, one critical and two stable modes, at a time when the winner is clear."""
    _lead(sample, rising=0)


def several_lead(sample: Sample) -> None:
    """The same with two further unstable modes of different rates."""
    _lead(sample, rising=1)


def _lead(sample: Sample, rising: int) -> None:
    sample.sizes.update({"N": 3, "n_c": 1, "n_o": 2})
    with mpmath.workdps(60):
        shape = mpmath.matrix([[2, 1, -1 - sample.seed % 3], [1, -1, 1], [1, 3, 2]]) / 2
        basis, _ = mpmath.qr(shape.T)
        rows = [[basis[place, mode] for place in range(3)] for mode in range(3)]
        top = rows[0] if max(rows[0]) >= -min(rows[0]) else [-entry for entry in rows[0]]
        gamma, second, tau, t = mpmath.mpf(5) / 3, mpmath.mpf(2) / 3, mpmath.mpf(3) / 4, mpmath.mpf(6)
        lag = [mpmath.mpf(0), mpmath.mpf(1) / 5]
        start, drive = _entries(sample, "s_0"), _entries(sample, "u")
        start = [entry + 3 * direction for entry, direction in zip(start, top, strict=True)]
        pushed = sum(a * b for a, b in zip(top, drive, strict=True))
        amplitude = sum(a * b for a, b in zip(top, start, strict=True)) + pushed / gamma
        decay = [mpmath.mpf(2) / 3, mpmath.mpf(5) / 4]
        ends = [
            sum(a * b for a, b in zip(row, drive, strict=True)) / eta
            for row, eta in zip(rows[1:], decay, strict=True)
        ]
        starts = [sum(a * b for a, b in zip(row, start, strict=True)) for row in rows[1:]]
        steady = [
            end + mpmath.exp(-eta * t / tau) * (at_start - end)
            for end, at_start, eta in zip(ends, starts, decay, strict=True)
        ]
        bounds = [max(abs(end), abs(at_start)) for end, at_start in zip(ends, starts, strict=True)]
        born = [rising * mpmath.mpf(2) / 5, -rising * mpmath.mpf(3) / 11]
        others = [steady[mode] + mpmath.exp((second - lag[mode]) * t / tau) * born[mode] for mode in range(2)]
        critical = mpmath.exp(gamma * t / tau) * amplitude - pushed / gamma
        state = [critical * top[k] + others[0] * rows[1][k] + others[1] * rows[2][k] for k in range(3)]
        xi = [amplitude * entry for entry in top]
        order = sorted(range(3), key=lambda place: -xi[place])
        size = mpmath.sqrt((pushed / gamma) ** 2 + sum(entry**2 for entry in bounds))
        sample.arrays.update(
            {
                "C": {(1, k + 1): top[k] for k in range(3)},
                "D": {(mode, k + 1): rows[mode][k] for mode in (1, 2) for k in range(3)},
                "s_0": {(k + 1,): start[k] for k in range(3)},
                "s": {(k + 1,): state[k] for k in range(3)},
                "f": {(mode + 1,): steady[mode] for mode in range(2)},
                "b": {(mode + 1,): born[mode] for mode in range(2)},
                "l": {(mode + 1,): lag[mode] for mode in range(2)},
                "B": {(mode + 1,): bounds[mode] for mode in range(2)},
                "eta_d": {(mode + 1,): decay[mode] for mode in range(2)},
            }
        )
        sample.places.update({"i_star": order[0] + 1, "j_star": order[1] + 1})
        error = mpmath.mpf(1) / 7
        sample.scalars.update(
            {
                "gamma": gamma,
                "gamma_2": second,
                "tau_s": tau,
                "t": t,
                "R": size * mpmath.mpf("1.01"),
                "M": mpmath.mpf(1) / 2,
                "Delta_xi": xi[order[0]] - xi[order[1]],
                "delta_": error,
                "kappa": mpmath.log((1 - error) * 2 / error),
                "beta": mpmath.mpf(4) / 5,
            }
        )


def _entries(sample: Sample, name: str) -> list[Any]:
    return [sample.entry(vector(name, N), (place,)) for place in (1, 2, 3)]
