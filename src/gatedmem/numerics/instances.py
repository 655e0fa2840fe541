"""Instances of the two models as plain data: what a user hands in, or what is drawn at random.

No dynamics here. The simulator and the certificates both start from these records and share nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AstrocyteInstance:
    """An astrocyte-gated memory (arXiv 2604.25481, eqs. 4-8).

    Attributes:
        patterns: shape (K, N), entries -1 or +1; row μ is the pattern ξ_μ (the paper's Ξ is the transpose).
        sigma: slope σ > 0 of the activation tanh(σx).
        temperature: T > 0 of the gains.
        tau_x: time constant of the neurons, > 0.
        tau_p: time constant of the gains, > 0.
        name: how reports refer to it.

    Raises:
        ValueError: an attribute is outside its range; the message names the attribute and the rule.
    """

    patterns: Array
    sigma: float = 1.0
    temperature: float = 1.0
    tau_x: float = 1.0
    tau_p: float = 1.0
    name: str = "patterns"

    def __post_init__(self) -> None:
        array = _matrix(self.patterns, "patterns")
        if not np.isin(array, (-1.0, 1.0)).all():
            raise ValueError("patterns: every entry must be -1 or +1")
        object.__setattr__(self, "patterns", array)
        for field in ("sigma", "temperature", "tau_x", "tau_p"):
            _positive(getattr(self, field), field)

    @property
    def n_neurons(self) -> int:
        """N, the number of neurons."""
        return int(self.patterns.shape[1])

    @property
    def n_patterns(self) -> int:
        """K, the number of stored patterns."""
        return int(self.patterns.shape[0])


@dataclass(frozen=True, eq=False)
class ContextInstance:
    """A context-gated memory with context and query clamped (arXiv 2605.10970, eqs. 2, 3, 5, 6).

    Attributes:
        memories: shape (N, d), finite; row μ is the memory ζ^μ (the paper's Z is the transpose).
        alpha: strength α ≥ 0 of the competition between gates.
        beta: inverse temperature β > 0 of the retrieval layer.
        gain: gate-retrieval coupling λ ≥ 0.
        drive: shape (N,), the clamped context drive u = W₁c on the gates; zeros if None.
        evidence: shape (N,), the clamped query evidence b = Zᵀq; zeros if None.
        name: how reports refer to it.

    Raises:
        ValueError: an attribute is outside its range; the message names the attribute and the rule.
    """

    memories: Array
    alpha: float = 0.0
    beta: float = 1.0
    gain: float = 1.0
    drive: Array | None = None
    evidence: Array | None = None
    name: str = "memories"

    def __post_init__(self) -> None:
        array = _matrix(self.memories, "memories")
        object.__setattr__(self, "memories", array)
        _positive(self.beta, "beta")
        for field in ("alpha", "gain"):
            _non_negative(getattr(self, field), field)
        for field in ("drive", "evidence"):
            value = getattr(self, field)
            vector = np.zeros(len(array)) if value is None else np.asarray(value, dtype=np.float64)
            if vector.shape != (len(array),):
                raise ValueError(f"{field}: needs one number per memory ({len(array)}), has shape {vector.shape}")
            if not np.isfinite(vector).all():
                raise ValueError(f"{field}: every entry must be finite")
            object.__setattr__(self, field, vector)

    @property
    def n_memories(self) -> int:
        """N, the number of memories."""
        return int(self.memories.shape[0])


def draw_astrocyte(
    rng: np.random.Generator,
    n_neurons: int,
    n_patterns: int,
    *,
    sigma: float = 1.0,
    temperature: float = 1.0,
    tau_x: float = 1.0,
    tau_p: float = 1.0,
) -> AstrocyteInstance:
    """Draw ``n_patterns`` independent uniform patterns on {-1, +1}^n_neurons.

    >>> draw_astrocyte(np.random.default_rng(0), 5, 2).patterns.shape
    (2, 5)
    """
    patterns = rng.choice(np.array([-1.0, 1.0]), size=(n_patterns, n_neurons))
    name = f"drawn N={n_neurons} K={n_patterns} σ={sigma:g} T={temperature:g} τx={tau_x:g} τp={tau_p:g}"
    return AstrocyteInstance(patterns, sigma, temperature, tau_x, tau_p, name)


def draw_context(
    rng: np.random.Generator,
    n_memories: int,
    dimension: int,
    *,
    alpha: float,
    beta: float,
    gain: float,
    unit_norm: bool = True,
) -> ContextInstance:
    """Draw Gaussian memories in R^dimension, a standard normal drive and a standard normal query.

    >>> draw_context(np.random.default_rng(0), 4, 3, alpha=0.1, beta=1.0, gain=0.5).memories.shape
    (4, 3)
    """
    memories = rng.standard_normal((n_memories, dimension))
    if unit_norm:
        memories /= np.linalg.norm(memories, axis=1, keepdims=True)
    name = f"drawn N={n_memories} d={dimension} α={alpha:g} β={beta:g} λ={gain:g}"
    return ContextInstance(
        memories,
        alpha,
        beta,
        gain,
        rng.standard_normal(n_memories),
        memories @ rng.standard_normal(dimension),
        name,
    )


def digit_patterns(per_class: int = 1) -> Array | None:
    """Handwritten digits as ±1 patterns, shape (10·per_class, 64), or None without scikit-learn.

    The 8×8 images bundled with scikit-learn, binarised at half of their range; the first ``per_class`` images of
    each class, in the order of the set.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        return None
    digits: Any = load_digits()
    chosen = np.concatenate([np.flatnonzero(digits.target == label)[:per_class] for label in range(10)])
    return np.where(digits.data[chosen] >= 8.0, 1.0, -1.0)


def _matrix(value: Array, field: str) -> Array:
    array = np.asarray(value, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"{field}: needs a table with one row per stored item, has shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{field}: is empty (shape {array.shape})")
    if not np.isfinite(array).all():
        raise ValueError(f"{field}: every entry must be finite")
    return array


def _positive(value: float, field: str) -> None:
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{field}: must be finite and greater than 0, is {value}")


def _non_negative(value: float, field: str) -> None:
    if not (np.isfinite(value) and value >= 0):
        raise ValueError(f"{field}: must be finite and at least 0, is {value}")
