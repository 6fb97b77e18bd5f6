"""A chart as a matplotlib figure: the panels in a grid, headings above, captions below, nothing over anything else."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from netviz.charts import Chart, Equation, Heatmap, Panel, Ridges, Tiles, Words
from netviz.errors import UsageError
from netviz.render.chart import words
from netviz.render.chart.labels import LegendRow, Told, common_labels, draw_legend, legend_rows
from netviz.render.chart.panels import Laid, lay_out, natural_width
from netviz.render.chart.place import Need, Place
from netviz.render.chart.style import SIZES, Look, font, line_height, our_settings

MARGIN = 0.16
COLUMN_GAP = 0.34
SMALL_GAP = 0.22
ROW_GAP = 0.3

CELLS = {1: (6.2, 3.2), 2: (3.9, 2.2), 3: (3.1, 1.8), 4: (2.7, 1.55)}
"""By the number of columns: how wide a cell is with its axis labels, and how high a body; more are as 4."""
SMALL = (1.75, 0.85)
LEAST_CELL, LEAST_SMALL = 1.9, 1.1
LEAST_TYPE = 6.0
"""Points, in axes of the user."""
STRETCH = 1.3
"""By how much curves and bars may be higher than usual, to be as high as what stands beside them."""


@dataclass
class Row:
    """Panels beside each other with their columns: the room of their headings, and what is below these."""

    cells: list[tuple[Laid, int]]

    @property
    def head(self) -> float:
        return max(laid.head for laid, _ in self.cells)

    @property
    def rest(self) -> float:
        return max(
            need.above + need.height + need.below + laid.foot for laid, _ in self.cells for need in (laid.body.need,)
        )

    @property
    def bodies(self) -> float:
        return max(laid.body.need.height for laid, _ in self.cells)


@dataclass
class Page:
    """A chart laid out: its size in inches, heading, legend and caption in lines, the panels in rows."""

    width: float
    height: float
    title: list[str]
    detail: list[str]
    legend: list[LegendRow]
    caption: list[str]
    rows: list[Row]
    pitch: float
    """From one column to the next."""
    gap: float
    """Between two rows."""

    @property
    def head(self) -> float:
        """The height of all that stands above the panels."""
        lines = len(self.title) * line_height("heading") + len(self.detail) * line_height("detail")
        legend = len(self.legend) * line_height("label") + (0.08 if self.legend else 0.0)
        return MARGIN + lines + legend + (0.14 if lines or legend else 0.0)

    @property
    def foot(self) -> float:
        """The height of all that stands below the panels."""
        return len(self.caption) * line_height("caption") + (0.14 if self.caption else 0.0) + MARGIN * 0.75

    @property
    def needed(self) -> float:
        panels = sum(row.head + row.rest for row in self.rows) + self.gap * max(len(self.rows) - 1, 0)
        return max(self.head + panels + self.foot, 0.4)

    def draw(self, place: Place) -> None:
        look = place.look
        at = MARGIN
        for line in self.title:
            place.text(MARGIN, at + line_height("heading") / 2, line, "heading", look.ink, face="bold")
            at += line_height("heading")
        for line in self.detail:
            place.text(MARGIN, at + line_height("detail") / 2, line, "detail", look.muted)
            at += line_height("detail")
        draw_legend(self.legend, place, MARGIN, at + 0.08)
        at = self.head
        for row in self.rows:
            for laid, column in row.cells:
                laid.draw(place, MARGIN + column * self.pitch, at, row.head)
            at += row.head + row.rest + self.gap
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
    drawn smaller, or it is refused where the chart says what to do instead. A single panel of curves or bars is drawn
    straight into `ax`, without captions, for there is no room that is ours; anything else into axes inside it.
    Raises UsageError where `ax` is no matplotlib axes, or a size is refused.
    """
    look = Look(theme)
    if ax is not None:
        return _into(chart, look, caption, background, ax)
    with our_settings():
        page, factor = fitted(chart, look, figsize, caption)
        if figsize and chart.too_small and factor * SIZES["tick"] < LEAST_TYPE:
            page, factor = fitted(chart, look, figsize, caption=False)
            _require_legible(chart, look, figsize, factor)
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
        page = page_of(chart, Look(look.theme, factor), caption, width / factor, height / factor)
        if page.height * factor <= height * 1.001 and page.width * factor <= width * 1.001:
            page.width, page.height = width / factor, height / factor
            return page, factor
        over = max(page.height * factor / height, page.width * factor / width)
        factor *= min(max(over**-0.5, 0.3), 0.92)


