"""Attention: the projections, every query with every key, and the weighted sum of the values.

Source: Vaswani et al. (2017), equation 1 and section 3.2.2; softmax takes five operations for each score as the
profiler has it. A mask takes none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from netviz.catalog.costs import positions
from netviz.catalog.costs.forms import Lengths, Outputs, known, multiplied, together
from netviz.catalog.costs.functions import PER_ELEMENT
from netviz.catalog.kinds import Arguments, CostKind, Holding, HoldingRule, Work, WorkRule
from netviz.catalog.outputs import given, operand, subjects
from netviz.catalog.settings import axis_in, flag, integer, integers
from netviz.model import Config, Tensor

SOFTMAX = PER_ELEMENT["softmax"]
GATE = PER_ELEMENT["sigmoid"] + 1
"""Operations of a gate for each value: sigmoid, and the product."""


def fed(arguments: Arguments) -> tuple[Lengths, Lengths, Lengths]:
    """The shapes of query, value and key of a layer that is called on two or three tensors."""
    query, value, key = (given(arguments, place, name) for place, name in enumerate(("query", "value", "key")))
    shapes = [known(tensor.shape) for tensor in (query, value, key) if isinstance(tensor, Tensor)]
    return (shapes[0], shapes[1], shapes[-1])


def projected(config: Config, sizes: tuple[tuple[int, int, int], ...]) -> Work:
    """Dense layers, each (positions, features, units); with a bias unless the config says otherwise."""
    biased = flag(config, "use_bias", True)
    macs = sum(positions * features * units for positions, features, units in sizes)
    return multiplied(macs, sum(positions * units for positions, _, units in sizes) if biased else 0)


@dataclass(frozen=True, slots=True)
class Heads:
    """What a layer with heads projects its inputs to.

    `queries` and `keys` are positions, each of `own` heads of queries and `others` of keys and values, of so many
    features for keys and for values; `pairs` are scores, `out` the features that come out.
    """

    queries: int
    keys: int
    own: int
    others: int
    key_size: int
    value_size: int
    pairs: int
    out: int


def multi_head(config: Config, arguments: Arguments) -> Heads:
    """Of MultiHeadAttention, along `attention_axes`: by default all between the batch and the features."""
    query, value, _ = fed(arguments)
    heads, key_size = integer(config, "num_heads"), integer(config, "key_dim")
    stated = config.get("attention_axes")
    axes = range(1, len(query) - 1) if stated is None else [axis_in(axis, len(query)) for axis in integers(stated)]
    queries, keys = math.prod(query[:-1]), math.prod(value[:-1])
    pairs = heads * queries * math.prod(value[axis] for axis in axes)
    own = config.get("output_shape")
    out = query[-1] if own is None else math.prod(integers(own))
    return Heads(queries, keys, heads, heads, key_size, integer(config, "value_dim", key_size), pairs, out)


def grouped(config: Config, arguments: Arguments) -> Heads:
    """Of GroupedQueryAttention, whose keys and values several heads share: Ainslie et al. (2023)."""
    query, value, _ = fed(arguments)
    own, others = integer(config, "num_query_heads"), integer(config, "num_key_value_heads")
    size = integer(config, "head_dim")
    queries, keys = math.prod(query[:-1]), math.prod(value[:-1])
    return Heads(queries, keys, own, others, size, size, own * queries * value[-2], query[-1])


def fused(config: Config, arguments: Arguments) -> bool:
    """Whether keras.ops.dot_product_attention computes it, which scales the scores; else queries are scaled.

    Source: keras.layers.MultiHeadAttention._compute_attention.
    """
    plain = not config.get("dropout") and not arguments.kwargs.get("return_attention_scores")
    return plain and len(fed(arguments)[0]) == 3


def heads_attend(heads: Callable[[Config, Arguments], Heads]) -> WorkRule:
    """The projections, the scores, and the weighted sums."""

    def work(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
        query, value, key = fed(arguments)
        own = heads(config, arguments)
        gated = flag(config, "use_gate", False)
        dense = [
            (own.queries, query[-1], own.own * own.key_size),
            (own.keys, key[-1], own.others * own.key_size),
            (own.keys, value[-1], own.others * own.value_size),
            (own.queries, own.own * own.value_size, own.out),
        ]
        dense += [(own.queries, query[-1], own.own * own.value_size)] if gated else []
        scaled = own.pairs if fused(config, arguments) else own.queries * own.own * own.key_size
        more = scaled + SOFTMAX * own.pairs + (GATE * own.queries * own.own * own.value_size if gated else 0)
        return together(projected(config, tuple(dense)), multiplied(own.pairs * (own.key_size + own.value_size), more))

    return work


def heads_hold(heads: Callable[[Config, Arguments], Heads]) -> HoldingRule:
    """Queries, keys and values, and the scores, over which softmax is written.

    Where it is `fused`, queries and keys are laid out again for the product, else the scores for the sum over the
    values. Keys and values that heads share are repeated for each. Training keeps projections, scores and the sums.
    """

    def held(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
        own = heads(config, arguments)
        query, context = (own.queries * own.own * size for size in (own.key_size, own.value_size))
        key, value = (own.keys * own.own * size for size in (own.key_size, own.value_size))
        running, copies = 2 * query + 2 * key + value + own.pairs, 1
        if not fused(config, arguments):
            running = max(query + key + value + own.pairs, value + 2 * own.pairs)
            copies = 2 if config.get("dropout") else 1
        kept = query + own.keys * own.others * (own.key_size + own.value_size) + copies * own.pairs + context
        return Holding(running, kept)

    return held


def plain_shapes(arguments: Arguments) -> tuple[Lengths, Lengths, int]:
    """The shapes of query and value, and how many scores there are, of a layer that is called on a list."""
    query, value, *_ = (known(tensor.shape) for tensor in subjects(arguments))
    return query, value, math.prod(query[:-1]) * value[-2]


def plain(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Of Attention: query times key, perhaps scaled, or for "concat" a number times sum(tanh(query + key))."""
    query, value, pairs = plain_shapes(arguments)
    scaled = flag(config, "use_scale", False)
    if config.get("score_mode") == "concat":
        more = pairs * (query[-1] * (3 + scaled) + 1 + SOFTMAX)
        return multiplied(pairs * value[-1], more)
    return multiplied(pairs * (query[-1] + value[-1]), pairs * (scaled + SOFTMAX))


