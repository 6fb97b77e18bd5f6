"""What the calls of a model gave, as figures of each output: which there are, what to look at, what they show.

Knows nothing of tables and pictures, which are made of what comes out here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from netviz import catalog
from netviz.analysis.activity import Activity, Ends
from netviz.analysis.diagram.scene import Scene, build_scene
from netviz.analysis.diagram.selection import find_nodes
from netviz.analysis.health.losses import activation_of
from netviz.analysis.health.wording import listed, number, real
from netviz.analysis.subjects import family_of
from netviz.errors import LayerNotFound
from netviz.model import Layer, Model, Note, Shape
from netviz.views import Family

SCORES = ":scores"
"""Ends the name of what an attention layer gives as its scores."""

RANGES: Mapping[str, Ends] = {
    "sigmoid": Ends(0.0, 1.0),
    "hard_sigmoid": Ends(0.0, 1.0),
    "sparse_sigmoid": Ends(0.0, 1.0),
    "tanh": Ends(-1.0, 1.0),
    "hard_tanh": Ends(-1.0, 1.0),
    "softsign": Ends(-1.0, 1.0),
    "softmax": Ends(None, 1.0, largest=True),
    "sparsemax": Ends(None, 1.0, largest=True),
    "relu6": Ends(None, 6.0),
}
"""Where activations saturate, by name. The lower end of ReLU is no fault; units that never leave it are dead."""

WITHOUT_UNITS: frozenset[Family] = frozenset(
    {"input-output", "preprocessing", "reshaping", "regularisation", "pooling", "merging"}
)
"""Families whose layers hand units on: those that are dead are so before."""

MUCH = 0.5
"""From this share of dead units, or of saturated values, on a note names the layer."""

DRIFT = 100.0
"""A note names the first layer whose deviation is so many times that of the reference, or so many times smaller."""

BEFORE: frozenset[Family] = frozenset({"input-output", "preprocessing"})
"""Families of what stands before the first layer that computes: it may scale pixels as it likes."""

TELL_LAST = frozenset({"units", "output_dim", "key_dim"})
"""Settings of layers whose units are along the last axis, whatever stands before them."""


@dataclass(slots=True, eq=False)
class Output:
    """One output of one call: `name` is the call's path, with [0], [1], … where it gives several, or `:scores`."""

    name: str
    path: str
    layer: Layer | None
    activity: Activity

    @property
    def family(self) -> Family:
        return family_of(self.layer) if self.layer else "unknown"

    @property
    def class_name(self) -> str | None:
        return self.layer.class_name if self.layer else None

    @property
    def is_scores(self) -> bool:
        return self.name.endswith(SCORES)

    @property
    def channels(self) -> int | None:
        """The axis of its channels, batch axis counted; None where it is the last or not known."""
        axis = channel_axis(self.layer) if self.layer and not self.is_scores else None
        return axis if axis is not None and axis > 0 else None


@dataclass(slots=True, eq=False)
class Outputs:
    """What was gathered of a run, in the order of execution; `inputs` are the figures of what went in, by name.

    `whole` tells that nothing was left out by choice; with `mixed` channels stand in front in some layers.
    """

    model: Model
    found: dict[str, Output] = field(default_factory=dict)
    inputs: dict[str, Activity] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    whole: bool = True
    mixed: bool = False

    def add(self, name: str, path: str, layer: str) -> Activity:
        """The accumulator of an output, made when it is first asked for."""
        if name not in self.found:
            known = self.layers.get(layer)
            self.found[name] = Output(name, path, known, _activity(known, name, self.mixed))
        return self.found[name].activity

    @property
    def reference(self) -> tuple[str, float] | None:
        """The deviation that others are compared with, and whose it is.

        That of what enters the first layer that computes: of the last one of preprocessing, or of the first input that
        is a measurement.
        """
        prepared = None
        for output in self.found.values():
            if output.family not in BEFORE:
                break
            if output.family == "preprocessing" and is_measured(output.activity) and output.activity.std:
                prepared = output.name, output.activity.std
        if prepared:
            return prepared
        for name, activity in self.inputs.items():
            if is_measured(activity) and activity.std:
                return name, activity.std
        for output in self.found.values():
            if is_measured(output.activity) and output.activity.std and not output.is_scores:
                return output.name, output.activity.std
        return None

    def drift(self, output: Output) -> float | None:
        """How many times the deviation of the reference an output has."""
        reference, std = self.reference, output.activity.std
        if reference is None or std is None or not is_measured(output.activity):
            return None
        return std / reference[1]


