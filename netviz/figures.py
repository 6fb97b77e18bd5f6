"""What a FIGURE shows: frozen views of a network as papers draw it, without sizes on paper, colours or words to format.

Two kinds: a `Network` has single neurons and the connections between them, a `Flow` has stages that tensors flow
through. Knows nothing of models, files or how a figure is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from netviz.views import Family

Style = Literal["neurons", "volumes", "lenet", "blocks"]
"""How a figure is drawn: circles and connections, boxes in space, stacks of feature maps, a flow of rounded blocks."""

STYLES: tuple[Style, ...] = get_args(Style)

Field = Literal[
    "name", "class", "details", "activation", "size", "channels", "output", "parameters", "weights", "biases"
]
"""What may be labelled; each style has its own choice of these, and its own default.

name        the layer's name
class       its class, as Keras calls it
details     its telling arguments without the activation: "3×3", "/2"
activation  "relu"
size        the spatial axes of the output: 224×224 (in a figure of volumes 224² where they are equal)
channels    the last axis of the output: channels, units
output      the whole shape of the output, without the batch axis
parameters  how many there are
weights     neurons: the number on each connection
biases      neurons: the biases as a unit of their own, with their connections
"""

FIELDS: tuple[Field, ...] = get_args(Field)


@dataclass(frozen=True, slots=True)
class Extent:
    """The shape of a tensor without its batch axis, told apart by meaning.

    `spatial` are height and width (a picture), length (a sequence), or three axes; () for a vector. `channels` is the
    axis of features, None where it is unknown. `shape` is the same as stored: (28, 28, 6), with channels first
    (6, 28, 28). A None in any of them is an axis of any length.
    """

    shape: tuple[int | None, ...]
    spatial: tuple[int | None, ...]
    channels: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """What one number of a convolution's or pooling's output is computed from, by spatial axis of its input.

    With `transposed`, what one number of the input is spread over in the output.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: str = "valid"
    transposed: bool = False


StageKind = Literal["input", "layer", "merge", "closed"]
"""What a stage stands for: where a tensor enters the model, a layer (with what follows it, see `Stage`), where several
tensors become one, or what is not opened (a nested model, a wrapper)."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A normalisation, by its class ("BatchNormalization"), or an activation, by its name ("relu")."""

    name: str
    family: Family


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that a figure of a flow draws: a layer, together with the normalisation and activation that follow it.

    `id` is the path of its first call and unique in the figure; `names`, `classes` have one item per layer in it, the
    main one first. `details` are the telling arguments without the activation; what holds only in the first of the
    repeats says so ("/2 in 1st"), what differs otherwise is left out. `before` and `behind` are what is applied before
    and behind the main layer, in order, the activation that it has itself among the latter; `activation` is the name
    of the last one, "" where none is (or it is linear).
    `inputs` and `outputs` have one item per tensor, None where the shape is unknown. `sign` is what a merge does, in
    one sign or word: "+", "−", "×", "·", "concat", "mean", "max", "min".
    `parameters` counts all that it stands for (None: unknown). `inside` counts the layers in a closed one.
    `shared` numbers a layer with weights among those that are called more than once. `leaves`: its tensor is an output
    of the model.
    `calls` and `layers` are the paths of all that it stands for, over all repeats of the blocks around it. Shapes are
    those of the first repeat; where they grow or shrink steadily from repeat to repeat, `last_outputs` has those of the
    last, where they differ in any other way, `varies` is set. `present` is how many of the repeats (the second number)
    have this stage, None where all do; `first_only`: it is the first of the repeats of the block around it.
    """

    id: str
    names: tuple[str, ...]
    classes: tuple[str | None, ...]
    family: Family
    kind: StageKind = "layer"
    details: tuple[str, ...] = ()
    before: tuple[Applied, ...] = ()
    behind: tuple[Applied, ...] = ()
    activation: str = ""
    inputs: tuple[Extent | None, ...] = ()
    outputs: tuple[Extent | None, ...] = ()
    window: Window | None = None
    sign: str = ""
    parameters: int | None = 0
    inside: int = 0
    shared: int | None = None
    leaves: bool = False
    calls: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    last_outputs: tuple[Extent | None, ...] = ()
    varies: bool = False
    present: tuple[int, int] | None = None
    first_only: bool = False

    @property
    def output(self) -> Extent | None:
        """The first of its outputs."""
        return self.outputs[0] if self.outputs else None


@dataclass(frozen=True, slots=True)
class Block:
    """Stages that belong together: what repeats (`repeats` > 1, drawn once with ×N), or a nested model.

    Repeats have the same shapes, unless the stages in them say otherwise. `title` is "" where it has no name.
    `class_name` is None for what is no layer.
    `parallel`: the repeats stand side by side. `parameters` counts all repeats.
    """

    id: str
    title: str
    children: tuple[Stage | Block, ...]
    repeats: int = 1
    class_name: str | None = None
    parallel: bool = False
    parameters: int | None = 0


Beside = Literal["", "mask", "state", "memory"]
"""What a link carries that is no flow of the main tensor: a mask, the states of a recurrent layer, or what a decoder's
attention reads of the encoder; "" for the main tensor."""


@dataclass(frozen=True, slots=True)
class Link:
    """A tensor from one stage to another, by their ids; there is one per pair. `shape` is without the batch axis.

    A link out of a block leaves its last repeat, one into it enters the first; links from one repeat to the next are
    left to ×N. With `passes` it leads past a stage that not every repeat has, in those that lack it.
    """

    tail: str
    head: str
    shape: tuple[int | None, ...] | None = None
    beside: Beside = ""
    passes: bool = False

    @property
    def memory(self) -> bool:
        """Whether it is no flow of the main tensor."""
        return self.beside != ""


@dataclass(frozen=True, slots=True)
class Annotation:
    """Words of the user's at a stage, or over all from the `first` to the `last` (ids of stages, in order)."""

    text: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A network as stages in the order of computation, joined by links.

    `description` says in words what is drawn, for those who do not see it; `omitted` are the names of the layers that
    are not drawn, since they compute nothing to be seen (Dropout) or were left out on request, `omitted_classes` how
    many of these each class has. `layers` and `parameters` count the whole model (None: unknown).
    """

    title: str
    description: str
    children: tuple[Stage | Block, ...]
    links: tuple[Link, ...]
    annotations: tuple[Annotation, ...] = ()
    omitted: tuple[str, ...] = ()
    layers: int = 0
    parameters: int | None = 0
    omitted_classes: tuple[tuple[str, int], ...] = ()

    def walk(self) -> Iterator[Stage | Block]:
        """Every stage and block, a block before what it holds."""
        stack = list(reversed(self.children))
        while stack:
            item = stack.pop()
            yield item
            if isinstance(item, Block):
                stack.extend(reversed(item.children))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All stages, in the order of computation."""
        return tuple(item for item in self.walk() if isinstance(item, Stage))


