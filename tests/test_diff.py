"""`netviz.diff` and its command: what is done to a model is what is said of it, whatever the files are."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
import pytest
from click.testing import CliRunner
from keras import layers

import netviz
from netviz.cli import cli
from netviz.errors import LayerNotFound, NetvizError, UsageError
from tests.conftest import EXAMPLES, ROOT
from tests.test_architecture import loaded_by

LENET, TUNED = EXAMPLES / "lenet.keras", EXAMPLES / "lenet-tuned.keras"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [*map(str, arguments)])


def net(*, names: dict[str, str] | None = None, block: bool = False, head: str = "Dense", filters: int = 8) -> Any:
    """A small network with random weights, the same each time; `names` renames layers, `block` puts three in."""
    keras.utils.set_random_seed(1)
    name = {**{own: own for own in ("conv", "norm", "pool", "hidden", "output")}, **(names or {})}
    x = image = keras.Input((12, 12, 3), name="image")
    x = layers.Conv2D(filters, 3, activation="relu", name=name["conv"])(x)
    x = layers.BatchNormalization(name=name["norm"])(x)
    x = layers.MaxPooling2D(name=name["pool"])(x)
    if block:
        keras.utils.set_random_seed(2)
        x = layers.Conv2D(filters, 3, padding="same", name="extra_conv")(x)
        x = layers.BatchNormalization(name="extra_norm")(x)
        x = layers.ReLU(name="extra_relu")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(16, activation="relu", name=name["hidden"])(x)
    x = (layers.Dense(4, name=name["output"]) if head == "Dense" else layers.Reshape((4, 4), name=name["output"]))(x)
    return keras.Model(image, x, name="net")


def same_weights(a: Any, b: Any) -> Any:
    """`b` with the weights of `a`, layer by layer in order, where both have as many of the same shapes."""
    own = {layer.name: layer.get_weights() for layer in a.layers}
    order = [layer for layer in b.layers if layer.name in own or len(a.layers) == len(b.layers)]
    for layer, other in zip(order, a.layers, strict=True):
        if [w.shape for w in layer.get_weights()] == [w.shape for w in other.get_weights()]:
            layer.set_weights(other.get_weights())
    return b


def tuned() -> Any:
    """Two layers trained on."""
    model = net()
    for name in ("hidden", "output"):
        layer = model.get_layer(name)
        rng = np.random.default_rng(3)
        layer.set_weights([values + 0.01 * rng.normal(size=values.shape) for values in layer.get_weights()])
    return model


def pruned() -> Any:
    """Half of the smallest values of one kernel set to zero."""
    model = net()
    kernel, bias = model.get_layer("hidden").get_weights()
    kernel[np.abs(kernel) < np.median(np.abs(kernel))] = 0
    model.get_layer("hidden").set_weights([kernel, bias])
    return model


def quantised() -> Any:
    model = net()
    model.quantize("int8")
    return model


def optimised() -> Any:
    model = net()
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    return model


def compiled() -> Any:
    model = net()
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse")
    return model


@dataclass(frozen=True)
class Scenario:
    """Models before and after, what became of the layers that differ, by name, and in which words.

    `verdicts` are those of weights that are not identical, by layer and weight; `changes` the items of the model
    itself ("0": its first output).
    """

    before: Callable[[], Any]
    after: Callable[[], Any]
    kinds: dict[str, set[str]]
    verdicts: dict[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()


TUNED_WEIGHTS = dict.fromkeys(("hidden/kernel", "hidden/bias", "output/kernel", "output/bias"), "changed")

SCENARIOS: dict[str, Scenario] = {
    "fine-tuned": Scenario(net, tuned, {"hidden": {"changed"}, "output": {"changed"}}, TUNED_WEIGHTS),
    "pruned": Scenario(net, pruned, {"hidden": {"changed"}}, {"hidden/kernel": "pruned"}),
    "quantised": Scenario(
        net,
        quantised,
        {"hidden": {"changed"}, "output": {"changed"}},
        {"hidden/kernel": "quantised", "output/kernel": "quantised"},
    ),
    "renamed": Scenario(net, lambda: same_weights(net(), net(names={"hidden": "features"})), {"features": {"renamed"}}),
    "inserted": Scenario(
        net,
        lambda: same_weights(net(), net(block=True)),
        {"extra_conv": {"added"}, "extra_norm": {"added"}, "extra_relu": {"added"}, "flatten": {"changed"}},
    ),
    "replaced": Scenario(
        net, lambda: same_weights(net(), net(head="Reshape")), {"output": {"replaced", "changed"}}, changes=("0",)
    ),
    "recompiled": Scenario(compiled, optimised, {}, changes=("training.optimizer",)),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_was_done_is_what_is_said(name: str, tmp_path: Path) -> None:
    told = SCENARIOS[name]
    paths = tmp_path / "a.keras", tmp_path / "b.h5"
    told.before().save(paths[0])
    told.after().save(paths[1])
    found = netviz.diff(*paths)
    assert {layer.name: set(layer.kinds) for layer in found} == told.kinds
    named = {f"{layer.name}/{one.name}": one.verdict for layer in found for one in layer.weights}
    assert {name: verdict for name, verdict in named.items() if verdict != "identical"} == told.verdicts
    assert {change.item for change in found.changes} >= set(told.changes)
    assert bool(found.changes) == bool(told.changes)
    assert not found.same and found and len(found) == len(told.kinds)
    assert run("diff", *paths).exit_code == 3


def test_figures_of_what_was_tuned_are_those_of_numpy() -> None:
    a, b = net(), tuned()
    for name in ("hidden", "output"):
        for one, before, after in zip(
            netviz.diff(a, b)[name].weights, a.get_layer(name).weights, b.get_layer(name).weights, strict=True
        ):
            x, y = (np.asarray(values, "float64").ravel() for values in (before, after))
            assert one.maximum == pytest.approx(np.abs(x - y).max())
            assert one.relative == pytest.approx(np.linalg.norm(x - y) / max(np.linalg.norm(x), np.linalg.norm(y)))
            if np.any(x) and np.any(y):
                assert one.cosine == pytest.approx(x @ y / np.linalg.norm(x) / np.linalg.norm(y))
            else:  # a bias that began as zeros has no direction
                assert one.cosine is None


FORMATS: dict[str, Callable[[Any, Path], Any]] = {
    ".keras": lambda model, path: model.save(path),
    ".h5": lambda model, path: model.save(path),
    "live": lambda model, path: None,
}


@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("second", FORMATS)
def test_a_model_is_the_same_in_every_format(first: str, second: str, tmp_path: Path) -> None:
    model = tuned()
    sources = []
    for place, suffix in enumerate((first, second)):
        path = tmp_path / f"{place}{suffix}"
        FORMATS[suffix](model, path)
        sources.append(model if suffix == "live" else path)
    found = netviz.diff(*sources)
    assert list(found) == [] and found.same and not found and not found.changes
    assert {one.verdict for one in found.weights} == {"identical"}
    assert len(found.weights) == len(model.weights)


def test_weights_alone_are_compared_with_the_model(tmp_path: Path) -> None:
    model, other = net(), tuned()
    model.save_weights(tmp_path / "m.weights.h5")
    assert netviz.diff(tmp_path / "m.weights.h5", model).same
    found = netviz.diff(tmp_path / "m.weights.h5", other)
    assert {layer.layer.name for layer in found} == {"hidden", "output"}


def test_one_direction_mirrors_the_other() -> None:
    there, back = netviz.diff(LENET, TUNED), netviz.diff(TUNED, LENET)
    opposite = {"added": "removed", "removed": "added"}
    forth = {(one.a and one.a.path, one.b and one.b.path): set(one.kinds) for one in there.layers}
    flipped = {
        (one.b and one.b.path, one.a and one.a.path): {opposite.get(kind, kind) for kind in one.kinds}
        for one in back.layers
    }
    assert forth == flipped
    figures = {(one.a.path, one.b.path): (one.verdict, one.maximum, one.relative, one.cosine) for one in there.weights}
    mirrored = {(one.b.path, one.a.path): (one.verdict, one.maximum, one.relative, one.cosine) for one in back.weights}
    assert figures == mirrored


def test_structure_alone_leaves_values_unread(tmp_path: Path) -> None:
    net().save(tmp_path / "a.keras")
    tuned().save(tmp_path / "b.keras")
    assert netviz.diff(tmp_path / "a.keras", tmp_path / "b.keras", structure_only=True).same
    done = run("diff", tmp_path / "a.keras", tmp_path / "b.keras", "--structure-only")
    assert done.exit_code == 0, done.output


def test_the_command_has_every_argument_and_the_same_defaults() -> None:
    command = cli.commands["diff"]
    options = {option.name: option for option in command.params}
    parameters = inspect.signature(netviz.diff).parameters
    assert options.keys() - {"format_", "output"} == parameters.keys() - {"progress"}
    for name, parameter in parameters.items():
        if isinstance(parameter.default, bool | str | int | float):
            assert options[name].get_default(click.Context(command)) == parameter.default, name


@pytest.mark.parametrize("suffix", ["html", "md", "json", "txt", "csv", "tex", "svg", "png", "dot"])
def test_the_command_writes_what_the_function_gives(suffix: str, tmp_path: Path) -> None:
    made = tmp_path / f"diff.{suffix}"
    assert run("diff", LENET, TUNED, "-o", made).exit_code == 3
    again = netviz.diff(LENET, TUNED).save(tmp_path / f"again.{suffix}")
    assert made.read_bytes() == again.read_bytes()


def test_every_format_names_what_differs() -> None:
    found = netviz.diff(LENET, TUNED)
    assert {layer.layer.name for layer in found} == {"conv1", "conv2", "fc1", "dropout", "fc2", "digit"}
    for format in ("table", "markdown", "html", "json", "csv", "svg"):
        text = str(found.to(format)).replace("\\_", "_").replace("<wbr>", "")
        assert [layer.layer.name for layer in found if layer.layer.name not in text] == [], format
    assert json.loads(str(found.to("json"))) == json.loads(json.dumps(found.data))


def test_identical_models_say_so_in_every_format(tmp_path: Path) -> None:
    found = netviz.diff(LENET, LENET)
    assert not found and found.same
    for format in ("table", "markdown", "html", "json", "csv", "latex", "svg", "png", "pdf", "dot"):
        assert found.to(format), format
    done = run("diff", LENET, LENET)
    assert done.exit_code == 0 and "no difference" in done.output.lower()


def test_neither_keras_nor_matplotlib_is_needed() -> None:
    script = f"import netviz; found = netviz.diff({str(LENET)!r}, {str(TUNED)!r}); str(found); found.to('svg')"
    loaded = loaded_by(script)
    assert not loaded & {"keras", "tensorflow", "matplotlib", "h5py", "jinja2"}


@pytest.mark.parametrize(
    "wrong",
    [{"rtol": -1}, {"rtol": "x"}, {"atol": float("nan")}, {"atol": True}, {"context": -1}, {"theme": "none"}],
    ids=str,
)
def test_wrong_choices_are_one_line(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as raised:
        netviz.diff(LENET, TUNED, **wrong)
    assert raised.value.hint and "\n" not in raised.value.message


def test_a_source_that_cannot_be_read_is_one_line_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "broken.keras").write_bytes(os.urandom(100))
    for pair in ((LENET, tmp_path / "broken.keras"), (tmp_path / "broken.keras", LENET)):
        with pytest.raises(NetvizError, match=r"broken\.keras"):
            netviz.diff(*pair)
        done = run("diff", *pair)
        assert done.exit_code == 1 and "Traceback" not in done.output and "broken.keras" in done.output


def test_an_unknown_layer_is_answered_with_near_names() -> None:
    with pytest.raises(LayerNotFound, match="fc1"):
        netviz.diff(LENET, TUNED)["fc"]


def test_where_two_layers_swapped_names_the_second_model_says_who_is_meant() -> None:
    swapped = same_weights(net(), net(names={"conv": "norm", "norm": "conv"}))
    assert netviz.diff(net(), swapped)["norm"].path == "norm"
    assert netviz.diff(swapped, net())["conv"].path == "conv"


def test_the_output_may_be_neither_of_the_sources(tmp_path: Path) -> None:
    copy = tmp_path / "copy.keras"
    copy.write_bytes(LENET.read_bytes())
    assert run("diff", LENET, copy, "-o", copy).exit_code == 2
    assert copy.read_bytes() == LENET.read_bytes()


CONFIG = ROOT / "examples" / "architectures" / "resnet50.json"


def test_what_could_not_be_compared_is_said() -> None:
    """A config holds no values: two of them are the same as far as that goes, and the note says how far."""
    found = netviz.diff(CONFIG, CONFIG)
    assert found.same and found.notes
