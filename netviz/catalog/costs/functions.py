"""How many operations each function of one number takes, as a table that activations, keras.ops and TensorFlow share.

One for each addition, multiplication, division, comparison, absolute value, and for each function that is no sum of
simpler ones (exp, log, sqrt, tanh, sin, erf, pow). Where the profiler of TensorFlow counts an operation, its number
stands here (tensorflow/python/profiler/internal/flops_registry.py); else the number is that of the formula beside it,
read without common parts computed twice and with both sides of every comparison.
"""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.kinds import UncountedError
from netviz.catalog.settings import flag
from netviz.model import Config

PER_ELEMENT: Mapping[str, int] = {
    "linear": 0,
    "relu": 1,  # max(x, 0)
    "relu6": 2,  # min(max(x, 0), 6)
    "leaky_relu": 2,  # x if x > 0 else a·x
    "prelu": 2,  # x if x > 0 else a·x
    "thresholded_relu": 2,  # x·(x > t)
    "threshold": 1,  # x if x > t else v
    "elu": 4,  # x if x > 0 else a·(exp(x) - 1)
    "selu": 5,  # s·elu(x)
    "celu": 5,  # x if x > 0 else a·(exp(x/a) - 1)
    "sigmoid": 4,  # 1 / (1 + exp(-x))
    "hard_sigmoid": 4,  # min(max(x/6 + 1/2, 0), 1)
    "sparse_sigmoid": 4,  # 0 if x < -1 else 1 if x > 1 else (x + 1)/2
    "log_sigmoid": 5,  # -softplus(-x)
    "softplus": 3,  # log(1 + exp(x))
    "parametric_softplus": 5,  # a·log(1 + exp(b·x))
    "sparse_plus": 5,  # 0 if x < -1 else x if x > 1 else (x + 1)²/4
    "squareplus": 5,  # (x + sqrt(x² + b))/2
    "softsign": 3,  # x / (1 + |x|)
    "tanh": 1,
    "tanh_shrink": 2,  # x - tanh(x)
    "hard_tanh": 2,  # min(max(x, -1), 1)
    "hard_shrink": 2,  # x if |x| > t else 0
    "soft_shrink": 4,  # x - t if x > t else x + t if x < -t else 0
    "silu": 5,  # x·sigmoid(x)
    "swish": 5,
    "hard_silu": 5,  # x·hard_sigmoid(x)
    "hard_swish": 5,
    "mish": 5,  # x·tanh(softplus(x))
    "gelu": 5,  # x/2·(1 + erf(x/sqrt(2)))
    "gelu_approximate": 9,  # x/2·(1 + tanh(c·(x + d·x³)))
    "exponential": 1,
    "softmax": 5,  # the profiler: two to shift, one exp, two to divide
    "log_softmax": 5,  # x - max - log(sum(exp(x - max))): max, shift, exp, sum, shift
    "glu": 5,  # a·sigmoid(b)
    **dict.fromkeys(
        (
            "abs", "absolute", "acos", "acosh", "angle", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh",
            "asin", "asinh", "atan", "atanh", "bitwise_invert", "bitwise_not", "cbrt", "ceil", "conj", "conjugate",
            "cos", "cosh", "deg2rad", "digamma", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "fabs", "floor", "i0",
            "invert", "is_finite", "is_inf", "is_nan", "isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal",
            "lgamma", "log", "log10", "log1p", "log2", "logical_not", "nan_to_num", "negative", "rad2deg",
            "reciprocal", "round", "sign", "signbit", "sin", "sinh", "sqrt", "square", "tan", "trunc",
        ),
        1,
    ),
    "rsqrt": 2,  # the profiler: 1 / sqrt(x)
    "sinc": 3,  # sin(pi·x) / (pi·x)
    "clip": 2,  # min(max(x, low), high)
    "clip_by_value": 2,
    **dict.fromkeys(
        (
            "array", "cast", "convert_to_tensor", "copy", "empty_like", "ensure_shape", "flip", "fliplr", "flipud",
            "full_like", "identity", "ones_like", "reverse", "roll", "saturate_cast", "stop_gradient", "tril", "triu",
            "zeros_like",
        ),
        0,
    ),
    **dict.fromkeys(
        (
            "add", "arctan2", "atan2", "bitwise_and", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift",
            "bitwise_xor", "divide", "equal", "floor_divide", "fmax", "fmin", "greater", "greater_equal", "heaviside",
            "ldexp", "left_shift", "less", "less_equal", "logical_and", "logical_or", "logical_xor", "maximum",
            "minimum", "multiply", "nextafter", "not_equal", "power", "right_shift", "subtract", "true_divide",
        ),
        1,
    ),
    "divide_no_nan": 2,  # 0 if y = 0 else x / y
    "squared_difference": 2,  # the profiler: (x - y)²
    "mod": 4,  # x - floor(x / y)·y
    "fmod": 4,
    "hypot": 4,  # sqrt(x² + y²)
    "logaddexp": 7,  # max(x, y) + log1p(exp(-|x - y|))
    "logaddexp2": 7,
    "isclose": 6,  # |x - y| <= a + r·|y|
    "where": 0,  # one value or the other
}  # fmt: skip
"""By the name of the function, as keras.activations, keras.ops and TensorFlow write it."""

