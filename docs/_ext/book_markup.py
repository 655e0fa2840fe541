"""The book's own markup: statements, foldable parts, status badges, and ids that turn into links.

``{statement} AG8``                 the box that holds a statement
``{fold} Title`` with ``:open:``    a part that the reader can fold away
``{status}`verified` ``             a badge: sign, word and colour
``{standing}`AG8` ``                the badge of the weakest layer of AG8
``{kind}`corrected` ``              where a statement comes from
``{verdict}`holds` ``               what was found of an empirical claim
``{focus}`AG8` ``                   a link to AG8's place in the dependency graph
``{dependency-graph}``              the graph itself
AG8 in running text                 a link to the page of AG8 (not in code, titles or formulas)
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

from gatedmem.book.build import GRAPH, STANDINGS
from gatedmem.book.results import look
from gatedmem.proofs.evidence import Status
from gatedmem.proofs.ledger import KINDS
from gatedmem.report import SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

ID = re.compile(r"\b(?:SM|AG|CG|GW|BL)[1-9][0-9]?\b")


# Scripts that only one page needs.
SCRIPTS = {"_generated/overview": ["address.js", "overview.js"], "_generated/graph": ["address.js", "graph.js"]}


class fold(nodes.General, nodes.Element):  # noqa: N801  docutils names nodes in lower case
    """A part that can be folded away; its first child is the summary."""


class fold_summary(nodes.General, nodes.TextElement):  # noqa: N801
    """The line of a foldable part that stays visible."""


class Fold(SphinxDirective):
    """``{fold} Title``."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"open": directives.flag, "class": directives.class_option}

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        node = fold(open="open" in self.options, classes=["fold", *self.options.get("class", [])])
        self.set_source_info(node)
        texts, messages = self.state.inline_text(self.arguments[0], self.lineno)
        node += fold_summary(self.arguments[0], "", *texts)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node, *messages]


class Statement(SphinxDirective):
    """``{statement} AG8``: a box with the id as its name, not a running number."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        node = nodes.container(classes=["statement"])
        self.set_source_info(node)
        node += nodes.paragraph(text=self.arguments[0], classes=["statement-name"])
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def badge(status: Status) -> nodes.inline:
    """Sign, word and colour of a status."""
    node = nodes.inline(classes=["status", f"status-{status}"])
    node += nodes.inline(text=SIGNS[status][0], classes=["status-sign"])
    node += nodes.Text(" ")
    node += nodes.inline(text=str(status), classes=["status-word"])
    return node


class StatusRole(SphinxRole):
    """``{status}`verified` ``: on hand-written pages only to explain what the word means."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            return [badge(Status(self.text))], []
        except ValueError:
            message = self.inliner.reporter.error(f"unknown status {self.text!r}", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]


