"""Text of plots: made harmless, measured in the very face that draws it, shortened and broken to fit. Inches."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from matplotlib import ft2font
from matplotlib.ft2font import FT2Font

from netviz.render.chart.style import SIZES, Face, font_file
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


@lru_cache(maxsize=8192)
def shortened(text: str, room: float, size: str = "label", face: Face = "regular") -> str:
    """Plain text that is no wider than `room`: whole, or with an ellipsis in the middle, or nothing."""
    text = plain(text)
    if width(text, size, face) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(_halves(text, middle), size, face) <= room:
            low = middle
        else:
            high = middle - 1
    if low:
        return _halves(text, low)
    return ELLIPSIS if width(ELLIPSIS, size, face) <= room else ""


def _halves(text: str, kept: int) -> str:
    if kept >= len(text):
        return text
    end = kept // 2
    return f"{text[: kept - end]}{ELLIPSIS}{text[len(text) - end :]}"


def wrapped(text: str, room: float, size: str = "caption", face: Face = "regular", most: int = 12) -> list[str]:
    """The lines of a paragraph; words that are too long for a line are broken, lines over `most` left out."""
    lines: list[str] = []
    line = ""
    for word in plain(text).split(" "):
        trial = f"{line} {word}" if line else word
        if width(trial, size, face) <= room:
            line = trial
            continue
        if line:
            lines.append(line)
        while width(word, size, face) > room and len(word) > 1:
            cut = _fitting(word, room, size, face)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    if line:
        lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], shortened(f"{lines[most - 1]} {ELLIPSIS}", room, size, face)]
    return lines


def _fitting(word: str, room: float, size: str, face: Face) -> int:
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle], size, face) <= room:
            low = middle
        else:
            high = middle - 1
    return low
