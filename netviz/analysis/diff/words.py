"""What differs, in words: for tables and for the document."""

from __future__ import annotations

import base64
import math
import re
import struct
from collections import Counter
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import PurePath

from netviz.analysis.diff.configs import DEEPEST
from netviz.analysis.diff.results import MISSING, Change, Comparison, Kind, LayerDiff, ModelDiff
from netviz.analysis.settings import setting_text
from netviz.model import Layer
from netviz.views import Fate

BY_WEIGHT: tuple[Fate, ...] = ("added", "removed", "replaced", "moved", "changed", "renamed")
"""What became of layers; one of which several things are true is counted as the first of them."""

NOTHING = "–"
"""Stands for what a side does not have."""

END = re.compile(r"(input|output)s\.(\d+)")
"""The item of a connection at an end of a model."""

CODE = re.compile(r"(?:4w|Yw)[A-Za-z0-9+/\s]{38,}={0,2}\s*")
"""Compiled Python code as a Lambda's config holds it: base64 of what begins as `marshal` begins a code object."""

QUANTIZATION = re.compile(r"(\w+?)(?:Quantization)?Config")
"""Classes of `keras.quantizers` that say how a layer is quantised: Int8QuantizationConfig, GPTQConfig."""

WHICH_CALL = re.compile(r"(\[\d+\])?( \(call \d+\))?$")
"""What stands behind the name of a layer that gives a tensor: which output, of which call."""


def fate_of(kinds: Collection[Kind]) -> Fate:
    """What a layer is counted as, of all that became of it."""
    return next((fate for fate in BY_WEIGHT if fate in kinds), "unchanged")


def verdict(diff: ModelDiff) -> str:
    """What differs, counted: "1 layer added, 2 changed; 12 the same", or "no differences".

    A layer of which several things are true counts with each.
    """
    if diff.same:
        return "no differences"
    counts: Counter[str] = Counter(kind for layer in diff.layers for kind in layer.kinds)
    told = [(counts[fate], fate) for fate in BY_WEIGHT if counts[fate]]
    words = []
    for place, (count, fate) in enumerate(told):
        words.append(f"{_counted(count, 'layer')} {fate}" if place == 0 else f"{count:,} {fate}")
    own = [_counted(len(diff.changes), "difference"), "of the model itself"] if diff.changes else []
    own_weights = sum(not one.same for one in diff.own_weights)
    if own_weights:
        words.append(f"{_counted(own_weights, 'weight')} of the model itself changed")
    if own:
        words.append(" ".join(own))
    rest = [f"{count:,} {state}" for count, state in _without_kinds(diff) if count]
    if rest and not told:
        rest[0] = rest[0].replace(" ", " layer " if rest[0].startswith("1 ") else " layers ", 1)
    return "; ".join(filter(None, (", ".join(words), ", ".join(rest))))


def _without_kinds(diff: ModelDiff) -> tuple[tuple[int, str], tuple[int, str]]:
    """How many layers are the same, and how many only one side can tell of."""
    paired = [layer.a is not None and layer.b is not None for layer in diff.layers if layer.same]
    return (sum(paired), "the same"), (len(paired) - sum(paired), "not compared")


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
    yield from diff.own_weights
    for layer in diff.layers:
        yield from layer.weights


def what(change: Change, *others: Change) -> str:
    """What a change is of, or several that are alike: "strides", "connection mask", "weights gamma, beta"."""
    if change.aspect == "config":
        code = all(isinstance(side, str) and CODE.fullmatch(side) for side in (change.a, change.b))
        return f"{change.item}, or where it was written" if code else change.item
    if change.aspect == "connection" and (end := END.fullmatch(change.item)):
        return f"{end[1]} {end[2]} from".replace(" 0 ", " ") if end[1] == "output" else f"{end[1]} {end[2]}"
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
        if change.aspect in ("place", "order"):
            return places(change)
        if change.aspect == "connection":
            end = END.fullmatch(change.item) is not None
            sides = (None, None) if layer is None else (layer.a, layer.b)
            a, b = (_inside(side, end) for side in sides)
            return self._giver(change.a, a, 0), self._giver(change.b, b, 1)
        nothing = "none" if change.aspect == "config" else "unknown"
        a, b = (nothing if side is None else said(side) for side in (change.a, change.b))
        return (a, b) if a != b else (_exactly(change.a), _exactly(change.b))

    def _giver(self, value: object, inside: str, side: int) -> str:
        if not isinstance(value, str):
            return said(value)
        name = WHICH_CALL.sub("", value)
        fate = self.fates[side].get(f"{inside}{name}")
        return f"{value} ({fate})" if fate in ("added", "removed") else value


