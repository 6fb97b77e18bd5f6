"""What an object of Keras stands for: a function of `keras.activations`, a layer that is one, a loss.

Objects are told by their class or name and by the module that they come from: Keras is not imported, and a layer is
never called, since that would build it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netviz.catalog.functions import activations, losses
from netviz.catalog.functions.binding import near_names
from netviz.catalog.functions.configs import OPERATIONS_OWN, Unknown, loss_of
from netviz.catalog.functions.kinds import Bound, BoundLoss
from netviz.errors import UsageError

KERAS = ("keras", "tf_keras")
LEARNED = "PReLU"


@dataclass(frozen=True, slots=True)
class Slopes:
    """The slopes that a PReLU layer has learned: the layer's name, and its array."""

    layer: str
    values: Any


def activation_object(value: object) -> Bound | Slopes | None:
    """The activation that a function, a layer or a layer's class of Keras is; None for any other callable.

    Raises UsageError for objects of Keras that are none, as a Dense layer is, and for slopes that are not there yet.
    """
    if isinstance(value, type):
        return _layer_class(value) if _is_keras(value) else None
    if _is_keras(type(value)):
        return _layer(value)
    return _function(value)


def unwrapped(value: Any) -> object:
    """What an Activation layer applies; anything else as it is."""
    for _ in range(9):
        if not (type(value).__name__ == "Activation" and _within_keras(type(value))):
            break
        value = value.activation
    return value


def _is_keras(kind: type) -> bool:
    """Whether a class is Keras's, or made of one of Keras's."""
    return any(_within_keras(base) for base in kind.__mro__)


def _within_keras(holder: object) -> bool:
    module = getattr(holder, "__module__", None)
    return isinstance(module, str) and module.split(".")[0] in KERAS


def _layer_class(kind: type) -> Bound:
    if not _within_keras(kind) or kind.__name__ not in activations.LAYERS:
        if kind.__name__ == LEARNED:
            raise UsageError("the slopes of PReLU are learned", "Give a layer or a model that has learned them.")
        raise _no_activation(f"the class {kind.__name__}", kind)
    return activations.bind_layer(kind.__name__, (), {})


def _layer(value: Any) -> Bound | Slopes:
    kind = type(value)
    named = f"{_words(kind)} named {getattr(value, 'name', '')!r:.60}" if hasattr(value, "name") else _words(kind)
    if _within_keras(kind) and kind.__name__ == LEARNED:
        alpha = getattr(value, "alpha", None)
        if alpha is None:
            raise UsageError(f"{named} is not built: it has no slopes yet", "Call it on a batch of data first.")
        return Slopes(str(value.name), alpha.numpy())
    if not _within_keras(kind) or kind.__name__ not in activations.LAYERS:
        raise _no_activation(named, kind)
    return activations.bind_layer(kind.__name__, (), _settings(value))


def _settings(value: Any) -> Mapping[str, object]:
    """What get_config says, numbers of numpy as Python's own."""
    return {key: one.item() if getattr(one, "ndim", None) == 0 else one for key, one in value.get_config().items()}


def _words(kind: type) -> str:
    """ "a Dense layer", "an Adam"."""
    article = "an" if kind.__name__[:1] in "AEIOU" else "a"
    is_layer = any(base.__name__ == "Layer" for base in kind.__mro__)
    return f"{article} {kind.__name__}{' layer' if is_layer else ''}"


def _no_activation(named: str, kind: type) -> UsageError:
    if any(base.__name__ == "Loss" for base in kind.__mro__):
        return UsageError(f"{named} is a loss, not an activation", "Give it to netviz.losses.")
    if not _within_keras(kind):
        return UsageError(f"{named} is code of one's own, which is not called", "Give a function of numpy arrays.")
    return UsageError(
        f"{named} is no activation", "Give a function, such as layer.activation, or a whole model that has the layer."
    )


def _function(value: object) -> Bound | None:
    """A function of keras.activations, or one of keras.ops or TensorFlow that is the same."""
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    parts = module.split(".")
    keras = parts[0] in KERAS and ("activations" in parts or "ops" in parts)
    tensorflow = parts[:3] == ["tensorflow", "python", "ops"]
    if not keras and not tensorflow:
        return None
    if parts[0] == "tf_keras" and name in activations.OF_KERAS_2:
        return activations.bind(activations.OF_KERAS_2[name])
    row = activations.BY_NAME.get(name.removesuffix("_v2") if tensorflow else name)
    if row is None:
        return None
    return activations.bind(row, (), OPERATIONS_OWN.get(row.name, {}) if keras and "ops" in parts else {})


def loss_object(value: Any) -> BoundLoss:
    """The loss that a loss object, its class or a function of keras.losses is; raises UsageError for anything else."""
    kind = value if isinstance(value, type) else type(value)
    name = getattr(value, "__name__", None)
    if not isinstance(value, type) and not _is_keras(kind) and isinstance(name, str) and _within_keras(value):
        if name in losses.BY_NAME and "losses" in value.__module__.split("."):
            return losses.bind(losses.BY_NAME[name])
        hint = "Give it to netviz.functions." if name in activations.BY_NAME else near_names(name, losses.BY_NAME)
        raise UsageError(f"{name} is no loss of Keras's", hint or _HINT)
    if not _is_keras(kind):
        what = f"the function {name}" if callable(value) and isinstance(name, str) else _words(kind)
        problem = "is no loss that can be drawn: it is not one of Keras's, and is not called"
        raise UsageError(
            f"{what} {problem}" if callable(value) else f"{value!r:.40} is no loss that can be drawn", _HINT
        )
    what = f"the class {kind.__name__}" if isinstance(value, type) else _words(kind)
    is_loss = any(base.__name__ == "Loss" for base in kind.__mro__)  # a metric may have the same name
    if not is_loss or not _within_keras(kind) or kind.__name__ not in losses.BY_NAME:
        problem = "is no loss that can be drawn: it is not one of Keras's" if is_loss else "is no loss"
        raise UsageError(f"{what} {problem}", _HINT)
    if isinstance(value, type):
        return losses.bind(losses.BY_NAME[kind.__name__])
    held = getattr(value, "_fn_kwargs", None)  # holds what get_config leaves out
    config = {**_settings(value), **(held if isinstance(held, Mapping) else {})}
    found = loss_of({"class_name": kind.__name__, "module": "keras.losses", "config": config})
    if isinstance(found, Unknown):
        raise UsageError(f"{what} cannot be drawn: {found.reason}", _HINT)
    return found


_HINT = "Give the name of one of Keras's, such as 'mse', a loss object, or a model."
