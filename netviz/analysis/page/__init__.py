"""A model as a report page: everything that is known of it, layer by layer, and as pictures to open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from netviz.analysis.cost import cost_model
from netviz.analysis.cost.results import ModelCost
from netviz.analysis.health import Progress
from netviz.analysis.page.activations import build_activations
from netviz.analysis.page.drawings import draw
from netviz.analysis.page.facts import build_facts
from netviz.analysis.page.findings import build_findings, by_layer
from netviz.analysis.page.layers import build_details
from netviz.analysis.page.overview import build_overview
from netviz.analysis.page.store import KeepingStore
from netviz.analysis.page.weights import Seen, look_at, see_values, weight_details
from netviz.analysis.subjects import walk_subjects
from netviz.analysis.summary import layers_table
from netviz.analysis.summary_cost import inputs_words
from netviz.model import Model, Weight
from netviz.pages import Page, WeightDetails

COLUMNS = (
    "name", "class", "input", "output", "parameters", "share", "macs", "formula", "activation", "dtype", "trainable",
    "connected", "path", "macs_share", "flops", "activation_bytes", "weight_bytes", "receptive_field",
    "field_stride", "field_offset",
)  # fmt: skip
"""The columns of the table of layers, by the names that `--columns` takes."""


def build_page(
    model: Model,
    *,
    weights: bool | None = None,
    cost: ModelCost | None = None,
    version: str,
    progress: Progress | None = None,
) -> Page:
    """The report page of a model.

    `weights` says whether values are looked at (figures, pictures, and what they show to be wrong); None looks at
    those of models that are read in no time. `cost` is what it costs (None: for a batch of
    1), `version` that of netviz. `progress(done, total)` is called with bytes
    of values: a check looks at those of the weights and of the optimizer's state, and then the page at those of the
    weights once more, so `total` is the sum of both.
    """
    cost = cost or cost_model(model)
    if model.store is not None:
        model = replace(model, store=KeepingStore(model.store))
    subjects = tuple(walk_subjects(model))
    indices: dict[str, int] = {}
    for index, (_, subject) in enumerate(subjects):
        indices.setdefault(subject.layer.path, index)
    look = look_at(model, weights)
    checked, read = _parts(progress, look.size, look.held)
    findings = build_findings(model, indices, thorough=look.thorough, progress=checked)
    seen, unseen = see_values(model, read) if look.values else {}, Seen(problem=look.why)

    def weight(one: Weight) -> WeightDetails:
        return weight_details(one, seen.get(one.path, unseen))

    reasons = {layer.path: layer.reason for layer in cost.layers}
    details = build_details(model, subjects, weight, by_layer(findings), reasons)
    own = tuple(map(weight, model.root.weights))
    table = layers_table(model, subjects, COLUMNS, total=True, cost=cost)
    drawn = draw(model)
    # Pages are sent on, and where a file lay is nobody's business.
    file = Path(model.source.path).absolute().name if model.source.path else ""
    named = replace(model, source=replace(model.source, path=file or None))
    return Page(
        title=model.name,
        class_name=model.root.class_name,
        facts=build_facts(model, len(details), cost),
        layers=table,
        costed=inputs_words(cost),
        totals=len(table.rows) - len(details),
        details=details,
        summary=build_overview(named, own, cost),
        findings=findings,
        looked=look.words,
        activations=build_activations(model, indices, why=look.why),
        levels=drawn.levels,
        drawings=drawn.drawings,
        problem=drawn.problem,
        version=version,
        weights=own,
        file=file,
    )


def _parts(progress: Progress | None, *sizes: int) -> tuple[Progress | None, ...]:
    """For each of several works, of so many bytes each, how to tell of it as a part of the whole."""
    if progress is None:
        return (None,) * len(sizes)
    return tuple(_part(progress, sum(sizes[:place]), size, sum(sizes)) for place, size in enumerate(sizes))


def _part(progress: Progress, begin: int, size: int, total: int) -> Progress:
    return lambda done, of: progress(begin + (size * done // of if of else size), total)
