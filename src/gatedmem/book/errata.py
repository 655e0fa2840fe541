"""The page of errata: printed form against right form, and the derivation that tells them apart."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from gatedmem.book.markup import BookError, folded
from gatedmem.theory.derivation import StepError
from gatedmem.theory.misprints import Misprint


def misprint_lines(misprint: Misprint) -> Iterator[str]:
    """Printed form against right form, and the derivation that tells them apart."""
    yield f"### {misprint.number}. {misprint.title}"
    yield ""
    carried = ", ".join(f"{name} {{standing}}`{name}`" for name in misprint.ledger)
    yield f"*{misprint.place}.* {misprint.summary} Carried by {carried}."
    yield ""
    yield "::::{container} forms"
    said = "Said, as a formula" if misprint.in_words else "Printed"
    for title, formula in ((said, misprint.printed_tex), ("Right", misprint.right_tex)):
        yield from (":::{container} form", f"**{title}**", "", "$$", formula, "$$", ":::")
    yield "::::"
    yield ""
    yield from folded("The derivation, step by step", _told_apart(misprint).splitlines())
    yield ""


@functools.cache
def _told_apart(misprint: Misprint) -> str:
    """The derivation of a misprint as MyST markdown, without its heading."""
    try:
        return misprint.derive().to_markdown().partition("\n\n")[2]
    except StepError as error:
        raise BookError(f"misprint {misprint.number} of {misprint.paper}: {error}") from error
