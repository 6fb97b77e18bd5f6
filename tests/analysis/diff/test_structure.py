"""What differs in structure: the change that was made is the one that is named, and one model in two formats is one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from netviz.analysis.diff import diff_models
from netviz.analysis.diff.results import MISSING, Change, LayerDiff, ModelDiff
from netviz.model import Model
from netviz.readers import read
from tests.analysis.diff import mutations
from tests.conftest import EXAMPLES, FIXTURES
from tests.models.random_models import RandomModel, random_models

FILES = sorted({*EXAMPLES.glob("*.keras"), *FIXTURES.glob("keras-*/*.keras"), *FIXTURES.glob("keras-*/*.h5")})
SEEDS = range(2)
OPPOSITE = {"added": "removed", "removed": "added"}

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")


@cache
def model_in(path: Path) -> Model:
    return read(path)


def compared(a: Model, b: Model) -> ModelDiff:
    """The two by structure, after holding that the other way round is the same with the sides swapped."""
    diff, mirrored = (diff_models(*pair, structure_only=True) for pair in ((a, b), (b, a)))
    assert Counter(map(told, diff.layers)) == Counter(map(mirror_told, mirrored.layers))
    assert Counter(map(str, diff.changes)) == Counter(str(Change(c.aspect, c.item, c.b, c.a)) for c in mirrored.changes)
    assert [layer.b for layer in diff.layers if layer.b] == own_order(diff, "b")
    return diff


def own_order(diff: ModelDiff, side: str) -> list[Any]:
    """The layers of a side in its order, without those that go with what holds them."""
    shown = {layer.path for one in diff.layers if (layer := getattr(one, side))}
    return [layer for layer in getattr(diff, side).root.walk() if layer.path in shown]


def told(layer: LayerDiff) -> tuple[object, ...]:
    changes = Counter((c.aspect, c.item if c.aspect != "weight" else "", str(c.a), str(c.b)) for c in layer.changes)
    paths = (layer.a and layer.a.path, layer.b and layer.b.path)
    return (*paths, frozenset(layer.kinds), frozenset(changes.items()))


def mirror_told(layer: LayerDiff) -> tuple[object, ...]:
    changes = tuple(Change(change.aspect, change.item, change.b, change.a) for change in layer.changes)
    kinds: Any = tuple(OPPOSITE.get(kind, kind) for kind in layer.kinds)
    return told(LayerDiff(layer.b, layer.a, kinds, changes))


def differing(diff: ModelDiff) -> list[LayerDiff]:
    return [layer for layer in diff.layers if not layer.same]


def is_wired(model: Model) -> bool:
    return bool(model.graph.calls)


@every_file
def test_a_model_does_not_differ_from_itself(path: Path) -> None:
    diff = diff_models(model_in(path), model_in(path))
    assert diff.same
    assert not diff.changes
    assert [layer.b for layer in diff.layers] == list(model_in(path).root.walk())
    assert all(one.verdict == "identical" for layer in diff.layers for one in layer.weights)


@every_file
def test_a_renamed_layer_is_renamed_and_nothing_else(path: Path) -> None:
    for seed in SEEDS:
        made = mutations.renamed(model_in(path), random.Random(seed))
        assert made is not None
        if is_wired(made[0]):
            (layer,) = differing(compared(model_in(path), made[0]))
            assert layer.kinds == ("renamed",)
            assert layer.changes == (Change("name", "", made[1], "another_name"),)


@every_file
@pytest.mark.parametrize(
    ("mutation", "kind", "aspect"),
    [
        (mutations.reconfigured, "changed", "config"),
        (mutations.replaced, "replaced", "class"),
        (mutations.frozen, "changed", "trainable"),
    ],
    ids=["reconfigured", "replaced", "frozen"],
)
def test_the_change_that_was_made_is_the_one_that_is_named(
    path: Path, mutation: mutations.Mutation, kind: str, aspect: str
) -> None:
    for seed in SEEDS:
        made = mutation(model_in(path), random.Random(seed))
        if made is not None:
            (layer,) = differing(compared(model_in(path), made[0]))
            assert (layer.path, layer.kinds) == (made[1], (kind,))
            assert [change.aspect for change in layer.changes] == [aspect]


@every_file
def test_an_inserted_layer_is_added_and_who_takes_from_it_is_connected_otherwise(path: Path) -> None:
    for seed in SEEDS:
        made = mutations.inserted(model_in(path), random.Random(seed))
        if made is not None:
            diff = compared(model_in(path), made[0])
            assert [layer.path for layer in diff.of_kind("added")] == [made[1]]
            others = [layer for layer in differing(diff) if layer.path != made[1]]
            assert {change.aspect for layer in others for change in layer.changes} <= {"connection"}
            takers = {call.layer for call in made[0].graph.calls if any(is_of(made, feed) for feed in call.inputs)}
            assert {layer.path for layer in others} == takers


def is_of(made: tuple[Model, str], feed: Any) -> bool:
    """Whether a tensor comes of the layer that was put in."""
    source = feed.source
    return source is not None and source.call >= 0 and made[0].graph.calls[source.call].layer == made[1]


@every_file
def test_automatic_names_that_go_on_counting_are_renamed_and_nothing_else(path: Path) -> None:
    model = model_in(path)
    later = mutations.counted_on(model)
    if is_wired(model):
        found = differing(compared(model, later))
        assert all(layer.kinds == ("renamed",) for layer in found)
        names = zip(model.graph.layers, later.graph.layers, strict=True)
        assert len(found) == sum(x.name != y.name for x, y in names)


MUTATIONS = (mutations.renamed, mutations.reconfigured, mutations.replaced, mutations.inserted, mutations.frozen)


@settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(random_models(), st.randoms(use_true_random=False))
def test_random_models_are_themselves_and_mirror_what_was_done_to_them(drawn: RandomModel, rng: random.Random) -> None:
    model = read(drawn.model)
    assert diff_models(model, read(drawn.model)).same, drawn.recipe
    for _ in range(4):
        changed = model
        for mutation in rng.sample(MUTATIONS, 3):
            made = mutation(changed, rng)
            changed = changed if made is None else made[0]
        assert not compared(model, mutations.counted_on(changed)).same or changed == model


# -- models that people build


def tower(widths: list[int], *, skipped: int = -1, doubled: int = -1, swapped: int = -1) -> Model:
    """A chain of blocks Dense, ReLU, BatchNormalization under automatic names."""
    x = start = keras.Input((16,))
    for place, width in enumerate(widths):
        for _ in range((place != skipped) + (place == doubled)):
            x = layers.Dense(width)(x)
            steps = [layers.ReLU(), layers.BatchNormalization()]
            for step in reversed(steps) if place == swapped else steps:
                x = step(x)
    return read(keras.Model(start, layers.Dense(3)(x), name="tower"))


@pytest.mark.parametrize("fresh", [True, False], ids=["names start over", "names go on"])
@pytest.mark.parametrize("widths", [[64, 64, 64, 64], [8, 16, 32, 64]], ids=["alike", "different"])
def test_a_block_put_in_or_taken_out(fresh: bool, widths: list[int]) -> None:
    keras.utils.clear_session(free_memory=False)
    model = tower(widths)
    for option, kind in (("doubled", "added"), ("skipped", "removed")):
        if fresh:
            keras.utils.clear_session(free_memory=False)
        diff = compared(model, tower(widths, **{option: 1}))
        classes = [layer.layer.class_name for layer in diff.layers if kind in layer.kinds]
        assert classes == ["Dense", "ReLU", "BatchNormalization"]
        rest = [layer for layer in differing(diff) if kind not in layer.kinds]
        assert {kind for layer in rest for kind in layer.kinds} <= {"renamed", "changed"}
        aspects = Counter(change.aspect for layer in rest for change in layer.changes if change.aspect != "name")
        assert aspects["connection"] == 1
        assert aspects.keys() <= {"connection", "input", "weight"}  # where the widths differ, one more takes another


def test_two_layers_in_the_other_order_are_one_that_moved() -> None:
    keras.utils.clear_session(free_memory=False)
    model = tower([8, 16, 32])
    keras.utils.clear_session(free_memory=False)
    diff = compared(model, tower([8, 16, 32], swapped=1))
    (moved,) = diff.of_kind("moved")
    assert moved.path in ("re_lu_1", "batch_normalization_1")
    assert {change.aspect for layer in diff.layers for change in layer.changes} == {"place", "connection"}


def test_a_layer_that_went_into_a_model_inside_moved() -> None:
    keras.utils.clear_session(free_memory=False)

    def model(inside: bool) -> Model:
        x = start = keras.Input((4,), name="start")
        head = layers.Dense(7, name="head")
        block = [layers.Dense(5, name="body")]
        x = keras.Sequential([*block, head] if inside else block, name="block")(x)
        return read(keras.Model(start, layers.ReLU(name="end")(x if inside else head(x)), name="m"))

    diff = compared(model(False), model(True))
    (moved,) = diff.of_kind("moved")
    assert (moved.a and moved.a.path, moved.b and moved.b.path) == ("head", "block/head")
    assert Change("place", "", "", "block") in moved.changes
    assert not [*diff.of_kind("added"), *diff.of_kind("removed")]


# -- formats

SAVED = ("mlp", "nested", "wrappers", "attentions", "gpt", "lstm_states")


@pytest.mark.parametrize("name", SAVED)
def test_one_model_in_every_format_is_one(
    name: str, saved_zoo: Callable[[str], tuple[Path, Any]], tmp_path: Path
) -> None:
    path, model = saved_zoo(name)
    live = read(model)
    model.save(tmp_path / "m.h5")
    model.save_weights(tmp_path / "m.weights.h5")
    (tmp_path / "m.json").write_text(model.to_json())
    saved = read(path)
    for other in (tmp_path / "m.h5", tmp_path / "m.weights.h5", tmp_path / "m.json"):
        for sides in ((saved, read(other)), (read(other), saved)):
            diff = diff_models(*sides)
            assert differing(diff) == []
            assert diff.same
            assert bool(diff.notes) == (other.name != "m.h5")
    if name != "attentions":  # Keras states a wrong shape there, see tests/readers
        assert diff_models(saved, live).same


@pytest.mark.parametrize("name", ["mixed", "nested"])
def test_keras_2_in_two_formats(name: str) -> None:
    folder = FIXTURES / "keras-2.15.0"
    diff = diff_models(read(folder / f"{name}.keras"), read(folder / f"{name}.h5"), structure_only=True)
    assert differing(diff) == []
    assert diff.same


def test_weights_that_do_not_fit_are_named(tmp_path: Path) -> None:
    keras.utils.clear_session(free_memory=False)
    small, large = (
        keras.Sequential([keras.Input((4,)), layers.Dense(width, name="one"), layers.Dense(2, name="two")], name="m")
        for width in (3, 5)
    )
    small.save_weights(tmp_path / "m.weights.h5")
    diff = diff_models(read(large), read(tmp_path / "m.weights.h5"))
    assert [layer.path for layer in differing(diff)] == ["one", "two"]
    assert {change.aspect for layer in diff.layers for change in layer.changes} == {"weight"}


def test_what_only_one_side_was_compiled_with() -> None:
    keras.utils.clear_session(free_memory=False)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)], name="m")
    plain = read(model)
    model.compile(keras.optimizers.Adam(1e-3), "mse")
    slow = read(model)
    model.compile(keras.optimizers.Adam(1e-4), "mae")
    quick = read(model)
    diff = diff_models(slow, quick)
    assert [change.item for change in diff.changes] == ["training.loss", "training.optimizer.config.learning_rate"]
    assert not diff.same
    diff = diff_models(plain, slow)
    assert diff.same
    assert "compiled" in " ".join(diff.notes)


def test_settings_are_named_by_their_place() -> None:
    keras.utils.clear_session(free_memory=False)

    def model(seed: int, strides: int) -> Model:
        x = keras.Input((8, 8, 1), name="x")
        start = keras.initializers.GlorotUniform(seed=seed)
        y = layers.Conv2D(2, 3, strides=strides, padding="same", kernel_initializer=start, name="c")(x)
        return read(keras.Model(x, y, name="m"))

    diff = diff_models(model(1, 1), model(2, 2), structure_only=True)
    (layer,) = differing(diff)
    assert [(c.item, c.a, c.b) for c in layer.changes if c.aspect == "config"] == [
        ("kernel_initializer.config.seed", 1, 2),
        ("strides", [1, 1], [2, 2]),
    ]
    assert MISSING not in [side for change in layer.changes for side in (change.a, change.b)]
