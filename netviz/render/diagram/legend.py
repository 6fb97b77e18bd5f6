"""What the colours mean: the meaning of each box, and the legend that tells them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from netviz.render.diagram.faces import NOTE
from netviz.render.diagram.styles import BLANK, EDGE_FATES, FATE_MEANINGS, HATCHED, LEVELS, MIXED
from netviz.render.diagram.texts import Text, fitted
from netviz.render.diagram.wording import MEASURES, measure_words, short_count
from netviz.render.metrics import text_width, wrap
from netviz.theme import CATEGORIES, FATE_SIGNS, SCALE
from netviz.views import FAMILIES, FATES, Box, Diagram, Difference, Trainable

_LABELS = {"input-output": "input", "pooling": "pooling, resizing", "model": "model, group"}
"""Families whose name needs another word; the others are called what they are."""

SWATCH = 10
LINE = 26
"""The width of a swatch, and of a piece of an edge."""
_ROW = 17
_STEP = 22
_FINE = 9
_BETWEEN = 14
_ZEROS = re.compile(r"\.0+(?= )")
FAR_APART = 20
"""Costs of which the greatest is more than so many times the least are told by their logarithm."""
_MOST = 1e100
_MOSTLY = 0.75
"""The part of what changed in a box from which on it has the colour of its kind."""


@dataclass(frozen=True, slots=True)
class Key:
    """A swatch of a meaning by its upper left corner."""

    x: float
    y: float
    width: float
    meaning: str


@dataclass(frozen=True, slots=True)
class Legend:
    """Swatches and words; places are relative to its upper left corner."""

    width: float
    height: float
    keys: tuple[Key, ...]
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Meanings:
    """By the id of a box the meaning of its colour, and what the legend says of each meaning.

    A scale has words for its two ends only, marks (from 0 to 1) for what lies between, and a note behind it.
    """

    of_box: Mapping[str, str]
    entries: tuple[tuple[str, str], ...]
    ends: tuple[str, str] | None = None
    marks: tuple[tuple[float, str], ...] = ()
    note: str = ""


def find_meanings(diagram: Diagram) -> Meanings:
    """What the colour of each box means under the diagram's coloring."""
    boxes = diagram.boxes
    if diagram.coloring == "trainable":
        return _kinds(boxes, {box.id: _TRAINABLE[box.trainable] for box in boxes}, list(_TRAINABLE.values()))
    if diagram.coloring == "dtype":
        names = sorted({box.dtype for box in boxes if box.dtype})
        return _kinds(boxes, {box.id: box.dtype or "no dtype" for box in boxes}, [*names, "no dtype"])
    if diagram.coloring in ("parameters", "values", *MEASURES):
        return _magnitudes(diagram, boxes)
    if diagram.coloring == "changes":
        return _fates(diagram)
    used = {box.family for box in boxes if box.kind != "stub"}
    entries = tuple((family, _LABELS.get(family, family)) for family in FAMILIES if family in used)
    return Meanings({box.id: box.family for box in boxes}, entries)


def _fates(diagram: Diagram) -> Meanings:
    """What became of each box, with the signs of it; and how edges look that only one of both models has."""
    told = {item.id: item.difference or Difference() for item in diagram.walk()}
    used = {fate for one in told.values() if not one.counts for fate in (one.fate, *one.also)}
    used |= {fate for one in told.values() for fate, _ in (*one.counts, *one.also_counts)}
    entries = [(FATE_MEANINGS[fate], f"{FATE_SIGNS[fate]} {fate}".strip()) for fate in FATES if fate in used]
    edges = {edge.fate for edge in diagram.edges}
    entries += [(css, f"{fate} edge") for fate, css in EDGE_FATES.items() if fate in edges]
    return Meanings({box.id: _meaning(told[box.id]) for box in diagram.boxes}, tuple(entries))


def _meaning(difference: Difference) -> str:
    """The meaning of what became of a box; of a closed one that of most layers in it that changed, if there is one."""
    counts = [(count, fate) for fate, count in difference.counts if fate != "unchanged"]
    if not counts:
        return FATE_MEANINGS[difference.fate]
    most, fate = max(counts, key=lambda one: one[0])
    return FATE_MEANINGS[fate] if most >= _MOSTLY * sum(count for count, _ in counts) else MIXED


_TRAINABLE: Mapping[Trainable, str] = {
    "trainable": "trainable", "frozen": "frozen", "partly": "partly frozen", None: "no weights"
}  # fmt: skip


def _kinds(boxes: Sequence[Box], words: Mapping[str, str], order: Sequence[str]) -> Meanings:
    """A colour per word, in the order given; the last word, and what is beyond the palette, is grey."""
    colors = {word: f"kind-{place}" for place, word in enumerate(order[:-1][: len(CATEGORIES)])}
    used = {words[box.id] for box in boxes if box.kind != "stub"}
    entries = tuple((colors.get(word, BLANK), word) for word in order if word in used)
    return Meanings({box.id: colors.get(words[box.id], BLANK) for box in boxes}, entries)


