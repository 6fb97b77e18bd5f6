"""The layers inside a wrapper (Bidirectional, TimeDistributed, RNN and its cells), as the catalog knows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netviz.catalog.kinds import Arguments
from netviz.model import ENTERING, Call, Endpoint, Feed, Graph, Layer, Output, Tensor
from netviz.readers.infer import RULE_ERRORS, infer_call
from netviz.readers.plan import Entry, PlanReader


@dataclass(frozen=True, slots=True)
class WrappedLayer:
    """A layer inside a wrapper: its entry, its group relative to the wrapper's, what it is called on."""

    entry: Entry
    location: str
    arguments: Arguments


def wrapped_layers(entry: Entry, arguments: Arguments | None, reader: PlanReader) -> list[WrappedLayer]:
    """The layers inside; none where the class is no wrapper or its config does not say."""
    if entry.kind is None or entry.kind.children is None:
        return []
    try:
        children = entry.kind.children(entry.config, arguments or Arguments())
    except RULE_ERRORS:
        return []
    return [
        WrappedLayer(reader.read_entry(child.serialized), child.location, Arguments(child.inputs)) for child in children
    ]


def wrapper_graph(
    name: str, wrapped: Iterable[tuple[WrappedLayer, Layer]], others: Iterable[Layer] = ()
) -> Graph | None:
    """The inside of the wrapper `name`: each layer with one call, and layers of which no call is known.

    What the wrapper feeds them enters under its own name.
    """
    layers: list[Layer] = []
    calls: list[Call] = []
    inputs: tuple[Endpoint, ...] = ()
    for inner, layer in wrapped:
        given = inner.arguments.tensors
        feeds = tuple(Feed(str(place), tensor, Output(ENTERING, place)) for place, tensor in enumerate(given))
        calls.append(Call(len(calls), layer.name, feeds, infer_call(inner.entry, inner.arguments) or (Tensor(None),)))
        layers.append(layer)
        ends = tuple(Endpoint(name, feed.tensor, feed.source) for feed in feeds)
        inputs = max(inputs, ends, key=len)
    layers.extend(others)
    return Graph(tuple(layers), tuple(calls), inputs) if layers else None
