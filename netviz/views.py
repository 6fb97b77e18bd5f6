"""What can be DRAWN: frozen views between the analyses that build them and the renderers that write them.

A view holds typed values with units, never text that is already formatted, and knows nothing of models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Family = Literal[
    "input-output", "convolution", "normalisation", "activation", "pooling", "dense", "recurrent", "attention",
    "reshaping", "merging", "regularisation", "preprocessing", "model", "unknown",
]  # fmt: skip
"""Kinds of layers; colour means family, everywhere the same."""

FAMILIES: tuple[Family, ...] = get_args(Family)

Kind = Literal[
    "text", "class", "count", "share", "shapes", "bytes", "number", "numbers", "lengths", "flag", "items", "formula",
    "severity",
]  # fmt: skip
"""What the cells of a column hold, and so how renderers write them:

text      str, or an int that is written as a count is
class     str, a class name, coloured by the row's family
count     int, thousands separated
share     float from 0 to 1, written in percent
shapes    tuple of shapes (tuple[int | None, ...]), one per tensor; an unknown shape in it is None
bytes     int, written in a binary unit
number    float, written with four significant digits
numbers   tuple of floats, the first of many: an ellipsis is written after them
lengths   tuple of int, float or None (unknown), one per axis, written with × between them; or a word for all
flag      bool, written yes or no
items     tuple of str, which may be wrapped between items
formula   str such as "9·8 + 8", which may be wrapped at its operators
severity  "info", "warning" or "danger"

In every kind None means unknown and is written "?"; "" (or an empty tuple) means that there is nothing to say.
"""

NUMERIC: frozenset[Kind] = frozenset({"count", "share", "bytes", "number"})
"""Kinds that are aligned to the right."""


Fate = Literal["unchanged", "changed", "renamed", "moved", "replaced", "added", "removed"]
"""What became of a layer from one model to another; of one to which more than one happened, what tells most."""

FATES: tuple[Fate, ...] = get_args(Fate)


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `key` is its name in data, `title` its heading."""

    key: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """One cell per column. `depth` indents the first cell; `family` colours the class; `strong` stands out.

    `fate` marks what became of the row's subject, where two models are compared.
    """

    cells: tuple[object, ...]
    depth: int = 0
    family: Family = "unknown"
    strong: bool = False
    fate: Fate = "unchanged"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. Without `heading`, the titles of the columns are not shown (a list of facts).

    `name` is what the table is called in data, `title` what stands above it, if anything.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    heading: bool = True
    title: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled sequence of tables, the first of them the subject and the others what goes with it."""

    title: str
    tables: tuple[Table, ...]


BoxKind = Literal["layer", "closed", "end", "stub"]
"""What a box of a diagram stands for:

