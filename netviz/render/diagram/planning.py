"""A diagram to the plan of its layout: cards and headers are measured, and long strips given the shape of a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from netviz.render.diagram.cards import Card, make_cards
from netviz.render.diagram.groups import Header, make_headers, plan_children
from netviz.render.layout.geometry import Curve, Direction, Link, Placement, Plan, Splines
from netviz.views import Diagram, Edge

_BETWEEN = 24.0
PAGE = 1400.0
"""Pixels of a strip that a page still shows at a size that can be read."""
PAGE_ASPECT = 0.71
"""Width by height of a page: ISO 216."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A diagram without the edges that are not drawn, its cards and headers by id, and the plan of its layout.

    A layout has ids of its own, `numbers`: no name of a file can mean anything there. `backward` are the places of the
    edges that are laid out in the other direction.
    """

    diagram: Diagram
    cards: Mapping[str, Card]
    headers: Mapping[str, Header]
    numbers: Mapping[str, str]
    plan: Plan
    backward: frozenset[int] = frozenset()

    def named(self, placement: Placement) -> Placement:
        """The placement of the plan under the ids of the diagram, with every curve from tail to head."""
        curves = tuple(
            Curve(tuple(reversed(curve.points))) if place in self.backward else curve
            for place, curve in enumerate(placement.curves)
        )
        places = {key: placement.places[number] for key, number in self.numbers.items()}
        return replace(placement, places=places, curves=curves)


def plan_diagram(
    diagram: Diagram,
    *,
    direction: Direction = "TB",
    splines: Splines = "spline",
    aspect: float | Literal["page"] | None = "page",
) -> Planned:
    """The diagram, ready to be laid out; the choices are those of `diagram_to_svg`."""
    diagram = replace(diagram, edges=tuple(edge for edge in diagram.edges if not edge.repeating))
    sideways = direction in ("LR", "RL")
    cards = make_cards(diagram, narrow=sideways)
    widest = max((card.width for card in cards.values()), default=0.0)
    headers = make_headers(diagram.children, None if sideways else widest)
    backward = _backward(diagram)
    if aspect == "page":
        onward = [edge for place, edge in enumerate(diagram.edges) if place not in backward]
        strip = _strip(onward, {key: card.width if sideways else card.height for key, card in cards.items()})
        longest, shape = (2 * PAGE, 1 / PAGE_ASPECT) if sideways else (PAGE, PAGE_ASPECT)
        aspect = shape if strip > longest else None
    numbers = {item.id: str(number) for number, item in enumerate(diagram.walk())}
    plan = Plan(
        plan_children(diagram.children, cards, headers, numbers),
        tuple(Link(*(ends[::-1] if place in backward else ends)) for place, ends in enumerate(_ends(diagram, numbers))),
        direction,
        splines,
        aspect,
    )
    return Planned(diagram, cards, headers, numbers, plan, backward)


def _ends(diagram: Diagram, numbers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(numbers.get(edge.tail, ""), numbers.get(edge.head, "")) for edge in diagram.edges]


def _backward(diagram: Diagram) -> frozenset[int]:
    """The places of edges against the order of the boxes where two models are in one picture: of layers that moved.

    Laid out as they are they would turn the second model around as well.
    """
    if diagram.coloring != "changes":
        return frozenset()
    order = {item.id: place for place, item in enumerate(diagram.walk())}
    return frozenset(
        place
        for place, edge in enumerate(diagram.edges)
        if edge.fate == "removed" and order.get(edge.head, 0) < order.get(edge.tail, 0)
    )


def _strip(edges: Sequence[Edge], lengths: Mapping[str, float]) -> float:
    """About how long the picture becomes if no chain is broken: the longest path, with room between its boxes."""
    reached: dict[str, float] = {}
    targets: dict[str, list[str]] = defaultdict(list)
    waiting: Counter[str] = Counter()
    for edge in edges:
        targets[edge.tail].append(edge.head)
        waiting[edge.head] += 1
    ready = [edge.tail for edge in edges if not waiting[edge.tail]]
    for node in dict.fromkeys(ready):
        reached[node] = lengths.get(node, 0.0)
    ready = list(reached)
    for node in ready:
        for target in targets[node]:
            end = reached[node] + _BETWEEN + lengths.get(target, 0.0)
            reached[target] = max(reached.get(target, 0.0), end)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return max([*reached.values(), *lengths.values()], default=0.0)
