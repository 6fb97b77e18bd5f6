"""`netviz trace`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import (
    PLOT_FORMATS,
    format_option,
    max_bytes_option,
    output_option,
    plot_options,
    source_argument,
)
from netviz.cli.output import emit, reporting_errors, require_apart
from netviz.cli.running import given_inputs, quiet_backend, running_options


@click.command()
@source_argument
@running_options
@click.option(
    "--sample", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Which sample, from 0."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=64, show_default=True, metavar="N", help="How many layers are drawn."
)
@format_option(PLOT_FORMATS)
@plot_options
@max_bytes_option
@output_option
@reporting_errors
def trace(
    source: Path,
    x: tuple[str, ...],
    layers: tuple[str, ...],
    resize: str,
    range: tuple[float, float] | None,
    preprocess: str | None,
    trust: bool,
    sample: int,
    limit: int,
    format_: str | None,
    theme: str,
    figsize: tuple[float, float] | None,
    caption: bool,
    background: bool,
    scale: float,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Work out what each layer of the model in SOURCE does with one sample, with all numbers.

    input → x · kernel + bias → activation → output, layer by layer. Keras loads SOURCE, if nothing in it is dangerous.
    """
    from netviz.api.chain import trace as run

    require_apart(output, source)
    quiet_backend()
    chain = run(
        source,
        given_inputs(x),
        layers=layers or None,
        sample=sample,
        limit=limit,
        resize=resize,
        range=range,
        preprocess=preprocess,  # type: ignore[arg-type]
        trust=trust,
        max_bytes=max_bytes,
        figsize=figsize,
        theme=theme,
        caption=caption,
        background=background,
        scale=scale,
    )
    emit(chain, format_, output)
