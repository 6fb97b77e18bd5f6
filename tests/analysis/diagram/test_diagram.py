"""Diagrams are lossless: of every model each call is in one box, each tensor in one edge, and the counts add up."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netviz.analysis.diagram import build_diagram
from netviz.analysis.diagram.blocks import USUAL_MOST
from netviz.analysis.diagram.boxes import count
from netviz.analysis.diagram.outline import OUTLINE_MOST
from netviz.analysis.diagram.scene import build_scene
from netviz.errors import LayerNotFound, UsageError
from netviz.model import Model
from netviz.readers import read
from netviz.render.diagram import diagram_to_svg
from netviz.views import Box, Diagram, Group
from tests.conftest import EXAMPLES
from tests.models.oracle import describe
from tests.models.zoo import SUBCLASSED, UNBUILT, ZOO

WAYS: tuple[dict[str, Any], ...] = (
    {"fold": False},
    {"fold": True},
    {"fold": 1},
    {"fold": 2},
    {"fold": 3},
    {"fold": False, "compact": True},
    {"fold": True, "compact": True},
    {"outline": True},
    {"fold": False, "depth": 1},
)
"""The ways to draw a whole model."""


def names(way: dict[str, Any]) -> str:
    return ",".join(f"{key}={value}" for key, value in way.items())


def assert_lossless(model: Model, diagram: Diagram, depth: int | None = None) -> None:
    """Every call of the model is in exactly one box, every layer in one, every tensor is said by an edge."""
    scene = build_scene(model, depth=depth)
    leaves = [leaf.id for node in scene.nodes if node.layer for leaf in node.leaves]
    shown = [call for box in diagram.boxes for call in box.calls]
    assert Counter(shown) == Counter(leaves)
    layers = {layer.path: layer for layer in model.root.walk()}
    covered = {path for item in diagram.walk() for path in item.layers}
    assert covered == layers.keys()
    ids = [item.id for item in diagram.walk()]
    assert len(set(ids)) == len(ids)
    ends = set(ids)
    assert all(edge.tail in ends and edge.head in ends for edge in diagram.edges)
    place = {call: box.id for box in diagram.boxes for call in box.calls}
    joined = {(edge.tail, edge.head) for edge in diagram.edges}
    drawn = {(edge.tail, edge.head) for edge in diagram.edges if not edge.repeating}
    blocks = [{box.id for box in boxes_in(group)} for group in diagram.groups if group.repeats]
    for wire in scene.wires:
        if wire.tail in place and wire.head in place and place[wire.tail] != place[wire.head]:
            pair = place[wire.tail], place[wire.head]
            # Only what leads from one repeat of a block to another is left to its ×N.
            assert pair in (joined if any({*pair} <= block for block in blocks) else drawn)
    assert diagram.parameters == count({"": model.root, **layers})


def boxes_in(group: Group) -> list[Box]:
    """The boxes in a group, at any depth."""
    found = []
    for child in group.children:
        found += [child] if isinstance(child, Box) else boxes_in(child)
    return found


def assert_counts_add_up(model: Model, diagram: Diagram) -> None:
    """The parameters of the boxes are those of the model, where no layer or weight stands in several boxes."""
    boxes = [box for box in diagram.boxes if box.kind in ("layer", "closed")]
    often = Counter(path for box in boxes for path in box.layers)
    weights = [weight.path for layer in model.root.walk() for weight in layer.weights]
    own = [layer for layer in model.root.walk() if layer.graph and layer.graph.layers and layer.weights]
    if max(often.values(), default=0) > 1 or len(set(weights)) < len(weights) or own or model.root.weights:
        return
    counts = [box.parameters for box in boxes]
    if None not in counts:
        assert sum(number or 0 for number in counts) == diagram.parameters


@pytest.mark.parametrize("way", WAYS, ids=names)
@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_call_is_in_one_box(name: str, way: dict[str, Any], saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    model = read(saved_zoo(name)[0])
    diagram = build_diagram(model, **way)
    if "outline" not in way:
        assert_lossless(model, diagram, way.get("depth"))
    assert {path for item in diagram.walk() for path in item.layers} == {layer.path for layer in model.root.walk()}
    assert_counts_add_up(model, diagram)


@pytest.mark.parametrize("build", [*UNBUILT.values(), *(one.build for one in SUBCLASSED.values())])
def test_live_models_without_shapes(build: Callable[[], Any]) -> None:
    model = read(build())
    for way in WAYS:
        if "outline" not in way:
            assert_lossless(model, build_diagram(model, **way), way.get("depth"))


@pytest.mark.parametrize("name", sorted(ZOO))
def test_edges_are_those_of_keras(name: str, saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    """Of the top level: every tensor that Keras's own nodes take from another, call by call and output by output."""
    path, live = saved_zoo(name)
    described = describe(live)
    own = {layer["name"] for layer in described["layers"]}
    expected = Counter(
        (call_id(source[0], source[1]), source[2], call_id(layer["name"], number))
        for layer in described["layers"]
        for number, call in enumerate(layer["calls"])
        for source in call["sources"]
        if source[0] in own
    )
    edges = build_diagram(read(path), fold=False, depth=1).edges
    ends = {edge.tail for edge in edges if edge.tail.startswith("input:")}
    found = Counter((edge.tail, edge.output, edge.head) for edge in edges if edge.tail not in ends)
    assert found == expected


