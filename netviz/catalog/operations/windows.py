"""keras.ops that slide windows over images and signals: convolutions with given kernels, patches."""

from __future__ import annotations

from collections.abc import Callable

from netviz.catalog.costs import convolution as costs
from netviz.catalog.costs.forms import MOVED
from netviz.catalog.kinds import Arguments, LayerKind, OutputRule
from netviz.catalog.layers.convolution import convolved, lengthened
from netviz.catalog.outputs import dtype_in, first_tensor, given, of_shape, operand
from netviz.catalog.settings import integers, sizes, text
from netviz.catalog.shapes import arranged, product, spatial
from netviz.model import Config, Shape


def kernel_shape(arguments: Arguments, place: int, name: str) -> Shape | None:
    """The shape of the kernel at that place or of that name."""
    array = operand(given(arguments, place, name))
    return None if array is None else array.shape


def with_kernel(
    name: str, slide: Callable[[Config, Shape], Shape], channels: Callable[[Shape], int | None]
) -> OutputRule:
    """The rule of convolutions with the kernel of that name, whose last two axes tell the `channels` that come out."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shape, kernel = first_tensor(arguments).shape, kernel_shape(arguments, 1, name)
        if shape is None or kernel is None:
            return (None,)
        batch, axes, _ = spatial(config, shape, len(shape) - 2)
        windows = {**config, "kernel_size": kernel[:-2], "padding": text(config, "padding", "valid").lower()}
        return (arranged(config, batch, slide(windows, axes), channels(kernel)),)

    return output


convolution = with_kernel("kernel", convolved, lambda kernel: kernel[-1])
transposed = with_kernel("kernel", lengthened, lambda kernel: kernel[-2])
depthwise = with_kernel("kernel", convolved, lambda kernel: product(kernel[-2:]))


def separable(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """As the depthwise convolution, with the channels of the pointwise kernel."""
    (shape,) = with_kernel("depthwise_kernel", convolved, lambda kernel: None)(config, arguments)
    pointwise = kernel_shape(arguments, 2, "pointwise_kernel")
    if shape is None or pointwise is None:
        return (None,)
    batch, axes, _ = spatial(config, shape, len(shape) - 2)
    return (arranged(config, batch, axes, pointwise[-1]),)


@of_shape
def patches_output(config: Config, shape: Shape) -> Shape:
    """Windows laid out as channels, over two axes or, where `size` has three values, three.

    Source: keras.src.ops.image.ExtractPatches.
    """
    size = integers(config.get("size"))
    size = size * 2 if len(size) == 1 else size
    batched = len(shape) == len(size) + 2
    batch, axes, channels = spatial(config, shape if batched else (None, *shape), len(size))
    strides = size if config.get("strides") is None else config["strides"]
    windows = convolved({**config, "kernel_size": size, "strides": strides}, axes)
    out = arranged(config, batch, windows, product((*size, channels)))
    return out if batched else out[1:]


@of_shape
def folded_output(config: Config, shape: Shape) -> Shape:
    """Patches put together to images of `output_size`, channels first."""
    batch, channels, _ = shape
    window = product(sizes(config, "kernel_size", 2))
    if channels is not None and window and channels % window:
        raise ValueError(f"{channels} channels do not fill windows of {window}")
    inner = None if channels is None or window is None else channels // window
    return (batch, inner, *sizes(config, "output_size", 2))


@of_shape
def unfolded_output(config: Config, shape: Shape) -> Shape:
    """Images, channels first, as (batch, values of a window, windows). Source: keras.src.ops.nn.Unfold."""
    batch, channels, *axes = shape
    settings = (sizes(config, key, len(axes), 1) for key in ("kernel_size", "dilation", "stride"))
    windows, dilations, strides = settings
    margins = sizes(config, "padding", len(axes), 0)
    counts = [
        None if size is None else (size + 2 * margin - dilation * (window - 1) - 1) // stride + 1
        for size, window, dilation, stride, margin in zip(axes, windows, dilations, strides, margins, strict=True)
    ]
    return (batch, product((channels, *windows)), product(tuple(counts)))


KINDS = (
    LayerKind("Conv", "convolution", convolution, dtype=dtype_in, cost=costs.CONV),
    LayerKind("ConvTranspose", "convolution", transposed, dtype=dtype_in, cost=costs.CONV_TRANSPOSE),
    LayerKind("DepthwiseConv", "convolution", depthwise, dtype=dtype_in, cost=costs.DEPTHWISE_CONV),
    LayerKind("SeparableConv", "convolution", separable, dtype=dtype_in, cost=costs.SEPARABLE_CONV),
    LayerKind("ExtractPatches", "reshaping", patches_output, dtype=dtype_in, cost=costs.PATCHES),
    LayerKind("Fold", "reshaping", folded_output, dtype=dtype_in, cost=costs.FOLDED),
    LayerKind("Unfold", "reshaping", unfolded_output, dtype=dtype_in, cost=MOVED),
)
