"""Operations of networks and images."""

from __future__ import annotations

import pytest
from keras import ops

from tests.catalog.oracle import agrees, computes, tensor

LAYOUTS = pytest.mark.parametrize("layout", ["channels_last", "channels_first"])


@LAYOUTS
def test_pooling(layout: str) -> None:
    for shape in ((None, 8, 9, 8), (2, 8, None, 8), (None, 9, 8)):
        x = tensor(shape, "float16")
        agrees(ops.max_pool(x, 2, data_format=layout))
        agrees(ops.average_pool(x, 3, strides=2, padding="same", data_format=layout))


@LAYOUTS
def test_blocks(layout: str) -> None:
    for shape in ((None, 8, 8, 8), (2, 8, 8, 8)):
        agrees(ops.depth_to_space(tensor(shape), 2, data_format=layout))
        agrees(ops.space_to_depth(tensor(shape), 2, data_format=layout))


@LAYOUTS
def test_images(layout: str) -> None:
    for shape in ((None, 3, 8, 3), (3, 8, 3)):
        agrees(ops.image.resize(tensor(shape), (4, 5), data_format=layout))
        agrees(ops.image.rgb_to_grayscale(tensor(shape), data_format=layout))
        agrees(ops.image.rgb_to_hsv(tensor(shape), data_format=layout))


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_one_hot(axis: int) -> None:
    agrees(ops.one_hot(tensor((None, 5), "int32"), 7, axis=axis))
    agrees(ops.one_hot(tensor((None, 5), "int32"), 7, axis=axis, dtype="int32"))


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("shape", [(None,), (None, 5), (2, 5, 6)])
def test_multi_hot(shape: tuple[int | None, ...], axis: int) -> None:
    """Keras 3.15 states the dtype of the numbers, but computes the one that is asked for."""
    if axis < len(shape):
        output = ops.multi_hot(tensor(shape, "int32"), 7, axis=axis)
        agrees(output, dtype=False)
        computes(output)


def test_normalisation_and_attention() -> None:
    x, statistics = tensor((None, 5, 4), "float16"), tensor((4,), "float16")
    agrees(ops.batch_normalization(x, statistics, statistics, axis=-1, offset=statistics, scale=statistics))
    agrees(ops.normalize(x))
    agrees(ops.layer_normalization(x, statistics, statistics))
    agrees(ops.rms_normalization(x, statistics))
    agrees(ops.glu(x))
    heads = tensor((None, 5, 2, 4))
    agrees(ops.dot_product_attention(heads, heads, heads))
