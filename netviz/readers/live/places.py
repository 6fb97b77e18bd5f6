"""Which call of a model runs: from the layers that are being called to paths as `Model` has them.

A call's path is that of the layer, with those of the calls around it: "encoder/dense", "twin#2/dense", "shared#3". The
number is that of the call in its graph, which is not always the one that runs third.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
from keras.src.models.functional import Functional

from netviz.model import Graph, Model
from netviz.readers.live.nodes import own_nodes
from netviz.readers.plan import below

MOST_CALLS = 20_000
"""Calls that are told apart; a model inside a model inside a model …, each called twice, has more."""

Objects = Mapping[str, Any]
"""Live layers and operations by the paths of their `Layer`."""


@dataclass(slots=True)
class Frame:
    """A call that is running. `path` is the call's, `layer` the layer's; both are None where `Model` has none of them.

    `counts` is how often each operation inside was called so far, by its id.
    """

    operation: Any
    path: str | None
    layer: str | None
    counts: dict[int, int] = field(default_factory=dict)


class Places:
    """Gives each call the path that it has in a model."""

    def __init__(self, model: Model, objects: Objects) -> None:
        self.objects = objects
        self.calls: dict[str, str] = dict(call_paths(model.graph))
        self._inside: dict[str, dict[int, str]] = {}
        for path, operation in objects.items():
            if path:
                self._inside.setdefault(_parent(path, operation.name), {}).setdefault(id(operation), path)
        self._orders: dict[str, dict[int, list[int]]] = {}

    def enter(self, around: Frame, operation: Any) -> Frame:
        """The frame of a call of `operation` inside another call."""
        if around.path is None or around.layer is None:
            return Frame(operation, None, None)
        layer = self._inside.get(around.layer, {}).get(id(operation))
        if layer is None:
            return Frame(operation, None, None)
        count = around.counts.get(id(operation), 0)
        around.counts[id(operation)] = count + 1
        if isinstance(around.operation, keras.layers.RNN):  # a cell, once for each step: not the one call of it
            return Frame(operation, None, None)
        return Frame(operation, self._numbered(around, operation, count), layer)

    def entrances(self, frame: Frame) -> dict[int, str]:
        """The paths of the InputLayers of a Functional model, by the place of the input."""
        function = frame.operation
        if frame.path is None or frame.layer is None or not isinstance(function, Functional):
            return {}
        inside = self._inside.get(frame.layer, {})
        sources = [tensor._keras_history.operation for tensor in function.inputs]
        return {place: below(frame.path, source.name) for place, source in enumerate(sources) if id(source) in inside}

    def _numbered(self, around: Frame, operation: Any, count: int) -> str:
        order = self._order(around).get(id(operation), [])
        number = order[count] if count < len(order) else count
        path = below(around.path or "", operation.name)
        return path if number == 0 else f"{path}#{number + 1}"

    def _order(self, around: Frame) -> dict[int, list[int]]:
        """For each operation of a Functional model the numbers of its calls (from 0) in the order that they run in."""
        layer = around.layer or ""
        if layer not in self._orders:
            self._orders[layer] = _order(around.operation)
        return self._orders[layer]


def call_paths(graph: Graph, around: str = "") -> Iterator[tuple[str, str]]:
    """The path of each call in a graph, and of those inside it, with the path of its layer; `MOST_CALLS` at most."""
    stack = [iter(_own_calls(graph, around))]
    for _ in range(MOST_CALLS):
        while stack:
            found = next(stack[-1], None)
            if found is not None:
                break
            stack.pop()
        else:
            return
        path, layer, inside = found
        yield path, layer
        if inside is not None:
            stack.append(iter(_own_calls(inside, path)))


def _own_calls(graph: Graph, around: str) -> Iterator[tuple[str, str, Graph | None]]:
    layers = {layer.name: layer for layer in graph.layers}
    counts: dict[str, int] = {}
    for call in graph.calls:
        number = counts[call.layer] = counts.get(call.layer, 0) + 1
        path = below(around, call.layer)
        layer = layers[call.layer]
        yield path if number == 1 else f"{path}#{number}", layer.path, layer.graph


def _order(model: Any) -> dict[int, list[int]]:
    function = getattr(model, "_functional", None) if isinstance(model, keras.Sequential) else model
    if not isinstance(function, Functional) or type(function).call is not Functional.call:
        return {}
    places = {id(node): place for nodes in own_nodes(function).values() for place, node in enumerate(nodes)}
    order: dict[int, list[int]] = {}
    for depth in sorted(function._nodes_by_depth, reverse=True):
        for node in function._nodes_by_depth[depth]:
            if node.operation and not node.is_input and id(node) in places:
                order.setdefault(id(node.operation), []).append(places[id(node)])
    return order


def _parent(path: str, name: str) -> str:
    return path[: -len(name) - 1] if path != name else ""
