"""Gathering evidence, piece by piece: which results are reused, what a request reaches, what each outcome means."""

import dataclasses
import itertools
import os
import sys
import threading
from contextlib import ExitStack, contextmanager

import numpy as np
import pytest

from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance
from gatedmem.proofs import cache as caching
from gatedmem.proofs import verify as gathering
from gatedmem.proofs.checkers import certificate, derivation, formal
from gatedmem.proofs.evidence import Certified, Evidence, Layer, Request, Status, Verdict
from gatedmem.proofs.ledger import parse
from gatedmem.proofs.rocq_project import AuditError, ToolMissing
from gatedmem.theory.derivation import Derivation, FalseStep, UndecidedStep

WORDS = {"id": "SM1", "title": "A title", "kind": "paper", "source": "s", "conclusion": "c"}
MEMORY = AstrocyteInstance(np.array([[1.0, -1.0], [1.0, 1.0]]))
CONTEXT = ContextInstance(np.eye(2), alpha=0.2, beta=1.0, gain=0.5, drive=np.ones(2), evidence=np.ones(2))
NOTHING = Request()
MODULE = """
from gatedmem.proofs.evidence import Certified, Search, Verdict

seen = []

def search(request):
    seen.append(request)
    return Search(7, margin=0.5)

def refuted(request):
    seen.append(request)
    return Search(7, counterexample="x = 1")

def certify(request):
    seen.append(request)
    yield Certified("an instance", Verdict.PROVED, "because")

def stumbles(request):
    raise ValueError("one line\\nand another")
"""


def record(name="SM1", layers=("D", "F", "C", "S"), **evidence):
    pointers = {Layer(layer): pointer for layer, pointer in evidence.items()}
    return dataclasses.replace(parse({**WORDS, "id": name, "layers": list(layers)}, "x"), evidence=pointers)


