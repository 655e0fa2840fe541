"""Attempts to break AG18: what the gains tend to at zero temperature, and the branch that keeps other weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics.instances import Array, AstrocyteInstance, draw_astrocyte
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    Sizes,
    States,
    describe,
    draw_p,
    draw_x,
    written_out_input,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.astrocyte.equilibria import newton_rest
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, combine, outcome, row, said

EXHIBIT = (0.285, 0.285, 0.429)
"""AG18: the gains that the branch of the example tends to, to three digits."""

_EXAMPLE = AstrocyteInstance(
    np.array([[1.0, -1.0, 1.0, 1.0, 1.0], [1.0, 1.0, -1.0, 1.0, 1.0], [1.0, 1.0, 1.0, -1.0, -1.0]]), sigma=3.0
)


def ag18(request: Request) -> Search:
    """AG18: T → 0 leaves the uniform law on the argmax where the gap stays, other weights where it shrinks with T."""
    rng = np.random.default_rng([request.seed, 18])
    reached: list[float] = []

    def fixed_score(states: States, tally: Tally) -> None:
        """The softmax of a fixed score tends to the uniform law on the argmax."""
        f = written_out_scores(states.instance, states.x)
        for T in _falling(states.instance):
            instance = replace(states.instance, temperature=T)
            p = model.retrieval_gains(instance, states.x)
            tally.trials += len(p)
            _uniform_on_argmax(tally, "p → uniform on the argmax at a fixed score", instance, states.x, f, p)

    def branch(states: States, tally: Tally) -> None:
        """Equilibria followed along T → 0: uniform on the argmax where a gap to the rest stays."""
        x = states.x
        for T in _falling(states.instance):
            instance = replace(states.instance, temperature=T)
            for _ in range(300):
                before, x = x, model.recurrent_input(instance, x, model.retrieval_gains(instance, x))
                settled = np.abs(x - before).max(axis=1) < 1e-11 * (1.0 + np.abs(x).max())
                if settled.all():
                    break
            x = x[settled]
            if not len(x):
                return
            p = model.retrieval_gains(instance, x)
            rest = States(instance, x, p)
            tally.trials += len(x)
            stiff = 1.0 + instance.n_patterns * instance.sigma * (1.0 + instance.n_neurons / T)
            tally.equal(
                "x = W(p)φ(x) on the branch",
                x,
                written_out_input(instance, x, p),
                scale=stiff * (1.0 + np.abs(x).max()) * 1e-11 / UNIT,
                roundings=1.0,
                where=rest.where,
            )
            f = written_out_scores(instance, x)
            _uniform_on_argmax(tally, "p → uniform on the argmax along a branch with a gap", instance, x, f, p)

    def exhibit(_: None, tally: Tally) -> None:
        """The branch on which the three gaps shrink with T, found from random starts and followed down."""
        support = np.ones(3, dtype=bool)
        warm = replace(_EXAMPLE, temperature=0.01)
        found: dict[tuple[float, ...], tuple[Array, Array]] = {}
        for x, p in zip(rng.standard_normal((60, 5)), rng.dirichlet(np.ones(3), 60), strict=True):
            rest = newton_rest(warm, x, p, support)
            tally.trials += 1
            if rest is not None and rest[1].min() > 0.05 and np.abs(rest[0]).max() > 1e-6:
                found[tuple(np.round(rest[1], 6))] = rest[:2]
        where = said(describe(_EXAMPLE))
        # There are other branches, some of them with uniform limits; the claimed one must be among them.
        ends = []
        for x, p in found.values():
            for T in 0.01 * 0.3 ** np.arange(1, 14):
                rest = newton_rest(replace(_EXAMPLE, temperature=float(T)), x, p, support)
                if rest is None:
                    break
                tally.trials += 1
                x, p = rest[:2]
                f = written_out_scores(_EXAMPLE, x[None])[0]
                tally.at_most(
                    "gaps of order T leave weights e^{gap/T}",
                    np.abs(np.log(p / p[2]) - (f - f[2]) / T),
                    1e-10 + (1e-14 + 4.0 * rest[2]) / T,
                    scale=1.0,
                    roundings=0,
                    where=said(f"{where(())} T={T:.3g} p={row(p)}"),
                    tight=False,
                )
            else:
                ends.append((float(np.abs(p - EXHIBIT).max()), x, p, float(T)))
        distance, x, p, T = min(ends, key=lambda end: end[0], default=(np.inf, np.zeros(5), np.full(3, np.nan), 0.0))
        tally.at_most(
            "a branch of equilibria has p → (.285,.285,.429)",
            distance,
            5e-4,
            scale=1.0,
            roundings=0,
            where=lambda at: f"{where(at)} T → {T:.3g}: p={row(p)}",
            tight=False,
        )
        f = written_out_scores(_EXAMPLE, x[None])[0]
        reached.extend(p)
        tally.at_most(
            "the three scores become equal on it",
            np.ptp(f),
            10.0 * T,
            scale=1.0,
            roundings=0,
            where=where,
            tight=False,
        )

    def stationary(states: States, tally: Tally) -> None:
        """At T = 0 nothing moves on a face of equal scores, whatever the weights; at T > 0 they do."""
        # A temperature that no sum of doubles notices: the replicator at T = 0.
        instance, x = replace(states.instance, temperature=1e-300), states.x
        f = written_out_scores(instance, x)
        top = _argmax(f, instance, x)
        p = states.p * top + 1e-3 * top
        face = States(instance, x, p / p.sum(axis=1, keepdims=True))
        tally.trials += len(x)
        tally.equal(
            "ṗ = 0 at T = 0 on a face of equal scores",
            instance.tau_p * model.gain_velocity(instance, x, face.p),
            0.0,
            scale=face.p * 4.0 * Sizes(face).score,
            roundings=face.roundings,
            where=face.where,
        )

    def tied(repeats: int) -> Iterator[States]:
        """States of memories with copies and opposites, so that scores tie; or of the user's."""
        if request.astrocyte is not None and request.astrocyte.patterns.size > 3000:
            repeats = 2
        for index in range(repeats):
            n, k = ((2, 2), (3, 3), (5, 4), (12, 6), (20, 12), (40, 30))[index % 6]
            instance = request.astrocyte
            if instance is None:
                base = draw_astrocyte(rng, n, k, sigma=float(rng.uniform(0.7, 5.0)))
                which = rng.integers(max(1, k // 2), size=k)
                signs = rng.choice([-1.0, 1.0], size=(k, 1))
                name = f"{k} copies ± of {max(1, k // 2)} drawn patterns N={n}"
                instance = AstrocyteInstance(signs * base.patterns[which], base.sigma, name=name)
            batch = int(np.clip(40_000 // instance.patterns.size, 2, 12))
            yield States(instance, draw_x(rng, instance, batch), draw_p(rng, instance.n_patterns, batch))

    searches = combine(
        attack(fixed_score, tied(12), None, seed=0, examples=0),
        attack(branch, tied(12), None, seed=0, examples=0),
        attack(exhibit, [None] if request.astrocyte is None else [], None, seed=0, examples=0),
        attack(stationary, tied(24), None, seed=0, examples=0),
    )
    note = [f"the branch of the example ends at p = ({', '.join(f'{value:.6f}' for value in reached)})"]
    return combine(searches, outcome(Tally(), notes=note if reached else []))


def _falling(instance: AstrocyteInstance) -> list[float]:
    """Temperatures that fall from the size of a score to where the rest has no weight at all."""
    return [float(instance.n_neurons * T) for T in (0.1, 0.02, 4e-3, 8e-4, 1.6e-4)]


def _argmax(f: Values, instance: AstrocyteInstance, x: Values) -> npt.NDArray[np.bool_]:
    """Which scores equal the largest, up to the rounding of a score."""
    blur = _blur(instance, x)
    return np.asarray(f.max(axis=1, keepdims=True) - f <= 2.0 * blur)


def _blur(instance: AstrocyteInstance, x: Values) -> Values:
    """Rounding of a score, shape (B, 1)."""
    total = np.abs(np.tanh(instance.sigma * x)).sum(axis=1, keepdims=True)
    return np.asarray(UNIT * (2.0 * instance.n_neurons + 30.0) * total**2 / (2.0 * instance.n_neurons))


def _uniform_on_argmax(
    tally: Tally, claim: str, instance: AstrocyteInstance, x: Values, f: Values, p: Values
) -> None:
    """Compare gains with the uniform law on the argmax: off by no more than ((K-#M)/#M)e^{-gap/T}."""
    top = _argmax(f, instance, x)
    count = top.sum(axis=1, keepdims=True)
    runner_up = np.where(top, -np.inf, f).max(axis=1, keepdims=True)
    gap = f.max(axis=1, keepdims=True) - runner_up
    # Close ties that are no ties: nothing is claimed while the gap is of the order of T.
    held = (gap > 5.0 * instance.temperature)[:, 0]
    if not held.any():
        return
    k, T, states = instance.n_patterns, instance.temperature, States(instance, x, p)
    leak = np.where(np.isinf(gap), 0.0, (k - count) / count * np.exp(-np.minimum(gap, 700.0 * T) / T))
    allowed = leak + 8.0 * _blur(instance, x) / T + UNIT * (k + 20.0)
    error = np.abs(p - top / count)
    tally.at_most(
        claim,
        error[held],
        np.broadcast_to(allowed, error.shape)[held],
        scale=1.0,
        roundings=4.0,
        where=lambda at: states.where((int(np.flatnonzero(held)[at[0]]),)),
        tight=False,
    )
