"""A model as a report page: everything that is known of it, layer by layer, and as pictures to open."""

from __future__ import annotations

from netviz.analysis.health import Progress
from netviz.analysis.page.facts import build_facts
from netviz.analysis.page.findings import build_findings, by_layer
from netviz.analysis.page.layers import build_details
from netviz.analysis.subjects import walk_subjects
from netviz.analysis.summary import layers_table, model_tables
from netviz.errors import NetvizError
from netviz.model import Model, Weight
from netviz.pages import Drawing, Level, Page, WeightDetails
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
    findings = build_findings(model, indices, values=False, progress=progress)
    details = build_details(model, levels, _weight, by_layer(findings))
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
        looked="",
        activations=(),
        levels=drawn,
        drawings=drawings,
        problem=problem,
        version=version,
    )


def _drawings(model: Model) -> tuple[tuple[Level, ...], tuple[Drawing, ...], str]:
    """The levels and drawings, or why there are none."""
    try:
        from netviz.analysis.diagram.opening import build_drawings  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from netviz.analysis.diagram import build_diagram

        return (Level("blocks", 0),), (Drawing(model.name, "", build_diagram(model)),), ""
    try:
        return (*build_drawings(model), "")
    except NetvizError as error:
        return (), (), error.message


def _weight(weight: Weight) -> WeightDetails:
    """A weight without its values."""
    stored = (weight.stored.shape, weight.stored.dtype) if weight.stored else None
    return WeightDetails(
        weight.name, weight.tensor.shape, weight.tensor.dtype, weight.trainable, weight.tensor.size, weight.path,
        weight.nbytes, stored,
    )  # fmt: skip
