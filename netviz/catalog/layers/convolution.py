"""keras.layers convolutions: plain, depthwise, separable and transposed, over one to three axes."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.costs import convolution as costs
from netviz.catalog.formulas import times
from netviz.catalog.kinds import Arguments, Expected, LayerKind, OutputRule, ShapesRule
from netviz.catalog.outputs import first_shape, of_shape
from netviz.catalog.quantization import quantizable
from netviz.catalog.settings import integer, integers, sizes, text
from netviz.catalog.shapes import arranged, spatial, transposed_output, window_output
from netviz.catalog.stored import BIAS, KERNEL, Variable, variables
from netviz.model import Config, Shape

DEPTHWISE = Variable("depthwise_kernel")
POINTWISE = Variable("pointwise_kernel")


def convolved(config: Config, axes: Shape) -> Shape:
    """The spatial axes after a convolution with the config's kernel, strides, dilation and padding."""
    rank = len(axes)
    return tuple(
        window_output(size, window, stride, dilation, text(config, "padding", "valid"))
        for size, window, stride, dilation in zip(
            axes,
            sizes(config, "kernel_size", rank),
            sizes(config, "strides", rank, 1),
            sizes(config, "dilation_rate", rank, 1),
            strict=True,
        )
    )


def convolution(rank: int) -> OutputRule:
    """The rule of ConvND and SeparableConvND: `filters` channels."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, axes, _ = spatial(config, shape, rank)
        return arranged(config, batch, convolved(config, axes), integer(config, "filters"))

    return of_shape(output)


def depthwise(rank: int) -> OutputRule:
    """The rule of DepthwiseConvND: `depth_multiplier` channels for each one that goes in."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, axes, channels = spatial(config, shape, rank)
        out = None if channels is None else channels * integer(config, "depth_multiplier", 1)
        return arranged(config, batch, convolved(config, axes), out)

    return of_shape(output)


def lengthened(config: Config, axes: Shape) -> Shape:
    """The spatial axes after a transposed convolution."""
    rank = len(axes)
    stated = config.get("output_padding")
    extras: tuple[int | None, ...] = (None,) if stated is None else integers(stated)
    extras = extras * rank if len(extras) == 1 else extras
    return tuple(
        transposed_output(size, window, stride, dilation, text(config, "padding", "valid"), extra)
        for size, window, stride, dilation, extra in zip(
            axes,
            sizes(config, "kernel_size", rank),
            sizes(config, "strides", rank, 1),
            sizes(config, "dilation_rate", rank, 1),
            extras,
            strict=True,
        )
    )


def transposed(rank: int) -> OutputRule:
    """The rule of ConvNDTranspose."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, axes, _ = spatial(config, shape, rank)
        return arranged(config, batch, lengthened(config, axes), integer(config, "filters"))

    return of_shape(output)


def channels_in(config: Config, arguments: Arguments, rank: int) -> int | None:
    """How many channels go in, None where that is not known."""
    shape = first_shape(arguments)
    return None if shape is None else spatial(config, shape, rank)[2]


def kernel_shapes(rank: int, *, transposed: bool = False) -> ShapesRule:
    """A kernel of window, channels of a group and filters; transposed, of window, filters and channels."""

    def shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
        channels, filters = channels_in(config, arguments, rank), integer(config, "filters")
        window = sizes(config, "kernel_size", rank)
        if transposed:
            return {"kernel": Expected((*window, filters, channels)), "bias": Expected((filters,))}
        group = None if channels is None else channels // integer(config, "groups", 1)
        return {"kernel": Expected((*window, group, filters)), "bias": Expected((filters,))}

    return shapes


def depthwise_shapes(rank: int) -> ShapesRule:
    """A kernel of window, channels and multiplier, a bias for each channel that comes out."""

    def shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
        channels, multiplier = channels_in(config, arguments, rank), integer(config, "depth_multiplier", 1)
        out = None if channels is None else channels * multiplier
        kernel = (*sizes(config, "kernel_size", rank), channels, multiplier)
        return {"kernel": Expected(kernel), "bias": Expected((out,))}

    return shapes


def separable_shapes(rank: int) -> ShapesRule:
    """A depthwise kernel, and a pointwise one from its channels to the filters."""

    def shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
        spread = depthwise_shapes(rank)(config, arguments)
        filters = integer(config, "filters")
        return {
            "depthwise_kernel": spread["kernel"],
            "pointwise_kernel": Expected((*(1,) * rank, *spread["bias"].shape, filters)),
            "bias": Expected((filters,)),
        }

    return shapes


def by_channel(kernel: Shape) -> str:
    """A depthwise kernel's parameters: "3·3·32", and a factor more for several filters to a channel."""
    *window, filters = kernel
    return times(*window) if filters == 1 else times(*kernel)


def depthwise_formula(config: Config, shapes: tuple[Shape, ...]) -> str:
    """A window for each channel: "3·3·32 + 32"."""
    kernel, *bias = shapes
    return " + ".join([by_channel(kernel), *(times(*own) for own in bias)])


def separable_formula(config: Config, shapes: tuple[Shape, ...]) -> str:
    """A window for each channel, and a weight from each to each new one: "3·3·32 + 32·64 + 64"."""
    kernel, pointwise, *bias = shapes
    if any(length != 1 for length in pointwise[:-2]):
        raise ValueError(f"no pointwise kernel is of {pointwise}")
    return " + ".join([by_channel(kernel), times(*pointwise[-2:]), *(times(*own) for own in bias)])


adaptable = quantizable(KERNEL, BIAS, forms=())
"""Kernel and bias, and what LoRA adds to them."""

KINDS = (
    *(
        LayerKind(
            name,
            "convolution",
            convolution(rank),
            adaptable,
            stored=adaptable,
            shapes=kernel_shapes(rank),
            cost=costs.layer(costs.convolved, rank),
        )
        for rank in (1, 2, 3)
        for name in (f"Conv{rank}D", f"Convolution{rank}D")
    ),
    *(
        LayerKind(
            name,
            "convolution",
            transposed(rank),
            variables(KERNEL, BIAS),
            shapes=kernel_shapes(rank, transposed=True),
            cost=costs.layer(costs.transposed, rank),
        )
        for rank in (1, 2, 3)
        for name in (f"Conv{rank}DTranspose", f"Convolution{rank}DTranspose")
    ),
    *(
        LayerKind(
            f"DepthwiseConv{rank}D",
            "convolution",
            depthwise(rank),
            variables(KERNEL, BIAS),
            shapes=depthwise_shapes(rank),
            formula=depthwise_formula,
            cost=costs.layer(costs.depthwise, rank),
        )
        for rank in (1, 2)
    ),
    *(
        LayerKind(
            name,
            "convolution",
            convolution(rank),
            variables(DEPTHWISE, POINTWISE, BIAS),
            shapes=separable_shapes(rank),
            formula=separable_formula,
            cost=costs.layer(costs.separable, rank),
        )
        for rank in (1, 2)
        for name in (f"SeparableConv{rank}D", f"SeparableConvolution{rank}D")
    ),
)
