"""`netviz functions`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import PLOT_FORMATS, format_option, output_option, plot_options, reading_options
from netviz.cli.output import emit, reporting_errors, require_apart


@click.command()
@click.argument("what", nargs=-1)
@click.option("--derivative", is_flag=True, help="Draw the derivatives, too, dashed.")
@click.option(
    "--range",
    "range",
    type=float,
    nargs=2,
    metavar="LOW HIGH",
    help="The numbers over which the functions are drawn. Default: -6 to 6, wider where a function bends outside.",
)
@click.option("--compare", is_flag=True, help="Draw all functions (up to 12) in one panel.")
@click.option("--grid", is_flag=True, help="Draw a poster of small panels.")
@format_option(PLOT_FORMATS)
@plot_options
@reading_options
@output_option
@reporting_errors
def functions(
    what: tuple[str, ...],
    derivative: bool,
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
    """Show activation functions: formula, range, where they saturate; or those that a model uses.

    WHAT are names, with arguments if wanted (relu gelu 'leaky_relu(0.1)'), or the file of one model. Without any, all
    activations of Keras are shown. -o curves.svg (or .png, .pdf, .html) draws them, without it they are a table.
    """
    from netviz.api import functions as verb

    require_apart(output, *verb.sources_among(what), architecture)
    shown = verb.functions(
        *what,
        derivative=derivative,
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
