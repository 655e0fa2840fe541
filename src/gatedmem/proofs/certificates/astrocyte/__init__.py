"""Certificates for the statements on the astrocyte-gated memory: one function per id."""

from gatedmem.proofs.certificates.astrocyte.bounds import ag2, ag3, ag9
from gatedmem.proofs.certificates.astrocyte.capacity import ag32
from gatedmem.proofs.certificates.astrocyte.energy import ag8
from gatedmem.proofs.certificates.astrocyte.equilibria import ag11
from gatedmem.proofs.certificates.astrocyte.euler import ag27
from gatedmem.proofs.certificates.astrocyte.integrators import ag25, ag29
from gatedmem.proofs.certificates.astrocyte.lift import ag28
from gatedmem.proofs.certificates.astrocyte.limits import ag14, ag15
from gatedmem.proofs.certificates.astrocyte.retrieval import ag24, ag31
from gatedmem.proofs.certificates.astrocyte.slaving import ag16
from gatedmem.proofs.certificates.astrocyte.stability import ag21, ag22, ag23

__all__ = [
    "ag2",
    "ag3",
    "ag8",
    "ag9",
    "ag11",
    "ag14",
    "ag15",
    "ag16",
    "ag21",
    "ag22",
    "ag23",
    "ag24",
    "ag25",
    "ag27",
    "ag28",
    "ag29",
    "ag31",
    "ag32",
]
