"""One layer in full: what it is, each of its calls, each weight with a first look at its values, every setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from netviz.analysis.settings import setting_text, settings
from netviz.analysis.statistics import Statistics, weight_statistics
from netviz.analysis.subjects import Subject, family_of, walk_below
from netviz.analysis.summary import layers_table, notes_table, weights_table
from netviz.errors import NetvizError
from netviz.model import Call, Graph, Model, Weight
from netviz.views import Column, Row, Sheet, Table

if TYPE_CHECKING:
    from netviz.analysis.cost.results import ModelCost

_FACTS = (Column("fact", "Fact"), Column("value", "Value"))
_CALLS = (
    Column("call", "Call", "count"),
    Column("direction", "Direction"),
    Column("argument", "Argument"),
    Column("shape", "Shape", "shapes"),
    Column("dtype", "Dtype"),
    Column("connected", "From / to", "items"),
)
_VALUES = (
    Column("name", "Values of"),
    Column("minimum", "Min", "number"),
    Column("mean", "Mean", "number"),
    Column("maximum", "Max", "number"),
    Column("zeros", "Zeros", "share"),
    Column("nonfinite", "NaN/Inf", "count"),
    Column("first", "First values", "numbers"),
)
_SETTINGS = (Column("setting", "Setting"), Column("value", "Value", "items"))


def build_details(
    model: Model, subjects: Sequence[Subject], columns: Sequence[str] | None = None, cost: ModelCost | None = None
) -> Sheet:
    """The given layers: their table with the given columns, then everything known of each, one after the other.

    In the table stand also the layers inside them. `cost` is needed for the columns of costs.
    """
    levels = list(walk_below(subjects))
    naming = "path" if len(subjects) > 1 else "name"
    tables = [layers_table(model, levels, columns, naming=naming, cost=cost)]
    if cost is not None:
        from netviz.analysis.summary_cost import cost_tables

        tables += cost_tables(cost)
    for subject in subjects:
        tables += [
            _facts_table(subject, title=subject.layer.path if len(subjects) > 1 else ""),
            _calls_table(subject),
            weights_table([subject.layer], naming=False),
            _values_table(model, subject),
            _settings_table(subject),
        ]
    paths = {subject.layer.path for subject in subjects}
    tables.append(notes_table(note for note in model.notes if note.path in paths))
    only = subjects[0].layer if len(subjects) == 1 else None
    title = f"{only.path} ({only.class_name or '?'})" if only else f"{len(subjects)} layers of {model.name}"
    return Sheet(title, tuple(table for table in tables if table.rows))


def _facts_table(subject: Subject, title: str) -> Table:
    layer, counts = subject.layer, subject.layer.parameters
    facts = [
        ("Class", f"{layer.module}.{layer.class_name}" if layer.module else layer.class_name),
        ("Trainable parameters", counts.trainable if counts.total else ""),
        ("Non-trainable parameters", counts.non_trainable if counts.total else ""),
        ("Dtype", layer.dtype or ""),
        ("Layers inside", len(layer.layers) if layer.layers else ""),
    ]
    rows = tuple(Row(fact, family=family_of(layer)) for fact in facts if fact[1] != "")
    return Table("layer", _FACTS, rows, heading=False, title=title)


def _calls_table(subject: Subject) -> Table:
    rows: list[Row] = []
    for number, call in enumerate(subject.calls, start=1):
        rows += _input_rows(subject, call, number)
        for index, tensor in enumerate(call.outputs):
            takers = tuple(_consumers(subject.graph, call, index))
            rows.append(Row((number, "output", str(index), (tensor.shape,), tensor.dtype, takers)))
    return Table("calls", _CALLS, tuple(rows))


def _input_rows(subject: Subject, call: Call, number: int) -> Iterator[Row]:
    for end in subject.connections(call):
        yield Row((number, "input", end.argument, (end.shape,), end.dtype, (str(end),)))
    for argument, value in call.constants.items():
        yield Row((number, "constant", argument, "", "", (setting_text(value),)))


def _consumers(graph: Graph, call: Call, index: int) -> Iterator[str]:
    """The layers and ends of the graph that take an output of a call."""
    for other in graph.calls:
        for feed in other.inputs:
            if feed.source and (feed.source.call, feed.source.index) == (call.id, index):
                yield other.layer
    for end in graph.outputs:
        if end.source and (end.source.call, end.source.index) == (call.id, index):
            yield f"output {end.name}"


def _values_table(model: Model, subject: Subject) -> Table:
    return Table("values", _VALUES, tuple(_values_row(model, weight) for weight in subject.layer.weights))


def _values_row(model: Model, weight: Weight) -> Row:
    look = look_at(model, weight)
    if look is None:
        return Row((weight.name, None, None, None, None, None, None))
    return Row((weight.name, look.minimum, look.mean, look.maximum, look.zeros, look.nonfinite, look.first))


def look_at(model: Model, weight: Weight) -> Statistics | None:
    """Statistics of a weight's values; None where they cannot be had or are not numbers."""
    try:
        return weight_statistics(model.store.blocks(weight)) if model.store else None
    except (NetvizError, TypeError, ValueError):
        return None


def _settings_table(subject: Subject) -> Table:
    return Table("config", _SETTINGS, tuple(Row(item) for item in settings(subject.layer.config)))
