"""Configs of Keras 1 alone, against the files that Keras 1 wrote with their weights."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import pytest

import netviz
from netviz.analysis.formula import parameter_formula
from netviz.catalog.keras_1 import CLASSES, GONE, KERAS_1, turned, turned_back
from netviz.catalog.kinds import Arguments
from netviz.catalog.layers import LAYERS
from netviz.catalog.packing import fit
from netviz.catalog.shapes import product
from netviz.model import Shape, Tensor
from tests.conftest import FIXTURES

FILES = sorted(FIXTURES.glob("keras-1.*/*.h5"))


def config_of(path: Path, folder: Path) -> Path:
    """The config that Keras 1 wrote into an HDF5 file, as a file of its own."""
    with h5py.File(path) as file:
        written = file.attrs["model_config"]
    alone = folder / "model.json"
    alone.write_text(written.decode() if isinstance(written, bytes) else written)
    return alone


def shapes_in(model: netviz.InspectedModel) -> list[tuple[str, str, Shape | None, bool]]:
    """Layer, name, shape and trainability of every weight."""
    return [
        (layer.path, weight.name, weight.tensor.shape, weight.trainable)
        for layer in model.walk()
        for weight in layer.subject.layer.weights
    ]


def test_there_are_files() -> None:
    assert {path.parent.name for path in FILES} == {"keras-1.0.8", "keras-1.2.2"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_config_alone_tells_every_weight(path: Path, tmp_path: Path) -> None:
    file, alone = netviz.inspect(path), netviz.inspect(config_of(path, tmp_path))
    said = json.loads(Path(f"{path}.json").read_text())
    assert alone.parameters.total == file.parameters.total == said["total"]
    assert alone.parameters.trainable == file.parameters.trainable
    assert shapes_in(alone) == shapes_in(file)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_file_of_keras_1_contradicts_its_config(path: Path) -> None:
    assert "weight-conflict" not in {note.code for note in netviz.inspect(path).notes}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_formulas_of_keras_1(path: Path, tmp_path: Path) -> None:
    for model in (netviz.inspect(path), netviz.inspect(config_of(path, tmp_path))):
        for row in model.walk():
            layer = row.subject.layer
            formula = parameter_formula(layer)
            assert formula is not None
            if not formula.startswith("sum of "):
                assert (
                    eval(formula.replace("·", "*").replace(",", "") or "0", {"__builtins__": {}})
                    == row.parameters.total
                )
            if layer.class_name in ("LSTM", "GRU"):  # gate by gate or all at once, it reads as it does today
                gates = LAYERS[layer.class_name].formula
                units, shape = layer.config["output_dim"], row.calls[0].inputs[0].tensor.shape
                assert isinstance(units, int) and shape
                width = units * (4 if layer.class_name == "LSTM" else 3)
                assert gates and formula == gates({}, ((shape[-1], width), (units, width), (width,)))


def test_a_row_for_each_weight() -> None:
    """What the rules give shapes for are the variables that the rows list, over all settings that they may have."""
    settings = {
        "output_dim": 4, "input_dim": 9, "nb_filter": 6, "filter_length": 3, "nb_row": 2, "nb_col": 3,
        "kernel_dim1": 2, "kernel_dim2": 2, "kernel_dim3": 2, "nb_feature": 3, "depth_multiplier": 2,
    }  # fmt: skip
    axes = {"1D": 3, "2D": 4, "3D": 5}
    listed = [name for name, kind in KERAS_1.items() if kind.weights(settings)]
    assert set(listed) >= {"Dense", "LSTM", "SReLU", "LocallyConnected2D", "ConvLSTM2D", "SeparableConvolution2D"}
    for name in listed:
        rank = 5 if name == "ConvLSTM2D" else axes.get(name[-2:], 2)
        arguments = Arguments((Tensor((None, *(7,) * (rank - 1)), "float32"),))
        for more in ({"dim_ordering": "tf"}, {"dim_ordering": "th"}, {"consume_less": "gpu"}, {"bias": False}):
            config = {**settings, **more}
            kind = KERAS_1[name]
            assert kind.shapes is not None, name
            found = kind.shapes(config, arguments)
            for spec in kind.weights(config):
                assert None not in found[spec.name].shape, (name, more)


@pytest.mark.parametrize("kernel", [(3, 1, 4, 8), (8, 4, 3, 1)])
def test_convolution_1d_of_every_keras_1(kernel: Shape) -> None:
    """Keras 1.0 had the second shape (keras/layers/convolutional.py, line 116 of 1.0.8), 1.1 and 1.2 the first."""
    config = {"nb_filter": 8, "filter_length": 3}
    arguments = Arguments((Tensor((None, 9, 4), "float32"),))
    row = KERAS_1["Convolution1D"]
    assert not fit(row, config, arguments, {"kernel": Tensor(kernel, "float32")}).conflicts
    assert fit(row, config, arguments, {"kernel": Tensor((3, 4, 8), "float32")}).conflicts


def test_theano_turns_kernels_and_back() -> None:
    shapes: list[Shape] = [(3, 5, 4, 8), (2, 3, 5, 1, 7)]
    for shape in shapes:
        assert turned_back(turned(shape)) == shape
        assert product(turned(shape)) == product(shape)
        assert turned(shape)[0] == shape[-1]


def test_rows_stand_once() -> None:
    assert {kind.class_name for kind in GONE}.isdisjoint(CLASSES)
