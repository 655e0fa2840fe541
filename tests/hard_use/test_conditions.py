"""Interrupted, killed, nothing to write to, no terminal, no prover: one clear line and the documented exit code."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from gatedmem.reproduce.work import Store, Unit, run_units

GATEDMEM = [sys.executable, "-m", "gatedmem"]
CERTIFY = ["certify", "astrocyte", "--patterns", "p.csv", "--cue", "c.csv", "-o"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "p.csv").write_text("1,-1,1,1\n-1,-1,1,-1\n")
    (tmp_path / "c.csv").write_text("1,-1,1,-1\n")
    return tmp_path


def run(folder, *arguments, **how):
    command = [*GATEDMEM, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, **how)


def complains(done, code, text):
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert text in done.stderr


def small_files_only():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))


def test_a_disk_that_fills_up_leaves_no_part_of_a_file(folder):
    before = sorted(folder.iterdir())
    done = run(folder, *CERTIFY, "new.json", preexec_fn=small_files_only)
    complains(done, 2, "new.json: output: cannot be written (File too large)")
    assert sorted(folder.iterdir()) == before


def test_a_full_disk_behind_standard_output_is_heard_of(folder):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*GATEDMEM, "ledger"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "Error: standard output: No space left on device\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_cannot_be_written_to_is_named(folder):
    (folder / "shut").mkdir(mode=0o555)
    complains(
        run(folder, *CERTIFY, "shut/new.json"), 2, "shut/new.json: output: cannot be written (Permission denied)"
    )


def test_a_home_that_cannot_be_written_to_costs_time_only(folder):
    # A file in the home's place refuses everyone, root too.
    environment = {**os.environ, "HOME": str(folder / "p.csv"), "GATEDMEM_CACHE": str(folder / "c.csv" / "cache")}
    environment.pop("XDG_CACHE_HOME", None)
    done = run(folder, "verify", "SM1", "--layer", "D", "--json", "--jobs", "1", env=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["evidence"]["D"]["status"] == "verified"


def test_simulation_runs_where_nothing_compiled_can_be_kept(monkeypatch):
    from numba.core import caching

    from gatedmem.numerics.simulate.compiled import compiled

    for locator in caching.CacheImpl._locator_classes:
        monkeypatch.setattr(locator, "from_function", classmethod(lambda cls, *where: None))
    twice = compiled(lambda x: 2 * x)
    assert twice(21) == 42


def test_without_rocq_the_formal_layer_is_unavailable(folder):
    environment = {**os.environ, "PATH": str(folder), "GATEDMEM_CACHE": str(folder / "cache")}
    done = run(folder, "verify", "SM1", "--layer", "F", "--json", env=environment)
    assert done.returncode == 3
    assert json.loads(done.stdout)[0]["evidence"]["F"]["status"] == "unavailable"


@pytest.mark.parametrize("columns", ["0", "-5", "1", "x", "99999"])
def test_an_absurd_terminal_does_not_hide_the_ids(folder, columns):
    environment = {**os.environ, "COLUMNS": columns, "TERM": "dumb", "NO_COLOR": "1"}
    done = run(folder, "ledger", env=environment)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith("SM1 ")
    assert "\x1b" not in done.stdout


def test_a_terminal_without_greek_letters_shows_question_marks(folder):
    done = run(folder, "claims", "CA6", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("CA6  ?_x of about 100")


def test_a_reader_that_goes_away_ends_it_quietly(folder):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*GATEDMEM, "ledger"], text=True, **pipes) as running:
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 141


def test_too_large_a_wish_is_refused(folder):
    done = run(folder, "simulate", "astrocyte", "--neurons", 10**9, "--stored", 10**4, "--trials", 1)
    complains(done, 2, "Error: not enough memory for what was asked")


# What a shell begins in the background is told not to hear Ctrl-C, and so is all that it begins in turn.
HEARING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


def interrupted(arguments, folder, begun, everyone):
    """Start, wait until it has begun, press Ctrl-C (which everyone hears) or interrupt the main process alone."""
    environment = {**os.environ, "GATEDMEM_CACHE": str(folder / "cache")}
    running = subprocess.Popen(
        [sys.executable, "-c", HEARING, *GATEDMEM, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        begun(running)
        (os.killpg if everyone else os.kill)(running.pid, signal.SIGINT)
        output, errors = running.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == 130, errors
    assert "Traceback" not in errors
    assert errors.endswith("interrupted\n")
    assert output == ""


def wait_until(running, sign, more=1.0):
    """Wait until the process shows a sign of being at work, and a moment more."""
    end = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < end and not sign(Path("/proc", str(running.pid))):
        time.sleep(0.05)
    time.sleep(more)


def has_loaded_the_compiler(process):
    return "llvmlite" in (process / "maps").read_text()


def has_workers(process):
    # One of the processes below it keeps account of shared resources.
    return len((process / "task" / process.name / "children").read_text().split()) > 1


def test_ctrl_c_stops_a_compiled_loop(folder):
    # 10¹⁰ steps of Euler's method: hours. Whatever it is at when the signal comes, it ends.
    options = [
        "--neurons",
        "10",
        "--stored",
        "5",
        "--trials",
        "1",
        "--flips",
        "1",
        "--way",
        "euler",
        "--step",
        "1e-9",
    ]
    begun = lambda running: wait_until(running, has_loaded_the_compiler, 3.0)  # noqa: E731
    interrupted(["simulate", "astrocyte", *options], folder, begun, everyone=True)


@pytest.mark.parametrize("everyone", [True, False])
def test_ctrl_c_stops_the_workers_of_verify(folder, everyone):
    arguments = ["verify", "AG8", "AG20", "--layer", "S", "--layer", "C", "--jobs", "2"]
    interrupted(arguments, folder, lambda running: wait_until(running, has_workers), everyone)


def sweep(count):
    """Units of a tenth of a second and more."""
    arguments = {"scaling": "norm", "draws": 60, "alphas": [0.0, 0.5, 1.0, 1.5], "horizons": [10.0, 50.0]}
    arguments |= {"moments": [1.0, 10.0], "gaps": [0.1], "won_alphas": [1.5], "count": 20, "dimension": 4}
    arguments |= {"beta": 3.5, "bias": 0.01}
    function = "gatedmem.numerics.experiments.context_transition:gates_unit"
    return [Unit(f"piece-{seed}", function, {"seed": seed, **arguments}) for seed in range(count)]


SWEEP = """
import importlib.util, sys
from pathlib import Path
from gatedmem.reproduce.work import Store, run_units
if __name__ == "__main__":
    there = importlib.util.spec_from_file_location("conditions", sys.argv[1])
    conditions = importlib.util.module_from_spec(there)
    there.loader.exec_module(conditions)
    run_units(conditions.sweep(30), Store(Path(sys.argv[2])), jobs=2, tick=lambda unit: print(unit.name, flush=True))
