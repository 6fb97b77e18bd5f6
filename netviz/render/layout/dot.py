"""A part of a plan as DOT, and Graphviz's JSON as places and curves: one point of Graphviz is one pixel.

Names of a file never reach Graphviz: nodes are n0, n1, ..., clusters cluster_0, ..., in the order of the plan.
Sizes are whole points there, so those of a plan are rounded up and each box is centred in what it gets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from netviz.errors import NetvizError
from netviz.render.layout.geometry import Cluster, Curve, Direction, Link, Node, Place, Splines

BESIDE = 40
"""Pixels between boxes side by side."""

BETWEEN = 26
"""Pixels between boxes that follow each other."""

MARGIN = 14
"""Pixels between the frame of a cluster and what it holds."""

_LABEL_PAD = (16, 8)
"""What Graphviz adds to the size of a cluster's label (PAD in lib/common/const.h, in points)."""

_STRAIGHT, _MAIN = 40, 1000
"""Weights of a link to the next rank, and of one on the longest way through the part, against 1 of a link that skips
ranks: chains run straight, skips go around, and where a way forks its longest branch goes on straight, though that
may make the frames around it wider (which weighs 128 a frame in lib/dotgen/position.c)."""

_SIDES: dict[Direction, tuple[str, str]] = {"TB": ("s", "n"), "BT": ("n", "s"), "LR": ("e", "w"), "RL": ("w", "e")}
"""The sides of a box, by Graphviz's compass, where links leave and enter."""

_ARROW = 12
"""Pixels that an arrow needs between a frame and what comes before or after it."""

_LARGEST = 30_000
"""Pixels of a side of a box that Graphviz still takes in HTML-like labels; nothing that is drawn comes near."""


ENTRY, EXIT = "\0entry", "\0exit"
"""Ids of the points where links enter and leave a part; no id of a plan has a zero byte."""


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
    """Places of a part's nodes and clusters in their order, and the curves of its links by index; y pointing down."""

    width: float
    height: float
    nodes: tuple[Place, ...]
    clusters: tuple[Place, ...]
    curves: dict[int, Curve]


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
        self.stand_ins: dict[str, str] = {}
        self.leaves: dict[str, list[str]] = {}
        self.around: dict[str, tuple[str, ...]] = {}
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
                self.stand_ins[leaf] = f"empty{len(self.stand_ins)}"
            self.around[leaf] = around
            for cluster in around:
                self.leaves[cluster].append(leaf)
        self._inner, _ = longest_ways(self.every, ((link.tail, link.head) for link in part.links))
        self.pairs = [self._pair(link) for link in part.links]
        pairs = [pair for pair in self.pairs if pair]
        self.depth, self.begins = longest_ways(self.every, pairs)
        backwards, self.ends = longest_ways(self.every, ((head, tail) for tail, head in pairs))
        longest = max(self.depth.values())
        self.slack = {node: longest - self.depth[node] - backwards[node] for node in self.every}

        self.parallel = _parallel(self.pairs)

    @property
    def every(self) -> list[str]:
        return [*self.nodes, *self.stand_ins]

    def _pair(self, link: Link) -> tuple[str, str] | None:
        """The nodes that a link is tied to; None for those Graphviz does not draw.

        They are those without such an end, of a node to itself, or of a cluster and what it holds.
        """
        tail, head = self._tied(link.tail, leaves=True), self._tied(link.head, leaves=False)
        if (
            tail is None
            or head is None
            or tail == head
            or self._within(link.head, link.tail)
            or self._within(link.tail, link.head)
        ):
            return None
        return tail, head

    @staticmethod
    def stand_in(cluster: str) -> str:
        """The id of the unseen node in an empty cluster, which Graphviz would leave out. No id has a zero byte."""
        return f"{cluster}\0"

    def _tied(self, end: str, *, leaves: bool) -> str | None:
        """The id of the node a link's end is tied to: in a cluster the last (of a tail) or the first (of a head)."""
        if end in self.nodes:
            return end
        if end not in self.leaves:
            return None
        choose = max if leaves else min
        return choose(self.leaves[end], key=self._inner.__getitem__)

    def named(self, node: str) -> str:
        return self.nodes.get(node) or self.stand_ins[node]

    def ranks(self, tail: str, head: str) -> int:
        """Ranks that a link needs for the frames it crosses, which take their margins from the space between ranks."""
        shared = sum(one == other for one, other in zip(self.around[tail], self.around[head], strict=False))
        crossed = len(self.around[tail]) + len(self.around[head]) - 2 * shared
        return max(1, math.ceil((crossed * MARGIN + _ARROW) / BETWEEN))

    def _within(self, end: str, cluster: str) -> bool:
        """Whether `end` is `cluster` or lies in it."""
        return cluster in self.leaves and (
            end == cluster or set(self.leaves.get(end, [end])) <= set(self.leaves[cluster])
        )


