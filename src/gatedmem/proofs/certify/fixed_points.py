"""Fixed points for a certificate: found in doubles, sharpened, and handed to the checker with what proves them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq, fmpz_mat

from gatedmem.numerics.enclosures import softmax as ball_softmax
from gatedmem.numerics.enclosures import working_precision
from gatedmem.proofs.certify.builder import Builder
from gatedmem.proofs.certify.counting import claim_all_fixed_points
from gatedmem.proofs.certify.proposals import congruence, rounded_down, rounded_up
from gatedmem.proofs.checker import fixed_points as checker
from gatedmem.proofs.checker.context import Memory, Point, centring
from gatedmem.proofs.checker.counting import LARGEST
from gatedmem.proofs.checker.intervals import Interval, square_root
from gatedmem.proofs.checker.matrices import Matrix
from gatedmem.proofs.checker.reading import Rejected, write

if TYPE_CHECKING:
    from gatedmem.proofs.certify.context import Numbers

Float = npt.NDArray[np.float64]

# The gates of a fixed point are written with this many bits below the point, its gains with so many.
GATE_BITS = 120
GAIN_BITS = 100
SWEEPS = (1, 3, 8, 20, 50)
REACHES = (0.3, 0.1, 3e-2, 1e-2, 1e-3, 1e-5, 1e-8)
STARTS = 4
ITERATIONS = 3000


def claim_fixed_points(builder: Builder, numbers: Numbers) -> None:
    """The fixed point and its uniqueness if that can be had, else stable fixed points; then the retrieval."""
    found = [_sharpened(builder.memory, numbers, gates) for gates in _settled(numbers)]
    unique = _claim_unique(builder, numbers, found)
    if not unique:
        stable = _claim_stable(builder, numbers, found)
        memory: Memory = builder.memory
        if 2 <= numbers.size <= LARGEST:
            claim_all_fixed_points(builder, numbers)
        if memory.apart:
            builder.claim("unique_fixed_point", "refuted", "two fixed points that lie apart", {}, {})
        elif not (stable and _claim_by_counting(builder, numbers, found[0])):
            builder.undecided("unique_fixed_point", "no argument at hand shows that there is one only, or two")
    _claim_retrieval(builder)


def claim_rate(builder: Builder) -> None:
    """The exponential rate of CG15 where κ < 1: the smaller root of (η-ρτ_s)(1-ρτ_r) = βλ²/2, rounded down."""
    memory: Memory = builder.memory
    if memory.eta is None or memory.sigma >= memory.eta:
        return
    eta, sigma = float(memory.eta), float(memory.sigma)
    tau_s, tau_r = float(memory.tau_s), float(memory.tau_r)
    middle, product = (eta / tau_s + 1 / tau_r) / 2, (eta - sigma) / (tau_s * tau_r)
    root = product / (middle + np.sqrt(max(0.0, middle * middle - product)))
    # With these weights the quadratic form is semidefinite exactly up to the root.
    weights = [Fraction(1), memory.beta / 2]
    rate = Fraction(float(root * (1 - 1e-9)))
    if rate > 0:
        numbers, witness = {"rate": write(rate)}, {"weights": [write(weight) for weight in weights]}
        builder.claim("rate", "proved", "a Lyapunov function for the difference of two solutions", numbers, witness)


def _settled(numbers: Numbers) -> list[Float]:
    """Gates at the ends of the iteration p ← Φ(p) from several starts, distinct ones first come first."""
    n = numbers.size
    fixed = numbers.evidence + numbers.gain * (numbers.inverse @ numbers.drive)
    order = np.argsort(fixed)[::-1]
    starts = [np.full(n, 1.0 / n), *np.eye(n)[order[: min(n, STARTS)]]]
    ends: list[Float] = []
    for p in starts:
        for _ in range(ITERATIONS):
            scores = numbers.beta * (fixed + numbers.gain**2 * (numbers.inverse @ p))
            weights = np.exp(scores - scores.max())
            p, before = weights / weights.sum(), p
            if float(np.abs(p - before).max()) < 1e-14:
                break
        gates = numbers.inverse @ (numbers.drive + numbers.gain * p)
        size = 1.0 + float(np.abs(gates).max())
        if all(float(np.abs(gates - end).max()) > 1e-6 * size for end in ends):
            ends.append(gates)
    return ends


def _slope(numbers: Numbers, p: Float) -> Float:
    """A - βλ²(diag p - ppᵀ/Σp)."""
    return np.asarray(numbers.gates - 2 * numbers.sigma * (np.diag(p) - np.outer(p, p) / p.sum()))


def _softmax(values: Float) -> Float:
    weights = np.exp(values - values.max())
    return np.asarray(weights / weights.sum())


def _sharpened(memory: Memory, numbers: Numbers, gates: Float) -> list[Fraction]:
    """Newton's steps on A s - u - λ softmax(β(b + λs)): residual in 256 bits, slope (maybe singular) in doubles."""
    with working_precision(256):
        matrix = arb_mat(fmpz_mat(memory.gates)) / memory.gates_below
        point = [arb(float(entry)) for entry in gates]
        beta, gain = _ball(memory.beta), _ball(memory.gain)
        drive, evidence = [_ball(u) for u in memory.drive], [_ball(b) for b in memory.evidence]
        p = _softmax(numbers.beta * (numbers.evidence + numbers.gain * gates))
        slope = _slope(numbers, p)
        for _ in range(4):
            gains = ball_softmax([beta * (b + gain * s) for b, s in zip(evidence, point, strict=True)])
            image = (matrix * arb_mat(numbers.size, 1, point)).entries()
            residual = [a - u - gain * q for a, u, q in zip(image, drive, gains, strict=True)]
            size = max((abs(float(entry.mid())) for entry in residual), default=0.0)
            if size == 0.0:
                break
            step = np.linalg.lstsq(slope, np.array([float((entry / size).mid()) for entry in residual]), rcond=None)[
                0
            ]
            point = [(s - arb(float(d)) * size).mid() for s, d in zip(point, step, strict=True)]
        unit = arb(2) ** GATE_BITS
        return [Fraction(int((s * unit).mid().floor().unique_fmpz()), 1 << GATE_BITS) for s in point]


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _point_numbers(memory: Memory, gates: Sequence[Fraction], radius: Fraction) -> dict[str, Any]:
    """The numbers of a claim on a point: what the checker itself can show about its gains, rounded outwards."""
    pairs = [
        [write(rounded_down(gain.lower(), GAIN_BITS)), write(rounded_up(gain.upper(), GAIN_BITS))]
        for gain in checker.gains_within(memory, list(gates), radius)
    ]
    return {"gates": [write(gate) for gate in gates], "radius": write(radius), "gains": pairs}


