"""The inside of a wrapper (Bidirectional, TimeDistributed, RNN and its cells) as a graph."""

from __future__ import annotations

from collections.abc import Iterable

from netviz.catalog.kinds import Arguments
from netviz.model import ENTERING, Call, Endpoint, Feed, Graph, Layer, Tensor, TensorRef

CHAINS = ("StackedRNNCells",)
"""The wrappers in which each layer takes what the one before it gives; in all others all take what enters."""


def wrapper_graph(
    name: str,
    class_name: str | None,
    inside: Iterable[tuple[Layer, Arguments, tuple[Tensor, ...]]],
    others: Iterable[Layer] = (),
) -> Graph | None:
    """The graph inside the wrapper `name` of a class, None where nothing is.

    `inside` has each layer with what the wrapper feeds it, which enters under the wrapper's own name, and what
    it gives; of `others` no call is known.
    """
    layers: list[Layer] = []
    calls: list[Call] = []
    inputs: tuple[Endpoint, ...] = ()
    for layer, arguments, outputs in inside:
        given = arguments.tensors
        before = len(calls) - 1 if class_name in CHAINS else ENTERING  # ENTERING for the first of a chain, too
        feeds = tuple(
            Feed(str(place), tensor, TensorRef(ENTERING if place else before, place))
            for place, tensor in enumerate(given)
        )
        calls.append(Call(len(calls), layer.name, feeds, outputs or (Tensor(None),)))
        layers.append(layer)
        entering = [feed for feed in feeds if feed.source and feed.source.call == ENTERING]
        inputs = max(inputs, tuple(Endpoint(name, feed.tensor, feed.source) for feed in entering), key=len)
    layers.extend(others)
    return Graph(tuple(layers), tuple(calls), inputs) if layers else None
