"""The context-gated model, each formula written once (arXiv 2605.10970; equation numbers in brackets).

Memories are the columns ζ^μ of Z (d × N): ``zeta[a, i]`` is entry a of memory i. ``A`` is the gate matrix
I + αW₂ and ``B`` stands for its inverse wherever a derivation assumes it invertible.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from gatedmem.theory.indexed import Index, delta, matrix, positive, real, size, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.definitions import softmax

__all__ = [
    "A",
    "B",
    "N",
    "alpha",
    "b",
    "beta",
    "competition",
    "d",
    "drive",
    "feedback",
    "gate_current",
    "gate_entry",
    "gram",
    "i",
    "j",
    "k",
    "lam",
    "m",
    "retrieval_current",
    "retrieval_map",
    "retrieval_state",
    "u",
    "zeta",
]

N, d = size("N"), size("d")
i, j, k, m = (Index(letter, N) for letter in "ijkm")
zeta = matrix("zeta", d, N)
A, B = matrix("A", N, N), matrix("B", N, N)
u, b = vector("u", N), vector("b", N)
alpha = real("alpha")
beta, lam = positive("beta lambda_")
notation("lambda_", r"\lambda")


def gram(row: Index, column: Index) -> Expr:
    """G = ZᵀZ, the overlaps of the memories."""
    a = Index("a", d)
    return total(zeta[a, row] * zeta[a, column], a)


def competition(row: Index, column: Index) -> Expr:
    """W₂ = G - diag G."""
    return (1 - delta(row, column)) * gram(row, column)


def gate_entry(row: Index, column: Index) -> Expr:
    """A(α) = I + αW₂."""
    return delta(row, column) + alpha * competition(row, column)


def gate_current(s: Callable[[Index], Expr], p: Callable[[Index], Expr], index: Index) -> Expr:
    """Right-hand side of τ_s ṡ = u - αW₂s + λp - s [2], with p the activation of the retrieval layer."""
    other = k if index != k else m
    return u[index] - alpha * total(competition(index, other) * s(other), other) + lam * p(index) - s(index)


def retrieval_current(s: Callable[[Index], Expr], r: Callable[[Index], Expr], index: Index) -> Expr:
    """Right-hand side of τ_r ṙ = λs + b - r [3], with b = Zᵀq."""
    return lam * s(index) + b[index] - r(index)


def drive(index: Index) -> Expr:
    """h = b + λA⁻¹u: the score before feedback."""
    other = j if index != j else k
    return b[index] + lam * total(B[index, other] * u[other], other)


def feedback(p: Callable[[Index], Expr], index: Index) -> Expr:
    """λ²A⁻¹p: what retrieval adds to its own score through the gates."""
    other = j if index != j else k
    return lam**2 * total(B[index, other] * p(other), other)


def retrieval_state(p: Callable[[Index], Expr], index: Index) -> Expr:
    """r(p) = b + λA⁻¹u + λ²A⁻¹p [5]."""
    return drive(index) + feedback(p, index)


def retrieval_map(p: Callable[[Index], Expr], index: Index) -> Expr:
    """Φ(p) = softmax(β(b + λA⁻¹u + λ²A⁻¹p)) [6].

    >>> from gatedmem.theory.indexed import vector
    >>> p = vector("p", N)
    >>> retrieval_map(lambda index: p[index], i).is_Mul
    True
    """
    return softmax(beta * retrieval_state(p, index), index)
