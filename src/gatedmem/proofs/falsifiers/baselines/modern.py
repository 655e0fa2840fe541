"""Attempts to break BL2: the modern network, whose update is attention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from gatedmem.numerics import modern
from gatedmem.numerics.instances import Array
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, row

ERROR = 2.0
"""BL2: the factor of M(N-1)e^{-βΔ} in the one-step error bound."""


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
