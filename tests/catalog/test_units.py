"""Which axes tell the units of a kernel apart: the unit that has no weights gives nothing, as Keras computes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from netviz.catalog.keras_1 import MODULE as KERAS_1
from netviz.catalog.units import UNITS, unit_axes

ROW, IMAGE, VOLUME = (2, 6, 4), (2, 6, 6, 4), (2, 5, 5, 5, 4)
PLAIN: dict[str, Any] = {"use_bias": False}

CASES: dict[str, tuple[Callable[[], Any], tuple[int, ...], str]] = {
    "Dense": (lambda: layers.Dense(5, **PLAIN), (3, 4), "kernel"),
    "EinsumDense": (lambda: layers.EinsumDense("abc,cde->abde", (None, 3, 2)), ROW, "kernel"),
    "EinsumDense turned": (lambda: layers.EinsumDense("abc,dc->abd", (None, 5)), ROW, "kernel"),
    **{
        f"Conv{rank}D{end}": (partial(getattr(layers, f"Conv{rank}D{end}"), 5, 2, **PLAIN), shape, "kernel")
        for rank, shape in ((1, ROW), (2, IMAGE), (3, VOLUME))
        for end in ("", "Transpose")
    },
    "Conv2D in groups": (lambda: layers.Conv2D(6, 2, groups=2, **PLAIN), IMAGE, "kernel"),
    "DepthwiseConv1D": (lambda: layers.DepthwiseConv1D(2, depth_multiplier=3, **PLAIN), ROW, "kernel"),
    "DepthwiseConv2D": (lambda: layers.DepthwiseConv2D(2, depth_multiplier=3, **PLAIN), IMAGE, "kernel"),
    "SeparableConv1D": (lambda: layers.SeparableConv1D(5, 2, **PLAIN), ROW, "pointwise_kernel"),
    "SeparableConv2D": (lambda: layers.SeparableConv2D(5, 2, **PLAIN), IMAGE, "pointwise_kernel"),
    "MultiHeadAttention": (lambda: layers.MultiHeadAttention(2, 3, **PLAIN), ROW, "attention_output/kernel"),
    "GroupedQueryAttention": (lambda: layers.GroupQueryAttention(3, 4, 2, **PLAIN), ROW, "attention_output/kernel"),
}


def call(layer: Any, x: Any) -> Any:
    return keras.ops.convert_to_numpy(layer(x, x) if "Attention" in type(layer).__name__ else layer(x))


@pytest.mark.parametrize("name", CASES)
def test_a_unit_without_weights_gives_nothing(name: str) -> None:
    build, shape, variable = CASES[name]
    rng = np.random.default_rng(0)
    x = rng.uniform(0.5, 1, shape).astype("float32")
    layer = build()
    call(layer, x)
    place = [f"/{weight.path}".endswith(f"/{variable}") for weight in layer.weights].index(True)
    values = [rng.uniform(0.5, 1, weight.shape).astype("float32") for weight in layer.weights]
    kernel = values[place]
    axes = unit_axes(type(layer).__name__, type(layer).__module__, layer.get_config(), variable, kernel.ndim)
    assert axes
    units = [range(size) if axis in axes else [slice(None)] for axis, size in enumerate(kernel.shape)]
    features = call(layer, x).reshape(shape[0], -1, np.prod([kernel.shape[axis] for axis in axes]))
    layer.set_weights(values)
    for unit in np.ndindex(*(len(own) for own in units)):
        values[place] = kernel.copy()
        values[place][tuple(own[at] for own, at in zip(units, unit, strict=True))] = 0
        layer.set_weights(values)
        given = call(layer, x).reshape(features.shape)
        dead = np.all(given == 0, axis=(0, 1))
        assert dead.sum() == 1, f"{unit}: {dead}"


def test_every_class_of_the_table_is_computed_here_or_made_of_those_that_are() -> None:
    tried = {name.split()[0] for name in CASES} | {"GroupQueryAttention"}
    older = {name for name in UNITS if "Convolution" in name}  # other names of the same classes
    assert set(UNITS) - older == tried


@pytest.mark.parametrize(
    ("class_name", "module", "config", "variable", "rank"),
    [
        ("Dense", "keras.layers", {}, "bias", 1),
        ("Dense", "keras.layers", {}, "kernel", 0),
        ("LSTM", "keras.layers", {}, "kernel", 2),
        ("EinsumDense", "keras.layers", {"equation": "nonsense"}, "kernel", 2),
        ("EinsumDense", "keras.layers", {"equation": 3}, "kernel", 2),
        ("EinsumDense", "keras.layers", {"equation": "abc,cdefg->abdefg"}, "kernel", 2),
        ("Convolution2D", KERAS_1, {}, "kernel", 4),
        (None, None, {}, "kernel", 2),
    ],
)
def test_what_has_no_units_or_is_not_known_has_no_axes(
    class_name: str | None, module: str | None, config: Any, variable: str, rank: int
) -> None:
    assert unit_axes(class_name, module, config, variable, rank) == ()
