"""What Keras itself says of a live model, as plain JSON data: the oracle for everything netviz reads from a file.

Knows Keras only, and no more of it than the attributes that Keras 3.0 to 3.15 have in common.
It must never import netviz: an oracle that asks the code under test is no oracle.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tests.models.checksum import checksum

Json = dict[str, Any]


def describe(model: keras.Model) -> Json:
    """Name, inputs, outputs, counts and layers of `model`, recursively; ready for `json.dumps`.

    Counts are numbers of scalars; every weight counts once however often its layer is called.
    Layers come as `model.operations` lists them (ops included) for a Functional model,
    as `model.layers` does for the others. Shapes have the batch axis first, None where it is free.
    """
    graph = _graph(model)
    return {
        "name": model.name,
        **_type(model),
        "keras_version": keras.__version__,
        "inputs": _ends(graph, "inputs") if graph is not None else [],
        "outputs": _ends(graph, "outputs") if graph is not None else [],
        "total": _count(model.weights),
        "trainable": _count(model.trainable_weights),
        "non_trainable": _count(model.weights) - _count(model.trainable_weights),
        "optimizer": _optimizer_count(model),
        "layers": _layers(model),
    }


def _graph(model: keras.Model) -> Any:
    """The Functional behind a model: itself, a Sequential's hidden one, or None (subclassed or not built)."""
    if isinstance(model, keras.Sequential):
        return getattr(model, "_functional", None)
    return model if hasattr(model, "_nodes_by_depth") else None


def _layers(model: keras.Model) -> list[Json]:
    graph = _graph(model)
    nodes = [node for depth in graph._nodes_by_depth.values() for node in depth] if graph is not None else []
    if graph is None or isinstance(model, keras.Sequential):
        operations = list(model.layers)
    else:
        operations = list(getattr(model, "operations", None) or model._operations)
    calls = {id(op): _own_nodes(op, nodes) for op in (graph._operations if graph is not None else operations)}
    return [_layer(op, calls) for op in operations]


def _own_nodes(operation: Any, nodes: list[Any]) -> list[Any]:
    """The calls of one operation that belong to the model, in the order they were made."""
    return [node for node in operation._inbound_nodes if any(node is other for other in nodes)]


def _layer(operation: Any, calls: dict[int, list[Any]]) -> Json:
    weights = list(getattr(operation, "weights", ()))
    trainable = list(getattr(operation, "trainable_weights", ()))
    described = {
        "name": operation.name,
        **_type(operation),
        "trainable": bool(getattr(operation, "trainable", True)),
        "calls": [_call(node, calls) for node in calls.get(id(operation), ())],
        "weights": [_weight(variable, trainable) for variable in weights],
        "total": operation.count_params() if weights else 0,
        "trainable_total": _count(trainable),
    }
    if isinstance(operation, keras.Model):
        described["inputs"] = describe(operation)["inputs"]
        described["outputs"] = describe(operation)["outputs"]
        described["layers"] = _layers(operation)
    return described


def _call(node: Any, calls: dict[int, list[Any]]) -> Json:
    """One application. `sources` are [name of the producer, which of its calls in this model, which output]."""
    histories = [tensor._keras_history for tensor in node.input_tensors]
    return {
        "input_shapes": [_shape(tensor.shape) for tensor in node.input_tensors],
        "output_shapes": [_shape(tensor.shape) for tensor in node.output_tensors],
        "output_dtypes": [keras.backend.standardize_dtype(tensor.dtype) for tensor in node.output_tensors],
        "inbound": [history.operation.name for history in histories],
        "sources": [_source(history, calls) for history in histories],
    }


def _source(history: Any, calls: dict[int, list[Any]]) -> list[Any]:
    node = history.operation._inbound_nodes[history.node_index]
    own = calls[id(history.operation)]
    return [history.operation.name, next(i for i, n in enumerate(own) if n is node), history.tensor_index]


def _weight(variable: Any, trainable: list[Any]) -> Json:
    """One variable. `sum` tells equal shapes apart: gamma read as beta has another, and so has a transposed kernel."""
    return {
        "name": variable.name,
        "path": variable.path,
        "shape": _shape(variable.shape),
        "dtype": keras.backend.standardize_dtype(variable.dtype),
        "trainable": any(variable is other for other in trainable),
        "sum": checksum(keras.ops.convert_to_numpy(variable.value)),
    }


def _type(operation: Any) -> Json:
    """Class name and module: the exported one for Keras's own classes, as config.json has it, else the real one."""
    cls = type(operation)
    exported = _api_name(cls)
    module, _, name = exported.rpartition(".") if exported else (cls.__module__, "", cls.__name__)
    registered = keras.saving.get_registered_name(cls)
    described = {"class_name": name, "module": module}
    return described if registered == cls.__name__ else {**described, "registered_name": registered}


def _api_name(cls: type) -> str | None:
    """'keras.layers.Dense' for Keras's Dense, None for a class that Keras does not export."""
    try:
        from keras.src.api_export import get_name_from_symbol
    except ImportError:  # moved in some release: fall back to looking it up
        spaces = {"keras": keras, "keras.layers": keras.layers, "keras.models": keras.models}
        return next((f"{s}.{cls.__name__}" for s, m in spaces.items() if getattr(m, cls.__name__, None) is cls), None)
    name: str | None = get_name_from_symbol(cls)
    return name


def _ends(graph: Any, plural: str) -> list[Json]:
    """Inputs or outputs, flat, named by the layer that makes them; `key` where they stand in a dict or list."""
    flat = getattr(graph, plural)
    leaves = list(_leaves(getattr(graph, f"_{plural}_struct", flat)))
    assert [id(leaf) for _, leaf in leaves] == [id(tensor) for tensor in flat]
    return [
        {
            "name": tensor._keras_history.operation.name,
            "key": key,
            "shape": _shape(tensor.shape),
            "dtype": keras.backend.standardize_dtype(tensor.dtype),
        }
        for key, tensor in leaves
    ]


def _leaves(structure: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its path; dicts in the order of their sorted keys, as Keras flattens them."""
    if isinstance(structure, dict):
        children: Iterator[tuple[Any, Any]] | enumerate[Any] = iter(sorted(structure.items()))
    elif isinstance(structure, list | tuple):
        children = enumerate(structure)
    else:
        yield path, structure
        return
    for key, child in children:
        yield from _leaves(child, f"{path}/{key}" if path else str(key))


def _shape(shape: Any) -> list[int | None]:
    return [None if size is None else int(size) for size in shape]


def _count(variables: Any) -> int:
    unique = {id(variable): variable for variable in variables}
    return sum(int(np.prod(variable.shape, dtype=np.int64)) for variable in unique.values())


def _optimizer_count(model: keras.Model) -> int:
    optimizer = getattr(model, "optimizer", None)
    return _count(optimizer.variables) if optimizer is not None and optimizer.built else 0
