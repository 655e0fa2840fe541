"""What the names in an expression stand for: symbols, arrays, indices and lengths of ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy import Expr, IndexedBase, Symbol

from gatedmem.theory.forms import SYMBOL, Form, Idx, atom_form, number_form, with_inner
from gatedmem.theory.language import Index, Permuted
from gatedmem.theory.normal_form.undecidable import Undecidable


class Names:
    """The names met so far, each with the one thing it stands for, and the matrices declared symmetric."""

    def __init__(self) -> None:
        self.things: dict[str, Any] = {}
        self.symmetric: set[str] = set()

    def take_over(self, other: Names) -> None:
        """Know what ``other`` knows."""
        self.things = dict(other.things)
        self.symmetric = set(other.symmetric)

    def register(self, name: str, thing: Any) -> None:
        """Note what a name stands for; ValueError where it stands for something else already."""
        known = self.things.setdefault(name, thing)
        if known != thing or getattr(known, "shape", None) != getattr(thing, "shape", None):
            raise ValueError(f"the name {name} stands for two different things")

    def register_arrays(self, expression: Any) -> None:
        """Note the arrays in an expression."""
        for part in sp.preorder_traversal(expression):
            if isinstance(part, sp.Indexed):
                self.register(str(part.base.label), part.base)

    def symmetric_bases(self) -> list[IndexedBase]:
        """The matrices declared symmetric."""
        return [self.things[name] for name in sorted(self.symmetric)]

    def index(self, index: Any, bound: Mapping[Index, Idx]) -> Idx:
        """An index as data; ``bound`` says what the indices of sums and of rules mean."""
        if isinstance(index, Index):
            if index in bound:
                return bound[index]
            self.register(f"index {index.name}", index)
            return (0, index.name, self.extent(index.extent))
        if isinstance(index, sp.Integer) and index > 0:
            return (3, int(index))
        if isinstance(index, Permuted):
            inner = self.index(index.args[1], bound)
            if inner[0] == 3:
                raise Undecidable("permutation of a number")
            self.register(f"permutation {index.args[0]}", inner[-1])
            return (4, str(index.args[0]), inner, inner[-1])
        raise Undecidable(f"{index} is not an index")

    def is_one_place(self, index: Idx) -> bool:
        """True for a number and for a fixed index, also under a permutation."""
        *_, inner = with_inner(index)
        return inner[0] == 3 or bool(inner[0] == 0 and self.things[f"index {inner[1]}"].fixed)

    def extent(self, extent: Expr) -> str:
        """The length of a range as data: its name, or its digits."""
        name = str(extent)
        if isinstance(extent, Symbol):
            self.register(name, extent)
        elif not (isinstance(extent, sp.Integer) and extent > 0):
            raise Undecidable(f"{extent} is not the length of a range")
        return name

    def length(self, extent: str) -> Expr:
        """The length of a range as an expression again."""
        return sp.Integer(int(extent)) if extent.isdigit() else self.things[extent]


def size_form(extent: str) -> Form:
    """The form of the length of a range."""
    return number_form(int(extent)) if extent.isdigit() else atom_form((SYMBOL, extent))


def extent_of(index: Idx) -> str | None:
    """The length of the range of an index; None for a number."""
    return None if index[0] == 3 else str(index[-1])
