"""keras.layers attention."""

from __future__ import annotations

from collections.abc import Callable

from netviz.catalog.kinds import Arguments, LayerKind, OutputRule
from netviz.catalog.outputs import given, subjects
from netviz.catalog.settings import integer, integers, setting
from netviz.catalog.stored import Variable, always, parts, variables
from netviz.model import Config, Shape, Tensor

GATE = setting("use_gate", False)


def scores_wanted(arguments: Arguments) -> bool:
    """Whether the call asks for the attention scores as a second output."""
    return bool(arguments.kwargs.get("return_attention_scores"))


def shape_given(arguments: Arguments, place: int, name: str) -> Shape | None:
    """The shape of the tensor at that place or of that name, if there is one and it is known."""
    tensor = given(arguments, place, name)
    return tensor.shape if isinstance(tensor, Tensor) else None


def projected(config: Config, query: Shape) -> Shape:
    """The query's shape, its last axes replaced by `output_shape` where that is set."""
    own = config.get("output_shape")
    return query if own is None else query[:-1] + integers(own)


def multi_head_scores(config: Config, query: Shape, key: Shape | None) -> Shape | None:
    """(batch, heads, queries, keys). Source: keras.layers.MultiHeadAttention, einsum over rank 3."""
    if len(query) != 3 or key is None or config.get("attention_axes") not in (None, [1]):
        return None
    return (query[0], integer(config, "num_heads"), query[1], key[1])


def grouped_scores(config: Config, query: Shape, key: Shape | None) -> Shape | None:
    """(batch, query heads, queries, keys)."""
    return None if key is None else (query[0], integer(config, "num_query_heads"), query[1], key[1])


def multi_head(
    out: Callable[[Config, Shape], Shape], scores: Callable[[Config, Shape, Shape | None], Shape | None]
) -> OutputRule:
    """The rule of layers called on query, value and perhaps key: the query's shape, projected."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        query = shape_given(arguments, 0, "query")
        key = shape_given(arguments, 2, "key") or shape_given(arguments, 1, "value")
        first = None if query is None else out(config, query)
        if not scores_wanted(arguments):
            return (first,)
        return (first, None if query is None else scores(config, query, key))

    return output


def attention_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The rule of Attention, called on [query, value] or [query, value, key]."""
    query, value, *more = (tensor.shape for tensor in subjects(arguments))
    key = more[0] if more else value
    out = None if query is None or value is None else (*query[:-1], value[-1])
    if not scores_wanted(arguments):
        return (out,)
    return (out, None if query is None or key is None else (*query[:-1], key[-2]))


KINDS = (
    LayerKind(
        "MultiHeadAttention",
        "attention",
        multi_head(projected, multi_head_scores),
        parts(
            ("query", "query_dense", always),
            ("key", "key_dense", always),
            ("gate", "_gate_dense", GATE),
            ("value", "value_dense", always),
            ("attention_output", "output_dense", always),
        ),
    ),
    *(
        LayerKind(
            name,
            "attention",
            multi_head(lambda config, query: query, grouped_scores),
            parts(
                ("query", "_query_dense", always),
                ("key", "_key_dense", always),
                ("gate", "_gate_dense", GATE),
                ("value", "_value_dense", always),
                ("attention_output", "_output_dense", always),
            ),
            stored_class="GroupedQueryAttention",
        )
        for name in ("GroupQueryAttention", "GroupedQueryAttention")
    ),
    LayerKind(
        "Attention",
        "attention",
        attention_output,
        variables(
            Variable("scale", setting("use_scale", False)),
            Variable("concat_score_weight", lambda config: config.get("score_mode") == "concat"),
        ),
    ),
    LayerKind(
        "AdditiveAttention", "attention", attention_output, variables(Variable("scale", setting("use_scale", True)))
    ),
)
