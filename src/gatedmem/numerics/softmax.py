"""Softmax, log-sum-exp, entropy and the softmax covariance, batched over leading axes.

Everything is written in its stable form. The functions also accept complex arguments whose imaginary part
is a tiny perturbation (maxima are taken over real parts), so that derivatives can be read off by the complex
step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

Values = npt.NDArray[Any]


def softmax(scores: Values, beta: float | Values = 1.0) -> Values:
    """Return softmax_β along the last axis, ``e^{βr_i} / Σ_j e^{βr_j}`` (arXiv 2605.10970, retrieval layer).

    Args:
        scores: shape (..., n), finite, or -inf where the weight is to vanish (not everywhere).
        beta: inverse temperature, a number or an array that broadcasts against ``scores``; > 0.

    >>> softmax(np.log([1.0, 2.0, 5.0]))
    array([0.125, 0.25 , 0.625])
    """
    weights = np.exp(beta * (scores - _peak(scores)))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def log_softmax(scores: Values, beta: float | Values = 1.0) -> Values:
    """Return the logarithm of :func:`softmax`, finite where the softmax itself underflows.

    >>> log_softmax(np.array([0.0, -5000.0]))
    array([    0., -5000.])
    """
    shifted = beta * (scores - _peak(scores))
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def log_sum_exp(scores: Values, beta: float | Values = 1.0) -> Values:
    """Return ``(1/β) log Σ_i e^{βr_i}`` along the last axis, shape (...).

    >>> float(log_sum_exp(np.array([1000.0, 1000.0])) - 1000.0)  # doctest: +ELLIPSIS
    0.693147...
    """
    peak = _peak(scores)
    beta = np.asarray(beta)
    total = np.exp(beta * (scores - peak)).sum(axis=-1)
    return np.asarray(peak[..., 0] + np.log(total) / (beta[..., 0] if beta.ndim else beta))


def covariance(weights: Values) -> Values:
    """Return ``diag p - ppᵀ``, the covariance of the softmax: shape (..., n) in, (..., n, n) out.

    >>> covariance(np.array([0.5, 0.5]))
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    """
    return np.asarray(
        weights[..., :, None] * np.eye(weights.shape[-1]) - weights[..., :, None] * weights[..., None, :]
    )


def entropy(weights: Values) -> Values:
    """Return ``-Σ p log p`` along the last axis, with 0 log 0 = 0; ``weights`` ≥ 0.

    >>> float(entropy(np.array([1.0, 0.0])))
    0.0
    """
    return np.asarray(-xlogy(weights, weights).sum(axis=-1)) + 0.0


def relative_entropy(weights: Values, log_reference: Values) -> Values:
    """Return ``KL(p ‖ q) = Σ p (log p - log q)`` along the last axis, from p ≥ 0 and log q.

    The reference comes as logarithms, so that a q too small for floating point does no harm.

    >>> float(relative_entropy(np.array([1.0, 0.0]), np.array([-1000.0, 0.0])))
    1000.0
    """
    return np.asarray((xlogy(weights, weights) - weights * log_reference).sum(axis=-1))


def effective_number(weights: Values) -> Values:
    """Return ``N_eff = exp H(p)``, the perplexity of p, between 1 and n (arXiv 2604.25481, eq. 14).

    >>> round(float(effective_number(np.full(4, 0.25))), 12)
    4.0
    """
    return np.asarray(np.exp(entropy(weights)))


def _peak(scores: Values) -> Values:
    return np.asarray(np.real(scores).max(axis=-1, keepdims=True))
