"""Functions and nodes of TensorFlow: every row leads to a rule, and what no TensorFlow writes is refused in order."""

from __future__ import annotations

import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from netviz.catalog.kinds import RULE_ERRORS, Arguments
from netviz.catalog.operations import OPERATIONS
from netviz.catalog.operations.reshaping import MOST_OUTPUTS
from netviz.catalog.tensorflow_functions import FIRST, FUNCTIONS, OWN, apply
from netviz.catalog.tensorflow_nodes import NODES, node_dtype, node_family, node_output
from netviz.model import Tensor


def test_every_row_has_a_rule() -> None:
    assert {node.function for node in NODES.values()} <= set(FUNCTIONS)
    assert {function.operation for function in FUNCTIONS.values()} <= set(OPERATIONS) | set(OWN)


@pytest.mark.parametrize("name", sorted(NODES))
def test_every_node_is_one_of_tensorflow(name: str) -> None:
    assert hasattr(tf.raw_ops, name)


ELEMENTWISE = sorted(name for name, node in NODES.items() if FUNCTIONS[node.function].operation == "Unchanged")


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_nodes_keep_the_shape(name: str) -> None:
    config = {"node_def": {"op": name, "attr": {}}, "constants": {}}
    arguments = Arguments((Tensor((None, 4), "float32"),))
    assert node_output(config, arguments) == ((None, 4),)
    assert node_dtype(config, arguments) in ("float32", "bool")
    assert node_family(config) == "activation"


@given(st.integers(-3, 10**9), st.integers(0, 3))
def test_constants_that_have_no_place(place: int, tensors: int) -> None:
    config = {"node_def": {"op": "AddV2", "attr": {}}, "constants": {str(place): 1.0}}
    arguments = Arguments((Tensor((None, 4), "float32"),) * tensors)
    if place not in range(tensors + 1):
        for rule in (node_output, node_dtype):
            with pytest.raises(LookupError):
                rule(config, arguments)


def test_a_node_nested_without_end() -> None:
    with pytest.raises(RULE_ERRORS):
        node_output({"node_def": "[" * 200_000}, Arguments((Tensor((None, 4), "float32"),)))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20))
def test_a_split_gives_the_stated_lengths(lengths: list[int]) -> None:
    tensor = Tensor((None, sum(lengths)), "float32")
    found = apply(FUNCTIONS["split"], {FIRST: tensor, "num_or_size_splits": lengths, "axis": 1})
    with tf.Graph().as_default():
        pieces = tf.split(tf.zeros((2, sum(lengths))), lengths, axis=1)
    assert [shape and shape[1] for shape in found] == [piece.shape[1] for piece in pieces]


@pytest.mark.parametrize("lengths", [[1] * (MOST_OUTPUTS + 1), [3, -1], [-1], []])
def test_a_split_that_cannot_be_told(lengths: list[int]) -> None:
    with pytest.raises(ValueError, match=r"outputs|any length"):
        apply(FUNCTIONS["split"], {FIRST: Tensor((None, 9)), "num_or_size_splits": lengths, "axis": 1})


def test_a_split_into_as_many_as_may_be_takes_no_square_of_them() -> None:
    lengths = [1] * MOST_OUTPUTS  # a sum of all before for each would be five thousand million steps
    tensor = Tensor((None, MOST_OUTPUTS))
    found = apply(FUNCTIONS["split"], {FIRST: tensor, "num_or_size_splits": lengths, "axis": 1})
    assert set(found) == {(None, 1)}
    assert len(found) == MOST_OUTPUTS