def _magnitudes(diagram: Diagram, boxes: Sequence[Box]) -> Meanings:
    """Steps of a scale: of counts that are far apart by their logarithm, of other values evenly.

    Boxes without a value are grey. Costs have finer steps, since what costs most is often much alike.
    """
    costs = diagram.coloring in MEASURES
    counts = costs or diagram.coloring == "parameters"
    given: dict[str, float] = {}
    for box in boxes:
        value = box.parameters if diagram.coloring == "parameters" else box.value
        # A count may be larger than any float, and a value none at all.
        if value is not None and -_MOST <= value <= _MOST and not (counts and value <= 0):
            given[box.id] = float(value)
    if not given:
        return Meanings({box.id: BLANK for box in boxes}, ())
    least, most = min(given.values()), max(given.values())
    logarithmic = counts and (most > FAR_APART * least or not costs)
    values = {key: math.log10(value) if logarithmic else value for key, value in given.items()}
    low, high = min(values.values()), max(values.values())
    low = 0.0 if costs and not logarithmic else low
    span = high - low
    word, count = ("level", len(LEVELS)) if costs else ("step", len(SCALE))
    steps = {
        key: f"{word}-{min(int((value - low) / span * count), count - 1) if span > 0 else count // 2}"
        for key, value in values.items()
    }
    ends = (0.0 if costs and not logarithmic else least, most)
    words = [short_count(round(end)) if counts else f"{end:.4g}" for end in ends]
    if costs:
        words = [measure_words(diagram.coloring, end) for end in ends]
    entries = tuple((f"{word}-{step}", "") for step in range(count))
    unknown = {box.id for box in boxes if costs and box.value is None and box.kind in ("layer", "closed")}
    meanings = {box.id: steps.get(box.id, HATCHED if box.id in unknown else BLANK) for box in boxes}
    if any(meanings[box.id] == BLANK for box in boxes if box.kind != "stub"):
        nothing = MEASURES[diagram.coloring] if costs else "parameters" if counts else "value"
        entries += ((BLANK, f"no {nothing}"),)
    if unknown:
        entries += ((HATCHED, "unknown"),)
    marks = tuple(_decades(diagram.coloring, low, high)) if costs and logarithmic else ()
    return Meanings(meanings, entries, (words[0], words[1]), marks, "log scale" if logarithmic else "")


def _decades(measure: str, low: float, high: float) -> Iterator[tuple[float, str]]:
    """The whole powers within a scale, in the measure's units, by their places: of ten, of bytes of 1024."""
    step = math.log10(1024) if measure.endswith("_bytes") else 1.0
    for power in range(math.ceil(low / step), math.floor(high / step) + 1):
        value = 1024**power if measure.endswith("_bytes") else 10**power
        yield (power * step - low) / (high - low), _ZEROS.sub("", measure_words(measure, value).rpartition(" ")[0])


def make_legend(meanings: Meanings, width: float) -> Legend | None:
    """The legend in rows of at most `width` pixels; None where there is nothing to tell apart."""
    if meanings.ends is not None:
        return _scale(meanings, meanings.ends)
    if len(meanings.entries) < 2:
        return None
    words = [(wrap(label, NOTE, 160, 1) or [""])[0] for _, label in meanings.entries]
    swatches = [LINE if meaning in EDGE_FATES.values() else SWATCH for meaning, _ in meanings.entries]
    sizes = [
        swatch + 5 + math.ceil(text_width(word, NOTE) * 1.04) for swatch, word in zip(swatches, words, strict=True)
    ]
    for rows in range(1, len(sizes) + 1):
        columns = _columns(sizes, rows)
        if sum(columns) + _BETWEEN * (len(columns) - 1) <= width:
            break
    keys: list[Key] = []
    texts: list[Text] = []
    for place, (meaning, _) in enumerate(meanings.entries):
        row, column = divmod(place, len(columns))
        x, y = sum(columns[:column]) + _BETWEEN * column, row * _ROW
        swatch = swatches[place]
        keys.append(Key(x, y + 2, swatch, meaning))
        if words[place]:
            texts.append(fitted(x + swatch + 5, y + 11, words[place], NOTE, columns[column] - swatch - 5))
    height = (len(sizes) - 1) // len(columns) * _ROW + 14
    return Legend(sum(columns) + _BETWEEN * (len(columns) - 1), height, tuple(keys), tuple(texts))


def _columns(sizes: Sequence[float], rows: int) -> list[float]:
    """The widths of the columns that put `sizes` in at most so many rows, of which all but the last are full."""
    count = math.ceil(len(sizes) / rows)
    return [max(sizes[column::count]) for column in range(count)]


def _scale(meanings: Meanings, ends: tuple[str, str]) -> Legend:
    """The scale between the words for its ends, marks below it, its note and what has no value behind it."""
    low, high = ends
    left = math.ceil(text_width(low, NOTE) * 1.04)
    right = math.ceil(text_width(high, NOTE) * 1.04)
    steps = [meaning for meaning, label in meanings.entries if not label]
    step = _STEP if len(steps) == len(SCALE) else _FINE
    keys = [Key(left + 6 + place * step, 2, step, meaning) for place, meaning in enumerate(steps)]
    length = len(keys) * step
    texts = [fitted(0, 11, low, NOTE, left), fitted(left + 12 + length, 11, high, NOTE, right)]
    width = left + 12 + length + right
    free = 0.0
    for at, words in meanings.marks:
        size = math.ceil(text_width(words, NOTE) * 1.04)
        begin = left + 6 + at * length - size / 2
        if begin >= free:
            texts.append(fitted(round(begin, 1), 26, words, NOTE, size))
            free = begin + size + 6
    for meaning, label in (("", meanings.note), *meanings.entries):
        if label:
            swatch = SWATCH + 5 if meaning else 0
            if meaning:
                keys.append(Key(width + _BETWEEN, 2, SWATCH, meaning))
            size = math.ceil(text_width(label, NOTE) * 1.04)
            texts.append(fitted(width + _BETWEEN + swatch, 11, label, NOTE, size))
            width += _BETWEEN + swatch + size
    return Legend(width, 29 if free else 14, tuple(keys), tuple(texts))
