"""``gatedmem docs``: the book, built from the evidence."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gatedmem.commands.common import BadInput, choose, evidence_options, gather


@click.command()
@evidence_options
@click.option("--source", type=click.Path(path_type=Path), help="The book's source folder.  [default: ./docs]")
@click.option("--out", type=click.Path(path_type=Path), help="Where to put the pages.  [default: _build/html in it]")
@click.option("--open", "show", is_flag=True, help="Open the book in a browser.")
def docs(fresh: bool, jobs: int, source: Path | None, out: Path | None, show: bool) -> None:
    """Gather the evidence (from the cache where nothing changed) and build the book from it."""
    from gatedmem.proofs.book import BookError, build, to_records
    from gatedmem.proofs.evidence import Layer, Request

    source = source or Path("docs")
    out = (out or source / "_build" / "html").absolute()
    chosen = choose(())
    if not (source / "conf.py").is_file():
        raise BadInput(f"{source}: source: is not the book's source folder (it has no conf.py)")
    results = gather(chosen, tuple(Layer), Request(), fresh=fresh, jobs=jobs)
    try:
        status = build(to_records(chosen, results), out, source.absolute())
    except BookError as error:
        raise BadInput(str(error)) from None
    if status == 0:
        click.echo(out / "index.html")
        if show:
            click.launch(str(out / "index.html"))
    sys.exit(1 if status else 0)
