"""Certificates for the statements on the context-gated memory: one function per id."""

from gatedmem.proofs.certificates.context.contraction import cg11
from gatedmem.proofs.certificates.context.gates import cg3, cg8
from gatedmem.proofs.certificates.context.separation import cg6, cg7
from gatedmem.proofs.certificates.context.threshold import cg12, cg13

__all__ = ["cg3", "cg6", "cg7", "cg8", "cg11", "cg12", "cg13"]
