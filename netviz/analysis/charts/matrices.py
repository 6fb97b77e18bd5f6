"""Weights that are no images: matrices as heatmaps, gates and heads apart, vectors as bars, single values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.sampling import MOST, Values, color_limits, read_rows, spaced, splits
from netviz.analysis.charts.weights import Held, matrix, output_axes
from netviz.analysis.charts.wording import shape_words, value_words
from netviz.catalog.arrangement import BIASES, GATES
from netviz.charts import Axis, Bars, Curve, Heatmap, Mark, Panel, Rule, Words
from netviz.model import WeightStore

MOST_BARS = 2048
"""Values drawn as bars; more are a curve."""

WHOLE = 1 << 24
"""Values of a weight of unknown order that are read at once, to put it in order."""

PLAIN = Axis()

HEADS_APART = ("head", "output")
"""The arrangement of the bias of attention."""

HIGH = 0.1
"""The height of a row of a heatmap whose rows are named."""

LOW = 0.5
"""The height of a plot of one value for each output: it is little beside a kernel."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a matrix: rows or columns, of which about `most` are shown; what each is, and their equal parts."""

    count: int
    noun: str
    parts: tuple[str, ...] = ()
    most: int = MOST

    @property
    def shown(self) -> NDArray[np.intp]:
        return spaced(self.count, len(self.parts) or 1, self.most)

    @property
    def title(self) -> str:
        """ "input", "every 4th output"."""
        shown = self.shown
        every = f"every {ordinal(int(shown[1] - shown[0]))} " if 1 < len(shown) < self.count else ""
        return f"{every}{self.noun}"


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """What is shown of a weight as a matrix, with its sides."""

    values: Values
    rows: Side
    columns: Side


