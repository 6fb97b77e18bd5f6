"""What loading a config would do besides building layers, against Keras: what it saves, and what it refuses."""

from __future__ import annotations

import base64
import importlib
import json
import marshal
import pkgutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import keras
import keras.src
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.saving.serialization_lib import NON_MODELING_APIS

from netviz.catalog.hazards import hazards
from netviz.catalog.hazards.names import is_modeling, of_keras
from tests.models.zoo import UNLOADABLE, ZOO

Json = Any


def saveable() -> Iterator[type]:
    """Every class of Keras that a config may name."""
    for module in pkgutil.walk_packages(keras.src.__path__, "keras.src."):
        if not module.name.endswith("_test") and ".backend." not in module.name:
            with suppress(ImportError):  # what needs another backend
                importlib.import_module(module.name)
    stack: list[type] = [KerasSaveable]
    while stack:
        inner: list[type] = stack.pop().__subclasses__()
        stack += inner
        for found in inner:
            if found.__module__.startswith("keras."):
                yield found


def dangers(document: object) -> list[tuple[str, str]]:
    return [(note.code, note.path) for note in hazards(document) if note.severity == "danger"]


def sequential(*inner: Json, name: str = "model") -> Json:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": name, "layers": [*inner]}}


def layer(class_name: str, name: str = "it", **config: Json) -> Json:
    return {"module": "keras.layers", "class_name": class_name, "config": {"name": name, **config}}


def config_in(path: Path) -> Json:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


def test_every_class_of_keras_may_stand_in_a_config() -> None:
    names = {of_keras(found.__module__, found.__name__) for found in saveable()}
    assert len(names) > 300
    assert not [name for name in names if name is None or not is_modeling(name)]


@pytest.mark.parametrize("name", sorted(NON_MODELING_APIS))
def test_what_keras_refuses_is_a_danger(name: str) -> None:
    module, _, own = name.rpartition(".")
    as_class = {"module": module, "class_name": own, "config": {}}
    as_function = {"module": module, "class_name": "function", "config": own}
    for serialized in (as_class, as_function, layer("Dense", activation=as_function)):
        assert len(dangers(sequential(serialized))) == 1


@pytest.mark.parametrize("name", sorted(ZOO))
def test_a_model_that_keras_loads_in_safe_mode_has_no_danger(
    name: str, saved_zoo: Callable[[str], tuple[Path, Any]]
) -> None:
    path, _ = saved_zoo(name)
    try:
        keras.saving.load_model(path, safe_mode=True, compile=False)
        loads = True
    except Exception as error:
        loads = name in UNLOADABLE and "Lambda" not in str(error)
    assert loads is not bool(dangers(config_in(path)))


def test_code_is_found_wherever_keras_puts_it(tmp_path: Path) -> None:
    inner = keras.Sequential([layers.Input((3,)), layers.Lambda(lambda x: x * 2, name="twice")], name="inner")
    sequence = layers.Input((5, 3))
    distributed = layers.TimeDistributed(layers.Lambda(lambda x: x + 1, name="plus"), name="each")(sequence)
    outputs = layers.TimeDistributed(inner, name="all")(distributed)
    model = keras.Model(sequence, layers.Dense(1, name="last")(outputs))
    model.compile(loss=lambda true, predicted: true - predicted)
    model.save(tmp_path / "model.keras")
    found = dangers(config_in(tmp_path / "model.keras"))
    assert sorted(found) == [
        ("lambda-code", ""), ("lambda-code", "all/inner/twice"), ("lambda-code", "each/plus")
    ]  # fmt: skip


def places(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key and index in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


PLANTED = {
    "lambda-code": {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}},
    "foreign-object": {"module": "os", "class_name": "system", "config": "id"},
    "keras-function": {"module": "keras.utils", "class_name": "function", "config": "get_file"},
    "safe-mode-off": {"module": "keras.config", "class_name": "enable_unsafe_deserialization", "config": {}},
    "saved-model-outside": layer("TFSMLayer", filepath="/elsewhere"),
    "pickle-inside": layer("TorchModuleWrapper"),
    "vocabulary-outside": layer("StringLookup", vocabulary="/etc/passwd"),
    "path-in-name": {"layer": layer("Dense", "../../x")},
}


LOOKED_UP = ("class_name", "module", "registered_name", "spec_name")
"""Keys that hold a name: an object in their place is none, and cannot be loaded."""


@cache
def documents() -> list[str]:
    """Configs of models with nesting, wrappers, keyword arguments and what they were compiled with."""
    written = []
    for name in ("nested", "wrappers", "attention_mask", "dict_calls"):
        model = ZOO[name]()
        model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 9)), loss="mse")
        written.append(model.to_json())
    return written


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_planted_anywhere_is_found(data: st.DataObject) -> None:
    document = json.loads(data.draw(st.sampled_from(documents())))
    assert not dangers(document)
    code = data.draw(st.sampled_from(sorted(PLANTED)))
    *way, key = data.draw(st.sampled_from([place for place in places(document) if place[-1] not in LOOKED_UP]))
    holder = document
    for step in way:
        holder = holder[step]
    holder[key] = PLANTED[code]
    assert [found for found, _ in dangers(document)] == [code]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9) | st.sampled_from(["Lambda", "os"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["class_name", "module", "config", "name", "layers", "layer", "function", "function_type", "mask_type",
             "vocabulary", "filepath", "items", "code", "value", "spec_name", "registered_name", "mask"]
        )
        | st.text(max_size=5),
        inner,
        max_size=5,
    ),
    max_leaves=30,
)  # fmt: skip


