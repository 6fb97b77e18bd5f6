"""A live Keras model as a `Model`: what Keras itself says of layers, calls and shapes.

With `trace` the only importer of keras. It reads what is there: a model that is not built is not built here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import keras
import numpy as np

from netviz.catalog.dtypes import policy_name
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.errors import NetvizError, UsageError
from netviz.model import Graph, Layer, Model, Note, Severity, Source, Tensor, Weight
from netviz.readers.archive import size_of
from netviz.readers.infer import Inference, entered, wrapped_layers
from netviz.readers.plan import ENTRANCE, Entry, Plan, PlanReader, Port, Reference, Stated, Step, below
from netviz.readers.trace import TraceFailed, trace
from netviz.readers.wiring import CallKey, Flow, Outputs, wire
from netviz.readers.wrapped import wrapper_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_REASON = 240
"""Characters of Keras's own message that are passed on; it may hold a whole config."""

HOW_TO_BUILD = (
    "The model is not built, so it has no shapes and no weights yet: call model.build((None, …)) with the shape of its "
    "input, or the model itself on a batch of data."
)


def read_live(model: object) -> Model:
    """The `Model` of a live Keras model, built or not; raises UsageError for any other object."""
    if not isinstance(model, keras.Model):
        kind = f"{type(model).__module__}.{type(model).__qualname__}"
        raise UsageError(f"a {kind} cannot be inspected", "Give a file's path, a keras.Model or an inspected model.")
    notes: list[Note] = []
    reader = LiveReader(notes)
    root = reader.layer(model, "", None)
    optimizer = reader.optimizer(model)
    if not model.built:
        notes.append(Note("warning", "unbuilt", "", HOW_TO_BUILD))
    source = Source(None, "live", keras.__version__, "live")
    return Model(root, source, tuple(notes), optimizer, LiveStore(reader.variables))


def load_and_read(path: Path) -> Model:
    """The model in a file as Keras loads it (safe_mode on); raises NetvizError with Keras's own reason."""
    try:
        model = keras.saving.load_model(path, safe_mode=True)
    except Exception as error:  # whatever the code in Keras and in registered classes raises
        raise NetvizError(
            f"{path}: Keras {keras.__version__} cannot load it: {_reason(error)}",
            "Without --load (load=False) netviz reads the file itself. Keras needs classes of your own to be imported, "
            "and refuses code in the file (a Lambda).",
        ) from error
    live = read_live(model)
    source = Source(str(path), "keras-v3", keras.__version__, "loaded", size_of(path))
    return replace(live, source=source)


@dataclass(slots=True)
class LiveStore:
    """Values of a live model's variables. They are not pickled with the model."""

    _variables: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[type[LiveStore], tuple[()]]:
        return LiveStore, ()

    def read(self, weight: Weight) -> NDArray[np.generic]:
        """The values of `weight` now; raises NetvizError where the live model is no longer at hand."""
        if weight.path not in self._variables:
            raise NetvizError(
                f"the values of {weight.path} are not at hand: they stayed with the live model",
                "Inspect the live model again, or save it and inspect the file.",
            )
        values = keras.ops.convert_to_numpy(self._variables[weight.path])
        if weight.tensor.dtype == "bfloat16":
            values = values.astype(np.float32)
        return cast("NDArray[np.generic]", values)

    def blocks(self, weight: Weight) -> Iterator[NDArray[np.generic]]:
        """All of the values at once: they are in memory already."""
        yield self.read(weight)


