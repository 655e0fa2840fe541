"""The forward pass of a Llama model in NumPy, with the residual stream after every layer and a cache of prefixes.

A user of associative memory needs what the usual libraries hide: the state *before* the final norm at every layer, a
prefix read once and continued many times, and the unembedding as a matrix. Rotary embedding is the interleaved one
(pairs 2i, 2i+1), as GGUF files store queries and keys for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Layer:
    """The weights of one layer; matrices act from the left on column vectors: shape (out, in)."""

    attention_gain: Floats
    query: Floats
    key: Floats
    value: Floats
    output: Floats
    feed_gain: Floats
    gate: Floats
    up: Floats
    down: Floats


@dataclass(frozen=True)
class Prefix:
    """What later positions need to know of the earlier ones: keys and values of every layer.

    ``keys`` and ``values`` have shape (layers, heads, positions, head width).
    """

    keys: Floats
    values: Floats

    @property
    def length(self) -> int:
        """Number of positions read so far."""
        return int(self.keys.shape[2])


@dataclass(frozen=True)
class Llama:
    """A Llama model: width d, vocabulary V, ``len(layers)`` layers.

    ``embedding`` and ``unembedding`` have shape (V, d), ``final_gain`` shape (d,). ``heads`` query heads share
    ``key_heads`` heads of keys and values. ``rotary_base`` and ``norm_epsilon`` are the file's.

    Raises ``ValueError`` where the weights do not fit each other, naming one that does not.
    """

    embedding: Floats
    layers: tuple[Layer, ...]
    final_gain: Floats
    unembedding: Floats
    heads: int
    key_heads: int
    rotary_base: float
    norm_epsilon: float

    def __post_init__(self) -> None:
        if self.embedding.ndim != 2 or 0 in self.embedding.shape:
            raise ValueError(f"embedding: needs the shape (V, d), has {self.embedding.shape}")
        wide = self.width
        if min(self.heads, self.key_heads) < 1 or self.heads % self.key_heads or wide % (2 * self.heads):
            raise ValueError(f"heads: {self.heads} and {self.key_heads} do not share a width of {wide} evenly")
        shared = self.key_heads * (wide // self.heads)
        if not (self.rotary_base > 0 and self.norm_epsilon > 0):
            raise ValueError("rotary_base, norm_epsilon: must be greater than 0")
        _fits("unembedding", self.unembedding, (len(self.unembedding), wide))
        _fits("final_gain", self.final_gain, (wide,))
        for index, layer in enumerate(self.layers):
            feed = len(layer.gate)
            shapes = {
                "attention_gain": (wide,),
                "query": (wide, wide),
                "key": (shared, wide),
                "value": (shared, wide),
                "output": (wide, wide),
                "feed_gain": (wide,),
                "gate": (feed, wide),
                "up": (feed, wide),
                "down": (wide, feed),
            }
            for name, shape in shapes.items():
                _fits(f"layer {index}: {name}", getattr(layer, name), shape)

    @property
    def width(self) -> int:
        """Width d of the residual stream."""
        return int(self.embedding.shape[1])

    def read(self, ids: Sequence[int], prefix: Prefix | None = None) -> tuple[Floats, Prefix]:
        """Read ``ids`` after ``prefix``; return the residual stream at the last position, and the longer prefix.

        The stream has shape (layers + 1, d): row 0 is the embedding, row ℓ the state after layer ℓ, the last row
        what the final norm acts on. Raises ``ValueError`` for no ids or an id outside the vocabulary.
        """
        if not len(ids):
            raise ValueError("ids: must hold at least one token")
        if min(ids) < 0 or max(ids) >= len(self.embedding):
            raise ValueError(f"ids: must lie in 0..{len(self.embedding) - 1}")
        past = prefix.length if prefix is not None else 0
        cosine, sine = self._rotation(past, len(ids))
        stream = self.embedding[np.asarray(ids)]
        states = [stream[-1].copy()]
        keys, values = [], []
        for index, layer in enumerate(self.layers):
            normed = normalise(stream, self.norm_epsilon) * layer.attention_gain
            query = rotate(split_heads(normed @ layer.query.T, self.heads), cosine, sine)
            key = rotate(split_heads(normed @ layer.key.T, self.key_heads), cosine, sine)
            value = split_heads(normed @ layer.value.T, self.key_heads)
            if prefix is not None:
                key = np.concatenate([prefix.keys[index], key], axis=1)
                value = np.concatenate([prefix.values[index], value], axis=1)
            keys.append(key)
            values.append(value)
            stream = stream + attend(query, key, value, past) @ layer.output.T
            normed = normalise(stream, self.norm_epsilon) * layer.feed_gain
            gate = normed @ layer.gate.T
            stream = stream + (sigmoid_linear(gate) * (normed @ layer.up.T)) @ layer.down.T
            states.append(stream[-1].copy())
        return np.stack(states), Prefix(np.stack(keys), np.stack(values))

    def memories(self) -> Floats:
        """The rows of the unembedding with the final norm's gain folded in, shape (V, d): the stored memories ζ."""
        folded: Floats = self.unembedding * self.final_gain
        return folded

    def query(self, states: Floats) -> Floats:
        """States (…, d) scaled to unit mean square, as the final norm does: logits are ``memories() @ query``."""
        return normalise(states, self.norm_epsilon)

    def _rotation(self, start: int, length: int) -> tuple[Floats, Floats]:
        half = self.width // self.heads // 2
        rates = self.rotary_base ** (-np.arange(half) / half)
        angles = np.arange(start, start + length)[:, None] * rates
        return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _fits(name: str, weights: Floats, shape: tuple[int, ...]) -> None:
    if weights.shape != shape:
        raise ValueError(f"{name}: needs the shape {shape}, has {weights.shape}")


