"""Vertices that some repeats of a block may lack: put aside while repeats are found, and put back in their places."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from netviz.analysis.diagram.order import UNKNOWN, Sources, readers
from netviz.analysis.diagram.places import Feed, Item, Repeat, Vertex, columns

Column = list[Item | None]
"""What stands in one place, by repeat."""


@dataclass(frozen=True, slots=True)
class Contracted:
    """A graph without its optional vertices.

    `kept` are the indices of the vertices that are left; `before` and `after` the optional ones that stand between a
    vertex (by its index in the whole graph) and what it reads (by feed), or what reads it.
    """

    vertices: Sequence[Vertex]
    outputs: Sequence[int]
    kept: Sequence[int]
    labels: Sequence[Hashable]
    before: dict[int, dict[int, list[int]]] = field(default_factory=dict)
    after: dict[int, list[int]] = field(default_factory=dict)


def contracted(vertices: Sequence[Vertex], sources: Sources, outputs: Sequence[int]) -> Contracted:
    """The graph without the optional vertices that stand before or after one other vertex; `sources` have no cycle."""
    labels = [vertex.label for vertex in vertices]
    reading = readers(sources)
    given = frozenset(outputs)
    gone: dict[int, int] = {}  # an optional vertex -> what stands for its output
    optional = [
        index
        for index, vertex in enumerate(vertices)
        if vertex.optional and len(vertex.feeds) == 1 and sources[index][0] != UNKNOWN
    ]
    for index in optional:
        if len(set(reading[index])) == 1 and index not in given:
            gone[index] = sources[index][0]
    hosts: dict[int, int] = {}
    for index in optional:
        source = sources[index][0]
        if index not in gone and set(reading[source]) == {index} and source not in gone and source not in given:
            hosts[index] = source
    hosts = {index: host for index, host in hosts.items() if host not in hosts}
    after = {host: [index] for index, host in hosts.items()}
    gone |= hosts
    kept = [index for index in range(len(vertices)) if index not in gone]
    new = {index: place for place, index in enumerate(kept)}
    before: dict[int, dict[int, list[int]]] = {}
    left: list[Vertex] = []
    for index in kept:
        feeds: list[Feed] = []
        for place, (feed, source) in enumerate(zip(vertices[index].feeds, sources[index], strict=True)):
            output = feed.output
            chain: list[int] = []
            while source in gone:
                if source not in hosts:
                    chain.append(source)
                output = vertices[source].feeds[0].output
                source = gone[source]
            fresh = [link for link in chain if all(link not in links for links in before.get(index, {}).values())]
            if fresh:
                before.setdefault(index, {})[place] = fresh[::-1]
            feeds.append(Feed(feed.argument, None if source == UNKNOWN else new[source], output))
        left.append(replace(vertices[index], feeds=tuple(feeds), optional=False))
    return Contracted(left, [new[gone.get(index, index)] for index in outputs], kept, labels, before, after)


def restored(items: Sequence[Item], graph: Contracted) -> tuple[Item, ...]:
    """The items with the vertices of the whole graph, and without repeats of which no place has a second one."""
    return tuple(item for place in items for column in _columns([place], graph) if (item := column[0]) is not None)


def _columns(items: Sequence[Item], graph: Contracted) -> list[Column]:
    """The places that one place of the folded graph becomes."""
    vertices = [graph.kept[item] for item in items if not isinstance(item, Repeat)]
    if vertices:
        return _around(vertices, graph)
    repeats = [item for item in items if isinstance(item, Repeat)]
    blocks = [block for repeat in repeats for block in repeat.repeats]
    places = [column for alike in columns(repeats) for column in _columns(alike, graph)]
    if len(blocks) == len(repeats):
        return places
    rows = zip(*places, strict=True)
    return [[Repeat(tuple(next(rows) for _ in repeat.repeats), repeat.parallel) for repeat in repeats]]


def _around(vertices: list[int], graph: Contracted) -> list[Column]:
    """The place of vertices that stand for one another, and the places of the optional ones around them."""
    befores = [graph.before.get(vertex, {}) for vertex in vertices]
    around: list[Column] = []
    for feed in sorted({feed for before in befores for feed in before}):
        around += _aligned([before.get(feed, []) for before in befores], graph.labels)
    around.append([*vertices])
    return around + _aligned([graph.after.get(vertex, []) for vertex in vertices], graph.labels)


def _aligned(chains: Sequence[Sequence[int]], labels: Sequence[Hashable]) -> list[Column]:
    """Places for chains of vertices, in each of which stand only such with one label."""
    slots: list[Hashable] = []
    for chain in chains:
        slots = _merged(slots, [labels[vertex] for vertex in chain])
    found: list[Column] = [[None] * len(chains) for _ in slots]
    for number, chain in enumerate(chains):
        slot = 0
        for vertex in chain:
            slot = slots.index(labels[vertex], slot) + 1
            found[slot - 1][number] = vertex
    return found


def _merged(one: list[Hashable], other: list[Hashable]) -> list[Hashable]:
    """The shortest sequence that holds both in their order (by their longest common subsequence)."""
    if not other or one == other:
        return one
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            both = one[i] == other[j]
            longest[i][j] = longest[i + 1][j + 1] + 1 if both else max(longest[i + 1][j], longest[i][j + 1])
    merged: list[Hashable] = []
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            merged.append(one[i])
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            merged.append(one[i])
            i += 1
        else:
            merged.append(other[j])
            j += 1
    return merged + one[i:] + other[j:]
