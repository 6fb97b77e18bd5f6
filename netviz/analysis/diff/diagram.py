"""Two models in one picture: what both have once, what was removed where it stood, what was added where it stands.

ModelDiff --diagram_scene--> one scene of both --diagram--> every box with what became of it
          --diagram_closing--> a smaller diagram, in which what did not change is closed
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from netviz.analysis.diagram import shared_layers
from netviz.analysis.diagram.blocks import find_blocks
from netviz.analysis.diagram.boxes import Boxes, Wording
from netviz.analysis.diagram.edges import build_edges
from netviz.analysis.diff.diagram_closing import close_unchanged
from netviz.analysis.diff.diagram_scene import Meeting, Union, build_union
from netviz.analysis.diff.diagram_words import notes_of
from netviz.analysis.diff.results import ModelDiff
from netviz.analysis.diff.words import fate_of, verdict
from netviz.catalog.formulas import grouped
from netviz.errors import NetvizError, UsageError
from netviz.model import Layer, Model
from netviz.views import Box, CardField, Diagram, Difference, Edge, Fate, Group

SHOWN: frozenset[CardField] = frozenset({"name", "class", "details", "output"})
"""What stands on a card besides what changed."""


def build_diff_diagram(diff: ModelDiff, *, context: int = 1, unchanged: bool = False) -> Diagram:
    """Both models as one diagram, coloured by what became of each layer.

    Drawn are the layers that changed, those that are up to `context` edges away from one, and edges of both models;
    other layers are closed into boxes that say how many they are. With `unchanged` every layer is drawn.
    Raises UsageError for a context that is none, NetvizError where models are nested too deeply.
    """
    if isinstance(context, bool) or not isinstance(context, int) or context < 0:
        raise UsageError(
            f"a context of {context!r} edges is none", "0 shows only what changed, 1 also what is beside it."
        )
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
    children = _compared(boxes.of(blocks), union)
    edges, _ = build_edges(blocks, boxes.ids, union.scene.wires)
    return Diagram(
        " → ".join(side_names(diff.a, diff.b)), "", children, tuple(_told(edge, union) for edge in edges), SHOWN,
        "changes", layers=len(diff.layers), parameters=total, facts=(verdict(diff),),
    )  # fmt: skip


def side_names(a: Model, b: Model) -> tuple[str, str]:
    """What the two models are called: by their files, with as much of the paths as tells them apart, or by name."""
    paths = [model.source.path for model in (a, b)]
    parts = [Path(path).parts if path else [model.name] for path, model in zip(paths, (a, b), strict=True)]
    for count in range(1, max(map(len, parts)) + 1):
        first, second = ("/".join(part[-count:]) for part in parts)
        if first != second:
            return first, second
    return "/".join(parts[0][-1:]), "/".join(parts[1][-1:])


def _compared(items: Sequence[Box | Group], union: Union) -> tuple[Box | Group, ...]:
    """The boxes and groups with what became of each."""
    found: list[Box | Group] = []
    for item in items:
        difference = _difference(union.meetings[item.id], whole=isinstance(item, Box))
        if isinstance(item, Group):
            found.append(replace(item, children=_compared(item.children, union), difference=difference))
        else:
            shared = None if difference.fate == "removed" else item.shared
            found.append(replace(item, difference=difference, shared=shared))
    return tuple(found)


def _difference(meeting: Meeting, *, whole: bool) -> Difference:
    """What became of a call; of the `whole` of its layer, or but for what is inside of it."""
    a, b, diff = meeting.a, meeting.b, meeting.diff
    former = _paths(a.layer, whole) if a and a.layer else ()
    if a is None or b is None:
        fate: Fate = "removed" if b is None else "added"
        more = diff is not None and diff.a is not None and diff.b is not None
        return Difference(fate, ("one call more" if b else "one call less",) if more else (), former)
    if diff is None or diff.a is None or diff.b is None:
        return Difference("unchanged", (), former)
    return Difference(
        fate_of(diff.kinds), notes_of(diff), former,
        former_name=diff.a.name if diff.a.name != diff.b.name else "",
        former_class=(diff.a.class_name or "?") if diff.a.class_name != diff.b.class_name else "",
    )  # fmt: skip


def _paths(layer: Layer, whole: bool) -> tuple[str, ...]:
    return (layer.path, *(inner.path for inner in layer.walk())) if whole else (layer.path,)


def _told(edge: Edge, union: Union) -> Edge:
    fate = union.fates.get((edge.tail, edge.head, edge.output, edge.argument))
    return edge if fate is None else replace(edge, fate=fate)


def _description(diagram: Diagram) -> str:
    """What the picture shows, in words."""
    counts = Counter(edge.fate for edge in diagram.edges)
    parts = [f"Two models in one graph, {diagram.title}: {'. '.join(diagram.facts)}"]
    edges = [f"{grouped(counts[fate])} {fate}" for fate in ("added", "removed") if counts[fate]]
    if edges:
        parts.append(f"Edges drawn that only one of them has: {', '.join(edges)}")
    return ". ".join(parts) + "."
