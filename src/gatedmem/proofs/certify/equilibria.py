"""The equilibrium of an astrocyte-gated memory for a certificate: simulated, sharpened, and handed to the checker."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gatedmem.numerics.astrocyte import lifted_velocity, overlaps, recurrent_input, retrieval_gains, slope
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.integrate import STIFF_STEPS, fastest_rate, solve
from gatedmem.proofs.certificates.astrocyte.equilibria import settle
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory
from gatedmem.proofs.certify.builder import Builder
from gatedmem.proofs.checker import astrocyte_equilibria as checker
from gatedmem.proofs.checker.astrocyte import Memory
from gatedmem.proofs.checker.intervals import ONE
from gatedmem.proofs.checker.matrices import Matrix
from gatedmem.proofs.checker.newton import contraction, newton_step
from gatedmem.proofs.checker.reading import Rejected, write

Float = npt.NDArray[np.float64]

# The state of an equilibrium is written with this many bits below the point, its preconditioner with so many.
STATE_BITS = 120
PRECONDITIONER_BITS = 40
NEWTON_STEPS = 12
# Half-widths of the cube in which the equilibrium is the only one, tried in turn, and what is enough there.
REACHES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-9, 1e-13, 1e-18, 1e-24, 1e-30)
ENOUGH = Fraction(3, 4)
INERTIA_BITS = (12, 24, 48)

# The simulation: spans of time, each twice as long as the one before, until nothing moves by more than REST.
SPANS, REST, TOLERANCE = 10, 1e-7, 1e-8
EVALUATIONS = 100_000
FARTHEST = 1e9


def claim_equilibrium(builder: Builder, instance: AstrocyteInstance, cue: Float) -> None:
    """The equilibrium near which the cue ends, and its stability."""
    memory: Memory = builder.memory
    # Constants of 1e±300 overflow, and LSODA warns of what it raises: what comes of it is only a proposal.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        proposed, how = _simulated(instance, cue)
        state, derivative = _sharpened(memory, instance, proposed)
        moved = max(abs(float(entry) - x) for entry, x in zip(state, proposed, strict=True))
        if moved > 1e-3 * (1 + float(np.abs(proposed).max())):
            how = f"{how} (Newton's steps led {moved:.2g} away)"
        if _claim_enclosed(builder, state, derivative, how):
            _claim_stable(builder, instance, np.array([float(entry) for entry in state]))
        else:
            builder.undecided("equilibrium_stable", "no equilibrium was enclosed")


def _simulated(instance: AstrocyteInstance, cue: Float) -> tuple[Float, str]:
    """Where the flow from the cue with uniform gains comes to rest, in doubles, and how that was found."""
    n, k = instance.n_neurons, instance.n_patterns
    left = EVALUATIONS

    def velocity(state: Float) -> Float:
        nonlocal left
        left -= 1
        speed = np.concatenate(lifted_velocity(instance, state[:n], state[n:]))
        if left < 0 or not np.isfinite(speed).all():
            raise ArithmeticError("too many steps, or too large")
        return speed

    state = np.concatenate([np.clip(cue, -FARTHEST, FARTHEST), np.zeros(k)])
    span = 10 * max(instance.tau_x, instance.tau_p)
    how = "where the simulation from the cue comes to rest"
    try:
        for _ in range(SPANS):
            stiff = fastest_rate(instance) * span > STIFF_STEPS
            state = solve(velocity, state, np.array([0.0, span]), tolerance=TOLERANCE, stiff=stiff)[-1]
            span *= 2
            if _at_rest(instance, state[:n], state[n:]):
                break
        else:
            how = "near where the simulation from the cue is in the end, still moving"
    except ArithmeticError:
        how = "where gains and neurons settle in turn; the simulation from the cue breaks off before it is at rest"
    settled = settle(GatedMemory(instance), state[:n])
    return settled if np.isfinite(settled).all() else np.zeros(n), how


def _at_rest(instance: AstrocyteInstance, x: Float, u: Float) -> bool:
    """Whether x = W(p)φ(x) and p = softmax(f/T) up to the tolerance."""
    weights = np.exp(u - u.max())
    p = weights / weights.sum()
    still = np.abs(recurrent_input(instance, x, p) - x).max() < REST * (1 + np.abs(x).max())
    return bool(still and np.abs(p - retrieval_gains(instance, x)).max() < REST)


def _derivatives(instance: AstrocyteInstance, x: Float) -> tuple[Float, Float]:
    """S = Dh/dφ and φ', in doubles."""
    n, k = instance.n_neurons, instance.n_patterns
    m, p = overlaps(instance, x), retrieval_gains(instance, x)
    # Σp_μm_μ²ξξᵀ - vvᵀ as a covariance: the two would cancel badly at a low temperature.
    spread = m[:, None] * instance.patterns - recurrent_input(instance, x, p) * n / k
    weighted = instance.patterns.T @ (p[:, None] * instance.patterns)
    weighted += spread.T @ (p[:, None] * spread) / (n * instance.temperature)
    return k / n * weighted, np.asarray(slope(instance, x))