@given(JSON, st.sampled_from(["Lambda", "__lambda__", "Merge", "TFSMLayer", "TFOpLambda", "function", "__typespec__"]))
def test_no_json_makes_it_fail(value: Json, class_name: str) -> None:
    for document in (value, {"class_name": class_name, "module": "os", "config": value}):
        for note in hazards(document):
            assert note.message.endswith(".")
            assert isinstance(note.path, str)


def test_names_in_the_code_are_those_of_the_code() -> None:
    code = (lambda x: __import__("os").system("id") or x).__code__
    text = base64.b64encode(marshal.dumps(code)).decode("ascii")
    (note,) = hazards(sequential(layer("Lambda", function=[text, None, None], function_type="lambda")))
    assert f"{len(marshal.dumps(code)):,} bytes" in note.message
    named = note.message.partition("names ")[2].rstrip(").").split(", ")
    assert {"system", "__import__"} <= set(named) <= {*code.co_names, *code.co_varnames, "os", "id", code.co_name}


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "..", "\\\\host\\x", "C:\\x", "~/x", "a/.."])
def test_names_that_lead_elsewhere(name: str) -> None:
    assert dangers(sequential(layer("Dense", name))) == [("path-in-name", name)]


@pytest.mark.parametrize(
    "name", ["dense", "block1/conv", "a.b", "x..y", "été", "a b", "conv2d_1:0", "...", "tf.nn.relu"]
)
def test_names_that_do_not(name: str) -> None:
    assert not list(hazards(sequential(layer("Dense", name))))


REACHING = ("read_file", "io.write_file", "compat.v1.py_func", "numpy_function", "raw_ops.WriteFile", "load_library")
WITHIN = ("math.multiply", "compat.v1.transpose", "io.decode_jpeg", "nn.relu", "image.resize", "raw_ops.Abs")


@pytest.mark.parametrize("name", [*REACHING, *WITHIN])
def test_functions_of_tensorflow_by_what_they_reach(name: str) -> None:
    written = (
        layer("TFOpLambda", function=name),
        layer("Dense", activation={"module": "tensorflow." + name.rpartition(".")[0], "class_name": "function",
                                   "config": name.rpartition(".")[2]}),
    )  # fmt: skip
    for serialized in written:
        assert bool(dangers(sequential(serialized))) is (name in REACHING)


@pytest.mark.parametrize("op", ["WriteFile", "EagerPyFunc", "ReadFile"])
def test_nodes_of_tensorflow_by_what_they_reach(op: str) -> None:
    for node in (json.dumps({"name": "x", "op": op}), {"name": "x", "op": op}):
        assert dangers(sequential(layer("TensorFlowOpLayer", node_def=node))) == [("tensorflow-function", "it")]
    assert not dangers(sequential(layer("TensorFlowOpLayer", node_def=json.dumps({"name": op, "op": "Mul"}))))


GADGETS = (
    ("keras.src.utils.python_utils", "func_load"), ("keras.src.backend.common.global_state", "set_global_attribute"),
    ("keras.src.legacy.saving.legacy_h5_format", "load_model_from_hdf5"), ("keras", "utils.get_file"),
    ("keras.src.models.cloning", "clone_model"), ("keras.layers", "deserialize"), ("tf_keras.utils", "get_file"),
    ("keras.src.saving.serialization_lib", "enable_unsafe_deserialization"), ("tensorflow.keras.utils", "get_file"),
    ("keras.engine.saving", "load_model"), ("keras.datasets.mnist", "load_data"), ("keras.applications", "ResNet50"),
    ("os", "system"), ("subprocess", "Popen"), ("builtins", "eval"), ("numpy", "load"), ("torch.hub", "load"),
    ("posix", "system"), ("importlib", "import_module"), ("pickle", "loads"), ("ctypes", "CDLL"),
)  # fmt: skip


@pytest.mark.parametrize(("module", "name"), GADGETS)
def test_gadgets_are_found_in_every_form(module: str, name: str) -> None:
    as_class = {"module": module, "class_name": name, "config": {}}
    as_function = {"module": module, "class_name": "function", "config": name}
    for serialized in (as_class, as_function):
        assert dangers(sequential(serialized))
        assert dangers(sequential(layer("Lambda", function=serialized)))
    assert dangers(sequential(layer("Lambda", function=name, function_type="function", module=module)))


def test_a_function_that_keras_saves_is_no_danger() -> None:
    preprocess = keras.applications.vgg16.preprocess_input
    for function in (keras.activations.relu, keras.ops.relu, places, keras.random.uniform, preprocess):
        document = keras.saving.serialize_keras_object(layers.Lambda(function))
        assert not dangers(sequential(document))


def test_a_class_of_ones_own_is_told_once() -> None:
    own = [{"module": "mine.layers", "class_name": "Mine", "config": {"name": f"mine_{number}"}} for number in range(9)]
    (note,) = hazards(sequential(*own))
    assert (note.severity, note.code, note.path) == ("info", "custom-object", "mine_0")
