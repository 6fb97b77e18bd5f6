"""keras.ops of neural networks and images: pooling, normalisation, attention, encodings, resizing."""

from __future__ import annotations

from netviz.catalog.costs import attention, convolution, images, normalization
from netviz.catalog.costs.elementwise import function
from netviz.catalog.costs.forms import FILLED, MOVED
from netviz.catalog.kinds import LayerKind
from netviz.catalog.layers.pooling import pooled
from netviz.catalog.outputs import always_dtype, dtype_in, of_shape, unchanged
from netviz.catalog.promotion import of_operands, stated
from netviz.catalog.settings import axis_in, channels_first, integer, sizes, text
from netviz.catalog.shapes import arranged, spatial
from netviz.model import Config, Shape

NORMALISING = {
    "BatchNorm": normalization.BATCH,
    "LayerNorm": normalization.LAYER_OPERATION,
    "RMSNorm": normalization.ROOT_OPERATION,
}


@of_shape
def pool_output(config: Config, shape: Shape) -> Shape:
    """As the pooling layers; the number of spatial axes follows from the shape."""
    batch, axes, channels = spatial(config, shape, len(shape) - 2)
    return arranged(config, batch, pooled(config, axes, text(config, "padding", "valid")), channels)


@of_shape
def adaptive_output(config: Config, shape: Shape) -> Shape:
    """Spatial axes of `output_size`."""
    batch, axes, channels = spatial(config, shape, len(shape) - 2)
    return arranged(config, batch, sizes(config, "output_size", len(axes)), channels)


@of_shape
def one_hot_output(config: Config, shape: Shape) -> Shape:
    """A new axis of `num_classes`."""
    place = axis_in(integer(config, "axis", -1), len(shape) + 1)
    return (*shape[:place], integer(config, "num_classes"), *shape[place:])


@of_shape
def multi_hot_output(config: Config, shape: Shape) -> Shape:
    """One vector of `num_classes` for the first axis behind the batch, if there is a batch.

    Source: keras.src.ops.nn.MultiHot, which states the dtype of the numbers in place of the vectors'.
    """
    vectors = list(shape)
    vectors.insert(axis_in(integer(config, "axis", -1), len(shape) + 1), integer(config, "num_classes"))
    return (vectors[-1],) if len(vectors) == 2 else (vectors[0], *vectors[2:])


@of_shape
def halved_output(config: Config, shape: Shape) -> Shape:
    """Half the length along `axis`: one half gates the other."""
    axis = axis_in(integer(config, "axis", -1), len(shape))
    size = shape[axis]
    if size is not None and size % 2:
        raise ValueError(f"cannot halve {size}")
    return (*shape[:axis], None if size is None else size // 2, *shape[axis + 1 :])


def blocks(config: Config, shape: Shape) -> tuple[int, int | None, Shape, int | None]:
    """The block size, and the images' shape taken apart."""
    return (integer(config, "block_size"), *spatial(config, shape, 2))


@of_shape
def depth_to_space_output(config: Config, shape: Shape) -> Shape:
    """Channels laid out as blocks of pixels."""
    block, batch, axes, channels = blocks(config, shape)
    if channels is not None and channels % block**2:
        raise ValueError(f"{channels} channels do not fill blocks of {block}")
    larger = [None if size is None else size * block for size in axes]
    return arranged(config, batch, larger, None if channels is None else channels // block**2)


@of_shape
def space_to_depth_output(config: Config, shape: Shape) -> Shape:
    """Blocks of pixels laid out as channels."""
    block, batch, axes, channels = blocks(config, shape)
    if any(size is not None and size % block for size in axes):
        raise ValueError(f"images of {axes} do not fill blocks of {block}")
    smaller = [None if size is None else size // block for size in axes]
    return arranged(config, batch, smaller, None if channels is None else channels * block**2)


@of_shape
def resize_output(config: Config, shape: Shape) -> Shape:
    """Images, with or without a batch axis, of `size`."""
    if len(shape) not in (3, 4):
        raise ValueError("images have 3 axes, or 4 with the batch")
    size = sizes(config, "size", 2)
    return (*shape[:-2], *size) if channels_first(config) else (*shape[:-3], *size, shape[-1])


@of_shape
def grayscale_output(config: Config, shape: Shape) -> Shape:
    """Images of one channel."""
    return (*shape[:-3], 1, *shape[-2:]) if channels_first(config) else (*shape[:-1], 1)


KINDS = (
    *(
        LayerKind(name, "pooling", pool_output, dtype=dtype_in, cost=convolution.pooling())
        for name in ("MaxPool", "AveragePool")
    ),
    *(
        LayerKind(name, "pooling", adaptive_output, dtype=dtype_in, cost=convolution.adaptive_pooling())
        for name in ("AdaptiveMaxPool", "AdaptiveAveragePool")
    ),
    *(LayerKind(name, "normalisation", unchanged, dtype=dtype_in, cost=cost) for name, cost in NORMALISING.items()),
    LayerKind("Normalize", "normalisation", unchanged, dtype=always_dtype("float32"), cost=normalization.NORMALIZE),
    LayerKind("DotProductAttention", "attention", unchanged, dtype=of_operands(), cost=attention.OPERATION),
    LayerKind("OneHot", "preprocessing", one_hot_output, dtype=stated, cost=FILLED),
    LayerKind("MultiHot", "preprocessing", multi_hot_output, dtype=stated, cost=MOVED),
    LayerKind("Glu", "activation", halved_output, dtype=dtype_in, cost=function("Glu")),
    LayerKind("DepthToSpace", "reshaping", depth_to_space_output, dtype=dtype_in, cost=images.DEPTH_TO_SPACE),
    LayerKind("SpaceToDepth", "reshaping", space_to_depth_output, dtype=dtype_in, cost=images.SPACE_TO_DEPTH),
    LayerKind("Resize", "preprocessing", resize_output, dtype=dtype_in, cost=images.RESIZE),
    LayerKind("RGBToGrayscale", "preprocessing", grayscale_output, dtype=dtype_in, cost=images.GRAYSCALE),
    *(
        LayerKind(name, "preprocessing", unchanged, dtype=dtype_in, cost=images.UNCOUNTED)
        for name in ("RGBToHSV", "HSVToRGB")
    ),
)
