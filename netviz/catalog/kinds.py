"""The types of the catalog's rows: what netviz knows about one Keras class, as data and small pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from netviz.model import Config, Shape, Tensor
from netviz.views import Family


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call was given: tensors as `Tensor`, everything else as it stands in the config."""

    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All tensors, those nested in lists and dicts too: positional ones first, dicts in the order of their keys."""
        return tuple(_tensors((self.args, self.kwargs)))

    @property
    def shapes(self) -> tuple[Shape | None, ...]:
        return tuple(tensor.shape for tensor in self.tensors)


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from _tensors(value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


@dataclass(frozen=True, slots=True)
class WeightSpec:
    """A variable that a layer of this class stores.

    `location` is relative to the layer's group in the file ("vars/0", "cell/vars/1",
    "query_dense/vars/0"); `trainable` is False for statistics and other state. `also` is what the
    variable itself is called where that is not the name of the layer's attribute.
    """

    name: str
    location: str
    trainable: bool = True
    also: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A layer inside a wrapper: its serialised form, its group's place in the file, what it is fed."""

    serialized: Config
    location: str
    inputs: tuple[Tensor, ...]


RULE_ERRORS = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What a rule of the catalog may raise on a config or arguments that Keras would refuse."""


class UncountedError(LookupError):
    """Why there is no count of the work of a call, in one sentence that is shown; one of the `RULE_ERRORS`."""


Shapes: TypeAlias = tuple[Shape | None, ...]
"""One shape per tensor, batch axis first; None where it cannot be known."""

OutputRule: TypeAlias = Callable[[Config, Arguments], Shapes]
"""(config, arguments) -> the shapes of the output tensors.

May raise `RULE_ERRORS`; the reader then shows the shape as unknown, with a note.
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """The shape that a variable has by the settings and what goes in; None is an axis that these leave open.

    `reduced` are the axes that the layer sums over: int4 values are packed by them. `of_policy` is whether it is
    kept in the dtype of the layer's policy; where not, the dtype depends on Keras's backend. `formerly` is the shape
    that it had under an older Keras whose configs do not differ: a file with it is sound as well.
    """

    shape: Shape
    reduced: tuple[int, ...] = (0,)
    of_policy: bool = True
    formerly: Shape | None = None


Held: TypeAlias = Mapping[str, Tensor]
"""What is stored of one layer: tensors by their place in its group ("vars/0"), or by name ("query/kernel")."""

ShapesRule: TypeAlias = Callable[[Config, Arguments], Mapping[str, Expected]]
"""(config, arguments) -> the shapes of the variables by their names; may raise as an `OutputRule` may."""


@dataclass(frozen=True, slots=True)
class Work:
    """The arithmetic of one call at inference, for the shapes that it is given.

    `macs` are multiply-accumulates of convolutions and matrix products, biases left out; padding counts as any other
    value does. `flops` are all floating-point operations: two for each multiply-accumulate, one for each further
    addition, multiplication, division, comparison, or function such as exp or sqrt, as the profiler of TensorFlow
    counts them (tensorflow/python/profiler/internal/flops_registry.py). Moving values about is none.
    """

    macs: int = 0
    flops: int = 0


WorkRule: TypeAlias = Callable[[Config, Arguments, tuple[Tensor, ...]], Work]
"""(config, arguments, outputs) -> the work of one call, without that of the layers inside.

Asked only where every shape is known to the last axis; may raise as an `OutputRule` may: then the work is unknown,
and an `UncountedError` says why.
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """Elements that one call has beside what goes in, each of the size of an element of the first output.

    `running` is the most at one time while it computes, the outputs among them as far as they are there by then; `kept`
    is what training keeps for the gradients, without the outputs. `around` is what a wrapper has beside what the layers
    inside hold, while these run. `first` is what a call makes of its inputs at first where it needs these no
    longer then: `running` is what it has beside them after that.
    """

    running: int = 0
    kept: int = 0
    around: int = 0
    first: int = 0


HoldingRule: TypeAlias = Callable[[Config, Arguments, tuple[Tensor, ...]], Holding]
"""(config, arguments, outputs) -> what one call holds, asked and raising as a `WorkRule` is and does."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which input positions an output position is made of, along one spatial axis.

    Output i takes the inputs from i·stride + first to i·stride + first + size - 1, both included. `stride` is a
    fraction below 1 where the axis becomes longer: then these bounds may be fractions as well, and it takes the whole
    numbers between them (doubled by repeating: i/2 - 1/2 to i/2, which is size 3/2 and first -1/2). `first` is negative
    in the padding, and None where the padding depends on a length that is not known.
    """

    size: int | Fraction
    stride: Fraction
    first: int | Fraction | None


Field: TypeAlias = Literal["pointwise", "whole", "attended", "partly"]
"""What an output position is made of where no window says it:

