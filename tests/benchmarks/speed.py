"""The speed benchmark, one command: ``./run python tests/benchmarks/speed.py``.

Each contender runs in a process of its own, pinned to one core, and they take turns, so that what else the machine
does hits all of them alike. All solve the same trajectories; the error of a trajectory is the largest gap to a tight
reference in any activity or gain at any of the observed times, and a contender's error the median over trajectories.
A contender is timed at the fastest of its settings that meets a level: the error of the papers' Euler scheme, and
1e-6. Times are processor times, the best of several rounds.

diffrax and heyoka come with the extra ``bench``, or from another environment: ``--peers PYTHON``. What is not
installed is said to be so. Writes ``benchmark.json`` and ``benchmark.txt`` (the tables in Markdown, which the book's
page includes) into ``--out``, after every workload.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numba
import numpy as np

HERE = Path(__file__).parent
BEGIN = time.perf_counter()
WORKLOADS = [(20, 10, 1.0), (20, 50, 1.0), (20, 200, 1.0), (30, 100, 1e-3)]
PEERS = ("scipy", "diffrax", "heyoka")
COMPILING = ("ours", "diffrax", "heyoka")
TIGHTEST = 1e-6
PATIENCE = 10.0  # seconds; a contender whose last setting took longer is asked for no tighter one
SLOW = 1.0  # seconds; a setting that takes longer is timed once, where it is tried


class Worker:
    """A contender's process."""

    def __init__(self, name: str, interpreter: str, core: int) -> None:
        environment = os.environ | {
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
            "JAX_PLATFORMS": "cpu",
        }
        self.process = subprocess.Popen(
            [interpreter, str(HERE / "contenders.py"), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self.process.pid, {core})

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request, wait for the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        answer: dict[str, Any] = json.loads(line) if line else {"failed": "the process ended"}
        return answer


def say(text: str) -> None:
    """Progress, on stderr, with the seconds since the start."""
    print(f"{time.perf_counter() - BEGIN:5.0f} s {text}", file=sys.stderr, flush=True)


def make_workload(n: int, k: int, tau_p: float, folder: Path) -> Path:
    """Draw trajectories and solve them tightly; a cue has a fifth of its entries flipped."""
    from gatedmem.numerics.simulate import draw_trials, simulate_astrocyte

    sys.path.insert(0, str(HERE))
    from contenders import COMPARED, observed

    patterns, cues, _ = draw_trials(0, 256, n, k, n // 5)
    exact = simulate_astrocyte(
        patterns[:COMPARED],
        cues[:COMPARED],
        tau_p=tau_p,
        times=observed(tau_p),
        path=True,
        tolerance=1e-10,
        rest=0.0,
    )
    file = folder / f"{n}-{k}-{tau_p:g}.npz"
    np.savez(file, patterns=patterns, cues=cues, phi=np.tanh(exact.path_x), p=exact.path_gains)
    return file


def climb(worker: Worker, name: str, ladder: Any, found: dict[str, Any]) -> list[tuple[Any, float, Any]]:
    """Errors and answers of a contender's settings, rung after rung, until one meets the tightest level."""
    settings: list[tuple[Any, float, Any]] = []
    for rung in ladder:
        for setting in rung:
            if name in COMPILING:
                worker.ask(do="solve", setting=setting)
            answer = worker.ask(do="solve", setting=setting)
            if "failed" in answer:
                found.setdefault(name, {})["failed"] = answer["failed"]
            elif math.isfinite(error := float(np.median(answer["errors"]))):
                settings.append((setting, error, answer))
            if answer.get("seconds", 0.0) > PATIENCE:
                return settings
        if any(error <= TIGHTEST for _, error, _ in settings):
            break
    return settings


def compare(workers: dict[str, Worker], file: Path, tau_p: float, rounds: int) -> dict[str, Any]:
    """Calibrate every contender to both levels, then time them in turns."""
    found: dict[str, Any] = {}
    ladders: dict[str, list[tuple[Any, float, Any]]] = {}
    shares: dict[str, int] = {}
    versions: dict[str, str] = {}
    for name, worker in workers.items():
        ready = worker.ask(do="prepare", file=str(file), tau_p=tau_p)
        if "failed" in ready:
            found[name] = {"failed": ready["failed"]}
            continue
        shares[name], versions[name] = ready["trajectories"], ready["version"]
        ladders[name] = climb(worker, name, ready["ladder"], found)
        say(f"  {name}: " + ", ".join(f"{s}: {e:.1e} in {a['seconds']:.3g} s" for s, e, a in ladders[name]))
    euler = next((ladders[n][0][1] for n in ("batched Euler", "plain Euler") if ladders.get(n)), 1e-3)
    levels = {"Euler's": euler, "1e-6": TIGHTEST}
    chosen: dict[tuple[str, str], Any] = {}
    times: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for level, target in levels.items():
        for name, rungs in ladders.items():
            # Euler's scheme has one setting, and sets the first level.
            meets = [r for r in rungs if r[1] <= target or (name.endswith("Euler") and level == "Euler's")]
            if meets:
                chosen[name, level], _, first = min(meets, key=lambda rung: rung[2]["seconds"])
                times[name, level] = [first]
    for _ in range(rounds):
        for (name, level), setting in chosen.items():
            if times[name, level][0]["seconds"] < SLOW:
                times[name, level].append(workers[name].ask(do="solve", setting=setting))
    for (name, level), answers in times.items():
        best = min(answers, key=lambda answer: answer["seconds"])
        found.setdefault(name, {})[level] = {
            "setting": chosen[name, level],
            "trajectories": shares[name],
            "compared": len(best["errors"]),
            "version": versions[name],
            "trajectories_per_second": shares[name] / best["seconds"],
            "evaluations": best["evaluations"],
            "median_error": float(np.median(best["errors"])),
            "ninetieth_percentile": float(np.percentile(best["errors"], 90)),
        }
    return {"levels": levels, "contenders": found}


def machine() -> dict[str, Any]:
    """What it ran on."""
    model = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    return {
        "model": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan,
    }


def right_hand_side(rounds: int = 40) -> list[dict[str, Any]]:
    """Rate of the right-hand side beside the machine's multiply-add rate, measured in turns on one thread."""
    sys.path.insert(0, str(HERE))
    from peak import burn, evaluate, operations

    rows = []
    for n, k in ((20, 10), (20, 50), (20, 200), (30, 100)):
        run, count = evaluate(n, k, np.float32), 4000
        run(1)
        burn(np.float32(0.5), 1)
        best_run = best_burn = math.inf
        for _ in range(rounds):
            begin = time.perf_counter()
            run(count)
            middle = time.perf_counter()
            burn(np.float32(0.5), 10_000)
            best_run = min(best_run, middle - begin)
            best_burn = min(best_burn, time.perf_counter() - middle)
        peak = 10_000 * 16 * 16 / best_burn
        rows.append(
            {
                "N": n,
                "K": k,
                "nanoseconds": best_run / count * 1e9,
                "peak_multiply_adds_per_second": peak,
                "passes_over_peak": 2 * n * k / (best_run / count) / peak,
                "all_arithmetic_over_peak": operations(n, k) / (best_run / count) / peak,
            }
        )
    return rows


def grid_of_figure_4(threads: int) -> dict[str, Any]:
    """All 199 × 11 × 50 trajectories of one model: N = 20, K from 2 to 200, 0 to 10 flips."""
    from gatedmem.numerics.simulate import draw_trials, simulate_astrocyte

    flips = list(range(11))
    simulate_astrocyte(*draw_trials(0, 1, 20, 2, flips[:1])[:2], precision="single", tolerance=1e-3)
    begin, begin_processor, count, drawing = time.perf_counter(), time.process_time(), 0, 0.0
    for k in range(2, 201):
        start = time.perf_counter()
        patterns, cues, targets = draw_trials(0, 50, 20, k, flips)
        drawing += time.perf_counter() - start
        run = simulate_astrocyte(
            patterns[:, None], cues, target=targets, precision="single", tolerance=1e-3, threads=threads
        )
        count += run.failed.size
    return {
        "trajectories": count,
        "seconds": time.perf_counter() - begin,
        "processor_seconds": time.process_time() - begin_processor,
        "drawing": drawing,
        "threads": threads,
    }


def many_patterns() -> dict[str, Any]:
    """N = 10⁴, K = 10⁵, one bit an entry: 30 % of the cue's entries are flipped."""
    from gatedmem.numerics.simulate.packed import PackedPatterns, retrieve_packed

    rng = np.random.default_rng(0)
    retrieve_packed(PackedPatterns(rng.integers(0, 256, (4, 2), dtype=np.uint8), 16), np.ones(16))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    patterns = PackedPatterns(rng.integers(0, 256, (100_000, 1_250), dtype=np.uint8), 10_000)
    cue = 2.0 * np.unpackbits(patterns.bits[77]) - 1.0
    cue[rng.permutation(10_000)[:3_000]] *= -1.0
    begin = time.perf_counter()
    found = retrieve_packed(patterns, cue)
    seconds = time.perf_counter() - begin
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    return {
        "seconds": seconds,
        "found": int(found.pattern) == 77,
        "bytes": patterns.bits.nbytes,
        "process_grew_by": grown,
    }


def to_markdown(record: dict[str, Any]) -> str:
    """The tables, for the book."""
    machine = record["machine"]
    lines = [
        f"Measured on {machine['model']}, {machine['cores']} cores, {machine['system']}, with Python "
        f"{machine['python']}, NumPy {machine['numpy']}, numba {machine['numba']}; one thread a contender. "
        f"Load of the machine at the start: {machine['load']:.1f}.",
        "",
    ]
    for load in record["workloads"]:
        size = f"N = {load['N']}, K = {load['K']}, τ_p = {load['tau_p']:g}"
        for level, target in load["levels"].items():
            lines += [
                f"**{size}; error {level} ({target:.1e}) or less**",
                "",
                "| contender | trajectories/s | right-hand sides | median error | 90 % below | of trajectories | "
                "ours is faster by |",
                "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            ]
            ours = load["contenders"].get("ours", {}).get(level)
            for name, result in load["contenders"].items():
                row = result.get(level)
                if row is None:
                    lines.append(f"| {name} | {result.get('failed', 'does not reach it')} | | | | | |")
                    continue
                ratio = ours["trajectories_per_second"] / row["trajectories_per_second"] if ours else math.nan
                title = " ".join(filter(None, (name, row.get("version"))))
                lines.append(
                    f"| {title} | {row['trajectories_per_second']:,.3g} | {row['evaluations']:,.0f} | "
                    f"{row['median_error']:.1e} | {row['ninetieth_percentile']:.1e} | {row['compared']} | "
                    f"{ratio:,.3g} |"
                )
            lines.append("")
    lines += ["| N | K | right-hand side, ns | both passes, of the multiply-add rate | all arithmetic, of it |"]
    lines += ["| ---: | ---: | ---: | ---: | ---: |"]
    for row in record["right_hand_side"]:
        lines.append(
            f"| {row['N']} | {row['K']} | {row['nanoseconds']:.0f} | {row['passes_over_peak']:.0%} | "
            f"{row['all_arithmetic_over_peak']:.0%} |"
        )
    grid, large = record["figure_4"], record["many_patterns"]
    lines += [
        "",
        f"Figure 4's grid for one model, {grid['trajectories']:,} trajectories on {grid['threads']} threads: "
        f"{grid['seconds']:.1f} s ({grid['processor_seconds']:.1f} s of processor time), "
        f"{grid['drawing']:.1f} s of it drawing patterns.",
        "",
        f"N = 10⁴, K = 10⁵ in {large['bytes'] / 1e6:.0f} MB: one recall {large['seconds']:.2f} s; "
        f"the process grew by {large['process_grew_by'] / 1e6:.0f} MB, patterns included.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has diffrax and heyoka")
    parser.add_argument("--out", type=Path, default=Path("docs/data"), help="folder for the results")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", type=int, help="index of a single workload")
    arguments = parser.parse_args()
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    record: dict[str, Any] = {"machine": machine(), "workloads": []}
    say("right-hand side, figure 4, many patterns")
    record["right_hand_side"] = right_hand_side()
    record["many_patterns"] = many_patterns()  # before anything large: it measures the growth of the process
    record["figure_4"] = grid_of_figure_4(min(2, os.cpu_count() or 1))
    names = ("ours", "plain Euler", "batched Euler", *PEERS)
    loads = WORKLOADS if arguments.only is None else [WORKLOADS[arguments.only]]
    with tempfile.TemporaryDirectory() as folder:
        for n, k, tau_p in loads:
            say(f"N = {n}, K = {k}, τ_p = {tau_p:g}")
            file = make_workload(n, k, tau_p, Path(folder))
            workers = {
                name: Worker(name, sys.executable if name == "ours" else arguments.peers, core) for name in names
            }
            try:
                record["workloads"].append(
                    {"N": n, "K": k, "tau_p": tau_p, **compare(workers, file, tau_p, arguments.rounds)}
                )
            finally:
                for worker in workers.values():
                    worker.process.kill()
                    worker.process.wait()
            write(record, arguments.out)
    print(to_markdown(record))


def write(record: dict[str, Any], folder: Path) -> None:
    """Write what is measured so far, as JSON and as the tables of the book."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    (folder / "benchmark.txt").write_text(to_markdown(record), encoding="utf-8")


if __name__ == "__main__":
    main()
