"""A model as a flow of stages, for figures in volumes, in feature maps and in blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netviz.analysis.diagram import shared_layers
from netviz.analysis.diagram.boxes import count
from netviz.analysis.diagram.scene import Node, Scene, build_scene
from netviz.analysis.diagram.selection import find_nodes
from netviz.analysis.figure.quiet import wrapped
from netviz.analysis.figure.repeats import Place, Turns, find_places
from netviz.analysis.figure.staging import Stages
from netviz.analysis.figure.stations import Line, Plan, build_plan
from netviz.analysis.figure.windows import channels_in_front
from netviz.analysis.figure.wording import annotation, listed, model_words, plural
from netviz.analysis.subjects import family_of
from netviz.errors import NetvizError, UsageError
from netviz.figures import Beside, Block, Flow, Link, Style
from netviz.model import Call, Endpoint, Feed, Graph, Model, Tensor, TensorRef


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
    return draft_flow(model, style=style, fold=fold, depth=depth, omit=omit).annotated(annotate)


@dataclass(frozen=True, slots=True)
class Draft:
    """A flow that has no annotations yet, with what is needed to find the stages that these name."""

    flow: Flow
    scene: Scene
    plan: Plan
    ids: Mapping[str, str]

    def annotated(self, annotate: Sequence[tuple[str, str]]) -> Flow:
        """The flow with words at layers. Raises LayerNotFound or UsageError for what is not drawn."""
        order = [stage.id for stage in self.flow.stages]
        drawn = {
            (node.id, self.ids[station])
            for node in self.scene.walk()
            if annotate and (station := self.plan.of(node.id)) is not None
        }
        notes = tuple(annotation(self.scene, pattern, text, order, drawn) for pattern, text in annotate)
        return replace(self.flow, annotations=notes)


def draft_flow(
    model: Model, *, style: Style, fold: bool | None = None, depth: int | None = None, omit: str | Sequence[str] = ()
) -> Draft:
    """The flow of a model without annotations; the arguments are those of `build_flow`."""
    if fold is not None and not isinstance(fold, bool):
        raise UsageError(f"no way of folding {fold!r}", "True folds what repeats, False nothing.")
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 1):
        raise UsageError(f"depth {depth!r} shows nothing", "1 shows the top-level layers, 2 also those inside them.")
    scene = build_scene(in_order(model), depth=depth)
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
    layers = {layer.path: layer for layer in model.root.walk()}
    flow = Flow(
        model.name,
        "",
        children,
        _links(plan, places, stages.ids),
        (),
        tuple(node.name for node in plan.omitted),
        len(layers),
        count({"": model.root, **layers}),
        _classes(plan.omitted),
    )
    return Draft(replace(flow, description=_description(flow, model)), scene, plan, stages.ids)


def _classes(omitted: Sequence[Node]) -> tuple[tuple[str, int], ...]:
    """How many layers of each class are not drawn, without the inputs of nested models."""
    layers = {node.layer.path: node.layer for node in omitted if node.layer}
    return tuple(Counter(one.class_name or "?" for one in layers.values() if family_of(one) != "input-output").items())


def in_order(model: Model) -> Model:
    """The model itself; of a Sequential one that was never built, one whose layers are called one after the other."""
    graph = model.graph
    if model.root.class_name != "Sequential" or graph.calls or not graph.layers:
        return model
    unknown = Tensor(None)
    calls = tuple(
        Call(place, layer.name, (Feed("0", unknown, TensorRef(place - 1, 0) if place else None),), (unknown,))
        for place, layer in enumerate(graph.layers)
    )
    end = Endpoint("output", unknown, TensorRef(len(calls) - 1, 0))
    return replace(model, root=replace(model.root, graph=Graph(graph.layers, calls, (), (end,))))


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


def _description(flow: Flow, model: Model) -> str:
    """What the figure shows, in words."""
    parts = [model_words(model, flow.layers, flow.parameters), f"Drawn in {plural(len(flow.stages), 'stage')}"]
    blocks = [item for item in flow.walk() if isinstance(item, Block) and item.repeats > 1]
    parts += [f"{item.title} stands {item.repeats} times" for item in blocks if item.title][:10]
    if nameless := [item.repeats for item in blocks if not item.title]:
        many = f"{plural(len(nameless), 'block')} without a name"
        times = ", ".join(map(str, nameless[:10])) + (", …" if len(nameless) > 10 else "")
        parts.append(f"{many if len(nameless) > 1 else 'A block'} stand{'s' * (len(nameless) == 1)} {times} times")
    if any(stage.last_outputs or stage.varies for stage in flow.stages):
        parts.append("Shapes are those of the first repeat")
    if flow.omitted:
        parts.append(f"Not drawn: {listed(flow.omitted)}")
    if not flow.links and len(flow.stages) > 1:
        parts.append("How the layers are connected is not known")
    return ". ".join(parts) + "."
