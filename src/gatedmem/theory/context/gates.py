"""CG3, CG4 and CG8: the gate matrix, when the clamped energy is bounded below, and the gates alone."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Integer

from gatedmem.theory.context.definitions import (
    A,
    B,
    N,
    alpha,
    b,
    beta,
    competition,
    d,
    gate_entry,
    gram,
    i,
    j,
    k,
    lam,
    u,
    zeta,
)
from gatedmem.theory.context.fixed_points import assume_inverse
from gatedmem.theory.context.spectrum import (
    eigenvalue,
    eta,
    gate_instance,
    inverse_norm,
    modes,
    norm2,
    smallest_eigenvalue,
    w,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    delta,
    eq,
    ge,
    gt,
    le,
    lt,
    nonnegative,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.definitions import log_partition, softmax
from gatedmem.theory.softmax.effective import p as any_weights
from gatedmem.theory.softmax.effective import sm9

__all__ = ["cg3", "cg4", "cg8"]

a = Index("a", d)
column = Index("c", N, fixed=True)
other = Index("c'", N, fixed=True)
e, s, r, shift, total_drive = (vector(name, N) for name in ("e", "s", "r", "z", "h"))
p = vector("p", N, positive=True)
moving, rest, start = vector("sdot", N), vector("s_star", N), vector("s_0", N)
mu, omega, top, t = real("mu_ omega beta_top t")
tau = positive("tau_s")
gamma = positive("gamma")
far, near = nonnegative("D D_0")
notation("D_0", r"D_0")
theta = vector("theta", N, positive=True)
chi, score = vector("chi", N, nonnegative=True), vector("h_mode", N)
n = size("n")
notation("mu_", r"\mu")
notation("beta_top", r"b_{\max}")
notation("s_star", r"s^{\ast}")
notation("s_0", r"s(0)")
notation("sdot", r"\dot s")
notation("h_mode", r"\tilde h")
notation("chi", r"\chi")


def cg3() -> Derivation:
    """Spectrum of A(α) from that of G (unit norms) or of W₂, positivity, and the critical competition.

    Conclusions: "modes", "one mode", "unit norms", "eigenvalue, unit norms", "critical, unit norms",
    "only the identity", "Gram", "N above d", "eigenvalue", "critical", "trace", "no competition".

    >>> derivation = cg3()
    >>> print(derivation.conclusions[derivation.position("critical")].conclusion.right.right)
    -1/omega
    """
    o = Derivation("CG3", "The gate matrix, its spectrum and the critical competition")
    o.say(
        "**When is a symmetric matrix positive definite?** In an orthonormal basis of eigenvectors (spectral "
        "theorem, quoted), the rows of $E$, with eigenvalues $\\eta_k$:"
    )
    o.cited.append("spectral theorem for real symmetric matrices")
    own = o.branch()
    own.assume(eq(total(modes[k, i] * modes[j, i], i), delta(k, j)), "orthonormal rows")
    spectral = total(eigenvalue[k] * modes[k, i] * modes[k, j], k)
    own.start(total(spectral * w[i] * w[j], i, j), "the quadratic form")
    own.equal(total(eigenvalue[k] * total(modes[k, i] * w[i], i) ** 2, k), "collect")
    own.conclude(text="modes")
    own.start(total(spectral * modes[column, i] * modes[column, j], i, j), "at one eigenvector")
    own.equal(eigenvalue[column], "orthonormality")
    own.conclude(text="one mode")
    o.discharge(own, "modes", "modes")
    o.discharge(own, "one mode", "one mode")
    o.say("So it is positive definite exactly when every eigenvalue is positive.")

    _unit_norms(o)
    _general_norms(o)
    return o


def _unit_norms(o: Derivation) -> None:
    b1 = o.branch("**Unit norms.**")
    unit = b1.assume(eq(total(zeta[a, i] ** 2, a), 1), "unit norms", rewrite=False)
    b1.start(gate_entry(i, j), r"an entry of $A = I + \alpha W_2$")
    b1.equal(
        (1 - alpha) * delta(i, j) + alpha * gram(i, j),
        "the diagonal of $G$ is one",
        using=[Combination(-alpha * delta(i, j), unit)],
    )
    b1.conclude(text="unit norms")
    eigen = b1.assume(
        eq(total(gram(i, j) * e[j], j), mu * e[i]),
        r"$e$ is an eigenvector of $G$ with eigenvalue $\mu$",
        rewrite=False,
    )
    b1.start(total(gate_entry(i, j) * e[j], j), "then")
    b1.equal(
        (1 - alpha) * e[i] + alpha * total(gram(i, j) * e[j], j),
        "the form above",
        using=[Combination(-alpha * e[i], unit)],
    )
    b1.equal((1 - alpha * (1 - mu)) * e[i], "eigenvector", using=[Combination(alpha, eigen)])
    b1.conclude(text="eigenvalue")
    o.discharge(b1, "unit norms", "unit norms")
    o.discharge(b1, "eigenvalue", "eigenvalue, unit norms")

    b2 = o.branch(r"Below one, an eigenvalue $\mu$ of $G$ bounds the competition:")
    b2.assume(lt(mu, 1), r"$\mu < 1$")
    b2.given(gt(1 - alpha * (1 - mu), 0), r"the eigenvalue of $A$ is positive")
    b2.iff(lt(alpha, 1 / (1 - mu)), "divide by a positive number", scale=1 - mu)
    b2.conclude(text="critical")
    o.discharge(b2, "critical", "critical, unit norms")
    o.say(
        r"The smallest $\mu$ gives the smallest bound: $\alpha_{\mathrm{crit}} = 1/(1 - \mu_{\min})$ where "
        r"$\mu_{\min} < 1$. It is, unless $G = I$: the mean of the eigenvalues is one, and if none is below one:"
    )
    b3 = o.branch()
    b3.assume(
        eq(total(eigenvalue[k], k), N), "the trace of $G$ is the sum of its eigenvalues and of its $N$ unit norms"
    )
    b3.assume(ge(eigenvalue[k], 1), "none is below one")
    b3.given(eq(total(eigenvalue[k] - 1, k), 0), "the trace")
    b3.iff_each(eq(eigenvalue[k] - 1, 0), "non-negative terms", weight=1, over=(k,))
    b3.detach(b3.conclude(text="all one"), "all eigenvalues are one, so $G = I$", label="only the identity")
    o.discharge(b3, "only the identity", "only the identity")
    o.say(r"**More memories than dimensions.** $G$ is a Gram matrix:")
    gramian = total(total(zeta[a, i] * w[i], i) ** 2, a)
    o.start(total(w[i] * gram(i, j) * w[j], i, j), "its quadratic form")
    o.equal(gramian, "collect")
    o.at_least(0, "squares", slack=gramian)
    o.conclude(text="Gram")
    b4 = o.branch(r"With $N > d$ some $w \ne 0$ has $Zw = 0$ (quoted: more unknowns than equations). Then")
    b4.assume(eq(total(zeta[a, i] * w[i], i), 0), "$Zw = 0$", rewrite=False)
    b4.start(total(gram(j, i) * w[i], i), "$Gw$")
    b4.equal(
        0,
        "$Gw = Z^{\\mathsf T} (Zw)$",
        using=[Combination(zeta[a, j], eq(total(zeta[a, i] * w[i], i), 0), (a,))],
    )
    b4.conclude(text="kernel")
    o.discharge(b4, "kernel", "N above d")
    o.say(r"so $\mu_{\min} = 0$ and $\alpha_{\mathrm{crit}} = 1/(1 - 0) = 1$.")


def _general_norms(o: Derivation) -> None:
    b1 = o.branch("**General norms.**")
    eigen = b1.assume(
        eq(total(competition(i, j) * e[j], j), omega * e[i]),
        r"$e$ is an eigenvector of $W_2$ with eigenvalue $\omega$",
        rewrite=False,
    )
    b1.start(total(gate_entry(i, j) * e[j], j))
    b1.equal((1 + alpha * omega) * e[i], "eigenvector", using=[Combination(alpha, eigen)])
    b1.conclude(text="eigenvalue")
    o.discharge(b1, "eigenvalue", "eigenvalue")
    b2 = o.branch("A negative eigenvalue bounds the competition:")
    b2.assume(lt(omega, 0), r"$\omega < 0$")
    b2.given(gt(1 + alpha * omega, 0), "the eigenvalue of $A$ is positive")
    b2.iff(lt(alpha, -1 / omega), "divide by a positive number", scale=-omega)
    b2.conclude(text="critical")
    o.discharge(b2, "critical", "critical")
    o.say(
        r"The most negative $\omega$ gives the smallest bound. There is one unless $W_2 = 0$, for its trace vanishes:"
    )
    o.claim(eq(total(competition(i, i), i), 0), "no diagonal", label="trace")
    b3 = o.branch()
    b3.assume(eq(total(eigenvalue[k], k), 0), "the trace is the sum of the eigenvalues")
    b3.assume(ge(eigenvalue[k], 0), "none is negative")
    b3.given(eq(total(eigenvalue[k], k), 0))
    b3.iff_each(eq(eigenvalue[k], 0), "non-negative terms", weight=1, over=(k,))
    b3.detach(b3.conclude(text="all zero"), "all vanish, so $W_2 = 0$ and $A = I$", label="no competition")
    o.discharge(b3, "no competition", "no competition")


def clamped_energy(s_entry: Expr) -> Expr:
    """½|s|² + (α/2)sᵀW₂s - uᵀs - λsᵀr̂ - bᵀr̂ + ⟨r, r̂⟩ - L_r(r), for gates given by their entry i."""
    s_other = put(s_entry, {i: j})
    gates_alone = total(s_entry**2, i) / 2 + alpha / 2 * total(s_entry * competition(i, j) * s_other, i, j)
    weights = softmax(beta * r[i], i)
    return (
        gates_alone
        - total(u[i] * s_entry, i)
        - lam * total(s_entry * weights, i)
        - total(b[i] * weights, i)
        + total(r[i] * weights, i)
        - log_partition(beta * r[i], i) / beta
    )


def cg4() -> Derivation:
    """The clamped energy: an explicit lower bound for A ≻ 0, directions without a bound otherwise.

    Conclusions: "reduced", "bounded", "parabola", "slope", "constant", "compatible", "completed", "example".

    >>> derivation = cg4()
    >>> derivation.conclusions[derivation.position("bounded")].conclusion.op
    '≥'
    """
    o = Derivation("CG4", "When the clamped energy is bounded below")
    o.prepare = gate_instance
    assume_inverse(o)
    definition = eq(A[i, j], gate_entry(i, j))
    o.define(p[i], softmax(beta * r[i], i), "activation of the retrieval layer")
    o.define(total_drive[i], u[i] + lam * p[i], "what drives the gates")
    remainder = total(p[i] * sp.log(p[i]), i) / beta - total(b[i] * p[i], i)
    form = total(s[i] * A[i, j] * s[j], i, j) / 2 - total(total_drive[i] * s[i], i)
    o.start(clamped_energy(s[i]), "the clamped energy")
    o.equal(
        form + remainder,
        r"$\langle r, p\rangle - L_r(r) = \frac1\beta \langle p, \log p\rangle$, and $I + \alpha W_2 = A$",
        using=[Combination(-s[i] * s[j] / 2, definition, (i, j))],
    )
    o.conclude(text="reduced")
    _bounded(o, form + remainder)
    _unbounded(o)
    _singular(o)
    return o


def _bounded(o: Derivation, energy: Expr) -> None:
    b1 = o.branch(r"**$A \succ 0$.**")
    smallest_eigenvalue(b1)
    inverse_norm(b1)
    b1.assume(le(b[i], top), r"$b_{\max}$ is the largest entry of $b$")
    b1.claim(eq(total(p[i], i), 1), "SM1")
    state = s[i] - total(B[i, j] * total_drive[j], j)
    square = b1.use(b1, {w[i]: state}, "Rayleigh", "the quadratic form at the distance from rest")
    inverse = b1.use(b1, {w[i]: total_drive[i]}, "inverse", "norm of the inverse at the drive")
    pull = total(B[i, j] * total_drive[j], j)
    entropy = b1.use(sm9(), {n: N, any_weights[Index("i", n)]: p[i]}, "at most n", "entropy (SM9)")
    bound = -(norm2(u[i]) + lam**2) / eta - top - sp.log(N) / beta
    b1.start(energy, "the energy")
    b1.at_least(
        remainder_of(energy) - total(total_drive[i] * pull, i) / 2,
        "complete the square in $s$",
        slack=[square.left / 2, eta / 2 * norm2(state)],
    )
    b1.at_least(
        remainder_of(energy) - norm2(total_drive[i]) / (2 * eta),
        r"$h^{\mathsf T} A^{-1} h \le \lVert h \rVert^2 / \eta_{\min}$",
        slack=[inverse.left / (4 * eta), norm2(total_drive[i] - eta * pull) / (4 * eta)],
    )
    b1.at_least(
        remainder_of(energy) - (norm2(u[i]) + lam**2) / eta,
        r"$\lVert u + \lambda p \rVert^2 \le 2 \lVert u \rVert^2 + 2 \lambda^2$ on the simplex",
        slack=[
            norm2(u[i] - lam * p[i]) / (2 * eta),
            lam**2 / eta * total((1 - delta(i, j)) * p[i] * p[j], i, j),
        ],
    )
    b1.at_least(
        bound,
        r"$\langle b, p \rangle \le b_{\max}$ and $-\langle p, \log p\rangle \le \log N$",
        slack=[total((top - b[i]) * p[i], i), (entropy.right - entropy.left) / beta],
    )
    b1.conclude(text="bounded")
    o.discharge(b1, "bounded", "bounded")


def remainder_of(energy: Expr) -> Expr:
    """The part of the reduced energy that does not hold the gates."""
    return put(energy, {s[i]: Integer(0)})


def reduced_energy(s_entry: Expr) -> Expr:
    """½sᵀAs - ⟨h, s⟩ at fixed retrieval, for gates given by their entry i."""
    return total(s_entry * A[i, j] * put(s_entry, {i: j}), i, j) / 2 - total(total_drive[i] * s_entry, i)


def _unbounded(o: Derivation) -> None:
    b1 = o.branch(r"**A negative eigenvalue.** Keep $r$ fixed and go along an eigenvector of length one.")
    eigen = b1.assume(eq(total(A[i, j] * e[j], j), -gamma * e[i]), r"$Ae = -\gamma e$, $\gamma > 0$", rewrite=False)
    unit = b1.assume(eq(norm2(e[i]), 1), "length one", rewrite=False)
    b1.start(reduced_energy(t * e[i]), r"the part of the energy that depends on $s = t e$")
    b1.equal(
        -gamma * t**2 / 2 - t * total(total_drive[i] * e[i], i),
        "eigenvector",
        using=[Combination(t**2 / 2 * e[i], eigen, (i,)), Combination(-gamma * t**2 / 2, unit)],
    )
    b1.conclude(text="parabola")
    o.discharge(b1, "parabola", "parabola")
    o.say(r"a parabola that opens downwards: the energy is unbounded below.")


def _singular(o: Derivation) -> None:
    b1 = o.branch(r"**Singular $A \succeq 0$.** Along the kernel the energy is linear:")
    kernel = b1.assume(eq(total(A[i, j] * e[j], j), 0), r"$Ae = 0$", rewrite=False)
    b1.start(reduced_energy(s[i] + t * e[i]) - reduced_energy(s[i]), r"from $s$ to $s + te$")
    b1.equal(
        -t * (total(u[i] * e[i], i) + lam * total(p[i] * e[i], i)),
        "kernel, and $A$ is symmetric",
        using=[Combination(t * s[i] + t**2 / 2 * e[i], kernel, (i,))],
    )
    b1.conclude(text="slope")
    o.discharge(b1, "slope", "slope")
    o.say(
        r"so a bound needs $\langle u, e\rangle + \lambda\langle p, e\rangle = 0$ for every $e$ in the kernel and "
        r"every $p$ that a softmax can be: the interior of the simplex. For $\lambda = 0$ this is $u \perp \ker A$. "
        r"For $\lambda > 0$ compare $p$ with the same weights after a little mass $\gamma$ went to another place:"
    )
    b2 = o.branch()
    b2.say(r"The slope is the same at both:")
    before = lam * total(p[i] * e[i], i)
    after = lam * total((p[i] + gamma * (delta(i, other) - delta(i, column))) * e[i], i)
    b2.given(eq(after - before, 0))
    b2.iff(eq(e[other], e[column]), r"only the two places differ", scale=lam * gamma)
    b2.conclude(text="constant")
    o.discharge(b2, "constant", "constant")
    b3 = o.branch(r"So all entries of $e$ agree: the kernel is spanned by $\mathbf{1}$. Then")
    b3.claim(eq(total(p[i], i), 1), "SM1")
    b3.given(eq(total(u[i], i) + lam * total(p[i], i), 0), r"slope zero along $\mathbf{1}$")
    b3.iff(eq(total(u[i], i), -lam), "the weights sum to one")
    b3.conclude(text="compatible")
    o.discharge(b3, "compatible", "compatible")
    _sufficient(o)


def _sufficient(o: Derivation) -> None:
    b1 = o.branch(
        r"**Conversely**, let the drive $h = u + \lambda p$ be orthogonal to the kernel for every $p$. In "
        r"eigenvectors, with $\chi_k = 1$ where the eigenvalue $\theta_k$ is positive and $\chi_k = 0$ on the kernel:"
    )
    b1.start(
        total(chi[k] * theta[k] * s[k] ** 2, k) / 2 - total(chi[k] * score[k] * s[k], k),
        "the part of the energy that depends on the gates, in eigenvectors",
    )
    square = total(chi[k] * theta[k] * (s[k] - score[k] / theta[k]) ** 2, k) / 2
    b1.equal(square - total(chi[k] * score[k] ** 2 / theta[k], k) / 2, "complete the squares")
    b1.at_least(-total(chi[k] * score[k] ** 2 / theta[k], k) / 2, "squares", slack=square)
    b1.conclude(text="completed")
    o.discharge(b1, "completed", "completed")
    o.say(r"and the right side is bounded, since $h$ is bounded on the simplex; so is what does not hold the gates.")
    o.say(r"**Example:** $N = 2$, $\zeta^2 = -\zeta^1$ of length one, $\alpha = 1$.")
    two = [Index(letter, 2) for letter in "fg"]
    opposite = delta(*two) - (1 - delta(*two))
    o.claim(
        eq(total(opposite, two[1]), 0),
        r"$A = \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix}$ has kernel $\mathbf{1}$",
    )
    sign = delta(two[0], 1) - delta(two[0], 2)
    turned = delta(two[1], 1) - delta(two[1], 2)
    o.claim(eq(total(opposite * turned, two[1]), 2 * sign), r"and eigenvalue $2$ on $(1, -1)$", label="example")


def cg8() -> Derivation:
    """``s* = A⁻¹u`` is the only equilibrium of the gates alone, and |s - s*| falls at least like e^{-η_min t/τ_s}.

    Conclusions: "equilibrium", "decay", "Lyapunov", "rate".

    >>> derivation = cg8()
    >>> derivation.conclusions[derivation.position("rate")].conclusion.op
    '≤'
    """
    o = Derivation("CG8", "The gates alone, below criticality")
    o.prepare = gate_instance
    assume_inverse(o)
    smallest_eigenvalue(o)
    o.given(eq(u[i] - total(A[i, j] * s[j], j), 0), r"$\lambda = 0$: the gates are at rest")
    o.iff(
        eq(s[i], total(B[i, j] * u[j], j)),
        r"multiply by $A^{-1}$; back by $A$",
        forward=lambda D: -total(B[i, j] * D(j), j),
        backward=lambda D: -total(A[i, j] * D(j), j),
        over=(i,),
    )
    o.conclude(text="equilibrium")
    o.define(rest[i], total(B[i, j] * u[j], j), "the equilibrium")
    o.define(moving[i], (u[i] - total(A[i, j] * s[j], j)) / tau, "the flow of the gates")
    distance = norm2(s[i] - rest[i])
    rayleigh = o.use(o, {w[i]: s[i] - rest[i]}, "Rayleigh", "the quadratic form at the distance")
    o.start(FlowDerivative(distance, (s[i], moving[i])), "the squared distance along a solution")
    o.equal(
        -2 / tau * total((s[i] - rest[i]) * A[i, j] * (s[j] - rest[j]), i, j),
        r"$\tau_s \dot s = -A(s - s^*)$",
    )
    o.at_most(-2 * eta / tau * distance, "smallest eigenvalue", slack=2 / tau * rayleigh.left)
    o.conclude(text="decay")
    grown = sp.exp(2 * eta * t / tau) * distance
    o.start(FlowDerivative(grown, (s[i], moving[i]), (t, Integer(1))), "with its rate taken out")
    o.at_most(
        Integer(0),
        "product rule and the bound above",
        slack=2 / tau * sp.exp(2 * eta * t / tau) * rayleigh.left,
    )
    o.conclude(text="Lyapunov")
    o.cite("mean value theorem", "so the quantity does not grow: at $t \\ge 0$ it is at most what it was at $0$.")
    b1 = o.branch()
    b1.assume(
        le(sp.exp(2 * eta * t / tau) * far**2, near**2), r"$D = \lVert s(t) - s^*\rVert$, $D_0$ the same at $0$"
    )
    b1.given(le(far**2, sp.exp(-2 * eta * t / tau) * near**2), "divided by the exponential")
    b1.iff(le(far, sp.exp(-eta * t / tau) * near), "both sides are squares of non-negative numbers", root=2)
    equivalence = b1.conclude(text="root")
    b1.claim(
        equivalence.left,
        "the hypothesis",
        slack=sp.exp(-2 * eta * t / tau) * (near**2 - sp.exp(2 * eta * t / tau) * far**2),
    )
    b1.detach(equivalence, "so", label="rate")
    o.discharge(b1, "rate", "rate")
    return o
