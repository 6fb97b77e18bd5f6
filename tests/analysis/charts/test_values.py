"""Pictures of weights: every cell and tile is the value that it should be, told by numpy, Keras or scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from netviz.analysis.charts.components import NAMED, ROWS, principal_components
from netviz.analysis.charts.matrices import MOST_BARS, Side
from netviz.analysis.charts.sampling import MOST, color_limits, spaced
from netviz.analysis.charts.values import BLANK, build_values
from netviz.analysis.charts.weights import held_weights, weigh
from netviz.catalog.arrangement import GATES
from netviz.charts import Bars, Chart, Curve, Heatmap, Panel, Scatter, Tiles, Words
from netviz.render.chart import chart_to_figure, figure_to_svg
from tests.analysis.charts.made import Layers, model_of, normal


def chart_of(layers: Layers, limit: int | None = 64) -> Chart:
    model = model_of(layers)
    return build_values(model, weigh(model, held_weights(model)), limit)


def panels(class_name: str, name: str, values: Any, limit: int | None = 64) -> tuple[Panel, ...]:
    return chart_of({"layer": (class_name, {name: values})}, limit).panels


def only(class_name: str, name: str, values: Any, limit: int | None = 64) -> Any:
    """The only mark of the first panel of a weight."""
    return next(mark for mark in panels(class_name, name, values, limit)[0].marks)


def close(one: Any, other: Any) -> bool:
    return np.shape(one) == np.shape(other) and np.allclose(one, other, atol=1e-7)


# Convolutions


def test_filters_over_one_channel_are_as_they_stand() -> None:
    kernel = normal(3, 5, 1, 9)
    mark = only("Conv2D", "kernel", kernel, limit=4)
    assert isinstance(mark, Tiles) and mark.signed
    assert close(mark.values, [kernel[:, :, 0, place] for place in range(4)])
    assert "the first 4 of 9 filters" in panels("Conv2D", "kernel", kernel, limit=4)[0].caption


def test_filters_over_three_channels_are_coloured() -> None:
    kernel = normal(3, 3, 3, 6)
    mark = only("Conv2D", "kernel", kernel)
    assert isinstance(mark, Tiles) and mark.values.shape == (6, 3, 3, 3)
    top = (color_limits(kernel.astype(float)) or (0, 0))[1]
    for place in range(6):
        assert close(mark.values[place], np.clip(0.5 + kernel[..., place] / (2 * top), 0, 1))


def test_a_deep_kernel_has_a_row_for_each_filter_and_all_their_norms() -> None:
    kernel = normal(3, 3, 20, 30)
    first, second = panels("Conv2D", "kernel", kernel, limit=8)
    (grid,), (bars,) = first.marks, second.marks
    assert isinstance(grid, Tiles) and grid.columns == 8 and len(grid.values) == 8 * 8
    for row, column in np.ndindex(8, 8):
        assert close(grid.values[8 * row + column], kernel[:, :, column, row])
    assert isinstance(bars, Bars)
    assert close(bars.values, np.linalg.norm(kernel.reshape(-1, 30), axis=0))
    assert "the first 8 of 30 filters" in first.caption and "the first 8 of 20 inputs" in first.caption


def test_all_filters_are_there_where_they_are_asked_for() -> None:
    assert len(only("Conv2D", "kernel", normal(2, 2, 5, 70), limit=None).values) == 5 * 70
    every = panels("Conv2D", "kernel", normal(2, 2, 30, 70), limit=None)[0]
    (mark,) = every.marks
    assert isinstance(mark, Tiles) and len(mark.values) == 30 * 70 and mark.columns == 30
    assert every.caption == "a row each for 70 filters; across 30 inputs"
    many = only("Conv2D", "kernel", normal(1, 2, 300, 200), limit=None)
    assert many.columns == 50 and len(many.values) == 10_000  # all filters, as many inputs as there is room for


@pytest.mark.parametrize("limit", [1, 4, 20, 64])
def test_the_limit_is_a_number_of_filters_however_many_inputs_they_have(limit: int) -> None:
    for inputs in (1, 3, 9, 16):
        first = panels("Conv2D", "kernel", normal(3, 3, inputs, 20), limit=limit)[0]
        (mark,) = first.marks
        assert isinstance(mark, Tiles)
        assert len(mark.values) == min(limit, 20) * (min(inputs, 8) if inputs > 3 else 1)
        assert (f"the first {limit} of 20 filters" in first.caption) == (limit < 20)


def test_a_transposed_kernel_has_its_filters_before_its_inputs() -> None:
    kernel = normal(3, 3, 5, 4)  # 5 filters over 4 inputs
    first, second = panels("Conv2DTranspose", "kernel", kernel)
    (grid,), (bars,) = first.marks, second.marks
    assert isinstance(grid, Tiles) and isinstance(bars, Bars)
    for row, column in np.ndindex(5, 4):
        assert close(grid.values[4 * row + column], kernel[:, :, row, column])
    assert close(bars.values, [np.linalg.norm(kernel[:, :, place]) for place in range(5)])


def test_a_depthwise_kernel_has_a_tile_for_each_channel_and_multiplier() -> None:
    kernel = normal(3, 3, 4, 2)
    mark = only("DepthwiseConv2D", "kernel", kernel)
    assert close(mark.values, [kernel[:, :, channel, one] for channel in range(4) for one in range(2)])


@pytest.mark.parametrize(("class_name", "name"), [("Conv2D", "kernel"), ("SeparableConv2D", "pointwise_kernel")])
def test_a_window_of_one_place_is_a_matrix_of_inputs_by_outputs(class_name: str, name: str) -> None:
    kernel = normal(1, 1, 6, 9)
    mark = only(class_name, name, kernel)
    assert isinstance(mark, Heatmap) and close(mark.values, kernel[0, 0])


def test_kernels_along_one_axis_are_pictures_with_the_long_side_across() -> None:
    few, many = normal(7, 3, 5), normal(3, 20, 5)
    assert close(only("Conv1D", "kernel", few).values, few.transpose(2, 1, 0))
    assert close(only("Conv1D", "kernel", many).values, many.transpose(2, 0, 1))
    single = normal(7, 1, 5)
    mark = only("Conv1D", "kernel", single)
    assert isinstance(mark, Heatmap) and close(mark.values, single[:, 0].T)
    turned = normal(7, 5, 3)  # 5 filters over 3 inputs
    assert close(only("Conv1DTranspose", "kernel", turned).values, turned.transpose(1, 2, 0))
    deep = normal(7, 4, 2)
    assert close(only("DepthwiseConv1D", "kernel", deep).values, deep.reshape(7, 8).T)


def test_of_a_kernel_with_depth_the_middle_is_shown() -> None:
    kernel = normal(3, 4, 5, 2, 6)
    panel = panels("Conv3D", "kernel", kernel)[0]
    (mark,) = panel.marks
    assert isinstance(mark, Tiles)
    for row, column in np.ndindex(6, 2):
        assert close(mark.values[2 * row + column], kernel[1, :, :, column, row])
    assert "of 3 slices the middle one" in panel.caption
    assert len(only("Conv3D", "kernel", normal(3, 3, 3, 1, 6)).values) == 6


def test_a_recurrent_convolution_shows_as_many_filters_of_each_gate() -> None:
    kernel = normal(3, 3, 1, 4 * 10)
    mark = only("ConvLSTM2D", "kernel", kernel, limit=8)
    shown = [0, 1, 10, 11, 20, 21, 30, 31]
    assert close(mark.values, [kernel[:, :, 0, place] for place in shown])
    assert mark.labels == ("i 0", "i 1", "f 0", "f 1", "c 0", "c 1", "o 0", "o 1")


# Matrices


@given(st.integers(1, 5000), st.sampled_from([1, 2, 3, 4]))
def test_places_are_spaced_evenly_and_alike_in_every_part(each: int, parts: int) -> None:
    places = spaced(each * parts, parts)
    own = np.split(places, parts)
    assert all((part - number * each == own[0]).all() for number, part in enumerate(own))
    assert own[0][0] == 0 and own[0][-1] < each
    assert len(places) <= MOST and len(set(np.diff(own[0]))) <= 1
    assert each * parts > MOST or len(places) == each * parts


def test_a_dense_kernel_is_shown_in_full_or_at_equal_distances() -> None:
    small, large = normal(20, 30), normal(1000, 600)
    assert close(only("Dense", "kernel", small).values, small)
    panel = panels("Dense", "kernel", large)[0]
    (mark,) = panel.marks
    assert isinstance(mark, Heatmap)
    assert close(mark.values, large[::4, ::3]) and mark.extent == (1000, 600)
    assert (panel.y.title, panel.x.title) == ("every 4th input", "every 3rd output")


@pytest.mark.parametrize("class_name", ["LSTM", "GRU", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("units", [6, 200])
def test_gates_are_equal_parts_with_their_letters(class_name: str, units: int) -> None:
    gates = tuple(GATES[class_name])
    kernel = normal(5, units * len(gates))
    mark = only(class_name, "kernel", kernel)
    assert tuple(split.label for split in mark.column_splits) == gates
    assert mark.extent == kernel.shape
    step = -(-units // (MOST // len(gates)))
    for number, split in enumerate(mark.column_splits):
        assert close(mark.values[:, split.begin : split.end], kernel[:, number * units : (number + 1) * units : step])


def test_the_biases_of_gates_are_rows() -> None:
    bias = normal(4 * 6)
    mark = only("LSTM", "bias", bias)
    assert mark.row_labels == tuple("ifco") and close(mark.values, bias.reshape(4, 6))
    double = normal(2, 3 * 6)
    mark = only("GRU", "bias", double)
    assert mark.row_labels == tuple(f"{kind} {gate}" for kind in ("input", "recurrent") for gate in "zrh")
    assert close(mark.values, double.reshape(6, 6))
    assert isinstance(only("GRU", "bias", normal(7)), Bars), "7 values are no gates"


def test_heads_stand_beside_each_other_and_below_each_other_where_they_come_in() -> None:
    query, out, bias = normal(10, 3, 4), normal(3, 4, 10), normal(3, 4)
    mark = only("MultiHeadAttention", "query/kernel", query)
    assert [split.label for split in mark.column_splits] == ["head 1", "head 2", "head 3"]
    for number, split in enumerate(mark.column_splits):
        assert close(mark.values[:, split.begin : split.end], query[:, number])
    mark = only("MultiHeadAttention", "attention_output/kernel", out)
    for number, split in enumerate(mark.row_splits):
        assert close(mark.values[split.begin : split.end], out[number])
    mark = only("MultiHeadAttention", "query/bias", bias)
    assert close(mark.values, bias) and mark.row_labels == ("head 1", "head 2", "head 3")


def test_a_weight_of_an_unknown_class_is_taken_for_what_its_shape_says() -> None:
    assert isinstance(only("Mine", "table", normal(3, 4)), Heatmap)
    kernel = normal(2, 3, 4)
    assert close(only("Mine", "kernel", kernel).values, kernel.reshape(6, 4))
    assert isinstance(only("Mine", "shift", normal(5)), Bars)
    assert only("Mine", "rate", np.array(0.25, np.float32)) == Words(("0.25",))


def test_an_einsum_kernel_has_the_axes_of_its_equation_across() -> None:
    kernel = normal(4, 3, 5)
    model = model_of({"layer": ("EinsumDense", {"kernel": kernel})}, layer={"equation": "abc,cde->abde"})
    chart = build_values(model, weigh(model, held_weights(model)), 64)
    (mark,) = chart.panels[0].marks
    assert isinstance(mark, Heatmap) and close(mark.values, kernel.reshape(4, 15))


def test_vectors_are_bars_or_a_curve() -> None:
    gamma, bias, long = np.abs(normal(8)), normal(8), normal(MOST_BARS + 5)
    mark = only("BatchNormalization", "gamma", gamma)
    assert isinstance(mark, Bars) and not mark.signed and close(mark.values, gamma)
    mark = only("Dense", "bias", bias)
    assert isinstance(mark, Bars) and mark.signed
    curve = panels("Dense", "bias", long)[0].marks[-1]
    assert isinstance(curve, Curve) and close(curve.y, long[curve.x.astype(int)])


def test_the_slopes_of_pictures_are_pictures() -> None:
    slopes = normal(5, 6, 4)
    assert close(only("PReLU", "alpha", slopes).values, slopes.transpose(2, 0, 1))
    assert isinstance(only("PReLU", "alpha", normal(1, 1, 4)), Bars)


# Embeddings


@given(st.integers(3, 30), st.integers(2, 9), st.integers(0, 99))
def test_principal_components_are_those_of_scikit_learn(rows: int, columns: int, seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal((rows, columns)) * np.arange(1, columns + 1)
    places, shares = principal_components(values)
    oracle = PCA(2, svd_solver="full").fit(values)
    assert close(np.abs(places), np.abs(oracle.transform(values)))
    assert close(shares, oracle.explained_variance_ratio_)
    other, _ = principal_components(values[::-1])
    assert close(np.abs(other[::-1]), np.abs(places))


def test_a_table_is_a_point_for_each_entry() -> None:
    table = normal(20, 8)
    panel = panels("Embedding", "embeddings", table)[0]
    (mark,) = panel.marks
    assert isinstance(mark, Scatter) and mark.labels == tuple(map(str, range(20)))
    places, shares = principal_components(table.astype(float))
    assert close(np.column_stack((mark.x, mark.y)), places)
    assert f"({100 * shares[0]:.0f} % of the variance)" in panel.x.title
    (turned,) = panels("ReversibleEmbedding", "reverse_embeddings", np.ascontiguousarray(table.T))[0].marks
    assert isinstance(turned, Scatter) and close(turned.x, mark.x)


def test_of_a_large_table_some_entries_are_shown_and_it_is_said() -> None:
    table = normal(2 * ROWS + 10, 3)
    panel = panels("Embedding", "embeddings", table)[0]
    (mark,) = panel.marks
    assert isinstance(mark, Scatter) and len(mark.x) <= ROWS and not mark.labels
    assert len(mark.x) > NAMED and "every 3rd of 8,202 entries" in panel.caption


def test_a_table_that_has_no_components_is_a_heatmap() -> None:
    broken = normal(5, 4)
    broken[0, 0] = np.nan
    for table in (normal(2, 4), normal(5, 1), broken):
        assert isinstance(only("Embedding", "embeddings", table), Heatmap | Bars)


# Pages


ODD: Layers = {
    "scalar": ("Mine", {"rate": np.array(0.5, np.float32)}),
    "empty": ("Dense", {"kernel": np.empty((0, 3), np.float32)}),
    "flags": ("Mine", {"mask": np.array([True, False, True])}),
    "broken": ("Conv2D", {"kernel": np.full((3, 3, 9, 4), np.nan, np.float32)}),
    "complex": ("Mine", {"phase": np.array([1j, 2])}),
    "words": ("Mine", {"vocabulary": np.array(["a", "b"], object)}),
    "damaged": ("Dense", {"kernel": None, "bias": np.zeros(3, np.float16)}),
    "thin": ("Conv2D", {"kernel": normal(3, 3, 0, 4)}),
    "infinite": ("Dense", {"kernel": np.array([[np.inf, 1], [2, 3]], np.float32)}),
    "huge": ("Dense", {"kernel": np.array([[1e308, -1e308], [2, 3]])}),
    "deep": ("Mine", {"state": normal(2, 2, 2, 2, 2, 2, 2)}),
    "integers": ("Dense", {"kernel": np.arange(-8, 8, dtype=np.int8).reshape(4, 4)}),
}


def test_odd_weights_have_a_panel_each_that_can_be_drawn() -> None:
    chart = chart_of(ODD)
    named = {panel.title for panel in chart.panels if panel is not BLANK}
    assert named == set(ODD)
    assert "damaged/bias, all 0" in chart.caption
    said = [
        mark.lines[0] for panel in chart.panels if panel is not BLANK for mark in panel.marks if isinstance(mark, Words)
    ]
    assert {"no values", "all 324 NaN", "damaged/kernel cannot be read: it is damaged"} <= set(said)
    for theme in ("light", "dark", "print"):
        figure = chart_to_figure(chart, theme=theme, figsize=None, caption=True, background=True, ax=None)
        assert figure_to_svg(figure, background=True, title="odd")


def test_of_many_weights_the_first_kernels_are_drawn() -> None:
    dense = {"kernel": normal(3, 4), "bias": normal(4)}
    chart = chart_of({f"dense{place:02}": ("Dense", dense) for place in range(12)}, 10)
    assert [panel.title for panel in chart.panels] == [f"dense{place:02}" for place in range(10)]
    assert chart.detail == "the first 10 kernels of 24 weights"
    assert len(chart_of({f"d{place}": ("Dense", dense) for place in range(40)}, None).panels) == 80


@given(st.lists(st.sampled_from([1, 2, 3, 5]), min_size=1, max_size=12))
def test_the_panels_of_a_layer_stand_in_one_row(sizes: list[int]) -> None:
    layers: Layers = {
        f"layer{place:02}": ("Mine", {f"weight{one}": normal(3) for one in range(size)})
        for place, size in enumerate(sizes)
    }
    chart = chart_of(layers, None)
    assert [panel.title for panel in chart.panels if panel is not BLANK] == [
        name for name, (_, weights) in layers.items() for _ in weights
    ]
    if chart.columns is None:
        assert len(sizes) == 1 or max(sizes) == 1
        return
    rows: dict[str, set[int]] = {}
    for place, panel in enumerate(chart.panels):
        if panel is not BLANK:
            rows.setdefault(panel.title, set()).add(place // chart.columns)
    assert all(len(own) == 1 for own in rows.values())


def test_weights_of_one_value_are_named_and_not_drawn() -> None:
    layers: Layers = {
        name: ("Dense", {"kernel": normal(3, 4), "bias": np.zeros(4, np.float32)}) for name in ("one", "two")
    }
    layers["norm"] = ("LayerNormalization", {"gamma": np.full(4, 1.5, np.float32)})
    chart = chart_of(layers)
    assert [panel.title for panel in chart.panels] == ["one", "two"]
    assert "one/bias and two/bias, all 0; norm/gamma, all 1.5." in chart.caption
    assert "all 4 values are 1.5" in str(chart_of({"norm": layers["norm"]}).panels)


def test_captions_say_what_is_nan_infinite_and_what_integers_stand_for() -> None:
    values = normal(4, 5)
    values[0, 0], values[1, :2] = np.nan, np.inf
    heat, bars = panels("Dense", "kernel", values)[0], panels("Dense", "bias", values[:, 0])[0]
    assert "NaN is hatched (1 in all)" in heat.caption and "(2 in all)" in heat.caption
    assert "NaN is left out (1 in all)" in bars.caption
    integers = np.arange(-8, 8, dtype=np.int8).reshape(4, 4)
    scaled = chart_of({"dense": ("Dense", {"kernel": integers, "kernel_scale": normal(4)})}).panels
    assert "divided by kernel_scale" in scaled[0].caption and "kernel_scale" not in scaled[1].caption


def test_a_value_far_beyond_the_others_does_not_wash_them_out() -> None:
    values = normal(30, 30)
    values[3, 3] = 1e6
    mark = only("Dense", "kernel", values)
    assert mark.limits[1] < 5 and "deepest colour" in chart_of({"layer": ("Dense", {"kernel": values})}).caption
    assert not chart_of({"layer": ("Dense", {"kernel": normal(30, 30)})}).caption


def test_without_weights_the_page_says_so() -> None:
    (panel,) = chart_of({}).panels
    assert isinstance(panel.marks[0], Words)


def test_sides_are_named_by_what_is_shown() -> None:
    assert Side(10, "input").title == "input"
    assert Side(MOST * 2, "input").title == "every 2nd input"
    assert Side(MOST * 11, "output").title == "every 11th output"
    assert Side(MOST * 22, "output").title == "every 22nd output"
