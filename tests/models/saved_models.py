"""SavedModel folders of Keras 2, with what it says of the live models: `python -m tests.models.saved_models FOLDER`.

Run by tests in a process of its own, as `keras_2.py`, of which it saves the models, too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import tf_keras as keras

from tests.models import keras_2
from tests.models.checksum import checksum

layers = keras.layers


class Scaled(keras.layers.Layer):  # type: ignore[misc]
    """Two dense layers in a list, and a weight of its own."""

    def __init__(self, units: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.units = units
        self.steps = [layers.Dense(units), layers.Dense(units, use_bias=False)]
        self.scale = self.add_weight(name="scale", shape=(units,), initializer="ones")
        self.seen = self.add_weight(name="seen", shape=(), initializer="zeros", trainable=False)

    def call(self, x: Any) -> Any:
        for step in self.steps:
            x = step(x)
        return x * self.scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


class Subclassed(keras.Model):  # type: ignore[misc]
    """Layers in attributes, lists and dicts, and a whole model among them."""

    def __init__(self) -> None:
        super().__init__(name="subclassed")
        self.first = layers.Dense(4)
        self.blocks = [Scaled(4, name="block_a"), Scaled(4, name="block_b")]
        self.heads = {"two": layers.Dense(2), "one": layers.Dense(1)}
        self.norm = layers.BatchNormalization()
        self.tail = keras.Sequential([layers.Dense(3), layers.Dense(4)], name="tail")

    def call(self, x: Any) -> Any:
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        x = self.norm(self.tail(x))
        return {name: head(x) for name, head in self.heads.items()}


def subclassed() -> Any:
    model = Subclassed()
    model.compile("adam", "mse")
    model.fit(np.zeros((2, 3), "float32"), {"one": np.zeros((2, 1)), "two": np.zeros((2, 2))}, verbose=0)
    return model


def custom_end() -> Any:
    x = keras.Input((3,), name="x")
    y = layers.Lambda(lambda t: t * 2, name="doubled")(Scaled(4, name="middle")(x))
    return keras.Model(x, Scaled(2, name="end")(y), name="custom_end")


def several_inputs() -> Any:
    inputs = {name: keras.Input((size,), name=name) for name, size in (("b", 3), ("a", 2))}
    merged = layers.Concatenate(name="merged")([inputs["a"], inputs["b"]])
    ends = {"y": layers.Dense(1, name="y")(merged), "x": layers.Dense(2, activation="softmax", name="x")(merged)}
    return keras.Model(inputs, ends, name="several_inputs")


def mixed() -> Any:
    policy = "mixed_bfloat16"
    x = keras.Input((6,), name="x")
    y = layers.Dense(4, dtype=policy, name="dense")(x)
    y = layers.Dense(4, dtype="bfloat16", name="all_bfloat16")(y)
    return keras.Model(x, layers.Dense(2, dtype="float16", name="half")(y), name="mixed")


def frozen() -> Any:
    inner = keras.Sequential([layers.Dense(3, input_shape=(4,), name="one"), layers.Dense(3, name="two")], name="base")
    inner.trainable = False
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(2, name="head")(inner(x)), name="frozen")


def cells() -> Any:
    x = keras.Input((5, 3), name="x")
    y = layers.RNN([layers.LSTMCell(4, name="c1"), layers.LSTMCell(2, name="c2")], True, name="stacked")(x)
    y = layers.SimpleRNN(3, return_sequences=True, name="simple")(y)
    y = layers.Bidirectional(layers.GRU(2, name="gru"), backward_layer=layers.GRU(2, go_backwards=True), name="both")(y)
    return keras.Model(x, y, name="cells")


def deferred() -> Any:
    model = keras.Sequential(
        [layers.Dense(4, name="a"), layers.BatchNormalization(name="b"), layers.Dense(2, name="c")]
    )
    model(np.zeros((1, 7), "float32"))
    return model


def adapted() -> Any:
    norm = layers.Normalization(name="norm")
    norm.adapt(np.arange(12.0).reshape(4, 3))
    x = keras.Input((3,), name="x")
    y = layers.PReLU(name="prelu")(layers.Dense(4, name="dense")(norm(x)))
    return keras.Model(x, layers.Dropout(0.5, name="drop")(y), name="adapted")


MODELS = (
    *(make for make in keras_2.MODELS if make.__name__ != "mobile"),
    subclassed, custom_end, several_inputs, mixed, frozen, cells, deferred, adapted,
)  # fmt: skip


def describe(model: Any) -> dict[str, Any]:
    """Counts, the optimizer's count, and of each layer name, class, output shapes and the sum of each weight."""
    optimizer = getattr(model, "optimizer", None)
    return {
        "name": model.name,
        "total": model.count_params(),
        "trainable": _count(model.trainable_weights),
        "optimizer": _count([*optimizer.variables, optimizer._learning_rate]) if optimizer else 0,
        "layers": [_layer(layer) for layer in model.layers],
    }


def _layer(layer: Any) -> dict[str, Any]:
    own = isinstance(layer, keras.Model) and len(layer._inbound_nodes) > 1
    shapes = layer.get_output_shape_at(1 if own else 0) if layer._inbound_nodes else None
    return {
        "name": layer.name,
        "class_name": type(layer).__name__,
        "output_shapes": [list(s) for s in (shapes if isinstance(shapes, list) else [shapes])] if shapes else None,
        "total": layer.count_params(),
        "trainable": _count(layer.trainable_weights),
        "weights": sorted(
            [list(w.shape), w.dtype.name, checksum(np.asarray(w.numpy(), "float32"))] for w in layer.weights
        ),
    }


def _weight(weight: Any) -> list[Any]:
    return [list(weight.shape), weight.dtype.name, checksum(np.asarray(weight.numpy(), "float32"))]


BATCH = 5
"""A batch of this many samples tells which axis is the batch: no layer here has as many units."""


def called(model: Any, shape: tuple[int, ...]) -> dict[str, list[list[int | None]]]:
    """The shapes that each layer in a model, of any depth, gives when it is called, by name."""
    found: dict[str, list[list[int | None]]] = {}
    call = keras.layers.Layer.__call__

    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        outputs = call(self, *args, **kwargs)
        flat = [outputs[key] for key in sorted(outputs)] if isinstance(outputs, dict) else [outputs]
        shapes = [[None if size == BATCH else int(size) for size in tensor.shape] for tensor in flat]
        found.setdefault(self.name, shapes)
        return outputs

    keras.layers.Layer.__call__ = noting
    try:
        model(np.zeros((BATCH, *shape), "float32"))
    finally:
        keras.layers.Layer.__call__ = call
    return found


def _count(weights: Any) -> int:
    return int(sum(np.prod(weight.shape) for weight in weights))


def main(folder: Path) -> None:
    for make in MODELS:
        keras.backend.clear_session()
        keras.utils.set_random_seed(1)
        model = make()
        model.save(folder / make.__name__, save_format="tf")
        said = describe(model)
        if make is subclassed:
            said["called"] = called(model, (3,))
        (folder / f"{make.__name__}.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
