"""Preprocessing layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from netviz.catalog.layers.preprocessing import SIZED, UNCHANGED, UNCHANGED_DTYPE
from tests.catalog.draws import shapes
from tests.catalog.oracle import agrees, tensor, tried

OPTIONS: dict[str, dict[str, Any]] = {
    "Rescaling": {"scale": 0.5},
    **{name: {"factor": 0.1} for name in (
        "RandomBrightness", "RandomColorDegeneration", "RandomContrast", "RandomGrayscale", "RandomHue",
        "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomInvert",
    )},
    "RandomColorJitter": {"brightness_factor": 0.1, "value_range": (0, 255)},
    "RandomPosterization": {"factor": 4},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
    "RandomZoom": {"height_factor": 0.1},
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize("name", [*UNCHANGED, *UNCHANGED_DTYPE])
def test_unchanged(name: str, dtype: str) -> None:
    layer = getattr(layers, name)(**OPTIONS.get(name, {}))
    agrees(layer(tensor((None, 8, 8, 3), dtype)))


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
@pytest.mark.parametrize("name", SIZED)
def test_sized(name: str, layout: str) -> None:
    for shape in ((None, 9, 8, 3), (2, None, None, 5), (9, 9, 3)):
        agrees(getattr(layers, name)(4, 5, data_format=layout)(tensor(shape)))


@pytest.mark.parametrize("statistics", [{}, {"mean": 0.5, "variance": 2.0}])
def test_normalization(statistics: dict[str, float]) -> None:
    agrees(layers.Normalization(**statistics)(tensor((None, 4))))


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_categories(data: st.DataObject) -> None:
    """Numbers and words as vectors: every class in every mode, on values alone, in rows and in columns."""
    mode = data.draw(st.sampled_from(["int", "one_hot", "multi_hot", "count"]))
    words = {"output_mode": mode, "vocabulary": ["a", "b", "c"]}
    make: dict[str, tuple[Callable[[], Any], str]] = {
        "CategoryEncoding": (lambda: layers.CategoryEncoding(5, output_mode=mode), "int32"),
        "Discretization": (lambda: layers.Discretization([0.0, 1.0, 2.0], output_mode=mode), "float32"),
        "Hashing": (lambda: layers.Hashing(5, output_mode=mode), "string"),
        "StringLookup": (lambda: layers.StringLookup(**words), "string"),
        "IntegerLookup": (lambda: layers.IntegerLookup(vocabulary=[1, 2, 3], output_mode=mode), "int64"),
        "TextVectorization": (lambda: layers.TextVectorization(**words), "string"),
        "padded": (
            lambda: layers.TextVectorization(output_mode="count", max_tokens=9, pad_to_max_tokens=True),
            "string",
        ),
        "long": (lambda: layers.TextVectorization(output_sequence_length=7), "string"),
    }
    construct, dtype = make[data.draw(st.sampled_from(sorted(make)))]
    layer = tried(construct)
    shape = data.draw(shapes(1, 3))
    agrees(tried(lambda: layer(tensor(shape, dtype))))


@pytest.mark.parametrize("mode", ["int", "one_hot"])
def test_crossing(mode: str) -> None:
    words = [tensor((None, 1), "string"), tensor((None, 1), "string")]
    agrees(layers.HashedCrossing(5, output_mode=mode)(words))


@pytest.mark.parametrize("mode", ["log", "magnitude", "stft", "real", "imag"])
@pytest.mark.parametrize("expand", [True, False])
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_spectrogram(mode: str, expand: bool, layout: str) -> None:
    layer = layers.STFTSpectrogram(
        mode=mode, frame_length=16, frame_step=5, fft_length=20, expand_dims=expand, data_format=layout
    )
    agrees(layer(tensor((None, 100, 2) if layout == "channels_last" else (None, 2, None))))


def test_mel_spectrogram() -> None:
    agrees(layers.MelSpectrogram(fft_length=64, sequence_stride=16)(tensor((None, 1000))))
    agrees(layers.MelSpectrogram(fft_length=64, num_mel_bins=20)(tensor((None, None))))
