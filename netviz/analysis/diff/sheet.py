"""What differs between two models as tables: the verdict, both sources, what changed, and by how much values did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from netviz.analysis.diff.results import Change, Comparison, ModelDiff
from netviz.analysis.diff.wiring import tensor_value
from netviz.analysis.diff.words import Sayings, all_weights, extent, fate_of, remarks, side_names, verdict, what
from netviz.analysis.subjects import family_of
from netviz.model import Layer, Model
from netviz.views import Column, Family, Fate, Row, Sheet, Table

ITSELF = "(the model itself)"
"""Stands in the place of a layer where something differs of the model as a whole."""

DTYPE = re.compile(r"(?<=\)) \w+$")
"""The dtype behind a shape."""

_FACTS = (Column("fact", "Fact"), Column("value", "Value", "items"))

_DIFFERENCES = (
    Column("layer", "Layer"),
    Column("kind", "Change"),
    Column("what", "What"),
    Column("a", "In A"),
    Column("b", "In B"),
)

_WEIGHTS = (
    Column("layer", "Layer"),
    Column("weight", "Weight"),
    Column("verdict", "Values"),
    Column("maximum", "Max diff.", "number"),
    Column("relative", "Relative", "share"),
    Column("cosine", "Cosine", "number"),
    Column("remark", "Remark"),
)


class Difference(NamedTuple):
    """One row of the differences: a layer's path (None: the model itself), what became of it, one change of it."""

    path: str | None
    kinds: tuple[str, ...]
    what: str
    a: str
    b: str
    family: Family = "unknown"
    fate: Fate = "changed"


def build_diff_sheet(diff: ModelDiff) -> Sheet:
    """The verdict in words, both sources, the differences one by one, the weights that are not identical, notes."""
    tables = (
        Table("facts", _FACTS, tuple(Row(fact) for fact in _facts(diff)), heading=False),
        _models_table(diff),
        differences_table(diff),
        weights_table(diff),
        Table("notes", _FACTS, tuple(Row(("Note", (note,))) for note in diff.notes), heading=False),
    )
    return Sheet(title_of(diff), tuple(table for table in tables if table.rows))


def title_of(diff: ModelDiff) -> str:
    """Both models by the names of their files, as far as these tell them apart, or their own."""
    return " → ".join(side_names(diff))


def without_picture(sheet: Sheet, why: str) -> Sheet:
    """The sheet with a note that says why there is no picture of both models."""
    return replace(
        sheet, tables=(*sheet.tables, Table("undrawn", _FACTS, (Row(("Not drawn", (why,))),), heading=False))
    )


def differences_sheet(diff: ModelDiff) -> Sheet:
    """Every difference as a row of one table, values of weights too, for formats that hold no more than a table."""
    columns = (
        Column("layer", "Layer"), Column("kind", "Change", "items"), Column("what", "What"), Column("a", "In A"),
        Column("b", "In B"), *_WEIGHTS[2:],
    )  # fmt: skip
    rows = [
        Row((ITSELF if one.path is None else one.path, one.kinds, one.what, one.a, one.b, *("",) * 5))
        for one in _differences(diff)
    ]
    for path, one in _differing(diff):
        figures = (one.verdict, *_figures(one), remarks(one))
        values = (tensor_value(one.a.tensor), tensor_value(one.b.tensor))
        rows.append(Row((path or ITSELF, ("changed",), f"values of {one.b.name}", *values, *figures)))
    return Sheet(title_of(diff), (Table("differences", columns, tuple(rows)),))


def differences_table(diff: ModelDiff) -> Table:
    """A row for each change; a layer is named in the first of its rows."""
    rows = []
    last: str | None = ""
    for one in _differences(diff, brief=True):
        name = ITSELF if one.path is None else one.path
        shown = (name, ", ".join(one.kinds)) if one.path != last else ("", "")
        last = one.path
        rows.append(Row((*shown, one.what, one.a, one.b), family=one.family, fate=one.fate))
    return Table("differences", _DIFFERENCES, tuple(rows), title="Differences")


def weights_table(diff: ModelDiff) -> Table:
    """A row for each weight whose values are not identical, with how far they are apart."""
    rows = []
    last, title = "", "Values of weights"
    for path, one in _differing(diff):
        name = path or ITSELF
        cells = (name if name != last else "", one.b.name, one.verdict, *_figures(one), remarks(one))
        last = name
        rows.append(Row(cells, fate="unchanged" if one.same else "changed"))
    if all(not row.cells[-1] for row in rows):  # nothing to remark
        return Table("weights", _WEIGHTS[:-1], tuple(replace(row, cells=row.cells[:-1]) for row in rows), title=title)
    return Table("weights", _WEIGHTS, tuple(rows), title=title)


