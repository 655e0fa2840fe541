"""The independent checker of certificates: integers, fractions, and its own bounds on exp, log and tanh.

Read in this order. What every claim stands on: ``reading`` (JSON with limits, exact numbers), ``intervals``,
``matrices`` (integer products, positive definiteness by a congruence), ``newton`` (one zero in a cube), ``wording``.
Then what each claim means and when it is accepted: for the context-gated memory ``context``, ``fixed_points``,
``counting``, ``folds``; for the astrocyte-gated memory, whose format stands there, ``astrocyte``,
``astrocyte_equilibria``, ``astrocyte_region``. Last ``certificate``, the whole file. Nothing here imports a numerical
library, or anything of this package outside this folder.

The format of a certificate
---------------------------
A JSON object in UTF-8 with exactly these fields::

    {"format": "gatedmem certificate", "version": 1, "model": "context" or "astrocyte",
     "instance": {...}, "claims": [claim, ...]}

    claim = {"id": a ledger id, "claim": a name, "verdict": "proved" | "refuted" | "undecided",
             "reason": one line, "numbers": {...}, "witness": {...}}

*Exact numbers* are strings ``"m"``, ``"m/n"`` or ``"m/2^k"`` (``reading.rational`` reads, ``reading.write`` writes
them); a double is written as the dyadic number it is. *Integers* (of a congruence, a direction, an index) are JSON
integers. JSON's own decimals, repeated keys, unknown and missing fields are errors. ``reading`` states the limits.

A claim is known by its name; its id must be the one that the checker knows for that name; no name occurs twice.
Claims are checked in the order of the file. One may build on what an earlier one established (a bound on an
eigenvalue, an inverse, an enclosure), never on a later one. An undecided claim has empty ``numbers`` and ``witness``,
and nothing builds on it. ``reason`` is for people: the checker asks only that it is one printable line.

Recurring witnesses: a *congruence* is a lower-triangular integer matrix R (row i has i + 1 integers) for which R M Rᵀ
is strictly diagonally dominant, which proves M ≻ 0; a *direction* is an integer vector v ≠ 0 with vᵀMv ≤ 0, which
refutes it. An empty congruence (in gate_matrix_definite, smallest_eigenvalue, critical_competition, both contractions
and the way "contraction") stands for the diagonal: A - cX ≻ 0, X being I or P, as 1 - α·max G_ii - c > 0 and G ⪰ 0.

Model ``context`` (arXiv 2605.10970, context and query clamped, W₁ = Zᵀ)
------------------------------------------------------------------------
Instance: ``memories`` (N rows of d exact numbers), ``alpha`` ≥ 0, ``beta`` > 0, ``gain`` ≥ 0, ``tau_s`` > 0,
``tau_r`` > 0, ``query`` and ``context`` (d exact numbers each, or null for none). Write A = I + α(G - diag G),
B = A⁻¹, b_μ = ⟨ζ^μ, query⟩, u_μ = ⟨ζ^μ, context⟩, σ = βλ²/2, P = I - 11ᵀ/N. "M, low, high" stands for: a congruence
of M at ``low`` and a direction of M at ``high``.

gate_matrix_definite (CG4)
    no numbers; proved by a congruence of A, refuted by a direction of A
smallest_eigenvalue (CG3)
    low ≤ η_min ≤ high; A - c·I, low, high
critical_competition (CG3)
    low ≤ α_crit ≤ high; A(c), low, high. Both numbers "infinite", and no witness, when the memories are orthogonal
contraction (CG11)
    low ≤ κ ≤ high; congruence of A - (σ/high)·I, direction of A - (σ/low)·I (the empty list when low is 0). Proved
    when high < 1, refuted when low ≥ 1
projected_contraction (CG12)
    low ≤ σλ_max(PBP) ≤ high; the same with P in place of I
inverse (CG10)
    ``error`` ≥ ‖B - X‖; bits and rows of X = rows/2^bits, a symmetric matrix of which the lower triangle is given.
    Needs smallest_eigenvalue with low > 0
uniqueness_for_every_drive (CG12)
    low ≤ (σ/2)·max(B_ii + B_jj - 2B_ij) ≤ high; no witness, needs inverse. Proved when high ≤ 1, refuted when low > 1
unique_fixed_point (CG11)
    gates, radius (|s - gates| ≤ radius) and gains (N pairs low ≤ p_i ≤ high); way, sweeps, modulus m, congruence of
    A - σP - m·I (way "contraction"), or of A - 2σC - m·I with C a bound on the covariance over the box that holds
    every fixed point after so many sweeps ("trapped", needs inverse), or over the ball of the radius ("threshold",
    needs uniqueness_for_every_drive; "counted", needs all_fixed_points with one point). Refuted, without numbers or
    witness, once two points were found apart
stable_fixed_points (CG14)
    points: gates, radius, gains each; for each a reach (it is the only fixed point within it), modulus, congruence
all_fixed_points (CG12)
    for 2 ≤ N ≤ 5; points: gains and degree (±1) each; for each centre and radius of a box that holds it alone, and
    bits and rows of a preconditioner. Needs inverse
rate (CG15)
    rate ρ: V = w₁τ_s|δs|² + w₂τ_r|δr|² of two solutions falls at least like e^{-2ρt}; the two weights
retrieval_probability (CG6)
    point (its position among the fixed points claimed so far), memory (a row, from 0), gap, at_least; no witness
readout_error (CG7)
    point, memory, at_most: ‖Zᵀp - ζ‖ ≤ 2·max‖ζ‖·(1 - p) ≤ at_most; no witness
fold (CG18)
    for N ≤ 60; low ≤ α* ≤ high of a fold, nearest_from: for α from the given one up to it (given α ≤ nearest_from ≤
    low) there is one fixed point only, and no fold. With r = b + λs the total scores, J = A(α*) - βλ²(diag p - ppᵀ)
    and Jφ = 0: state ≈ r, null ≈ φ with φ_index = 1, competition ≈ α*, all within radius; bits and rows (2N + 1) of a
    preconditioner; congruence of J + φφᵀ; free: congruences of A(c) - σP at the given α and at nearest_from, the
    empty list when they are the same. Not claimed: that the branch of the given fixed point goes on from nearest_from
    to this fold, or that no other fold lies between
free_context_bounded (CG5)
    the energy with the context free, W₁ = Zᵀ; proved by a congruence of A - G, refuted by a direction of it
largest_context_weight (CG5)
    low ≤ sup k² ≤ high for W₁ = kZᵀ; A - c·G, low, high

Another model is another module with ``read(instance)`` and a table ``CLAIMS``: name → (id, verdicts it may have,
function), entered in ``certificate``. The function gets the instance that ``read`` made, which also holds what
earlier claims established, and the claim's verdict, numbers and witness; it returns one sentence that says what is
now known, or raises ``Rejected``.
"""
