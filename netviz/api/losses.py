"""Loss functions: `netviz.losses("mse", "huber(delta=2)")`, or those that a model was compiled with."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from netviz import __version__
from netviz.api.functions import brackets, checked_range, fitting_text, flat, is_file_name, is_model, require_config
from netviz.api.inspected import InspectedModel, inspect
from netviz.errors import UsageError
from netviz.render.plotting import Axes, Plot, checked_plot_style, plot

if TYPE_CHECKING:
    import keras

    from netviz.analysis.charts.losses_plotted import ModelLosses, PlottedLoss
    from netviz.catalog.functions.kinds import BoundLoss
    from netviz.charts import Chart
    from netviz.views import Sheet

One: TypeAlias = "str | os.PathLike[str] | keras.Model | keras.losses.Loss | Callable[..., Any] | InspectedModel"
What: TypeAlias = "One | Sequence[One]"


def losses(
    *what: What,
    gradient: bool | None = None,
    range: tuple[float, float] | None = None,
    compare: bool = False,
    grid: bool = False,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
    ax: Axes = None,
    figsize: tuple[float, float] | None = None,
    theme: str = "light",
    caption: bool = True,
    background: bool = True,
    scale: float = 2.0,
) -> Plot:
    """Losses as curves over the error, the predicted probability or the score, with their gradients; and as a table.

    `what` are names of Keras's losses, with arguments if wanted ("mse", "Huber", "huber(delta=2)",
    "binary_crossentropy(from_logits=True)"), Keras's own loss objects, classes and functions, or one model: a path, a
    live model or an inspected one, of which the losses are shown that it was compiled with. A list stands for what is
    in it. Losses of one's own are not called: they cannot be drawn. Without any, all losses of Keras are shown. A loss
    that depends on the target has a curve for each of several; one that no single number goes into has the reason
    instead.

    `gradient` adds the derivatives by the prediction, dashed (None: unless losses are compared or on a poster);
    `range` is what is drawn, as far as there is so much of it (None: what suits each loss). `compare` draws losses that
    are over the same in one panel, each for its first target; `grid` draws a poster of small panels.
    `load`, `trust`, `architecture` and `max_bytes` are as for `inspect`; the other arguments are those of all plots.

    Raises UsageError for a name, an argument or a range that there is not, and for losses that cannot be compared;
    NetvizError where a source cannot be read or has no loss.
    """
    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    limits = None if range is None else checked_range(range)
    if compare and grid:
        raise UsageError("compare and grid contradict each other", "Leave out one of the two.")
    read = partial(inspect, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    found, model, name = _resolved(what, limits, read)
    if model is None and (load or trust or architecture is not None or max_bytes is not None):
        raise UsageError("there is no model to be read", "Give a model's file, or leave out load and the like.")
    if compare:
        from netviz.analysis.charts.losses import require_comparable

        require_comparable([loss for loss in found if loss.cases])
    title = name if model is not None else ""
    poster = grid or (not what and not compare)
    shown = not compare and not poster if gradient is None else bool(gradient)

    def chart() -> Chart:
        from netviz.analysis.charts.losses import build_losses_chart

        heading = title if what else "Losses of Keras"
        return build_losses_chart(found, gradient=shown, compare=compare, grid=poster, title=heading, model=model)

    def sheet(spared: Sequence[str] = ()) -> Sheet:
        from netviz.analysis.charts.losses_sheet import build_losses_sheet, build_model_losses_sheet

        return build_losses_sheet(found, "Losses", spared) if model is None else build_model_losses_sheet(model, title)

    def document() -> object:
        from netviz.analysis.charts.losses_sheet import losses_document

        return losses_document(found, __version__, model, name)

    def text(width: int | None = None, color: bool = False) -> str:
        from netviz.analysis.charts.losses_sheet import SPARED

        return fitting_text(sheet, SPARED if model is None else (), width, color)

    return replace(plot(name, chart, style, cache(sheet), document, ax), typeset=text)


def sources_among(what: Sequence[str]) -> list[Path]:
    """The texts that are paths of models and no names of losses: what must not be written over."""
    from netviz.catalog.functions.losses import parse_loss

    return [Path(text) for text in what if parse_loss(text) is None]


def _resolved(
    what: Sequence[What], limits: tuple[float, float] | None, read: Callable[[Any], InspectedModel]
) -> tuple[list[PlottedLoss], ModelLosses | None, str]:
    """The losses, the model that they are of (None where they are not of one), and what to call them all."""
    from netviz.analysis.charts.losses_plotted import model_losses, plotted_loss
    from netviz.catalog.functions.losses import LOSSES, bind

    if not what:
        return [plotted_loss(bind(row), limits) for row in LOSSES], None, "losses"
    found: list[PlottedLoss] = []
    items = flat(what)
    for item in items:
        bound = _loss(item)
        if bound is not None:
            found.append(plotted_loss(bound, limits))
        elif len(items) > 1:
            raise UsageError("a model is shown by itself, not beside losses", "Give one model, or names of losses.")
        else:
            net = read(item)
            require_config(net, "a loss")
            model = model_losses(net.model, limits)
            return list(model.losses), model, net.name
    return found, None, found[0].title if len(found) == 1 else "losses"


def _loss(item: Any) -> BoundLoss | None:
    """A loss; None for a model."""
    from netviz.catalog.functions.losses import parse_loss
    from netviz.catalog.functions.objects import loss_object

    if isinstance(item, str):
        bound = parse_loss(item)
        if bound is None and not os.path.lexists(item) and not is_file_name(item):
            raise _no_loss(item)
        return bound
    return None if isinstance(item, os.PathLike) or is_model(item) else loss_object(item)


def _no_loss(text: str) -> UsageError:
    from netviz.catalog.functions.activations import parse_activation
    from netviz.catalog.functions.binding import near_names
    from netviz.catalog.functions.losses import BY_NAME

    if text.count("(") != text.count(")"):
        return brackets(text)
    if parse_activation(text) is not None:
        return UsageError(f"{text!r:.80} is an activation, not a loss", "Give it to netviz functions.")
    near = near_names(text.strip().partition("(")[0], BY_NAME)
    return UsageError(
        f"{text!r:.80} is neither a loss of Keras's nor a file", near or "netviz losses names all losses."
    )
