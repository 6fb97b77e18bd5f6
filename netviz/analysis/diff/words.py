"""What differs, in words: for tables and for the document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from netviz.analysis.diff.results import MISSING, Change, Comparison, Kind, LayerDiff, ModelDiff
from netviz.analysis.settings import setting_text
from netviz.views import Fate

BY_WEIGHT: tuple[Fate, ...] = ("added", "removed", "replaced", "moved", "changed", "renamed")
"""What became of layers; one of which several things are true is counted as the first of them."""

NOTHING = "–"
"""Stands for what a side does not have."""

WHICH_CALL = re.compile(r"(\[\d+\])?( \(call \d+\))?$")
"""What stands behind the name of a layer that gives a tensor: which output, of which call."""


def fate_of(kinds: Collection[Kind]) -> Fate:
    """What a layer is counted as, of all that became of it."""
    return next((fate for fate in BY_WEIGHT if fate in kinds), "unchanged")


def verdict(diff: ModelDiff) -> str:
    """What differs, counted: "2 layers changed, 1 added; 12 the same", or "no differences"."""
    if diff.same:
        return "no differences"
    counts = Counter(fate_of(layer.kinds) for layer in diff.layers)
    told = [(counts[fate], fate) for fate in BY_WEIGHT if counts[fate]]
    words = []
    for place, (count, fate) in enumerate(told):
        words.append(f"{_counted(count, 'layer')} {fate}" if place == 0 else f"{count:,} {fate}")
    own = [_counted(len(diff.changes), "difference"), "of the model itself"] if diff.changes else []
    own_weights = sum(not one.same for one in diff.weights)
    if own_weights:
        words.append(f"{_counted(own_weights, 'weight')} of the model itself changed")
    if own:
        words.append(" ".join(own))
    same = counts["unchanged"]
    return ", ".join(words) + (f"; {_counted(same, 'layer') if not told else f'{same:,}'} the same" if same else "")


def extent(diff: ModelDiff) -> Iterator[str]:
    """What was compared, counted: layers, weights, their bytes."""
    yield _counted(sum(layer.a is not None and layer.b is not None for layer in diff.layers), "layer")
    weights = list(all_weights(diff))
    if diff.structure_only:
        yield "values of weights not compared"
    elif weights:
        read = [one for one in weights if one.verdict != "unread"]
        yield _counted(len(read), "weight")
        yield f"{sum(one.b.tensor.size or 0 for one in read):,} values"


def all_weights(diff: ModelDiff) -> Iterator[Comparison]:
    """The comparisons of all weights, those of the models themselves first."""
    yield from diff.weights
    for layer in diff.layers:
        yield from layer.weights


def what(change: Change, *others: Change) -> str:
    """What a change is of, or several that are alike: "strides", "connection mask", "weights gamma, beta"."""
    if change.aspect == "config":
        return change.item
    if change.aspect == "connection" and change.item.startswith("outputs."):
        return f"output {change.item.removeprefix('outputs.')} from".replace(" 0 ", " ")
    if others:
        return f"{change.aspect}s {', '.join(one.item for one in (change, *others))}"
    plain = change.item == "0" and change.aspect != "weight"  # the first of what is mostly the only one
    return change.aspect if plain or not change.item else f"{change.aspect} {change.item}"


class Sayings:
    """Says the values of changes, and of what gives a tensor whether it was added, removed or replaced."""

    def __init__(self, diff: ModelDiff) -> None:
        self.fates = tuple(
            {
                layer.path: fate_of(one.kinds)
                for one in diff.layers
                if (layer := getattr(one, side)) is not None and one.kinds
            }
            for side in ("a", "b")
        )

    def sides(self, change: Change, layer: LayerDiff | None = None) -> tuple[str, str]:
        """Both values of a change of a layer, or of the model itself."""
        if change.aspect == "place" and layer is not None:
            return _places(change, layer)
        if change.aspect == "connection":
            return self._giver(change.a, layer, 0), self._giver(change.b, layer, 1)
        a, b = said(change.a), said(change.b)
        return (a, b) if a != b else (_exactly(change.a), _exactly(change.b))

    def _giver(self, value: object, diff: LayerDiff | None, side: int) -> str:
        if not isinstance(value, str):
            return said(value)
        layer = None if diff is None else (diff.a, diff.b)[side]
        inside = "" if layer is None else layer.path.removesuffix(layer.name)
        name = WHICH_CALL.sub("", value)
        fate = self.fates[side].get(f"{inside}{name}")
        return f"{value} ({fate})" if fate in ("added", "removed") else value


def _exactly(value: object) -> str:
    """A value in full; what is nested too deep to be written is "…"."""
    try:
        return NOTHING if value is MISSING else setting_text(value)
    except RecursionError:
        return "…"


def said(value: object) -> str:
    """A value of a change; what a side does not have as a dash."""
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return f"({', '.join(map(setting_text, value))})"
    if isinstance(value, float):
        return f"{value:.7g}"  # Keras keeps float32 settings, such as 0.0010000000474974513
    return "unknown" if value is None else _exactly(value)


def _places(change: Change, layer: LayerDiff) -> tuple[str, str]:
    sides = (layer.a, layer.b)
    holders = ["" if side is None else side.path.removesuffix(side.name).removesuffix("/") for side in sides]
    if [change.a, change.b] == holders and change.a != change.b:
        a, b = (f"in {place}" if place else "in the model itself" for place in holders)
        return a, b
    a, b = (f"after {place}" if place else "first" for place in (change.a, change.b))
    return a, b


def remarks(one: Comparison) -> str:
    """What is special about two weights: an order of axes, a side that is as initialised, a reason."""
    side = {"a": "A is as initialised", "b": "B is as initialised", "both": "both are as initialised"}
    found = [one.detail, side.get(one.initial, ""), one.reason]
    if one.nonfinite:
        found.append(f"{one.nonfinite:,} pairs with NaN or infinity")
    return "; ".join(filter(None, found))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
