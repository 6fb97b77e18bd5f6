"""Two models in one picture: what both have once, what was removed where it stood, what was added where it stands.

ModelDiff --diagram_scene--> one scene of both --diagram--> every box with what became of it
          --diagram_closing--> a smaller diagram, in which what did not change is closed
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from netviz.analysis.diagram import shared_layers
from netviz.analysis.diagram.blocks import find_blocks
from netviz.analysis.diagram.boxes import Boxes, Wording
from netviz.analysis.diagram.edges import build_edges
from netviz.analysis.diff.diagram_closing import close_unchanged
from netviz.analysis.diff.diagram_scene import Meeting, Union, build_union
from netviz.analysis.diff.diagram_words import card_notes, input_number
from netviz.analysis.diff.results import ModelDiff
from netviz.analysis.diff.words import BY_WEIGHT, Sayings, fate_of, side_names, verdict, what
from netviz.analysis.subjects import family_of
from netviz.catalog.formulas import grouped
from netviz.catalog.telling import telling_arguments
from netviz.errors import NetvizError
from netviz.model import Layer
from netviz.views import Box, CardField, Diagram, Difference, Edge, Fate, Group

SHOWN: frozenset[CardField] = frozenset({"name", "class", "details", "output"})
"""What stands on a card besides what changed."""


def build_diff_diagram(diff: ModelDiff, *, context: int = 1, unchanged: bool = False) -> Diagram:
    """Both models as one diagram, coloured by what became of each layer.

    Drawn are the layers that changed, those that are up to `context` edges away from one, and edges of both models;
    other layers are closed into boxes that say how many they are. With `unchanged` every layer is drawn.
    Raises NetvizError where models are nested too deeply.
    """
    try:
        diagram = _whole(diff)
        diagram = diagram if unchanged else close_unchanged(diagram, context)
    except RecursionError as error:
        raise NetvizError(
            "models are nested deeper than can be drawn in one picture", "The table has every difference."
        ) from error
    return replace(diagram, description=_description(diagram))


def _whole(diff: ModelDiff) -> Diagram:
    """Both models with every layer drawn, but for those inside of what was added or removed."""
    union = build_union(diff)
    blocks = find_blocks(union.scene, False)
    taken = {node.id for node in union.scene.walk()}
    total = diff.b.parameters.total
    boxes = Boxes(total, shared_layers(diff.b), Wording(), union.scene.outputs, taken)
    children = _compared(boxes.of(blocks), union, _numbered(taken))
    edges, _ = build_edges(blocks, boxes.ids, union.scene.wires)
    edges = _with_places([_told(edge, union) for edge in edges])
    return Diagram(
        " → ".join(side_names(diff)), "", children, edges, SHOWN,
        "changes", layers=len(diff.layers), parameters=total, facts=(verdict(diff), *_itself(diff)),
    )  # fmt: skip


MOST_OF_ITSELF = 2
"""Changes of the models themselves that are told above the picture, where no card can."""


def _itself(diff: ModelDiff) -> Iterator[str]:
    """What differs of the models themselves: "input 0: a → b"."""
    sayings = Sayings(diff)
    for change in diff.changes[:MOST_OF_ITSELF]:
        a, b = sayings.sides(change)
        yield f"{what(change)}: {a} → {b}"
    if len(diff.changes) > MOST_OF_ITSELF:
        yield f"and {len(diff.changes) - MOST_OF_ITSELF:,} more"


_LATER = re.compile(r"(.+)#(\d+)")


def _numbered(ids: Collection[str]) -> Mapping[str, int]:
    """By the ids of calls of layers that are called more than once there, which call it is, as in tables."""
    later = {id: (found[1], int(found[2])) for id in ids if (found := _LATER.fullmatch(id)) and found[1] in ids}
    return {id: number for id, (_, number) in later.items()} | {first: 1 for first, _ in later.values()}


def _compared(items: Sequence[Box | Group], union: Union, numbers: Mapping[str, int]) -> tuple[Box | Group, ...]:
    """The boxes and groups with what became of each; `numbers` tell the calls of one layer apart."""
    found: list[Box | Group] = []
    for item in items:
        difference = _difference(union.meetings[item.id], union.connected, whole=isinstance(item, Box))
        if isinstance(item, Group):
            children = _compared(item.children, union, numbers)
            found.append(replace(item, children=children, difference=difference))
        else:
            shared = None if difference.fate == "removed" else item.shared
            names = (
                tuple(f"{name} (call {numbers[item.id]})" for name in item.names) if item.id in numbers else item.names
            )
            found.append(replace(_as_known(item, union), names=names, difference=difference, shared=shared))
    return tuple(found)


def _as_known(box: Box, union: Union) -> Box:
    """The box with the class and outputs that the first model knows, where the second does not: weights alone."""
    meeting = union.meetings[box.id]
    former, layer = meeting.a, meeting.b.layer if meeting.b else None
    if former is None or former.layer is None or layer is None or layer.class_name or not former.layer.class_name:
        return box
    own = former.layer
    return replace(
        box, classes=(own.class_name,), family=family_of(own), details=telling_arguments(own.class_name, own.config),
        outputs=box.outputs or tuple(tensor.shape for tensor in former.outputs),
    )  # fmt: skip


def _difference(meeting: Meeting, connected: bool, *, whole: bool) -> Difference:
    """What became of a call; of the `whole` of its layer, or but for what is inside of it.

    Where not both models are `connected`, one cannot tell of the other's ends.
    """
    a, b, diff = meeting.a, meeting.b, meeting.diff
    former = _paths(a.layer, whole) if a and a.layer else ()
    unknown = not connected if diff is None else not diff.kinds
    if unknown and (a is None or b is None):
        return Difference("unchanged", (), former)
    if a is None or b is None:
        fate: Fate = "removed" if b is None else "added"
        more = diff is not None and diff.a is not None and diff.b is not None
        return Difference(fate, ("one call more" if b else "one call less",) if more else (), former)
    if diff is None or diff.a is None or diff.b is None:
        return Difference("unchanged", (), former)
    own = fate_of(diff.kinds)
    return Difference(
        own, card_notes(diff), former, also=tuple(one for one in BY_WEIGHT if one in diff.kinds and one != own),
        former_name=diff.a.name if diff.a.name != diff.b.name else "",
        former_class=(diff.a.class_name or "?") if any(change.aspect == "class" for change in diff.changes) else "",
    )  # fmt: skip


def _paths(layer: Layer, whole: bool) -> tuple[str, ...]:
    return (layer.path, *(inner.path for inner in layer.walk())) if whole else (layer.path,)


def _told(edge: Edge, union: Union) -> Edge:
    fate = union.fates.get((edge.tail, edge.head, edge.output, edge.argument))
    return edge if fate is None else replace(edge, fate=fate)


def _with_places(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """The edges, of which those say which input they are that one box sends another as one input and then another."""
    between: dict[tuple[str, str], set[str]] = defaultdict(set)
    for edge in edges:
        if edge.fate != "unchanged":
            between[edge.tail, edge.head].add(edge.argument)
    return tuple(
        replace(edge, words=input_number(edge.argument)) if len(between[edge.tail, edge.head]) > 1 else edge
        for edge in edges
    )


def _description(diagram: Diagram) -> str:
    """What the picture shows, in words."""
    counts = Counter(edge.fate for edge in diagram.edges)
    parts = [f"Two models in one graph, {diagram.title}: {'. '.join(diagram.facts)}"]
    edges = [f"{grouped(counts[fate])} {fate}" for fate in ("added", "removed") if counts[fate]]
    if edges:
        parts.append(f"Edges drawn that only one of them has: {', '.join(edges)}")
    return ". ".join(parts) + "."
