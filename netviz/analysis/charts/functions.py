"""Activations as charts: a panel for each, all in one panel, or a poster; and of a model those that it uses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from netviz.analysis.charts.functions_model import ModelFunctions
from netviz.analysis.charts.functions_plotted import STEEP, Component, Plotted, Use, curve, drawn_over
from netviz.charts import Axis, Band, Chart, Curve, Mark, Panel, Stroke, Words, Zone
from netviz.errors import UsageError

NAMED = 4
"""Layers that a caption names; of more it says how many."""

MOST_PANELS = 60
"""Functions of a model that are drawn; a model has more only where every layer has slopes of its own."""

MOST_COMPARED = 12
"""Curves in one panel that can be told apart."""

APART = 4
"""More functions than these have their derivatives in a panel of their own."""

KINKED = " At a kink there is none, and Keras's backends differ in what they take."

SATURATING = f"Shaded: the function is constant, or its slope stays below {STEEP:g} on the way to a bound."


def build_functions_chart(
    functions: Sequence[Plotted],
    limits: tuple[float, float] | None = None,
    *,
    derivative: bool = False,
    compare: bool = False,
    grid: bool = False,
    title: str = "",
    model: ModelFunctions | None = None,
) -> Chart:
    """The functions over the numbers from `limits[0]` to `limits[1]`, with their derivatives if wanted.

    Without limits each is drawn over what `drawn_over` finds, those that are compared over the same. `compare` draws
    all in one panel, `grid` a poster of small panels. `model` is the model whose functions they are.
    """
    drawn = _worth_drawing(functions, model)
    notes = list(_notes(functions, drawn, model))
    if compare and drawn:
        require_comparable(functions, model)
        panels = _compared(drawn, drawn_over(drawn, limits), derivative)
        return Chart(title or _names(drawn), panels, _counted(model), caption=" ".join(notes), columns=1)
    panels = tuple(_panel(function, drawn_over([function], limits), derivative) for function in drawn)
    if not panels:
        panels = (Panel((Words(("There is no function to draw.",)),)),)
    shaded = any(isinstance(mark, Zone) for panel in panels for mark in panel.marks)
    notes = [*([SATURATING] if shaded else []), *([_dashed(drawn)] if derivative else []), *notes]
    single = not title and len(drawn) == 1
    return Chart("" if single else title or _names(drawn), panels, _counted(model), caption=" ".join(notes), small=grid)


def _dashed(functions: Sequence[Plotted]) -> str:
    return f"Thin and dashed: the derivative.{KINKED if any(function.kinks for function in functions) else ''}"


def _counted(model: ModelFunctions | None) -> str:
    if model is None:
        return ""
    if not model.functions:
        return ""
    active = [function for function in model.functions if function.name != "linear"]
    layers = len({use.path for function in active for use in function.uses})
    if not active:
        return "no activation functions"
    return f"{len(active)} activation function{'s' if len(active) != 1 else ''} in {_layers(layers)}"


def _names(functions: Sequence[Plotted]) -> str:
    if len(functions) > NAMED:
        return f"{len(functions)} activation functions"
    return ", ".join(function.title for function in functions)


def _worth_drawing(functions: Sequence[Plotted], model: ModelFunctions | None) -> list[Plotted]:
    """Of a model all but linear, which is no activation, unless there is nothing else."""
    if model is None:
        return list(functions)
    others = [function for function in functions if function.name != "linear"]
    return (others or list(functions))[:MOST_PANELS]


def _notes(functions: Sequence[Plotted], drawn: Sequence[Plotted], model: ModelFunctions | None) -> Iterator[str]:
    if model is None:
        return
    for function in functions:
        if function not in drawn and function.name == "linear":
            yield f"Not drawn: linear, which is no activation, in {_layers(len(function.uses))}."
    left = sum(function not in drawn and function.name != "linear" for function in functions)
    if left:
        yield "1 more function is not drawn." if left == 1 else f"{left} more functions are not drawn."
    if model.missing:
        named = ", ".join(f"{one.name} of {one.use.path}" for one in model.missing[:NAMED])
        more = f" and {len(model.missing) - NAMED} more" if len(model.missing) > NAMED else ""
        yield f"Not known: {named}{more}."


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count:,} layers"


def require_comparable(functions: Sequence[Plotted], model: ModelFunctions | None = None) -> None:
    """Raises UsageError where there are more curves than can be told apart in one panel."""
    count = len(_worth_drawing(functions, model))
    if count > MOST_COMPARED:
        raise UsageError(
            f"{count} functions cannot be told apart in one panel",
            f"Compare up to {MOST_COMPARED}, or give each a panel: grid.",
        )


def _panel(function: Plotted, limits: tuple[float, float], derivative: bool) -> Panel:
    marks = (*_zones(function, limits), *_curves(function, limits, derivative))
    detail = function.about
    if function.uses and function.kind != "learned":
        detail = _layers(len({use.path for use in function.uses}))
    caption = " ".join(_told(function))
    formula = f"${function.formula.tex}$" if function.formula else ""
    return Panel(marks, function.title, detail, formula, caption, Axis("x", limits=limits), Axis())


def _told(function: Plotted) -> Iterator[str]:
    """The sentences of the caption."""
    if function.shown:
        yield f"{function.shown}."
    if function.range is not None:
        yield f"Range {function.range}."
    ends = [one for one in function.saturation if math.isinf(one.begin) or math.isinf(one.end)]
    if function.saturation:
        yield f"{'Saturates' if ends else 'Flat'}: {', '.join(one.text for one in function.saturation)}."
    if function.remark:
        yield function.remark
    if function.uses and function.kind != "learned":
        yield f"{where(function.uses)}."


def where(uses: Sequence[Use]) -> str:
    """The layers that use a function: "In conv1 and conv2; as recurrent_activation in lstm"."""
    by_setting: dict[str, list[str]] = {}
    for use in uses:
        by_setting.setdefault("" if use.setting == "activation" else use.setting, []).append(use.path)
    parts = [f"as {key} in {_listed(paths)}" if key else f"in {_listed(paths)}" for key, paths in by_setting.items()]
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _listed(paths: Sequence[str]) -> str:
    shown = list(paths[:NAMED])
    if len(paths) > NAMED:
        shown.append(f"{len(paths) - NAMED:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _zones(function: Plotted, limits: tuple[float, float]) -> Iterator[Zone]:
    low, high = limits
    for one in function.saturation:
        if one.end > low and one.begin < high:
            yield Zone(max(one.begin, low), min(one.end, high))


def _curves(function: Plotted, limits: tuple[float, float], derivative: bool) -> Iterator[Mark]:
    several = len(function.components) > 1
    if function.spread is not None:
        x, low = curve(function.spread.low, *limits, (), function.kinks)
        _, high = curve(function.spread.high, *limits, (), function.kinks)
        yield Band(x, np.minimum(low, high), np.maximum(low, high))
    for place, component in enumerate(function.components):
        label = component.label if several else ("f" if derivative else "")
        yield from _curve(function, component, limits, label, place)
        if derivative:
            slope = "" if several else "f′"
            yield from _slope(function, component, limits, slope, place)


def _curve(
    function: Plotted, component: Component, limits: tuple[float, float], label: str, tint: int
) -> Iterator[Curve]:
    x, y = curve(component.value, *limits, function.jumps, function.kinks)
    yield Curve(x, y, label, tint)


def _slope(
    function: Plotted,
    component: Component,
    limits: tuple[float, float],
    label: str,
    tint: int,
    stroke: Stroke = "dashed",
) -> Iterator[Curve]:
    x, y = curve(component.slope, *limits, (*function.kinks, *function.jumps))
    yield Curve(x, y, label, tint, stroke, weak=stroke == "dashed")


def _compared(functions: Sequence[Plotted], limits: tuple[float, float], derivative: bool) -> tuple[Panel, ...]:
    """All in one panel, the first curve of each; the derivatives of many in a second one."""
    marks: list[Mark] = []
    slopes: list[Mark] = []
    apart = derivative and len(functions) > APART
    for place, function in enumerate(functions):
        component = function.components[0]
        label = f"{function.title}, {component.label}" if len(function.components) > 1 else function.title
        marks += _curve(function, component, limits, label, place)
        if apart:
            slopes += _slope(function, component, limits, label, place, "solid")
        elif derivative:
            marks += _slope(function, component, limits, "", place)
    told = "; ".join(dict.fromkeys(function.shown for function in functions if function.shown))
    caption = f"{told}." if told else ""
    caption += f" {_dashed(functions)}" if derivative and not apart else ""
    x = Axis("x", limits=limits)
    first = Panel(tuple(marks), caption=caption.strip(), x=x, y=Axis("f(x)"), wide=True, height=1.3)
    if not apart:
        return (first,)
    below = f"The derivatives.{KINKED if any(function.kinks for function in functions) else ''}"
    return first, Panel(tuple(slopes), caption=below, x=x, y=Axis("f′(x)"), wide=True, height=1.3)
