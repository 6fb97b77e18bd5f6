"""What a model costs to run: multiply-accumulates, operations, memory and receptive fields, layer by layer."""

from __future__ import annotations

from netviz.analysis.cost.calls import call_costs
from netviz.analysis.cost.entering import entering_tensors, misfit
from netviz.analysis.cost.fields import Fields, channels_stand_first, entered
from netviz.analysis.cost.layers import layer_costs
from netviz.analysis.cost.memory import memory_of
from netviz.analysis.cost.resolving import Resolver
from netviz.analysis.cost.results import CallCost, LayerCost, ModelCost, ReceptiveField
from netviz.analysis.cost.work import tallies, works_of
from netviz.errors import NetvizError
from netviz.model import Model

__all__ = ["CallCost", "LayerCost", "ModelCost", "ReceptiveField", "cost_model"]


def cost_model(model: Model, *, batch: int = 1, input_shape: object = None) -> ModelCost:
    """What the model costs for a batch of inputs, in total and by layer.

    `input_shape` is one shape (the batch first), a list with one for each input, or a mapping from their names; None
    leaves an axis as the model has it. What depends on an axis that stays open is unknown, and the reason says so.
    Raises UsageError for a shape or a batch that does not fit the model, or one of its layers, and NetvizError where
    models are nested too deeply.
    """
    try:
        return _worked_out(model, batch, input_shape)
    except RecursionError as error:
        raise NetvizError(
            f"{model.source.path or model.name}: models are nested deeper than costs can be worked out",
            "netviz inspect shows the layers.",
        ) from error


def _worked_out(model: Model, batch: int, input_shape: object) -> ModelCost:
    size, entering = entering_tensors(model, batch, input_shape)
    resolver = Resolver(size)
    top = resolver.graph(model.graph, entering if entering else None)
    if input_shape is not None and resolver.misfits:
        raise misfit(*resolver.misfits[0])
    open_inputs = any(tensor.shape is not None and None in tensor.shape for tensor in entering)
    works = works_of(resolver.made, open_inputs=open_inputs)
    found = tallies(top, resolver.made, works)
    memory = memory_of(top)
    fields = Fields(channels_first=channels_stand_first(model.graph))
    fields.follow(top, [entered(tensor, origin) for origin, tensor in enumerate(entering)])
    layers, unknown = layer_costs(model.graph, found, fields, memory.cut)
    return ModelCost(
        name=model.name,
        batch=size,
        inputs=tuple((end.name, tensor.shape) for end, tensor in zip(model.graph.inputs, entering, strict=True)),
        macs=sum(tally.macs for tally in found.values()),
        flops=sum(tally.flops for tally in found.values()),
        activation_bytes=memory.peak,
        training_bytes=memory.all,
        weight_bytes=model.parameters.bytes,
        peak_at=memory.peak_at,
        layers=layers,
        alive=memory.alive,
        unknown=unknown,
        calls=call_costs(top, works),
    )
