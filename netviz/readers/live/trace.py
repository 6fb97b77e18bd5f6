"""The calls that a layer or model of the user's makes, found by calling it on symbolic tensors.

Nothing is computed, and the layers are as they were afterwards: what Keras notes on them while they are called, and
what the user's code in `call` writes to its attributes and variables, is taken back.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute

from netviz.readers.live.kept import as_it_was


class TraceFailed(Exception):
    """Why the calls cannot be found, as a sentence that says what to do."""


@contextmanager
def trace(layer: Any) -> Iterator[Any]:
    """A keras.Function of the calls inside `layer`, while the context lasts.

    Raises TraceFailed where the shapes of its inputs are not known or `call` does more than Keras can follow.
    """
    shapes = getattr(layer, "_build_shapes_dict", None)
    if not layer.built or not shapes:
        raise TraceFailed(
            "Keras has kept no shapes of its inputs: it was not called yet, or its call() cannot be followed on "
            "symbolic tensors."
        )
    with as_it_was(layer):
        with _fresh_names(sublayer.name for sublayer in layer._flatten_layers()):
            function = _function(layer, shapes)
        yield function


@contextmanager
def _fresh_names(taken: Iterable[str]) -> Iterator[None]:
    """Lets Keras number the operations it names from the start ("add", "add_1"), past the names taken.

    So that a model is described the same however many models were made before it.
    """
    names: defaultdict[str, int] = defaultdict(int)
    for name in taken:
        base, _, number = name.rpartition("_")
        base, count = (base, int(number) + 1) if base and number.isdecimal() else (name, 1)
        names[base] = max(names[base], count)
    counters = "object_name_uids"
    saved = get_global_attribute(counters)
    set_global_attribute(counters, names)
    try:
        yield
    finally:
        set_global_attribute(counters, saved)


def _function(layer: Any, shapes: Mapping[str, Any]) -> Any:
    arguments = _arguments(layer, shapes)
    try:
        outputs = layer.call(**arguments)
        tensors = [value for value in keras.tree.flatten(arguments) if isinstance(value, keras.KerasTensor)]
        structure: Any = arguments if len(arguments) > 1 else next(iter(arguments.values()))
        return keras.Function(structure if isinstance(structure, dict) else tensors, outputs)
    except Exception as error:  # call is the user's code
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise TraceFailed(
            f"its call() does not run on symbolic tensors ({reason}); operations of keras.ops do."
        ) from error


def _arguments(layer: Any, shapes: Mapping[str, Any]) -> dict[str, Any]:
    """A symbolic tensor for each argument of `call` whose shape Keras noted when it built the layer."""
    parameters = [
        parameter
        for parameter in inspect.signature(layer.call).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    if not parameters:
        raise TraceFailed("its call() names no arguments.")
    given = {key.removesuffix("_shape"): shape for key, shape in shapes.items()}
    if len(given) == 1:
        given = {parameters[0].name: next(iter(given.values()))}
    needed = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    missing = [name for name in needed if name not in given]
    if missing:
        raise TraceFailed(
            f"its call() needs {', '.join(needed)}, but Keras has kept no shape of {', '.join(missing)}; "
            "give the layer a build() that takes one shape per argument, or pass the tensors as one list or dict."
        )
    unknown = [name for name in given if name not in {parameter.name for parameter in parameters}]
    if unknown:
        raise TraceFailed(f"its build() speaks of {unknown[0]}, which call() does not take.")
    return {name: _inputs(shape, name) for name, shape in given.items()}


def _inputs(shape: Any, name: str) -> Any:
    if isinstance(shape, Mapping):
        return {key: _inputs(item, str(key)) for key, item in shape.items()}
    if isinstance(shape, list | tuple) and shape and isinstance(shape[0], list | tuple):
        return [_inputs(item, f"{name}_{place}") for place, item in enumerate(shape)]
    return keras.Input(batch_shape=(None, *shape[1:]), name=name)
