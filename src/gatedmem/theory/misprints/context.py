"""The misprints and gaps of context-gated retrieval (arXiv 2605.10970; equation numbers in brackets)."""

from __future__ import annotations

import mpmath
from sympy import Expr

from gatedmem.theory.context.definitions import B, N, alpha, competition, d, gate_entry, gram, i, j, k, lam, zeta
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Index, Partial, Relation, eq, gt, lt, put, real, total, vector
from gatedmem.theory.misprints.record import Misprint, differ, unequal
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample
from gatedmem.theory.softmax.definitions import softmax_covariance

__all__ = ["CONTEXT"]

PAPER = "2605.10970"

s, p, e, w = vector("s", N), vector("p", N, positive=True), vector("e", N), vector("w", N)


# 1: the competition between gates ----------------------------------------------------------------------------

_energy, felt = real("E_h2"), vector("felt", N)
notation("E_h2", r"E_{h2}")
notation("felt", r"(W_2 s)")


def _competition(o: Derivation, relation: Relation) -> None:
    o.define(felt[i], total(competition(i, j) * s[j], j), r"$W_2 = G - \mathrm{diag}\,G$, applied to the gates")
    o.define(_energy, alpha / 2 * total(s[i] * felt[i], i), "the energy of the competition")
    o.start(relation.left, "the current")
    o.equal(-alpha / 2 * total((competition(k, j) + competition(j, k)) * s[j], j), "each gate occurs on either side")
    o.equal(relation.right, r"$W_2$ is symmetric: a factor one, not two")
    o.conclude()


def _competition_gap(o: Derivation) -> None:
    differ(
        o, -2 * alpha * felt[k], -alpha * felt[k], "the currents differ",
        (unequal(alpha, 0), "the gates compete"), (unequal(felt[k], 0), "and feel it"),
    )  # fmt: skip


context_1 = Misprint(
    PAPER, "1", "The competition current", "Once; right in eq. 2",
    r"The current of $E_{h2}$ is printed with a factor two that its $\frac12$ has cancelled.",
    eq(-Partial(_energy, s[k]), -2 * alpha * felt[k]), eq(-Partial(_energy, s[k]), -alpha * felt[k]), ("CG1",),
    _competition, _competition_gap,
)  # fmt: skip

# 3: the free context -----------------------------------------------------------------------------------------

a = Index("a", d)
c = vector("c", d)
mu, t = real("mu_ t")
notation("mu_", r"\mu")


def _quadratic(context: Expr, gates: Expr) -> Expr:
    """½|c|² + ½sᵀA(α)s - sᵀW₁c with W₁ = Zᵀ, for a context given by its entry a and gates by their entry i."""
    other = put(gates, {i: j})
    competes = alpha / 2 * total(gates * competition(i, j) * other, i, j)
    drives = total(gates * zeta[a, i] * context, i, a)
    return total(context**2, a) / 2 + total(gates**2, i) / 2 + competes - drives


_followed = total(zeta[a, j] * s[j], j)
_quadratic_energy, _squares, _overlaps, _clamped = real("E_2 squares overlaps clamped")
notation("E_2", r"E_2(Zs, s)")
notation("squares", r"|s|^2")
notation("overlaps", r"s^{\mathsf T} G s")
notation("clamped", r"s^{\mathsf T} A s")
_right_form = (1 - alpha) * (_squares - _overlaps) / 2


def _unit_norms(sample: Sample) -> None:
    """Scale every memory to length one."""
    for memory in range(1, sample.extent(N) + 1):
        places = [(entry, memory) for entry in range(1, sample.extent(d) + 1)]
        with mpmath.workdps(60):
            norm = mpmath.sqrt(sum(sample.entry(zeta, place) ** 2 for place in places))
            for place in places:
                sample.arrays["zeta"][place] /= norm
    sample.forget()


def _free_context(o: Derivation, relation: Relation) -> None:
    o.prepare = _unit_norms
    unit = o.assume(eq(total(zeta[a, i] ** 2, a), 1), "unit norms", rewrite=False)
    o.define(_squares, total(s[i] ** 2, i))
    o.define(_overlaps, total(s[i] * gram(i, j) * s[j], i, j), "the overlaps of the memories")
    o.define(_clamped, total(s[i] * gate_entry(i, j) * s[j], i, j), r"the gate matrix $A = I + \alpha W_2$")
    o.say(r"The context descends $\frac12 |c|^2 - s^{\mathsf T} W_1 c$, least at $c = W_1^{\mathsf T} s = Zs$.")
    o.define(
        _quadratic_energy,
        _quadratic(_followed, s[i]),
        r"quadratic part of the energy there, $W_1 = Z^{\mathsf T}$",
    )
    o.start(relation.left)
    o.equal(
        relation.right,
        r"$A - W_1 W_1^{\mathsf T} = (1 - \alpha)(I - G)$",
        using=[Combination(-alpha / 2 * s[i] ** 2, unit, (i,))],
    )
    o.conclude()


