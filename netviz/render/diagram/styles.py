"""The theme as one style sheet of literal colours, under the class of one picture.

resvg, Inkscape and GitHub know no CSS variables, and several pictures may stand in one page: so every rule names its
picture, and every colour is written out. Fills that are hatched are patterns, which rules refer to by the picture's id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Literal

from netviz.render.colors import contrast, legible, mixed
from netviz.render.diagram.faces import FACES, SIGN
from netviz.render.metrics import MONO, SANS
from netviz.theme import (
    CATEGORIES,
    FAMILY_COLORS,
    FATE_COLORS,
    GRAPH_TONES,
    HATCHES,
    PRINT_FATES,
    PRINT_FILLS,
    PRINT_SCALE,
    PRINT_TONES,
    SCALE,
    TONES,
    Color,
    Mode,
)
from netviz.views import FATES, Fate

Theme = Literal["light", "dark", "auto", "print"]
Palette = Literal["light", "dark", "print"]

_FIXED = (
    ("{s}", f"font-family:{SANS}"),
    (".box,.s", f"font-family:{MONO};font-size:11px"),
    (".n,.k,.t,.b,.o", f"font-family:{SANS}"),
    (".box rect,.c,.u", "stroke-width:1"),
    (".w rect,.w .c", "stroke-width:2.5"),
    (".stub rect", "stroke-dasharray:3 3"),
    (".e", "text-anchor:end"),
    (".b,.o", "text-anchor:middle"),
    (".edges path", "fill:none;stroke-width:1.4;marker-end:url(#{s}-tip)"),
    (".edges .x", "stroke-width:1.9;marker-end:url(#{s}-skip)"),
    (".edges .q", "stroke-dasharray:5 3"),
    (".edges .a", "stroke-dasharray:0 4;stroke-linecap:round;stroke-width:2.4"),
    (".i", "stroke:none"),
    (".box .v,.box .y", "fill:none;stroke-width:2.5;stroke-linecap:round"),
    (".box .r,.head .r", "fill:none;stroke-width:1.2"),
    (".head text", "stroke-width:5;stroke-linejoin:round;paint-order:stroke"),
    (".head .b,.head .o,.box .d,.head .d", "stroke:none"),
)
_TONED = (
    (".p", "fill", "paper"),
    (".box rect,.box .c", "fill", "card"),
    (".box rect,.box .c", "stroke", "rim"),
    (".w rect,.w .c", "stroke", "accent"),
    (".box .y", "stroke", "edge"),
    (".n,.h,.o", "fill", "ink"),
    (".g", "fill", "ink"),
    (".box,.s,.t,.a,.k", "fill", "muted"),
    (".b", "fill", "on-badge"),
    (".box .d,.head .d", "fill", "badge"),
    (".box .r,.head .r", "stroke", "muted"),
    (".box .v", "stroke", "track"),
    (".edges path", "stroke", "edge"),
    (".m .i", "fill", "edge"),
    (".edges .x", "stroke", "skip"),
    (".x .i", "fill", "skip"),
    (".u", "stroke", "frame"),
    (".u1", "fill", "tint-1"),
    (".u2", "fill", "tint-2"),
    (".u3", "fill", "tint-3"),
    (".u4", "fill", "tint-4"),
    (".h1", "stroke", "tint-1"),
    (".h2", "stroke", "tint-2"),
    (".h3", "stroke", "tint-3"),
    (".h4", "stroke", "tint-4"),
    (".q", "stroke", "hatch"),
)
"""Selector, property and tone of all that does not depend on the meaning of a colour."""


def palette_tones(palette: Palette) -> Mapping[str, str]:
    """Every neutral tone by its name."""
    if palette == "print":
        return PRINT_TONES  # type: ignore[return-value]
    return _toned(palette)


@cache
def _toned(mode: Mode) -> Mapping[str, str]:
    return {name: _of(color, mode) for name, color in [*TONES.items(), *GRAPH_TONES.items()]}


def _of(color: Color, mode: Mode) -> str:
    return color.light if mode == "light" else color.dark


BLANK = "blank"
"""The meaning of a box of which the colours say nothing: without a value, or without weights."""


HATCHED = "unknown"
"""The meaning of a box of which it is not known: hatched as the family of that name."""


FATE_MEANINGS: Mapping[Fate, str] = {fate: f"fate-{fate}" for fate in FATES}
"""The meaning of what became of a box, by which rules name it."""

MIXED = "fate-mixed"
"""The meaning of a closed box in which several things became of layers: its band says which."""

_FATES: Mapping[str, Fate] = {meaning: fate for fate, meaning in FATE_MEANINGS.items()}

EDGE_FATES: Mapping[Fate, str] = {"added": "ea", "removed": "er"}
"""The classes of edges that only one of two models has, and of the markers that they end in."""

_TINTED = 0.1
"""How much of its colour is in the ground of a card that changed."""


_BETWEEN = 3
LEVELS = tuple((place // _BETWEEN, place % _BETWEEN / _BETWEEN) for place in range((len(SCALE) - 1) * _BETWEEN + 1))
"""The finer steps "level-0", …: after which step of the scale each lies, and how far on to the next."""


def fill_of(meaning: str, palette: Palette) -> str:
    """The fill of a meaning: a family, "step-0" to "step-6", "level-0" …, "kind-0" …, "fate-added" …, BLANK; a colour,
    or the name of a hatch.
    """
    if meaning in _FATES:
        fate = _FATES[meaning]
        return PRINT_FATES[fate] if palette == "print" else _of(FATE_COLORS[fate], palette)
    if meaning in (BLANK, MIXED):
        return palette_tones(palette)["rim" if palette != "print" else "paper"]
    word, _, index = meaning.rpartition("-")
    if word == "level":
        step, further = LEVELS[int(index)]
        near, next_ = (fill_of(f"step-{min(one, len(SCALE) - 1)}", palette) for one in (step, step + 1))
        return mixed(near, next_, further)
    if word == "step":
        return PRINT_SCALE[int(index)] if palette == "print" else _of(SCALE[int(index)], palette)
    family = CATEGORIES[int(index) % len(CATEGORIES)] if word == "kind" else meaning
    if palette == "print":
        return PRINT_FILLS.get(family, "sparse")  # type: ignore[call-overload, no-any-return]
    if family not in FAMILY_COLORS or family == "unknown":
        return "grey"
    return _of(FAMILY_COLORS[family], palette)  # type: ignore[index]


CARD_GROUNDS = ("card",)
HEAD_GROUNDS = ("tint-1", "tint-2", "tint-3", "tint-4")
"""What the texts of a card and of a group's header stand on."""


