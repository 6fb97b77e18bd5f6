"""The flow of a model against what Keras says of the same model: layers, shapes, connections, parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from netviz.analysis.figure.fitting import fitting_view, unfit
from netviz.analysis.figure.flow import build_flow
from netviz.errors import LayerNotFound, UsageError
from netviz.figures import Block, Flow, Style
from netviz.model import Model
from netviz.readers import read
from tests.conftest import EXAMPLES, ROOT
from tests.models.zoo import ZOO

ARCHITECTURES = ROOT / "examples" / "architectures"
IN_FLOW: tuple[Style, ...] = ("volumes", "lenet", "blocks")
APPLICATIONS = ("MobileNetV2", "DenseNet121", "InceptionV3", "ResNet50V2", "MobileNetV3Small", "ConvNeXtTiny")


def is_plain(model: Any) -> bool:
    """Whether the layers of a live Keras model are called once each, all of them on one level."""
    import keras

    if not hasattr(model, "_nodes_by_depth"):
        return False
    nested = any(isinstance(layer, keras.Model) for layer in model.layers)
    return not nested and all(len(calls) == 1 for calls in calls_of(model).values())


def calls_of(model: Any) -> Mapping[str, list[Any]]:
    """By the name of each operation of a Functional model its nodes in that model."""
    found: dict[str, list[Any]] = {operation.name: [] for operation in model.operations}
    for nodes in model._nodes_by_depth.values():
        for node in nodes:
            found[node.operation.name].append(node)
    return found


def reaching(model: Any) -> Mapping[str, set[str]]:
    """By the name of each operation those that its output reaches, as Keras's nodes say."""
    behind: dict[str, set[str]] = {operation.name: set() for operation in model.operations}
    for depth in sorted(model._nodes_by_depth):  # Keras counts from the outputs
        for node in model._nodes_by_depth[depth]:
            for parent in node.parent_nodes:
                behind[parent.operation.name] |= {node.operation.name} | behind[node.operation.name]
    return behind


def reached(flow: Flow) -> Mapping[str, set[str]]:
    """By the id of each stage those that links lead to from it."""
    heads: dict[str, list[str]] = {stage.id: [] for stage in flow.stages}
    for link in flow.links:
        heads[link.tail].append(link.head)
    found: dict[str, set[str]] = {}
    for stage in heads:
        seen: set[str] = set()
        todo = [stage]
        while todo:
            for head in heads[todo.pop()]:
                if head not in seen:
                    seen.add(head)
                    todo.append(head)
        found[stage] = seen
    return found


@pytest.mark.parametrize("style", IN_FLOW)
@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_layer_is_in_one_stage_or_left_out(
    name: str, style: Style, saved_zoo: Callable[[str], tuple[Path, Any]]
) -> None:
    model = read(saved_zoo(name)[0])
    for fold in (None, False, True):
        flow = build_flow(model, style=style, fold=fold)
        calls = [call for stage in flow.stages for call in stage.calls]
        assert len(calls) == len(set(calls))
        shown = {path for stage in flow.stages for path in stage.layers}
        opened = {path for path in (layer.path for layer in model.root.walk()) if path not in shown}
        names = set(flow.omitted)
        for layer in model.root.walk():
            if layer.path in opened and not layer.layers:
                assert layer.name in names or any(layer.path.startswith(f"{path}/") for path in opened), layer.path
        ids = [item.id for item in flow.walk()]
        assert len(ids) == len(set(ids))
        assert {end for link in flow.links for end in (link.tail, link.head)} <= {stage.id for stage in flow.stages}
        pairs = [(link.tail, link.head) for link in flow.links]
        assert len(pairs) == len(set(pairs))