def is_measured(activity: Activity) -> bool:
    """Whether the values are measurements, not tokens or classes."""
    return activity.dtype.startswith("float")


def new_outputs(model: Model, whole: bool = True) -> Outputs:
    """Nothing yet, of this model; `whole` tells that nothing is to be left out."""
    layers = {layer.path: layer for layer in model.root.walk()}
    mixed = any((channel_axis(layer) or 0) > 0 for layer in layers.values())
    return Outputs(model, layers=layers, whole=whole, mixed=mixed)


def _activity(layer: Layer | None, name: str, mixed: bool) -> Activity:
    if name.endswith(SCORES):
        return Activity(axis=None)
    if layer is None:
        return Activity(axis=None if mixed else -1)
    if family_of(layer) in WITHOUT_UNITS:
        return Activity(axis=None)
    axis = channel_axis(layer)
    if axis is None and "axis" not in layer.config and not mixed:
        axis = -1
    return Activity(axis=axis, ends=ends_of(layer))


def channel_axis(layer: Layer) -> int | None:
    """The axis of a layer's channels or features, batch axis counted, -1 for the last; None where it does not say."""
    config = layer.config
    if layer.class_name in ("TimeDistributed", "Bidirectional"):
        inner = channel_axis(layer.layers[0]) if layer.layers else None
        return inner + 1 if inner is not None and inner > 0 and layer.class_name == "TimeDistributed" else inner
    if config.get("data_format") == "channels_first":
        return 2 if (layer.class_name or "").startswith("ConvLSTM") and config.get("return_sequences") is True else 1
    if config.get("data_format") == "channels_last" or TELL_LAST & config.keys():
        return -1
    axis = config.get("axis")
    axis = axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis
    if family_of(layer) != "normalisation" or isinstance(axis, bool) or not isinstance(axis, int) or not axis:
        return None
    return axis if axis >= -1 else None


def ends_of(layer: Layer) -> Ends | None:
    """Where the outputs of a layer saturate; None where they do not, or where that is not known."""
    if layer.class_name == "ReLU" and catalog.find(layer.class_name, layer.module):
        top = real(layer.config.get("max_value"))
        return Ends(None, top) if top and top > 0 else None
    return RANGES.get(activation_of(layer) or "")


def select_calls(model: Model, layers: str | Sequence[str] | None) -> frozenset[str] | None:
    """The paths of the calls that are named by layer, path, class, range or expression; None for all.

    A name with `:scores` behind it is that of the scores alone, and so is what comes out.
    A nested model that is named is meant itself, not all that is in it. Raises LayerNotFound and UsageError.
    """
    if layers is None:
        return None
    scene = build_scene(model)
    flat = Scene(tuple(replace(node, children=()) for node in scene.walk() if node.layer is not None), ())
    given: list[str] = list(layers) if not isinstance(layers, str) and isinstance(layers, Iterable) else [layers]
    scores = [one.removesuffix(SCORES) for one in given if isinstance(one, str) and one.endswith(SCORES)]
    others = [one for one in given if not (isinstance(one, str) and one.endswith(SCORES))]
    found = find_nodes(flat, others) if others or not scores else frozenset()
    return found | {f"{path}{SCORES}" for path in (find_nodes(flat, scores) if scores else ())}


def calls_of(wanted: frozenset[str] | None) -> frozenset[str] | None:
    """The paths of the calls that give what is wanted."""
    return None if wanted is None else frozenset(name.removesuffix(SCORES) for name in wanted)


