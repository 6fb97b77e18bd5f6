"""Preprocessing layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from netviz.catalog.layers.preprocessing import SIZED, UNCHANGED, UNCHANGED_DTYPE
from tests.catalog.draws import BATCH, LENGTH, POLICY, image, shapes
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


IMAGE = st.sampled_from(["float32", "uint8", "float16"])
LAYOUT = st.sampled_from(["channels_last", "channels_first"])
MODE = st.sampled_from(["int", "one_hot", "multi_hot", "count"])
WORDS = ["a", "b", "c", "d"]


ALONE = ("RandomGrayscale",)
"""Layers that fail on a dict in Keras 3.15."""


def with_labels(images: Any, data: st.DataObject) -> Any:
    """The images alone, or in a dict with labels or with boxes and their labels."""
    batch = images.shape[0]
    boxes = {"boxes": tensor((batch, 5, 4)), "labels": tensor((batch, 5))}
    more = data.draw(st.sampled_from([None, {"labels": tensor((batch, 3))}, {"bounding_boxes": boxes}]))
    return images if more is None else {"images": images, **more}


def boxed(data: st.DataObject) -> Any:
    images = tensor((data.draw(BATCH), 8, 8, 3), data.draw(IMAGE))
    return layers.MaxNumBoundingBoxes(data.draw(st.integers(1, 9)))(with_labels(images, data))


def unchanged(name: str) -> Callable[[st.DataObject], Any]:
    """Images that keep their shape, one or a batch of any size."""

    def made(data: st.DataObject) -> Any:
        size = LENGTH if name == "Rescaling" else st.just(8)
        shape = (*data.draw(st.sampled_from([(None,), (2,)])), data.draw(size), data.draw(size), 3)
        layer = getattr(layers, name)(**OPTIONS.get(name, {}), dtype=data.draw(POLICY))
        images = tensor(shape, data.draw(IMAGE))
        return layer(images if name in ALONE else with_labels(images, data))

    return made


def sized(name: str) -> Callable[[st.DataObject], Any]:
    """Images of a set size, cropped or padded to their proportions or not."""

    def made(data: st.DataObject) -> Any:
        layout = data.draw(LAYOUT)
        options: dict[str, Any] = {"data_format": layout, "dtype": data.draw(POLICY)}
        if name == "Resizing":
            keeping = data.draw(st.sampled_from([None, "crop_to_aspect_ratio", "pad_to_aspect_ratio"]))
            options |= {keeping: True} if keeping else {}
        shape = data.draw(image(2, layout, 3))
        shape = shape if data.draw(st.booleans()) else shape[1:]
        height, width = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
        return getattr(layers, name)(height, width, **options)(tensor(shape))

    return made


def normalised(data: st.DataObject) -> Any:
    """By statistics that are learned, along some axes or of all, or that are given."""
    if data.draw(st.booleans()):
        return layers.Normalization(mean=0.5, variance=2.0)(tensor(data.draw(shapes(2, 3))))
    shape = (data.draw(BATCH), 3, 4)
    axis = data.draw(st.sampled_from([-1, 1, (1, 2), None]))
    return layers.Normalization(axis=axis, invert=data.draw(st.booleans()))(tensor(shape))


def encoded(data: st.DataObject) -> Any:
    mode = data.draw(st.sampled_from(["one_hot", "multi_hot", "count"]))
    layer = layers.CategoryEncoding(data.draw(st.integers(1, 9)), output_mode=mode, sparse=data.draw(st.booleans()))
    return layer(tensor(data.draw(shapes(1, 3)), data.draw(st.sampled_from(["int32", "int64"]))))


def bins(data: st.DataObject) -> Any:
    """By given bounds, or by so many bins whose bounds are learned."""
    bounds = {"bin_boundaries": [0.0, 1.0, 2.0]} if data.draw(st.booleans()) else {"num_bins": 5}
    layer = layers.Discretization(**bounds, output_mode=data.draw(MODE))
    return layer(tensor(data.draw(shapes(1, 3)), data.draw(st.sampled_from(["float32", "int32"]))))


def hashed(data: st.DataObject) -> Any:
    salt = data.draw(st.sampled_from([None, 3]))
    layer = layers.Hashing(data.draw(st.integers(1, 9)), output_mode=data.draw(MODE), salt=salt)
    return layer(tensor(data.draw(shapes(1, 3)), data.draw(st.sampled_from(["string", "int64"]))))


def crossed(data: st.DataObject) -> Any:
    """Pairs, one to a row."""
    shape = (data.draw(BATCH), *data.draw(st.sampled_from([(), (1,)])))
    layer = layers.HashedCrossing(5, output_mode=data.draw(st.sampled_from(["int", "one_hot"])))
    return layer([tensor(shape, "string"), tensor(shape, "int64")])


def lookup(make: Callable[..., Any], vocabulary: list[Any], mask: Any, dtype: str) -> Callable[[st.DataObject], Any]:
    """Words or numbers by their place in a vocabulary, which has places for unknown ones and perhaps for a mask."""

    def made(data: st.DataObject) -> Any:
        mode = data.draw(st.sampled_from(["int", "one_hot", "multi_hot", "count", "tf_idf"]))
        options: dict[str, Any] = {
            "output_mode": mode,
            "num_oov_indices": data.draw(st.integers(0, 3)),
            "mask_token": data.draw(st.sampled_from([None, mask])),
        }
        if mode == "tf_idf" or data.draw(st.booleans()):
            options["vocabulary"] = vocabulary
        if mode == "tf_idf":
            options["idf_weights"] = [0.1] * len(vocabulary)
        if mode == "int" and data.draw(st.booleans()):
            options |= {"invert": True, "num_oov_indices": 1}
            return make(**options)(tensor(data.draw(shapes(1, 3)), "int64"))
        if mode != "int" and data.draw(st.booleans()):
            options |= {"max_tokens": 12, "pad_to_max_tokens": data.draw(st.booleans())}
        return make(**options)(tensor(data.draw(shapes(1, 3)), dtype))

    return made


def written(data: st.DataObject) -> Any:
    """Texts as numbers of their words or as vectors, split at spaces, into letters or not at all."""
    mode = data.draw(st.sampled_from(["int", "multi_hot", "count", "tf_idf"]))
    options: dict[str, Any] = {
        "output_mode": mode,
        "split": data.draw(st.sampled_from(["whitespace", "character", None])),
        "ngrams": data.draw(st.sampled_from([None, 2])),
        "ragged": mode == "int" and data.draw(st.booleans()),
    }
    if mode == "tf_idf":
        options["idf_weights"] = [0.1] * len(WORDS)
    if mode == "int" and data.draw(st.booleans()):
        options["output_sequence_length"] = data.draw(st.integers(1, 9))
    elif mode != "int" and data.draw(st.booleans()):
        options |= {"max_tokens": 12, "pad_to_max_tokens": data.draw(st.booleans())}
    # One that has not learned its words writes a vocabulary of one, which it states of itself only when loaded.
    if not options.get("pad_to_max_tokens") or mode == "tf_idf" or data.draw(st.booleans()):
        options["vocabulary"] = WORDS
    return layers.TextVectorization(**options)(tensor(data.draw(st.sampled_from([(None,), (2,), (None, 1)])), "string"))


def spectrogram(data: st.DataObject) -> Any:
    """Frames of one or more channels, as parts or lengths of complex numbers."""
    frame = data.draw(st.sampled_from([8, 16]))
    layout = data.draw(LAYOUT)
    layer = layers.STFTSpectrogram(
        mode=data.draw(st.sampled_from(["log", "magnitude", "psd", "angle", "stft", "real", "imag"])),
        frame_length=frame,
        frame_step=data.draw(st.sampled_from([None, 5])),
        fft_length=data.draw(st.sampled_from([None, 16, 20])),
        padding=data.draw(st.sampled_from(["valid", "same"])),
        expand_dims=data.draw(st.booleans()),
        data_format=layout,
    )
    samples, channels = data.draw(st.sampled_from([None, 50, 64])), data.draw(st.integers(1, 3))
    shape = (samples, channels) if layout == "channels_last" else (channels, samples)
    return layer(tensor((data.draw(BATCH), *shape)))


def mel(data: st.DataObject) -> Any:
    layer = layers.MelSpectrogram(
        fft_length=64,
        sequence_stride=data.draw(st.sampled_from([16, 20])),
        sequence_length=data.draw(st.sampled_from([None, 32])),
        num_mel_bins=data.draw(st.sampled_from([20, 128])),
    )
    return layer(tensor((*data.draw(st.lists(BATCH, max_size=1)), data.draw(st.sampled_from([None, 1000, 1024])))))


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    **{name: unchanged(name) for name in (*UNCHANGED, *UNCHANGED_DTYPE)},
    **{name: sized(name) for name in SIZED},
    "MaxNumBoundingBoxes": boxed,
    "Normalization": normalised,
    "CategoryEncoding": encoded,
    "Discretization": bins,
    "Hashing": hashed,
    "HashedCrossing": crossed,
    "StringLookup": lookup(layers.StringLookup, WORDS, "", "string"),
    "IntegerLookup": lookup(layers.IntegerLookup, [1, 2, 3], 0, "int64"),
    "TextVectorization": written,
    "STFTSpectrogram": spectrogram,
    "MelSpectrogram": mel,
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))
