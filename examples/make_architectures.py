"""Write the architectures in examples/architectures: known networks as `model.to_json()` files, without weights.

    python examples/make_architectures.py [--out DIR]

Needs Keras. The same Keras writes the same bytes each time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import keras
from keras import layers


def lenet_5() -> keras.Model:
    """LeNet-5 as a stack of Keras layers: 61,706 parameters.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998, figure 2. There S2 and S4
    scale and shift what they average, C3 reads some of the maps only, and distances to patterns stand at the end.
    """
    image = keras.Input((32, 32, 1), name="input")
    x = layers.Conv2D(6, 5, activation="tanh", name="C1")(image)
    x = layers.AveragePooling2D(2, name="S2")(x)
    x = layers.Conv2D(16, 5, activation="tanh", name="C3")(x)
    x = layers.AveragePooling2D(2, name="S4")(x)
    x = layers.Conv2D(120, 5, activation="tanh", name="C5")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(84, activation="tanh", name="F6")(x)
    return keras.Model(image, layers.Dense(10, activation="softmax", name="output")(x), name="lenet-5")


def alexnet() -> keras.Model:
    """AlexNet as it runs on one device: 62,378,344 parameters.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012,
    without the two groups of its convolutions, and without the response normalization that Keras lacks.
    """
    image = keras.Input((227, 227, 3), name="image")
    x = layers.Conv2D(96, 11, strides=4, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    x = layers.Conv2D(256, 5, padding="same", activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool2")(x)
    x = layers.Conv2D(384, 3, padding="same", activation="relu", name="conv3")(x)
    x = layers.Conv2D(384, 3, padding="same", activation="relu", name="conv4")(x)
    x = layers.Conv2D(256, 3, padding="same", activation="relu", name="conv5")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool5")(x)
    x = layers.Flatten(name="flatten")(x)
    for number in (6, 7):
        x = layers.Dense(4096, activation="relu", name=f"fc{number}")(x)
        x = layers.Dropout(0.5, name=f"drop{number}")(x)
    return keras.Model(image, layers.Dense(1000, activation="softmax", name="fc8")(x), name="alexnet")


def u_net() -> keras.Model:
    """A U-Net of four levels, with padding, so that what is joined is of one size.

    Source: Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation", 2015.
    """

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
    return keras.Model(image, layers.Conv2D(2, 1, activation="softmax", name="classes")(x), name="u-net")


def autoencoder() -> keras.Model:
    """Squeezes 28 x 28 pixels into 32 numbers and draws them again."""
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", name="encode1")(image)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu", name="encode2")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(32, name="code")(x)
    x = layers.Dense(7 * 7 * 32, activation="relu", name="unpack")(x)
    x = layers.Reshape((7, 7, 32), name="reshape")(x)
    x = layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu", name="decode1")(x)
    x = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu", name="decode2")(x)
    drawn = layers.Conv2D(1, 3, padding="same", activation="sigmoid", name="drawn")(x)
    return keras.Model(image, drawn, name="autoencoder")


def two_inputs() -> keras.Model:
    """A picture and a row of a table go their own ways and are joined: the price of a house, say."""
    photo, facts = keras.Input((64, 64, 3), name="photo"), keras.Input((12,), name="facts")
    x = photo
    for number, filters in enumerate((16, 32, 64), start=1):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv{number}")(x)
        x = layers.MaxPooling2D(name=f"pool{number}")(x)
    seen = layers.GlobalAveragePooling2D(name="average")(x)
    y = layers.Dense(32, activation="relu", name="facts1")(facts)
    known = layers.Dense(32, activation="relu", name="facts2")(y)
    z = layers.Concatenate(name="join")([seen, known])
    z = layers.Dense(64, activation="relu", name="fc1")(z)
    z = layers.Dropout(0.3, name="dropout")(z)
    return keras.Model([photo, facts], layers.Dense(1, name="price")(z), name="two-inputs")


def encoder() -> keras.Model:
    """A transformer encoder of BERT's base size: 12 blocks of attention and feed-forward layers.

    Source: Devlin et al., "BERT: pre-training of deep bidirectional transformers for language understanding", 2019.
    """
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
    first = keras.ops.get_item(x, (slice(None), 0))
    return keras.Model([tokens, mask], layers.Dense(768, activation="tanh", name="pooler")(first), name="encoder")


ARCHITECTURES: dict[str, Callable[[], keras.Model]] = {
    "lenet-5": lenet_5,
    "alexnet": alexnet,
    "vgg16": lambda: keras.applications.VGG16(weights=None),
    "resnet50": lambda: keras.applications.ResNet50(weights=None),
    "u-net": u_net,
    "autoencoder": autoencoder,
    "two-inputs": two_inputs,
    "encoder": encoder,
}
"""By the name of the file."""


def config_of(name: str) -> str:
    """One architecture as JSON, with the names that its layers get in a fresh session."""
    keras.utils.clear_session()
    return ARCHITECTURES[name]().to_json(separators=(",", ":")) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "architectures", help="folder for the files"
    )
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name in ARCHITECTURES:
        path = out / f"{name}.json"
        path.write_text(config_of(name))
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
