"""What one call gave for one sample as a picture: feature maps, sequences, vectors, scores, numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.outputs import Output, Outputs
from netviz.analysis.charts.sampling import color_limits, spaced
from netviz.analysis.health.wording import number
from netviz.charts import Axis, Bars, Chart, Heatmap, Panel, Tiles, Words

Array = NDArray[Any]

MOST_TILES = 64
MOST_HEADS = 16
MOST_BARS = 64
MOST_SIDE = 160
"""Pixels of a side of a feature map; larger ones are averaged down."""
MOST_TEXTS = 12

PLAIN = Axis()


def build_output_chart(output: Output, values: Array, sample: int, samples: int, limit: int = MOST_TILES) -> Chart:
    """The picture of what a call gave for the sample with this number (from 0); `values` are of that sample alone.

    `limit` is how many channels of feature maps are drawn, 0 for all.
    """
    detail = " ".join(filter(None, (output.class_name, _shape(values.shape))))
    caption = [f"Sample {sample + 1} of {samples}." if samples > 1 else ""]
    if values.dtype.kind not in "fiub":
        texts = [str(one) for one in values.ravel()[:MOST_TEXTS]]
        panels: list[Panel] = [Panel((Words(tuple(texts) or ("no values",)),))]
    elif not values.size:
        panels = [Panel((Words(("There are no values.",)),))]
    elif values.dtype.kind == "f" and not np.isfinite(values).any():
        panels = [Panel((Words((_nothing_finite(values),)),), family=output.family)]
    else:
        panels, said = _panels(output, values.astype(np.float64, copy=False), values.dtype.kind, limit)
        caption += said
    return Chart(output.name, tuple(panels), detail=detail, caption=" ".join(filter(None, caption)))


def _nothing_finite(values: Array) -> str:
    nan = int(np.count_nonzero(np.isnan(values)))
    if nan == values.size:
        return f"{'All ' if nan > 1 else ''}{number(nan, 'value')} {'are' if nan > 1 else 'is'} NaN."
    return f"No value is finite: {number(values.size - nan, 'infinity')}{f' and {nan:,} NaN' if nan else ''}."


def build_values_page(
    outputs: Outputs, values: Mapping[str, Array], samples: int, said: Sequence[str], limit: int
) -> Chart:
    """The values of the first sample of every output (`limit` at most, 0: all), a panel or more for each."""
    most = limit or len(values)
    charts = [
        build_output_chart(outputs.found[name], sample_of(values[name], 0, samples), 0, samples, limit)
        for name in list(values)[:most]
    ]
    words = [f"Sample 1 of {samples}." if samples > 1 else ""]
    if len(values) > most:
        words.append(f"Shown: the first {most} of {len(values)} outputs.")
    words += [f"Input: {text}." for text in said]
    if len(charts) == 1:
        only = charts[0]
        return replace(only, caption=" ".join(filter(None, (only.caption, *words[1:]))))
    panels = []
    for chart in charts:
        for panel in chart.panels:
            title = f"{chart.title} · {panel.title}" if panel.title else chart.title
            panels.append(replace(panel, title=title, detail=chart.detail))
    return Chart(f"Outputs of {outputs.model.name}", tuple(panels), caption=" ".join(filter(None, words)))


def sample_of(values: Array, sample: int, samples: int) -> Array:
    """What is of one sample; an array whose first axis is not that of the samples belongs to all."""
    return np.asarray(values[sample] if values.ndim and len(values) == samples else values)


def _panels(output: Output, values: Array, kind: str, limit: int) -> tuple[list[Panel], list[str]]:
    if output.is_scores and values.ndim >= 2:
        return _scores(output, values, limit)
    if output.channels is not None and output.channels < values.ndim:
        values = np.moveaxis(values, output.channels - 1, -1)
    said = []
    if values.ndim > 3:
        said.append(f"The middle of {' × '.join(str(size) for size in values.shape[:-3])} slices.")
        while values.ndim > 3:
            values = values[len(values) // 2]
    if values.ndim == 3:
        panel, more = _maps(output, values, kind, limit)
        return [panel], said + more
    if values.ndim == 2:
        panel, more = _sequence(output, values)
        return [panel], said + more
    if values.ndim == 1 and values.size > 1:
        panel, more = _vector(output, values)
        return [panel], said + more
    value = float(values.reshape(-1)[0])
    return [Panel((Words((f"{value:.6g}",)),), family=output.family)], said


def _maps(output: Output, values: Array, kind: str, limit: int) -> tuple[Panel, list[str]]:
    """Feature maps (height, width, channels) as tiles; three channels of an image in their colours."""
    said = []
    height, width, channels = values.shape
    most = limit or channels
    shown = values[:, :, :most]
    if channels > most:
        said.append(f"The first {most:,} of {channels:,} channels.")
    factor = max(1, -(-max(height, width) // MOST_SIDE))
    if factor > 1:
        shown = _averaged(shown, factor)
        said.append(f"Means of {factor} × {factor} places.")
    image = _image(output, values, kind) if most >= channels else None
    if image is not None:
        tiles = Tiles(np.clip(shown / image, 0, 1)[None])
        return Panel((tiles,), family=output.family, wide=True), said
    maps = np.ascontiguousarray(np.moveaxis(shown, -1, 0))
    limits, signed = _limits(maps)
    mark = Tiles(maps, signed=signed, limits=limits, key="value")
    return Panel((mark,), family=output.family, wide=True), said


def _image(output: Output, values: Array, kind: str) -> float | None:
    """What the values of a coloured picture reach up to; None for what is none."""
    if values.shape[-1] != 3 or output.family not in ("input-output", "preprocessing") or not np.isfinite(values).all():
        return None
    if values.min() < 0:
        return None
    return 255.0 if kind in "iu" or values.max() > 1.5 else 1.0 if values.max() <= 1 else None


def _averaged(values: Array, factor: int) -> Array:
    """Means of squares of places; at the lower and the right edge of what is left of one."""
    height, width = values.shape[:2]
    rows, columns = np.arange(0, height, factor), np.arange(0, width, factor)
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
        high, wide = np.diff(np.append(rows, height)), np.diff(np.append(columns, width))
        return np.asarray(sums / (high[:, None, None] * wide[None, :, None]))


def _sequence(output: Output, values: Array) -> tuple[Panel, list[str]]:
    """Steps from the top, features across, as a heatmap."""
    rows, columns = spaced(len(values)), spaced(values.shape[1])
    shown = values[rows][:, columns]
    limits, signed = _limits(shown)
    mark = Heatmap(shown, signed=signed, limits=limits, extent=(values.shape[0], values.shape[1]), key="value")
    x, y = Axis(_side(values.shape[1], len(columns), "feature")), Axis(_side(len(values), len(rows), "step"))
    return Panel((mark,), x=x, y=y, family=output.family), []


def _side(count: int, shown: int, noun: str) -> str:
    return number(count, noun) if shown == count else f"{shown:,} of {number(count, noun)}, evenly spaced"


def _vector(output: Output, values: Array) -> tuple[Panel, list[str]]:
    """Bars, or rows of cells where there are many."""
    if values.size <= MOST_BARS:
        signed = bool((values < 0).any())
        labels = tuple(str(place) for place in range(values.size)) if values.size <= 16 else ()
        bars = Bars(values, labels=labels, tint=output.family, signed=signed)
        return Panel((bars,), x=Axis("unit"), y=Axis("value"), family=output.family), []
    width = _row_length(values.size)
    rows = -(-values.size // width)
    cells = np.full(rows * width, np.nan)
    cells[: values.size] = values
    shown = cells.reshape(rows, width)
    limits, signed = _limits(values)
    mark = Heatmap(shown, signed=signed, limits=limits, key="value")
    said = [f"{number(values.size, 'unit')} in rows of {width}, the first at the top left."]
    if rows * width > values.size:
        said.append("The hatched cells at the end are none.")
    x, y = Axis("unit", ticks=()), Axis(f"rows of {width}", ticks=())
    return Panel((mark,), x=x, y=y, family=output.family), said


def _row_length(size: int) -> int:
    """How many of so many values stand in a row: a divisor where one makes the field about twice as wide as high."""
    ideal = math.sqrt(size * 2)
    fitting = [width for width in range(int(ideal / 1.6), int(ideal * 1.6) + 1) if width and size % width == 0]
    return min(fitting, key=lambda width: abs(math.log(width / ideal)), default=math.ceil(ideal))


def _scores(output: Output, values: Array, limit: int) -> tuple[list[Panel], list[str]]:
    """A heatmap per head: how much each query (down) attends to each key (across)."""
    heads = values[None] if values.ndim == 2 else values.reshape(-1, *values.shape[-2:])
    most = min(limit, MOST_HEADS) if limit else len(heads)
    shown = heads[:most]
    top = float(np.nanmax(shown)) if np.isfinite(shown).any() else 1.0
    panels = []
    for place, head in enumerate(shown):
        rows, columns = spaced(len(head)), spaced(head.shape[1])
        mark = Heatmap(head[rows][:, columns], limits=(0.0, top), extent=(head.shape[0], head.shape[1]), key="score")
        title = f"head {place + 1}" if len(heads) > 1 else ""
        panels.append(Panel((mark,), title, x=Axis("key"), y=Axis("query"), family=output.family))
    said = ["Each row adds up to 1: what a query takes from each key."]
    if len(heads) > most:
        said.append(f"The first {most} of {len(heads)} heads.")
    return panels, said


def _limits(values: Array) -> tuple[tuple[float, float] | None, bool]:
    """The limits of the colours, and whether they are those of signed values."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return None, False
    if finite.min() < 0:
        return color_limits(finite), True
    top = float(finite.max())
    usual = float(np.quantile(finite, 0.995, method="inverted_cdf"))
    return (0.0, usual if 0 < usual * 2 < top else top) if top > 0 else None, False


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "one number"