def _radius(memory: Memory, gates: Sequence[Fraction], modulus: Fraction) -> Fraction:
    """A power of 2 that is at least |F|/m, and above it."""
    radius = Fraction(1, 1 << GATE_BITS)
    needed = checker.residual(memory, list(gates)) / modulus
    while radius <= needed:
        radius *= 2
    return radius


def _claim_unique(builder: Builder, numbers: Numbers, found: list[list[Fraction]]) -> bool:
    memory: Memory = builder.memory
    n = numbers.size
    half = np.linalg.eigvalsh(numbers.gates - numbers.sigma * numbers.centring)[0]
    if half > 0:
        modulus = _modulus(float(half))
        terms = [(-memory.sigma / n, centring(n))]
        near = numbers.gates - numbers.sigma * numbers.centring
        spare = memory.floor - memory.sigma - modulus
        factor = [] if spare > 0 else _congruence(memory, terms, modulus, near)
        if factor is not None and _unique(
            builder, found[0], "contraction", 0, modulus, factor, "strong monotonicity on the whole space"
        ):
            return True
    if memory.inverse is None or len(found) > 1:
        return False
    for sweeps in SWEEPS:
        _, gains = checker.trapped(memory, sweeps)
        outcome = _bounded(memory, numbers, gains)
        if outcome is not None:
            reason = "strong monotonicity on a box that holds every fixed point"
            return _unique(builder, found[0], "trapped", sweeps, *outcome, reason)
    return False


def _claim_by_counting(builder: Builder, numbers: Numbers, gates: list[Fraction]) -> bool:
    """Where it is known that there is one fixed point only, and this is one, it is the one."""
    memory: Memory = builder.memory
    if not memory.every_drive and memory.counted != 1:
        return False
    way = "threshold" if memory.every_drive else "counted"
    reason = "uniqueness for every drive" if memory.every_drive else "a search for others"
    for reach in REACHES[3:]:
        outcome = _bounded(memory, numbers, checker.gains_within(memory, gates, Fraction(reach)))
        if outcome is not None:
            return _unique(builder, gates, way, 0, *outcome, reason)
    return False


