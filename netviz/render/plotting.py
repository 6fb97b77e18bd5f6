"""A chart as an artifact: a matplotlib figure, its pictures, a table and data, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from netviz.artifact import Artifact
from netviz.charts import Chart
from netviz.errors import UsageError
from netviz.render.notebook import shown_picture
from netviz.views import Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PlotTheme = Literal["light", "dark", "print"]
PLOT_THEMES: tuple[PlotTheme, ...] = ("light", "dark", "print")

Axes: TypeAlias = Any
"""A matplotlib.axes.Axes, without importing it."""

LONGEST_SIDE = 200.0
"""Inches."""
MOST_SCALE = 20


@dataclass(frozen=True, slots=True)
class PlotStyle:
    """How a chart is drawn; the fields are the arguments that all plotting verbs share.

    `figsize` is (width, height) in inches, None what the chart needs; `scale` the pixels of a PNG per 1/96 inch.
    """

    theme: PlotTheme
    figsize: tuple[float, float] | None
    caption: bool
    background: bool
    scale: float


def checked_plot_style(
    *, theme: str, figsize: tuple[float, float] | None, caption: bool, background: bool, scale: float
) -> PlotStyle:
    """The style, where each choice is one that there is; raises UsageError that names the choices."""
    if theme not in PLOT_THEMES:
        raise UsageError(f"no theme {theme!r}", f"The choices are {', '.join(PLOT_THEMES)}.")
    if figsize is not None:
        figsize = _checked_size(figsize)
    if not _is_number(scale) or not 0 < scale <= MOST_SCALE:
        raise UsageError(f"scale {scale!r} is none", f"1 is 96 dpi, 2 the default, {MOST_SCALE} the most.")
    return PlotStyle(theme, figsize, bool(caption), bool(background), float(scale))


def _checked_size(figsize: object) -> tuple[float, float]:
    sides = tuple(figsize) if isinstance(figsize, list | tuple) else ()
    if len(sides) != 2 or not all(_is_number(side) and 0 < side <= LONGEST_SIDE for side in sides):
        raise UsageError(f"figsize {figsize!r} is no size", "Give width and height in inches, such as (6, 4).")
    return float(sides[0]), float(sides[1])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plot(Artifact):
    """A plot in all its formats; `figure` is matplotlib's, to go on by hand: what is changed there is saved, too."""

    load_figure: Callable[[], Figure] | None = None

    @property
    def figure(self) -> Figure:
        """The matplotlib.figure.Figure with the plot, always the same; of `ax=` the figure that it stands in."""
        assert self.load_figure is not None
        return self.load_figure()


def plot(
    name: str,
    chart: Callable[[], Chart],
    style: PlotStyle,
    sheet: Callable[[], Sheet],
    load_data: Callable[[], object],
    ax: Axes = None,
) -> Plot:
    """The chart in the formats svg, png, pdf, and in all formats of tables what `sheet` makes.

    What `load_data` gives is its `data` and its "json". With `ax` it is drawn there at once, else when a picture is
    asked for.
    """

    @cache
    def figure() -> Figure:
        from netviz.render.chart import chart_to_figure

        return chart_to_figure(
            chart(),
            theme=style.theme,
            figsize=style.figsize,
            caption=style.caption,
            background=style.background,
            ax=ax,
        )

    def svg() -> str:
        from netviz.render.chart import figure_to_svg

        return figure_to_svg(figure(), background=style.background, title=name)

    def png() -> bytes:
        from netviz.render.chart import figure_to_png

        return figure_to_png(figure(), background=style.background, scale=style.scale)

    def pdf() -> bytes:
        from netviz.render.chart import figure_to_pdf

        return figure_to_pdf(figure(), background=style.background, title=name)

    def html() -> str:
        from netviz.render.html import html_document, sheet_to_html

        view = sheet()
        return html_document(svg() + sheet_to_html(view), view.title)

    def text(width: int | None = None, color: bool = False) -> str:
        from netviz.render.text import sheet_to_text

        return sheet_to_text(sheet(), width=width, color=color)

    def markdown() -> str:
        from netviz.render.markdown import sheet_to_markdown

        return sheet_to_markdown(sheet())

    def csv() -> str:
        from netviz.render.csv import sheet_to_csv

        return sheet_to_csv(sheet())

    def latex() -> str:
        from netviz.render.latex import sheet_to_latex

        return sheet_to_latex(sheet())

    def json() -> str:
        from netviz.render.data import data_to_json

        return data_to_json(load_data())

    if ax is not None:
        figure()
    formats: dict[str, Callable[[], str | bytes]] = {
        "svg": svg,
        "png": png,
        "pdf": pdf,
        "html": html,
        "table": text,
        "markdown": markdown,
        "csv": csv,
        "latex": latex,
        "json": json,
    }
    return Plot(name, formats, load_data, text, shown_picture(svg, png, style.scale), figure)
