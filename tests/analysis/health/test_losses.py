"""Outputs and losses that do not go together: each activation with each loss, in each form that Keras writes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, losses

import netviz
from netviz.analysis.health.losses import CROSSENTROPIES, loss_notes
from netviz.model import Model
from tests.models.zoo import ZOO


def sources(model: keras.Model, folder: Path) -> Iterator[Model]:
    yield netviz.inspect(model).model
    for suffix in (".keras", ".h5"):
        model.save(folder / f"m{suffix}")
        yield netviz.inspect(folder / f"m{suffix}").model


def told(model: Model) -> list[tuple[str, str]]:
    return [(note.code, note.path) for note in loss_notes(model)]


def ending(*last: Any, shape: tuple[int, ...] = (4,)) -> keras.Model:
    return keras.Sequential([keras.Input(shape, name="x"), layers.Dense(5, activation="relu", name="hidden"), *last])


PROBABILITIES: dict[str, Callable[[], keras.Model]] = {
    "softmax": lambda: ending(layers.Dense(3, activation="softmax", name="it")),
    "sigmoid": lambda: ending(layers.Dense(3, activation="sigmoid", name="it")),
    "a layer": lambda: ending(layers.Dense(3, name="head"), layers.Activation("softmax", name="it")),
    "Softmax": lambda: ending(layers.Dense(3, name="head"), layers.Softmax(name="it")),
    "behind a cast": lambda: ending(
        layers.Dense(3, activation="softmax", name="it"), layers.Activation("linear", dtype="float32")
    ),
    "rearranged": lambda: ending(layers.Dense(6, activation="sigmoid", name="it"), layers.Reshape((2, 3))),
    "convolved": lambda: ending(layers.Conv1D(3, 1, activation="softmax", name="it"), shape=(6, 4)),
}
LOGITS: dict[str, Callable[[], keras.Model]] = {
    "linear": lambda: ending(layers.Dense(3, name="it")),
    "named": lambda: ending(layers.Dense(3, activation="linear", name="it")),
    "behind a cast": lambda: ending(layers.Dense(3, name="it"), layers.Activation("linear", dtype="float32")),
    "convolved": lambda: ending(layers.Conv1D(3, 1, name="it"), shape=(6, 4)),
    "over time": lambda: ending(layers.TimeDistributed(layers.Dense(3, name="it"), name="time"), shape=(6, 4)),
}
UNCERTAIN: dict[str, Callable[[], keras.Model]] = {
    "another activation": lambda: ending(layers.Dense(3, activation="tanh", name="it")),
    "log": lambda: ending(layers.Dense(3, activation="log_softmax", name="it")),
    "operation": lambda: ending(layers.Dense(3, name="it"), layers.Rescaling(0.5)),
    "normalised": lambda: ending(layers.Dense(3, name="it"), layers.UnitNormalization()),
}
CLASSES = [
    losses.BinaryCrossentropy, losses.CategoricalCrossentropy, losses.SparseCategoricalCrossentropy,
    losses.BinaryFocalCrossentropy, losses.CategoricalFocalCrossentropy,
]  # fmt: skip


@pytest.mark.parametrize("loss", CLASSES)
@pytest.mark.parametrize("name", PROBABILITIES)
def test_probabilities_taken_for_logits(name: str, loss: Any, tmp_path: Path) -> None:
    model = PROBABILITIES[name]()
    model.compile("sgd", loss(from_logits=True))
    for net in sources(model, tmp_path):
        assert told(net) == [("softmax-from-logits", "it")]
    model.compile("sgd", loss())
    for net in sources(model, tmp_path):
        assert told(net) == []


@pytest.mark.parametrize("loss", CLASSES)
@pytest.mark.parametrize("name", LOGITS)
def test_logits_taken_for_probabilities(name: str, loss: Any, tmp_path: Path) -> None:
    model = LOGITS[name]()
    model.compile("sgd", loss())
    for net in sources(model, tmp_path):
        assert told(net) == [("logits-as-probabilities", "time/it" if name == "over time" else "it")]
    model.compile("sgd", loss(from_logits=True))
    for net in sources(model, tmp_path):
        assert told(net) == []


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("name", UNCERTAIN)
def test_what_is_not_certain_is_not_told(name: str, from_logits: bool, tmp_path: Path) -> None:
    model = UNCERTAIN[name]()
    model.compile("sgd", losses.CategoricalCrossentropy(from_logits=from_logits))
    for net in sources(model, tmp_path):
        assert told(net) == []


@pytest.mark.parametrize("name", CROSSENTROPIES)
def test_every_name_is_what_keras_takes_it_for(name: str, tmp_path: Path) -> None:
    function = keras.losses.get(name)
    assert CROSSENTROPIES[name] == (function.name if isinstance(function, losses.Loss) else function.__name__)
    model = ending(layers.Dense(3, name="it"))
    for loss in (name, function):
        model.compile("sgd", loss)
        for net in sources(model, tmp_path):
            assert told(net) == [("logits-as-probabilities", "it")]


def test_every_loss_of_keras_that_takes_logits_is_known() -> None:
    public = {name: getattr(losses, name) for name in dir(losses)}
    names = {
        name for name, one in public.items() if callable(one) and "from_logits" in inspect.signature(one).parameters
    }
    assert names and names <= set(CROSSENTROPIES)


@pytest.mark.parametrize("loss", ["mse", "kl_divergence", losses.Hinge(), None])
def test_other_losses_take_anything(loss: Any, tmp_path: Path) -> None:
    model = ending(layers.Dense(1, name="it"))
    model.compile("sgd", loss)
    for net in sources(model, tmp_path):
        assert told(net) == []


def two_outputs() -> keras.Model:
    x = keras.Input((4,), name="x")
    return keras.Model(x, [layers.Dense(3, name="a")(x), layers.Dense(3, activation="softmax", name="b")(x)])


LOGITS_LOSS = losses.CategoricalCrossentropy(from_logits=True)
BY_OUTPUT: list[tuple[Any, list[tuple[str, str]]]] = [
    (["mse", LOGITS_LOSS], [("softmax-from-logits", "b")]),
    ({"a": "mse", "b": LOGITS_LOSS}, [("softmax-from-logits", "b")]),
    ({"b": LOGITS_LOSS, "a": LOGITS_LOSS}, [("softmax-from-logits", "b")]),
    ([LOGITS_LOSS, "categorical_crossentropy"], []),
    (["categorical_crossentropy", "mse"], [("logits-as-probabilities", "a")]),
]


@pytest.mark.parametrize("case", range(len(BY_OUTPUT)))
def test_each_output_has_its_own_loss(case: int, tmp_path: Path) -> None:
    loss, expected = BY_OUTPUT[case]
    model = two_outputs()
    model.compile("sgd", loss)
    for net in sources(model, tmp_path):
        assert told(net) == expected


def test_the_last_layer_of_a_model_inside_counts(tmp_path: Path) -> None:
    x = keras.Input((4,), name="x")
    inner = ending(layers.Dense(3, activation="softmax", name="it"))
    inner.name = "inner"
    model = keras.Model(x, inner(x))
    model.compile("sgd", losses.CategoricalCrossentropy(from_logits=True))
    for net in sources(model, tmp_path):
        assert told(net) == [("softmax-from-logits", "inner/it")]


ONE: dict[str, Callable[[], keras.Model]] = {
    "activation": lambda: ending(layers.Dense(1, activation="softmax", name="it")),
    "Activation": lambda: ending(layers.Dense(1, name="head"), layers.Activation("softmax", name="it")),
    "Softmax": lambda: ending(layers.Dense(1, name="head"), layers.Softmax(name="it")),
    "weights over time": lambda: ending(layers.Dense(1, activation="softmax", name="it"), shape=(6, 4)),
}


@pytest.mark.parametrize("name", ONE)
def test_a_softmax_of_one_value_is_always_one(name: str, tmp_path: Path) -> None:
    model = ONE[name]()
    for net in sources(model, tmp_path):
        assert told(net) == [("softmax-of-one", "it")]
    x = np.random.default_rng(0).normal(size=(3, *model.input_shape[1:]))
    assert np.all(keras.ops.convert_to_numpy(model(x)) == 1)


def test_a_softmax_along_another_axis_is_not(tmp_path: Path) -> None:
    model = ending(layers.Dense(1, name="head"), layers.Softmax(axis=1, name="it"), shape=(6, 4))
    for net in sources(model, tmp_path):
        assert told(net) == []


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_a_loss_over_one_class_teaches_nothing(loss: str, tmp_path: Path) -> None:
    model = ending(layers.Dense(1, activation="sigmoid", name="it"))
    model.compile("sgd", loss)
    for net in sources(model, tmp_path):
        assert told(net) == [("single-class-loss", "it")]
    x, y = np.random.default_rng(0).normal(size=(8, 4)), np.zeros((8, 1))
    before = model.get_weights()
    model.fit(x, y + (loss == "categorical_crossentropy"), verbose=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_allclose(new, old, atol=1e-6)


@pytest.mark.parametrize(
    ("rate", "code"), [(0.0, "learning-rate-zero"), (float("nan"), "learning-rate-invalid"), (0.1, None)]
)
def test_a_learning_rate_of_no_use(rate: float, code: str | None, tmp_path: Path) -> None:
    model = ending(layers.Dense(1, name="it"))
    model.compile(keras.optimizers.SGD(rate), "mse")
    for net in sources(model, tmp_path):
        assert told(net) == ([(code, "")] if code else [])


def test_a_schedule_is_no_rate(tmp_path: Path) -> None:
    model = ending(layers.Dense(1, name="it"))
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)), "mse")
    for net in sources(model, tmp_path):
        assert told(net) == []


@pytest.mark.parametrize("name", ZOO)
def test_sound_models_are_told_nothing(name: str, saved_zoo: Any) -> None:
    path, model = saved_zoo(name)
    for source in (path, model):
        assert told(netviz.inspect(source).model) == []
