"""keras.layers wrappers, which hold a layer and apply it in their own way; and Sequential, a row of layers."""

from __future__ import annotations

from netviz.catalog.kinds import Arguments, Child, LayerKind, WeightSpec
from netviz.catalog.layers.recurrent import step_of
from netviz.catalog.outputs import subject, subjects
from netviz.catalog.settings import flag, inner, inner_config, sequence, serialized
from netviz.model import Config, Shape, Tensor


def outputs_of(written: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The output shapes of a serialised layer, unknown where the catalog has no rule for it."""
    from netviz.catalog import find  # not at the top: the catalog is made of these rows too

    class_name, module = written.get("class_name"), written.get("module")
    kind = find(
        class_name if isinstance(class_name, str) else None,
        module if isinstance(module, str) else None,
        legacy="module" not in written,
    )
    if kind is None or kind.output is None:
        return (None,)
    return kind.output(inner_config(written), arguments)


def one_step(arguments: Arguments) -> Tensor:
    """The first tensor without its time axis."""
    tensor = subject(arguments)
    return Tensor(step_of(tensor.shape), tensor.dtype)


def timed_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The rule of TimeDistributed: what the layer makes of one step, for each of them."""
    shape = subject(arguments).shape
    if shape is None:
        return (None,)
    if len(shape) < 3:
        raise ValueError("TimeDistributed takes at least three axes")
    step = outputs_of(inner(config, "layer"), Arguments((one_step(arguments),)))[0]
    return (None if step is None else (step[0], shape[1], *step[1:]),)


def timed_children(config: Config, arguments: Arguments) -> tuple[Child, ...]:
    """The layer, fed one step at a time."""
    return (Child(inner(config, "layer"), "layer", (one_step(arguments),)),)


def plain_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """What the layer inside makes of the same arguments."""
    return outputs_of(inner(config, "layer"), arguments)


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


def bidirectional_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The rule of Bidirectional: both outputs merged or side by side, then both layers' states.

    Source: keras.layers.Bidirectional.compute_output_shape.
    """
    out, *states = outputs_of(inner(config, "layer"), Arguments((subject(arguments),)))
    mode = config.get("merge_mode", "concat")
    if mode is None:
        return (out, out, *states, *states)
    if mode == "concat" and out is not None:
        out = (*out[:-1], None if out[-1] is None else 2 * out[-1])
    return (out, *states, *states)


def bidirectional_children(config: Config, arguments: Arguments) -> tuple[Child, ...]:
    """The layer that reads forwards and the one that reads backwards, both fed the whole sequence."""
    forwards, backwards = directions(config)
    tensors = (subject(arguments),)
    return (Child(forwards, "forward_layer", tensors), Child(backwards, "backward_layer", tensors))


def spectral_weights(config: Config) -> tuple[WeightSpec, ...]:
    """The vector of the power iteration. "vars/0" holds the kernel of the layer inside a second time."""
    return (WeightSpec("vector_u", "vars/1", trainable=False),)


def chained_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The rule of Sequential: each layer is fed what the one before it gives."""
    tensors = subjects(arguments)
    for item in sequence(config.get("layers")):
        layer = serialized(item)
        if layer.get("class_name") != "InputLayer":
            tensors = tuple(Tensor(shape) for shape in outputs_of(layer, Arguments(tensors)))
    return tuple(tensor.shape for tensor in tensors)


KINDS = (
    LayerKind("Sequential", "model", chained_output),
    LayerKind("Bidirectional", "recurrent", bidirectional_output, children=bidirectional_children),
    LayerKind("TimeDistributed", "recurrent", timed_output, children=timed_children),
    LayerKind(
        "SpectralNormalization",
        "normalisation",
        plain_output,
        spectral_weights,
        children=plain_children,
        copies=("vars/0",),  # the kernel of the layer inside, which that one stores, too
    ),
    LayerKind("Wrapper", "model", plain_output, children=plain_children),
)
