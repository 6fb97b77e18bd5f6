"""What the functions of TensorFlow cost that are layers in files of Keras 2: as the operations of keras.ops like them.

Functions that share a shape rule with another one have their own cost by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from netviz.catalog.costs.elementwise import named
from netviz.catalog.costs.forms import FILLED, MOVED, SORTING, UNPUBLISHED, Outputs, each, uncounted
from netviz.catalog.costs.functions import PER_ELEMENT
from netviz.catalog.costs.reductions import reduction
from netviz.catalog.kinds import Arguments, Buffer, CostKind, Field, UncountedError, Window, Work
from netviz.catalog.operations import OPERATIONS
from netviz.catalog.settings import flag
from netviz.model import Config


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a function: its name, the operation of keras.ops that has its shape rule, and what that is given."""

    name: str
    operation: str
    settings: Config
    arguments: Arguments


def gelu(config: Config) -> int:
    """Operations of tf.nn.gelu, which does not approximate unless it is told to."""
    return PER_ELEMENT["gelu_approximate" if flag(config, "approximate", False) else "gelu"]


COSTS: Mapping[str, CostKind] = {
    **{f"reduce_{name}": reduction(name.capitalize()) for name in ("sum", "mean", "max", "min", "prod", "all", "any")},
    "reduce_std": reduction("Std"),
    "reduce_variance": reduction("Var"),
    "reduce_logsumexp": reduction("Logsumexp"),
    "reduce_euclidean_norm": reduction("Norm"),
    "norm": reduction("Norm"),
    "count_nonzero": reduction("CountNonzero"),
    "cumsum": reduction("Cumsum"),
    "cumprod": reduction("Cumprod"),
    "cumulative_logsumexp": uncounted(UNPUBLISHED, "whole"),
    "sort": uncounted(SORTING, "whole"),
    "squared_difference": each(PER_ELEMENT["squared_difference"]),
    "gelu": each(gelu),
    "bias_add": each(1),
    "batch_normalization": each(2),  # as the layer; the factors of each channel are left out
    "dropout": each(0, buffer="same"),
    "clip_by_norm": each(3, "whole"),  # x·c / max(sqrt(sum(x²)), c)
    "l2_normalize": each(3, None),  # x / sqrt(sum(x²))
    "local_response_normalization": uncounted(UNPUBLISHED),
    "image.adjust_brightness": each(1),
    "image.adjust_contrast": each(4, "whole"),  # (x - mean(x))·c + mean(x)
    "image.per_image_standardization": each(6, "whole"),  # (x - mean(x)) / sqrt(mean((x - mean(x))²))
    "image.flip_left_right": MOVED,
    "image.flip_up_down": MOVED,
    "shape": FILLED,
    "size": FILLED,
    "rank": FILLED,
}
"""By the name of the function, where the operation that has its shape rule does not compute the same."""


def cost_of(call: Called) -> CostKind:
    """The cost of a function; an `UncountedError` for one that is not known."""
    if call.name in COSTS:
        return COSTS[call.name]
    found = named(call.name) if call.operation == "Unchanged" else OPERATIONS[call.operation].cost
    if found is None:
        raise UncountedError(f"No count of the operations of {call.name} is known.")
    return found


def cost_of_call(called: Callable[[Config, Arguments], Called]) -> CostKind:
    """The cost of a layer that stands for one function or another, as `called` tells."""

    def work(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
        call = called(config, arguments)
        return cost_of(call).work(call.settings, call.arguments, outputs)

    def window(config: Config, arguments: Arguments) -> tuple[Window, ...] | Field:
        call = called(config, arguments)
        found = cost_of(call).window
        if found is None:
            raise ValueError("positions that are not known")
        return found(call.settings, call.arguments) if callable(found) else found

    def buffer(config: Config, arguments: Arguments) -> Buffer:
        call = called(config, arguments)
        found = cost_of(call).buffer
        return found(call.settings, call.arguments) if callable(found) else found

    return CostKind(work, window, buffer)
