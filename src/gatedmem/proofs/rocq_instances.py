"""The claims of a certificate as theorems about its instance, for Rocq's kernel to accept.

An instance is written as a table of integers over one denominator; what a claim says is stated with the definitions
of ``rocq/defs``, and proved by a computation in integers that the kernel carries out (``rocq/lib/Certificate*.v``).
The certificate must have been accepted by the checker before; nothing of its witnesses is used but the enclosures.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from operator import mul
from pathlib import Path
from typing import Any

from gatedmem.proofs import rocq_cue
from gatedmem.proofs.checker import context, reading
from gatedmem.proofs.checker.context import Memory
from gatedmem.proofs.checker.matrices import Matrix, cleared, product
from gatedmem.proofs.rocq_project import QUIET, RocqProject, parse_assumptions
from gatedmem.proofs.rocq_terms import (
    EXPONENTIAL_TERMS,
    NothingToRestate,
    floor,
    horner,
    integer,
    pair,
    ratio,
    row,
    rows,
    shorter,
)

# What a file made here requires.
LIBRARY = "lib/CertificateThreshold"
TIMEOUT_S = 600

# The least eigenvalue is restated a little below the certificate's bound, so that short integers can prove it.
EIGENVALUE_SLACK = Fraction(1, 2**16)
INVERSE_BITS = 40
# Beyond this size the kernel takes minutes over the pairs of the exact threshold, and that claim is left out.
LARGEST_PAIRWISE = 24


@dataclass(frozen=True)
class Restated:
    """What the kernel accepted.

    Attributes:
        theorems: claim name → the theorem's statement in Rocq.
        axioms: everything that the theorems rest on.
    """

    theorems: dict[str, str]
    axioms: tuple[str, ...]


def left_out(certificate: dict[str, Any]) -> dict[str, str]:
    """Proved claims that have a formal counterpart and are not restated all the same, with the reason."""
    proved = {claim["claim"] for claim in certificate["claims"] if claim["verdict"] == "proved"}
    size = len(certificate["instance"].get("memories", []))
    if "uniqueness_for_every_drive" not in proved or size <= LARGEST_PAIRWISE:
        return {}
    reason = f"restated for at most {LARGEST_PAIRWISE} memories; with {size} the kernel would take minutes"
    return {"uniqueness_for_every_drive": reason}


class NotAccepted(Exception):
    """The kernel did not accept an instance, or not in the time allowed."""


def restate(certificate: dict[str, Any], project: RocqProject) -> Restated:
    """State the claims that have a formal counterpart as theorems, and have the kernel accept them.

    Args:
        certificate: as the checker read and accepted it.
        project: the package's Rocq sources; what is needed of them is compiled.

    Raises:
        NothingToRestate: no claim can be restated.
        NotAccepted: a library or the instance does not compile.
    """
    if certificate["model"] == "astrocyte":
        text, theorems = rocq_cue.source(certificate)
        return accept(text, theorems, project, rocq_cue.LIBRARY)
    text, theorems = source(certificate)
    return accept(text, theorems, project, LIBRARY)


def accept(text: str, theorems: dict[str, str], project: RocqProject, library: str) -> Restated:
    """Compile one file of theorems about an instance.

    Args:
        text: the file; its last command prints what its theorems rest on.
        theorems: their statements by name.
        project: the package's Rocq sources; what is needed of them is compiled.
        library: the one among them that the file requires, with all it requires itself.

    Raises:
        NotAccepted: a library or the file does not compile.
    """
    outcome = project.compile([library])
    broken = next((f"{name}.v: {error}" for name, error in outcome.items() if error is not None), None)
    if broken:
        raise NotAccepted(broken)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Instance.v"
        file.write_text(text, encoding="utf-8")
        command = [project.tools.compiler, *QUIET, "-Q", str(project.folder), "Gatedmem", str(file)]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise NotAccepted(f"the kernel took longer than {TIMEOUT_S} s") from None
    if done.returncode != 0:
        raise NotAccepted(" ".join((done.stderr or done.stdout).split())[-600:])
    return Restated(theorems, parse_assumptions(done.stdout))


def source(certificate: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The Rocq file for a certificate, and the statement of each theorem in it by the name of its claim."""
    if certificate["model"] != "context":
        raise NothingToRestate(f"claims of the model {certificate['model']} are not restated")
    memory = context.read(certificate["instance"])
    proved = {claim["claim"]: claim for claim in certificate["claims"] if claim["verdict"] == "proved"}
    if "smallest_eigenvalue" not in proved:
        raise NothingToRestate("nothing is restated without a bound on the least eigenvalue")
    eta = reading.rational(proved["smallest_eigenvalue"]["numbers"]["low"], "low")
    if eta <= 0:
        raise NothingToRestate("nothing is restated when the gate matrix is not shown positive definite")
    parts, theorems = [_preamble(memory)], dict[str, str]()
    for name, statement, proof in _theorems(memory, certificate, proved, eta):
        parts.append(f"{proof[0]}Theorem {name} : {statement}\nProof.\n{proof[1]}\nQed.\n")
        theorems[name] = " ".join(statement.split())
    names = ", ".join(f"@{name}" for name in theorems)
    parts.append(f"Definition everything := ({names}, tt).\nPrint Assumptions everything.\n")
    return "\n".join(parts), theorems


