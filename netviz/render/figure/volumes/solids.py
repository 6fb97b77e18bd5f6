"""What each stage looks like in space: a box, a sheet, a slab, a bar or a sign, and how large it is on paper.

Boxes are as thick as they have channels; slabs (pooling, upsampling, reshaping, …) keep the channels of what came
before, and have a thickness that says nothing. Bars are as long as they have units, measured against 256 at least.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from netviz.figures import Extent, Flow, Stage
from netviz.render.figure.look import Look, Measure, share
from netviz.render.figure.signs import SIGNS
from netviz.views import Family

Form = Literal["box", "slab", "bar", "sign"]
"""How a stage is drawn: a tensor of height, width and channels; the same, thin, where the channels are those of what
came before; a vector; a circle for what joins tensors."""

LARGEST = 150.0
"""Pixels of the longest side of all tensors, and of the longest bar."""
_EQUAL = 90.0
"""The same where lengths say nothing."""
_UNITS = 256
"""A bar of so many units is the longest, where there is none of more."""
_LONGEST = 10**6
_UNKNOWN = 224
"""An axis of any length at the input is drawn as if it were so long (or as the longest known), what follows by its
strides: sizes are unknown, but not how they shrink."""
_LEAST = 5.0
_THIN, _SHEET, _BAR = 5.0, 3.0, 7.0
_DEEP = 20.0
"""How deep bars and the slabs of sequences are, which have no second axis."""
_LEAD, _RISE = 0.38, 0.25
"""How far one pixel of depth leads to the right and up on paper."""
_THINNEST, _DOUBLING, _RANGE = 9.0, 7.0, 26.0
"""The thickness of the fewest channels, what each doubling adds to it, and how much may be added in all."""
_CIRCLE = 14.0
AFTER = 4.5
"""What the activation behind a circle takes."""

_THICK: frozenset[Family] = frozenset({"convolution", "dense", "recurrent", "attention", "model", "unknown"})
"""Families whose thickness shows their channels; what others give has those of what came before."""


@dataclass(frozen=True, slots=True)
class Solid:
    """A stage in space: `length` along the flow, `breadth` across; its depth leads `lean` along, `rise` across."""

    stage: Stage
    form: Form
    length: float
    breadth: float
    lean: float
    rise: float

    @property
    def reach(self) -> float:
        """Half of what it takes along the flow on paper."""
        return (self.length + self.lean) / 2

    @property
    def stretch(self) -> float:
        """Half of what it takes across the flow on paper."""
        return (self.breadth + self.rise) / 2

    @property
    def rim(self) -> float:
        """How far from its middle a line along the flow through the middle leaves it."""
        if self.form == "sign" or self.rise <= self.breadth:
            return self.reach
        return self.reach - self.lean * (self.rise - self.breadth) / 2 / self.rise


def form_of(stage: Stage) -> Form:
    """How a stage is drawn."""
    if stage.kind == "merge" and stage.sign in SIGNS:
        return "sign"
    flat = not stage.output.spatial if stage.output is not None else stage.family == "dense"
    if flat:
        return "bar"
    return "box" if stage.family in _THICK and stage.kind != "input" else "slab"


def faces_of(stage: Stage) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The activations before and behind the main layer of a stage, where it is drawn with faces."""
    if form_of(stage) == "slab":
        return (), ()
    before, behind = (
        tuple(one.name for one in applied if one.family == "activation") for applied in (stage.before, stage.behind)
    )
    return before, behind or ((stage.activation,) if stage.activation and not before else ())


