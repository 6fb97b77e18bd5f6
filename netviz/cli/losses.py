"""`netviz losses`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import PLOT_FORMATS, format_option, output_option, plot_options, reading_options
from netviz.cli.output import emit, reporting_errors, require_apart


@click.command()
@click.argument("what", nargs=-1)
@click.option(
    "--gradient/--no-gradient",
    default=None,
    help="Draw the gradients, dashed. Default: unless losses are compared or on a poster.",
)
@click.option(
    "--range",
    "range",
    type=float,
    nargs=2,
    metavar="LOW HIGH",
    help="What is drawn of the errors, probabilities or scores. Default: what suits each loss.",
)
@click.option("--compare", is_flag=True, help="Draw all losses in one panel.")
@click.option("--grid", is_flag=True, help="Draw a poster of small panels.")
@format_option(PLOT_FORMATS)
@plot_options
@reading_options
@output_option
@reporting_errors
def losses(
    what: tuple[str, ...],
    gradient: bool | None,
    range: tuple[float, float] | None,
    compare: bool,
    grid: bool,
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
    """Show losses: formula, what they are over, and their gradients; or those that a model was compiled with.

    WHAT are names, with arguments if wanted (mse mae 'huber(delta=2)'), or the file of one model. Without any, all
    losses of Keras are shown. -o curves.svg (or .png, .pdf, .html) draws them, without it they are a table.
    """
    from netviz.api import losses as verb

    require_apart(output, *verb.sources_among(what), architecture)
    shown = verb.losses(
        *what,
        gradient=gradient,
        range=range,
        compare=compare,
        grid=grid,
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
    emit(shown, format_, output)
