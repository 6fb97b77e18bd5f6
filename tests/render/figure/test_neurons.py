"""Pictures of neurons: what is drawn of a network, that it fits, and that Chromium finds nothing wrong with it."""

from __future__ import annotations

import math
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netviz
from netviz.errors import UsageError
from netviz.figures import Network
from netviz.render.figure.frame import CENTIMETRE
from netviz.render.figure.look import SMALLEST, Look, width_of
from netviz.render.figure.neurons import CAN_SHOW, SHOWN, neurons_to_picture
from netviz.render.figure.neurons.lines import points_of
from netviz.render.figure.neurons.numbers import crosses
from netviz.render.figure.neurons.words import number
from netviz.render.figure.picture import Circle, Move, Part, Path, Picture, Point, Shape, Step, Text
from netviz.render.figure.svg import picture_to_svg
from netviz.render.layout.geometry import Direction
from tests.conftest import ROOT
from tests.render.figure.measure import check
from tests.render.figure.networks import SAMPLES, chain, networks

COLUMN = 8.5 / 2.54 * 96
DIRECTIONS: tuple[Direction, ...] = ("LR", "TB", "RL", "BT")
ALL_BUT_NUMBERS = frozenset(CAN_SHOW) - {"weights"}

looks = st.builds(
    Look,
    direction=st.sampled_from(DIRECTIONS),
    width=st.sampled_from([None, COLUMN, 500.0, 900.0]),
    spacing=st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    size=st.sampled_from([SMALLEST, 8 * 96 / 72, 20.0, 96.0]),
    show=st.frozensets(st.sampled_from(sorted(ALL_BUT_NUMBERS))),
    legend=st.booleans(),
    caption=st.booleans(),
)
each = pytest.mark.parametrize("name", list(SAMPLES))


def usual(direction: Direction = "LR", **others: Any) -> Look:
    return Look(direction=direction, **{"show": frozenset(SHOWN), **others})


def parts(picture: Picture, kind: str) -> list[Part]:
    return [shape for shape in picture.walk() if isinstance(shape, Part) and shape.kind == kind]


def texts(shapes: Any) -> list[str]:
    found = []
    for shape in shapes:
        found += texts(shape.shapes) if isinstance(shape, Part) else [shape.text] if isinstance(shape, Text) else []
    return found


def lines_in(part: Part) -> Counter[str]:
    """How many lines of each paint the part holds."""
    found: Counter[str] = Counter()
    for shape in part.shapes:
        if isinstance(shape, Path) and shape.stroke:
            found[shape.stroke] += sum(isinstance(step, Move) for step in shape.steps)
    return found


@each
def test_a_circle_for_each_neuron_and_a_line_for_each_connection(name: str) -> None:
    network = SAMPLES[name]
    picture = neurons_to_picture(network, usual())
    shown = sum(len(one.shown) for one in network.neurons)
    assert len(parts(picture, "neuron")) == shown
    assert len(parts(picture, "stage")) == len(network.neurons)
    drawn: Counter[str] = Counter()
    for part in parts(picture, "link"):
        drawn += lines_in(part)
    weights = [value for one in network.connections for row in one.weights or () for value in row]
    assert drawn["negative"] == sum(value < 0 and math.isfinite(value) for value in weights)
    assert drawn["positive"] == sum(value >= 0 and math.isfinite(value) for value in weights)


def test_stronger_weights_are_wider_and_fuller() -> None:
    network = chain(9, 9)
    paths = [shape for part in parts(neurons_to_picture(network, usual()), "link") for shape in part.shapes]
    for paint in ("positive", "negative"):
        own = [one for one in paths if isinstance(one, Path) and one.stroke == paint]
        assert len(own) > 2
        assert [one.width for one in own] == sorted(one.width for one in own)
        assert [one.opacity for one in own] == sorted(one.opacity for one in own)


@each
def test_words_of_the_layers(name: str) -> None:
    network = SAMPLES[name]
    said = " ".join(texts(neurons_to_picture(network, usual(spacing=3.0)).shapes))
    for one in network.neurons:
        assert f"{one.units:,}" in said
    assert {"input", "output"} & set(said.split()) or network.before
    if network.before:
        assert f"{network.before} before" in said and "feature" in said
    quiet = texts(neurons_to_picture(network, usual(show=frozenset())).shapes)
    assert "relu" not in quiet


