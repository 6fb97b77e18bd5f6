"""Who gives and who takes each tensor, as links between layers, also through the borders of nested models.

Of a graph everything is looked up once, so that all links together take time in proportion to the tensors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netviz.analysis.connections import Calls
from netviz.model import ENTERING, Call, Graph, Layer, TensorRef
from netviz.pages import Link

Links = tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Border:
    """The border of a graph: by input of the graph who gives it outside, by output who takes it there.

    `through` is the name of the layer that the links lead through; "" for the model itself, and where they end at the
    layer because it is called more than once.
    """

    inputs: Sequence[Links] = ()
    outputs: Sequence[Links] = ()
    through: str = ""

    def giving(self, index: int) -> Links:
        """Who gives what enters as the `index`-th input, as seen from inside."""
        said = f" (into {self.through})" if self.through else ""
        return _said(self.inputs[index], said) if index < len(self.inputs) else ()

    def taking(self, index: int) -> Links:
        """Who takes what leaves as the `index`-th output, as seen from inside."""
        said = f" (from {self.through})" if self.through else ""
        return _said(self.outputs[index], said) if index < len(self.outputs) else ()


def _said(links: Links, more: str) -> Links:
    return tuple(Link(link.words + more, link.layer) for link in links) if more else links


@dataclass(slots=True)
class Wiring:
    """The tensors of one graph. `indices` are the places of its layers in the page, by name."""

    graph: Graph
    calls: Calls
    indices: Mapping[str, int]
    border: Border
    _numbers: list[str] = field(default_factory=list)
    _entries: dict[TensorRef, int] = field(default_factory=dict)
    _takers: dict[TensorRef, dict[Link, None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts: dict[str, int] = {}
        for call in self.graph.calls:
            counts[call.layer] = counts.get(call.layer, 0) + 1
            several = len(self.calls[call.layer]) > 1
            self._numbers.append(f" (call {counts[call.layer]})" if several else "")
        for call in self.graph.calls:
            taker = Link(call.layer + self._numbers[call.id], self.indices.get(call.layer))
            for feed in call.inputs:
                if feed.source:
                    self._takers.setdefault(feed.source, {}).setdefault(taker)
        for place, end in enumerate(self.graph.inputs):
            if end.source and end.source.call != ENTERING:
                self._entries.setdefault(end.source, place)
        for place, end in enumerate(self.graph.outputs):
            if end.source:
                self._takers.setdefault(end.source, {}).update(dict.fromkeys(self.border.taking(place)))

    def givers(self, source: TensorRef | None) -> Links:
        """Who gives a tensor; none where that is not known."""
        if source is None:
            return ()
        if source.call == ENTERING:
            return self.border.giving(source.index)
        if not 0 <= source.call < len(self.graph.calls):
            return ()
        giver = self.graph.calls[source.call]
        words = giver.layer + (f"[{source.index}]" if len(giver.outputs) > 1 else "") + self._numbers[giver.id]
        return (Link(words, self.indices.get(giver.layer)),)

    def takers(self, call: Call, output: int) -> Links:
        """Who takes an output of a call, each once."""
        return tuple(self._takers.get(TensorRef(call.id, output), ()))

    def entering(self, call: Call) -> tuple[tuple[int, Links], ...]:
        """The outputs of a call that are inputs of the graph, as that of an InputLayer is, and who gives them."""
        if not self._entries:
            return ()
        places = [(output, self._entries.get(TensorRef(call.id, output))) for output in range(len(call.outputs))]
        return tuple((output, self.border.giving(place)) for output, place in places if place is not None)

    def border_of(self, layer: Layer, index: int) -> Border:
        """The border of the graph inside of a layer.

        Where the layer is called once, what goes in and out there is known; else the links end at the layer itself.
        """
        inside, calls = layer.graph or Graph(), self.calls.get(layer.name, ())
        if len(calls) == 1:
            (call,) = calls
            inputs = [self.givers(feed.source) for feed in call.inputs]
            return Border(inputs, [self.takers(call, place) for place in range(len(inside.outputs))], layer.name)
        given = [(Link(f"input of {layer.name}", index),) for _ in inside.inputs]
        return Border(given, [(Link(f"output of {layer.name}", index),) for _ in inside.outputs])


def model_border(graph: Graph) -> Border:
    """The border of the model itself: its named inputs and outputs."""
    inputs = [(Link(f"input {end.name}"),) for end in graph.inputs]
    return Border(inputs, [(Link(f"output {end.name}"),) for end in graph.outputs])
