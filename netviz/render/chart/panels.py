"""One panel: which kind it is, how much room its heading and its caption take, and its parts put in their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from matplotlib.mathtext import MathTextParser

from netviz.charts import Bars, Curve, Equation, Heatmap, Panel, Ridges, Scatter, Tiles, Words
from netviz.render.chart import equation, tiles, words
from netviz.render.chart.curves import prepare_curves
from netviz.render.chart.heatmap import prepare_heatmap
from netviz.render.chart.labels import Told
from netviz.render.chart.place import Need, Place
from netviz.render.chart.ridges import prepare_ridges
from netviz.render.chart.style import SIZES, Look, font, line_height
from netviz.render.chart.ticks import floats

NOTHING = Words(("There are no finite values to draw.",))


class Body(Protocol):
    """What a kind of panel is once it is laid out."""

    need: Need

    def draw(self, place: Place, x: float, y: float) -> None: ...


@dataclass
class Laid:
    """A panel laid out in a cell: its heading in lines, its body, its caption."""

    panel: Panel
    look: Look
    width: float
    body: Body
    title: list[str]
    detail: list[str]
    beside: bool
    formula: tuple[str, bool, float, float]
    caption: list[str]

    @property
    def head(self) -> float:
        """The height of the heading."""
        high = len(self.title) * line_height("title")
        high += 0 if self.beside else len(self.detail) * line_height("detail")
        high += self.formula[3]
        return high + (0.05 if high else 0)

    @property
    def foot(self) -> float:
        return len(self.caption) * line_height("caption") + (0.05 if self.caption else 0)

    def draw(self, place: Place, x: float, y: float, head: float) -> None:
        """Draws the panel with the top left of its cell at (x, y), its body `head` below."""
        self._draw_head(place, x, y)
        need = self.body.need
        top = y + head + need.above
        self.body.draw(place, x + need.left, top)
        low = top + need.height + need.below + 0.05
        for number, line in enumerate(self.caption):
            place.text(x, low + (number + 0.5) * line_height("caption"), line, "caption", self.look.muted)

    def _draw_head(self, place: Place, x: float, y: float) -> None:
        look = self.look
        begin = x
        if self.panel.family is not None and self.title:
            place.box(x, y + 0.03, MARK, line_height("title") - 0.06, look.color(self.panel.family))
            begin += MARK + 0.06
        for number, line in enumerate(self.title):
            place.text(begin, y + (number + 0.5) * line_height("title"), line, "title", look.ink, face="bold")
        low = y + len(self.title) * line_height("title")
        for line in self.detail:
            if self.beside:
                at = begin + (words.width(self.title[0], "title", "bold") + 0.1 if self.title else 0)
                middle = y + 0.5 * line_height("title" if self.title else "detail") + (0.007 if self.title else 0)
                place.text(at, middle, line, "detail", look.muted)
            else:
                place.text(begin, low + 0.5 * line_height("detail"), line, "detail", look.muted)
                low += line_height("detail")
        text, math, shrink, high = self.formula
        if text:
            place.text(begin, low + high / 2, text, "formula", look.ink, formula=math, shrink=shrink, along="center")


MARK = 0.05


def lay_out(
    panel: Panel, look: Look, width: float, usual: float, *, small: bool, caption: bool, left: float = 0.0,
    right: float = 0.0, height: float | None = None, told: Told = frozenset(),
) -> Laid:  # fmt: skip
    """The panel in a cell `width` inches wide; `usual` is the height of a body whose marks do not say theirs."""
    inner = width - (MARK + 0.06 if panel.family is not None and panel.title else 0)
    title = words.wrapped(panel.title, inner, "title", "bold", most=3) if panel.title else []
    detail = words.plain(panel.detail)
    used = words.width(title[0], "title", "bold") + 0.1 if title else 0.0
    beside = len(title) <= 1 and used + words.width(detail, "detail") <= inner
    details = [detail] if beside else words.wrapped(panel.detail, inner, "detail", most=2)
    details = details if detail else []
    body = _body(panel, look, width, usual, small, left, right, height, told)
    lines = words.wrapped(panel.caption, width, "caption") if caption and panel.caption else []
    return Laid(panel, look, width, body, title, details, beside, _formula(panel.formula, inner), lines)


def _formula(text: str, room: float) -> tuple[str, bool, float, float]:
    """What is written, whether as a formula, what it is shrunk by, and its height; as it stands if it is none."""
    if not text:
        return "", False, 1.0, 0.0
    with np.errstate(all="ignore"):
        try:
            box = MathTextParser("path").parse(text, dpi=72, prop=font("regular", SIZES["formula"]))
            wide, high = float(box[0]) / 72 * 1.02, (float(box[1]) + float(box[2])) / 72
        except (ValueError, RuntimeError):
            return words.shortened(text, room, "formula"), False, 1.0, line_height("formula")
    shrink = min(1.0, room / max(wide, 1e-6))
    return text, True, shrink, max(high * shrink + 0.06, line_height("formula"))


def _body(
    panel: Panel, look: Look, width: float, usual: float, small: bool, left: float, right: float,
    height: float | None, told: Told,
) -> Body:  # fmt: skip
    usual *= panel.height or 1.0
    given = height if height is not None else (usual if panel.height is not None else None)
    for mark in panel.marks:
        if isinstance(mark, Words):
            return equation.prepare_words(mark.lines, look, width)
        if isinstance(mark, Equation):
            return equation.prepare_equation(panel, mark, look, width)
        if isinstance(mark, Ridges):
            return prepare_ridges(panel, mark, look, width, given, small)
        if isinstance(mark, Heatmap) and _has_numbers(mark.values):
            return prepare_heatmap(panel, mark, look, width, given, small)
        if isinstance(mark, Tiles) and _has_numbers(mark.values):
            return tiles.prepare_tiles(panel, mark, look, width, given)
    drawn = [values for mark in panel.marks for values in _numbers(mark)]
    if not panel.marks or (drawn and not any(map(_has_numbers, drawn))):
        return equation.prepare_words(NOTHING.lines, look, width)
    return prepare_curves(
        panel, look, width, height if height is not None else usual, small=small, left=left, right=right,
        told=told,
    )  # fmt: skip


def _numbers(mark: object) -> list[Any]:
    """What a mark needs finite values of."""
    if isinstance(mark, Curve | Scatter):
        return [mark.y]
    if isinstance(mark, Bars | Heatmap | Tiles):
        return [mark.values]
    return []


def _has_numbers(values: Any) -> bool:
    """Whether any is finite; of very many not all are looked at once one is found."""
    array = np.asarray(values)
    if array.ndim == 0 or array.dtype.kind in "iub":
        return bool(array.size)
    return any(bool(np.isfinite(floats(array[begin : begin + 256])).any()) for begin in range(0, len(array), 256))


def natural_width(panel: Panel) -> float | None:
    """How wide the panel would be on a page of its own, where its marks say so."""
    for mark in panel.marks:
        if isinstance(mark, Tiles):
            return tiles.natural_width(mark)
        if isinstance(mark, Equation):
            return max(equation.natural_width(mark), 3.0)
        if isinstance(mark, Ridges):
            return 7.4
        if isinstance(mark, Heatmap):
            shape = np.shape(mark.values)
            return min(max(shape[-1] * 0.36 + 1.6, 3.6), 7.4) if shape else None
    return None
