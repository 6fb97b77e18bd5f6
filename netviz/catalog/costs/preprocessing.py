"""Preprocessing: what computes with numbers. Augmentation does nothing at inference; texts are looked up in tables."""

from __future__ import annotations

from netviz.catalog.costs import windows
from netviz.catalog.costs.forms import (
    UNPUBLISHED,
    Outputs,
    choose,
    each,
    known,
    made,
    multiplied,
    uncounted,
)
from netviz.catalog.costs.reshaping import INTERPOLATED
from netviz.catalog.kinds import Arguments, CostKind, UncountedError, Work
from netviz.catalog.outputs import subjects
from netviz.catalog.settings import flag, integer, text
from netviz.model import Config

RESCALED = each(2)
"""x·scale + offset. Source: keras.layers.Rescaling."""

NORMALISED = each(2)
"""(x - mean) / max(sqrt(variance), epsilon), of which the divisor is known. Source: keras.layers.Normalization."""


def resized(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """By interpolation; an image that has the size already is computed as any other."""
    if flag(config, "antialias", False):
        raise UncountedError("No count of resizing without aliases is published.")
    return choose(INTERPOLATED, "interpolation", "bilinear")(config, arguments, outputs)


RESIZED = CostKind(resized, windows.resizing("height", "width"))


def cropped(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Nothing, where the image is large enough; else it is resized. Source: keras.layers.CenterCrop."""
    before, after = (known(tensors[0].shape) for tensors in (subjects(arguments), outputs))
    if any(length < wanted for length, wanted in zip(before, after, strict=True)):
        raise UncountedError("No count is published of how it resizes images that are smaller.")
    return Work()


CROPPED = CostKind(cropped, windows.center_crop)
CROPPED_AT_RANDOM = uncounted("At inference it resizes, of which no count is published.", None)
CONTRASTED = uncounted(UNPUBLISHED, "whole")


def spectrogram(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """A convolution with sines, one with cosines, or both: keras.layers.STFTSpectrogram.call, by mode.

    The power is real² + imaginary², for "psd" with its middle added again; a magnitude sqrt(max(power, epsilon)), of
    which "log" is log(max(magnitude, epsilon)).
    """
    mode = text(config, "mode", "log")
    both = mode not in ("real", "imag")
    parts = 2 if both else 1
    joined = {"stft": 0, "real": 0, "imag": 0, "angle": 1, "psd": 4, "magnitude": 5, "log": 7}
    if mode not in joined:
        raise UncountedError(f"There is no mode {mode!r:.40}.")
    values = made(outputs) // 2 if mode == "stft" else made(outputs)
    return multiplied(values * parts * integer(config, "frame_length", 256), joined[mode] * values)


SPECTROGRAM = CostKind(spectrogram, None)
MEL = uncounted("The operations of a fast Fourier transform depend on its algorithm.", None)
PIPELINE = uncounted("The layers inside are not among those of the model.", None)
LOOKED_UP = uncounted("Looking values up in a table takes no count of operations.")
HASHED = uncounted("Hashing takes integer operations that are not counted.")
