"""A sign proved on a whole interval: bisection until an enclosure over each piece has it."""

from __future__ import annotations

from collections.abc import Callable

from gatedmem.numerics.enclosures import Ball, interval


def positive_throughout(
    function: Callable[[Ball], Ball], low: Ball, high: Ball, pieces: int = 16, depth: int = 10
) -> tuple[bool | None, str]:
    """Whether f > 0 on [low, high]: True, False (a point has f < 0), None if bisection gave out; and a remark.

    >>> from flint import arb
    >>> positive_throughout(lambda x: x * x + 1 - x, arb(0), arb(2))[0]
    True
    >>> positive_throughout(lambda x: x - 1, arb(0), arb(2))
    (False, 'negative at 0.0625')
    """
    width = (high - low) / pieces
    waiting = [(low + k * width, low + (k + 1) * width, 0) for k in reversed(range(pieces))]
    used = 0
    while waiting:
        left, right, level = waiting.pop()
        used += 1
        if function(interval(left, right)) > 0:
            continue
        middle = ((left + right) / 2).mid()
        if function(middle) < 0:
            return False, f"negative at {float(middle):.6g}"
        if level == depth:
            return None, f"not decided near {float(middle):.6g}"
        waiting += [(middle, right, level + 1), (left, middle, level + 1)]
    return True, f"{used} pieces"
