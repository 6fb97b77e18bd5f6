"""Nested lists, tuples and dicts of tensors, as Keras goes through them: dicts in the order of their keys.

`keras.tree` does the same, and is not there before Keras 3.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def leaves(structure: Any) -> Iterator[Any]:
    """What is in a structure and is no structure itself, in order."""
    if isinstance(structure, Mapping):
        for key in sorted(structure):
            yield from leaves(structure[key])
    elif isinstance(structure, list | tuple):
        for item in structure:
            yield from leaves(item)
    else:
        yield structure


def replaced(structure: Any, replace: Callable[[Any], Any]) -> Any:
    """The same structure with what `replace` makes of each leaf, in order."""
    if isinstance(structure, Mapping):
        made = {key: replaced(structure[key], replace) for key in sorted(structure)}
        return {key: made[key] for key in structure}
    if isinstance(structure, list | tuple):
        return [replaced(item, replace) for item in structure]
    return replace(structure)