def _preamble(memory: Memory) -> str:
    whole, below = cleared(memory.memories)
    n, d = memory.size, len(memory.memories[0])
    numbers = "".join(
        f"Definition {name} : R := IZR {integer(value.numerator)} / IZR {integer(value.denominator)}.\n"
        for name, value in (("alpha", memory.alpha), ("beta", memory.beta), ("lambda", memory.gain))
    )
    return (
        "From Coq Require Import Reals Lra ZArith.\n"
        "From mathcomp Require Import ssreflect ssrbool eqtype ssrnat seq fintype.\n"
        "From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.\n"
        "From Gatedmem Require Import lib.CertificateTables lib.CertificateContext lib.CertificateThreshold.\n"
        "Open Scope R_scope.\n\n"
        f"Definition memories_table : seq (seq Z) := {rows(whole)}.\n"
        f"Definition memories : mat {n} {d} := table {integer(below)} memories_table.\n{numbers}"
        "Definition A := gate_matrix memories alpha.\n"
    )


Theorem = tuple[str, str, tuple[str, str]]


def _theorems(
    memory: Memory, certificate: dict[str, Any], proved: dict[str, dict[str, Any]], eta: Fraction
) -> Iterator[Theorem]:
    n = memory.size
    if "gate_matrix_definite" in proved:
        check, use = _definite(memory, "definite", Fraction(0), eta)
        statement = f"forall v : vec {n}, 0 < norm v -> 0 < dot v (mulmv A v)."
        yield "gate_matrix_definite", statement, (check, f"move=> v v0; have := {use} v v0; rewrite -/A; lra.")
    low = shorter(eta * (1 - EIGENVALUE_SLACK))
    check, use = _definite(memory, "eigenvalue", low, eta)
    statement = f"forall eta, is_least_eig A eta -> {ratio(low)} < eta."
    yield "smallest_eigenvalue", statement, (check, f"move=> eta; exact: least_above {use}.")
    if "contraction" in proved and memory.sigma < eta:
        check, use = _definite(memory, "contraction_form", memory.sigma, eta)
        statement = "forall eta, is_least_eig A eta -> 0 < eta /\\ (beta * lambda ^ 2) / (2 * eta) < 1."
        proof = (
            f"move=> eta; apply: (contraction_below _ _ _ _ ({ratio(memory.sigma)})).\n"
            "- by rewrite /beta /lambda; field.\n- by lra.\n"
            f"- exact: {use}."
        )
        yield "contraction", statement, (check, proof)
    if "uniqueness_for_every_drive" in proved and 1 < n <= LARGEST_PAIRWISE:
        yield _every_drive(memory, low)
    if "retrieval_probability" in proved:
        numbers, given = proved["retrieval_probability"]["numbers"], certificate["instance"]["query"]
        query = [reading.rational(word, "query") for word in given or ["0"] * len(memory.memories[0])]
        theorem = _probability(memory, _points(certificate)[numbers["point"]], query, numbers["memory"])
        if theorem is not None:
            yield theorem


