"""Formulas rendered while the book is built: a broken one is an error of the build, and a page needs no network.

KaTeX itself (``_katex/``, with its licence) runs in the V8 engine that the mini-racer package carries. The pages get
its style sheet and fonts, and MathML beside the visible form for readers who do not see.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from py_mini_racer import JSEvalException, MiniRacer
from sphinx.util import logging

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

VENDORED = Path(__file__).parent.parent / "_katex"
_OTHER_FONT_FORMATS = re.compile(r',url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)')

_logger = logging.getLogger(__name__)


class BrokenFormula(Exception):
    """KaTeX does not accept a formula; the message says where in it."""


@functools.cache
def _engine() -> MiniRacer:
    engine = MiniRacer()
    engine.eval((VENDORED / "katex.min.js").read_text(encoding="utf-8"))
    return engine


@functools.cache
def render(tex: str, display: bool, output: str = "htmlAndMathml") -> str:
    """The HTML of one formula, with MathML for readers who do not see unless ``output`` is ``"html"``.

    Raises:
        BrokenFormula: the TeX is not valid, or uses what KaTeX does not know.
    """
    options = {"displayMode": display, "throwOnError": True, "strict": "error", "trust": False, "output": output}
    try:
        answer = _engine().eval(f"katex.renderToString({json.dumps(tex)}, {json.dumps(options)})")
    except JSEvalException as error:
        first = next((line for line in str(error).splitlines() if "KaTeX" in line or "Error" in line), str(error))
        raise BrokenFormula(first.strip()) from None
    return str(answer)


def _html(translator: HTML5Translator, node: nodes.Element, display: bool) -> str:
    try:
        # A printed book has no use for MathML, which doubles its size.
        printed = translator.builder.name == "singlehtml"
        return render(node.astext(), display, "html" if printed else "htmlAndMathml")
    except BrokenFormula as error:
        _logger.warning("%s", error, location=node, type="katex")
        return f'<code class="broken-formula">{translator.encode(node.astext())}</code>'


def _visit_inline(translator: HTML5Translator, node: nodes.Element) -> None:
    from docutils.nodes import SkipNode

    translator.body.append(f'<span class="math">{_html(translator, node, False)}</span>')
    raise SkipNode


def _visit_block(translator: HTML5Translator, node: nodes.Element) -> None:
    from docutils.nodes import SkipNode

    translator.body.append(translator.starttag(node, "div", CLASS="math", tabindex="0"))
    if node.get("number"):
        translator.body.append(f'<span class="eqno">({node["number"]})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append(_html(translator, node, True))
    translator.body.append("</div>\n")
    raise SkipNode


def _copy_assets(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "katex"
    shutil.copytree(VENDORED / "fonts", target / "fonts", dirs_exist_ok=True)
    style = (VENDORED / "katex.min.css").read_text(encoding="utf-8")
    # Only the woff2 fonts are shipped; every browser since 2016 takes them.
    (target / "katex.min.css").write_text(_OTHER_FONT_FORMATS.sub("", style), encoding="utf-8")
    shutil.copy(VENDORED / "LICENSE", target / "LICENSE")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer, the style sheet and the fonts."""
    app.add_html_math_renderer("katex", (_visit_inline, None), (_visit_block, None))
    app.add_css_file("katex/katex.min.css")
    app.connect("build-finished", _copy_assets)
    # V8 lives in this process: rendering is not spread over forked writers.
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
