"""`netviz trace`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
from netviz.cli.running import given_inputs, quiet_backend, require_writable, running_options, say


@click.command()
@source_argument
@running_options
@click.option(
    "--sample", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Which sample, from 0."
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=24,
    show_default=True,
    metavar="N",
    help="How many layers are drawn; 0: all.",
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
    rescale: tuple[float, float] | None,
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
    require_writable(output, x)
    given = given_inputs(x)
    quiet_backend(source, given, max_bytes)
    chain = run(
        source,
        given,
        layers=layers or None,
        sample=sample,
        limit=limit,
        resize=resize,
        rescale=rescale,
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
    if output is not None:
        data: Any = chain.data
        say(*data["input"], *(note["message"] for note in data["notes"]))
