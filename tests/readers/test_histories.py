from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.errors import NetvizError, SourceError, UsageError
from netviz.model import History
from netviz.readers import histories, histories_rows
from netviz.readers.histories import read_history
from tests.conftest import EXAMPLES, FIXTURES
from tests.render.names import HOSTILE

Lists = Mapping[str, Sequence[float]]


def same(read: History, expected: Lists, printed: bool = False) -> None:
    """The series are those expected: the very numbers, or what is left of them in print."""
    assert set(read.series) == set(expected)
    for name, values in expected.items():
        rtol = 1e-3 if printed else 1e-6
        np.testing.assert_allclose(
            np.array(read.series[name], np.float64), np.array(values, np.float64), rtol, 0.6e-4 if printed else 0
        )


class Trained(NamedTuple):
    history: Any
    files: dict[str, Path]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A training of a model with two outputs, validation and a falling learning rate, with all that it leaves."""
    folder = tmp_path_factory.mktemp("logs")
    keras.utils.set_random_seed(1)
    x = np.random.default_rng(0).normal(size=(96, 4)).astype("float32")
    inputs = keras.Input((4,))
    inner = keras.layers.Dense(6, activation="relu")(inputs)
    outputs = {
        "a": keras.layers.Dense(1, activation="sigmoid", name="a")(inner),
        "b": keras.layers.Dense(1, name="b")(inner),
    }
    model = keras.Model(inputs, outputs)
    y = {"a": (x.sum(1) > 0).astype("float32"), "b": x.sum(1)}
    files = {"csv": folder / "log.csv", "semicolon": folder / "other.log"}
    kept = None
    for name, verbose in (("bar", 1), ("line", 2)):
        model.compile("adam", {"a": "binary_crossentropy", "b": "mse"}, metrics={"a": ["accuracy", "AUC"]})
        callbacks = [
            keras.callbacks.ReduceLROnPlateau(patience=0, min_delta=10.0),
            keras.callbacks.CSVLogger(str(files["csv"]), append=True),
            keras.callbacks.CSVLogger(str(files["semicolon"]), separator=";"),
        ]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            kept = model.fit(x, y, validation_split=0.25, epochs=4, verbose=verbose, callbacks=callbacks)
            model.evaluate(x, y, verbose=verbose)
            print("saved.")
        files[name] = folder / f"{name}.txt"
        files[name].write_text("some warning, of TensorFlow: 3\n" + printed.getvalue(), encoding="utf-8")
        files[f"{name}.json"] = folder / f"{name}.json"
        files[f"{name}.json"].write_text(json.dumps({key: list(map(float, kept.history[key])) for key in kept.history}))
    return Trained(kept, files)


def test_the_object_that_fit_returned(trained: Trained) -> None:
    read = read_history(trained.history)
    same(read, trained.history.history)
    assert read.epochs == (1, 2, 3, 4) and read.runs == (0,) and read.notes == ()
    assert read_history(trained.history.model).series == read.series
    assert read_history(trained.history.history).series == read.series


def test_what_csv_logger_wrote(trained: Trained) -> None:
    same(read_history(trained.files["semicolon"]), trained.history.history)
    both = read_history(trained.files["csv"])
    assert both.epochs == (1, 2, 3, 4) * 2 and both.runs == (0, 4)
    same(History("", "CSV", (), {key: values[4:] for key, values in both.series.items()}), trained.history.history)


@pytest.mark.parametrize("name", ["bar", "line"])
def test_what_fit_printed(trained: Trained, name: str) -> None:
    """evaluate() prints the like after it, which is no epoch."""
    read = read_history(trained.files[name])
    same(read, json.loads(trained.files[f"{name}.json"].read_text()), printed=True)
    assert read.epochs == (1, 2, 3, 4) and read.runs == (0,)


@pytest.mark.parametrize("name", ["bar", "line"])
def test_what_fit_of_keras_2_printed(name: str) -> None:
    path = FIXTURES / "logs" / f"keras-2.21.0-{name}.txt"
    read = read_history(path)
    same(read, json.loads(path.with_suffix(".json").read_text()), printed=True)
    assert read.epochs == (1, 2, 3)


def test_what_older_kerases_printed(tmp_path: Path) -> None:
    """Keras 2.2.4 and TensorFlow 2.0 with verbose=2, in the words of their `generic_utils.Progbar` and BaseLogger."""
    for text in (
        "Train on 60000 samples, validate on 10000 samples\nEpoch 1/2\n - 3s - loss: 0.25 - acc: 0.9 - val_loss: 0.2 - "
        "val_acc: 0.91\nEpoch 2/2\n - 2s 40us/step - loss: 0.125 - acc: 0.95 - val_loss: 0.19 - val_acc: 0.92\n",
        "Epoch 1/2\n60000/60000 - 3s - loss: 0.25 - acc: 0.9 - val_loss: 0.2 - val_acc: 0.91\nEpoch 2/2\n"
        "60000/60000 - 2s - loss: 0.125 - acc: 0.95 - val_loss: 0.19 - val_acc: 0.92\n",
        "60000/60000 - 3s - loss: 0.25 - acc: 0.9 - val_loss: 0.2 - val_acc: 0.91\n"
        "60000/60000 - 2s - loss: 0.125 - acc: 0.95 - val_loss: 0.19 - val_acc: 0.92\n",
    ):
        read = read_history(written(tmp_path, text))
        same(read, {"loss": [0.25, 0.125], "acc": [0.9, 0.95], "val_loss": [0.2, 0.19], "val_acc": [0.91, 0.92]})
        assert read.epochs == (1, 2)


def test_the_examples() -> None:
    for path in (EXAMPLES.parent / "logs").glob("*.csv"):
        with path.open() as file:
            rows = list(csv.DictReader(file))
        read = read_history(path)
        same(read, {name: [float(row[name]) for row in rows] for name in rows[0] if name != "epoch"})
        assert read.epochs == tuple(int(row["epoch"]) + 1 for row in rows)


def written(folder: Path, text: str | bytes, name: str = "log.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return path


RESERVED = {"epoch", "nan", "inf", "infinity", "na", "none", "null", "eta", "history", "config"}
NAMES: st.SearchStrategy[str] = st.from_regex(r"[A-Za-z][A-Za-z0-9_.]{0,12}", fullmatch=True).filter(
    lambda name: str(name).lower() not in RESERVED
)
VALUES = st.floats(allow_subnormal=False) | st.floats(-1, 1).map(lambda value: round(value, 4))
COLUMNS = st.lists(NAMES, min_size=1, max_size=4, unique=True)
LOOSE = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def logs(draw: st.DrawFn, values: st.SearchStrategy[float] = VALUES) -> dict[str, list[float]]:
    length = draw(st.integers(1, 5))
    found = {name: draw(st.lists(values, min_size=length, max_size=length)) for name in draw(COLUMNS)}
    return {name: one if any(map(math.isfinite, one)) else [0.5] * length for name, one in found.items()}


@LOOSE
@given(logs(), st.sampled_from([",", ";", "\t", "|", " ", ":"]), st.booleans())
def test_a_table_by_any_separator(tmp_path: Path, log: dict[str, list[float]], separator: str, quoted: bool) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(["epoch", *log])
    for index, row in enumerate(zip(*log.values(), strict=True)):
        writer.writerow([index, *row])
    same(read_history(written(tmp_path, file.getvalue())), log)


@LOOSE
@given(logs())
def test_json_in_any_form(tmp_path: Path, log: dict[str, list[float]]) -> None:
    records = [dict(zip(log, row, strict=True)) for row in zip(*log.values(), strict=True)]
    numbered = [{"epoch": index, **record} for index, record in enumerate(records)]
    for text in (
        json.dumps(log),
        json.dumps({"history": log, "epoch": list(range(len(records))), "params": {}}, indent=2),
        json.dumps(records),
        json.dumps(numbered),
        "\n".join(map(json.dumps, numbered)) + "\n",
        "\ufeff" + json.dumps(log),
    ):
        read = read_history(written(tmp_path, text))
        same(read, log)
        assert read.epochs == tuple(range(1, len(records) + 1))


@LOOSE
@given(logs(st.floats(-1e6, 1e6).map(lambda value: float(f"{value:.4g}"))), st.sampled_from([1, 2]), st.integers(1, 40))
def test_what_keras_s_own_progbar_prints(tmp_path: Path, log: dict[str, list[float]], verbose: int, steps: int) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for index, row in enumerate(zip(*log.values(), strict=True)):
            print(f"Epoch {index + 1}/{len(row)}")
            bar = keras.utils.Progbar(steps, verbose=verbose, stateful_metrics=list(log), interval=0)
            for step in range(1, steps + 1):
                moved = [(name, value * (step / steps)) for name, value in zip(log, row, strict=True)]
                bar.update(step, values=moved, finalize=step == steps)
    text = printed.getvalue()
    read = read_history(written(tmp_path, text))
    for name, values in log.items():
        shown = [f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}" for value in values]
        assert read.series[name] == tuple(map(float, shown))


@pytest.mark.parametrize("name", ["bar", "line"])
def test_a_log_cut_off_anywhere_has_the_epochs_before_it(trained: Trained, tmp_path: Path, name: str) -> None:
    whole = trained.files[name].read_bytes()
    full = read_history(trained.files[name])
    ends = [found.start() for found in re.finditer(rb"Epoch \d+/\d+", whole)]
    for cut in range(ends[1], len(whole), max(len(whole) // 60, 1)):
        read = read_history(written(tmp_path, whole[:cut]))
        count = sum(end < cut for end in ends) - 1
        assert len(read.epochs) in (count, count + 1)
        for key in ("loss", "val_loss"):
            assert read.series[key][:count] == full.series[key][:count]


def test_epochs_and_runs(tmp_path: Path) -> None:
    cases = {
        "epoch,loss\n0,3\n1,2\n0,4\n1,1\n": ((1, 2, 1, 2), (0, 2)),
        "epoch,loss\n0,3\n1,2\nepoch,loss\n0,4\n": ((1, 2, 1), (0, 2)),
        "epoch,loss\n0,3\nepoch,loss,acc\n0,4,5\n": ((1, 1), (0, 1)),
        "epoch,loss\n1,3\n2,2\n": ((1, 2), (0,)),
        "Epoch;loss\n5;0,5\n6;0,25\n": ((5, 6), (0,)),
        "loss,acc\n3,4\n2,5\n": ((1, 2), (0,)),
        ",loss,acc\n0,3,4\n1,2,5\n": ((1, 2), (0,)),
        "loss\n3\n2\n": ((1, 2), (0,)),
        "# a comment\nepoch,loss\n0,3\n\n1,NA\n": ((1, 2), (0,)),
        '[{"epoch": 3, "loss": 1}, {"epoch": 1, "loss": 2}]': ((3, 1), (0, 1)),
    }
    for text, (epochs, runs) in cases.items():
        read = read_history(written(tmp_path, text))
        assert (read.epochs, read.runs) == (epochs, runs), text
        assert all(len(values) == len(epochs) for values in read.series.values())
    read = read_history(written(tmp_path, "epoch,loss,acc\n0,3,0.5\n1,NA,nan\nepoch,acc\n0,0.75\n"))
    assert read.series["loss"] == (3, None, None)
    np.testing.assert_array_equal(np.array(read.series["acc"], np.float64), [0.5, np.nan, 0.75])


def test_a_history_that_goes_on_counts_on() -> None:
    kept = {"loss": [1.0, 0.5], "text": ["a", "b"], "lr": [np.float32(0.25), np.array(0.5)]}
    read = read_history(SimpleNamespace(history=kept, epoch=(5, 6)))
    assert read.epochs == (6, 7)
    assert read.series == {"loss": (1.0, 0.5), "lr": (0.25, 0.5)}
    assert read.notes == ("No numbers in text: left out.",)


def test_an_epoch_that_broke_off_is_left_out_and_named(tmp_path: Path) -> None:
    text = "Epoch 1/2\n5/5 ━━ 1s 3ms/step - loss: 2.0 - val_loss: 1.0\nEpoch 2/2\n3/5 ━━ 1s 3ms/step - loss: 1.5"
    read = read_history(written(tmp_path, text))
    assert read.epochs == (1,) and "Epoch 2" in read.notes[0]


WRONG: dict[str, Any] = {
    "empty": b"", "blank": b" \n\n", "nothing": b"hello\nworld\n", "binary": b"\0\1\2" * 100,
    "png": b"\x89PNG\r\n\x1a\n\0",
    "utf-16": "epoch,loss\n0,1\n".encode("utf-16"), "only names": b"epoch,loss\n",
    "no numbers": b"epoch,loss\n0,a\n1,b\n",
    "a config": b'{"class_name": "Sequential", "config": {}}', "ragged": b'{"loss": [1, 2], "acc": [1]}',
    "cut": b'{"loss": [1, 2', "a number": b"[1, 2]", "deep": b"[" * 100_000, "empty lists": b'{"loss": []}',
    "words": b'{"loss": ["a"]}', "no epoch": b"Epoch 1/3\n", "unfinished": b"Epoch 1/3\n1/9 - loss: 3",
    "an empty list": b"[]", "a zip": b"PK\x03\x04" + b"\0" * 64, "hdf5": b"\x89HDF\r\n\x1a\n" + b"\0" * 64,
    "one long line": b"epoch,loss\n0,1\n" + b"1" * (1 << 21), "surrogates": b"\xff\xfa\xff\xfb" * 9,
    "prose": b"a: 1\nb: 2\n",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_log_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, WRONG[name])
    with pytest.raises(SourceError) as raised:
        read_history(path)
    assert "\n" not in raised.value.message and path.name in raised.value.message
    if name in ("a config", "a zip", "hdf5"):
        assert "this is a model" in raised.value.message and "inspect" in raised.value.hint


def test_models_folders_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    (tmp_path / "training.csv").write_text("epoch,loss\n0,1\n")
    for path, words in (
        (EXAMPLES / "lenet.keras", "this is a model"),
        (tmp_path / "saved", "this is a model"),
        (tmp_path, "a folder"),
        (tmp_path / "trainig.csv", "no such file"),
        (Path("a\0b"), "no such file"),
    ):
        with pytest.raises(SourceError) as raised:
            read_history(path)
        assert words in raised.value.message
    with pytest.raises(SourceError, match=r"training\.csv"):
        read_history(tmp_path / "trainig.csv")


@pytest.mark.parametrize("source", [3, None, [1, 2], (1.0,), object(), keras.Sequential()])
def test_objects_that_are_no_log(source: object) -> None:
    with pytest.raises(UsageError) as raised:
        read_history(source)
    assert "\n" not in raised.value.message and raised.value.hint


@pytest.mark.parametrize(
    "source", [{}, {"loss": []}, {"loss": 3}, {"loss": [1], "a": [1, 2]}, {"loss": ["x"]}, {3: []}]
)
def test_dicts_that_are_no_log(source: dict[Any, Any]) -> None:
    with pytest.raises(SourceError):
        read_history(source)


def test_files_that_are_too_large_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, b"epoch,loss\n" + b"0,1\n" * 20_000)
    os.truncate(path, 3 << 30)  # sparse; what it is recognised by is text
    with pytest.raises(SourceError, match="1,073,741,824"):
        read_history(path)
    monkeypatch.setattr(histories_rows, "MOST_VALUES", 10)
    with pytest.raises(SourceError, match="over 10 values"):
        read_history(written(tmp_path, "epoch,loss\n" + "".join(f"{index},1\n" for index in range(20))))
    monkeypatch.setattr(histories, "LARGEST_JSON", 10)
    with pytest.raises(SourceError, match="up to 10"):
        read_history(written(tmp_path, '{"loss": [1, 2, 3]}'))


@LOOSE
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_log_or_an_error_in_one_line(tmp_path: Path, data: bytes) -> None:
    for head in (b"", b"epoch,loss\n0,", b"Epoch 1/2\n1/1 - 0s - loss: ", b'{"loss": [', b"\x1b[1m2/2\x1b[0m - "):
        try:
            read = read_history(written(tmp_path, head + data))
        except NetvizError as error:
            assert "\n" not in error.message
        else:
            assert {len(values) for values in read.series.values()} == {len(read.epochs)}


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_hostile_names_are_kept(tmp_path: Path, hostile: str) -> None:
    assert read_history({hostile: [1.0, 2.0]}).series in ({hostile: (1.0, 2.0)}, {})
    text = json.dumps({hostile: [1.0, 2.0]})
    assert list(read_history(written(tmp_path, text)).series) == [json.loads(text).popitem()[0]]


@pytest.mark.parametrize(("epochs", "every"), [(6, 2), (7, 2), (9, 3), (8, 1)])
def test_validation_now_and_then_stands_where_keras_measured_it(epochs: int, every: int, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 2)), np.ones((4, 1))
    log = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    kept = model.fit(x, y, validation_data=(x, y), validation_freq=every, epochs=epochs, verbose=0, callbacks=[log])
    from_csv, from_object = read_history(tmp_path / "log.csv"), read_history(kept)
    assert from_csv.epochs == from_object.epochs == tuple(range(1, epochs + 1))
    for name, values in from_csv.series.items():
        assert [value is None for value in values] == [value is None for value in from_object.series[name]]
    measured = [value for value in from_object.series["val_loss"] if value is not None]
    assert measured == pytest.approx(kept.history["val_loss"])


def test_lists_that_fit_no_frequency_are_an_error() -> None:
    with pytest.raises(SourceError, match="val_loss has 1 values"):
        read_history({"loss": [3, 2, 1, 1, 1, 1], "val_loss": [1]})


def test_a_training_that_goes_on_has_the_same_epochs_in_its_log(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    log = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    x, y = np.ones((4, 2)), np.ones((4, 1))
    kept = model.fit(x, y, initial_epoch=5, epochs=8, verbose=0, callbacks=[log])
    assert read_history(kept).epochs == read_history(tmp_path / "log.csv").epochs == (6, 7, 8)


def test_what_is_no_number_is_missing_and_said(tmp_path: Path) -> None:
    read = read_history(written(tmp_path, "epoch,loss,acc\n0,1,0.5\n1,abc,0.6\n2,nan,0.7\n3,0.2\n4,0.1,NA\n"))
    losses = read.series["loss"]
    assert losses[1] is None and losses[2] is not None and math.isnan(losses[2])
    assert read.series["acc"] == (0.5, 0.6, 0.7, None, None)
    assert any("1 cell holds no number" in note for note in read.notes)
    assert any("1 line has" in note for note in read.notes)


def test_scalars_among_the_lists_are_passed_over() -> None:
    assert set(read_history({"loss": [1, 2], "rate": np.float64(0.1), "seed": np.array(3)}).series) == {"loss"}
