"""What lays values out in another way, cuts, repeats or pads them: no arithmetic, but for interpolation."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.costs import positions, windows
from netviz.catalog.costs.forms import MOVED, RESHAPED, Outputs, choose, made, nothing
from netviz.catalog.costs.reductions import DIFFERENCES
from netviz.catalog.kinds import Arguments, CostKind, Work
from netviz.model import Config


def bilinear(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Three times a + (b - a)·t for each value: tensorflow/core/kernels/image/resize_bilinear_op.cc, compute_lerp."""
    return Work(0, 9 * made(outputs))


def bicubic(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Five sums of four products for each value: tensorflow/core/kernels/image/resize_bicubic_op.cc, Interpolate1D."""
    return Work(0, 35 * made(outputs))


INTERPOLATED = {"nearest": nothing, "bilinear": bilinear, "bicubic": bicubic}
"""By the name of the interpolation."""


RESHAPE = CostKind(nothing, positions.relaid("target_shape", batched=False), "same")
PERMUTE = CostKind(nothing, positions.reordered("dims", batched=False))


def cropping(rank: int) -> CostKind:
    """The cost of CroppingND."""
    return CostKind(nothing, windows.cropping(rank))


def zero_padding(rank: int) -> CostKind:
    """The cost of ZeroPaddingND."""
    return CostKind(nothing, windows.zero_padding(rank))


def up_sampling(rank: int) -> CostKind:
    """The cost of UpSamplingND."""
    return CostKind(choose(INTERPOLATED, "interpolation", "nearest"), windows.up_sampling(rank))


OPERATIONS: Mapping[str, CostKind] = {
    "Reshape": CostKind(nothing, positions.relaid("newshape", batched=True), "same"),
    "Ravel": RESHAPED,
    "ExpandDims": CostKind(nothing, positions.one_position, "same"),
    "Squeeze": CostKind(nothing, positions.one_position, "same"),
    "Transpose": CostKind(nothing, positions.reordered("axes", batched=True)),
    "GetItem": CostKind(nothing, positions.sliced),
    "Pad": CostKind(nothing, positions.padded),
    "Concatenate": CostKind(nothing, positions.joined()),
    "Diff": DIFFERENCES,
}
"""Operations of keras.ops of which it is known where values go, and those that compute."""


def operation(class_name: str) -> CostKind:
    """The cost of an operation of keras.ops that moves values."""
    return OPERATIONS.get(class_name, MOVED)
