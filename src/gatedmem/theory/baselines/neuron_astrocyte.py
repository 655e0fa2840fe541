"""BL4: the neuron-astrocyte memory, its energy with all hypotheses, and the elimination that is no fast limit.

L. Kozachkov, J.-J. Slotine, D. Krotov, PNAS 122 (2025) e2417788122, arXiv 2311.08135. Neurons ``x[i]``, synapses
``s[i, j]``, astrocyte processes ``p[i, j]``; the arrays are N × N with all entries independent, so that symmetry is
a hypothesis and not a notation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr, IndexedBase, Integer, Rational, sympify

from gatedmem.theory.astrocyte import model
from gatedmem.theory.astrocyte.model import Family, N, i, j, k, l, over_neurons, x
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    abstract_function,
    delta,
    eq,
    le,
    matrix,
    nonnegative,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import notation

__all__ = ["LINEAR", "SMOOTH", "Activations", "balance", "bl4", "energy", "interaction", "velocities"]

s, p = matrix("synapse", N, N), matrix("process", N, N)
c, d_ = matrix("c_syn", N, N), matrix("d_pro", N, N)
b = vector("b_neu", N)
T = IndexedBase("tensor", shape=(N, N, N, N), real=True)
gamma_n, gamma_s, gamma_p = nonnegative("gamma_n gamma_s gamma_p")
tau_n, tau_s, tau_p = positive("tau_n tau_s tau_pro")
xdot, sdot, pdot = vector("xdot_n", N), matrix("sdot_n", N, N), matrix("pdot_n", N, N)
E, E_eff = real("E E_effective")
e = Index("e", N)
o = Index("o", N)
PLACES = (i, j, k, l, e, o)

K = size("K")
mu = Index("mu", K)
xi = matrix("xi", K, N)
scale = real("c_T")
for _name, _tex in {
    "synapse": "s",
    "process": "p",
    "c_syn": "c",
    "d_pro": "d",
    "b_neu": "b",
    "tensor": "T",
    "tau_pro": r"\tau_p",
    "xdot_n": r"\dot x",
    "sdot_n": r"\dot s",
    "pdot_n": r"\dot p",
    "E_effective": r"E_{\mathrm{eff}}",
    "c_T": "c",
    "w_exp": "w",
}.items():
    notation(_name, _tex)

_g_slope = abstract_function("g_slope", latex="g'", sign="0+")
_g = abstract_function("g_act", latex="g", derivative=_g_slope)
_g_potential = abstract_function("g_potential", latex=r"\Lambda_g", derivative=_g)
_psi_slope = abstract_function("psi_slope", latex=r"\psi'", sign="0+")
_psi = abstract_function("psi_act", latex=r"\psi", derivative=_psi_slope)
_psi_potential = abstract_function("psi_potential", latex=r"\Lambda_\psi", derivative=_psi)

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Activations:
    """φ, g and ψ, each as (potential, activation, slope): the activation is the derivative of a convex potential."""

    phi: tuple[Function, Function, Function]
    g: tuple[Function, Function, Function]
    psi: tuple[Function, Function, Function]


_IDENTITY: tuple[Function, Function, Function] = (lambda a: a**2 / 2, lambda a: a, lambda a: Integer(1))
SMOOTH = Activations(
    (model.Lagrangian, model.phi, model.phi_prime), (_g_potential, _g, _g_slope), (_psi_potential, _psi, _psi_slope)
)
"""Any convex potentials: known by their derivatives only."""
LINEAR = Activations(_IDENTITY, _IDENTITY, _IDENTITY)
"""All activations the identity, which the counterexamples use."""


@dataclass(frozen=True)
class Point:
    """A state with its biases and its tensor: anything indexable in the place of each array."""

    x: Any = x
    s: Any = s
    p: Any = p
    b: Any = b
    c: Any = c
    d: Any = d_
    T: Any = T


HERE = Point()


def _all(term: Callable[..., Any], count: int) -> Expr:
    """Σ of ``term`` over ``count`` indices, under the bound names i, j, k, l."""
    places = PLACES[:count]
    return total(term(*places), *places)


def velocity_x(at: Any, point: Point = HERE, act: Activations = SMOOTH) -> Expr:
    """dx_i/dt, from τ_n dx/dt = -γ_n x + Σ_j g(s_ij) φ(x_j) + b.

    >>> velocity_x(i, act=LINEAR)
    (-gamma_n*x[i] + b_neu[i] + Sum(synapse[i, j]*x[j], (j, 1, N)))/tau_n
    """
    into = over_neurons(lambda j: act.g[1](point.s[at, j]) * act.phi[1](point.x[j]), at)
    return (-gamma_n * point.x[at] + into + point.b[at]) / tau_n


def velocity_s(row: Any, column: Any, point: Point = HERE, act: Activations = SMOOTH) -> Expr:
    """ds_ij/dt, from τ_s ds/dt = -γ_s s + φ(x_i)φ(x_j) + ψ(p) + c.

    >>> velocity_s(i, j, act=LINEAR)
    (-gamma_s*synapse[i, j] + c_syn[i, j] + process[i, j] + x[i]*x[j])/tau_s
    """
    phi, psi = act.phi[1], act.psi[1]
    x, s, p, c = point.x, point.s, point.p, point.c
    into = phi(x[row]) * phi(x[column]) + psi(p[row, column]) + c[row, column]
    return (-gamma_s * s[row, column] + into) / tau_s


def velocity_p(row: Any, column: Any, point: Point = HERE, act: Activations = SMOOTH) -> Expr:
    """dp_ij/dt, from τ_p dp/dt = -γ_p p + Σ_kl T_ijkl ψ(p_kl) + g(s) + d.

    >>> velocity_p(i, j, act=LINEAR).has(T)
    True
    """
    other = [place for place in PLACES if place not in (row, column)][:2]
    coupled = total(point.T[row, column, other[0], other[1]] * act.psi[1](point.p[other[0], other[1]]), *other)
    into = coupled + act.g[1](point.s[row, column]) + point.d[row, column]
    return (-gamma_p * point.p[row, column] + into) / tau_p


def layers(act: Activations = SMOOTH) -> Expr:
    """γ_n[Σxφ - L_n] + ½γ_s[Σsg - L_s] + ½γ_p[Σpψ - L_p]."""
    neurons = _all(lambda i: x[i] * act.phi[1](x[i]) - act.phi[0](x[i]), 1)
    synapses = _all(lambda i, j: s[i, j] * act.g[1](s[i, j]) - act.g[0](s[i, j]), 2)
    processes = _all(lambda i, j: p[i, j] * act.psi[1](p[i, j]) - act.psi[0](p[i, j]), 2)
    return gamma_n * neurons + gamma_s * synapses / 2 + gamma_p * processes / 2


def interaction(z: Any, g: Any, psi: Any) -> Expr:
    """What couples the activations z_i, g_ij and ψ_ij, biases included.

    >>> z, g, psi = vector("z", N), matrix("gg", N, N), matrix("pp", N, N)
    >>> interaction(z, g, psi).has(T)
    True
    """
    return (
        -_all(lambda i: b[i] * z[i], 1)
        - _all(lambda i, j: c[i, j] * g[i, j] + d_[i, j] * psi[i, j], 2) / 2
        - _all(lambda i, j: g[i, j] * z[i] * z[j] + g[i, j] * psi[i, j], 2) / 2
        - _all(lambda i, j, k, m: T[i, j, k, m] * psi[i, j] * psi[k, m], 4) / 4
    )


def energy(act: Activations = SMOOTH) -> Expr:
    """The energy of the three layers.

    >>> energy().has(gamma_n, gamma_s, gamma_p)
    True
    """
    return layers(act) + interaction(*values(act))


def values(act: Activations = SMOOTH) -> tuple[Family, Family, Family]:
    """The activations φ(x_i), g(s_ij), ψ(p_ij) as families."""
    return (
        Family(lambda i: act.phi[1](x[i])),
        Family(lambda ij: act.g[1](s[ij])),
        Family(lambda ij: act.psi[1](p[ij])),
    )


def losses(point: Point = HERE, act: Activations = SMOOTH) -> tuple[Expr, Expr, Expr]:
    """τ_nΣφ'ẋ², ½τ_sΣg'ṡ² and ½τ_pΣψ'ṗ²."""
    return (
        tau_n * _all(lambda i: act.phi[2](point.x[i]) * velocity_x(i, point, act) ** 2, 1),
        tau_s * _all(lambda i, j: act.g[2](point.s[i, j]) * velocity_s(i, j, point, act) ** 2, 2) / 2,
        tau_p * _all(lambda i, j: act.psi[2](point.p[i, j]) * velocity_p(i, j, point, act) ** 2, 2) / 2,
    )


