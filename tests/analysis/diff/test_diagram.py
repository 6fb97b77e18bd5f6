"""Both models are in the picture, layer by layer and tensor by tensor, whatever became of them."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import numpy as np
import pytest
from keras import layers

import netviz
from netviz.analysis.diff import diff_models
from netviz.analysis.diff.diagram import build_diff_diagram
from netviz.analysis.diff.diagram_words import card_notes
from netviz.analysis.diff.results import MISSING, Change, LayerDiff, ModelDiff
from netviz.errors import NetvizError, UsageError
from netviz.model import Call, Feed, Graph, Layer, Model, Source, Tensor, TensorRef
from netviz.views import Box, Diagram, Edge, Group

SHAPE = Tensor((None, 8), "float32")
CLASSES = ("Dense", "ReLU", "Dropout", "LayerNormalization")


def net(nodes: Sequence[tuple[str, str, Sequence[str]]], units: int = 8) -> Model:
    """A model of layers given by name, class and the names of what they read."""
    places = {name: place for place, (name, _, _) in enumerate(nodes)}
    made = tuple(Layer(name, name, kind, "keras.layers", {"name": name, "units": units}) for name, kind, _ in nodes)
    calls = tuple(
        Call(
            place, name, tuple(Feed(f"0.{n}", SHAPE, TensorRef(places[one], 0)) for n, one in enumerate(read)), (SHAPE,)
        )
        for place, (name, _, read) in enumerate(nodes)
    )
    return Model(Layer("", "net", "Functional", None, graph=Graph(made, calls)), Source(None, "made", None, "static"))


def chain(count: int, named: str = "dense") -> list[tuple[str, str, list[str]]]:
    return [(f"{named}_{n}", CLASSES[n % 4], [f"{named}_{n - 1}"] if n else []) for n in range(count)]


def changed(model: Model, *paths: str) -> Model:
    """The model with another setting in the layers named."""
    graph = model.graph
    made = tuple(replace(one, config={**one.config, "units": 9}) if one.path in paths else one for one in graph.layers)
    return replace(model, root=replace(model.root, graph=replace(graph, layers=made)))


def mutated(seed: int) -> tuple[Model, Model]:
    """A random graph, and the same after some layers were removed, added, moved, renamed and given other classes."""
    draw = random.Random(seed)
    count = draw.randint(2, 80)
    nodes = [
        (f"layer_{n}", draw.choice(CLASSES), [f"layer_{m}" for m in draw.sample(range(n), min(n, draw.randint(1, 3)))])
        for n in range(count)
    ]
    after: list[tuple[str, str, list[str]]] = []
    names: dict[str, str | None] = {}
    for name, kind, read in nodes:
        fate = draw.choice(("same",) * draw.choice((2, 30)) + ("gone", "new", "name", "class"))
        reads = list(dict.fromkeys(one for old in read if (one := names[old])))
        if fate == "gone":
            names[name] = reads[0] if reads else None
            continue
        if fate == "new":
            after.append((f"new_{name}", draw.choice(CLASSES), reads))
            reads = [f"new_{name}"]
        names[name] = f"other_{name}" if fate == "name" else name
        after.append((str(names[name]), "Softmax" if fate == "class" else kind, reads))
    if seed % 3 == 0:  # names change places, so that what reads what leads backwards
        here, there = after[draw.randrange(len(after))][0], after[draw.randrange(len(after))][0]
        swap = {here: there, there: here}
        after = [(swap.get(n, n), kind, [swap.get(r, r) for r in read]) for n, kind, read in after]
    return net(nodes), net(after)


def keras_net(head: int = 10, inner: int = 8, wrapped: bool = False) -> Any:
    """A network with a nested model that is called twice, wrapped in another or not."""
    encoder = keras.Sequential(
        [keras.Input((6,)), layers.Dense(inner, name="first"), layers.ReLU(name="act")], name="encoder"
    )
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    if wrapped:
        encoder = keras.Sequential([keras.Input((6,)), encoder], name="wrapper")
    both = layers.Concatenate(name="both")([encoder(left), encoder(right)])
    return keras.Model([left, right], layers.Dense(head, name="head")(both), name="twins")


def models() -> dict[str, tuple[Model, Model]]:
    base = net(chain(60))
    one = netviz.inspect(keras_net()).model
    return {
        "the same": (base, base),
        "two changed": (base, changed(base, "dense_20", "dense_40")),
        "all changed": (base, net(chain(60), 9)),
        "nothing in common": (base, net([("x_" + n, "Softmax", ["x_" + r for r in read]) for n, _, read in chain(9)])),
        "empty": (net([]), net([])),
        "from nothing": (net([]), base),
        "inside of nested": (one, netviz.inspect(keras_net(inner=9)).model),
        "beside nested": (one, netviz.inspect(keras_net(head=9)).model),
        "wrapped": (one, netviz.inspect(keras_net(wrapped=True)).model),
        **{f"random {seed}": mutated(seed) for seed in range(12)},
    }


@pytest.fixture(scope="module")
def diffs() -> dict[str, ModelDiff]:
    return {name: diff_models(a, b, structure_only=True) for name, (a, b) in models().items()}


def pictures(diff: ModelDiff) -> Iterator[Diagram]:
    for context in (0, 1, 3):
        yield build_diff_diagram(diff, context=context)
    yield build_diff_diagram(diff, unchanged=True)


def sides(item: Box | Group) -> tuple[set[str], set[str]]:
    """The layers of the first model and of the second that an item stands for, without what stands in it."""
    assert item.difference is not None
    own = item.layers if isinstance(item, Box) else item.layers[:1]
    return set(item.difference.former), set() if item.difference.fate == "removed" else set(own)


def test_every_layer_is_drawn_or_counted(diffs: dict[str, ModelDiff]) -> None:
    for name, diff in diffs.items():
        for diagram in pictures(diff):
            found = [sides(item) for item in diagram.walk()]
            for side, model in enumerate((diff.a, diff.b)):
                paths = [layer.path for layer in model.root.walk()]
                assert set().union(*(pair[side] for pair in found)) == set(paths), name
            drawn = [path for pair in found for path in pair[1]]
            if name != "wrapped" and "nested" not in name:  # there one layer is called twice
                assert sorted(drawn) == sorted(layer.path for layer in diff.b.root.walk()), name


def test_every_tensor_is_drawn_or_inside(diffs: dict[str, ModelDiff]) -> None:
    for name, diff in diffs.items():
        if "nested" in name or name in ("wrapped", "from nothing"):  # nothing is known of what nothing connects
            continue
        for diagram in pictures(diff):
            boxes = [{path: box.id for box in diagram.boxes for path in sides(box)[side]} for side in (0, 1)]
            for side, (model, other) in enumerate(((diff.a, "added"), (diff.b, "removed"))):
                edges = {(edge.tail, edge.head) for edge in diagram.edges if edge.fate != other}
                wanted = {
                    (boxes[side][model.graph.calls[feed.source.call].layer], boxes[side][call.layer])
                    for call in model.graph.calls
                    for feed in call.inputs
                    if feed.source
                }
                assert {pair for pair in wanted if pair[0] != pair[1]} == edges, name


def test_as_many_tensors_as_there_are(diffs: dict[str, ModelDiff]) -> None:
    """Drawn in full, each has an edge of its own; closed, edges stand for those that are not inside a box."""
    for name in ("two changed", "all changed", "random 1", "random 2"):
        diff = diffs[name]
        full = build_diff_diagram(diff, unchanged=True)
        tensors = [sum(edge.fate != other for edge in full.edges) for other in ("added", "removed")]
        assert tensors == [sum(len(call.inputs) for call in model.graph.calls) for model in (diff.a, diff.b)]
        closed = build_diff_diagram(diff)
        place = {path: box.id for box in closed.boxes for path in (*sides(box)[0], *sides(box)[1])}
        outside = [edge for edge in full.edges if place[_layer(full, edge.tail)] != place[_layer(full, edge.head)]]
        assert sum(edge.tensors for edge in closed.edges) == len(outside)


def _layer(diagram: Diagram, id: str) -> str:
    return next(box.layers[0] for box in diagram.boxes if box.id == id)


def test_closing_makes_no_cycle(diffs: dict[str, ModelDiff]) -> None:
    """Neither among all edges nor, where layers moved, among those of the second model."""
    checked = 0
    for name, diff in diffs.items():
        full = build_diff_diagram(diff, unchanged=True)
        for left_out in ("none", "removed"):
            if _ordered([edge for edge in full.edges if edge.fate != left_out]):
                checked += 1
                for diagram in pictures(diff):
                    assert _ordered([edge for edge in diagram.edges if edge.fate != left_out]), name
    assert len(diffs) < checked < 2 * len(diffs), "some unions have a cycle"


def _ordered(edges: Sequence[Edge]) -> bool:
    reads = defaultdict(set)
    for edge in edges:
        reads[edge.head].add(edge.tail)
    try:
        TopologicalSorter(reads).prepare()
    except ValueError:
        return False
    return True


def test_what_changed_is_drawn(diffs: dict[str, ModelDiff]) -> None:
    """As long as there is room; what is beside it, too, as far as the context goes; all of it if asked for."""
    diff = diffs["two changed"]
    for context in (0, 1, 2, 5):
        boxes = build_diff_diagram(diff, context=context).boxes
        shown = {box.id for box in boxes if box.kind == "layer"}
        near = {f"dense_{n + d}" for n in (20, 40) for d in range(-context, context + 1)}
        assert shown == near
        assert {box.id for box in boxes if box.difference and box.difference.fate == "changed"} == {
            "dense_20",
            "dense_40",
        }
    for name, diff in diffs.items():
        full = build_diff_diagram(diff, unchanged=True)
        closed = {box.id for box in full.boxes if box.kind == "closed"}
        assert all(
            box.difference and box.difference.fate in ("added", "removed") for box in full.boxes if box.id in closed
        )
        assert len(build_diff_diagram(diff).boxes) <= 75, name


def test_the_same_models_are_one_box(diffs: dict[str, ModelDiff]) -> None:
    diagram = build_diff_diagram(diffs["the same"])
    (box,) = diagram.boxes
    assert box.names == ("60 layers unchanged",) and not diagram.edges
    assert diagram.facts == ("no differences",)


def test_nested_models_are_open_where_something_in_them_changed(diffs: dict[str, ModelDiff]) -> None:
    inside = build_diff_diagram(diffs["inside of nested"], context=0)
    assert {group.class_name for group in inside.groups} == {"Sequential"}
    assert not build_diff_diagram(diffs["beside nested"], context=0).groups


def test_a_large_model_with_two_changes_is_a_small_picture() -> None:
    base = net(chain(3000))
    diagram = build_diff_diagram(diff_models(base, changed(base, "dense_700", "dense_2000"), structure_only=True))
    assert len(diagram.boxes) == 9
    assert sum(len(box.layers) for box in diagram.boxes) == 3000


def test_layers_that_changed_places() -> None:
    """The union of both graphs has a cycle; the second model's own order holds."""
    one = net([("a", "Dense", []), ("b", "ReLU", ["a"]), ("c", "Dropout", ["b"]), ("d", "Dense", ["c"])])
    two = net([("a", "Dense", []), ("c", "Dropout", ["a"]), ("b", "ReLU", ["c"]), ("d", "Dense", ["b"])])
    diagram = build_diff_diagram(diff_models(one, two, structure_only=True))
    assert [box.id for box in diagram.boxes] == ["a", "c", "b", "d"]
    assert sorted((edge.tail, edge.head, edge.fate) for edge in diagram.edges) == [
        ("a", "b", "removed"), ("a", "c", "added"), ("b", "c", "removed"), ("b", "d", "added"), ("c", "b", "added"),
        ("c", "d", "removed"),
    ]  # fmt: skip


