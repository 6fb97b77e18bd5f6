"""Models of Keras 2, saved in its formats with what it says of them: `python tests/models/keras_2.py FOLDER`.

Run by tests in a process of its own: tf_keras and keras do not go together in one. It is the last Keras 2, which
TensorFlow still ships.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import tf_keras as keras

layers = keras.layers


def residual() -> Any:
    x = keras.Input((8, 8, 3), name="x")
    y = layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3, name="conv_b")(x))
    z = layers.Add(name="add")([y, layers.Conv2D(4, 1, padding="same", name="conv_a")(layers.ReLU(name="relu")(y))])
    model = keras.Model(x, layers.Dense(2, name="head")(layers.GlobalAveragePooling2D(name="pool")(z)), name="residual")
    model.compile("adam", "mse", metrics=[keras.metrics.AUC(num_thresholds=20)])
    model.fit(np.zeros((2, 8, 8, 3)), np.zeros((2, 2)), verbose=0)
    return model


def shared() -> Any:
    x = keras.Input((5,), name="x")
    layer = layers.Dense(5, name="shared")
    return keras.Model(x, layers.Add(name="add")([layer(x), layer(layer(x))]), name="shared_layer")


def nested() -> Any:
    inner_in = keras.Input((4,), name="inner_in")
    inner = keras.Model(inner_in, layers.Dense(4, name="inner_dense")(inner_in), name="inner")
    tail = keras.Sequential([layers.Dense(3, name="one"), layers.Dense(2, name="two")], name="tail")
    x = keras.Input((4,), name="x")
    return keras.Model(x, [tail(inner(x)), inner(inner(x))], name="nested")


def sequence() -> Any:
    x = keras.Input((7,), dtype="int32", name="x")
    y = layers.Embedding(9, 4, mask_zero=True, name="embedding")(x)
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True, name="lstm"), name="both_ways")(y)
    y = layers.GRU(5, return_sequences=True, name="gru")(y)
    y = layers.LayerNormalization(name="norm")(layers.MultiHeadAttention(2, 3, name="attention")(y, y))
    return keras.Model(x, layers.TimeDistributed(layers.Dense(3, name="dense"), name="each_step")(y), name="sequence")


def chain() -> Any:
    return keras.Sequential([layers.Dense(4, input_shape=(9,), name="b"), layers.Dense(2, name="a")], name="chain")


def mobile() -> Any:
    return keras.applications.MobileNetV2(weights=None, input_shape=(96, 96, 3), alpha=0.35)


MODELS = (residual, shared, nested, sequence, chain, mobile)


def describe(model: Any) -> dict[str, Any]:
    """Names, classes, shapes of the first call, counts, and the sum of all weights of each layer."""
    described = []
    for layer in model.layers:
        # The first node of a model that knows its inputs is the one on these.
        own = isinstance(layer, keras.Model) and len(layer._inbound_nodes) > 1
        shapes = layer.get_output_shape_at(1 if own else 0)
        described.append(
            {
                "name": layer.name,
                "class_name": type(layer).__name__,
                "output_shapes": [list(shape) for shape in (shapes if isinstance(shapes, list) else [shapes])],
                "total": layer.count_params(),
                "trainable": int(sum(np.prod(weight.shape) for weight in layer.trainable_weights)),
                "sum": float(sum(np.sum(weight.numpy(), dtype=np.float64) for weight in layer.weights)),
            }
        )
    return {"total": model.count_params(), "layers": described}


def main(folder: Path) -> None:
    for make in MODELS:
        keras.backend.clear_session()
        model = make()
        for suffix in ("keras", "h5"):
            model.save(folder / f"{make.__name__}.{suffix}")
        model.save_weights(folder / f"{make.__name__}_weights.h5")  # by name
        model.save_weights(folder / f"{make.__name__}.weights.h5")
        (folder / f"{make.__name__}_config.json").write_text(model.to_json())
        (folder / f"{make.__name__}.json").write_text(json.dumps(describe(model)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
