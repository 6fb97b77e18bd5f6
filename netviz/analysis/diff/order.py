"""Which layers stand in another order: by the flow of tensors, for the order in a file means nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from netviz.analysis.diff.structure import Side


def moved_within(a: Side, b: Side, to_b: Mapping[int, int], first: int, second: int) -> dict[int, tuple[int, int]]:
    """The nodes of the second model that stand in another order among those that stayed in the node, as few as
    possible, each with the layers before it in both (-1: none).

    `first` and `second` are the nodes that hold them. Where calls are unknown nothing is known of an order.
    """
    graphs = [side.nodes[at].layer.graph for side, at in ((a, first), (b, second))]
    if not all(graph is not None and graph.calls for graph in graphs):
        return {}
    inside = set(b.nodes[second].members)
    stayed = [(x, to_b[x]) for x in _flow(a, first, {}) if to_b.get(x, -1) in inside]
    places = {y: place for place, (_, y) in enumerate(stayed)}
    flow = [y for y in _flow(b, second, places) if y in places]
    kept = set(_longest_rising([places[y] for y in flow]))
    moved = {y for y in flow if places[y] not in kept}
    if not moved:
        return {}
    before_a = {y: stayed[place - 1][0] if place else -1 for place, (_, y) in enumerate(stayed)}
    return {y: (before_a[y], flow[place - 1] if place else -1) for place, y in enumerate(flow) if y in moved}


def _flow(side: Side, at: int, places: Mapping[int, int]) -> list[int]:
    """The layers directly in a node, each behind those it takes from, else in the order of `places` (or of the file).

    What has no place stands as early as it can, so that it keeps nothing apart. A layer stands at its first call.
    """
    members = side.nodes[at].members
    inside = set(members)
    waiting = {}
    for member in members:
        takes = side.nodes[member].takes
        waiting[member] = {
            end for (_, call, _, _), end in takes if call == 1 and isinstance(end, int) and end in inside
        }
        waiting[member].discard(member)
    gives: dict[int, list[int]] = {}
    for member, ends in waiting.items():
        for end in ends:
            gives.setdefault(end, []).append(member)
    ready: list[tuple[int, int]] = []
    for place, member in enumerate(members):
        if not waiting[member]:
            heappush(ready, (places.get(member, -1) if places else place, member))
    order: list[int] = []
    listed = {member: place for place, member in enumerate(members)}
    rest = iter(members)
    done: set[int] = set()
    while len(order) < len(members):
        if not ready:  # a cycle: a shared layer that takes what comes of its own output
            member = next(member for member in rest if member not in done)
        else:
            _, member = heappop(ready)
        if member in done:
            continue
        done.add(member)
        order.append(member)
        for taker in gives.get(member, ()):
            waiting[taker].discard(member)
            if not waiting[taker] and taker not in done:
                heappush(ready, (places.get(taker, -1) if places else listed[taker], taker))
    return order


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """The longest rising part of a sequence of different numbers."""
    tops: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(tops, number)
        if length == len(tops):
            tops.append(number)
            at.append(place)
        else:
            tops[length], at[length] = number, place
        before.append(at[length - 1] if length else -1)
    found = []
    place = at[-1] if at else -1
    while place >= 0:
        found.append(numbers[place])
        place = before[place]
    return found[::-1]