Role = Literal["input", "hidden", "output"]


@dataclass(frozen=True, slots=True)
class Neurons:
    """The neurons of one layer, drawn in column `column` (several may stand in one, from top to bottom).

    `units` is how many there are; `shown` the numbers (from 0) of those that are drawn, where others are left out in
    the middle. The tuples after that have one item for each that is shown, or are None: `labels` what an input or an
    output is called, `values` what it gives for the sample (after the activation), `sums` what it is before it,
    `biases`. `biased` tells that there are biases, also where their values cannot be had. `shared` numbers a layer
    among those that are called more than once.
    """

    id: str
    name: str
    class_name: str | None
    family: Family
    role: Role
    column: int
    units: int
    shown: tuple[int, ...]
    activation: str = ""
    labels: tuple[str, ...] | None = None
    values: tuple[float, ...] | None = None
    sums: tuple[float, ...] | None = None
    biases: tuple[float, ...] | None = None
    parameters: int | None = 0
    layers: tuple[str, ...] = ()
    biased: bool = False
    shared: int | None = None


@dataclass(frozen=True, slots=True)
class Connections:
    """How two layers (their ids) are connected.

    `weights` has a row per shown unit of `tail` and a column per one of `head`; it is None where the values cannot be
    had. With `single`, unit i of `tail` feeds unit `begin` + i of `head` alone (normalisation, addition). With `gap`,
    layers between the two are left out, and so is what connects them.
    """

    tail: str
    head: str
    weights: tuple[tuple[float, ...], ...] | None
    single: bool = False
    begin: int = 0
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Neurons, column by column. `limit` is the largest absolute weight or bias of those shown (None: not known).

    `before` says what stands in front of the first column and is not drawn: "" for nothing, else such as
    "18 layers". `sample` says which sample the values are of, "" without values. `remarks` are what a reader has to
    know besides. The other fields are those of `Flow`.
    """

    title: str
    description: str
    neurons: tuple[Neurons, ...]
    connections: tuple[Connections, ...]
    limit: float | None = None
    before: str = ""
    sample: str = ""
    remarks: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    omitted: tuple[str, ...] = ()
    layers: int = 0
    parameters: int | None = 0
