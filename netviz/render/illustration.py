"""A figure as an artifact: SVG, PNG, PDF, TikZ, a page, a table and data, each made when it is asked for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from netviz.artifact import Artifact
from netviz.errors import UsageError
from netviz.figures import FIELDS, Field, Flow, Network, Style
from netviz.render.figure.look import MEASURES, POINT, SMALLEST, Look
from netviz.render.figure.paints import THEMES, Theme
from netviz.render.layout.geometry import Direction
from netviz.render.notebook import shown_picture
from netviz.theme import PALETTES
from netviz.views import FAMILIES, Sheet

DIRECTIONS: tuple[Direction, ...] = ("LR", "TB", "RL", "BT")
ALONG: Mapping[Style, Direction] = {"neurons": "LR", "volumes": "LR", "lenet": "LR", "blocks": "TB"}
"""Where the flow leads in each style unless told otherwise."""

UNITS = {"px": 1.0, "pt": POINT, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
"""Pixels (1/96 inch) of each unit of length."""
LEAST_WIDTH, MOST_WIDTH = 60.0, 20_000.0
MOST_FONT_SIZE = 72.0
MOST_SPACING = 10.0
MOST_SCALE = 20.0

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class Dress:
    """All that is chosen of how a figure looks: what its layout depends on, and what only its writing does."""

    look: Look
    theme: Theme
    palette: str | Mapping[str, str]
    font: str
    background: bool
    scale: float


def checked_dress(
    style: Style,
    *,
    show: Collection[str] | None,
    direction: str | None,
    width: str | float | None,
    spacing: float,
    size_scale: str,
    channel_scale: str,
    palette: str | Mapping[str, str],
    font: str,
    font_size: float,
    theme: str,
    legend: bool,
    caption: bool,
    background: bool,
    scale: float,
) -> Dress:
    """The choices, where each is one that there is; raises UsageError that names those there are."""
    look = Look(
        direction=ALONG[style] if direction is None else _one_of("direction", direction, DIRECTIONS),
        width=_length(width),
        spacing=_number("spacing", spacing, 0.0, MOST_SPACING, "1 is the usual spacing, 2 twice as much."),
        size=_number("font size", font_size, 6.0, MOST_FONT_SIZE, "It is in points; 8 is the default.") * POINT,
        show=_fields(style, show),
        chosen=show is not None,
        legend=bool(legend),
        caption=bool(caption),
        print=theme == "print",
        size_scale=_one_of("size scale", size_scale, MEASURES),
        channel_scale=_one_of("channel scale", channel_scale, MEASURES),
    )
    assert look.size >= SMALLEST
    return Dress(
        look,
        _one_of("theme", theme, THEMES),
        _palette(palette),
        _font(font),
        bool(background),
        _number("scale", scale, 0.01, MOST_SCALE, "1 is 96 dpi, 2 the default."),
    )


def _one_of(what: str, given: str, known: Collection[T]) -> T:
    for one in known:
        if isinstance(given, str) and given == one:
            return one
    raise UsageError(f"no {what} {given!r:.80}", f"The choices are {', '.join(known)}.")


def _number(what: str, given: object, least: float, most: float, hint: str) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool) and least <= given <= most:
        return float(given)
    raise UsageError(f"{what} {given!r:.80} is not a number from {least:g} to {most:g}", hint)


def _length(given: object) -> float | None:
    """A length in pixels, of a number of them or of text, with a unit or without; None for none."""
    if given is None:
        return None
    found = _LENGTH.fullmatch(given) if isinstance(given, str) else None
    pixels = float(found[1]) * UNITS[(found[2] or "px").lower()] if found else given
    hint = 'Give it with its unit, such as "8.5cm", "3.4in" or "240pt", or a number of pixels (1/96 inch).'
    if not isinstance(pixels, int | float) or isinstance(pixels, bool) or pixels != pixels:
        raise UsageError(f"width {given!r:.80} is no length", hint)
    if not LEAST_WIDTH <= pixels <= MOST_WIDTH:
        least, most = (f"{width / UNITS['cm']:.3g} cm" for width in (LEAST_WIDTH, MOST_WIDTH))
        raise UsageError(f"width {given!r:.80} is not from {least} to {most}", hint)
    return float(pixels)


_LENGTH = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*(px|pt|mm|cm|in)?\s*", re.IGNORECASE)


def _fields(style: Style, names: Collection[str] | None) -> frozenset[Field]:
    """What is labelled: the names checked, or the style's own choice."""
    module = _drawing(style)
    if names is None:
        return frozenset(module.SHOWN)
    for name in names:
        if name not in module.CAN_SHOW:
            known = "does not show" if name in FIELDS else "has no"
            raise UsageError(f"a figure of {style} {known} {name!r:.80}", f"It can show {', '.join(module.CAN_SHOW)}.")
    return frozenset(field for field in FIELDS if field in names)


