"""Train the models in examples/models, with the logs of their training and a few inputs; and hide code in one of them.

    python examples/make_models.py [--out DIR]

A LeNet, a residual net with two inputs, an LSTM and an attention layer read the handwritten digits (8 x 8 pixels,
1797 images) that come with scikit-learn, so nothing is downloaded. A quarter of the images is held back to measure the
accuracy that is printed. The LeNet is trained further for images with noise. A small dense network tells four of the
digits apart by the ink in their rows alone. Three networks small enough to follow by hand learn y = 2x + 1, the logical
and, and the exclusive or. The seeds are fixed: on one machine the weights come out the same each time, on another they
may differ in their last digits.
Takes about two minutes on a CPU.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 7
CLASSES = 10
FOUR = (0, 1, 4, 7)
"""The digits that the small dense network tells apart."""


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


def noisy_lenet(model: keras.Model) -> keras.Model:
    """The LeNet to be trained further: convolutions frozen, a dropout put in, the last layer under another name."""
    for name in ("conv1", "conv2"):
        model.get_layer(name).trainable = False
    x = layers.Dropout(0.3, name="dropout")(model.get_layer("fc1").output)
    x = model.get_layer("fc2")(x)
    head = layers.Dense(CLASSES, activation="softmax", name="digit")
    output = head(x)
    head.set_weights(model.get_layer("predictions").get_weights())
    return keras.Model(model.input, output, name="lenet")


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


def attention() -> keras.Model:
    """Reads a digit as 8 rows of 8 counts of ink, 0 to 16: each count is embedded, then the rows look at each other.

    The block is that of Vaswani et al., "Attention Is All You Need", 2017, with one dense layer in place of two.
    """
    ink = keras.Input((8, 8), dtype="int32", name="ink")
    x = layers.Embedding(17, 8, name="shades")(ink)
    x = layers.Reshape((8, 64), name="rows")(x)
    x = layers.Dense(24, name="embed")(x)
    x = layers.LayerNormalization(axis=(1, 2), name="place")(x)  # its beta tells the rows apart
    seen = layers.MultiHeadAttention(2, 12, name="attention")(x, x)
    x = layers.LayerNormalization(name="norm")(seen)
    thought = layers.Dense(24, activation="gelu", name="think")(x)
    x = layers.Add(name="add")([x, thought])
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(ink, layers.Dense(CLASSES, activation="softmax", name="predictions")(x), name="attention")


def line() -> keras.Model:
    """One weight and one bias: after training y = 2x + 1."""
    return keras.Sequential([keras.Input((1,), name="x"), layers.Dense(1, name="y")], name="line")


def perceptron() -> keras.Model:
    """One unit with two inputs: after training the logical and.

    Source: Rosenblatt, "The perceptron", 1958, with a sigmoid where his unit has a step, which has no gradient.
    """
    return keras.Sequential(
        [keras.Input((2,), name="bits"), layers.Dense(1, activation="sigmoid", name="both")], name="perceptron"
    )


def mlp() -> keras.Model:
    """A dense network of 8, 6, 6 and 4 units: which of the digits 0, 1, 4, 7 has so much ink in its rows."""
    stack = [
        keras.Input((8,), name="profile"),
        layers.Dense(6, activation="tanh", name="hidden1"),
        layers.Dense(6, activation="tanh", name="hidden2"),
        layers.Dense(4, activation="softmax", name="digit"),
    ]
    return keras.Sequential(stack, name="mlp")


def xor() -> keras.Model:
    """Two inputs, three hidden units, one output: the exclusive or, which no single layer can tell.

    Source: Rumelhart, Hinton and Williams, "Learning internal representations by error propagation", 1986.
    """
    stack = [
        keras.Input((2,), name="bits"),
        layers.Dense(3, activation="tanh", name="hidden"),
        layers.Dense(1, activation="sigmoid", name="differ"),
    ]
    return keras.Sequential(stack, name="xor")


BUILDERS = {"lenet": lenet, "residual": residual, "lstm": lstm, "attention": attention}
EPOCHS = {"lenet": 30, "residual": 30, "lstm": 60, "attention": 30}


def inputs_of(name: str, images: Any) -> Any:
    """Images of shape (count, 8, 8) as one of the models takes them."""
    if name == "residual":
        return {"upper": images[:, :4, :, None], "lower": images[:, 4:, :, None]}
    if name == "attention":
        return np.rint(images * 16).astype("int32")
    return images[..., None] if name == "lenet" else images


def train(name: str, digits: Digits, log: Path) -> tuple[keras.Model, float]:
    """A trained model, its optimizer's state included, and its accuracy on the images held back; `log` gets a line each
    epoch."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    model = BUILDERS[name]()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images, test_images = (inputs_of(name, part) for part in (digits.train_images, digits.test_images))
    test = (test_images, digits.test_digits)
    epochs, slow = EPOCHS[name], EPOCHS[name] - 5
    written = [keras.callbacks.CSVLogger(log, append=append) for append in (False, True)]
    fit = {"batch_size": 64, "verbose": 0, "validation_data": test}
    model.fit(images, digits.train_digits, epochs=slow, callbacks=written[:1], **fit)
    model.optimizer.learning_rate.assign(1e-4)  # small steps at the end, so that the weights settle
    model.fit(images, digits.train_digits, initial_epoch=slow, epochs=epochs, callbacks=written[1:], **fit)
    _, accuracy = model.evaluate(*test, verbose=0)
    return model, float(accuracy)


