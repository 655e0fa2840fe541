"""Solutions of the astrocyte-gated memory enclosed in time, for small instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb_series

from gatedmem.numerics.enclosures import Ball, Vector, ball, softmax, vector
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.numerics.validated import IntegrationError, validated_solution
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory
from gatedmem.proofs.evidence import Request

Float = npt.NDArray[np.float64]

# Solutions are enclosed for at most this many unknowns N + K.
LARGEST = 10
STEPS = 40

# (N, K, σ, T, τ_x, τ_p)
DRAWN = (
    (1, 2, 1.0, 0.5, 1.0, 1.0),
    (3, 2, 1.5, 1.0, 0.5, 2.0),
    (4, 3, 1.0, 0.4, 1.0, 0.5),
    (3, 4, 2.0, 2.0, 2.0, 1.0),
)


@dataclass(frozen=True)
class Moment:
    """The state at one time: x and u enclosed, p = softmax(u)."""

    time: Fraction
    x: Vector
    u: Vector

    @property
    def p(self) -> Vector:
        """The gains."""
        return softmax(self.u)


def instances(request: Request, statement: int) -> list[AstrocyteInstance]:
    """Small instances whose solutions can be followed; the user's own if it is small enough, else none."""
    if request.astrocyte is not None:
        small = request.astrocyte.n_neurons + request.astrocyte.n_patterns <= LARGEST
        return [request.astrocyte] if small else []
    rng = np.random.default_rng([request.seed, statement, 1])
    return [
        draw_astrocyte(rng, n, k, sigma=sigma, temperature=temperature, tau_x=tau_x, tau_p=tau_p)
        for n, k, sigma, temperature, tau_x, tau_p in DRAWN
    ]


def solution(model: GatedMemory, x: Float | Sequence[Ball], u: Float | Sequence[Ball]) -> list[Moment]:
    """Enclose the solution from (x, u) over about one and a half of the fastest time constant, or less.

    Raises:
        IntegrationError: not even a sixty-fourth of that could be validated.
    """
    start = vector(list(x)) + vector(list(u))
    fastest = min(model.instance.tau_x, model.instance.tau_p / model.instance.temperature, model.instance.tau_p)
    growth = 1 + model.instance.sigma * model.total
    horizon = Fraction(fastest * min(1.5, 8.0 / growth))
    for shorter in (1, 8, 64):
        try:
            moments = validated_solution(lambda state: _field(model, state), start, horizon / shorter, STEPS)
        except IntegrationError:
            if shorter == 64:
                raise
        else:
            break
    return [Moment(time, state[: model.n], state[model.n :]) for time, state in moments]


def _field(model: GatedMemory, state: list[arb_series]) -> list[arb_series]:
    """(ẋ, u̇) [4, 5, 8] with τ_p u̇ = f - T u, on power series in time."""
    x, u = state[: model.n], state[model.n :]
    signs = [[int(entry) for entry in row] for row in model.rows]
    z = [1 - 2 / ((2 * model.sigma * entry).exp() + 1) for entry in x]
    weights = [entry.exp() for entry in u]
    total = _sum(weights)
    m = [_sum([sign * entry for sign, entry in zip(row, z, strict=True)]) for row in signs]
    routed = [weight / total * overlap for weight, overlap in zip(weights, m, strict=True)]
    scale = ball(Fraction(model.total, model.n))
    x_dot = [
        (scale * _sum([signs[mu][i] * routed[mu] for mu in range(model.k)]) - x[i]) / model.tau_x
        for i in range(model.n)
    ]
    u_dot = [
        (overlap * overlap / (2 * model.n) - model.temperature * entry) / model.tau_p
        for overlap, entry in zip(m, u, strict=True)
    ]
    return x_dot + u_dot


def _sum(terms: Sequence[arb_series]) -> arb_series:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def decay(rate: Ball, time: Fraction) -> Ball:
    """e^{-rate·t}."""
    return (-rate * ball(time)).exp()
