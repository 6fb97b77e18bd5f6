"""Which input positions an output position is made of: windows of convolutions, pooling, padding and resizing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from netviz.catalog.kinds import Arguments, Field, Window, WindowRule
from netviz.catalog.outputs import first_shape, given, operand
from netviz.catalog.settings import (
    integer,
    integers,
    pairs,
    sizes,
    text,
)
from netviz.catalog.shapes import spatial
from netviz.model import Config, Shape

SAME = Window(1, Fraction(1), 0)
"""The same position."""


def span(window: int, dilation: int) -> int:
    """How far a dilated window reaches."""
    return dilation * (window - 1) + 1


def padded_before(size: int | None, reach: int, stride: int, padding: str) -> int | None:
    """How many positions are added before an axis; None where that depends on a length that is not known.

    Source: tensorflow/core/framework/kernel_shape_util.cc, GetWindowedOutputSizeVerbose; of "causal"
    keras.layers.Conv1D.
    """
    if padding == "valid":
        return 0
    if padding == "causal":
        return reach - 1
    if padding != "same":
        raise ValueError(f"unknown padding {padding!r:.80}")
    if stride == 1:
        return (reach - 1) // 2
    return None if size is None else max((-(-size // stride) - 1) * stride + reach - size, 0) // 2


def slid(size: int | None, window: int, stride: int, dilation: int, padding: str) -> Window:
    """The window of a convolution or pooling along one axis."""
    reach = span(window, dilation)
    before = padded_before(size, reach, stride, padding)
    return Window(reach, Fraction(stride), None if before is None else -before)


def axes_in(config: Config, arguments: Arguments, rank: int | None) -> Shape:
    """The spatial axes of the first tensor that goes in, of any length where its shape is not known."""
    shape = first_shape(arguments)
    if shape is None:
        if rank is None:
            raise ValueError("the number of axes is not known")
        return (None,) * rank
    return spatial(config, shape, len(shape) - 2 if rank is None else rank)[1]


def convolution(rank: int | None = None) -> WindowRule:
    """The windows of convolutions; without a rank it follows from what goes in."""

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...]:
        axes = axes_in(config, arguments, rank)
        padding = text(config, "padding", "valid").lower()
        keys = (("kernel_size", None), ("strides", 1), ("dilation_rate", 1))
        reach, strides, dilation = (sizes(config, key, len(axes), default) for key, default in keys)
        return tuple(
            slid(size, own, stride, apart, padding)
            for size, own, stride, apart in zip(axes, reach, strides, dilation, strict=True)
        )

    return window


def with_kernel(rule: WindowRule, name: str) -> WindowRule:
    """The windows of a convolution of which the kernel is the second argument."""

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...] | Field:
        kernel = operand(given(arguments, 1, name))
        if kernel is None or kernel.shape is None:
            raise ValueError("a kernel that is not known")
        return rule({**config, "kernel_size": kernel.shape[:-2]}, arguments)

    return window


def pooling(rank: int | None = None) -> WindowRule:
    """The windows of pooling; strides are the window's size where not given."""

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...]:
        axes = axes_in(config, arguments, rank)
        reach = sizes(config, "pool_size", len(axes), 2)
        strides = sizes(config, "strides", len(axes), list(reach))
        padding = text(config, "padding", "valid").lower()
        return tuple(
            slid(size, own, stride, 1, padding) for size, own, stride in zip(axes, reach, strides, strict=True)
        )

    return window


def lengthened(window: int, stride: int, dilation: int, padding: str, extra: int | None) -> Window:
    """The window of a transposed convolution along one axis: output o takes i where 0 <= o + before - i·stride < reach.

    `before` is what the convolution the other way pads. Sources: tf.nn.conv2d_transpose, which is the gradient of that
    convolution; for its output's length keras.src.backend.common.backend_utils.
    """
    reach = span(window, dilation)
    if padding == "valid":
        before = 0
    elif padding != "same":
        raise ValueError(f"unknown padding {padding!r:.80}")
    else:
        before = max(reach - stride, 0) if extra is None else max(reach - reach % 2 - extra, 0)
        before //= 2
    return Window(1 + Fraction(reach - 1, stride), Fraction(1, stride), Fraction(before - reach + 1, stride))


def transposed(rank: int | None = None) -> WindowRule:
    """The windows of transposed convolutions."""

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...]:
        axes = axes_in(config, arguments, rank)
        stated = config.get("output_padding")
        extras: tuple[int | None, ...] = (None,) if stated is None else integers(stated)
        extras = extras * len(axes) if len(extras) == 1 else extras
        keys = (("kernel_size", None), ("strides", 1), ("dilation_rate", 1))
        reach, strides, dilation = (sizes(config, key, len(axes), default) for key, default in keys)
        padding = text(config, "padding", "valid").lower()
        return tuple(
            lengthened(own, stride, apart, padding, extra)
            for own, stride, apart, extra in zip(reach, strides, dilation, extras, strict=True)
        )

    return window


