"""What differs in structure: the change that was made is the one that is named, and one model in two formats is one."""

from __future__ import annotations

import cProfile
import json
import marshal
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

import h5py
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from netviz.analysis.diff import diff_models, structure
from netviz.analysis.diff.configs import ELSEWHERE
from netviz.analysis.diff.document import diff_document
from netviz.analysis.diff.results import MISSING, Change, LayerDiff, ModelDiff
from netviz.analysis.diff.words import Sayings, shortest, what
from netviz.model import Model
from netviz.readers import read
from netviz.render.data import data_to_json
from tests.analysis.diff import mutations
from tests.conftest import EXAMPLES, FIXTURES
from tests.models.random_models import RandomModel, random_models

FILES = sorted({*EXAMPLES.glob("*.keras"), *FIXTURES.glob("keras-*/*.keras"), *FIXTURES.glob("keras-*/*.h5")})
ENDS = {path.name: path for path in reversed(FILES)}, {path.name: path for path in FILES}
"""By a file's name the one that the first Keras wrote of those that are here, and the last."""
OPPOSITE = {"added": "removed", "removed": "added"}

every_file = pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if path in (one[path.name] for one in ENDS) else pytest.mark.all_models)
        for path in FILES
    ],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)


def seeds_of(path: Path) -> range:
    """A seed that is another one for each file."""
    seed = crc32(f"{path.parent.name}/{path.name}".encode()) % 1000
    return range(seed, seed + 1)


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
    for seed in seeds_of(path):
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
    for seed in seeds_of(path):
        made = mutation(model_in(path), random.Random(seed))
        if made is not None:
            (layer,) = differing(compared(model_in(path), made[0]))
            assert (layer.path, layer.kinds) == (made[1], (kind,))
            assert [change.aspect for change in layer.changes] == [aspect]


@every_file
def test_an_inserted_layer_is_added_and_who_takes_from_it_is_connected_otherwise(path: Path) -> None:
    for seed in seeds_of(path):
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
    assert {change.aspect for layer in diff.layers for change in layer.changes} == {"order", "connection"}


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


def test_the_order_of_inputs_is_a_difference() -> None:
    """As it is for Keras: what is given first goes elsewhere."""
    a, b = (keras.Input((2,), name=name) for name in "ab")
    given = layers.Subtract(name="minus")([a, b])
    there, back = keras.Model([a, b], given, name="m"), keras.Model([b, a], given, name="m")
    numbers = np.array([[1.0, 2.0]]), np.array([[5.0, 7.0]])
    assert not np.array_equal(there(list(numbers)), back(list(numbers)))
    diff = compared(read(there), read(back))
    assert [(change.aspect, change.item, change.a, change.b) for change in diff.changes] == [
        ("connection", "inputs.0", "a", "b"), ("connection", "inputs.1", "b", "a"),
    ]  # fmt: skip
    outer = [keras.Input((2,), name=name) for name in "xy"]
    nested = [read(keras.Model(outer, model(outer), name="outer")) for model in (there, back)]
    assert [change.item for layer in differing(compared(*nested)) for change in layer.changes] == [
        "inputs.0", "inputs.1",
    ]  # fmt: skip


def small(name: str | None = None, **settings: object) -> keras.Model:
    names = {"name": name} if name else {}
    x = keras.Input((6, 6, 1), name="x")
    y = layers.Conv2D(2, 3, **names, **settings)(x)
    y = layers.Dense(3)(layers.ReLU(**settings)(layers.MaxPooling2D(**settings)(y)))
    return keras.Model(x, y)


