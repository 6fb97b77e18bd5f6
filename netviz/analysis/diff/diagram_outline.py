"""A diagram of two models in some boxes: what only one of them has apart, the rest cut where blocks end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from netviz.analysis.diagram.outline import OUTLINE_MOST
from netviz.analysis.diff.diagram_closed import closed_box, joined
from netviz.analysis.diff.diagram_order import Family, Item, fate, walk
from netviz.analysis.diff.diagram_spans import Spans
from netviz.views import Box, Diagram, Fate

MOST = OUTLINE_MOST + 10
"""Boxes in an outline; where there are more, shorter stretches are taken together with what is beside them."""

_SHORTEST, _LONGEST = 0.5, 2.5
"""How long a piece may be, in parts of what each would have if all were equal."""


def outlined(diagram: Diagram, family: Family) -> Diagram:
    """The diagram in some boxes, each for neighbours, with how many of their layers became what.

    Long stretches of layers that were added, removed or unchanged have boxes of their own.
    """
    items = family.ordered("", diagram.children, _color)
    spans = Spans(items)
    share = max(1.0, sum(len(item.layers) for item in items) / OUTLINE_MOST)
    alone = share
    pieces = list(_pieces(items, spans, share, alone))
    while len(pieces) > MOST and alone < sum(len(item.layers) for item in items):
        alone *= 1.5
        pieces = list(_pieces(items, spans, share, alone))
    ids: dict[str, str] = {}
    boxes: list[Box] = []
    for piece in pieces:
        held = items[piece.start : piece.stop]
        first = held[0]
        single = len(held) == 1 and isinstance(first, Box)
        title = spans.title(piece.start, piece.stop)
        box = first if single and isinstance(first, Box) else closed_box(held, diagram.parameters or 0, title)
        ids.update((inner.id, box.id) for item in held for inner in walk(item))
        boxes.append(box)
    return replace(diagram, children=tuple(boxes), edges=joined(diagram.edges, ids))


def _color(item: Item) -> Fate | None:
    """The fate of what may stand apart, None for what changed."""
    fates = {fate(inner) for inner in walk(item)}
    only = fates.pop()
    return only if not fates and only in ("added", "removed", "unchanged") else None


def _pieces(items: Sequence[Item], spans: Spans, share: float, alone: float) -> Iterator[range]:
    """The stretches of one colour with at least `alone` layers, inputs, and pieces of what lies between these."""
    waiting = 0
    place = 0
    for color, group in groupby(items, lambda item: "input" if item.family == "input-output" else _color(item)):
        run = list(group)
        if color == "input" or (color is not None and sum(len(item.layers) for item in run) >= alone):
            yield from _cut(items, spans, range(waiting, place), share)
            stop = place + len(run)
            yield from (range(n, n + 1) for n in range(place, stop)) if color == "input" else (range(place, stop),)
            waiting = stop
        place += len(run)
    yield from _cut(items, spans, range(waiting, place), share)


def _cut(items: Sequence[Item], spans: Spans, whole: range, share: float) -> Iterator[range]:
    """Pieces of about `share` layers, each ended where fewest blocks go on."""
    start = whole.start
    while start < whole.stop:
        size, best = 0, (float("inf"), 0.0, whole.stop)
        for stop in range(start + 1, whole.stop + 1):
            size += len(items[stop - 1].layers)
            if size > _LONGEST * share and best[2] > start and best[0] < float("inf"):
                break
            if size >= _SHORTEST * share or stop == whole.stop:
                across = 0 if stop == whole.stop else spans.across[stop]
                best = min(best, (across, abs(size - share), stop))
        yield range(start, best[2])
        start = best[2]
