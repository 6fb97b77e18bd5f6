"""Live layers to layers: what Keras says of each, with the layers inside and the variables it owns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras

from netviz.catalog.dtypes import policy_name
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.stored import ALSO
from netviz.model import Graph, Layer, Note, Severity, Tensor, Weight
from netviz.readers.config import PlanReader
from netviz.readers.infer import Inference, entered
from netviz.readers.live.nodes import bare_entry, own_nodes, plan_of, tensor_of
from netviz.readers.live.trace import TraceFailed, trace
from netviz.readers.plan import ENTRANCE, Entry, Plan, Port, Reference, Stated, Step, below
from netviz.readers.quantized import as_computed
from netviz.readers.wiring import Flow, wire
from netviz.readers.wrapped import wrapper_graph


class LiveReader:
    """Reads live layers; gathers their variables in `variables`, by the paths the weights carry, them in `objects`."""

    def __init__(self, notes: list[Note]) -> None:
        self.variables: dict[str, Any] = {}
        self.objects: dict[str, Any] = {}
        self._paths: dict[int, str] = {}
        self._notes = notes
        self._plans = PlanReader([])  # what a config leaves open, the live layer tells

    def layer(self, layer: Any, path: str, arguments: Arguments | None) -> Layer:
        """The `Layer` of a live layer, model or operation; `arguments` are those of its first call."""
        self.objects[path] = layer
        entry = self._entry(layer, path)
        graph, owned = self._graph(layer, entry, path, arguments)
        return Layer(
            path=path,
            name=entry.name,
            class_name=entry.class_name,
            module=entry.module,
            config=entry.config,
            weights=self._weights(owned, entry, layer, arguments),
            trainable=bool(getattr(layer, "trainable", True)),
            dtype=policy_name(entry.config),
            graph=graph,
        )

    def optimizer(self, model: Any) -> tuple[Weight, ...]:
        """The variables of the optimizer a compiled model was trained with."""
        optimizer = getattr(model, "optimizer", None)
        if optimizer is None or not optimizer.built:
            return ()
        return tuple(self._weight(variable, variable.name, False) for variable in optimizer.variables)

    def _entry(self, layer: Any, path: str) -> Entry:
        """What Keras would write of the layer into a file, without the layers inside."""
        try:
            serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(layer), default=repr))
        except Exception as error:  # get_config of a user's class may do anything
            if not isinstance(layer, keras.Model):
                self._note("info", "config-unavailable", path, f"get_config() failed: {_one_line(error)}.")
            serialized = {"class_name": type(layer).__name__, "module": None, "config": {}}
        entry = self._plans.read_entry({**serialized, "inbound_nodes": []}, path)
        return replace(entry, name=layer.name)

    def _graph(
        self, layer: Any, entry: Entry, path: str, arguments: Arguments | None
    ) -> tuple[Graph | None, list[Any]]:
        """The layers inside, if any, and the variables that are the layer's own."""
        if not isinstance(layer, keras.layers.Layer):
            return None, []
        if isinstance(layer, keras.Sequential):
            return self._sequential(layer, path), _own_variables(layer)
        if hasattr(layer, "_nodes_by_depth"):
            return self._functional(layer, layer, layer.operations, path), _own_variables(layer)
        if entry.plan:
            return self._planned(layer, entry.plan, path, arguments), _own_variables(layer)
        if entry.kind and entry.kind.children:
            return self._wrapped(layer, entry, path, arguments), _own_variables(layer)
        inside = _sublayers(layer)
        if entry.kind or not inside:
            return None, list(layer.weights)
        return self._traced(layer, inside, path), _own_variables(layer)

    def _functional(self, model: Any, function: Any, operations: Sequence[Any], path: str) -> Graph:
        """The graph of a Functional model, or of the function that tracing a model gave."""
        plan, flow = plan_of(function, operations)
        layers = tuple(
            self.layer(operation, below(path, operation.name), flow.arguments.get((operation.name, 0)))
            for operation in operations
        )
        return wire(plan, flow, layers)

    def _sequential(self, model: Any, path: str) -> Graph:
        """A chain: each layer once, on what the one before it gave. Masks, which Keras passes along, are left out."""
        function = getattr(model, "_functional", None)
        nodes = own_nodes(function) if function is not None else {}
        entries, outputs, arguments = [], {}, {}
        inputs: tuple[Port, ...] = ()
        entering = Tensor(None)
        if function is not None:
            first = function.inputs[0]
            entering = tensor_of(first)
            inputs = (Port(first._keras_history.operation.name, entering, Reference(ENTRANCE, 0, 0)),)
        previous = Stated(entering, Reference(ENTRANCE, 0, 0))
        for layer in model.layers:
            steps: tuple[Step, ...] = ()
            if function is not None:
                node = nodes[id(layer)][0]
                key = (layer.name, 0)
                outputs[key] = tuple(tensor_of(tensor) for tensor in node.output_tensors)
                arguments[key] = Arguments((previous.tensor,))
                steps = (Step(layer.name, 0, (previous,)),)
                previous = Stated(outputs[key][0], Reference(layer.name, 0, 0))
            entries.append(bare_entry(layer, steps))
        layers = tuple(
            self.layer(layer, below(path, layer.name), arguments.get((layer.name, 0))) for layer in model.layers
        )
        ports = (Port(model.layers[-1].name, previous.tensor, previous.reference),) if inputs and layers else ()
        return wire(Plan(tuple(entries), inputs, ports), Flow(outputs, arguments), layers)

    def _planned(self, layer: Any, plan: Plan, path: str, arguments: Arguments | None) -> Graph:
        """The layers of a Pipeline, whose calls Keras does not keep: they follow from its config."""
        plan = entered(plan, arguments)
        flow = Inference([]).propagate(plan, None)
        inside = {sublayer.name: sublayer for sublayer in _sublayers(layer)}
        layers = tuple(
            self.layer(inside[entry.name], below(path, entry.name), flow.arguments.get((entry.name, 0)))
            for entry in plan.entries
            if entry.name in inside
        )
        return wire(plan, flow, layers)

    def _wrapped(self, layer: Any, entry: Entry, path: str, arguments: Arguments | None) -> Graph | None:
        """The layers inside a wrapper, each with one call on what the wrapper feeds it."""
        sublayers = {sublayer.name: sublayer for sublayer in _sublayers(layer)}
        inside = []
        for inner in Inference([]).wrapped(entry, arguments):
            sublayer = sublayers.pop(inner.entry.name, None)
            if sublayer is not None:
                described = self.layer(sublayer, below(path, sublayer.name), inner.arguments)
                outputs = _outputs(sublayer, inner.arguments) or Inference([]).call(inner.entry, inner.arguments)
                inside.append((described, inner.arguments, outputs))
        others = (self.layer(other, below(path, other.name), None) for other in sublayers.values())
        return wrapper_graph(entry.name, entry.class_name, inside, others)

    def _traced(self, layer: Any, inside: Sequence[Any], path: str) -> Graph:
        """The layers of a class of the user's, with the calls that tracing it finds."""
        try:
            with trace(layer) as function:
                called = [op for op in function.operations if not isinstance(op, keras.layers.InputLayer)]
                operations = [*inside, *(op for op in called if not any(op is other for other in inside))]
                return self._functional(layer, function, operations, path)
        except TraceFailed as failure:
            self._note("info", "calls-unknown", path, f"Shown without calls: {failure}")
        layers = tuple(self.layer(sublayer, below(path, sublayer.name), None) for sublayer in inside)
        return Graph(layers)

    def _weights(
        self, variables: Sequence[Any], entry: Entry, layer: Any, arguments: Arguments | None
    ) -> tuple[Weight, ...]:
        """The layer's variables, under the catalog's names where it knows the class, unpacked where they are int4."""
        names = _names(layer, variables)
        found = [
            self._weight(variable, name, bool(variable.trainable))
            for name, variable in zip(names, variables, strict=True)
        ]
        weights = _by_catalog(entry.kind, entry.config, found)
        return as_computed(entry.kind, entry.config, arguments or entry.called_on, weights)[0]

    def _weight(self, variable: Any, name: str, trainable: bool) -> Weight:
        path = self._paths.get(id(variable))
        if path is None:
            path, count = variable.path, 1
            while path in self.variables:
                count += 1
                path = f"{variable.path}#{count}"
            self._paths[id(variable)] = path
            self.variables[path] = variable
        tensor = Tensor(tuple(variable.shape), keras.backend.standardize_dtype(variable.dtype))
        return Weight(path, name, tensor, trainable)

    def _note(self, severity: Severity, code: str, path: str, message: str) -> None:
        self._notes.append(Note(severity, code, path, message))


