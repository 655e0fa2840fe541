"""AG22 with the gains held: the neurons contract, by a linear matrix inequality with diagonal multipliers.

With p fixed the neurons are a Hopfield network τ_x ẋ = -x + W(p)φ(x) with slopes φ' in [0, σ]. The inequality proves
more than AG22 says of them, though only for this p: any two solutions, not only one and the origin, approach each
other, and V = Σ P_i e_i² of their difference e falls at least like e^{-2ρt/τ_x}, with ρ as near to 1 - σK as is asked
for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from flint import fmpq_mat

from gatedmem.numerics.convex import DiagonalMultiplier, SolverError, multiplier_program
from gatedmem.numerics.exact import fraction, positive_definite, rational_matrix
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified

LARGEST = 16  # neurons
# The share of the rate 1 - σK that is shown: at the rate itself the inequality may be tight.
SHARE = Fraction(999, 1000)


def contraction(instance: AstrocyteInstance, couplings: fmpq_mat, load_limit: Fraction) -> Iterator[Certified]:
    """Whether the neurons contract at ``SHARE`` of the rate (``load_limit`` - σK)/τ_x; nothing for large ones.

    Args:
        instance: its σ and K.
        couplings: shape (N, N), W(p), exact.
        load_limit: the constant 1 of AG22.
    """
    sigma = Fraction(instance.sigma)
    rate = SHARE * (load_limit - sigma * instance.n_patterns)
    if instance.n_neurons > LARGEST or rate <= 0:
        return
    rows = [[fraction(entry) for entry in row] for row in couplings.tolist()]
    name = f"{instance.name}, gains held"
    try:
        table = np.array([[float(entry) for entry in row] for row in rows])
        proposal = multiplier_program(table, instance.sigma, float(rate))
    except SolverError as error:
        yield certify(name, Findings.does_not_apply, f"no multiplier was proposed: {error}")
        return
    yield certify(name, _contracts, rows, sigma, rate, proposal)


def _contracts(
    findings: Findings,
    couplings: Sequence[Sequence[Fraction]],
    sigma: Fraction,
    rate: Fraction,
    proposal: DiagonalMultiplier,
) -> None:
    matrix = rational_matrix(proposal.inequality(couplings, sigma, rate))
    findings.note("τ_x times the rate", f"{float(rate):.6g}")
    # A definite matrix has a positive diagonal, so that P and Λ are positive; nothing but the solver failing says
    # that there is no better multiplier.
    findings.holds("the matrix inequality of a diagonal multiplier holds", positive_definite(matrix).positive or None)
