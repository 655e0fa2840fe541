"""Compiling the Rocq sources and asking the prover what its theorems rest on.

The sources travel with the package and are compiled in a folder of the cache, file by file under a content hash,
so that only what changed is compiled again. Nothing here decides a status; see ``checkers/formal.py``.
"""

from __future__ import annotations

import concurrent.futures
import functools
import hashlib
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatedmem.proofs.ledger import rocq_folder, theorem_names

LIBRARY = "Gatedmem"
QUIET = ["-q", "-w", "-notation-overridden,-ambiguous-paths"]
FILE_TIMEOUT_S = 900

_EXAMPLE = re.compile(r"^Example\s+([\w']+)", re.MULTILINE)
_COMMENT_EDGE = re.compile(r"\(\*|\*\)|\"[^\"]*\"?")  # and strings, in which neither opens or closes anything


class ToolMissing(Exception):
    """Rocq, or a library that the proofs need, is not on this machine."""


class AuditError(Exception):
    """The prover did not answer the audit as expected."""


@dataclass(frozen=True)
class Toolchain:
    """Where the prover is and what it calls itself."""

    compiler: str
    dependencies: str
    checker: str | None
    version: str


@dataclass(frozen=True)
class Audit:
    """What the prover says about one file of statements.

    ``statements`` maps each theorem and example to its text, printed with full parentheses; ``axioms`` are the
    names that the theorems and examples of the file rest on, holes included.
    """

    statements: Mapping[str, str]
    axioms: tuple[str, ...]


@functools.cache
def toolchain() -> Toolchain:
    """Find Rocq with Coquelicot and mathcomp.ssreflect.

    Raises:
        ToolMissing: with one line that says what to install.
    """
    compiler, dependencies = shutil.which("coqc"), shutil.which("coqdep")
    if compiler is None or dependencies is None:
        raise ToolMissing("coqc is not on this machine (Debian: apt-get install coq libcoq-coquelicot)")
    printed = subprocess.run([compiler, "--print-version"], capture_output=True, text=True, check=True)
    folder = subprocess.run([compiler, "-where"], capture_output=True, text=True, check=True).stdout.strip()
    for library in ("Coquelicot", "mathcomp"):
        if not (Path(folder) / "user-contrib" / library).is_dir():
            raise ToolMissing(f"the Rocq library {library} is not installed (Debian: libcoq-coquelicot)")
    return Toolchain(compiler, dependencies, shutil.which("coqchk"), printed.stdout.split()[0])


def sources() -> dict[str, str]:
    """The Rocq files of the package: relative name without ending (``"lib/Sums"``) to text."""
    found: dict[str, str] = {}
    for part in ("defs", "lib", "statements"):
        for file in sorted(rocq_folder().joinpath(part).iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".v"):
                found[f"{part}/{file.name[:-2]}"] = file.read_text(encoding="utf-8")
    return found


def without_comments(text: str) -> str:
    """The Rocq text with its (nested) comments blanked out.

    >>> without_comments("a (* b (* c *) d *) e")
    'a  e'
    >>> without_comments('a (* "(*" *) b "(* c *)"')
    'a  b "(* c *)"'
    """
    kept, depth, position = [], 0, 0
    for edge in _COMMENT_EDGE.finditer(text):
        if edge.group().startswith('"'):
            continue
        if depth == 0:
            kept.append(text[position : edge.start()])
        depth = depth + 1 if edge.group() == "(*" else max(depth - 1, 0)
        position = edge.end()
    if depth == 0:
        kept.append(text[position:])
    return "".join(kept)