"""


def test_a_sweep_whose_main_process_is_killed_leaves_no_worker_and_goes_on_to_the_same_end(tmp_path):
    folder, script = tmp_path / "units", tmp_path / "sweep.py"
    script.write_text(SWEEP)
    for _ in range(2):
        running = subprocess.Popen(
            [sys.executable, str(script), __file__, str(folder)], stdout=subprocess.PIPE, start_new_session=True
        )
        running.stdout.readline()  # one more is done
        running.kill()
        running.wait()
        running.stdout.close()
        end = time.monotonic() + 30
        while True:  # the workers end by themselves
            try:
                os.killpg(running.pid, 0)
            except ProcessLookupError:
                break
            # Where nobody collects orphans they stay as zombies, which do nothing.
            states = subprocess.run(
                ["ps", "-o", "stat=", "-g", str(running.pid)], capture_output=True, text=True
            ).stdout
            if all(state.startswith("Z") for state in states.split()):
                break
            assert time.monotonic() < end, "a worker outlives its parent"
            time.sleep(0.05)
        assert 0 < len(list(folder.glob("*.npz"))) < 30
    units = sweep(30)[:8]
    resumed = run_units(units, Store(folder))
    undisturbed = run_units(units, Store(tmp_path / "undisturbed"))
    for one, other in zip(resumed, undisturbed, strict=True):
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[name], other[name]) for name in one)


def test_two_commands_at_once_write_one_whole_file(folder):
    both = [
        subprocess.Popen(
            [*GATEDMEM, *CERTIFY, "cert.json"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    codes = {running.wait(120) for running in both}
    assert len(codes) == 1
    assert sorted(file.name for file in folder.iterdir()) == ["c.csv", "cert.json", "p.csv"]
    assert run(folder, "check", "cert.json").returncode == codes.pop()
