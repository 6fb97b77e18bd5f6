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
from netviz.catalog.settings import channels_first
from netviz.model import ENTERING, Graph, Tensor, TensorRef

OPEN = "The padding depends on the length of an axis that is open: --input-shape (input_shape=…) closes it."
STRIDES = "Paths of different strides meet in it, so that its positions have no one field."
MANY = "Its calls have different fields."
INPUTS = "Positions of different inputs meet in it, so that it has no one field."
PARTLY = "Along some axes it takes every position, along others it does not."
LAYOUT = "Channels stand before the positions in this model, and which of its axes are which is not stated."


@dataclass(frozen=True, slots=True)
class Span:
    """The field along one axis: where that of the first output begins (None: not known), its size and its stride.

    `origin` is the number of the model's input that it lies in.
    """

    first: Fraction | None
    size: Fraction
    stride: Fraction
    origin: int

    def behind(self, window: Window) -> Span:
        """The field of what takes `window` of these positions."""
        size = self.size + self.stride * (window.size - 1)
        first = None
        if self.first is not None and window.first is not None:
            first = self.first + self.stride * window.first
        return Span(first, size, self.stride * window.stride, self.origin)


Origins: TypeAlias = frozenset[int]
"""The numbers of inputs of the model."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All of these inputs."""

    origins: Origins


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why there is no field to tell. With `origins` still every position of these is in the field of some output."""

    reason: str
    origins: Origins | None = None


@dataclass(frozen=True, slots=True)
class Bare:
    """A tensor without spatial axes, which says nothing of positions; `entering` is the input that it is, if any."""

    entering: int | None = None


View: TypeAlias = tuple[Span, ...] | Whole | Unclear | Bare
"""What a tensor shows of what enters the model."""


def start(origin: int) -> Span:
    """The field of the input itself."""
    return Span(Fraction(0), Fraction(1), Fraction(1), origin)


Told: TypeAlias = tuple[ReceptiveField | Literal["whole"] | None, str]
"""A receptive field, and where there is none, why; "" where it would mean nothing."""


class Fields:
    """The fields of the first outputs of layers, by path.

    `channels_first` tells that some layers take channels before positions: what says nothing of that is then unclear.
    """

    def __init__(self, *, channels_first: bool = False) -> None:
        self.channels_first = channels_first
        self._fields: dict[str, Told] = {}
        self._known: dict[tuple[int, tuple[View, ...]], tuple[View, ...]] = {}
        self._room = MOST_RUNS

    def of(self, path: str) -> Told:
        """The receptive field of a layer."""
        return self._fields.get(path, (None, ""))

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
        told = _told(view)
        if self._fields.setdefault(path, told) != told:
            self._fields[path] = None, MANY

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


def channels_stand_first(graph: Graph) -> bool:
    """Whether a layer of the graph, or inside one, takes channels before positions."""
    return any(
        channels_first(layer.config) or (layer.graph is not None and channels_stand_first(layer.graph))
        for layer in graph.layers
    )


def entered(tensor: Tensor, origin: int) -> View:
    """The view of what enters the model as the input of that number: itself."""
    if tensor.shape is None:
        return Unclear("The shape of the input is not known.")
    spatial = len(tensor.shape) - 2
    return (start(origin),) * spatial if spatial > 0 else Bare(entering=origin)


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
    if callable(window) and fields.channels_first and "data_format" not in run.layer.config:
        origins = _origins(views)
        if origins and any(isinstance(view, tuple) for view in views):
            return Unclear(LAYOUT, origins)
    if windows == "whole":
        return _whole(views)
    if windows == "attended":
        return _attended(views, 1 if run.arguments.args else len(views))
    if windows == "partly":
        found = _whole(views)
        return Unclear(PARTLY, found.origins) if isinstance(found, Whole) and _local(views) else found
    if windows == "pointwise":
        return _wrapped(run, views, rank, fields) if run.inside else _pointwise(run, views, rank)
    return _windowed(views[0], windows, rank)


def _named(run: Run) -> str:
    return f"{quoted(run.layer.name)} ({run.layer.class_name or 'of an unknown class':.80})"


def _origins(views: Sequence[View]) -> Origins | None:
    """The inputs of which every position is in the views; None where that is not known."""
    found: set[int] = set()
    for view in views:
        if isinstance(view, tuple):
            found.update(span.origin for span in view)
        elif isinstance(view, Whole):
            found |= view.origins
        elif isinstance(view, Unclear):
            if view.origins is None:
                return None
            found |= view.origins
    return frozenset(found)


def _local(views: Sequence[View]) -> bool:
    """Whether a part is in one of the views, not the whole of an input."""
    return any(isinstance(view, tuple | Unclear) for view in views)


def _whole(views: Sequence[View]) -> View:
    """The view of what takes every position."""
    origins = _origins(views)
    if origins is None:
        return next(view for view in views if isinstance(view, Unclear) and view.origins is None)
    return Whole(origins) if origins else Bare()


def _attended(views: Sequence[View], first: int) -> View:
    """The view of what takes the same position of one tensor, among the first ones, and every one of the others."""
    found = _whole(views)
    for place in range(first):
        others = _origins([*views[:place], *views[place + 1 :]] or views)
        if isinstance(found, Whole) and others is not None and _local([views[place]]) and not found.origins <= others:
            return Unclear(INPUTS, found.origins)
    return found


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
        return Unclear("Its axes are not those that come in.") if rank else _whole(views)
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
    if isinstance(view, Bare):
        return None if view.entering is None else (start(view.entering),) * (len(taken) - 1)
    if not isinstance(view, tuple) or any(span != start(span.origin) for span in view):
        return None
    return view[:1] * (len(taken) - 1) if len(view) == len(taken) - 2 else None


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
    if ahead and isinstance(found, Whole):
        return Unclear("Every position of a step, but only of that step.", found.origins)
    if isinstance(found, Bare):
        found = ()
    return (*view[:ahead], *found) if isinstance(found, tuple) else found


def _hull(views: list[View]) -> View:
    """The view of what takes the same position of several tensors."""
    far = next((view for view in views if isinstance(view, Unclear)), None)
    if far is not None:
        return far
    origins = _origins(views) or frozenset()
    whole: Origins = frozenset().union(*(view.origins for view in views if isinstance(view, Whole)))
    found = list(dict.fromkeys(view for view in views if isinstance(view, tuple)))
    if whole:
        return Whole(origins) if origins == whole else Unclear(INPUTS, origins)
    if not found:
        return Bare()
    if len(origins) > 1:
        return Unclear(INPUTS, origins)
    if len(found) == 1:
        return found[0]
    if len({len(view) for view in found}) > 1:
        return Unclear("Tensors of different numbers of axes meet in it.", origins)
    spans = []
    for along in zip(*found, strict=True):
        if len({span.stride for span in along}) > 1:
            return Unclear(STRIDES, origins)
        first: Fraction | None = along[0].first
        size = along[0].size
        if len(set(along)) > 1:
            firsts = [span.first for span in along if span.first is not None]
            if len(firsts) < len(along):
                return Unclear(OPEN, origins)
            first = min(firsts)
            size = max(span.first + span.size for span in along if span.first is not None) - first
        spans.append(Span(first, size, along[0].stride, along[0].origin))
    return tuple(spans)


def _told(view: View) -> Told:
    """The view in whole positions."""
    if isinstance(view, Unclear):
        return None, view.reason
    if isinstance(view, Bare):
        return None, ""
    if isinstance(view, Whole):
        return "whole", ""
    field = ReceptiveField(
        tuple(math.floor(span.size) for span in view),
        tuple(span.stride for span in view),
        tuple(None if span.first is None else math.ceil(span.first) for span in view),
    )
    return field, ""
