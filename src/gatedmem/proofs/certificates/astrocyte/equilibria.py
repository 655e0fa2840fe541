"""AG11: the equilibria are exactly the softmax-routed fixed points, on the interior and on every face."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from flint import arb
from scipy.optimize import root as find_root

from gatedmem.numerics.enclosures import RootBox, System, Vector, ball, krawczyk, polish, show, vector
from gatedmem.numerics.jets import Jet, join, system
from gatedmem.proofs.certificates.astrocyte import draws
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# The routing temperature of the claim is this times T: p = softmax(f/T).
ROUTING_TEMPERATURE = 1

# Half-widths tried for a box around a proposed root, the widest first.
RADII = (1e-6, 1e-10, 1e-16)
# How the proposals are looked for.
ITERATIONS = 2000
SEARCHES = 4


def ag11(request: Request) -> Iterator[Certified]:
    """Equilibria enclosed twice, as zeros of the field and as softmax-routed fixed points; other points."""
    rng = np.random.default_rng([request.seed, 111])
    for instance in draws.instances(request, 111):
        for label, start in proposals(GatedMemory(instance), request.seed):
            yield certify(
                f"{instance.name}, interior equilibrium {label}",
                _enclosed_twice,
                GatedMemory(instance),
                start,
            )
        x = rng.standard_normal(instance.n_neurons)
        p = draws.gains(rng, instance.n_patterns)
        yield certify(
            f"{instance.name}, other interior points",
            _elsewhere,
            GatedMemory(instance),
            x,
            p,
        )
        if instance.n_patterns == 1:
            continue
        support = draws.face(rng, instance.n_patterns)
        p = draws.gains(rng, len(support))
        name = f"{instance.name}, face of {len(support)} gain{'s' if len(support) > 1 else ''}"
        yield certify(f"{name}, points", _elsewhere, GatedMemory(instance, support), x, p)
        label, start = proposals(GatedMemory(instance, support), request.seed)[-1]
        yield certify(
            f"{name}, equilibrium {label}",
            _enclosed_twice,
            GatedMemory(instance, support),
            start,
        )


def proposals(model: GatedMemory, seed: int) -> list[tuple[str, Float]]:
    """Approximate x of a few different equilibria: the origin, one reached from a cue, one found by root search."""
    rng = np.random.default_rng([seed, 11])
    cue = draws.cue(rng, model.instance)
    found = [("x = 0", np.zeros(model.n))]
    settled = settle(model, cue)
    candidates = [("reached from a cue", settled)]
    for _ in range(SEARCHES):
        search = find_root(lambda x: _step(model, x) - x, 0.5 * rng.standard_normal(model.n))
        if search.success:
            candidates.append(("found by root search", search.x))
    for label, x in candidates:
        if len(found) < 3 and all(
            min(float(np.abs(x - y).max()), float(np.abs(x + y).max())) > 1e-6 for _, y in found
        ):
            again = any(label == known for known, _ in found)
            found.append((f"{label} again" if again else label, x))
    return found


def settle(model: GatedMemory, start: Float) -> Float:
    """Alternate gains and neurons from a start until nothing moves: a proposal for an equilibrium."""
    state = start
    for _ in range(ITERATIONS):
        state, before = _step(model, state), state
        if float(np.abs(state - before).max()) < 1e-14:
            break
    return state


def _step(model: GatedMemory, x: Float) -> Float:
    """W(softmax(f/T))φ(x) in doubles: only ever a proposal."""
    m = model.rows @ np.tanh(model.instance.sigma * x)
    scaled = m * m / (2 * model.n * model.instance.temperature)
    weights = np.exp(scaled - scaled.max())
    weights /= weights.sum()
    step: Float = model.rows.T @ (weights * m) * (model.total / model.n)
    return step


def locate(model: GatedMemory, seed: int) -> list[RootBox]:
    """Enclose the proposed interior equilibria by x = W(softmax(f(x)/T))φ(x); undecided boxes are left out."""
    boxes = [enclose_routed(model, start) for _, start in proposals(model, seed)]
    return [root for root in boxes if root.outcome == "unique"]


def enclose_routed(model: GatedMemory, start: Float, temperature: int = 1) -> RootBox:
    """Test a box about the root near ``start`` of x - W(softmax(f(x)/T))φ(x), N unknowns."""

    def residual(x: Jet) -> Jet:
        routing = model.scores(x).scaled(1 / (temperature * model.temperature)).softmax()
        return x - model.input(x, routing)

    reduced = system(residual)
    return _test(reduced, vector(start))


def enclose_field(model: GatedMemory, start: Float) -> tuple[RootBox, Vector, Vector]:
    """Test a box about the root near ``start`` of the velocity field itself, on the simplex.

    The unknowns are x and the gains but the largest, each relative to its proposal, so that gains of very
    different size are equally well resolved; the largest gain is 1 minus the others. At a zero of the
    other velocities its own vanishes too, since they sum to 0 on the simplex.

    Returns:
        The box in these unknowns, and the enclosures of x and p at the root (those of the centre if
        undecided).
    """
    guess = constant(vector(start))
    reference = model.routing(guess).value
    largest = max(range(model.k), key=lambda index: float(reference[index].mid()))
    others = [index for index in range(model.k) if index != largest]
    scale = [reference[index].mid() for index in others]
    order = [others.index(index) if index != largest else len(others) for index in range(model.k)]

    def split(state: Jet) -> tuple[Jet, Jet]:
        x = state[range(model.n)]
        if not others:
            return x, constant([arb(1)])
        relative = state[range(model.n, model.n + len(others))]
        rest = (relative + 1) * Jet(scale)
        return x, join(rest, -rest.sum() + 1)[order]

    def field(state: Jet) -> Jet:
        x, p = split(state)
        still = model.neuron_velocity(x, p).scaled(model.tau_x)
        if not others:
            return still
        return join(still, model.gain_velocity(x, p)[others].scaled(model.tau_p) / Jet(scale))

    full = system(field)
    tested = _test(full, vector(start) + [arb(0)] * len(others))
    x, p = split(Jet(tested.enclosure))
    return tested, x.value, p.value


def _test(equations: System, start: Vector) -> RootBox:
    """Polish the proposal, then test boxes about it until one is decided."""
    centre = polish(equations, start)
    for radius in RADII:
        tested = krawczyk(equations, centre, [radius] * len(centre))
        if tested.outcome != "undecided":
            break
    return tested


def _enclosed_twice(findings: Findings, model: GatedMemory, start: Float) -> None:
    field, x, p = enclose_field(model, start)
    findings.holds("one zero of the field in a box", field.outcome == "unique" or None, field.outcome)
    routed = enclose_routed(model, start, ROUTING_TEMPERATURE)
    findings.holds("one softmax-routed fixed point in a box", routed.outcome == "unique" or None, routed.outcome)
    if field.outcome != "unique" or routed.outcome != "unique":
        return
    findings.note("x_1", x[0])
    findings.note("largest gain", max(p, key=lambda gain: float(gain.mid())))
    meet = all(a.overlaps(b) for a, b in zip(x, routed.enclosure, strict=True))
    inside = all(a.contains(b) for a, b in zip(routed.region, x, strict=True)) and all(
        a.contains(b) for a, b in zip(field.region[: model.n], routed.enclosure, strict=True)
    )
    findings.holds(
        "both are the same point",
        False if not meet else (inside or None),
        f"x_1 {show(x[0])} and {show(routed.enclosure[0])}",
    )
    law = model.scores(constant(x)).scaled(1 / (ROUTING_TEMPERATURE * model.temperature)).softmax().value
    findings.zero("p = softmax(f/T) there", [a - b for a, b in zip(p, law, strict=True)], 1e-30)
    still = model.input(constant(x), constant(p)).value
    findings.zero("x = W(p)φ(x) there", [a - b for a, b in zip(x, still, strict=True)], 1e-30)
    findings.positive("interior of the face", p)


def _elsewhere(findings: Findings, model: GatedMemory, x: Float, p: tuple[object, ...]) -> None:
    """Gains rest where they are the softmax and nowhere else; the neurons move at a drawn x."""
    state = constant(vector(x))
    law = model.scores(state).scaled(1 / (ROUTING_TEMPERATURE * model.temperature)).softmax()
    findings.zero("gains rest at the softmax", model.gain_velocity(state, law).value)
    findings.nonzero("the neurons move", model.neuron_velocity(state, law).value)
    if model.k > 1:
        drawn = constant([ball(entry) for entry in p])
        findings.nonzero("gains off the softmax move", model.gain_velocity(state, drawn).value)
        weights = [2 * law.value[0], *law.value[1:]]
        total = sum(weights, arb(0))
        findings.nonzero(
            "gains tilted from the softmax move",
            model.gain_velocity(state, constant([w / total for w in weights])).value,
        )
