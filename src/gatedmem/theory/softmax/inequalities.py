"""One inequality of calculus that the entropy bounds rest on: log t ≤ t - 1, with equality at t = 1 only."""

from __future__ import annotations

import sympy as sp

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import eq, positive, real

__all__ = ["exponential_below_one", "logarithm_below_line"]

t = positive("t")
x = real("x")
y = positive("y")


def logarithm_below_line() -> Derivation:
    """``t - 1 - log t ≥ 0`` for t > 0, zero at t = 1 only ("minimum", "equality").

    >>> logarithm_below_line().conclusions[0].left
    t - log(t) - 1
    """
    d = Derivation("log", r"The logarithm lies below its tangent at one")
    d.minimum(t - 1 - sp.log(t), t, 1, 1 / t, "falls before $1$ and rises after it")
    return d


def exponential_below_one() -> Derivation:
    """``1 - e^{-x}`` vanishes at x = 0 only ("zero"), for real x.

    >>> exponential_below_one().conclusions[-1].right.left
    x
    """
    d = Derivation("exp", r"$e^{-x} = 1$ only at zero")
    d.given(eq(1 - sp.exp(-x), 0))
    d.iff(eq(1, sp.exp(-x)), "rearrange")
    d.iff(eq(0, -x), "take logarithms", monotone=sp.log)
    d.iff(eq(x, 0), "change the sign", scale=1)
    d.conclude(text="zero")
    return d
