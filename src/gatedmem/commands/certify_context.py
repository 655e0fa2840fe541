"""``gatedmem certify context``."""

from __future__ import annotations

from pathlib import Path

import click

from gatedmem.commands.certify import finish
from gatedmem.commands.common import BadInput

FILE = click.Path(path_type=Path)


@click.command()
@click.option("--memories", type=FILE, required=True, help="Your memories: one row of numbers per memory.")
@click.option("--alpha", default="0", show_default=True, help="Competition α ≥ 0 of the gates.")
@click.option("--beta", default="1", show_default=True, help="Inverse temperature β > 0.")
@click.option("--gain", default="1", show_default=True, help="Gate-retrieval coupling λ ≥ 0.")
@click.option("--query", type=FILE, help="The clamped query, one number per entry of a memory.  [default: none]")
@click.option("--context", "clamped", type=FILE, help="The clamped context, W₁ = Zᵀ.  [default: none]")
@click.option("--tau-s", default="1", show_default=True, help="Time constant τ_s > 0 of the gates.")
@click.option("--tau-r", default="1", show_default=True, help="Time constant τ_r > 0 of the scores.")
@click.option("--decimal", is_flag=True, help="Take decimals (CSV, JSON, options) as the exact numbers they are.")
@click.option("-o", "--output", type=FILE, required=True, help="Where to write the certificate.")
def context(
    memories: Path,
    alpha: str,
    beta: str,
    gain: str,
    query: Path | None,
    clamped: Path | None,
    tau_s: str,
    tau_r: str,
    decimal: bool,
    output: Path,
) -> None:
    """Certify a context-gated memory: its gates, the uniqueness of its fixed point, the retrieval.

    Numbers are taken as the exact numbers that they are: 0.1 is the double nearest to it, or 1/10 with --decimal.
    Exit code 0: every claim is proved or refuted; 1: one is undecided.
    """
    from gatedmem.numerics.files import InputError, exact_number, read_exact, read_exact_vector
    from gatedmem.proofs.certify.context import ExactContext, certify
    from gatedmem.proofs.checker.reading import Rejected

    constants = {}
    for name, text in {"alpha": alpha, "beta": beta, "gain": gain, "tau_s": tau_s, "tau_r": tau_r}.items():
        try:
            constants[name] = exact_number(text, decimal=decimal)
        except ValueError as error:
            raise BadInput(f"--{name.replace('_', '-')}: {error}") from None
    try:
        instance = ExactContext(
            memories=read_exact(memories, "memories", decimal=decimal),
            query=None if query is None else read_exact_vector(query, "query", decimal=decimal),
            context=None if clamped is None else read_exact_vector(clamped, "context", decimal=decimal),
            **constants,
        )
        certificate = certify(instance)
    except InputError as error:
        raise BadInput(str(error)) from None
    except (ValueError, Rejected) as error:
        raise BadInput(f"{memories}: {error}") from None
    finish(certificate, output)