def test_cards_say_what_changed() -> None:
    one = netviz.inspect(keras_net()).model
    two = netviz.inspect(keras_net(inner=16, head=4)).model
    boxes = {box.names[0]: box for box in build_diff_diagram(diff_models(one, two, structure_only=True)).boxes}
    notes = {name: box.difference.notes for name, box in boxes.items() if box.difference}
    assert notes["first"] == ("units 8 → 16",) and notes["head"] == ("units 10 → 4",)
    assert notes["act"] == ("input 8 → 16",)


def nested(depth: int, units: int) -> Model:
    """A layer in a model in a model …"""
    path = [f"m{place}" for place in range(depth)]
    layer = Layer("/".join([*path, "leaf"]), "leaf", "Dense", "keras.layers", {"units": units})
    for place in range(depth, -1, -1):
        call = Call(0, layer.name, (), (SHAPE,))
        name = path[place - 1] if place else ""
        layer = Layer("/".join(path[:place]), name, "Functional", "keras", graph=Graph((layer,), (call,)))
    return Model(layer, Source(None, "made", None, "static"))


def test_models_in_models_in_models() -> None:
    """Are drawn as far as they can be, and else it is said that they are not."""
    diagram = build_diff_diagram(diff_models(nested(30, 1), nested(30, 2), structure_only=True))
    assert len(diagram.groups) == 30
    diff = diff_models(nested(3, 1), nested(3, 2), structure_only=True)
    failing = patch("netviz.analysis.diff.diagram.build_union", side_effect=RecursionError)
    with failing, pytest.raises(NetvizError, match="nested deeper"):
        build_diff_diagram(diff)


