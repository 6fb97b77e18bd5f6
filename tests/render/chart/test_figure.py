from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

import matplotlib
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from netviz import charts
from netviz.charts import Axis, Bars, Chart, Curve, Heatmap, Mark, Panel, Scatter, Tiles
from netviz.errors import UsageError
from netviz.render.chart import chart_to_figure, figure_to_png
from tests.render.chart.measuring import clipped, overlapping, texts
from tests.render.chart.samples import SAMPLES, noise, renamed, ridges
from tests.render.names import HOSTILE


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    """A plot says nothing on stderr, and leaves matplotlib as it was."""
    before = matplotlib.rcParams.copy()  # as a dict it would ask for the backend, and so import pyplot
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert matplotlib.rcParams.copy() == before


def test_there_is_a_sample_of_every_mark() -> None:
    drawn = {type(mark) for sample in SAMPLES.values() for mark in sample().marks()}
    assert drawn == set(get_args(Mark))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("figsize", [None, (3.0, 2.0), (12.0, 3.0), (5.0, 12.0)])
def test_words_stand_apart_and_inside(name: str, figsize: tuple[float, float] | None) -> None:
    figure = chart_to_figure(SAMPLES[name](), figsize=figsize)
    assert figsize is None or tuple(figure.get_size_inches()) == figsize
    assert clipped(figure) == []
    assert overlapping(figure) == []


@pytest.mark.parametrize("begin", (0, 31, 62))
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "poster"])
def test_hostile_names_stand_apart_and_inside(name: str, begin: int) -> None:
    hostile = itertools.cycle(HOSTILE[begin:] + HOSTILE[:begin])
    figure = chart_to_figure(renamed(SAMPLES[name](), lambda: next(hostile)), figsize=None if begin else (6.0, 5.0))
    assert clipped(figure) == []
    assert overlapping(figure) == []
    assert all(char.isprintable() or char == "\n" for words, _ in texts(figure) for char in words)


@pytest.mark.parametrize("name", ["function", "history", "bars", "ridges", "nothing"])
def test_themes_and_captions_differ_in_nothing_but_looks(name: str) -> None:
    chart = SAMPLES[name]()
    said = {
        theme: [words for words, _ in texts(chart_to_figure(chart, theme=theme))]
        for theme in ("light", "dark", "print")
    }
    assert said["light"] == said["dark"] == said["print"]
    without = [words for words, _ in texts(chart_to_figure(chart, caption=False))]
    captions = {chart.caption, *(panel.caption for panel in chart.panels)} - {""}
    assert {words for words in said["light"] if words in captions}.isdisjoint(without)


def test_every_word_of_a_chart_is_drawn() -> None:
    """Where there is room. A mark with words that no one draws would be found here."""
    for name, sample in SAMPLES.items():
        if name in ("nothing", "poster"):
            continue
        said = " ".join(words for words, _ in texts(chart_to_figure(sample(), figsize=(18.0, 14.0))))
        panels = sample().panels
        expected = {panel.title for panel in panels} | {panel.x.title for panel in panels if not sample().small}
        expected |= {getattr(mark, "label", "") for mark in sample().marks() if not isinstance(mark, Scatter)}
        expected |= {getattr(mark, "key", "") for mark in sample().marks()}
        for mark in sample().marks():
            expected |= {row.label for row in getattr(mark, "rows", ())} | {
                row.words for row in getattr(mark, "rows", ())
            }
        assert {words for words in expected if words not in said} == set()


LENGTHS = st.integers(0, 6)
NUMBERS = st.one_of(
    st.floats(width=64), st.sampled_from([0.0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), -float("inf"), 1.0])
)


@st.composite
def odd_panels(draw: st.DrawFn) -> Panel:
    def numbers(*shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(NUMBERS, min_size=size, max_size=size))).reshape(shape)

    length, other = draw(LENGTHS), draw(LENGTHS)
    limits = st.none() | st.tuples(NUMBERS, NUMBERS)
    marks: list[Mark] = draw(
        st.sampled_from(
            [
                [Curve(numbers(length), numbers(length), "a"), Curve(numbers(other), numbers(length), "b", weak=True)],
                [charts.Band(numbers(length), numbers(length), numbers(length), "b"), charts.Rule(draw(NUMBERS), "r")],
                [charts.Zone(draw(NUMBERS), draw(NUMBERS), "z"), charts.Point(draw(NUMBERS), draw(NUMBERS), "p")],
                [Scatter(numbers(length), numbers(length), ("n",) * length)],
                [Bars(numbers(length), ("n",) * length, signed=True), charts.Rule(draw(NUMBERS), "r", "x")],
                [Heatmap(numbers(length, other), draw(st.booleans()), draw(limits), key="k")],
                [Tiles(numbers(length, other, 2), None, draw(st.booleans()), draw(limits), key="k")],
                [Tiles(numbers(2, length, other, 3))],
                [charts.Ridges((charts.Ridge("a", numbers(length + 1), numbers(length), point=draw(NUMBERS)),))],
                [charts.Equation((charts.Matrix("m", numbers(length, other), (5, 7)), "+"))],
                [],
            ]
        )
    )
    scales = st.sampled_from(["linear", "log"])
    axes = st.builds(Axis, st.just("t"), scales, limits, st.none() | st.just(((0.5, "half"), (float("nan"), "x"))))
    return Panel(tuple(marks), "title", x=draw(axes), y=draw(axes))


