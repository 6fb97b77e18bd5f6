"""What differs between two layers that are counterparts: settings, and which weights are each other's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz import catalog
from netviz.analysis.diff.configs import class_of, config_changes, training_changes
from netviz.analysis.diff.results import MISSING, Change, Pair
from netviz.analysis.diff.wiring import same_tensor, tensor_value
from netviz.catalog.kinds import RULE_ERRORS
from netviz.model import Layer, Model, Weight

UNNAMED = re.compile(r"(vars/)?\d+|variable(_\d+)?|\?")
"""Names of weights that nobody gave: where a file numbers them, or what they are is unknown."""

DERIVED = "weights-derived"
"""The code of the note that a model holds no weights: those that it has follow from its config."""

ALONE = frozenset({"weights-only", "layers-unknown"})
"""Codes of the notes that a source tells of weights and not what layers are."""


class Told(NamedTuple):
    """What a source tells: the values of weights, and what layers are and that there are some without weights."""

    values: bool
    layers: bool

    @classmethod
    def by(cls, model: Model) -> Told:
        codes = {note.code for note in model.notes}
        return cls(model.store is not None and DERIVED not in codes, codes.isdisjoint(ALONE))


@dataclass(slots=True)
class Passed:
    """What was passed over while layers were compared, because a side does not tell.

    With `one_sided` a setting that only one side states is a difference. `settings` counts those passed over;
    `weights` and `inside` are the paths of layers of which only one side tells the weights or what is inside, `layers`
    the paths of those that only one side tells of; `compiled` says what is not known of how they were compiled.
    """

    told: tuple[Told, Told]
    one_sided: bool
    settings: int = 0
    weights: dict[str, None] = field(default_factory=dict)
    inside: dict[str, None] = field(default_factory=dict)
    layers: list[str] = field(default_factory=list)
    compiled: str = ""


def setting_changes(a: Layer, b: Layer, passed: Passed) -> Iterator[Change]:
    """Class, trainable, dtype and config, as far as both are known; layers of two classes share no settings."""
    first, second = class_of(a), class_of(b)
    if first is None or second is None:
        return
    if first != second:
        yield Change("class", "", a.class_name, b.class_name)
    if a.trainable != b.trainable and a.config and b.config and (_may_hold(a) or _may_hold(b)):
        yield Change("trainable", "", a.trainable, b.trainable)
    if a.dtype != b.dtype and a.dtype is not None and b.dtype is not None:
        yield Change("dtype", "", a.dtype, b.dtype)
    if first == second:
        found, one_sided = config_changes(a, b, one_sided=passed.one_sided)
        passed.settings += one_sided
        yield from found


def _may_hold(layer: Layer) -> bool:
    """Whether a layer has weights, or one inside, or could have some that are not known; it says nothing of others
    that they are trained."""
    return any(one.weights or _could_hold(one) for one in (layer, *layer.walk()))


def _could_hold(layer: Layer) -> bool:
    """Whether layers of that class have weights, as far as is known."""
    kind = catalog.find(layer.class_name, layer.module)
    try:
        return kind is None or kind.stored is not None or bool(kind.weights(layer.config))
    except RULE_ERRORS:
        return True


def weight_changes(a: Layer, b: Layer, found: list[Change], passed: Passed) -> list[Pair]:
    """The weights that are counterparts; what differs in shape or dtype, or is on one side only, is added to `found`.

    Of layers of two classes only what is alike in name and shape is a counterpart: the rest goes with the class.
    """
    if a.weights == b.weights:
        return list(zip(a.weights, b.weights, strict=True))
    alone = not all(told.layers for told in passed.told)
    opened = [layer.graph is not None for layer in (a, b)]
    ours, theirs = a.weights, b.weights
    if alone and opened[0] != opened[1]:  # one side keeps the weights in a layer inside
        ours, theirs = a.all_weights, b.all_weights
    pairs, left, right = paired(ours, theirs, by_place=alone)
    if class_of(a) != class_of(b) and None not in (a.class_name, b.class_name):
        return [pair for pair in pairs if pair[0].tensor.shape == pair[1].tensor.shape]
    if alone and any(_packed(one, other) for one, other in pairs):
        passed.weights.setdefault(b.path)
        pairs = [(one, other) for one, other in pairs if not _packed(one, other)]
    for one, other in pairs:
        if not same_tensor(one.tensor, other.tensor):
            found.append(Change("weight", other.name, tensor_value(one.tensor), tensor_value(other.tensor)))
    if not left and not right:
        return pairs
    if _unknown(a, b, passed) or (alone and any(UNNAMED.fullmatch(weight.name) for weight in (*left, *right))):
        passed.weights.setdefault(b.path)
    else:
        found += [Change("weight", one.name, tensor_value(one.tensor), MISSING) for one in left]
        found += [Change("weight", one.name, MISSING, tensor_value(one.tensor)) for one in right]
    return pairs


def _packed(one: Weight, other: Weight) -> bool:
    """Whether one side only tells how the values are stored: weights alone do not say that int4 shares bytes."""
    return (one.stored is None) != (other.stored is None) and (one.stored or one.tensor) == (
        other.stored or other.tensor
    )


def _unknown(a: Layer, b: Layer, passed: Passed) -> bool:
    """Whether it is not known what weights one side has: they are made up for, or kept by what is inside of it."""
    made_up = not all(told.values for told in passed.told)
    return made_up or (a.graph is None) != (b.graph is None)


def paired(
    ours: tuple[Weight, ...], theirs: tuple[Weight, ...], by_place: bool = False
) -> tuple[list[Pair], list[Weight], list[Weight]]:
    """The weights that are counterparts, and what is left on both sides: by name, by its last word, then by order.

    With `by_place` first by where they lie, which is the same in a file of weights alone and in that of the model.
    """
    pairs: list[Pair] = []
    left, right = list(ours), list(theirs)
    for key in ("path", "name", "role") if by_place else ("name", "role"):
        pairs += _once(left, right, [[getattr(weight, key) for weight in side] for side in (left, right)])
    pairs += _once(left, right, [[weight.name.replace("quantized_", "") for weight in side] for side in (left, right)])
    if any(UNNAMED.fullmatch(weight.name) for weight in (*left, *right)):
        if len(left) == len(right) and all(map(_may_be, left, right)):
            pairs += zip(left, right, strict=True)
            return pairs, [], []
        pairs += _once(left, right, [[weight.tensor.shape for weight in side] for side in (left, right)])
        if _ranks(left) == _ranks(right):
            pairs += zip(left, right, strict=True)
            return pairs, [], []
    return pairs, left, right


def _once(left: list[Weight], right: list[Weight], keys: list[list[object]]) -> list[Pair]:
    """Takes from both sides the weights whose key (None: unknown) is there once on each, and pairs them."""
    counts = [Counter(side) for side in keys]
    by_key = dict(zip(keys[1], right, strict=True))
    pairs = []
    kept = []
    for one, key in zip(left, keys[0], strict=True):
        if key is not None and counts[0][key] == counts[1][key] == 1:
            pairs.append((one, by_key[key]))
        else:
            kept.append(one)
    taken = {id(other) for _, other in pairs}
    left[:] = kept
    right[:] = [other for other in right if id(other) not in taken]
    return pairs


def _may_be(one: Weight, other: Weight) -> bool:
    return same_tensor(one.tensor, other.tensor)


def _ranks(weights: list[Weight]) -> list[int | None]:
    """How many axes each has; -1 for what is stored in another form, whose names tell what it is."""
    return [-n if w.stored else len(w.tensor.shape) if w.tensor.shape else None for n, w in enumerate(weights, 1)]


def compiled_changes(a: Model, b: Model, passed: Passed) -> list[Change]:
    """What differs in how two models were compiled; what only one side tells is no difference."""
    if not a.training and not b.training:
        return []
    if not a.training or not b.training:
        side = "B" if a.training else "A"
        passed.compiled = f"{side} does not say how it was compiled: optimizer, loss and metrics were not compared."
        return []
    first, second = dict(a.training), dict(b.training)
    if bool(first.get("optimizer")) != bool(second.get("optimizer")):
        side = "B" if first.get("optimizer") else "A"
        passed.compiled = f"{side} does not say with which optimizer it was compiled: optimizers were not compared."
        first.pop("optimizer", None)
        second.pop("optimizer", None)
    found, one_sided = training_changes(first, second, one_sided=passed.one_sided)
    passed.settings += one_sided
    return found
