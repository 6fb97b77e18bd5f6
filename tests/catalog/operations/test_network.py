"""Operations of networks and images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from tests.catalog.draws import BATCH, LENGTH, image, per_axis, shapes
from tests.catalog.operations.every import OPERATION_CLASSES
from tests.catalog.oracle import agrees, computes, question, shapes_of, tensor, tried

LAYOUT = st.sampled_from(["channels_last", "channels_first"])
FLOAT = st.sampled_from(["float32", "float16"])
RANK = st.integers(1, 3)


def pooled(call: Callable[..., Any]) -> Callable[[st.DataObject], Any]:
    """Windows over one to three axes."""

    def made(data: st.DataObject) -> Any:
        rank, layout = data.draw(RANK), data.draw(LAYOUT)
        window = per_axis(st.integers(1, 3), rank)
        return call(
            tensor(data.draw(image(rank, layout)), data.draw(FLOAT)),
            data.draw(window),
            strides=data.draw(st.one_of(st.none(), window)),
            padding=data.draw(st.sampled_from(["valid", "same"])),
            data_format=layout,
        )

    return made


def blocks(call: Callable[..., Any]) -> Callable[[st.DataObject], Any]:
    """Pixels to channels or back."""

    def made(data: st.DataObject) -> Any:
        layout, block = data.draw(LAYOUT), data.draw(st.sampled_from([2, 4]))
        height, width = (data.draw(st.sampled_from([8, 12])) for _ in range(2))
        shape = (height, width, 16) if layout == "channels_last" else (16, height, width)
        return call(tensor((data.draw(BATCH), *shape)), block, data_format=layout)

    return made


def coloured(call: Callable[..., Any]) -> Callable[[st.DataObject], Any]:
    """Images of three channels, one or a batch."""

    def made(data: st.DataObject) -> Any:
        layout = data.draw(LAYOUT)
        shape = data.draw(image(2, layout, 3))
        if data.draw(st.booleans()):
            shape = shape[1:]
        return call(tensor(shape), data_format=layout)

    return made


def resized(images: Any, data_format: str) -> Any:
    return ops.image.resize(images, (4, 5), data_format=data_format)


def normalised(call: Callable[..., Any], vectors: int) -> Callable[[st.DataObject], Any]:
    """A tensor, and so many vectors along its last axis."""

    def made(data: st.DataObject) -> Any:
        dtype = data.draw(FLOAT)
        return call(tensor((*data.draw(shapes(1, 3)), 4), dtype), *(tensor((4,), dtype) for _ in range(vectors)))

    return made


def attended(data: st.DataObject) -> Any:
    """Attention of several heads, to the same or another sequence."""
    batch, queries, keys = data.draw(BATCH), data.draw(LENGTH), data.draw(LENGTH)
    key = tensor((batch, keys, 2, 4), data.draw(FLOAT))
    return ops.dot_product_attention(tensor((batch, queries, 2, 4), data.draw(FLOAT)), key, key)


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "MaxPool": pooled(ops.max_pool),
    "AveragePool": pooled(ops.average_pool),
    "DepthToSpace": blocks(ops.depth_to_space),
    "SpaceToDepth": blocks(ops.space_to_depth),
    "Resize": coloured(resized),
    "RGBToGrayscale": coloured(ops.image.rgb_to_grayscale),
    "RGBToHSV": coloured(ops.image.rgb_to_hsv),
    "HSVToRGB": coloured(ops.image.hsv_to_rgb),
    "OneHot": lambda data: ops.one_hot(
        tensor(data.draw(shapes(2, 3)), "int32"),
        7,
        axis=data.draw(st.integers(-1, 2)),
        dtype=data.draw(st.sampled_from(["float32", "float16", "int32"])),
    ),
    "MultiHot": lambda data: ops.multi_hot(
        tensor(data.draw(shapes(1, 3)), "int32"), 7, axis=data.draw(st.integers(-1, 1))
    ),
    "BatchNorm": normalised(
        lambda x, mean, variance, offset, scale: ops.batch_normalization(x, mean, variance, -1, offset, scale), 4
    ),
    "LayerNorm": normalised(ops.layer_normalization, 2),
    "RMSNorm": normalised(ops.rms_normalization, 1),
    "Normalize": lambda data: ops.normalize(tensor(data.draw(shapes(2, 3)))),
    "DotProductAttention": attended,
    "Glu": lambda data: ops.glu(
        tensor((data.draw(BATCH), 6, 4), data.draw(FLOAT)), data.draw(st.sampled_from([1, -1]))
    ),
}


STATED_WRONGLY = {"MultiHot": "the dtype of the numbers, not of the vectors"}
"""What Keras 3.15 states before it computes something else."""


@pytest.mark.parametrize("name", sorted(CALLS.keys() - STATED_WRONGLY))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@pytest.mark.parametrize("name", STATED_WRONGLY)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_computed(name: str, data: st.DataObject) -> None:
    computes(tried(lambda: CALLS[name](data)))


ADAPTIVE = ("AdaptiveMaxPool", "AdaptiveAveragePool")


@pytest.mark.parametrize("name", ADAPTIVE)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_adaptive(name: str, data: st.DataObject) -> None:
    """As the layer of that name. Keras 3.15 states an axis too many where the channels come last."""
    rank, layout = data.draw(RANK), data.draw(LAYOUT)
    size = data.draw(st.tuples(*[st.integers(1, 3)] * rank))
    images = tensor(data.draw(image(rank, layout)))
    asked = question(OPERATION_CLASSES[name](size, data_format=layout)(images))
    layer = getattr(keras.layers, f"{name}ing{rank}D")(size, data_format=layout)
    assert shapes_of(asked) == (layer(images).shape,)
    if layout == "channels_first":
        agrees(OPERATION_CLASSES[name](size, data_format=layout)(images))