def tune(model: keras.Model, digits: Digits) -> tuple[keras.Model, float]:
    """The LeNet trained for ten epochs more on images with noise, and its accuracy on the images held back."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    tuned = noisy_lenet(model)
    tuned.compile(optimizer=keras.optimizers.Adam(5e-4), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images, test_images = (inputs_of("lenet", part) for part in (digits.train_images, digits.test_images))
    noise = np.random.default_rng(SEED).normal(0, 0.1, images.shape)
    noisy = np.clip(images + noise, 0, 1).astype("float32")
    tuned.fit(noisy, digits.train_digits, batch_size=64, epochs=10, verbose=0)
    _, accuracy = tuned.evaluate(test_images, digits.test_digits, verbose=0)
    return tuned, float(accuracy)


BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
NUMBERS = np.linspace(-2, 2, 32, dtype="float32")[:, None]

SMALL: dict[str, tuple[Callable[[], keras.Model], Any, Any, str, float]] = {
    "line": (line, NUMBERS, 2 * NUMBERS + 1, "mse", 0.0),
    "perceptron": (perceptron, BITS, BITS.min(axis=1, keepdims=True), "binary_crossentropy", 0.9),
    "xor": (xor, BITS, BITS.sum(axis=1, keepdims=True) % 2, "binary_crossentropy", 0.9),
}
"""The networks that can be followed by hand: what they read and should give, the loss, and the momentum."""


def train_small(name: str) -> keras.Model:
    """One of the networks that can be followed by hand, trained until it is right."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    build, x, y, loss, momentum = SMALL[name]
    model = build()
    model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=momentum), loss=loss)
    model.fit(x, y, batch_size=len(x), epochs=200, verbose=0)
    return model


def profiles(images: Any, digits: Any) -> tuple[Any, Any]:
    """Of the images of 0, 1, 4 and 7: the mean ink of each row, shape (count, 8), and which of the four it is."""
    few = np.isin(digits, FOUR)
    return images[few].mean(axis=2), np.searchsorted(FOUR, digits[few])


def train_mlp(digits: Digits) -> tuple[keras.Model, float]:
    """The dense network, trained on the images of four digits, and its accuracy on those of them held back."""

    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    model = mlp()
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*profiles(digits.train_images, digits.train_digits), batch_size=64, epochs=60, verbose=0)
    _, accuracy = model.evaluate(*profiles(digits.test_images, digits.test_digits), verbose=0)
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


def write_inputs(folder: Path, digits: Digits) -> None:
    """The first 16 images held back, as an array for each way in which the models take them; and a 3 as a picture."""
    images = digits.test_images[:16]
    for name, model in (("digits", "lenet"), ("rows", "lstm"), ("ink", "attention")):
        np.save(folder / f"{name}.npy", inputs_of(model, images))
    np.save(folder / "profiles.npy", profiles(digits.test_images, digits.test_digits)[0][:16])
    three = digits.test_images[list(digits.test_digits).index(3)]
    Image.fromarray(np.rint(three * 255).astype("uint8")).save(folder / "three.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for models, logs and inputs")
    out = parser.parse_args().out
    models, logs, inputs = (out / name for name in ("models", "logs", "inputs"))
    for folder in (models, logs, inputs):
        folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(SEED)
    hidden().save(models / "hidden.keras")
    for name in SMALL:
        train_small(name).save(models / f"{name}.keras")
    digits = read_digits()
    write_inputs(inputs, digits)
    for name in ("mlp", *BUILDERS, "lenet-tuned"):
        if name == "lenet-tuned":
            model, accuracy = tune(keras.models.load_model(models / "lenet.keras"), digits)
        else:
            model, accuracy = train_mlp(digits) if name == "mlp" else train(name, digits, logs / f"{name}.csv")
        path = models / f"{name}.keras"
        model.save(path)
        size = path.stat().st_size / 1000
        print(
            f"{path.name}: {accuracy:.1%} of the digits held back right, "
            f"{model.count_params():,} parameters, {size:.0f} kB"
        )


if __name__ == "__main__":
    main()
