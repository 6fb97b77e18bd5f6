"""Products of matrices and vectors: a multiply-accumulate for each pair that is multiplied and summed up."""

from __future__ import annotations

import math
from collections.abc import Mapping

from netviz.catalog.costs import positions
from netviz.catalog.costs.forms import (
    Lengths,
    Outputs,
    activated,
    known,
    last_taken,
    low_rank,
    made,
    multiplied,
    operand_lengths,
    taken,
    together,
)
from netviz.catalog.costs.functions import activation
from netviz.catalog.kinds import Arguments, CostKind, Work
from netviz.catalog.outputs import given, subjects
from netviz.catalog.settings import axis_in, flag, integer, integers, text
from netviz.model import Config


def dense(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by features; then the bias, and the activation."""
    features, units = last_taken(arguments), known(outputs[0].shape)[-1]
    more = made(outputs) * (flag(config, "use_bias", True) + activation(config))
    return together(multiplied(made(outputs) * features, more), low_rank(config, features, units))


def einsum_dense(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by the lengths of the axes of the input that the output has not; then bias and activation."""
    left, _, rest = text(config, "equation", "").replace(" ", "").partition(",")
    kernel, _, right = rest.partition("->")
    named = lettered(left, known(subjects(arguments)[0].shape))
    summed = math.prod(length for letter, length in named.items() if letter not in right)
    more = made(outputs) * ((config.get("bias_axes") is not None) + activation(config))
    own = multiplied(made(outputs) * summed, more)
    if not config.get("lora_rank"):
        return own
    named |= lettered(right, known(outputs[0].shape))
    *rows, columns = (named[letter] for letter in kernel)
    return together(own, low_rank(config, math.prod(rows), columns))


def lettered(letters: str, shape: Lengths) -> dict[str, int]:
    """The lengths of axes by their letters in an equation; those under "..." have none."""
    before, _, after = letters.partition("...")
    return dict(zip(before, shape, strict=False)) | dict(zip(after[::-1], shape[::-1], strict=False))


def embedded(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Nothing, for rows are looked up; with LoRA the product of its matrices for the whole table.

    Where the table is quantised, for each row that is looked up. Source: keras.layers.Embedding.
    """
    size, policy = known(outputs[0].shape)[-1], config.get("dtype")
    quantised = isinstance(policy, Mapping) and str(policy.get("class_name")).startswith("Quantized")
    rows = made(outputs) // max(size, 1) if quantised else integer(config, "input_dim", 0)
    return low_rank(config, rows, size)


def reversible(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """As an embedding, or with `reverse` a product with the table, and a soft cap c·tanh(x/c)."""
    if not given(arguments, 1, "reverse"):
        return embedded(config, arguments, outputs)
    capped = 3 if config.get("logit_soft_cap") else 0
    return multiplied(made(outputs) * last_taken(arguments), capped * made(outputs))


DENSE = CostKind(dense, positions.across_last, held=activated)
EINSUM_DENSE = CostKind(einsum_dense, positions.dense, held=activated)
EMBEDDING = CostKind(embedded)
REVERSIBLE = CostKind(reversible)


def dot_layer(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by the length summed over; with `normalize` both are divided by their norms first (3 for each value)."""
    first, second = (known(tensor.shape) for tensor in subjects(arguments))
    axes = integers(config.get("axes", config.get("dot_axes", -1)))
    length = first[axis_in(axes[0], len(first))]
    normalised = config.get("normalize") or config.get("mode") == "cos"
    return multiplied(made(outputs) * length, 3 * (math.prod(first) + math.prod(second)) if normalised else 0)


def matmul(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by the last axis of the first operand: the profiler's MatMul and BatchMatMul."""
    return multiplied(made(outputs) * operand_lengths(arguments)[0][-1])


def dot(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by the last axis of the first operand; a number times an array is no product of matrices."""
    first, second = operand_lengths(arguments)
    return multiplied(made(outputs) * first[-1]) if first and second else Work(0, made(outputs))


def tensordot(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Outputs by the lengths of the axes summed over."""
    first, _ = operand_lengths(arguments)
    axes = config.get("axes", 2)
    if isinstance(axes, int):
        summed = first[len(first) - axes :] if axes > 0 else ()
    else:
        own, _ = axes if isinstance(axes, list | tuple) else (axes, axes)
        summed = tuple(first[axis_in(axis, len(first))] for axis in integers(own))
    return multiplied(made(outputs) * math.prod(summed))


def vdot(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """All values of both, pair by pair."""
    return multiplied(math.prod(operand_lengths(arguments)[0]))


def einsum(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """The product of all labels' lengths, for two operands; of more it depends on the order in which they are taken."""
    terms = text(config, "subscripts", "").replace(" ", "").partition("->")[0].split(",")
    shapes = operand_lengths(arguments)
    if len(terms) > 2:
        raise ValueError("the order of three operands or more is not stated")
    lengths: dict[str, int] = {}
    for labels, shape in zip(terms, shapes, strict=True):
        before, _, after = labels.partition("...")
        under = shape[len(before) : len(shape) - len(after)]
        named = (*zip(before, shape, strict=False), *zip(after[::-1], shape[::-1], strict=False))
        elided = ((str(place - len(under)), length) for place, length in enumerate(under))
        for label, length in (*named, *elided):
            lengths[label] = max(lengths.get(label, 1), length)
    if len(terms) < 2:
        return Work(0, max(0, taken(arguments) - made(outputs)))
    return multiplied(math.prod(lengths.values()))


MATMUL = CostKind(matmul, positions.matmul)
DOT = CostKind(dot, positions.dot)
TENSORDOT = CostKind(tensordot, None)
VDOT = CostKind(vdot, "whole")
INNER = CostKind(dot, None)
EINSUM = CostKind(einsum, None)
OUTER = CostKind(lambda config, arguments, outputs: Work(0, made(outputs)), None)
DOT_LAYER = CostKind(dot_layer, positions.of_matrices("attended"))


def cross(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Two products and a difference for each component."""
    return Work(0, 3 * made(outputs))


def distances(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Difference, square and sum for each component, and the root."""
    return Work(0, made(outputs) * (3 * last_taken(arguments) + 1))


def correlated(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """A multiply-accumulate for each value of the shorter vector at each place."""
    return multiplied(made(outputs) * min(math.prod(shape) for shape in operand_lengths(arguments)))


CROSS = CostKind(cross)
CDIST = CostKind(distances, positions.of_matrices("attended"))
CORRELATE = CostKind(correlated, "whole")
