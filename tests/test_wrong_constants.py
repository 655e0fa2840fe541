"""A wrong constant in one layer of a statement turns that layer, and no other layer of it, to failed.

Each case copies the package, changes one constant in one file, and runs ``gatedmem verify`` on the copy. The
cache is shared: layers that the change does not touch are found in it, the others are computed.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gatedmem

PACKAGE = Path(gatedmem.__file__).parent
DRILLED = ("SM4", "AG8", "CG11")

# statement, layer, file, what stands there, what is put in its place
WRONG = [
    (
        "SM4",
        "D",
        "theory/softmax/covariance.py",
        "COVARIANCE_BOUND = Fraction(1, 2)",
        "COVARIANCE_BOUND = Fraction(3, 5)",
    ),
    ("AG8", "D", "theory/astrocyte/energy.py", "by_neurons + by_gains\n", "by_neurons + 2 * by_gains\n"),
    (
        "CG11",
        "D",
        "theory/context/contraction.py",
        "COVARIANCE_NORM = Fraction(1, 2)",
        "COVARIANCE_NORM = Fraction(1, 3)",
    ),
    (
        "SM4",
        "F",
        "proofs/rocq/statements/SM4.v",
        "softcov p v v <= (/ 2) * dot v v",
        "softcov p v v <= (/ 3) * dot v v",
    ),
    (
        "SM4",
        "C",
        "proofs/certificates/softmax.py",
        "COVARIANCE_BOUND = Fraction(1, 2)",
        "COVARIANCE_BOUND = Fraction(49, 100)",
    ),
    (
        "SM4",
        "C",
        "proofs/certificates/softmax.py",
        "COVARIANCE_BOUND = Fraction(1, 2)",
        "COVARIANCE_BOUND = Fraction(51, 100)",
    ),
    ("SM4", "S", "proofs/falsifiers/softmax/covariance.py", "COVARIANCE_BOUND = 0.5", "COVARIANCE_BOUND = 0.499"),
    ("SM4", "S", "proofs/falsifiers/softmax/covariance.py", "COVARIANCE_BOUND = 0.5", "COVARIANCE_BOUND = 0.501"),
    ("AG8", "F", "proofs/rocq/statements/AG8.v", "- (INR K * tau_p m) * sum", "- (2 * tau_p m) * sum"),
    (
        "AG8",
        "C",
        "proofs/certificates/astrocyte/energy.py",
        "(Fraction(1), Fraction(1))",
        "(Fraction(1), Fraction(101, 100))",
    ),
    (
        "AG8",
        "C",
        "proofs/certificates/astrocyte/energy.py",
        "(Fraction(1), Fraction(1))",
        "(Fraction(1, 2), Fraction(1))",
    ),
    (
        "AG8",
        "S",
        "numerics/astrocyte.py",
        "factor = instance.n_patterns / instance.n_neurons",
        "factor = 1.0 / instance.n_neurons",
    ),
    ("AG8", "S", "numerics/astrocyte.py", "4.0 * instance.sigma * decay", "4.0 * decay"),
    (
        "CG11",
        "F",
        "proofs/rocq/statements/CG11.v",
        "(lambda m) ^ 2) / (2 * eta) in",
        "(lambda m) ^ 2) / (3 * eta) in",
    ),
    (
        "CG11",
        "C",
        "proofs/certificates/context/contraction.py",
        "CONTRACTION = Fraction(1, 2)",
        "CONTRACTION = Fraction(1, 3)",
    ),
    (
        "CG11",
        "C",
        "proofs/certificates/context/contraction.py",
        "CONTRACTION = Fraction(1, 2)",
        "CONTRACTION = Fraction(1)",
    ),
    (
        "CG11",
        "S",
        "numerics/context.py",
        "instance.beta * instance.gain**2 / (2.0 * smallest)",
        "instance.beta * instance.gain**2 / (2.2 * smallest)",
    ),
]


def verify(package: Path, cache: Path, statement: str) -> dict[str, str]:
    """Statuses by layer, from the command line of a copy of the package."""
    done = subprocess.run(
        [sys.executable, "-m", "gatedmem", "verify", statement, "--json"],
        capture_output=True,
        text=True,
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent), "GATEDMEM_CACHE": str(cache)},
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    (record,) = json.loads(done.stdout)
    return {layer: evidence["status"] for layer, evidence in record["evidence"].items()}


def copy(folder: Path) -> Path:
    return Path(shutil.copytree(PACKAGE, folder / "gatedmem", ignore=shutil.ignore_patterns("__pycache__", "*.vo*")))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def sound(cache, tmp_path_factory):
    """The statuses of the package as it is."""
    package = copy(tmp_path_factory.mktemp("sound"))
    return {statement: verify(package, cache, statement) for statement in DRILLED}


@pytest.mark.parametrize("statement", DRILLED)
def test_as_it_is_every_layer_is_verified(sound, statement):
    statuses = dict(sound[statement])
    assert list(statuses) == ["D", "F", "C", "S"]
    if shutil.which("coqc") is None:
        assert statuses.pop("F") == "unavailable"
    assert set(statuses.values()) == {"verified"}


@pytest.mark.parametrize(
    ("statement", "layer", "file", "right", "wrong"),
    WRONG,
    ids=[f"{s}-{layer}-{wrong}" for s, layer, *_, wrong in WRONG],
)
def test_a_wrong_constant_fails_exactly_its_layer(sound, cache, tmp_path, statement, layer, file, right, wrong):
    if sound[statement][layer] == "unavailable":
        pytest.skip("Rocq is not on this machine")
    package = copy(tmp_path)
    text = (package / file).read_text(encoding="utf-8")
    assert right in text, "the drill no longer finds the constant it is to spoil"
    (package / file).write_text(text.replace(right, wrong), encoding="utf-8")
    assert verify(package, cache, statement) == {**sound[statement], layer: "failed"}