class StandingRole(SphinxRole):
    """``{standing}`AG8` ``: read from what the page generator wrote."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        file = Path(self.env.srcdir) / "_generated" / STANDINGS
        self.env.note_dependency(str(file))
        standings: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        if self.text not in standings:
            message = self.inliner.reporter.error(f"no statement {self.text!r}", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        return [badge(Status(standings[self.text]))], []


class KindRole(SphinxRole):
    """``{kind}`new` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        if self.text not in KINDS:
            message = self.inliner.reporter.error(f"unknown kind {self.text!r}", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        return [nodes.inline(text=self.text, classes=["kind", f"kind-{self.text}"])], []


class VerdictRole(SphinxRole):
    """``{verdict}`does not hold` ``; the condition of ``holds when …`` stands beside the badge."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        status = Status(look(self.text))
        _, conditional, condition = self.text.partition("holds when ")
        node = nodes.inline(classes=["verdict", "status", f"status-{status}"])
        node += nodes.inline(text="◐" if conditional else SIGNS[status][0], classes=["status-sign"])
        node += nodes.Text(f" {conditional.strip() or self.text}")
        return [node, nodes.Text(f" {condition}")], []


class focus_link(nodes.General, nodes.Inline, nodes.Element):  # noqa: N801
    """A link into the dependency graph, addressed when the page is written."""


class FocusRole(SphinxRole):
    """``{focus}`AG8` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [focus_link(name=self.text)], []


class dependency_graph(nodes.General, nodes.Element):  # noqa: N801
    """The drawing that the page generator left beside its pages."""


class DependencyGraph(SphinxDirective):
    """``{dependency-graph}``."""

    def run(self) -> list[nodes.Node]:
        file = Path(self.env.srcdir) / "_generated" / GRAPH
        self.env.note_dependency(str(file))
        return [dependency_graph(svg=file.read_text(encoding="utf-8"))]


class LinkIds(SphinxTransform):
    """Turn ids of statements in running text into links to their pages."""

    default_priority = 500

    def apply(self, **kwargs: Any) -> None:
        here = f"statement-{self.env.docname.rpartition('/')[2]}"
        for text in list(self.document.findall(nodes.Text)):
            if ID.search(text) and not _inside(
                text, nodes.literal, nodes.FixedTextElement, nodes.math, nodes.reference, nodes.title,
                addnodes.pending_xref, fold_summary, nodes.comment, nodes.raw,
            ):  # fmt: skip
                text.parent.replace(text, list(self._linked(str(text), here)))

    def _linked(self, text: str, here: str) -> Iterator[nodes.Node]:
        position = 0
        for match in ID.finditer(text):
            yield nodes.Text(text[position : match.start()])
            target = f"statement-{match.group()}"
            if target == here:
                yield nodes.Text(match.group())
            else:
                reference = addnodes.pending_xref(
                    refdomain="std", reftype="ref", reftarget=target.lower(), refexplicit=True, refwarn=True,
                    refdoc=self.env.docname,
                )  # fmt: skip
                reference += nodes.inline(text=match.group(), classes=["statement-id"])
                yield reference
            position = match.end()
        yield nodes.Text(text[position:])


def _inside(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    above = node.parent
    while above is not None:
        if isinstance(above, kinds):
            return True
        above = above.parent
    return False


def _visit_fold(translator: HTML5Translator, node: nodes.Element) -> None:
    attributes: dict[str, Any] = {"open": "open"} if node["open"] else {}
    translator.body.append(translator.starttag(node, "details", **attributes))


def _depart_fold(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append("</details>\n")


def _visit_summary(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append("<summary>")


def _depart_summary(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append("</summary>\n")


def _address(translator: HTML5Translator, docname: str) -> str:
    builder = translator.builder
    return str(builder.get_relative_uri(builder.current_docname, docname))  # type: ignore[attr-defined]


def _visit_focus(translator: HTML5Translator, node: nodes.Element) -> None:
    address = _address(translator, "_generated/graph")
    state = "" if "#" in address else f"#focus={node['name']}"  # in a book of one page the address is an anchor
    translator.body.append(f'<a class="reference internal" href="{address}{state}">{node["name"]} in the graph</a>')
    raise nodes.SkipNode


def _visit_graph(translator: HTML5Translator, node: nodes.Element) -> None:
    def address(found: re.Match[str]) -> str:
        return f'href="{_address(translator, f"_generated/{found.group(1)}")}"'

    drawing = re.sub(r'href="statement:(\w+)"', address, node["svg"])
    translator.body.append(f'<div class="graph">{drawing}</div>')
    raise nodes.SkipNode


def _prepare_page(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    if app.builder.name == "singlehtml":
        context["hasdoc"] = lambda name: False  # it writes no index and no search page, but links to them
        context["toc"] = ""  # a second list of contents, with addresses of two anchors
    for script in SCRIPTS.get(pagename, []):
        app.add_js_file(script)


def _join_pages(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """In a book of one page, leave out what is for the screen, and give each page's anchors the page's name.

    Sphinx leaves addresses with two anchors there (``#document-PAGE#ANCHOR``), and the same anchor on several pages.
    """
    if app.builder.name != "singlehtml":
        return
    for node in list(doctree.findall(fold)):
        if "screen" in node["classes"]:
            node.replace_self(nodes.paragraph(text=f"[On screen only: {node[0].astext()}.]"))
    _name_anchors(doctree, None)
    for reference in doctree.findall(nodes.reference):
        page, second, anchor = reference.get("refuri", "").removeprefix("#document-").partition("#")
        if second and reference["refuri"].startswith("#document-"):
            reference["refuri"] = f"#{anchor}" if page == app.config.root_doc else f"#{page}.{anchor}"


def _name_anchors(node: nodes.Element, page: str | None) -> None:
    if isinstance(node, addnodes.start_of_file):
        page = node["docname"]
    elif page is not None:
        for field in ("ids", "backrefs"):
            node[field] = [f"{page}.{name}" for name in node.get(field, [])]
        if "refid" in node:
            node["refid"] = f"{page}.{node['refid']}"
    for child in node.children:
        if isinstance(child, nodes.Element):
            _name_anchors(child, page)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register nodes, directives, roles and the transform."""
    app.add_node(fold, html=(_visit_fold, _depart_fold))
    app.add_node(fold_summary, html=(_visit_summary, _depart_summary))
    app.add_node(focus_link, html=(_visit_focus, None))
    app.add_node(dependency_graph, html=(_visit_graph, None))
    app.add_directive("fold", Fold)
    app.add_directive("dependency-graph", DependencyGraph)
    app.add_directive("statement", Statement)
    app.add_role("status", StatusRole())
    app.add_role("standing", StandingRole())
    app.add_role("kind", KindRole())
    app.add_role("verdict", VerdictRole())
    app.add_role("focus", FocusRole())
    app.add_transform(LinkIds)
    app.connect("html-page-context", _prepare_page)
    app.connect("doctree-resolved", _join_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
