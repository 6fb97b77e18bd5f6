"""Attention: the projections, every query with every key, and the weighted sum of the values.

Source: Vaswani et al. (2017), equation 1 and section 3.2.2; softmax takes five operations for each score as the
profiler has it. A mask takes none.
"""

from __future__ import annotations

import math

from netviz.catalog.costs.forms import Lengths, Outputs, known, multiplied
from netviz.catalog.costs.functions import PER_ELEMENT
from netviz.catalog.kinds import Arguments, CostKind, Work
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


def together(*parts: Work) -> Work:
    """The sum of parts."""
    return Work(sum(part.macs for part in parts), sum(part.flops for part in parts))


def heads_attend(
    config: Config, arguments: Arguments, heads: tuple[int, int], sizes: tuple[int, int], pairs: int, out: int
) -> Work:
    """Projections to so many heads of queries and of keys, of so many features for keys and values; `pairs` scores."""
    query, value, key = fed(arguments)
    queries, values = math.prod(query[:-1]), math.prod(value[:-1])
    (own, others), (key_size, value_size) = heads, sizes
    gated = flag(config, "use_gate", False)
    dense = [
        (queries, query[-1], own * key_size),
        (values, key[-1], others * key_size),
        (values, value[-1], others * value_size),
        (queries, own * value_size, out),
    ]
    dense += [(queries, query[-1], own * value_size)] if gated else []
    whole = len(query) == 3 and not config.get("dropout") and not arguments.kwargs.get("return_attention_scores")
    scaled = pairs if whole else queries * own * key_size  # keras.layers scales the scores, or else the queries
    more = scaled + SOFTMAX * pairs + (GATE * queries * own * value_size if gated else 0)
    return together(projected(config, tuple(dense)), multiplied(pairs * (key_size + value_size), more))


def multi_head(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Of MultiHeadAttention, along `attention_axes`: by default all between the batch and the features."""
    query, value, _ = fed(arguments)
    heads, key_size = integer(config, "num_heads"), integer(config, "key_dim")
    stated = config.get("attention_axes")
    axes = range(1, len(query) - 1) if stated is None else [axis_in(axis, len(query)) for axis in integers(stated)]
    pairs = heads * math.prod(query[:-1]) * math.prod(value[axis] for axis in axes)
    own = config.get("output_shape")
    out = query[-1] if own is None else math.prod(integers(own))
    sizes = (key_size, integer(config, "value_dim", key_size))
    return heads_attend(config, arguments, (heads, heads), sizes, pairs, out)


def grouped(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Of GroupedQueryAttention, whose keys and values several heads share: Ainslie et al. (2023)."""
    query, value, _ = fed(arguments)
    heads = (integer(config, "num_query_heads"), integer(config, "num_key_value_heads"))
    size = integer(config, "head_dim")
    pairs = heads[0] * math.prod(query[:-1]) * value[-2]
    return heads_attend(config, arguments, heads, (size, size), pairs, query[-1])


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
    """Of AdditiveAttention: scale·tanh(query + key), summed up. Source: Bahdanau et al. (2015), appendix A.1.2."""
    query, value, pairs = plain_shapes(arguments)
    features = query[-1]
    if flag(config, "use_scale", True):
        return multiplied(pairs * (features + value[-1]), pairs * (2 * features + SOFTMAX))
    return multiplied(pairs * value[-1], pairs * (3 * features + SOFTMAX))


def operation(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Of keras.ops.dot_product_attention, on (batch, positions, heads, features)."""
    arrays = (operand(given(arguments, place, name)) for place, name in enumerate(("query", "key", "value")))
    query, key, value = (known(None if array is None else array.shape) for array in arrays)
    pairs = math.prod(query[:-1]) * key[-3]
    return multiplied(pairs * (query[-1] + value[-1]), pairs * (1 + SOFTMAX))


MULTI_HEAD = CostKind(multi_head, "whole")
GROUPED = CostKind(grouped, "whole")
PLAIN = CostKind(plain, "whole")
ADDITIVE = CostKind(additive, "whole")
OPERATION = CostKind(operation, "whole")