def ground_of(meaning: str, palette: Palette) -> str:
    """What the texts of a card with a meaning stand on: of what became of a layer, a tint of its colour."""
    card = palette_tones(palette)["card"]
    plain = palette == "print" or meaning not in _FATES or _FATES[meaning] == "unchanged"
    return card if plain else mixed(card, fill_of(meaning, palette), _TINTED)


def sign_color(meaning: str, palette: Palette) -> str:
    """The colour of a sign in the band of a card, that of paper or of ink."""
    tones = palette_tones(palette)
    return max((tones["paper"], tones["ink"]), key=lambda tone: contrast(tone, fill_of(meaning, palette)))


@cache
def text_of(meaning: str, palette: Palette, grounds: tuple[str, ...] = CARD_GROUNDS) -> str:
    """The colour of text that has a meaning: that of its fill, moved towards the ink until it can be read."""
    tones = palette_tones(palette)
    if meaning in _FATES and palette != "print":
        if _FATES[meaning] == "unchanged":
            return tones["muted"]
        own = (ground_of(meaning, palette), *(tones[ground] for ground in grounds))
        return legible(fill_of(meaning, palette), own, tones["ink"])
    if palette == "print" or meaning.startswith(("step-", "level-", "kind-", BLANK, MIXED)):
        return tones["muted"]
    color = FAMILY_COLORS.get(meaning, FAMILY_COLORS["unknown"])  # type: ignore[call-overload]
    return legible(_of(color, palette), tuple(tones[ground] for ground in grounds), tones["ink"])


def style_sheet(scope: str, theme: Theme, meanings: Sequence[str], heads: Sequence[str]) -> tuple[str, str]:
    """The rules of a picture whose root has the class and id `scope`, and the patterns they refer to (SVG).

    `meanings` are those of its boxes and legend, of which a later one wins where a box has several; `heads` are the
    families of its groups.
    """
    first: Palette = "light" if theme == "auto" else theme
    rules = [_rule(scope, selector, body) for selector, body in _FIXED]
    for face in FACES:
        weight = ";font-weight:700" if face.bold else ""
        rules.append(_rule(scope, f".{face.css}", f"font-size:{face.size}px{weight}"))
    fates = [meaning for meaning in meanings if meaning in _FATES]
    if fates:
        rules += [_rule(scope, selector, body) for selector, body in _COMPARED]
    rules += _colors(scope, first, meanings, heads)
    if theme == "auto":
        dark = "\n".join(_colors(scope, "dark", meanings, heads))
        rules.append(f"@media (prefers-color-scheme:dark){{\n{dark}\n}}")
    fills = dict.fromkeys(fill_of(meaning, first) for meaning in meanings)
    return "\n".join(rules), "".join(_pattern(scope, fill) for fill in fills if fill in HATCHES)


