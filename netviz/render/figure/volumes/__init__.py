"""A flow as volumes: boxes in space as high and wide as their tensors, as thick as their channels.

Scales and forms are in `volumes_solids`, what stands close in `volumes_groups`, where it all stands in `volumes_place`
(what meets is moved apart by `volumes_parting`), the user's words in `volumes_braces`,
links and frames in `volumes_wires`, shapes in `volumes_draw`. Here the size is found that fits the paper, and the rows.
"""

from __future__ import annotations

from netviz.errors import UsageError
from netviz.figures import Flow
from netviz.render.figure.arrange import arrange
from netviz.render.figure.frame import MARGIN, Bounds, framed, too_narrow
from netviz.render.figure.look import Look
from netviz.render.figure.picture import Picture
from netviz.render.figure.turning import Turn
from netviz.render.figure.volumes.groups import Groups
from netviz.render.figure.volumes.legend import legend_of
from netviz.render.figure.volumes.rows import Breaks, Page, laid_out, stacked
from netviz.render.figure.volumes.solids import Measures
from netviz.render.figure.volumes.words import CAN_SHOW, SHOWN, has_words
from netviz.render.figure.wording import caption_of

__all__ = ["CAN_SHOW", "MOST", "SHOWN", "volumes_to_picture"]

MOST = 600
"""Stages that one figure draws at most."""
_WIDE, _TARGET = 1240.0, 1120.0
"""What is wider than this, without a given width, is broken into rows of about that width."""
_SMALLER = 0.62
"""The share of the natural size that is still drawn in one row where no width is given."""
_SHORTER = 0.75
"""How much shorter the longest row has to become for another row."""
_SHORTEST = 240.0
"""Pixels of the longest row of natural size that is not broken any further."""
_TALLEST, _ROOMIER = 1.25, 1.1
"""The height that is not passed by larger boxes, as a multiple of the width and of what it is at the least size."""
_CROWDED = 0.6
"""The share of its natural length that a row keeps at least where labels are left out."""
_MISSING = 0.2
"""The share of channels that may be left out before more rows are made."""
_REMEDIES = "Choose another direction.", "Leave layers out.", "Choose blocks."
_PLEASANT, _READABLE, _LEAST, _LARGEST = 0.5, 0.34, 0.1, 1.3
"""Shares of the natural size: what is still pleasant, still readable with fewer labels, the least, and the most."""


def volumes_to_picture(flow: Flow, look: Look) -> Picture:
    """The flow as volumes; raises `UsageError` where it does not fit the width that is asked for."""
    stages = flow.stages
    if not stages:
        return framed((), Bounds(0.0, 0.0, 0.0, 0.0), look, flow.title, flow.description)
    if len(stages) > MOST:
        raise UsageError(
            f"{len(stages):,} stages are too many for a figure of volumes",
            f"{MOST} can be drawn. Fold what repeats. Leave layers out. Choose blocks.",
        )
    groups = Groups(flow, arrange(flow))
    page = _fitting(flow, groups, look)
    shapes, area = stacked(page)
    turn = Turn(look.direction)
    one, other = turn(area.first, area.low), turn(area.last, area.high)
    bounds = Bounds(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))
    return framed(
        shapes,
        bounds,
        look,
        flow.title,
        flow.description,
        caption=caption_of(flow.title, flow.layers, flow.parameters),
        legend=legend_of(
            stages,
            look,
            skips=any(way.skips for way in groups.arrangement.ways),
            memory=any(link.memory for link in flow.links),
        ),
    )


