"""The values of weights on a page: figures against numpy, on values that h5py reads; pictures against the values."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial, partialmethod
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from netviz.analysis.distribution import EXACT
from netviz.analysis.page import build_page, weights
from netviz.analysis.page.store import KeepingStore
from netviz.analysis.page.tiles import CHANNELS, FILTERS, SIDE
from netviz.model import Graph, Model, Weight
from netviz.pages import Page, Tiles, WeightDetails
from netviz.readers import read
from tests.analysis.charts.made import model_of, normal
from tests.conftest import EXAMPLES, ROOT

FILES = sorted(EXAMPLES.glob("*.keras"))


def variables(page: Page) -> Iterator[WeightDetails]:
    for layer in page.details:
        yield from layer.weights


def stored(path: Path) -> Mapping[str, Any]:
    """Every variable of a Keras file as libhdf5 reads it, by the path of its dataset."""
    found: dict[str, Any] = {}
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_figures_are_those_of_numpy(path: Path) -> None:
    values = stored(path)
    shown = list(variables(build_page(read(path), version="1")))
    assert shown
    for one in shown:
        own, figures = np.asarray(values[one.path], np.float64), one.figures
        assert figures is not None and figures.size == own.size == one.parameters
        assert figures.zeros == (own == 0).sum()
        assert [figures.minimum, figures.maximum] == [own.min(), own.max()]
        assert figures.mean == pytest.approx(own.mean(), rel=1e-6, abs=1e-9)
        assert figures.std == pytest.approx(own.std(), rel=1e-6, abs=1e-9)
        assert figures.norm == pytest.approx(np.linalg.norm(own), rel=1e-6)
        if own.min() < own.max():
            difference = np.abs(np.array(figures.counts) - np.histogram(own, 32)[0]).sum()
            assert sum(figures.counts) == own.size
            assert difference <= (0.01 * own.size if own.size > EXACT else 2)  # one value may lie on an edge
        else:
            assert figures.counts == (own.size,)


def test_of_many_values_the_histogram_counts_each_once() -> None:
    values = normal(300, 400).astype(np.float32)
    (one,) = variables(build_page(model_of({"dense": ("Dense", {"kernel": values})}), version="1"))
    assert one.figures is not None and sum(one.figures.counts) == values.size
    expected = np.histogram(values, 32)[0]
    assert np.abs(np.array(one.figures.counts) - expected).max() < 0.01 * values.size


def decoded(tiles: Tiles) -> Any:
    """(number, rows, columns, channels) with NaN for what is not finite."""
    raw = np.frombuffer(tiles.values, np.int8).reshape(tiles.count, tiles.rows, tiles.columns, tiles.channels)
    return np.where(raw == -128, np.nan, raw / 127 * tiles.limit)


def assert_shows(tiles: Tiles | None, expected: Any) -> None:
    """That the pictures show these values, as well as 255 steps can; those beyond the limit as the limit."""
    assert tiles is not None
    shown, limit = decoded(tiles), tiles.limit
    assert shown.shape == expected.shape
    finite = np.isfinite(expected)
    assert (np.isnan(shown) == ~finite).all()
    kept = np.clip(expected[finite], -limit, limit)
    assert np.abs(shown[finite] - kept).max() <= limit / 127 / 2 * 1.001
    beyond = np.abs(expected[finite]) > limit * (1 + 1e-9)
    assert ("beyond" in tiles.caption) == bool(beyond.any())
    assert len(tiles.labels) in (0, tiles.count)


def every(caption: str) -> list[int]:
    """The steps that a caption names: "every 8th of 512 inputs"."""
    return [int(number) for number in re.findall(r"every (\d+)(?:st|nd|rd|th) of", caption)]


def only(class_name: str, values: Any, name: str = "kernel") -> WeightDetails:
    (one,) = variables(build_page(model_of({"layer": (class_name, {name: values})}), version="1"))
    return one


def test_filters_over_one_channel_are_pictures() -> None:
    values = normal(5, 4, 1, 12)
    assert_shows(only("Conv2D", values).tiles, values.transpose(3, 0, 1, 2))


def test_filters_over_three_channels_are_in_colours() -> None:
    values = normal(7, 7, 3, 40)
    tiles = only("Conv2D", values).tiles
    assert_shows(tiles, values.transpose(3, 0, 1, 2)[:FILTERS])
    assert tiles is not None and "32 of 40 filters" in tiles.caption and "red" in tiles.caption


def test_of_deep_filters_the_first_channels_are_shown() -> None:
    values = normal(3, 3, 16, 8)
    tiles = only("Conv2D", values).tiles
    first = values[:, :, :CHANNELS].transpose(3, 2, 0, 1).reshape(-1, 3, 3, 1)
    assert_shows(tiles, first)
    assert tiles is not None and tiles.labels[5] == "1, input 1" and f"{CHANNELS} of 16 inputs" in tiles.caption
    assert tiles.across == CHANNELS


def test_transposed_and_depthwise_kernels_have_their_own_order() -> None:
    turned = normal(3, 3, 6, 1)  # outputs before inputs
    assert_shows(only("Conv2DTranspose", turned).tiles, turned.transpose(2, 0, 1, 3))
    depthwise = normal(3, 3, 5, 2)
    assert_shows(only("DepthwiseConv2D", depthwise).tiles, depthwise.reshape(3, 3, 10, 1).transpose(2, 0, 1, 3))


def test_windows_of_one_and_of_three_axes() -> None:
    line = normal(9, 1, 6)
    assert_shows(only("Conv1D", line).tiles, line.transpose(2, 1, 0)[..., np.newaxis])
    deep = normal(5, 4, 3, 1, 6)
    tiles = only("Conv3D", deep).tiles
    assert_shows(tiles, deep[2].transpose(3, 0, 1, 2))
    assert tiles is not None and "of 5 slices the middle one" in tiles.caption


@pytest.mark.parametrize(("rows", "columns"), [(10, 4), (64, 64), (65, 3), (3, 1000), (500, 130)])
def test_matrices_are_sampled_as_their_caption_says(rows: int, columns: int) -> None:
    values = normal(rows, columns)
    tiles = only("Dense", values).tiles
    assert tiles is not None
    steps = iter(every(tiles.caption))
    down = next(steps) if rows > SIDE else 1
    across = next(steps) if columns > SIDE else 1
    assert next(steps, None) is None
    assert_shows(tiles, values[::down, ::across][np.newaxis, :, :, np.newaxis])
    assert max(tiles.rows, tiles.columns) <= SIDE
    assert f"{rows:,} inputs" in tiles.caption and f"{columns:,} outputs" in tiles.caption


def test_a_window_of_one_place_is_a_matrix() -> None:
    values = normal(1, 1, 20, 30)
    assert_shows(only("Conv2D", values).tiles, values.reshape(1, 20, 30, 1))


def test_gates_and_heads_are_sampled_alike() -> None:
    values = normal(6, 4 * 40)
    tiles = only("LSTM", values).tiles
    assert tiles is not None
    (step,) = every(tiles.caption)
    assert "of 40 units, of each gate" in tiles.caption.replace(" across", "")
    gates = [values[:, 40 * gate : 40 * (gate + 1)][:, ::step] for gate in range(4)]
    assert_shows(tiles, np.concatenate(gates, 1)[np.newaxis, :, :, np.newaxis])
    heads = normal(12, 2, 5)
    tiles = only("MultiHeadAttention", heads, "query/kernel").tiles
    assert_shows(tiles, heads.reshape(1, 12, 10, 1))
    assert tiles is not None and "5 outputs across, of each of 2 heads" in tiles.caption


def test_biases_of_gates_have_a_row_each() -> None:
    values = normal(2, 3 * 8)
    tiles = only("GRU", values, "bias").tiles
    assert_shows(tiles, values.reshape(1, 6, 8, 1))


def test_vectors_are_a_row() -> None:
    short, long = normal(64), normal(1000)
    assert_shows(only("Dense", short, "bias").tiles, short.reshape(1, 1, 64, 1))
    tiles = only("Dense", long, "bias").tiles
    assert tiles is not None and tiles.columns <= SIDE
    assert_shows(tiles, long[:: every(tiles.caption)[0]].reshape(1, 1, -1, 1))


def test_weights_of_more_axes_are_a_matrix() -> None:
    values = normal(4, 5, 6)
    tiles = only("Mine", values, "table").tiles
    assert tiles is not None and tiles.rows * tiles.columns == values.size
    assert np.sort(decoded(tiles).ravel()) == pytest.approx(np.sort(values.ravel()), abs=tiles.limit / 127)


def test_what_is_not_finite_is_told_apart() -> None:
    values = normal(8, 8)
    values[2, 3], values[5, 5] = np.nan, -np.inf
    one = only("Dense", values)
    assert_shows(one.tiles, values[np.newaxis, :, :, np.newaxis])
    assert one.figures is not None and (one.figures.nan, one.figures.infinite) == (1, 1)


def test_an_outlier_does_not_flatten_the_rest() -> None:
    values = normal(30, 30)
    values[0, 0] = 1e6
    one = only("Dense", values)
    assert_shows(one.tiles, values[np.newaxis, :, :, np.newaxis])
    assert one.tiles is not None and one.tiles.limit < 10


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((5, 5)), "all values are 0"),
        (np.full((5, 5), np.nan), "all 25 NaN"),
        (np.array(3.5), ""),
        (np.zeros((0, 4)), ""),
        (np.ones((3, 3)) * 1j, "complex"),
        (np.array(["a", "b"], object), "no number"),
        (None, "damaged"),
    ],
)
def test_what_cannot_be_drawn_says_why(values: Any, said: str) -> None:
    one = only("Dense", values)
    assert one.tiles is None and said in one.problem and bool(said) == bool(one.problem)


def test_integers_that_stand_for_others_are_called_so() -> None:
    kernel = np.arange(-8, 8, dtype=np.int8).reshape(4, 4)
    made = model_of({"dense": ("Dense", {"kernel": kernel, "kernel_scale": np.full(4, 9.0)})})
    one = next(variables(build_page(made, version="1")))
    assert one.tiles is not None and "divided by kernel_scale" in one.tiles.caption


def test_pictures_are_no_more_than_an_album_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "ALBUM", 3000)
    made = {f"dense{number}": ("Dense", {"kernel": normal(40, 40, seed=number)}) for number in range(30)}
    shown = list(variables(build_page(model_of(made), version="1")))
    taken = [len(one.tiles.values) for one in shown if one.tiles]
    assert 3000 - max(taken) < sum(taken) <= 3000
    assert all(bool(one.tiles) != ("Not drawn" in one.problem) for one in shown)
    assert all(one.figures for one in shown)


def test_of_many_kernels_all_have_a_picture() -> None:
    made = {f"dense{number}": ("Dense", {"kernel": normal(64, 64, seed=number)}) for number in range(600)}
    shown = list(variables(build_page(model_of(made), version="1")))
    assert all(one.tiles for one in shown)
    assert sum(len(one.tiles.values) for one in shown if one.tiles) <= 1 << 20


@dataclass(frozen=True)
class Untouched:
    """A store that must not be asked."""

    def read(self, weight: Weight) -> Any:
        raise AssertionError(f"{weight.path} was read")

    blocks = read


def large() -> Model:
    """VGG16, whose weights take 528 MB."""
    (path,) = (ROOT / "examples" / "architectures").glob("vgg16.json")
    return replace(read(path), store=Untouched())


@pytest.mark.parametrize(
    ("model", "wanted", "said"),
    [
        (large, None, "528 MB"),
        (large, False, "--weights"),
        (lambda: replace(read(EXAMPLES / "lstm.keras"), store=Untouched()), False, "--weights"),
        (lambda: replace(read(EXAMPLES / "lstm.keras"), store=None), None, "no values"),
    ],
)
def test_values_are_left_alone_and_it_is_said(model: Callable[[], Model], wanted: bool | None, said: str) -> None:
    page = build_page(model(), weights=wanted, version="1")
    assert said in page.looked
    for one in variables(page):
        assert one.figures is None and one.tiles is None and said in one.problem


@dataclass
class Counting:
    """A store that counts how often each weight is read."""

    store: Any
    reads: Counter[str] = field(default_factory=Counter)

    def read(self, weight: Weight) -> Any:
        return self.store.read(weight)

    def blocks(self, weight: Weight) -> Iterator[Any]:
        self.reads[weight.path] += 1
        yield from self.store.blocks(weight)


@pytest.mark.parametrize("room", [64 << 20, 10_000, 0])
def test_values_are_read_once_as_long_as_there_is_room(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeepingStore, "__init__", partialmethod(KeepingStore.__init__, room=room))
    model = read(EXAMPLES / "lenet.keras")
    counting = Counting(model.store)
    page = build_page(replace(model, store=counting), version="1")
    assert page == build_page(model, version="1")
    once = [one.bytes or 0 for one in variables(page) if counting.reads[one.path] == 1]
    if room > 1 << 20:
        assert set(counting.reads.values()) == {1}
    else:
        assert bool(once) == bool(room) and sum(once) <= room < sum(one.bytes or 0 for one in variables(page))


def test_the_models_own_weights_are_on_the_page() -> None:
    model = model_of({"dense": ("Dense", {"kernel": normal(3, 4)})})
    held = model.root.layers[0].weights[0]
    own = replace(model, root=replace(model.root, weights=(held,), graph=Graph()))
    page = build_page(own, version="1")
    (one,) = page.weights
    values = np.asarray(model.store.read(held))  # type: ignore[union-attr]
    assert one.figures is not None and one.figures.maximum == values.max()
    (table,) = [table for table in page.summary.tables if table.name == "weights"]
    (row,) = table.rows
    shown = dict(zip([column.key for column in table.columns], row.cells, strict=True))
    assert shown["name"] == held.name and shown["minimum"] == values.min() and shown["mean"] == one.figures.mean
    assert "minimum" not in {
        column.key for column in build_page(own, weights=False, version="1").summary.tables[-1].columns
    }


def _tell(told: list[tuple[int, int]], done: int, total: int) -> None:
    told.append((done, total))


def test_progress_goes_from_nothing_to_all(saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    for source in (EXAMPLES / "lenet.keras", saved_zoo("mlp")[0]):  # the second has an optimizer's state
        told: list[tuple[int, int]] = []
        build_page(read(source), version="1", progress=partial(_tell, told))
        assert told == sorted(told) and len({of for _, of in told}) == 1
        assert told[-1][0] == told[-1][1] > 0
