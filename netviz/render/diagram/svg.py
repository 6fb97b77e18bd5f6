"""Cards, headers and curves to the text of an SVG: the only module here that writes the language.

Every name goes through `escape.svg`. What is written depends on nothing but what is given, numbers have at most one
decimal, and no id stands in the body: so that the ids of the whole can be made of what it says.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, pairwise

from netviz.render.cells import count_text
from netviz.render.diagram.cards import RADIUS, STACK, Card
from netviz.render.diagram.edges import TIP, drawn_edge, find_skips, number, pair, place_labels, tip_marker
from netviz.render.diagram.faces import ARGUMENT, SHAPE
from netviz.render.diagram.groups import INSET, Header
from netviz.render.diagram.legend import SWATCH, Key, Legend, Meanings
from netviz.render.diagram.styles import EDGE_FATES, FATE_MEANINGS, Theme, style_sheet
from netviz.render.diagram.texts import BAND, GAP, LEFT, RIGHT, Badge, Text
from netviz.render.diagram.wording import (
    class_words,
    counted,
    edge_words,
    fate_words,
    name_words,
    repeat_words,
    shape_words,
    shapes_words,
    varies_words,
)
from netviz.render.escape import svg as svg_text
from netviz.render.layout.geometry import Curve, Place, Placement
from netviz.views import Box, Diagram, Edge, Group

svg = lru_cache(maxsize=4096)(svg_text)
"""The words of a picture, of which most stand in it many times."""

TINTS = 4
SHARP = 0.5
BAR = 2.5
_SHARPLY = ' transform="translate(.5 .5)"'
"""Half a pixel on, for what is written in whole ones."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn, with its places: those of the layout are moved by `origin`, caption and legend enlarged."""

    diagram: Diagram
    cards: Mapping[str, Card]
    headers: Mapping[str, Header]
    placement: Placement
    origin: tuple[float, float]
    width: float
    height: float
    meanings: Meanings
    caption: tuple[Text, ...] = ()
    caption_at: tuple[float, float] = (0.0, 0.0)
    legend: Legend | None = None
    legend_at: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0


def write_svg(drawing: Drawing, *, theme: Theme, background: bool) -> str:
    """The whole document, ending in a newline."""
    diagram = drawing.diagram
    width, height = number(drawing.width), number(drawing.height)
    body = [f'<rect class="p" width="{width}" height="{height}"/>'] if background else []
    body += _graph(drawing, {item.id: _names(item) for item in diagram.walk()}, {})
    if drawing.caption:
        place = _place(drawing.caption_at, drawing.zoom)
        body.append("".join([f'<g class="caption"{place}>', *map(_text, drawing.caption), "</g>"]))
    if drawing.legend is not None:
        body.append(_legend(drawing.legend, _place(drawing.legend_at, drawing.zoom)))
    text = "\n".join(body)
    title, description = svg(diagram.title), svg(diagram.description)
    scope = f"netviz-{zlib.crc32(f'{theme}{title}{description}{text}'.encode()):08x}"
    heads = sorted({header.group.family for header in drawing.headers.values() if header.group.class_name})
    rules, patterns = style_sheet(scope, theme, _meanings_used(drawing), heads)
    marks = tips(scope, fates=diagram.coloring == "changes")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{scope}" class="{scope}" role="img"'
        f' aria-labelledby="{scope}-title {scope}-desc" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">\n'
        f'<title id="{scope}-title">{title}</title>\n<desc id="{scope}-desc">{description}</desc>\n'
        f"<style>\n{rules}\n</style>\n<defs>{patterns}{marks}</defs>\n{text}\n</svg>\n"
    )


