"""What a model was compiled with: the same from every source, and spelled as one would write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import pytest

import netviz
from netviz.analysis.training import spelled, training_table
from netviz.readers.parts import training_of

COMPILED: dict[str, dict[str, Any]] = {
    "words": {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]},
    "objects": {
        "optimizer": keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9), momentum=0.9),
        "loss": keras.losses.Huber(delta=2.0),
        "metrics": [keras.metrics.MeanSquaredError(name="error")],
        "loss_weights": 0.5,
    },
    "bare": {"optimizer": "rmsprop"},
}


def compiled(how: dict[str, Any]) -> keras.Model:
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2, name="out")])
    model.compile(**how)
    return model


@pytest.mark.parametrize("name", COMPILED)
def test_every_source_states_the_same(name: str, tmp_path: Path) -> None:
    model = compiled(COMPILED[name])
    said: Any = json.loads(json.dumps(model.get_compile_config()))
    (tmp_path / "m.json").write_text(model.to_json())
    model.save(tmp_path / "m.keras")
    sources = [model, tmp_path / "m.keras", tmp_path / "m.json"]
    assert [json.loads(json.dumps(netviz.inspect(source).training)) for source in sources] == [said] * 3
    model.save(tmp_path / "m.h5")
    legacy = netviz.inspect(tmp_path / "m.h5").training
    assert legacy is not None and set(legacy) == set(said)
    optimizer: Any = legacy["optimizer"]
    assert optimizer["class_name"] == said["optimizer"]["class_name"]
    table = training_table(legacy)
    assert [row.cells for row in table.rows] == [row.cells for row in training_table(said).rows]


def test_a_model_that_was_not_compiled_has_none(tmp_path: Path) -> None:
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    model.save(tmp_path / "m.keras")
    for source in (model, tmp_path / "m.keras"):
        net = netviz.inspect(source)
        assert net.training is None
        document: Any = net.summary().data
        assert document["training"] is None
        assert "Training" not in str(net).replace("Trainable", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("mse", "mse"),
        ({"class_name": "Adam", "config": {"name": "adam", "learning_rate": 0.0010000000474974513, "amsgrad": False}},
         "Adam(learning_rate=0.001)"),
        ({"class_name": "MeanSquaredError", "config": {"name": "q", "dtype": "float32"}}, "MeanSquaredError"),
        ({"class_name": "function", "config": "mine", "module": "builtins"}, "mine"),
        ({"class_name": "MeanMetricWrapper", "config": {"name": "acc", "fn": "binary_accuracy"}},
         "MeanMetricWrapper of binary_accuracy"),
        ({"a": "mse", "b": {"class_name": "Huber", "config": {"delta": 2.0}}}, "a: mse, b: Huber(delta=2)"),
        ([["mae"], ["acc", "auc"]], "[mae], [acc, auc]"),
        ({"class_name": "SGD", "config": {"learning_rate": {"class_name": "Decay", "config": {"rate": 0.5}}}},
         "SGD(learning_rate=Decay(rate=0.5))"),
        ({"class_name": "X", "config": None}, "X"),
        ({"class_name": "mine>Lion", "config": {"use_ema": False, "ema_momentum": 0.9, "beta": 0.5}}, "Lion(beta=0.5)"),
        ({"class_name": "SGD", "config": {"use_ema": True, "ema_momentum": 1.0}}, "SGD(use_ema=True, ema_momentum=1)"),
        (None, "none"),
    ],
)  # fmt: skip
def test_spelling(value: object, text: str) -> None:
    assert spelled(value) == text


def test_what_is_nested_without_end_is_cut_off() -> None:
    value: Any = {"class_name": "X", "config": {}}
    for _ in range(5000):
        value = {"class_name": "X", "config": {"inner": value}}
    assert "…" in spelled(value) and len(spelled(value)) < 1000
    assert "…" in spelled([[value]])


@pytest.mark.parametrize("compiled_with", [None, {}, [], "adam", 3])
def test_nonsense_is_no_training(compiled_with: object) -> None:
    assert training_of(compiled_with) is None
    assert training_table(training_of(compiled_with)).rows == ()
