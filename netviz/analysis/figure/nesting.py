"""Nested models that are drawn open: trees of stations, before anything is folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netviz.analysis.diagram.scene import Node
from netviz.analysis.figure.quiet import repeats_in_time
from netviz.analysis.figure.stations import Station
from netviz.figures import Style


@dataclass(frozen=True, slots=True)
class Nest:
    """A nested model that is drawn open, with the stations and nested models in it."""

    node: Node
    items: tuple[Station | Nest, ...]


def nested(stations: Sequence[Station], depth: int, style: Style) -> tuple[Station | Nest, ...]:
    """The stations with those of one nested model put together: in space only of those that repeat in time."""
    found: dict[str, Station | Nest] = {}
    inside: dict[str, list[Station]] = {}
    for station in stations:
        around = [node for node in station.around if style == "blocks" or (node.layer and repeats_in_time(node.layer))]
        if len(around) > depth:
            node = around[depth]
            if node.id not in inside:
                found[node.id] = Nest(node, ())
            inside.setdefault(node.id, []).append(station)
        else:
            found[station.id] = station
    return tuple(
        Nest(item.node, nested(inside[id], depth + 1, style)) if isinstance(item, Nest) else item
        for id, item in found.items()
    )


def stations_of(item: Station | Nest) -> Iterator[Station]:
    """The stations of an item, in order."""
    if isinstance(item, Station):
        yield item
        return
    for inner in item.items:
        yield from stations_of(inner)
