"""What differs between two models: the result of `netviz.diff`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from netviz.model import Layer, Model, Weight


class Missing(Enum):
    """`MISSING` stands for what one side does not have at all; None is what it has as null, or what is unknown."""

    MISSING = "missing"


MISSING = Missing.MISSING

Kind = Literal["added", "removed", "replaced", "renamed", "moved", "changed"]
"""What became of a layer from the first model to the second:

added     only the second has it
removed   only the first has it
replaced  another class stands in its place
renamed   it has another name
moved     it stands elsewhere: in another model inside, or in another order among the layers that stayed
changed   settings, shapes, dtypes, connections or weights differ

A layer can be renamed, moved and changed at once; added and removed stand alone.
"""

Aspect = Literal[
    "name", "place", "order", "class", "trainable", "dtype", "config", "calls", "connection", "input", "output",
    "weight",
]  # fmt: skip
"""What a change is of:

name        `a` and `b` are names; class: class names
place       paths of what holds it ("" is the model itself); order: names of the layers before it ("": it is the first)
trainable   true or false; dtype: names of policies
config      `item` is the setting's place ("strides", "kernel_initializer.config.seed")
calls       how often it is called
connection  `item` is the argument ("0", "mask", with "#2" behind it for the second call), `a` and `b` what gives it by
            name, or the value of one that is no tensor; "outputs.0" is what gives an output of a model (inside),
            "inputs.0" which of its layers the first input is
input       `item` as for connections, `a` and `b` shape and dtype in words; output: `item` is the number of the output
weight      `item` is the weight's name, `a` and `b` shape and dtype: where they differ, or one side lacks the weight
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; `a` and `b` are JSON values, or MISSING. At the model itself aspects are as at a layer,
    and config items of what it was compiled with begin with "training."."""

    aspect: Aspect
    item: str
    a: object
    b: object


Verdict = Literal["identical", "close", "changed", "permuted", "transposed", "pruned", "quantised", "resized", "unread"]
"""What the values of two weights are to each other, the first that holds:

identical   equal, value by value (NaN equals NaN)
close       |a - b| <= atol + rtol·max(|a|, |b|) everywhere, or where the sides are of different float dtypes within the
            rounding to the narrower one
permuted    the same values along an axis in another order, or all of them in another order
transposed  the same values with the axes in another order
pruned      the same but for values that are 0 on one side: two at least and one of 100, and not all of that side
quantised   one side is stored quantised, and stands for the values of the other
changed     otherwise
resized     the shapes differ, so that values cannot be compared
unread      the values of one side cannot be had; `reason` says why
"""


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """The values of one weight held against those of its counterpart.

    `values` is how many there are on each side, `differing` of how many pairs the two are not equal. `maximum` is the
    largest |a - b|, `relative` the Euclidean norm of a - b by the larger of those of a and b, `cosine` that of the
    angle between both as vectors; of finite pairs, None where there are none, or where pairs differ but no finite one
    does. `nonfinite` is how many values are NaN or infinite on each side. `zeros` are the shares of zeros. Of equal
    bytes only `values` is counted; `maximum` and `relative` are 0. `initial` says which side looks as it was
    initialised, where the verdict is "changed" or "resized": "a", "b", "both" or "" (see `initial`). `detail` says
    what is special ("axis 3 in another order", "axes (1, 0)", "int8 with scales"), `reason` why values were not read.
    """

    a: Weight
    b: Weight
    verdict: Verdict
    values: int = 0
    differing: int = 0
    nonfinite: tuple[int, int] = (0, 0)
    maximum: float | None = None
    relative: float | None = None
    cosine: float | None = None
    zeros: tuple[float, float] | None = None
    initial: Literal["", "a", "b", "both"] = ""
    detail: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """The weight's name in the second model."""
        return self.b.name

    @property
    def role(self) -> str:
        """The weight's role in the second model: "kernel", "bias"."""
        return self.b.role

    @property
    def same(self) -> bool:
        """Whether the values are identical or close."""
        return self.verdict in ("identical", "close")

    def __repr__(self) -> str:
        return f"Comparison({self.name!r}, {self.verdict!r})"


@dataclass(frozen=True, slots=True, repr=False)
class LayerDiff:
    """A layer of the first model and its counterpart in the second; one of both is None for what is added or removed.

    `kinds` is empty for layers that are the same, and for those of one side that the other cannot tell of (weights
    alone do not tell of layers without them). Layers inside have diffs of their own, but those inside an added or
    removed layer, which go with it. `weights` compares values, also those that are the same; it is empty where only
    the structure was compared.
    """

    a: Layer | None
    b: Layer | None
    kinds: tuple[Kind, ...] = ()
    changes: tuple[Change, ...] = ()
    weights: tuple[Comparison, ...] = ()

    @property
    def layer(self) -> Layer:
        """The layer in the second model, or where it is gone in the first."""
        layer = self.b or self.a
        assert layer is not None
        return layer

    @property
    def path(self) -> str:
        """Where `layer` is."""
        return self.layer.path

    @property
    def name(self) -> str:
        """The name of `layer`."""
        return self.layer.name

    @property
    def same(self) -> bool:
        """Whether nothing became of it."""
        return not self.kinds

    def __repr__(self) -> str:
        return f"LayerDiff({self.path!r}, {' and '.join(self.kinds) or 'same'!r})"


@dataclass(frozen=True, slots=True, repr=False)
class ModelDiff:
    """Two models held against each other.

    `layers` has every layer of both, depth first in the order of the second model, those that were removed where they
    stood. `changes` and `own_weights` are those of the models themselves. `notes` says what could not be compared, and
    why, and what is wrong with a source that bears on what was. With `ignore_names` names were no difference.
    """

    a: Model
    b: Model
    layers: tuple[LayerDiff, ...]
    changes: tuple[Change, ...] = ()
    own_weights: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()
    structure_only: bool = False
    ignore_names: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing differs of what was compared."""
        alike = all(layer.same for layer in self.layers) and all(one.same for one in self.own_weights)
        return alike and not self.changes

    def of_kind(self, kind: Kind) -> Iterator[LayerDiff]:
        """The layers of which this is true."""
        return (layer for layer in self.layers if kind in layer.kinds)

    def __repr__(self) -> str:
        differing = sum(not layer.same for layer in self.layers)
        return f"ModelDiff({self.a.name!r}, {self.b.name!r}, {differing:,} of {len(self.layers):,} layers differ)"


Pair: TypeAlias = tuple[Weight, Weight]
"""Two weights that are counterparts, the first model's first."""

__all__ = [
    "MISSING", "Aspect", "Change", "Comparison", "Kind", "LayerDiff", "Missing", "ModelDiff", "Pair", "Verdict",
]  # fmt: skip
