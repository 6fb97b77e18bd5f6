r"""A picture to LaTeX: the only module here that writes the language. The document compiles by itself.

It takes no more than TikZ and xcolor: `article` and `geometry` make a page of the picture's size. The picture is whole
in itself: what stands between \begin{tikzpicture} and \end{tikzpicture} can be pasted into a paper, where it takes the
paper's fonts. Coordinates are the picture's own, y pointing down. Every name goes through `escape.latex`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch

from netviz.errors import NetvizError
from netviz.render.escape import latex, terminal
from netviz.render.figure.paints import Fill, Hatch, Mode, Theme, paints
from netviz.render.figure.picture import Bend, Circle, Close, Move, Paint, Part, Path, Picture, Point, Rectangle, Shape
from netviz.render.figure.picture import Text as Words
from netviz.render.figure.svg import is_mono, room_of, tip_of
from netviz.render.metrics import Face, is_safe
from netviz.theme import HATCHES

LARGEST = 16_000
"""Pixels of a side: TeX computes no length above 16383 points, and no page of a PDF is above 14400."""

_FONTS: Mapping[str, tuple[str, str]] = {
    "sans": ("\\sffamily", "\\IfFileExists{t1uhv.fd}{\\usepackage[T1]{fontenc}\\renewcommand{\\sfdefault}{phv}}{}%"),
    "serif": ("\\rmfamily", "\\IfFileExists{t1utm.fd}{\\usepackage[T1]{fontenc}\\renewcommand{\\rmdefault}{ptm}}{}%"),
    "mono": ("\\ttfamily", "\\IfFileExists{t1ucr.fd}{\\usepackage[T1]{fontenc}\\renewcommand{\\ttdefault}{pcr}}{}%"),
}
"""By the name of a font: its command, and the line of the preamble that takes Helvetica, Times or Courier for it.

The file that is asked for comes with the metrics: where they are missing TeX would stop, and LaTeX's own fonts do.
"""

_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
_MARGINS = "left=0bp,top=0bp,right=-1bp,bottom=-1bp"
"""A little more room than the picture takes: what is rounded up must not go to a second page."""
_COMMENT = 120
"""Characters of a name in a comment."""

_FIT = r"""% text pressed into #1 where it is wider
\def\netvizfit#1#2{\setbox0=\hbox{#2}\ifdim\wd0>#1\resizebox{#1}{\height}{\copy0}\else\copy0\fi}%"""

_HALO = r"""% text with a rim of paper around its letters (text rendering mode 1 of PDF; PostScript has none)
\def\netvizps{pgfsys-dvips.def}%
\def\netvizhalo#1{\setbox1=\hbox{#1}\ifx\pgfsysdriver\netvizps\else\pgfscope\pgfsetstrokecolor{netviz-paper}%
\csname pgfsys@invoke\endcsname{1 Tr 2.25 w 1 j }\rlap{\copy1}\endpgfscope\fi\copy1}%"""


def picture_to_tikz(
    picture: Picture,
    *,
    theme: Theme = "light",
    palette: str | Mapping[str, str] = "netviz",
    font: str = "sans",
    background: bool = True,
) -> str:
    """The whole document, ending in a newline. `theme` "auto" is light: a PDF knows nothing of its reader's system.

    Raises NetvizError for a picture that is larger than TeX can count.
    """
    if max(picture.width, picture.height) > LARGEST:
        raise NetvizError(
            f"the figure is {max(picture.width, picture.height):,.0f} pixels long, more than TeX can count",
            "Choose SVG or PDF, or break it into rows with a width.",
        )
    mode: Mode = "light" if theme == "auto" else theme
    known = paints(mode, palette)
    used = _used(picture, background)
    hatches = {name: _hatch_name(fill) for name in used if isinstance(fill := known[name], Hatch)}
    width, height = _number(picture.width), _number(picture.height)
    family, chosen = _FONTS.get(font) or _FONTS["sans"]
    if font not in _FONTS:
        chosen = f"% for {_comment(font)}: lualatex, \\usepackage{{fontspec}} and \\setsansfont instead of\n{chosen}"
    body = [f"\\fill[netviz-paper] (0,0) rectangle ({width},{height});"] if background else []
    for shape in picture.shapes:
        body += _shape(shape, hatches, is_mono(font))
    lines = [
        f"% {_comment(picture.title)}",
        *(f"% {_comment(line)}" for line in picture.description.split("\n") if line),
        "% In a paper: \\includegraphics of the PDF that this makes, or the tikzpicture itself and what loads tikz.",
        "\\RequirePackage{fix-cm}",
        "\\documentclass{article}",
        f"\\usepackage[papersize={{{_length(picture.width)},{_length(picture.height)}}},{_MARGINS}]{{geometry}}",
        "\\usepackage{tikz}",
        *(["\\usetikzlibrary{patterns}"] if hatches else []),
        chosen,
        "\\pagestyle{empty}",
        "\\setlength{\\parindent}{0pt}\\setlength{\\topskip}{0pt}",
        "\\begin{document}",
        f"\\begin{{tikzpicture}}[x=0.75bp, y=-0.75bp, line join=round, inner sep=0pt, outer sep=0pt, font={family}]",
        *_definitions(picture, {name: known[name] for name in used}, is_mono(font)),
        f"\\useasboundingbox (0,0) rectangle ({width},{height});",
        *body,
        "\\end{tikzpicture}%",
        "\\end{document}",
    ]
    return "\n".join(lines) + "\n"