def _sharpened(memory: Memory, instance: AstrocyteInstance, start: Float) -> tuple[list[Fraction], Float]:
    """Newton's steps on x - h(x), the residual in the checker's integers, the derivative in doubles."""
    response, slopes = _derivatives(instance, start)
    derivative = np.eye(instance.n_neurons) - response * slopes
    state = [Fraction(float(entry)) for entry in start]
    best: tuple[int, list[Fraction]] | None = None
    for _ in range(NEWTON_STEPS):
        off = [(value.low + value.high) // 2 for value in checker.residual(memory, state)]
        size = max(map(abs, off))
        if best is not None and size >= best[0]:
            break
        best = size, state
        if size == 0 or not np.isfinite(derivative).all():
            break
        step = np.linalg.lstsq(derivative, np.array([entry / size for entry in off]), rcond=None)[0]
        state = [_rounded(x - Fraction(float(d)) * Fraction(size, ONE)) for x, d in zip(state, step, strict=True)]
    assert best is not None
    return best[1], derivative


def _rounded(value: Fraction) -> Fraction:
    return Fraction(round(value * (1 << STATE_BITS)), 1 << STATE_BITS)


def _claim_enclosed(builder: Builder, state: list[Fraction], derivative: Float, how: str) -> bool:
    memory: Memory = builder.memory
    name, reason = "equilibrium", f"Krawczyk's test {how}"
    try:
        rows = _integers(np.asarray(np.linalg.inv(derivative)), PRECONDITIONER_BITS)
    except (np.linalg.LinAlgError, ValueError, OverflowError):
        builder.undecided(name, f"the derivative is singular {how}")
        return False
    least = newton_step(checker.residual(memory, state), rows, PRECONDITIONER_BITS)
    obstacle = "the derivative may be singular"
    for reach in map(Fraction, REACHES):
        try:
            enclosed = checker.derivative(memory, memory.enclose(checker.cube(state, reach)))
            rate = contraction(enclosed, rows, PRECONDITIONER_BITS)
        except Rejected as refusal:
            obstacle = str(refusal)
            continue
        if rate > ENOUGH:
            continue
        radius = Fraction(1, 1 << STATE_BITS)
        while not least < (1 - rate) * radius:
            radius *= 2
        if radius > reach:
            continue
        numbers = {"state": [write(entry) for entry in state], "radius": write(radius), "reach": write(reach)}
        return builder.claim(name, "proved", reason, numbers, {"bits": PRECONDITIONER_BITS, "rows": rows})
    builder.undecided(name, f"no cube {how} passes Krawczyk's test: {obstacle}")
    return False


def _integers(values: Float, bits: int) -> Matrix:
    return [[int(entry) for entry in row] for row in np.rint(np.ldexp(values, bits))]


def _claim_stable(builder: Builder, instance: AstrocyteInstance, x: Float) -> None:
    memory: Memory = builder.memory
    assert memory.point is not None
    name = "equilibrium_stable"
    response, slopes = _derivatives(instance, x)
    roots = np.sqrt(slopes)
    values, vectors = np.linalg.eigh(np.eye(instance.n_neurons) - roots[:, None] * response * roots)
    if not np.isfinite(values).all() or not values.all():
        builder.undecided(name, "the Hessian on the tangent space is degenerate as far as doubles can tell")
        return
    turned = vectors.T / np.sqrt(np.abs(values))[:, None]
    enclosed = checker.reduced_hessian(memory, memory.point.box)
    for bits in INERTIA_BITS:
        rows = _integers(turned / np.abs(turned).max(), bits)
        try:
            unstable = checker.negative_directions(enclosed, rows)
        except Rejected:
            continue
        verdict = "refuted" if unstable else "proved"
        builder.claim(
            name, verdict, "the Hessian of the energy on the tangent space", {"unstable": unstable}, {"rows": rows}
        )
        return
    builder.undecided(name, "an eigenvalue of the Hessian on the tangent space is too near 0")