ACTIVATION_LAYERS: Mapping[str, str] = {
    "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "Softmax": "softmax", "PReLU": "prelu",
    "ThresholdedReLU": "thresholded_relu",
}  # fmt: skip
"""Layers that can stand where an activation is asked for."""


def spelled(class_name: str) -> str:
    """The name of an operation as its function is called: "HardSigmoid" is hard_sigmoid."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in class_name).lstrip("_")


def activation_name(value: object) -> str:
    """The name of the function under `activation` in a config; an `UncountedError` for one that is not Keras's.

    Source: keras.activations.get and serialize; keras.layers.Activation.
    """
    if value is None:
        return "linear"
    if isinstance(value, Mapping):
        class_name, module = value.get("class_name"), value.get("module")
        keras = module in (None, "builtins") or str(module).split(".")[0] in ("keras", "tf_keras", "tensorflow")
        inner = value.get("config")
        if keras and class_name in ACTIVATION_LAYERS:
            return ACTIVATION_LAYERS[str(class_name)]
        if keras and class_name == "Activation" and isinstance(inner, Mapping):
            return activation_name(inner.get("activation"))
        if keras and class_name == "function" and value.get("registered_name") in (None, "function", inner):
            value = inner
    if not isinstance(value, str) or value not in PER_ELEMENT:
        raise UncountedError("Its activation is not one of Keras's own.")
    return value


def activation(config: Config, key: str = "activation", default: str = "linear") -> int:
    """Operations for each element of the activation under `key`."""
    return PER_ELEMENT[activation_name(config.get(key, default))]


TWICE = ("gelu", "silu", "swish", "hard_silu", "hard_swish", "mish", "tanh_shrink")
"""Functions x·f(x) and the like, which need x again once f(x) is there; the others write over it as they go."""


def takes_twice(config: Config) -> bool:
    """Whether the activation of a config has to keep what it is given until it ends; False for one of one's own."""
    try:
        return activation_name(config.get("activation")) in TWICE
    except UncountedError:
        return False


def gelu(config: Config) -> int:
    """Operations of keras.ops.gelu, which approximates unless it is told not to."""
    return PER_ELEMENT["gelu_approximate" if flag(config, "approximate", True) else "gelu"]


def relu(config: Config) -> int:
    """Operations of a ReLU layer: a comparison, one more for each of slope, threshold and highest value that is set."""
    slope = config.get("negative_slope", config.get("alpha"))
    return 1 + sum(bool(value) for value in (slope, config.get("threshold"), config.get("max_value")))
