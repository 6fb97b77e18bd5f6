"""Weights that are no images: matrices as heatmaps, gates and heads apart, vectors as bars, single values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.sampling import Values, color_limits, read_rows, spaced, splits
from netviz.analysis.charts.weights import Held, matrix, output_axes
from netviz.analysis.charts.weights_page import shape_words
from netviz.catalog.arrangement import BIASES, GATES
from netviz.charts import Axis, Bars, Curve, Heatmap, Mark, Panel, Rule, Words
from netviz.model import WeightStore

MOST_BARS = 256
"""Values drawn as bars; more are a curve."""

WHOLE = 1 << 24
"""Values of a weight of unknown order that are read at once, to put it in order."""

PLAIN = Axis()

PLURALS = {"input": "inputs", "output": "outputs", "entry": "entries", "channel": "channels"}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a matrix: how many rows or columns it has, which are shown, what they are and their equal parts."""

    count: int
    noun: str
    parts: tuple[str, ...] = ()

    @property
    def shown(self) -> NDArray[np.intp]:
        return spaced(self.count, len(self.parts) or 1)

    @property
    def title(self) -> str:
        """ "64 inputs", "every 4th of 1,024 outputs"."""
        shown = self.shown
        every = f"every {ordinal(int(shown[1] - shown[0]))} of " if 1 < len(shown) < self.count else ""
        return f"{every}{self.count:,} {self.noun}"


def ordinal(number: int) -> str:
    """ "2nd", "3rd", "4th", "12th"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def panel(one: Held, *marks: Mark, x: Axis = PLAIN, y: Axis = PLAIN, caption: str = "") -> Panel:
    """A panel with the name and the shape of a weight above it."""
    title, detail = f"{one.place}/{one.weight.name}", shape_words(one.weight.tensor.shape)
    return Panel(marks, title, detail, caption=caption, x=x, y=y, family=one.family)


def heatmap(one: Held, values: Values, rows: Side, columns: Side) -> Panel:
    """The rows and columns shown of a matrix, with their parts."""
    mark = Heatmap(
        values,
        signed=True,
        limits=color_limits(values),
        row_splits=splits(len(values), rows.parts),
        column_splits=splits(values.shape[1], columns.parts),
        extent=(rows.count, columns.count),
        key="value",
    )
    return panel(one, mark, x=Axis(columns.title), y=Axis(rows.title))


def matrix_panel(one: Held, store: WeightStore) -> Panel:
    """A weight with two axes, or more of which it is known that they are gates or heads, as a heatmap."""
    axes, shape = one.arrangement, _shape(one)
    gates = GATES.get(one.layer.class_name or "", ())
    if axes is None or len(axes) != len(shape):
        axes = ("input", "output") if one.is_kernel else ("row", "column")
    if "head" in axes:
        return _heads(one, store, axes)
    names = [PLURALS.get(axis, f"{axis}s") for axis in axes]
    rows, columns = Side(shape[0], names[0]), Side(shape[1], names[1])
    if axes[1] == "gate" and gates and shape[1] % len(gates) == 0:
        columns = Side(shape[1], f"units of {len(gates)} gates", gates)
    elif axes[1] == "gate":
        columns = Side(shape[1], "units")
    if axes[0] == "bias":
        rows = Side(shape[0], "biases", BIASES if shape[0] == len(BIASES) else ())
    values = read_rows(store, one.weight, rows.shown)[:, columns.shown]
    return heatmap(one, values, rows, columns)


def gates_panel(one: Held, store: WeightStore) -> Panel:
    """The bias of a recurrent layer: a row of a heatmap for each gate, or a row for each bias and gate."""
    gates = GATES.get(one.layer.class_name or "", ())
    values = read_rows(store, one.weight)
    biases = values.reshape(-1, values.shape[-1])
    if not gates or biases.shape[1] % len(gates):
        return vector_panel(one, store)
    units = Side(biases.shape[1] // len(gates), "units")
    rows = biases.reshape(len(biases) * len(gates), -1)[:, units.shown]
    kinds = BIASES if len(biases) == len(BIASES) else ("",) * len(biases)
    labels = tuple(f"{kind}: {gate}" if kind else gate for kind in kinds for gate in gates)
    mark = Heatmap(
        rows, signed=True, limits=color_limits(rows), row_labels=labels, extent=(len(rows), units.count), key="value"
    )
    return panel(one, mark, x=Axis(units.title))


def vector_panel(one: Held, store: WeightStore) -> Panel:
    """A weight with one axis, or only one that is longer than 1: bars, or a curve where they are many."""
    values = read_rows(store, one.weight).reshape(-1)
    axes = one.arrangement or ()
    noun = "channel" if "channel" in axes or one.family in ("normalisation", "activation") else "output"
    x, y = Axis(noun), Axis("value")
    if len(values) <= MOST_BARS:
        return panel(one, Bars(values, tint=one.family, signed=bool((values < 0).any())), x=x, y=y)
    places = spaced(len(values), most=4096)
    curve = Curve(places.astype(np.float64), values[places], tint=one.family)
    title = Axis(Side(len(values), f"{noun}s").title if len(places) == len(values) else f"{noun}, at equal distances")
    return panel(one, Rule(0), curve, x=title, y=y)


def scalar_panel(one: Held, store: WeightStore) -> Panel:
    """A weight that is one number."""
    value = float(read_rows(store, one.weight).reshape(-1)[0])
    return panel(one, Words((f"{value:.6g}",)))


def ordered_panel(one: Held, store: WeightStore) -> Panel:
    """A weight of three or more axes, of which is known at best which are outputs: as a matrix of inputs by outputs."""
    shape = _shape(one)
    if math.prod(shape) > WHOLE:
        return panel(one, Words((f"{math.prod(shape):,} values along {len(shape)} axes: too many to draw",)))
    values: Any = matrix(read_rows(store, one.weight), output_axes(one))
    rows, columns = Side(values.shape[0], "inputs"), Side(values.shape[1], "outputs")
    return heatmap(one, values[rows.shown][:, columns.shown], rows, columns)


def _heads(one: Held, store: WeightStore, axes: tuple[str, ...]) -> Panel:
    """The kernels and biases of attention: the heads beside each other, or below each other where they come in."""
    shape = _shape(one)
    heads = tuple(f"head {number + 1}" for number in range(shape[axes.index("head")]))
    if axes == ("head", "output"):
        values = read_rows(store, one.weight)
        size = Side(shape[1], "features of a head")
        mark = Heatmap(
            values[:, size.shown], signed=True, limits=color_limits(values), row_labels=heads, extent=shape[:2],
            key="value",
        )  # fmt: skip
        return panel(one, mark, x=Axis(size.title))
    if axes[0] == "head":
        rows, columns = Side(shape[0] * shape[1], "inputs of all heads", heads), Side(shape[2], "outputs")
        values = read_rows(store, one.weight).reshape(-1, shape[2])
        return heatmap(one, values[rows.shown][:, columns.shown], rows, columns)
    rows, columns = Side(shape[0], "inputs"), Side(shape[1] * shape[2], "outputs of all heads", heads)
    values = read_rows(store, one.weight, rows.shown).reshape(-1, shape[1] * shape[2])
    return heatmap(one, values[:, columns.shown], rows, columns)


def _shape(one: Held) -> tuple[int, ...]:
    return tuple(axis or 0 for axis in one.weight.tensor.shape or ())
