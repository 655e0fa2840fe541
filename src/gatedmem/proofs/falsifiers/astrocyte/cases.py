"""Cases for the falsifiers of the astrocyte-gated memory: states, starts of trajectories, and the sizes of terms.

What is on trial is the simulator (``gatedmem.numerics.astrocyte``) against the statements: derivatives are taken of
its energy by the complex step, equilibria are found by its field, trajectories by its flow. Where a statement names
a formula, the formula is written out here and not taken from the simulator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics.instances import Array, AstrocyteInstance, digit_patterns, draw_astrocyte
from gatedmem.numerics.integrate import fastest_rate
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request
from gatedmem.proofs.falsifiers.search import CALL, STEP, row

# Local tolerance of reference trajectories, and more steps than any of them takes: over these its errors add up.
LOCAL = 1e-12
MOST_STEPS = 1000
_SIZES = ((1, 1), (1, 4), (3, 1), (2, 2), (3, 2), (5, 7), (12, 4), (10, 30), (30, 100), (64, 300))


@dataclass(frozen=True)
class States:
    """A batch of states of one instance: x of shape (B, N), p of shape (B, K) on the simplex."""

    instance: AstrocyteInstance
    x: Values
    p: Values

    def where(self, at: tuple[int, ...]) -> str:
        """Describe the state at an index of the batch."""
        which = at[0] if at else 0
        return f"{describe(self.instance)} x={row(self.x[which])} p={row(self.p[which])}"

    @property
    def inside(self) -> States:
        """The same states with the gains moved off the faces."""
        p = np.maximum(self.p, 1e-200)
        return States(self.instance, self.x, p / p.sum(axis=1, keepdims=True))

    @property
    def roundings(self) -> float:
        """Roundings on the longest path of a sum over neurons inside one over patterns, twice, and the calls."""
        return 4.0 * (self.instance.n_neurons + self.instance.n_patterns) + 5.0 * CALL + 16.0


class Sizes:
    """Sums of absolute values of the terms of the model's formulas at a batch of states, shapes (B, 1) or (B, n)."""

    def __init__(self, states: States) -> None:
        instance, x, p = states.instance, states.x, states.p
        n, k = instance.n_neurons, instance.n_patterns
        self.phi = np.abs(np.tanh(instance.sigma * x))
        self.overlap = self.phi.sum(axis=1, keepdims=True)
        self.score = self.overlap**2 / (2.0 * n)
        self.input = k * self.overlap / n
        self.log_p = np.abs(np.log(np.where(p > 0.0, p, 1.0)))
        self.fitness = self.score + instance.temperature * self.log_p
        self.mean_fitness = (p * self.fitness).sum(axis=1, keepdims=True)
        self.x_energy = 2.0 * np.abs(x) * self.phi + 1.0 / instance.sigma
        self.energy = k * self.mean_fitness[:, 0] + self.x_energy.sum(axis=1)
        self.slope = instance.sigma / np.cosh(np.minimum(instance.sigma * np.abs(x), 300.0)) ** 2
        # x - Wφ, and the φ - φ that cancels in the derivative of xφ - Λ
        self.x_force = self.slope * (np.abs(x) + self.input) + 2.0 * self.phi


@dataclass(frozen=True)
class Start:
    """Initial states of trajectories of one instance: x0 (B, N), p0 (B, K) of one support; and how far to go."""

    instance: AstrocyteInstance
    x0: Array
    p0: Array
    horizon: float

    def where(self, at: tuple[int, ...]) -> str:
        """Describe the start at an index of the batch."""
        # Comparisons along trajectories have the time first, the trajectory second.
        which = at[1] if len(at) > 1 else at[0]
        return f"{describe(self.instance)} x(0)={row(self.x0[which])} p(0)={row(self.p0[which])}"


def describe(instance: AstrocyteInstance) -> str:
    """Return an instance in one line: its patterns as rows of signs where they are few, else its name.

    >>> describe(AstrocyteInstance(np.array([[1.0, -1.0], [1.0, 1.0]]), sigma=0.5))
    'ξ=+-|++ σ=0.5 T=1 τx=1 τp=1'
    """
    parameters = f"σ={instance.sigma:g} T={instance.temperature:g} τx={instance.tau_x:g} τp={instance.tau_p:g}"
    if instance.patterns.size > 40:
        return f"{instance.name.split(' σ=')[0]} {parameters}"
    signs = "|".join("".join("+" if s > 0 else "-" for s in pattern) for pattern in instance.patterns)
    return f"ξ={signs} {parameters}"