def test_y_is_2_x_plus_1() -> None:
    network = chain(1, 1, valued=True)
    x, y = network.neurons
    x, y = replace(x, values=(4.0,), labels=("x",)), replace(y, values=(8.99999,), biases=(1.00001,), labels=("ŷ",))
    line = replace(network.connections[0], weights=((1.99999,),))
    picture = neurons_to_picture(replace(network, neurons=(x, y), connections=(line,)), usual(legend=False))
    assert {"4", "·2", "+1", "9", "x", "ŷ"} <= set(texts(picture.shapes))


def test_numbers_on_connections_where_they_are_asked_for() -> None:
    network = chain(3, 4, 2)
    picture = neurons_to_picture(network, usual(show=frozenset({"weights"})))
    assert len(texts(parts(picture, "numbers"))) == 3 * 4 + 4 * 2
    assert not parts(neurons_to_picture(network, usual()), "numbers")
    with pytest.raises(UsageError, match="too many connections"):
        neurons_to_picture(chain(6, 6), usual(show=frozenset({"weights"})))
    with pytest.raises(UsageError, match="no weights are known"):
        neurons_to_picture(chain(2, 2, known=False), usual(show=frozenset({"weights"})))
    with pytest.raises(UsageError, match="no room for a number"):
        neurons_to_picture(chain(4, 4, 4, 4), usual(show=frozenset({"weights"}), width=190.0))


def test_numbers_come_by_themselves_with_values_alone() -> None:
    valued = chain(2, 3, 1, valued=True)
    assert len(texts(parts(neurons_to_picture(valued, usual()), "numbers"))) == 2 * 3 + 3
    assert not parts(neurons_to_picture(chain(2, 3, 1), usual()), "numbers")
    assert not parts(neurons_to_picture(chain(4, 4, 1, valued=True), usual()), "numbers")


@pytest.mark.parametrize("show", [frozenset(), frozenset(SHOWN), frozenset({"biases"}), frozenset({"weights"})])
def test_what_somebody_chose_is_shown_and_nothing_else(show: Any) -> None:
    network = chain(2, 3, 1, valued=True)
    picture = neurons_to_picture(network, usual(show=show, chosen=True))
    signs = [text for text in texts(picture.shapes) if re.match(r"[+−]\d", text)]
    factors = [text for text in texts(picture.shapes) if text.startswith("·")]
    values = {number(value) for one in network.neurons for value in one.values or ()}
    assert len(factors) == (9 if "weights" in show else 0)
    assert ("+1" in signs) == ("biases" in show) and set(signs) <= {"+1", *values}


@each
def test_numbers_that_nobody_asked_for_are_clear(name: str) -> None:
    """No connection but its own runs through a number."""
    picture = neurons_to_picture(SAMPLES[name], usual())
    lines = [
        line
        for part in parts(picture, "link")
        for shape in part.shapes
        if isinstance(shape, Path)
        for line in pieces(shape)
    ]
    for part in parts(picture, "numbers"):
        for text in part.shapes:
            assert isinstance(text, Text)
            half, y = width_of(text.text, text.size) / 2, text.y - text.size * 0.34
            box = (text.x - half, y - text.size * 0.5, text.x + half, y + text.size * 0.5)
            assert sum(crosses(line, box) for line in lines) == 1


def pieces(path: Path) -> list[list[Point]]:
    """The points of each connection that a path holds."""
    runs: list[list[Step]] = []
    for step in path.steps:
        if isinstance(step, Move):
            runs.append([])
        runs[-1].append(step)
    return [points_of(run) for run in runs]


@pytest.mark.parametrize("name", ["skips", "late entries", "shared layers"])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_connections_lead_from_rim_to_rim_without_a_kink(name: str, direction: Direction) -> None:
    picture = neurons_to_picture(SAMPLES[name], usual(direction))
    circles = [circle for part in parts(picture, "neuron") for circle in part.shapes[:1] if isinstance(circle, Circle)]
    for part in parts(picture, "link"):
        for shape in part.shapes:
            for run in pieces(shape) if isinstance(shape, Path) else ():
                for x, y in (run[0], run[-1]):
                    assert min(abs(math.hypot(x - one.x, y - one.y) - one.radius) for one in circles) < 0.5
                turns = [
                    math.atan2(d - b, c - a) for (a, b), (c, d) in pairwise(run) if math.hypot(c - a, d - b) > 0.01
                ]
                bends = [abs((later - before + math.pi) % (2 * math.pi) - math.pi) for before, later in pairwise(turns)]
                assert max(bends, default=0.0) < math.radians(60)