pointwise  of the same position alone (functions of each element, what mixes channels)
whole      of every position (global pooling, recurrence, a flattened picture)
attended   of the same position of the first tensor, and of every one of the others (attention, a product of matrices)
partly     of every position along some axes of several only (a mean over the rows of a picture)
"""

WindowRule: TypeAlias = Callable[[Config, Arguments], tuple[Window, ...] | Field]
"""(config, arguments) -> a window for each spatial axis in order, or what stands for all; may raise as an `OutputRule`.

A length on the way that is not known (None) leaves `Window.first` open where the padding depends on it.
"""

Buffer = Literal["new", "over", "same"]
"""Where the outputs of a call lie at inference:

new   in memory of their own
over  over an input of their size, where nothing else needs that any more (functions of each element)
same  they are the input under another shape or name (Reshape, Flatten, Dropout)
"""

BufferRule: TypeAlias = Callable[[Config, Arguments], Buffer]
"""(config, arguments) -> where the outputs lie; may raise as an `OutputRule` may."""


@dataclass(frozen=True, slots=True)
class CostKind:
    """What one call of a class costs: part of its row.

    `work` is without that of layers inside, which each have rows of their own; `times` is how often a wrapper runs
    these in one call (TimeDistributed: once a step), None for once. `window` says which positions an output is made
    of, None where that is not known. `output` gives the shapes where the row's own rule, which says what Keras states,
    leaves open what the call will have. `held` is what it holds beside its inputs, None where that is its outputs.
    """

    work: WorkRule
    window: WindowRule | Field | None = "pointwise"
    buffer: Buffer | BufferRule = "new"
    times: Callable[[Config, Arguments], int] | None = None
    output: OutputRule | None = None
    held: HoldingRule | None = None


@dataclass(frozen=True, slots=True)
class LayerKind:
    """One row of the catalog.

    `weights(config)` lists the stored variables in storage order; `stored(config, held)` does it for classes
    of which the config does not tell all: what is held says more. `shapes` says what shapes they must have.
    `output` is the shape rule, None where only the file can tell. `dtype(config, arguments)` gives the
    outputs' dtype (a tuple where they differ) where it is not the compute dtype of the layer's policy.
    `formula(config, shapes)` writes how the parameters come about from the shapes of the stored weights,
    where the products of these say it badly.
    `children(config, arguments)` lists the layers inside a wrapper; `around(config, arguments, shapes)`
    is its shape rule in place of `output`, from the shapes that the first layer inside gives.
    `copies` are places where Keras stores a variable a second time that belongs to a layer inside;
    `stored_class` is the class's name in the file's groups, where Keras exports it under another.
    `registered` rows are a user's, who says nothing of the layers inside; `family_by` gives the family where it
    depends on the config. `cost` is what a call costs, None where no rule is known.
    """

    class_name: str
    family: Family
    output: OutputRule | None = None
    weights: Callable[[Config], tuple[WeightSpec, ...]] = lambda config: ()
    stored: Callable[[Config, Held], tuple[WeightSpec, ...]] | None = None
    shapes: ShapesRule | None = None
    dtype: Callable[[Config, Arguments], str | tuple[str | None, ...] | None] | None = None
    formula: Callable[[Config, tuple[Shape, ...]], str] | None = None
    children: Callable[[Config, Arguments], tuple[Child, ...]] | None = None
    around: Callable[[Config, Arguments, Shapes], Shapes] | None = None
    copies: tuple[str, ...] = ()
    stored_class: str | None = None
    registered: bool = False
    family_by: Callable[[Config], Family] | None = None
    cost: CostKind | None = None

    def variables(self, config: Config, held: Callable[[], Held]) -> tuple[WeightSpec, ...]:
        """The variables in storage order, by the config and, where that does not tell, by what `held` gives."""
        return self.stored(config, held()) if self.stored else self.weights(config)