@pytest.mark.parametrize("context", [-1, True, 1.5, None])
def test_a_context_is_a_number(context: Any) -> None:
    base = keras_net()
    with pytest.raises(UsageError, match="context"):
        netviz.diff(base, base, context=context)


def test_closed_boxes_say_what_became_of_every_layer(diffs: dict[str, ModelDiff]) -> None:
    """All together they count as many layers of each kind as there are."""
    mixed = 0
    for name, diff in diffs.items():
        if "nested" in name or name == "wrapped":
            continue
        kinds = Counter(kind for layer in diff.layers for kind in layer.kinds or ("unchanged",))
        for diagram in pictures(diff):
            told: Counter[str] = Counter()
            for box in diagram.boxes:
                assert box.difference is not None
                mixed += bool(box.difference.counts)
                for fate, count in box.difference.counts or ((box.difference.fate, len(box.layers)),):
                    told[fate] += count
                told.update(dict(box.difference.also_counts))
                if box.kind == "layer":
                    told.update(box.difference.also)
            assert {kind: count for kind, count in told.items() if count} == kinds, name
    assert mixed


def blocks(count: int, first: int = 1) -> list[tuple[str, str, list[str]]]:
    """A chain of blocks of six layers, named as those of ResNet, with names between that programs give."""
    nodes: list[tuple[str, str, list[str]]] = []
    for block in range(first, first + count):
        for part in ("1_conv", "1_bn", "", "2_conv", "2_bn", "out"):
            name = f"stage_block{block}_{part}" if part else f"relu_{block}"
            nodes.append((name, CLASSES[len(nodes) % 4], [nodes[-1][0]] if nodes else []))
    return nodes


