"""What loading a config would do besides building layers, against Keras: what it saves, and what it refuses."""

from __future__ import annotations

import base64
import importlib
import json
import marshal
import pkgutil
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import keras
import keras.src
import pytest
import tensorflow
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from keras.src import api_export
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.saving.serialization_lib import NON_MODELING_APIS

from netviz.catalog.hazards import MOST, hazards
from netviz.catalog.hazards.names import is_modeling, of_keras
from netviz.catalog.hazards.tensorflow import computes
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
    "tensorflow-function": layer("SlicingOpLambda", function="io.write_file"),
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


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "..", "\\\\host\\x", "C:\\x", "a/.."])
def test_names_that_lead_elsewhere(name: str) -> None:
    assert dangers(sequential(layer("Dense", name))) == [("path-in-name", name)]


@pytest.mark.parametrize(
    "name", ["dense", "\\back", "~/x", "block1/conv", "a.b", "x..y", "été", "a b", "conv2d_1:0", "...", "tf.nn.relu"]
)
def test_names_that_do_not(name: str) -> None:
    assert not list(hazards(sequential(layer("Dense", name))))


REACHING = (
    "read_file", "io.write_file", "io.TFRecordWriter", "compat.v1.py_func", "numpy_function", "raw_ops.WriteFile",
    "load_library", "keras.utils.get_file", "keras.models.load_model", "summary.create_file_writer", "print",
    "profiler.experimental.start", "compat.v1.summary.FileWriter", "import_graph_def", "lookup.TextFileInitializer",
    "data.TFRecordDataset", "saved_model.load", "io.gfile.rmtree", "autograph.to_graph", "config.list_logical_devices",
)  # fmt: skip
WITHIN = ("math.multiply", "compat.v1.transpose", "io.decode_jpeg", "nn.relu", "image.resize", "raw_ops.Abs")


def dispatched() -> Iterator[str]:
    """The functions of TensorFlow that a layer of Keras can stand for, by their public names."""
    from tensorflow.python.util import tf_export

    seen: set[int] = set()
    stack = [tensorflow, tensorflow.compat.v1]
    while stack:
        module = stack.pop()
        for name in dir(module):
            if name == "keras" or (name.startswith("_") and name != "__operators__"):
                continue
            with suppress(Exception):  # what is loaded when it is asked for, and is not there
                found = getattr(module, name)
                if "Module" in type(found).__name__ or type(found) is type(tensorflow.math):
                    if id(found) not in seen:
                        seen.add(id(found))
                        stack.append(found)
                elif hasattr(found, "_tf_fallback_dispatchers"):
                    yield str(tf_export.get_canonical_name_for_symbol(found, add_prefix_to_v1_names=True))


NOT_TENSORS = re.compile(
    r"None|print|.*Print|.*py_func(tion)?|numpy_function|io\.(write_file|matching_files|read_file)|.*tpu.*|d_tensor_.*"
    r"|copy_to_mesh.*|relayout.*|check_pinned|conv2d_backprop_.*|ragged_fill_.*|compat\.v1\.train\..*|xla_.*"
)
"""What dispatchable functions do besides computing, and inner workings that no model has."""


def test_every_function_of_tensorflow_that_computes_is_known() -> None:
    names = set(dispatched())
    assert len(names) > 500
    assert {name for name in names if not computes(name)} == {name for name in names if NOT_TENSORS.fullmatch(name)}


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


@pytest.mark.parametrize("class_name", ["TFOpLambda", "SlicingOpLambda"])
def test_every_layer_of_a_function_is_judged(class_name: str) -> None:
    assert dangers(sequential(layer(class_name, function="io.write_file"))) == [("tensorflow-function", "it")]
    assert not dangers(sequential(layer(class_name, function="math.add")))
    assert dangers(sequential(layer("ClassMethod", cls_symbol="io.TFRecordWriter", fn_name="write")))
    assert not dangers(sequential(layer("ClassMethod", cls_symbol="RaggedTensor", fn_name="from_row_splits")))


