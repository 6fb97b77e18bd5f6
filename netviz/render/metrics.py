"""How wide a text will be in whichever font the reader has, and how it is broken to fit; knows nothing of drawing.

An SVG does not carry its fonts. Widths are those of Helvetica, which Arial and Liberation Sans share, and every text
that the widest usual substitute would push out of its place is given the length that it must be drawn in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from netviz.render.escape import visible
from netviz.render.fold import BREAKS, Break

SANS = "Helvetica,Arial,'Liberation Sans',sans-serif"
MONO = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

# Adobe, "Core 14 AFM files", Helvetica and Helvetica-Bold 1.006: WX of U+0020 to U+007E, thousandths of an em.
_REGULAR = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
_BOLD = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
)  # fmt: skip
# Bitstream, "DejaVu Sans" and "DejaVu Sans Bold" 2.37: the same, from the table hmtx. No other usual face is as wide.
_WIDE_REGULAR = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
)  # fmt: skip
_WIDE_BOLD = (
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995,
    837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716,
    678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712,
    365, 712, 838,
)  # fmt: skip
_MONO = 0.602  # DejaVu Sans Mono and Menlo; Liberation Mono has 0.600, Consolas 0.550
_SIGNS = {"·": 278, "×": 584, "…": 1000, "→": 1000, "–": 556, "−": 584, "²": 333, "³": 333}
_WIDE_SIGNS = {"·": 380, "×": 838, "…": 1000, "→": 1000, "–": 556, "−": 838, "²": 401, "³": 401}
_KNOWN = re.compile("[ -~·×…→–−²³]*")

_SPARE_MONO, _SPARE_SANS, _SPARE_UNKNOWN = 1.05, 1.02, 1.16
"""How much wider than the tables say a text may come out: a character of SF Mono takes 0.62 em.

Where there is no table for a glyph it is as much as DejaVu Sans is wider than Helvetica.
"""


_BREAKS = BREAKS["class"][:-1]
"""Where names and classes are broken; what is better than nowhere, the last of the rules, is done by pixels here."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A kind of text: its CSS class, size in pixels, weight, and the line it takes. One face is one object: widths are
    kept by it.
    """

    css: str
    size: float
    line: float
    bold: bool = False
    mono: bool = False


def _table(widths: Sequence[int], signs: Mapping[str, int]) -> dict[str, float]:
    return {
        char: width / 1000 for char, width in [*zip(map(chr, range(0x20, 0x7F)), widths, strict=True), *signs.items()]
    }


_SANS = {False: _table(_REGULAR, _SIGNS), True: _table(_BOLD, _SIGNS)}
_WIDE = {False: _table(_WIDE_REGULAR, _WIDE_SIGNS), True: _table(_WIDE_BOLD, _WIDE_SIGNS)}


@lru_cache(maxsize=20_000)
def text_width(text: str, face: Face) -> float:
    """Pixels that `text` takes in `face`: exact for the fonts named above, an estimate where they lack the glyph."""
    if face.mono:
        ems = _MONO * len(text) if text.isascii() else sum(map(_mono_width, text))
        return ems * face.size
    table = _SANS[face.bold]
    try:
        return sum(map(table.__getitem__, text)) * face.size
    except KeyError:
        return sum(_sans_width(char, table) for char in text) * face.size


def _mono_width(char: str) -> float:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0.0
    return 1.204 if unicodedata.east_asian_width(char) in "WF" else _MONO


def _sans_width(char: str, table: dict[str, float]) -> float:
    """An accented letter is as wide as its base, a wide character one em, and what is in no table 0.8 em."""
    if char in table:
        return table[char]
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    return table.get(unicodedata.normalize("NFD", char)[0], 0.8)


def is_safe(text: str, face: Face, room: float) -> bool:
    """Whether `text` stays within `room` pixels in whatever font a reader has."""
    return _KNOWN.fullmatch(text) is not None and widest_width(text, face) <= room


def widest_width(text: str, face: Face) -> float:
    """Pixels that `text` takes in the widest of the usual fonts, an estimate where they lack the glyph."""
    if face.mono:
        return text_width(text, face) * _SPARE_MONO
    if not _KNOWN.fullmatch(text):
        return text_width(text, face) * _SPARE_UNKNOWN
    return max(sum(map(table[face.bold].__getitem__, text)) for table in (_SANS, _WIDE)) * face.size * _SPARE_SANS


@lru_cache(maxsize=8192)
def wrap(text: str, face: Face, width: float, lines: int) -> tuple[str, ...]:
    """`text` made visible, in at most `lines` lines of at most `width` pixels, elided in the middle if it must be.

    It is broken at the best places that do: spaces, then the separators of names, then humps, then anywhere.
    """
    text = visible(text if len(text) <= 4000 else f"{text[:2000]}…{text[-2000:]}").strip()
    if text_width(text, face) <= width:
        return (text,) if text else ()
    found = _fold(text, face, width, _BREAKS)
    if len(found) <= lines:
        return tuple(_balanced(text, face, width, found) if face.bold else found)
    low, high = 1, min(len(text), int(lines * width / (0.2 * face.size))) // 2
    while low < high:  # the most characters of either end that fit
        middle = (low + high + 1) // 2
        fits = len(_fold(_elided(text, middle), face, width, _BREAKS)) <= lines
        low, high = (middle, high) if fits else (low, middle - 1)
    return tuple(_fold(_elided(text, low), face, width, _BREAKS)[:lines])


def _balanced(text: str, face: Face, width: float, found: list[str]) -> list[str]:
    """As many lines as `found`, of widths as equal as they can be: no word alone below a full line."""
    words = [text]
    for rule in _BREAKS[:2]:
        words = [part for word in words for part in rule.split(word)]
    narrow, wide = max(text_width(word.rstrip(" "), face) for word in words), width
    if narrow >= wide:
        return found
    for _ in range(5):
        middle = (narrow + wide) / 2
        lines = _fold(text, face, middle, _BREAKS[:2])
        if len(lines) <= len(found) and all(text_width(line, face) <= middle for line in lines):
            wide, found = middle, lines
        else:
            narrow = middle
    return found


def _elided(text: str, end: int) -> str:
    tail = text[len(text) - end :]
    while tail and unicodedata.combining(tail[0]):
        tail = tail[1:]
    return f"{text[:end]}…{tail}"


def _fold(text: str, face: Face, width: float, breaks: Sequence[Break]) -> list[str]:
    if text_width(text.rstrip(" "), face) <= width:
        return [text.rstrip(" ")]
    pieces = breaks[0].split(text) if breaks else _chunks(text, face, width)
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if text_width((line + piece).rstrip(" "), face) <= width:
            line += piece
            continue
        if line.strip(" "):
            lines.append(line.rstrip(" "))
        *full, line = _fold(piece, face, width, breaks[1:]) if breaks else [piece]
        if piece.endswith(" "):
            line += " "
        lines += full
    if line.strip(" "):
        lines.append(line.rstrip(" "))
    return lines or [""]


def _chunks(text: str, face: Face, width: float) -> list[str]:
    """`text` cut into the longest pieces that fit, combining characters left with what they stand on."""
    pieces = [""]
    room = width
    for char in text:
        size = text_width(char, face)
        if size > room and size and pieces[-1]:
            pieces.append("")
            room = width
        pieces[-1] += char
        room -= size
    return pieces
