"""Layer F: compile the Rocq proofs and judge what the prover says they rest on.

A statement is verified when its file compiled on this machine, states theorems in the trusted vocabulary of
``rocq/defs``, and the theorems rest on nothing but the axioms of the real numbers and of classical logic. A hole
anywhere below a theorem shows up among its axioms and fails it.
"""

from __future__ import annotations

import functools
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
STANDARD_LIBRARY = ("Coq", "Stdlib")  # its logical path, by the version of the prover
_ALLOWED_FILES = frozenset(name.partition(".")[0] for name in ALLOWED_AXIOMS)

# A file of statements may state and prove; whatever gives words a meaning belongs to defs/, which readers trust. The
# words are sought anywhere, not at the beginnings of lines only, where no one is bound to put them.
_MEANING = re.compile(
    r"(?<![\w'.])(?:Definition|Fixpoint|CoFixpoint|Function|Inductive|CoInductive|Variant|Record|Structure|Class|"
    r"Instance|Notation|Infix|Abbreviation|Axiom|Axioms|Parameter|Parameters|Conjecture|Conjectures|Hypothesis|"
    r"Hypotheses|Variable|Variables|Context|Let|Coercion|Canonical|Arguments|Module|Include|Load|Bind|Delimit|"
    r"Declare|Unset|Primitive)(?![\w'])(?!\.\w)"
)
_DEFINED = re.compile(
    r"(?<![\w'.])(?:Definition|Fixpoint|CoFixpoint|Function|Inductive|CoInductive|Variant|Record|Structure|Class|"
    r"Instance|Notation|Axiom|Parameter|Lemma|Theorem|Example|Corollary|Proposition|Fact|Remark|Property)\s+([\w']+)"
)
_RECORD = re.compile(r"(?<![\w'.])(?:Record|Structure|Class)\b[^{]*?:=\s*([\w']*)\s*\{(.*?)\}\s*\.\s", re.DOTALL)
_FIELD = re.compile(r"(?:^|;)\s*([\w']+)")
_bare = functools.cache(without_comments)  # the same files lie below many statements
_SYMBOLS = re.compile(r"(?<![\w'.])(?:Notation|Infix)\s*\"")


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
    if problem is None and not theorems:
        problem = f"{file}.v states no Theorem"
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
    meaning = _MEANING.search(_bare(project.sources[file]))
    if meaning is not None:
        return f"{file}.v: {meaning.group()} is not allowed among statements; it belongs to defs"
    below = sorted(project.closure(file))
    for name in below:
        # The prover shortens the names of axioms: one of a file of the same name would pass for the allowed one.
        if name.rpartition("/")[2] in _ALLOWED_FILES:
            return f"{name}.v has the name of a library whose axioms are allowed"
    trusted: dict[str, str] = {}
    for name in below:
        if name.startswith("defs/"):
            trusted.update(dict.fromkeys(_names(project.sources[name]), name))
    for name in below:
        if not name.startswith("defs/"):
            if _SYMBOLS.search(_bare(project.sources[name])):
                return f"{name}.v gives symbols a meaning; it belongs to defs"
            for word in _names(project.sources[name]):
                if word in trusted:
                    return f"{name}.v gives {word} of {trusted[word]}.v a second meaning"
    return None


@functools.cache
def _names(source: str) -> tuple[str, ...]:
    """The names that a Rocq file gives to things, fields of records included.

    >>> _names("Record pair := Pair { left : nat; right : nat }.\\nLemma a : True. Proof. exact I. Qed.")
    ('pair', 'a', 'Pair', 'left', 'right')
    """
    text = _bare(source)
    names = _DEFINED.findall(text)
    for maker, fields in _RECORD.findall(text):
        names += [*([maker] if maker else []), *_FIELD.findall(fields)]
    return tuple(names)


def _allowed(axiom: str) -> bool:
    """Whether an axiom of coqchk's context, printed with its full path, is one of the allowed.

    >>> _allowed("Coq.Logic.Classical_Prop.classic"), _allowed("Gatedmem.lib.Classical_Prop.classic")
    (True, False)
    """
    library, _, rest = axiom.partition(".")
    return library in STANDARD_LIBRARY and any(rest.endswith(f".{name}") for name in ALLOWED_AXIOMS)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def unavailable(names: Sequence[str], reason: str) -> dict[str, Evidence]:
    """The answer for every id when the prover is not on this machine."""
    return {name: Evidence(Status.UNAVAILABLE, reason) for name in names}
