"""CG5: with the context free the paper's own setting diverges; how fast, and which W₁ = kZᵀ mends it.

Not in the paper (arXiv 2605.10970), whose Theorem 3.3 clamps the context.
"""

from __future__ import annotations

from sympy import Integer

from gatedmem.theory.context.definitions import N, alpha, beta, d, gate_entry, gram, i, j, lam, zeta
from gatedmem.theory.context.energy import W1, active, c, d_c, gate_current, interaction, layers, p, q, r, s
from gatedmem.theory.context.free_growth import growth, linear_growth
from gatedmem.theory.context.free_repair import repair
from gatedmem.theory.context.free_system import context, energy, free_instance, remainder, scale, tilde
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Index, Relation, delta, eq, ge, le, put, real, total
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.definitions import softmax

__all__ = ["cg5"]

a, f, g = Index("a", d), Index("f", d_c), Index("g", d_c)
star, rival = Index("i'", N, fixed=True), Index("j'", N, fixed=True)
t, level, sign = real("t M_0 sigma")
notation("M_0", "M")
notation("i'", r"i'")


def cg5() -> Derivation:
    """Ã = (1-α)(I-G) for W₁ = Zᵀ: unbounded energy, exact growth of solutions, and the range of k that mends it.

    Conclusions: "eliminated", "lower", "attained", "gates", "entries", "own setting", "diagonal", "ray",
    "below every level", "pair", and those of ``growth``, ``linear_growth`` and ``repair``.

    >>> derivation = cg5()
    >>> derivation.conclusions[derivation.position("ray")].left.has(lam)
    True
    """
    o = Derivation("CG5", "With the context free, the paper's own setting diverges; the repair")
    o.prepare = free_instance
    o.define(p[i], softmax(beta * r[i], i), "activation of the retrieval layer")
    _eliminate(o)
    unit, own_setting = _own_setting(o)
    _unbounded(o, unit)
    growth(o, unit)
    linear_growth(o, own_setting)
    repair(o, unit)
    return o


def _eliminate(o: Derivation) -> None:
    o.say(
        r"**Elimination.** In the energy of CG1 and CG2 the context occurs as $\frac12 \lVert c \rVert^2 - \langle "
        r"s, W_1 c \rangle$ and the query as $\frac12 \lVert q \rVert^2 - \langle q, Zp \rangle$. Complete both "
        r"squares:"
    )
    whole = put(layers() + interaction(active[i]), {active[i]: p[i]})
    context_at_rest = total(W1[i, f] * s[i], i)
    query_at_rest = total(zeta[a, i] * p[i], i)
    squares = [total((c[f] - context_at_rest) ** 2, f) / 2, total((q[a] - query_at_rest) ** 2, a) / 2]
    reduced_gates = total(s[i] * (gate_entry(i, j) - total(W1[i, f] * W1[j, f], f)) * s[j], i, j) / 2
    reduced = reduced_gates - lam * total(s[i] * p[i], i) + remainder(p[i])
    o.start(whole, "the energy")
    o.equal(
        reduced + squares[0] + squares[1],
        r"$\langle r, p\rangle - L_r(r) = \frac1\beta \langle p, \log p\rangle$; $\tilde A = A - W_1 W_1^{\mathsf "
        r"T}$",
    )
    o.conclude(text="eliminated")
    o.start(whole)
    o.at_least(reduced, "squares", slack=squares)
    o.conclude(text="lower")
    c1 = o.branch(r"The minimum over $c$ and $q$ is attained where both layers are at rest:")
    c1.assume(eq(c[f], context_at_rest), r"$c = W_1^{\mathsf T} s$")
    c1.assume(eq(q[a], query_at_rest), r"$q = Zp$")
    c1.start(whole, "the energy there")
    c1.equal(reduced, "both squares vanish")
    c1.conclude(text="attained")
    o.discharge(c1, "attained", "attained")
    c1.start(put(gate_current(), {active[i]: p[i]}), "and the current of the gates there")
    c1.equal(
        lam * p[i] - total((gate_entry(i, j) - total(W1[i, f] * W1[j, f], f)) * s[j], j),
        r"$\lambda p - \tilde A s$",
    )
    c1.conclude(text="gates")
    o.discharge(c1, "gates", "gates")


