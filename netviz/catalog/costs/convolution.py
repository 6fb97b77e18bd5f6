"""Convolutions and pooling: a multiply-accumulate for each weight of the window at each place.

Sources: core/kernels of the profiler of TensorFlow for Conv2D, DepthwiseConv2dNative and Conv2DBackpropInput
(tensorflow/core/framework and python/profiler/internal/flops_registry.py); a place in the padding counts as any other.
"""

from __future__ import annotations

import math

from netviz.catalog.costs import windows
from netviz.catalog.costs.forms import (
    Outputs,
    activated,
    known,
    low_rank,
    made,
    multiplied,
    nothing,
    taken,
    together,
)
from netviz.catalog.costs.functions import activation
from netviz.catalog.kinds import Arguments, CostKind, Field, Holding, Window, Work, WorkRule
from netviz.catalog.outputs import given, operand, subjects
from netviz.catalog.settings import flag, integer, integers, sizes
from netviz.catalog.shapes import spatial
from netviz.model import Config


def channels(config: Config, arguments: Arguments) -> int:
    """How many channels the first tensor has that goes in."""
    shape = known(subjects(arguments)[0].shape)
    found = spatial(config, shape, len(shape) - 2)[2]
    assert found is not None
    return found


def window_of(config: Config, rank: int) -> int:
    """How many places the kernel has."""
    return math.prod(sizes(config, "kernel_size", rank))


def behind(config: Config, outputs: Outputs) -> int:
    """Operations of the bias and the activation that follow."""
    return made(outputs) * (flag(config, "use_bias", True) + activation(config))


def convolved(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by window by the channels of a group."""
    rank = len(known(outputs[0].shape)) - 2
    inner = channels(config, arguments) // integer(config, "groups", 1)
    window = window_of(config, rank)
    own = multiplied(made(outputs) * window * inner, behind(config, outputs))
    return together(own, low_rank(config, window * inner, integer(config, "filters")))


def transposed(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Inputs by window by filters. The profiler's number for "same", where it divides the outputs by the strides."""
    rank = len(known(outputs[0].shape)) - 2
    macs = taken(arguments) * window_of(config, rank) * integer(config, "filters")
    return multiplied(macs, behind(config, outputs))


def depthwise(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by window."""
    rank = len(known(outputs[0].shape)) - 2
    return multiplied(made(outputs) * window_of(config, rank), behind(config, outputs))


def separable(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """A depthwise convolution, and a pointwise one of what that makes: Chollet (2017), equation of section 1.2."""
    rank = len(known(outputs[0].shape)) - 2
    between = made_between(config, arguments, outputs)
    filters = integer(config, "filters")
    return multiplied(between * window_of(config, rank) + between * filters, behind(config, outputs))


def made_between(config: Config, arguments: Arguments, outputs: Outputs) -> int:
    """How many elements the depthwise part of a separable convolution gives to the pointwise one."""
    filters = integer(config, "filters")
    places = made(outputs) // filters if filters else 0
    return places * channels(config, arguments) * integer(config, "depth_multiplier", 1)


def separable_holds(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
    """What the depthwise part makes, after which the inputs are not needed; and the outputs."""
    between, behind = made_between(config, arguments, outputs), activated(config, arguments, outputs)
    return Holding(max(between + made(outputs), behind.running), between + behind.kept, first=between)


def layer(work: WorkRule, rank: int) -> CostKind:
    """The cost of a convolution as a layer, with that many spatial axes."""
    window = windows.transposed(rank) if work is transposed else windows.convolution(rank)
    return CostKind(work, window, held=separable_holds if work is separable else activated)


def kernel_given(arguments: Arguments, name: str) -> tuple[int, ...]:
    """The shape of the kernel that keras.ops was given."""
    kernel = operand(given(arguments, 1, name))
    return known(None if kernel is None else kernel.shape)


def convolution(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by window by the channels of a group, which are all axes of the kernel but the last."""
    return multiplied(made(outputs) * math.prod(kernel_given(arguments, "kernel")[:-1]))


def depthwise_convolution(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by window."""
    return multiplied(made(outputs) * math.prod(kernel_given(arguments, "kernel")[:-2]))


def transposed_convolution(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Inputs by window by filters, which come before the channels in such a kernel."""
    return multiplied(taken(arguments) * math.prod(kernel_given(arguments, "kernel")[:-1]))


def separable_operation(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """As the layer, by the shapes of both kernels."""
    *window, inner, multiplier = kernel_given(arguments, "depthwise_kernel")
    shape = known(outputs[0].shape)
    filters = spatial(config, shape, len(shape) - 2)[2] or 0
    between = made(outputs) // filters * inner * multiplier if filters else 0
    return multiplied(between * math.prod(window) + between * filters)


CONV = CostKind(convolution, windows.with_kernel(windows.convolution(), "kernel"))
CONV_TRANSPOSE = CostKind(transposed_convolution, windows.with_kernel(windows.transposed(), "kernel"))
DEPTHWISE_CONV = CostKind(depthwise_convolution, windows.with_kernel(windows.convolution(), "kernel"))
SEPARABLE_CONV = CostKind(separable_operation, windows.with_kernel(windows.convolution(), "depthwise_kernel"))


def pooled(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by window, whether for the highest or the mean: the profiler's MaxPool and AvgPool."""
    rank = len(known(outputs[0].shape)) - 2
    return Work(0, made(outputs) * math.prod(sizes(config, "pool_size", rank, 2)))


def adapted_windows(size: int, wanted: int) -> int:
    """How many inputs the windows of an axis have that is pooled to a length: from floor(i·n/m) to ceil((i+1)·n/m).

    All inputs once, and one more for each of the borders between windows that lies within an input: those i·n/m of
    i = 1 to m - 1 which are no whole numbers. Source: keras.src.backend.tensorflow.nn, adaptive pooling.
    """
    return size + wanted - math.gcd(size, wanted)


def adaptive(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """An operation for each value in a window, as for other pooling."""
    shape = known(subjects(arguments)[0].shape)
    batch, axes, depth = spatial(config, shape, len(shape) - 2)
    wanted = sizes(config, "output_size", len(axes))
    counts = (adapted_windows(size or 0, own) for size, own in zip(axes, wanted, strict=True))
    return Work(0, (batch or 0) * (depth or 0) * math.prod(counts))


def global_mean(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """An operation for each input: the profiler's Mean."""
    return Work(0, taken(arguments))


def global_highest(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """A comparison for each input but the first of each window."""
    return Work(0, taken(arguments) - made(outputs))


def pooling(rank: int | None = None) -> CostKind:
    """The cost of pooling by windows; without a rank it follows from what goes in."""
    return CostKind(pooled, windows.pooling(rank))


def adaptive_pooling(rank: int | None = None) -> CostKind:
    """The cost of pooling to a given size."""
    return CostKind(adaptive, windows.adaptive(rank))


GLOBAL_MEAN = CostKind(global_mean, "whole")
GLOBAL_HIGHEST = CostKind(global_highest, "whole")


def patches_window(config: Config, arguments: Arguments) -> tuple[Window, ...] | Field:
    """The windows that patches are cut out by, side by side where no strides are given."""
    size = integers(config.get("size"))
    size = size * 2 if len(size) == 1 else size
    strides = size if config.get("strides") is None else config["strides"]
    return windows.convolution(len(size))({**config, "kernel_size": size, "strides": strides}, arguments)


def folded(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """An addition for each value of a patch, which is added to what stands there. Source: keras.ops.fold."""
    return Work(0, taken(arguments))


PATCHES = CostKind(nothing, patches_window)
FOLDED = CostKind(folded, None)
