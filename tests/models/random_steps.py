"""The steps by which random models grow besides layers of one tensor: operations, merges, attention, states.

Each row has the tensors it fits and a function that adds the step to a model (`Growth` of random_models.py) and
gives the new tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from math import prod
from typing import Any, Protocol

import numpy as np
from keras import layers, ops

from tests.models.random_draws import Draws
from tests.models.random_layers import SERIES, features, floating, ndim, short, small, whole
from tests.models.random_recurrent import RECURRENT, recurrent

Outputs = list[Any]


class Growing(Protocol):
    """What a step knows of the model it is added to."""

    draws: Draws
    tensors: list[Any]

    def other(self, x: Any, fits: Callable[[Any], bool]) -> Any:
        """A tensor of the model that fits, perhaps `x` itself, which has to fit."""
        ...

    def entrance(self, shape: tuple[int | None, ...], dtype: str) -> Any:
        """A new input of the model."""
        ...


@dataclass(frozen=True)
class Step:
    name: str
    fits: Callable[[Any], bool]
    add: Callable[[Growing, Any], Any]


def numeric(x: Any) -> bool:
    return str(x.dtype) != "bool"


def same_shape(x: Any) -> Callable[[Any], bool]:
    return lambda y: y.shape == x.shape and y.dtype == x.dtype


def broadcasts(x: Any) -> Callable[[Any], bool]:
    """Same number of axes, of which one tensor may have 1 where the other has more."""

    def fits(y: Any) -> bool:
        if y.ndim != x.ndim or not floating(y):
            return False
        return all(a == b or 1 in (a, b) for a, b in zip(x.shape[1:], y.shape[1:], strict=True))

    return fits


# Operators and functions of one tensor


def arithmetic(growth: Growing, x: Any) -> Any:
    forms: tuple[Callable[[Any], Any], ...] = (
        lambda x: x + 1.0,
        lambda x: 1.0 - x,
        lambda x: x * 0.5,
        lambda x: x / 2,
        lambda x: -x,
        lambda x: x**2,
        lambda x: abs(x),
        lambda x: ops.maximum(x, 0.0),
        lambda x: ops.clip(x, -1.0, 1.0),
        lambda x: 2 * x,
        lambda x: x + np.ones(x.shape[-1] or 1, "float32"),
        lambda x: ops.zeros((1,)) - x,
    )
    return growth.draws.one_of(*forms)(x)


UNARY_OPS = (
    "relu", "tanh", "exp", "sigmoid", "softmax", "gelu", "silu", "sqrt", "square", "sin", "floor", "round", "sign",
    "log1p", "softplus", "negative", "isnan", "ones_like", "zeros_like", "stop_gradient", "log_softmax", "hard_sigmoid",
)  # fmt: skip


def function(growth: Growing, x: Any) -> Any:
    return getattr(ops, growth.draws.one_of(*UNARY_OPS))(x)


def sliced(growth: Growing, x: Any) -> Any:
    """An index, a range or a new axis on one of the axes."""
    forms: list[Callable[[Any], Any]] = [lambda x: x[..., None], lambda x: x[:, None]] if x.ndim < 5 else []
    if x.ndim > 2:
        forms += [lambda x: x[:, 0], lambda x: x[:, -1], lambda x: x[..., 0]]
    forms += [lambda x: x[:, ::2], lambda x: x[..., :1], lambda x: x[..., -1:]]
    if all(size is not None and size > 1 for size in x.shape[1:]):
        forms += [lambda x: x[:, 1:], lambda x: x[..., :-1]]
    return growth.draws.one_of(*forms)(x)


def reshape(growth: Growing, x: Any) -> Any:
    draws = growth.draws
    left = prod(x.shape[1:])
    factor = draws.one_of(*(factor for factor in range(1, min(left, 8) + 1) if left % factor == 0))
    return ops.reshape(x, draws.one_of((-1, left), (-1, left // factor, factor), (-1, factor, left // factor)))


def transpose(growth: Growing, x: Any) -> Any:
    order = growth.draws.one_of(*permutations(range(1, x.ndim)))
    return ops.transpose(x, (0, *order)) if growth.draws.flag() else ops.swapaxes(x, 1, x.ndim - 1)


def expand(growth: Growing, x: Any) -> Any:
    return ops.expand_dims(x, growth.draws.one_of(-1, 1, x.ndim))


def squeeze(growth: Growing, x: Any) -> Any:
    return ops.squeeze(x, growth.draws.one_of(*(axis for axis in range(1, x.ndim) if x.shape[axis] == 1)))


def reduction(growth: Growing, x: Any) -> Any:
    """Over one axis or several, never so that the batch alone is left."""
    name = growth.draws.one_of("mean", "sum", "max", "min", "std", "prod", "logsumexp", "argmax", "all", "norm")
    keep = growth.draws.flag() or x.ndim == 2
    axis: Any = growth.draws.one_of(-1, 1)
    if x.ndim > 3 and name not in ("argmax", "norm") and growth.draws.flag():
        axis = (1, 2)
    return getattr(ops, name)(x, axis=axis, keepdims=keep)


def comparison(growth: Growing, x: Any) -> Any:
    return growth.draws.one_of(ops.greater, ops.less_equal, ops.not_equal)(x, 0.0)


def cast(growth: Growing, x: Any) -> Any:
    return ops.cast(x, growth.draws.one_of("float32", "float16", "int32", "bfloat16", "bool"))


def one_hot(growth: Growing, x: Any) -> Any:
    return ops.one_hot(x, growth.draws.integer(2, 6), dtype=growth.draws.one_of("float32", "float16"))


def top_k(growth: Growing, x: Any) -> Any:
    return list(ops.top_k(x, growth.draws.integer(1, x.shape[-1])))


def split(growth: Growing, x: Any) -> Any:
    size = x.shape[-1]
    if size % 2 == 0 and growth.draws.flag():
        return list(ops.split(x, 2, axis=-1))
    return list(ops.split(x, [1], axis=-1))


def moments(growth: Growing, x: Any) -> Any:
    return list(ops.moments(x, axes=[1], keepdims=True))


def widened(growth: Growing, x: Any) -> Any:
    behind = [[0, 0]] * (x.ndim - 2)
    forms: tuple[Callable[[Any], Any], ...] = (
        lambda x: ops.pad(x, [[0, 0], [1, 0], *behind]),
        lambda x: ops.tile(x, (1, 2, *[1] * (x.ndim - 2))),
        lambda x: ops.repeat(x, 2, axis=1),
        lambda x: ops.flip(x, axis=1),
        lambda x: ops.cumsum(x, axis=1),
        lambda x: ops.sort(x, axis=-1),
        lambda x: ops.roll(x, 1, axis=1),
        lambda x: ops.take(x, [0, 0], axis=1),
        lambda x: ops.take(x, np.array([[0, 0, 0]]), axis=-1),
    )
    return growth.draws.one_of(*forms)(x)


def image_op(growth: Growing, x: Any) -> Any:
    forms: tuple[Callable[[Any], Any], ...] = (
        lambda x: ops.max_pool(x, 2, padding="same"),
        lambda x: ops.average_pool(x, 1, strides=2),
        lambda x: ops.image.resize(x, (4, 5)),
    )
    return growth.draws.one_of(*forms)(x)


# Of several tensors

MERGING = ("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract")


def merge(growth: Growing, x: Any) -> Any:
    name = growth.draws.one_of(*MERGING)
    others = [growth.other(x, broadcasts(x))]
    if name != "Subtract" and growth.draws.flag():
        others.append(growth.other(x, lambda y: broadcasts(x)(y) and broadcasts(others[0])(y)))
    return getattr(layers, name)(**growth.draws.common())([x, *others])


def merge_ranks(growth: Growing, x: Any) -> Any:
    """A vector merged into a tensor with more axes."""
    vector = growth.other(
        x[:, 0] if x.ndim == 3 else x, lambda y: floating(y) and y.ndim == 2 and y.shape[1] == x.shape[-1]
    )
    return layers.Add(**growth.draws.common())([x, vector])


def concatenate(growth: Growing, x: Any) -> Any:
    axis = growth.draws.integer(1, x.ndim - 1)

    def fits(y: Any) -> bool:
        if y.ndim != x.ndim or not floating(y):
            return False
        rest = [place for place in range(1, x.ndim) if place != axis]
        return all(x.shape[place] == y.shape[place] for place in rest)

    tensors = [x, *(growth.other(x, fits) for _ in range(growth.draws.integer(1, 2)))]
    axis = growth.draws.one_of(axis, axis - x.ndim)
    if growth.draws.flag() and len({tensor.dtype for tensor in tensors}) == 1:
        return ops.concatenate(tensors, axis=axis)
    return layers.Concatenate(axis=axis, **growth.draws.common())(tensors)


def stack(growth: Growing, x: Any) -> Any:
    return ops.stack([x, growth.other(x, same_shape(x))], axis=growth.draws.one_of(1, -1))


def dot(growth: Growing, x: Any) -> Any:
    axis = growth.draws.integer(1, x.ndim - 1)
    other = growth.other(x, lambda y: floating(y) and y.ndim == x.ndim and y.shape[axis] == x.shape[axis])
    return layers.Dot(axes=axis, normalize=growth.draws.flag(), **growth.draws.common())([x, other])


def operator(growth: Growing, x: Any) -> Any:
    other = growth.other(x, broadcasts(x))
    forms: tuple[Callable[[Any, Any], Any], ...] = (
        lambda x, y: x + y,
        lambda x, y: x * y,
        lambda x, y: x - y,
        lambda x, y: ops.maximum(x, y),
        lambda x, y: ops.where(x, y, 0.0),
        lambda x, y: x / y,
        lambda x, y: x > y,
    )
    return growth.draws.one_of(*forms)(x, other)


def products(growth: Growing, x: Any) -> Any:
    other = growth.other(x, lambda y: floating(y) and y.ndim == 3 and y.shape[1:] == x.shape[1:])
    if growth.draws.flag():
        return ops.einsum("bij,bkj->bik", x, other)
    return ops.matmul(ops.transpose(x, (0, 2, 1)), other)


# Attention and states


def attention(growth: Growing, x: Any) -> Any:
    """Query, value and key in all the forms of a call; scores only of tensors of one length, see test_random_models."""
    draws = growth.draws
    grouped = draws.seldom()
    value = growth.other(x, lambda y: SERIES(y) and (not grouped or y.shape[-1] == x.shape[-1]))
    settings: dict[str, Any] = {}
    if value.shape[1] is not None and x.shape[1] is not None:
        if draws.flag():
            settings["attention_mask"] = growth.entrance((x.shape[1], value.shape[1]), "bool")
        if value.shape[1] == x.shape[1] and draws.flag():
            settings["return_attention_scores"] = True
    if value is x and draws.flag():
        settings["use_causal_mask"] = True
    common = draws.common()
    trainable = common.pop("trainable", True)
    if grouped:
        settings.pop("return_attention_scores", None)
        layer: Any = layers.GroupQueryAttention(draws.integer(1, 3), 2, 1, use_bias=draws.likely(), **common)
    else:
        own = {"output_shape": draws.size()} if draws.flag() else {}
        layer = layers.MultiHeadAttention(
            draws.integer(1, 3), draws.integer(1, 3), draws.one_of(None, 2), use_bias=draws.likely(), **own, **common
        )
    if draws.flag():
        key = growth.other(
            value, lambda y: SERIES(y) and y.shape[:2] == value.shape[:2] and (not grouped or y.shape == value.shape)
        )
        made = layer(x, value, key=key, **settings)
    else:
        made = layer(query=x, value=value, **settings) if draws.flag() else layer(x, value, **settings)
    if value.shape == x.shape and not settings and draws.flag():  # the same layer the other way round
        made = [made, layer(value, x)]
    layer.trainable = trainable  # not in the constructor, which leaves it to train what is in the layers inside
    return made


def dot_attention(growth: Growing, x: Any) -> Any:
    cls = growth.draws.one_of(layers.Attention, layers.AdditiveAttention)
    value = growth.other(x, lambda y: y.ndim == 3 and features(y) and y.shape[-1] == x.shape[-1])
    scale = growth.draws.flag()
    tensors = [x, value]
    if growth.draws.flag():
        tensors.append(growth.other(value, same_shape(value)))
    return cls(use_scale=scale, **growth.draws.common())(tensors)


def states(growth: Growing, x: Any) -> Any:
    """Every output of a recurrent layer."""
    kind = growth.draws.one_of(*RECURRENT)
    return recurrent(growth.draws, x, kind, states=True)(x)


def initial_state(growth: Growing, x: Any) -> Any:
    """States that vectors of the model start."""
    kind = growth.draws.one_of(*RECURRENT)
    vectors = [y for y in growth.tensors if floating(y) and y.ndim == 2 and y.shape[1] is not None]
    if not vectors:
        vectors = [growth.entrance((growth.draws.size(),), "float32")]
    first = growth.draws.one_of(*vectors)
    start = [first, *(growth.other(first, same_shape(first)) for _ in range(RECURRENT[kind] - 1))]
    layer = recurrent(growth.draws, x, kind, units=int(first.shape[1]))
    return layer(x, initial_state=start if len(start) > 1 else start[0])


def steered(growth: Growing, x: Any) -> Any:
    """Layers that are told whether they train, or given a mask."""
    draws = growth.draws
    if draws.flag() or not SERIES(x) or x.shape[1] is None:
        cls = draws.one_of(layers.Dropout, layers.AlphaDropout)
        return cls(0.5, **draws.common())(x, training=draws.flag())
    mask = growth.entrance((x.shape[1],), "bool")
    return recurrent(draws, x, draws.one_of(*RECURRENT))(x, mask=mask)


def few(x: Any) -> bool:
    return int(x.ndim) < 5


STEPS: tuple[Step, ...] = (
    Step("operator with a number", floating, arithmetic),
    Step("merge", floating, merge),
    Step("concatenate", lambda x: features(x) and short(x), concatenate),
    Step("operator", floating, operator),
    Step("function", floating, function),
    Step("slice", lambda x: numeric(x) and x.ndim > 1 and 0 not in x.shape, sliced),
    Step("reduction", lambda x: floating(x) and x.ndim > 1, reduction),
    Step("reshape", small, reshape),
    Step("transpose", lambda x: numeric(x) and x.ndim > 2, transpose),
    Step("expand", lambda x: few(x) and x.ndim > 1, expand),
    Step("squeeze", lambda x: 1 in x.shape[1:] and x.ndim > 2, squeeze),
    Step("comparison", floating, comparison),
    Step("cast", lambda x: True, cast),
    Step("one hot", lambda x: str(x.dtype) == "int32" and few(x), one_hot),
    Step("top k", features, top_k),
    Step("split", lambda x: features(x) and x.shape[-1] > 1, split),
    Step("moments", features, moments),
    Step("widened", lambda x: floating(x) and x.ndim > 1 and short(x), widened),
    Step("image operation", lambda x: ndim(4)(x) and short(x), image_op),
    Step("merge of other ranks", lambda x: SERIES(x) and whole(x), merge_ranks),
    Step("stack", lambda x: features(x) and few(x), stack),
    Step("dot", lambda x: ndim(2, 3)(x) and whole(x), dot),
    Step("product", lambda x: SERIES(x) and whole(x), products),
    Step("attention", SERIES, attention),
    Step("dot attention", SERIES, dot_attention),
    Step("states", SERIES, states),
    Step("initial state", SERIES, initial_state),
    Step("training or mask", floating, steered),
)
