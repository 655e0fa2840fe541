"""Formulas that name their evidence and their code, and names of the code that are checked.

``{formula} AG8 AG10``              a displayed formula; the arguments are the statements that say it, the option
``:code: numerics.astrocyte.f …``   names the objects of the package that carry it; both become links
``{code}`numerics.astrocyte.f` ``   a name of the package, without the leading ``gatedmem``, as a link

A displayed formula on a page of ``chapters/`` that names no statement is a warning, so that it fails the build; so is
a statement or an object that does not exist. A name may end in ``(parameter)``: the link leads to the function.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

CHAPTERS = "chapters/"
PACKAGE = "gatedmem"
REFERENCE = "_generated/api/"

_logger = logging.getLogger(__name__)


class Formula(SphinxDirective):
    """``{formula} AG8``."""

    has_content = True
    required_arguments = 1
    optional_arguments = 9
    option_spec: ClassVar[dict[str, Any]] = {"code": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        code = self.options.get("code", "").split()
        if not code:
            raise self.error("a formula names the code that carries it: `:code: numerics.module.name`")
        box = nodes.container(classes=["formula"])
        self.set_source_info(box)
        tex = "\n".join(self.content)
        block = nodes.math_block(tex, tex, nowrap=False, number=None, label=None, docname=self.env.docname)
        self.set_source_info(block)
        links = nodes.paragraph(classes=["formula-links"])
        self.set_source_info(links)
        for number, name in enumerate(self.arguments):
            links += [nodes.Text(", ")] * bool(number)
            links += to_statement(self.env, name)
        links += nodes.Text(" · in code ")
        for number, name in enumerate(code):
            links += [nodes.Text(", ")] * bool(number)
            links += to_code(self.env, name)
        box += [block, links]
        return [box]


class CodeRole(SphinxRole):
    """``{code}`numerics.astrocyte.energy` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        node = to_code(self.env, self.text)
        self.set_source_info(node)
        return [node], []


def to_statement(env: BuildEnvironment, name: str) -> addnodes.pending_xref:
    """A link to the page of a statement."""
    node = addnodes.pending_xref(
        refdomain="std", reftype="ref", reftarget=f"statement-{name.lower()}", refexplicit=True, refwarn=True,
        refdoc=env.docname,
    )  # fmt: skip
    node += nodes.inline(text=name, classes=["statement-id"])
    return node


def to_code(env: BuildEnvironment, name: str) -> addnodes.pending_xref:
    """A link to an object's place in the API reference, and from there to its source.

    An attribute is told in the reference of its class. The last parts of the name are shown.
    """
    try:
        resolve(name)
    except LookupError:
        _logger.warning("nothing in the package has the name %s", name, location=env.docname, type="formula")
    path, bracket, parameter = name.partition("(")
    parts = path.split(".")
    target = parts[:-1] if len(parts) > 1 and parts[-2][:1].isupper() else parts
    node = addnodes.pending_xref(
        refdomain="py", reftype="obj", reftarget=".".join([PACKAGE, *target]), refexplicit=True, refwarn=True,
        refdoc=env.docname,
    )  # fmt: skip
    shown = ".".join(parts[-1:] if parameter else parts[-2:])
    node += nodes.literal(text=shown + bracket + parameter, classes=["xref", "py", "py-obj"])
    return node


def resolve(name: str) -> Any:
    """The object of this name, given without the leading ``gatedmem``; of ``f(argument)`` the parameter.

    Raises:
        LookupError: there is none.
    """
    path, _, argument = name.removesuffix(")").partition("(")
    found: Any = importlib.import_module(PACKAGE)
    walked = PACKAGE
    for part in path.split("."):
        walked += f".{part}"
        if dataclasses.is_dataclass(found) and part in {field.name for field in dataclasses.fields(found)}:
            found = part
        elif hasattr(found, part):
            found = getattr(found, part)
        elif inspect.ismodule(found):
            try:
                found = importlib.import_module(walked)
            except ModuleNotFoundError as error:
                raise LookupError(name) from error
        else:
            raise LookupError(name)
    return inspect.signature(found).parameters[argument] if argument else found


def without_statement(doctree: nodes.document) -> Iterator[nodes.math_block]:
    """The displayed formulas of a page that name no statement."""
    for block in doctree.findall(nodes.math_block):
        if "formula" not in block.parent.get("classes", []):
            yield block


def _check(app: Sphinx, doctree: nodes.document) -> None:
    if not app.env.docname.startswith(CHAPTERS):
        return
    for block in without_statement(doctree):
        first = " ".join(block.astext().split())[:60]
        _logger.warning(
            "a displayed formula without a statement, use {formula}: %s", first, location=block, type="formula"
        )


def _names_on_paper(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """A book of one page, for print, holds no reference of modules: names that lead there are names only."""
    if app.builder.name != "singlehtml":
        return
    for reference in list(doctree.findall(nodes.reference)):
        if REFERENCE in reference.get("refuri", ""):
            reference.replace_self(reference.children)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, the role and the check."""
    app.add_directive("formula", Formula)
    app.add_role("code", CodeRole())
    app.connect("doctree-read", _check)
    app.connect("doctree-resolved", _names_on_paper)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