def call_id(name: str, number: int) -> str:
    """The path of a call at the top level; `number` counts from 0."""
    return name if number == 0 else f"{name}#{number + 1}"


LIMITS = {
    "VGG16": 16,
    "ResNet50": 40,
    "MobileNetV2": 85,
    "EfficientNetB0": 130,
    "EfficientNetB7": 170,
    "DenseNet201": 30,
    "InceptionResNetV2": 95,
    "NASNetLarge": 330,
}
"""Boxes at most, folded: what makes each of them a picture of one page."""


@pytest.fixture(scope="module")
def architecture(application: Callable[[str], Path]) -> Callable[[str], Model]:
    """By name: the model of keras.applications, as its config says."""
    return lambda name: read(application(name))


@pytest.mark.parametrize("name", LIMITS)
def test_architectures_fold_to_a_page(name: str, architecture: Callable[[str], Model]) -> None:
    model = architecture(name)
    folded = build_diagram(model, fold=True)
    assert_lossless(model, folded)
    assert_counts_add_up(model, folded)
    assert len(folded.boxes) <= LIMITS[name]
    outlined = build_diagram(model, outline=True)
    assert len(outlined.boxes) <= OUTLINE_MOST
    assert_counts_add_up(model, outlined)


def test_repeats_say_what_varies(architecture: Callable[[str], Model]) -> None:
    """Every setting that differs between the layers of a box is named, with the values that they have."""
    model = architecture("ResNet50")
    layers = {layer.path: layer for layer in model.root.walk()}
    for box in build_diagram(model, fold=True).boxes:
        varied = {one.setting: one.values for one in box.varies}
        for setting in ("filters", "strides", "kernel_size", "units", "activation"):
            values = [layers[path].config.get(setting) for path in box.layers]
            different = [value for place, value in enumerate(values) if value not in values[:place]]
            assert (len(different) > 1) == (setting in varied)
            if setting in varied:
                assert len(varied[setting]) == len(different)


def test_folding_is_the_default_above_forty_boxes(architecture: Callable[[str], Model]) -> None:
    small, large = read(EXAMPLES / "lenet.keras"), architecture("ResNet50")
    assert build_diagram(small) == build_diagram(small, fold=False)
    assert len(build_diagram(small).boxes) <= USUAL_MOST
    assert build_diagram(large) == build_diagram(large, fold=True)