def _colors(scope: str, palette: Palette, meanings: Sequence[str], heads: Iterable[str]) -> list[str]:
    tones = palette_tones(palette)
    rules = [_rule(scope, selector, f"{what}:{tones[tone]}") for selector, what, tone in _TONED]
    families = any(meaning in FAMILY_COLORS for meaning in meanings)
    for meaning in meanings:
        fill = fill_of(meaning, palette)
        rules.append(
            _rule(
                scope, f".{meaning} path,.{meaning} .f", f"fill:{f'url(#{scope}-{fill})' if fill in HATCHES else fill}"
            )
        )
        rules.append(_rule(scope, f".{meaning} .k", f"fill:{text_of(meaning, palette)}"))
        if meaning in FAMILY_COLORS and fill not in HATCHES and palette != "print":
            rules.append(_rule(scope, f".{meaning} .y", f"stroke:{fill}"))
        elif meaning not in FAMILY_COLORS and families:
            rules.append(_rule(scope, f".{meaning} .y", f"stroke:{tones['edge']}"))
    rules += [_rule(scope, f".head.{family} .k", f"fill:{text_of(family, palette, HEAD_GROUNDS)}") for family in heads]
    rules += _fates(scope, palette, [meaning for meaning in meanings if meaning in _FATES])
    if palette == "print":
        rules.append(_rule(scope, ".f,.box path", f"stroke:{tones['rim']};stroke-width:1"))
    return rules


_COMPARED = (
    (f".{SIGN.css}", f"font-family:{SANS};font-size:{SIGN.size}px;font-weight:700"),
    (".zr", "stroke-dasharray:4 3"),
    (".le path", "fill:none"),
    (".edges .ea,.le .ea", "stroke-width:2.2;marker-end:url(#{s}-ea)"),
    (".edges .er,.le .er", "stroke-width:1.8;stroke-dasharray:5 3;marker-end:url(#{s}-er)"),
)
"""What only pictures of two models have."""


def _fates(scope: str, palette: Palette, meanings: Sequence[str]) -> list[str]:
    """The colours of cards, signs and edges of what became of each."""
    rules = []
    for meaning in meanings:
        rules.append(_rule(scope, f".{meaning} .{SIGN.css}", f"fill:{sign_color(meaning, palette)}"))
        if _FATES[meaning] != "unchanged":
            stroke = palette_tones(palette)["rim"] if palette == "print" else fill_of(meaning, palette)
            rules.append(_rule(scope, f".{meaning} .z", f"fill:{ground_of(meaning, palette)};stroke:{stroke}"))
            rules.append(_rule(scope, f".{meaning} .u", f"stroke:{stroke};stroke-width:2"))
        rules.append(_rule(scope, f".box path.{meaning}", f"fill:{fill_of(meaning, palette)}"))
        rules.append(_rule(scope, f".box text.{meaning}", f"fill:{text_of(meaning, palette)}"))
    if meanings:
        rules.append(_rule(scope, f".{MIXED} .z", f"stroke:{palette_tones(palette)['muted']}"))
        for fate, css in EDGE_FATES.items():
            tone = palette_tones(palette)["ink"] if palette == "print" else fill_of(FATE_MEANINGS[fate], palette)
            rules.append(_rule(scope, f".edges .{css},.le .{css}", f"stroke:{tone}"))
            rules.append(_rule(scope, f".{css} .i", f"fill:{tone}"))
    return rules


def _rule(scope: str, selectors: str, body: str) -> str:
    names = ",".join(f".{scope} {one}" if one != "{s}" else f".{scope}" for one in selectors.split(","))
    return f"{names}{{{body.replace('{s}', scope)}}}"


def _pattern(scope: str, name: str) -> str:
    side, width, path = HATCHES[name]
    return (
        f'<pattern id="{scope}-{name}" width="{side}" height="{side}" patternUnits="userSpaceOnUse">'
        f'<path class="q" d="{path}" stroke-width="{width}" fill="none"/></pattern>'
    )