def defects(point: Point = HERE, act: Activations = SMOOTH) -> tuple[Expr, Expr]:
    """What asymmetry adds to dE/dt: of the synapses, and of the tensor under ij ↔ kl."""
    by_synapses = _all(
        lambda i, j: (
            act.phi[2](point.x[i])
            * velocity_x(i, point, act)
            * (act.g[1](point.s[i, j]) - act.g[1](point.s[j, i]))
            * act.phi[1](point.x[j])
        ),
        2,
    )
    by_tensor = _all(
        lambda i, j, k, m: (
            act.psi[2](point.p[i, j])
            * velocity_p(i, j, point, act)
            * (point.T[i, j, k, m] - point.T[k, m, i, j])
            * act.psi[1](point.p[k, m])
        ),
        4,
    )
    return by_synapses / 2, by_tensor / 4


def velocities(d: Derivation, act: Activations = SMOOTH) -> list[tuple[Expr, Expr]]:
    """Define the three velocities in a derivation and return what moves, with its rate."""
    moves = []
    for rate, state, value, why in (
        (xdot[i], x[i], velocity_x(i, act=act), "neurons"),
        (sdot[i, j], s[i, j], velocity_s(i, j, act=act), "synapses"),
        (pdot[i, j], p[i, j], velocity_p(i, j, act=act), "processes"),
    ):
        d.define(rate, value, why)
        moves.append((state, rate))
    return moves


