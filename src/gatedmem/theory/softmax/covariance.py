"""SM4: the softmax covariance diag p - p pᵀ lies between 0 and ½, and both ends are attained."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Index, delta, eq, ge, le, real, size, total, vector
from gatedmem.theory.softmax.definitions import quadratic

__all__ = ["covariance_contracts", "sm4"]

n = size("n")
i, j = Index("i", n), Index("j", n)
a, b = Index("a", n, fixed=True), Index("b", n, fixed=True)
p = vector("p", n, nonnegative=True)
v, q, w = (vector(name, n) for name in "vqw")
c = real("c")


COVARIANCE_BOUND = Fraction(1, 2)


def sm4(bound: Fraction = COVARIANCE_BOUND) -> Derivation:
    """``0 ≤ vᵀ(diag p - ppᵀ)v ≤ ½‖v‖²`` on the simplex, from two identities; ½ is attained.

    ``bound`` is the constant to prove. Any other than ½ makes the derivation fail: a smaller one is false, a
    larger one is not what the identity says. Conclusions: "lower bound", "upper bound", "attained".

    >>> d = sm4()
    >>> print(d.conclusions[d.labels["upper bound"]].right)
    Sum(v[i]**2, (i, 1, n))/2
    >>> sm4(Fraction(2, 5))
    Traceback (most recent call last):
        ...
    gatedmem.theory.steps.refusals.FalseStep: SM4: ...
    """
    d = Derivation("SM4", "The softmax covariance is positive semidefinite with norm at most one half")
    constant = Rational(bound.numerator, bound.denominator)
    d.say(r"Let $p$ lie on the simplex and $v \in \mathbb{R}^n$ be arbitrary.")
    d.assume(eq(total(p[i], i), 1), "the weights sum to one")
    form = quadratic(p[i], v[i], i)
    norm = total(v[i] ** 2, i)

    d.say("**Lower bound.** The form is a variance; write it as a sum over pairs.")
    pairs = total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2
    d.start(form, "the quadratic form")
    d.equal(
        total(p[i] * total(p[j], j) * v[i] ** 2, i) - total(p[i] * v[i], i) * total(p[j] * v[j], j),
        r"insert $\sum_j p_j = 1$",
    )
    d.equal(pairs, "collect the two terms of each pair")
    d.at_least(0, "a sum of squares with non-negative weights", slack=pairs)
    d.conclude(ge(form, 0), "lower bound")

    d.say("**Upper bound.** The gap to one half of the norm is a sum of squares too.")
    squares = total((1 - 2 * p[i]) ** 2 * v[i] ** 2, i) / 2
    crossed = total((1 - delta(i, j)) * p[i] * p[j] * (v[i] + v[j]) ** 2, i, j) / 2
    diagonal = total((constant - p[i] + p[i] ** 2) * v[i] ** 2, i)
    d.start(constant * norm - form, "the gap")
    d.equal(
        diagonal + total((1 - delta(i, j)) * p[i] * p[j] * v[i] * v[j], i, j),
        "split the squared mean into the pairs of equal and of different indices",
    )
    d.equal(
        diagonal - total((1 - delta(i, j)) * p[i] * p[j] * v[i] ** 2, i, j) + crossed,
        r"$v_i v_j = \tfrac12 (v_i + v_j)^2 - \tfrac12 v_i^2 - \tfrac12 v_j^2$",
    )
    d.equal(
        diagonal - total(p[i] * (1 - p[i]) * v[i] ** 2, i) + crossed,
        r"$\sum_{j \ne i} p_j = 1 - p_i$",
    )
    d.equal(squares + crossed, r"$\tfrac12 - 2p + 2p^2 = \tfrac12 (1 - 2p)^2$")
    d.at_least(0, "squares with non-negative weights", slack=squares + crossed)
    d.conclude(ge(constant * norm - form, 0), "the gap is non-negative")
    d.claim(le(form, constant * norm), "the gap is non-negative", label="upper bound")

    d.say(r"**Sharpness.** Let $n \ge 2$, $a \ne b$ two places, $q$ one half on each and $w$ opposite on them.")
    d.assume(eq(delta(a, b), 0), "two different places")
    d.define(q[i], (delta(i, a) + delta(i, b)) / 2)
    d.define(w[i], c * (delta(i, a) - delta(i, b)))
    d.claim(eq(total(q[i], i), 1), r"$q$ lies on the simplex: its entries are $\tfrac12$, $\tfrac12$ and $0$")
    d.start(quadratic(q[i], w[i], i), "the quadratic form there")
    d.equal(c**2, r"the second moment is $c^2$, the mean is $0$")
    d.equal(constant * total(w[i] ** 2, i), r"$\lVert w \rVert^2 = 2c^2$")
    d.conclude(text="attained")
    return d


def covariance_contracts(bound: Fraction = COVARIANCE_BOUND) -> Derivation:
    """``‖(diag p - ppᵀ)v‖² ≤ ¼‖v‖²`` on the simplex: the operator norm of the softmax covariance is at most ½.

    Conclusion: "norm". The gap is three instances of the bounds of SM4, at v, at v - 2Cv and at Cv.

    >>> d = covariance_contracts()
    >>> d.conclusions[d.position("norm")].op
    '≤'
    """
    d = Derivation("SM4", "The softmax covariance shrinks every vector to at most half its length")
    d.say(r"Write $C = \operatorname{diag} p - p p^{\mathsf T}$ and $Q(v) = v^{\mathsf T} C v$.")
    d.assume(eq(total(p[i], i), 1), "the weights sum to one")
    image = p[i] * v[i] - p[i] * total(p[j] * v[j], j)
    base = sm4(bound)
    upper = d.use(base, which="upper bound", rule="SM4 at $v$")
    shifted = d.use(base, {v[i]: v[i] - 2 * image}, "lower bound", "SM4 at $v - 2Cv$")
    inside = d.use(base, {v[i]: image}, "upper bound", "SM4 at $Cv$")
    constant = Rational(bound.numerator, bound.denominator)
    d.claim(
        le(total(image**2, i), constant**2 * total(v[i] ** 2, i)),
        r"$\tfrac14 \lVert v \rVert^2 - \lVert Cv \rVert^2 = \tfrac12 [\tfrac12 \lVert v \rVert^2 - Q(v)] "
        r"+ \tfrac12 Q(v - 2Cv) + 2 [\tfrac12 \lVert Cv \rVert^2 - Q(Cv)]$",
        slack=[
            constant * (upper.right - upper.left),
            constant * shifted.left,
            2 * (inside.right - inside.left),
        ],
        label="norm",
    )
    return d
