"""CG18: where a branch of equilibria is lost as the competition grows, and why that is a fold."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Integer

from gatedmem.theory.context.definitions import (
    A,
    B,
    N,
    alpha,
    beta,
    competition,
    gate_entry,
    i,
    j,
    k,
    lam,
    u,
)
from gatedmem.theory.context.fixed_points import assume_inverse
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    delta,
    eq,
    gt,
    matrix,
    positive,
    put,
    real,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.definitions import inner, softmax

__all__ = ["cg18", "closed_form", "residual", "stiffness"]

r, phi = vector("r", N), vector("phi", N)
speed, bend = vector("v", N), vector("w", N)
drift, turn, multiplier = real("alpha_prime alpha_second m")
theta, kappa, eta = positive("theta kappa eta")
level, mean_sum, mu, height = real("rho w_1 mu y")
place = Index("s", N, fixed=True)
Q, S = matrix("Q", N, N), matrix("S", N, N)
x, tilt = vector("x", N), vector("a0", N)
notation("phi", r"\varphi")
notation("alpha_prime", r"\alpha'")
notation("alpha_second", r"\alpha''")
notation("a0", r"a^{0}")


def residual(row: Index) -> Expr:
    """F_i(r, α) = (A(α)r)_i - λu_i - λ² softmax(βr)_i."""
    return total(gate_entry(row, j) * r[j], j) - lam * u[row] - lam**2 * softmax(beta * r[row], row)


def covariance_times(values: Expr, row: Index) -> Expr:
    """((diag p - ppᵀ)v)_i = p_i(v_i - ⟨p, v⟩), for v given by its entry i."""
    p = softmax(beta * r[row], row)
    other = k if row != k else j
    mean = inner(softmax(beta * r[other], other), put(values, {row: other}), other)
    return p * (values - mean)


def stiffness(values: Expr, row: Index) -> Expr:
    """(Jv)_i with J = A(α) - βλ²(diag p - ppᵀ), for v given by its entry i."""
    moved = total(gate_entry(row, j) * put(values, {row: j}), j)
    return moved - beta * lam**2 * covariance_times(values, row)


def closed_form(curvature: Expr) -> Expr:
    """(1 + 1/κ)ln(1 + κ) - 1: the tilt βa at which the one-site equation loses its solution."""
    return (1 + 1 / curvature) * sp.log(1 + curvature) - 1


def cg18() -> Derivation:
    """The branch A(α)r = λu + λ² softmax(βr): its Jacobian, what its singularity means, and when it is a fold.

    Conclusions: "branch", "Jacobian", "map", "flow", "no period doubling", "turning", "bend", "circulant",
    "one site", "concave", "one-site fold", "tilt at the fold", "reduces to CG17", among others.

    >>> derivation = cg18()
    >>> derivation.conclusions[derivation.position("turning")].conclusion.right
    0
    """
    o = Derivation("CG18", "Why the paper's threshold misses: the transition is a fold")
    o.say(
        r"The drive $u$ is given and $b = 0$ (protocol D.3). Follow the equilibria $r$ as $\alpha$ grows from 0, "
        r"where $A = I$."
    )
    _criterion(o)
    _fold(o)
    _circulant(o)
    _one_site(o)
    return o


def _criterion(o: Derivation) -> None:
    o.say(r"**The branch.** $A$ is invertible with inverse $B$.")
    assume_inverse(o)
    p = softmax(beta * r[j], j)
    gates = eq(A[i, j], gate_entry(i, j))
    o.given(
        eq(r[i], total(B[i, j] * (lam * u[j] + lam**2 * p), j)), r"a fixed point of the map of protocol D.3 (CG10)"
    )
    o.iff(
        eq(total(A[i, j] * r[j], j) - lam * u[i] - lam**2 * softmax(beta * r[i], i), 0),
        r"multiply by $A$; back by $A^{-1}$",
        forward=lambda D: total(A[i, j] * D(j), j),
        backward=lambda D: total(B[i, j] * D(j), j),
        over=(i,),
    )
    o.iff(eq(residual(i), 0), r"$A = I + \alpha W_2$", using=[Combination(r[j], gates, (j,))])
    o.conclude(text="branch")

    o.start(Partial(residual(i), r[k]), r"**The Jacobian** $J = \partial F/\partial r$")
    p_i, p_k = softmax(beta * r[i], i), softmax(beta * r[k], k)
    o.equal(gate_entry(i, k) - beta * lam**2 * (p_i * delta(i, k) - p_i * p_k), "SM3")
    o.conclude(text="Jacobian")

    o.say(
        r"**What its singularity means.** The map moves a small $\varphi$ to $A^{-1} K \varphi$ with "
        r"$K = \beta\lambda^2 (\operatorname{diag} p - p p^{\mathsf T})$."
    )
    feedback = put(beta * lam**2 * covariance_times(phi[i], i), {i: j})
    o.given(eq(total(B[i, j] * feedback, j), phi[i]), "the map has the multiplier one")
    o.iff(
        eq(beta * lam**2 * covariance_times(phi[i], i) - total(A[i, j] * phi[j], j), 0),
        r"multiply by $A$; back by $A^{-1}$",
        forward=lambda D: total(A[i, j] * D(j), j),
        backward=lambda D: total(B[i, j] * D(j), j),
        over=(i,),
    )
    o.iff(eq(stiffness(phi[i], i), 0), r"$A = I + \alpha W_2$", scale=-1, using=[Combination(-phi[j], gates, (j,))])
    o.conclude(text="map")
    f = o.branch(
        r"The flow near the equilibrium, $\delta s$ slaved to $\delta r = \varphi$ by $\lambda\, \delta s = \varphi$:"
    )
    shift = vector("e", N)
    f.assume(eq(shift[i], phi[i] / lam), r"$\lambda\, \delta s = \delta r$")
    pulled = -total(gate_entry(i, j) * shift[j], j) + lam * beta * covariance_times(phi[i], i)
    f.given(eq(pulled, 0), "the flow has the exponent zero")
    f.iff(eq(stiffness(phi[i], i), 0), r"multiply by $\lambda$", scale=-1 / lam)
    f.conclude(text="flow")
    o.discharge(f, "flow", "flow")

    n = o.branch(
        r"No multiplier is negative, so that the map has no period doubling: let $\varphi$ be an eigenvector."
    )
    eigen = n.assume(eq(total(B[i, j] * feedback, j), multiplier * phi[i]), "multiplier $m$", rewrite=False)
    quadratic = total(phi[i] * A[i, j] * phi[j], i, j)
    mean = inner(softmax(beta * r[k], k), phi[k], k)
    variance = beta * lam**2 * total(softmax(beta * r[i], i) * (phi[i] - mean) ** 2, i)
    n.start(multiplier * quadratic, r"$m\, \varphi^{\mathsf T} A \varphi$")
    n.equal(
        total(phi[i] * beta * lam**2 * covariance_times(phi[i], i), i),
        r"multiply the eigenvalue equation by $\varphi^{\mathsf T} A$",
        using=[Combination(-total(phi[k] * A[k, i], k), eigen, (i,))],
    )
    n.equal(variance, "a variance")
    n.at_least(0, "squares", slack=variance)
    n.conclude(text="no period doubling")
    o.discharge(n, "no period doubling", "no period doubling")
    o.say(
        r"and $\varphi^{\mathsf T} A \varphi > 0$ when $A \succ 0$, so $m \ge 0$ (the multipliers are real, as "
        r"$A^{-1} K$ with $A \succ 0$ and $K$ symmetric is similar to a symmetric matrix). So from $\alpha = 0$ "
        r"on the state is stable, for the map and for the flow, until $\lambda_{\min}(J) = 0$."
    )


def _fold(o: Derivation) -> None:
    o.say(
        r"**The fold.** Let $(r, \alpha)$ move along the branch, $r$ with velocity $v$ and acceleration $w$, "
        r"$\alpha$ with $\alpha'$ and $\alpha''$."
    )
    path = ((r[i], speed[i]), (alpha, drift), (speed[i], bend[i]), (drift, turn))
    pushed = total(competition(i, j) * r[j], j)
    first = stiffness(speed[i], i) + drift * pushed
    o.start(FlowDerivative(residual(i), *path), "$F$ along the branch")
    o.equal(first, "chain rule with SM3")
    o.conclude(text="first derivative")
    mean = inner(softmax(beta * r[k], k), speed[k], k)
    variance = total(softmax(beta * r[j], j) * (speed[j] - mean) ** 2, j)
    curve = beta**2 * softmax(beta * r[i], i) * ((speed[i] - mean) ** 2 - variance)
    second = (
        stiffness(bend[i], i) + turn * pushed + 2 * drift * total(competition(i, j) * speed[j], j) - lam**2 * curve
    )
    o.start(FlowDerivative(first, *path), "and once more")
    o.equal(second, "chain rule")
    o.conclude(text="second derivative")

    f = o.branch("Both vanish along the branch. Let $J\\varphi = 0$ at the point where we look.")
    null = f.assume(eq(stiffness(phi[i], i), 0), r"$J\varphi = 0$", rewrite=False)
    along = f.assume(eq(first, 0), "the branch stays a branch", rewrite=False)
    f.claim(
        eq(drift * total(phi[i] * pushed, i), 0),
        r"contract with $\varphi$; $J$ is symmetric, so $\varphi^{\mathsf T} J v = 0$",
        using=[Combination(phi[i], along, (i,)), Combination(-speed[i], null, (i,))],
        label="turning",
    )
    o.discharge(f, "turning", "turning")
    o.say(
        r"So where $\langle \varphi, W_2 r \rangle \ne 0$ the competition stands still, $\alpha' = 0$; then "
        r"$J v = 0$, and with a simple kernel $v = \varphi$ (in a suitable parameter):"
    )
    t = o.branch()
    null = t.assume(eq(stiffness(phi[i], i), 0), r"$J\varphi = 0$", rewrite=False)
    again = t.assume(eq(second, 0), "the branch stays a branch", rewrite=False)
    t.assume(eq(speed[i], phi[i]), r"$v = \varphi$")
    t.assume(eq(drift, 0), r"$\alpha' = 0$")
    third = total(softmax(beta * r[i], i) * (phi[i] - put(mean, {speed[k]: phi[k]})) ** 3, i)
    t.claim(
        eq(turn * total(phi[i] * pushed, i), beta**2 * lam**2 * third),
        r"contract with $\varphi$: the third cumulant of $\varphi$ under $p$",
        using=[Combination(phi[i], again, (i,)), Combination(-bend[i], null, (i,))],
        label="bend",
    )
    o.discharge(t, "bend", "bend")
    o.say(
        r"So where the third cumulant is not zero either, $\alpha$ has a strict extremum there: a fold (saddle-node)."
    )


def _circulant(o: Derivation) -> None:
    c = o.branch(
        r"**Circulant frames are different**: there the base state is uniform and $W_2 \mathbf 1 = w_1 \mathbf 1$."
    )
    c.assume(eq(r[i], level), "uniform state")
    rows = c.assume(eq(total(competition(i, j), j), mean_sum), "$G \\mathbf 1 = \\mu_G \\mathbf 1$", rewrite=False)
    c.assume(eq(total(phi[i], i), 0), r"the critical vector is in $\mathbf 1^\perp$ (CG17)")
    c.start(total(phi[i] * competition(i, j) * r[j], i, j), r"$\langle \varphi, W_2 r \rangle$")
    c.equal(
        level * mean_sum * total(phi[i], i),
        r"$W_2 r = w_1 r$",
        using=[Combination(level * phi[i], rows, (i,))],
    )
    c.equal(0, r"$\varphi \perp \mathbf 1$")
    c.conclude(text="circulant")
    o.discharge(c, "circulant", "circulant")
    o.say(r"so nothing makes $\alpha$ stand still: the branch goes on, unstable. A cluster is no such frame.")


def _one_site(o: Derivation) -> None:
    o.say(
        r"**An approximation.** Split off the mean of $r$; let $x = P r$, $Q = P A^{-1} P$, "
        r"$\theta = \beta\lambda^2/N$. Let all places respond linearly to the uniform state, "
        r"$p_j \approx (1 + \beta x_j)/N$, but one, the place $s$, by $p_s \approx e^{\beta x_s}/N$ (the sum of the "
        r"weights is taken as $N$). This is assumed; what follows from it is derived."
    )
    one = o.branch()
    excess = sp.exp(beta * x[place]) - 1 - beta * x[place]
    inverse = one.assume(
        eq(total(S[i, j] * (delta(j, k) - theta * Q[j, k]), j), delta(i, k)),
        r"$S = (I - \theta Q)^{-1}$",
        rewrite=False,
    )
    closure = one.assume(
        eq(x[i], tilt[i] + theta * total(Q[i, j] * x[j], j) + theta / beta * excess * Q[i, place]),
        r"the approximate equation, $a^0 = \frac{\lambda + \lambda^2}{N} P A^{-1} \mathbf 1$ for $u = \mathbf 1/N$",
        rewrite=False,
    )
    one.claim(
        eq(
            x[i],
            total(S[i, j] * tilt[j], j) + theta / beta * excess * total(S[i, j] * Q[j, place], j),
        ),
        r"multiply by $S$: $x_i = a_i + \frac{\theta}{\beta} R_{is} (e^{\beta x_s} - 1 - \beta x_s)$ "
        r"with $a = S a^0$, $R = S Q$",
        using=[Combination(S[i, j], closure, (j,), at={i: j}), Combination(-x[k], inverse, (k,))],
        label="one site",
    )
    o.discharge(one, "one site", "one site")
    o.say(
        r"At the place $s$, with $y = \beta x_s$ and $\kappa = 1/(\theta R_{ss})$: "
        r"$\beta a_s = y - (e^y - 1 - y)/\kappa$. "
        r"The largest $\beta a_s$ that has a solution $y$ is where the slope of the right side vanishes:"
    )
    balance = height - (sp.exp(height) - 1 - height) / kappa
    o.start(Partial(balance, height), "the slope")
    slope = 1 - (sp.exp(height) - 1) / kappa
    o.equal(slope, "differentiate")
    o.conclude(text="slope")
    o.start(Partial(slope, height), "the curvature")
    o.equal(-sp.exp(height) / kappa, "differentiate")
    o.at_most(0, "one maximum", slack=sp.exp(height) / kappa, strict=True)
    o.conclude(text="concave")
    o.given(eq(slope, 0), "the slope vanishes")
    o.iff(eq(sp.exp(height), 1 + kappa), "clear the denominator", scale=-1 / kappa)
    o.iff(eq(height, sp.log(1 + kappa)), "take logarithms", monotone=sp.log)
    o.conclude(text="one-site fold")
    top = o.branch()
    top.assume(eq(height, sp.log(1 + kappa)), "there")
    top.start(balance, r"$\beta a_s$")
    top.equal(closed_form(kappa), "put in")
    top.conclude(text="tilt at the fold")
    o.discharge(top, "tilt at the fold", "tilt at the fold")
    o.say(r"**Without a tilt**, $a \to 0$, the right side has to vanish. It grows with $\kappa$,")
    o.start(Partial(closed_form(kappa), kappa), r"its slope in $\kappa$")
    o.equal((kappa - sp.log(1 + kappa)) / kappa**2, "differentiate")
    o.conclude(text="growth")
    o.say(
        r"because $\ln(1 + \kappa) < \kappa$, and tends to 0 with $\kappa$, like $\kappa/2$. So $\kappa \to 0$, "
        r"$R_{ss} \to \infty$: $I - \theta Q$ is singular. On $\mathbf 1^\perp$ an eigenvector of $A$ with "
        r"eigenvalue $\eta = 1 - \alpha(1 - \mu)$ is one of $Q$ with $1/\eta$, if $G \mathbf 1 = \mu_G \mathbf 1$:"
    )
    c = o.branch()
    c.assume(gt(1 - mu, 0), r"$\mu < 1$")
    c.assume(eq(eta, 1 - alpha * (1 - mu)), "eigenvalue of the gate matrix", rewrite=False)
    named = c.hypotheses[-1]
    c.given(eq(1 - beta * lam**2 / N / eta, 0), r"$I - \theta Q$ is singular on it")
    c.iff(eq(eta, beta * lam**2 / N), r"multiply by $\eta$", scale=1 / eta)
    c.iff(
        eq(alpha, (1 - beta * lam**2 / N) / (1 - mu)),
        "solve for the competition: CG17",
        scale=-(1 - mu),
        using=[Combination(Integer(1), named)],
    )
    c.conclude(text="reduces to CG17")
    o.discharge(c, "reduces to CG17", "reduces to CG17")
