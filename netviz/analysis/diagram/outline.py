"""A diagram in outline: each group closed to one box, so that one look takes the whole model in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from netviz.analysis.diagram.boxes import together
from netviz.analysis.diagram.titles import common_stem, composition
from netviz.views import Box, Diagram, Edge, Family, Group

OUTLINE_MOST = 30
"""Boxes in an outline: what one look takes in."""


def outline(diagram: Diagram, total: int, most: int = OUTLINE_MOST) -> Diagram:
    """The diagram with every group as one box, and layers between groups taken together where there are many.

    `total` are the parameters of the model, of which the boxes say their share.
    """
    items = taken_together(diagram.children, most)
    boxes = [closed(item, total) for item in items]
    ids = {
        inner.id: box.id
        for box, item in zip(boxes, items, strict=True)
        for top in item
        for inner in _walk(top)
    }  # fmt: skip
    return replace(diagram, children=tuple(boxes), edges=moved(diagram.edges, ids))


def taken_together(children: Sequence[Box | Group], most: int) -> list[tuple[Box | Group, ...]]:
    """The children in at most so many pieces of neighbours: those alike first, groups alone where there is room."""
    items: list[tuple[Box | Group, ...]] = [(child,) for child in children]
    for alike in (_first_word, lambda box: ""):
        if len(items) > most:
            items = _joined(items, alike)
    if len(items) > 4 * most:
        items = _chunks(items, 4 * most)
    while len(items) > most:
        items = _smallest_joined(items)
    return items


def moved(edges: Iterable[Edge], ids: Mapping[str, str]) -> tuple[Edge, ...]:
    """The edges between what `ids` gives for their ends: each tensor once, those inside of one box left out."""
    held = Counter(ids.values())
    ends = ((edge, ids.get(edge.tail, edge.tail), ids.get(edge.head, edge.head)) for edge in edges)
    return between(ends, {id for id, count in held.items() if count > 1})


def between(ends: Iterable[tuple[Edge, str, str]], closed: Collection[str]) -> tuple[Edge, ...]:
    """The edges between the tails and heads given with them: each tensor once, those to where they come from left out.

    What takes it inside of a box that is `closed` is not told.
    """
    found: dict[tuple[object, ...], Edge] = {}
    for edge, tail, head in ends:
        if tail == head:
            continue
        argument = "" if head in closed else edge.argument
        key = (tail, head, edge.tail, edge.output, argument, edge.repeating, edge.every, edge.repeats)
        found.setdefault(key, replace(edge, tail=tail, head=head))
    return tuple(found.values())


def _walk(item: Box | Group) -> Iterable[Box | Group]:
    stack = [item]
    while stack:
        one = stack.pop()
        yield one
        if isinstance(one, Group):
            stack.extend(reversed(one.children))


def _first_word(box: Box) -> str:
    return common_stem(box.names[:1]).partition("_")[0].partition("/")[0]


def _joined(items: Sequence[tuple[Box | Group, ...]], alike: Callable[[Box], str]) -> list[tuple[Box | Group, ...]]:
    """The items with neighbours that are `alike` taken together; groups, and what enters the model, stay alone."""
    joined: list[tuple[Box | Group, ...]] = []
    for item in items:
        before, first = joined[-1][-1] if joined else None, item[0]
        if isinstance(first, Box) and isinstance(before, Box) and _joins(before, first, alike):
            joined[-1] = (*joined[-1], *item)
        else:
            joined.append(item)
    return joined


def _joins(before: Box, box: Box, alike: Callable[[Box], str]) -> bool:
    return "input-output" not in (before.family, box.family) and alike(before) == alike(box)


def _chunks(items: Sequence[tuple[Box | Group, ...]], most: int) -> list[tuple[Box | Group, ...]]:
    """The items in at most so many pieces of equal length: to weigh them against each other they are too many."""
    size = -(-len(items) // most)
    return [tuple(one for item in items[at : at + size] for one in item) for at in range(0, len(items), size)]


def _smallest_joined(items: Sequence[tuple[Box | Group, ...]]) -> list[tuple[Box | Group, ...]]:
    """The items with the two neighbours that hold fewest layers taken together, the earliest of them."""
    sizes = [sum(len(one.layers) for one in item) for item in items]
    place = min(range(len(items) - 1), key=lambda place: sizes[place] + sizes[place + 1])
    return [*items[:place], (*items[place], *items[place + 1]), *items[place + 2 :]]


def closed(items: Sequence[Box | Group], total: int) -> Box:
    """The box that stands for the items."""
    first = items[0]
    if len(items) == 1 and isinstance(first, Box):
        return first
    boxes = [inner for item in items for inner in _walk(item) if isinstance(inner, Box)]
    layers = tuple(dict.fromkeys(path for item in items for path in item.layers))
    counts = [item.parameters for item in items]
    known = [count for count in counts if count is not None]
    parameters = sum(known) if len(known) == len(counts) else None
    group = first if len(items) == 1 and isinstance(first, Group) else None
    names = [name.removesuffix(" …") for box in boxes for name in box.names]
    dtypes = dict.fromkeys(box.dtype for box in boxes if box.dtype)
    values = [box.value for box in boxes if box.value is not None]
    classes = composition([name for box in boxes for name in box.classes]) or f"{len(layers)} layers"
    title = (group.title if group else common_stem(names)) or f"{names[0]} … {names[-1]}"
    last = boxes[-1]
    return Box(
        id=first.id,
        names=(title,),
        classes=(group.class_name if group and group.class_name else None,),
        family=group.family if group and group.class_name else _main_family(boxes),
        kind="closed",
        details=(classes,) if classes != title and not (group and group.class_name) else (),
        inputs=boxes[0].inputs,
        outputs=group.outputs if group and group.outputs else last.last_outputs or last.outputs,
        last_outputs=group.last_outputs if group else (),
        parameters=parameters,
        share=None if parameters is None else parameters / total if total else 0.0,
        repeats=group.repeats if group else (),
        varies=group.varies if group else (),
        shared=group.shared if group else None,
        calls=tuple(call for box in boxes for call in box.calls),
        layers=layers,
        inside=len(layers) - bool(group and group.class_name),
        dtype=next(iter(dtypes)) if len(dtypes) == 1 else "",
        trainable=together(box.trainable for box in boxes),
        value=sum(values) / len(values) if values else None,
        highlighted=any(box.highlighted for box in boxes),
        leaves=any(box.leaves for box in boxes) or any(item.leaves for item in items),
    )


def _main_family(boxes: Sequence[Box]) -> Family:
    """The family of most parameters, or where there are none of most boxes."""
    weights: dict[Family, tuple[int, int]] = {}
    for box in boxes:
        parameters, number = weights.get(box.family, (0, 0))
        weights[box.family] = (parameters + (box.parameters or 0), number + 1)
    return max(weights, key=lambda family: weights[family])
