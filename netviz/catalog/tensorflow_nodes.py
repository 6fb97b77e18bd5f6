"""Nodes of TensorFlow's graph as layers of Keras 2.0 to 2.3 in TensorFlow (TensorFlowOpLayer).

The layer holds the node and its constant inputs; the tensors stand in its call. Each is taken for the function of
TensorFlow that makes such a node. Sources: tensorflow 2.1, keras.engine.base_layer.TensorFlowOpLayer;
core/ops/*.cc for the inputs and attributes of the nodes.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.settings import integers, sequence, text, whole
from netviz.catalog.tensorflow_costs import cost_of_call
from netviz.catalog.tensorflow_functions import FIRST, FUNCTIONS, Given, apply, called, dtype_by, known
from netviz.model import Config, Shape
from netviz.views import Family


@dataclass(frozen=True, slots=True)
class Node:
    """A kind of node: the function that it stands for, what its inputs are, and which attributes are parameters."""

    function: str
    inputs: tuple[str, ...] = (FIRST,)
    attributes: Mapping[str, str] = field(default_factory=dict)
    several: bool = False
    """Whether the first input is a list, of all inputs that are not named."""


TWO = (FIRST, "y")
REDUCED = (FIRST, "axis")
KEEP = {"keep_dims": "keepdims"}

NODES: Mapping[str, Node] = {
    **{
        name: Node(name.lower())
        for name in (
            "Abs", "Acos", "Asin", "Atan", "Ceil", "Cos", "Cosh", "Elu", "Erf", "Exp", "Expm1", "Floor", "Identity",
            "Log", "Log1p", "Reciprocal", "Relu", "Relu6", "Round", "Rsqrt", "Selu", "Sigmoid", "Sign", "Sin",
            "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt", "Square", "Tan", "Tanh",
        )
    },
    "Neg": Node("negative"),
    "LeakyRelu": Node("leaky_relu"),
    "LogSoftmax": Node("log_softmax"),
    "StopGradient": Node("stop_gradient"),
    "BiasAdd": Node("bias_add"),
    "ClipByValue": Node("clip_by_value"),
    "Cast": Node("cast", attributes={"DstT": "dtype"}),
    "ZerosLike": Node("zeros_like"),
    "OnesLike": Node("ones_like"),
    "LogicalNot": Node("logical_not"),
    **{
        name: Node(function, TWO)
        for name, function in {
            "Add": "add", "AddV2": "add", "Sub": "subtract", "Mul": "multiply", "RealDiv": "truediv", "Div": "divide",
            "DivNoNan": "div_no_nan", "FloorDiv": "floordiv", "FloorMod": "floormod", "Pow": "pow",
            "Maximum": "maximum", "Minimum": "minimum", "SquaredDifference": "squared_difference", "Greater": "greater",
            "GreaterEqual": "greater_equal", "Less": "less", "LessEqual": "less_equal", "Equal": "equal",
            "NotEqual": "not_equal", "LogicalAnd": "logical_and", "LogicalOr": "logical_or",
        }.items()
    },
    **{
        name: Node(function, REDUCED, KEEP)
        for name, function in {
            "Sum": "reduce_sum", "Mean": "reduce_mean", "Max": "reduce_max", "Min": "reduce_min", "Prod": "reduce_prod",
            "All": "reduce_all", "Any": "reduce_any",
        }.items()
    },
    "ArgMax": Node("argmax", REDUCED, {"output_type": "output_type"}),
    "ArgMin": Node("argmin", REDUCED, {"output_type": "output_type"}),
    "Select": Node("where", (FIRST, "x", "y")),
    "SelectV2": Node("where", (FIRST, "x", "y")),
    "MatMul": Node("matmul", (FIRST, "b"), {"transpose_a": "transpose_a", "transpose_b": "transpose_b"}),
    **{
        name: Node("matmul", (FIRST, "b"), {"adj_x": "adjoint_a", "adj_y": "adjoint_b"})
        for name in ("BatchMatMul", "BatchMatMulV2")
    },
    "Reshape": Node("reshape", (FIRST, "shape")),
    "Transpose": Node("transpose", (FIRST, "perm")),
    "ExpandDims": Node("expand_dims", (FIRST, "axis")),
    "Squeeze": Node("squeeze", attributes={"squeeze_dims": "axis"}),
    "ConcatV2": Node("concat", (FIRST, "axis"), several=True),
    "Pack": Node("stack", attributes={"axis": "axis"}, several=True),
    "Unpack": Node("unstack", attributes={"axis": "axis", "num": "num"}),
    "Split": Node("split", ("axis", FIRST), {"num_split": "num_or_size_splits"}),
    "SplitV": Node("split", (FIRST, "num_or_size_splits", "axis")),
    "Tile": Node("tile", (FIRST, "multiples")),
    "Pad": Node("pad", (FIRST, "paddings")),
    "PadV2": Node("pad", (FIRST, "paddings")),
    "MirrorPad": Node("pad", (FIRST, "paddings")),
    "GatherV2": Node("gather", (FIRST, "indices", "axis"), {"batch_dims": "batch_dims"}),
    "BroadcastTo": Node("broadcast_to", (FIRST, "shape")),
    "OneHot": Node("one_hot", (FIRST, "depth"), {"axis": "axis"}),
    "Shape": Node("shape", attributes={"out_type": "out_type"}),
    "DepthToSpace": Node("depth_to_space", attributes={"block_size": "block_size"}),
    "SpaceToDepth": Node("space_to_depth", attributes={"block_size": "block_size"}),
    **{
        name: Node(
            function,
            attributes={"ksize": "ksize", "strides": "strides", "padding": "padding", "data_format": "data_format"},
        )
        for name, function in (("MaxPool", "max_pool"), ("AvgPool", "avg_pool"))
    },
    "ResizeBilinear": Node("image.resize", (FIRST, "size")),
    "ResizeNearestNeighbor": Node("image.resize", (FIRST, "size")),
    "ResizeBicubic": Node("image.resize", (FIRST, "size")),
    "StridedSlice": Node("getitem", (FIRST, "begin", "end", "strides")),
}  # fmt: skip
"""By the name of the node's op."""

