"""The activation functions that a model uses, with small curves: the functions of `netviz functions`, of few points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from netviz.analysis.charts.functions import MOST_PANELS
from netviz.analysis.charts.functions_model import LEARNED, model_functions
from netviz.analysis.charts.functions_plotted import Component, Numeric, Plotted, Use, drawn_over
from netviz.model import Model
from netviz.pages import Activation, Link

POINTS = 97
"""Points of a curve: as many as it is wide, and more than a picture of 3 cm needs."""

Points = tuple[tuple[float, float], ...]


def build_activations(model: Model, indices: Mapping[str, int], *, why: str = "") -> tuple[Activation, ...]:
    """Every different function with the layers that use it, none (linear) after the others, unknown ones last.

    `indices` are the places of layers by path. `why` says why values are not looked at, "" where they are: slopes that
    a layer has learned are values.
    """
    found = model_functions(replace(model, store=None) if why else model)
    known = [_activation(one, indices, place < MOST_PANELS) for place, one in enumerate(found.functions)]
    missing: dict[tuple[str, str], list[Use]] = {}
    for one in found.missing:
        reason = f"its slopes are learned. {why}" if why and one.name == LEARNED else one.reason
        missing.setdefault((one.name, reason), []).append(one.use)
    unknown = [
        Activation(name, "", "", tuple(_link(use, indices) for use in uses), problem=reason)
        for (name, reason), uses in missing.items()
    ]
    return (*known, *unknown)


def _activation(function: Plotted, indices: Mapping[str, int], drawn: bool) -> Activation:
    component = function.components[0] if drawn and function.components else None
    x = np.linspace(*drawn_over([function], None), POINTS)
    return Activation(
        title=function.title,
        formula=function.formula.text if function.formula else "",
        range=str(function.range) if function.range is not None else "",
        layers=tuple(_link(use, indices) for use in function.uses),
        curve=_points(component.value, x) if component else (),
        derivative=_points(component.slope, x) if component else (),
        problem="" if drawn else f"Not drawn: a page has at most {MOST_PANELS} functions with curves.",
        about=" ".join(_sentences(function, component)),
    )


def _points(rule: Numeric, x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Points:
    """The points of a curve that are finite."""
    y = np.asarray(rule(x), np.float64)
    return tuple((float(one), float(other)) for one, other in zip(x, y, strict=True) if np.isfinite(other))


def _sentences(function: Plotted, component: Component | None) -> Iterator[str]:
    """What one has to know besides."""
    if function.shown and component:
        yield f"Drawn: {function.shown}{f', the curve {component.label}' if component.label else ''}."
    if function.remark:
        yield function.remark


def _link(use: Use, indices: Mapping[str, int]) -> Link:
    setting = f" ({use.setting})" if use.setting not in ("", "activation") else ""
    return Link(f"{use.path}{setting}", indices.get(use.path))
