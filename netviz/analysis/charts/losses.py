"""Losses as charts: over the error, the predicted probability, the score, with their gradients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from netviz.analysis.charts.functions_plotted import curve
from netviz.analysis.charts.losses_plotted import ModelLosses, PlottedLoss
from netviz.catalog.functions.kinds import Case, Numbers
from netviz.charts import Axis, Chart, Curve, Panel, Words
from netviz.errors import UsageError

NAMED = 4
"""Outputs that are named; of more it says how many."""


def build_losses_chart(
    losses: Sequence[PlottedLoss],
    *,
    gradient: bool = True,
    compare: bool = False,
    grid: bool = False,
    title: str = "",
    model: ModelLosses | None = None,
) -> Chart:
    """A panel for each loss, a curve for each target in it; `compare` draws all in one panel, `grid` a poster.

    Raises UsageError where losses over different things are to be compared.
    """
    drawn = [loss for loss in losses if loss.cases]
    left = [loss for loss in losses if not loss.cases]
    notes = ["Thin and dashed: the gradient by the prediction."] if gradient and drawn else []
    if drawn:
        notes += [f"Not drawn: {loss.title}, since {loss.reason}." for loss in left]
    if model is not None and model.missing:
        notes.append(f"Not known: {', '.join(f'{one.name} of {one.output}' for one in model.missing[:NAMED])}.")
    caption = " ".join(notes)
    if compare and drawn:
        require_comparable(drawn)
        return Chart(title or _names(drawn), (_compared(drawn, gradient),), caption=caption)
    panels = [_panel(loss, gradient, grid) for loss in drawn]
    if not drawn:
        panels = [Panel((Words((f"{_sentence(loss.reason)}.",)),), loss.title) for loss in left]
    if not panels:
        panels = [Panel((Words(("There is no loss to draw.",)),))]
    single = not title and len(panels) == 1
    heading = "" if single else title or _names(drawn or left)
    return Chart(heading, tuple(panels), caption=caption, small=grid)


def require_comparable(losses: Sequence[PlottedLoss]) -> None:
    """Raises UsageError where losses are not over the same thing."""
    first = losses[0]
    for loss in losses:
        if loss.over and first.over and loss.over.kind != first.over.kind:
            raise UsageError(
                f"{first.title} is over the {first.over.title}, {loss.title} over the {loss.over.title}",
                "Compare losses over the same, or leave out compare.",
            )


def _names(losses: Sequence[PlottedLoss]) -> str:
    return f"{len(losses)} losses" if len(losses) > NAMED else ", ".join(loss.title for loss in losses)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _panel(loss: PlottedLoss, gradient: bool, small: bool) -> Panel:
    assert loss.over is not None
    several = len(loss.cases) > 1
    marks: list[Curve] = []
    for place, case in enumerate(loss.cases):
        label = case.label if several else ("loss" if gradient else "")
        marks += _curves(loss, case, gradient, label, "" if several else "gradient", place)
    detail = ", ".join(filter(None, (_outputs(loss), loss.about)))
    y_limits = _view(loss, marks)
    caption = " ".join([*_told(loss, small), *_cut(marks, y_limits, loss.over.view)])
    x = Axis(loss.over.title, limits=loss.limits, ticks=_ticks(loss))
    y = Axis("loss and gradient" if gradient else "loss", limits=y_limits)
    return Panel(tuple(marks), loss.title, detail, f"${loss.formula.tex}$", caption, x, y)


def _outputs(loss: PlottedLoss) -> str:
    if not loss.outputs:
        return ""
    more = len(loss.outputs) - NAMED
    return f"of {', '.join(loss.outputs[:NAMED])}{f' and {more} more' if more > 0 else ''}"


def _told(loss: PlottedLoss, small: bool) -> Iterator[str]:
    """The sentences of the caption; a poster, which has no titles on its axes, says what is over."""
    assert loss.over is not None
    if small:
        yield f"Over the {loss.over.title}."
    for text in (loss.shown, "" if small else loss.over.note):
        if text:
            yield f"{_sentence(text)}."
    if loss.remark:
        yield loss.remark


def _curves(loss: PlottedLoss, case: Case, gradient: bool, label: str, slope: str, tint: int) -> Iterator[Curve]:
    with np.errstate(all="ignore"):
        x, y = curve(case.value, *loss.limits, (), case.kinks)
        yield Curve(x, y, label, tint)
        if gradient:
            x, y = curve(case.gradient, *_off(loss, case), case.kinks)
            yield Curve(x, y, slope, tint, "dashed", weak=True)


def _off(loss: PlottedLoss, case: Case) -> tuple[float, float]:
    """Where the gradient is drawn: not beyond kinks that are as good as the ends, as those of clipped probabilities."""
    low, high = loss.limits
    near = (high - low) * 1e-4
    for kink in case.kinks:
        low = kink + near if 0 <= kink - low < near else low
        high = kink - near if 0 <= high - kink < near else high
    return low, high


def _ticks(loss: PlottedLoss) -> tuple[tuple[float, str], ...] | None:
    assert loss.over is not None
    if loss.over.ticks is None:
        return None
    low, high = loss.limits
    ticks = tuple(tick for tick in loss.over.ticks if low - 1e-9 <= tick[0] <= high + 1e-9)
    return ticks if len(ticks) > 1 else None


def _view(loss: PlottedLoss, marks: Sequence[Curve]) -> tuple[float, float] | None:
    """The losses that are shown: all, or those of the view where some grow beyond it."""
    view = loss.over.view if loss.over else None
    values: Numbers = np.concatenate([mark.y for mark in marks])
    values = values[np.isfinite(values)]
    if view is None or not values.size or (values.min() >= view[0] and values.max() <= view[1]):
        return None
    low = view[0] if values.min() < view[0] else min(0.0, float(values.min()))
    high = view[1] if values.max() > view[1] else float(values.max())
    margin = (high - low) * 0.04
    return low - margin * (low == 0), high


def _cut(marks: Sequence[Curve], limits: tuple[float, float] | None, view: tuple[float, float] | None) -> Iterator[str]:
    """What is said of curves that go on beyond what is drawn of them: how far, and where."""
    if limits is None or view is None:
        return
    solid = [mark for mark in marks if not mark.weak]
    high = max(solid, key=lambda mark: float(np.nanmax(mark.y)))
    place = int(np.nanargmax(high.y))
    top = float(high.y[place])
    if top > view[1]:
        yield f"Drawn up to {view[1]:g}; the loss reaches {top:.3g} at {round(float(high.x[place]), 4) + 0.0:.3g}."
    slopes = np.concatenate([np.zeros(1), *(mark.y for mark in marks if mark.weak)])
    if np.nanmin(slopes) < limits[0] or np.nanmax(slopes) > limits[1]:
        yield "Gradients go on beyond what is drawn."


def _compared(losses: Sequence[PlottedLoss], gradient: bool) -> Panel:
    """The first curve of each in one panel."""
    marks: list[Curve] = []
    views = []
    told = []
    for place, loss in enumerate(losses):
        case = loss.cases[0]
        drawn = list(_curves(loss, case, gradient, loss.title, "", place))
        marks += drawn
        view = _view(loss, drawn)
        views += [view] if view else []
        if len(loss.cases) > 1:
            told.append(f"{loss.title} for {case.label}")
    caption = [f"Drawn: {', '.join(told)}."] if told else []
    caption += [f"{loss.title}: {loss.remark}" for loss in losses if loss.remark]
    over = losses[0].over
    assert over is not None
    limits = (min(loss.limits[0] for loss in losses), max(loss.limits[1] for loss in losses))
    y_limits = (min(low for low, _ in views), max(high for _, high in views)) if views else None
    caption += _cut(marks, y_limits, y_limits)
    title = over.title if len({loss.over.title for loss in losses if loss.over}) == 1 else over.kind
    return Panel(
        tuple(marks),
        caption=" ".join(caption),
        x=Axis(title, limits=limits, ticks=_ticks(losses[0])),
        y=Axis("loss and gradient" if gradient else "loss", limits=y_limits),
        wide=True,
        height=1.3,
    )