def longest_ways(nodes: Iterable[str], links: Iterable[tuple[str, str]]) -> tuple[dict[str, int], list[str]]:
    """Length of the longest way that ends at each node, and the nodes before which nothing certainly comes.

    Those are the ones that no link leads to, and those in circles or behind one.
    """
    heads: dict[str, list[str]] = {node: [] for node in nodes}
    waiting = dict.fromkeys(heads, 0)
    for tail, head in links:
        if tail in heads and head in heads and tail != head:
            heads[tail].append(head)
            waiting[head] += 1
    depth = dict.fromkeys(heads, 0)
    first = [node for node in heads if not waiting[node]]
    ready = list(first)
    for node in ready:  # grows while it is walked
        for head in heads[node]:
            depth[head] = max(depth[head], depth[node] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return depth, first + [node for node in heads if waiting[node]]


@dataclass(frozen=True, slots=True)
class _Parallel:
    """Links that join the same two nodes, and so would be drawn as one way with copies aside, through what is there.

    Each gets a port of its own on both: `fields` says into how many fields a node is cut, `ports` the tail's and the
    head's field by the number of the link.
    """

    fields: dict[str, int]
    ports: dict[int, tuple[int, int]]


def _parallel(pairs: list[tuple[str, str] | None]) -> _Parallel:
    groups: dict[tuple[str, str], list[int]] = {}
    for index, pair in enumerate(pairs):
        if pair:
            groups.setdefault(pair, []).append(index)
    several = {pair: indices for pair, indices in groups.items() if len(indices) > 1}
    fields: dict[str, int] = {}
    for pair, indices in several.items():
        for node in pair:  # as many free fields at the sides as there are links, so that they leave near the middle
            fields[node] = max(fields.get(node, 0), len(indices) + 2 * math.ceil(len(indices) / 2))
    ports = {
        index: (
            (fields[tail] - len(indices)) // 2 + place,
            (fields[head] - len(indices)) // 2 + place,
        )
        for (tail, head), indices in several.items()
        for place, index in enumerate(indices)
    }
    return _Parallel(fields, ports)


_LARGE = 400
_HASTE = "nslimit=0.5;mclimit=0.5;"
"""What keeps Graphviz from polishing parts of more boxes than that: NASNetLarge takes half the time and looks alike."""


def write_dot(part: Part) -> str:
    """The part in DOT; parts that differ in nothing but their ids give the same text."""
    names = _Names(part)
    lines = [
        f"digraph{{rankdir={part.direction};splines={part.splines};pad=0;margin=0;"
        f"nodesep={BESIDE / 72:.6f};ranksep={BETWEEN / 72:.6f}",
        _HASTE if len(names.nodes) > _LARGE else "",
        'node[shape=box,fixedsize=true,label="",penwidth=0];edge[dir=none]',
    ]
    stack: list[Node | Cluster | None] = list(reversed(part.children))
    while stack:
        item = stack.pop()
        if item is None:
            lines.append("}")
        elif isinstance(item, Node):
            lines.append(_node(names, item.id, item.width, item.height))
        else:
            lines.append(f"subgraph {names.clusters[item.id]}{{{_frame(item, part.direction)}")
            if not item.children:
                lines.append(_node(names, names.stand_in(item.id), item.header_width, 1))
            stack.append(None)
            stack.extend(reversed(item.children))
    # First and last are alone in their ranks: everything else is below and above them.
    if part.first is not None:
        lines += (_unseen(names, part.first, node) for node in names.begins if node != part.first)
    if part.last is not None:
        lines += (_unseen(names, node, part.last) for node in names.ends if node != part.last)
    for index, pair in enumerate(names.pairs):
        if pair:
            lines.append(_edge(names, *pair, index, part.direction, apart=pair[1] != EXIT))
    lines.append("}")
    return "\n".join(lines)


def _unseen(names: _Names, tail: str, head: str) -> str:
    return f"{names.named(tail)}->{names.named(head)}[style=invis,weight=0,minlen={names.ranks(tail, head)}]"


def drawable_links(part: Part) -> list[int]:
    """The numbers of the links that Graphviz is asked to draw."""
    return [number for number, pair in enumerate(_Names(part).pairs) if pair]


def _node(names: _Names, node: str, width: float, height: float) -> str:
    size = f"width={_whole(width) / 72:.6f},height={_whole(height) / 72:.6f}"
    if node not in names.parallel.fields:
        return f"{names.named(node)}[{size}]"
    fields = "|".join(f"<f{number}>" for number in range(names.parallel.fields[node]))
    return f'{names.named(node)}[{size},shape=record,label="{fields}"]'


def _frame(cluster: Cluster, direction: Direction) -> str:
    if cluster.header_width <= 0 and cluster.header_height <= 0:
        return f'label="";margin={MARGIN}'
    width = max(1, _whole(cluster.header_width) - _LABEL_PAD[0])
    height = max(1, _whole(cluster.header_height) - _LABEL_PAD[1])
    above = "b" if direction == "BT" else "t"  # Graphviz turns the label with the rest only here
    return (
        f'labeljust=l;labelloc={above};margin={MARGIN};label=<<TABLE FIXEDSIZE="TRUE" BORDER="0" CELLBORDER="0" '
        f'WIDTH="{width}" HEIGHT="{height}"><TR><TD></TD></TR></TABLE>>'
    )


def _edge(names: _Names, tail: str, head: str, index: int, direction: Direction, *, apart: bool) -> str:
    attributes = [f"id=e{index}"]
    if names.depth[head] - names.depth[tail] == 1:
        main = not names.slack[tail] and not names.slack[head]
        attributes.append(f"weight={_MAIN if main else _STRAIGHT}")
    ranks = names.ranks(tail, head)
    if names.around[tail] != names.around[head] and not (names.around[tail] and names.around[head]) and apart:
        ranks = max(ranks, 2)
    if ranks > 1:
        attributes.append(f"minlen={ranks}")
    if index in names.parallel.ports:
        start, end = names.parallel.ports[index]
        out, into = _SIDES[direction]
        attributes.append(f'tailport="f{start}:{out}",headport="f{end}:{into}"')
    return f"{names.named(tail)}->{names.named(head)}[{','.join(attributes)}]"


def _whole(size: float) -> int:
    return min(_LARGEST, max(1, math.ceil(size - 1e-6)))


def read_json(data: dict[str, Any]) -> Drawing:
    """What Graphviz made of a part."""
    try:
        outline = _shape(data)
        top = max(y for _, y in outline)
        found: dict[str, Place] = {}
        for item in data.get("objects", ()):
            if "_draw_" in item:
                found[item["name"]] = _place(_shape(item), top)
        curves = {edge["id"]: _curve(edge, top) for edge in data.get("edges", ()) if "_draw_" in edge}
        return Drawing(
            _place(outline, top).width,
            _place(outline, top).height,
            _numbered(found, "n"),
            _numbered(found, "cluster_"),
            {int(name.removeprefix("e")): curve for name, curve in curves.items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetvizError("the layout engine gave no layout that can be read") from error


def _numbered(found: dict[str, Place], prefix: str) -> tuple[Place, ...]:
    """The places whose names are the prefix and a number, in the order of the numbers."""
    numbers = sorted(int(name.removeprefix(prefix)) for name in found if name.startswith(prefix) and name != prefix)
    return tuple(found[f"{prefix}{number}"] for number in numbers)


def _curve(edge: dict[str, Any], top: float) -> Curve:
    return Curve(tuple((_round(x), _round(top - y)) for x, y in _shape(edge)))


def _shape(item: dict[str, Any]) -> list[list[float]]:
    """The points of an object's outline, or of a curve: the first operation of xdot that has some."""
    for operation in item["_draw_"]:
        if operation.get("points"):
            points: list[list[float]] = operation["points"]
            return points
    raise ValueError("no outline")


def _place(points: list[list[float]], top: float) -> Place:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Place(_round(min(xs)), _round(top - max(ys)), _round(max(xs) - min(xs)), _round(max(ys) - min(ys)))


def _round(value: float) -> float:
    return round(float(value), 2) + 0.0  # no negative zero
