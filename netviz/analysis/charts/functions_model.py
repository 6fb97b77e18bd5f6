"""The activations that a model uses, and where: by its layers' settings, and the layers that are activations.

Nothing is guessed: a function of one's own, or of a class that the catalog does not know, is `Missing`, with why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from netviz import catalog
from netviz.analysis.charts.functions_plotted import Component, Plotted, Spread, Use, plotted, rounded
from netviz.analysis.distribution import Distribution
from netviz.catalog.functions.activations import LAYERS
from netviz.catalog.functions.configs import (
    OPERATIONS,
    Unknown,
    activation_of,
    is_before_keras_3,
    layer_function,
    tensorflow_function,
)
from netviz.catalog.functions.kinds import Bound, Formula, Interval, Numbers
from netviz.errors import NetvizError
from netviz.model import Config, Graph, Layer, Model, WeightStore

SETTING = re.compile(r"(?:\w+_)?activation")
"""What settings that name an activation are called: activation, recurrent_activation, inner_activation."""

LEARNED = "PReLU"

ACTIVATED = ("dense", "convolution", "recurrent", "activation")
"""Families of layers that have an activation, though it may be none."""

OWN = "it is code of one's own, which is not called; given by itself, it is drawn: netviz.functions(function)"
"""Why a function of a live model is not drawn; what a file lacks of such functions is their code."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A function of a model that cannot be drawn: where it stands, what it is called, and why."""

    use: Use
    name: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class ModelFunctions:
    """The functions that a model uses, as they are first met, linear (none) last, and those that are not known.

    `layers` counts those that use one that is known.
    """

    functions: tuple[Plotted, ...]
    missing: tuple[Missing, ...]
    layers: int


def model_functions(model: Model) -> ModelFunctions:
    """Every different function of the model with the layers that use it; of PReLU each layer is a function."""
    uses: dict[str, list[Use]] = {}
    bounds: dict[str, Bound] = {}
    own_slopes: dict[str, Plotted] = {}
    missing: list[Missing] = []
    old = is_before_keras_3(model.source.keras_version)
    layers: set[str] = set()
    for layer, use, found in _found(model, old):
        if isinstance(found, Bound):
            key = f"{found.title} {'2' if getattr(found.function, 'version', '') else ''}"
            bounds.setdefault(key, found)
            uses.setdefault(key, []).append(use)
            layers.add(layer.path)
        elif isinstance(found, Unknown):
            missing.append(Missing(use, found.name, found.reason))
        else:
            slopes = _learned(layer, use, model.store)
            if isinstance(slopes, Plotted):
                own_slopes[layer.path] = slopes
                uses.setdefault(f"{LEARNED} {layer.path}", []).append(use)
                layers.add(layer.path)
            else:
                missing.append(slopes)
    ordered = []
    for key, places in uses.items():
        path = key.removeprefix(f"{LEARNED} ")
        ordered.append(own_slopes[path] if path != key else _plotted(bounds[key], tuple(places)))
    ordered.sort(key=lambda function: function.name == "linear")
    return ModelFunctions(tuple(ordered), tuple(missing), len(layers))


def _plotted(bound: Bound, uses: tuple[Use, ...]) -> Plotted:
    changed = getattr(bound.function, "version", "")
    remark = "Since Keras 3, the function of this name is min(max(x + 3, 0), 6) / 6." if changed else ""
    return plotted(bound, uses, remark)


def _found(model: Model, old: bool) -> Iterator[tuple[Layer, Use, Bound | Unknown | None]]:
    """Each function by the layer that uses it; None for slopes that are learned."""
    constants: dict[int, Config] = {}
    live = model.source.format == "live"
    for layer in model.root.walk():
        kind = catalog.find(layer.class_name, layer.module)
        own = kind is None or kind.registered
        if not layer.config and _has_activation(layer):
            yield layer, Use(layer.path, "activation"), Unknown("?", _why_without_settings(model, layer))
            continue
        if not own and layer.class_name == LEARNED:
            yield layer, Use(layer.path), None
            continue
        is_operation = layer.module is not None and "ops" in layer.module.split(".")
        if not own and (layer.class_name in LAYERS or (is_operation and layer.class_name in OPERATIONS)):
            yield layer, Use(layer.path), layer_function(layer.class_name, layer.module, layer.config)
            continue
        if layer.class_name == "ReLU" and (layer.module or "").startswith("keras.src.activations"):
            yield layer, Use(layer.path), layer_function(layer.class_name, layer.module, layer.config)
            continue
        if layer.class_name == "TFOpLambda" and not own:
            constants = constants or _constants(model)
            found = tensorflow_function(layer.config.get("function"), constants.get(id(layer), {}))
            if found is not None:
                yield layer, Use(layer.path), found
            continue
        for setting, value in layer.config.items():
            if SETTING.fullmatch(setting) is None:
                continue
            use = Use(layer.path, setting)
            if own:
                name = value if isinstance(value, str) else setting
                yield layer, use, Unknown(name, "what a class of one's own does with its settings is not known")
            else:
                found = activation_of(value, old)
                if live and isinstance(found, Unknown) and found.own:
                    found = Unknown(found.name, OWN)
                yield layer, use, found


