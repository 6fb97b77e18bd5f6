"""Which variables a layer stores, and where: against files that Keras itself wrote.

Every variable gets a value of its own, so that a dataset in the file tells which variable it holds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from netviz.catalog import find
from netviz.catalog.kinds import Arguments, Expected, LayerKind, WeightSpec
from netviz.catalog.layers import LAYERS
from netviz.model import Config, Tensor
from tests.catalog.oracle import serialized, tensor

Shape = tuple[int | None, ...]
Case = tuple[Callable[..., Any], Shape, dict[str, Any]]

VECTOR: Shape = (2, 4)
ROW: Shape = (2, 6, 4)
IMAGE: Shape = (2, 6, 6, 4)
VOLUME: Shape = (2, 6, 6, 6, 4)
BIASES: tuple[dict[str, Any], ...] = ({}, {"use_bias": False})

CASES: list[Case] = [
    *((lambda **o: layers.Dense(3, **o), VECTOR, o) for o in BIASES),
    (lambda: layers.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d"), ROW, {}),
    (lambda: layers.EinsumDense("abc,cd->abd", (None, 3)), ROW, {}),
    (lambda: layers.Embedding(5, 3), VECTOR, {}),
    (lambda: layers.ReversibleEmbedding(5, 3), VECTOR, {}),
    (lambda: layers.ReversibleEmbedding(5, 3, tie_weights=False), VECTOR, {}),
    *((lambda name=name, **o: getattr(layers, name)(3, 2, **o), shape, o)
      for name, shape in (
          ("Conv1D", ROW), ("Conv2D", IMAGE), ("Conv3D", VOLUME),
          ("Conv1DTranspose", ROW), ("Conv2DTranspose", IMAGE), ("Conv3DTranspose", VOLUME),
          ("SeparableConv1D", ROW), ("SeparableConv2D", IMAGE),
      )
      for o in BIASES),
    *((lambda **o: layers.DepthwiseConv1D(2, **o), ROW, o) for o in BIASES),
    (lambda: layers.Conv2D(6, (2, 3), groups=2, data_format="channels_first"), IMAGE, {}),
    (lambda: layers.Conv2DTranspose(5, (2, 3), data_format="channels_first"), IMAGE, {}),
    (lambda: layers.DepthwiseConv2D((3, 2), depth_multiplier=2, data_format="channels_first"), IMAGE, {}),
    (lambda: layers.SeparableConv2D(5, (3, 2), depth_multiplier=3), IMAGE, {}),
    *((lambda **o: layers.DepthwiseConv2D(2, **o), IMAGE, o) for o in BIASES),
    *((layers.BatchNormalization, IMAGE, o) for o in ({}, {"scale": False}, {"center": False}, {"renorm": True})),
    *((layers.LayerNormalization, IMAGE, o) for o in ({}, {"scale": False}, {"center": False}, {"axis": [1, 2]})),
    *((layers.GroupNormalization, IMAGE, {"groups": 2, **o}) for o in ({}, {"scale": False}, {"center": False})),
    (layers.BatchNormalization, IMAGE, {"axis": 1}),
    (layers.LayerNormalization, (2, 6, 5, 4), {"axis": [2, 1]}),
    (layers.RMSNormalization, IMAGE, {}),
    (layers.RMSNormalization, IMAGE, {"axis": 1}),
    (lambda: layers.PReLU(shared_axes=[1, 2]), IMAGE, {}),
    (layers.Normalization, (2, 6, 5, 4), {"axis": [3, 1]}),
    (layers.Normalization, VECTOR, {"axis": None}),
    (lambda: layers.SpectralNormalization(layers.Conv2D(3, 2)), IMAGE, {}),
    (layers.PReLU, IMAGE, {}),
    *((lambda name=name, **o: getattr(layers, name)(3, **o), ROW, o)
      for name in ("LSTM", "GRU", "SimpleRNN") for o in BIASES),
    (lambda: layers.GRU(3, reset_after=False), ROW, {}),
    (lambda: layers.LSTM(3, dropout=0.1, stateful=True), ROW, {}),
    (lambda: layers.ConvLSTM1D(3, 2), IMAGE, {}),
    (lambda: layers.ConvLSTM2D(3, 2), VOLUME, {}),
    (lambda: layers.ConvLSTM3D(3, 2), (2, *VOLUME), {}),
    (lambda: layers.RNN(layers.LSTMCell(3)), ROW, {}),
    (lambda: layers.RNN([layers.LSTMCell(3), layers.SimpleRNNCell(3), layers.GRUCell(2), layers.LSTMCell(4)]), ROW, {}),
    (lambda: layers.Bidirectional(layers.LSTM(3)), ROW, {}),
    (lambda: layers.Bidirectional(layers.GRU(3), backward_layer=layers.LSTM(3, go_backwards=True)), ROW, {}),
    (lambda: layers.TimeDistributed(layers.Dense(3)), ROW, {}),
    (lambda: layers.TimeDistributed(layers.Bidirectional(layers.LSTM(3))), (2, *ROW), {}),
    *((layers.AdditiveAttention, ROW, o) for o in ({}, {"use_scale": False})),
    *((layers.Attention, ROW, o) for o in ({"use_scale": True}, {"use_scale": True, "score_mode": "concat"})),
    *((lambda **o: layers.MultiHeadAttention(2, 3, **o), ROW, o) for o in (*BIASES, {"use_gate": True})),
    *((lambda **o: layers.GroupQueryAttention(3, 4, 2, **o), ROW, o) for o in (*BIASES, {"use_gate": True})),
    (layers.Normalization, VECTOR, {}),
    (layers.Normalization, VECTOR, {"mean": [1.0] * 4, "variance": [1.0] * 4}),
    *((lambda **o: layers.STFTSpectrogram(frame_length=4, frame_step=2, fft_length=4, **o), (2, 9, 1), {"mode": mode})
      for mode in ("log", "real", "imag")),
]  # fmt: skip

QUANTISED: list[tuple[Callable[..., Any], Shape, tuple[str, ...]]] = [
    *((lambda **o: layers.Dense(6, **o), (2, 8), ("int8", "int4", "float8")) for o in BIASES),
    (lambda: layers.EinsumDense("abc,cd->abd", (None, 6), bias_axes="d"), (2, 3, 8), ("int8", "int4", "float8")),
    (lambda: layers.Embedding(6, 8), (2, 3), ("int8", "int4")),
    (lambda: layers.ReversibleEmbedding(6, 8, tie_weights=False), (2, 3), ("int8", "int4")),
    (lambda: layers.ReversibleEmbedding(6, 8), (2, 3), ("int8", "int4")),
]


ON_TWO = (layers.MultiHeadAttention, layers.GroupQueryAttention, layers.Attention)
"""Layers that are called on query and value."""

WITHOUT_SHAPE = {"vector_u"}
"""Variables whose shape only the layer inside tells."""


def applied(layer: Any, shape: Shape) -> keras.Model:
    """A model of this one layer."""
    x = tensor(shape)
    if isinstance(layer, layers.MultiHeadAttention | layers.GroupQueryAttention):
        return keras.Model(x, layer(x, x))
    return keras.Model(x, layer([x, x] if isinstance(layer, layers.Attention) else x))


def marked(layer: Any) -> dict[int, Any]:
    """The layer's variables by the value that each is now full of."""
    found = {}
    for number, variable in enumerate(layer.variables, 1):
        if "seed_generator" not in variable.path:
            variable.assign(np.full(variable.shape, number))
            found[number] = variable
    return found


