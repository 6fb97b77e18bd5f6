"""Changes made to a `Model` of which it is known what they are: what a diff has to name, and nothing else.

Each works on the graph of the model itself, at a place that a random number chooses, and gives the changed model with
the name of the layer; None where the model has no such place.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from netviz.catalog.naming import snake_case
from netviz.model import ENTERING, Call, Feed, Graph, Layer, Model, TensorRef

Mutation = Callable[[Model, random.Random], tuple[Model, str] | None]


def with_graph(model: Model, graph: Graph) -> Model:
    return replace(model, root=replace(model.root, graph=graph))


def with_layer(model: Model, old: Layer, new: Layer) -> Model:
    """The model with another layer in a layer's place, under its own name."""
    graph = model.graph
    renamed = {old.name: new.name}
    return with_graph(
        model,
        replace(
            graph,
            layers=tuple(new if layer is old else layer for layer in graph.layers),
            calls=tuple(replace(call, layer=renamed.get(call.layer, call.layer)) for call in graph.calls),
        ),
    )


def named(layer: Layer, name: str) -> Layer:
    """The layer under another name; what is inside of it lies below that."""
    inside = layer.graph
    if inside is not None:
        layers = tuple(named_below(one, layer.path, name) for one in inside.layers)
        inside = replace(inside, layers=layers)
    return replace(layer, name=name, path=name, graph=inside)


def named_below(layer: Layer, old: str, new: str) -> Layer:
    inside = layer.graph
    if inside is not None:
        inside = replace(inside, layers=tuple(named_below(one, old, new) for one in inside.layers))
    return replace(layer, path=new + layer.path.removeprefix(old), graph=inside)


def renamed(model: Model, rng: random.Random) -> tuple[Model, str] | None:
    """One layer under a name that nobody had."""
    layer = rng.choice(model.graph.layers)
    return with_layer(model, layer, named(layer, "another_name")), layer.name


def reconfigured(model: Model, rng: random.Random) -> tuple[Model, str] | None:
    """One layer with a setting that it did not have."""
    layers = [layer for layer in model.graph.layers if layer.config and layer.class_name]
    if not layers:
        return None
    layer = rng.choice(layers)
    return with_layer(model, layer, replace(layer, config={**layer.config, "of_the_test": 1})), layer.name


def replaced(model: Model, rng: random.Random) -> tuple[Model, str] | None:
    """One layer of another class, which takes and gives what the one before did."""
    layers = [layer for layer in model.graph.layers if layer.class_name not in (None, "InputLayer")]
    if not layers:
        return None
    layer = rng.choice(layers)
    return with_layer(model, layer, replace(layer, class_name="OfTheTest", module="of_the_test")), layer.name


def frozen(model: Model, rng: random.Random) -> tuple[Model, str] | None:
    """One layer that is trained where it was not, or the other way round."""
    layers = [layer for layer in model.graph.layers if layer.config and layer.class_name and layer.all_weights]
    if not layers:
        return None
    layer = rng.choice(layers)
    return with_layer(model, layer, replace(layer, trainable=not layer.trainable)), layer.name


def inserted(model: Model, rng: random.Random) -> tuple[Model, str] | None:
    """A layer behind one tensor, which all who took that take now from it."""
    graph = model.graph
    calls = [call for call in graph.calls if call.outputs and call.inputs]
    if not calls:
        return None
    before = rng.choice(calls)
    new = Layer("of_the_test", "of_the_test", "Identity", "keras.layers", {"name": "of_the_test"}, dtype="float32")
    place = graph.calls.index(before) + 1

    def moved(source: TensorRef | None) -> TensorRef | None:
        if source is None or source.call == ENTERING:
            return source
        if source == TensorRef(before.id, 0):
            return TensorRef(place, 0)
        return TensorRef(source.call + (source.call >= place), source.index)

    def later(call: Call) -> Call:
        inputs = tuple(replace(feed, source=moved(feed.source)) for feed in call.inputs)
        return replace(call, id=call.id + (call.id >= place), inputs=inputs)

    own = Call(place, new.name, (Feed("0", before.outputs[0], TensorRef(before.id, 0)),), before.outputs[:1])
    made = list(map(later, graph.calls))
    made.insert(place, own)
    layers = list(graph.layers)
    layers.insert([layer.name for layer in layers].index(before.layer) + 1, new)
    ends = [
        tuple(replace(end, source=moved(end.source)) for end in graph.outputs),
        tuple(
            end
            if end.source is None or end.source.call == ENTERING
            else replace(end, source=TensorRef(end.source.call + (end.source.call >= place), end.source.index))
            for end in graph.inputs
        ),
    ]
    return with_graph(model, Graph(tuple(layers), tuple(made), ends[1], ends[0])), new.name


def counted_on(model: Model) -> Model:
    """The model as it would be named had many layers of each class been made before: "dense_2" is "dense_1002"."""
    for layer in model.graph.layers:
        base = snake_case(layer.class_name or "")
        stem, _, number = layer.name.rpartition("_")
        if layer.name == base:
            model = with_layer(model, layer, named(layer, f"{base}_1000"))
        elif stem == base and number.isdigit():
            model = with_layer(model, layer, named(layer, f"{base}_{int(number) + 1000}"))
    return model
