"""The wires of a scene as edges between the boxes of its blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from netviz.analysis.diagram.blocks import Block, Turns
from netviz.analysis.diagram.scene import Wire
from netviz.views import Edge


def build_edges(blocks: Sequence[Block], ids: Mapping[str, str], wires: Iterable[Wire]) -> tuple[Edge, ...]:
    """Each different edge once, in the order of the wires; `ids` gives for a call's path the id of what draws it.

    What leads from one repeat of a block to the next, or enters a later repeat in another way than the first, is
    marked as repeating: ×N says it.
    """
    turns = {
        inside.id: turn
        for block in blocks
        for inner in block.walk()
        for node, turn in zip(inner.nodes, inner.turns, strict=True)
        for inside in ([node] if inner.children else node.walk())
    }
    found: dict[tuple[str, str, int, str], Edge] = {}
    for wire in wires:
        key = (ids[wire.tail], ids[wire.head], wire.output, wire.argument)
        repeating = _repeats(turns[wire.tail], turns[wire.head])
        if key not in found:
            shape, dtype = wire.tensor.shape, wire.tensor.dtype
            found[key] = Edge(*key, shape, dtype, repeating or key[0] == key[1])
        elif found[key].repeating and not repeating and key[0] != key[1]:
            found[key] = replace(found[key], repeating=False)
    edges = tuple(found.values())
    return edges + tuple(_entries(blocks, edges))


def _repeats(tail: Turns, head: Turns) -> bool:
    """Whether a wire between two places says no more than that a block repeats."""
    common = 0
    for one, other in zip(tail, head, strict=False):
        if one.block != other.block:
            break
        if one.number != other.number:
            return True
        common += 1
    late = any(turn.number > 0 and not turn.parallel for turn in head[common:])
    early = any(turn.number < turn.count - 1 and not turn.parallel for turn in tail[common:])
    return late or early


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
                yield replace(own, tail=edge.tail, output=edge.output, repeating=False)
