"""The misprints and gaps of the two papers, each with a derivation that tells the printed form from the right one.

record      what a misprint is, and what its derivation has to show
astrocyte   arXiv 2604.25481
context     arXiv 2605.10970
"""

from gatedmem.theory.misprints.astrocyte import ASTROCYTE
from gatedmem.theory.misprints.context import CONTEXT
from gatedmem.theory.misprints.record import Misprint

__all__ = ["ASTROCYTE", "CONTEXT", "MISPRINTS", "Misprint"]

MISPRINTS: tuple[Misprint, ...] = (*ASTROCYTE, *CONTEXT)
