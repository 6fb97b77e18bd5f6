"""Bytes of outputs against what TensorFlow allocates: its records of every buffer while a frozen graph runs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import keras
import numpy as np
import pytest

from netviz.analysis.cost import cost_model
from netviz.readers import read


def measured_peak(model: keras.Model, batch: int) -> int:
    """The most bytes alive at a time by the allocation records of a second run on one thread, the input among them."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    shape = (batch, *model.input_shape[1:])
    function: Any = tf.function(lambda pictures: model(pictures, training=False))
    frozen = convert_variables_to_constants_v2(function.get_concrete_function(tf.TensorSpec(shape)))
    pictures = np.random.default_rng(0).random(shape, np.float32)
    v1 = tf.compat.v1
    threads = v1.ConfigProto(
        inter_op_parallelism_threads=1, intra_op_parallelism_threads=1, use_per_session_threads=True
    )
    records = v1.RunMetadata()
    with tf.Graph().as_default(), v1.Session(config=threads) as session:
        tf.import_graph_def(frozen.graph.as_graph_def(), name="")
        fetched, fed = frozen.outputs[0].name, {frozen.inputs[0].name: pictures}
        session.run(fetched, fed)
        session.run(fetched, fed, options=v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE), run_metadata=records)
    changes = sorted(
        (record.alloc_micros, record.alloc_bytes)
        for device in records.step_stats.dev_stats
        for node in device.node_stats
        for memory in node.memory
        for record in memory.allocation_records
    )
    assert changes, "this TensorFlow keeps no records"
    return int(max(accumulate(size for _, size in changes))) + pictures.nbytes


def small() -> keras.Model:
    """A residual network with all that shares memory: padding, normalisation, activation, addition, pooling."""
    layers = keras.layers
    x = entered = keras.Input((96, 96, 3))
    x = layers.Conv2D(32, 3, 2, padding="same")(x)
    for width in (32, 64):
        short = layers.Conv2D(width, 1)(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(layers.Conv2D(width, 3, padding="same")(x)))
        x = layers.BatchNormalization()(layers.Conv2D(width, 3, padding="same")(x))
        x = layers.Activation("relu")(layers.Add()([short, x]))
        x = layers.MaxPooling2D()(layers.ZeroPadding2D()(x))
    return keras.Model(entered, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


def encoder() -> keras.Model:
    """Two blocks of a transformer on 128 positions: the scores of 8 heads take more than all that comes out."""
    layers = keras.layers
    x = entered = keras.Input((128, 64))
    for _ in range(2):
        x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(8, 8)(x, x)]))
        hidden = layers.Dense(64)(layers.Dense(128, activation="gelu")(x))
        x = layers.LayerNormalization()(layers.Add()([x, hidden]))
    return keras.Model(entered, x)


def one(layer: Callable[[], Any], shape: tuple[int, ...], name: str) -> Callable[[], keras.Model]:
    """A model of one layer, to which attention goes more than once."""

    def build() -> keras.Model:
        keras.backend.clear_session()
        entered, own = keras.Input(shape), layer()
        several = "Attention" in type(own).__name__
        given = [entered, entered] if several else entered
        by_place = several and hasattr(own, "use_bias")
        return keras.Model(entered, own(entered, entered) if by_place else own(given))

    build.__name__ = name
    return build


L = keras.layers
INSIDE: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "dropout of scores": (lambda: L.MultiHeadAttention(4, 16, dropout=0.1), (64, 32)),
    "grouped": (lambda: L.GroupQueryAttention(16, 8, 2), (128, 64)),
    "attention": (lambda: L.Attention(), (96, 64)),
    "concat": (lambda: L.Attention(score_mode="concat"), (48, 16)),
    "additive": (lambda: L.AdditiveAttention(), (48, 16)),
    "LSTM": (lambda: L.LSTM(64, return_sequences=True), (32, 32)),
    "last of LSTM": (lambda: L.LSTM(64), (32, 32)),
    "GRU": (lambda: L.GRU(64, return_sequences=True), (32, 32)),
    "separable": (lambda: L.SeparableConv2D(64, 3, padding="same"), (32, 32, 32)),
    "separables": (
        lambda: keras.Sequential([L.SeparableConv2D(64, 3, padding="same"), L.SeparableConv2D(64, 3, padding="same")]),
        (32, 32, 4),
    ),
    "SiLU": (lambda: L.Conv2D(16, 1, activation="silu"), (32, 32, 4)),
    "steps": (lambda: L.TimeDistributed(L.Conv2D(16, 3)), (4, 16, 16, 3)),
    "spectral": (lambda: L.SpectralNormalization(L.Conv2D(64, 1)), (32, 32, 3)),
    "directions": (lambda: L.Bidirectional(L.LSTM(64, return_sequences=True)), (32, 32)),
    "cell": (lambda: L.RNN(L.LSTMCell(64), return_sequences=True), (32, 32)),
    "steps of pictures": (lambda: L.ConvLSTM2D(8, 3), (8, 16, 16, 4)),
}
IN_A_HURRY = ("grouped", "additive", "LSTM", "separables", "SiLU", "steps", "directions")
ONES = [
    pytest.param(one(layer, shape, name), marks=() if name in IN_A_HURRY else pytest.mark.all_models)
    for name, (layer, shape) in INSIDE.items()
]


