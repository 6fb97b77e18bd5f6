"""Keras 1 (2016): its layer classes as those of today, under the names that arguments and variables had then.

A config is shown as it stands in the file. The rows here take such configs: each is the row of the class of
today, behind a translation of the arguments. Sources: keras 1.2.2, keras/layers/*.py and engine/topology.py;
for the translation keras 2.0.0, keras/legacy/interfaces.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from netviz.catalog.costs import keras_1 as costs
from netviz.catalog.kinds import Arguments, Child, Expected, LayerKind, OutputRule, ShapesRule, WeightSpec
from netviz.catalog.layers import LAYERS
from netviz.catalog.layers.activation import slopes
from netviz.catalog.layers.convolution import channels_in, convolved, kernel_shapes
from netviz.catalog.layers.core import features
from netviz.catalog.layers.merging import contracted
from netviz.catalog.layers.retired import RETIRED
from netviz.catalog.outputs import FLOATS, first_shape, first_tensor, of_shape, of_shapes, unchanged
from netviz.catalog.settings import channels_first, flag, integer, integers, lengths, sizes, text
from netviz.catalog.shapes import arranged, joined, product, spatial
from netviz.model import Config, Shape

MODULE = "keras.legacy.layers"
"""Where Keras 2 kept what was left of Keras 1; the module of every layer class in a file of Keras 1."""

FLOATX = "float32"
"""What Keras 1 computes in unless its own settings, which no file holds, say otherwise."""

Names: TypeAlias = Mapping[str | tuple[str, ...], str]
"""The name of each argument then, or the names of those that were several, with the name since."""

DATA_FORMATS: Mapping[object, str] = {"tf": "channels_last", "th": "channels_first"}
"""What the values of `dim_ordering` are called today."""


@dataclass(frozen=True, slots=True)
class Then:
    """A class as Keras 1 had it.

    `since` is its name today; `variables` has each variable's name since with the one then, which stood behind the
    layer's name. `gates` has the letters of the gates that kept theirs apart; `shapes` is for those that had others
    than today, by the arguments of today.
    """

    since: str
    arguments: Names = field(default_factory=dict)
    variables: tuple[tuple[str, str], ...] = ()
    gates: str = ""
    shapes: ShapesRule | None = None


DENSE: Names = {"output_dim": "units", "bias": "use_bias"}
CHANNELS: Names = {"dim_ordering": "data_format"}
WINDOW: Names = {"border_mode": "padding", **CHANNELS}
CONV: Names = {"nb_filter": "filters", "bias": "use_bias", **WINDOW}
CONV_1D: Names = {**CONV, "filter_length": "kernel_size", "subsample_length": "strides", "atrous_rate": "dilation_rate"}
CONV_2D: Names = {**CONV, ("nb_row", "nb_col"): "kernel_size", "subsample": "strides", "atrous_rate": "dilation_rate"}
CONV_3D: Names = {**CONV, ("kernel_dim1", "kernel_dim2", "kernel_dim3"): "kernel_size", "subsample": "strides"}
POOL_1D: Names = {"pool_length": "pool_size", "stride": "strides", **WINDOW}

KERNEL, BIAS = ("kernel", "W"), ("bias", "b")
KERNEL_BIAS = (KERNEL, BIAS)
TOGETHER = (KERNEL, ("recurrent_kernel", "U"), BIAS)


def apart(config: Config, gates: str) -> bool:
    """Whether a recurrent layer has variables of their own for each gate; with `consume_less="gpu"` it had not."""
    return bool(gates) and config.get("consume_less") != "gpu"


def flat_kernel(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """Of Convolution1D: a kernel of two axes, the second of length 1. Keras 1.0, whose configs are the same, turned it.

    Sources: keras 1.0.8, 1.1.0 and 1.2.2, keras.layers.convolutional.Convolution1D.build.
    """
    window, filters = sizes(config, "kernel_size", 1), integer(config, "filters")
    kernel = (*window, 1, channels_in(config, arguments, 1), filters)
    return {"kernel": Expected(kernel, formerly=turned(kernel)), "bias": Expected((filters,))}


def local_shapes(rank: int) -> ShapesRule:
    """Of LocallyConnectedND: a matrix of window by filters at each place, and a bias.

    Source: keras 1.2.2, keras.layers.local.
    """

    def shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
        shape, filters = first_shape(arguments), integer(config, "filters")
        if shape is None:
            return {}
        _, axes, channels = spatial(config, shape, rank)
        places = convolved(config, axes)
        kernel = (product(places), product((*sizes(config, "kernel_size", rank), channels)), filters)
        return {"kernel": Expected(kernel), "bias": Expected(arranged(config, None, places, filters)[1:])}

    return shapes


CLASSES: Mapping[str, Then] = {
    "InputLayer": Then("InputLayer"),
    "Dense": Then("Dense", DENSE, KERNEL_BIAS),
    "TimeDistributedDense": Then("Dense", DENSE, KERNEL_BIAS),
    "Embedding": Then("Embedding", {}, (("embeddings", "W"),)),
    "Convolution1D": Then("Conv1D", CONV_1D, KERNEL_BIAS, shapes=flat_kernel),
    "AtrousConvolution1D": Then("Conv1D", CONV_1D, KERNEL_BIAS, shapes=flat_kernel),
    "Convolution2D": Then("Conv2D", CONV_2D, KERNEL_BIAS),
    "AtrousConvolution2D": Then("Conv2D", CONV_2D, KERNEL_BIAS),
    "Convolution3D": Then("Conv3D", CONV_3D, KERNEL_BIAS),
    "SeparableConvolution2D": Then(
        "SeparableConv2D",
        CONV_2D,
        (("depthwise_kernel", "depthwise_kernel"), ("pointwise_kernel", "pointwise_kernel"), BIAS),
    ),
    "Deconvolution2D": Then("Conv2DTranspose", CONV_2D, KERNEL_BIAS, shapes=kernel_shapes(2)),
    "LocallyConnected1D": Then("LocallyConnected1D", CONV_1D, KERNEL_BIAS, shapes=local_shapes(1)),
    "LocallyConnected2D": Then("LocallyConnected2D", CONV_2D, KERNEL_BIAS, shapes=local_shapes(2)),
    "ConvLSTM2D": Then("ConvLSTM2D", CONV_2D, TOGETHER, "ifco"),
    "LSTM": Then("LSTM", DENSE, TOGETHER, "ifco"),
    "GRU": Then("GRU", DENSE, TOGETHER, "zrh"),
    "SimpleRNN": Then("SimpleRNN", DENSE, TOGETHER),
    "BatchNormalization": Then(
        "BatchNormalization",
        {},
        (
            ("gamma", "gamma"),
            ("beta", "beta"),
            ("moving_mean", "running_mean"),
            ("moving_variance", "running_std"),  # which it is, in spite of its name
        ),
    ),
    "PReLU": Then("PReLU", {}, (("alpha", "alphas"),)),
    **{
        f"{name}Pooling{rank}D": Then(f"{name}Pooling{rank}D", POOL_1D if rank == 1 else WINDOW)
        for name in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{
        f"Global{name}Pooling{rank}D": Then(f"Global{name}Pooling{rank}D", CHANNELS)
        for name in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{f"UpSampling{rank}D": Then(f"UpSampling{rank}D", {"length": "size", **CHANNELS}) for rank in (1, 2, 3)},
    **{
        f"{name}{rank}D": Then(f"{name}{rank}D", CHANNELS)
        for name in ("ZeroPadding", "Cropping", "SpatialDropout")
        for rank in (1, 2, 3)
    },
    **{
        name: Then(name)
        for name in (
            "Activation", "ActivityRegularization", "Bidirectional", "Dropout", "ELU", "Flatten", "GaussianDropout",
            "GaussianNoise", "Lambda", "LeakyReLU", "Masking", "Permute", "RepeatVector", "Reshape",
            "ThresholdedReLU", "TimeDistributed",
        )
    },
}  # fmt: skip
"""The classes that are still there, by the names that they had."""


def settings_of(config: Config, then: Then) -> Config:
    """The config under the names of today; what it was called then is in it as well."""
    settings = dict(config)
    for old, new in then.arguments.items():
        names = old if isinstance(old, tuple) else (old,)
        if all(name in config for name in names):
            settings[new] = [config[name] for name in names] if isinstance(old, tuple) else config[old]
    if isinstance(config.get("dim_ordering"), str):
        settings["data_format"] = DATA_FORMATS.get(config["dim_ordering"])
    if then.since == "GRU":
        settings["reset_after"] = False  # of which Keras 2.1 made an argument
    return settings


def dtype_of(config: Config, arguments: Arguments) -> str | None:
    """That of the first tensor where it is a float, else Keras's own; an InputLayer states its own."""
    if not arguments.tensors:
        stated = config.get("input_dtype")
        return stated if isinstance(stated, str) else FLOATX
    dtype = first_tensor(arguments).dtype
    return dtype if dtype in FLOATS else FLOATX


