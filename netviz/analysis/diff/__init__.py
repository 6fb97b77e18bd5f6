"""Two models held against each other: which layers are the same, what changed in them, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from netviz.analysis.diff.comparing import Comparing
from netviz.analysis.diff.notes import notes_of
from netviz.analysis.diff.results import Comparison, LayerDiff, ModelDiff, Pair
from netviz.model import Layer, Model

if TYPE_CHECKING:
    from netviz.analysis.health import Progress


def diff_models(
    a: Model,
    b: Model,
    *,
    structure_only: bool = False,
    ignore_names: bool = False,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    progress: Progress | None = None,
) -> ModelDiff:
    """What differs from `a` to `b`: layers, settings, shapes, dtypes, connections, and the values of weights.

    Values are close where |a - b| <= atol + rtol·max(|a|, |b|); with `structure_only` they are left alone. With
    `ignore_names` other names of layers and models are no difference; layers are matched as without. `progress` is
    called with the bytes of values done and in all. `diff_models(b, a)` has the same pairs, with the sides swapped.
    """
    comparing = Comparing(a, b, ignore_names)
    layers = list(comparing.layer_diffs())
    changes, pairs = comparing.model_changes()
    diff = ModelDiff(a, b, tuple(layers), changes, (), notes_of(comparing.passed, a, b), structure_only, ignore_names)
    if structure_only or not all(told.values for told in comparing.told):
        return diff
    both = {
        place: (layer.a, layer.b, comparing.weights.get(layer.b.path, ()))
        for place, layer in enumerate(layers)
        if layer.a is not None and layer.b is not None
    }
    own, *values = _values(a, b, [(a.root, b.root, pairs), *both.values()], rtol, atol, progress)
    for place, found in zip(both, values, strict=True):
        layers[place] = _with_values(layers[place], found)
    return replace(diff, own_weights=own, layers=tuple(layers))


_Owner = tuple[Layer, Layer, Sequence[Pair]]
"""Two layers that are counterparts, with those of their weights that are."""


def _values(
    a: Model, b: Model, owners: list[_Owner], rtol: float, atol: float, progress: Progress | None
) -> list[tuple[Comparison, ...]]:
    """The comparisons of the pairs of each owner."""
    asked = [(x, y, *pair) for x, y, pairs in owners for pair in pairs]
    if not asked:
        return [()] * len(owners)
    from netviz.analysis.diff.values import compare_weights  # numpy is needed for nothing else here

    found = iter(compare_weights(asked, a, b, rtol=rtol, atol=atol, progress=progress))
    return [tuple(next(found) for _ in pairs) for _, _, pairs in owners]


def _with_values(layer: LayerDiff, values: tuple[Comparison, ...]) -> LayerDiff:
    if not values:
        return layer
    changed = "changed" in layer.kinds or all(one.same for one in values)
    return replace(layer, weights=values, kinds=layer.kinds if changed else (*layer.kinds, "changed"))


__all__ = ["diff_models"]
