"""What stands many times, once: the parts of which the data of a page are made, each undone by data.js.

Every string is made harmless on its way, and every number is one that JSON has and JavaScript keeps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from netviz.render.cells import count_text
from netviz.render.escape import elide, visible
from netviz.views import Column

Json = dict[str, Any]

EXACT = 1 << 53
"""From here on JavaScript does not tell whole numbers apart."""

FEW = 2
"""A column is written as places in a list of its values where a value stands so many times in it, on average."""


class Ours(str):
    """Text that was written by us, at any length."""


class Pool:
    """Values that are referred to by their place."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[Any, int] = {}

    def place(self, key: Any, make: Callable[[], Any] | None = None) -> int:
        """The place of what `key` (hashable) stands for: itself, or what `make` gives where it is new."""
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = len(self.values)
            self.values.append(make() if make else key)
        return found


def shown(name: str) -> str:
    """The name as everyone sees it: in visible characters, and not too long."""
    return visible(elide(name))


def true_names(names: Iterable[str]) -> dict[str, str]:
    """Those that are not as they are shown, by what is shown of them; none of those of which the same is shown."""
    met: dict[str, str] = {}
    alike = set()
    for name in names:
        if met.setdefault(shown(name), name) != name:
            alike.add(shown(name))
    return {text: name for text, name in met.items() if text != name and text not in alike}


def harmless(value: Any) -> Any:
    """The value with every string in visible characters and of a reasonable length, and no number that is lost.

    There is no NaN and no infinity in JSON: they are the strings "NaN", "Infinity" and "-Infinity". What is too large
    for a float of 53 bits is written as it is shown.
    """
    if isinstance(value, str):
        return value if isinstance(value, Ours) else shown(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < EXACT else count_text(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {shown(str(key)): harmless(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [harmless(item) for item in value]
    raise TypeError(f"a {type(value).__name__} is no plain data")


def given(members: Json) -> Json:
    """The members but those that say nothing: None, False, and what is empty. A 0 says something."""
    return {key: value for key, value in members.items() if not _says_nothing(value)}


def _says_nothing(value: object) -> bool:
    return value is None or value is False or (isinstance(value, str | Sequence | Mapping) and not value)


def shorter(value: float | None, digits: int = 6) -> float | None:
    """The number with as many digits as are ever shown, and some more."""
    return value if value is None or not math.isfinite(value) else float(f"{value:.{digits}g}")


def column(one: Column, cells: Sequence[object], members: Mapping[str, Sequence[object]]) -> Json:
    """A column with its cells: as they are, by places in their `values`, or (`of`) those of a member of the layers.

    `members` are what is known of each layer anyway.
    """
    head: Json = {"key": one.key, "title": one.title, "kind": one.kind}
    for name, values in members.items():
        if list(values) == list(cells):
            return {**head, "of": name}
    pool = Pool()
    places = [pool.place(_hashable(cell), lambda cell=cell: cell) for cell in cells]  # type: ignore[misc]
    if len(pool.values) * FEW <= len(cells):
        return {**head, "values": pool.values, "cells": places}
    return {**head, "cells": list(cells)}


def _hashable(cell: object) -> object:
    """A key that is equal for equal cells alone: True is not 1, and "" is not ()."""
    return type(cell), tuple(map(_hashable, cell)) if isinstance(cell, list | tuple) else cell
