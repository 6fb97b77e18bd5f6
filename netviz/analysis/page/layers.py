"""Every layer in full: its calls with those that give and take their tensors, its weights, its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from netviz.analysis.page.wiring import Wiring, model_border
from netviz.analysis.settings import setting_text, settings
from netviz.analysis.subjects import Subject, family_of
from netviz.model import Call, Model, Weight
from netviz.pages import CallDetails, LayerDetails, Passing, WeightDetails

Subjects = Sequence[tuple[int, Subject]]
"""All layers, depth first, each with its depth."""

PlainWeight = Callable[[Weight], WeightDetails]


def build_details(
    model: Model,
    subjects: Subjects,
    weight: PlainWeight,
    findings: Mapping[int, Sequence[int]],
    reasons: Mapping[str, str],
) -> tuple[LayerDetails, ...]:
    """Everything that is said of each layer, in the order of `subjects`.

    `weight` gives the details of a weight, `findings` the places of the findings on a layer by the layer's place,
    `reasons` why the cost of a layer is unknown, by its path.
    """
    parents = tuple(_parents(subjects))
    wirings = _wirings(model, subjects, parents)
    return tuple(
        _details(subject, parent, wirings[parent], weight, findings.get(index, ()), reasons)
        for index, ((_, subject), parent) in enumerate(zip(subjects, parents, strict=True))
    )


def _parents(subjects: Subjects) -> Iterator[int | None]:
    """For each layer the place of the one that holds it, None for those at the top."""
    holding: list[int] = []
    for index, (depth, _) in enumerate(subjects):
        del holding[depth:]
        yield holding[-1] if holding else None
        holding.append(index)


def _wirings(model: Model, subjects: Subjects, parents: Sequence[int | None]) -> Mapping[int | None, Wiring]:
    """The tensors of each graph by the place of the layer that holds it, None for those of the model itself."""
    names: dict[int | None, dict[str, int]] = {}
    for index, ((_, subject), parent) in enumerate(zip(subjects, parents, strict=True)):
        names.setdefault(parent, {}).setdefault(subject.layer.name, index)
    found: dict[int | None, Wiring] = {}
    for (_, subject), parent in zip(subjects, parents, strict=True):
        if parent not in found:
            if parent is None:
                border = model_border(model.graph)
            else:
                border = found[parents[parent]].border_of(subjects[parent][1].layer, parent)
            found[parent] = Wiring(subject.graph, subject.all_calls, names[parent], border)
    return found


def _details(
    subject: Subject,
    parent: int | None,
    wiring: Wiring,
    weight: PlainWeight,
    findings: Sequence[int],
    reasons: Mapping[str, str],
) -> LayerDetails:
    layer, counts = subject.layer, subject.layer.parameters
    return LayerDetails(
        path=layer.path,
        name=layer.name,
        class_name=layer.class_name,
        module=layer.module,
        family=family_of(layer),
        parent=parent,
        calls=tuple(_call(wiring, call, parent is not None) for call in subject.calls),
        weights=tuple(map(weight, layer.weights)),
        settings=tuple((name, ", ".join(parts)) for name, parts in settings(layer.config)),
        findings=tuple(findings),
        non_trainable=None if counts.unknown else counts.non_trainable,
        why=reasons.get(layer.path, ""),
    )


def _call(wiring: Wiring, call: Call, nested: bool) -> CallDetails:
    entering = [
        Passing(str(output), call.outputs[output].shape, call.outputs[output].dtype, givers)
        for output, givers in (wiring.entering(call) if nested else ())
    ]
    inputs = [
        Passing(feed.argument, feed.tensor.shape, feed.tensor.dtype, wiring.givers(feed.source)) for feed in call.inputs
    ]
    outputs = [
        Passing(str(place), tensor.shape, tensor.dtype, wiring.takers(call, place))
        for place, tensor in enumerate(call.outputs)
    ]
    constants = [(name, setting_text(value)) for name, value in call.constants.items()]
    return CallDetails((*entering, *inputs), tuple(outputs), tuple(constants))
