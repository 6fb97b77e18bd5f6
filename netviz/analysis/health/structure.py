"""Notes on what graph and settings show: outputs that nothing takes, settings that cancel what a layer does.

Speaks only of graphs that the config states in full (functional models, and chains): what a subclassed model does
between its layers is in its code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netviz import catalog
from netviz.analysis.health.wording import listed, number, real
from netviz.analysis.subjects import family_of
from netviz.catalog.keras_1 import MODULE as KERAS_1
from netviz.catalog.settings import flag, integers
from netviz.model import Call, Graph, Layer, Model, Note, TensorRef, Weight

DROPPING = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout")
RECURRENT = (
    "LSTM",
    "GRU",
    "SimpleRNN",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "LSTMCell",
    "GRUCell",
    "SimpleRNNCell",
)
ATTENTION = ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention", "Attention", "AdditiveAttention")

DROPS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(DROPPING, ("rate",)),
    **dict.fromkeys(RECURRENT, ("dropout", "recurrent_dropout")),
    **dict.fromkeys(ATTENTION, ("dropout",)),
}
"""The settings that are a share of values to drop, by class."""

BIASED = frozenset({"dense", "convolution"})
"""Families whose layers add a bias last but for the activation."""

STATED = frozenset({"Functional", "Model", "Sequential"})
"""Classes of models whose config lists all the calls."""

LOSSES = frozenset({"AddLoss", "AddMetric"})
"""What Keras 2 makes of `add_loss` and `add_metric`: layers whose output nothing takes."""


def structure_notes(model: Model) -> tuple[Note, ...]:
    """What graph and settings show, in the order: what nothing takes, biases in vain, settings."""
    graphs = [layer.graph for layer in _models(model) if layer.graph and _is_stated(layer, layer.graph)]
    return (
        *(note for graph in graphs for note in _unused(graph)),
        *_biases_in_vain(model, graphs),
        *(note for layer in model.root.walk() for note in _dropped(layer)),
    )


def _models(model: Model) -> Iterator[Layer]:
    yield model.root
    yield from model.root.walk()


def _is_stated(layer: Layer, graph: Graph) -> bool:
    """Whether it is known of every tensor in the graph where it comes from and who takes it."""
    if layer.class_name not in STATED or not graph.calls or not graph.outputs:
        return False
    return all(end.source for end in graph.outputs) and all(feed.source for call in graph.calls for feed in call.inputs)


def _taken(graph: Graph) -> set[TensorRef]:
    """The tensors that a call takes, or that leave the graph."""
    taken = {feed.source for call in graph.calls for feed in call.inputs if feed.source}
    return taken | {end.source for end in graph.outputs if end.source}


def _unused(graph: Graph) -> Iterator[Note]:
    """A note for each layer of which nothing is used, or for nothing gives an output that it need not give."""
    taken = _taken(graph)
    calls: dict[str, list[Call]] = {}
    for call in graph.calls:
        calls.setdefault(call.layer, []).append(call)
    for layer in graph.layers:
        own = calls.get(layer.name, [])
        given = max((len(call.outputs) for call in own), default=0)
        used = [any(TensorRef(call.id, place) in taken for call in own) for place in range(given)]
        if not given or all(used) or layer.class_name in LOSSES:
            continue
        if not any(used):
            entering = layer.class_name == "InputLayer"
            message = "The model asks for this input, and " if entering else "The model does not give its output, and "
            yield Note("warning", "layer-unused", layer.path, f"{message}no layer takes it.")
        elif _is_spare(layer, used):
            unused = [str(place + 1) for place, use in enumerate(used) if not use]
            which, them = ("Output", "it") if len(unused) == 1 else ("Outputs", "them")
            message = (
                f"{which} {listed(unused)} of its {given}: no layer takes {them}, and the model does not give {them}."
            )
            yield Note("info", "output-unused", layer.path, message)


def _is_spare(layer: Layer, used: list[bool]) -> bool:
    """Whether the layer was asked for outputs that nothing takes: of operations such as a split there is no choice.

    A recurrent layer gives its output with its states; to use some of these alone is what encoders do.
    """
    family = family_of(layer)
    return family in ("attention", "model") or (family == "recurrent" and used[0] and not any(used[1:]))


def _biases_in_vain(model: Model, graphs: list[Graph]) -> Iterator[Note]:
    """One note on all layers whose bias a BatchNormalization takes away again with the mean."""
    owners: dict[str, int] = {}
    for layer in model.root.walk():
        for weight in layer.weights:
            owners[weight.path] = owners.get(weight.path, 0) + 1
    found = [
        (layer, bias)
        for graph in graphs
        for layer, bias in _normalized(graph)
        if owners[bias.path] == 1  # of a layer that stands in two models only one place is seen here
    ]
    if found:
        names = listed([layer.path for layer, _ in found])
        values = number(sum(bias.tensor.size or 0 for _, bias in found), "parameter")
        text = "has a bias" if len(found) == 1 else "have biases"
        message = f"{names} {text} ({values}) right before a BatchNormalization, which has its own and cancels it."
        yield Note("info", "bias-before-normalization", found[0][0].path if len(found) == 1 else "", message)


def _normalized(graph: Graph) -> Iterator[tuple[Layer, Weight]]:
    """Each layer with a bias whose output goes into nothing but BatchNormalizations along the axis of the bias."""
    layers = {layer.name: layer for layer in graph.layers}
    takers: dict[str, list[tuple[Call, Layer | None]]] = {}
    for call in graph.calls:
        for feed in call.inputs:
            if feed.source and feed.source.call >= 0:
                giver = graph.calls[feed.source.call]
                takers.setdefault(giver.layer, []).append((giver, layers.get(call.layer)))
    for end in graph.outputs:
        if end.source and end.source.call >= 0:
            giver = graph.calls[end.source.call]
            takers.setdefault(giver.layer, []).append((giver, None))
    for layer in graph.layers:
        bias = next((weight for weight in layer.weights if weight.name == "bias"), None)
        taking = takers.get(layer.name)
        if (
            bias is None or len(bias.tensor.shape or ()) != 1 or not taking
        ):  # a locally connected one has a bias a place
            continue
        if layer.module == KERAS_1 or family_of(layer) not in BIASED:
            continue
        if layer.config.get("activation") in (None, "linear") and all(_cancels(layer, *taker) for taker in taking):
            yield layer, bias


def _cancels(layer: Layer, given: Call, taker: Layer | None) -> bool:
    """Whether the taker shifts each channel of what the layer gives by its own mean and its own bias."""
    if taker is None or not _is_of(taker, "BatchNormalization") or not flag(taker.config, "center", True):
        return False
    channels = 1 if layer.config.get("data_format") == "channels_first" else -1
    rank = len(given.outputs[0].shape or ()) if given.outputs else 0
    try:
        (axis,) = integers(taker.config.get("axis", -1))
    except (TypeError, ValueError):
        return False
    return axis == channels or (rank > 0 and axis % rank == channels % rank)


def _is_of(layer: Layer, class_name: str) -> bool:
    """Whether the layer is of that class of Keras."""
    return layer.class_name == class_name and catalog.find(class_name, layer.module) is not None


def _dropped(layer: Layer) -> Iterator[Note]:
    """A note for each setting by which a layer drops everything while it is trained."""
    if catalog.find(layer.class_name, layer.module) is None:
        return
    for key in DROPS.get(layer.class_name or "", ()):
        share = real(layer.config.get(key))
        if share is not None and share >= 1:
            message = f"{key} is {share:g}: while the model is trained, nothing gets through."
            yield Note("warning", "dropout-everything", layer.path, message)
