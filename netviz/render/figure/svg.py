"""A picture to the text of an SVG: the only module here that writes the language.

Every name goes through `escape.svg`. The same picture gives the same bytes; numbers have at most two decimals.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatch

from netviz.render.escape import svg
from netviz.render.figure.look import width_of
from netviz.render.figure.paints import Fill, Hatch, Mode, Theme, paints
from netviz.render.figure.picture import Bend, Circle, Close, Move, Paint, Part, Path, Picture, Rectangle, Shape, Text
from netviz.render.metrics import MONO, SANS, Face, is_safe, text_width
from netviz.theme import HATCHES

FONTS: Mapping[str, str] = {
    "sans": SANS,
    "serif": "'Times New Roman',Times,'Liberation Serif','Nimbus Roman',serif",
    "mono": MONO,
}
"""Families of fonts by the names that `netviz.figure` knows; any other is that of a font."""

MONOSPACED = re.compile(r"mono|courier|consol|menlo|typewriter|\bcode\b", re.IGNORECASE)
"""What the names of fonts with letters of one width have in common."""

TIP = 6.5
"""Pixels from the base of an arrow's tip to its point, for lines of one pixel."""


def picture_to_svg(
    picture: Picture,
    *,
    theme: Theme = "light",
    palette: str | Mapping[str, str] = "netviz",
    font: str = "sans",
    background: bool = True,
) -> str:
    """The whole document, ending in a newline. `theme` "auto" follows the reader's system."""
    width, height = _number(picture.width), _number(picture.height)
    body = [f'<rect class="f-paper" width="{width}" height="{height}"/>'] if background else []
    body += [_shape(shape, is_mono(font)) for shape in picture.shapes]
    text = "\n".join(body)
    title, description = svg(picture.title), svg(picture.description)
    mark = f"{theme}{sorted(palette.items()) if isinstance(palette, Mapping) else palette}{font}"
    scope = f"netviz-{zlib.crc32(f'{mark}{title}{description}{text}'.encode()):08x}"
    rules, patterns = _style_sheet(picture, scope, theme, palette, font, background)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{scope}" class="{scope}" role="img"'
        f' aria-labelledby="{scope}-title {scope}-desc" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">\n'
        f'<title id="{scope}-title">{title}</title>\n<desc id="{scope}-desc">{description}</desc>\n'
        f"<style>\n{rules}\n</style>\n{patterns}{text}\n</svg>\n"
    )


def is_mono(font: str) -> bool:
    """Whether the letters of a font are all of one width, as far as its name tells."""
    return MONOSPACED.search(font) is not None


@singledispatch
def _shape(shape: Shape, mono: bool) -> str:
    raise TypeError(f"{shape!r} is no shape")


@_shape.register
def _(shape: Path, mono: bool) -> str:
    steps = "".join(map(_step, shape.steps))
    line = f'<path{_painted(shape.fill, shape.stroke, shape.width, shape.dash, shape.opacity)} d="{steps}"/>'
    return line + (_tip(shape) if shape.arrow else "")


@_shape.register
def _(shape: Rectangle, mono: bool) -> str:
    radius = f' rx="{_number(shape.radius)}"' if shape.radius else ""
    return (
        f'<rect{_painted(shape.fill, shape.stroke, shape.line, shape.dash)} x="{_number(shape.x)}"'
        f' y="{_number(shape.y)}" width="{_number(shape.width)}" height="{_number(shape.height)}"{radius}/>'
    )


@_shape.register
def _(shape: Circle, mono: bool) -> str:
    return (
        f'<circle{_painted(shape.fill, shape.stroke, shape.line, shape.dash, shape.opacity)} cx="{_number(shape.x)}"'
        f' cy="{_number(shape.y)}" r="{_number(shape.radius)}"/>'
    )


