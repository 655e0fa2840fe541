"""The cache of evidence: what a key takes in, what counts as a whole record, and where the files lie."""

import dataclasses
import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.proofs import cache as caching
from gatedmem.proofs.evidence import Certified, Evidence, Request, Search, Status, Verdict
from gatedmem.proofs.ledger import parse

STATEMENT = parse({"id": "SM1", "title": "t", "kind": "paper", "source": "s", "conclusion": "c"}, "x")
WHOLE = {"status": "verified", "detail": "held", "seconds": 1.5, "data": {"steps": [1]}}


def fed(value):
    digest = hashlib.sha256()
    caching._add(digest, value)
    return digest.hexdigest()


def test_the_folder_is_the_one_asked_for_else_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEDMEM_CACHE", "here")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert caching.default_folder() == tmp_path / "here"
    monkeypatch.delenv("GATEDMEM_CACHE")
    assert caching.default_folder() == tmp_path / "xdg" / "gatedmem"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert caching.default_folder() == tmp_path / "home" / ".cache" / "gatedmem"


def test_evidence_is_kept_in_a_folder_that_is_not_there_yet_and_read_by_the_next_run(tmp_path):
    folder = tmp_path / "some" / "where"
    evidence = Evidence(Status.VERIFIED, "held", 1.5, {"steps": [1]})
    for key in ("k", "l"):  # into a new folder, and into one that is there
        caching.Cache(folder).put(key, evidence)
        assert caching.Cache(folder).get(key) == evidence
        assert json.loads((folder / "evidence" / f"{key}.json").read_text()) == WHOLE
    assert caching.Cache(folder).get("m") is None
    with pytest.raises(TypeError):
        caching.Cache(folder, True)  # which of the two would be meant?


@pytest.mark.parametrize(
    "change",
    [
        {"status": "failed"},
        {"status": "undecided"},
        {"status": "holds"},
        {"detail": 3},
        {"detail": None},
        {"seconds": "1.5"},
        {"seconds": None},
        {"data": [1]},
        {"data": None},
        {"status": []},
    ],
)
def test_one_wrong_field_makes_a_record_absent(tmp_path, change):
    cache = caching.Cache(tmp_path)
    cache.folder.mkdir()
    file = cache.folder / "k.json"
    file.write_text(json.dumps(WHOLE))
    assert cache.get("k") is not None
    file.write_text(json.dumps(WHOLE | change))
    assert cache.get("k") is None


@pytest.mark.parametrize("missing", WHOLE)
def test_a_missing_field_makes_a_record_absent(tmp_path, missing):
    cache = caching.Cache(tmp_path)
    cache.folder.mkdir()
    (cache.folder / "k.json").write_text(json.dumps({name: WHOLE[name] for name in WHOLE if name != missing}))
    assert cache.get("k") is None


def test_a_record_that_cannot_be_parsed_or_read_is_absent(tmp_path):
    cache = caching.Cache(tmp_path)
    cache.folder.mkdir()
    (cache.folder / "deep.json").write_text("[" * 100_000)
    (cache.folder / "folder.json").mkdir()
    assert cache.get("deep") is None
    assert cache.get("folder") is None


def test_bytes_and_texts_are_written_whole(tmp_path):
    file = tmp_path / "a"
    caching.write_atomically(file, b"\x00\xff")
    assert file.read_bytes() == b"\x00\xff"
    caching.write_atomically(file, "ξ")
    assert file.read_bytes() == "ξ".encode()
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_into_a_folder_that_is_gone_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):  # and nothing else on the way out: there is no temporary file to remove
        caching.write_atomically(tmp_path / "absent" / "a", "text")


def test_the_environment_names_python_and_every_library(monkeypatch):
    caching.environment.cache_clear()
    said = caching.environment()
    assert said.startswith(f"python {platform.python_version()} {platform.machine()}; ")
    assert f"; sympy {metadata.version('sympy')}" in f"; {said}"
    assert len(said.split("; ")) == 1 + len(caching.LIBRARIES)

    def absent(library):
        raise metadata.PackageNotFoundError(library)

    caching.environment.cache_clear()
    monkeypatch.setattr(metadata, "version", absent)
    try:
        assert "; numpy absent" in caching.environment()
    finally:
        caching.environment.cache_clear()


