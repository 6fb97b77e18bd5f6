"""The page of costs: where in its depth a model computes, and what memory it takes meanwhile."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

import numpy as np

from netviz.analysis.amounts import BYTES, MOST_FLOAT, SI, amount, percent, scaled, short, size
from netviz.analysis.cost.results import LayerCost, ModelCost
from netviz.analysis.health.wording import listed, number
from netviz.analysis.subjects import family_of
from netviz.analysis.summary_cost import inputs_words, known_total
from netviz.charts import Axis, Band, Bars, Chart, Curve, Mark, Panel, Point, Ridge, Ridges, Words, Zone
from netviz.model import Model
from netviz.views import Family

FEW, SHORT = 12, 90
"""Up to so many layers all are named below the bars, where their names have no more characters in all."""

MOST_SAID = 5
"""Sentences below the chart."""

HEADROOM = 1.35
"""By how much the axis of the memory is longer than its peak, whose name stands above it."""

NAMED_ZONES = 3
"""Up to so many stretches that are unknown are said to be."""

TOO_SMALL = 'Draw one part by picture="macs", "share", "memory" or "layers" (--picture).'
"""What to do where a page is too small to be read."""

MANY = 100
"""From so many calls on the line over the memory is thinner."""

HIGH = 0.5
"""Of a panel over the depth, in units of the usual one."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a layer computes itself, without the layers inside; None is unknown."""

    layer: LayerCost
    family: Family
    macs: int | None
    flops: int | None
    weights: int | None


def own_costs(model: Model, cost: ModelCost) -> tuple[Own, ...]:
    """The layers that compute something themselves or may do so, in order: together they make the totals."""
    layers = {layer.path: layer for layer in model.root.walk()}
    costs = {one.path: one for one in cost.layers}
    found = []
    for one in cost.layers:
        layer = layers.get(one.path)
        inside = [costs[inner.path] for inner in layer.layers if inner.path in costs] if layer else []
        macs = _without(one.macs, [inner.macs for inner in inside])
        flops = _without(one.flops, [inner.flops for inner in inside])
        weights = _without(one.weight_bytes, [inner.weight_bytes for inner in inside])
        if not inside or macs or flops or weights:
            found.append(Own(one, family_of(layer) if layer else "unknown", macs, flops, weights))
    return tuple(found)


def _without(total: int | None, inside: Sequence[int | None]) -> int | None:
    """What is left of a total; of one that is unknown because of what is inside nothing is told twice."""
    if total is None:
        return 0 if None in inside else None
    return max(0, total - sum(one or 0 for one in inside))


def build_cost_chart(model: Model, cost: ModelCost, limit: int | None, picture: str = "page") -> Chart:
    """MACs over the depth, how they and the weights add up, the memory alive, and the `limit` costliest layers.

    `picture` is one of them alone ("macs", "share", "memory", "layers") or all ("page"). Where a model has no MACs,
    operations stand in their place. What is unknown is marked. Where every call is one of a layer of its own, all
    panels have one axis, in the order in which they run.
    """
    layers = own_costs(model, cost)
    running = _as_they_run(layers, cost)
    layers = running or layers
    words = "MACs" if cost.macs else "FLOPs"
    values = [one.macs if cost.macs else one.flops for one in layers]
    makers: dict[str, Callable[[], list[Panel]]] = {
        "macs": lambda: _bars(layers, values, words),
        "share": lambda: _sums(layers, values, words),
        "memory": lambda: _alive(cost, matching=bool(running)),
        "layers": lambda: _costliest(layers, values, words, limit),
    }
    panels = [panel for name, make in makers.items() if picture in (name, "page") for panel in make()]
    if not panels:
        panels = [Panel((Words(("There is no cost to draw.",)),))]
    detail, caption = _detail(cost, picture), _caption(cost, picture, matching=bool(running))
    return Chart(f"Cost of {model.name}", tuple(panels), detail, caption, columns=1, too_small=TOO_SMALL)


