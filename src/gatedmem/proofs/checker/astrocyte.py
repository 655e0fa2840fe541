"""The astrocyte-gated memory (arXiv 2604.25481): its instance, its bounds, the uniform state, one step from the cue.

Claims on an equilibrium are in ``astrocyte_equilibria`` and ``astrocyte_region``.

Model ``astrocyte``
-------------------
Instance: ``patterns`` (K strings of N characters, ``+`` or ``-``: row μ is ξ_μ), ``sigma``, ``temperature``,
``tau_x``, ``tau_p`` (all > 0), ``cue`` (N exact numbers: the neurons at time 0; the gains start at 1/K each). Write
φ(x) = tanh(σx), m = ⟨ξ_μ, φ(x)⟩ for each μ, f = m²/(2N), W(p)φ = (K/N) Σ p_μ m_μ ξ_μ and p(x) = softmax(f/T). An
interior equilibrium has p = p(x) and x = h(x) = W(p(x))φ(x). Symmetric: W_H = ΞΞᵀ/N, and with v = Σ p_μ m_μ ξ_μ
S = Dh/dφ = (K/N)(Σ p_μ(1 + m_μ²/(NT))ξ_μξ_μᵀ - vvᵀ/(NT)). φ' = σ(1 - φ²). "The signs of a pattern" means those of
sign·ξ_μ, sign = ±1. No claim says that the trajectory from the cue ends at the equilibrium that is enclosed;
``attracting_region`` says from where on it does.

gain_floor (AG2)
    log_ratio ≥ N/(2T) and log_floor ≥ N/(2T) + log K: at all times |log(p_μ/p_ν)| ≤ log_ratio, p_μ ≥ e^{-log_floor};
    no witness
neuron_bound (AG3)
    at_most ≥ max(K, |cue|): at all times every |x_i| ≤ at_most; no witness
energy_bounds (AG9)
    low ≤ -KN/2 - KT log K and high ≥ N log 2/σ; no witness
uniform_state_stable (AG21)
    low ≤ σλ_max(W_H) < high; a congruence of N·I - (σ/high)ΞΞᵀ, a direction of N·I - (σ/low)ΞΞᵀ. The state x = 0,
    p = 1/K is linearly stable, proved when high ≤ 1, or is not, refuted when low ≥ 1
everything_decays (AG22)
    proved for σK ≤ 1: rate ≤ (1 - σK)/τ_x, ‖x(t)‖ ≤ e^{-rate·t}‖x(0)‖, and no other interior equilibrium. Refuted,
    without numbers, once σλ_max(W_H) > 1 or an equilibrium with x ≠ 0 was established. No witness
equilibrium (AG11)
    state, radius, reach: exactly one interior equilibrium has |x_i - state_i| ≤ reach for all i, and it has
    |x_i - state_i| ≤ radius. Bits and rows of a preconditioner Y = rows/2^bits with e = ‖I - Y·D(x - h)‖_∞ < 1 over
    the reach and |Y(state - h(state))| < (1 - e)·radius
equilibrium_stable (AG23)
    unstable: the number of unstable directions, which is that of negative eigenvalues of I - √φ'S√φ' at the
    equilibrium; rows R, an integer N×N matrix for which R(I - √φ'S√φ')Rᵀ is strictly diagonally dominant: the signs
    of its diagonal are counted. Proved when there are none, refuted otherwise. Needs equilibrium
retrieval_at_equilibrium (AG24)
    pattern (a row, from 0), sign, gain, amplitude > 0: at the equilibrium the signs of x are those of the pattern,
    p_μ ≥ gain, every |x_i| ≥ amplitude. Way "gain": p_μ > ½ and amplitude ≤ (2p_μ - 1)K|m_μ|/N; way "signs": read off
    the enclosure. Refuted, without numbers or witness, when they are those of no pattern. Needs equilibrium
attracting_region (AG10)
    pattern, sign, amplitude a > 0, gap g ≥ 0 ("infinite" for K = 1): no solution leaves the region of all states with
    the signs of the pattern, every |x_i| ≥ a and every log(p_μ/p_ν) ≥ g, and from there it ends at the equilibrium.
    No witness. Needs equilibrium
retrieval_in_one_step (AG31)
    pattern, sign, gap, amplitude > 0: for x = h(cue), the gains first and then the neurons, the signs are those of
    the pattern, f_μ - f_ν ≥ gap for all others (for K = 1 gap is "infinite"), every |x_i| ≥ amplitude. Way "gap":
    gap > T log(K-1) and amplitude ≤ (2p_μ - 1)K|m_μ|/N; way "signs": h(cue) enclosed. Refuted likewise
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import mul
from typing import Any

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.intervals import Interval, softmax
from gatedmem.proofs.checker.matrices import Matrix, combined, definite, identity, not_definite, product, transpose
from gatedmem.proofs.checker.reading import Malformed, Rejected, fields, not_negative, positive, rational
from gatedmem.proofs.checker.wording import Claims, at_least, at_most, short

# Limits: patterns, and entries of all of them.
MOST_PATTERNS = 4096
MOST_SIGNS = 400_000
HALF = Fraction(1, 2)


@dataclass
class Enclosure:
    """What an interior state x, p = softmax(f(x)/T) is like over a box of x: all of it, entry by entry.

    Attributes:
        x, activities: shape (N,), x and φ(x).
        overlaps, gains: shape (K,), m and p.
        image: shape (N,), h(x) = W(p)φ(x).
    """

    x: list[Interval]
    activities: list[Interval]
    overlaps: list[Interval]
    gains: list[Interval]
    image: list[Interval]


@dataclass
class Point:
    """An interior equilibrium: the only one within ``reach`` of ``state``, itself within ``radius`` of it."""

    state: list[Fraction]
    radius: Fraction
    reach: Fraction
    box: Enclosure


@dataclass
class Memory:
    """An instance, and what the claims checked so far have established about it.

    Attributes:
        patterns: shape (K, N), entries ±1.
        columns: its transpose.
        uniform_unstable: whether σλ_max(W_H) > 1 was shown.
        point: the equilibrium that was enclosed, or None.
    """

    patterns: Matrix
    cue: list[Fraction]
    sigma: Fraction
    temperature: Fraction
    tau_x: Fraction
    tau_p: Fraction
    uniform_unstable: bool = False
    point: Point | None = None
    columns: Matrix = field(init=False)

    def __post_init__(self) -> None:
        self.columns = transpose(self.patterns)

    def __str__(self) -> str:
        shape = f"{self.count} patterns of {self.size} neurons"
        return f"{shape}, σ = {short(self.sigma)}, T = {short(self.temperature)}"

    @property
    def size(self) -> int:
        """N."""
        return len(self.columns)

    @property
    def count(self) -> int:
        """K."""
        return len(self.patterns)

    @property
    def load(self) -> Interval:
        """K/N."""
        return Interval.of(Fraction(self.count, self.size))

    def enclose(self, x: list[Interval]) -> Enclosure:
        """Evaluate the definitions over a box of states."""
        sigma = Interval.of(self.sigma)
        activities = [(sigma * entry).tanh() for entry in x]
        overlaps = signed_sums(self.patterns, activities)
        sharpness = Interval.of(1 / (2 * self.size * self.temperature))
        gains = softmax([m.square() * sharpness for m in overlaps])
        image = signed_sums(self.columns, [p * m for p, m in zip(gains, overlaps, strict=True)])
        return Enclosure(x, activities, overlaps, gains, [self.load * entry for entry in image])

    def uniform_matrix(self, level: Fraction) -> Matrix:
        """N·I - (σ/level)·ΞΞᵀ, times a positive integer: positive definite exactly when σλ_max(W_H) < level."""
        gram = product(self.columns, self.patterns)
        return combined([(Fraction(self.size), identity(self.size)), (-self.sigma / level, gram)])


def signed_sums(signs: Matrix, values: Sequence[Interval]) -> list[Interval]:
    """The sums Σ ±v of intervals, for rows of signs; every such sum is as wide as all intervals together.

    >>> [total] = signed_sums([[1, -1]], [Interval(2, 3), Interval(5, 9)])
    >>> total.low, total.high
    (-7, -2)
    """
    twice = [value.low + value.high for value in values]
    width = sum(value.high - value.low for value in values)
    middles = [sum(map(mul, row, twice)) for row in signs]
    return [Interval((middle - width) // 2, -((-middle - width) // 2)) for middle in middles]


def read(value: object) -> Memory:
    """Read an instance of the model.

    >>> str(read({"patterns": ["+-", "++"], "cue": ["1", "1/2"],
    ...           "sigma": "1", "temperature": "1/2", "tau_x": "1", "tau_p": "1"}))
    '2 patterns of 2 neurons, σ = 1, T = 1/2'
    """
    names = ("sigma", "temperature", "tau_x", "tau_p")
    given = fields(value, "instance", (*names, "patterns", "cue"))
    rows = given["patterns"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_PATTERNS:
        raise Malformed(f"instance: patterns: must be a list of 1 to {MOST_PATTERNS} patterns")
    if any(not isinstance(row, str) or not row or set(row) - {"+", "-"} for row in rows):
        raise Malformed('instance: patterns: every pattern must be a string of "+" and "-"')
    if len(rows[0]) > reading.LARGEST_SIDE or any(len(row) != len(rows[0]) for row in rows):
        raise Malformed(f"instance: patterns: must have the same length, from 1 to {reading.LARGEST_SIDE}")
    if len(rows) * len(rows[0]) > MOST_SIGNS:
        raise Malformed(f"instance: patterns: must have at most {MOST_SIGNS} entries in all")
    cue = reading.rationals(given["cue"], "instance: cue", len(rows[0]))
    sigma, temperature, tau_x, tau_p = (positive(given[name], f"instance: {name}") for name in names)
    signs = [[1 if sign == "+" else -1 for sign in row] for row in rows]
    return Memory(signs, cue, sigma, temperature, tau_x, tau_p)


def log_of(count: int) -> Interval:
    """Bounds on the logarithm of a whole number."""
    return Interval.of(count).log()


def energy_ends(memory: Memory) -> tuple[Fraction, Fraction]:
    """The bounds of AG9, rounded outwards."""
    k, n = memory.count, memory.size
    low = -Fraction(k * n, 2) - k * memory.temperature * log_of(k).upper()
    return low, n * log_of(2).upper() / memory.sigma


def _gain_floor(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    given = fields(numbers, "numbers", ("log_ratio", "log_floor"))
    fields(witness, "witness", ())
    ratio, floor = (rational(given[name], f"numbers: {name}") for name in ("log_ratio", "log_floor"))
    exact = memory.size / (2 * memory.temperature)
    if ratio < exact or floor < exact + log_of(memory.count).upper():
        raise Rejected("numbers: smaller than what can be shown")
    return f"|log(p_μ/p_ν)| ≤ {at_most(ratio)} and p_μ ≥ exp(-{at_most(floor)}) at all times"


def _neuron_bound(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    bound = rational(fields(numbers, "numbers", ["at_most"])["at_most"], "numbers: at_most")
    fields(witness, "witness", ())
    if bound < max([Fraction(memory.count), *map(abs, memory.cue)]):
        raise Rejected("numbers: at_most is smaller than what can be shown")
    return f"every |x_i| ≤ {at_most(bound)} at all times"


def _energy_bounds(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    given = fields(numbers, "numbers", ("low", "high"))
    fields(witness, "witness", ())
    low, high = rational(given["low"], "numbers: low"), rational(given["high"], "numbers: high")
    least, most = energy_ends(memory)
    if low > least or high < most:
        raise Rejected("numbers: narrower than what can be shown")
    return f"the energy lies between {at_least(low)} and {at_most(high)} in every state"


def _uniform_state_stable(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    given = fields(numbers, "numbers", ("low", "high"))
    low, high = positive(given["low"], "numbers: low"), positive(given["high"], "numbers: high")
    proof = fields(witness, "witness", ("congruence", "direction"))
    definite(memory.uniform_matrix(high), proof["congruence"], "congruence")
    not_definite(memory.uniform_matrix(low), proof["direction"], "direction")
    if verdict == "proved" and not high <= 1:
        raise Rejected("numbers: high must be at most 1")
    if verdict == "refuted" and not low >= 1:
        raise Rejected("numbers: low must be at least 1")
    memory.uniform_unstable = low > 1
    fact = "linearly stable" if high <= 1 else "unstable" if low > 1 else "not linearly stable"
    return f"{at_least(low)} ≤ σλ_max(W_H) < {at_most(high)}: the state x = 0, p = 1/K is {fact}"


def _everything_decays(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    fields(witness, "witness", ())
    if verdict == "refuted":
        fields(numbers, "numbers", ())
        if memory.uniform_unstable:
            return "solutions leave the neighbourhood of x = 0, which is unstable"
        if memory.point is None or all(entry.low <= 0 <= entry.high for entry in memory.point.box.x):
            raise Rejected("no other equilibrium, and no instability of x = 0, was established before")
        return "there is an interior equilibrium with x ≠ 0"
    rate = not_negative(fields(numbers, "numbers", ["rate"])["rate"], "numbers: rate")
    slack = 1 - memory.sigma * memory.count
    if slack < 0 or rate > slack / memory.tau_x:
        raise Rejected("numbers: rate is larger than what can be shown")
    decay = f", and ‖x(t)‖ ≤ e^(-{at_least(rate)} t)‖x(0)‖ for every solution" if rate else ""
    return f"σK ≤ 1: x = 0, p = 1/K is the only interior equilibrium{decay}"


def signs_of(values: Sequence[Interval]) -> list[int]:
    """The sign of each entry where it is sure, else 0."""
    return [1 if value.low > 0 else -1 if value.high < 0 else 0 for value in values]


def no_pattern(memory: Memory, values: Sequence[Interval]) -> None:
    """Accept that the signs are of no stored pattern and of no negative of one.

    Raises:
        Rejected: some pattern, or its negative, may have these signs.
    """
    signs = signs_of(values)
    for index, row in enumerate(memory.patterns):
        if not {1, -1} <= set(map(mul, row, signs)):
            raise Rejected(f"the signs may be those of the pattern in row {index + 1}")


def amplitude_by_gain(memory: Memory, box: Enclosure, index: int) -> Fraction:
    """The bound (2p_μ - 1)K|m_μ|/N on every |h_i|, for the pattern of largest score."""
    overlap = box.overlaps[index]
    smallest = max(overlap.lower(), -overlap.upper(), Fraction(0))
    return (2 * box.gains[index].lower() - 1) * memory.count * smallest / memory.size


def amplitude_by_signs(memory: Memory, values: Sequence[Interval], index: int, sign: int) -> Fraction:
    """The least sign·ξ_i·x_i: positive when these are the signs of the pattern."""
    pairs = zip(memory.patterns[index], values, strict=True)
    return min(value.lower() if bit == sign else (-value).lower() for bit, value in pairs)


def named(memory: Memory, numbers: dict[str, Any]) -> tuple[int, int, Fraction]:
    """The pattern, the sign and the amplitude that a claim on retrieval speaks of."""
    index = reading.integer(numbers["pattern"], "numbers: pattern", 0, memory.count - 1)
    sign = reading.integer(numbers["sign"], "numbers: sign", -1, 1)
    if sign == 0:
        raise Malformed("numbers: sign: must be 1 or -1")
    return index, sign, positive(numbers["amplitude"], "numbers: amplitude")


def pattern_in_words(index: int, sign: int) -> str:
    """The pattern, for a sentence."""
    return f"{'' if sign > 0 else 'the negative of '}the pattern in row {index + 1}"


def score_gap(memory: Memory, box: Enclosure, index: int) -> Fraction | None:
    """A lower bound on f_μ - f_ν over all ν ≠ μ, or None when there is no other pattern."""
    squares = [m.square() for m in box.overlaps]
    others = [square.upper() for position, square in enumerate(squares) if position != index]
    return (squares[index].lower() - max(others)) / (2 * memory.size) if others else None


def needed_gap(memory: Memory) -> Fraction:
    """An upper bound on T log(K-1), for K ≥ 2."""
    return memory.temperature * log_of(memory.count - 1).upper() if memory.count > 2 else Fraction(0)


def _retrieval_in_one_step(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    box = memory.enclose([Interval.of(entry) for entry in memory.cue])
    if verdict == "refuted":
        fields(numbers, "numbers", ())
        fields(witness, "witness", ())
        if any(memory.cue):  # else every neuron stays at 0, which has no sign
            no_pattern(memory, box.image)
        return "after one step from the cue, gains first, the signs are those of no stored pattern"
    given = fields(numbers, "numbers", ("pattern", "sign", "gap", "amplitude"))
    index, sign, amplitude = named(memory, given)
    way = reading.choice(fields(witness, "witness", ["way"])["way"], "way", ("gap", "signs"))
    shown = score_gap(memory, box, index)
    margin = ""
    if shown is None:
        reading.choice(given["gap"], "numbers: gap", ["infinite"])
    else:
        gap, needed = rational(given["gap"], "numbers: gap"), needed_gap(memory)
        if gap > shown:
            raise Rejected("numbers: gap is larger than what can be shown")
        if way == "gap" and not gap > needed:
            raise Rejected("numbers: gap is not above T log(K-1)")
        if way == "gap":
            margin = f"; the scores' gap exceeds T log(K-1) by {at_least(gap - needed)}"
    if way == "gap":
        if signs_of([box.overlaps[index]]) != [sign]:
            raise Rejected("numbers: sign: not the sign of the overlap")
        least = amplitude_by_gain(memory, box, index)
    else:
        least = amplitude_by_signs(memory, box.image, index, sign)
    if amplitude > least:
        raise Rejected("numbers: amplitude is larger than what can be shown")
    return f"one step from the cue, gains first, gives the signs of {pattern_in_words(index, sign)}{margin}"


CLAIMS: Claims = {
    "gain_floor": ("AG2", ("proved",), _gain_floor),
    "neuron_bound": ("AG3", ("proved",), _neuron_bound),
    "energy_bounds": ("AG9", ("proved",), _energy_bounds),
    "uniform_state_stable": ("AG21", ("proved", "refuted"), _uniform_state_stable),
    "everything_decays": ("AG22", ("proved", "refuted"), _everything_decays),
    "retrieval_in_one_step": ("AG31", ("proved", "refuted"), _retrieval_in_one_step),
}
