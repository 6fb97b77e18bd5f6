"""A diagram as a table and as data, for terminals, for programs, and for those who do not see pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netviz.views import Box, Column, Diagram, Edge, Group, Row, Sheet, Table, Variation

_COLUMNS = (
    Column("name", "Layer"),
    Column("class", "Class", "class"),
    Column("repeats", "Repeats"),
    Column("output", "Output shape", "shapes"),
    Column("parameters", "Parameters", "count"),
    Column("varies", "Varies", "items"),
)


def build_diagram_sheet(diagram: Diagram) -> Sheet:
    """The boxes and groups of the diagram row by row, what is in a group below it."""
    rows = tuple(Row(_cells(item), depth, item.family) for item, depth in _walk(diagram))
    about = Table("about", (Column("text", ""),), (Row((diagram.description,)),), heading=False)
    return Sheet(diagram.title, (Table("graph", _COLUMNS, rows), about))


def _walk(diagram: Diagram) -> Iterator[tuple[Box | Group, int]]:
    stack: list[tuple[Box | Group, int]] = [(child, 0) for child in reversed(diagram.children)]
    while stack:
        item, depth = stack.pop()
        yield item, depth
        if isinstance(item, Group):
            stack.extend((child, depth + 1) for child in reversed(item.children))


def _cells(item: Box | Group) -> tuple[object, ...]:
    repeats = repeats_text(item)
    varies = tuple(map(variation_text, item.varies))
    if isinstance(item, Group):
        return item.heading, item.class_name or "", repeats, "", "", varies
    name = " · ".join(item.names)
    classes = " + ".join(one or "?" for one in item.classes) if any(item.classes) else ""
    shapes = item.outputs + tuple(shape for shape in item.last_outputs if shape not in item.outputs)
    text = " ".join(filter(None, (classes, *item.details)))
    parameters = "" if item.kind in ("end", "stub") else item.parameters
    return name, text, repeats, shapes, parameters, varies


def repeats_text(item: Box | Group) -> str:
    """How often it stands, and in how many of the repeats around it: "×12", "×3, 4, 6, 3", "in 4 of 5", "shared 1"."""
    texts = []
    if item.repeats and (isinstance(item, Group) or item.kind == "closed"):
        texts.append("×" + times_text(item.repeats))
    if isinstance(item, Group) and item.parallel:
        texts.append("parallel")
    if isinstance(item, Box) and item.present:
        texts.append(f"in {item.present[0]} of {item.present[1]}")
    if item.shared is not None:
        texts.append(f"shared {item.shared}")
    if isinstance(item, Box) and item.kind == "stub":
        texts.append("not selected")
    return ", ".join(texts)


def times_text(repeats: tuple[int, ...]) -> str:
    """ "12", or "3, 4, 6, 3" where the numbers differ."""
    return ", ".join(map(str, repeats if len(set(repeats)) > 1 else repeats[:1]))


def variation_text(variation: Variation) -> str:
    """What varies and how: "filters 64 → 128 → 256", "kernel_size 1×1, 3×3" where the values alternate."""
    return f"{variation.setting} {(', ' if variation.alternating else ' → ').join(variation.values)}"


SCHEMA = 1


def diagram_document(diagram: Diagram, version: str) -> dict[str, Any]:
    """The diagram as plain data: schema 1 of `netviz graph --format json`, described in the README."""
    return {
        "netviz": version,
        "schema": SCHEMA,
        "title": diagram.title,
        "description": diagram.description,
        "layers": diagram.layers,
        "shown": diagram.layers if diagram.shown is None else diagram.shown,
        "parameters": diagram.parameters,
        "children": [_document(child) for child in diagram.children],
        "edges": [_edge(edge) for edge in diagram.edges],
    }


def _document(item: Box | Group) -> dict[str, Any]:
    common: dict[str, Any] = {
        "kind": "group" if isinstance(item, Group) else item.kind,
        "id": item.id,
        "family": item.family,
        "parameters": item.parameters,
        "repeats": list(item.repeats),
        "varies": [
            {"setting": one.setting, "values": list(one.values), "alternating": one.alternating} for one in item.varies
        ],
        "shared": item.shared,
        "layers": list(item.layers),
    }
    if isinstance(item, Group):
        return {
            **common,
            "title": item.title,
            "class_name": item.class_name,
            "parallel": item.parallel,
            "reach": item.reach,
            "children": [_document(child) for child in item.children],
        }
    return {
        **common,
        "names": list(item.names),
        "class_names": list(item.classes),
        "details": list(item.details),
        "input_shapes": _shapes(item.inputs),
        "output_shapes": _shapes(item.outputs),
        "last_output_shapes": _shapes(item.last_outputs or item.outputs),
        "share": item.share,
        "activation": item.activation,
        "dtype": item.dtype or None,
        "trainable": item.trainable,
        "config": dict(item.settings),
        "present": list(item.present) if item.present else None,
        "label": item.label,
        "value": item.value,
        "part": item.part,
        "highlighted": item.highlighted,
        "calls": list(item.calls),
    }


def _shapes(shapes: tuple[tuple[int | None, ...] | None, ...]) -> list[list[int | None] | None]:
    return [None if shape is None else list(shape) for shape in shapes]


def _edge(edge: Edge) -> Mapping[str, Any]:
    return {
        "tail": edge.tail,
        "head": edge.head,
        "output": edge.output,
        "argument": edge.argument,
        "shape": None if edge.shape is None else list(edge.shape),
        "dtype": edge.dtype,
        "repeating": edge.repeating,
        "distance": edge.distance,
        "every": edge.every,
        "repeats": list(edge.repeats),
    }
