"""What enters a model: the batch and the shapes that users give, and what is said where they do not fit."""

from __future__ import annotations

import re
from typing import Any

import keras
import numpy as np
import pytest

from netviz.analysis.cost import ModelCost, cost_model
from netviz.errors import UsageError
from netviz.model import Model
from netviz.readers import read


def pictures(shape: tuple[int | None, ...] = (None, None, 3), batch: int | None = None) -> Model:
    entered = keras.Input(shape, name="picture", batch_size=batch)
    return read(keras.Model(entered, keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(entered))))


def pair() -> Model:
    first, second = keras.Input((4,), name="first"), keras.Input((None, 2), name="second")
    summed = keras.layers.GlobalAveragePooling1D()(second)
    return read(keras.Model([first, second], keras.layers.Concatenate()([first, summed])))


def entered(cost: ModelCost) -> list[Any]:
    return [shape for _, shape in cost.inputs]


@pytest.mark.parametrize(
    ("shape", "batch", "expected"),
    [
        (None, 1, (1, None, None, 3)),
        (None, 7, (7, None, None, 3)),
        ((2, 32, 48, 3), 1, (2, 32, 48, 3)),
        ([2, 32, 48, None], 2, (2, 32, 48, 3)),
        ((None, 32, None, None), 5, (5, 32, None, 3)),
        ([(2, 32, 48, 3)], 1, (2, 32, 48, 3)),
        ({"picture": (None, 32, 48, 3)}, 1, (1, 32, 48, 3)),
        (tuple(np.array([2, 32, 48, 3])), 1, (2, 32, 48, 3)),
    ],
    ids=str,
)
def test_open_axes_take_what_is_given(shape: object, batch: int, expected: tuple[int | None, ...]) -> None:
    cost = cost_model(pictures(), batch=batch, input_shape=shape)
    assert entered(cost) == [expected]
    assert cost.batch == expected[0]
    assert cost.exact == (None not in expected)


@pytest.mark.parametrize("given", [[None, (3, 9, 2)], [(3, 4), (None, 9, 2)], {"second": (3, 9, 2)}], ids=str)
def test_several_inputs_share_the_batch(given: object) -> None:
    assert entered(cost_model(pair(), input_shape=given)) == [(3, 4), (3, 9, 2)]


def test_a_batch_that_the_model_states_holds() -> None:
    model = pictures((8, 8, 3), batch=5)
    assert entered(cost_model(model)) == [(5, 8, 8, 3)]
    assert cost_model(model, batch=5).batch == 5


@pytest.mark.parametrize(
    ("model", "shape", "batch", "says"),
    [
        (pictures, (1, 32, 32, 1), 1, r"picture is None,None,None,3, which 1,32,32,1 contradicts"),
        (pictures, (32, 32, 3), 1, r"The batch comes first: 1,32,32,3"),
        (pictures, (1, 2, 3, 4, 5), 1, r"picture is None,None,None,3, not 1,2,3,4,5"),
        (pictures, (2, 32, 32, 3), 4, r"a batch of 4 contradicts .* whose first axis is 2"),
        (pictures, (1, 0, 32, 3), 1, r"0 in the shape of input picture is no length"),
        (pictures, (1, "a", 32, 3), 1, r"'a' in the shape of input picture is no length"),
        (pictures, (1, True, 32, 3), 1, r"True in the shape"),
        (pictures, 224, 1, r"224 is no shape"),
        (pictures, "1,224", 1, r"is no shape"),
        (pictures, {"image": (1, 2, 2, 3)}, 1, r"there is no input 'image'.*There are: picture"),
        (pictures, [(1, 2, 2, 3), (1, 2)], 1, r"there are 1 inputs \(picture\), and 2 shapes"),
        (pictures, None, 0, r"the batch is a number of 1 or more, not 0"),
        (pictures, None, 1.5, r"the batch is a number of 1 or more"),
        (pair, (1, 4), 1, r"there are 2 inputs \(first, second\), and one shape"),
        (pair, [(1, 4), (2, 9, 2)], 1, r"different batches: 1 and 2"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_does_not_fit_is_refused(model: Any, shape: object, batch: Any, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        cost_model(model(), batch=batch, input_shape=shape)
    assert re.search(says, refused.value.sentences, re.DOTALL), refused.value.sentences
    assert refused.value.hint


def test_a_batch_against_that_of_the_model_is_refused() -> None:
    with pytest.raises(UsageError, match="a batch of 3 contradicts the model's input picture"):
        cost_model(pictures((8, 8, 3), batch=5), batch=3)


def test_a_layer_that_an_input_does_not_fit_is_named() -> None:
    """Keras refuses the same: a window of 3 by 3 on a picture of 2 by 2, and tensors that do not meet."""
    layers = keras.layers
    entered = keras.Input((None, None, 3))
    model = keras.Model(entered, layers.Conv2D(2, 3, name="first")(entered))
    with pytest.raises(ValueError, match="zero or negative"):
        layers.Conv2D(2, 3)(keras.Input((2, 2, 3)))
    with pytest.raises(UsageError, match=r"'first' \(Conv2D\): 1,2,2,3 goes in, too small for its window of 3×3"):
        cost_model(read(model), input_shape=(1, 2, 2, 3))
    assert cost_model(read(model), input_shape=(1, 3, 3, 3)).exact
    with pytest.raises(UsageError, match=r"'sum' \(Add\): 1,5,4 and 1,4,4 goes in"):
        entered = keras.Input((None, 4))
        short = layers.Cropping1D((1, 0))(entered)
        cost_model(read(keras.Model(entered, layers.Add(name="sum")([entered, short]))), input_shape=(1, 5, 4))
