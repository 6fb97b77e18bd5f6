"""What a card says of what changed, in few and short lines, the most telling first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from netviz.analysis.diagram.boxes import setting_words
from netviz.analysis.diff.results import MISSING, Aspect, Change, Comparison, LayerDiff
from netviz.analysis.diff.words import END, places, plain, what
from netviz.analysis.settings import setting_text
from netviz.catalog.formulas import grouped

MOST_NOTES = 3
"""Lines on a card about what changed."""

_ORDER: tuple[Aspect, ...] = (
    "place", "order", "calls", "config", "connection", "trainable", "dtype", "weight", "output", "input", "class",
    "name",
)  # fmt: skip
"""Which changes are told first; shapes mostly follow from settings, class and name have places of their own."""

_INITIAL = {"a": "A is as initialised", "b": "B is as initialised", "both": "both are as initialised"}

_TELLING = 0.9
"""Weights whose cosine is below this point elsewhere, which how far they are apart does not tell."""

_SHORT, _FEW = 24, 3
"""Characters of a structure, and objects in a list, that are written out."""

_FOLLOWING: frozenset[Aspect] = frozenset({"input", "output", "weight"})
_UNSAID: frozenset[Aspect] = frozenset({"name", "class"})


def card_notes(diff: LayerDiff) -> tuple[str, ...]:
    """What changed, in at most `MOST_NOTES` lines, the last of which says how much is left out."""
    if diff.a is None or diff.b is None:
        return ()
    said = [change for change in diff.changes if change.aspect not in _UNSAID]
    if "replaced" in diff.kinds:  # classes have settings of their own
        said = [change for change in said if change.aspect != "config" or MISSING not in (change.a, change.b)]
    aspects = {change.aspect for change in said}
    if "config" in aspects:  # what shapes become follows from settings, and then from what comes in
        said = [change for change in said if change.aspect not in _FOLLOWING]
    elif "input" in aspects:
        said = [change for change in said if change.aspect not in ("output", "weight")]
    said.sort(key=lambda change: _ORDER.index(change.aspect))
    inputs = sum(change.aspect == "connection" and bool(input_number(change.item)) for change in said)
    notes = list(dict.fromkeys(change_words(change, diff, numbered=inputs > 1) for change in said))
    values = list(value_notes(diff.weights))
    room = MOST_NOTES - len(values)
    if len(notes) > room:
        left = len(notes) - room + 1
        notes = [*notes[: room - 1], f"and {left} more differences"]
    return (*notes, *values)


def change_words(change: Change, diff: LayerDiff, *, numbered: bool = False) -> str:
    """ "filters 32 → 64", "frozen → trainable", "mask from add → add_1"; `numbered` "input 2 from add → add_1"."""
    a, b = _value(change.a), _value(change.b)
    match change.aspect:
        case "trainable":
            return " → ".join("trainable" if side else "frozen" for side in (change.a, change.b))
        case "place" | "order":
            return f"was {places(change)[0]}"
        case "calls":
            return f"called {change.a} → {change.b} times"
        case "connection":
            place = input_number(change.item)
            name = f"{what(change).removesuffix(' from')} " if END.fullmatch(change.item) else f"{change.item} "
            argument = name if not place else f"{place} " if numbered else ""
            return f"{argument}from {a} → {b}"
        case "input" | "output" | "weight":
            name = change.item if change.aspect == "weight" else change.aspect
            return f"{name} {' → '.join(_tensors(change.a, change.b))}"
        case "dtype":
            return f"dtype {a} → {b}"
    name = change.item or change.aspect
    return f"{name} {a} → {b}" if a != b else f"{name} changed"


_POSITION = re.compile(r"(?:\d+\.)*(\d+)(?=#|$)")
"""An argument that is the first, or one of a list; which call it is of may follow."""


def input_number(argument: str) -> str:
    """ "input 2" for the argument "0.1", "" for one that has a name."""
    found = _POSITION.match(argument)
    return f"input {int(found[1]) + 1}" if found else ""


def value_notes(weights: Sequence[Comparison]) -> Iterator[str]:
    """What became of the values, in at most one line, which says most of the largest weight, or of one with NaN."""
    changed = [one for one in weights if not one.same and one.verdict not in ("resized", "unread")]
    unread = sum(one.verdict == "unread" for one in weights)
    if changed:
        largest = max(changed, key=lambda one: (any(one.nonfinite), one.values))
        others = [one.b.role for one in changed if one is not largest]
        more = f", {others[0]} too" if len(others) == 1 else f", {len(others)} more weights" if others else ""
        yield f"{largest.b.role} {_distance(largest)}{more}"
    elif new := next((one.initial for one in weights if one.verdict == "resized" and one.initial), ""):
        yield _INITIAL[new]
    elif unread:
        yield f"{unread} weight{'s' * (unread > 1)} not compared"


def _distance(one: Comparison) -> str:
    if one.verdict != "changed":
        return f"{one.verdict}{f' ({one.detail})' if one.detail else ''}"
    if one.initial:
        return f"changed, {_INITIAL[one.initial]}"
    changed = f"changed by {_percent(one.relative)}" if one.relative else "changed"
    if any(one.nonfinite):
        return f"{changed}, {_nonfinite(*one.nonfinite)}"
    if one.cosine is not None and abs(one.cosine) < _TELLING:
        return f"{changed}, cosine {round(one.cosine, 2) + 0.0:.2f}"
    return changed


def _nonfinite(a: int, b: int) -> str:
    """ "1 value not finite in B"."""
    first, *others = [(count, side) for count, side in ((a, "A"), (b, "B")) if count]
    told = f"{grouped(first[0])} value{'s' * (first[0] != 1)} not finite in {first[1]}"
    return ", ".join([told, *(f"{grouped(count)} in {side}" for count, side in others)])


_TENSOR = re.compile(r"\((.*)\) (\S+)")


def _tensors(a: object, b: object) -> tuple[str, str]:
    """Two tensors ("(None, 8, 8, 3) float32") in short: "8×8×3", their dtypes only where they differ."""
    found = [_TENSOR.fullmatch(side) if isinstance(side, str) else None for side in (a, b)]
    if found[0] is None or found[1] is None:
        return _value(a), _value(b)
    axes = [one[1].replace(",", " ").split() for one in found if one]
    if all(one[:1] == ["None"] for one in axes):  # the batch, of which cards do not speak
        axes = [one[1:] for one in axes]
    shapes = ["×".join(one) or "scalar" for one in axes]
    if shapes[0] == shapes[1]:
        return found[0][2], found[1][2]
    if found[0][2] == found[1][2]:
        return shapes[0], shapes[1]
    return f"{shapes[0]} {found[0][2]}", f"{shapes[1]} {found[1][2]}"


def _percent(part: float) -> str:
    """0.1234 as "12 %", small parts in two digits."""
    return f"{100 * part:.2g} %" if part < 0.1 else f"{100 * part:.0f} %"


def _value(value: object) -> str:
    """A value in a few words: of a serialised object that is long its class, of other structures how much they hold."""
    if value is MISSING or value is None:
        return "none"
    value = plain(value)
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return ", ".join(map(_value, value)) if len(value) <= _FEW else f"{len(value)} items"
    if not isinstance(value, dict):
        return setting_words(value)
    text = setting_text(value)
    if len(text) <= _SHORT:
        return text
    name = value.get("class_name")
    return name if isinstance(name, str) else f"{len(value)} settings"
