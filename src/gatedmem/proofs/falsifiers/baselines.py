"""Attempts to break the statements about the baselines (ledger ids BL*).

The models are drawn here; on trial are ``numerics.hopfield``, ``modern``, ``dense`` and ``neuron_astrocyte``.
Derivatives are taken by the complex step; formulas that a statement names are written out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from gatedmem.numerics import astrocyte, context, dense, hopfield, modern
from gatedmem.numerics import neuron_astrocyte as tripartite
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, draw_astrocyte, draw_context
from gatedmem.numerics.integrate import solve
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, combine, outcome, row, said

Values = npt.NDArray[Any]

ERROR = 2.0
"""BL2: the factor of M(N-1)e^{-βΔ} in the one-step error bound."""

DEFECT = 1.0
"""BL4: how often the defect of asymmetry enters dE/dt."""

STEP = 1e-20
_SIZES = (1, 2, 3, 5, 12, 40)


# BL1 --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Network:
    """A network with graded states x and binary states s, both (B, N)."""

    instance: hopfield.HopfieldInstance
    x: Array
    s: Array

    def where(self, at: tuple[int, ...]) -> str:
        return f"σ={self.instance.sigma:g} W={row(self.instance.weights.ravel())} x={row(self.x[at[0]])}"

    def where_binary(self, at: tuple[int, ...]) -> str:
        return f"W={row(self.instance.weights.ravel())} s={row(self.s[at[0]])}"


def bl1(request: Request) -> Search:
    """BL1: dE/dt = -τΣφ'ẋ² by the complex step; one binary update changes -½sᵀWs by -(s'_i - s_i)(Ws)_i ≤ 0."""
    return attack(_network_check, _networks(request.seed), _small_networks(), seed=request.seed, examples=150)


def _network_check(case: _Network, tally: Tally) -> None:
    instance, x, s = case.instance, case.x, case.s
    n, sigma, w = x.shape[1], instance.sigma, instance.weights
    roundings = 4.0 * n + 4.0 * CALL
    tally.trials += len(x) * (1 + n)
    speed = (np.tanh(sigma * x) @ w - x) / instance.tau
    drive = np.abs(np.tanh(sigma * x)) @ np.abs(w) + np.abs(x)
    slope = sigma / np.cosh(np.minimum(sigma * np.abs(x), 300.0)) ** 2
    # What cancels in xφ - Λ: φ against φ, then the drive.
    scale = ((slope * drive + 2.0 * np.abs(np.tanh(sigma * x))) * drive).sum(axis=1) / instance.tau
    tally.equal(
        "τẋ = -x + Wφ",
        hopfield.velocity(instance, x),
        speed,
        scale=drive / instance.tau,
        roundings=roundings,
        where=case.where,
    )
    rate = hopfield.energy(instance, x + 1j * STEP * hopfield.velocity(instance, x)).imag / STEP
    lost = instance.tau * (slope * speed**2).sum(axis=1)
    tally.equal("dE/dt = -τΣφ'ẋ²", rate, -lost, scale=scale, roundings=roundings, where=case.where)

    couplings = w - np.diag(np.diag(w))
    before = hopfield.binary_energy(couplings, s)
    size = 2.0 * np.abs(couplings).sum()
    for neuron in range(n):
        moved = hopfield.asynchronous_update(couplings, s, neuron)
        change = hopfield.binary_energy(couplings, moved) - before
        field = (couplings[neuron] * s).sum(axis=1)
        turned = moved[:, neuron] - s[:, neuron]
        tally.equal(
            "ΔE = -(s'_i - s_i)(Ws)_i",
            change,
            -turned * field,
            scale=size,
            roundings=roundings,
            where=case.where_binary,
        )
        others = np.delete(np.arange(n), neuron)
        tally.equal(
            "only one neuron moves, to ±1",
            np.concatenate([moved[:, others] - s[:, others], np.abs(moved[:, [neuron]]) - 1.0], axis=1),
            0.0,
            scale=1.0,
            roundings=0,
            where=case.where_binary,
        )
        tally.at_most("ΔE ≤ 0", change, 0.0, scale=size, roundings=roundings, where=case.where_binary)


def _networks(seed: int) -> Iterator[_Network]:
    rng = np.random.default_rng([seed, 101])
    for n in _SIZES:
        for index in range(6):
            w = rng.standard_normal((n, n)) * 10.0 ** rng.uniform(-1.0, 1.0)
            w = hopfield.hebbian(_signs(rng, 3, n)) if index == 0 else w + w.T
            instance = hopfield.HopfieldInstance(w, float(10.0 ** rng.uniform(-1, 1)), float(rng.uniform(0.1, 9.0)))
            yield _Network(instance, 3.0 * rng.standard_normal((30, n)), _signs(rng, 30, n))


@st.composite
def _small_networks(draw: st.DrawFn) -> _Network:
    n = draw(st.integers(1, 3))
    entries = st.sampled_from([0.0, 1.0, -1.0, 0.5, -40.0])
    w = np.array(draw(st.lists(entries, min_size=n * n, max_size=n * n))).reshape(n, n)
    x = np.array([draw(st.lists(st.sampled_from([0.0, 1.0, -0.5, 1e-9, 50.0]), min_size=n, max_size=n))])
    s = np.array([draw(st.lists(st.sampled_from([1.0, -1.0]), min_size=n, max_size=n))])
    return _Network(hopfield.HopfieldInstance(w + w.T, draw(st.sampled_from([1.0, 0.1, 8.0]))), x, s)


def _signs(rng: np.random.Generator, *shape: int) -> Array:
    return rng.choice(np.array([-1.0, 1.0]), size=shape)


# BL2 --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Memories:
    """Memories (N, d), states (B, d) and β."""

    memories: Array
    states: Array
    beta: float

    def where(self, at: tuple[int, ...]) -> str:
        return f"β={self.beta:g} Z={row(self.memories.ravel())} ξ={row(self.states[at[0]])}"


def bl2(request: Request) -> Search:
    """BL2: the update is attention, E falls by at least ½‖ξ' - ξ‖², and the one-step error keeps its bound."""
    return attack(_memory_check, _memories(request.seed), _small_memories(), seed=request.seed, examples=150)