@singledispatch
def _shape(shape: Shape, hatches: Mapping[Paint, str], mono: bool) -> Iterator[str]:
    raise TypeError(f"{shape!r} is no shape")


@_shape.register
def _(shape: Path, hatches: Mapping[Paint, str], mono: bool) -> Iterator[str]:
    options = _painted(hatches, shape.fill, shape.stroke, shape.width, shape.dash, shape.opacity)
    yield f"\\path[{options}] {_steps(shape)};"
    tip = tip_of(shape) if shape.arrow else None
    if tip is not None:
        options = _painted({}, shape.stroke, None, 0.0, (), shape.opacity)
        yield f"\\path[{options}] {' -- '.join(map(_point, tip))} -- cycle;"


@_shape.register
def _(shape: Rectangle, hatches: Mapping[Paint, str], mono: bool) -> Iterator[str]:
    options = _painted(hatches, shape.fill, shape.stroke, shape.line, shape.dash)
    radius = min(shape.radius, shape.width / 2, shape.height / 2)
    corners = f", rounded corners={_length(radius)}" if radius > 0 else ""
    opposite = shape.x + shape.width, shape.y + shape.height
    yield f"\\path[{options}{corners}] {_point((shape.x, shape.y))} rectangle {_point(opposite)};"


@_shape.register
def _(shape: Circle, hatches: Mapping[Paint, str], mono: bool) -> Iterator[str]:
    options = _painted(hatches, shape.fill, shape.stroke, shape.line, shape.dash, shape.opacity)
    yield f"\\path[{options}] {_point((shape.x, shape.y))} circle[radius={_number(shape.radius)}];"


@_shape.register
def _(shape: Words, hatches: Mapping[Paint, str], mono: bool) -> Iterator[str]:
    text = latex(shape.text)
    if not text:
        return
    size = f"\\fontsize{{{_length(shape.size)}}}{{{_length(shape.size * 1.2)}}}"
    kind = ("\\bfseries" if shape.bold else "") + ("\\itshape" if shape.italic else "")
    room = room_of(shape, mono)
    if room is not None and not is_safe(shape.text, Face("", shape.size, shape.size, shape.bold, mono), room):
        text = f"\\netvizfit{{{_length(room)}}}{{{text}}}"
    if shape.halo:
        text = f"\\netvizhalo{{{text}}}"
    options = [f"anchor={_ANCHORS[shape.anchor]}", f"text=netviz-{shape.paint}", *["rotate=90"][: shape.turned]]
    yield f"\\node[{', '.join(options)}] at {_point((shape.x, shape.y))} {{{size}{kind}\\selectfont {text}}};"


@_shape.register
def _(shape: Part, hatches: Mapping[Paint, str], mono: bool) -> Iterator[str]:
    if shape.kind or shape.path:
        yield f"% {_comment(f'{shape.kind} {shape.path}')}"
    for inner in shape.shapes:
        yield from _shape(inner, hatches, mono)


def _steps(shape: Path) -> str:
    """The path in TikZ's words. What goes on after a part was closed begins where that began, as in SVG."""
    words: list[str] = []
    start: Point = (0.0, 0.0)
    closed = False
    for step in shape.steps:
        if closed and not isinstance(step, Move | Close):
            words.append(_point(start))
        closed = isinstance(step, Close)
        if isinstance(step, Close):
            words.append("-- cycle")
        elif isinstance(step, Bend):
            words.append(f".. controls {_point(step.first)} and {_point(step.second)} .. {_point(step.to)}")
        elif isinstance(step, Move):
            start = step.to
            words.append(_point(step.to))
        else:
            words.append(f"-- {_point(step.to)}")
    return " ".join(words)


