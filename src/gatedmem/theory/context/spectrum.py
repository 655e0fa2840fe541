"""The smallest eigenvalue of the gate matrix: what it says about A and about its inverse.

``w`` is any vector; its entries occur in no hypothesis, so that conclusions about it can be used for every vector.
"""

from __future__ import annotations

import itertools

import mpmath
from sympy import Expr

from gatedmem.theory.context.definitions import A, B, N, gate_entry, i, j, k, lam
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import delta, eq, ge, matrix, positive, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import NoSample, Sample

__all__ = [
    "eigenvalue",
    "eta",
    "gate_instance",
    "gates",
    "inverse_norm",
    "modes",
    "norm2",
    "smallest_eigenvalue",
    "w",
]

w, gates = vector("w", N), vector("y_gate", N)
modes = matrix("E", N, N)
eigenvalue = vector("eta", N)
eta = positive("eta_min")
notation("y_gate", r"\hat y")
notation("eta_min", r"\eta_{\min}")


def norm2(entry: Expr) -> Expr:
    """Squared Euclidean norm of a vector given by its entry i."""
    return total(entry**2, i)


def gate_instance(sample: Sample) -> None:
    """A gate matrix near the identity with its inverse, eigenvectors and eigenvalues, and κ below one half."""
    n = sample.extent(N)
    places = range(1, n + 1)
    sample.scalars["alpha"] = mpmath.mpf(1) / 13
    table = mpmath.matrix(
        [[sample.value(gate_entry(i, j), {i: row, j: column}) for column in places] for row in places]
    )
    with mpmath.workdps(60):
        values, vectors = mpmath.eigsy(table)
        inverse = table**-1
    for row, column in itertools.product(places, places):
        sample.arrays.setdefault("A", {})[row, column] = table[row - 1, column - 1]
        sample.arrays.setdefault("B", {})[row, column] = inverse[row - 1, column - 1]
        sample.arrays.setdefault("E", {})[row, column] = vectors[column - 1, row - 1]
    sample.arrays["eta"] = {(row,): values[row - 1] for row in places}
    sample.scalars["eta_min"] = min(values)
    sample.scalars["beta"] = min(values) / sample.value(lam) ** 2 * mpmath.mpf(3) / 5
    if min(values) <= 0:
        raise NoSample("the gate matrix is not positive definite")


def smallest_eigenvalue(d: Derivation) -> None:
    """Assume the spectral decomposition of A and conclude wᵀAw ≥ η_min ‖w‖² ("Rayleigh")."""
    d.say(
        "**Smallest eigenvalue.** By the spectral theorem (quoted), a symmetric matrix has an orthonormal basis of "
        "eigenvectors, the rows of $E$, with eigenvalues $\\eta_k$; all are at least the smallest."
    )
    d.cited.append("spectral theorem for real symmetric matrices")
    spectral = eq(A[i, j], total(eigenvalue[k] * modes[k, i] * modes[k, j], k))
    d.assume(spectral, "spectral decomposition", rewrite=False)
    d.assume(eq(total(modes[k, i] * modes[k, j], k), delta(i, j)), "completeness of the eigenvectors")
    d.assume(ge(eigenvalue[k], eta), "the smallest eigenvalue")
    form = total(w[i] * A[i, j] * w[j], i, j)
    in_modes = total((eigenvalue[k] - eta) * total(modes[k, i] * w[i], i) ** 2, k)
    d.start(form - eta * norm2(w[i]), r"for every vector $w$")
    d.equal(
        in_modes,
        "expand in eigenvectors",
        using=[Combination(w[i] * w[j], spectral, (i, j))],
    )
    d.at_least(0, "non-negative weights times squares", slack=in_modes)
    d.conclude(text="Rayleigh")


def inverse_norm(d: Derivation) -> None:
    """Conclude η_min ‖A⁻¹w‖ ≤ ‖w‖ ("inverse"), after ``smallest_eigenvalue``."""
    d.say(r"**The inverse.** Let $\hat y = A^{-1} w$. Then $\lVert \hat y \rVert \le \lVert w \rVert / \eta_{\min}$.")
    d.define(gates[i], total(B[i, j] * w[j], j), r"$\hat y = A^{-1} w$")
    rayleigh = d.use(d, {w[i]: gates[i]}, "Rayleigh", r"the bound above at $\hat y$")
    d.start(norm2(w[i]) - eta**2 * norm2(gates[i]), "the gap")
    remainder = norm2(w[i] - eta * gates[i])
    d.equal(2 * eta * rayleigh.left + remainder, r"complete the square, use $A \hat y = w$")
    d.at_least(0, "two non-negative terms", slack=[2 * eta * rayleigh.left, remainder])
    d.conclude(text="inverse")
