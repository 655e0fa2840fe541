"""One wrong variant before a Python layer: the checker of the layer runs on sources with the edit made.

``python -m gatedmem.drill.python_trial`` loads the libraries once and then forks a child for each trial that it reads
from standard input, one JSON line each; the child imports the package's modules afresh, with the edited text in place
of the file's, and answers with one JSON line. Nothing is written, and the files of the package stay as they are.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from types import CodeType, ModuleType
from typing import Any

# What the checkers import, loaded before forking: a child then starts in a moment.
_LIBRARIES = (
    "sympy",
    "numpy",
    "scipy.optimize",
    "scipy.integrate",
    "scipy.linalg",
    "flint",
    "cvxpy",
    "numba",
    "sklearn",
)

# An edit that leads to one of these is no statement at all; any other error leaves the check without a verdict.
_NO_VERDICT = (SyntaxError, NameError, AttributeError, TypeError, ImportError, IndexError, KeyError)


class EditedSource(importlib.machinery.SourceFileLoader):
    """Loads a module of the package from edited text; neither reads nor writes compiled code."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:
        """Compile the edited text."""
        return compile(self.text, self.path, "exec", dont_inherit=True)


class EditedPackage(importlib.abc.MetaPathFinder):
    """Finds the modules whose text is edited; leaves all others to the usual finders."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's usual place, with the edited text to be loaded."""
        if fullname not in self.texts:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        loader = EditedSource(fullname, spec.origin, self.texts[fullname])
        return importlib.util.spec_from_file_location(fullname, spec.origin, loader=loader)


def serve() -> None:
    """Answer the trials on standard input, one after the other."""
    for library in _LIBRARIES:
        try:
            importlib.import_module(library)
        except ImportError:
            continue  # an extra that is not installed: whoever needs it will say so
    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(json.dumps(_forked(asked)) + "\n")
        sys.stdout.flush()


def _forked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Run one trial in a child; a child that dies or takes too long gives no verdict."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(int(asked["limit"]))
        with os.fdopen(writing, "w", encoding="utf-8") as stream:
            json.dump(_answer(asked), stream)
            stream.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        answer = stream.read()
    _, how = os.waitpid(child, 0)
    if answer:
        found: dict[str, Any] = json.loads(answer)
        return found
    late = os.WIFSIGNALED(how) and os.WTERMSIG(how) == signal.SIGALRM
    reason = f"no answer within {asked['limit']} s" if late else "the process died"
    return {"status": "undecided" if late else "failed", "detail": reason, "broke": not late, "seconds": 0.0}


def _answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the checker of the layer says with the edits made."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - lives as long as the process
    sys.meta_path.insert(0, EditedPackage(asked["texts"]))
    started = time.perf_counter()
    try:
        from gatedmem.proofs.evidence import Layer, Request
        from gatedmem.proofs.verify import CHECKERS

        layer = Layer(asked["layer"])
        module, _, function = asked["pointer"].partition(":")
        check = importlib.import_module(CHECKERS[layer]).check
        subject = getattr(importlib.import_module(module), function)
        evidence = check(subject) if layer is Layer.DERIVATION else check(subject, Request(seed=asked["seed"]))
        status, detail, broke = str(evidence.status), evidence.detail, False
    except Exception as error:
        status, detail, broke = "undecided", f"{type(error).__name__}: {error}", isinstance(error, _NO_VERDICT)
    unread = sorted(set(asked["texts"]) - set(sys.modules))
    if unread and not broke:
        detail, broke = f"{unread[0]} is not imported by the check", True
    seconds = round(time.perf_counter() - started, 3)
    return {"status": status, "detail": detail.replace("\n", " ")[:300], "broke": broke, "seconds": seconds}


if __name__ == "__main__":
    serve()
