"""Limits: hot gains, fast gains, zero temperature, frozen neurons (AG15, AG16, AG18, AG30).

The paper (arXiv 2604.25481) names the limits; the explicit errors are not in it.
"""

from __future__ import annotations

from sympy import Add, Expr, Integer, Rational, exp, log, symbols

from gatedmem.theory.astrocyte.bounds import score_range
from gatedmem.theory.astrocyte.model import (
    Family,
    K,
    L,
    N,
    T,
    Z,
    divergence,
    drive,
    energy,
    f,
    gate,
    gate_target,
    i,
    introduce,
    j,
    k,
    mu,
    neuron_energy,
    nu,
    overlap,
    p,
    pdot,
    phi,
    phi_prime,
    pi,
    replicator,
    sigma,
    simplex,
    tau_p,
    tau_x,
    velocity_x,
    weight,
    x,
    xdot,
    xi,
)
from gatedmem.theory.astrocyte.replicator import envelope
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    Relation,
    delta,
    eq,
    ge,
    gt,
    le,
    positive,
    put,
    real,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

one = Index("alpha", K, fixed=True)
q, yy, e = vector("q", K, positive=True), vector("y", K), vector("e", K, nonnegative=True)
up, down = vector("d_plus", K, nonnegative=True), vector("d_minus", K, nonnegative=True)
low, s = real("l s")
osc = positive("o")
grow, radius, forcing, gap_rate = real("a"), real("r"), positive("c"), symbols("g", nonnegative=True)
t = positive("t")
bound = N / (2 * T)
E_eff, V, h, count = real("E_eff"), positive("V"), positive("h"), real("n_f")
gamma, level, share, height = real("gamma c b m")
mdot, flip = vector("mdot", K), vector("b", N, nonnegative=True)
notation("E_eff", r"E_{\mathrm{eff}}")
notation("n_f", "n")
notation("d_plus", "d^+")
notation("d_minus", "d^-")


def ag15() -> Derivation:
    """Hot gains: |log(Kp_μ)| ≤ N/(2T), and the distance to the classical solution on finite horizons.

    >>> d = ag15()
    >>> d.conclusions[d.position("gains from above")].right
    exp(N/(2*T))/K
    """
    d = Derivation("AG15", "Hot gains stay uniform")
    introduce(d, "pi", "W")
    score_range(d, mu, nu)
    d.start(log(pi[mu] / pi[nu]), "log-ratios at an interior equilibrium")
    d.equal((f[mu] - f[nu]) / T, "the softmax")
    d.at_most(bound, r"$0 \le f < N/2$", slack=[(N / 2 - f[mu]) / T, f[nu] / T], strict=True)
    d.conclude(text="the bound that AG2 gives along solutions from 1/K")
    two_sided(d)
    total_variation(d)
    distance(d)
    return d


def two_sided(d: Derivation) -> None:
    """Derive |log(Kp_μ)| ≤ N/(2T) from the bound on the log-ratios."""
    simplex(d)
    d.assume(ge(exp(bound) * p[one] - p[nu], 0), r"$\log(p_\nu/p_\alpha) \le N/(2T)$ for all $\nu$")
    d.assume(ge(exp(bound) * p[nu] - p[one], 0), r"and $\log(p_\alpha/p_\nu) \le N/(2T)$")
    d.start(p[one], "any gain")
    d.at_least(exp(-bound) / K, r"sum over $\nu$", slack=exp(-bound) / K * total(exp(bound) * p[one] - p[nu], nu))
    d.conclude(text="gains from below")
    d.start(p[one])
    d.at_most(exp(bound) / K, r"sum over $\nu$", slack=total(exp(bound) * p[nu] - p[one], nu) / K)
    d.conclude(text="gains from above")


