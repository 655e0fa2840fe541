"""Protocol D.3 of arXiv 2605.10970: where a cluster of similar memories loses its common state through feedback.

The paper iterates the map at most 500 times; here it is run at other caps as well, for two scalings of the noise
about the centroid, and compared with the paper's formula and with the fold of statement CG18.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gatedmem.numerics.experiments.context_transition import cluster
from gatedmem.numerics.fold import BranchEquation, follow
from gatedmem.numerics.instances import Array
from gatedmem.numerics.sweeps import measured_threshold, sweep


def feedback_unit(
    *,
    seed: int,
    scaling: str,
    draws: int,
    alphas: Sequence[float],
    gains: Sequence[float],
    caps: Sequence[int],
    count: int,
    dimension: int,
    beta: float,
    start: float,
) -> dict[str, Array]:
    """The map with feedback from r ~ N(0, start²), below α_crit, and where theory expects the transition.

    Returns:
        ``peak`` (draws, gains, alphas): largest probability after at most 500 sweeps, at shares ``alphas`` of α_crit;
        ``threshold`` (draws, gains, caps): measured; ``fold`` (draws, gains): where the branch from α = 0 turns
        back; ``formula`` (draws, gains): α_crit(1 - λ²β/N) of Thm C.2, with the smallest eigenvalue of G on 1^⊥. Not
        a number where there is none: without feedback the map moves to r = λA⁻¹u = 0 and stays.
    """
    rng = np.random.default_rng([seed, 3])
    found = []
    for _ in range(draws):
        memories = cluster(rng, count, dimension, scaling)
        state = start * rng.standard_normal(count)
        gram = memories @ memories.T
        centring = np.eye(count) - 1.0 / count
        # On 1^⊥ only: the direction 1 is moved out of the way.
        smallest = float(np.linalg.eigvalsh(centring @ gram @ centring + 1e3 / count)[0])
        result: dict[str, list[Array]] = {"peak": [], "threshold": [], "fold": [], "formula": []}
        for gain in gains:
            equation = BranchEquation(gram, beta=beta, gain=gain, drive=np.full(count, 1.0 / count))
            critical = equation.critical_alpha
            peaks = [sweep(equation, share * critical, state).peak for share in alphas]
            measured = (
                [measured_threshold(equation, state, cap=cap) for cap in caps] if gain > 0.0 else [None] * len(caps)
            )
            turning = follow(equation).turning if gain > 0.0 else None
            result["peak"].append(np.array(peaks))
            result["threshold"].append(np.array([np.nan if value is None else value for value in measured]))
            result["fold"].append(np.array(np.nan if turning is None else turning.alpha))
            result["formula"].append(np.array((1.0 - gain**2 * beta / count) / (1.0 - smallest)))
        found.append({name: np.stack(values) for name, values in result.items()})
    return {name: np.stack([result[name] for result in found]) for name in found[0]}
