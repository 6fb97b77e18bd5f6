"""Blocks as the boxes and groups of a diagram, with all that may be written on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from netviz.analysis.diagram.blocks import Block, Turns
from netviz.analysis.diagram.labels import varying_settings
from netviz.analysis.diagram.scene import Node
from netviz.analysis.diagram.titles import block_title, common_stem, composition, without_stem
from netviz.analysis.settings import setting_text
from netviz.analysis.subjects import family_of
from netviz.catalog.telling import activation_name, telling_arguments
from netviz.model import Call, Layer
from netviz.views import Box, Group, Trainable, Variation

Label = Callable[[Layer, Call | None], str]
"""Gives what stands on the card of a call."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What is to be said of each box, beyond what is always said."""

    config: tuple[str, ...] = ()
    label: Label | None = None
    value: Callable[[Layer], float | None] = lambda layer: None
    highlighted: frozenset[str] = frozenset()


@dataclass(slots=True)
class Boxes:
    """Makes boxes of blocks; `ids` gives the id of the box or group by the path of a call in it.

    `total` are the model's parameters, `shared` the numbers of the layers that are called more than once, `outputs` the
    calls whose tensors leave the model, `taken` the ids that are in use, `groups` those of repeated blocks by number.
    """

    total: int
    shared: Mapping[str, int]
    wording: Wording
    outputs: frozenset[str]
    taken: set[str]
    groups: dict[int, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def of(self, blocks: Iterable[Block]) -> tuple[Box | Group, ...]:
        return tuple(self._item(block) for block in blocks)

    def _item(self, block: Block) -> Box | Group:
        if block.repeats:
            return self._repeated(block)
        nodes = block.nodes
        for node in nodes:
            self.ids[node.id] = nodes[0].id
        if not block.children:
            for node in nodes:
                for inner in node.walk():
                    self.ids[inner.id] = nodes[0].id
            return self._box(block)
        children = self.of(block.children)
        layer = nodes[0].layer
        assert layer is not None, "an end holds nothing"
        layers = _layers(nodes)
        return Group(
            nodes[0].id, layer.name, layer.class_name, family_of(layer), children,
            parameters=count(layers), layers=tuple(layers), shared=self.shared.get(layer.path),
            varies=variations([node.layer.config for node in nodes if node.layer]), outputs=_shapes(nodes[0]),
            last_outputs=_last_shapes(nodes), leaves=any(node.id in self.outputs for node in nodes),
        )  # fmt: skip

    def _repeated(self, block: Block) -> Group:
        names = _names(block)
        stems = {turns: common_stem(own) for turns, own in names.items()}
        children = tuple(
            _in_block(child, inner, block.number, stems)
            for child, inner in zip(self.of(block.children), block.children, strict=True)
        )
        nodes = [node for inner in block.walk() for node in inner.nodes]
        layers = _layers(nodes)
        title = block_title([*names.values()]) or composition([_class(inner) for inner in block.walk() if inner.nodes])
        # A group is named by what it begins with, so that a block around it that begins alike has another name.
        id = f"{children[0].id}…"
        while id in self.taken:
            id += "…"
        self.taken.add(id)
        self.groups[block.number] = id
        return Group(
            id, title, None, "unknown", children, block.repeats, block.parallel,
            _head_variations(children), count(layers), tuple(layers),
        )  # fmt: skip

    def _box(self, block: Block) -> Box:
        nodes = block.nodes
        first = nodes[0]
        if first.layer is None or first.stub:
            return Box(
                first.id, (first.name,), (first.layer.class_name if first.layer else None,),
                family_of(first.layer) if first.layer else "input-output", "stub" if first.stub else "end",
                outputs=_shapes(first),
            )  # fmt: skip
        layer, layers = first.layer, _layers(nodes)
        inside = sum(1 for _ in layer.walk())
        counts = [_parameters(node) for node in nodes]
        total = count(layers)
        values = [self.wording.value(node.layer) for node in nodes if node.layer]
        known = [value for value in values if value is not None]
        places = len(nodes) + block.lacking
        return Box(
            id=first.id,
            names=(layer.name,),
            classes=(layer.class_name,),
            family=family_of(layer),
            kind="closed" if inside else "layer",
            details=telling_arguments(layer.class_name, layer.config),
            inputs=first.call.input_shapes if first.call else (),
            outputs=_shapes(first),
            last_outputs=_last_shapes(nodes),
            parameters=total,
            share=None if total is None else total / self.total if self.total else 0.0,
            each=(counts[0], counts[-1]) if len(nodes) > 1 else None,
            activation=activation_name(layer.config),
            dtype=layer.dtype or "",
            trainable=_trainable(nodes),
            settings=tuple(self._settings(layer)),
            varies=variations([node.layer.config for node in nodes if node.layer]),
            present=(len(nodes), places) if block.lacking else None,
            shared=self.shared.get(layer.path),
            calls=tuple(node.id for node in nodes),
            layers=tuple(layers),
            inside=inside,
            label=self.wording.label(layer, first.call) if self.wording.label else None,
            value=sum(known) / len(known) if known else None,
            highlighted=not self.wording.highlighted.isdisjoint(layers),
            leaves=any(node.id in self.outputs for node in nodes),
        )

    def _settings(self, layer: Layer) -> Iterable[tuple[str, str]]:
        for key in self.wording.config:
            if key in layer.config:
                yield key, setting_text(layer.config[key])


def _layers(nodes: Iterable[Node]) -> dict[str, Layer]:
    """The layers of the nodes and those inside, by path."""
    found: dict[str, Layer] = {}
    for node in nodes:
        if node.layer is not None and node.layer.path not in found:
            found[node.layer.path] = node.layer
            found.update((inner.path, inner) for inner in node.layer.walk())
    return found


def count(layers: Mapping[str, Layer]) -> int | None:
    """The parameters of the layers, each stored variable once; None where one is of unknown size."""
    weights = {weight.path: weight for layer in layers.values() for weight in layer.weights}
    sizes = [weight.tensor.size for weight in weights.values()]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _parameters(node: Node) -> int | None:
    counts = node.layer.parameters if node.layer else None
    return None if counts is None or counts.unknown else counts.total


def _shapes(node: Node) -> tuple[tuple[int | None, ...] | None, ...]:
    return tuple(tensor.shape for tensor in node.outputs)


def _last_shapes(nodes: Sequence[Node]) -> tuple[tuple[int | None, ...] | None, ...]:
    """The shapes of the last node where they are others than those of the first."""
    return _shapes(nodes[-1]) if _shapes(nodes[-1]) != _shapes(nodes[0]) else ()


def _trainable(nodes: Sequence[Node]) -> Trainable:
    """Whether the layers of the nodes are trained."""
    return together(
        "trainable" if node.layer.trainable else "frozen" for node in nodes if node.layer and node.layer.all_weights
    )


def together(answers: Iterable[Trainable]) -> Trainable:
    """The answer for all: "partly" where they differ, None where nothing has weights."""
    different = {answer for answer in answers if answer}
    return different.pop() if len(different) == 1 else "partly" if different else None


def variations(configs: Sequence[Mapping[str, object]]) -> tuple[Variation, ...]:
    """The settings in which the configs differ."""
    return tuple(
        _variation(key, [setting_words(value) for value in values]) for key, values in varying_settings(list(configs))
    )


def _variation(key: str, values: Sequence[str]) -> Variation:
    runs = tuple(value for place, value in enumerate(values) if not place or value != values[place - 1])
    different = tuple(dict.fromkeys(values))
    return Variation(key, different, alternating=len(runs) > len(different))


def setting_words(value: object) -> str:
    """A setting's value in few characters: `3×3` for [3, 3], three digits of a fraction."""
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list | tuple) and value:
        inside = [setting_words(item) for item in value]
        return ("×" if all(isinstance(item, int) for item in value) else ", ").join(inside)
    if isinstance(value, str | int) or value is None:
        return setting_text(value)
    return json.dumps(value, ensure_ascii=False, default=str)[:40]


