"""Notes on outputs that do not go with the loss that a model was compiled with, and on its learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netviz import catalog
from netviz.analysis.health.wording import real
from netviz.analysis.subjects import family_of
from netviz.model import Call, Config, Endpoint, Graph, Layer, Model, Note, TensorRef

CROSSENTROPIES: Mapping[str, str] = {
    "binary_crossentropy": "binary_crossentropy", "bce": "binary_crossentropy", "BCE": "binary_crossentropy",
    "BinaryCrossentropy": "binary_crossentropy",
    "binary_focal_crossentropy": "binary_focal_crossentropy", "BinaryFocalCrossentropy": "binary_focal_crossentropy",
    "categorical_crossentropy": "categorical_crossentropy", "CategoricalCrossentropy": "categorical_crossentropy",
    "categorical_focal_crossentropy": "categorical_focal_crossentropy",
    "CategoricalFocalCrossentropy": "categorical_focal_crossentropy",
    "sparse_categorical_crossentropy": "sparse_categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}  # fmt: skip
"""The losses on probabilities (or, with `from_logits`, on logits), by each name that Keras takes for them."""

OVER_CLASSES = ("categorical_crossentropy", "categorical_focal_crossentropy", "sparse_categorical_crossentropy")
"""Those that compare classes along the last axis."""

PROBABILITIES = ("softmax", "sigmoid")
"""Activations that give probabilities."""

ACTIVATED = frozenset({"Dense", "EinsumDense", "Activation"})
"""Classes whose `activation` is the last thing they do; convolutions are told by their family."""

PASSING = frozenset({"Reshape", "Flatten", "Identity", "Dropout", "Permute"})
"""Classes that leave values as they are when the model is used."""

MAX_STEPS = 100
"""Layers followed back from an output."""


@dataclass(frozen=True, slots=True)
class Crossentropy:
    """One of the losses above, under the name of its function."""

    name: str
    from_logits: bool


@dataclass(frozen=True, slots=True)
class Last:
    """The layer that makes an output, and its call."""

    layer: Layer
    call: Call

    @property
    def classes(self) -> int | None:
        """The length of the last axis."""
        shape = self.call.outputs[0].shape if self.call.outputs else None
        return shape[-1] if shape else None


def loss_notes(model: Model) -> tuple[Note, ...]:
    """Where what the model gives and what its loss takes differ; softmax over a single value; a useless rate."""
    return (*_softmax_of_one(model.root), *_outputs(model), *_learning_rate(model))


def _outputs(model: Model) -> Iterator[Note]:
    for place, end in enumerate(model.graph.outputs):
        loss = crossentropy((model.training or {}).get("loss"), place, end, len(model.graph.outputs))
        last = last_layer(model.graph, end.source)
        if loss is not None and last is not None:
            yield from _compared(last, loss)


def _compared(last: Last, loss: Crossentropy) -> Iterator[Note]:
    activation, path = activation_of(last.layer), last.layer.path
    if loss.from_logits and activation in PROBABILITIES:
        message = f"The output went through {activation}; the loss {loss.name} takes it for logits (from_logits=True)."
        yield Note("warning", "softmax-from-logits", path, message)
    if not loss.from_logits and activation == "linear" and family_of(last.layer) in ("dense", "convolution"):
        message = f"The output is linear; the loss {loss.name} takes it for probabilities (from_logits is not set)."
        yield Note("warning", "logits-as-probabilities", path, message)
    if loss.name in OVER_CLASSES and last.classes == 1:
        message = f"The loss {loss.name} compares classes along the last axis of the output, which has only 1."
        yield Note("warning", "single-class-loss", path, message)


def crossentropy(loss: object, place: int, end: Endpoint, outputs: int) -> Crossentropy | None:
    """The crossentropy that goes for one of the model's outputs; None where that is not its loss."""
    if isinstance(loss, list):
        loss = loss[place] if len(loss) == outputs else None
    elif isinstance(loss, Mapping) and "class_name" not in loss:
        loss = loss.get(end.name)
    settings: object = {}
    if isinstance(loss, Mapping):
        name, settings = loss.get("class_name"), loss.get("config")
        if name == "function":  # a function of the user's with the name of one of Keras's is loaded as that
            name, settings = settings, {}
    else:
        name = loss
    if not isinstance(name, str) or name not in CROSSENTROPIES or not isinstance(settings, Mapping):
        return None
    return Crossentropy(CROSSENTROPIES[name], settings.get("from_logits") is True)


def last_layer(graph: Graph, source: TensorRef | None) -> Last | None:
    """The layer that makes the values of a tensor, past those that only arrange them and into nested models.

    None where that is not known.
    """
    for _ in range(MAX_STEPS):
        if source is None or not 0 <= source.call < len(graph.calls):
            return None
        call = graph.calls[source.call]
        layer = next((layer for layer in graph.layers if layer.name == call.layer), None)
        if layer is None:
            return None
        inner = layer.graph
        if inner and inner.outputs and family_of(layer) == "model" and 0 <= source.index < len(inner.outputs):
            graph, source = inner, inner.outputs[source.index].source
        elif layer.class_name == "TimeDistributed" and inner and inner.calls:
            graph, source = inner, TensorRef(len(inner.calls) - 1, 0)
        elif call.inputs and _passes(layer):
            source = call.inputs[0].source
        else:
            return Last(layer, call)
    return None


def _passes(layer: Layer) -> bool:
    passing = layer.class_name in PASSING or (layer.class_name == "Activation" and activation_of(layer) == "linear")
    return passing and catalog.find(layer.class_name, layer.module) is not None


def activation_of(layer: Layer) -> str | None:
    """The name of the last thing a layer does to its values: "linear" for nothing; None where that is not known."""
    kind = catalog.find(layer.class_name, layer.module)
    if kind is None or kind.registered:
        return None
    if layer.class_name in ("Softmax", "Sigmoid"):
        return kind.class_name.lower()
    if layer.class_name not in ACTIVATED and kind.family != "convolution":
        return None
    setting = layer.config.get("activation")
    if isinstance(setting, Mapping):
        setting = setting.get("config") if setting.get("class_name") == "function" else setting.get("class_name")
    return "linear" if setting is None else setting if isinstance(setting, str) else None


def _softmax_of_one(root: Layer) -> Iterator[Note]:
    """A note for each softmax along an axis of one value, which gives 1 whatever goes in."""
    for owner in (root, *root.walk()):
        graph = owner.graph or Graph()
        layers = {layer.name: layer for layer in graph.layers}
        seen: set[str] = set()
        for call in graph.calls:
            layer = layers.get(call.layer)
            along_last = layer is not None and layer.config.get("axis", -1) == -1
            if layer is None or layer.name in seen or not along_last or activation_of(layer) != "softmax":
                continue
            if Last(layer, call).classes == 1:
                seen.add(layer.name)
                message = "Its softmax goes over an axis of length 1: what comes out is 1, whatever goes in."
                yield Note("warning", "softmax-of-one", layer.path, message)


def _learning_rate(model: Model) -> Iterator[Note]:
    optimizer: object = (model.training or {}).get("optimizer")
    settings: Config = {}
    if isinstance(optimizer, Mapping) and isinstance(optimizer.get("config"), Mapping):
        settings = optimizer["config"]
    rate = real(settings.get("learning_rate", settings.get("lr")))
    if rate is None:
        return
    if not math.isfinite(rate) or rate < 0:
        yield Note("warning", "learning-rate-invalid", "", f"The learning rate is {rate:g}.")
    elif rate == 0:
        yield Note("info", "learning-rate-zero", "", "The learning rate is 0: further training changes nothing.")
