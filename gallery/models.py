"""The models of the gallery's graphs that are too large for examples/, and twins: architectures without weights.

Needs Keras; prints nothing. `models.py FOLDER [NAME ...]` writes `<name>.json` into the folder, for all or those names.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import keras
from keras import layers


def twins() -> keras.Model:
    """Two images through one and the same tower, compared."""
    tower = keras.Sequential(
        [
            keras.Input((64, 64, 3), name="picture"),
            layers.Conv2D(32, 5, activation="relu", name="conv1"),
            layers.MaxPooling2D(name="pool1"),
            layers.Conv2D(64, 3, activation="relu", name="conv2"),
            layers.GlobalAveragePooling2D(name="pool2"),
            layers.Dense(128, name="embedding"),
        ],
        name="tower",
    )
    left, right = keras.Input((64, 64, 3), name="left"), keras.Input((64, 64, 3), name="right")
    distance = layers.Subtract(name="difference")([tower(left), tower(right)])
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid", name="same")(distance), name="twins")


def application(name: str) -> Callable[[], keras.Model]:
    return lambda: getattr(keras.applications, name)(weights=None)


MODELS: dict[str, Callable[[], keras.Model]] = {
    "twins": twins,
    **{
        name.lower(): application(name)
        for name in ("DenseNet201", "NASNetLarge", "EfficientNetB7", "InceptionResNetV2")
    },
}

if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    for model in names or MODELS:
        Path(folder, f"{model}.json").write_text(MODELS[model]().to_json())
        keras.utils.clear_session()