def _own_setting(o: Derivation) -> tuple[Relation, Relation]:
    o.say(r"**$W_1 = k Z^{\mathsf T}$**, unit norms.")
    unit = o.assume(eq(total(zeta[a, i] ** 2, a), 1), "unit norms", rewrite=False)
    o.start(tilde(i, j), r"an entry of $\tilde A$")
    o.equal(
        (1 - alpha) * delta(i, j) + (alpha - scale**2) * gram(i, j),
        r"$W_2 = G - I$",
        using=[Combination(-alpha * delta(i, j), unit)],
    )
    o.conclude(text="entries")
    o.start(tilde(i, j, Integer(1)), r"at the paper's own setting, $k = 1$")
    o.equal(
        (1 - alpha) * (delta(i, j) - gram(i, j)),
        r"$\tilde A = (1 - \alpha)(I - G)$",
        using=[Combination(-alpha * delta(i, j), unit)],
    )
    own_setting: Relation = o.conclude(text="own setting")
    o.claim(
        eq(tilde(i, i, Integer(1)), 0),
        "so its diagonal vanishes",
        using=[Combination(Integer(-1), unit)],
        label="diagonal",
    )
    return unit, own_setting


def _unbounded(o: Derivation, unit: Relation) -> None:
    o.say(
        r"**The energy is unbounded below**, for every $Z$ and every $\alpha$: open one gate, $s = t e_{i'}$, let $c "
        r"= W_1^{\mathsf T} s = t \zeta^{i'}$ and $q = Zp$ follow, and keep $r$."
    )
    rest = total(zeta[a, i] * p[i], i)
    one = {s[i]: t * delta(i, star), context[a]: t * zeta[a, star], q[a]: rest}
    ray = -lam * t * p[star] + remainder(p[i])
    o.start(put(energy(), one), "the energy along this ray")
    o.equal(
        ray,
        r"the diagonal of $\tilde A$ is zero",
        using=[Combination(-(t**2) / 2 * delta(i, star), unit, (i,))],
    )
    o.conclude(text="ray")
    b1 = o.branch()
    b1.assume(ge(t, (level + remainder(p[i])) / (lam * p[star])), "far enough")
    b1.claim(
        le(ray, -level),
        "a straight line that falls",
        slack=lam * p[star] * (t - (level + remainder(p[i])) / (lam * p[star])),
        label="below every level",
    )
    o.discharge(b1, "below every level", "below every level")
    b2 = o.branch(r"If $\tilde A \ne 0$ it even falls quadratically, along $s = t(e_{i'} + \sigma e_{j'})$:")
    b2.assume(eq(delta(star, rival), 0), "two memories")
    two = {
        s[i]: t * (delta(i, star) + sign * delta(i, rival)),
        context[a]: t * (zeta[a, star] + sign * zeta[a, rival]),
        q[a]: rest,
    }
    b2.start(put(energy(), two), "the energy along this ray")
    b2.equal(
        -(t**2) * sign * (1 - alpha) * gram(star, rival) - lam * t * (p[star] + sign * p[rival]) + remainder(p[i]),
        r"$\tilde A_{i'j'} = -(1 - \alpha) G_{i'j'}$",
        using=[
            Combination(-(t**2) / 2 * (delta(i, star) + sign**2 * delta(i, rival)), unit, (i,)),
        ],
    )
    b2.conclude(text="pair")
    o.discharge(b2, "pair", "pair")
    o.say(
        r"downwards for $\sigma = (1 - \alpha) G_{i'j'} \ne 0$. The energy falls along solutions (CG2) and has "
        "nothing to stop it."
    )
