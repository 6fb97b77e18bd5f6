"""The arguments of a call put together again: the catalog's rules take them as they stood in the call.

A `Call` has them taken apart by name ("0", "0.1", "mask"); here they become lists and dicts with tensors in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from netviz.catalog.kinds import Arguments
from netviz.model import Call, Tensor

MOST_GAPS = 1_000
"""Places left out (arguments that are None) before a number is taken for the key of a dict: names come from files."""


class _Branch(dict[str, object]):
    """What stands under a name, by the next word of the name; apart from dicts that are arguments themselves."""


_Tree: TypeAlias = "_Branch | object"


def arguments_of(call: Call, tensors: Sequence[Tensor]) -> Arguments:
    """The arguments of the call with `tensors` in the place of its own, in the order of `Call.inputs`."""
    if len(call.inputs) == 1 and call.inputs[0].argument == "0" and not call.constants:
        return Arguments((tensors[0],))
    root = _Branch()
    for feed, tensor in zip(call.inputs, tensors, strict=True):
        _insert(root, feed.argument, tensor)
    for argument, value in call.constants.items():
        _insert(root, argument, value)
    places = {key: _folded(value) for key, value in root.items()}
    positional = {int(key): value for key, value in places.items() if _is_place(key)}
    count = _length(positional)
    if count is None:
        return Arguments((), places)
    return Arguments(
        tuple(positional.get(place) for place in range(count)),
        {key: value for key, value in places.items() if not _is_place(key)},
    )


def _insert(root: _Branch, argument: str, value: object) -> None:
    """Puts a value in its place; one that stands in the way of another is left out."""
    *words, last = argument.split(".")
    branch = root
    for word in words:
        inner = branch.setdefault(word, _Branch())
        if not isinstance(inner, _Branch):
            return
        branch = inner
    branch.setdefault(last, value)


def _folded(value: _Tree) -> object:
    """A branch as a list, where its words are numbers, or as a dict; any other value as it is."""
    if not isinstance(value, _Branch):
        return value
    items = {key: _folded(item) for key, item in value.items()}
    if all(map(_is_place, items)):
        places = {int(key): item for key, item in items.items()}
        count = _length(places)
        if count is not None:
            return [places.get(place) for place in range(count)]
    return items


def _is_place(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) < 10


def _length(places: dict[int, object]) -> int | None:
    """How long the list with these places is; None where more than `MOST_GAPS` would be empty."""
    count = max(places, default=-1) + 1
    return count if count - len(places) <= MOST_GAPS else None
