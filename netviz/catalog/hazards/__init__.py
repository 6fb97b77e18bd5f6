"""What a serialised model has Keras do besides building layers: run code, import, read files, fetch.

`hazards` walks the JSON of a config as it stands in a file: nested models, wrappers, arguments of calls, what the model
was compiled with. Nothing is decoded, imported, opened or looked up in Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from netviz.catalog.hazards.objects import NAME_KEY, Place, Serialized
from netviz.catalog.hazards.rules import BY_CLASS, BY_SETTING, PLAIN_NAME, notes_on
from netviz.model import Config, Note, Severity

HOLDERS = frozenset({"layers", "cells", "config"})
"""Keys of lists whose objects are layers; a Sequential of Keras 1 has the list itself as its config."""

WRAPPED = frozenset({"layer", "forward_layer", "backward_layer", "cell"})
"""Keys under which a wrapper has a layer."""

TENSOR = "__keras_tensor__"
"""Stands for a tensor, which is what most objects of a config are."""

MOST = 1000
"""Notes with one severity and code; a config may hold a million objects."""


def hazards(document: object, *, place: str = "", path: str = "") -> Iterator[Note]:
    """A note for each thing that loading this config would do besides building layers, in its order.

    `place` is where the document stands in the file, for messages on what lies in no layer; `path` is that of the
    layer that it describes. What is merely good to know is told once, however often it stands there.
    """
    told: set[str] = set()
    counts: Counter[tuple[Severity, str]] = Counter()
    kind: tuple[object, ...]
    ordinary: set[tuple[object, ...]] = set()  # a thousand layers are of a few classes: each is judged once
    for value, inside, at, name in _objects(document, place, path):
        kind = (value.get("module"), value["class_name"], value.get("registered_name"))
        try:
            if kind in ordinary and PLAIN_NAME.fullmatch(name) and not _has_setting(value):
                continue
        except TypeError:  # a name that is a list or dict: none that could be looked up
            kind = ()
        notes = [note for note in notes_on(Serialized(value, inside, at, name)) if note.message not in told]
        if kind and not notes and kind[1] not in NAME_KEY and kind[1] not in BY_CLASS:
            ordinary.add(kind)
        for note in notes:
            if note.severity == "info":
                told.add(note.message)
            counts[note.severity, note.code] += 1
            if counts[note.severity, note.code] <= MOST:
                yield note
    for (severity, code), count in counts.items():
        if count > MOST:
            yield Note(severity, code, path, f"There are {count - MOST:,} more such objects in the config.")


def _objects(document: object, place: str, path: str) -> Iterator[tuple[Config, str, Place | None, str]]:
    """Every serialised object in a document, with what makes it a `Serialized`."""
    start = Place(None, place) if place else None
    stack: list[tuple[object, str, Place | None]] = [(document, path, start)]
    while stack:
        value, path, at = stack.pop()
        items: Iterable[tuple[str | int, object]]
        if type(value) is dict:
            if value.get("class_name") == TENSOR and _is_plain(value):
                continue
            if type(value.get("class_name")) is str:
                name = ""
                if at is None or _is_layer(at):
                    name = _name(value)
                    if at is not None and name:
                        path, at = (f"{path}/{name}" if path else name), None
                yield value, path, at, name
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


def _has_setting(serialized: Config) -> bool:
    """Whether an object has a setting that a rule is for."""
    config = serialized.get("config")
    return type(config) is dict and any(setting in config for setting in BY_SETTING)


def _is_layer(at: Place) -> bool:
    """Whether what stands at this place of a config is a layer, which has a path of its own."""
    if type(at.key) is int:
        return at.parent is not None and at.parent.key in HOLDERS
    return at.key in WRAPPED


def _name(serialized: Config) -> str:
    """The name of a serialised layer, "" where there is none."""
    config = serialized.get("config")
    for name in (serialized.get("name"), config.get("name") if isinstance(config, Mapping) else None):
        if type(name) is str:
            return name
    return ""