def ordinal(number: int) -> str:
    """ "2nd", "3rd", "4th", "12th"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def panel(
    one: Held, *marks: Mark, x: Axis = PLAIN, y: Axis = PLAIN, detail: str = "", caption: str = "",
    height: float | None = None,
) -> Panel:  # fmt: skip
    """A panel with the layer, the weight and `detail`, or its shape, above it."""
    return Panel(
        marks,
        one.place,
        f"{one.weight.name}  {detail or shape_words(one.weight.tensor.shape)}",
        caption=caption,
        x=x,
        y=y,
        family=one.family,
        height=height,
    )


def heatmap(one: Held, values: Values, rows: Side, columns: Side, caption: str = "") -> Panel:
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
    return panel(one, mark, x=Axis(columns.title), y=Axis(rows.title), caption=caption)


def matrix_panel(one: Held, store: WeightStore) -> Panel:
    """A weight with two axes, or more of which it is known that they are gates or heads, as a heatmap."""
    if one.arrangement == HEADS_APART:
        return _heads_apart(one, store)
    found, gated = matrix_of(one, store), "gate" in (one.arrangement or ())
    caption = gates_said(one) if gated and found.columns.parts else ""
    return heatmap(one, found.values, found.rows, found.columns, caption)


def matrix_of(one: Held, store: WeightStore, most: int = MOST) -> Matrix:
    """A weight with two axes, or with heads: about `most` rows and columns of it, at equal distances."""
    axes, shape = one.arrangement, _shape(one)
    if axes is None or len(axes) != len(shape):
        axes = ("input", "output") if one.is_kernel else ("row", "column")
    if "head" in axes and axes != HEADS_APART:
        return _heads(one, store, axes, most)
    gates = tuple(GATES.get(one.layer.class_name or "", ()))
    rows, columns = Side(shape[0], axes[0], (), most), Side(shape[1], axes[1], (), most)
    if axes[1] == "gate":
        columns = Side(shape[1], "unit", gates if gates and shape[1] % len(gates) == 0 else (), most)
    return Matrix(read_rows(store, one.weight, rows.shown)[:, columns.shown], rows, columns)


def gates_said(one: Held) -> str:
    """ "i input gate, f forget gate, c cell, o output gate"."""
    return ", ".join(f"{letter} {name}" for letter, name in GATES.get(one.layer.class_name or "", {}).items())


def gates_panel(one: Held, store: WeightStore) -> Panel:
    """The bias of a recurrent layer: a row of a heatmap for each gate, or a row for each bias and gate."""
    gates = GATES.get(one.layer.class_name or "", ())
    values = read_rows(store, one.weight)
    biases = values.reshape(-1, values.shape[-1])
    if not gates or biases.shape[1] % len(gates):
        return vector_panel(one, store)
    units = Side(biases.shape[1] // len(gates), "unit")
    rows = biases.reshape(len(biases) * len(gates), -1)[:, units.shown]
    kinds = BIASES if len(biases) == len(BIASES) else ("",) * len(biases)
    labels = tuple(f"{kind} {gate}".strip() for kind in kinds for gate in gates)
    mark = Heatmap(
        rows, signed=True, limits=color_limits(rows), row_labels=labels, extent=(len(rows), units.count), key="value"
    )
    return panel(one, mark, x=Axis(units.title), caption=gates_said(one), height=len(rows) * HIGH)


def vector_panel(one: Held, store: WeightStore) -> Panel:
    """A weight with one axis, or only one that is longer than 1: bars, or a curve where they are many."""
    values = read_rows(store, one.weight).reshape(-1)
    axes = one.arrangement or ()
    noun = "channel" if "channel" in axes or one.family in ("normalisation", "activation") else "output"
    x, y = Axis(noun), Axis("value")
    if len(values) <= MOST_BARS:
        return panel(one, Bars(values, tint=one.family, signed=bool((values < 0).any())), x=x, y=y, height=LOW)
    places = spaced(len(values), most=4096)
    curve = Curve(places.astype(np.float64), values[places], tint=one.family)
    every = f"every {ordinal(int(places[1]))} {noun}" if len(places) < len(values) else noun
    return panel(one, Rule(0), curve, x=Axis(every), y=y, height=LOW)


def scalar_panel(one: Held, store: WeightStore) -> Panel:
    """A weight that is one number."""
    value = float(read_rows(store, one.weight).reshape(-1)[0])
    return panel(one, Words((value_words(value, 6),)))


def ordered_panel(one: Held, store: WeightStore) -> Panel:
    """A weight of three or more axes, of which is known at best which are outputs: as a matrix of inputs by outputs."""
    shape = _shape(one)
    if math.prod(shape) > WHOLE:
        return panel(one, Words((f"{math.prod(shape):,} values along {len(shape)} axes: too many to draw",)))
    found = ordered_matrix(one, store)
    return heatmap(one, found.values, found.rows, found.columns)


def ordered_matrix(one: Held, store: WeightStore, most: int = MOST) -> Matrix:
    """A weight of any axes as a matrix of inputs by outputs, for which all of it is read."""
    values: Any = matrix(read_rows(store, one.weight), output_axes(one))
    rows, columns = Side(values.shape[0], "input", (), most), Side(values.shape[1], "output", (), most)
    return Matrix(values[rows.shown][:, columns.shown], rows, columns)


def _heads_apart(one: Held, store: WeightStore) -> Panel:
    """The bias of attention: the heads below each other."""
    shape = _shape(one)
    values, size = read_rows(store, one.weight), Side(shape[1], "feature")
    mark = Heatmap(
        values[:, size.shown], signed=True, limits=color_limits(values), row_labels=_head_names(shape[0]),
        extent=(shape[0], shape[1]), key="value",
    )  # fmt: skip
    return panel(one, mark, x=Axis(size.title), height=shape[0] * HIGH)


def _heads(one: Held, store: WeightStore, axes: tuple[str, ...], most: int) -> Matrix:
    """The kernels of attention: the heads beside each other, or below each other where they come in."""
    shape = _shape(one)
    heads = _head_names(shape[axes.index("head")])
    if axes[0] == "head":
        rows, columns = Side(shape[0] * shape[1], "input", heads, most), Side(shape[2], "output", (), most)
        values = read_rows(store, one.weight).reshape(-1, shape[2])
        return Matrix(values[rows.shown][:, columns.shown], rows, columns)
    rows, columns = Side(shape[0], "input", (), most), Side(shape[1] * shape[2], "output", heads, most)
    values = read_rows(store, one.weight, rows.shown).reshape(-1, shape[1] * shape[2])
    return Matrix(values[:, columns.shown], rows, columns)


def _head_names(count: int) -> tuple[str, ...]:
    return tuple(f"head {number + 1}" for number in range(count))


def _shape(one: Held) -> tuple[int, ...]:
    return tuple(axis or 0 for axis in one.weight.tensor.shape or ())
