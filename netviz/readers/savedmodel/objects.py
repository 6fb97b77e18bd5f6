"""The objects that were saved: which holds which under what name, and the variables among them.

Source: tensorflow/core/protobuf/saved_object_graph.proto. What the key of a variable's values is stands in another
graph, that of the checkpoint; TensorFlow finds it by going both ways at once, by names, and so does `keys_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Tensor
from netviz.readers.guards import GUARDS, ProtobufLimits
from netviz.readers.savedmodel.calls import CALL, Traced, traced
from netviz.readers.savedmodel.messages import tensor_of
from netviz.readers.savedmodel.wire import Record

BESIDE = frozenset({
    "variables", "trainable_variables", "non_trainable_variables", "regularization_losses", "_all_variables",
    "_misc_assets", "keras_api", "signatures", "__call__", "call_and_return_all_conditional_losses",
    "call_and_return_conditional_losses", "_default_save_signature",
})  # fmt: skip
"""What a saved object holds beside its own attributes: functions, and lists of what the attributes hold anyway."""

CONTAINERS = ("trackable_list_wrapper", "trackable_dict_wrapper", "trackable_tuple_wrapper")
"""Lists, dicts and tuples of Python."""

METRIC = "_tf_keras_metric"
"""The identifier of a metric; that of a layer or a model begins the same."""

OPTIMIZERS = ("optimizer", "experimentalOptimizer")
"""Optimizers until Keras 2.10, and since."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A saved variable; `name` is what TensorFlow calls it, `key` where its values stand, None where nothing says."""

    name: str
    tensor: Tensor
    trainable: bool
    key: str | None


@dataclass(frozen=True, slots=True)
class SavedObject:
    """One saved object. `children` are (name, number of the object), `slots` an optimizer's (name, number)."""

    identifier: str = ""
    metadata: str = ""
    children: tuple[tuple[str, int], ...] = ()
    slots: tuple[tuple[str, int], ...] = ()
    functions: tuple[str, ...] = ()
    variable: Variable | None = None

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer or model of Keras 2."""
        return self.identifier.startswith("_tf_keras_") and self.identifier != METRIC

    @property
    def is_container(self) -> bool:
        """Whether it is a list, dict or tuple."""
        return self.identifier in CONTAINERS


@dataclass(frozen=True)
class ObjectGraph:
    """The saved objects by number; the first is the model. `functions` has what they compute, by name, unread.

    `file` is where they are stated; it is for errors, which come up when the objects are gone through.
    """

    file: Path
    objects: tuple[SavedObject, ...] = ()
    functions: Mapping[str, memoryview] = field(default_factory=dict, repr=False)
    most_steps: int = GUARDS.protobuf.steps
    _steps: list[int] = field(default_factory=lambda: [0], repr=False, compare=False)

    def __getitem__(self, number: int) -> SavedObject:
        return self.objects[number] if 0 <= number < len(self.objects) else SavedObject()

    def __bool__(self) -> bool:
        return bool(self.objects)

    def child(self, number: int, *names: str) -> int | None:
        """The number of the child under the first of the names that there is, None where there is none."""
        children = dict(self[number].children)
        return next((children[name] for name in names if name in children), None)

    def inside(self, number: int, *, through_objects: bool) -> Iterator[tuple[str, int]]:
        """The variables and objects that belong to an object, nearest first, as (path, number).

        Lists and dicts are seen through, with `through_objects` also what is no layer. Layers are not looked into,
        optimizers, metrics and what `BESIDE` names are left out.
        """
        level, seen = [("", number)], {number}
        while level:
            following = []
            for path, outer in level:
                self._walk(self[outer].children)
                for name, inner in self[outer].children:
                    if inner in seen or self._is_aside(outer, name, inner):
                        continue
                    seen.add(inner)
                    held, place = self[inner], f"{path}/{name}" if path else name
                    if held.is_container or (through_objects and not held.is_layer and held.variable is None):
                        following.append((place, inner))
                    else:
                        yield place, inner
            level = following

    def call(self, number: int) -> Traced | None:
        """What an object was called on and gave; None where TensorFlow saved no call of it."""
        function = self.child(number, CALL)
        return None if function is None else traced(self[function].functions, self.functions)

    def listed(self, number: int, name: str) -> list[int] | None:
        """The variables that an object lists under a name such as "variables", in order; None where it has no list."""
        found = self.child(number, name)
        if found is None:
            return None
        self._walk(self[found].children)
        return [inner for _, inner in self[found].children if self[inner].variable is not None]

    def below(self, *numbers: int) -> Iterator[int]:
        """Every variable under objects, their slots included."""
        stack, seen = list(reversed(numbers)), set(numbers)
        while stack:
            held = self[stack.pop()]
            self._walk(held.children)
            for _, inner in (*held.children, *held.slots):
                if inner in seen:
                    continue
                seen.add(inner)
                if self[inner].variable is not None:
                    yield inner
                else:
                    stack.append(inner)

    @cached_property
    def holding(self) -> frozenset[int]:
        """The objects that are variables, or hold one somewhere inside."""
        owners: dict[int, list[int]] = {}
        for number, held in enumerate(self.objects):
            for _, inner in held.children:
                owners.setdefault(inner, []).append(number)
        stack = [number for number, held in enumerate(self.objects) if held.variable is not None]
        found = set(stack)
        while stack:
            for owner in owners.get(stack.pop(), ()):
                if owner not in found:
                    found.add(owner)
                    stack.append(owner)
        return frozenset(found)

    @cached_property
    def metrics(self) -> frozenset[int]:
        """The variables of metrics, which are no weights of the model."""
        metrics = [number for number, held in enumerate(self.objects) if held.identifier == METRIC]
        return frozenset(self.below(*metrics))

    @cached_property
    def optimizers(self) -> Mapping[int, None]:
        """The optimizers in order: that of the model, and those that its class keeps for itself."""
        found = [number for number, held in enumerate(self.objects) if held.identifier in OPTIMIZERS]
        own = self.child(0, "optimizer")
        return dict.fromkeys((*([] if own is None or self[own].is_layer else [own]), *found))

    def refused(self, reason: str) -> SourceError:
        """The error that gives up on these objects."""
        return SourceError(f"{self.file}: {reason}", "Copy or download the folder again.")

    def _walk(self, children: tuple[tuple[str, int], ...]) -> None:
        """Counts what is looked at; raises SourceError where objects hold one another so that there is no end to it."""
        self._steps[0] += len(children)
        if self._steps[0] > self.most_steps:
            raise self.refused("its objects hold one another in more ways than those of any model")

    def _is_aside(self, outer: int, name: str, inner: int) -> bool:
        """Whether a child is no part of the model: listed beside, a metric, or an optimizer."""
        if self[inner].identifier == METRIC or inner in self.optimizers:
            return True
        return name in BESIDE and not self[outer].is_container


def read_objects(
    file: Path, record: Record, keys: Mapping[int, str], limits: ProtobufLimits = GUARDS.protobuf
) -> ObjectGraph:
    """The objects of a message in that file; `keys` are those of the variables' values by number."""
    objects = tuple(_object(node, keys.get(number)) for number, node in enumerate(record.get("nodes", ())))
    functions = {entry.get("key", ""): entry.get("value", memoryview(b"")) for entry in record.get("functions", ())}
    return ObjectGraph(file, objects, functions, limits.steps)


