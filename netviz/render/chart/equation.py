"""Equations of matrices: x · kernel + bias → relu → y, with the numbers in their cells; and panels of words alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from netviz.charts import Equation, Matrix, Panel
from netviz.render.chart import words
from netviz.render.chart.place import Need, Place
from netviz.render.chart.shades import shades_of, table
from netviz.render.chart.style import Look, line_height
from netviz.render.chart.ticks import floats, number

CELL = 0.225
MOST_ROWS, MOST_COLUMNS = 64, 64
MOST_NUMBERS = 600
GAP = 0.14
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
class Formula:
    """An equation laid out in a cell, its terms in lines."""

    look: Look
    need: Need
    lines: list[list[Term]]
    pitch: list[float]

    def draw(self, place: Place, x: float, y: float) -> None:
        axes = place.axes(x, y, self.need.width, self.need.height)
        axes.set_xlim(0, self.need.width)
        axes.set_ylim(self.need.height, 0)
        axes.set_axis_off()
        top = 0.0
        for line, high in zip(self.lines, self.pitch, strict=True):
            middle = top + _head() + (high - _head() - _foot()) / 2
            at = 0.0
            for term in line:
                if term.matrix is None:
                    place.text(
                        x + at + term.width / 2, y + middle, term.word, "heading", self.look.ink, across="center"
                    )
                else:
                    self._matrix(place, axes, x, y, at, middle, term)
                at += term.width + GAP
            top += high + GAP

    def _matrix(self, place: Place, axes, x: float, y: float, at: float, middle: float, term: Term) -> None:  # type: ignore[no-untyped-def]
        look = self.look
        matrix = term.matrix
        assert matrix is not None
        rows, columns = term.values.shape
        wide, high = term.cell
        body = columns * wide, rows * high
        left = at + (term.width - body[0] - (ELLIPSIS if term.more[1] else 0)) / 2
        top = middle - (rows * high + (ELLIPSIS if term.more[0] else 0)) / 2
        finite = np.abs(term.values[np.isfinite(term.values)])
        most = float(finite.max(initial=0.0)) * PALER or 1.0
        shades = shades_of(term.values, True, (-most, most), "", look)
        shapes, faces = [], []
        for row in range(rows):
            for column in range(columns):
                a, b = left + column * wide, top + row * high
                shapes.append([(a, b), (a + wide, b), (a + wide, b + high), (a, b + high)])
                value = float(term.values[row, column])
                faces.append(look.tone("tint") if math.isnan(value) else shades.rgba(value))
                if term.texts:
                    place.text(x + a + wide / 2, y + b + high / 2, term.texts[row][column], "cell", shades.ink(value),
                               across="center")  # fmt: skip
        axes.add_collection(
            PolyCollection(shapes, facecolors=faces, edgecolors=look.tone("line"), linewidths=look.width(0.5)),
            autolim=False,
        )
        if term.more[0]:
            place.text(
                x + left + body[0] / 2, y + top + body[1] + ELLIPSIS / 2, "⋮", "label", look.muted, across="center"
            )
        if term.more[1]:
            place.text(
                x + left + body[0] + ELLIPSIS / 2, y + top + body[1] / 2, "…", "label", look.muted, across="center"
            )
        centre, room = x + at + term.width / 2, term.width + GAP
        name = words.shortened(matrix.name, room, "label", "bold")
        place.text(centre, y + top - line_height("label") * 0.55, name, "label", face="bold", across="center")
        low = y + top + body[1] + (ELLIPSIS if term.more[0] else 0) + line_height("tick") * 0.6
        for line in (_shape(matrix, term.values), words.shortened(matrix.note, room, "tick")):
            place.text(centre, low, line, "tick", look.muted, across="center")
            low += line_height("tick")


ELLIPSIS = 0.17


def _head() -> float:
    return line_height("label") + 0.02


def _foot() -> float:
    return line_height("tick") * 2 + 0.04


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
    wide = values.shape[1] * size[0] + (ELLIPSIS if more[1] else 0)
    note = max(words.width(words.shortened(text, 1.5, "tick"), "tick") for text in (_shape(term, values), term.note))
    name = words.width(words.shortened(term.name, 1.5, "label", "bold"), "label", "bold")
    high = values.shape[0] * size[1] + (ELLIPSIS if more[0] else 0)
    return Term(term, "", values, texts, size, more, max(wide, name, note), high)


def natural_width(mark: Equation) -> float:
    terms = [_term(term) for term in mark.terms]
    return min(sum(term.width + GAP for term in terms), 12.0)


def prepare_equation(panel: Panel, mark: Equation, look: Look, width: float) -> Formula:
    """The equation in a cell `width` inches wide, broken into lines before its operators."""
    lines: list[list[Term]] = []
    at = math.inf
    for term in map(_term, mark.terms):
        if at + term.width > width and not (lines and len(lines[-1]) == 1 and lines[-1][0].matrix is None):
            lines.append([])
            at = 0.0
        lines[-1].append(term)
        at += term.width + GAP
    pitch = [max(term.height for term in line) + _head() + _foot() for line in lines]
    total = sum(pitch) + GAP * max(len(lines) - 1, 0)
    widest = max((sum(term.width + GAP for term in line) - GAP for line in lines), default=1.0)
    return Formula(look, Need(max(widest, 0.3), max(total, 0.2), 0, 0, 0.04, 0.02), lines, pitch)


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