def _require_legible(chart: Chart, look: Look, figsize: tuple[float, float], factor: float) -> None:
    """Raises UsageError where type is drawn too small to be read, which says what size would do."""
    if factor * SIZES["tick"] >= LEAST_TYPE - 0.5:
        return
    width, height = figsize
    while factor * SIZES["tick"] < LEAST_TYPE and height < 100:
        height *= 1.1
        factor = fitted(chart, look, (width, height), caption=False)[1]
    raise UsageError(
        f"figsize {figsize[0]:g} × {figsize[1]:g} is too small for this plot: its letters could not be read",
        f"{chart.too_small} Or make it {math.ceil(height * 2) / 2:g} inches high.",
    )


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


@dataclass
class Layout:
    """Lays the panels out in cells `wide` inches wide; panels that are to be wide have the whole `inner` width."""

    chart: Chart
    look: Look
    caption: bool
    columns: int
    wide: float
    inner: float
    told: Told

    def lay(
        self, panel: Panel, usual: float, height: float | None = None, left: float = 0.0, right: float = 0.0
    ) -> Laid:
        return lay_out(
            panel, self.look, self.inner if panel.wide else self.wide, usual, small=self.chart.small,
            caption=self.caption, left=left, right=right, height=height, told=self.told,
        )  # fmt: skip

    def natural(self, usual: float) -> list[Row]:
        """The panels as high as they need; those that may be higher as high as their neighbours."""
        rows = [Row([(self.lay(panel, usual), column) for panel, column in row]) for row in self._grid()]

        def again(laid: Laid, row: Row) -> float:
            body = max(one.body.need.above + one.body.need.height for one, _ in row.cells)
            need = laid.body.need
            return max(need.height, min(body - need.above, need.height * STRETCH))

        return self._aligned(rows, again, only_stretching=True)

    def scaled(self, rows: list[Row], share: float) -> list[Row]:
        """The panels again with bodies `share` times as high, no lower than can be read."""
        least = 0.25 if self.chart.small else 0.45

        def again(laid: Laid, row: Row) -> float:
            ridges = [0.14 * (len(mark.rows) + 0.55) for mark in laid.panel.marks if isinstance(mark, Ridges)]
            return max(laid.body.need.height * share, least, *ridges)

        return self._aligned(rows, again, only_stretching=False)

    def _aligned(self, rows: list[Row], height: Callable[[Laid, Row], float], only_stretching: bool) -> list[Row]:
        """The rows with new heights, and with equal margins for all panels of shared axes in a column."""
        lefts, rights = [0.0] * self.columns, [0.0] * self.columns
        for laid, column in (cell for row in rows for cell in row.cells):
            need = laid.body.need
            if need.stretch and not laid.panel.wide:
                lefts[column], rights[column] = max(lefts[column], need.left), max(rights[column], need.right)
        done = []
        for row in rows:
            cells = []
            for laid, column in row.cells:
                stretch = laid.body.need.stretch
                fixed = any(isinstance(mark, Equation | Words) for mark in laid.panel.marks)
                if (stretch or not only_stretching) and not fixed:
                    tall = height(laid, row)
                    margins = (lefts[column], rights[column]) if stretch and not laid.panel.wide else (0.0, 0.0)
                    laid = self.lay(laid.panel, tall, tall, *margins)
                cells.append((laid, column))
            done.append(Row(cells))
        return done

    def _grid(self) -> list[list[tuple[Panel, int]]]:
        rows: list[list[tuple[Panel, int]]] = []
        full = True
        for panel in self.chart.panels:
            if panel.wide or full or len(rows[-1]) == self.columns:
                rows.append([(panel, 0)])
            else:
                rows[-1].append((panel, len(rows[-1])))
            full = panel.wide
        return rows