@pytest.fixture
def seen(tmp_path, monkeypatch):
    """The requests that the procedures of a module ``procedures`` are given; all work is done in this process."""
    (tmp_path / "procedures.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "procedures", raising=False)
    monkeypatch.setattr(gathering, "processes", refuse)
    import procedures

    yield procedures.seen
    del sys.modules["procedures"]


def refuse(*arguments):
    raise OSError("no processes here")


def gather(statements, *arguments, **options):
    """Results and ticks."""
    ticks = []
    results = gathering.verify(
        statements, *arguments, tick=lambda name, layer, found: ticks.append((name, layer, found)), **options
    )
    return results, ticks


def said(results):
    return {
        name: [(layer, each.status, each.detail) for layer, each in found.items()] for name, found in results.items()
    }


def test_a_verified_result_is_reused_and_its_time_is_not_counted_again(seen, tmp_path):
    statement = record(layers=(), S="procedures:search", C="procedures:certify")
    first, ticks = gather([statement], folder=tmp_path)
    assert [found.status for found in first["SM1"].values()] == [Status.VERIFIED] * 2
    assert list(first["SM1"]) == [Layer.CERTIFICATE, Layer.SIMULATION]
    assert {(name, layer): found for name, layer, found in ticks} == {
        ("SM1", layer): found for layer, found in first["SM1"].items()
    }
    assert len(seen) == 2
    for options in ({}, {"jobs": 2}):
        again, ticks = gather([statement], folder=tmp_path, **options)
        assert said(again) == said(first)
        assert again["SM1"][Layer.SIMULATION].seconds == first["SM1"][Layer.SIMULATION].seconds
        assert [found.seconds for _, _, found in ticks] == [0.0, 0.0]
        assert len(seen) == 2
    gather([statement], folder=tmp_path, fresh=True)
    assert len(seen) == 4
    gather([statement], folder=tmp_path)  # what the fresh run found is kept
    assert len(seen) == 4


def test_a_refuted_statement_is_run_again_and_fails_again(seen, tmp_path):
    statement = record(layers=(), S="procedures:refuted")
    for number in (1, 2):
        results, ticks = gather([statement], folder=tmp_path)
        assert results["SM1"][Layer.SIMULATION].status is Status.FAILED
        assert len(ticks) == 1
        assert len(seen) == number


def test_only_the_wanted_layers_of_a_statement_are_gathered(seen, tmp_path):
    both = record(layers=("S", "C", "D"), S="procedures:search", C="procedures:certify")
    other = record("SM2", layers=("C", "S"), S="procedures:search")
    results, ticks = gather([both, other], [Layer.SIMULATION], folder=tmp_path)
    assert {name: list(found) for name, found in results.items()} == {
        "SM1": [Layer.SIMULATION],
        "SM2": [Layer.SIMULATION],
    }
    results, _ = gather([both, other], iter([Layer.CERTIFICATE, Layer.DERIVATION, Layer.FORMAL]), folder=tmp_path)
    assert results["SM1"][Layer.DERIVATION].status is Status.MISSING
    assert results["SM1"][Layer.CERTIFICATE].status is Status.VERIFIED
    assert results["SM2"] == {Layer.CERTIFICATE: results["SM1"][Layer.DERIVATION]}
    assert [(name, layer) for name, layer, _ in ticks] == [("SM1", Layer.SIMULATION), ("SM2", Layer.SIMULATION)]


def test_the_users_own_cache_is_used_by_default(seen, tmp_path, monkeypatch):
    monkeypatch.setenv("GATEDMEM_CACHE", str(tmp_path / "own"))
    gather([record(layers=(), S="procedures:search")])
    assert len(list((tmp_path / "own" / "evidence").iterdir())) == 1
    assert seen == [Request()]


def test_a_memory_reaches_the_statements_of_its_model_only(seen, tmp_path):
    request = Request(3, MEMORY, CONTEXT)
    statements = [record(name, layers=(), S="procedures:search") for name in ("SM1", "AG1", "CG1", "GW1")]
    gather(statements, tuple(Layer), request, folder=tmp_path)
    reached = [(one.seed, one.astrocyte is MEMORY, one.context is CONTEXT) for one in seen]
    assert reached == [(3, False, False), (3, True, False), (3, False, True), (3, False, False)]


def test_a_pool_of_processes_is_given_the_same_request(seen, tmp_path, monkeypatch):
    """The memory of another model is no part of the key, so it must not reach the procedure by this way either."""
    from concurrent.futures import ThreadPoolExecutor

    @contextmanager
    def threads(count, begin):
        assert count == 1
        with ThreadPoolExecutor(count) as pool:
            yield pool

    monkeypatch.setattr(gathering, "processes", threads)
    gather(
        [record("AG1", layers=(), S="procedures:search")], tuple(Layer), Request(3, MEMORY, CONTEXT), folder=tmp_path
    )
    assert [(one.seed, one.astrocyte is MEMORY, one.context) for one in seen] == [(3, True, None)]


def test_the_key_of_a_layer_takes_in_what_the_layer_depends_on():
    module = "gatedmem.numerics.instances"

    def key(name="AG1", layer=Layer.SIMULATION, pointer=f"{module}:f", request=NOTHING):
        return gathering._key(record(name), layer, pointer, request)

    keys = [
        key(),
        key(name="AG2"),
        key(layer=Layer.CERTIFICATE),
        key(layer=Layer.DERIVATION),
        key(pointer=f"{module}:g"),
        key(pointer="gatedmem.numerics.files:f"),
        key(request=Request(seed=1)),
        key(request=Request(astrocyte=MEMORY)),
        key("CG1", request=Request(context=CONTEXT)),
        key("CG1"),
    ]
    assert len(set(keys)) == len(keys)
    assert key(request=Request(context=CONTEXT)) == key()
    assert key("CG1", request=Request(astrocyte=MEMORY)) == key("CG1")
    # A derivation speaks of all instances at once.
    assert key(layer=Layer.DERIVATION, request=Request(1, MEMORY)) == key(layer=Layer.DERIVATION)


@pytest.mark.parametrize("changed", ["gatedmem.numerics.softmax", "gatedmem.proofs.checkers.simulation"])
def test_the_key_changes_with_the_procedure_and_with_its_checker(monkeypatch, changed):
    """Of the two modules neither imports the other."""

    def key():
        return gathering._key(record("AG1"), Layer.SIMULATION, "gatedmem.numerics.softmax:f", Request())

    before, read = key(), caching.source_text
    monkeypatch.setattr(caching, "source_text", lambda name: read(name) + "# x" * (name == changed))
    assert key() != before


def test_an_error_is_told_in_one_line_with_its_place(seen):
    evidence = gathering.run_one(Layer.SIMULATION, "procedures:stumbles", Request())
    assert evidence.status is Status.FAILED
    assert evidence.detail == "ValueError at procedures.py:19: one line and another"
    assert 0 <= evidence.seconds < 10
    assert round(evidence.seconds, 3) == evidence.seconds


def test_the_time_of_a_procedure_is_told_to_a_millisecond(seen, monkeypatch):
    now = itertools.count(100.0, 1.23456)
    monkeypatch.setattr(gathering.time, "perf_counter", lambda: next(now))
    assert gathering.run_one(Layer.SIMULATION, "procedures:search", Request()).seconds == 1.235


def test_a_layer_is_checked_by_its_own_checker(seen):
    assert gathering.run_one(Layer.SIMULATION, "procedures:search", Request()).detail.startswith("7 trials")
    assert gathering.run_one(Layer.CERTIFICATE, "procedures:certify", Request()).detail == "1 instances proved"
    # A search is no certificate, and neither is a derivation.
    assert gathering.run_one(Layer.CERTIFICATE, "procedures:search", Request()).status is Status.FAILED
    assert gathering.run_one(Layer.SIMULATION, "procedures:certify", Request()).status is Status.FAILED
    assert gathering.run_one(Layer.DERIVATION, "procedures:search", Request()).status is Status.FAILED


@pytest.mark.parametrize("count", range(1, 4))
def test_a_layer_of_certificates_is_as_good_as_its_worst_instance(count):
    worst = {Verdict.PROVED: Status.VERIFIED, Verdict.UNDECIDED: Status.UNDECIDED, Verdict.REFUTED: Status.FAILED}
    order = list(worst)
    for verdicts in itertools.product(order, repeat=count):
        found = [Certified(f"{n}: {verdict}", verdict, "reason") for n, verdict in enumerate(verdicts)]
        evidence = certificate.check(lambda request, found=found: iter(found), Request())
        decisive = max(verdicts, key=order.index)
        assert evidence.status is worst[decisive]
        if decisive is not Verdict.PROVED:  # the first of the worst is named
            assert evidence.detail.startswith(f"{verdicts.index(decisive)}: {decisive}: {decisive}: reason")
    assert certificate.check(lambda request: iter(()), Request()).status is Status.FAILED


class Derived:
    """What the checker asks of a derivation."""

    def __init__(self, methods, conclusions, lemmas=(), cited=()):
        steps = [{"method": method} for method in methods]
        self.record = {"steps": steps, "conclusions": conclusions, "lemmas": lemmas, "cited": cited}

    def to_json(self):
        return self.record

    def to_markdown(self):
        return "words"

    def to_latex(self):
        return "formulas"


@pytest.mark.parametrize(
    ("derived", "status", "detail"),
    [
        (Derived(["exact"], ["c"]), Status.VERIFIED, "1 steps checked"),
        (Derived(["exact", None, "", "numeric"], ["c"]), Status.VERIFIED, "2 steps checked"),
        (Derived([None, ""], ["c"]), Status.FAILED, "checks no step"),
        (Derived([], ["c"]), Status.FAILED, "checks no step"),
        (Derived(["exact"], []), Status.FAILED, "concludes nothing"),
        (Derived([], []), Status.FAILED, "concludes nothing"),
        (Derived(["e"], ["c"], ["SM1", "chain rule", "AG12"]), Status.VERIFIED, "checked, resting on SM1, AG12"),
        (Derived(["e"], ["c"], ["rule"], ["Weyl", "Cauchy"]), Status.VERIFIED, "checked, quoting Weyl, Cauchy"),
    ],
)  # fmt: skip
def test_a_derivation_must_check_a_step_and_conclude_something(derived, status, detail):
    evidence = derivation.check(lambda: derived)
    assert evidence.status is status
    assert detail in evidence.detail
    if status is Status.VERIFIED:
        assert evidence.detail.endswith(detail)
        assert evidence.data == {**derived.record, "markdown": "words", "latex": "formulas"}


def test_a_false_step_fails_a_derivation_and_an_undecided_one_leaves_it_open():
    def raising(error):
        raise error

    false = derivation.check(lambda: raising(FalseStep(Derivation("SM1", "t"), "by sight", 1, 2, "x = 0")))
    assert (false.status, false.detail) == (Status.FAILED, "first false step: SM1: by sight: x = 0")
    open_ = derivation.check(lambda: raising(UndecidedStep(Derivation("SM1", "t"), "by sight", 1, 2, "x = 0")))
    assert (open_.status, open_.detail) == (
        Status.UNDECIDED,
        "first step that could not be decided: SM1: by sight: x = 0",
    )


def test_the_exit_code_tells_the_worst():
    for size in range(len(Status) + 1):
        for statuses in itertools.combinations(Status, size):
            results = {f"SM{n}": {Layer.SIMULATION: Evidence(status, "")} for n, status in enumerate(statuses)}
            for complete in (False, True):
                bad = {Status.FAILED, Status.UNDECIDED} | ({Status.MISSING} if complete else set())
                worst = 1 if bad & set(statuses) else 3 if Status.UNAVAILABLE in statuses else 0
                assert gathering.exit_code(results, complete=complete) == worst, (statuses, complete)
            assert gathering.exit_code(results) == gathering.exit_code(results, complete=False)
    with pytest.raises(TypeError):
        gathering.exit_code({}, True)


def test_the_options_of_a_run_are_given_by_name(tmp_path):
    with pytest.raises(TypeError):
        gathering.verify([], (), None, tmp_path)
    with ExitStack() as last, pytest.raises(TypeError):
        gathering._rocq_folder(tmp_path, last, True)
    with pytest.raises(TypeError):
        next(gathering._compute([], Request(), 1, True))


def test_memory_is_limited_to_what_the_machine_allows_too(monkeypatch):
    import resource

    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: limits.append((kind, pair)))
    six = 6 * 1024**3
    for hard in (resource.RLIM_INFINITY, 2**20, 2**40):
        monkeypatch.setattr(resource, "getrlimit", lambda kind, hard=hard: (5, hard))
        gathering._limit_memory()
    data = resource.RLIMIT_DATA
    assert limits == [
        (data, (six, resource.RLIM_INFINITY)),
        (data, (2**20, 2**20)),
        (data, (six, 2**40)),
    ]
    monkeypatch.setitem(sys.modules, "resource", None)
    gathering._limit_memory()  # not a POSIX system: nothing to do


