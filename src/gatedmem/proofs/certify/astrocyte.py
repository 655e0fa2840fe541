"""A certificate for an astrocyte-gated memory (arXiv 2604.25481): its bounds, the uniform state, retrieval of a cue.

``certify`` gathers every claim of the format, in the order in which one builds on another. A simulation proposes the
equilibrium; the checker's own integers decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_mat

from gatedmem.numerics.exact import LARGEST_PLAIN_LDL, positive_semidefinite, rational_matrix
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.proofs.certify.builder import Builder
from gatedmem.proofs.certify.context import definiteness_bracket
from gatedmem.proofs.certify.equilibria import claim_equilibrium
from gatedmem.proofs.certify.proposals import rounded_down, rounded_up
from gatedmem.proofs.certify.retrieval import claim_one_step, claim_region, claim_retrieval
from gatedmem.proofs.checker import astrocyte as checker
from gatedmem.proofs.checker.astrocyte import Memory
from gatedmem.proofs.checker.reading import MOST_DIGITS, Rejected, write
from gatedmem.proofs.checker.wording import at_least, at_most, short

Float = npt.NDArray[np.float64]

# Bounds are rounded outwards to this many bits below the point.
BOUND_BITS = 60


@dataclass(frozen=True)
class ExactAstrocyte:
    """An astrocyte-gated memory in exact numbers, and the neurons it starts from.

    Attributes:
        patterns: shape (K, N), entries ±1.
        cue: shape (N,), the neurons at time 0; the gains start uniform.
        sigma: σ > 0.
        temperature: T > 0.
        tau_x, tau_p: time constants > 0 of neurons and gains.
    """

    patterns: Sequence[Sequence[Fraction | int]]
    cue: Sequence[Fraction]
    sigma: Fraction = Fraction(1)
    temperature: Fraction = Fraction(1)
    tau_x: Fraction = Fraction(1)
    tau_p: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        sizes = {len(row) for row in self.patterns}
        if not self.patterns or len(sizes) != 1 or 0 in sizes:
            raise ValueError("patterns: needs at least one row, all of the same positive length")
        if any(entry not in (1, -1) for row in self.patterns for entry in row):
            raise ValueError("patterns: every entry must be -1 or +1")
        if len(self.cue) not in sizes:
            raise ValueError(f"cue: needs {sizes.pop()} numbers, one per neuron")
        for name in ("sigma", "temperature", "tau_x", "tau_p"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: must be greater than 0")
            if not 0 < _double(getattr(self, name), name) < float("inf"):
                raise ValueError(f"{name}: is beyond double precision")
        for entry in self.cue:
            _double(entry, "cue")

    def written(self) -> dict[str, Any]:
        """The instance as a certificate holds it."""
        return {
            "patterns": ["".join("+" if entry > 0 else "-" for entry in row) for row in self.patterns],
            "sigma": write(self.sigma),
            "temperature": write(self.temperature),
            "tau_x": write(self.tau_x),
            "tau_p": write(self.tau_p),
            "cue": [write(entry) for entry in self.cue],
        }

    def rounded(self) -> AstrocyteInstance:
        """The same in doubles, for proposals."""
        sigma, temperature = float(self.sigma), float(self.temperature)
        patterns = np.array(self.patterns, dtype=np.float64)
        return AstrocyteInstance(patterns, sigma, temperature, float(self.tau_x), float(self.tau_p))


def _double(value: Fraction, name: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name}: is beyond double precision") from None


def certify(instance: ExactAstrocyte) -> dict[str, Any]:
    """Make a certificate.

    Returns:
        The certificate as :func:`gatedmem.proofs.certify.builder.dump` writes it.

    Raises:
        Rejected: the instance is too large, or its numbers too long, for the checker.

    >>> made = certify(ExactAstrocyte([[1, 1, 1], [1, -1, 1]], [Fraction(1)] * 3, sigma=Fraction(3)))
    >>> {claim["claim"]: claim["verdict"] for claim in made["claims"]}["equilibrium_stable"]
    'proved'
    """
    builder = Builder("astrocyte", instance.written())
    rounded = instance.rounded()
    claim_bounds(builder)
    claim_uniform_state(builder, rounded)
    claim_one_step(builder)
    claim_equilibrium(builder, rounded, np.array([float(entry) for entry in instance.cue]))
    claim_retrieval(builder)
    claim_region(builder)
    claim_decay(builder)
    return builder.certificate()


def claim_bounds(builder: Builder) -> None:
    """The bounds of AG2, AG3 and AG9 on every trajectory from the cue, and on the energy everywhere."""
    memory: Memory = builder.memory
    ratio = memory.size / (2 * memory.temperature)
    floor = rounded_up(ratio + checker.log_of(memory.count).upper(), BOUND_BITS)
    builder.claim(
        "gain_floor",
        "proved",
        "the law of motion of the ratio of two gains",
        {"log_ratio": write(ratio), "log_floor": write(floor)},
        {},
    )
    bound = max([Fraction(memory.count), *map(abs, memory.cue)])
    numbers = {"at_most": write(bound)}
    builder.claim("neuron_bound", "proved", "a drive that is below K in every state", numbers, {})
    low, high = checker.energy_ends(memory)
    numbers = {"low": write(rounded_down(low, BOUND_BITS)), "high": write(rounded_up(high, BOUND_BITS))}
    builder.claim("energy_bounds", "proved", "the bounds on scores, entropy and potential", numbers, {})


def claim_uniform_state(builder: Builder, instance: AstrocyteInstance) -> None:
    """Where σλ_max(W_H) lies from 1, exactly where doubles cannot tell."""
    memory: Memory = builder.memory
    name = "uniform_state_stable"
    gram = instance.patterns.T @ instance.patterns
    values, vectors = np.linalg.eigh(gram)
    size, sigma = instance.n_neurons, memory.sigma
    inverse = size / float(values[-1])
    try:
        found = definiteness_bracket(
            inverse,
            inverse,
            lambda c: memory.uniform_matrix(sigma / c),
            lambda c: size * np.eye(size) - c * gram,
            vectors[:, -1],
            turn=lambda c: sigma / c,
        )
    except Rejected as refusal:
        builder.undecided(name, str(refusal))
        return
    if found is None:
        builder.undecided(name, "σλ_max(W_H) could not be bracketed")
        return
    low, high, factor, direction = found
    if low < 1 < high and (exact := _direction_at_one(memory)) is not None:
        low, direction = Fraction(1), exact
    if low < 1 < high:
        least, most = at_least(low), at_most(high)
        builder.undecided(name, f"σλ_max(W_H) lies between {least} and {most}: not separated from 1")
        return
    builder.claim(
        name,
        "proved" if high <= 1 else "refuted",
        "a congruence above and a Rayleigh quotient below",
        {"low": write(low), "high": write(high)},
        {"congruence": factor, "direction": direction},
    )


def _direction_at_one(memory: Memory) -> list[int] | None:
    """An integer vector that shows σλ_max(W_H) ≥ 1, where that is so nearly an equality that doubles fail."""
    whole = memory.uniform_matrix(Fraction(1))
    if memory.size <= LARGEST_PLAIN_LDL:
        answer = positive_semidefinite(rational_matrix(whole))
        if answer.direction is not None:
            return list(answer.direction)
    kernel, nullity = fmpz_mat(whole).nullspace()
    if not nullity:
        return None
    vector = [int(kernel[i, 0]) for i in range(memory.size)]
    return vector if max(map(abs, vector)) < 10**MOST_DIGITS else None


def claim_decay(builder: Builder) -> None:
    """Whether σK < 1, or something else than the uniform state attracts."""
    memory: Memory = builder.memory
    name = "everything_decays"
    slack = 1 - memory.sigma * memory.count
    if slack >= 0:
        numbers = {"rate": write(slack / memory.tau_x)}
        builder.claim(name, "proved", "‖W(p)‖ ≤ K", numbers, {})
    else:
        builder.claim(name, "refuted", f"what was shown before, with σK = {short(1 - slack)}", {}, {})
