"""The colours, named once: SVG, figures, HTML and terminal output all read them here.

Plain data. Colour means family; a mark is never told by colour alone, since the class is always written, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from netviz.model import Severity
from netviz.views import Family, Fate

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

FATE_COLORS: Mapping[Fate, Color] = MappingProxyType(
    {
        "unchanged": Color("#8b97a5", "#6b7887", 246),
        "changed": Color("#a85f00", "#f0a63c", 136),
        "renamed": Color("#2a7d96", "#5fc0d8", 31),
        "moved": Color("#7a4bbd", "#ab86e8", 98),
        "replaced": Color("#b0357e", "#e277b4", 169),
        "added": Color("#12806a", "#3fc3a5", 29),
        "removed": Color("#c42b32", "#ff8079", 167),
    }
)
"""What became of a layer from one model to another. Green is on the blue side and red on the yellow one, so that those
who do not tell green from red tell these; signs, dashes and words say the same."""

FATE_SIGNS: Mapping[Fate, str] = MappingProxyType(
    {"unchanged": "", "changed": "~", "renamed": "→", "moved": "↕", "replaced": "≠", "added": "+", "removed": "−"}
)  # fmt: skip
"""What stands for it where there is no colour."""

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

GraphTone = Literal[
    "card", "rim", "frame", "tint-1", "tint-2", "tint-3", "tint-4", "edge", "skip", "track", "badge", "on-badge",
    "hatch",
]  # fmt: skip

GRAPH_TONES: Mapping[GraphTone, Color] = MappingProxyType(
    {
        "card": Color("#ffffff", "#202a35", 231),
        "rim": Color("#c5ced8", "#3a4654", 250),
        "frame": Color("#bccada", "#3d4b5b", 250),
        "tint-1": Color("#f4f7fb", "#131a22", 255),
        "tint-2": Color("#e9eff7", "#171f29", 254),
        "tint-3": Color("#dfe8f2", "#1b2530", 253),
        "tint-4": Color("#d6e1ee", "#1f2a36", 252),
        "edge": Color("#8b97a5", "#6b7887", 246),
        "skip": Color("#39424e", "#c9d3de", 238),
        "track": Color("#e8edf2", "#313d4a", 254),
        "badge": Color("#1b2430", "#e8edf2", 235),
        "on-badge": Color("#ffffff", "#0f141a", 231),
        "hatch": Color("#777777", "#9e9e9e", 244),
    }
)
"""What graphs need besides the neutral tones: cards and groups (tints by depth), edges, badges."""

PRINT_TONES: Mapping[Tone | GraphTone, str] = MappingProxyType(
    {
        "paper": "#ffffff", "tint": "#f5f5f5", "line": "#999999", "muted": "#333333", "ink": "#000000",
        "accent": "#000000", "card": "#ffffff", "rim": "#000000", "frame": "#555555", "tint-1": "#f5f5f5",
        "tint-2": "#ebebeb", "tint-3": "#e0e0e0", "tint-4": "#d6d6d6", "edge": "#555555", "skip": "#000000",
        "track": "#dddddd", "badge": "#000000", "on-badge": "#ffffff", "hatch": "#000000",
    }
)  # fmt: skip
"""The tones of a graph in black and white."""

PRINT_FILLS: Mapping[Family, str] = MappingProxyType(
    {
        "input-output": "#ffffff", "convolution": "#3a3a3a", "normalisation": "level", "activation": "rising",
        "pooling": "#b9b9b9", "dense": "crossed", "recurrent": "upright", "attention": "falling", "reshaping": "dotted",
        "merging": "#7c7c7c", "regularisation": "#e4e4e4", "preprocessing": "grid", "model": "#000000",
        "unknown": "sparse",
    }
)  # fmt: skip
"""Families in black and white: a grey, or the name of a hatch."""

PRINT_FATES: Mapping[Fate, str] = MappingProxyType(
    {
        "unchanged": "#ffffff", "changed": "#555555", "renamed": "#d9d9d9", "moved": "#d9d9d9", "replaced": "#555555",
        "added": "#000000", "removed": "#ffffff",
    }
)  # fmt: skip
"""What became of a layer in black and white, where signs tell apart what shares a grey."""

HATCHES: Mapping[str, tuple[int, float, str]] = MappingProxyType(
    {
        "rising": (5, 1.1, "M-1 1L1-1M0 5L5 0M4 6L6 4"),
        "falling": (5, 1.6, "M-1 4L1 6M0 0L5 5M4-1L6 1"),
        "crossed": (4, 1.0, "M0 0L4 4M4 0L0 4"),
        "level": (4, 1.0, "M0 2H4"),
        "upright": (3, 1.0, "M1.5 0V3"),
        "grid": (4, 0.8, "M0 2H4M2 0V4"),
        "dotted": (4, 1.6, "M1.2 2H2.8"),
        "sparse": (8, 1.0, "M-1 1L1-1M0 8L8 0M7 9L9 7"),
        "grey": (4, 1.3, "M-1 1L1-1M0 4L4 0M3 5L5 3"),
    }
)
"""Hatches by name: the side of the tile, the width of the stroke, its path. "grey" is the unknown's in colour."""