def _memory_check(case: _Memories, tally: Tally) -> None:
    z, xi, beta = case.memories, case.states, case.beta
    n, d = z.shape
    tally.trials += len(xi)
    radius = float(np.sqrt((z**2).sum(axis=1)).max())
    reach = 1.0 + 2.0 * beta * np.abs(xi) @ np.abs(z).T.max(axis=1)
    roundings = 4.0 * (n + d) + 4.0 * CALL
    new = modern.update(z, xi, beta)
    scores = (xi[:, None, :] * z).sum(axis=2)
    weights = np.exp(beta * (scores - scores.max(axis=1, keepdims=True)))
    weights /= weights.sum(axis=1, keepdims=True)
    size = np.abs(z).max(axis=0) * reach[:, None]
    written = (weights[:, :, None] * z).sum(axis=1)
    tally.equal("ξ' = Z softmax(βZᵀξ)", new, written, scale=size, roundings=roundings, where=case.where)
    # One head of attention has β = 1/√d_k built in: rescale the queries to make up for it.
    heads = modern.attention(beta * np.sqrt(d) * xi, z, z)
    tally.equal("ξ' = softmax(QKᵀ/√d)V", heads, written, scale=size, roundings=2.0 * roundings, where=case.where)

    before, after = modern.energy(z, xi, beta), modern.energy(z, new, beta)
    step = 0.5 * ((new - xi) ** 2).sum(axis=1)
    scale = (xi**2 + new**2).sum(axis=1) + radius * np.sqrt((xi**2).sum(axis=1)) + radius**2 + np.log(n) / beta
    # An error of ξ' enters at second order in the energy, but at first order in the step.
    tally.at_most(
        "E(ξ') ≤ E(ξ) - ½‖ξ' - ξ‖²", after - before, -step, scale=scale, roundings=roundings * 4.0, where=case.where
    )
    rounding = reach * radius
    for memory in range(min(n, 4)):
        error = np.sqrt(((new - z[memory]) ** 2).sum(axis=1))
        rest = np.delete(weights, memory, axis=1).sum(axis=1)
        tally.at_most(
            "‖ξ' - ζ^μ‖ ≤ 2M(1 - P(μ))",
            error,
            ERROR * radius * rest,
            scale=rounding,
            roundings=roundings,
            where=case.where,
        )
        # No error exceeds 2M, so a bound far above it can be cut.
        bound = np.minimum(0.5 * ERROR * modern.error_bound(z, xi, beta, memory), 100.0 * radius)
        tally.at_most(
            "‖ξ' - ζ^μ‖ ≤ 2M(N-1)e^{-βΔ}",
            error,
            bound,
            scale=rounding + bound * reach,
            roundings=roundings,
            where=case.where,
        )


def _memories(seed: int) -> Iterator[_Memories]:
    rng = np.random.default_rng([seed, 102])
    for n, d in ((1, 3), (2, 1), (2, 5), (6, 3), (20, 10), (100, 16)):
        for _ in range(6):
            z = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-0.5, 0.5)
            chosen = z[rng.integers(n, size=30)]
            states = chosen + rng.standard_normal((30, d)) * 10.0 ** rng.uniform(-2.0, 0.5, (30, 1))
            yield _Memories(z, states, float(10.0 ** rng.uniform(-1.0, 1.3)))
    # Two opposite memories and a wide gap: the bound is nearly attained.
    for gap in (2.0, 4.0, 8.0):
        yield _Memories(np.array([[1.0], [-1.0]]), np.array([[gap / 2.0], [-gap / 2.0]]), 1.0)


@st.composite
def _small_memories(draw: st.DrawFn) -> _Memories:
    n, d = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    entries = st.sampled_from([0.0, 1.0, -1.0, 0.5, 3.0, 1e-6])
    z = np.array(draw(st.lists(entries, min_size=n * d, max_size=n * d))).reshape(n, d)
    states = np.array([draw(st.lists(entries, min_size=d, max_size=d))])
    return _Memories(z, states, draw(st.sampled_from([1.0, 0.01, 5.0])))


# BL3 --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Store:
    """Patterns (K, N), states (B, N), the neurons to update at once (B, N), and F."""

    patterns: Array
    states: Array
    chosen: npt.NDArray[np.bool_]
    interaction: dense.Interaction
    convex: bool

    def where(self, at: tuple[int, ...]) -> str:
        return f"F={self.interaction.name} ξ={row(self.patterns.ravel())} s={row(self.states[at[0]])}"


def bl3(request: Request) -> Search:
    """BL3: energy differences for any F, one neuron at a time; fields for convex F, any set of neurons at once."""
    raised = _concave_example()
    return combine(
        attack(_store_check, _stores(request.seed), _small_stores(), seed=request.seed, examples=150),
        outcome(Tally(), notes=[f"with the concave F(z) = -z²/2 the field update raised an energy by {raised:g}"]),
    )


def _store_check(case: _Store, tally: Tally) -> None:
    xi, s, interaction = case.patterns, case.states, case.interaction
    tally.trials += s.size + len(s)
    roundings = 2.0 * (xi.shape[0] + xi.shape[1]) + 2.0 * CALL

    def written(states: Array) -> Array:
        return np.asarray(-interaction.value((states[:, None, :] * xi).sum(axis=2)).sum(axis=1))

    def size(states: Array) -> Array:
        m = (np.abs(states) @ np.abs(xi).T) + 1.0
        here = (states[:, None, :] * xi).sum(axis=2)
        return np.asarray((np.abs(interaction.value(here)) + np.abs(interaction.slope(here)) * m).sum(axis=1))

    before = written(s)
    own = size(s)
    tally.equal(
        "E = -ΣF(⟨ξ,s⟩)",
        dense.energy(xi, s, interaction),
        before,
        scale=own,
        roundings=roundings,
        where=case.where,
    )
    for neuron in range(min(s.shape[1], 12)):
        moved = dense.energy_difference_update(xi, s, neuron, interaction)
        flipped = s.copy()
        flipped[:, neuron] *= -1.0
        lower = np.minimum(before, written(flipped))
        tally.at_most(
            "the energy-difference update takes the lower of the two energies",
            written(moved),
            lower,
            scale=own + size(flipped),
            roundings=roundings,
            where=case.where,
        )
    if case.convex:
        for chosen in (case.chosen, None):
            moved = dense.field_update(xi, s, interaction, chosen)
            tally.equal("signs", np.abs(moved), 1.0, scale=1.0, roundings=0, where=case.where)
            tally.at_most(
                "the field update does not raise E",
                written(moved),
                before,
                scale=own + size(moved),
                roundings=roundings,
                where=case.where,
            )