def _short(act: Activations) -> tuple[list[Expr], list[Expr]]:
    """Losses and defects written with the names of the velocities."""
    phi, g, psi = act.phi, act.g, act.psi
    lost = [
        tau_n * _all(lambda i: phi[2](x[i]) * xdot[i] ** 2, 1),
        tau_s * _all(lambda i, j: g[2](s[i, j]) * sdot[i, j] ** 2, 2) / 2,
        tau_p * _all(lambda i, j: psi[2](p[i, j]) * pdot[i, j] ** 2, 2) / 2,
    ]
    defect = [
        _all(lambda i, j: phi[2](x[i]) * xdot[i] * (g[1](s[i, j]) - g[1](s[j, i])) * phi[1](x[j]), 2) / 2,
        _all(lambda i, j, k, m: psi[2](p[i, j]) * pdot[i, j] * (T[i, j, k, m] - T[k, m, i, j]) * psi[1](p[k, m]), 4)
        / 4,
    ]
    return lost, defect


def balance(act: Activations = SMOOTH) -> Derivation:
    """dE/dt with no symmetry assumed: minus the losses, plus what asymmetric synapses and tensors add ("balance").

    >>> balance().conclusions[-1].op
    '='
    """
    d = Derivation("BL4", "Energy balance without symmetry")
    moves = velocities(d, act)
    lost, defect = _short(act)
    d.start(FlowDerivative(energy(act), *moves), "along any solution")
    d.equal(
        sum(defect) - sum(lost), "chain rule; the leak, the bias and the drive of each layer make up its velocity"
    )
    d.conclude(text="balance")
    return d


def bl4() -> Derivation:
    """Descent under all hypotheses, counterexamples without each, elimination, and the saddle.

    Conclusions: "balance", "descent", "synapses stay symmetric", "processes stay symmetric", one counterexample for
    each symmetry (``CASES`` and "tensor ij-kl"), "process activations", "synapse activations", "reduced flow",
    "reduced energy", "reduced descent", "quartic drive", "quartic energy", "self-adjoint", "squares".

    >>> d = bl4()
    >>> d.conclusions[d.position("descent")].conclusion.op
    '≤'
    """
    d = Derivation("BL4", "Neuron-astrocyte memory: energy, hypotheses, and an elimination that is no fast limit")
    descent(d)
    counterexamples(d)
    elimination(d)
    saddle(d)
    return d


