"""The layer classes that users teach netviz; the only state of the catalog that changes."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, SupportsIndex

from netviz.catalog.kinds import (
    Arguments,
    CostKind,
    LayerKind,
    OutputRule,
    UncountedError,
    WeightSpec,
    Work,
    WorkRule,
)
from netviz.catalog.layers import LAYERS
from netviz.catalog.outputs import subjects
from netviz.catalog.stored import numbered
from netviz.errors import UsageError
from netviz.model import Config, Shape, Tensor
from netviz.views import FAMILIES, Family


class RegisteredRuleError(ValueError):
    """A rule of the user's raised an error or gave no shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """A class that netviz was taught; as a context manager it is forgotten at the end of the `with` block."""

    class_name: str
    module: str | None
    kind: LayerKind

    def __enter__(self) -> Registration:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.forget()

    def forget(self) -> None:
        """Takes the registration back; what was registered before for the class holds again."""
        with _LOCK:
            if self in _REGISTRATIONS:
                _REGISTRATIONS.remove(self)

    def goes_for(self, class_name: str | None, module: str | None) -> bool:
        """Whether it is of that class: a module that either side leaves open goes with any."""
        return self.class_name == class_name and (self.module is None or module is None or self.module == module)


_REGISTRATIONS: list[Registration] = []
_LOCK = threading.Lock()


def register_layer(
    class_name: str,
    *,
    module: str | None = None,
    output_shape: Callable[[Config, Any], Any] | None = None,
    weights: Sequence[str] | Callable[[Config], Sequence[str]] = (),
    non_trainable: Sequence[str] = (),
    family: Family = "unknown",
    cost: Callable[[Config, Any, Any], Any] | None = None,
) -> Registration:
    """Teaches netviz a layer class of your own, from now on or, as `with register_layer(...):`, for a while.

    `module` is the one that the class is defined in; without it any class of that name is meant that is not Keras's.
    `output_shape(config, input_shape)` gives the output shape from the layer's config and, as in Keras's
    `compute_output_shape`, the shape of the input (a list of shapes for several tensors), batch axis first; for
    several outputs a list of shapes. It is not asked where an input shape is unknown. A rule that raises leaves the
    shape unknown, and a note says what it raised.
    `weights` names the layer's own variables in the order in which Keras stores them (those that are trained first,
    each in the order of `add_weight`), or is a function of the config that does; those that `non_trainable` names
    are not trained. `family` decides on the colour.
    `cost(config, input_shape, output_shape)` gives the multiply-accumulates of one call, or a pair of these and of all
    floating-point operations, at least two for each (without it: just these). Both shapes are as above, their axes all
    known; layers inside are not counted in. A rule that raises leaves the cost unknown.
    The latest registration of a class holds. Raises UsageError for a family that does not exist, an empty name, or
    names that are no list of texts; reading a file raises it where a function for `weights` raises.
    """
    if not class_name or not isinstance(class_name, str):
        raise UsageError("register_layer needs the name of a class", 'For instance register_layer("Scale", …).')
    if family not in FAMILIES:
        raise UsageError(f"there is no family {family!r}", f"There are {', '.join(FAMILIES)}.")
    for option, value in (("weights", weights), ("non_trainable", non_trainable)):
        if not callable(value) and (isinstance(value, str) or not all(isinstance(name, str) for name in value)):
            raise UsageError(f"{option} is a list of names, not {value!r}", f'Write {option}=["kernel", "bias"].')
    if output_shape is not None and not callable(output_shape):
        raise UsageError("output_shape is a function of config and input shape", "As lambda config, shape: shape.")
    if cost is not None and not callable(cost):
        hint = "As lambda config, inputs, outputs: inputs[-1] * outputs[-1]."
        raise UsageError("cost is a function of config, input shape and output shape", hint)
    if not callable(weights):
        _require_names(weights, non_trainable)
    class_name = class_name.rpartition(">")[2]  # as notes and the HDF5 format write one that is registered with Keras
    if module is None and class_name in LAYERS:
        raise UsageError(f"{class_name} is a class of Keras, which netviz knows", "For your own give its module.")
    fixed = frozenset(non_trainable)

    def specs(config: Config) -> tuple[WeightSpec, ...]:
        try:
            names = tuple(weights(config) if callable(weights) else weights)
        except Exception as error:
            reason = " ".join(str(error).split())
            message = f"the weights registered for {class_name} raised {type(error).__name__}: {reason}"
            raise UsageError(message, "They are a list of names, or a function of the layer's config.") from error
        return numbered((name, name not in fixed) for name in names)

    kind = LayerKind(
        class_name,
        family,
        output=None if output_shape is None else _rule(class_name, output_shape),
        weights=specs,
        registered=True,
        cost=None if cost is None else CostKind(_work(class_name, cost), None),
    )
    registration = Registration(class_name, module, kind)
    with _LOCK:
        _REGISTRATIONS.append(registration)
    return registration