def test_names_of_a_model_that_was_built_twice_can_be_ignored(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    one, other = small(), small()
    other.set_weights(one.get_weights())
    a, b = read(one), read(other)
    diff = diff_models(a, b)
    assert {kind for layer in diff.layers for kind in layer.kinds} == {"renamed"} and diff.changes
    assert diff_models(a, b, ignore_names=True).same
    other.layers[-1].set_weights([values + 1 for values in one.layers[-1].get_weights()])
    diff = diff_models(a, read(other), ignore_names=True)
    (layer,) = differing(diff)
    assert (layer.kinds, layer.name, [change.aspect for change in layer.changes]) == (("changed",), "dense_1", [])
    for shown in (layer, diff, *layer.weights):
        assert len(repr(shown)) < 120 and "\n" not in repr(shown)


def test_freezing_what_has_no_weights_is_no_difference() -> None:
    free, frozen = read(small("c")), read(small("c", trainable=False))
    diff = diff_models(free, frozen, structure_only=True, ignore_names=True)
    assert [layer.path for layer in differing(diff)] == ["c"]
    assert [change.aspect for layer in diff.layers for change in layer.changes] == ["trainable"]


def test_what_is_damaged_is_said_with_its_side(tmp_path: Path) -> None:
    keras.utils.clear_session(free_memory=False)
    model = small("c")
    model.save(tmp_path / "whole.h5")
    model.save(tmp_path / "damaged.h5")
    with h5py.File(tmp_path / "damaged.h5", "a") as file:
        del file["model_weights/c/c/kernel"]
    whole, damaged = read(tmp_path / "whole.h5"), read(tmp_path / "damaged.h5")
    assert diff_models(whole, whole).notes == ()
    for sides, named in (((whole, damaged), "In B, c: "), ((damaged, whole), "In A, c: ")):
        diff = diff_models(*sides)
        assert not diff.same
        assert any(note.startswith(named) for note in diff.notes), diff.notes
    both = diff_models(damaged, damaged)
    assert both.same and any(note.startswith("In both, c: ") for note in both.notes)


def test_code_is_told_by_its_digest(tmp_path: Path) -> None:
    x = keras.Input((3,), name="x")
    blobs = []
    for place, function in enumerate((lambda x: x * 2, lambda x: x - 30)):
        model = keras.Model(x, layers.Lambda(function, name="l", output_shape=(3,))(x), name="m")
        model.save(tmp_path / f"{place}.keras")
        blobs.append(marshal.dumps(function.__code__))
    diff = diff_models(*(read(tmp_path / f"{place}.keras") for place in (0, 1)))
    ((_, row),) = ((layer, change) for layer in diff.layers for change in layer.changes)
    assert what(row) == "function.config.code, or where it was written"
    for said_of, blob in zip(Sayings(diff).sides(row), blobs, strict=True):
        assert said_of == f"compiled code, {len(blob)} bytes, sha256 {sha256(blob).hexdigest()[:6]}…"


@pytest.mark.parametrize("value", [0.001, 0.3, 1e-7, 1 / 3, 6e-5, 3.4e38, 1e300, 1e-45, 0.1 + 0.2, float("inf")])
def test_a_float32_is_written_in_the_fewest_digits(value: float) -> None:
    assert str(np.float32(shortest(float(np.float32(value))))) == str(np.float32(value))
    if float(np.float32(value)) != value:
        assert shortest(value) == value
    else:
        assert repr(shortest(value)) == repr(float(str(np.float32(value))))


def test_a_learning_rate_is_the_same_live_and_saved(tmp_path: Path) -> None:
    model = small("c")
    model.compile(keras.optimizers.Adam(0.001), "mse")
    model.save(tmp_path / "m.keras")
    file = read(tmp_path / "m.keras")
    assert file.training is not None
    rates: list[float] = [0.001, float(np.float32(0.001)), 0.001001]
    optimizers = [{"class_name": "Adam", "config": {"learning_rate": rate}} for rate in rates]
    made = [replace(file, training={**file.training, "optimizer": optimizer}) for optimizer in optimizers]
    assert diff_models(made[0], made[1]).same and diff_models(read(model), file).same
    diff = diff_models(made[1], made[2])
    assert [Sayings(diff).sides(change) for change in diff.changes] == [("0.001", "0.001001")]


def test_settings_of_quantisation_are_one_word() -> None:
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(3, name="d")(x), name="m")
    before = read(model)
    model.quantize("int8")
    diff = diff_models(before, read(model), structure_only=True)
    told_of = {change.item: Sayings(diff).sides(change) for layer in diff.layers for change in layer.changes}
    assert told_of["quantization_config"][1] == "int8"


