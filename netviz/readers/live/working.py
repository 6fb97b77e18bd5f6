"""The numbers that live layers compute with: their weights as arrays, and what their activation makes of a sum."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from netviz.readers.live.outputs import as_array
from netviz.readers.live.structures import leaves

Array = NDArray[Any]

NAMES = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "embeddings", "mean", "variance")
"""Attributes that hold weights by which outputs can be worked out."""


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


def first_sample(value: Any) -> tuple[Array, ...]:
    """The tensors among arguments as arrays, of the first sample."""
    found = []
    for one in leaves(value):
        if keras.ops.is_tensor(one):
            array = as_array(one)
            found.append(array[0] if array.ndim else array)
    return tuple(found)
