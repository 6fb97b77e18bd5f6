"""The parts of pictures of neurons: numbers in words, fewer neurons, where numbers stand on connections."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.figures import Network
from netviz.render.figure.look import Look
from netviz.render.figure.neurons.headings import headings
from netviz.render.figure.neurons.numbers import Numbered, crosses, factor, number_shapes
from netviz.render.figure.neurons.place import Sizes, Taken, place
from netviz.render.figure.neurons.thin import thinned
from netviz.render.figure.neurons.words import number, signed, whole_lines
from netviz.render.figure.picture import Part, Point, Text
from tests.render.figure.networks import SAMPLES, chain, networks


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_in_three_digits(value: float) -> None:
    text = number(value)
    back = float(text.replace("−", "-"))
    assert math.isclose(back, value, rel_tol=0.51e-2, abs_tol=1e-320) or math.isinf(back)
    assert len(text) <= len("−1.23e-308") and "-" not in text.split("e")[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.0, "4"),
        (1.9999999, "2"),
        (-0.71432, "−0.714"),
        (1234.5, "1234"),
        (-0.0, "0"),
        (0.00567, "0.00567"),
        (0.000412, "4.12e-4"),
        (-12345678.0, "−1.23e7"),
        (99999.9, "1e5"),
        (999.9, "1000"),
        (-0.0009999, "−0.001"),
        (math.nan, "nan"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers_as_one_writes_them(value: float, text: str) -> None:
    assert number(value) == text


def test_factors_are_read_as_such() -> None:
    assert [factor(value) for value in (2.0, -3.2, 0.0, -0.0)] == ["·2", "·(−3.2)", "·0", "·0"]


@given(st.text("ab _-/LSTMé猫", max_size=40), st.floats(20, 200))
def test_words_are_never_broken_inside(text: str, room: float) -> None:
    lines = whole_lines(text, 10.0, room, 3)
    if not lines:
        return
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines[:-1]:
        after = text[text.index(line) + len(line) :]
        assert line[-1] in "_-/" or after.startswith(" ") or (line[-1].islower() and after[0].isupper())
        text = after


def test_biases_have_a_sign() -> None:
    assert [signed(value) for value in (1.0, -1.0, 0.0)] == ["+1", "−1", "+0"]


@given(networks(), st.integers(2, 16))
def test_fewer_neurons_are_part_of_all(network: Network, most: int) -> None:
    fewer = thinned(network, most)
    full = {one.id: one for one in network.neurons}
    shown = {one.id: one.shown for one in fewer.neurons}
    for one in fewer.neurons:
        assert len(one.shown) == min(
            len(full[one.id].shown), 2 * (most // 2) if len(full[one.id].shown) > most else most
        )
        assert set(one.shown) <= set(full[one.id].shown) and one.shown[-1] == full[one.id].units - 1
        assert one.biases is None or len(one.biases) == len(one.shown)
    for part, whole in zip(fewer.connections, network.connections, strict=True):
        if whole.weights is not None:
            rows = [full[part.tail].shown.index(unit) for unit in shown[part.tail]]
            columns = [full[part.head].shown.index(unit) for unit in shown[part.head]]
            assert part.weights == tuple(tuple(whole.weights[row][column] for column in columns) for row in rows)
    assert thinned(network, 10_000) is network


@given(networks())
def test_neurons_keep_their_distance(network: Network) -> None:
    places = place(network, Sizes(5.0, 14.0, 80.0, 20.0), biases=True)
    for column in places.columns:
        own = [places.stands[one.id] for one in network.neurons if one.column == column]
        across = sorted(at for stand in own for at in stand.across)
        if column in places.biases:
            across.append(places.biases[column][1])
        assert all(later - before >= 14.0 - 1e-9 for before, later in pairwise(across))
        begin, end = places.ends[column]
        assert begin <= across[0] - 5.0 + 1e-9 and end >= across[-1] + 5.0 - 1e-9
        neurons = [at for stand in own for at in stand.across]
        assert abs(min(neurons) + max(neurons)) < 1e-6  # centred


def test_hidden_layers_are_numbered_where_there_are_several() -> None:
    assert list(headings(chain(2, 2, 2)).values()) == ["input", "hidden", "output"]
    assert list(headings(chain(2, 2, 2, 2)).values()) == ["input", "hidden 1", "hidden 2", "output"]
    assert list(headings(SAMPLES["a dense part"]).values()) == ["features", "hidden", "output"]
    assert headings(SAMPLES["sums and gaps"])[3] == "add"


points = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


@given(points, points)
def test_a_line_crosses_a_box_where_one_of_its_points_is_inside(
    start: tuple[float, float], stop: tuple[float, float]
) -> None:
    box = (-10.0, -6.0, 12.0, 9.0)
    steps = [share / 400 for share in range(401)]
    inside = any(
        box[0] < start[0] + (stop[0] - start[0]) * at < box[2]
        and box[1] < start[1] + (stop[1] - start[1]) * at < box[3]
        for at in steps
    )
    if inside:
        assert crosses((start, stop), box)


@given(st.lists(st.tuples(points, points), min_size=1, max_size=12), st.booleans())
def test_numbers_never_cover_one_another(ends: list[tuple[Point, Point]], clear: bool) -> None:
    taken = Taken()
    found = number_shapes([Numbered("0.25", pair, pair) for pair in ends], Look(), taken, clear=clear)
    if found is None:
        return
    (part,) = found
    assert isinstance(part, Part) and len(part.shapes) == len(ends) == len(taken.boxes)
    assert all(isinstance(shape, Text) and shape.halo for shape in part.shapes)
    if clear:
        assert not any(crosses(pair, box) for place, box in enumerate(taken.boxes) for pair in ends[:place])
    for index, one in enumerate(taken.boxes):
        rest = Taken(taken.boxes[:index] + taken.boxes[index + 1 :])
        assert rest.free(one)
