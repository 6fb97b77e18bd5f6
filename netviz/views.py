"""What can be DRAWN: frozen views between the analyses that build them and the renderers that write them.

A view holds typed values with units, never text that is already formatted, and knows nothing of models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Family = Literal[
    "input-output", "convolution", "normalisation", "activation", "pooling", "dense", "recurrent", "attention",
    "reshaping", "merging", "regularisation", "preprocessing", "model", "unknown",
]  # fmt: skip
"""Kinds of layers; colour means family, everywhere the same."""

FAMILIES: tuple[Family, ...] = get_args(Family)

Kind = Literal[
    "text", "class", "count", "share", "shapes", "bytes", "number", "numbers", "flag", "items", "formula", "severity"
]
"""What the cells of a column hold, and so how renderers write them:

text      str, or an int that is written as a count is
class     str, a class name, coloured by the row's family
count     int, thousands separated
share     float from 0 to 1, written in percent
shapes    tuple of shapes (tuple[int | None, ...]), one per tensor; an unknown shape in it is None
bytes     int, written in a binary unit
number    float, written with four significant digits
numbers   tuple of floats, the first of many: an ellipsis is written after them
flag      bool, written yes or no
items     tuple of str, which may be wrapped between items
formula   str such as "9·8 + 8", which may be wrapped at its operators
severity  "info", "warning" or "danger"

In every kind None means unknown and is written "?"; "" (or an empty tuple) means that there is nothing to say.
"""

NUMERIC: frozenset[Kind] = frozenset({"count", "share", "bytes", "number"})
"""Kinds that are aligned to the right."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `key` is its name in data, `title` its heading."""

    key: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """One cell per column. `depth` indents the first cell; `family` colours the class; `strong` stands out."""

    cells: tuple[object, ...]
    depth: int = 0
    family: Family = "unknown"
    strong: bool = False


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
