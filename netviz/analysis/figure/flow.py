"""A model as a flow of stages, for figures in volumes, in feature maps and in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from netviz.analysis.diagram import shared_layers
from netviz.analysis.diagram.boxes import count
from netviz.analysis.diagram.scene import Scene, build_scene
from netviz.analysis.diagram.selection import find_nodes
from netviz.analysis.figure.quiet import wrapped
from netviz.analysis.figure.repeats import Place, Turns, find_places
from netviz.analysis.figure.staging import Stages
from netviz.analysis.figure.stations import Line, Plan, build_plan
from netviz.analysis.figure.windows import channels_in_front
from netviz.analysis.subjects import family_of
from netviz.errors import NetvizError, UsageError
from netviz.figures import Annotation, Beside, Block, Flow, Link, Stage, Style
from netviz.model import Model


def build_flow(
    model: Model,
    *,
    style: Style,
    fold: bool | None = None,
    depth: int | None = None,
    omit: str | Sequence[str] = (),
    annotate: Sequence[tuple[str, str]] = (),
) -> Flow:
    """The flow of a model as a style draws it.

    `fold` says whether repeats stand once (None: as the style has it), `depth` how many levels of nested models are
    opened, `omit` names layers that are left out, `annotate` gives words for layers; both name layers as
    `netviz.graph` selects them. Raises LayerNotFound for a layer that there is not, UsageError where nothing is left.
    """
    if fold is not None and not isinstance(fold, bool):
        raise UsageError(f"no way of folding {fold!r}", "True folds what repeats, False nothing.")
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 1):
        raise UsageError(f"depth {depth!r} shows nothing", "1 shows the top-level layers, 2 also those inside them.")
    scene = build_scene(model, depth=depth)
    gone = find_nodes(scene, omit) if omit else frozenset[str]()
    shared = shared_layers(model)
    plan = build_plan(scene, style, gone, shared)
    if not plan.stations:
        raise UsageError(
            f"nothing of {model.name} is left to draw" if gone else f"{model.name} has no layers to draw",
            "Omit fewer layers." if gone else "",
        )
    try:
        places = find_places(plan, style, fold, shared)
    except RecursionError as error:
        raise NetvizError(
            "models are nested deeper than can be searched for repeats", "Draw fewer levels (depth)."
        ) from error
    stages = Stages(plan, channels_in_front(plan), shared)
    children = stages.of(places)
    links = _links(plan, places, stages.ids)
    layers = {layer.path: layer for layer in model.root.walk()}
    flow = Flow(
        model.name,
        "",
        children,
        links,
        (),
        tuple(node.name for node in plan.omitted),
        len(layers),
        count({"": model.root, **layers}),
    )
    annotations = tuple(_annotation(flow, scene, plan, stages.ids, *words) for words in annotate)
    return Flow(
        flow.title, _description(flow, model), children, links, annotations, flow.omitted, flow.layers, flow.parameters
    )


def _links(plan: Plan, places: Sequence[Place], ids: Mapping[str, str]) -> tuple[Link, ...]:
    """One link for each two stages that a line joins, but for lines from one repeat of a block to another."""
    turns: dict[str, Turns] = {}
    for place in places:
        for inner in place.walk():
            turns.update((one.id, own) for one, own in zip(inner.stations, inner.turns, strict=True))
    main = {station.id: station.main for station in plan.stations}
    queries = {line.head: line.tail for line in plan.lines if line.argument in ("0", "0.0", "query")}
    found: dict[tuple[str, str], Link] = {}
    for line in plan.lines:
        key = ids[line.tail], ids[line.head]
        if key[0] == key[1] or _repeating(turns[line.tail], turns[line.head]):
            continue
        node = main[line.head]
        attends = node.layer is not None and family_of(wrapped(node.layer) or node.layer) == "attention"
        beside = _beside(line)
        if not beside and attends and queries.get(line.head, line.tail) != line.tail:
            beside = "memory"
        before = found.get(key)
        if before is None or (before.beside and not beside):
            found[key] = Link(*key, line.shape, beside)
    found |= {(link.tail, link.head): link for link in _passing(plan, places, ids, found)}
    order = {station.id: place for place, station in enumerate(plan.stations)}
    return tuple(sorted(found.values(), key=lambda link: (order.get(link.head, 0), order.get(link.tail, 0))))


def _passing(
    plan: Plan,
    places: Sequence[Place],
    ids: Mapping[str, str],
    links: Mapping[tuple[str, str], Link],
) -> Iterator[Link]:
    """Where stages stand that some repeats lack, the ways past them of these, and into them where the first lacks them.

    Both would go unsaid, as they lead from one repeat to the next.
    """
    for place in (inner for outer in places for inner in outer.walk() if inner.lacking and inner.stations):
        own = place.stations[0].id
        into = [tail for tail, head in links if head == own]
        for reader in dict.fromkeys(line.head for line in plan.lines if line.tail == own):
            head = ids[reader]
            if into:
                past = [tail for tail in into if (tail, head) not in links]
                yield from (replace(links[tail, own], head=head, passes=True) for tail in past)
            else:
                having = {ids[line.tail] for line in plan.lines if line.head == reader}
                first = [links[key] for key in links if key[1] == head and key[0] not in having]
                yield from (replace(link, head=own) for link in first)


def _repeating(tail: Turns, head: Turns) -> bool:
    """Whether a line leads from one repeat of a block to another one."""
    for one, other in zip(tail, head, strict=False):
        if one[0] != other[0]:
            return False
        if one[1] != other[1]:
            return True
    return False


BESIDE: Mapping[str, Beside] = {"mask": "mask", "state": "state", "constants": "state"}
"""What an argument takes that is no part of the main flow, by a word in its name."""


def _beside(line: Line) -> Beside:
    return next((beside for word, beside in BESIDE.items() if word in line.argument), "")


def _annotation(flow: Flow, scene: Scene, plan: Plan, ids: Mapping[str, str], pattern: str, text: str) -> Annotation:
    found = {ids[station] for id in find_nodes(scene, pattern) if (station := plan.of(id)) is not None}
    stages = [stage.id for stage in flow.stages if stage.id in found]
    if not stages:
        raise UsageError(f"what {pattern!r} names is not drawn", "Annotate a layer that the figure shows.")
    return Annotation(str(text), stages[0], stages[-1])


def _description(flow: Flow, model: Model) -> str:
    """What the figure shows, in words."""
    kind = f"{model.root.class_name} model" if model.root.class_name else "Model"
    head = f"{kind} {model.name}: {_plural(flow.layers, 'layer')}"
    if flow.parameters is not None:
        head += f", {_plural(flow.parameters, 'parameter')}"
    parts = [head, f"Drawn in {_plural(len(flow.stages), 'stage')}"]
    parts += [
        f"{item.title or 'A block'} stands {item.repeats} times"
        for item in flow.walk()
        if isinstance(item, Block) and item.repeats > 1
    ][:10]
    if flow.omitted:
        named = ", ".join(flow.omitted[:5])
        more = len(flow.omitted) - 5
        parts.append(f"Not drawn: {named}{f' and {more} more' if more > 0 else ''}")
    if not flow.links and len(flow.stages) > 1:
        parts.append("How the layers are connected is not known")
    return ". ".join(parts) + "."


def _plural(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"


def unfit(model: Model, style: Style) -> str:
    """Why a style cannot draw a model, in words; "" where it can."""
    if style not in ("volumes", "lenet"):
        return ""
    flow = build_flow(model, style=style, fold=False)
    if not any(map(_has_maps, flow.stages)):
        return "no layer of it gives feature maps"
    if style == "volumes":
        return ""
    if not flow.links and len(flow.stages) > 1:
        return "how its layers are connected is not known, so no row of feature maps can be drawn"
    tails, heads = [link.tail for link in flow.links], [link.head for link in flow.links]
    if len(set(tails)) < len(tails) or len(set(heads)) < len(heads) or len(flow.stages) != len(flow.links) + 1:
        return "it has branches: feature maps in a row cannot show them"
    return ""


def _has_maps(stage: Stage) -> bool:
    """Whether it gives what is drawn as maps: pictures, or what a convolution makes of a sequence."""
    if stage.kind == "input":
        return False
    slides = stage.window is not None and stage.family in ("convolution", "pooling")
    return slides or any(extent is not None and len(extent.spatial) > 1 for extent in stage.outputs)
