"""What differs in how layers are called: how often, on what, and what goes in and comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from netviz.analysis.connections import Calls, Connection, calls_by_layer, connections
from netviz.analysis.diff.configs import changes_of, normal
from netviz.analysis.diff.results import MISSING, Aspect, Change
from netviz.model import ENTERING, Call, Endpoint, Feed, Graph, Tensor

Counterpart = Callable[[str], str | None]
"""From the name of a layer in the first graph to that of its counterpart in the second; None where it has none."""

Producer = tuple[str, int, int]
"""A layer, which of its calls, and which of what that gives; or "", -1 and the number of an input of the graph."""


@dataclass(slots=True)
class Wired:
    """A graph with its calls by layer and, for each call, which of its layer's calls it is."""

    graph: Graph
    calls: Calls
    nth: Mapping[int, int]

    @classmethod
    def of(cls, graph: Graph) -> Wired:
        calls = calls_by_layer(graph)
        return cls(graph, calls, {call.id: nth for own in calls.values() for nth, call in enumerate(own)})

    def producer(self, feed: Feed | Endpoint) -> Producer | None:
        source = feed.source
        if source is None:
            return None
        if source.call == ENTERING:
            return ("", -1, source.index)
        return (self.graph.calls[source.call].layer, self.nth.get(source.call, 0), source.index)


def call_changes(a: Wired, b: Wired, names: tuple[str, str], counterpart: Counterpart) -> Iterator[Change]:
    """What differs in the calls of two layers that are counterparts; what is unknown on a side is no difference."""
    ours, theirs = a.calls.get(names[0], ()), b.calls.get(names[1], ())
    if not a.graph.calls or not b.graph.calls:
        return
    if len(ours) != len(theirs):
        yield Change("calls", "", len(ours), len(theirs))
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False)):
        suffix = f"#{number + 1}" if number else ""
        yield from _connection_changes(a, b, one, other, suffix, counterpart)
        yield from _inputs(one, other, suffix)
        pairs = [(str(place), *pair) for place, pair in enumerate(zip(one.outputs, other.outputs, strict=False))]
        yield from tensor_changes("output", pairs, suffix)
        if len(one.outputs) != len(other.outputs):
            yield from _more("output", one.outputs, other.outputs, suffix)


def _connection_changes(
    a: Wired, b: Wired, one: Call, other: Call, suffix: str, counterpart: Counterpart
) -> Iterator[Change]:
    ours, theirs = _feeds(a, one), _feeds(b, other)
    for argument in dict.fromkeys((*theirs, *ours)):
        before, after = ours.get(argument), theirs.get(argument)
        if before is None or after is None:
            values = [MISSING if side is None else str(side[1]) for side in (before, after)]
            yield Change("connection", argument + suffix, *values)
        elif not same_producer(before[0], after[0], counterpart):
            yield Change("connection", argument + suffix, str(before[1]), str(after[1]))
    if one.constants != other.constants:
        constants = [{key: normal(value) for key, value in call.constants.items()} for call in (one, other)]
        for change in changes_of(constants[0], constants[1], "connection", "", one_sided=True)[0]:
            if change.item not in ours and change.item not in theirs:  # another kind of argument is said already
                yield Change("connection", change.item + suffix, change.a, change.b)


def _feeds(wired: Wired, call: Call) -> dict[str, tuple[Producer | None, Connection]]:
    named = connections(wired.graph, wired.calls, call)
    return {
        feed.argument: (wired.producer(feed), name) for feed, name in zip(call.inputs, named, strict=True)
    }  # fmt: skip


def same_producer(a: Producer | None, b: Producer | None, counterpart: Counterpart) -> bool:
    """Whether two tensors come from counterparts; true where one of them is unknown."""
    if a is None or b is None:
        return True
    return (counterpart(a[0]) if a[1] >= 0 else "", *a[1:]) == b


