"""What is to be said of a model as findings: all that a check finds, and how it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.analysis.findings import check_model, completed, worst_first
from netviz.analysis.health import Progress
from netviz.analysis.health.losses import loss_notes
from netviz.analysis.health.structure import structure_notes
from netviz.model import Model
from netviz.pages import FindingDetails, Link


def build_findings(
    model: Model, indices: Mapping[str, int], *, thorough: bool, progress: Progress | None = None
) -> tuple[FindingDetails, ...]:
    """The findings and notes, the worst first, each once. `indices` are the places of layers by path.

    A `thorough` look is that of a check, at every byte of the source and every value; else it is what reading the
    model, its graph and its settings show.
    """
    if thorough:
        found, notes = check_model(model, progress).findings, model.notes
    else:
        found, notes = (), (*model.notes, *structure_notes(model), *loss_notes(model))
    others = (completed(model, note) for note in notes)
    return tuple(
        FindingDetails(
            finding.severity,
            finding.code,
            Link(finding.path or "the model", indices.get(finding.path)),
            finding.message,
            finding.remedy,
            finding.cves,
        )
        for finding in worst_first(dict.fromkeys((*found, *others)))
    )


def by_layer(findings: Sequence[FindingDetails]) -> Mapping[int, Sequence[int]]:
    """The places of the findings on each layer that has any, by the layer's place."""
    places: dict[int, list[int]] = {}
    for number, finding in enumerate(findings):
        if finding.where.layer is not None:
            places.setdefault(finding.where.layer, []).append(number)
    return places