def test_blocks_that_were_added_are_one_box_and_none_is_cut() -> None:
    few, many = net(blocks(12)), net(blocks(24))
    every = [layer.path for layer in few.graph.layers]
    diff = diff_models(few, changed(many, *every[::3]), structure_only=True)
    boxes = build_diff_diagram(diff).boxes
    (added,) = (box for box in boxes if box.difference and box.difference.fate == "added")
    assert added.names == ("72 layers added",)
    assert added.difference and added.difference.notes == ("stage_block13 … stage_block24",)
    assert len(boxes) < 40
    for block in range(1, 25):
        holding = [box for box in boxes if any(f"_block{block}_" in layer for layer in box.layers)]
        assert len(holding) == 1
    assert len({box.names for box in boxes if box is not added}) == len(boxes) - 1


def test_removed_and_added_stand_beside_each_other() -> None:
    """A stretch that was put in the place of another is two boxes, which no edge joins, whatever the order."""
    kept = chain(3, "kept")
    old = [*kept, *((n, k, r or ["kept_2"]) for n, k, r in chain(90, "old")), ("end", "Dense", ["old_89"])]
    new = [*kept, *((n, "Softmax", r or ["kept_2"]) for n, _, r in chain(80, "new")), ("end", "Dense", ["new_79"])]
    diagram = build_diff_diagram(diff_models(net(old), net(new), structure_only=True))
    names = [box.names[0] for box in diagram.boxes]
    assert sorted(names) == ["80 layers added", "90 layers removed", "end", "kept_0", "kept_1", "kept_2"]


def card(first: Any, second: Any, name: str) -> tuple[str, ...]:
    """What the card of a layer says of what changed between two Keras models."""
    found = netviz.diff(first, second).result
    assert found is not None
    boxes = build_diff_diagram(found).boxes
    return next(box.difference.notes for box in boxes if box.difference and box.id == name)


