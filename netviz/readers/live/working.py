"""The numbers that live layers compute with: their weights as arrays, and what their activation makes of a sum."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from netviz.readers.live.outputs import as_array
from netviz.readers.live.structures import leaves

Array = NDArray[Any]

NAMES = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "embeddings", "mean", "variance")
"""Attributes that hold weights by which outputs can be worked out."""

HANDED_ON = frozenset({"mask", "query_mask", "value_mask", "key_mask", "training"})
"""Arguments of `call` that Keras fills by itself."""


def weights_of(operation: Any) -> dict[str, Array]:
    """The weights of a layer by the names of its attributes, those of them that are numbers of a float."""
    found = {}
    for name in NAMES:
        try:
            value = getattr(operation, name, None)
            if value is not None and not callable(value):
                array = as_array(keras.ops.convert_to_tensor(value))
                if array.dtype.kind == "f":
                    found[name] = array
        except Exception:  # a property of a class of the user's may raise anything
            continue
    return found


def activated(operation: Any, values: Array) -> Array | None:
    """What the layer's activation makes of values; None where it has none that can be asked."""
    function = getattr(operation, "activation", None)
    if not callable(function):
        return None
    try:
        return as_array(function(keras.ops.convert_to_tensor(np.asarray(values, np.float32))))
    except Exception:  # a function of the user's may raise anything
        return None


def is_activated(operation: Any) -> bool:
    """Whether the layer has an activation that does something."""
    function = getattr(operation, "activation", None)
    return callable(function) and function is not keras.activations.linear


def compute_dtype(operation: Any) -> str:
    """What a layer computes in: "float32", "bfloat16"; "float32" where it does not say."""
    found = getattr(operation, "compute_dtype", None)
    return found if isinstance(found, str) else "float32"


def is_masked(arguments: Any, keywords: Mapping[str, Any]) -> bool:
    """Whether a mask comes with what a layer was given, which may have it leave out places."""
    tensors = leaves((arguments, dict(keywords)))
    return keywords.get("mask") is not None or any(getattr(one, "_keras_mask", None) is not None for one in tensors)


def first_sample(operation: Any, arguments: Any, keywords: Mapping[str, Any]) -> dict[str, Array]:
    """The tensors that a layer was given as arrays, of the first sample, by the names of its arguments.

    Of several tensors in one argument each has its number: "inputs 1". Masks that Keras hands on are left out.
    """
    given = _by_name(operation, arguments, keywords)
    found = {}
    for name, value in given.items():
        tensors = [one for one in leaves(value) if keras.ops.is_tensor(one)]
        for place, one in enumerate(tensors, 1):
            array = as_array(one)
            label = name if len(tensors) == 1 else f"{name} {place}"
            found[label] = array[0] if array.ndim else array
    return found


def _by_name(operation: Any, arguments: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in keywords.items() if name not in HANDED_ON}
    try:
        bound = inspect.signature(operation.call).bind_partial(*arguments, **given).arguments
    except (TypeError, ValueError, AttributeError):
        return {"x": list(arguments), **given}
    return {name: value for name, value in bound.items() if name not in HANDED_ON}
