"""CG20: with more memories than dimensions, what the drive says about the memories cannot pick the winner.

arXiv 2605.10970, Theorem 3.3 (C.1), remark on N > d.
"""

from __future__ import annotations

import mpmath
import sympy as sp
from sympy import Expr, Integer

from gatedmem.theory.context.critical_component import critical, x, xi
from gatedmem.theory.context.definitions import N, alpha, d, gate_entry, gram, i, j, k, u, zeta
from gatedmem.theory.context.gate_modes import gamma, t, tau
from gatedmem.theory.context.spectrum import norm2, w
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Relation,
    eq,
    gt,
    lt,
    put,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample

__all__ = ["cg20"]

a = Index("a", d)
s, other, content = vector("s", N), vector("s_with", N), vector("v", N)
notation("s_with", r"s'")


def added(index: Index) -> Expr:
    """Entry of Gv, the general vector of range(G)."""
    return total(gram(index, k) * content[k], k)


def gate_flow(state: Expr, drive: Expr) -> Expr:
    """ṡ of the gates alone, from entry i of their state and of their drive."""
    return (drive - total(gate_entry(i, j) * put(state, {i: j}), j)) / tau


def component(drive: Expr) -> Expr:
    """Entry i of the ξ of CG9 for a drive given by its entry i.

    >>> component(u[i]) == xi(i)
    True
    """
    found: Expr = put(xi(i), {u[i]: drive})
    return found


def _instance(sample: Sample) -> None:
    """Three unit memories in a plane, the kernel of their Gram matrix, and α above one."""
    with mpmath.workdps(60):
        angles = [mpmath.mpf(k) / 7 * (1 + sample.seed % 3) for k in (1, 4, 6)]
        memories = mpmath.matrix([[mpmath.cos(angle) for angle in angles], [mpmath.sin(angle) for angle in angles]])
        crossed = [
            memories[0, 1] * memories[1, 2] - memories[1, 1] * memories[0, 2],
            memories[0, 2] * memories[1, 0] - memories[1, 2] * memories[0, 0],
            memories[0, 0] * memories[1, 1] - memories[1, 0] * memories[0, 1],
        ]
        length = mpmath.sqrt(sum(entry**2 for entry in crossed))
        kernel = [entry / length for entry in crossed]
    sample.sizes.update({"N": 3, "d": 2, "n_c": 1})
    sample.arrays["zeta"] = {(row + 1, column + 1): memories[row, column] for row in range(2) for column in range(3)}
    sample.arrays["C"] = {(1, place + 1): kernel[place] for place in range(3)}
    sample.scalars["alpha"] = mpmath.mpf(17 + sample.seed % 4) / 11


def _kernel_instance(sample: Sample) -> None:
    """The same, with w in the kernel of the Gram matrix."""
    _instance(sample)
    sample.arrays["w"] = {(place,): sample.arrays["C"][1, place] for place in (1, 2, 3)}


def cg20() -> Derivation:
    """N > d: the critical eigenspace is ker G, and drives in range(G) leave ξ, hence i*, as they are.

    Conclusions: "kernel", "kernel exists", "lowest", "critical eigenspace", "negative", "orthogonal",
    "same component", "rate", "never enters".

    >>> derivation = cg20()
    >>> derivation.conclusions[derivation.position("same component")].conclusion.op
    '='
    """
    o = Derivation("CG20", "The winner ignores the content of the drive")
    o.prepare = _instance
    unit = o.assume(eq(total(zeta[a, i] ** 2, a), 1), "unit norms", rewrite=False)
    o.assume(gt(alpha, 1), r"above criticality: $\alpha > \alpha_{\mathrm{crit}} = 1$ for $N > d$ (CG3)")
    o.claim(gt(alpha, 0), "and so positive", slack=[alpha - 1, Integer(1)])
    _kernel(o)
    _critical_eigenspace(o, unit)
    _component(o)
    _never_enters(o, unit)
    return o


def _kernel(o: Derivation) -> None:
    c = o.branch(r"**$\ker G = \ker Z$.**")
    c.prepare = _kernel_instance
    flat = c.assume(eq(total(gram(i, j) * w[j], j), 0), r"$Gw = 0$", rewrite=False)
    length = total(total(zeta[a, i] * w[i], i) ** 2, a)
    c.claim(eq(length, 0), r"$\lVert Zw \rVert^2 = w^{\mathsf T} G w$", using=[Combination(w[i], flat, (i,))])
    c.given(eq(length, 0))
    c.iff_each(eq(total(zeta[a, i] * w[i], i) ** 2, 0), "a sum of squares", weight=1, over=(a,))
    c.iff(eq(total(zeta[a, i] * w[i], i), 0), "a square", root=2)
    c.detach(c.conclude(text="squares"), "so $Zw = 0$", label="kernel")
    o.discharge(c, "kernel", "kernel")
    o.cite("dimension theorem", r"With $N > d$ some $w \ne 0$ has $Zw = 0$. It lies in the kernel of $G$:")
    b1 = o.branch()
    b1.prepare = _kernel_instance
    zero = b1.assume(eq(total(zeta[a, i] * w[i], i), 0), "$Zw = 0$", rewrite=False)
    b1.claim(
        eq(total(gram(j, i) * w[i], i), 0),
        r"$Gw = Z^{\mathsf T} (Zw)$",
        using=[Combination(zeta[a, j], zero, (a,))],
        label="kernel exists",
    )
    o.discharge(b1, "kernel exists", "kernel exists")


