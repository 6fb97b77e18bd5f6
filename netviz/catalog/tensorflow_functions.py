"""TensorFlow's functions as layers of Keras 2.4 to 2.15, which wrote them for `x + 1` or `tf.concat(...)`.

The layer (TFOpLambda, SlicingOpLambda) names the function, its call has the arguments by the names of the function's
parameters. They are handed to the rule of the operation of keras.ops that does the same.
Sources: keras 2.15, keras.src.layers.core.tf_op_layer; tensorflow 2.15, the signatures of the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TypeAlias

from netviz.catalog.kinds import RULE_ERRORS, Arguments, LayerKind, OutputRule
from netviz.catalog.operations import OPERATIONS
from netviz.catalog.operations.reshaping import pieces_of
from netviz.catalog.outputs import first_tensor, one_number, unchanged
from netviz.catalog.settings import integers, sequence, text
from netviz.catalog.tensorflow_costs import Called, cost_of_call
from netviz.model import Config, Shape, Tensor
from netviz.views import Family

Given: TypeAlias = dict[str, object]
"""The arguments of a call by the names of the function's parameters."""


def rank_of(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """One number for each axis."""
    shape = first_tensor(arguments).shape
    return (None if shape is None else (len(shape),),)


OWN: Mapping[str, tuple[Family, OutputRule]] = {
    "Unchanged": ("activation", unchanged),
    "Shape": ("reshaping", rank_of),
    "Scalar": ("reshaping", one_number),
}
"""Rules beside those of keras.ops."""


@dataclass(frozen=True, slots=True)
class Function:
    """What a function of TensorFlow is among the operations of keras.ops.

    `operands` are the parameters behind the first that are arrays; `settings` has the others that matter, with what
    keras.ops calls them, `defaults` TensorFlow's own values where keras.ops has none or others. The dtype is that of
    the first array, of the one called `like`, a fixed one, or what the parameter `states` says.
    """

    operation: str
    operands: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    defaults: Config = field(default_factory=dict)
    dtype: str | None = None
    like: str | None = None
    states: str | None = None
    prepare: Callable[[Given], None] | None = None

    @property
    def rule(self) -> OutputRule:
        """The shape rule."""
        return OWN[self.operation][1] if self.operation in OWN else _rule(OPERATIONS[self.operation])

    @property
    def family(self) -> Family:
        return OWN[self.operation][0] if self.operation in OWN else OPERATIONS[self.operation].family


def _rule(kind: LayerKind) -> OutputRule:
    if kind.output is None:
        raise LookupError(kind.class_name)
    return kind.output


FIRST = "\0"
"""The name of the first parameter, which functions call differently."""


def transposed(given: Given) -> None:
    """Of matmul: the two last axes of what is to be transposed swapped."""
    for name, flags in ((FIRST, ("transpose_a", "adjoint_a")), ("b", ("transpose_b", "adjoint_b"))):
        tensor = given.get(name)
        if any(given.get(key) for key in flags) and isinstance(tensor, Tensor) and tensor.shape is not None:
            *rest, rows, columns = tensor.shape
            given[name] = replace(tensor, shape=(*rest, columns, rows))


def free_axes(given: Given) -> None:
    """Of reshape: an axis that is itself a tensor has any length."""
    given["shape"] = [None if isinstance(axis, Tensor) else axis for axis in sequence(given["shape"])]


def cuts(given: Given) -> None:
    """Of split: the places between pieces of the given lengths."""
    stated = given["num_or_size_splits"]
    if isinstance(stated, list):
        pieces = integers(stated)
        if any(length < 0 for length in pieces[: pieces_of(len(pieces))]):
            raise ValueError("a piece of any length")
        given["num_or_size_splits"] = list(accumulate(pieces[:-1]))


def one_batch(given: Given) -> None:
    """Of gather: rows of a batch are not told apart."""
    if given.get("batch_dims"):
        raise ValueError("gather within a batch")


def keys(given: Given) -> None:
    """Of x[...]: slices in the form of Keras 3; an index that is a tensor takes one, as any int does."""
    spec = given["slice_spec"]
    given["slice_spec"] = [_key(key) for key in spec] if isinstance(spec, list) else _key(spec)


def _key(key: object) -> object:
    if isinstance(key, Tensor):
        return 0
    if isinstance(key, Mapping) and "class_name" not in key:
        return {"class_name": "__slice__", "config": key}
    return key


def window(given: Given) -> None:
    """Of pooling: sizes without batch and channels, padding and data format by Keras's names."""
    for name in ("ksize", "strides"):
        value = given.get(name)
        given[name] = value[1:-1] if isinstance(value, list) and len(value) > 3 else value
    given["padding"] = str(given.get("padding", "VALID")).lower()
    given["data_format"] = "channels_first" if str(given.get("data_format")).startswith("NC") else "channels_last"


AXES = {"axis": "axis", "keepdims": "keepdims", "keep_dims": "keepdims"}

FUNCTIONS: Mapping[str, Function] = {
    **{
        name: Function("Unchanged")
        for name in (
            "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "batch_normalization", "bias_add", "ceil",
            "clip_by_norm", "clip_by_value", "conj", "cos", "cosh", "cumprod", "cumsum", "cumulative_logsumexp",
            "digamma", "dropout", "elu", "ensure_shape", "erf", "erfc", "exp", "expm1", "floor", "gelu", "identity",
            "image.adjust_brightness", "image.adjust_contrast", "image.flip_left_right", "image.flip_up_down",
            "image.per_image_standardization", "invert", "l2_normalize", "leaky_relu", "lgamma",
            "local_response_normalization", "log", "log1p", "log_sigmoid", "log_softmax", "negative", "reciprocal",
            "relu", "relu6", "reverse", "roll", "round", "rsqrt", "selu", "sigmoid", "sign", "silu", "sin", "sinh",
            "softmax", "softplus", "softsign", "sort", "sqrt", "square", "stop_gradient", "swish", "tan", "tanh",
        )
    },
    **{name: Function("Unchanged", states="dtype") for name in ("cast", "zeros_like", "ones_like", "saturate_cast")},
    **{name: Function("Unchanged", dtype="bool") for name in ("is_nan", "is_inf", "is_finite", "logical_not")},
    **{
        name: Function(operation, ("y",))
        for name, operation in {
            "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "divide": "Divide", "truediv": "Divide",
            "div_no_nan": "Divide", "divide_no_nan": "Divide", "floordiv": "FloorDivide", "mod": "Mod",
            "floormod": "Mod", "pow": "Power", "maximum": "Maximum", "minimum": "Minimum",
            "squared_difference": "Subtract", "atan2": "Add", "sub": "Subtract", "mul": "Multiply", "div": "Divide",
        }.items()
    },
    **{
        f"r{name}": Function(operation, ("y",))
        for name, operation in {"add": "Add", "sub": "Subtract", "mul": "Multiply", "truediv": "Divide"}.items()
    },
    **{
        name: Function(operation, ("y",), dtype="bool")
        for name, operation in {
            "greater": "Greater", "greater_equal": "GreaterEqual", "less": "Less", "less_equal": "LessEqual",
            "equal": "Equal", "not_equal": "NotEqual", "logical_and": "LogicalAnd", "logical_or": "LogicalOr",
            "logical_xor": "LogicalXor", "eq": "Equal", "ne": "NotEqual",
        }.items()
    },
    **{
        name: Function("Sum", (), AXES)
        for name in (
            "reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod", "reduce_std", "reduce_variance",
            "reduce_logsumexp", "norm", "reduce_euclidean_norm",
        )
    },
    **{name: Function("Sum", (), AXES, dtype="bool") for name in ("reduce_all", "reduce_any")},
    **{name: Function("Sum", (), AXES, dtype="int64") for name in ("count_nonzero",)},
    **{
        name: Function("Argmax", (), {"axis": "axis"}, {"axis": 0}, dtype="int64", states="output_type")
        for name in ("argmax", "argmin")
    },
    "moments": Function("Moments", (), {"axes": "axes", "keepdims": "keepdims"}),
    "where": Function("Where", ("x", "y"), like="x"),
    "where_v2": Function("Where", ("x", "y"), like="x"),
    "matmul": Function("Matmul", ("b",), prepare=transposed),
    "tensordot": Function("Tensordot", ("b",), {"axes": "axes"}),
    "reshape": Function("Reshape", (), {"shape": "newshape"}, prepare=free_axes),
    "transpose": Function("Transpose", (), {"perm": "axes"}),
    "expand_dims": Function("ExpandDims", (), {"axis": "axis"}),
    "squeeze": Function("Squeeze", (), {"axis": "axis"}),
    "concat": Function("Concatenate", (), {"axis": "axis"}),
    "stack": Function("Stack", (), {"axis": "axis"}, {"axis": 0}),
    "unstack": Function("Unstack", (), {"axis": "axis", "num": "num"}, {"axis": 0}),
    "split": Function(
        "Split", (), {"num_or_size_splits": "indices_or_sections", "axis": "axis"}, {"axis": 0}, prepare=cuts
    ),
    "tile": Function("Tile", (), {"multiples": "repeats"}),
    "repeat": Function("Repeat", (), {"repeats": "repeats", "axis": "axis"}),
    "pad": Function("Pad", (), {"paddings": "pad_width"}),
    "gather": Function("Take", ("indices",), {"axis": "axis"}, {"axis": 0}, prepare=one_batch),
    "broadcast_to": Function("BroadcastTo", (), {"shape": "shape"}),
    "one_hot": Function(
        "OneHot", (), {"depth": "num_classes", "axis": "axis"}, {"axis": -1}, dtype="float32", states="dtype"
    ),
    "getitem": Function("GetItem", ("slice_spec",), prepare=keys),
    "shape": Function("Shape", dtype="int32", states="out_type"),
    "size": Function("Scalar", dtype="int32", states="out_type"),
    "rank": Function("Scalar", dtype="int32"),
    "depth_to_space": Function("DepthToSpace", (), {"block_size": "block_size"}),
    "space_to_depth": Function("SpaceToDepth", (), {"block_size": "block_size"}),
    **{
        name: Function(
            operation,
            (),
            {"ksize": "pool_size", "strides": "strides", "padding": "padding", "data_format": "data_format"},
            prepare=window,
        )
        for kind, operation in (("max", "MaxPool"), ("avg", "AveragePool"))
        for name in (f"{kind}_pool", f"{kind}_pool1d", f"{kind}_pool2d", f"{kind}_pool3d")
    },
    "image.resize": Function("Resize", (), {"size": "size"}, dtype="float32"),
    "image.rgb_to_grayscale": Function("RGBToGrayscale"),
}  # fmt: skip
"""By name, without the spaces in which TensorFlow has a function more than once."""

SPACES = ("compat.v1.", "__operators__.", "math.", "linalg.", "nn.")


def function_name(config: Config) -> str:
    """The name of the function that a layer names, without its space."""
    name = text(config, "function", "")
    for space in SPACES:
        name = name.removeprefix(space)
    return name


def function_of(config: Config) -> Function:
    """The function that a layer names; LookupError for one that is not in the table."""
    return FUNCTIONS[function_name(config)]


def handed_on(function: Function, given: Given) -> tuple[Config, Arguments]:
    """The settings and arguments that the operation of keras.ops is handed."""
    given = {**function.defaults, **{name: value for name, value in given.items() if value is not None}}
    if function.prepare:
        function.prepare(given)
    settings = {new: given[old] for old, new in function.settings.items() if old in given}
    operands = tuple(given[name] for name in (FIRST, *function.operands) if name in given)
    return settings, Arguments(operands)


def apply(function: Function, given: Given) -> tuple[Shape | None, ...]:
    """The shapes that come out of a function; raises as an `OutputRule` may."""
    return function.rule(*handed_on(function, given))


def called(name: str, given: Given) -> Called:
    """The function of that name as its cost is asked for."""
    function = FUNCTIONS[name]
    settings, arguments = handed_on(function, given)
    plain = {key: value for key, value in given.items() if key != FIRST and not isinstance(value, Tensor)}
    return Called(name, function.operation, {**plain, **settings}, arguments)


def dtype_by(function: Function, given: Given) -> str | None:
    """The dtype of what comes out: TensorFlow itself never promotes one."""
    stated = given.get(function.states or "")
    if function.dtype or isinstance(stated, str):
        return stated if isinstance(stated, str) else function.dtype
    like = given.get(function.like) if function.like else None
    arrays = [like] if isinstance(like, Tensor) else [given.get(name) for name in (FIRST, *function.operands)]
    found = Arguments(tuple(arrays)).tensors
    return found[0].dtype if found else None


def given_to(arguments: Arguments) -> Given:
    """The arguments of a call by name: Keras writes all but the first by theirs."""
    first = dict(zip((FIRST,), arguments.args, strict=False))
    return {**first, **arguments.kwargs}


def lambda_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The rule of TFOpLambda and SlicingOpLambda."""
    return apply(function_of(config), given_to(arguments))


def lambda_dtype(config: Config, arguments: Arguments) -> str | None:
    """The dtype of the function's output."""
    return dtype_by(function_of(config), given_to(arguments))


def lambda_family(config: Config) -> Family:
    """The family of the operation."""
    return function_of(config).family


def known(family: Callable[[Config], Family]) -> Callable[[Config], Family]:
    """The same, and "unknown" for what is in no table."""

    def found(config: Config) -> Family:
        try:
            return family(config)
        except RULE_ERRORS:
            return "unknown"

    return found


COST = cost_of_call(lambda config, arguments: called(function_name(config), given_to(arguments)))

KINDS = tuple(
    LayerKind(name, "unknown", lambda_output, dtype=lambda_dtype, family_by=known(lambda_family), cost=COST)
    for name in ("TFOpLambda", "SlicingOpLambda")
)