def stored_by(variables: tuple[tuple[str, str], ...], gates: str = "") -> Callable[[Config], tuple[WeightSpec, ...]]:
    """A `weights` rule: the variables, without the bias where `bias` is false, or those of each gate."""
    of_gates = tuple((f"{name}_{gate}", f"{then}_{gate}") for gate in gates for name, then in variables)

    def weights(config: Config) -> tuple[WeightSpec, ...]:
        return tuple(
            WeightSpec(name, f"vars/{place}", not name.startswith("moving_"), then)
            for place, (name, then) in enumerate(of_gates if apart(config, gates) else variables)
            if not name.endswith("bias") or flag(config, "bias", True)
        )

    return weights


def turned(kernel: Shape) -> Shape:
    """The shape of a kernel in Theano's order: the filters first, the window last."""
    *window, channels, filters = kernel
    return (filters, channels, *window)


def turned_back(kernel: Shape) -> Shape:
    """The shape today of a kernel in Theano's order."""
    filters, channels, *window = kernel
    return (*window, channels, filters)


def is_turned(config: Config, shape: Shape) -> bool:
    """Whether a variable is in Theano's order: what slides over several axes, where the channels stand first."""
    return channels_first(config) and len(shape) > 3


def shapes_then(then: Then, rule: ShapesRule) -> ShapesRule:
    """A `shapes` rule from one by the arguments of today: the gates apart, and kernels as they were turned."""

    def shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
        settings = settings_of(config, then)
        found = dict(rule(settings, arguments))
        if apart(config, then.gates):
            share = {name: replace(own, shape=one_gate(own.shape, len(then.gates))) for name, own in found.items()}
            found = {f"{name}_{gate}": own for gate in then.gates for name, own in share.items()}
        return {
            name: replace(own, shape=turned(own.shape)) if is_turned(settings, own.shape) else own
            for name, own in found.items()
        }

    return shapes