def page_of(chart: Chart, look: Look, caption: bool, width: float | None = None, height: float | None = None) -> Page:
    """The chart on a page of its own width, or of the one given; with a height, bodies are as high as fits."""
    columns = _columns(chart)
    wide, usual = _cells(chart, columns)
    gap = SMALL_GAP if chart.small else COLUMN_GAP
    if width is not None:
        usable = width - 2 * MARGIN + gap
        if chart.columns is None:
            columns = max(1, min(columns, int(usable / (wide * 0.62 + gap))))
        wide = max(usable / columns - gap, LEAST_SMALL if chart.small else LEAST_CELL)
    inner = columns * wide + (columns - 1) * gap
    common = common_labels(chart)
    layout = Layout(chart, look, caption, columns, wide, inner, frozenset(label.look_of() for label in common))
    page = Page(
        inner + 2 * MARGIN if width is None else max(width, inner + 2 * MARGIN),
        0.0,
        words.wrapped(chart.title, inner, "heading", "bold", most=3),
        words.wrapped(chart.detail, inner, "detail", most=4),
        legend_rows(common, inner),
        words.wrapped(chart.caption, inner, "caption", most=14) if caption else [],
        layout.natural(usual),
        wide + gap,
        0.16 if chart.small else ROW_GAP,
    )
    if height is not None:
        for _ in range(3):  # margins change a little with the height
            spare = height - page.needed
            bodies = sum(row.bodies for row in page.rows)
            if abs(spare) < 0.01 or bodies + spare <= 0:
                break
            page.rows = layout.scaled(page.rows, (bodies + spare) / bodies)
    page.height = page.needed
    return page


def _into(chart: Chart, look: Look, caption: bool, background: bool, ax: Any) -> Figure:
    """The chart in the user's axes: a panel of shared axes straight, else a page of panels inside of them."""
    if not isinstance(ax, Axes):
        raise UsageError(
            f"ax is {type(ax).__name__}, no matplotlib axes", "Give one, such as plt.subplots()[1], or none."
        )
    box = ax.get_window_extent()
    size = max(box.width / ax.figure.dpi, 0.2), max(box.height / ax.figure.dpi, 0.2)
    solo = Heatmap | Tiles | Ridges | Equation | Words
    with our_settings():
        if len(chart.panels) == 1 and not any(isinstance(mark, solo) for mark in chart.panels[0].marks):
            _straight(chart, look, ax, size)
        else:
            page, factor = _readable(chart, look, size, caption)
            ax.set_axis_off()
            page.draw(Place(Look(look.theme, factor), page.width, page.height, host=ax))
    if background:
        ax.patch.set_facecolor(look.paper)
    return _root(ax)


def _readable(chart: Chart, look: Look, size: tuple[float, float], caption: bool) -> tuple[Page, float]:
    """The chart laid out for a size: where its type would be too small, without captions, titles of axes, details."""
    bare = replace(chart, detail="", panels=tuple(replace(panel, detail="") for panel in chart.panels))
    small = [replace(one, small=True, columns=columns) for one in (chart, bare) for columns in (chart.columns, 2, 3, 4)]
    pages = []
    for tried, captioned in ((chart, caption), (chart, False), *((one, False) for one in small)):
        page, factor = fitted(tried, look, size, captioned)
        if factor * SIZES["tick"] >= LEAST_TYPE:
            return page, factor
        pages.append((page, factor))
    return max(pages, key=lambda found: found[1])


def _root(ax: Axes) -> Figure:
    """The figure that the axes stand in, around any subfigures."""
    try:
        found = ax.get_figure(root=True)
    except TypeError:  # before matplotlib 3.10
        found = ax.figure.figure
    return cast("Figure", found)


def _straight(chart: Chart, look: Look, ax: Axes, size: tuple[float, float]) -> None:
    """One panel into the user's axes, whose place stays as it is: its heading as their title, without captions."""
    panel = chart.panels[0]
    laid = lay_out(panel, look, size[0], size[1], small=False, caption=False, height=size[1])
    need = laid.body.need
    laid.body.need = Need(*size, need.left, need.right, need.above, need.below)
    laid.body.draw(Place(look, *size, straight=ax), 0.0, 0.0)
    title = "\n".join(words.wrapped(panel.title or chart.title, size[0], "title", "bold", most=2))
    text, formula, _, _ = laid.formula
    if formula:
        title = f"{title}\n{text}" if "$" not in title else title
    ax.set_title(title, loc="left", fontproperties=font("bold", look.points("title")), color=look.ink,
                 parse_math=formula and "$" not in title.removesuffix(text))  # fmt: skip
