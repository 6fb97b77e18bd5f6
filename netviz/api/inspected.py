"""A model to look at: `net = netviz.inspect("model.keras")`.

A thin façade: what a model is stands in `netviz.model`, how it is read, analysed and drawn below that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.analysis.columns_cost import EXAMPLE, asks_for_cost, require_cost_asked
from netviz.analysis.document import build_document
from netviz.analysis.subjects import find_subject, layer_subjects, matching_subjects
from netviz.analysis.summary import SPARED, build_summary
from netviz.api.layers import InspectedLayer, InspectedWeight, details, inside
from netviz.artifact import Artifact
from netviz.errors import UsageError
from netviz.model import Config, Endpoint, Model, Note, Parameters, Source
from netviz.readers import read
from netviz.render.sheet import sheet_artifact

if TYPE_CHECKING:
    import keras

    from netviz.render.drawing import Drawing


def inspect(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    *,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
) -> InspectedModel:
    """The model in a file or folder, or a live Keras model, ready to be looked at.

    A file is read without importing Keras, and nothing in it is run; `load=True` lets Keras load it
    instead and reads the live model, which can tell more of subclassed models. A file in which `netviz.check` finds
    a danger is not loaded, unless `trust` is given: then its code is run, if there is any (safe_mode off).
    `architecture` is a file with the model's config (`model.to_json()`, or any file of the whole model), which tells
    the layers where `source` holds weights alone. `max_bytes` raises the limits to what a file may ask for (of a
    config, an attribute, a piece of an array, …) for a file that you trust; the error or note of a limit says how far.
    To find the calls inside a live subclassed model, its `call` runs once on symbolic tensors.
    Raises NetvizError, whose message is one line, where the source cannot be read, and of these DangerousSource where
    loading it is refused.
    """
    if isinstance(source, InspectedModel) and not load and not trust and architecture is None:
        return source
    return InspectedModel(read(source, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes))


@dataclass(frozen=True, slots=True)
class InspectedModel:
    """A model to look at: its layers by order, name or path, its counts, and its table.

    Two are equal if the models are, wherever they were read from and whatever the values of their weights.
    """

    model: Model

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def class_name(self) -> str | None:
        return self.model.root.class_name

    @property
    def source(self) -> Source:
        return self.model.source

    @property
    def inputs(self) -> tuple[Endpoint, ...]:
        """Name, shape and dtype of each input."""
        return self.model.graph.inputs

    @property
    def outputs(self) -> tuple[Endpoint, ...]:
        """Name, shape and dtype of each output."""
        return self.model.graph.outputs

    @property
    def parameters(self) -> Parameters:
        """Counts over the model: total, trainable, non_trainable, bytes; and the optimizer's, apart."""
        return self.model.parameters

    @property
    def training(self) -> Config | None:
        """What it was compiled with (optimizer, loss, metrics, …) as Keras writes it; None where that is not known."""
        return self.model.training

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is unknown, skipped, repaired or dangerous."""
        return self.model.notes

    @property
    def layers(self) -> tuple[InspectedLayer, ...]:
        """The top-level layers in order."""
        return inside(layer_subjects(self.model.graph, self.parameters.total), self.model)

    def walk(self) -> Iterator[InspectedLayer]:
        """Every layer, depth first, a layer before those inside it."""
        for layer in self.layers:
            yield layer
            yield from layer.walk()

    @property
    def weights(self) -> tuple[InspectedWeight, ...]:
        """The variables that belong to the model itself and to no layer; each layer has its own."""
        return tuple(InspectedWeight(weight, self.model.store) for weight in self.model.root.weights)

    def __getitem__(self, name: str) -> InspectedLayer:
        """The layer with that path ("encoder/dense_2"), else the first with that name, depth first.

        Raises LayerNotFound, a KeyError that lists near names.
        """
        return InspectedLayer(find_subject(self.model, name), self.model)

    def __contains__(self, name: object) -> bool:
        """Whether a layer has that path or name."""
        return any(name in (layer.path, layer.name) for layer in self.walk())

    def __iter__(self) -> Iterator[InspectedLayer]:
        return iter(self.layers)

    def summary(
        self,
        *,
        columns: Sequence[str] | str | None = None,
        depth: int | None = None,
        layer: str | None = None,
        config: bool = False,
        weights: bool = False,
        batch: int = 1,
        input_shape: object = None,
    ) -> Artifact:
        """The table of the layers, with totals, inputs, outputs, source and notes below it.

        `columns` names what is shown of each layer (a list, or one string with commas), `depth` how many
        levels (1: the top). `layer` shows one layer in full, or all that match a regular expression, settings
        and weights included. `config` adds every setting, `weights` every variable. Columns of costs ("macs",
        "flops", "activation_bytes", …) hold for `batch` and `input_shape`, which are as for `netviz.cost`; with
        them come the totals. Its `.data` is the JSON document (schema 1), which has all columns and all weights,
        settings with `config`, and costs where a column of them is shown.
        Raises UsageError for an unknown column, or an input_shape that does not fit, LayerNotFound (a KeyError)
        for an unknown layer.
        """
        if isinstance(columns, str):
            columns = [name.strip() for name in columns.split(",")]
        cost = None
        if asks_for_cost(columns):
            from netviz.analysis.cost import cost_model

            cost = cost_model(self.model, batch=batch, input_shape=input_shape)
        else:
            require_cost_asked(batch, input_shape, f"Show one: {EXAMPLE}.")
        if layer is not None:
            if depth is not None:
                raise UsageError("depth goes with the table of all layers, not with layer", "Leave out one of the two.")
            return details(self.model, matching_subjects(self.model, layer), columns, cost)
        build = partial(
            build_summary, self.model, columns=columns, depth=depth, config=config, weights=weights, cost=cost
        )
        narrower = [partial(build, spared=spared) for spared in SPARED] if columns is None else []
        document = partial(build_document, self.model, version=__version__, config=config, depth=depth, cost=cost)
        return sheet_artifact(self.name, build(), document, narrower)

    def graph(
        self,
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
    ) -> Drawing:
        """The model as a graph, drawn as `netviz.graph` says."""
        from netviz.api import drawn

        return drawn.graph(
            self,
            fold=fold,
            outline=outline,
            compact=compact,
            depth=depth,
            select=select,
            around=around,
            hops=hops,
            show=show,
            config=config,
            label=label,
            color=color,
            highlight=highlight,
            theme=theme,
            direction=direction,
            splines=splines,
            aspect=aspect,
            legend=legend,
            caption=caption,
            background=background,
            scale=scale,
            engine=engine,
            batch=batch,
            input_shape=input_shape,
        )

    def figure(
        self,
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
    ) -> Artifact:
        """The model as a figure for a paper, drawn as `netviz.figure` says."""
        from netviz.api import figure as figures

        return figures.figure(
            self,
            style=style,
            x=x,
            sample=sample,
            fold=fold,
            depth=depth,
            omit=omit,
            annotate=annotate,
            show=show,
            direction=direction,
            width=width,
            spacing=spacing,
            size_scale=size_scale,
            channel_scale=channel_scale,
            palette=palette,
            font=font,
            font_size=font_size,
            theme=theme,
            legend=legend,
            caption=caption,
            background=background,
            scale=scale,
        )

    def report(
        self, *, weights: bool | None = None, theme: str = "auto", batch: int = 1, input_shape: object = None
    ) -> Artifact:
        """All that can be told of the model as one HTML page, as `netviz.report` says."""
        from netviz.api import report as pages

        return pages.report(self, weights=weights, theme=theme, batch=batch, input_shape=input_shape)

    def __str__(self) -> str:
        return str(self.summary())

    def __repr__(self) -> str:
        size = f"{len(self.layers)} layers, {self.parameters.total:,} parameters"
        return f"<{self.class_name or 'model'} {self.name!r}: {size}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> Mapping[str, str]:
        return self.summary()._repr_mimebundle_(include, exclude)