_CONVEX = (dense.power(2), dense.power(4), dense.power(6), dense.EXPONENTIAL)
_OTHERS = (
    dense.power(3),
    dense.Interaction("cos", np.cos, lambda z: -np.sin(z)),
    dense.Interaction("-z²/2", lambda z: -(z**2) / 2.0, lambda z: -z),
    dense.Interaction("rough", lambda z: np.sin(1e3 * z), lambda z: 1e3 * np.cos(1e3 * z)),
)


def _stores(seed: int) -> Iterator[_Store]:
    rng = np.random.default_rng([seed, 103])
    for n, k in ((1, 1), (2, 3), (6, 4), (15, 30), (40, 10)):
        for index, interaction in enumerate((*_CONVEX, *_OTHERS)):
            patterns = _signs(rng, k, n) if index % 2 else rng.standard_normal((k, n))
            chosen = rng.random((20, n)) < rng.uniform(0.1, 0.9)
            yield _Store(patterns, _signs(rng, 20, n), chosen, interaction, index < len(_CONVEX))


@st.composite
def _small_stores(draw: st.DrawFn) -> _Store:
    n, k = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    index = draw(st.integers(0, len(_CONVEX) + len(_OTHERS) - 1))
    entries = st.sampled_from([1.0, -1.0, 0.0, 0.5])
    patterns = np.array(draw(st.lists(entries, min_size=k * n, max_size=k * n))).reshape(k, n)
    states = np.array([draw(st.lists(st.sampled_from([1.0, -1.0]), min_size=n, max_size=n))])
    chosen = np.array([draw(st.lists(st.booleans(), min_size=n, max_size=n))])
    return _Store(patterns, states, chosen, (*_CONVEX, *_OTHERS)[index], index < len(_CONVEX))


def _concave_example() -> float:
    """How much one synchronous field update raises the energy of F(z) = -z²/2 on two neurons."""
    concave = _OTHERS[2]
    patterns = np.array([[1.0, 1.0], [1.0, 0.5]])
    states = np.array([[1.0, -1.0], [1.0, 1.0]])
    moved = dense.field_update(patterns, states, concave)
    return float((dense.energy(patterns, moved, concave) - dense.energy(patterns, states, concave)).max())


# BL4 --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tripartite:
    """A neuron-astrocyte memory and a batch of states."""

    instance: tripartite.NeuronAstrocyteInstance
    state: tripartite.State
    symmetric: bool

    def where(self, at: tuple[int, ...]) -> str:
        x, s, p = (np.atleast_1d(part[at[0]]).ravel() for part in self.state)
        return f"N={len(x)} x={row(x)} s={row(s)} p={row(p)} γ={self.instance.gamma} τ={self.instance.tau}"


def bl4(request: Request) -> Search:
    """BL4: dE/dt is defect minus dissipation at every state, and each symmetry counts; elimination; the saddle."""
    seed = request.seed
    return combine(
        attack(_balance_check, _tripartites(seed), None, seed=seed, examples=0),
        attack(_elimination_check, _eliminated(seed), None, seed=seed, examples=0),
        attack(_saddle_check, _fast_blocks(seed), None, seed=seed, examples=0),
        attack(_broken_check, BROKEN, None, seed=seed, examples=0),
    )


def _balance_check(case: _Tripartite, tally: Tally) -> None:
    instance, state = case.instance, case.state
    n = state.x.shape[-1]
    tally.trials += len(state.x)
    moved = tripartite.velocity(instance, state)
    ahead = tripartite.State(*(part + 1j * STEP * rate for part, rate in zip(state, moved, strict=True)))
    rate = tripartite.energy(instance, ahead).imag / STEP
    lost, defect = _written_rates(instance, state, moved)
    scale = _rate_scale(instance, state, moved)
    roundings = 8.0 * n * n + 6.0 * CALL
    tally.equal(
        "dE/dt = defect - dissipation",
        rate,
        DEFECT * defect - lost,
        scale=scale,
        roundings=roundings,
        where=case.where,
    )
    tally.equal(
        "the dissipation is the written-out one",
        tripartite.dissipation(instance, state),
        lost,
        scale=scale,
        roundings=roundings,
        where=case.where,
    )
    tally.equal(
        "the defect is the written-out one",
        tripartite.defect(instance, state),
        defect,
        scale=scale,
        roundings=roundings,
        where=case.where,
    )
    if case.symmetric:
        tally.at_most("dE/dt ≤ 0 on symmetric states", rate, 0.0, scale=scale, roundings=roundings, where=case.where)
        for name, part in (("s", moved.s), ("p", moved.p)):
            wide = np.abs(part).max(axis=(1, 2), keepdims=True) + 10.0 * n * n
            tally.equal(
                f"{name} stays symmetric",
                part,
                np.swapaxes(part, 1, 2),
                scale=wide,
                roundings=roundings,
                where=case.where,
            )


def _full(tensor: tripartite.Tensor | tripartite.PatternTensor) -> Array:
    """All N⁴ entries, for small N."""
    if isinstance(tensor, tripartite.PatternTensor):
        xi = tensor.patterns
        return np.asarray(tensor.scale * np.einsum("mi,mj,mk,ml->ijkl", xi, xi, xi, xi))
    return np.asarray((tensor.left[:, :, :, None, None] * tensor.right[:, None, None, :, :]).sum(axis=0))


