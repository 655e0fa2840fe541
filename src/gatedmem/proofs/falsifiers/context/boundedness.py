"""Attempts to break the statement on when the clamped energy is bounded below (CG4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from gatedmem.numerics import context as model
from gatedmem.numerics.instances import ContextInstance, draw_context
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import describe, examples_for, gates_of
from gatedmem.proofs.falsifiers.search import Tally, attack, outcome, row

BALANCE = -1.0
"""CG4: the constant c in ⟨1, u⟩ = cλ, what bounds the energy when ker A = span(1)."""

# An eigenvalue below this fraction of the largest counts as zero; one less clear is not decided.
_ZERO, _CLEAR = 1e-12, 1e-6
_FAR = 1e6


def cg4(request: Request) -> Search:
    """CG4: the clamped energy is bounded below iff A ≻ 0, or A ⪰ 0 and the drive balances what ker A sees."""

    def check(instance: ContextInstance, tally: Tally) -> None:
        gates = gates_of(instance)
        n, beta = instance.n_memories, instance.beta
        eigenvalues, vectors = np.linalg.eigh(gates.matrix)
        top = float(np.abs(eigenvalues).max())
        zero = np.abs(eigenvalues) <= _ZERO * top
        if (~zero & (np.abs(eigenvalues) < _CLEAR * top)).any():
            return
        kernel = vectors[:, zero]
        # What would be a lower bound: the quadratic part on the positive eigenspaces, -⟨b, p⟩ and -H(p)/β.
        rising = eigenvalues[eigenvalues > _ZERO * top]
        pull = float(np.linalg.norm(gates.drive)) + instance.gain
        floor = -(np.log(n) / beta + float(np.abs(gates.evidence).max()))
        floor -= 0.5 * pull**2 / float(rising.min()) if rising.size else 0.0

        vertices = np.eye(n)[: min(n, 12)]
        seen = (gates.drive + instance.gain * vertices) @ kernel @ kernel.T
        directions = [vectors[:, 0], *(line for line in seen if np.linalg.norm(line) > 1e-9 * (1.0 + pull))]
        ways = np.concatenate([[line / np.linalg.norm(line), -line / np.linalg.norm(line)] for line in directions])
        # Retrieval at the vertices to the last bit, and uniform.
        r = np.concatenate([60.0 / beta * vertices, np.zeros((1, n))])
        lengths = np.array([1.0, 1e3, _FAR])
        s = np.broadcast_to((lengths[:, None, None, None] * ways[:, None, :]), (3, len(ways), len(r), n))
        energies = model.energy(instance, s, np.broadcast_to(r, s.shape))
        # The best gates for each p, where an energy that is bounded comes closest to the bound.
        p = np.exp(beta * (r - r.max(axis=1, keepdims=True)))
        p /= p.sum(axis=1, keepdims=True)
        best_gates = (gates.drive + instance.gain * p) @ np.linalg.pinv(gates.matrix, rcond=1e-9, hermitian=True)
        lowest = min(float(energies.min()), float(model.energy(instance, best_gates, r).min()))
        tally.trials += energies.size + len(r)
        size = 1.0 + abs(floor) + _FAR**2 * top * n + _FAR * pull

        def where(at: tuple[int, ...]) -> str:
            way, state = np.unravel_index(int(energies[-1].argmin()), energies.shape[1:])
            return f"{describe(instance)} s={row(_FAR * ways[way], 4)} r={row(r[state], 4)}"

        if _bounded(instance, eigenvalues, kernel, top):
            tally.at_most("E bounded below", floor, lowest, scale=size, roundings=n + 20.0, where=where, tight=False)
            tally.near(float(lowest - floor) / max(1.0, float(abs(floor))))
        else:
            # Along the best ray the energy falls at least linearly: far out it is below any candidate.
            tally.at_most("E unbounded below", lowest, floor - 1.0, scale=1.0, roundings=0, where=where, tight=False)

    if request.context is not None:
        user = request.context
        values = np.abs(gates_of(user).eigenvalues) / np.abs(gates_of(user).eigenvalues).max()
        if ((values > _ZERO) & (values < _CLEAR)).any():
            return outcome(Tally(), notes=["A(α) is singular only up to rounding: nothing to test"])
        return attack(check, [user], None, seed=0, examples=0)
    return attack(check, _instances(request), _corners(), seed=request.seed, examples=3 * examples_for(request))


def _bounded(instance: ContextInstance, eigenvalues: Values, kernel: Values, top: float) -> bool:
    """Whether the statement calls the energy bounded below."""
    if eigenvalues[0] > _ZERO * top:
        return True
    if eigenvalues[0] < -_ZERO * top:
        return False
    u = model.drive(instance)
    size = 1e-9 * (1.0 + float(np.linalg.norm(u)) + instance.gain)
    if instance.gain == 0.0:
        return bool(np.abs(kernel.T @ u).max() <= size)
    uniform = kernel.shape[1] == 1 and float(np.ptp(kernel[:, 0])) < 1e-9
    return uniform and bool(abs(u.sum() - BALANCE * instance.gain) <= size * len(u))


def _instances(request: Request) -> Iterator[ContextInstance]:
    rng = np.random.default_rng([request.seed, 4])
    for n, d in ((1, 1), (2, 1), (2, 3), (3, 2), (6, 10), (12, 5), (50, 10)):
        for factor in (0.0, 0.5, 0.95, 1.1, 3.0):
            gain = float(rng.choice([0.0, 0.3, 2.0]))
            base = draw_context(rng, n, d, alpha=0.0, beta=float(10.0 ** rng.uniform(-1, 1)), gain=gain)
            critical = min(model.critical_alpha(base), 5.0)
            yield replace(base, alpha=factor * critical, name=f"drawn N={n} d={d}")
    # A singular, A ⪰ 0: N e_i - 1 pairwise have the product -N, so that ker A = span(1) at α = 1/(N(N-1)).
    for n in (2, 3, 5):
        for gain in (0.0, 0.7):
            for shift in (0.0, 0.25, -0.25):
                u = rng.integers(-4, 5, n) / 4.0
                u[0] += -gain - u.sum() + shift
                memories = n * np.eye(n) - 1.0
                yield ContextInstance(
                    memories, 1.0 / (n * (n - 1)), 2.0, gain, u, rng.standard_normal(n), f"frame {n}"
                )
    # ker A of dimension two: two opposite pairs. The drive may balance one vertex, never all.
    pairs = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    for gain, balance in ((0.0, [1.0, -1.0, 0.5, -0.5]), (0.0, [1.0, 1.0, 0.0, 0.0]), (1.0, [-0.5, -0.5, 0.0, 0.0])):
        yield ContextInstance(pairs, 1.0, 1.0, gain, np.array(balance), np.zeros(4), "two opposite pairs")


@st.composite
def _corners(draw: st.DrawFn) -> ContextInstance:
    n, d = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    entry = st.sampled_from([1.0, 0.0, -1.0])
    memories = np.array(draw(st.lists(entry, min_size=n * d, max_size=n * d))).reshape(n, d)
    level = st.sampled_from([0.0, 1.0, -1.0, -0.5])
    drive = np.array(draw(st.lists(level, min_size=n, max_size=n)))
    alpha, gain = draw(st.sampled_from([1.0, 0.0, 0.5, 2.0])), draw(st.sampled_from([1.0, 0.0, 0.5]))
    beta = draw(st.sampled_from([1.0, 100.0, 1e-3]))
    return ContextInstance(memories, alpha, beta, gain, drive, np.zeros(n), "corner")
