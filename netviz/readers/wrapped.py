"""The inside of a wrapper (Bidirectional, TimeDistributed, RNN and its cells) as a graph."""

from __future__ import annotations

from collections.abc import Iterable

from netviz.catalog.kinds import Arguments
from netviz.model import ENTERING, Call, Endpoint, Feed, Graph, Layer, Tensor, TensorRef


def wrapper_graph(
    name: str, inside: Iterable[tuple[Layer, Arguments, tuple[Tensor, ...]]], others: Iterable[Layer] = ()
) -> Graph | None:
    """The graph inside the wrapper `name`, None where nothing is.

    `inside` has each layer with what the wrapper feeds it, which enters under the wrapper's own name, and what
    it gives; of `others` no call is known.
    """
    layers: list[Layer] = []
    calls: list[Call] = []
    inputs: tuple[Endpoint, ...] = ()
    for layer, arguments, outputs in inside:
        given = arguments.tensors
        feeds = tuple(Feed(str(place), tensor, TensorRef(ENTERING, place)) for place, tensor in enumerate(given))
        calls.append(Call(len(calls), layer.name, feeds, outputs or (Tensor(None),)))
        layers.append(layer)
        inputs = max(inputs, tuple(Endpoint(name, feed.tensor, feed.source) for feed in feeds), key=len)
    layers.extend(others)
    return Graph(tuple(layers), tuple(calls), inputs) if layers else None
