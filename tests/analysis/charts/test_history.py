from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.analysis.charts.history import (
    best_of,
    build_history,
    build_history_sheet,
    history_document,
    metrics_of,
)
from netviz.charts import Curve, Panel, Point, Rule
from netviz.errors import UsageError
from netviz.model import History

NAN = math.nan


def log(series: dict[str, list[float]], runs: tuple[int, ...] = (0,)) -> History:
    count = len(next(iter(series.values())))
    epochs = tuple(index - max(begin for begin in runs if begin <= index) + 1 for index in range(count))
    return History("log.csv", "CSV", epochs, {name: tuple(values) for name, values in series.items()}, runs)


USUAL = log(
    {"acc": [0.5, 0.75, 0.7], "loss": [2.0, 1.0, 0.5], "val_acc": [0.4, 0.6, 0.6], "val_loss": [2.0, 1.5, 1.75],
     "lr": [0.1, 0.1, 0.01], "gradient": [1.0, 2.0, 3.0]}
)  # fmt: skip


def panels(history: History, metrics: str | None = None, **options: bool) -> dict[str, Panel]:
    return {panel.title: panel for panel in build_history(history, metrics_of(history, metrics), **options).panels}


def points(panel: Panel) -> list[Point]:
    return [mark for mark in panel.marks if isinstance(mark, Point)]


def curves(panel: Panel) -> dict[str, Curve]:
    return {mark.label: mark for mark in panel.marks if isinstance(mark, Curve)}


def test_the_loss_is_first_and_settings_are_last() -> None:
    assert list(panels(USUAL)) == ["loss", "acc", "gradient", "lr"]
    assert list(panels(USUAL, "gradient, val_acc")) == ["gradient", "acc"]


def test_training_and_validation_stand_in_one_panel() -> None:
    drawn = curves(panels(USUAL)["loss"])
    assert list(drawn) == ["training", "validation"] and drawn["training"].tint != drawn["validation"].tint
    np.testing.assert_array_equal(drawn["validation"].y, USUAL.series["val_loss"])
    np.testing.assert_array_equal(drawn["training"].x, USUAL.epochs)


@pytest.mark.parametrize(("name", "at", "value"), [("loss", 2, 1.5), ("acc", 2, 0.6)])
def test_the_best_epoch_is_by_validation_and_the_first_of_equal_ones(name: str, at: int, value: float) -> None:
    (point,) = points(panels(USUAL)[name])
    assert (point.x, point.y) == (at, value) and f"epoch {at}" in point.label


def test_what_cannot_be_judged_is_not_marked_and_says_so() -> None:
    shown = panels(USUAL)
    assert points(shown["gradient"]) == points(shown["lr"]) == []
    assert "not known" in shown["gradient"].caption and not shown["lr"].caption


@given(st.lists(st.floats(-1e9, 1e9) | st.just(NAN) | st.just(math.inf), max_size=8))
def test_the_best_is_numpy_s(values: list[float]) -> None:
    finite = np.where(np.isfinite(values), values, NAN)
    if np.isfinite(finite).any():
        assert best_of(tuple(values), "lower") == np.nanargmin(finite)
        assert best_of(tuple(values), "higher") == np.nanargmax(finite)
    else:
        assert best_of(tuple(values), "lower") is None
    assert best_of(tuple(values), None) is None


def test_the_first_epoch_that_is_nan_is_named() -> None:
    (panel,) = panels(log({"loss": [1.0, NAN, NAN], "val_loss": [1.0, math.inf, 0.5]})).values()
    assert "NaN in training: 2 of 3 epochs, first in epoch 2." in panel.caption
    assert "Infinite in validation: 1 of 3 epochs, first in epoch 2." in panel.caption
    assert points(panel)[0].x == 3
    (panel,) = panels(log({"loss": [NAN, NAN]})).values()
    assert points(panel) == []


def test_runs_stand_one_after_the_other() -> None:
    history = log({"loss": [3.0, 2.0, 2.5, 1.0, 4.0]}, (0, 2, 4))
    (panel,) = panels(history).values()
    assert [(mark.at, mark.label) for mark in panel.marks if isinstance(mark, Rule)] == [(2.5, "run 2"), (4.5, "run 3")]
    assert points(panel)[0].x == 4 and "run 2, epoch 2" in points(panel)[0].label
    assert "5 epochs in 3 runs" in build_history(history, metrics_of(history)).detail


def test_a_logarithmic_axis_says_what_it_leaves_out() -> None:
    (panel,) = panels(log({"loss": [1.0, 0.0, -1.0]}), log=True).values()
    assert panel.y.scale == "log" and "2 in training" in panel.caption
    assert panels(USUAL)["loss"].y.scale == "linear"


@pytest.mark.parametrize("wanted", ["los", "loss,nope", [], "", " ,", ["loss", 3], "val_gradient"])
def test_metrics_that_are_not_there(wanted: object) -> None:
    with pytest.raises(UsageError) as raised:
        metrics_of(USUAL, wanted)  # type: ignore[arg-type]
    assert raised.value.hint
    if wanted == "los":
        assert "loss" in raised.value.hint


def test_the_table_has_a_row_for_each_series_with_its_own_best() -> None:
    table = build_history_sheet(USUAL, metrics_of(USUAL)).tables[0]
    assert len(table.rows) == len(USUAL.series)
    rows = [row.cells for row in table.rows]
    assert rows[0] == ("loss", "training", 2.0, 0.5, 3, 0.5)
    assert rows[1] == ("", "validation", 2.0, 1.5, 2, 1.75)
    assert rows[-1] == ("lr", "setting", 0.1, "", "", 0.01)
    odd = build_history_sheet(log({"loss": [NAN, 1.0, math.inf]}), metrics_of(log({"loss": [NAN, 1.0, math.inf]})))
    assert odd.tables[0].rows[0].cells == ("loss", "training", "NaN", 1.0, 2, "∞")


def test_the_data_has_every_value() -> None:
    history = log({"loss": [1.0, NAN], "val_loss": [math.inf, 2.0]})
    data = history_document(history, metrics_of(history), "v")
    assert data["series"] == {"loss": [1.0, None], "val_loss": [None, 2.0]}
    assert (data["netviz"], data["schema"], data["epochs"], data["runs"]) == ("v", 1, [1, 2], [1])
    best = {"row": 2, "epoch": 2, "by": "validation", "training": None, "validation": 2.0}
    assert data["metrics"] == [{"name": "loss", "better": "lower", "setting": False, "best": best}]
    assert history_document(USUAL, metrics_of(USUAL, "acc"), "v")["series"].keys() == {"acc", "val_acc"}
