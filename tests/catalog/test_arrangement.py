"""What the axes of variables run over, against Keras: the shapes that it builds, and a step computed gate by gate."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from netviz.catalog.arrangement import ARRANGEMENTS, BIASES, GATES, arrangement

INPUTS, OUTPUTS, MULTIPLIER, HEADS, ENTRIES, WINDOW = 5, 7, 2, 3, 11, (2, 3, 4)
LENGTHS = {
    "input": INPUTS, "output": OUTPUTS, "multiplier": MULTIPLIER, "head": HEADS, "entry": ENTRIES, "channel": INPUTS,
    "bias": 2,
}  # fmt: skip
"""By what an axis runs over its length, so that Keras tells which is which."""

UNITS = {"units": OUTPUTS}
SETTINGS: dict[str, dict[str, Any]] = {
    "Dense": UNITS, "LSTM": UNITS, "GRU": UNITS, "SimpleRNN": UNITS, "LSTMCell": UNITS, "GRUCell": UNITS,
    "SimpleRNNCell": UNITS,
    "MultiHeadAttention": {"num_heads": HEADS, "key_dim": OUTPUTS},
    "GroupQueryAttention": {"num_query_heads": HEADS, "num_key_value_heads": HEADS, "head_dim": OUTPUTS},
    "Embedding": {"input_dim": ENTRIES, "output_dim": OUTPUTS},
    "ReversibleEmbedding": {"input_dim": ENTRIES, "output_dim": OUTPUTS, "tie_weights": False},
    "GroupNormalization": {"groups": 1},
}  # fmt: skip

BUILDABLE = sorted(set(ARRANGEMENTS) & set(dir(layers)))


def built(name: str) -> Any:
    """A layer of that class, in which every length is another."""
    kind, digits = getattr(layers, name), [int(letter) for letter in name if letter.isdigit()]
    if digits:
        window = WINDOW[: digits[0]]
        depthwise = {"kernel_size": window, "depth_multiplier": MULTIPLIER}
        convolution = {"kernel_size": window, "filters": OUTPUTS}
        layer = kind(**(depthwise if "Depthwise" in name else convolution))
        layer.build((None, *((3,) if "LSTM" in name else ()), *(9,) * digits[0], INPUTS))
        return layer
    layer = kind(**SETTINGS.get(name, {}))
    if "Attention" in name:
        layer.build((None, 4, INPUTS), (None, 4, INPUTS))
    else:
        layer.build((None, 3, INPUTS) if name in ("LSTM", "GRU", "SimpleRNN") else (None, INPUTS))
    return layer


def variables(layer: Any) -> dict[str, Any]:
    """Its variables by their names within the layer, those of a cell by their own."""
    found = {}
    for variable in layer.weights:
        name = variable.path.split("/", 1)[1]
        found[name.rsplit("/", 1)[-1] if "cell" in name else name] = variable
    return found


@pytest.mark.parametrize("name", BUILDABLE)
def test_axes_run_over_what_keras_makes_them_of(name: str) -> None:
    held = variables(built(name))
    assert set(ARRANGEMENTS[name]) & set(held), "at least one of them is there"
    for variable, value in held.items():
        axes = arrangement(name, "keras.layers", variable, len(value.shape))
        if axes is None:
            assert len(value.shape) < 2 and "kernel" not in variable
            continue
        window = iter(WINDOW)
        lengths = {**LENGTHS, "gate": OUTPUTS * len(GATES.get(name, ()))}
        if variable.startswith("attention_output"):  # from the features of a head back to those of the query
            lengths |= {"input": OUTPUTS, "output": INPUTS}
        expected = [next(window) if axis == "window" else lengths[axis] for axis in axes]
        if "Separable" in name:
            expected = [
                1 if axis == "multiplier" or (axis == "window" and "point" in variable) else length
                for axis, length in zip(axes, expected, strict=True)
            ]
        assert list(value.shape) == expected, variable


def parts(name: str, values: Any) -> dict[str, Any]:
    """The columns of each gate, by its letter."""
    gates = GATES[name]
    return dict(zip(gates, np.split(np.asarray(values, np.float64), len(gates), axis=-1), strict=True))


def sigmoid(values: Any) -> Any:
    return 1 / (1 + np.exp(-values))


def example(cell: Any) -> tuple[Any, Any, Any]:
    """Random input and states for a cell, whose weights are made random."""
    random = np.random.default_rng(5)
    cell.build((None, INPUTS))
    cell.set_weights([random.normal(size=value.shape) for value in cell.get_weights()])
    return tuple(random.normal(size=(4, size)) for size in (INPUTS, OUTPUTS, OUTPUTS))  # type: ignore[return-value]


def lstm_step(name: str, kernel: Any, recurrent: Any, bias: Any, x: Any, h: Any, c: Any) -> Any:
    """A step as the papers have it (Hochreiter and Schmidhuber 1997, Gers et al. 2000), gate by gate."""
    W, U, b = (parts(name, value) for value in (kernel, recurrent, bias))
    gate = {letter: x @ W[letter] + h @ U[letter] + b[letter] for letter in W}
    state = sigmoid(gate["f"]) * c + sigmoid(gate["i"]) * np.tanh(gate["c"])
    return sigmoid(gate["o"]) * np.tanh(state)


def test_the_gates_of_an_lstm_compute_what_keras_does() -> None:
    cell = layers.LSTMCell(OUTPUTS)
    x, h, c = example(cell)
    given = cell(x.astype("float32"), [h.astype("float32"), c.astype("float32")])[0]
    kernel, recurrent, bias = cell.get_weights()
    expected = lstm_step("LSTM", kernel, recurrent, bias, x, h, c)
    assert np.allclose(expected, keras.ops.convert_to_numpy(given), atol=1e-5)


def test_the_gates_of_a_convolutional_lstm_compute_what_keras_does() -> None:
    layer = layers.ConvLSTM2D(OUTPUTS, 1, recurrent_activation="sigmoid")
    layer.build((None, 1, 1, 1, INPUTS))
    random = np.random.default_rng(6)
    layer.set_weights([random.normal(size=value.shape) for value in layer.get_weights()])
    x = random.normal(size=(4, INPUTS))
    given = layer(x.reshape(4, 1, 1, 1, INPUTS).astype("float32"))
    kernel, recurrent, bias = (np.squeeze(value) for value in layer.get_weights())
    state = np.zeros((4, OUTPUTS))
    expected = lstm_step("ConvLSTM2D", kernel, recurrent, bias, x, state, state)
    assert np.allclose(expected, keras.ops.convert_to_numpy(given)[:, 0, 0], atol=1e-5)


@pytest.mark.parametrize("reset_after", [True, False])
def test_the_gates_and_biases_of_a_gru_compute_what_keras_does(reset_after: bool) -> None:
    cell = layers.GRUCell(OUTPUTS, reset_after=reset_after)
    x, h, _ = example(cell)
    kernel, recurrent, bias = cell.get_weights()
    W, U = parts("GRU", kernel), parts("GRU", recurrent)
    axes = arrangement("GRUCell", "keras.layers", "bias", bias.ndim)
    assert axes == (("bias", "gate") if reset_after else ("gate",))
    rows = {word: parts("GRU", row) for word, row in zip(BIASES, np.atleast_2d(bias), strict=False)}
    b, again = rows["input"], rows.get("recurrent", parts("GRU", np.zeros(3 * OUTPUTS)))
    z, r = (sigmoid(x @ W[gate] + h @ U[gate] + b[gate] + again[gate]) for gate in "zr")
    inner = r * (h @ U["h"] + again["h"]) if reset_after else (r * h) @ U["h"]
    expected = z * h + (1 - z) * np.tanh(x @ W["h"] + b["h"] + inner)
    given = cell(x.astype("float32"), [h.astype("float32")])[0]
    assert np.allclose(expected, keras.ops.convert_to_numpy(given), atol=1e-5)


def test_other_orders_and_classes_are_not_known() -> None:
    assert arrangement("Dense", "keras.layers", "kernel", 3) is None
    assert arrangement("Convolution2D", "keras.legacy.layers", "kernel", 4) is None
    assert arrangement("Mine", None, "kernel", 2) is None
    assert arrangement(None, None, "kernel", 2) is None
