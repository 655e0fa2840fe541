"""The definitions of the Rocq sources and of the simulator take the same values at shared points."""

from dataclasses import replace
from fractions import Fraction

import pytest

from gatedmem.proofs import ground, rocq_project
from gatedmem.proofs.ground import Exact
from gatedmem.proofs.ground_points import grounds
from gatedmem.proofs.rocq_project import ToolMissing

try:
    rocq_project.toolchain()
except ToolMissing as missing:
    pytest.skip(f"formal layer: {missing}", allow_module_level=True)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    return tmp_path_factory.mktemp("ground")


def chosen(name):
    found = [item for item in grounds() if item.name == name]
    assert found
    return found[:1]


def test_every_ground_instance_is_proved(build):
    items = grounds()
    assert len(items) > 100
    assert ground.prove(items, build, jobs=2) is None


def test_another_definition_in_rocq_is_noticed(build):
    texts = rocq_project.sources()
    file, old = "defs/NeuronAstrocyte", "- / 4 * sum2"
    assert old in texts[file]
    texts[file] = texts[file].replace(old, "- / 2 * sum2")
    error = ground.prove(chosen("three-layer energy"), build, texts=texts)
    assert error is not None
    assert "statements/Ground.v" in error


def test_another_value_of_the_simulator_is_noticed(build):
    item = chosen("gain velocity (2,)")[0]
    assert ground.prove([replace(item, value=-item.value)], build) is not None


def test_a_value_is_recognised_or_refused():
    for number in (Exact(Fraction(-49, 24)), Exact(Fraction(1, 8), Fraction(7, 10), Fraction(-3, 2))):
        assert ground.recognise(float(number)) == number
    with pytest.raises(ValueError, match="no combination"):
        ground.recognise(2.0**0.5)
