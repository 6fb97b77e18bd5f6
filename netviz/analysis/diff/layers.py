"""What differs between two layers that are counterparts: settings, calls, and which weights are each other's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.analysis.diff.configs import class_of, config_changes, training_changes
from netviz.analysis.diff.results import MISSING, Change, Pair
from netviz.analysis.diff.wiring import same_tensor, tensor_value
from netviz.model import Layer, Model, Weight

UNNAMED = re.compile(r"(vars/)?\d+|variable(_\d+)?|\?")
"""Names of weights that no one gave: where a file numbers them."""

DERIVED = "weights-derived"
"""The code of a note that a model holds no weights: those that it has follow from its config."""

ALONE = frozenset({"weights-only", "layers-unknown"})
"""Codes of notes that a source tells weights and not what layers are."""


class Held(NamedTuple):
    """What a model holds: whether values of weights, and whether it tells layers that have no weights."""

    values: bool
    layers: bool

    @classmethod
    def by(cls, model: Model) -> Held:
        codes = {note.code for note in model.notes}
        return cls(model.store is not None and DERIVED not in codes, codes.isdisjoint(ALONE))


@dataclass(slots=True)
class Compared:
    """What was passed over while layers were compared, because a side does not tell."""

    held: tuple[Held, Held]
    one_sided: bool
    settings: int = 0
    weights: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def setting_changes(self, a: Layer, b: Layer) -> Iterator[Change]:
        """Class, trainable, dtype and config; those of different classes have no settings in common."""
        first, second = class_of(a), class_of(b)
        if first is None or second is None:
            return
        if first != second:
            yield Change("class", "", a.class_name, b.class_name)
        if a.trainable != b.trainable and a.config and b.config:
            yield Change("trainable", "", a.trainable, b.trainable)
        if a.dtype != b.dtype and a.dtype is not None and b.dtype is not None:
            yield Change("dtype", "", a.dtype, b.dtype)
        if first == second:
            found, passed = config_changes(a, b, one_sided=self.one_sided)
            self.settings += passed
            yield from found

    def weight_changes(self, a: Layer, b: Layer, changes: list[Change]) -> list[Pair]:
        """The weights that are counterparts; what differs in shape or dtype, or is on one side only, goes to `changes`.

        Of layers of two classes only what is alike in name and shape is a counterpart: the rest belongs to the class.
        """
        if a.weights == b.weights:
            return list(zip(a.weights, b.weights, strict=True))
        replaced = class_of(a) != class_of(b) and None not in (a.class_name, b.class_name)
        pairs, ours, theirs = paired(a.weights, b.weights)
        if replaced:
            return [(one, other) for one, other in pairs if one.tensor.shape == other.tensor.shape]
        for one, other in pairs:
            if not same_tensor(one.tensor, other.tensor):
                changes.append(Change("weight", other.name, tensor_value(one.tensor), tensor_value(other.tensor)))
        if ours or theirs:
            if self.tells_nothing(a, b):
                self.weights.append(b.path)
            else:
                changes += [Change("weight", one.name, tensor_value(one.tensor), MISSING) for one in ours]
                changes += [Change("weight", one.name, MISSING, tensor_value(one.tensor)) for one in theirs]
        return pairs

    def tells_nothing(self, a: Layer, b: Layer) -> bool:
        """Whether the weights of one side are not known: made up for from a config, or kept by layers inside of it."""
        for (held, _), layer in zip(self.held, (a, b), strict=True):
            if not held and any(weight.name == "?" or weight.tensor.shape is None for weight in layer.weights):
                return True
        return (a.graph is None) != (b.graph is None) or not all(held.values for held in self.held)


def paired(ours: tuple[Weight, ...], theirs: tuple[Weight, ...]) -> tuple[list[Pair], list[Weight], list[Weight]]:
    """The weights that are counterparts, and what is left on both sides: by name, by its last word, then by order."""
    pairs: list[Pair] = []
    left, right = list(ours), list(theirs)
    for key in ("name", "role"):
        counts = [Counter(getattr(weight, key) for weight in side) for side in (left, right)]
        by_key = {getattr(weight, key): weight for weight in right}
        for one in list(left):
            name = getattr(one, key)
            if counts[0][name] == counts[1][name] == 1:
                pairs.append((one, by_key[name]))
                left.remove(one)
                right.remove(by_key[name])
    unnamed = [any(UNNAMED.fullmatch(weight.name) for weight in side) for side in (left, right)]
    if any(unnamed) and len(left) == len(right) and all(map(_may_be, left, right)):
        pairs += zip(left, right, strict=True)
        left, right = [], []
    elif any(unnamed):
        pairs += _by_shape(left, right)
    return pairs, left, right


def _may_be(one: Weight, other: Weight) -> bool:
    return same_tensor(one.tensor, other.tensor)


def _by_shape(left: list[Weight], right: list[Weight]) -> list[Pair]:
    """Takes from both sides what is there once of its shape."""
    shapes = [Counter(weight.tensor.shape for weight in side) for side in (left, right)]
    by_shape = {weight.tensor.shape: weight for weight in right}
    pairs = []
    for one in list(left):
        shape = one.tensor.shape
        if shape is not None and shapes[0][shape] == shapes[1][shape] == 1:
            pairs.append((one, by_shape[shape]))
            left.remove(one)
            right.remove(by_shape[shape])
    return pairs


def compiled_changes(a: Model, b: Model, one_sided: bool) -> tuple[list[Change], str]:
    """What differs in how two models were compiled, and a note where it could not be compared."""
    if not a.training or not b.training:
        if not a.training and not b.training:
            return [], ""
        side = "B" if a.training else "A"
        return [], f"{side} does not say what it was compiled with: optimizer, loss and metrics were not compared."
    first, second = dict(a.training), dict(b.training)
    note = ""
    if ("optimizer" in first) != ("optimizer" in second):
        side = "B" if "optimizer" in first else "A"
        note = f"{side} does not say which optimizer it was compiled with: it was not compared."
        first.pop("optimizer", None)
        second.pop("optimizer", None)
    return training_changes(first, second, one_sided=one_sided)[0], note