def additive(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Of AdditiveAttention: scale·tanh(query + key), summed up. Source: Bahdanau et al. (2015), appendix A.1.2.

    Keras multiplies and sums up value by value, which is no product of matrices.
    """
    query, value, pairs = plain_shapes(arguments)
    features = query[-1]
    return multiplied(pairs * value[-1], pairs * (features * (3 + flag(config, "use_scale", True)) + SOFTMAX))


def plain_holds(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
    """The keys laid out again for the product, or for "concat" query + key for each pair; and the scores."""
    query, value, pairs = plain_shapes(arguments)
    if config.get("score_mode") == "concat":
        return additive_holds(config, arguments, outputs)
    return Holding(math.prod(value[:-1]) * query[-1] + pairs, pairs)


def additive_holds(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
    """query + key for each pair, over which tanh is written, and the scores."""
    query, _, pairs = plain_shapes(arguments)
    return Holding(pairs * (query[-1] + 1), pairs * (query[-1] + 1))


def operation(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Of keras.ops.dot_product_attention, on (batch, positions, heads, features)."""
    arrays = (operand(given(arguments, place, name)) for place, name in enumerate(("query", "key", "value")))
    query, key, value = (known(None if array is None else array.shape) for array in arrays)
    pairs = math.prod(query[:-1]) * key[-3]
    return multiplied(pairs * (query[-1] + value[-1]), pairs * (1 + SOFTMAX))


def operation_holds(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
    """Queries and keys laid out again for the product, and the scores."""
    arrays = (operand(given(arguments, place, name)) for place, name in enumerate(("query", "key")))
    query, key = (known(None if array is None else array.shape) for array in arrays)
    pairs = math.prod(query[:-1]) * key[-3]
    return Holding(math.prod(query) + math.prod(key) + pairs, pairs)


MULTI_HEAD = CostKind(heads_attend(multi_head), positions.attended, held=heads_hold(multi_head))
GROUPED = CostKind(heads_attend(grouped), "attended", held=heads_hold(grouped))
PLAIN = CostKind(plain, positions.of_matrices("attended"), held=plain_holds)
ADDITIVE = CostKind(additive, positions.of_matrices("attended"), held=additive_holds)
OPERATION = CostKind(operation, "partly", held=operation_holds)