def _unique(
    builder: Builder,
    gates: list[Fraction],
    way: str,
    sweeps: int,
    modulus: Fraction,
    factor: Matrix,
    reason: str,
) -> bool:
    memory: Memory = builder.memory
    claimed = _point_numbers(memory, gates, _radius(memory, gates, modulus))
    witness = {"way": way, "sweeps": sweeps, "modulus": write(modulus), "congruence": factor}
    return builder.claim("unique_fixed_point", "proved", reason, claimed, witness)


def _claim_stable(builder: Builder, numbers: Numbers, found: list[list[Fraction]]) -> bool:
    """Every point found at which the slope is positive definite, with the largest ball that can be had about it."""
    memory: Memory = builder.memory
    points, proofs = [], []
    for gates in found[: checker.MOST_POINTS]:
        for reach in REACHES:
            size = Fraction(reach) / (1 + memory.beta * memory.gain)
            size = Fraction(float(size))
            outcome = _bounded(memory, numbers, checker.gains_within(memory, gates, size))
            if outcome is None:
                continue
            modulus, factor = outcome
            radius = _radius(memory, gates, modulus)
            if radius < size:
                points.append(_point_numbers(memory, gates, radius))
                proofs.append({"reach": write(size), "modulus": write(modulus), "congruence": factor})
                break
    if not points:
        builder.undecided("stable_fixed_points", "none could be enclosed")
        return False
    reason = "strong convexity of the energy about each"
    return builder.claim("stable_fixed_points", "proved", reason, {"points": points}, {"points": proofs})


def _bounded(memory: Memory, numbers: Numbers, gains: list[Interval]) -> tuple[Fraction, Matrix] | None:
    """A modulus and a congruence for A - βλ²C with C the bound on the covariance for gains up to these."""
    weights = np.array([float(gain.upper()) + 2.0**-checker.WEIGHT_BITS for gain in gains])
    slope = _slope(numbers, weights)
    least = float(np.linalg.eigvalsh(slope)[0])
    if least <= 1e-9:
        return None
    modulus = _modulus(least)
    factor = _congruence(memory, [checker.covariance_bound(memory, gains)], modulus, slope)
    return None if factor is None else (modulus, factor)


def _modulus(least: float) -> Fraction:
    """Half of an eigenvalue, in few bits."""
    power = int(np.floor(np.log2(least))) - 1
    return Fraction(2) ** power


def _congruence(
    memory: Memory, terms: list[tuple[Fraction, Matrix]], modulus: Fraction, near: Float
) -> Matrix | None:
    try:
        exact = checker.slope_less(memory, terms, modulus)
    except Rejected:
        return None
    return congruence(exact, near - float(modulus) * np.eye(memory.size))


def _claim_retrieval(builder: Builder) -> None:
    """The memory with the largest score at the first point: its probability from below, and the readout error."""
    memory: Memory = builder.memory
    if not memory.points:
        return
    point: Point = memory.points[0]
    scores = [b + memory.gain * s for b, s in zip(memory.evidence, point.gates, strict=True)]
    index = max(range(memory.size), key=scores.__getitem__)
    others = [score for position, score in enumerate(scores) if position != index]
    gap = Fraction(0)
    if others:
        exact = scores[index] - max(others) - memory.gain * Fraction(3, 2) * point.radius
        gap = rounded_down(exact, 100)
    odds = Interval.of(len(others)) * Interval.of(-memory.beta * gap).exp()
    least = (Interval.of(1) / (Interval.of(1) + odds)).lower()
    builder.claim(
        "retrieval_probability",
        "proved",
        "the gap of the total scores",
        {"point": 0, "memory": index, "gap": write(gap), "at_least": write(least)},
        {},
    )
    longest = square_root(memory.largest_square)
    error = rounded_up(2 * longest * (1 - point.gains[index][0]), 100)
    builder.claim(
        "readout_error",
        "proved",
        "twice the longest memory times the probability of the others",
        {"point": 0, "memory": index, "at_most": write(error)},
        {},
    )
