"""A model as plain data: schema 1 of `netviz inspect --format json`, described in the README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from netviz.analysis.connections import input_shapes, output_shapes
from netviz.analysis.quantization import adapted, quantization
from netviz.analysis.subjects import Subject, layer_subjects
from netviz.model import Call, Endpoint, Model, Parameters, Shape, Signature, Tensor, Weight

if TYPE_CHECKING:
    from netviz.analysis.cost.results import ModelCost

SCHEMA = 1

Json = dict[str, Any]


def build_document(
    model: Model,
    *,
    version: str,
    config: bool = False,
    depth: int | None = None,
    only: Sequence[Subject] | None = None,
    cost: ModelCost | None = None,
) -> Json:
    """The model as data, `depth` levels of it; with `only`, just these layers. `version` is that of netviz.

    Shapes are lists with null for an axis of any length; a shape that is unknown is null. `cost` adds what the model
    costs, in total and by layer.
    """
    costs = _costs(cost) if cost else None
    subjects = layer_subjects(model.graph, model.parameters.total) if only is None else only
    source = model.source
    return {
        "netviz": version,
        "schema": SCHEMA,
        "name": model.name,
        "class_name": model.root.class_name,
        "source": {
            "path": source.path,
            "format": source.format,
            "keras_version": source.keras_version,
            "read": source.read,
            "bytes": source.bytes,
        },
        "inputs": [_endpoint(end) for end in model.graph.inputs],
        "outputs": [_endpoint(end) for end in model.graph.outputs],
        **({"signatures": [_signature(signature) for signature in model.signatures]} if model.signatures else {}),
        "parameters": {
            **_counts(model.parameters),
            "optimizer": model.parameters.optimizer,
            "bytes": model.parameters.bytes,
        },
        **_quantization(model),
        **({"cost": _total_cost(cost)} if cost else {}),
        "training": model.training,
        "weights": [_weight(weight) for weight in model.root.weights],
        "layers": [_layer(subject, config, depth if only is None else 1, costs) for subject in subjects],
        "notes": [
            {"severity": note.severity, "code": note.code, "path": note.path, "message": note.message}
            for note in model.notes
        ],
    }


def _total_cost(cost: ModelCost) -> Json:
    from netviz.analysis.summary_cost import total_document

    return total_document(cost)


def _costs(cost: ModelCost) -> Mapping[str, Json]:
    """What each layer costs, by its path."""
    from netviz.analysis.summary_cost import layer_document

    return {layer.path: layer_document(layer) for layer in cost.layers}


def _layer(subject: Subject, config: bool, depth: int | None, costs: Mapping[str, Json] | None) -> Json:
    layer = subject.layer
    inside = layer_subjects(layer.graph, subject.total) if layer.graph and depth != 1 else []
    rest = None if depth is None else depth - 1
    return {
        "path": layer.path,
        "name": layer.name,
        "class_name": layer.class_name,
        "module": layer.module,
        "trainable": layer.trainable,
        "dtype": layer.dtype,
        "input_shapes": _shapes(input_shapes(subject.calls)),
        "output_shapes": _shapes(output_shapes(subject.calls)),
        "inbound": _inbound(subject, subject.calls[0]) if subject.calls else [],
        "calls": [
            {
                "input_shapes": _shapes(input_shapes((call,))),
                "output_shapes": _shapes(output_shapes((call,))),
                "inbound": _inbound(subject, call),
            }
            for call in subject.calls
        ],
        "parameters": _counts(layer.parameters),
        **({} if costs is None else {"cost": costs.get(layer.path)}),
        "weights": [_weight(weight) for weight in layer.weights],
        **({"config": layer.config} if config else {}),
        "layers": [_layer(item, config, rest, costs) for item in inside],
    }


def _inbound(subject: Subject, call: Call) -> list[str | None]:
    """For each tensor that goes into the call the layer that gives it; null where that is unknown."""
    return [connection.producer for connection in subject.connections(call)]


def _counts(parameters: Parameters) -> Json:
    return {
        "total": parameters.total,
        "trainable": parameters.trainable,
        "non_trainable": parameters.non_trainable,
    }


def _weight(weight: Weight) -> Json:
    return {
        "name": weight.name,
        "path": weight.path,
        "shape": _shape(weight.tensor.shape),
        "dtype": weight.tensor.dtype,
        "trainable": weight.trainable,
        **({"stored": _stored(weight.stored)} if weight.stored else {}),
    }


def _stored(tensor: Tensor) -> Json:
    return {"shape": _shape(tensor.shape), "dtype": tensor.dtype, "bytes": tensor.nbytes}


def _quantization(model: Model) -> Json:
    """What is quantised how and what is adapted with LoRA, each only where there is any."""
    shares = [
        {
            "mode": share.mode,
            "scale_per": share.scales or None,
            "layers": list(share.layers),
            "variables": share.variables,
            "parameters": share.parameters,
            "bytes": share.bytes,
            "unquantized_bytes": share.unquantized,
        }
        for share in quantization(model)
    ]
    lora = [{"path": one.path, "rank": one.rank, "alpha": one.alpha, "merged": one.merged} for one in adapted(model)]
    return {**({"quantization": shares} if shares else {}), **({"lora": lora} if lora else {})}


def _signature(signature: Signature) -> Json:
    return {
        "name": signature.name,
        "method": signature.method,
        "inputs": [_endpoint(end) for end in signature.inputs],
        "outputs": [_endpoint(end) for end in signature.outputs],
    }


def _endpoint(end: Endpoint) -> Json:
    return {"name": end.name, "shape": _shape(end.shape), "dtype": end.dtype}


def _shapes(shapes: tuple[Shape | None, ...] | None) -> list[list[int | None] | None] | None:
    return None if shapes is None else [_shape(shape) for shape in shapes]


def _shape(shape: Shape | None) -> list[int | None] | None:
    return None if shape is None else list(shape)
