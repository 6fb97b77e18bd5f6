"""What rules of cost say of single calls, against the profiler of TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import pytest
from keras import layers, ops

from tests.catalog.costs.profiled import Shapes, products, profiled, work_of

ROW, IMAGE, SMALL, VECTOR = (2, 9, 4), (2, 9, 7, 4), (1, 2, 3, 4), (3, 6)

PRODUCTS: dict[str, tuple[Callable[[], Any], Shapes]] = {
    "Conv1D": (lambda: layers.Conv1D(5, 3, strides=2, padding="same"), (ROW,)),
    "Conv1D causal": (lambda: layers.Conv1D(5, 3, padding="causal"), (ROW,)),
    "Conv2D": (lambda: layers.Conv2D(5, (3, 2), use_bias=False), (IMAGE,)),
    "Conv2D same": (lambda: layers.Conv2D(5, 3, strides=(2, 3), padding="same"), (IMAGE,)),
    "Conv2DTranspose": (lambda: layers.Conv2DTranspose(5, 3, strides=2, padding="same"), (IMAGE,)),
    "DepthwiseConv1D": (lambda: layers.DepthwiseConv1D(3, padding="same"), (ROW,)),
    "DepthwiseConv2D": (lambda: layers.DepthwiseConv2D(3, depth_multiplier=2, strides=2), (IMAGE,)),
    "SeparableConv2D": (lambda: layers.SeparableConv2D(5, 3, depth_multiplier=2, padding="same"), (IMAGE,)),
    "Dense": (lambda: layers.Dense(5), (VECTOR,)),
    "Dense of a sequence": (lambda: layers.Dense(5, use_bias=False), (ROW,)),
    "EinsumDense": (lambda: layers.EinsumDense("abc,cde->abde", (9, 3, 2), bias_axes="de"), (ROW,)),
    "EinsumDense elided": (lambda: layers.EinsumDense("...x,xy->...y", 5), (IMAGE,)),
    "Dot": (lambda: listed(layers.Dot(axes=1)), (VECTOR, VECTOR)),
    "Matmul": (lambda: ops.matmul, ((2, 5, 4), (2, 4, 3))),
    "Einsum": (lambda: partial(ops.einsum, "abc,adc->abd"), (ROW, (2, 5, 4))),
    "Tensordot": (lambda: partial(ops.tensordot, axes=1), (ROW, (4, 3))),
    "Conv": (lambda: partial(ops.conv, strides=2), (IMAGE, (3, 3, 4, 5))),
    "ConvTranspose": (lambda: partial(ops.conv_transpose, strides=2, padding="same"), (IMAGE, (3, 3, 5, 4))),
    "DepthwiseConv": (lambda: ops.depthwise_conv, (IMAGE, (3, 3, 4, 2))),
    "SeparableConv": (lambda: ops.separable_conv, (IMAGE, (3, 3, 4, 2), (1, 1, 8, 5))),
    "MultiHeadAttention": (lambda: layers.MultiHeadAttention(2, 3, value_dim=5), (ROW, (2, 7, 6), (2, 7, 8))),
    "MultiHeadAttention over two axes": (lambda: layers.MultiHeadAttention(2, 3), (SMALL, SMALL)),
    "MultiHeadAttention along one": (lambda: layers.MultiHeadAttention(2, 3, attention_axes=[2]), (SMALL, SMALL)),
    "GroupedQueryAttention": (lambda: layers.GroupQueryAttention(3, 4, 2, use_gate=True), (ROW, (2, 7, 4))),
    "AdditiveAttention": (lambda: listed(layers.AdditiveAttention()), (ROW, (2, 7, 4), (2, 7, 4))),
    "LoRA of Dense": (lambda: adapted(layers.Dense(5), VECTOR), (VECTOR,)),
    "LoRA of EinsumDense": (lambda: adapted(layers.EinsumDense("abc,cde->abde", (9, 3, 2)), ROW), (ROW,)),
    "LoRA of Conv2D": (lambda: adapted(layers.Conv2D(5, (3, 2)), IMAGE), (IMAGE,)),
    "LoRA of Embedding": (lambda: adapted(layers.Embedding(9, 5), VECTOR), (VECTOR,)),
    "Attention": (lambda: listed(layers.Attention()), (ROW, (2, 7, 4), (2, 7, 4))),
    **{
        f"{name} {size}": (partial(getattr(layers, name), 5, unroll=True), ((2, size, 4),))
        for name in ("LSTM", "GRU", "SimpleRNN")
        for size in (2, 3)
    },
    "GRU that resets before": (lambda: layers.GRU(5, reset_after=False, unroll=True), ((2, 3, 4),)),
}
"""Makes the layer or function, by the shapes that go in. A transposed convolution is "same": see `transposed`."""


def listed(layer: Any) -> Callable[..., Any]:
    """The layer called on a list."""
    return lambda *arrays: layer(list(arrays))


def adapted(layer: Any, shape: tuple[int, ...]) -> Any:
    """The layer with a product of two matrices of rank 2 added to its kernel."""
    layer.build(shape)
    layer.enable_lora(2)
    return layer


@pytest.mark.parametrize("name", PRODUCTS)
def test_products(name: str) -> None:
    make, shapes = PRODUCTS[name]
    call = make()
    assert 2 * work_of(call, shapes).macs == products(profiled(call, shapes)) > 0


WHOLE: dict[str, tuple[Callable[[], Any], Shapes]] = {
    **{
        name: PRODUCTS[name]
        for name in (
            "Conv1D", "Conv2D", "Conv2D same", "Conv2DTranspose",
            "DepthwiseConv2D", "SeparableConv2D", "Dense", "Dense of a sequence", "EinsumDense",
            "EinsumDense elided", "MultiHeadAttention", "MultiHeadAttention along one", "Matmul",
            "Tensordot", "Conv", "DepthwiseConv",
        )
    },
    "Dense and softmax": (lambda: layers.Dense(5, activation="softmax"), (VECTOR,)),
    "Softmax": (lambda: layers.Softmax(), (ROW,)),
    "MaxPooling2D": (lambda: layers.MaxPooling2D((2, 3), strides=1), (IMAGE,)),
    "AveragePooling2D": (lambda: layers.AveragePooling2D(2, padding="same"), (IMAGE,)),
    "GlobalAveragePooling2D": (lambda: layers.GlobalAveragePooling2D(), (IMAGE,)),
    "Add": (lambda: listed(layers.Add()), (ROW, ROW, ROW)),
    "Subtract": (lambda: listed(layers.Subtract()), (ROW, ROW)),
    "Multiply": (lambda: listed(layers.Multiply()), (ROW, (2, 1, 4))),
    "Maximum": (lambda: listed(layers.Maximum()), (ROW, ROW)),
    "Concatenate": (lambda: listed(layers.Concatenate()), (ROW, ROW)),
    "Flatten": (lambda: layers.Flatten(), (IMAGE,)),
    "Dropout": (lambda: layers.Dropout(0.5), (ROW,)),
    "SimpleRNN": (lambda: layers.SimpleRNN(5, activation="linear", unroll=True), ((2, 3, 4),)),
    **{
        name: (partial(getattr, ops, name), (ROW,))
        for name in ("square", "rsqrt", "log", "negative", "softmax", "sum", "mean")
    },
    **{
        name: (partial(getattr, ops, name), (ROW, (1, 4)))
        for name in (
            "add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "greater", "less_equal", "equal",
        )
    },
    "sum along": (lambda: partial(ops.sum, axis=1, keepdims=True), (IMAGE,)),
}  # fmt: skip
"""Of these the profiler counts all that Keras computes."""


@pytest.mark.parametrize("name", WHOLE)
def test_all_operations(name: str) -> None:
    make, shapes = WHOLE[name]
    call = make()
    assert work_of(call, shapes).flops == sum(profiled(call, shapes).values())


def test_normalisation_of_batches() -> None:
    """What does not grow with the picture is the work of folding scale and shift, which is left out."""
    layer = layers.BatchNormalization()
    small, large = (((2, side, side, 4),) for side in (3, 9))
    grown = sum(profiled(layer, large).values()) - sum(profiled(layer, small).values())
    assert work_of(layer, large).flops - work_of(layer, small).flops == grown > 0


def test_transposed() -> None:
    """A transposed convolution is the gradient of one by its input: as many products as that convolution has.

    The profiler divides the outputs by the strides, which is the same for "same" alone.
    """
    layer = layers.Conv2DTranspose(5, 3, strides=2, padding="valid", use_bias=False)
    forwards = layers.Conv2D(4, 3, strides=2, use_bias=False)
    out = layer(keras.Input(batch_shape=IMAGE)).shape
    assert work_of(layer, (IMAGE,)).macs == products(profiled(forwards, (out,))) // 2


def test_groups() -> None:
    """A convolution of one channel to a group is a depthwise one."""
    grouped, depthwise = layers.Conv2D(8, 3, groups=4), layers.DepthwiseConv2D(3, depth_multiplier=2)
    assert work_of(grouped, (IMAGE,)) == work_of(depthwise, (IMAGE,))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_dilation(rank: int) -> None:
    """Dilated windows have as many weights as others: at equal outputs the work is equal."""
    make = getattr(layers, f"Conv{rank}D")
    shape = (2, *(9,) * rank, 3)
    plain, dilated = (make(5, 3, padding="same", dilation_rate=rate) for rate in (1, 2))
    assert work_of(plain, (shape,)) == work_of(dilated, (shape,))
