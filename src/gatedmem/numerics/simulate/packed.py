"""Memories of many patterns, one bit an entry: N = 10⁴ neurons and K = 10⁵ patterns take 125 MB.

Recall is the step-free alternation of :mod:`gatedmem.numerics.retrieval`, gains first. Overlaps are looked up byte by
byte: every byte of a pattern holds eight signs, and what each of its 256 values contributes is tabulated once for the
state at hand. Beyond the packed patterns this needs 128 N numbers for that table and a few K and N more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.hopfield import log_cosh
from gatedmem.numerics.instances import Array
from gatedmem.numerics.retrieval import Retrieval
from gatedmem.numerics.simulate.batches import numbers, vectors
from gatedmem.numerics.simulate.compiled import compiled

# Row v: the signs that the bits of the byte v stand for, the most significant first.
BYTE_SIGNS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float64) * 2.0 - 1.0


@dataclass(frozen=True, eq=False)
class PackedPatterns:
    """K patterns of ±1 on N neurons, one bit an entry.

    Attributes:
        bits: shape (K, ⌈N/8⌉), eight entries a byte, the first in the most significant bit, 1 for +1; the spare bits
            of the last byte are not read.
        n_neurons: N.

    Raises:
        ValueError: the shape does not fit N.
    """

    bits: npt.NDArray[np.uint8]
    n_neurons: int

    def __post_init__(self) -> None:
        bits = np.ascontiguousarray(self.bits, dtype=np.uint8)
        if bits.ndim != 2 or not bits.size or bits.shape[1] != -(-self.n_neurons // 8):
            raise ValueError(f"bits: needs shape (K, {-(-self.n_neurons // 8)}), has shape {bits.shape}")
        object.__setattr__(self, "bits", bits)

    @property
    def n_patterns(self) -> int:
        """K."""
        return len(self.bits)


def pack(patterns: npt.ArrayLike | Iterable[npt.NDArray[Any]]) -> PackedPatterns:
    """Pack patterns: an array of shape (K, N), entries ±1 of any type, or an iterable of such arrays.

    An iterable is packed piece by piece and never held as a whole.

    Raises:
        ValueError: an entry is not ±1, or the pieces differ in N.

    >>> pack([[1, -1, 1]]).bits
    array([[160]], dtype=uint8)
    """
    whole = isinstance(patterns, (np.ndarray, list, tuple))
    pieces: Iterable[Any] = [patterns] if whole else cast(Iterable[Any], patterns)
    packed, lengths = [], set()
    for piece in map(np.asarray, pieces):
        if piece.ndim != 2 or not piece.size or not (np.abs(piece) == 1).all():
            raise ValueError("patterns: must be rows of entries -1 or +1")
        lengths.add(piece.shape[1])
        packed.append(np.packbits(piece > 0, axis=1))
    if len(lengths) != 1:
        raise ValueError(f"patterns: rows differ in length: {sorted(lengths)}")
    return PackedPatterns(np.concatenate(packed), lengths.pop())


def retrieve_packed(
    patterns: PackedPatterns,
    cue: npt.ArrayLike,
    *,
    sigma: float = 1.0,
    temperature: float = 0.01,
    max_steps: int = 100,
    tolerance: float = 1e-12,
) -> Retrieval:
    """Recall from one cue by ``p ← softmax(f(x)/T)``, then ``x ← W(p)φ(x)``.

    Arguments and answer are those of :func:`gatedmem.numerics.retrieval.retrieve`, for a single cue of shape (N,).

    >>> rng = np.random.default_rng(0)
    >>> patterns = rng.choice([-1, 1], size=(50, 203)).astype(np.int8)
    >>> cue = patterns[7].copy()
    >>> cue[:60] *= -1
    >>> found = retrieve_packed(pack(patterns), cue)
    >>> int(found.pattern), bool((found.signs == patterns[7]).all())
    (7, True)
    """
    n, k = patterns.n_neurons, patterns.n_patterns
    slope, heat = float(numbers(sigma, "sigma")), float(numbers(temperature, "temperature"))
    x = vectors(cue, n, "cue").copy()
    if x.ndim != 1:
        raise ValueError(f"cue: needs shape ({n},), has shape {x.shape}")
    if max_steps < 1 or not tolerance >= 0.0:
        raise ValueError(f"{'max_steps: must be at least 1' if max_steps < 1 else 'tolerance: must be at least 0'}")

    def look(state: Array) -> tuple[Array, Array, float]:
        """Overlaps and softmax gains of a state, and its energy with them."""
        activity = np.tanh(slope * state)
        overlaps = _overlaps(patterns, activity)
        score = overlaps**2 / (2.0 * n)
        gains = soft.softmax(score, 1.0 / heat)
        legendre = (state * activity - log_cosh(slope * state) / slope).sum()
        # With gains at their optimum the gains' part of L is -KT log Σ e^{f/T}.
        return overlaps, gains, float(legendre - k * soft.log_sum_exp(score, 1.0 / heat))

    overlaps, gains, height = look(x)
    best = np.partition(overlaps**2 / (2.0 * n), k - 2)[-2:] if k > 1 else np.array([-np.inf, overlaps[0] ** 2])
    guaranteed = bool(best[1] > 0.0 and (k == 1 or best[1] - best[0] > heat * np.log(k - 1)))
    energies, settled, step = [height], False, 0
    while step < max_steps and not settled:
        moved = _combination(patterns, (k / n) * gains * overlaps)
        settled = bool(np.abs(moved - x).max() <= tolerance * max(1.0, float(np.abs(moved).max())))
        x, step = moved, step + 1
        overlaps, gains, height = look(x)
        energies.append(height)
    return Retrieval(
        pattern=np.asarray(gains.argmax()),
        signs=np.sign(x),
        state=x,
        gains=gains,
        energy=np.array(energies),
        steps=np.asarray(step),
        settled=np.asarray(settled),
        guaranteed=np.asarray(guaranteed),
    )


def _overlaps(patterns: PackedPatterns, activity: Array) -> Array:
    """``⟨ξ_μ, φ⟩`` for every pattern, shape (K,)."""
    bytes_ = patterns.bits.shape[1]
    spaced = np.zeros(8 * bytes_)
    spaced[: patterns.n_neurons] = activity
    table = spaced.reshape(bytes_, 8) @ BYTE_SIGNS.T
    out = np.empty(patterns.n_patterns)
    look_up(patterns.bits, table, out)
    return out


def _combination(patterns: PackedPatterns, weights: Array) -> Array:
    """``Σ_μ w_μ ξ_μ``, shape (N,)."""
    out = np.zeros((patterns.bits.shape[1], 8))
    add_up(patterns.bits, weights, BYTE_SIGNS, out)
    return out.reshape(-1)[: patterns.n_neurons]


@compiled
def look_up(bits, table, out):  # type: ignore[no-untyped-def]
    """``out_μ = Σ_j table[j, bits_μj]``."""
    for k in range(bits.shape[0]):
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        whole = bits.shape[1] // 4 * 4
        for j in range(0, whole, 4):
            a += table[j, bits[k, j]]
            b += table[j + 1, bits[k, j + 1]]
            c += table[j + 2, bits[k, j + 2]]
            d += table[j + 3, bits[k, j + 3]]
        for j in range(whole, bits.shape[1]):
            a += table[j, bits[k, j]]
        out[k] = (a + b) + (c + d)


@compiled
def add_up(bits, weights, signs, out):  # type: ignore[no-untyped-def]
    """``out[j] += weights_μ signs[bits_μj]``; patterns without weight are passed over."""
    for k in range(bits.shape[0]):
        weight = weights[k]
        if weight != 0.0:
            for j in range(bits.shape[1]):
                row = bits[k, j]
                for b in range(8):
                    out[j, b] += weight * signs[row, b]