def test_shapes_and_ways_are_those_of_keras(saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    """Without folding: what a stage gives is what Keras says its last layer gives, and leads where Keras leads."""
    models = [model for name in sorted(ZOO) if is_plain(model := saved_zoo(name)[1])]
    assert len(models) > 15
    for model in models:
        for style in IN_FLOW:
            compare(model, build_flow(read(model), style=style, fold=False, depth=1))


def compare(model: Any, flow: Flow) -> None:
    """Fails unless the flow says of shapes and connections what Keras says of the model."""
    nodes, behind, found = calls_of(model), reaching(model), reached(flow)
    owner = {name: stage.id for stage in flow.stages for name in stage.names}
    assert owner.keys() | set(flow.omitted) == nodes.keys()
    assert owner.keys().isdisjoint(flow.omitted)
    for stage in flow.stages:
        last = max(stage.names, key=lambda name: -len(behind[name]))
        given = [tuple(tensor.shape[1:]) for tensor in nodes[last][0].output_tensors]
        assert [extent.shape for extent in stage.outputs if extent] == given, stage
        ways = {owner[name] for own in stage.names for name in behind[own] if name in owner} - {stage.id}
        assert found[stage.id] == ways, stage.id
    assert {stage.id for stage in flow.stages if stage.leaves} >= {
        owner[tensor._keras_history.operation.name]
        for tensor in model.outputs
        if tensor._keras_history.operation.name in owner
    }


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications(name: str) -> None:
    """Large architectures too; folded or not, the parameters add up to Keras's."""
    import keras

    model = getattr(keras.applications, name)(weights=None)
    own = read(model)
    compare(model, build_flow(own, style="blocks", fold=False, depth=1))
    for style in IN_FLOW:
        for fold in (None, False, True):
            flow = build_flow(own, style=style, fold=fold)
            left = sum(model.get_layer(name).count_params() for name in flow.omitted if name in layer_names(model))
            assert sum(stage.parameters or 0 for stage in flow.stages) + left == model.count_params()
            assert flow.parameters == model.count_params()
            unfolded = {call for stage in build_flow(own, style=style, fold=False).stages for call in stage.calls}
            assert {call for stage in flow.stages for call in stage.calls} == unfolded
    keras.utils.clear_session()


def layer_names(model: Any) -> set[str]:
    return {layer.name for layer in model.layers}


def repeats(flow: Flow) -> list[int]:
    return [item.repeats for item in flow.walk() if isinstance(item, Block) and item.repeats > 1]


@pytest.mark.parametrize(
    ("name", "times"),
    [("ResNet50", [3, 4, 6, 3]), ("ResNet101", [3, 4, 23, 3]), ("ResNet152", [3, 8, 36, 3])],
)
def test_blocks_are_those_of_the_paper(name: str, times: list[int], application: Callable[[str], Path]) -> None:
    """Source: He et al., "Deep Residual Learning for Image Recognition", table 1."""
    model = read(application(name))
    flow = build_flow(model, style="blocks")
    assert repeats(flow) == times
    shortcuts = [stage for stage in flow.stages if stage.present]
    assert [stage.present for stage in shortcuts] == [(1, time) for time in times]
    assert all(stage.first_only for stage in shortcuts)
    said = [stage.details for stage in flow.stages if any("/2" in text for text in stage.details)]
    assert said == [("7×7", "/2"), ("3×3", "/2"), *[("1×1", "/2 in 1st"), ("1×1", "/2")] * 3]
    ways = {link.head for link in flow.links if link.passes}
    assert ways == {link.head for stage in shortcuts for link in flow.links if link.tail == stage.id}
    assert len(ways) == 4
    exact = build_flow(model, style="volumes")
    assert repeats(exact) == [time - 1 for time in times]
    assert repeats(build_flow(model, style="volumes", fold=True)) == times


@pytest.mark.parametrize("name", ["ResNet50", "ResNet50V2", "EfficientNetB0", "MobileNetV2", "ConvNeXtTiny"])
def test_volumes_fold_only_what_is_equal(name: str, application: Callable[[str], Path]) -> None:
    """Every repeat has the settings and shapes that the first one has, as the unfolded model says."""
    model = read(application(name))
    layers = {layer.path: layer for layer in model.root.walk()}
    whole = build_flow(model, style="volumes", fold=False)
    shapes = {stage.calls: (stage.inputs, stage.outputs) for stage in whole.stages}
    folded = 0
    for stage in build_flow(model, style="volumes").stages:
        size = len(stage.names)
        if len(stage.calls) == size:
            continue
        folded += 1
        parts = [stage.calls[start : start + size] for start in range(0, len(stage.calls), size)]
        assert {shapes[part] for part in parts} == {(stage.inputs, stage.outputs)}
        assert not (stage.varies or stage.last_outputs or stage.present)
        for same in zip(*parts, strict=True):
            configs = [{**layers[path].config, "name": ""} for path in same]
            assert all(config == configs[0] for config in configs)
    assert folded


@pytest.mark.parametrize(("name", "times"), [("DenseNet121", [6, 12, 24, 16]), ("DenseNet201", [6, 12, 48, 32])])
def test_all_repeats_are_counted(name: str, times: list[int], application: Callable[[str], Path]) -> None:
    """Source: Huang et al., "Densely Connected Convolutional Networks", table 1."""
    for style in IN_FLOW:
        flow = build_flow(read(application(name)), style=style, fold=True)
        assert repeats(flow) == times
        assert all(stage.last_outputs for stage in flow.stages if stage.sign == "concat")
        assert not any(stage.varies for stage in flow.stages)


@pytest.mark.parametrize("count", [2, 6])
def test_the_last_of_the_blocks_counts(count: int) -> None:
    """Blocks that begin with their normalisation: what follows the last one is no part of it."""
    import keras
    from keras import layers

    x = tokens = keras.Input((8, 16))
    for _ in range(count):
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(2, 8)(y, y)])
        y = layers.Dense(32, activation="gelu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(16)(y)])
    model = keras.Model(tokens, layers.Dense(3)(layers.LayerNormalization(name="final")(x)))
    flow = build_flow(read(model), style="blocks")
    assert repeats(flow) == [count]
    assert [stage.names for stage in flow.stages][-2] == ("final",)


def test_the_order_of_what_is_applied_is_told() -> None:
    import keras
    from keras import layers

    def applied(style: Style, *parts: Any) -> list[tuple[list[str], list[str]]]:
        x = image = keras.Input((8, 8, 3))
        for part in parts:
            x = part(x)
        stages = build_flow(read(keras.Model(image, x)), style=style).stages
        names = [([one.name for one in stage.before], [one.name for one in stage.behind]) for stage in stages]
        return names[1:]

    def norm() -> Any:
        return layers.BatchNormalization()

    bn = "BatchNormalization"
    assert applied("blocks", layers.Conv2D(4, 3, activation="relu"), norm()) == [([], ["relu", bn])]
    assert applied("blocks", layers.Conv2D(4, 3), norm(), layers.ReLU()) == [([], [bn, "relu"])]
    assert applied("blocks", layers.Conv2D(4, 3), layers.ReLU(), norm()) == [([], ["relu", bn])]
    assert applied("volumes", norm(), layers.ReLU(), layers.Conv2D(4, 3)) == [([bn, "relu"], [])]
    assert applied("blocks", norm(), layers.ReLU(), layers.Conv2D(4, 3)) == [([], ["relu"]), ([], [])]


def test_folded_repeats_have_equal_shapes() -> None:
    flow = build_flow(read(ARCHITECTURES / "encoder.json"), style="blocks")
    assert repeats(flow) == [12]
    assert not any(stage.last_outputs for stage in flow.stages)
    assert repeats(build_flow(read(ARCHITECTURES / "vgg16.json"), style="volumes")) == []


@pytest.mark.parametrize("name", ["conv_lstm", "channels_first", "convolutions", "convolutions_1d", "convolutions_3d"])
def test_windows_and_axes(name: str, saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    """Windows and the axis of channels are as Keras's own layers have them."""
    path, model = saved_zoo(name)
    layers = {layer.name: layer for layer in model.layers}
    seen = 0
    for stage in build_flow(read(path), style="blocks", fold=False).stages:
        layer = layers.get(stage.names[0])
        if stage.window is None or layer is None:
            continue
        seen += 1
        assert stage.window.size == tuple(getattr(layer, "kernel_size", None) or layer.pool_size)
        assert stage.window.strides == tuple(layer.strides)
        assert stage.window.padding == layer.padding
        assert stage.window.dilation == tuple(getattr(layer, "dilation_rate", (1,) * len(stage.window.size)))
        output = stage.output
        assert output is not None
        if hasattr(layer, "filters"):
            assert output.channels == layer.filters
        front = layer.data_format == "channels_first"
        assert output.channels == output.shape[0 if front else -1]
        assert output.spatial == (output.shape[1:] if front else output.shape[:-1])
    assert seen


def test_a_layer_takes_its_normalisation_and_activation() -> None:
    import keras
    from keras import layers

    image = keras.Input((8, 8, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same", name="conv")(image)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.ReLU(name="relu")(x)
    y = layers.Conv2D(4, 3, padding="same", name="other")(x)
    y = layers.Dropout(0.1, name="drop")(y)
    x = layers.Add(name="sum")([x, y])
    x = layers.LayerNormalization(name="ln")(x)
    model = keras.Model(image, layers.Flatten(name="flat")(x))
    flow = build_flow(read(model), style="blocks")
    assert [stage.names for stage in flow.stages] == [
        ("image",), ("conv", "bn", "relu"), ("other",), ("sum", "ln"), ("flat",),
    ]  # fmt: skip
    conv, total = flow.stages[1], flow.stages[3]
    assert (conv.activation, conv.kind) == ("relu", "layer")
    assert [one.name for one in conv.behind] == ["BatchNormalization", "relu"]
    assert (total.kind, total.sign) == ("merge", "+")
    assert [one.name for one in total.behind] == ["LayerNormalization"]
    assert flow.omitted == ("drop",)
    assert {(link.tail, link.head) for link in flow.links} == {
        ("image", "conv"), ("conv", "other"), ("conv", "sum"), ("other", "sum"), ("sum", "flat"),
    }  # fmt: skip
    assert "flat" in build_flow(read(model), style="volumes").omitted


def test_omitting_and_annotating() -> None:
    model = read(ARCHITECTURES / "lenet-5.json")
    whole = build_flow(model, style="volumes")
    less = build_flow(model, style="volumes", omit=["AveragePooling2D"], annotate=[("C1..C3", "features"), ("F6", "f")])
    assert [stage.id for stage in less.stages] == [
        stage.id for stage in whole.stages if stage.classes[0] != "AveragePooling2D"
    ]
    assert {"S2", "S4"} <= set(less.omitted)
    assert ("C1", "C3") in {(link.tail, link.head) for link in less.links}
    assert [(note.text, note.first, note.last) for note in less.annotations] == [
        ("features", "C1", "C3"),
        ("f", "F6", "F6"),
    ]
    with pytest.raises(LayerNotFound):
        build_flow(model, style="volumes", omit=["no such layer"])
    with pytest.raises(UsageError, match="left to draw"):
        build_flow(model, style="volumes", omit=[".*"])
    with pytest.raises(UsageError, match="is not drawn"):
        build_flow(model, style="volumes", omit=["S2"], annotate=[("S2", "pooled")])
    for wrong in ({"fold": 2}, {"depth": 0}):
        with pytest.raises(UsageError):
            build_flow(model, style="volumes", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("lenet-5", ("volumes", "lenet", "blocks")),
        ("vgg16", ("volumes", "lenet", "blocks")),
        ("alexnet", ("volumes", "lenet", "blocks")),
        ("autoencoder", ("volumes", "lenet", "blocks")),
        ("resnet50", ("volumes", "blocks")),
        ("u-net", ("volumes", "blocks")),
        ("two-inputs", ("volumes", "blocks")),
        ("encoder", ("blocks",)),
    ],
)
def test_which_styles_fit(name: str, fits: tuple[Style, ...]) -> None:
    model = read(ARCHITECTURES / f"{name}.json")
    assert tuple(style for style in IN_FLOW if not reason(model, style)) == fits


def reason(model: Model, style: Style) -> str:
    return unfit(build_flow(model, style=style), style, model)


def test_dense_networks_have_no_maps() -> None:
    for name in ("mlp", "perceptron", "xor"):
        assert "feature maps" in reason(read(EXAMPLES / f"{name}.keras"), "volumes")


def test_what_is_left_out_does_not_count_against_a_style() -> None:
    model = read(ARCHITECTURES / "two-inputs.json")
    style, flow = fitting_view(model, "lenet", omit="fact.*")
    assert style == "lenet" and flow == build_flow(model, style="lenet", omit="fact.*")
    with pytest.raises(UsageError, match="branches"):
        fitting_view(model, "lenet")


def test_why_a_style_does_not_fit_is_true(saved_zoo: Callable[[str], tuple[Path, Any]], tmp_path: Path) -> None:
    """Weights alone, code alone, and maps that are not opened are three reasons with three remedies."""
    import keras
    from keras import layers

    inner = keras.Sequential([keras.Input((16, 16, 3)), layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()])
    video = keras.Input((5, 16, 16, 3), name="video")
    model = keras.Model(video, layers.LSTM(3)(layers.TimeDistributed(inner, name="frames")(video)))
    weights = tmp_path / "video.weights.h5"
    model.save_weights(weights)
    with pytest.raises(UsageError, match="weights alone") as refused:
        fitting_view(read(weights), "volumes")
    assert "architecture" in refused.value.hint
    with pytest.raises(UsageError, match="does not say") as refused:
        fitting_view(read(saved_zoo("subclassed")[0]), "lenet")
    assert "Keras" in refused.value.hint
    with pytest.raises(UsageError, match="inside of frames"):
        fitting_view(read(model), "volumes", depth=1)
    for style in IN_FLOW:
        _, flow = fitting_view(read(model), style)
        assert flow is not None
        (block,) = [item for item in flow.children if isinstance(item, Block)]
        assert (block.title, block.class_name, block.repeats) == ("frames", "TimeDistributed", 5)
        assert [stage.classes[0] for stage in flow.stages][1:3] == ["Conv2D", "GlobalAveragePooling2D"]
        assert ("video", block.children[0].id) in {(link.tail, link.head) for link in flow.links}


def test_a_model_that_was_never_built_is_a_row(tmp_path: Path) -> None:
    import keras
    from keras import layers

    parts = [layers.Conv2D(8, 3), layers.BatchNormalization(), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(3)]
    path = tmp_path / "unbuilt.json"
    path.write_text(keras.Sequential(parts).to_json(), encoding="utf-8")
    for style in IN_FLOW:
        _, flow = fitting_view(read(path), style)
        assert flow is not None
        assert [link.head for link in flow.links] == [stage.id for stage in flow.stages][1:]
        assert flow.stages[0].names == (parts[0].name, parts[1].name)


def test_nested_models_are_blocks_only_in_the_style_of_blocks(
    saved_zoo: Callable[[str], tuple[Path, Any]],
) -> None:
    model = read(saved_zoo("nested")[0])
    blocks = build_flow(model, style="blocks")
    nested = {layer.name for layer in model.root.layers if layer.graph and layer.graph.calls}
    assert nested
    assert {item.title for item in blocks.children if isinstance(item, Block)} == nested
    assert not any(isinstance(item, Block) and item.class_name for item in build_flow(model, style="volumes").walk())
    closed = build_flow(model, style="blocks", depth=1)
    assert {stage.names[0] for stage in closed.stages if stage.kind == "closed"} == nested


def test_without_connections_there_are_no_links(saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    flow = build_flow(read(saved_zoo("subclassed")[0]), style="blocks")
    assert flow.links == ()
    assert "not known" in flow.description


def test_memory_is_told_from_the_main_flow() -> None:
    """A mask, and what a decoder's attention reads of the encoder."""
    import keras
    from keras import layers

    source, target = keras.Input((5, 8), name="source"), keras.Input((4, 8), name="target")
    seen = layers.Dense(8, name="encode")(source)
    x = layers.MultiHeadAttention(2, 4, name="own")(target, target)
    x = layers.MultiHeadAttention(2, 4, name="cross")(x, seen)
    flow = build_flow(read(keras.Model([source, target], x)), style="blocks")
    memory = {(link.tail, link.head): link.memory for link in flow.links}
    assert memory["encode", "cross"]
    assert not memory["own", "cross"]
    assert not memory["target", "own"]


def test_states_are_told_from_masks_and_from_the_main_flow() -> None:
    import keras
    from keras import layers

    source, target = keras.Input((6,), name="source"), keras.Input((5,), name="target")
    seen = layers.Embedding(20, 8, mask_zero=True, name="words")(source)
    _, hidden, cell = layers.LSTM(8, return_state=True, name="encoder")(seen)
    read_in = layers.Embedding(20, 8, name="more_words")(target)
    out = layers.LSTM(8, name="decoder")(read_in, initial_state=[hidden, cell])
    flow = build_flow(read(keras.Model([source, target], out)), style="blocks")
    found = {(link.tail, link.head): link.beside for link in flow.links}
    assert found["encoder", "decoder"] == "state"
    assert found["more_words", "decoder"] == found["words", "encoder"] == ""
    assert {link.beside for link in flow.links if link.head == "encoder"} == {"", "mask"}


def test_reshaping_that_changes_what_goes_in_is_drawn_in_space() -> None:
    """Maps that become a sequence; but neither a vector as 1×1 maps nor axes in another order."""
    import keras
    from keras import layers

    x = image = keras.Input((8, 60, 1), name="image")
    x = layers.Conv2D(16, 3, strides=2, padding="same", name="conv")(x)
    gate = layers.Reshape((1, 1, 16), name="as_maps")(layers.GlobalAveragePooling2D(name="pool")(x))
    x = layers.Multiply(name="gated")([x, gate])
    x = layers.Reshape((30, 64), name="as_sequence")(layers.Permute((2, 1, 3), name="turned")(x))
    model = keras.Model(image, layers.LSTM(4, name="lstm")(x))
    for style in ("volumes", "lenet"):
        flow = build_flow(read(model), style=style)
        assert [stage.id for stage in flow.stages] == ["image", "conv", "pool", "gated", "as_sequence", "lstm"]
        assert set(flow.omitted) == {"as_maps", "turned"}
        assert dict(flow.omitted_classes) == {"Reshape": 1, "Permute": 1}


@pytest.mark.parametrize("kind", ["Sequential", "Functional"])
def test_an_input_has_its_class(kind: str) -> None:
    import keras
    from keras import layers

    parts = [keras.Input((4,)), layers.Dense(3), layers.Dense(2)]
    model = keras.Sequential(parts)
    if kind == "Functional":
        model = keras.Model(parts[0], parts[2](parts[1](parts[0])))
    assert [stage.classes for stage in build_flow(read(model), style="blocks").stages] == [
        ("InputLayer",),
        ("Dense",),
        ("Dense",),
    ]


def test_a_description_says_nothing_twice() -> None:
    import keras
    from keras import layers

    x = image = keras.Input((8, 8, 4))
    for _ in range(3):
        for _ in range(4):
            y = layers.Conv2D(4, 3, padding="same")(layers.Conv2D(4, 3, padding="same", activation="relu")(x))
            x = layers.Add()([x, y])
        x = layers.Conv2D(4, 3, strides=2, padding="same")(x)
    flow = build_flow(read(keras.Model(image, x)), style="blocks")
    assert repeats(flow) == [4, 4, 4]
    sentences = flow.description.split(". ")
    assert len(sentences) == len(set(sentences)) and "4, 4, 4 times" in flow.description
