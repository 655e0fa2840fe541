"""``gatedmem simulate`` as a user meets it."""

import hashlib
import json

import numpy as np
import pytest
from click.testing import CliRunner

from gatedmem.cli import cli
from gatedmem.numerics.simulate import draw_trials, simulate_astrocyte

MEMORIES = ("astrocyte", "linear", "hopfield", "neuron-astrocyte", "dense", "modern", "context")
SMALL = ("--trials", 2, "--stored", 5, "--neurons", 12, "--flips", 1)


def run(*arguments):
    return CliRunner().invoke(cli, ["simulate", *map(str, arguments)])


def refuse(*arguments):
    """Run, expect exit code 2 and a single line, and return that line."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert result.stdout == ""
    return lines[0]


@pytest.mark.parametrize("memory", MEMORIES)
def test_every_memory_runs_on_drawn_patterns(memory):
    result = run(memory, *SMALL, "--json")
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["memory"] == memory
    assert len(record["answer"]) == len(record["energy"]) == 2
    assert record["failed"] == [False, False]


def test_the_answer_is_the_library_s_and_the_seed_fixes_it():
    patterns, cues, targets = draw_trials(7, 2, 12, 5, 1)
    expected = simulate_astrocyte(patterns, cues, target=targets, temperature=0.1)
    first, again, other = (
        run("astrocyte", *SMALL, "--seed", seed, "--temperature", 0.1, "--json").stdout for seed in (7, 7, 8)
    )
    assert first == again != other
    record = json.loads(first)
    assert record["soft_error"] == expected.final("soft_error").tolist()
    assert record["energy"] == expected.final("energy").tolist()


def test_own_patterns_and_output_file(tmp_path):
    patterns, cues, _ = draw_trials(1, 1, 12, 5, 1)
    np.save(tmp_path / "p.npy", patterns[0])
    np.savetxt(tmp_path / "c.csv", cues, delimiter=",")
    given = ("--patterns", tmp_path / "p.npy", "--cue", tmp_path / "c.csv")
    for name in ("out.npz", "out.json"):
        result = run("astrocyte", *given, "--times", 4, "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
    expected = simulate_astrocyte(patterns[0], cues, times=np.linspace(0, 10, 4), path=True)
    with np.load(tmp_path / "out.npz") as saved:
        np.testing.assert_array_equal(saved["x"], expected.path_x)
        np.testing.assert_array_equal(saved["energy"], expected.observables["energy"])
        manifest = json.loads(str(saved["manifest"]))
    digest = hashlib.sha256((tmp_path / "p.npy").read_bytes()).hexdigest()
    assert manifest["files"][str(tmp_path / "p.npy")] == digest
    assert manifest["seed"] is None
    assert "numpy" in manifest["environment"]
    assert json.loads((tmp_path / "out.json").read_text())["gains"] == expected.path_gains.tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.csv", "out.json", "out.npz", "p.npy"]


def test_the_ways_to_run():
    for way in (("stable", "--step", 0.5), ("alternation", "--t-end", 9, "--times", 4), ("euler", "--renormalise")):
        assert run("astrocyte", *SMALL, "--way", *way).exit_code == 0


def test_a_failed_run_exits_with_one():
    hot = run("astrocyte", *SMALL, "--way", "euler", "--step", 0.1, "--temperature", 100, "--json")
    assert hot.exit_code == 1
    assert json.loads(hot.stdout)["failed"] == [True, True]
    assert json.loads(hot.stdout)["energy"] == [None, None]


def test_bad_input_is_one_line(tmp_path):
    np.save(tmp_path / "p.npy", np.array([[1.0, 2.0]]))
    np.save(tmp_path / "good.npy", np.array([[1.0, -1.0]]))
    np.save(tmp_path / "c.npy", np.ones((1, 3)))
    pair = ("--patterns", tmp_path / "p.npy", "--cue", tmp_path / "c.npy")
    assert f"{tmp_path / 'p.npy'}: patterns: every entry must be -1 or +1" in refuse("astrocyte", *pair)
    pair = ("--patterns", tmp_path / "good.npy", "--cue", tmp_path / "c.npy")
    assert f"{tmp_path / 'c.npy'}: cue: needs 2 numbers per row" in refuse("astrocyte", *pair)
    assert "no such file" in refuse("astrocyte", "--patterns", tmp_path / "x.npy", "--cue", tmp_path / "c.npy")
    assert "--cue: goes with --patterns" in refuse("astrocyte", "--patterns", tmp_path / "p.npy")
    assert "--tau-p: must be finite and greater than 0" in refuse("astrocyte", "--tau-p", -1)
    assert "--beta: means nothing to the memory 'astrocyte'" in refuse("astrocyte", "--beta", 2)
    assert "--sigma: means nothing to the memory 'context'" in refuse("context", "--sigma", 2)
    assert "--flips: must lie between 0 and N" in refuse("astrocyte", "--flips", 21)
    assert "--interaction: must be 'exp' or a" in refuse("dense", "--interaction", "cubic")
    assert "--t-end: must be finite" in refuse("astrocyte", "--t-end", 0)
    assert "out: must end in" in refuse("astrocyte", *SMALL, "--out", tmp_path / "x.txt")
    assert "cannot be written" in refuse("astrocyte", *SMALL, "--out", tmp_path / "no" / "x.npz")
