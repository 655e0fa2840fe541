"""The graph of what rests on what: a layered layout, and the drawing as SVG.

A column holds the statements whose longest chain of foundations has the same length, so that every edge runs from
left to right. Within a column the order follows the neighbours' mean height, swept back and forth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from statistics import fmean

from gatedmem.book.markup import LAYER_TITLES, Record, summary
from gatedmem.proofs.evidence import Layer, Status
from gatedmem.report import SIGNS

# Pixels: a node, and the distances from node to node across and down.
WIDTH, HEIGHT = 76, 24
ACROSS, DOWN = 132, 34
MARGIN = 10
SWEEPS = 12

Place = tuple[float, float]


def columns(uses: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The statements by the length of the longest chain below them, each column ordered to keep edges short.

    Args:
        uses: for each id, the ids it rests on; without cycles.

    >>> columns({"A": [], "B": ["A"], "C": [], "D": ["B", "C"]})
    [['A', 'C'], ['B'], ['D']]
    """
    depth: dict[str, int] = {}

    def measure(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((measure(below) for below in uses[name]), default=-1)
        return depth[name]

    ordered: list[list[str]] = [[] for _ in range(1 + max(map(measure, uses), default=-1))]
    for name in uses:
        ordered[depth[name]].append(name)
    neighbours: dict[str, list[str]] = {name: list(below) for name, below in uses.items()}
    for name, below in uses.items():
        for other in below:
            neighbours[other].append(name)
    for sweep in range(SWEEPS):
        height = {name: place for column in ordered for name, place in _heights(column).items()}
        for column in ordered if sweep % 2 == 0 else reversed(ordered):
            wish = {name: fmean([height[other] for other in neighbours[name]] or [height[name]]) for name in column}
            column.sort(key=lambda name: wish[name])
            height.update(_heights(column))
    return ordered


def places(uses: Mapping[str, Sequence[str]]) -> dict[str, Place]:
    """The middle of every node, in pixels."""
    ordered = columns(uses)
    tallest = max(map(len, ordered), default=0)
    return {
        name: (MARGIN + WIDTH / 2 + ACROSS * number, MARGIN + HEIGHT / 2 + DOWN * (tallest / 2 - 0.5 + height))
        for number, column in enumerate(ordered)
        for name, height in _heights(column).items()
    }


def svg(records: Sequence[Record]) -> str:
    """The graph as SVG; ``statement:ID`` stands where the builder puts the address of a page.

    The shape of a node tells the kind, its sign and colour the weakest layer; its title says both in words.
    """
    known = {record["id"] for record in records}
    uses = {record["id"]: [name for name in record["uses"] if name in known] for record in records}
    place = places(uses)
    width = max((x for x, _ in place.values()), default=0) + WIDTH / 2 + MARGIN
    height = max((y for _, y in place.values()), default=0) + HEIGHT / 2 + MARGIN
    lines = [
        f'<svg id="dependency-graph" viewBox="0 0 {width:g} {height:g}" role="group" '
        'aria-label="Graph of the statements; an edge leads from a statement to one that rests on it">'
    ]
    lines += [_edge(below, name, place) for name in uses for below in uses[name]]
    lines += [line for record in records for line in _node(record, place[record["id"]])]
    return "\n".join([*lines, "</svg>"]) + "\n"


def legend() -> Iterator[str]:
    """What shapes and signs mean, as a list in HTML."""
    yield '<ul class="graph-legend">'
    for kind in ("paper", "corrected", "new", "background"):
        shape = "".join(_shape(kind, 1, 1, 30, 16))
        yield f'<li><svg class="node kind-{kind}" viewBox="0 0 32 18" aria-hidden="true">{shape}</svg> {kind}</li>'
    for status in Status:
        yield f'<li><span class="status status-{status}"><span class="status-sign">{SIGNS[status][0]}</span></span>'
        yield f" {status}</li>"
    yield "</ul>"


def _heights(column: Sequence[str]) -> dict[str, float]:
    """Heights of a column's nodes, in nodes, around the middle."""
    return {name: row - (len(column) - 1) / 2 for row, name in enumerate(column)}


def _edge(below: str, name: str, place: Mapping[str, Place]) -> str:
    (x0, y0), (x1, y1) = place[below], place[name]
    x0, x1 = x0 + WIDTH / 2, x1 - WIDTH / 2
    bend = (x1 - x0) / 2
    path = f"M{x0:g} {y0:g}C{x0 + bend:g} {y0:g} {x1 - bend:g} {y1:g} {x1:g} {y1:g}"
    return f'<path class="edge" data-from="{below}" data-to="{name}" d="{path}"/>'


def _node(record: Record, at: Place) -> Iterator[str]:
    status = summary(record)
    x, y = at[0] - WIDTH / 2, at[1] - HEIGHT / 2
    layers = ", ".join(
        f"{LAYER_TITLES[layer].lower()} {record['evidence'][layer]['status']}"
        for layer in Layer
        if layer in record["evidence"]
    )
    said = escape(f"{record['id']}. {record['title']} ({record['kind']}; {layers or 'no layer'})")
    yield (
        f'<a class="node kind-{record["kind"]} status-{status}" href="statement:{record["id"]}" '
        f'data-id="{record["id"]}" data-title="{escape(record["title"])}" aria-label="{said}"><title>{said}</title>'
    )
    yield from _shape(record["kind"], x, y, WIDTH, HEIGHT)
    yield f'<text x="{at[0]:g}" y="{at[1] + 4.5:g}" text-anchor="middle">{SIGNS[status][0]} {record["id"]}</text></a>'


def _shape(kind: str, x: float, y: float, width: float, height: float) -> Iterator[str]:
    round_ = height / 2 if kind == "new" else 3
    yield f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_:g}"/>'
    if kind == "corrected":
        yield f'<rect class="inner" x="{x + 3:g}" y="{y + 3:g}" width="{width - 6:g}" height="{height - 6:g}"/>'
