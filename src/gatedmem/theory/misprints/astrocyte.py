"""The misprints and gaps of the astrocyte-gated memory (arXiv 2604.25481; equation numbers in brackets)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Rational, exp, log, sympify

from gatedmem.theory.astrocyte.model import (
    Family,
    K,
    L,
    N,
    T,
    W,
    Z,
    drive,
    f,
    gain_dissipation,
    gate_target,
    i,
    introduce,
    inverse_metric_p,
    j,
    k,
    m,
    mu,
    neuron_dissipation,
    nu,
    over_neurons,
    over_patterns,
    p,
    pdot,
    phi,
    phi_prime,
    pi,
    replicator,
    sigma,
    simplex,
    tau_p,
    tau_x,
    weight,
    x,
    xdot,
    xi,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    Relation,
    delta,
    eq,
    ge,
    gt,
    lt,
    nonnegative,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.misprints.record import Misprint, differ
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

__all__ = ["ASTROCYTE"]

PAPER = "2604.25481"


def _unequal(left: Any, right: Any) -> Relation:
    return Relation(sympify(left), "≠", sympify(right))


# 1: the multiplier of the tangent projection -----------------------------------------------------------------

z = vector("z", K)
lam = real("lambda")
normal = vector("normal", K)
notation("normal", r"(G^{-1}\mathbf 1)")
_sum_z, _sum_normal = total(z[mu], mu), total(normal[mu], mu)


def _solved(sample: Sample) -> None:
    """Give the multiplier the value that makes the sum of z + λp vanish, entry by entry."""
    places = range(1, sample.extent(K) + 1)
    gains, moved = (sum(sample.entry(base, (place,)) for place in places) for base in (p, z))
    sample.scalars[lam.name] = -moved / gains


def _tangent(d: Derivation, relation: Relation) -> None:
    d.prepare = _solved
    d.define(normal[mu], over_patterns(lambda nu: inverse_metric_p(mu, nu), mu), "what the constraint pulls along")
    tangency = d.assume(
        eq(lam * _sum_normal + _sum_z, 0), r"$z + \lambda G^{-1}\mathbf 1$ is tangent: its sum is 0", rewrite=False
    )
    d.claim(relation, r"solve for $\lambda$", using=[Combination(1 / _sum_normal, tangency)])


def _tangent_gap(d: Derivation) -> None:
    d.start(total(z[mu] + _sum_z / _sum_normal * normal[mu], mu), "with the printed multiplier the sum becomes")
    d.equal(2 * _sum_z, "doubled instead of removed")
    d.conclude(text="not tangent")
    differ(d, 2 * _sum_z, 0, "so the printed map does not project", (_unequal(_sum_z, 0), r"$z$ is not tangent"))


astrocyte_1 = Misprint(
    PAPER, "1", "The sign of the multiplier", "Eq. 17",
    r"The multiplier of the tangent projection is printed with a plus sign.",
    eq(lam, _sum_z / _sum_normal), eq(lam, -_sum_z / _sum_normal), ("AG6",), _tangent, _tangent_gap,
)  # fmt: skip

# 2: a factor one half in the gradient ------------------------------------------------------------------------

_quadratic, h = real("quadratic_form"), vector("input", N)
notation("quadratic_form", r"(\varphi^{\mathsf T} W \varphi)")
notation("input", r"(W\varphi)")
_slope = phi_prime(x[k]) * h[k]


def _name_input(d: Derivation) -> None:
    introduce(d, "W")
    d.define(h[i], drive(i, W=W), "the input of a neuron")


def _half(d: Derivation, relation: Relation) -> None:
    _name_input(d)
    d.define(_quadratic, over_neurons(lambda i: phi(x[i]) * h[i]), "a quadratic form in the activations")
    d.start(relation.left, "the part of the energy that the gains weigh, differentiated")
    d.equal(relation.right, r"a quadratic form with a symmetric matrix gives its gradient twice")
    d.conclude()


def _half_gap(d: Derivation) -> None:
    introduce(d, "f")
    d.start(K * over_patterns(lambda mu: p[mu] * f[mu]), r"the term of the energy is $K\langle p, f\rangle$")
    d.equal(_quadratic / 2, r"$f_\mu = m_\mu^2/(2N)$ holds the factor one half")
    d.conclude()
    d.start(Partial(_quadratic, x[k]), "without it the gradient")
    d.equal(2 * _slope, "is twice the one of the second line")
    d.conclude()
    differ(d, 2 * _slope, _slope, "the lines disagree", (_unequal(h[k], 0), "the neuron has an input"))


astrocyte_2 = Misprint(
    PAPER, "2", "A factor one half in the gradient", "Eq. 23, first line",
    r"The first line lacks the factor $\frac12$ that the second has absorbed by differentiating a square.",
    eq(Partial(_quadratic, x[k]), _slope), eq(Partial(_quadratic / 2, x[k]), _slope), ("AG5",), _half, _half_gap,
)  # fmt: skip

# 3: slope and potential of the activation --------------------------------------------------------------------

a = real("a")
_COSH, _SINH = positive("cosh_a"), real("sinh_a")
other_slope = positive("k_other")
notation("cosh_a", r"\cosh(\sigma a)")
notation("sinh_a", r"\sinh(\sigma a)")
notation("k_other", "k")
_potential_slope = _SINH / _COSH


def _by_exponentials(d: Derivation) -> None:
    d.define(_COSH, (exp(sigma * a) + exp(-sigma * a)) / 2, "by exponentials")
    d.define(_SINH, (exp(sigma * a) - exp(-sigma * a)) / 2)


def _differentiate(d: Derivation, relation: Relation) -> None:
    _by_exponentials(d)
    d.start(relation.left)
    d.equal(relation.right, r"differentiate, $\cosh^2 - \sinh^2 = 1$")
    d.conclude()


def _slope_gap(d: Derivation) -> None:
    introduce(d, "L", "xdot")
    d.start(
        -Partial(L, x[k]) / (tau_x * phi_prime(x[k]) / sigma),
        r"with $H = \mathrm{diag}(\mathrm{sech}^2)$ the natural gradient of the energy",
    )
    d.equal(sigma * xdot[k], r"is $\sigma$ times the velocity of the model [4]")
    d.conclude()
    d.start(sigma / _COSH**2 - 1 / _COSH**2, "the two slopes")
    d.equal((sigma - 1) / _COSH**2, "factor")
    d.conclude()
    unless = (_unequal(sigma, 1), r"$\sigma$ is a parameter")
    differ(d, (sigma - 1) / _COSH**2, 0, r"equal only at $\sigma = 1$", unless)


def _potential_gap(d: Derivation) -> None:
    d.start(Partial(log(_COSH) / other_slope, a) - _potential_slope, r"$\Lambda'$ as printed, minus $\varphi$")
    d.equal((sigma - other_slope) / other_slope * _SINH / _COSH, "chain rule")
    d.conclude()
    differ(
        d, (sigma - other_slope) / other_slope * _SINH / _COSH, 0, r"$\Lambda' = \varphi$ only where $k = \sigma$",
        (_unequal(sigma - other_slope, 0), r"$k \ne \sigma$"), (_unequal(_SINH, 0), r"$a \ne 0$"),
    )  # fmt: skip


_activation = Partial(_SINH / _COSH, a)
astrocyte_3a = Misprint(
    PAPER, "3a", "The slope of the activation", "Two places",
    r"$\varphi(a) = \tanh(\sigma a)$ is differentiated without the factor $\sigma$ of the chain rule.",
    eq(_activation, 1 / _COSH**2), eq(_activation, sigma / _COSH**2), ("AG5",), _differentiate, _slope_gap,
)  # fmt: skip
astrocyte_3b = Misprint(
    PAPER, "3b", "The potential of the activation", "Once, below eq. 9",
    r"$\Lambda$ is printed with $1/k$ in front and $\sigma$ inside, so that $\Lambda' = \varphi$ fails.",
    eq(Partial(log(_COSH) / other_slope, a), _potential_slope), eq(Partial(log(_COSH) / sigma, a), _potential_slope),
    ("AG5",), _differentiate, _potential_gap,
)  # fmt: skip

# 4: the factor K/N -------------------------------------------------------------------------------------------

_bare = over_patterns(lambda mu: p[mu] * xi[mu, k] * m[mu])
_bare_weight = over_patterns(lambda mu: pi[mu] * xi[mu, i] * xi[mu, j])


def _mixture(d: Derivation, relation: Relation) -> None:
    introduce(d, "m")
    _name_input(d)
    d.start(relation.left, r"the input $W(p)\varphi(x)$, which is the state at an equilibrium")
    d.equal(relation.right, "collect by patterns")
    d.conclude()


def _mixture_gap(d: Derivation) -> None:
    d.start(_bare - h[k], "the mixture of the printed experts, minus the input")
    d.equal((N / K - 1) * h[k], r"the factor $K/N$ is missing")
    d.conclude()
    differ(
        d, (N - K) / K * h[k], 0, r"equal only where $N = K$",
        (_unequal(N - K, 0), r"$N \ne K$"), (_unequal(h[k], 0), "the neuron has an input"),
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
        (_unequal(N - K, 0), r"$N \ne K$"), (_unequal(bare, 0), "the weight is not zero"),
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
        (_unequal(1 - T, 0), r"$T \ne 1$"), (_unequal(m[mu], 0), "the pattern has an overlap"),
    )  # fmt: skip


_score, _entropy = m[mu] ** 2 / (2 * N), T * log(p[mu]) + T
astrocyte_5 = Misprint(
    PAPER, "5", "The temperature in the score", r"Case $\tau_x \to 0$",
    r"The score is printed with an extra $1/T$; the temperature enters the fitness only, by its entropic term.",
    eq(_growth, K * (_score / T - _entropy)), eq(_growth, K * (_score - _entropy)), ("AG5", "AG11"), _growth_rate,
    _growth_gap,
)  # fmt: skip

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

# 7: the metric of the descent --------------------------------------------------------------------------------


_rate = FlowDerivative(L, (x[i], xdot[i]), (p[mu], pdot[mu]))
L_x, L_p = vector("L_x", N), vector("L_p", K)
notation("L_x", r"(\partial_x L)")
notation("L_p", r"(\partial_p L)")
_steepness = over_neurons(lambda i: L_x[i] ** 2) + over_patterns(lambda mu: L_p[mu] ** 2)


def _descent(d: Derivation, relation: Relation) -> None:
    introduce(d, "L", "xdot", "pdot")
    d.define(L_x[i], Partial(L, x[i]), "slopes in the neurons")
    d.define(L_p[mu], Partial(L, p[mu]), "slopes in the gains")
    simplex(d)
    d.start(relation.left, "along a solution on the simplex")
    d.equal(relation.right, "chain rule, and the velocities for the slopes")
    d.conclude()


def _descent_gap(d: Derivation) -> None:
    d.start(L_p[nu], "a slope in the gains")
    d.equal(K * (T * log(p[nu]) + T - f[nu]), "differentiate")
    d.conclude()
    introduce(d, "Z", "pi")
    d.start(K * (T * log(pi[nu]) + T - f[nu]), "at rest the gains are the softmax, and this slope")
    d.equal(K * T * (1 - log(Z)), r"$\log\pi_\nu = f_\nu/T - \log Z$")
    d.conclude(text="is the same for all patterns; the projection kills it, the Euclidean norm does not")
    differ(
        d, K * T * (1 - log(Z)), 0, "so the printed right side is not zero where the left side is",
        (_unequal(1 - log(Z), 0), r"$Z \ne e$; for $K \ge 3$ this is certain, for $Z \ge K$"),
    )  # fmt: skip


astrocyte_7 = Misprint(
    PAPER, "7", "The metric of the descent", "Descent of the energy",
    r"$dL/dt = -\lVert\nabla L\rVert^2$ holds in the metric $\tau_x H \oplus K\tau_p G$, with the "
    r"velocities inside, not in the Euclidean norm.",
    eq(_rate, -_steepness), eq(_rate, -neuron_dissipation(x, xdot) - gain_dissipation(p, pdot)), ("AG8",),
    _descent, _descent_gap,
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
    d.claim(_unequal(Rational(1, 3), Rational(1, 2)), "stationary, and not uniform")


astrocyte_8 = Misprint(
    PAPER, "8", "Zero temperature", "Eq. 35",
    r"At $T = 0$ the gains are said to be uniform on the maximal scores. That is the limit of the softmax; at "
    r"$T = 0$ itself every point of a face of equal scores is stationary.",
    eq(q[b], 1 / M), eq(qdot[b], 0), ("AG18", "SM8"), _cold, _cold_gap,
)  # fmt: skip

# 9: what global convergence needs ----------------------------------------------------------------------------

radius = nonnegative("r")
_grown = exp(2 * sigma * radius)
_own = real("own_energy")
notation("own_energy", r"(r\varphi(r) - \Lambda(r))")
_own_value = radius * (_grown - 1) / (_grown + 1) - (log(1 + _grown) - sigma * radius - log(2)) / sigma


def _confined(d: Derivation, relation: Relation) -> None:
    part = _grown / (1 + _grown)
    d.define(_own, _own_value, "the energy of a neuron at $|x| = r$, for it is even")
    d.claim(
        eq(log(1 + _grown) - sigma * radius - log(2), log((exp(sigma * radius) + exp(-sigma * radius)) / 2)),
        r"$\log\cosh(\sigma r)$ by exponentials",
    )
    d.use(logarithm_below_line(), {line_point: part}, "minimum", r"$\log s \le s - 1$")
    slack = [2 * radius / (1 + _grown), (part - 1 - log(part)) / sigma, 1 / ((1 + _grown) * sigma)]
    d.claim(
        lt(_own, log(2) / sigma),
        r"$\log(1 + e^{-2\sigma r}) > 0$ and $\varphi < 1$",
        slack=slack,
        label="a neuron's energy",
    )
    if relation != lt(_own, log(2) / sigma):
        d.claim(relation, "by comparison with this")


def _confined_gap(d: Derivation) -> None:
    d.say(
        r"So the energy has sublevel sets that are unbounded in $x$ (AG9), and its descent alone keeps no solution "
        r"bounded. Nor does it keep the gains off the faces: the stationary points of misprint 6 are at rest too. "
        r"What closes the gap: AG3 bounds the neurons, AG2 the gains from below, AG8 is the exact descent, and AG10 "
        r"concludes, with an analytic-gradient argument for a single limit."
    )
    d.claim(gt(log(2) / sigma - _own, 0), "the energy stays below a bound however far the neuron is", label="far")


astrocyte_9 = Misprint(
    PAPER, "9", "What global convergence needs", "Convergence",
    r"Said: the energy ensures global convergence. Descent alone keeps solutions bounded only where the energy grows "
    r"beyond any level with $|x|$; the part of a neuron at $|x| = r$ never reaches $\log 2/\sigma$.",
    ge(_own, log(2) / sigma), lt(_own, log(2) / sigma), ("AG2", "AG3", "AG8", "AG9", "AG10"),
    _confined, _confined_gap, in_words=True,
)  # fmt: skip

ASTROCYTE = (
    astrocyte_1, astrocyte_2, astrocyte_3a, astrocyte_3b, astrocyte_4a, astrocyte_4b, astrocyte_5, astrocyte_6,
    astrocyte_7, astrocyte_8, astrocyte_9,
)  # fmt: skip
