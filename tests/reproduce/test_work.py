"""Sweeps that are killed, damaged, shared or spread over processes and clusters end with the same files."""

import logging
import multiprocessing
import os
import random
import signal
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gatedmem.cli import cli
from gatedmem.reproduce import context_regimes
from gatedmem.reproduce.work import ClusterError, Store, Unit, replacing, run_units


def sweep(count, **changed):
    """Units of about 10 milliseconds."""
    arguments = {
        "scaling": "norm",
        "draws": 4,
        "alphas": [0.0, 0.5, 1.0, 1.5],
        "horizons": [10.0, 50.0],
        "moments": [1.0, 10.0],
        "gaps": [0.1],
        "won_alphas": [1.5],
        "count": 20,
        "dimension": 4,
        "beta": 3.5,
        "bias": 0.01,
    } | changed
    function = "gatedmem.numerics.experiments.context_transition:gates_unit"
    return [Unit(f"piece-{seed}", function, {"seed": seed, **arguments}) for seed in range(count)]


def contents(folder):
    return {file.name: file.read_bytes() for file in Path(folder).iterdir() if file.suffix == ".npz"}


def same(first, second):
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    units = sweep(24)
    results = run_units(units, Store(folder))
    assert len(contents(folder)) == len(units)
    return units, results, contents(folder)


def test_a_run_killed_again_and_again_ends_with_the_files_of_an_undisturbed_one(undisturbed, tmp_path):
    units, results, files = undisturbed
    moments = random.Random(0)
    fork = multiprocessing.get_context("fork")
    kills, done = 0, 0
    while len(contents(tmp_path)) < len(units):
        child = fork.Process(target=run_units, args=(units, Store(tmp_path)))
        child.start()
        # Let it do a few units, then end it somewhere in the next one: at work, or while it writes.
        enough = done + moments.randrange(3)
        while child.is_alive() and len(list(tmp_path.glob("*.npz"))) < enough:
            time.sleep(0.001)
        child.join(moments.uniform(0.0, 0.02))
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
            kills += 1
        child.join()
        # Nothing is lost, and what lies there under its own name is complete.
        found = contents(tmp_path)
        assert len(found) >= done
        assert all(files[name] == data for name, data in found.items())
        done = len(found)
        assert kills < 500
    assert kills >= 5
    assert contents(tmp_path) == files
    ticked = []
    again = run_units(units, Store(tmp_path), tick=ticked.append)
    assert ticked == units
    assert all(map(same, again, results))


def test_a_finished_unit_is_not_done_again(undisturbed, tmp_path, monkeypatch):
    units = undisturbed[0]
    run_units(units[:5], Store(tmp_path))
    done = []
    monkeypatch.setattr(Unit, "run", lambda unit: done.append(unit) or {"value": np.zeros(1)})
    ticked = []
    results = run_units([*units[:7], units[6]], Store(tmp_path), tick=ticked.append)
    assert done == units[5:7]  # the repeated one once
    assert len(ticked) == len(results) == 8
    assert same(results[6], results[7])


def test_another_argument_is_another_unit(undisturbed, tmp_path):
    unit, other = sweep(1)[0], sweep(1, beta=3.6)[0]
    store = Store(tmp_path)
    store.put(unit, {"value": np.ones(2)})
    assert store.get(other) is None
    store.forget([other])
    assert store.get(unit) is not None
    store.forget([unit])
    assert store.get(unit) is None