class _Fit:
    """A flow at any size and in any number of rows."""

    def __init__(self, flow: Flow, groups: Groups, look: Look) -> None:
        self.flow, self.groups, self.look = flow, groups, look
        self.beside = max(map(len, groups.columns))
        self.upright = has_words(look) and look.sideways
        self.whole = laid_out(groups, Measures(flow, look), (), thin=0, upright=self.upright)
        if self.upright and self.whole.width > _WIDE:
            self.turn()
        self.breaks = Breaks(self.whole.rows[0].row)

    def turn(self) -> None:
        """Turns the words, which takes less room."""
        self.upright = False
        self.whole = laid_out(self.groups, Measures(self.flow, self.look), (), thin=0, upright=False)

    def rows(self) -> list[int]:
        """In how many rows it may be broken: where one more makes the longest much shorter."""
        found, width = [1], self.whole.width
        for rows in range(2, len(self.breaks.cuts) + 2 if self.look.sideways else 2):
            narrower = self.breaks.longest(self.breaks.best(rows))
            if narrower < width * _SHORTER:
                found.append(rows)
                width = narrower
            if narrower < _SHORTEST or rows > 2 * found[-1] + 2:
                break
        return found

    def crowd(self) -> list[int]:
        """In how many rows it may be broken where boxes are small."""
        self.whole = self.page(_READABLE / 2, 1, thin=2)
        self.breaks = Breaks(self.whole.rows[0].row)
        return self.rows()

    def page(self, share: float, rows: int, *, thin: int) -> Page:
        """The flow at that share of its natural size: lengths along the paper shrink more than those down it."""
        less = share ** (1.0 if self.beside > 2 else 0.75 if self.beside > 1 else 0.5)
        along, across = (share, less) if self.look.sideways else (less, share)
        cuts = self.breaks.best(rows) if rows > 1 else ()
        return laid_out(
            self.groups, Measures(self.flow, self.look, along, across), cuts, thin=thin, upright=self.upright
        )

    def largest(self, room: float, rows: int, least: float, *, thin: int) -> Page | None:
        """The largest that fits, if it is not smaller than `least`."""
        if self.breaks.longest(self.breaks.best(rows)) * least * _CROWDED > room:
            return None
        best: Page = self.page(least, rows, thin=thin)
        if best.width > room:
            return None
        low, high, tall = least, _LARGEST, max(_TALLEST * room, best.height * _ROOMIER)
        for _ in range(7):
            middle = (low + high) / 2
            page = self.page(middle, rows, thin=thin)
            if page.width <= room and page.height <= tall:
                low, best = middle, page
            else:
                high = middle
        return best


def _fitting(flow: Flow, groups: Groups, look: Look) -> Page:
    fit = _Fit(flow, groups, look)
    if look.width is None:
        if not look.sideways or fit.whole.width <= _WIDE:
            return fit.whole
        page = fit.largest(_TARGET, 1, _SMALLER, thin=0)
        for rows in fit.rows() if page is None else ():
            if page is not None and fit.breaks.longest(fit.breaks.best(rows)) > _TARGET:
                continue
            page = fit.page(1.0, rows, thin=0)
            if page.width <= _TARGET:
                break
        if page is not None and page.width > 2 * _TARGET:  # what cannot be broken is drawn as small as can be read
            return fit.page(_READABLE, len(page.rows), thin=1)
        return page or fit.whole
    room, spare = look.width - 2 * MARGIN, None
    if fit.upright:
        page = fit.largest(room, 1, _PLEASANT, thin=0)
        if page is not None:
            return page
        fit.turn()
    counts = fit.rows()
    tries = [(rows, thin, least) for rows in counts for thin, least in ((0, _PLEASANT), (1, _READABLE))]
    for rows, thin, least in tries:
        page = fit.largest(room, rows, least, thin=thin)
        if page is not None and page.missing <= _MISSING:
            return page
        spare = spare or page
    counts = fit.crowd()
    for rows in counts:
        page = fit.largest(room, rows, _LEAST, thin=2)
        if page is not None and page.missing <= _MISSING:
            return page
        spare = spare or page
    if spare is not None:
        return spare
    needs = fit.page(_LEAST, counts[-1], thin=2).width + 2 * MARGIN
    raise too_narrow(look, needs, *_REMEDIES)
