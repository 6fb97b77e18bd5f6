"""What a file states of a model: which layers there are, which calls are made, what feeds what.

`config` makes plans from config JSON, `live` from live models. A plan says no more than they do; shapes are
filled in by `infer`, weights by `join`.

A plan refers by name and knows no numbers yet, so each type of the model has its forerunner here:

    Plan -> Graph      Entry -> Layer     Step -> Call     Stated -> Feed
    Port -> Endpoint   Reference -> TensorRef              ENTRANCE -> ENTERING
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.catalog.kinds import Arguments, LayerKind
from netviz.model import Config, Shape, Tensor

ENTRANCE = None
"""As `Reference.layer`: the tensor enters from outside, as the `tensor`-th of the plan's inputs.

No name from a file can be None, so none can pass for it.
"""


class Reference(NamedTuple):
    """The `tensor`-th output of the `call`-th call of the layer `layer` of the same plan, or of the `ENTRANCE`."""

    layer: str | None
    call: int
    tensor: int


@dataclass(frozen=True, slots=True)
class Stated:
    """A tensor among the arguments of a call: what the file states of it, and what it refers to."""

    tensor: Tensor
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a layer: arguments as in the file, with `Stated` in the place of tensors.

    Where they are listed, keywords and dicts come in the order of their keys, as Keras flattens them.
    """

    layer: str
    index: int
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)

    def feeds(self) -> Iterator[tuple[str, Stated]]:
        """Each tensor with the name of the argument that takes it ("0", "0.1", "mask")."""
        for argument, value in self._named():
            if isinstance(value, Stated):
                yield argument, value

    def constants(self) -> dict[str, object]:
        """The arguments that are not tensors, None left out."""
        return {
            argument: value for argument, value in self._named() if not isinstance(value, Stated) and value is not None
        }

    def resolve(self, lookup: Callable[[Stated], Tensor]) -> Arguments:
        """The arguments with a tensor in the place of each `Stated`."""
        return Arguments(
            tuple(substitute(value, lookup) for value in self.args),
            {key: substitute(value, lookup) for key, value in self.kwargs.items()},
        )

    def _named(self) -> Iterator[tuple[str, object]]:
        for place, value in enumerate(self.args):
            yield from _leaves(str(place), value)
        for key in sorted(self.kwargs):
            yield from _leaves(key, self.kwargs[key])


@dataclass(frozen=True, slots=True)
class Entry:
    """One layer of a plan, with its calls; `plan` is there for nested models.

    `built` are the input shapes that the file states for the layer as it was built, `shared` tells
    which entries are one and the same object. `gives` is what the file states that its first call gave.
    """

    name: str
    class_name: str | None
    module: str | None
    config: Config
    kind: LayerKind | None
    plan: Plan | None = None
    steps: tuple[Step, ...] = ()
    built: tuple[Shape | None, ...] = ()
    shared: int | None = None
    gives: tuple[Tensor, ...] = ()

    @property
    def called_on(self) -> Arguments:
        """What the layer was built on, as the arguments of a call."""
        return Arguments(tuple(Tensor(shape) for shape in self.built))

    @property
    def is_operation(self) -> bool:
        """Whether it is a function of keras.ops, which Keras does not count among the layers."""
        return (self.module or "").startswith(("keras.src.ops", "keras.ops"))


@dataclass(frozen=True, slots=True)
class Port:
    """A named end of a plan."""

    name: str
    tensor: Tensor
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The layers of one model in their order, and where tensors enter and leave."""

    entries: tuple[Entry, ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    def steps(self) -> Iterator[Step]:
        for entry in self.entries:
            yield from entry.steps


def substitute(value: object, lookup: Callable[[Stated], object]) -> object:
    """The value with what `lookup` gives in the place of each `Stated` in it."""
    if isinstance(value, Stated):
        return lookup(value)
    if isinstance(value, Mapping):
        return {key: substitute(item, lookup) for key, item in value.items()}
    if isinstance(value, list):
        return [substitute(item, lookup) for item in value]
    return value


def _leaves(place: str, value: object) -> Iterator[tuple[str, object]]:
    """The tensors in a value one by one; a value without tensors as a whole."""
    if isinstance(value, Mapping) and _holds_tensor(value):
        for key in sorted(value):
            yield from _leaves(f"{place}.{key}", value[key])
    elif isinstance(value, list) and _holds_tensor(value):
        for index, item in enumerate(value):
            yield from _leaves(f"{place}.{index}", item)
    else:
        yield place, value


def _holds_tensor(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_tensor(item) for item in value.values())
    if isinstance(value, list):
        return any(_holds_tensor(item) for item in value)
    return isinstance(value, Stated)


def below(path: str, name: str) -> str:
    """`name` under `path`; under "" it is `name` itself."""
    return f"{path}/{name}" if path else name