def saved(model: keras.Model, folder: Path) -> dict[str, Any]:
    """The datasets of the one layer in the model's .keras file, by their place in its group."""
    model.save(folder / "model.keras")
    weights = zipfile.ZipFile(folder / "model.keras").read("model.weights.h5")
    datasets: dict[str, Any] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            datasets[name.partition("/")[2]] = item[()]

    with h5py.File(io.BytesIO(weights)) as file:
        if "layers" in file:
            file["layers"].visititems(visit)
    return datasets


def specified(
    written: Config, fed: tuple[Tensor, ...], place: str = ""
) -> Iterator[tuple[LayerKind, str, WeightSpec, Expected | None]]:
    """What the catalog says of a serialised layer and of the layers inside it: places, names and shapes."""
    kind = find(str(written["class_name"]), str(written["module"]))
    config = written["config"]
    assert kind and isinstance(config, dict)
    expected = kind.shapes(config, Arguments(fed)) if kind.shapes else {}
    for spec in kind.weights(config):
        yield kind, place + spec.location, spec, expected.get(spec.name)
    for child in kind.children(config, Arguments(fed)) if kind.children else ():
        yield from specified(child.serialized, child.inputs, f"{place}{child.location}/")


def check(layer: Any, model: keras.Model, shape: Shape, folder: Path) -> None:
    variables, datasets = marked(layer), saved(model, folder)
    fed = (Tensor(shape, "float32"),) * (2 if isinstance(layer, ON_TWO) else 1)
    specs = list(specified(serialized(layer), fed))
    found = set()
    for _, place, spec, expected in specs:
        number = int(np.ravel(datasets[place])[0])
        variable = variables[number]
        assert variable.path.endswith(f"/{spec.name}")
        assert tuple(variable.shape) == datasets[place].shape
        assert variable.trainable == spec.trainable, spec
        quantised = isinstance(layer.dtype_policy, keras.dtype_policies.QuantizedDTypePolicy)
        if not quantised and spec.name not in WITHOUT_SHAPE:
            assert expected and expected.shape == tuple(variable.shape), spec
        found.add(number)
    kind = find(serialized(layer)["class_name"], "keras.layers")
    assert kind
    assert found == set(variables), "a variable without a row"
    assert set(datasets) == {place for _, place, *_ in specs} | set(kind.copies), "a dataset without a row"


@pytest.mark.parametrize(("make", "shape", "options"), CASES)
def test_stored(make: Callable[..., Any], shape: Shape, options: dict[str, Any], tmp_path: Path) -> None:
    layer = make(**options)
    check(layer, applied(layer, shape), shape, tmp_path)


@pytest.mark.parametrize(
    ("make", "shape", "mode"), [(make, shape, mode) for make, shape, modes in QUANTISED for mode in modes]
)
def test_stored_quantised(make: Callable[..., Any], shape: Shape, mode: str, tmp_path: Path) -> None:
    layer = make()
    model = applied(layer, shape)
    model.quantize(mode)
    check(layer, model, shape, tmp_path)


def test_stored_in_int4_per_channel(tmp_path: Path) -> None:
    """Without blocks there are neither zero points nor an index of groups."""
    layer = layers.Dense(6)
    model = applied(layer, (2, 8))
    model.quantize("int4", config=keras.quantizers.Int4QuantizationConfig(block_size=None))
    check(layer, model, (2, 8), tmp_path)


def test_every_class_with_weights_is_tested() -> None:
    tried = {type(make(**options)).__name__ for make, _, options in CASES}
    cells = {"LSTMCell", "GRUCell", "SimpleRNNCell"}  # inside of RNN
    own = {name for name, kind in LAYERS.items() if hasattr(layers, name) and kind.weights({})}
    canonical = {getattr(layers, name).__name__ for name in own}
    assert canonical - cells <= tried