def test_a_damaged_file_counts_as_absent(undisturbed, tmp_path):
    units, results, files = undisturbed
    unit, result = units[0], results[0]
    store, whole = Store(tmp_path), files[f"{units[0].key()}.npz"]
    file = store.file(unit)
    rng = np.random.default_rng(0)
    damaged = [whole[:length] for length in (0, 1, 10, len(whole) // 2, len(whole) - 1)]
    damaged += [b"x" * len(whole), whole[100:], b"PK\x03\x04" + whole[4:200]]
    for place in rng.choice(len(whole), size=300, replace=False):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(rng.integers(8))
        damaged.append(bytes(flipped))
    for data in damaged:
        file.write_bytes(data)
        assert store.get(unit) is None
    file.write_bytes(whole)
    assert same(store.get(unit), result)
    with np.load(file) as archive:  # whoever reads the archive itself need not know of the digest
        assert same(dict(archive), result)
    file.write_bytes(damaged[3])
    (repaired,) = run_units([unit], store)
    assert same(repaired, result)
    assert file.read_bytes() == whole


def test_two_runs_share_a_folder(undisturbed, tmp_path):
    units, _, files = undisturbed
    fork = multiprocessing.get_context("fork")
    runs = [fork.Process(target=run_units, args=(order, Store(tmp_path))) for order in (units, units[::-1], units)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0, 0]
    assert contents(tmp_path) == files
    assert len(list(tmp_path.iterdir())) == len(files)  # no half-written ones


def test_a_folder_cleared_in_the_middle_of_a_run_costs_time_only(undisturbed, tmp_path):
    units, results, files = undisturbed
    store = Store(tmp_path)
    found = run_units(units, store, tick=lambda unit: store.forget(units) if unit is units[10] else None)
    assert all(map(same, found, results))
    assert contents(tmp_path) == files


def test_what_a_killed_run_left_half_written_is_cleared_away(tmp_path):
    old, new = tmp_path / ".a.npz.1.part", tmp_path / ".b.npz.2.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    Store(tmp_path)
    assert not old.exists()
    assert new.exists()  # perhaps another run's, at work


def test_a_failed_write_leaves_the_old_file(tmp_path):
    file = tmp_path / "kept.txt"
    file.write_text("old", encoding="utf-8")

    def fail():
        with replacing(file) as part:
            part.write_text("half", encoding="utf-8")
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk"):
        fail()
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept.txt"]
    assert file.read_text(encoding="utf-8") == "old"


def test_processes_give_the_same_files(undisturbed, tmp_path):
    units, results, files = undisturbed
    ticked = []
    found = run_units(units, Store(tmp_path), jobs=2, tick=ticked.append)
    assert sorted(unit.name for unit in ticked) == sorted(unit.name for unit in units)
    assert all(map(same, found, results))
    assert contents(tmp_path) == files


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        local = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        )
    with local:
        yield local


def test_a_worker_killed_on_a_real_cluster_loses_and_doubles_nothing(undisturbed, cluster, tmp_path):
    distributed = pytest.importorskip("distributed")
    units = sweep(16, draws=40)
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        workers = client.run(os.getpid)
    ticked = []

    def tick(unit):
        ticked.append(unit)
        if len(ticked) == 4:
            os.kill(next(iter(workers.values())), signal.SIGKILL)

    found = run_units(units, Store(tmp_path), scheduler=cluster.scheduler_address, tick=tick)
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        assert set(client.run(os.getpid).values()) != set(workers.values())  # one of them did die
    assert sorted(unit.name for unit in ticked) == sorted(unit.name for unit in units)
    here = tmp_path / "here"
    assert all(map(same, found, run_units(units, Store(here))))
    assert contents(tmp_path) == contents(here)


def test_workers_with_other_sources_are_refused(cluster, tmp_path, monkeypatch):
    real = Unit.key
    monkeypatch.setattr(Unit, "key", lambda unit: real(unit) + "-changed-here")
    with pytest.raises(ClusterError, match="piece-0: the workers have other sources"):
        run_units(sweep(1), Store(tmp_path), scheduler=cluster.scheduler_address)


def test_the_command_line_runs_on_a_cluster_with_the_same_result(cluster, tmp_path, monkeypatch):
    small = [
        Unit(
            unit.name,
            unit.function,
            {**unit.arguments, "sets": 2, "count": 8, "dimension": 3, "numbers": [0.5, 0.9, 1.5, 4.0], "seed": seed},
        )
        for unit in context_regimes.units(quick=True)
        for seed in (0, 1)
    ]
    monkeypatch.setattr(context_regimes, "units", lambda quick: small)
    folders = {}
    for name, options in (("here", ["--jobs", "1"]), ("there", ["--scheduler", cluster.scheduler_address])):
        folders[name] = tmp_path / name
        answer = CliRunner().invoke(cli, ["reproduce", "context-regimes", "--out", str(folders[name]), *options])
        assert answer.exit_code == 0, answer.output
    assert len(contents(folders["here"] / "units")) == 2
    assert contents(folders["here"] / "units") == contents(folders["there"] / "units")
    for name in ("context-regimes.nc", "context-regimes.json", "context-regimes.svg", "context-regimes.png"):
        assert (folders["here"] / name).read_bytes() == (folders["there"] / name).read_bytes()


def test_a_scheduler_that_is_not_there_is_one_clear_line(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    monkeypatch.setattr("gatedmem.reproduce.work._PATIENCE", 0.5)
    address = "tcp://127.0.0.1:9"
    answer = CliRunner().invoke(
        cli, ["reproduce", "context-regimes", "--quick", "--out", str(tmp_path), "--scheduler", address]
    )
    assert answer.exit_code == 2
    assert f"{address}: --scheduler: no Dask scheduler answers there" in answer.stderr


def test_fresh_forgets_only_what_is_run_again(tmp_path, monkeypatch):
    other, own = sweep(1)[0], Unit("own", "gatedmem.numerics.experiments.context_regimes:regimes_unit", {})
    store = Store(tmp_path / "units")
    for unit in (other, own):
        store.put(unit, {"value": np.zeros(1)})

    class Reached(Exception):
        pass

    def stop(unit):
        raise Reached

    monkeypatch.setattr(context_regimes, "units", lambda quick: [own])
    monkeypatch.setattr(Unit, "run", stop)
    answer = CliRunner().invoke(cli, ["reproduce", "context-regimes", "--fresh", "--out", str(tmp_path)])
    assert isinstance(answer.exception, Reached)
    assert store.get(own) is None
    assert store.get(other) is not None
