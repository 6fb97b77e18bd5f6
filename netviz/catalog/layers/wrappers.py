"""keras.layers wrappers, which hold a layer and apply it in their own way."""

from __future__ import annotations

from netviz.catalog.costs import recurrent as costs
from netviz.catalog.costs.forms import WRAPPING
from netviz.catalog.kinds import Arguments, Child, LayerKind, Shapes, WeightSpec
from netviz.catalog.layers.recurrent import step_of
from netviz.catalog.outputs import first_tensor
from netviz.catalog.settings import flag, inner, inner_config
from netviz.model import Config, Tensor


def one_step(arguments: Arguments) -> Tensor:
    """The first tensor without its time axis."""
    tensor = first_tensor(arguments)
    return Tensor(step_of(tensor.shape), tensor.dtype)


def timed_around(config: Config, arguments: Arguments, inside: Shapes) -> Shapes:
    """The rule of TimeDistributed: what the layer makes of one step, for each of them."""
    steps = first_tensor(arguments).shape
    if steps is not None and len(steps) < 3:
        raise ValueError("TimeDistributed takes at least three axes")
    return tuple(None if steps is None or step is None else (step[0], steps[1], *step[1:]) for step in inside)


def timed_children(config: Config, arguments: Arguments) -> tuple[Child, ...]:
    """The layer, fed one step at a time."""
    return (Child(inner(config, "layer"), "layer", (one_step(arguments),)),)


def plain_around(config: Config, arguments: Arguments, inside: Shapes) -> Shapes:
    """What the layer inside gives."""
    return inside


def plain_children(config: Config, arguments: Arguments) -> tuple[Child, ...]:
    """The layer, fed what the wrapper is."""
    return (Child(inner(config, "layer"), "layer", arguments.tensors),)


def directed(written: Config, direction: str, backwards: bool) -> Config:
    """The layer with the name and direction that Bidirectional gives to its copy."""
    settings = dict(inner_config(written))
    settings["name"] = f"{direction}_{str(settings.get('name', '')).removeprefix(f'{direction}_')}"
    settings["go_backwards"] = backwards
    return {**written, "config": settings}


def directions(config: Config) -> tuple[Config, Config]:
    """The forward and the backward layer; the latter is a copy unless the config has one of its own.

    Source: keras.layers.Bidirectional.__init__.
    """
    layer = inner(config, "layer")
    forwards = directed(layer, "forward", flag(inner_config(layer), "go_backwards", False))
    if config.get("backward_layer") is not None:
        return forwards, inner(config, "backward_layer")
    name = str(inner_config(layer).get("name", "")).removeprefix("forward_")
    copy = {**layer, "config": {**inner_config(layer), "name": name}}
    return forwards, directed(copy, "backward", not flag(inner_config(layer), "go_backwards", False))


def bidirectional_around(config: Config, arguments: Arguments, inside: Shapes) -> Shapes:
    """The rule of Bidirectional: both outputs merged or side by side, then both layers' states.

    Source: keras.layers.Bidirectional.compute_output_shape.
    """
    out, *states = inside
    mode = config.get("merge_mode", "concat")
    if mode is None:
        return (out, out, *states, *states)
    if mode == "concat" and out is not None:
        out = (*out[:-1], None if out[-1] is None else 2 * out[-1])
    return (out, *states, *states)


def bidirectional_children(config: Config, arguments: Arguments) -> tuple[Child, ...]:
    """The layer that reads forwards and the one that reads backwards, both fed the whole sequence."""
    forwards, backwards = directions(config)
    tensors = (first_tensor(arguments),)
    return (Child(forwards, "forward_layer", tensors), Child(backwards, "backward_layer", tensors))


def spectral_weights(config: Config) -> tuple[WeightSpec, ...]:
    """The vector of the power iteration. "vars/0" holds the kernel of the layer inside a second time."""
    return (WeightSpec("vector_u", "vars/1", trainable=False),)


KINDS = (
    LayerKind(
        "Bidirectional",
        "recurrent",
        children=bidirectional_children,
        around=bidirectional_around,
        cost=costs.BIDIRECTIONAL,
    ),
    LayerKind("TimeDistributed", "recurrent", children=timed_children, around=timed_around, cost=costs.TIMED),
    LayerKind(
        "SpectralNormalization",
        "normalisation",
        weights=spectral_weights,
        children=plain_children,
        around=plain_around,
        cost=WRAPPING,
        copies=("vars/0",),  # the kernel of the layer inside, which that one stores, too
    ),
    LayerKind("Wrapper", "model", children=plain_children, around=plain_around, cost=WRAPPING),
)
