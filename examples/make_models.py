"""Train the models in examples/models: a LeNet, a residual net with two inputs, an LSTM; and hide code in a fourth.

    python examples/make_models.py [--out DIR]

All three read the handwritten digits (8 x 8 pixels, 1797 images) that come with scikit-learn, so nothing is downloaded.
A quarter of the images is held back to measure the accuracy that is printed. The seeds are fixed: on one machine the
weights come out the same each time, on another they may differ in their last digits. Takes about a minute on a CPU.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 7
CLASSES = 10


@dataclass(frozen=True)
class Digits:
    """Images of shape (count, 8, 8) with ink from 0 to 1, and their digits of shape (count,)."""

    train_images: Any
    test_images: Any
    train_digits: Any
    test_digits: Any


def read_digits() -> Digits:
    """scikit-learn's digits, a quarter of them held back for the test, each digit in equal parts.

    The other three quarters come three times: as they are, and moved one pixel to the left and to the right.
    """
    digits = load_digits()
    images = (digits.images / 16.0).astype("float32")  # the ink of a pixel is counted from 0 to 16
    parts = train_test_split(images, digits.target, test_size=0.25, stratify=digits.target, random_state=SEED)
    train_images, test_images, train_digits, test_digits = parts
    padded = np.pad(train_images, ((0, 0), (0, 0), (1, 1)))
    moved = np.concatenate([padded[:, :, shift : shift + 8] for shift in range(3)])
    return Digits(moved, test_images, np.tile(train_digits, 3), test_digits)


def lenet() -> keras.Model:
    """LeNet-5's stack of two convolutions and three dense layers, on 8 x 8 images enlarged to 16 x 16.

    LeNet wants 32 x 32. Digits of 8 x 8 pixels hold a quarter of that, so they are doubled once, and the second
    convolution has kernels of 3 x 3 in place of 5 x 5.
    """
    image = keras.Input((8, 8, 1), name="image")
    x = layers.UpSampling2D(2, interpolation="bilinear", name="enlarge")(image)
    x = layers.Conv2D(6, 5, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(16, 3, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(2, name="pool2")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(120, activation="relu", name="fc1")(x)
    x = layers.Dense(84, activation="relu", name="fc2")(x)
    return keras.Model(image, layers.Dense(CLASSES, activation="softmax", name="predictions")(x), name="lenet")


def residual() -> keras.Model:
    """A residual net that sees the upper and the lower half of a digit through two separate branches.

    Neither half is enough: a 1 and a 7 differ in the upper one, a 3 and a 9 in the lower.
    """
    halves = [keras.Input((4, 8, 1), name=name) for name in ("upper", "lower")]
    x = layers.Concatenate(name="join")([_branch(half, half.name) for half in halves])
    skip = layers.Dense(32, activation="relu", name="fc1")(x)
    x = layers.Dropout(0.3, name="dropout")(skip)
    x = layers.Dense(32, activation="relu", name="fc2")(x)
    x = layers.Add(name="fc_add")([x, skip])
    return keras.Model(halves, layers.Dense(CLASSES, activation="softmax", name="predictions")(x), name="residual")


def _branch(half: Any, name: str) -> Any:
    """A convolution, a residual block and a pooling: 4 x 8 pixels become 2 x 4 x 12 numbers.

    Source of the block: He et al., "Deep Residual Learning for Image Recognition", 2015, figure 2.
    """
    x = layers.Conv2D(12, 3, padding="same", use_bias=False, name=f"{name}_stem")(half)
    x = layers.BatchNormalization(name=f"{name}_stem_bn")(x)
    skip = layers.ReLU(name=f"{name}_stem_relu")(x)
    x = layers.Conv2D(12, 3, padding="same", use_bias=False, name=f"{name}_conv1")(skip)
    x = layers.BatchNormalization(name=f"{name}_bn1")(x)
    x = layers.ReLU(name=f"{name}_relu1")(x)
    x = layers.Conv2D(12, 3, padding="same", use_bias=False, name=f"{name}_conv2")(x)
    x = layers.BatchNormalization(name=f"{name}_bn2")(x)
    x = layers.Add(name=f"{name}_add")([x, skip])
    x = layers.ReLU(name=f"{name}_relu2")(x)
    x = layers.MaxPooling2D(2, name=f"{name}_pool")(x)
    return layers.Flatten(name=f"{name}_flatten")(x)


def lstm() -> keras.Model:
    """Reads a digit as a sequence of 8 rows of 8 pixels: once up and down, then down with all of that in view."""
    rows = keras.Input((8, 8), name="rows")
    x = layers.Bidirectional(layers.LSTM(24, return_sequences=True, name="scan"), name="both_ways")(rows)
    x = layers.LSTM(32, name="summary")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    return keras.Model(rows, layers.Dense(CLASSES, activation="softmax", name="predictions")(x), name="lstm")


BUILDERS = {"lenet": lenet, "residual": residual, "lstm": lstm}
EPOCHS = {"lenet": 30, "residual": 30, "lstm": 60}


def inputs_of(name: str, images: Any) -> Any:
    """Images of shape (count, 8, 8) as one of the models takes them."""
    if name == "residual":
        return {"upper": images[:, :4, :, None], "lower": images[:, 4:, :, None]}
    return images[..., None] if name == "lenet" else images


def train(name: str, digits: Digits) -> tuple[keras.Model, float]:
    """A trained model, its optimizer's state included, and its accuracy on the images held back."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    model = BUILDERS[name]()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images = inputs_of(name, digits.train_images)
    model.fit(images, digits.train_digits, batch_size=64, epochs=EPOCHS[name] - 5, verbose=0)
    model.optimizer.learning_rate.assign(1e-4)  # small steps at the end, so that the weights settle
    model.fit(images, digits.train_digits, batch_size=64, epochs=5, verbose=0)
    _, accuracy = model.evaluate(inputs_of(name, digits.test_images), digits.test_digits, verbose=0)
    return model, float(accuracy)


def hidden() -> keras.Model:
    """A model with code in the file, two levels down, that prints a line where Keras is told to run it."""
    code = lambda x: (print("This line was printed by the model's file."), x)[1]  # noqa: E731
    code.__code__ = code.__code__.replace(co_filename=Path(__file__).name)  # else the file says where it was made
    scale = layers.Lambda(code, name="scale")
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(4, name="features"), scale], name="encoder")
    rows = keras.Input((8, 8), name="rows")
    x = layers.TimeDistributed(inner, name="per_row")(rows)
    x = layers.GlobalAveragePooling1D(name="mean")(x)
    return keras.Model(rows, layers.Dense(CLASSES, activation="softmax", name="predictions")(x), name="hidden")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "models", help="folder for the files")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(SEED)
    hidden().save(out / "hidden.keras")
    digits = read_digits()
    for name in BUILDERS:
        model, accuracy = train(name, digits)
        path = out / f"{name}.keras"
        model.save(path)
        size = path.stat().st_size / 1000
        print(
            f"{path.name}: {accuracy:.1%} of {len(digits.test_digits)} digits right, "
            f"{model.count_params():,} parameters, {size:.0f} kB"
        )


if __name__ == "__main__":
    main()
