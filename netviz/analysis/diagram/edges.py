"""The wires of a scene as edges between the boxes of its blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netviz.analysis.diagram.blocks import Block, Turns
from netviz.analysis.diagram.scene import Wire
from netviz.views import Edge


@dataclass(frozen=True, slots=True)
class _Way:
    """How a wire runs among repeats: `distance` repeats on in one block, or into or out of the `number`-th of `count`.

    `number` counts from 1 and is 0 for the usual way: into the first repeat, out of the last.
    """

    distance: int = 0
    number: int = 0
    count: int = 1
    block: int = -1


def build_edges(
    blocks: Sequence[Block], ids: Mapping[str, str], wires: Iterable[Wire]
) -> tuple[tuple[Edge, ...], Mapping[int, int]]:
    """Each different edge once, in the order of the wires, and by the number of a block how many repeats on it is read.

    `ids` gives for a call's path the id of what draws it. What leads from one repeat to the next is marked as
    repeating: ×N says it. What enters another than the first repeat, or leaves another than the last, says which.
    """
    turns = {
        inside.id: turn
        for block in blocks
        for inner in block.walk()
        for node, turn in zip(inner.nodes, inner.turns, strict=True)
        for inside in ([node] if inner.children else node.walk())
    }
    found: dict[tuple[str, str, int, str], dict[_Way, Wire]] = {}
    for wire in wires:
        key = (ids[wire.tail], ids[wire.head], wire.output, wire.argument)
        found.setdefault(key, {}).setdefault(_way(turns[wire.tail], turns[wire.head]), wire)
    edges = [edge for key, ways in found.items() for edge in _edges(key, ways)]
    reach: dict[int, int] = {}
    for way in (way for ways in found.values() for way in ways if way.distance):
        reach[way.block] = max(reach.get(way.block, 1), way.distance)
    return (*edges, *_entries(blocks, edges)), reach


def _way(tail: Turns, head: Turns) -> _Way:
    common = 0
    for one, other in zip(tail, head, strict=False):
        if one.block != other.block:
            break
        if one.number != other.number:
            return _Way(distance=abs(other.number - one.number), block=one.block)
        common += 1
    for turn in tail[common:]:
        if turn.number < turn.count - 1 and not turn.parallel:
            return _Way(number=turn.number + 1, count=turn.count, block=turn.block)
    for turn in head[common:]:
        if turn.number > 0 and not turn.parallel:
            return _Way(number=turn.number + 1, count=turn.count, block=turn.block)
    return _Way()


def _edges(key: tuple[str, str, int, str], ways: Mapping[_Way, Wire]) -> Iterator[Edge]:
    """The edges between two boxes: one for each number of repeats that it leads on, one for all else."""
    for way, wire in ways.items():
        if way.distance or key[0] == key[1]:
            yield Edge(*key, wire.tensor.shape, wire.tensor.dtype, repeating=True, distance=max(way.distance, 1))
    others = {way: wire for way, wire in ways.items() if not way.distance and key[0] != key[1]}
    if not others:
        return
    numbers = sorted({way.number for way in others if way.number})
    tensor = next(iter(others.values())).tensor
    every = bool(numbers) and len(numbers) + any(not way.number for way in others) == max(way.count for way in others)
    if every or any(not way.number for way in others):
        yield Edge(*key, tensor.shape, tensor.dtype, every=every)
    if numbers and not every:
        yield Edge(*key, tensor.shape, tensor.dtype, repeats=tuple(numbers))


def _entries(blocks: Sequence[Block], edges: Sequence[Edge]) -> Iterator[Edge]:
    """Edges into boxes that the first repeat lacks: they take what in the first goes to the box that they feed."""
    fed = {edge.head for edge in edges if not edge.repeating}
    for inner in (inner for block in blocks for inner in block.walk()):
        if not inner.lacking or not inner.nodes or inner.nodes[0].id in fed:
            continue
        box = inner.nodes[0].id
        readers = {(edge.head, edge.argument) for edge in edges if edge.tail == box and not edge.repeating}
        own = next((edge for edge in edges if edge.head == box), None)
        for edge in edges:
            if own and not edge.repeating and (edge.head, edge.argument) in readers and edge.tail != box:
                yield replace(own, tail=edge.tail, output=edge.output, repeating=False, distance=1)
