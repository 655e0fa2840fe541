"""AG31 at a cue of signs as a theorem about the instance, for Rocq's kernel to accept."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log
from operator import mul
from typing import Any

from gatedmem.proofs.checker import astrocyte
from gatedmem.proofs.rocq_terms import EXPONENTIAL_TERMS, NothingToRestate, floor, horner, pair, ratio, row, rows

# What a file made here requires.
LIBRARY = "lib/CertificateAstrocyte"


def source(certificate: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The Rocq file for the certificate of an astrocyte-gated memory, and the statement of its theorem.

    Raises:
        NothingToRestate: the cue is not one of signs, or AG31's condition was not proved at it.
    """
    memory = astrocyte.read(certificate["instance"])
    claims = [claim for claim in certificate["claims"] if claim["claim"] == "retrieval_in_one_step"]
    if not any(claim["verdict"] == "proved" and claim["witness"]["way"] == "gap" for claim in claims):
        raise NothingToRestate("nothing is restated where the certificate does not prove AG31's condition at the cue")
    if any(abs(entry) != 1 for entry in memory.cue):
        raise NothingToRestate("nothing is restated for a cue with entries other than -1 and +1")
    cue = [int(entry) for entry in memory.cue]
    return one_step_retrieval(memory.patterns, cue, memory.sigma, memory.temperature, claims[0]["numbers"]["pattern"])


def one_step_retrieval(
    patterns: Sequence[Sequence[int]], cue: Sequence[int], sigma: Fraction, temperature: Fraction, index: int
) -> tuple[str, dict[str, str]]:
    """The Rocq file that states AG31's hypotheses at a cue of signs, for whatever time constants.

    Args:
        patterns: shape (K, N), entries ±1.
        cue: shape (N,), entries ±1, the state x.
        sigma: slope σ > 0.
        temperature: T > 0.
        index: the row μ that is to be retrieved.

    Raises:
        NothingToRestate: the condition does not hold, or not by enough for the bounds on tanh and log used here.
    """
    n, k = len(cue), len(patterns)
    tanh = floor(1 - 2 / (horner(2 * sigma, EXPONENTIAL_TERMS + 6 * int(sigma)) + 1))
    logarithm = _log_above(k - 1)
    counts = [sum(map(mul, pattern, cue)) for pattern in patterns]
    margins = [counts[index] ** 2 - count**2 for nu, count in enumerate(counts) if nu != index]
    if not counts[index] or any(temperature * logarithm * 2 * n >= tanh * tanh * margin for margin in margins):
        raise NothingToRestate("AG31's condition does not hold at this cue")
    numbers = " ".join(map(pair, (sigma, temperature, tanh, logarithm)))
    terms = f"{EXPONENTIAL_TERMS + 6 * int(sigma)} {EXPONENTIAL_TERMS + 6 * int(logarithm)}"
    arguments = f"{n} {k} {numbers} patterns_table cue_row {index} {terms}"
    model = f"(Memory {n} {k} (table 1%Z patterns_table) ({ratio(sigma)}) ({ratio(temperature)}) tau_x tau_p)"
    statement = (
        f"forall (tau_x tau_p : R) (mu : 'I_{k}), nat_of_ord mu = {index}%N ->\n"
        f"  let m := {model} in let x : vec {n} := row 1%Z cue_row in overlap m x mu <> 0 /\\\n"
        f"  (forall nu, nu <> mu -> temp m * ln (INR {k} - 1) < score m x mu - score m x nu)."
    )
    text = (
        "From Coq Require Import Reals ZArith.\n"
        "From mathcomp Require Import ssreflect ssrbool eqtype ssrnat seq fintype.\n"
        "From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.\n"
        "From Gatedmem Require Import lib.CertificateTables lib.CertificateAstrocyte.\nOpen Scope R_scope.\n\n"
        f"Definition patterns_table : seq (seq Z) := {rows(patterns)}.\n"
        f"Definition cue_row : seq Z := {row(cue)}.\n"
        f"Lemma cue_ok : cue_check {arguments} = true.\nProof. vm_cast_no_check (eq_refl true). Qed.\n"
        f"Theorem one_step_retrieval : {statement}\nProof.\n"
        f"move=> tau_x tau_p mu e; exact: (cue_checked {arguments} tau_x tau_p mu cue_ok e).\nQed.\n"
        "Definition everything := (@one_step_retrieval, tt).\nPrint Assumptions everything.\n"
    )
    return text, {"one_step_retrieval": " ".join(statement.split())}


def _log_above(value: int) -> Fraction:
    """A number L ≥ 0 for which the terms of the series of e^L used here add up to at least ``value``."""
    if value <= 1:
        return Fraction(0)
    bound = floor(Fraction(log(value)))
    while horner(bound, EXPONENTIAL_TERMS + 6 * int(bound)) < value:
        bound += Fraction(1, 2**30)
    return bound
