"""The layers inside a wrapper (Bidirectional, TimeDistributed, RNN and its cells), as the catalog knows them."""

from __future__ import annotations

from collections.abc import Iterable

from netviz.model import ENTERING, Call, Endpoint, Feed, Graph, Layer, Output, Tensor
from netviz.readers.infer import WrappedLayer, infer_call


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