def _has_activation(layer: Layer) -> bool:
    """Whether its class has one; what Keras cannot write the settings of has no module either, and is told by name."""
    kind = catalog.find(layer.class_name, layer.module or "keras.layers")
    return kind is not None and kind.family in ACTIVATED


def _why_without_settings(model: Model, layer: Layer) -> str:
    for note in model.notes:
        if note.code == "config-unavailable" and note.path == layer.path:
            return f"Keras cannot write the layer's settings, as of a lambda in a shell: {note.message.rstrip('.')}"
    return "the source does not hold the layer's settings"


def _constants(model: Model) -> dict[int, Config]:
    """By the identity of a layer the constants of its first call."""
    found: dict[int, Config] = {}
    for owner in (model.root, *model.root.walk()):
        graph = owner.graph or Graph()
        first: dict[str, Config] = {}
        for call in graph.calls:
            first.setdefault(call.layer, call.constants)
        found |= {id(layer): first.get(layer.name, {}) for layer in graph.layers}
    return found


def _learned(layer: Layer, use: Use, store: WeightStore | None) -> Plotted | Missing:
    """PReLU with the slopes that its layer has learned."""
    weight = next((weight for weight in layer.weights if weight.role == "alpha"), None)
    if weight is None or store is None:
        return Missing(use, LEARNED, "its slopes are learned, and the source holds no values")
    try:
        return learned(store.blocks(weight), use)
    except (NetvizError, TypeError) as error:
        reason = error.message if isinstance(error, NetvizError) else str(error)
        return Missing(use, LEARNED, f"its slopes cannot be read: {reason}")


def learned(blocks: Iterable[Any], use: Use) -> Plotted | Missing:
    """PReLU with these slopes, block by block: their mean, and where nine of ten of them lie."""
    slopes, negative = Distribution(), 0
    for block in blocks:
        values = np.asarray(block)
        slopes.take(values)
        negative += int(np.count_nonzero(values < 0))
    ends = slopes.quantiles((0.05, 0.95))
    if slopes.mean is None or ends is None or slopes.minimum is None or slopes.maximum is None:
        return Missing(use, LEARNED, "none of its slopes is a finite number")
    mean, low, high = slopes.mean, min(ends[0], slopes.mean), max(ends[1], slopes.mean)
    several = slopes.minimum < slopes.maximum
    told = [f"mean {rounded(mean)} (line)"]
    if several:
        told.append(f"from {rounded(slopes.minimum)} to {rounded(slopes.maximum)} (band: 9 in 10)")
    if negative:
        told.append(f"{negative:,} negative")
    if slopes.nan or slopes.infinite:
        told.append(f"{slopes.nan + slopes.infinite:,} not finite")
    counted = f"{slopes.size:,} slopes" if slopes.size != 1 else "1 slope"
    return Plotted(
        LEARNED,
        "prelu",
        "learned",
        (Component("", _leaky(mean), _leaky_slope(mean)),),
        {},
        Formula(f"x if x > 0 else a·x, a = {rounded(mean)} on average", r"x\ \mathrm{if}\ x > 0\ \mathrm{else}\ a\,x"),
        Interval() if slopes.maximum > 0 else Interval(0, np.inf, True),
        kinks=(0.0,),
        about=use.path,
        remark=f"{counted}: {', '.join(told)}.",
        source="He et al., 2015, arXiv:1502.01852",
        uses=(use,),
        spread=Spread(_leaky(high), _leaky(low)) if several else None,
        slopes={
            "count": slopes.size,
            "mean": mean,
            "minimum": slopes.minimum,
            "maximum": slopes.maximum,
            "quantile_5": ends[0],
            "quantile_95": ends[1],
            "negative": negative,
            "not_finite": slopes.nan + slopes.infinite,
        },
    )


def _leaky(slope: float) -> Callable[[Numbers], Numbers]:
    """x where it is positive, else the slope times x."""
    return lambda x: np.where(x > 0, x, slope * x)


def _leaky_slope(slope: float) -> Callable[[Numbers], Numbers]:
    return lambda x: np.where(x > 0, 1.0, slope)
