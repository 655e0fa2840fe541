"""The book's settings. Build it with ``gatedmem docs``, which first writes the pages that carry evidence."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

if not (HERE / "_generated" / "overview.md").is_file():
    raise RuntimeError("docs/_generated holds no pages: build the book with `gatedmem docs`")

project = "gatedmem"
author = "The gatedmem authors"
copyright = author
release = metadata.version("gatedmem")
version = release

extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "sphinx_copybutton",
    "katex_math",
    "book_markup",
]
exclude_patterns = ["_build", "_generated/errata-*", "_katex", "proofs", "settings", "Thumbs.db", ".DS_Store"]
nitpicky = True

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_dmath_double_inline = False

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "alpha"

copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = "gatedmem"
html_static_path = ["_static"]
html_css_files = ["book.css"]
# On paper there is nothing to navigate with (the tag is set when the book is built as one page, for the PDF).
if tags.has("print"):  # type: ignore[name-defined]  # noqa: F821  Sphinx puts it here
    html_sidebars = {"**": []}
html_math_renderer = "katex"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": True,
    "light_css_variables": {"color-brand-primary": "#1b4d8f", "color-brand-content": "#1b5fb4"},
    "dark_css_variables": {"color-brand-primary": "#8ab8f5", "color-brand-content": "#8ab8f5"},
}
