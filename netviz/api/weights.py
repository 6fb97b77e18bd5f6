"""The values of weights: `netviz.weights("model.keras")`, its table, its histograms and its kernels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.api.inspected import InspectedModel, inspect
from netviz.errors import UsageError
from netviz.readers import reading
from netviz.render.plotting import Axes, Plot, checked_plot_style, plot
from netviz.render.sheet import sheet_artifact

if TYPE_CHECKING:
    import keras

    from netviz.analysis.charts.weights import Progress
    from netviz.charts import Chart

PICTURES = ("auto", "histograms", "values")

MOST_BINS = 4096


def weights(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    *,
    layer: str | Sequence[str] | None = None,
    picture: str = "auto",
    bins: int = 64,
    rank: bool = False,
    limit: int = 64,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
    ax: Axes = None,
    figsize: tuple[float, float] | None = None,
    theme: str = "light",
    caption: bool = True,
    background: bool = True,
    scale: float = 2.0,
) -> Plot:
    """What the values of a model's weights are: a table with a row for each, and pictures.

    All values are read now, once and piece by piece, so that their number does not matter; `progress` is called with
    the bytes done and in all. `layer` names layers (by name, path or regular expression, one or a list) whose weights
    alone are looked at, those of the layers inside included. The table has mean, standard deviation, extremes,
    quantiles (of more than 8,192 values right to 1 %), the share of zeros, how many are NaN or infinite, and the norm;
    with `rank` the effective rank of each matrix, too (the exponential of the entropy of its singular values, Roy and
    Vetterli 2007; of a kernel of a convolution inputs and places are the rows). `.data` has a histogram of `bins` bins
    of each as well.

    `picture` is "histograms" (one page over the depth), "values" (kernels as images, matrices as heatmaps, biases as
    bars, gates and heads apart, tables as their principal components), or "auto": values where `layer` is given.
    `limit` is how many histograms stand on the page or, in pictures of values, how many filters of a kernel are drawn
    and how many weights, of more the first kernels (0: all, and all inputs of each filter, as far as 10,000 tiles of a
    kernel allow). A PNG whose side would be longer than 65,000 pixels has fewer for each inch.
    `source`, `load`, `trust`, `architecture` and `max_bytes` are as for `inspect`; the other arguments are those of
    all plots.

    Raises NetvizError where the source cannot be read or holds no values, LayerNotFound for a layer that there is
    not, UsageError for a choice that there is not.
    """
    from netviz.analysis.charts.weights import held_weights, weigh  # they import numpy
    from netviz.analysis.charts.weights_page import build_weights_page, page_weights
    from netviz.analysis.charts.weights_table import NARROWER, build_weights_sheet, weights_document

    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    if picture not in PICTURES:
        raise UsageError(f"no picture {picture!r} of weights", f"The choices are {', '.join(PICTURES)}.")
    _require_number("bins", bins, 1, MOST_BINS)
    _require_number("limit", limit, 0)
    if type(source).__module__ == "builtins" and not isinstance(source, str):
        kind = "None" if source is None else f"a {type(source).__name__}"
        raise UsageError(f"{kind} is no model", "Give the path of a model's file, or a keras.Model.")
    net = inspect(source, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    model = net.model
    held = held_weights(model, layer)
    values = picture == "values" or (picture == "auto" and layer is not None)
    kept = () if values else page_weights(held, limit or None, layer is not None)
    with reading(model.source.path or model.name):
        weighed = weigh(model, held, bins=bins, rank=rank, kept=kept, progress=progress)

    def chart() -> Chart:
        if not values:
            return build_weights_page(model, weighed, held, bins)
        from netviz.analysis.charts.values import build_values

        with reading(model.source.path or model.name):
            return build_values(model, weighed, limit or None)

    sheet = cache(partial(build_weights_sheet, model, weighed, rank=rank))
    narrower = [partial(build_weights_sheet, model, weighed, rank=rank, spared=spared) for spared in NARROWER]
    document = partial(weights_document, model, weighed, __version__)

    def text(width: int | None = None, color: bool = False) -> str:
        return sheet_artifact(model.name, sheet(), document, narrower).text(width=width, color=color)

    return replace(plot(model.name, chart, style, sheet, document, ax), typeset=text)


def _require_number(name: str, value: object, least: int, most: int | None = None) -> None:
    """Raises UsageError for what is no whole number in that range."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        upto = f" to {most:,}" if most else ""
        raise UsageError(f"{name} {value!r} is not possible", f"Give a whole number from {least}{upto}.")
