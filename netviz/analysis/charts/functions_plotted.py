"""A function as it is plotted: its curves and their derivatives over numbers, where they break, where they saturate.

One form for all that can be plotted: activations, whole vectors cut along one number, learned slopes, and functions of
Python. What it is drawn as stands in `functions`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np

from netviz.catalog.functions.kinds import (
    Bound,
    Formula,
    Function,
    Interval,
    Numbers,
    Settings,
    VectorFunction,
    number_text,
    setting_text,
)

STEEP = 0.01
"""Where the slope of a function that nears a number stays below this, it is said to saturate."""

POINTS = 481
"""Places over which a curve is drawn, besides those where it breaks."""

USUAL = (-6.0, 6.0)
"""What is drawn where no range is given, unless a function bends outside."""

FARTHEST = 1e9
"""As far from 0 as a range may reach."""

Numeric = Callable[[Numbers], Numbers]


def drawn_over(functions: Sequence[Plotted], limits: tuple[float, float] | None) -> tuple[float, float]:
    """The range that is given, else the usual one, made wider to a third beyond the last place where one bends."""
    if limits is not None:
        return limits
    breaks = [place for function in functions for place in (*function.kinks, *function.jumps)]
    low, high = (max([0.0, *(side * place for place in breaks)]) for side in (-1, 1))
    return -_beyond(low, -USUAL[0]), _beyond(high, USUAL[1])


def _beyond(last: float, usual: float) -> float:
    if not usual <= last <= FARTHEST / 2:
        return usual
    step = 10.0 ** math.floor(math.log10(last)) / 5
    return math.ceil(last * 4 / 3 / step - 1e-9) * step


@dataclass(frozen=True, slots=True)
class Saturation:
    """A stretch of the input over which a function nears a value, or gives just that (`exact`)."""

    begin: float
    end: float
    value: float
    exact: bool

    @property
    def text(self) -> str:
        """ "→ 1 for x > 4.6", "0 for x < 0", "0 for −0.5 < x < 0.5", "5 everywhere"."""
        value = number_text(self.value) if self.exact else f"→ {rounded(self.value)}"
        if math.isinf(self.begin) and math.isinf(self.end):
            return f"{value} everywhere"
        if math.isinf(self.begin):
            return f"{value} for x < {rounded(self.end)}"
        if math.isinf(self.end):
            return f"{value} for x > {rounded(self.begin)}"
        return f"{value} for {rounded(self.begin)} < x < {rounded(self.end)}"


def rounded(value: float) -> str:
    """A number in three significant digits, with a true minus."""
    return f"{value + 0.0:.3g}".replace("-", "−")


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """One curve: what it is called where there are several, its values and its slopes."""

    label: str
    value: Numeric
    slope: Numeric


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Where most of many curves lie: between `low` and `high`, at each place."""

    low: Numeric
    high: Numeric


