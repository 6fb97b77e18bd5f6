"""Which layers may stand for each other in a repeated block: those of one label.

Names never count; classes, dtypes, and which layers are one and the same always do. For the rest there are levels:

1  all settings but sizes (filters, units, strides, rates, …): the blocks of one architecture, as a paper draws them
2  neither numbers nor the kind of padding: also convolutions that differ in kernel size
3  as 2, and paddings and dropouts may be missing in some of the repeats
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field

from netviz.analysis.diagram.scene import Node
from netviz.analysis.subjects import family_of
from netviz.model import Config, Graph, Layer

LEVELS = (1, 2, 3)

UNSTRUCTURAL = frozenset({
    "name", "trainable", "dtype", "seed", "batch_input_shape", "batch_shape", "input_dtype", "build_config",
    "registered_name", "autocast", "renorm_momentum", "build_input_shape", "input_shape",
})  # fmt: skip
"""Settings that say nothing of what a layer computes from its inputs, and those that only repeat a shape."""

SIZES = frozenset({
    "filters", "units", "strides", "depth_multiplier", "rate", "momentum", "epsilon", "target_shape", "dims",
    "input_dim", "output_dim", "num_heads", "key_dim", "value_dim", "head_dim", "num_query_heads", "n", "scale",
    "num_key_value_heads", "drop_path_rate", "projection_dim", "offset", "nb_filter", "subsample", "height",
    "width", "size",
})  # fmt: skip
"""Settings that are numbers and grow or shrink along a network, by the names that Keras gives them."""

_PADDINGS = ("ZeroPadding", "Cropping")


@dataclass(slots=True)
class Labels:
    """Gives nodes their labels at one level of folding; equal ones are the same number.

    A layer that is `shared` (by path), called more than once, is alike to itself alone.
    """

    level: int
    shared: Collection[str] = ()
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _layers: dict[int, int] = field(default_factory=dict)

    def of(self, node: Node) -> int:
        """The label of a call, by its layer, what is inside it and its constants."""
        if node.layer is None or node.stub:
            return self._number(("end", node.id))
        constants = _frozen(node.call.constants if node.call else {}, self.level > 1)
        return self._number((self._of_layer(node.layer), bool(node.children), node.call is None, constants))

    def optional(self, node: Node) -> bool:
        """Whether a repeat may lack it."""
        if self.level < 3 or node.layer is None or node.children:
            return False
        return (node.layer.class_name or "").startswith(_PADDINGS) or family_of(node.layer) == "regularisation"

    def _of_layer(self, layer: Layer) -> int:
        known = self._layers.get(id(layer))  # of the model that is held meanwhile, so no id is given twice
        if known is None:
            own = layer.path if layer.path in self.shared else None
            key: Hashable = (layer.class_name, layer.module, layer.dtype, own, self._settings(layer))
            known = self._layers[id(layer)] = self._number(key)
        return known

    def _settings(self, layer: Layer) -> Hashable:
        if layer.graph is not None and layer.graph.layers:
            return self._of_graph(layer.graph)
        return frozenset(
            (key, "number" if self.level == 1 and key in SIZES and _numeric(value) else _frozen(value, self.level > 1))
            for key, value in layer.config.items()
            if key not in UNSTRUCTURAL
            and not key.endswith(("_initializer", "_constraint"))
            and not (self.level > 1 and key == "padding")
        )

    def _of_graph(self, graph: Graph) -> Hashable:
        """The calls of a graph with what feeds them: graphs with equal ones compute alike."""
        layers = {layer.name: self._of_layer(layer) for layer in graph.layers}
        calls = tuple(
            (
                layers[call.layer],
                _frozen(call.constants, self.level > 1),
                tuple((feed.argument, feed.source and (feed.source.call, feed.source.index)) for feed in call.inputs),
            )
            for call in graph.calls
        )
        return calls or tuple(layers.values())

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def _numeric(value: object) -> bool:
    """Whether it is a number, or a list of nothing else."""
    if isinstance(value, list | tuple):
        return all(_numeric(item) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _frozen(value: object, loosely: bool) -> Hashable:
    """A JSON value as one that can be a key; `loosely`, any number is as good as another."""
    if loosely and _numeric(value):
        return "number"
    if isinstance(value, Mapping):
        return frozenset((str(key), _frozen(item, loosely)) for key, item in value.items() if key not in UNSTRUCTURAL)
    if isinstance(value, list | tuple):
        return tuple(_frozen(item, loosely) for item in value)
    return value if isinstance(value, Hashable) else repr(value)


def varying_settings(configs: list[Config]) -> list[tuple[str, list[object]]]:
    """The settings that are not the same in all of the configs, with their values in order.

    Those that say nothing of what a layer computes are left out, but for whether it is trained.
    """
    keys = dict.fromkeys(key for config in configs for key in config)
    found = []
    for key in keys:
        if key != "trainable" and (key in UNSTRUCTURAL or key.endswith(("_initializer", "_constraint"))):
            continue
        values = [config.get(key) for config in configs]
        if any(value != values[0] for value in values):
            found.append((key, values))
    return found
