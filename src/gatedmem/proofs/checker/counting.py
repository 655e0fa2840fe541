"""Every fixed point of the retrieval map, for a handful of memories: a search that loses none.

Φ(p) = softmax(β(b + λBu + λ²Bp)) maps the simplex into itself. A box of gains without a point of its image under Φ
holds no fixed point, so a box may be cut down to the part that Φ maps it to, and then in two. A claimed fixed point
comes with a box in which there is exactly one; the search is over when every piece is empty or lies in one of those.

One in a box X with centre c: with any matrix Y, e = ‖I - Y·D(p - Φ(p))‖_∞ < 1 over X and
|Y(c - Φ(c))|_∞ < (1-e)·radius (Newton's map contracts X into itself). The sign of det Y is then the degree; all
degrees add up to 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.context import Memory
from gatedmem.proofs.checker.intervals import ONE, Interval, dot, total
from gatedmem.proofs.checker.matrices import transpose
from gatedmem.proofs.checker.reading import Malformed, Rejected, fields, integer, positive, rationals
from gatedmem.proofs.checker.wording import Claims

LARGEST = 5
MOST_POINTS = 31
MOST_BOXES = 2000
NARROWEST = 40  # a box narrower than 2^-40 sits on a fixed point that was not listed
SHRINKS = 6

Box = list[Interval]


class RetrievalMap:
    """Φ over boxes, from an approximate inverse of A and its error."""

    def __init__(self, memory: Memory) -> None:
        inverse = memory.shown_inverse()
        self.size = memory.size
        scale = Fraction(1, 1 << inverse.bits)
        slack = Interval.of(-inverse.error, inverse.error)
        b = [[Interval.of(entry * scale) + slack for entry in row] for row in inverse.rows]
        strength = memory.beta * memory.gain * memory.gain
        feedback = Interval.of(strength)
        self.feedback = [[feedback * entry for entry in row] for row in b]  # βλ²B
        drive = [Interval.of(u) for u in memory.drive]
        gain, beta = Interval.of(memory.gain), Interval.of(memory.beta)
        self.fixed = [
            beta * (Interval.of(e) + gain * dot(row, drive)) for e, row in zip(memory.evidence, b, strict=True)
        ]

    def __call__(self, box: Box) -> Box:
        """A box that holds Φ(p) for every p of the box on the simplex."""
        n = self.size
        ratios = [[Interval(ONE, ONE)] * n for _ in range(n)]
        for i in range(n):
            for k in range(i):
                lead = self.fixed[k] - self.fixed[i]
                slopes = [a - b for a, b in zip(self.feedback[k], self.feedback[i], strict=True)]
                gap = lead + linear_range(slopes, box)
                ratios[i][k], ratios[k][i] = gap.exp(), (-gap).exp()  # e^{r_k - r_i} and its inverse
        return [Interval(ONE, ONE) / total(row) for row in ratios]

    def slope(self, box: Box) -> list[Box]:
        """The matrix of D(p - Φ(p)) = I - (diag q - qqᵀ)βλ²B over a box, q = Φ(p)."""
        n = self.size
        q = self.over(box)
        one = Interval(ONE, ONE)
        columns = transpose(self.feedback)
        answer = []
        for i in range(n):
            covariance = [q[i] * (one - q[i]) if i == j else -(q[i] * q[j]) for j in range(n)]
            row = [-dot(covariance, column) for column in columns]
            row[i] = row[i] + one
            answer.append(row)
        return answer

    def over(self, box: Box) -> Box:
        """Φ over a box of R^N, on the simplex or off it."""
        n = self.size
        scores = [fixed + dot(row, box) for fixed, row in zip(self.fixed, self.feedback, strict=True)]
        return [
            Interval(ONE, ONE)
            / total(Interval(ONE, ONE) if i == k else (scores[k] - scores[i]).exp() for k in range(n))
            for i in range(n)
        ]


def linear_range(slopes: Box, box: Box) -> Interval:
    """The range of Σ a_j p_j over the p of a box that add up to 1: what is left over goes to the best entries."""
    least = total(a * Interval(p.low, p.low) for a, p in zip(slopes, box, strict=True))
    rest = ONE - sum(p.low for p in box)
    low, high = least.low, least.high
    for sign in (1, -1):
        spare = rest
        order = sorted(range(len(box)), key=lambda j: -sign * (slopes[j].high if sign > 0 else slopes[j].low))
        for j in order:
            part = min(spare, box[j].high - box[j].low)
            share = slopes[j] * Interval(part, part)
            spare -= part
            if sign > 0:
                high += share.high
            else:
                low += share.low
    return Interval(low, high)


def on_simplex(box: Box) -> Box | None:
    """The box cut down to what can add up to 1, or None when nothing is left."""
    low, high = sum(p.low for p in box), sum(p.high for p in box)
    answer = []
    for p in box:
        part = p.meet(Interval(ONE - (high - p.high), ONE - (low - p.low)))
        if part is None:
            return None
        answer.append(part)
    return answer


def search(retrieval: RetrievalMap, alone: list[Box]) -> int:
    """Cut the simplex into boxes until each is empty or inside one of those that hold a single fixed point.

    Returns:
        The number of boxes looked at.

    Raises:
        Rejected: too many boxes, or one too small to cut.
    """
    waiting: list[Box] = [[Interval(0, ONE)] * retrieval.size]
    looked = 0
    while waiting:
        looked += 1
        if looked > MOST_BOXES:
            raise Rejected(f"the search for further fixed points is not over after {MOST_BOXES} boxes")
        box: Box | None = waiting.pop()
        for _ in range(SHRINKS):
            assert box is not None
            size = sum(p.high - p.low for p in box)
            box = _cut_down(box, retrieval)
            if box is None or _in_one(box, alone) or 10 * sum(p.high - p.low for p in box) > 9 * size:
                break
        if box is None or _in_one(box, alone):
            continue
        at = max(range(len(box)), key=lambda j: box[j].high - box[j].low)
        if box[at].high - box[at].low < ONE >> NARROWEST:
            raise Rejected("the search for further fixed points cannot cut a box any more")
        middle = (box[at].low + box[at].high) // 2
        waiting.append([*box[:at], Interval(box[at].low, middle), *box[at + 1 :]])
        waiting.append([*box[:at], Interval(middle, box[at].high), *box[at + 1 :]])
    return looked


def _cut_down(box: Box, retrieval: RetrievalMap) -> Box | None:
    thin = on_simplex(box)
    if thin is None:
        return None
    met = [p.meet(q) for p, q in zip(thin, retrieval(thin), strict=True)]
    parts = [p for p in met if p is not None]
    return parts if len(parts) == len(met) else None


def _in_one(box: Box, alone: list[Box]) -> bool:
    return any(all(x.low <= p.low and p.high <= x.high for p, x in zip(box, one, strict=True)) for one in alone)


def single(
    retrieval: RetrievalMap, centre: list[Fraction], radius: Fraction, bits: int, rows: list[list[int]]
) -> tuple[Box, Box]:
    """The box about a centre, proved to hold exactly one fixed point, and an enclosure of that point.

    Raises:
        Rejected: it was not shown.
    """
    n = retrieval.size
    region = [Interval.of(c - radius, c + radius) for c in centre]
    point = [Interval.of(c) for c in centre]
    scale = Fraction(1, 1 << bits)
    y = [[Interval.of(entry * scale) for entry in row] for row in rows]
    columns = transpose(retrieval.slope(region))
    excess = Fraction(0)
    for i in range(n):
        off = [dot(y[i], column) for column in columns]
        off[i] = off[i] - Interval(ONE, ONE)
        excess = max(excess, sum((entry.magnitude() for entry in off), Fraction(0)))
    residual = [p - q for p, q in zip(point, retrieval.over(point), strict=True)]
    step = max(dot(row, residual).magnitude() for row in y)
    if not (excess < 1 and step < (1 - excess) * radius):
        raise Rejected("a box was not shown to hold exactly one fixed point")
    reach = step / (1 - excess)
    return region, [Interval.of(c - reach, c + reach) for c in centre]


def determinant(rows: list[list[int]]) -> int:
    """The determinant of a small integer matrix, by its first row.

    >>> determinant([[2, 1], [1, 3]])
    5
    """
    if not rows:
        return 1
    return sum(
        (-1) ** j * entry * determinant([[*row[:j], *row[j + 1 :]] for row in rows[1:]])
        for j, entry in enumerate(rows[0])
        if entry
    )


def _all_fixed_points(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    n = memory.size
    if not 2 <= n <= LARGEST:
        raise Rejected(f"only for 2 to {LARGEST} memories")
    given = fields(numbers, "numbers", ["points"])["points"]
    proofs = fields(witness, "witness", ["points"])["points"]
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_POINTS:
        raise Malformed(f"points: must be a list of 1 to {MOST_POINTS}")
    if not isinstance(proofs, list) or len(proofs) != len(given):
        raise Malformed("witness: must hold one proof for each point")
    retrieval = RetrievalMap(memory)
    regions, enclosures, degrees = list[Box](), list[Box](), list[int]()
    for value, proof in zip(given, proofs, strict=True):
        parts = fields(proof, "witness", ("centre", "radius", "bits", "rows"))
        rows = [reading.integers(row, "rows", n) for row in reading.rows(parts["rows"], "rows")]
        if len(rows) != n:
            raise Malformed(f"rows: must be {n} rows")
        region, enclosure = single(
            retrieval,
            rationals(parts["centre"], "centre", n),
            positive(parts["radius"], "radius"),
            integer(parts["bits"], "bits", 0, 256),
            rows,
        )
        claimed = fields(value, "numbers", ("gains", "degree"))
        degree = integer(claimed["degree"], "degree", -1, 1)
        if degree * determinant(rows) <= 0:
            raise Rejected("degree: has the wrong sign")
        _check_gains(claimed["gains"], enclosure)
        regions.append(region)
        enclosures.append(enclosure)
        degrees.append(degree)
    for i, one in enumerate(enclosures):
        if any(all(a.meet(b) for a, b in zip(one, other, strict=True)) for other in enclosures[:i]):
            raise Rejected("two of the points were not shown to differ")
    search(retrieval, regions)
    if sum(degrees) != 1:
        raise Rejected("the degrees do not add up to 1")
    memory.apart = memory.apart or len(given) > 1
    memory.counted = len(given)
    return f"exactly {len(given)} fixed point{'s' if len(given) > 1 else ''}"


def _check_gains(value: Any, enclosure: Box) -> None:
    rows = reading.rows(value, "gains")
    if len(rows) != len(enclosure):
        raise Malformed(f"gains: must be {len(enclosure)} pairs")
    for row, p in zip(rows, enclosure, strict=True):
        low, high = rationals(row, "gains", 2)
        if not (low <= p.lower() and p.upper() <= high):
            raise Rejected("gains: narrower than what can be shown")


CLAIMS: Claims = {"all_fixed_points": ("CG12", ("proved",), _all_fixed_points)}