PACKAGE = {
    "gatedmem": "",
    "gatedmem.a": "",
    "gatedmem.a.b": "import os\nif TYPE_CHECKING:\n    import gatedmem.typed\nelse:\n    import gatedmem.other\n"
    "import gatedmem.plain, gatedmem.second\n"
    "def f():\n    from gatedmem import late\n    from . import near\n",
    "gatedmem.plain": "if x:\n    from gatedmem.deep import thing\n",
    **{f"gatedmem.{name}": "" for name in ("typed", "other", "second", "late", "near", "deep", "unused")},
}


@pytest.fixture
def package(monkeypatch):
    """A package whose modules' sources are the texts above."""
    texts = dict(PACKAGE)
    caching.imported_sources.cache_clear()
    monkeypatch.setattr(caching, "source_text", lambda name: texts.get(name, ""))
    monkeypatch.setattr(caching, "module_file", lambda name: Path(name) if name in texts else None)
    yield texts
    caching.imported_sources.cache_clear()


def test_every_import_that_is_run_is_found_wherever_it_stands(package):
    names = ("", ".a", ".a.b", ".other", ".plain", ".second", ".late", ".deep")
    assert caching.imported_sources("gatedmem.a.b") == {f"gatedmem{name}" for name in names}
    assert caching.imported_sources("gatedmem.unused") == {"gatedmem", "gatedmem.unused"}
    assert caching.imported_sources("os.path") == set()


def test_a_key_changes_with_each_source_below_and_with_no_other(package):
    modules = ["gatedmem.a.b", "gatedmem.second"]
    before = caching.key(STATEMENT, modules)
    for name in PACKAGE:
        package[name] += "# changed\n"
        caching.imported_sources.cache_clear()
        changed = caching.key(STATEMENT, modules) != before
        assert changed == (name not in ("gatedmem.typed", "gatedmem.near", "gatedmem.unused")), name
        package[name] = PACKAGE[name]
    assert caching.key(STATEMENT, modules) == caching.key(STATEMENT, modules[::-1]) == before


def test_a_key_changes_with_the_record_and_with_everything_else_given():
    modules = ["gatedmem.proofs.evidence"]
    keys = [
        caching.key(STATEMENT, modules),
        caching.key(dataclasses.replace(STATEMENT, hypotheses=("h",)), modules),
        caching.key(dataclasses.replace(STATEMENT, id="SM2"), modules),
        caching.key(STATEMENT, modules, "module:function"),
        caching.key(STATEMENT, modules, "module:other"),
        caching.key(STATEMENT, modules, "module:function", None),
        caching.key(STATEMENT, modules, "module:function", Request()),
        caching.key(STATEMENT, modules, "module:function", Request(seed=1)),
    ]
    assert len(set(keys)) == len(keys)


def test_what_is_fed_to_a_hash_is_told_apart_to_the_last_entry():
    patterns = np.arange(6.0).reshape(2, 3)
    values = [
        patterns,
        patterns.reshape(3, 2),
        patterns.astype(np.float32),
        patterns + np.eye(2, 3) * 1e-12,
        patterns.T,
        {"a": patterns},
        {"b": patterns},
        {"a": patterns, "b": 1},
        {"a": -patterns},
        AstrocyteInstance(np.ones((2, 3))),
        AstrocyteInstance(-np.ones((2, 3))),
        AstrocyteInstance,
        Request(),
        None,
        "None",
        0,
        0.0,
        -0.0,
        [1, 2],
        (1, 2),
    ]
    assert len({fed(value) for value in values}) == len(values)
    large, other = np.zeros(5000), np.zeros(5000)
    other[2500] = 1.0  # in the part that numpy leaves out when it prints an array
    assert fed(large) != fed(other)


def test_what_means_the_same_is_fed_the_same():
    patterns = np.arange(6.0).reshape(2, 3)
    assert fed({"a": 1, "b": 2}) == fed({"b": 2, "a": 1})
    assert fed(np.asfortranarray(patterns)) == fed(patterns)


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (Evidence(Status.VERIFIED, "d"), "status"),
        (Request(), "seed"),
        (Certified("i", Verdict.PROVED, "r"), "verdict"),
        (Search(1), "counterexample"),
        (STATEMENT, "kind"),
    ],
)
def test_a_record_of_evidence_cannot_be_altered(record, name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, name, None)


def test_a_record_says_by_default_that_it_holds_nothing():
    assert Evidence(Status.MISSING, "") == Evidence(Status.MISSING, "", seconds=0.0, data={})
    assert Request() == Request(seed=0, astrocyte=None, context=None)
    assert Certified("i", Verdict.PROVED, "r") == Certified("i", Verdict.PROVED, "r", numbers={})
    assert Search(1) == Search(1, None, None, None, None, ())
