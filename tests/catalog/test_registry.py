"""Classes that users teach netviz: shapes, names and trainability as Keras says, scoped, and harmless when wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest

import netviz
from netviz import register_layer
from netviz.catalog import find
from tests.models.compare import differences
from tests.models.oracle import describe


@keras.saving.register_keras_serializable(package="netviz_tests")
class Widen(keras.layers.Layer):  # type: ignore[misc]
    """Twice its input, `times` over the last axis, with a scale that is trained and a count that is not."""

    def __init__(self, times: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.times = times

    def build(self, shape: Any) -> None:
        self.seen = self.add_weight(shape=(3,), name="seen", trainable=False)
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")
        self.inner = keras.layers.Dense(2, name="inner")
        self.inner.build(shape)

    def call(self, x: Any) -> Any:
        return keras.ops.concatenate([x * self.scale] * self.times, axis=-1)

    def compute_output_shape(self, shape: Any) -> Any:
        return (*shape[:-1], None if shape[-1] is None else shape[-1] * self.times)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "times": self.times}


def widened(config: Any, shape: Any) -> Any:
    return (*shape[:-1], shape[-1] * config["times"])


TAUGHT: dict[str, Any] = {
    "output_shape": widened, "weights": ["scale", "seen"], "non_trainable": ["seen"], "family": "dense",
}  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, keras.Model]]:
    model = keras.Sequential([keras.layers.Input((5,)), Widen(3, name="widen")], name="m")
    path = tmp_path_factory.mktemp("registry") / "m.keras"
    model.save(path)
    yield path, model


def test_a_registered_class_reads_as_keras_says(saved: tuple[Path, keras.Model]) -> None:
    path, model = saved
    unknown = netviz.inspect(path)
    assert unknown["widen"].output_shape is None
    with register_layer("Widen", **TAUGHT):
        net = netviz.inspect(path)
        assert differences(net, describe(model)) == []
        assert [note.code for note in net.notes] == ["class-unknown"]  # of the layer inside
        layer = net["widen"]
        assert [(weight.name, weight.trainable) for weight in layer.weights] == [("scale", True), ("seen", False)]
        assert layer.parameters.trainable == sum(int(v.shape.num_elements()) for v in model.trainable_variables)
        assert layer.layers[0].parameters.total == 5 * 2 + 2
    assert netviz.inspect(path)["widen"].output_shape is None


def test_the_latest_registration_holds_until_it_is_forgotten(saved: tuple[Path, keras.Model]) -> None:
    first = register_layer("Widen", output_shape=widened)
    try:
        with register_layer("Widen", output_shape=lambda config, shape: (None, 7)):
            assert netviz.inspect(saved[0])["widen"].output_shape == (None, 7)
        assert netviz.inspect(saved[0])["widen"].output_shape == (None, 15)
    finally:
        first.forget()
    first.forget()  # twice does no harm
    assert netviz.inspect(saved[0])["widen"].output_shape is None


def test_a_module_tells_classes_apart() -> None:
    with register_layer("Dense", module="mine", family="attention"), register_layer("Other"):
        assert find("Dense", "mine") is not None and find("Dense", "mine").registered  # type: ignore[union-attr]
        assert find("Dense", "yours") is None
        assert not find("Dense", "keras.layers").registered  # type: ignore[union-attr]
        assert find("Other", "any.module") is not None and find("Other", None) is not None
    assert find("Dense", "mine") is None


@pytest.mark.parametrize(
    "rule",
    [lambda config, shape: config["no"], lambda config, shape: 3, lambda config, shape: (None, -1),
     lambda config, shape: 1 / 0, lambda config: (), lambda config, shape: "ab"],
)  # fmt: skip
def test_a_wrong_rule_is_a_note(rule: Any, saved: tuple[Path, keras.Model]) -> None:
    with register_layer("Widen", output_shape=rule):
        net = netviz.inspect(saved[0])
    assert net["widen"].output_shape is None
    assert {"rule-failed", "shape-unknown"} <= {note.code for note in net.notes}
    assert all("\n" not in note.message for note in net.notes)


def test_a_rule_that_fails_inside_a_nested_model_is_named_by_its_path(tmp_path: Path) -> None:
    inner = keras.Sequential([keras.layers.Input((5,)), Widen(2, name="widen")], name="inner")
    x = keras.Input((5,))
    keras.Model(x, inner(x)).save(tmp_path / "m.keras")
    with register_layer("Widen", output_shape=lambda config, shape: 1 / 0):
        notes = [note for note in netviz.inspect(tmp_path / "m.keras").notes if note.code == "rule-failed"]
    assert [note.path for note in notes] == ["inner/widen"]


def test_names_that_raise_are_refused_in_one_line(saved: tuple[Path, keras.Model]) -> None:
    def wrong(config: Any) -> Any:
        return config["no"]

    with register_layer("Widen", weights=wrong), pytest.raises(netviz.UsageError, match="KeyError"):
        netviz.inspect(saved[0])


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_a_class_with_layers_inside_loses_none_of_their_weights(suffix: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.layers.Input((5,)), Widen(3, name="widen")], name="m")
    model.save(tmp_path / f"m.{suffix}")
    with register_layer("netviz_tests>Widen", **TAUGHT):
        net = netviz.inspect(tmp_path / f"m.{suffix}")
    assert net.parameters.total == model.count_params()
    assert net["widen"].output_shape == (None, 15)


def test_several_tensors() -> None:
    from netviz.catalog.kinds import Arguments
    from netviz.model import Tensor

    one, two = Tensor((None, 2)), Tensor((None, 3))
    with register_layer("Two", output_shape=lambda config, shapes: [shapes[1], shapes[0]]):
        kind = find("Two", None)
    assert kind is not None and kind.output is not None
    assert kind.output({}, Arguments(([one, two],))) == ((None, 3), (None, 2))
    assert kind.output({}, Arguments(([one, Tensor(None)],))) == (None,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"family": "unheard"},
        {"weights": "kernel"},
        {"weights": [1]},
        {"non_trainable": "count"},
        {"non_trainable": ["x"]},
        {"weights": ["a", "a"]},
        {"output_shape": (None, 3)},
    ],
)
def test_wrong_registrations_are_refused(wrong: Any) -> None:
    with pytest.raises(netviz.UsageError):
        register_layer("Widen", **wrong)
    for name in ("", "Dense", "package>Dense"):
        with pytest.raises(netviz.UsageError):
            register_layer(name)
    assert find("Widen", None) is None
