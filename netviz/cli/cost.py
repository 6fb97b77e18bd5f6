"""`netviz cost`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import (
    PLOT_FORMATS,
    cost_options,
    format_option,
    output_option,
    plot_options,
    reading_options,
    source_argument,
)
from netviz.cli.output import emit, reporting_errors, require_apart


@click.command()
@source_argument
@cost_options
@click.option(
    "--picture",
    type=click.Choice(("page", "macs", "share", "memory", "layers")),
    default="page",
    show_default=True,
    help="What -o draws; page: all of it.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=16,
    show_default=True,
    metavar="N",
    help="How many of the costliest layers -o names; 0: all.",
)
@format_option(PLOT_FORMATS)
@plot_options
@reading_options
@output_option
@reporting_errors
def cost(
    source: Path,
    batch: int,
    input_shape: object,
    picture: str,
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
    """Count what the model in SOURCE costs to run: MACs, FLOPs, memory, receptive fields, layer by layer.

    -o cost.svg (or .png, .pdf, .html) draws MACs and memory over the depth of the model. SOURCE is read without Keras,
    and nothing in it is run; no values are read.
    """
    from netviz.api.cost import cost as verb

    require_apart(output, source, architecture)
    found = verb(
        source,
        batch=batch,
        input_shape=input_shape,
        picture=picture,
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
    )
    emit(found, format_, output)