@_shape.register
def _(shape: Text, mono: bool) -> str:
    if not shape.text:
        return ""
    room, face = room_of(shape, mono), Face("", shape.size, shape.size, shape.bold, mono)
    pressed = room is not None and not is_safe(shape.text, face, room)
    told = ("b", shape.bold), ("i", shape.italic), ("h", shape.halo), (shape.anchor[0], shape.anchor != "start")
    names = "".join(f" {name}" for name, holds in told if holds)
    at = f'x="{_number(shape.x)}" y="{_number(shape.y)}"'
    turn = f' transform="rotate(-90 {_number(shape.x)} {_number(shape.y)})"' if shape.turned else ""
    wide = min(room or 0.0, text_width(shape.text, face))
    length = f' textLength="{_number(wide)}" lengthAdjust="spacingAndGlyphs"' if pressed else ""
    size = f' font-size="{_number(shape.size)}"'
    return f'<text class="f-{shape.paint}{names}" {at}{size}{turn}{length}>{svg(shape.text)}</text>'


def room_of(shape: Text, mono: bool) -> float | None:
    """The pixels that the text may take: layouts measure letters of different width, `mono` exceeds them."""
    return width_of(shape.text, shape.size, bold=shape.bold) if mono and shape.room is None else shape.room


@_shape.register
def _(shape: Part, mono: bool) -> str:
    kind = f' class="{shape.kind}"' if shape.kind else ""
    path = f' data-path="{svg(shape.path)}"' if shape.path else ""
    title = f"<title>{svg_lines(shape.title)}</title>" if shape.title else ""
    return f"<g{kind}{path}>{title}" + "\n".join(_shape(inner, mono) for inner in shape.shapes) + "</g>"


def svg_lines(text: str) -> str:
    """Text of several lines, each of them escaped."""
    return "\n".join(map(svg, text.split("\n")))


def _step(step: object) -> str:
    if isinstance(step, Close):
        return "Z"
    if isinstance(step, Bend):
        return f"C{_pair(step.first)} {_pair(step.second)} {_pair(step.to)}"
    return f"{'M' if isinstance(step, Move) else 'L'}{_pair(step.to)}"  # type: ignore[attr-defined]


def _painted(
    fill: Paint | None, stroke: Paint | None, width: float, dash: Sequence[float] = (), opacity: float = 1.0
) -> str:
    names = [f"f-{fill}"] if fill else ["f-0"]
    if stroke:
        names.append(f"s-{stroke}")
    parts = [f' class="{" ".join(names)}"']
    if stroke and width != 1:
        parts.append(f' stroke-width="{_number(width)}"')
    if stroke and dash:
        parts.append(f' stroke-dasharray="{" ".join(map(_number, dash))}"')
    if opacity != 1:
        parts.append(f' opacity="{_number(opacity)}"')
    return "".join(parts)


def _tip(shape: Path) -> str:
    """The point of an arrow, drawn as a shape: markers take no part in what browsers measure, nor in every editor."""
    points = tip_of(shape)
    if points is None:
        return ""
    corners = "L".join(map(_pair, points))
    opacity = f' opacity="{_number(shape.opacity)}"' if shape.opacity != 1 else ""
    return f'<path class="f-{shape.stroke} tip"{opacity} d="M{corners}Z"/>'


def tip_of(shape: Path) -> tuple[tuple[float, float], ...] | None:
    """The corners of the tip at the end of a path, its point first; None for a path without a direction."""
    points: list[tuple[float, float]] = []
    for step in shape.steps:
        if isinstance(step, Bend):
            points += [step.first, step.second]
        if not isinstance(step, Close):
            points.append(step.to)
    end = points[-1]
    before = next((point for point in reversed(points) if abs(point[0] - end[0]) + abs(point[1] - end[1]) > 1e-6), None)
    if before is None:
        return None
    across, along = end[0] - before[0], end[1] - before[1]
    length = (across * across + along * along) ** 0.5
    x, y = across / length, along / length
    long, half = TIP * max(shape.width, 0.6) ** 0.5, 0.42 * TIP * max(shape.width, 0.6) ** 0.5
    return (
        end,
        (end[0] - long * x - half * y, end[1] - long * y + half * x),
        (end[0] - 0.75 * long * x, end[1] - 0.75 * long * y),
        (end[0] - long * x + half * y, end[1] - long * y - half * x),
    )


