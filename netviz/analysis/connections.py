"""What goes into a layer and comes out of it, call by call, with the producers by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from netviz.model import ENTERING, Call, Graph, Shape, TensorRef


@dataclass(frozen=True, slots=True)
class Connection:
    """A tensor that goes into a call: which argument takes it, and the layer (or input of the model) that gives it.

    `producer` is None where it is unknown. `call` (from 1) and `output` (from 0) tell which, where the
    producer is called or gives more than once; else they are None.
    """

    argument: str
    shape: Shape | None
    dtype: str | None
    producer: str | None
    call: int | None = None
    output: int | None = None

    def __str__(self) -> str:
        """`name`, `name[1]` for the second output, `name (call 2)` for that of the second call."""
        text = self.producer or "?"
        text += "" if self.output is None else f"[{self.output}]"
        return text if self.call is None else f"{text} (call {self.call})"


Calls: TypeAlias = Mapping[str, tuple[Call, ...]]
"""The calls of each layer of a graph, by the layer's name."""


def calls_by_layer(graph: Graph) -> Calls:
    """The calls of each layer in order."""
    calls: dict[str, list[Call]] = {}
    for call in graph.calls:
        calls.setdefault(call.layer, []).append(call)
    return {name: tuple(own) for name, own in calls.items()}


def connections(graph: Graph, calls: Calls, call: Call) -> tuple[Connection, ...]:
    """The tensors that go into a call of the graph, in order; `calls` are those of the whole graph."""
    return tuple(
        Connection(feed.argument, feed.tensor.shape, feed.tensor.dtype, *_producer(graph, calls, feed.source))
        for feed in call.inputs
    )


def _producer(graph: Graph, calls: Calls, source: TensorRef | None) -> tuple[str | None, int | None, int | None]:
    if source is None:
        return None, None, None
    if source.call == ENTERING:
        return (graph.inputs[source.index].name if source.index < len(graph.inputs) else None), None, None
    producer = graph.calls[source.call]
    siblings = calls[producer.layer]
    which = siblings.index(producer) + 1 if len(siblings) > 1 else None
    return producer.layer, which, source.index if len(producer.outputs) > 1 else None


def input_shapes(calls: tuple[Call, ...]) -> tuple[Shape | None, ...] | None:
    """The shapes going into the first call, None where no call is known."""
    return calls[0].input_shapes if calls else None


def output_shapes(calls: tuple[Call, ...]) -> tuple[Shape | None, ...] | None:
    """The shapes coming out of the first call, None where no call is known."""
    return calls[0].output_shapes if calls else None


def is_chain(graph: Graph) -> bool:
    """Whether each layer is called once and takes just what the one before it gives."""
    if len({call.layer for call in graph.calls}) < len(graph.calls):
        return False
    for place, call in enumerate(graph.calls):
        if place and [feed.source for feed in call.inputs] != [TensorRef(graph.calls[place - 1].id, 0)]:
            return False
    return all(layer.graph is None or is_chain(layer.graph) for layer in graph.layers)
