"""What a model IS, and how it was trained: frozen types that every reader fills and every analysis reads.

A `Layer` owns weights; a `Call` is one application of a layer to tensors. The two are kept
apart so that a layer called three times is one layer with three calls, and its weights count once.

This module knows nothing of Keras, of file formats or of drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:  # numpy takes longer to import than a small model takes to read
    import numpy as np
    from numpy.typing import NDArray

Shape: TypeAlias = tuple[int | None, ...]
"""Batch axis first; None is an axis of any length."""

Config: TypeAlias = Mapping[str, object]
"""A layer's settings as Keras writes them: JSON values only. Read, never changed."""

Severity = Literal["info", "warning", "danger"]

BITS = {
    "bool": 8, "string": 0,
    "int4": 4, "int8": 8, "int16": 16, "int32": 32, "int64": 64,
    "uint4": 4, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64,
    "float8_e4m3fn": 8, "float8_e5m2": 8, "float16": 16, "bfloat16": 16, "float32": 32, "float64": 64,
    "complex64": 64, "complex128": 128,
}  # fmt: skip
"""Bits that one element takes, by dtype name."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Shape and dtype of an array. `shape=None` means unknown: it is never guessed."""

    shape: Shape | None
    dtype: str | None = None

    @property
    def size(self) -> int | None:
        """Number of elements, or None where the shape is unknown or has a free axis."""
        if self.shape is None:
            return None
        product = 1
        for axis in self.shape:
            if axis is None:
                return None
            product *= axis
        return product

    @property
    def nbytes(self) -> int | None:
        """Bytes the elements take, or None where size or dtype is unknown."""
        bits = BITS.get(self.dtype or "")
        return None if self.size is None or bits is None else (self.size * bits + 7) // 8


@dataclass(frozen=True, slots=True)
class Weight:
    """One variable of a layer.

    `path` is where its values lie (in a file the dataset, in a live model the variable), so two
    layers that hold the same path share one variable. Where it lies is not part of what it is:
    `path` takes no part in comparisons.

    `tensor` is what the layer computes with. Where it is kept in another form, `stored` is that form:
    int4 values share bytes two by two along the axis `packed` of the stored array.
    """

    path: str = field(compare=False)
    name: str
    tensor: Tensor
    trainable: bool
    stored: Tensor | None = None
    packed: int | None = None

    @property
    def nbytes(self) -> int | None:
        """Bytes that it takes as it is kept, or None where size or dtype is unknown."""
        return (self.stored or self.tensor).nbytes

    @property
    def role(self) -> str:
        """The last word of the name: `kernel` for a weight named `query/kernel`."""
        return self.name.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Counts of scalar parameters. `bytes` is what the model's own weights take; the optimizer's are apart.

    `unknown` is how many weights count 0 because their shape is unknown: then there are more parameters than counted.
    """

    total: int = 0
    trainable: int = 0
    non_trainable: int = 0
    optimizer: int = 0
    bytes: int = 0
    unknown: int = 0


ENTERING = -1
"""As `TensorRef.call`: the tensor enters from outside, as the `index`-th of the graph's inputs."""


@dataclass(frozen=True, slots=True)
class TensorRef:
    """Which tensor: the `index`-th output of the call with the id `call` in the same graph, or `ENTERING`."""

    call: int
    index: int


@dataclass(frozen=True, slots=True)
class Feed:
    """One tensor going into a call.

    `argument` says where: "0" is the first positional argument, "0.1" the second tensor of a list
    there, "mask" a keyword. `source` is None where the producer is unknown.
    """

    argument: str
    tensor: Tensor
    source: TensorRef | None


