"""Recurrent layers, their cells and what wraps them."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from netviz.catalog.kinds import Arguments
from netviz.model import Tensor
from tests.catalog.draws import BATCH, FORMAT, LENGTH
from tests.catalog.oracle import agrees, kind_of, serialized, tensor, tried


def returns(data: st.DataObject) -> dict[str, Any]:
    return {"return_sequences": data.draw(st.booleans()), "return_state": data.draw(st.booleans())}


def sequence(data: st.DataObject) -> Any:
    return tensor((data.draw(BATCH), data.draw(LENGTH), 4))


@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_layers(name: str, data: st.DataObject) -> None:
    policies = st.sampled_from(["float32", "mixed_float16"])  # TensorFlow cannot make recurrent kernels in bfloat16
    agrees(getattr(layers, name)(3, dtype=data.draw(policies), **returns(data))(sequence(data)))


@pytest.mark.parametrize("rank", [1, 2, 3])
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_convolutional_layers(rank: int, data: st.DataObject) -> None:
    layout = data.draw(FORMAT)
    layer = getattr(layers, f"ConvLSTM{rank}D")(
        3,
        data.draw(st.integers(1, 3)),
        strides=data.draw(st.integers(1, 2)),
        padding=data.draw(st.sampled_from(["same", "valid"])),
        data_format=layout,
        **returns(data),
    )
    image = (2, 5, 6)[:rank]
    step = (2, *image) if layout == "channels_first" else (*image, 2)
    shape = (data.draw(BATCH), data.draw(st.integers(1, 4)), *step)
    agrees(tried(lambda: layer(tensor(shape))))


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_cells_in_a_layer(data: st.DataObject) -> None:
    cells = st.sampled_from([layers.LSTMCell, layers.GRUCell, layers.SimpleRNNCell])
    stack = [
        cell(units) for cell, units in data.draw(st.lists(st.tuples(cells, st.integers(1, 4)), min_size=1, max_size=3))
    ]
    agrees(layers.RNN(stack if len(stack) > 1 else stack[0], **returns(data))(sequence(data)))


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_both_directions(data: st.DataObject) -> None:
    inner = data.draw(st.sampled_from([layers.LSTM, layers.GRU]))(3, **returns(data))
    mode = data.draw(st.sampled_from(["concat", "sum", "mul", "ave", None]))
    agrees(layers.Bidirectional(inner, merge_mode=mode)(sequence(data)))


@pytest.mark.parametrize(
    ("make", "step"),
    [
        (lambda: layers.Dense(3), (4,)),
        (lambda: layers.Conv2D(3, 2, strides=2), (9, None, 2)),
        (lambda: layers.Flatten(), (3, 2)),
        (lambda: layers.TimeDistributed(layers.Dense(3)), (4, 2)),
    ],
)
def test_every_step(make: Any, step: tuple[int | None, ...]) -> None:
    agrees(layers.TimeDistributed(make())(tensor((None, 5, *step))))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN", "LSTMCell", "GRUCell", "SimpleRNNCell", "ConvLSTM2D"])
@settings(max_examples=4, deadline=None)
@given(units=st.integers(1, 70), features=st.integers(1, 9), after=st.booleans())
def test_formula_counts_the_parameters(name: str, bias: bool, units: int, features: int, after: bool) -> None:
    options: dict[str, Any] = {"use_bias": bias}
    if name.startswith("GRU"):
        options["reset_after"] = after
    shape: tuple[int, ...] = (2, 3, features)
    if name.startswith("Conv"):
        options["kernel_size"], shape = (3, 2), (2, 3, 5, 5, features)
    layer = getattr(layers, name)(units, **options)
    layer.build(shape if not name.endswith("Cell") else (2, features))
    formula = kind_of(layer).formula
    assert formula is not None
    text = formula(serialized(layer)["config"], tuple(tuple(weight.shape) for weight in layer.weights))
    assert eval(text.replace("·", "*")) == layer.count_params()


def test_formula_reads_as_people_write_it() -> None:
    lstm, gru, simple = (kind_of(make(64)).formula for make in (layers.LSTM, layers.GRU, layers.SimpleRNN))
    assert lstm and gru and simple
    assert lstm({}, ((128, 256), (64, 256), (256,))) == "4·(64·(128+64) + 64)"
    assert lstm({}, ((128, 256), (64, 256))) == "4·(64·(128+64))"
    assert gru({}, ((128, 192), (64, 192), (2, 192))) == "3·(64·(128+64) + 2·64)"
    assert simple({}, ((128, 64), (64, 64), (64,))) == "64·(128+64) + 64"
    assert lstm({}, ((128, 250), (64, 256), (256,))) == "128·250 + 64·256 + 256"  # no LSTM's weights


def test_children_of_both_directions() -> None:
    for wrapper in (
        layers.Bidirectional(layers.LSTM(3, name="memory")),
        layers.Bidirectional(layers.LSTM(3, name="a"), backward_layer=layers.GRU(3, name="b", go_backwards=True)),
    ):
        children = kind_of(wrapper).children
        assert children
        config = serialized(wrapper)["config"]
        fed = Tensor((None, 5, 4), "float32")
        forwards, backwards = children(config, Arguments((fed,)))
        assert (forwards.location, backwards.location) == ("forward_layer", "backward_layer")
        assert forwards.serialized["config"] == serialized(wrapper.forward_layer)["config"]
        assert backwards.serialized["config"] == serialized(wrapper.backward_layer)["config"]
        assert forwards.inputs == backwards.inputs == (fed,)
        del config["backward_layer"]  # as Keras 2 writes it
        config["layer"]["config"]["name"] = "memory"
        copy = children(config, Arguments((fed,)))[1].serialized["config"]
        assert isinstance(copy, dict)
        assert (copy["name"], copy["go_backwards"]) == ("backward_memory", True)


def test_children_of_stacked_cells() -> None:
    layer = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2), layers.LSTMCell(4)])
    rnn, stacked = kind_of(layer).children, kind_of(layer.cell).children
    assert rnn and stacked
    (cell,) = rnn(serialized(layer)["config"], Arguments((Tensor((None, 7, 5), "float32"),)))
    assert cell.inputs == (Tensor((None, 5), "float32"),)
    settings_ = cell.serialized["config"]
    assert isinstance(settings_, dict)
    children = stacked(settings_, Arguments(cell.inputs))
    assert [child.location for child in children] == ["cells/lstm_cell", "cells/gru_cell", "cells/lstm_cell_1"]
    assert [child.inputs[0].shape for child in children] == [(None, 5), (None, 3), (None, 2)]


def test_custom_cell_is_unknown() -> None:
    config = {"cell": {"class_name": "Mine", "module": "here", "config": {"units": 3}}}
    row = kind_of(layers.RNN(layers.LSTMCell(3)))
    assert row.output
    assert row.output(config, Arguments((Tensor((None, 7, 5), "float32"),))) == (None,)


def test_models_inside() -> None:
    """A wrapped model is followed layer by layer."""
    sequential = keras.Sequential([keras.Input((8, 8, 2)), layers.Conv2D(3, 2), layers.Flatten(), layers.Dense(5)])
    agrees(layers.TimeDistributed(sequential)(tensor((None, 7, 8, 8, 2))))
    x = keras.Input((4,))
    agrees(layers.TimeDistributed(keras.Model(x, layers.Dense(3)(x)))(tensor((None, 7, 4))))
