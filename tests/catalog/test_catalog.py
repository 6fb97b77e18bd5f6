"""The catalog as a whole: which classes have a row, and that no row does harm."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from typing import Any, get_args

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.catalog import LAYERS_OF_KERAS_2, find
from netviz.catalog.keras_1 import KERAS_1
from netviz.catalog.kinds import RULE_ERRORS, Arguments, Field, LayerKind, Window, Work
from netviz.catalog.layers import LAYERS
from netviz.catalog.operations import OPERATIONS
from netviz.catalog.tensorflow_functions import FUNCTIONS
from netviz.catalog.tensorflow_nodes import NODES
from netviz.model import Shape, Tensor
from netviz.views import FAMILIES
from tests.catalog.operations.every import FOUND

NO_ROW = {
    "InputSpec": "not a layer",
    "Layer": "the base class",
    "TFSMLayer": "runs a SavedModel from a path",
    "TorchModuleWrapper": "holds a pickled module",
    "JaxLayer": "holds functions",
    "FlaxLayer": "holds a module of another library",
}
"""Classes of keras.layers that are left out on purpose, and why."""

NO_RULE = {"Pipeline", "Functional", "Sequential", "Model"}
"""Rows without a rule: only what is inside of them can tell."""

NO_OPERATION = {
    "Arange": "a symbolic tensor as an end is refused: it would be the length",
    "Cond": "gives what its functions give",
    "Switch": "gives what its functions give",
    "Map": "gives what its function gives",
    "VectorizedMap": "gives what its function gives",
    "Scan": "gives what its function gives",
    "JVP": "gives what its function gives",
    "WhileLoop": "holds functions in its settings, so that Keras cannot save it",
    "ForiLoop": "holds a function in its settings, so that Keras cannot save it",
    "SegmentReduction": "the base class",
}
"""Classes of keras.ops that cannot stand in a graph that is saved, or whose shape only code can tell, and why."""


def test_every_layer_has_a_row() -> None:
    classes = {name for name in dir(keras.layers) if inspect.isclass(getattr(keras.layers, name))}
    assert classes - set(LAYERS) == set(NO_ROW)


def test_every_operation_has_a_row() -> None:
    assert {name for name, _ in FOUND} - set(OPERATIONS) == set(NO_OPERATION)


def test_operations_have_names_of_their_own() -> None:
    assert [name for name, count in Counter(name for name, _ in FOUND).items() if count > 1] == []
    assert {name for name, _ in FOUND} >= set(OPERATIONS)


TABLES = pytest.mark.parametrize(
    "table", [LAYERS, OPERATIONS, LAYERS_OF_KERAS_2, KERAS_1], ids=["layers", "operations", "Keras 2", "Keras 1"]
)


@TABLES
def test_rows_are_whole(table: dict[str, LayerKind]) -> None:
    for name, kind in table.items():
        assert kind.class_name == name
        assert kind.family in FAMILIES
        assert kind.output or kind.around or name in NO_RULE
        assert kind.children or not kind.around


@pytest.mark.parametrize(
    "module",
    ["keras", "keras.layers", "keras.src.layers.core.dense", "tf_keras.layers", "tensorflow.keras.layers",
     "tensorflow.python.keras.layers.core", "keras.engine.functional"],
)  # fmt: skip
def test_keras_under_all_its_names(module: str) -> None:
    assert find("Dense", module) is LAYERS["Dense"]


@pytest.mark.parametrize("module", [None, "keras_hub.layers", "keras_cv", "mine", "mine.keras", "", "kerasx.layers"])
def test_classes_of_others_have_no_row(module: str | None) -> None:
    assert find("Dense", module) is None
    assert find("Mine", "keras.layers") is None
    assert find(None, "keras.layers") is None


def test_operations_are_not_layers() -> None:
    assert find("Add", "keras.src.ops.numpy") is OPERATIONS["Add"]
    assert find("Add", "keras.layers") is LAYERS["Add"]
    assert find("Dense", "keras.src.ops.numpy") is None


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 10**9), st.floats(), st.sampled_from(["same", "one_hot", ""])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["class_name", "module", "config", "mode", "value"]), inner, max_size=3),
    ),
    max_leaves=6,
)
SETTINGS = [
    "units", "filters", "kernel_size", "strides", "dilation_rate", "padding", "data_format", "pool_size", "axis",
    "axes", "target_shape", "dims", "layer", "cell", "cells", "merge_mode", "output_shape", "equation", "return_state",
    "size", "cropping", "dtype", "num", "indices_or_sections", "newshape", "shape", "repeats", "subscripts",
    "output_size", "bin_boundaries", "output_mode", "num_tokens", "backward_layer", "block_size", "pad_width", "k",
    "batch_shape", "offset", "axis1", "axis2", "mode", "indexing", "fft_length", "sequence_length",
    "sequence_stride", "num_segments", "bins", "target_height", "stride", "strategy", "top_paths", "weights",
    "use_bias", "bias_axes", "num_heads", "key_dim", "value_dim", "head_dim", "num_query_heads", "num_key_value_heads",
    "input_dim", "output_dim", "depth_multiplier", "groups", "shared_axes", "reset_after", "quantization_config",
]  # fmt: skip
SETTINGS_OF_KERAS_1 = [
    "nb_filter", "filter_length", "nb_row", "nb_col", "kernel_dim1", "subsample", "dim_ordering", "border_mode", "bias",
    "consume_less", "nb_feature", "concat_axis", "dot_axes", "mode_type", "pool_length", "length", "input_dtype",
]  # fmt: skip
PARAMETERS = sorted({name for function in FUNCTIONS.values() for name in (*function.settings, *function.operands)})
TENSOR = st.builds(
    Tensor,
    st.one_of(st.none(), st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=5).map(tuple)),
    st.sampled_from([None, "float32", "int8", "uint8", "bool", "string", "nonsense"]),
)
ARGUMENT = st.one_of(TENSOR, TENSOR, st.lists(TENSOR, max_size=3), JSON)
ATTRIBUTE = st.one_of(
    JSON,
    st.dictionaries(
        st.sampled_from(["i", "s", "b", "type", "shape"]), st.one_of(JSON, st.text(max_size=4)), max_size=2
    ),
    st.dictionaries(st.just("list"), st.dictionaries(st.sampled_from(["i", "s", "list"]), JSON, max_size=2)),
)
NODE = st.fixed_dictionaries(
    {"op": st.sampled_from(sorted(NODES))},
    optional={
        "attr": st.dictionaries(
            st.sampled_from(sorted({name for node in NODES.values() for name in node.attributes} | {"begin_mask"})),
            ATTRIBUTE,
            max_size=3,
        )
    },
)
SETTING = st.one_of(
    st.dictionaries(st.sampled_from(SETTINGS), JSON, max_size=5),
    st.dictionaries(st.sampled_from(SETTINGS + SETTINGS_OF_KERAS_1), st.one_of(JSON, st.integers(1, 9)), max_size=8),
)


def mostly(sense: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Three times in four what makes sense, so that rules get further than to their first look."""
    return st.integers(0, 3).flatmap(lambda number: sense if number else JSON)


