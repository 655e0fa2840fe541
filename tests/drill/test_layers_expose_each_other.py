"""What one layer gets wrong, the others say: a lying algebra system, a broken simulator, a lying solver.

For the solver see ``tests/certificates/test_softmax.py::test_a_solver_that_lies_is_found_out``.
"""

from pathlib import Path

from gatedmem.drill.run import Outcome, Result, Trial, run
from gatedmem.drill.variants import parse
from gatedmem.proofs import ledger
from gatedmem.proofs.evidence import Layer

SM4 = ledger.load()["SM4"]

CONSTANT = 'old = "COVARIANCE_BOUND = Fraction(1, 2)", new = "COVARIANCE_BOUND = Fraction(2, 5)"'
LYING_ALGEBRA = """
{ file = "theory/indexed.py", within = "is_zero", old = "return ", new = "return True or " }"""
NO_SECOND_LOOK = """
{ file = "theory/steps/ground.py", within = "values", old = "in self._samples()", new = "in ()" }"""
BROKEN_SIMULATOR = """
{ file = "numerics/softmax.py", within = "covariance", old = "- weights", new = "+ weights" }"""


def ask(folder: Path, layer: Layer, edits: str) -> Result:
    """Put the statement, with the given edits, before a layer."""
    posed = {str(each): '{ cannot = "not asked" }' for each in SM4.evidence} | {str(layer): f"[{edits}]"}
    text = '[[variant]]\nname = "n"\nkind = "form"\nwords = "w"\n' + "\n".join(f"{k} = {v}" for k, v in posed.items())
    (variant,) = parse(text, SM4)
    return run([Trial(SM4, layer, variant)], folder=folder, jobs=1)[0]


def test_algebra_that_calls_everything_zero_is_caught_by_the_numbers_of_its_own_layer(tmp_path: Path) -> None:
    found = ask(tmp_path, Layer.DERIVATION, f"{{ {CONSTANT} }}, {LYING_ALGEBRA}")
    assert found.outcome is Outcome.UNDECIDED
    assert "proved by normal forms, yet" in found.detail


def test_a_derivation_fooled_throughout_is_contradicted_by_certificate_and_search(tmp_path: Path) -> None:
    fooled = ask(tmp_path, Layer.DERIVATION, f"{{ {CONSTANT} }}, {LYING_ALGEBRA}, {NO_SECOND_LOOK}")
    assert fooled.outcome is Outcome.ACCEPTED
    assert ask(tmp_path, Layer.CERTIFICATE, f"{{ {CONSTANT} }}").outcome is Outcome.FAILED
    in_floats = '{ old = "COVARIANCE_BOUND = 0.5", new = "COVARIANCE_BOUND = 0.4" }'
    assert ask(tmp_path, Layer.SIMULATION, in_floats).outcome is Outcome.FAILED


def test_a_broken_simulator_fails_its_own_layer_and_reaches_no_other(tmp_path: Path) -> None:
    assert ask(tmp_path, Layer.SIMULATION, BROKEN_SIMULATOR).outcome is Outcome.FAILED
    for layer in (Layer.DERIVATION, Layer.CERTIFICATE):
        found = ask(tmp_path, layer, BROKEN_SIMULATOR)
        assert found.outcome is Outcome.BROKE
        assert "not imported" in found.detail