def _figures(one: Comparison) -> tuple[object, object, object]:
    figures = (one.maximum, one.relative, one.cosine)
    return tuple("" if figure is None else figure for figure in figures)  # type: ignore[return-value]


def _differing(diff: ModelDiff) -> Iterator[tuple[str, Comparison]]:
    owners = [("", diff.own_weights), *((layer.path, layer.weights) for layer in diff.layers)]
    for path, weights in owners:
        for one in weights:
            if one.verdict != "identical":
                yield path, one


def _differences(diff: ModelDiff, brief: bool = False) -> Iterator[Difference]:
    """Every difference in order; `brief` leaves out what follows from others and takes together what is alike."""
    sayings = Sayings(diff)
    for change in diff.changes:
        yield Difference(None, ("changed",), what(change), *sayings.sides(change))
    words = _Layers(diff.a), _Layers(diff.b)
    for one in diff.layers:
        fate, family = fate_of(one.kinds), family_of(one.layer)
        if one.a is None or one.b is None:
            if one.kinds:
                a, b = (side.of(layer) if layer else "" for side, layer in zip(words, (one.a, one.b), strict=True))
                yield Difference(one.path, one.kinds, one.layer.class_name or "layer", a, b, family, fate)
            continue
        for changes in together(one.changes) if brief else ((change,) for change in one.changes):
            a, b = sayings.sides(changes[0], one)
            a, b = _brief(a, b) if brief else (a, b)
            yield Difference(one.path, one.kinds, what(*changes), a, b, family, fate)


def together(changes: Sequence[Change]) -> Iterator[tuple[Change, ...]]:
    """The changes that a person reads: weights that became the same shape in one, and of what goes in nothing, where
    anything else is said of a layer (it follows from where it comes from)."""
    rest = [change for change in changes if change.aspect != "input"] or list(changes)
    weights: dict[tuple[str, str], list[Change]] = {}
    for change in rest:
        if change.aspect == "weight":
            weights.setdefault((str(change.a), str(change.b)), []).append(change)
    for change in rest:
        if change.aspect != "weight":
            yield (change,)
        elif (alike := weights.pop((str(change.a), str(change.b)), None)) is not None:
            yield tuple(alike)


def _brief(a: str, b: str) -> tuple[str, str]:
    """Two tensors in words without the dtype, where it is the same on both sides."""
    ends = [DTYPE.search(side) for side in (a, b)]
    if ends[0] is None or ends[1] is None or ends[0].group() != ends[1].group():
        return a, b
    return a[: ends[0].start()], b[: ends[1].start()]


class _Layers:
    """Says of a layer of one model what comes out of it, what is inside, and its parameters."""

    def __init__(self, model: Model) -> None:
        self.outputs: dict[str, str] = {}
        for holder in (model.root, *model.root.walk()):
            for call in holder.graph.calls if holder.graph else ():
                at = f"{holder.path}/{call.layer}" if holder.path else call.layer
                if call.outputs:
                    self.outputs.setdefault(at, re.sub(r" [^ ]*$", "", tensor_value(call.outputs[0])))

    def of(self, layer: Layer) -> str:
        parts = [self.outputs.get(layer.path, "")]
        inside = sum(1 for _ in layer.walk())
        total = layer.parameters.total
        if inside:
            parts.append(f"{inside:,} layer{'s' * (inside != 1)} inside")
        if total:
            parts.append(f"{total:,} parameter{'s' * (total != 1)}")
        return ", ".join(filter(None, parts)) or "no weights"


def _facts(diff: ModelDiff) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "Result", (verdict(diff),)
    yield "Compared", tuple(extent(diff))
    close = sum(one.verdict == "close" for one in all_weights(diff))
    if close:
        yield "Close", (f"{close:,} weight{'s' * (close != 1)} within the tolerance",)


def _models_table(diff: ModelDiff) -> Table:
    columns = (
        Column("side", "Model"),
        Column("file", "File"),
        Column("format", "Format"),
        Column("keras_version", "Keras"),
        Column("layers", "Layers", "count"),
        Column("parameters", "Parameters", "count"),
        Column("bytes", "Size", "bytes"),
    )
    rows = []
    for side, model in (("A", diff.a), ("B", diff.b)):
        source = model.source
        size = "" if source.bytes is None else source.bytes
        layers = sum(1 for _ in model.root.walk())
        cells = (side, source.path or "(live model)", source.format, source.keras_version, layers)
        rows.append(Row((*cells, model.parameters.total, size)))
    return Table("models", columns, tuple(rows))