DTYPES = {"DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16"}
"""Types whose names differ from Keras's by more than their letters' case."""


def definition(config: Config) -> Config:
    """The node of a TensorFlowOpLayer, which TensorFlow 2.0 wrote as text."""
    node = config.get("node_def")
    try:
        node = json.loads(node) if isinstance(node, str) else node
    except RecursionError as error:
        raise ValueError("lists nested without end") from error
    if not isinstance(node, Mapping):
        raise TypeError("no node")
    return node


def attribute(value: object) -> object:
    """The value of an attribute of a node: `{"i": "3"}`, `{"type": "DT_INT32"}`, `{"list": {"i": [...]}}`."""
    if not isinstance(value, Mapping):
        return value
    kind, content = next(iter(value.items()), ("", None))
    if kind == "list" and isinstance(content, Mapping):
        return [attribute({key: item}) for key, items in content.items() for item in sequence(items)] or None
    if kind == "i":
        return int(str(content))
    if kind == "type":
        name = str(content)
        return DTYPES.get(name, name.removeprefix("DT_").lower())
    if kind == "s" and isinstance(content, str):
        return _words(content)
    return content


def _words(encoded: str) -> str:
    """Text among the attributes, which JSON has in base 64."""
    try:
        return b64decode(encoded, validate=True).decode()
    except ValueError:
        return encoded


def node_of(config: Config) -> tuple[Node, Config]:
    """The row of a layer's node, and its attributes; LookupError for one that is not in the table."""
    node = definition(config)
    attributes = node.get("attr")
    return NODES[text(node, "op", "")], attributes if isinstance(attributes, Mapping) else {}


def given_to_node(config: Config, arguments: Arguments) -> Given:
    """The arguments of a node by name: tensors in their order, and between them the constants by their place."""
    node, attributes = node_of(config)
    held = config.get("constants")
    constants = {int(place): value for place, value in held.items()} if isinstance(held, Mapping) else {}
    count = len(arguments.tensors) + len(constants)
    if any(place not in range(count) for place in constants):
        raise LookupError("a constant behind the last input")
    tensors = iter(arguments.tensors)
    inputs = [constants[place] if place in constants else next(tensors) for place in range(count)]
    named = len(node.inputs) - 1
    if node.several:
        inputs = [inputs[: count - named], *inputs[count - named :]]
    given: Given = dict(zip(node.inputs, inputs, strict=False))
    given.update({new: attribute(attributes[old]) for old, new in node.attributes.items() if old in attributes})
    if "strides" in node.inputs:
        given["slice_spec"] = spelled_out(given, attributes)
    return given


def spelled_out(given: Given, attributes: Config) -> list[object]:
    """The keys of x[...] from the bounds and bit masks of a StridedSlice."""
    masks = {name: whole(attribute(attributes.get(f"{name}_mask", {"i": 0}))) for name in MASKS}
    bounds = [integers(given[name]) for name in ("begin", "end", "strides")]
    found: list[object] = []
    for place, (begin, end, stride) in enumerate(zip(*bounds, strict=True)):
        bit = 1 << place
        if masks["ellipsis"] & bit:
            found.append({"class_name": "__ellipsis__"})
        elif masks["new_axis"] & bit:
            found.append(None)
        elif masks["shrink_axis"] & bit:
            found.append(begin)
        else:
            start = None if masks["begin"] & bit else begin
            found.append({"start": start, "stop": None if masks["end"] & bit else end, "step": stride})
    return found


MASKS = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")


def node_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The rule of TensorFlowOpLayer."""
    return apply(FUNCTIONS[node_of(config)[0].function], given_to_node(config, arguments))


def node_dtype(config: Config, arguments: Arguments) -> str | None:
    """The dtype of the node's output."""
    return dtype_by(FUNCTIONS[node_of(config)[0].function], given_to_node(config, arguments))


def node_family(config: Config) -> Family:
    """The family of the operation."""
    return FUNCTIONS[node_of(config)[0].function].family


COST = cost_of_call(lambda config, arguments: called(node_of(config)[0].function, given_to_node(config, arguments)))

KINDS = (
    LayerKind("TensorFlowOpLayer", "unknown", node_output, dtype=node_dtype, family_by=known(node_family), cost=COST),
)
