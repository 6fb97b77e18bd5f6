"""Which repeats may stand in one block by their strides: what halves its input is not what keeps it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import TypeAlias

from netviz.analysis.diagram.fold import Item, Repeat
from netviz.analysis.figure.nesting import Nest, stations_of
from netviz.analysis.figure.stations import Station
from netviz.analysis.figure.windows import window_of

Row: TypeAlias = tuple[Item | None, ...]
"""What stands in one repeat, place by place."""


def striding(rows: Sequence[Row], items: Sequence[Station | Nest]) -> Iterator[tuple[Row, ...]]:
    """The repeats in groups of which each has the same strides in all but its first, and none there if that differs."""
    group: list[Row] = []
    for row in rows:
        if group and not _agree(group, row, items):
            yield tuple(group)
            group = []
        group.append(row)
    yield tuple(group)


def _agree(group: Sequence[Row], row: Row, items: Sequence[Station | Nest]) -> bool:
    """Whether a repeat may stand behind others in one block."""
    if _blocks(group[-1]) != _blocks(row):
        return False
    both = zip(_strides(group[-1], items), _strides(row, items), strict=True)
    pairs = [(one, other) for one, other in both if one is not None and other is not None]
    return all(one == other or (len(group) == 1 and set(other) == {1}) for one, other in pairs)


def _blocks(row: Row) -> tuple[Hashable, ...]:
    """What is a block in a repeat, and how often it repeats."""
    return tuple((len(item.repeats), *map(_blocks, item.repeats)) if isinstance(item, Repeat) else None for item in row)


Strides: TypeAlias = tuple[int, ...] | None
"""Those of a layer that has some; None for others, and where a repeat lacks one."""


def _strides(row: Sequence[Item | None], items: Sequence[Station | Nest]) -> list[Strides]:
    """The strides of what stands in a repeat, place by place; of blocks in it those of their first two repeats."""
    found: list[Strides] = []
    for place in row:
        if isinstance(place, Repeat):
            for inner in place.repeats[:2]:
                found += _strides(inner, items)
        elif place is None:
            found.append(None)
        else:
            found += [_stride(station) for station in stations_of(items[place])]
    return found


def _stride(station: Station) -> Strides:
    window = window_of(station.main.layer) if station.main.layer else None
    return window.strides if window else None
