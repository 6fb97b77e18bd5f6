"""The values of weights held against those of their counterparts, streamed: equal bytes are the fast way.

A pair is read once where nothing differs. Where something does, it is read again for the figures, and once more
where these show that the values could be the same in another order. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.diff.dequantised import Quantised, quantised
from netviz.analysis.diff.measures import EPSILON, Measures
from netviz.analysis.diff.results import Comparison
from netviz.errors import NetvizError
from netviz.model import Layer, Model, Weight, WeightStore

Values = NDArray[Any]
Progress = Callable[[int, int], None]
"""Called with how many bytes are compared and how many there are in all, those of both sides."""

LARGE = 8 << 20
"""Weights of more bytes than this are read ahead on one side while the other is read and compared."""

WORD = 8
"""Bytes compared as one number."""

STEP_SLACK = 0.05
"""Values that were quantised are off by no more than a step and this share of it: scales are rounded too."""

LEAST_PRUNED, LEAST_SHARE_PRUNED = 2, 0.01
"""So many values must have become 0, in number and as a share of all: one or two tell nothing."""

RELATED = 0.5
"""Values that were drawn apart from each other have cosines far below this."""

ALIKE = 0.9
"""From this cosine on, values that gptq and awq have chosen together are those of a float kernel."""


def compare_weights(
    pairs: Sequence[tuple[Layer, Layer, Weight, Weight]],
    a: Model,
    b: Model,
    *,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    progress: Progress | None = None,
) -> list[Comparison]:
    """What the values of each pair are to each other, in the order of the pairs.

    The layers are those that hold the weights: their configs tell how the weights began and how they are quantised.
    What several layers share is read once. Values that cannot be had make the verdict "unread".
    """
    found: dict[tuple[str, str], Comparison] = {}
    distinct = {(one.path, other.path): (one, other) for _, _, one, other in pairs}
    total = sum((one.nbytes or 0) + (other.nbytes or 0) for one, other in distinct.values())
    results = []
    with ExitStack() as stack:
        reading = _Reading(a.store, b.store, stack, progress, total)
        for layer_a, layer_b, one, other in pairs:
            place = one.path, other.path
            if place not in found:
                found[place] = _Compared(layer_a, layer_b, one, other, reading, rtol, atol).comparison()
                reading.finish((one.nbytes or 0) + (other.nbytes or 0))
            results.append(replace(found[place], a=one, b=other))
    return results


@dataclass(slots=True)
class _Reading:
    """Reads weights of both models, and tells the one who waits how far it is."""

    a: WeightStore | None
    b: WeightStore | None
    stack: ExitStack
    progress: Progress | None
    total: int
    done: int = 0
    _told: int = 0
    _ahead: ThreadPoolExecutor | None = None

    def pieces(self, a: Weight, b: Weight) -> Iterator[tuple[Values, Values]]:
        """The values of both in flat pieces of the same length; raises NetvizError where they cannot be read.

        Raises _Uneven where one has more than the other.
        """
        blocks = blocks_of(self.a, a)
        if (a.nbytes or 0) > LARGE:
            blocks = self._read_ahead(blocks)
        told, most = 0, (a.nbytes or 0) + (b.nbytes or 0)
        for one, other in aligned(blocks, blocks_of(self.b, b)):
            yield one, other
            told = min(most, told + one.nbytes + other.nbytes)
            self._tell(self.done + told)

    def finish(self, nbytes: int) -> None:
        """Tells that a pair of so many bytes is done."""
        self.done += nbytes
        if nbytes:
            self._tell(self.done)

    def _tell(self, done: int) -> None:
        """Tells how far it is, never less than before: where something differs a weight is read again."""
        self._told = max(self._told, done)
        if self.progress:
            self.progress(self._told, self.total)

    def _read_ahead(self, blocks: Iterator[Values]) -> Iterator[Values]:
        """The same blocks, each of which a thread has read while the one before was in use."""
        if self._ahead is None:
            self._ahead = self.stack.enter_context(ThreadPoolExecutor(1))
        waiting = self._ahead.submit(next, blocks, None)
        while (block := waiting.result()) is not None:
            waiting = self._ahead.submit(next, blocks, None)
            yield block


class _Uneven(Exception):
    """Two weights have not as many values."""


def blocks_of(store: WeightStore | None, weight: Weight) -> Iterator[Values]:
    """The values of a weight, block by block; raises NetvizError where there are none."""
    if store is None:
        raise NetvizError("there are no values: only the config was read")
    yield from store.blocks(weight)


def aligned(a: Iterator[Values], b: Iterator[Values]) -> Iterator[tuple[Values, Values]]:
    """The values of both in flat pieces of the same length, however they are cut; raises _Uneven for a rest."""
    one = other = np.empty(0)
    while True:
        while not one.size and (block := next(a, None)) is not None:
            one = np.asarray(block).reshape(-1)
        while not other.size and (block := next(b, None)) is not None:
            other = np.asarray(block).reshape(-1)
        size = min(one.size, other.size)
        if not size:
            if one.size or other.size:
                raise _Uneven
            return
        yield one[:size], other[:size]
        one, other = one[size:], other[size:]


def equal_bytes(a: Values, b: Values) -> bool:
    """Whether two flat arrays are of the same dtype and hold the same bytes."""
    if a.dtype != b.dtype or a.dtype.hasobject:
        return False
    raw_a, raw_b = (np.ascontiguousarray(one).view(np.uint8) for one in (a, b))
    whole = raw_a.size // WORD * WORD
    return bool(
        np.array_equal(raw_a[whole:], raw_b[whole:])
        and np.array_equal(raw_a[:whole].view(np.uint64), raw_b[:whole].view(np.uint64))
    )


@dataclass(slots=True)
class _Compared:
    """One pair on its way to a comparison."""

    layer_a: Layer
    layer_b: Layer
    a: Weight
    b: Weight
    reading: _Reading
    rtol: float
    atol: float

    def comparison(self) -> Comparison:
        try:
            compared = self._dequantised() or self._of_values()
        except NetvizError as error:
            return Comparison(self.a, self.b, "unread", reason=error.message)
        if compared.verdict in ("changed", "resized"):
            return replace(compared, initial=self._initial(compared.cosine))
        return compared

    def _of_values(self) -> Comparison:
        shapes = self.a.tensor.shape, self.b.tensor.shape
        known = all(shape is not None and None not in shape for shape in shapes)
        if known and shapes[0] != shapes[1]:
            return self._reordered(Comparison(self.a, self.b, "resized"))
        try:
            return self._of_pieces()
        except _Uneven:
            return Comparison(self.a, self.b, "resized")

    def _of_pieces(self) -> Comparison:
        if all(equal_bytes(*piece) for piece in self.reading.pieces(self.a, self.b)):
            values = self.a.tensor.size or self.b.tensor.size or 0
            return Comparison(self.a, self.b, "identical", values=values, maximum=0.0, relative=0.0)
        measures = Measures(self.rtol, self.atol, self._rounding())
        for piece in self.reading.pieces(self.a, self.b):
            measures.take(*piece)
        compared = self._measured(measures)
        if not measures.differing:
            return replace(compared, verdict="identical")
        if measures.close:
            return replace(compared, verdict="close")
        if measures.rounding and measures.rounded:
            return replace(compared, verdict="close", detail=f"within the rounding of {measures.rounding}")
        if measures.numbers and measures.bits[0] == measures.bits[1]:
            compared = self._reordered(compared)
        if compared.verdict == "changed" and any(self._is_pruned(measures)):
            return replace(compared, verdict="pruned")
        return compared

    def _reordered(self, compared: Comparison) -> Comparison:
        """The same comparison, with how the values are ordered where they are the same in another order."""
        from netviz.analysis.diff.rearranged import find_order  # what is identical starts without

        order = find_order(
            lambda: blocks_of(self.reading.a, self.a),
            _shape(self.a),
            lambda: blocks_of(self.reading.b, self.b),
            _shape(self.b),
        )
        if order is None:
            return compared
        values = compared.values or self.a.tensor.size or 0
        return replace(compared, verdict=order.verdict, values=values, detail=order.detail)

    def _initial(self, cosine: float | None) -> Literal["", "a", "b", "both"]:
        """Which side looks as initialised; neither where both do and are alike: one of them was trained a little."""
        from netviz.analysis.diff.initial import looks_initial  # what is identical starts without

        sides = (self.layer_a, self.a, self.reading.a), (self.layer_b, self.b, self.reading.b)
        found = [looks_initial(layer, weight, partial(blocks_of, store, weight)) for layer, weight, store in sides]
        if all(found):
            return "" if abs(cosine or 0.0) > RELATED else "both"
        return "a" if found[0] else "b" if found[1] else ""

    def _dequantised(self) -> Comparison | None:
        """The comparison with what whole numbers stand for; None where neither side is quantised, or one cannot be."""
        forms = quantised(self.layer_a, self.a), quantised(self.layer_b, self.b)
        dtypes = self.a.tensor.dtype, self.b.tensor.dtype
        if not any(forms) or self.a.tensor.size != self.b.tensor.size:
            return None
        alike = dtypes[0] == dtypes[1]
        if alike and (not all(forms) or self._stored_alike(*forms)):
            return None
        if not all(form or dtype in {*EPSILON, "float64"} for form, dtype in zip(forms, dtypes, strict=True)):
            return None
        measures, within = Measures(self.rtol, self.atol), True
        sides = [
            _Meant(form, weight, store)
            for form, weight, store in zip(forms, (self.a, self.b), (self.reading.a, self.reading.b), strict=True)
        ]
        for a, b in aligned(sides[0].blocks(), sides[1].blocks()):
            measures.take(a["value"], b["value"])
            with np.errstate(all="ignore"):
                steps = (a["step"] + b["step"]) * (1 + STEP_SLACK)
                within = within and bool((np.abs(a["value"] - b["value"]) <= steps).all())
        if not all(form is None or form.rounded for form in forms):
            within = (measures.cosine or 0.0) >= ALIKE
        compared = self._measured(measures)
        if all(forms) and (measures.close or not measures.differing):
            return replace(compared, verdict="close" if measures.differing else "identical")
        if alike and measures.bits[0] == measures.bits[1] and (order := self._reordered(compared)) is not compared:
            return order
        words = " and ".join(dict.fromkeys(form.wording for form in forms if form))
        modes = {form.mode if form else "" for form in forms}
        return replace(compared, verdict="quantised" if within and len(modes) > 1 else "changed", detail=words)

    def _stored_alike(self, ours: Quantised | None, theirs: Quantised | None) -> bool:
        """Whether the same is stored beside both weights, so that the whole numbers tell all."""
        if ours is None or theirs is None or ours.mode != theirs.mode:
            return False
        return all(
            (one is None and other is None) or (one is not None and other is not None and self._equal(one, other))
            for one, other in zip(ours.beside, theirs.beside, strict=True)
        ) and self._equal(self.a, self.b)

    def _equal(self, one: Weight, other: Weight) -> bool:
        if one.tensor != other.tensor:
            return False
        pieces = aligned(blocks_of(self.reading.a, one), blocks_of(self.reading.b, other))
        return all(equal_bytes(*piece) for piece in pieces)

    def _measured(self, measures: Measures) -> Comparison:
        values = measures.values
        zeros = (measures.zeros[0] / values, measures.zeros[1] / values) if values else None
        dtypes = self.a.tensor.dtype, self.b.tensor.dtype
        return Comparison(
            self.a,
            self.b,
            "changed",
            values=values,
            differing=measures.differing,
            nonfinite=measures.nonfinite,
            maximum=measures.maximum,
            relative=measures.relative,
            cosine=measures.cosine,
            zeros=zeros,
            detail="" if dtypes[0] == dtypes[1] else " and ".join(dtype or "?" for dtype in dtypes),
        )

    def _rounding(self) -> str:
        """The narrower dtype of two different ones of floats."""
        dtypes = {self.a.tensor.dtype or "", self.b.tensor.dtype or ""}
        if len(dtypes) < 2 or not all(dtype in EPSILON or dtype == "float64" for dtype in dtypes):
            return ""
        return max(dtypes, key=lambda dtype: EPSILON.get(dtype, 0.0))

    def _is_pruned(self, measures: Measures) -> Iterator[bool]:
        """For each side whether all that differs is 0 there, which is no accident, and other values are not."""
        for gone, zeros in zip(measures.gone, measures.zeros, strict=True):
            many = gone >= max(LEAST_PRUNED, LEAST_SHARE_PRUNED * measures.values)
            yield many and gone == measures.differing and zeros < measures.values


@dataclass(frozen=True, slots=True)
class _Meant:
    """One side of a pair of which at least one is quantised: what its values stand for."""

    form: Quantised | None
    weight: Weight
    store: WeightStore | None

    def blocks(self) -> Iterator[Values]:
        """Pairs of value and step, block by block; the step of floats is 0."""
        if self.form is None or self.store is None:
            for block in blocks_of(self.store, self.weight):
                yield _paired(np.asarray(block).reshape(-1), 0.0)
        else:
            for values, steps in self.form.blocks(self.store):
                yield _paired(values, steps)


def _paired(values: Values, steps: Values | float) -> Values:
    paired = np.empty(values.size, [("value", np.float64), ("step", np.float64)])
    paired["value"], paired["step"] = values, steps
    return paired


def _shape(weight: Weight) -> tuple[int, ...]:
    return tuple(axis or 0 for axis in weight.tensor.shape or ())
