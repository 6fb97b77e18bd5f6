"""The colours, named once: SVG, figures, HTML and terminal output all read them here.

Plain data. Colour means family; a mark is never told by colour alone, since the class is always written, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from netviz.model import Severity
from netviz.views import Family

Mode = Literal["light", "dark"]
Tone = Literal["paper", "tint", "line", "muted", "ink", "accent"]


@dataclass(frozen=True, slots=True)
class Color:
    """One meaning in its three places: on light paper, on dark paper ("#rrggbb") and in a terminal.

    `ansi` indexes the 256-colour palette (rich calls it "color(33)"). Those of families and severities reach a
    contrast of 3 on white and of 4.5 on black, as nobody tells which of the two a terminal has.
    """

    light: str
    dark: str
    ansi: int


FAMILY_COLORS: Mapping[Family, Color] = MappingProxyType(
    {
        "input-output": Color("#5b6b7f", "#93a3b5", 67),
        "convolution": Color("#1f6fb2", "#5aa9e6", 33),
        "normalisation": Color("#12857a", "#3fbcae", 29),
        "activation": Color("#c77700", "#f0a63c", 136),
        "pooling": Color("#5f8a1e", "#93bd4a", 64),
        "dense": Color("#7a4bbd", "#ab86e8", 98),
        "recurrent": Color("#b0357e", "#e277b4", 169),
        "attention": Color("#c2452d", "#f0836c", 167),
        "reshaping": Color("#2a8fa8", "#5fc0d8", 31),
        "merging": Color("#39424e", "#c9d3de", 243),
        "regularisation": Color("#8a8f98", "#a9b0ba", 245),
        "preprocessing": Color("#8d6e4f", "#c7a27e", 137),
        "model": Color("#44518a", "#9aa8de", 104),
        "unknown": Color("#777777", "#9e9e9e", 244),
    }
)

SEVERITY_COLORS: Mapping[Severity, Color] = MappingProxyType(
    {
        "info": Color("#5b6b7f", "#93a3b5", 67),
        "warning": Color("#a86200", "#f0a63c", 166),
        "danger": Color("#c01f2e", "#ff7b78", 196),
    }
)

TONES: Mapping[Tone, Color] = MappingProxyType(
    {
        "paper": Color("#ffffff", "#0f141a", 231),
        "tint": Color("#f4f7fb", "#171e26", 254),
        "line": Color("#cfd6de", "#313c48", 244),
        "muted": Color("#566270", "#9aa7b5", 244),
        "ink": Color("#1b2430", "#e8edf2", 16),
        "accent": Color("#1f6fb2", "#5aa9e6", 33),
    }
)
"""The neutral tones, from the paper to the ink on it, and the one accent."""
