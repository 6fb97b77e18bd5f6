"""keras.layers pooling: windows, whole axes (global) and windows to a given size (adaptive)."""

from __future__ import annotations

from netviz.catalog.costs import convolution as costs
from netviz.catalog.kinds import LayerKind, OutputRule
from netviz.catalog.outputs import of_shape
from netviz.catalog.settings import flag, sizes, text
from netviz.catalog.shapes import arranged, spatial, window_output
from netviz.model import Config, Shape


def pooled(config: Config, axes: Shape, padding: str) -> Shape:
    """The spatial axes after pooling; strides are the window's size where not given."""
    rank = len(axes)
    windows = sizes(config, "pool_size", rank, 2)
    strides = sizes(config, "strides", rank, list(windows))
    return tuple(
        window_output(size, window, stride, 1, padding)
        for size, window, stride in zip(axes, windows, strides, strict=True)
    )


def pooling(rank: int) -> OutputRule:
    """The rule of MaxPoolingND and AveragePoolingND."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, axes, channels = spatial(config, shape, rank)
        return arranged(config, batch, pooled(config, axes, text(config, "padding", "valid")), channels)

    return of_shape(output)


def global_pooling(rank: int) -> OutputRule:
    """The rule of GlobalMaxPoolingND and GlobalAveragePoolingND: no spatial axes, or of length 1."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, axes, channels = spatial(config, shape, rank)
        return arranged(config, batch, (1,) * len(axes) if flag(config, "keepdims", False) else (), channels)

    return of_shape(output)


def adaptive_pooling(rank: int) -> OutputRule:
    """The rule of AdaptiveMaxPoolingND and AdaptiveAveragePoolingND: axes of `output_size`."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, _, channels = spatial(config, shape, rank)
        return arranged(config, batch, sizes(config, "output_size", rank), channels)

    return of_shape(output)


KINDS = tuple(
    LayerKind(pattern.format(rank), "pooling", rule, cost=cost)
    for rank in (1, 2, 3)
    for rule, cost, names in (
        (
            pooling(rank),
            costs.pooling(rank),
            ("MaxPooling{}D", "MaxPool{}D", "AveragePooling{}D", "AvgPool{}D"),
        ),
        (global_pooling(rank), costs.GLOBAL_HIGHEST, ("GlobalMaxPooling{}D", "GlobalMaxPool{}D")),
        (global_pooling(rank), costs.GLOBAL_MEAN, ("GlobalAveragePooling{}D", "GlobalAvgPool{}D")),
        (
            adaptive_pooling(rank),
            costs.adaptive_pooling(rank),
            ("AdaptiveMaxPooling{}D", "AdaptiveAveragePooling{}D"),
        ),
    )
    for pattern in names
)
