"""A model of dense layers as columns of neurons with their connections; of other models the dense part at the end.

Values of a sample are computed in `neurons_values`, and only then: a figure without them needs few of the weights.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netviz.analysis.diagram import shared_layers
from netviz.analysis.diagram.boxes import count
from netviz.analysis.diagram.scene import Node
from netviz.analysis.diagram.selection import find_nodes
from netviz.analysis.figure.neurons_head import MOST_COLUMNS, WORKS, Group, Head, Joint, find_head
from netviz.analysis.figure.neurons_weights import read_rows, weight_of
from netviz.analysis.figure.quiet import FUNCTIONS_OF_ACTIVATION
from netviz.analysis.figure.wording import model_words, plural
from netviz.analysis.subjects import family_of
from netviz.catalog.telling import activation_name
from netviz.errors import UsageError
from netviz.figures import Annotation, Connections, Network, Neurons
from netviz.model import Endpoint, Layer, Model

MOST = 16
"""Neurons of one layer that are drawn; of a longer layer fewer, from both ends, so that what is left out is seen."""

COARSE = ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16")
"""Dtype policies under which Keras rounds what is computed here in float32."""

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Rows = tuple[tuple[float, ...], ...]


def unfit(model: Model) -> str:
    """Why a model cannot be drawn as neurons, in words; "" where it can."""
    head = find_head(model)
    return head if isinstance(head, str) else ""


def is_whole(model: Model) -> bool:
    """Whether all of a model can be drawn as neurons."""
    head = find_head(model)
    if isinstance(head, str) or head.cut or head.skipped:
        return False
    return len({group.column for group in head.groups.values()}) <= MOST_COLUMNS


def build_network(
    model: Model,
    *,
    x: Sequence[Any] | None = None,
    omit: str | Sequence[str] = (),
    annotate: Sequence[tuple[str, str]] = (),
    most: int = MOST,
) -> Network:
    """The neurons of a model's dense layers, with the values that they have for the sample `x`, where it is given.

    `x` has one array for each input of the model, in their order, with a batch axis of 1; None for one left out.
    Activations, normalisations, dropout and reshaping stand with the neurons that they follow. `omit` names layers
    that are left out; where neurons are, the layers around them are joined by a gap. `annotate` gives words for
    layers; both name layers as `netviz.graph` selects them. Of layers with more than `most` neurons some are drawn.
    Raises LayerNotFound for a layer that there is not, UsageError where nothing is left, or `x` does not fit.
    """
    head = find_head(model)
    if isinstance(head, str):
        raise UsageError(f"{model.name} cannot be drawn as neurons: {head}", "Choose another style.")
    gone = find_nodes(head.scene, omit) if omit else frozenset[str]()
    kept = {id: group for id, group in head.groups.items() if group.main.id not in gone}
    if not kept:
        raise UsageError(f"nothing of {model.name} is left to draw", "Omit fewer layers.")
    places = {column: place for place, column in enumerate(sorted({group.column for group in kept.values()}))}
    if len(places) > MOST_COLUMNS:
        raise UsageError(
            f"{model.name} has {len(places):,} layers of neurons, more than the {MOST_COLUMNS} that a figure can show",
            'Leave layers out (omit="first..last"), or choose the style blocks.',
        )
    shown = {id: _shown(group.units, most) for id, group in kept.items()}
    joints = [joint for joint in head.joints if joint.tail in kept and joint.head in kept]
    connections = _connections(model, head, joints, shown)
    connections += _gaps(head.joints, kept, {(one.tail, one.head) for one in connections})
    twice = shared_layers(model)
    made = (_neurons(model, head, group, shown[id], gone, twice) for id, group in kept.items())
    placed = [replace(one, column=places[one.column]) for one in made]
    neurons = sorted(_labelled(placed), key=lambda one: one.column)
    sample = ""
    if x is not None:
        neurons, sample = _valued(model, head, neurons, x)
    layers = {layer.path: layer for layer in model.root.walk()}
    network = Network(
        model.name, "", tuple(neurons), tuple(connections), _limit(neurons, connections),
        _before(head, gone, model.graph.inputs), sample, _remarks(model, head, neurons, sample),
        tuple(_annotation(head, neurons, *words) for words in annotate),
        tuple(node.name for node in head.nodes if node.id in gone),
        len(layers), count({"": model.root, **layers}),
    )  # fmt: skip
    return replace(network, description=_description(network, model))


def _shown(units: int, most: int) -> tuple[int, ...]:
    if units <= most:
        return tuple(range(units))
    half = max(1, most * 5 // 16)
    return (*range(half), *range(units - half, units))


def _neurons(
    model: Model, head: Head, group: Group, shown: tuple[int, ...], gone: Collection[str], twice: Mapping[str, int]
) -> Neurons:
    """The neurons of a group, as yet without labels and values; `twice` numbers the layers called more than once."""
    nodes = [node for node in group.nodes if node.id not in gone]
    layers = {node.layer.path: node.layer for node in nodes if node.layer}
    # What follows a concatenation is part of several groups, and counts in the first.
    first = [node for node in nodes if node.id not in head.places or head.places[node.id][0] == group.id]
    own = {node.layer.path: node.layer for node in first if node.layer}
    main = group.main.layer
    dense = main is not None and main.class_name == "Dense"
    biased = dense and main is not None and main.config.get("use_bias", True) is not False
    biases = read_rows(model.store, weight_of(main, "bias"), shown) if biased and main else None
    source = main is not None and group.main.id not in {node.id for node in head.nodes}
    return Neurons(
        group.id,
        group.main.name,
        main.class_name if main else None,
        "input-output" if group.role == "input" or main is None else family_of(main),
        group.role,
        group.column,
        group.units,
        shown,
        activation="" if source else " → ".join(filter(None, map(_activation, layers.values()))),
        biases=None if biases is None or biases.ndim != 1 else tuple(map(float, biases)),
        parameters=count(own),
        layers=tuple(layers),
        biased=biased,
        shared=twice.get(main.path) if dense and main is not None else None,
    )


NORMALISATIONS = {
    "BatchNormalization": "batch norm", "LayerNormalization": "layer norm", "RMSNormalization": "rms norm",
    "UnitNormalization": "unit norm", "Normalization": "normalization", "Rescaling": "rescaling",
}  # fmt: skip
"""What is said of layers that change the values of the neurons that they follow, and are no activations."""


def _activation(layer: Layer) -> str:
    """What a layer does to each number, in a word or two; "" for nothing."""
    name = layer.class_name or ""
    said = NORMALISATIONS.get(name) or FUNCTIONS_OF_ACTIVATION.get(name) or activation_name(layer.config)
    return "" if said == "linear" else said


def _computes(node: Node) -> bool:
    return node.layer is not None and WORKS.get(node.layer.class_name or "") == "each"


def _labelled(neurons: Sequence[Neurons]) -> list[Neurons]:
    """The neurons, where inputs and outputs are called by a letter, and by a number where there are several."""
    found = list(neurons)
    for role, letter in (("input", "x"), ("output", "ŷ")):
        total = sum(one.units for one in found if one.role == role)
        begin = 1
        for place, one in enumerate(found):
            if one.role != role:
                continue
            names = (letter + str(begin + unit).translate(_SUBSCRIPTS) if total > 1 else letter for unit in one.shown)
            found[place] = replace(one, labels=tuple(names))
            begin += one.units
    return found


def _valued(model: Model, head: Head, neurons: Sequence[Neurons], x: Sequence[Any]) -> tuple[list[Neurons], str]:
    """The neurons with what they give for the sample, and the sample in words."""
    from netviz.analysis.figure.neurons_values import compute  # imports numpy

    flowing = compute(model, head, x)
    found = []
    for one in neurons:
        group = head.groups[one.id]
        given = flowing.given[group.tensor.id]
        offset = 0
        for member in head.places[group.tensor.id]:  # a call behind a concatenation gives those of several groups
            if member == one.id:
                break
            offset += head.groups[member].units
        values = given.reshape(-1)[offset : offset + group.units]
        sums = flowing.sums.get(group.main.id)
        if sums is None and group.tensor.id != group.main.id:
            sums = flowing.given[group.main.id].reshape(-1)
        before = None if sums is None else tuple(float(sums[unit]) for unit in one.shown)
        found.append(replace(one, values=tuple(float(values[unit]) for unit in one.shown), sums=before))
    return found, flowing.sample


def _connections(
    model: Model, head: Head, joints: Sequence[Joint], shown: Mapping[str, tuple[int, ...]]
) -> list[Connections]:
    """The connections of groups that are drawn, with their weights."""
    by_head: dict[str, list[Joint]] = {}
    for joint in joints:
        by_head.setdefault(joint.head, []).append(joint)
    found: dict[tuple[str, str, int], Connections] = {}
    for id, own in by_head.items():
        layer = head.groups[id].main.layer
        kernel = None
        rows: list[int] = []
        if layer is not None and not own[0].single:
            rows = sorted({joint.begin + unit for joint in own for unit in shown[joint.tail]})
            kernel = read_rows(model.store, weight_of(layer, "kernel"), rows)
        for joint in own:
            weights: Rows | None = None
            if kernel is not None and kernel.ndim == 2 and kernel.shape[1] == head.groups[id].units:
                lines = (kernel[rows.index(joint.begin + unit)] for unit in shown[joint.tail])
                weights = tuple(tuple(float(line[unit]) for unit in shown[id]) for line in lines)
            begin = joint.begin if joint.single else 0
            key = joint.tail, id, begin
            one = Connections(joint.tail, id, weights, joint.single, begin)
            found[key] = _together(found[key], one) if key in found else one
    return list(found.values())


def _together(one: Connections, other: Connections) -> Connections:
    """One tensor taken twice by a dense layer: its weights are those of both."""
    if one.weights is None or other.weights is None:
        return replace(one, weights=None)
    pairs = zip(one.weights, other.weights, strict=True)
    return replace(one, weights=tuple(tuple(a + b for a, b in zip(*rows, strict=True)) for rows in pairs))


def _gaps(joints: Sequence[Joint], kept: Mapping[str, Group], drawn: Collection[tuple[str, str]]) -> list[Connections]:
    """A gap for each two groups that are drawn between which all is left out."""
    tails: dict[str, dict[str, None]] = {}
    found: dict[tuple[str, str], Connections] = {}
    for joint in joints:  # in the order of computation
        origins = {joint.tail: None} if joint.tail in kept else tails.get(joint.tail, {})
        if joint.head not in kept:
            tails.setdefault(joint.head, {}).update(origins)
        elif joint.tail not in kept:
            for tail in origins:
                if (tail, joint.head) not in drawn:
                    found[tail, joint.head] = Connections(tail, joint.head, None, gap=True)
    return list(found.values())


def _limit(neurons: Sequence[Neurons], connections: Sequence[Connections]) -> float | None:
    values = [abs(value) for one in connections for row in one.weights or () for value in row]
    values += [abs(value) for one in neurons for value in one.biases or ()]
    return max(filter(math.isfinite, values), default=None)


def _before(head: Head, gone: Collection[str], ends: Sequence[Endpoint]) -> str:
    """What stands before the first neurons and is not drawn."""
    sources = [group for group in head.groups.values() if not any(joint.head == group.id for joint in head.joints)]
    left = [group for group in sources if group.main.id in gone]
    if not head.cut and not left:
        return ""
    layers = {node.layer.path: None for node in head.before if node.layer}
    layers.update({group.main.layer.path: None for group in left if group.role != "input" and group.main.layer})
    if layers:
        return f"{len(layers):,} layer{'s' * (len(layers) > 1)}"
    shape = ends[0].shape if len(ends) == 1 else None
    return f"input {'×'.join(map(str, shape[1:]))}" if shape else "input"


def _annotation(head: Head, neurons: Sequence[Neurons], pattern: str, text: str) -> Annotation:
    calls = find_nodes(head.scene, pattern)
    found = [one.id for one in neurons if any(node.id in calls for node in head.groups[one.id].nodes)]
    if not found:
        raise UsageError(f"what {pattern!r} names is not drawn", "Annotate a layer that the figure shows.")
    return Annotation(str(text), found[0], found[-1])


def _remarks(model: Model, head: Head, neurons: Sequence[Neurons], sample: str) -> tuple[str, ...]:
    """What cannot be seen in the picture and has to be known."""
    drawn = {one.id for one in neurons}
    calls: dict[str, int] = {}
    for node in head.nodes:
        if node.layer and node.layer.weights:
            calls[node.layer.name] = calls.get(node.layer.name, 0) + 1
    remarks = [f"{name} stands {times} times with the same weights" for name, times in calls.items() if times > 1]
    remarks += [f"{head.groups[id].main.name} is an output of the model, too" for id in head.taken if id in drawn]
    if head.skipped:
        remarks.append(f"{head.skipped} more output{'s' * (head.skipped > 1)} of the model is not of dense layers")
    coarse = dict.fromkeys(layer.dtype for layer in model.root.walk() if layer.weights and layer.dtype in COARSE)
    remarks += [f"the model computes in {dtype}, the values here are of float32" for dtype in coarse if sample]
    for one in neurons:
        after = [node.name for node in head.groups[one.id].nodes if _computes(node)]
        if sample and one.role == "input" and after:
            remarks.append(f"the values of {one.name} are those after {' and '.join(after)}")
    return tuple(remarks)


def _description(network: Network, model: Model) -> str:
    """What the figure shows, in words."""
    head = model_words(model, network.layers, network.parameters)
    named = [
        f"{one.name} with {plural(one.units, 'neuron')}" + (f" ({one.activation})" if one.activation else "")
        for one in network.neurons
    ]
    parts = [head, f"Drawn as neurons: {', '.join(named[:12])}{', …' if len(named) > 12 else ''}"]
    if network.before:
        parts.append(f"Before them, not drawn: {network.before}")
    if any(len(one.shown) < one.units for one in network.neurons):
        parts.append("Of long layers only the first and the last neurons are drawn")
    if network.sample:
        parts.append(f"With the values for {network.sample}")
    if network.omitted:
        parts.append(f"Left out: {', '.join(network.omitted[:8])}{', …' if len(network.omitted) > 8 else ''}")
    return ". ".join((*parts, *network.remarks)) + "."
