"""A part of a plan as DOT, and Graphviz's JSON as places and curves: one point of Graphviz is one pixel.

Names of a file never reach Graphviz: nodes are n0, n1, ..., clusters cluster_0, ..., in the order of the plan.
Sizes are whole points there, so those of a plan are rounded up and each box is centred in what it gets.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from netviz.errors import NetvizError
from netviz.render.layout.geometry import Cluster, Curve, Direction, Link, Node, Place, Splines

BESIDE = 40
"""Pixels between boxes side by side."""

BETWEEN = 24
"""Pixels between boxes that follow each other."""

MARGIN = 16
"""Pixels between the frame of a cluster and what it holds."""

_LABEL_PAD = (16, 8)
"""What Graphviz adds to the size of a cluster's label (PAD in lib/common/const.h, in points)."""

_STRAIGHT = 20
"""Weight of a link to the next rank, against 1 of one that skips ranks: chains run straight, skips go around."""

_LARGEST = 30_000
"""Pixels of a side of a box that Graphviz still takes in HTML-like labels; nothing that is drawn comes near."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is laid out in one go. `first` and `last` are nodes that stand alone at its beginning and end."""

    children: tuple[Node | Cluster, ...]
    links: tuple[Link, ...]
    direction: Direction
    splines: Splines
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Places and curves of a part, in the order of its nodes, clusters and links; y pointing down."""

    nodes: tuple[Place, ...]
    clusters: tuple[Place, ...]
    curves: tuple[Curve, ...]


def walk(children: tuple[Node | Cluster, ...]) -> Iterator[Node | Cluster]:
    """Every node and cluster, a cluster before what it holds."""
    stack = list(reversed(children))
    while stack:
        item = stack.pop()
        yield item
        if isinstance(item, Cluster):
            stack.extend(reversed(item.children))


class _Names:
    """The names in DOT of what a part holds, and the node that a link's end is tied to."""

    def __init__(self, part: Part) -> None:
        self.nodes: dict[str, str] = {}
        self.clusters: dict[str, str] = {}
        self.leaves: dict[str, list[str]] = {}
        stack: list[tuple[Node | Cluster, tuple[str, ...]]] = [(child, ()) for child in reversed(part.children)]
        while stack:
            item, around = stack.pop()
            if isinstance(item, Node):
                self.nodes[item.id] = f"n{len(self.nodes)}"
                leaf = item.id
            else:
                self.clusters[item.id] = f"cluster_{len(self.clusters)}"
                self.leaves[item.id] = []
                around = (*around, item.id)
                stack.extend((child, around) for child in reversed(item.children))
                if item.children:
                    continue
                leaf = self.stand_in(item.id)
                self.nodes[leaf] = f"n{len(self.nodes)}"
            for cluster in around:
                self.leaves[cluster].append(leaf)
        self.depth = _depths(self.nodes, part.links)

    @staticmethod
    def stand_in(cluster: str) -> str:
        """The id of the unseen node in an empty cluster, which Graphviz would leave out. No id has a zero byte."""
        return f"{cluster}\0"

    def tied(self, end: str, *, leaves: bool) -> str | None:
        """The id of the node a link's end is tied to: in a cluster the last (of a tail) or the first (of a head)."""
        if end in self.nodes:
            return end
        if end not in self.leaves:
            return None
        choose = max if leaves else min
        return choose(self.leaves[end], key=self.depth.__getitem__)

    def within(self, end: str, cluster: str) -> bool:
        """Whether `end` is `cluster` or lies in it."""
        return end == cluster or set(self.leaves.get(end, [end])) <= set(self.leaves.get(cluster, ()))


