"""All fixed points of a handful of memories: found by Newton's method from many starts, then shown to be all."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gatedmem.proofs.certify.builder import Builder
from gatedmem.proofs.certify.proposals import rounded_down, rounded_up
from gatedmem.proofs.checker import counting as checker
from gatedmem.proofs.checker.context import Memory
from gatedmem.proofs.checker.reading import Rejected, write

if TYPE_CHECKING:
    from gatedmem.proofs.certify.context import Numbers

Float = npt.NDArray[np.float64]

STARTS = 400
NEWTON_STEPS = 60
BITS = 60
RADII = tuple(Fraction(3, 4 * 2**k) for k in range(24))


def claim_all_fixed_points(builder: Builder, numbers: Numbers) -> bool:
    """List every fixed point, with a box for each that holds it alone; undecided when the search does not end."""
    memory: Memory = builder.memory
    name = "all_fixed_points"
    try:
        retrieval = checker.RetrievalMap(memory)
    except Rejected as refusal:
        builder.undecided(name, str(refusal))
        return False
    points, proofs = [], []
    for p, slope in _candidates(numbers):
        found = _boxed(retrieval, p, slope)
        if found is None:
            builder.undecided(name, "a fixed point could not be enclosed alone: this may be a bifurcation")
            return False
        points.append(found[0])
        proofs.append(found[1])
    if not 1 <= len(points) <= checker.MOST_POINTS:
        builder.undecided(name, f"{len(points)} candidates were found")
        return False
    return builder.claim(name, "proved", "a search that loses none", {"points": points}, {"points": proofs})


def _candidates(numbers: Numbers) -> list[tuple[Float, Float]]:
    """Roots of p - Φ(p) in doubles with the derivative there, by Newton's method from starts on the whole simplex."""
    n = numbers.size
    rng = np.random.default_rng(0)
    fixed = numbers.beta * (numbers.evidence + numbers.gain * (numbers.inverse @ numbers.drive))
    feedback = 2 * numbers.sigma * numbers.inverse
    # The uniform laws on the sets of memories, near which a symmetric instance has its fixed points, and at random.
    sets = np.array(list(product((0.0, 1.0), repeat=n))[1:])
    centres = sets / sets.sum(axis=1, keepdims=True)
    p = np.concatenate([centres, *(rng.dirichlet(np.full(n, c), STARTS // 2) for c in (0.4, 2.0))])
    for _ in range(NEWTON_STEPS):
        q, slope = _image(fixed, feedback, p)
        try:
            step = np.linalg.solve(slope, (p - q)[..., None])[..., 0]
        except np.linalg.LinAlgError:  # one of them singular, as at a bifurcation
            step = (np.linalg.pinv(slope) @ (p - q)[..., None])[..., 0]
        length = np.abs(step).max(axis=1, keepdims=True)
        p = p - step * np.minimum(1.0, 0.25 / np.maximum(length, 1e-300))
    q, slope = _image(fixed, feedback, p)
    kept: list[tuple[Float, Float]] = []
    for candidate, image, matrix in zip(p, q, slope, strict=True):
        close = float(np.abs(candidate - image).max()) < 1e-12
        if close and all(float(np.abs(candidate - other).max()) > 1e-7 for other, _ in kept):
            kept.append((candidate, matrix))
    return kept


def _image(fixed: Float, feedback: Float, p: Float) -> tuple[Float, Float]:
    """Φ(p) and the derivative of p - Φ(p), for p of shape (..., N)."""
    scores = fixed + p @ feedback
    q = np.exp(scores - scores.max(axis=-1, keepdims=True))
    q /= q.sum(axis=-1, keepdims=True)
    covariance = q[..., :, None] * (np.eye(len(fixed)) - q[..., None, :])
    return q, np.eye(len(fixed)) - covariance @ feedback


def _boxed(
    retrieval: checker.RetrievalMap, p: Float, slope: Float
) -> tuple[dict[str, object], dict[str, object]] | None:
    """Numbers and witness for one fixed point, with the largest box that the checker accepts."""
    inverse = np.linalg.pinv(slope)
    rows = [[int(entry) for entry in row] for row in np.rint(inverse * 2.0**BITS)]
    centre = [Fraction(float(entry)) for entry in p]
    for radius in RADII:
        try:
            _, enclosure = checker.single(retrieval, centre, radius, BITS, rows)
        except Rejected:
            continue
        gains = [[write(rounded_down(q.lower(), 100)), write(rounded_up(q.upper(), 100))] for q in enclosure]
        degree = 1 if checker.determinant(rows) > 0 else -1
        witness: dict[str, object] = {
            "centre": [write(entry) for entry in centre],
            "radius": write(radius),
            "bits": BITS,
            "rows": rows,
        }
        return {"gains": gains, "degree": degree}, witness
    return None
