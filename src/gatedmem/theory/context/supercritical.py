"""CG9: the gates alone above criticality: modal solution, winner, and explicit times after and before it is clear.

arXiv 2605.10970, Theorem 3.3 (C.1), whose time carries an unspecified O(1).
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from gatedmem.theory.context.critical_component import (
    bound,
    critical,
    drive_on,
    families,
    n_c,
    n_o,
    parseval,
    stable,
    stable_modes,
    x,
    xi,
    y,
)
from gatedmem.theory.context.definitions import A, beta, gate_entry, i, j
from gatedmem.theory.context.gate_modes import (
    gamma,
    grown,
    modal_solution,
    s,
    second,
    shrinks,
    t,
    tau,
    zero_mode,
)
from gatedmem.theory.context.spectrum import norm2
from gatedmem.theory.context.winner import (
    DIAMETER,
    apart,
    component,
    entries_apart,
    error,
    excess,
    gap,
    gaps,
    growth,
    kappa,
    lead_is_necessary,
    lead_is_sufficient,
    radius,
    rest,
    rival,
    star,
    weight,
)
from gatedmem.theory.context.winner import x as any_vector
from gatedmem.theory.context.winner_instances import clear_lead, mode_instance, several_lead
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    delta,
    eq,
    ge,
    gt,
    le,
    lt,
    positive,
    put,
    total,
    vector,
)
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

__all__ = ["cg9", "clear_time", "necessary", "necessary_time", "no_winner", "one_rate", "several_rates"]

limit, rival_start, lag = vector("f", n_o), vector("b", n_o), vector("l", n_o, nonnegative=True)
rivals = positive("M")


def clear_time() -> Expr:
    """(τ_s/γ)[ln(κ/(βΔ_ξ)) + ln(1 + √2βR/κ)]."""
    return tau / gamma * (sp.log(kappa / (beta * gap)) + sp.log(1 + DIAMETER * beta * radius / kappa))


def necessary_time() -> Expr:
    """(τ_s/γ) ln((ln((1-δ)/δ)/β - √2R)/Δ_ξ)."""
    return tau / gamma * sp.log((sp.log((1 - error) / error) / beta - DIAMETER * radius) / gap)


def cg9() -> Derivation:
    """Modal solution; p_{i*} ≥ 1-δ from an explicit time on, with one or several growth rates; a necessary time.

    Conclusions: "modal equation", "constant", "modal solution", "critical", "unit norms", "zero mode",
    "zero mode, bound", "stable", "remainder", "lead", "winner", "several, steady", "several, growing",
    "several, lead", "several, winner", "runner-up", "necessary", "no winner".

    >>> derivation = cg9()
    >>> derivation.conclusions[derivation.position("winner")].conclusion.op
    '≥'
    """
    o = Derivation("CG9", "Gates alone, above criticality: the winner and an explicit time")
    o.prepare = mode_instance
    o.define(A[i, j], gate_entry(i, j), r"gate matrix $A = I + \alpha W_2$", opaque=True)
    o.symmetric(A, "a Gram matrix is symmetric")
    modal_solution(o)
    zero_mode(o)
    one_rate(o)
    several_rates(o)
    necessary(o)
    no_winner(o)
    return o


def one_rate(o: Derivation) -> None:
    """Derive the explicit time when all other modes are stable ("stable", "remainder", "lead", "winner")."""
    c = o.branch(
        r"**One growth rate.** Let the rows of $C$ span the critical eigenspace, all other modes, the rows of $D$, "
        r"be stable, and $\xi = P_{\min} (s(0) + u/\gamma) = C^{\mathsf T} C (s(0) + u/\gamma)$. $R > 0$ is any "
        r"number with $R^2 \ge \lVert c_{\min} \rVert^2/\gamma^2 + \sum B_k^2$ (the sum itself, unless it is zero)."
    )
    c.prepare = clear_lead
    complete, amplitude = families(c)
    others = stable_modes(o, c)
    size_of = total(drive_on(x) ** 2, x) / gamma**2 + total(bound[y] ** 2, y)
    c.assume(ge(radius**2, size_of), r"$R^2$")
    remainder = s[i] - grown * xi(i)
    c.start(norm2(remainder), r"$\rho = s - e^{\gamma t/\tau_s} \xi$")
    c.equal(
        total(drive_on(x) ** 2, x) / gamma**2 + total(others**2, y),
        "Parseval",
        using=parseval(remainder, complete, amplitude),
    )
    c.at_most(
        radius**2,
        "stable modes",
        slack=[radius**2 - size_of, total(bound[y] ** 2 - others**2, y)],
    )
    c.conclude(text="remainder")
    o.discharge(c, "remainder", "remainder")
    c.use(entries_apart(), {any_vector[i]: remainder}, "apart", r"two entries of $\rho$ differ by at most $\sqrt2 R$")
    reach = kappa / beta + DIAMETER * radius
    c.assume(ge(t, clear_time()), "the time has come")
    c.given(ge(t, clear_time()), "the time")
    c.iff(ge(gamma * t / tau, clear_time() * gamma / tau), r"multiply by $\gamma/\tau_s$", scale=tau / gamma)
    c.iff(
        ge(grown, kappa / (beta * gap) * (1 + DIAMETER * beta * radius / kappa)),
        "the exponential increases",
        monotone=sp.exp,
    )
    c.iff(ge(grown * gap, reach), r"multiply by $\Delta_\xi$", scale=1 / gap)
    c.detach(c.conclude(text="times"), r"so the lead suffices", label="lead")
    o.discharge(c, "lead", "lead")
    _winner(
        c,
        remainder,
        DIAMETER * radius,
        r"every gap is at least $e^{\gamma t/\tau_s} \Delta_\xi - \sqrt2 R \ge \kappa/\beta$ (SM7)",
        "winner",
    )
    o.discharge(c, "winner", "winner")
    o.say(
        r"This holds at every later $t$ too. As $\delta$ is arbitrary, $p(t)$ tends to the one-hot vector at "
        r"$i^{\ast}$."
    )


def _winner(c: Derivation, remainder: Expr, distance: Expr, rule: str, label: str) -> None:
    """Use that a lead is sufficient at s = e^{γt/τ}ξ + remainder."""
    lemma = lead_is_sufficient()
    values = {
        growth: grown,
        component[i]: xi(i),
        rest[i]: remainder,
        excess[i]: (1 - delta(i, star)) * (gaps(xi(i)) - gap),
        apart: distance,
    }
    c.use(lemma, values, "winner", rule, shown=ge(weight(s[i], star), 1 - error), label=label)
    c.lemmas.extend(name for name in lemma.lemmas if name not in c.lemmas)


def several_rates(o: Derivation) -> None:
    """Derive an explicit time with further unstable modes ("several, lead", "several, winner" and what they need)."""
    c = o.branch(
        r"**Several growth rates.** Let other modes grow too, at rates $\gamma_2 - l_k \le \gamma_2 < \gamma$: the "
        r"other modes are $f_k + e^{(\gamma_2 - l_k) t/\tau_s} b_k$, with $b_k = 0$ for the stable ones, and $M > 0$ "
        r"is any number with $M^2 \ge \lVert b \rVert^2$; $B_k$ bounds $f_k$, for an unstable mode $c_k/\gamma_k$."
    )
    c.prepare = several_lead
    complete, amplitude = families(c)
    rising = sp.exp((second - lag[y]) * t / tau) * rival_start[y]
    fast = sp.exp(second * t / tau)
    c.assume(eq(total(stable[y, i] * s[i], i), limit[y] + rising), "the other modes at time $t$")
    c.assume(ge(bound[y] ** 2, limit[y] ** 2), "what does not grow")
    c.assume(ge(rivals**2, total(rival_start[y] ** 2, y)), r"$M^2$")
    size_of = total(drive_on(x) ** 2, x) / gamma**2 + total(bound[y] ** 2, y)
    c.assume(ge(radius**2, size_of), r"$R^2$")
    c.assume(gt(gamma, second), r"$\gamma > \gamma_2$")
    growing = total(stable[y, i] * rising, y)
    steady = s[i] - grown * xi(i) - growing
    c.start(norm2(steady), r"the part of the remainder that does not grow")
    c.equal(
        total(drive_on(x) ** 2, x) / gamma**2 + total(limit[y] ** 2, y),
        "Parseval",
        using=parseval(steady, complete, amplitude),
    )
    c.at_most(radius**2, "bounds", slack=[radius**2 - size_of, total(bound[y] ** 2 - limit[y] ** 2, y)])
    c.conclude(text="several, steady")
    shrinks(c, 2 * lag[y] * t / tau)
    c.start(norm2(growing), "the part that grows")
    c.equal(fast**2 * total(sp.exp(-2 * lag[y] * t / tau) * rival_start[y] ** 2, y), "orthonormal modes")
    c.at_most(
        (fast * rivals) ** 2,
        "no rate above the second",
        slack=[
            fast**2 * total((1 - sp.exp(-2 * lag[y] * t / tau)) * rival_start[y] ** 2, y),
            fast**2 * (rivals**2 - total(rival_start[y] ** 2, y)),
        ],
    )
    c.conclude(text="several, growing")
    o.discharge(c, "several, steady", "several, steady")
    o.discharge(c, "several, growing", "several, growing")
    first = c.use(entries_apart(), {any_vector[i]: steady}, "apart", "two entries of the first")
    other = c.use(
        entries_apart(), {any_vector[i]: growing, radius: fast * rivals}, "apart", "two entries of the second"
    )
    distance = DIAMETER * (radius + fast * rivals)
    remainder = steady + growing
    c.claim(
        le(remainder - put(remainder, {i: star}), distance),
        "both together",
        slack=[first.right - first.left, other.right - other.left],
    )
    enough = kappa / beta + DIAMETER * (radius + rivals)
    when = tau / (gamma - second) * sp.log(enough / gap)
    c.assume(ge(t, when), "the time has come")
    c.given(ge(t, when), "the time")
    c.iff(ge((gamma - second) * t / tau, sp.log(enough / gap)), "rearrange", scale=tau / (gamma - second))
    c.iff(ge(sp.exp((gamma - second) * t / tau), enough / gap), "the exponential increases", monotone=sp.exp)
    c.iff(ge(sp.exp((gamma - second) * t / tau) * gap, enough), r"multiply by $\Delta_\xi$", scale=1 / gap)
    c.detach(c.conclude(text="several, times"), "so", label="several, ratio")
    line = c.use(
        logarithm_below_line(), {line_point: fast}, "minimum", r"$e^{\gamma_2 t/\tau_s} \ge 1 + \gamma_2 t/\tau_s$"
    )
    c.claim(ge(fast - 1, 0), "the second rate grows", slack=[line.left, second * t / tau])
    c.claim(
        ge(grown * gap, kappa / beta + distance),
        r"multiply by $e^{\gamma_2 t/\tau_s} \ge 1$",
        slack=[
            fast * (sp.exp((gamma - second) * t / tau) * gap - enough),
            (fast - 1) * kappa / beta,
            (fast - 1) * DIAMETER * radius,
        ],
        label="several, lead",
    )
    o.discharge(c, "several, lead", "several, lead")
    _winner(c, remainder, distance, "SM7 as before", "several, winner")
    o.discharge(c, "several, winner", "several, winner")


def necessary(o: Derivation) -> None:
    """Derive a time before which the winner cannot be clear ("runner-up", "necessary")."""
    c = o.branch(
        r"**A necessary time.** One growth rate again, $s = e^{\gamma t/\tau_s} \xi + \rho$ with $\lVert \rho \rVert "
        r"\le R$. Let $j^{\ast}$ be the runner-up, and $i^{\ast}$ already clear:"
    )
    c.prepare = clear_lead
    lead = c.assume(eq(xi(star) - xi(rival), gap), "the runner-up", rewrite=False)
    remainder = s[i] - grown * xi(i)
    c.assume(eq(delta(star, rival), 0), "two memories")
    c.assume(lt(error, 1), r"$\delta < 1$")
    c.assume(le(norm2(remainder), radius**2), r"$\lVert \rho \rVert \le R$, from above")
    c.assume(ge(weight(s[i], star), 1 - error), r"$p_{i^{\ast}} \ge 1 - \delta$")
    needed = c.use(lead_is_necessary(), {}, "needed", "the weights sum to one, and their ratio is known")
    spread = c.use(
        entries_apart(),
        {i: rival, any_vector[i]: -remainder},
        "apart",
        r"two entries of $\rho$ differ by at most $\sqrt2 R$",
    )
    short = sp.log((1 - error) / error) / beta - DIAMETER * radius
    c.claim(
        ge(grown * gap, short),
        r"$s_{i^{\ast}} - s_{j^{\ast}} \le e^{\gamma t/\tau_s} \Delta_\xi + \sqrt2 R$",
        slack=[needed.left - needed.right, spread.right - spread.left],
        using=[Combination(-grown, lead)],
        label="runner-up",
    )
    o.discharge(c, "runner-up", "runner-up")
    c.assume(gt(short, 0), "where the numerator is positive")
    c.given(ge(grown * gap, short), "so")
    c.iff(ge(grown, short / gap), r"divide by $\Delta_\xi$", scale=gap)
    c.iff(ge(gamma * t / tau, sp.log(short / gap)), "the logarithm increases", monotone=sp.log)
    c.iff(ge(t, necessary_time()), r"multiply by $\tau_s/\gamma$", scale=gamma / tau)
    c.detach(c.conclude(text="necessary, times"), "a time before which the winner cannot be clear", label="necessary")
    o.discharge(c, "necessary", "necessary")


def no_winner(o: Derivation) -> None:
    """Derive that a critical eigenspace spanned by 1 opens no gap ("no winner")."""
    c = o.branch(r"**Where it fails.** If the critical eigenspace is spanned by $\mathbf 1$:")
    level = vector("q", n_c)
    c.assume(eq(critical[x, i], level[x]), r"all entries of a critical mode agree")
    c.claim(eq(xi(star) - xi(rival), 0), r"no gap: $\Delta_\xi = 0$", label="no winner")
    o.discharge(c, "no winner", "no winner")
