"""How training went, metric by metric: training and validation side by side, and the best epoch of each."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from netviz.catalog.metrics import Direction, direction, is_setting
from netviz.charts import Axis, Chart, Curve, Mark, Panel, Point, Rule, Tint
from netviz.errors import UsageError
from netviz.model import History, LogFormat
from netviz.views import Column, Row, Sheet, Table

if TYPE_CHECKING:
    import numpy as np

SCHEMA = 1
VALIDATION = "val_"

Values: TypeAlias = tuple[float | None, ...]
"""A value for each epoch, None where it was not measured."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with its values in training and in validation, None where there are none; both are as long as the log.

    `better` says which way is better, None where that is not known; a setting, such as the learning rate, has no best.
    """

    name: str
    training: Values | None
    validation: Values | None
    better: Direction | None
    setting: bool = False

    @property
    def judged(self) -> Values:
        """The values that say which epoch is the best: those of validation, where there are any."""
        return self.validation or self.training or ()

    @property
    def sets(self) -> tuple[tuple[str, Values], ...]:
        """What there is, by the word for it."""
        found = (("training", self.training), ("validation", self.validation))
        return tuple((word, values) for word, values in found if values is not None)

    @property
    def best(self) -> int | None:
        """The index of the best epoch, the first of equal ones."""
        return best_of(self.judged, self.better)


def best_of(values: Values, better: Direction | None) -> int | None:
    """The index of the best finite value, the first of equal ones; None where there is none or it is not known."""
    finite = {index: value for index, value in enumerate(values) if value is not None and math.isfinite(value)}
    if better is None or not finite:
        return None
    return (min if better == "lower" else max)(finite, key=lambda index: finite[index])


def metrics_of(history: History, wanted: str | Collection[str] | None = None) -> tuple[Metric, ...]:
    """The metrics of a log: the loss first, settings last; with `wanted` those named, in that order.

    Raises UsageError for a name that is not in the log.
    """
    names = dict.fromkeys(_base(name, history) for name in history.series)
    if wanted is not None:
        chosen = wanted.split(",") if isinstance(wanted, str) else list(wanted)
        if not all(isinstance(name, str) for name in chosen) or not any(name.strip() for name in chosen):
            raise UsageError("metrics are named by text", "Give names such as loss,accuracy.")
        names = dict.fromkeys(_found(name.strip(), history) for name in chosen if name.strip())
    metrics = [
        Metric(
            name,
            history.series.get(name),
            history.series.get(VALIDATION + name),
            None if is_setting(name) else direction(name),
            is_setting(name),
        )
        for name in names
    ]
    if wanted is None:
        metrics.sort(key=lambda metric: (metric.setting, metric.name != "loss"))
    return tuple(metrics)


def _base(name: str, history: History) -> str:
    return name.removeprefix(VALIDATION) or name


def _found(name: str, history: History) -> str:
    names = list(dict.fromkeys(_base(one, history) for one in history.series))
    if name in names or (name.startswith(VALIDATION) and name in history.series):
        return name if name in names else name.removeprefix(VALIDATION)
    near = difflib.get_close_matches(name, names, n=1)
    guess = f"Did you mean {near[0]}? " if near else ""
    raise UsageError(f"{history.name} has no metric {name!r:.80}", f"{guess}It has {', '.join(names[:12])}.")


def build_history(history: History, metrics: Sequence[Metric], *, log: bool = False) -> Chart:
    """A panel per metric; the best epoch is marked where it is known which way is better."""
    panels = tuple(_panel(history, metric, log) for metric in metrics)
    ways = dict.fromkeys(metric.better for metric in metrics if _marked(metric, log) is not None)
    lines = []
    if ways:
        said = " and ".join(_WAYS[way] for way in ways if way is not None)
        lines.append(f"The best epoch is by validation where there is any: {said}.")
    if history.format == "printed":
        lines.append("As printed, in four digits.")
    lines += history.notes
    return Chart(history.name, panels, f"{_length(history)}, {_FORMATS[history.format]}", " ".join(lines))


_WAYS: Mapping[Direction, str] = {
    "lower": "of losses and errors the lowest value", "higher": "of accuracies and the like the highest",
}  # fmt: skip

_FORMATS: Mapping[LogFormat, str] = {
    "History": "returned by fit()", "dict": "given as a dict", "CSV": "as CSV", "JSON": "as JSON",
    "printed": "printed by fit()",
}  # fmt: skip


def _length(history: History) -> str:
    epochs = f"{len(history.epochs):,} epoch{'s' if len(history.epochs) != 1 else ''}"
    return f"{epochs} in {len(history.runs):,} runs" if len(history.runs) > 1 else epochs


def _places(history: History) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Where the epochs stand: at their numbers, or counted through where there are several runs."""
    import numpy as np

    several = len(history.runs) > 1
    return np.arange(1.0, len(history.epochs) + 1) if several else np.array(history.epochs, np.float64)