def find_output(names: Iterable[str], wanted: str, model: str) -> str:
    """The name of the one output that is meant: by its name, or the last part of it; raises LayerNotFound."""
    known = list(names)
    if wanted in known:
        return wanted
    ends = [name for name in known if name.rsplit("/", 1)[-1] == wanted or re.sub(r"\[\d+\]$", "", name) == wanted]
    if ends:
        return ends[0]
    near = difflib.get_close_matches(str(wanted), known, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"The first are {', '.join(known[:3])}."
    raise LayerNotFound(f"no output {wanted!r} of {model}", hint)


def shape_of(activity: Activity, samples: int) -> Shape:
    """The shape of an output with a free batch axis, if its first axis is that of the samples."""
    shape = activity.shape
    return (None, *shape[1:]) if shape and activity.samples == samples else shape


def health_notes(outputs: Outputs) -> list[Note]:
    """What the figures show to be wrong, the first place of each kind in the order of execution."""
    notes = [
        Note(
            "warning",
            "nan-input",
            "",
            f"The input {name} holds {_nonfinite(activity)}: what follows from them is, too.",
        )
        for name, activity in outputs.inputs.items()
        if activity.nan or activity.infinite
    ]
    found = list(outputs.found.values())
    if not notes:
        for output in found:
            if output.activity.nan or output.activity.infinite:
                text = f"{output.name} is the first to give {_nonfinite(output.activity)}."
                notes.append(Note("warning", "nan-output", output.path, text))
                break
    notes += _named(found, "dead-units", dead_share, "units give one value for all samples and places")
    notes += _named(found, "saturated", _saturated, "values lie within 1 % of the ends of the activation's range")
    drift = _drift(outputs, found)
    return notes + ([drift] if drift else [])


def _nonfinite(activity: Activity) -> str:
    parts = [f"{activity.nan:,} NaN"] if activity.nan else []
    parts += [number(activity.infinite, "infinity")] if activity.infinite else []
    odd = activity.nan + activity.infinite
    if odd == activity.size:
        return "nothing but NaN" if odd == activity.nan else f"{' and '.join(parts)}, and nothing else"
    share = 100 * odd / activity.size
    return f"{' and '.join(parts)} ({share:.2g} % of its values)" if share < 99 else f"{' and '.join(parts)}"


Share = Callable[[Output], float | None]


def dead_share(output: Output) -> float | None:
    """The share of units with one value for all samples; None where there are no units or too few samples."""
    units, dead = output.activity.units, output.activity.dead
    return None if not units or dead is None else dead / units


def _saturated(output: Output) -> float | None:
    """The share of saturated values; of a softmax that is sure none, for that is what it is for."""
    ends = output.activity.ends
    return None if ends is None or ends.largest else output.activity.saturated_share


def _named(found: Sequence[Output], code: str, share: Share, what: str) -> list[Note]:
    bad = [(output, part) for output in found if (part := share(output)) is not None and part >= MUCH]
    if not bad:
        return []
    words = listed([f"{output.name} ({100 * part:.0f} %)" for output, part in bad])
    return [Note("warning", code, bad[0][0].path, f"Half or more of the {what}: {words}.")]


def _drift(outputs: Outputs, found: Sequence[Output]) -> Note | None:
    reference = outputs.reference if outputs.whole else None
    for output in found:
        if output.family in BEFORE:
            continue
        drift = None if output.is_scores else outputs.drift(output)
        if reference and drift and not 1 / DRIFT <= drift <= DRIFT and output.layer and not _ends_in_shares(output):
            times = f"{drift:.3g} times" if drift > 1 else f"1/{1 / drift:.3g} of"
            text = f"{output.name} is the first whose deviation is {times} that of {reference[0]}: the scale drifts."
            return Note("info", "scale-drift", output.path, text)
    return None


def _ends_in_shares(output: Output) -> bool:
    """Whether its range is bounded by its activation, which makes any scale of it."""
    return output.activity.ends is not None
