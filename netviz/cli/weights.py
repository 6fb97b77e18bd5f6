"""`netviz weights`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import (
    PLOT_FORMATS,
    format_option,
    output_option,
    plot_options,
    reading_options,
    source_argument,
)
from netviz.cli.output import emit, progress, reporting_errors, require_apart


@click.command()
@source_argument
@click.option("--layer", multiple=True, metavar="NAME", help="Only this layer, or those that match a regex.")
@click.option(
    "--picture",
    type=click.Choice(("auto", "histograms", "values")),
    default="auto",
    show_default=True,
    help="What -o draws; auto: values where --layer is given.",
)
@click.option(
    "--bins", type=click.IntRange(1, 4096), default=64, show_default=True, metavar="N", help="Bins of a histogram."
)
@click.option("--rank", is_flag=True, help="Add the effective rank of each matrix.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=64,
    show_default=True,
    metavar="N",
    help="How many histograms, or weights and filters of a kernel, are drawn; 0: all.",
)
@format_option(PLOT_FORMATS)
@plot_options
@reading_options
@output_option
@reporting_errors
def weights(
    source: Path,
    layer: tuple[str, ...],
    picture: str,
    bins: int,
    rank: bool,
    limit: int,
    format_: str | None,
    theme: str,
    figsize: tuple[float, float] | None,
    caption: bool,
    background: bool,
    scale: float,
    load: bool,
    trust: bool,
    architecture: Path | None,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Show what the weights of the model in SOURCE are like: mean, deviation, quantiles, zeros, NaN, a row for each.

    -o weights.svg (or .png, .pdf, .html) draws their histograms over the depth of the model; with --layer the kernels
    as images, dense ones as heatmaps, biases as bars, gates and heads apart. All values are read, piece by piece.
    """
    from netviz.api import weights as verb

    require_apart(output, source, architecture)
    with progress("Reading weights") as show:
        found = verb.weights(
            source,
            layer=layer or None,
            picture=picture,
            bins=bins,
            rank=rank,
            limit=limit,
            theme=theme,
            figsize=figsize,
            caption=caption,
            background=background,
            scale=scale,
            load=load,
            trust=trust,
            architecture=architecture,
            max_bytes=max_bytes,
            progress=show,
        )
    emit(found, format_, output)
