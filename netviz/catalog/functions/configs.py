"""The function or loss that a config names: by its name, as a serialised function, or as a layer that is an activation.

What a config says is followed as Keras follows it; whatever else stands there is `Unknown`, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from netviz.catalog.functions import losses
from netviz.catalog.functions.activations import BY_NAME, LAYERS, OF_KERAS_2, bind, bind_layer
from netviz.catalog.functions.kinds import Bound, BoundLoss
from netviz.errors import UsageError
from netviz.model import Config

OPERATIONS: Mapping[str, str] = {
    **{"".join(word.capitalize() for word in name.split("_")): name for name in BY_NAME},
    "Exp": "exponential",
}
"""By the class of an operation (keras.ops.leaky_relu is LeakyRelu) the activation that is the same function."""

OPERATIONS_OWN: Mapping[str, Config] = {"gelu": {"approximate": True}}
"""Defaults that keras.ops has otherwise than keras.activations."""

TENSORFLOW: Mapping[str, str] = {
    **{f"nn.{name}": name for name in BY_NAME if name not in ("linear", "exponential", "threshold")},
    "math.sigmoid": "sigmoid",
    "math.tanh": "tanh",
    "math.softplus": "softplus",
    "math.exp": "exponential",
    "exp": "exponential",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
}
"""By TensorFlow's name of a function, as Keras 2 writes it, the activation that is the same function."""

_OF_TENSORFLOW = {"alpha": "negative_slope", "axis": "axis", "approximate": "approximate"}

_REGISTERED_FUNCTIONS = (None, "function")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A function that cannot be known: what it is called, and why; `own` is what is not Keras's."""

    name: str
    reason: str
    own: bool = False


def activation_of(value: object, before_keras_3: bool = False) -> Bound | Unknown:
    """The function under `activation` in a layer's config."""
    if value is None:
        return bind(BY_NAME["linear"])
    if isinstance(value, str):
        return _named(value, before_keras_3)
    if not isinstance(value, Mapping):
        return Unknown(_short(value), "it is neither the name of a function nor a serialised one")
    class_name, config = value.get("class_name"), value.get("config")
    if "class_name" not in value or class_name == "__lambda__":
        return Unknown("lambda", "it is a lambda: code, which is not run", own=True)
    module = value.get("module")
    if class_name == "function":
        name = config if isinstance(config, str) else _short(value.get("registered_name"))
        known = module in (None, "builtins") or _within_keras(module)
        if known and name in BY_NAME and value.get("registered_name") in (*_REGISTERED_FUNCTIONS, name):
            return _named(name, before_keras_3)
        return Unknown(name, "it is a function of one's own: its code is not in the file", own=True)
    if isinstance(class_name, str) and isinstance(config, Mapping) and (module is None or _within_keras(module)):
        return layer_function(class_name, None, config)
    return Unknown(_short(class_name), "it is an object of one's own: its code is not in the file", own=True)


def _named(name: str, before_keras_3: bool) -> Bound | Unknown:
    row = OF_KERAS_2.get(name) if before_keras_3 else None
    row = row or BY_NAME.get(name)
    if row is None:
        return Unknown(_short(name), "Keras has no activation of this name")
    return bind(row)


def layer_function(class_name: str | None, module: str | None, config: Config) -> Bound | Unknown:
    """The function that a layer or an operation is, by its class and settings."""
    name = OPERATIONS.get(class_name or "")
    try:
        # ReLU is keras.activations.relu of a symbolic tensor, too: its settings are those of the layer.
        if class_name is not None and class_name in LAYERS and (class_name == "ReLU" or not _is_operation(module)):
            return bind_layer(class_name, (), config)
        if name is not None and _is_operation(module):
            row = BY_NAME[name]
            own = OPERATIONS_OWN.get(row.name, {})
            settings = {one.name: config.get(one.name, own.get(one.name, one.default)) for one in row.parameters}
            return bind(row, (), settings)
    except UsageError as error:
        return Unknown(_short(class_name), error.message)
    return Unknown(_short(class_name), "it is no function of Keras's that netviz knows")


def tensorflow_function(function: object, constants: Config) -> Bound | Unknown | None:
    """The activation that a function of TensorFlow is, called with these constants; None for any other function."""
    name = TENSORFLOW.get(function) if isinstance(function, str) else None
    if name is None:
        return None
    row = BY_NAME[name]
    settings = {_OF_TENSORFLOW.get(key, key): value for key, value in constants.items() if key != "name"}
    try:
        return bind(row, (), settings)
    except UsageError as error:
        return Unknown(f"tf.{function}", error.message)


def loss_of(value: object) -> BoundLoss | Unknown:
    """The loss that a model was compiled with, for one of its outputs."""
    if isinstance(value, str):
        row = losses.BY_NAME.get(value)
        return losses.bind(row) if row else Unknown(_short(value), "Keras has no loss of this name")
    if not isinstance(value, Mapping):
        return Unknown(_short(value), "it is neither the name of a loss nor a serialised one")
    class_name, config, module = value.get("class_name"), value.get("config"), value.get("module")
    foreign = module not in (None, "builtins") and not _within_keras(module)
    if class_name == "function" and isinstance(config, str):
        row = losses.BY_NAME.get(config)
        if row and not foreign:
            return losses.bind(row)
        return Unknown(_short(config), "it is a function of one's own: its code is not in the file")
    row = losses.BY_NAME.get(class_name) if isinstance(class_name, str) else None
    if row is None or foreign:
        return Unknown(_short(class_name), "it is a loss of one's own: its code is not in the file")
    config = config if isinstance(config, Mapping) else {}
    names = [parameter.name for parameter in row.parameters]
    # An axis changes no picture; of a class of which Keras saves no setting it is said that it is not known.
    kept = {"axis"} if len(names) > 1 else set()
    unsaved = tuple(name for name in names if name not in config and name not in kept)
    try:
        bound = losses.bind(row, (), {key: item for key, item in config.items() if key in names})
        return replace(bound, unsaved=unsaved)
    except UsageError as error:
        return Unknown(row.name, error.message)


def is_before_keras_3(version: str | None) -> bool:
    """Whether a file was written by Keras 1 or 2, where some functions were others."""
    return bool(re.match(r"[12]\.", version or ""))


def _within_keras(module: object) -> bool:
    return isinstance(module, str) and module.split(".")[0] in ("keras", "tf_keras", "tensorflow")


def _is_operation(module: str | None) -> bool:
    return module is not None and ("ops" in module.split(".") or module.startswith("keras.src.activations"))


def _short(value: object) -> str:
    text = value if isinstance(value, str) else "?" if value is None else type(value).__name__
    return (text if len(text) <= 60 else f"{text[:59]}…") or "?"
