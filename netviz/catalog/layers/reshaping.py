"""keras.layers reshaping: the values stay, or are repeated, cut or padded with zeros."""

from __future__ import annotations

from netviz.catalog.costs import reshaping as costs
from netviz.catalog.costs.forms import FILLED as REPEATED
from netviz.catalog.costs.forms import RESHAPED
from netviz.catalog.kinds import LayerKind, OutputRule
from netviz.catalog.outputs import dtype_cast, of_shape
from netviz.catalog.settings import integer, integers, lengths, pairs, sizes
from netviz.catalog.shapes import arranged, permuted, product, reshaped, spatial
from netviz.model import Config, Shape


@of_shape
def flatten_output(config: Config, shape: Shape) -> Shape:
    """One axis besides the batch."""
    return (shape[0], product(shape[1:]))


@of_shape
def reshape_output(config: Config, shape: Shape) -> Shape:
    """`target_shape` behind the batch axis, a -1 in it worked out."""
    return (shape[0], *reshaped(shape[1:], lengths(config.get("target_shape"))))


@of_shape
def permute_output(config: Config, shape: Shape) -> Shape:
    """The axes behind the batch in the order of `dims`, which count from 1."""
    return permuted(shape, (0, *integers(config.get("dims"))))


@of_shape
def repeat_output(config: Config, shape: Shape) -> Shape:
    """A new axis of length `n` behind the batch."""
    batch, features = shape
    return (batch, integer(config, "n"), features)


def cropping(rank: int) -> OutputRule:
    """The rule of CroppingND; ValueError where nothing would be left."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, axes, channels = spatial(config, shape, rank)
        ends = pairs(config, "cropping", rank)
        left = [None if size is None else size - sum(cut) for size, cut in zip(axes, ends, strict=True)]
        if any(size is not None and size <= 0 for size in left):
            raise ValueError("cropping leaves nothing")
        return arranged(config, batch, left, channels)

    return of_shape(output)


def zero_padding(rank: int) -> OutputRule:
    """The rule of ZeroPaddingND."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, axes, channels = spatial(config, shape, rank)
        ends = pairs(config, "padding", rank)
        more = [None if size is None else size + sum(added) for size, added in zip(axes, ends, strict=True)]
        return arranged(config, batch, more, channels)

    return of_shape(output)


def up_sampling(rank: int) -> OutputRule:
    """The rule of UpSamplingND: each axis `size` times as long."""

    def output(config: Config, shape: Shape) -> Shape:
        batch, axes, channels = spatial(config, shape, rank)
        factors = sizes(config, "size", rank, 2)
        longer = [None if size is None else size * factor for size, factor in zip(axes, factors, strict=True)]
        return arranged(config, batch, longer, channels)

    return of_shape(output)


KINDS = (
    LayerKind("Flatten", "reshaping", flatten_output, dtype=dtype_cast, cost=RESHAPED),
    LayerKind("Reshape", "reshaping", reshape_output, dtype=dtype_cast, cost=costs.RESHAPE),
    LayerKind("Permute", "reshaping", permute_output, dtype=dtype_cast, cost=costs.PERMUTE),
    LayerKind("RepeatVector", "reshaping", repeat_output, cost=REPEATED),
    *(
        LayerKind(f"{name}{rank}D", "reshaping", rule(rank), cost=cost(rank))
        for name, rule, cost in (
            ("Cropping", cropping, costs.cropping),
            ("ZeroPadding", zero_padding, costs.zero_padding),
            ("UpSampling", up_sampling, costs.up_sampling),
        )
        for rank in (1, 2, 3)
    ),
)
