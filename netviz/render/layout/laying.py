"""A plan laid out: taken apart, each different segment drawn by Graphviz, put together, turned, and rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from netviz.errors import MissingDependency, NetvizError
from netviz.render.layout.clipping import clipped, snapped
from netviz.render.layout.dot import BESIDE, BETWEEN, Drawing, Part, drawable_links, read_json, walk, write_dot
from netviz.render.layout.engine import Engine, run, run_each
from netviz.render.layout.geometry import Curve, Node, Place, Placement, Plan
from netviz.render.layout.segments import Segment, take_apart
from netviz.render.layout.stack import Block, misfits, pack, stack
from netviz.render.layout.turning import turned_back, upright

_SCREEN = 1.5
"""Width through height that parts without a link between them are set in, where no aspect is asked for."""


def lay_out(plan: Plan, *, engine: Engine = "embedded", timeout: float = 60.0) -> Placement:
    """Places of all nodes and clusters, and the curves of all links.

    A link whose ends do not both exist, or that joins a cluster with itself or with what it holds, has a curve without
    points. Raises MissingDependency where the engine is not installed, NetvizError where it fails or takes more than
    `timeout` seconds.
    """
    laying = _Laying(plan)
    drawn: _Drawn = {}
    while laying.placement is None:
        _draw([laying], drawn, lambda texts: run(texts, engine=engine, timeout=timeout))
        laying.go_on(drawn)
    return laying.placement


def lay_out_all(
    plans: Sequence[Plan], *, engine: Engine = "embedded", timeout: float = 60.0
) -> list[Placement | NetvizError]:
    """What `lay_out` gives for each plan, or the error that it raises, from as few processes as can be.

    What is equal in several plans is laid out once. `timeout` is for a process and all that have to replace it.
    """
    layings = {plan: _Laying(plan) for plan in plans}
    drawn: _Drawn = {}

    def run_all(texts: Sequence[str]) -> Sequence[dict[str, Any] | NetvizError]:
        try:
            return run_each(texts, engine=engine, timeout=timeout)
        except MissingDependency as error:
            return [error] * len(texts)

    found: dict[Plan, Placement | NetvizError] = {}
    while len(found) < len(layings):
        waiting = {plan: laying for plan, laying in layings.items() if plan not in found}
        _draw(waiting.values(), drawn, run_all)
        for plan, laying in waiting.items():
            try:
                laying.go_on(drawn)
            except NetvizError as error:
                found[plan] = error
            if laying.placement is not None:
                found[plan] = laying.placement
    return [found[plan] for plan in plans]


_Drawn: TypeAlias = dict[str, Drawing | NetvizError]
"""What became of each part, by its text in DOT: its drawing, leading from top to bottom, or why there is none."""


def _draw(
    layings: Iterable[_Laying],
    drawn: _Drawn,
    run: Callable[[Sequence[str]], Sequence[dict[str, Any] | NetvizError]],
) -> None:
    """Lays out the parts that are new, those that are equal once."""
    new = {text: laying.plan.direction for laying in layings for text in laying.texts if text and text not in drawn}
    for (text, direction), data in zip(new.items(), run(list(new)), strict=True):
        try:
            drawn[text] = data if isinstance(data, NetvizError) else upright(read_json(data), direction)
        except NetvizError as error:
            drawn[text] = error


class _Laying:
    """A plan on its way to a placement: `texts` are the parts that Graphviz is to draw next, in DOT."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.placement: Placement | None = None
        self.joined: set[str] = set()
        if plan.children:
            self._take_apart()
        else:
            self.texts: list[str] = []
            self.placement = Placement(0.0, 0.0, {}, tuple(Curve(()) for _ in plan.links))

    def _take_apart(self) -> None:
        self.chains = take_apart(self.plan, self.joined)
        parts = [segment.part for chain in self.chains for segment in chain]
        self.simple = [_simple(part) for part in parts]
        self.texts = ["" if simple else write_dot(part) for part, simple in zip(parts, self.simple, strict=True)]

    def go_on(self, drawn: _Drawn) -> None:
        """Puts the parts together, or asks for others where they do not fit. Raises what became of a part."""
        if self.placement is not None:
            return
        drawings = [simple or drawn[text] for simple, text in zip(self.simple, self.texts, strict=True)]
        errors = [drawing for drawing in drawings if isinstance(drawing, NetvizError)]
        if errors:
            raise errors[0]
        given = (drawing for drawing in drawings if isinstance(drawing, Drawing))
        pairs = [(chain, [next(given) for _ in chain]) for chain in self.chains]
        more = set[str]().union(*(misfits(chain, own) for chain, own in pairs))
        if more:
            self.joined |= more
            self._take_apart()
        else:
            self.placement = _put_together(self.plan, pairs)