def _object(node: Record, key: str | None) -> SavedObject:
    user = node.get("user", {})
    variable = None
    if "variable" in node:
        stated = node["variable"]
        name = stated.get("name", "").removesuffix(":0")
        variable = Variable(name, tensor_of(stated), stated.get("trainable", False), key)
    return SavedObject(
        identifier=user.get("identifier", ""),
        metadata=user.get("metadata", ""),
        children=tuple(_references(node.get("children", ()))),
        slots=tuple((slot.get("name", ""), slot.get("id", 0)) for slot in node.get("slots", ())),
        functions=tuple(node.get("function", {}).get("concrete", ())),
        variable=variable,
    )


def _references(children: Iterable[Record]) -> Iterator[tuple[str, int]]:
    return ((child.get("name", ""), child.get("id", 0)) for child in children)


def keys_of(objects: Record, checkpoint: Record) -> dict[int, str]:
    """The key of each variable's values by its number: both graphs are gone through from the root, by names.

    An optimizer's slots are found by the variable they are for. Source: tensorflow.python.checkpoint.restore.
    """
    nodes, stored = objects.get("nodes", ()), checkpoint.get("nodes", ())
    partner: dict[int, int] = {0: 0} if nodes and stored else {}
    queue = [0] if partner else []
    for number in queue:  # grows while it is gone through
        others = dict(_references(stored[partner[number]].get("children", ())))
        for name, inner in _references(nodes[number].get("children", ())):
            other = others.get(name)
            if inner in partner or other is None or not (0 <= inner < len(nodes) and 0 <= other < len(stored)):
                continue
            partner[inner] = other
            queue.append(inner)
    for number in queue:
        slots = {
            (slot.get("original", 0), slot.get("name", "")): slot.get("id", 0)
            for slot in stored[partner[number]].get("slots", ())
        }
        for slot in nodes[number].get("slots", ()):
            other = slots.get((partner.get(slot.get("original", 0), -1), slot.get("name", "")))
            if other is not None and 0 <= other < len(stored):
                partner.setdefault(slot.get("id", 0), other)
    keys: dict[int, str] = {}
    for number, other in partner.items():
        attributes = {item.get("name"): item.get("key") for item in stored[other].get("attributes", ())}
        key = attributes.get("VARIABLE_VALUE")
        if key is not None:
            keys[number] = key
    return keys
