"""The layers and weights of an inspected model, as users hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.analysis.connections import input_shapes, output_shapes
from netviz.analysis.document import build_document
from netviz.analysis.subjects import Subject, layer_subjects
from netviz.artifact import Artifact
from netviz.errors import NetvizError
from netviz.model import Call, Config, Model, Parameters, Shape, Weight, WeightStore
from netviz.render.sheet import sheet_artifact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

    from netviz.analysis.cost.results import ModelCost

Shapes = Shape | tuple[Shape | None, ...] | None
"""One tensor's shape, several tensors' shapes, or None where unknown."""


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
        return inside(layer_subjects(graph, self.subject.total), self.model) if graph else ()

    def walk(self) -> Iterator[InspectedLayer]:
        """Every layer inside, depth first."""
        for layer in self.layers:
            yield layer
            yield from layer.walk()

    def summary(self) -> Artifact:
        """The layer in full: its calls, its weights with a first look at their values, every setting."""
        return details(self.model, [self.subject])

    def _values(self, role: str) -> NDArray[np.generic] | None:
        found = [weight for weight in self.weights if weight.weight.role == role]
        return found[0].numpy() if len(found) == 1 else None

    def __str__(self) -> str:
        return str(self.summary())

    def __repr__(self) -> str:
        return f"<{self.class_name or 'layer'} {self.path!r}: {self.input_shape} → {self.output_shape}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> Mapping[str, str]:
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


def details(
    model: Model, subjects: Sequence[Subject], columns: Sequence[str] | None = None, cost: ModelCost | None = None
) -> Artifact:
    """The given layers in full; `cost` is needed for the columns of costs."""
    from netviz.analysis.details import build_details  # imports numpy

    name = subjects[0].layer.path if len(subjects) == 1 else model.name
    document = partial(build_document, model, version=__version__, config=True, only=subjects, cost=cost)
    return sheet_artifact(name, build_details(model, subjects, columns, cost), document)


def inside(subjects: Iterable[Subject], model: Model) -> tuple[InspectedLayer, ...]:
    return tuple(InspectedLayer(subject, model) for subject in subjects)


def _one_or_all(shapes: tuple[Shape | None, ...] | None) -> Shapes:
    return shapes[0] if shapes and len(shapes) == 1 else shapes
