"""SM7: a gap between one score and all others bounds its softmax weight from below, sharply."""

from __future__ import annotations

import sympy as sp

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Index, delta, eq, ge, positive, real, size, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.inequalities import exponential_below_one, logarithm_below_line, t, x

__all__ = ["sm7"]

n = size("n")
i, k = Index("i", n), Index("k", n)
mu = Index("mu", n, fixed=True)
f = vector("f", n)
excess = vector("e", n, nonnegative=True)
T = positive("T")
g, top = real("g f_top")
notation("f_top", r"f_{\mu}")


def sm7() -> Derivation:
    """If f_μ - f_ν ≥ g for ν ≠ μ, then softmax(f/T)_μ ≥ 1/(1+(n-1)e^{-g/T}); equality iff all gaps equal g.

    Conclusions: "weight", "bound", "equality".

    >>> d = sm7()
    >>> d.conclusions[d.position("bound")].right
    1/((n - 1)*exp(-g/T) + 1)
    """
    d = Derivation("SM7", "A gap in the scores bounds the weight of the winner")
    d.say(
        r"Let $\mu$ be the winner and $f_\mu - f_\nu \ge g$ for all $\nu \ne \mu$. Write the excess of a gap over "
        r"$g$ as $e_\nu = f_\mu - f_\nu - g \ge 0$, and put $e_\mu = 0$."
    )
    d.assume(eq(excess[mu], 0), "no excess at the winner itself")
    d.define(f[i], top - (1 - delta(i, mu)) * g - excess[i], "every score, from the winner's and the gaps")
    rivals = sp.exp(-g / T) * total((1 - delta(k, mu)) * sp.exp(-excess[k] / T), k)
    ideal = (n - 1) * sp.exp(-g / T)

    weight = sp.exp(f[mu] / T) / total(sp.exp(f[k] / T), k)
    d.start(weight, "the weight")
    d.equal(1 / (1 + rivals), r"divide by $e^{f_\mu/T}$")
    d.conclude(text="weight")

    d.say(r"An excess can only shrink a rival's weight: $1 - e^{-x} = e^{-x}\,[(e^x - 1 - x) + x]$ for $x \ge 0$.")
    line = d.use(
        logarithm_below_line(), {t: sp.exp(excess[k] / T)}, "minimum", "the logarithm lies below its tangent"
    )
    shrink = 1 - sp.exp(-excess[k] / T)
    d.claim(
        ge(sp.exp(excess[k] / T) - 1, 0),
        "the tangent at zero, and the excess itself",
        slack=[line.left, excess[k] / T],
    )
    d.claim(
        ge(shrink, 0),
        "a product of non-negative factors",
        slack=sp.exp(-excess[k] / T) * (sp.exp(excess[k] / T) - 1),
    )
    loss = sp.exp(-g / T) * total(shrink, k)
    d.start(ideal - rivals, "what the excesses take away")
    d.equal(loss, "the winner's own term is zero")
    d.conclude(text="loss")
    d.start(weight, "the weight")
    d.equal(1 / (1 + rivals), "as above")
    d.at_least(
        1 / (1 + ideal),
        "the difference of two reciprocals",
        slack=loss / ((1 + rivals) * (1 + ideal)),
    )
    d.conclude(text="bound")

    d.say("**Equality.**")
    d.given(eq(weight, 1 / (1 + ideal)), "the bound is attained")
    d.iff(
        eq(total(shrink, k), 0),
        "clear the positive factors",
        scale=sp.exp(-g / T) / ((1 + rivals) * (1 + ideal)),
    )
    d.iff_each(eq(shrink, 0), "a sum of non-negative terms vanishes when each term does", weight=1, over=(k,))
    zero = d.use(exponential_below_one(), {x: excess[k] / T}, "zero", r"$e^{-x} = 1$ only at $x = 0$")
    d.iff_by(eq(excess[k] / T, 0), "the exponential is one only at zero", zero)
    d.iff(eq(excess[k], 0), "multiply by $T$", scale=1 / T)
    d.conclude(text="equality")
    d.say("that is, exactly when every gap equals $g$.")
    return d
