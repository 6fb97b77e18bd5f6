"""The canonical order of a graph: it depends on structure alone, not on how the graph is stored.

In a depth-first post-order from the sinks, deepest input first, what belongs together stands together: a region with
one entry and one exit is contiguous, and what is needed late stands late; but what enters and is needed in several
places stands first.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise

from netviz.analysis.diagram.places import Vertex

UNKNOWN = -1
"""As a source: none that is known."""

Sources = list[tuple[int, ...]]
"""By vertex, the source of each of its feeds, or `UNKNOWN`."""


def known_sources(vertices: Sequence[Vertex]) -> Sources:
    """The source of every feed; those that do not exist or would close a cycle are `UNKNOWN`."""
    count = len(vertices)
    sources = [
        tuple(
            feed.source if feed.source is not None and 0 <= feed.source < count and feed.source != index else UNKNOWN
            for feed in vertex.feeds
        )
        for index, vertex in enumerate(vertices)
    ]
    return sources if len(_by_kahn(sources)) == count else _without_cycles(sources)


def readers(sources: Sources) -> list[list[int]]:
    """By vertex, those that read it, once per feed."""
    reading: list[list[int]] = [[] for _ in sources]
    for index, feeds in enumerate(sources):
        for source in feeds:
            if source != UNKNOWN:
                reading[source].append(index)
    return reading


def canonical_order(vertices: Sequence[Vertex], sources: Sources, outputs: Sequence[int] = ()) -> list[int]:
    """Every vertex after those that it reads; `sources` must have no cycle."""
    depth = _depths(sources)
    reading = readers(sources)
    roots = [index for index in range(len(sources)) if not reading[index]]
    roots.sort(key=lambda index: -depth[index])
    if any(depth[one] == depth[other] for one, other in pairwise(roots)):
        digests = _digests(vertices, sources)
        place = {output: place for place, output in reversed(list(enumerate(outputs)))}
        roots.sort(key=lambda index: (-depth[index], digests[index], place.get(index, len(place))))
    order: list[int] = []
    seen = bytearray(len(sources))
    stack: list[tuple[int, list[int]]] = []

    def enter(index: int) -> None:
        seen[index] = 1
        inputs = [source for source in sources[index] if source != UNKNOWN]
        if len(inputs) > 1:
            inputs.sort(key=lambda source: -depth[source])  # stable: ties keep the order of the arguments
        inputs.reverse()
        stack.append((index, inputs))

    for root in roots:
        enter(root)
        while stack:
            index, inputs = stack[-1]
            if not inputs:
                order.append(index)
                stack.pop()
            elif not seen[source := inputs.pop()]:
                enter(source)
    # What is read in several places and reads nothing, as a mask, stands in none of the blocks that read it.
    common = {index for index in order if not sources[index] and len(set(reading[index])) > 1}
    return [index for index in order if index in common] + [index for index in order if index not in common]


def _by_kahn(sources: Sources) -> list[int]:
    """The vertices in some topological order, without those on cycles and behind them."""
    reading = readers(sources)
    waiting = [sum(source != UNKNOWN for source in feeds) for feeds in sources]
    order = [index for index, count in enumerate(waiting) if not count]
    for index in order:  # grows while it is walked
        for reader in reading[index]:
            waiting[reader] -= 1
            if not waiting[reader]:
                order.append(reader)
    return order


def _without_cycles(sources: Sources) -> Sources:
    """The same with every feed cut that a depth-first walk finds to lead back to where it comes from."""
    cut = [list(feeds) for feeds in sources]
    colour = bytearray(len(sources))  # 1: on the way, 2: done
    for root in range(len(sources)):
        if colour[root]:
            continue
        colour[root] = 1
        stack = [(root, 0)]
        while stack:
            index, place = stack.pop()
            if place == len(cut[index]):
                colour[index] = 2
                continue
            stack.append((index, place + 1))
            source = cut[index][place]
            if source == UNKNOWN:
                continue
            if colour[source] == 1:
                cut[index][place] = UNKNOWN
            elif not colour[source]:
                colour[source] = 1
                stack.append((source, 0))
    return [tuple(feeds) for feeds in cut]


def _depths(sources: Sources) -> list[int]:
    """By vertex, the length of the longest path that leads to it."""
    depth = [0] * len(sources)
    for index in _by_kahn(sources):
        depth[index] = 1 + max((depth[source] for source in sources[index] if source != UNKNOWN), default=-1)
    return depth


def _digests(vertices: Sequence[Vertex], sources: Sources) -> list[bytes]:
    """By vertex, what tells it and all that leads to it apart from others."""
    digests = [b""] * len(sources)
    for index in _by_kahn(sources):
        vertex = vertices[index]
        digest = blake2b(repr(vertex.label).encode("utf-8", "replace"), digest_size=16)
        for feed, source in zip(vertex.feeds, sources[index], strict=True):
            digest.update(repr((feed.argument, feed.output)).encode("utf-8", "replace"))
            digest.update(b"?" if source == UNKNOWN else digests[source])
        digests[index] = digest.digest()
    return digests
