"""What weights are like: figures, effective rank, table and page of histograms, of models made of arrays."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PolyCollection

from netviz.analysis.charts.weights import Weighed, effective_rank, held_weights, matrix, output_axes, weigh
from netviz.analysis.charts.weights_page import FEW, build_weights_page, page_weights
from netviz.analysis.charts.weights_table import COLUMNS, NARROWER, build_weights_sheet, weights_document
from netviz.analysis.charts.wording import value_words
from netviz.charts import Ridges
from netviz.errors import LayerNotFound, NetvizError, UsageError
from netviz.model import Model
from netviz.render.chart import chart_to_figure
from netviz.render.text import sheet_to_text
from tests.analysis.charts.made import Layers, model_of, normal


def weighed(model: Model, **options: Any) -> tuple[Weighed, ...]:
    held = held_weights(model)
    return weigh(model, held, kept=held, **options)


def ridges(model: Model, **options: Any) -> Any:
    held = held_weights(model)
    kept = page_weights(held, options.pop("limit", 64), options.pop("chosen", False))
    chart = build_weights_page(model, weigh(model, held, kept=kept), held, **options)
    (panel,) = chart.panels
    (mark,) = panel.marks
    assert isinstance(mark, Ridges)
    return chart, panel, mark.rows


ODD: Layers = {
    "scalar": ("Mine", {"rate": np.array(0.5, np.float32)}),
    "empty": ("Dense", {"kernel": np.empty((0, 3), np.float32)}),
    "flags": ("Mine", {"mask": np.array([True, False, True])}),
    "broken": ("Dense", {"kernel": np.array([[np.nan, np.inf], [-np.inf, 2]], np.float32)}),
    "complex": ("Mine", {"phase": np.array([1j, 2])}),
    "words": ("Mine", {"vocabulary": np.array(["a", "b"], object)}),
    "damaged": ("Dense", {"kernel": None, "bias": np.zeros(3, np.float16)}),
}


def test_every_kind_of_weight_has_a_row_and_what_is_not_known_a_reason() -> None:
    model = model_of(ODD)
    found = {one.held.layer.name + "/" + one.held.weight.name: one for one in weighed(model, rank=True)}
    assert {name for name, one in found.items() if one.figures is None} == {
        "complex/phase", "words/vocabulary", "damaged/kernel",
    }  # fmt: skip
    assert all(one.problem for one in found.values() if one.figures is None)
    flags, broken = found["flags/mask"].figures, found["broken/kernel"].figures
    assert flags and flags.zeros == 1 and flags.mean == pytest.approx(2 / 3)
    assert broken and (broken.nan, broken.infinite, broken.minimum, broken.maximum) == (1, 2, 2.0, 2.0)
    assert found["broken/kernel"].rank is None and "finite" in found["broken/kernel"].problem
    sheet = build_weights_sheet(model, list(found.values()), rank=True)
    rows = {row.cells[0]: row.cells for row in sheet.tables[0].rows}
    assert rows["complex"][4] is None and rows["empty"][4] == ""
    assert [row.cells[0] for row in sheet.tables[1].rows] == [
        "broken/kernel", "complex/phase", "words/vocabulary", "damaged/kernel",
    ]  # fmt: skip
    data = weights_document(model, list(found.values()), "1")
    json.dumps(data, allow_nan=False)
    assert [entry["histogram"] is None for entry in data["weights"]] == [
        one.figures is None or one.figures.minimum is None for one in found.values()
    ]


def test_a_column_for_what_is_not_finite_is_there_only_where_something_is_not() -> None:
    titles = {column.key for column in build_weights_sheet(model_of(ODD), weighed(model_of(ODD))).tables[0].columns}
    sound = model_of({"dense": ("Dense", {"kernel": normal(3, 4)})})
    assert titles - {column.key for column in build_weights_sheet(sound, weighed(sound)).tables[0].columns} == {
        "nonfinite"
    }


def test_narrower_tables_leave_out_more_and_more_and_say_so() -> None:
    model = model_of({"dense": ("Dense", {"kernel": normal(3, 4)})})
    widths = []
    for spared in ((), *NARROWER):
        sheet = build_weights_sheet(model, weighed(model), spared=spared)
        widths.append(max(map(len, sheet_to_text(sheet).splitlines()[2:5])))
        titles = [column.title for column, _ in COLUMNS if column.key in spared]
        assert not titles or all(title in sheet_to_text(sheet) for title in titles)
    assert widths == sorted(widths, reverse=True)
    assert set(NARROWER[-1]) <= {column.key for column, _ in COLUMNS}


def test_a_source_without_values_names_the_remedy() -> None:
    model = model_of({"dense": ("Dense", {"kernel": normal(3, 4)})})
    empty = Model(model.root, model.source)
    with pytest.raises(NetvizError) as raised:
        weigh(empty, held_weights(empty))
    assert "--architecture" in raised.value.hint
    assert weigh(empty, ()) == ()


def test_layers_are_chosen_by_name_expression_and_list() -> None:
    layers: Layers = {name: ("Dense", {"kernel": normal(2, 2)}) for name in ("one", "two", "three")}
    model = model_of(layers | {"flat": ("Flatten", {})})
    assert [one.place for one in held_weights(model, "two")] == ["two"]
    assert [one.place for one in held_weights(model, "t.*")] == ["two", "three"]
    assert [one.place for one in held_weights(model, ["three", "one"])] == ["one", "three"]
    with pytest.raises(LayerNotFound):
        held_weights(model, "four")
    with pytest.raises(UsageError) as raised:
        held_weights(model, "flat")
    assert "one, two, three" in raised.value.hint
    with pytest.raises(UsageError):
        held_weights(model, 3)  # type: ignore[arg-type]


def test_progress_ends_at_the_number_of_bytes_and_never_goes_back() -> None:
    model = model_of(ODD | {"big": ("Dense", {"kernel": normal(50, 40)})})
    told: list[tuple[int, int]] = []
    weighed(model, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert len({total for _, total in told}) == 1 and told[-1][0] == told[-1][1]


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 1000))
def test_the_effective_rank_is_the_exponential_of_the_entropy_of_the_singular_values(m: int, n: int, seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal((m, n))
    singular = np.linalg.svd(values, compute_uv=False)
    shares = singular / singular.sum()
    assert effective_rank(values) == pytest.approx(np.exp(-(shares * np.log(shares)).sum()))
    assert 1 <= effective_rank(values) <= min(m, n) + 1e-9


@pytest.mark.parametrize(("values", "rank"), [(np.eye(7) * 1e-200, 7), (np.ones((4, 9)), 1), (np.zeros((3, 3)), 0)])
def test_the_effective_rank_of_matrices_that_are_known(values: Any, rank: float) -> None:
    assert effective_rank(values) == pytest.approx(rank)


@pytest.mark.parametrize(
    ("class_name", "name", "shape", "outputs"),
    [
        ("Dense", "kernel", (3, 4), (1,)),
        ("Conv2D", "kernel", (3, 3, 4, 5), (3,)),
        ("Conv2DTranspose", "kernel", (3, 3, 5, 4), (2,)),
        ("DepthwiseConv2D", "depthwise_kernel", (3, 3, 4, 2), (3,)),
        ("MultiHeadAttention", "query/kernel", (6, 2, 4), (1, 2)),
        ("LSTM", "recurrent_kernel", (4, 16), (1,)),
    ],
)
def test_a_kernel_is_a_matrix_of_inputs_by_outputs(
    class_name: str, name: str, shape: tuple[int, ...], outputs: tuple[int, ...]
) -> None:
    values = normal(*shape)
    model = model_of({"layer": (class_name, {name: values})})
    (held,) = held_weights(model)
    assert output_axes(held) == outputs or class_name == "DepthwiseConv2D"
    rows = matrix(values.astype(np.float64), outputs)
    columns = [axis for axis in range(len(shape)) if axis in outputs]
    others = [axis for axis in range(len(shape)) if axis not in outputs]
    for index in np.ndindex(*shape):
        row = np.ravel_multi_index([index[axis] for axis in others], [shape[axis] for axis in others])
        column = np.ravel_multi_index([index[axis] for axis in columns], [shape[axis] for axis in columns])
        assert rows[row, column] == values[index]


def test_of_few_weights_all_are_on_the_page_of_many_the_kernels() -> None:
    layer = {"kernel": normal(3, 4), "bias": np.zeros(4, np.float32)}
    few, many = (model_of({f"dense{place}": ("Dense", layer) for place in range(count)}) for count in (3, FEW))
    assert len(page_weights(held_weights(few), 64, False)) == 6
    assert {one.weight.name for one in page_weights(held_weights(many), 64, False)} == {"kernel"}
    assert len(page_weights(held_weights(many), 64, True)) == 2 * FEW
    assert len(page_weights(held_weights(many), None, False)) == 2 * FEW
    some = page_weights(held_weights(many), 5, False)
    assert [one.place for one in some] == [f"dense{place}" for place in (0, 6, 12, 17, 23)]
    chart, _, rows = ridges(many, limit=5)
    assert (
        len(rows) == 5
        and f"5 kernels, evenly over the depth, of {FEW} kernels among {2 * FEW} weights" in chart.caption
    )


def test_the_counts_of_a_ridge_are_those_of_the_values_on_the_axis() -> None:
    values = normal(60, 50)
    model = model_of({"wide": ("Dense", {"kernel": values}), "narrow": ("Dense", {"kernel": values / 10})})
    _, panel, rows = ridges(model)
    low, high = panel.x.limits
    for row, own in zip(rows, (values, values / 10), strict=True):
        inside = (row.edges[:-1] >= low) & (row.edges[1:] <= high)
        assert row.counts[inside].sum() == np.count_nonzero((own >= low) & (own <= high))
        assert row.counts.sum() == own.size
        assert row.point == pytest.approx(own.mean(), abs=1e-6)


def test_neither_an_outlier_nor_a_far_weight_flattens_the_others() -> None:
    values = normal(60, 50)
    outlier = values.copy()
    outlier[0, 0] = 1e6
    layers: Layers = {f"dense{place}": ("Dense", {"kernel": values}) for place in range(5)}
    far: Layers = {"outlier": ("Dense", {"kernel": outlier}), "far": ("Dense", {"kernel": values + 5000})}
    _, panel, _ = ridges(model_of(layers))
    chart, wider, rows = ridges(model_of(layers | far))
    assert wider.x.limits[1] < 5 * panel.x.limits[1]
    assert "2 histograms reach beyond" in chart.caption
    assert (
        rows[-1].edges[np.flatnonzero(rows[-1].counts)[0]] >= wider.x.limits[1]
        and "all beyond" in rows[-1].words
        and rows[-1].point is None
    )
    assert "outlier and far" in chart.caption and "beyond" not in rows[-2].words


@pytest.mark.parametrize("kept", [1, 100, 10])
def test_the_zeros_of_a_pruned_weight_are_said_and_not_drawn(kept: int) -> None:
    values = normal(60, 50)
    values.reshape(-1)[np.arange(values.size) % kept != 0] = 0
    _, panel, (row,) = ridges(model_of({"pruned": ("Dense", {"kernel": values})}))
    low, high = panel.x.limits
    shown = values[values != 0] if kept > 1 else values
    assert row.counts.sum() == shown.size
    assert np.count_nonzero((shown >= low) & (shown <= high)) >= 0.98 * shown.size
    assert ("zeros, not drawn" in row.words) == (kept > 1)


def test_what_is_constant_is_a_spike_at_its_value() -> None:
    layers: Layers = {"dense": ("Dense", {"kernel": normal(9, 9), "bias": np.full(20, 0.5, np.float32)})}
    _, _, (_, bias) = ridges(model_of(layers))
    assert bias.edges.tolist() == [0.5, 0.5] and bias.counts.tolist() == [20]
    (_, one) = weighed(model_of(layers))
    assert one.edges is not None and one.edges.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("value", [1e4, 1e-42, 1e-9])
def test_a_layer_thousands_of_times_larger_or_smaller_does_not_tell_what_the_axis_spans(value: float) -> None:
    usual = {f"dense{place}": ("Dense", {"kernel": normal(20, 20, seed=place) / 5}) for place in range(3)}
    odd: Layers = {"odd": ("Dense", {"kernel": (normal(20, 20) * value).astype(np.float32)})}
    zeros: Layers = {f"zero{place}": ("Dense", {"bias": np.zeros(5, np.float32)}) for place in range(6)}
    _, without, _ = ridges(model_of({**usual}))
    _, panel, rows = ridges(model_of({**usual, **odd, **zeros}))
    assert panel.x.limits == pytest.approx(without.x.limits, rel=0.1)
    assert ("beyond" in rows[3].words) == (value > 1)
    _, single, _ = ridges(model_of(odd))
    assert 0 < single.x.limits[1] < 10 * value


def test_an_exploded_layer_is_no_hump() -> None:
    layers: Layers = {f"dense{place}": ("Dense", {"kernel": normal(20, 20) / 5}) for place in range(3)}
    layers["far"] = ("Dense", {"kernel": normal(20, 20) * 1e4})
    _, panel, rows = ridges(model_of(layers))
    touching = (rows[-1].edges[:-1] < panel.x.limits[1]) & (rows[-1].edges[1:] > panel.x.limits[0])
    assert not rows[-1].counts[touching].any() and rows[-1].counts.sum() >= 0.995 * 400
    layers["far"] = ("Dense", {"kernel": normal(40, 40) * 2})  # some of it on the axis
    _, panel, rows = ridges(model_of(layers))
    assert np.ptp(np.diff(rows[-1].edges)) < 1e-6  # bins of its whole range
    assert "% beyond" in rows[-1].words


def test_what_is_no_number_is_said_of_every_weight() -> None:
    some, none = normal(10, 10), np.full((10, 10), np.nan, np.float32)
    some[0, 0], some[0, 1] = np.nan, np.inf
    layers: Layers = {"some": ("Dense", {"kernel": some}), "none": ("Dense", {"kernel": none})}
    chart, _, rows = ridges(model_of({**layers, "damaged": ("Dense", {"kernel": None})}))
    assert "1 NaN, 1 infinite" in rows[0].words and "all 100 NaN" in rows[1].words
    assert "not readable" in rows[2].words and "Not readable: damaged" in chart.caption
    assert "NaN in some and none" in chart.caption and "Infinite values in some." in chart.caption
    assert "3 kernels" in chart.detail


def test_the_drawn_hills_are_as_high_as_their_values_are_dense() -> None:
    layers: Layers = {f"dense{place}": ("Dense", {"kernel": normal(30, 30) / 5}) for place in range(3)}
    layers["same"] = ("Dense", {"kernel": np.full((5, 5), 0.25, np.float32)})
    layers["far"] = ("Dense", {"kernel": normal(30, 30) * 1e4})
    outlier = normal(30, 30) / 5
    outlier[0, 0] = 1e6
    layers["outlier"] = ("Dense", {"kernel": outlier})
    chart, panel, rows = ridges(model_of(layers))
    axes = max(chart_to_figure(chart).axes, key=lambda one: len(one.collections))
    hills = [
        np.concatenate([path.vertices for path in one.get_paths()])
        for one in axes.collections
        if isinstance(one, PolyCollection)
    ]
    assert len(hills) == len(rows) - 1  # nothing of what is far away
    spike = hills[3]
    assert np.ptp(spike[:, 0]) == 0 and spike[0, 0] == 0.25 and np.ptp(spike[:, 1]) > 0.9
    for hill, row in zip([*hills[:3], hills[4]], [*rows[:3], rows[5]], strict=True):
        low, high = panel.x.limits
        assert low <= hill[:, 0].min() < hill[:, 0].max() <= high
        assert np.ptp(hill[:, 1]) == pytest.approx(np.ptp(spike[:, 1]))  # the densest bin is on the axis
        assert row.counts.sum() == 900


@given(st.one_of(st.floats(-1e307, 1e307), st.sampled_from([np.nan, np.inf, -np.inf])))
def test_numbers_in_words_are_the_numbers(value: float) -> None:
    text = value_words(value)
    assert "-" not in text and "e" not in text
    digits = text.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")).replace(",", "").replace("·10", "e")
    assert float(digits.replace("∞", "inf")) == pytest.approx(value, rel=0.0501, nan_ok=True)


def test_no_layer_at_all_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="names no layer"):
        held_weights(model_of({"dense": ("Dense", {"kernel": normal(3, 4)})}), [])


def test_without_values_to_draw_the_page_says_so() -> None:
    model = model_of({"words": ("Mine", {"vocabulary": np.array(["a"], object)})})
    held = held_weights(model)
    assert build_weights_page(model, weigh(model, held), held).panels