class Measures:
    """Lengths on paper for all of a flow, `along` and `across` it as shares of the natural size."""

    def __init__(self, flow: Flow, look: Look, along: float = 1.0, across: float = 1.0) -> None:
        self.look, self.along, self.across = look, along, across
        stages = flow.stages
        self.nominal = _nominal(flow)
        sizes = [size for stage in stages for size in _plane(stage.output) if size is not None]
        sizes += [size for plane in self.nominal.values() for size in plane]
        channels = [count for stage in stages if form_of(stage) == "box" for count in _channels(stage.output)]
        units = [count for stage in stages if form_of(stage) == "bar" for count in _channels(stage.output)]
        sizes += [_UNKNOWN for stage in stages if stage.output is None and form_of(stage) != "sign"]
        self.side = partial(share, look.size_scale, most=max(sizes, default=1))
        self.least, self.most = min(channels, default=1), max(channels, default=1)
        self.units = partial(share, look.channel_scale, most=max([_UNITS, *units]))

    def solid(self, stage: Stage) -> Solid:
        """The stage in space."""
        form, output, look = form_of(stage), stage.output, self.look
        if form == "sign":
            side = max(_CIRCLE * min(self.along, self.across), 9.0)
            return Solid(stage, form, side + (2 * AFTER if faces_of(stage)[1] else 0.0), side, 0.0, 0.0)
        if form == "bar":
            units = output.channels if output is not None else None
            tall = _longest(look.channel_scale) * (self.units(units) if units is not None else 0.4)
            return self._solid(stage, form, max(_BAR * self.along, 3.0), tall, _DEEP)
        plane = _plane(output)
        longest, known = _longest(look.size_scale), self.nominal.get(stage.id, plane)
        lengths = [size if size is not None else _UNKNOWN for size in (*known, None, None)[:2]]
        wide, tall = (longest * self.side(size) for size in lengths)
        if len(plane) == 1:  # a sequence: as long as it is, and flat
            wide, tall = _DEEP, wide
        elif look.sideways:
            wide, tall = tall, wide
        if stage.kind == "input":
            length = max(_SHEET * self.along, 2.0)
        elif form == "slab":
            length = max(_THIN * self.along, 2.0)
        else:
            length = max(self._thickness(output.channels if output is not None else None) * self.along, 2.5)
        return self._solid(stage, form, length, tall, wide)

    def _solid(self, stage: Stage, form: Form, length: float, breadth: float, depth: float) -> Solid:
        breadth = max(breadth * self.across, _LEAST)
        depth = max(depth, _LEAST)
        if self.look.sideways:
            return Solid(stage, form, length, breadth, depth * _LEAD * self.along, depth * _RISE * self.across)
        return Solid(stage, form, length, breadth, depth * _RISE * self.along, depth * _LEAD * self.across)

    def _thickness(self, channels: int | None) -> float:
        if channels is None or self.look.channel_scale == "equal":
            return _THINNEST + _DOUBLING
        if self.look.channel_scale != "log":
            return max((_THINNEST + _RANGE) * share(self.look.channel_scale, channels, self.most), 2.5)
        doublings = math.log2(max(self.most, 1)) - math.log2(max(self.least, 1)) or 1.0
        each = min(_DOUBLING, _RANGE / doublings)
        return _THINNEST + each * max((math.log2(max(channels, 1)) - math.log2(max(self.least, 1))), 0.0)


def _plane(extent: Extent | None) -> tuple[int | None, ...]:
    """Height and width, or the length of a sequence; of three axes the last two."""
    return extent.spatial[-2:] if extent is not None else ()


def _nominal(flow: Flow) -> dict[str, tuple[int, ...]]:
    """By stage the plane that is drawn where an axis of it is of any length."""
    known = [size for stage in flow.stages for size in _plane(stage.output) if size is not None]
    start = min(max([_UNKNOWN, *known]), _LONGEST)
    before: dict[str, list[str]] = {}
    for link in flow.links:
        before.setdefault(link.head, []).append(link.tail)
    found: dict[str, tuple[int, ...]] = {}
    for stage in flow.stages:
        plane = _plane(stage.output)
        if None not in plane:
            continue
        ways = [found[tail] for tail in before.get(stage.id, ()) if len(found.get(tail, ())) == len(plane)]
        came = max(ways, default=(start,) * len(plane))
        strides = stage.window.strides[-len(plane) :] if stage.window is not None else ()
        by = [*strides, *(1,) * len(plane)][: len(plane)]
        back = stage.window is not None and stage.window.transposed
        found[stage.id] = tuple(
            axis if axis is not None else min(size * step, _LONGEST) if back else -(-size // max(step, 1))
            for axis, size, step in zip(plane, came, by, strict=True)
        )
    return found


def _longest(measure: Measure) -> float:
    return _EQUAL if measure == "equal" else LARGEST


def _channels(extent: Extent | None) -> Iterator[int]:
    if extent is not None and extent.channels is not None:
        yield extent.channels
