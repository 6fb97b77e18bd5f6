"""The types of folding: labelled vertices go in, items come out. It knows no model.

An item is a vertex (its index) or a `Repeat` of items.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Feed:
    """One tensor into a vertex: output `output` of the vertex with the index `source`, as `argument`.

    `source` is None where the tensor enters from outside or its producer is unknown.
    """

    argument: str
    source: int | None
    output: int = 0


@dataclass(frozen=True, slots=True)
class Vertex:
    """A node of a graph. Vertices with equal labels may stand for each other in a repeat.

    An `optional` vertex may be missing from some repeats; only those with one feed are taken so.
    """

    label: Hashable
    feeds: tuple[Feed, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """A block that repeats: `repeats` are aligned place by place, all of them have the same number of places.

    In one place stand either vertices of one label, or Repeats whose blocks align in the same way, or None where an
    optional vertex is missing. How often Repeats in one place repeat may differ; some may have one repeat only, but not
    all. `parallel` repeats stand side by side, others form a chain.
    """

    repeats: tuple[tuple[Item | None, ...], ...]
    parallel: bool = False


Item: TypeAlias = int | Repeat


def members(item: Item) -> tuple[int, ...]:
    """The indices of all vertices in an item, in order."""
    found: list[int] = []
    stack: list[Item | None] = [item]
    while stack:
        top = stack.pop()
        if isinstance(top, Repeat):
            stack.extend(place for repeat in reversed(top.repeats) for place in reversed(repeat))
        elif top is not None:
            found.append(top)
    return tuple(found)


def shown(items: Iterable[Item]) -> int:
    """How many places a picture of the items shows: a vertex is one, a repeat those of its block."""
    count = 0
    stack = [[item] for item in items]
    while stack:
        alike = stack.pop()
        repeats = [item for item in alike if isinstance(item, Repeat)]
        if repeats:
            stack += columns(repeats)
        else:
            count += 1
    return count


def columns(repeats: Sequence[Repeat]) -> list[list[Item]]:
    """By place of the block of repeats that align, what stands there, without those that lack it."""
    blocks = [block for repeat in repeats for block in repeat.repeats]
    return [[item for item in column if item is not None] for column in zip(*blocks, strict=True)]