@dataclass(frozen=True, slots=True)
class Use:
    """A layer that uses a function, and the setting under which it does; "" where the layer is the function."""

    path: str
    setting: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Plotted:
    """A function with all that is said of it. `jumps` are where its values jump, `kinks` where its slopes do.

    `about` is what stands beside its name, `shown` what its curves are of, `remark` what one has to know besides.
    """

    title: str
    name: str
    kind: Literal["scalar", "vector", "learned", "callable"]
    components: tuple[Component, ...]
    settings: Settings = field(default_factory=dict)
    formula: Formula | None = None
    range: Interval | None = None
    saturation: tuple[Saturation, ...] = ()
    kinks: tuple[float, ...] = ()
    jumps: tuple[float, ...] = ()
    about: str = ""
    shown: str = ""
    remark: str = ""
    source: str = ""
    aliases: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    spread: Spread | None = None
    slopes: Mapping[str, Any] | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Its settings as Python writes them: ("negative_slope=0.1",)."""
        return tuple(f"{name}={setting_text(value)}" for name, value in self.settings.items())


def plotted(bound: Bound, uses: tuple[Use, ...] = (), remark: str = "") -> Plotted:
    """A function of the catalog as it is plotted."""
    row, settings = bound.function, bound.settings
    about = ""
    if bound.typical:
        about = ", ".join(f"{name}={setting_text(settings[name])}" for name in bound.typical)
        remark = "These arguments are examples: Keras has no defaults for them."
    if isinstance(row, VectorFunction):
        return Plotted(
            bound.title, row.name, "vector", tuple(map(partial(_component, row), range(len(row.slices)))), settings,
            row.formula, row.range, (), row.kinks, row.jumps, about, row.shown, remark or row.remark, row.source,
            row.aliases, uses,
        )  # fmt: skip
    return Plotted(
        bound.title,
        row.name,
        "scalar",
        (Component("", partial(_apply, row.value, settings), partial(_apply, row.derivative, settings)),),
        settings,
        row.formula(**settings),
        row.range(**settings),
        saturation(row, settings),
        row.kinks(**settings),
        row.jumps(**settings),
        about or row.version,
        "",
        remark,
        row.source,
        row.aliases,
        uses,
    )


def _apply(rule: Callable[..., Numbers], settings: Settings, x: Numbers) -> Numbers:
    with np.errstate(all="ignore"):
        return rule(x, **settings)


def _component(row: VectorFunction, place: int) -> Component:
    """One of the curves in which a vector function is drawn."""
    piece = row.slices[place]

    def value(x: Numbers) -> Numbers:
        with np.errstate(all="ignore"):
            return row.value(piece.vector(x), -1)[:, piece.component]

    def slope(x: Numbers) -> Numbers:
        with np.errstate(all="ignore"):
            slopes = [row.jacobian(vector)[piece.component, piece.along] for vector in piece.vector(x)]
        return np.array(slopes, x.dtype)

    return Component(piece.label, value, slope)


_FAR = 1e6
_SCAN = np.concatenate([-np.geomspace(_FAR, 1e-3, 1500), [0.0], np.geomspace(1e-3, _FAR, 1500)])


def saturation(row: Function, settings: Settings) -> tuple[Saturation, ...]:
    """Where the function nears a number: on each side from where on the slope stays below `STEEP`, and flat middles."""
    below, above = row.limits(**settings)
    breaks = sorted({*row.kinks(**settings), *row.jumps(**settings)})
    x = np.union1d(_SCAN, breaks)
    with np.errstate(all="ignore"):
        steep = np.abs(row.derivative(x, **settings)) >= STEEP
    places = np.flatnonzero(steep)
    if not places.size and below is not None and below == above:
        return (Saturation(-math.inf, math.inf, below, True),)
    found = []
    if below is not None:
        end = _edge(row, settings, x, int(places[0]) - 1, breaks) if places.size else 0.0
        found.append(Saturation(-math.inf, end, below, _is_flat(row, settings, end, -1.0, below)))
    found += [Saturation(flat.begin, flat.end, flat.value, True) for flat in row.flats(**settings)]
    if above is not None:
        begin = _edge(row, settings, x, int(places[-1]), breaks) if places.size else 0.0
        found.append(Saturation(begin, math.inf, above, _is_flat(row, settings, begin, 1.0, above)))
    return tuple(found)


def _edge(row: Function, settings: Settings, x: Numbers, place: int, breaks: Sequence[float]) -> float:
    """Where between two places of `x` the slope passes `STEEP`: at a kink, if there is one, else by bisection."""
    if not 0 <= place < x.size - 1:
        return float(x[max(0, min(place, x.size - 1))])
    low, high = float(x[place]), float(x[place + 1])
    for kink in breaks:
        if low <= kink <= high:
            return kink
    with np.errstate(all="ignore"):
        first = bool(np.abs(row.derivative(np.array([low]), **settings))[0] >= STEEP)
        for _ in range(60):
            middle = (low + high) / 2
            if bool(np.abs(row.derivative(np.array([middle]), **settings))[0] >= STEEP) == first:
                low = middle
            else:
                high = middle
    return low


def _is_flat(row: Function, settings: Settings, edge: float, side: float, value: float) -> bool:
    """Whether the function is just that value beyond the edge, on the side −1 or 1."""
    near = edge + side * np.array([1e-6, 1.0]) * max(1.0, abs(edge))
    with np.errstate(all="ignore"):
        return bool(np.all(row.value(near, **settings) == value) and np.all(row.derivative(near, **settings) == 0))


def curve(numeric: Numeric, low: float, high: float, breaks: Sequence[float] = (), also: Sequence[float] = ()) -> tuple[
    Numbers, Numbers
]:  # fmt: skip
    """Places from `low` to `high` and the values there, with a NaN where the curve breaks; what is infinite is NaN.

    At a break both sides are there; `also` are places that have to be among them.
    """
    inside = sorted({place for place in breaks if low < place < high})
    gap = (high - low) * 1e-9
    grid = np.union1d(np.linspace(low, high, POINTS), [place for place in also if low < place < high])
    pieces: list[Numbers] = []
    begin = low
    for place in (*inside, high):
        end = place if place == high else place - gap
        piece = grid[(grid > begin) & (grid < end)]
        pieces.append(np.concatenate([[begin], piece, [end]]))
        begin = place + gap
    x = np.concatenate(pieces)
    y = np.array(numeric(x), dtype=float)
    places = np.cumsum([piece.size for piece in pieces])[:-1]
    x, y = np.insert(x, places, inside), np.insert(y, places, np.nan)
    return x, np.where(np.isfinite(y), y, np.nan)
