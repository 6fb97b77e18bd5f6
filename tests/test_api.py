"""The Python API on real files: what the README promises of a model, its layers and their weights."""

from __future__ import annotations

import inspect
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netviz
from netviz.analysis.columns import COLUMNS
from netviz.model import Layer
from tests.conftest import EXAMPLES, FIXTURES

FILES = sorted(EXAMPLES.glob("*.keras")) + sorted(FIXTURES.glob("keras-*/*.keras"))

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")


@pytest.fixture(scope="module")
def lenet() -> netviz.InspectedModel:
    return netviz.inspect(EXAMPLES / "lenet.keras")


def test_a_model_by_order_name_and_path(lenet: netviz.InspectedModel) -> None:
    names = [layer.name for layer in lenet.layers]
    assert names == [layer.name for layer in lenet]
    for name in names:
        assert lenet[name].path == name
    nested = netviz.inspect(FIXTURES / "keras-3.15.1" / "nested.keras")
    for layer in nested.walk():
        assert nested[layer.path] == layer
    assert any("/" in layer.path for layer in nested.walk())


def test_an_unknown_layer_is_a_key_error_that_names_near_ones(lenet: netviz.InspectedModel) -> None:
    with pytest.raises(KeyError, match="Did you mean conv1") as caught:
        lenet["conv_1"]
    assert isinstance(caught.value, netviz.NetvizError)


def test_layers_are_found_by_name_alone_and_hash(lenet: netviz.InspectedModel) -> None:
    assert "conv1" in lenet and "conv9" not in lenet
    with pytest.raises(netviz.UsageError, match="not by 0"):
        lenet[0]  # type: ignore[index]
    assert len({lenet["conv1"], lenet["conv1"], lenet["conv2"]}) == 2


def test_words_that_mean_nothing_together_are_refused(lenet: netviz.InspectedModel) -> None:
    assert str(lenet.summary(columns="name, share")) == str(lenet.summary(columns=["name", "share"]))
    for nothing in ("", ","):
        with pytest.raises(netviz.UsageError, match="column"):
            lenet.summary(columns=nothing)
    with pytest.raises(netviz.UsageError, match="no column"):
        lenet.summary(columns=[])
    with pytest.raises(netviz.UsageError, match="depth"):
        lenet.summary(layer="conv1", depth=1)
    with pytest.raises(netviz.UsageError, match="load=True is for files"):
        netviz.inspect(lenet, load=True)
    with pytest.raises(netviz.UsageError, match="empty"):
        netviz.inspect("")


def test_a_model_s_own_weights_have_a_row() -> None:
    net = netviz.inspect(FIXTURES / "keras-3.15.1" / "subclassed_nested.keras")
    assert len(net.weights) == 1
    assert "(the model's own)" in str(net)
    assert net.name == "subclassed_nested"


def test_shapes_kernel_and_bias(lenet: netviz.InspectedModel) -> None:
    conv = lenet["conv1"]
    assert conv.kernel is not None and conv.bias is not None
    assert isinstance(conv.input_shape, tuple) and isinstance(conv.output_shape, tuple)
    assert conv.kernel.shape[-1] == conv.bias.shape[0] == conv.output_shape[-1]
    assert conv.kernel.shape[-2] == conv.input_shape[-1]
    assert lenet["flatten"].kernel is None and lenet["flatten"].bias is None
    np.testing.assert_array_equal(np.asarray(conv.weights[0]), conv.kernel)


def test_several_tensors_give_a_tuple_of_shapes() -> None:
    join = netviz.inspect(EXAMPLES / "residual.keras")["join"]
    assert join.input_shape == ((None, 96), (None, 96))
    assert join.output_shape == (None, 192)
    assert join.inbound == ("upper_flatten", "lower_flatten")


def test_a_shared_layer_is_one_layer_with_several_calls() -> None:
    net = netviz.inspect(FIXTURES / "keras-3.15.1" / "shared_layer.keras")
    shared = [layer for layer in net.layers if len(layer.calls) == 3]
    assert len(shared) == 1
    assert shared[0].parameters.total == sum(w.weight.tensor.size or 0 for w in shared[0].weights)
    assert "shared (call 2)" in str(net.summary(columns=["name", "connected"]))


@every_file
def test_totals_are_the_sum_of_the_layers(path: Path) -> None:
    net = netviz.inspect(path)
    counts = net.parameters
    weights = {weight.path: weight for weight in net.model.root.all_weights}.values()
    assert counts.trainable == sum(weight.tensor.size or 0 for weight in weights if weight.trainable)
    assert counts.non_trainable == sum(weight.tensor.size or 0 for weight in weights if not weight.trainable)
    assert counts.total == total_of(net.model.root)
    for layer in net.walk():
        assert layer.parameters.total == total_of(layer.subject.layer)


def total_of(layer: Layer) -> int:
    """Its own weights and those of the layers inside, what two layers share once."""
    sizes = {weight.path: weight.tensor.size or 0 for inner in (layer, *layer.walk()) for weight in inner.weights}
    alone = sum(weight.tensor.size or 0 for weight in layer.weights)
    shared = len(sizes) < sum(len(inner.weights) for inner in (layer, *layer.walk()))
    assert shared or sum(sizes.values()) == alone + sum(inner.parameters.total for inner in layer.layers)
    return sum(sizes.values())


@every_file
def test_every_reference_resolves(path: Path) -> None:
    net = netviz.inspect(path)
    paths = [layer.path for layer in net.walk()]
    assert len(paths) == len(set(paths))
    graphs = [net.model.graph, *(layer.subject.layer.graph for layer in net.walk())]
    for graph in filter(None, graphs):
        names = {layer.name for layer in graph.layers}
        sources = [feed.source for call in graph.calls for feed in call.inputs]
        for number, call in enumerate(graph.calls):
            assert call.id == number and call.layer in names
        for source in [*sources, *(end.source for end in graph.outputs)]:
            assert source is not None
            if source.call == -1:
                assert source.index < len(graph.inputs)
            else:
                assert source.index < len(graph.calls[source.call].outputs)