def test_rocq_works_in_the_cache_or_in_a_folder_for_this_run(tmp_path, monkeypatch):
    with ExitStack() as last:
        for _ in range(2):  # made, then found
            assert gathering._rocq_folder(tmp_path / "a" / "cache", last, fresh=False) == tmp_path / "a/cache/rocq"
        assert (tmp_path / "a/cache/rocq").is_dir()
        anew = gathering._rocq_folder(tmp_path / "a" / "cache", last, fresh=True)
        assert anew.is_dir()
        assert tmp_path not in anew.parents
        (tmp_path / "file").write_text("")
        shut = gathering._rocq_folder(tmp_path / "file", last, fresh=False)
        assert shut.is_dir()
        monkeypatch.setattr(os, "access", lambda folder, mode: mode != os.W_OK)
        unwritable = gathering._rocq_folder(tmp_path / "a" / "cache", last, fresh=False)
        assert tmp_path not in unwritable.parents
        last.callback(lambda: (anew / "more").write_text("the prover is still writing"))
    assert not anew.exists()
    assert not unwritable.exists()


class Prover:
    """Stands for the formal layer: which files were asked for, under which keys, and how."""

    def __init__(self, monkeypatch, outcome=Status.VERIFIED):
        self.keys = {"statements/X1": "k1", "statements/X2": "k2"}
        self.outcome, self.asked, self.kept, self.broken = outcome, [], [], None
        self.folders = []
        monkeypatch.setattr(gathering, "RocqProject", self.project)
        monkeypatch.setattr(formal, "check", self.check)

    def project(self, folder, jobs, say):
        self.folders.append(folder)
        if self.broken is not None:
            raise self.broken
        return self

    def keep(self, folder):
        self.kept.append(folder)
        raise OSError("read-only")

    def check(self, project, pointers, *, second_kernel):
        assert project is self
        self.asked.append((dict(pointers), second_kernel))
        return {name: Evidence(self.outcome, "by the prover") for name in pointers}


