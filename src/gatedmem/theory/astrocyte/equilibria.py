"""The equilibria of the flow, in the interior and on the faces, and how they mix experts (AG11, AG13).

arXiv 2604.25481, equations 10, 11, 31 and 32.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, exp, log

from gatedmem.theory.astrocyte.model import (
    K,
    N,
    T,
    Vector,
    W,
    drive,
    f,
    fitness,
    gate_target,
    i,
    introduce,
    k,
    kappa,
    m,
    mean_fitness,
    mu,
    nu,
    over_neurons,
    over_patterns,
    p,
    pdot,
    phi,
    pi,
    replicator,
    simplex,
    tau_p,
    tau_x,
    x,
    xdot,
    xi,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Index, eq, matrix, size, total, vector
from gatedmem.theory.printing import notation

# A face: the M patterns of its support, with their gains and scores.
M = size("M")
a, b, c = Index("a", M), Index("b", M), Index("c", M)
q, g = vector("q", M, positive=True), vector("g", M)
qdot, target = vector("qdot", M), vector("sigma_S", M, positive=True)
expert = matrix("E", K, N)
notation("qdot", r"\dot q")
notation("sigma_S", r"\pi^S")


def ag11() -> Derivation:
    """Interior equilibria are exactly x = W(p)φ(x), p = softmax(f(x)/T); on a face, the softmax on its support.

    >>> [str(conclusion.right.left) for conclusion in ag11().conclusions]
    ['x[k]', 'p[mu]', 'q[a]']
    """
    d = Derivation("AG11", "Equilibria, in the interior and on the faces")
    introduce(d, "xdot", "pdot", "pi")
    d.given(eq(xdot[k], 0), "the neurons rest")
    d.iff(eq(x[k], drive(k, W=W)), r"multiply by $-\tau_x$", scale=-1 / tau_x)
    d.conclude(text=r"exactly where $x = W(p)\varphi(x)$")

    simplex(d)
    d.say(r"**Interior.** All gains are positive.")
    gains_at_rest(d, (mu, nu, kappa), p, f, pdot, pi)
    d.conclude(text=r"exactly where $p = \mathrm{softmax}(f(x)/T)$")

    d.say(
        r"**Faces.** On the face of support $S$ the gains off $S$ are and stay zero (AG1), and with $0 \log 0 = 0$ "
        r"they drop out of $\langle p, F\rangle$: the $M = |S|$ others, $q$, follow the replicator of $S$ alone. The "
        "neurons' condition is the one above."
    )
    d.define(qdot[a], replicator(a, g, q), "the replicator on the support, $g$ the scores there")
    d.define(target[a], gate_target(a, g), "the softmax on the support")
    d.assume(eq(total(q[a], a), 1), "the gains lie on the face")
    gains_at_rest(d, (a, b, c), q, g, qdot, target)
    d.conclude(text=r"exactly where $p \propto e^{f/T}$ on $S$")
    return d


def gains_at_rest(
    d: Derivation, indices: tuple[Any, Any, Any], p: Vector, f: Vector, pdot: Vector, pi: Vector
) -> None:
    """Derive, for positive gains that sum to one, that all rates vanish iff the gains are the softmax."""
    mu, nu, kappa = indices
    d.given(eq(pdot[mu], 0), "the gains rest")
    d.iff(
        eq(fitness(mu, f, p), mean_fitness(f, p, mu)),
        "divide by the positive gain",
        scale=p[mu] / tau_p,
    )
    d.iff(
        eq(fitness(mu, f, p), fitness(nu, f, p)),
        r"equal to the mean iff equal to each other, for $\sum p = 1$",
        over=(mu, nu),
        forward=lambda off: off(mu, nu) - off(nu, mu),
        backward=lambda off: total(p[kappa] * off(mu, kappa), kappa),
    )
    d.iff(
        eq(log(p[mu]) - log(p[nu]), log(pi[mu]) - log(pi[nu])),
        r"$f_\mu - f_\nu = T(\log\pi_\mu - \log\pi_\nu)$",
        scale=-T,
    )
    d.iff(eq(p[mu] / p[nu], pi[mu] / pi[nu]), "exponentiate", monotone=exp)
    d.iff(eq(p[mu] * pi[nu], pi[mu] * p[nu]), "clear the denominators", scale=1 / (p[nu] * pi[nu]))
    d.iff(
        eq(p[mu], pi[mu]),
        r"sum over $\nu$; both sum to one",
        over=(mu, nu),
        forward=lambda off: total(off(mu, kappa), kappa),
        backward=lambda off: off(mu, nu) * pi[nu] - pi[mu] * off(nu, mu),
    )


def ag13() -> Derivation:
    """At an interior equilibrium x = Σ_μ p_μ (K/N) ξ_μ⟨ξ_μ, φ(x)⟩ with p the softmax [10, corrected factor].

    >>> ag13().conclusions[0].right
    Sum(E[mu, k]*p[mu], (mu, 1, K))
    """
    d = Derivation("AG13", "Equilibria mix rank-one experts, routed by a softmax")
    introduce(d, "pi")
    d.define(p[mu], pi[mu], "the gains of an interior equilibrium (AG11)")
    introduce(d, "m", "W")
    d.define(expert[mu, i], K / N * xi[mu, i] * m[mu], r"expert $\mu$ at neuron $i$", "[10], with its factor K/N")
    mixture = over_patterns(lambda mu: p[mu] * expert[mu, k])
    d.start(drive(k, W=W), "the input of a neuron")
    d.equal(mixture, r"collect $W(p)\varphi$ by patterns")
    d.conclude()
    rest = d.assume(eq(x[k], drive(k, W=W)), "the neurons rest (AG11)", rewrite=False)
    d.start(x[k], "so at an equilibrium")
    d.equal(mixture, "the input is the state", using=[Combination(Integer(1), rest)])
    d.conclude(text="a mixture of experts routed by the softmax of the scores")
    d.start(expert[mu, k], "one expert")
    d.equal(
        over_neurons(lambda j: K / N * xi[mu, k] * xi[mu, j] * phi(x[j]), k),
        "the matrix of one pattern alone applied to the activations: rank one",
    )
    d.conclude()
    d.start(over_patterns(lambda mu: p[mu] * xi[mu, k] * m[mu]), "without the factor, as printed")
    d.equal(N / K * x[k], "the mixture misses the state by N/K", using=[Combination(-N / K, rest)])
    d.conclude(text="misprint 4")
    return d