SAID_IN_HEADS = ("filters", "units", "num_heads", "output_dim", "kernel_size", "pool_size", "strides", "dilation_rate")
"""Of what varies in a block, in order, what its head says; the rest stands on the cards."""

HEAD_MOST = 2


def _head_variations(children: Sequence[Box | Group]) -> tuple[Variation, ...]:
    """What the head of a block says varies in it, as it is in the largest of the boxes where it does."""
    found: dict[str, Variation] = {}
    own = [child for child in children if isinstance(child, Box)] or children
    for child in sorted(own, key=lambda child: -(child.parameters or 0)):
        for variation in child.varies:
            found.setdefault(variation.setting, variation)
    return tuple(found[name] for name in SAID_IN_HEADS if name in found)[:HEAD_MOST]


def _class(block: Block) -> str | None:
    layer = block.nodes[0].layer
    return layer.class_name if layer else None


def _names(block: Block) -> dict[Turns, list[str]]:
    """The names of the layers in each repeat of a block, in order, by the turns as far as those of the block."""
    found: dict[Turns, list[str]] = {}
    for inner in block.walk():
        for node, turns in zip(inner.nodes, inner.turns, strict=True):
            found.setdefault(_until(turns, block.number), []).append(node.name)
    return {turns: found[turns] for turns in sorted(found, key=lambda turns: [turn.number for turn in turns])}


def _until(turns: Turns, block: int) -> Turns:
    """The turns around a call as far as those of a block."""
    return turns[: next(place for place, turn in enumerate(turns) if turn.block == block) + 1]


def _in_block(item: Box | Group, place: Block, block: int, stems: Mapping[Turns, str]) -> Box | Group:
    """The box of a place in a repeated block under the name that it has in all repeats, beyond the stems of these.

    Where there is no such name it has that of the first repeat, and an ellipsis. A group is as it was.
    """
    if isinstance(item, Group) or item.kind in ("end", "stub"):
        return item
    names = [node.name for node in place.nodes]
    beyond = {without_stem(name, stems[_until(turns, block)]) for name, turns in zip(names, place.turns, strict=True)}
    if len(beyond) == 1:
        return replace(item, names=(beyond.pop(),))
    return item if len(set(names)) == 1 else replace(item, names=(f"{names[0]} …",))
