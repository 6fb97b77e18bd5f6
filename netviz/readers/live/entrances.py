"""What a live model takes: its inputs by name, and how it is called on them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras.src.models.functional import Functional

from netviz.model import Endpoint, Shape, Tensor
from netviz.readers.live.structures import replaced


@dataclass(frozen=True, slots=True)
class _Gap:
    """Stands for one input in a structure of arguments."""

    place: int


class Entrances:
    """The inputs of a live model in order. Where nothing is known of them, `known` is False and there is one."""

    def __init__(self, model: Any) -> None:
        self._gaps: list[Endpoint] = []
        self.optional: set[int] = set()
        self._args: tuple[Any, ...] = ()
        self._kwargs: dict[str, Any] = {}
        self.known = True
        function = model._functional if isinstance(model, keras.Sequential) else model
        shapes = getattr(model, "_build_shapes_dict", None)
        if isinstance(function, Functional):
            self._args = (self._of_function(function),)
        elif shapes:
            self._of_shapes(model, shapes)
        else:
            self.known = False
            self._args = (self._gap("inputs", None, None),)

    @property
    def ends(self) -> tuple[Endpoint, ...]:
        """Name, shape and dtype of each input."""
        return tuple(self._gaps)

    def arguments(self, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The positional and the keyword arguments of the model's call."""
        filled = [_filled(value, inputs) for value in self._args]
        return tuple(filled), {name: _filled(value, inputs) for name, value in self._kwargs.items()}

    def expected(self) -> str:
        """What the model takes, in words: "image (None, 28, 28, 1)"."""
        if not self.known:
            return "what its call() takes; Keras has kept no shape"
        return ", ".join(f"{end.name} {end.shape}" for end in self._gaps)

    def _of_function(self, function: Any) -> Any:
        names = [tensor._keras_history.operation.name for tensor in function.inputs]
        struct = function._inputs_struct
        if isinstance(struct, Mapping) and len(struct) == len(names):
            names = [str(key) for key in sorted(struct)]
        gaps = []
        for name, tensor in zip(names, function.inputs, strict=True):
            if getattr(tensor._keras_history.operation, "optional", False):
                self.optional.add(len(self._gaps))
            gaps.append(self._gap(name, tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype)))
        in_order = iter(gaps)
        return replaced(struct, lambda _: next(in_order))

    def _of_shapes(self, model: Any, shapes: Mapping[str, Any]) -> None:
        """What a subclassed model was built on; Keras may have kept the shape of its first argument only."""
        parameters = [
            one
            for one in inspect.signature(model.call).parameters.values()
            if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
        ]
        given = {key.removesuffix("_shape"): shape for key, shape in shapes.items()}
        if len(given) == 1:
            given = {parameters[0].name if parameters else "inputs": next(iter(given.values()))}
        needed = [one.name for one in parameters if one.default is one.empty]
        names = [*needed, *(name for name in given if name not in needed)]
        made = {name: self._structure(name, given.get(name)) for name in names}
        positional = [one.name for one in parameters if one.name in made]
        in_order = positional == [one.name for one in parameters[: len(positional)]] and len(positional) == len(made)
        if in_order:
            self._args = tuple(made[name] for name in positional)
        else:
            self._kwargs = made

    def _structure(self, name: str, shape: Any) -> Any:
        if isinstance(shape, Mapping):
            return {key: self._structure(str(key), shape[key]) for key in sorted(shape)}
        if isinstance(shape, list | tuple) and shape and isinstance(shape[0], list | tuple):
            return [self._structure(f"{name}_{place}", item) for place, item in enumerate(shape)]
        return self._gap(name, None if shape is None else (None, *tuple(shape)[1:]), None)

    def _gap(self, name: str, shape: Shape | None, dtype: str | None) -> _Gap:
        self._gaps.append(Endpoint(name, Tensor(shape, dtype), None))
        return _Gap(len(self._gaps) - 1)


def _filled(structure: Any, inputs: Sequence[Any]) -> Any:
    return replaced(structure, lambda gap: inputs[gap.place])
