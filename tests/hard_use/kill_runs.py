"""Kill ``gatedmem reproduce`` at random moments, take it up again, compare with an undisturbed run.

    python tests/hard_use/kill_runs.py --kills 50 [--experiment NAME] [--jobs N]

The run is ended by SIGKILL, which no program can catch: sometimes it alone, sometimes with its worker processes.
After every kill, what lies in the folder under a final name must be complete and equal to the undisturbed run's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from gatedmem import cli
from gatedmem.reproduce import experiments


def start(experiment: str, folder: Path, jobs: int) -> Any:
    """Start the command in a process group of its own, forked from this process, which has loaded the libraries."""
    running = multiprocessing.get_context("fork").Process(target=run, args=(experiment, folder, jobs))
    running.start()
    return running


def run(experiment: str, folder: Path, jobs: int) -> None:
    """What ``gatedmem reproduce EXPERIMENT --quick`` does."""
    os.setsid()
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    sys.argv[1:] = ["reproduce", experiment, "--quick", "--jobs", str(jobs), "--out", str(folder)]
    cli.main()


def contents(folder: Path) -> dict[str, bytes]:
    """The files under their final names; what is being written has a name that begins with a dot."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    }


def all_gone(group: int, patience: float = 10.0) -> bool:
    """Whether every process of the group ends by itself within some seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        states = [_group_and_state(entry) for entry in Path("/proc").glob("[0-9]*/stat")]
        if not any(found == group and state != "Z" for found, state in states):
            return True
        time.sleep(0.05)
    return False


def _group_and_state(stat: Path) -> tuple[int, str]:
    try:
        state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
    except OSError:  # ended meanwhile
        return 0, "Z"
    return int(group), state


def main() -> int:
    """Do it, print the figures, end with 0 if everything was as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--experiment", default="dynamics")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    experiments.experiment(options.experiment)

    def complete(folder: Path) -> bool:
        running = start(options.experiment, folder, options.jobs)
        running.join()
        return bool(running.exitcode == 0)

    moments = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        undisturbed, folder = Path(scratch, "undisturbed"), Path(scratch, "killed")
        # The first run after an installation compiles; what it computes may differ from later ones in the last bit.
        complete(Path(scratch, "compiling"))
        begun = time.monotonic()
        if not complete(undisturbed):
            print("the undisturbed run failed")
            return 1
        needed = time.monotonic() - begun
        expected = contents(undisturbed)
        kills = rounds = orphans = lone = halves = 0
        found: dict[str, bytes] = {}
        while kills < options.kills:
            if found.keys() == expected.keys():  # all done: begin again, with nothing
                rounds += 1
                for name in found:
                    folder.joinpath(name).unlink()
            running = start(options.experiment, folder, options.jobs)
            running.join(moments.uniform(0.02, 0.6) * needed)
            if running.exitcode is None:
                alone = moments.random() < 0.5
                try:
                    (os.kill if alone else os.killpg)(running.pid, signal.SIGKILL)
                except ProcessLookupError:  # so young that it has no group of its own yet
                    os.kill(running.pid, signal.SIGKILL)
                kills += 1
                lone += alone
            running.join()
            if not all_gone(running.pid):
                orphans += 1
                os.killpg(running.pid, signal.SIGKILL)
            halves = sum(1 for file in folder.rglob(".*.part")) if folder.is_dir() else 0
            before, found = found, contents(folder)
            print(f"{kills} kills, {len(found)} of {len(expected)} files there", file=sys.stderr, flush=True)
            strange = found.keys() - expected.keys()
            if strange:
                print(f"unexpected files: did the sources change meanwhile? {sorted(strange)}")
                return 1
            wrong = [name for name, data in found.items() if expected[name] != data]
            lost = [name for name in before if name not in found and len(before) < len(expected)]
            if wrong or lost:
                print(f"after {kills} kills: differing {wrong}, lost {lost}")
                return 1
        if not complete(folder) or contents(folder) != expected:
            print("the resumed run failed, or its files differ from those of the undisturbed one")
            return 1
        print(
            f"{kills} kills ({lone} of the main process alone), {rounds} complete runs between; {halves} half "
            f"written files under temporary names, {orphans} orphaned processes;"
        )
        print(f"all {len(expected)} files equal those of an undisturbed run of {needed:.1f} s")
        return 1 if orphans else 0


if __name__ == "__main__":
    sys.exit(main())