@every_file
def test_models_pickle_and_compare_by_value(path: Path) -> None:
    net = netviz.inspect(path)
    assert pickle.loads(pickle.dumps(net)) == net == netviz.inspect(path)
    assert net != netviz.inspect(EXAMPLES / "lenet.keras") or path.name == "lenet.keras"


@every_file
def test_the_document_is_schema_1(path: Path) -> None:
    net = netviz.inspect(path)
    artifact = net.summary()
    document = json.loads(artifact.to("json"))
    assert document == json.loads(json.dumps(artifact.data))
    assert list(document) == [
        "netviz", "schema", "name", "class_name", "source", "inputs", "outputs", "parameters", "training", "weights",
        "layers", "notes",
    ]  # fmt: skip
    assert document["schema"] == 1
    assert document["netviz"] == netviz.__version__
    assert document["parameters"]["total"] == net.parameters.total
    stack = list(document["layers"])
    while stack:
        layer = stack.pop()
        stack += layer["layers"]
        shown = net[layer["path"]]
        assert (layer["name"], layer["class_name"]) == (shown.name, shown.class_name)
        assert "config" not in layer
        assert layer["inbound"] == list(shown.inbound)
        assert len(layer["calls"]) == len(shown.calls)
        if layer["calls"]:
            assert layer["calls"][0]["output_shapes"] == layer["output_shapes"]
        else:
            assert layer["output_shapes"] is None or shown.calls
        assert [w["name"] for w in layer["weights"]] == [w.name for w in shown.weights]


def test_the_config_is_in_the_document_on_request(lenet: netviz.InspectedModel) -> None:
    document = lenet.summary(config=True).data
    assert isinstance(document, dict)
    assert document["layers"][1]["config"] == dict(lenet.layers[1].config)
    assert "shared_object_id" not in json.dumps(document)


@every_file
def test_every_format_of_every_file(path: Path) -> None:
    net = netviz.inspect(path)
    for summary in (net.summary(columns=list(COLUMNS), config=True, weights=True), net.summary(layer=".*")):
        for name in summary.formats:
            assert summary.to(name)
        for width in (20, 60, 120):
            assert summary.text(width=width, color=True)


def test_columns_depth_and_layer_choose_what_is_shown() -> None:
    net = netviz.inspect(FIXTURES / "keras-3.15.1" / "nested.keras")
    header, *_ = net.summary(columns=["name", "share"]).to("csv").splitlines()
    assert header == "name,share"
    rows = {depth: len(str(net.summary(depth=depth).to("csv")).splitlines()) for depth in (1, 2, None)}
    assert rows[1] == 1 + len(net.layers) < rows[2] <= rows[None] == 1 + len(list(net.walk()))
    with pytest.raises(netviz.UsageError, match="unknown column 'shapes'"):
        net.summary(columns=["shapes"])
    with pytest.raises(netviz.UsageError, match="depth 0"):
        net.summary(depth=0)
    with pytest.raises(netviz.LayerNotFound):
        net.summary(layer="nothing.*")
    with pytest.raises(netviz.UsageError, match="regular expression"):
        net.summary(layer="(")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.keras")), ids=lambda path: path.stem)
def test_a_table_is_folded_to_its_width_and_says_what_it_spares(path: Path, width: int) -> None:
    artifact = netviz.inspect(path).summary()
    text = artifact.text(width=width)
    table = text.split("\n\nDirection")[0]
    assert max(map(len, table.splitlines())) <= width
    asked_for = netviz.inspect(path).summary(columns=["name", "output", "formula"]).text(width=width)
    assert "No room for" not in asked_for + str(artifact)


def test_a_layer_in_full_shows_its_values(lenet: netviz.InspectedModel) -> None:
    text = str(lenet["conv1"].summary())
    kernel = lenet["conv1"].kernel
    assert kernel is not None
    for value in (kernel.min(), kernel.max(), kernel.mean(), kernel.ravel()[0]):
        assert f"{value:.4g}" in text
    assert "glorot" in text.lower() and "kernel_size" in text


def test_a_model_shows_as_its_table_in_notebooks(lenet: netviz.InspectedModel) -> None:
    bundle = lenet._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "text/markdown"}
    assert bundle["text/plain"] == str(lenet)
    assert "conv1" in str(bundle["text/html"])


def test_a_model_draws_figures_as_the_function_does() -> None:
    function = inspect.signature(netviz.figure).parameters
    method = inspect.signature(netviz.InspectedModel.figure).parameters
    reading = {"source", "load", "trust", "architecture", "max_bytes"}
    assert function.keys() - reading == method.keys() - {"self"}
    assert all(method[name].default == function[name].default for name in method if name != "self")
    net = netviz.inspect(EXAMPLES / "lenet.keras")
    assert net.figure(style="lenet").to("svg") == netviz.figure(EXAMPLES / "lenet.keras", style="lenet").to("svg")


@pytest.mark.parametrize("wrong", [{"omit": None}, {"omit": 5}, {"show": 5}, {"theme": ["light"]}, {"annotate": None}])
def test_what_is_no_choice_of_a_figure_is_one_line(wrong: dict[str, Any]) -> None:
    with pytest.raises(netviz.UsageError) as caught:
        netviz.figure(EXAMPLES / "lenet.keras", style="blocks", **wrong)
    assert caught.value.hint and "\n" not in caught.value.message
