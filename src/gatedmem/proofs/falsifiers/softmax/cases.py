"""Cases for the falsifiers of the simplex and the softmax: scores, points and directions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from gatedmem.numerics.softmax import Values
from gatedmem.proofs.falsifiers.search import row

_SIZES = (1, 2, 3, 5, 12, 60, 300)
_BATCH = 60


@dataclass(frozen=True)
class Case:
    """A batch of score vectors (B, n), of simplex points (B, n) and of directions (B, n), with one scale."""

    scores: Values
    temperature: float
    points: Values
    vectors: Values

    def where(self, at: tuple[int, ...]) -> str:
        """Describe the scores at an index of the batch."""
        return f"T={self.temperature:g} r={row(self.scores[at[0]])}"

    def where_point(self, at: tuple[int, ...]) -> str:
        """Describe the scores and the point at an index of the batch."""
        return f"{self.where(at)} p={row(self.points[at[0]])}"

    def where_vector(self, at: tuple[int, ...]) -> str:
        """Describe the point and the direction at an index of the batch."""
        return f"p={row(self.points[at[0]])} v={row(self.vectors[at[0]])}"

    @property
    def size(self) -> int:
        """Number n of scores."""
        return int(self.scores.shape[1])


def on_simplex(z: Values) -> Values:
    """Return the points z²/Σz² of the simplex."""
    squares = z**2
    return np.asarray(squares / squares.sum(axis=-1, keepdims=True))


def draw_case(rng: np.random.Generator, n: int, batch: int) -> Case:
    """Scores of one magnitude, some rounded so that they tie; points from near-uniform to near-vertex, faces too."""
    scores = 10.0 ** rng.uniform(-2.0, 2.0) * rng.standard_normal((batch, n))
    scores[: batch // 4] = np.round(scores[: batch // 4])
    weights = rng.standard_gamma(10.0 ** rng.uniform(-1.0, 1.0, (batch, 1)), (batch, n)) + 1e-300
    weights *= rng.random((batch, n)) > rng.choice([0.0, 0.5], (batch, 1))
    weights[:, 0] += weights.sum(axis=1) == 0.0
    vectors = rng.standard_normal((batch, n)) * 10.0 ** rng.uniform(-3.0, 3.0, (batch, 1))
    temperature = float(10.0 ** rng.uniform(-2.0, 2.0))
    return Case(scores, temperature, weights / weights.sum(axis=1, keepdims=True), vectors)


def drawn(seed: int) -> Iterator[Case]:
    """Draw eight batches at every size."""
    rng = np.random.default_rng(seed)
    for n in _SIZES:
        for _ in range(8):
            yield draw_case(rng, n, _BATCH)


@st.composite
def corners(draw: st.DrawFn) -> Case:
    """One case of a few entries that tie, vanish or are far apart."""
    n = draw(st.integers(1, 4))

    def vector(*entries: float) -> Values:
        return np.array([draw(st.lists(st.sampled_from(entries), min_size=n, max_size=n))])

    scores = vector(0.0, 1.0, -1.0, 0.5, 3.0, -40.0, 1e-9, 1e5)
    temperature = draw(st.sampled_from([1.0, 2.0, 0.5, 1e-6, 1e6]))
    weights = vector(1.0, 0.0, 2.0, 5.0, 1e-3, 1e-12, 1e-200)
    weights[:, 0] += weights.sum() == 0.0
    vectors = vector(1.0, -1.0, 0.5, 2.0, 1e-5, 1e5)
    return Case(scores, temperature, weights / weights.sum(), vectors)