def one_gate(shape: Shape, gates: int) -> Shape:
    """The shape of what one gate has of a variable that has all of them along its last axis."""
    *axes, width = shape
    return (*axes, None if width is None else width // gates)


def formula_then(then: Then, rule: Callable[[Config, tuple[Shape, ...]], str]) -> Callable[..., str]:
    """A `formula` rule from one by the shapes of today."""

    def formula(config: Config, shapes: tuple[Shape, ...]) -> str:
        settings = settings_of(config, then)
        found = tuple(turned_back(shape) if is_turned(settings, shape) else shape for shape in shapes)
        if apart(config, then.gates):
            found = all_gates(found, len(then.gates))
        return rule(settings, found)

    return formula


def all_gates(shapes: tuple[Shape, ...], gates: int) -> tuple[Shape, ...]:
    """The shapes that the variables of so many gates, which have to be alike, have side by side."""
    size = len(shapes) // gates
    first = shapes[:size]
    if shapes != first * gates:
        raise ValueError("gates of different shapes")
    return tuple((*axes, None if width is None else width * gates) for *axes, width in first)


def kind_of(name: str, then: Then) -> LayerKind:
    """The row for a class that is still there."""
    kind = LAYERS.get(then.since) or RETIRED[then.since]
    output, children, around = kind.output, kind.children, kind.around
    shapes = then.shapes or kind.shapes

    def settings(config: Config) -> Config:
        return settings_of(config, then)

    def inside(config: Config, arguments: Arguments) -> tuple[Child, ...]:
        found = children(settings(config), arguments) if children else ()
        return tuple(replace(child, serialized={"module": MODULE, **child.serialized}) for child in found)

    return LayerKind(
        name,
        kind.family,
        RULES.get(name) or (None if output is None else lambda config, arguments: output(settings(config), arguments)),
        stored_by(then.variables, then.gates),
        shapes=shapes_then(then, shapes) if shapes else None,
        dtype=dtype_of,
        formula=formula_then(then, kind.formula) if kind.formula else None,
        children=inside if children else None,
        around=(lambda config, arguments, shapes: around(settings(config), arguments, shapes)) if around else None,
        cost=costs.since(kind.cost, settings) if kind.cost else None,
    )


@of_shape
def deconvolved(config: Config, shape: Shape) -> Shape:
    """The shape that Deconvolution2D had to be told, behind the batch axis."""
    return (shape[0], *lengths(config.get("output_shape"))[1:])


@of_shape
def maxout(config: Config, shape: Shape) -> Shape:
    """The highest of several linear functions, for each of `output_dim`."""
    return (shape[0], integer(config, "output_dim"))


@of_shapes
def merged(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """What Merge gives by its mode. A function as mode states its output shape, or leaves it open.

    Source: keras 1.2.2, keras.engine.topology.Merge.get_output_shape_for.
    """
    mode = text(config, "mode", "sum")
    if config.get("mode_type", "raw") != "raw":
        return (shapes[0][0], *lengths(config.get("output_shape")))
    if mode == "concat":
        return joined(shapes, integer(config, "concat_axis", -1))
    if mode in ("dot", "cos"):
        first, second = shapes
        left, right = contracted(integers(config.get("dot_axes", -1)), first, second)
        out = first[:left] + first[left + 1 :] + second[1:right] + second[right + 1 :]
        return out if len(out) > 1 else (*out, 1)
    if mode not in ("sum", "mul", "ave", "max"):
        raise ValueError(f"unknown mode {mode!r:.40}")
    return shapes[0]


def maxout_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """A dense layer for each of `nb_feature`. Source: keras 1.2.2, keras.layers.core.MaxoutDense.build."""
    count, units = integer(config, "nb_feature", 4), integer(config, "output_dim")
    return {"kernel": Expected((count, features(arguments), units)), "bias": Expected((count, units))}


def highway_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """As many units as features, and as many that carry. Source: keras 1.2.2, keras.layers.core.Highway.build."""
    size = features(arguments)
    kernel, bias = Expected((size, size)), Expected((size,))
    return {"kernel": kernel, "carry_kernel": kernel, "bias": bias, "carry_bias": bias}


def slopes_of(*names: str) -> ShapesRule:
    """Variables of the shape of a PReLU's slopes. Source: keras 1.2.2, keras.layers.advanced_activations."""
    return lambda config, arguments: {name: own for own in slopes(config, arguments).values() for name in names}


SPLINE = ("t_left", "a_left", "t_right", "a_right")

RULES: Mapping[str, OutputRule] = {"Deconvolution2D": deconvolved}
"""Rules of their own for classes that worked in another way."""

GONE = (
    LayerKind("Merge", "merging", merged, dtype=dtype_of, cost=costs.MERGE),
    LayerKind(
        "MaxoutDense", "dense", maxout, stored_by(KERNEL_BIAS), shapes=maxout_shapes, dtype=dtype_of, cost=costs.MAXOUT
    ),
    LayerKind(
        "Highway",
        "dense",
        unchanged,
        stored_by((KERNEL, ("carry_kernel", "W_carry"), BIAS, ("carry_bias", "b_carry"))),
        shapes=highway_shapes,
        dtype=dtype_of,
        cost=costs.HIGHWAY,
    ),
    LayerKind(
        "ParametricSoftplus",
        "activation",
        unchanged,
        stored_by((("alpha", "alphas"), ("beta", "betas"))),
        shapes=slopes_of("alpha", "beta"),
        dtype=dtype_of,
        cost=costs.PARAMETRIC_SOFTPLUS,
    ),
    LayerKind(
        "SReLU",
        "activation",
        unchanged,
        stored_by(tuple((name, name) for name in SPLINE)),
        shapes=slopes_of(*SPLINE),
        dtype=dtype_of,
        cost=costs.SRELU,
    ),
)
"""Classes that Keras 2 no longer had."""

KERAS_1: Mapping[str, LayerKind] = {
    **{kind.class_name: kind for kind in GONE},
    **{name: kind_of(name, then) for name, then in CLASSES.items()},
}
"""By the class name of Keras 1."""
