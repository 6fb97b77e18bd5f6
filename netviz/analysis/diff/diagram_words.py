"""What a card says of what changed, in few and short lines, the most telling first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from netviz.analysis.diagram.boxes import setting_words
from netviz.analysis.diff.results import MISSING, Aspect, Change, Comparison, LayerDiff

MOST_NOTES = 3
"""Lines on a card about what changed."""

_ORDER: tuple[Aspect, ...] = (
    "place", "calls", "config", "connection", "trainable", "dtype", "weight", "output", "input", "class", "name",
)  # fmt: skip
"""Which changes are told first; shapes mostly follow from settings, class and name have places of their own."""

_FOLLOWING: frozenset[Aspect] = frozenset({"input", "output", "weight"})
_UNSAID: frozenset[Aspect] = frozenset({"name", "class"})


def notes_of(diff: LayerDiff) -> tuple[str, ...]:
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
    notes = list(dict.fromkeys(map(words, said)))
    values = list(value_notes(diff.weights))
    room = MOST_NOTES - len(values)
    if len(notes) > room:
        left = len(notes) - room + 1
        notes = [*notes[: room - 1], f"and {left} more differences"]
    return (*notes, *values)


def words(change: Change) -> str:
    """ "filters 32 → 64", "frozen → trainable", "mask from add → add_1"."""
    match change.aspect:
        case "trainable":
            a, b = ("trainable" if side else "frozen" for side in (change.a, change.b))
            return f"{a} → {b}"
        case "place":
            return f"was {'in' if '/' in f'{change.a}{change.b}' else 'after'} {change.a}" if change.a else "was first"
        case "calls":
            return f"called {change.a} → {change.b} times"
        case "connection":
            argument = "" if change.item[:1].isdigit() else f"{change.item} "
            return f"{argument}from {_value(change.a)} → {_value(change.b)}"
        case "input" | "output" | "weight":
            what = change.item if change.aspect == "weight" else change.aspect
            return f"{what} {' → '.join(_tensors(change.a, change.b))}"
        case "dtype":
            return f"dtype {_value(change.a)} → {_value(change.b)}"
    return f"{change.item or change.aspect} {_value(change.a)} → {_value(change.b)}"


def value_notes(weights: Sequence[Comparison]) -> Iterator[str]:
    """What became of the values, in at most one line, which says most of the largest weight."""
    changed = [one for one in weights if not one.same and one.verdict not in ("resized", "unread")]
    unread = sum(one.verdict == "unread" for one in weights)
    if changed:
        largest = max(changed, key=lambda one: one.values)
        others = [one.b.role for one in changed if one is not largest]
        more = f", {others[0]} too" if len(others) == 1 else f", {len(others)} more weights" if others else ""
        yield f"{largest.b.role} {_distance(largest)}{more}"
    elif unread:
        yield f"{unread} weight{'s' * (unread > 1)} not compared"


def _distance(one: Comparison) -> str:
    if one.verdict != "changed":
        return f"{one.verdict}{f' ({one.detail})' if one.detail else ''}"
    if one.initial in ("a", "b"):
        return f"changed, {'before' if one.initial == 'a' else 'now'} as initialised"
    if one.cosine is not None and abs(one.cosine) < 0.995:
        return f"changed, cosine {round(one.cosine, 2) + 0.0:.2f}"
    return "changed" if one.relative is None else f"changed by {_percent(one.relative)}"


_TENSOR = re.compile(r"\((.*)\) (\S+)")


def _tensors(a: object, b: object) -> tuple[str, str]:
    """Two tensors ("(None, 8, 8, 3) float32") in short: "8×8×3", their dtypes only where they differ."""
    found = [_TENSOR.fullmatch(side) if isinstance(side, str) else None for side in (a, b)]
    if found[0] is None or found[1] is None:
        return _value(a), _value(b)
    shapes = [
        "×".join(filter(None, one[1].removeprefix("None,").replace(",", " ").split())) or "scalar"
        for one in found
        if one
    ]
    if shapes[0] == shapes[1]:
        return found[0][2], found[1][2]
    if found[0][2] == found[1][2]:
        return shapes[0], shapes[1]
    return f"{shapes[0]} {found[0][2]}", f"{shapes[1]} {found[1][2]}"


def _percent(part: float) -> str:
    """0.1234 as "12 %", small parts in two digits."""
    return f"{100 * part:.2g} %" if part < 0.1 else f"{100 * part:.0f} %"


def _value(value: object) -> str:
    return "none" if value is MISSING else setting_words(value)
