"""Costs as users see them: `netviz.cost`, columns, colours, the report and the commands."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from matplotlib.text import Text

import netviz
from netviz.analysis.amounts import BYTES, percent, short, size
from netviz.analysis.charts.cost import build_cost_chart, own_costs
from netviz.analysis.charts.cost_table import PICTURES
from netviz.analysis.columns_cost import COST_COLUMNS, MEASURES
from netviz.analysis.cost import cost_model
from netviz.charts import Bars, Curve, Panel, Point, Ridges, Zone
from netviz.cli import cli
from netviz.errors import LayerNotFound, UsageError
from netviz.render.cells import bytes_text
from tests.conftest import EXAMPLES, ROOT

LENET = EXAMPLES / "lenet.keras"


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def open_model() -> keras.Model:
    """A convolution over pictures of any size, in a model inside of the model, and a dense layer: 2 branches."""
    x = layers.Input((None, None, 3), name="picture")
    encoder = keras.Sequential([layers.Input((None, None, 3)), layers.Conv2D(4, 3, name="conv")], name="encoder")
    y = layers.Input((7,), name="facts")
    pooled = layers.GlobalAveragePooling2D(name="pool")(encoder(x))
    return keras.Model([x, y], layers.Concatenate(name="join")([pooled, layers.Dense(5, name="dense")(y)]), name="open")


@pytest.fixture(scope="module")
def opaque_model() -> keras.Model:
    x = layers.Input((8,), name="x")
    h = layers.Lambda(lambda value: value * 2, output_shape=(8,), name="mystery")(x)
    return keras.Model(x, layers.Dense(3, name="dense")(h), name="opaque")


def test_totals_are_those_of_the_layers_and_of_arithmetic_by_hand() -> None:
    cost = netviz.cost(LENET)
    by_hand = {"conv1": 12 * 12 * 6 * 25, "conv2": 4 * 4 * 16 * 6 * 9, "fc1": 64 * 120, "fc2": 120 * 84}
    by_hand["predictions"] = 84 * 10
    assert {layer.path: layer.macs for layer in cost.layers if layer.macs} == by_hand
    assert cost.macs == sum(by_hand.values()) and cost.exact and not cost.unknown
    model = keras.saving.load_model(LENET)
    assert cost.weight_bytes == sum(4 * prod(weight.shape) for weight in model.weights)
    assert cost["conv1"].activation_bytes == 4 * 12 * 12 * 6


def test_all_grows_with_the_batch_but_the_weights() -> None:
    one, eight = netviz.cost(LENET), netviz.cost(LENET, batch=8)
    assert eight.macs == 8 * one.macs and eight.flops == 8 * one.flops
    assert eight.activation_bytes == 8 * one.activation_bytes and eight.training_bytes == 8 * one.training_bytes
    assert eight.weight_bytes == one.weight_bytes and eight.inputs == {"image": (8, 8, 8, 1)}


def test_open_axes_are_unknown_until_they_are_given(open_model: keras.Model) -> None:
    cost = netviz.cost(open_model)
    assert not cost.exact and "encoder" in cost.unknown and "--input-shape" in cost["conv"].reason
    shapes: tuple[Any, ...] = (
        [(1, 10, 10, 3), (1, 7)], {"picture": (1, 10, 10, 3)}, {"facts": (1, 7), "picture": [None, 10, 10, 3]},
    )  # fmt: skip
    for shape in shapes:
        closed = netviz.cost(open_model, input_shape=shape)
        assert closed.exact and closed.macs == 8 * 8 * 4 * 27 + 7 * 5, shape
    assert "at least" in str(cost) and "at least" not in str(closed)


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        (["--input-shape", "1,10,10,3", "--input-shape", "1,7"], True),
        (["--input-shape", "picture=1,10,10,3"], True),
        (["--input-shape", "picture=(1, 10, 10, 3)", "--input-shape", "facts=?,None"], True),
        (["--batch", "1", "--input-shape", "picture=?,10,10,3"], True),
        (["--input-shape", "1,10,10,4", "--input-shape", "1,7"], False),
        (["--input-shape", "picture=1,10,10,3", "--input-shape", "picture=1,10,10,3"], False),
        (["--input-shape", "picture=1,10,10,3", "--input-shape", "1,7"], False),
        (["--input-shape", "1,ten,10,3"], False),
        (["--input-shape", "1,-10,10,3"], False),
        (["--input-shape", ""], False),
        (["--batch", "0"], False),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_shapes_on_the_command_line(open_model: keras.Model, tmp_path: Path, options: list[str], fits: bool) -> None:
    open_model.save(tmp_path / "m.keras")
    done = run("cost", tmp_path / "m.keras", "--format", "json", *options)
    assert (done.exit_code == 0) is fits and "Traceback" not in done.output
    if fits:
        assert json.loads(done.output)["macs"] == 8 * 8 * 4 * 27 + 7 * 5


def test_columns_of_costs_are_what_cost_says() -> None:
    cost = netviz.cost(LENET, batch=2)
    done = run("inspect", LENET, "--batch", 2, "--columns", f"path,{','.join(COST_COLUMNS)}", "--format", "csv")
    rows = {row["path"]: row for row in csv.DictReader(io.StringIO(done.output))}
    assert rows.keys() == {layer.path for layer in cost.layers}
    for layer in cost.layers:
        for measure in MEASURES:
            assert int(rows[layer.path][measure] or 0) == getattr(layer, measure)
        if not isinstance(layer.receptive_field, str) and layer.receptive_field is not None:
            assert rows[layer.path]["receptive_field"] == " × ".join(map(str, layer.receptive_field.size))
    assert sum(float(row["macs_share"] or 0) for row in rows.values()) == pytest.approx(1)


def test_inspect_has_the_totals_where_it_shows_costs_and_only_there() -> None:
    net, cost = netviz.inspect(LENET), netviz.cost(LENET)
    shown = net.summary(columns="name,output,macs,flops")
    for total in (cost.macs, cost.flops):
        assert f"{total:,}" in str(shown)
    data: Any = shown.data
    assert data["cost"]["macs"] == cost.macs and data["cost"]["inputs"] == {"image": [1, 8, 8, 1]}
    assert [layer["cost"]["macs"] for layer in data["layers"]] == [layer.macs for layer in cost.layers]
    for plain in (net.summary(), net.summary(columns="name,parameters")):
        found: Any = plain.data
        assert "cost" not in found and "MACs" not in str(plain)
    assert "MACs" in str(net.summary(layer="conv1", columns="name,macs"))


@pytest.mark.parametrize("format", ["table", "markdown", "html", "csv", "latex", "json"])
def test_every_format_has_the_costs(format: str) -> None:
    shown = netviz.inspect(LENET).summary(columns="name,macs,receptive_field,field_stride,field_offset")
    text = str(shown.to(format)).replace(",", "").replace("{", "").replace("}", "")
    assert "21600" in text and ("4 × 4" in text or format in ("json", "latex"))


def test_shapes_without_a_cost_to_be_shown_are_refused() -> None:
    net = netviz.inspect(LENET)
    with pytest.raises(UsageError, match="batch") as raised:
        net.summary(batch=2)
    assert "macs" in raised.value.hint
    with pytest.raises(UsageError, match="input_shape") as raised:
        net.graph(input_shape=(1, 8, 8, 1))
    assert "macs" in raised.value.hint


def test_no_cost_is_worked_out_where_none_is_shown_and_tables_draw_nothing() -> None:
    code = (
        f"import sys, netviz; net = netviz.inspect({str(LENET)!r}); str(net.summary()); net.summary().to('json');"
        "assert not [name for name in sys.modules if name.startswith('netviz.analysis.cost')];"
        "str(net.summary(columns='name,macs')); str(netviz.cost(net)); netviz.cost(net).to('json');"
        "assert not {'netviz.analysis.charts.cost', 'matplotlib', 'keras'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_unknown_says_so_everywhere_with_the_reason(opaque_model: keras.Model) -> None:
    cost = netviz.cost(opaque_model)
    assert not cost.exact and cost.unknown == ("mystery",) and cost["mystery"].macs is None
    assert cost.macs == 8 * 3
    for text in (str(cost), str(netviz.inspect(opaque_model).summary(columns="name,macs"))):
        assert "at least" in text and cost["mystery"].reason.split(".")[0] in text
    page = str(netviz.report(opaque_model).to("html"))
    assert cost["mystery"].reason.split(":")[0] in page
    data: Any = cost.data
    assert data["exact"] is False and data["unknown"] == ["mystery"]
    assert [layer["reason"] for layer in data["layers"]] == [layer.reason or None for layer in cost.layers]


@pytest.mark.parametrize("measure", MEASURES)
def test_boxes_have_the_cost_of_their_layers(measure: str, open_model: keras.Model) -> None:
    shapes = [(1, 10, 10, 3), (1, 7)]
    cost = netviz.cost(open_model, input_shape=shapes)
    values: dict[str, Any] = {}

    def gather(items: Any) -> None:
        for item in items:
            gather(item.get("children", ()))
            if item["kind"] in ("layer", "closed"):
                values[item["id"]] = item["value"]

    drawn: Any = netviz.graph(open_model, color=measure, input_shape=shapes, fold=False).data
    gather(drawn["children"])
    assert values and all(value == getattr(cost[path], measure) for path, value in values.items())
    closed: Any = netviz.graph(open_model, color=measure, input_shape=shapes, depth=1).data
    (encoder,) = [item for item in closed["children"] if item["id"] == "encoder"]
    assert encoder["value"] == getattr(cost["encoder"], measure)


def _boxes(source: Any, **choices: Any) -> dict[str, Any]:
    drawn: Any = netviz.graph(source, **choices).data
    found: dict[str, Any] = {}

    def gather(items: Any) -> None:
        for item in items:
            gather(item.get("children", ()))
            if item["kind"] in ("layer", "closed"):
                found[item["id"]] = item

    gather(drawn["children"])
    return found


@pytest.fixture(scope="module")
def twice_model() -> keras.Model:
    """A model that is called with 4 and with 9 positions, and a layer that is called with 2 and with 3."""
    inner = keras.Sequential([layers.Input((None, 16)), layers.Dense(5, name="first"), layers.Dense(8, name="second")])
    inner.name = "inner"
    shared = layers.Dense(10, name="shared")
    ends = [layers.Input((length, 16)) for length in (4, 9)] + [layers.Input((length, 7)) for length in (2, 3)]
    outputs = [inner(ends[0]), inner(ends[1]), shared(ends[2]), shared(ends[3])]
    return keras.Model(ends, outputs, name="twice")


def test_each_call_has_a_cost_of_its_own(twice_model: keras.Model) -> None:
    by_hand = {"shared": 2 * 70, "shared#2": 3 * 70}
    for call, length in (("inner", 4), ("inner#2", 9)):
        by_hand |= {call: length * 16 * 5 + length * 5 * 8, f"{call}/first": length * 80, f"{call}/second": length * 40}
    for depth in (None, 1):
        boxes = _boxes(twice_model, color="macs", depth=depth, fold=False)
        assert {id: box["value"] for id, box in boxes.items() if box["value"]} == {
            id: macs for id, macs in by_hand.items() if id in boxes
        }
        total = sum(box["part"] for box in boxes.values())
        assert ("inner#2" in boxes) is (depth == 1) and total == pytest.approx(1)
    weights = _boxes(twice_model, color="weight_bytes", fold=False)
    assert weights["shared"]["value"] == weights["shared#2"]["value"] == 4 * (70 + 10)


def test_a_card_of_several_says_that_it_has_all_their_cost_and_the_bar_its_part() -> None:
    stack = [layers.Input((6,)), *(layers.Dense(6, name=f"{kind}{n}") for n in range(40) for kind in "ab")]
    model = keras.Sequential(stack)
    boxes = _boxes(model, color="macs", fold=True)
    folded = next(box for box in boxes.values() if len(box["calls"]) > 1)
    assert folded["value"] == 36 * len(folded["calls"])
    assert folded["part"] == pytest.approx(len(folded["calls"]) / 80)
    svg = str(netviz.graph(model, color="macs", fold=True).to("svg"))
    assert "MACs in all" in svg
    # Of the four layers of LeNet with most parameters another has most MACs: the longest bar is that one's.
    for color, longest in (("macs", "conv1"), ("family", "fc2")):
        svg = str(netviz.graph(LENET, color=color).to("svg"))
        cards = re.split('<g class="box ', svg)[1:]
        bars = {name: float(length) for card in cards
                if (length := (re.search(r'class="y" d="M[^h]*h([0-9.]+)"', card) or [None, None])[1])
                for name in ("conv1", "conv2", "fc1", "fc2", "predictions") if f">{name}<" in card}  # fmt: skip
        assert max(bars, key=lambda name: bars[name]) == longest


def test_a_scale_says_whether_it_is_logarithmic_with_marks_at_powers_of_ten() -> None:
    wide = keras.Sequential([layers.Input((1000,)), layers.Dense(1000), layers.Dense(50), layers.Dense(1)])
    svg = str(netviz.graph(wide, color="macs").to("svg"))
    assert "log scale" in svg and all(f">{words}</text>" in svg for words in ("100", "1 k", "10 k", "100 k"))
    near = keras.Sequential([layers.Input((10,)), layers.Dense(10, name="half"), layers.Dense(20, name="full")])
    svg = str(netviz.graph(near, color="macs").to("svg"))
    assert "log scale" not in svg and ">0 MACs</text>" in svg
    levels = {
        layer: int(level) for level, layer in re.findall(r'class="box [^"]*level-(\d+)".*? data-path="(\w+)"', svg)
    }
    assert levels["half"] == pytest.approx(levels["full"] / 2, abs=1)


def test_a_graph_tells_unknown_from_nothing(opaque_model: keras.Model) -> None:
    svg = str(netviz.graph(opaque_model, color="macs").to("svg"))
    assert "? MACs" in svg and "unknown" in svg and "no MACs" in svg and "24 MACs" in svg
    assert "unknown" not in str(netviz.graph(LENET, color="macs").to("svg")).replace("f-unknown", "")


def test_a_shared_layer_counts_every_call(tmp_path: Path) -> None:
    a, b = layers.Input((6,), name="a"), layers.Input((6,), name="b")
    shared = layers.Dense(4, name="shared")
    model = keras.Model([a, b], layers.Add(name="sum")([shared(a), shared(b)]))
    cost = netviz.cost(model)
    assert cost["shared"].macs == cost.macs == 2 * 6 * 4 and cost["shared"].calls == 2


def test_the_table_and_the_data_have_what_was_asked_for(twice_model: keras.Model) -> None:
    x = keras.Input((None, None, 3), name="x")
    model = keras.Model(x, layers.MaxPooling2D(name="pool")(layers.Conv2D(4, 3, name="conv")(x)))
    cost = netviz.cost(model, input_shape=(2, 9, 7, 3))
    computed = keras.Model(x, [layer.output for layer in model.layers[1:]])(np.zeros((2, 9, 7, 3)))
    for output in computed:
        assert str(tuple(output.shape)) in str(cost)
    assert str(cost).splitlines()[0].endswith("for x 2×9×7×3") and "None" not in str(cost)
    page: Any = netviz.report(model, input_shape=(2, 9, 7, 3)).data
    macs = page["facts"]["MACs"]
    assert macs == f"{short(cost.macs)} for x 2×9×7×3"
    data: Any = netviz.cost(twice_model).data
    by_path = {layer["path"]: layer for layer in data["layers"]}
    for path, layer in by_path.items():
        calls = layer.get("by_call", [])
        assert len(calls) == (2 if path == "shared" or path.startswith("inner") else 0)
        assert not calls or sum(call["macs"] for call in calls) == layer["macs"]
    assert [call["outputs"] for call in by_path["inner/second"]["by_call"]] == [[[1, 4, 8]], [[1, 9, 8]]]


def test_what_no_layer_has_takes_no_room(tmp_path: Path) -> None:
    assert " 0 B" not in str(netviz.cost(LENET)).split("Cost of")[0]
    dense = keras.Sequential([layers.Input((3,)), layers.Dense(2)])
    dense.save_weights(tmp_path / "m.weights.h5")
    assert "--architecture" in str(netviz.cost(tmp_path / "m.weights.h5")).rstrip().splitlines()[-1]
    assert "--architecture" not in str(netviz.cost(dense))
    idle = keras.Sequential([layers.Input((3,)), layers.Flatten()])
    assert "Share of MACs" not in str(netviz.cost(idle)) and "Share of MACs" in str(netviz.cost(dense))


def test_strides_larger_than_a_float_end_in_no_error(tmp_path: Path) -> None:
    stack = [layers.Input((None, 1)), *(layers.MaxPooling1D(7919, name=f"pool{n}") for n in range(30))]
    config = keras.Sequential([*stack, layers.UpSampling1D(3)]).to_json().replace("7919", "1" + "0" * 15)
    (tmp_path / "m.json").write_text(config)
    cost = netviz.cost(tmp_path / "m.json")
    assert "pool29" in str(cost) and json.loads(str(cost.to("json")))
    assert "<html" in str(netviz.report(tmp_path / "m.json").to("html"))


def test_layers_are_found_by_path_and_by_name(open_model: keras.Model) -> None:
    cost = netviz.cost(open_model)
    assert cost["encoder/conv"] is cost["conv"] and [layer.path for layer in cost] == [o.path for o in cost.layers]
    with pytest.raises(LayerNotFound) as raised:
        cost["encoder/cnov"]
    assert "encoder/conv" in raised.value.hint


def test_the_chart_adds_up_to_the_totals(open_model: keras.Model) -> None:
    for source, shape in ((LENET, None), (open_model, [(1, 10, 10, 3), (1, 7)])):
        model = netviz.inspect(source).model
        cost = cost_model(model, input_shape=shape)
        own = own_costs(model, cost)
        assert sum(one.macs or 0 for one in own) == cost.macs and sum(one.flops or 0 for one in own) == cost.flops
        bars, sums, _, costliest = build_cost_chart(model, cost, 2).panels
        assert isinstance(bars.marks[0], Bars) and len(bars.marks[0].values) == len(own)
        assert _curve(sums).y[0] == 0 and _curve(sums).y[-1] == pytest.approx(100)
        assert max(bytes_ for _, bytes_ in cost.alive) == cost.activation_bytes
        assert isinstance(costliest.marks[0], Ridges) and len(costliest.marks[0].rows) == 2
        everything = build_cost_chart(model, cost, None).panels[-1].marks[0]
        assert isinstance(everything, Ridges) and len(everything.rows) == sum(bool(one.macs) for one in own)


def _curve(panel: Panel) -> Curve:
    (curve, *_) = [mark for mark in panel.marks if isinstance(mark, Curve)]
    return curve


def test_panels_over_the_depth_have_one_axis() -> None:
    model = netviz.inspect(LENET).model
    cost = cost_model(model)
    bars, sums, memory, _ = build_cost_chart(model, cost, None).panels
    assert bars.x == sums.x == memory.x and bars.x.ticks is not None
    names = {name: place for place, name in bars.x.ticks}
    (peak,) = [mark for mark in memory.marks if isinstance(mark, Point)]
    assert peak.x == names[cost.peak_at] and peak.label.startswith(cost.peak_at)
    # A layer's part of a sum lies around its number, as its bar does.
    curve = _curve(sums)
    for layer in cost.layers:
        before, behind = (float(np.interp(names[layer.name] + half, curve.x, curve.y)) for half in (-0.5, 0.5))
        assert behind - before == pytest.approx(100 * (layer.macs or 0) / cost.macs)
    assert "run" in build_cost_chart(model, cost, None).caption


def test_where_calls_are_not_layers_the_memory_says_that_its_axis_is_another() -> None:
    x = keras.Input((4,))
    shared = layers.Dense(4)
    model = netviz.inspect(keras.Model(x, shared(shared(x)))).model
    chart = build_cost_chart(model, cost_model(model), None)
    bars, _, memory, _ = chart.panels
    assert bars.x.limits == (-0.5, 1.5) and memory.x.limits == (-0.5, 2.5) and "3 calls" in chart.caption


def test_what_is_unknown_is_a_gap_in_every_panel() -> None:
    x = keras.Input((None, 4), name="x")
    h = layers.GlobalAveragePooling1D(name="pool")(layers.Dense(3, name="open")(x))
    model = netviz.inspect(keras.Model(x, layers.Dense(2, name="dense")(h))).model
    chart = build_cost_chart(model, cost_model(model), None)
    bars, sums, memory, _ = chart.panels
    assert isinstance(bars.marks[0], Bars) and np.isnan(bars.marks[0].values[1])
    curve = _curve(memory)
    assert np.isnan(curve.y[:4]).all() and np.isfinite(curve.y[4:]).all()
    for panel in (sums, memory):
        (zone,) = [mark for mark in panel.marks if isinstance(mark, Zone)]
        assert zone.hatched and zone.begin <= 0.5 and zone.end >= 1.5
    (peak,) = [mark for mark in memory.marks if isinstance(mark, Point)]
    assert "at least" in memory.detail and "at least" in peak.label and "known" in sums.detail


@pytest.mark.parametrize(("limit", "others"), [(2, 3), (4, 1), (None, 0)])
def test_layers_that_cost_as_much_as_the_last_one_named_are_counted(limit: int | None, others: int) -> None:
    stack = [layers.Input((6,)), layers.Dense(6), *(layers.Dense(6) for _ in range(4)), layers.Dense(1)]
    model = netviz.inspect(keras.Sequential(stack)).model
    panel = build_cost_chart(model, cost_model(model), limit).panels[-1]
    assert (f"{others} of them as large" in panel.detail) is bool(others)
    assert ("as large" in panel.detail) is bool(others)


@pytest.mark.parametrize("picture", PICTURES)
def test_each_picture_can_be_read_or_is_refused(picture: str) -> None:
    column = (3.5, 4.2)  # inches: that of a journal
    if picture == "page":
        with pytest.raises(UsageError, match="too small") as raised:
            netviz.cost(LENET, figsize=column).to("svg")
        assert "--picture" in raised.value.hint
        high = float(raised.value.hint.split()[-3])
        figure = netviz.cost(LENET, figsize=(3.5, high)).figure
    else:
        figure = netviz.cost(LENET, figsize=column, picture=picture, limit=8).figure
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert sizes and min(map(float, sizes)) >= 5.5


def test_pictures_that_there_are_not_are_named_with_those_there_are() -> None:
    with pytest.raises(UsageError) as raised:
        netviz.cost(LENET, picture="all")
    assert all(name in raised.value.hint for name in PICTURES)
    assert run("cost", LENET, "--picture", "all").exit_code == 2


def test_no_cost_is_too_large_to_be_drawn(tmp_path: Path) -> None:
    config = (
        keras.Sequential([layers.Input((8, 2)), layers.Conv1D(7919, 3)]).to_json().replace("7919", "1" + "0" * 4000)
    )
    (tmp_path / "m.json").write_text(config)
    cost = netviz.cost(tmp_path / "m.json")
    assert "<svg" in str(cost.to("svg")) and "cost of" in repr(cost)
    assert "MACs" in str(netviz.graph(tmp_path / "m.json", color="macs").to("svg"))


def test_nothing_to_draw_says_so() -> None:
    assert "<svg" in str(netviz.cost(keras.Sequential(name="empty")).to("svg"))


def test_a_report_has_the_costs_in_every_form() -> None:
    cost = netviz.cost(LENET, batch=3)
    made = netviz.report(LENET, batch=3)
    data: Any = made.data
    assert (
        data["model"]["cost"]["macs"] == cost.macs and data["facts"]["MACs"] == f"{short(cost.macs)} for a batch of 3"
    )
    assert f"{cost.macs:,}" in str(made.to("markdown")) and f"{cost.flops:,}" in str(made.to("html"))
    assert run("report", LENET, "--input-shape", "3,8,8,1", "--format", "json").output == made.to("json")


@pytest.mark.parametrize(
    ("value", "words", "bytes_"),
    [
        (0, "0", "0 B"), (999, "999", "999 B"), (1000, "1 k", "1000 B"), (1024, "1.02 k", "1.0 KB"),
        (1280, "1.28 k", "1.3 KB"), (1_048_525, "1.05 M", "1.0 MB"), (1_048_524, "1.05 M", "1,023.9 KB"),
        (4_089_284_608, "4.09 G", "3.8 GB"), (999_499, "999 k", "976.1 KB"), (355_740_000, "356 M", "339.3 MB"),
        (5 << 40, "5.5 T", "5.0 TB"), (1 << 300, f"2^{300 - 59} E", "2^240 EB"),
    ],
)  # fmt: skip
def test_amounts_are_rounded_one_way(value: int, words: str, bytes_: str) -> None:
    assert short(value) == words and size(value) == bytes_


@settings(max_examples=200)
@given(st.integers(0, 1 << 90))
def test_bytes_are_rounded_as_in_tables_and_by_half_upwards(value: int) -> None:
    text = size(value)
    assert text == bytes_text(value)
    number, unit = text.replace(",", "").split(" ")
    step = 1024 ** BYTES.index(unit)
    off = Fraction(value, step) - Fraction(number)
    assert -Fraction(1, 20) <= off < Fraction(1, 20)


def test_shares_of_next_to_nothing_are_no_zero() -> None:
    assert percent(0) == "0.0 %" and percent(1e-9) == "<0.1 %" and percent(1) == "100.0 %"
    assert percent(1 - 1e-9) == ">99.9 %"


def test_models_nested_too_deeply_are_one_line(tmp_path: Path) -> None:
    """300 models inside of each other: netviz reads them; costs end in one line, wherever they are asked for."""
    inner: dict[str, Any] = {"class_name": "Dense", "module": "keras.layers", "config": {"name": "last", "units": 2}}
    entry = {"class_name": "InputLayer", "module": "keras.layers", "config": {"batch_shape": [None, 3], "name": "x"}}
    for depth in range(300):
        config = {"name": f"m{depth}", "layers": [entry, inner]}
        inner = {"class_name": "Sequential", "module": "keras", "config": config}
    path = tmp_path / "deep.json"
    path.write_text(json.dumps(inner))
    for verb in ("cost", "report", "inspect --columns macs", "graph --color macs"):
        done = CliRunner().invoke(cli, [*verb.split(), str(path)])
        assert done.exit_code == 1 and done.stderr.startswith("netviz: ") and "nested" in done.stderr, verb
        assert len(done.stderr.splitlines()) <= 2, verb
