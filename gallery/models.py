"""The models of the gallery's graphs that do not lie in examples/: architectures without weights, as configs.

Needs Keras; prints nothing, writes `<name>.json` into the folder given as the argument.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import keras
from keras import layers


def encoder() -> keras.Model:
    """A transformer of BERT's base size: 12 blocks of attention and feed-forward layers, after Devlin et al., 2019."""
    tokens = keras.Input((512,), dtype="int32", name="tokens")
    mask = keras.Input((512,), dtype="bool", name="mask")
    x = layers.Embedding(30522, 768, name="embedding")(tokens)
    x = layers.Dropout(0.1, name="embedding_dropout")(x)
    for number in range(12):
        block = f"block{number + 1}"
        attended = layers.MultiHeadAttention(12, 64, dropout=0.1, name=f"{block}_attention")(
            x, x, key_mask=mask, value_mask=mask
        )
        x = layers.Add(name=f"{block}_attention_add")([x, attended])
        x = layers.LayerNormalization(epsilon=1e-12, name=f"{block}_attention_norm")(x)
        inner = layers.Dense(3072, activation="gelu", name=f"{block}_expand")(x)
        inner = layers.Dense(768, name=f"{block}_project")(inner)
        inner = layers.Dropout(0.1, name=f"{block}_dropout")(inner)
        x = layers.Add(name=f"{block}_add")([x, inner])
        x = layers.LayerNormalization(epsilon=1e-12, name=f"{block}_norm")(x)
    first = layers.Lambda(lambda tensor: tensor[:, 0], output_shape=(768,), name="first_token")(x)
    return keras.Model([tokens, mask], layers.Dense(768, activation="tanh", name="pooler")(first), name="encoder")


def u_net() -> keras.Model:
    """A U-Net of four levels, after Ronneberger et al., 2015."""

    def convolved(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
        for number in (1, 2):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_conv{number}")(x)
        return x

    x = image = keras.Input((256, 256, 1), name="image")
    skips = []
    for level, filters in enumerate((64, 128, 256)):
        x = convolved(x, filters, f"down{level + 1}")
        skips.append(x)
        x = layers.MaxPooling2D(name=f"down{level + 1}_pool")(x)
    x = convolved(x, 512, "bottom")
    for level, filters in reversed(list(enumerate((64, 128, 256)))):
        x = layers.Conv2DTranspose(filters, 2, strides=2, name=f"up{level + 1}_conv")(x)
        x = layers.Concatenate(name=f"up{level + 1}_join")([skips[level], x])
        x = convolved(x, filters, f"up{level + 1}")
    return keras.Model(image, layers.Conv2D(2, 1, activation="softmax", name="classes")(x), name="u_net")


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
    "encoder": encoder,
    "u_net": u_net,
    "twins": twins,
    **{
        name.lower(): application(name)
        for name in (
            "ResNet50",
            "MobileNetV2",
            "DenseNet201",
            "NASNetLarge",
            "VGG16",
            "EfficientNetB7",
            "InceptionResNetV2",
        )
    },
}

if __name__ == "__main__":
    for model, build in MODELS.items():
        Path(sys.argv[1], f"{model}.json").write_text(build().to_json())
        keras.utils.clear_session()
