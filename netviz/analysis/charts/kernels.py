"""Kernels of convolutions as images: the filters beside each other, in colour where three channels come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.matrices import LOW, MOST_BARS, Side, gates_said, heatmap, ordinal, panel
from netviz.analysis.charts.sampling import Values, color_limits, read_cut, spaced
from netviz.analysis.charts.weights import Held
from netviz.analysis.charts.wording import value_words
from netviz.catalog.arrangement import GATES, WINDOW
from netviz.charts import Axis, Bars, Curve, Panel, Tiles
from netviz.model import WeightStore

CHANNELS = 8
"""Input channels drawn of the filters of a deep kernel, side by side, unless all are asked for."""

MANY, TALL, ROWS = 10, 1.6, 20
"""From more rows of filters on a picture has a height of its own: at least so many panels, one for so many rows."""

MOST_TILES = 10_000
"""Tiles drawn of a kernel, also where all are asked for."""

RGB = 3


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel of a convolution: `window` are its sides, `inputs` and `outputs` how many channels go in and out.

    `turned` has the outputs before the inputs. A depthwise one has `inputs` of 1 and an output for each channel and
    multiplier. `gates` are the equal parts of the outputs.
    """

    window: tuple[int, ...]
    inputs: int
    outputs: int
    turned: bool = False
    depthwise: bool = False
    gates: tuple[str, ...] = ()


def kernel_of(one: Held) -> Kernel | None:
    """What a weight is as the kernel of a convolution; None where it is none."""
    axes, shape = one.arrangement, tuple(axis or 0 for axis in one.weight.tensor.shape or ())
    if axes is None or axes[0] != WINDOW or len(axes) < 3:
        return None
    window, (first, second) = shape[:-2], shape[-2:]
    if axes[-1] == "multiplier":
        return Kernel(window, 1, first * second, depthwise=True)
    if axes[-1] == "gate":
        gates = tuple(GATES.get(one.layer.class_name or "", ()))
        return Kernel(window, first, second, gates=gates if gates and second % len(gates) == 0 else ())
    return Kernel(window, second, first, turned=True) if axes[-1] == "input" else Kernel(window, first, second)


def kernel_panels(one: Held, kernel: Kernel, store: WeightStore, limit: int | None) -> tuple[Panel, ...]:
    """The filters of a kernel as images, at most `limit` (None: all); of one with many inputs also how strong each is.

    Of several inputs the first `CHANNELS` are drawn; without a limit all, as far as `MOST_TILES` allow.
    """
    if all(side == 1 for side in kernel.window):
        return (_point(one, kernel, store),)
    most = min(limit or MOST_TILES, MOST_TILES)
    if len(kernel.window) == 1:
        return (_line(one, kernel, store, most),)
    if kernel.inputs in (1, RGB):
        return (_images(one, kernel, store, most),)
    return (_grid(one, kernel, store, limit), _strengths(one, kernel, store))


def _point(one: Held, kernel: Kernel, store: WeightStore) -> Panel:
    """A window of one place: a matrix of inputs by outputs."""
    rows, columns = Side(kernel.inputs, "input"), Side(kernel.outputs, "output", kernel.gates)
    if kernel.depthwise:
        rows, columns = Side(1, "place"), Side(kernel.outputs, "channel")
    values = arranged(one, kernel, store, rows.shown, columns.shown)
    return heatmap(one, values.reshape(len(rows.shown), len(columns.shown)), rows, columns)


def _line(one: Held, kernel: Kernel, store: WeightStore, most: int) -> Panel:
    """A window along one axis: of a single input a row for each filter, else a picture of inputs by places for each."""
    places = Side(kernel.window[0], "place in the window")
    if kernel.inputs == 1:
        rows = Side(kernel.outputs, "channel" if kernel.depthwise else "filter", kernel.gates)
        values = arranged(one, kernel, store, np.arange(1), rows.shown)
        return heatmap(one, values[:, 0].T[:, places.shown], rows, places)
    filters, inputs = first_filters(kernel, most), spaced(kernel.inputs, most=64)
    values = arranged(one, kernel, store, inputs, filters)
    wide = len(inputs) > kernel.window[0]
    values = values.transpose(2, 0, 1) if wide else values.transpose(2, 1, 0)
    sides = "places of the window downwards, inputs across" if wide else "inputs downwards, places of the window across"
    said = f"{counted(len(filters), kernel.outputs, 'filter')}: {sides}"
    every = f" (every {ordinal(int(inputs[1]))} of {kernel.inputs})" if len(inputs) < kernel.inputs else ""
    return panel(one, _tiles(values, filter_labels(kernel, filters)), caption=said + every)