FORMAL = [record("SM1", (), F="X1"), record("SM2", (), F="X2"), record("SM3", ("F",))]


def test_a_proof_is_asked_for_again_only_when_its_files_changed(tmp_path, monkeypatch):
    prover = Prover(monkeypatch)
    results, ticks = gather(FORMAL, folder=tmp_path)
    assert {name: found[Layer.FORMAL].status for name, found in results.items()} == {
        "SM1": Status.VERIFIED,
        "SM2": Status.VERIFIED,
        "SM3": Status.MISSING,
    }
    assert prover.asked == [({"SM1": "X1", "SM2": "X2"}, False)]
    assert [(name, layer) for name, layer, _ in ticks] == [("SM1", Layer.FORMAL), ("SM2", Layer.FORMAL)]
    assert prover.folders == [tmp_path / "rocq"]
    seconds = results["SM1"][Layer.FORMAL].seconds
    assert 0 <= seconds < 10
    assert round(seconds, 3) == seconds
    gather(FORMAL, folder=tmp_path)
    assert len(prover.asked) == 1
    prover.keys["statements/X2"] = "changed"
    results, _ = gather(FORMAL, folder=tmp_path)
    assert prover.asked[1:] == [({"SM2": "X2"}, False)]
    assert results["SM1"][Layer.FORMAL].status is Status.VERIFIED
    reworded = [dataclasses.replace(FORMAL[0], conclusion="d"), *FORMAL[1:]]
    gather(reworded, folder=tmp_path)
    assert prover.asked[2:] == [({"SM1": "X1"}, False)]
    assert prover.kept == []


