"""Gathering evidence: statuses come from what ran, errors become failures, the cache forgets what changed."""

import dataclasses
import textwrap
from pathlib import Path

import numpy as np
import pytest

import gatedmem
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.proofs import cache as caching
from gatedmem.proofs.checkers import certificate, simulation
from gatedmem.proofs.evidence import Certified, Evidence, Layer, Request, Search, Status, Verdict
from gatedmem.proofs.ledger import parse
from gatedmem.proofs.verify import exit_code, run_one, to_json, verify

WORDS = {"id": "SM1", "title": "A title", "kind": "paper", "source": "s", "conclusion": "c"}


def certified(verdict):
    return Certified("an instance", verdict, "because")


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([], Status.FAILED),
        ([Verdict.PROVED, Verdict.PROVED], Status.VERIFIED),
        ([Verdict.PROVED, Verdict.UNDECIDED], Status.UNDECIDED),
        ([Verdict.UNDECIDED, Verdict.REFUTED, Verdict.PROVED], Status.FAILED),
    ],
)
def test_certificates_are_only_verified_when_all_instances_are_proved(verdicts, status):
    evidence = certificate.check(lambda request: map(certified, verdicts), Request())
    assert evidence.status is status
    assert len(evidence.data["instances"]) == len(verdicts)


@pytest.mark.parametrize(
    ("search", "status", "detail"),
    [
        (Search(10, margin=0.25), Status.VERIFIED, "closest 0.25 from the bound"),
        (Search(10, residual=1e-12, tolerance=1e-9), Status.VERIFIED, "largest residual 1.0e-12"),
        (Search(10, counterexample="x = 1"), Status.FAILED, "counterexample: x = 1"),
        (Search(0), Status.FAILED, "tried no instance"),
        (Search(0, notes=["A is not positive definite", "more"]), Status.UNDECIDED, "A is not positive definite"),
        (Search(1, margin=0.25, tolerance=1e-9), Status.VERIFIED, "1 trials, no counterexample; closest 0.25"),
        (Search(1, residual=1e-12), Status.VERIFIED, "1 trials, no counterexample"),
        (Search(10, counterexample=""), Status.FAILED, "counterexample: "),
        (Search(0, counterexample="x = 1", notes=["n"]), Status.FAILED, "counterexample: x = 1"),
        (Search(-1), Status.FAILED, "tried no instance"),
    ],
)
def test_a_search_fails_on_a_counterexample_and_when_it_tried_nothing(search, status, detail):
    evidence = simulation.check(lambda request: search, Request())
    assert evidence.status is status
    assert detail in evidence.detail


def test_an_error_in_a_procedure_is_a_failure_and_not_a_crash():
    evidence = run_one(Layer.SIMULATION, "gatedmem.proofs.evidence:absent", Request())
    assert evidence.status is Status.FAILED
    assert "AttributeError" in evidence.detail


def test_required_layers_without_a_pointer_are_missing():
    statement = parse({**WORDS, "layers": ["D", "S"]}, "x")
    results = verify([statement])
    assert {layer: evidence.status for layer, evidence in results["SM1"].items()} == {
        Layer.DERIVATION: Status.MISSING,
        Layer.SIMULATION: Status.MISSING,
    }
    assert exit_code(results) == 0
    assert exit_code(results, complete=True) == 1
    assert to_json([statement], results) == [
        {
            "id": "SM1",
            "title": "A title",
            "kind": "paper",
            "uses": [],
            "required": ["D", "S"],
            "evidence": {
                "D": {"status": "missing", "detail": "required, not written yet", "seconds": 0.0},
                "S": {"status": "missing", "detail": "required, not written yet", "seconds": 0.0},
            },
        }
    ]


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([Status.VERIFIED], 0),
        ([Status.VERIFIED, Status.MISSING], 0),
        ([Status.UNAVAILABLE, Status.VERIFIED], 3),
        ([Status.UNAVAILABLE, Status.FAILED], 1),
        ([Status.UNDECIDED], 1),
    ],
)
def test_exit_codes(statuses, code):
    found = dict(zip(Layer, (Evidence(status, "") for status in statuses), strict=False))
    assert exit_code({"SM1": found}) == code