def relu_of_a_user(x: Any) -> Any:
    return x


keras.saving.register_keras_serializable("mylib", "relu")(relu_of_a_user)


DenseOfAUser = keras.saving.register_keras_serializable("mylib")(type("Dense", (layers.Dense,), {}))


def test_what_a_user_calls_as_keras_does_is_another(tmp_path: Path) -> None:
    x = keras.Input((4,), name="x")
    made: dict[str, Any] = {
        "plain": layers.Dense(3, activation="relu", name="d"),
        "function": layers.Dense(3, activation=relu_of_a_user, name="d"),
        "class": DenseOfAUser(3, activation="relu", name="d"),
    }
    for suffix in ("keras", "h5"):
        models = {}
        for kind, layer in made.items():
            keras.Model(x, layer(x), name="m").save(tmp_path / f"{kind}.{suffix}")
            models[kind] = read(tmp_path / f"{kind}.{suffix}")
            assert diff_models(models[kind], models[kind]).same
        for kind, aspect in (("function", "config"), ("class", "class")):
            (found,) = differing(compared(models["plain"], models[kind]))
            assert aspect in {change.aspect for change in found.changes}, suffix
    for kind in made:
        assert diff_models(*(read(tmp_path / f"{kind}.{suffix}") for suffix in ("keras", "h5"))).same, kind


@pytest.mark.parametrize("versions", [("3.0.0", "3.0.0"), ("3.0.0", "3.5.0")], ids=["one", "two"])
def test_every_setting_that_became_null_is_a_change(versions: tuple[str, str]) -> None:
    """Whatever the versions; a setting that is only not stated by another version is none."""
    x = keras.Input((4,), name="x")
    d = layers.Dense(3, activation="relu", kernel_regularizer=keras.regularizers.L1L2(0.5, 0.25), name="d")
    model = read(keras.Model(x, d(x), name="m"))
    layer = model.graph.layers[-1]
    inner = dict(layer.config["kernel_regularizer"])  # type: ignore[call-overload]
    configs = [{**layer.config, key: None} for key, value in layer.config.items() if value is not None]
    configs.append({**layer.config, "kernel_regularizer": {**inner, "config": {**inner["config"], "l1": None}}})
    configs.append({**layer.config, "kernel_initializer": {"a": [[True]]}})
    for config in configs:
        changed = mutations.with_layer(model, layer, replace(layer, config=config))
        sides = [
            replace(one, source=replace(one.source, keras_version=version))
            for one, version in zip((model, changed), versions, strict=True)
        ]
        named = [key for key in config if config[key] != layer.config[key] and key not in ELSEWHERE]
        items = [change.item for layer in differing(compared(*sides)) for change in layer.changes]
        assert len(items) == len(named) and all(map(str.startswith, items, named)), config
    bare = {key: value for key, value in layer.config.items() if value is not None}
    assert diff_models(model, mutations.with_layer(model, layer, replace(layer, config=bare))).same


def test_whatever_is_inside_of_what_moved_moved_with_it() -> None:
    def model(inside: bool) -> Model:
        keras.utils.clear_session(free_memory=False)
        for _ in range(5 * inside):
            layers.Dense(1)
        deep = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.Dense(4)])
        block = keras.Sequential([keras.Input((4,)), deep], name="block")
        x = start = keras.Input((4,), name="start")
        holder = [keras.Input((4,)), layers.Dense(4, name="own")]
        if inside:
            y = keras.Sequential([*holder, block], name="holder")(x)
        else:
            y = block(keras.Sequential(holder, name="holder")(x))
        return read(keras.Model(start, y, name="m"))

    diff = compared(model(False), model(True))
    assert not [*diff.of_kind("added"), *diff.of_kind("removed")]
    assert [layer.name for layer in diff.of_kind("moved")] == ["block"]