def _outputs(layer: Any, arguments: Arguments) -> tuple[Tensor, ...]:
    """What Keras says the layer gives when it is called on one tensor; () where it cannot say.

    It cannot for the cells of recurrent layers, which take states as well.
    """
    given = arguments.tensors
    if len(given) != 1 or given[0].shape is None:
        return ()
    try:
        spec = layer.compute_output_spec(keras.KerasTensor(given[0].shape, given[0].dtype))
    except Exception:  # a user's layer may raise anything
        return ()
    return tuple(tensor_of(tensor) for tensor in keras.tree.flatten(spec))


def _sublayers(layer: Any) -> list[Any]:
    """The layers that Keras tracks as attributes of a layer."""
    return list(layer._flatten_layers(include_self=False, recursive=False))


def _own_variables(layer: Any) -> list[Any]:
    """The variables of a layer that belong to no layer inside."""
    inside = {id(variable) for sublayer in _sublayers(layer) for variable in sublayer.weights}
    return [variable for variable in layer.weights if id(variable) not in inside]


def _by_catalog(kind: LayerKind | None, config: Mapping[str, object], weights: list[Weight]) -> tuple[Weight, ...]:
    """The weights under the catalog's names and in its order, those that it does not know of last."""
    held = {weight.name: weight.tensor for weight in weights}
    specs = kind.variables(config, lambda: held) if kind else ()
    found = []
    for spec in specs:
        matching = [weight for weight in weights if f"/{weight.name}".endswith(f"/{spec.name}")]
        if len(matching) == 1:
            found.append(replace(matching[0], name=spec.name))
    paths = {weight.path for weight in found}
    if len(paths) == len(specs):
        return (*found, *(weight for weight in weights if weight.path not in paths))
    if len(specs) == len(weights):
        return tuple(replace(weight, name=spec.name) for spec, weight in zip(specs, weights, strict=True))
    return tuple(weights)


def _names(layer: Any, variables: Sequence[Any]) -> list[str]:
    """The variables' paths below the layer's own name; the last word is the attribute's where Keras has another."""
    inner = layer._flatten_layers() if variables else ()
    attributes = {id(getattr(one, name)): name for one in inner for name in ALSO if hasattr(one, name)}
    names = []
    for variable in variables:
        place, _, own = f"/{variable.path}".rpartition(f"/{layer.name}/")[2].lstrip("/").rpartition("/")
        names.append(below(place, attributes.get(id(variable), own)))
    return names


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
