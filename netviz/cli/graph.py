"""`netviz graph`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import (
    GRAPH_FORMATS,
    cost_options,
    format_option,
    output_option,
    reading_options,
    source_argument,
)
from netviz.cli.output import emit, reporting_errors, require_apart
from netviz.errors import UsageError

LABELS = "name, path, class, input, output, parameters, dtype, trainable, config.SETTING"
FIELDS = "name, class, details, input, output, parameters, share, activation, dtype, trainable"


@click.command()
@source_argument
@format_option(GRAPH_FORMATS)
@click.option(
    "--fold/--no-fold", default=None, help="Show repeated blocks once, with ×N. Default: models of more than 40 boxes."
)
@click.option(
    "--fold-level",
    type=click.IntRange(1, 3),
    metavar="N",
    help="How loosely blocks may be alike: 1 in all but sizes, 2 in all but numbers, 3 with a part missing in some.",
)
@click.option("--outline", is_flag=True, help="Close every group to one box; at most 30 boxes.")
@click.option(
    "--compact",
    is_flag=True,
    help="Put a convolution or dense layer, its normalisation and its activation on one card.",
)
@click.option(
    "--depth", type=click.IntRange(min=1), metavar="N", help="How many levels of nested models to open. Default: all."
)
@click.option("--select", multiple=True, metavar="LAYERS", help="Only these: a name, regex, class, or first..last.")
@click.option("--around", multiple=True, metavar="LAYERS", help="Only these and what is at most --hops edges away.")
@click.option(
    "--hops",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="N",
    help="How many edges away from those of --around.",
)
@click.option("--show", metavar="FIELD,…", help=f"What stands on a card: {FIELDS}.")
@click.option("--config", metavar="NAME,…", help="Settings to add to the cards, such as padding,use_bias.")
@click.option(
    "--label",
    metavar="TEXT",
    help=f"What stands on a card instead, such as '{{name}}: {{output}}', with any of: {LABELS}.",
)
@click.option(
    "--color",
    type=click.Choice(
        ("family", "trainable", "dtype", "parameters", "macs", "flops", "activation_bytes", "weight_bytes")
    ),
    default="family",
    show_default=True,
    help="What the colours mean.",
)
@click.option("--highlight", multiple=True, metavar="LAYERS", help="Make these stand out.")
@click.option(
    "--theme",
    type=click.Choice(("light", "dark", "auto", "print")),
    default="light",
    show_default=True,
    help="auto follows the reader's system, print is safe in greyscale.",
)
@click.option(
    "--direction",
    type=click.Choice(("TB", "BT", "LR", "RL")),
    default="TB",
    show_default=True,
    help="How the picture runs: TB from top to bottom, LR from left to right, …",
)
@click.option(
    "--splines",
    type=click.Choice(("spline", "polyline", "line", "ortho")),
    default="spline",
    show_default=True,
    help="How the edges run.",
)
@click.option(
    "--aspect", type=click.FloatRange(0.01, 100), metavar="RATIO", help="Width by height to aim at. Default: a page."
)
@click.option("--strip", is_flag=True, help="Keep a long chain in one strip instead of breaking it into columns.")
@click.option("--legend/--no-legend", default=True, help="Say below what the colours mean.")
@click.option("--caption/--no-caption", default=True, help="Say above what the model is.")
@click.option("--background/--no-background", default=True, help="Paper behind the picture, or none.")
@click.option(
    "--scale",
    type=click.FloatRange(0.1, 20),
    default=2.0,
    show_default=True,
    help="Pixels of a PNG per 1/96 inch; fewer where they would be over 200 million.",
)
@click.option(
    "--engine",
    type=click.Choice(("embedded", "dot")),
    default="embedded",
    show_default=True,
    help="The Graphviz that came with netviz, or the system's dot.",
)
@cost_options
@reading_options
@output_option
@reporting_errors
def graph(
    source: Path,
    format_: str | None,
    fold: bool | None,
    fold_level: int | None,
    outline: bool,
    compact: bool,
    depth: int | None,
    select: tuple[str, ...],
    around: tuple[str, ...],
    hops: int,
    show: str | None,
    config: str | None,
    label: str | None,
    color: str,
    highlight: tuple[str, ...],
    theme: str,
    direction: str,
    splines: str,
    aspect: float | None,
    strip: bool,
    legend: bool,
    caption: bool,
    background: bool,
    scale: float,
    engine: str,
    batch: int,
    input_shape: object,
    load: bool,
    trust: bool,
    architecture: Path | None,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Draw the model in SOURCE as a graph: a box per call of a layer, what repeats once with ×N.

    -o model.svg (or .png, .pdf, .html, .dot, .json) writes the picture; without it the graph is printed as a table.
    SOURCE is read without Keras, and nothing in it is run.
    """
    from netviz.api import drawn

    require_apart(output, source, architecture)
    if fold is False and fold_level is not None:
        raise UsageError("--no-fold and --fold-level contradict each other", "Leave out one of the two.")
    if strip and aspect is not None:
        raise UsageError("--strip and --aspect contradict each other", "Leave out one of the two.")
    drawing = drawn.graph(
        source,
        fold=fold if fold_level is None else fold_level,
        outline=outline,
        compact=compact,
        depth=depth,
        select=select or None,
        around=around or None,
        hops=hops,
        show=show,
        config=config or (),
        label=label,
        color=color,
        highlight=highlight,
        theme=theme,
        direction=direction,
        splines=splines,
        aspect=None if strip else aspect or "page",
        legend=legend,
        caption=caption,
        background=background,
        scale=scale,
        engine=engine,
        batch=batch,
        input_shape=input_shape,
        load=load,
        trust=trust,
        architecture=architecture,
        max_bytes=max_bytes,
    )
    emit(drawing, format_, output)
