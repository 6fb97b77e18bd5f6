"""The places of a figure as stages and blocks, with all that may be written on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from netviz.analysis.diagram.boxes import count
from netviz.analysis.diagram.scene import Node
from netviz.analysis.diagram.titles import block_title
from netviz.analysis.figure.quiet import activation, is_operation, operation, repeats_in_time, sign, wrapped
from netviz.analysis.figure.repeats import Place, Turns
from netviz.analysis.figure.stations import Plan, Station
from netviz.analysis.figure.windows import extent_of, window_of
from netviz.analysis.subjects import family_of
from netviz.catalog.telling import telling_arguments
from netviz.figures import Applied, Block, Extent, Stage, StageKind
from netviz.model import Layer
from netviz.views import Family


@dataclass(slots=True)
class Stages:
    """Makes stages of places; `ids` gives the stage by the id of a station in it.

    `front` tells by station whether its channels are the first axis, `shared` are the layers called
    more than once, `numbers` what those of them are called that have weights.
    """

    plan: Plan
    front: Mapping[str, bool]
    shared: Collection[str]
    ids: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, places: Iterable[Place]) -> tuple[Stage | Block, ...]:
        return tuple(self._item(place) for place in places)

    def _item(self, place: Place) -> Stage | Block:
        if place.stations:
            return self._stage(place)
        stations = [station for inner in place.walk() for station in inner.stations]
        parameters = count(_layers(stations))
        children = self.of(place.items)
        if place.nests:
            layer = place.nests[0].layer
            name = place.nests[0].name
            class_name = layer.class_name if layer else None
            steps = _steps(place.nests[0])
            return Block(place.nests[0].id, name, children, steps, class_name, steps > 1, parameters)
        id = f"{children[0].id}…"
        while id in self.taken:
            id += "…"
        self.taken.add(id)
        return Block(id, _title(place), children, place.repeats, None, place.parallel, parameters)

    def _stage(self, place: Place) -> Stage:
        first = place.stations[0]
        for station in place.stations:
            self.ids[station.id] = first.id
        layers = _layers(place.stations)
        main = first.main
        outputs = self._extents(first)
        stage = Stage(
            id=first.id,
            names=tuple(node.name for node in first.nodes),
            classes=tuple(_class(node.layer) for node in first.nodes),
            family=_family(main.layer),
            kind=self._kind(first),
            inputs=self._inputs(first),
            outputs=outputs,
            parameters=count(layers),
            shared=self._shared(first),
            leaves=any(station.leaves for station in place.stations),
            calls=tuple(node.id for station in place.stations for node in station.nodes),
            layers=tuple(layers),
            present=(len(place.stations), len(place.stations) + place.lacking) if place.lacking else None,
            first_only=place.lacking > 0 and all(_turn(turns) == 0 for turns in place.turns),
        )
        given = [self._extents(station) for station in place.stations]
        steady = _steady(given)
        if main.layer is None:
            return stage
        before, behind = _applied(first)
        activations = [one.name for one in behind if one.family == "activation"]
        return replace(
            stage,
            details=tuple(_common(place)),
            before=before,
            behind=behind,
            activation=activations[-1] if activations else own_activation(main.layer),
            window=window_of(main.layer),
            sign=sign(main.layer) if stage.kind == "merge" else "",
            inside=sum(1 for _ in main.layer.walk()) if stage.kind == "closed" else 0,
            last_outputs=given[-1] if steady and given[-1] != outputs else (),
            varies=not steady,
        )

    def _kind(self, station: Station) -> StageKind:
        layer = station.main.layer
        if layer is None or family_of(layer) == "input-output":
            return "input"
        if sign(layer) and (not is_operation(layer) or (station.main.call and len(station.main.call.inputs) > 1)):
            return "merge"
        kept_whole = wrapped(layer) is not None or family_of(layer) not in ("model", "unknown")
        return "closed" if layer.layers and not kept_whole else "layer"

    def _inputs(self, station: Station) -> tuple[Extent | None, ...]:
        call = station.first.call
        front = self.front.get(station.id, False)
        return tuple(extent_of(shape, front) for shape in call.input_shapes) if call else ()

    def _extents(self, station: Station) -> tuple[Extent | None, ...]:
        front = self.front.get(station.id, False)
        return tuple(extent_of(tensor.shape, front) for tensor in station.last.outputs)

    def _shared(self, station: Station) -> int | None:
        """The number of a layer with weights that is called more than once, itself or with a model around it."""
        around = (station.main, *station.around)
        if not any(node.layer is not None and node.layer.path in self.shared for node in around):
            return None
        layer = station.main.layer
        return self.numbers.setdefault(layer.path, len(self.numbers) + 1) if layer and layer.all_weights else None


def own_activation(layer: Layer) -> str:
    """The activation that a layer, or the one that it wraps, applies itself."""
    return activation(wrapped(layer) or layer)


def _applied(station: Station) -> tuple[tuple[Applied, ...], tuple[Applied, ...]]:
    """What is applied before the main layer of a station, and what behind it, in order."""
    main = station.main.layer
    own = own_activation(main) if main and _family(main) != "activation" else ""
    first = (Applied(own, "activation"),) if own else ()
    return tuple(_each(station.before)), (*first, *_each(station.after))


def _each(nodes: Iterable[Node]) -> Iterator[Applied]:
    for node in nodes:
        if node.layer is None:
            continue
        if family_of(node.layer) == "normalisation":
            yield Applied(node.layer.class_name or "?", "normalisation")
        elif name := activation(node.layer):
            yield Applied(name, "activation")


def _common(place: Place) -> Iterator[str]:
    """The details that all repeats have, and those that the first alone has, which say so."""
    said = [_details(station) for station in place.stations]
    firsts = [_turn(turns) == 0 for turns in place.turns]
    for text in said[0]:
        held = [text in other for other in said]
        if all(held):
            yield text
        elif held == firsts:
            yield f"{text} in 1st"


def _steps(node: Node) -> int:
    """How often what is inside stands for one call: once, or for each step of a sequence of known length."""
    shape = node.outputs[0].shape if node.outputs else None
    length = shape[1] if shape and len(shape) > 1 and node.layer and repeats_in_time(node.layer) else 1
    return length or 1


def _turn(turns: Turns) -> int:
    """Which of the repeats of the innermost block it is, from 0."""
    return turns[-1][1] if turns else 0


def _steady(given: Sequence[tuple[Extent | None, ...]]) -> bool:
    """Whether each axis of what the repeats give only grows, or only shrinks."""
    rows = [[axis for extent in one for axis in (extent.shape if extent else (None,))] for one in given]
    if any(len(row) != len(rows[0]) for row in rows):
        return False
    for column in zip(*rows, strict=True):
        if len(set(column)) > 1 and None in column:
            return False
        pairs = [(one, other) for one, other in pairwise(column) if one is not None and other is not None]
        if any(a < b for a, b in pairs) and any(a > b for a, b in pairs):
            return False
    return True


def _layers(stations: Iterable[Station]) -> dict[str, Layer]:
    """The layers of stations and those inside, by path."""
    found: dict[str, Layer] = {}
    for station in stations:
        for node in station.nodes:
            if node.layer is not None:
                found.setdefault(node.layer.path, node.layer)
                found.update((inner.path, inner) for inner in node.layer.walk())
    return found


def _details(station: Station) -> tuple[str, ...]:
    """The telling arguments of a station's main layer without its activation; of an operation its numbers."""
    layer, call = station.main.layer, station.main.call
    if layer is None:
        return ()
    own = wrapped(layer) or layer
    plain = {key: value for key, value in own.config.items() if key != "activation"}
    constants = call.constants if call and is_operation(layer) else {}
    numbers = (str(value) for value in constants.values() if isinstance(value, int | float))
    return (*telling_arguments(own.class_name, plain), *numbers)


def _class(layer: Layer | None) -> str | None:
    """The class, with that of the layer inside a wrapper; of TensorFlow's functions what they are called."""
    if layer is None:
        return "InputLayer"
    inside = wrapped(layer)
    if inside is not None:
        return f"{layer.class_name}({_class(inside) or '?'})"
    return operation(layer) or None


def _family(layer: Layer | None) -> Family:
    """The family of the layer, or of that inside a wrapper."""
    if layer is None:
        return "input-output"
    inside = wrapped(layer)
    return _family(inside) if inside is not None else family_of(layer)


def _title(place: Place) -> str:
    """What the names in the first repeat of a block, and in the others, have in common."""
    rows: dict[object, list[str]] = {}
    for inner in place.walk():
        for station, turns in zip(inner.stations, inner.turns, strict=True):
            rows.setdefault(turns[: _depth(place)], []).extend(node.name for node in station.nodes)
    return block_title([*rows.values()])


def _depth(place: Place) -> int:
    """How many blocks stand around what is in a block, the block itself among them."""
    depth = 0
    inner = place
    while not inner.stations:
        depth += inner.repeats > 1
        inner = inner.items[0]
    return len(inner.turns[0]) - depth + 1
