"""Shapes of a row of volumes: boxes in three tones, circles, frames, arrows, arcs and notes, from back to front."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from netviz.render.figure.look import width_of
from netviz.render.figure.marks import badge, badge_size, shared_ring
from netviz.render.figure.moving import moved
from netviz.render.figure.picture import (
    Anchor,
    Circle,
    Paint,
    Part,
    Path,
    Point,
    Rectangle,
    Shape,
    Text,
    polygon,
    rounded,
)
from netviz.render.figure.signs import sign_shapes
from netviz.render.figure.volumes.notes import Placed
from netviz.render.figure.volumes.place import Row
from netviz.render.figure.volumes.solids import AFTER, Solid, faces_of
from netviz.render.figure.volumes.wires import Border, Wire, Wires
from netviz.render.figure.volumes.words import elided
from netviz.render.figure.wording import title_of

_HAIR = 0.6
_DASHES = (2.4, 1.6)
ROUND = 7.0
"""Pixels of the corners of links."""
_FACE = 0.16
"""The share of a box's thickness that its activation takes."""
_TITLE, _LEAST = 9, 36.0
"""Characters that a title has at least, and the pixels for it; less of it says nothing."""
_VEIL = 0.5
"""How much of an activation's colour lies on the large face, which would else outshine all."""


def row_shapes(row: Row, wires: Wires) -> Iterator[Shape]:
    """All that is drawn of a row."""
    for border in wires.borders:
        yield Part(tuple(_frame(row, border)), "block", "", border.block.title)
    for wire in wires.wires:
        if not wire.skips:
            yield _wire(row, wire)
    backwards = row.look.direction == "TB"  # what lies above hides what lies below it
    order = sorted(row.ids, key=lambda id: row.along[id], reverse=backwards)
    notes: dict[str, list[Placed]] = {}
    for placed in row.notes:
        notes.setdefault(placed.note.owners[0], []).append(placed)
    words = []
    for id in order:
        stage = row.groups.stages[id]
        yield Part(tuple(_stage(row, row.solids[id], id)), "stage", id, title_of(stage))
        for placed in notes.get(id, ()):
            words += list(_note(row, placed))
    for wire in wires.wires:
        if wire.skips:
            yield _wire(row, wire)
    yield from words
    for border in wires.borders:
        yield from _header(row, wires, border)


# stages


def _stage(row: Row, solid: Solid, id: str) -> Iterator[Shape]:
    along, across = row.along[id], row.across[id]
    family = solid.stage.family
    if solid.form == "sign":
        yield from _sign(row, solid, along, across)
        return
    yield from _box(row, solid, along, across, family)
    if solid.stage.kind == "closed":  # a second hairline: there is more inside
        inset = min(solid.length, solid.breadth) * 0.22
        lead, rise = row.back
        front = along - lead * solid.lean / 2, across - rise * solid.rise / 2
        corners = _corners(front, solid.length / 2 - inset, solid.breadth / 2 - inset)
        if solid.length > 8:
            yield polygon(tuple(row.paper(*corner) for corner in corners), None, f"{family}-line", _HAIR)


def _corners(middle: Point, x: float, y: float) -> tuple[Point, Point, Point, Point]:
    return (
        (middle[0] - x, middle[1] - y),
        (middle[0] + x, middle[1] - y),
        (middle[0] + x, middle[1] + y),
        (middle[0] - x, middle[1] + y),
    )


def _box(row: Row, solid: Solid, along: float, across: float, family: str) -> Iterator[Shape]:
    """Front, top and side of a box; an activation is a band at its end or start, and the face there if that is seen."""
    lead, rise = row.back[0] * solid.lean, row.back[1] * solid.rise
    first, last = along - lead / 2 - solid.length / 2, along - lead / 2 + solid.length / 2
    low, high = across - rise / 2 - solid.breadth / 2, across - rise / 2 + solid.breadth / 2
    pre, faced = map(bool, faces_of(solid.stage))
    thick = max(min(solid.length * _FACE, 3.5), 1.4)
    body, band = first + thick * pre, last - thick * faced
    line = f"{family}-line"

    def face(corners: Sequence[Point], paint: Paint) -> Path:
        shape = polygon(tuple(row.paper(*corner) for corner in corners), paint, line, _HAIR)
        return replace(shape, dash=_DASHES) if solid.stage.present else shape

    def pane(start: float, end: float, edge: float) -> tuple[Point, ...]:
        return ((start, edge), (end, edge), (end + lead, edge + rise), (start + lead, edge + rise))

    def front(start: float, end: float) -> tuple[Point, ...]:
        return ((start, low), (end, low), (end, high), (start, high))

    if row.paper.sideways:  # the end of the flow is seen at the side, the top is before the lane
        end, top, side = last, "top", "side"
        edge = low
    else:  # from above: the start of a flow that runs down, the end of one that runs up
        end, top, side = (first if row.look.direction == "TB" else last), "side", "top"
        edge = high
    flow_face = tuple(row.paper(*corner) for corner in _pane_end(end, low, high, lead, rise))
    sheet = solid.stage.kind == "input"
    yield face(_pane_end(end, low, high, lead, rise), f"{family}-{'front' if sheet else side}")
    if (faced and end == last) or (pre and end == first):
        yield replace(polygon(flow_face, f"{family}-face"), opacity=_VEIL)
    yield face(pane(body, band, edge), f"{family}-{top}")
    yield face(front(body, band), f"{family}-{'side' if sheet else 'front'}")
    for start, stop in ((first, body), (band, last)):
        if start < stop:
            yield face(pane(start, stop, edge), f"{family}-face")
            yield face(front(start, stop), f"{family}-face")


