"""`netviz outputs` and `netviz trace`, as commands and as verbs: tables, folders, pictures and errors."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import netviz
from netviz.charts import Bars, Heatmap, Panel, Tiles, Words
from netviz.cli import cli
from netviz.errors import LayerNotFound, NetvizError, UsageError
from tests.conftest import EXAMPLES, ROOT

INPUTS = EXAMPLES.parent / "inputs"
LENET, DIGITS = str(EXAMPLES / "lenet.keras"), str(INPUTS / "digits.npy")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def lenet() -> Any:
    return keras.models.load_model(LENET)


def test_the_table_has_a_row_for_each_call_in_order(lenet: Any) -> None:
    found = netviz.outputs(lenet, DIGITS)
    rows = list(csv.DictReader(io.StringIO(str(found.to("csv")))))
    assert [row["output"] for row in rows] == [layer.name for layer in lenet.layers] == list(found.data)
    text = str(found)
    assert all(layer.name in text for layer in lenet.layers)
    data = json.loads(found.to("json"))
    assert data["schema"] == 1 and data["netviz"] == netviz.__version__
    for name, figures in data["outputs"].items():
        assert figures["mean"] == pytest.approx(float(found.data[name].astype("float64").mean()), rel=1e-4, abs=1e-7)
        assert sum(figures["histogram"]["counts"]) == figures["sampled"] == figures["size"]


def test_the_command_prints_what_the_verb_does() -> None:
    done = run("outputs", LENET, "--input", DIGITS, "--layer", "fc1", "--layer", "fc2")
    assert done.exit_code == 0
    assert done.output == str(netviz.outputs(LENET, DIGITS, layers=["fc1", "fc2"]))


def test_layers_are_chosen_by_name_class_expression_and_range(lenet: Any) -> None:
    for layers, expected in (
        ("conv1", ["conv1"]),
        ("Dense", ["fc1", "fc2", "predictions"]),
        (["pool.*", "image"], ["image", "pool1", "pool2"]),
        ("conv2..flatten", ["conv2", "pool2", "flatten"]),
    ):
        assert list(netviz.outputs(lenet, DIGITS, layers=layers).data) == expected
    with pytest.raises(LayerNotFound, match="conf1") as error:
        netviz.outputs(lenet, DIGITS, layers="conf1")
    assert "conv1" in error.value.hint


def test_a_folder_holds_everything_and_is_written_anew(tmp_path: Path, lenet: Any) -> None:
    target = tmp_path / "out"
    done = run("outputs", LENET, "--input", INPUTS / "three.png", "--rescale", 0, 1, "-o", target)
    assert done.exit_code == 0 and "scaled 0…255 → 0…1" in done.output
    index = json.loads((target / "index.json").read_text())
    files = {entry["file"]: entry["shows"] for entry in index["files"]}
    assert {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()} == {*files, "index.json"}
    shown = {what for file, what in files.items() if file.startswith("layers/")}
    x = np.asarray(Image.open(INPUTS / "three.png"), "float32")[None, :, :, None] / 255
    expected = netviz.outputs(lenet, x).data
    with np.load(target / "outputs.npz") as held:
        assert set(held.files) == shown == expected.keys()
        for name in held.files:
            np.testing.assert_allclose(held[name], expected[name], rtol=1e-4, atol=1e-5)
    assert all((target / file).read_bytes().startswith(b"\x89PNG") for file in files if file.endswith(".png"))
    again = run("outputs", LENET, "--input", DIGITS, "--statistics", "-o", target)
    assert again.exit_code == 0 and not (target / "layers").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    done = run("outputs", LENET, "--input", DIGITS, "-o", tmp_path)
    assert done.exit_code == 2 and "other things" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_is_interrupted_leaves_nothing(tmp_path: Path, lenet: Any, error: Any) -> None:
    def stop(done: int, total: int) -> None:
        if done == 6:
            raise error

    found = netviz.outputs(lenet, DIGITS)
    with pytest.raises((KeyboardInterrupt, NetvizError)):
        found.save(tmp_path / "out", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_files_by_suffix(tmp_path: Path) -> None:
    found = netviz.outputs(LENET, DIGITS, layers="conv1")
    with np.load(found.save(tmp_path / "x.npz")) as held:
        np.testing.assert_array_equal(held["conv1"], found.data["conv1"])
    for suffix, begin in ((".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        path = found.save(tmp_path / f"x{suffix}")
        assert begin in path.read_bytes()[:200]
    assert found.save(tmp_path / "y.npz").read_bytes() == (tmp_path / "x.npz").read_bytes()
    with pytest.raises(UsageError, match="no values"):
        netviz.outputs(LENET, DIGITS, statistics=True).save(tmp_path / "z.npz")


def marks(plot: Any, panel: int = 0) -> Any:
    """The only mark of a panel of the chart that a plot is drawn from."""
    chart = plot
    (mark,) = chart.panels[panel].marks
    return mark


def chart_of(values: Any, layer: str = "Conv2D", name: str = "x", limit: int = 64, **config: object) -> Any:
    from netviz.analysis.activity import Activity
    from netviz.analysis.charts.outputs import Output
    from netviz.analysis.charts.outputs_pictures import build_output_chart
    from netviz.model import Layer

    known = Layer(name, name, layer, "keras.layers", config)
    return build_output_chart(Output(name, name, known, Activity()), np.asarray(values), 0, 1, limit)


def test_what_is_drawn_is_what_came_out() -> None:
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(7, 5, 3)).astype("float32")
    assert np.array_equal(marks(chart_of(maps)).values, np.moveaxis(maps, -1, 0).astype("float64"))
    first = marks(chart_of(np.moveaxis(maps, -1, 0), data_format="channels_first"))
    assert np.array_equal(first.values, np.moveaxis(maps, -1, 0).astype("float64"))
    steps = rng.normal(size=(6, 9))
    assert np.array_equal(marks(chart_of(steps, "LSTM")).values, steps)
    few, many = rng.normal(size=10), rng.normal(size=120)
    assert isinstance(marks(chart_of(few, "Dense")), Bars)
    assert np.array_equal(marks(chart_of(few, "Dense")).values, few)
    cells = marks(chart_of(many, "Dense"))
    assert isinstance(cells, Heatmap) and np.array_equal(np.ravel(cells.values), many)
    image = rng.uniform(size=(4, 4, 3))
    assert np.array_equal(marks(chart_of(image, "InputLayer")).values, image[None])
    volume = rng.normal(size=(5, 4, 4, 2))
    assert np.array_equal(marks(chart_of(volume, "Conv3D")).values, np.moveaxis(volume[2], -1, 0))
    heads = rng.uniform(size=(3, 4, 6))
    scores = chart_of(heads, "MultiHeadAttention", "x:scores")
    assert len(scores.panels) == 3 and np.array_equal(marks(scores, 1).values, heads[1])
    assert isinstance(marks(chart_of(np.array("a text"), "TextVectorization")), Words)


def test_what_is_too_much_is_cut_and_said() -> None:
    chart = chart_of(np.zeros((400, 30, 300)))
    tiles = marks(chart)
    assert isinstance(tiles, Tiles) and tiles.values.shape[0] == 64 and max(tiles.values.shape[1:]) <= 160
    assert "64 of 300 channels" in chart.caption and "Means of 3 × 3 places" in chart.caption
    flat = np.arange(400 * 30, dtype="float64").reshape(400, 30, 1)
    averaged = marks(chart_of(flat)).values[0]
    np.testing.assert_allclose(averaged[0, 0], flat[:3, :3, 0].mean())
    np.testing.assert_allclose(averaged[-1, -1], flat[399:, 27:, 0].mean())


@pytest.mark.parametrize("shape", [(0,), (1,), (1, 1), (997,), (2, 0, 3), (1, 1, 1, 1, 1, 2), (3, 1, 1)])
def test_any_shape_has_a_picture(shape: tuple[int, ...]) -> None:
    for fill in (0.0, np.nan, np.inf, -1e300):
        chart = chart_of(np.full(shape, fill), "Strange")
        assert chart.panels and all(isinstance(panel, Panel) for panel in chart.panels)


def test_health_names_what_is_wrong_and_where() -> None:
    x = keras.Input((4,), name="x")
    y = keras.layers.Dense(6, activation="relu", name="dead", bias_initializer=keras.initializers.Constant(-1e6))(x)
    y = keras.layers.Dense(5, activation="tanh", name="saturated", bias_initializer=keras.initializers.Constant(50))(y)
    z = keras.layers.Dense(3, name="drifting", kernel_initializer=keras.initializers.Constant(1e4))(x)
    model = keras.Model(x, [y, z])
    given = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
    found = netviz.outputs(model, given)
    notes = {note.code: note for note in found.notes}
    assert notes["dead-units"].path == "dead" and notes["saturated"].path == "saturated"
    assert notes["scale-drift"].path == "drifting"
    model.get_layer("drifting").bias.assign([0, np.nan, 0])
    codes = {note.code: note.path for note in netviz.outputs(model, given).notes}
    assert codes["nan-output"] == "drifting" and "nan-input" not in codes
    given[3, 1] = np.nan
    broken = netviz.outputs(model, given)
    assert "1 NaN" in next(note for note in broken.notes if note.code == "nan-input").message
    assert "1 NaN" in str(broken)


def test_values_beyond_the_limit_are_refused_before_they_are_all_computed() -> None:
    from netviz.analysis import gathering

    usual = gathering.MOST_VALUES
    batches = []
    try:
        gathering.MOST_VALUES = 10_000
        with pytest.raises(UsageError, match="GiB") as error:
            netviz.outputs(LENET, DIGITS, batch_size=1, progress=lambda done, total: batches.append(done))
    finally:
        gathering.MOST_VALUES = usual
    assert "statistics" in error.value.hint and not batches


def test_plots_of_one_call_and_their_errors(lenet: Any) -> None:
    found = netviz.outputs(lenet, DIGITS)
    one = found.plot("conv1", sample=3)
    assert one.data["values"] == found.data["conv1"][3].tolist()  # type: ignore[index]
    for path, sample, kind in (("conf1", 0, LayerNotFound), ("conv1", 16, UsageError), ("conv1", -1, UsageError)):
        with pytest.raises(kind):
            found.plot(path, sample=sample)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--input", "1,2,3"), r"image has shape \(3,\), and the model takes \(None, 8, 8, 1\)"),
        (("--input", "nowhere.npy"), "nowhere.npy: no such file"),
        (("--input", DIGITS, "--layer", "conf1"), "conf1"),
        (("--input", f"picture={DIGITS}"), "no input 'picture'"),
        (("--input", DIGITS, "--rescale", "0", "1", "--preprocess", "tf"), "rescale and preprocess"),
        (("--input", DIGITS, "-o", "nowhere/at/all.svg"), "no folder"),
    ],
)
def test_bad_input_is_one_line_and_a_hint(arguments: tuple[str, ...], words: str) -> None:
    for command in ("outputs", "trace"):
        done = run(command, LENET, *arguments)
        lines = done.output.strip().splitlines()
        assert done.exit_code in (1, 2) and len(lines) <= 2
        assert re.search(words, lines[0]), done.output


def test_dangerous_files_are_refused() -> None:
    for command in ("outputs", "trace"):
        done = run(command, EXAMPLES / "hidden.keras", "--input", "1")
        assert done.exit_code == 3 and "dangerous" in done.output


def test_without_keras_it_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['keras'] = None\n"
        "import netviz\n"
        f"try: netviz.outputs({LENET!r}, {DIGITS!r})\n"
        "except netviz.MissingDependency as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env={**os.environ})
    assert "pip install keras" in done.stdout, done.stderr


def test_y_is_two_x_plus_one() -> None:
    done = run("trace", EXAMPLES / "line.keras", "--input", "4")
    assert "4 · 2 + 1 = 9" in done.output
    data: Any = netviz.trace(EXAMPLES / "line.keras", [[4.0]]).data
    assert data["layers"][-1]["outputs"] == [pytest.approx([9.0], abs=1e-3)]


def test_a_line_that_is_not_what_keras_computed_says_so() -> None:
    class Lying(keras.layers.Dense):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return super().call(x) + 1

    Lying.__name__ = "Dense"
    x = keras.Input((2,))
    model = keras.Model(x, Lying(2, name="odd")(x))
    data: Any = netviz.trace(model, [[1.0, 2.0]], layers="odd").data
    assert any(not line["sound"] for line in data["layers"][0]["lines"])
    assert "is what Keras gives" in str(netviz.trace(model, [[1.0, 2.0]]))


def test_what_is_given_as_input_is_never_written_over(tmp_path: Path) -> None:
    x = np.load(DIGITS)
    np.savez(tmp_path / "x.npz", image=x)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    Image.fromarray((x[0, :, :, 0] * 255).astype("uint8")).save(pictures / "p.png")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    for command, given, target in (
        ("outputs", "x.npz", "x.npz"),
        ("outputs", "image=x.npz", "x.npz"),
        ("outputs", "pictures", "pictures"),
        ("outputs", "pictures", "pictures/p.png"),
        ("trace", "pictures/p.png", "pictures/p.png"),
    ):
        name, _, path = given.rpartition("=")
        done = run(command, LENET, "--input", f"{name}{'=' if name else ''}{tmp_path / path}", "-o", tmp_path / target)
        assert done.exit_code == 2 and "overwritten" in done.output, (command, given)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


@pytest.mark.parametrize("own", ["notes.md", "layers/mine.txt", "more/of/it.txt"])
def test_files_of_the_user_s_in_an_old_folder_stay(tmp_path: Path, lenet: Any, own: str) -> None:
    found = netviz.outputs(lenet, DIGITS, layers="fc1")
    target = found.save(tmp_path / "out")
    (target / own).parent.mkdir(parents=True, exist_ok=True)
    (target / own).write_text("mine")
    held = sorted(target.rglob("*"))
    with pytest.raises(UsageError, match="other things") as error:
        found.save(target)
    assert own.split("/")[0] in error.value.message
    assert sorted(target.rglob("*")) == held and (target / own).read_text() == "mine"


def test_whole_numbers_may_be_numpy_s_and_zero_is_no_limit(lenet: Any) -> None:
    third: Any = np.argmax([0, 0, 1])
    none: Any = np.int64(0)
    found = netviz.outputs(lenet, DIGITS, limit=none, batch_size=third)
    assert found.plot("conv1", sample=third).data["sample"] == 2  # type: ignore[index]
    assert netviz.trace(lenet, DIGITS, sample=third, limit=0).data
    for name in ("limit", "batch_size"):
        bad: Any
        for bad in (-1, 1.0, True, None, "3"):
            with pytest.raises(UsageError, match=name):
                netviz.outputs(lenet, DIGITS, **{name: bad})
    with pytest.raises(UsageError, match="values"):
        netviz.outputs(lenet, DIGITS, statistics=True, picture="values")


def test_a_limit_is_that_of_outputs_and_of_channels() -> None:
    maps = np.zeros((4, 4, 100))
    for limit, drawn in ((0, 100), (7, 7), (64, 64)):
        assert len(marks(chart_of(maps, limit=limit)).values) == drawn


def test_channels_are_where_the_layer_says(lenet: Any) -> None:
    from netviz.analysis.charts.outputs import channel_axis
    from netviz.model import Layer

    first = {"data_format": "channels_first"}
    for kind, config, axis in (
        ("Conv2D", first, 1),
        ("Conv2D", {"data_format": "channels_last"}, -1),
        ("BatchNormalization", {"axis": 1}, 1),
        ("BatchNormalization", {"axis": [3]}, 3),
        ("LayerNormalization", {"axis": [1, 2]}, None),
        ("ConvLSTM2D", {**first, "return_sequences": True}, 2),
        ("ConvLSTM2D", {**first, "return_sequences": False}, 1),
        ("ReLU", {}, None),
    ):
        assert channel_axis(Layer("x", "x", kind, "keras.layers", config)) == axis, (kind, config)
    values = np.arange(24.0).reshape(4, 6)
    drawn = marks(chart_of(values, "Conv1D", data_format="channels_first")).values
    assert np.array_equal(drawn, values.T)


def test_units_that_are_not_known_are_not_called_dead() -> None:
    """Half of the places are constant, none of the channels in front is."""
    x = keras.Input((3, 6), name="x")
    normed = keras.layers.BatchNormalization(axis=1, name="norm")(x)
    model = keras.Model(x, keras.layers.ReLU(name="relu")(normed))
    given = np.random.default_rng(0).normal(size=(9, 3, 6)).astype("float32")
    given[:, :, :4] = 1
    figures = netviz.outputs(model, given, statistics=True).data
    assert (figures["norm"]["units"], figures["norm"]["dead"]) == (3, 0)
    assert figures["relu"]["units"] is None and figures["relu"]["dead"] is None


def test_pixels_that_are_scaled_at_the_start_are_no_drift() -> None:
    x = keras.Input((6, 6, 3), name="x")
    y = keras.layers.Conv2D(4, 3, name="conv")(keras.layers.Rescaling(1 / 255, name="scaled")(x))
    model = keras.Model(x, y)
    given = np.random.default_rng(0).uniform(0, 255, (4, 6, 6, 3)).astype("float32")
    assert not netviz.outputs(model, given).notes
    kernel = model.get_layer("conv").kernel
    kernel.assign(kernel * 1e4)
    (note,) = netviz.outputs(model, given).notes
    assert note.code == "scale-drift" and note.path == "conv" and "scaled" in note.message
    assert not netviz.outputs(model, given, layers="conv").notes


def test_outputs_of_nothing_but_nan_are_said_to_be() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="tanh", name="lost")])
    model.get_layer("lost").bias.assign([np.nan, np.nan])
    found = netviz.outputs(model, np.ones((4, 3), "float32"))
    figures = json.loads(found.to("json"))["outputs"]["lost"]
    assert figures["dead"] is None and figures["saturated"] is None and figures["nan"] == 8
    assert "nothing but NaN" in found.notes[0].message and "all NaN" in str(found)
    assert marks(chart_of(np.full(5, np.nan), "Dense")).lines == ("All 5 values are NaN.",)


def test_counting_may_be_interrupted_and_asked_for_again(lenet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from netviz.analysis.activity import Activity

    found, plain, calls = netviz.outputs(lenet, DIGITS), Activity.take, []

    def stopping(self: Any, values: Any) -> None:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        plain(self, values)

    monkeypatch.setattr(Activity, "take", stopping)
    with pytest.raises(KeyboardInterrupt):
        found.to("csv")
    assert found.to("csv") == netviz.outputs(lenet, DIGITS).to("csv")


def test_columns_without_room_are_named() -> None:
    found = netviz.outputs(LENET, DIGITS)
    assert "No room for" in found.text(width=80) and "No room for" not in found.text(width=200)


def test_trace_says_what_was_done_to_its_sample(tmp_path: Path) -> None:
    x = np.load(DIGITS)
    for number in range(5):
        Image.fromarray((x[number, :, :, 0] * 255).astype("uint8")).save(tmp_path / f"p{number}.png")
    arguments = ("trace", LENET, "--input", tmp_path, "--sample", 4, "--rescale", -1, 1)
    done = run(*arguments, "-o", tmp_path.parent / "chain.json")
    assert done.exit_code == 0 and "p4.png" in done.output and "\N{MINUS SIGN}1…1" in done.output
    assert "p4.png" in run(*arguments).output


def test_a_dash_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("outputs", "trace"):
        done = run(command, ROOT / LENET, "--input", ROOT / DIGITS, "-o", "-")
        assert done.exit_code == 2 and "-o - is no file" in done.output
    assert not list(tmp_path.iterdir())


def test_input_that_is_not_there_is_told_without_keras() -> None:
    script = (
        "import sys, netviz\n"
        f"try: netviz.outputs({LENET!r}, 'nowhere.npy')\n"
        "except netviz.NetvizError as error: print(error)\n"
        "print('keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env={**os.environ})
    assert "no such file" in done.stdout and done.stdout.endswith("False\n"), done.stderr


def test_an_h5_file_compiled_with_a_loss_by_name_is_run(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="d")])
    model.compile("adam", "mse", metrics=["mse"])
    model.save(tmp_path / "m.h5")
    given = np.ones((1, 2), "float32")
    np.testing.assert_allclose(netviz.outputs(tmp_path / "m.h5", given).data["d"], model(given), rtol=1e-5)
