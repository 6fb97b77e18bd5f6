"""Neurons against Keras: what each gives, what their connections weigh, and which of a model's layers they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netviz.analysis.figure.neurons import MOST, build_network, is_whole, unfit
from netviz.analysis.figure.neurons_sheet import network_document
from netviz.api.inspected import inspect
from netviz.errors import LayerNotFound, UsageError
from netviz.figures import Network
from netviz.model import Model
from tests.analysis.figure.dense import MODELS, filled
from tests.conftest import EXAMPLES, ROOT
from tests.models.zoo import ZOO

ALL = 10_000
ARCHITECTURES = ROOT / "examples" / "architectures"

Made = dict[str, tuple[Model, Any, list[Any]]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """By name the model as read from its file, as Keras has it, and a sample for each input."""
    folder = tmp_path_factory.mktemp("dense")
    found: Made = {}
    for make in MODELS:
        live = filled(make)
        path = folder / f"{make.__name__}.keras"
        live.save(path)
        draw = np.random.default_rng(3)
        samples = [draw.normal(size=(1, *one.shape[1:])).astype("float32") for one in live.inputs]
        found[make.__name__] = inspect(path).model, live, samples
    return found


names = pytest.mark.parametrize("name", [make.__name__ for make in MODELS])


def outputs_of(live: Any, samples: list[Any]) -> dict[str, Any]:
    """What each layer that is called once gives, by its name."""
    import keras

    called = [layer for layer in live.layers if len(layer._inbound_nodes) == 1 and not hasattr(layer, "layers")]
    given = keras.Model(live.inputs, [layer.output for layer in called]).predict(
        samples if len(samples) > 1 else samples[0], verbose=0
    )
    return {layer.name: one.reshape(-1) for layer, one in zip(called, given, strict=True)}


@names
def test_values_are_those_of_keras(made: Made, name: str) -> None:
    model, live, samples = made[name]
    network = build_network(model, x=samples, most=ALL)
    expected = outputs_of(live, samples)
    found: dict[str, list[float]] = {}
    for one in network.neurons:
        found.setdefault(one.layers[-1] if one.layers else one.name, []).extend(one.values or ())
    compared = {layer: values for layer, values in found.items() if layer in expected}
    assert compared
    for layer, values in compared.items():
        np.testing.assert_allclose(values, expected[layer], rtol=1e-5, atol=2e-6, err_msg=layer)
    given = live.predict(samples if len(samples) > 1 else samples[0], verbose=0)
    flat = np.concatenate([np.reshape(one, -1) for one in (given if isinstance(given, list) else [given])])
    drawn = [value for one in network.neurons if one.role == "output" for value in one.values or ()]
    np.testing.assert_allclose(drawn, flat, rtol=1e-5, atol=2e-6)


@names
def test_what_is_drawn_comes_to_the_sums(made: Made, name: str) -> None:
    """Values times weights along the connections, plus biases, is what each dense neuron has before its activation."""
    model, _, samples = made[name]
    network = build_network(model, x=samples, most=ALL)
    by_id = {one.id: one for one in network.neurons}
    for head in network.neurons:
        if head.class_name != "Dense":
            continue
        total: Any = np.zeros(head.units) if head.biases is None else np.array(head.biases)
        for one in network.connections:
            if one.head == head.id:
                total = total + np.array(by_id[one.tail].values) @ np.array(one.weights)
        np.testing.assert_allclose(total, np.array(head.sums), rtol=1e-4, atol=1e-5, err_msg=head.name)


@names
def test_less_that_is_shown_is_part_of_all(made: Made, name: str) -> None:
    model, _, samples = made[name]
    whole = {one.id: one for one in build_network(model, x=samples, most=ALL).neurons}
    weights = {(one.tail, one.head, one.begin): one for one in build_network(model, most=ALL).connections}
    few = build_network(model, x=samples, most=4)
    shown = {one.id: one.shown for one in few.neurons}
    for one in few.neurons:
        assert len(one.shown) == (one.units if one.units <= 4 else 2)
        assert one.shown[0] == 0 and one.shown[-1] == one.units - 1
        for field in ("values", "sums", "biases", "labels"):
            part, all_of = getattr(one, field), getattr(whole[one.id], field)
            assert part == (None if all_of is None else tuple(all_of[unit] for unit in one.shown))
    for joint in few.connections:
        full = weights[joint.tail, joint.head, joint.begin].weights
        if full is None:
            assert joint.weights is None
        else:
            rows = tuple(tuple(full[row][unit] for unit in shown[joint.head]) for row in shown[joint.tail])
            assert joint.weights == rows


@names
def test_connections_lead_forwards(made: Made, name: str) -> None:
    network = build_network(made[name][0])
    columns = {one.id: one.column for one in network.neurons}
    assert sorted(set(columns.values())) == list(range(max(columns.values()) + 1))
    assert all(columns[one.tail] < columns[one.head] for one in network.connections)
    tails, heads = {one.tail for one in network.connections}, {one.head for one in network.connections}
    for one in network.neurons:
        assert (one.role == "input") == (one.id not in heads)
        assert (one.role == "output") == (one.id not in tails)
        assert (one.labels is None) == (one.role == "hidden")


@names
def test_every_layer_with_weights_is_drawn(made: Made, name: str) -> None:
    model = made[name][0]
    network = build_network(model)
    drawn = {path for one in network.neurons for path in one.layers}
    assert {layer.path for layer in model.root.walk() if layer.weights and not layer.graph} <= drawn
    if name != "shared":
        assert sum(one.parameters or 0 for one in network.neurons) == model.parameters.total
    assert is_whole(model) and not network.before


def test_y_is_2_x_plus_1() -> None:
    network = build_network(inspect(EXAMPLES / "line.keras").model, x=[np.array([[4.0]])])
    x, y = network.neurons
    assert x.values == (4.0,) and network.sample == "x = 4"
    assert (x.labels, y.labels) == (("x",), ("ŷ",))
    numbers = [*(y.values or ()), *(y.biases or ()), *(network.connections[0].weights or ((),))[0]]
    np.testing.assert_allclose(numbers, [9.0, 1.0, 2.0], rtol=1e-4)


def vector(network: Network, role: str) -> list[float]:
    return [value for one in network.neurons if one.role == role for value in one.values or ()]


@names
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf], ids=["nan", "inf", "minus inf"])
def test_what_is_not_finite_spreads_as_in_keras(made: Made, name: str, value: float) -> None:
    model, live, samples = made[name]
    broken = [one.copy() for one in samples]
    broken[0].reshape(-1)[1] = value
    network = build_network(model, x=broken, most=ALL)
    # called, not predicted: what TensorFlow fuses in a compiled graph makes 0 of relu(nan)
    given = live(broken if len(broken) > 1 else broken[0])
    flat = np.concatenate([np.reshape(np.array(one), -1) for one in (given if isinstance(given, list) else [given])])
    np.testing.assert_allclose(vector(network, "output"), flat, rtol=1e-5, atol=2e-6)
    json.dumps(network_document(network, ""), allow_nan=False)


def test_an_input_that_is_left_out(made: Made) -> None:
    with pytest.raises(UsageError, match="without the input lower"):
        build_network(made["two_inputs"][0], x=[made["two_inputs"][2][0], None])


def test_no_values_behind_what_is_not_computed() -> None:
    model = inspect(EXAMPLES / "lenet.keras").model
    with pytest.raises(UsageError, match=r"enlarge \(UpSampling2D\) stands before the neurons"):
        build_network(model, x=[np.zeros((1, 8, 8, 1))])
    valueless = replace(inspect(EXAMPLES / "mlp.keras").model, store=None)
    with pytest.raises(UsageError, match="values of its kernel are not in the file"):
        build_network(valueless, x=[np.zeros((1, 8))])


def test_the_dense_part_at_the_end() -> None:
    network = build_network(inspect(ARCHITECTURES / "vgg16.json").model)
    assert [one.units for one in network.neurons] == [25_088, 4_096, 4_096, 1_000]
    assert network.before == "18 layers"  # 13 convolutions and 5 poolings: Simonyan and Zisserman (2015), table 1, D
    assert [one.role for one in network.neurons] == ["hidden", "hidden", "hidden", "output"]
    assert all(len(one.shown) <= MOST for one in network.neurons)
    assert network.limit is None and all(one.weights is None for one in network.connections)
    assert not is_whole(inspect(ARCHITECTURES / "vgg16.json").model)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (ARCHITECTURES / "u-net.json", "it has no Dense layer"),
        (ARCHITECTURES / "autoencoder.json", "no Dense layer ends it"),
    ],
    ids=["u-net", "autoencoder"],
)
def test_why_neurons_do_not_fit(source: Path, reason: str) -> None:
    model = inspect(source).model
    assert unfit(model) == reason
    with pytest.raises(UsageError, match=reason):
        build_network(model)


def test_dense_layers_over_sequences_are_no_neurons(saved: Callable[[Any], Model]) -> None:
    import keras

    x = keras.Input((7, 5))
    assert "sequences" in unfit(saved(keras.Model(x, keras.layers.Dense(2)(x))))


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Any], Model]:
    def read(live: Any) -> Model:
        live.save(tmp_path / "model.keras")
        return inspect(tmp_path / "model.keras").model

    return read


@pytest.mark.parametrize("name", list(ZOO))
def test_any_model_is_drawn_or_has_a_reason(saved_zoo: Callable[[str], tuple[Path, Any]], name: str) -> None:
    model = inspect(saved_zoo(name)[0]).model
    reason = unfit(model)
    if reason:
        assert not is_whole(model) and "\n" not in reason
        return
    network = build_network(model)
    assert any(one.class_name == "Dense" for one in network.neurons)
    assert not (is_whole(model) and network.before)
    if name.startswith("quantized"):  # their kernels hold integers, which are no weights
        assert all(one.weights is None for one in network.connections)


def test_too_many_columns(saved: Callable[[Any], Model]) -> None:
    import keras

    model = saved(keras.Sequential([keras.Input((2,)), *(keras.layers.Dense(2) for _ in range(60))]))
    assert not unfit(model) and not is_whole(model)
    with pytest.raises(UsageError, match="61 layers of neurons"):
        build_network(model)


def test_what_enters_stands_beside_what_it_is_joined_with() -> None:
    network = build_network(inspect(ARCHITECTURES / "two-inputs.json").model)
    columns = {one.id: one.column for one in network.neurons}
    fed = {one.head for one in network.connections}
    for one in network.neurons:
        if one.id not in fed:
            assert one.column == min(columns[joint.head] for joint in network.connections if joint.tail == one.id) - 1
    assert sorted(columns.values()).count(0) == 1
    assert all(columns[one.head] == columns[one.tail] + 1 for one in network.connections)  # nothing passes a column


def test_shared_layers_have_their_number(made: Made) -> None:
    network = build_network(made["shared"][0])
    assert [one.shared for one in network.neurons if one.name == "twin"] == [1, 1]
    assert all(one.shared is None for one in network.neurons if one.name != "twin")


def test_layers_left_out(made: Made) -> None:
    model = made["pictures"][0]
    network = build_network(model, omit="second")
    assert [one.name for one in network.neurons] == ["picture", "first", "third"]
    assert [(one.tail, one.head, one.gap) for one in network.connections][-1] == ("first", "third", True)
    assert network.omitted == ("second",)
    quiet = build_network(model, omit=["Dropout", "ReLU"])
    assert [one.activation for one in quiet.neurons][1] == "batch norm"
    assert build_network(model).neurons[1].activation == "batch norm → relu"
    assert build_network(model, omit="picture").before == "input 6×5"
    with pytest.raises(UsageError, match="nothing of"):
        build_network(model, omit=".*")
    with pytest.raises(LayerNotFound):
        build_network(model, omit="no such layer")


def test_annotations_stand_at_layers(made: Made) -> None:
    model = made["pictures"][0]
    first, second = build_network(model, annotate=[("ReLU", "one"), ("first..third", "all")]).annotations
    assert (first.text, first.first, first.last) == ("one", "first", "first")
    assert (second.first, second.last) == ("first", "third")
    with pytest.raises(UsageError, match="is not drawn"):
        build_network(model, omit="second", annotate=[("second", "gone")])


@names
def test_the_same_each_time(made: Made, name: str) -> None:
    model, _, samples = made[name]
    assert build_network(model, x=samples) == build_network(model, x=samples)
