"""`netviz history`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import PLOT_FORMATS, format_option, output_option, plot_options
from netviz.cli.output import emit, reporting_errors, require_apart


@click.command()
@click.argument("source", metavar="LOG", type=click.Path(path_type=Path, readable=False))
@click.option("--metrics", metavar="NAME,…", help="Only these, in this order, such as loss,accuracy.")
@click.option("--log", is_flag=True, help="Logarithmic value axes.")
@format_option(PLOT_FORMATS)
@plot_options
@output_option
@reporting_errors
def history(
    source: Path,
    metrics: str | None,
    log: bool,
    format_: str | None,
    theme: str,
    figsize: tuple[float, float] | None,
    caption: bool,
    background: bool,
    scale: float,
    output: Path | None,
) -> None:
    """Show how training went: first, best and last value of each metric, for training and validation.

    LOG is a file of CSVLogger, JSON of a History, or the text that fit() printed. -o history.svg (or .png, .pdf, .html)
    draws the curves, with the best epoch marked.
    """
    from netviz.api import history as verb

    require_apart(output, source)
    made = verb.history(
        source,
        metrics=metrics,
        log=log,
        theme=theme,
        figsize=figsize,
        caption=caption,
        background=background,
        scale=scale,
    )
    emit(made, format_, output)
