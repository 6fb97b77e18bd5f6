"""The weights of a model as a page shows them: figures, histograms and pictures of the values, where these are read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from netviz.analysis.charts import weights as weighing
from netviz.analysis.charts.values import as_stored, is_constant
from netviz.analysis.charts.weights import Held, Weighed, held_weights, weigh
from netviz.analysis.charts.wording import lost_words, value_words
from netviz.analysis.health import Progress
from netviz.analysis.page.tiles import SIDE, build_tiles
from netviz.errors import NetvizError
from netviz.model import Model, Weight, WeightStore
from netviz.pages import Tiles, WeightDetails, WeightFigures

USUAL = 200 << 20
"""Bytes of values that are looked at unasked: it takes a second or two."""

BINS = 32
"""Bins of a histogram."""

ALBUM = 1 << 20
"""Bytes that all pictures of a page may take."""

LEAST, MOST = 256, 8192
"""Values in the pictures of one weight: so many even where there are too many weights for the album, and at most."""

ASKING = "--weights (in Python weights=True) looks at them."


@dataclass(frozen=True, slots=True)
class Look:
    """How closely a model is looked at: `values` of weights, and `thorough` as a check does it.

    `why` is one sentence that says why values are not looked at, and what to do. `held` and `size` are the bytes of
    values of the weights, and of these with the state of the optimizer.
    """

    values: bool
    thorough: bool
    why: str = ""
    held: int = 0
    size: int = 0

    @property
    def words(self) -> str:
        """A sentence or two on what was looked at and what not."""
        if not self.thorough:
            return f"Looked at: what reading the model tells, its graph and its settings. {self.why}"
        looked = "Looked at: every part of the source, the graph and the settings"
        return (
            f"{looked}, and all values of the weights."
            if self.values and self.held
            else f"{looked}. {self.why}".strip()
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What is said of the values of a weight; `problem` says why there is less than there could be."""

    figures: WeightFigures | None = None
    tiles: Tiles | None = None
    problem: str = ""


def look_at(model: Model, wanted: bool | None) -> Look:
    """How to look at a model: at values if they are wanted, and if nothing is said (None) and they are few."""
    sizes = [one.weight.nbytes or 0 for one in held_weights(model)]
    held = sum(sizes)
    size = held + sum(weight.nbytes or 0 for weight in model.optimizer)
    if not sizes:
        return Look(True, True)
    if model.store is None:
        return Look(False, True, _why_none(model))
    if wanted or (wanted is None and size <= USUAL):
        return Look(True, True, "", held, size)
    if wanted is None:
        why = f"The values take {size / (1 << 20):,.0f} MB and were not looked at: {ASKING}"
        return Look(False, False, why, held, size)
    return Look(False, False, f"The values were not looked at: {ASKING}", held, size)


def _why_none(model: Model) -> str:
    """Why there are no values at all, and what to do."""
    if any(note.code == "unbuilt" and not note.path for note in model.notes):
        return "The model is not built, so its weights have no values yet."
    if model.source.format == "keras-json":
        return "The source is a config, which holds no values of weights: give the file that has them."
    return "The source holds no values of weights; a model that was saved before it was built has none yet."


def see_values(model: Model, progress: Progress | None = None) -> Mapping[str, Seen]:
    """What is said of the values of each variable, by its path; those of the model itself have no pictures."""
    if model.store is None:
        return {}
    held = held_weights(model)
    own = {weight.path for weight in model.root.weights}
    album = _Album(model.store, _share([one for one in held if one.weight.path not in own]))
    total, done, found = sum(one.weight.nbytes or 0 for one in held), 0, {}
    for one in held:
        (weighed,) = weigh(model, (one,), bins=BINS, progress=_from(progress, done, total))
        found[one.weight.path] = _figures_seen(weighed) if one.weight.path in own else album.with_tiles(weighed)
        done += one.weight.nbytes or 0
    return found


def _from(progress: Progress | None, begun: int, total: int) -> Progress | None:
    return progress and (lambda done, _: progress(begun + done, total))


def weight_details(weight: Weight, seen: Seen) -> WeightDetails:
    """A weight with what is said of its values."""
    stored = (weight.stored.shape, weight.stored.dtype) if weight.stored else None
    return WeightDetails(
        weight.name, weight.tensor.shape, weight.tensor.dtype, weight.trainable, weight.tensor.size, weight.path,
        weight.nbytes, stored, seen.figures, seen.tiles, seen.problem,
    )  # fmt: skip


def _share(held: Sequence[Held]) -> int:
    """Values that the pictures of a matrix may have, so that all have room in the album."""
    long = [sum(axis != 1 for axis in one.weight.tensor.shape or ()) for one in held]
    matrices = sum(axes > 1 for axes in long)
    return max(LEAST, min(MOST, (ALBUM - SIDE * (len(held) - matrices)) // max(1, matrices)))


@dataclass(slots=True)
class _Album:
    """Makes the pictures of weights while there is room; `share` are the values of those of one weight."""

    store: WeightStore
    share: int
    used: int = field(default=0)

    def with_tiles(self, weighed: Weighed) -> Seen:
        """The figures of a weight and its pictures, or why it has none."""
        seen, own, weight = _figures_seen(weighed), weighed.figures, weighed.held.weight
        if own is None or own.minimum is None:
            return seen
        if is_constant(weighed):
            return replace(seen, problem=f"Not drawn: all values are {value_words(own.minimum, 6)}.")
        if self.used + min(own.size, self.share) > ALBUM:
            return replace(seen, problem=_full())
        try:
            with np.errstate(all="ignore"):
                tiles = build_tiles(weighed.held, self.store, self.share)
        except NetvizError as error:
            return replace(seen, problem=error.sentences)
        if tiles is None:
            few = (weight.tensor.size or 0) < 2
            return replace(seen, problem="" if few else "Not drawn: too many values along more than two axes.")
        if self.used + len(tiles.values) > ALBUM:  # of many gates or heads, and of large windows, there is one each
            return replace(seen, problem=_full())
        self.used += len(tiles.values)
        said = as_stored(weighed.held)
        return replace(seen, tiles=replace(tiles, caption=f"{tiles.caption}; {said}") if said else tiles)


def _full() -> str:
    return f"Not drawn: the pictures of this page take {ALBUM >> 20} MB already."


def _figures_seen(weighed: Weighed) -> Seen:
    """The figures of a weight, or why there are none."""
    own = weighed.figures
    if own is None:
        return Seen(problem=weighed.problem)
    lost = lost_words(own.size, own.nan, own.infinite) if own.minimum is None else ""
    return Seen(_figures(own, weighed), problem=lost)


def _figures(own: weighing.Figures, weighed: Weighed) -> WeightFigures:
    counts: tuple[int, ...] = ()
    if weighed.counts is not None:
        sums = np.rint(np.cumsum(weighed.counts))  # of more values than are kept, counts are shared out
        counts = tuple(int(count) for count in np.diff(sums, prepend=0.0))
    return WeightFigures(
        own.size, own.zeros, own.nan, own.infinite, _finite(own.minimum), _finite(own.maximum), _finite(own.mean),
        _finite(own.std), _finite(own.norm), counts,
    )  # fmt: skip


def _finite(value: float | None) -> float | None:
    """The number, None where it is beyond float64."""
    return None if value is None or not math.isfinite(value) else float(value)
