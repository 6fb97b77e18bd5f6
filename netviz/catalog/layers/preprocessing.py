"""keras.layers preprocessing: images, sound, text and categories."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.costs import preprocessing as costs
from netviz.catalog.costs.forms import FREE
from netviz.catalog.dtypes import compute_dtype
from netviz.catalog.kinds import Arguments, Expected, LayerKind
from netviz.catalog.outputs import each_cast, each_unchanged, first_tensor, of_shape, of_shapes, unchanged
from netviz.catalog.settings import axis_in, channels_first, flag, integer, integer_if_set, integers, sequence, text
from netviz.catalog.shapes import arranged, spatial, window_output
from netviz.catalog.stored import Variable, variables
from netviz.model import Config, Shape, Tensor

UNCHANGED = (
    "Rescaling", "AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix", "MixUp",
    "RandAugment", "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast",
    "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomHue", "RandomInvert",
    "RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness",
    "RandomShear", "RandomTranslation", "RandomZoom", "Solarization",
)  # fmt: skip
"""Layers that keep the shape and give their compute dtype."""

AT_INFERENCE = {
    "Rescaling": costs.RESCALED,
    "AutoContrast": costs.CONTRASTED,
    "ContrastLimitedAdaptiveHistogramEqualization": costs.CONTRASTED,
}
"""Those of them that do something at inference."""

UNCHANGED_DTYPE = ("Equalization", "RandomGrayscale")
"""Layers that keep the shape, and the dtype of integers."""

SIZED = {"Resizing": costs.RESIZED, "CenterCrop": costs.CROPPED, "RandomCrop": costs.CROPPED_AT_RANDOM}

Lookup = ("StringLookup", "IntegerLookup")


def stored_statistics(config: Config) -> bool:
    """Whether a Normalization learned its mean and variance; else they stand in its config."""
    return config.get("mean") is None


def limited(tensor: object, number: int) -> object:
    """The tensor with so many boxes along its second axis."""
    if not isinstance(tensor, Tensor) or tensor.shape is None:
        return tensor
    batch, _, *values = tensor.shape
    return Tensor((batch, number, *values), tensor.dtype)


def boxes_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """As what goes in, with `max_number` boxes and labels of them."""
    given = next(iter((*arguments.args, *arguments.kwargs.values())), None)
    boxes = given.get("bounding_boxes") if isinstance(given, Mapping) else None
    if not isinstance(given, Mapping) or not isinstance(boxes, Mapping):
        return each_unchanged(config, arguments)
    number = integer(config, "max_number")
    kept = {key: limited(tensor, number) for key, tensor in boxes.items()}
    return Arguments(({**given, "bounding_boxes": kept},)).shapes


@of_shape
def resized(config: Config, shape: Shape) -> Shape:
    """Images, with or without a batch axis, of the set height and width."""
    height, width = integer(config, "height"), integer(config, "width")
    if len(shape) not in (3, 4):
        raise ValueError("images have 3 axes, or 4 with the batch")
    if channels_first(config):
        return (*shape[:-2], height, width)
    return (*shape[:-3], height, width, shape[-1])


def encoded(shape: Shape, mode: str, depth: int | None) -> Shape:
    """Categories as vectors: one per category, or with "one_hot" one per value unless the last axis is 1."""
    if mode == "one_hot" and (len(shape) < 2 or shape[-1] != 1):
        return (*shape, depth)
    return (*shape[:-1], depth)


@of_shape
def category_output(config: Config, shape: Shape) -> Shape:
    """Source: keras.layers.CategoryEncoding.compute_output_shape."""
    return encoded(shape, text(config, "output_mode", "multi_hot"), integer(config, "num_tokens"))


@of_shape
def hashing_output(config: Config, shape: Shape) -> Shape:
    """Source: keras.layers.Hashing.compute_output_shape."""
    if text(config, "output_mode", "int") == "int":
        return shape
    return (*shape[:-1], integer(config, "num_bins"))


@of_shapes
def crossing_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """Source: keras.layers.HashedCrossing.compute_output_shape."""
    first, _ = shapes
    mode = text(config, "output_mode", "int")
    return first if mode == "int" else encoded(first, mode, integer(config, "num_bins"))


@of_shape
def discretization_output(config: Config, shape: Shape) -> Shape:
    """Source: keras.layers.Discretization.compute_output_shape, which drops the second axis when it counts."""
    mode = text(config, "output_mode", "int")
    if mode == "int":
        return shape
    bounds = config.get("bin_boundaries")
    depth = integer(config, "num_bins") if bounds is None else len(sequence(bounds)) + 1
    if mode == "one_hot":
        return encoded(shape, mode, depth)
    return (shape[0], *shape[2:], depth) if len(shape) > 1 else (depth,)


def vocabulary_depth(config: Config) -> int | None:
    """Length of a lookup's vectors where the config states it: the vocabulary may lie in a file of its own."""
    if flag(config, "pad_to_max_tokens", False):
        return integer(config, "max_tokens")
    return integer_if_set(config, "vocabulary_size")


@of_shape
def lookup_output(config: Config, shape: Shape) -> Shape:
    """Source: keras.src.layers.preprocessing.index_lookup.IndexLookup.compute_output_shape."""
    mode = text(config, "output_mode", "int")
    return shape if mode == "int" else encoded(shape, mode, vocabulary_depth(config))


