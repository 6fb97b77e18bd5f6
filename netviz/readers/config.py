"""Config JSON of Keras 1 to 3, taken apart into plans.

Pure: JSON values in, plans out; nothing of the file is run or looked up in Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

from netviz import catalog
from netviz.catalog.keras_1 import MODULE as KERAS_1_MODULE
from netviz.model import Config, Note, Shape, Tensor
from netviz.readers.plan import ENTRANCE, Entry, Plan, Port, Reference, Stated, Step, below, substitute


class PlanReader:
    """Reads serialised layers into entries; what it cannot make sense of goes to `notes`.

    `legacy` reads the form of the HDF5 format, in which classes have no modules, `keras_1` that of Keras 1, where
    the layers had other names for their arguments. `inside` reads what stands in the config of an entry.
    """

    def __init__(self, notes: list[Note], *, legacy: bool = False, keras_1: bool = False, inside: bool = False) -> None:
        self._notes = notes
        self._inside = inside
        self._legacy = legacy
        self._keras_1 = keras_1

    def read_entry(self, serialized: Config, path: str = "") -> Entry:
        """The entry for one serialised layer or model; `path` is where it stands in the model."""
        config = _mapping(serialized.get("config"))
        if isinstance(serialized.get("config"), list):  # a Sequential of Keras 1 and 2.0
            config = {"name": "sequential", "layers": serialized["config"]}
        name = _name(serialized) or _string(config.get("name")) or ""
        class_name, module = _string(serialized.get("class_name")), _string(serialized.get("module"))
        if class_name is not None and (self._legacy or "module" not in serialized) and module is None:
            module = _module_of(class_name, config, self._keras_1)
            class_name = class_name.rpartition(">")[2]  # "package>Class" for one that was registered
        plan = None
        if _is_model(class_name, config):
            layers = [_mapping(layer) for layer in _list(config.get("layers"))]
            if "input_layers" in config:
                plan = self._functional(config, layers, path)
            else:
                plan = self._chain(class_name, config, layers, path)
            config = {key: config[key] for key in config if key not in ("layers", "input_layers", "output_layers")}
        return Entry(
            name=name,
            class_name=class_name,
            module=module,
            config=config if self._inside else without_ids(config),
            kind=catalog.find(class_name, module),
            plan=plan,
            steps=tuple(self._steps(name, serialized.get("inbound_nodes"), path)),
            built=_built_shapes(serialized.get("build_config")),
            shared=shared if isinstance(shared := serialized.get("shared_object_id"), int) else None,
            gives=_given(serialized.get("gives")),
        )

    def _entries(self, layers: Sequence[Config], path: str) -> list[Entry]:
        """The layers in order; where a name stands twice, which Keras refuses, the second gets a number."""
        entries: list[Entry] = []
        names: set[str] = set()
        unnamed = 0
        for layer in layers:
            if isinstance(layer.get("config"), list) and not _name(layer):
                unnamed += 1
                layer = {**layer, "name": f"sequential_{unnamed}"}
            entry = self.read_entry(layer, below(path, _name(layer)))
            name, count = entry.name, 1
            while name in names:
                count += 1
                name = f"{entry.name}#{count}"
            if name != entry.name:
                self._notes.append(
                    Note("warning", "name-twice", below(path, name), f"Two layers have this name; shown as {name}.")
                )
                steps = tuple(replace(step, layer=name) for step in entry.steps)
                entry = replace(entry, name=name, steps=steps)
            names.add(name)
            entries.append(entry)
        return entries

    def _functional(self, config: Config, layers: Sequence[Config], path: str) -> Plan:
        entries = tuple(self._entries(layers, path))
        if any(isinstance(node, list) for layer in layers for node in _list(layer.get("inbound_nodes"))):
            nested = {entry.name for entry in entries if entry.plan}
            entries = tuple(_counted_from_zero(entry, nested) for entry in entries)
        else:
            nested = {entry.name for entry in entries if entry.plan and not _is_chain(entry.plan)}
        outputs = _ports(config.get("output_layers"), nested)
        referred = {stated.reference for entry in entries for step in entry.steps for _, stated in step.feeds()}
        referred.update(port.reference for port in outputs)
        referred_layers = {reference.layer for reference in referred if reference}
        entries = tuple(_with_source_call(entry, referred_layers) for entry in entries)
        return Plan(entries, _ports(config.get("input_layers"), nested), outputs)

    def _chain(self, class_name: str | None, config: Config, layers: Sequence[Config], path: str) -> Plan:
        """A chain as a plan: each layer is called once, on what the one before it gives."""
        if self._keras_1 and layers and layers[0].get("class_name") == "Merge":
            return self._merged_chain(layers, path)
        entries = self._entries(layers, path)
        name, dtype, shape = "input", None, as_shape(config.get("build_input_shape"))
        if entries and entries[0].class_name == "InputLayer":
            first = entries.pop(0)
            name = first.name
            dtype = _string(first.config.get("dtype"))
            shape = as_shape(first.config.get("batch_shape", first.config.get("batch_input_shape")))
        elif entries and shape is None:
            shape, dtype = _entered_by(entries[0])
        if shape is None and class_name == "Sequential" and not any(entry.built for entry in entries):
            self._notes.append(
                Note(
                    "warning",
                    "unbuilt",
                    path,
                    "Not built, so without shapes and weights: it was saved before its first call.",
                )
            )
            return Plan(tuple(entries), (), ())
        entering = Port(name, Tensor(shape, dtype), Reference(ENTRANCE, 0, 0))
        chained, outputs = _chained(entries, Stated(entering.tensor, entering.reference))
        return Plan(tuple(chained), (entering,), outputs)

    def _merged_chain(self, layers: Sequence[Config], path: str) -> Plan:
        """A chain of Keras 1 whose first layer merges what models in its own config give, each with its inputs."""
        heads = [_mapping(head) for head in _list(_mapping(layers[0].get("config")).get("layers"))]
        entries = self._entries([*heads, *layers], path)
        inputs: list[Port] = []
        branches = []
        for entry in entries[: len(heads)]:
            ends = entry.plan.inputs if entry.plan else (Port(entry.name, Tensor(*_entered_by(entry)), None),)
            taken = [
                replace(end, reference=Reference(ENTRANCE, 0, len(inputs) + place)) for place, end in enumerate(ends)
            ]
            given: list[object] = [Stated(end.tensor, end.reference) for end in taken]
            branches.append(replace(entry, steps=(Step(entry.name, 0, tuple(given) if len(given) == 1 else (given,)),)))
            inputs += taken
        merge, *others = entries[len(heads) :]
        merge = replace(merge, config={key: value for key, value in merge.config.items() if key != "layers"})
        merged = [Stated(Tensor(None), Reference(branch.name, 0, 0)) for branch in branches]
        chained, outputs = _chained([merge, *others], merged)
        return Plan((*branches, *chained), tuple(inputs), outputs)

    def _steps(self, name: str, nodes: object, path: str) -> Iterator[Step]:
        if not isinstance(nodes, list):
            return
        for index, node in enumerate(nodes):
            if isinstance(node, Mapping) and isinstance(node.get("args"), list):
                args = tuple(_parse(value) for value in node["args"])
                kwargs = {str(key): _parse(value) for key, value in _mapping(node.get("kwargs")).items()}
                yield Step(name, index, args, kwargs)
            elif isinstance(node, list) and node:
                yield _step_of_keras_2(name, index, node)
            else:
                self._notes.append(
                    Note("warning", "call-unreadable", path, "A call of this layer is written in an unknown form.")
                )


MODEL_MODULES = {"Functional": "keras.src.models.functional", "Sequential": "keras", "Model": "keras"}
"""The modules that Keras 3 writes with its models."""


def _entered_by(entry: Entry) -> tuple[Shape | None, str | None]:
    """Shape and dtype of what enters a chain, as its first layer states them: Keras 1 has `input_dtype`."""
    config = entry.config
    return as_shape(config.get("batch_input_shape")), _string(config.get("input_dtype", config.get("dtype")))


def _chained(entries: Sequence[Entry], first: object) -> tuple[list[Entry], tuple[Port, ...]]:
    """The entries, each called once on what the one before gives, the first on `first`; and what comes out."""
    chained = []
    outputs: tuple[Port, ...] = ()
    for entry in entries:
        chained.append(replace(entry, steps=(Step(entry.name, 0, (first,)),)))
        reference = Reference(entry.name, 0, 0)
        first, outputs = Stated(Tensor(None), reference), (Port(entry.name, Tensor(None), reference),)
    return chained, outputs


def is_keras_1(version: str | None, config: Config) -> bool:
    """Whether a config is of Keras 1, by the stated version; before 1.1 none was, but `input_dtype` is an argument."""
    return version.startswith("1.") if version else _holds_key(config, "input_dtype")


def _holds_key(value: object, key: str) -> bool:
    if isinstance(value, Mapping):
        return key in value or any(_holds_key(item, key) for item in value.values())
    return isinstance(value, list) and any(_holds_key(item, key) for item in value)


def _module_of(class_name: str, config: Config, keras_1: bool) -> str | None:
    """Where Keras has a class that is written without its module; None for a class that it has not.

    Operations are told from layers of the same name by their config, which lacks the settings of layers. A class of
    the user's that is called like one of Keras's is taken for that one, as Keras takes it.
    """
    if class_name in MODEL_MODULES:
        return MODEL_MODULES[class_name]
    if keras_1:
        return KERAS_1_MODULE if catalog.find(class_name, KERAS_1_MODULE) else None
    homes = ("keras.layers", "keras.ops") if "trainable" in config else ("keras.ops", "keras.layers")
    return next((home for home in homes if catalog.find(class_name, home)), None)


CHAINS = ("Sequential", "Pipeline")
"""Classes of Keras that call their layers one after the other."""


def _is_model(class_name: str | None, config: Config) -> bool:
    """Whether a config is that of a Functional or Sequential model, or of a subclass that is written like one.

    Other classes may have a setting `layers`, too.
    """
    layers = config.get("layers")
    if not isinstance(layers, list):
        return False
    if "input_layers" in config and "output_layers" in config:
        return True
    return class_name in CHAINS or ("build_input_shape" in config and all(map(_is_layer, layers)))


def _is_chain(plan: Plan) -> bool:
    """Whether it is the plan of a chain, into which tensors come from outside and not from layers of its own."""
    return all(port.reference and port.reference.layer is ENTRANCE for port in plan.inputs)


def _is_layer(value: object) -> bool:
    return isinstance(value, Mapping) and "class_name" in value and isinstance(value.get("config"), Mapping)


def _with_source_call(entry: Entry, referred: set[str | None]) -> Entry:
    """The entry, with one call without inputs where others use its output but no call is listed."""
    if entry.steps or (entry.class_name != "InputLayer" and entry.name not in referred):
        return entry
    return replace(entry, steps=(Step(entry.name, 0),))


def _step_of_keras_2(name: str, index: int, node: list[object]) -> Step:
    """A call as Keras 2 writes it: `[layer, call, tensor, {keywords}]` per tensor, without shapes.

    Among the keywords a tensor is written `[layer, call, tensor]`.
    """
    tensors = [node] if isinstance(node[0], str) else node
    args: list[object] = []
    keywords: Config = {}
    for item in tensors:
        if _is_reference(item):
            constant = item[0] == "_CONSTANT_VALUE"
            args.append(item[2] if constant else Stated(Tensor(None), _reference(item)))
            keywords = keywords or (_mapping(item[3]) if len(item) > 3 else {})
    kwargs = {str(key): _parse_of_keras_2(value) for key, value in keywords.items()}
    return Step(name, index, tuple(args) if len(args) == 1 else (args,), kwargs)


def _counted_from_zero(entry: Entry, nested: set[str]) -> Entry:
    """The entry of a Keras 2 model with the calls of nested models counted from 0.

    Keras 2 counts them from 1: their first is the one on their own inputs.
    """

    def shifted(value: Stated) -> Stated:
        reference = value.reference
        if reference is None or reference.layer not in nested:
            return value
        return Stated(value.tensor, reference._replace(call=max(0, reference.call - 1)))

    def shift(step: Step) -> Step:
        args = tuple(substitute(value, shifted) for value in step.args)
        return replace(step, args=args, kwargs={key: substitute(value, shifted) for key, value in step.kwargs.items()})

    return replace(entry, steps=tuple(map(shift, entry.steps)))


def _parse_of_keras_2(value: object) -> object:
    reference = _reference(value)
    if reference is not None:
        return Stated(Tensor(None), reference)
    return [_parse_of_keras_2(item) for item in value] if isinstance(value, list) else value


def _parse(value: object) -> object:
    """An argument as it stands in the file, with `Stated` for each serialised Keras tensor in it."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            config = _mapping(value.get("config"))
            tensor = Tensor(as_shape(config.get("shape")), _string(config.get("dtype")))
            return Stated(tensor, _reference(config.get("keras_history")))
        return {key: _parse(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_parse(item) for item in value]
    return value


def _ports(structure: object, nested: set[str]) -> tuple[Port, ...]:
    """The ends that `input_layers` or `output_layers` names: `[name, call, tensor]` in lists or dicts of any depth.

    Dicts are taken in the order of their keys, as Keras does wherever it flattens one. The calls of the `nested`
    models are counted from 1 here: Keras 3 does so for Functional ones, and counts from 0 everywhere else.
    """
    ports: list[Port] = []

    def visit(value: object, key: str | None) -> None:
        if _is_reference(value):
            reference = _reference(value)
            if reference is not None:
                if reference.layer in nested:
                    reference = reference._replace(call=max(0, reference.call - 1))
                ports.append(Port(key or str(reference.layer), Tensor(None), reference))
        elif isinstance(value, Mapping):
            for name in sorted(value):
                visit(value[name], str(name))
        elif isinstance(value, list):
            for item in value:
                visit(item, key)

    visit(structure, None)
    return tuple(ports)


def _is_reference(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list) and len(value) >= 3 and isinstance(value[0], str)


def _reference(value: object) -> Reference | None:
    if _is_reference(value) and isinstance(value[1], int) and isinstance(value[2], int):
        return Reference(str(value[0]), value[1], value[2])
    return None


def _built_shapes(build_config: object) -> tuple[Shape | None, ...]:
    """The input shapes in a layer's `build_config`, one per tensor of the first argument."""
    config = _mapping(build_config)
    shapes = config.get("shapes_dict")
    value = next(iter(shapes.values()), None) if isinstance(shapes, Mapping) else config.get("input_shape")
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        return tuple(as_shape(item) for item in value)
    return (as_shape(value),) if isinstance(value, list) else ()


def _given(tensors: object) -> tuple[Tensor, ...]:
    """What a reader has found that a layer gave; no file writes that into a config."""
    return tensors if isinstance(tensors, tuple) and all(isinstance(item, Tensor) for item in tensors) else ()


def as_shape(value: object) -> Shape | None:
    """A shape from JSON, or None where the value is none: only counts and null make axes."""
    if not isinstance(value, list | tuple):
        return None
    axes: list[int | None] = []
    for axis in value:
        if axis is None or (isinstance(axis, int) and not isinstance(axis, bool) and axis >= 0):
            axes.append(axis)
        else:
            return None
    return tuple(axes)


def without_ids(config: Config) -> dict[str, object]:
    """The config without `shared_object_id`, which is a memory address of the process that saved the file."""
    return {key: _clean(value) for key, value in config.items() if key != "shared_object_id"}


def _clean(value: object) -> object:
    if isinstance(value, dict):
        return without_ids(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


def _name(serialized: Config) -> str:
    return _string(serialized.get("name")) or _string(_mapping(serialized.get("config")).get("name")) or ""


def _mapping(value: object) -> Config:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