def write_embedded(drawing: Drawing) -> str:
    """The drawing as an element of a page that has the style sheet and the marks of all its drawings.

    Names stand in it only to be read. Groups and boxes have their number, groups first, in the order of the diagram.
    """
    width, height = number(drawing.width), number(drawing.height)
    numbers = {key: f' data-n="{place}"' for place, key in enumerate([*drawing.headers, *drawing.cards])}
    # To say it at the edge, too, would make a twentieth of a large picture.
    said = {key: words for key, card in drawing.cards.items() if (words := _said_shape(card))}
    body = "\n".join(_graph(drawing, numbers, said))
    return (
        f'<svg class="{EMBEDDED}" role="group" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
        f"{body}\n</svg>"
    )


EMBEDDED = "netviz-graph"
"""The class of all pictures that are elements of a page; the ids of what they share begin with it."""


def tips(scope: str, *, fates: bool = False) -> str:
    """The markers that the edges of a picture end in, those of edges that only one of two models has among them."""
    own = [tip_marker(f"{scope}-{css}", css) for css in EDGE_FATES.values()] if fates else []
    return "".join([tip_marker(f"{scope}-tip", "m"), tip_marker(f"{scope}-skip", "x"), *own])


def _said_shape(card: Card) -> str:
    """The shape of the only tensor that a box gives, if it is written on its card."""
    words = shapes_words(card.box.outputs) if len(card.box.outputs) == 1 else ""
    return words if any(text.text == words for text in card.texts) else ""


def _graph(drawing: Drawing, marks: Mapping[str, str], said: Mapping[str, str]) -> list[str]:
    """Groups, edges, headers and cards, those that lie above others later.

    By id, `marks` are the attributes of groups and boxes, `said` what need not be said of edges that begin there.
    """
    places = {key: _moved(place, drawing.origin) for key, place in drawing.placement.places.items()}
    groups, boxes, tints = _groups_and_boxes(drawing, places, marks)
    body = [*groups, f'<g class="edges"{_SHARPLY}>', *_edges(drawing, places, said), "</g>"]
    body += _headers(drawing, places, tints)
    # All cards lie on the middle of a pixel, where a line of one pixel is sharp.
    return [*body, f"<g{_SHARPLY}>", *boxes, "</g>"]


def _names(item: Box | Group) -> str:
    """The attributes that say what a group or box stands for: its path, its classes, and its layers if they differ."""
    if isinstance(item, Box):
        classes, layers = item.classes, item.layers if item.layers != (item.id,) else ()
    else:
        inside = {layer for box in _boxes_of(item) for layer in box.layers}
        layers = tuple(layer for layer in item.layers if layer not in inside and layer != item.id)
        classes = (item.class_name,)
    return f' data-path="{svg(item.id)}"{_class(classes)}{_layers(layers)}'


def _meanings_used(drawing: Drawing) -> list[str]:
    return sorted({*drawing.meanings.of_box.values(), *(meaning for meaning, _ in drawing.meanings.entries)})


def _moved(place: Place, origin: tuple[float, float]) -> Place:
    """The place on the page, in whole pixels but for `SHARP`."""
    x, y = round(place.x + origin[0]) + SHARP, round(place.y + origin[1]) + SHARP
    return Place(x, y, place.width, place.height)


def _groups_and_boxes(
    drawing: Drawing, places: Mapping[str, Place], marks: Mapping[str, str]
) -> tuple[list[str], list[str], dict[str, int]]:
    """The frames of the groups, those around before those inside, the cards, and the tint of each group."""
    tints: dict[str, int] = {}
    groups: list[str] = []
    boxes: list[str] = []
    stack: list[tuple[Box | Group, int]] = [(item, 1) for item in reversed(drawing.diagram.children)]
    while stack:
        item, depth = stack.pop()
        place = places[item.id]
        if isinstance(item, Box):
            boxes.append(_box(drawing.cards[item.id], place, drawing.meanings.of_box[item.id], marks[item.id]))
        else:
            tints[item.id] = (depth - 1) % TINTS + 1
            groups.append(_group(item, place, tints[item.id], marks[item.id]))
            stack.extend((child, depth + 1) for child in reversed(item.children))
    return groups, boxes, tints