FUNCTION = st.fixed_dictionaries({"function": mostly(st.sampled_from(sorted(FUNCTIONS)))})
CONFIG = {
    "TFOpLambda": FUNCTION,
    "SlicingOpLambda": FUNCTION,
    "TensorFlowOpLayer": st.fixed_dictionaries(
        {"node_def": mostly(NODE | NODE.map(json.dumps))},
        optional={"constants": mostly(st.dictionaries(st.integers(-1, 4).map(str), JSON, max_size=3))},
    ),
}
"""What takes the place of settings in some classes."""

KEYWORDS = st.sampled_from(["inputs", "key", "mask", "q", "b", "kernel", "pattern", "slice_spec", *PARAMETERS])
CALL = st.builds(Arguments, st.lists(ARGUMENT, max_size=3).map(tuple), st.dictionaries(KEYWORDS, ARGUMENT, max_size=3))
PLACE = st.sampled_from(
    [f"{group}vars/{number}" for group in ("", "cell/", "query_dense/") for number in range(4)]
    + [f"{group}{name}" for group in ("", "query/") for name in ("kernel", "bias", "kernel_scale", "embeddings")]
)
HELD = st.dictionaries(PLACE, TENSOR, max_size=5)
KNOWN_SHAPES = st.lists(st.lists(st.integers(0, 9), max_size=5).map(tuple), max_size=9).map(tuple)


def is_shape(shape: Shape | None) -> bool:
    return shape is None or all(axis is None or isinstance(axis, int) for axis in shape)


@TABLES
@settings(max_examples=1000, deadline=None)
@given(data=st.data())
def test_nonsense_is_refused_in_order(table: dict[str, LayerKind], data: st.DataObject) -> None:
    """Whatever stands in a config, call or file, a rule gives what it should or raises what it may raise.

    The lists of variables, which nobody guards, and the family are always given.
    """
    kind = table[data.draw(st.sampled_from(sorted(table)))]
    config: dict[str, Any] = data.draw(CONFIG.get(kind.class_name, SETTING))
    arguments, held = data.draw(CALL), data.draw(HELD)
    assert all(spec.location for spec in kind.weights(config))
    assert all(spec.location for spec in kind.variables(config, lambda: held))
    if kind.family_by is not None:
        assert kind.family_by(config) in FAMILIES
    for rule in (kind.dtype, kind.children):
        if rule is not None:
            with suppress(*RULE_ERRORS):
                rule(config, arguments)
    if kind.shapes is not None:
        with suppress(*RULE_ERRORS):
            assert all(is_shape(expected.shape) for expected in kind.shapes(config, arguments).values())
    if kind.formula is not None:
        with suppress(*RULE_ERRORS):
            assert isinstance(kind.formula(config, data.draw(KNOWN_SHAPES)), str)
    if kind.around is not None:
        with suppress(*RULE_ERRORS):
            assert all(map(is_shape, kind.around(config, arguments, arguments.shapes)))
    if kind.output is not None:
        with suppress(*RULE_ERRORS):
            assert all(map(is_shape, kind.output(config, arguments)))
    if kind.cost is not None:
        outputs = tuple(Tensor(shape, "float32") for shape in data.draw(KNOWN_SHAPES))
        with suppress(*RULE_ERRORS):
            assert isinstance(kind.cost.work(config, arguments, outputs), Work)
        if callable(kind.cost.window):
            with suppress(*RULE_ERRORS):
                field = kind.cost.window(config, arguments)
                assert field in get_args(Field) or all(isinstance(window, Window) for window in field)
        if kind.cost.times is not None:
            with suppress(*RULE_ERRORS):
                assert isinstance(kind.cost.times(config, arguments), int)


def test_importing_it_pulls_in_nothing_heavy() -> None:
    code = "import sys, netviz.catalog; print(sorted({'numpy', 'keras', 'h5py', 'pyfive', 'click'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
