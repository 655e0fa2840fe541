"""AG32: how often one alternation fails to return a corrupted pattern: exact counts against the bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from math import comb, factorial, prod

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, ball
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]
Signs = tuple[int, ...]

# Constants of the bound; a test that puts other numbers here must see it refuted.
BOUND_FACTOR = Fraction(2)  # Pr ≤ (this)·(K-1)^{1 + T/t²}·exp(-...)
BOUND_EXPONENT = Fraction(1, 2)  # exp(-(this)·(N-2n)²/N)
TEMPERATURE_POWER = Fraction(1)  # (K-1)^{1 + (this)·T/t²}

# (N, K, n, σ, T): every matrix is looked at.
COUNTED = (
    (6, 2, 0, 1.0, 0.5),
    (8, 2, 1, 2.0, 0.1),
    (10, 2, 2, 1.0, 0.05),
    (5, 3, 1, 1.0, 0.2),
    (7, 3, 0, 0.5, 0.05),
    (7, 3, 1, 2.0, 0.5),
    (4, 4, 0, 1.0, 0.3),
    (5, 4, 0, 1.5, 0.02),
)
# (N, K, n, σ, T): every choice of flips in every matrix.
WORST = ((10, 2, 1, 1.0, 0.1), (6, 3, 1, 2.0, 0.2))
# (N, K, σ, T): the same by the exact tail of a sum of N signs.
SIZES = ((30, 100, 1.0, 0.01), (100, 1000, 1.0, 0.1), (200, 10**6, 2.0, 1.0), (20, 2, 0.5, 0.05), (30, 100, 1.0, 1.0))

# Neurons first: (N, K, n, σ, T), and how many memories are drawn until gains first return the pattern.
LARGE = (30, 100, 2, 1.0, 0.01)
DRAWS = 20

# Binary places kept of the exponentials in exact counts.
WEIGHT_BITS = 64


def ag32(request: Request) -> Iterator[Certified]:
    """Exact failure probabilities over all pattern matrices, exact tails at larger sizes; neurons first."""
    if request.astrocyte is not None:
        own = request.astrocyte
        yield certify(f"{own.name}, random patterns of its size", _tails, own)
        return
    for size in COUNTED:
        yield certify(_name("every matrix", *size), _counted, *size)
    for size in WORST:
        yield certify(_name("every matrix, worst flips", *size), _worst_flips, *size)
    for n, k, sigma, temperature in SIZES:
        instance = AstrocyteInstance(np.ones((1, n)), sigma, temperature)
        yield certify(f"tails N={n} K={k} σ={sigma:g} T={temperature:g}", _tails, instance, k)
    yield certify("neurons first N=3 K=5, a pattern without flips", _neurons_first_small)
    yield certify(_name("neurons first", *LARGE), _neurons_first_large, request.seed)


def _name(what: str, n: int, k: int, flips: int, sigma: float, temperature: float) -> str:
    return f"{what} N={n} K={k} n={flips} σ={sigma:g} T={temperature:g}"


def _heat(sigma: float, temperature: float) -> Ball:
    """T/t², t = tanh σ."""
    amplitude = ball(sigma).tanh()
    return ball(temperature) / (amplitude * amplitude)


def failure_bound(n: int, k: int, flips: int, heat: Ball) -> Ball:
    """2(K-1)^{1 + T/t²} exp(-(N-2n)²/(2N)), with T/t² given; 0 for one pattern."""
    if k == 1:
        return arb(0)
    rivals = ((1 + ball(TEMPERATURE_POWER) * heat) * arb(k - 1).log()).exp()
    return ball(BOUND_FACTOR) * rivals * ball(-BOUND_EXPONENT * Fraction((n - 2 * flips) ** 2, n)).exp()


class Alternation:
    """One alternation, gains first, from cues c ∈ {±1}^N: the signs of W(p)φ(c).

    φ(c) = tc, so that m_ν = tS_ν with the integer S_ν = ⟨ξ_ν, c⟩, and x_i has the sign of
    Σ_ν e^{S_ν²/(2N·T/t²)}S_νξ_ν^i: exponentials of different exponents with integer factors, decided by integer
    bounds on the exponentials, and exactly where all factors vanish.
    """

    def __init__(self, n: int, heat: Ball) -> None:
        weights = [(ball(Fraction(s * s, 2 * n)) / heat).exp() * 2**WEIGHT_BITS for s in range(n + 1)]
        self.low = [int(weight.lower().floor().unique_fmpz()) for weight in weights]
        self.high = [int(weight.upper().ceil().unique_fmpz()) for weight in weights]

    def signs(self, patterns: Sequence[Signs], cue: Signs) -> list[int | None]:
        """The sign of every neuron after the alternation; None where the bounds do not decide it."""
        overlaps = [sum(a * b for a, b in zip(pattern, cue, strict=True)) for pattern in patterns]
        answer: list[int | None] = []
        for i in range(len(cue)):
            factors: dict[int, int] = {}
            for overlap, pattern in zip(overlaps, patterns, strict=True):
                factors[abs(overlap)] = factors.get(abs(overlap), 0) + overlap * pattern[i]
            low = sum(f * (self.low[s] if f > 0 else self.high[s]) for s, f in factors.items())
            high = sum(f * (self.high[s] if f > 0 else self.low[s]) for s, f in factors.items())
            if low > 0 or high < 0:
                answer.append(1 if low > 0 else -1)
            else:
                answer.append(None if any(factors.values()) else 0)
        return answer

    def fails(self, patterns: Sequence[Signs], cue: Signs) -> bool | None:
        """Whether the first pattern does not come back exactly, or None."""
        signs = self.signs(patterns, cue)
        if any(sign is not None and sign != bit for sign, bit in zip(signs, patterns[0], strict=True)):
            return True
        return None if None in signs else False


def neurons_first(patterns: Sequence[Signs], cue: Signs) -> list[int]:
    """The signs of W_Hφ(c), exactly: those of Σ_ν S_νξ_ν^i."""
    overlaps = [sum(a * b for a, b in zip(pattern, cue, strict=True)) for pattern in patterns]
    fields = [sum(s * pattern[i] for s, pattern in zip(overlaps, patterns, strict=True)) for i in range(len(cue))]
    return [(field > 0) - (field < 0) for field in fields]


def memories(n: int, k: int) -> Iterator[tuple[tuple[Signs, ...], int]]:
    """Every matrix of K patterns whose first is (1,…,1), up to the order of the others, with its multiplicity.

    Flipping a neuron in all patterns and in the cue changes nothing (AG19), so that the first pattern may be fixed.
    """
    everything = list(product((1, -1), repeat=n))
    for rivals in combinations_with_replacement(everything, k - 1):
        times = factorial(k - 1) // prod(factorial(rivals.count(rival)) for rival in set(rivals))
        yield ((1,) * n, *rivals), times


def _cue(n: int, flipped: Sequence[int]) -> Signs:
    return tuple(-1 if i in flipped else 1 for i in range(n))


def _compare(findings: Findings, failed: int, open_cases: int, total: int, bound: Ball) -> None:
    findings.note("matrices (first pattern fixed)", total)
    findings.note("probability of failure", Fraction(failed, total))
    findings.note("bound", bound)
    findings.holds("every matrix is decided", True if open_cases == 0 else None, f"{open_cases} open")
    findings.positive("the probability of failure is below the bound", [bound - ball(Fraction(failed, total))])


def _counted(findings: Findings, n: int, k: int, flips: int, sigma: float, temperature: float) -> None:
    heat = _heat(sigma, temperature)
    step, cue = Alternation(n, heat), _cue(n, range(flips))
    edge = _edge(n, k, flips, heat)
    failed = open_cases = total = 0
    broken = None
    for patterns, times in memories(n, k):
        outcome = step.fails(patterns, cue)
        total += times
        failed += times if outcome else 0
        open_cases += times if outcome is None else 0
        overlaps = [sum(a * b for a, b in zip(pattern, cue, strict=True)) for pattern in patterns[1:]]
        if outcome and all(s * s < edge for s in overlaps):
            broken = patterns
    _compare(findings, failed, open_cases, total, failure_bound(n, k, flips, heat))
    findings.holds("no failure while all other overlaps are below a", broken is None, str(broken or ""))


def _edge(n: int, k: int, flips: int, heat: Ball) -> Ball:
    """a² = (N-2n)² - 2N·(T/t²)·log(K-1): overlaps with smaller squares leave the gap that AG31 asks for."""
    return (n - 2 * flips) ** 2 - 2 * n * heat * arb(k - 1).log()


def _worst_flips(findings: Findings, n: int, k: int, flips: int, sigma: float, temperature: float) -> None:
    heat = _heat(sigma, temperature)
    step = Alternation(n, heat)
    cues = [_cue(n, flipped) for flipped in combinations(range(n), flips)]
    failed = open_cases = total = 0
    for patterns, times in memories(n, k):
        outcomes = [step.fails(patterns, cue) for cue in cues]
        total += times
        failed += times if True in outcomes else 0
        open_cases += times if None in outcomes and True not in outcomes else 0
    _compare(findings, failed, open_cases, total, comb(n, flips) * failure_bound(n, k, flips, heat))


def _tails(findings: Findings, instance: AstrocyteInstance, k: int | None = None) -> None:
    """The union over K - 1 exact tails of a sum of N signs, for every number of flips below N/2."""
    n, k = instance.n_neurons, k or instance.n_patterns
    heat = _heat(instance.sigma, instance.temperature)
    if k == 1:
        findings.zero("one pattern: the bound is 0", [failure_bound(n, k, 0, heat)])
        return
    # counts[s]: the number of sign vectors whose sum is at least s in size.
    counts = [0] * (n + 2)
    for s in range(n, -1, -1):
        here = (2 if s else 1) * comb(n, (n + s) // 2) if (n - s) % 2 == 0 else 0
        counts[s] = counts[s + 1] + here
    slacks, useful = [], 0
    for flips in range((n + 1) // 2):
        bound = failure_bound(n, k, flips, heat)
        edge = _edge(n, k, flips, heat)
        least = next((s for s in range(n + 1) if not s * s < edge), n + 1)
        slacks.append(bound - ball(min(Fraction(1), (k - 1) * Fraction(counts[least], 2**n))))
        useful += int(bound < 1)
    findings.note("bound without flips", failure_bound(n, k, 0, heat))
    findings.note("numbers of flips with a bound below 1", useful)
    findings.positive("(K-1)·Pr(|S| ≥ a), exactly, is below the bound", slacks)


def _neurons_first_small(findings: Findings) -> None:
    """Four rivals that differ from the pattern in one neuron turn it if the neurons move first."""
    patterns: list[Signs] = [(1, 1, 1), *[(-1, 1, 1)] * 4]
    heat = _heat(1.0, 0.1)
    findings.holds("gains first return the pattern", not Alternation(3, heat).fails(patterns, patterns[0]))
    findings.holds("neurons first turn a right neuron", neurons_first(patterns, patterns[0]) == [-1, 1, 1])
    step, cue = Alternation(3, heat), patterns[0]
    gains = neurons = 0
    for memory, times in memories(3, 5):
        gains += times if step.fails(memory, cue) is not False else 0
        neurons += times if neurons_first(memory, cue) != list(cue) else 0
    findings.note("failures in 4096 matrices, gains first", gains)
    findings.note("failures in 4096 matrices, neurons first", neurons)
    findings.holds("neurons first fail more often", neurons > gains)


def _neurons_first_large(findings: Findings, seed: int) -> None:
    """A drawn memory on which gains first return the corrupted pattern, and neurons first do not."""
    n, k, flips, sigma, temperature = LARGE
    rng = np.random.default_rng([seed, 132])
    for _ in range(DRAWS):
        instance = draw_astrocyte(rng, n, k, sigma=sigma, temperature=temperature)
        cue = instance.patterns[0].copy()
        cue[rng.choice(n, flips, replace=False)] *= -1.0
        rows = [tuple(int(entry) for entry in row) for row in instance.patterns]
        model, x = GatedMemory(instance), constant([float(entry) for entry in cue])
        after = model.input(x, model.routing(x)).value
        aligned = [bit * entry for bit, entry in zip(rows[0], after, strict=True)]
        signs = neurons_first(rows, tuple(int(entry) for entry in cue))
        wrong = sum(a != b for a, b in zip(signs, rows[0], strict=True))
        if wrong and all(entry > 0 for entry in aligned):
            findings.positive("gains first return the pattern", aligned)
            findings.holds("neurons first do not", wrong > 0, f"{wrong} neurons wrong")
            findings.note("bound for gains first", failure_bound(n, k, flips, _heat(sigma, temperature)))
            return
    findings.holds("a memory that tells the two apart was drawn", None)
