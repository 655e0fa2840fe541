"""Layer F: compile the Rocq proofs and judge what the prover says they rest on.

A statement is verified when its file compiled on this machine, states theorems in the trusted vocabulary of
``rocq/defs``, and the theorems rest on nothing but the axioms of the real numbers and of classical logic. A hole
anywhere below a theorem shows up among its axioms and fails it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatedmem.proofs.evidence import Evidence, Status
from gatedmem.proofs.rocq_project import Audit, AuditError, RocqProject, ToolMissing, without_comments

ALLOWED_AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)

# A file of statements may state and prove; whatever gives words a meaning belongs to defs/, which readers trust.
_MEANING = re.compile(
    r"^\s*(?:Local\s+|Global\s+|#\[[^\]]*\]\s*)*(Definition|Fixpoint|CoFixpoint|Inductive|CoInductive|Record|"
    r"Structure|Class|Instance|Notation|Infix|Axiom|Axioms|Parameter|Parameters|Conjecture|Hypothesis|Variable|"
    r"Variables|Context|Let|Coercion|Canonical|Unset|Primitive)\b",
    re.MULTILINE,
)
_DEFINED = re.compile(
    r"^\s*(?:Local\s+|Global\s+)?(?:Definition|Fixpoint|Record|Inductive|Lemma|Theorem)\s+([\w']+)", re.MULTILINE
)


def check(project: RocqProject, pointers: Mapping[str, str], *, second_kernel: bool = False) -> dict[str, Evidence]:
    """Compile and audit the formal statements.

    Args:
        project: where to compile.
        pointers: statement id to the name of its file in ``rocq/statements``.
        second_kernel: also have ``coqchk`` re-check every file.

    Returns:
        The evidence of each id.
    """
    files = {name: f"statements/{pointer}" for name, pointer in pointers.items()}
    outcome = project.compile(files.values())
    compiled = sorted({file for file in files.values() if outcome[file] is None})
    project.say(f"asking the prover what {len(compiled)} statements rest on")
    try:
        audits = project.audit(compiled)
    except AuditError as error:
        return {name: Evidence(Status.FAILED, f"the audit failed: {error}") for name in pointers}
    rechecked = ""
    if second_kernel and compiled:
        project.say("re-checking everything with the second kernel run (coqchk)")
        try:
            refusal, context = project.second_kernel(compiled)
        except ToolMissing as error:
            return {name: Evidence(Status.UNAVAILABLE, str(error)) for name in pointers}
        strange = [axiom for axiom in context if not _allowed(axiom)]
        if refusal is not None or strange:
            problem = refusal or f"its context holds {strange[0]}"
            return {name: Evidence(Status.FAILED, f"coqchk: {problem}") for name in pointers}
        rechecked = "; accepted by coqchk"
    return {name: _judge(project, file, outcome[file], audits.get(file), rechecked) for name, file in files.items()}


def _judge(project: RocqProject, file: str, error: str | None, audit: Audit | None, rechecked: str) -> Evidence:
    theorems = project.theorems(file)
    data: dict[str, Any] = {
        "rocq": project.sources[file],
        "version": project.tools.version,
        "theorems": [],
        "axioms": [],
    }
    problem = _vocabulary_problem(project, file) or error
    if problem is not None:
        return Evidence(Status.FAILED, problem, data=data)
    if audit is None:
        return Evidence(Status.FAILED, f"{file}.v was not audited", data=data)
    data["theorems"] = [{"name": name, "statement": text} for name, text in audit.statements.items()]
    data["axioms"] = list(audit.axioms)
    strange = [axiom for axiom in audit.axioms if axiom not in ALLOWED_AXIOMS]
    if strange:
        return Evidence(Status.FAILED, f"{file}.v rests on {', '.join(strange)}, which is not proved", data=data)
    said = _count(len(theorems), "theorem")
    witnesses = len(project.examples(file))
    if witnesses:
        said += f", {_count(witnesses, 'witness', 'witnesses')}"
    return Evidence(Status.VERIFIED, f"{said}; {_count(len(audit.axioms), 'allowed axiom')}{rechecked}", data=data)


def _vocabulary_problem(project: RocqProject, file: str) -> str | None:
    """Why the words of a file of statements might not mean what they say, or None."""
    meaning = _MEANING.search(without_comments(project.sources[file]))
    if meaning is not None:
        return f"{file}.v: {meaning.group(1)} is not allowed among statements; it belongs to defs"
    below = sorted(project.closure(file))
    trusted: dict[str, str] = {}
    for name in below:
        if name.startswith("defs/"):
            trusted.update(dict.fromkeys(_DEFINED.findall(without_comments(project.sources[name])), name))
    for name in below:
        if not name.startswith("defs/"):
            for word in _DEFINED.findall(without_comments(project.sources[name])):
                if word in trusted:
                    return f"{name}.v gives {word} of {trusted[word]}.v a second meaning"
    return None


def _allowed(axiom: str) -> bool:
    """Whether an axiom of coqchk's context, printed with its full path, is one of the allowed."""
    return any(axiom.endswith(f".{name}") or axiom == name for name in ALLOWED_AXIOMS)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def unavailable(names: Sequence[str], reason: str) -> dict[str, Evidence]:
    """The answer for every id when the prover is not on this machine."""
    return {name: Evidence(Status.UNAVAILABLE, reason) for name in names}