def written_out_scores(instance: AstrocyteInstance, x: Values) -> Values:
    """f_μ = ⟨ξ_μ, tanh(σx)⟩²/(2N), by an explicit sum over neurons."""
    terms = instance.patterns[None, :, :] * np.tanh(instance.sigma * x)[:, None, :]
    return np.asarray(terms.sum(axis=2) ** 2 / (2.0 * instance.n_neurons))


def written_out_input(instance: AstrocyteInstance, x: Values, p: Values) -> Values:
    """W(p)φ(x) with the matrix W(p) = (K/N)Ξ diag(p) Ξᵀ written out."""
    patterns = instance.patterns
    weights = np.stack([(patterns.T * gains) @ patterns for gains in p])
    factor = instance.n_patterns / instance.n_neurons
    return np.asarray(factor * np.einsum("bij,bj->bi", weights, np.tanh(instance.sigma * x)))


def stepped_gradient(states: States) -> tuple[Values, Values]:
    """Gradient of the energy by the complex step, coordinate by coordinate: shapes (B, N) and (B, K)."""
    instance, x, p = states.instance, states.x, states.p
    n, k = instance.n_neurons, instance.n_patterns
    over_x = model.energy(instance, x[:, None, :] + 1j * STEP * np.eye(n), p[:, None, :] + 0j).imag / STEP
    # In p the step is relative: it must stay far below p.
    over_p = model.energy(instance, x[:, None, :] + 0j, p[:, None, :] * (1.0 + 1j * STEP * np.eye(k))).imag
    return over_x, over_p / (STEP * p)


def examples_for(request: Request) -> int:
    """How many examples Hypothesis tries: fewer where one costs more."""
    size = 0 if request.astrocyte is None else request.astrocyte.patterns.size
    return 120 if size <= 1000 else 10 if size <= 100_000 else 1


