"""A flow as a table and as data, for terminals, for programs, and for those who do not see pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from netviz.figures import Annotation, Block, Extent, Flow, Stage, Style, Window
from netviz.views import Column, Row, Sheet, Table

_COLUMNS = (
    Column("name", "Stage"),
    Column("class", "Class", "class"),
    Column("details", "Details", "items"),
    Column("applied", "Applied"),
    Column("repeats", "Repeats"),
    Column("output", "Output shape", "shapes"),
    Column("parameters", "Parameters", "count"),
)


def build_flow_sheet(flow: Flow) -> Sheet:
    """The stages and blocks of the flow row by row, what is in a block below it."""
    rows = tuple(
        Row(_cells(item), depth, item.family if isinstance(item, Stage) else "model") for item, depth in _walk(flow)
    )
    about = Table("about", (Column("text", ""),), (Row((flow.description,)),), heading=False)
    words = tuple(Row((_place(flow, note), note.text)) for note in flow.annotations)
    notes = Table("annotations", (Column("stage", "Stage"), Column("text", "Annotation")), words)
    return Sheet(flow.title, (Table("figure", _COLUMNS, rows), *([notes] if words else []), about))


def _walk(flow: Flow) -> Iterator[tuple[Stage | Block, int]]:
    stack: list[tuple[Stage | Block, int]] = [(child, 0) for child in reversed(flow.children)]
    while stack:
        item, depth = stack.pop()
        yield item, depth
        if isinstance(item, Block):
            stack.extend((child, depth + 1) for child in reversed(item.children))


def _cells(item: Stage | Block) -> tuple[object, ...]:
    if isinstance(item, Block):
        repeats = f"×{item.repeats}" if item.repeats > 1 else ""
        if item.parallel:
            repeats += " parallel"
        return item.title or "block", item.class_name or "", (), "", repeats, "", item.parameters
    classes = " + ".join(one or "?" for one in item.classes) if any(item.classes) else ""
    outputs = tuple(_shape(extent) for extent in (*item.outputs, *item.last_outputs))
    applied = " · ".join(one.name for one in item.behind) or item.activation
    if item.before:
        applied = ", ".join(filter(None, (f"before: {' · '.join(one.name for one in item.before)}", applied)))
    present = (
        "" if not item.present else "1st only" if item.first_only else f"in {item.present[0]} of {item.present[1]}"
    )
    shared = f"shared {item.shared}" if item.shared is not None else ""
    parameters = "" if item.kind == "input" else item.parameters
    details = (*((item.sign,) if item.sign else ()), *item.details)
    repeats = ", ".join(filter(None, (present, "shapes vary" if item.varies else "", shared)))
    return " · ".join(item.names), classes, details, applied, repeats, outputs, parameters


def _shape(extent: Extent | None) -> tuple[int | None, ...] | None:
    return None if extent is None else extent.shape


def _place(flow: Flow, note: Annotation) -> str:
    names = {stage.id: stage.names[0] for stage in flow.stages}
    return names[note.first] if note.first == note.last else f"{names[note.first]} … {names[note.last]}"


SCHEMA = 1


def flow_document(flow: Flow, version: str, style: Style) -> dict[str, Any]:
    """The flow as plain data: schema 1 of `netviz figure --format json`, described in the README."""
    return {
        "netviz": version,
        "schema": SCHEMA,
        "style": style,
        "title": flow.title,
        "description": flow.description,
        "layers": flow.layers,
        "parameters": flow.parameters,
        "omitted": list(flow.omitted),
        "omitted_classes": dict(flow.omitted_classes),
        "children": [_document(child) for child in flow.children],
        "links": [
            {
                "tail": link.tail,
                "head": link.head,
                "shape": _axes(link.shape),
                "beside": link.beside,
                "passes": link.passes,
            }
            for link in flow.links
        ],
        "annotations": [{"text": one.text, "first": one.first, "last": one.last} for one in flow.annotations],
    }


def _document(item: Stage | Block) -> dict[str, Any]:
    if isinstance(item, Block):
        return {
            "kind": "block",
            "id": item.id,
            "title": item.title,
            "class_name": item.class_name,
            "repeats": item.repeats,
            "parallel": item.parallel,
            "parameters": item.parameters,
            "children": [_document(child) for child in item.children],
        }
    return {
        "kind": item.kind,
        "id": item.id,
        "names": list(item.names),
        "class_names": list(item.classes),
        "family": item.family,
        "details": list(item.details),
        "activation": item.activation,
        "before": [one.name for one in item.before],
        "behind": [one.name for one in item.behind],
        "inputs": _extents(item.inputs),
        "outputs": _extents(item.outputs),
        "last_outputs": _extents(item.last_outputs or item.outputs),
        "window": _window(item.window),
        "sign": item.sign,
        "parameters": item.parameters,
        "inside": item.inside,
        "shared": item.shared,
        "varies": item.varies,
        "present": list(item.present) if item.present else None,
        "first_only": item.first_only,
        "leaves": item.leaves,
        "calls": list(item.calls),
        "layers": list(item.layers),
    }


def _axes(shape: Sequence[int | None] | None) -> list[int | None] | None:
    return None if shape is None else list(shape)


def _extents(extents: Sequence[Extent | None]) -> list[dict[str, Any] | None]:
    return [
        None
        if extent is None
        else {"shape": list(extent.shape), "spatial": list(extent.spatial), "channels": extent.channels}
        for extent in extents
    ]


def _window(window: Window | None) -> dict[str, Any] | None:
    if window is None:
        return None
    return {
        "size": list(window.size),
        "strides": list(window.strides),
        "dilation": list(window.dilation),
        "padding": window.padding,
        "transposed": window.transposed,
    }
