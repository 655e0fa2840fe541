"""The worked example of the guide on extending: in a copy of the package its files carry the statement."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gatedmem

PACKAGE = Path(gatedmem.__file__).parent
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "extend.md"
BLOCK = re.compile(
    r"^```(?:toml|python|coq)\n(?:# |\(\* )src/(\S+?)(, at its end)?(?: \*\))?\n(.*?)^```", re.DOTALL | re.MULTILINE
)

# layer, file, what stands there, what is put in its place
WRONG = [
    ("D", "theory/baselines/bistable.py", "d.equal((x**2 - a) ** 2 / 4", "d.equal((x**2 + a) ** 2 / 4"),
    ("F", "proofs/rocq/statements/BL6.v", "- (/ 4 * a ^ 2) <=", "- (/ 5 * a ^ 2) <="),
    ("C", "proofs/certificates/bistable.py", "Fraction(-1, 4)", "Fraction(-1, 5)"),
    ("S", "proofs/falsifiers/bistable.py", "LEAST = -0.25", "LEAST = -0.2"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the files of the guide."""
    root = tmp_path_factory.mktemp("extended")
    shutil.copytree(PACKAGE, root / "gatedmem", ignore=shutil.ignore_patterns("__pycache__", "*.vo*"))
    blocks = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(blocks) == 6
    for name, at_its_end, text in blocks:
        file = root / name
        assert file.is_file() == bool(at_its_end), name
        file.write_text((file.read_text(encoding="utf-8") if at_its_end else "") + text, encoding="utf-8")
    return root


def statuses(root: Path, *options: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "gatedmem", "verify", "BL6", "--json", *options],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "GATEDMEM_CACHE": str(root / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return {layer: found["status"] for layer, found in json.loads(done.stdout)[0]["evidence"].items()}


def test_the_example_is_verified_in_every_layer(copy: Path) -> None:
    formal = "verified" if shutil.which("coqc") else "unavailable"
    assert statuses(copy) == {"D": "verified", "F": formal, "C": "verified", "S": "verified"}


@pytest.mark.parametrize(("layer", "file", "right", "wrong"), WRONG, ids=[case[0] for case in WRONG])
def test_each_layer_of_the_example_can_fail(copy: Path, layer: str, file: str, right: str, wrong: str) -> None:
    if layer == "F" and not shutil.which("coqc"):
        pytest.skip("coqc is not installed")
    source = copy / "gatedmem" / file
    text = source.read_text(encoding="utf-8")
    assert text.count(right) == 1
    source.write_text(text.replace(right, wrong), encoding="utf-8")
    try:
        assert statuses(copy, "--layer", layer) == {layer: "failed"}
    finally:
        source.write_text(text, encoding="utf-8")