def descent(d: Derivation) -> None:
    """Derive the balance, the descent on symmetric states, and that symmetric states stay symmetric."""
    d.say("**Balance.** Take all entries of $s$, $p$, $c$, $d$ and $T$ as independent; no symmetry yet.")
    moves = velocities(d)
    lost, defect = _short(SMOOTH)
    d.define(E, energy(), "energy")
    d.start(FlowDerivative(E, *moves), "along any solution")
    d.equal(
        sum(defect) - sum(lost), "chain rule; the leak, the bias and the drive of each layer make up its velocity"
    )
    d.conclude(text="balance")

    b = d.branch("**Descent**, on symmetric states and with a symmetric tensor.")
    g, psi = SMOOTH.g[1], SMOOTH.psi[1]
    synapses = b.assume(eq(g(s[i, j]), g(s[j, i])), "$s$ is symmetric", rewrite=False)
    tensor = b.assume(eq(T[i, j, k, l], T[k, l, i, j]), "$T_{ijkl} = T_{klij}$", rewrite=False)
    b.start(FlowDerivative(E, *moves), "the energy along a solution")
    b.equal(
        -sum(lost),
        "the defects vanish",
        using=[
            Combination(SMOOTH.phi[2](x[i]) * xdot[i] * SMOOTH.phi[1](x[j]) / 2, synapses, over=(i, j)),
            Combination(SMOOTH.psi[2](p[i, j]) * pdot[i, j] * psi(p[k, l]) / 4, tensor, over=(i, j, k, l)),
        ],
    )
    b.at_most(0, "slopes of convex potentials are non-negative", slack=lost)
    b.conclude(text="descent")
    d.discharge(b, "descent", "descent")

    v = d.branch("**Symmetric states stay symmetric**: there the velocities are symmetric.")
    leak = v.assume(eq(s[i, j], s[j, i]), "", rewrite=False)
    own = v.assume(eq(p[i, j], p[j, i]), "", rewrite=False)
    same = v.assume(eq(g(s[i, j]), g(s[j, i])), "", rewrite=False)
    alike = v.assume(eq(psi(p[i, j]), psi(p[j, i])), "", rewrite=False)
    first = v.assume(eq(c[i, j], c[j, i]), "", rewrite=False)
    second = v.assume(eq(d_[i, j], d_[j, i]), "", rewrite=False)
    minor = v.assume(eq(T[i, j, k, l], T[j, i, k, l]), "$T_{ijkl} = T_{jikl}$", rewrite=False)
    one = Integer(1)
    v.start(tau_s * (sdot[i, j] - sdot[j, i]), "the synapses")
    v.equal(
        0,
        "every term is symmetric",
        using=[Combination(-gamma_s, leak), Combination(one, alike), Combination(one, first)],
    )
    v.conclude(text="synapses stay symmetric")
    d.discharge(v, "synapses stay symmetric", "synapses stay symmetric")
    v.start(tau_p * (pdot[i, j] - pdot[j, i]), "the processes")
    v.equal(
        0,
        "every term is symmetric",
        using=[
            Combination(-gamma_p, own),
            Combination(one, same),
            Combination(one, second),
            Combination(psi(p[k, l]), minor, over=(k, l)),
        ],
    )
    v.conclude(text="processes stay symmetric")
    d.discharge(v, "processes stay symmetric", "processes stay symmetric")
    d.cite(
        "Uniqueness of solutions",
        r"the field is tangent to the linear space of symmetric $(s, p)$; with locally Lipschitz activations "
        r"a solution "
        "that starts there stays there.",
    )


# Counterexamples -------------------------------------------------------------------------------------

one, two = Index("1", N, fixed=True), Index("2", N, fixed=True)
eps = positive("epsilon")
HEIGHT = 10
"""X, the activity of neuron 1 in the counterexamples."""


@dataclass(frozen=True)
class Case:
    """How one symmetry is broken: the antisymmetric parts a of s and q of p (where the energy rises), and the drives.

    ``into_s`` and ``into_p`` are the antisymmetric parts of c and d, ``by_tensor`` that of Tψ; all are multiples of
    ε. ``history`` says how the state is reached from one that breaks nothing else.
    """

    a: Fraction
    q: Fraction
    into_s: int = 0
    into_p: int = 0
    by_tensor: int = 0
    history: str = ""


