"""How training went: `netviz.history(model.fit(...))`, or the log that it left."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.render.plotting import Axes, Plot, checked_plot_style, plot

if TYPE_CHECKING:
    import keras


def history(
    source: str | os.PathLike[str] | keras.callbacks.History | Mapping[str, Collection[float]],
    *,
    metrics: str | Collection[str] | None = None,
    log: bool = False,
    ax: Axes = None,
    figsize: tuple[float, float] | None = None,
    theme: str = "light",
    caption: bool = True,
    background: bool = True,
    scale: float = 2.0,
) -> Plot:
    """The curves of training: a panel per metric with training and validation, the best epoch marked.

    `source` is what `fit` returned, a dict of lists as in its `history`, or a file: one of CSVLogger (any separator,
    several runs after each other), JSON (a dict of lists, a list of records, or one record a line), or the text that
    `fit` printed, of any Keras, by line or as a bar. `metrics` names those to show, in that order (a list, or one text
    with commas), `log` makes the value axes logarithmic. Epochs are counted from 1, as Keras prints them.

    The best epoch is by validation where there is any: of losses and errors the lowest value, of accuracies and the
    like the highest. A metric whose name does not tell has none marked. `.data` has all values, and the best epoch of
    each metric.

    Raises SourceError where the source cannot be read or holds no figures, UsageError for a metric that it does not
    have.
    """
    from netviz.analysis.charts.history import build_history, build_history_sheet, history_document, metrics_of
    from netviz.readers.histories import read_history

    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    read = read_history(source)
    shown = metrics_of(read, metrics)
    name = Path(read.name).stem or read.name
    return plot(
        name,
        partial(build_history, read, shown, log=bool(log)),
        style,
        partial(build_history_sheet, read, shown),
        partial(history_document, read, shown, __version__),
        ax,
    )