SCALE: tuple[Color, ...] = (
    Color("#dbe9f6", "#1d3550", 153),
    Color("#bad6eb", "#1f4e79", 117),
    Color("#89bedc", "#2b6ea6", 74),
    Color("#539ecd", "#4590cc", 32),
    Color("#2b7bba", "#6fb0e3", 25),
    Color("#0b559f", "#a3d0f2", 24),
    Color("#08306b", "#dff0fd", 17),
)
"""Magnitudes in seven steps, from next to the paper to far from it. On light paper: ColorBrewer's Blues."""

PRINT_SCALE = ("#f2f2f2", "#d9d9d9", "#bdbdbd", "#969696", "#6b6b6b", "#3f3f3f", "#000000")

CATEGORIES: tuple[Family, ...] = (
    "convolution", "activation", "dense", "pooling", "attention", "reshaping", "preprocessing",
)  # fmt: skip
"""The families whose colours tell other kinds apart, in this order: dtypes, and what is frozen."""

SERIES: tuple[Family, ...] = (
    "convolution", "activation", "dense", "pooling", "attention", "normalisation", "recurrent", "preprocessing",
)  # fmt: skip
"""The families whose colours tell the curves of a plot apart, in this order."""

PRINT_SERIES: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("#000000", ()), ("#6b6b6b", (5, 2)), ("#000000", (1.2, 1.6)), ("#6b6b6b", ()), ("#000000", (6, 2, 1.2, 2)),
    ("#6b6b6b", (1.2, 1.6)), ("#000000", (9, 3)), ("#6b6b6b", (6, 2, 1.2, 2, 1.2, 2)),
)  # fmt: skip
"""The same in black and white: a grey and the lengths of dashes and gaps, in widths of the line; () is solid."""

SIGNED: tuple[tuple[str, str, str], ...] = (
    ("#08306b", "#5cabff", "#ffffff"),
    ("#2b7bba", "#2c79cc", "#e9e9e9"),
    ("#89bedc", "#1c4879", "#cfcfcf"),
    ("#ffffff", "#0f141a", "#a8a8a8"),
    ("#f5b08c", "#6e3515", "#6b6b6b"),
    ("#d2562f", "#c4621c", "#3f3f3f"),
    ("#7a1a0c", "#ff9a3d", "#000000"),
)
"""From the most negative value over zero to the most positive: on light paper, on dark paper, in print.

Zero is the paper, the ends keep their hue. In black and white zero is a grey, since there is no other way to tell two
signs by one ink: positive is dark, as it is in bars.
"""

PALETTES: Mapping[str, Mapping[Family, str]] = MappingProxyType(
    {
        "netviz": {},
        "okabe-ito": {
            "input-output": "#5b6b7f", "convolution": "#0072b2", "normalisation": "#009e73", "activation": "#e69f00",
            "pooling": "#d55e00", "dense": "#cc79a7", "recurrent": "#56b4e9", "attention": "#f0e442",
            "reshaping": "#56b4e9", "merging": "#39424e", "regularisation": "#8a8f98", "preprocessing": "#8d6e4f",
            "model": "#0072b2", "unknown": "#777777",
        },
        "warm": {
            "input-output": "#5b6b7f", "convolution": "#e8a33d", "normalisation": "#5f9e8f", "activation": "#d9652b",
            "pooling": "#c0392b", "dense": "#7a4b9d", "recurrent": "#b0357e", "attention": "#c2452d",
            "reshaping": "#3f7fa8", "merging": "#39424e", "regularisation": "#8a8f98", "preprocessing": "#8d6e4f",
            "model": "#8a6a44", "unknown": "#777777",
        },
        "grey": {
            "input-output": "#9aa3ad", "convolution": "#4b5561", "normalisation": "#aab2bb", "activation": "#1f262e",
            "pooling": "#7d8793", "dense": "#2f3842", "recurrent": "#3b4550", "attention": "#5d6773",
            "reshaping": "#b9c0c8", "merging": "#39424e", "regularisation": "#c6ccd3", "preprocessing": "#8b95a0",
            "model": "#6b7580", "unknown": "#777777",
        },
    }
)  # fmt: skip
"""Colours of the families in figures, by the name of the palette; "netviz" are those used everywhere.

okabe-ito  eight colours that are told apart by everyone (Okabe and Ito, "Color Universal Design", 2008)
warm       ochre convolutions and red poolings, as many papers have them
grey       no hues, for print in black and white with the tones of a figure
"""