DISGUISES: tuple[Json, ...] = (
    {"module": "keras", "class_name": "layers.TFSMLayer", "config": {"filepath": "/x"}},
    {"module": "keras", "class_name": "layers.TorchModuleWrapper", "config": {}},
    {"module": "keras.models", "class_name": "function", "config": "X", "registered_name": "load_model"},
    {"module": "keras.layers", "class_name": "X", "registered_name": "TFSMLayer", "config": {"filepath": "/x"}},
    {"module": "antigravity", "class_name": "__x__", "config": {}},
    {"module": "os", "class_name": "__typespec__", "spec_name": "system", "config": []},
    {"module": "tensorflow.io", "class_name": "__typespec__", "spec_name": "TFRecordWriter", "config": []},
    {"module": "keras_hub.utils", "class_name": "get_file", "config": {}},
    {"module": "os", "class_name": "system", "registered_name": "mypkg>System", "config": {}},
    {"module": "mine", "class_name": "X", "registered_name": "run", "config": {}},
    {"module": "sitecustomize", "class_name": "Main", "config": {}},
    {"module": " os", "class_name": "Popen", "config": {}},
    {"module": "kerаs.layers", "class_name": "Dense", "config": {}},
    {"module": "Keras.layers", "class_name": "Dense", "config": {}},
    {"module": "click", "class_name": "function", "config": "edit"},
    {"module": "sklearn.utils", "class_name": "delete", "config": {}},
    {"module": "distutils.spawn", "class_name": "spawn", "config": {}},
    {"module": "keras.src.export.tfsm_layer", "class_name": "TFSMLayer", "config": {"filepath": "/x"}},
)
"""What Keras, or a version of it, resolves to something dangerous by another spelling."""


@pytest.mark.parametrize("serialized", DISGUISES, ids=lambda one: f"{one['module']}.{one['class_name']}")
def test_other_spellings_are_found(serialized: Json) -> None:
    assert dangers(sequential(serialized))
    assert dangers(sequential({**layer("Dense"), "build_config": {"x": [serialized]}}))


def test_what_keras_resolves_is_judged_as_what_it_is() -> None:
    """Keras itself says which object a spelling leads to: every way to write a dangerous one is a danger."""
    for whole in ("keras.layers.TFSMLayer", "keras.layers.TorchModuleWrapper", "keras.utils.get_file"):
        parts = whole.split(".")
        for split in range(1, len(parts)):
            module, name = ".".join(parts[:split]), ".".join(parts[split:])
            assert api_export.get_symbol_from_name(f"{module}.{name}") is not None
            assert dangers(sequential({"module": module, "class_name": name, "config": {}})), (module, name)


def test_a_million_dangers_are_told_within_bounds() -> None:
    found = list(hazards({"x" * 1_000_000: [PLANTED["foreign-object"]] * 3000}))
    assert len(found) <= MOST + 1
    assert found[-1].message.startswith(f"There are {3000 - MOST:,} more")
    assert sum(len(note.message) for note in found) < 1_000_000


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
    own = [
        {"module": "mine.layers", "class_name": "Mine", "registered_name": "Mine", "config": {"name": f"mine_{number}"}}
        for number in range(9)
    ]
    (note,) = hazards(sequential(*own))
    assert (note.severity, note.code, note.path) == ("info", "custom-object", "mine_0")


@pytest.mark.parametrize(
    "serialized",
    [
        {"module": None, "class_name": "Scale", "registered_name": "mypkg>Scale", "config": {}},
        {"module": "__main__", "class_name": "Scale", "registered_name": "mypkg>Scale", "config": {}},
        {"module": "builtins", "class_name": "function", "registered_name": "function", "config": "mypkg>act"},
    ],
)
def test_what_is_registered_is_told_as_needed(serialized: Json) -> None:
    (note,) = hazards(sequential(layer("Dense", x=serialized)))
    assert (note.severity, note.code) == ("info", "custom-object")
    assert "Scale" in note.message or "mypkg>act" in note.message


@pytest.mark.parametrize("package", ["keras_contrib.layers", "keras_resnet", "keras_core.layers", "mine"])
def test_classes_of_packages_named_after_keras_are_no_danger(package: str) -> None:
    (note,) = hazards(sequential({"module": package, "class_name": "Special", "config": {}}))
    assert (note.severity, note.code) == ("info", "custom-object")


def test_many_of_what_is_no_danger_are_none() -> None:
    named = [layer("Lambda", function=f"f{number}", function_type="function") for number in range(MOST + 5)]
    assert {note.severity for note in hazards(sequential(*named))} == {"info"}
