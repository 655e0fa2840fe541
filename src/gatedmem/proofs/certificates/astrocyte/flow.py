"""Solutions of the astrocyte-gated memory enclosed in time, for small instances."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

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
Parameters: TypeAlias = tuple[int, int, float, float, float, float]
DRAWN: tuple[Parameters, ...] = (
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


@dataclass(frozen=True)
class Beside(Moment):
    """The state at one time, and the state y of a reference network that started from the same x."""

    y: Vector


# The gains of a reference network as a function of its overlaps.
Gains: TypeAlias = Callable[[GatedMemory, list[arb_series]], list[arb_series]]


def instances(request: Request, statement: int, drawn: Sequence[Parameters] = DRAWN) -> list[AstrocyteInstance]:
    """Small instances whose solutions can be followed; the user's own if it is small enough, else none."""
    if request.astrocyte is not None:
        small = request.astrocyte.n_neurons + request.astrocyte.n_patterns <= LARGEST
        return [request.astrocyte] if small else []
    rng = np.random.default_rng([request.seed, statement, 1])
    return [
        draw_astrocyte(rng, n, k, sigma=sigma, temperature=temperature, tau_x=tau_x, tau_p=tau_p)
        for n, k, sigma, temperature, tau_x, tau_p in drawn
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


def beside(model: GatedMemory, x: Float, reference: Gains, growth: float, span: float) -> list[Beside]:
    """Enclose the solution from (x, uniform gains) together with the reference network from the same x.

    Args:
        model: the memory.
        x: shape (N,), the common initial state.
        reference: the gains of the reference network, a function of its overlaps.
        growth: about the largest growth rate of the two, which sets the step.
        span: the horizon asked for; it is cut where enclosures would grow too much.

    Raises:
        IntegrationError: not even a sixty-fourth of the horizon could be validated.
    """
    instance, n = model.instance, model.n
    fastest = growth + instance.temperature / instance.tau_p
    horizon = Fraction(min(span, 6.0 / growth, 45.0 / fastest))
    steps = max(12, math.ceil(4 * float(horizon) * fastest))

    def field(state: list[arb_series]) -> list[arb_series]:
        own, y = state[: n + model.k], state[n + model.k :]
        m = _overlaps(model, y)
        return _field(model, own) + _neurons(model, y, m, reference(model, m))

    start = vector(list(x)) + [ball(0)] * model.k + vector(list(x))
    for shorter in (1, 8, 64):
        try:
            moments = validated_solution(field, start, horizon / shorter, steps)
        except (IntegrationError, ValueError) as error:  # the latter from a division by a box that holds 0
            if shorter == 64:
                raise IntegrationError(str(error)) from error
        else:
            break
    return [Beside(time, s[:n], s[n : n + model.k], s[n + model.k :]) for time, s in moments]


def frozen(model: GatedMemory, m: list[arb_series]) -> list[arb_series]:
    """Uniform gains: the reference is the classical Hopfield network."""
    return [arb_series([ball(Fraction(1, model.total))])] * len(m)


def slaved(model: GatedMemory, m: list[arb_series]) -> list[arb_series]:
    """Gains softmax(f/T) of the overlaps m: the reference is the slaved system."""
    return _routed([overlap * overlap / (2 * model.n * model.temperature) for overlap in m])


def _field(model: GatedMemory, state: list[arb_series]) -> list[arb_series]:
    """(ẋ, u̇) [4, 5, 8] with τ_p u̇ = f - T u, on power series in time."""
    x, u = state[: model.n], state[model.n :]
    m = _overlaps(model, x)
    u_dot = [
        (overlap * overlap / (2 * model.n) - model.temperature * entry) / model.tau_p
        for overlap, entry in zip(m, u, strict=True)
    ]
    return _neurons(model, x, m, _routed(u)) + u_dot


def _overlaps(model: GatedMemory, x: list[arb_series]) -> list[arb_series]:
    """m = Ξᵀφ(x)."""
    z = [1 - 2 / ((2 * model.sigma * entry).exp() + 1) for entry in x]
    return [_sum([int(sign) * entry for sign, entry in zip(row, z, strict=True)]) for row in model.rows]


def _routed(u: list[arb_series]) -> list[arb_series]:
    """Softmax."""
    weights = [entry.exp() for entry in u]
    total = _sum(weights)
    return [weight / total for weight in weights]


def _neurons(model: GatedMemory, x: list[arb_series], m: list[arb_series], p: list[arb_series]) -> list[arb_series]:
    """ẋ at the overlaps m of x and the gains p."""
    weighted = [gain * overlap for gain, overlap in zip(p, m, strict=True)]
    scale = ball(Fraction(model.total, model.n))
    return [
        (scale * _sum([int(model.rows[mu][i]) * weighted[mu] for mu in range(model.k)]) - x[i]) / model.tau_x
        for i in range(model.n)
    ]


def _sum(terms: Sequence[arb_series]) -> arb_series:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def decay(rate: Ball, time: Fraction) -> Ball:
    """e^{-rate·t}."""
    return (-rate * ball(time)).exp()
