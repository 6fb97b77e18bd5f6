"""Receptive fields where axes or inputs meet, against what changes when one position of an input does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from netviz.analysis.cost import LayerCost, cost_model
from netviz.readers import read

ROWS, COLUMNS, CHANNELS = 7, 6, 4


def changed(model: keras.Model, channels_first: bool) -> list[Any]:
    """For each input, which of its positions change the output at one position, in the middle of its axes."""
    draw = np.random.default_rng(0)
    inputs = [draw.normal(size=(1, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]

    def answers(varied: list[Any]) -> Any:
        out = np.asarray(model(varied if len(varied) > 1 else varied[0]))
        out = np.moveaxis(out, 1, -1) if channels_first and out.ndim > 2 else out
        return out[(slice(None), *(length // 2 for length in out.shape[1:-1]))]

    found = []
    for number, array in enumerate(inputs):
        places = array.shape[2:] if channels_first else array.shape[1:-1]
        copies = np.repeat(array, int(np.prod(places)), axis=0)
        for row, place in enumerate(np.ndindex(*places)):
            copies[(row, slice(None), *place) if channels_first else (row, *place)] += 0.5
        rest = [np.repeat(other, len(copies), axis=0) for other in inputs]
        after = answers([copies if other == number else array for other, array in enumerate(rest)])
        found.append((np.abs(after - answers(inputs)) > 1e-7).any(axis=-1).reshape(places))
    return found


def last_of(model: keras.Model) -> LayerCost:
    costs = {cost.path: cost for cost in cost_model(read(model)).layers}
    return costs[model.output_names[0]]


def picture(last: Callable[[Any], Any]) -> keras.Model:
    entered = keras.Input((ROWS, COLUMNS, CHANNELS))
    return keras.Model(entered, layers.Activation("linear")(last(layers.Activation("relu")(entered))))


def of_two(last: Callable[[Any, Any], Any], lengths: tuple[int, int] = (9, 9)) -> keras.Model:
    first, second = (keras.Input((length, CHANNELS)) for length in lengths)
    return keras.Model([first, second], layers.Activation("linear")(last(first, second)))


def attend(query: Any, value: Any) -> Any:
    return layers.MultiHeadAttention(2, 3)(query, value)


MATRIX = np.random.default_rng(1).normal(size=(CHANNELS, 3)).astype("float32")

PARTLY: dict[str, Callable[[Any], Any]] = {
    "mean of rows": lambda x: ops.mean(x, axis=1, keepdims=True),
    "softmax of rows": layers.Softmax(axis=1),
    "normalised along rows": lambda x: layers.LayerNormalization(axis=1)(x),
    "attention along columns": lambda x: layers.MultiHeadAttention(2, 3, attention_axes=[2])(x, x),
    "product of each row": lambda x: ops.matmul(layers.Dense(COLUMNS)(x), x),
    "dense along rows": lambda x: layers.EinsumDense("abcd,be->aecd", (5, COLUMNS, CHANNELS))(x),
}


@pytest.mark.parametrize("name", PARTLY)
def test_one_of_two_axes_is_mixed(name: str) -> None:
    model = picture(PARTLY[name])
    (own,) = changed(model, False)
    assert 1 < own.sum() < own.size
    last = last_of(model)
    assert last.receptive_field is None
    assert "some axes" in last.reason


ALL: dict[str, Callable[[Any], Any]] = {
    "mean of both": lambda x: ops.mean(x, axis=(1, 2), keepdims=True),
    "one after the other": lambda x: ops.mean(ops.mean(x, axis=1, keepdims=True), axis=2, keepdims=True),
    "attention along both": lambda x: layers.MultiHeadAttention(2, 3)(x, x),
}
SAME: dict[str, Callable[[Any], Any]] = {
    "dot with a matrix": lambda x: ops.dot(x, ops.convert_to_tensor(MATRIX)),
    "matmul with a matrix": lambda x: ops.matmul(x, ops.convert_to_tensor(MATRIX)),
    "normalised along channels": lambda x: layers.LayerNormalization()(x),
    "dense along channels": lambda x: layers.EinsumDense("abcd,de->abce", (ROWS, COLUMNS, 5))(x),
}


@pytest.mark.parametrize("name", [*ALL, *SAME])
def test_all_axes_or_none_are_mixed(name: str) -> None:
    model = picture({**ALL, **SAME}[name])
    (own,) = changed(model, False)
    field = last_of(model).receptive_field
    if field == "whole":
        assert name in ALL
        assert own.all()
    else:
        assert field is not None
        assert field.size == (1, 1)
        assert own.sum() == 1


MEETING: dict[str, tuple[Callable[[Any, Any], Any], tuple[int, int]]] = {
    "side by side": (lambda a, b: layers.Concatenate()([layers.Conv1D(2, 3)(a), layers.Conv1D(2, 5, 2)(b)]), (9, 17)),
    "added": (lambda a, b: layers.Add()([a, layers.Conv1D(CHANNELS, 3, padding="same")(b)]), (9, 9)),
    "all of one": (lambda a, b: layers.Multiply()([a, layers.GlobalAveragePooling1D(keepdims=True)(b)]), (9, 9)),
    "attended": (attend, (9, 7)),
    "attention by name": (lambda a, b: layers.MultiHeadAttention(2, 3)(query=a, value=b), (9, 7)),
    "rows by columns": (lambda a, b: ops.matmul(a, ops.transpose(b, (0, 2, 1))), (9, 7)),
}


@pytest.mark.parametrize("name", MEETING)
def test_positions_of_different_inputs_have_no_one_field(name: str) -> None:
    model = of_two(*MEETING[name])
    parts = changed(model, False)
    assert all(own.any() for own in parts)
    assert not all(own.all() for own in parts)
    last = last_of(model)
    assert last.receptive_field is None
    assert "inputs" in last.reason


def test_all_of_both_inputs_is_the_whole() -> None:
    model = of_two(lambda a, b: layers.GlobalAveragePooling1D()(layers.Add()([a, b])))
    assert all(own.all() for own in changed(model, False))
    assert last_of(model).receptive_field == "whole"
    attended = of_two(lambda a, b: attend(attend(a, a), attend(b, b)))
    assert all(own.all() for own in changed(attended, False))
    assert last_of(attended).receptive_field == "whole"


def test_a_layer_for_two_inputs_keeps_its_field() -> None:
    shared = layers.Conv1D(2, 3, name="shared")
    first, second = keras.Input((9, 1)), keras.Input((9, 1))
    means = [layers.GlobalAveragePooling1D()(shared(entered)) for entered in (first, second)]
    costs = {cost.path: cost for cost in cost_model(read(keras.Model([first, second], means))).layers}
    field = costs["shared"].receptive_field
    assert field is not None
    assert field != "whole"
    assert field.size == (3,)


FIRST: dict[str, Any] = {"data_format": "channels_first"}
CHANNELS_FIRST: dict[str, Callable[[Any], Any]] = {
    "padded by an operation": lambda x: ops.pad(x, [[0, 0], [0, 0], [2, 1], [1, 1]]),
    "sliced": lambda x: x[:, :, 1:, 2:],
    "dense along columns": layers.Dense(COLUMNS),
    "normalised along columns": lambda x: layers.LayerNormalization()(x),
    "padded by a layer": layers.ZeroPadding2D(((2, 1), (0, 1)), **FIRST),
    "nothing": layers.Activation("relu"),
}


@pytest.mark.parametrize("name", CHANNELS_FIRST)
def test_channels_in_front(name: str) -> None:
    """What a layer says of its axes holds; what depends on where the channels are, and does not say so, is unknown."""
    entered = keras.Input((CHANNELS, ROWS, COLUMNS))
    x = layers.AveragePooling2D((2, 1), strides=1, **FIRST)(entered)
    model = keras.Model(entered, layers.Activation("linear")(CHANNELS_FIRST[name](x)))
    (own,) = changed(model, True)
    last = last_of(model)
    if last.receptive_field is None:
        assert "hannels" in last.reason
        assert "by a layer" not in name
        assert name != "nothing"
        return
    assert last.receptive_field != "whole"
    places = np.argwhere(own)
    middle = [axis // 2 for axis in model.output_shape[2:]]
    told = zip(last.receptive_field.offset, last.receptive_field.stride, middle, strict=True)
    assert [int(offset + stride * place) for offset, stride, place in told if offset is not None] == list(
        places.min(axis=0)
    )
    assert last.receptive_field.size == tuple(np.ptp(places, axis=0) + 1)
