"""Rigorous real arithmetic in balls: what a certificate computes with (python-flint, Arb).

A ball is a midpoint with a radius; every operation returns a ball that contains all values the exact
operation can take. Nothing here knows the models: conversions that never round behind one's back, the
functions the models need in forms that stay tight and finite, verified root boxes, and spectra.

Precision is Arb's working precision in bits, set for a block or a function by :func:`working_precision`.
It is global to the thread, so a generator must not yield from inside such a block.

balls       numbers, vectors and matrices of them, and how they are written
functions   hyperbolic functions, log-sum-exp, softmax, p log p
roots       boxes with exactly one root or none
spectra     eigenvalues and definiteness
"""

from gatedmem.numerics.enclosures.balls import (
    Ball,
    Exact,
    Number,
    Vector,
    ball,
    box,
    dot,
    interval,
    largest_radius,
    matrix,
    midpoints,
    norm,
    product,
    show,
    square,
    vector,
    working_precision,
)
from gatedmem.numerics.enclosures.functions import log_cosh, log_sum_exp, softmax, tanh, x_log_x
from gatedmem.numerics.enclosures.roots import RootBox, System, krawczyk, polish, roots_in_box
from gatedmem.numerics.enclosures.spectra import cholesky_proves_positive, isolated_spectrum, real_spectrum

__all__ = [
    "Ball",
    "Exact",
    "Number",
    "RootBox",
    "System",
    "Vector",
    "ball",
    "box",
    "cholesky_proves_positive",
    "dot",
    "interval",
    "isolated_spectrum",
    "krawczyk",
    "largest_radius",
    "log_cosh",
    "log_sum_exp",
    "matrix",
    "midpoints",
    "norm",
    "polish",
    "product",
    "real_spectrum",
    "roots_in_box",
    "show",
    "softmax",
    "square",
    "tanh",
    "vector",
    "working_precision",
    "x_log_x",
]
