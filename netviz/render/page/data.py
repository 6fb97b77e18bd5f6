"""What the script of the page knows: the page as plain data, small and soon parsed. `data.js` makes it whole again.

    { "model": {"title", "class_name", "netviz"},
      "columns": [{"key", "title", "kind", "shown", "cells" [, "values"] | "of"}],  the table of layers
      "classes": [[name, module, family]], "tensors": [[shape, dtype]], "settings": [[name, value]],
      "variables": [{…}],  what layers refer to, each once
      "layers": [{"path", "name", "class", "parent", "non_trainable",
                  "calls": [[inputs, outputs, constants]], of tensors [tensor, ends, argument]
                  "weights": [[variable, path, figures, tiles]], "settings": [place], "findings": [place]}],
      "findings": [{…}], "levels": [{"name", "drawing"}],
      "drawings": [{"id", "title", "about", "trail", "problem", "picture", "items"}] }

Members that say nothing are left out, as is what follows from others: a name that ends its path, an argument that is
its place, an end whose words are the layer's name (then it is only the layer's number), what an item of a drawing has
in common with its one layer.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from netviz.pages import CallDetails, Drawing, Figures, LayerDetails, Link, Page, Passing, Tiles, WeightDetails
from netviz.render.diagram.embedded import Embedded
from netviz.render.diagram.wording import varies_words
from netviz.render.page.compact import Json, Ours, Pool, column, given, harmless, shorter
from netviz.render.page.table import shown_columns
from netviz.views import Box, Group

_SEPARATORS = (",", ":")


def data_script(page: Page, embedded: Embedded | None) -> str:
    """The data of the page as JSON that may stand in a <script>: no "<" is left in it."""
    data = harmless(page_data(page, embedded))
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=_SEPARATORS)
    return text.replace("<", "\\u003c")


def page_data(page: Page, embedded: Embedded | None) -> Json:
    """The page as data; `embedded` are the pictures of its drawings."""
    pools = {name: Pool() for name in ("tensors", "settings", "variables", "classes")}
    layers = [_layer(layer, page.details, pools) for layer in page.details]
    return {
        "model": {"title": page.title, "class_name": page.class_name, "netviz": page.version},
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
    shown = shown_columns(page.layers.columns)
    return [
        given({**column(one, [row.cells[place] for row in rows], members), "shown": place in shown})
        for place, one in enumerate(page.layers.columns)
    ]


def _link(link: Link) -> Sequence[object]:
    return (link.words, link.layer)


def _layer(layer: LayerDetails, layers: Sequence[LayerDetails], pools: Mapping[str, Pool]) -> Json:
    members = given(
        {
            "calls": [_call(call, layers, pools["tensors"]) for call in layer.calls],
            "weights": [_weight(weight, pools) for weight in layer.weights],
            "settings": [pools["settings"].place(item) for item in layer.settings],
            "findings": layer.findings,
        }
    )
    # What says something also where it is empty.
    members["path"] = layer.path
    members["class"] = pools["classes"].place((layer.class_name, layer.module, layer.family))
    if layer.name != layer.path.rpartition("/")[2]:
        members["name"] = layer.name
    if layer.parent is not None:
        members["parent"] = layer.parent
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


def _figures(figures: Figures) -> Json:
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
    members = given(members)
    # What says something also where it is 0 or unknown.
    if item.parameters != count:
        members["parameters"] = item.parameters
    if (opens := drawing.opens.get(item.id)) is not None:
        members["opens"] = opens
    return members
