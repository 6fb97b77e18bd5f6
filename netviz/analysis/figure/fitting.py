"""Which styles of figure fit a model, and which is best."""

from __future__ import annotations

from netviz.analysis.figure import flow, neurons
from netviz.errors import UsageError
from netviz.figures import STYLES, Style
from netviz.model import Model

BEST_FIRST: tuple[Style, ...] = ("neurons", "volumes", "lenet", "blocks")
"""The order in which a style is looked for; blocks fit everything. Neurons come first for nets of nothing else."""


def unfit(model: Model, style: Style) -> str:
    """Why the style does not fit the model, in words that go on after its name; "" where it fits."""
    return neurons.unfit(model) if style == "neurons" else flow.unfit(model, style)


def fitting_style(model: Model, style: str | None) -> Style:
    """The style, where it fits; the best one for None.

    Raises UsageError for a style that there is not, or that does not fit: then it names one that does.
    """
    if style is None:
        return _best(model)
    for known in STYLES:
        if style == known:
            if reason := unfit(model, known):
                raise UsageError(f"{model.name} cannot be drawn as {known}: {reason}", f"Choose {_best(model)}.")
            return known
    raise UsageError(f"no style {style!r:.80}", f"The styles are {', '.join(STYLES)}.")


def _best(model: Model) -> Style:
    for style in BEST_FIRST:
        if not unfit(model, style) and (style != "neurons" or neurons.is_whole(model)):
            return style
    return "blocks"
