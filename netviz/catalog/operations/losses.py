"""keras.ops that compare a prediction with its target."""

from __future__ import annotations

from netviz.catalog.costs import losses as costs
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.outputs import always_dtype, first_tensor, given, one_number, operand
from netviz.catalog.promotion import of_operands, promoted
from netviz.catalog.settings import axis_in, integer, text
from netviz.model import Config, Shape, Tensor


def prediction(arguments: Arguments) -> Tensor:
    """The second argument."""
    array = operand(given(arguments, 1, "output"))
    if array is None:
        raise TypeError("the call has no prediction")
    return array


def prediction_dtype(config: Config, arguments: Arguments) -> str | None:
    """The dtype of the prediction."""
    return prediction(arguments).dtype


def binary_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """A loss for each element."""
    return (prediction(arguments).shape,)


def categorical_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """A loss for each vector of classes, which lie along `axis`. Keras 3.15 leaves out the last axis in any case."""
    shape = prediction(arguments).shape
    if shape is None:
        return (None,)
    axis = axis_in(integer(config, "axis", -1), len(shape))
    return (shape[:axis] + shape[axis + 1 :],)


def floating_prediction(config: Config, arguments: Arguments) -> str | None:
    """The dtype of the prediction, at least float32."""
    return promoted(prediction(arguments).dtype, "float32")


def ctc_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """A loss for each sequence."""
    shape = first_tensor(arguments).shape
    return (None if shape is None else shape[:1],)


def paths(config: Config) -> int:
    """How many readings of each sequence are given."""
    return 1 if text(config, "strategy", "greedy") == "greedy" else integer(config, "top_paths", 1)


def decoded_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The readings of each sequence, and how likely they are. Source: keras.src.ops.nn.CTCDecode."""
    shape = first_tensor(arguments).shape
    if shape is None:
        return (None, None)
    batch, steps, *_ = shape
    count = paths(config)
    return ((count, batch, steps), (batch, count))


def decoded_dtype(config: Config, arguments: Arguments) -> tuple[str | None, ...]:
    """Numbers of classes, and at least float32."""
    return ("int32", promoted(first_tensor(arguments).dtype, "float32"))


def targets_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """An answer for each target."""
    return (first_tensor(arguments).shape,)


KINDS = (
    LayerKind("BinaryCrossentropy", "merging", binary_output, dtype=prediction_dtype, cost=costs.BINARY),
    *(
        LayerKind(name, "merging", categorical_output, dtype=prediction_dtype, cost=cost)
        for name, cost in (
            ("CategoricalCrossentropy", costs.CATEGORICAL),
            ("SparseCategoricalCrossentropy", costs.SPARSE),
        )
    ),
    LayerKind("CTCLoss", "merging", ctc_output, dtype=floating_prediction, cost=costs.DYNAMIC),
    LayerKind("CTCDecode", "preprocessing", decoded_output, dtype=decoded_dtype, cost=costs.DYNAMIC),
    LayerKind("InTopK", "merging", targets_output, dtype=always_dtype("bool"), cost=costs.RANKED),
    LayerKind("PSNR", "merging", one_number, dtype=of_operands("float"), cost=costs.NOISE),
    LayerKind("AllClose", "merging", one_number, dtype=always_dtype("bool"), cost=costs.CLOSE),
)
