"""What is laid out, and what comes back: frozen types in pixels (1/96 inch), y pointing down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Direction = Literal["TB", "BT", "LR", "RL"]
"""Where the edges lead, as Graphviz's `rankdir`: top to bottom, bottom to top, left to right, right to left."""

Splines = Literal["spline", "polyline", "line", "ortho"]
"""How edges run, as Graphviz's `splines`."""


@dataclass(frozen=True, slots=True)
class Node:
    """A rectangle to be placed."""

    id: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """A frame around what it holds, with room for a header of that size at its top left."""

    id: str
    header_width: float
    header_height: float
    children: tuple[Node | Cluster, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An edge; its ends are the ids of nodes or of clusters."""

    tail: str
    head: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a layout depends on.

    `aspect` is the width of the whole divided by its height that is aimed at: long chains are broken into columns
    (rows where the direction is sideways) to come near it; None breaks none.
    """

    children: tuple[Node | Cluster, ...]
    links: tuple[Link, ...]
    direction: Direction = "TB"
    splines: Splines = "spline"
    aspect: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle by its upper left corner and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The way of an edge: the first point, then three per cubic Bézier segment; it ends at the tip of the arrow."""

    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """Places of the nodes and clusters by id, and the curve of each link in the order of the plan's."""

    width: float
    height: float
    places: Mapping[str, Place]
    curves: tuple[Curve, ...]
