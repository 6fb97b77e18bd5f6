"""The layers of a model as subjects of a view: each with the graph it stands in and its calls there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from netviz import catalog
from netviz.analysis.connections import Calls, Connection, calls_by_layer, connections
from netviz.errors import LayerNotFound, UsageError
from netviz.model import Call, Graph, Layer, Model
from netviz.views import Family


@dataclass(frozen=True, slots=True)
class Subject:
    """A layer to be shown: with the graph it stands in, the calls in that graph, and the model's parameters in all."""

    layer: Layer
    graph: Graph = field(compare=False, repr=False)
    all_calls: Calls = field(compare=False, repr=False)
    total: int

    @property
    def calls(self) -> tuple[Call, ...]:
        """The layer's own calls, in order."""
        return self.all_calls.get(self.layer.name, ())

    def connections(self, call: Call) -> tuple[Connection, ...]:
        """What goes into one of its calls."""
        return connections(self.graph, self.all_calls, call)


def family_of(layer: Layer) -> Family:
    """The family that the catalog gives the layer's class."""
    kind = catalog.find(layer.class_name, layer.module)
    if kind:
        return kind.family_by(layer.config) if kind.family_by else kind.family
    return "model" if layer.graph and layer.graph.calls else "unknown"


def walk_subjects(model: Model, depth: int | None = None) -> Iterator[tuple[int, Subject]]:
    """Each layer with its level (0: top), depth first, a layer before what it holds; at most `depth` levels.

    Raises UsageError for a depth below 1.
    """
    if depth is not None and (not isinstance(depth, int) or depth < 1):
        raise UsageError(f"depth {depth!r} shows nothing", "1 shows the top-level layers, 2 also those inside them.")
    yield from walk_below(layer_subjects(model.graph, model.parameters.total), depth)


def walk_below(subjects: Sequence[Subject], depth: int | None = None) -> Iterator[tuple[int, Subject]]:
    """Each of the given layers (level 0) with those inside it, depth first; at most `depth` levels."""
    stack = [(0, subject) for subject in reversed(subjects)]
    while stack:
        level, subject = stack.pop()
        yield level, subject
        if subject.layer.graph and (depth is None or level + 1 < depth):
            inside = layer_subjects(subject.layer.graph, subject.total)
            stack.extend((level + 1, inner) for inner in reversed(inside))


def layer_subjects(graph: Graph, total: int) -> list[Subject]:
    """The layers directly in a graph, in order; `total` are the model's parameters."""
    calls = calls_by_layer(graph)
    return [Subject(layer, graph, calls, total) for layer in graph.layers]


def find_subject(model: Model, name: str) -> Subject:
    """The layer with that path, or else with that name; raises LayerNotFound with near names."""
    if not isinstance(name, str):
        raise UsageError(f"a layer is found by its path or name, not by {name!r}", "net.layers has them in order.")
    subjects = [subject for _, subject in walk_subjects(model)]
    for key in ("path", "name"):
        for subject in subjects:
            if getattr(subject.layer, key) == name:
                return subject
    raise LayerNotFound(f"no layer named {name!r} in {model.name}", _near(name, subjects))


def matching_subjects(model: Model, pattern: str) -> list[Subject]:
    """The layer with that name or path, else all whose name or path matches the expression from end to end.

    Raises LayerNotFound where there is none, UsageError for a pattern that is none.
    """
    if not isinstance(pattern, str):
        raise UsageError(
            f"a layer is named by text, not by {pattern!r}", "Give its name, path or a regular expression."
        )
    subjects = [subject for _, subject in walk_subjects(model)]
    exact = [item for item in subjects if pattern in (item.layer.path, item.layer.name)]
    if exact:
        return exact
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"{pattern!r} is neither a layer's name nor a regular expression: {error}", _near(pattern, subjects)
        ) from error
    found = [
        item for item in subjects if expression.fullmatch(item.layer.path) or expression.fullmatch(item.layer.name)
    ]
    if not found:
        raise LayerNotFound(f"no layer named {pattern!r} in {model.name}", _near(pattern, subjects))
    return found


def _near(name: str, subjects: list[Subject]) -> str:
    names = list(dict.fromkeys(key for item in subjects for key in (item.layer.path, item.layer.name)))
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    first = [item.layer.path for item in subjects[:3]]
    return f"The first of its {len(subjects)} layers are {', '.join(first)}." if first else "It has no layers."
