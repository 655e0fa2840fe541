"""Attempts to break the statements about the context-gated memory: one function per ledger id."""

from gatedmem.proofs.falsifiers.context.contraction import cg11
from gatedmem.proofs.falsifiers.context.fixed_points import cg10
from gatedmem.proofs.falsifiers.context.gates import cg3, cg8
from gatedmem.proofs.falsifiers.context.scores import cg6, cg19, cg21
from gatedmem.proofs.falsifiers.context.threshold import cg12

__all__ = ["cg3", "cg6", "cg8", "cg10", "cg11", "cg12", "cg19", "cg21"]