def _written_rates(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, moved: tripartite.State
) -> tuple[Values, Values]:
    """Dissipation and defect with every sum written out over the full tensor."""
    phi, g, psi = instance.phi.value(state.x), instance.g.value(state.s), instance.psi.value(state.p)
    slopes = instance.phi.slope(state.x), instance.g.slope(state.s), instance.psi.slope(state.p)
    lost = instance.tau[0] * (slopes[0] * moved.x**2).sum(axis=1)
    lost = lost + 0.5 * instance.tau[1] * (slopes[1] * moved.s**2).sum(axis=(1, 2))
    lost = lost + 0.5 * instance.tau[2] * (slopes[2] * moved.p**2).sum(axis=(1, 2))
    defect = 0.5 * np.einsum("bi,bij,bj->b", slopes[0] * moved.x, g - np.swapaxes(g, 1, 2), phi)
    full = _full(instance.tensor)
    skew = full - np.transpose(full, (2, 3, 0, 1))
    defect = defect + 0.25 * np.einsum("bij,ijkl,bkl->b", slopes[2] * moved.p, skew, psi)
    return lost, defect


def _rate_scale(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, moved: tripartite.State
) -> Values:
    """Sum of the absolute values of the terms of dE/dt, shape (B,)."""
    phi, g, psi = (np.abs(a) for a in (instance.phi.value(state.x), instance.g.value(state.s),
                                       instance.psi.value(state.p)))  # fmt: skip
    slopes = instance.phi.slope(state.x), instance.g.slope(state.s), instance.psi.slope(state.p)
    wide = np.abs(_full(instance.tensor))
    into_x = instance.gamma[0] * np.abs(state.x) + np.abs(instance.b)
    into_x = into_x + np.einsum("bij,bj->bi", g + np.swapaxes(g, 1, 2), phi)
    into_s = instance.gamma[1] * np.abs(state.s) + np.abs(instance.c) + phi[:, :, None] * phi[:, None, :] + psi
    both = wide + np.transpose(wide, (2, 3, 0, 1))
    into_p = instance.gamma[2] * np.abs(state.p) + np.abs(instance.d) + g + np.einsum("ijkl,bkl->bij", both, psi)
    # φ cancels against φ in the derivative of xφ - Λ, and so for g and ψ.
    total = ((slopes[0] * into_x + 2.0 * instance.gamma[0] * phi) * np.abs(moved.x)).sum(axis=1)
    total = total + ((slopes[1] * into_s + 2.0 * instance.gamma[1] * g) * np.abs(moved.s)).sum(axis=(1, 2))
    total = total + ((slopes[2] * into_p + 2.0 * instance.gamma[2] * psi) * np.abs(moved.p)).sum(axis=(1, 2))
    # The velocities themselves carry the rounding of their terms.
    error = (slopes[0] * into_x**2 / instance.tau[0]).sum(axis=1)
    error = error + (slopes[1] * into_s**2 / instance.tau[1]).sum(axis=(1, 2))
    error = error + (slopes[2] * into_p**2 / instance.tau[2]).sum(axis=(1, 2))
    return np.asarray(4.0 * (total + error) + 1e-200)


def _tripartites(seed: int) -> Iterator[_Tripartite]:
    rng = np.random.default_rng([seed, 104])
    for n in (1, 2, 3, 5):
        for index in range(10):
            symmetric = index % 2 == 0
            yield _draw_tripartite(rng, n, symmetric)


def _mirror(values: Array) -> Array:
    return np.asarray(0.5 * (values + np.swapaxes(values, -1, -2)))


def _draw_tripartite(rng: np.random.Generator, n: int, symmetric: bool) -> _Tripartite:
    def square(*lead: int) -> Array:
        values = rng.standard_normal((*lead, n, n))
        return _mirror(values) if symmetric else values

    factors = square(3)
    tensor: tripartite.Tensor | tripartite.PatternTensor
    if symmetric and rng.random() < 0.5:
        tensor = tripartite.PatternTensor(_signs(rng, 3, n), float(rng.uniform(-1.0, 1.0)))
    elif symmetric:
        tensor = tripartite.Tensor(factors, np.array([1.0, -0.5, 2.0])[:, None, None] * factors)
    else:
        tensor = tripartite.Tensor(factors, square(3))
    linear = rng.random() < 0.3
    act = [tripartite.IDENTITY if linear else tripartite.tanh_activation(float(rng.uniform(0.3, 3.0))) for _ in "xsp"]
    gamma = (float(rng.choice([0.0, 1.0, 2.5])), float(rng.choice([0.0, 1.0])), float(rng.choice([0.0, 0.3])))
    tau = (float(rng.uniform(0.1, 5.0)), float(rng.uniform(0.1, 5.0)), float(rng.uniform(0.1, 5.0)))
    instance = tripartite.NeuronAstrocyteInstance(
        tensor, rng.standard_normal(n), square(), square(), gamma, tau, act[0], act[1], act[2]
    )
    state = tripartite.State(rng.standard_normal((25, n)), square(25), square(25))
    return _Tripartite(instance, state, symmetric)


# Each symmetry in turn: the antisymmetric parts (a, q) of s and p where E rises, those of c, d and Tψ.
BROKEN: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("s(0)", (1.0, 0.0, 0.0, 0.0, 0.0)),
    ("p(0)", (3 / 32, 5 / 32, 0.0, 0.0, 0.0)),
    ("c", (39 / 128, 9 / 128, 1.0, 0.0, 0.0)),
    ("d", (9 / 128, 39 / 128, 0.0, 1.0, 0.0)),
    ("T_ijkl = T_jikl", (9 / 128, 39 / 128, 0.0, 0.0, 1.0)),
    ("T_ijkl = T_klij", ()),
)
_ASYMMETRY = 1e-2


