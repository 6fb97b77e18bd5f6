"""Functions of each element: activations, keras.ops, and merging of several tensors."""

from __future__ import annotations

from dataclasses import replace

from netviz.catalog.costs import positions
from netviz.catalog.costs.forms import Outputs, activation_holds, each, made, uncounted
from netviz.catalog.costs.functions import ACTIVATION_LAYERS, PER_ELEMENT, TWICE, activation, gelu, relu, spelled
from netviz.catalog.kinds import Arguments, CostKind, Holding, Work
from netviz.catalog.outputs import subjects
from netviz.model import Config

ACTIVATION = replace(each(activation), held=activation_holds)
RELU = each(relu)
SOFTMAX = each(PER_ELEMENT["softmax"], positions.along(positions.axes_under("axis")))


def layer(class_name: str) -> CostKind:
    """The cost of a layer that is an activation."""
    own = {"Activation": ACTIVATION, "ReLU": RELU, "Softmax": SOFTMAX}
    return own.get(class_name) or each(PER_ELEMENT[ACTIVATION_LAYERS[class_name]])


ALONG_AXIS = ("softmax", "log_softmax", "glu")
MOVING = ("flip", "fliplr", "flipud", "roll", "reverse")
KEEPING = ("array", "convert_to_tensor", "copy", "ensure_shape", "identity", "stop_gradient")


def function(class_name: str) -> CostKind:
    """The cost of an operation of keras.ops that works element by element."""
    name = spelled(class_name)
    cost = each(gelu) if class_name == "Gelu" else named(name)
    return replace(cost, held=lambda config, arguments, outputs: Holding(made(outputs))) if name in TWICE else cost


def named(name: str) -> CostKind:
    """The cost of a function of the table of functions; LookupError for one that is not in it."""
    if name in ("sparsemax", "gcd", "lcm"):
        return uncounted(f"How many steps {name} takes depends on the values.")
    count = PER_ELEMENT[name]
    if name in MOVING:
        return each(count, None, "new")
    if name in KEEPING:
        return each(count, buffer="same")
    return each(count, positions.along(positions.axes_under("axis")) if name in ALONG_AXIS else "pointwise")


def casting(class_name: str) -> CostKind:
    """The cost of what makes values of another dtype, or like others."""
    return each(PER_ELEMENT[spelled(class_name)], buffer="new")


def merged(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """An operation for each tensor behind the first: the profiler's Add, Mul, Maximum."""
    return Work(0, made(outputs) * (len(subjects(arguments)) - 1))


def averaged(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Additions, and a division."""
    return Work(0, made(outputs) * len(subjects(arguments)))


MERGED = CostKind(merged, "pointwise", "over")
AVERAGED = CostKind(averaged, "pointwise", "over")
JOINED = CostKind(lambda config, arguments, outputs: Work(), positions.joined())
