"""The one-page restatement of the headline theorems compiles and rests on the four allowed axioms."""

import pytest

from gatedmem.proofs import rocq_project
from gatedmem.proofs.checkers import formal
from gatedmem.proofs.rocq_project import RocqProject, ToolMissing

try:
    rocq_project.toolchain()
except ToolMissing as missing:
    pytest.skip(f"formal layer: {missing}", allow_module_level=True)


def test_the_headlines_are_proved_from_the_allowed_axioms(tmp_path):
    """Every other file of statements compiles beside them, those that the ledger does not point to yet included."""
    project = RocqProject(tmp_path, 2)
    outcome = project.compile([name for name in project.sources if name.startswith("statements/")])
    assert {name: error for name, error in outcome.items() if error} == {}
    audit = project.audit(["statements/Headlines"])["statements/Headlines"]
    assert len(audit.statements) >= 10
    assert set(audit.axioms) <= formal.ALLOWED_AXIOMS
    assert formal._vocabulary_problem(project, "statements/Headlines") is None
