"""A diagram to the plan of its layout: cards and headers are measured, and long strips given the shape of a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from netviz.render.diagram.cards import Card, make_cards
from netviz.render.diagram.groups import Header, make_headers, plan_children
from netviz.render.layout.geometry import Direction, Link, Placement, Plan, Splines
from netviz.views import Diagram, Edge

_BETWEEN = 24.0
PAGE = 1400.0
"""Pixels of a strip that a page still shows at a size that can be read."""
PAGE_ASPECT = 0.71
"""Width by height of a page: ISO 216."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A diagram without the edges that are not drawn, its cards and headers by id, and the plan of its layout.

    A layout has ids of its own, `numbers`: no name of a file can mean anything there.
    """

    diagram: Diagram
    cards: Mapping[str, Card]
    headers: Mapping[str, Header]
    numbers: Mapping[str, str]
    plan: Plan

    def named(self, placement: Placement) -> Placement:
        """The placement of the plan under the ids of the diagram."""
        return replace(placement, places={key: placement.places[number] for key, number in self.numbers.items()})


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
    if aspect == "page":
        strip = _strip(diagram.edges, {key: card.width if sideways else card.height for key, card in cards.items()})
        longest, shape = (2 * PAGE, 1 / PAGE_ASPECT) if sideways else (PAGE, PAGE_ASPECT)
        aspect = shape if strip > longest else None
    numbers = {item.id: str(number) for number, item in enumerate(diagram.walk())}
    plan = Plan(
        plan_children(diagram.children, cards, headers, numbers),
        tuple(Link(numbers.get(edge.tail, ""), numbers.get(edge.head, "")) for edge in diagram.edges),
        direction,
        splines,
        aspect,
    )
    return Planned(diagram, cards, headers, numbers, plan)


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
