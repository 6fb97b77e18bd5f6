"""Models as graphs: `netviz.graph("model.keras").save("model.svg")`."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.analysis.columns_cost import MEASURES, require_cost_asked
from netviz.analysis.diagram import build_diagram
from netviz.analysis.diagram.sheet import build_diagram_sheet, diagram_document
from netviz.analysis.subjects import Subject, walk_subjects
from netviz.api.inspected import InspectedModel, inspect
from netviz.api.layers import InspectedLayer
from netviz.api.names import listed_names
from netviz.errors import NetvizError, UsageError
from netviz.model import Call, Layer
from netviz.render.drawing import Drawing, checked_style, drawing

if TYPE_CHECKING:
    import keras


def graph(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    *,
    fold: bool | int | None = None,
    outline: bool = False,
    compact: bool = False,
    depth: int | None = None,
    select: str | Sequence[str] | None = None,
    around: str | Sequence[str] | None = None,
    hops: int = 1,
    show: str | Collection[str] | None = None,
    config: str | Sequence[str] = (),
    label: str | Callable[[InspectedLayer], str] | None = None,
    color: str | Mapping[str, float] = "family",
    highlight: str | Sequence[str] = (),
    theme: str = "light",
    direction: str = "TB",
    splines: str = "spline",
    aspect: float | str | None = "page",
    legend: bool = True,
    caption: bool = True,
    background: bool = True,
    scale: float = 2.0,
    engine: str = "embedded",
    batch: int = 1,
    input_shape: object = None,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
) -> Drawing:
    """The model as a graph: a box per call of a layer, a group per nested model and per block that repeats.

    It can be had as svg, png, pdf, html, dot, table and json, shows itself in notebooks, and `.graphviz()` and
    `.pydot()` give it as objects of these packages. `source`, `load`, `trust`, `architecture` and `max_bytes` are as
    for `inspect`.

    What is drawn: `fold` shows repeated blocks once with ×N (None: above 40 boxes; 1, 2 or 3: how loosely blocks may
    be alike), `outline` closes every group, `compact` puts convolution, normalisation and activation on one card,
    `depth` is how many levels are opened. `select` keeps the layers named by name, path, class, regular expression or
    range "first..last", `around` those that are up to `hops` edges away from the ones named.

    What stands on a card: `show` names fields (name, class, details, input, output, parameters, share, activation,
    dtype, trainable), `config` settings; `label` is a template such as "{name}: {output}" or a function of the layer.
    `color` is "family", "trainable", "dtype", "parameters", numbers by layer, or a cost ("macs", "flops",
    "activation_bytes", "weight_bytes": of all calls of a box's layers, for `batch` and `input_shape`, which are as for
    `cost`); `highlight` names layers as `select`.

    How: `theme` is "light", "dark", "auto" or "print", `direction` and `splines` are as Graphviz has them. `aspect` is
    the width by height that is aimed at ("page": columns once a strip is higher than a page; None: one strip), `scale`
    the pixels of a PNG per unit of 1/96 inch (fewer where it would have over 200 million), `engine` "embedded" or the
    system's "dot". `legend`, `caption` (what the model is) and `background` can be left out.

    Raises NetvizError where the source cannot be read or laid out, UsageError for a choice that there is not,
    LayerNotFound for a layer that there is not.
    """
    net = inspect(source, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    style = checked_style(
        theme=theme, direction=direction, splines=splines, aspect=aspect, legend=legend, caption=caption,
        background=background, scale=scale, engine=engine,
    )  # fmt: skip
    measure = color if isinstance(color, str) and color in MEASURES else None
    if measure is None:
        require_cost_asked(batch, input_shape, f"Colour by one: {', '.join(MEASURES)}.")
    diagram = build_diagram(
        net.model, fold=fold, outline=outline, compact=compact, depth=depth, select=select, around=around, hops=hops,
        show=listed_names(show), config=listed_names(config) or (), label=_label(net, label),
        color="family" if measure else color, highlight=highlight,
    )  # fmt: skip
    if measure:
        from netviz.analysis.cost import cost_model
        from netviz.analysis.diagram.costed import colored_by_cost

        cost = cost_model(net.model, batch=batch, input_shape=input_shape)
        diagram = colored_by_cost(diagram, net.model, cost, measure)
    document = partial(diagram_document, diagram, __version__)
    return drawing(net.name, diagram, style, partial(build_diagram_sheet, diagram), document)


def _label(
    net: InspectedModel, label: str | Callable[[InspectedLayer], str] | None
) -> str | Callable[[Layer, Call | None], str] | None:
    """The user's function as one of the model's own layers."""
    if not callable(label):
        return label
    subjects: dict[str, Subject] = {subject.layer.path: subject for _, subject in walk_subjects(net.model)}

    def written(layer: Layer, call: Call | None) -> str:
        try:
            return str(label(InspectedLayer(subjects[layer.path], net.model)))
        except Exception as error:
            raise UsageError(
                f"the function for labels raises {type(error).__name__} for {layer.path}: {error}", "Mend the function."
            ) from error

    return written


def plot_model(
    model: str | os.PathLike[str] | keras.Model | InspectedModel,
    to_file: str | os.PathLike[str] = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: object,
) -> Drawing:
    """`keras.utils.plot_model`, drawn by netviz: writes the picture to `to_file` and returns it.

    The arguments are Keras's. `netviz.graph` has each under the field's name: `show`, `direction`, `depth`, `scale`
    (96 dpi are 1), `splines`; as in Keras, `kwargs` takes nothing. Where Graphviz cannot route right-angled edges, they
    are curves.
    Raises NetvizError as `graph` does, and where the file cannot be written; UsageError (a ValueError, as Keras's) for
    any further argument.
    """
    if kwargs:
        hint = "select='first..last' of netviz.graph draws a range of layers." if "layer_range" in kwargs else ""
        raise UsageError(f"plot_model has no argument {', '.join(kwargs)}", hint)
    fields = {
        "name": show_layer_names,
        "class": True,
        "input": show_shapes,
        "output": show_shapes,
        "dtype": show_dtype,
        "activation": show_layer_activations,
        "trainable": show_trainable,
    }
    if isinstance(dpi, bool) or not isinstance(dpi, int | float) or not dpi > 0:
        raise UsageError(f"dpi {dpi!r} is no resolution", "96 is that of a screen, 200 Keras's default.")
    make = partial(
        graph,
        model,
        fold=False,
        depth=None if expand_nested else 1,
        show=[name for name, shown in fields.items() if shown],
        direction=rankdir,
        aspect=None,
        legend=False,
        scale=dpi / 96,
    )
    splines = {"curved": "spline", "true": "spline", "false": "line"}.get(splines, splines)
    picture = make(splines=splines)
    if splines == "ortho":
        try:
            picture.to("svg")
        except NetvizError:
            picture = make(splines="spline")
    named = Path(to_file).suffix.lower() != ""
    picture.save(to_file, None if named else "png")
    return picture
