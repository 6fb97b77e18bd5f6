"""What cards are made of: lines of text, badges, and who writes them from the top down."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from netviz.render.diagram.faces import BADGE, NAME, NUMBER
from netviz.render.metrics import Face, is_safe, text_width, wrap
from netviz.views import Fate

BAND = 7
SIGNED = 20
"""The width of the band at the left of a card, and of one that has a sign in it."""
ANOTHER = 11
"""How much wider it is for each further sign."""
LEFT = 16
RIGHT = 10
GAP = 14
LEAST = 32
"""The least height of a card."""
_TOP = 7  # above the first line


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A line of text by its baseline; `end` where x is its right end, `length` where it must be drawn that wide.

    `fate` colours it by what became of layers, else it has the colour of its face.
    """

    x: float
    y: float
    text: str
    face: Face
    end: bool = False
    length: float | None = None
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    """A dark pill with how often something stands, or the ring with the number of a shared layer."""

    x: float
    y: float
    width: float
    height: float
    text: str
    ring: bool = False


def badge_width(text: str) -> float:
    """The width of the pill around `text`, 0 for none."""
    return math.ceil(max(24.0, text_width(text, BADGE) * 1.08 + 14)) if text else 0.0


def ring_width(text: str) -> float:
    """The width of the ring around the number of a shared layer, 0 for none."""
    return max(14.0, text_width(text, NUMBER) * 1.15 + 8) if text else 0.0


@lru_cache(maxsize=8192)
def fitted(x: float, y: float, text: str, face: Face, room: float, *, end: bool = False) -> Text:
    """The text at its place, of fixed length where some reader's font could push it out of `room` pixels."""
    if is_safe(text, face, room):
        return Text(x, y, text, face, end)
    return Text(x, y, text, face, end, round(min(text_width(text, face), room), 1))


class Writer:
    """Lines of a card from the top down."""

    def __init__(self, width: float, left: float) -> None:
        self.left = left
        self.room = width - left - RIGHT
        self.right = width - RIGHT
        self.texts: list[Text] = []
        self.badges: list[Badge] = []
        self.bottom = float(_TOP)
        self.baseline = 0.0
        self.after_name = False
        self.count = 0

    def line(self, face: Face, left: str, right: str = "", right_face: Face | None = None, reserved: float = 0) -> None:
        """One line with a text at either end, which fit; `reserved` pixels at the right are taken."""
        self.baseline = self.bottom + face.line - (3 if face is NAME else 4)
        if self.after_name and face is not NAME:
            self.baseline += 3
        self.after_name = face is NAME
        self.count += 1
        self.bottom = self.baseline + (3 if face is NAME else 4)
        room = self.room - reserved
        right_face = right_face or face
        left_width, right_width = text_width(left, face), text_width(right, right_face)
        spare = max(0.0, room - left_width - right_width - (GAP / 2 if left and right else 0))
        if left:
            self.texts.append(fitted(self.left, self.baseline, left, face, left_width + spare / (2 if right else 1)))
        if right:
            room_right = right_width + spare / (2 if left else 1)
            self.texts.append(fitted(self.right - reserved, self.baseline, right, right_face, room_right, end=True))

    def centre(self) -> None:
        """Moves the only line to the middle of a card of the least height."""
        size = self.texts[0].face.size if self.texts else NAME.size
        shift = LEAST / 2 + 0.36 * size - self.baseline
        self.texts = [replace(text, y=text.y + shift) for text in self.texts]
        self.badges = [replace(badge, y=LEAST / 2 - badge.height / 2) for badge in self.badges]
        self.baseline += shift

    def lines(self, face: Face, text: str, most: int) -> None:
        for line in wrap(text, face, self.room, most):
            self.line(face, line)
