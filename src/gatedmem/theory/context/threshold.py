"""CG12 and CG13: the exact threshold of uniqueness, and its sharpness for two memories."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Integer

from gatedmem.theory.context.definitions import N, beta, i, j, k, lam, m
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    Index,
    Partial,
    Relation,
    delta,
    eq,
    ge,
    gt,
    le,
    lt,
    matrix,
    positive,
    put,
    real,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample

__all__ = ["cg12", "cg13"]

B, root = matrix("B", N, N), matrix("C", N, N)
rise, fall = vector("a", N, nonnegative=True), vector("c", N, nonnegative=True)
p, q = vector("p", N, positive=True), vector("q", N, positive=True)
d, w = vector("d", N), vector("w", N)
half, worst, theta, rho, eta = positive("S M theta rho eta")
epsilon, kappa = positive("epsilon kappa")
first, second = Index("a", N, fixed=True), Index("b", N, fixed=True)
level, reflected, level_x, level_y = real("y z c_x c_y")
slope_x, slope_y = vector("G_x", N), vector("G_y", N)
drive = vector("h", N)
notation("G_x", r"G^{x}")
notation("G_y", r"G^{y}")
notation("c_x", r"c^{x}")
notation("c_y", r"c^{y}")


def spread(row: Index, column: Index) -> Expr:
    """B_ii + B_jj - 2B_ij: the quadratic form of B at e_i - e_j."""
    return B[row, row] + B[column, column] - 2 * B[row, column]


def curvature(weights: Expr) -> Expr:
    """dᵀ∇²F d = (1/β)Σd_i²/p_i - λ²dᵀBd, for weights given by their entry i."""
    return total(d[i] ** 2 / weights, i) / beta - lam**2 * total(d[i] * B[i, j] * d[j], i, j)


def cg12() -> Derivation:
    """The fixed point is unique for every drive iff βλ²M ≤ 1, M = max (B_ii + B_jj - 2B_ij)/4.

    Conclusions: "variance", "worst pair", "curvature", "stationary", "one place", "other place", "unique",
    "negative", "projected", "contraction".

    >>> derivation = cg12()
    >>> derivation.conclusions[derivation.position("unique")].conclusion.right
    0
    """
    o = Derivation("CG12", "The exact threshold of uniqueness")
    o.prepare = _instance
    o.say(
        r"Let $B = A^{-1} = C^{\mathsf T} C$ (positive definite matrices have such a root, quoted) and "
        r"$M = \max_{i \ne j} (B_{ii} + B_{jj} - 2B_{ij})/4$. By CG14 fixed points are the critical points of "
        r"$F$ on the simplex, and $F$ has the curvature $\frac1\beta \sum d_i^2/p_i - \lambda^2 d^{\mathsf T} B "
        r"d$ along a "
        r"direction $d$ with $\sum d_i = 0$."
    )
    o.cited.append("square root of a positive definite matrix")
    o.define(B[i, j], total(root[m, i] * root[m, j], m), r"$B = C^{\mathsf T} C$")
    o.define(d[i], rise[i] - fall[i], r"positive and negative part")
    disjoint = o.assume(eq(rise[i] * fall[i], 0), "no place has both", rewrite=False)
    o.assume(eq(total(rise[i], i), half), r"$\sum d_i = 0$ and $\lVert d \rVert_1 = 2S$")
    o.assume(eq(total(fall[i], i), half), "the same")
    o.assume(eq(total(p[i], i), 1), "a point of the simplex")
    o.assume(eq(total(q[i], i), 1), "another one")
    o.assume(ge(4 * worst, spread(i, j)), "the worst pair")
    _curvature(o, disjoint)
    _uniqueness(o, disjoint)
    _converse(o)
    _comparison(o)
    return o


def _instance(sample: Sample) -> None:
    """A direction from one place to another, and the worst pair of whatever B the root gives."""
    n = sample.extent(N)
    places = range(1, n + 1)
    amount = sample.value(half)
    sample.arrays["a"] = {(place,): amount if place == 1 else sample.value(0) for place in places}
    sample.arrays["c"] = {(place,): amount if place == 2 else sample.value(0) for place in places}
    sample.scalars["M"] = max(sample.value(spread(i, j), {i: row, j: col}) for row in places for col in places) / 4


def deviation(weights: Expr) -> Expr:
    """Σ(|d_i| - 2Sp_i)²/p_i."""
    return total((rise[i] + fall[i] - 2 * half * weights) ** 2 / weights, i)


def _curvature(o: Derivation, disjoint: Relation) -> None:
    o.say(r"**The entropy's part** is at least $\lVert d \rVert_1^2$:")
    for weights in (p[i], q[i]):
        o.claim(
            ge(total(d[i] ** 2 / weights, i) - 4 * half**2, 0),
            r"$\sum d_i^2/p_i - \lVert d\rVert_1^2 = \sum (|d_i| - \lVert d\rVert_1 p_i)^2/p_i$",
            slack=deviation(weights),
            using=[Combination(-4 / weights, disjoint, (i,))],
            label="variance" if weights == p[i] else "variance, second point",
        )
    o.say(
        r"**The quadratic part** is at most $M \lVert d \rVert_1^2$: $d$ is a mean of the vectors $S(e_i - e_j)$ "
        r"with the weights $a_i c_j/S^2$, and a convex function of a mean is at most the mean of its values."
    )
    form = total(d[i] * B[i, j] * d[j], i, j)
    pairs = total(rise[i] * fall[j] * spread(i, j), i, j)
    scatter = total(
        rise[i] * fall[j] * (half * root[m, i] - half * root[m, j] - total(root[m, k] * d[k], k)) ** 2, i, j, m
    )
    o.start(form, "the quadratic form")
    o.at_most(pairs, "variance about the mean, in the metric of $B$", slack=scatter / half**2)
    o.at_most(
        4 * worst * half**2, "the worst pair", slack=total(rise[i] * fall[j] * (4 * worst - spread(i, j)), i, j)
    )
    o.conclude(text="worst pair")
    o.say("**Together:**")
    floor = 4 * half**2 * (1 / beta - lam**2 * worst)
    for weights in (p[i], q[i]):
        o.claim(
            ge(curvature(weights), floor),
            "both parts",
            slack=[
                (total(d[i] ** 2 / weights, i) - 4 * half**2) / beta,
                lam**2 * (4 * worst * half**2 - form),
            ],
            label="curvature" if weights == p[i] else "curvature, second point",
        )


def _uniqueness(o: Derivation, disjoint: Relation) -> None:
    u = o.branch(
        r"**Uniqueness under $\beta\lambda^2 M \le 1$.** Let $x$ and $y$ be two critical points and $d = x - y$. "
        r"Their gradients $G$ are constant over the places, so the slope of $F$ along the segment agrees at its ends:"
    )
    at_x = u.assume(eq(slope_x[i], level_x), "critical at $x$", rewrite=False)
    at_y = u.assume(eq(slope_y[i], level_y), "critical at $y$", rewrite=False)
    u.start(total((slope_x[i] - slope_y[i]) * d[i], i), "difference of the slopes")
    u.equal(
        (level_x - level_y) * total(d[i], i),
        "constant gradients",
        using=[Combination(d[i], at_x, (i,)), Combination(-d[i], at_y, (i,))],
    )
    u.equal(0, r"$\sum d_i = 0$")
    u.conclude(text="stationary")
    o.discharge(u, "stationary", "stationary")
    o.cite(
        "mean value theorem",
        r"on either half of the segment there is a point, $p$ on one and $q$ on the other, where half the "
        r"curvature is the growth of the slope over that half. The two add up to zero, and $p - q = \theta d$ "
        r"with $\theta > 0$.",
    )
    v = o.branch()
    v.assume(le(beta * lam**2 * worst, 1), r"$\beta\lambda^2 M \le 1$")
    apart = v.assume(eq(p[i] - q[i], theta * d[i]), "two points of the segment", rewrite=False)
    v.claim(
        ge(1 / beta - lam**2 * worst, 0), "the threshold", slack=(1 - beta * lam**2 * worst) / beta, label="threshold"
    )
    form = total(d[i] * B[i, j] * d[j], i, j)
    curved = v.assume(eq(curvature(p[i]) + curvature(q[i]), 0), "no growth in all", rewrite=False)
    rest = [
        2 * lam**2 * (4 * worst * half**2 - form),
        8 * half**2 * (1 / beta - lam**2 * worst),
    ]
    shapes: list[Relation] = []
    for weights, other in ((p[i], q[i]), (q[i], p[i])):
        v.claim(
            le(deviation(weights), 0),
            "all other parts of the curvature are non-negative",
            slack=[deviation(other), *(beta * part for part in rest)],
            using=[
                Combination(-beta, curved),
                Combination(-4 / p[i], disjoint, (i,)),
                Combination(-4 / q[i], disjoint, (i,)),
            ],
        )
        v.claim(ge(deviation(weights), 0), "squares")
        v.claim(eq(deviation(weights), 0), "between zero and zero")
        v.given(eq(deviation(weights), 0))
        v.iff_each(
            eq((rise[i] + fall[i] - 2 * half * weights) ** 2, 0), "a sum of squares", weight=1 / weights, over=(i,)
        )
        v.iff(eq(rise[i] + fall[i] - 2 * half * weights, 0), "a square", root=2)
        place = "one place" if weights == p[i] else "other place"
        shapes.append(v.detach(v.conclude(text=f"{place}, equivalence"), r"so $|d_i| = 2S p_i$", label=place))
    one, two = shapes
    v.claim(
        eq(d[i], 0),
        "the difference of the last two equations",
        using=[
            Combination(-1 / (2 * half * theta), one),
            Combination(1 / (2 * half * theta), two),
            Combination(-1 / theta, apart),
        ],
        label="unique",
    )
    o.discharge(v, "unique", "unique")
    o.say(r"against $S > 0$: there are no two.")


def _converse(o: Derivation) -> None:
    c = o.branch(
        r"**Converse.** Let $\beta\lambda^2 M > 1$, attained at the places $a \ne b$. Put $p_a = p_b = "
        r"(1-\varepsilon)/2$ "
        r"with $\beta\lambda^2 M (1 - \varepsilon) > 1$ and the mass $\varepsilon$ anywhere else. Along $d = e_a "
        r"- e_b$:"
    )
    c.assume(eq(delta(first, second), 0), "two places")
    worst_pair = c.assume(eq(spread(first, second), 4 * worst), "the worst pair", rewrite=False)
    c.assume(lt(epsilon, 1), r"$\varepsilon < 1$")
    c.assume(gt(beta * lam**2 * worst * (1 - epsilon), 1), r"beyond the threshold")
    step = delta(i, first) - delta(i, second)
    other = put(step, {i: j})
    weight = (1 - epsilon) / 2
    curved = (1 / weight + 1 / weight) / beta - lam**2 * total(step * B[i, j] * other, i, j)
    c.start(curved, r"the curvature: $d_a^2/p_a + d_b^2/p_b$ and the quadratic form")
    c.equal(
        4 / (beta * (1 - epsilon)) - 4 * lam**2 * worst,
        "the worst pair",
        using=[Combination(-(lam**2), worst_pair)],
    )
    c.at_most(
        0,
        "beyond the threshold",
        slack=4 * (beta * lam**2 * worst * (1 - epsilon) - 1) / (beta * (1 - epsilon)),
        strict=True,
    )
    c.conclude(text="negative")
    o.discharge(c, "negative", "negative")
    e = o.branch(r"Every point with positive weights is critical for some drive:")
    e.define(drive[i], (sp.log(p[i]) + 1) / beta - lam**2 * total(B[i, j] * p[j], j), "a drive for $p$")
    e.start((sp.log(p[i]) + 1) / beta - lam**2 * total(B[i, j] * p[j], j) - drive[i], "the gradient of $F$ at $p$")
    e.equal(0, "the choice of the drive")
    e.conclude(text="critical")
    o.cite(
        "compactness",
        r"so for that drive $p$ is critical and not a minimum; $F$ has a minimum on the simplex, in the interior "
        r"since the entropy's slope is infinite at the faces: a second critical point, hence a second fixed point.",
    )


def _comparison(o: Derivation) -> None:
    c = o.branch(
        r"**Comparison.** Let $\rho = \lambda_{\max}(PBP)$, so $w^{\mathsf T} B w \le \rho \lVert w \rVert^2$ for "
        r"$\sum w_i = 0$:"
    )
    c.assume(eq(delta(first, second), 0), "two places")
    step = delta(i, first) - delta(i, second)
    other = put(step, {i: j})
    c.claim(eq(total(step, i), 0), "a difference of two places sums to zero")
    c.assume(
        le(total(step * B[i, j] * other, i, j), rho * total(step**2, i)),
        r"the bound at $w = e_a - e_b$",
        rewrite=False,
    )
    c.claim(
        le(spread(first, second) / 4, rho / 2),
        r"$\lVert e_a - e_b \rVert^2 = 2$",
        slack=(rho * total(step**2, i) - total(step * B[i, j] * other, i, j)) / 4,
        label="projected",
    )
    o.discharge(c, "projected", "projected")
    f = o.branch(
        r"and $\rho \le 1/\eta_{\min}$, because projecting does not lengthen. With $w$ an eigenvector of $PBP$:"
    )
    f.assume(le(total(w[i] * B[i, j] * w[j], i, j), total(w[i] ** 2, i) / eta), r"$B \preceq 1/\eta_{\min}$ (CG11)")
    top = f.assume(eq(total(w[i] * B[i, j] * w[j], i, j), rho), r"the largest value on $\sum w_i = 0$", rewrite=False)
    unit = f.assume(eq(total(w[i] ** 2, i), 1), "length one", rewrite=False)
    f.claim(
        le(rho, 1 / eta),
        "the largest value of the projected form is a value of the form",
        slack=total(w[i] ** 2, i) / eta - total(w[i] * B[i, j] * w[j], i, j),
        using=[Combination(Integer(1), top), Combination(-1 / eta, unit)],
        label="contraction",
    )
    o.discharge(f, "contraction", "contraction")
    o.say(
        r"So $\beta\lambda^2/(2\eta_{\min}) < 1$ implies $\beta\lambda^2\rho/2 < 1$, and that implies "
        r"$\beta\lambda^2 M < 1$."
    )


def cg13() -> Derivation:
    """Two memories without drive: three fixed points as soon as κ = βλ²/(2η) > 1.

    Conclusions: "gates", "least", "threshold", "difference", "equation", "odd", "zero", "slope", "positive end".

    >>> derivation = cg13()
    >>> derivation.conclusions[derivation.position("zero")].conclusion.right
    0
    """
    o = Derivation("CG13", "Two memories: the constant is best possible")
    row, column = Index("f", 2), Index("g", 2)
    overlap, alpha = real("G_12 alpha")
    inverse = matrix("B", 2, 2)
    weights, state = vector("p", 2), vector("r", 2)
    o.say(
        r"Two unit memories with overlap $G_{12}$, no drive: $b = u = 0$. Then $A$ has $1 - \alpha G_{12}$ as its "
        r"eigenvalue on $(1, -1)$ and $1 + \alpha G_{12}$ on $(1, 1)$."
    )
    gate = delta(row, column) + alpha * overlap * (1 - delta(row, column))
    sign = delta(row, 1) - delta(row, 2)
    turned = put(sign, {row: column})
    o.claim(eq(total(gate * turned, column), (1 - alpha * overlap) * sign), r"on $(1, -1)$", label="gates")
    o.claim(eq(total(gate, column), 1 + alpha * overlap), r"on $(1, 1)$", label="gates, sum")
    s = o.branch(r"The first is the smaller one when $\alpha G_{12} \ge 0$:")
    s.assume(ge(alpha * overlap, 0), r"$\alpha G_{12} \ge 0$")
    s.claim(
        le(1 - alpha * overlap, 1 + alpha * overlap), "their difference", slack=2 * alpha * overlap, label="least"
    )
    o.discharge(s, "least", "least")
    o.say(
        r"So $\eta = 1 - \alpha G_{12}$ is the smallest eigenvalue when $\alpha G_{12} \ge 0$, and then CG11 is "
        r"sharp "
        r"by what follows; in general $B_{11} + B_{22} - 2B_{12} = 2/\eta$, so $\kappa = \beta\lambda^2/(2\eta)$ is "
        r"the quantity of CG12, which is sharp always."
    )
    o.symmetric(inverse, "the inverse of a symmetric matrix")
    f = o.branch()
    apart = f.assume(
        eq(total(inverse[row, column] * turned, column), sign / eta),
        r"$A^{-1} (1, -1) = (1, -1)/\eta$",
        rewrite=False,
    )
    form = total(sign * inverse[row, column] * turned, row, column)
    f.start(form / 4, r"the threshold of CG12 in the only direction")
    f.equal(1 / (2 * eta), "eigenvector", using=[Combination(sign / 4, apart, (row,))])
    f.conclude(text="threshold")
    o.discharge(f, "threshold", "threshold")

    o.say(r"**The equation.** Write $p = ((1 + y)/2, (1 - y)/2)$ with $-1 < y < 1$.")
    o.define(weights[row], (1 + level * sign) / 2, "two weights")
    o.define(state[row], lam**2 * total(inverse[row, column] * weights[column], column), "the retrieval state")
    g = o.branch()
    apart = g.assume(eq(total(inverse[row, column] * turned, column), sign / eta), "eigenvector", rewrite=False)
    g.start(total(sign * state[row], row), "difference of the two states")
    g.equal(
        lam**2 * level / eta,
        r"$(1, -1)$ is an eigenvector, orthogonal to $(1, 1)$",
        using=[
            Combination(lam**2 / 2, apart, (row,)),
            Combination(lam**2 * level * sign / 2, apart, (row,)),
        ],
    )
    g.conclude(text="difference")
    o.discharge(g, "difference", "difference")

    r = o.branch(r"So, with $\kappa = \beta\lambda^2/(2\eta)$, the fixed points are the solutions of one equation:")
    r.assume(gt(1 + level, 0), r"$y > -1$")
    r.assume(lt(level, 1), r"$y < 1$")
    balance = sp.log(1 + level) - sp.log(1 - level) - 2 * kappa * level
    r.given(
        eq((1 + level) / 2, 1 / (1 + sp.exp(-2 * kappa * level))),
        r"the first weight is the softmax of the two states",
    )
    r.iff(
        eq(1 + level, (1 - level) * sp.exp(2 * kappa * level)),
        "clear the denominators",
        scale=1 / (2 * (1 + sp.exp(2 * kappa * level))),
    )
    r.iff(eq(sp.log(1 + level), sp.log(1 - level) + 2 * kappa * level), "take logarithms", monotone=sp.log)
    r.iff(eq(balance, 0), "rearrange")
    r.conclude(text="equation")
    o.discharge(r, "equation", "equation")
    mirror = r.branch("The equation is odd:")
    mirror.assume(eq(reflected, -level), "the mirror image")
    mirror.start(put(balance, {level: reflected}), "at the mirror image")
    mirror.equal(-balance, "the logarithms change places")
    mirror.conclude(text="odd")
    o.discharge(mirror, "odd", "odd")
    uniform = r.branch("The uniform state is a solution:")
    uniform.assume(eq(level, 0), "uniform")
    uniform.start(balance, "there")
    uniform.equal(0, "all terms vanish")
    uniform.conclude(text="zero")
    o.discharge(uniform, "zero", "zero")
    r.start(Partial(balance, level), "the slope")
    r.equal(
        2 * kappa * (level**2 - (1 - 1 / kappa)) / ((1 - level) * (1 + level)),
        "differentiate",
    )
    r.conclude(text="slope")
    o.discharge(r, "slope", "slope")
    o.say(
        r"For $\kappa > 1$ the function falls from zero until $y^2 = 1 - 1/\kappa$ and rises from there to $1$: at "
        r"most one zero in $(0, 1)$. There is one, because it ends above zero:"
    )
    e = o.branch()
    shrink = real("x")
    e.assume(gt(shrink, 0), r"$x = e^{-2\kappa}$")
    e.assume(lt(shrink, 1), r"less than one")
    end = eq(sp.log(shrink), -2 * kappa)
    e.assume(end, "its logarithm", rewrite=False)
    e.claim(gt(2 - shrink, 0), "since $x < 1$", slack=[1 - shrink, Integer(1)])
    value = put(balance, {level: 1 - shrink})
    e.start(value, r"at $y = 1 - e^{-2\kappa}$")
    e.equal(sp.log(2 - shrink) + 2 * kappa * shrink, "cancel", using=[Combination(Integer(-1), end)])
    e.given(gt(2 - shrink, 1), r"$x < 1$")
    e.iff(gt(sp.log(2 - shrink), 0), "the logarithm increases", monotone=sp.log)
    e.detach(e.conclude(text="above"), "both hold")
    e.claim(
        gt(value, 0),
        "two positive terms",
        slack=[sp.log(2 - shrink), 2 * kappa * shrink],
        using=[Combination(Integer(-1), end)],
        label="positive end",
    )
    o.discharge(e, "positive end", "positive end")
    o.cite(
        "intermediate value theorem",
        r"so there is exactly one solution in $(0, 1)$, its mirror image in $(-1, 0)$, and zero: three fixed points.",
    )
    return o
