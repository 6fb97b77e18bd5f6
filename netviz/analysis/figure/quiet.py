"""What figures leave out unless told otherwise, and what a layer is to a reader: tables, and little else."""

from __future__ import annotations

from collections.abc import Mapping

from netviz import catalog
from netviz.analysis.subjects import family_of
from netviz.catalog.operations.elementwise import ACTIVATIONS
from netviz.catalog.telling import activation_name
from netviz.catalog.tensorflow_functions import FUNCTIONS
from netviz.figures import Style
from netviz.model import Layer
from netviz.views import Family

EVERYWHERE: frozenset[str] = frozenset({
    "Identity", "Masking", "StopGradient", "Copy", "Cast", "SaturateCast", "ConvertToTensor",
    "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Pad",
})  # fmt: skip
"""Classes that no figure draws. What a padding adds is said by the convolution behind it."""

IN_SPACE: frozenset[str] = EVERYWHERE | frozenset({
    "Flatten", "Ravel", "Squeeze", "ExpandDims", "Cropping1D", "Cropping2D", "Cropping3D", "RepeatVector",
})  # fmt: skip
"""Classes that figures of shapes in space do not draw, since the shapes around them say what they do."""

QUIET_CLASSES: Mapping[Style, frozenset[str]] = {"blocks": EVERYWHERE, "volumes": IN_SPACE, "lenet": IN_SPACE}

QUIET_FAMILIES: Mapping[Style, frozenset[Family]] = {
    "blocks": frozenset({"regularisation"}),
    "volumes": frozenset({"regularisation", "preprocessing"}),
    "lenet": frozenset({"regularisation", "preprocessing"}),
}

RESHAPES = frozenset({"Reshape", "Permute", "Transpose", "View", "Swapaxes", "Moveaxis"})
"""Left out in space as well, where they only put axes into another order, or make a vector."""

SIGNS: Mapping[str, str] = {
    "Add": "+", "Subtract": "−", "Multiply": "×", "Divide": "÷", "TrueDivide": "÷", "Concatenate": "concat",
    "Append": "concat", "Hstack": "concat", "Vstack": "concat", "Stack": "stack", "Average": "mean", "Maximum": "max",
    "Minimum": "min", "Dot": "·", "Matmul": "·", "CustomScaleLayer": "+", "Merge": "merge",
}  # fmt: skip
"""What merges do, by class or operation."""

MERGE_MODES: Mapping[object, str] = {
    "sum": "+", "mul": "×", "concat": "concat", "ave": "mean", "max": "max", "min": "min", "dot": "·", "cos": "·",
}  # fmt: skip
"""By the mode of Keras 1's layer Merge."""

OPERATORS = frozenset({"Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Power", "Maximum", "Minimum", "Mod"})
"""Operations that with one tensor only rescale it."""

FUNCTIONS_OF_ACTIVATION: Mapping[str, str] = {
    **{name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_") for name in ACTIVATIONS},
    "Tanh": "tanh", "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "PReLU": "prelu", "Glu": "glu",
    "ThresholdedReLU": "thresholded_relu",
}  # fmt: skip
"""The activation that a layer or operation computes, by class."""


def is_operation(layer: Layer) -> bool:
    """Whether it is a function of Keras or TensorFlow, and no layer."""
    return "ops" in (layer.module or "").split(".") or layer.class_name in ("TFOpLambda", "SlicingOpLambda")


def operation(layer: Layer) -> str:
    """The class, or what TensorFlow's function is called among Keras's operations."""
    name = layer.config.get("function")
    if layer.class_name == "TFOpLambda" and isinstance(name, str):
        known = FUNCTIONS.get(name) or FUNCTIONS.get(name.rpartition(".")[2])
        return known.operation if known else name
    return layer.class_name or ""


def sign(layer: Layer) -> str:
    """What it does where it merges tensors, "" where that is not known."""
    if layer.class_name == "Merge":
        return MERGE_MODES.get(layer.config.get("mode"), SIGNS["Merge"])
    return SIGNS.get(operation(layer), "") if family_of(layer) == "merging" else ""


def activation(layer: Layer) -> str:
    """The activation that it applies, "" for none and for a linear one; what gates have inside is none."""
    own = FUNCTIONS_OF_ACTIVATION.get(operation(layer), "")
    if own:
        return own
    name = activation_name(layer.config)
    return "" if name == "linear" or (family_of(layer) in ("recurrent", "attention") and name == "tanh") else name


def opens(layer: Layer) -> bool:
    """Whether what is inside is drawn: that of models, and of layers of others whose calls are known."""
    if not layer.graph or not layer.graph.calls:
        return False
    kind = catalog.find(layer.class_name, layer.module)
    return kind is None or (kind.family == "model" and kind.class_name != "Wrapper")


def wrapped(layer: Layer) -> Layer | None:
    """The layer inside a wrapper."""
    kind = catalog.find(layer.class_name, layer.module)
    return layer.layers[0] if kind and kind.children and layer.layers else None


def repeats_in_time(layer: Layer) -> bool:
    """Whether it applies the layer inside to each step of a sequence."""
    return layer.class_name == "TimeDistributed"


def is_quiet(layer: Layer, style: Style) -> bool:
    """Whether the style leaves it out, whatever its shapes are."""
    name = operation(layer)
    if layer.class_name == "Activation" and activation(layer) == "":
        return activation_name(layer.config) == "linear"
    return name in QUIET_CLASSES.get(style, EVERYWHERE) or family_of(layer) in QUIET_FAMILIES.get(style, ())
