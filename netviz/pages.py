"""What a report page shows: frozen views between the analysis of a model and the writing of HTML.

A page refers to layers by their place in `Page.details`, and to drawings by their place in `Page.drawings`. Knows
nothing of models and nothing of HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from netviz.views import Diagram, Family, Sheet, Table

Shape = tuple[int | None, ...] | None
"""Batch axis first; None is unknown, as an axis it is one of any length."""

SeverityName = Literal["info", "warning", "danger"]


@dataclass(frozen=True, slots=True)
class Link:
    """A layer, or an end of the model, as it is named where it is spoken of; `layer` is None for what is no layer."""

    words: str
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class Passing:
    """A tensor that goes into a call (`argument` takes it) or comes out of it (`argument` is the output's number).

    `ends` are those that give it, or those that take it; empty where that is not known.
    """

    argument: str
    shape: Shape
    dtype: str | None
    ends: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class CallDetails:
    """One application of a layer; `constants` are the arguments that are no tensors, as text."""

    inputs: tuple[Passing, ...]
    outputs: tuple[Passing, ...]
    constants: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WeightFigures:
    """What the values of a weight are like. Of the finite ones, None where there is none: extremes, mean, standard
    deviation, Euclidean norm. `counts` is a histogram of equal bins from the minimum to the maximum."""

    size: int
    zeros: int
    nan: int
    infinite: int
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    norm: float | None
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tiles:
    """Values of a weight as pictures: `count` of them, each of `rows` by `columns` by `channels` (1, or 3 for colours).

    `values` are bytes in C order, signed: 127 stands for `limit`, -127 for -`limit`, -128 for what is not finite.
    `caption` says what is shown and how much of the whole, `labels` has a word for each picture, or is empty. `across`
    pictures belong beside each other, as those of one filter; 0 where they may stand as there is room.
    """

    count: int
    rows: int
    columns: int
    channels: int
    limit: float
    values: bytes
    caption: str
    labels: tuple[str, ...] = ()
    across: int = 0


@dataclass(frozen=True, slots=True)
class WeightDetails:
    """A variable that a layer owns. `figures` and `tiles` are None where the values were not looked at or cannot be
    shown; `problem` says why. `stored` is the shape and dtype in which it is kept, where these are others."""

    name: str
    shape: Shape
    dtype: str | None
    trainable: bool
    parameters: int | None
    path: str
    bytes: int | None = None
    stored: tuple[Shape, str | None] | None = None
    figures: WeightFigures | None = None
    tiles: Tiles | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class LayerDetails:
    """All that is said of a layer besides its row in the table of layers.

    `parent` is the layer that holds it, None for a top-level one. `settings` are its config, item by item as text.
    `findings` are places in `Page.findings`. `non_trainable` counts parameters, None where that is unknown. `why` says
    why something of its cost is unknown, if anything is.
    """

    path: str
    name: str
    class_name: str | None
    module: str | None
    family: Family
    parent: int | None = None
    calls: tuple[CallDetails, ...] = ()
    weights: tuple[WeightDetails, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    findings: tuple[int, ...] = ()
    non_trainable: int | None = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class FindingDetails:
    """A finding: what it is, where (`layer` None: the model), and what to do, if anything. With `note` it is none of
    those of a check, but tells what reading the model did not show."""

    severity: SeverityName
    code: str
    where: Link
    message: str
    remedy: str = ""
    cves: tuple[str, ...] = ()
    note: bool = False


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation function in use. `curve` are points (x, y) of equal steps in x, `derivative` those of its slope;
    both empty where it is no function of one number, or not known. `problem` says why it is not known, `about` what one
    has to know besides, such as of what the curve is where the function takes more than one number."""

    title: str
    formula: str
    range: str
    layers: tuple[Link, ...]
    family: Family = "activation"
    curve: tuple[tuple[float, float], ...] = ()
    derivative: tuple[tuple[float, float], ...] = ()
    problem: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture of the graph: the whole model at some level of detail, or the inside of a group.

    `id` is that of the group, "" for the whole model. `opens` has the drawing of its inside by the id of a box that can
    be opened. `trail` are the drawings that lead here, the outermost first, without itself. `title` names it in the
    trail, `about` says in some words what it is, `remark` in a sentence or two what is missing in it and why, if
    anything is.
    """

    title: str
    about: str
    diagram: Diagram
    trail: tuple[int, ...] = ()
    opens: Mapping[str, int] = field(default_factory=dict)
    id: str = ""
    remark: str = ""


LevelName = Literal["groups", "blocks", "layers"]
"""How much of a model is drawn at once:

groups  every group and repeated block closed, each to be opened
blocks  groups open, what repeats drawn once
layers  every call of every layer
"""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of detail that the whole model can be seen at; of levels that would look the same there is one."""

    name: LevelName
    drawing: int


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report.

    `facts` are what the model is in a few words each. `layers` has a row per layer, depth first, `details` the rest in
    the same order; the last rows of the table that sum up (`totals` of them) have no details. `weights` are the model's
    own, which belong to none of its layers. `summary` are tables about the model as a whole, these weights among them.
    `looked` says what was looked at for the findings, and what not, with the reason; notes stand behind all findings.
    `file` is the name of the file that was read, without its folders, "" where there is none.
    `problem` says why there is no drawing, where there is none, `costed` for what inputs costs hold. The first level is
    the one to begin with.
    """

    title: str
    class_name: str | None
    facts: tuple[tuple[str, str], ...]
    layers: Table
    totals: int
    details: tuple[LayerDetails, ...]
    summary: Sheet
    findings: tuple[FindingDetails, ...]
    looked: str
    activations: tuple[Activation, ...]
    levels: tuple[Level, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    problem: str = ""
    version: str = ""
    weights: tuple[WeightDetails, ...] = ()
    file: str = ""
    costed: str = ""