def dense(units: int = 8, kernel: Any = None, train: float = 0.0) -> Any:
    """A Keras model of two layers, the second of which may have a kernel of its own."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((16,)), layers.Dense(16, name="body"), layers.Dense(units, name="head")], name="net"
    )
    for weight in model.get_layer("head").weights if train else ():
        weight.assign_add(train * keras.random.normal(weight.shape, seed=3))
    if kernel is not None:
        model.get_layer("head").kernel.assign(kernel)
    return model


def test_cards_say_what_became_of_values() -> None:
    before = dense(train=1.0)
    kernel = before.get_layer("head").kernel.numpy()
    broken = kernel.copy()
    broken[0, 0] = np.nan
    broken[1, :2] = np.inf
    assert card(before, dense(kernel=broken, train=1.0), "head") == ("kernel changed, 3 values not finite in B",)
    near = kernel * (1 + 0.1)
    distance = np.linalg.norm(near - kernel) / np.linalg.norm(near)
    (note,) = card(before, dense(kernel=near, train=1.0), "head")
    assert note == f"kernel changed by {100 * distance:.2g} %"
    turned = np.roll(kernel, 1, axis=1) * np.linspace(1, 2, kernel.shape[0])[:, None]
    cosine = (turned * kernel).sum() / np.linalg.norm(turned) / np.linalg.norm(kernel)
    (note,) = card(before, dense(kernel=turned, train=1.0), "head")
    assert note.startswith("kernel changed by ") and note.endswith(f" %, cosine {cosine:.2f}")


def test_cards_say_which_side_is_new() -> None:
    trained = dense(train=1.0)
    assert card(trained, dense(5), "head") == ("units 8 → 5", "B is as initialised")
    assert card(dense(5), trained, "head") == ("units 5 → 8", "A is as initialised")


def test_structures_are_told_in_a_word() -> None:
    long = {"class_name": "RandomUniform", "config": {"minval": -0.05, "maxval": 0.05, "seed": None}}
    quantised = {"class_name": "Int8QuantizationConfig", "config": {"weight_quantizer": long}}
    for value, word in ((quantised, "int8"), (long, "RandomUniform"), ([quantised], "int8"), ([1, 2], "1×2")):
        first, second = net(chain(2)).graph.layers
        diff = LayerDiff(first, second, ("changed",), (Change("config", "it", MISSING, value),))
        assert card_notes(diff) == (f"it none → {word}",)


def test_shapes_keep_the_batch_where_only_one_has_it() -> None:
    change = Change("output", "0", "(None, 5) float32", "(5,) float32")
    first, second = net(chain(2)).graph.layers
    diff = LayerDiff(first, second, ("changed",), (change,))
    assert card_notes(diff) == ("output None×5 → 5",)


def test_calls_and_inputs_that_changed_places_can_be_told() -> None:
    def model(swapped: bool) -> Any:
        ends = [keras.Input((4,), name=name) for name in "ij"]
        shared = layers.Dense(4, name="shared")
        calls = [shared(end) for end in ends]
        return keras.Model(ends, layers.Subtract(name="minus")(calls[::-1] if swapped else calls), name="net")

    found = netviz.diff(model(False), model(True), structure_only=True).result
    assert found is not None
    diagram = build_diff_diagram(found)
    names = {box.id: box.names[0] for box in diagram.boxes}
    told = {(names[edge.tail], edge.fate, edge.words) for edge in diagram.edges if names[edge.head] == "minus"}
    assert told == {
        ("shared (call 1)", "removed", "input 1"), ("shared (call 2)", "removed", "input 2"),
        ("shared (call 1)", "added", "input 2"), ("shared (call 2)", "added", "input 1"),
    }  # fmt: skip
    (minus,) = (box.difference for box in diagram.boxes if box.id == "minus")
    assert minus and minus.notes == (
        "input 1 from shared (call 1) → shared (call 2)", "input 2 from shared (call 2) → shared (call 1)",
    )  # fmt: skip


def test_a_layer_that_moved_out_of_the_model_itself_did_not_come_first() -> None:
    first, second = net(chain(2)).graph.layers
    inside = replace(second, path=f"enc/{second.name}")
    for one, other, a, b, where in ((first, inside, "", "enc", "the model itself"), (inside, first, "enc", "", "enc")):
        assert card_notes(LayerDiff(one, other, ("moved",), (Change("place", "", a, b),))) == (f"was in {where}",)


def test_what_one_side_cannot_tell_is_not_told(tmp_path: Path) -> None:
    """Weights alone say neither classes nor connections: nothing is drawn as if it had been removed."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="body"), layers.ReLU(), layers.Dense(2)])
    model.save_weights(tmp_path / "alone.weights.h5")
    whole, alone = (netviz.inspect(source).model for source in (model, tmp_path / "alone.weights.h5"))
    for one, other in ((whole, alone), (alone, whole)):
        diagram = build_diff_diagram(diff_models(one, other), unchanged=True)
        assert {edge.fate for edge in diagram.edges} == {"unchanged"}
        assert {box.difference.fate for box in diagram.boxes if box.difference} == {"unchanged"}
        assert not any(box.difference and box.difference.former_class for box in diagram.boxes)
        assert {box.id: box.classes for box in diagram.boxes}["body"] == ("Dense",)