CASES: dict[str, Case] = {
    "synapses at the start": Case(Fraction(1), Fraction(0), history="This is the initial state itself."),
    "processes at the start": Case(
        Fraction(3, 32),
        Fraction(5, 32),
        history=r"It is the state at $w = \tfrac14$ of a solution with $a(0) = 0$, $q(0) = 1$: $a = (w - w^2)/2$, "
        r"$q = (w + w^2)/2$.",
    ),
    "c": Case(
        Fraction(39, 128),
        Fraction(9, 128),
        into_s=1,
        history=r"It is the state at $w = \tfrac14$ of a solution with $a(0) = q(0) = 0$: "
        r"$a + q = (1 - w)/2$, $a - q = (1 - w^2)/4$.",
    ),
    "d": Case(
        Fraction(9, 128),
        Fraction(39, 128),
        into_p=1,
        history=r"It is the state at $w = \tfrac14$ of a solution with $a(0) = q(0) = 0$: "
        r"$a + q = (1 - w)/2$, $a - q = -(1 - w^2)/4$.",
    ),
    "tensor ij-ji": Case(
        Fraction(9, 128),
        Fraction(39, 128),
        by_tensor=1,
        history=r"To leading order in $\varepsilon$ it is the state at $w = \tfrac14$ of a solution with "
        r"$a(0) = q(0) = 0$, as for $d$.",
    ),
}


def exhibit(case: Case) -> tuple[Point, dict[Any, Any]]:
    """The state, biases and tensor of a case, and the values of the parameters.

    Near the equilibrium with x = (X, 0), s = p = (0, 0; 0, 1) of the symmetric system, displaced by
    ε so that the symmetric parts of s and p rest and neuron 2 moves at half the speed that the asymmetry asks of it.
    """
    height = Integer(HEIGHT)
    a, q = (Rational(v.numerator, v.denominator) for v in (case.a, case.q))
    first, second = Family(lambda i: delta(i, one)), Family(lambda i: delta(i, two))
    turn = Family(lambda ij: first[ij[0]] * second[ij[1]] - second[ij[0]] * first[ij[1]])
    pair = Family(lambda ij: first[ij[0]] * second[ij[1]] + second[ij[0]] * first[ij[1]])
    corner = Family(lambda ij: second[ij[0]] * second[ij[1]])
    tensor = case.by_tensor * eps / 2
    point = Point(
        x=Family(lambda i: height * first[i] + eps * 2 * a / (3 * height) * second[i]),
        s=Family(lambda ij: corner[ij] + eps * a * (pair[ij] / 4 + turn[ij] / 2)),
        p=Family(lambda ij: corner[ij] + eps * (a * pair[ij] / 12 + q * turn[ij] / 2)),
        b=Family(lambda i: height * first[i]),
        c=Family(
            lambda ij: 2 * corner[ij] - height**2 * first[ij[0]] * first[ij[1]] + eps * case.into_s * turn[ij] / 2
        ),
        d=Family(lambda ij: 2 * corner[ij] + eps * case.into_p * turn[ij] / 2),
        T=Family(lambda ijkl: tensor * (turn[ijkl[:2]] * corner[ijkl[2:]] + corner[ijkl[:2]] * turn[ijkl[2:]])),
    )
    parameters = {gamma_n: Integer(1), gamma_s: Integer(3), gamma_p: Integer(3)}
    parameters |= {tau_n: Integer(1), tau_s: Integer(1), tau_p: Integer(1)}
    return point, parameters


def rate_at(point: Point, parameters: dict[Any, Any]) -> Expr:
    """dE/dt at a state, by the balance with linear activations."""
    rate = sum(defects(point, LINEAR)) - sum(losses(point, LINEAR))
    return sympify(put(rate, parameters))


def counterexamples(d: Derivation) -> None:
    """Derive, for each symmetry, a state that breaks only this one and at which the energy rises."""
    d.say(
        r"**Each symmetry is needed.** Take $N \ge 2$, all activations the identity, $\tau = 1$, $\gamma_n = 1$, "
        r"$\gamma_s = \gamma_p = 3$, and two neurons 1 and 2. The symmetric system with $x = (10, 0)$ and suitable "
        r"$b, c, d$ is at rest; break one symmetry to order $\varepsilon$. The differences $\varepsilon a = s_{12} - "
        r"s_{21}$ and $\varepsilon q = p_{12} - p_{21}$ obey $\dot a = -3a + q + \alpha$, $\dot q = -3q + a + "
        r"\kappa$ "
        r"by themselves, $\alpha$ and $\kappa$ being the asymmetries of $c$ and of $d$ or $T\psi$. With $w = "
        r"e^{-2t}$, "
        r"$\frac{d}{dt} = -2w\frac{d}{dw}$:"
    )
    linear_pair(d)
    d.say(
        r"Near the equilibrium solutions exist both ways for as long as one likes when $\varepsilon$ is "
        r"small: a state "
        "with these $a$ and $q$ is reached from one at which nothing but the named symmetry is broken."
    )
    for name, case in CASES.items():
        c = d.branch(rf"**Without the symmetry of {_TITLES[name]}.** {case.history}")
        c.assume(eq(delta(one, two), 0), "two different neurons")
        c.assume(le(eps**2, Rational(1, 100)), r"a small asymmetry")
        point, parameters = exhibit(case)
        leading, rest = _growth(case)
        c.start(rate_at(point, parameters), "the rate of the energy there, by the balance")
        c.equal(eps**2 * (leading - rest * eps**2), "insert")
        c.at_least(
            0,
            r"$\varepsilon \le \tfrac1{10}$",
            slack=[eps**2 * (leading - rest / 100), eps**2 * rest * (Rational(1, 100) - eps**2)],
            strict=True,
        )
        c.conclude(text=name)
        d.discharge(c, name, name)
    tensor_case(d)


