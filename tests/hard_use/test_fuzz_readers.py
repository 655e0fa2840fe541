"""Damaged and hostile files before every reader: each is read or refused in one line; nothing crashes, hangs or runs.

A damaged file is a good one with a few bytes flipped, cut, doubled, or replaced by what readers stumble over; a
hostile record is a good one with some of its parts replaced by values of the wrong kind.
"""

import copy
import io
import json
import pickle
import tomllib
import warnings
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from gatedmem.book.markup import BookError
from gatedmem.book.results import claims_page, is_stale, manifests
from gatedmem.cli import cli
from gatedmem.numerics.files import InputError, read_exact, read_exact_vector, read_table
from gatedmem.numerics.language.texts import own_task
from gatedmem.proofs.cache import Cache
from gatedmem.proofs.certify.astrocyte import ExactAstrocyte, certify
from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.checker.certificate import check
from gatedmem.proofs.checker.reading import Rejected
from gatedmem.proofs.evidence import Layer, Status
from gatedmem.proofs.ledger import LedgerError, load, parse
from gatedmem.proofs.verify import to_json
from gatedmem.report import print_claims, print_table
from gatedmem.reproduce.claims import audit
from gatedmem.reproduce.work import Store, Unit

ROOT = Path(__file__).parents[2]
TABLE = np.array([[1.0, -1.0, 1.0], [-1.0, 0.1, 3e-300]])

STUMBLES = [
    b"nan",
    b"1e999",
    b"\x00",
    b'"',
    b"[",
    b"]",
    b"{",
    b"}",
    b"\xff",
    b"\x80\x04",
    b",",
    b"\n",
    b"\r",
    b"null",
]
STUMBLES += [
    b"-",
    b":",
    b"'",
    b"\xef\xbb\xbf",
    b"1_0",
    b"\xe2\x80\xae",
    b"9" * 500,
    b"9" * 5000,
    b"(" * 50,
    b"x" * 140_000,
]


@st.composite
def damaged(draw, good):
    """Bytes of one of the good files after up to four accidents."""
    data = bytearray(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data)))
        end = min(len(data), place + draw(st.integers(1, 40)))
        match draw(st.sampled_from(["flip", "cut", "drop", "double", "insert", "replace"])):
            case "flip" if data:
                data[place % len(data)] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[place:]
            case "drop":
                del data[place:end]
            case "double":
                data[place:place] = data[place:end]
            case "insert":
                data[place:place] = draw(st.sampled_from(STUMBLES))
            case "replace":
                data[place:end] = draw(st.sampled_from(STUMBLES))
    return bytes(data)


ODD = [
    None,
    True,
    0,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    10**400,
    "",
    "x" * 2000,
    "\x00",
    "\n",
    "../../../etc/passwd",
]
ODD += [
    "1/0",
    "9" * 1400,
    "2^3",
    [],
    [[]],
    {},
    [None],
    {"a": 1},
    "proved",
    "verified",
    "\ud800",
    "a:b:c",
    [[1, 2], [3]],
]


def places(tree, above=()):
    """The path of every part of a nested record."""
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, part in parts:
        yield (*above, name)
        yield from places(part, (*above, name))


@st.composite
def hostile(draw, good):
    """A nested record with up to three parts replaced, removed or doubled."""
    tree = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        paths = list(places(tree))
        if not paths:
            break
        *above, last = draw(st.sampled_from(paths))
        holder = tree
        for name in above:
            holder = holder[name]
        match draw(st.sampled_from(["replace", "replace", "remove", "double", "add"])):
            case "replace":
                holder[last] = copy.deepcopy(draw(st.sampled_from(ODD)))
            case "remove":
                del holder[last]
            case "double" if isinstance(holder, list):
                holder.insert(last, copy.deepcopy(holder[last]))
            case "add" if isinstance(holder, dict):
                holder["unheard of"] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return tree


def one_line(error, part=""):
    message = str(error)
    assert part in message
    assert message.isprintable() or message.replace("\t", " ").isprintable(), message
    assert len(message) < 1000, message[:1000]


def saved(array, save=np.save, **how):
    stream = io.BytesIO()
    save(stream, array, **how)
    return stream.getvalue()


def archive(save=np.savez, **arrays):
    stream = io.BytesIO()
    save(stream, **arrays)
    return stream.getvalue()


class Bomb:
    """A pickle that leaves a trace when it is read."""

    trace = ROOT / "a pickle was executed"

    def __reduce__(self):
        return Path.touch, (self.trace,)


