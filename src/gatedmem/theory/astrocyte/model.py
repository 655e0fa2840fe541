"""The astrocyte-gated associative memory, written down once (arXiv 2604.25481; equation numbers in brackets).

Every formula of the model that the derivations use stands here and nowhere else in the theory. Sizes are
symbols: ``N`` neurons, ``K`` patterns. A family of numbers is anything indexable: the state ``x`` and ``p``
themselves, or a ``Family`` that computes its entries (the softmax of the lifted gains, a velocity, a mirrored
state), so that each definition can be read at any state.

    x[i]         neuron i                          i = 1 … N
    p[μ], u[μ]   gain of pattern μ, its lift       μ = 1 … K
    xi[μ, i]     entry i of pattern μ (row μ of the K × N table; the paper's Ξ is its transpose)
    sigma, T, tau_x, tau_p                         slope, temperature and time constants, all positive
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from sympy import Expr, Symbol, cosh, log, preorder_traversal, sympify, tanh

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import (
    Index,
    abstract_function,
    delta,
    eq,
    matrix,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax import definitions

N, K = size("N"), size("K")
sigma, T, tau_x, tau_p = positive("sigma T tau_x tau_p")

x = vector("x", N)
p = vector("p", K, positive=True)
u = vector("u", K)
xi = matrix("xi", K, N)

# Names for composite quantities; ``introduce`` gives them their meaning inside a derivation.
m, f, pi, F = vector("m", K), vector("f", K), vector("pi", K, positive=True), vector("F", K)
W = matrix("W", N, N)
Z = positive("Z")
L, L_KL, Fbar = real("L L_KL Fbar")
notation("Fbar", r"\langle p, F\rangle")
notation("L_KL", r"L_{\mathrm{KL}}")
xdot, pdot, udot = vector("xdot", N), vector("pdot", K), vector("udot", K)
notation("xdot", r"\dot x")
notation("pdot", r"\dot p")
notation("udot", r"\dot u")

i, j, k, l, n = NEURONS = tuple(Index(name, N) for name in ("i", "j", "k", "l", "n"))  # noqa: E741
mu, nu, kappa, rho, eta = PATTERNS = tuple(Index(name, K) for name in ("mu", "nu", "kappa", "rho", "eta"))

_PROBES = count()


class Vector(Protocol):
    """Anything with one entry an index: a sympy ``IndexedBase`` or a ``Family``."""

    def __getitem__(self, index: Any) -> Any:
        """Return the entry at ``index``."""


class Family:
    """A family of numbers given by a formula.

    >>> Family(lambda index: 2 * x[index])[i]
    2*x[i]
    """

    def __init__(self, entry: Callable[[Any], Any]) -> None:
        self._entry = entry

    def __getitem__(self, index: Any) -> Any:
        return self._entry(index)


def over_neurons(term: Callable[[Any], Any], *beside: Any) -> Expr:
    """Σ over i = 1 … N of ``term(i)``, under a bound name that occurs neither in the term nor ``beside`` it.

    >>> over_neurons(lambda a: x[a] * x[i])
    Sum(x[i]*x[j], (j, 1, N))
    """
    return _sum(term, NEURONS, beside)


def over_patterns(term: Callable[[Any], Any], *beside: Any) -> Expr:
    """Σ over μ = 1 … K of ``term(μ)``, under a bound name that occurs neither in the term nor ``beside`` it.

    >>> over_patterns(lambda a: p[a]), over_patterns(lambda a: p[a], mu)
    (Sum(p[mu], (mu, 1, K)), Sum(p[nu], (nu, 1, K)))
    """
    return _sum(term, PATTERNS, beside)


def _sum(term: Callable[[Any], Any], names: tuple[Any, ...], beside: tuple[Any, ...]) -> Expr:
    probe = Index(f"probe_{next(_PROBES)}", names[0].extent)  # a new one each time: sums nest
    body = sympify(term(probe))
    taken = {
        part for e in (body, *map(sympify, beside)) for part in preorder_traversal(e) if isinstance(part, Symbol)
    }
    index = next(name for name in names if name not in taken)
    return total(put(body, {probe: index}), index)


# Activation -----------------------------------------------------------------------------------------

# The sums below treat the three functions as opaque, known by their names, derivatives and signs; their values
# follow. ``energy.activation`` derives the declared derivatives and the sign from the values.

phi_second = abstract_function("phi_second", latex=r"\varphi''", odd=True)
phi_prime = abstract_function("phi_prime", latex=r"\varphi'", derivative=phi_second, sign="+")
phi = abstract_function("phi", latex=r"\varphi", derivative=phi_prime, odd=True)
Lagrangian = abstract_function("Lagrangian", latex=r"\Lambda", derivative=phi)


def phi_value(a: Any) -> Expr:
    """The activation φ(a) = tanh(σa), applied entry by entry [below 4].

    >>> phi_value(x[i])
    tanh(sigma*x[i])
    """
    return tanh(sigma * a)


def phi_prime_value(a: Any) -> Expr:
    """Its slope φ'(a) = σ sech²(σa) (the paper prints sech² in two places, without the σ).

    >>> phi_prime_value(x[i])
    sigma/cosh(sigma*x[i])**2
    """
    return sigma / cosh(sigma * a) ** 2


def phi_second_value(a: Any) -> Expr:
    """Its curvature φ''(a) = -2σ² tanh(σa) sech²(σa).

    >>> phi_second_value(x[i])
    -2*sigma**2*tanh(sigma*x[i])/cosh(sigma*x[i])**2
    """
    return -2 * sigma**2 * tanh(sigma * a) / cosh(sigma * a) ** 2


def Lagrangian_value(a: Any) -> Expr:
    """The potential Λ(a) = (1/σ) log cosh(σa), whose derivative is φ [below 9].

    >>> Lagrangian_value(x[i])
    log(cosh(sigma*x[i]))/sigma
    """
    return log(cosh(sigma * a)) / sigma


# Scores and weights ----------------------------------------------------------------------------------


def overlap(mu: Any, x: Vector = x) -> Expr:
    """The overlap m_μ(x) = ⟨ξ_μ, φ(x)⟩ [8].

    >>> overlap(mu)
    Sum(phi(x[i])*xi[mu, i], (i, 1, N))
    """
    return over_neurons(lambda i: xi[mu, i] * phi(x[i]))


def score(mu: Any, x: Vector = x) -> Expr:
    """The squared score f_μ(x) = m_μ(x)²/(2N) [8].

    >>> score(mu)
    Sum(phi(x[i])*xi[mu, i], (i, 1, N))**2/(2*N)
    """
    return overlap(mu, x) ** 2 / (2 * N)


def weight(i: Any, j: Any, p: Vector = p) -> Expr:
    """The gated weights W(p)_ij = (K/N) Σ_μ p_μ ξ_μi ξ_μj [5]; at p = 1/K the Hebbian weights [1, 2].

    >>> weight(i, j)
    K*Sum(p[mu]*xi[mu, i]*xi[mu, j], (mu, 1, K))/N
    """
    return K / N * over_patterns(lambda mu: p[mu] * xi[mu, i] * xi[mu, j])


def drive(i: Any, x: Vector = x, p: Vector = p, W: Vector | None = None) -> Expr:
    """The input (W(p)φ(x))_i of neuron i [4]; ``W`` stands for W(p) where a derivation has named it.

    >>> drive(i)
    Sum(K*phi(x[j])*Sum(p[mu]*xi[mu, i]*xi[mu, j], (mu, 1, K))/N, (j, 1, N))
    """
    return over_neurons(lambda j: (weight(i, j, p) if W is None else W[i, j]) * phi(x[j]), i)


# The flow --------------------------------------------------------------------------------------------


def velocity_x(i: Any, x: Vector = x, p: Vector = p, W: Vector | None = None) -> Expr:
    """dx_i/dt, from τ_x dx/dt = -x + W(p)φ(x) [4].

    >>> velocity_x(i) == (-x[i] + drive(i)) / tau_x
    True
    """
    return (-x[i] + drive(i, x, p, W)) / tau_x


def fitness(mu: Any, f: Vector, p: Vector = p) -> Expr:
    """The fitness F_μ = f_μ - T log p_μ of pattern μ under the scores ``f`` [7].

    >>> fitness(mu, vector("f", K))
    -T*log(p[mu]) + f[mu]
    """
    return f[mu] - T * log(p[mu])


def mean_fitness(f: Vector, p: Vector = p, mu: Any = mu) -> Expr:
    """The mean fitness ⟨p, F⟩ that the replicator subtracts [6], summed over the range of the index ``mu``.

    >>> mean_fitness(vector("f", K))
    Sum((-T*log(p[nu]) + f[nu])*p[nu], (nu, 1, K))
    """
    names = tuple(Index(name.name, mu.extent) for name in PATTERNS)
    return _sum(lambda nu: p[nu] * fitness(nu, f, p), names, (mu,))


def replicator(mu: Any, f: Vector, p: Vector = p) -> Expr:
    """dp_μ/dt, from τ_p dp_μ/dt = p_μ (F_μ - ⟨p, F⟩), for any scores ``f`` [6].

    The competitors are those that ``mu`` runs over: all K patterns, or the support of a face.

    >>> f = vector("f", K)
    >>> replicator(mu, f) == p[mu] * (fitness(mu, f) - mean_fitness(f, p, mu)) / tau_p
    True
    """
    return p[mu] * (fitness(mu, f, p) - mean_fitness(f, p, mu)) / tau_p


def velocity_p(mu: Any, x: Vector = x, p: Vector = p) -> Expr:
    """dp_μ/dt of the model: the replicator at the scores f(x) [6-8].

    >>> velocity_p(mu) == replicator(mu, scores(x))
    True
    """
    return replicator(mu, scores(x), p)


def scores(x: Vector = x) -> Family:
    """The family of all scores f_μ(x).

    >>> scores(x)[nu] == score(nu)
    True
    """
    return Family(lambda mu: score(mu, x))


# Energy ----------------------------------------------------------------------------------------------


def partition(f: Vector) -> Expr:
    """Z = Σ_μ e^{f_μ/T} [9].

    >>> partition(vector("f", K))
    Sum(exp(f[k]/T), (k, 1, K))
    """
    return definitions.partition(f[mu] / T, mu)


def gate_target(mu: Any, f: Vector) -> Expr:
    """π_μ = e^{f_μ/T}/Z, the softmax the gains relax to [9].

    >>> gate_target(mu, vector("f", K))
    exp(f[mu]/T)/Sum(exp(f[k]/T), (k, 1, K))
    """
    return definitions.softmax(f[mu] / T, mu)


def neuron_energy(x: Vector = x) -> Expr:
    """Σ_i [x_i φ(x_i) - Λ(x_i)], the Legendre transform of the potentials [9].

    >>> neuron_energy()
    Sum(-Lagrangian(x[i]) + phi(x[i])*x[i], (i, 1, N))
    """
    return over_neurons(lambda i: x[i] * phi(x[i]) - Lagrangian(x[i]))


def gain_energy(f: Vector, p: Vector = p) -> Expr:
    """-K⟨p, f⟩ + KT⟨p, log p⟩, what the gains add to the expanded energy.

    >>> gain_energy(vector("f", K))
    K*T*Sum(log(p[mu])*p[mu], (mu, 1, K)) - K*Sum(f[mu]*p[mu], (mu, 1, K))
    """
    return -K * over_patterns(lambda mu: p[mu] * f[mu]) + K * T * over_patterns(lambda mu: p[mu] * log(p[mu]))


def energy(x: Vector = x, p: Vector = p, f: Vector | None = None) -> Expr:
    """L(x, p) in its expanded form, -K⟨p, f⟩ + KT⟨p, log p⟩ + Σ_i [x_iφ(x_i) - Λ(x_i)] [below 9].

    ``f`` stands for the scores f(x) where a derivation has named them.

    >>> energy() == gain_energy(scores(x)) + neuron_energy()
    True
    """
    return gain_energy(scores(x) if f is None else f, p) + neuron_energy(x)


def divergence(p: Vector, q: Vector) -> Expr:
    """KL(p ‖ q) = Σ_μ p_μ (log p_μ - log q_μ).

    >>> divergence(p, vector("q", K, positive=True))
    Sum((log(p[mu]) - log(q[mu]))*p[mu], (mu, 1, K))
    """
    return definitions.kl(p[mu], q[mu], mu)


def energy_kl(x: Vector = x, p: Vector = p, f: Vector | None = None) -> Expr:
    """L(x, p) as printed, KT·KL(p ‖ π(x)) - KT log Z(x) + Σ_i [x_iφ(x_i) - Λ(x_i)] [9].

    ``f`` stands for the scores f(x) where a derivation has named them.

    >>> energy_kl() == K * T * divergence(p, Family(lambda mu: gate_target(mu, scores(x)))) - (
    ...     K * T * log(partition(scores(x)))) + neuron_energy()
    True
    """
    f = scores(x) if f is None else f
    target = Family(lambda mu: gate_target(mu, f))
    return K * T * divergence(p, target) - K * T * log(partition(f)) + neuron_energy(x)


# Geometry --------------------------------------------------------------------------------------------


def metric_x(i: Any, j: Any, x: Vector = x) -> Expr:
    """H(x) = diag φ'(x), the metric of the neurons [below 15].

    >>> metric_x(i, j) == phi_prime(x[i]) * delta(i, j)
    True
    """
    return phi_prime(x[i]) * delta(i, j)


def metric_p(mu: Any, nu: Any, p: Vector = p) -> Expr:
    """G(p) = diag(1/p), the Shahshahani (Fisher) metric of the gains [16].

    >>> metric_p(mu, nu)
    KroneckerDelta(mu, nu)/p[mu]
    """
    return delta(mu, nu) / p[mu]


def inverse_metric_x(i: Any, j: Any, x: Vector = x) -> Expr:
    """H⁻¹(x), which raises the index of a neuron's differential [18].

    >>> inverse_metric_x(i, j)
    KroneckerDelta(i, j)/phi_prime(x[i])
    """
    return delta(i, j) / phi_prime(x[i])


def inverse_metric_p(mu: Any, nu: Any, p: Vector = p) -> Expr:
    """G⁻¹(p) = diag p, which raises the index of a gain's differential [18].

    >>> inverse_metric_p(mu, nu)
    KroneckerDelta(mu, nu)*p[mu]
    """
    return delta(mu, nu) * p[mu]


def multiplier(z: Vector, p: Vector = p) -> Expr:
    """λ = -(1ᵀz)/(1ᵀG⁻¹1), which makes z + λG⁻¹1 tangent ([17], printed without its minus sign).

    >>> multiplier(vector("z", K))
    -Sum(z[mu], (mu, 1, K))/Sum(KroneckerDelta(mu, nu)*p[nu], (mu, 1, K), (nu, 1, K))
    """
    raised = Family(lambda mu: over_patterns(lambda nu: inverse_metric_p(mu, nu, p)))
    return -over_patterns(lambda mu: z[mu]) / over_patterns(lambda mu: raised[mu])


def projection(mu: Any, z: Vector, p: Vector = p) -> Expr:
    """(Πz)_μ = z_μ - p_μ Σ_ν z_ν: G-orthogonally onto the tangent space of the simplex [17, corrected].

    >>> projection(mu, vector("z", K))
    -p[mu]*Sum(z[nu], (nu, 1, K)) + z[mu]
    """
    return z[mu] - p[mu] * over_patterns(lambda nu: z[nu], mu)


def neuron_dissipation(x: Vector, xdot: Vector) -> Expr:
    """τ_x Σ_i φ'(x_i) ẋ_i², the squared speed of the neurons in the metric τ_xH (ledger AG8).

    >>> neuron_dissipation(x, xdot)
    tau_x*Sum(phi_prime(x[i])*xdot[i]**2, (i, 1, N))
    """
    return tau_x * over_neurons(lambda i: phi_prime(x[i]) * xdot[i] ** 2)


def gain_dissipation(p: Vector, pdot: Vector) -> Expr:
    """Kτ_p Σ_μ ṗ_μ²/p_μ, the squared speed of the gains in the metric Kτ_pG (ledger AG8).

    >>> gain_dissipation(p, pdot)
    K*tau_p*Sum(pdot[mu]**2/p[mu], (mu, 1, K))
    """
    return K * tau_p * over_patterns(lambda mu: pdot[mu] ** 2 / p[mu])


# The lift --------------------------------------------------------------------------------------------


def gate(mu: Any, u: Vector = u) -> Expr:
    """p_μ = e^{u_μ}/Σ_ν e^{u_ν}, the gains of the lifted state u (ledger AG28).

    >>> gate(mu)
    exp(u[mu])/Sum(exp(u[k]), (k, 1, K))
    """
    return definitions.softmax(u[mu], mu)


def velocity_u(mu: Any, f: Vector, u: Vector = u) -> Expr:
    """du_μ/dt of the lifted flow, from τ_p du/dt = f - T u, for any scores ``f`` (ledger AG28).

    >>> velocity_u(mu, f)
    (-T*u[mu] + f[mu])/tau_p
    """
    return (f[mu] - T * u[mu]) / tau_p


def gate_covariance(mu: Any, nu: Any, p: Vector = p) -> Expr:
    """Entry (μ, ν) of diag p - ppᵀ, the slope of the softmax.

    >>> gate_covariance(mu, nu)
    KroneckerDelta(mu, nu)*p[mu] - p[mu]*p[nu]
    """
    return definitions.softmax_covariance(p[mu], mu, nu)


def gate_Lagrangian(y: Vector) -> Expr:
    """KT log Σ_μ e^{y_μ/T}, the potential of the lifted gains in the modular frame, y = Tu (ledger AG28).

    >>> gate_Lagrangian(vector("y", K))
    K*T*log(Sum(exp(y[k]/T), (k, 1, K)))
    """
    return K * T * log(partition(y))


# Inside a derivation ---------------------------------------------------------------------------------


def introduce(d: Derivation, *names: str) -> None:
    """Define the named quantities in a derivation, so that its lines stay short; the engine unfolds them.

    The names are those of this module: ``m``, ``f``, ``W``, ``Z``, ``pi``, ``F``, ``Fbar``, the energy ``L``, its
    printed form ``L_KL``, and the velocities ``xdot``, ``pdot``, ``udot``; what a meaning mentions comes with it.

    >>> d = Derivation("DOC", "A line of the model")
    >>> introduce(d, "pdot")
    >>> [definition.left for definition in d.definitions]
    [f[mu], pdot[mu]]
    """
    meanings: dict[str, tuple[Any, Any, str, str, tuple[str, ...]]] = {
        "m": (m[mu], overlap(mu), "overlap with a pattern", "[8]", ()),
        "f": (f[mu], score(mu), "score of a pattern", "[8]", ()),
        "W": (W[i, j], weight(i, j), "gated weights", "[5]", ()),
        "Z": (Z, partition(f), "partition function", "[9]", ("f",)),
        "pi": (pi[mu], gate_target(mu, f), "what the gains relax to", "[9]", ("f",)),
        "F": (F[mu], fitness(mu, f), "fitness", "[7]", ("f",)),
        "Fbar": (Fbar, mean_fitness(f), "mean fitness", "[6]", ("f",)),
        "L": (L, energy(f=f), "energy", "[9]", ("f",)),
        "L_KL": (L_KL, energy_kl(f=f), "energy as printed", "[9]", ("f",)),
        "xdot": (xdot[i], velocity_x(i, W=W), "neurons", "[4]", ("W",)),
        "pdot": (pdot[mu], replicator(mu, f), "gains: the replicator", "[6]", ("f",)),
        "udot": (udot[mu], velocity_u(mu, f), "lifted gains", "", ("f",)),
    }
    for name in names:
        left, right, why, source, needs = meanings[name]
        introduce(d, *needs)
        if all(definition.left != left for definition in d.definitions):
            d.define(left, right, why, source)


def simplex(d: Derivation) -> None:
    """Assume Σ_μ p_μ = 1."""
    d.assume(eq(over_patterns(lambda mu: p[mu]), 1), "the gains lie on the simplex")
