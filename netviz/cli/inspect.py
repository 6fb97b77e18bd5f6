"""`netviz inspect`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import (
    COLUMN_NAMES,
    FORMATS,
    cost_options,
    format_option,
    output_option,
    reading_options,
    source_argument,
)
from netviz.cli.output import emit, reporting_errors, require_apart


@click.command()
@source_argument
@format_option(FORMATS)
@click.option("--columns", metavar="NAME,…", help=f"What to show of each layer: {', '.join(COLUMN_NAMES)}.")
@click.option("--layer", metavar="NAME|REGEX", help="Show one layer in full, by name or path, or all that match.")
@click.option(
    "--depth", type=click.IntRange(min=1), metavar="N", help="How many levels of nested models to show. Default: all."
)
@click.option("--config", is_flag=True, help="Add every setting of every layer.")
@click.option(
    "--weights", is_flag=True, help="Add every weight: shape, dtype, whether it is trainable, where it is stored."
)
@cost_options
@reading_options
@output_option
@reporting_errors
def inspect(
    source: Path,
    format_: str | None,
    columns: str | None,
    layer: str | None,
    depth: int | None,
    config: bool,
    weights: bool,
    batch: int,
    input_shape: object,
    load: bool,
    trust: bool,
    architecture: Path | None,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Show the layers of the model in SOURCE: shapes, parameters, and how they come about.

    SOURCE is a file of Keras: a model (.keras, .h5, a SavedModel folder), weights alone (.weights.h5,
    .weights.json), or a config (.json). It is read without Keras, and nothing in it is run.
    """
    from netviz import api

    require_apart(output, source, architecture)
    net = api.inspect(source, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    artifact = net.summary(
        columns=columns, depth=depth, layer=layer, config=config, weights=weights, batch=batch, input_shape=input_shape
    )
    emit(artifact, format_, output)
