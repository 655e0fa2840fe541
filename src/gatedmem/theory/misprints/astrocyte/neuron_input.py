"""What several misprints of arXiv 2604.25481 speak of: the paper, and the input of a neuron."""

from __future__ import annotations

from gatedmem.theory.astrocyte.model import N, W, drive, i, introduce
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import vector
from gatedmem.theory.printing import notation

PAPER = "2604.25481"
h = vector("input", N)
notation("input", r"(W\varphi)")


def name_input(d: Derivation) -> None:
    """Write h for Wφ in a derivation."""
    introduce(d, "W")
    d.define(h[i], drive(i, W=W), "the input of a neuron")
