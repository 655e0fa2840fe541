"""The component ξ that decides a supercritical competition, and what is left of the gates beside it (for CG9).

The rows of C are an orthonormal basis of the critical eigenspace of A, the rows of D are its other eigenvectors.
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from gatedmem.theory.context.definitions import N, i, j, u
from gatedmem.theory.context.gate_modes import gamma, grown, s, shrinks, t, tau
from gatedmem.theory.context.winner import gap, gaps, kappa_is_log, star
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Index, Relation, delta, eq, ge, gt, matrix, put, size, total, vector
from gatedmem.theory.printing import notation

__all__ = [
    "bound",
    "critical",
    "drive_on",
    "families",
    "n_c",
    "n_o",
    "parseval",
    "s_start",
    "stable",
    "stable_modes",
    "start_on",
    "x",
    "xi",
    "y",
]

n_c, n_o = size("n_c"), size("n_o")
x, x_other, y, y_other = Index("x", n_c), Index("x'", n_c), Index("y", n_o), Index("y'", n_o)
critical, stable = matrix("C", n_c, N), matrix("D", n_o, N)
s_start = vector("s_0", N)
bound = vector("B", n_o, nonnegative=True)
decay = vector("eta_d", n_o, positive=True)
notation("s_0", r"s(0)")
notation("eta_d", r"\eta")


def drive_on(row: Index) -> Expr:
    """c_k = ⟨e_k, u⟩ of a critical mode."""
    return total(critical[row, j] * u[j], j)


def start_on(row: Index) -> Expr:
    """w_k = ⟨e_k, s(0) + u/γ⟩ of a critical mode."""
    return total(critical[row, j] * (s_start[j] + u[j] / gamma), j)


def xi(place: Index) -> Expr:
    """Entry of ξ = P_min(s(0) + u/γ), with the rows of C an orthonormal basis of the critical eigenspace."""
    return total(critical[x, place] * start_on(x), x)


def families(c: Derivation) -> tuple[Relation, Relation]:
    """Assume an orthonormal basis of eigenvectors: C on the critical eigenspace, D off it, and who leads in ξ.

    Returns its completeness and the critical modes at time t.
    """
    c.assume(eq(total(critical[x, i] * critical[x_other, i], i), delta(x, x_other)), "orthonormal critical modes")
    c.assume(eq(total(stable[y, i] * stable[y_other, i], i), delta(y, y_other)), "orthonormal other modes")
    c.assume(eq(total(critical[x, i] * stable[y, i], i), 0), "orthogonal to each other")
    complete = c.assume(
        eq(total(critical[x, i] * critical[x, j], x) + total(stable[y, i] * stable[y, j], y), delta(i, j)),
        "together a basis",
        rewrite=False,
    )
    kept = c.assume(
        eq(
            sp.exp(-gamma * t / tau) * (total(critical[x, i] * s[i], i) + drive_on(x) / gamma),
            total(critical[x, i] * s_start[i], i) + drive_on(x) / gamma,
        ),
        "critical modes along the solution, from above",
        rewrite=False,
    )
    amplitude = c.claim(
        eq(total(critical[x, i] * s[i], i), grown * start_on(x) - drive_on(x) / gamma),
        "solve for the mode",
        using=[Combination(grown, kept)],
    )
    c.assume(gt(N, 1), "at least two memories")
    c.assume(kappa_is_log(), r"$\kappa = \ln\frac{(1 - \delta)(N - 1)}{\delta} > 0$", rewrite=False)
    c.assume(
        ge((1 - delta(i, star)) * (gaps(xi(i)) - gap), 0),
        r"$\xi_{i^{\ast}} - \xi_i \ge \Delta_\xi$ for $i \ne i^{\ast}$",
    )
    return complete, amplitude


def parseval(rest_entry: Expr, complete: Relation, amplitude: Relation) -> list[Combination]:
    """What reduces the squared norm of a remainder, whose critical modes are -c/γ, to its modes."""
    on_mode = total(critical[x, j] * put(rest_entry, {i: j}), j)
    return [
        Combination(-rest_entry * put(rest_entry, {i: j}), complete, (i, j)),
        Combination(on_mode - drive_on(x) / gamma, amplitude, (x,)),
    ]


def stable_modes(o: Derivation, c: Derivation) -> Expr:
    """Derive that a stable mode stays between where it starts and where it ends; return its value at time t."""
    at_start, at_end = total(stable[y, j] * s_start[j], j), total(stable[y, j] * u[j], j) / decay[y]
    present = total(stable[y, j] * s[j], j)
    kept = c.assume(
        eq(sp.exp(decay[y] * t / tau) * (present - at_end), at_start - at_end),
        "stable modes along the solution, from above",
        rewrite=False,
    )
    c.assume(ge(bound[y] ** 2, at_start**2), r"$B_k \ge \lvert a_k(0) \rvert$")
    c.assume(ge(bound[y] ** 2, at_end**2), r"$B_k \ge \lvert c_k/\eta_k \rvert$")
    shrinks(c, decay[y] * t / tau)
    theta = sp.exp(-decay[y] * t / tau)
    mean = theta * at_start + (1 - theta) * at_end
    c.claim(
        ge(bound[y] ** 2, present**2),
        "a mean of both ends, and its square is at most the mean of their squares",
        slack=[
            theta * (bound[y] ** 2 - at_start**2),
            (1 - theta) * (bound[y] ** 2 - at_end**2),
            theta * (1 - theta) * (at_start - at_end) ** 2,
        ],
        using=[Combination(-theta * (present + mean), kept)],
        label="stable",
    )
    o.discharge(c, "stable", "stable")
    return present
