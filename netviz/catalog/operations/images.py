"""keras.ops.image: what is done to images, with or without a batch axis."""

from __future__ import annotations

from netviz.catalog.costs import images as costs
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.outputs import dtype_in, first_tensor, given, of_shape, operand
from netviz.catalog.settings import channels_first, integer_if_set, lengths
from netviz.model import Config, Shape


def image_axes(config: Config, shape: Shape) -> tuple[int, int]:
    """The places of height and width."""
    if len(shape) not in (3, 4):
        raise ValueError("images have 3 axes, or 4 with the batch")
    height = len(shape) - (2 if channels_first(config) else 3)
    return height, height + 1


@of_shape
def same_output(config: Config, shape: Shape) -> Shape:
    """Images of the same size."""
    image_axes(config, shape)
    return shape


def resized(size: int | None, target: int | None, before: int | None, after: int | None, sign: int) -> int | None:
    """The length of an axis that is cut (-1) or padded (1): the target, or what the two ends make of it."""
    if target is None:
        if before is None or after is None:
            raise ValueError("neither a target nor both ends are given")
        target = None if size is None else size + sign * (before + after)
    if target is not None and target < 0:
        raise ValueError("nothing would be left")
    return target


def framed(config: Config, shape: Shape, word: str, sign: int) -> Shape:
    """Height and width after both ends of each are cut or padded."""
    out = list(shape)
    ends = (("height", "top", "bottom"), ("width", "left", "right"))
    for place, (axis, before, after) in zip(image_axes(config, shape), ends, strict=True):
        keys = (f"target_{axis}", f"{before}_{word}", f"{after}_{word}")
        target, first, last = (integer_if_set(config, key) for key in keys)
        out[place] = resized(shape[place], target, first, last, sign)
    return tuple(out)


@of_shape
def cropped_output(config: Config, shape: Shape) -> Shape:
    """Images without their margins."""
    return framed(config, shape, "cropping", -1)


@of_shape
def padded_output(config: Config, shape: Shape) -> Shape:
    """Images with margins."""
    return framed(config, shape, "padding", 1)


def coordinates_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """A value for each place that the coordinates name."""
    array = operand(given(arguments, 1, "coordinates"))
    return (None if array is None or array.shape is None else array.shape[1:],)


def translated_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The shape that the call asks for."""
    return (lengths(given(arguments, 1, "output_shape")),)


@of_shape
def edges_output(config: Config, shape: Shape) -> Shape:
    """A batch of images, downwards and across."""
    if len(shape) != 4:
        raise ValueError("a batch of images has 4 axes")
    return (*shape, 2)


def similarity_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """A number per pair of images."""
    shape = first_tensor(arguments).shape
    if shape is None:
        return (None,)
    image_axes(config, shape)
    return (shape[:-3],)


SAME = ("AffineTransform", "ElasticTransform", "GaussianBlur", "PerspectiveTransform")

KINDS = (
    *(LayerKind(name, "preprocessing", same_output, dtype=dtype_in, cost=costs.UNCOUNTED) for name in SAME),
    LayerKind("CropImages", "preprocessing", cropped_output, dtype=dtype_in, cost=costs.FRAMED),
    LayerKind("PadImages", "preprocessing", padded_output, dtype=dtype_in, cost=costs.FRAMED),
    LayerKind("MapCoordinates", "preprocessing", coordinates_output, dtype=dtype_in, cost=costs.UNCOUNTED),
    LayerKind("ScaleAndTranslate", "preprocessing", translated_output, dtype=dtype_in, cost=costs.UNCOUNTED),
    LayerKind("SobelEdges", "preprocessing", edges_output, dtype=dtype_in, cost=costs.EDGES),
    LayerKind("SSIM", "merging", similarity_output, dtype=dtype_in, cost=costs.SIMILARITY),
)
