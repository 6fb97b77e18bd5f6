"""The page of costs: where in its depth a model computes, and what memory it takes meanwhile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from netviz.analysis.amounts import BYTES, SI, percent, scaled, short, size
from netviz.analysis.cost.results import LayerCost, ModelCost
from netviz.analysis.health.wording import listed, number
from netviz.analysis.subjects import family_of
from netviz.analysis.summary_cost import inputs_words, known_total
from netviz.charts import Axis, Band, Bars, Chart, Curve, Mark, Panel, Point, Ridge, Ridges, Words
from netviz.model import Model
from netviz.views import Family

FEW, SHORT = 12, 90
"""Up to so many layers all are named below the bars, where their names have no more characters in all."""

MOST_SAID = 5
"""Sentences below the chart."""

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


def build_cost_chart(model: Model, cost: ModelCost, limit: int | None) -> Chart:
    """MACs over the depth, how they and the weights add up, the memory alive, and the `limit` costliest layers.

    Where a model has no MACs, operations stand in their place. What is unknown is marked.
    """
    layers = own_costs(model, cost)
    words = "MACs" if cost.macs else "FLOPs"
    values = [one.macs if cost.macs else one.flops for one in layers]
    title, detail = f"Cost of {model.name}", _detail(cost)
    panels = [
        *_bars(layers, values, words),
        *_sums(layers, values, words),
        *_alive(cost),
        *_costliest(layers, values, words, limit),
    ]
    if not panels:
        panels = [Panel((Words(("There is no cost to draw.",)),))]
    return Chart(title, tuple(panels), detail, _caption(cost), columns=1)


def _detail(cost: ModelCost) -> str:
    parts = [
        f"{_least(cost, short(known_total(cost, 'macs')))} MACs",
        f"{_least(cost, short(known_total(cost, 'flops')))} FLOPs",
        f"{_least(cost, size(known_total(cost, 'activation_bytes')))} of outputs at the peak",
        f"{size(cost.weight_bytes)} of weights",
    ]
    return f"{', '.join(parts)}, for {inputs_words(cost)}"


def _least(cost: ModelCost, text: str) -> str:
    return text if cost.exact or text == "?" else f"at least {text}"


def _caption(cost: ModelCost) -> str:
    said = ["MACs: multiply-accumulates of convolutions and matrix products. Layers stand in their order."]
    if cost.unknown:
        said.append(f"Unknown: {listed(cost.unknown)}; the totals are at least what is drawn.")
        said += dict.fromkeys(layer.reason for layer in cost.layers if layer.path in cost.unknown and layer.reason)
    return " ".join(said[:MOST_SAID])


def _bars(layers: Sequence[Own], values: Sequence[int | None], words: str) -> list[Panel]:
    """A bar for each layer in the colour of its family; what is unknown is a gap that is marked."""
    if not any(values):
        return []
    heights = np.array([math.nan if value is None else float(value) for value in values])
    scale, unit = scaled(values, SI)
    marks = (Bars(heights / scale, tints=tuple(one.family for one in layers)),)
    drawn, missing = sum(map(bool, values)), sum(value is None for value in values)
    detail = f"in {drawn:,} of {number(len(layers), 'layer')}{f', unknown in {missing:,}' if missing else ''}"
    x = replace(_depth(layers, 0.0), limits=(-0.5, len(layers) - 0.5))
    return [Panel(marks, f"{words} of each layer", detail, x=x, y=Axis(f"{unit} {words}".strip()), height=HIGH)]


def _depth(layers: Sequence[Own], middle: float = 0.5) -> Axis:
    """The axis along which each layer takes one step, from 0; few are named, in the `middle` of it."""
    return _steps("layer", [one.layer.name for one in layers], middle)


def _steps(title: str, names: Sequence[str], middle: float = 0.5) -> Axis:
    """An axis of one step for each name: with these where they are few and short, else with numbers."""
    limits = (0.0, float(len(names)))
    if len(names) > FEW or sum(map(len, names)) > SHORT:
        return Axis(title, limits=limits)
    return Axis("", limits=limits, ticks=tuple((place + middle, name) for place, name in enumerate(names)))


def _sums(layers: Sequence[Own], values: Sequence[int | None], words: str) -> list[Panel]:
    """How the work and the weights add up over the depth, as shares of all that is known."""
    places = np.arange(len(layers) + 1.0)
    weights = [one.weights for one in layers]
    marks: list[Mark] = []
    for tint, (label, parts) in enumerate(((words, values), ("weights", weights))):
        sums = np.cumsum([0.0, *(float(part or 0) for part in parts)])
        if sums[-1] > 0:
            marks.append(Curve(places, sums / sums[-1] * 100, label, tint))
    if not marks:
        return []
    y = Axis("% of all", limits=(0.0, 100.0), ticks=tuple((float(n), str(n)) for n in (0, 25, 50, 75, 100)))
    return [Panel(tuple(marks), "Share up to each layer", x=_depth(layers), y=y, height=HIGH)]


def _alive(cost: ModelCost) -> list[Panel]:
    """The bytes of outputs that are kept while each call runs."""
    held = [bytes_ for _, bytes_ in cost.alive]
    if not any(held):
        return []
    scale, unit = scaled(held, BYTES)
    x = np.repeat(np.arange(len(held) + 1.0), 2)[1:-1]
    y = np.repeat(np.array(held, np.float64) / scale, 2)
    top = int(np.argmax(held))
    marks = (
        Band(x, np.zeros(x.size), y, tint=2),
        Curve(x, y, tint=2, weak=len(held) > MANY),
        Point(top + 0.5, held[top] / scale, f"{cost.alive[top][0]}: {size(held[top])}", 2),
    )
    axis = _steps("call", [path for path, _ in cost.alive])
    detail = f"{size(cost.training_bytes)} where all are kept for training"
    return [Panel(marks, "Outputs kept while a call runs", detail, x=axis, y=Axis(unit), height=HIGH)]


def _costliest(layers: Sequence[Own], values: Sequence[int | None], words: str, limit: int | None) -> list[Panel]:
    """The layers that cost most, in the order of the model, each as long as its cost; the others are taken together."""
    known = [(value, place) for place, value in enumerate(values) if value]
    if not known:
        return []
    chosen = sorted(known, key=lambda one: (-one[0], one[1]))[:limit]
    total = sum(value for value, _ in known)
    scale, unit = scaled((value for value, _ in known), SI)
    rows = [
        _row(layers[place].layer.path, value, scale, layers[place].family, total)
        for value, place in sorted(chosen, key=lambda one: one[1])
    ]
    rest = len(known) - len(chosen)
    noun = number(len(chosen), "layer")
    share = sum(value for value, _ in chosen) / total
    detail = f"{percent(share)} of all {words}; {number(rest, 'other')} {percent(1 - share)}" if rest else ""
    title = f"The {noun} with most {words}, in order" if rest else f"{words} by layer"
    high = max(value for value, _ in known) / scale
    x = Axis(f"{unit} {words}".strip(), limits=(0.0, high))
    return [Panel((Ridges(tuple(rows), bars=True),), title, detail, x=x)]


def _row(name: str, value: int, scale: int, family: Family, total: int) -> Ridge:
    words = f"{short(value)}   {percent(value / total)}"
    return Ridge(name, np.array([0.0, value / scale]), np.ones(1), family, words)