def _group(group: Group, place: Place, tint: int, marks: str) -> str:
    changed = group.difference is not None and group.difference.fate != "unchanged"
    fate = f" {FATE_MEANINGS[group.difference.fate]}" if group.difference and changed else ""
    return (
        f'<g class="group {group.family}{fate}"{marks}>'
        f"<title>{_group_title(group)}</title>"
        f'<rect class="u u{tint}" x="{number(place.x)}" y="{number(place.y)}" width="{number(round(place.width))}"'
        f' height="{number(round(place.height))}" rx="12"/></g>'
    )


def _boxes_of(group: Group) -> list[Box]:
    found: list[Box] = []
    stack: list[Box | Group] = list(group.children)
    while stack:
        item = stack.pop()
        if isinstance(item, Box):
            found.append(item)
        else:
            stack.extend(item.children)
    return found


def _group_title(group: Group) -> str:
    parts = [group.heading]
    if group.class_name:
        parts.append(f"({group.class_name})")
    parts += [repeat_words(group.repeats, parallel=group.parallel)]
    lines = [" ".join(part for part in parts if part), *map(varies_words, group.varies)]
    if group.parameters != 0:
        lines.append("? parameters" if group.parameters is None else counted(group.parameters, "parameter"))
    return "\n".join(map(svg, lines))


def _class(names: Sequence[str | None]) -> str:
    known = [name for name in names if name]
    return f' data-class="{" ".join(map(svg, known))}"' if known else ""


def _layers(layers: Sequence[str]) -> str:
    return f' data-layers="{"&#10;".join(map(svg, layers))}"' if layers else ""


def _headers(drawing: Drawing, places: Mapping[str, Place], tints: Mapping[str, int]) -> list[str]:
    """Titles and badges of the groups, which lie above the edges; a halo keeps an edge from running through letters."""
    found = []
    for key, header in drawing.headers.items():
        if not header.texts and not header.badge:
            continue
        place = places[key]
        parts = [
            f'<g class="head h{tints[key]} {header.group.family}" transform="translate({pair((place.x, place.y))})">'
        ]
        parts += map(_text, header.texts)
        if header.kind is not None:
            right = round(place.width) - INSET - (header.badge_width + GAP if header.badge else 0)
            parts.append(_text(replace(header.kind, x=right)))
        if header.ring is not None:
            parts.append(_badge(header.ring))
        if header.badge:
            x = round(place.width) - INSET + 4 - header.badge_width
            parts.append(_badge(Badge(x, 8, header.badge_width, 19, header.badge)))
        found.append("".join([*parts, "</g>"]))
    return found


