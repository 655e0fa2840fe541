"""Attempts to break BL3: dense memories, one neuron at a time and any set of neurons at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from gatedmem.numerics import dense
from gatedmem.numerics.instances import Array
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.baselines.cases import signs
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, combine, outcome, row


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
    raised = concave_example()
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
            patterns = signs(rng, k, n) if index % 2 else rng.standard_normal((k, n))
            chosen = rng.random((20, n)) < rng.uniform(0.1, 0.9)
            yield _Store(patterns, signs(rng, 20, n), chosen, interaction, index < len(_CONVEX))


@st.composite
def _small_stores(draw: st.DrawFn) -> _Store:
    n, k = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    index = draw(st.integers(0, len(_CONVEX) + len(_OTHERS) - 1))
    entries = st.sampled_from([1.0, -1.0, 0.0, 0.5])
    patterns = np.array(draw(st.lists(entries, min_size=k * n, max_size=k * n))).reshape(k, n)
    states = np.array([draw(st.lists(st.sampled_from([1.0, -1.0]), min_size=n, max_size=n))])
    chosen = np.array([draw(st.lists(st.booleans(), min_size=n, max_size=n))])
    return _Store(patterns, states, chosen, (*_CONVEX, *_OTHERS)[index], index < len(_CONVEX))


def concave_example() -> float:
    """How much one synchronous field update raises the energy of F(z) = -z²/2 on two neurons."""
    concave = _OTHERS[2]
    patterns = np.array([[1.0, 1.0], [1.0, 0.5]])
    states = np.array([[1.0, -1.0], [1.0, 1.0]])
    moved = dense.field_update(patterns, states, concave)
    return float((dense.energy(patterns, moved, concave) - dense.energy(patterns, states, concave)).max())
