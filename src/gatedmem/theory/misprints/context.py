"""The misprints and gaps of context-gated retrieval (arXiv 2605.10970; equation numbers in brackets)."""

from __future__ import annotations

import mpmath
from sympy import Expr, Integer

from gatedmem.theory.context.definitions import B, N, alpha, competition, d, gram, i, j, k, lam, zeta
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Index, Partial, Relation, eq, gt, lt, matrix, put, real, total, vector
from gatedmem.theory.misprints.record import Misprint, differ
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample
from gatedmem.theory.softmax.definitions import softmax_covariance

__all__ = ["CONTEXT"]

PAPER = "2605.10970"

s, p, e, w = vector("s", N), vector("p", N, positive=True), vector("e", N), vector("w", N)


# 1: the competition between gates ----------------------------------------------------------------------------

_energy = alpha / 2 * total(s[i] * competition(i, j) * s[j], i, j)
_input = total(competition(k, j) * s[j], j)


def _competition(o: Derivation, relation: Relation) -> None:
    o.start(relation.left, r"the current of $E_{h2} = \frac\alpha2 s^{\mathsf T} W_2 s$")
    o.equal(-alpha / 2 * total((competition(k, j) + competition(j, k)) * s[j], j), "each gate occurs on either side")
    o.equal(relation.right, r"$W_2$ is symmetric: a factor one, not two")
    o.conclude()


def _competition_gap(o: Derivation) -> None:
    o.start(-2 * alpha * _input + alpha * _input, "printed minus right")
    o.equal(-alpha * _input, "once too often")
    o.conclude()
    differ(
        o, -alpha * _input, 0, "the currents differ",
        (Relation(alpha, "≠", Integer(0)), "the gates compete"), (Relation(_input, "≠", Integer(0)), "and feel it"),
    )  # fmt: skip


context_1 = Misprint(
    PAPER, "1", "The competition current", "once; right in eq. 2",
    r"The current of $E_{h2}$ is printed with a factor two that its $\frac12$ has cancelled.",
    eq(-Partial(_energy, s[k]), -2 * alpha * _input), eq(-Partial(_energy, s[k]), -alpha * _input), ("CG1",),
    _competition, _competition_gap,
)  # fmt: skip

# 3: the free context -----------------------------------------------------------------------------------------

a, a2 = Index("a", d), Index("a'", d)
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
_squares = total(s[i] ** 2, i)
_overlaps = total(s[i] * gram(i, j) * s[j], i, j)
_right_form = (1 - alpha) / 2 * (_squares - _overlaps)
_clamped_form = ((1 - alpha) * _squares + alpha * _overlaps) / 2


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
    o.say(r"The context descends $\frac12 |c|^2 - s^{\mathsf T} W_1 c$, least at $c = W_1^{\mathsf T} s = Zs$.")
    o.start(relation.left, r"the quadratic part of the energy there, with $W_1 = Z^{\mathsf T}$")
    o.equal(relation.right, r"$A - W_1 W_1^{\mathsf T} = (1 - \alpha)(I - G)$",
            using=[Combination(-alpha / 2 * s[i] ** 2, unit, (i,))])  # fmt: skip
    o.conclude()


def _free_context_gap(o: Derivation) -> None:
    o.start(_clamped_form - _right_form, r"with $A$ in its place, minus this")
    o.equal(total(total(zeta[a, i] * s[i], i) ** 2, a) / 2, r"$\frac12 |Zs|^2$, which the context takes away")
    o.conclude()
    below = o.branch(r"Let $\alpha < 1$, and go along an eigenvector of $G$ whose eigenvalue exceeds one.")
    below.assume(lt(alpha, 1))
    eigen = below.assume(eq(total(gram(i, j) * e[j], j), mu * e[i]), r"$Ge = \mu e$", rewrite=False)
    one = below.assume(eq(total(e[i] ** 2, i), 1), "length one", rewrite=False)
    below.assume(gt(mu, 1), r"there is one unless $G = I$, for the mean of the eigenvalues is one")
    below.assume(Relation(t, "≠", Integer(0)))
    along = put(_right_form, {s[i]: t * e[i]})
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
    o.say(r"For $\alpha > 1$ an eigenvalue below one does the same. At $\alpha = 1$ and for $G = I$ the form is zero, "
          r"and the coupling $-\lambda s^{\mathsf T} \hat r$ falls along $s = t\mathbf 1$ like $-\lambda t$:")  # fmt: skip
    simplex = o.branch()
    simplex.assume(eq(total(p[i], i), 1), "a softmax sums to one (SM1)")
    simplex.start(-lam * total(t * p[i], i), "the coupling")
    simplex.equal(-lam * t, "the weights sum to one")
    simplex.conclude(text="linear")
    o.discharge(simplex, "linear", "linear")
    o.discharge(below, "falls", "unbounded below")


context_3 = Misprint(
    PAPER, "3", "The free context", "eqs. 1 to 4 with the context free",
    r"With the context free, $A(\alpha)$ is replaced by $A(\alpha) - W_1 W_1^{\mathsf T}$. With $W_1 = Z^{\mathsf T}$ the "
    r"energy then has no lower bound, and the four-layer system diverges. The clamped theorems are not touched.",
    eq(_quadratic(_followed, s[i]), _clamped_form), eq(_quadratic(_followed, s[i]), _right_form), ("CG5",),
    _free_context, _free_context_gap, in_words=True,
)  # fmt: skip

# 5: the constant of uniqueness -------------------------------------------------------------------------------

_inverse, _raised = total(B[k, j] * w[j], j), total((B[k, j] + t) * w[j], j)
_covariance = softmax_covariance(p[i], i, k)


def _uniqueness(o: Derivation, relation: Relation) -> None:
    o.say(
        r"Uniqueness turns on the Jacobian $\beta\lambda^2(\mathrm{diag}\,p - pp^{\mathsf T})A^{-1}$ of $\Phi$; write $B = A^{-1}$ and "
        r"add $t$ to all its entries."
    )
    o.assume(eq(total(p[i], i), 1), "a softmax sums to one (SM1)")
    o.start(relation.left)
    o.equal(relation.right, "the softmax covariance kills constants")
    o.conclude()


def _uniqueness_gap(o: Derivation) -> None:
    o.start(total(B[i, j] + t, i, j) / N, r"but the quadratic form of $A^{-1}$ at $\mathbf 1/\sqrt N$")
    o.equal(total(B[i, j], i, j) / N + N * t, "moves with $t$, without bound, and the norm with it")
    o.conclude()
    differ(o, N * t, 0, r"the norm sees what $\Phi$ does not", (Relation(t, "≠", Integer(0)), "some shift"))


context_5 = Misprint(
    PAPER, "5", "The constant of uniqueness", "Theorem 3.4",
    r"The constant uses $\lVert A^{-1}\rVert$, as if all of $A^{-1}$ counted. Only its action on $\mathbf 1^\perp$ does: "
    r"a multiple of $\mathbf 1\mathbf 1^{\mathsf T}$ changes the norm and not the Jacobian. The printed condition "
    r"suffices; it is loose.",
    eq(total(B[i, j] + t, i, j) / N, total(B[i, j], i, j) / N),
    eq(total(_covariance * _raised, k), total(_covariance * _inverse, k)), ("CG12",), _uniqueness, _uniqueness_gap,
    in_words=True,
)  # fmt: skip

CONTEXT = (context_1, context_3, context_5)
