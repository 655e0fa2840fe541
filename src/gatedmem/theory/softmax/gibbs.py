"""SM2: the Gibbs principle. The free energy of a distribution exceeds its minimum by T times a relative entropy."""

from __future__ import annotations

import sympy as sp

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Index, eq, le, positive, size, total, vector
from gatedmem.theory.softmax.definitions import entropy, inner, kl, log_partition, softmax
from gatedmem.theory.softmax.inequalities import logarithm_below_line, t

__all__ = ["sm2"]

n = size("n")
i = Index("i", n)
f = vector("f", n)
p = vector("p", n, positive=True)
pi = vector("pi", n, positive=True)
q, s = vector("q", n, positive=True), vector("s", n, nonnegative=True)
T = positive("T")


def sm2() -> Derivation:
    """``-⟨p,f⟩ + T⟨p,log p⟩ + T log Z = T·KL(p‖π) ≥ 0``, zero at π = softmax(f/T) only, faces included.

    Conclusions: "Gibbs identity", "non-negative", "zero only at the softmax", "bound", "value", "identity on a
    face", "non-negative on a face", "a face never attains it".

    >>> d = sm2()
    >>> d.conclusions[d.position("zero only at the softmax")].right.right
    pi[i]
    """
    d = Derivation("SM2", "The Gibbs principle")
    d.say(r"Let $T > 0$, $f \in \mathbb{R}^n$, and let $p$ first have positive entries.")
    d.define(pi[i], softmax(f[i] / T, i), "the softmax")
    d.assume(eq(total(p[i], i), 1), "the weights sum to one")
    log_z = log_partition(f[i] / T, i)
    free = -inner(p[i], f[i], i) + T * inner(p[i], sp.log(p[i]), i) + T * log_z

    d.start(free, "the free energy above its minimum")
    d.equal(
        T * total(p[i] * (sp.log(p[i]) - f[i] / T + log_z), i), r"put everything under one sum, use $\sum_i p_i = 1$"
    )
    d.equal(T * kl(p[i], pi[i], i), r"$\log \pi_i = f_i/T - \log \sum_k e^{f_k/T}$")
    d.conclude(eq(free, T * kl(p[i], pi[i], i)), "Gibbs identity")

    d.say(r"**Sign.** Apply $t - 1 - \log t \ge 0$ to the quotients $t_i = \pi_i / p_i$.")
    lemma = logarithm_below_line()
    ratio = pi[i] / p[i]
    d.use(lemma, {t: ratio}, "minimum", "the logarithm lies below its tangent")
    terms = total(p[i] * (ratio - 1 - sp.log(ratio)), i)
    d.start(kl(p[i], pi[i], i), "the relative entropy")
    d.equal(terms, r"$\sum_i p_i (t_i - 1) = \sum_i \pi_i - \sum_i p_i = 0$")
    d.at_least(0, "each term is non-negative", slack=terms)
    d.conclude(text="non-negative")

    d.say("**Equality.**")
    d.given(eq(kl(p[i], pi[i], i), 0), "the relative entropy vanishes")
    equality = d.use(lemma, {t: ratio}, "equality", "where the logarithm touches its tangent")
    d.iff_each(
        eq(ratio - 1 - sp.log(ratio), 0),
        "a sum of non-negative terms vanishes when each term does",
        weight=p[i],
        over=(i,),
    )
    d.iff_by(eq(ratio, 1), "equality case of the logarithm's bound", equality)
    d.iff(eq(p[i], pi[i]), "multiply by the denominator", scale=-1 / p[i])
    d.conclude(text="zero only at the softmax")

    d.say("**Maximum.** The same, read as a bound on energy plus entropy.")
    d.start(inner(p[i], f[i], i) + T * entropy(p[i], i), "score plus entropy")
    d.equal(T * log_z - T * kl(p[i], pi[i], i), "the identity above")
    d.at_most(T * log_z, "relative entropy is non-negative", slack=T * kl(p[i], pi[i], i))
    d.conclude(text="bound")
    d.start(inner(pi[i], f[i], i) + T * entropy(pi[i], i), "its value at the softmax")
    d.equal(T * log_z, r"$\log \pi_i = f_i/T - \log \sum_k e^{f_k/T}$ and $\sum_i \pi_i = 1$")
    d.conclude(text="value")
    _faces(d)
    return d


def _faces(d: Derivation) -> None:
    """The same where entries of p may be zero: p_i = s_i q_i with q > 0 and s_i the indicator of the support."""
    d.say(
        r"**Faces.** Where some entries vanish, write $p_i = s_i q_i$ with $q_i > 0$ and $s_i \in \{0, 1\}$ the "
        r"indicator of the support; then $p_i \log p_i = s_i q_i \log q_i$, which is $0$ off the support."
    )
    d.assume(le(s[i], 1), "an indicator")
    d.assume(eq(total(s[i] * q[i], i), 1), "the weights sum to one")
    log_z = log_partition(f[i] / T, i)
    on_face = -inner(s[i] * q[i], f[i], i) + T * total(s[i] * q[i] * sp.log(q[i]), i) + T * log_z
    ratio = pi[i] / q[i]
    bound = d.use(logarithm_below_line(), {t: ratio}, "minimum", "the logarithm lies below its tangent")
    inside = total(s[i] * q[i] * bound.left, i)
    outside = total((1 - s[i]) * pi[i], i)
    d.start(on_face, "the free energy above its minimum")
    d.equal(T * total(s[i] * q[i] * (sp.log(q[i]) - sp.log(pi[i])), i), "as before")
    d.conclude(text="identity on a face")
    d.start(on_face)
    d.equal(
        T * inside + T * outside,
        r"$\sum_i s_i q_i (t_i - 1) = \sum_i s_i \pi_i - 1 = -\sum_i (1 - s_i) \pi_i$",
    )
    d.at_least(0, "non-negative terms", slack=T * inside + T * outside)
    d.conclude(text="non-negative on a face")
    d.given(eq(on_face, 0), "the minimum is attained")
    d.iff_each(
        eq(1 - s[i], 0),
        "the second sum vanishes with the total, and its weights are positive",
        weight=T * pi[i],
        over=(i,),
        rest=T * inside,
    )
    d.conclude(text="a face never attains it")
    d.say(
        "So the minimum is attained only where every $s_i$ is one, that is, in the interior, where the equality "
        "case above leaves the softmax alone."
    )
