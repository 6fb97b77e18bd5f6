"""The catalog has the classes of the old Kerases, by the lists of these themselves (tests/fixtures/README.md)."""

from __future__ import annotations

import json

import pytest

from netviz import catalog
from netviz.catalog import keras_1
from tests.conftest import FIXTURES

BASES = {"Layer", "Wrapper", "Recurrent", "ConvRecurrent2D", "AbstractRNNCell", "PreprocessingLayer"}
"""Classes of which there are no layers, but of their subclasses."""

WITHOUT_ROW = {
    "keras-1.2.2": set(),
    "keras-2.2.4": {"ConvLSTM2DCell", "ConvRNN2D", "Highway", "MaxoutDense"},
    "keras-2.15.0": {"DenseFeatures", "RandomFourierFeatures"},
}
"""Those that are shown as classes netviz does not know."""


@pytest.mark.parametrize("folder", list(WITHOUT_ROW))
def test_every_class_of_an_old_keras_has_a_row(folder: str) -> None:
    names = set(json.loads((FIXTURES / folder / "classes.json").read_text()))
    module = keras_1.MODULE if folder.startswith("keras-1") else "keras.layers"
    assert {"Dense", "LSTM", "TimeDistributed"} < names
    assert {name for name in names - BASES if catalog.find(name, module) is None} == WITHOUT_ROW[folder]


def test_every_row_of_keras_1_is_a_class_of_it() -> None:
    names = set(json.loads((FIXTURES / "keras-1.2.2" / "classes.json").read_text()))
    assert set(keras_1.KERAS_1) <= names
