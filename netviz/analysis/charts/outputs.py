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
"""A note names the first layer whose deviation is so many times that of the input, or so many times smaller."""


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


@dataclass(slots=True, eq=False)
class Outputs:
    """What was gathered of a run, in the order of execution; `inputs` are the figures of what went in, by name."""

    model: Model
    found: dict[str, Output] = field(default_factory=dict)
    inputs: dict[str, Activity] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)

    def add(self, name: str, path: str, layer: str) -> Activity:
        """The accumulator of an output, made when it is first asked for."""
        if name not in self.found:
            known = self.layers.get(layer)
            self.found[name] = Output(name, path, known, _activity(known, name))
        return self.found[name].activity

    @property
    def reference(self) -> tuple[str, float] | None:
        """The deviation that others are compared with, and whose it is: of the first input that is a measurement."""
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


def new_outputs(model: Model) -> Outputs:
    """Nothing yet, of this model."""
    return Outputs(model, layers={layer.path: layer for layer in model.root.walk()})


def _activity(layer: Layer | None, name: str) -> Activity:
    if name.endswith(SCORES):
        return Activity(axis=None)
    if layer is None:
        return Activity()
    if family_of(layer) in WITHOUT_UNITS:
        return Activity(axis=None)
    return Activity(axis=1 if layer.config.get("data_format") == "channels_first" else -1, ends=ends_of(layer))


def ends_of(layer: Layer) -> Ends | None:
    """Where the outputs of a layer saturate; None where they do not, or where that is not known."""
    if layer.class_name == "ReLU" and catalog.find(layer.class_name, layer.module):
        top = real(layer.config.get("max_value"))
        return Ends(None, top) if top and top > 0 else None
    return RANGES.get(activation_of(layer) or "")


def select_calls(model: Model, layers: str | Sequence[str] | None) -> frozenset[str] | None:
    """The paths of the calls that are named by layer, path, class, range or expression; None for all.

    A nested model that is named is meant itself, not all that is in it. Raises LayerNotFound and UsageError.
    """
    if layers is None:
        return None
    scene = build_scene(model)
    flat = Scene(tuple(replace(node, children=()) for node in scene.walk() if node.layer is not None), ())
    return find_nodes(flat, layers)


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
    return f"{' and '.join(parts)} ({100 * (activity.nan + activity.infinite) / activity.size:.2g} % of its values)"


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
    reference = outputs.reference
    for output in found:
        drift = None if output.is_scores else outputs.drift(output)
        if reference and drift and not 1 / DRIFT <= drift <= DRIFT and output.layer and not _ends_in_shares(output):
            times = f"{drift:.3g} times" if drift > 1 else f"1/{1 / drift:.3g} of"
            text = f"{output.name} is the first whose deviation is {times} that of {reference[0]}: the scale drifts."
            return Note("info", "scale-drift", output.path, text)
    return None


def _ends_in_shares(output: Output) -> bool:
    """Whether its range is bounded by its activation, which makes any scale of it."""
    return output.activity.ends is not None