def total_variation(d: Derivation) -> None:
    """Derive that a softmax moves by at most half the oscillation of its logits, in total variation."""
    d.say(
        r"**Total variation.** Join $1/K$ to $p$ by $q(s) \propto e^{sy}$, $y = \log p$, whose values span at most "
        r"$o = \max y - \min y$."
    )
    along = Family(lambda mu: gate(mu, Family(lambda nu: s * yy[nu])))
    mean = total(along[nu] * yy[nu], nu)
    d.start(Partial(along[mu], s), "speed along the path")
    d.equal(along[mu] * (yy[mu] - mean), "differentiate the softmax")
    d.conclude(text="so the path has length at most the largest mean deviation of y")
    d.assume(eq(total(q[mu], mu), 1), "any weights on the path")
    d.assume(ge(yy[mu] - low, 0), "the values")
    d.assume(ge(low + osc - yy[mu], 0), "span at most o")
    centre = total(q[nu] * yy[nu], nu)
    size = d.assume(eq(e[mu] ** 2, (yy[mu] - centre) ** 2), r"$e_\mu = |y_\mu - \bar y|$", rewrite=False)
    spread = total(q[mu] * e[mu], mu)
    variance = total(q[mu] * (yy[mu] - centre) ** 2, mu)
    d.start(spread**2, "mean deviation, squared")
    d.at_most(
        variance,
        "Cauchy-Schwarz",
        slack=total(q[mu] * (e[mu] - total(q[nu] * e[nu], nu)) ** 2, mu),
        using=[Combination(-q[mu], size, over=(mu,))],
    )
    d.at_most(
        (low + osc - centre) * (centre - low),
        "every value lies between the extremes",
        slack=total(q[mu] * (low + osc - yy[mu]) * (yy[mu] - low), mu),
    )
    d.at_most((osc / 2) ** 2, "a product is largest in the middle", slack=(low + osc / 2 - centre) ** 2)
    d.conclude()
    d.given(le(spread**2, (osc / 2) ** 2))
    d.iff(le(spread, osc / 2), "both sides are not negative", root=2)
    d.conclude(text=r"so $\sum_\mu |p_\mu - 1/K| \le o/2 \le N/(4T)$")


def distance(d: Derivation) -> None:
    """Derive the forcing of the difference from the classical solution, and the comparison that bounds it."""
    d.say(
        r"**Distance.** The difference $D = x - x_H$ obeys $\tau_x \dot D = -D + W_H(\varphi(x) - \varphi(x_H)) + "
        r"R$, with "
        r"$R = (W(p) - W_H)\varphi(x)$. Write $p - 1/K = d^+ - d^-$ with parts that are not negative."
    )
    d.assume(gt(N - xi[mu, i] * overlap(mu), 0), r"$|m_\mu| < N$")
    d.assume(gt(N + xi[mu, i] * overlap(mu), 0), r"$|m_\mu| < N$")
    d.start(put(drive(i), {p[mu]: up[mu] - down[mu]}), "the forcing of a neuron")
    d.equal(K / N * total((up[mu] - down[mu]) * xi[mu, i] * overlap(mu), mu), "collect by patterns")
    d.at_most(
        K * total(up[mu] + down[mu], mu),
        r"$|\xi m| < N$",
        slack=[
            K / N * total(up[mu] * (N - xi[mu, i] * overlap(mu)), mu),
            K / N * total(down[mu] * (N + xi[mu, i] * overlap(mu)), mu),
        ],
    )
    d.conclude(
        text=r"the same from below: $|R_i| \le K\sum_\mu |p_\mu - 1/K| \le KN/(4T)$, $\|R\| \le KN^{3/2}/(4T) =: c$"
    )
    d.say(
        r"With $\|\varphi(x) - \varphi(x_H)\| \le \sigma\|D\|$ and Cauchy-Schwarz, $r = \|D\|$ obeys "
        r"$\dot r = ar + c/\tau_x - g$ with $a = (\sigma\lambda_{\max}(W_H) - 1)/\tau_x$ and some $g \ge 0$."
    )
    d.assume(Relation(grow, "≠", Integer(0)), "the case a = 0 is its limit ct/τ_x")
    above = forcing / tau_x * (exp(grow * t) - 1) / grow
    d.start(FlowDerivative(above, (t, 1)), r"$b(t) = (c/\tau_x)(e^{at} - 1)/a$")
    d.equal(grow * above + forcing / tau_x, "solves the equation with g = 0")
    d.conclude()
    d.claim(eq(put(above, {t: Integer(0)}), 0), "and starts at 0")
    rate = FlowDerivative(
        exp(-grow * t) * (above - radius), (t, 1), (radius, grow * radius + forcing / tau_x - gap_rate)
    )
    d.start(rate, "its distance from r, times the integrating factor")
    d.equal(exp(-grow * t) * gap_rate, "product rule")
    d.at_least(0, r"$g \ge 0$", slack=exp(-grow * t) * gap_rate)
    d.conclude(text="never falls: r(t) ≤ b(t)")