def _free_context_gap(o: Derivation) -> None:
    o.start(_clamped / 2 - _quadratic_energy, r"with $A$ in its place, minus this")
    o.equal(_overlaps / 2, r"$\frac12 |Zs|^2$, which the context takes away")
    o.conclude()
    below = o.branch(r"Let $\alpha < 1$, and go along an eigenvector of $G$ whose eigenvalue exceeds one.")
    below.assume(lt(alpha, 1))
    eigen = below.assume(eq(total(gram(i, j) * e[j], j), mu * e[i]), r"$Ge = \mu e$", rewrite=False)
    one = below.assume(eq(total(e[i] ** 2, i), 1), "length one", rewrite=False)
    below.assume(gt(mu, 1), r"there is one unless $G = I$, for the mean of the eigenvalues is one")
    below.assume(unequal(t, 0))
    quadratic = total(s[i] ** 2, i) - total(s[i] * gram(i, j) * s[j], i, j)
    along = (1 - alpha) / 2 * put(quadratic, {s[i]: t * e[i]})
    falling = (1 - alpha) * (1 - mu) * t**2 / 2
    below.start(along, r"at $s = te$")
    below.equal(
        falling,
        "eigenvector",
        using=[
            Combination(-(1 - alpha) / 2 * t**2 * e[i], eigen, (i,)),
            Combination((1 - alpha) * (1 - mu) / 2 * t**2, one),
        ],
    )
    below.conclude()
    below.claim(lt(falling, 0), "a parabola that opens downwards", label="falls")
    o.say(
        r"For $\alpha > 1$ an eigenvalue below one does the same. At $\alpha = 1$ and for $G = I$ the form is zero, "
        r"and the coupling $-\lambda s^{\mathsf T} \hat r$ falls along $s = t\mathbf 1$ like $-\lambda t$:"
    )
    simplex = o.branch()
    simplex.assume(eq(total(p[i], i), 1), "a softmax sums to one (SM1)")
    simplex.start(-lam * total(t * p[i], i), "the coupling")
    simplex.equal(-lam * t, "the weights sum to one")
    simplex.conclude(text="linear")
    o.discharge(simplex, "linear", "linear")
    o.discharge(below, "falls", "unbounded below")


context_3 = Misprint(
    PAPER, "3", "The free context", "Eqs. 1 to 4 with the context free",
    r"With the context free, $A(\alpha)$ is replaced by $A(\alpha) - W_1 W_1^{\mathsf T}$. With "
    r"$W_1 = Z^{\mathsf T}$ the energy then has no lower bound, and the four-layer system diverges. The clamped "
    r"theorems are not touched.",
    eq(_quadratic_energy, _clamped / 2), eq(_quadratic_energy, _right_form), ("CG5",),
    _free_context, _free_context_gap, in_words=True,
)  # fmt: skip

# 5: the constant of uniqueness -------------------------------------------------------------------------------

_covariance = softmax_covariance(p[i], i, k)
before, after = vector("Jw", N), vector("J_tw", N)
norm_before, norm_after = real("form_B form_B_t")
notation("Jw", r"(\Sigma B w)")
notation("J_tw", r"(\Sigma B_t w)")
notation("form_B", r"\mathbf 1^{\mathsf T} B \mathbf 1")
notation("form_B_t", r"\mathbf 1^{\mathsf T} B_t \mathbf 1")


def _uniqueness(o: Derivation, relation: Relation) -> None:
    o.say(
        r"Uniqueness turns on the Jacobian $\beta\lambda^2\Sigma B$ of $\Phi$, $\Sigma = \mathrm{diag}\,p - "
        r"pp^{\mathsf T}$, $B = A^{-1}$. Let $B_t$ be $B$ with $t$ added to all its entries."
    )
    o.define(before[i], total(_covariance * total(B[k, j] * w[j], j), k), "the Jacobian applied to any vector")
    o.define(after[i], total(_covariance * total((B[k, j] + t) * w[j], j), k), "the same after the change")
    o.define(norm_before, total(B[i, j], i, j), r"$N$ times the form at the unit vector $\mathbf 1/\sqrt N$")
    o.define(norm_after, total(B[i, j] + t, i, j), "the same after the change")
    o.assume(eq(total(p[i], i), 1), "a softmax sums to one (SM1)")
    o.start(relation.left)
    o.equal(relation.right, "the softmax covariance kills constants")
    o.conclude()


def _uniqueness_gap(o: Derivation) -> None:
    o.start(norm_after - norm_before, r"but the quadratic form of $A^{-1}$ along $\mathbf 1$")
    o.equal(N**2 * t, "moves with $t$, without bound, and the norm with it")
    o.conclude()
    differ(o, N**2 * t, 0, r"the norm sees what $\Phi$ does not", (unequal(t, 0), "a change"))


context_5 = Misprint(
    PAPER, "5", "The constant of uniqueness", "Theorem 3.4",
    r"The constant uses $\lVert A^{-1}\rVert$, as if all of $A^{-1}$ counted; only its action on $\mathbf 1^\perp$ "
    r"does. Change $B = A^{-1}$ by a multiple of $\mathbf 1\mathbf 1^{\mathsf T}$ to $B_t$: the Jacobian "
    r"$\beta\lambda^2\Sigma B$, $\Sigma = \mathrm{diag}\,p - pp^{\mathsf T}$, stays, and the norm moves. The printed "
    r"condition suffices; it is loose.",
    eq(norm_after, norm_before), eq(after[i], before[i]), ("CG12",), _uniqueness, _uniqueness_gap,
    in_words=True,
)  # fmt: skip

CONTEXT = (context_1, context_3, context_5)
