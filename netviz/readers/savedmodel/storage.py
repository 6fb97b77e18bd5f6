"""The variables of a SavedModel, handed out to layers through the objects that hold them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.naming import group_names
from netviz.model import Config, Graph, Layer, Note, Weight
from netviz.readers.build import LayerBuilder
from netviz.readers.config import PlanReader
from netviz.readers.guards import GUARDS
from netviz.readers.infer import Inference
from netviz.readers.plan import below
from netviz.readers.savedmodel.calls import Traced
from netviz.readers.savedmodel.distinct import Distinct
from netviz.readers.savedmodel.metadata import built_on, serialized
from netviz.readers.savedmodel.objects import ObjectGraph

NUMBER = "\x1f"
"""Before the number of an object in a location, where no name can have it."""

LOST = "\x1fnone"
"""The location of a layer that no object stands for."""


class ObjectStorage:
    """The variables of saved objects; remembers which were claimed.

    A location begins with the number of an object ("" is the first), and may go on by names of attributes:
    those that the catalog has for what is inside a wrapper. `stated` is what Keras states of each object, by number.
    """

    def __init__(
        self,
        objects: ObjectGraph,
        stated: Mapping[int, Config],
        notes: list[Note],
        most: int = GUARDS.protobuf.layers,
    ) -> None:
        self._objects = objects
        self._stated = stated
        self._notes = notes
        self._claimed: set[int] = set()
        self._open: set[int] = set()
        self._shown = 0
        self._most = most
        self.calls: dict[str, Traced] = {}
        """What layers were called on, by their paths, where no config tells of calls."""

    @property
    def holds_weights(self) -> bool:
        return any(saved.variable is not None for saved in self._objects.objects)

    def name(self, location: str) -> str:
        """The name that Keras states for the object at a location, or ""."""
        number = self._resolve(location)
        return "" if number is None else str(self._stated.get(number, {}).get("name") or "")

    def locate(self, members: Sequence[tuple[str, str]], container: str, repeated: Collection[str] = ()) -> list[str]:
        """The location of each member (class, name) of a container: the layer of that name among those it holds."""
        outer = self._resolve(container.removesuffix("layers").rstrip("/"))
        named = {} if outer is None else self._named(outer)
        return [f"{NUMBER}{named[name]}" if name in named else LOST for _, name in members]

    def weights(self, kind: LayerKind | None, config: Config, location: str, trainable: bool) -> tuple[Weight, ...]:
        """The layer's own variables, named by the catalog where it knows the class, else by the attributes.

        Which of them are trainable each of them states.
        """
        number = self._resolve(location)
        if number is None:
            return ()
        found: dict[int, str] = {}
        for spec in kind.weights(config) if kind else ():
            place = spec.location.rpartition("vars/")[0].rstrip("/")
            owner = self._resolve(below(location, place) if place else location)
            variable = None if owner is None else self._variable(owner, spec.name.rpartition("/")[2])
            if variable is not None:
                found.setdefault(variable, spec.name)
        apart = {
            variable
            for copy in (kind.copies if kind else ())
            if (variable := self._objects.child(number, COPIES.get(copy, ""))) is not None
        }
        whole = kind is not None and kind.children is None  # what is inside such a layer is counted as its own
        for variable, name in self._own(number, whole).items():
            if variable not in apart:
                found.setdefault(variable, name)
        self._claimed |= found.keys() | apart
        return self._as_weights(found, trainable)

    def tree(self, location: str, path: str, trainable: bool) -> tuple[Layer, ...]:
        """The layers that an object holds: those of Keras with what it states of them, others without a class."""
        number = self._resolve(location)
        if number is None or number in self._open:
            return ()
        self._open.add(number)  # objects may hold one another
        layers: list[Layer] = []
        distinct = Distinct()
        for name, inner in self._members(number):
            unique = distinct(str(self._stated.get(inner, {}).get("name") or self._called(inner, name)))
            layers.append(self._layer(inner, unique, below(path, unique), trainable))
        self._open.discard(number)
        return tuple(layers)

    def optimizer(self) -> tuple[Weight, ...]:
        """The variables of the optimizers, in the order in which these hold them."""
        found: dict[int, str] = {}
        for variable in self._objects.below(*self._objects.optimizers):
            held = self._objects[variable].variable
            if variable not in self._claimed and held is not None:
                found[variable] = held.name
        self._claimed |= found.keys()
        return self._as_weights(found, False)

    def unclaimed(self) -> list[str]:
        """The variables that no layer has taken, of those that Keras lists as the model's where it does."""
        return self._keys(number for number in self._left() if self._counted is None or number in self._counted)

    def aside(self) -> list[str]:
        """The variables that are saved with a model of Keras, but not among its weights, as those of generators."""
        return [] if self._counted is None else self._keys(self._left() - self._counted)

    def _left(self) -> set[int]:
        """The variables that nobody has taken, but for those of metrics and second copies."""
        held = {number for number, saved in enumerate(self._objects.objects) if saved.variable is not None}
        return held - self._claimed - self._objects.metrics

    @cached_property
    def _counted(self) -> frozenset[int] | None:
        """The variables that Keras lists as the model's, None where it lists none."""
        listed = self._objects.listed(0, "variables") if self._objects[0].is_layer else None
        return None if listed is None else frozenset(listed)

    def _keys(self, numbers: Iterable[int]) -> list[str]:
        variables = (self._objects[number].variable for number in numbers)
        return sorted(variable.key or variable.name for variable in variables if variable)

    def description(self, number: int) -> dict[str, object]:
        """A layer as Keras serialises it, and with it what is stated of it and the layers inside at the objects.

        That is: the shapes that it was built on, and what a call of it gave.
        """
        return self._described(number, serialized(self._stated.get(number, {})), set())

    def _described(self, number: int, written: dict[str, object], outer: set[int]) -> dict[str, object]:
        built, call = built_on(self._stated.get(number, {})), self._objects.call(number)
        if built:
            written.setdefault("build_config", built)
        if call is not None:
            written["gives"] = call.outputs
        config = written.get("config")
        layers = config.get("layers") if isinstance(config, dict) else None
        if isinstance(config, dict) and isinstance(layers, list) and number not in outer:
            named = self._named(number)
            written["config"] = {**config, "layers": [self._inside(layer, named, {*outer, number}) for layer in layers]}
        return written

    def _inside(self, written: object, named: Mapping[str, int], outer: set[int]) -> object:
        """A layer in the config of a model, with what is stated of it at its object."""
        if not isinstance(written, dict):
            return written
        config = written.get("config")
        name = written.get("name") or (config.get("name") if isinstance(config, dict) else None)
        number = named.get(str(name))
        return written if number is None else self._described(number, dict(written), outer)

    def _layer(self, number: int, name: str, path: str, trainable: bool) -> Layer:
        self._shown += 1
        if self._shown > self._most:
            raise self._objects.refused(f"its objects make over {self._most:,} layers")
        call = self._objects.call(number)
        location = f"{NUMBER}{number}"
        if self._stated.get(number):
            entry = PlanReader(self._notes, legacy=True).read_entry(self.description(number), path)
            arguments = Arguments(tuple(tensor for _, tensor in call.inputs)) if call else entry.called_on
            layer = LayerBuilder(self, self._notes).build(entry, path, location, arguments, trainable)
            layer = layer if layer.name == name else replace(layer, name=name)
            if call is None and arguments.tensors:
                given = Inference([]).call(entry, arguments)
                inputs = tuple((str(place), tensor) for place, tensor in enumerate(arguments.tensors))
                call = Traced(inputs, given) if given else None
        else:
            weights = self.weights(None, {}, location, trainable)
            inner = self.tree(location, path, trainable)
            layer = Layer(path, name, None, None, {}, weights, trainable, graph=Graph(inner) if inner else None)
        if call is not None:
            self.calls[path] = call
        return layer

    def _members(self, number: int) -> list[tuple[str, int]]:
        """What an object holds that is a layer or holds variables; where Keras lists the layers, in its order."""
        found = [
            (name, inner)
            for name, inner in self._objects.inside(number, through_objects=self._objects[number].is_layer)
            if self._objects[inner].variable is None
            and (self._objects[inner].is_layer or inner in self._objects.holding)
        ]
        lists = self._objects.child(number, "keras_api")
        listed = None if lists is None else self._objects.child(lists, "layers")
        order = (
            {} if listed is None else {inner: place for place, (_, inner) in enumerate(self._objects[listed].children)}
        )
        return sorted(found, key=lambda member: order.get(member[1], len(order)))

    def _called(self, number: int, attribute: str) -> str:
        """What to call a layer of which no name is stated: the attribute, or where that only counts the scope.

        The scope is that of its variables: "dense" of "model/dense/kernel".
        """
        if attribute[-1:].isdigit():
            names = (variable.name for inner in self._own(number, False) if (variable := self._objects[inner].variable))
            scopes = {name.rpartition("/")[0] for name in names}
            scope = scopes.pop().rpartition("/")[2] if len(scopes) == 1 else ""
            if scope:
                return scope
        return attribute.replace("/", ".")

    def _named(self, number: int) -> dict[str, int]:
        """The layers that an object holds, by the names that Keras states."""
        named: dict[str, int] = {}
        for inner in self._layers_in(number):
            named.setdefault(str(self._stated.get(inner, {}).get("name")), inner)
        return named

    def _layers_in(self, number: int) -> Iterator[int]:
        for _, inner in self._objects.inside(number, through_objects=True):
            if self._objects[inner].is_layer:
                yield inner

    def _own(self, number: int, whole: bool) -> dict[int, str]:
        """The object's variables by number, with the names of the attributes; with `whole` those of layers inside.

        Where Keras lists the variables of a layer, just these are its own, in that order; of other objects all.
        """
        is_layer = self._objects[number].is_layer
        named = {
            variable: name
            for name, variable in self._objects.inside(number, through_objects=is_layer)
            if self._objects[variable].variable is not None
        }
        listed = self._objects.listed(number, "variables") if is_layer else None
        if listed is None:
            return {
                variable: self._last_word(variable) or name if name.startswith("_") else name
                for variable, name in named.items()
            }
        inner = set() if whole else {v for layer in self._layers_in(number) for v in self._of_layer(layer)}
        own = [variable for variable in listed if variable in named or variable not in inner]
        return {variable: named.get(variable) or self._last_word(variable) for variable in own}

    def _of_layer(self, number: int) -> list[int]:
        listed = self._objects.listed(number, "variables")
        return list(self._objects.below(number)) if listed is None else listed

    def _variable(self, number: int, name: str) -> int | None:
        """The variable of an object under an attribute's name, or with that as the last word of its own."""
        found = self._objects.child(number, name, f"_{name}")
        if found is not None and self._objects[found].variable is not None:
            return found
        listed = self._objects.listed(number, "variables") or ()
        return next((variable for variable in listed if self._last_word(variable) == name), None)

    def _last_word(self, number: int) -> str:
        variable = self._objects[number].variable
        return variable.name.rpartition("/")[2] if variable else ""

    def _as_weights(self, found: Mapping[int, str], trainable: bool) -> tuple[Weight, ...]:
        """The variables as weights; where a name stands twice the second gets a number."""
        weights: list[Weight] = []
        distinct = Distinct()
        for number, name in found.items():
            variable = self._objects[number].variable
            if variable is None:
                continue
            path = variable.key or f"(no values)/{number}"
            weights.append(Weight(path, distinct(name), variable.tensor, trainable and variable.trainable))
        return tuple(weights)

    def _resolve(self, location: str) -> int | None:
        """The number of the object at a location, None where there is none."""
        number: int | None = 0 if self._objects else None
        words = location.split("/") if location else []
        for place, word in enumerate(words):
            if place == 0 and word.startswith(NUMBER):
                digits = word.removeprefix(NUMBER)
                number = int(digits) if digits.isdigit() else None
            elif number is not None:
                inner = self._objects.child(number, word, f"_{word}")
                number = self._by_class(number, word) if inner is None else inner
        return number

    def _by_class(self, number: int, word: str) -> int | None:
        """The layer in a list that is called by class and number, as in a .keras file ("lstm_cell_1")."""
        inside = [inner for _, inner in self._objects[number].children if self._objects[inner].is_layer]
        classes = [str(self._stated.get(inner, {}).get("class_name")) for inner in inside]
        return dict(zip(group_names(classes), inside, strict=True)).get(word)


COPIES = {"vars/0": "w"}
"""The attributes of what the catalog calls copies: the kernel of the layer in a SpectralNormalization."""
