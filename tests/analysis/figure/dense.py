"""Small models of dense layers, with random weights; each makes neurons stand in another way."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import layers


def perceptron() -> keras.Model:
    return keras.Sequential([keras.Input((3,), name="x"), layers.Dense(1, activation="sigmoid", name="y")])


def pictures() -> keras.Model:
    """Rescaling, normalisations and dropout between the layers; the input is no vector."""
    return keras.Sequential(
        [
            keras.Input((6, 5), name="picture"),
            layers.Rescaling(0.5, offset=-0.25),
            layers.Flatten(),
            layers.Dense(20, name="first"),
            layers.BatchNormalization(),
            layers.ReLU(max_value=6.0),
            layers.Dropout(0.5),
            layers.Dense(7, activation="gelu", use_bias=False, name="second"),
            layers.LayerNormalization(),
            layers.Dense(4, activation="softmax", name="third"),
        ],
        name="pictures",
    )


def two_inputs() -> keras.Model:
    """A normalisation behind a concatenation belongs to both of its parts."""
    upper, lower = keras.Input((4,), name="upper"), keras.Input((3,), name="lower")
    parts = [layers.Dense(5, activation="relu", name="a")(upper), layers.Dense(2, activation="tanh", name="b")(lower)]
    joined = layers.BatchNormalization(name="norm")(layers.Concatenate(name="join")(parts))
    return keras.Model([upper, lower], layers.Dense(3, activation="elu", name="out")(joined), name="two_inputs")


def heads() -> keras.Model:
    """Outputs of different depths."""
    x = keras.Input((6,), name="x")
    first = layers.Dense(5, activation="relu", name="first")(x)
    second = layers.Dense(4, activation="selu", name="second")(first)
    outputs = [layers.Dense(1, name="aux")(first), layers.Dense(3, activation="softmax", name="kind")(second)]
    return keras.Model(x, outputs, name="heads")


def wide() -> keras.Model:
    """The input passes all hidden layers."""
    x = keras.Input((5,), name="x")
    deep = layers.Dense(4, activation="silu", name="deep2")(layers.Dense(4, name="deep1")(x))
    return keras.Model(x, layers.Dense(2, name="out")(layers.Concatenate(name="join")([x, deep])), name="wide")


def residual() -> keras.Model:
    x = keras.Input((4,), name="x")
    skip = layers.Dense(6, name="skip")(x)
    inner = layers.Dense(6, name="inner2")(layers.Dense(6, activation="relu", name="inner1")(skip))
    added = layers.Activation("relu", name="relu")(layers.Add(name="add")([skip, inner]))
    return keras.Model(x, layers.Dense(2, name="out")(added), name="residual")


def branching() -> keras.Model:
    """A tensor that is taken before its activation, behind it, and twice by one layer."""
    x = keras.Input((4,), name="x")
    sums = layers.Dense(3, name="sums")(x)
    slopes = layers.LeakyReLU(negative_slope=0.1, name="leaky")(sums)
    joined = layers.Concatenate(name="join")([sums, slopes, sums])
    return keras.Model(x, layers.Dense(2, name="out")(joined), name="branching")


def shared() -> keras.Model:
    """One layer called twice; the inputs in another order than they are called in."""
    twin = layers.Dense(3, activation="relu", name="twin")
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    return keras.Model([b, a], layers.Dense(1, name="out")(layers.Subtract(name="minus")([twin(a), twin(b)])))


def standard() -> keras.Model:
    """Statistics of the data, learned slopes, unit length."""
    norm = layers.Normalization(name="norm")
    norm.adapt(np.random.default_rng(2).normal(3.0, 2.0, (50, 4)))
    rest = [layers.Dense(3, name="d"), layers.PReLU(), layers.UnitNormalization(), layers.RMSNormalization()]
    return keras.Sequential([keras.Input((4,)), norm, *rest, layers.Dense(2, activation="log_softmax", name="out")])


def nested() -> keras.Model:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)], name="inner")
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(1, name="out")(inner(x)), name="nested")


def repeated() -> keras.Model:
    """A nested model that reads its own input twice."""
    z = keras.Input((6,), name="z")
    inner = keras.Model(z, layers.Add(name="add")([layers.Dense(6, activation="relu", name="d")(z), z]), name="inner")
    x = keras.Input((6,), name="x")
    return keras.Model(x, layers.Dense(2, name="out")(inner(x)), name="repeated")


def autoencoder() -> keras.Model:
    """The output is no vector."""
    dense = [layers.Dense(9, activation="relu"), layers.Dense(2), layers.Dense(12, activation="sigmoid")]
    return keras.Sequential([keras.Input((3, 4, 1)), layers.Flatten(), *dense, layers.Reshape((3, 4, 1))], name="auto")


MODELS: tuple[Callable[[], keras.Model], ...] = (
    perceptron, pictures, two_inputs, heads, wide, residual, branching, shared, standard, nested, repeated, autoencoder,
)  # fmt: skip


def filled(make: Callable[[], keras.Model]) -> keras.Model:
    """The model with random values in all weights but the statistics of data."""
    keras.utils.set_random_seed(5)
    model = make()
    draw = np.random.default_rng(7)
    for weight in model.weights:
        if weight.dtype == "float32" and not weight.path.startswith("norm/"):
            values = draw.normal(0.0, 0.7, weight.shape)
            weight.assign(np.abs(values) + 0.1 if "variance" in weight.path else values)
    return model
