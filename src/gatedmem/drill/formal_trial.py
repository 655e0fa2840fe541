"""One wrong variant before the formal layer: the edited theorem is compiled, and so is the proof of its negation.

A variant is *refuted* when the script given with it proves that the edited theorem is false, on the allowed axioms.
Without a script it is only *unproved*: the edited theorem is well formed, and the proof does not go through any more.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gatedmem.drill.variants import Posing, edited
from gatedmem.proofs.checkers.formal import ALLOWED_AXIOMS
from gatedmem.proofs.rocq_project import LIBRARY, QUIET, RocqProject, parse_assumptions, without_comments

LIMIT_S = 300

_STATED = re.compile(r"^(?:Theorem|Example)\s+([\w']+)", re.MULTILINE)
_PROOF = re.compile(r"^Proof\b", re.MULTILINE)
_DONE = re.compile(r"\b(?:Qed|Defined)\.")
_ERROR_LINE = re.compile(r'^File "[^"]*", line (\d+)', re.MULTILINE)
_UNPROVED = re.compile(r"\b(?:Admitted|admit|Axiom|Parameter|Hypothesis|Variable|Conjecture)\b")


class NotATheorem(Exception):
    """The edit does not touch the words of exactly one theorem."""


@dataclass(frozen=True)
class Stated:
    """A theorem in its file: where it begins, where its proof begins, where it ends."""

    name: str
    begin: int
    proof: int
    end: int


def theorems(text: str) -> list[Stated]:
    """The theorems and examples of a file of statements, with their places.

    >>> theorems("Theorem T : 1 = 1.\\nProof. by []. Qed.\\n")
    [Stated(name='T', begin=0, proof=19, end=37)]
    """
    found = []
    for stated in _STATED.finditer(text):
        proof = _PROOF.search(text, stated.end())
        done = _DONE.search(text, proof.end()) if proof else None
        if proof and done:
            found.append(Stated(stated.group(1), stated.start(), proof.start(), done.end()))
    return found


def proposition(words: str) -> str:
    """The proposition that a theorem's words state, its parameters turned into quantifiers.

    >>> proposition("Theorem T (n : nat) (x : R) : 0 <= x ->\\n  x = x.")
    '(forall (n : nat) (x : R), 0 <= x ->\\n  x = x)'
    >>> proposition("Theorem T : True.")
    '(True)'
    """
    named = words.strip().removesuffix(".").split(None, 1)[1]
    rest = re.sub(r"^[\w']+", "", named, count=1)
    depth = 0
    for place, character in enumerate(rest):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == ":" and depth == 0:
            parameters, body = rest[:place].strip(), rest[place + 1 :].strip()
            return f"(forall {parameters}, {body})" if parameters else f"({body})"
    raise NotATheorem("no colon between the name of the theorem and its words")


def touched(text: str, posing: Posing) -> Stated:
    """The theorem whose words, not proof, all edits touch.

    Raises:
        NotATheorem: they touch something else, or several theorems.
    """
    stated = theorems(text)
    holding = {
        next((one for one in stated if one.begin <= edit.start and edit.start + len(edit.old) <= one.proof), None)
        for edit in posing.edits
    }
    theorem = holding.pop() if len(holding) == 1 else None
    if theorem is None:
        raise NotATheorem("the edits must touch the words of one theorem, and nothing else")
    return theorem


def put(project: RocqProject, file: str, posing: Posing) -> tuple[str, str]:
    """Put a wrong variant of a theorem of ``statements/…`` before the prover.

    Args:
        project: a build folder in which the file compiles as it stands.
        file: the name of the file of statements, without folder and ending.
        posing: the edits, and the script that refutes the edited theorem.

    Returns:
        ``"refuted"``, ``"unproved"``, ``"accepted"`` or ``"broke"`` (the edited words are not well formed, or the
        script does not prove the negation), and what the prover said, in one line.
    """
    original = project.sources[f"statements/{file}"]
    try:
        theorem = touched(original, posing)
    except NotATheorem as error:
        return "broke", str(error)
    grown = sum(len(edit.new) - len(edit.old) for edit in posing.edits)
    whole = edited(original, posing.edits)
    proof, end = theorem.proof + grown, theorem.end + grown
    words = whole[theorem.begin : proof]
    before = original[: theorem.begin]
    if posing.refute:
        if _UNPROVED.search(without_comments(posing.refute)):
            return "broke", "the refuting script leaves something unproved"
        try:
            required = "".join(f"From {LIBRARY} Require Import {name}.\n" for name in posing.needs)
            negated = f"Lemma refuted : ~ {proposition(without_comments(words))}.\nProof.\n{posing.refute}\nQed.\n"
        except NotATheorem as error:
            return "broke", str(error)
        # Asked from a second file, which imports nothing: the prover then prints the axioms with their modules.
        asked = "From Trial Require trial.\nPrint Assumptions trial.refuted.\n"
        code, printed = _compile(project, f"{before}\n{required}{negated}", asked)
        if code != 0:
            return "broke", f"the negation is not proved: {_line(printed)}"
        strange = [name for name in parse_assumptions(printed) if name not in ALLOWED_AXIOMS]
        return (
            ("broke", f"the refutation rests on {strange[0]}") if strange else ("refuted", "the negation is proved")
        )
    text = whole[:end] + "\n"
    code, printed = _compile(project, text)
    if code == 0:
        return "accepted", "the proof still goes through"
    place = _ERROR_LINE.search(printed)
    first_of_proof = text[:proof].count("\n") + 1
    if place is None or int(place.group(1)) < first_of_proof:
        return "broke", f"the edited words are not well formed: {_line(printed)}"
    return "unproved", _line(printed)


def _compile(project: RocqProject, *texts: str) -> tuple[int, str]:
    """Compile texts one after the other, ``trial.v`` first; the exit code and the answer of the last that was run."""
    code, printed = 0, ""
    with tempfile.TemporaryDirectory(prefix="gatedmem-drill-") as folder:
        for name, text in zip(("trial.v", "asked.v"), texts, strict=False):
            (Path(folder) / name).write_text(text, encoding="utf-8")
            command = [project.tools.compiler, *QUIET, "-Q", str(project.folder), LIBRARY, "-Q", ".", "Trial", name]
            try:
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S)
            except subprocess.TimeoutExpired:
                return 1, f'File "{name}", line {text.count(chr(10)) + 1}\nError: no answer within {LIMIT_S} s'
            code, printed = done.returncode, done.stdout + done.stderr
            if code != 0:
                break
    return code, printed


def _line(printed: str) -> str:
    found = printed.partition("Error:")[2] or printed
    return " ".join(found.split())[:240]
