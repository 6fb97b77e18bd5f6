"""keras.ops of signals: Fourier transforms, frames, complex numbers and their parts."""

from __future__ import annotations

from netviz.catalog.costs import signal as costs
from netviz.catalog.costs.forms import FILLED, MOVED
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.outputs import always_dtype, dtype_in, first_tensor, of_shape, subjects, unchanged
from netviz.catalog.promotion import replaced
from netviz.catalog.settings import flag, integer, integer_if_set
from netviz.model import Config, Shape


def transformed_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """Real and imaginary part, each as it was."""
    real, imaginary = subjects(arguments)
    return (real.shape, imaginary.shape)


def transformed_dtype(config: Config, arguments: Arguments) -> tuple[str | None, ...]:
    """The dtype of each part."""
    real, imaginary = subjects(arguments)
    return (real.dtype, imaginary.dtype)


def rfft_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The frequencies of a real signal, as two parts."""
    shape = first_tensor(arguments).shape
    if shape is None:
        return (None, None)
    stated = integer_if_set(config, "fft_length")
    samples = shape[-1] if stated is None else stated
    return ((*shape[:-1], None if samples is None else samples // 2 + 1),) * 2


@of_shape
def irfft_output(config: Config, shape: Shape) -> Shape:
    """The real signal of these frequencies."""
    stated, bins = integer_if_set(config, "fft_length"), shape[-1]
    return (*shape[:-1], stated if stated is not None or bins is None else 2 * (bins - 1))


def frames(samples: int | None, length: int, stride: int) -> int | None:
    """How many windows fit."""
    return None if samples is None else max(0, 1 + (samples - length) // stride)


@of_shape
def sequences_output(config: Config, shape: Shape) -> Shape:
    """Windows of `sequence_length`, `sequence_stride` apart."""
    length = integer(config, "sequence_length")
    return (*shape[:-1], frames(shape[-1], length, integer(config, "sequence_stride")), length)


def margin(config: Config) -> int:
    """What is added at both ends of a signal, or cut off after, when frames are centred."""
    return integer(config, "fft_length") // 2 * 2 if flag(config, "center", True) else 0


def stft_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The frequencies of each frame, as two parts. Source: keras.src.ops.math.STFT."""
    shape = first_tensor(arguments).shape
    if shape is None:
        return (None, None)
    bins, samples = integer(config, "fft_length"), shape[-1]
    padded = None if samples is None else samples + margin(config)
    return ((*shape[:-1], frames(padded, bins, integer(config, "sequence_stride")), bins // 2 + 1),) * 2


@of_shape
def istft_output(config: Config, shape: Shape) -> Shape:
    """The signal that has these frames. Source: keras.src.ops.math.ISTFT."""
    *batch, count, _ = shape
    samples = integer_if_set(config, "length")
    if samples is None and count is not None:
        samples = (count - 1) * integer(config, "sequence_stride") + integer(config, "fft_length") - margin(config)
    return (*batch, samples)


@of_shape
def complex_output(config: Config, shape: Shape) -> Shape:
    """One number for each pair along the last axis."""
    if shape[-1] not in (2, None):
        raise ValueError("the last axis has to hold two parts")
    return shape[:-1]


@of_shape
def parts_output(config: Config, shape: Shape) -> Shape:
    """A last axis of two parts."""
    return (*shape, 2)


part_dtype = replaced({"complex64": "float32", "complex128": "float64"})
"""The dtype of a part of a complex number. Keras 3.15 states the complex dtype, but computes a float."""

KINDS = (
    *(
        LayerKind(name, "preprocessing", transformed_output, dtype=transformed_dtype, cost=costs.FOURIER)
        for name in ("FFT", "FFT2", "IFFT2")
    ),
    LayerKind("RFFT", "preprocessing", rfft_output, dtype=dtype_in, cost=costs.FOURIER),
    LayerKind("IRFFT", "preprocessing", irfft_output, dtype=dtype_in, cost=costs.FOURIER),
    LayerKind("ExtractSequences", "preprocessing", sequences_output, dtype=dtype_in, cost=MOVED),
    LayerKind("STFT", "preprocessing", stft_output, dtype=dtype_in, cost=costs.FOURIER),
    LayerKind("ISTFT", "preprocessing", istft_output, dtype=dtype_in, cost=costs.FOURIER),
    *(LayerKind(name, "activation", unchanged, dtype=part_dtype, cost=FILLED) for name in ("Real", "Imag")),
    # Keras 3.15 states float32 of Polar.
    LayerKind("Polar", "merging", unchanged, dtype=always_dtype("complex64"), cost=costs.POLAR),
    LayerKind("ViewAsComplex", "reshaping", complex_output, dtype=always_dtype("complex64"), cost=FILLED),
    LayerKind("ViewAsReal", "reshaping", parts_output, dtype=always_dtype("float32"), cost=FILLED),
)
