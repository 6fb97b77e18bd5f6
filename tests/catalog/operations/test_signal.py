"""Operations of signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from tests.catalog.draws import BATCH, LENGTH
from tests.catalog.oracle import agrees, computes, tensor, tried

LEADING = st.lists(BATCH, max_size=2)
FLOAT = st.sampled_from(["float32", "float64"])
ANY = st.sampled_from(["float32", "float64", "complex64", "complex128"])


def parts(data: st.DataObject, *axes: int | None) -> tuple[Any, Any]:
    """A real and an imaginary part."""
    shape, dtype = (*data.draw(LEADING), *axes), data.draw(FLOAT)
    return tensor(shape, dtype), tensor(shape, dtype)


def signal(data: st.DataObject, *axes: int | None) -> Any:
    return tensor((*data.draw(LEADING), *axes), data.draw(FLOAT))


def framing(data: st.DataObject) -> dict[str, Any]:
    stride = data.draw(st.integers(1, 4))
    return {
        "sequence_length": data.draw(st.integers(4, 8)),
        "sequence_stride": stride,
        "fft_length": data.draw(st.integers(8, 11)),
        "center": data.draw(st.booleans()),
    }


BINS = st.one_of(st.none(), st.integers(5, 9))
LENGTH_OR_NOT = st.one_of(st.none(), st.integers(2, 12))

CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "FFT": lambda data: ops.fft(parts(data, 6)),
    "FFT2": lambda data: ops.fft2(parts(data, 6, 5)),
    "IFFT2": lambda data: ops.ifft2(parts(data, 6, 5)),
    "RFFT": lambda data: ops.rfft(signal(data, data.draw(LENGTH)), data.draw(LENGTH_OR_NOT)),
    "IRFFT": lambda data: ops.irfft(parts(data, data.draw(BINS)), data.draw(LENGTH_OR_NOT)),
    "STFT": lambda data: ops.stft(signal(data, data.draw(st.sampled_from([None, 30, 41]))), **framing(data)),
    "ISTFT": lambda data: ops.istft(
        parts(data, data.draw(st.sampled_from([None, 7])), 6), length=data.draw(LENGTH_OR_NOT), **framing(data)
    ),
    "ExtractSequences": lambda data: ops.extract_sequences(
        signal(data, data.draw(st.one_of(st.none(), st.integers(6, 20)))), 5, data.draw(st.integers(1, 3))
    ),
    "Real": lambda data: ops.real(tensor((data.draw(BATCH), 3), data.draw(ANY))),
    "Imag": lambda data: ops.imag(tensor((data.draw(BATCH), 3), data.draw(ANY))),
    "Polar": lambda data: ops.polar(tensor((data.draw(BATCH), 3)), tensor((data.draw(BATCH), 3))),
    "ViewAsComplex": lambda data: ops.view_as_complex(signal(data, 2)),
    "ViewAsReal": lambda data: ops.view_as_real(tensor((data.draw(BATCH), 3), "complex64")),
}

STATED_WRONGLY = {
    "Real": "a complex dtype",
    "Imag": "a complex dtype",
    "Polar": "float32 of a complex number",
}
"""What Keras 3.15 states before it computes something else."""


@pytest.mark.parametrize("name", sorted(CALLS.keys() - STATED_WRONGLY))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@pytest.mark.parametrize("name", STATED_WRONGLY)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_computed(name: str, data: st.DataObject) -> None:
    computes(tried(lambda: CALLS[name](data)))
