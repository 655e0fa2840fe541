"""What an astrocyte-gated memory retrieves, for a certificate: in one step from the cue, and at the equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log

from gatedmem.proofs.certify.builder import Builder
from gatedmem.proofs.certify.proposals import rounded_down
from gatedmem.proofs.checker import astrocyte as checker
from gatedmem.proofs.checker.astrocyte import Enclosure, Memory
from gatedmem.proofs.checker.astrocyte_region import drift
from gatedmem.proofs.checker.intervals import Interval
from gatedmem.proofs.checker.reading import write

# Gaps, gains and amplitudes are rounded down to this many bits below the point: they can be very small.
FINE_BITS = 180
# By how much the gap of an attracting region exceeds log(K-1), where the gain of its pattern is 1/2; tried in turn.
EXCESSES = (0.25, 1.0, 2.0, 4.0)


def claim_one_step(builder: Builder) -> None:
    """AG31 at the cue, or the step itself enclosed."""
    memory: Memory = builder.memory
    box = memory.enclose([Interval.of(entry) for entry in memory.cue])
    index, sign = leading(memory, box)
    name = "retrieval_in_one_step"
    gap = checker.score_gap(memory, box, index)
    claimed = {"gap": "infinite"} if gap is None else {"gap": write(rounded_down(gap, FINE_BITS))}
    if gap is None or gap > checker.needed_gap(memory):
        amplitude = checker.amplitude_by_gain(memory, box, index)
        if _claim_pattern(builder, name, "gap", "the gap of the scores", (index, sign, amplitude), claimed):
            return
    if (match := matching(memory, box.image)) is not None:
        index, sign = match
        gap = checker.score_gap(memory, box, index)
        claimed = {"gap": "infinite"} if gap is None else {"gap": write(rounded_down(gap, FINE_BITS))}
        amplitude = checker.amplitude_by_signs(memory, box.image, index, sign)
        if _claim_pattern(builder, name, "signs", "an enclosure of the step", (index, sign, amplitude), claimed):
            return
    builder.claim(name, "refuted", "an enclosure of the step", {}, {})


def claim_retrieval(builder: Builder) -> None:
    """AG24 at the equilibrium that was enclosed, or its signs as they are."""
    memory: Memory = builder.memory
    if memory.point is None:
        builder.undecided("retrieval_at_equilibrium", "no equilibrium was enclosed")
        return
    box = memory.point.box
    name = "retrieval_at_equilibrium"
    index, sign = leading(memory, box)
    gain = {"gain": write(rounded_down(box.gains[index].lower(), FINE_BITS))}
    if box.gains[index].lower() > checker.HALF:
        amplitude = checker.amplitude_by_gain(memory, box, index)
        if _claim_pattern(builder, name, "gain", "a gain above 1/2", (index, sign, amplitude), gain):
            return
    if (match := matching(memory, box.x)) is not None:
        index, sign = match
        gain = {"gain": write(rounded_down(box.gains[index].lower(), FINE_BITS))}
        amplitude = checker.amplitude_by_signs(memory, box.x, index, sign)
        if _claim_pattern(builder, name, "signs", "its enclosure", (index, sign, amplitude), gain):
            return
    builder.claim(name, "refuted", "the enclosure of the equilibrium", {}, {})


def claim_region(builder: Builder) -> None:
    """A region in which every solution ends at an equilibrium with a gain above 1/2; nothing for other equilibria."""
    memory: Memory = builder.memory
    at = next((claim for claim in builder.claims if claim["claim"] == "retrieval_at_equilibrium"), None)
    if at is None or at["witness"].get("way") != "gain":
        return
    index, sign = at["numbers"]["pattern"], at["numbers"]["sign"]
    for excess in EXCESSES:
        gap = None if memory.count == 1 else Fraction(round((log(memory.count - 1) + excess) * 2**20), 2**20)
        amplitude = _smallest_amplitude(memory, index, gap)
        if amplitude is None:
            continue
        numbers = {
            **{"pattern": index, "sign": sign, "amplitude": write(amplitude)},
            "gap": "infinite" if gap is None else write(gap),
        }
        if builder.claim("attracting_region", "proved", "a field that points inwards on its boundary", numbers, {}):
            return


def _smallest_amplitude(memory: Memory, index: int, gap: Fraction | None) -> Fraction | None:
    """About the least amplitude at which the field of the region of this gap points inwards, or None."""
    for power in range(-40, 12):
        amplitude = Fraction(2) ** power
        push, lead = drift(memory, index, amplitude, gap)
        if push > amplitude and (gap is None or lead > memory.temperature * gap):
            return amplitude
    return None


def _claim_pattern(
    builder: Builder, name: str, way: str, reason: str, found: tuple[int, int, Fraction], numbers: dict[str, str]
) -> bool:
    index, sign, amplitude = found
    claimed = {"pattern": index, "sign": sign, "amplitude": write(rounded_down(amplitude, FINE_BITS)), **numbers}
    return amplitude > 0 and builder.claim(name, "proved", reason, claimed, {"way": way})


def leading(memory: Memory, box: Enclosure) -> tuple[int, int]:
    """The pattern of largest overlap, and the sign of that."""
    index = max(range(memory.count), key=lambda mu: abs(box.overlaps[mu].low + box.overlaps[mu].high))
    return index, 1 if box.overlaps[index].high > 0 else -1


def matching(memory: Memory, values: Sequence[Interval]) -> tuple[int, int] | None:
    """A pattern and a sign that go with the signs of all values, or None."""
    signs = checker.signs_of(values)
    for index, row in enumerate(memory.patterns):
        if row == signs:
            return index, 1
        if [-bit for bit in row] == signs:
            return index, -1
    return None
