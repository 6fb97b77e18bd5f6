"""Pictures as arrays of numbers: the only importer of PIL.

A picture is opened before it is unpacked, so that one of a billion pixels in a few bytes is refused, not met.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from netviz.errors import MissingDependency, SourceError, UsageError
from netviz.model import Shape

if TYPE_CHECKING:
    from PIL import Image

Array = NDArray[Any]
Resize = Literal["bilinear", "nearest", "bicubic", "lanczos", "none"]
RESIZES: tuple[Resize, ...] = ("bilinear", "nearest", "bicubic", "lanczos", "none")
Preprocess = Literal["caffe", "tf", "torch"]
PREPROCESSES: tuple[Preprocess, ...] = ("caffe", "tf", "torch")

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"})

MOST_PIXELS = 100_000_000
"""Pixels of one picture: half a dozen times those of a good camera, and 400 MB as RGBA."""

COLORS = {1: ("L", "grey"), 3: ("RGB", "RGB"), 4: ("RGBA", "RGBA")}
"""By the number of channels PIL's mode and its name."""

ORIENTATION = 0x0112
"""The tag of EXIF that says how a camera was held."""

CAFFE_MEAN = (103.939, 116.779, 123.68)
TORCH_MEAN, TORCH_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of blue, green, red and of red, green, blue. Source: keras.applications.imagenet_utils."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What pictures a model takes: their size (None: any), their channels and where these stand in the array."""

    height: int | None
    width: int | None
    channels: int
    axis: Literal["last", "first", "none"]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done to pictures: how they are resized, and how their values from 0 to 255 are scaled."""

    resize: Resize = "bilinear"
    span: tuple[float, float] | None = None
    preprocess: Preprocess | None = None

    @property
    def scales(self) -> bool:
        return self.span is not None or self.preprocess is not None

    @property
    def scaling(self) -> str:
        """What becomes of the values, in words."""
        if self.span is not None:
            low, high = (f"{end:g}".replace("-", "\N{MINUS SIGN}") for end in self.span)
            return f"scaled 0…255 → {low}…{high}"
        return f"preprocessed as {self.preprocess}" if self.preprocess else "values 0…255 as they are"

    def scaled(self, values: Array, axis: int) -> Array:
        """Values from 0 to 255 as float32, scaled; `axis` is that of the channels. As imagenet_utils of Keras.

        Raises UsageError for other than three channels where each has its own mean.
        """
        given: Array = np.asarray(values, np.float32)
        if self.span is not None:
            low, high = self.span
            return given / np.float32(255) * np.float32(high - low) + np.float32(low)
        if self.preprocess == "tf":
            return given / np.float32(127.5) - np.float32(1)
        if self.preprocess is None:
            return given
        if given.ndim < 2 or given.shape[axis] != 3:
            raise UsageError(
                f"preprocess {self.preprocess!r} is for pictures with three channels",
                "tf, or rescale, does for others.",
            )
        given = np.moveaxis(given, axis, -1)
        if self.preprocess == "caffe":
            given = given[..., ::-1] - np.array(CAFFE_MEAN, np.float32)
        else:
            given = (given / np.float32(255) - np.array(TORCH_MEAN, np.float32)) / np.array(TORCH_STD, np.float32)
        return np.ascontiguousarray(np.moveaxis(given, -1, axis))


def checked_preparation(
    resize: str, span: tuple[float, float] | list[float] | None, preprocess: str | None
) -> Preparation:
    """The preparation, where each choice is one that there is; raises UsageError that names the choices."""
    if resize not in RESIZES:
        raise UsageError(f"no way to resize {resize!r}", f"The choices are {', '.join(RESIZES)}.")
    if preprocess is not None and preprocess not in PREPROCESSES:
        raise UsageError(f"no preprocessing {preprocess!r}", f"The choices are {', '.join(PREPROCESSES)}.")
    if span is None:
        return Preparation(resize, None, preprocess)
    if preprocess is not None:
        raise UsageError("rescale and preprocess both scale the values", "Leave out one of the two.")
    ends = tuple(span) if isinstance(span, list | tuple) else ()
    numbers = len(ends) == 2 and all(isinstance(end, Real) and abs(end) < 1e30 for end in ends)
    if not numbers or not ends[0] < ends[1]:
        raise UsageError(f"rescale {span!r} is not possible", "Give the least and the greatest value, such as (0, 1).")
    return Preparation(resize, (float(ends[0]), float(ends[1])), None)


def layout_of(shape: Shape | None) -> Layout | None:
    """What pictures an input of this shape takes, batch axis first; None where it takes none."""
    if shape is None:
        return Layout(None, None, 3, "last")
    if len(shape) == 3:
        return Layout(shape[1], shape[2], 1, "none")
    if len(shape) != 4:
        return None
    if shape[3] in COLORS or (shape[3] is None and shape[1] not in COLORS):
        return Layout(shape[1], shape[2], shape[3] or 3, "last")
    return Layout(shape[2], shape[3], shape[1], "first") if shape[1] in COLORS else None


def read_picture(path: Path, layout: Layout, preparation: Preparation) -> tuple[Array, str]:
    """The picture as the model takes it, without batch axis, and in words what was done to it.

    Raises SourceError where it cannot be read, MissingDependency without PIL.
    """
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise MissingDependency(
            f"PIL is needed to read pictures and cannot be imported: {error}", "Install it: pip install pillow."
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise SourceError(f"{path}: a picture of {width}×{height} pixels", "Make it smaller first.")
                eight, brought = _eight_bit(image, path)
                turned = ImageOps.exif_transpose(eight) or eight
                picture = turned.convert(COLORS[layout.channels][0])
    except (Image.DecompressionBombError, MemoryError) as error:
        raise SourceError(f"{path}: a picture with too many pixels", "Make it smaller first.") from error
    except UnidentifiedImageError as error:
        raise SourceError(f"{path}: no picture, or of no format that PIL reads", "Give a .png or .jpg.") from error
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such file") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError) as error:
        reason = " ".join(str(error).split())[:160]
        raise SourceError(f"{path}: a damaged picture: {reason}", "Give another file.") from error
    values, said = _fitted(picture, path, layout, preparation)
    return values, f"{brought}{said}"


def _eight_bit(image: Image.Image, path: Path) -> tuple[Image.Image, str]:
    """A picture of more than 8 bits with 8, for PIL would cut off what is above 255; and in words what was done.

    Of 16 bits these are the upper ones; whole numbers of 32 bits and floats are told apart by what they reach.
    Raises SourceError where they are of no range that pictures have.
    """
    if image.mode[0] not in "IF":
        return image, ""
    from PIL import Image

    values = np.asarray(image)
    least, most = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    sixteen = "16 bits as 8, "
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        factor, said = 1 / 257, sixteen
    elif image.mode == "F" and least >= 0 and most <= 1:
        factor, said = 255.0, "floats 0…1 as 0…255, "
    elif least >= 0 and most <= 255:
        factor, said = 1.0, ""
    elif image.mode == "I" and least >= 0 and most <= 65535:
        factor, said = 1 / 257, sixteen
    else:
        raise SourceError(
            f"{path}: a picture with values from {least:g} to {most:g}",
            "Pictures go from 0 to 255, 65535 or, as floats, to 1. Give other values as a .npy file.",
        )
    scaled = values.astype(np.float64) * factor
    whole = np.floor(scaled + 1e-9) if factor < 1 else np.rint(scaled)
    eight = Image.fromarray(np.clip(whole, 0, 255).astype(np.uint8))
    orientation = image.getexif().get(ORIENTATION)
    if orientation is not None:
        eight.getexif()[ORIENTATION] = orientation
    return eight, said


def _fitted(picture: Image.Image, path: Path, layout: Layout, preparation: Preparation) -> tuple[Array, str]:
    from PIL import Image

    width, height = picture.size
    size = layout.width or width, layout.height or height
    said = f"{COLORS[layout.channels][1]}, "
    if size == (width, height):
        said += f"{width}×{height}"
    elif preparation.resize == "none":
        raise SourceError(
            f"{path}: {width}×{height} pixels, and the model takes {size[0]}×{size[1]}",
            "--resize bilinear (resize='bilinear') makes it fit.",
        )
    else:
        picture = picture.resize(size, Image.Resampling[preparation.resize.upper()])
        said += f"resized {width}×{height} → {size[0]}×{size[1]} ({preparation.resize})"
    values = np.asarray(picture)
    if layout.channels == 1 and layout.axis != "none":
        values = values[:, :, None]
    if layout.axis == "first":
        values = np.moveaxis(values, -1, 0)
    return preparation.scaled(values, 0 if layout.axis == "first" else -1), f"{said}, {preparation.scaling}"
