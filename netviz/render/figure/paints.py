"""The colours of a figure by name, in every theme and palette.

Names are the tones of the theme (`TONE_NAMES`), "positive" and "negative", and for each family F: "F-front", "F-top"
and "F-side" (the three tones of a box that has light from the top left), "F-face" (an activation), "F-line" (the
hairline around), "F-text" (words, legible on paper) and "F-tint" (a pale ground for dark words).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from netviz.render.colors import legible, mixed
from netviz.theme import FAMILY_COLORS, GRAPH_TONES, HATCHES, PALETTES, PRINT_FILLS, PRINT_TONES, SIGNED, TONES
from netviz.views import FAMILIES, Family

Theme = Literal["light", "dark", "auto", "print"]
THEMES: tuple[Theme, ...] = ("light", "dark", "auto", "print")
Mode = Literal["light", "dark", "print"]

TONE_NAMES = ("paper", "tint", "line", "muted", "ink", "accent", "edge", "skip", "badge", "on-badge")
PARTS = ("front", "top", "side", "face", "line", "text", "tint")


@dataclass(frozen=True, slots=True)
class Hatch:
    """A pattern of `theme.HATCHES` in `ink` on `ground`."""

    name: str
    ink: str
    ground: str


Fill: TypeAlias = str | Hatch
"""A colour ("#rrggbb"), or a pattern."""

_MIXED: Mapping[str, tuple[tuple[str, float], ...]] = {
    "front": (("paper", 0.50),),
    "top": (("paper", 0.70),),
    "side": (("paper", 0.30),),
    "face": (("paper", 0.08),),
    "line": (("ink", 0.30),),
    "tint": (("paper", 0.87),),
}
"""What the colour of a family is mixed with for each part, on light paper."""

_DARKLY: Mapping[str, tuple[tuple[str, float], ...]] = {
    "front": (("paper", 0.45),),
    "top": (("paper", 0.22),),
    "side": (("paper", 0.64),),
    "face": (("ink", 0.06),),
    "line": (("ink", 0.25),),
    "tint": (("paper", 0.82),),
}


def paint_names() -> tuple[str, ...]:
    """Every name that a paint can have."""
    return (*TONE_NAMES, "positive", "negative", *(f"{family}-{part}" for family in FAMILIES for part in PARTS))


def paints(mode: Mode, palette: str | Mapping[str, str] = "netviz") -> Mapping[str, Fill]:
    """The fill of every name. `palette` is the name of one, or colours ("#rrggbb") by family; others are netviz's."""
    return _paints(mode, palette if isinstance(palette, str) else tuple(palette.items()))


@cache
def _paints(mode: Mode, palette: str | tuple[tuple[str, str], ...]) -> Mapping[str, Fill]:
    own: dict[str, str] = (
        dict(palette) if isinstance(palette, tuple) else {str(k): v for k, v in PALETTES[palette].items()}
    )
    tones = _tones(mode)
    found: dict[str, Fill] = {**tones}
    place = {"light": 0, "dark": 1, "print": 2}[mode]
    found["negative"], found["positive"] = SIGNED[1][place], SIGNED[-2][place]
    if mode == "print":
        found["negative"], found["positive"] = "#8a8a8a", "#000000"
    for family in FAMILIES:
        if mode == "print":
            parts = _printed(family, tones)
        else:
            color = FAMILY_COLORS[family]
            parts = _colored(own.get(family) or (color.light if mode == "light" else color.dark), mode, tones)
        if family == "unknown" and mode != "print":
            parts["front"] = Hatch("grey", str(parts["side"]), str(parts["tint"]))
        found |= {f"{family}-{part}": fill for part, fill in parts.items()}
    return found


def _tones(mode: Mode) -> dict[str, str]:
    if mode == "print":
        return {str(name): color for name, color in PRINT_TONES.items() if name in TONE_NAMES}
    every = [*TONES.items(), *GRAPH_TONES.items()]
    return {str(name): color.light if mode == "light" else color.dark for name, color in every if name in TONE_NAMES}


def _colored(color: str, mode: Mode, tones: Mapping[str, str]) -> dict[str, Fill]:
    parts: dict[str, Fill] = {}
    for part, steps in (_MIXED if mode == "light" else _DARKLY).items():
        fill = color
        for tone, share in steps:
            fill = mixed(fill, tones[tone], share)
        parts[part] = fill
    return {**parts, "text": legible(color, (tones["paper"], str(parts["tint"])), tones["ink"])}


def _printed(family: Family, tones: Mapping[str, str]) -> dict[str, Fill]:
    """Greys, and for the families that have one a hatch; words and hairlines are black."""
    fill = PRINT_FILLS[family]
    plain = {"line": tones["ink"], "text": tones["ink"], "tint": tones["paper"]}
    if fill in HATCHES:
        hatch = Hatch(fill, "#555555", tones["paper"])
        return {**plain, "front": hatch, "top": tones["paper"], "side": "#dddddd", "face": "#555555"}
    return {
        **plain,
        "front": mixed(fill, tones["paper"], 0.45),
        "top": mixed(fill, tones["paper"], 0.75),
        "side": mixed(mixed(fill, tones["paper"], 0.15), tones["ink"], 0.12),
        "face": mixed(fill, tones["ink"], 0.35),
    }
