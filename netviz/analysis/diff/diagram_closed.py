"""The box that stands for several, and the edges of what is closed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from netviz.analysis.diagram.outline import closed
from netviz.analysis.diff.diagram_order import Item, fate, walk
from netviz.analysis.diff.words import BY_WEIGHT
from netviz.catalog.formulas import grouped
from netviz.views import Box, Difference, Edge, Fate, Group


def closed_box(items: Sequence[Item], total: int, title: str) -> Box:
    """The box that stands for several boxes and groups, or for one group, with what became of the layers in it.

    `title` says which they are. A box for layers that all became the same is called by how many they are.
    """
    box = closed(items, total)
    inner = [one for item in items for one in walk(item)]
    told, also = Counter[Fate](), Counter[Fate]()
    for one in inner:
        count = len(one.layers) if isinstance(one, Box) else 1
        told[fate(one)] += count
        also.update(dict.fromkeys(one.difference.also, count) if one.difference else {})
    layers = [path for one in inner if fate(one) != "removed" for path in _own_layers(one)]
    former = tuple(dict.fromkeys(chain.from_iterable(one.difference.former for one in inner if one.difference)))
    first = items[0]
    if len(items) == 1 and isinstance(first, Group):
        given = first.difference or Difference()
        inside = told - Counter([given.fate])
        notes = (*given.notes, counted(*inside.popitem())) if len(inside) == 1 else given.notes
        became = _became(inside) if given.fate == "unchanged" else given.fate
        counts = in_order(inside) if len(inside) > 1 else ()
        difference = replace(given, fate=became, notes=notes, former=former, counts=counts)
        difference = replace(difference, also_counts=in_order(also - Counter(given.also)))
        return replace(box, details=(), inside=0, layers=tuple(dict.fromkeys(layers)), difference=difference)
    told = +told
    if len(told) == 1:
        words = [counted(*next(iter(told.items()))), *(f"{grouped(count)} {one}" for one, count in in_order(also))]
        name, notes, counts = ", ".join(words), (title,), ()
    else:
        name, notes, counts = title, (), in_order(told)
    return replace(
        box, names=(name,), classes=(None,), details=(), inside=0, family="model",
        layers=tuple(dict.fromkeys(layers or box.layers)),
        difference=Difference(
            _became(told), notes, former, also=() if counts else tuple(one for one, _ in in_order(also)), counts=counts,
            also_counts=in_order(also),
        ),
    )  # fmt: skip


def _became(told: Mapping[Fate, int]) -> Fate:
    """What became of a box of such layers: "changed" where it is not the same for all that are not unchanged, or where
    some were added or removed beside others."""
    kinds = [one for one in told if told[one] and one != "unchanged"]
    if not kinds:
        return "unchanged"
    alone = len(told) == 1 or kinds[0] not in ("added", "removed")
    return kinds[0] if len(kinds) == 1 and alone else "changed"


def in_order(told: Mapping[Fate, int]) -> tuple[tuple[Fate, int], ...]:
    """How many layers became what, what tells most first."""
    return tuple((one, told[one]) for one in (*BY_WEIGHT, "unchanged") if told.get(one))


def counted(became: Fate, count: int) -> str:
    """ "57 layers unchanged"."""
    return f"{grouped(count)} layer{'s' * (count != 1)} {became}"


def joined(edges: Iterable[Edge], ids: Mapping[str, str]) -> tuple[Edge, ...]:
    """The edges between what `ids` gives for their ends; what joins the same two boxes, one of them closed, is one
    edge for all its tensors. What only one of the models has stays apart from what both have.
    """
    found: dict[tuple[object, ...], list[Edge]] = defaultdict(list)
    for edge in edges:
        tail, head = ids.get(edge.tail, edge.tail), ids.get(edge.head, edge.head)
        if tail != head:
            own = (tail, head, edge.fate)
            shut = edge.tail in ids or edge.head in ids
            found[own if shut else (*own, edge.output, edge.argument)].append(replace(edge, tail=tail, head=head))
    return tuple(map(_bundled, found.values()))


def _bundled(edges: Sequence[Edge]) -> Edge:
    """The edge that stands for all."""
    first = edges[0]
    if len(edges) == 1:
        return first
    shape = first.shape if len({edge.shape for edge in edges}) == 1 else None
    dtype = first.dtype if len({edge.dtype for edge in edges}) == 1 else None
    return replace(first, output=0, argument="", shape=shape, dtype=dtype, tensors=len(edges))


def _own_layers(item: Item) -> tuple[str, ...]:
    """The layers that a box stands for, or a group without what is inside."""
    return item.layers if isinstance(item, Box) else item.layers[:1]
