"""Operations on images: resizing, colours, edges, likeness."""

from __future__ import annotations

from netviz.catalog.costs import windows
from netviz.catalog.costs.forms import UNPUBLISHED, Outputs, choose, each, made, multiplied, nothing, uncounted
from netviz.catalog.costs.reshaping import INTERPOLATED
from netviz.catalog.kinds import Arguments, CostKind, UncountedError, Work
from netviz.catalog.settings import flag
from netviz.model import Config


def resized(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """By interpolation."""
    if flag(config, "antialias", False):
        raise UncountedError("No count of resizing without aliases is published.")
    return choose(INTERPOLATED, "interpolation", "bilinear")(config, arguments, outputs)


RESIZE = CostKind(resized, windows.resizing("size"))
FRAMED = CostKind(nothing, None)
GRAYSCALE = each(5, buffer="new")
"""A weighted sum of three channels: 0.2989·r + 0.587·g + 0.114·b. Source: tf.image.rgb_to_grayscale."""

EDGES = CostKind(lambda config, arguments, outputs: multiplied(9 * made(outputs)), None)
"""A convolution of each channel with two windows of 3 by 3. Source: tf.image.sobel_edges."""
SIMILARITY = uncounted(UNPUBLISHED, "whole")
UNCOUNTED = uncounted(UNPUBLISHED, None)
DEPTH_TO_SPACE = CostKind(nothing, windows.blocks(larger=True))
SPACE_TO_DEPTH = CostKind(nothing, windows.blocks(larger=False))
