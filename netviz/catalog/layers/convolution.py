"""keras.layers convolutions: plain, depthwise, separable and transposed, over one to three axes."""

from __future__ import annotations

from netviz.catalog.kinds import LayerKind, OutputRule
from netviz.catalog.outputs import of_shape
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


KINDS = (
    *(
        LayerKind(name, "convolution", convolution(rank), variables(KERNEL, BIAS))
        for rank in (1, 2, 3)
        for name in (f"Conv{rank}D", f"Convolution{rank}D")
    ),
    *(
        LayerKind(name, "convolution", transposed(rank), variables(KERNEL, BIAS))
        for rank in (1, 2, 3)
        for name in (f"Conv{rank}DTranspose", f"Convolution{rank}DTranspose")
    ),
    *(LayerKind(f"DepthwiseConv{rank}D", "convolution", depthwise(rank), variables(KERNEL, BIAS)) for rank in (1, 2)),
    *(
        LayerKind(name, "convolution", convolution(rank), variables(DEPTHWISE, POINTWISE, BIAS))
        for rank in (1, 2)
        for name in (f"SeparableConv{rank}D", f"SeparableConvolution{rank}D")
    ),
)