@settings(deadline=None, max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(odd_panels(), min_size=1, max_size=3), st.sampled_from([None, (4.0, 3.0)]))
def test_no_numbers_are_too_odd(panels: list[Panel], figsize: tuple[float, float] | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = chart_to_figure(Chart("odd", tuple(panels)), figsize=figsize)
        assert overlapping(figure) == [] and clipped(figure) == []


@pytest.mark.parametrize("values", [np.float16, np.int8, np.bool_, np.complex64, np.uint64])
def test_any_dtype_is_drawn(values: Any) -> None:
    array = (np.abs(noise(6, 6)) * 3).astype(values)
    panels = (Panel((Heatmap(array),)), Panel((Curve(array[0], array[1]),)), Panel((Tiles(array[None]),)))
    assert texts(chart_to_figure(Chart("", panels)))


def drawn_by(figure: Any) -> list[Any]:
    return list(figure.axes)


def test_what_is_huge_is_drawn_reduced_and_says_so() -> None:
    heat = Panel((Heatmap(np.zeros((4_000, 3_000), np.float32), key="w"),))
    figure = chart_to_figure(
        Chart("", (heat, Panel((Bars(noise(100_000)),)), Panel((Curve(np.arange(1e5), noise(100_000)),))))
    )
    assert any("4,000 × 3,000" in words for words, _ in texts(figure))
    drawn = [image.get_array().size for axes in drawn_by(figure) for image in axes.images]
    drawn += [
        line.get_xdata().size for axes in drawn_by(figure) for line in axes.lines if hasattr(line.get_xdata(), "size")
    ]
    assert max(drawn) < 4 * 3_000_000
    bars = [len(shapes.get_paths()) for axes in drawn_by(figure) for shapes in axes.collections]
    assert max(bars) <= 500


def test_a_spike_survives_reduction() -> None:
    values = np.zeros((5_000, 20))
    values[3_333, 7] = -9.0
    curve = np.zeros(300_000)
    curve[123_456] = 5.0
    figure = chart_to_figure(
        Chart("", (Panel((Heatmap(values, signed=True),)), Panel((Curve(np.arange(3e5), curve),))))
    )
    heat, line = drawn_by(figure)
    assert len(np.unique(heat.images[0].get_array().reshape(-1, 4), axis=0)) == 2
    assert max(float(np.nanmax(one.get_ydata())) for one in line.lines) == 5.0


def test_many_ridges_are_a_row_each() -> None:
    figure = chart_to_figure(ridges(120))
    assert overlapping(figure) == [] and clipped(figure) == []
    assert sum(words.startswith(("conv2d_", "block_")) for words, _ in texts(figure)) == 120


@pytest.mark.parametrize("name", SAMPLES)
def test_axes_of_the_user_are_drawn_into(name: str) -> None:
    figure: Any = Figure(figsize=(10, 4))
    one, other = figure.subplots(1, 2)
    one.plot([1, 2], [3, 4])
    one.set_title("mine")
    place, before = other.get_position().bounds, figure_to_png(figure)
    chart = SAMPLES[name]()
    assert chart_to_figure(chart, ax=other) is figure
    assert one.get_title() == "mine" and len(one.lines) == 1 and figure.axes == [one, other]
    assert other.get_position().bounds == place
    assert figure_to_png(figure) != before
    straight = len(chart.panels) == 1 and any(isinstance(mark, Curve) for mark in chart.marks())
    if name != "nothing":
        assert bool(other.child_axes) != straight
    assert chart.panels[0].title.split("$")[0] in " ".join(words for words, _ in texts(figure))


def test_axes_in_a_subfigure() -> None:
    figure: Any = Figure()
    inner = figure.subfigures(1, 2)[0].subplots()
    assert chart_to_figure(SAMPLES["function"](), ax=inner) is figure


@pytest.mark.parametrize("ax", [3, "ax", object(), np.zeros(3), Figure()])
def test_what_is_no_axes_is_refused_in_one_line(ax: object) -> None:
    with pytest.raises(UsageError) as raised:
        chart_to_figure(SAMPLES["function"](), ax=ax)
    assert "\n" not in raised.value.message and "ax" in raised.value.message


def test_formulas_are_set_and_names_are_not() -> None:
    panel = Panel(
        (Curve(np.arange(3.0), np.arange(3.0), "$x^2$"),),
        "$a_b$",
        formula=r"$\frac{1}{2}$",
        x=Axis("$\\frac$", ticks=((0.5, "$t_1$"), (1.5, "\\alpha"))),
    )
    for ax in (None, Figure().subplots()):
        figure = chart_to_figure(Chart("$$ \\undefined", (panel,)), ax=ax)
        written = {
            text.get_text(): text.get_parse_math()
            for text in figure.findobj(matplotlib.text.Text)
            if text.get_visible()
        }
        assert [words for words, math in written.items() if math and ("$" in words or "\\" in words)] in (
            [r"$\frac{1}{2}$"],
            [],
        )
    broken = replace(panel, formula="$\\nonsense{$")
    assert texts(chart_to_figure(Chart("", (broken,))))


def test_no_mark_is_forgotten_by_the_names_that_are_replaced() -> None:
    """Every field of text in charts.py is either a name that the tests above replace, or one of few choices."""
    choices = {"axis", "stroke", "scale", "formula", "tint", "family", "too_small"}
    known = {"title", "detail", "caption", "label", "words", "key", "name", "note", "ticks", "terms",
             "labels", "row_labels", "lines"}  # fmt: skip
    for value in vars(charts).values():
        if is_dataclass(value):
            texts_of = {each.name for each in fields(value) if "str" in str(each.type) or each.name in choices}
            assert texts_of <= choices | known, value
