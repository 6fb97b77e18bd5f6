"""A flow of volumes as rows that are short enough, one below the other, each with an arrow to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netviz.render.figure.moving import moved
from netviz.render.figure.picture import Part, Path, Point, Shape, rounded
from netviz.render.figure.volumes.braces import brace_shapes
from netviz.render.figure.volumes.draw import ROUND, row_shapes
from netviz.render.figure.volumes.groups import Groups
from netviz.render.figure.volumes.items import Area, around
from netviz.render.figure.volumes.place import Row
from netviz.render.figure.volumes.solids import Measures
from netviz.render.figure.volumes.wires import Wires

_BETWEEN = 22.0
"""From one row to the next, where the arrow runs back."""
_OUT, _INTO = 10.0, 10.0
"""What the arrow takes at the end of a row, and before the next."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A row with all that belongs to it, and the area that it takes."""

    row: Row
    wires: Wires
    area: Area

    def shapes(self) -> tuple[Shape, ...]:
        """All that is drawn of it."""
        return (*row_shapes(self.row, self.wires), *brace_shapes(self.row.braced, self.row.look))


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a flow."""

    rows: tuple[Laid, ...]

    @property
    def width(self) -> float:
        """How wide the drawing is on paper."""
        if not self.rows[0].row.paper.sideways:
            return self.rows[0].area.high - self.rows[0].area.low
        last = len(self.rows) - 1
        return max(
            laid.area.last - laid.area.first + (_OUT if place < last else 0.0) + (_INTO if place else 0.0)
            for place, laid in enumerate(self.rows)
        )

    @property
    def height(self) -> float:
        """How high it is."""
        if not self.rows[0].row.paper.sideways:
            return self.rows[0].area.last - self.rows[0].area.first
        return sum(laid.area.high - laid.area.low for laid in self.rows) + _BETWEEN * (len(self.rows) - 1)

    @property
    def missing(self) -> float:
        """The share of the labels of channels that are left out for want of room."""
        rows = [laid.row for laid in self.rows]
        dropped = sum(role == "channels" for row in rows for role, _ in row.parting.dropped)
        written = sum(placed.note.role == "channels" for row in rows for placed in row.notes)
        return dropped / max(dropped + written, 1)


def laid_out(groups: Groups, measures: Measures, cuts: Sequence[int], *, thin: int, upright: bool) -> Page:
    """The ranks in rows, each from behind one of the cuts to the next."""
    starts = [0, *(cut + 1 for cut in cuts)]
    ends = [*cuts, len(groups.columns) - 1]
    ranks = zip(starts, ends, strict=True)
    return Page(tuple(_laid(Row(groups, measures, *ends, thin=thin, words_upright=upright)) for ends in ranks))


def _laid(row: Row) -> Laid:
    wires = Wires(row)
    areas = [row.area(id) for id in row.ids] + [placed.area for placed in row.notes]
    areas += [border.area for border in wires.borders]
    for wire in wires.wires:
        areas += [Area(along, across, along, across) for along, across in wire.points]
    return Laid(row, wires, around([*areas, *(one.area for one in row.braced)], 1.0))


def cuts_of(groups: Groups) -> list[int]:
    """The ranks behind which a row may end: where all that passes comes from one stage, which stands alone."""
    found = []
    for rank in range(len(groups.columns) - 1):
        here = groups.columns[rank]
        framed = any(frame.first <= rank < frame.last for frame in groups.arrangement.frames.values())
        if len(here) != 1 or groups.spots[here[0]].lane or framed:
            continue
        close = any(groups.joint(id) != "apart" for id in groups.columns[rank + 1])
        if not close and all(way.link.tail == here[0] for way in groups.leaving(rank)):
            found.append(rank)
    return found


class Breaks:
    """How a row falls into several at some of the cuts, each as short as it can be."""

    def __init__(self, row: Row) -> None:
        self.cuts = cuts_of(row.groups)
        self.ends: dict[int, float] = {}
        self.starts: dict[int, float] = {}
        for id in row.ids:
            rank, middle, reach = row.groups.spots[id].rank, row.along[id], row.solids[id].reach
            self.ends[rank] = max(self.ends.get(rank, 0.0), middle + reach)
            self.starts[rank] = min(self.starts.get(rank, middle), middle - reach)

    def best(self, rows: int) -> list[int]:
        """The cuts for so many rows (or fewer), the longest of them as short as can be."""
        low, high = 0.0, max(self.ends.values())
        best: list[int] = []
        for _ in range(20):
            middle = (low + high) / 2
            found = self._within(middle)
            if found is not None and len(found) < rows:
                best, high = found, middle
            else:
                low = middle
        return best

    def longest(self, cuts: Sequence[int]) -> float:
        """How long the longest row is."""
        first, last = [min(self.starts), *(cut + 1 for cut in cuts)], [*cuts, max(self.ends)]
        return max(self.ends[end] - self.starts[start] for start, end in zip(first, last, strict=True))

    def _within(self, most: float) -> list[int] | None:
        """The fewest cuts for rows that are no longer, None where a piece is."""
        chosen: list[int] = []
        start, last = self.starts[0], None
        for cut in (*self.cuts, max(self.ends)):
            if self.ends[cut] - start > most:
                if last is None:
                    return None
                chosen.append(last)
                start = self.starts[last + 1]
                if self.ends[cut] - start > most:
                    return None
            last = cut
        return chosen


def stacked(page: Page) -> tuple[tuple[Shape, ...], Area]:
    """The shapes of all rows, one below the other, and the area that they take."""
    shapes: list[Shape] = []
    across, before, areas = 0.0, None, []
    for laid in page.rows:
        indent = _INTO if before else 0.0
        along = indent - laid.area.first
        shift = across - laid.area.low if before else 0.0
        if not before:
            across, along = laid.area.low, 0.0 if len(page.rows) == 1 else along
        x, y = _vector(laid.row, along, shift)
        shapes += moved(laid.shapes(), x, y)
        if before:
            shapes.append(_carried(before, laid, along, shift))
        areas.append(
            Area(
                laid.area.first + along - indent, laid.area.low + shift, laid.area.last + along, laid.area.high + shift
            )
        )
        before = (laid, along, shift)
        across = laid.area.high + shift + _BETWEEN
    if len(areas) > 1:
        areas.append(Area(0.0, areas[0].low, max(area.last for area in areas[:-1]) + _OUT, areas[0].low))
    return tuple(shapes), around(areas)


def _vector(row: Row, along: float, across: float) -> Point:
    zero, moved_ = row.paper(0.0, 0.0), row.paper(along, across)
    return moved_[0] - zero[0], moved_[1] - zero[1]


def _carried(before: tuple[Laid, float, float], laid: Laid, along: float, shift: float) -> Part:
    """The arrow from the end of a row to the start of the next."""
    last, old_along, old_shift = before
    tail = last.row.groups.columns[last.row.last][0]
    start = last.row.along[tail] + last.row.solids[tail].rim + 1 + old_along, last.row.across[tail] + old_shift
    end = laid.wires.entry[0] + along, laid.wires.entry[1] + shift
    out = last.area.last + old_along + _OUT - 3
    back = last.area.high + old_shift + _BETWEEN / 2
    into = end[0] - _INTO + 2
    path = [start, (out, start[1]), (out, back), (into, back), (into, end[1]), end]
    points = tuple(laid.row.paper(*point) for point in path)
    return Part((Path(rounded(points, ROUND), None, "edge", 0.9),), "link")