def test_nothing_is_told_by_colour_alone() -> None:
    network = chain(8, 6, 6, 4, valued=True)
    picture = neurons_to_picture(network, usual(print=True))
    for part in parts(picture, "link"):
        for shape in part.shapes:
            assert isinstance(shape, Path) and bool(shape.dash) == (shape.stroke == "negative")
    values = [value for one in network.neurons for value in one.values or ()]
    rims = [part.shapes[0] for part in parts(picture, "neuron")]
    assert [bool(rim.dash) for rim in rims if isinstance(rim, Circle)] == [value < 0 for value in values]
    assert {"positive weight or value", "negative weight or value"} <= set(texts(parts(picture, "legend")))


def test_a_legend_of_what_occurs() -> None:
    odd = ((math.nan, math.inf), (-math.inf, -1.0))
    one = replace(chain(2, 2).connections[0], weights=odd)
    said = texts(parts(neurons_to_picture(replace(chain(2, 2), connections=(one,)), usual()), "legend"))
    assert "negative weight" in said and "positive weight" not in said
    zero = replace(one, weights=((0.0, 0.0), (0.0, 0.0)))
    assert not parts(neurons_to_picture(replace(chain(2, 2), connections=(zero,), limit=0.0), usual()), "legend")
    said = texts(parts(neurons_to_picture(SAMPLES["shared layers"], usual()), "legend"))
    assert "same number: shared weights" in said


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_other_values_keep_their_colour(value: float) -> None:
    def discs(first: float) -> list[float]:
        made = chain(3, 2, valued=True)
        layer = replace(made.neurons[0], values=(first, 3.0, -1.5))
        picture = neurons_to_picture(replace(made, neurons=(layer, made.neurons[1])), usual())
        return [
            shape.opacity
            for part in parts(picture, "neuron")[1:]
            for shape in part.shapes
            if isinstance(shape, Circle) and shape.opacity < 1
        ]

    assert discs(value) == discs(0.0)
    assert number(value) in texts(neurons_to_picture(SAMPLES["values that are none"], usual()).shapes) or value > 0


@given(networks(), looks)
@settings(max_examples=40, deadline=None)
def test_headings_have_one_size(network: Network, look: Look) -> None:
    with suppress(UsageError):
        picture = neurons_to_picture(network, look)
        bold = [shape for shape in picture.shapes if isinstance(shape, Text) and shape.bold]
        assert len({one.size for one in bold}) <= 1
        words = {word for one in bold for word in one.text.split()}
        assert all(re.fullmatch(r"input|hidden|layers|output|\d+", word) for word in words)


def test_several_inputs_and_outputs_have_their_names() -> None:
    said = set(texts(neurons_to_picture(SAMPLES["late entries"], usual()).shapes))
    assert {"x", "price", "kind"} <= said and "first" not in said
    assert not {"layer0", "layer1"} & set(texts(neurons_to_picture(chain(2, 2), usual()).shapes))
    chosen = texts(neurons_to_picture(SAMPLES["late entries"], usual(chosen=True)).shapes)
    assert "price" not in chosen


def test_remarks_stand_below_where_there_is_a_caption() -> None:
    network = SAMPLES["late entries"]
    assert texts(parts(neurons_to_picture(network, usual(caption=True)), "remarks"))
    assert not parts(neurons_to_picture(network, usual()), "remarks")


def test_biases_as_a_unit_of_their_own() -> None:
    network = chain(3, 4, 2)
    picture = neurons_to_picture(network, usual(show=frozenset({"biases"})))
    assert texts(parts(picture, "neuron")).count("+1") == 2
    drawn = [lines_in(part) for part in parts(picture, "link") if part.title == "biases"]
    assert [sum(one.values()) for one in drawn] == [4, 2]


