"""SM1 and SM3: what the softmax is, and its Jacobian."""

from __future__ import annotations

import sympy as sp
from sympy import Symbol

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Index, Partial, Permuted, delta, eq, gt, positive, put, real, size, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.definitions import partition, softmax, softmax_covariance

__all__ = ["sm1", "sm3"]

n = size("n")
i, j, k = (Index(letter, n) for letter in "ijk")
r, p = vector("r", n), vector("p", n)
beta = positive("beta")
c = real("c")
pi = Symbol("pi")
r_moved = vector("r_moved", n)
notation("r_moved", r"r^{\pi}")


def sm1() -> Derivation:
    """The softmax is positive, sums to one, ignores a common shift and commutes with permutations.

    >>> [str(relation.op) for relation in sm1().conclusions]
    ['>', '=', '=', '=']
    """
    d = Derivation("SM1", "The softmax is a probability vector, blind to shifts, equivariant under permutations")
    d.say(r"Let $\beta > 0$ and $r \in \mathbb{R}^n$.")
    weights = softmax(beta * r[i], i)
    d.say("**Positive.** A quotient of exponentials and of a sum of exponentials.")
    d.claim(gt(weights, 0), "a positive number over a sum of positive numbers", label="positive")

    d.say("**Sum one.**")
    d.start(total(weights, i), "the sum of the weights")
    d.equal(total(sp.exp(beta * r[i]), i) / partition(beta * r[i], i), "the denominator does not depend on the index")
    d.equal(1, "numerator and denominator are the same sum")
    d.conclude(text="sum one")

    d.say("**Shifts.** Add the same number $c$ to every entry.")
    d.start(softmax(beta * (r[i] + c), i), "the softmax of the shifted vector")
    d.equal(
        sp.exp(beta * c) * sp.exp(beta * r[i]) / (sp.exp(beta * c) * partition(beta * r[i], i)),
        "the exponential of a sum; the constant factor comes out of the sum",
    )
    d.equal(weights, "cancel $e^{\\beta c}$")
    d.conclude(text="shift")

    d.say(r"**Permutations.** Let $\pi$ be a permutation of the places and $r^{\pi}_i = r_{\pi(i)}$.")
    d.define(r_moved[i], r[Permuted(pi, i)], "the permuted vector")
    d.start(softmax(beta * r_moved[i], i), "the softmax of the permuted vector")
    d.equal(
        sp.exp(beta * r[Permuted(pi, i)]) / total(sp.exp(beta * r[Permuted(pi, k)]), k), "definition of the vector"
    )
    d.equal(put(weights, {i: Permuted(pi, i)}), "a sum over all places does not depend on their order")
    d.conclude(text="permutation")
    return d


def sm3() -> Derivation:
    """The Jacobian of the softmax, by differentiation.

    >>> sm3().conclusions[-1].right
    beta*(KroneckerDelta(i, j)*p[i] - p[i]*p[j])
    """
    d = Derivation("SM3", "The Jacobian of the softmax")
    weights = softmax(beta * r[i], i)
    z = partition(beta * r[i], i)
    d.define(p[i], weights, "the softmax")
    d.start(Partial(sp.exp(beta * r[i]), r[j]), "the numerator")
    d.equal(beta * sp.exp(beta * r[i]) * delta(i, j), "chain rule; the entries are independent variables")
    d.conclude()
    d.start(Partial(z, r[j]), "the denominator")
    d.equal(total(beta * sp.exp(beta * r[k]) * delta(k, j), k), "differentiate under the sum")
    d.equal(beta * sp.exp(beta * r[j]), "only the term with the index $j$ is left")
    d.conclude()
    d.start(Partial(p[i], r[j]), "the quotient")
    d.equal(
        (beta * sp.exp(beta * r[i]) * delta(i, j) * z - sp.exp(beta * r[i]) * beta * sp.exp(beta * r[j])) / z**2,
        "quotient rule, with the two derivatives above",
    )
    d.equal(beta * softmax_covariance(p[i], i, j), "split the fraction and read off the weights")
    d.conclude(eq(Partial(p[i], r[j]), beta * softmax_covariance(p[i], i, j)), "Jacobian")
    return d
