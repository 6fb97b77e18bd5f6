"""keras.layers attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from netviz.catalog.costs import attention as costs
from netviz.catalog.formulas import sum_of_products
from netviz.catalog.kinds import Arguments, Expected, LayerKind, OutputRule
from netviz.catalog.outputs import first_shape, given, subjects
from netviz.catalog.quantization import of_dense_parts
from netviz.catalog.settings import flag, integer, integers, setting
from netviz.catalog.stored import Variable, always, variables
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


def additive_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """A scale for each feature of the query."""
    shape = first_shape(arguments)
    return {"scale": Expected((shape[-1] if shape else None,))}


def width(arguments: Arguments, place: int, name: str) -> int | None:
    """The length of the last axis of the tensor at that place or of that name, None where it is not known."""
    shape = shape_given(arguments, place, name)
    return shape[-1] if shape else None


def projections(
    query: int | None, value: int | None, key: int | None, heads: tuple[int, int], sizes: tuple[int, int], out: Shape
) -> Mapping[str, Expected]:
    """The kernels and biases that project `query`, `value` and `key` (their last axes) to heads, and back to `out`.

    `heads` are those of the query and of key and value, `sizes` those of a key and of a value in a head.
    """
    (queries, keys), (key_size, value_size) = heads, sizes
    own = {
        "query": (query, queries, key_size),
        "key": (value if key is None else key, keys, key_size),
        "value": (value, keys, value_size),
        "gate": (query, queries, value_size),
    }
    expected = {f"{name}/kernel": Expected(shape) for name, shape in own.items()}
    expected |= {f"{name}/bias": Expected(shape[1:]) for name, shape in own.items()}
    expected["attention_output/kernel"] = Expected((queries, value_size, *out), (0, 1))
    expected["attention_output/bias"] = Expected(out)
    return expected


def multi_head_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """As keras.layers.MultiHeadAttention.build has it."""
    heads, key_size = integer(config, "num_heads"), integer(config, "key_dim")
    query, value, key = width(arguments, 0, "query"), width(arguments, 1, "value"), width(arguments, 2, "key")
    out = (query,) if config.get("output_shape") is None else integers(config.get("output_shape"))
    sizes = (key_size, integer(config, "value_dim", key_size))
    return projections(query, value, key, (heads, heads), sizes, out)


def grouped_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """As keras.layers.GroupedQueryAttention.build has it."""
    size = integer(config, "head_dim")
    heads = (integer(config, "num_query_heads"), integer(config, "num_key_value_heads"))
    query, value, key = width(arguments, 0, "query"), width(arguments, 1, "value"), width(arguments, 2, "key")
    return projections(query, value, key, heads, (size, size), (query,))


def projections_formula(config: Config, shapes: tuple[Shape, ...]) -> str:
    """The dense layers inside, equal ones counted: "3·(64·4·16 + 4·16) + 4·16·64 + 64".

    Source: Vaswani et al. (2017), section 3.2.2: three projections to the heads, and one back.
    """
    size = 2 if flag(config, "use_bias", True) else 1
    dense = Counter(sum_of_products(shapes[place : place + size]) for place in range(0, len(shapes), size))
    return " + ".join(f"{count}·({one})" if count > 1 else one for one, count in dense.items())


multi_head_weights = of_dense_parts(
    ("query", "query_dense", always),
    ("key", "key_dense", always),
    ("gate", "_gate_dense", GATE),
    ("value", "value_dense", always),
    ("attention_output", "output_dense", always),
)
grouped_weights = of_dense_parts(
    ("query", "_query_dense", always),
    ("key", "_key_dense", always),
    ("gate", "_gate_dense", GATE),
    ("value", "_value_dense", always),
    ("attention_output", "_output_dense", always),
)

KINDS = (
    LayerKind(
        "MultiHeadAttention",
        "attention",
        multi_head(projected, multi_head_scores),
        multi_head_weights,
        multi_head_weights,
        multi_head_shapes,
        formula=projections_formula,
        cost=costs.MULTI_HEAD,
    ),
    *(
        LayerKind(
            name,
            "attention",
            multi_head(lambda config, query: query, grouped_scores),
            grouped_weights,
            grouped_weights,
            grouped_shapes,
            formula=projections_formula,
            stored_class="GroupedQueryAttention",
            cost=costs.GROUPED,
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
        shapes=lambda config, arguments: {"scale": Expected(()), "concat_score_weight": Expected(())},
        cost=costs.PLAIN,
    ),
    LayerKind(
        "AdditiveAttention",
        "attention",
        attention_output,
        variables(Variable("scale", setting("use_scale", True))),
        shapes=additive_shapes,
        cost=costs.ADDITIVE,
    ),
)