def _as_they_run(layers: Sequence[Own], cost: ModelCost) -> tuple[Own, ...]:
    """The layers in the order in which they are called, where each is called once and all calls are known; else ()."""
    by_path = {one.layer.path: one for one in layers}
    paths = [path for path, _ in cost.alive]
    if len(paths) == len(layers) and by_path.keys() == set(paths):
        return tuple(by_path[path] for path in paths)
    return ()


def _detail(cost: ModelCost, picture: str) -> str:
    totals = {
        "macs": f"{_least(cost, short(known_total(cost, 'macs')))} MACs",
        "flops": f"{_least(cost, short(known_total(cost, 'flops')))} FLOPs",
        "memory": f"{_least(cost, size(known_total(cost, 'activation_bytes')))} of outputs at the peak",
        "weights": f"{size(cost.weight_bytes)} of weights",
    }
    shown = {
        "macs": ("macs", "flops"),
        "share": ("macs", "weights"),
        "memory": ("memory",),
        "layers": ("macs", "flops"),
    }
    return f"{', '.join(totals[name] for name in shown.get(picture, totals))}, for {inputs_words(cost)}"


def _least(cost: ModelCost, text: str) -> str:
    return text if cost.exact or text == "?" else f"at least {text}"


def _caption(cost: ModelCost, picture: str, matching: bool) -> str:
    said = ["MACs: multiply-accumulates of convolutions and matrix products."] if picture != "memory" else []
    if matching:
        said.append("Layers stand in the order in which they run.")
    elif picture == "page":
        calls = number(len(cost.alive), "call")
        said.append(f"Layers stand in their order; the memory has an axis of its own, of the {calls} as they run.")
    else:
        said.append("Calls stand as they run." if picture == "memory" else "Layers stand in their order.")
    if cost.unknown:
        said.append(f"Unknown: {listed(cost.unknown)}; the totals are at least what is drawn.")
        said += dict.fromkeys(layer.reason for layer in cost.layers if layer.path in cost.unknown and layer.reason)
    return " ".join(said[:MOST_SAID])


def _bars(layers: Sequence[Own], values: Sequence[int | None], words: str) -> list[Panel]:
    """A bar for each layer in the colour of its family; what is unknown is a gap that is marked."""
    if not any(values):
        return []
    scale, unit = scaled(values, SI)
    heights = np.array([_height(value, scale) for value in values])
    marks = (Bars(heights, tints=tuple(one.family for one in layers)),)
    drawn, missing = sum(map(bool, values)), sum(value is None for value in values)
    detail = f"in {drawn:,} of {number(len(layers), 'layer')}{f', unknown in {missing:,}' if missing else ''}"
    y = Axis(f"{unit} {words}".strip())
    return [Panel(marks, f"{words} of each layer", detail, x=_depth(layers), y=y, height=HIGH)]


def _height(value: int | None, scale: int) -> float:
    found = amount(value, scale)
    return math.nan if found is None else found


def _depth(layers: Sequence[Own]) -> Axis:
    return _steps("layer", [one.layer.name for one in layers])


def _steps(title: str, names: Sequence[str]) -> Axis:
    """An axis of one step for each name, each around its number: with names where these are few and short."""
    limits = (-0.5, len(names) - 0.5)
    if len(names) > FEW or sum(map(len, names)) > SHORT:
        return Axis(title, limits=limits, counted=True)
    ticks = tuple((float(place), name) for place, name in enumerate(names))
    return Axis("", limits=limits, ticks=ticks, counted=True)


def _unknown_zones(known: Sequence[bool]) -> list[Zone]:
    """Hatched stretches of the axis, one for each run of steps that are not known."""
    zones, begin = [], 0
    for is_known, run in groupby(known):
        end = begin + len(list(run))
        if not is_known:
            zones.append(Zone(begin - 0.5, end - 0.5, hatched=True))
        begin = end
    if 0 < len(zones) <= NAMED_ZONES:
        zones = [replace(zone, label="unknown") for zone in zones]
    return zones


