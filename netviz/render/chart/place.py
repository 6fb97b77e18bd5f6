"""Where a plot is drawn: a figure of its own, or a part of the user's axes. Lengths are inches from the top left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from netviz.render.chart.style import Face, Look, font


@dataclass(frozen=True)
class Place:
    """A surface of (width, height) inches: the whole of `figure`, or of `host`, or what lies around `straight`.

    `straight` are axes of the user that the one panel is drawn into: they stand at (x, y) with the size of its body.
    """

    look: Look
    width: float
    height: float
    figure: Figure | None = None
    host: Axes | None = None
    straight: Axes | None = None

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """New axes there, or the user's own."""
        if self.straight is not None:
            return self.straight
        box = (
            x / self.width,
            1 - (y + height) / self.height,
            max(width, 1e-3) / self.width,
            max(height, 1e-3) / self.height,
        )
        if self.figure is not None:
            axes = self.figure.add_axes(box)
        else:
            assert self.host is not None
            axes = self.host.inset_axes(box)
        axes.patch.set_visible(False)
        return axes

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: str = "label",
        color: str = "",
        *,
        face: Face = "regular",
        across: Literal["left", "center", "right"] = "left",
        along: Literal["center", "center_baseline"] = "center_baseline",
        turn: float = 0.0,
        shrink: float = 1.0,
        formula: bool = False,
        back: bool = False,
    ) -> None:
        """Writes plain words, or a formula in TeX's notation; `back` lays a rim of paper around the letters."""
        if not words:
            return
        look = self.look
        text = Text(
            *self._spot(x, y),
            words,
            color=color or look.ink,
            fontproperties=font(face, look.points(size) * shrink),
            horizontalalignment=across,
            verticalalignment=along,
            rotation=turn,
            rotation_mode="default",
            parse_math=formula,
            zorder=6,
        )
        if back:
            text.set_path_effects([withStroke(linewidth=look.width(2.4), foreground=look.paper)])
        self._add(text)

    def line(self, xs: Sequence[float], ys: Sequence[float], color: str, width: float, style: Any = "-") -> None:
        spots = [self._spot(x, y) for x, y in zip(xs, ys, strict=True)]
        self._add(
            Line2D(
                [x for x, _ in spots],
                [y for _, y in spots],
                color=color,
                linewidth=self.look.width(width),
                linestyle=style,
                solid_capstyle="butt",
            )
        )

    def box(
        self, x: float, y: float, width: float, height: float, color: str, edge: str = "none", hatch: str | None = None
    ) -> None:
        left, low = self._spot(x, y + height)
        right, high = self._spot(x + width, y)
        self._add(
            Rectangle(
                (left, low),
                right - left,
                high - low,
                facecolor=color,
                edgecolor=edge,
                hatch=hatch,
                linewidth=self.look.width(0.5),
            )
        )

    def _spot(self, x: float, y: float) -> tuple[float, float]:
        return x / self.width, 1 - y / self.height

    def _add(self, artist: Any) -> None:
        if self.figure is not None:
            artist.set_figure(self.figure)
            artist.set_transform(self.figure.transFigure)
            self.figure.add_artist(artist)
            return
        axes = self.host if self.host is not None else self.straight
        assert axes is not None
        artist.set_transform(axes.transAxes)
        artist.set_clip_on(False)
        axes.add_artist(artist)
        artist.set_clip_path(None)


@dataclass(frozen=True, slots=True)
class Need:
    """What a panel needs: its body (width, height) and the room around it. `stretch`: the body may be any higher."""

    width: float
    height: float
    left: float = 0.0
    right: float = 0.0
    above: float = 0.0
    below: float = 0.0
    stretch: bool = False

    @property
    def across(self) -> float:
        """The width with the room at both sides."""
        return self.left + self.width + self.right


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Centres as near to those wanted as can be, in their order, so that things of these sizes do not overlap.

    All lie between `low` and `high` where there is room. Source: isotonic regression by pooling adjacent violators.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    before: list[float] = []
    total = 0.0
    for index in order:
        before.append(total + sizes[index] / 2)
        total += sizes[index]
    pools: list[list[float]] = []  # the sum of offsets and their number
    for place, index in enumerate(order):
        pools.append([wanted[index] - before[place], 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1][0] += last[0]
            pools[-1][1] += last[1]
    shifts = [pool[0] / pool[1] for pool in pools for _ in range(int(pool[1]))]
    most = max(high - total, low)
    found = [0.0] * len(wanted)
    for place, index in enumerate(order):
        found[index] = before[place] + min(max(shifts[place], low), most)
    return found
