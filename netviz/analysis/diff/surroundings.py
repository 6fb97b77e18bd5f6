"""What is around layers: settings within some edges, all that leads to them, and the stretches that they form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from netviz.analysis.diff.structure import Contents, End, Node, Side, Slot

NEAR = 3
"""How many edges around a layer are looked at to tell it from others of its settings."""


def surroundings(a: Side, b: Side) -> tuple[list[list[int]], list[list[int]]]:
    """For each layer of both sides numbers that are the same where settings are the same within 0, 1, … `NEAR` edges,
    then all the way up, then all the way down."""
    contents = Contents()
    found = []
    for side in (a, b):
        rings = [[node.content for node in side.nodes]]
        for depth in range(NEAR):
            last = rings[-1]
            rings.append(
                [
                    contents.number((depth, last[node.number], _around(node.takes, last), _around(node.gives, last)))
                    for node in side.nodes
                ]
            )
        rings += [_reach(side, contents, up) for up in (True, False)]
        found.append([list(column) for column in zip(*rings, strict=True)])
    return found[0], found[1]


def _around(ends: list[tuple[Slot, int | End]], numbers: Sequence[int] | Mapping[int, int]) -> tuple[object, ...]:
    """What is at the other ends of edges, with layers by the numbers given, in an order that tells nothing."""
    return tuple(sorted((slot, ("", numbers[end]) if isinstance(end, int) else end) for slot, end in ends))


def _reach(side: Side, contents: Contents, up: bool) -> list[int]:
    """For each layer a number for all that leads to it (or, not `up`, all that it leads to)."""
    found: dict[int, int] = defaultdict(lambda: -1)  # a shared layer may lead to itself
    for at in _ordered(side, up):
        node = side.nodes[at]
        found[at] = contents.number((up, node.content, _around(node.takes if up else node.gives, found)))
    return [found[node.number] for node in side.nodes]


def _ordered(side: Side, up: bool) -> list[int]:
    """All layers, each behind those that it takes from (or, not `up`, gives to), but for cycles of shared layers."""
    waiting = {
        node.number: len({end for _, end in (node.takes if up else node.gives) if isinstance(end, int)} - {node.number})
        for node in side.nodes
    }
    ready = [number for number in reversed(range(len(side.nodes))) if not waiting[number]]
    order: list[int] = []
    rest = iter(range(len(side.nodes)))
    done: set[int] = set()
    while len(order) < len(side.nodes):
        if not ready:
            ready.append(next(number for number in rest if number not in done))
        at = ready.pop()
        if at in done:
            continue
        done.add(at)
        order.append(at)
        for end in {end for _, end in (side.nodes[at].gives if up else side.nodes[at].takes) if isinstance(end, int)}:
            waiting[end] -= 1
            if waiting[end] == 0 and end not in done:
                ready.append(end)
    return order


def stretches_of(left: list[Node], side: Side, names: dict[int, int]) -> dict[object, list[list[int]]]:
    """The connected parts of what is left, each in order, by the neighbours around them under the names given."""
    numbers = {node.number for node in left}
    found: dict[object, list[list[int]]] = defaultdict(list)
    seen: set[int] = set()
    for node in left:
        if node.number in seen:
            continue
        part, border, pending = [], set(), [node.number]
        seen.add(node.number)
        while pending:
            at = pending.pop()
            part.append(at)
            for kind, ends in (("takes", side.nodes[at].takes), ("gives", side.nodes[at].gives)):
                for _, end in ends:
                    if not isinstance(end, int):
                        border.add((kind, repr(end)))
                    elif end not in numbers:
                        border.add((kind, str(names.get(end))))
                    elif end not in seen:
                        seen.add(end)
                        pending.append(end)
        found[frozenset(border)].append(sorted(part))
    return found
