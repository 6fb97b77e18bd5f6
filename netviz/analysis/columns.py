"""The columns a table of layers can have: each a heading, a kind of cell, and a way to fill it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

from netviz.analysis.columns_cost import COST_COLUMNS
from netviz.analysis.connections import input_shapes, output_shapes
from netviz.analysis.formula import parameter_formula
from netviz.analysis.subjects import Subject
from netviz.catalog.telling import activation_name
from netviz.errors import UsageError
from netviz.model import Call, Shape
from netviz.views import Column


def _shapes(subject: Subject, of: Callable[[tuple[Call, ...]], tuple[Shape | None, ...] | None]) -> object:
    """The shapes of the first call; where calls differ, those of each different one."""
    first = of(subject.calls)
    if first is None:
        return None
    different = dict.fromkeys(of((call,)) or () for call in subject.calls)
    return tuple(shape for shapes in different for shape in shapes)


def _parameters(subject: Subject) -> object:
    counts = subject.layer.parameters
    return None if counts.unknown else counts.total


def _share(subject: Subject) -> object:
    counts = subject.layer.parameters
    if counts.unknown:
        return None
    return counts.total / subject.total if counts.total and subject.total else ""


def _weight_shape(subject: Subject, role: str) -> object:
    return tuple(weight.tensor.shape for weight in subject.layer.weights if weight.role == role)


def _connected(subject: Subject) -> object:
    return tuple(str(connection) for call in subject.calls for connection in subject.connections(call))


def _trainable(subject: Subject) -> object:
    return subject.layer.trainable if subject.layer.all_weights else ""


COLUMNS: Mapping[str, tuple[Column, Callable[[Subject], object]]] = {
    column.key: (column, fill)
    for column, fill in (
        (Column("name", "Layer"), lambda subject: subject.layer.name),
        (Column("class", "Class", "class"), lambda subject: subject.layer.class_name),
        (Column("input", "Input shape", "shapes"), lambda subject: _shapes(subject, input_shapes)),
        (Column("output", "Output shape", "shapes"), lambda subject: _shapes(subject, output_shapes)),
        (Column("parameters", "Parameters", "count"), _parameters),
        (Column("share", "Share", "share"), _share),
        (Column("formula", "Parameters from", "formula"), lambda subject: parameter_formula(subject.layer)),
        (Column("kernel", "Kernel", "shapes"), lambda subject: _weight_shape(subject, "kernel")),
        (Column("bias", "Bias", "shapes"), lambda subject: _weight_shape(subject, "bias")),
        (Column("activation", "Activation"), lambda subject: activation_name(subject.layer.config)),
        (Column("dtype", "Dtype"), lambda subject: subject.layer.dtype or ""),
        (Column("trainable", "Trainable", "flag"), _trainable),
        (Column("connected", "Connected to", "items"), _connected),
        (Column("path", "Path"), lambda subject: subject.layer.path),
    )
}
"""By the name that `--columns` takes."""


def chosen_columns(names: Sequence[str]) -> tuple[str, ...]:
    """The names, checked; raises UsageError that lists the columns there are, also where none is named."""
    known = (*COLUMNS, *COST_COLUMNS)
    if not names:
        raise UsageError("no column is named", f"The columns are {', '.join(known)}.")
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(f"unknown column {name!r}", f"{hint}The columns are {', '.join(known)}.")
    return tuple(dict.fromkeys(names))
