"""What differs between two models as plain data: schema 1 of `netviz diff --format json`, described in the README."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from netviz.analysis.diff.configs import DEEPEST
from netviz.analysis.diff.results import MISSING, Change, Comparison, LayerDiff, ModelDiff
from netviz.analysis.diff.words import fate_of, verdict
from netviz.model import Model, Tensor
from netviz.views import FATES

SCHEMA = 1

Json = dict[str, Any]


def diff_document(diff: ModelDiff, version: str) -> Json:
    """The comparison as data, layers and weights that are the same included; `version` is that of netviz.

    Of a change `a` or `b` is left out where that side has no such thing; null is what it has as null, or is unknown. A
    setting that is NaN is "NaN", for JSON has none.
    """
    counts = Counter(fate_of(layer.kinds) for layer in diff.layers)
    return {
        "netviz": version,
        "schema": SCHEMA,
        "same": diff.same,
        "verdict": verdict(diff),
        "structure_only": diff.structure_only,
        "ignore_names": diff.ignore_names,
        "a": _model(diff.a),
        "b": _model(diff.b),
        "counts": {fate: counts[fate] for fate in FATES},
        "changes": [_change(change) for change in diff.changes],
        "weights": [_weight(one) for one in diff.own_weights],
        "layers": [_layer(layer) for layer in diff.layers],
        "notes": list(diff.notes),
    }


def _model(model: Model) -> Json:
    source = model.source
    return {
        "path": source.path,
        "format": source.format,
        "keras_version": source.keras_version,
        "read": source.read,
        "bytes": source.bytes,
        "name": model.name,
        "class_name": model.root.class_name,
        "layers": sum(1 for _ in model.root.walk()),
        "parameters": model.parameters.total,
    }


def _layer(layer: LayerDiff) -> Json:
    return {
        "path": layer.path,
        "a": None if layer.a is None else layer.a.path,
        "b": None if layer.b is None else layer.b.path,
        "class_name": layer.layer.class_name,
        "kinds": list(layer.kinds),
        "changes": [_change(change) for change in layer.changes],
        "weights": [_weight(one) for one in layer.weights],
    }


def _change(change: Change) -> Json:
    sides = {side: _setting(value) for side, value in (("a", change.a), ("b", change.b)) if value is not MISSING}
    return {"aspect": change.aspect, "item": change.item, **sides}


def _setting(value: object, depth: int = 0) -> object:
    """A value of a config with "NaN" for NaN, which would be null as what is null."""
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, Mapping) and depth < DEEPEST:
        return {key: _setting(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple) and depth < DEEPEST:
        return [_setting(item, depth + 1) for item in value]
    return value


def _weight(one: Comparison) -> Json:
    return {
        "name": one.b.name,
        "a": {"path": one.a.path, **_tensor(one.a.tensor)},
        "b": {"path": one.b.path, **_tensor(one.b.tensor)},
        "verdict": one.verdict,
        "values": one.values,
        "differing": one.differing,
        "nonfinite": list(one.nonfinite),
        "maximum": one.maximum,
        "relative": one.relative,
        "cosine": one.cosine,
        "zeros": None if one.zeros is None else list(one.zeros),
        "initial": one.initial,
        "detail": one.detail,
        "reason": one.reason,
    }


def _tensor(tensor: Tensor) -> Json:
    return {"shape": None if tensor.shape is None else list(tensor.shape), "dtype": tensor.dtype}