def _panel(history: History, metric: Metric, log: bool) -> Panel:
    import numpy as np

    x = _places(history)
    several = len(metric.sets) > 1
    marks: list[Mark] = []
    for word, values in metric.sets:
        tint: Tint = "muted" if metric.setting else 1 if word == "validation" else 0
        label = word if several or (word == "validation") else ""
        there = [index for index, value in enumerate(values) if value is not None]
        y = np.array([values[index] for index in there], np.float64)
        marks.append(Curve(x[there], y, label, tint, weak=metric.setting))
    for begin, number in zip(history.runs[1:], range(2, len(history.runs) + 1), strict=True):
        marks.append(Rule(float(x[begin]) - 0.5, f"run {number:,}", "x", "dotted"))
    best, value = metric.best, _marked(metric, log)
    if best is not None and value is not None:
        tint = 1 if metric.validation else 0
        marks.append(Point(float(x[best]), value, f"best {value:.4g}, {_epoch(history, best)}", tint))
    title = "epoch, counted over all runs" if len(history.runs) > 1 else "epoch"
    return Panel(
        tuple(marks), metric.name, x=Axis(title), y=Axis(scale="log" if log else "linear"),
        caption=" ".join(_remarks(history, metric, log)),
    )  # fmt: skip


def _marked(metric: Metric, log: bool) -> float | None:
    """The best value, where it is drawn."""
    value = metric.judged[metric.best] if metric.best is not None else None
    return None if value is None or (log and value <= 0) else value


def _epoch(history: History, index: int) -> str:
    """An epoch in words, with its run where there are several."""
    if len(history.runs) == 1:
        return f"epoch {history.epochs[index]:,}"
    return f"run {sum(begin <= index for begin in history.runs):,}, epoch {history.epochs[index]:,}"


def _remarks(history: History, metric: Metric, log: bool) -> list[str]:
    """What the curves of a metric do not say themselves."""
    found = []
    for word, values in metric.sets:
        odd = {index: value for index, value in enumerate(values) if value is not None and not math.isfinite(value)}
        if odd:
            kinds = {"NaN": any(map(math.isnan, odd.values())), "infinite": any(map(math.isinf, odd.values()))}
            what = " or ".join(kind for kind, there in kinds.items() if there)
            what = what[0].upper() + what[1:]
            times = f"{len(odd):,} of {len(values):,} epochs, first in {_epoch(history, min(odd))}"
            found.append(f"{what} in {word}: {times}.")
        below = sum(value is not None and value <= 0 for value in values)
        if log and below:
            found.append(f"{below:,} in {word} not above 0, so not on this axis.")
    if metric.better is None and not metric.setting:
        found.append("Which way is better is not known, so no epoch is marked.")
    return found


_COLUMNS = (
    Column("metric", "Metric"),
    Column("set", "Values"),
    Column("first", "First", "number"),
    Column("best", "Best", "number"),
    Column("epoch", "in epoch"),
    Column("last", "Last", "number"),
)


def build_history_sheet(history: History, metrics: Sequence[Metric]) -> Sheet:
    """A row per metric and set of values: its first, its best with the epoch, and its last."""
    rows = []
    for metric in metrics:
        for index, (word, values) in enumerate(metric.sets):
            best = best_of(values, metric.better)
            measured = [value for value in values if value is not None]
            cells = (
                metric.name if not index else "",
                "setting" if metric.setting else word,
                _cell(measured[0]),
                _cell(values[best]) if best is not None else "" if metric.setting else None,
                _where(history, best) if best is not None else "" if metric.setting else None,
                _cell(measured[-1]),
            )
            rows.append(Row(cells))
    facts = [Row(("Log", f"{history.name}, {_FORMATS[history.format]}, {_length(history)}"))]
    notes = [
        *history.notes,
        *(f"{metric.name}: {one}" for metric in metrics for one in _remarks(history, metric, False)),
    ]
    tables = [
        Table("metrics", _COLUMNS, tuple(rows)),
        Table("facts", (Column("fact", "Fact"), Column("value", "Value")), tuple(facts), heading=False),
    ]
    if notes:
        tables.append(Table("notes", (Column("note", "Note"),), tuple(Row((note,)) for note in notes)))
    return Sheet(history.name, tuple(tables))


def _where(history: History, index: int) -> object:
    return history.epochs[index] if len(history.runs) == 1 else _epoch(history, index)


def _cell(value: float | None) -> float | str | None:
    return (
        value if value is None or math.isfinite(value) else "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    )


def history_document(history: History, metrics: Sequence[Metric], version: str) -> dict[str, Any]:
    """All series as data, and the best epoch of each metric; what is no finite number, or not measured, is None."""
    chosen = {name for metric in metrics for name in (metric.name, VALIDATION + metric.name)}
    return {
        "netviz": version,
        "schema": SCHEMA,
        "name": history.name,
        "source": history.format,
        "epochs": list(history.epochs),
        "runs": [index + 1 for index in history.runs],
        "series": {
            name: [_finite(value) for value in values] for name, values in history.series.items() if name in chosen
        },
        "metrics": [_described(history, metric) for metric in metrics],
        "notes": list(history.notes),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _described(history: History, metric: Metric) -> dict[str, Any]:
    best = metric.best
    found = None
    if best is not None:
        found = {
            "row": best + 1,
            "epoch": history.epochs[best],
            "by": "validation" if metric.validation else "training",
            **{word: _finite(values[best]) for word, values in metric.sets},
        }
    return {"name": metric.name, "better": metric.better, "setting": metric.setting, "best": found}
