"""Gated associative memories, with every statement derived, formally proved, certified and attacked.

``gatedmem.theory`` says what is claimed, ``gatedmem.numerics`` what it does, ``gatedmem.proofs`` why it holds.
``gatedmem.retrieve`` is the plain way to recall a stored pattern.

>>> import gatedmem
>>> gatedmem.retrieve([[1, 1, -1, 1], [-1, 1, 1, -1]], [1, 1, 1, 1]).signs
array([ 1.,  1., -1.,  1.])
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatedmem.numerics.retrieval import Retrieval, retrieve

__all__ = ["Retrieval", "retrieve"]


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: the command line must not wait for NumPy.
    if name in __all__:
        return getattr(importlib.import_module("gatedmem.numerics.retrieval"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
