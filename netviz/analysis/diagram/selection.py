"""A part of a scene: the calls that are asked for, with stubs where wires lead out of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from netviz.analysis.diagram.scene import Node, Scene, Wire
from netviz.errors import LayerNotFound, UsageError

RANGE = ".."
"""Between two layers: all from the first to the last, as they stand in the model."""

STUB = "stub:"
"""Begins the ids of stubs."""


def find_nodes(scene: Scene, patterns: str | Sequence[str]) -> frozenset[str]:
    """The ids of the calls that one of the patterns names: a name or path, a class, a range, or a regular expression.

    A range `first..last` goes from one layer to another, in the order of the model. An expression has to match a
    name, path or class from end to end. Raises LayerNotFound where one finds nothing, UsageError for what is none.
    """
    found: set[str] = set()
    given = patterns if isinstance(patterns, list | tuple | set | frozenset) else [patterns]
    if not given:
        raise UsageError("nothing is selected", "Name layers, classes or expressions.")
    for pattern in given:
        if not isinstance(pattern, str):
            raise UsageError(f"layers are selected by text, not by {pattern!r}", "Give names, classes or expressions.")
        nodes = list(_matching(scene, pattern))
        if not nodes:
            raise LayerNotFound(f"no layer or class {pattern!r} to select", _near(pattern, scene))
        found.update(inner.id for node in nodes for inner in node.walk())
    return frozenset(found)


def neighbourhood(scene: Scene, around: str | Sequence[str], hops: int = 1) -> frozenset[str]:
    """The ids of the calls named, and of those that `hops` wires lead to from there, up or down the model.

    Raises LayerNotFound and UsageError as `find_nodes` does.
    """
    beside: dict[str, set[str]] = {}
    for wire in scene.wires:
        beside.setdefault(wire.tail, set()).add(wire.head)
        beside.setdefault(wire.head, set()).add(wire.tail)
    reached = set(find_nodes(scene, around))
    edge = set(reached)
    for _ in range(hops):
        edge = {other for one in edge for other in beside.get(one, ())} - reached
        if not edge:
            break
        reached |= edge
    return frozenset(reached)


def select(scene: Scene, ids: frozenset[str]) -> Scene:
    """The scene without all other calls; a stub stands for each call outside that a wire leads to or comes from."""
    nodes = tuple(kept for node in scene.nodes for kept in _kept(node, ids))
    inside = {inner.id for node in nodes for inner in node.walk()}
    names = {node.id: node for node in scene.walk()}
    stubs: dict[str, Node] = {}

    def end(id: str) -> str:
        if id in inside:
            return id
        if id not in stubs:
            name = f"{STUB}{id}"
            while name in names:
                name += "'"
            stubs[id] = replace(names[id], id=name, children=(), stub=True)
        return stubs[id].id

    wires = tuple(
        Wire(end(wire.tail), end(wire.head), wire.output, wire.argument, wire.tensor)
        for wire in scene.wires
        if wire.tail in inside or wire.head in inside
    )
    before = {wire.tail for wire in wires}
    first = tuple(stub for stub in stubs.values() if stub.id in before)
    last = tuple(stub for stub in stubs.values() if stub.id not in before)
    return Scene((*first, *nodes, *last), wires, scene.outputs, scene.cut)


def _kept(node: Node, ids: frozenset[str]) -> Iterable[Node]:
    children = tuple(kept for child in node.children for kept in _kept(child, ids))
    if children:
        yield replace(node, children=children)
    elif node.id in ids:
        yield replace(node, children=())


def _matching(scene: Scene, pattern: str) -> Iterable[Node]:
    nodes = list(scene.walk())
    exact = [node for node in nodes if pattern in _names(node)]
    if exact:
        return exact
    first, dots, last = pattern.partition(RANGE)
    if dots and first and last:
        ends = [[place for place, node in enumerate(nodes) if name in _names(node)] for name in (first, last)]
        if all(ends):
            return nodes[min(ends[0]) : max(ends[1]) + 1]
    return _by_expression(nodes, pattern, scene)


def _by_expression(nodes: list[Node], pattern: str, scene: Scene) -> list[Node]:
    try:
        matches: Callable[[str], object] = re.compile(pattern).fullmatch
    except re.error as error:
        raise UsageError(
            f"{pattern!r} is neither a layer, a class nor a regular expression: {error}", _near(pattern, scene)
        ) from error
    return [node for node in nodes if any(map(matches, _names(node)))]


def _names(node: Node) -> tuple[str, ...]:
    """What a call goes by: its own path, the layer's path and name, the class."""
    if node.layer is None:
        return node.id, node.name
    return node.id, node.layer.path, node.layer.name, node.layer.class_name or "?"


def _near(pattern: str, scene: Scene) -> str:
    names = list(dict.fromkeys(name for node in scene.walk() for name in _names(node)))
    near = difflib.get_close_matches(pattern, names, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"The first of its layers are {', '.join(names[:3])}." if names else "It has no layers."
