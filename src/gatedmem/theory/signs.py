"""Signs as sets of possible signs, and their arithmetic.

A sign is one of "0", "+", "0+", "-", "0-", "≠" and "?"; it stands for the set of signs a real number may have.

>>> TIMES["-", "0+"], PLUS["+", "0+"], PLUS["+", "-"]
('0-', '+', '?')
>>> stronger("0+", "0-")
'0'
"""

from __future__ import annotations

from collections.abc import Callable

_SIGNS = ("0", "+", "0+", "-", "0-", "≠", "?")
NEGATED = {"0": "0", "+": "-", "0+": "0-", "-": "+", "0-": "0+", "≠": "≠", "?": "?"}
# A sign is a set of possible signs of a real number.
_MEANS = {
    "0": frozenset("0"), "+": frozenset("+"), "0+": frozenset("0+"), "-": frozenset("-"),
    "0-": frozenset("0-"), "≠": frozenset("+-"), "?": frozenset("0+-"),
}  # fmt: skip
_NAMED = {meaning: name for name, meaning in _MEANS.items()}


def stronger(a: str, b: str) -> str:
    """Both are known: the intersection of what they allow (a itself should they contradict each other)."""
    return _NAMED.get(_MEANS[a] & _MEANS[b], a)


def _combine(rule: Callable[[str, str], str], a: str, b: str) -> str:
    allowed: set[str] = set()
    for x in _MEANS[a]:
        for y in _MEANS[b]:
            allowed |= set(rule(x, y))
    return _NAMED[frozenset(allowed)]


def _product_of_signs(x: str, y: str) -> str:
    if "0" in (x, y):
        return "0"
    return "+" if x == y else "-"


def _sum_of_signs(x: str, y: str) -> str:
    if x == "0":
        return y
    if y == "0" or x == y:
        return x
    return "0+-"


TIMES = {(a, b): _combine(_product_of_signs, a, b) for a in _SIGNS for b in _SIGNS}
PLUS = {(a, b): _combine(_sum_of_signs, a, b) for a in _SIGNS for b in _SIGNS}
