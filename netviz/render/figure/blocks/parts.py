"""What the placing of blocks works with: sizes, places, routes, and how lines share the room between two ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from netviz.figures import Block, Link, Stage
from netviz.render.figure.arrange import Side

TRACK = 9.0
"""Pixels between lines side by side."""
TIP = 13.0
"""Pixels that a line needs in front of what it enters, for its tip and a piece of line."""
PADDING = 8.0
"""Pixels between a frame and what is in it."""
ENTRY = 7.0
"""Pixels between lines that enter at the same side."""
FORK = 10.0
"""Pixels that a frame is longer, where a line forks inside of it before its first block."""
FORKED = 11.0
"""Pixels from there to the first block."""


@dataclass(frozen=True, slots=True)
class Size:
    """How long a stage is along the flow and across; `inset` is from its begin to where lines enter at its side."""

    along: float
    across: float
    entry: float
    exit: float
    wide: float
    """How wide it is across where lines enter."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """Pixels: between ranks, between lanes; what a frame has beyond its padding at its begin and end along the flow."""

    ranks: float
    lanes: float
    head: Mapping[str, float] = field(default_factory=dict)
    before: bool = False
    tail: bool = False


@dataclass(slots=True)
class Spot:
    """Where a stage stands: its begin along the flow and its middle across."""

    along: float
    across: float
    size: Size


@dataclass(frozen=True, slots=True)
class Area:
    """A frame's rectangle."""

    first: float
    last: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Route:
    """The corners of a link's line, from its tail to its head, as (along, across)."""

    link: Link
    points: tuple[tuple[float, float], ...]
    skips: bool


@dataclass(frozen=True, slots=True)
class Placed:
    spots: Mapping[str, Spot]
    areas: Mapping[str, Area]
    routes: tuple[Route, ...]
    length: float
    low: float
    high: float


@dataclass(slots=True)
class Arc:
    """A link that passes over others: on which side, and whether its ends leave and enter there or between ranks."""

    place: int
    link: Link
    side: Side
    leaves: bool
    enters: bool
    fork: str = ""
    """The block in which it leaves the line that enters there, "" where it leaves its tail."""
    start: str = ""
    """Then the stage that this line enters."""
    across: float = 0.0


def around(children: Sequence[Stage | Block], above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """By the id of each stage the blocks around it, the outermost first."""
    for child in children:
        if isinstance(child, Stage):
            yield child.id, above
        else:
            yield from around(child.children, (*above, child.id))


def common(one: Sequence[str], other: Sequence[str]) -> str:
    """The innermost block around both, "" for none."""
    found = ""
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        found = first
    return found


def slotted(found: Mapping[object, tuple[float, float, int]]) -> dict[object, int]:
    """A slot for each line, so that those in the same one have no part in common."""
    slots: list[list[tuple[float, float]]] = []
    given: dict[object, int] = {}
    for key, (low, high, _) in sorted(found.items(), key=lambda item: (item[1][1] - item[1][0], item[1][2])):
        number = next(
            (at for at, others in enumerate(slots) if all(high + 3 < one or two + 3 < low for one, two in others)),
            len(slots),
        )
        if number == len(slots):
            slots.append([])
        slots[number].append((low, high))
        given[key] = number
    return given