def _pane_end(end: float, low: float, high: float, lead: float, rise: float) -> tuple[Point, ...]:
    """The corners of the face that a tensor is seen on."""
    return ((end, low), (end, high), (end + lead, high + rise), (end + lead, low + rise))


def _sign(row: Row, solid: Solid, along: float, across: float) -> Iterator[Shape]:
    """A circle with its sign, and a bar behind it where an activation follows."""
    radius, middle, family = solid.breadth / 2, row.paper(along, across), solid.stage.family
    yield Circle(*middle, radius, "paper", f"{family}-line", 1.0)
    yield from moved(sign_shapes(solid.stage.sign, radius, f"{family}-text"), *middle)
    if faces_of(solid.stage)[1]:
        ends = along + radius + 1.5, along + radius + AFTER
        corners = _corners((sum(ends) / 2, across), (ends[1] - ends[0]) / 2, radius * 0.85)
        yield polygon(tuple(row.paper(*corner) for corner in corners), f"{family}-face", f"{family}-line", _HAIR)


# links


def _wire(row: Row, wire: Wire) -> Part:
    points = tuple(row.paper(*point) for point in wire.points)
    paint, width = ("skip", 1.3) if wire.skips else ("edge", 0.9)
    dash = (3.0, 2.4) if wire.link.memory else ()
    return Part((Path(rounded(points, ROUND), None, paint, width, dash, True),), "link")


# blocks


def _frame(row: Row, border: Border) -> Iterator[Shape]:
    area = border.area
    one, other = row.paper(area.first, area.low), row.paper(area.last, area.high)
    x, y = min(one[0], other[0]), min(one[1], other[1])
    yield Rectangle(x, y, abs(other[0] - one[0]), abs(other[1] - one[1]), 5.0, "tint", "line", 0.8)


def _header(row: Row, wires: Wires, border: Border) -> Iterator[Shape]:
    """The title at the upper left of a frame, ×N at its right; both keep clear of arcs that pass."""
    area, small = border.area, row.look.small
    one, other = row.paper(area.first, area.low), row.paper(area.last, area.high)
    left, right, top = min(one[0], other[0]), max(one[0], other[0]), min(one[1], other[1])
    lines = [row.paper(at, at)[0] for at in wires.crossing(area)]
    edges = sorted([left + 2, right - 1, *lines])
    gaps = [(start + 4, end - 3) for start, end in pairwise(edges)]
    if border.block.repeats > 1:
        wide, _ = badge_size(border.block.repeats, row.look)
        widths = [end - start for start, end in gaps]
        place = max((place for place, room in enumerate(widths) if room >= wide), default=widths.index(max(widths)))
        x = gaps[place][1] - wide if widths[place] >= wide else (sum(gaps[place]) - wide) / 2
        yield badge(border.block.repeats, x, top + 4, row.look)
        gaps[place] = (gaps[place][0], x - 4)
    if border.block.title not in ("", "block"):  # the badge says that it is one
        needs = width_of(border.block.title, small, bold=True)
        fits = [gap for gap in gaps if gap[1] - gap[0] >= needs]
        start, end = fits[0] if fits else max(gaps, key=lambda gap: gap[1] - gap[0])
        title = _title(border.block.title, small, end - start) if end - start > _LEAST else ""
        if len(title) >= min(len(border.block.title), _TITLE):
            yield Text(start, top + 4 + small * 1.08, title, small, "start", "muted", bold=True, room=end - start)


def _title(text: str, size: float, room: float) -> str:
    """A title in that room; of "block1 … block3" what differs stands alone: block1…3."""
    first, gap, last = text.partition(" … ")
    if gap and width_of(text, size, bold=True) > room:
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
        same = len("".join(one for one, _ in alike).rstrip("0123456789"))
        if first[:same] and first[same:].isdigit() and last[same:].isdigit():
            text = f"{first}…{last[same:]}"
            if width_of(text, size, bold=True) > room:  # what is special about it stands last
                text = re.split(r"[/_]", text)[-1]
    return elided(text, size, room, bold=True)


# notes


def _note(row: Row, placed: Placed) -> Iterator[Shape]:
    area, note = placed.area, placed.note
    if note.role == "ring":
        middle = row.paper((area.first + area.last) / 2, (area.low + area.high) / 2)
        yield shared_ring(int(note.lines[0].text), *middle, row.look)
        return
    one, other = row.paper(area.first, area.low), row.paper(area.last, area.high)
    left, right = min(one[0], other[0]), max(one[0], other[0])
    top, bottom = min(one[1], other[1]), max(one[1], other[1])
    if note.turned:
        x = left
        for line in note.lines:
            yield Text(
                x + line.above - 0.15 * line.size,
                top,
                line.text,
                line.size,
                "end",
                line.paint,
                line.bold,
                turned=True,
                room=line.width,
            )
            x += line.height
        return
    flush = placed.flush * (-1 if row.look.direction == "RL" else 1)
    anchor: Anchor = ("start", "middle", "end")[flush + 1]
    x = {-1: left, 0: (left + right) / 2, 1: right}[flush]
    y = top if bottom - top >= note.height - 0.01 else (top + bottom - note.height) / 2
    for line in note.lines:
        yield Text(x, y + line.above, line.text, line.size, anchor, line.paint, line.bold, room=line.width)
        y += line.height