def _inside(layer: Layer | None, end: bool) -> str:
    """What stands before the names of those that give to a layer: they are beside it, at an `end` of it inside."""
    if layer is None:
        return ""
    return f"{layer.path}/" if end else layer.path.removesuffix(layer.name)


def _exactly(value: object) -> str:
    """A value in full; what is nested too deep to be written is "…"."""
    try:
        return NOTHING if value is MISSING else setting_text(value)
    except RecursionError:
        return "…"


def plain(value: object, depth: int = 0) -> object:
    """A value of a change as a person would write it, for whatever shows it: float32 in few digits, how a layer is
    quantised in a word, compiled code by its size and digest (it is not looked into)."""
    if isinstance(value, float):
        return shortest(value)
    if isinstance(value, str):
        return _code(value) if CODE.fullmatch(value) else value
    if depth > DEEPEST:
        return value
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    name = value.get("class_name")
    if isinstance(name, str) and isinstance(value.get("config"), dict) and (known := QUANTIZATION.fullmatch(name)):
        return known[1].lower()
    return {key: plain(item, depth + 1) for key, item in value.items()}


def shortest(value: float) -> float:
    """The number of fewest digits that is the same as float32, for a float that was one; any other as it is.

    Keras keeps settings such as a learning rate as float32: 0.0010000000474974513 is 0.001.
    """
    try:
        stored = struct.pack("<f", value)
        if math.isfinite(value) and struct.unpack("<f", stored)[0] == value:
            for digits in range(1, 10):
                shorter = float(f"{value:.{digits}g}")
                if struct.pack("<f", shorter) == stored:
                    return shorter
    except OverflowError:  # beyond float32
        pass
    return value


def _code(text: str) -> str:
    try:
        code = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return text
    return f"compiled code, {len(code):,} bytes, sha256 {sha256(code).hexdigest()[:6]}…"


def said(value: object) -> str:
    """A value of a change; what a side does not have as a dash."""
    value = plain(value)
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return f"({', '.join(map(setting_text, value))})"
    if isinstance(value, float):
        return f"{value:.7g}"
    return "unknown" if value is None else _exactly(value)


def side_names(diff: ModelDiff) -> tuple[str, str]:
    """What the two models are called: by their files, with as much of the paths as tells them apart, or by name."""
    paths = [model.source.path for model in (diff.a, diff.b)]
    parts = [
        PurePath(path).parts if path else (model.name,) for path, model in zip(paths, (diff.a, diff.b), strict=True)
    ]
    for count in range(1, max(map(len, parts)) + 1):
        first, second = ("/".join(part[-count:]) for part in parts)
        if first != second:
            return first, second
    return "/".join(parts[0][-1:]), "/".join(parts[1][-1:])


def places(change: Change) -> tuple[str, str]:
    """Where a layer that moved stood and stands: in what, or after which layer."""
    word, none = ("in", "in the model itself") if change.aspect == "place" else ("after", "first")
    a, b = (f"{word} {place}" if place else none for place in (change.a, change.b))
    return a, b


def remarks(one: Comparison) -> str:
    """What is special about two weights: an order of axes, a side that is as initialised, a reason."""
    side = {"a": "A is as initialised", "b": "B is as initialised", "both": "both are as initialised"}
    found = [one.detail, side.get(one.initial, ""), one.reason]
    if one.zeros and one.verdict == "pruned":
        found.append("zeros " + " → ".join(f"{100 * share:.3g} %" for share in one.zeros))
    ours, theirs = one.nonfinite
    if ours and theirs:
        found.append(f"{_counted(ours, 'value')} not finite in A, {theirs:,} in B")
    elif ours or theirs:
        found.append(f"{_counted(ours or theirs, 'value')} not finite in {'A' if ours else 'B'}")
    return "; ".join(filter(None, found))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
