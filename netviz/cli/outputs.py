"""`netviz outputs`."""

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
from netviz.cli.output import emit, progress, reporting_errors, require_apart
from netviz.cli.running import given_inputs, quiet_backend, require_writable, running_options, say

WORTH_A_BAR = 33
"""Samples, or pictures, from which on they take long enough to show how far it is."""


@click.command()
@source_argument
@running_options
@click.option("--statistics", is_flag=True, help="Keep no values: memory does not grow with the samples.")
@click.option("--scores/--no-scores", default=True, help="Ask attention layers for their scores.")
@click.option(
    "--picture",
    type=click.Choice(("auto", "histograms", "values")),
    default="auto",
    show_default=True,
    help="What -o draws into a picture; auto: values where --layer is given.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=64,
    show_default=True,
    metavar="N",
    help="How many outputs, and channels of each, are drawn; 0: all.",
)
@click.option(
    "--batch-size", type=click.IntRange(min=1), default=32, show_default=True, metavar="N", help="Samples at a time."
)
@format_option(PLOT_FORMATS)
@plot_options
@max_bytes_option
@output_option
@reporting_errors
def outputs(
    source: Path,
    x: tuple[str, ...],
    layers: tuple[str, ...],
    resize: str,
    rescale: tuple[float, float] | None,
    preprocess: str | None,
    trust: bool,
    statistics: bool,
    scores: bool,
    picture: str,
    limit: int,
    batch_size: int,
    format_: str | None,
    theme: str,
    figsize: tuple[float, float] | None,
    caption: bool,
    background: bool,
    scale: float,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Show what every layer of the model in SOURCE gives for an input.

    Keras loads SOURCE, if nothing in it is dangerous, and runs it once. Printed is the health of each layer's output;
    -o DIR writes a folder of pictures and values, -o FILE.npz the values, -o FILE.svg (.png, .pdf) a page of
    histograms, or with --layer the values themselves.
    """
    from netviz.api.outputs import outputs as run

    require_apart(output, source)
    require_writable(output, x)
    given = given_inputs(x)
    quiet_backend(source, given, max_bytes)
    with progress("Running the model", WORTH_A_BAR) as show:
        found = run(
            source,
            given,
            layers=layers or None,
            statistics=statistics,
            scores=scores,
            picture=picture,
            limit=limit,
            batch_size=batch_size,
            resize=resize,
            rescale=rescale,
            preprocess=preprocess,  # type: ignore[arg-type]
            trust=trust,
            max_bytes=max_bytes,
            progress=show,
            figsize=figsize,
            theme=theme,
            caption=caption,
            background=background,
            scale=scale,
        )
    if output is None:
        emit(found, format_, None)
        return
    with progress("Drawing", WORTH_A_BAR) as show:
        found.save(output, format_, progress=show)
    say(*found.said, *(note.message for note in found.notes))
