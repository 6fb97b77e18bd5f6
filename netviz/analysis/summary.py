"""The summary of a model: the table of its layers, and below it what holds for the model as a whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from netviz.analysis.columns import COLUMNS, chosen_columns
from netviz.analysis.columns_cost import COST_COLUMNS
from netviz.analysis.connections import is_chain
from netviz.analysis.formula import products
from netviz.analysis.quantization import lora_table, quantization_table
from netviz.analysis.settings import settings
from netviz.analysis.subjects import Subject, family_of, walk_subjects
from netviz.analysis.training import training_table
from netviz.model import Layer, Model, Note, count
from netviz.views import Column, Row, Sheet, Table

if TYPE_CHECKING:
    from netviz.analysis.cost.results import ModelCost

SPARED = (("formula",), ("formula", "connected"), ("formula", "connected", "class"))
"""The usual columns that a terminal too narrow for all of them does without, step by step."""

DEFAULT_COLUMNS = ("name", "class", "output", "parameters", "formula")


def build_summary(
    model: Model,
    *,
    columns: Sequence[str] | None = None,
    depth: int | None = None,
    config: bool = False,
    weights: bool = False,
    spared: Collection[str] = (),
    cost: ModelCost | None = None,
) -> Sheet:
    """The model's layers with the given columns, totals, ends, source and notes.

    `depth` is how many levels are shown (1: top-level layers only), all by default; `spared` are usual columns
    to do without, which is then said below the table. `cost` is needed for the columns of costs.
    Raises UsageError for an unknown column.
    """
    levels = list(walk_subjects(model, depth))
    subjects = [subject for _, subject in levels]
    if columns is None:
        columns = usual_columns(model)
        spared = [name for name in columns if name in spared]
        columns = [name for name in columns if name not in spared]
    tables = [layers_table(model, levels, columns, total=True, cost=cost)]
    if spared:
        tables.append(_spared_table(spared))
    if cost is not None:
        from netviz.analysis.summary_cost import cost_tables

        tables += cost_tables(cost)
    if weights:
        tables.append(weights_table([model.root, *(subject.layer for subject in subjects)]))
    if config:
        tables.append(_configs_table(subjects))
    tables += [*model_tables(model), notes_table(model.notes)]
    title = f"{model.name} ({model.root.class_name})" if model.root.class_name else model.name
    return Sheet(title, tuple(table for table in tables if table.rows))


def model_tables(model: Model) -> tuple[Table, ...]:
    """What holds for the model as a whole, but for the notes; tables without rows are left out."""
    tables = (
        _parameters_table(model),
        quantization_table(model),
        lora_table(model),
        training_table(model.training),
        _ends_table(model),
        _signatures_table(model),
        _source_table(model),
    )
    return tuple(table for table in tables if table.rows)


def layers_table(
    model: Model,
    levels: Sequence[tuple[int, Subject]],
    columns: Sequence[str] | None,
    naming: str = "name",
    total: bool = False,
    cost: ModelCost | None = None,
) -> Table:
    """A row per layer, each at its level; without `columns` the usual ones, the first of them `naming`.

    Connections are among the usual ones where the model is more than a chain. `total` adds the model's
    parameters and costs as a last row, in which a variable that layers share counts once. `cost` fills the columns of
    costs, which are unknown without it.
    """
    names = chosen_columns(usual_columns(model, naming) if columns is None else columns)
    fills = [COLUMNS[name][1] if name in COLUMNS else _cost_fill(name, cost) for name in names]
    rows = [
        Row(tuple(fill(subject) for fill in fills), depth=level, family=family_of(subject.layer))
        for level, subject in levels
    ]
    if total and names[0] in ("name", "path") and ("parameters" in names or (cost and not COST_SUMS.isdisjoint(names))):
        rows += _sums(model, names, cost)
    return Table("layers", tuple((COLUMNS.get(name) or COST_COLUMNS[name])[0] for name in names), tuple(rows))


COST_SUMS = frozenset({"macs", "macs_share", "flops", "weight_bytes"})
"""The columns of costs that have a sum; outputs do not all lie in memory at once."""


def _cost_fill(name: str, cost: ModelCost | None) -> Callable[[Subject], object]:
    by_path = {one.path: one for one in cost.layers} if cost else {}
    fill = COST_COLUMNS[name][1]

    def filled(subject: Subject) -> object:
        found = by_path.get(subject.layer.path)
        return None if found is None or cost is None else fill(found, cost)

    return filled


def usual_columns(model: Model, naming: str = "name") -> tuple[str, ...]:
    """The columns where none are asked for, the first of them `naming`."""
    return (naming, *DEFAULT_COLUMNS[1:], *(() if is_chain(model.graph) else ("connected",)))


def _spared_table(names: Collection[str]) -> Table:
    fact = ("No room for", f"{', '.join(names)}; a wider terminal or --columns shows them")
    return Table("spared", (Column("fact", "Fact"), Column("value", "Value")), (Row(fact),), heading=False)


def _sums(model: Model, names: Sequence[str], cost: ModelCost | None) -> list[Row]:
    """The row of the model's own weights, if it has any, and the total: what makes the column add up.

    Costs that are known in part stand there only where no parameters do, of which "at least" would not be true.
    """
    total = model.parameters.total
    bound = count_bounds(model).total if "parameters" in names else "" if cost is None or cost.exact else "at least"
    sums: dict[str, object] = {names[0]: _label("Total", bound), "parameters": total, "share": 1.0 if total else ""}
    if cost is not None and cost.exact == (not bound):
        share = 1.0 if cost.macs and cost.exact else ""
        macs, flops = (one if one or cost.exact else None for one in (cost.macs, cost.flops))
        sums |= {"macs": macs, "macs_share": share, "flops": flops, "weight_bytes": cost.weight_bytes}
    rows = [Row(tuple(sums.get(name, "") for name in names), strong=True)]
    if model.root.weights:
        own = count(model.root.weights).total
        formula = products(tuple(weight.tensor.shape or () for weight in model.root.weights))
        cells = {
            names[0]: "(the model's own)",
            "parameters": own,
            "share": own / total if total else "",
            "formula": formula,
            "weight_bytes": count(model.root.weights).bytes,
        }
        rows.insert(0, Row(tuple(cells.get(name, "") for name in names)))
    return rows


def weights_table(layers: Iterable[Layer], *, naming: bool = True) -> Table:
    """Every weight that the layers own themselves; the model's own stand under its name.

    Without `naming` the layers are not named, as where there is only one. How a weight is stored has columns
    where there is any that is stored in another form.
    """
    shown = [(layer, weight) for layer in layers for weight in layer.weights]
    packed = any(weight.stored for _, weight in shown)
    columns = (
        *((Column("layer", "Layer"),) if naming else ()),
        Column("name", "Weight"),
        Column("shape", "Shape", "shapes"),
        Column("dtype", "Dtype"),
        *((Column("stored", "Stored as", "shapes"), Column("stored_dtype", "Dtype there")) if packed else ()),
        Column("trainable", "Trainable", "flag"),
        Column("parameters", "Parameters", "count"),
        Column("path", "Stored at"),
    )
    rows = []
    for layer, w in shown:
        stored = ((w.stored.shape,), w.stored.dtype) if w.stored else ((), "")
        rows.append(
            Row(
                (
                    *((layer.path or layer.name,) if naming else ()),
                    w.name,
                    (w.tensor.shape,),
                    w.tensor.dtype,
                    *(stored if packed else ()),
                    w.trainable,
                    w.tensor.size,
                    w.path,
                )
            )
        )
    return Table("weights", columns, tuple(rows), title="Weights" if naming else "")


def _configs_table(subjects: Iterable[Subject]) -> Table:
    columns = (Column("layer", "Layer"), Column("setting", "Setting"), Column("value", "Value", "items"))
    rows = tuple(
        Row((subject.layer.path, key, value)) for subject in subjects for key, value in settings(subject.layer.config)
    )
    return Table("config", columns, rows, title="Config")


class CountBounds(NamedTuple):
    """How the counts of parameters are to be taken: "" as they are, as "at least" or "at most" so many; None says that
    a count tells nothing."""

    total: str
    trainable: str | None
    non_trainable: str


def count_bounds(model: Model) -> CountBounds:
    """What is known of how many parameters a model has.

    Weights of unknown shape count 0, those that may be trainable or not as trainable, those of layers that are not
    built not at all.
    """
    codes = {note.code for note in model.notes}
    guessed = not codes.isdisjoint(("class-unknown", "subclassed", "weights-only"))
    if model.parameters.unknown or "unbuilt" in codes:
        return CountBounds("at least", None if guessed else "at least", "at least")
    return CountBounds("", "at most", "at least") if guessed else CountBounds("", "", "")


def _parameters_table(model: Model) -> Table:
    counts, bounds = model.parameters, count_bounds(model)
    sized = all(weight.nbytes is not None for weight in model.root.all_weights)
    size = counts.bytes if sized else None
    rows = [
        Row((_label("Total", bounds.total), counts.total, size)),
        Row((_label("Trainable", bounds.trainable), None if bounds.trainable is None else counts.trainable, "")),
        Row((_label("Non-trainable", bounds.non_trainable), counts.non_trainable, "")),
    ]
    if counts.optimizer:
        rows.append(Row(("Optimizer (apart)", counts.optimizer, count(model.optimizer).bytes)))
    columns = (Column("parameters", "Parameters"), Column("count", "Count", "count"), Column("bytes", "Size", "bytes"))
    return Table("parameters", columns, tuple(rows))


def _label(label: str, bound: str | None) -> str:
    return f"{label}, {bound}" if bound else label


def _ends_table(model: Model) -> Table:
    ends = [("input", end) for end in model.graph.inputs] + [("output", end) for end in model.graph.outputs]
    columns = (
        Column("direction", "Direction"),
        Column("name", "Name"),
        Column("shape", "Shape", "shapes"),
        Column("dtype", "Dtype"),
    )
    return Table("ends", columns, tuple(Row((direction, end.name, (end.shape,), end.dtype)) for direction, end in ends))


def _signatures_table(model: Model) -> Table:
    """A row per tensor of each function that a saved model offers, the function named in the first."""
    columns = (
        Column("signature", "Signature"),
        Column("direction", "Direction"),
        Column("name", "Name"),
        Column("shape", "Shape", "shapes"),
        Column("dtype", "Dtype"),
    )
    rows = []
    for signature in model.signatures:
        ends = [("input", end) for end in signature.inputs] + [("output", end) for end in signature.outputs]
        for place, (direction, end) in enumerate(ends):
            name = "" if place else signature.name
            rows.append(Row((name, direction, end.name, (end.shape,), end.dtype)))
    return Table("signatures", columns, tuple(rows), title="Signatures")


def _source_table(model: Model) -> Table:
    source = model.source
    columns = (
        Column("file", "File"),
        Column("format", "Format"),
        Column("keras_version", "Keras"),
        Column("bytes", "Size", "bytes"),
        Column("read", "Read"),
    )
    size = "" if source.bytes is None else source.bytes
    row = Row((source.path or "(live model)", source.format, source.keras_version, size, source.read))
    return Table("source", columns, (row,))


def notes_table(notes: Iterable[Note]) -> Table:
    """The notes of a model, one per row."""
    columns = (Column("severity", "Note", "severity"), Column("path", "Layer"), Column("message", "Message"))
    return Table("notes", columns, tuple(Row((note.severity, note.path, note.message)) for note in notes))
