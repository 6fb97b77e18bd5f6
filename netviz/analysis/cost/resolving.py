"""The shapes of every tensor of a model for what enters it: the calls again, in order, by the catalog's rules.

Reading a file infers shapes with the batch left open (`netviz.readers.infer`); what a call costs needs them closed, and
a nested model that is called on several sizes costs something else each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from netviz import catalog
from netviz.analysis.cost.arguments import arguments_of
from netviz.analysis.cost.entering import with_batch
from netviz.catalog.kinds import RULE_ERRORS, Arguments, LayerKind, Shapes
from netviz.catalog.shapes import conflict
from netviz.model import ENTERING, Call, Config, Feed, Graph, Layer, Shape, Tensor, TensorRef

UNKNOWN = Tensor(None)

MOST_RUNS = 20_000
"""Calls that are resolved. A model inside a model inside a model …, called on other shapes each time, has more."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One call with its shapes: what went in, what came out, and what runs inside.

    `sources` says for each tensor that goes in where it comes from, as `Feed.source` does. `times` is how often what
    is inside runs in one call, None where that is not known. `closed` tells that there are too many calls inside.
    """

    layer: Layer
    kind: LayerKind | None
    arguments: Arguments
    sources: tuple[TensorRef | None, ...]
    outputs: tuple[Tensor, ...]
    inside: Resolved | None = None
    times: int | None = 1
    closed: bool = False

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return self.arguments.tensors


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """A graph with its shapes, for the tensors that enter it. `wrapped` tells the inside of a wrapper from a model."""

    inputs: tuple[Tensor, ...]
    runs: tuple[Run, ...]
    outputs: tuple[Tensor, ...]
    ends: tuple[TensorRef | None, ...] = ()
    entrances: tuple[TensorRef | None, ...] = ()
    wrapped: bool = False


class Resolver:
    """Resolves graphs for a batch; a nested model called on the same shapes again is resolved once.

    `made` has what was resolved, each before what it stands in. `misfits` are layers with what goes in, which they
    would not take though the model states that they give something: an input too small, shapes that do not meet.
    """

    def __init__(self, batch: int) -> None:
        self.made: list[Resolved] = []
        self.misfits: list[tuple[Layer, tuple[Tensor, ...]]] = []
        self._batch = batch
        self._room = MOST_RUNS
        self._known: dict[tuple[int, tuple[Tensor, ...] | None], Resolved] = {}

    def graph(self, graph: Graph, inputs: tuple[Tensor, ...] | None) -> Resolved:
        """The graph, with `inputs` in the place of its own (None: its own, with the batch)."""
        key = id(graph), inputs
        if key not in self._known:
            self._room -= len(graph.calls)
            resolved = self._known[key] = self._resolve(graph, inputs)
            self.made.append(resolved)
        return self._known[key]

    def _resolve(self, graph: Graph, inputs: tuple[Tensor, ...] | None) -> Resolved:
        entering = tuple(self._batched(end.tensor) for end in graph.inputs) if inputs is None else inputs
        layers = {layer.name: layer for layer in graph.layers}
        given = {
            end.source.call: tensor
            for end, tensor in zip(graph.inputs, entering, strict=False)
            if end.source and end.source.call != ENTERING
        }
        runs: list[Run] = []

        def lookup(source: TensorRef | None, stated: Tensor) -> Tensor:
            found = UNKNOWN
            if source and source.call == ENTERING:
                found = entering[source.index] if 0 <= source.index < len(entering) else UNKNOWN
            elif source and 0 <= source.call < len(runs) and 0 <= source.index < len(runs[source.call].outputs):
                found = runs[source.call].outputs[source.index]
            return self._batched(stated) if found.shape is None else found

        for call in graph.calls:
            layer = layers[call.layer]
            if call.id in given:
                kind = catalog.find(layer.class_name, layer.module)
                entered, own = given[call.id], call.outputs[0] if call.outputs else UNKNOWN
                outputs = (Tensor(entered.shape, entered.dtype or own.dtype), *call.outputs[1:])
                runs.append(Run(layer, kind, Arguments(), (), outputs))
            else:
                runs.append(self._run(layer, call, [lookup(feed.source, feed.tensor) for feed in call.inputs]))
        return Resolved(
            entering,
            tuple(runs),
            tuple(lookup(end.source, end.tensor) for end in graph.outputs),
            tuple(end.source for end in graph.outputs),
            tuple(end.source for end in graph.inputs),
        )

    def _run(self, layer: Layer, call: Call, tensors: list[Tensor]) -> Run:
        kind = catalog.find(layer.class_name, layer.module)
        arguments = arguments_of(call, tensors)
        stated = self._stated(call, tensors)
        inside: Resolved | None = None
        times: int | None = 1
        shapes: Shapes | None
        closed = False
        if layer.graph and layer.graph.calls and not (kind and kind.children) and self._room <= 0:
            shapes, closed = (), True
        elif layer.graph and layer.graph.calls and not (kind and kind.children):
            inside = self._nested(layer.graph, arguments.tensors)
            shapes = tuple(tensor.shape for tensor in inside.outputs)
        else:
            if kind and kind.children and layer.graph:
                inside = self._wrapped(kind.children, layer.config, layer.graph, arguments)
                times = _times(kind, layer.config, arguments)
            shapes = _shapes(kind, layer.config, arguments, inside)
        if inside is None and call.outputs and call.outputs[0].shape and _misfit(shapes, tensors):
            self.misfits.append((layer, tuple(tensors)))
        found = _completed(shapes or (), stated, tuple(tensor.dtype for tensor in call.outputs))
        outputs = tuple(map(self._batched, found))  # the batch where no rule says more: reshaping may move it
        if not call.outputs and inside and inside.outputs and not inside.wrapped:
            outputs = inside.outputs
        return Run(layer, kind, arguments, _sources(call.inputs), outputs, inside, times, closed)

    def _nested(self, graph: Graph, tensors: tuple[Tensor, ...]) -> Resolved:
        count = len(graph.inputs)
        return self.graph(graph, tensors[:count] if count and len(tensors) >= count else None)

    def _wrapped(
        self,
        children: Callable[[Config, Arguments], Sequence[object]],
        config: Config,
        graph: Graph,
        arguments: Arguments,
    ) -> Resolved | None:
        """The layers inside a wrapper, each on what the wrapper feeds it; None where that is not known."""
        try:
            fed = [tuple(child.inputs) for child in children(config, arguments)]  # type: ignore[attr-defined]
        except RULE_ERRORS:
            return None
        if len(fed) != len(graph.calls):
            return None
        runs = tuple(
            self._run(layer, call, self._fed(call, tensors))
            for layer, call, tensors in zip(graph.layers, graph.calls, fed, strict=False)
        )
        resolved = Resolved(arguments.tensors, runs, runs[0].outputs if runs else (), wrapped=True)
        self.made.append(resolved)
        return resolved

    def _fed(self, call: Call, tensors: tuple[Tensor, ...]) -> list[Tensor]:
        """What a wrapper feeds, one for each tensor that the call takes."""
        own = [self._batched(feed.tensor) for feed in call.inputs]
        return [*tensors[: len(own)], *own[len(tensors) :]]

    def _batched(self, tensor: Tensor) -> Tensor:
        return Tensor(with_batch(tensor.shape, self._batch), tensor.dtype)

    def _stated(self, call: Call, tensors: Sequence[Tensor]) -> tuple[Shape | None, ...]:
        """The shapes that the model states for the outputs; unknown where other shapes go in than it states."""
        others = any(
            conflict(tensor.shape, feed.tensor.shape) for tensor, feed in zip(tensors, call.inputs, strict=True)
        )
        return tuple(None if others else tensor.shape for tensor in call.outputs)


def _sources(feeds: Sequence[Feed]) -> tuple[TensorRef | None, ...]:
    return tuple(feed.source for feed in feeds)


def _shapes(kind: LayerKind | None, config: Config, arguments: Arguments, inside: Resolved | None) -> Shapes | None:
    """The shapes of the outputs by the class's rule; () where it does not apply, None where it refuses.

    A rule raises ValueError for what Keras refuses.
    """
    if kind is None:
        return ()
    try:
        if kind.around:
            first = tuple(tensor.shape for tensor in inside.outputs) if inside else (None,)
            return kind.around(config, arguments, first)
        rule = (kind.cost and kind.cost.output) or kind.output
        return rule(config, arguments) if rule else ()
    except ValueError:
        return None
    except RULE_ERRORS:
        return ()


def _misfit(shapes: Shapes | None, tensors: Sequence[Tensor]) -> bool:
    """Whether a rule refused lengths that are all known, or left nothing of them."""
    if not tensors or any(not tensor.size for tensor in tensors):
        return False
    return shapes is None or any(axis is not None and axis <= 0 for shape in shapes for axis in shape or ())


def _times(kind: LayerKind, config: Config, arguments: Arguments) -> int | None:
    """How often what is inside of a wrapper runs in one call; None where that cannot be told."""
    if kind.cost is None or kind.cost.times is None:
        return 1
    try:
        times = kind.cost.times(config, arguments)
    except RULE_ERRORS:
        return None
    return times if times >= 0 else None


def _completed(shapes: Shapes, stated: tuple[Shape | None, ...], dtypes: tuple[str | None, ...]) -> tuple[Tensor, ...]:
    """The outputs: what the model states of them, and by the rule what it leaves open."""
    count = max(len(shapes), len(stated))
    shapes += (None,) * (count - len(shapes))
    stated += (None,) * (count - len(stated))
    dtypes += (None,) * (count - len(dtypes))
    return tuple(Tensor(_merged(*pair), dtype) for *pair, dtype in zip(stated, shapes, dtypes, strict=False))


def _merged(stated: Shape | None, rule: Shape | None) -> Shape | None:
    """The stated shape with its open axes by the rule; None where an axis is no length."""
    found = stated if rule is None else rule
    if stated is not None and rule is not None and len(stated) == len(rule):
        found = tuple(own if own is not None else axis for own, axis in zip(stated, rule, strict=True))
    elif stated is not None:
        found = stated
    if found is not None and any(axis is not None and axis < 0 for axis in found):
        return None
    return found
