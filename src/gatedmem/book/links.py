"""Dead links of a built book: files that are not there, and anchors that no page has."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# In an address that keeps the state of a page's script (#focus=AG8) the part after # is no anchor.
_STATE = "="


class _Page(HTMLParser):
    """The anchors of a page, and the addresses it leads to or loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name == "id" or (name == "name" and tag == "a")):
                self.anchors.add(value)
            elif value and name in ("href", "src", "data", "poster"):
                self.addresses.append(value)


def dead_links(folder: Path) -> Iterator[str]:
    """One line for each address in the folder's pages that leads nowhere in it: page and address."""
    pages = {path.resolve(): _Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    for path, page in pages.items():
        for address in dict.fromkeys(page.addresses):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            fragment = unquote(parts.fragment)
            missing = fragment and _STATE not in fragment and target in pages
            if not target.exists() or (missing and fragment not in pages[target].anchors):
                yield f"{path.relative_to(folder.resolve())}: {address}"
