"""The types of the rows of activations: what netviz knows about one function, as data and small pure functions.

`Numbers` go in and come out in one floating dtype: a value is computed in the dtype it is given, in the order of
operations that Keras has, so that float32 gives what Keras gives. Python's own floats never change a dtype.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.floating[Any]]

Settings: TypeAlias = Mapping[str, Any]
"""Every parameter of a function by name: float, int, bool, or None where it is optional."""

Rule: TypeAlias = Callable[..., Numbers]
"""(x, **settings) -> as many numbers, in the dtype of x."""

REQUIRED = object()
"""The default of a parameter that has none."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a function besides its input, with Keras's default.

    `kind` is "number", "flag", "whole" or "axis"; `optional` allows None. `least` and `most` bound a number, the bounds
    themselves excluded where `open`; `nonzero` excludes 0. `typical` is what is drawn where Keras has no default.
    """

    name: str
    default: object
    kind: str = "number"
    optional: bool = False
    least: float = -math.inf
    most: float = math.inf
    open: bool = False
    nonzero: bool = False
    typical: float | None = None

    def complaint(self, value: object) -> str:
        """What is wrong with a value, "" for nothing: "has to be a number", "has to be at least 0"."""
        if value is None:
            return "" if self.optional else "has to be set"
        if self.kind == "axis":
            axes = value if isinstance(value, list | tuple) else [value]
            whole = all(isinstance(axis, int) and not isinstance(axis, bool) for axis in axes)
            return "" if whole else "has to be a whole number, or several"
        if self.kind == "flag":
            return "" if isinstance(value, bool) else "is True or False"
        if isinstance(value, bool) or not isinstance(value, int if self.kind == "whole" else int | float):
            return "has to be a whole number" if self.kind == "whole" else "has to be a number"
        if not -_LARGEST < value < _LARGEST:
            return "has to be finite, and no larger than a float32"
        if self.open and not self.least < value < self.most:
            bounds = f"above {self.least:g}" if self.most == math.inf else f"between {self.least:g} and {self.most:g}"
            return f"has to be {bounds}"
        if value < self.least:
            return f"has to be at least {self.least:g}"
        if value > self.most:
            return f"has to be at most {self.most:g}"
        return "has to be other than 0" if self.nonzero and value == 0 else ""


_LARGEST = 1e38
"""About that of float32, in which most models compute."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula twice: as plain text (ASCII, and "·", "−", "≤"), and as TeX of the kind that mathtext parses."""

    text: str
    tex: str


@dataclass(frozen=True, slots=True)
class Interval:
    """What values a function takes; an end that is `closed` is reached, at least in the limit of rounding."""

    low: float = -math.inf
    high: float = math.inf
    low_closed: bool = False
    high_closed: bool = False

    def __str__(self) -> str:
        begin, end = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        return f"{begin}{number_text(self.low)}, {number_text(self.high)}{end}"


@dataclass(frozen=True, slots=True)
class Flat:
    """A stretch of the input over which a function is constant, or as good as: `value` is what it gives or nears."""

    begin: float
    end: float
    value: float


@dataclass(frozen=True, slots=True)
class Function:
    """An activation that works on each number by itself; one row of the catalog.

    At a kink `derivative` is the one from the left, as Keras has it for relu at 0. `limits(**settings)` are what the
    values near as the input goes to −∞ and ∞, None where they do not near a number; `flats` are stretches in between
    over which the function is constant. `kinks` are where the derivative jumps, `jumps` where the values do.
    `aliases` are all other names that Keras takes. `version` says which Keras has it, where not the present one.
    """

    name: str
    value: Rule
    derivative: Rule
    formula: Callable[..., Formula]
    range: Callable[..., Interval]
    limits: Callable[..., tuple[float | None, float | None]]
    source: str
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    kinks: Callable[..., tuple[float, ...]] = lambda **_: ()
    jumps: Callable[..., tuple[float, ...]] = lambda **_: ()
    flats: Callable[..., tuple[Flat, ...]] = lambda **_: ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """One curve in the picture of a vector function, over one number x.

    `vector(x)` makes a vector of length n of each number, (len(x), n), where x stands at `along`; drawn is the
    component `component` of what comes out.
    """

    label: str
    vector: Callable[[Numbers], Numbers]
    component: int
    along: int


