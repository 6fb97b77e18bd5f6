"""Plans to lay out, drawn at random or built as models are, and what is wrong with a placement."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

from hypothesis import strategies as st

from netviz.render.layout import Cluster, Curve, Link, Node, Place, Placement, Plan

SIZES = st.integers(1, 300) | st.floats(0.5, 300)
NOWHERE = "no such id"


@st.composite
def plans(draw: st.DrawFn, circles: bool = False) -> Plan:
    """Nested clusters and nodes; links that lead on, to themselves, or nowhere, and back where there are circles."""
    names = iter(range(1000))

    def children(depth: int, most: int) -> tuple[Node | Cluster, ...]:
        found: list[Node | Cluster] = []
        for _ in range(draw(st.integers(0 if depth else 1, most))):
            name = f"box {next(names)}"
            if depth < 3 and draw(st.integers(0, 3)) == 0:
                inside = children(depth + 1, 4)
                found.append(Cluster(name, draw(st.integers(0, 400)), draw(st.integers(0, 60)), inside))
            else:
                found.append(Node(name, draw(SIZES), draw(SIZES)))
        return tuple(found)

    whole = children(0, 8)
    ids = [item.id for item in every(whole)]
    links = []
    for _ in range(draw(st.integers(0, 2 * len(ids)))):
        one, other = draw(st.integers(0, len(ids) - 1)), draw(st.integers(0, len(ids) - 1))
        if not circles or draw(st.integers(0, 9)):
            one, other = min(one, other), max(one, other)
        links.append(Link(ids[one], ids[other]))
    if draw(st.booleans()):
        links.append(Link(draw(st.sampled_from(ids)), NOWHERE))
    return Plan(
        whole,
        tuple(links),
        draw(st.sampled_from(["TB", "BT", "LR", "RL"])),
        aspect=draw(st.sampled_from([None, 0.5, 1.4, 3.0])),
    )


def residual_chain(blocks: int, *, inside: int = 3, clustered: bool = False, **options: object) -> Plan:
    """Blocks of `inside` boxes and a sum, each with a link around it, one after the other."""
    children: list[Node | Cluster] = [Node("input", 200, 50)]
    links: list[Link] = []
    before = "input"
    for block in range(blocks):
        names = [*(f"{block}.{number}" for number in range(inside)), f"{block}.add"]
        nodes = tuple(Node(name, 200, 50) for name in names)
        children += [Cluster(f"{block}", 120, 40, nodes)] if clustered else nodes
        links += (Link(tail, head) for tail, head in zip([before, *names], names, strict=False))
        links.append(Link(before, names[-1]))
        before = names[-1]
    return Plan(tuple(children), tuple(links), **options)  # type: ignore[arg-type]


def every(children: Sequence[Node | Cluster]) -> Iterator[Node | Cluster]:
    for child in children:
        yield child
        if isinstance(child, Cluster):
            yield from every(child.children)


def sampled(curve: Curve, steps: int = 24) -> Iterator[tuple[float, float]]:
    """Points on the curve, by de Casteljau's formula for each cubic segment."""
    points = curve.points
    assert len(points) % 3 == 1, "one point, then three per segment"
    for start in range(0, len(points) - 1, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = points[start : start + 4]
        for step in range(steps + 1):
            t = step / steps
            u = 1 - t
            w = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
            yield w[0] * ax + w[1] * bx + w[2] * cx + w[3] * dx, w[0] * ay + w[1] * by + w[2] * cy + w[3] * dy


def problems(plan: Plan, placed: Placement) -> list[str]:
    """What a person would see to be wrong."""
    found = [*_of_places(plan, placed)]
    inside = {item.id: {below.id for below in every([item])} for item in every(plan.children)}
    nodes = [item.id for item in every(plan.children) if isinstance(item, Node)]
    assert len(placed.curves) == len(plan.links)
    for link, curve in zip(plan.links, placed.curves, strict=True):
        name = f"{link.tail} -> {link.head}"
        undrawable = (
            link.tail not in inside
            or link.head not in inside
            or (len(inside[link.tail]) > 1 and link.head in inside[link.tail])
            or (len(inside[link.head]) > 1 and link.tail in inside[link.head])
            or (link.tail == link.head and link.tail not in nodes)
        )
        if undrawable or not curve.points:
            if undrawable == bool(curve.points):  # drawn, or else not, against what can be
                found.append(f"{name} is {'drawn' if curve.points else 'not drawn'}")
            continue
        for end, point, what in ((link.tail, curve.points[0], "starts"), (link.head, curve.points[-1], "ends")):
            if (distance := from_border(placed.places[end], point)) > 1:
                found.append(f"{name} {what} {distance:.1f} px from the border")
        foreign = [node for node in nodes if node not in inside[link.tail] | inside[link.head]]
        points = list(sampled(curve))
        crossed = [node for node in foreign if any(_within(placed.places[node], point, by=1) for point in points)]
        found += [f"{name} runs through {node}" for node in crossed]
        whole = Place(-1, -1, placed.width + 2, placed.height + 2)
        found += [f"{name} leaves the whole at {point}" for point in points if not _within(whole, point)][:1]
    return found


def _of_places(plan: Plan, placed: Placement) -> Iterator[str]:
    items = list(every(plan.children))
    assert list(placed.places) == [item.id for item in items]
    whole = Place(-0.01, -0.01, placed.width + 0.02, placed.height + 0.02)
    for item in items:
        place = placed.places[item.id]
        if not _holds(whole, place):
            yield f"{item.id} leaves the whole"
        if isinstance(item, Node):
            if (place.width, place.height) != (item.width, item.height):
                yield f"{item.id} has another size"
            continue
        if place.width < item.header_width - 0.01 or place.height < item.header_height - 0.01:
            yield f"{item.id} has no room for its header"
        header = Place(place.x, place.y, item.header_width, item.header_height)
        for child in item.children:
            if not _holds(place, placed.places[child.id]):
                yield f"{child.id} leaves {item.id}"
            if item.header_width and item.header_height and _overlap(header, placed.places[child.id]):
                yield f"{child.id} lies on the header of {item.id}"
    for siblings in [plan.children, *(item.children for item in items if isinstance(item, Cluster))]:
        for one, other in combinations(siblings, 2):
            if _overlap(placed.places[one.id], placed.places[other.id]):
                yield f"{one.id} overlaps {other.id}"


def from_border(place: Place, point: tuple[float, float]) -> float:
    """Distance of a point from the outline of a rectangle."""
    x, y = point[0] - place.x - place.width / 2, point[1] - place.y - place.height / 2
    beyond_x, beyond_y = abs(x) - place.width / 2, abs(y) - place.height / 2
    if beyond_x <= 0 and beyond_y <= 0:
        return -max(beyond_x, beyond_y)
    return math.hypot(max(beyond_x, 0), max(beyond_y, 0))


def _within(place: Place, point: tuple[float, float], by: float = 0.0) -> bool:
    return (
        place.x + by < point[0] < place.x + place.width - by and place.y + by < point[1] < place.y + place.height - by
    )


def _holds(outer: Place, inner: Place) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width + 0.01
        and inner.y + inner.height <= outer.y + outer.height + 0.01
    )


def _overlap(one: Place, other: Place) -> bool:
    return (
        one.x + one.width > other.x + 0.01
        and other.x + other.width > one.x + 0.01
        and one.y + one.height > other.y + 0.01
        and other.y + other.height > one.y + 0.01
    )
