"""Compact diagrams: a layer, its normalisation and its activation on one card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from netviz.analysis.diagram.boxes import together
from netviz.analysis.diagram.outline import moved
from netviz.views import Box, Diagram, Group, Variation

T = TypeVar("T", int, float)

CARDS = (("convolution", "dense"), ("normalisation",), ("activation",))
"""The families that a compact card takes together, in this order; at least the first and one more."""


def compact(diagram: Diagram) -> Diagram:
    """The diagram with a layer, its normalisation and its activation on one card where each feeds only the next."""
    leaving: dict[str, set[str]] = {}
    entering: dict[str, set[str]] = {}
    for edge in diagram.edges:
        leaving.setdefault(edge.tail, set()).add(edge.head)
        entering.setdefault(edge.head, set()).add(edge.tail)
    following = {
        tail: next(iter(heads))
        for tail, heads in leaving.items()
        if len(heads) == 1 and all(entering[head] == {tail} for head in heads)
    }
    ids: dict[str, str] = {}

    def children(items: Sequence[Box | Group]) -> tuple[Box | Group, ...]:
        boxes = {item.id: item for item in items if isinstance(item, Box)}
        cards = {}
        for box in boxes.values():
            chain = _chain(box, boxes, following)
            if len(chain) > 1:
                cards[box.id] = _card(chain)
                ids.update((other.id, box.id) for other in chain[1:])
        return tuple(
            replace(item, children=children(item.children)) if isinstance(item, Group) else cards.get(item.id, item)
            for item in items
            if item.id not in ids
        )

    smaller = children(diagram.children)
    return replace(diagram, children=smaller, edges=moved(diagram.edges, ids))


def _chain(first: Box, boxes: Mapping[str, Box], following: Mapping[str, str]) -> list[Box]:
    """The boxes that go on one card with the first, itself among them."""
    chain = [first]
    while _place(first) == 0:
        after = boxes.get(following.get(chain[-1].id, ""))
        if after is None or not _joins(chain, after):
            break
        chain.append(after)
    return chain


def _place(box: Box) -> int | None:
    """Which of the layers of a compact card it may be."""
    if box.kind != "layer" or box.label is not None:
        return None
    return next((place for place, families in enumerate(CARDS) if box.family in families), None)


def _joins(chain: Sequence[Box], after: Box) -> bool:
    """Whether it may stand on the card: a later layer of the card, in the same repeats, and nobody else's."""
    last, place = _place(chain[-1]), _place(after)
    same = len(after.calls) == len(chain[0].calls) and after.present == chain[0].present
    own = not chain[-1].leaves and chain[0].shared is None and after.shared is None
    return last is not None and place is not None and place > last and same and own


def _card(chain: Sequence[Box]) -> Box:
    first, last = chain[0], chain[-1]
    counts = [box.parameters for box in chain]
    shares = [box.share for box in chain]
    values = [box.value for box in chain if box.value is not None]
    return replace(
        first,
        names=tuple(name for box in chain for name in box.names),
        classes=tuple(name for box in chain for name in _classes(box)),
        outputs=last.outputs,
        last_outputs=last.last_outputs,
        parameters=_total(counts),
        share=_total(shares),
        each=_each(chain) if first.each else None,
        activation=last.activation or first.activation,
        varies=_different(variation for box in chain for variation in box.varies),
        calls=tuple(call for box in chain for call in box.calls),
        layers=tuple(path for box in chain for path in box.layers),
        settings=tuple(dict.fromkeys(setting for box in chain for setting in box.settings)),
        trainable=together(box.trainable for box in chain),
        value=sum(values) / len(values) if values else None,
        leaves=last.leaves,
        highlighted=any(box.highlighted for box in chain),
    )


def _classes(box: Box) -> tuple[str | None, ...]:
    """The classes of a box; of the layer Activation, which may be any, what it computes."""
    return box.details[:1] if box.classes == ("Activation",) and box.details else box.classes


def _total(values: Sequence[T | None]) -> T | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _each(chain: Sequence[Box]) -> tuple[int | None, int | None]:
    first = [box.each[0] if box.each else box.parameters for box in chain]
    last = [box.each[1] if box.each else box.parameters for box in chain]
    return _total(first), _total(last)


def _different(variations: Iterable[Variation]) -> tuple[Variation, ...]:
    return tuple({variation.setting: variation for variation in variations}.values())
