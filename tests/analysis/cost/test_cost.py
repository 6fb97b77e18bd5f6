"""Costs of whole models: shapes as Keras has them, sums that add up, and what is unknown said."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import keras
import pytest

from netviz.analysis.cost import LayerCost, ModelCost, cost_model
from netviz.errors import NetvizError, UsageError
from netviz.model import ENTERING, Call, Endpoint, Feed, Graph, Layer, Model, Source, Tensor, TensorRef
from netviz.readers import read
from tests.conftest import EXAMPLES, FIXTURES
from tests.models.zoo import ZOO

BATCH, LENGTH = 3, 6
"""What open axes are closed with: the first, and any other."""

ITEMS = {"bool": 1, "int8": 1, "uint8": 1, "float16": 2, "bfloat16": 2, "int32": 4, "float32": 4, "int64": 8}

SOME = (
    "shared_shapes", "nested", "dict_calls", "operators", "wrappers", "mixed_precision", "masked_embedding",
    "lstm_all_outputs", "gpt", "convolutions", "pools_and_paddings", "attentions", "reshapes",
)  # fmt: skip
"""The models of the zoo that are rebuilt without `make test-all`."""

FILES = sorted(
    path
    for folder in (FIXTURES, EXAMPLES)
    for path in folder.rglob("*")
    if path.suffix in (".keras", ".h5", ".json", ".hdf5") or (path / "saved_model.pb").exists()
)


def by_path(cost: ModelCost) -> dict[str, LayerCost]:
    return {layer.path: layer for layer in cost.layers}


def closed(shape: tuple[int | None, ...]) -> tuple[int, ...]:
    return tuple((LENGTH if place else BATCH) if axis is None else axis for place, axis in enumerate(shape))


def bytes_by_keras(model: Any) -> dict[str, int]:
    """By operation the bytes of its outputs, all calls together, as Keras infers them in a copy with closed shapes."""
    inputs = keras.tree.map_structure(
        lambda tensor: keras.Input(batch_shape=closed(tensor.shape), dtype=tensor.dtype, name=tensor.name), model.input
    )
    copy = keras.models.clone_model(model, input_tensors=inputs)
    found: dict[str, int] = {}
    for node in (node for nodes in copy._nodes_by_depth.values() for node in nodes):
        for tensor in node.output_tensors:
            if None not in tensor.shape and tensor.dtype in ITEMS and not node.is_input:
                name = node.operation.name
                found[name] = found.get(name, 0) + prod(tensor.shape) * ITEMS[tensor.dtype]
    return found


@pytest.mark.parametrize(
    "name",
    [
        name if name in SOME else pytest.param(name, marks=pytest.mark.all_models)
        for name in ZOO
        if not name.startswith("subclassed")  # Keras knows no graph of these
    ],
)
def test_outputs_take_the_bytes_that_keras_gives_them(name: str) -> None:
    model: Any = ZOO[name]()
    functional = getattr(model, "_functional", None) or model
    shapes = {tensor._keras_history.operation.name: closed(tensor.shape) for tensor in functional.inputs}
    costs = by_path(cost_model(read(model), input_shape=shapes))
    expected = bytes_by_keras(functional)
    assert expected
    assert {name: costs[name].activation_bytes for name in expected} == expected


def level(layers: tuple[Layer, ...], costs: dict[str, LayerCost]) -> list[LayerCost]:
    return [costs[layer.path] for layer in layers]


def require_sums(model: Model, cost: ModelCost) -> None:
    """Every layer is there once and in order; what holds others costs at least what these do; totals are sums."""
    costs = by_path(cost)
    assert [layer.path for layer in cost.layers] == [layer.path for layer in model.root.walk()]
    for layer in model.root.walk():
        own = costs[layer.path]
        inside = level(layer.layers, costs)
        if own.macs is not None and own.flops is not None:
            assert own.macs >= sum(inner.macs or 0 for inner in inside)
            assert own.flops >= max(sum(inner.flops or 0 for inner in inside), 2 * own.macs)
        for value in (own.macs, own.flops, own.activation_bytes, own.weight_bytes):
            assert value is None or value >= 0
        if None in (own.macs, own.flops, own.activation_bytes, own.weight_bytes):
            assert own.reason
    assert cost.exact == (not cost.unknown)
    if cost.exact:
        top = level(model.root.layers, costs)
        assert cost.macs == sum(own.macs or 0 for own in top)
        assert cost.flops == sum(own.flops or 0 for own in top)
    if cost.alive:
        assert cost.activation_bytes == max(size for _, size in cost.alive)
        assert (cost.peak_at, cost.activation_bytes) in cost.alive
    assert cost.activation_bytes <= cost.training_bytes
    assert cost.weight_bytes == model.parameters.bytes


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FIXTURES.parent.parent)))
def test_every_file_has_costs_that_add_up(path: Path) -> None:
    try:
        model = read(path)
    except NetvizError:
        return  # what is no model, or damaged on purpose
    require_sums(model, cost_model(model))


@pytest.mark.parametrize("name", ["merges", "convolutions", "gpt", "bidirectional_gru", "conv_lstm", "siamese"])
def test_work_grows_with_the_batch(name: str) -> None:
    model = read(ZOO[name]())
    one, four = cost_model(model), cost_model(model, batch=4)
    assert one.macs > 0
    assert (four.macs, four.weight_bytes) == (4 * one.macs, one.weight_bytes)
    assert one.activation_bytes < four.activation_bytes <= 4 * one.activation_bytes


def test_a_shared_layer_costs_for_each_call_and_weighs_once() -> None:
    first, second = keras.Input((10,)), keras.Input((10,))
    shared = keras.layers.Dense(4, name="shared")
    cost = cost_model(read(keras.Model([first, second], keras.layers.Add()([shared(first), shared(second)]))))
    layer = by_path(cost)["shared"]
    assert (layer.calls, layer.macs, layer.activation_bytes) == (2, 2 * 10 * 4, 2 * 4 * 4)
    assert layer.weight_bytes == cost.weight_bytes == (10 * 4 + 4) * 4


def test_a_nested_model_costs_what_its_shapes_say() -> None:
    """Called on two sizes: the sum of both, in the model and in the layer inside it."""
    inner = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(5, name="inside")], name="inner")
    short, long = keras.Input((3, 2)), keras.Input((8, 2))
    both = keras.layers.Concatenate(axis=1)([inner(short), inner(long)])
    costs = by_path(cost_model(read(keras.Model([short, long], both))))
    assert costs["inner"].macs == costs["inner/inside"].macs == (3 + 8) * 2 * 5
    assert costs["inner/inside"].calls == 2


def test_what_a_wrapper_repeats_counts_for_every_step() -> None:
    dense = keras.layers.Dense(4, name="each")
    model = keras.Sequential([keras.Input((7, 3)), keras.layers.TimeDistributed(dense, name="steps")])
    costs = by_path(cost_model(read(model)))
    assert costs["steps"].macs == costs["steps/each"].macs == 7 * 3 * 4


def test_a_class_without_a_rule_makes_the_totals_lower_bounds() -> None:
    @keras.saving.register_keras_serializable("mine")
    class Strange(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs * 2

    entered = keras.Input((10,))
    nested = keras.Sequential([keras.Input((4,)), Strange(name="strange")], name="nested")
    cost = cost_model(read(keras.Model(entered, nested(keras.layers.Dense(4, name="known")(entered)))))
    costs = by_path(cost)
    assert cost.unknown == ("nested", "nested/strange")
    assert not cost.exact
    assert (costs["known"].macs, cost.macs) == (40, 40)
    assert costs["nested"].macs is None
    assert "strange" in costs["nested"].reason
    assert "Strange" in costs["nested/strange"].reason


def test_layers_that_nothing_calls_cost_nothing() -> None:
    model = read(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="a")]))
    idle = replace(model.root.layers[0], path="idle", name="idle")
    graph = replace(model.graph, layers=(*model.graph.layers, idle))
    cost = cost_model(replace(model, root=replace(model.root, graph=graph)))
    assert (cost.layers[-1].macs, cost.layers[-1].calls, cost.unknown) == (0, 0, ())
    assert "No call" in cost.layers[-1].reason


def test_without_calls_all_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "only.weights.h5"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save_weights(path)
    model = read(path)
    cost = cost_model(model)
    assert set(cost.unknown) == {layer.path for layer in model.root.walk()}
    assert all("--architecture" in layer.reason and "--load" in layer.reason for layer in cost.layers)
    assert (cost.macs, cost.weight_bytes) == (0, 4 * (4 * 2 + 2))
    with pytest.raises(UsageError, match=r"inputs of .* are not known"):
        cost_model(model, input_shape=(1, 4))


def test_a_subclassed_model_costs_what_a_sequential_one_does() -> None:
    class Mine(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = keras.layers.Dense(4), keras.layers.Dense(2)

        def call(self, inputs: Any) -> Any:
            return self.last(self.first(inputs))

    mine = Mine()
    mine(keras.ops.zeros((1, 6)))
    plain = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    found, expected = cost_model(read(mine)), cost_model(read(plain))
    assert (found.activation_bytes, found.training_bytes) == (expected.activation_bytes, expected.training_bytes)


def test_what_has_no_products_has_none_whatever_the_shapes() -> None:
    layers = keras.layers
    steps = [
        layers.ReLU(name="relu"), layers.MaxPooling2D(name="pool"), layers.ZeroPadding2D(name="pad"),
        layers.Conv2D(4, 3, name="conv"), layers.GlobalMaxPooling2D(name="last"),
    ]  # fmt: skip
    costs = by_path(cost_model(read(keras.Sequential([keras.Input((None, None, 3)), *steps]))))
    assert {name: own.macs for name, own in costs.items()} == {"relu": 0, "pool": 0, "pad": 0, "conv": None, "last": 0}
    assert [name for name, own in costs.items() if own.flops == 0] == ["pad"]
    assert all("--input-shape" in costs[name].reason for name in ("relu", "pool", "conv", "last"))


def test_reasons_quote_names() -> None:
    inner = keras.Sequential([keras.Input((None, 2)), keras.layers.Conv1D(2, 3, name="costs")], name="my")
    entered = keras.Input((None, 2))
    costs = by_path(cost_model(read(keras.Model(entered, inner(entered)))))
    assert "'costs'" in costs["my"].reason


DENSE = Layer("", "dense", "Dense", "keras.layers", {"units": 4, "use_bias": False})
ROWS = Tensor((None, 4), "float32")


def doubled(depth: int, layer: Layer = DENSE, tensor: Tensor = ROWS) -> Model:
    """A model inside a model inside a model …, each called twice: 2 to the `depth` calls of the innermost layer."""
    for number in range(depth):
        feeds = (Feed("0", tensor, TensorRef(ENTERING, 0)),), (Feed("0", tensor, TensorRef(0, 0)),)
        calls = tuple(Call(place, layer.name, feed, (tensor,)) for place, feed in enumerate(feeds))
        ends = (Endpoint("in", tensor, TensorRef(ENTERING, 0)),), (Endpoint("out", tensor, TensorRef(1, 0)),)
        graph = Graph((layer,), calls, *ends)
        layer = Layer("", f"level_{number}", "Functional", "keras.src.models.functional", graph=graph)

    def placed(layer: Layer, path: str) -> Layer:
        if layer.graph is None:
            return replace(layer, path=path)
        inside = tuple(placed(inner, f"{path}/{inner.name}" if path else inner.name) for inner in layer.graph.layers)
        return replace(layer, path=path, graph=replace(layer.graph, layers=inside))

    return Model(placed(layer, ""), Source(None, "test", None, "static"))


def test_models_in_models_take_no_time() -> None:
    cost = cost_model(doubled(40))  # 2 to the 40 calls one by one would take days
    assert cost.macs == 2**40 * 4 * 4
    assert cost.layers[-1].calls == 2**40
    assert not cost.exact, "what is in memory is a lower bound"
    small = cost_model(doubled(6))
    assert len(small.alive) == 2**6
    assert {size for _, size in small.alive} <= {2 * 16, 3 * 16}


def test_models_on_other_shapes_each_time_take_no_time() -> None:
    """Each call makes the sequence shorter, so that none of 2 to the 30 is like another."""
    tensor = Tensor((None, None, 1), "float32")
    config = {"filters": 1, "kernel_size": [2], "padding": "valid"}
    model = doubled(30, Layer("", "dense", "Conv1D", "keras.layers", config), tensor)
    cost = cost_model(model, input_shape=(1, 10**12, 1))
    assert not cost.exact
    assert any("too many" in layer.reason for layer in cost.layers)


def test_a_batch_that_is_reshaped_is_counted() -> None:
    entered = keras.Input((6, 4))
    model = keras.Model(entered, keras.layers.Dense(5)(keras.ops.reshape(entered, (-1, 4))))
    assert cost_model(read(model)).macs == 6 * 4 * 5
    assert cost_model(read(model), batch=3).macs == 3 * 6 * 4 * 5


def test_arguments_by_name_and_in_lists_reach_the_rules() -> None:
    query, value = keras.Input((5, 8)), keras.Input((7, 8))
    attention = keras.layers.MultiHeadAttention(2, 4, name="attention")
    cost = cost_model(read(keras.Model([query, value], attention(query=query, value=value))))
    heads = 2 * 4
    projections = 5 * 8 * heads + 2 * 7 * 8 * heads + 5 * heads * 8
    assert by_path(cost)["attention"].macs == projections + 2 * 5 * 7 * heads


@pytest.mark.parametrize(
    "argument", ["0.1000000000", "0.0.0.0", "", ".", "0..1", "99999999999999999999", "mask.x", "0.1"]
)
def test_odd_names_of_arguments_break_nothing(argument: str) -> None:
    model = read(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))
    (call,) = model.graph.calls
    odd = replace(call, inputs=(*call.inputs, replace(call.inputs[0], argument=argument)), constants={"0.5": 1})
    graph = replace(model.graph, calls=(odd,))
    require_sums(model, cost_model(replace(model, root=replace(model.root, graph=graph))))


@pytest.mark.parametrize("units", [-5, 0, 10**30, "many", None, True, [3]])
def test_odd_settings_cost_something_unknown_or_nothing(units: object) -> None:
    model = read(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))
    layer = replace(model.root.layers[0], config={**model.root.layers[0].config, "units": units})
    changed = replace(model, root=replace(model.root, graph=replace(model.graph, layers=(layer,))))
    require_sums(changed, cost_model(changed))
