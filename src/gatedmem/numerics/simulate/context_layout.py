"""The context-gated memory laid out for the compiled code: eigenbasis of the linear layers, tables, states, energy.

The gates' competition is linear, so it is solved exactly in its eigenbasis; with the context free, in that of the
context and the gates together. What is left, the softmax and the couplings of the retrieval layer, is integrated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate import exponential, fields
from gatedmem.numerics.simulate.batches import PRECISIONS, aligned_zeros, padded
from gatedmem.numerics.simulate.runs import in_chunks


def gate_matrices(stored: Array, alpha: Array) -> Array:
    """A(α) = I + α(G - diag G), shape (..., N, N), for memories (..., N, d) and α that broadcasts."""
    gram = stored @ stored.swapaxes(-1, -2)
    off = gram * (1.0 - np.eye(gram.shape[-1]))
    return np.asarray(np.eye(gram.shape[-1]) + alpha[..., None, None] * off)


@dataclass(frozen=True, eq=False)
class Modes:
    """Rates (U, n) and modes of the linear layers; ``gates`` (U, n, N) turns mode amplitudes into gates, ``context``
    (U, n, d_c) into the context; ``back_gates``, ``back_context`` are the ways back."""

    rates: Array
    gates: Array
    context: Array
    back_gates: Array
    back_context: Array


def linear_modes(
    sets: Array, projections: Array, alpha: Array, tau_c: float, tau_s: float, with_context: bool
) -> Modes:
    """The eigenbasis of the gates, or of context and gates: symmetric once states are scaled by √τ."""
    matrices = gate_matrices(sets, alpha) / tau_s
    width = projections.shape[-1] if with_context else 0
    if with_context:
        cross = -projections / np.sqrt(tau_c * tau_s)
        top = np.concatenate(
            [np.broadcast_to(np.eye(width) / tau_c, (len(sets), width, width)), cross.swapaxes(1, 2)], 2
        )
        matrices = np.concatenate([top, np.concatenate([cross, matrices], 2)], 1)
    rates, basis = np.linalg.eigh(matrices)
    to_context, to_gates = basis[:, :width].swapaxes(1, 2), basis[:, width:].swapaxes(1, 2)
    root_c, root_s = np.sqrt(tau_c), np.sqrt(tau_s)
    return Modes(rates, to_gates / root_s, to_context / root_c, to_gates * root_s, to_context * root_c)


@dataclass(frozen=True, eq=False)
class ContextBatch:
    """A batch laid out one trajectory a row: what :func:`simulate_context` has gathered from its arguments."""

    sets: Array
    of_set: npt.NDArray[np.intp]
    projections: Array
    modes: Modes
    which: npt.NDArray[np.intp]
    rows: dict[str, Array]
    scalars: dict[str, Array]
    taus: tuple[float, float]

    def run(
        self,
        times: Array,
        with_context: bool,
        with_query: bool,
        path: bool,
        tolerance: float,
        rest: float,
        max_steps: int,
        precision: str,
        threads: int,
    ) -> dict[str, Array]:
        """Integrate, and return what was recorded, one row a trajectory."""
        dtype = PRECISIONS[precision]
        tau_r, tau_q = self.taus
        _, width, count = self.modes.gates.shape
        dimension = self.sets.shape[2] if with_query else 0
        used = width + dimension
        columns, height = padded(count, 16), padded(used, 16)
        tables = aligned_zeros((len(self.modes.rates), padded(used, 4), columns), dtype)
        tables[:, :width, :count] = self.modes.gates
        if with_query:
            # With the query free a table belongs to one memory set, as its modes do.
            owner = np.zeros(len(tables), np.intp)
            owner[self.which] = self.of_set
            tables[:, width:used, :count] = self.sets[owner].swapaxes(1, 2)
        starts = np.array([*range(height + 1), height + columns], np.uintp)

        def work(chosen: slice) -> dict[str, Any]:
            which, rows = self.which[chosen], {name: value[chosen] for name, value in self.rows.items()}
            gain, size = self.scalars["gain"][chosen], len(which)
            rates = np.ones((size, height + 1))
            rates[:, :width], rates[:, width:used], rates[:, -1] = self.modes.rates[which], 1.0 / tau_q, 1.0 / tau_r
            bias = np.zeros((size, 3 * height + columns))
            bias[:, :width] = np.einsum("ban,bn->ba", self.modes.gates[which], rows["u"])
            bias[:, height : height + count] = rows["b"] / tau_r
            add, take = bias[:, height + columns : 2 * height + columns], bias[:, 2 * height + columns :]
            add[:, :width] = take[:, :width] = gain[:, None]
            add[:, width:used], take[:, width:used] = 1.0, 1.0 / tau_q
            constants = np.zeros((size, fields.NUMBERS))
            constants[:, fields.DRIVE], constants[:, fields.SCORE] = 1.0, 1.0 / tau_r
            constants[:, fields.DEGREE] = self.scalars["beta"][chosen]
            states = np.zeros((size, height + columns))
            states[:, :width] = np.einsum("ban,bn->ba", self.modes.back_gates[which], rows["s"])
            if with_context:
                states[:, :width] += np.einsum("ban,bn->ba", self.modes.back_context[which], rows["c"])
            if with_query:
                states[:, width:used] = rows["q"]
            states[:, height : height + count] = rows["r"]
            paths = np.empty((size, len(times), height + columns), dtype)
            counts, marks = np.zeros((size, 4), np.int64), np.zeros((size, 2))
            exponential.integrate_all(
                fields.CONTEXT,
                tables,
                which,
                count,
                constants.astype(dtype),
                bias.astype(dtype),
                rates,
                starts,
                states.astype(dtype),
                times,
                tolerance,
                max_steps,
                rest,
                paths,
                counts,
                marks,
                aligned_zeros((exponential.WORK_ROWS, height + 2 * columns), dtype),
            )
            whole = paths.astype(np.float64)
            layers = {
                "s": whole[:, :, :width] @ self.modes.gates[which],
                "r": whole[:, :, height : height + count],
                "c": whole[:, :, :width] @ self.modes.context[which] if with_context else None,
                "q": whole[:, :, width:used] if with_query else None,
            }
            found: dict[str, Any] = self._observe(chosen, layers)
            for name, layer in layers.items():
                if layer is not None:
                    found[name] = layer if path else layer[:, -1:]
            return found | {"counts": counts, "marks": marks}

        length = (1 << 22) // (len(times) * 3 * (used + 2 * count) + width * count)
        return in_chunks(work, len(self.which), length, threads)

    def _observe(self, chosen: slice, layers: dict[str, Array | None]) -> dict[str, Array]:
        """Energy (that of the layers that move), effective number, largest probability; final probabilities."""
        s, r, c, q = layers["s"], layers["r"], layers["c"], layers["q"]
        assert s is not None
        assert r is not None
        sets, rows = self.sets[self.of_set[chosen]], self.rows
        alpha, beta, gain = (self.scalars[name][chosen][:, None] for name in ("alpha", "beta", "gain"))
        with np.errstate(over="ignore", invalid="ignore"):
            p = soft.softmax(r, beta[..., None])
            norms = (sets * sets).sum(axis=-1)[:, None]
            pull = ((s @ sets) ** 2).sum(axis=-1) - (s * s * norms).sum(axis=-1)
            drive = rows["u"][chosen][:, None]
            evidence = rows["b"][chosen][:, None]
            energy = 0.5 * ((s * s).sum(axis=-1) + alpha * pull)
            if c is not None:
                drive = c @ self.projections[self.of_set[chosen]].swapaxes(1, 2)
                energy = energy + 0.5 * (c * c).sum(axis=-1)
            if q is not None:
                evidence = q @ sets.swapaxes(1, 2)
                energy = energy + 0.5 * (q * q).sum(axis=-1)
            energy = energy - (drive * s).sum(axis=-1) - soft.log_sum_exp(r, beta[..., None])
            energy = energy + ((r - evidence - gain[..., None] * s) * p).sum(axis=-1)
            return {
                "energy": energy,
                "perplexity": soft.effective_number(p),
                "peak": p.max(axis=-1),
                "p": p[:, -1],
            }