def joined(many: int, axis: int) -> Model:
    keras.utils.clear_session(free_memory=False)
    x = keras.Input((4, 4), name="x")
    branches = [layers.Rescaling(float(place))(x) for place in range(many)]
    return read(keras.Model(x, layers.Concatenate(axis=axis)(branches), name="m"))


def parted(many: int, in_front: int) -> Model:
    """Pairs of layers alike, all of which take from one and give outputs; one more in front turns their order."""
    keras.utils.clear_session(free_memory=False)
    for _ in range(many * in_front):
        layers.Rescaling(1)
    x = keras.Input((4, 4), name="x")
    y = layers.ReLU(name="front")(x) if in_front else x
    ends = [layers.Rescaling(place // 2)(y) for place in range(many)]
    return read(keras.Model(x, ends[::-1] if in_front else ends, name="m"))


@pytest.mark.parametrize("build", [joined, parted])
def test_many_layers_are_matched_in_linear_time(build: Callable[[int, int], Model]) -> None:
    """Counted, not timed: how often functions are called."""
    counts = []
    for many in (100, 200):
        models = [build(many, variant) for variant in ((1, 2) if build is joined else (0, 1))]
        profile = cProfile.Profile()
        profile.runcall(diff_models, *models)
        counts.append(sum(entry.callcount for entry in profile.getstats()))
    assert counts[1] < 2.2 * counts[0]


def test_what_is_inside_is_digested_once_however_deep_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    def counted(config: object) -> str:
        written.append(len(json.dumps(config)))
        return ""

    monkeypatch.setattr(structure, "written", counted)
    sizes = []
    for depth in (4, 8):
        keras.utils.clear_session(free_memory=False)
        layer: layers.Layer = layers.Dense(4)
        for _ in range(depth):
            layer = layers.TimeDistributed(layer)
        written.clear()
        structure.digest(structure.build_side(read(keras.Sequential([keras.Input((1,) * depth + (4,)), layer]))))
        sizes.append(sum(written))
    assert sizes[1] < 2.2 * sizes[0]


def test_what_gives_an_output_inside_is_said_with_what_became_of_it() -> None:
    def model(more: bool) -> Model:
        keras.utils.clear_session(free_memory=False)
        body = [keras.Input((4,), name="start"), layers.Dense(4, name="body")]
        inside = keras.Sequential([*body, *[layers.ReLU(name="end")] * more], name="block")
        return read(keras.Sequential([keras.Input((4,), name="x"), inside, layers.Softmax(name="last")], name="m"))

    diff = compared(model(False), model(True))
    (block,) = (layer for layer in diff.layers if layer.path == "block")
    (change,) = block.changes
    assert change.item == "outputs.0"
    assert Sayings(diff).sides(change, block) == ("body", "end (added)")


def test_nan_in_a_setting_is_not_null_in_the_document() -> None:
    model = read(keras.Sequential([keras.Input((4,)), layers.Rescaling(1.0, name="scale")], name="m"))
    (layer,) = (layer for layer in model.graph.layers if layer.name == "scale")
    odd = replace(layer, config={**layer.config, "scale": [float("nan"), {"offset": float("nan")}], "offset": None})
    document = diff_document(diff_models(model, mutations.with_layer(model, layer, odd)), "")
    (shown,) = (one for one in json.loads(data_to_json(document))["layers"] if one["path"] == "scale")
    assert {change["item"]: change["b"] for change in shown["changes"] if "b" in change} == {
        "scale": ["NaN", {"offset": "NaN"}], **({"offset": None} if layer.config.get("offset") is not None else {}),
    }  # fmt: skip