@pytest.mark.parametrize(
    "build",
    [
        small,
        encoder,
        *ONES,
        *(
            pytest.param(getattr(keras.applications, name), marks=pytest.mark.all_models)
            for name in ("ResNet50", "VGG16", "MobileNetV2", "InceptionV3", "Xception", "DenseNet121", "EfficientNetB0")
        ),
    ],
    ids=lambda build: build.__name__,
)
def test_the_peak_is_what_tensorflow_allocates(build: Callable[..., keras.Model]) -> None:
    model = build(weights=None) if build.__module__.startswith("keras") else build()
    cost = cost_model(read(model), batch=2)
    assert cost.exact, cost.unknown
    assert cost.activation_bytes == pytest.approx(measured_peak(model, 2), rel=0.15)


def chain(*layers: Any) -> Any:
    return cost_model(read(keras.Sequential([keras.Input((8, 8, 4), batch_size=1), *layers])))


def test_what_is_alive_call_by_call() -> None:
    """By hand: 1 KB enters and stays; a convolution has what it reads and what it makes."""
    layers = keras.layers
    cost = chain(layers.Conv2D(8, 1, name="a"), layers.Conv2D(4, 1, name="b"), layers.Conv2D(2, 1, name="c"))
    kilobyte = 8 * 8 * 4 * 4
    assert dict(cost.alive) == {"a": 3 * kilobyte, "b": 4 * kilobyte, "c": kilobyte + 3 * kilobyte // 2}
    assert (cost.activation_bytes, cost.peak_at) == (4 * kilobyte, "b")
    assert cost.training_bytes == 4 * kilobyte + kilobyte // 2


def test_what_shares_memory_takes_none() -> None:
    layers = keras.layers
    plain = chain(layers.Conv2D(8, 1), layers.Conv2D(8, 1))
    shared = chain(
        layers.Conv2D(8, 1), layers.ReLU(), layers.Dropout(0.5), layers.Reshape((8, 8, 8)), layers.Conv2D(8, 1)
    )
    assert shared.activation_bytes == plain.activation_bytes
    assert shared.training_bytes == plain.training_bytes + 8 * 8 * 8 * 4, "only what ReLU makes is kept for training"


def test_what_others_need_is_not_written_over() -> None:
    layers = keras.layers
    entered = keras.Input((8, 8, 4), batch_size=1)
    x = layers.Conv2D(8, 1, name="x")(entered)
    model = keras.Model(entered, layers.Concatenate(name="both")([layers.ReLU(name="changed")(x), x]))
    alive = dict(cost_model(read(model)).alive)
    assert alive["changed"] - alive["x"] == 8 * 8 * 8 * 4


def test_the_inside_of_a_nested_model_runs_in_its_place() -> None:
    layers = keras.layers

    def stages() -> list[Any]:
        return [layers.Conv2D(8, 1), layers.ReLU(), layers.Conv2D(16, 3), layers.Conv2D(2, 1)]

    flat = chain(*stages())
    nested = chain(keras.Sequential(stages()[:2]), keras.Sequential(stages()[2:]))
    assert nested.activation_bytes == flat.activation_bytes
    assert nested.training_bytes == flat.training_bytes
    assert [size for _, size in nested.alive] == [size for _, size in flat.alive]


def test_what_training_keeps_of_calls() -> None:
    """By hand from the gradients: scores and projections of attention, gates and states of each step of an LSTM."""
    layers = keras.layers
    tokens, features, heads, size, units = 64, 6, 2, 3, 5
    positions = 2 * tokens

    def kept(layer: Callable[[Any], Any]) -> int:
        entered = keras.Input((tokens, features), batch_size=2)
        cost = cost_model(read(keras.Model(entered, layer(entered))))
        return (cost.training_bytes - sum(own.activation_bytes or 0 for own in cost.layers)) // 4

    assert kept(lambda x: x + 1) == 0
    attention = layers.MultiHeadAttention(heads, size)
    assert kept(lambda x: attention(x, x)) == 4 * positions * heads * size + heads * positions * tokens
    assert kept(layers.LSTM(units, return_sequences=True)) == positions * units * (4 + 1)
    assert kept(layers.LSTM(units)) == positions * units * (4 + 1 + 1)
