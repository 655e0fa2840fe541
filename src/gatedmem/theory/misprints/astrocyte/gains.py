"""Misprints 6 and 8 of arXiv 2604.25481: where the gains rest, on the faces and at zero temperature."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Rational, exp, log

from gatedmem.theory.astrocyte.model import Family, K, T, gate_target, mu, nu, replicator, tau_p
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Relation,
    delta,
    eq,
    gt,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.misprints.astrocyte.neuron_input import PAPER
from gatedmem.theory.misprints.record import Misprint, unequal
from gatedmem.theory.printing import notation

# 6: stationary points on the faces ---------------------------------------------------------------------------

M = size("M")
b = Index("b", M)
pair = Index("a", M, fixed=True), Index("c", M, fixed=True)
g, qdot, at_softmax = vector("g", M), vector("qdot", M), vector("qdot_S", M)
notation("qdot_S", r"\dot p(\pi^S)")
on_face = vector("sigma_S", M, positive=True)
notation("qdot", r"\dot q")
notation("sigma_S", r"\pi^S")


def _face(d: Derivation, relation: Relation) -> None:
    d.say(
        r"On the face of support $S$, $|S| = M$, the gains off $S$ stay zero (AG1); the others follow the replicator "
        r"of $S$ alone. Let $g$ be the scores there."
    )
    d.define(on_face[b], gate_target(b, g), "the softmax restricted to the support")
    d.define(at_softmax[b], replicator(b, g, on_face), "the velocity of the gains at this point")
    d.start(relation.left)
    d.equal(relation.right, "insert")
    d.conclude()


def _face_gap(d: Derivation) -> None:
    off, rest = real("f_off Fbar_S")
    notation("f_off", r"f_\nu")
    notation("Fbar_S", r"\langle p, F\rangle")
    small = positive("p_off")
    notation("p_off", r"p_\nu")
    d.say(r"And each such point repels off its face. Let $p_\nu$ be a small gain that is missing on it:")
    velocity = small * (off - T * log(small) - rest) / tau_p
    d.start(FlowDerivative(log(small), (small, velocity)), "its growth rate")
    d.equal((off - T * log(small) - rest) / tau_p, r"grows beyond any bound as $p_\nu \to 0$ (AG12)")
    d.conclude()
    wide = d.branch("Let the face hold two patterns or more, $a$ and $c$ among them.")
    apart = wide.assume(eq(delta(*pair), 0), r"$a \ne c$", rewrite=False)
    one, other = (on_face[index] for index in pair)
    rest_of_face = total((1 - delta(b, pair[0])) * (1 - delta(b, pair[1])) * one * on_face[b], b)
    wide.claim(
        gt(one * (1 - one), 0),
        "the gains sum to one: stationary, and not one-hot",
        slack=[one * other, rest_of_face],
        using=[Combination(-one * other, apart)],
        label="not one-hot",
    )
    d.discharge(wide, "not one-hot", "the two forms differ")


astrocyte_6 = Misprint(
    PAPER, "6", "Stationary points that are not one-hot", "Degenerate stationarity",
    r"Said: only one-hot gains, $p_\mu(1 - p_\mu) = 0$, solve it. Every face carries a stationary point, the softmax "
    r"$\pi^S$ restricted to its support; all of them repel off their face.",
    eq(on_face[b] * (1 - on_face[b]), 0), eq(at_softmax[b], 0), ("AG11", "AG12"), _face, _face_gap, in_words=True,
)  # fmt: skip

# 8: zero temperature -----------------------------------------------------------------------------------------

q = vector("q", M, positive=True)
level = real("c")


def _frozen(gains: Any, index: Any) -> Expr:
    """The replicator at T = 0 on a face of equal scores."""
    return put(replicator(index, Family(lambda _: level), gains), {T: Integer(0)})


def _cold(d: Derivation, relation: Relation) -> None:
    d.define(qdot[b], _frozen(q, b), "the replicator at $T = 0$ on a face of $M$ equal scores $c$", "[35]")
    d.assume(eq(total(q[b], b), 1), "any gains on it")
    d.start(relation.left)
    d.equal(relation.right, "insert: every fitness is the mean")
    d.conclude()


def _cold_gap(d: Derivation) -> None:
    two = Index("c", 2)
    uneven = Family(lambda index: (1 + delta(index, Integer(2))) / 3)
    d.start(_frozen(uneven, two), "for instance the gains 1/3 and 2/3")
    d.equal(0, "stationary")
    d.conclude()
    hot = vector("f_K", K)
    notation("f_K", "f")
    d.start(gate_target(mu, hot) / gate_target(nu, hot), r"the softmax at $T > 0$")
    d.equal(exp((hot[mu] - hot[nu]) / T), "gives equal scores equal gains: what [35] states is its limit (SM8)")
    d.conclude()
    d.claim(unequal(Rational(1, 3), Rational(1, 2)), "stationary, and not uniform")


astrocyte_8 = Misprint(
    PAPER, "8", "Zero temperature", "Eq. 35",
    r"At $T = 0$ the gains are said to be uniform on the maximal scores. That is the limit of the softmax; at "
    r"$T = 0$ itself every point of a face of equal scores is stationary.",
    eq(q[b], 1 / M), eq(qdot[b], 0), ("AG18", "SM8"), _cold, _cold_gap,
)  # fmt: skip
