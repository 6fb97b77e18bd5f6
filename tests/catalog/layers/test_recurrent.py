"""Recurrent layers, their cells and what wraps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from netviz.catalog.kinds import Arguments
from netviz.model import Tensor
from tests.catalog.draws import BATCH, FORMAT, LENGTH, per_axis
from tests.catalog.oracle import agrees, kind_of, serialized, tensor, tried

NAMES = ("LSTM", "GRU", "SimpleRNN")
UNITS = st.integers(1, 5)
FLOAT = st.sampled_from(["float32", "mixed_float16"])
"""TensorFlow cannot make recurrent kernels in bfloat16."""


def flags(data: st.DataObject, *names: str) -> dict[str, bool]:
    return {name: data.draw(st.booleans()) for name in names}


def returns(data: st.DataObject) -> dict[str, bool]:
    return flags(data, "return_sequences", "return_state")


def sequence(data: st.DataObject, options: dict[str, Any]) -> Any:
    """A sequence of four features; a stateful layer wants to know the batch, an unrolled one the steps."""
    batch = 2 if options.get("stateful") else data.draw(BATCH)
    return tensor((batch, 3 if options.get("unroll") else data.draw(LENGTH), 4))


def called(layer: Any, x: Any, states: list[Any], data: st.DataObject) -> Any:
    """The layer on a sequence, perhaps with a mask and states to begin with, by name or by place."""
    mask = tensor(x.shape[:2], "bool") if data.draw(st.booleans()) else None
    how = data.draw(st.sampled_from(["none", "by name", "by place"]))
    if how == "none":
        return layer(x, mask=mask)
    return layer(x, initial_state=states, mask=mask) if how == "by name" else layer(x, states, mask=mask)


def options_of(name: str, data: st.DataObject) -> dict[str, Any]:
    """Settings of a layer or a cell."""
    options: dict[str, Any] = flags(data, "use_bias") | {"dropout": data.draw(st.sampled_from([0.0, 0.1]))}
    return options | (flags(data, "reset_after") if name.startswith("GRU") else {})


def layer_of(name: str) -> Callable[[st.DataObject], Any]:
    """One of the layers that carry states of `units`."""

    def made(data: st.DataObject) -> Any:
        units = data.draw(UNITS)
        options: dict[str, Any] = {
            **options_of(name, data),
            **returns(data),
            **flags(data, "go_backwards", "stateful", "unroll"),
            "dtype": data.draw(FLOAT),
        }
        x = sequence(data, options)
        states = [tensor((x.shape[0], units)) for _ in range(2 if name == "LSTM" else 1)]
        return called(getattr(layers, name)(units, **options), x, states, data)

    return made


def cell_of(name: str) -> Callable[[st.DataObject], Any]:
    """One step: the cell on a step and its states."""

    def made(data: st.DataObject) -> Any:
        units, batch = data.draw(UNITS), data.draw(BATCH)
        states = [tensor((batch, units)) for _ in range(2 if name == "LSTMCell" else 1)]
        cell = getattr(layers, name)(units, **options_of(name, data))
        return cell(tensor((batch, 4)), states)

    return made


def convolutional(rank: int) -> Callable[[st.DataObject], Any]:
    """Steps that are images."""

    def made(data: st.DataObject) -> Any:
        layout = data.draw(FORMAT)
        options: dict[str, Any] = {
            **returns(data),
            **flags(data, "use_bias", "go_backwards", "stateful"),
            "padding": data.draw(st.sampled_from(["same", "valid"])),
            "data_format": layout,
        }
        windows = data.draw(st.sampled_from(["strides", "dilation_rate"]))
        options[windows] = data.draw(per_axis(st.integers(1, 2), rank))
        layer = getattr(layers, f"ConvLSTM{rank}D")(3, data.draw(per_axis(st.integers(1, 3), rank)), **options)
        image = (3, 5, 6)[:rank]
        step = (2, *image) if layout == "channels_first" else (*image, 2)
        batch = 2 if options["stateful"] else data.draw(BATCH)
        return layer(tensor((batch, data.draw(st.integers(1, 4)), *step)))

    return made


def cells(data: st.DataObject) -> list[Any]:
    """One to three cells of several kinds."""
    several = data.draw(st.lists(st.sampled_from([f"{name}Cell" for name in NAMES]), min_size=1, max_size=3))
    return [getattr(layers, name)(data.draw(UNITS), **options_of(name, data)) for name in several]


def around_cells(data: st.DataObject) -> Any:
    """A cell or several as a layer."""
    stack = cells(data)
    options: dict[str, Any] = {
        **returns(data),
        **flags(data, "go_backwards", "stateful", "unroll", "zero_output_for_mask"),
    }
    return layers.RNN(stack if len(stack) > 1 else stack[0], **options)(sequence(data, options))


def stacked(data: st.DataObject) -> Any:
    """One step through several cells, which keep their states apart."""
    stack, batch = cells(data), data.draw(BATCH)
    sizes = [cell.state_size if isinstance(cell.state_size, list) else [cell.state_size] for cell in stack]
    states = [[tensor((batch, size)) for size in one] for one in sizes]
    return layers.StackedRNNCells(stack)(tensor((batch, 4)), states)


def both_directions(data: st.DataObject) -> Any:
    """A layer and its copy that reads backwards, or another one that does."""
    name = data.draw(st.sampled_from(["LSTM", "GRU"]))
    options = {**returns(data), **flags(data, "stateful")}
    inner = getattr(layers, name)(3, **options_of(name, data), **options, **flags(data, "go_backwards"))
    other = None
    if data.draw(st.booleans()):
        backwards = {**options, "go_backwards": not inner.go_backwards}
        other = data.draw(st.sampled_from([layers.LSTM, layers.GRU]))(3, **backwards)
    mode = data.draw(st.sampled_from(["concat", "sum", "mul", "ave", None]))
    return layers.Bidirectional(inner, merge_mode=mode, backward_layer=other)(sequence(data, options))


STEPS: list[tuple[Callable[[], Any], tuple[int | None, ...]]] = [
    (lambda: layers.Dense(3), (4,)),
    (lambda: layers.Conv2D(3, 2, strides=2), (9, None, 2)),
    (lambda: layers.Flatten(), (3, 2)),
    (lambda: layers.BatchNormalization(), (3, 2)),
    (lambda: layers.LSTM(3, return_sequences=True), (None, 2)),
    (lambda: layers.TimeDistributed(layers.Dense(3)), (4, 2)),
]


def every_step(data: st.DataObject) -> Any:
    make, step = data.draw(st.sampled_from(STEPS))
    batch, steps = data.draw(BATCH), data.draw(LENGTH)
    mask = tensor((batch, steps), "bool") if data.draw(st.booleans()) else None
    return layers.TimeDistributed(make())(tensor((batch, steps, *step)), mask=mask)


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    **{name: layer_of(name) for name in NAMES},
    **{f"{name}Cell": cell_of(f"{name}Cell") for name in NAMES},
    **{f"ConvLSTM{rank}D": convolutional(rank) for rank in (1, 2, 3)},
    "RNN": around_cells,
    "StackedRNNCells": stacked,
    "Bidirectional": both_directions,
    "TimeDistributed": every_step,
}


@pytest.mark.parametrize("name", sorted(CALLS))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


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
