"""The whole book as one PDF: Sphinx's page of everything, printed by headless Chromium."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from gatedmem.book.build import doctrees_of, run_sphinx
from gatedmem.book.markup import BookError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip
PRINT_TIMEOUT_S = 600


class BrowserMissing(Exception):
    """No Chromium is on this machine; the message says what to install."""


def browser() -> str:
    """The path of a Chromium.

    Raises:
        BrowserMissing: there is none.
    """
    for name in BROWSERS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise BrowserMissing("the PDF needs Chromium (Debian: apt-get install chromium)")


def print_book(out_html: Path, source: Path, pdf: Path) -> int:
    """Build the book as one page from what :func:`~gatedmem.book.build.build` has read, and print it.

    Args:
        out_html: where the pages of the book lie.
        source: the book's source folder.
        pdf: the file to write.

    Returns:
        The exit status: 0 when the file is written.

    Raises:
        BrowserMissing: no Chromium is on this machine.
        BookError: Chromium did not write the file.
    """
    program = browser()
    with tempfile.TemporaryDirectory(prefix="gatedmem-pdf-") as temporary:
        folder = Path(temporary)
        status = run_sphinx("singlehtml", source, folder / "book", doctrees_of(out_html), afresh=False)
        if status:
            return status
        printed = folder / "book.pdf"
        page = (folder / "book" / "index.html").as_uri()
        command = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer"]
        try:
            done = subprocess.run(
                [*command, f"--print-to-pdf={printed}", page], capture_output=True, text=True, timeout=PRINT_TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            raise BookError(f"{program} did not print the book within {PRINT_TIMEOUT_S} s") from None
        if done.returncode or not printed.is_file() or printed.read_bytes()[:5] != b"%PDF-":
            said = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise BookError(f"{program} did not print the book: {said}")
        pdf.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(printed, pdf)
    return 0
