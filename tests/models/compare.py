"""What netviz read of a model against what Keras says of it (`oracle.describe`), layer by layer.

Differences come as lines that name the place, so that a failing test says all that is wrong at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from netviz import InspectedLayer, InspectedModel
from netviz.api import InspectedWeight
from netviz.model import TensorRef, Weight
from tests.models.checksum import checksum

Json = dict[str, Any]

UNNAMED = re.compile(r"variable(_\d+)?")
"""What Keras calls a variable that was given no name."""


def differences(net: InspectedModel, said: Json, *, values: bool = True) -> list[str]:
    """Where the model differs from what Keras says: names, classes, order, calls, shapes, dtypes, weights, counts.

    Of a class of the user's the file tells neither the names of variables nor which are trainable; these are
    then not compared. `values` compares a checksum of each weight as well.
    """
    unstated = any(_is_custom(layer) and layer["weights"] for layer in _flat(said["layers"]))
    shared = sum(map(_sharing, net.model.root.all_weights))
    found = list(_same("name", net.name, said["name"]))
    found += _same("class_name", net.class_name, said["class_name"])
    found += _same("total", net.parameters.total - shared, said["total"])
    found += _same("optimizer", net.parameters.optimizer, said["optimizer"])
    if not unstated:
        found += _same("trainable", net.parameters.trainable, said["trainable"])
        found += _same("non_trainable", net.parameters.non_trainable - shared, said["non_trainable"])
    for ends in ("inputs", "outputs"):
        ours = [(_shape(end.shape), end.dtype) for end in getattr(net, ends)]
        found += _same(ends, ours, [(end["shape"], end["dtype"]) for end in said[ends]])
    found += _layers(net.layers, said["layers"], said["class_name"] == "Sequential", values)
    return found


def _layers(ours: Sequence[InspectedLayer], said: list[Json], chain: bool, values: bool) -> Iterator[str]:
    yield from _same("layers", [layer.name for layer in ours], [layer["name"] for layer in said])
    for layer, expected in zip(ours, said, strict=False):
        yield from _layer(layer, expected, chain, values)


def _layer(layer: InspectedLayer, said: Json, chain: bool, values: bool) -> Iterator[str]:
    at = layer.path
    yield from _same(f"{at}: class", layer.class_name, said["class_name"])
    shared = sum(map(_sharing, layer.subject.layer.all_weights))
    yield from _same(f"{at}: parameters", layer.parameters.total - shared, said["total"])
    yield from _calls(layer, said["calls"], chain)
    if "layers" in said:
        yield from _layers(layer.layers, said["layers"], said["class_name"] == "Sequential", values)
        return
    custom = _is_custom(said)
    if not custom:
        yield from _same(f"{at}: trainable parameters", layer.parameters.trainable, said["trainable_total"])
    weights = [weight for inner in (layer, *layer.walk()) for weight in inner.weights]
    ours = [
        _weight(weight.stored_shape, weight.stored_dtype, (weight.trainable and layer.trainable) or custom)
        for weight in weights
    ]
    of_keras = [_weight(w["shape"], w["dtype"], w["trainable"] or custom) for w in said["weights"]]
    yield from _same(f"{at}: weights", sorted(ours), sorted(of_keras))
    names = [weight["name"] for weight in said["weights"]]
    own = [w.weight.role for w in weights]
    if "quantized_kernel" in own:  # the attributes are the catalog's names, as Keras's own list of them has it
        own = [{"quantized_kernel": "kernel"}.get(name, name) for name in own]
        names = [{"zero_point": "kernel_zero"}.get(name, name) for name in names]
    if not layer.layers and not custom and not any(map(UNNAMED.fullmatch, names)):
        yield from _same(f"{at}: weight names", sorted(own), sorted(names))
    if values:
        found = sorted(checksum(_as_stored(weight)) for weight in weights)
        expected = sorted(w["sum"] for w in said["weights"])
        if len(found) != len(expected) or not np.allclose(found, expected, atol=1e-5):
            yield f"{at}: checksums of the weights: {found} where Keras has {expected}"


def _sharing(weight: Weight) -> int:
    """How many values of a weight have no byte of their own: Keras counts the bytes of int4."""
    return (weight.tensor.size or 0) - (weight.stored.size or 0) if weight.stored else 0


def _as_stored(weight: InspectedWeight) -> Any:
    """The values as they are stored, which is what Keras calls the variable's."""
    if weight.weight.stored is None:
        return weight.numpy()
    return replace(weight, weight=replace(weight.weight, tensor=weight.weight.stored, packed=None)).numpy()


def _calls(layer: InspectedLayer, said: list[Json], chain: bool) -> Iterator[str]:
    """In a Sequential only the first tensor is compared: the others are masks, which its config does not state."""
    calls = [
        {
            "input_shapes": [_shape(feed.tensor.shape) for feed in call.inputs],
            "output_shapes": [_shape(tensor.shape) for tensor in call.outputs],
            "output_dtypes": [tensor.dtype for tensor in call.outputs],
        }
        for call in layer.calls
    ]
    for number, (ours, expected) in enumerate(zip(calls, said, strict=False)):
        for key in ours:
            of_keras = expected[key][:1] if chain and key == "input_shapes" else expected[key]
            yield from _same(f"{layer.path}: call {number}: {key}", ours[key], of_keras)
    yield from _same(f"{layer.path}: number of calls", len(calls), len(said))
    if not chain:
        sources = [[_source(layer, feed.source) for feed in call.inputs] for call in layer.calls]
        yield from _same(f"{layer.path}: sources", sources, [call["sources"] for call in said])
        yield from _same(f"{layer.path}: inbound", list(layer.inbound), said[0]["inbound"] if said else [])


def _source(layer: InspectedLayer, source: TensorRef | None) -> list[Any] | None:
    """A producer as the oracle writes it: its name, which of its calls, which output."""
    if source is None:
        return None
    call = layer.subject.graph.calls[source.call]
    return [call.layer, layer.subject.all_calls[call.layer].index(call), source.index]


def _shape(shape: Iterable[int | None] | None) -> list[Any]:
    return ["?"] if shape is None else list(shape)


def _weight(shape: Iterable[int | None] | None, dtype: str | None, trainable: bool) -> str:
    return f"{list(shape or ())} {dtype} {'trainable' if trainable else 'fixed'}"


def _is_custom(layer: Json) -> bool:
    return not layer["module"].startswith("keras")


def _flat(layers: list[Json]) -> Iterator[Json]:
    for layer in layers:
        yield layer
        yield from _flat(layer.get("layers", []))


def _same(what: str, ours: object, said: object) -> Iterator[str]:
    if ours != said:
        yield f"{what}: {ours} where Keras says {said}"
