"""Misprints 4 and 5 of arXiv 2604.25481: the factor K/N of the weights, and the temperature in the score."""

from __future__ import annotations

from sympy import log

from gatedmem.theory.astrocyte.model import (
    Family,
    K,
    L,
    N,
    T,
    W,
    f,
    gate_target,
    i,
    introduce,
    j,
    k,
    m,
    mu,
    nu,
    over_patterns,
    p,
    pi,
    weight,
    xi,
)
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Partial, Relation, eq, put
from gatedmem.theory.misprints.astrocyte.neuron_input import PAPER, h, name_input
from gatedmem.theory.misprints.record import Misprint, differ, unequal

# 4: the factor K/N -------------------------------------------------------------------------------------------

_bare = over_patterns(lambda mu: p[mu] * xi[mu, k] * m[mu])
_bare_weight = over_patterns(lambda mu: pi[mu] * xi[mu, i] * xi[mu, j])


def _mixture(d: Derivation, relation: Relation) -> None:
    introduce(d, "m")
    name_input(d)
    d.start(relation.left, r"the input $W(p)\varphi(x)$, which is the state at an equilibrium")
    d.equal(relation.right, "collect by patterns")
    d.conclude()


def _mixture_gap(d: Derivation) -> None:
    d.start(_bare - h[k], "the mixture of the printed experts, minus the input")
    d.equal((N / K - 1) * h[k], r"the factor $K/N$ is missing")
    d.conclude()
    differ(
        d, (N - K) / K * h[k], 0, r"equal only where $N = K$",
        (unequal(N - K, 0), r"$N \ne K$"), (unequal(h[k], 0), "the neuron has an input"),
    )  # fmt: skip


def _fast_weights(d: Derivation, relation: Relation) -> None:
    introduce(d, "pi")
    d.define(p[mu], pi[mu], r"fast gains: $p = \mathrm{softmax}(f(x)/T)$ at all times")
    introduce(d, "W")
    d.start(relation.left)
    d.equal(relation.right, "the weights [5] at these gains")
    d.conclude()


def _fast_weights_gap(d: Derivation) -> None:
    bare = over_patterns(lambda mu: p[mu] * xi[mu, i] * xi[mu, j])
    d.start(put(weight(i, j), {p[mu]: 1 / K}), "at uniform gains the weights [5] are the classical ones")
    d.equal(over_patterns(lambda mu: xi[mu, i] * xi[mu, j]) / N, "$1/N$, as in [2]; without the factor $1/K$")
    d.conclude()
    d.start(bare - W[i, j], "printed minus right")
    d.equal((N - K) / N * bare, "the factor $K/N$ is missing")
    d.conclude()
    differ(
        d, (N - K) / N * bare, 0, r"equal only where $N = K$",
        (unequal(N - K, 0), r"$N \ne K$"), (unequal(bare, 0), "the weight is not zero"),
    )  # fmt: skip


astrocyte_4a = Misprint(
    PAPER, "4a", "The factor of the experts", "Eq. 10",
    r"An equilibrium is $x^* = \sum_\mu p_\mu E_\mu$; the experts $E_\mu$ are printed without $K/N$.",
    eq(h[k], _bare), eq(h[k], over_patterns(lambda mu: p[mu] * (K / N * xi[mu, k] * m[mu]))), ("AG13",),
    _mixture, _mixture_gap,
)  # fmt: skip
astrocyte_4b = Misprint(
    PAPER, "4b", "The factor of the fast weights", r"Case $\tau_p \to 0$",
    r"The weights of the slaved system are printed without $K/N$.",
    eq(W[i, j], _bare_weight), eq(W[i, j], K / N * _bare_weight), ("AG16",), _fast_weights, _fast_weights_gap,
)  # fmt: skip

# 5: the temperature in the score -----------------------------------------------------------------------------

_growth = -Partial(L, p[mu])


def _growth_rate(d: Derivation, relation: Relation) -> None:
    introduce(d, "m", "L")
    d.start(relation.left, r"minus the slope of the energy: $K$ times the fitness, up to a constant")
    d.equal(relation.right, "differentiate [9]")
    d.conclude()


def _growth_gap(d: Derivation) -> None:
    d.start(m[mu] ** 2 / (2 * N * T) - f[mu], "printed score minus score")
    d.equal((1 - T) / T * m[mu] ** 2 / (2 * N), "factor")
    d.conclude()
    other = Family(lambda mu: f[mu] / T)
    d.start(log(gate_target(mu, other) / gate_target(nu, other)), "the gains would come to rest at log-ratios")
    d.equal((f[mu] - f[nu]) / T**2, "the temperature counted twice")
    d.conclude()
    differ(
        d, (1 - T) / T * m[mu] ** 2 / (2 * N), 0, r"equal only at $T = 1$",
        (unequal(1 - T, 0), r"$T \ne 1$"), (unequal(m[mu], 0), "the pattern has an overlap"),
    )  # fmt: skip


_score, _entropy = m[mu] ** 2 / (2 * N), T * log(p[mu]) + T
astrocyte_5 = Misprint(
    PAPER, "5", "The temperature in the score", r"Case $\tau_x \to 0$",
    r"The score is printed with an extra $1/T$; the temperature enters the fitness only, by its entropic term.",
    eq(_growth, K * (_score / T - _entropy)), eq(_growth, K * (_score - _entropy)), ("AG5", "AG11"), _growth_rate,
    _growth_gap,
)  # fmt: skip
