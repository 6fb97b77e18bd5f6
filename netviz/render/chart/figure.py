"""A chart as a matplotlib figure: the panels in a grid, headings above, captions below, nothing over anything else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from netviz.charts import Chart, Equation, Heatmap, Panel, Ridges, Tiles, Words
from netviz.errors import UsageError
from netviz.render.chart import words
from netviz.render.chart.panels import Laid, lay_out, natural_width
from netviz.render.chart.place import Place
from netviz.render.chart.style import Look, line_height, our_settings

MARGIN = 0.16
COLUMN_GAP = 0.34
ROW_GAP = 0.3

CELLS = {1: (6.2, 3.2), 2: (3.9, 2.2), 3: (3.1, 1.8), 4: (2.7, 1.55)}
"""By the number of columns: how wide a cell is with its axis labels, and how high a body; more are as 4."""
SMALL = (1.75, 0.85)


@dataclass
class Page:
    """A chart laid out: its size in inches, its heading and caption in lines, and each panel with its place."""

    chart: Chart
    width: float
    height: float
    title: list[str]
    detail: list[str]
    caption: list[str]
    panels: list[tuple[Laid, float, float, float]]

    def draw(self, place: Place) -> None:
        look = place.look
        at = MARGIN
        for lines, size, color, face in (
            (self.title, "heading", look.ink, "bold"),
            (self.detail, "detail", look.muted, "regular"),
        ):
            for line in lines:
                place.text(MARGIN, at + line_height(size) / 2, line, size, color, face=face)  # type: ignore[arg-type]
                at += line_height(size)
        for laid, x, y, head in self.panels:
            laid.draw(place, x, y, head)
        at = self.height - MARGIN * 0.75 - len(self.caption) * line_height("caption")
        for line in self.caption:
            place.text(MARGIN, at + line_height("caption") / 2, line, "caption", look.muted)
            at += line_height("caption")


def chart_to_figure(
    chart: Chart,
    *,
    theme: Literal["light", "dark", "print"] = "light",
    figsize: tuple[float, float] | None = None,
    caption: bool = True,
    background: bool = True,
    ax: Any = None,
) -> Figure:
    """The chart as a figure of its own, or drawn into `ax`; that figure is then returned.

    `figsize` is (width, height) in inches (None: what the chart needs); where it is too small for the type, all is
    drawn smaller. A single panel of curves or bars is drawn straight into `ax`, anything else into axes inside it.
    Raises UsageError where `ax` is no matplotlib axes.
    """
    look = Look(theme)
    if ax is not None:
        return _into(chart, look, caption, background, ax)
    with our_settings():
        page, factor = fitted(chart, look, figsize, caption)
        size = figsize or (page.width, page.height)
        figure = Figure(figsize=size, facecolor=look.paper)
        FigureCanvasAgg(figure)
        if not background:
            figure.patch.set_alpha(0.0)
        page.draw(Place(Look(theme, factor), page.width, page.height, figure=figure))
    return figure


def fitted(chart: Chart, look: Look, figsize: tuple[float, float] | None, caption: bool) -> tuple[Page, float]:
    """The chart laid out for a size (None: its own), and by what it is to be scaled to have that size."""
    if figsize is None:
        return page_of(chart, look, caption), 1.0
    width, height = figsize
    factor = 1.0
    while True:
        page = page_of(chart, look, caption, width / factor, height / factor)
        if page.height * factor <= height * 1.001 and page.width * factor <= width * 1.001:
            page.height = height / factor
            return page, factor
        if factor < 0.02:
            scale = min(width / page.width, height / page.height)
            page.width, page.height = width / scale, height / scale
            return page, scale
        factor *= 0.85


def _columns(chart: Chart) -> int:
    """How many panels stand beside each other: as asked for, or so many that the page is not a strip."""
    count = len([panel for panel in chart.panels if not panel.wide])
    if chart.columns is not None:
        return max(1, min(int(chart.columns), max(count, 1)))
    if chart.small:
        return max(1, min(count, 8, math.ceil(math.sqrt(count * 0.9))))
    if any(isinstance(mark, Ridges | Equation) for panel in chart.panels for mark in panel.marks if not panel.wide):
        return 1
    for most, columns in ((1, 1), (2, 2), (3, 3), (4, 2), (9, 3), (24, 4), (60, 5), (150, 6)):
        if count <= most:
            return columns
    return 8


def _cells(chart: Chart, columns: int) -> tuple[float, float]:
    """How wide a cell is, and how high a body."""
    if chart.small:
        return SMALL
    wide, high = CELLS.get(columns, (2.5, 1.45))
    natural = [width for panel in chart.panels if (width := natural_width(panel)) is not None]
    if natural:
        least = max(natural)
        if columns == 1:
            wide = max(least, 3.4) if len(natural) == len(chart.panels) else max(wide, least)
        elif len(natural) == len(chart.panels):
            wide = min(max(min(least, wide * 1.5), 1.8), 12 / columns)
    return wide, high


def page_of(chart: Chart, look: Look, caption: bool, width: float | None = None, height: float | None = None) -> Page:
    """The chart on a page of its own width, or of the one given; with a height, bodies are as high as fits."""
    columns = _columns(chart)
    wide, high = _cells(chart, columns)
    gap = COLUMN_GAP if not chart.small else 0.22
    if width is not None:
        wide = max((width - 2 * MARGIN - (columns - 1) * gap) / columns, 0.8)
    inner = columns * wide + (columns - 1) * gap
    rows = _rows(chart, columns)
    title = words.wrapped(chart.title, inner, "heading", "bold", most=3) if chart.title else []
    detail = words.wrapped(chart.detail, inner, "detail", most=4) if chart.detail else []
    lines = words.wrapped(chart.caption, inner, "caption", most=14) if caption and chart.caption else []
    begin = MARGIN + len(title) * line_height("heading") + len(detail) * line_height("detail")
    begin += 0.14 if title or detail else 0
    end = len(lines) * line_height("caption") + (0.14 if lines else 0) + MARGIN * 0.75

    def laid_out(usual: float, only: float | None) -> tuple[list[list[tuple[Laid, int]]], list[tuple[float, float]]]:
        first = [[(_lay(chart, look, panel, wide, inner, usual, only, caption), column) for panel, column in row]
                 for row in rows]  # fmt: skip
        lefts, rights = _margins(first, columns)
        done, bands = [], []
        for row in first:
            body = max(laid.body.need.above + laid.body.need.height for laid, _ in row)
            again = []
            for laid, column in row:
                need = laid.body.need
                if need.stretch and not laid.panel.wide:
                    tall = max(need.height, min(body - need.above, need.height * 1.8)) if only is None else need.height
                    laid = _lay(
                        chart, look, laid.panel, wide, inner, usual, tall, caption, lefts[column], rights[column]
                    )
                again.append((laid, column))
            head = max(laid.head for laid, _ in again)
            rest = max(n.above + n.height + n.below + laid.foot for laid, _ in again for n in (laid.body.need,))
            done.append(again)
            bands.append((head, rest))
        return done, bands

    usual, only = high, None
    placed, bands = laid_out(usual, only)
    row_gap = ROW_GAP if not chart.small else 0.16

    def total() -> float:
        return begin + sum(head + rest for head, rest in bands) + row_gap * max(len(bands) - 1, 0) + end

    if height is not None:
        for _ in range(3):  # margins change a little with the height
            spare = height - total()
            bodies = sum(max((laid.body.need.height for laid, _ in row), default=0.0) for row in placed)
            share = (bodies + spare) / max(bodies, 1e-6)
            if abs(spare) < 0.01 or share <= 0:
                break
            placed, bands = _scaled(chart, look, placed, wide, inner, caption, share, columns)
    panels = []
    at = begin
    for row, (head, rest) in zip(placed, bands, strict=True):
        for laid, column in row:
            panels.append((laid, MARGIN + column * (wide + gap), at, head))
        at += head + rest + row_gap
    return Page(chart, inner + 2 * MARGIN if width is None else width, max(total(), 0.4), title, detail, lines, panels)


def _scaled(
    chart: Chart, look: Look, placed: list[list[tuple[Laid, int]]], wide: float, inner: float, caption: bool,
    share: float, columns: int,
) -> tuple[list[list[tuple[Laid, int]]], list[tuple[float, float]]]:  # fmt: skip
    """The panels again with bodies `share` times as high, no lower than can be read."""
    lefts, rights = _margins(placed, columns)
    done, bands = [], []
    for row in placed:
        again = []
        for laid, column in row:
            need = laid.body.need
            if not any(isinstance(mark, Equation | Words) for mark in laid.panel.marks):
                least = 0.45 if not chart.small else 0.25
                for mark in laid.panel.marks:
                    if isinstance(mark, Ridges):
                        least = 0.14 * (len(mark.rows) + 0.55)
                tall = max(need.height * share, least)
                margins = (lefts[column], rights[column]) if not laid.panel.wide else (0.0, 0.0)
                laid = _lay(chart, look, laid.panel, wide, inner, tall, tall, caption, *margins)
            again.append((laid, column))
        head = max(laid.head for laid, _ in again)
        rest = max(n.above + n.height + n.below + laid.foot for laid, _ in again for n in (laid.body.need,))
        done.append(again)
        bands.append((head, rest))
    return done, bands


def _lay(
    chart: Chart, look: Look, panel: Panel, wide: float, inner: float, usual: float, only: float | None,
    caption: bool, left: float = 0.0, right: float = 0.0,
) -> Laid:  # fmt: skip
    return lay_out(
        panel, look, inner if panel.wide else wide, usual, small=chart.small, caption=caption, left=left, right=right,
        height=only,
    )  # fmt: skip


def _rows(chart: Chart, columns: int) -> list[list[tuple[Panel, int]]]:
    rows: list[list[tuple[Panel, int]]] = []
    full = True
    for panel in chart.panels:
        if panel.wide or columns == 1:
            rows.append([(panel, 0)])
            full = True
        elif full or len(rows[-1]) == columns:
            rows.append([(panel, 0)])
            full = False
        else:
            rows[-1].append((panel, len(rows[-1])))
    return rows


def _margins(rows: list[list[tuple[Laid, int]]], columns: int) -> tuple[list[float], list[float]]:
    """For each column the margins that all its panels of shared axes have room in."""
    lefts, rights = [0.0] * columns, [0.0] * columns
    for row in rows:
        for laid, column in row:
            need = laid.body.need
            if need.stretch and not laid.panel.wide:
                lefts[column] = max(lefts[column], need.left)
                rights[column] = max(rights[column], need.right)
    return lefts, rights


def _into(chart: Chart, look: Look, caption: bool, background: bool, ax: Any) -> Figure:
    """The chart in the user's axes: a panel of shared axes straight, else a page of panels inside of them."""
    if not isinstance(ax, Axes):
        raise UsageError(
            f"ax is {type(ax).__name__}, no matplotlib axes", "Give one, such as plt.subplots()[1], or none."
        )
    figure = ax.get_figure(root=True) if hasattr(figure_of := ax.figure, "figure") else figure_of
    box = ax.get_window_extent()
    size = max(box.width / ax.figure.dpi, 0.2), max(box.height / ax.figure.dpi, 0.2)
    with our_settings():
        if len(chart.panels) == 1 and not any(
            isinstance(mark, Heatmap | Tiles | Ridges | Equation | Words) for mark in chart.panels[0].marks
        ):
            _straight(chart, look, caption, ax, size)
        else:
            page, factor = fitted(chart, look, size, caption)
            ax.set_axis_off()
            page.draw(Place(Look(look.theme, factor), page.width, page.height, host=ax))
    if background:
        ax.patch.set_facecolor(look.paper)
    return figure


def _straight(chart: Chart, look: Look, caption: bool, ax: Axes, size: tuple[float, float]) -> None:
    """One panel into the user's axes, whose place stays as it is: headings above, caption below."""
    panel = chart.panels[0]
    laid = lay_out(panel, look, size[0], size[1], small=False, caption=caption, height=size[1])
    laid.body.need = type(laid.body.need)(size[0], size[1], **{
        name: getattr(laid.body.need, name) for name in ("left", "right", "above", "below")
    })  # fmt: skip
    place = Place(look, size[0], size[1], straight=ax)
    laid.body.draw(place, 0.0, 0.0)
    title = words.plain(panel.title or chart.title)
    from netviz.render.chart.style import font

    ax.set_title(title, loc="left", fontproperties=font("bold", look.points("title")), color=look.ink, parse_math=False)
