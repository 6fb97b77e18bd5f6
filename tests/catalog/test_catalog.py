"""The catalog as a whole: which classes have a row, and that no row does harm."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.catalog import find
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.layers import LAYERS
from netviz.catalog.operations import OPERATIONS
from netviz.model import Tensor
from netviz.views import FAMILIES
from tests.catalog.operations.every import FOUND
from tests.catalog.oracle import REFUSALS

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


@pytest.mark.parametrize("table", [LAYERS, OPERATIONS])
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
KEYS = [
    "units", "filters", "kernel_size", "strides", "dilation_rate", "padding", "data_format", "pool_size", "axis",
    "axes", "target_shape", "dims", "layer", "cell", "cells", "merge_mode", "output_shape", "equation", "return_state",
    "size", "cropping", "dtype", "num", "indices_or_sections", "newshape", "shape", "repeats", "subscripts",
    "output_size", "bin_boundaries", "output_mode", "num_tokens", "backward_layer", "block_size", "pad_width", "k",
    "batch_shape", "k", "offset", "axis1", "axis2", "mode", "indexing", "fft_length", "sequence_length",
    "sequence_stride", "num_segments", "bins", "target_height", "stride", "strategy", "top_paths", "weights",
]  # fmt: skip
TENSOR = st.builds(
    Tensor, st.one_of(st.none(), st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=5).map(tuple))
)
ARGUMENT = st.one_of(TENSOR, TENSOR, st.lists(TENSOR, max_size=3), JSON)


@pytest.mark.parametrize("table", [LAYERS, OPERATIONS])
@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_nonsense_is_refused_in_order(table: dict[str, LayerKind], data: st.DataObject) -> None:
    """Whatever stands in a config or call, a rule gives shapes or raises what it may raise."""
    kind = table[data.draw(st.sampled_from(sorted(table)))]
    config: dict[str, Any] = data.draw(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5))
    arguments = Arguments(
        tuple(data.draw(st.lists(ARGUMENT, max_size=3))),
        data.draw(
            st.dictionaries(
                st.sampled_from(["inputs", "key", "mask", "q", "b", "kernel", "pattern"]), ARGUMENT, max_size=1
            )
        ),
    )
    assert all(spec.location for spec in kind.weights(config))
    for rule in (kind.dtype, kind.children):
        if rule is not None:
            with suppress(*REFUSALS):
                rule(config, arguments)
    if kind.around is not None:
        with suppress(*REFUSALS):
            kind.around(config, arguments, arguments.shapes)
    if kind.output is not None:
        with suppress(*REFUSALS):
            for shape in kind.output(config, arguments):
                assert shape is None or all(axis is None or isinstance(axis, int) for axis in shape)


def test_importing_it_pulls_in_nothing_heavy() -> None:
    code = "import sys, netviz.catalog; print(sorted({'numpy', 'keras', 'h5py', 'pyfive', 'click'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
