"""The variables of a layer whose file holds none: names from the catalog, shapes from settings and input."""

from __future__ import annotations

from netviz.catalog.dtypes import variable_dtype
from netviz.catalog.kinds import RULE_ERRORS, Arguments, LayerKind
from netviz.model import Config, Tensor, Weight
from netviz.readers.plan import below


def derived_weights(
    kind: LayerKind | None, config: Config, arguments: Arguments | None, path: str, trainable: bool
) -> tuple[Weight, ...]:
    """The variables that the layer at `path` would have, those whose shape cannot be known with an unknown one.

    A class that the catalog does not know may have any: one of unknown name and shape stands for them.
    Where they lie is the place they would have by their names: they lie nowhere.
    """
    if kind is None:
        return (Weight(below(path, "?"), "?", Tensor(None), trainable),)
    try:
        expected = kind.shapes(config, arguments or Arguments()) if kind.shapes else {}
    except RULE_ERRORS:
        expected = {}
    weights = []
    for spec in kind.weights(config):
        found = expected.get(spec.name)
        shape = None if found is None or any(axis is None or axis < 0 for axis in found.shape) else found.shape
        dtype = None if found is None or not found.of_policy else variable_dtype(config)
        weights.append(Weight(below(path, spec.name), spec.name, Tensor(shape, dtype), trainable and spec.trainable))
    return tuple(weights)
