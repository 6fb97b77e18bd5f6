"""Every loss of the catalog against keras.losses: values, and gradients by automatic differentiation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from netviz.catalog.functions.kinds import BoundLoss
from netviz.catalog.functions.losses import BY_NAME, LOSSES, bind, parse_loss
from netviz.errors import UsageError

NO_LOSSES = ("get", "serialize", "deserialize", "Loss")
FUNCTIONS = sorted(name for name in dir(keras.losses) if name.islower() and name[0] != "_" and name not in NO_LOSSES)
CLASSES = sorted(name for name in dir(keras.losses) if name[0].isupper() and name not in NO_LOSSES)
DRAWN = [row for row in LOSSES if row.cases]

Inputs = Callable[[Any], tuple[Any, Any]]
"""What Keras is given, (y_true, y_pred), for a column of numbers x of the picture."""


def constant(*values: float) -> Callable[[Any], Any]:
    return lambda x: tf.constant([values] * x.shape[0], x.dtype)


def beside(*others: float) -> Callable[[Any], Any]:
    return lambda x: tf.concat([x, constant(*others)(x)], axis=1)


def shared(x: Any) -> Any:
    """Three classes, of which the first has x and the others share the rest."""
    return tf.concat([x, (1 - x) / 2, (1 - x) / 2], axis=1)


def single(*targets: float) -> tuple[Inputs, ...]:
    return tuple(lambda x, t=target: (constant(t)(x), x) for target in targets)


def of_classes(true: Callable[[Any], Any]) -> Callable[[bool], tuple[Inputs, ...]]:
    return lambda logits: (lambda x: (true(x), beside(0.0, 0.0)(x) if logits else shared(x)),)


def turned(x: Any) -> tuple[Any, Any]:
    return constant(1.0, 0.0)(x), tf.concat([tf.cos(x), tf.sin(x)], axis=1)


def number(x: Any) -> Any:
    return tf.zeros(x.shape, "int32")


ORACLE: dict[str, Callable[[bool], tuple[Inputs, ...]]] = {
    **dict.fromkeys(("mean_squared_error", "mean_absolute_error", "huber", "log_cosh"), lambda _: single(0.0)),
    "mean_absolute_percentage_error": lambda _: single(1.0, 4.0),
    "mean_squared_logarithmic_error": lambda _: single(1.0, 4.0),
    "poisson": lambda _: single(1.0, 4.0),
    "binary_crossentropy": lambda _: single(1.0, 0.0),
    "binary_focal_crossentropy": lambda _: single(1.0, 0.0),
    "categorical_crossentropy": of_classes(constant(1.0, 0.0, 0.0)),
    "categorical_focal_crossentropy": of_classes(constant(1.0, 0.0, 0.0)),
    "sparse_categorical_crossentropy": of_classes(number),
    "categorical_generalized_cross_entropy": of_classes(lambda x: number(x)[:, 0]),
    "kl_divergence": lambda _: tuple(
        lambda x, t=target: (constant(t, 1 - t)(x), tf.concat([x, 1 - x], axis=1)) for target in (1.0, 0.5)
    ),
    "hinge": lambda _: single(1.0, -1.0),
    "squared_hinge": lambda _: single(1.0, -1.0),
    "categorical_hinge": lambda _: tuple(
        lambda x, o=other: (constant(1.0, 0.0)(x), beside(o)(x)) for other in (0.0, 1.0)
    ),
    "cosine_similarity": lambda _: (turned,),
    **dict.fromkeys(
        ("dice", "tversky"),
        lambda _: tuple(lambda x, o=other: (constant(1.0, 0.0)(x), beside(o)(x)) for other in (0.0, 0.5)),
    ),
}
"""By loss, and whether it takes logits: what its cases stand for. `circle` has an oracle of its own below."""

VARIED: dict[str, list[dict[str, Any]]] = {
    "huber": [{"delta": 0.5}, {"delta": 2.0}],
    "binary_crossentropy": [
        {"from_logits": True}, {"label_smoothing": 0.2}, {"from_logits": True, "label_smoothing": 0.2},
    ],
    "binary_focal_crossentropy": [
        {"gamma": 0.0}, {"gamma": 3.5, "alpha": 0.6, "apply_class_balancing": True}, {"from_logits": True},
        {"label_smoothing": 0.1}, {"label_smoothing": 0.1, "from_logits": True, "apply_class_balancing": True},
    ],
    "categorical_crossentropy": [
        {"from_logits": True}, {"label_smoothing": 0.1}, {"from_logits": True, "label_smoothing": 0.3},
    ],
    "categorical_focal_crossentropy": [
        {"alpha": 1.0, "gamma": 0.0}, {"gamma": 1.5, "label_smoothing": 0.1}, {"from_logits": True},
    ],
    "sparse_categorical_crossentropy": [{"from_logits": True}],
    "categorical_generalized_cross_entropy": [{"q": 0.5}, {"q": 0.9}],
    "tversky": [{"alpha": 0.3, "beta": 0.7}, {"alpha": 1.0, "beta": 0.0}],
    "circle": [{"gamma": 8.0, "margin": 0.25}],
}  # fmt: skip

LOOSE = {
    "log_cosh": 1e-8,  # Keras has log 2 in float32
    "sparse_categorical_crossentropy": 2e-7,  # TensorFlow divides what it clipped to 1e-7 by its sum
}
"""Where float64 is not as exact in Keras."""

ALL = [(row.name, settings) for row in DRAWN for settings in [{}, *VARIED.get(row.name, [])]]


def bound(name: str, settings: dict[str, Any]) -> BoundLoss:
    return bind(BY_NAME[name], (), settings)


def numbers(loss: BoundLoss, dtype: str) -> Any:
    """Numbers over all that the picture of a loss can show, and far beyond it where it has no end."""
    over = loss.loss.over(**loss.settings)  # type: ignore[misc]
    low, high = over.domain
    begin, end = over.window
    window = np.linspace(begin, end, 801)
    far = [side * 10.0**power for side in (-1, 1) for power in np.linspace(-5, 3, 60)]
    near_ends = [0.0, 1e-8, 1e-6, 1e-3, 1 - 1e-3, 1 - 1e-6, 1.0] if high == 1 else []
    x = np.concatenate([window, [] if high <= 3.2 else far, near_ends]).astype(dtype)
    return x[(x >= low) & (x <= high)]


def oracle(name: str, place: int, x: Any, settings: dict[str, Any]) -> tuple[Any, Any]:
    """Keras's loss of each number of x in case `place`, and its derivative by that number."""
    variable = tf.constant(x[:, np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(variable)
        if name == "circle":
            loss = _circle(variable, place, settings)
        else:
            true, predicted = ORACLE[name](settings.get("from_logits", False))[place](variable)
            loss = getattr(keras.losses, name)(true, predicted, **_along_rows(name, settings))
    return np.asarray(loss), np.asarray(tape.gradient(loss, variable))[:, 0]


def _along_rows(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {**settings, "axis": 1} if name in ("dice", "tversky") else settings


def _circle(x: Any, place: int, settings: dict[str, Any]) -> Any:
    """Each number by itself: an anchor, an embedding of its class and one of another, at the similarities drawn."""
    losses = []
    for row in tf.unstack(x):
        same, other = (row[0], 0.0 * row[0]) if place == 0 else (0.0 * row[0] + 1, row[0])
        anchor = tf.constant([[1.0, 0.0]], x.dtype)
        embeddings = tf.stack([tf.stack([same, 0.0 * same]), tf.stack([other, 0.0 * other])])
        loss = keras.losses.circle(
            tf.constant([0]), anchor, tf.constant([0, 1]), embeddings, remove_diagonal=False, **settings
        )
        losses.append(loss[0])
    return tf.stack(losses)


def test_every_loss_of_keras_is_drawn_or_has_its_reason() -> None:
    for name in (*FUNCTIONS, *CLASSES):
        assert name in BY_NAME, name
        row = BY_NAME[name]
        assert (row.cases is None) == bool(row.reason), name
        assert name in (row.name, row.class_name)


def test_every_spelling_that_keras_takes_means_the_same_loss() -> None:
    from keras.src.losses import ALL_OBJECTS_DICT

    for name, loss in ALL_OBJECTS_DICT.items():
        if name in ("Loss", "LossFunctionWrapper"):
            continue
        assert loss.__name__ in (BY_NAME[name].name, BY_NAME[name].class_name), name


@pytest.mark.parametrize(("name", "settings"), ALL, ids=str)
def test_values_and_gradients_equal_keras(name: str, settings: dict[str, Any]) -> None:
    """Values in float32 within 1e-6, or as near as Keras's float32 is to its float64 where a formula loses digits.

    Values and gradients in float64 within 1e-9; both relative where they are above 1. Gradients away from kinks.
    """
    loss = bound(name, settings)
    for place, case in enumerate(loss.loss.cases(**loss.settings)):  # type: ignore[misc]
        x = numbers(loss, "float32")
        if name == "circle":
            x = x[::40]
        with np.errstate(all="raise", under="ignore"):
            ours = case.value(x)
        theirs, _ = oracle(name, place, x, _stated(loss))
        exact = x.astype("float64")
        losses, slopes = oracle(name, place, exact, _stated(loss))
        assert ours.dtype == np.float32
        assert np.all(np.abs(ours - theirs) <= 1e-6 * np.maximum(1, np.abs(theirs)) + np.abs(theirs - losses))
        loose = LOOSE.get(name, 1e-9)
        assert np.all(np.abs(case.value(exact) - losses) <= loose * np.maximum(1, np.abs(losses)))
        smooth = np.all([np.abs(exact - kink) > 1e-9 for kink in (*case.kinks, math.inf)], axis=0)
        smooth &= ~np.isnan(slopes)  # where Keras's own is 0 times infinity
        if name == "sparse_categorical_crossentropy" and not settings:
            smooth &= (exact > 1e-7) & (exact < 1 - 1e-7)
        expected, found = slopes[smooth], case.gradient(exact)[smooth]
        assert np.all(np.abs(found - expected) <= 1e-9 * np.maximum(1, np.abs(expected)))


def _stated(loss: BoundLoss) -> dict[str, Any]:
    return {key: value for key, value in loss.settings.items() if key not in ("axis", "remove_diagonal")}


@pytest.mark.parametrize("row", LOSSES, ids=lambda row: row.name)
def test_defaults_are_those_of_keras(row: Any) -> None:
    import inspect

    theirs = inspect.signature(getattr(keras.losses, row.name)).parameters
    for parameter in row.parameters:
        default = theirs[parameter.name].default
        if default is inspect.Parameter.empty:
            default = inspect.signature(getattr(keras.losses, row.class_name)).parameters[parameter.name].default
        assert parameter.default == default, parameter.name
    drawn_apart = {"y_true", "y_pred", "ref_labels", "ref_embeddings"}
    assert set(theirs) - drawn_apart == {parameter.name for parameter in row.parameters}


@pytest.mark.parametrize(("name", "settings"), [*ALL, ("ctc", {})], ids=str)
def test_formulas_parse_as_mathematics(name: str, settings: dict[str, Any]) -> None:
    from matplotlib.mathtext import MathTextParser

    loss = bound(name, settings)
    formula = loss.loss.formula(**loss.settings)
    MathTextParser("path").parse(f"${formula.tex}$")
    assert formula.text


def test_calls_as_text() -> None:
    assert parse_loss("huber(delta=2)") == parse_loss("Huber(2.0)") == bound("huber", {"delta": 2.0})
    assert parse_loss("keras.losses.MSE") == bound("mean_squared_error", {})
    assert parse_loss("nothing") is None
    for text in ("huber(delta=0)", "huber(1, 2)", "mse(1)", "huber(delta=nan)", "bce(label_smoothing=2)"):
        with pytest.raises(UsageError):
            parse_loss(text)
