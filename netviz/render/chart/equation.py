"""Equations of matrices: x · kernel + bias → relu → y, with the numbers in their cells; and panels of words alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from netviz.charts import Equation, Matrix, Panel
from netviz.render.chart import words
from netviz.render.chart.place import Need, Place
from netviz.render.chart.shades import Shades, shades_of, table
from netviz.render.chart.style import Face, Look, line_height
from netviz.render.chart.ticks import floats, number

CELL = 0.225
MOST_ROWS, MOST_COLUMNS = 64, 64
MOST_NUMBERS = 600
GAP = 0.14
LONGEST = 12.0
"""Of a line, in inches."""
PALER = 1.7
"""By what the colours reach further than the numbers, which are to be read upon them."""


@dataclass(frozen=True)
class Term:
    """A term with its size: a matrix and the texts of its cells (none: colours only), or an operator."""

    matrix: Matrix | None
    word: str
    values: NDArray[np.float64]
    texts: tuple[tuple[str, ...], ...]
    cell: tuple[float, float]
    more: tuple[bool, bool]
    width: float
    height: float


@dataclass
class Equated:
    """An equation laid out in a cell, its terms in lines; `feet` is the room below the matrices of each."""

    look: Look
    need: Need
    lines: list[list[Term]]
    heights: list[float]
    feet: list[float]

    def draw(self, place: Place, x: float, y: float) -> None:
        axes = place.axes(x, y, self.need.width, self.need.height)
        axes.set_xlim(0, self.need.width)
        axes.set_ylim(self.need.height, 0)
        axes.set_axis_off()
        top = 0.0
        for line, height, foot in zip(self.lines, self.heights, self.feet, strict=True):
            middle = top + HEAD + height / 2
            at = 0.0
            for term in line:
                if term.matrix is None:
                    spot = x + at + term.width / 2, y + middle
                    face: Face = "bold" if len(term.word) == 1 else "regular"
                    place.text(*spot, term.word, "heading", self.look.ink, face=face, across="center")
                else:
                    self._matrix(place, axes, (x, y), at, middle, term, term.matrix)
                at += term.width + GAP
            top += HEAD + height + foot + GAP

    def _matrix(
        self, place: Place, axes: Any, corner: tuple[float, float], at: float, middle: float, term: Term, matrix: Matrix
    ) -> None:
        look = self.look
        rows, columns = term.values.shape
        wide, high = term.cell
        size = columns * wide, rows * high
        left = at + (term.width - size[0] - (DOTS if term.more[1] else 0)) / 2
        top = middle - (size[1] + (DOTS if term.more[0] else 0)) / 2
        x, y = corner[0] + left, corner[1] + top
        shades = _shades(term, look)
        shapes, faces = [], []
        for row in range(rows):
            for column in range(columns):
                a, b = left + column * wide, top + row * high
                shapes.append([(a, b), (a + wide, b), (a + wide, b + high), (a, b + high)])
                value = float(term.values[row, column])
                known = not math.isnan(value) and shades is not None
                faces.append(shades.rgba(value) if shades and known else look.tone("tint" if shades else "paper"))
                if term.texts:
                    spot = x + (column + 0.5) * wide, y + (row + 0.5) * high
                    color = shades.ink(value) if shades else look.ink
                    place.text(*spot, term.texts[row][column], "cell", color, across="center")
        axes.add_collection(
            PolyCollection(shapes, facecolors=faces, edgecolors=look.tone("line"), linewidths=look.width(0.5),
                           clip_on=False),
            autolim=False,
        )  # fmt: skip
        if term.more[0]:
            place.text(x + size[0] / 2, y + size[1] + DOTS / 2, "⋮", "label", look.muted, across="center")
        if term.more[1]:
            place.text(x + size[0] + DOTS / 2, y + size[1] / 2, "…", "label", look.muted, across="center")
        centre, room = corner[0] + at + term.width / 2, term.width + GAP
        name = words.shortened(matrix.name, room, "label", "bold")
        place.text(centre, y - line_height("label") * 0.55, name, "label", face="bold", across="center")
        low = y + size[1] + (DOTS if term.more[0] else 0) + line_height("tick") * 0.6
        for line in (_shape(matrix, term.values), words.shortened(matrix.note, room, "tick")):
            place.text(centre, low, line, "tick", look.muted, across="center")
            low += line_height("tick")


DOTS = 0.17
"""The room of the dots that stand for rows or columns left out."""
HEAD = line_height("label") + 0.02


def _shades(term: Term, look: Look) -> Shades | None:
    """The colours of a matrix; none in print where its numbers are written, for one ink would only hide them."""
    if look.theme == "print" and term.texts:
        return None
    finite = np.abs(term.values[np.isfinite(term.values)])
    most = float(finite.max(initial=0.0)) * PALER or 1.0
    return shades_of(term.values, True, (-most, most), "", look)


def _shape(matrix: Matrix, values: NDArray[np.float64]) -> str:
    rows, columns = matrix.extent or np.shape(np.atleast_2d(matrix.values))[:2]
    return f"{rows:,} × {columns:,}"


def _term(term: Matrix | str) -> Term:
    if isinstance(term, str):
        word = words.shortened(term, 1.6, "heading")
        return Term(None, word, np.zeros((0, 0)), (), (0, 0), (False, False), words.width(word, "heading") + 0.04, 0.25)
    values = floats(table(term.values))
    rows, columns = term.extent or values.shape
    values = values[:MOST_ROWS, :MOST_COLUMNS]
    more = rows > values.shape[0], columns > values.shape[1]
    texts: tuple[tuple[str, ...], ...] = ()
    cell = min(max(3.0 / max(values.shape), 0.05), CELL)
    size = cell, cell
    if values.size <= MOST_NUMBERS and max(values.shape) <= 32:
        texts = tuple(tuple(number(float(value)) for value in row) for row in values)
        size = max(words.width(text, "cell") for row in texts for text in row) + 0.1, CELL
    wide = values.shape[1] * size[0] + (DOTS if more[1] else 0)
    note = max(words.width(words.shortened(text, 1.5, "tick"), "tick") for text in (_shape(term, values), term.note))
    name = words.width(words.shortened(term.name, 1.5, "label", "bold"), "label", "bold")
    high = values.shape[0] * size[1] + (DOTS if more[0] else 0)
    return Term(term, "", values, texts, size, more, max(wide, name, note), high)


def natural_width(mark: Equation) -> float:
    """How wide the equation is on a page of its own, in lines where it is very long."""
    lines = _lines(mark, LONGEST)
    return max(sum(term.width + GAP for term in line) for line in lines)


def _lines(mark: Equation, width: float) -> list[list[Term]]:
    """The terms in lines no wider than `width`, broken before operators."""
    lines: list[list[Term]] = [[]]
    for term in map(_term, mark.terms):
        line = lines[-1]
        if line and sum(one.width + GAP for one in line) + term.width > width:
            carried = [line.pop()] if len(line) > 1 and line[-1].matrix is None else []
            lines.append(carried)
        lines[-1].append(term)
    return lines


def prepare_equation(panel: Panel, mark: Equation, look: Look, width: float) -> Equated:
    """The equation in a cell `width` inches wide, broken into lines before its operators."""
    lines = _lines(mark, width)
    heights = [max((term.height for term in line), default=0.0) for line in lines]
    feet = [
        line_height("tick") * (2 if any(term.matrix and term.matrix.note for term in line) else 1) + 0.04
        for line in lines
    ]
    total = sum(heights) + sum(feet) + HEAD * len(lines) + GAP * (len(lines) - 1)
    widest = max(sum(term.width + GAP for term in line) - GAP for line in lines)
    return Equated(look, Need(max(widest, 0.3), max(total, 0.2), 0, 0, 0.04, 0.02), lines, heights, feet)


@dataclass
class Lines:
    """Text instead of a plot."""

    look: Look
    need: Need
    lines: list[str]

    def draw(self, place: Place, x: float, y: float) -> None:
        if place.straight is not None:
            place.straight.set_axis_off()
        for number_, line in enumerate(self.lines):
            place.text(x, y + (number_ + 0.5) * line_height("label"), line, "label", self.look.muted)


def prepare_words(lines: tuple[str, ...], look: Look, width: float) -> Lines:
    broken = [part for line in lines for part in (words.wrapped(line, width, "label") or [""])]
    return Lines(look, Need(width, max(len(broken), 1) * line_height("label"), 0, 0, 0.06, 0.04), broken)
