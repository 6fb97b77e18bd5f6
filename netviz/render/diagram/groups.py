"""Groups to headers: title, class, what varies and how often, and the room that they take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netviz.render.diagram.cards import Card
from netviz.render.diagram.faces import CLASS, NOTE, TITLE
from netviz.render.diagram.texts import GAP, Badge, Text, badge_width, fitted, ring_width
from netviz.render.diagram.wording import heading_words, repeat_words, varies_words
from netviz.render.layout.geometry import Cluster, Node
from netviz.render.metrics import text_width, wrap
from netviz.views import Box, Group, Variation

INSET = 14
_WIDEST, _NARROWEST = 300, 130
_TITLE_LINES, _VARIATIONS, _VARIES_LINES = 3, 3, 2


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the top of a group; places are relative to its upper left corner.

    The badge is a pill at the right: `badge` is its text, `badge_width` its size. `kind` is the class beside the title:
    it stands at the right end of the group, however wide that is, and its x is 0.
    """

    group: Group
    width: float
    height: float
    texts: tuple[Text, ...]
    badge: str
    badge_width: float
    ring: Badge | None = None
    kind: Text | None = None


def make_header(group: Group, said: Sequence[Variation] = (), cards: float | None = None) -> Header:
    """The header of a group, as wide as it needs to be; what the groups around it have `said` is left out.

    `cards` is the width of the cards in it, where edges come from above.
    """
    badge = repeat_words(group.repeats, parallel=group.parallel)
    pill = badge_width(badge)
    # What enters comes down in the middle of the cards: titles and notes end before, where they can.
    notes_room = cards / 2 - 6 if cards else _WIDEST - 2 * INSET
    room = notes_room if cards else _WIDEST - 2 * INSET - (pill + GAP if pill else 0)
    titles = wrap(heading_words(group), TITLE, room, _TITLE_LINES)
    kind = group.class_name or ""
    kind_width = text_width(kind, CLASS)
    last = text_width(titles[-1], TITLE) if titles else 0.0
    shared = "" if group.shared is None else str(group.shared)
    mark = ring_width(shared) + 6 if shared else 0.0
    # Both have a half of the head where edges come down between them, else they share it.
    fits = max(last + mark, kind_width) <= room if cards else last + mark + 8 + kind_width <= room
    beside = bool(kind and titles) and fits
    below = [] if beside else wrap(kind, CLASS, room, 2)
    varies = [item for item in group.varies if item not in said][:_VARIATIONS]
    said_of_it = [*(group.difference.notes if group.difference else ()), *map(varies_words, varies)]
    if group.reach > 1:
        said_of_it.append(f"each also reads the one {group.reach} before")
    notes = [line for words in said_of_it for line in wrap(words, NOTE, notes_room, _VARIES_LINES)]
    rows = [(line, TITLE) for line in titles] + [(line, CLASS) for line in below] + [(line, NOTE) for line in notes]
    tops = [text_width(line, face) for line, face in rows if face is not NOTE]
    natural = max([*tops, last + mark + (8 + kind_width if beside else 0)], default=0.0) + (pill + GAP if pill else 0)
    natural = max([natural, *(text_width(line, NOTE) for line in notes)])
    width = max(float(_NARROWEST), math.ceil(natural * 1.04) + 2 * INSET) if rows or pill else 0.0
    inner = width - 2 * INSET
    texts: list[Text] = []
    y = 5.0
    ring = at_right = None
    for place, (line, face) in enumerate(rows):
        y += face.line
        space = inner if face is NOTE else inner - (pill + GAP if pill else 0)
        if place == len(titles) - 1:
            space -= mark + (8 + kind_width if beside else 0)
        texts.append(fitted(INSET, y, line, face, max(space, text_width(line, face))))
        if place == len(titles) - 1:
            # What follows the title on its line stands where Helvetica ends, so the title must end there, too.
            if mark or beside:
                texts[-1] = Text(INSET, y, line, face, length=round(last, 1))
            if mark:
                ring = Badge(INSET + last + 6, y - 11, mark - 6, 14, shared, ring=True)
            if beside:
                space = width - 2 * INSET - last - mark - 8 - (pill + GAP if pill else 0)
                at_right = fitted(0.0, y, kind, CLASS, max(kind_width, space), end=True)
    height = max(y + 7, 30.0 if pill else 0.0) if rows or pill else 0.0
    return Header(group, width, height, tuple(texts), badge, pill, ring, at_right)


def make_headers(children: tuple[Box | Group, ...], cards: float | None = None) -> dict[str, Header]:
    """The header of every group by its id, in the order in which a diagram is walked.

    `cards` is the width of the cards, where edges come from above.
    """
    found: dict[str, Header] = {}
    stack: list[tuple[Box | Group, tuple[Variation, ...]]] = [(item, ()) for item in reversed(children)]
    while stack:
        item, said = stack.pop()
        if isinstance(item, Group):
            found[item.id] = make_header(item, said, cards)
            stack.extend((child, (*said, *item.varies)) for child in reversed(item.children))
    return found


def plan_children(
    children: tuple[Box | Group, ...],
    cards: Mapping[str, Card],
    headers: Mapping[str, Header],
    numbers: Mapping[str, str],
) -> tuple[Node | Cluster, ...]:
    """The boxes and groups as nodes and clusters to be laid out, under their `numbers`."""
    planned: list[Node | Cluster] = []
    for item in children:
        if isinstance(item, Box):
            planned.append(Node(numbers[item.id], cards[item.id].width, cards[item.id].height))
        else:
            header = headers[item.id]
            inner = plan_children(item.children, cards, headers, numbers)
            planned.append(Cluster(numbers[item.id], header.width, header.height, inner))
    return tuple(planned)
