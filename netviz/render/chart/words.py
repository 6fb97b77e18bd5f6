"""Text of plots: made harmless, measured in the very face that draws it, shortened and broken to fit. Inches."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from matplotlib import ft2font
from matplotlib.ft2font import FT2Font

from netviz.render.chart.style import SIZES, Face, font_file, line_height
from netviz.render.escape import elide, visible

ELLIPSIS = "…"
_EM = 100.0
_NAMES: Any = getattr(ft2font, "LoadFlags", None)
NO_HINTING = _NAMES.NO_HINTING if _NAMES else vars(ft2font)["LOAD_NO_HINTING"]
"""Also under the name that it had before matplotlib 3.10."""


@lru_cache(maxsize=4)
def _font(face: Face) -> FT2Font:
    font = FT2Font(font_file(face))
    font.set_size(_EM, 72)
    return font


@lru_cache(maxsize=8192)
def _advance(char: str, face: Face) -> float | None:
    """The width of a character by the size of its type; None where the face does not have it."""
    font = _font(face)
    if not font.get_char_index(ord(char)):
        return None
    return float(font.load_char(ord(char), flags=NO_HINTING).linearHoriAdvance) / 65536 / _EM


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """`text` in characters that the faces have; the others by their codes, as `escape.visible` writes them."""
    shown = visible(elide(text))
    if shown.isascii():
        return shown
    return "".join(char if _advance(char, "regular") is not None else _code(char) for char in shown)


def _code(char: str) -> str:
    number = ord(char)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


@lru_cache(maxsize=8192)
def width(text: str, size: str = "label", face: Face = "regular") -> float:
    """How wide plain text is, a little more than less."""
    return sum(_advance(char, face) or 0.6 for char in text) * SIZES[size] / 72 * 1.01


_NUMBER = re.compile(r"[-−+]?(?:\d[\d.,]*(?:[eE][-+]?\d+|·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|∞)")
_BREAKS = "_/(,="
"""Characters after which a long name may go on in the next line."""
SMALLER = (1.0, 0.88, 0.76)
"""By what the title of an axis may be smaller."""


@lru_cache(maxsize=8192)
def shortened(text: str, room: float, size: str = "label", face: Face = "regular") -> str:
    """Plain text that is no wider than `room`: whole, or with an ellipsis in the middle, or nothing.

    Numbers are kept or left out, never cut: a part of one is another.
    """
    text = plain(text)
    if width(text, size, face) <= room:
        return text
    kept = _most(lambda count: _halves(text, count), len(text), room, size, face)
    if not kept:
        return ELLIPSIS if width(ELLIPSIS, size, face) <= room else ""
    return _joined(text, kept - kept // 2, len(text) - kept // 2)


def begun(text: str, room: float, size: str = "label", face: Face = "regular") -> str:
    """Plain text that is no wider than `room`: whole, or its beginning with an ellipsis."""
    text = plain(text)
    if width(text, size, face) <= room:
        return text
    kept = _most(lambda count: text[:count] + ELLIPSIS, len(text), room, size, face)
    return _joined(text, kept, len(text)) if width(ELLIPSIS, size, face) <= room else ""


def items(text: str, room: float, size: str = "label", between: str = "  ") -> str:
    """Plain text no wider than `room`: of the items that it is made of as many as fit, none of them cut."""
    found = [item.strip() for item in plain(text).split(between) if item.strip()]
    while found and width(between.join(found), size) > room:
        found.pop()
    return between.join(found)


def _most(made: Callable[[int], str], most: int, room: float, size: str, face: Face) -> int:
    """For how many characters what is made of them is no wider than `room`."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if width(made(middle), size, face) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _halves(text: str, kept: int) -> str:
    if kept >= len(text):
        return text
    end = kept // 2
    return f"{text[: kept - end]}{ELLIPSIS}{text[len(text) - end :]}"


def _joined(text: str, head: int, tail: int) -> str:
    """The text up to `head` and from `tail` on, without the numbers that these ends would cut."""
    for found in _NUMBER.finditer(text):
        begin, end = found.span()
        head = begin if begin < head < end else head
        tail = end if begin < tail < end else tail
    return f"{text[:head]}{ELLIPSIS}{text[tail:]}"


def wrapped(text: str, room: float, size: str = "caption", face: Face = "regular", most: int = 12) -> list[str]:
    """The lines of a paragraph; words too long for a line are broken, after an underline or the like where they can be.

    Of more lines than `most` the last one ends in an ellipsis.
    """
    lines = _broken(plain(text), room, size, face, anywhere=False)
    if len(lines) > most:
        lines = _broken(plain(text), room, size, face, anywhere=True)
    if len(lines) > most:
        rest = " ".join(plain(text).split(" "))
        for line in lines[: most - 1]:
            rest = rest[len(line) :].lstrip(" ")
        lines = [*lines[: most - 1], begun(rest, room, size, face)]
    return lines


def _broken(text: str, room: float, size: str, face: Face, anywhere: bool) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        trial = f"{line} {word}" if line else word
        if width(trial, size, face) <= room:
            line = trial
            continue
        if line:
            lines.append(line)
        while width(word, size, face) > room and len(word) > 1:
            cut = max(_most(lambda count, word=word: word[:count], len(word), room, size, face), 1)  # type: ignore[misc]
            if not anywhere:
                cut = max(word.rfind(mark, 0, cut) for mark in _BREAKS) + 1 or cut
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    if line:
        lines.append(line)
    return lines


@lru_cache(maxsize=1024)
def axis_title(text: str, room: float) -> tuple[tuple[str, ...], float]:
    """The lines of an axis's title and by what their type is smaller: one or two, cut only where these are full."""
    for most, smaller in ((1, SMALLER[:2]), (2, SMALLER)):
        for shrink in smaller:
            lines = _broken(plain(text), room / shrink, "axis", "regular", anywhere=False)
            if len(lines) <= most:
                return tuple(lines), shrink
    return tuple(wrapped(text, room / SMALLER[-1], "axis", most=2)), SMALLER[-1]


def title_height(text: str, room: float) -> float:
    """How much room the title of an axis `room` inches long takes up across it."""
    lines, shrink = axis_title(text, room)
    return len(lines) * line_height("axis") * shrink if text else 0.0
