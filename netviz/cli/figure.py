"""`netviz figure`."""

from __future__ import annotations

from pathlib import Path

import click

from netviz.cli.options import FIGURE_FORMATS, format_option, output_option, reading_options, source_argument
from netviz.cli.output import emit, reporting_errors, require_apart
from netviz.cli.running import given_inputs, require_writable
from netviz.errors import UsageError

FIELDS = "name, class, details, activation, size, channels, output, parameters, weights, biases"
SCALES = ("linear", "sqrt", "log", "equal")


@click.command()
@source_argument
@format_option(FIGURE_FORMATS)
@click.option(
    "--style",
    type=click.Choice(("neurons", "volumes", "lenet", "blocks")),
    help="Circles, boxes in space, feature maps or blocks. Default: what fits best.",
)
@click.option(
    "--input",
    "x",
    multiple=True,
    metavar="[NAME=]DATA",
    help="Neurons: show the values for this input: 1,2,3, or a .npy, .csv or .txt file.",
)
@click.option(
    "--sample", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Which sample, from 0."
)
@click.option(
    "--fold/--no-fold",
    default=None,
    help="Draw repeated blocks once, with ×N, of other sizes too. Default: those that are equal.",
)
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="How many levels to open. Default: all.")
@click.option("--omit", multiple=True, metavar="LAYERS", help="Leave these out: a name, regex, class, or first..last.")
@click.option(
    "--annotate", multiple=True, metavar="LAYERS=TEXT", help="Words at a layer, or a brace over first..last=TEXT."
)
@click.option("--show", metavar="FIELD,…", help=f"What is labelled, of {FIELDS}; each style has some of these.")
@click.option(
    "--direction",
    type=click.Choice(("LR", "TB", "RL", "BT")),
    help="From left to right, top to bottom, … Default: LR, of blocks TB.",
)
@click.option("--width", metavar="LENGTH", help="How wide it becomes: 8.5cm, 3.4in, 240pt. Default: what it needs.")
@click.option("--spacing", type=float, default=1.0, show_default=True, help="How wide the gaps are.")
@click.option(
    "--size-scale",
    type=click.Choice(SCALES),
    default="sqrt",
    show_default=True,
    help="How boxes grow with height and width.",
)
@click.option(
    "--channel-scale",
    type=click.Choice(SCALES),
    default="log",
    show_default=True,
    help="How boxes grow with channels and units.",
)
@click.option(
    "--palette",
    default="netviz",
    show_default=True,
    metavar="NAME",
    help="netviz, okabe-ito, warm or grey; or colours by family: convolution=#1f6fb2,dense=#7a4bbd.",
)
@click.option("--font", default="sans", show_default=True, help="sans, serif, mono, or the name of a font.")
@click.option("--font-size", type=float, default=8.0, show_default=True, metavar="POINTS", help="Size of the labels.")
@click.option(
    "--theme",
    type=click.Choice(("light", "dark", "auto", "print")),
    default="light",
    show_default=True,
    help="auto follows the reader's system, print is safe in greyscale.",
)
@click.option("--legend/--no-legend", default=True, help="Say below what the colours mean.")
@click.option("--caption/--no-caption", default=False, help="Say above what the model is.")
@click.option("--background/--no-background", default=True, help="Paper behind the picture, or none.")
@click.option(
    "--scale", type=click.FloatRange(0.01, 20), default=2.0, show_default=True, help="Pixels of a PNG per 1/96 inch."
)
@reading_options
@output_option
@reporting_errors
def figure(
    source: Path,
    format_: str | None,
    style: str | None,
    x: tuple[str, ...],
    sample: int,
    fold: bool | None,
    depth: int | None,
    omit: tuple[str, ...],
    annotate: tuple[str, ...],
    show: str | None,
    direction: str | None,
    width: str | None,
    spacing: float,
    size_scale: str,
    channel_scale: str,
    palette: str,
    font: str,
    font_size: float,
    theme: str,
    legend: bool,
    caption: bool,
    background: bool,
    scale: float,
    load: bool,
    trust: bool,
    architecture: Path | None,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Draw the model in SOURCE as a figure for a paper: neurons, volumes, feature maps (lenet) or blocks.

    -o figure.svg (or .pdf, .png, .tex, .html, .json) writes it; without it what would be drawn is printed as a table.
    SOURCE is read without Keras, and nothing in it is run.
    """
    from netviz.api import figure as figures

    require_apart(output, source, architecture)
    require_writable(output, x)
    made = figures.figure(
        source,
        style=style,
        x=given_inputs(x) if x else None,
        sample=sample,
        fold=fold,
        depth=depth,
        omit=omit,
        annotate=[_annotation(text) for text in annotate],
        show=show,
        direction=direction,
        width=width,
        spacing=spacing,
        size_scale=size_scale,
        channel_scale=channel_scale,
        palette=palette,
        font=font,
        font_size=font_size,
        theme=theme,
        legend=legend,
        caption=caption,
        background=background,
        scale=scale,
        load=load,
        trust=trust,
        architecture=architecture,
        max_bytes=max_bytes,
    )
    emit(made, format_, output)


def _annotation(text: str) -> tuple[str, str]:
    """The layers and the words of LAYERS=TEXT."""
    layers, sign, words = text.partition("=")
    if not sign or not layers or not words:
        raise UsageError(f"{text!r:.80} annotates nothing", "Write LAYERS=TEXT, such as conv1=edges.")
    return layers, words