def _depths(nodes: dict[str, str], links: tuple[Link, ...]) -> dict[str, int]:
    """Length of the longest way to each node; links that lead back are left out."""
    heads: dict[str, list[str]] = defaultdict(list)
    waiting = dict.fromkeys(nodes, 0)
    for link in links:
        if link.tail in nodes and link.head in nodes and link.tail != link.head:
            heads[link.tail].append(link.head)
            waiting[link.head] += 1
    depth = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not waiting[node]]
    for node in ready:  # grows while it is walked
        for head in heads[node]:
            depth[head] = max(depth[head], depth[node] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return depth


def write_dot(part: Part) -> str:
    """The part in DOT; parts that differ in nothing but their ids give the same text."""
    names = _Names(part)
    lines = [
        f"digraph{{rankdir={part.direction};splines={part.splines};compound=true;pad=0;margin=0;"
        f"nodesep={BESIDE / 72:.6f};ranksep={BETWEEN / 72:.6f}",
        'node[shape=box,fixedsize=true,label="",penwidth=0];edge[dir=none]',
    ]
    stack: list[Node | Cluster | None] = list(reversed(part.children))
    while stack:
        item = stack.pop()
        if item is None:
            lines.append("}")
        elif isinstance(item, Node):
            lines.append(_node(names.nodes[item.id], item.width, item.height))
        else:
            lines.append(f"subgraph {names.clusters[item.id]}{{{_frame(item)}")
            if not item.children:
                lines.append(_node(names.nodes[names.stand_in(item.id)], item.header_width, 1))
            stack.append(None)
            stack.extend(reversed(item.children))
    for rank, end in (("source", part.first), ("sink", part.last)):
        if end is not None:
            lines.append(f"{{rank={rank};{names.nodes[end]}}}")
    lines += (text for index, link in enumerate(part.links) if (text := _edge(names, link, index)))
    lines.append("}")
    return "\n".join(lines)


def _node(name: str, width: float, height: float) -> str:
    return f"{name}[width={_whole(width) / 72:.6f},height={_whole(height) / 72:.6f}]"


def _frame(cluster: Cluster) -> str:
    if cluster.header_width <= 0 or cluster.header_height <= 0:
        return f'label="";margin={MARGIN}'
    width = max(1, _whole(cluster.header_width) - _LABEL_PAD[0])
    height = max(1, _whole(cluster.header_height) - _LABEL_PAD[1])
    return (
        f'labeljust=l;labelloc=t;margin={MARGIN};label=<<TABLE FIXEDSIZE="TRUE" BORDER="0" CELLBORDER="0" '
        f'WIDTH="{width}" HEIGHT="{height}"><TR><TD></TD></TR></TABLE>>'
    )


def _edge(names: _Names, link: Link, index: int) -> str | None:
    """A link in DOT; None for those that are not drawn (no such end, a cluster and what it holds)."""
    tail, head = names.tied(link.tail, leaves=True), names.tied(link.head, leaves=False)
    if tail is None or head is None:
        return None
    attributes = [f"id=e{index}"]
    if link.tail in names.clusters:
        if names.within(link.head, link.tail):
            return None
        attributes.append(f"ltail={names.clusters[link.tail]}")
    if link.head in names.clusters:
        if names.within(link.tail, link.head):
            return None
        attributes.append(f"lhead={names.clusters[link.head]}")
    if names.depth[head] - names.depth[tail] == 1:
        attributes.append(f"weight={_STRAIGHT}")
    return f"{names.nodes[tail]}->{names.nodes[head]}[{','.join(attributes)}]"


def _whole(size: float) -> int:
    return min(_LARGEST, max(1, math.ceil(size - 1e-6)))


def read_json(part: Part, data: dict[str, Any]) -> Drawing:
    """What Graphviz made of the part."""
    names = _Names(part)
    try:
        top = max(y for x, y in _shape(data)[1])
        found = {item["name"]: item for item in data.get("objects", ())}
        curves: dict[str, Curve] = {}
        for edge in data.get("edges", ()):
            _, points = _shape(edge)
            curves[edge["id"]] = Curve(tuple((_round(x), _round(top - y)) for x, y in points))
        items = tuple(walk(part.children))
        nodes = tuple(
            _centred(_place(found[names.nodes[item.id]], top), item) for item in items if isinstance(item, Node)
        )
        clusters = tuple(_place(found[names.clusters[item.id]], top) for item in items if isinstance(item, Cluster))
    except (KeyError, TypeError, ValueError) as error:
        raise NetvizError("the layout engine gave no layout that can be read") from error
    nothing = Curve(())
    return Drawing(nodes, clusters, tuple(curves.get(f"e{index}", nothing) for index in range(len(part.links))))


def _shape(item: dict[str, Any]) -> tuple[str, list[list[float]]]:
    """The outline of an object: xdot's operation and its points."""
    for operation in item["_draw_"]:
        if "points" in operation:
            return operation["op"], operation["points"]
    raise ValueError("no outline")


def _place(item: dict[str, Any], top: float) -> Place:
    _, points = _shape(item)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Place(_round(min(xs)), _round(top - max(ys)), _round(max(xs) - min(xs)), _round(max(ys) - min(ys)))


def _centred(place: Place, node: Node) -> Place:
    """The node's own size in the middle of the place that was given to it."""
    x, y = place.x + (place.width - node.width) / 2, place.y + (place.height - node.height) / 2
    return Place(_round(x), _round(y), node.width, node.height)


def _round(value: float) -> float:
    return round(float(value), 2) + 0.0  # no negative zero