def _broken(parts: tuple[float, ...]) -> tuple[tripartite.NeuronAstrocyteInstance, tripartite.State]:
    """Two neurons with linear activations near an equilibrium with x = (10, 0), one symmetry broken."""
    turn, pair = np.array([[0.0, 1.0], [-1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    head, tail = np.diag([1.0, 0.0]), np.diag([0.0, 1.0])
    high, eps, linear = 10.0, _ASYMMETRY, tripartite.IDENTITY
    one = (1.0, 3.0, 3.0), (1.0, 1.0, 1.0), linear, linear, linear
    if not parts:
        nothing = np.zeros((2, 2))
        tensor = tripartite.Tensor(4.0 * head[None], tail[None])
        instance = tripartite.NeuronAstrocyteInstance(tensor, np.zeros(2), -tail, 3.0 * (tail - head), *one)
        return instance, tripartite.State(np.zeros(2), nothing, tail)
    a, q, into_s, into_p, by_tensor = parts
    tensor = tripartite.Tensor(0.5 * eps * by_tensor * np.array([turn, tail]), np.array([tail, turn]))
    c = 2.0 * tail - high**2 * head + 0.5 * eps * into_s * turn
    d = 2.0 * tail + 0.5 * eps * into_p * turn
    instance = tripartite.NeuronAstrocyteInstance(tensor, np.array([high, 0.0]), c, d, *one)
    x = np.array([high, 2.0 * a * eps / (3.0 * high)])
    s = tail + eps * a * (0.25 * pair + 0.5 * turn)
    p = tail + eps * (a / 12.0 * pair + 0.5 * q * turn)
    return instance, tripartite.State(x, s, p)


def _broken_check(case: tuple[str, tuple[float, ...]], tally: Tally) -> None:
    """Require that the energy does rise along a solution that breaks one symmetry, and not when it is mended."""
    name, parts = case
    instance, state = _broken(parts)
    for mended in (False, True):
        path, rate, rounding = _run(*_mended(instance, state, name) if mended else _history(instance, state, name))
        tally.trials += len(path)
        rises = np.diff(path)
        scale = np.abs(path).max()
        if mended:
            tally.at_most(
                f"E falls with {name} symmetric",
                rises,
                0.0,
                scale=scale,
                roundings=rounding,
                where=said(f"mended {name}"),
            )
        else:
            tally.at_most(
                f"E rises once {name} is dropped",
                np.array([rounding * 2.0**-53 * scale, 0.0]),
                np.array([rises.max(), rate]),
                scale=1.0,
                roundings=0,
                where=said(f"N=2, x=(10, 0) but for {name}"),
                tight=False,
            )


def _history(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, name: str
) -> tuple[tripartite.NeuronAstrocyteInstance, tripartite.State, float]:
    """Where the state came from: with symmetric s and p, unless it is these that are dropped."""
    if name in ("s(0)", "T_ijkl = T_klij"):
        return instance, state, 1e-3
    length = 0.5 * float(np.log(4.0))
    past = solve(lambda y: -_speed(instance, y), tripartite.pack(state), np.array([0.0, length]), tolerance=1e-12)[-1]
    before = tripartite.unpack(past, 2)
    p = before.p if name == "p(0)" else _mirror(before.p)
    return instance, tripartite.State(before.x, _mirror(before.s), p), length


def _mended(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, name: str
) -> tuple[tripartite.NeuronAstrocyteInstance, tripartite.State, float]:
    """The same with the symmetry restored."""
    instance, state, length = _history(instance, state, name)
    tensor = instance.tensor
    assert isinstance(tensor, tripartite.Tensor)
    turned = tripartite.Tensor(
        np.concatenate([_mirror(tensor.left), _mirror(tensor.right)]) / 2.0,
        np.concatenate([_mirror(tensor.right), _mirror(tensor.left)]),
    )
    instance = replace(instance, tensor=turned, c=_mirror(instance.c), d=_mirror(instance.d))
    return instance, tripartite.State(state.x, _mirror(state.s), _mirror(state.p)), length


def _speed(instance: tripartite.NeuronAstrocyteInstance, packed: Array) -> Array:
    return np.asarray(tripartite.pack(tripartite.velocity(instance, tripartite.unpack(packed, 2))))


def _run(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, length: float
) -> tuple[Array, float, float]:
    """The energy along the solution, the largest dE/dt on it, and the roundings to grant an energy."""
    times = np.linspace(0.0, length, 41)
    path = tripartite.unpack(solve(lambda y: _speed(instance, y), tripartite.pack(state), times), 2)
    rate = tripartite.energy(
        instance,
        tripartite.State(
            *(a + 1j * STEP * b for a, b in zip(path, tripartite.velocity(instance, path), strict=True))
        ),
    )
    return tripartite.energy(instance, path), float(rate.imag.max() / STEP), 2e3


@dataclass(frozen=True)
class _Reduced:
    patterns: Array
    scale: float
    phi: tripartite.Activation
    x: Array

    def where(self, at: tuple[int, ...]) -> str:
        return f"c={self.scale:g} ξ={row(self.patterns.ravel())} x={row(self.x[at[0]])}"


def _elimination_check(case: _Reduced, tally: Tally) -> None:
    """At ψ = -φφᵀ and g = Tφφᵀ the fast block rests and the neurons follow the quartic dense memory."""
    xi, c, phi = case.patterns, case.scale, case.phi
    n = xi.shape[1]
    tally.trials += len(case.x)
    z = phi.value(case.x)
    full = c * np.einsum("mi,mj,mk,ml->ijkl", xi, xi, xi, xi)
    drive = np.einsum("ijkl,bj,bk,bl->bi", full, z, z, z)
    wide = np.einsum("ijkl,bj,bk,bl->bi", np.abs(full), *3 * [np.abs(z)])
    # Linear g and ψ have every value in their range.
    nothing = np.zeros((n, n))
    instance = tripartite.NeuronAstrocyteInstance(
        tripartite.PatternTensor(xi, c), np.zeros(n), nothing, nothing, (1.0, 0.0, 0.0), (1.0, 1.0, 1.0),
        phi, tripartite.IDENTITY, tripartite.IDENTITY,
    )  # fmt: skip
    outer = z[:, :, None] * z[:, None, :]
    state = tripartite.State(case.x, np.einsum("ijkl,bkl->bij", full, outer), -outer)
    moved = tripartite.velocity(instance, state)
    roundings = 8.0 * n * n + 6.0 * CALL
    size = np.abs(full).sum() + 1.0
    for name, rest in (("ṡ", moved.s), ("ṗ", moved.p)):
        tally.equal(f"{name} = 0", rest, 0.0, scale=size, roundings=roundings, where=case.where)
    for name, left in (
        ("the neurons' velocity", moved.x),
        ("cΣξm³ - x", tripartite.reduced_velocity(xi, c, phi, case.x)),
    ):
        tally.equal(
            f"{name} = -x + ΣTφφφ",
            left,
            drive - case.x,
            scale=wide + np.abs(case.x),
            roundings=roundings,
            where=case.where,
        )
    quartic = np.einsum("bi,bi->b", drive, z)
    legendre = case.x * z - phi.potential(case.x)
    energy = legendre.sum(axis=1) - 0.25 * quartic
    scale = (np.abs(case.x * z) + np.abs(phi.potential(case.x)) + 4.0 * wide * np.abs(z)).sum(axis=1)
    for name, left in (
        ("E at rest", tripartite.energy(instance, state)),
        ("E_eff", tripartite.reduced_energy(xi, c, phi, case.x)),
    ):
        tally.equal(f"{name} = Legendre - ¼Tφφφφ", left, energy, scale=scale, roundings=roundings, where=case.where)
    speed = tripartite.reduced_velocity(xi, c, phi, case.x)
    rate = tripartite.reduced_energy(xi, c, phi, case.x + 1j * STEP * speed).imag / STEP
    loud = (phi.slope(case.x) * (wide + np.abs(case.x)) + 2.0 * np.abs(z)) * (wide + np.abs(case.x))
    tally.equal(
        "dE_eff/dt = -τΣφ'ẋ²",
        rate,
        -(phi.slope(case.x) * speed**2).sum(axis=1),
        scale=loud.sum(axis=1),
        roundings=roundings,
        where=case.where,
    )


def _eliminated(seed: int) -> Iterator[_Reduced]:
    rng = np.random.default_rng([seed, 105])
    for n, k in ((1, 1), (2, 1), (3, 4), (5, 2)):
        for sigma in (0.5, 2.0):
            x = rng.standard_normal((20, n)) * 2.0
            yield _Reduced(_signs(rng, k, n), float(rng.uniform(-1.0, 1.0)), tripartite.tanh_activation(sigma), x)
        yield _Reduced(rng.standard_normal((k, n)), 1.0 / n**3, tripartite.IDENTITY, rng.standard_normal((20, n)))


def _saddle_check(case: _Tripartite, tally: Tally) -> None:
    """Count the eigenvalues of the fast block at γ_s = γ_p = 0 on either side: N² each, all real."""
    n = case.state.x.shape[-1]
    for which in range(len(case.state.x)):
        state = tripartite.State(*(part[which] for part in case.state))
        spectrum = np.linalg.eigvals(tripartite.fast_block(case.instance, state))
        tally.trials += 1

        def where(at: tuple[int, ...], which: int = which) -> str:
            return case.where((which,))

        counts = np.array([(spectrum.real > 0.0).sum(), (spectrum.real < 0.0).sum()], dtype=np.float64)
        tally.equal("N² unstable and N² stable directions", counts, n * n, scale=1.0, roundings=0, where=where)
        size = np.abs(spectrum).max()
        tally.equal("real", spectrum.imag, 0.0, scale=1e6 * size, roundings=8.0 * n * n, where=where)


def _fast_blocks(seed: int) -> Iterator[_Tripartite]:
    rng = np.random.default_rng([seed, 106])
    for n in (1, 2, 3, 4):
        for _ in range(4):
            case = _draw_tripartite(rng, n, True)
            instance = replace(case.instance, gamma=(1.0, 0.0, 0.0))
            state = tripartite.State(*(part[:4] for part in case.state))
            yield _Tripartite(instance, state, True)


# BL5 --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    """A Lagrangian and its gradient, on states of shape (..., n); smooth ones accept complex states."""

    name: str
    lagrangian: Callable[[Values], Values]
    activation: Callable[[Values], Values]
    smooth: bool = True


@dataclass(frozen=True)
class Frame:
    """Layers with sizes and time constants, and an interaction energy of all activations with its gradient."""

    layers: tuple[Layer, ...]
    sizes: tuple[int, ...]
    taus: Array
    interaction: Callable[[Values], Values]

    def split(self, y: Values) -> list[Values]:
        """The states of the layers."""
        return [np.asarray(part) for part in np.split(y, np.cumsum(self.sizes)[:-1], axis=-1)]

    def activations(self, y: Values) -> Values:
        """ŷ of all layers, joined."""
        parts = [layer.activation(part) for layer, part in zip(self.layers, self.split(y), strict=True)]
        return np.concatenate(parts, axis=-1)

    def energy(self, y: Values) -> Values:
        """Σ [⟨y, ŷ⟩ - 𝓛(y)] + E_h(ŷ)."""
        own = [layer.lagrangian(part) for layer, part in zip(self.layers, self.split(y), strict=True)]
        hat = self.activations(y)
        return np.asarray((y * hat).sum(axis=-1) - sum(own) + self.interaction(hat))

    def velocity(self, y: Values) -> Values:
        """(-y - ∂E_h/∂ŷ)/τ, the gradient of the interaction by the complex step."""
        hat = self.activations(y)
        stepped = hat[..., None, :] + 1j * STEP * np.eye(hat.shape[-1])
        return np.asarray((-y - self.interaction(stepped).imag / STEP) / self.taus)


IDENTITY_LAYER = Layer("½|y|²", lambda y: np.asarray((y * y).sum(axis=-1) / 2.0), lambda y: np.asarray(y))
RELU_LAYER = Layer(
    "½relu²", lambda y: np.asarray((np.maximum(y, 0.0) ** 2).sum(axis=-1) / 2.0),
    lambda y: np.asarray(np.maximum(y, 0.0)), smooth=False,
)  # fmt: skip
HUBER_LAYER = Layer(
    "Huber", lambda y: np.asarray(np.where(np.abs(y) < 1.0, y * y / 2.0, np.abs(y) - 0.5).sum(axis=-1)),
    lambda y: np.asarray(np.clip(y, -1.0, 1.0)), smooth=False,
)  # fmt: skip


def tanh_layer(sigma: float) -> Layer:
    """Σ (1/σ) log cosh(σy)."""
    return Layer(
        "log cosh",
        lambda y: np.asarray((hopfield.log_cosh(sigma * y) / sigma).sum(axis=-1)),
        lambda y: np.asarray(np.tanh(sigma * y)),
    )


def softmax_layer(beta: float, weight: float = 1.0) -> Layer:
    """(w/β) log Σ e^{βy}, with activation w softmax(βy)."""
    return Layer(
        "log-sum-exp",
        lambda y: np.asarray(weight * soft.log_sum_exp(y, beta)),
        lambda y: np.asarray(weight * soft.softmax(y, beta)),
    )


@dataclass(frozen=True)
class _Framed:
    frame: Frame
    y: Array

    def where(self, at: tuple[int, ...]) -> str:
        return f"{' | '.join(layer.name for layer in self.frame.layers)} y={row(self.y[at[0]])}"


@dataclass(frozen=True)
class _Instance:
    """A frame, states, and what the memory itself says: τẏ as the frame scales it, and its energy."""

    name: str
    frame: Frame
    y: Array
    velocity: Array
    energy: Array

    def where(self, at: tuple[int, ...]) -> str:
        return f"{self.name}, y={row(self.y[at[0]])}"


def bl5(request: Request) -> Search:
    """BL5: the frame's rate by the complex step, its descent with kinks, and five memories as instances of it."""
    seed = request.seed
    return combine(
        attack(_frame_check, _frames(seed, smooth=True), None, seed=seed, examples=0),
        attack(_kink_check, _frames(seed, smooth=False), None, seed=seed, examples=0),
        attack(_instance_check, _frame_instances(seed), None, seed=seed, examples=0),
        outcome(Tally(), notes=[f"bounded activations: after 100 time units the fastest unit has {_late(seed):.1g} "
                                "of its first speed (how slow an approach may be is no part of the claim)"]),
    )  # fmt: skip


def _late(seed: int) -> float:
    """The largest speed at t = 100 over the largest at the start, for two frames with bounded activations."""
    rng = np.random.default_rng([seed, 109])
    ratios = []
    for layers, sizes in (((tanh_layer(1.2),), (3,)), ((tanh_layer(1.2), softmax_layer(1.1, 2.0)), (3, 2))):
        n = sum(sizes)
        coupling = _coupling(rng.standard_normal((n, n)), 0.2 * rng.standard_normal((n, n)))
        frame = Frame(layers, sizes, np.repeat(rng.uniform(0.3, 3.0, len(sizes)), sizes), coupling)
        path = solve(frame.velocity, 3.0 * rng.standard_normal((4, n)), np.array([0.0, 100.0]), tolerance=1e-6)
        speeds = np.abs(frame.velocity(path)).max(axis=(1, 2))
        ratios.append(float(speeds[1] / speeds[0]))
    return max(ratios)


def _frame_check(case: _Framed, tally: Tally) -> None:
    frame, y = case.frame, case.y
    tally.trials += len(y)
    speed = frame.velocity(y)
    rate = frame.energy(y + 1j * STEP * speed).imag / STEP
    moved = frame.activations(y + 1j * STEP * speed).imag / STEP  # ∇²𝓛 ẏ
    lost = (frame.taus * speed * moved).sum(axis=1)
    hat = np.abs(frame.activations(y))
    scale = ((np.abs(y) + frame.taus * np.abs(speed)) * np.abs(moved) + 2.0 * hat * np.abs(speed)).sum(axis=1)
    scale = scale + np.abs(frame.interaction(frame.activations(y))) * np.abs(speed).max(axis=1) + 1.0
    roundings = 20.0 * y.shape[1] + 10.0 * CALL
    tally.equal("dE/dt = -Στẏ∇²𝓛ẏ", rate, -lost, scale=scale, roundings=roundings, where=case.where)
    tally.at_most("dE/dt ≤ 0", rate, 0.0, scale=scale, roundings=roundings, where=case.where)


def _kink_check(case: _Framed, tally: Tally) -> None:
    """Lagrangians that are not C²: monotone activations, and short Euler steps that do not raise the energy."""
    frame, y = case.frame, case.y
    tally.trials += 2 * len(y)
    other = y[::-1]
    pairs = (y - other) * (frame.activations(y) - frame.activations(other))
    tally.at_most(
        "gradients of convex functions are monotone",
        -pairs.sum(axis=1),
        0.0,
        scale=np.abs(pairs).sum(axis=1) + 1.0,
        roundings=4.0 * y.shape[1],
        where=case.where,
    )
    path = solve(frame.velocity, y, np.linspace(0.0, 0.5, 16), tolerance=1e-8)
    energies = frame.energy(path)
    # At a kink the integrator loses its order: grant its local tolerance on a hundred steps.
    tally.at_most(
        "E falls along solutions",
        np.diff(energies, axis=0).T,
        0.0,
        scale=1.0 + np.abs(energies).max(),
        roundings=1e-6 * 2.0**53,
        where=case.where,
        tight=False,
    )


def _frames(seed: int, *, smooth: bool) -> Iterator[_Framed]:
    rng = np.random.default_rng([seed, 107])
    for index in range(30 if smooth else 4):
        pool: tuple[Layer, ...] = (
            IDENTITY_LAYER,
            tanh_layer(float(rng.uniform(0.3, 3.0))),
            softmax_layer(float(rng.uniform(0.3, 3.0)), float(rng.uniform(0.5, 4.0))),
        )
        if not smooth:
            pool = (RELU_LAYER, HUBER_LAYER, *pool)
        first = pool[index % 2] if not smooth else pool[index % 3]
        layers = (first, *(pool[k] for k in rng.integers(len(pool), size=index % 3)))
        sizes = tuple(int(k) for k in rng.integers(1, 5, size=len(layers)))
        n = sum(sizes)
        quadratic, cubic = rng.standard_normal((n, n)), 0.2 * rng.standard_normal((n, n))
        taus = np.repeat(rng.uniform(0.3, 3.0, len(layers)), sizes)
        yield _Framed(Frame(layers, sizes, taus, _coupling(quadratic, cubic)), rng.standard_normal((12, n)))


def _coupling(quadratic: Array, cubic: Array) -> Callable[[Values], Values]:
    def interaction(z: Values) -> Values:
        bent = np.tanh(z @ cubic)
        return np.asarray(0.5 * (z * (z @ quadratic)).sum(axis=-1) + (bent * bent * bent).sum(axis=-1))

    return interaction


def _instance_check(case: _Instance, tally: Tally) -> None:
    tally.trials += len(case.y)
    speed = case.frame.taus * case.frame.velocity(case.y)
    reach = 1.0 + np.abs(case.y).max(axis=1, keepdims=True) + np.abs(speed).max(axis=1, keepdims=True)
    roundings = 100.0 * case.y.shape[1] + 20.0 * CALL
    tally.equal(
        f"{case.name}: the frame's equations",
        speed,
        case.velocity,
        scale=reach,
        roundings=roundings,
        where=case.where,
    )
    energy = case.frame.energy(case.y)
    scale = (np.abs(case.y) * np.abs(case.frame.activations(case.y))).sum(axis=1) + np.abs(case.energy) + reach[:, 0]
    tally.equal(
        f"{case.name}: the frame's energy", energy, case.energy, scale=scale, roundings=roundings, where=case.where
    )


def _frame_instances(seed: int) -> Iterator[_Instance]:
    rng = np.random.default_rng([seed, 108])
    for size in (2, 4, 6):
        yield _classical(rng, size)
        yield _modern(rng, size)
        yield _context(rng, size)
        yield _astrocyte(rng, size)
        yield _neuron_astrocyte(rng, min(size, 4))


def _classical(rng: np.random.Generator, n: int) -> _Instance:
    w = _mirror(rng.standard_normal((n, n)))
    instance = hopfield.HopfieldInstance(w, 1.3, 0.7)
    x = rng.standard_normal((10, n))
    frame = Frame((tanh_layer(1.3),), (n,), np.full(n, 0.7), lambda z: np.asarray(-0.5 * (z * (z @ w)).sum(axis=-1)))
    return _Instance("classical", frame, x, 0.7 * hopfield.velocity(instance, x), hopfield.energy(instance, x))


def _modern(rng: np.random.Generator, n: int) -> _Instance:
    z, beta = rng.standard_normal((n + 1, n)), 1.7
    x = rng.standard_normal((10, n))
    frame = Frame((IDENTITY_LAYER,), (n,), np.ones(n), lambda hat: np.asarray(-soft.log_sum_exp(hat @ z.T, beta)))
    return _Instance("modern", frame, x, modern.update(z, x, beta) - x, modern.energy(z, x, beta))


def _context(rng: np.random.Generator, n: int) -> _Instance:
    """The clamped gates and retrieval layer."""
    instance = draw_context(rng, n, 3, alpha=0.4, beta=1.5, gain=0.8)
    drive, evidence = context.drive(instance), context.evidence(instance)
    competition = context.gate_matrix(instance) - np.eye(n)
    y = rng.standard_normal((10, 2 * n))
    s, r = y[:, :n], y[:, n:]

    def interaction(z: Values) -> Values:
        gates, weights = z[..., :n], z[..., n:]
        own = 0.5 * (gates * (gates @ competition)).sum(axis=-1) - (gates * drive).sum(axis=-1)
        return np.asarray(own - ((0.8 * gates + evidence) * weights).sum(axis=-1))

    frame = Frame((IDENTITY_LAYER, softmax_layer(1.5)), (n, n), np.ones(2 * n), interaction)
    speed = np.concatenate(
        [context.gate_velocity(instance, s, r), context.retrieval_velocity(instance, s, r)], axis=1
    )
    return _Instance("context-gated", frame, y, speed, context.energy(instance, s, r))


def _astrocyte(rng: np.random.Generator, n: int) -> _Instance:
    """The lift with y = Tu: Lagrangians Σ Λ and KT log Σ e^{y/T}."""
    k, temperature = 3, 0.7
    instance = draw_astrocyte(rng, n, k, sigma=1.2, temperature=temperature, tau_x=2.0, tau_p=5.0)
    y = rng.standard_normal((10, n + k))
    x, u = y[:, :n], y[:, n:] / temperature
    xi = instance.patterns

    def interaction(z: Values) -> Values:
        return np.asarray(-(z[..., n:] * (z[..., :n] @ xi.T) ** 2).sum(axis=-1) / (2.0 * n))

    layers = (tanh_layer(1.2), softmax_layer(1.0 / temperature, float(k)))
    taus = np.concatenate([np.full(n, 2.0), np.full(k, 5.0 / temperature)])
    x_speed, u_speed = astrocyte.lifted_velocity(instance, x, u)
    speed = np.concatenate([2.0 * x_speed, 5.0 * u_speed], axis=1)
    return _Instance(
        "astrocyte-gated", Frame(layers, (n, k), taus, interaction), y, speed,
        astrocyte.energy(instance, x, soft.softmax(u)),
    )  # fmt: skip


def _neuron_astrocyte(rng: np.random.Generator, n: int) -> _Instance:
    """For γ > 0, on symmetric states: Lagrangians γ_nL_n, ½γ_sL_s and ½γ_pL_p, time constants τ/γ."""
    case = _draw_tripartite(rng, n, True)
    gamma = (1.5, 0.8, 0.6)
    act = [tripartite.tanh_activation(sigma) for sigma in (0.7, 1.1, 1.6)]
    instance = replace(case.instance, gamma=gamma, phi=act[0], g=act[1], psi=act[2])
    weights = gamma[0], 0.5 * gamma[1], 0.5 * gamma[2]
    tensor = _full(instance.tensor)

    def interaction(z: Values) -> Values:
        hats = tripartite.unpack(z, n)
        phi, g, psi = (hat / weight for hat, weight in zip(hats, weights, strict=True))
        coupled = np.einsum("...ij,ijkl,...kl->...", psi, tensor, psi, optimize=True)
        meeting = g * (phi[..., :, None] * phi[..., None, :] + psi) + instance.c * g + instance.d * psi
        return np.asarray(-(instance.b * phi).sum(axis=-1) - 0.5 * meeting.sum(axis=(-2, -1)) - 0.25 * coupled)

    layers = tuple(_weighted(a, w) for a, w in zip(act, weights, strict=True))
    sizes = (n, n * n, n * n)
    taus = np.repeat(np.array(instance.tau) / np.array(gamma), sizes)
    state = tripartite.State(*(part[:8] for part in case.state))
    y = tripartite.pack(state)
    speed = taus * tripartite.pack(tripartite.velocity(instance, state))
    return _Instance(
        "neuron-astrocyte", Frame(layers, sizes, taus, interaction), y, speed, tripartite.energy(instance, state)
    )


def _weighted(act: tripartite.Activation, weight: float) -> Layer:
    return Layer(
        "log cosh",
        lambda y: np.asarray(weight * act.potential(y).sum(axis=-1)),
        lambda y: np.asarray(weight * act.value(y)),
    )
