"""Convolutions with given kernels, and patches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from netviz.catalog import find
from netviz.catalog.kinds import Arguments
from netviz.model import Tensor
from tests.catalog.draws import LENGTH, image, per_axis
from tests.catalog.oracle import agrees, computes, tensor, tried

LAYOUT = st.sampled_from(["channels_last", "channels_first"])


def sliding(data: st.DataObject, rank: int) -> dict[str, Any]:
    """Strides or dilation, but never both, and padding."""
    options: dict[str, Any] = {"padding": data.draw(st.sampled_from(["valid", "same"]))}
    options[data.draw(st.sampled_from(["strides", "dilation_rate"]))] = data.draw(per_axis(st.integers(1, 3), rank))
    return options


def convolved(data: st.DataObject, call: Callable[..., Any], ranks: tuple[int, ...], channels: tuple[int, int]) -> Any:
    """A convolution with a kernel whose last axes are of those lengths."""
    rank, layout = data.draw(st.sampled_from(ranks)), data.draw(LAYOUT)
    images = tensor(data.draw(image(rank, layout)))
    windows = data.draw(st.tuples(*[st.integers(1, 4)] * rank))
    return call(images, tensor((*windows, *channels)), data_format=layout, **sliding(data, rank))


def separated(data: st.DataObject) -> Any:
    """A separable convolution, over one axis or two."""
    rank = data.draw(st.integers(1, 2))
    pointwise = tensor((*[1] * rank, 8, data.draw(st.integers(1, 9))))
    return convolved(
        data,
        lambda images, kernel, **options: ops.separable_conv(images, kernel, pointwise, **options),
        (rank,),
        (4, 2),
    )


def patches(data: st.DataObject) -> Any:
    """Patches of images and volumes, of one or of a batch."""
    rank, layout = data.draw(st.sampled_from([2, 3])), data.draw(LAYOUT)
    size = data.draw(st.tuples(*[st.integers(1, 3)] * rank))
    shape = data.draw(image(rank, layout))
    options = sliding(data, rank)
    return ops.image.extract_patches(
        tensor(shape if data.draw(st.booleans()) else shape[1:]),
        size[0] if rank == 2 and data.draw(st.booleans()) else size,
        data_format=layout,
        **options,
    )


def unfolding(data: st.DataObject) -> dict[str, Any]:
    pair = per_axis(st.integers(1, 2), 2)
    return {
        "kernel_size": data.draw(pair),
        "dilation": data.draw(pair),
        "padding": data.draw(pair),
        "stride": data.draw(pair),
    }


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Conv": lambda data: convolved(data, ops.conv, (1, 2, 3), (data.draw(st.sampled_from([2, 4])), 6)),
    "ConvTranspose": lambda data: convolved(
        data,
        lambda *args, **options: ops.conv_transpose(
            *args, output_padding=data.draw(st.sampled_from([None, 0, 1])), **options
        ),
        (1, 2, 3),
        (6, 4),
    ),
    "DepthwiseConv": lambda data: convolved(data, ops.depthwise_conv, (1, 2), (4, data.draw(st.integers(1, 3)))),
    "SeparableConv": separated,
    "ExtractPatches": patches,
    "Fold": lambda data: ops.fold(
        tensor((data.draw(st.sampled_from([None, 2])), 12, 9)), data.draw(per_axis(st.integers(4, 5), 2)), 2
    ),
    "Unfold": lambda data: ops.unfold(tensor((None, 3, 6, 7)), **unfolding(data)),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_unfolded(data: st.DataObject) -> None:
    computes(CALLS["Unfold"](data))


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_unfolded_of_any_size(data: st.DataObject) -> None:
    """Keras 3.15 fails on axes of any length; they stay of any length."""
    kind = find("Unfold", "keras.src.ops.nn")
    assert kind and kind.output
    height = data.draw(LENGTH)
    config = {"kernel_size": 1, "dilation": 1, "padding": 0, "stride": 1}
    (shape,) = kind.output(config, Arguments((Tensor((None, 3, height, None), "float32"),)))
    assert shape == (None, 3, None)
