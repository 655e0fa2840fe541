"""Attempts to break the statements about the context-gated memory: one function per ledger id."""

from gatedmem.proofs.falsifiers.context.boundedness import cg4
from gatedmem.proofs.falsifiers.context.contraction import cg11
from gatedmem.proofs.falsifiers.context.convergence import cg15
from gatedmem.proofs.falsifiers.context.fixed_points import cg10
from gatedmem.proofs.falsifiers.context.four_layers import cg1, cg2
from gatedmem.proofs.falsifiers.context.free_context import cg5
from gatedmem.proofs.falsifiers.context.gates import cg3, cg8
from gatedmem.proofs.falsifiers.context.readout import cg7, cg23
from gatedmem.proofs.falsifiers.context.reduced import cg13, cg14
from gatedmem.proofs.falsifiers.context.response import cg16
from gatedmem.proofs.falsifiers.context.scores import cg6, cg19, cg21
from gatedmem.proofs.falsifiers.context.threshold import cg12
from gatedmem.proofs.falsifiers.context.transition import cg9, cg17, cg20

__all__ = [
    "cg1",
    "cg2",
    "cg3",
    "cg4",
    "cg5",
    "cg6",
    "cg7",
    "cg8",
    "cg9",
    "cg10",
    "cg11",
    "cg12",
    "cg13",
    "cg14",
    "cg15",
    "cg16",
    "cg17",
    "cg19",
    "cg20",
    "cg21",
    "cg23",
]
