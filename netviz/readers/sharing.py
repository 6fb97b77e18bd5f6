"""Which layers of a plan stand in it again: Keras stores an object where it comes upon it first, and only there."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.readers.plan import Entry, Plan, below


def repeated(plan: Plan) -> frozenset[str]:
    """The paths of the layers that are objects which stand in the plan, or in a model inside, before.

    Those of one `shared` number are one object. The first may have none: Keras numbers an object when it writes it
    a second time. So what has a number of its own is also the one namesake before it of the same settings.
    """
    found: set[str] = set()
    numbers: set[int] = set()
    unnumbered: dict[tuple[str, str | None], list[Entry]] = {}
    for path, entry in _in_order(plan, "", found):
        key = (entry.name, entry.class_name)
        if entry.shared is None:
            unnumbered.setdefault(key, []).append(entry)
        elif entry.shared in numbers or _one_like(entry, unnumbered.get(key, [])):
            found.add(path)
        if entry.shared is not None:
            numbers.add(entry.shared)
    return frozenset(found)


def _one_like(entry: Entry, before: list[Entry]) -> bool:
    return sum(other.config == entry.config for other in before[:MOST_NAMESAKES]) == 1


MOST_NAMESAKES = 16
"""Layers of one name in different models among which the one that is shared is looked for."""


def _in_order(plan: Plan, path: str, found: set[str]) -> Iterator[tuple[str, Entry]]:
    """Every layer with its path, as Keras comes upon them: a model before what it holds, once."""
    for entry in plan.entries:
        inner = below(path, entry.name)
        yield inner, entry
        if entry.plan and inner not in found:
            yield from _in_order(entry.plan, inner, found)
