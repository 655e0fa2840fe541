"""The points at which the definitions of the Rocq sources and of the simulator are compared (see ``ground.py``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import astrocyte, context, dense, four_layers, hopfield, linear_score, modern
from gatedmem.numerics import neuron_astrocyte as three_layers
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance
from gatedmem.numerics.reduced import reduced_energy
from gatedmem.proofs.ground import Exact, Ground

Floats = npt.NDArray[np.float64]
Entry = int | Fraction | Exact


def grounds() -> list[Ground]:
    """All ground instances: every definition that is a formula and has a counterpart in the simulator.

    >>> [item.name for item in grounds() if "energy" in item.name][:2]
    ['clamped energy', 'reduced energy']
    """
    groups: list[tuple[Callable[[], Iterator[Ground]], tuple[str, ...]]] = [
        (_softmax, ()),
        (_context, ("Context", "ContextReduced")),
        (_four_layers, ("Context", "ContextFlow")),
        (_astrocyte, ("Astrocyte",)),
        (_baselines, ("Hopfield", "Modern", "Dense")),
        (_three_layers, ("NeuronAstrocyte",)),
    ]
    return [replace(item, needs=("Vectors", "Softmax", *needs)) for generate, needs in groups for item in generate()]


def _exact(entry: Entry) -> Exact:
    return entry if isinstance(entry, Exact) else Exact(Fraction(entry))


def _log(multiple: int | Fraction) -> Exact:
    """A multiple of ln 2."""
    return Exact(Fraction(0), Fraction(multiple))


def _floats(entries: Sequence[Entry]) -> Floats:
    return np.array([float(_exact(entry)) for entry in entries])


def _table(rows: Sequence[Sequence[Entry]]) -> Floats:
    return np.array([_floats(row) for row in rows])


def _vec(entries: Sequence[Entry]) -> str:
    return f"(table [:: {'; '.join(_exact(entry).rocq for entry in entries)}] : vec {len(entries)})"


def _mat(rows: Sequence[Sequence[Entry]]) -> str:
    inner = "; ".join(f"[:: {'; '.join(_exact(entry).rocq for entry in row)}]" for row in rows)
    return f"(table2 [:: {inner}] : mat {len(rows)} {len(rows[0])})"


def _index(i: int) -> str:
    return "ord0" if i == 0 else f"(lift ord0 {_index(i - 1)})"


def _number(entry: Entry) -> str:
    return _exact(entry).rocq


def _each(name: str, rocq: str, values: npt.NDArray[np.float64]) -> Iterator[Ground]:
    """One instance per entry of a vector or a matrix."""
    for at in np.ndindex(values.shape):
        places = " ".join(_index(i) for i in at)
        yield Ground(f"{name} {at}", f"{rocq} {places}".rstrip(), float(values[at]))


# Weights that are powers of two, so that their logarithms are multiples of ln 2.
_HALF, _THIRD = Fraction(1, 2), Fraction(1, 3)
_P3: list[Entry] = [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)]


def _softmax() -> Iterator[Ground]:
    beta = Fraction(3, 2)
    r: list[Entry] = [_log(Fraction(2, 3)), _log(0), _log(0)]
    yield from _each("softmax", f"softmax {_number(beta)} {_vec(r)}", soft.softmax(_floats(r), float(beta)))
    shifted: list[Entry] = [_log(Fraction(2, 3)), _log(Fraction(4, 3)), _log(Fraction(2, 3))]
    scores = _floats(shifted)
    yield Ground(
        "log-sum-exp",
        f"log_sum_exp {_number(beta)} {_vec(shifted)}",
        float(soft.log_sum_exp(scores, float(beta))),
    )
    p = _floats(_P3)
    other: list[Entry] = [_HALF, Fraction(1, 4), Fraction(1, 4)]
    yield Ground("entropy", f"entropy {_vec(_P3)}", float(soft.entropy(p)))
    yield Ground(
        "relative entropy", f"kl {_vec(_P3)} {_vec(other)}", float(soft.relative_entropy(p, np.log(_floats(other))))
    )
    v: list[Entry] = [1, -2, _THIRD]
    w: list[Entry] = [_HALF, 3, -1]
    yield Ground(
        "covariance",
        f"softcov {_vec(_P3)} {_vec(v)} {_vec(w)}",
        float(np.einsum("i,ij,j", _floats(v), soft.covariance(p), _floats(w))),
    )


def _context() -> Iterator[Ground]:
    z: list[list[Entry]] = [[1, 2], [-1, _HALF], [3, 0]]
    alpha, gain, beta = Fraction(1, 3), Fraction(2), Fraction(3, 2)
    u: list[Entry] = [1, -2, _HALF]
    b: list[Entry] = [_THIRD, 0, 2]
    tau_s, tau_r = Fraction(1, 2), Fraction(5, 3)
    s: list[Entry] = [1, 2, Fraction(-1, 4)]
    r: list[Entry] = [_log(0), _log(Fraction(2, 3)), _log(0)]
    case = ContextInstance(_table(z), float(alpha), float(beta), float(gain), _floats(u), _floats(b))
    model = (
        f"(Retrieval 2 3 {_mat(z)} {_number(alpha)} {_number(gain)} {_number(beta)} "
        f"{_number(tau_s)} {_number(tau_r)} {_vec(u)} {_vec(b)})"
    )
    at_s, at_r = _floats(s), _floats(r)
    yield from _each("Gram matrix", f"gram {_mat(z)}", context.gram_matrix(case))
    yield from _each("gate matrix", f"gates {model}", context.gate_matrix(case))
    yield from _each(
        "gate velocity",
        f"gate_velocity {model} {_vec(s)} {_vec(r)}",
        context.gate_velocity(case, at_s, at_r) / float(tau_s),
    )
    yield from _each(
        "score velocity",
        f"score_velocity {model} {_vec(s)} {_vec(r)}",
        context.retrieval_velocity(case, at_s, at_r) / float(tau_r),
    )
    yield Ground(
        "clamped energy", f"clamped_energy {model} {_vec(s)} {_vec(r)}", float(context.energy(case, at_s, at_r))
    )
    yield from _fixed_point_map()


def _fixed_point_map() -> Iterator[Ground]:
    """The maps that hold the inverse of A: two memories with A = ((1, 1/2), (1/2, 1))."""
    z: list[list[Entry]] = [[1], [1]]
    inverse: list[list[Entry]] = [[Fraction(4, 3), Fraction(-2, 3)], [Fraction(-2, 3), Fraction(4, 3)]]
    u: list[Entry] = [1, _THIRD]
    p: list[Entry] = [Fraction(1, 4), Fraction(3, 4)]
    # b takes the rational part of λBu + λ²Bp away, and leaves the scores ln 2 and 0. λ = 3, β = 2.
    bias = [Fraction(10, 9), Fraction(-2, 9)]
    feedback = [Fraction(-1, 6), Fraction(5, 6)]
    b: list[Entry] = [
        Exact(-3 * bias[0] - 9 * feedback[0], Fraction(1)),
        Exact(-3 * bias[1] - 9 * feedback[1]),
    ]
    case = ContextInstance(_table(z), 0.5, 2.0, 3.0, _floats(u), _floats(b))
    model = f"(Retrieval 1 2 {_mat(z)} (1 / 2) 3 2 1 1 {_vec(u)} {_vec(b)})"
    q = _floats(p)
    where = f"{model} {_mat(inverse)} {_vec(p)}"
    yield from _each("gates at rest", f"gate_state {where}", context.steady_gates(case, q))
    yield from _each("scores at rest", f"score_state {where}", context.steady_retrieval(case, q))
    yield from _each("fixed-point map", f"retrieval_map {where}", context.retrieval_map(case, q))
    even: list[Entry] = [_HALF, _HALF]
    yield Ground(
        "reduced energy",
        f"reduced_energy {model} {_mat(inverse)} {_vec(even)}",
        float(reduced_energy(case, _floats(even))),
    )


def _four_layers() -> Iterator[Ground]:
    z: list[list[Entry]] = [[1, 2], [-1, _HALF], [3, 0]]
    w: list[list[Entry]] = [[_HALF, 1], [2, -1], [0, _THIRD]]
    taus = (Fraction(1, 2), Fraction(2), Fraction(3, 4), Fraction(4, 3))
    alpha, gain, beta = Fraction(1, 4), Fraction(3), Fraction(2)
    c: list[Entry] = [2, Fraction(-1, 2)]
    s: list[Entry] = [1, _HALF, -3]
    r: list[Entry] = [_log(_HALF), _log(0), _log(0)]
    q: list[Entry] = [_THIRD, -1]
    system = four_layers.FourLayers(
        _table(z), _table(w), float(alpha), float(beta), float(gain), (0.5, 2.0, 0.75, 4.0 / 3.0)
    )
    model = (
        f"(Network 2 2 3 {_mat(z)} {_mat(w)} {_number(alpha)} {_number(gain)} {_number(beta)} "
        f"{' '.join(_number(tau) for tau in taus)})"
    )
    state = np.concatenate([_floats(layer) for layer in (c, s, r, q)])
    layers = f"{_vec(c)} {_vec(s)} {_vec(r)} {_vec(q)}"
    yield Ground("four-layer energy", f"network_energy {model} {layers}", float(four_layers.energy(system, state)))
    yield Ground(
        "interaction energy",
        f"hypersynapses {model} {_vec(c)} {_vec(s)} {_vec(_P3)} {_vec(q)}",
        float(four_layers.interaction_energy(system, _floats(c), _floats(s), _floats(_P3), _floats(q))),
    )
    flow = system.split(four_layers.velocity(system, state))
    names = (
        f"context_velocity {model} {_vec(c)} {_vec(s)}",
        f"gates_velocity {model} {_vec(c)} {_vec(s)} {_vec(r)}",
        f"scores_velocity {model} {_vec(s)} {_vec(r)} {_vec(q)}",
        f"query_velocity {model} {_vec(r)} {_vec(q)}",
    )
    for rocq, values in zip(names, flow, strict=True):
        yield from _each(rocq.split()[0].replace("_", " "), rocq, values)


def _astrocyte() -> Iterator[Ground]:
    patterns: list[list[Entry]] = [[1, -1, 1], [1, 1, -1], [-1, -1, -1]]
    sigma, temperature = Fraction(2), Fraction(1, 3)
    tau_x, tau_p = Fraction(3, 2), Fraction(1, 4)
    # φ(x) = tanh(k ln 2) = 3/5, 0, -3/5.
    x: list[Entry] = [_log(_HALF), _log(0), _log(-_HALF)]
    case = AstrocyteInstance(_table(patterns), float(sigma), float(temperature), float(tau_x), float(tau_p))
    model = f"(Memory 3 3 {_mat(patterns)} {_number(sigma)} {_number(temperature)} {_number(tau_x)} {_number(tau_p)})"
    at_x, p = _floats(x), _floats(_P3)
    place = f"{model} {_vec(x)}"
    both = f"{place} {_vec(_P3)}"
    for i, entry in enumerate(x):
        yield Ground("activation", f"phi {model} {_number(entry)}", float(astrocyte.activation(case, at_x)[i]))
        yield Ground("slope", f"phi' {model} {_number(entry)}", float(astrocyte.slope(case, at_x)[i]))
        yield Ground("potential", f"Lambda {model} {_number(entry)}", float(astrocyte.potential(case, at_x)[i]))
    yield from _each("overlap", f"overlap {place}", astrocyte.overlaps(case, at_x))
    yield from _each("score", f"score {place}", astrocyte.scores(case, at_x))
    yield from _each("recurrent input", f"Astrocyte.drive {both}", astrocyte.recurrent_input(case, at_x, p))
    yield from _each("neuron velocity", f"velocity_x {both}", astrocyte.neuron_velocity(case, at_x, p))
    yield from _each("gain velocity", f"velocity_p {both}", astrocyte.gain_velocity(case, at_x, p))
    yield Ground("energy", f"Astrocyte.energy {both}", float(astrocyte.energy(case, at_x, p)))
    yield Ground("neuron energy", f"neuron_energy {place}", float(astrocyte.neuron_energy(case, at_x)))
    z: list[Entry] = [1, -2, _HALF]
    yield from _each("projection", f"project {_vec(_P3)} {_vec(z)}", astrocyte.tangent_projection(p, _floats(z)))
    u: list[Entry] = [_log(0), _log(1), _log(0)]
    lifted = astrocyte.lifted_velocity(case, at_x, _floats(u))
    yield from _each("lifted neurons", f"velocity_x {place} (softmax 1 {_vec(u)})", lifted[0])
    yield from _each("lifted gains", f"lift_velocity {place} {_vec(u)}", lifted[1])
    yield from _each("linear neurons", f"linear_velocity_x {both}", linear_score.neuron_velocity(case, at_x, p))
    yield from _each("linear gains", f"linear_velocity_p {both}", linear_score.gain_velocity(case, at_x, p))
    yield Ground("linear energy", f"linear_energy {both}", float(linear_score.energy(case, at_x, p)))


def _tanh(sigma: Fraction) -> tuple[str, str, str]:
    """tanh(σz), its derivative and its primitive."""
    inner = f"({_number(sigma)} * z)"
    return (
        f"(fun z => tanh {inner})",
        f"(fun z => {_number(sigma)} / cosh {inner} ^ 2)",
        f"(fun z => ln (cosh {inner}) / {_number(sigma)})",
    )


def _baselines() -> Iterator[Ground]:
    w: list[list[Entry]] = [[1, _HALF], [-2, 3]]
    x: list[Entry] = [_log(_HALF), _log(-_HALF)]
    net = hopfield.HopfieldInstance(_table(w), sigma=2.0, tau=0.75)
    model = f"(Hopfield 2 {_mat(w)} {' '.join(_tanh(Fraction(2)))} (3 / 4))"
    yield from _each("Hopfield velocity", f"hopfield_velocity {model} {_vec(x)}", hopfield.velocity(net, _floats(x)))
    yield Ground("Hopfield energy", f"hopfield_energy {model} {_vec(x)}", float(hopfield.energy(net, _floats(x))))
    s: list[Entry] = [1, -1]
    yield Ground(
        "binary energy",
        f"Hopfield.binary_energy {_mat(w)} {_vec(s)}",
        float(hopfield.binary_energy(_table(w), _floats(s))),
    )
    # ⟨ζ, ξ⟩ = ln 2, 0: with β = 2 the exponentials are 4 and 1.
    z: list[list[Entry]] = [[_log(1), 0], [_log(_HALF), _log(-_HALF)]]
    at: list[Entry] = [1, 1]
    yield Ground(
        "modern energy", f"modern_energy 2 {_mat(z)} {_vec(at)}", float(modern.energy(_table(z), _floats(at), 2.0))
    )
    yield from _each(
        "modern update", f"modern_update 2 {_mat(z)} {_vec(at)}", modern.update(_table(z), _floats(at), 2.0)
    )
    queries: list[list[Entry]] = [[_log(1), 0, 0, 1]]
    keys: list[list[Entry]] = [[2, 2, 0, 0], [0, 0, 0, 0]]
    values: list[list[Entry]] = [[1, -1], [_HALF, 3]]
    yield from _each(
        "attention",
        f"attention {_mat(queries)} {_mat(keys)} {_mat(values)}",
        modern.attention(_table(queries), _table(keys), _table(values)),
    )
    patterns: list[list[Entry]] = [[1, -1, 1], [1, 1, -1]]
    cube = dense.power(3)
    state: list[Entry] = [1, 1, 1]
    yield Ground(
        "dense energy",
        f"dense_energy (fun z => z ^ 3 / 3) {_mat(patterns)} {_vec(state)}",
        float(dense.energy(_table(patterns), _floats(state), cube)),
    )
    yield from _each(
        "dense field",
        f"Dense.field (fun z => z ^ 2) {_mat(patterns)} {_vec(state)}",
        dense.field(_table(patterns), _floats(state), cube),
    )


def _three_layers() -> Iterator[Ground]:
    patterns: list[list[Entry]] = [[1, -1], [1, 1]]
    scale = Fraction(1, 3)
    slopes = (Fraction(2), Fraction(1), _HALF)
    leaks, taus = (_HALF, _THIRD, Fraction(1, 4)), (Fraction(1, 4), Fraction(2), Fraction(3, 2))
    bias: list[Entry] = [_THIRD, -1]
    into_s: list[list[Entry]] = [[1, 0], [_HALF, -2]]
    into_p: list[list[Entry]] = [[0, _THIRD], [2, -1]]
    x: list[Entry] = [_log(_HALF), _log(-_HALF)]
    s: list[list[Entry]] = [[_log(1), 0], [_log(1), _log(-1)]]
    p: list[list[Entry]] = [[_log(2), _log(2)], [_log(2), 0]]
    net = three_layers.NeuronAstrocyteInstance(
        three_layers.PatternTensor(_table(patterns), float(scale)),
        _floats(bias),
        _table(into_s),
        _table(into_p),
        (float(leaks[0]), float(leaks[1]), float(leaks[2])),
        (float(taus[0]), float(taus[1]), float(taus[2])),
        *(three_layers.tanh_activation(float(slope)) for slope in slopes),
    )
    triples = " ".join(f"(Triple {' '.join(_tanh(slope))})" for slope in slopes)
    numbers = " ".join(_number(value) for value in (*leaks, *taus))
    model = (
        f"(NaNetwork 2 {triples} {numbers} {_vec(bias)} {_mat(into_s)} {_mat(into_p)} "
        f"(hebbian_tensor {_number(scale)} {_mat(patterns)}))"
    )
    state = three_layers.State(_floats(x), _table(s), _table(p))
    flow = three_layers.velocity(net, state)
    yield from _each("neurons", f"velocity_n {model} {_vec(x)} {_mat(s)}", flow.x)
    yield from _each("synapses", f"velocity_s {model} {_vec(x)} {_mat(s)} {_mat(p)}", flow.s)
    yield from _each("processes", f"velocity_a {model} {_mat(s)} {_mat(p)}", flow.p)
    yield Ground(
        "three-layer energy",
        f"na_energy {model} {_vec(x)} {_mat(s)} {_mat(p)}",
        float(three_layers.energy(net, state)),
    )
