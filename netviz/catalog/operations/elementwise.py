"""keras.ops that work element by element: functions of one tensor, and of two or more that are broadcast."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from netviz.catalog.costs.elementwise import casting, function
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.outputs import always_dtype, dtype_in, of_operand_shapes, operand, unchanged
from netviz.catalog.promotion import counting, floating, of_operands, promoted, replaced, stated
from netviz.catalog.shapes import broadcast
from netviz.model import Config, Shape

KEEPING = (
    "Absolute", "Abs", "BitwiseInvert", "BitwiseNot", "Conjugate", "Conj", "Copy", "NanToNum", "Round", "Sign",
    "Trunc", "Negative", "Rsqrt", "Erf", "Erfinv", "StopGradient", "Tril", "Triu", "Flip", "Fliplr", "Flipud", "Roll",
)  # fmt: skip
"""Functions that keep the dtype too."""

ACTIVATIONS = (
    "Relu", "Relu6", "Sigmoid", "SparseSigmoid", "Softplus", "Softsign", "SoftShrink", "SparsePlus", "Silu",
    "Squareplus", "LogSigmoid", "LeakyRelu", "HardSigmoid", "HardSilu", "Elu", "Selu", "Gelu", "Celu", "TanhShrink",
    "HardTanh", "HardShrink", "Threshold", "Softmax", "LogSoftmax", "Sparsemax",
)  # fmt: skip

FLOATING = (
    "Angle", "Arccos", "Arccosh", "Arcsin", "Arcsinh", "Arctan", "Arctanh", "Ceil", "Cos", "Cosh", "Exp", "Exp2",
    "Expm1", "Floor", "Log", "Log10", "Log1p", "Log2", "Sin", "Sinc", "Sinh", "Tan", "Tanh", "Sqrt", "Erfc", "Fabs",
)  # fmt: skip
"""Functions that turn integers into floats."""

WIDENING = ("Cbrt", "Deg2rad", "Rad2deg", "I0")
"""Functions that turn integers into floats, the widest into float64."""

TESTS = ("Isfinite", "Isinf", "Isnan", "Isneginf", "Isposinf", "Isreal", "LogicalNot", "Signbit")
"""Functions of one tensor that answer yes or no."""

FILLS = ("OnesLike", "ZerosLike", "EmptyLike", "FullLike", "Array", "ConvertToTensor")

CASTS = ("Cast", "SaturateCast")

PROMOTING = (
    "Add", "Subtract", "Multiply", "Power", "Maximum", "Minimum", "Fmax", "Fmin", "FloorDivide", "Gcd", "Lcm",
    "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseLeftShift", "LeftShift", "BitwiseRightShift", "RightShift",
)  # fmt: skip
"""Functions of two tensors that give the promoted dtype."""

DIVIDING = ("Divide", "DivideNoNan", "TrueDivide", "Arctan2", "Logaddexp", "Logaddexp2", "Nextafter", "Ldexp")
"""Functions of two tensors that give a float."""

MEASURING = ("Heaviside", "Hypot")
"""Functions of two tensors that widen the promoted dtype."""

COMPARING = (
    "Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalAnd", "LogicalOr", "LogicalXor",
    "Isclose",
)  # fmt: skip


WIDER: Mapping[str, str] = {
    **dict.fromkeys(("int8", "int16", "int32", "uint8", "uint16", "uint32"), "float32"),
    "int64": "float64",
}

widened = replaced({**WIDER, "bool": "float32"})
"""Floats stay, integers become float32, or float64 where they are of 64 bits."""


def measured_dtype(config: Config, arguments: Arguments) -> str | None:
    """The promoted dtype widened; truth values stay what they are. Source: keras.src.ops.numpy.Hypot."""
    dtype = of_operands()(config, arguments)
    return None if dtype is None else WIDER.get(dtype, dtype)


@of_operand_shapes
def stretched(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """All shapes stretched to one."""
    return reduce(broadcast, shapes)


def chosen_dtype(config: Config, arguments: Arguments) -> str | None:
    """Of Where: the dtypes of what is chosen from, promoted."""
    arrays = [operand(value) for value in (*arguments.args, *arguments.kwargs.values())][1:]
    return promoted(*(None if array is None else array.dtype for array in arrays))


def modulo_dtype(config: Config, arguments: Arguments) -> str | None:
    """The promoted dtype, int32 for two truth values."""
    dtype = of_operands()(config, arguments)
    return "int32" if dtype == "bool" else dtype


KINDS = (
    *(
        LayerKind(name, "activation", unchanged, dtype=dtype_in, cost=function(name))
        for name in (*KEEPING, *ACTIVATIONS)
    ),
    *(LayerKind(name, "activation", unchanged, dtype=floating, cost=function(name)) for name in FLOATING),
    *(LayerKind(name, "activation", unchanged, dtype=widened, cost=function(name)) for name in WIDENING),
    *(LayerKind(name, "activation", unchanged, dtype=always_dtype("bool"), cost=function(name)) for name in TESTS),
    *(LayerKind(name, "activation", unchanged, dtype=counting, cost=function(name)) for name in ("Clip", "Square")),
    *(LayerKind(name, "activation", unchanged, dtype=stated, cost=casting(name)) for name in (*FILLS, *CASTS)),
    LayerKind("Reciprocal", "activation", unchanged, dtype=always_dtype("float32"), cost=function("Reciprocal")),
    *(LayerKind(name, "merging", stretched, dtype=of_operands(), cost=function(name)) for name in PROMOTING),
    *(LayerKind(name, "merging", stretched, dtype=of_operands("float"), cost=function(name)) for name in DIVIDING),
    *(LayerKind(name, "merging", stretched, dtype=measured_dtype, cost=function(name)) for name in MEASURING),
    *(LayerKind(name, "merging", stretched, dtype=modulo_dtype, cost=function(name)) for name in ("Mod", "Fmod")),
    *(LayerKind(name, "merging", stretched, dtype=always_dtype("bool"), cost=function(name)) for name in COMPARING),
    LayerKind("Where", "merging", stretched, dtype=chosen_dtype, cost=function("Where")),
)
