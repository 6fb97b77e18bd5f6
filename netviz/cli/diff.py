"""`netviz diff`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from netviz.cli.options import format_option, hush_tensorflow, max_bytes_option, output_option
from netviz.cli.output import emit, progress, reporting_errors, require_apart

DIFF_FORMATS = ("table", "json", "markdown", "html", "csv", "latex", "svg", "png", "pdf", "dot")


@click.command()
@click.argument("a", type=click.Path(path_type=Path, readable=False))
@click.argument("b", type=click.Path(path_type=Path, readable=False))
@click.option("--structure-only", is_flag=True, help="Leave the values of weights alone.")
@click.option("--ignore-names", is_flag=True, help="Other names of layers and of the model are no difference.")
@click.option(
    "--rtol",
    type=click.FloatRange(min=0),
    default=1e-5,
    show_default=True,
    metavar="X",
    help="How far values may be apart to be close, as a part of the larger one.",
)
@click.option(
    "--atol",
    type=click.FloatRange(min=0),
    default=1e-8,
    show_default=True,
    metavar="X",
    help="And how far beyond that, whatever their size.",
)
@click.option(
    "--context",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="N",
    help="In the graph: how many edges around a change to draw.",
)
@click.option("--unchanged", is_flag=True, help="In the graph: draw every layer that is the same, too.")
@click.option(
    "--theme",
    type=click.Choice(("light", "dark", "auto", "print")),
    default="light",
    show_default=True,
    help="Of the graph; auto follows the reader's system, print is safe in greyscale.",
)
@click.option(
    "--direction",
    type=click.Choice(("TB", "BT", "LR", "RL")),
    default="TB",
    show_default=True,
    help="How the graph runs: TB from top to bottom, LR from left to right, …",
)
@click.option("--legend/--no-legend", default=True, help="Say below the graph what the colours mean.")
@click.option("--caption/--no-caption", default=True, help="Say above the graph what is compared.")
@click.option("--background/--no-background", default=True, help="Paper behind the graph, or none.")
@click.option(
    "--scale", type=click.FloatRange(0.1, 20), default=2.0, show_default=True, help="Pixels of a PNG per 1/96 inch."
)
@format_option(DIFF_FORMATS)
@click.option(
    "--load",
    is_flag=True,
    callback=hush_tensorflow,
    help="Let Keras load the files, if nothing in them is dangerous, and compare the live models.",
)
@click.option("--trust", is_flag=True, help="With --load: load them whatever is in them, and let their code run.")
@max_bytes_option
@output_option
@reporting_errors
def diff(
    a: Path,
    b: Path,
    structure_only: bool,
    ignore_names: bool,
    rtol: float,
    atol: float,
    context: int,
    unchanged: bool,
    theme: str,
    direction: str,
    legend: bool,
    caption: bool,
    background: bool,
    scale: float,
    format_: str | None,
    load: bool,
    trust: bool,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Show what differs from model A to model B: layers, settings, shapes, connections, and weights by value.

    Files of any format, read without Keras. Layers are matched by name and by structure. --format markdown is for pull
    requests; -o diff.svg (or .png, .pdf) draws both models in one graph, -o diff.html has everything.

    Exit codes: 0 where nothing differs, 3 where something does, 1 where a source cannot be read.
    """
    from netviz.api import diff as verb

    require_apart(output, a, b)
    with progress("Comparing weights") as show:
        found = verb.diff(
            a,
            b,
            structure_only=structure_only,
            ignore_names=ignore_names,
            rtol=rtol,
            atol=atol,
            context=context,
            unchanged=unchanged,
            theme=theme,
            direction=direction,
            legend=legend,
            caption=caption,
            background=background,
            scale=scale,
            load=load,
            trust=trust,
            max_bytes=max_bytes,
            progress=show,
        )
    emit(found, format_, output)
    if not found.same:
        sys.exit(3)
