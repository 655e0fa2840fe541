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
FILES = [path for name in RIGOROUS for path in (NUMERICS / f"{name}.py", *NUMERICS.glob(f"{name}/*.py"))]
MODULES = [*sorted(ROOT.rglob("*.py")), *(path for path in sorted(FILES) if path.is_file())]
ALLOWED = {f"gatedmem.numerics.{name}" for name in [*RIGOROUS, "instances"]} | {"gatedmem.proofs.evidence"}
OWN = ("gatedmem.proofs.certificates", "gatedmem.numerics.enclosures.")


def test_every_rigorous_module_is_looked_at() -> None:
    assert {path.parent.name if path.parent != NUMERICS else path.stem for path in FILES if path.is_file()} == set(
        RIGOROUS
    )


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
    outside = {name for name in own - ALLOWED if not name.startswith(OWN)}
    assert outside == set()
    assert not any(name.split(".")[0] == "sympy" for name in imported)