INTERPOLATED: Mapping[str, int] = {"bilinear": 1, "bicubic": 2}
"""How far from a place, in positions, those lie that it is interpolated from: all that are nearer."""


def repeated(factor: int) -> Window:
    """The window where each position is repeated: output o takes the i with i·factor <= o < (i + 1)·factor."""
    return Window(1 + Fraction(factor - 1, factor), Fraction(1, factor), Fraction(1 - factor, factor))


def interpolated(factor: int, reach: int) -> Window:
    """The window where output o takes all i nearer than `reach` to (o + 1/2)/factor - 1/2.

    These places are whole numbers of 1/(2·factor), so that the nearest that is still taken is that much nearer.
    Source: tf.image.resize, half_pixel_centers.
    """
    step = Fraction(1, factor)
    return Window(1 + 2 * reach - step, step, step - Fraction(1, 2) - reach)


def up_sampling(rank: int) -> WindowRule:
    """The windows of UpSamplingND: the position repeated, or with interpolation those that it lies between."""

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...]:
        name = text(config, "interpolation", "nearest")
        factors = sizes(config, "size", rank, 2)
        if name == "nearest":
            return tuple(map(repeated, factors))
        reach = INTERPOLATED[name]
        return tuple(SAME if factor == 1 else interpolated(factor, reach) for factor in factors)

    return window


def resized(size: int | None, wanted: int, name: str) -> Window:
    """The window of resizing to a length: output o lies at (o + 1/2)·size/wanted - 1/2, in steps of 1/(2·wanted).

    It takes all inputs nearer than a radius, the nearest one alone the one it lies in. Source: tf.image.resize,
    half_pixel_centers.
    """
    if not size or wanted < 1:
        raise ValueError("a length that is not known")
    if size == wanted:
        return SAME
    stride, step = Fraction(size, wanted), Fraction(1, 2 * wanted)
    if name == "nearest":
        return Window(2 - step, stride, stride / 2 - 1 + step)
    radius = INTERPOLATED[name]
    return Window(1 + 2 * (radius - step), stride, stride / 2 - Fraction(1, 2) - radius + step)


def resizing(*keys: str) -> WindowRule:
    """The windows of resizing to the lengths under `keys`, or under one key that has both."""

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...]:
        if any(config.get(key) for key in ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio")):
            raise ValueError("more than the neighbours, or only a part of the picture")
        axes = axes_in(config, arguments, 2)
        wanted = sizes(config, keys[0], 2) if len(keys) == 1 else tuple(integer(config, key) for key in keys)
        name = text(config, "interpolation", "bilinear")
        return tuple(resized(size, own, name) for size, own in zip(axes, wanted, strict=True))

    return window


def center_crop(config: Config, arguments: Arguments) -> tuple[Window, ...]:
    """The same position further on by half of what is cut off. Source: keras.layers.CenterCrop.transform_images."""
    found = []
    for size, key in zip(axes_in(config, arguments, 2), ("height", "width"), strict=True):
        wanted = integer(config, key)
        if size is None or size < wanted:
            raise ValueError("a length that is not known, or too small")
        found.append(Window(1, Fraction(1), (size - wanted) // 2))
    return tuple(found)


def blocks(*, larger: bool) -> WindowRule:
    """Channels laid out as blocks of positions (larger), or blocks as channels."""

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...]:
        size = integer(config, "block_size")
        return (repeated(size) if larger else Window(size, Fraction(size), 0),) * 2

    return window


def cropping(rank: int) -> WindowRule:
    """The windows of CroppingND: the same position further on."""
    return lambda config, arguments: tuple(
        Window(1, Fraction(1), before) for before, _ in pairs(config, "cropping", rank)
    )


def zero_padding(rank: int) -> WindowRule:
    """The windows of ZeroPaddingND: the same position before."""
    return lambda config, arguments: tuple(
        Window(1, Fraction(1), -before) for before, _ in pairs(config, "padding", rank)
    )


def adaptive(rank: int | None = None) -> WindowRule:
    """The windows of adaptive pooling where they are all alike: the length is a multiple of `output_size`."""

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...]:
        axes = axes_in(config, arguments, rank)
        found = []
        for size, wanted in zip(axes, sizes(config, "output_size", len(axes)), strict=True):
            if size is None or size % wanted:
                raise ValueError("windows that differ")
            found.append(Window(size // wanted, Fraction(size // wanted), 0))
        return tuple(found)

    return window
