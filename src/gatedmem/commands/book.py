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
@click.option("--pdf", "as_pdf", is_flag=True, help="Print the whole book as gatedmem.pdf beside the pages, too.")
@click.option("--open", "show", is_flag=True, help="Open the book in a browser.")
def docs(fresh: bool, jobs: int, source: Path | None, out: Path | None, as_pdf: bool, show: bool) -> None:
    """Gather the evidence (from the cache where nothing changed) and build the book from it."""
    from gatedmem.book import goals, pdf
    from gatedmem.book.build import build, to_records
    from gatedmem.book.markup import BookError
    from gatedmem.proofs.cache import default_folder
    from gatedmem.proofs.evidence import Layer, Request

    source = source or Path("docs")
    out = (out or source / "_build" / "html").absolute()
    chosen = choose(())
    if not (source / "conf.py").is_file():
        raise BadInput(
            f"{source}: source: is not the book's source folder (it has no conf.py); run this in a checkout"
        )
    try:
        if as_pdf:
            pdf.browser()
        results = gather(chosen, tuple(Layer), Request(), fresh=fresh, jobs=jobs)
        say = lambda line: click.echo(line, err=True)  # noqa: E731
        records = goals.attach(to_records(chosen, results), default_folder(), jobs, say)
        status = build(records, out, source.absolute())
        file = out.parent / "gatedmem.pdf"
        if status == 0 and as_pdf:
            status = pdf.print_book(out, source.absolute(), file)
    except BookError as error:
        raise BadInput(str(error)) from None
    except pdf.BrowserMissing as error:
        click.echo(str(error), err=True)
        sys.exit(3)
    if status == 0:
        click.echo(out / "index.html")
        if as_pdf:
            click.echo(file)
        if show:
            click.launch(str(out / "index.html"))
    sys.exit(1 if status else 0)
