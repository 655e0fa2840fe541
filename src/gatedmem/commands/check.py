"""``gatedmem check``: a certificate re-checked, exactly and independently of what made it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatedmem.commands.common import BadInput

if TYPE_CHECKING:
    from gatedmem.proofs.checker.certificate import Report


@click.command()
@click.argument("certificate", metavar="CERT.json", type=click.Path(path_type=Path))
@click.option("--rocq", is_flag=True, help="Also state the instance as theorems that Rocq's kernel must accept.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def check(certificate: Path, rocq: bool, as_json: bool) -> None:
    """Re-check a certificate with integers and fractions only, trusting nothing in the file.

    Exit code 0: every claim is proved or refuted, and follows; 1: a claim does not follow, or is undecided; 3: --rocq
    was asked for and Rocq is not on this machine.
    """
    from gatedmem.proofs.checker.certificate import check as check_bytes
    from gatedmem.proofs.checker.reading import Malformed, Rejected

    data = _read(certificate)
    try:
        report = check_bytes(data)
    except Malformed as refusal:
        raise BadInput(f"{certificate}: {refusal}") from None
    except Rejected as refusal:
        if as_json:
            click.echo(json.dumps({"accepted": False, "error": str(refusal)}, indent=2, ensure_ascii=False))
        else:
            click.echo(f"rejected: {refusal}")
        sys.exit(1)
    formal = _formal(data) if rocq else None
    if as_json:
        answer = _to_json(report)
        if formal is not None:
            answer["rocq"] = formal
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        click.echo(f"{report.model}: {report.instance}")
        for claim in report.claims:
            click.echo(f"{claim.id:5} {claim.verdict:10} {claim.claim}: {claim.statement}")
        if formal is not None:
            for line in _formal_lines(formal):
                click.echo(line)
    sys.exit(0 if report.decided and (formal is None or formal["accepted"]) else 1)


def _formal(data: bytes) -> dict[str, Any]:
    """Have Rocq's kernel accept the instance's theorems; exit code 3 when Rocq is not there."""
    from gatedmem.proofs.cache import default_folder
    from gatedmem.proofs.checker.reading import load
    from gatedmem.proofs.checkers.formal import ALLOWED_AXIOMS
    from gatedmem.proofs.rocq_instances import NotAccepted, left_out, restate
    from gatedmem.proofs.rocq_project import AuditError, RocqProject, ToolMissing
    from gatedmem.proofs.rocq_terms import NothingToRestate

    def say(line: str) -> None:
        click.echo(line, err=True)

    try:
        project = RocqProject(default_folder() / "rocq", os.cpu_count() or 1, say)
        certificate = load(data)
        restated = restate(certificate, project)
    except ToolMissing as missing:
        click.echo(str(missing), err=True)
        sys.exit(3)
    except (NotAccepted, NothingToRestate, AuditError) as refusal:
        return {"accepted": False, "error": str(refusal)}
    beyond = sorted(set(restated.axioms) - ALLOWED_AXIOMS)
    answer: dict[str, Any] = {"accepted": not beyond, "axioms": restated.axioms, "theorems": restated.theorems}
    answer["left_out"] = left_out(certificate)
    return answer | {"error": f"rests on {beyond[0]}"} if beyond else answer


def _formal_lines(formal: dict[str, Any]) -> Iterator[str]:
    if formal["accepted"]:
        for name, statement in formal["theorems"].items():
            yield f"rocq  accepted   {name}: {statement}"
        for name, reason in formal["left_out"].items():
            yield f"rocq  left out   {name}: {reason}"
    else:
        yield f"rocq  not accepted: {formal['error']}"


def _read(path: Path) -> bytes:
    from gatedmem.proofs.checker.reading import LARGEST_FILE

    if not path.is_file():
        raise BadInput(f"{path}: certificate: no such file")
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST_FILE + 1)  # one byte too many is enough to be refused
    except OSError as error:
        raise BadInput(f"{path}: certificate: cannot be read ({error.strerror})") from None


def _to_json(report: Report) -> dict[str, Any]:
    return {
        "accepted": True,
        "model": report.model,
        "instance": report.instance,
        "claims": [
            {"id": claim.id, "claim": claim.claim, "verdict": claim.verdict, "statement": claim.statement}
            for claim in report.claims
        ],
    }
