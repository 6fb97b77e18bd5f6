"""Calls and what flows between them: from a plan's references by name to a graph's numbered calls.

Shared by the static reader, which infers the tensors, and the live one, which is told them by Keras.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from netviz.catalog.kinds import Arguments
from netviz.model import ENTERING, Call, Endpoint, Feed, Graph, Layer, Note, Tensor, TensorRef
from netviz.readers.plan import ENTRANCE, Plan, Port, Reference, Step, below

CallKey: TypeAlias = tuple[str | None, int]
"""A call: the layer's name and the how-many-th call of it."""

Outputs: TypeAlias = dict[CallKey, tuple[Tensor, ...]]


@dataclass(frozen=True, slots=True)
class Flow:
    """The tensors that come out of each call of a plan, and the arguments that went in."""

    outputs: Outputs
    arguments: dict[CallKey, Arguments]

    def tensor(self, reference: Reference | None) -> Tensor:
        """The tensor that a reference names, unknown where it names none."""
        return tensor_at(self.outputs, reference)


def tensor_at(outputs: Outputs, reference: Reference | None) -> Tensor:
    """The tensor that a reference names, unknown where it names none."""
    given = outputs.get((reference.layer, reference.call), ()) if reference else ()
    return given[reference.tensor] if reference and 0 <= reference.tensor < len(given) else Tensor(None)


def order_steps(steps: Iterable[Step]) -> list[Step]:
    """The calls in the order given, but each after those that feed it and after earlier ones of its layer.

    Calls in a loop, which no valid model has, come last.
    """
    pending: dict[CallKey, Step] = {(step.layer, step.index): step for step in steps}
    waiting: dict[CallKey, int] = {}
    consumers: dict[CallKey, list[CallKey]] = {}
    for key, step in pending.items():
        sources = {(stated.reference.layer, stated.reference.call) for _, stated in step.feeds() if stated.reference}
        sources.add((step.layer, step.index - 1))
        sources &= pending.keys()
        waiting[key] = len(sources)
        for source in sources:
            consumers.setdefault(source, []).append(key)
    places: dict[CallKey, int] = {key: place for place, key in enumerate(pending)}
    ready = [(places[key], key) for key in pending if not waiting[key]]
    ordered: list[Step] = []
    while ready:
        _, key = heapq.heappop(ready)
        ordered.append(pending.pop(key))
        for consumer in consumers.get(key, ()):
            waiting[consumer] -= 1
            if not waiting[consumer]:
                heapq.heappush(ready, (places[consumer], consumer))
    return ordered + list(pending.values())


def wire(plan: Plan, flow: Flow, layers: tuple[Layer, ...]) -> Graph:
    """The graph of a plan: each call after those that feed it, numbered in that order."""
    steps = order_steps(plan.steps())
    numbers: dict[CallKey, int] = {(step.layer, step.index): number for number, step in enumerate(steps)}
    calls = []
    for key, number in numbers.items():
        step = steps[number]
        feeds = tuple(
            Feed(argument, tensor, _output(numbers, stated.reference))
            for (argument, stated), tensor in zip(step.feeds(), flow.arguments[key].tensors, strict=True)
        )
        calls.append(Call(number, step.layer, feeds, flow.outputs[key], step.constants()))

    def endpoint(port: Port) -> Endpoint:
        tensor = port.tensor if port.tensor.shape is not None else flow.tensor(port.reference)
        return Endpoint(port.name, tensor, _output(numbers, port.reference))

    return Graph(layers, tuple(calls), tuple(map(endpoint, plan.inputs)), tuple(map(endpoint, plan.outputs)))


def misfits(graph: Graph, path: str) -> Iterator[Note]:
    """A note on calls that take what no call gives, and one on calls in a loop; `path` is that of the model."""
    missing = [call.layer for call in graph.calls if any(feed.source is None for feed in call.inputs)]
    looped = [
        call.layer
        for call in graph.calls
        if any(feed.source is not None and feed.source.call >= call.id for feed in call.inputs)
    ]
    for names, problem in (
        (missing, "is called on what no layer gives"),
        (looped, "is called on what follows from it"),
    ):
        if names:
            more = f", and so are {len(names) - 1} more" if len(names) > 1 else ""
            yield Note("warning", "call-unreadable", below(path, names[0]), f"This layer {problem}{more}.")


def _output(numbers: Mapping[CallKey, int], reference: Reference | None) -> TensorRef | None:
    if reference is None:
        return None
    if reference.layer == ENTRANCE:
        return TensorRef(ENTERING, reference.tensor)
    number = numbers.get((reference.layer, reference.call))
    return None if number is None else TensorRef(number, reference.tensor)
