"""Certificates for the statements on the context-gated memory: one function per id."""

from gatedmem.proofs.certificates.context.boundedness import cg4
from gatedmem.proofs.certificates.context.contraction import cg11
from gatedmem.proofs.certificates.context.convergence import cg15
from gatedmem.proofs.certificates.context.free_context import cg5
from gatedmem.proofs.certificates.context.gates import cg3, cg8
from gatedmem.proofs.certificates.context.reduced import cg14
from gatedmem.proofs.certificates.context.response import cg16
from gatedmem.proofs.certificates.context.separation import cg6, cg7
from gatedmem.proofs.certificates.context.steering import cg19, cg21
from gatedmem.proofs.certificates.context.threshold import cg12, cg13
from gatedmem.proofs.certificates.context.uniform import cg17
from gatedmem.proofs.certificates.context.winner import cg9

__all__ = [
    "cg3",
    "cg4",
    "cg5",
    "cg6",
    "cg7",
    "cg8",
    "cg9",
    "cg11",
    "cg12",
    "cg13",
    "cg14",
    "cg15",
    "cg16",
    "cg17",
    "cg19",
    "cg21",
]