def _box(card: Card, place: Place, meaning: str, marks: str) -> str:
    box = card.box
    kind = "" if box.kind == "layer" else f" {box.kind}"
    other = "" if meaning == box.family else f" {meaning}"
    parts = [
        f'<g class="box {box.family}{other}{kind}{" w" if box.highlighted else ""}"'
        f' transform="translate({pair((place.x - SHARP, place.y - SHARP))})"{marks}>'
        f"{_box_title(card)}"
    ]
    width, height = number(card.width), number(card.height)
    gone = box.difference is not None and box.difference.fate == "removed"
    mark = "" if box.difference is None else f' class="z{" zr" * gone}"'
    if box.kind in ("end", "stub"):
        parts.append(f'<rect{mark} width="{width}" height="{height}" rx="{number(card.height / 2)}"/>')
    else:
        tall = card.height
        if box.kind == "closed":
            tall -= STACK
            parts.append(
                f'<path class="c" d="M{STACK} {number(tall - RADIUS + STACK)}a{RADIUS} {RADIUS} 0 0 0 {RADIUS} {RADIUS}'
                f'h{number(card.width - 2 * (STACK + RADIUS))}a{RADIUS} {RADIUS} 0 0 0 {RADIUS}-{RADIUS}z"/>'
            )
        parts.append(f'<rect{mark} width="{width}" height="{number(tall)}" rx="{RADIUS}"/>')
        side = number(tall - 2 * RADIUS)
        more = f"h{number(card.band - BAND)}v-{number(tall)}" if card.band > BAND else ""
        first = f' class="{FATE_MEANINGS[card.parts[0][0]]}"' if card.parts else ""
        parts.append(f'<path{first} d="M{BAND} 0a7 7 0 00-7 7v{side}a7 7 0 007 7{more}z"/>')
        for (_, end), (fate, _) in pairwise(card.parts):
            top = min(end, tall - RADIUS)
            shape = f"M0 {number(top)}v{number(tall - RADIUS - top)}a7 7 0 007 7h{number(card.band - BAND)}"
            parts.append(f'<path class="{FATE_MEANINGS[fate]}" d="{shape}v-{number(tall - top)}z"/>')
        if card.bar is not None:
            # The ends of the line are round and lie within the margins of the texts.
            left = LEFT + card.band - BAND
            room = card.width - left - RIGHT - BAR
            start = f"M{number(left + BAR / 2)} {number(card.bar)}h"
            full = room * card.full
            parts.append(f'<path class="v" d="{start}{number(room)}"/>')
            if full >= 0.5:
                parts.append(f'<path class="y" d="{start}{number(full)}"/>')
    parts += map(_card_text, card.texts)
    parts += map(_badge, card.badges)
    return "".join([*parts, "</g>"])


def _box_title(card: Card) -> str:
    """What the card does not say, or not in full: the names where they are elided, tensors, exact numbers, if any."""
    box = card.box
    kind = "" if card.classed else class_words(box, details=True)
    lines = [] if card.named and not kind else [name_words(box) + (f" ({kind})" if kind else "")]
    if box.difference and box.difference.counts:
        lines.append(fate_words(box.difference))
    shapes = [shapes_words(shapes) for shapes in (box.inputs, box.outputs, box.last_outputs) if shapes]
    different = [words for words, _ in groupby(shapes)]
    if len(different) > 1 or (different and not any(text.text == different[0] for text in card.texts)):
        lines.append(" → ".join(different))
    if box.parameters is None:
        lines.append("? parameters")
    elif box.parameters:
        share = f" ({100 * box.share:.1f} %)" if box.share is not None and 0.0005 <= box.share <= 1 else ""
        count = count_text(box.parameters)
        if share or not any(text.text == count for text in card.texts):
            lines.append(f"{count} parameters{share}")
    return f"<title>{words}</title>" if (words := "\n".join(map(svg, lines))) else ""


@lru_cache(maxsize=8192)
def _card_text(text: Text) -> str:
    """A text of a card, where what has no class is a shape."""
    return _text(text).replace(f' class="{SHAPE.css}"', "", 1) if text.face is SHAPE else _text(text)


def _text(text: Text) -> str:
    end = " e" if text.end else ""
    end += f" {FATE_MEANINGS[text.fate]}" if text.fate else ""
    length = "" if text.length is None else f' textLength="{number(text.length)}" lengthAdjust="spacingAndGlyphs"'
    return (
        f'<text class="{text.face.css}{end}" x="{number(text.x)}" y="{number(text.y)}"{length}>{svg(text.text)}</text>'
    )


def _badge(badge: Badge) -> str:
    kind, face = ("r", "o") if badge.ring else ("d", "b")
    middle = (
        f'x="{number(badge.x + badge.width / 2)}" y="{number(badge.y + badge.height / 2 + (3.2 if badge.ring else 4))}"'
    )
    length = f' textLength="{number(badge.width - 14)}" lengthAdjust="spacingAndGlyphs"' if len(badge.text) > 4 else ""
    return (
        f'<rect class="{kind}" x="{number(badge.x)}" y="{number(badge.y)}" width="{number(badge.width)}"'
        f' height="{number(badge.height)}" rx="{number(badge.height / 2)}"/>'
        f'<text class="{face}" {middle}{length}>{svg(badge.text)}</text>'
    )


