"""BL4: each symmetry counts. Solutions on which the energy rises once a single one is dropped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatedmem.numerics import neuron_astrocyte as tripartite
from gatedmem.numerics.instances import Array
from gatedmem.numerics.integrate import solve
from gatedmem.proofs.falsifiers.baselines.cases import mirrored
from gatedmem.proofs.falsifiers.search import STEP, Tally, said

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


def broken(parts: tuple[float, ...]) -> tuple[tripartite.NeuronAstrocyteInstance, tripartite.State]:
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


def broken_check(case: tuple[str, tuple[float, ...]], tally: Tally) -> None:
    """Require that the energy does rise along a solution that breaks one symmetry, and not when it is mended."""
    name, parts = case
    instance, state = broken(parts)
    for mended in (False, True):
        path, rate, rounding = _run(*_mended(instance, state, name) if mended else history(instance, state, name))
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


def history(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, name: str
) -> tuple[tripartite.NeuronAstrocyteInstance, tripartite.State, float]:
    """Where the state came from: with symmetric s and p, unless it is these that are dropped."""
    if name in ("s(0)", "T_ijkl = T_klij"):
        return instance, state, 1e-3
    length = 0.5 * float(np.log(4.0))
    past = solve(lambda y: -_speed(instance, y), tripartite.pack(state), np.array([0.0, length]), tolerance=1e-12)[-1]
    before = tripartite.unpack(past, 2)
    p = before.p if name == "p(0)" else mirrored(before.p)
    return instance, tripartite.State(before.x, mirrored(before.s), p), length


def _mended(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, name: str
) -> tuple[tripartite.NeuronAstrocyteInstance, tripartite.State, float]:
    """The same with the symmetry restored."""
    instance, state, length = history(instance, state, name)
    tensor = instance.tensor
    assert isinstance(tensor, tripartite.Tensor)
    turned = tripartite.Tensor(
        np.concatenate([mirrored(tensor.left), mirrored(tensor.right)]) / 2.0,
        np.concatenate([mirrored(tensor.right), mirrored(tensor.left)]),
    )
    instance = replace(instance, tensor=turned, c=mirrored(instance.c), d=mirrored(instance.d))
    return instance, tripartite.State(state.x, mirrored(state.s), mirrored(state.p)), length


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