def ag16() -> Derivation:
    """Fast gains: min over p of L is E_eff(x), a log-sum-exp of squared overlaps, whose flow is the slaved one.

    >>> d = ag16()
    >>> d.conclusions[d.position("the least energy over the gains")].op
    '≥'
    """
    d = Derivation("AG16", "Fast gains: a dense associative memory")
    introduce(d, "Z", "pi", "L")
    d.define(E_eff, -K * T * log(Z) + neuron_energy(), "the energy left to the neurons")
    simplex(d)
    d.start(L - E_eff, "the energy above it")
    d.equal(K * T * divergence(p, pi), "AG4")
    d.conclude()
    ratio = pi[mu] / p[mu]
    d.use(logarithm_below_line(), {line_point: ratio}, "minimum", r"$\log s \le s - 1$ at $s = \pi_\mu/p_\mu$")
    terms = total(p[mu] * (ratio - 1 - log(ratio)), mu)
    d.start(L)
    d.at_least(E_eff, "a divergence is not negative (SM2)", slack=K * T * terms)
    d.conclude(text="the least energy over the gains")
    d.start(energy(p=pi, f=f), "at the softmax")
    d.equal(E_eff, r"the divergence from itself is 0")
    d.conclude(text="attained")
    slaved = weight(k, j, pi)
    d.start(-Partial(E_eff, x[k]) / (tau_x * phi_prime(x[k])), r"the natural gradient of $E_{\mathrm{eff}}$")
    d.equal((-x[k] + total(slaved * phi(x[j]), j)) / tau_x, "differentiate the log-sum-exp")
    d.equal(velocity_x(k, x, pi), "the neurons' equation with the gains slaved to the softmax")
    d.conclude(text="the slaved flow")
    slaving_error(d)
    score_speed(d)
    return d


def slaving_error(d: Derivation) -> None:
    """Derive the linear equation of w = u - f/T and its envelope."""
    d.say(
        r"**Slaving error.** In the lift (AG28) let $w_\mu = u_\mu - f_\mu/T$, and let the score move at rate "
        r"$r_\mu$, "
        r"$|r_\mu| \le r$."
    )
    moving, speed, lifted = real("f_mu"), real("r_mu"), real("u_mu")
    notation("f_mu", r"f_\mu")
    notation("r_mu", r"r_\mu")
    notation("u_mu", r"u_\mu")
    error = lifted - moving / T
    d.start(tau_p * FlowDerivative(error, (lifted, (moving - T * lifted) / tau_p), (moving, speed)), "its rate")
    d.equal(-tau_p * speed / T - T * error, r"$\tau_p \dot u = f - Tu$")
    d.conclude(text="a linear equation driven by the speed of the score")
    score_range(d, mu)
    d.start(f[mu] / T, r"its size at the start, $w(0) = -f/T$")
    d.at_most(bound, r"from $u(0) = 0$: $f < N/2$", slack=(N / 2 - f[mu]) / T, strict=True)
    d.conclude(text="the first lag")
    envelope(d)
    d.say(
        r"With $A = \tau_p r/T$ and, from $u(0) = 0$, $|w(0)| \le N/(2T)$: "
        r"$|w| \le e^{-Tt/\tau_p}\frac{N}{2T} + \frac{\tau_p r}{T^2}(1 - e^{-Tt/\tau_p})$; a constant added to u "
        r"moves no gain."
    )


def score_speed(d: Derivation) -> None:
    """Derive |ṁ_μ| ≤ NσV and |ḟ_μ| ≤ NσV from |ẋ_i| ≤ V, |m_μ| ≤ N."""
    d.define(mdot[mu], total(xi[mu, i] * phi_prime(x[i]) * xdot[i], i), "rate of an overlap (AG20)")
    d.assume(ge(sigma - phi_prime(x[i]), 0), r"$\varphi' \le \sigma$")
    for way in (1, -1):
        d.assume(ge(V - way * xi[mu, i] * xdot[i], 0), r"$|\dot x_i| \le V$")
        d.start(way * mdot[mu])
        d.at_most(
            N * sigma * V,
            r"$|\xi| = 1$, $\varphi' \le \sigma$",
            slack=[
                total((sigma - phi_prime(x[i])) * V, i),
                total(phi_prime(x[i]) * (V - way * xi[mu, i] * xdot[i]), i),
            ],
        )
        d.conclude()
    d.say(
        r"So $|\dot f_\mu| = |m_\mu||\dot m_\mu|/N \le N\sigma V$, with $V = (\max(|x(0)|_\infty, K) + K)/\tau_x$ "
        r"from AG3 and "
        r"$|W\varphi| \le K$."
    )