def normalise(states: Floats, epsilon: float) -> Floats:
    """Divide by the root mean square over the last axis.

    >>> normalise(np.array([3.0, 4.0]), 0.0).round(4)
    array([0.8485, 1.1314])
    """
    scaled: Floats = states / np.sqrt(np.mean(states * states, axis=-1, keepdims=True) + np.float32(epsilon))
    return scaled


def split_heads(rows: Floats, heads: int) -> Floats:
    """(positions, heads × width) → (heads, positions, width)."""
    return np.ascontiguousarray(rows.reshape(len(rows), heads, -1).swapaxes(0, 1))


def rotate(rows: Floats, cosine: Floats, sine: Floats) -> Floats:
    """Rotary embedding of (heads, positions, width): turn each pair (2i, 2i+1) by the position's i-th angle."""
    even, odd = rows[..., 0::2], rows[..., 1::2]
    turned = np.empty_like(rows)
    turned[..., 0::2] = even * cosine - odd * sine
    turned[..., 1::2] = even * sine + odd * cosine
    return turned


def attend(query: Floats, key: Floats, value: Floats, past: int) -> Floats:
    """Causal softmax attention: (heads, new, width) on (key heads, past + new, width) → (new, heads × width)."""
    heads, new, width = query.shape
    shared = heads // len(key)
    grouped = query.reshape(len(key), shared * new, width)
    scores = (grouped @ key.swapaxes(1, 2)).reshape(heads, new, -1) * np.float32(width**-0.5)
    later = np.arange(past + new)[None, :] > np.arange(past, past + new)[:, None]
    scores[:, later] = -np.inf
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    mixed = scores.reshape(len(key), shared * new, -1) @ value
    return np.ascontiguousarray(mixed.reshape(heads, new, width).swapaxes(0, 1)).reshape(new, heads * width)


def sigmoid_linear(x: Floats) -> Floats:
    """x·sigmoid(x), with no overflow: the sigmoid is ½(1 + tanh(x/2)).

    >>> sigmoid_linear(np.array([-1000.0, 0.0, 1000.0], dtype=np.float32))
    array([  -0.,    0., 1000.], dtype=float32)
    """
    half = np.float32(0.5)
    product: Floats = x * (half * (1 + np.tanh(half * x)))
    return product
