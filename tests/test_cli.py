"""The command line as a user meets it: exit codes, one line for bad input, JSON as designed."""

import json
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from gatedmem.cli import cli

PATTERNS = np.array([[1, -1, 1, 1], [-1, -1, 1, -1]])


def run(*arguments, env=None):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env=env)


def refuse(*arguments):
    """Run, expect exit code 2 and a single line, and return that line."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert result.stdout == ""
    return lines[0]


def test_help_lists_only_commands_that_exist():
    result = run("--help")
    assert result.exit_code == 0
    commands = "verify derive ledger simulate reproduce claims certify check drill docs"
    for command in commands.split():
        assert f"  {command} " in result.output


def test_an_unknown_id_is_refused():
    assert "AG99: ID: not in the ledger" in refuse("verify", "AG99")
    assert "XY: ID: not in the ledger" in refuse("derive", "XY")


@pytest.mark.parametrize(
    ("save", "rule"),
    [
        (lambda path: None, "patterns: no such file"),
        (lambda path: np.save(path, PATTERNS * 2), "patterns: every entry must be -1 or +1"),
        (lambda path: np.save(path, PATTERNS[0]), "needs two dimensions"),
        (lambda path: np.save(path, np.zeros((0, 4))), "is empty"),
        (lambda path: np.save(path, PATTERNS * np.nan), "not finite"),
        (lambda path: np.save(path, np.array([{}], dtype=object), allow_pickle=True), "is pickled"),
    ],
)
def test_bad_patterns_are_refused_in_one_line(tmp_path, save, rule):
    path = tmp_path / "p.npy"
    save(path)
    line = refuse("verify", "AG8", "--patterns", path)
    assert rule in line
    assert str(path) in line


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (["--temperature", "0"], "--temperature: temperature: must be finite and greater than 0"),
        (["--sigma", "-1"], "--sigma: sigma: must be finite and greater than 0"),
        (["--tau-x", "nan"], "must be finite and greater than 0"),
        (["--tau-p", "inf"], "must be finite and greater than 0"),
    ],
)
def test_a_parameter_out_of_range_is_refused(tmp_path, options, rule):
    path = tmp_path / "p.npy"
    np.save(path, PATTERNS)
    assert rule in refuse("verify", "AG8", "--patterns", path, *options)


def test_parameters_without_their_file_and_files_without_a_statement_are_refused(tmp_path):
    assert "--temperature: goes with --patterns FILE" in refuse("verify", "AG8", "--temperature", "1")
    assert "--alpha: goes with --memories FILE" in refuse("verify", "CG11", "--alpha", "1")
    path = tmp_path / "p.npy"
    np.save(path, PATTERNS)
    assert "--patterns: none of the chosen statements" in refuse("verify", "SM4", "--patterns", path)


def test_the_ledger_in_json_names_what_each_statement_rests_on():
    records = {record["id"]: record for record in json.loads(run("ledger", "--json").stdout)}
    assert len(records) == 75
    assert records["AG8"]["required"] == ["D", "F", "C", "S"]
    assert "AG8" in records["AG5"]["used_by"]
    assert run("ledger").stdout.count("\n") >= 75


def test_verify_in_json_has_the_designed_form():
    result = run("verify", "SM4", "--layer", "d", "--layer", "S", "--jobs", "1", "--json")
    assert result.exit_code == 0, result.output
    (record,) = json.loads(result.stdout)
    assert set(record) == {"id", "title", "kind", "uses", "required", "evidence"}
    assert list(record["evidence"]) == ["D", "S"]
    for evidence in record["evidence"].values():
        assert set(evidence) == {"status", "detail", "seconds"}
        assert evidence["status"] == "verified"


def test_derive_prints_and_writes_every_format(tmp_path):
    assert "$" in run("derive", "SM4").stdout
    assert "\\" in run("derive", "SM4", "--format", "tex").stdout
    (record,) = json.loads(run("derive", "SM4", "--format", "json").stdout)
    assert record["id"] == "SM4"
    assert record["steps"]
    result = run("derive", "SM4", "SM1", "--out", tmp_path / "new" / "folder")
    assert result.exit_code == 0
    assert sorted(file.name for file in (tmp_path / "new" / "folder").iterdir()) == ["SM1.md", "SM4.md"]


def test_derive_refuses_what_it_cannot_do(tmp_path):
    (tmp_path / "file").write_text("")
    assert "out: cannot be written" in refuse("derive", "SM4", "--out", tmp_path / "file")
    assert "GW1: has no derivation" in refuse("derive", "GW1")


def test_piped_output_has_no_colour_codes_and_progress_stays_off_stdout():
    done = subprocess.run(
        [sys.executable, "-m", "gatedmem", "verify", "SM1", "--layer", "D", "--jobs", "1"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\x1b" not in done.stdout
    assert done.stdout.splitlines()[0].split() == [
        "id",
        "statement",
        "derivation",
        "formal",
        "certificate",
        "simulation",
    ]
    assert done.stdout.splitlines()[-1] == "1 verified"


def test_the_help_page_does_not_load_the_heavy_libraries():
    code = "import sys, gatedmem.cli; print([m for m in ('numpy', 'sympy', 'cvxpy', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_docs_refuses_a_folder_that_is_not_the_book(tmp_path):
    assert "source: is not the book's source folder" in refuse("docs", "--source", tmp_path)
