"""Certificates evaluate the definitions themselves: simulator and derivations are out of their reach."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gatedmem
import gatedmem.proofs.certificates

ROOT = Path(gatedmem.proofs.certificates.__file__).parent
NUMERICS = Path(gatedmem.__file__).parent / "numerics"
RIGOROUS = ["convex", "enclosures", "exact", "jets", "validated"]
MODULES = [*sorted(ROOT.rglob("*.py")), *(NUMERICS / f"{name}.py" for name in RIGOROUS)]
ALLOWED = {f"gatedmem.numerics.{name}" for name in [*RIGOROUS, "instances"]} | {"gatedmem.proofs.evidence"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_only_rigorous_modules_are_imported(path: Path) -> None:
    imported = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            imported.add(node.module or "")
    own = {name for name in imported if name.split(".")[0] == "gatedmem"}
    outside = {name for name in own - ALLOWED if not name.startswith("gatedmem.proofs.certificates")}
    assert outside == set()
    assert not any(name.split(".")[0] == "sympy" for name in imported)
