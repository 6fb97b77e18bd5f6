"""The one look of all plots: colours of a theme, sizes of type, widths of lines. Lengths are inches, type is points."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import matplotlib
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import FontProperties

from netviz.charts import Stroke, Tint
from netviz.render.colors import legible, luminance, mixed
from netviz.theme import (
    FAMILY_COLORS,
    PRINT_FILLS,
    PRINT_SCALE,
    PRINT_SERIES,
    PRINT_TONES,
    SCALE,
    SERIES,
    SIGNED,
    TONES,
    Tone,
)

Face = Literal["regular", "bold"]

FILES: dict[Face, str] = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}
"""The faces that every matplotlib brings: what is measured is what is drawn, on every machine."""

SIZES = {"heading": 12.0, "title": 9.5, "formula": 11.0, "detail": 8.0, "label": 8.0, "axis": 8.0, "tick": 7.5,
         "caption": 7.5, "cell": 7.0}  # fmt: skip
UNKNOWN = "//////"
"""matplotlib's hatch of what is not known."""

HATCHES = {
    "rising": "/////", "falling": "\\" * 5, "crossed": "xxxxx", "level": "-----", "upright": "|||||", "grid": "+++++",
    "dotted": ".....", "sparse": "//", "grey": "/////",
}  # fmt: skip
"""matplotlib's hatches, as near to those of the theme as they are."""

PALE = 0.6
"""From this luminance on a fill on paper has a rim."""

LINE = 1.32
"""The height of a line by the size of its type."""

DASHES: dict[Stroke, tuple[float, ...]] = {"solid": (), "dashed": (4.5, 2.2), "dotted": (1.2, 1.8)}
ROUNDS: tuple[tuple[float, ...], ...] = ((), (5, 2), (1.2, 1.6), (6, 2, 1.2, 2), (9, 3))
"""Dashes of series whose colours come again."""


def line_height(size: str) -> float:
    """The height of a line in inches."""
    return SIZES[size] * LINE / 72


@dataclass(frozen=True)
class Look:
    """A theme at a size: `factor` scales type and lines where a plot is drawn smaller than it needs."""

    theme: Literal["light", "dark", "print"]
    factor: float = 1.0

    def points(self, size: str) -> float:
        """The size of type as drawn."""
        return SIZES[size] * self.factor

    def width(self, points: float) -> float:
        """The width of a line as drawn."""
        return points * self.factor

    def tone(self, name: Tone) -> str:
        if self.theme == "print":
            return PRINT_TONES[name]
        return TONES[name].dark if self.theme == "dark" else TONES[name].light

    @property
    def paper(self) -> str:
        return self.tone("paper")

    @property
    def ink(self) -> str:
        return self.tone("ink")

    @property
    def muted(self) -> str:
        return self.tone("muted")

    @property
    def axis(self) -> str:
        """The colour of axes and of the line at zero."""
        return mixed(self.muted, self.paper, 0.35)

    @property
    def grid(self) -> str:
        return mixed(self.tone("line"), self.paper, 0.7 if self.theme == "print" else 0.45)

    def color(self, tint: Tint) -> str:
        """The colour that a tint stands for; in print a grey."""
        if isinstance(tint, int):
            if self.theme == "print":
                return PRINT_SERIES[tint % len(PRINT_SERIES)][0]
            return self.color(SERIES[tint % len(SERIES)])
        if tint == "muted" or tint == "ink":
            return self.tone(tint)
        if self.theme == "print":
            return "#4a4a4a"
        color = FAMILY_COLORS[tint]
        return color.dark if self.theme == "dark" else color.light

    def filling(self, tint: Tint) -> tuple[str, str, str | None]:
        """How a bar of that tint is filled: colour, rim and hatch; in print families as in graphs."""
        if self.theme != "print" or isinstance(tint, int) or tint in ("muted", "ink"):
            return self.color(tint), "none", None
        fill = PRINT_FILLS[tint]  # type: ignore[index]
        if fill.startswith("#"):
            return fill, self.ink if luminance(fill) > PALE else "none", None
        return self.paper, self.ink, HATCHES[fill]

    def text_color(self, tint: Tint) -> str:
        """The tint's colour, moved towards the ink until it can be read as text."""
        return legible(self.color(tint), (self.paper,), self.ink, 20)

    def fill(self, tint: Tint, strength: float) -> str:
        """The tint's colour thinned with paper, as a surface."""
        return mixed(self.color(tint), self.paper, 1 - strength)

    def dashes(self, tint: Tint, stroke: Stroke) -> Any:
        """matplotlib's line style: the stroke's, or what tells a series apart without colour."""
        lengths = DASHES[stroke]
        if isinstance(tint, int) and not lengths:
            rounds = tint // len(SERIES)
            lengths = PRINT_SERIES[tint % len(SERIES)][1] if self.theme == "print" else ROUNDS[rounds % len(ROUNDS)]
        return (0, lengths) if lengths else "-"

    @cached_property
    def magnitudes(self) -> LinearSegmentedColormap:
        """Colours from the paper (least) to the ink (most); bad values are clear."""
        if self.theme == "print":
            steps = [self.paper, *PRINT_SCALE]
        else:
            steps = [self.paper, *(step.dark if self.theme == "dark" else step.light for step in SCALE)]
        return _scale("netviz-magnitudes", steps)

    @cached_property
    def signs(self) -> LinearSegmentedColormap:
        """Colours from the most negative to the most positive value; bad values are clear."""
        place = ("light", "dark", "print").index(self.theme)
        return _scale("netviz-signs", [step[place] for step in SIGNED])


def _scale(name: str, steps: list[str]) -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list(name, steps, N=512)


@cache
def font_file(face: Face) -> str:
    return str(Path(matplotlib.get_data_path(), "fonts", "ttf", FILES[face]))


@cache
def font(face: Face, points: float) -> FontProperties:
    """The face at a size. By its file: no search among the fonts of the machine, and none of its warnings."""
    return FontProperties(fname=font_file(face), size=points, math_fontfamily="cm")


_KEPT = ("backend", "backend_fallback", "interactive", "toolbar", "timezone", "webagg", "tk.", "date.", "docstring",
         "savefig.directory", "figure.max_open_warning", "keymap", "animation", "macosx")  # fmt: skip
_OURS = {
    "svg.hashsalt": "netviz",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "text.parse_math": False,
    "text.hinting": "no_hinting",
    "text.usetex": False,
    "mathtext.fontset": "cm",
    "path.simplify": True,
}


@cache
def _settings() -> dict[str, Any]:
    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith(_KEPT)}
    return {**defaults, **_OURS}


@contextmanager
def our_settings() -> Iterator[None]:
    """Whatever style the user has set, matplotlib draws as it does by itself; afterwards all is as before."""
    with matplotlib.rc_context(_settings()):
        yield