def ag30() -> Derivation:
    """τ_x → ∞: the soft error tends to n·tanhσ + N(1 - tanhσ)/2, which is n only if n = N/2 or tanhσ = 1.

    >>> [str(c) for c in ag30().conclusions[:1]] != []
    True
    """
    d = Derivation("AG30", "Frozen neurons and the soft error")
    d.say(
        r"Frozen neurons stay at the cue: $n$ of the $N$ signs of $\xi_0$ are flipped. With $h = \tanh\sigma \in "
        r"(0, 1)$ and "
        r"$b_i = 1$ where the sign is flipped, 0 elsewhere, $\varphi(x_i) = (1 - 2b_i)\xi_{0i}h$."
    )
    d.assume(gt(1 - h, 0), r"$\tanh\sigma < 1$")
    d.claim(eq(abs_gap(Integer(0)), 1 - h), "distance of an unflipped entry from its pattern")
    d.claim(eq(abs_gap(Integer(1)), 1 + h), "distance of a flipped entry")
    flips = d.assume(eq(total(flip[i], i), count), "n flips", rewrite=False)
    soft = total(1 - h + 2 * h * flip[i], i) / 2
    d.start(soft, "the soft error: half the sum of both kinds")
    d.equal(count * h + N * (1 - h) / 2, "count them", using=[Combination(h, flips)])
    d.conclude(text="soft error of the cue")
    d.given(eq(count * h + N * (1 - h) / 2, count), "it is the number of flips")
    d.iff(eq(N / 2 - count, 0), r"divide by $1 - \tanh\sigma$", scale=1 - h)
    d.conclude(text="only at n = N/2, or in the limit tanh σ → 1")
    hard = total(1 - (1 - 2 * flip[i]), i) / 2
    d.start(hard, "with the sign readout")
    d.equal(count, "the number of flips", using=[Combination(Integer(1), flips)])
    d.conclude(text="the hard error is n")
    return d


def abs_gap(flipped: Expr) -> Expr:
    """|1 - (1 - 2b)h| for b = 0 or 1, the distance of an activation from a pattern entry of size one."""
    return 1 - (1 - 2 * flipped) * h


EXHIBIT = ((1, -1, 1, 1, 1), (1, 1, -1, 1, 1), (1, 1, 1, -1, -1))


def ag18() -> Derivation:
    """T → 0: uniform on the argmax at fixed scores; along a branch the limits of gap/T survive as weights.

    >>> d = ag18()
    >>> d.conclusions[d.position("gaps of order T survive as weights")].right
    exp(-gamma)
    """
    d = Derivation("AG18", "The zero-temperature limit")
    two = Index("a", 2)
    scores_of_two = Family(lambda a: level - T * gamma * delta(a, Integer(2)))
    g = vector("f", K)
    d.start(gate_target(mu, g) / gate_target(nu, g), "weights of the softmax at any scores f")
    d.equal(exp((g[mu] - g[nu]) / T), "their ratio sees the gap over T only")
    d.conclude(text="equal scores, equal weights; a fixed gap is lost exponentially as T → 0 (SM8)")
    d.say(r"Along a branch of equilibria the scores move with T; let two of them differ by $\gamma T$.")
    weights = gate_target(two, scores_of_two)
    d.start(put(weights, {two: Integer(2)}) / put(weights, {two: Integer(1)}), "their weights at every T")
    d.equal(exp(-gamma), "the gap over T stays")
    d.conclude(text="gaps of order T survive as weights")

    d.define(pdot[mu], put(replicator(mu, g), {T: Integer(0)}), "the replicator at T = 0", "[35]")
    simplex(d)
    d.assume(eq(g[mu], level), "a face of equal scores")
    d.start(pdot[mu], "on it")
    d.equal(0, "every fitness is the mean")
    d.conclude(text="at T = 0 all of the face is stationary: the limit selects, the flow at T = 0 does not")
    exhibit(d)
    return d


def exhibit(d: Derivation) -> None:
    """Derive that in the ledger's example no equilibrium with three equal scores has uniform gains."""
    d.say(
        r"**Exhibit.** $N = 5$, $K = 3$, patterns $(1,-1,1,1,1)$, $(1,1,-1,1,1)$, $(1,1,1,-1,-1)$. At an "
        r"equilibrium with "
        r"equal overlaps $m > 0$ and gains $(b, b, 1 - 2b)$ the neurons are $x_i = \tfrac35 m \sum_\mu p_\mu "
        r"\xi_{\mu i}$."
    )
    gains = (share, share, 1 - 2 * share)
    state = [
        Rational(3, 5) * height * Add(*(b * row[i] for b, row in zip(gains, EXHIBIT, strict=True))) for i in range(5)
    ]
    first, _, third = (Add(*(row[i] * phi(state[i]) for i in range(5))) for row in EXHIBIT)
    d.start(first - third, "the first overlap minus the third")
    difference = d.equal(
        4 * phi(Rational(3, 5) * height * (4 * share - 1)) - 2 * phi(Rational(3, 5) * height * (1 - 2 * share)),
        "insert",
    )
    d.conclude()
    d.start(put(difference, {share: Rational(1, 3)}), "at uniform gains")
    d.equal(2 * phi(height / 5), "both arguments are m/5")
    d.conclude(text="not zero for m > 0: equal scores exclude uniform gains, the limit is another one")