def _critical_eigenspace(o: Derivation, unit: Relation) -> None:
    o.say(r"**The critical eigenspace.** $A = (1 - \alpha) I + \alpha G$ and $G \succeq 0$, so for every $w$")
    image = total(total(zeta[a, i] * w[i], i) ** 2, a)
    o.start(total(w[i] * gate_entry(i, j) * w[j], i, j), r"$w^{\mathsf T} A w$")
    o.equal(
        (1 - alpha) * norm2(w[i]) + alpha * image,
        "unit norms",
        using=[Combination(-alpha * w[i] ** 2, unit, (i,))],
    )
    o.at_least((1 - alpha) * norm2(w[i]), r"$\lVert Zw \rVert^2 \ge 0$", slack=alpha * image)
    o.conclude(text="lowest")
    o.say(r"No eigenvalue lies below $1 - \alpha$. It is one, and its eigenvectors are the kernel:")
    o.given(eq(total(gate_entry(i, j) * w[j], j), (1 - alpha) * w[i]), r"$w$ belongs to the eigenvalue $1 - \alpha$")
    o.iff(
        eq(total(gram(i, j) * w[j], j), 0),
        r"$A w = (1 - \alpha) w + \alpha G w$",
        scale=alpha,
        using=[Combination(-alpha * w[i], unit)],
    )
    o.conclude(text="critical eigenspace")
    o.claim(lt(1 - alpha, 0), r"so $\eta_{\min} = 1 - \alpha$, $\gamma = \alpha - 1$", label="negative")


def _component(o: Derivation) -> None:
    c = o.branch(
        r"**The component that decides.** The rows of $C$ are an orthonormal basis of $\ker G$, $P_{\min} = "
        r"C^{\mathsf T} C$, and $\xi = P_{\min} (s(0) + u/\gamma)$. Add $Gv$ to the drive; every vector of "
        r"$\operatorname{range}(G)$ has this form."
    )
    flat = c.assume(eq(total(gram(i, j) * critical[x, j], j), 0), r"$G C^{\mathsf T} = 0$", rewrite=False)
    across = c.claim(
        eq(total(critical[x, j] * added(j), j), 0),
        "$G$ is symmetric",
        using=[Combination(content[i], flat, (i,))],
        label="orthogonal",
    )
    c.start(component(u[i] + added(i)), r"$\xi$ with the drive $u + Gv$")
    c.equal(
        component(u[i]),
        r"$\operatorname{range}(G) \perp \ker G$",
        using=[Combination(critical[x, i] / gamma, across, (x,))],
    )
    c.conclude(text="same component")
    o.discharge(c, "orthogonal", "orthogonal")
    o.discharge(c, "same component", "same component")
    o.say(r"So $\xi$ keeps its largest entry $i^{\ast}$ and its gap.")


def _never_enters(o: Derivation, unit: Relation) -> None:
    c = o.branch(
        r"**Along solutions.** Let $s$ be driven by $u$ and $s'$ by $u + Gv$, from the same initial state. Their "
        r"difference has no part in the critical eigenspace to begin with, and obtains none:"
    )
    flat = c.assume(eq(total(gram(i, j) * critical[x, j], j), 0), r"$G C^{\mathsf T} = 0$", rewrite=False)
    apart = other[i] - s[i]
    part = total(critical[x, i] * apart, i)
    rates = ((s[i], gate_flow(s[i], u[i])), (other[i], gate_flow(other[i], u[i] + added(i))))
    c.start(FlowDerivative(part, *rates), "a component of the difference, along both")
    c.equal(
        (alpha - 1) / tau * part,
        r"$A C^{\mathsf T} = (1 - \alpha) C^{\mathsf T}$ and $C G = 0$",
        using=[
            Combination((content[i] - alpha * apart) / tau, flat, (i,)),
            Combination(alpha / tau * critical[x, i] * apart, unit, (i,)),
        ],
    )
    c.conclude(text="rate")
    c.start(
        FlowDerivative(sp.exp(-(alpha - 1) * t / tau) * part, *rates, (t, Integer(1))), "with its growth taken out"
    )
    c.equal(
        0,
        "product rule and the rate above",
        using=[
            Combination(sp.exp(-(alpha - 1) * t / tau) * (content[i] - alpha * apart) / tau, flat, (i,)),
            Combination(sp.exp(-(alpha - 1) * t / tau) * alpha / tau * critical[x, i] * apart, unit, (i,)),
        ],
    )
    c.conclude(text="never enters")
    o.discharge(c, "rate", "rate")
    o.discharge(c, "never enters", "never enters")
    o.cite("mean value theorem", "so it is constant, and zero because it is zero at $t = 0$.")
    o.say(
        r"By CG9 the memory that wins in the limit is the largest entry of $\xi$: the same $i^{\ast}$ for both "
        r"drives."
    )