@given(networks(), looks)
@settings(max_examples=80, deadline=None)
def test_any_network_fits_or_says_what_it_needs(network: Network, look: Look) -> None:
    try:
        picture = neurons_to_picture(network, look)
    except UsageError as error:
        assert look.width is not None and error.hint and "\n" not in error.message
        needed = float((re.search(r"it takes ([\d.]+) cm", error.message) or ["", "0"])[1]) * CENTIMETRE
        assert needed > look.width
        assert neurons_to_picture(network, replace(look, width=needed)).width == needed
        return
    if look.width is not None:
        assert abs(picture.width - look.width) < 0.5
    assert picture == neurons_to_picture(network, look)
    for shape in picture.walk():
        assert_within(shape, picture)


def assert_within(shape: Shape, picture: Picture) -> None:
    if isinstance(shape, Text):
        assert shape.size >= SMALLEST - 1e-9
        assert -0.5 <= shape.x <= picture.width + 0.5 and 0 <= shape.y <= picture.height
    if isinstance(shape, Circle):
        assert shape.radius - 0.5 <= shape.x <= picture.width - shape.radius + 0.5
        assert shape.radius - 0.5 <= shape.y <= picture.height - shape.radius + 0.5


@given(networks(), st.sampled_from(DIRECTIONS))
@settings(max_examples=20, deadline=None)
def test_directions_turn_the_same_drawing(network: Network, direction: Direction) -> None:
    """Neurons of a later column stand further along, whatever the direction."""
    picture = neurons_to_picture(network, usual(direction))
    sign = 1 if direction in ("LR", "TB") else -1
    columns = {one.id: one.column for one in network.neurons}
    at: dict[int, set[float]] = {}
    for part in parts(picture, "stage"):
        circles = [inner.shapes[0] for inner in part.shapes if isinstance(inner, Part) and inner.kind == "neuron"]
        for circle in circles:
            assert isinstance(circle, Circle)
            at.setdefault(columns[part.path], set()).add(round(circle.x if direction in ("LR", "RL") else circle.y, 6))
    assert all(len(places) == 1 for places in at.values())
    order = [next(iter(at[column])) * sign for column in sorted(at)]
    assert order == sorted(order) and len(set(order)) == len(order)


@each
def test_nothing_is_wrong_in_chromium(page: Any, name: str) -> None:
    network = SAMPLES[name]
    for direction in DIRECTIONS:
        check(page, picture_to_svg(neurons_to_picture(network, usual(direction, caption=True))))
    shown = usual(show=ALL_BUT_NUMBERS)
    for font in ("", "DejaVu Sans"):
        check(page, picture_to_svg(neurons_to_picture(network, shown)), font=font)


@each
def test_nothing_is_wrong_in_one_column(page: Any, name: str) -> None:
    """Each fits into 8.5 cm one way at least."""
    network = SAMPLES[name]
    drawn = 0
    for direction in ("LR", "TB"):
        for show in (frozenset(SHOWN), ALL_BUT_NUMBERS):
            try:
                picture = neurons_to_picture(network, usual(direction, width=COLUMN, show=show))
            except UsageError:
                continue
            drawn += 1
            assert abs(picture.width - COLUMN) < 0.5
            check(page, picture_to_svg(picture))
    assert drawn


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_a_usual_net_and_a_dense_part_fit_one_column(direction: Direction) -> None:
    for name in ("a usual net", "a dense part", "perceptron", "long layers"):
        picture = neurons_to_picture(SAMPLES[name], usual(direction, width=COLUMN))
        assert abs(picture.width - COLUMN) < 0.5


@pytest.mark.parametrize("theme", ["light", "dark", "auto", "print"])
def test_markup_in_names_stays_text(theme: Any) -> None:
    svg = picture_to_svg(neurons_to_picture(SAMPLES["hostile names"], usual(show=ALL_BUT_NUMBERS)), theme=theme)
    assert "<script" not in svg and "&lt;script&gt;" in svg


@pytest.mark.parametrize("spacing", [0.0, 1.0])
@pytest.mark.parametrize("size", [8.0, 16.0])
def test_words_of_rows_keep_clear_of_each_other(page: Any, spacing: float, size: float) -> None:
    """From top to bottom words stand at the ends of the rows, however close these are asked to be."""
    source = ROOT / "examples" / "architectures" / "two-inputs.json"
    show = ("name", "class", "channels", "activation", "parameters")
    made = netviz.figure(source, style="neurons", direction="TB", spacing=spacing, font_size=size, show=show)
    check(page, str(made.to("svg")))