def _inputs(one: Call, other: Call, suffix: str) -> Iterator[Change]:
    ours = {feed.argument: feed.tensor for feed in one.inputs}
    pairs = [(f.argument, ours[f.argument], f.tensor) for f in other.inputs if f.argument in ours]
    return tensor_changes("input", pairs, suffix)


def tensor_changes(aspect: Aspect, pairs: list[tuple[str, Tensor, Tensor]], suffix: str = "") -> Iterator[Change]:
    """The tensors that differ in shape or dtype, as far as both are known."""
    for item, one, other in pairs:
        if not same_tensor(one, other):
            yield Change(aspect, item + suffix, tensor_value(one), tensor_value(other))


def same_tensor(a: Tensor, b: Tensor) -> bool:
    """Whether shapes and dtypes are the same as far as both sides know them."""
    if a == b:
        return True
    shapes = a.shape is None or b.shape is None or a.shape == b.shape
    return shapes and (a.dtype is None or b.dtype is None or a.dtype == b.dtype)


def tensor_value(tensor: Tensor) -> str:
    """A tensor in words: "(None, 8, 8, 3) float32", with "?" for what is unknown."""
    shape = "?" if tensor.shape is None else f"({', '.join(map(str, tensor.shape))}{',' * (len(tensor.shape) == 1)})"
    return f"{shape} {tensor.dtype or '?'}"


def _more(aspect: Aspect, ours: tuple[Tensor, ...], theirs: tuple[Tensor, ...], suffix: str) -> Iterator[Change]:
    shorter = min(len(ours), len(theirs))
    if not shorter:  # what comes out is unknown
        return
    for place, tensor in enumerate(ours[shorter:], shorter):
        yield Change(aspect, f"{place}{suffix}", tensor_value(tensor), MISSING)
    for place, tensor in enumerate(theirs[shorter:], shorter):
        yield Change(aspect, f"{place}{suffix}", MISSING, tensor_value(tensor))


def end_changes(a: Wired, b: Wired, counterpart: Counterpart) -> Iterator[Change]:
    """What differs in the ends of two graphs that are counterparts: shapes and dtypes, and which layers are there."""
    directions: tuple[tuple[Aspect, tuple[Endpoint, ...], tuple[Endpoint, ...]], ...] = (
        ("input", a.graph.inputs, b.graph.inputs),
        ("output", a.graph.outputs, b.graph.outputs),
    )
    for aspect, ours, theirs in directions:
        pairs = [(str(place), x.tensor, y.tensor) for place, (x, y) in enumerate(zip(ours, theirs, strict=False))]
        yield from tensor_changes(aspect, pairs)
        if len(ours) != len(theirs):
            yield from _more(aspect, tuple(end.tensor for end in ours), tuple(end.tensor for end in theirs), "")
    yield from given_changes(a, b, counterpart)


def given_changes(a: Wired, b: Wired, counterpart: Counterpart) -> Iterator[Change]:
    """The inputs of two graphs that are other layers, and the outputs that others give: their order is a difference."""
    for kind, ours, theirs in (
        ("inputs", a.graph.inputs, b.graph.inputs),
        ("outputs", a.graph.outputs, b.graph.outputs),
    ):
        for place, (x, y) in enumerate(zip(ours, theirs, strict=False)):
            if not same_producer(a.producer(x), b.producer(y), counterpart):
                yield Change("connection", f"{kind}.{place}", _giver(a, x), _giver(b, y))


def _giver(wired: Wired, end: Endpoint) -> object:
    producer = wired.producer(end)
    if producer is None:
        return None
    name, nth, index = producer
    if nth < 0:
        return wired.graph.inputs[index].name if index < len(wired.graph.inputs) else None
    calls = wired.calls.get(name, ())
    several = len(calls[nth].outputs) > 1 if nth < len(calls) else False
    return str(Connection("", None, None, name, nth + 1 if len(calls) > 1 else None, index if several else None))
