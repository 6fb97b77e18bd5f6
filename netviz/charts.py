"""What PLOTS show: frozen charts between the analyses that build them and the renderer that draws them.

A chart is panels, a panel is axes with marks. Marks hold numbers and words, no colours of their own: a mark says what
it means (a series, a family, a sign), the theme says how that looks. Nothing here knows of models or of matplotlib.
Text is plain; between dollar signs stands mathematical notation, as TeX has it, where `Panel.formula` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from netviz.views import Family

if TYPE_CHECKING:  # numpy takes longer to import than netviz does
    import numpy as np
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.floating]

Tint: TypeAlias = Family | int | Literal["muted", "ink"]
"""What the colour of a mark stands for: a family of layers, the n-th series of a plot (0, 1, 2, …), or a tone."""

Stroke = Literal["solid", "dashed", "dotted"]
Scale = Literal["linear", "log"]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a panel: its title with the unit, its scale, and what it spans (None: what the marks need).

    `ticks` are (place, words); None leaves them to the renderer, () draws none. `counted` numbers things from 0, each
    of which reaches from half a step before its number to half a step behind: zero is a place as any other.
    """

    title: str = ""
    scale: Scale = "linear"
    limits: tuple[float, float] | None = None
    ticks: tuple[tuple[float, str], ...] | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A line through (x, y); NaN breaks it. `label` is written at the line where there is room, else in a legend.

    `weak` draws it thinner and paler: what accompanies a stronger curve.
    """

    x: Numbers
    y: Numbers
    label: str = ""
    tint: Tint = 0
    stroke: Stroke = "solid"
    weak: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """What lies between `low` and `high` at each x, shaded."""

    x: Numbers
    low: Numbers
    high: Numbers
    label: str = ""
    tint: Tint = 0


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of an axis, shaded over the whole panel: "saturates". An infinite end reaches to the edge.

    `hatched` says that what would stand there is not known.
    """

    begin: float
    end: float
    label: str = ""
    axis: Literal["x", "y"] = "x"
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line right across the panel at one place of an axis."""

    at: float
    label: str = ""
    axis: Literal["x", "y"] = "y"
    stroke: Stroke = "dashed"


@dataclass(frozen=True, slots=True)
class Point:
    """One marked point with words beside it: "best: epoch 7, 0.123"."""

    x: float
    y: float
    label: str = ""
    tint: Tint = 0


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """Points at (x, y); `labels` are as many as points, or none."""

    x: Numbers
    y: Numbers
    labels: tuple[str, ...] = ()
    tint: Tint = 0


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """An upright bar for each value, from zero; `labels` (as many, or none) name them along the x axis.

    `signed` gives positive and negative bars the two colours of signed values, `tints` (as many, or none) each bar its
    own, of which families are named beside the panel. A NaN leaves a gap that is marked.
    """

    values: Numbers
    labels: tuple[str, ...] = ()
    tint: Tint = 0
    signed: bool = False
    tints: tuple[Tint, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Where a part of a heatmap's rows or columns begins and ends (not included), and what it is: a gate, a head."""

    begin: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Heatmap:
    """A cell per value, rows from the top. `signed`: zero is the paper, else from the paper (least) to the ink (most).

    `limits` are the values at the ends of the colours (None: those of the values; a signed one is symmetric). NaN is
    hatched. `extent` is (rows, columns) of what was reduced to these values, where it was. `key` names the values
    beside the colour bar; "" draws none.
    """

    values: Numbers
    signed: bool = False
    limits: tuple[float, float] | None = None
    row_labels: tuple[str, ...] = ()
    row_splits: tuple[Split, ...] = ()
    column_splits: tuple[Split, ...] = ()
    extent: tuple[int, int] | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Small pictures in a grid, each (height, width) or (height, width, 3) with red, green and blue from 0 to 1.

    `values` has them along the first axis. `columns` is how many stand in a row (None: what makes the grid about
    twice as wide as high). `labels` stand below each, if any. Else as for `Heatmap`; one colour scale for all.
    """

    values: Numbers
    columns: int | None = None
    signed: bool = False
    limits: tuple[float, float] | None = None
    labels: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """One histogram of a ridge plot: `counts` between `edges` (one more), named at the left, with words at the right.

    `point` marks a place (a mean), `level` indents the name. Without counts only the words stand there.
    """

    label: str
    edges: Numbers
    counts: Numbers
    tint: Tint = 0
    words: str = ""
    point: float | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Ridges:
    """Histograms over one common axis, the first on top: each scaled to its own highest bin.

    With `bars` each is one bin and drawn as a bar beside its name, as long as the bin is wide.
    """

    rows: tuple[Ridge, ...]
    bars: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """A term of an equation: numbers in cells of (rows, columns) with what they are called and their shape below.

    `extent` is the real (rows, columns) where only the first are shown: an ellipsis stands for the rest.
    """

    name: str
    values: Numbers
    extent: tuple[int, int] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """Matrices with operators between them, from left to right: x · kernel + bias → relu → y."""

    terms: tuple[Matrix | str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text instead of a plot: what there is to say where nothing can be drawn."""

    lines: tuple[str, ...]


Mark: TypeAlias = Curve | Band | Zone | Rule | Point | Scatter | Bars | Heatmap | Tiles | Ridges | Equation | Words
"""Ridges, Heatmap, Tiles, Equation and Words fill a panel alone; the others share axes."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Axes with marks. `title` stands above at the left, `detail` beside it in a quiet tone, `caption` below.

    `formula` is a second line under the title, in mathematical notation between dollar signs. `family` colours the
    title's mark where the panel belongs to a layer. `wide` lets it take a whole row of the chart. `height` is in units
    of the usual one (None: what the marks need).
    """

    marks: tuple[Mark, ...]
    title: str = ""
    detail: str = ""
    formula: str = ""
    caption: str = ""
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    family: Family | None = None
    wide: bool = False
    height: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels in rows, as many beside each other as `columns` says (None: what suits their number).

    `title` and `detail` stand above all, `caption` (sources, units, what was left out) below. `small` makes the panels
    of a poster: small multiples without axis titles. `too_small` is what to do instead of a size in which the
    type could not be read: with it, such a size is refused.
    """

    title: str
    panels: tuple[Panel, ...]
    detail: str = ""
    caption: str = ""
    columns: int | None = None
    small: bool = False
    too_small: str = ""

    def marks(self) -> Iterator[Mark]:
        """Every mark of every panel, in order."""
        for panel in self.panels:
            yield from panel.marks
