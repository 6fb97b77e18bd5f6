"""Where a cell may be broken, and how wide columns become when not all of them have room.

Widths are in terminal cells: an East Asian wide character takes two, a combining one none.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from netviz.render.escape import elide, visible
from netviz.views import Kind

Split = Callable[[str], list[str]]
"""Cuts a text into pieces that joined give the text again."""

Extent = tuple[int, ...]
"""Width of a text as a whole, then of its widest piece at each level of breaking."""


class Break(NamedTuple):
    """One kind of place to break at, and what it costs to need it, in lines."""

    split: Split
    penalty: float = 0.0


_SPACE = Break(re.compile(r"(?<= )(?=[^ ])").split)
_ITEM = Break(re.compile(r"(?<=, )").split)
_NAME = Break(re.compile(r"(?<=[/:>])(?=[^\s/:>,;)\]])|(?<=[_.-])(?=[^\W\d_])").split, 0.4)
_HUMP = Break(re.compile(r"(?<=[a-z])(?=[A-Z])").split, 0.8)
_AXIS = Break(_ITEM.split, 2.0)
_SHAPE = Break(re.compile(r"(?<=[)?], )").split)
_SUM = Break(re.compile(r"(?<= )(?=[=+−-] )").split)
_PRODUCT = Break(re.compile(r"(?=[·×])|(?<=[^=+−-] )(?=[^ =+−-])").split, 1.5)
_ANYWHERE = Break(re.compile("(?:.[\u0300-\u036f]*){1,24}", re.DOTALL).findall, 3.0)

BREAKS: Mapping[Kind, tuple[Break, ...]] = {
    "text": (_SPACE, _NAME, _ANYWHERE),
    "class": (_SPACE, _NAME, _HUMP, _ANYWHERE),
    "items": (_ITEM, _SPACE, _NAME, _ANYWHERE),
    "numbers": (_ITEM,),
    "shapes": (_SHAPE, _AXIS),
    "formula": (_SUM, _PRODUCT),
}
"""By kind the places to break at, the best ones first; a kind that is missing is never broken."""

HEADING = BREAKS["text"]
"""Where titles may be broken, whatever stands under them."""


def cell_width(text: str) -> int:
    """How many cells of a terminal `text` takes."""
    if text.isascii() or max(text) < "\u0300":  # the first combining character; wide ones come later
        return len(text)
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fold(text: str, breaks: Sequence[Break], width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken at the best places that do; wider where there is none."""
    if not breaks or cell_width(text.rstrip(" ")) <= width:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for piece in breaks[0].split(text):
        size = cell_width(piece)
        if used + size <= width or used + cell_width(piece.rstrip(" ")) <= width:
            line += piece
            used += size
            continue
        if line:
            lines.append(line.rstrip(" "))
        *full, line = fold(piece, breaks[1:], width)
        used = cell_width(line)
        lines += full
    lines.append(line)
    return lines


def breakable(text: str, kind: Kind, escaped: Callable[[str], str], mark: str) -> str:
    """`text` escaped, with `mark` (a language's invisible "may break here") wherever a cell of `kind` may be broken."""
    pieces = [visible(elide(text))]
    for split, _ in BREAKS.get(kind, ()):
        pieces = [part for piece in pieces for part in split(piece)]
    marked = [escaped(piece) + ("" if piece.endswith(" ") else mark) for piece in pieces]
    return "".join(marked).removesuffix(mark)


def extent(text: str, breaks: Sequence[Break]) -> Extent:
    """The widths that decide how narrow the column of `text` may become."""
    widths = [cell_width(text)]
    pieces = [text]
    for split, _ in breaks:
        pieces = [part for piece in pieces for part in split(piece)]
        widths.append(max((cell_width(piece.rstrip(" ")) for piece in pieces), default=0))
    return tuple(widths)


def fit(columns: Sequence[tuple[Kind, Iterable[Extent]]], room: int) -> list[int]:
    """Widths of columns that together take `room` cells, or as few more as possible.

    Each column is given as its kind and the extents of its cells. Cells are taken away where they cost the
    fewest extra lines and the mildest breaks: along the lower convex hulls of the columns' costs, flattest part first.
    """
    counted = [(kind, Counter(extents)) for kind, extents in columns]
    widths = [max((extent[0] for extent in extents), default=0) for _, extents in counted]
    excess = sum(widths) - room
    steps = [(slope, index, gain) for index, column in enumerate(counted) for slope, gain in _hull(*column, room)]
    for _, index, gain in sorted(steps):
        taken = max(0, min(gain, excess))
        widths[index] -= taken
        excess -= taken
    return widths


def _hull(kind: Kind, extents: Counter[Extent], room: int) -> list[tuple[float, int]]:
    """What narrowing a column costs: (cost per cell, cells), from the natural width down to the narrowest."""
    widest = max((extent[0] for extent in extents), default=0)
    narrowest = max(1, max((extent[-1] for extent in extents), default=0))
    if narrowest >= widest:
        return []
    cost = _cost([rule.penalty for rule in BREAKS.get(kind, HEADING)], extents)
    top = max(narrowest, min(widest - 1, room))
    stride = max(1, (top - narrowest) // 200)
    hull: list[tuple[int, float]] = [(widest, 0.0)]
    for width in [*range(top, narrowest, -stride), narrowest]:
        point = (width, cost(width))
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) >= _slope(hull[-2], point):
            hull.pop()
        hull.append(point)
    return [(_slope(high, low), high[0] - low[0]) for high, low in pairwise(hull)]


def _slope(high: tuple[int, float], low: tuple[int, float]) -> float:
    return (low[1] - high[1]) / (high[0] - low[0])


def _cost(penalties: Sequence[float], extents: Counter[Extent]) -> Callable[[int], float]:
    """The cost of a width, in lines: those added by folding, and a penalty for each cell broken at worse places."""
    wholes: Counter[int] = Counter()
    for extent, count in extents.items():
        wholes[extent[0]] += count
    thresholds: list[tuple[float, list[int], list[int]]] = []
    for level, penalty in enumerate(penalties[1:], start=1):
        pieces = sorted((extent[level], count) for extent, count in extents.items() if level < len(extent))
        thresholds.append((penalty, [width for width, _ in pieces], [0, *accumulate(count for _, count in pieces)]))

    def cost(width: int) -> float:
        lines = sum(count * ((whole - 1) // width) for whole, count in wholes.items() if whole > width)
        broken = (penalty * (sums[-1] - sums[bisect_right(widths, width)]) for penalty, widths, sums in thresholds)
        return lines + sum(broken)

    return cost
