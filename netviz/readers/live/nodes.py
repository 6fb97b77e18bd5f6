"""The calls that Keras has kept of a live model (its nodes), as a plan, and the tensors it says flow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import keras

from netviz.catalog.kinds import Arguments
from netviz.model import Tensor
from netviz.readers.plan import ENTRANCE, Entry, Plan, Port, Reference, Stated, Step
from netviz.readers.wiring import CallKey, Flow, Outputs


def plan_of(function: Any, operations: Sequence[Any]) -> tuple[Plan, Flow]:
    """The calls among the operations of a Function as a plan, and the tensors that Keras says flow."""
    nodes = own_nodes(function)
    indices: dict[tuple[int, int], CallKey] = {}
    for operation in function.operations:
        own = nodes.get(id(operation), [])
        for position, node in enumerate(operation._inbound_nodes):
            for place, other in enumerate(own):
                if node is other:
                    indices[id(operation), position] = (operation.name, place)
    ports = _entrances(function, operations)

    def stated(tensor: Any) -> Stated:
        history = tensor._keras_history
        if id(history.operation) in ports:  # an input that tracing made up: Keras has kept no dtype
            entering = Tensor(tuple(tensor.shape), None)
            return Stated(entering, Reference(ENTRANCE, 0, ports[id(history.operation)]))
        key = indices.get((id(history.operation), history.node_index))
        return Stated(tensor_of(tensor), Reference(*key, history.tensor_index) if key else None)

    entries: list[Entry] = []
    outputs: Outputs = {}
    arguments: dict[CallKey, Arguments] = {}
    for operation in operations:
        steps = []
        for place, node in enumerate(nodes.get(id(operation), [])):
            step = Step(
                operation.name,
                place,
                tuple(_json(value, stated) for value in node.arguments.args),
                {key: _json(value, stated) for key, value in node.arguments.kwargs.items()},
            )
            steps.append(step)
            outputs[operation.name, place] = tuple(tensor_of(tensor) for tensor in node.output_tensors)
            arguments[operation.name, place] = step.resolve(lambda value: value.tensor)
        entries.append(bare_entry(operation, tuple(steps)))
    inputs = tuple(_ports(function._inputs_struct, stated))
    return Plan(tuple(entries), inputs, tuple(_ports(function._outputs_struct, stated))), Flow(outputs, arguments)


def _entrances(function: Any, operations: Iterable[Any]) -> dict[int, int]:
    """The operations that stand for the function's inputs and are not among those shown, by their place."""
    shown = {id(operation) for operation in operations}
    sources = [tensor._keras_history.operation for tensor in function.inputs]
    return {id(source): place for place, source in enumerate(sources) if id(source) not in shown}


def own_nodes(function: Any) -> dict[int, list[Any]]:
    """The calls that belong to a function, by the operation's id, in the order they were made.

    A layer may have been called elsewhere too, and so have more nodes than these.
    """
    own = {id(node) for depth in function._nodes_by_depth.values() for node in depth}
    return {
        id(operation): [node for node in operation._inbound_nodes if id(node) in own]
        for operation in function._operations
    }


def _ports(structure: Any, stated: Any) -> Iterator[Port]:
    """The named ends of a function; a dict's keys are the names, else the layers they come from."""
    for names, tensor in _leaves(structure):
        name = names[-1] if names else tensor._keras_history.operation.name
        value = stated(tensor)
        yield Port(name, value.tensor, value.reference)


def _leaves(structure: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(structure, Mapping):
        for key in sorted(structure):
            yield from _leaves(structure[key], (*names, str(key)))
    elif isinstance(structure, list | tuple):
        for item in structure:
            yield from _leaves(item, names)
    else:
        yield names, structure


def _json(value: Any, stated: Any) -> object:
    """An argument of a call as Keras would write it into a file, with `Stated` in the place of tensors."""
    if isinstance(value, keras.KerasTensor):
        return stated(value)
    if isinstance(value, Mapping):
        return {str(key): _json(item, stated) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item, stated) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    try:
        return json.loads(json.dumps(keras.saving.serialize_keras_object(value)))
    except Exception:  # an argument Keras could not save either
        return repr(value)


def bare_entry(operation: Any, steps: tuple[Step, ...]) -> Entry:
    return Entry(operation.name, type(operation).__name__, None, {}, None, steps=steps)


def tensor_of(tensor: Any) -> Tensor:
    return Tensor(tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype))