def _painted(
    hatches: Mapping[Paint, str],
    fill: Paint | None,
    stroke: Paint | None,
    width: float,
    dash: Sequence[float] = (),
    opacity: float = 1.0,
) -> str:
    options = [f"pattern={hatches[fill]}" if fill in hatches else f"fill=netviz-{fill}"] if fill else []
    if stroke:
        options += [f"draw=netviz-{stroke}", f"line width={_length(width)}"]
    if stroke and dash:
        lengths = map(_length, [*dash] * (1 + len(dash) % 2))  # an odd number of lengths is repeated in SVG
        options.append("dash pattern=" + " ".join(f"{('on', 'off')[i % 2]} {one}" for i, one in enumerate(lengths)))
    if opacity != 1:
        options.append(f"opacity={_number(opacity)}")
    return ", ".join(options)


def _used(picture: Picture, background: bool) -> list[Paint]:
    """The paints of the picture by name, the paper where it shows."""
    found = {"paper"} if background else set()
    for shape in picture.walk():
        if isinstance(shape, Words):
            found |= {shape.paint, "paper"} if shape.halo else {shape.paint}
        elif not isinstance(shape, Part):
            found |= {paint for paint in (shape.fill, shape.stroke) if paint}
    return sorted(found)


def _definitions(picture: Picture, fills: Mapping[Paint, Fill], mono: bool) -> Iterator[str]:
    """Colours, hatches and macros; local to the picture, but for the hatches, whose names tell all that they are."""
    for name, fill in fills.items():
        color = fill.ink if isinstance(fill, Hatch) else fill
        yield f"\\definecolor{{netviz-{name}}}{{HTML}}{{{color[1:].upper()}}}%"
    for hatch in dict.fromkeys(fill for fill in fills.values() if isinstance(fill, Hatch)):
        yield from _hatch(hatch)
    words = [shape for shape in picture.walk() if isinstance(shape, Words)]
    if any(room_of(one, mono) is not None for one in words):
        yield _FIT
    if any(one.halo for one in words):
        yield _HALO


def _hatch_name(hatch: Hatch) -> str:
    return f"netviz-{hatch.name}-{hatch.ink[1:]}-{hatch.ground[1:]}"


def _hatch(hatch: Hatch) -> Iterator[str]:
    """The pattern of the SVG, several of its tiles in one: readers show a seam around each.

    A paper may hold several figures, and pgf declares a pattern only once.
    """
    side, width, path = HATCHES[hatch.name]
    size, every = _length(side * _TILES), f"{{0,...,{_TILES - 1}}}"
    corner = f"{{\\pgfpoint{{{size}}}{{{size}}}}}"
    yield f"\\csname @ifundefined\\endcsname{{pgf@pattern@name@{_hatch_name(hatch)}}}{{%"
    yield f"\\pgfdeclarepatterninherentlycolored{{{_hatch_name(hatch)}}}{{\\pgfpointorigin}}{corner}{corner}{{%"
    yield f"\\definecolor{{netviz-ground}}{{HTML}}{{{hatch.ground[1:].upper()}}}\\pgfsetfillcolor{{netviz-ground}}%"
    yield f"\\pgfpathrectangle{{\\pgfpointorigin}}{corner}\\pgfusepath{{fill}}%"
    yield f"\\definecolor{{netviz-lines}}{{HTML}}{{{hatch.ink[1:].upper()}}}\\pgfsetstrokecolor{{netviz-lines}}%"
    yield f"\\pgfsetlinewidth{{{_length(width * 0.7)}}}\\foreach\\i in {every}{{\\foreach\\j in {every}{{%"
    yield from _strokes(path, side)
    yield "}}\\pgfusepath{stroke}}}{}%"


_TILES = 8


def _strokes(path: str, side: float) -> Iterator[str]:
    """The strokes of tile (\\i, \\j), given as an SVG writes them; y points up in a pattern of pgf."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MLHV])([^MLHV]*)", path):
        values = [float(one) for one in re.findall(r"-?[\d.]+", numbers)]
        x = values[0] if command in "MLH" else x
        y = values[-1] if command in "MLV" else y
        place = f"{{{_length(side)}*\\i+{_length(x)}}}{{{_length(side)}*\\j+{_length(side - y)}}}"
        yield f"\\pgfpath{'moveto' if command == 'M' else 'lineto'}{{\\pgfpoint{place}}}%"


def _comment(name: str) -> str:
    """A name for the rest of a line, where TeX reads nothing."""
    text = terminal(name).strip()
    return text if len(text) <= _COMMENT else f"{text[: _COMMENT // 2]}…{text[-_COMMENT // 2 :]}"


def _point(point: Point) -> str:
    return f"({_number(point[0])},{_number(point[1])})"


def _length(pixels: float) -> str:
    return f"{_number(pixels * 0.75, 3)}bp"


def _number(value: float, places: int = 2) -> str:
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
