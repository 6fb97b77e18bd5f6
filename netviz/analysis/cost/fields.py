"""The receptive fields of layers: windows put behind one another, from what enters the model on.

Every tensor has a field along each of its spatial axes, those between the batch and the channels: output i is made of
the inputs from i·stride + first to i·stride + last. Source of the rules: Araujo, Norris and Sim, Computing Receptive
Fields of Convolutional Neural Networks (Distill 2019); where paths meet, the field is the hull of theirs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from netviz.analysis.cost.resolving import MOST_RUNS, Resolved, Run
from netviz.analysis.cost.results import ReceptiveField
from netviz.analysis.cost.work import quoted
from netviz.catalog.kinds import RULE_ERRORS, Window
from netviz.model import ENTERING, Tensor, TensorRef

OPEN = "The padding depends on the length of an axis that is open: --input-shape (input_shape=…) closes it."
STRIDES = "Paths of different strides meet in it, so that its positions have no one field."
MANY = "Its calls have different fields."


@dataclass(frozen=True, slots=True)
class Span:
    """The field along one axis: where that of the first output begins (None: not known), and how far it reaches."""

    first: Fraction | None
    reach: Fraction
    stride: Fraction

    def behind(self, window: Window) -> Span:
        """The field of what takes `window` of these positions."""
        reach = self.reach + self.stride * (window.size - 1)
        first = None
        if self.first is not None and window.first is not None:
            first = self.first + self.stride * window.first
        return Span(first, reach, self.stride * window.stride)


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why there is no field to tell. `local`: still every position of the input is in some field."""

    reason: str
    local: bool = False


@dataclass(frozen=True, slots=True)
class Bare:
    """A tensor without spatial axes, which says nothing of positions; `entering` is one that enters the model."""

    entering: bool = False


View: TypeAlias = tuple[Span, ...] | Literal["whole"] | Unclear | Bare
"""What a tensor shows of the model's input."""

START = Span(Fraction(0), Fraction(0), Fraction(1))


