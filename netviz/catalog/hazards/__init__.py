"""What a serialised model has Keras do besides building layers: run code, import, read files, fetch.

`hazards` walks the JSON of a config as it stands in a file: nested models, wrappers, arguments of calls, what the model
was compiled with. Nothing is decoded, imported, opened or looked up in Python.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from netviz.catalog.hazards.objects import SPELLED, Place, Serialized
from netviz.catalog.hazards.rules import BY_CLASS, BY_SETTING, PLAIN_NAME, judged_by_rules
from netviz.model import Config, Note

HOLDERS = frozenset({"layers", "cells", "config"})
"""Keys of lists whose objects are layers; a Sequential of Keras 1 has the list itself as its config."""

INSIDE = frozenset({"layer", "forward_layer", "backward_layer", "cell"})
"""Keys under which a wrapper has a layer."""


TENSOR = "__keras_tensor__"
"""Stands for a tensor, which is what most objects of a config are."""


def hazards(document: object, place: str = "") -> Iterator[Note]:
    """A note for all in a config that makes loading it more than building layers, in the order of the document.

    `place` is where the document stands in the file, for messages on what lies in no layer. What is merely good to
    know is told once, however often it stands there.
    """
    told: set[str] = set()
    ordinary: set[tuple[object, str]] = set()  # a thousand layers are of a few classes: each is judged once
    start = Place(None, place) if place else None
    stack: list[tuple[object, str, Place | None]] = [(document, "", start)]
    while stack:
        value, path, at = stack.pop()
        items: Iterable[tuple[str | int, object]]
        if type(value) is dict:
            class_name = value.get("class_name")
            if class_name == TENSOR and _is_plain(value):
                continue
            if type(class_name) is str:
                name = ""
                if at is None or _is_layer(at):
                    name = _name(value)
                    if at is not None and name:
                        path, at = (f"{path}/{name}" if path else name), None
                module = value.get("module")
                kind = (module if type(module) is str else None, class_name)
                if kind not in ordinary or not PLAIN_NAME.fullmatch(name) or _is_set(value, BY_SETTING):
                    found = Serialized(value, path, at, name)
                    notes = [note for note in judged_by_rules(found) if note.message not in told]
                    yield from notes
                    told.update(note.message for note in notes if note.severity == "info")
                    if not notes and class_name not in BY_CLASS and class_name not in SPELLED:
                        ordinary.add(kind)
            items = value.items()
        else:
            items = enumerate(value) if type(value) is list else ()
        inner = [(item, path, Place(at, key)) for key, item in items if type(item) is dict or type(item) is list]
        stack += reversed(inner)


def _is_plain(tensor: Config) -> bool:
    """Whether a serialised tensor holds numbers and names alone."""
    config = tensor.get("config")
    if type(config) is not dict or len(tensor) != 2 or len(config) != 3 or type(config.get("dtype")) is not str:
        return False
    inner = (config.get("shape"), config.get("keras_history"))
    return all(
        type(items) is list and not any(type(item) is dict or type(item) is list for item in items) for items in inner
    )


def _is_set(serialized: Config, settings: Collection[str]) -> bool:
    config = serialized.get("config")
    return type(config) is dict and any(setting in config for setting in settings)


def _is_layer(at: Place) -> bool:
    """Whether what stands at this place of a config is a layer, which has a path of its own."""
    if type(at.key) is int:
        return at.parent is not None and at.parent.key in HOLDERS
    return at.key in INSIDE


def _name(serialized: Config) -> str:
    """The name of a serialised layer, "" where there is none."""
    config = serialized.get("config")
    for name in (serialized.get("name"), config.get("name") if isinstance(config, Mapping) else None):
        if type(name) is str:
            return name
    return ""