def test_a_fresh_run_compiles_elsewhere_asks_the_second_kernel_and_keeps_what_it_made(tmp_path, monkeypatch):
    prover = Prover(monkeypatch)
    gather(FORMAL, folder=tmp_path)
    results, _ = gather(FORMAL, folder=tmp_path, fresh=True)
    assert prover.asked[1:] == [({"SM1": "X1", "SM2": "X2"}, True)]
    assert prover.folders[1] != tmp_path / "rocq"
    assert prover.kept == [tmp_path / "rocq"]  # and that it could not be written is no error
    assert results["SM1"][Layer.FORMAL].status is Status.VERIFIED
    gather(FORMAL, folder=tmp_path)
    assert len(prover.asked) == 2


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNDECIDED, Status.UNAVAILABLE])
def test_what_the_prover_did_not_verify_is_asked_again(tmp_path, monkeypatch, status):
    prover = Prover(monkeypatch, status)
    for number in (1, 2):
        results, _ = gather(FORMAL, folder=tmp_path)
        assert results["SM1"][Layer.FORMAL].status is status
        assert len(prover.asked) == number


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (ToolMissing("coqc is not here"), Status.UNAVAILABLE, "coqc is not here"),
        (AuditError("strange answer"), Status.FAILED, "the formal layer broke: strange answer"),
        (OSError("disk full"), Status.FAILED, "the formal layer broke: disk full"),
    ],
)
def test_without_an_answer_of_the_prover_nothing_is_verified(tmp_path, monkeypatch, error, status, detail):
    prover = Prover(monkeypatch)
    gather(FORMAL[:1], folder=tmp_path)
    prover.broken = error
    results, ticks = gather(FORMAL, folder=tmp_path)
    for name in ("SM1", "SM2"):
        assert results[name][Layer.FORMAL] == Evidence(status, detail)
    assert len(ticks) == 2


def test_the_prover_is_left_alone_when_no_proof_is_wanted(seen, tmp_path, monkeypatch):
    prover = Prover(monkeypatch)
    statement = record(layers=(), F="X1", S="procedures:search")
    results, _ = gather([statement], [Layer.SIMULATION], folder=tmp_path)
    assert list(results["SM1"]) == [Layer.SIMULATION]
    gather([record(layers=(), S="procedures:search")], folder=tmp_path)
    assert prover.folders == []
    assert not (tmp_path / "rocq").exists()


def test_the_time_of_a_run_of_the_prover_is_shared_out(tmp_path, monkeypatch):
    Prover(monkeypatch)
    now = itertools.count(100.0, 6.0026)
    monkeypatch.setattr(gathering.time, "perf_counter", lambda: next(now))
    cache = caching.Cache(tmp_path)
    found = gathering._formal(FORMAL[:2], cache, tmp_path, 1, print)
    assert [evidence.seconds for evidence in found.values()] == [3.001, 3.001]
    found = gathering._formal(FORMAL[:2], cache, tmp_path, 1, print)  # nothing to do, nothing to divide by
    assert [evidence.seconds for evidence in found.values()] == [3.001, 3.001]


def test_who_interrupts_does_not_wait_for_the_prover(tmp_path, monkeypatch):
    prover, going_on = Prover(monkeypatch), threading.Event()
    prover.check = lambda project, pointers, second_kernel: going_on.wait(20) and {}
    monkeypatch.setattr(formal, "check", prover.check)

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(gathering, "_compute", interrupted)
    watch = threading.Timer(10, going_on.set)
    watch.start()
    with pytest.raises(KeyboardInterrupt):
        gather(FORMAL, folder=tmp_path)
    waited = going_on.is_set()
    watch.cancel()
    going_on.set()
    assert not waited


def test_nothing_to_compute_starts_no_process(monkeypatch):
    monkeypatch.setattr(gathering, "processes", lambda *arguments: pytest.fail("a process was started"))
    assert list(gathering._compute([], Request(), 1)) == []