layer   one call of a layer, or the same call in each repeat of a group
closed  what is not opened: a nested model, a wrapper, a repeated block, layers taken together in an outline
end     where a tensor enters the model, without a layer of its own
stub    a layer that is not part of the selection, where an edge leaves it
"""


Trainable = Literal["trainable", "frozen", "partly", None]
"""Whether the layers of a box are trained, or only some; None where they hold no weights."""


@dataclass(frozen=True, slots=True)
class Variation:
    """A setting that is not the same in every repeat, with its values in the order of the repeats.

    Values that follow each other and are equal stand once: `filters` 64, 128, 256. Where values come back
    (`alternating`), each different one stands once: `kernel_size` 1×1, 3×3.
    """

    setting: str
    values: tuple[str, ...]
    alternating: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a box from a first model to a second, where both are in one picture.

    `former` are the layers of the first model that it stands for, by path: none where the layers were added. Where
    name or class were others, `former_name` and `former_class` say which. `notes` are the most telling differences
    ("filters 32 → 64"), or what a closed box holds. `also` is what else became of it: renamed where it changed, too.
    `counts` are those of a closed box of whose layers not all became the same: how many of them became what, each
    counted once; `also_counts` are those of what else became of layers in a closed box.
    """

    fate: Fate = "unchanged"
    notes: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    former_name: str = ""
    former_class: str = ""
    also: tuple[Fate, ...] = ()
    counts: tuple[tuple[Fate, int], ...] = ()
    also_counts: tuple[tuple[Fate, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """One card of a diagram: a call of a layer, with all that may be written on it.

    `id` is the call's path ("encoder/dense", "shared#2" for its second call) and unique in the diagram. `names` and
    `classes` have one item, more where several layers share a card. `details` are the telling arguments
    ("3×3", "/2", "relu"). `calls` are the paths of all calls that the box stands for, one per repeat, and `layers` the
    layers called. Shapes are those of the first; where a later one differs, `last_outputs` has those of the last.
    `parameters` counts all layers of the box (None: unknown), `share` their part of the model's, `each` those of one
    repeat, the first and the last, where there are several.
    `present` is how many of the repeats (the second number) have this box, None where all have it. `shared` numbers
    the layer among those that are called more than once. `inside` counts the layers in a closed group.
    `value` is the number that the box is coloured by, if any, and `part` of a cost its part of the model's, None where
    that is not known; `leaves` tells that its tensors are outputs of the model.
    `difference` is there where two models are in one picture; of a box that was removed, `layers` are the first's.
    """

    id: str
    names: tuple[str, ...]
    classes: tuple[str | None, ...]
    family: Family
    kind: BoxKind = "layer"
    details: tuple[str, ...] = ()
    inputs: tuple[tuple[int | None, ...] | None, ...] = ()
    outputs: tuple[tuple[int | None, ...] | None, ...] = ()
    last_outputs: tuple[tuple[int | None, ...] | None, ...] = ()
    parameters: int | None = 0
    share: float | None = 0.0
    each: tuple[int | None, int | None] | None = None
    activation: str = ""
    dtype: str = ""
    trainable: Trainable = None
    settings: tuple[tuple[str, str], ...] = ()
    varies: tuple[Variation, ...] = ()
    repeats: tuple[int, ...] = ()
    present: tuple[int, int] | None = None
    shared: int | None = None
    calls: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    inside: int = 0
    label: str | None = None
    value: float | None = None
    part: float | None = None
    highlighted: bool = False
    leaves: bool = False
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes and groups that belong together: a nested model, a wrapper, or a block that repeats.

    `repeats` is how often the block stands in the model: one number per repeat of the group around it, so (3, 4, 6, 3)
    for blocks within stages; empty for what does not repeat. `parallel` blocks stand side by side, others in a chain.
    `title` is "" where the names inside have nothing in common. `reach` is how many repeats back a repeat reads: 1, or
    more where each takes from the one before the last, too.
    `class_name` is None for what is no layer. `parameters` counts all layers inside, over all repeats. `outputs`,
    `last_outputs` and `leaves` are those of a box; a repeated block, which is no layer, has none of its own.
    `difference` is that of the layer itself, without what is inside.
    """

    id: str
    title: str
    class_name: str | None
    family: Family
    children: tuple[Box | Group, ...]
    repeats: tuple[int, ...] = ()
    parallel: bool = False
    varies: tuple[Variation, ...] = ()
    parameters: int | None = 0
    layers: tuple[str, ...] = ()
    shared: int | None = None
    reach: int = 1
    outputs: tuple[tuple[int | None, ...] | None, ...] = ()
    last_outputs: tuple[tuple[int | None, ...] | None, ...] = ()
    leaves: bool = False
    difference: Difference | None = None

    @property
    def heading(self) -> str:
        """The title, or how many layers there are in each repeat, where that is the same in all."""
        return self.title or ("block" if self.each is None else f"{self.each} layers")

    @property
    def each(self) -> int | None:
        """How many layers there are in each repeat; None where a block in them repeats now more, now less often."""
        times = sum(self.repeats) or 1
        stack: list[Box | Group] = list(self.children)
        while stack:
            item = stack.pop()
            if isinstance(item, Group):
                if len(set(item.repeats)) > 1:
                    return None
                stack.extend(item.children)
            elif item.present:
                return None
        return None if len(self.layers) % times else len(self.layers) // times


@dataclass(frozen=True, slots=True)
class Edge:
    """A tensor that one box gives and another takes: the output's index and the argument ("0", "0.1", "mask").

    `tail` and `head` are the ids of boxes, or of groups where what gives or takes inside is not known.
    `repeating` edges lead from one repeat of a block to another, `distance` repeats on: they are said by ×N and not
    drawn. Other edges enter a block's first repeat and leave its last; `every` one of them, or the `repeats` with these
    numbers (from 1), where that is not so. Of two models in one picture, those that only one has were added or removed.
    Between boxes that are closed one edge may stand for several `tensors`. `words` are said beside it where the
    argument alone does not tell what is to be told.
    """

    tail: str
    head: str
    output: int = 0
    argument: str = "0"
    shape: tuple[int | None, ...] | None = None
    dtype: str | None = None
    repeating: bool = False
    distance: int = 1
    every: bool = False
    repeats: tuple[int, ...] = ()
    fate: Literal["unchanged", "added", "removed"] = "unchanged"
    tensors: int = 1
    words: str = ""


CardField = Literal[
    "name", "class", "details", "input", "output", "parameters", "share", "activation", "dtype", "trainable", "config"
]
"""What a card may show: `details` stand behind the class, `share` is the bar, `config` are the settings chosen."""

CARD_FIELDS: tuple[CardField, ...] = get_args(CardField)

Coloring = Literal[
    "family", "trainable", "dtype", "parameters", "macs", "flops", "activation_bytes", "weight_bytes", "values",
    "changes",
]  # fmt: skip
"""What the colour of a box means."""


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes and groups in the order of computation, joined by edges.

    `title` and `description` say in words what is drawn, for those who do not see it. `show` is what stands on the
    cards. `layers` and `parameters` count the whole model (`parameters` None: unknown), `shown` the layers in the
    picture where it is only a part (else None). `facts` stand below the title in place of these counts, if there are
    any.
    """

    title: str
    description: str
    children: tuple[Box | Group, ...]
    edges: tuple[Edge, ...]
    show: frozenset[CardField]
    coloring: Coloring = "family"
    layers: int = 0
    parameters: int | None = 0
    shown: int | None = None
    facts: tuple[str, ...] = ()

    def walk(self) -> Iterator[Box | Group]:
        """Every box and group, a group before what it holds."""
        stack = list(reversed(self.children))
        while stack:
            item = stack.pop()
            yield item
            if isinstance(item, Group):
                stack.extend(reversed(item.children))

    @property
    def boxes(self) -> tuple[Box, ...]:
        return tuple(item for item in self.walk() if isinstance(item, Box))

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(item for item in self.walk() if isinstance(item, Group))
