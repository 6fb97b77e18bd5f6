"""Models made of nothing but arrays, for tests of what is drawn of weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from netviz.errors import NetvizError
from netviz.model import Graph, Layer, Model, Source, Tensor, Weight

Layers: TypeAlias = dict[str, tuple[str, dict[str, Any]]]
"""By name of a layer its class and its weights by name."""

PIECE = 7
"""Rows that the store gives at a time: few, so that what is put together from them shows."""


@dataclass(frozen=True)
class Store:
    """The values of weights by path; those that are None cannot be read."""

    arrays: Mapping[str, Any]

    def read(self, weight: Weight) -> Any:
        values = self.arrays[weight.path]
        if values is None:
            raise NetvizError(f"{weight.path} cannot be read: it is damaged")
        return values

    def blocks(self, weight: Weight) -> Iterator[Any]:
        values = self.read(weight)
        if values.ndim == 0:
            yield values
            return
        for begin in range(0, max(len(values), 1), PIECE):
            yield values[begin : begin + PIECE]


def model_of(layers: Layers, **configs: Mapping[str, object]) -> Model:
    """A model of layers by name: their class, and their weights by name. `configs` are settings by layer."""
    made, arrays = [], {}
    for layer, (class_name, weights) in layers.items():
        own = []
        for name, values in weights.items():
            path = f"{layer}/{name}"
            arrays[path] = values
            shape = (2, 2) if values is None else values.shape
            dtype = "float32" if values is None else values.dtype.name.replace("object", "string")
            own.append(Weight(path, name, Tensor(shape, dtype), True))
        made.append(
            Layer(layer, layer, class_name, "keras.layers", configs.get(layer, {}), tuple(own), True, "float32")
        )
    root = Layer("", "made", "Functional", "keras", graph=Graph(layers=tuple(made)))
    return Model(root, Source("made.keras", "keras-v3", "3.15.1", "static"), store=Store(arrays))


def normal(*shape: int, seed: int = 0) -> Any:
    """Random float32 values of mean 0 and deviation 1."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
