"""Attempts to break the statements about the simplex and the softmax: one function per ledger id."""

from gatedmem.proofs.falsifiers.softmax.basics import sm1, sm3
from gatedmem.proofs.falsifiers.softmax.covariance import sm4, sm5
from gatedmem.proofs.falsifiers.softmax.effective import sm9
from gatedmem.proofs.falsifiers.softmax.gibbs import sm2
from gatedmem.proofs.falsifiers.softmax.log_sum_exp import sm6
from gatedmem.proofs.falsifiers.softmax.separation import sm7, sm8

__all__ = ["sm1", "sm2", "sm3", "sm4", "sm5", "sm6", "sm7", "sm8", "sm9"]
