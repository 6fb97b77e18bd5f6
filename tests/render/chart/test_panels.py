"""What single panels must look like: asked of the figure that is drawn."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from netviz.charts import Axis, Bars, Chart, Curve, Equation, Heatmap, Matrix, Panel, Point, Tiles
from netviz.render.chart import chart_to_figure
from netviz.render.chart.figure import STRETCH
from netviz.render.chart.style import Look
from tests.render.chart.measuring import DOTS, texts
from tests.render.chart.samples import SAMPLES, noise, ridges


def drawn(*marks: Any, **of_panel: Any) -> Figure:
    return chart_to_figure(Chart("", (Panel(marks, **of_panel),)))


def box(figure: Figure, words: str) -> Any:
    return next(at for said, at in texts(figure) if said == words)


def ticks(axes: Any) -> list[str]:
    return [label.get_text() for label in axes.get_xticklabels()]


def test_a_curve_that_ends_early_is_named_at_its_end() -> None:
    epochs = np.arange(1.0, 31)
    short = np.where(epochs < 4, 2 / epochs, np.nan)
    figure = drawn(Curve(epochs, 1 / epochs, "training", 0), Curve(epochs, short, "validation", 1))
    axes: Any = figure.axes[0]
    figure.set_dpi(DOTS)
    end = axes.transData.transform((3.0, 2 / 3))
    at = box(figure, "validation")
    near = np.clip(end, (at.x0, at.y0), (at.x1, at.y1)) - end
    assert np.hypot(*near) < 0.35 * DOTS
    assert not figure.lines  # no line from the curve to words far from it


@pytest.mark.parametrize("at", [2, 5, 9, 14])
def test_the_name_of_a_point_is_near_it_and_on_no_curve(at: int) -> None:
    x = np.arange(15.0)
    y = (x - 7) ** 2 / 10
    figure = drawn(Curve(x, y), Point(x[at], y[at], f"best {y[at]:.2f}, epoch {at}"))
    found = box(figure, f"best {y[at]:.2f}, epoch {at}")
    axes: Any = figure.axes[0]
    dot = axes.transData.transform((x[at], y[at]))
    assert np.hypot(*(np.clip(dot, (found.x0, found.y0), (found.x1, found.y1)) - dot)) < 0.4 * DOTS
    fine = np.linspace(0, 14, 2_000)
    spots = axes.transData.transform(np.stack([fine, np.interp(fine, x, y)], axis=-1))
    inside = (spots > (found.x0, found.y0 + 2)) & (spots < (found.x1, found.y1 - 2))
    assert not inside.all(axis=-1).any()


def test_a_single_dot_is_whole() -> None:
    figure = drawn(Curve(np.arange(3.0), np.array([5.0, np.nan, np.nan])))
    axes: Any = figure.axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) == 1 and not dots[0].get_clip_on()


@pytest.mark.parametrize("count", [2, 3, 6, 17, 64, 500])
def test_units_are_counted_in_whole_numbers(count: int) -> None:
    for mark in (Bars(noise(count)), Heatmap(noise(3, count)), Curve(np.arange(float(count)), noise(count))):
        words = ticks(drawn(mark).axes[0])
        assert words and all(word.replace(",", "").isdigit() for word in words)


@pytest.mark.parametrize("mark", [Tiles(noise(24, 5, 5), key="value"), Heatmap(noise(30, 40), key="value")])
def test_a_bar_of_colours_is_as_high_as_its_image(mark: Any) -> None:
    image, bar = (axes.get_position() for axes in drawn(mark).axes)
    share = 0.85 if isinstance(mark, Tiles) else 0.999  # below the last row of tiles the axes go on
    assert share * image.height <= bar.height <= image.height * 1.001
    assert bar.y1 == pytest.approx(image.y1)


def test_bars_beside_what_is_high_are_little_higher_than_usual() -> None:
    def height(*panels: Panel) -> float:
        figure = chart_to_figure(Chart("", panels, columns=2))
        return float(figure.axes[0].get_position().height * figure.get_figheight())

    bars = Panel((Bars(noise(6)),))
    usual = height(bars, bars)
    beside = height(bars, Panel((Tiles(noise(96, 5, 5), columns=6),)))
    assert usual < beside <= usual * STRETCH * 1.001


def test_a_curve_does_not_lie_on_the_axis() -> None:
    x = np.linspace(0, 9, 100)
    figure = drawn(Curve(x, (x - 6) ** 2 - 2), y=Axis(limits=(-2.0, 6.0)))
    low, high = figure.axes[0].get_ylim()
    assert -2.8 < low < -2.2 and high == 6.0  # it goes on beyond the upper limit


def test_titles_of_axes_are_said_in_full() -> None:
    title = "principal component 2 (28 % of the variance)"
    panels = (Panel((Curve(np.arange(9.0), noise(9)),), x=Axis(title), y=Axis(title)),) * 9
    figure = chart_to_figure(Chart("", panels))
    said = " ".join(words for words, _ in texts(figure))
    assert said.count("principal") == said.count("variance)") == 18 and "…" not in said


@pytest.mark.parametrize("figsize", [(3.0, 4.0), (4.0, 4.0), (5.0, 4.0)])
def test_figures_at_ridges_are_whole_or_left_out(figsize: tuple[float, float]) -> None:
    chart = ridges(8)
    figure = chart_to_figure(chart, figsize=figsize)
    known = {part for mark in chart.marks() for row in mark.rows for part in (row.words, *row.words.split("  "))}  # type: ignore[union-attr]
    assert {words for words, _ in texts(figure) if words[0] in "+-"} <= known


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_cell_of_an_equation_has_its_border(theme: Literal["light", "dark"]) -> None:
    figure = chart_to_figure(
        Chart("", (Panel((Equation((Matrix("y", np.full((1, 3), 0.0)),)),)),)), theme=theme, background=True
    )
    figure.set_dpi(400)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes: Any = figure.axes[0]
    cells = axes.collections[0].get_paths()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3] / 255
    look = Look(theme)
    line, paper = np.array(to_rgb(look.tone("line"))), np.array(to_rgb(look.paper))
    for x in {float(vertex[0]) for cell in cells for vertex in cell.vertices[:4]}:
        column, row = axes.transData.transform((x, float(cells[0].vertices[:, 1].mean())))
        height = pixels.shape[0]
        around = pixels[height - 1 - int(row), max(int(column) - 2, 0) : int(column) + 3]
        nearest = np.abs(around - line).sum(axis=-1).min()
        assert nearest < np.abs(paper - line).sum() * 0.5


@pytest.mark.parametrize(("name", "size"), [("history", (4, 3)), ("heatmaps", (6, 4)), ("tiles", (6, 4))])
def test_type_in_the_user_s_axes_can_be_read(name: str, size: tuple[float, float]) -> None:
    figure: Any = Figure(figsize=size)
    ax = figure.add_axes((0, 0, 1, 1))
    chart_to_figure(SAMPLES[name](), ax=ax)
    said = {words for words, _ in texts(figure)}
    shown = [text for text in figure.findobj(Text) if text.get_text() in said]
    assert shown and min(text.get_fontsize() for text in shown) >= 5.9


def test_nothing_is_written_below_the_user_s_axes_but_the_title_of_x() -> None:
    figure: Any = Figure(figsize=(5, 4))
    ax = figure.subplots()
    chart_to_figure(SAMPLES["function"](), ax=ax)
    assert ax.get_xlabel() == "x"
    assert not any("Saturates beyond" in words for words, _ in texts(figure))