_TITLES = {
    "synapses at the start": "$s(0)$",
    "processes at the start": "$p(0)$",
    "c": "$c$",
    "d": "$d$",
    "tensor ij-ji": "$T_{ijkl} = T_{jikl}$",
}


def _growth(case: Case) -> tuple[Rational, Rational]:
    """Coefficients of dE/dt = ε²(first - second·ε²) at the state of a case."""
    a, q = case.a, case.q
    y = 2 * a / (3 * HEIGHT)
    kick = case.into_p + case.by_tensor
    speeds = (-3 * a + q + case.into_s) ** 2 + (-3 * q + a + kick) ** 2
    leading = a**2 * HEIGHT**2 / 16 - speeds / 4
    row = 3 * a / 4 * y
    rest = row**2 - row * a * y / 2 + y**4 / 2 + (Fraction(case.by_tensor, 2) * q) ** 2 / 2
    return Rational(leading.numerator, leading.denominator), Rational(rest.numerator, rest.denominator)


def linear_pair(d: Derivation) -> None:
    """Derive that the stated a(w) and q(w) solve their equations."""
    w = positive("w_exp")
    for a, q, into_s, into_p in (
        ((w - w**2) / 2, (w + w**2) / 2, 0, 0),
        ((1 - w) / 4 + (1 - w**2) / 8, (1 - w) / 4 - (1 - w**2) / 8, 1, 0),
        ((1 - w) / 4 - (1 - w**2) / 8, (1 - w) / 4 + (1 - w**2) / 8, 0, 1),
    ):
        d.claim(eq(-2 * w * Partial(a, w), -3 * a + q + into_s), rf"$\alpha = {into_s}$, $\kappa = {into_p}$")
        d.claim(eq(-2 * w * Partial(q, w), -3 * q + a + into_p), "its partner")


def tensor_case(d: Derivation) -> None:
    """Derive a state at which the energy rises, all symmetric but T_ijkl ≠ T_klij."""
    c = d.branch(
        r"**Without $T_{ijkl} = T_{klij}$.** Neurons and synapses at rest in $x = 0$, $s = 0$; $T$ takes the process "
        r"$p_{22}$ to $p_{11}$ and not back: $T_{1122} = 4$, all other entries 0 (symmetric under $i "
        r"\leftrightarrow j$)."
    )
    c.assume(eq(delta(one, two), 0), "two different neurons")
    first, second = Family(lambda i: delta(i, one)), Family(lambda i: delta(i, two))
    head = Family(lambda ij: first[ij[0]] * first[ij[1]])
    tail = Family(lambda ij: second[ij[0]] * second[ij[1]])
    nothing = Family(lambda index: Integer(0))
    point = Point(
        x=nothing,
        s=nothing,
        p=tail,
        b=nothing,
        c=Family(lambda ij: -tail[ij]),
        d=Family(lambda ij: 3 * tail[ij] - 3 * head[ij]),
        T=Family(lambda ijkl: 4 * head[ijkl[:2]] * tail[ijkl[2:]]),
    )
    _, parameters = exhibit(CASES["c"])
    c.start(rate_at(point, parameters), "the rate of the energy there, by the balance")
    c.equal(Rational(1, 2), "insert")
    c.conclude(text="tensor ij-kl")
    d.discharge(c, "tensor ij-kl", "tensor ij-kl")


# Elimination ------------------------------------------------------------------------------------------