def test_structure_alone_decides(architecture: Callable[[str], Model]) -> None:
    """Repeats are found by structure: with names that say nothing the same boxes are shown."""
    import dataclasses

    model = architecture("ResNet50")
    numbers = {layer.name: f"n{index:04}" for index, layer in enumerate(model.graph.layers)}
    layers = tuple(
        dataclasses.replace(layer, name=numbers[layer.name], path=numbers[layer.name]) for layer in model.graph.layers
    )
    calls = tuple(dataclasses.replace(call, layer=numbers[call.layer]) for call in model.graph.calls)
    graph = dataclasses.replace(model.graph, layers=layers, calls=calls)
    renamed = dataclasses.replace(model, root=dataclasses.replace(model.root, graph=graph))

    def shape(diagram: Diagram) -> list[tuple[Any, ...]]:
        return [
            (type(item), item.repeats, item.classes if isinstance(item, Box) else len(item.children))
            for item in diagram.walk()
        ]

    assert shape(build_diagram(model, fold=True)) == shape(build_diagram(renamed, fold=True))


@pytest.fixture(scope="module")
def residual() -> Model:
    return read(EXAMPLES / "residual.keras")


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("fc1", {"fc1"}),
        ("fc.*", {"fc1", "fc2", "fc_add"}),
        (["fc1", "fc2"], {"fc1", "fc2"}),
        ("Flatten", {"upper_flatten", "lower_flatten"}),
        ("fc1..fc2", {"fc1", "dropout", "fc2"}),
    ],
)
def test_selection(residual: Model, select: Any, expected: set[str]) -> None:
    diagram = build_diagram(residual, select=select)
    assert {box.names[0] for box in diagram.boxes if box.kind == "layer"} == expected
    stubs = {box.names[0] for box in diagram.boxes if box.kind == "stub"}
    whole = build_diagram(residual, fold=False)
    leaving = {edge.head for edge in whole.edges if edge.tail in expected} - expected
    entering = {edge.tail for edge in whole.edges if edge.head in expected} - expected
    assert stubs == leaving | entering


