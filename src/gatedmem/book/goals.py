"""Goal states of the formal proofs: what is left to show after every step, as the prover prints it."""

from __future__ import annotations

import concurrent.futures
import hashlib
import inspect
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatedmem.book.markup import Record
from gatedmem.proofs.cache import write_atomically
from gatedmem.proofs.evidence import Layer, Status
from gatedmem.proofs.ledger import load
from gatedmem.proofs.rocq_project import LIBRARY, QUIET, AuditError, RocqProject, ToolMissing, without_comments

TIMEOUT_S = 600
_BULLET = re.compile(r"\s*(?:[-+*]+|\d+\s*:\s*\{|[{}])")
# A full stop ends a sentence where white space or the end of the file follows it; two of them stand for a range.
_END = re.compile(r"(?<!\.)\.(?=\s|$)|\.\.\.(?=\s|$)")
_STRING = re.compile(r'"[^"]*"')
_PROMPT = re.compile(r"<prompt>(.*?)</prompt>", re.DOTALL)
_NOISE = re.compile(r"<(infomsg|warning)>.*?</\1>", re.DOTALL)
_NAMED = re.compile(r"(?:Theorem|Example)\s+([\w']+)")


@dataclass(frozen=True)
class Step:
    """One sentence of a proof and the goals after it."""

    theorem: str
    sentence: str
    goals: str


def sentences(text: str) -> list[str]:
    """The sentences of a Rocq file, bullets and braces as sentences of their own, comments left out.

    >>> sentences("Theorem A : 1.5 = 1.5. (* easy. *) Proof. - by []. Qed.")
    ['Theorem A : 1.5 = 1.5.', 'Proof.', '-', 'by [].', 'Qed.']
    """
    bare = without_comments(text)
    masked = _STRING.sub(lambda found: "_" * len(found.group()), bare)
    found, position = [], 0
    while masked[position:].strip():
        bullet = _BULLET.match(masked, position)
        ending = _END.search(masked, position)
        if bullet:
            stop = bullet.end()
        elif ending:
            stop = ending.end()
        else:
            break
        found.append(bare[position:stop].strip())
        position = stop
    return found


def parse(given: Sequence[str], printed: str) -> list[Step]:
    """Match what the prover printed with the sentences it was given.

    Raises:
        AuditError: it answered another number of times, or with an error.
    """
    parts = _PROMPT.split(printed)
    answers = [_NOISE.sub("", part).strip() for part in parts[2::2]]
    if len(answers) != len(given) + 1:
        raise AuditError(f"the prover answered {len(answers)} times to {len(given)} sentences")
    steps, theorem = [], ""
    for sentence, answer in zip(given, answers, strict=False):
        if re.search(r"^(?:Toplevel input|Error)", answer, re.MULTILINE):
            raise AuditError(f"{sentence!r}: {' '.join(answer.split())[:200]}")
        named = _NAMED.match(sentence)
        theorem = named.group(1) if named else theorem
        if theorem and sentence != "Proof." and not sentence.startswith(("Qed", "Defined")):
            steps.append(Step(theorem, sentence, re.sub(r" \(ID \d+\)", "", answer)))
        if sentence.startswith(("Qed", "Defined")):
            theorem = ""
    return steps


def attach(
    records: Sequence[Record], cache: Path, jobs: int, say: Callable[[str], None] = lambda line: None
) -> list[dict[str, Any]]:
    """The records, with the goal states in the data of every verified formal proof.

    Args:
        records: as ``to_records`` gives them.
        cache: the cache folder; goals are kept in ``goals`` under a hash of all that they depend on.
        jobs: provers to run side by side.
        say: called with a line of progress.

    Returns:
        New records; without the prover, or where it does not answer as expected, unchanged ones.
    """
    plain = [dict(record) for record in records]
    pointers = {
        record["id"]: f"statements/{load()[record['id']].evidence[Layer.FORMAL]}"
        for record in plain
        if record["id"] in load()
        and Layer.FORMAL in load()[record["id"]].evidence
        and record["evidence"].get(Layer.FORMAL, {}).get("status") == Status.VERIFIED
    }
    toplevel = shutil.which("coqtop")
    if not pointers or toplevel is None:
        return plain
    try:
        project = RocqProject(cache / "rocq", jobs, say)
    except (ToolMissing, AuditError):
        return plain
    code = inspect.getsource(sys.modules[__name__])
    files = {
        name: cache / "goals" / f"{hashlib.sha256((code + project.keys[pointer]).encode()).hexdigest()}.json"
        for name, pointer in pointers.items()
    }
    todo = [name for name, file in files.items() if not file.is_file()]
    if todo:
        (cache / "goals").mkdir(parents=True, exist_ok=True)
        outcome = project.compile([pointers[name] for name in todo])
        todo = [name for name in todo if outcome[pointers[name]] is None]

    def work(name: str) -> None:
        say(f"goals of {pointers[name]}.v")
        try:
            steps = _ask(toplevel, project, pointers[name])
        except (AuditError, subprocess.TimeoutExpired) as error:
            say(f"no goals of {pointers[name]}.v: {error}")
            return
        write_atomically(files[name], json.dumps([vars(step) for step in steps]))

    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        list(pool.map(work, todo))
    for record in plain:
        file = files.get(record["id"])
        if file is not None and file.is_file():
            formal = record["evidence"][Layer.FORMAL]
            data = {**formal["data"], "goals": json.loads(file.read_text(encoding="utf-8"))}
            record["evidence"] = {**record["evidence"], str(Layer.FORMAL): {**formal, "data": data}}
    return plain


def _ask(toplevel: str, project: RocqProject, name: str) -> list[Step]:
    """Run a compiled file's sentences one by one; a sentence a line, so that each gets one answer."""
    given = sentences(project.sources[name])
    fed = "".join(" ".join(sentence.split()) + "\n" for sentence in given)
    done = subprocess.run(
        [toplevel, "-emacs", *QUIET, "-Q", ".", LIBRARY],
        cwd=project.folder,
        input=fed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
    )
    return parse(given, done.stdout)
