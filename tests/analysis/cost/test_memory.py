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


@pytest.mark.parametrize(
    "build",
    [
        small,
        *(
            pytest.param(getattr(keras.applications, name), marks=pytest.mark.all_models)
            for name in ("ResNet50", "VGG16", "MobileNetV2", "InceptionV3", "Xception", "DenseNet121", "EfficientNetB0")
        ),
    ],
    ids=lambda build: build.__name__,
)
def test_the_peak_is_what_tensorflow_allocates(build: Callable[..., keras.Model]) -> None:
    model = build() if build is small else build(weights=None)
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
