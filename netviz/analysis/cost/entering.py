"""What enters a model: the shapes of its inputs for a batch, completed by those that the user gives."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import SupportsIndex

from netviz.errors import UsageError
from netviz.model import Endpoint, Layer, Model, Shape, Tensor

ONE_FOR_EACH = "Give a list with one shape for each input, or a mapping from the names of the inputs to shapes."


def entering_tensors(model: Model, batch: int, input_shape: object) -> tuple[int, tuple[Tensor, ...]]:
    """The batch, and the tensors that enter the model, in the order of its inputs.

    What `input_shape` gives stands where the model leaves an axis open; the batch is the first axis. Raises UsageError
    where the two contradict each other, the model, or the batch.
    """
    ends = model.graph.inputs
    given = _given_shapes(model, ends, input_shape)
    stated = _stated_batch(ends, given)
    if _length(batch) is None:
        raise UsageError(f"the batch is a number of 1 or more, not {batch!r:.80}", "For instance batch=1.")
    if stated is None:
        stated = operator.index(batch), ""
    elif batch not in (1, stated[0]):
        raise UsageError(
            f"a batch of {batch} contradicts {stated[1]}, whose first axis is {stated[0]}", "State the batch only once."
        )
    size = stated[0]
    return size, tuple(
        Tensor(with_batch(_met(end, shape), size), end.dtype or "float32")  # unless stated, as keras.Input has it
        for end, shape in zip(ends, given, strict=True)
    )


def with_batch(shape: Shape | None, batch: int) -> Shape | None:
    """The shape with the batch as its first axis where that is open."""
    return (batch, *shape[1:]) if shape and shape[0] is None else shape


def misfit(layer: Layer, tensors: Sequence[Tensor]) -> UsageError:
    """The error for a layer that does not take what an input shape makes of its inputs."""
    given = " and ".join(written(tensor.shape or ()) for tensor in tensors[:3])
    window = next((layer.config[key] for key in ("kernel_size", "pool_size") if layer.config.get(key)), None)
    own = " for its window of " + "×".join(str(window).strip("()[]").split(", ")) if window is not None else ""
    return UsageError(
        f"the input shape does not fit the layer {layer.path!r:.82} ({layer.class_name or '?':.80}): {given} goes in,"
        + (f" too small{own:.80}" if own else " which it does not take"),
        "Give larger pictures or sequences." if own else "Give the lengths that the model was made for.",
    )


def _given_shapes(model: Model, ends: Sequence[Endpoint], input_shape: object) -> list[Shape | None]:
    """What the user gives for each input, None where nothing is."""
    if input_shape is None:
        return [None] * len(ends)
    if not ends:
        raise UsageError(
            f"the inputs of {model.name or 'this model'} are not known, so no input shape can be given for them",
            "A file with the architecture tells them; a model that was never called has none.",
        )
    names = [end.name for end in ends]
    if isinstance(input_shape, Mapping):
        strange = next((name for name in input_shape if name not in names), None)
        if strange is not None:
            raise UsageError(f"there is no input {strange!r:.80}", f"There are: {', '.join(names)}.")
        return [_shape(name, input_shape.get(name)) for name in names]
    if not isinstance(input_shape, list | tuple):
        raise UsageError(f"{input_shape!r:.80} is no shape", "For instance (1, 224, 224, 3), the batch first.")
    if _is_shape(input_shape):
        if len(ends) > 1:
            raise UsageError(f"there are {len(ends)} inputs ({', '.join(names)}), and one shape", ONE_FOR_EACH)
        return [_shape(names[0], input_shape)]
    if len(input_shape) != len(ends):
        raise UsageError(
            f"there are {len(ends)} inputs ({', '.join(names)}), and {len(input_shape)} shapes", ONE_FOR_EACH
        )
    return [_shape(name, shape) for name, shape in zip(names, input_shape, strict=True)]


def _is_shape(value: Sequence[object]) -> bool:
    """Whether a sequence is one shape, and not several: its items are no sequences, and not all of them None."""
    return not any(isinstance(item, list | tuple) for item in value) and (
        not value or any(item is not None for item in value)
    )


def _shape(name: str, value: object) -> Shape | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise UsageError(f"{value!r:.80}, given for input {name}, is no shape", "For instance (1, 224, 224, 3).")
    shape = tuple(None if axis is None else _length(axis) for axis in value)
    wrong = next((axis for axis, length in zip(value, shape, strict=True) if axis is not None and length is None), None)
    if wrong is not None:
        raise UsageError(
            f"{wrong!r:.80} in the shape of input {name} is no length",
            "Lengths are numbers of 1 or more; None leaves an axis as the model has it.",
        )
    return shape


def _length(value: object) -> int | None:
    """A length of 1 or more as an int, numpy's integers too; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    length = operator.index(value)
    return length if length >= 1 else None


def _stated_batch(ends: Sequence[Endpoint], given: Sequence[Shape | None]) -> tuple[int, str] | None:
    """The batch that a given shape states or else the model does, and the words for where it stands."""
    found: tuple[int, str] | None = None
    for end, shape in zip(ends, given, strict=True):
        if shape and shape[0] is not None:
            if found and found[0] != shape[0]:
                raise UsageError(
                    f"the shapes given have different batches: {found[0]} and {shape[0]}",
                    "The first axis of every input is the batch.",
                )
            found = found or (shape[0], f"the shape given for input {end.name}")
    fixed = next((end for end in ends if end.shape and end.shape[0] is not None), None)
    if found or fixed is None or fixed.shape is None or fixed.shape[0] is None:
        return found
    return fixed.shape[0], f"the model's input {fixed.name}"


def _met(end: Endpoint, given: Shape | None) -> Shape | None:
    """The input's shape with its open axes as given; UsageError where the model has others."""
    stated = end.shape
    if given is None or stated is None:
        return stated if given is None else given
    if len(given) != len(stated):
        hint = f"It has {len(stated)} axes; None leaves one as the model has it."
        if len(given) == len(stated) - 1 and _fits(given, stated[1:]):
            hint = f"The batch comes first: {written((1, *given))}."
        raise UsageError(f"input {end.name} is {written(stated)}, not {written(given)}", hint)
    if not _fits(given, stated):
        remedy = ",".join("None" if axis is None else str(axis) for axis in stated)
        raise UsageError(
            f"input {end.name} is {written(stated)}, which {written(given)} contradicts",
            f"Only what the model leaves open can be given: of {remedy} each None.",
        )
    return tuple(own if axis is None else axis for own, axis in zip(stated, given, strict=True))


def _fits(given: Shape, stated: Shape) -> bool:
    return all(axis is None or own is None or axis == own for axis, own in zip(given, stated, strict=True))


def written(shape: Shape) -> str:
    """A shape as it is given on the command line: "None,224,224,3"."""
    return ",".join("None" if axis is None else str(axis) for axis in shape)
