"""The common forms of costs: what is free, what is so many operations for each element, what has no count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from netviz.catalog.costs.functions import takes_twice
from netviz.catalog.kinds import Arguments, Buffer, CostKind, Field, Holding, UncountedError, WindowRule, Work, WorkRule
from netviz.catalog.outputs import operands, subjects
from netviz.catalog.settings import integer
from netviz.catalog.shapes import product
from netviz.model import Config, Shape, Tensor

Outputs: TypeAlias = tuple[Tensor, ...]
Lengths: TypeAlias = tuple[int, ...]
"""A shape that is known to the last axis."""


def known(shape: Shape | None) -> Lengths:
    """The shape itself, which has to be known to the last axis."""
    if shape is None or None in shape:
        raise ValueError("a shape that is not known")
    return tuple(axis for axis in shape if axis is not None)


def elements(shape: Shape | None) -> int:
    """How many elements a tensor of that shape has."""
    count = product(known(shape))
    assert count is not None
    return count


def made(outputs: Outputs) -> int:
    """How many elements the first output has."""
    return elements(outputs[0].shape)


def taken(arguments: Arguments) -> int:
    """How many elements the first tensor has that goes in."""
    return elements(subjects(arguments)[0].shape)


def last_taken(arguments: Arguments) -> int:
    """The length of the last axis of the first tensor that goes in."""
    return known(subjects(arguments)[0].shape)[-1]


def operand_lengths(arguments: Arguments) -> tuple[Lengths, ...]:
    """The shapes of all operands, numbers and serialised arrays included."""
    return tuple(known(array.shape) for array in operands(arguments))


def multiplied(macs: int, more: int = 0) -> Work:
    """So many multiply-accumulates, and so many operations beside them."""
    return Work(macs, 2 * macs + more)


def low_rank(config: Config, rows: int, columns: int) -> Work:
    """What LoRA adds to a kernel of so many rows and columns: the product of its two matrices, scaled and added.

    Source: keras.layers.Dense.kernel; Hu et al. (2021), section 4.1.
    """
    rank = integer(config, "lora_rank", 0)
    return multiplied(rank * rows * columns, 2 * rows * columns) if rank else Work()


def together(*parts: Work) -> Work:
    """The sum of parts."""
    return Work(sum(part.macs for part in parts), sum(part.flops for part in parts))


def activated(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
    """What a layer holds that has an activation at its end: twice its outputs, where that takes a number twice."""
    twice = takes_twice(config)
    return Holding(made(outputs) * (1 + twice), made(outputs) * twice)


def activation_holds(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
    """What an activation that is a layer holds, beside what goes in."""
    return Holding(made(outputs) * takes_twice(config))


def nothing(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """No arithmetic."""
    return Work()


FREE = CostKind(nothing, "pointwise", "same")
"""What hands its input on at inference (Dropout, Identity)."""

MOVED = CostKind(nothing, None, "new")
"""What moves values about, so that one cannot say which positions an output is made of."""

FILLED = CostKind(nothing, "pointwise", "new")
"""What makes values without arithmetic (InputLayer, Embedding, casts)."""

RESHAPED = CostKind(nothing, "whole", "same")
"""What lays positions out in another way, in the same memory (Flatten)."""

WRAPPING = CostKind(nothing, "pointwise", "same")
"""What does at inference what the layer inside does."""

INSIDE = CostKind(nothing, None, "same")
"""What only holds other layers, which have costs of their own."""


def each(
    per_element: int | Callable[[Config], int],
    window: WindowRule | Field | None = "pointwise",
    buffer: Buffer = "over",
) -> CostKind:
    """So many operations for each element of the first output, by number or from the config."""

    def work(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
        return Work(0, made(outputs) * (per_element if isinstance(per_element, int) else per_element(config)))

    return CostKind(work, window, buffer)


def each_taken(per_element: int, window: WindowRule | Field | None = "pointwise", buffer: Buffer = "over") -> CostKind:
    """So many operations for each element of the first input."""
    return CostKind(lambda config, arguments, outputs: Work(0, taken(arguments) * per_element), window, buffer)


def counted(
    rule: Callable[[Config, Arguments, Outputs], int],
    window: WindowRule | Field | None = "pointwise",
    buffer: Buffer = "new",
) -> CostKind:
    """As many operations as the rule says, none of them in a product of matrices."""
    return CostKind(lambda config, arguments, outputs: Work(0, rule(config, arguments, outputs)), window, buffer)


def uncounted(reason: str, window: WindowRule | Field | None = "pointwise", buffer: Buffer = "new") -> CostKind:
    """Work that has no count, for a reason that is one sentence."""

    def work(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
        raise UncountedError(reason)

    return CostKind(work, window, buffer)


SORTING = "How many comparisons sorting takes depends on the values."
VALUES = "How much it computes depends on the values."
ITERATED = "It repeats until it converges, which depends on the values."
UNPUBLISHED = "No count of its operations is published."


def choose(rules: Mapping[str, WorkRule], key: str, default: str) -> WorkRule:
    """A rule by the text under `key`; where there is none such, the work has no count."""

    def work(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
        value = config.get(key)
        name = default if value is None else str(value)
        if name not in rules:
            raise UncountedError(f"No count of the operations with {key}={name!r:.40} is published.")
        return rules[name](config, arguments, outputs)

    return work
