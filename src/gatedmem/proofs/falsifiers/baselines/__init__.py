"""Attempts to break the statements about the baselines: one function per ledger id."""

from gatedmem.proofs.falsifiers.baselines.dense import bl3
from gatedmem.proofs.falsifiers.baselines.frame import bl5
from gatedmem.proofs.falsifiers.baselines.hopfield import bl1
from gatedmem.proofs.falsifiers.baselines.modern import bl2
from gatedmem.proofs.falsifiers.baselines.neuron_astrocyte import bl4

__all__ = ["bl1", "bl2", "bl3", "bl4", "bl5"]
