"""``gatedmem certify astrocyte``."""

from __future__ import annotations

from pathlib import Path

import click

from gatedmem.commands.certify import finish
from gatedmem.commands.common import BadInput

FILE = click.Path(path_type=Path)


@click.command()
@click.option("--patterns", type=FILE, required=True, help="Your patterns: one row of -1 and +1 per pattern.")
@click.option("--cue", type=FILE, required=True, help="The neurons at time 0, one number each.")
@click.option("--sigma", default="1", show_default=True, help="Slope σ > 0 of the activation tanh(σx).")
@click.option("--temperature", default="1", show_default=True, help="Temperature T > 0 of the gains.")
@click.option("--tau-x", default="1", show_default=True, help="Time constant τ_x > 0 of the neurons.")
@click.option("--tau-p", default="1", show_default=True, help="Time constant τ_p > 0 of the gains.")
@click.option("--decimal", is_flag=True, help="Take decimals (CSV, JSON, options) as the exact numbers they are.")
@click.option("-o", "--output", type=FILE, required=True, help="Where to write the certificate.")
def astrocyte(
    patterns: Path,
    cue: Path,
    sigma: str,
    temperature: str,
    tau_x: str,
    tau_p: str,
    decimal: bool,
    output: Path,
) -> None:
    """Certify an astrocyte-gated memory: the equilibrium near which a cue ends, its stability, the retrieval.

    Numbers are taken as the exact numbers that they are: 0.1 is the double nearest to it, or 1/10 with --decimal.
    Exit code 0: every claim is proved or refuted; 1: one is undecided.
    """
    from gatedmem.numerics.files import InputError, exact_number, read_exact, read_exact_vector
    from gatedmem.proofs.certify.astrocyte import ExactAstrocyte, certify
    from gatedmem.proofs.checker.reading import Rejected

    constants = {}
    given = {"sigma": sigma, "temperature": temperature, "tau_x": tau_x, "tau_p": tau_p}
    for name, text in given.items():
        try:
            constants[name] = exact_number(text, decimal=decimal)
        except ValueError as error:
            raise BadInput(f"--{name.replace('_', '-')}: {error}") from None
    try:
        rows = read_exact(patterns, "patterns", decimal=decimal)
        start = read_exact_vector(cue, "cue", decimal=decimal)
        if len(start) != len(rows[0]):
            raise InputError(f"{cue}: cue: needs {len(rows[0])} numbers, one per neuron, holds {len(start)}")
        certificate = certify(ExactAstrocyte(rows, start, **constants))
    except InputError as error:
        raise BadInput(str(error)) from None
    except (ValueError, Rejected) as error:
        raise BadInput(f"{patterns}: {error}") from None
    finish(certificate, output)
