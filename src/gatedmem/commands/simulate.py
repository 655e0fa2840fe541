"""``gatedmem simulate``: run a memory on given or drawn patterns."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatedmem.commands.common import BadInput

if TYPE_CHECKING:
    import numpy as np

    from gatedmem.numerics.simulate.context_runs import ContextRun
    from gatedmem.numerics.simulate.runs import Run

MEMORIES = ("astrocyte", "linear", "hopfield", "neuron-astrocyte", "dense", "modern", "context")
# The parameters each memory knows; an option of another memory is refused rather than ignored.
PARAMETERS = {
    "astrocyte": ("sigma", "temperature", "tau_x", "tau_p"),
    "linear": ("sigma", "temperature", "tau_x", "tau_p"),
    "hopfield": ("sigma", "tau"),
    "neuron-astrocyte": ("sigma", "tau", "scale"),
    "dense": ("sigma", "tau", "scale", "interaction"),
    "modern": ("beta", "tau"),
    "context": ("alpha", "beta", "gain"),
}
NUMBERS = {
    "sigma": "Slope σ of the activation.  [default: 1]",
    "temperature": "Temperature T of the gains.  [default: 0.01]",
    "tau_x": "Time constant of the neurons.  [default: 1]",
    "tau_p": "Time constant of the gains.  [default: 1]",
    "tau": "Time constant of a memory without gains.  [default: 1]",
    "scale": "Scale c of the drive (dense, neuron-astrocyte).",
    "alpha": "Competition α of the gates (context).  [default: 0]",
    "beta": "Inverse temperature β (modern, context).  [default: 1]",
    "gain": "Gate-retrieval coupling λ (context).  [default: 1]",
    "step": "Length of a step (ways stable and euler).",
    "tolerance": "Local tolerance of the flow.  [default: 1e-6]",
}


def numeric_options(command: Any) -> Any:
    """One option for each entry of NUMBERS."""
    for name, text in reversed(NUMBERS.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, type=float, help=text)(command)
    return command


@click.command()
@click.argument("memory", type=click.Choice(MEMORIES))
@click.option(
    "--patterns", "--memories", "patterns", type=click.Path(path_type=Path), help="Stored items, one a row."
)
@click.option("--cue", type=click.Path(path_type=Path), help="Cues (queries), one a row; with --patterns.")
@click.option("--context", type=click.Path(path_type=Path), help="Clamped contexts, one a row (context).")
@click.option("--free", type=click.Choice(["context", "query"]), multiple=True, help="Let it evolve (context).")
@click.option("--neurons", type=click.IntRange(1), default=20, show_default=True, help="N (or d) of drawn items.")
@click.option("--stored", type=click.IntRange(1), default=50, show_default=True, help="How many items to draw.")
@click.option("--flips", type=click.IntRange(0), default=4, show_default=True, help="Flipped entries of drawn cues.")
@click.option("--trials", type=click.IntRange(1), default=10, show_default=True, help="Sets and cues to draw.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Fixes every draw.")
@click.option("--interaction", help="Degree n of F(z) = z^n/n, or exp (dense).  [default: exp]")
@numeric_options
@click.option(
    "--way", type=click.Choice(["flow", "stable", "alternation", "euler"]), default="flow", show_default=True
)
@click.option("--renormalise", is_flag=True, help="Divide the gains by their sum after every Euler step.")
@click.option("--t-end", type=float, help="End of the run.  [default: 10; context 50]")
@click.option("--times", type=click.IntRange(2), default=2, show_default=True, help="How many times to observe.")
@click.option("--precision", type=click.Choice(["double", "single"]), default="double", show_default=True)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write states and observables to FILE.npz or FILE.json.")
def simulate(memory: str, as_json: bool, out: Path | None, **options: Any) -> None:
    """Run a memory from cues: on your own patterns (files), or on patterns drawn from a seed.

    Files may be .npy, .npz, .csv or .json. The outcome goes to stdout, one line a cue; --out adds the states at every
    observed time, with a manifest of versions, seed, parameters and hashes.
    """
    given = {name: options[name] for name in (*NUMBERS, "interaction") if options[name] is not None}
    _refuse_strangers(memory, options, given)
    if out is not None and out.suffix not in (".npz", ".json"):
        raise BadInput(f"{out}: out: must end in .npz or .json")
    stored, cues, targets, inputs = _material(memory, options)
    from gatedmem.proofs.workers import interruptible

    try:
        run = interruptible(lambda: _run(memory, stored, cues, targets, options, given, inputs))
    except ValueError as error:
        raise BadInput(_worded(str(error), options)) from None
    record = _outcome(run)
    if out is not None:
        _write(out, run, _manifest(memory, options, given, stored, cues))
    if as_json:
        click.echo(json.dumps({"memory": memory, **record}, indent=1))
    else:
        _print_table(record)
    sys.exit(1 if any(record["failed"]) else 0)


def _refuse_strangers(memory: str, options: dict[str, Any], given: dict[str, Any]) -> None:
    known = {*PARAMETERS[memory], "step", "tolerance"}
    strange = [name for name in given if name not in known]
    if memory == "context":
        strange += [name for name in ("step",) if name in given]
        if options["way"] != "flow":
            raise BadInput("--way: the context-gated memory is run by its flow only")
    elif options["context"] is not None or options["free"]:
        strange.append("context" if options["context"] is not None else "free")
    if strange:
        raise BadInput(f"--{strange[0].replace('_', '-')}: means nothing to the memory {memory!r}")
    if (options["patterns"] is None) != (options["cue"] is None):
        missing, present = ("cue", "patterns") if options["cue"] is None else ("patterns", "cue")
        raise BadInput(f"--{missing}: goes with --{present}")
    if options["context"] is not None and options["patterns"] is None:
        raise BadInput("--context: goes with --patterns and --cue")


def _material(memory: str, options: dict[str, Any]) -> tuple[Any, Any, Any, dict[str, Any]]:
    """Stored items, cues, targets (None with files) and what else the context-gated memory needs."""
    import numpy as np

    from gatedmem.numerics.files import InputError, read_table
    from gatedmem.numerics.simulate.draws import draw_trials

    if options["patterns"] is not None:
        try:
            stored = read_table(options["patterns"], "patterns")
            cues = read_table(options["cue"], "cue")
            context = None if options["context"] is None else read_table(options["context"], "context")
        except InputError as error:
            raise BadInput(str(error)) from None
        return stored, cues, None, {} if context is None else {"context": context}
    if memory == "context":
        rng = np.random.default_rng([options["seed"], 1])
        shape = (options["trials"], options["stored"], options["neurons"])
        stored = rng.standard_normal(shape)
        stored /= np.linalg.norm(stored, axis=-1, keepdims=True)
        noise = rng.standard_normal((2, options["trials"], options["neurons"]))
        return stored, stored[:, 0] + noise[0], None, {"context": stored[:, 0] + 0.3 * noise[1]}
    try:
        stored, cues, targets = draw_trials(
            options["seed"], options["trials"], options["neurons"], options["stored"], options["flips"]
        )
    except ValueError as error:
        raise BadInput(f"--{error}") from None
    return stored, cues, targets, {}


def _run(
    memory: str,
    stored: Any,
    cues: Any,
    targets: Any,
    options: dict[str, Any],
    given: dict[str, Any],
    inputs: dict[str, Any],
) -> Run | ContextRun:
    import numpy as np

    from gatedmem.numerics import simulate as simulator

    np.seterr(all="ignore")  # a run that overflows is reported as failed, cue by cue
    end = options["t_end"] if options["t_end"] is not None else (50.0 if memory == "context" else 10.0)
    if not (np.isfinite(end) and end > 0):
        raise ValueError(f"t_end: must be finite and greater than 0, is {end}")
    times = np.linspace(0.0, end, options["times"])
    how: dict[str, Any] = {"times": times, "path": True, "precision": options["precision"]}
    how["threads"] = options["threads"]
    given = dict(given)
    if memory == "context":
        return simulator.simulate_context(stored, query=cues, free=options["free"], **inputs, **given, **how)
    how |= {"way": options["way"], "renormalise": options["renormalise"], "target": targets}
    if "interaction" in given and given["interaction"] != "exp":
        if not given["interaction"].isdecimal():
            raise ValueError(f"interaction: must be 'exp' or a whole number, is {given['interaction']!r}")
        given["interaction"] = int(given["interaction"])
    functions: dict[str, Any] = {
        "astrocyte": simulator.simulate_astrocyte,
        "linear": simulator.simulate_astrocyte,
        "hopfield": simulator.simulate_hopfield,
        "neuron-astrocyte": simulator.simulate_neuron_astrocyte,
        "dense": simulator.simulate_dense,
        "modern": simulator.simulate_modern,
    }
    if memory == "linear":
        how["score"] = "linear"
    run: Run = functions[memory](stored, cues, **given, **how)
    return run


def _worded(message: str, options: dict[str, Any]) -> str:
    """Name the file or the option that a rule of the library was broken by."""
    field, _, rest = message.partition(":")
    if field in ("patterns", "memories", "cue", "query", "context"):
        path = options["cue" if field in ("cue", "query") else "context" if field == "context" else "patterns"]
        return f"{path}: {message}" if path is not None else message
    return f"--{field.replace('_', '-')}:{rest}"


def _outcome(run: Run | ContextRun) -> dict[str, Any]:
    """What is said of every cue, in lists."""
    from gatedmem.numerics.simulate.runs import Run

    weights = run.gains if isinstance(run, Run) else run.p
    record: dict[str, Any] = {
        "answer": weights.argmax(axis=-1).tolist(),
        "weight": _plain(weights.max(axis=-1)),
        **{name: _plain(values[..., -1]) for name, values in run.observables.items()},
        "convergence_time": _plain(run.convergence_time),
        "evaluations": run.evaluations.tolist(),
        "failed": run.failed.tolist(),
    }
    return record


def _plain(values: np.ndarray[Any, Any]) -> list[float | None]:
    """Numbers for JSON, which knows neither infinity nor not-a-number: null."""
    import math

    return [float(value) if math.isfinite(value) else None for value in values.reshape(-1)]


def _print_table(record: dict[str, Any]) -> None:
    names = list(record)
    rows = [["cue", *names]]
    for index in range(len(record["answer"])):
        cells = [record[name][index] for name in names]
        rows.append(
            [str(index), *("-" if c is None else f"{c:.6g}" if isinstance(c, float) else str(c) for c in cells)]
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def _manifest(memory: str, options: dict[str, Any], given: dict[str, Any], stored: Any, cues: Any) -> dict[str, Any]:
    import hashlib
    from importlib import metadata

    from gatedmem.proofs.cache import environment

    files = [options[name] for name in ("patterns", "cue", "context") if options[name] is not None]
    used = {name: value for name, value in options.items() if name not in NUMBERS and not isinstance(value, Path)}
    return {
        "gatedmem": metadata.version("gatedmem"),
        "environment": f"{environment()}; numba {metadata.version('numba')}",
        "memory": memory,
        "seed": options["seed"] if not files else None,
        "parameters": {**{name: value for name, value in used.items() if value is not None}, **given},
        "files": {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        "arrays": {
            "patterns": hashlib.sha256(stored.tobytes()).hexdigest(),
            "cue": hashlib.sha256(cues.tobytes()).hexdigest(),
        },
    }


def _write(out: Path, run: Run | ContextRun, manifest: dict[str, Any]) -> None:
    """Write states, observables and the manifest, all or nothing."""
    import io

    import numpy as np

    from gatedmem.numerics.simulate.runs import Run
    from gatedmem.proofs.cache import write_atomically

    arrays: dict[str, Any] = {"times": run.times, **run.observables, "convergence_time": run.convergence_time}
    if isinstance(run, Run):
        arrays |= {"x": run.path_x, "gains": run.path_gains, "settling_time": run.settling_time}
    else:
        arrays |= {**(run.path or {}), "p": run.p}
    try:
        if out.suffix == ".json":
            lists = {name: _nested(np.asarray(value)) for name, value in arrays.items()}
            write_atomically(out, json.dumps({"manifest": manifest, **lists}) + "\n")
        else:
            stream = io.BytesIO()
            np.savez_compressed(stream, manifest=np.array(json.dumps(manifest)), **arrays)
            write_atomically(out, stream.getvalue())
    except OSError as error:
        raise BadInput(f"{out}: out: cannot be written ({error.strerror})") from None


def _nested(values: Any) -> Any:
    """Nested lists for JSON, null for what is not finite."""
    import numpy as np

    blanked: np.ndarray[Any, Any] = np.where(np.isfinite(values), values.astype(object), np.array(None))
    return blanked.tolist()
