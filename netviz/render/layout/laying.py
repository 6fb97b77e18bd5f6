"""A plan laid out: taken apart, each different segment drawn by Graphviz, put together, turned, and rounded."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.render.layout.clipping import clipped, snapped
from netviz.render.layout.dot import BESIDE, BETWEEN, Drawing, Part, drawable_links, read_json, walk, write_dot
from netviz.render.layout.engine import Engine, run
from netviz.render.layout.geometry import Curve, Node, Place, Placement, Plan
from netviz.render.layout.segments import take_apart
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
    if not plan.children:
        return Placement(0.0, 0.0, {}, tuple(Curve(()) for _ in plan.links))
    aspect = plan.aspect
    if aspect and plan.direction in ("LR", "RL"):
        aspect = 1 / aspect
    drawn: dict[str, Drawing] = {}
    joined: set[str] = set()
    while True:
        chains = take_apart(plan, joined)
        drawings = _drawn([segment.part for chain in chains for segment in chain], drawn, engine, timeout)
        pairs = [(chain, [next(drawings) for _ in chain]) for chain in chains]
        more = set().union(*(misfits(chain, own) for chain, own in pairs))
        if not more:
            break
        joined |= more
    blocks = [stack(chain, own, aspect) for chain, own in pairs]
    drawable = {
        segment.indices[number]
        for chain in chains
        for segment in chain
        for number in drawable_links(segment.part)
        if number < len(segment.indices)
    }
    whole = blocks[0] if len(blocks) == 1 else pack(blocks, aspect or _SCREEN, BESIDE)
    return _placement(plan, whole, drawable)


def _drawn(parts: list[Part], drawn: dict[str, Drawing], engine: Engine, timeout: float) -> Iterator[Drawing]:
    """The drawing of each part, leading from top to bottom; those that are equal are drawn once, into `drawn`."""
    simple = [_simple(part) for part in parts]
    texts = ["" if drawing else write_dot(part) for part, drawing in zip(parts, simple, strict=True)]
    new = list(dict.fromkeys(text for text in texts if text and text not in drawn))
    for text, data in zip(new, run(new, engine=engine, timeout=timeout), strict=True):
        drawn[text] = upright(read_json(data), parts[0].direction)
    return (drawing or drawn[text] for drawing, text in zip(simple, texts, strict=True))


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
