"""What the script of the page knows: the page as plain data, its strings harmless to show.

Falsy members of objects are left out, and what stands many times (the items of configs) stands once and is referred to.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from netviz.pages import CallDetails, Drawing, LayerDetails, Link, Page, Passing, WeightDetails
from netviz.render.diagram.embedded import Embedded
from netviz.render.diagram.wording import varies_words
from netviz.render.escape import elide, visible
from netviz.views import Box, Group

Json = dict[str, Any]


def data_script(page: Page, embedded: Embedded | None) -> str:
    """The data of the page as JSON that may stand in a <script>: no "<" is left in it."""
    text = json.dumps(harmless(page_data(page, embedded)), ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def harmless(value: Any) -> Any:
    """The value with every string in visible characters, and of a reasonable length."""
    if isinstance(value, str):
        return visible(elide(value))
    if isinstance(value, Mapping):
        return {str(key): harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [harmless(item) for item in value]
    return value


def page_data(page: Page, embedded: Embedded | None) -> Json:
    """The page as data; `embedded` are the pictures of its drawings."""
    settings: dict[tuple[str, str], int] = {}
    layers = [_layer(layer, settings) for layer in page.details]
    rows = page.layers.rows[: len(page.layers.rows) - page.totals]
    return {
        "model": {"title": page.title, "class_name": page.class_name, "netviz": page.version},
        "columns": [asdict(column) for column in page.layers.columns],
        "rows": [list(row.cells) for row in rows],
        "settings": list(settings),
        "layers": layers,
        "findings": [
            _given(
                {
                    "severity": one.severity,
                    "code": one.code,
                    "where": _link(one.where),
                    "message": one.message,
                    "remedy": one.remedy,
                    "cves": one.cves,
                }
            )
            for one in page.findings
        ],
        "levels": [asdict(level) for level in page.levels] if embedded else [],
        "drawings": [_drawing(page, drawing, place, embedded) for place, drawing in enumerate(page.drawings)]
        if embedded
        else [],
    }


def _given(members: Json) -> Json:
    return {key: value for key, value in members.items() if value not in (None, "", (), [], {}, False)}


def _link(link: Link) -> list[Any]:
    return [link.words, link.layer]


def _layer(layer: LayerDetails, settings: dict[tuple[str, str], int]) -> Json:
    return _given(
        {
            "path": layer.path,
            "name": layer.name,
            "class_name": layer.class_name,
            "module": layer.module,
            "family": layer.family,
            "parent": layer.parent,
            "calls": [_call(call) for call in layer.calls],
            "weights": [_weight(weight) for weight in layer.weights],
            "settings": [settings.setdefault(item, len(settings)) for item in layer.settings],
            "findings": layer.findings,
            "non_trainable": layer.non_trainable,
        }
    )


def _call(call: CallDetails) -> Json:
    return _given(
        {
            "inputs": [_passing(one) for one in call.inputs],
            "outputs": [_passing(one) for one in call.outputs],
            "constants": call.constants,
        }
    )


def _passing(one: Passing) -> Json:
    ends = [_link(end) for end in one.ends]
    return _given({"argument": one.argument, "shape": one.shape, "dtype": one.dtype, "ends": ends})


def _weight(weight: WeightDetails) -> Json:
    tiles = weight.tiles
    return _given(
        {
            "name": weight.name,
            "shape": weight.shape,
            "dtype": weight.dtype,
            "trainable": weight.trainable,
            "parameters": weight.parameters,
            "path": weight.path,
            "bytes": weight.bytes,
            "stored": weight.stored,
            "figures": asdict(weight.figures) if weight.figures else None,
            "tiles": {**asdict(tiles), "values": base64.b64encode(tiles.values).decode()} if tiles else None,
            "problem": weight.problem,
        }
    )


def _drawing(page: Page, drawing: Drawing, place: int, embedded: Embedded) -> Json:
    numbers = {layer.path: number for number, layer in enumerate(page.details)}
    return {
        "id": drawing.id,
        "title": drawing.title,
        "about": drawing.about,
        "trail": drawing.trail,
        "picture": embedded.drawn[place],
        "items": [_item(item, drawing, numbers) for item in embedded.items[place]],
    }


def _item(item: Box | Group, drawing: Drawing, numbers: Mapping[str, int]) -> Json:
    names: Sequence[str] = (item.heading,) if isinstance(item, Group) else item.names
    return _given(
        {
            "id": item.id,
            "kind": "group" if isinstance(item, Group) else item.kind,
            "names": names,
            "class_name": item.class_name if isinstance(item, Group) else " + ".join(filter(None, item.classes)),
            "family": item.family,
            "layers": [numbers[path] for path in item.layers if path in numbers],
            "opens": drawing.opens.get(item.id),
            "repeats": item.repeats,
            "varies": [varies_words(one) for one in item.varies],
            "parameters": item.parameters,
        }
    )
