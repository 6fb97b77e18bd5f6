"""Which inputs an output is made of, against what Keras computes of one input at a time."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from netviz.catalog.costs.convolution import adapted_windows
from netviz.catalog.kinds import Window
from tests.catalog.costs.profiled import asked_of, cost_of

ONES: dict[str, Any] = {"kernel_initializer": "ones", "use_bias": False}
SEPARABLE: dict[str, Any] = {"depthwise_initializer": "ones", "pointwise_initializer": "ones", "use_bias": False}

CASES: dict[str, Callable[[], Any]] = {
    **{
        f"Conv1D of {size} by {stride}, {padding}": partial(
            layers.Conv1D, 1, size, strides=stride, padding=padding, **ONES
        )
        for size in (1, 2, 3, 4)
        for stride in (1, 2, 3)
        for padding in ("valid", "same", "causal")
    },
    **{
        f"Conv1DTranspose of {size} by {stride}, {padding}": partial(
            layers.Conv1DTranspose, 1, size, strides=stride, padding=padding, **ONES
        )
        for size in (1, 2, 3, 4)
        for stride in (1, 2, 3)
        for padding in ("valid", "same")
    },
    "DepthwiseConv1D": lambda: layers.DepthwiseConv1D(
        3, strides=2, padding="same", depthwise_initializer="ones", use_bias=False
    ),
    "SeparableConv1D": lambda: layers.SeparableConv1D(1, 3, strides=2, padding="same", **SEPARABLE),
    "MaxPooling1D": lambda: layers.MaxPooling1D(3, strides=2, padding="same"),
    "MaxPooling1D valid": lambda: layers.MaxPooling1D(2),
    "AveragePooling1D": lambda: layers.AveragePooling1D(4, strides=3, padding="same"),
    "AdaptiveAveragePooling1D": lambda: layers.AdaptiveAveragePooling1D(5),
    "UpSampling1D": lambda: layers.UpSampling1D(3),
    "ZeroPadding1D": lambda: layers.ZeroPadding1D((2, 1)),
    "Cropping1D": lambda: layers.Cropping1D((2, 1)),
    "GetItem": lambda: lambda x: x[:, 2:-1:3],
    "GetItem from behind": lambda: lambda x: x[..., -4:, :],
    "Pad": lambda: lambda x: ops.pad(x, [[0, 0], [2, 1], [0, 0]]),
    "Activation": lambda: layers.Activation("relu"),
    "Dense": lambda: layers.Dense(1, **ONES),
    "LayerNormalization": lambda: layers.LayerNormalization(),
    "GlobalAveragePooling1D": lambda: layers.GlobalAveragePooling1D(keepdims=True),
    "Permute": lambda: layers.Permute((2, 1)),
    "Transpose": lambda: lambda x: ops.transpose(x, (0, 2, 1)),
    "Reshape to one position": lambda: layers.Reshape((1, -1)),
    "Softmax along the axis": lambda: layers.Softmax(axis=1),
}


def window_of(call: Any, shape: tuple[int | None, ...]) -> Any:
    """What the catalog says of the call."""
    asked = asked_of(call, (shape,))  # type: ignore[arg-type]
    window = cost_of(asked).window
    return window(asked.entry.config, asked.arguments) if callable(window) else window


def taken(window: Window, place: int, size: int) -> set[int]:
    """The inputs that an output takes, those in the padding left out."""
    assert window.first is not None
    first = place * Fraction(window.stride) + window.first
    return {i for i in range(ceil(first), floor(first + window.size - 1) + 1) if 0 <= i < size}


@pytest.mark.parametrize("size", [10])
@pytest.mark.parametrize("name", CASES)
def test_one_input_at_a_time(name: str, size: int) -> None:
    """Each sample has a one in another place: what is not what it is without, depends on it."""
    call = CASES[name]()
    channels = 2 if name == "LayerNormalization" else 1
    window = window_of(call, (size, size, channels))
    samples = np.zeros((size + 1, size, channels), "float32")
    samples[range(size), range(size), 0] = 1.0
    out = ops.convert_to_numpy(call(ops.convert_to_tensor(samples)))
    changed = (out[:-1] != out[-1:]).any(axis=-1)
    for place in range(out.shape[1]):
        found = set(np.flatnonzero(changed[:, place]))
        if window == "whole":
            assert found == set(range(size))
        else:
            (own,) = (Window(1, Fraction(1), 0),) if window == "pointwise" else window
            assert found == taken(own, place, size)


def reach(call: Any, size: int) -> list[set[int]]:
    """The rows of a picture that each row of the output depends on."""
    samples = np.zeros((size + 1, size, size, 1), "float32")
    samples[range(size), range(size)] = 1.0
    out = ops.convert_to_numpy(call(ops.convert_to_tensor(samples)))
    changed = (np.abs(out[:-1] - out[-1:]) > 1e-6).any(axis=(2, 3))
    return [set(np.flatnonzero(column)) for column in changed.T]


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("name", ["nearest", "bilinear", "bicubic"])
def test_interpolation(name: str, factor: int) -> None:
    """At the border, pixels stand for those that are not there; inside, all within the window are taken."""
    size = 8
    for call in (layers.UpSampling2D(factor, interpolation=name), layers.Resizing(size * factor, size * factor, name)):
        (window, other) = window_of(call, (1, size, size, 1))
        assert window == other
        found = reach(call, size)
        edge = 3 * factor
        for place in range(edge, size * factor - edge):
            on_a_pixel = (2 * place + 1) % (2 * factor) == factor  # where bicubic weights of the others are 0
            own = {place // factor} if on_a_pixel else taken(window, place, size)
            assert found[place] == own <= taken(window, place, size)


@pytest.mark.parametrize("wanted", [3, 7, 12, 21])
@pytest.mark.parametrize("name", ["nearest", "bilinear"])
def test_resizing_to_any_length(name: str, wanted: int) -> None:
    """Each output takes no more than its window says, and one at least takes all of that."""
    size = 14
    (window, _) = window_of(layers.Resizing(wanted, wanted, name), (1, size, size, 1))
    assert window.stride == Fraction(size, wanted)
    found = reach(layers.Resizing(wanted, wanted, name), size)
    own = [taken(window, place, size) for place in range(wanted)]
    assert all(some <= most for some, most in zip(found, own, strict=True))
    assert any(some == most for some, most in zip(found, own, strict=True))


@pytest.mark.parametrize("size", [10, 11])
def test_a_picture_cropped_to_its_centre(size: int) -> None:
    layer = layers.CenterCrop(6, 6)
    window = window_of(layer, (1, size, size, 1))
    assert reach(layer, size) == [taken(window[0], place, size) for place in range(6)]


def test_windows_of_adaptive_pooling() -> None:
    """As many inputs as the bounds of the windows say: from floor(i·n/m) to ceil((i+1)·n/m)."""
    for size in range(1, 13):
        for wanted in range(1, 13):
            bounds = [(i * size // wanted, ceil(Fraction((i + 1) * size, wanted))) for i in range(wanted)]
            assert adapted_windows(size, wanted) == sum(last - first for first, last in bounds)
    assert adapted_windows(10**15, 10**15 - 1) == 2 * 10**15 - 2


def test_dilation_bounds() -> None:
    """Between the bounds a dilated window leaves inputs out."""
    layer = layers.Conv1D(1, 3, dilation_rate=2, padding="same", **ONES)
    (window,) = window_of(layer, (1, 9, 1))
    assert window == Window(5, Fraction(1), -2)


@pytest.mark.parametrize(("stride", "first"), [(1, -1), (2, None)])
def test_an_open_length(stride: int, first: int | None) -> None:
    """What "same" pads depends on the length where the window moves by more than one."""
    (window,) = window_of(layers.Conv1D(1, 3, strides=stride, padding="same"), (1, None, 1))
    assert window == Window(3, Fraction(stride), first)


def test_channels_first() -> None:
    layer = layers.ZeroPadding2D(((1, 2), (3, 4)), data_format="channels_first")
    up, across = window_of(layer, (1, 3, 8, 9))
    assert (up.first, across.first) == (-1, -3)
    assert [window.first for window in window_of(layers.MaxPooling2D(2, 2), (1, 8, 9, 3))] == [0, 0]
    assert keras.config.image_data_format() == "channels_last"


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (layers.Permute((2, 1, 3)), None),
        (layers.Concatenate(axis=1), None),
        (layers.GroupNormalization(2), "whole"),
        (layers.LayerNormalization(axis=(1, 2, 3)), "whole"),
        (layers.BatchNormalization(), "pointwise"),
        (layers.Permute((1, 3, 2)), None),
        (layers.Permute((1, 2, 3)), "pointwise"),
        (layers.Reshape((8, 8, 2, 2)), None),
        (layers.Reshape((64, 4)), None),
        (layers.Reshape((8, 32)), None),
        (layers.Reshape((16, 4, 4)), None),
        (layers.Reshape((8, -1, 4)), "pointwise"),
        (layers.Reshape((1, 1, -1)), "whole"),
        (layers.Dropout(0.5), "pointwise"),
    ],
    ids=lambda value: str(value) if value is None or isinstance(value, str) else type(value).__name__,
)
def test_fields(call: Any, field: str | None) -> None:
    """What changes the order of axes, or sets tensors side by side, leaves no window that holds everywhere."""
    asked = asked_of(call if not isinstance(call, layers.Concatenate) else lambda x: call([x, x]), ((1, 8, 8, 4),))
    window = cost_of(asked).window
    if field is None:
        with pytest.raises(ValueError, match=r"\w"):
            assert callable(window) and window(asked.entry.config, asked.arguments)
    else:
        assert (window(asked.entry.config, asked.arguments) if callable(window) else window) == field