def _sums(layers: Sequence[Own], values: Sequence[int | None], words: str) -> list[Panel]:
    """How the work and the weights add up over the depth, as shares of all that is known."""
    places = np.arange(len(layers) + 1.0) - 0.5
    weights = [one.weights for one in layers]
    marks: list[Mark] = []
    for tint, (label, parts) in enumerate(((words, values), ("weights", weights))):
        sums = list(accumulate((part or 0 for part in parts), initial=0))
        if sums[-1]:
            marks.append(Curve(places, np.array([100 * one / sums[-1] for one in sums]), label, tint))
    if not marks:
        return []
    marks += _unknown_zones([value is not None for value in values])
    detail = f"of what is known; {words} unknown in {number(values.count(None), 'layer')}" if None in values else ""
    y = Axis("% of all", limits=(0.0, 100.0), ticks=tuple((float(n), str(n)) for n in (0, 25, 50, 75, 100)))
    return [Panel(tuple(marks), "Share up to each layer", detail, x=_depth(layers), y=y, height=HIGH)]


def _alive(cost: ModelCost, matching: bool) -> list[Panel]:
    """The bytes of outputs that are kept while each call runs; a gap where a call gives what is not known."""
    unsized = {one.path for one in cost.layers if one.activation_bytes is None}
    known = [path not in unsized and held < MOST_FLOAT for path, held in cost.alive]
    held = [bytes_ for (_, bytes_), is_known in zip(cost.alive, known, strict=True) if is_known]
    if not any(held):
        return []
    scale, unit = scaled(held, BYTES)
    heights = [bytes_ / scale if one else math.nan for (_, bytes_), one in zip(cost.alive, known, strict=True)]
    x = np.repeat(np.arange(len(heights) + 1.0), 2)[1:-1] - 0.5
    y = np.repeat(np.array(heights), 2)
    top, most = int(np.nanargmax(y)) // 2, max(held)
    words = f"{cost.alive[top][0]}: {_least(cost, size(most))}"
    if held.count(most) > 1:
        words += f", as {number(held.count(most) - 1, 'later call')}"
    marks: list[Mark] = [
        Band(x, np.where(np.isnan(y), np.nan, 0.0), y, tint=2),
        Curve(x, y, tint=2, weak=len(heights) > MANY),
        Point(float(top), most / scale, words, 2),
        *_unknown_zones(known),
    ]
    axis = _steps("layer" if matching else "call, as they run", [path for path, _ in cost.alive])
    detail = f"{_least(cost, size(cost.training_bytes))} where all are kept for training"
    y_axis = Axis(unit, limits=(0.0, most / scale * HEADROOM))
    return [Panel(tuple(marks), "Outputs kept while a call runs", detail, x=axis, y=y_axis, height=HIGH)]


def _costliest(layers: Sequence[Own], values: Sequence[int | None], words: str, limit: int | None) -> list[Panel]:
    """The layers that cost most, in the order of the model, each as long as its cost; the others are taken together."""
    known = [(value, place) for place, value in enumerate(values) if value and value < MOST_FLOAT]
    if not known:
        return []
    ranked = sorted(known, key=lambda one: (-one[0], one[1]))
    chosen, others = ranked[:limit], ranked[len(ranked[:limit]) :]
    total = sum(value for value, _ in known)
    scale, unit = scaled((value for value, _ in known), SI)
    rows = [
        _row(layers[place].layer.path, value, scale, layers[place].family, total)
        for value, place in sorted(chosen, key=lambda one: one[1])
    ]
    noun, detail = number(len(chosen), "layer"), ""
    if others:
        share = sum(value for value, _ in chosen) / total
        as_large = sum(value == chosen[-1][0] for value, _ in others)
        detail = f"{percent(share)} of all {words}; {number(len(others), 'other')} {percent(1 - share)}"
        detail += f", {as_large:,} of them as large as the least here" if as_large else ""
    title = f"The {noun} with most {words}, in order" if others else f"{words} by layer"
    x = Axis(f"{unit} {words}".strip(), limits=(0.0, ranked[0][0] / scale))
    return [Panel((Ridges(tuple(rows), bars=True),), title, detail, x=x)]


def _row(name: str, value: int, scale: int, family: Family, total: int) -> Ridge:
    words = f"{short(value)}   {percent(value / total)}"
    return Ridge(name, np.array([0.0, value / scale]), np.ones(1), family, words)
