"""A plan taken apart where only one thing leads on, so that each segment can be laid out by itself.

Segments of a chain of equal blocks are equal, so the time grows with the different ones; and between two segments
a long chain can be broken into columns.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from netviz.render.layout.dot import ENTRY, EXIT, Part, walk
from netviz.render.layout.geometry import Cluster, Link, Node, Plan

_POINT = (2.0, 1.0)
"""Pixels of a point where links enter or leave: even, as boxes mostly are, so that the middle is the same."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Neighbours among the plan's children, with what leads in at the top and on at the bottom.

    `entry` and `exit` are ids in the part: of a node that this segment has in common with the one before or after
    (`shares`: with the one before), or of a point. `indices` are the plan's numbers of the part's links, without the
    one that leads to a point EXIT; `entering` those that come from the segment before.
    """

    part: Part
    children: tuple[Node | Cluster, ...]
    indices: tuple[int, ...]
    entering: frozenset[int] = frozenset()
    entry: str | None = None
    exit: str | None = None
    shares: bool = False


def take_apart(plan: Plan, joined: Collection[str] = ()) -> list[list[Segment]]:
    """The segments of each connected part of the plan, in order. No segment begins with a child in `joined`."""
    owner: dict[str, int] = {}
    for number, child in enumerate(plan.children):
        owner.update((item.id, number) for item in walk((child,)))
    links = [(index, link) for index, link in enumerate(plan.links) if link.tail in owner and link.head in owner]
    groups = _connected(len(plan.children), [(owner[link.tail], owner[link.head]) for _, link in links])
    where = {number: (g, k) for g, group in enumerate(groups) for k, number in enumerate(group)}
    inside: list[list[tuple[int, Link, int, int]]] = [[] for _ in groups]
    for index, link in links:
        (group, tail), (_, head) = where[owner[link.tail]], where[owner[link.head]]
        inside[group].append((index, link, tail, head))
    return [
        _segments(plan, tuple(plan.children[number] for number in group), inside[g], joined)
        for g, group in enumerate(groups)
    ]


def _connected(count: int, pairs: list[tuple[int, int]]) -> list[list[int]]:
    """The numbers below `count`, grouped by what the pairs join; groups and their members in order."""
    parent = list(range(count))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    groups: dict[int, list[int]] = {}
    for number in range(count):
        groups.setdefault(root(number), []).append(number)
    return list(groups.values())


def _cuts(children: tuple[Node | Cluster, ...], links: list[tuple[int, Link, int, int]]) -> dict[int, str]:
    """The id that leads on from each child behind which the chain can be cut: all links that cross start there."""
    reach: dict[str, tuple[int, int]] = {}
    ways = [0] * (len(children) + 1)
    for _, link, tail, head in links:
        if head > tail:
            reach[link.tail] = (tail, max(head, reach.get(link.tail, (0, 0))[1]))
        else:  # nothing is cut where a link leads back
            ways[head] += 2
            ways[tail] -= 2
    for tail, head in reach.values():
        ways[tail] += 1
        ways[head] -= 1
    leads = {tail: name for name, (tail, _) in reach.items()}
    back = {link.tail for _, link, tail, head in links if head < tail}
    found, open_ways = {}, 0
    for number in range(len(children) - 1):
        open_ways += ways[number]
        # The one way that is open must begin here: what ends beside a way is drawn beside it.
        if open_ways == 1 and number in leads and leads[number] not in back:
            found[number] = leads[number]
    return found


def _segments(
    plan: Plan,
    children: tuple[Node | Cluster, ...],
    links: list[tuple[int, Link, int, int]],
    joined: Collection[str],
) -> list[Segment]:
    cuts = {number: lead for number, lead in _cuts(children, links).items() if children[number + 1].id not in joined}
    starts = [0, *(number + 1 for number in cuts)]
    ends = [*starts[1:], len(children)]
    segment_of = [
        segment for segment, (start, end) in enumerate(zip(starts, ends, strict=True)) for _ in range(start, end)
    ]
    inside: list[list[tuple[int, Link]]] = [[] for _ in starts]
    entering: list[list[int]] = [[] for _ in starts]
    for index, link, tail, head in links:
        number = segment_of[head] if head > tail else segment_of[tail]
        inside[number].append((index, link))
        if segment_of[tail] < number:
            entering[number].append(index)
    found: list[Segment] = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        own = children[start:end]
        before = children[start - 1] if start else None
        lead_in = cuts[start - 1] if start else None
        lead_on = cuts.get(end - 1)
        last = children[end - 1]
        shares = isinstance(before, Node) and before.id == lead_in
        entry = None if before is None else lead_in if shares else ENTRY
        leaves_by_point = lead_on is not None and not (isinstance(last, Node) and last.id == lead_on)
        exit_ = EXIT if leaves_by_point else lead_on
        crossing = frozenset(entering[number])
        ends_of = [
            Link(entry, link.head) if index in crossing and entry is not None else link
            for index, link in inside[number]
        ]
        nodes: list[Node | Cluster] = [*own]
        if shares and before is not None:
            nodes.insert(0, before)
        elif entry:
            nodes.insert(0, Node(ENTRY, *_POINT))
        if leaves_by_point and lead_on is not None:
            nodes.append(Node(EXIT, *_POINT))
            ends_of.append(Link(lead_on, EXIT))
        part = Part(tuple(nodes), tuple(ends_of), plan.direction, plan.splines, first=entry, last=exit_)
        indices = tuple(index for index, _ in inside[number])
        found.append(Segment(part, own, indices, crossing, entry, exit_, shares))
    return found
