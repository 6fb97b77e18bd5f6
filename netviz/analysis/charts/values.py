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
from netviz.analysis.charts.wording import lost_words, value_words
from netviz.analysis.health.wording import listed, number
from netviz.charts import Chart, Heatmap, Mark, Panel, Tiles, Words
from netviz.errors import NetvizError
from netviz.model import Model, WeightStore

BLANK = Panel((Words(()),))
"""A place in a row that stays empty, so that the next layer begins in a new one."""

COLUMNS = ((4, 2), (9, 3), (24, 4))
"""Up to how many panels on a page as many columns suit; of more `MOST_COLUMNS`."""

MOST_COLUMNS = 6


def build_values(model: Model, weighed: Sequence[Weighed], limit: int | None) -> Chart:
    """A panel or two for each weight, those of a layer beside each other; weights of one value are named below.

    `limit` is how many filters of a kernel are drawn, and how many weights: of more, the first kernels (None: all).
    """
    store = model.store
    title = f"Weights of {model.name}"
    if not weighed or store is None:
        return Chart(title, (Panel((Words(("There are no weights to draw.",)),)),))
    chosen = list(weighed)
    if limit is not None and len(chosen) > limit:
        chosen = ([one for one in chosen if one.held.is_kernel] or chosen)[:limit]
    layers = list(dict.fromkeys(one.held.place for one in chosen))
    title = f"Weights of {layers[0]}" if len(layers) == 1 else title
    detail = number(len(chosen), "weight")
    if len(chosen) < len(weighed):
        noun = "kernel" if all(one.held.is_kernel for one in chosen) else "weight"
        some = f"first {len(chosen):,} {noun}s" if len(chosen) > 1 else f"first {noun}"
        detail = f"the {some} of {len(weighed):,} weights"
    same = [one for one in chosen if is_constant(one)]
    drawn = [one for one in chosen if not is_constant(one)] or chosen
    groups: dict[str, list[Panel]] = {}
    for one in drawn:
        groups.setdefault(one.held.place, []).extend(_panels(one, store, limit))
    panels, columns = _in_rows(list(groups.values()))
    chart = Chart(title, panels, detail, columns=columns)
    said = [_constants(same, len(layers) == 1)] if same and drawn is not chosen else []
    if any(map(_is_cut, chart.marks())):
        said.append("Where few values are far larger than all others, these share the deepest colour.")
    return replace(chart, caption=" ".join(said))


def is_constant(one: Weighed) -> bool:
    """Whether all of several values are the same."""
    own = one.figures
    return bool(own and own.size > 1 and own.minimum == own.maximum and not own.nan + own.infinite)


def _constants(same: Sequence[Weighed], alone: bool) -> str:
    """Which weights are not drawn, for all their values are the same: "All 0: bias of conv1, conv2; all 1: ..."."""
    names: dict[str, list[str]] = {}
    for one in same:
        value = value_words(one.figures.minimum or 0.0, 6) if one.figures else ""
        name = one.held.weight.name if alone else f"{one.held.place}/{one.held.weight.name}"
        names.setdefault(value, []).append(name)
    return "Not drawn: " + "; ".join(f"{listed(own)}, all {value}" for value, own in names.items()) + "."


def _in_rows(groups: Sequence[Sequence[Panel]]) -> tuple[tuple[Panel, ...], int | None]:
    """The panels with blanks, so that no group is divided that fits into a row, and the columns that this is for."""
    count, widest = sum(map(len, groups)), max(map(len, groups))
    if len(groups) == 1 or widest == 1:
        return tuple(panel for group in groups for panel in group), None
    usual = next((columns for most, columns in COLUMNS if count <= most), MOST_COLUMNS)
    columns = widest * max(1, usual // widest) if widest <= MOST_COLUMNS else MOST_COLUMNS
    panels: list[Panel] = []
    for group in groups:
        used = len(panels) % columns
        if used and used + len(group) > columns:
            panels += [BLANK] * (columns - used)
        panels += group
    return tuple(panels), columns


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
    if one.figures.minimum is None:
        return (panel(held, Words((lost_words(one.figures.size, one.figures.nan, one.figures.infinite),))),)
    if is_constant(one):
        value = value_words(one.figures.minimum or 0.0, 6)
        return (panel(held, Words((f"all {number(one.figures.size, 'value')} are {value}",))),)
    try:
        with np.errstate(all="ignore"):
            panels = _of_kind(held, store, limit)
    except NetvizError as error:
        return (panel(held, Words((error.message,))),)
    return tuple(
        replace(own, caption="; ".join(filter(None, (own.caption, *_remarks(one, own.marks))))) for own in panels
    )


def _remarks(one: Weighed, marks: Sequence[Mark]) -> list[str]:
    """What to say below a picture of a weight: values that are none, and numbers that stand for others."""
    held, said = one.held, []
    if one.figures:
        colours = any(isinstance(mark, Heatmap | Tiles) for mark in marks)
        if one.figures.nan:
            said.append(f"NaN is {'hatched' if colours else 'left out'} ({one.figures.nan:,} in all)")
        if one.figures.infinite:
            how = "have the colour of the largest" if colours else "are left out"
            said.append(f"infinite values {how} ({one.figures.infinite:,} in all)")
    stored = as_stored(held)
    return [*said, stored] if stored else said


def as_stored(held: Held) -> str:
    """What has to be said of integers that stand for other values; "" of all other weights."""
    names = {weight.name for weight in held.layer.weights}
    name, dtype = held.weight.name.removeprefix("quantized_"), held.weight.tensor.dtype or ""
    if not dtype.startswith(("int", "uint")) or f"{name}_scale" not in names:
        return ""
    plain = f"divided by {name}_scale they are the values"
    zero = f"{name}_scale and {name}_zero make values of them"
    return f"integers as stored; {zero if f'{name}_zero' in names else plain}"


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