def _style_sheet(
    picture: Picture, scope: str, theme: Theme, palette: str | Mapping[str, str], font: str, background: bool
) -> tuple[str, str]:
    """The rules of what the picture uses, under its own class, and the patterns that they refer to."""
    first: Mode = "light" if theme == "auto" else theme
    fills, strokes = _used(picture, background)
    family = FONTS.get(font) or f"'{svg(font)}',{SANS}"
    fixed = [
        f".{scope}{{font-family:{family}}}",
        f".{scope} .f-0{{fill:none}}",
        f".{scope} .b{{font-weight:700}}",
        f".{scope} .i{{font-style:italic}}",
        f".{scope} .m{{text-anchor:middle}}",
        f".{scope} .e{{text-anchor:end}}",
        f".{scope} path,.{scope} rect{{stroke-linejoin:round}}",
    ]
    rules = fixed + _colors(scope, paints(first, palette), fills, strokes)
    every = [paints(first, palette)]
    if theme == "auto":
        every.append(paints("dark", palette))
        dark = "\n".join(_colors(scope, every[1], fills, strokes))
        rules.append(f"@media (prefers-color-scheme:dark){{\n{dark}\n}}")
    hatches = dict.fromkeys(fill for known in every for name in fills if isinstance(fill := known[name], Hatch))
    patterns = "".join(_pattern(scope, hatch) for hatch in hatches)
    return "\n".join(rules), f"<defs>{patterns}</defs>\n" if patterns else ""


def _used(picture: Picture, background: bool) -> tuple[list[Paint], list[Paint]]:
    """The paints that areas and words have, and those of lines, by name."""
    fills = {"paper"} if background else set()
    strokes = set()
    for shape in picture.walk():
        if isinstance(shape, Text):
            fills.add(shape.paint)
        elif not isinstance(shape, Part):
            fills |= {shape.fill} if shape.fill else set()
            strokes |= {shape.stroke} if shape.stroke else set()
            if isinstance(shape, Path) and shape.arrow and shape.stroke:
                fills.add(shape.stroke)
    return sorted(fills), sorted(strokes)


def _colors(scope: str, known: Mapping[str, Fill], fills: Iterable[Paint], strokes: Iterable[Paint]) -> list[str]:
    paper = known["paper"]
    rules = [f".{scope} .h{{stroke:{paper};stroke-width:3;stroke-linejoin:round;paint-order:stroke}}"]
    rules += [f".{scope} .f-{name}{{fill:{_value(scope, known[name])}}}" for name in fills]
    return rules + [f".{scope} .s-{name}{{stroke:{_value(scope, known[name])}}}" for name in strokes]


def _value(scope: str, fill: Fill) -> str:
    return fill if isinstance(fill, str) else f"url(#{_pattern_id(scope, fill)})"


def _pattern_id(scope: str, hatch: Hatch) -> str:
    return f"{scope}-{hatch.name}-{hatch.ink[1:]}"


def _pattern(scope: str, hatch: Hatch) -> str:
    side, width, path = HATCHES[hatch.name]
    return (
        f'<pattern id="{_pattern_id(scope, hatch)}" width="{side}" height="{side}" patternUnits="userSpaceOnUse">'
        f'<rect width="{side}" height="{side}" fill="{hatch.ground}"/>'
        f'<path d="{path}" stroke="{hatch.ink}" stroke-width="{width * 0.7:.2f}" fill="none"/></pattern>'
    )


def _pair(point: tuple[float, float]) -> str:
    x, y = _number(point[0]), _number(point[1])
    return f"{x}{'' if y.startswith('-') else ' '}{y}"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
