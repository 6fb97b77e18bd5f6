"""What a card says of what changed, in few and short lines, the most telling first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from netviz.analysis.diagram.boxes import setting_words
from netviz.analysis.diff.results import MISSING, Aspect, Change, Comparison, Kind, LayerDiff
from netviz.catalog.formulas import grouped
from netviz.views import Fate

MOST_NOTES = 3
"""Lines on a card about what changed."""

_FIRST: tuple[Fate, ...] = ("added", "removed", "replaced", "changed", "moved", "renamed")
"""Of several things that became of a layer, the order in which one is chosen that its colour tells."""

_ORDER: tuple[Aspect, ...] = (
    "place", "calls", "config", "connection", "trainable", "dtype", "weight", "output", "input", "class", "name",
)  # fmt: skip
"""Which changes are told first; shapes mostly follow from settings, class and name have places of their own."""

_UNSAID: frozenset[Aspect] = frozenset({"name", "class"})


def fate_of(kinds: Iterable[str]) -> Fate:
    """The one of several kinds that tells most; "unchanged" for none."""
    given = set(kinds)
    return next((fate for fate in _FIRST if fate in given), "unchanged")


def notes_of(diff: LayerDiff) -> tuple[str, ...]:
    """What changed, in at most `MOST_NOTES` lines, the last of which says how much is left out."""
    if diff.a is None or diff.b is None:
        return ()
    said = [change for change in diff.changes if change.aspect not in _UNSAID]
    settings = {change.item for change in said if change.aspect == "config"}
    if settings:  # what shapes become follows from them
        said = [change for change in said if change.aspect not in ("input", "output", "weight")]
    said.sort(key=lambda change: _ORDER.index(change.aspect))
    notes = [words(change) for change in said]
    values = list(value_notes(diff.weights))
    room = MOST_NOTES - len(values)
    if len(notes) > room:
        left = len(notes) - room + 1
        notes = [*notes[: room - 1], f"and {left} more differences"]
    return (*notes, *values)


def words(change: Change) -> str:
    """ "filters 32 → 64", "frozen → trainable", "mask: reads add instead of add_1"."""
    a, b = (_value(side) for side in (change.a, change.b))
    match change.aspect:
        case "trainable":
            a, b = ("trainable" if side else "frozen" for side in (change.a, change.b))
            return f"{a} → {b}"
        case "place":
            return f"was {'in' if '/' in f'{a}{b}' else 'after'} {a}" if a and change.a is not MISSING else "was first"
        case "calls":
            return f"called {a} → {b} times"
        case "connection":
            return f"{_argument(change.item)}{a} → {b}"
        case "input" | "output":
            return f"{change.aspect} {a} → {b}"
        case "dtype":
            return f"dtype {a} → {b}"
    return f"{change.item or change.aspect} {a} → {b}"


def value_notes(weights: Sequence[Comparison]) -> Iterator[str]:
    """What became of the values, in at most one line; of several weights how many, and how far the furthest."""
    changed = [one for one in weights if not one.same and one.verdict not in ("resized", "unread")]
    unread = sum(one.verdict == "unread" for one in weights)
    if len(changed) == 1:
        yield f"{changed[0].b.role}: {_distance(changed[0])}"
    elif changed:
        verdicts = Counter(one.verdict for one in changed)
        verdict = changed[0].verdict if len(verdicts) == 1 else "changed"
        furthest = max((one.relative for one in changed if one.relative is not None), default=None)
        far = "" if furthest is None or verdict != "changed" else f", by up to {_percent(furthest)}"
        yield f"{len(changed)} weights {verdict}{far}"
    elif unread:
        yield f"{unread} weight{'s' * (unread > 1)} not compared"


def _distance(one: Comparison) -> str:
    if one.verdict != "changed":
        return f"{one.verdict}{f', {one.detail}' if one.detail else ''}"
    if one.initial in ("a", "b"):
        return f"changed, {'before' if one.initial == 'a' else 'now'} as initialised"
    if one.cosine is not None and one.cosine < 0.995:
        return f"cosine {one.cosine:.2f}"
    return "changed" if one.relative is None else f"changed by {_percent(one.relative)}"


def _percent(part: float) -> str:
    """0.1234 as "12 %", small parts in two digits."""
    return f"{100 * part:.2g} %" if part < 0.1 else f"{100 * part:.0f} %"


def _argument(item: str) -> str:
    """The argument as a beginning of a line; one that only has a number is not named."""
    return "" if item[:1].isdigit() else f"{item}: "


def _value(value: object) -> str:
    return "none" if value is MISSING else setting_words(value)


def tally(kinds: Iterable[Sequence[Kind]]) -> str:
    """How many of the layers with these kinds changed: "2 changed, 1 added"; "" for none."""
    counts = Counter(fate_of(own) for own in kinds)
    return ", ".join(
        f"{grouped(counts[fate])} {fate}" for fate in get_args(Fate) if fate != "unchanged" and counts[fate]
    )