class LiveReader:
    """Reads live layers; gathers their variables in `variables`, by the paths the weights carry."""

    def __init__(self, notes: list[Note]) -> None:
        self.variables: dict[str, Any] = {}
        self._paths: dict[int, str] = {}
        self._notes = notes
        self._plans = PlanReader([])  # what a config leaves open, the live layer tells

    def layer(self, layer: Any, path: str, arguments: Arguments | None) -> Layer:
        """The `Layer` of a live layer, model or operation; `arguments` are those of its first call."""
        entry = self._entry(layer, path)
        graph, owned = self._graph(layer, entry, path, arguments)
        return Layer(
            path=path,
            name=entry.name,
            class_name=entry.class_name,
            module=entry.module,
            config=entry.config,
            weights=self._weights(owned, entry.kind, entry.config, layer),
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
        plan, flow = _plan_of(function, operations)
        layers = tuple(
            self.layer(operation, below(path, operation.name), flow.arguments.get((operation.name, 0)))
            for operation in operations
        )
        return wire(plan, flow, layers)

    def _sequential(self, model: Any, path: str) -> Graph:
        """A chain: each layer once, on what the one before it gave. Masks, which Keras passes along, are left out."""
        function = getattr(model, "_functional", None)
        nodes = _own_nodes(function) if function is not None else {}
        entries, outputs, arguments = [], {}, {}
        inputs: tuple[Port, ...] = ()
        entering = Tensor(None)
        if function is not None:
            first = function.inputs[0]
            entering = _tensor(first)
            inputs = (Port(first._keras_history.operation.name, entering, Reference(ENTRANCE, 0, 0)),)
        previous = Stated(entering, Reference(ENTRANCE, 0, 0))
        for layer in model.layers:
            steps: tuple[Step, ...] = ()
            if function is not None:
                node = nodes[id(layer)][0]
                key = (layer.name, 0)
                outputs[key] = tuple(_tensor(tensor) for tensor in node.output_tensors)
                arguments[key] = Arguments((previous.tensor,))
                steps = (Step(layer.name, 0, (previous,)),)
                previous = Stated(outputs[key][0], Reference(layer.name, 0, 0))
            entries.append(_bare_entry(layer, steps))
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
        for inner in wrapped_layers(entry, arguments):
            sublayer = sublayers.pop(inner.entry.name, None)
            if sublayer is not None:
                described = self.layer(sublayer, below(path, sublayer.name), inner.arguments)
                outputs = _outputs(sublayer, inner.arguments) or Inference([]).call(inner.entry, inner.arguments)
                inside.append((described, inner.arguments, outputs))
        others = (self.layer(other, below(path, other.name), None) for other in sublayers.values())
        return wrapper_graph(entry.name, inside, others)

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
        self,
        variables: Sequence[Any],
        kind: LayerKind | None,
        config: Mapping[str, object],
        layer: Any,
    ) -> tuple[Weight, ...]:
        named = _named_by_catalog(kind, config, variables) or list(
            zip(_names(layer, variables), variables, strict=True)
        )
        return tuple(self._weight(variable, name, bool(variable.trainable)) for name, variable in named)

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


def _plan_of(function: Any, operations: Sequence[Any]) -> tuple[Plan, Flow]:
    """The calls among the operations of a Function as a plan, and the tensors that Keras says flow."""
    nodes = _own_nodes(function)
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
        return Stated(_tensor(tensor), Reference(*key, history.tensor_index) if key else None)

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
            outputs[operation.name, place] = tuple(_tensor(tensor) for tensor in node.output_tensors)
            arguments[operation.name, place] = step.resolve(lambda value: value.tensor)
        entries.append(_bare_entry(operation, tuple(steps)))
    inputs = tuple(_ports(function._inputs_struct, stated))
    return Plan(tuple(entries), inputs, tuple(_ports(function._outputs_struct, stated))), Flow(outputs, arguments)


def _entrances(function: Any, operations: Iterable[Any]) -> dict[int, int]:
    """The operations that stand for the function's inputs and are not among those shown, by their place."""
    shown = {id(operation) for operation in operations}
    sources = [tensor._keras_history.operation for tensor in function.inputs]
    return {id(source): place for place, source in enumerate(sources) if id(source) not in shown}


def _own_nodes(function: Any) -> dict[int, list[Any]]:
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


def _bare_entry(operation: Any, steps: tuple[Step, ...]) -> Entry:
    return Entry(operation.name, type(operation).__name__, None, {}, None, steps=steps)


def _tensor(tensor: Any) -> Tensor:
    return Tensor(tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype))


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
    return tuple(_tensor(tensor) for tensor in keras.tree.flatten(spec))


def _sublayers(layer: Any) -> list[Any]:
    """The layers that Keras tracks as attributes of a layer."""
    return list(layer._flatten_layers(include_self=False, recursive=False))


def _own_variables(layer: Any) -> list[Any]:
    """The variables of a layer that belong to no layer inside."""
    inside = {id(variable) for sublayer in _sublayers(layer) for variable in sublayer.weights}
    return [variable for variable in layer.weights if id(variable) not in inside]


def _named_by_catalog(
    kind: LayerKind | None, config: Mapping[str, object], variables: Sequence[Any]
) -> list[tuple[str, Any]] | None:
    """The variables under the catalog's names and in its order; None where they are not the ones it knows."""
    specs = kind.weights(config) if kind else ()
    if len(specs) != len(variables):
        return None
    named = []
    for spec in specs:
        matching = [variable for variable in variables if f"/{variable.path}".endswith(f"/{spec.name}")]
        if len(matching) != 1:
            return [(spec.name, variable) for spec, variable in zip(specs, variables, strict=True)]
        named.append((spec.name, matching[0]))
    return named


def _names(layer: Any, variables: Sequence[Any]) -> list[str]:
    """The variables' paths below the layer's own name."""
    return [f"/{variable.path}".rpartition(f"/{layer.name}/")[2].lstrip("/") for variable in variables]


def _reason(error: BaseException) -> str:
    """What went wrong first: Keras wraps an error in others that only say that something did."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0] if lines else type(error).__name__
    return reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON]}…"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