def _put_together(plan: Plan, pairs: Sequence[tuple[list[Segment], list[Drawing]]]) -> Placement:
    aspect = plan.aspect
    if aspect and plan.direction in ("LR", "RL"):
        aspect = 1 / aspect
    blocks = [stack(chain, own, aspect) for chain, own in pairs]
    drawable = {
        segment.indices[number]
        for chain, _ in pairs
        for segment in chain
        for number in drawable_links(segment.part)
        if number < len(segment.indices)
    }
    whole = blocks[0] if len(blocks) == 1 else pack(blocks, aspect or _SCREEN, BESIDE)
    return _placement(plan, whole, drawable)


def _simple(part: Part) -> Drawing | None:
    """The drawing of a node, or of two and the link between them, which takes no Graphviz; None for all else."""
    nodes = [child for child in part.children if isinstance(child, Node)]
    if len(nodes) != len(part.children) or len(nodes) > 2 or len(part.links) != len(nodes) - 1:
        return None
    if part.links and (part.links[0].tail, part.links[0].head) != (nodes[0].id, nodes[1].id):
        return None
    sideways = part.direction in ("LR", "RL")
    sizes = [(node.height, node.width) if sideways else (node.width, node.height) for node in nodes]
    width, places, down = max(size[0] for size in sizes), [], 0.0
    for across, along in sizes:
        places.append(Place((width - across) / 2, down, across, along))
        down += along + BETWEEN
    curves = {}
    if len(nodes) == 2:
        start = sizes[0][1]
        points = tuple((width / 2, start + BETWEEN * third / 3) for third in range(4))
        curves[0] = Curve(points)
    return Drawing(width, down - BETWEEN, tuple(places), (), curves)


def _placement(plan: Plan, whole: Block, drawable: set[int]) -> Placement:
    """The whole, turned as the plan says, with each node in its own size and everything rounded."""
    items = list(walk(plan.children))
    nodes = [item for item in items if isinstance(item, Node)]
    clusters = [item for item in items if not isinstance(item, Node)]
    drawing = turned_back(
        Drawing(
            whole.width,
            whole.height,
            tuple(whole.places[node.id] for node in nodes),
            tuple(whole.places[cluster.id] for cluster in clusters),
            {number: Curve(points) for number, points in whole.curves.items()},
        ),
        plan.direction,
    )
    places = {node.id: _own_size(place, node) for node, place in zip(nodes, drawing.nodes, strict=True)}
    places |= {
        cluster.id: Place(_round(place.x), _round(place.y), _round(place.width), _round(place.height))
        for cluster, place in zip(clusters, drawing.clusters, strict=True)
    }
    frames = {cluster.id: place for cluster, place in zip(clusters, drawing.clusters, strict=True)}
    curves = []
    for number, link in enumerate(plan.links):
        points = drawing.curves[number].points if number in drawing.curves else ()
        points = clipped(points, frames.get(link.tail), frames.get(link.head)) if points else ()
        if points or number in drawable:
            points = snapped(points, places[link.tail], places[link.head])
        curves.append(Curve(tuple((_round(x), _round(y)) for x, y in points)))
    return Placement(
        _round(drawing.width),
        _round(drawing.height),
        {item.id: places[item.id] for item in items},
        tuple(curves),
    )


def _own_size(place: Place, node: Node) -> Place:
    """The node's own size in the middle of the place that was made for it, which is of whole pixels."""
    x, y = place.x + (place.width - node.width) / 2, place.y + (place.height - node.height) / 2
    return Place(_round(x), _round(y), node.width, node.height)


def _round(value: float) -> float:
    return round(value, 2) + 0.0  # no negative zero