def _edges(drawing: Drawing, places: Mapping[str, Place], said: Mapping[str, str]) -> list[str]:
    """The edges. Names would make half of a large picture, so their ends are numbers: those of the elements with
    data-path or data-n, groups first, in the order of the document, from 0.
    """
    numbers = {key: place for place, key in enumerate([*drawing.headers, *drawing.cards])}
    edges = drawing.diagram.edges
    shift = drawing.origin
    curves = {
        place: Curve(tuple((x + shift[0], y + shift[1]) for x, y in curve.points))
        for place, (edge, curve) in enumerate(zip(edges, drawing.placement.curves, strict=True))
        if len(curve.points) >= 2 and not edge.repeating
    }
    skips = find_skips(edges)
    boxes = [places[key] for key in drawing.cards]
    heads = [
        (places[key].x, places[key].y, places[key].x + places[key].width, places[key].y + header.height)
        for key, header in drawing.headers.items()
    ]
    labels = place_labels(edges, curves, boxes, heads, (drawing.width, drawing.height))
    # Skips lie above the others.
    order = sorted(curves, key=lambda place: place in skips)
    usual = next(iter(Counter(edge.dtype for edge in edges).most_common(1)), (None, 0))[0]
    return [
        _edge(edges[place], curves[place], labels.get(place), numbers, usual, said, skip=place in skips)
        for place in order
    ]


def _edge(
    edge: Edge,
    curve: Curve,
    label: tuple[float, float, str] | None,
    numbers: Mapping[str, int],
    usual: str | None,
    said: Mapping[str, str],
    *,
    skip: bool,
) -> str:
    """The line with its tensor as title: the shape, the dtype if it is not the `usual` one, the argument if named.

    It has none where that is no more than is `said` where the line begins.
    """
    words = [] if edge.shape is None and edge.tensors > 1 else [shape_words(edge.shape)]
    if edge.dtype and edge.dtype != usual:
        words.append(edge.dtype)
    if beside := edge_words(edge):
        words.append(beside)
    classes = " ".join(name for name, holds in _edge_classes(edge, skip=skip) if holds)
    mark = f' class="{classes}"' if classes else ""
    text = "" if label is None else _text(Text(label[0], label[1], label[2], ARGUMENT))
    title = "" if words == [said.get(edge.tail)] else f"<title>{svg(' '.join(words))}</title>"
    return (
        f'<path{mark} data-ends="{numbers[edge.tail]} {numbers[edge.head]}"'
        f' d="{drawn_edge(curve)}"{f">{title}</path>" if title else "/>"}{text}'
    )


def _edge_classes(edge: Edge, *, skip: bool) -> tuple[tuple[str, object], ...]:
    """The classes that an edge may have, and whether it has them."""
    return ("x", skip), ("q", edge.repeats), ("a", edge.every), (EDGE_FATES.get(edge.fate, ""), edge.fate in EDGE_FATES)


def _place(at: tuple[float, float], zoom: float) -> str:
    return f' transform="translate({pair(at)})' + (f' scale({number(zoom)})"' if zoom != 1 else '"')


def _legend(legend: Legend, place: str) -> str:
    return "".join([f'<g class="legend"{place}>', *map(_key, legend.keys), *map(_text, legend.texts), "</g>"])


def _key(key: Key) -> str:
    """A swatch; the steps of a scale stand side by side and have square corners."""
    if key.meaning in EDGE_FATES.values():
        line = f"M{number(key.x)} {number(key.y + SWATCH / 2)}h{number(key.width - TIP)}"
        return f'<g class="le"><path class="{key.meaning}" d="{line}"/></g>'
    corners = ' rx="2.5"' if key.width == SWATCH else ""
    size = f'width="{number(key.width)}" height="{SWATCH}"'
    return f'<g class="{key.meaning}"><rect class="f" x="{number(key.x)}" y="{number(key.y)}" {size}{corners}/></g>'
