"""Attempts to break the statements about the astrocyte-gated memory: one function per ledger id."""

from gatedmem.proofs.falsifiers.astrocyte.bounds import ag2, ag3, ag9, ag12
from gatedmem.proofs.falsifiers.astrocyte.capacity import ag32
from gatedmem.proofs.falsifiers.astrocyte.convergence import ag10
from gatedmem.proofs.falsifiers.astrocyte.descent import ag25, ag29
from gatedmem.proofs.falsifiers.astrocyte.energy import ag4, ag5, ag8
from gatedmem.proofs.falsifiers.astrocyte.equilibria import ag11
from gatedmem.proofs.falsifiers.astrocyte.frozen import ag17, ag30
from gatedmem.proofs.falsifiers.astrocyte.gains import ag1
from gatedmem.proofs.falsifiers.astrocyte.geometry import ag6, ag7
from gatedmem.proofs.falsifiers.astrocyte.lift import ag28
from gatedmem.proofs.falsifiers.astrocyte.regimes import ag16, ag26, ag27
from gatedmem.proofs.falsifiers.astrocyte.retrieval import ag13, ag19, ag20, ag24, ag31
from gatedmem.proofs.falsifiers.astrocyte.slow_and_hot import ag14, ag15
from gatedmem.proofs.falsifiers.astrocyte.stability import ag21, ag22, ag23
from gatedmem.proofs.falsifiers.astrocyte.zero_temperature import ag18

__all__ = [
    "ag1",
    "ag2",
    "ag3",
    "ag4",
    "ag5",
    "ag6",
    "ag7",
    "ag8",
    "ag9",
    "ag10",
    "ag11",
    "ag12",
    "ag13",
    "ag14",
    "ag15",
    "ag16",
    "ag17",
    "ag18",
    "ag19",
    "ag20",
    "ag21",
    "ag22",
    "ag23",
    "ag24",
    "ag25",
    "ag26",
    "ag27",
    "ag28",
    "ag29",
    "ag30",
    "ag31",
    "ag32",
]
