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
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinxcontrib.bibtex",
    "sphinx_copybutton",
    "katex_math",
    "docstring_math",
    "formulas",
    "shared_navigation",
    "command_line",
    "book_markup",
]
exclude_patterns = [
    "_build", "_generated/drill.md", "_generated/mutation.md", "_generated/errata-*", "_katex", "notation/*",
    "proofs", "settings", "Thumbs.db", ".DS_Store",
]  # fmt: skip
templates_path = ["_templates"]
nitpicky = True
# Types in signatures are names to read, most of them of other packages; references written by hand are all checked.
nitpick_ignore_regex = [(r"py:class", r".*")]
nitpick_ignore = [("py:func", "observables.energy")]

autosummary_generate = True
autodoc_typehints = "signature"
autodoc_type_aliases = {
    name: name.rpartition(".")[2]
    for name in ("Array", "Values", "Vector", "Float", "Exact", "Matrix", "Record", "npt.ArrayLike", "Expr", "Any")
}
autodoc_inherit_docstrings = False
add_module_names = False
maximum_signature_line_length = 88
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
viewcode_line_numbers = True

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_dmath_double_inline = False

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "alpha"

copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = "gatedmem"
html_static_path = ["_static"]
html_css_files = ["book.css", "formulas.css"]
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
