"""Figures for papers: `netviz.figure("model.keras", style="volumes").save("figure.pdf")`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from netviz import __version__
from netviz.analysis.figure.fitting import fitting_view
from netviz.api.inspected import InspectedModel, inspect
from netviz.api.names import annotation_pairs, listed_names, listed_patterns
from netviz.api.numbers import whole_number
from netviz.artifact import Artifact
from netviz.errors import UsageError
from netviz.figures import Style
from netviz.model import Model
from netviz.render.illustration import checked_dress, illustration

if TYPE_CHECKING:
    import keras


def figure(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    *,
    style: str | None = None,
    x: object = None,
    sample: int = 0,
    fold: bool | None = None,
    depth: int | None = None,
    omit: str | Sequence[str] = (),
    annotate: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    show: str | Collection[str] | None = None,
    direction: str | None = None,
    width: str | float | None = None,
    spacing: float = 1.0,
    size_scale: str = "sqrt",
    channel_scale: str = "log",
    palette: str | Mapping[str, str] = "netviz",
    font: str = "sans",
    font_size: float = 8.0,
    theme: str = "light",
    legend: bool = True,
    caption: bool = False,
    background: bool = True,
    scale: float = 2.0,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
) -> Artifact:
    """The model as a figure for a paper, a slide or a lecture, drawn from the model itself.

    It can be had as svg, png, pdf, tikz (".tex": a complete LaTeX document), html, table and json, and shows itself in
    notebooks. `source`, `load`, `trust`, `architecture` and `max_bytes` are as for `inspect`.

    `style` is "neurons" (circles and connections, of dense networks and the dense head of others), "volumes" (boxes in
    space), "lenet" (stacks of feature maps) or "blocks" (a flow of rounded blocks); None takes the one that fits best.
    With `x`, neurons show the values that flow for one sample of the input: `x` is as for `outputs`, `sample` the
    number of the sample, from 0.

    What is drawn: `omit` leaves layers out (names, paths, classes, regular expressions; one or several), `annotate`
    puts words at layers (a dict, or pairs; "first..last" gets a brace), `fold` draws repeated blocks once with ×N:
    None those with the same shapes and settings (in blocks also where only the first has other strides or a projection,
    which is said), True as loosely as a long figure asks for, also of other sizes, False none; lenet folds with True
    alone. `depth` is how many levels of nested models are opened. `show` names what is labelled: name, class, details,
    activation, size, channels, output, parameters, weights, biases; each style has some of these.

    How: `direction` is "LR", "TB", "RL" or "BT", `width` that of the picture ("8.5cm", "3.4in", "240pt" or pixels;
    None: what it needs), where no text gets smaller than 6 points; `spacing` multiplies gaps; `size_scale` and
    `channel_scale` are how boxes grow with their axes ("linear", "sqrt", "log", "equal"). `palette` is "netviz",
    "okabe-ito", "warm", "grey", or colours ("#rrggbb") by family; `font` is "sans", "serif", "mono" or the name of a
    font, `font_size` is in points (6 at least); `theme` is "light", "dark", "auto" or "print", `scale` the pixels of a
    PNG per 1/96 inch. `legend`, `caption` (what the model is) and `background` can be left out.

    Raises NetvizError where the source cannot be read, UsageError for a choice that there is not or a style that does
    not fit, LayerNotFound for a layer that there is not.
    """
    net = inspect(source, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    patterns, notes = listed_patterns(omit), annotation_pairs(annotate)
    asked = "neurons" if style is None and x is not None else style
    chosen, flow = fitting_view(net.model, asked, fold=fold, depth=depth, omit=patterns, annotate=notes)
    if x is None and sample:
        raise UsageError("a sample is chosen, but there is no input", "Give the input as well (x, --input).")
    given = {"input": x, "fold": fold, "depth": depth, "size scale": size_scale, "channel scale": channel_scale}
    for name in UNUSED[chosen]:
        if given[name] not in (None, "sqrt" if name == "size scale" else "log"):
            taken = [one for one, unused in UNUSED.items() if name not in unused]
            raise UsageError(f"a figure of {chosen} takes no {name}", f"Figures of {', '.join(taken)} do.")
    dress = checked_dress(
        chosen, show=listed_names(show), direction=direction, width=width, spacing=spacing, size_scale=size_scale,
        channel_scale=channel_scale, palette=palette, font=font, font_size=font_size, theme=theme, legend=legend,
        caption=caption, background=background, scale=scale,
    )  # fmt: skip
    if flow is None:
        from netviz.analysis.figure.neurons import build_network
        from netviz.analysis.figure.neurons_sheet import build_network_sheet, network_document

        values = None if x is None else _sample(net.model, x, whole_number("sample", sample, 0), max_bytes)
        network = build_network(net.model, x=values, omit=patterns, annotate=notes)
        make = partial(build_network_sheet, network)
        document = partial(network_document, network, __version__)
        return illustration(net.name, chosen, network, dress, make, document)
    from netviz.analysis.figure.flow_sheet import build_flow_sheet, flow_document

    return illustration(
        net.name,
        chosen,
        flow,
        dress,
        partial(build_flow_sheet, flow),
        partial(flow_document, flow, __version__, chosen),
    )


UNUSED: Mapping[Style, tuple[str, ...]] = {
    "neurons": ("fold", "depth", "size scale", "channel scale"),
    "volumes": ("input",),
    "lenet": ("input",),
    "blocks": ("input", "size scale", "channel scale"),
}
"""By style the choices that mean nothing there: refused, not ignored."""


def _sample(model: Model, x: object, sample: int, max_bytes: int | None) -> list[Any]:
    """One sample for each input of the model, each with a batch axis of 1."""
    from netviz.readers.pictures import checked_preparation  # imports numpy
    from netviz.readers.samples import read_inputs

    inputs = read_inputs(x, model.graph.inputs, (), checked_preparation("bilinear", None, None), max_bytes)
    samples = next(one.count for one in inputs if one is not None)
    if sample >= samples:
        raise UsageError(f"there is no sample {sample}", f"They are numbered from 0 to {samples - 1}.")
    return [None if one is None else one.take(sample, sample + 1) for one in inputs]
