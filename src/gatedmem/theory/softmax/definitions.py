"""The formulas of the probability simplex, each written once.

Every function takes an expression in one index (the score or the weight at that place) and that index.

>>> from gatedmem.theory.indexed import Index, size, vector
>>> n = size("n"); i = Index("i", n); r = vector("r", n)
>>> softmax(r[i], i)
exp(r[i])/Sum(exp(r[k]), (k, 1, n))
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from gatedmem.theory.indexed import Index, free_indices, fresh_index, put, total

__all__ = ["entropy", "inner", "kl", "log_partition", "partition", "quadratic", "softmax", "softmax_covariance"]


def _dummy(index: Index, *expressions: Expr) -> Index:
    """A dummy with the range of ``index`` whose name none of the expressions uses freely."""
    taken = {other.name for e in expressions for other in free_indices(e)} | {index.name}
    letter = next((c for c in "kjlabcd" if c not in taken), None)
    return fresh_index(index, free_indices(sum(expressions))) if letter is None else Index(letter, index.extent)


def partition(score: Expr, i: Index) -> Expr:
    """Z = Σ_k e^{score_k}."""
    k = _dummy(i, score)
    return total(sp.exp(put(score, {i: k})), k)


def softmax(score: Expr, i: Index) -> Expr:
    """softmax(score)_i = e^{score_i} / Z; the inverse temperature is part of the score."""
    return sp.exp(score) / partition(score, i)


def log_partition(score: Expr, i: Index) -> Expr:
    """log Z, the log-sum-exp of the scores."""
    return sp.log(partition(score, i))


def inner(a: Expr, b: Expr, i: Index) -> Expr:
    """⟨a, b⟩ = Σ_i a_i b_i."""
    return total(a * b, i)


def entropy(p: Expr, i: Index) -> Expr:
    """H(p) = -Σ p_i log p_i."""
    return -total(p * sp.log(p), i)


def kl(p: Expr, q: Expr, i: Index) -> Expr:
    """KL(p ‖ q) = Σ p_i (log p_i - log q_i)."""
    return total(p * (sp.log(p) - sp.log(q)), i)


def softmax_covariance(p: Expr, i: Index, j: Index) -> Expr:
    """Entry (i, j) of diag p - p pᵀ; ``p`` is an expression in i.

    >>> from gatedmem.theory.indexed import size, vector
    >>> n = size("n"); i, j = Index("i", n), Index("j", n); p = vector("p", n)
    >>> softmax_covariance(p[i], i, j)
    KroneckerDelta(i, j)*p[i] - p[i]*p[j]
    """
    return p * sp.KroneckerDelta(i, j) - p * put(p, {i: j})


def quadratic(p: Expr, v: Expr, i: Index) -> Expr:
    """vᵀ(diag p - p pᵀ)v = Σ p_i v_i² - (Σ p_i v_i)²."""
    return total(p * v**2, i) - total(p * v, i) ** 2
