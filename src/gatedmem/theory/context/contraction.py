"""CG11: βλ²/(2η_min) < 1 makes the retrieval map a contraction, with one fixed point and a geometric rate."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Integer, Rational, Symbol

from gatedmem.theory.context.definitions import B, N, beta, i, j, k, lam, m, retrieval_map
from gatedmem.theory.context.fixed_points import assume_inverse
from gatedmem.theory.context.spectrum import (
    eta,
    gate_instance,
    gates,
    inverse_norm,
    norm2,
    smallest_eigenvalue,
    w,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    Partial,
    delta,
    eq,
    ge,
    gt,
    integers,
    le,
    nonnegative,
    put,
    real,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.covariance import covariance_contracts
from gatedmem.theory.softmax.covariance import p as simplex_point
from gatedmem.theory.softmax.covariance import v as any_vector

__all__ = ["cg11"]

change, along_segment = vector("Delta", N), vector("J_tau", N)
q_along, gates_along = vector("q_tau", N), vector("y_tau", N)
step, step_next, first = nonnegative("a_k a_next a_0")
count, last = integers("k m")
x, y = vector("x", N), vector("y", N)
q, q_other = vector("q", N, positive=True), vector("q'", N, positive=True)
moved = vector("J", N)
t, tau = real("t tau")
kappa = Symbol("kappa", positive=True)
notation("q_tau", r"q^{\tau}")
notation("y_tau", r"\hat y^{\tau}")
notation("J_tau", r"J^{\tau}")
notation("a_next", r"a_{k+1}")


COVARIANCE_NORM = Fraction(1, 2)  # what κ takes the norm of the softmax covariance to be


def image(weights: Expr, gate: Expr) -> Expr:
    """Entry i of βλ²(diag q - qqᵀ)ŷ, from entry i of q and of ŷ."""
    return beta * lam**2 * (weights * gate - weights * total(put(weights * gate, {i: m}), m))


def cg11(bound: Fraction = COVARIANCE_NORM) -> Derivation:
    """κ = βλ²/(2η_min) < 1: one fixed point, reached from everywhere with factor κ and error κᵏ/(1-κ)‖p₁-p₀‖.

    ``bound`` is the norm of the softmax covariance that enters κ; any other than ½ makes the derivation fail.
    Conclusions: "Jacobian", "Rayleigh", "inverse", "derivative bound", "Lipschitz", "unique", "rate",
    "geometric sum", "error".

    >>> derivation = cg11()
    >>> derivation.conclusions[derivation.position("Lipschitz")].op
    '≤'
    """
    d = Derivation("CG11", r"$\beta\lambda^2 / (2\eta_{\min}) < 1$: the retrieval map contracts")
    d.prepare = gate_instance
    d.say(
        r"Let $A = A(\alpha)$ have smallest eigenvalue $\eta_{\min} > 0$, and let "
        r"$\Phi(p) = \operatorname{softmax}(\beta(b + \lambda A^{-1}u + \lambda^2 A^{-1}p))$."
    )
    assume_inverse(d)
    smallest_eigenvalue(d)
    inverse_norm(d)
    _jacobian(d)
    _derivative_bound(d, bound)
    _lipschitz(d)
    _uniqueness(d)
    _convergence(d)
    return d


def _jacobian(d: Derivation) -> None:
    d.say(r"**The Jacobian of $\Phi$.** With $q = \Phi(x)$:")
    d.define(q[i], retrieval_map(lambda index: x[index], i), r"$q = \Phi(x)$")
    d.start(Partial(q[i], x[j]), "one entry of the Jacobian")
    d.equal(
        beta * lam**2 * total((q[i] * delta(i, k) - q[i] * q[k]) * B[k, j], k),
        "chain rule with the Jacobian of the softmax (SM3)",
    )
    d.conclude(text="Jacobian")
    d.claim(eq(total(q[i], i), 1), "a softmax sums to one (SM1)")


def _derivative_bound(d: Derivation, bound: Fraction) -> None:
    constant = Rational(bound.numerator, bound.denominator)
    d.say(r"**Its norm.** Applied to any vector $w$, with $\hat y = A^{-1} w$ as above:")
    d.define(kappa, constant * beta * lam**2 / eta, r"$\kappa = \beta\lambda^2/(2\eta_{\min})$")
    d.define(
        moved[i],
        image(q[i], gates[i]),
        r"the image of $w$ under the Jacobian",
    )
    d.claim(
        eq(moved[i], total(Partial(q[i], x[j]) * w[j], j)),
        "the Jacobian above",
        label="image",
    )
    half = d.use(
        covariance_contracts(),
        {Symbol("n", integer=True, positive=True): N, simplex_point[i]: q[i], any_vector[i]: gates[i]},
        "norm",
        "the softmax covariance has norm at most one half (SM4)",
    )
    inverse = norm2(w[i]) - eta**2 * norm2(gates[i])
    d.start(norm2(moved[i]), "squared norm of the image")
    d.at_most(
        (beta * lam**2 / 2) ** 2 * norm2(gates[i]),
        "norm of the covariance",
        slack=beta**2 * lam**4 * (half.right - half.left),
    )
    d.at_most(
        kappa**2 * norm2(w[i]),
        "norm of the inverse",
        slack=(beta * lam**2 / (2 * eta)) ** 2 * inverse,
    )
    d.conclude(text="derivative bound")


def _lipschitz(d: Derivation) -> None:
    d.say(r"**Two points.** Let $x, y$ be any two points and $\Delta = \Phi(x) - \Phi(y)$.")
    d.define(q_other[i], retrieval_map(lambda index: y[index], i), r"$q' = \Phi(y)$")
    b = d.branch()
    difference = b.define(change[i], q[i] - q_other[i], r"$\Delta = \Phi(x) - \Phi(y)$", opaque=True)

    def at(time: Symbol) -> Expr:
        return retrieval_map(lambda index: y[index] + time * (x[index] - y[index]), i)

    b.define(q_along[i], at(tau), r"the map at $y + \tau (x - y)$")
    b.define(gates_along[i], total(B[i, j] * (x[j] - y[j]), j), r"$A^{-1}(x - y)$")
    b.define(along_segment[i], image(q_along[i], gates_along[i]), r"the Jacobian there, applied to $x - y$")
    along = total(change[i] * q_along[i], i)
    middle = b.mean_value(
        total(change[i] * at(t), i),
        t,
        0,
        1,
        tau,
        r"along the segment from $y$ to $x$, for some $\tau \in (0, 1)$",
        shown=eq(total(change[i] * (q[i] - q_other[i]), i), Partial(along, tau)),
    )
    gap = norm2(x[i] - y[i])
    bound = b.use(
        d,
        {x[i]: y[i] + tau * (x[i] - y[i]), w[i]: x[i] - y[i]},
        "derivative bound",
        r"the bound at $y + \tau(x - y)$, applied to $x - y$",
        shown=le(norm2(along_segment[i]), kappa**2 * gap),
    )
    b.start(norm2(change[i]), "squared distance of the images")
    b.equal(total(change[i] * (q[i] - q_other[i]), i), "definition", using=[Combination(change[i], difference, (i,))])
    b.equal(Partial(along, tau), "mean value theorem", using=[Combination(Integer(1), middle)])
    b.equal(total(change[i] * along_segment[i], i), "chain rule")
    b.at_most(
        norm2(change[i]) / 2 + norm2(along_segment[i]) / 2,
        r"$2ab \le a^2 + b^2$",
        slack=norm2(change[i] - along_segment[i]) / 2,
    )
    b.at_most(
        norm2(change[i]) / 2 + kappa**2 * gap / 2, "the bound on the derivative", slack=(bound.right - bound.left) / 2
    )
    half = b.conclude(text="half")
    b.claim(le(norm2(change[i]), kappa**2 * gap), "solve", slack=2 * half.larger_minus_smaller, label="opaque")
    b.claim(
        le(norm2(q[i] - q_other[i]), kappa**2 * gap),
        r"definition of $\Delta$",
        slack=kappa**2 * gap - norm2(change[i]),
        using=[Combination(change[i] + q[i] - q_other[i], difference, (i,))],
        label="Lipschitz",
    )
    d.discharge(b, "Lipschitz", "Lipschitz")


def _uniqueness(d: Derivation) -> None:
    d.assume(gt(1, kappa), r"$\kappa < 1$")
    b = d.branch(r"**Uniqueness.** Let $x$ and $y$ be fixed points.")
    x_fixed = b.assume(eq(x[i], q[i]), r"$x = \Phi(x)$", rewrite=False)
    y_fixed = b.assume(eq(y[i], q_other[i]), r"$y = \Phi(y)$", rewrite=False)
    gap = norm2(x[i] - y[i])
    images = q[i] - q_other[i]
    scaled = (1 - kappa) * (1 + kappa) * gap
    b.claim(ge(scaled, 0), r"$\kappa < 1$")
    b.claim(
        le(scaled, 0),
        "their images are themselves, and no farther apart than the bound allows",
        slack=kappa**2 * gap - norm2(images),
        using=[
            Combination(-(x[i] - y[i] + images), x_fixed, (i,)),
            Combination(x[i] - y[i] + images, y_fixed, (i,)),
        ],
    )
    b.claim(eq(scaled, 0), "between zero and zero")
    b.given(eq(scaled, 0), "so the distance vanishes")
    b.iff(eq(gap, 0), "divide by a positive factor", scale=(1 - kappa) * (1 + kappa))
    b.iff_each(eq((x[i] - y[i]) ** 2, 0), "a sum of squares", weight=1, over=(i,))
    b.iff(eq(x[i] - y[i], 0), "a square", root=2)
    b.detach(b.conclude(text="equal"), "the same point", label="same")
    d.discharge(b, "same", "unique")


def _convergence(d: Derivation) -> None:
    d.say(
        r"**Existence and rate.** Start anywhere on the simplex and put $p_{k+1} = \Phi(p_k)$; by SM1 every iterate "
        r"stays on the simplex. Write $a_k = \lVert p_{k+1} - p_k \rVert$."
    )
    d.given(le(step_next**2, kappa**2 * step**2), "the Lipschitz bound at two successive iterates")
    d.iff(le(step_next, kappa * step), "both sides are squares of non-negative numbers", root=2)
    d.conclude(text="rate")
    b = d.branch("By induction $a_k \\le \\kappa^k a_0$: true for $k = 0$, and from one $k$ to the next")
    b.assume(le(step_next, kappa * step), "the rate above")
    b.assume(le(step, kappa**count * first), r"induction hypothesis $a_k \le \kappa^k a_0$")
    b.claim(
        le(step_next, kappa ** (count + 1) * first),
        "put the second into the first",
        slack=[kappa * step - step_next, kappa * (kappa**count * first - step)],
    )
    d.discharge(b, text="induction step")
    d.say(
        r"Sum the steps from $k$ to $m$: $S(m) = \sum_{j=k}^{m-1} \kappa^j$ has the closed form "
        r"$(\kappa^k - \kappa^m)/(1 - \kappa)$, for it starts at zero and grows by $\kappa^m$."
    )

    def closed(end: Expr) -> Expr:
        return (kappa**count - kappa**end) / (1 - kappa)

    d.claim(eq(closed(last + 1) - closed(last), kappa**last), "one more term", label="geometric sum")
    d.claim(
        le(closed(last) * first, kappa**count / (1 - kappa) * first),
        "drop a positive term",
        slack=kappa**last / (1 - kappa) * first,
        label="error",
    )
    d.cite(
        "completeness",
        r"so $\lVert p_m - p_k \rVert \le \sum_{j=k}^{m-1} a_j \le \frac{\kappa^k}{1-\kappa} a_0$ by the triangle "
        r"inequality: the iterates are a Cauchy sequence in the simplex, which is closed. Their limit is a fixed "
        r"point because $\Phi$ is continuous, and $m \to \infty$ gives the error bound (GW1).",
    )
