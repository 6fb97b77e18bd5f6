"""`netviz report` and `netviz view`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import (
    C,
    cost_options,
    format_option,
    output_option,
    reading_options,
    source_argument,
)
from netviz.cli.output import emit, progress, reporting_errors, require_apart

REPORT_FORMATS = ("table", "html", "markdown", "json")


def page_options(command: C) -> C:
    """The command with the options that say what is in the page and how it looks."""
    for option in (
        click.option(
            "--theme",
            type=click.Choice(("auto", "light", "dark")),
            default="auto",
            show_default=True,
            help="The colours of the page; auto follows the reader's system.",
        ),
        click.option(
            "--weights/--no-weights",
            default=None,
            help="Look at the values of weights, for figures, histograms, kernels and findings. Default: up to 200 MB.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@source_argument
@page_options
@format_option(REPORT_FORMATS)
@cost_options
@reading_options
@output_option
@reporting_errors
def report(
    source: Path,
    weights: bool | None,
    theme: str,
    format_: str | None,
    batch: int,
    input_shape: object,
    load: bool,
    trust: bool,
    architecture: Path | None,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Make one page of all that can be told of the model in SOURCE: graph, layers, weights, findings.

    -o model.html writes it: one file that works offline, in any browser; without it the report is printed as tables.
    SOURCE is read without Keras, and nothing in it is run.
    """
    from netviz.api import report as verbs

    require_apart(output, source, architecture)
    with progress() as show:
        made = verbs.report(
            source,
            weights=weights,
            theme=theme,
            batch=batch,
            input_shape=input_shape,
            load=load,
            trust=trust,
            architecture=architecture,
            max_bytes=max_bytes,
            progress=show,
        )
    emit(made, format_, output)


@click.command()
@source_argument
@page_options
@cost_options
@reading_options
@reporting_errors
def view(
    source: Path,
    weights: bool | None,
    theme: str,
    batch: int,
    input_shape: object,
    load: bool,
    trust: bool,
    architecture: Path | None,
    max_bytes: int | None,
) -> None:
    """Open the page of `netviz report` for the model in SOURCE in the browser.

    The page is made in a temporary folder, whose path is printed.
    """
    from netviz.api import report as verbs

    with progress() as show:
        page = verbs.view(
            source,
            weights=weights,
            theme=theme,
            batch=batch,
            input_shape=input_shape,
            load=load,
            trust=trust,
            architecture=architecture,
            max_bytes=max_bytes,
            progress=show,
        )
    click.echo(page)
