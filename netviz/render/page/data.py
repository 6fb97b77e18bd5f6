"""What the script of the page knows: the page as plain data, small and soon parsed. `data.js` makes it whole again.

    { "model": {"title", "class_name", "netviz", "costed"},
      "columns": [column],                    the table of layers, column by column
      "layers": [layer],                      in the order of its rows
      "classes": [[name, module, family]], "tensors": [[shape, dtype]], "settings": [[name, value]],
      "variables": [variable],                what layers refer to by its place here, each once
      "findings": [{"severity", "code", "where": [words, layer | null], "message", "remedy", "cves", "note"}],
      "levels": [{"name", "drawing"}], "drawings": [drawing],
      "names": {shown: name} }                the names that are not as they are shown, as the model has them

    column    {"key", "title", "kind", "shown": whether at first} with "cells": [cell]; where few are different "values"
              with the places of each layer's cell in it as "cells"; where they are what every layer has, "of": member
    layer     {"path", "name", "class", "parent", "non_trainable", "findings": [place], "settings": [place], "why",
              "calls": [[[tensor], [tensor], [[name, constant]]]] (inputs, outputs, constants),
              "weights": [[variable, path, figures, tiles]]}
    tensor    [tensor, [layer | [words, layer | null]], argument]: its ends are who gives it, or who takes it
    variable  {"name", "tensor", "trainable", "parameters", "bytes", "stored": [shape, dtype], "problem"}
    figures   the members of pages.WeightFigures, all of them, null where there are no finite values
    tiles     the members of pages.Tiles, all of them, "values" in base64
    drawing   {"id", "title", "about", "remark", "trail": [drawing], "problem", "picture": number | null, "items"}
    items     [{"id", "kind", "names", "class_name", "family", "layers": [place], "parameters", "opens": drawing,
              "repeats": [count], "varies": [words]}]: all groups, then all boxes, as the picture numbers them; the kind
              is "group", or that of a views.Box

Members that say nothing (null, false, empty) are left out, as is what follows from others: a name that ends its path,
an argument that is its place, an end whose words are the layer's name (then it is only the layer's number), "layer" as
the kind of an item, and what an item has in common with its one layer ("id" its path, "names" its name, "parameters"
those of its row; of all others 0). Where lists stand for objects, only their last members may be missing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from netviz.pages import CallDetails, Drawing, LayerDetails, Link, Page, Passing, Tiles, WeightDetails, WeightFigures
from netviz.render.diagram.embedded import Embedded
from netviz.render.diagram.wording import varies_words
from netviz.render.page.compact import Json, Ours, Pool, column, given, harmless, shorter, shown, true_names
from netviz.render.page.table import shown_columns
from netviz.views import Box, Group, Kind

_SEPARATORS = (",", ":")


def data_script(page: Page, embedded: Embedded | None) -> str:
    """The data of the page as JSON that may stand in a <script>: no "<" is left in it."""
    data = harmless(page_data(page, embedded))
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=_SEPARATORS)
    # Names as they are may hold anything, if only by its code.
    names = json.dumps(true_names(_names(page)), separators=_SEPARATORS)
    return f'{text[:-1]},"names":{names}}}'.replace("<", "\\u003c")


def _names(page: Page) -> Iterator[str]:
    """Everything in the page that the model named."""
    yield page.title
    for layer in page.details:
        yield from filter(None, (layer.path, layer.name, layer.class_name, layer.module))
        for weight in layer.weights:
            yield from (weight.name, weight.path)
    for place, one in enumerate(page.layers.columns):
        if one.kind in _NAMING:
            for row in page.layers.rows[: len(page.details)]:
                cell = row.cells[place]
                parts = cell if isinstance(cell, list | tuple) else (cell,)
                yield from (part for part in parts if isinstance(part, str))


_NAMING: frozenset[Kind] = frozenset({"text", "class", "items"})
"""Kinds of columns whose cells are names."""


def page_data(page: Page, embedded: Embedded | None) -> Json:
    """The page as data; `embedded` are the pictures of its drawings."""
    pools = {name: Pool() for name in ("tensors", "settings", "variables", "classes")}
    layers = [_layer(layer, page.details, pools) for layer in page.details]
    return {
        "model": {"title": page.title, "class_name": page.class_name, "netviz": page.version, "costed": page.costed},
        "columns": _columns(page),
        "layers": layers,
        "findings": [given({**asdict(one), "where": _link(one.where)}) for one in page.findings],
        "levels": [asdict(level) for level in page.levels] if embedded else [],
        "drawings": _drawings(page, embedded) if embedded else [],
        **{name: pool.values for name, pool in pools.items()},
    }


def _columns(page: Page) -> list[Json]:
    rows = page.layers.rows[: len(page.layers.rows) - page.totals]
    members = {name: [getattr(layer, name) for layer in page.details] for name in ("name", "class_name", "path")}
    first = shown_columns(page.layers.columns)
    return [
        given({**column(one, [row.cells[place] for row in rows], members), "shown": place in first})
        for place, one in enumerate(page.layers.columns)
    ]


def _link(link: Link) -> Sequence[object]:
    return (link.words, link.layer)


def _layer(layer: LayerDetails, layers: Sequence[LayerDetails], pools: Mapping[str, Pool]) -> Json:
    members = given(
        {
            "class": pools["classes"].place((layer.class_name, layer.module, layer.family)),
            "parent": layer.parent,
            "calls": [_call(call, layers, pools["tensors"]) for call in layer.calls],
            "weights": [_weight(weight, pools) for weight in layer.weights],
            "settings": [pools["settings"].place(item) for item in layer.settings],
            "findings": layer.findings,
            "why": layer.why,
        }
    )
    # What says something also where it is empty or unknown.
    members["path"] = layer.path
    if shown(layer.name) != shown(layer.path).rpartition("/")[2]:
        members["name"] = layer.name
    if layer.non_trainable != 0:
        members["non_trainable"] = layer.non_trainable
    return members


def _call(call: CallDetails, layers: Sequence[LayerDetails], tensors: Pool) -> list[object]:
    parts = [[_passing(one, place, layers, tensors) for place, one in enumerate(side)] for side in
             (call.inputs, call.outputs)]  # fmt: skip
    return [*parts, call.constants] if call.constants else list(parts)


def _passing(one: Passing, place: int, layers: Sequence[LayerDetails], tensors: Pool) -> list[object]:
    ends = [
        end.layer if end.layer is not None and end.words == layers[end.layer].name else _link(end) for end in one.ends
    ]
    passing = [tensors.place((one.shape, one.dtype)), ends]
    return passing if one.argument == str(place) else [*passing, one.argument]


def _weight(weight: WeightDetails, pools: Mapping[str, Pool]) -> list[object]:
    tensor = pools["tensors"].place((weight.shape, weight.dtype))
    variable = (
        weight.name, tensor, weight.trainable, weight.parameters, weight.bytes, weight.stored, weight.problem
    )  # fmt: skip
    names = ("name", "tensor", "trainable", "parameters", "bytes", "stored", "problem")
    place = pools["variables"].place(variable, lambda: dict(zip(names, variable, strict=True)))
    members: list[object] = [place, weight.path]
    if weight.figures or weight.tiles:
        members.append(_figures(weight.figures) if weight.figures else None)
    if weight.tiles:
        members.append(_tiles(weight.tiles))
    return members


def _figures(figures: WeightFigures) -> Json:
    return {name: shorter(value) if isinstance(value, float) else value for name, value in asdict(figures).items()}


def _tiles(tiles: Tiles) -> Json:
    return {**asdict(tiles), "limit": shorter(tiles.limit), "values": Ours(base64.b64encode(tiles.values).decode())}


def _drawings(page: Page, embedded: Embedded) -> list[Json]:
    numbers: dict[str, int] = {}
    for number, layer in enumerate(page.details):
        numbers.setdefault(layer.path, number)
    counts = _parameters(page)
    return [
        given(
            {
                "id": drawing.id,
                "title": drawing.title,
                "about": drawing.about,
                "remark": drawing.remark,
                "trail": drawing.trail,
                "problem": embedded.problems.get(place),
                "items": [_item(item, drawing, numbers, page, counts) for item in embedded.items[place]],
            }
        )
        | {"picture": embedded.drawn[place]}
        for place, drawing in enumerate(page.drawings)
    ]


def _parameters(page: Page) -> Sequence[object] | None:
    """The parameters of each layer as its row has them."""
    places = [place for place, one in enumerate(page.layers.columns) if one.key == "parameters"]
    return [row.cells[places[0]] for row in page.layers.rows] if places else None


def _item(
    item: Box | Group, drawing: Drawing, numbers: Mapping[str, int], page: Page, counts: Sequence[object] | None
) -> Json:
    layers = [numbers[path] for path in item.layers if path in numbers]
    members: Json = {
        "id": item.id,
        "kind": "group" if isinstance(item, Group) else "" if item.kind == "layer" else item.kind,
        "names": [item.heading] if isinstance(item, Group) else item.names,
        "class_name": item.class_name if isinstance(item, Group) else " + ".join(filter(None, item.classes)),
        "family": item.family,
        "layers": layers,
        "repeats": item.repeats,
        "varies": [varies_words(one) for one in item.varies],
    }
    count: object = 0
    if len(layers) == 1 and not isinstance(item, Group):
        layer = page.details[layers[0]]
        known = {"id": layer.path, "names": (layer.name,), "class_name": layer.class_name, "family": layer.family}
        members = {key: value for key, value in members.items() if key not in known or known[key] != value}
        count = counts[layers[0]] if counts else 0
    members = given({**members, "opens": drawing.opens.get(item.id)})
    if item.parameters != count:  # also where it is unknown
        members["parameters"] = item.parameters
    return members