def _definite(memory: Memory, name: str, floor: Fraction, eta: Fraction) -> tuple[str, str]:
    """A computation that shows floor·|v|² < ⟨v, A v⟩, and the term that states it."""
    factor, unit = cholesky(memory, floor, (eta - floor) / 2)
    _, below = cleared(memory.memories)
    n, d, alpha = memory.size, len(memory.memories[0]), memory.alpha
    arguments = f"{n} {d} {pair(alpha)} {integer(below)} memories_table {pair(floor)} {integer(unit)} {name}_factor"
    check = (
        f"Definition {name}_factor : seq (seq Z) := {rows(factor)}.\n"
        f"Lemma {name}_decided : definite_check {arguments} = true.\nProof. vm_cast_no_check (eq_refl true). Qed.\n"
    )
    return check, f"(definite_checked {arguments} {name}_decided)"


def cholesky(memory: Memory, floor: Fraction, slack: Fraction) -> tuple[Matrix, int]:
    """A lower-triangular integer L and a unit with A - floor·I - LLᵀ/unit² about slack·I.

    Raises:
        NotAccepted: A - (floor + slack)·I is not positive definite.
    """
    n, bits = memory.size, 80
    shifted = [
        [Fraction(entry, memory.gates_below) - (floor + slack if i == j else 0) for j, entry in enumerate(row)]
        for i, row in enumerate(memory.gates)
    ]
    scaled = [[(entry.numerator << (2 * bits)) // entry.denominator for entry in row] for row in shifted]
    rows: Matrix = []
    for i in range(n):
        row: list[int] = []
        for j in range(i):
            row.append((scaled[i][j] - sum(map(mul, row, rows[j]))) // rows[j][j])
        pivot = scaled[i][i] - sum(map(mul, row, row))
        if pivot <= 0:
            raise NotAccepted("the gate matrix is too near singular to be restated")
        row.append(isqrt(pivot))
        rows.append(row)
    largest = max(abs(entry) for row in rows for entry in row)
    # Each entry of LLᵀ is off by at most 2·n·largest roundings, each row by n times that.
    needed = 4 * n * n * (largest + (1 << bits)) // max(1, (slack.numerator << bits) // slack.denominator)
    kept = min(bits, max(4, needed.bit_length()))
    half = (1 << (bits - kept)) // 2
    return [[(entry + half) >> (bits - kept) for entry in row] for row in rows], 1 << kept


def _every_drive(memory: Memory, low: Fraction) -> Theorem:
    """Every pair below the exact threshold, from A, an approximate inverse X, and X A, all in integers."""
    _, below = cleared(memory.memories)
    n, d, alpha = memory.size, len(memory.memories[0]), memory.alpha
    inverse = _inverse(memory)
    product_rows = product(inverse, memory.gates)
    quarter = memory.sigma / 2
    # The gates of the checker are over the same denominator as those of the theorem, before any common factor.
    arguments = (
        f"{n} {d} {pair(alpha)} {integer(below)} memories_table {pair(low)} "
        f"{integer(1 << INVERSE_BITS)} {pair(quarter)} "
        "gates_rows inverse_rows product_rows"
    )
    check = (
        f"Definition gates_rows : seq (seq Z) := {rows(memory.gates)}.\n"
        f"Definition inverse_rows : seq (seq Z) := {rows(inverse)}.\n"
        f"Definition product_rows : seq (seq Z) := {rows(product_rows)}.\n"
        f"Lemma spread_ok : spread_check {arguments} = true.\nProof. vm_cast_no_check (eq_refl true). Qed.\n"
    )
    _, use = _definite(memory, "eigenvalue", low, low / (1 - EIGENVALUE_SLACK))
    statement = (
        f"forall (B : mat {n} {n}) eta, is_least_eig A eta -> is_inverse A B ->\n"
        "  forall i j, i <> j -> (beta * lambda ^ 2) * (B i i + B j j - 2 * B i j) / 4 <= 1."
    )
    proof = (
        "move=> B eta least iB i j ne.\n"
        f"have := spread_checked {arguments} B eta spread_ok {use} least iB i j ne.\n"
        f"have -> : (beta * lambda ^ 2) * (B i i + B j j - 2 * B i j) / 4 =\n"
        f"  {ratio(quarter)} * (B i i + B j j - 2 * B i j) by rewrite /beta /lambda; field.\n"
        "by []."
    )
    return "uniqueness_for_every_drive", statement, (check, proof)


def _inverse(memory: Memory) -> Matrix:
    """A⁻¹ in units of 2^-INVERSE_BITS, by Gauss-Jordan elimination in integers of limited length."""
    n, bits = memory.size, 120
    one = 1 << bits
    rows = [
        [(entry << bits) // memory.gates_below for entry in row] + [one * int(i == j) for j in range(n)]
        for i, row in enumerate(memory.gates)
    ]
    for k in range(n):
        pivot = rows[k][k]  # positive: A is positive definite
        rows[k] = [(entry << bits) // pivot for entry in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                factor = rows[i][k]
                rows[i] = [a - (factor * b >> bits) for a, b in zip(rows[i], rows[k], strict=True)]
    return [[entry >> (bits - INVERSE_BITS) for entry in row[n:]] for row in rows]


def _probability(
    memory: Memory, point: tuple[list[Fraction], Fraction], query_given: list[Fraction], index: int
) -> Theorem | None:
    """The probability at every state of the gates within the enclosure of the fixed point."""
    (centre, radius), n = point, memory.size
    totals = [b + memory.gain * s for b, s in zip(memory.evidence, centre, strict=True)]
    others = [score for position, score in enumerate(totals) if position != index]
    if not others:
        return None
    gap = floor(totals[index] - max(others) - 2 * memory.gain * radius)
    if gap < 0:
        return None  # the bound on exp that is used here is for scores that are ahead
    y = memory.beta * gap
    terms = EXPONENTIAL_TERMS + 3 * int(y)
    power = horner(y, terms)
    least = floor(power / (power + n - 1))
    query, query_below = cleared([query_given])
    gates, gates_below = cleared([centre])
    _, below = cleared(memory.memories)
    d = len(memory.memories[0])
    arguments = " ".join(
        [
            f"{n} {d} {integer(below)} {integer(query_below)} {integer(gates_below)}",
            pair(memory.beta),
            pair(memory.gain),
            f"{pair(radius)} {pair(gap)}",
            f"{pair(least)} memories_table query_row gates_row {index} {terms}",
        ]
    )
    check = (
        f"Definition query_row : seq Z := {row(query[0])}.\nDefinition gates_row : seq Z := {row(gates[0])}.\n"
        f"Lemma probability_ok : probability_check {arguments} = true.\n"
        "Proof. vm_cast_no_check (eq_refl true). Qed.\n"
    )
    statement = (
        f"forall (mu : 'I_{n}) (s : vec {n}), nat_of_ord mu = {index}%N ->\n"
        f"  (forall i, Rabs (s i - row {integer(gates_below)} gates_row i) <= {ratio(radius)}) ->\n"
        f"  {ratio(least)} <= softmax beta (scores (fun k => dot (memories k) (row {integer(query_below)} query_row))"
        " lambda s) mu."
    )
    proof = f"move=> mu s e near; exact: (probability_checked {arguments} mu s probability_ok e near)."
    return "retrieval_probability", statement, (check, proof)


def _points(certificate: dict[str, Any]) -> list[tuple[list[Fraction], Fraction]]:
    """Gates and radius of the fixed points claimed, in the checker's order."""
    found = []
    for claim in certificate["claims"]:
        if claim["verdict"] == "proved" and claim["claim"] in ("stable_fixed_points", "unique_fixed_point"):
            numbers = claim["numbers"]
            for point in numbers.get("points", [numbers]):
                gates = [reading.rational(word, "gates") for word in point["gates"]]
                found.append((gates, reading.rational(point["radius"], "radius")))
    return found
