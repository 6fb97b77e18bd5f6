"""The calls that a layer or model of the user's makes, found by calling it on symbolic tensors.

Nothing is computed, and what Keras notes on the layers while they are called is taken back afterwards.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras


class TraceFailed(Exception):
    """Why the calls cannot be found, as a sentence that says what to do."""


@contextmanager
def trace(layer: Any) -> Iterator[Any]:
    """A keras.Function of the calls inside `layer`, while the context lasts.

    Raises TraceFailed where the shapes of its inputs are not known or `call` does more than Keras can follow.
    """
    shapes = getattr(layer, "_build_shapes_dict", None)
    if not layer.built or not shapes:
        raise TraceFailed("its input shapes are not known before it was called; call it on a batch of data first.")
    before = {
        id(sublayer): (sublayer, list(sublayer._inbound_nodes), list(sublayer._outbound_nodes))
        for sublayer in layer._flatten_layers()
    }
    try:
        yield _function(layer, shapes)
    finally:
        for sublayer, inbound, outbound in before.values():
            sublayer._inbound_nodes[:] = inbound
            sublayer._outbound_nodes[:] = outbound


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
    names = [
        parameter.name
        for parameter in inspect.signature(layer.call).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    if not names:
        raise TraceFailed("its call() names no arguments.")
    given = {key.removesuffix("_shape"): shape for key, shape in shapes.items()}
    if len(given) == 1:
        given = {names[0]: next(iter(given.values()))}
    unknown = [name for name in given if name not in names]
    if unknown:
        raise TraceFailed(f"its build() speaks of {unknown[0]}, which call() does not take.")
    return {name: _inputs(shape, name) for name, shape in given.items()}


def _inputs(shape: Any, name: str) -> Any:
    if isinstance(shape, Mapping):
        return {key: _inputs(item, str(key)) for key, item in shape.items()}
    if isinstance(shape, list | tuple) and shape and isinstance(shape[0], list | tuple):
        return [_inputs(item, f"{name}_{place}") for place, item in enumerate(shape)]
    return keras.Input(batch_shape=(None, *shape[1:]), name=name)
