"""Means with standard errors, paired comparisons, and the correction for many cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Mean:
    """A mean and its standard error.

    >>> f"{Mean(0.51234, 0.012)}", f"{Mean(0.51234, 0.012):+}", f"{Mean(14.0, 0.0)}"
    ('0.512 ± 0.012', '+0.512 ± 0.012', '14.000 ± 0.000')
    """

    value: float
    error: float

    def __format__(self, sign: str) -> str:
        return f"{self.value:{sign}.3f} ± {self.error:.3f}"

    def __str__(self) -> str:
        return format(self, "")


def mean_and_error(values: np.ndarray) -> Mean:
    """The mean of all values and its standard error; infinite for a single value, of which nothing is known.

    >>> mean_and_error(np.array([1.0, 3.0]))
    Mean(value=2.0, error=1.0)
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    error = float(flat.std(ddof=1) / np.sqrt(flat.size)) if flat.size > 1 else float("inf")
    return Mean(float(flat.mean()), error)


def paired_p_values(differences: np.ndarray) -> np.ndarray:
    """One-sided p-values that the mean of ``differences`` (…, trials) is above 0, by the paired t-test, shape (…).

    Where all differences are equal the answer is certain: 0 for a positive one, 1 otherwise.
    """
    count = differences.shape[-1]
    mean, spread = differences.mean(axis=-1), differences.std(axis=-1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = mean / (spread / np.sqrt(count))
    return np.asarray(np.where(spread > 0, stats.t.sf(t, count - 1), np.where(mean > 0, 0.0, 1.0)))


def holm(p_values: np.ndarray, level: float = 0.05) -> np.ndarray:
    """Which of many hypotheses are rejected at a family-wise level, by Holm's step-down procedure.

    >>> holm(np.array([0.001, 0.04, 0.03]))
    array([ True, False, False])
    """
    flat = p_values.ravel()
    order = np.argsort(flat)
    passes = flat[order] <= level / (flat.size - np.arange(flat.size))
    rejected = np.zeros(flat.size, dtype=bool)
    rejected[order] = np.logical_and.accumulate(passes)
    return rejected.reshape(p_values.shape)
