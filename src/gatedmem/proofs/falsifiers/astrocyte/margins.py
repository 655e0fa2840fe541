"""Values below a bound up to the error of a trajectory, and how close they come: for the searches for limits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gatedmem.numerics.softmax import Values
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    LOCAL,
    MOST_STEPS,
)
from gatedmem.proofs.falsifiers.search import UNIT, Tally

Where = Callable[[tuple[int, ...]], str]

# Local errors of a trajectory add up, and grow where neighbouring trajectories part.
DRIFT = MOST_STEPS * LOCAL


def below(tally: Tally, claim: str, value: Values, bound: Values, error: Values | float, where: Where) -> float:
    """Require ``value ≤ bound`` up to a numerical error; the margin is the distance relative to the bound.

    Bounds that the error could reach say nothing about closeness and do not enter the margin. Returns the largest
    ratio of a value to its bound among the others.
    """
    tally.at_most(claim, value, bound, scale=error, roundings=1.0 / UNIT, where=where, tight=False)
    clear = np.broadcast_to(bound > 1e5 * np.asarray(error), bound.shape)
    if not clear.any():
        return 0.0
    closest = float(((bound - value)[clear] / bound[clear]).min())
    tally.near(closest)
    return 1.0 - closest
