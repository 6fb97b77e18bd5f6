"""The values of a weight as small pictures: filters of a kernel each, all else as a matrix; sampled where it is large.

What a weight is drawn as is what plots draw it as (`analysis/charts/values`), of fewer values.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.kernels import (
    RGB,
    Kernel,
    arranged,
    counted,
    filter_labels,
    first_filters,
    kernel_of,
    slice_words,
)
from netviz.analysis.charts.matrices import (
    WHOLE,
    Matrix,
    Side,
    gates_said,
    matrix_of,
    ordered_matrix,
    ordinal,
)
from netviz.analysis.charts.sampling import Values, color_limits, read_rows, spaced
from netviz.analysis.charts.weights import Held
from netviz.analysis.charts.wording import value_words
from netviz.catalog.arrangement import GATES
from netviz.model import WeightStore
from netviz.pages import Tiles

SIDE = 64
"""Rows and columns of a picture at most."""

FILTERS = 32
"""Filters of a kernel that are drawn."""

CHANNELS = 4
"""Input channels that are drawn of the filters of a deep kernel."""

FULL = 127
"""The byte of the largest value."""

NOT_FINITE = -128


def build_tiles(one: Held, store: WeightStore, most: int) -> Tiles | None:
    """Pictures of a weight's values, of about `most` values in all; None for what is no array, or too large a one.

    Raises NetvizError as the store does.
    """
    shape = tuple(axis or 0 for axis in one.weight.tensor.shape or ())
    if math.prod(shape) < 2:
        return None
    kernel = kernel_of(one)
    if kernel is not None and math.prod(kernel.window) > 1:
        return _filters(one, kernel, store, most)
    side = max(1, min(SIDE, math.isqrt(most)))
    if len([axis for axis in shape if axis != 1]) == 1 or one.arrangement in (("bias", "gate"),):
        return _vector(one, store, side)
    if kernel is not None:
        return _matrix(one, _point(one, kernel, store, side))
    if len(shape) == 2 or "head" in (one.arrangement or ()):
        return _matrix(one, matrix_of(one, store, side))
    return _matrix(one, ordered_matrix(one, store, side)) if math.prod(shape) <= WHOLE else None


def _filters(one: Held, kernel: Kernel, store: WeightStore, most: int) -> Tiles:
    """The filters of a convolution: in colours over three channels, else a picture for each of the first channels."""
    window = [spaced(side, most=SIDE) for side in (1, 1, *kernel.window)[-2:]]
    size = len(window[0]) * len(window[1])
    channels = kernel.inputs if kernel.inputs in (1, RGB) else CHANNELS
    filters = first_filters(kernel, max(len(kernel.gates), 1, min(FILTERS, most // (size * channels))))
    values = arranged(one, kernel, store, np.arange(min(channels, kernel.inputs)), filters)
    if len(kernel.window) == 1:
        values = values[np.newaxis]
    elif len(kernel.window) == 3:
        values = values[0]
    values = values[window[0]][:, window[1]]  # (rows, columns, inputs, filters)
    said = counted(len(filters), kernel.outputs, "channel" if kernel.depthwise else "filter")
    labels = filter_labels(kernel, filters) or tuple(f"{number}" for number in map(int, filters))
    if kernel.inputs == RGB:
        pictures = values.transpose(3, 0, 1, 2)
        said += "; red, green and blue are the three inputs, grey is 0"
    else:
        pictures = values.transpose(3, 2, 0, 1).reshape(-1, *values.shape[:2], 1)
        if kernel.inputs > 1:
            said += f", a picture for each of {counted(values.shape[2], kernel.inputs, 'input')}"
            labels = tuple(f"{label}, input {place}" for label in labels for place in range(values.shape[2]))
    said += slice_words(kernel)
    if any(len(places) < side for places, side in zip(window, (1, 1, *kernel.window)[-2:], strict=True)):
        said += f"; of the window {len(window[0])} by {len(window[1])} places, at equal distances"
    if kernel.gates:
        said += f"; as many of each gate: {gates_said(one)}"
    across = values.shape[2] if 1 < kernel.inputs != RGB else 0
    return _tiles(pictures, said, labels, across)


def _point(one: Held, kernel: Kernel, store: WeightStore, side: int) -> Matrix:
    """A window of one place: a matrix of inputs by outputs."""
    rows, columns = Side(kernel.inputs, "input", (), side), Side(kernel.outputs, "output", kernel.gates, side)
    values = arranged(one, kernel, store, rows.shown, columns.shown)
    return Matrix(values.reshape(len(rows.shown), len(columns.shown)), rows, columns)


def _matrix(one: Held, found: Matrix) -> Tiles:
    said = f"{_side_words(found.rows)} downwards, {_side_words(found.columns)} across"
    parts = found.columns.parts or found.rows.parts
    if parts and "gate" in (one.arrangement or ()):
        said += f", of each gate: {gates_said(one)}"
    elif parts:
        said += f", of each of {len(parts)} heads"
    return _tiles(found.values[np.newaxis, :, :, np.newaxis], said)


def _vector(one: Held, store: WeightStore, side: int) -> Tiles:
    """A row of the values; of the biases of gates one for each bias and gate."""
    values = read_rows(store, one.weight)
    gates = GATES.get(one.layer.class_name or "", ())
    if gates and one.arrangement in (("gate",), ("bias", "gate")) and values.shape[-1] % len(gates) == 0:
        units = Side(values.shape[-1] // len(gates), "unit", (), side)
        rows = values.reshape(-1, units.count)[:, units.shown]
        said = f"{_side_words(units)} across; downwards {gates_said(one)}"
        said += ", of the input and then of the state" if values.ndim == 2 and len(values) == 2 else ""
        return _tiles(rows[np.newaxis, :, :, np.newaxis], said)
    places = Side(values.size, "value", (), max(side, SIDE))
    return _tiles(values.reshape(1, 1, -1, 1)[:, :, places.shown], _side_words(places))


def _side_words(side: Side) -> str:
    """ "10 outputs", "every 8th of 512 inputs"; of equal parts what each of them has."""
    shown, parts = side.shown, len(side.parts) or 1
    count = side.count // parts
    plural = side.noun if count == 1 else _plural(side.noun)
    if 1 < len(shown) // parts < count:
        return f"every {ordinal(int(shown[1] - shown[0]))} of {count:,} {plural}"
    return f"{count:,} {plural}"


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def _tiles(pictures: Values, caption: str, labels: tuple[str, ...] = (), across: int = 0) -> Tiles:
    """Pictures (number, rows, columns, channels) as bytes."""
    limits = color_limits(pictures)
    limit = limits[1] if limits else 1.0
    sizes = np.abs(pictures[np.isfinite(pictures)])
    if limits and bool((sizes > limit * (1 + 1e-9)).any()):
        caption += f"; what is beyond ±{value_words(limit)} has the deepest colour"
    count, rows, columns, channels = pictures.shape
    return Tiles(count, rows, columns, channels, limit, quantized(pictures, limit).tobytes(), caption, labels, across)


def quantized(values: Values, limit: float) -> NDArray[np.int8]:
    """The values as signed bytes: 127 for `limit` and all beyond, -128 for what is not finite."""
    finite = np.isfinite(values)
    steps = np.rint(np.clip(np.where(finite, values, 0.0) / limit, -1, 1) * FULL)
    return np.where(finite, steps, NOT_FINITE).astype(np.int8)
