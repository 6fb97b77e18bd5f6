"""See Keras models: `netviz.inspect("model.keras")` reads a file in tenths of a second, without Keras.

The names below are loaded when they are first used, so that importing netviz costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from netviz.analysis.findings import Finding, Report
    from netviz.api.chain import trace
    from netviz.api.checked import Check, check
    from netviz.api.cost import Cost, cost
    from netviz.api.diff import Diff, diff
    from netviz.api.drawn import graph, plot_model
    from netviz.api.figure import figure
    from netviz.api.functions import functions
    from netviz.api.history import history
    from netviz.api.inspected import InspectedModel, inspect
    from netviz.api.layers import InspectedLayer, InspectedWeight
    from netviz.api.losses import losses
    from netviz.api.outputs import Outputs, outputs
    from netviz.api.report import report, view
    from netviz.api.weights import weights
    from netviz.artifact import Artifact
    from netviz.catalog.registry import register_layer
    from netviz.errors import (
        DangerousSource,
        LayerNotFound,
        MissingDependency,
        NetvizError,
        SourceError,
        UsageError,
    )
    from netviz.render.drawing import Drawing

__all__ = [
    "Artifact",
    "Check",
    "Cost",
    "DangerousSource",
    "Diff",
    "Drawing",
    "Finding",
    "InspectedLayer",
    "InspectedModel",
    "InspectedWeight",
    "LayerNotFound",
    "MissingDependency",
    "NetvizError",
    "Outputs",
    "Report",
    "SourceError",
    "UsageError",
    "__version__",
    "check",
    "cost",
    "diff",
    "figure",
    "functions",
    "graph",
    "history",
    "inspect",
    "losses",
    "outputs",
    "plot_model",
    "register_layer",
    "report",
    "trace",
    "view",
    "weights",
]

_MODULES = {
    "Artifact": "netviz.artifact",
    "Check": "netviz.api.checked",
    "Cost": "netviz.api.cost",
    "DangerousSource": "netviz.errors",
    "Diff": "netviz.api.diff",
    "Drawing": "netviz.render.drawing",
    "Finding": "netviz.analysis.findings",
    "InspectedLayer": "netviz.api.layers",
    "InspectedModel": "netviz.api.inspected",
    "InspectedWeight": "netviz.api.layers",
    "LayerNotFound": "netviz.errors",
    "MissingDependency": "netviz.errors",
    "NetvizError": "netviz.errors",
    "Outputs": "netviz.api.outputs",
    "Report": "netviz.analysis.findings",
    "SourceError": "netviz.errors",
    "UsageError": "netviz.errors",
    "check": "netviz.api.checked",
    "cost": "netviz.api.cost",
    "diff": "netviz.api.diff",
    "figure": "netviz.api.figure",
    "functions": "netviz.api.functions",
    "graph": "netviz.api.drawn",
    "history": "netviz.api.history",
    "inspect": "netviz.api.inspected",
    "losses": "netviz.api.losses",
    "outputs": "netviz.api.outputs",
    "plot_model": "netviz.api.drawn",
    "register_layer": "netviz.catalog.registry",
    "report": "netviz.api.report",
    "trace": "netviz.api.chain",
    "view": "netviz.api.report",
    "weights": "netviz.api.weights",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'netviz' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return __all__
