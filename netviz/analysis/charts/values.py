"""The values of weights as pictures, each by what it is: kernels, matrices, gates, heads, tables, vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from netviz.analysis.charts.components import components_panel
from netviz.analysis.charts.kernels import kernel_of, kernel_panels
from netviz.analysis.charts.matrices import (
    gates_panel,
    matrix_panel,
    ordered_panel,
    panel,
    scalar_panel,
    vector_panel,
)
from netviz.analysis.charts.sampling import color_limits, read_rows
from netviz.analysis.charts.weights import Held, Weighed
from netviz.analysis.health.wording import number
from netviz.charts import Chart, Heatmap, Mark, Panel, Tiles, Words
from netviz.errors import NetvizError
from netviz.model import Model, WeightStore

MOST_WEIGHTS = 32
"""Weights drawn on one page, unless all are asked for."""


def build_values(model: Model, weighed: Sequence[Weighed], limit: int | None) -> Chart:
    """A panel or two for each weight; `limit` is how many filters of a kernel are drawn (None: all).

    Of more than `MOST_WEIGHTS` weights the first kernels are, unless all are asked for.
    """
    store = model.store
    title = f"Weights of {model.name}"
    if not weighed or store is None:
        return Chart(title, (Panel((Words(("There are no weights to draw.",)),)),))
    chosen = list(weighed)
    if limit is not None and len(chosen) > MOST_WEIGHTS:
        chosen = ([one for one in chosen if one.held.is_kernel] or chosen)[:MOST_WEIGHTS]
    panels = [made for one in chosen for made in _panels(one, store, limit)]
    layers = list(dict.fromkeys(one.held.place for one in chosen))
    title = f"Weights of {layers[0]}" if len(layers) == 1 else title
    detail = number(len(chosen), "weight")
    if len(chosen) < len(weighed):
        detail = f"the first {len(chosen):,} kernels of {len(weighed):,} weights"
    chart = Chart(title, tuple(panels), detail)
    said = "Where few values are far larger than all others, these share the deepest colour."
    return replace(chart, caption=said) if any(map(_is_cut, chart.marks())) else chart


def _is_cut(mark: Mark) -> bool:
    """Whether some values of a mark lie beyond the ends of its colours."""
    if not isinstance(mark, Heatmap | Tiles) or mark.limits is None or not mark.signed:
        return False
    return bool((np.abs(mark.values) > mark.limits[1] * (1 + 1e-9)).any())


def _panels(one: Weighed, store: WeightStore, limit: int | None) -> tuple[Panel, ...]:
    """The panels of one weight; where its values cannot be had, what is the matter."""
    held = one.held
    if one.figures is None:
        return (panel(held, Words((one.problem,))),)
    if not one.figures.size:
        return (panel(held, Words(("no values",))),)
    figures = one.figures
    if figures.size > 1 and figures.minimum == figures.maximum and not figures.nan + figures.infinite:
        return (panel(held, Words((f"all {number(figures.size, 'value')} are {figures.minimum:.6g}",))),)
    try:
        with np.errstate(all="ignore"):
            return _of_kind(held, store, limit)
    except NetvizError as error:
        return (panel(held, Words((error.message,))),)


def _of_kind(one: Held, store: WeightStore, limit: int | None) -> tuple[Panel, ...]:
    axes = one.arrangement or ()
    shape = tuple(axis or 0 for axis in one.weight.tensor.shape or ())
    long = [axis for axis in shape if axis != 1]
    kernel = kernel_of(one)
    if kernel is not None:
        return kernel_panels(one, kernel, store, limit)
    if not long:
        return (scalar_panel(one, store),)
    if axes in (("gate",), ("bias", "gate")):
        return (gates_panel(one, store),)
    if "entry" in axes:
        found = components_panel(one, store, turned=axes[1] == "entry")
        if found is not None:
            return (found,)
    if len(shape) == 2 or "head" in axes:
        return (matrix_panel(one, store),)
    if len(long) == 1:
        return (vector_panel(one, store),)
    if one.layer.class_name == "PReLU" and len(shape) == 3:
        return (_slopes(one, store, limit),)
    return (ordered_panel(one, store),)


def _slopes(one: Held, store: WeightStore, limit: int | None) -> Panel:
    """The slopes of a PReLU on pictures: a picture for each channel."""
    values = read_rows(store, one.weight)
    count = values.shape[2]
    shown = values[:, :, : limit or count].transpose(2, 0, 1)
    said = f"the first {len(shown):,} of {count:,} channels" if len(shown) < count else number(count, "channel")
    return panel(one, Tiles(shown, signed=True, limits=color_limits(shown), key="slope"), caption=said)