def few(states: States) -> States:
    """Fewer states of a large instance, for checks that cost N + K energies each."""
    instance = states.instance
    cost = (instance.n_neurons + instance.n_patterns) * instance.patterns.size
    keep = int(np.clip(4e6 // cost, 1, 16))
    return States(instance, states.x[:keep], states.p[:keep])


def drawn(request: Request, repeats: int = 10) -> Iterator[States]:
    """Draw batches of states over instances of all sizes and scales, or of the user's instance."""
    rng = np.random.default_rng(request.seed)
    for instance in _instances(request, rng, repeats):
        batch = int(np.clip(200_000 // instance.patterns.size, 4, 40))
        yield States(instance, draw_x(rng, instance, batch), draw_p(rng, instance.n_patterns, batch))


def starts(
    request: Request,
    count: int,
    *,
    faces: bool = False,
    batch: int = 4,
    rng: np.random.Generator | None = None,
) -> Iterator[Start]:
    """Starts of trajectories: drawn instances of moderate rates, or the user's; every second one on a face."""
    rng = np.random.default_rng([request.seed, 1]) if rng is None else rng
    sizes = ((2, 2), (6, 4), (12, 10), (4, 1), (1, 3), (20, 30), (8, 8), (30, 12), (3, 5), (16, 4))
    if request.astrocyte is not None and request.astrocyte.patterns.size > 3000:
        count = (count + 3) // 4 if request.astrocyte.patterns.size <= 100_000 else 1
    for index in range(count):
        n, k = sizes[index % len(sizes)]
        instance = request.astrocyte or draw_astrocyte(
            rng,
            n,
            k,
            sigma=float(rng.uniform(0.3, 4.0)),
            temperature=float(n * 10.0 ** rng.uniform(-2.0, 0.0)),
            tau_x=float(10.0 ** rng.uniform(-0.7, 0.7)),
            tau_p=float(10.0 ** rng.uniform(-0.7, 0.7)),
        )
        k = instance.n_patterns
        support = np.ones(k, dtype=bool)
        if faces and index % 2:
            support = rng.random(k) < 0.5
            support[rng.integers(k)] = True
        p0 = rng.standard_gamma(2.0, (batch, k)) + 1e-3
        p0[0] = 1.0
        p0 = p0 * support
        # No further than an explicit method goes quickly; the transient is what moves.
        horizon = min(15.0 * max(instance.tau_x, instance.tau_p), 150.0 / fastest_rate(instance))
        rows = int(np.clip(40_000 // instance.patterns.size, 1, batch))
        x0 = draw_x(rng, instance, batch)[:rows]
        yield Start(instance, x0, (p0 / p0.sum(axis=1, keepdims=True))[:rows], horizon)


def corners(request: Request) -> st.SearchStrategy[States]:
    """Small and degenerate cases: N = 1, K = 1, copies, opposites, faces, extreme scales; or the user's instance."""
    return _states(request.astrocyte)


def _instances(request: Request, rng: np.random.Generator, repeats: int) -> Iterator[AstrocyteInstance]:
    """The user's instance ``repeats`` times, or instances over all sizes, real images among them."""
    if request.astrocyte is not None:
        for _ in range(repeats if request.astrocyte.patterns.size <= 100_000 else 1):
            yield request.astrocyte
        return
    for n, k in _SIZES:
        for _ in range(repeats if n * k <= 100 else 1):
            sigma, temperature, tau_x, tau_p = (float(10.0 ** rng.uniform(-2.0, 2.0)) for _ in range(4))
            yield draw_astrocyte(rng, n, k, sigma=min(sigma, 30.0), temperature=temperature, tau_x=tau_x, tau_p=tau_p)
    digits = digit_patterns(2)
    if digits is not None:
        yield AstrocyteInstance(digits, 2.0, 0.3, 1.0, 0.5, "20 handwritten digits N=64")


def draw_x(rng: np.random.Generator, instance: AstrocyteInstance, batch: int) -> Array:
    """Neurons from almost silent to saturated, and noisy stored patterns."""
    n = instance.n_neurons
    x = rng.standard_normal((batch, n)) * 10.0 ** rng.uniform(-3.0, 1.2, (batch, 1)) / instance.sigma
    cues = instance.patterns[rng.integers(instance.n_patterns, size=batch)]
    cues = cues * np.where(rng.random((batch, n)) < 0.2, -1.0, 1.0)
    return np.asarray(np.where(rng.random((batch, 1)) < 0.3, cues, x))


def draw_p(rng: np.random.Generator, k: int, batch: int) -> Array:
    """Gains from uniform to nearly one-hot, some on faces."""
    weights = rng.standard_gamma(10.0 ** rng.uniform(-1.0, 1.5, (batch, 1)), (batch, k)) + 1e-120
    weights *= rng.random((batch, k)) >= rng.choice([0.0, 0.0, 0.5], (batch, 1))
    weights[:, 0] += weights.sum(axis=1) == 0.0
    weights[0] = 1.0
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@st.composite
def _states(draw: st.DrawFn, given: AstrocyteInstance | None) -> States:
    instance = given
    if instance is None:
        n, k = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        sign = st.sampled_from([1.0, -1.0])
        patterns = np.array(draw(st.lists(sign, min_size=n * k, max_size=n * k))).reshape(k, n)
        parameter = st.sampled_from([1.0, 2.0, 0.5, 10.0, 0.01, 1e3, 1e-3])
        slope = st.sampled_from([1.0, 2.0, 0.5, 0.01, 20.0])
        instance = AstrocyteInstance(patterns, draw(slope), draw(parameter), draw(parameter), draw(parameter))
    n, k = instance.n_neurons, instance.n_patterns
    if n <= 8:
        neuron = st.sampled_from([1.0, 0.0, -1.0, 0.5, 2.0, -8.0, 1e-3, 1e-9])
        x = np.array([draw(st.lists(neuron, min_size=n, max_size=n))]) / instance.sigma
    else:
        x = draw_x(np.random.default_rng(draw(st.integers(0, 99))), instance, 1)
    if k <= 8:
        gain = st.sampled_from([1.0, 2.0, 0.0, 5.0, 1e-3, 1e-12, 1e-100])
        p = np.array([draw(st.lists(gain, min_size=k, max_size=k))])
        p[:, 0] += p.sum() == 0.0
    else:
        p = draw_p(np.random.default_rng(draw(st.integers(0, 99))), k, 2)[1:]
    return States(instance, x, p / p.sum())
