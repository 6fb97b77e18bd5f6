"""Receptive fields against what changes: an input position is in the field of an output that it changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import keras
import numpy as np
import pytest

from netviz.analysis.cost import ReceptiveField, cost_model
from netviz.readers import read

LENGTH = 120


def dependences(model: keras.Model) -> Any:
    """By input and output position whether the one changes the other, along the one spatial axis.

    The network is linear and without biases: a single 1 shows where it goes.
    """
    length, channels = model.input_shape[1:]
    single = np.repeat(np.eye(length, dtype=np.float32)[..., None], channels, axis=-1)
    return np.asarray(model(single)).sum(axis=-1) > 0


def field_of(model: keras.Model) -> ReceptiveField:
    (name,) = model.output_names
    field = {cost.path: cost for cost in cost_model(read(model)).layers}[name].receptive_field
    assert isinstance(field, ReceptiveField)
    return field


def positive(model: keras.Model) -> keras.Model:
    """The model with kernels that are all above zero, so that nothing cancels, and without biases."""
    model.set_weights([np.full(weight.shape, float(weight.ndim > 1), np.float32) for weight in model.get_weights()])
    return model


def plain_step(draw: random.Random, x: Any) -> Any:
    """One of the layers that take windows, or two that meet."""
    layers = keras.layers
    size, stride, padding = draw.randint(1, 5), draw.randint(1, 3), draw.choice(("same", "valid"))
    dilation = draw.randint(1, 3)
    steps: list[Callable[[], Any]] = [
        lambda: layers.Conv1D(2, size, stride, padding)(x),
        lambda: layers.Conv1D(2, size, padding=padding, dilation_rate=dilation)(x),
        lambda: layers.Conv1D(2, size, padding="causal")(x),
        lambda: layers.AveragePooling1D(size, stride, padding)(x),
        lambda: layers.DepthwiseConv1D(size, stride, padding)(x),
        lambda: layers.SeparableConv1D(2, size, stride, padding)(x),
        lambda: layers.ZeroPadding1D((draw.randint(0, 3), draw.randint(0, 3)))(x),
        lambda: layers.Cropping1D((draw.randint(0, 2), draw.randint(0, 2)))(x),
        lambda: layers.Add()([x, layers.Conv1D(x.shape[-1], size, padding="same", dilation_rate=dilation)(x)]),
        lambda: layers.Concatenate()(
            [layers.Conv1D(1, size, stride, "same")(x), layers.Conv1D(1, draw.randint(1, 5), stride, "same")(x)]
        ),
        lambda: layers.Dense(2)(x),
    ]
    return draw.choice(steps)()


def plain(seed: int) -> keras.Model:
    """A random network in which the axis only gets shorter."""
    draw = random.Random(seed)
    x = entered = keras.Input((LENGTH, 2))
    for _ in range(draw.randint(2, 6)):
        if x.shape[1] > 15:
            x = plain_step(draw, x)
    return positive(keras.Model(entered, keras.layers.Activation("linear")(x)))


def hourglass(seed: int) -> keras.Model:
    """A random U-Net."""
    draw = random.Random(seed)
    layers = keras.layers

    def convolved(x: Any) -> Any:
        return layers.Conv1D(2, draw.randint(1, 5), padding="same")(x)

    x = entered = keras.Input((LENGTH, 2))
    kept = []
    for _ in range(draw.randint(1, 2)):
        x = convolved(x)
        kept.append(x)
        x = layers.AveragePooling1D(2)(x) if draw.random() < 0.5 else layers.Conv1D(2, 3, 2, "same")(x)
    x = convolved(x)
    for skipped in reversed(kept):
        if draw.random() < 0.5:
            x = layers.UpSampling1D(2)(x)
        else:
            x = layers.Conv1DTranspose(2, draw.randint(2, 4), 2, "same")(x)
        x = convolved(layers.Concatenate()([x, skipped]) if draw.random() < 0.5 else x)
    return positive(keras.Model(entered, layers.Activation("linear")(x)))


@pytest.mark.parametrize("build", [plain, hourglass])
@pytest.mark.parametrize("seed", range(12))
def test_outputs_depend_on_what_their_field_says(build: Callable[[int], keras.Model], seed: int) -> None:
    model = build(seed)
    field = field_of(model)
    (size,), (stride,), (offset,) = field.size, field.stride, field.offset
    assert offset is not None
    changed = dependences(model)
    middle = changed.shape[1] // 2
    for position in range(changed.shape[1]):
        places = np.flatnonzero(changed[:, position])
        if not places.size:  # made of padding alone
            continue
        first, last, begins = int(places[0]), int(places[-1]), int(position * stride + offset)
        assert begins <= first
        assert last < begins + size + (build is hourglass)  # where an axis became longer, the field moves in steps
        assert last - first < size
        if build is plain and position == middle and begins >= 0 and begins + size <= LENGTH:
            assert (first, last) == (begins, begins + size - 1)


def test_strides_and_offsets_of_an_axis_made_longer() -> None:
    model = keras.Sequential([keras.Input((8, 1)), keras.layers.UpSampling1D(2), keras.layers.UpSampling1D(2)])
    assert cost_model(read(model)).layers[-1].receptive_field == ReceptiveField((1,), (Fraction(1, 4),), (0,))


def fields(*layers: Any, shape: tuple[int | None, ...]) -> list[Any]:
    costs = cost_model(read(keras.Sequential([keras.Input(shape), *layers]))).layers
    return [cost.receptive_field for cost in costs]


def test_what_takes_every_position_takes_the_whole() -> None:
    layers = keras.layers
    found = fields(
        layers.Conv2D(2, 3), layers.GlobalAveragePooling2D(keepdims=True), layers.Conv2D(2, 1), layers.Flatten(),
        layers.Dense(3), shape=(9, 9, 1),
    )  # fmt: skip
    assert found[0] == ReceptiveField((3, 3), (Fraction(1),) * 2, (0, 0))
    assert found[1:] == ["whole"] * 4


def test_a_network_without_positions_has_no_fields() -> None:
    assert fields(keras.layers.Dense(3), keras.layers.Dense(3), shape=(9,)) == [None, None]


def test_tokens_are_positions() -> None:
    layers = keras.layers
    found = fields(layers.Embedding(9, 4), layers.Conv1D(3, 3, padding="causal"), layers.LSTM(3), shape=(12,))
    assert found == [
        ReceptiveField((1,), (Fraction(1),), (0,)), ReceptiveField((3,), (Fraction(1),), (-2,)), "whole",
    ]  # fmt: skip


def test_steps_of_a_sequence_keep_their_time() -> None:
    layers = keras.layers
    found = fields(layers.TimeDistributed(layers.Conv2D(2, 3, 2)), shape=(5, 9, 9, 1))
    assert found[0] == ReceptiveField((1, 3, 3), (Fraction(1), Fraction(2), Fraction(2)), (0, 0, 0))


def test_open_lengths_leave_the_padding_open() -> None:
    costs = cost_model(read(keras.Sequential([keras.Input((None, 1)), keras.layers.Conv1D(2, 3, 2, "same")]))).layers
    field = costs[0].receptive_field
    assert isinstance(field, ReceptiveField)
    assert (field.size, field.offset) == ((3,), (None,))
    assert "--input-shape" in costs[0].reason


def test_paths_of_different_strides_have_no_one_field() -> None:
    layers = keras.layers
    entered = keras.Input((16, 1))
    slow = layers.UpSampling1D(2)(layers.Conv1D(1, 3, 4, "same")(entered))
    model = keras.Model(entered, layers.Concatenate(name="both")([slow, layers.Cropping1D((4, 4))(entered)]))
    both = cost_model(read(model)).layers[-1]
    assert both.receptive_field is None
    assert "strides" in both.reason


def test_tokens_that_change_places_with_channels() -> None:
    """The mixing of tokens in an MLP-Mixer takes every position, and so does all behind it."""
    layers = keras.layers
    found = fields(layers.Conv1D(4, 3), layers.Permute((2, 1)), layers.Dense(14), layers.Permute((2, 1)), shape=(16, 4))
    assert isinstance(found[0], ReceptiveField)
    assert found[1:] == ["whole"] * 3


def test_an_axis_put_behind_what_enters() -> None:
    """Every number that enters is a position then; behind another layer it is not told."""
    layers = keras.layers
    found = fields(layers.Reshape((48, 40, 1)), layers.Conv2D(2, (3, 5)), shape=(48, 40))
    assert found[1] == ReceptiveField((3, 5), (Fraction(1),) * 2, (0, 0))
    assert fields(layers.Reshape((100, 1)), layers.Conv1D(2, 3), shape=(100,))[1] == ReceptiveField(
        (3,), (Fraction(1),), (0,)
    )
    later = cost_model(read(keras.Sequential([keras.Input((9,)), layers.Dense(100), layers.Reshape((100, 1))]))).layers
    assert later[-1].receptive_field is None
    assert later[-1].reason


def test_preprocessing_in_front_has_a_field() -> None:
    layers = keras.layers
    found = fields(layers.CenterCrop(40, 30), layers.Resizing(20, 60), layers.Conv2D(2, 3), shape=(48, 40, 3))
    assert found[0] == ReceptiveField((1, 1), (Fraction(1),) * 2, (4, 5))
    assert isinstance(found[2], ReceptiveField)
    assert found[2].stride == (Fraction(2), Fraction(1, 2))
