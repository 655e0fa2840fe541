"""The list of contents beside each page, worked out once for a folder and not once for a page.

The list is the same on all pages of a folder but for the marks at the page that is shown. Sphinx makes it anew for
each, which takes longer than all else in this book together, with a page for every statement, module and source.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

_ENTRY = re.compile(
    r'<li class="toctree-l(\d+)(?: current)?"><a class="(?:current )?reference internal" href="([^"]*)">'
)


def without_marks(contents: str, page: str) -> str:
    """The list made for ``page`` (its address in its folder), as a page outside of the list would have it.

    >>> made = '<li class="toctree-l1 current"><a class="current reference internal" href="#">A</a></li>'
    >>> without_marks(made, "a.html")
    '<li class="toctree-l1"><a class="reference internal" href="a.html">A</a></li>'
    """

    def entry(found: re.Match[str]) -> str:
        level, address = found.groups()
        own = page if address == "#" else address
        return f'<li class="toctree-l{level}"><a class="reference internal" href="{own}">'

    return _ENTRY.sub(entry, contents.replace('<ul class="current">', "<ul>"))


def with_marks(contents: str, page: str) -> str:
    """The list with the link of ``page`` and its entry marked as current, and all entries above it.

    >>> made = '<li class="toctree-l1"><a class="reference internal" href="a.html">A</a></li>'
    >>> with_marks(made, "a.html")
    '<li class="toctree-l1 current"><a class="current reference internal" href="#">A</a></li>'
    """
    entries = list(_ENTRY.finditer(contents))
    at = next((number for number, entry in enumerate(entries) if entry.group(2) == page), None)
    if at is None:
        return contents
    marked = {at}
    level = int(entries[at].group(1))
    for number in range(at, -1, -1):
        if int(entries[number].group(1)) < level:
            marked.add(number)
            level -= 1
    pieces, end = [], 0
    for number in sorted(marked):
        entry = entries[number]
        depth, address = entry.groups()
        link, mark = ("#", "current ") if number == at else (address, "")
        pieces += [contents[end : entry.start()], f'<li class="toctree-l{depth} current">']
        pieces += [f'<a class="{mark}reference internal" href="{link}">']
        end = entry.end()
    return "".join([*pieces, contents[end:]])


def _share(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if app.builder.name != "html" or "toctree" not in context:
        return
    kept: dict[tuple[str, str], str] = app.__dict__.setdefault("_shared_navigation", {})
    folder, _, name = pagename.rpartition("/")
    page, make = f"{name}.html", context["toctree"]

    def contents(**options: Any) -> str:
        key = folder, repr(sorted(options.items()))
        if key not in kept:
            kept[key] = without_marks(str(make(**options)), page)
        return with_marks(kept[key], page)

    context["toctree"] = contents


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen before the theme asks for the list."""
    app.connect("html-page-context", _share, priority=100)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