@of_shape
def text_output(config: Config, shape: Shape) -> Shape:
    """One row of tokens per text, or vectors. Source: keras.layers.TextVectorization.compute_output_shape."""
    mode = text(config, "output_mode", "int")
    if mode == "int":
        length = config.get("output_sequence_length")
        return (shape[0], None if length is None else integer(config, "output_sequence_length"))
    if config.get("split") is not None:
        shape = (*shape, None)
    elif len(shape) < 2:
        shape = (*shape, 1)
    return encoded(shape, mode, vocabulary_depth(config))


def counted_dtype(config: Config, arguments: Arguments) -> str | None:
    """int64 for indices, else floats. Source: IndexLookup.compute_output_spec, with the usual floatx."""
    return "int64" if text(config, "output_mode", "int") == "int" else "float32"


def bin_dtype(config: Config, arguments: Arguments) -> str | None:
    """int32 for the numbers of bins, else the compute dtype."""
    return "int32" if text(config, "output_mode", "int") == "int" else compute_dtype(config)


def stft_bins(config: Config) -> int:
    """Frequencies of one frame. Source: keras.layers.STFTSpectrogram."""
    frame = integer(config, "frame_length", 256)
    return integer(config, "fft_length", frame) // 2 + 1


@of_shape
def stft_output(config: Config, shape: Shape) -> Shape:
    """Source: keras.layers.STFTSpectrogram.compute_output_shape."""
    batch, (samples,), channels = spatial(config, shape, 1)
    frame = integer(config, "frame_length", 256)
    step = integer(config, "frame_step", frame // 2)
    frames = window_output(samples, frame, step, 1, text(config, "padding", "valid"))
    bins = stft_bins(config) * (2 if config.get("mode") == "stft" else 1)
    if not flag(config, "expand_dims", False):
        return arranged(config, batch, (frames,), None if channels is None else bins * channels)
    return (batch, channels, frames, bins) if channels_first(config) else (batch, frames, bins, channels)


@of_shape
def mel_output(config: Config, shape: Shape) -> Shape:
    """Source: keras.layers.MelSpectrogram.compute_output_shape."""
    stride = config.get("sequence_stride")
    hop = integer(config, "fft_length", 2048) if stride is None else integer(config, "sequence_stride")
    frames = None if shape[-1] is None else (shape[-1] + hop + 1) // hop
    return (*shape[:-1], integer(config, "num_mel_bins", 128), frames)


STATISTICS = tuple(Variable(name, stored_statistics, trainable=False) for name in ("mean", "variance", "count"))


def statistics_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """Mean and variance along the axes kept, in their order in the tensor."""
    shape, axis = first_tensor(arguments).shape, config.get("axis", -1)
    axes = () if axis is None else integers(axis)
    own = (
        (None,) * len(axes) if shape is None else tuple(shape[i] for i in sorted(axis_in(a, len(shape)) for a in axes))
    )
    return {"mean": Expected(own), "variance": Expected(own), "count": Expected((), of_policy=False)}


def transform_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """A kernel of the frame by its frequencies.

    Source: keras.layers.STFTSpectrogram.build.
    """
    kernel = Expected((integer(config, "frame_length", 256), 1, stft_bins(config)))
    return {"real_kernel": kernel, "imag_kernel": kernel}


KINDS = (
    *(LayerKind(name, "preprocessing", each_unchanged, cost=AT_INFERENCE.get(name, FREE)) for name in UNCHANGED),
    LayerKind("MaxNumBoundingBoxes", "preprocessing", boxes_output, cost=FREE),
    *(LayerKind(name, "preprocessing", each_unchanged, dtype=each_cast, cost=FREE) for name in UNCHANGED_DTYPE),
    *(LayerKind(name, "preprocessing", resized, cost=cost) for name, cost in SIZED.items()),
    LayerKind(
        "Normalization",
        "preprocessing",
        unchanged,
        variables(*STATISTICS),
        shapes=statistics_shapes,
        cost=costs.NORMALISED,
    ),
    LayerKind("CategoryEncoding", "preprocessing", category_output, cost=costs.LOOKED_UP),
    LayerKind("Discretization", "preprocessing", discretization_output, dtype=bin_dtype, cost=costs.LOOKED_UP),
    LayerKind("Hashing", "preprocessing", hashing_output, cost=costs.HASHED),
    LayerKind("HashedCrossing", "preprocessing", crossing_output, cost=costs.HASHED),
    *(LayerKind(name, "preprocessing", lookup_output, dtype=counted_dtype, cost=costs.LOOKED_UP) for name in Lookup),
    LayerKind("TextVectorization", "preprocessing", text_output, dtype=counted_dtype, cost=costs.LOOKED_UP),
    LayerKind(
        "STFTSpectrogram",
        "preprocessing",
        stft_output,
        variables(
            Variable("real_kernel", lambda config: config.get("mode") != "imag"),
            Variable("imag_kernel", lambda config: config.get("mode") != "real"),
        ),
        shapes=transform_shapes,
        cost=costs.SPECTROGRAM,
    ),
    LayerKind("MelSpectrogram", "preprocessing", mel_output, cost=costs.MEL),
    LayerKind("Pipeline", "preprocessing", cost=costs.PIPELINE),
)
