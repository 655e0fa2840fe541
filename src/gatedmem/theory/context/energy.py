"""CG1 and CG2: the four-layer system descends its energy, and the currents are the gradients."""

from __future__ import annotations

from sympy import Expr, Integer

from gatedmem.theory.context.definitions import N, alpha, beta, competition, d, i, j, k, lam, zeta
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    eq,
    ge,
    matrix,
    positive,
    put,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.covariance import p as simplex_point
from gatedmem.theory.softmax.covariance import sm4
from gatedmem.theory.softmax.covariance import v as any_vector
from gatedmem.theory.softmax.definitions import log_partition, quadratic, softmax, softmax_covariance

__all__ = ["cg1", "cg2", "interaction", "layers"]

d_c = size("d_c")
a = Index("a", d)
e = Index("e", d_c)
W1 = matrix("W", N, d_c)
c, s, r, q = vector("c", d_c), vector("s", N), vector("r", N), vector("q", d)
active = vector("rhat", N)
p = vector("p", N, positive=True)
tau_c, tau_s, tau_r, tau_q = positive("tau_c tau_s tau_r tau_q")
cdot, sdot, rdot, qdot = vector("cdot", d_c), vector("sdot", N), vector("rdot", N), vector("qdot", d)
n = size("n")
notation("rhat", r"\hat r")
for letter in "csrq":
    notation(f"{letter}dot", rf"\dot {letter}")


def interaction(activation: Expr) -> Expr:
    """The four hypersynapse energies, for a retrieval activation given by its entry i."""
    drives = -total(s[i] * W1[i, e] * c[e], i, e)
    competes = alpha / 2 * total(s[i] * competition(i, j) * s[j], i, j)
    couples = -lam * total(s[i] * activation, i)
    retrieves = -total(q[a] * zeta[a, i] * activation, a, i)
    return drives + competes + couples + retrieves


def layers() -> Expr:
    """½|c|² + ½|s|² + ½|q|² + ⟨r, r̂⟩ - L_r(r), with r̂ = softmax(βr)."""
    squares = total(c[e] ** 2, e) / 2 + total(s[i] ** 2, i) / 2 + total(q[a] ** 2, a) / 2
    return squares + total(r[i] * softmax(beta * r[i], i), i) - log_partition(beta * r[i], i) / beta


def context_current() -> Expr:
    """W₁ᵀs - c [1]."""
    return total(W1[i, e] * s[i], i) - c[e]


def gate_current() -> Expr:
    """W₁c - αW₂s + λr̂ - s [2]."""
    return total(W1[i, e] * c[e], e) - alpha * total(competition(i, j) * s[j], j) + lam * active[i] - s[i]


def retrieval_current() -> Expr:
    """λs + Zᵀq - r [3]."""
    return lam * s[i] + total(zeta[a, i] * q[a], a) - r[i]


def query_current() -> Expr:
    """Zr̂ - q [4]."""
    return total(zeta[a, i] * active[i], i) - q[a]


