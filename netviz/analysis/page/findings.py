"""What is to be said of a model as findings: all that a check finds, and apart from it how the model was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.analysis.findings import Finding, check_model, completed, is_finding, worst_first
from netviz.analysis.health import Progress
from netviz.analysis.health.losses import loss_notes
from netviz.analysis.health.structure import structure_notes
from netviz.model import Model
from netviz.pages import FindingDetails, Link


def build_findings(
    model: Model, indices: Mapping[str, int], *, thorough: bool, progress: Progress | None = None
) -> tuple[FindingDetails, ...]:
    """The findings as a check has them, behind them the notes; each once, the worst first. `indices` are the places of
    layers by path.

    A `thorough` look is that of a check, at every byte of the source and every value; else it is what reading the
    model, its graph and its settings show.
    """
    told = dict.fromkeys(model.notes if thorough else (*model.notes, *structure_notes(model), *loss_notes(model)))
    if thorough:
        found = check_model(model, progress).findings
    else:
        found = worst_first(completed(model, note) for note in told if is_finding(note))
    notes = worst_first(completed(model, note) for note in told if not is_finding(note))
    return (
        *(_details(finding, indices, note=False) for finding in found),
        *(_details(finding, indices, note=True) for finding in notes),
    )


def _details(finding: Finding, indices: Mapping[str, int], *, note: bool) -> FindingDetails:
    where = Link(finding.path or "the model", indices.get(finding.path))
    return FindingDetails(finding.severity, finding.code, where, finding.message, finding.remedy, finding.cves, note)


def by_layer(findings: Sequence[FindingDetails]) -> Mapping[int, Sequence[int]]:
    """The places of the findings on each layer that has any, by the layer's place."""
    places: dict[int, list[int]] = {}
    for number, finding in enumerate(findings):
        if finding.where.layer is not None:
            places.setdefault(finding.where.layer, []).append(number)
    return places
