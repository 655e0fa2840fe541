"""Reading a user's tables: what is fine is read exactly, what is not gets one line with file, field and rule."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from gatedmem.numerics.files import InputError, read_table

TABLE = np.array([[1.0, -1.0, 1.0], [-1.0, 0.1, 3e-300]])


def write_npy(path):
    np.save(path, TABLE)


def write_npz(path):
    np.savez(path, other=np.zeros(3), patterns=TABLE)


def write_single_npz(path):
    np.savez(path, anything=TABLE)


def write_csv(path):
    path.write_text("\n".join(",".join(map(repr, row.tolist())) for row in TABLE) + "\n")


def write_json(path):
    path.write_text(json.dumps(TABLE.tolist()))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.npy", write_npy),
        ("a.npz", write_npz),
        ("b.npz", write_single_npz),
        ("a.csv", write_csv),
        ("a.json", write_json),
        ("A.CSV", write_csv),
    ],
)
def test_every_format_is_read_exactly(tmp_path, name, write):
    write(tmp_path / name)
    np.testing.assert_array_equal(read_table(tmp_path / name, "patterns"), TABLE)


def test_a_spreadsheet_byte_order_mark_and_blank_lines_are_no_obstacle(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf1, -1\r\n\r\n-1, 1\r\n")
    np.testing.assert_array_equal(read_table(tmp_path / "a.csv", "patterns"), [[1, -1], [-1, 1]])


def save(array):
    return lambda path: np.save(path, array, allow_pickle=True)


def text(content):
    return lambda path: path.write_text(content)


@pytest.mark.parametrize(
    ("name", "write", "rule"),
    [
        ("missing.npy", lambda path: None, "no such file"),
        ("a.txt", text("1"), "must end in one of"),
        ("pickled.npy", save(np.array([{}, []], dtype=object)), "is pickled"),
        ("empty.npy", save(np.zeros((0, 3))), "is empty"),
        ("vector.npy", save(np.ones(3)), "two dimensions"),
        ("cube.npy", save(np.ones((2, 2, 2))), "two dimensions"),
        ("complex.npy", save(np.ones((2, 2), dtype=complex)), "real numbers"),
        ("words.npy", save(np.array([["a", "b"]])), "real numbers"),
        ("nan.npy", save(np.array([[1.0, np.nan]])), "row 1, column 2 is nan"),
        ("inf.npy", save(np.array([[1.0], [-np.inf]])), "row 2, column 1 is -inf"),
        ("damaged.npy", lambda path: path.write_bytes(b"\x93NUMPY\x01\x00junk"), "is not a NumPy file"),
        ("short.npy", lambda path: path.write_bytes(b""), "is not a NumPy file"),
        ("notzip.npz", lambda path: path.write_bytes(b"PK junk"), "is not a NumPy file"),
        ("two.npz", lambda path: np.savez(path, a=TABLE, b=TABLE), "it holds a, b"),
        ("empty.csv", text(""), "is empty"),
        ("ragged.csv", text("1,2\n3\n"), "rows differ in length (1 to 2)"),
        ("header.csv", text("a,b\n1,2\n"), "line 1 holds 'a'"),
        ("nan.csv", text("1,nan\n"), "row 1, column 2 is nan"),
        ("binary.csv", lambda path: path.write_bytes(b"\xff\xfe\x00"), "UTF-8"),
        ("object.json", text('{"a": 1}'), "list of lists of numbers"),
        ("flags.json", text("[[true]]"), "list of lists of numbers"),
        ("broken.json", text("[[1,"), "not valid JSON"),
        ("deep.json", text("[" * 100_000), "not valid JSON"),
        ("huge.json", text("[[1" + "0" * 400 + "]]"), "too large"),
    ],
)
def test_each_broken_rule_is_named_in_one_line(tmp_path, name, write, rule):
    path = tmp_path / name
    write(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError) as caught:
            read_table(path, "patterns")
    message = str(caught.value)
    assert rule in message
    assert message.startswith(f"{path}: patterns: ")
    assert "\n" not in message


@given(st.binary(max_size=200), st.sampled_from([".npy", ".npz", ".csv", ".json"]))
def test_no_bytes_at_all_make_the_reader_crash(tmp_path_factory, content, suffix):
    path = tmp_path_factory.mktemp("fuzz") / f"a{suffix}"
    path.write_bytes(content)
    try:
        table = read_table(path, "patterns")
    except InputError:
        return
    assert table.ndim == 2
    assert np.isfinite(table).all()


@given(npst.arrays(np.float64, npst.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1e300, 1e300)))
def test_csv_keeps_every_double(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("exact") / "a.csv"
    path.write_text("\n".join(",".join(map(repr, row.tolist())) for row in table))
    np.testing.assert_array_equal(read_table(path, "patterns"), table)