class Fields:
    """The views of the first outputs of layers, by path; `reasons` says why there is none where it is unknown."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}
        self._known: dict[tuple[int, tuple[View, ...]], tuple[View, ...]] = {}
        self._room = MOST_RUNS

    def of(self, path: str) -> tuple[ReceptiveField | Literal["whole"] | None, str]:
        """The receptive field of a layer, and where there is none, why; "" where it would mean nothing."""
        view = self._views.get(path, Bare())
        if isinstance(view, Unclear):
            return None, view.reason
        if isinstance(view, Bare):
            return None, ""
        return (view if view == "whole" else _told(view)), ""

    def follow(self, resolved: Resolved, entering: Sequence[View]) -> tuple[View, ...]:
        """The views of what leaves a graph, for those of what enters it."""
        key = id(resolved), tuple(entering)
        if key not in self._known and self._room <= 0:
            return (Unclear("There are too many calls inside of models to follow them."),) * max(len(resolved.ends), 1)
        if key not in self._known:
            self._room -= len(resolved.runs)
            self._known[key] = self._follow(resolved, entering)
        return self._known[key]

    def _follow(self, resolved: Resolved, entering: Sequence[View]) -> tuple[View, ...]:
        given = {
            end.call: view for end, view in zip(resolved.entrances, entering, strict=False) if end and end.call >= 0
        }
        made: list[tuple[View, ...]] = []

        def lookup(source: TensorRef | None) -> View:
            outputs: Sequence[View] = ()
            if source and source.call == ENTERING:
                outputs = entering
            elif source and 0 <= source.call < len(made):
                outputs = made[source.call]
            if source and 0 <= source.index < len(outputs):
                return outputs[source.index]
            return Unclear("Where one of its inputs comes from is not known.")

        for number, run in enumerate(resolved.runs):
            if number in given:
                made.append((given[number],) * len(run.outputs))
            else:
                raw = any(source and (source.call == ENTERING or source.call in given) for source in run.sources[:1])
                made.append(self._through(run, [lookup(source) for source in run.sources], raw))
            self._note(run.layer.path, made[-1][0] if made[-1] else Bare())
        return tuple(map(lookup, resolved.ends))

    def _note(self, path: str, view: View) -> None:
        before = self._views.setdefault(path, view)
        if before != view:
            self._views[path] = Unclear(MANY)

    def _through(self, run: Run, views: list[View], raw: bool) -> tuple[View, ...]:
        """The views of the outputs of one call; `raw`: what goes in is what enters the graph."""
        inside = run.inside
        count = max(len(run.outputs), 1)
        if inside is not None and not inside.wrapped:
            found = self.follow(inside, views[: len(inside.entrances)])
            return (found + (Unclear("Which layer inside gives it is not known."),) * count)[:count]
        if not views:
            return (Bare(),) * count
        looked_up = _looked_up(run, views[0]) if raw and len(views) == 1 else None
        return (looked_up,) * count if looked_up else tuple(_seen(run, views, place, self) for place in range(count))


def entered(tensor: Tensor) -> View:
    """The view of what enters the model: itself."""
    if tensor.shape is None:
        return Unclear("The shape of the input is not known.")
    spatial = len(tensor.shape) - 2
    return (START,) * spatial if spatial > 0 else Bare(entering=True)


def _seen(run: Run, views: list[View], place: int, fields: Fields) -> View:
    """The view of the output at `place` of one call."""
    kind = run.kind
    shape = run.outputs[place].shape if place < len(run.outputs) else None
    rank = None if shape is None else max(len(shape) - 2, 0)
    window = kind.cost.window if kind and kind.cost else None
    if window is None and run.inside:
        return _wrapped(run, views, rank, fields)
    if window is None:
        return Unclear(f"Which positions {_named(run)} takes is not known.")
    try:
        windows = window if isinstance(window, str) else window(run.layer.config, run.arguments)
    except RULE_ERRORS:
        return Unclear(f"Which positions {_named(run)} takes is not known.")
    if windows == "whole":
        return _whole(views)
    if windows == "pointwise":
        return _wrapped(run, views, rank, fields) if run.inside else _pointwise(run, views, rank)
    return _windowed(views[0], windows, rank)


def _named(run: Run) -> str:
    return f"{quoted(run.layer.name)} ({run.layer.class_name or 'of an unknown class':.80})"


def _whole(views: list[View]) -> View:
    """The view of what takes every position."""
    far = next((view for view in views if isinstance(view, Unclear) and not view.local), None)
    if far is not None:
        return far
    return Bare() if all(isinstance(view, Bare) for view in views) else "whole"


def _windowed(view: View, windows: Sequence[Window], rank: int | None) -> View:
    if not isinstance(view, tuple):
        return view
    if len(windows) != len(view) or rank not in (None, len(view)):
        return Unclear("Its axes are not those that come in.")
    return tuple(span.behind(window) for span, window in zip(view, windows, strict=True))


def _pointwise(run: Run, views: list[View], rank: int | None) -> View:
    """The hull of what goes in."""
    found = _hull(views)
    if isinstance(found, Bare) and rank:
        return Unclear("What was without positions is laid out in positions.")
    if isinstance(found, tuple) and rank is not None and rank != len(found):
        return Unclear("Its axes are not those that come in.") if rank else "whole"
    return found


def _looked_up(run: Run, view: View) -> View | None:
    """The view of what enters the model where every number is made a vector; None for any other call.

    Looked up (Embedding), or given an axis of length 1 behind it. Every number is a position then, in the last axis as
    well, which is that of the channels otherwise.
    """
    cost = run.kind.cost if run.kind else None
    taken, given = run.tensors[0].shape, run.outputs[0].shape if run.outputs else None
    if cost is None or not taken or not given or given[:-1] != taken:
        return None
    if cost.window != "pointwise" and not (cost.buffer == "same" and given[-1] == 1):
        return None
    spatial = (START,) * (len(taken) - 2)
    return (START,) * (len(taken) - 1) if view in (spatial, Bare(entering=True)) else None


def _wrapped(run: Run, views: list[View], rank: int | None, fields: Fields) -> View:
    """The view through the layer inside a wrapper; where that takes single steps, time stays as it is."""
    inside = run.inside
    view = views[0]
    if inside is None or not inside.runs or not isinstance(view, tuple):
        return _pointwise(run, views, rank)
    first = inside.runs[0]
    steps = first.tensors[0].shape if first.tensors else None
    ahead = 0 if steps is None else len(view) - max(len(steps) - 2, 0)
    if not 0 <= ahead <= 1:
        return Unclear("What the layer inside takes is not known.")
    inner = view[ahead:] or Bare()
    if first.inside is not None and not first.inside.wrapped:
        found: View = (fields.follow(first.inside, [inner]) or (Bare(),))[0]
    else:
        found = _seen(first, [inner], 0, fields)
    if ahead and found == "whole":
        return Unclear("Every position of a step, but only of that step.", local=True)
    if isinstance(found, Bare):
        found = ()
    return (*view[:ahead], *found) if isinstance(found, tuple) else found


def _hull(views: list[View]) -> View:
    """The view of what takes the same position of several tensors."""
    far = next((view for view in views if isinstance(view, Unclear)), None)
    if far is not None:
        return far
    if "whole" in views:
        return "whole"
    found = list(dict.fromkeys(view for view in views if isinstance(view, tuple)))
    if not found:
        return Bare()
    if len(found) == 1:
        return found[0]
    if len({len(view) for view in found}) > 1:
        return Unclear("Tensors of different numbers of axes meet in it.", local=True)
    spans = []
    for along in zip(*found, strict=True):
        if len({span.stride for span in along}) > 1:
            return Unclear(STRIDES, local=True)
        first: Fraction | None = along[0].first
        reach = along[0].reach
        if len(set(along)) > 1:
            firsts = [span.first for span in along if span.first is not None]
            if len(firsts) < len(along):
                return Unclear(OPEN, local=True)
            first = min(firsts)
            reach = max(span.first + span.reach for span in along if span.first is not None) - first
        spans.append(Span(first, reach, along[0].stride))
    return tuple(spans)


def _told(view: Sequence[Span]) -> ReceptiveField:
    """The view in whole positions."""
    return ReceptiveField(
        tuple(math.floor(span.reach) + 1 for span in view),
        tuple(span.stride for span in view),
        tuple(None if span.first is None else math.ceil(span.first) for span in view),
    )