BOMB = pickle.dumps(Bomb())
GOOD = {
    ".csv": [b"1,-1,1\n-1,0.1,3e-300\n", b'1\n"2"\n', b"\xef\xbb\xbf1;2\n"],
    ".json": [b"[[1,-1,1],[-1,0.1,3e-300]]", b"[[1],[2]]"],
    ".npy": [
        saved(TABLE),
        saved(TABLE.T.astype(np.int16)),
        saved(TABLE.astype(">f4")),
        saved(np.array([[Bomb()]], dtype=object), allow_pickle=True),
        BOMB,
    ],
    ".npz": [
        archive(patterns=TABLE),
        archive(np.savez_compressed, other=TABLE, patterns=TABLE[:1]),
        archive(patterns=np.array([[Bomb()]], dtype=object)),
        BOMB,
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(autouse=True)
def _nothing_is_executed():
    yield
    assert not Bomb.trace.exists()


@pytest.mark.parametrize("suffix", GOOD)
@settings(max_examples=150)
@given(data=st.data())
def test_tables_are_read_or_refused(folder, suffix, data):
    file = folder / f"table{suffix}"
    content = data.draw(damaged(GOOD[suffix]))
    file.write_bytes(content)
    for read in (read_table, read_exact, read_exact_vector):
        for how in ({},) if read is read_table else ({}, {"decimal": True}):
            try:
                found = read(file, "patterns", **how)
            except InputError as refusal:
                one_line(refusal, f"{file}: patterns: ")
            else:
                assert len(found) > 0
    assert file.read_bytes() == content
    assert list(folder.glob("table*")) == [file]
    file.unlink()


@pytest.mark.parametrize("content", [saved(np.array([[Bomb()]], dtype=object), allow_pickle=True), BOMB])
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_pickles_are_refused_by_name(folder, suffix, content):
    file = folder / f"pickle{suffix}"
    file.write_bytes(content)
    with pytest.raises(InputError, match="is pickled"):
        read_table(file, "patterns")


def test_a_small_archive_that_unpacks_to_a_huge_table_is_refused(folder, monkeypatch):
    file = folder / "bomb.npz"
    monkeypatch.setattr("gatedmem.numerics.files.LARGEST_UNPACKED", 2**20)
    file.write_bytes(archive(np.savez_compressed, patterns=np.zeros((2**10, 2**7 + 1))))
    assert file.stat().st_size < 2**14
    with pytest.raises(InputError, match="larger than"):
        read_table(file, "patterns")


@settings(max_examples=150)
@given(damaged([b'text,label\n"Win a prize, now",spam\nMinutes of the meeting,work\n']))
def test_tasks_are_read_or_refused(folder, content):
    file = folder / "task.csv"
    file.write_bytes(content)
    try:
        task = own_task(file)
    except ValueError as refusal:
        one_line(refusal)
    else:
        assert len(task.texts) == len(task.labels) > 0


CERTIFICATE = json.loads(
    dump(
        certify(ExactAstrocyte(*([[[1, -1, 1], [-1, -1, 1]], [1, -1, -1]]), sigma=2, temperature=1, tau_x=1, tau_p=1))
    )
)


@settings(max_examples=150)
@given(st.one_of(hostile(CERTIFICATE).map(json.dumps).map(str.encode), damaged([json.dumps(CERTIFICATE).encode()])))
def test_certificates_are_checked_or_refused(content):
    try:
        report = check(content)
    except Rejected as refusal:
        one_line(refusal)
    else:
        assert {claim.verdict for claim in report.claims} <= {"proved", "refuted", "undecided"}


MANIFEST = json.loads((ROOT / "docs" / "results" / "figure-1.json").read_text(encoding="utf-8"))


@settings(max_examples=150)
@given(st.one_of(hostile(MANIFEST).map(json.dumps).map(str.encode), damaged([json.dumps(MANIFEST).encode()])))
def test_results_of_reproduce_are_read_or_refused(folder, content):
    results = folder / "results"
    results.mkdir(exist_ok=True)
    results.joinpath("figure-1.json").write_bytes(content)
    try:
        entries = audit(results)
    except ValueError as refusal:
        one_line(refusal, str(results / "figure-1.json"))
    else:
        with redirect_stdout(io.StringIO()):
            print_claims(entries)


@settings(max_examples=60)
@given(hostile(MANIFEST))
def test_results_are_put_into_the_book_or_refused(folder, record):
    results = folder / "book"
    results.mkdir(exist_ok=True)
    for stem in MANIFEST["figures"]:
        results.joinpath(f"{stem}.svg").touch()
    results.joinpath("figure-1.json").write_text(json.dumps(record), encoding="utf-8")
    try:
        for manifest in manifests(results).values():
            is_stale(manifest)
        claims_page(results, ["AG1"])
    except BookError as refusal:
        one_line(refusal, "figure-1.json")


def test_a_result_that_is_a_folder_or_typed_by_hand_is_refused(folder):
    results = folder / "typed"
    results.mkdir()
    typed = copy.deepcopy(MANIFEST)
    typed["claims"][0]["verdict"] = "proved beyond doubt"
    results.joinpath("a.json").write_text(json.dumps(typed), encoding="utf-8")
    with pytest.raises(ValueError, match="'proved beyond doubt' is not a verdict"):
        audit(results)
    results.joinpath("a.json").unlink()
    results.joinpath("a.json").mkdir()
    with pytest.raises(ValueError, match=r"a\.json: cannot be read"):
        audit(results)


LEDGER = ROOT / "src" / "gatedmem" / "proofs" / "ledger" / "softmax.toml"
RECORDS = tomllib.loads(LEDGER.read_text(encoding="utf-8"))["statement"][:2]


@settings(max_examples=200)
@given(hostile(RECORDS))
def test_records_of_the_ledger_are_read_or_refused(records):
    for record in records:
        try:
            parse(record, "softmax.toml")
        except LedgerError as refusal:
            one_line(refusal)


@settings(max_examples=100)
@given(hostile({"status": "verified", "detail": "x", "seconds": 1.0, "data": {"a": 1}, "more": [1]}))
def test_a_damaged_answer_in_the_cache_counts_as_absent(folder, record):
    cache = Cache(folder)
    cache.folder.mkdir(exist_ok=True)
    cache.folder.joinpath("k.json").write_text(json.dumps(record), encoding="utf-8")
    found = cache.get("k")
    if found is not None:
        assert found.status is Status.VERIFIED
        statement = load()["SM1"]
        with redirect_stdout(io.StringIO()):
            print_table([statement], {"SM1": {Layer.DERIVATION: found}})
        json.dumps(to_json([statement], {"SM1": {Layer.DERIVATION: found}}), ensure_ascii=False)


def test_a_unit_s_result_with_the_right_digest_and_the_wrong_content_counts_as_absent(folder):
    from hashlib import sha256

    store, unit = Store(folder / "units"), Unit("piece", "gatedmem.numerics.experiments.decades:decades_unit")
    for content in (b"", b"PK\x03\x04", BOMB, archive(value=np.array([Bomb()], dtype=object)), saved(TABLE)):
        store.file(unit).write_bytes(content + sha256(content).digest())
        assert store.get(unit) is None


PARAMETERS = ("sigma", "temperature", "tau-x", "tau-p", "tau", "scale", "alpha", "beta", "gain", "step", "tolerance")
NUMBERS = ("0", "1", "-1", "0.1", "1e-300", "5e-324", "1e300", "inf", "nan", "1e6", "-0.0", "x", "")


@settings(max_examples=60)
@given(
    memory=st.sampled_from(["astrocyte", "linear", "hopfield", "dense", "modern", "context", "nothing"]),
    numbers=st.dictionaries(st.sampled_from(PARAMETERS), st.sampled_from(NUMBERS), max_size=2),
    way=st.sampled_from(["stable", "alternation", "euler", "backwards"]),
    end=st.sampled_from(["0.5", "5", *NUMBERS[2:9]]),
    others=st.lists(
        st.sampled_from(
            ["--renormalise", "--json", "--times=3", "--interaction=0", "--interaction=99999999999999999999"]
        ),
        max_size=2,
    ),
)
def test_options_of_simulate_are_obeyed_or_refused(memory, numbers, way, end, others):
    size = ["--trials=1", "--stored=2", "--neurons=4", "--flips=1", "--precision=double"]
    given_ = [f"--{name}={value}" for name, value in numbers.items()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = CliRunner().invoke(
            cli, ["simulate", memory, *size, *given_, f"--way={way}", f"--t-end={end}", *others]
        )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in (0, 1, 2)
    if done.exit_code == 2:
        assert done.stdout == ""
        complaint = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
        assert len(complaint) == 1
    else:
        assert done.stdout
