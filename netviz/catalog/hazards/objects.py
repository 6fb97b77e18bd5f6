"""A serialised object as it is met in a config: what rules look at, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from netviz.model import Config, Note, Severity

NAME_KEY = {"function": "config", "__typespec__": "spec_name"}
"""Where the name to be looked up stands, for classes that are none."""

LONGEST = 120
"""Characters of a value from the file that a message repeats."""


MOST_KEYS, LONGEST_KEY = 8, 40
"""How much of a place a message names."""


class Place(NamedTuple):
    """A key below another place; counted from the layer that the object belongs to."""

    parent: Place | None
    key: str | int

    def __str__(self) -> str:
        """The innermost keys, as many and as much of them as a message has room for."""
        keys: list[str] = []
        place: Place | None = self
        while place is not None and len(keys) < MOST_KEYS:
            key = str(place.key)
            keys.append(key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}…")
            place = place.parent
        if place is not None:
            keys.append("…")
        return ".".join(reversed(keys))


class Serialized(NamedTuple):
    """An object of a config: `path` is that of the layer it belongs to, `name` its own where it is a layer.

    `at` is where it stands in that layer, None where it is the layer.
    """

    value: Config
    path: str
    at: Place | None
    name: str

    @property
    def class_name(self) -> str:
        return str(self.value["class_name"])

    @property
    def module(self) -> str | None:
        module = self.value.get("module")
        return module if isinstance(module, str) else None

    @property
    def lookups(self) -> Iterator[str]:
        """The names that Keras looks up in the module to make it, or by which versions of it did."""
        name = self.value.get(NAME_KEY.get(self.class_name, "class_name"))
        if isinstance(name, str):
            yield name
        registered = self.value.get("registered_name")
        if isinstance(registered, str) and registered not in (name, "function") and ">" not in registered:
            yield registered

    @property
    def registered(self) -> str:
        """The name under which somebody registered it ("package>Class"), "" where nobody did."""
        names = (self.value.get("registered_name"), self.value.get(NAME_KEY.get(self.class_name, "class_name")))
        return next((name for name in names if isinstance(name, str) and ">" in name), "")

    @property
    def config(self) -> Config:
        config = self.value.get("config")
        return config if isinstance(config, Mapping) else {}

    def place(self, *keys: str) -> str:
        """Where something in it stands, as the keys from the layer on: "config.function"."""
        return ".".join((*((str(self.at),) if self.at else ()), *keys))

    def note(self, severity: Severity, code: str, message: str) -> Note:
        return Note(severity, code, self.path, message)


def quoted(text: str) -> str:
    """A value from the file as a message repeats it."""
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