@dataclass(frozen=True, slots=True)
class Call:
    """One application of a layer. `id` is its place in `Graph.calls`, `layer` a name in `Graph.layers`.

    `constants` holds the arguments that are not tensors (`{"1": 1}` for `x + 1`), None left out.
    """

    id: int
    layer: str
    inputs: tuple[Feed, ...]
    outputs: tuple[Tensor, ...]
    constants: Config = field(default_factory=dict, hash=False)

    @property
    def input_shapes(self) -> tuple[Shape | None, ...]:
        """The shape of each tensor that goes in."""
        return tuple(feed.tensor.shape for feed in self.inputs)

    @property
    def output_shapes(self) -> tuple[Shape | None, ...]:
        """The shape of each tensor that comes out."""
        return tuple(tensor.shape for tensor in self.outputs)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A named tensor where a graph begins or ends."""

    name: str
    tensor: Tensor
    source: TensorRef | None

    @property
    def shape(self) -> Shape | None:
        return self.tensor.shape

    @property
    def dtype(self) -> str | None:
        return self.tensor.dtype


@dataclass(frozen=True, slots=True)
class Signature:
    """A function that a saved model offers to callers, with its named tensors; `method` is what it is said to do.

    The `source` of its ends is None: what computes them is not among the calls.
    """

    name: str
    inputs: tuple[Endpoint, ...]
    outputs: tuple[Endpoint, ...]
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Layers and how they are applied. Without `calls`, only which layers there are is known."""

    layers: tuple[Layer, ...] = ()
    calls: tuple[Call, ...] = ()
    inputs: tuple[Endpoint, ...] = ()
    outputs: tuple[Endpoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, a wrapper, a nested model or an operation; `graph` holds the layers inside, if any.

    `path` is unique in the model ("encoder/dense_2"); `weights` are its own, without those of the
    layers inside. `class_name=None` is a class that the source does not state. `dtype` is the name
    of the dtype policy ("float32", "mixed_float16"). `trainable` is the layer's own setting: Keras hands it
    down to the layers inside when it is set, and each may be set again.
    """

    path: str
    name: str
    class_name: str | None
    module: str | None
    config: Config = field(default_factory=dict, hash=False)
    weights: tuple[Weight, ...] = ()
    trainable: bool = True
    dtype: str | None = None
    graph: Graph | None = None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers directly inside, in the order of the model's own `layers`."""
        return self.graph.layers if self.graph else ()

    def walk(self) -> Iterator[Layer]:
        """Every layer inside, depth first, a layer before what it holds."""
        stack = list(reversed(self.layers))
        while stack:
            layer = stack.pop()
            yield layer
            stack.extend(reversed(layer.layers))

    @property
    def all_weights(self) -> tuple[Weight, ...]:
        """Its own weights and those of every layer inside, each stored variable once."""
        weights = {weight.path: weight for weight in self.weights}
        for layer in self.walk():
            for weight in layer.weights:
                weights.setdefault(weight.path, weight)
        return tuple(weights.values())

    @property
    def parameters(self) -> Parameters:
        """How many scalars its weights hold, the layers inside included; of a layer that is frozen none is trainable.

        As `Layer.trainable_weights` of Keras has it.
        """
        counts = count(self.all_weights)
        return counts if self.trainable else replace(counts, trainable=0, non_trainable=counts.total)


@dataclass(frozen=True, slots=True)
class Note:
    """Something unknown, skipped, repaired, suspicious or dangerous. `path` is the layer's, "" the model's."""

    severity: Severity
    code: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model came from. `read` is "static" (nothing of it ran), "loaded" or "live"."""

    path: str | None
    format: str
    keras_version: str | None
    read: Literal["static", "loaded", "live"]
    bytes: int | None = None


class WeightStore(Protocol):
    """Gives the values of weights, read at the moment they are asked for."""

    def read(self, weight: Weight) -> NDArray[np.generic]:
        """The values of one weight; raises NetvizError where they cannot be had."""
        ...

    def blocks(self, weight: Weight) -> Iterator[NDArray[np.generic]]:
        """The same values piece by piece, in order along the first axis, a few MB at a time where possible."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """A whole model: `root` is the model seen as a layer, its path is "".

    Compares by what the model is: neither where it came from (`source`, `notes`) nor the values of
    its weights (`store`) nor the optimizer's state takes part, nor what functions a file offers (`signatures`).
    `training` is what the model was compiled with, under the names of `keras.Model.compile`. `examine` looks at what
    reading the model leaves out (every byte of the source) and gives notes of what is wrong there.
    """

    root: Layer
    source: Source = field(compare=False)
    notes: tuple[Note, ...] = field(default=(), compare=False)
    optimizer: tuple[Weight, ...] = field(default=(), compare=False)
    signatures: tuple[Signature, ...] = field(default=(), compare=False)
    training: Config | None = field(default=None, compare=False)
    store: WeightStore | None = field(default=None, compare=False, repr=False)
    examine: Callable[[], Iterable[Note]] = field(default=tuple, compare=False, repr=False)

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def graph(self) -> Graph:
        return self.root.graph or Graph()

    @property
    def parameters(self) -> Parameters:
        """Counts over the whole model, with the optimizer's state apart."""
        return replace(self.root.parameters, optimizer=count(self.optimizer).total)


def count(weights: tuple[Weight, ...]) -> Parameters:
    """Counts over distinct weights; a weight of unknown size counts 0."""
    total = trainable = size = unknown = 0
    for weight in weights:
        values = weight.tensor.size
        unknown += values is None
        total += values or 0
        trainable += values or 0 if weight.trainable else 0
        size += weight.nbytes or 0
    return Parameters(total, trainable, total - trainable, 0, size, unknown)


LogFormat = Literal["History", "dict", "CSV", "JSON", "printed"]
"""What a log of training was read from; "printed" is what `fit` prints."""


@dataclass(frozen=True, slots=True)
class History:
    """How a model was trained: the figures of each epoch, by name as Keras writes them ("loss", "val_loss").

    `epochs` are their numbers, counted from 1 as Keras prints them; every series has a value for each, None where
    it was not measured. `runs` are the indices at which training began anew, the first of them 0. `format` says what
    it was read from, `notes` what was odd there.
    """

    name: str
    format: LogFormat
    epochs: tuple[int, ...]
    series: Mapping[str, tuple[float | None, ...]]
    runs: tuple[int, ...] = (0,)
    notes: tuple[str, ...] = ()