def test_a_verified_result_is_remembered_until_something_it_rests_on_changes(tmp_path, monkeypatch):
    cache = caching.Cache(tmp_path)
    statement = parse(WORDS, "x")
    modules = ["gatedmem.numerics.instances"]
    key = caching.key(statement, modules, Request())
    evidence = Evidence(Status.VERIFIED, "held", 1.5, {"steps": [1, 2]})
    cache.put(key, evidence)
    assert cache.get(key) == evidence
    assert caching.Cache(tmp_path, fresh=True).get(key) is None

    patterns = np.ones((2, 3))
    others = {
        caching.key(dataclasses.replace(statement, conclusion="d"), modules, Request()),
        caching.key(statement, ["gatedmem.numerics.files"], Request()),
        caching.key(statement, modules, Request(seed=1)),
        caching.key(statement, modules, Request(astrocyte=AstrocyteInstance(patterns))),
        caching.key(statement, modules, Request(astrocyte=AstrocyteInstance(patterns, sigma=2.0))),
        caching.key(statement, modules, Request(astrocyte=AstrocyteInstance(-patterns))),
    }
    monkeypatch.setattr(caching, "environment", lambda: "another version")
    others.add(caching.key(statement, modules, Request()))
    assert len(others | {key}) == 8


def test_a_change_in_a_module_imported_from_afar_changes_the_key(monkeypatch):
    statement = parse(WORDS, "x")
    before = caching.key(statement, ["gatedmem.proofs.checkers.simulation"])
    read = caching.source_text
    monkeypatch.setattr(caching, "source_text", lambda name: read(name) + "# x" * name.endswith("instances"))
    assert caching.key(statement, ["gatedmem.proofs.checkers.simulation"]) != before


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNDECIDED, Status.UNAVAILABLE, Status.MISSING])
def test_only_verified_results_are_remembered(tmp_path, status):
    cache = caching.Cache(tmp_path)
    cache.put("k", Evidence(status, ""))
    assert cache.get("k") is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"status": "proved"}', '{"status": "verified"}'])
def test_a_damaged_cache_file_counts_as_absent(tmp_path, content):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "k.json").write_text(content)
    assert caching.Cache(tmp_path).get("k") is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    caching.Cache(tmp_path / "file").put("k", Evidence(Status.VERIFIED, ""))


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        caching.write_atomically(file, "new \ud800")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_is_imported_to_know_what_a_module_imports():
    sources = caching.imported_sources("gatedmem.proofs.evidence")
    assert {"gatedmem", "gatedmem.proofs", "gatedmem.numerics.instances"} <= sources
    assert "gatedmem.cli" not in sources


def test_layers_do_not_reach_into_each_other():
    """Derivations use no arrays, certificates no simulator, falsifiers no sympy and no enclosures."""
    forbidden = {
        "theory": ("gatedmem.numerics", "gatedmem.proofs"),
        "numerics": ("gatedmem.proofs",),
        "proofs.certificates": (
            "gatedmem.numerics.astrocyte",
            "gatedmem.numerics.context",
            "gatedmem.numerics.softmax",
            "gatedmem.numerics.integrate",
            "gatedmem.theory",
        ),
        "proofs.falsifiers": ("gatedmem.numerics.enclosures", "gatedmem.numerics.exact", "gatedmem.theory"),
    }
    package = Path(gatedmem.__file__).parent
    for folder, others in forbidden.items():
        for file in package.joinpath(*folder.split(".")).rglob("*.py"):
            module = "gatedmem." + ".".join(file.relative_to(package).with_suffix("").parts)
            module = module.removesuffix(".__init__")
            for other in others:
                touched = [name for name in caching.imported_sources(module) if name.startswith(other)]
                assert not touched, textwrap.shorten(f"{module} reaches {touched}", 200)


def test_a_worker_that_dies_fails_its_own_task_only(tmp_path, monkeypatch):
    """The innocent tasks of a broken pool are run again, each alone."""
    (tmp_path / "spoiled.py").write_text(
        "import os\n"
        "from gatedmem.proofs.evidence import Search\n"
        "def dies(request): os._exit(1)\n"
        "def eats(request): return Search(len(bytearray(64 * 2**30)))\n"
        "def lives(request): return Search(7)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    from gatedmem.proofs.verify import _compute

    tasks = [
        (parse({**WORDS, "id": f"SM{number}"}, "x"), Layer.SIMULATION, f"spoiled:{name}")
        for number, name in enumerate(("dies", "lives", "eats", "lives"), start=1)
    ]
    found = {statement.id: evidence for statement, _, evidence in _compute(tasks, Request(), 2)}
    assert {name: evidence.status for name, evidence in found.items()} == {
        "SM1": Status.FAILED,
        "SM2": Status.VERIFIED,
        "SM3": Status.FAILED,
        "SM4": Status.VERIFIED,
    }
    assert "its process died" in found["SM1"].detail
    assert "MemoryError" in found["SM3"].detail


def test_without_shared_semaphores_the_work_is_done_in_this_process(monkeypatch):
    from concurrent import futures

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(futures, "ProcessPoolExecutor", refuse)
    statement = parse({**WORDS, "id": "SM4", "evidence": {"D": "gatedmem.theory.softmax.covariance:sm4"}}, "x")
    assert verify([statement], [Layer.DERIVATION])["SM4"][Layer.DERIVATION].status is Status.VERIFIED
