"""Diagrams as DOT, for those who want to go on by hand with Graphviz, gvpr or pydot."""

from __future__ import annotations

from collections.abc import Iterable

from netviz.render.cells import UNKNOWN, count_text, shape_text
from netviz.render.diagram.wording import fate_words, heading_words, name_words, repeat_words, sign_of
from netviz.render.escape import dot
from netviz.theme import FAMILY_COLORS, FATE_COLORS
from netviz.views import Box, Diagram, Edge, Group

_GRAPH = (
    'graph [rankdir={direction}, fontname="Helvetica", fontsize=12, compound=true, labeljust=l, style=rounded]',
    'node [shape=box, style="rounded,filled", fillcolor=white, penwidth=2, fontname="Helvetica", fontsize=11]',
    'edge [color="#8b97a5", arrowsize=0.7]',
)


def diagram_to_dot(diagram: Diagram, *, direction: str = "TB") -> str:
    """The diagram in DOT, ending in a newline: a node per box, a cluster per group, an edge per tensor.

    Nodes are n0, n1, … in the order of the diagram; what they stand for is in their label and tooltip.
    """
    names: dict[str, str] = {}
    clusters: dict[str, str] = {}
    for item in diagram.walk():
        if isinstance(item, Box):
            names[item.id] = f"n{len(names)}"
        else:
            clusters[item.id] = f"cluster{len(clusters)}"
    inside = {group.id: _first(group).id for group in diagram.groups}
    lines = [f"digraph {_quoted([dot(diagram.title)])} {{", *(f"  {line};" for line in _GRAPH)]
    lines[1] = lines[1].format(direction=direction)
    for child in diagram.children:
        lines += _item(child, diagram, names, clusters, "  ")
    for edge in diagram.edges:
        tail, head = inside.get(edge.tail, edge.tail), inside.get(edge.head, edge.head)
        if edge.repeating or tail not in names or head not in names:
            continue
        ends = [f"ltail={clusters[edge.tail]}"] if edge.tail in clusters else []
        ends += [f"lhead={clusters[edge.head]}"] if edge.head in clusters else []
        ends += _fate(edge)
        ends.append(f"tooltip={_quoted([f'{_shape(edge.shape)} as {dot(edge.argument)}'])}")
        lines.append(f"  {names[tail]} -> {names[head]} [{', '.join(ends)}];")
    return "\n".join([*lines, "}"]) + "\n"


def _item(item: Box | Group, diagram: Diagram, names: dict[str, str], clusters: dict[str, str], line: str) -> list[str]:
    if isinstance(item, Box):
        color = (FATE_COLORS[item.difference.fate] if item.difference else FAMILY_COLORS[item.family]).light
        lines = map(dot, item.label.split("\n")) if item.label is not None else _texts(item, diagram)
        tooltip = _quoted(map(dot, item.calls))
        weight = ", penwidth=4" if item.highlighted else ""
        return [f'{line}{names[item.id]} [label={_quoted(lines)}, color="{color}", tooltip={tooltip}{weight}];']
    often = repeat_words(item.repeats, parallel=item.parallel)
    title = " ".join(map(dot, filter(None, (heading_words(item), item.class_name, often))))
    varies = [f"{dot(one.setting)} {', '.join(map(dot, one.values))}" for one in item.varies]
    lines = [f"{line}subgraph {clusters[item.id]} {{", f"{line}  label={_quoted([title, *varies])};"]
    for child in item.children:
        lines += _item(child, diagram, names, clusters, line + "  ")
    return [*lines, f"{line}}}"]


def _fate(edge: Edge) -> list[str]:
    """The attributes of an edge that only one of two models has."""
    if edge.fate == "unchanged":
        return []
    style = ", style=dashed" if edge.fate == "removed" else ", penwidth=2"
    return [f'color="{FATE_COLORS[edge.fate].light}"{style}']


def _quoted(lines: Iterable[str]) -> str:
    """The lines, each escaped, as a string of DOT."""
    return '"' + "\\n".join(lines) + '"'


def _first(item: Box | Group) -> Box:
    """The first box in a group, to which DOT ties the edges of the group."""
    while isinstance(item, Group):
        item = item.children[0]
    return item


def _texts(box: Box, diagram: Diagram) -> list[str]:
    """The lines of a box's label, escaped."""
    show = diagram.show
    name = dot(" ".join(filter(None, (sign_of(box), name_words(box))))) if "name" in show else ""
    named = "class" in show and (any(box.classes) or box.kind == "layer")
    classes = " + ".join(dot(one or UNKNOWN) for one in box.classes) if named else ""
    often = repeat_words(box.repeats)
    details = " ".join(map(dot, box.details)) if "details" in show else ""
    shapes = " → ".join(
        ", ".join(map(_shape, shapes))
        for field, shapes in (("input", box.inputs), ("output", box.outputs))
        if field in show and shapes
    )
    count = UNKNOWN if box.parameters is None else count_text(box.parameters)
    parameters = f"{count} parameters" if "parameters" in show and box.parameters != 0 else ""
    facts = [
        dot(box.activation) if "activation" in show else "",
        dot(box.dtype) if "dtype" in show else "",
        "frozen" if "trainable" in show and box.trainable == "frozen" else "",
        *(f"{dot(key)} {dot(value)}" for key, value in box.settings if "config" in show),
    ]
    if box.difference and box.difference.former_class:
        classes = f"{dot(box.difference.former_class)} → {classes}"
    kind = " ".join(filter(None, (classes, details, often)))
    notes = map(dot, (fate_words(box.difference), *box.difference.notes)) if box.difference else ()
    return [line for line in (name, kind, shapes, parameters, ", ".join(filter(None, facts)), *notes) if line]


def _shape(shape: tuple[int | None, ...] | None) -> str:
    return shape_text(shape)