def _images(one: Held, kernel: Kernel, store: WeightStore, most: int) -> Panel:
    """Filters over one channel in signed colours, over three as red, green and blue."""
    filters = first_filters(kernel, most)
    values = middle(arranged(one, kernel, store, np.arange(kernel.inputs), filters))
    noun = "channel" if kernel.depthwise else "filter"
    said = counted(len(filters), kernel.outputs, noun) + slice_words(kernel)
    if kernel.inputs == 1:
        return panel(one, _tiles(values[:, :, 0].transpose(2, 0, 1), filter_labels(kernel, filters)), caption=said)
    limits = color_limits(values) or (-1.0, 1.0)
    pictures = np.clip(0.5 + values.transpose(3, 0, 1, 2) / (2 * limits[1]), 0, 1)
    said += f"; red, green and blue are the inputs, grey is 0, full colour ±{value_words(limits[1])}"
    return panel(one, Tiles(pictures, labels=filter_labels(kernel, filters)), caption=said)


def _grid(one: Held, kernel: Kernel, store: WeightStore, limit: int | None) -> Panel:
    """The first filters of a deep kernel: a row for each, in it the first inputs."""
    filters = first_filters(kernel, min(limit or MOST_TILES // CHANNELS, MOST_TILES // CHANNELS))
    across = CHANNELS if limit is not None else max(CHANNELS, MOST_TILES // len(filters))
    channels = np.arange(min(across, kernel.inputs))
    values = middle(arranged(one, kernel, store, channels, filters))
    tiles = values.transpose(3, 2, 0, 1).reshape(-1, *values.shape[:2])
    rows = counted(len(filters), kernel.outputs, "filter")
    said = f"a row each for {rows}; across {counted(len(channels), kernel.inputs, 'input')}{slice_words(kernel)}"
    if kernel.gates:
        said += f"; as many of each gate: {gates_said(one)}"
    height = max(TALL, len(filters) / ROWS) if len(filters) > MANY else None
    return panel(one, _tiles(tiles, (), len(channels)), caption=said, height=height)


def _strengths(one: Held, kernel: Kernel, store: WeightStore) -> Panel:
    """The norm of each filter."""
    axis = -2 if kernel.turned else -1
    total = np.zeros(kernel.outputs)
    for block in store.blocks(one.weight):
        squares = np.square(block.astype(np.float64))
        total += squares.sum(axis=tuple(place for place in range(block.ndim) if place != axis % block.ndim))
    norms = np.sqrt(total)
    mark: Bars | Curve = Bars(norms, tint=one.family)
    if kernel.outputs > MOST_BARS:
        mark = Curve(np.arange(kernel.outputs, dtype=np.float64), norms, tint=one.family)
    return panel(one, mark, x=Axis("filter"), y=Axis("norm"), detail="the norm of each filter", height=LOW)


def arranged(
    one: Held, kernel: Kernel, store: WeightStore, inputs: NDArray[np.intp], outputs: NDArray[np.intp]
) -> Values:
    """The values of some inputs and outputs: (window…, inputs, outputs); of a window with depth only the middle."""

    def cut(block: NDArray[Any]) -> NDArray[Any]:
        if kernel.depthwise:
            return block.reshape(*block.shape[:-2], 1, -1)[..., outputs]
        if kernel.turned:
            block = np.swapaxes(block, -1, -2)
        return block[..., inputs, :][..., outputs]

    rows = np.array([kernel.window[0] // 2]) if len(kernel.window) == 3 else None
    return read_cut(store, one.weight, cut, rows)


def middle(values: Values) -> Values:
    """A window with depth without that axis."""
    return values[0] if values.ndim == 5 else values


def slice_words(kernel: Kernel) -> str:
    return f"; of {kernel.window[0]} slices the middle one" if len(kernel.window) == 3 else ""


def first_filters(kernel: Kernel, most: int) -> NDArray[np.intp]:
    """The first filters, as many of each gate."""
    parts = len(kernel.gates) or 1
    each = kernel.outputs // parts
    shown = min(each, max(1, most // parts))
    return np.concatenate([np.arange(shown) + part * each for part in range(parts)])


def filter_labels(kernel: Kernel, filters: Sequence[int] | NDArray[np.intp]) -> tuple[str, ...]:
    """The gate of each filter, if there are gates."""
    if not kernel.gates:
        return ()
    each = kernel.outputs // len(kernel.gates)
    return tuple(f"{kernel.gates[place // each]} {place % each}" for place in map(int, filters))


def _tiles(values: Values, labels: tuple[str, ...], columns: int | None = None) -> Tiles:
    return Tiles(values, columns, signed=True, limits=color_limits(values), labels=labels, key="value")


def counted(shown: int, count: int, noun: str) -> str:
    """ "64 filters", "the first 8 of 64 filters"."""
    plural = noun if count == 1 else f"{noun}s"
    return f"the first {shown:,} of {count:,} {plural}" if shown < count else f"{count:,} {plural}"
