"""The common forms of output rules: what a layer makes of one tensor, or of the tensors of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from netviz.catalog.dtypes import compute_dtype
from netviz.catalog.kinds import Arguments, OutputRule
from netviz.catalog.settings import inner_config
from netviz.model import Config, Shape, Tensor

FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})

DtypeRule: TypeAlias = Callable[[Config, Arguments], str | None]


def subjects(arguments: Arguments) -> tuple[Tensor, ...]:
    """The tensors in the first argument that has any, one or a list of them; LookupError where none has.

    What follows it (masks, initial states) is not meant.
    """
    for value in (*arguments.args, *arguments.kwargs.values()):
        tensors = Arguments((value,)).tensors
        if tensors:
            return tensors
    raise LookupError("the call has no tensors")


def first_tensor(arguments: Arguments) -> Tensor:
    """The first tensor of the call; LookupError where it has none."""
    return subjects(arguments)[0]


def first_shape(arguments: Arguments) -> Shape | None:
    """The shape of the first tensor of the call; None where it is unknown or the call has no tensors."""
    return first_tensor(arguments).shape if arguments.tensors else None


def given(arguments: Arguments, place: int, name: str) -> object:
    """The argument at that place or of that name; None where it was not given."""
    return arguments.args[place] if place < len(arguments.args) else arguments.kwargs.get(name)


def of_shape(rule: Callable[[Config, Shape], Shape]) -> OutputRule:
    """An output rule from one that takes the shape of the first tensor; an unknown shape stays unknown."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shape = first_tensor(arguments).shape
        return (None if shape is None else rule(config, shape),)

    return output


def of_shapes(rule: Callable[[Config, tuple[Shape, ...]], Shape]) -> OutputRule:
    """An output rule from one that takes the shapes in the first argument, all of them known."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shapes = tuple(tensor.shape for tensor in subjects(arguments))
        known = tuple(shape for shape in shapes if shape is not None)
        return (rule(config, known) if len(known) == len(shapes) else None,)

    return output


@of_shape
def unchanged(config: Config, shape: Shape) -> Shape:
    """The shape that goes in."""
    return shape


def each_unchanged(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The shape of every tensor in the first argument."""
    return tuple(tensor.shape for tensor in subjects(arguments))


def one_number(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """A single number."""
    return ((),)


def dtype_in(config: Config, arguments: Arguments) -> str | None:
    """The dtype that goes in, as it is."""
    return first_tensor(arguments).dtype


def dtype_cast(config: Config, arguments: Arguments) -> str | None:
    """The dtype that goes in, after the layer has cast floats to its compute dtype.

    Source: keras.DTypePolicy.convert_input. Layers before Keras 2.3 have none and leave it.
    """
    dtype = first_tensor(arguments).dtype
    return compute_dtype(config) or dtype if dtype in FLOATS else dtype


def each_dtype(config: Config, arguments: Arguments) -> tuple[str | None, ...]:
    """The dtype of every tensor in the first argument, as it is."""
    return tuple(tensor.dtype for tensor in subjects(arguments))


def each_cast(config: Config, arguments: Arguments) -> tuple[str | None, ...]:
    """The dtype of each, after the layer has cast floats to its compute dtype."""
    return tuple(dtype_cast(config, Arguments((tensor,))) for tensor in subjects(arguments))


def always_dtype(dtype: str) -> DtypeRule:
    """A dtype rule that knows one answer."""
    return lambda config, arguments: dtype


def operand(value: object) -> Tensor | None:
    """An argument seen as an array: a tensor, a number of Python's own or a serialised array; None for others.

    Numbers have the dtypes "int" and "float", which give way to any tensor's.
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, bool | int | float):
        return Tensor((), type(value).__name__)
    if isinstance(value, Mapping) and value.get("class_name") in ("__numpy__", "__tensor__"):
        stored = inner_config(value)
        dtype = stored.get("dtype")
        return Tensor(nested_shape(stored.get("value")), dtype if isinstance(dtype, str) else None)
    return None


def nested_shape(value: object) -> Shape:
    """The shape of nested lists of numbers, by the first item of each."""
    shape: list[int] = []
    while isinstance(value, list | tuple):
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


def as_argument(place: int, name: str) -> OutputRule:
    """An output rule: the shape of the argument at that place or of that name, a number included."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        array = operand(given(arguments, place, name))
        return (None if array is None else array.shape,)

    return output


def dtype_of_argument(place: int, name: str) -> DtypeRule:
    """A dtype rule: that of the argument at that place or of that name."""

    def dtype(config: Config, arguments: Arguments) -> str | None:
        array = operand(given(arguments, place, name))
        return None if array is None else array.dtype

    return dtype


def operands(arguments: Arguments) -> tuple[Tensor, ...]:
    """The positional arguments and those by name as arrays; a list counts as the arrays in it."""
    found = []
    for value in (*arguments.args, *arguments.kwargs.values()):
        items = value if isinstance(value, list | tuple) else (value,)
        found += [array for array in map(operand, items) if array is not None]
    return tuple(found)


def of_operand_shapes(rule: Callable[[Config, tuple[Shape, ...]], Shape]) -> OutputRule:
    """An output rule from one that takes the shapes of all operands, numbers included, all of them known."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shapes = tuple(array.shape for array in operands(arguments))
        known = tuple(shape for shape in shapes if shape is not None)
        return (rule(config, known) if len(known) == len(shapes) else None,)

    return output