class RocqProject:
    """A build folder for the package's Rocq sources.

    Args:
        folder: where to build; made if absent. Two processes may share it: files are compiled under a lock.
        jobs: how many compilers to run side by side.
        say: called with one line before each file is compiled.
        texts: the sources, as :func:`sources` gives them; the package's own if None.
    """

    def __init__(
        self,
        folder: Path,
        jobs: int,
        say: Callable[[str], None] = lambda line: None,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.tools = toolchain()
        self.folder = folder
        self.jobs = jobs
        self.say = say
        self.sources = dict(sources() if texts is None else texts)
        self._write_sources()
        self.requires = self._read_dependencies()
        self.keys = {name: self._key(name) for name in self.sources}

    def compile(self, names: Iterable[str]) -> dict[str, str | None]:
        """Compile the named files and everything they require.

        Returns:
            For each file touched, None when it compiled, else its error in one line.
        """
        wanted = set().union(*(self.closure(name) for name in names)) if names else set()
        outcome: dict[str, str | None] = {}
        changed = threading.Condition()

        def build(name: str) -> None:
            needs = self.requires[name]
            with changed:
                changed.wait_for(lambda: all(other in outcome for other in needs))
                broken = next((other for other in needs if outcome[other] is not None), None)
            if broken is not None:
                error: str | None = f"rests on {broken}.v, which does not compile: {outcome[broken]}"
            else:
                error = self._compile_one(name)
            with changed:
                outcome[name] = error
                changed.notify_all()

        order = sorted(wanted, key=lambda name: (len(self.closure(name)), name))
        with concurrent.futures.ThreadPoolExecutor(max_workers=self.jobs) as pool:
            # A file is started only after all it requires have been, so waiting threads never fill the pool.
            list(pool.map(build, order))
        return outcome

    def closure(self, name: str) -> set[str]:
        """The file itself and every file of this package it requires, directly or not."""
        found, todo = {name}, [name]
        while todo:
            for other in self.requires[todo.pop()]:
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return found

    def audit(self, names: Iterable[str]) -> dict[str, Audit]:
        """Ask the prover for the statements and axioms of compiled files of ``statements``.

        One run of the prover answers for all files; each answer is written by the prover itself to its own file.
        """
        names = list(names)
        if not names:
            return {}
        asked = {name: self.theorems(name) + self.examples(name) for name in names}
        below = set().union(*(self.closure(name) for name in names))
        vocabulary = sorted(name for name in below if name.startswith("defs/"))
        lines = ["From Coq Require Import Reals.", "From Coquelicot Require Import Coquelicot."]
        if vocabulary:
            lines.append(f"From {LIBRARY} Require Import {_dotted(vocabulary)}.")
        lines.append("Open Scope R_scope.")
        lines += [f"From {LIBRARY} Require {_dotted(names)}."]
        lines += ["Set Printing Parentheses.", "Set Printing Width 100.", "Set Printing Depth 1000."]
        for name, items in asked.items():
            module = f"{LIBRARY}.{name.replace('/', '.')}"
            stem = name.rpartition("/")[2]
            lines += [f'Redirect "audit/{stem}.{item}" Check {module}.{item}.' for item in items]
            everything = ", ".join(f"@{module}.{item}" for item in items)
            lines.append(f"Definition audit_{stem} := ({everything}, tt).")
            lines.append(f'Redirect "audit/{stem}.axioms" Print Assumptions audit_{stem}.')
        answers = self.folder / "audit"
        shutil.rmtree(answers, ignore_errors=True)
        answers.mkdir()
        script = answers / "Audit.v"
        script.write_text("\n".join(lines) + "\n", encoding="utf-8")
        done = self._run([self.tools.compiler, *QUIET, "-Q", ".", LIBRARY, "audit/Audit.v"])
        if done.returncode != 0:
            raise AuditError(_first_error(done.stdout + done.stderr))
        result = {}
        for name, items in asked.items():
            stem = name.rpartition("/")[2]
            texts = {item: (answers / f"{stem}.{item}.out").read_text(encoding="utf-8").strip() for item in items}
            printed = (answers / f"{stem}.axioms.out").read_text(encoding="utf-8")
            result[name] = Audit(texts, parse_assumptions(printed))
        return result

    def theorems(self, name: str) -> list[str]:
        """The theorems that a file states."""
        return theorem_names(without_comments(self.sources[name]))

    def examples(self, name: str) -> list[str]:
        """The witnesses of a file: examples that meet the hypotheses of its theorems."""
        return _EXAMPLE.findall(without_comments(self.sources[name]))

    def second_kernel(self, names: Iterable[str]) -> tuple[str | None, tuple[str, ...]]:
        """Re-check the named compiled files and all they require with ``coqchk``.

        Returns:
            The error in one line, or None when everything was accepted; and the axioms of the loaded context.

        Raises:
            ToolMissing: ``coqchk`` is not installed.
        """
        if self.tools.checker is None:
            raise ToolMissing("coqchk is not on this machine")
        modules = [f"{LIBRARY}.{name.replace('/', '.')}" for name in names]
        done = self._run([self.tools.checker, "-silent", "-o", "-Q", ".", LIBRARY, *modules])
        if done.returncode != 0:
            return _first_error(done.stdout + done.stderr), ()
        return None, parse_context_summary(done.stdout + done.stderr)

    def keep(self, folder: Path) -> None:
        """Copy what is compiled here into another build folder, so that it need not be compiled again there.

        From the same sources the prover makes the same files wherever it runs, so copies fit what lies there already.

        Raises:
            OSError: the folder cannot be written.
        """
        for name in self.sources:
            if self._compiled(self.folder, name) and not self._compiled(folder, name):
                (folder / f"{name}.key").unlink(missing_ok=True)
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                for suffix in ("v", "vo", "key"):  # the stamp last: without it the rest counts for nothing
                    part = folder / f"{name}.{suffix}.part"
                    shutil.copyfile(self.folder / f"{name}.{suffix}", part)
                    part.replace(folder / f"{name}.{suffix}")

    def _compiled(self, folder: Path, name: str) -> bool:
        stamp = folder / f"{name}.key"
        return stamp.is_file() and stamp.read_text() == self.keys[name] and (folder / f"{name}.vo").is_file()

    def _compile_one(self, name: str) -> str | None:
        stamp = self.folder / f"{name}.key"
        if self._compiled(self.folder, name):
            return None
        stamp.unlink(missing_ok=True)
        self.say(f"compiling {name}.v")
        try:
            done = self._run([self.tools.compiler, *QUIET, "-Q", ".", LIBRARY, f"{name}.v"], FILE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return f"{name}.v did not compile within {FILE_TIMEOUT_S} s"
        if done.returncode != 0:
            return _first_error(done.stdout + done.stderr)
        stamp.write_text(self.keys[name])
        return None

    def _run(self, command: list[str], timeout: float | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=timeout)

    def _write_sources(self) -> None:
        for name, text in self.sources.items():
            file = self.folder / f"{name}.v"
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.is_file() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")

    def _read_dependencies(self) -> dict[str, list[str]]:
        files = [f"{name}.v" for name in self.sources]
        done = self._run([self.tools.dependencies, "-Q", ".", LIBRARY, *files])
        requires: dict[str, list[str]] = {}
        for line in done.stdout.splitlines():
            target, _, needed = line.partition(":")
            stem = next((word[:-3] for word in target.split() if word.endswith(".vo")), None)
            if stem in self.sources:
                own = [word[:-3] for word in needed.split() if word.endswith(".vo")]
                requires[stem] = [other for other in own if other in self.sources]
        lost = set(self.sources) - set(requires)
        if lost:
            raise AuditError(f"coqdep says nothing about {sorted(lost)[0]}.v: {_first_error(done.stderr)}")
        return requires

    def _key(self, name: str) -> str:
        digest = hashlib.sha256(self.tools.version.encode())
        for other in sorted(self.closure(name)):
            digest.update(other.encode())
            digest.update(self.sources[other].encode())
        return digest.hexdigest()


def parse_assumptions(printed: str) -> tuple[str, ...]:
    """The names in an answer of ``Print Assumptions``; anything that is not understood is kept as a name.

    >>> parse_assumptions("Closed under the global context")
    ()
    >>> parse_assumptions("Axioms:\\nClassical_Prop.classic : forall P : Prop, P \\\\/ ~ P\\nfoo\\n  : nat -> nat")
    ('Classical_Prop.classic', 'foo')
    """
    lines = [line for line in printed.splitlines() if line.strip()]
    if [line.strip() for line in lines] == ["Closed under the global context"]:
        return ()
    if not lines:
        raise AuditError("the prover printed no assumptions at all")
    names = []
    for line in lines:
        if line.strip() == "Axioms:" or line[0].isspace():
            continue
        names.append(line.split(" : ")[0].strip())
    return tuple(sorted(set(names)))


def parse_context_summary(printed: str) -> tuple[str, ...]:
    """The axioms and disabled kernel checks in the context summary of ``coqchk -o``.

    >>> parse_context_summary("CONTEXT SUMMARY\\n* Axioms:\\n    a.b\\n* Inductives relying on it: <none>\\n")
    ('a.b',)
    """
    if "CONTEXT SUMMARY" not in printed:
        raise AuditError("coqchk printed no context summary")
    names, section = [], ""
    for line in printed.partition("CONTEXT SUMMARY")[2].splitlines():
        text = line.strip()
        if text.startswith("*"):
            section, _, rest = text[1:].partition(":")
            section = section.strip()
            text = rest.strip()
        if not text or text == "<none>" or section.startswith("Theory") or set(text) == {"="}:
            continue
        names.append(text if section == "Axioms" else f"{section}: {text}")
    return tuple(names)


def _dotted(names: Iterable[str]) -> str:
    return " ".join(name.replace("/", ".") for name in names)


def _first_error(printed: str) -> str:
    """The place and text of the first error that a Rocq tool printed, in one line."""
    lines = printed.strip().splitlines()
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("Error", "Fatal Error")):
            place = next((text for text in reversed(lines[:number]) if text.startswith("File ")), "")
            message = " ".join(text.strip() for text in lines[number:])
            return f"{place} {message}".strip()[:600]
    return (" ".join(text.strip() for text in lines) or "it failed without a message")[:600]
