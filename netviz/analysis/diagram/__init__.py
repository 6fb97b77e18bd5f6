"""A model as a diagram: boxes for calls, groups for what is nested or repeats, edges for tensors.

Model --scene--> calls and wires of all levels --selection--> a part of them --blocks--> repeats found by `fold`
      --boxes, edges--> Diagram --outline, compact--> a smaller Diagram
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from netviz.analysis.diagram.blocks import Block, find_blocks
from netviz.analysis.diagram.boxes import Boxes, Label, Wording, count
from netviz.analysis.diagram.choices import (
    SHOWN,
    card_fields,
    chosen_settings,
    coloring_of,
    highlighted_layers,
    label_function,
)
from netviz.analysis.diagram.compact import compact as compacted
from netviz.analysis.diagram.edges import build_edges
from netviz.analysis.diagram.labels import LEVELS
from netviz.analysis.diagram.outline import outline as outlined
from netviz.analysis.diagram.scene import Scene, build_scene
from netviz.analysis.diagram.selection import find_nodes, neighbourhood
from netviz.analysis.diagram.selection import select as selected_part
from netviz.analysis.diagram.sheet import times_text
from netviz.catalog.formulas import grouped
from netviz.errors import NetvizError, UsageError
from netviz.model import Graph, Model
from netviz.views import Box, Diagram, Group


def build_diagram(
    model: Model,
    *,
    fold: bool | int | None = None,
    outline: bool = False,
    compact: bool = False,
    depth: int | None = None,
    select: str | Sequence[str] | None = None,
    around: str | Sequence[str] | None = None,
    hops: int = 1,
    show: Collection[str] | None = None,
    config: Sequence[str] = (),
    label: str | Label | None = None,
    color: str | Mapping[str, float] = "family",
    highlight: str | Sequence[str] = (),
) -> Diagram:
    """The diagram of a model, or of the part of it that is selected.

    The arguments are those of `netviz.graph`. Raises UsageError for a choice that there is not, LayerNotFound for a
    layer that there is not.
    """
    _check(fold, depth, hops)
    shown = frozenset(SHOWN) if show is None else card_fields(show)
    whole = build_scene(model, depth=depth)
    scene = _part(whole, select, around, hops)
    coloring, value = coloring_of(color, whole)
    settings, marked = chosen_settings(config, whole), highlighted_layers(whole, highlight)
    wording = Wording(settings, label_function(label), value, marked)
    shared = shared_layers(model)
    blocks = _blocks(scene, True if outline and fold is None else fold, shared)
    taken = {node.id for node in scene.walk()}
    boxes = Boxes(model.parameters.total, shared, wording, scene.outputs, taken)
    children = boxes.of(blocks)
    edges, reach = build_edges(blocks, boxes.ids, scene.wires)
    children = _reaching(children, {boxes.groups[number]: back for number, back in reach.items() if back > 1})
    layers = {layer.path: layer for layer in model.root.walk()}
    diagram = Diagram(
        model.name, "", children, edges,
        shown | {"config"} if config else shown, coloring, len(layers), count({"": model.root, **layers}),
    )  # fmt: skip
    present = {path for item in children if not isinstance(item, Box) or item.kind != "stub" for path in item.layers}
    if len(present) < len(layers):
        diagram = replace(diagram, shown=len(present))
    if compact:
        diagram = compacted(diagram)
    if outline:
        diagram = outlined(diagram, model.parameters.total)
    return replace(diagram, description=_description(diagram, model, scene))


def _blocks(scene: Scene, fold: bool | int | None, shared: Collection[str]) -> tuple[Block, ...]:
    try:
        return find_blocks(scene, fold, shared)
    except RecursionError as error:
        raise NetvizError(
            "models are nested deeper than can be searched for repeats", "Draw fewer levels (depth), without folding."
        ) from error


def _reaching(children: tuple[Box | Group, ...], reach: Mapping[str, int]) -> tuple[Box | Group, ...]:
    """The boxes and groups, where the groups named say how many repeats back they read."""
    if not reach:
        return children
    return tuple(
        replace(child, children=_reaching(child.children, reach), reach=reach.get(child.id, 1))
        if isinstance(child, Group)
        else child
        for child in children
    )


def _check(fold: object, depth: object, hops: object) -> None:
    if isinstance(hops, bool) or not isinstance(hops, int) or hops < 0:
        raise UsageError(f"{hops!r} hops lead nowhere", "0 is the layer itself, 1 also its neighbours.")
    if fold is not None and not isinstance(fold, bool) and fold not in LEVELS:
        raise UsageError(
            f"no level of folding {fold!r}", f"The levels are {', '.join(map(str, LEVELS))}, from strict to loose."
        )
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 1):
        raise UsageError(f"depth {depth!r} shows nothing", "1 shows the top-level layers, 2 also those inside them.")


def _part(scene: Scene, selected: str | Sequence[str] | None, around: str | Sequence[str] | None, hops: int) -> Scene:
    if selected is None and around is None:
        return scene
    ids = frozenset[str]()
    if selected is not None:
        ids |= find_nodes(scene, selected)
    if around is not None:
        ids |= neighbourhood(scene, around, hops)
    return selected_part(scene, ids)


def shared_layers(model: Model) -> Mapping[str, int]:
    """The layers that their graph calls more than once, numbered from 1, by path."""
    found: dict[str, int] = {}
    graphs: list[Graph] = [model.graph, *(layer.graph for layer in model.root.walk() if layer.graph)]
    for graph in graphs:
        calls = Counter(call.layer for call in graph.calls)
        for layer in graph.layers:
            if calls[layer.name] > 1:
                found[layer.path] = len(found) + 1
    return found


def _description(diagram: Diagram, model: Model, scene: Scene) -> str:
    """What the picture shows, in words."""
    boxes = [box for box in diagram.boxes if box.kind in ("layer", "closed")]
    kind = f"{model.root.class_name} model" if model.root.class_name else "Model"
    parts = [f"{kind} {model.name}: {_plural(diagram.layers, 'layer')}"]
    if diagram.parameters is not None:
        parts[0] += f", {_plural(diagram.parameters, 'parameter')}"
    part = "Drawn" if diagram.shown is None else f"Of these {_plural(diagram.shown, 'layer')}, drawn"
    parts.append(f"{part} in {_plural(len(boxes), 'box', 'boxes')}")
    repeated = [group for group in diagram.groups if group.repeats]
    times = [f"{group.heading} stands {times_text(group.repeats)} times" for group in repeated]
    parts += dict.fromkeys(times[:10])
    if scene.cut:
        parts.append("There are more calls inside of nested models than can be drawn: some of these are closed")
    if not diagram.edges and len(boxes) > 1:
        parts.append("How the layers are connected is not known")
    return ". ".join(parts) + "."


def _plural(number: int, one: str, many: str | None = None) -> str:
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"