@pytest.mark.parametrize("hops", [0, 1, 2, 5, 100])
def test_around_is_a_breadth_first_search(residual: Model, hops: int) -> None:
    whole = build_diagram(residual, fold=False)
    near = {"fc1"}
    for _ in range(hops):
        near |= {end for edge in whole.edges for end in (edge.tail, edge.head) if {edge.tail, edge.head} & near}
    found = build_diagram(residual, around="fc1", hops=hops, fold=False)
    assert {box.names[0] for box in found.boxes if box.kind == "layer"} == near


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"select": "nothing_like_it"}, LayerNotFound),
        ({"select": "("}, UsageError),
        ({"select": 3}, UsageError),
        ({"around": "fc1", "hops": -1}, UsageError),
        ({"fold": 4}, UsageError),
        ({"fold": 0}, UsageError),
        ({"depth": 0}, UsageError),
        ({"show": ["colour"]}, UsageError),
        ({"color": "rainbow"}, UsageError),
        ({"color": {"no_such_layer": 1.0}}, UsageError),
        ({"label": "{weight}"}, UsageError),
        ({"highlight": "nobody"}, LayerNotFound),
    ],
)
def test_wrong_choices_are_named(residual: Model, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        build_diagram(residual, **arguments)


def test_labels_colours_and_highlights(residual: Model) -> None:
    diagram = build_diagram(
        residual, fold=False, label="{name}|{class}|{config.units}", color={"fc1": 2.5, "fc2": float("nan")},
        highlight="fc.*",
    )  # fmt: skip
    boxes = {box.names[0]: box for box in diagram.boxes}
    assert boxes["fc1"].label == "fc1|Dense|32"
    assert {name for name, box in boxes.items() if box.highlighted} == {"fc1", "fc2", "fc_add"}
    assert (boxes["fc1"].value, boxes["fc2"].value, boxes["join"].value) == (2.5, None, None)
    own = build_diagram(residual, fold=False, label=lambda layer, call: layer.name.upper())
    assert {box.label for box in own.boxes} == {box.names[0].upper() for box in own.boxes}


def test_groups_close_in_the_order_of_computation(architecture: Callable[[str], Model]) -> None:
    """In every level what feeds stands before what is fed."""
    diagram = build_diagram(architecture("InceptionResNetV2"), fold=True)

    def inside(item: Box | Group) -> set[str]:
        return {item.id} if isinstance(item, Box) else {item.id}.union(*map(inside, item.children))

    levels = [diagram.children, *(group.children for group in diagram.groups)]
    for level in levels:
        places = {id: place for place, item in enumerate(level) for id in inside(item)}
        for edge in diagram.edges:
            if not edge.repeating and edge.tail in places and edge.head in places:
                assert places[edge.tail] <= places[edge.head]


def test_shared_layers_carry_one_number(saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    """Boxes have the same number exactly where they are calls of the same layer."""
    shared = 0
    for name in sorted(ZOO):
        boxes = [box for box in build_diagram(read(saved_zoo(name)[0]), fold=False, depth=1).boxes if box.layers]
        for one, other in itertools.combinations(boxes, 2):
            same = one.layers[0] == other.layers[0]
            assert same == (one.shared is not None and one.shared == other.shared)
            shared += same
    assert shared


def sequential(names: list[str], **config: Any) -> str:
    """The config of a Sequential of Dense layers of three units, or of what `config` says."""
    layers = [
        {"module": "keras.layers", "class_name": "Dense", "config": {"name": name, "units": 3, **config}, "name": name}
        for name in names
    ]
    written = {"name": "model", "layers": layers, "build_input_shape": [None, 3]}
    return json.dumps({"module": "keras", "class_name": "Sequential", "config": written})


@pytest.mark.parametrize(
    "names",
    [["input:0", "b"], ["a", "stub:a", "c"], ["a…", "b", "b2", "a"], ["a", "\u0000entry", "b"], ["x#2", "x", "x'"]],
)
def test_no_name_is_taken_for_an_id(names: list[str], tmp_path: Path) -> None:
    """Names that read like the ids that diagrams make themselves."""
    path = tmp_path / "model.json"
    path.write_text(sequential(names))
    model = read(path)
    for way in (*WAYS[:5], {"select": names[1]}):
        diagram = build_diagram(model, **way)
        ids = [item.id for item in diagram.walk()]
        assert len(set(ids)) == len(ids)
        assert all({edge.tail, edge.head} <= {*ids} for edge in diagram.edges)
        assert all(edge.tail != edge.head or edge.repeating for edge in diagram.edges)
        diagram_to_svg(diagram)


@pytest.mark.parametrize(
    "config",
    [
        {"kernel_size": [[1], [2]]}, {"strides": [{"a": 1}]}, {"dilation_rate": "no"}, {"activation": [1]},
        {"pool_size": [[3], 3]}, {"kernel_size": {"a": [1]}}, {"filters": [None]}, {"rate": float("nan")},
    ],
)  # fmt: skip
def test_odd_settings_tell_nothing(config: dict[str, Any], tmp_path: Path) -> None:
    for class_name in ("Conv2D", "MaxPooling2D", "Dropout", "ZeroPadding2D", "MultiHeadAttention", "Embedding"):
        path = tmp_path / "model.json"
        path.write_text(sequential(["a", "b", "c"], **config).replace("Dense", class_name))
        for fold in (False, 1, 3):
            build_diagram(read(path), fold=fold)


def test_partly_frozen_boxes_are_not_without_weights(architecture: Callable[[str], Model]) -> None:
    """A box says of its layers whether all, none or some are trained; so does one that closes a group."""
    import dataclasses

    model = architecture("ResNet50")
    layers = tuple(dataclasses.replace(layer, trainable=place > 80) for place, layer in enumerate(model.graph.layers))
    graph = dataclasses.replace(model.graph, layers=layers)
    frozen = dataclasses.replace(model, root=dataclasses.replace(model.root, graph=graph))
    by_path = {layer.path: layer for layer in layers}
    states = set()
    ways: tuple[dict[str, Any], ...] = ({"fold": True}, {"outline": True}, {"fold": True, "compact": True})
    for way in ways:
        for box in build_diagram(frozen, **way).boxes:
            own = {by_path[path].trainable for path in box.layers if by_path[path].weights}
            expected = None if not own else "partly" if len(own) > 1 else "trainable" if True in own else "frozen"
            assert box.trainable == expected
            states.add(expected)
    assert states == {"trainable", "frozen", "partly", None}


def test_an_outline_is_folded_as_told(architecture: Callable[[str], Model]) -> None:
    model = architecture("MobileNetV2")
    times = {fold: [box.repeats for box in build_diagram(model, outline=True, fold=fold).boxes] for fold in (1, 3)}
    assert times[1] != times[3]


def test_compact_cards_hold_no_layer_that_others_share(saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    for name in sorted(ZOO):
        plain = {box.id: box for box in build_diagram(read(saved_zoo(name)[0]), fold=False).boxes}
        compact = build_diagram(read(saved_zoo(name)[0]), fold=False, compact=True).boxes
        for box in compact:
            if len(box.names) > 1:
                assert not [call for call in box.calls if plain[call].shared]
                assert not [call for call in box.calls[:-1] if plain[call].leaves]


def blocks_adding(source: Callable[[list[str]], str]) -> str:
    """The config of 16 blocks Dense, Add, whose Add takes what `source` chooses of the outputs before, too."""

    def tensor(name: str) -> dict[str, Any]:
        history = {"shape": [None, 8], "dtype": "float32", "keras_history": [name, 0, 0]}
        return {"class_name": "__keras_tensor__", "config": history}

    def layer(class_name: str, name: str, inputs: list[Any], **config: Any) -> dict[str, Any]:
        nodes = [{"args": inputs, "kwargs": {}}] if inputs else []
        written = {"module": "keras.layers", "class_name": class_name, "config": {"name": name, **config}}
        return {**written, "name": name, "inbound_nodes": nodes}

    layers, given = [layer("InputLayer", "in", [], batch_shape=[None, 8])], ["in"]
    for number in range(16):
        dense, add = f"dense_{number}", f"add_{number}"
        layers.append(layer("Dense", dense, [tensor(given[-1])], units=8))
        layers.append(layer("Add", add, [[tensor(source(given)), tensor(dense)]]))
        given.append(add)
    ends = {"input_layers": [["in", 0, 0]], "output_layers": [[given[-1], 0, 0]]}
    config = {"name": "blocks", "layers": layers, **ends}
    return json.dumps({"module": "keras", "class_name": "Functional", "config": config})


def test_what_is_wired_differently_looks_different(tmp_path: Path) -> None:
    """Blocks that add what enters them, what entered the block before, or the input of the model."""
    sources: dict[str, Callable[[list[str]], str]] = {
        "residual": lambda given: given[-1],
        "further back": lambda given: given[max(0, len(given) - 2)],
        "input": lambda given: given[0],
    }
    pictures = set()
    for name, source in sources.items():
        path = tmp_path / f"{name}.json"
        path.write_text(blocks_adding(source))
        model = read(path)
        diagram = build_diagram(model, fold=True)
        assert_lossless(model, diagram)
        (group,) = diagram.groups
        assert group.repeats == (16,)
        assert group.reach == (2 if name == "further back" else 1)
        assert any(edge.every for edge in diagram.edges) == (name == "input")
        pictures.add(diagram_to_svg(diagram))
    assert len(pictures) == len(sources)


def test_layers_that_are_one_stay_one() -> None:
    """Two layers called in turn are drawn as two, each with its number, though they are alike."""
    import keras

    one, other = keras.layers.Dense(4, name="one"), keras.layers.Dense(4, name="other")
    x = entrance = keras.Input((4,))
    for _ in range(8):
        x = other(one(x))
    diagram = build_diagram(read(keras.Model(entrance, x)), fold=True)
    shared = {box.names[0]: box.shared for box in diagram.boxes if box.shared}
    assert shared.keys() == {"one", "other"} and len(set(shared.values())) == 2


def test_dtypes_are_not_folded_away() -> None:
    import keras

    layers = [keras.layers.Dense(4, dtype="float64" if number == 5 else "float32") for number in range(12)]
    dtypes = {layer.name: layer.dtype for layer in layers}
    diagram = build_diagram(read(keras.Sequential([keras.Input((4,)), *layers])), fold=True)
    for box in diagram.boxes:
        assert {dtypes[path] for path in box.layers} in (set(), {box.dtype})
    assert {"float64", "float32"} <= {box.dtype for box in diagram.boxes}
