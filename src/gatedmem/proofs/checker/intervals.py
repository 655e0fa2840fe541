"""Intervals with integer ends, and enclosures of exp, log and tanh: nothing but Python's integers.

An interval is a pair of integers in units of 2**-BITS; every operation rounds its ends outwards, so the exact result
for any numbers inside the operands lies inside the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import isqrt

from gatedmem.proofs.checker.reading import Rejected

BITS = 192
ONE = 1 << BITS

_GUARD = 40  # further bits inside exp and log; each squaring in exp loses one
_WORK = BITS + _GUARD
_UNIT = 1 << _WORK
_LARGEST_EXPONENT = 4096


class Interval:
    """The numbers between ``low`` and ``high``, both in units of 2**-BITS.

    >>> third = Interval.of(Fraction(1, 3))
    >>> third.lower() < Fraction(1, 3) < third.upper(), (third * third).contains(Fraction(1, 9))
    (True, True)
    """

    __slots__ = ("high", "low")

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    @staticmethod
    def of(low: Fraction | int, high: Fraction | int | None = None) -> Interval:
        """The smallest interval about one rational number, or from one to another."""
        top = low if high is None else high
        if low > top:
            raise Rejected("an interval has its ends the wrong way round")
        return Interval(floor_scaled(low), -floor_scaled(-top))

    def lower(self) -> Fraction:
        """The lower end."""
        return Fraction(self.low, ONE)

    def upper(self) -> Fraction:
        """The upper end."""
        return Fraction(self.high, ONE)

    def magnitude(self) -> Fraction:
        """The largest absolute value inside."""
        return Fraction(max(abs(self.low), abs(self.high)), ONE)

    def contains(self, value: Fraction | int) -> bool:
        """Whether a number lies inside."""
        return self.lower() <= value <= self.upper()

    def inside(self, other: Interval) -> bool:
        """Whether the whole interval lies strictly inside another."""
        return other.low < self.low and self.high < other.high

    def meet(self, other: Interval) -> Interval | None:
        """The common part with another interval, or None when there is none."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        a, b, c, d = self.low, self.high, other.low, other.high
        if a >= 0 and c >= 0:
            return Interval((a * c) >> BITS, -((-b * d) >> BITS))
        ends = (a * c, a * d, b * c, b * d)
        return Interval(min(ends) >> BITS, -((-max(ends)) >> BITS))

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0 <= other.high:
            raise Rejected("a division by an interval that holds 0")
        ends = [(top << BITS, below) for top in (self.low, self.high) for below in (other.low, other.high)]
        return Interval(min(top // below for top, below in ends), max(-(-top // below) for top, below in ends))

    def square(self) -> Interval:
        """The range of x²."""
        small = 0 if self.low <= 0 <= self.high else min(abs(self.low), abs(self.high))
        large = max(abs(self.low), abs(self.high))
        return Interval((small * small) >> BITS, -((-large * large) >> BITS))

    def exp(self) -> Interval:
        """The range of e^x.

        >>> one = Interval.of(1).exp()
        >>> float(one.lower()), one.upper() - one.lower() < Fraction(1, 2**180)
        (2.718281828459045, True)
        """
        return Interval(_exp(self.low)[0], _exp(self.high)[1])

    def log(self) -> Interval:
        """The range of the natural logarithm; the whole interval must be above 0."""
        if self.low <= 0:
            raise Rejected("a logarithm of an interval that is not above 0")
        return Interval(_log(self.low)[0], _log(self.high)[1])

    def tanh(self) -> Interval:
        """The range of tanh x = ±(1 - t)/(1 + t) with t = e^{-2|x|}."""
        return Interval(_tanh(self.low)[0], _tanh(self.high)[1])


def total(values: Iterable[Interval]) -> Interval:
    """The sum of intervals."""
    values = list(values)
    return Interval(sum(value.low for value in values), sum(value.high for value in values))


def dot(left: Iterable[Interval], right: Iterable[Interval]) -> Interval:
    """The sum of products, entry by entry."""
    return total(a * b for a, b in zip(left, right, strict=True))


def softmax(scores: list[Interval]) -> list[Interval]:
    """The range of e^{r_i} / Σ_j e^{r_j} = 1/(1 + Σ_{j≠i} e^{r_j - r_i}) over a box of scores.

    >>> [entry.contains(Fraction(1, 2)) for entry in softmax([Interval.of(7), Interval.of(7)])]
    [True, True]
    """
    top = max(score.high for score in scores)
    shifted = [Interval(score.low - top, score.high - top).exp() for score in scores]
    low, high = sum(entry.low for entry in shifted), sum(entry.high for entry in shifted)
    answer = []
    for entry in shifted:
        # e^{r_i} at one end of its range against the others at the opposite end; a lower end may have become 0.
        least = (entry.low << BITS) // (entry.low + high - entry.high) if entry.low else 0
        most = -((-entry.high << BITS) // (entry.high + low - entry.low))
        answer.append(Interval(least, min(most, ONE)))
    return answer


def floor_scaled(value: Fraction | int) -> int:
    """The largest integer below the number in units of 2**-BITS."""
    return (value.numerator << BITS) // value.denominator


def square_root(value: Fraction) -> Fraction:
    """A number at least √value and above it by at most 2**-BITS, for value ≥ 0.

    >>> square_root(Fraction(4)), square_root(Fraction(2)) ** 2 > 2
    (Fraction(2, 1), True)
    """
    scaled = -((-value.numerator << (2 * BITS)) // value.denominator)
    root = isqrt(scaled)
    return Fraction(root + (root * root < scaled), ONE)


def _exp(x: int) -> tuple[int, int]:
    """Bounds on e^x for x in units of 2**-BITS: Taylor's series of e^{|x|/2^k}, then k squarings."""
    size = abs(x)
    if size > _LARGEST_EXPONENT << BITS:
        if x > 0:
            raise Rejected(f"an exponential of more than {_LARGEST_EXPONENT}")
        return 0, 1
    halvings = max(0, size.bit_length() - BITS + 6)
    t_low = (size << _GUARD) >> halvings
    t_high = -((-size << _GUARD) >> halvings)
    low = high = term_low = term_high = _UNIT
    n = 0
    while term_high > 1:
        n += 1
        term_low = ((term_low * t_low) >> _WORK) // n
        term_high = -(-_times_up(term_high, t_high) // n)
        low += term_low
        high += term_high
    high += 2 * term_high  # the rest of the series: t ≤ 1/64, so at most the last term
    for _ in range(halvings):
        low = (low * low) >> _WORK
        high = _times_up(high, high)
    if x < 0:
        low, high = (_UNIT * _UNIT) // high, -((-_UNIT * _UNIT) // low)
    return low >> _GUARD, -((-high) >> _GUARD)


def _log(y: int) -> tuple[int, int]:
    """Bounds on log y for y > 0 in units of 2**-BITS: y = m·2^e with 1 ≤ m < 2."""
    power = y.bit_length() - 1
    low, high = _log_near_one(y, 1 << power)
    two_low, two_high = _log_near_one(2, 1)
    shift = power - BITS
    low += shift * (two_low if shift >= 0 else two_high)
    high += shift * (two_high if shift >= 0 else two_low)
    return low >> _GUARD, -((-high) >> _GUARD)


def _log_near_one(numerator: int, denominator: int) -> tuple[int, int]:
    """Bounds on log of a fraction from 1 to 2, by 2·artanh z = 2Σ z^{2k+1}/(2k+1) with z = (m-1)/(m+1) ≤ 1/3."""
    above, below = numerator - denominator, numerator + denominator
    z_low, z_high = (above << _WORK) // below, -((-above << _WORK) // below)
    low = high = 0
    power_low, power_high, k = z_low, z_high, 1
    while power_high > 1:
        low += power_low // k
        high += -(-power_high // k)
        power_low = (((power_low * z_low) >> _WORK) * z_low) >> _WORK
        power_high = _times_up(_times_up(power_high, z_high), z_high)
        k += 2
    return 2 * low, 2 * (high + 2)


def _times_up(a: int, b: int) -> int:
    """A product in units of 2**-_WORK, rounded up."""
    return -((-a * b) >> _WORK)


def _tanh(x: int) -> tuple[int, int]:
    low, high = _exp(-2 * abs(x))
    least, most = ((ONE - high) << BITS) // (ONE + high), -((-(ONE - low) << BITS) // (ONE + low))
    return (least, most) if x >= 0 else (-most, -least)
