"""The options that several commands have."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

COLUMN_NAMES = (
    "name", "class", "input", "output", "parameters", "share", "formula", "kernel", "bias", "activation", "dtype",
    "trainable", "connected", "path", "macs", "macs_share", "flops", "activation_bytes", "weight_bytes",
    "receptive_field", "field_stride", "field_offset",
)  # fmt: skip
"""Named here as well as in netviz.analysis.columns, so that --help need not load the analyses."""

FORMATS = ("table", "json", "markdown", "html", "csv", "latex")
CHECK_FORMATS = (*FORMATS, "sarif")
PLOT_FORMATS = ("table", "json", "markdown", "html", "csv", "latex", "svg", "png", "pdf")
GRAPH_FORMATS = ("table", "json", "svg", "png", "pdf", "html", "dot")
FIGURE_FORMATS = ("table", "json", "svg", "png", "pdf", "html", "tikz")

SEVERITIES = ("info", "warning", "danger")

C = TypeVar("C", bound=Callable[..., Any])


def _size(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """A number of bytes, with or without a unit: K, M, G, T count in thousands, Ki, Mi, Gi, Ti in 1024s."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,9})?) ?(?:([KMGT])(i?))?B?", value.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        raise click.BadParameter(f"{value!r} is no size: 1000000, 300M, 2G and 2GiB are.")
    number, unit, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** (" KMGT".index(unit.upper()) if unit else 0))


def hush_tensorflow(context: click.Context | None = None, parameter: object = None, wanted: bool = True) -> bool:
    """Keeps TensorFlow from greeting with a page of messages, where it is to be imported."""
    if wanted:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return wanted


max_bytes_option = click.option(
    "--max-bytes",
    callback=_size,
    metavar="SIZE",
    help="Let a file ask for more than usual: 1000000, 300M, 2GiB. Only for files that you trust.",
)
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file: as a whole or not at all."
)

source_argument = click.argument("source", type=click.Path(path_type=Path, readable=False))


def format_option(formats: tuple[str, ...]) -> Callable[[C], C]:
    """The option that chooses one of the formats."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        help="The format. Default: by the suffix of the output file, else table.",
    )


def reading_options(command: C) -> C:
    """The command with the options that say how a source is read."""
    for option in reversed(
        (
            click.option(
                "--load",
                is_flag=True,
                callback=hush_tensorflow,
                help="Let Keras load the file, if nothing in it is dangerous, and show the live model.",
            ),
            click.option("--trust", is_flag=True, help="With --load: load it whatever is in it, and let its code run."),
            click.option(
                "--architecture",
                type=click.Path(path_type=Path, readable=False),
                metavar="FILE",
                help="Take layers and calls from the config in FILE, for a SOURCE of weights alone.",
            ),
            max_bytes_option,
        )
    ):
        command = option(command)
    return command


def _shapes(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> object:
    """The shapes of the inputs: None for none, one shape, a list in order, or by the names of the inputs."""
    if not values:
        return None
    parted = [_parted(value) for value in values]
    shapes = [(name, tuple(map(_axis, axes.split(",")))) for name, axes in parted]
    if all(name for name, _ in shapes):
        named = dict(shapes)
        if len(named) < len(shapes):
            raise click.BadParameter("an input is named twice.")
        return named
    if any(name for name, _ in shapes):
        raise click.BadParameter("name all inputs, or none: then they are taken in order.")
    return shapes[0][1] if len(shapes) == 1 else [shape for _, shape in shapes]


def _parted(value: str) -> tuple[str, str]:
    """The name of the input, "" where none is given, and the axes."""
    name, _, axes = value.rpartition("=")
    return name, axes.strip().removeprefix("(").removesuffix(")").removesuffix(",")


def _axis(text: str) -> int | None:
    """The length of an axis; None where it is left open."""
    text = text.strip()
    if text in ("?", "None"):
        return None
    if re.fullmatch(r"[0-9]{1,15}", text) is None or int(text) < 1:
        raise click.BadParameter(f"{text!r} is no length of an axis: give a whole number from 1, or ? for an open one.")
    return int(text)


def cost_options(command: C) -> C:
    """The command with the options that say for what inputs costs are worked out."""
    for option in reversed(
        (
            click.option(
                "--batch",
                type=click.IntRange(min=1),
                default=1,
                show_default=True,
                metavar="N",
                help="Costs: for so many samples at a time.",
            ),
            click.option(
                "--input-shape",
                multiple=True,
                callback=_shapes,
                metavar="[NAME=]SHAPE",
                help="Costs: for inputs of this shape, batch first, such as 1,224,224,3; ? leaves an axis as it is. "
                "Of several inputs once for each, in order or by name.",
            ),
        )
    ):
        command = option(command)
    return command


def plot_options(command: C) -> C:
    """The command with the options that say how its plot is drawn."""
    for option in reversed(
        (
            click.option(
                "--theme",
                type=click.Choice(("light", "dark", "print")),
                default="light",
                show_default=True,
                help="The colours: print is safe in greyscale.",
            ),
            click.option(
                "--figsize",
                type=click.FloatRange(0, 200, min_open=True),
                nargs=2,
                metavar="W H",
                help="Width and height in inches. Default: what the plot needs.",
            ),
            click.option("--caption/--no-caption", default=True, help="Say below the plot what is shown."),
            click.option("--background/--no-background", default=True, help="Paper behind the plot, or none."),
            click.option(
                "--scale",
                type=click.FloatRange(0, 20, min_open=True),
                default=2.0,
                show_default=True,
                help="Pixels of a PNG per 1/96 inch.",
            ),
        )
    ):
        command = option(command)
    return command
