"""What Keras 2 states of each layer that it saved: class, settings, and the shapes that it was built on.

Since TensorFlow 2.5 that stands in keras_metadata.pb, before in saved_model.pb at the object itself. It is JSON, in
which tuples and shapes are written as objects. Source: tf_keras/src/saving/legacy/saved_model/json_utils.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from netviz.model import Config

UNSAVED = "layer was saved without config"
"""Stands in the place of the settings that a class does not give."""

PAIRS = ("__tuple__", "TensorShape")
"""Written as {"class_name": ..., "items": [...]}."""


def read_metadata(text: str) -> Config | None:
    """What is stated of one object, {} where nothing is; None where the text is damaged."""
    try:
        value = json.loads(text, object_hook=_plain) if text else {}
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def serialized(stated: Config) -> dict[str, object]:
    """The layer as Keras writes it into a model's config.

    A class that gives no settings of its own still has the name and what else every layer has.
    """
    config = stated.get("config")
    own = dict(config) if isinstance(config, Mapping) and UNSAVED not in config else {}
    for key in ("name", "trainable", "dtype"):
        if key in stated:
            own.setdefault(key, stated[key])
    written = {key: stated[key] for key in ("class_name", "module", "registered_name") if key in stated}
    return {**written, "config": own}


def built_on(stated: Config) -> dict[str, object] | None:
    """The shapes that a layer was built on, in the form in which the configs of later versions have them."""
    built = stated.get("build_input_shape")
    return {"input_shape": built} if built else None


def _plain(value: dict[str, object]) -> object:
    if value.get("class_name") in PAIRS and set(value) == {"class_name", "items"}:
        return value["items"]
    return value
