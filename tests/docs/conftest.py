"""Records with made-up evidence, a book built from them, and a browser to look at it with.

None of the made-up evidence is a status of anything.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gatedmem.book import pdf
from gatedmem.book.build import NEEDED, build
from gatedmem.proofs.ledger import load

DOCS = Path(__file__).parents[2] / "docs"
LEFT_OUT = shutil.ignore_patterns("_build", "_generated", "__pycache__")

MADE_UP = {
    "D": {
        "status": "verified",
        "detail": "2 steps checked",
        "seconds": 0.31,
        "data": {
            "markdown": "### Step 1: definition\n\n$$\n\\frac{a}{b} = c\n$$\n\n1. expand $a < b$\n2. collect",
            "latex": "\\frac{a}{b}",
            "steps": [{"rule": "expand"}, {"rule": "collect"}],
        },
    },
    "F": {
        "status": "failed",
        "detail": "statements/X.v rests on a_hole, which is not proved | <b>not bold</b>",
        "seconds": 1.2,
        "data": {
            "rocq": "Theorem X : forall x : R, (x = x)%R.\nProof. (* ``` *) reflexivity. Qed.\n",
            "version": "8.16.1",
            "theorems": [{"name": "X", "statement": "forall x : R, (x = x)"}],
            "axioms": ["Classical_Prop.classic", "a_hole"],
            "goals": [
                {"theorem": "X", "sentence": "Theorem X : 1 < 2.", "goals": "1 goal\n  \n  ====\n  1 < 2 & $y$"},
                {"theorem": "X", "sentence": "reflexivity.", "goals": "No more goals."},
                {"theorem": "X", "sentence": "-", "goals": ""},
            ],
        },
    },
    "C": {
        "status": "undecided",
        "detail": "drawn N=4: undecided: the enclosure holds zero",
        "seconds": 0.02,
        "data": {
            "instances": [
                {
                    "instance": f"drawn N={size} α=0.1",
                    "verdict": "undecided" if size == 4 else "proved",
                    "reason": "largest value ½‖v‖² stays below",
                    "numbers": {"gap": "0.1234 ± 1e-30", "κ": "3/7"},
                }
                for size in range(2, 14)
            ]
        },
    },
    "S": {
        "status": "unavailable",
        "detail": "no such tool",
        "seconds": 0.0,
        "data": {
            "trials": 12000,
            "counterexample": None,
            "margin": 0.0,
            "residual": 1e-15,
            "tolerance": 1e-12,
            "notes": ["attained at p = (½, ½, 0, …)"],
        },
    },
}
EMPTY = {"status": "missing", "detail": "required, not written yet", "seconds": 0.0, "data": {}}


def made_up_records() -> list[dict[str, Any]]:
    """The whole ledger; statements with a prose proof get all four kinds of made-up evidence."""
    records = []
    for statement in load().values():
        written = (DOCS / "proofs" / f"{statement.id}.md").is_file()
        evidence = MADE_UP if written else {str(layer): EMPTY for layer in statement.layers}
        records.append({**statement.words(), "evidence": evidence})
    return records


@pytest.fixture
def records() -> list[dict[str, Any]]:
    return made_up_records()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the book's source folder, without anything generated."""
    copy = tmp_path / "docs"
    shutil.copytree(DOCS, copy, ignore=LEFT_OUT)
    return copy


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole book as HTML, built once, also when several processes run the tests."""
    for module in NEEDED:
        if importlib.util.find_spec(module) is None:
            pytest.skip("the book's packages are an extra: gatedmem[docs]")
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "book"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(DOCS, folder / "docs", ignore=LEFT_OUT)
            assert build(made_up_records(), folder / "html", folder / "docs") == 0
            (folder / "built").touch()
    return folder / "html"


HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """Headless Chromium, spoken to over two pipes in its own protocol; no further package is needed."""

    def __init__(self, profile: Path, *, width: int = 1300, height: int = 900) -> None:
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()
        # Chromium wants descriptors 3 and 4; copies above ten cannot be in their way.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (from_us, to_us)]
        flags = [
            *pdf.FLAGS,
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            "--remote-debugging-pipe",
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-c", HAND_OVER, *map(str, ends), pdf.browser(), *flags],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (from_us, to_us, *ends):
            os.close(end)
        self._write, self._read, self._left, self._count = to_browser, from_browser, b"", 0
        self.errors: list[str] = []
        self._loaded = False
        self._session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._count:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])

    def open(self, address: str) -> None:
        """Load a page and wait until everything on it has loaded; what it complains of is added to ``errors``."""
        if not address.startswith("file://"):
            address = Path(address).as_uri()
        # By way of an empty page, so that a change of the part after # loads the page anew.
        for url in ("about:blank", address):
            self._loaded = False
            self.ask("Page.navigate", url=url)
            while not self._loaded:
                self._next()
        self.evaluate("document.fonts.ready.then(() => true)")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page, promises awaited."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        """Press a key."""
        codes = {"Tab": 9, "Enter": 13}
        code = codes.get(key, ord(key.upper()[0]))
        shared = {"key": key, "windowsVirtualKeyCode": code}
        self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **shared)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **shared)

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self.ask("Browser.close")
        self._process.wait(20)
        os.close(self._write)
        os.close(self._read)

    def _next(self, patience: float = 60.0) -> dict[str, Any]:
        ending = time.monotonic() + patience
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._read], [], [], max(ending - time.monotonic(), 0))
            assert ready, "the browser does not answer"
            part = os.read(self._read, 1 << 16)
            assert part, "the browser has died"
            self._left += part
        raw, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        method, said = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            details = said["exceptionDetails"]
            self.errors.append(f"{details['text']} {details.get('exception', {}).get('description', '')}")
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.errors.append(json.dumps(said["args"]))
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.errors.append(f"{said['entry'].get('url', '')}: {said['entry']['text']}")
        return message


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    try:
        pdf.browser()
    except pdf.BrowserMissing as error:
        pytest.skip(str(error))
    started = Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()