def cg1() -> Derivation:
    """The currents [1] to [4] are minus the derivatives of the energy with respect to the activations.

    Conclusions: "context", "gates", "competition", "retrieval", "query", "retrieval layer", "chain".

    >>> derivation = cg1()
    >>> derivation.conclusions[derivation.position("competition")].op
    '='
    """
    o = Derivation("CG1", "The four currents follow from the energies")
    o.say(
        r"The interaction is a function of the activations $c, s, q$ and $\hat r$, which are independent variables "
        r"here. Each layer adds its own term: $\frac12 \lVert\cdot\rVert^2$ for $c$, $s$ and $q$, and "
        r"$\langle r, \hat r \rangle - L_r(r)$ for the retrieval layer."
    )
    mixed = interaction(active[i])
    o.start(-Partial(mixed + total(c[e] ** 2, e) / 2, c[e]), "the context layer")
    o.equal(context_current(), "differentiate")
    o.conclude(text="context")
    o.start(-Partial(alpha / 2 * total(s[i] * competition(i, j) * s[j], i, j), s[k]), "the competition between gates")
    o.equal(-alpha / 2 * total((competition(k, j) + competition(j, k)) * s[j], j), "each gate occurs on either side")
    o.equal(-alpha * total(competition(k, j) * s[j], j), "$W_2$ is symmetric: a factor one, not two")
    o.conclude(text="competition")
    o.start(-Partial(mixed + total(s[i] ** 2, i) / 2, s[i]), "the gate layer")
    o.equal(gate_current(), "differentiate")
    o.conclude(text="gates")
    o.start(-Partial(mixed + total(q[a] ** 2, a) / 2, q[a]), "the query layer")
    o.equal(query_current(), "differentiate")
    o.conclude(text="query")

    o.say("**The retrieval layer.** The interaction gives its input; its own term gives minus its state:")
    o.start(-Partial(mixed, active[i]), "the input")
    o.equal(retrieval_current() + r[i], "differentiate")
    o.conclude(text="retrieval")
    o.define(p[i], softmax(beta * r[i], i), r"the activation as a function of the state")
    own = total(r[i] * p[i], i) - log_partition(beta * r[i], i) / beta
    o.start(Partial(own, r[k]), "the layer's own term, as a function of its state")
    o.equal(
        p[k] + total(r[i] * Partial(p[i], r[k]), i) - p[k],
        r"product rule; the gradient of $L_r$ is the activation (SM6)",
    )
    o.equal(total(Partial(p[i], r[k]) * r[i], i), "the activations cancel")
    o.conclude(text="retrieval layer")
    o.say(
        r"So its derivative with respect to $\hat r_i$ is $r_i$, and along the activation the whole energy moves "
        "by the chain rule with minus the current as gradient:"
    )
    whole = interaction(p[i]) + own
    o.start(Partial(whole, r[k]), "the whole energy, as a function of the state")
    o.equal(-total(Partial(p[i], r[k]) * retrieval_current(), i), "both parts")
    o.conclude(text="chain")
    return o


def cg2() -> Derivation:
    """``dE/dt = -Σ τ_ℓ ẋ_ℓᵀ∇²L_ℓẋ_ℓ ≤ 0`` along the four-layer system.

    Conclusions: "dissipation", "falls".

    >>> derivation = cg2()
    >>> derivation.conclusions[derivation.position("falls")].op
    '≤'
    """
    o = Derivation("CG2", "The four-layer energy falls")
    o.define(p[i], softmax(beta * r[i], i), r"activation of the retrieval layer")
    put_in = {active[i]: p[i]}
    moves = []
    for state, rate, tau, index, current in (
        (c, cdot, tau_c, e, context_current()),
        (s, sdot, tau_s, i, gate_current()),
        (r, rdot, tau_r, i, retrieval_current()),
        (q, qdot, tau_q, a, query_current()),
    ):
        o.define(rate[index], put(current, put_in) / tau, f"the flow of the layer ${state.label}$")
        moves.append((state[index], rate[index]))
    hessian = softmax_covariance(p[i], i, j)
    o.start(Partial(Partial(log_partition(beta * r[i], i) / beta, r[i]), r[j]), "the Hessian of $L_r$")
    o.equal(beta * hessian, "SM3; the other three layers have the identity")
    o.conclude(text="Hessian")
    o.claim(eq(total(p[i], i), 1), "SM1")
    energy = layers() + interaction(p[i])
    lost = (
        tau_c * total(cdot[e] ** 2, e)
        + tau_s * total(sdot[i] ** 2, i)
        + tau_r * total(rdot[i] * beta * hessian * rdot[j], i, j)
        + tau_q * total(qdot[a] ** 2, a)
    )
    o.start(FlowDerivative(energy, *moves), "the energy along a solution")
    o.equal(-lost, r"chain rule, and each gradient is minus $\tau_\ell \dot x_\ell$ (CG1)")
    o.conclude(text="dissipation")
    covariance = o.use(
        sm4(),
        {
            n: N,
            simplex_point[Index("i", n)]: p[i],
            any_vector[Index("i", n)]: rdot[i],
        },
        "lower bound",
        "the softmax covariance (SM4)",
        shown=ge(quadratic(p[i], rdot[i], i), 0),
    )
    o.start(FlowDerivative(energy, *moves), "so")
    o.equal(-lost, "as above")
    o.at_most(
        Integer(0),
        "squares, and a covariance",
        slack=[
            tau_c * total(cdot[e] ** 2, e) + tau_s * total(sdot[i] ** 2, i) + tau_q * total(qdot[a] ** 2, a),
            beta * tau_r * covariance.left,
        ],
    )
    o.conclude(text="falls")
    return o
