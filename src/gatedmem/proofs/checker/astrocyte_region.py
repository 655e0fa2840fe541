"""A region that no solution of the astrocyte-gated memory leaves, and where every solution ends at one equilibrium.

Take s = sign·ξ_μ. The region holds all (x, p) with s_i x_i ≥ a for each i and log(p_μ/p_ν) ≥ g for each ν ≠ μ. Write
t = tanh(σa), q = 1/(1 + (K-1)e^{-g}) and c = (N² - max_ν⟨ξ_μ,ξ_ν⟩²)/(2N). There s_i φ(x_i) ≥ t and p_μ ≥ q. With P
and Q the sums of s_i φ(x_i) where ξ_ν agrees with s and where it does not, |m_μ| = P + Q and |m_ν| = |P - Q|, so that

* f_μ - f_ν = 2PQ/N ≥ c·t², hence τ_p d/dt log(p_μ/p_ν) ≥ c·t² - T·log(p_μ/p_ν);
* |m_ν| ≤ |m_μ|, hence s_i h_i ≥ (2q - 1)K·t and τ_x d/dt(s_i x_i) ≥ (2q - 1)K·t - s_i x_i where q ≥ 1/2.

Where (2q - 1)K·t > a and c·t² > T·g the field points inwards all along the boundary. A solution from inside the
simplex approaches equilibria only (AG10), here those of the region. At these s_i x_i ≥ (2q - 1)K·t and
log(p_μ/p_ν) ≥ c·t²/T, which are again bounds such as a and g; and x = h(x), so that x stays in any box that holds it
when the box is cut down to the range of h. Once this has led into the cube in which an equilibrium is the only one,
there is no other in the region.
"""

from __future__ import annotations

from fractions import Fraction
from operator import mul

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.astrocyte import Memory, named, pattern_in_words
from gatedmem.proofs.checker.astrocyte_equilibria import cube
from gatedmem.proofs.checker.intervals import Interval
from gatedmem.proofs.checker.reading import Rejected, fields
from gatedmem.proofs.checker.wording import Claims, at_least

MOST_SWEEPS = 60


def drift(memory: Memory, index: int, amplitude: Fraction, gap: Fraction | None) -> tuple[Fraction, Fraction]:
    """Lower bounds on (2q - 1)K·t and on c·t², the latter without meaning for a single pattern (no gap)."""
    n, row = memory.size, memory.patterns[index]
    others = [sum(map(mul, row, other)) for position, other in enumerate(memory.patterns) if position != index]
    spread = Fraction(n * n - max((overlap * overlap for overlap in others), default=0), 2 * n)
    t = (Interval.of(memory.sigma) * Interval.of(amplitude)).tanh().lower()
    q = Fraction(1)
    if gap is not None:
        one = Interval.of(1)
        q = (one / (one + Interval.of(len(others)) * Interval.of(-gap).exp())).lower()
    return (2 * q - 1) * memory.count * t, spread * t * t


def _attracting_region(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    given = fields(numbers, "numbers", ("pattern", "sign", "amplitude", "gap"))
    fields(witness, "witness", ())
    index, sign, amplitude = named(memory, given)
    if memory.point is None:
        raise Rejected("no equilibrium was established before")
    gap = None
    if memory.count == 1:
        reading.choice(given["gap"], "numbers: gap", ["infinite"])
    else:
        gap = reading.not_negative(given["gap"], "numbers: gap")
    push, lead = drift(memory, index, amplitude, gap)
    if not push > amplitude:
        raise Rejected("numbers: amplitude: a neuron may leave the region")
    if gap is not None and not lead > memory.temperature * gap:
        raise Rejected("numbers: gap: a gain may leave the region")
    _only_equilibrium(memory, [sign * bit for bit in memory.patterns[index]], index, amplitude, gap)
    ratios = "" if gap is None else f" and every log(p_μ/p_ν) ≥ {at_least(gap)}"
    where = f"the signs of {pattern_in_words(index, sign)}, every |x_i| ≥ {at_least(amplitude)}{ratios}"
    return f"a solution that is ever where x has {where} stays there and ends at the equilibrium"


def _only_equilibrium(
    memory: Memory, signs: list[int], index: int, amplitude: Fraction, gap: Fraction | None
) -> None:
    """Accept that every equilibrium of the region lies in the cube in which the established one is the only one."""
    assert memory.point is not None
    target = cube(memory.point.state, memory.point.reach)
    box = [Interval.of(-memory.count, memory.count)] * memory.size  # |h_i| ≤ K
    for _ in range(MOST_SWEEPS):
        push, lead = drift(memory, index, amplitude, gap)
        amplitude = max(amplitude, push)
        gap = None if gap is None else max(gap, lead / memory.temperature)
        half = Interval.of(amplitude, memory.count)
        box = _common(box, [half if sign > 0 else -half for sign in signs])
        box = _common(box, memory.enclose(box).image)
        if all(x.inside(side) for x, side in zip(box, target, strict=True)):
            return
    raise Rejected("another equilibrium in the region is not excluded")


def _common(box: list[Interval], other: list[Interval]) -> list[Interval]:
    met = [x.meet(y) for x, y in zip(box, other, strict=True)]
    parts = [x for x in met if x is not None]
    if len(parts) < len(met):
        raise Rejected("there is no equilibrium in the region")
    return parts


CLAIMS: Claims = {"attracting_region": ("AG10", ("proved",), _attracting_region)}
