"""Levels of detail and what opens: nothing of a model is out of reach, and no tensor ends at a border."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from netviz.analysis.diagram import build_diagram, opening
from netviz.analysis.diagram.blocks import USUAL_MOST
from netviz.analysis.diagram.opening import build_drawings
from netviz.analysis.diagram.scene import Scene, build_scene
from netviz.analysis.diagram.selection import STUB
from netviz.model import Model
from netviz.pages import Drawing, Level
from netviz.readers import read
from netviz.render.diagram.embedded import embed
from netviz.views import Box, Diagram, Group
from tests.conftest import ROOT
from tests.models.zoo import SUBCLASSED, UNBUILT, ZOO

ARCHITECTURES = sorted((ROOT / "examples" / "architectures").glob("*.json"))
LARGE = ("ResNet50V2", "InceptionV3", "NASNetMobile")

Drawn = tuple[tuple[Level, ...], tuple[Drawing, ...]]


def assert_complete(model: Model, levels: tuple[Level, ...], drawings: tuple[Drawing, ...]) -> None:
    """What is true of the drawings of every model."""
    paths = {layer.path for layer in model.root.walk()}
    scene = build_scene(model)
    for level in levels:
        assert {path for item in drawings[level.drawing].diagram.walk() for path in item.layers} == paths
        calls = {call for box in drawings[level.drawing].diagram.boxes for call in box.calls}
        assert calls == {leaf.id for node in scene.nodes if node.layer for leaf in node.leaves}
    assert len({level.name for level in levels}) == len(levels)
    for drawing in drawings:
        ids = [item.id for item in drawing.diagram.walk()]
        assert len(set(ids)) == len(ids)
        assert {end for edge in drawing.diagram.edges for end in (edge.tail, edge.head)} <= {*ids}
        assert drawing.opens.keys() <= {*ids}
    assert_tree(levels, drawings)
    repeating = any(group.repeats for level in levels for group in drawings[level.drawing].diagram.groups)
    nodes = {node.id: node for node in scene.walk()}
    for box in (box for drawing in drawings for box in drawing.diagram.boxes):
        if box.kind == "closed" and box.id in nodes and not repeating:
            assert box.outputs == tuple(tensor.shape for tensor in nodes[box.id].outputs)
    groups = {group.id: group for level in levels for group in drawings[level.drawing].diagram.groups}
    for drawing in drawings:
        if drawing.id in groups:
            assert_borders(scene, drawing, groups[drawing.id])


def assert_tree(levels: tuple[Level, ...], drawings: tuple[Drawing, ...]) -> None:
    """Every group has one drawing, which one box opens: in the last drawing of its trail, where it holds the same."""
    whole = range(len(levels))
    assert [level.drawing for level in levels] == [*whole]
    assert all(not drawings[place].trail and not drawings[place].id for place in whole)
    for place in range(len(levels), len(drawings)):
        drawing = drawings[place]
        *around, parent = drawing.trail
        assert [*drawings[parent].trail] == around
        assert drawings[parent].opens[drawing.id] == place
        openers = [other for other in range(len(drawings)) if place in drawings[other].opens.values()]
        assert [other for other in openers if other not in whole or other == parent] == [parent]
        box = next(item for item in drawings[parent].diagram.walk() if item.id == drawing.id)
        inside = [item for item in drawing.diagram.walk() if not is_stub(item)]
        own = {path for item in inside for path in item.layers}
        assert own <= {*box.layers} <= own | {*owners(own)}
        if isinstance(box, Box):
            assert box.kind == "closed"
            assert {*box.calls} == {call for item in inside if isinstance(item, Box) for call in item.calls}


def is_stub(item: Box | Group) -> bool:
    return isinstance(item, Box) and item.kind == "stub"


def owners(paths: set[str]) -> Iterator[str]:
    """The layers that hold those named."""
    for path in paths:
        while "/" in path:
            path = path.rpartition("/")[0]
            yield path


def assert_borders(scene: Scene, drawing: Drawing, group: Group) -> None:
    """Each wire of the model that enters or leaves the group ends at a stub of what is at its other end."""
    boxes = [box for box in drawing.diagram.boxes if box.kind != "stub"]
    stubs = [box for box in drawing.diagram.boxes if box.kind == "stub"]
    inside = {call: box.id for box in boxes for call in box.calls}
    joined = {(edge.tail, edge.head) for edge in drawing.diagram.edges if not edge.repeating}
    unknown = False
    for wire in scene.wires:
        tail, head = inside.get(wire.tail), inside.get(wire.head)
        before = [stub.id for stub in stubs if stands_for(stub, wire.tail)]
        after = [stub.id for stub in stubs if stands_for(stub, wire.head)]
        if tail and not head:
            assert any((tail, stub) in joined for stub in after)
        elif head and not tail:
            assert any((stub, head) in joined for stub in before)
        elif wire.head == group.id:  # what takes or gives it inside is not known
            assert before
            unknown = True
        elif wire.tail == group.id:
            assert after
            unknown = True
    assert unknown or {stub.id for stub in stubs} <= {end for pair in joined for end in pair}


def stands_for(stub: Box, call: str) -> bool:
    """Whether the stub stands for a call, for what holds it, or for an end of the model."""
    return call in stub.calls or stub.id.rstrip("'") == f"{STUB}{call}"


@pytest.mark.parametrize("name", sorted(ZOO))
def test_all_of_a_model_can_be_reached(name: str, saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    model = read(saved_zoo(name)[0])
    assert_complete(model, *build_drawings(model))


@pytest.mark.parametrize("path", ARCHITECTURES, ids=lambda path: path.stem)
def test_all_of_an_architecture_can_be_reached(path: Path) -> None:
    model = read(path)
    assert_complete(model, *build_drawings(model))


@pytest.mark.parametrize("name", LARGE)
def test_all_of_a_large_model_can_be_reached(name: str, application: Callable[[str], Path]) -> None:
    model = read(application(name))
    levels, drawings = build_drawings(model)
    assert_complete(model, levels, drawings)
    assert {level.name for level in levels} == {"groups", "blocks", "layers"}
    sizes = {level.name: len(drawings[level.drawing].diagram.boxes) for level in levels}
    assert sizes["groups"] < sizes["blocks"] < sizes["layers"]


@pytest.mark.parametrize("build", [*UNBUILT.values(), *(one.build for one in SUBCLASSED.values())])
def test_live_models_without_shapes(build: Callable[[], Any]) -> None:
    model = read(build())
    levels, drawings = build_drawings(model)
    if drawings:
        assert_complete(model, levels, drawings)
    else:
        assert not levels and not build_diagram(model).children


def by_name(path: Path) -> dict[str, Diagram]:
    levels, drawings = build_drawings(read(path))
    return {level.name: drawings[level.drawing].diagram for level in levels}


def test_levels_are_what_the_command_draws() -> None:
    path = ROOT / "examples" / "architectures" / "encoder.json"
    levels = by_name(path)
    assert levels["blocks"] == build_diagram(read(path))
    assert levels["layers"] == build_diagram(read(path), fold=False)
    assert not levels["groups"].groups and len(levels["groups"].boxes) == len(levels["blocks"].children)


def test_a_model_without_groups_has_one_level() -> None:
    assert [*by_name(ROOT / "examples" / "architectures" / "vgg16.json")] == ["layers"]


@pytest.mark.parametrize("path", ARCHITECTURES, ids=lambda path: path.stem)
def test_it_begins_with_as_much_as_one_look_takes_in(path: Path) -> None:
    sizes = [len(diagram.boxes) for diagram in by_name(path).values()]
    assert sizes[0] == max(size for size in sizes if size <= USUAL_MOST)


def towers() -> Any:
    """Two models of the same layers, side by side."""
    import keras

    def tower(name: str) -> Any:
        inner = keras.Input((8,), name="numbers")
        hidden = keras.layers.Dense(8, name="hidden")(inner)
        return keras.Model(inner, keras.layers.Add(name="sum")([inner, hidden]), name=name)

    entered = keras.Input((8,), name="entered")
    left, right = tower("left")(entered), tower("right")(entered)
    return keras.Model(entered, keras.layers.Concatenate(name="both")([left, right]), name="towers")


def test_equal_towers_share_a_picture() -> None:
    _, drawings = build_drawings(read(towers()))
    embedded = embed([drawing.diagram for drawing in drawings])
    inside = [place for place, drawing in enumerate(drawings) if drawing.id in ("left", "right")]
    assert len(inside) == 2 and len({embedded.drawn[place] for place in inside}) == 1
    assert len({item.layers for place in inside for item in embedded.items[place] if "hidden" in item.id}) == 2
    assert len(embedded.pictures) == len(drawings) - 1


def chain(count: int) -> dict[str, Any]:
    """A Sequential of layers in no order."""
    draw = random.Random(8)
    kinds: dict[str, dict[str, Any]] = {
        "Dense": {"units": 4},
        "Dropout": {"rate": 0.5},
        "LayerNormalization": {},
        "Activation": {},
    }
    layers: list[Any] = [{"class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "first"}}]
    for place in range(count):
        kind = draw.choice([*kinds])
        layers.append({"class_name": kind, "config": {"name": f"{kind.lower()}_{place}", **kinds[kind]}})
    return {"class_name": "Sequential", "config": {"name": "long", "layers": layers}}


def test_what_is_too_large_for_one_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours are taken together to be opened, and the first drawing says so."""
    monkeypatch.setattr(opening, "MOST", 60)
    path = tmp_path / "long.json"
    path.write_text(json.dumps(chain(1500)))
    model = read(path)
    levels, drawings = build_drawings(model)
    assert_complete(model, levels, drawings)
    assert [level.name for level in levels] == ["groups"]
    assert "1,500 layers" in drawings[0].about and re.search("All 1,50. boxes are too many", drawings[0].remark)
    assert max(len(drawing.diagram.boxes) for drawing in drawings) <= 60
