"""A model as a report page: everything that is known of it, layer by layer, and as pictures to open."""

from __future__ import annotations

from netviz.analysis.diagram.opening import build_drawings
from netviz.analysis.health import Progress
from netviz.analysis.page.activations import build_activations
from netviz.analysis.page.facts import build_facts
from netviz.analysis.page.findings import build_findings, by_layer
from netviz.analysis.page.layers import build_details
from netviz.analysis.page.weights import Values, look_at, read_values, weight_details
from netviz.analysis.subjects import walk_subjects
from netviz.analysis.summary import layers_table, model_tables
from netviz.errors import NetvizError
from netviz.model import Model
from netviz.pages import Drawing, Level, Page
from netviz.views import Sheet

COLUMNS = (
    "name", "class", "input", "output", "parameters", "share", "formula", "activation", "dtype", "trainable",
    "connected", "path",
)  # fmt: skip
"""The columns of the table of layers, by the names that `--columns` takes."""


def build_page(model: Model, *, weights: bool | None = None, version: str, progress: Progress | None = None) -> Page:
    """The report page of a model.

    `weights` says whether values are looked at (figures, pictures, and what they show to be wrong); None looks at
    those of models that are read in no time. `version` is that of netviz. `progress(done, total)` is called with the
    bytes of values that are looked at.
    """
    levels = tuple(walk_subjects(model))
    indices: dict[str, int] = {}
    for index, (_, subject) in enumerate(levels):
        indices.setdefault(subject.layer.path, index)
    look = look_at(model, weights)
    checked, read = _parts(progress, look.size, look.held)
    findings = build_findings(model, indices, thorough=look.thorough, progress=checked)
    values, unseen = read_values(model, read) if look.values else {}, Values(problem=look.why)
    details = build_details(
        model, levels, lambda weight: weight_details(weight, values.get(weight.path, unseen)), by_layer(findings)
    )
    table = layers_table(model, levels, COLUMNS, total=True)
    drawn, drawings, problem = _drawings(model)
    return Page(
        title=model.name,
        class_name=model.root.class_name,
        facts=build_facts(model, len(details)),
        layers=table,
        totals=len(table.rows) - len(details),
        details=details,
        summary=Sheet(model.name, model_tables(model)),
        findings=findings,
        looked=look.words,
        activations=build_activations(model, indices, why=look.why),
        levels=drawn,
        drawings=drawings,
        problem=problem,
        version=version,
    )


def _drawings(model: Model) -> tuple[tuple[Level, ...], tuple[Drawing, ...], str]:
    """The levels and drawings, or why there are none."""
    try:
        return (*build_drawings(model), "")
    except NetvizError as error:
        return (), (), error.message


def _parts(progress: Progress | None, *sizes: int) -> tuple[Progress | None, ...]:
    """For each of several works, of so many bytes each, how to tell of it as a part of the whole."""
    if progress is None:
        return (None,) * len(sizes)
    return tuple(_part(progress, sum(sizes[:place]), size, sum(sizes)) for place, size in enumerate(sizes))


def _part(progress: Progress, begin: int, size: int, total: int) -> Progress:
    return lambda done, of: progress(begin + (size * done // of if of else size), total)