still = vector("xdot_r", N)
notation("xdot_r", r"\dot x")
gate, bridge = matrix("g_value", N, N), matrix("psi_value", N, N)
notation("g_value", "g")
notation("psi_value", r"\psi")


def elimination(d: Derivation) -> None:
    """Derive the reduced system at γ_s = γ_p = 0, γ_n = 1 without biases, and its quartic instance."""
    phi, slope, potential = SMOOTH.phi[1], SMOOTH.phi[2], SMOOTH.phi[0]
    d.say(
        r"**Elimination.** Let $\gamma_n = 1$, $\gamma_s = \gamma_p = 0$, $b = c = d = 0$. Set $\dot s = \dot "
        r"p = 0$; "
        r"write $g$ and $\psi$ for the values of the activations, whose ranges must contain what follows."
    )
    d.given(eq(phi(x[i]) * phi(x[j]) + bridge[i, j], 0), "synapses at rest")
    d.iff(eq(bridge[i, j], -phi(x[i]) * phi(x[j])), "solve")
    d.conclude(text="process activations")
    psi = Family(lambda ij: -phi(x[ij[0]]) * phi(x[ij[1]]))
    g = Family(lambda ij: total(T[ij[0], ij[1], k, l] * phi(x[k]) * phi(x[l]), k, l))
    d.given(eq(total(T[i, j, k, l] * psi[k, l], k, l) + gate[i, j], 0), "processes at rest, with these")
    d.iff(eq(gate[i, j], g[i, j]), "solve")
    d.conclude(text="synapse activations")
    d.start(-x[e] + total(g[e, j] * phi(x[j]), j), r"the neurons, $\tau_n \dot x$")
    force = Family(lambda e: total(T[e, j, k, l] * phi(x[j]) * phi(x[k]) * phi(x[l]), j, k, l))
    d.equal(-x[e] + force[e], "insert")
    d.conclude(text="reduced flow")
    legendre = _all(lambda i: x[i] * phi(x[i]) - potential(x[i]), 1)
    quartic = total(T[i, j, k, l] * phi(x[i]) * phi(x[j]) * phi(x[k]) * phi(x[l]), i, j, k, l)
    z = Family(lambda i: phi(x[i]))
    g = Family(lambda ij: total(T[ij[0], ij[1], e, o] * phi(x[e]) * phi(x[o]), e, o))
    d.start(legendre + put(interaction(z, g, psi), _no_bias()), "the energy there")
    d.equal(legendre - quartic / 4, r"$-\tfrac12 + \tfrac12 - \tfrac14$")
    d.conclude(text="reduced energy")
    q = d.branch("**Descent** of what is left, with the symmetries of the tensor.")
    major = q.assume(eq(T[i, j, k, l], T[k, l, i, j]), "$T_{ijkl} = T_{klij}$", rewrite=False)
    minor = q.assume(eq(T[i, j, k, l], T[j, i, k, l]), "$T_{ijkl} = T_{jikl}$", rewrite=False)
    motion = q.assume(eq(tau_n * still[e], -x[e] + force[e]), "the reduced flow", rewrite=False)
    lost = tau_n * total(slope(x[e]) * still[e] ** 2, e)
    others = phi(x[k]) * phi(x[l]) / 4
    q.start(FlowDerivative(legendre - quartic / 4, (x[e], still[e])), "along the reduced flow")
    q.equal(
        -lost,
        "the four places of a neuron count the same",
        using=[
            Combination(2 * slope(x[i]) * still[i] * phi(x[j]) * others, minor, over=(i, j, k, l)),
            Combination(slope(x[i]) * still[i] * phi(x[j]) * others, major, over=(i, j, k, l)),
            Combination(slope(x[j]) * still[j] * phi(x[i]) * others, major, over=(i, j, k, l)),
            Combination(slope(x[e]) * still[e], motion, over=(e,)),
        ],
    )
    q.at_most(0, r"$\varphi' \ge 0$", slack=lost)
    q.conclude(text="reduced descent")
    d.discharge(q, "reduced descent", "reduced descent")

    d.say(r"**Storage** of patterns by $T_{ijkl} = c \sum_\mu \xi_{\mu i} \xi_{\mu j} \xi_{\mu k} \xi_{\mu l}$.")
    stored = _stored()
    overlap = Family(lambda mu: over_neurons(lambda i: xi[mu, i] * phi(x[i])))
    d.start(total(stored(e, j, k, l) * phi(x[j]) * phi(x[k]) * phi(x[l]), j, k, l), "the drive of a neuron")
    d.equal(scale * total(xi[mu, e] * overlap[mu] ** 3, mu), r"$m_\mu = \sum_i \xi_{\mu i} \varphi(x_i)$")
    d.conclude(text="quartic drive")
    d.start(
        legendre - _all(lambda i, j, k, m: stored(i, j, k, m) * phi(x[i]) * phi(x[j]) * phi(x[k]) * phi(x[m]), 4) / 4,
        "its energy",
    )
    d.equal(legendre - scale * total(overlap[mu] ** 4, mu) / 4, r"the dense memory with $F(z) = c z^4/4$")
    d.conclude(text="quartic energy")