@dataclass(frozen=True, slots=True)
class VectorFunction:
    """An activation that works on whole vectors, along an axis; one row of the catalog.

    `value(x, axis)` takes an array of any shape. `jacobian(x)` takes one vector of length n and gives the derivative of
    each of the m numbers that come out by each that goes in, (m, n). `slices` are the curves of its picture, whose
    derivatives jump at `kinks` and whose values at `jumps`; `shown` says in words of what they are. `remark` is what
    one has to know of it besides.
    """

    name: str
    value: Callable[[Numbers, int], Numbers]
    jacobian: Callable[[Numbers], Numbers]
    formula: Formula
    range: Interval
    source: str
    slices: tuple[Slice, ...]
    shown: str
    parameters: tuple[Parameter, ...] = (Parameter("axis", -1, "axis", optional=True),)
    aliases: tuple[str, ...] = ()
    kinks: tuple[float, ...] = ()
    jumps: tuple[float, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """A function with its settings: what a name such as "leaky_relu(0.1)" stands for.

    `given` are the settings that were stated; `typical` those chosen here, because Keras has no default for them.
    """

    function: Function | VectorFunction
    settings: Settings = field(hash=False)
    given: tuple[str, ...] = ()
    typical: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The function as one would call it, its settings where they are not the defaults: "relu(max_value=6)"."""
        return call_text(self.function.name, self.function.parameters, self.settings, self.typical)


def number_text(value: float) -> str:
    """A number in at most six significant digits, with a true minus and ∞."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value + 0.0:.6g}".replace("-", "−")


def setting_text(value: object) -> str:
    """A setting as Python writes it, numbers in at most six significant digits (Keras keeps float32 settings)."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def tex_number(value: float) -> str:
    """A number in TeX, powers of ten written out."""
    digits, _, power = f"{value + 0.0:.6g}".partition("e")
    return f"{digits} \\cdot 10^{{{int(power)}}}" if power else digits


@dataclass(frozen=True, slots=True)
class Over:
    """What the curves of a loss run over: of what kind it is, the axis's title, what is drawn of it, what there is.

    Losses over the same kind ("error", "probability", …) can be compared.
    `view` bounds the losses shown where they grow without end; `note` says what Keras does at the ends. `ticks` are
    (place, words) where numbers would say less.
    """

    kind: str
    title: str
    window: tuple[float, float]
    domain: tuple[float, float] = (-math.inf, math.inf)
    view: tuple[float, float] | None = None
    note: str = ""
    ticks: tuple[tuple[float, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One curve of a loss, such as that for the target 1: the loss of one number, and its derivative by that number."""

    label: str
    value: Callable[[Numbers], Numbers]
    gradient: Callable[[Numbers], Numbers]
    kinks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss function; one row of the catalog. One without `cases` cannot be drawn, for the `reason`.

    `cases(**settings)` are its curves over what `over(**settings)` says; `shown` tells in words what is drawn where
    that is one picture of several that there could be. A case gives the loss of one element, before any mean.
    """

    name: str
    class_name: str
    source: str
    formula: Callable[..., Formula]
    over: Callable[..., Over] | None = None
    cases: Callable[..., tuple[Case, ...]] | None = None
    shown: str = ""
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BoundLoss:
    """A loss with its settings: what "huber(delta=2)" stands for; `unsaved` are those that a config does not hold."""

    loss: Loss
    settings: Settings = field(hash=False)
    typical: tuple[str, ...] = ()
    unsaved: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """As `Bound.title`."""
        return call_text(self.loss.name, self.loss.parameters, self.settings, self.typical)


def call_text(name: str, parameters: tuple[Parameter, ...], settings: Settings, typical: tuple[str, ...]) -> str:
    """A function as one would call it, the settings that are stated and not the defaults: "relu(max_value=6)"."""
    told = [one.name for one in parameters if settings[one.name] != one.default and one.name not in typical]
    inside = ", ".join(f"{key}={setting_text(settings[key])}" for key in told)
    return f"{name}({inside})" if inside else name
