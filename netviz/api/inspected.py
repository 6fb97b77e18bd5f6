"""A model to look at: `net = netviz.inspect("model.keras")`.

A thin façade: what a model is stands in `netviz.model`, how it is read, analysed and drawn below that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.analysis.connections import input_shapes, output_shapes
from netviz.analysis.document import build_document
from netviz.analysis.subjects import Subject, find_subject, layer_subjects, matching_subjects
from netviz.analysis.summary import SPARED, build_summary
from netviz.artifact import Artifact
from netviz.errors import NetvizError, UsageError
from netviz.model import Call, Config, Endpoint, Model, Note, Parameters, Shape, Source, Weight, WeightStore
from netviz.readers import read
from netviz.render.sheet import sheet_artifact

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

Shapes = Shape | tuple[Shape | None, ...] | None
"""One tensor's shape, several tensors' shapes, or None where unknown."""


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
        return _inside(layer_subjects(self.model.graph, self.parameters.total), self.model)

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
    ) -> Artifact:
        """The table of the layers, with totals, inputs, outputs, source and notes below it.

        `columns` names what is shown of each layer (a list, or one string with commas), `depth` how many
        levels (1: the top). `layer` shows one layer in full, or all that match a regular expression, settings
        and weights included. `config` adds every setting, `weights` every variable. Its `.data` is the JSON
        document (schema 1), which has all columns and all weights, and settings with `config`.
        Raises UsageError for an unknown column, LayerNotFound (a KeyError) for an unknown layer.
        """
        if isinstance(columns, str):
            columns = [name.strip() for name in columns.split(",")]
        if layer is not None:
            if depth is not None:
                raise UsageError("depth goes with the table of all layers, not with layer", "Leave out one of the two.")
            return _details(self.model, matching_subjects(self.model, layer), columns)
        build = partial(build_summary, self.model, columns=columns, depth=depth, config=config, weights=weights)
        narrower = [partial(build, spared=spared) for spared in SPARED] if columns is None else []
        document = partial(build_document, self.model, version=__version__, config=config, depth=depth)
        return sheet_artifact(self.name, build(), document, narrower)

    def __str__(self) -> str:
        return str(self.summary())

    def __repr__(self) -> str:
        size = f"{len(self.layers)} layers, {self.parameters.total:,} parameters"
        return f"<{self.class_name or 'model'} {self.name!r}: {size}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> Mapping[str, str | bytes]:
        return self.summary()._repr_mimebundle_(include, exclude)


@dataclass(frozen=True, slots=True)
class InspectedLayer:
    """A layer of an inspected model: shapes, weights, settings, and the layers inside it.

    Two are equal if the layers are, weights' values aside.
    """

    subject: Subject
    model: Model = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        return self.subject.layer.name

    @property
    def path(self) -> str:
        """Where it stands in the model: "encoder/dense_2"."""
        return self.subject.layer.path

    @property
    def class_name(self) -> str | None:
        """The name of its class; None where the source does not state it."""
        return self.subject.layer.class_name

    @property
    def module(self) -> str | None:
        return self.subject.layer.module

    @property
    def config(self) -> Config:
        """Its settings as Keras writes them: JSON values."""
        return self.subject.layer.config

    @property
    def dtype(self) -> str | None:
        """The name of its dtype policy."""
        return self.subject.layer.dtype

    @property
    def trainable(self) -> bool:
        """Whether it and all that hold it are trainable."""
        return self.subject.layer.trainable

    @property
    def parameters(self) -> Parameters:
        """Counts over its own weights and those of the layers inside."""
        return self.subject.layer.parameters

    @property
    def calls(self) -> tuple[Call, ...]:
        """Each application of the layer in the model that holds it."""
        return self.subject.calls

    @property
    def inbound(self) -> tuple[str | None, ...]:
        """For each tensor going into the first call the layer that gives it; None where that is unknown."""
        if not self.calls:
            return ()
        return tuple(connection.producer for connection in self.subject.connections(self.calls[0]))

    @property
    def input_shape(self) -> Shapes:
        """Shape of what goes into the first call, batch axis first; a tuple of shapes for several tensors."""
        return _one_or_all(input_shapes(self.calls))

    @property
    def output_shape(self) -> Shapes:
        """Shape of what comes out of the first call, batch axis first; a tuple of shapes for several tensors."""
        return _one_or_all(output_shapes(self.calls))

    @property
    def weights(self) -> tuple[InspectedWeight, ...]:
        """Its own variables, without those of the layers inside."""
        return tuple(InspectedWeight(weight, self.model.store) for weight in self.subject.layer.weights)

    @property
    def kernel(self) -> NDArray[np.generic] | None:
        """The values of its kernel, read now; None where it has none, or several (see `weights`).

        Raises NetvizError where the source holds no values, as a config does.
        """
        return self._values("kernel")

    @property
    def bias(self) -> NDArray[np.generic] | None:
        """The values of its bias, read now; None where it has none, or several (see `weights`)."""
        return self._values("bias")

    @property
    def layers(self) -> tuple[InspectedLayer, ...]:
        """The layers directly inside."""
        graph = self.subject.layer.graph
        return _inside(layer_subjects(graph, self.subject.total), self.model) if graph else ()

    def walk(self) -> Iterator[InspectedLayer]:
        """Every layer inside, depth first."""
        for layer in self.layers:
            yield layer
            yield from layer.walk()

    def summary(self) -> Artifact:
        """The layer in full: its calls, its weights with a first look at their values, every setting."""
        return _details(self.model, [self.subject])

    def _values(self, role: str) -> NDArray[np.generic] | None:
        found = [weight for weight in self.weights if weight.weight.role == role]
        return found[0].numpy() if len(found) == 1 else None

    def __str__(self) -> str:
        return str(self.summary())

    def __repr__(self) -> str:
        return f"<{self.class_name or 'layer'} {self.path!r}: {self.input_shape} → {self.output_shape}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> Mapping[str, str | bytes]:
        return self.summary()._repr_mimebundle_(include, exclude)


@dataclass(frozen=True, slots=True)
class InspectedWeight:
    """A variable of a layer; its values are read when they are asked for."""

    weight: Weight
    store: WeightStore | None = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """What the layer calls it: "kernel", "query/bias"."""
        return self.weight.name

    @property
    def path(self) -> str:
        """Where it is stored."""
        return self.weight.path

    @property
    def shape(self) -> Shape | None:
        return self.weight.tensor.shape

    @property
    def dtype(self) -> str | None:
        """The dtype of its values: "int4" where two of them share a byte (see `stored_dtype`)."""
        return self.weight.tensor.dtype

    @property
    def stored_shape(self) -> Shape | None:
        """The shape in which it is stored: of int4 values one axis is half as long."""
        return (self.weight.stored or self.weight.tensor).shape

    @property
    def stored_dtype(self) -> str | None:
        """The dtype in which it is stored: int8 for int4 values."""
        return (self.weight.stored or self.weight.tensor).dtype

    @property
    def nbytes(self) -> int | None:
        """Bytes that it takes where it is stored."""
        return self.weight.nbytes

    @property
    def trainable(self) -> bool:
        return self.weight.trainable

    def numpy(self) -> NDArray[np.generic]:
        """Its values in its own shape, read now; raises NetvizError where they cannot be had.

        bfloat16 comes as float32, int4 as int8, uint4 as uint8.
        """
        if self.store is None:
            raise NetvizError(f"{self.path}: the source holds no values", "Inspect the file that has the weights.")
        return self.store.read(self.weight)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[np.generic]:
        values = self.numpy()
        return values if dtype is None else values.astype(dtype)


def _details(model: Model, subjects: Sequence[Subject], columns: Sequence[str] | None = None) -> Artifact:
    """The given layers in full."""
    from netviz.analysis.details import build_details  # imports numpy

    name = subjects[0].layer.path if len(subjects) == 1 else model.name
    document = partial(build_document, model, version=__version__, config=True, only=subjects)
    return sheet_artifact(name, build_details(model, subjects, columns), document)


def _inside(subjects: Iterable[Subject], model: Model) -> tuple[InspectedLayer, ...]:
    return tuple(InspectedLayer(subject, model) for subject in subjects)


def _one_or_all(shapes: tuple[Shape | None, ...] | None) -> Shapes:
    return shapes[0] if shapes and len(shapes) == 1 else shapes
