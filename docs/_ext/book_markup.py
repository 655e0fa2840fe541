"""The book's own markup: statements, foldable parts, status badges, and ids that turn into links.

``{statement} AG8``                 the box that holds a statement
``{fold} Title`` with ``:open:``    a part that the reader can fold away
``{status}`verified` ``             a badge: sign, word and colour
``{standing}`AG8` ``                the badge of the weakest layer of AG8
``{kind}`corrected` ``              where a statement comes from
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

from gatedmem.proofs.book import STANDINGS
from gatedmem.proofs.evidence import Status
from gatedmem.proofs.ledger import KINDS
from gatedmem.report import SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

ID = re.compile(r"\b(?:SM|AG|CG|GW|BL)[1-9][0-9]?\b")


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


def setup(app: Sphinx) -> dict[str, Any]:
    """Register nodes, directives, roles and the transform."""
    app.add_node(fold, html=(_visit_fold, _depart_fold))
    app.add_node(fold_summary, html=(_visit_summary, _depart_summary))
    app.add_directive("fold", Fold)
    app.add_directive("statement", Statement)
    app.add_role("status", StatusRole())
    app.add_role("standing", StandingRole())
    app.add_role("kind", KindRole())
    app.add_transform(LinkIds)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
