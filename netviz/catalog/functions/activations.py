"""The activations by name: "relu", "leaky_relu(0.1)", the layers that are activations, and what Keras 2 had."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netviz.catalog.functions.binding import settings_of, written_call
from netviz.catalog.functions.gated import GATED
from netviz.catalog.functions.kinds import Bound, Function, VectorFunction
from netviz.catalog.functions.rectified import RECTIFIED
from netviz.catalog.functions.shrinking import SHRINKING
from netviz.catalog.functions.sigmoids import KERAS_2, SIGMOIDS
from netviz.catalog.functions.vectors import VECTORS
from netviz.errors import UsageError

Row = Function | VectorFunction

ACTIVATIONS: tuple[Row, ...] = (*RECTIFIED, *GATED, *SIGMOIDS, *SHRINKING, *VECTORS)
"""A row per function of keras.activations."""

BY_NAME: Mapping[str, Row] = {name: row for row in ACTIVATIONS for name in (row.name, *row.aliases)}

OF_KERAS_2: Mapping[str, Row] = {row.name: row for row in KERAS_2}


@dataclass(frozen=True, slots=True)
class ActivationLayer:
    """A layer that is an activation: the function, and by the function's parameter the layer's settings for it.

    The settings are all names that it had in any Keras, with the layer's own default. `fixed` are parameters that the
    layer sets by itself.
    """

    function: str
    settings: Mapping[str, tuple[tuple[str, ...], object]]
    fixed: Mapping[str, object] = field(default_factory=dict)


LAYERS: Mapping[str, ActivationLayer] = {
    "ReLU": ActivationLayer(
        "relu",
        {
            "negative_slope": (("negative_slope",), 0.0),
            "max_value": (("max_value",), None),
            "threshold": (("threshold",), 0.0),
        },
    ),
    "LeakyReLU": ActivationLayer("leaky_relu", {"negative_slope": (("negative_slope", "alpha"), 0.3)}),
    "ELU": ActivationLayer("elu", {"alpha": (("alpha",), 1.0)}),
    "Softmax": ActivationLayer("softmax", {"axis": (("axis",), -1)}),
    "ThresholdedReLU": ActivationLayer("threshold", {"threshold": (("theta",), 1.0)}, {"default_value": 0.0}),
}
"""keras.layers that are activations, of all Kerases; PReLU is none of them: its slopes are learned."""


def bind(row: Row, args: Sequence[object] = (), kwargs: Mapping[str, object] | None = None) -> Bound:
    """The function with its settings; raises UsageError for those that Keras does not take."""
    kwargs = kwargs or {}
    settings, typical = settings_of(row.name, row.parameters, args, kwargs)
    given = (*(parameter.name for parameter in row.parameters[: len(args)]), *kwargs)
    return Bound(row, settings, given, typical)


def bind_layer(class_name: str, args: Sequence[object], config: Mapping[str, object]) -> Bound:
    """The function that an activation layer with these settings is; settings that say nothing of it are passed over.

    `args` are positional, as one writes `LeakyReLU(0.1)`.
    """
    layer = LAYERS[class_name]
    named = {names[0]: value for (names, _), value in zip(layer.settings.values(), args, strict=False)}
    stated = {**config, **named}
    kwargs = dict(layer.fixed)
    for parameter, (names, default) in layer.settings.items():
        found = [stated[name] for name in names if stated.get(name) is not None]
        kwargs[parameter] = _plain(found[0]) if found else default
    return bind(BY_NAME[layer.function], (), kwargs)


def _plain(value: object) -> object:
    """The number in what Keras 1 and 2 wrote of a numpy array: {"type": "ndarray", "value": 0.3}."""
    return value.get("value") if isinstance(value, Mapping) and "value" in value else value


_ACTIVATION_LAYER = re.compile(r"(?:\w+\.)*Activation\(\s*(?:activation\s*=\s*)?(?P<of>.*?)\s*,?\s*\)", re.DOTALL)
"""The layer that applies the function that it is given: Activation("relu") is relu."""


def parse_activation(text: str) -> Bound | None:
    """What a call such as "relu(max_value=6)" or a bare name stands for; None where it is no activation of Keras.

    The layers are taken, too: "LeakyReLU(0.1)". Raises UsageError for arguments that Keras does not take.
    """
    held = _ACTIVATION_LAYER.fullmatch(text.strip())
    call = written_call(held["of"].strip("'\"") if held else text)
    if call is None:
        return None
    kwargs = dict(call.kwargs)
    if call.name in LAYERS:
        layer = LAYERS[call.name]
        names = [name for spelled, _ in layer.settings.values() for name in spelled]
        unknown = [key for key in kwargs if key not in names]
        if unknown or len(call.args) > len(layer.settings):
            problem = f"no argument {unknown[0]!r}" if unknown else f"not {len(call.args)} arguments"
            raise UsageError(f"{call.name} has {problem}", f"What tells its function is {', '.join(names)}.")
        return bind_layer(call.name, call.args, kwargs)
    row = BY_NAME.get(call.name)
    return None if row is None else bind(row, call.args, kwargs)


def known_names() -> tuple[str, ...]:
    """Every name that stands for an activation, in the order of the rows, the layers last."""
    return (*BY_NAME, *LAYERS)
