"""What a layer was called on and what it gave, from the functions that TensorFlow saved for it.

The computation of each is not read, only the tensors that go in and come out: `canonicalized_input_signature` and
`output_signature` in saved_object_graph.proto. That tells the shapes of layers of any class, a user's own included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from netviz.model import Call, Feed, Graph, Layer, Tensor
from netviz.readers.savedmodel.messages import TABLES, tensor_of
from netviz.readers.savedmodel.wire import MessageReader, Record, WireError

CALL = "__call__"
"""The child of a layer that is its call; one function for each kind of arguments that it was called with."""

TENSORS = ("tensor", "bounded")
SEQUENCES = ("list", "tuple")


@dataclass(frozen=True, slots=True)
class Traced:
    """One call: tensors by the arguments that take them ("0", "0.1", "mask"), and those that came out."""

    inputs: tuple[tuple[str, Tensor], ...]
    outputs: tuple[Tensor, ...]


def traced(names: tuple[str, ...], functions: Mapping[str, memoryview]) -> Traced | None:
    """The call of the first of the functions that takes a tensor and says what comes out; None where none does."""
    reader = MessageReader(TABLES)
    for name in names:
        try:
            function = reader.read("SavedConcreteFunction", functions.get(name, b""))
        except WireError:
            continue
        args, kwargs = [*function.get("inputs", {}).get("tuple", {}).get("values", ()), {}, {}][:2]
        inputs = tuple(entry for side in (args, kwargs) for entry in _tensors(side))
        outputs = tuple(tensor for _, tensor in _tensors(function.get("outputs", {})))
        if inputs and outputs:
            return Traced(inputs, outputs)
    return None


def _tensors(value: Record, place: str = "") -> Iterator[tuple[str, Tensor]]:
    """The tensors in a structure with their places; dicts in the order of their keys, as TensorFlow flattens them."""
    for kind in TENSORS:
        if kind in value:
            yield place, tensor_of(value[kind])
    if "type" in value:  # ragged, sparse, ...: its parts have shapes, it has none
        yield place, Tensor(None)
    inside: list[tuple[str, Record]] = []
    for kind in SEQUENCES:
        inside += [(str(index), item) for index, item in enumerate(value.get(kind, {}).get("values", ()))]
    entries = [*value.get("dict", {}).get("fields", ()), *value.get("named", {}).get("values", ())]
    inside += [(entry.get("key", ""), entry.get("value", {})) for entry in sorted(entries, key=_key)]
    for name, item in inside:
        yield from _tensors(item, f"{place}.{name}" if place else name)


def _key(entry: Record) -> str:
    return str(entry.get("key", ""))


def with_calls(layer: Layer, known: Mapping[str, Traced]) -> Layer:
    """The layer with a call of each layer inside whose tensors are known by its path, where no calls are known.

    What feeds what is not.
    """
    if layer.graph is None:
        return layer
    graph = replace(layer.graph, layers=tuple(with_calls(inner, known) for inner in layer.graph.layers))
    if not graph.calls:
        graph = replace(graph, calls=tuple(_calls(graph, known)))
    return replace(layer, graph=graph)


def _calls(graph: Graph, known: Mapping[str, Traced]) -> Iterator[Call]:
    number = 0
    for layer in graph.layers:
        call = known.get(layer.path)
        if call is not None:
            feeds = tuple(Feed(argument, tensor, None) for argument, tensor in call.inputs)
            yield Call(number, layer.name, feeds, call.outputs)
            number += 1