def _require_names(weights: Sequence[str], non_trainable: Sequence[str]) -> None:
    """Raises UsageError for a name that stands twice, or that is not trained and no weight."""
    twice = next((name for name in weights if list(weights).count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"two weights are called {twice!r}", "Each variable has a name of its own.")
    strange = next((name for name in non_trainable if name not in weights), None)
    if strange is not None:
        known = ", ".join(weights) or "none"
        raise UsageError(f"non_trainable names {strange!r}, which is not among the weights", f"They are: {known}.")


def registered(class_name: str | None, module: str | None) -> LayerKind | None:
    """The row that a user registered for a class; None where there is none."""
    with _LOCK:
        found = next((item for item in reversed(_REGISTRATIONS) if item.goes_for(class_name, module)), None)
    return found.kind if found else None


def _rule(class_name: str, output_shape: Callable[[Config, Any], Any]) -> OutputRule:
    """The user's rule as one of the catalog's, whatever it raises as a RegisteredRuleError."""
    rule = f"The output_shape registered for {class_name}"

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shapes = [tensor.shape for tensor in subjects(arguments)]
        if None in shapes:
            return (None,)
        try:
            given = output_shape(config, shapes[0] if len(shapes) == 1 else shapes)
        except Exception as error:
            reason = " ".join(str(error).split())
            raise RegisteredRuleError(f"{rule} raised {type(error).__name__}: {reason}.") from error
        found = [given] if _is_shape(given) else list(given) if isinstance(given, list | tuple) else [None]
        if not found or not all(map(_is_shape, found)):
            raise RegisteredRuleError(
                f"The output_shape registered for {class_name} gave {given!r}, which is no shape."
            )
        return tuple(tuple(shape) for shape in found)  # type: ignore[arg-type]

    return output


def _work(class_name: str, cost: Callable[[Config, Any, Any], Any]) -> WorkRule:
    """The user's rule as one of the catalog's, whatever it raises or gives that is no count as an UncountedError."""

    def work(config: Config, arguments: Arguments, outputs: tuple[Tensor, ...]) -> Work:
        given = [tensor.shape for tensor in subjects(arguments)]
        made = [tensor.shape for tensor in outputs]
        try:
            found = cost(config, *(shapes[0] if len(shapes) == 1 else shapes for shapes in (given, made)))
        except Exception as error:
            reason = " ".join(str(error).split())
            message = f"The cost registered for {class_name} raised {type(error).__name__}: {reason:.80}."
            raise UncountedError(message) from error
        gave = f"The cost registered for {class_name} gave {found!r:.80}"
        counts = [_count(value) for value in (found if isinstance(found, list | tuple) else (found,))]
        if len(counts) not in (1, 2) or None in counts:
            raise UncountedError(f"{gave}, which is no count.")
        macs, flops = counts[0] or 0, counts[-1] or 0
        if len(counts) == 1:
            return Work(macs, 2 * macs)
        if flops < 2 * macs:
            raise UncountedError(f"{gave}: each multiply-accumulate is two operations.")
        return Work(macs, flops)

    return work


def _count(value: object) -> int | None:
    """A whole number that is not negative, those of numpy as well; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        count = operator.index(value)
    except TypeError:  # an array has the method, of any shape
        return None
    return count if count >= 0 else None


def _is_shape(value: object) -> bool:
    """Whether a value is a shape: a list or tuple of lengths, None for an axis of any length."""
    return isinstance(value, list | tuple) and all(
        axis is None or (isinstance(axis, int) and not isinstance(axis, bool) and axis >= 0) for axis in value
    )