def _palette(given: object) -> str | Mapping[str, str]:
    """The name of a palette, or colours by family: a mapping, or text such as "dense=#7a4bbd,pooling=#5f8a1e"."""
    if isinstance(given, str) and given in PALETTES:
        return given
    if isinstance(given, str) and "=" in given:
        pairs = [part.partition("=") for part in given.split(",") if part.strip()]
        given = {family.strip(): color.strip() for family, _, color in pairs}
    if not isinstance(given, Mapping):
        hint = f'Choose {", ".join(PALETTES)}, or colours by family: "dense=#7a4bbd,pooling=#5f8a1e", or a dict.'
        raise UsageError(f"no palette {given!r:.80}", hint)
    return {str(family): _color(family, color) for family, color in given.items()}


def _color(family: object, color: object) -> str:
    """The colour as "#rrggbb"; raises UsageError for what is none, or for no family."""
    if family not in FAMILIES:
        near = difflib.get_close_matches(str(family), FAMILIES, n=1)
        guess = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(f"no family {family!r:.80}", f"{guess}The families are {', '.join(FAMILIES)}.")
    if not isinstance(color, str) or not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", color):
        raise UsageError(
            f"the colour of {family} is no colour but {color!r:.80}", 'Write "#rrggbb", such as "#1f6fb2".'
        )
    return "#" + "".join(2 * one if len(color) == 4 else one for one in color[1:]).lower()


def _font(given: object) -> str:
    if isinstance(given, str) and re.fullmatch(r"[\w .+-]{1,80}", given) and given.strip():
        return given.strip()
    raise UsageError(f"{given!r:.80} is no font", 'Give "sans", "serif", "mono", or the name of a family of fonts.')


def _drawing(style: Style) -> ModuleType:
    """The module that draws a style: `<style>_to_picture`, with `SHOWN` and `CAN_SHOW`."""
    return import_module(f"netviz.render.figure.{style}")


def illustration(
    name: str,
    style: Style,
    view: Flow | Network,
    dress: Dress,
    sheet: Callable[[], Sheet],
    load_data: Callable[[], object],
) -> Artifact:
    """The figure in the formats svg, png, pdf, tikz (a complete LaTeX document), html, table and json.

    `sheet` makes the table; what `load_data` gives is its `data` and its "json". It is laid out here, so that what does
    not fit is said at once.
    """
    picture = getattr(_drawing(style), f"{style}_to_picture")(view, dress.look)

    @cache
    def svg() -> str:
        from netviz.render.figure.svg import picture_to_svg

        return picture_to_svg(
            picture, theme=dress.theme, palette=dress.palette, font=dress.font, background=dress.background
        )

    def png() -> bytes:
        from netviz.render.raster import svg_to_png

        return svg_to_png(svg(), scale=dress.scale)

    def pdf() -> bytes:
        from netviz.render.raster import svg_to_pdf

        return svg_to_pdf(svg())

    def tikz() -> str:
        from netviz.render.figure.tikz import picture_to_tikz

        theme = "light" if dress.theme == "auto" else dress.theme
        return picture_to_tikz(
            picture, theme=theme, palette=dress.palette, font=dress.font, background=dress.background
        )

    def html() -> str:
        from netviz.render.diagram import svg_to_page

        return svg_to_page(svg(), picture.title)

    def text(width: int | None = None, color: bool = False) -> str:
        from netviz.render.text import sheet_to_text

        return sheet_to_text(sheet(), width=width, color=color)

    def json() -> str:
        from netviz.render.data import data_to_json

        return data_to_json(load_data())

    formats: dict[str, Callable[[], str | bytes]] = {
        "svg": svg,
        "png": png,
        "pdf": pdf,
        "tikz": tikz,
        "html": html,
        "table": text,
        "json": json,
    }
    return Artifact(name, formats, load_data, text, shown_picture(svg, png, dress.scale))