def _no_bias() -> dict[Any, Any]:
    return {b[i]: Integer(0), c[i, j]: Integer(0), d_[i, j]: Integer(0)}


def _stored() -> Callable[..., Expr]:
    def entry(i: Any, j: Any, k: Any, l: Any) -> Expr:  # noqa: E741
        return scale * total(xi[mu, i] * xi[mu, j] * xi[mu, k] * xi[mu, l], mu)

    return entry


# The saddle -------------------------------------------------------------------------------------------

n = size("n")
r, t = Index("r", n), Index("t", n)
G, Psi = vector("G_slope", n, positive=True), vector("P_slope", n, positive=True)
big = matrix("T_pair", n, n)
v, w, v_, w_ = (vector(name, n) for name in ("v", "w", "v'", "w'"))
shift = vector("y", n)
for _name, _tex in {"G_slope": "g'", "P_slope": r"\psi'", "T_pair": "T", "v'": "v'", "w'": "w'"}.items():
    notation(_name, _tex)


def saddle(d: Derivation) -> None:
    """Derive that the fast block at γ_s = γ_p = 0 is self-adjoint with as many positive as negative squares."""
    d.say(
        r"**Not a fast limit.** Freeze the neurons, let $\gamma_s = \gamma_p = 0$, and linearise the fast block: "
        r"$\tau_s \dot v = \psi' w$, $\tau_p \dot w = T \psi' w + g' v$ for displacements $(v, w)$ of $(s, "
        r"p)$. The pairs "
        r"$ij$ are one index $r = 1 \dots n$, $n = N^2$; $g', \psi' > 0$, and $T_{rt} = T_{tr}$ is $T_{ijkl} "
        r"= T_{klij}$. "
        r"Measure displacements by $\langle (v, w), (v', w') \rangle = \sum \tau_s g' v v' + \tau_p \psi' w w'$."
    )
    d.symmetric(big, r"$T_{ijkl} = T_{klij}$")
    d.define(shift[r], v[r] + total(big[r, t] * Psi[t] * w[t], t) / (2 * G[r]), "a shear of the coordinates")

    def form(v: Any, w: Any, v2: Any, w2: Any) -> Expr:
        moved_v = Family(lambda r: Psi[r] * w[r] / tau_s)
        moved_w = Family(lambda r: (total(big[r, t] * Psi[t] * w[t], t) + G[r] * v[r]) / tau_p)
        return total(tau_s * G[r] * v2[r] * moved_v[r] + tau_p * Psi[r] * w2[r] * moved_w[r], r)

    d.start(form(v, w, v_, w_), r"$\langle J(v, w), (v', w') \rangle$")
    d.equal(form(v_, w_, v, w), r"the same with the roles exchanged")
    d.conclude(text="self-adjoint")
    d.start(form(v, w, v, w), r"$\langle J(v, w), (v, w) \rangle$")
    d.equal(2 * total(G[r] * Psi[r] * shift[r] * w[r], r), "complete the square")
    d.equal(
        total(G[r] * Psi[r] * (shift[r] + w[r]) ** 2, r) / 2 - total(G[r] * Psi[r] * (shift[r] - w[r]) ** 2, r) / 2,
        "a product is a difference of squares",
    )
    d.conclude(text="squares")
    d.cite(
        "Sylvester's law of inertia",
        r"$(y + w, y - w)$ are coordinates, so the form has $n = N^2$ positive and $n$ negative squares; $J$ is "
        r"self-adjoint for an inner product, so it has real eigenvalues, $N^2$ of them positive and $N^2$ negative.",
    )
    d.say(
        "At every point the fast block is a saddle with $N^2$ unstable directions, and no fast limit takes it there."
    )
